//! The pieces of a round-up: what stands in one of them belongs together.
//!
//! A piece is a segment: a sentence, or what bars, semicolons and spaced dashes divide. Round-ups also
//! string their matters together with commas ("Chipmaker opens plant, pastor charged with fraud, jury out
//! in cartel case"): a segment all of whose parts between commas are long enough to be a matter is
//! divided there. Commas that set off a name or an aside leave short parts, and divide nothing.

use crate::detect::text::{COLON, Gap, Shape, Text};

/// Commas that divide matters: two at least, for one comma mostly divides a sentence's own clauses.
const COMMAS: usize = 2;
/// Words, or characters of a language without spaces, that a matter has at least.
const WORDS: u32 = 2;
const CHARACTERS: u32 = 5;

/// Where pieces begin, in order.
pub(super) struct Pieces(Vec<u32>);

impl Pieces {
    pub(super) fn of(text: &Text) -> Self {
        let mut starts = Vec::new();
        let mut first = 0u32;
        for segment in text.tokens.chunk_by(|one, next| one.segment == next.segment) {
            starts.push(first);
            let after = first + u32::try_from(segment.len()).unwrap_or(u32::MAX);
            let comma = |at: &u32| {
                let token = &text.tokens[*at as usize];
                token.gap == Gap::Comma && token.marks & COLON == 0
            };
            let commas: Vec<u32> = (first + 1..after).filter(comma).collect();
            if commas.len() >= COMMAS && long(text, first, &commas, after) {
                starts.extend(commas);
            }
            first = after;
        }
        Self(starts)
    }

    /// The piece that a token stands in.
    pub(super) fn of_token(&self, token: u32) -> u32 {
        let after = self.0.partition_point(|start| *start <= token);
        u32::try_from(after.saturating_sub(1)).unwrap_or(u32::MAX)
    }

    /// First and last token of a piece.
    pub(super) fn stretch(&self, piece: u32) -> (u32, u32) {
        let at = piece as usize;
        let end = self.0.get(at + 1).map_or(u32::MAX, |next| next.saturating_sub(1));
        (self.0.get(at).copied().unwrap_or(u32::MAX), end)
    }
}

/// Whether every part between commas is long enough to be a matter of its own.
fn long(text: &Text, first: u32, commas: &[u32], after: u32) -> bool {
    let starts = std::iter::once(first).chain(commas.iter().copied());
    let ends = commas.iter().copied().chain(std::iter::once(after));
    starts.zip(ends).all(|(from, to)| {
        let cjk = text.tokens[from as usize].shape == Shape::Cjk;
        to - from >= if cjk { CHARACTERS } else { WORDS }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_divide_only_what_is_long_enough_to_be_a_matter() {
        for (text, pieces) in [
            ("Chipmaker opens plant, pastor charged with fraud, jury out in cartel case", 3),
            ("Apple, Meta, Visa fined by Brussels", 1),
            ("Regulator fines the bank, which will appeal", 1),
            ("Gap hires a designer; Ohio pastor charged", 2),
            ("小米发布新款平板，欧盟对钢铁反倾销，央行开展逆回购", 3),
            ("阿里、腾讯、百度被罚", 1),
            ("Chipmaker hits record, EU fines retailer, oil slips", 3),
        ] {
            let text = Text::of_term(text);
            let all = Pieces::of(&text);
            let last = u32::try_from(text.tokens.len()).expect("a headline has few words") - 1;
            assert_eq!((all.0.len(), all.of_token(last)), (pieces, pieces as u32 - 1));
            assert_eq!(all.stretch(0).0, 0);
        }
    }
}
