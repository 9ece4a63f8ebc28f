//! The engines beside ours: multi-pattern automata over folded text, with word boundaries.
//!
//! They are given every advantage that keeps the question the same: names folded beforehand, one
//! folding pass of ASCII speed where the text is ASCII, no items, guards or judgements. Offsets are
//! mapped back to the original, as ours are.

use std::hint::black_box;

use aho_corasick::AhoCorasick;
use daachorse::DoubleArrayAhoCorasick;
use unicode_normalization::UnicodeNormalization;
use watchlistd::model::ItemText;

/// A folded text and where each of its bytes came from.
#[derive(Default)]
pub(crate) struct Folded {
    text: String,
    from: Vec<u32>,
}

impl Folded {
    /// Lower case, compatibility forms and diacritics undone.
    pub(crate) fn fold(&mut self, text: &str) {
        self.text.clear();
        self.from.clear();
        for (at, one) in text.char_indices() {
            let begin = self.text.len();
            match one {
                '\0'..='\u{7f}' => self.text.push(one.to_ascii_lowercase()),
                '\u{3041}'..='\u{9fff}' => self.text.push(one),
                _ => self.text.extend(
                    std::iter::once(one)
                        .nfkd()
                        .filter(|part| !unicode_normalization::char::is_combining_mark(*part))
                        .flat_map(char::to_lowercase),
                ),
            }
            let grown = self.text.len() - begin;
            self.from.extend(std::iter::repeat_n(at as u32, grown));
        }
    }

    /// Whether a find stands by itself: no letter or digit continues it, unless it is Chinese.
    fn whole(&self, start: usize, end: usize) -> bool {
        let bytes = self.text.as_bytes();
        let joins = |a: u8, b: u8| a.is_ascii_alphanumeric() && b.is_ascii_alphanumeric();
        let joined_before = start > 0 && joins(bytes[start - 1], bytes[start]);
        let joined_after = end < bytes.len() && joins(bytes[end - 1], bytes[end]);
        !joined_before && !joined_after
    }

    /// Looks at a find; gives 1 if it is a name.
    fn count(&self, start: usize, end: usize) -> usize {
        if !self.whole(start, end) {
            return 0;
        }
        black_box((self.from[start], self.from[end - 1]));
        1
    }
}

/// One engine with its names.
pub(crate) enum Other {
    AhoCorasick(Box<AhoCorasick>),
    Daachorse(Box<DoubleArrayAhoCorasick<u32>>),
}

impl Other {
    pub(crate) fn aho_corasick(names: &[String]) -> Self {
        let automaton = AhoCorasick::new(folded(names)).expect("the names fit its numbering");
        Self::AhoCorasick(Box::new(automaton))
    }

    pub(crate) fn daachorse(names: &[String]) -> Self {
        let automaton =
            DoubleArrayAhoCorasick::new(folded(names)).expect("the names fit its numbering");
        Self::Daachorse(Box::new(automaton))
    }

    pub(crate) fn bytes(&self) -> usize {
        match self {
            Self::AhoCorasick(automaton) => automaton.memory_usage(),
            Self::Daachorse(automaton) => automaton.heap_bytes(),
        }
    }

    /// Names found in an item, overlapping ones too.
    pub(crate) fn names(&self, item: &ItemText, folded: &mut Folded) -> usize {
        let mut found = 0;
        for field in [&item.title, &item.summary] {
            folded.fold(field);
            found += self.scan(folded);
        }
        found
    }

    fn scan(&self, folded: &Folded) -> usize {
        match self {
            Self::AhoCorasick(automaton) => automaton
                .find_overlapping_iter(&folded.text)
                .map(|found| folded.count(found.start(), found.end()))
                .sum(),
            Self::Daachorse(automaton) => automaton
                .find_overlapping_iter(&folded.text)
                .map(|found| folded.count(found.start(), found.end()))
                .sum(),
        }
    }
}

/// Folding alone, so that its share can be told.
pub(crate) fn folding(item: &ItemText, folded: &mut Folded) -> usize {
    [&item.title, &item.summary]
        .into_iter()
        .map(|field| {
            folded.fold(field);
            folded.text.len()
        })
        .sum()
}

fn folded(names: &[String]) -> Vec<String> {
    let mut folded = Folded::default();
    names
        .iter()
        .map(|name| {
            folded.fold(name);
            folded.text.clone()
        })
        .collect()
}
