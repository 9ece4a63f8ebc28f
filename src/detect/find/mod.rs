//! Phrases in a text: names, terms, and words of searches, guards and lists, all in one walk.
//!
//! Linear in the text whatever it holds: a path ends with the table's own paths, which are bounded
//! by the longest term.

mod announced;
mod fits;
mod joined;
mod occ;
mod others;
mod room;
mod sieve;
mod symbol;
mod walk;

use std::cell::RefCell;

use super::paths::Form;
use super::phrases::Phrases;
use super::phrases::cue::{Call, Calls};
use super::stem::{Lang, Stem, stem, stems};
use super::text::Text;

pub(crate) use occ::{Occ, sort};
pub(crate) use others::symbol_at;
use room::Room;
use walk::Walk;

/// All phrases in the text, sorted by phrase and place, each place once.
pub(crate) fn find(phrases: &Phrases, text: &Text, lang: Option<Lang>) -> Vec<Occ> {
    let mut found = Vec::new();
    find_into(phrases, text, lang, &mut found, &mut Calls::default());
    found
}

/// The same, in the place of what was found before. Of phrases that only rules ask for, the cues that
/// are there go to `calls`, as they come, and others hardly ever.
pub(crate) fn find_into(
    phrases: &Phrases,
    text: &Text,
    lang: Option<Lang>,
    found: &mut Vec<Occ>,
    calls: &mut Calls,
) {
    found.clear();
    calls.clear();
    walk(phrases, text, lang, (found, calls), false);
    sort(found);
}

/// All phrases of those that only rules ask for, given their cues in the text: sorted by phrase and
/// place, each place once.
pub(crate) fn find_called(
    phrases: &Phrases,
    text: &Text,
    lang: Option<Lang>,
    calls: &[Call],
) -> Vec<Occ> {
    let mut room = ROOM.take();
    let (mut found, mut none) = (Vec::new(), Calls::default());
    let table = phrases.paths.of(Form::Surface);
    let mut walk = Walk {
        phrases,
        table,
        text,
        found: &mut found,
        calls: &mut none,
        room: &mut room,
        form: Form::Surface,
        german: false,
        thorough: false,
    };
    for same in calls.chunk_by(|one, other| one.form == other.form) {
        let form = same[0].form;
        let of_form = |lang: &Lang| form == Form::Stem(*lang as u8);
        match [Some(Lang::En), lang].into_iter().flatten().find(of_form) {
            // Most of these phrases are a word, so few others are asked for.
            Some(lang) => walk.from(form, same, |at| stem(text, &text.tokens[at], lang)),
            None => walk.from(form, same, |at| Stem {
                hash: text.tokens[at].hash,
                chars: text.tokens[at].chars,
            }),
        }
    }
    walk.prefixes();
    ROOM.set(room);
    sort(&mut found);
    found
}

/// Walks through the text; `thorough` takes all words for such as somebody may have divided.
fn walk(
    phrases: &Phrases,
    text: &Text,
    lang: Option<Lang>,
    (found, calls): (&mut Vec<Occ>, &mut Calls),
    thorough: bool,
) {
    // The room is used again and again by a thread; whoever finds it taken makes another.
    let mut room = ROOM.take();
    let german = lang == Some(Lang::De);
    let form = Form::Surface;
    let table = phrases.paths.of(form);
    let mut walk =
        Walk { phrases, table, text, found, calls, room: &mut room, form, german, thorough };
    walk.all(form, |at| Stem { hash: text.tokens[at].hash, chars: text.tokens[at].chars });
    if phrases.inflected {
        for lang in [Some(Lang::En), lang].into_iter().flatten() {
            let mut all = std::mem::take(&mut walk.room.stems);
            all.clear();
            stems(text, lang, &mut all);
            walk.all(Form::Stem(lang as u8), |at| all[at]);
            walk.room.stems = all;
        }
    }
    walk.prefixes();
    ROOM.set(room);
}

thread_local! {
    static ROOM: RefCell<Room> = RefCell::default();
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::detect::phrases::{Collector, Need, Reading};

    const PIECES: [&str; 12] = [
        "Ali",
        "Baba",
        "ali",
        "baba",
        "TikTok",
        "Tik",
        "Tok",
        "Cloud",
        "selling",
        "sell",
        "ing",
        "anotherwordthatisverylongindeedx",
    ];
    const GAPS: [&str; 5] = [" ", "-", "", " ", ", "];

    fn written(pieces: &[(usize, usize)]) -> String {
        pieces.iter().flat_map(|(gap, piece)| [GAPS[*gap], PIECES[*piece]]).collect()
    }

    fn pieces(most: usize) -> impl Strategy<Value = Vec<(usize, usize)>> {
        prop::collection::vec((0..GAPS.len(), 0..PIECES.len()), 1..most)
    }

    /// Seams are known of the first 31 characters only; a space further on is never what hides a name.
    #[test]
    fn far_into_a_word_a_space_is_nothing() {
        let long = PIECES[11];
        let mut collector = Collector::default();
        let name = collector.add(&format!("{long}baba"), Reading::Name(Need::Free)).unwrap();
        let phrases = collector.finish();
        for (text, found) in
            [(format!("{long} baba"), true), (format!("another {}baba", &long[7..]), false)]
        {
            let occs = find(&phrases, &Text::of_term(&text), None);
            assert_eq!(occs.iter().any(|occ| occ.phrase == name), found, "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

        #[test]
        fn nothing_is_missed_where_words_are_not_taken_together(
            terms in prop::collection::vec((pieces(5), 0..3usize), 1..6),
            text in pieces(12),
        ) {
            let mut collector = Collector::default();
            for (term, reading) in &terms {
                let reading =
                    [Reading::Name(Need::Free), Reading::Inflected, Reading::Exact][*reading];
                let _ = collector.add(&written(term), reading);
            }
            let (phrases, text) = (collector.finish(), Text::of_term(&written(&text)));
            let of = |thorough| {
                let mut found = Vec::new();
                walk(&phrases, &text, None, (&mut found, &mut Calls::default()), thorough);
                sort(&mut found);
                found
            };
            prop_assert_eq!(of(false), of(true));
        }
    }
}
