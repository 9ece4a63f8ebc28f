//! Rules: a condition over words, companies, topics and the source, and what follows from it.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::detect::query::{self, Ask, Atom, Expr};
use crate::model::watchlist::RuleEntry;
use crate::model::{Located, Severity};

use super::condition::{CompiledRule, Condition};
use super::never::{Known, never};
use super::{Making, RuleInfo, id_of};

impl Making {
    /// Compiles `[[rule]]`; companies and topics are known by now. Words of `many` rules are not looked
    /// for in every item: only their cues are.
    pub(super) fn rules(&mut self, entries: &[RuleEntry], many: bool) {
        if many {
            self.phrases.rules_ask();
        }
        let mut worded = vec![false; self.topics.len()];
        let with_words = self.terms.iter().map(|term| term.topic);
        for topic in with_words.chain(self.searches.iter().map(|search| search.topic)) {
            // The words of a topic that sets the scene are no hits.
            worded[topic as usize] = !self.topics[topic as usize].setting;
        }
        let mut ids = BTreeSet::new();
        for entry in entries {
            let id = id_of(entry.id.as_ref(), &entry.name.value);
            let alone = ids.insert(Arc::clone(&id));
            if !alone {
                let place = entry.id.as_ref().unwrap_or(&entry.name).place.clone();
                let what = format!("two rules have the id '{id}'; the second is left out");
                self.error(place, what, Some("write an id of its own: id = \"…\"".to_owned()));
            }
            self.rule(entry, id, alone, &worded);
        }
    }

    /// Topics that rules which make alerts ask for, sorted.
    pub(super) fn alerting(&self) -> Vec<u32> {
        fn add(when: &Condition, into: &mut BTreeSet<u32>) {
            match when {
                Condition::All(all) | Condition::Any(all) => {
                    all.iter().for_each(|one| add(one, into));
                }
                Condition::In(_, one) | Condition::Sentence(one) => add(one, into),
                Condition::Topic(topic) => into.extend(topic),
                _ => {}
            }
        }
        let mut topics = BTreeSet::new();
        for (rule, compiled) in self.rules.iter().zip(&self.conditions) {
            if rule.severity.is_some() || !rule.readers.is_empty() {
                add(&compiled.when, &mut topics);
            }
        }
        topics.into_iter().collect()
    }

    /// Compiles one; what is not to be in force is judged all the same.
    fn rule(&mut self, entry: &RuleEntry, id: Arc<str>, in_force: bool, worded: &[bool]) {
        let name = &entry.name.value;
        let place = entry.name.place.clone().or_else(|| entry.place.clone());
        let idle = entry.severity.is_none() && entry.readers.is_empty() && entry.hold.is_none();
        let low = entry.severity.as_ref().is_some_and(|one| one.value == Severity::Low);
        if idle {
            let what = format!("rule '{name}' does nothing");
            self.error(place, what, Some("give it severity, readers or hold".to_owned()));
        } else if low {
            let what = format!("rule '{name}' gives the severity low, which is no alert");
            self.error(
                place,
                what,
                Some("write high or medium; to lower, use hold = \"reason\"".to_owned()),
            );
        }
        let parsed = match query::parse(&entry.when.value, true) {
            Ok(parsed) => parsed,
            Err(wrong) => return self.unreadable(&format!("rule '{name}'"), &entry.when, wrong),
        };
        let unfit = self.slips(&entry.when, &parsed.slips, Some(name));
        let Some(when) = self.condition(name, &parsed.expr, &entry.when) else { return };
        if unfit {
            return;
        }
        self.can_fire(name, &when, &entry.when, worded);
        if idle || low || !in_force {
            return;
        }
        self.conditions.push(CompiledRule { when });
        self.rules.push(RuleInfo {
            id,
            name: Arc::from(name.trim()),
            when: Arc::from(entry.when.value.as_str()),
            severity: entry.severity.as_ref().map(|severity| severity.value),
            readers: entry.readers.clone(),
            hold: entry.hold.as_ref().map(|reason| Arc::from(reason.value.as_str())),
            place: entry.place.clone(),
        });
    }

    fn can_fire(
        &mut self,
        rule: &str,
        when: &Condition,
        written: &Located<String>,
        worded: &[bool],
    ) {
        let known = Known { companies: &self.companies, topics: &self.topics, worded };
        if let Some(why) = never(when, &known) {
            let what = format!("rule '{rule}' can never fire: {why}");
            self.warn(written.place.clone(), what, "take the contradiction away, or the rule");
        }
    }

    fn condition(&mut self, rule: &str, expr: &Expr, when: &Located<String>) -> Option<Condition> {
        let mut many = |all: &[Expr]| {
            // Every part is looked at, so that all its problems are told at once.
            let parts: Vec<_> = all.iter().map(|one| self.condition(rule, one, when)).collect();
            parts.into_iter().collect::<Option<Vec<_>>>()
        };
        Some(match expr {
            Expr::And(all) => Condition::All(many(all)?),
            Expr::Or(any) => Condition::Any(many(any)?),
            Expr::Not(one) => Condition::Not(Box::new(self.condition(rule, one, when)?)),
            Expr::In(part, one) => Condition::In(*part, Box::new(self.condition(rule, one, when)?)),
            Expr::Sentence(one) => Condition::Sentence(Box::new(self.condition(rule, one, when)?)),
            Expr::Words(_) => match self.ask(expr, when)? {
                Ask::Words(phrase) => Condition::Words(phrase),
                _ => return None,
            },
            Expr::Near(n, a, b) => {
                Condition::Near(*n, Box::new(self.ask(a, when)?), Box::new(self.ask(b, when)?))
            }
            Expr::Atom(atom, span) => self.atom(rule, atom, span, when)?,
        })
    }

    fn atom(
        &mut self,
        rule: &str,
        atom: &Atom,
        span: &std::ops::Range<usize>,
        when: &Located<String>,
    ) -> Option<Condition> {
        let (kind, id, hint) = match atom {
            Atom::Official => return Some(Condition::Official),
            Atom::Talk => return Some(Condition::Talk),
            Atom::Source(id) => {
                // Whether the source exists is known where sources are.
                if let Some(id) = id {
                    let place = when.place.as_ref().map(|place| place.within(span.clone()));
                    self.sources.push((rule.to_owned(), Located { value: id.clone(), place }));
                }
                return Some(Condition::Source(id.clone()));
            }
            Atom::Company(None) => return Some(Condition::Company(None)),
            Atom::Group(None) => return Some(Condition::Group(None)),
            Atom::Topic(None) => return Some(Condition::Topic(None)),
            Atom::Company(Some(id)) => match self.company_by_id.get(id.as_str()) {
                Some(company) => return Some(Condition::Company(Some(*company))),
                None => {
                    ("company", id, self.like(id, self.company_by_id.keys().map(AsRef::as_ref)))
                }
            },
            Atom::Topic(Some(id)) => match self.topic_by_id.get(id.as_str()) {
                Some(topic) => return Some(Condition::Topic(Some(*topic))),
                None => ("topic", id, self.like(id, self.topic_by_id.keys().map(AsRef::as_ref))),
            },
            Atom::Group(Some(id)) => match self.groups.get(id.as_str()) {
                Some(group) => return Some(Condition::Group(Some(Arc::clone(group)))),
                None => ("group", id, self.like(id, self.groups.iter().map(AsRef::as_ref))),
            },
        };
        let place = when.place.as_ref().map(|place| place.within(span.clone()));
        let what = format!("rule '{rule}': there is no {kind} '{id}'; the rule is left out");
        let hint = hint.unwrap_or_else(|| format!("write the {kind}'s id, or * for any"));
        self.nowhere(place, what, hint);
        None
    }
}
