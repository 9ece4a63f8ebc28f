//! A company as a list names it, cleaned of what lists do to names. Pure.

use std::borrow::Cow;

use crate::detect::watchlist::{forms_of, weakness_of};

/// A name, and whether it may stand alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// As spelt in the list.
    pub text: String,
    /// Short, common, or called weak by the list.
    pub weak: bool,
}

/// A company of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listed {
    /// The list's own id.
    pub key: String,
    /// Its names, the fullest first; none of them is empty or twice.
    pub names: Vec<Name>,
    /// Tickers as the watchlist writes them.
    pub tickers: Vec<String>,
    /// Groups.
    pub groups: Vec<String>,
    /// What the list says of it.
    pub note: String,
}

/// How many names of one company are taken: lists hold hundreds of spellings of a few.
const MOST: usize = 60;
/// A longer name is a sentence.
const LONGEST: usize = 200;

impl Listed {
    /// A company with its first name; `None` when nothing is left of it.
    pub fn new(key: impl Into<String>, name: &str) -> Option<Self> {
        let mut listed = Self { key: key.into(), ..Self::default() };
        listed.name(name, false);
        (!listed.key.is_empty() && !listed.names.is_empty()).then_some(listed)
    }

    /// Adds a name as the list writes it: one in brackets at its end is a name of its own.
    pub fn name(&mut self, written: &str, weak: bool) {
        let text = in_one_line(written);
        let (first, others) = taken_apart(&text);
        self.add(first, weak);
        for one in others {
            self.add(one, weak || (forms_of(one).len() == 1 && one.len() < 3));
        }
    }

    fn add(&mut self, text: &str, weak: bool) {
        // A name with lost characters finds nothing, or something else.
        let lost = text.contains(['?', '\u{fffd}']);
        let long = text.len() > LONGEST && text.chars().count() > LONGEST;
        if lost || !text.contains(char::is_alphanumeric) || long || self.names.len() >= MOST {
            return;
        }
        if self.has(text) {
            return;
        }
        self.names.push(Name { text: text.to_owned(), weak: weak || is_weak(text) });
        let forms = forms_of(text);
        let core = forms.last();
        // In capitals throughout, it would be found in capitals only.
        if let Some(title) = title_case(text, core.copied().unwrap_or(text))
            && !self.has(&title)
        {
            let weak = weak || is_weak(&title);
            self.names.push(Name { text: title, weak });
        }
        // What is left without the legal form may be weak where the whole is not; of several words it is not.
        if let Some(core) = core.filter(|core| **core != text)
            && is_weak(core)
            && weakness_of(core).is_none()
            && !self.has(core)
        {
            self.names.push(Name { text: (*core).to_owned(), weak: true });
        }
    }

    fn has(&self, text: &str) -> bool {
        self.names.iter().any(|one| one.text == text)
    }

    /// Puts the fullest strong name first. False when no name and no ticker may stand alone.
    pub fn settle(&mut self) -> bool {
        if self.names.first().is_some_and(|first| first.weak)
            && let Some(strong) = self.names.iter().position(|one| !one.weak)
        {
            self.names.swap(0, strong);
        }
        self.names.iter().any(|one| !one.weak) || !self.tickers.is_empty()
    }

    /// Adds a ticker.
    pub fn ticker(&mut self, ticker: &str) {
        let ticker = ticker.trim();
        if !ticker.is_empty() && !self.tickers.iter().any(|one| one == ticker) {
            self.tickers.push(ticker.to_owned());
        }
    }

    /// Takes over what another row says of the same company.
    pub fn absorb(&mut self, other: Self) {
        for name in other.names {
            if self.names.len() < MOST && !self.has(&name.text) {
                self.names.push(name);
            }
        }
        for ticker in &other.tickers {
            self.ticker(ticker);
        }
        for group in other.groups {
            if !self.groups.contains(&group) {
                self.groups.push(group);
            }
        }
        if !self.note.contains(&other.note) {
            self.note = format!("{}; {}", self.note, other.note);
        }
    }
}

/// Whether a name comes in as weak: four capitals or fewer, a word of everyday, a Chinese name of one
/// or two characters.
pub fn is_weak(text: &str) -> bool {
    // Two words of letters are neither a short word nor a common one.
    let word = |word: &str| word.bytes().filter(u8::is_ascii_alphanumeric).count() > 1;
    if text.split_ascii_whitespace().filter(|one| word(one)).nth(1).is_some() {
        return false;
    }
    let letters: Vec<char> = text.chars().filter(|one| one.is_alphanumeric()).collect();
    let cjk = |one: &char| matches!(*one, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}');
    if letters.len() <= 2 && letters.iter().any(cjk) {
        return true;
    }
    let one_word = !text.trim().contains(char::is_whitespace);
    let capitals = letters.iter().all(|one| one.is_uppercase() || one.is_ascii_digit());
    one_word && letters.len() <= 4 && capitals && !letters.iter().any(cjk)
        || weakness_of(text).is_some()
}

/// Places that stand in brackets behind names of subsidiaries: they are no names.
const PLACES: &[&str] = &[
    "america",
    "asia",
    "australia",
    "beijing",
    "belarus",
    "brazil",
    "canada",
    "china",
    "cyprus",
    "dubai",
    "england",
    "europe",
    "france",
    "germany",
    "guangdong",
    "holdings",
    "hk",
    "hong kong",
    "h.k.",
    "india",
    "iran",
    "ireland",
    "israel",
    "italy",
    "japan",
    "korea",
    "macau",
    "malaysia",
    "mexico",
    "moscow",
    "netherlands",
    "pakistan",
    "private",
    "prc",
    "pvt",
    "russia",
    "shanghai",
    "shenzhen",
    "singapore",
    "spain",
    "suzhou",
    "switzerland",
    "taiwan",
    "thailand",
    "tianjin",
    "turkey",
    "u.k.",
    "u.s.",
    "u.s.a.",
    "uae",
    "uk",
    "ukraine",
    "united kingdom",
    "united states",
    "us",
    "usa",
    "vietnam",
    "wuhan",
];

/// Words behind which a list goes on about others.
const BEYOND: &[&str] = &[
    " and any successor",
    ", any successor",
    " and all successor",
    " and its subsidiar",
    " and subsidiar",
    ", a subsidiary of",
    " a subsidiary of",
    ", an affiliate of",
    ", including all ",
    ", to include ",
    ", all locations",
    " and its affiliates",
];

/// What a list puts between two names of one company.
const BETWEEN: &[&str] = &[" a.k.a. ", " a/k/a ", " f.k.a. ", " f/k/a ", " aka ", " d/b/a "];

/// What a list puts before another name in brackets.
const CALLED: &[&str] = &[
    "a.k.a.",
    "a/k/a",
    "aka",
    "also known as",
    "f.k.a.",
    "f/k/a",
    "fka",
    "formerly known as",
    "formerly",
    "d.b.a.",
    "d/b/a",
    "dba",
    "n.k.a.",
    "alias",
    "or",
];

/// The name itself, then those that stand in brackets at its end or behind "a.k.a.".
fn taken_apart(text: &str) -> (&str, Vec<&str>) {
    let end = first_of(text, BEYOND).map_or(text.len(), |(at, _)| at);
    let mut rest = trimmed(&text[..end]);
    let mut names = Vec::new();
    // Brackets at the end, innermost last; one in the middle belongs to the name.
    while let Some((before, inside)) = last_bracket(rest) {
        let small = inside.to_lowercase();
        if before.is_empty() || PLACES.contains(&small.as_str()) {
            break;
        }
        names.extend(inside.split(';').map(|part| trimmed(uncalled(part.trim()))));
        rest = trimmed(before);
    }
    if let Some((at, length)) = first_of(rest, BETWEEN) {
        names.insert(0, trimmed(&rest[at + length..]));
        rest = trimmed(&rest[..at]);
    }
    names.retain(|one| !one.is_empty());
    (rest, names)
}

/// Without control characters, and with one space between words.
fn in_one_line(written: &str) -> Cow<'_, str> {
    let text = written.trim();
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) && !text.contains("  ") {
        return Cow::Borrowed(text);
    }
    let text: String =
        written.chars().filter(|one| !one.is_control() || one.is_whitespace()).collect();
    Cow::Owned(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Where the first of some words stands, however they are written, and its length. All begin with a
/// space or a comma, and then a letter.
fn first_of(text: &str, words: &[&str]) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let begins = |at: usize| {
        let rest = &bytes[at..];
        let is = |word: &&&str| {
            rest.get(..word.len()).is_some_and(|it| it.eq_ignore_ascii_case(word.as_bytes()))
        };
        words.iter().find(is).map(|word| (at, word.len()))
    };
    let places = bytes.iter().enumerate().filter(|(_, byte)| matches!(byte, b' ' | b','));
    places.map(|(at, _)| at).find_map(begins)
}

fn last_bracket(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_suffix(')')?;
    let at = inner.rfind('(')?;
    Some((&text[..at], inner[at + 1..].trim()))
}

/// Without the words that only say that a name follows, and without its quotes.
fn uncalled(text: &str) -> &str {
    let small = text.to_ascii_lowercase();
    let word = CALLED.iter().find(|word| {
        small.strip_prefix(**word).is_some_and(|rest| rest.starts_with([' ', ':', '"']))
    });
    let text = word.map_or(text, |word| &text[word.len()..]);
    text.trim_matches(|one: char| one.is_whitespace() || "\"“”':".contains(one))
}

fn trimmed(text: &str) -> &str {
    text.trim_matches(|one: char| one.is_whitespace() || ",;\"“”".contains(one))
}

/// A name in capitals as other people write it, if without its legal form (`core`) it has a word long
/// enough to be one.
fn title_case(text: &str, core: &str) -> Option<String> {
    let letters = || text.chars().filter(|one| one.is_alphabetic());
    let capitals =
        letters().all(char::is_uppercase) && letters().any(|one| one.is_ascii_uppercase());
    let long =
        || core.split(|one: char| !one.is_alphanumeric()).any(|word| word.chars().count() > 4);
    if !capitals || !long() {
        return None;
    }
    let mut title = String::with_capacity(text.len());
    let mut inside = false;
    for one in text.chars() {
        if inside {
            title.extend(one.to_lowercase())
        } else {
            title.push(one)
        }
        inside = one.is_alphabetic() || (inside && one == '\'');
    }
    Some(title)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(written: &str) -> Vec<String> {
        let listed = Listed::new("k", written).unwrap();
        listed
            .names
            .into_iter()
            .map(|one| format!("{}{}", one.text, if one.weak { "*" } else { "" }))
            .collect()
    }

    #[test]
    fn names_are_cleaned_of_what_lists_do_to_them() {
        for (written, expected) in [
            ("Norvik Optics Ltd.", &["Norvik Optics Ltd."][..]),
            ("Norvik Optics (Hong Kong) Co., Ltd.", &["Norvik Optics (Hong Kong) Co., Ltd."]),
            ("Norvik Optics (China)", &["Norvik Optics (China)"]),
            ("Norvik Optics Ltd. (Borealis)", &["Norvik Optics Ltd.", "Borealis"]),
            (
                "Norvik Optics (a.k.a. Borealis Works; f.k.a. \"Aurorix\")",
                &["Norvik Optics", "Borealis Works", "Aurorix"],
            ),
            (
                "Norvik Optics, and any successor, sub-unit, or subsidiary thereof",
                &["Norvik Optics"],
            ),
            ("Norvik Optics, a subsidiary of Borealis Group", &["Norvik Optics"]),
            ("Norvik  Optics\u{1a}\n", &["Norvik Optics"]),
            ("NORVIK OPTICS CO", &["NORVIK OPTICS CO", "Norvik Optics Co"]),
            ("NRVK Inc.", &["NRVK Inc.", "NRVK*"]),
            ("NRVK", &["NRVK*"]),
            ("北极", &["北极*"]),
            ("北极光学", &["北极光学"]),
        ] {
            assert_eq!(of(written), expected, "{written}");
        }
        for lost in ["", "  ", "Norv?k Optics", "\u{1a}", "()"] {
            assert_eq!(Listed::new("k", lost), None, "{lost:?}");
        }
    }

    #[test]
    fn the_first_name_is_a_strong_one() {
        let mut listed = Listed::new("k", "NRVK").unwrap();
        assert!(!listed.clone().settle());
        listed.name("Norvik Optics", false);
        assert!(listed.settle());
        assert_eq!(listed.names[0].text, "Norvik Optics");
        let mut with_ticker = Listed::new("k", "NRVK").unwrap();
        with_ticker.ticker("NYSE:NRVK");
        assert!(with_ticker.settle());
    }
}
