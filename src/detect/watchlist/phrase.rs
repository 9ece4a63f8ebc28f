//! What is said of a term or a guard that holds what only searches read, or that is a list: it is one phrase, which
//! hardly ever stands in a text.

use crate::detect::query::{listed, scope_of};
use crate::model::{Located, Place};

use super::Making;

/// Parts of a list that are shown.
const SHOWN: usize = 4;

/// What to write where too little is left.
const APART: &str = "write the words that tell it from others";

/// What a phrase is, for what is said of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    /// A term, found with its inflections.
    Term,
    /// A term that is taken as it is written: commas in it are meant.
    Exact,
    /// A guard.
    Guard,
}

impl Making {
    /// Doubts a phrase; `what` is what it is called.
    pub(super) fn doubt_phrase(&mut self, what: &str, phrase: &Located<String>, of: Of) {
        let (value, place) = (&phrase.value, || phrase.place.clone());
        let operator = value.split_whitespace().find(|word| {
            matches!(*word, "OR" | "AND" | "NOT")
                || word.starts_with("NEAR/")
                || word.ends_with('*')
        });
        if let Some(operator) = operator {
            let hint = match of {
                Of::Guard if operator == "OR" => apart(value.split(" OR ")),
                Of::Guard => {
                    "write plain words: a guard is a word or a phrase with its inflections"
                        .to_owned()
                }
                _ => "operators live in search = […]".to_owned(),
            };
            return self.warn(place(), format!("{what}: {operator} is no operator here"), &hint);
        }
        if let Some(scope) = value.split_whitespace().find_map(scope_of) {
            let hint = "write the words alone, or a search: search = […]";
            return self.warn(
                place(),
                format!("{what}: {scope}: is understood in searches only"),
                hint,
            );
        }
        if of == Of::Exact {
            return;
        }
        let either = value.contains(" or ").then(|| value.split(" or ").collect::<Vec<_>>());
        if let Some(parts) = listed(value).or(either) {
            let exact =
                if of == Of::Term { "; what is one phrase stands in exact = […]" } else { "" };
            let hint = format!("{}{exact}", apart(parts.into_iter()));
            self.warn(place(), format!("{what} is one phrase"), &hint);
        }
    }

    /// Doubts a name that holds what only searches read, or that is two. Says whether it does.
    pub(super) fn doubt_operators(&mut self, name: &str, place: Option<&Place>) -> bool {
        let words: Vec<&str> = name.split_whitespace().collect();
        // Lists of names in capitals hold an AND that is one.
        let mixed = name.chars().any(char::is_lowercase);
        let between = words.get(1..words.len().saturating_sub(1)).unwrap_or_default();
        let told = if mixed && between.contains(&"OR") {
            Some(("OR is no operator in a name".to_owned(), apart(name.split(" OR "))))
        } else if words.iter().any(|word| word.len() > 1 && word.ends_with('*')) {
            let hint = "write each name as it is written, in quotes of its own";
            Some(("* is not read in a name".to_owned(), hint.to_owned()))
        } else if let Some(scope) = words.iter().find_map(|word| scope_of(word)) {
            let hint = "write the name alone, or a rule that asks for the company and the words";
            Some((format!("{scope}: is understood in searches only"), hint.to_owned()))
        } else {
            let parts: Vec<&str> = name.split(" / ").collect();
            // `Novo Nordisk A / S`.
            let long = |part: &&str| part.trim().chars().count() > 2;
            (parts.len() > 1 && parts.iter().all(long)).then(|| {
                ("it looks like several names in one".to_owned(), apart(parts.into_iter()))
            })
        };
        let says = told.is_some();
        if let Some((what, hint)) = told {
            self.warn(place.cloned(), format!("'{name}': {what}"), &hint);
        }
        says
    }

    /// A sign of money alone is no word, and what is left of `gets $` finds all that gets anything.
    pub(super) fn doubt_signs(&mut self, words: &str, place: Option<Place>) {
        let money = |word: &&str| matches!(*word, "$" | "€" | "£" | "¥" | "US$");
        if let Some(sign) = words.split_whitespace().find(money) {
            let left: Vec<&str> = words.split_whitespace().filter(|word| *word != sign).collect();
            let what =
                format!("\"{words}\": {sign} is no word, so \"{}\" is looked for", left.join(" "));
            self.warn(place, what, APART);
        }
    }

    /// Signs that stand before or behind a word are not read, which matters where nothing else is asked for: `10%`
    /// finds every 10.
    pub(super) fn doubt_alone(&mut self, word: &str, place: Option<Place>) {
        const SIGNS: [char; 18] = [
            '%', '％', '‰', '+', '#', '°', '@', '§', '=', '<', '>', '~', '^', '|', '$', '€', '£',
            '¥',
        ];
        let word = word.trim();
        let left = word.trim_matches(SIGNS);
        if left.len() < word.len()
            && left.contains(char::is_alphanumeric)
            && !word.contains(char::is_whitespace)
        {
            let sign = word.replacen(left, "", 1);
            let what = format!("\"{word}\": {sign} is not read, so \"{left}\" is looked for");
            self.warn(place, what, APART);
        }
    }
}

/// To write each part by itself.
fn apart<'p>(parts: impl Iterator<Item = &'p str>) -> String {
    let parts: Vec<&str> = parts.map(str::trim).filter(|part| !part.is_empty()).collect();
    let mut shown: Vec<String> =
        parts.iter().take(SHOWN).map(|part| format!("\"{part}\"")).collect();
    if parts.len() > SHOWN {
        shown.push("…".to_owned());
    }
    format!("write each in quotes of its own: {}", shown.join(", "))
}
