//! What is said of a search or a condition that can be read and was hardly meant as it is read.

use std::ops::Range;

use crate::detect::query::{Kind, OFFICIAL, Slip, is_of_rules};
use crate::model::{Located, Problem};

use super::{Making, ticker};

/// What a rule's condition asks by.
const OF_A_RULE: &str = "a rule knows company:, group:, topic:, source:, title:, opening:, lead:, sentence:, official and manner:talk";
/// What a search asks by.
const OF_A_SEARCH: &str = "a search knows title:, opening:, lead: and topic: with a hidden topic";
/// Words that say what follows from a rule and when it is read, which stand on lines of their own.
const KEYS: [&str; 4] = ["severity", "reader", "readers", "hold"];

impl Making {
    /// Tells the slips of a topic's search or, where `rule` is its name, of a rule's condition. Says whether the
    /// rule cannot mean what it says: a scope that is none is a rule that never fires.
    pub(super) fn slips(
        &mut self,
        search: &Located<String>,
        slips: &[Slip],
        rule: Option<&str>,
    ) -> bool {
        let mut unfit = false;
        for slip in slips {
            // A ticker asks for nothing but its words.
            let scope = matches!(slip.kind, Kind::Scope(_));
            if scope && ticker::names_exchange(&slip.word) {
                continue;
            }
            let place =
                |span: &Range<usize>| search.place.as_ref().map(|place| place.within(span.clone()));
            let (what, hint) = told(slip, rule);
            let mut problem = Problem::warning(place(&slip.span), what).hint(hint);
            if scope && rule.is_some() {
                problem.level = crate::model::Level::Error;
                unfit = true;
            }
            self.problems.push(problem);
        }
        unfit
    }
}

/// What to say of a slip, and what to write.
fn told(slip: &Slip, rule: Option<&str>) -> (String, String) {
    let word = &slip.word;
    let quoted = if slip.run.is_empty() || slip.run.contains('"') { word } else { &slip.run };
    let words = format!("\"{quoted}\" for the words");
    match &slip.kind {
        Kind::Case => {
            let case = if word.chars().any(char::is_uppercase) { "mixed" } else { "lower" };
            let what = format!("'{word}' in {case} case is searched as a word");
            (what, format!("write {} for the operator, or {words}", word.to_uppercase()))
        }
        Kind::Distance(near) => {
            (format!("{word} is searched as a word"), format!("write NEAR/{near}, or {words}"))
        }
        Kind::Sign(operator) => {
            (format!("'{word}' is no operator here"), format!("write {operator}, or {words}"))
        }
        Kind::Quoted(apart) => (
            format!("{word} is searched as a word, for it stands inside quotes"),
            format!("write {apart}, or the word in small letters"),
        ),
        Kind::Starred(without) => {
            let what = format!("\"{word}\": * is not read inside quotes");
            let hint = match without {
                Some(without) => format!("write {without}, without quotes"),
                None => "write it at the end of the last word, without quotes: pre*".to_owned(),
            };
            (what, hint)
        }
        Kind::AnyLetter => (
            format!("'{word}': ? is not read, and what stands beside it are words"),
            "write the words themselves, as in (halt OR hilt), or pre*".to_owned(),
        ),
        Kind::Alike(first) => (
            format!("'{word}': what stands behind ~ is searched as a word"),
            format!("write {first}: words are found with their inflections, never by likeness"),
        ),
        Kind::Listed(apart) => (
            format!("'{word}' is one phrase, for a search has no commas"),
            format!("write {apart}, or \"{word}\" for the phrase"),
        ),
        Kind::Mixed(read) => {
            let what = "AND binds closer than OR, and no brackets say what was meant".to_owned();
            let hint = match read {
                Some(read) => {
                    format!("it is read as {read}: write the brackets, there or elsewhere")
                }
                None => "write brackets around what belongs together".to_owned(),
            };
            (what, hint)
        }
        Kind::Official => {
            let whose = rule.map(|rule| format!("rule '{rule}': ")).unwrap_or_default();
            let what = format!("{whose}'{word}' is searched as a word");
            (what, format!("did you mean {OFFICIAL}? Write {words}"))
        }
        Kind::Scope(meant) => scope(slip, *meant, rule, &words),
    }
}

fn scope(
    slip: &Slip,
    meant: Option<&'static str>,
    rule: Option<&str>,
    words: &str,
) -> (String, String) {
    let word = &slip.word;
    let what = match rule {
        Some(rule) => {
            format!("rule '{rule}': '{word}' would be searched as words; the rule is left out")
        }
        None => format!("'{word}' is searched as words"),
    };
    let first = word.split([':', '=', '：', '＝']).next().unwrap_or(word);
    let meant = match (meant, rule) {
        (Some(OFFICIAL), Some(_)) => format!("did you mean {OFFICIAL}? It stands alone"),
        (Some(meant), None) if is_of_rules(meant) => {
            format!("only rules ask for {meant}, in when = \"…\"; {OF_A_SEARCH}")
        }
        (Some(meant), _) => format!("did you mean {meant}:?"),
        (None, Some(_)) if KEYS.contains(&first) => {
            format!(
                "what follows from a rule stands on lines of its own, outside when; {OF_A_RULE}"
            )
        }
        (None, Some(_)) => OF_A_RULE.to_owned(),
        (None, None) => OF_A_SEARCH.to_owned(),
    };
    (what, format!("{meant}\nwrite {words}"))
}
