//! The word lists: knowledge of language that is data, not code.
//!
//! Each list is a text file in `words/`, read once into hashes of normal forms; a list says nothing
//! about any company or topic.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::hash::hash;
use super::text::{Text, Token};
use super::wordlist::{AsIs, Words, entries, folded_words};

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
    /// Words of everyday English: a name that is one of them is weak.
    common = folded_words("words/common.txt");
    /// What stands in brackets behind a company's name and is no name of it.
    remarks = folded_words("words/remarks.txt");
    /// Nouns that headlines use in the singular and in the plural.
    nouns = folded_words("words/nouns.txt");
    /// Words that say nothing of an event.
    stop_words = folded_words("words/stop.txt");
    /// Words of two letters that say as little.
    small = folded_words("words/small.txt");
    /// Verbs of acts that are nouns as well.
    nouns_too = folded_words("words/nouns_too.txt");
    /// Words after which these are verbs.
    verb_after = folded_words("words/verb_after.txt");
    /// Those who act and bear no s at their end, behind whom these are verbs where an object follows.
    actors = folded_words("words/actors.txt");
    /// Words behind these that are no object.
    no_object = folded_words("words/no_object.txt");
    /// Words after which these, and forms in -ing, are nouns.
    noun_after = folded_words("words/noun_after.txt");
    /// Words behind which a word of the lists that may be a verb is none.
    before_a_noun = folded_words("words/before_a_noun.txt");
    /// Words behind a question that say that no answer follows.
    teasers = folded_words("words/teasers.txt");
    /// Given names and titles, behind which a possessive is a person's.
    given_names = folded_words("words/given_names.txt");
    /// Words with which a clause begins that describes what was named before it.
    relative = folded_words("words/relative.txt");
    /// Articles.
    articles = folded_words("words/articles.txt");
    /// Words behind which stands who did what is told.
    doers = folded_words("words/doers.txt");
    /// Labels of official notices.
    notices = folded_words("words/notices.txt");
    /// Words by which a sentence refers back.
    refers = folded_words("words/refers.txt");
    /// Verbs of acts that also tell of everyday things.
    weak_acts = folded_words("words/weak_acts.txt");
    /// Verbs and nouns of business news.
    ordinary = folded_words("words/ordinary.txt");
    /// Words that bring in somebody who was not named before.
    newcomers = folded_words("words/newcomers.txt");
    /// Words by which a clause goes on with the subject of the one before.
    goes_on = folded_words("words/goes_on.txt");
    /// Words in which a headline ends that says who says so.
    saying = folded_words("words/saying.txt");
    /// Words directly before a year or its month that say when something was done.
    before_a_year = folded_words("words/before_a_year.txt");
    /// Words directly behind a year by which it dates what follows.
    behind_a_year = folded_words("words/behind_a_year.txt");
    /// Months.
    months = folded_words("words/months.txt");
    /// Words before a year by which a span of time is told.
    spans = folded_words("words/spans.txt");
    /// Such words behind a year.
    until = folded_words("words/until.txt");
    /// Words between an act and a year that say what the act is for.
    on_account = folded_words("words/on_account.txt");
    /// Words that give a cause.
    causes = folded_words("words/causes.txt");
    /// Words that join the last clause of several.
    joining = folded_words("words/joining.txt");
    /// Words behind which another matter may begin.
    beside = folded_words("words/beside.txt");
}

/// The stem of an English word that the rules of inflection take for a form of another.
pub(crate) fn own_stem(word: u64) -> Option<&'static str> {
    static LIST: LazyLock<HashMap<u64, &str, AsIs>> = LazyLock::new(|| {
        let families = entries(include_str!("words/own_stems.txt"));
        let words = families.flat_map(|family| {
            let first = family.split_whitespace().next().unwrap_or_default();
            family.split_whitespace().map(move |word| (hash(word), first))
        });
        words.collect()
    });
    LIST.get(&word).copied()
}

/// Names of several words, by the first.
type Named = HashMap<u64, Vec<Vec<u64>>, AsIs>;

fn named(list: &'static str) -> Named {
    let mut names = Named::default();
    for entry in entries(list) {
        let words: Vec<u64> = Text::of_term(entry).tokens.iter().map(|one| one.hash).collect();
        names.entry(words.first().copied().unwrap_or_default()).or_default().push(words);
    }
    names
}

/// Whether words are a country, a continent, or what those who live there are called.
pub(crate) fn is_place(words: &[Token]) -> bool {
    static LIST: LazyLock<Named> = LazyLock::new(|| named(include_str!("words/places.txt")));
    is_among(words, &LIST)
}

/// Whether words are where a company sits, or what a part of one is called.
pub(crate) fn is_seat(words: &[Token]) -> bool {
    static LIST: LazyLock<Named> = LazyLock::new(|| named(include_str!("words/seats.txt")));
    is_among(words, &LIST)
}

fn is_among(words: &[Token], list: &Named) -> bool {
    let of_first = words.first().and_then(|first| list.get(&first.hash));
    of_first
        .into_iter()
        .flatten()
        .any(|place| words.iter().map(|one| one.hash).eq(place.iter().copied()))
}
