//! AND beside OR without brackets: which of them binds closer is not known to everybody, so it is told how the search
//! is read.

use std::ops::Range;

use super::lex::Piece;
use super::meant::{Kind, Slip};

/// How long what is shown with brackets is at most, in bytes: of a longer one only the place is told.
const SHOWN: usize = 160;

/// A part between brackets, or the whole: its alternatives so far.
struct Level {
    from: usize,
    /// Of each alternative, where it ends and whether AND or NOT joins something in it.
    ended: Vec<(Range<usize>, bool)>,
    begun: usize,
    joined: bool,
}

impl Level {
    fn new(from: usize) -> Self {
        Self { from, ended: Vec::new(), begun: from, joined: false }
    }

    fn alternative(&mut self, until: usize, next: usize) {
        self.ended.push((self.begun..until, self.joined));
        (self.begun, self.joined) = (next, false);
    }

    /// What is to be said when it ends.
    fn slip(mut self, text: &str, until: usize) -> Option<Slip> {
        self.alternative(until, until);
        if self.ended.len() == 1 || !self.ended.iter().any(|(_, joined)| *joined) {
            return None;
        }
        let span = self.from..until;
        let read = (span.len() <= SHOWN).then(|| self.read(text));
        let (word, run) = (text[span.clone()].to_owned(), String::new());
        Some(Slip { kind: Kind::Mixed(read), word, run, span })
    }

    /// Itself, with brackets where it is read as if they stood there.
    fn read(&self, text: &str) -> String {
        let parts: Vec<String> = self
            .ended
            .iter()
            .map(|(span, joined)| {
                let part = text[span.clone()].split_whitespace().collect::<Vec<_>>().join(" ");
                if *joined { format!("({part})") } else { part }
            })
            .collect();
        parts.join(" OR ")
    }
}

/// AND beside OR without brackets: not everybody knows which binds closer.
pub(super) fn mixed(text: &str, pieces: &[(Piece, Range<usize>)]) -> Vec<Slip> {
    let mut found = Vec::new();
    let mut levels = vec![Level::new(pieces.first().map_or(0, |(_, span)| span.start))];
    let mut until = 0;
    for (at, (piece, span)) in pieces.iter().enumerate() {
        let Some(level) = levels.last_mut() else { return Vec::new() };
        let next = pieces.get(at + 1).map_or(span.end, |(_, span)| span.start);
        match piece {
            Piece::Open => levels.push(Level::new(next)),
            Piece::Close => {
                let ended = levels.pop();
                found.extend(ended.and_then(|level| level.slip(text, until)));
            }
            Piece::Or => level.alternative(until, next),
            Piece::And => level.joined = true,
            Piece::Not => level.joined |= level.begun < span.start,
            _ => {}
        }
        until = span.end;
    }
    found.extend(levels.pop().and_then(|level| level.slip(text, until)));
    found
}

#[cfg(test)]
mod tests {
    use super::super::lex::lex;
    use super::*;

    fn read(text: &str) -> Vec<Option<String>> {
        let found = mixed(text, &lex(text).unwrap());
        let reading = |slip: Slip| match slip.kind {
            Kind::Mixed(read) => read,
            other => panic!("{other:?}"),
        };
        found.into_iter().map(reading).collect()
    }

    #[test]
    fn what_is_read_without_brackets_is_shown() {
        for (text, expected) in [
            ("a AND b OR c", "(a AND b) OR c"),
            ("a OR b NOT c", "a OR (b NOT c)"),
            ("x AND (a  OR b AND c)", "a OR (b AND c)"),
            ("a NEAR/2 b AND c OR d", "(a NEAR/2 b AND c) OR d"),
            ("a OR b AND NOT c", "a OR (b AND NOT c)"),
        ] {
            assert_eq!(read(text), [Some(expected.to_owned())], "{text}");
        }
        for text in ["(a AND b) OR c", "a AND (b OR c) NOT d", "NOT a OR b", "a OR b", "a AND b"] {
            assert_eq!(read(text), [], "{text}");
        }
        assert_eq!(read(&format!("a AND b OR {}", "c".repeat(200))), [None]);
    }
}
