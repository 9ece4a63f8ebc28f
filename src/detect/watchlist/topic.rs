//! Topics: terms with their inflections, exact words, searches.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::detect::lexicon;
use crate::detect::phrases::{Need, Reading, capitals};
use crate::detect::query::{self, Ask, Atom, Expr};
use crate::detect::stem::{Lang, stem};
use crate::detect::text::{Shape, Text};
use crate::model::watchlist::{CaseRule, TopicEntry, one_line};
use crate::model::{Located, Named};

use super::guard::{Way, speaks};
use super::never::never_found;
use super::phrase::Of;
use super::{Making, Reach, Search, Term, TopicInfo, Use, id_of, note_of};

impl Making {
    /// Compiles `[[topic]]`.
    pub(super) fn topics(&mut self, entries: &[TopicEntry]) {
        self.share(entries);
        for entry in entries {
            self.topic(entry, entries);
        }
        for entry in entries {
            self.kin(entry);
        }
    }

    /// Topics that an entry names as its kin must exist.
    fn kin(&mut self, entry: &TopicEntry) {
        for id in entry.akin.iter().flatten() {
            if !self.topic_by_id.contains_key(id.value.as_str()) {
                let name = &entry.name.value;
                let what =
                    format!("topic '{name}': there is no topic '{}' to be akin to", id.value);
                let near = self.like(&id.value, self.topic_by_id.keys().map(AsRef::as_ref));
                let hint = near.unwrap_or_else(|| "write the other topic's id".to_owned());
                self.nowhere(id.place.clone(), what, hint);
            }
        }
    }

    fn topic(&mut self, entry: &TopicEntry, all: &[TopicEntry]) {
        let place = || entry.name.place.clone().or_else(|| entry.place.clone());
        if entry.name.value.trim().is_empty() {
            self.error(place(), "a topic without a name", Some("write name = \"…\"".to_owned()));
            return;
        }
        let id = id_of(entry.id.as_ref(), &entry.name.value);
        if self.topic_by_id.contains_key(&id) {
            let what = format!("two topics have the id '{id}'; the second is left out");
            let at = entry.id.as_ref().and_then(|id| id.place.clone()).or_else(place);
            self.error(at, what, Some("write an id of its own: id = \"…\"".to_owned()));
            self.judge_alone(|alone| {
                alone.share(all);
                alone.topic(entry, &[]);
            });
            return;
        }
        if entry.setting && !(entry.search.is_empty() && entry.everyday.is_empty()) {
            let what =
                format!("topic '{}' sets the scene, so it takes no searches", entry.name.value);
            self.error(place(), what, Some("write terms and exact".to_owned()));
        }
        let number = u32::try_from(self.topics.len()).expect("fewer than four billion topics");
        let any_case = entry.guards.case.as_ref().is_some_and(|case| case.value == CaseRule::Any);
        for (terms, reading) in [(&entry.terms, Reading::Inflected), (&entry.exact, Reading::Exact)]
        {
            for term in terms {
                self.term(number, term, reading, any_case);
                // What is hidden tells nothing by itself, and may well ask for common words beside others.
                if !entry.hidden {
                    self.doubt_term(term, any_case);
                    self.doubt_alone(&term.value, term.place.clone());
                }
            }
        }
        self.lend(&id, number);
        self.plurals(entry);
        let mut ways: Vec<Way> = Vec::new();
        for search in &entry.search {
            ways.extend(self.search(number, &entry.name.value, search, None));
        }
        for search in &entry.everyday {
            ways.extend(self.search(number, &entry.name.value, search, Some(Reach::Everyday)));
        }
        let lists = [&entry.terms, &entry.exact, &entry.search, &entry.everyday];
        if lists.iter().all(|list| list.is_empty()) {
            let what = format!("topic '{}' has no words, so it can never match", entry.name.value);
            self.warn(place(), what, "write terms, exact or search");
        }
        if let Some(weak) = &entry.guards.weak {
            let hint = "it is for names; of a topic write only_with, not_with or everyday = […]";
            self.warn(weak.place.clone(), "weak does nothing on a topic", hint);
        }
        if speaks(&entry.guards) {
            let terms = entry.terms.iter().chain(&entry.exact);
            ways.extend(terms.map(|term| Way::of_term(&term.value)));
        } else {
            ways.clear();
        }
        if let Some(guards) = self.guards(&entry.guards, &ways) {
            self.topic_guards.insert(number, guards);
        }
        self.topic_by_id.insert(Arc::clone(&id), number);
        self.topics.push(TopicInfo {
            named: Named {
                id,
                name: Arc::from(entry.name.value.trim()),
                note: note_of(&entry.remarks),
            },
            severity: entry.severity,
            hidden: entry.hidden,
            setting: entry.setting,
            akin: entry
                .akin
                .as_ref()
                .map(|all| all.iter().map(|id| Arc::from(id.value.as_str())).collect()),
            without_company: entry.without_company,
            place: entry.place.clone(),
        });
    }

    fn term(&mut self, topic: u32, term: &Located<String>, written: Reading, any_case: bool) {
        let in_capitals = any_case && capitals(&Text::of_term(&term.value)) != Need::Free;
        let reading = if in_capitals { Reading::AnyCase } else { written };
        let phrase = match self.phrases.add(&term.value, reading) {
            Ok(phrase) => phrase,
            Err(why) => {
                let what = format!("the term \"{}\" {why}", term.value);
                self.error(term.place.clone(), what, Some("write a word or phrase".to_owned()));
                return;
            }
        };
        let of = if matches!(written, Reading::Inflected) { Of::Term } else { Of::Exact };
        self.doubt_phrase(&format!("\"{}\"", term.value), term, of);
        let what = format!("the term \"{}\"", term.value);
        self.doubt_letters(&what, &term.value, term.place.clone());
        self.doubt_signs(&term.value, term.place.clone());
        let number = u32::try_from(self.terms.len()).expect("fewer than four billion terms");
        self.uses.push((phrase, Use::Term(number)));
        self.terms.push(Term { topic, text: Arc::from(term.value.as_str()) });
    }

    /// A term with a capital is not inflected, which is easily forgotten where its last word has none:
    /// "Pentagon blacklist" does not find "Pentagon blacklists".
    fn plurals(&mut self, entry: &TopicEntry) {
        let words = |term: &Located<String>| {
            let text = Text::of_term(&term.value);
            let stems = text.tokens.iter().map(|token| stem(&text, token, Lang::En).hash);
            (stems.collect::<Vec<u64>>(), text.tokens.last().map(|last| last.hash))
        };
        let mut forms: HashMap<Vec<u64>, BTreeSet<Option<u64>>> = HashMap::new();
        for term in entry.terms.iter().chain(&entry.exact) {
            let (stems, last) = words(term);
            forms.entry(stems).or_default().insert(last);
        }
        for term in &entry.terms {
            let text = Text::of_term(&term.value);
            let Some((last, before)) = text.tokens.split_last() else { continue };
            let capital =
                before.iter().any(|one| matches!(one.shape, Shape::Caps | Shape::Capital));
            let singular = last.shape == Shape::Lower && lexicon::nouns().contains(&last.hash);
            if capital && singular && forms.get(&words(term).0).is_some_and(|all| all.len() == 1) {
                let what = format!(
                    "\"{}\" has a capital, so it is taken as it is: its plural is not found",
                    term.value
                );
                self.warn(term.place.clone(), what, "add the plural, or move it to exact");
            }
        }
    }

    /// Compiles a search and answers how it can be found.
    fn search(
        &mut self,
        topic: u32,
        name: &str,
        search: &Located<String>,
        reach: Option<Reach>,
    ) -> Option<Way> {
        let parsed = match query::parse(&search.value, false) {
            Ok(parsed) => parsed,
            Err(wrong) => {
                self.unreadable(&format!("a search of topic '{name}'"), search, wrong);
                return None;
            }
        };
        self.slips(search, &parsed.slips, None);
        if let Expr::Words(words) = &parsed.expr {
            let place = search.place.as_ref().map(|place| place.within(words.span.clone()));
            self.doubt_alone(&words.text, place);
        }
        let ask = self.ask(&parsed.expr, search)?;
        if let Some(why) = never_found(&ask) {
            let what = format!("a search of topic '{name}' can never match: {why}");
            self.warn(search.place.clone(), what, "take the contradiction away, or the search");
        }
        let sure = self.parts.add(&ask, &|phrase| self.lists.weight(phrase));
        let reach = reach.unwrap_or(if scattered(&ask) { Reach::Wide } else { Reach::Close });
        let text = Arc::from(one_line(&search.value));
        self.searches.push(Search { topic, text, ask, sure, reach });
        Some(Way::of_search(&parsed.expr))
    }

    /// Words of a search that find nearly everything, or nothing.
    fn doubt_words(&mut self, words: &query::Words, search: &Located<String>) {
        let place = || search.place.as_ref().map(|place| place.within(words.span.clone()));
        let what = format!("\"{}\"", words.text);
        self.doubt_letters(&what, &words.text, place());
        self.doubt_signs(&words.text, place());
        let short = words.text.len() <= FEW_LETTERS
            && words.text.bytes().all(|one| one.is_ascii_alphabetic());
        if words.prefix && short {
            let what =
                format!("{}* stands for every word that begins with {}", words.text, words.text);
            self.warn(place(), what, "write more letters, or the words themselves");
        }
    }

    /// Words into phrases; `None` when one is none, which is said.
    pub(super) fn ask(&mut self, expr: &Expr, search: &Located<String>) -> Option<Ask> {
        let mut all = |many: &[Expr]| {
            many.iter().map(|one| self.ask(one, search)).collect::<Option<Vec<_>>>()
        };
        Some(match expr {
            Expr::And(many) => Ask::All(all(many)?),
            Expr::Or(many) => Ask::one_of(all(many)?),
            Expr::Not(one) => Ask::Not(Box::new(self.ask(one, search)?)),
            Expr::In(part, one) => Ask::In(*part, Box::new(self.ask(one, search)?)),
            Expr::Near(n, a, b) => {
                Ask::Near(*n, Box::new(self.ask(a, search)?), Box::new(self.ask(b, search)?))
            }
            Expr::Atom(Atom::Topic(Some(id)), span) => Ask::Words(self.borrowed(id, span, search)?),
            // Only rules ask such things, and never beside words that stand near each other.
            Expr::Atom(..) | Expr::Sentence(_) => return None,
            Expr::Words(words) => {
                self.doubt_words(words, search);
                let reading = match (words.prefix, words.quoted) {
                    (true, _) => Reading::Prefix,
                    (_, true) => Reading::Exact,
                    _ => Reading::Inflected,
                };
                match self.phrases.add(&words.text, reading) {
                    Ok(phrase) => Ask::Words(phrase),
                    Err(why) => {
                        let place =
                            search.place.as_ref().map(|place| place.within(words.span.clone()));
                        self.error(place, format!("\"{}\" {why}", words.text), None);
                        return None;
                    }
                }
            }
        })
    }
}

/// Letters with which so many words begin that hardly a text is without one.
const FEW_LETTERS: usize = 2;

/// Whether a search asks for several things that may stand anywhere in the item.
fn scattered(ask: &Ask) -> bool {
    match ask {
        Ask::All(all) => all.iter().filter(|one| !matches!(one, Ask::Not(_))).count() > 1,
        _ => false,
    }
}
