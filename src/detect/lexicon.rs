//! The word lists: knowledge of language that is data, not code.
//!
//! Each list is a text file in `words/`: one entry a line, `#` begins a comment. They are read once,
//! into hashes of normal forms; a list says nothing about any company or topic.

use std::collections::HashSet;
use std::hash::{BuildHasher, Hasher};
use std::sync::LazyLock;

use super::text::{Text, hash};

/// Hashes of words. They are well spread already, so that nothing is hashed again.
pub(crate) type Words = HashSet<u64, AsIs>;

/// Takes a hash for what it is.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct AsIs(u64);

impl Hasher for AsIs {
    fn write(&mut self, bytes: &[u8]) {
        // Only whole hashes are written here; anything else would still be told apart.
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

impl BuildHasher for AsIs {
    type Hasher = Self;

    fn build_hasher(&self) -> Self {
        Self(0)
    }
}

/// The entries of a list, comments and blank lines left out.
pub(crate) fn entries(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.lines()
        .map(|line| line.split('#').next().unwrap_or("").trim())
        .filter(|line| !line.is_empty())
}

/// Words of a list of already folded words, several on a line.
fn folded_words(list: &'static str) -> Words {
    entries(list).flat_map(str::split_whitespace).map(hash).collect()
}

/// Words of a list in any spelling: each must be one token.
fn words(list: &'static str) -> Words {
    entries(list).flat_map(|entry| Text::of_term(entry).tokens).map(|token| token.hash).collect()
}

macro_rules! lists {
    ($($(#[$doc:meta])* $name:ident = $read:ident($file:literal);)*) => {
        $(
            $(#[$doc])*
            pub(crate) fn $name() -> &'static Words {
                static LIST: LazyLock<Words> = LazyLock::new(|| $read(include_str!($file)));
                &LIST
            }
        )*
    };
}

lists! {
    /// Abbreviations after which a full stop ends no sentence.
    abbreviations = folded_words("words/abbreviations.txt");
    /// Words of everyday English: a name that is one of them is weak.
    common = folded_words("words/common.txt");
    /// Words by which a company says what it is in law.
    legal_forms = words("words/legal_forms.txt");
    /// Nouns that headlines use in the singular and in the plural.
    nouns = folded_words("words/nouns.txt");
    /// Words that say nothing of an event.
    stop_words = folded_words("words/stop.txt");
    /// Words before a name that are no part of it.
    leading_forms = words("words/leading_forms.txt");
}

/// Chinese and Japanese legal forms, character by character.
pub(crate) fn cjk_forms() -> &'static [Vec<u64>] {
    static LIST: LazyLock<Vec<Vec<u64>>> = LazyLock::new(|| {
        entries(include_str!("words/cjk_forms.txt"))
            .map(|form| Text::of_term(form).tokens.iter().map(|token| token.hash).collect())
            .collect()
    });
    &LIST
}
