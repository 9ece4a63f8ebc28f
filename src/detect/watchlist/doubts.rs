//! What `check` says of a name or a ticker that would find too much, or nothing: it is taken as it is
//! written, and its writer is told.

use crate::detect::exchanges::exchanges;
use crate::detect::legal;
use crate::detect::lexicon;
use crate::detect::phrases::{Need, capitals};
use crate::detect::text::{OWNER, Shape, Text};
use crate::model::{Located, Place};

use super::name::weakness;
use super::ticker::{self, Doubt};
use super::{Making, nearest, several};

/// What to write where a weak name was meant to stand alone.
pub(super) const IF_NOT_WEAK: &str = "add case, only_with or not_with, or say weak = false";

impl Making {
    /// Doubts a name; `weak` says why it does not stand alone.
    pub(super) fn doubt_name(
        &mut self,
        name: &str,
        text: &Text,
        weak: Option<&str>,
        guarded: bool,
        place: Option<Place>,
    ) {
        self.doubt_letters(&format!("'{name}'"), name, place.clone());
        if self.doubt_operators(name, place.as_ref()) {
            return;
        }
        if let Some(count) = several::names_in(name) {
            self.warn(
                place,
                format!("'{name}' looks like {count} names in one, and is found only where all of it stands"),
                "write each in quotes of its own, as in aliases = [\"HiSilicon\", \"Honor\"]",
            );
            return;
        }
        if let Some(why) = weak {
            self.warn(
                place,
                format!("'{name}' is {why}: it counts only beside a strong name or ticker of the company"),
                IF_NOT_WEAK,
            );
            return;
        }
        if guarded {
            return;
        }
        if let Some(why) = commonplace(text) {
            self.warn(
                place,
                format!("'{name}' is {why}, and everything that says so is found"),
                "write the company's full name, or say weak = true or only_with",
            );
        } else if is_two_characters(text) {
            self.doubt_two_characters(name, place);
        } else if may_be_a_persons(text) {
            self.doubt_possessive(name, place);
        } else if weakness(text).is_none() && text.tokens.len() == 1 && is_short(text) {
            self.warn(
                place,
                format!("'{name}' is three letters, which often mean something else"),
                "guard it with not_with or only_with, or say weak = true",
            );
        }
    }

    /// Doubts what is left of a full name; `weak` says why it does not stand alone.
    pub(super) fn doubt_derived(
        &mut self,
        (name, full): (&str, &str),
        text: &Text,
        weak: Option<&str>,
        place: Option<Place>,
    ) {
        if let Some(why) = weak {
            self.warn(
                place,
                format!(
                    "'{name}' is {why}: what is left of '{full}' counts only beside a strong name or ticker of the company"
                ),
                &format!(
                    "to have it count, say when: aliases = [{{ name = \"{name}\", only_with = [\"…\"] }}]"
                ),
            );
        } else if is_two_characters(text) {
            self.doubt_two_characters(name, place);
        } else if may_be_a_persons(text) {
            self.doubt_possessive(name, place);
        }
    }

    /// Doubts what is left of a full name and stands alone because its company has guards.
    pub(super) fn doubt_guarded(&mut self, name: &str, why: &str, place: Option<Place>) {
        self.warn(
            place,
            format!("'{name}' is {why}, and is found in any case wherever the company's guards do not forbid it"),
            "add case = \"exact\" or only_with, or say weak = true",
        );
    }

    fn doubt_possessive(&mut self, name: &str, place: Option<Place>) {
        self.warn(
            place,
            format!(
                "'{name}' may be a person's as well, and is held back behind a given name only (\"John {name}\")"
            ),
            "say weak = true, only_with = [\"…\"], or not_with the persons in the news",
        );
    }

    fn doubt_two_characters(&mut self, name: &str, place: Option<Place>) {
        self.warn(
            place,
            format!("'{name}' has two characters and may be part of longer words"),
            "name those with not_with, as in { name = \"…\", not_with = [\"…\"] }",
        );
    }

    /// Doubts the shortest form of a name where a legal form seems to be left in it.
    pub(super) fn doubt_form(&mut self, name: &str, text: &Text, place: Option<Place>) {
        if let Some(form) = super::name::form_like(name, text) {
            self.warn(
                place,
                format!("'{form}' looks like a legal form, and '{name}' is found only with it"),
                "add the name without it to aliases, if people write it so",
            );
        }
    }

    /// A letter of another alphabet that looks like a Latin one makes a word that nobody else writes. `what` is
    /// what is written, as a message names it.
    pub(super) fn doubt_letters(&mut self, what: &str, written: &str, place: Option<Place>) {
        let mut words = written.split(|one: char| !one.is_alphanumeric());
        let Some((odd, latin)) = words.find_map(stranger) else { return };
        let alphabet = if is_greek(odd) { "Greek" } else { "Cyrillic" };
        self.warn(
            place,
            format!(
                "{what} mixes alphabets: '{odd}' (U+{:04X}) is a {alphabet} letter, so the word is hardly \
                 ever found",
                u32::from(odd)
            ),
            &format!("type the word anew, with a Latin {latin}"),
        );
    }

    /// A term that hardly a text is without.
    pub(super) fn doubt_term(&mut self, term: &Located<String>, any_case: bool) {
        let text = Text::of_term(&term.value);
        let [token] = text.tokens.as_slice() else { return };
        let letter = token.chars == 1
            && !matches!(token.shape, Shape::Cjk | Shape::Digit)
            && text.word(token).chars().all(char::is_alphabetic);
        // US and WHO in capitals are found in capitals only, so they are no us and who.
        let plain = any_case || capitals(&text) == Need::Free;
        let why = if letter {
            "is a single letter"
        } else if plain
            && [lexicon::stop_words(), lexicon::small()].iter().any(|all| all.contains(&token.hash))
        {
            "is a word of nearly every text"
        } else {
            return;
        };
        self.warn(
            term.place.clone(),
            format!("the term \"{}\" {why}, so nearly everything is found", term.value),
            "write the words that tell it from others",
        );
    }

    pub(super) fn doubt_ticker(&mut self, ticker: &Located<String>, doubt: Option<&Doubt>) {
        let value = &ticker.value;
        match doubt {
            None => {}
            Some(Doubt::NoSymbol) => {
                let what = format!("ticker '{value}' holds no symbol");
                self.error(ticker.place.clone(), what, Some("write EXCHANGE:SYMBOL".to_owned()));
            }
            Some(Doubt::Several(symbol)) => self.warn(
                ticker.place.clone(),
                format!("ticker '{value}': '{symbol}' is no symbol, so it is found only where all of it stands"),
                "write one ticker a string, as in tickers = [\"NYSE:BABA\", \"9988.HK\"]",
            ),
            Some(Doubt::NoExchange) => {
                self.warn(
                    ticker.place.clone(),
                    format!("ticker '{value}' names no exchange{}", finds_without(value)),
                    "write it as NYSE:BABA or 9988.HK",
                );
            }
            Some(Doubt::UnknownExchange(name)) => {
                let hint = exchange_meant(name, value)
                    .unwrap_or_else(|| "write it as NYSE:BABA or 9988.HK".to_owned());
                self.warn(
                    ticker.place.clone(),
                    format!("ticker '{value}': the exchange '{name}' is not known"),
                    &hint,
                );
            }
        }
    }
}

/// What a ticker without an exchange finds, in words.
fn finds_without(ticker: &str) -> String {
    let (symbol, exchange, _) = ticker::split(ticker);
    let all = ticker::writings(&symbol, exchange);
    let shown = |weak: Option<bool>| {
        let some = all.iter().filter(|one| weak.is_none_or(|weak| one.weak == weak));
        let shown = |one: &ticker::Writing| match one.need {
            // What announces it does where it could stand in brackets.
            Need::Bracket => vec![one.shown(), format!("words such as \"ticker: {}\"", one.text)],
            _ => vec![one.shown()],
        };
        in_words(&some.flat_map(shown).collect::<Vec<_>>())
    };
    let (found, weak) = (shown(None), shown(Some(true)));
    match () {
        () if found.is_empty() => {
            ", and a number alone is never taken for one: it finds nothing".to_owned()
        }
        () if weak.is_empty() => format!(": only {found} are found"),
        () if weak == found => {
            format!(": only {found} are found, and they count only beside a name of the company")
        }
        () => format!(
            ": only {found} are found, of which {weak} count only beside a name of the company"
        ),
    }
}

/// `a, b and c`.
fn in_words(all: &[String]) -> String {
    match all {
        [before @ .., last] if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        _ => all.concat(),
    }
}

/// What to write for an exchange that is not known.
fn exchange_meant(name: &str, ticker: &str) -> Option<String> {
    let same = |one: &&&str| one.eq_ignore_ascii_case(name);
    let suffix = exchanges().iter().find_map(|one| one.suffixes.iter().find(same));
    if let (Some(suffix), Some((_, symbol))) = (suffix, ticker.split_once(':')) {
        return Some(format!("write it as {}.{suffix}", symbol.trim().to_uppercase()));
    }
    // Market identifier codes differ in a letter and name other countries.
    let code = name.len() == 4 && name.starts_with(['X', 'x']) && !name.contains(' ');
    let known = || exchanges().iter().flat_map(|one| &one.names).copied();
    (!code).then(|| nearest(name, known())).flatten()
}

/// Why a name says nothing of whom it names; `None` where it may.
pub(super) fn commonplace(text: &Text) -> Option<&'static str> {
    if lexicon::is_place(&text.tokens) {
        return Some("the name of a country or of those who live there");
    }
    let form = |hash| legal::single().contains(&hash);
    let forms = !text.tokens.is_empty() && text.tokens.iter().all(|token| form(token.hash));
    forms.then_some("a legal form, which stands in many names")
}

/// One word with a possessive ending that is no everyday word: a surname, as likely as not.
fn may_be_a_persons(text: &Text) -> bool {
    let [token] = text.tokens.as_slice() else { return false };
    token.marks & OWNER != 0 && !lexicon::common().contains(&token.hash)
}

fn is_two_characters(text: &Text) -> bool {
    text.tokens.len() == 2 && text.tokens.iter().all(|token| token.shape == Shape::Cjk)
}

/// Three letters in capitals that are no common word.
fn is_short(text: &Text) -> bool {
    let token = &text.tokens[0];
    token.chars == 3 && token.shape == Shape::Caps && !lexicon::common().contains(&token.hash)
}

/// A letter in a Latin word that only looks like one, and the one that it looks like. A word that holds others of that
/// alphabet means them (`X5Клуб`).
fn stranger(word: &str) -> Option<(char, char)> {
    // Cyrillic and Greek letters beside the Latin ones whose shape they have (Unicode's confusables.txt).
    const ALIKE: [(&str, &str); 2] = [
        ("АВЕЅІЈКМНОРСТУХаеѕіјорсухԁԛԝһ", "ABESIJKMHOPCTYXaesijopcyxdqwh"),
        ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧο", "ABEZHIKMNOPTYXo"),
    ];
    let looks = |one: char| {
        let mut pairs = ALIKE.iter().flat_map(|(odd, latin)| odd.chars().zip(latin.chars()));
        pairs.find(|(odd, _)| *odd == one)
    };
    let foreign = |one: char| is_greek(one) || ('\u{400}'..='\u{52f}').contains(&one);
    let mut strangers = word.chars().filter(|one| foreign(*one)).map(looks);
    let first = strangers.next().flatten()?;
    let all = strangers.all(|one| one.is_some());
    (all && word.chars().any(|one| one.is_ascii_alphabetic())).then_some(first)
}

fn is_greek(letter: char) -> bool {
    ('\u{370}'..='\u{3ff}').contains(&letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_that_only_looks_latin_is_found() {
        for (word, expected) in [
            ("Hуawei", Some(('у', 'y'))),
            ("АCME", Some(('А', 'A'))),
            ("Οracle", Some(('Ο', 'O'))),
            ("Huawei", None),
            ("Газпром", None),
            ("µTorrent", None),
            ("TGFβ", None),
            ("X5Клуб", None),
            ("TikTokом", None),
        ] {
            assert_eq!(stranger(word), expected, "{word}");
        }
    }

    #[test]
    fn commonplaces_are_known() {
        for (name, expected) in [
            ("China", true),
            ("Saudi Arabia", true),
            ("SOUTH KOREA", true),
            ("中国", true),
            ("中國", true),
            ("Company", true),
            ("Co., Ltd.", true),
            ("China Mobile", false),
            ("Saudi Aramco", false),
            ("New World", false),
            ("中国移动", false),
            ("Huawei", false),
            ("", false),
        ] {
            assert_eq!(commonplace(&Text::of_term(name)).is_some(), expected, "{name}");
        }
    }
}
