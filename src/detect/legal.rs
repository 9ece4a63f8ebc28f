//! Legal forms: the words at the ends of a company's name that say what it is in law, and not who it is.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::hash::hash;
use super::lexicon;
use super::text::{AND, CLOSE, Gap, OPEN, Shape, Text, Token};
use super::wordlist::{AsIs, Words, entries, folded_words};

/// The writings of one legal form.
pub(crate) type Family = Vec<&'static str>;

/// Legal forms by the word that is asked for: their words, and which form it is.
type Known = HashMap<u64, Vec<(Vec<u64>, usize)>, AsIs>;

fn words(form: &str) -> Vec<u64> {
    Text::of_term(form).tokens.iter().map(|token| token.hash).collect()
}

fn families() -> &'static [Family] {
    static LIST: LazyLock<Vec<Family>> = LazyLock::new(|| {
        let latin = entries(include_str!("words/legal_forms.txt"));
        let cjk = entries(include_str!("words/cjk_forms.txt"));
        latin.chain(cjk).map(|line| line.split(',').map(str::trim).collect()).collect()
    });
    &LIST
}

/// The legal form with which a name ends: how many words it has, and its other writings. The longest counts; a form is
/// never all of a name.
pub(crate) fn trailing(name: &[Token]) -> Option<(usize, &'static Family)> {
    static KNOWN: LazyLock<Known> = LazyLock::new(|| {
        let mut known = Known::default();
        for (family, writings) in families().iter().enumerate() {
            for words in writings.iter().map(|one| words(one)) {
                known
                    .entry(words.last().copied().unwrap_or_default())
                    .or_default()
                    .push((words, family));
            }
        }
        known
    });
    let ends = |form: &[u64]| {
        name.len() > form.len()
            && name[name.len() - form.len()..].iter().map(|one| one.hash).eq(form.iter().copied())
    };
    let of_last = KNOWN.get(&name.last()?.hash)?.iter().filter(|(form, _)| ends(form));
    let (form, family) = of_last.max_by_key(|(form, _)| form.len())?;
    Some((form.len(), &families()[*family]))
}

/// How many words before a name are no part of what people call it: a legal form, or an article.
pub(crate) fn leading(name: &[Token]) -> usize {
    static KNOWN: LazyLock<Known> = LazyLock::new(|| {
        let mut known = Known::default();
        for words in entries(include_str!("words/leading_forms.txt")).map(words) {
            known.entry(words.first().copied().unwrap_or_default()).or_default().push((words, 0));
        }
        known
    });
    let begins = |form: &[u64]| {
        name.len() >= form.len() && name.iter().map(|one| one.hash).zip(form).all(|(a, b)| a == *b)
    };
    let of_first = name.first().and_then(|first| KNOWN.get(&first.hash));
    let forms = of_first.into_iter().flatten().map(|(form, _)| form).filter(|form| begins(form));
    forms.map(Vec::len).max().unwrap_or(0)
}

/// Whether a character in brackets is a legal form: `（株）`.
pub(crate) fn in_brackets(token: &Token) -> bool {
    static KNOWN: LazyLock<Words> = LazyLock::new(|| {
        entries(include_str!("words/bracketed_forms.txt")).flat_map(words).collect()
    });
    token.shape == Shape::Cjk
        && token.marks & OPEN != 0
        && token.marks & CLOSE != 0
        && KNOWN.contains(&token.hash)
}

/// Words that are a legal form by themselves.
pub(crate) fn single() -> &'static Words {
    static KNOWN: LazyLock<Words> = LazyLock::new(|| {
        let list = include_str!("words/legal_forms.txt");
        let writings = entries(list).flat_map(|line| line.split(',')).map(words);
        writings.filter(|words| words.len() == 1).flatten().collect()
    });
    &KNOWN
}

/// Whether a word is a legal form of one company: `Treasury Sanctions Shell Companies` names none.
pub(crate) fn of_one(token: &Token) -> bool {
    const SEVERAL: [&str; 2] = ["companies", "cos"];
    single().contains(&token.hash) && !SEVERAL.iter().any(|word| hash(word) == token.hash)
}

/// Words with which a legal form begins.
fn beginnings() -> &'static Words {
    static KNOWN: LazyLock<Words> = LazyLock::new(|| {
        let all = families().iter().flatten();
        all.filter_map(|form| words(form).first().copied()).collect()
    });
    &KNOWN
}

/// Whether a legal form may begin with this word.
pub(crate) fn begins(token: &Token) -> bool {
    beginnings().contains(&token.hash) || in_brackets(token)
}

/// Whether a legal form may begin with this word behind a comma: `Alphabet, Inc.`, and `Procter & Gamble Co., The`. What
/// also says what somebody is (`In China, Holdings of …`) does not.
pub(crate) fn behind_a_comma(token: &Token) -> bool {
    token.shape != Shape::Cjk && (begins(token) && !describes(token) || token.hash == hash("the"))
}

/// Whether a legal form is a word of everyday English as well, so that it is one only where a company bears it.
pub(crate) fn describes(token: &Token) -> bool {
    const WORDS: [&str; 10] = [
        "company",
        "companies",
        "cos",
        "group",
        "groupe",
        "gruppe",
        "grupo",
        "holding",
        "holdings",
        "public",
    ];
    WORDS.iter().any(|word| hash(word) == token.hash)
}

/// Whether a form of two letters is written with a small one: `Co`, `Oy`.
pub(crate) fn has_a_small_letter(token: &Token) -> bool {
    ["co", "oy"].iter().any(|word| hash(word) == token.hash)
}

/// Whether two words are one legal form, or writings of it: `Co` and `Company`.
pub(crate) fn same_form(one: &Token, other: &Token) -> bool {
    let short = [hash("co"), hash("company")];
    one.hash == other.hash || short.contains(&one.hash) && short.contains(&other.hash)
}

/// Whether the last words of a name look like a legal form that is not known: where they begin.
pub(crate) fn looks_like(name: &[Token], text: &Text) -> Option<usize> {
    static WORDS: LazyLock<Words> =
        LazyLock::new(|| folded_words(include_str!("words/form_like.txt")));
    let last = name.len().checked_sub(1).filter(|last| *last > 0)?;
    let token = &name[last];
    // `x.y.z.` is one word, with dots that its normal form is without.
    let initials = token.shape != Shape::Cjk
        && (2..=5).contains(&token.chars)
        && token.end - token.start >= 2 * token.chars - 1
        && text.word(token).is_ascii()
        && !lexicon::is_seat(std::slice::from_ref(token));
    let letter = |token: &Token| token.chars == 1 && token.shape == Shape::Caps;
    let slashed = token.gap == Gap::Inner
        && token.marks & AND == 0
        && token.start == name[last - 1].end + 1
        && letter(token)
        && letter(&name[last - 1])
        && last > 1;
    match () {
        () if WORDS.contains(&token.hash) || initials => Some(last),
        () if slashed => Some(last - 1),
        () => None,
    }
}
