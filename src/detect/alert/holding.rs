//! What the rules that hold take back: of an item that names several companies only what is said of those
//! whom the rule means.
//!
//! `company:huawei AND …` with a `hold` says nothing of SMIC: what the item tells of SMIC is told, and Huawei is held
//! back in it. A rule that means no company in particular holds the whole item. So are bystanders held back.

use std::sync::Arc;

use crate::detect::matching::Reading;
use crate::detect::watchlist::Condition;
use crate::model::{Guard, HeldBack, Judgement, Severity};

use super::Case;
use super::yes::Yes;

impl Case<'_> {
    /// Why the item is held back, and by which rule, if one of those that said yes holds.
    pub(super) fn hold(&self, said: &[Yes]) -> Option<String> {
        let rule = self.holding(said).next()?;
        let reason = self.watchlist.rule(rule).hold.as_ref()?;
        Some(format!("{reason}, by the rule \"{}\"", self.watchlist.outcomes.name(rule)))
    }

    /// What the item tells of the companies that no rule which holds means, if that makes an alert.
    pub(super) fn told_of_others(&self, said: &[Yes], reason: &str) -> Option<Judgement> {
        let rules: Vec<&Condition> =
            self.holding(said).map(|rule| &self.watchlist.conditions[rule].when).collect();
        let means = |company: u32| -> Option<bool> {
            // Where one of them means nobody in particular, it means all.
            let all: Option<Vec<bool>> =
                rules.iter().map(|when| self.means(when, company)).collect();
            all.map(|all| all.contains(&true))
        };
        let meant: Option<Vec<bool>> = self.companies.iter().map(|one| means(*one)).collect();
        let meant = meant.filter(|meant| meant.contains(&true) && meant.contains(&false))?;
        let of_them =
            |company: u32| self.companies.binary_search(&company).is_ok_and(|at| meant[at]);
        Some(self.without(of_them, reason)).filter(|told| told.alert)
    }

    /// The judgement of the same item, where some companies are held back.
    fn without(&self, some: impl Fn(u32) -> bool, reason: &str) -> Judgement {
        let mut rest = Reading::of(self.watchlist, self.item, self.origin.seen);
        rest.hold_back(some, &Guard::Hold(reason.to_owned()));
        let case = Case::new(self.watchlist, &rest, self.item, self.origin);
        let said = case.yes();
        let hold = case.hold(&said);
        case.summed_up(said, hold)
    }

    /// An alert that rests on bystanders alone is none; of others its reasons name none of them. They are
    /// named by the item all the same.
    pub(super) fn without_bystanders(&self, judged: Judgement) -> Judgement {
        if !judged.alert || self.companies.is_empty() {
            return judged;
        }
        let bystanders = self.bystanders();
        let Some((first, reason)) = bystanders.first_key_value() else { return judged };
        let rest = self.without(|company| bystanders.contains_key(&company), reason);
        if rest.alert {
            return Judgement { severity: rest.severity, reasons: rest.reasons, ..judged };
        }
        let id = &self.watchlist.company(*first).named.id;
        let held = judged.hits.iter().find(|hit| hit.entity == *id).cloned();
        let held = held.map(|hit| HeldBack { hit, guard: Guard::Hold(reason.clone()) });
        let mut held_back = judged.held_back;
        held_back.extend(held);
        Judgement {
            alert: false,
            would_be: judged.severity,
            severity: Some(Severity::Low),
            held_back,
            ..judged
        }
    }

    fn holding<'s>(&'s self, said: &'s [Yes]) -> impl Iterator<Item = usize> + 's {
        let rules = said.iter().filter_map(|yes| yes.rule);
        rules.filter(|rule| self.watchlist.outcomes.of_rule(*rule).holds())
    }

    /// Whether a condition asks for this company, be it among others; `None` where it asks for none.
    fn means(&self, when: &Condition, company: u32) -> Option<bool> {
        let grouped = |wanted: &dyn Fn(&[Arc<str>]) -> bool| {
            self.line(company).any(|one| wanted(&self.watchlist.company(one).groups))
        };
        match when {
            Condition::Company(None) => Some(true),
            Condition::Company(Some(id)) => Some(self.line(company).any(|one| one == *id)),
            Condition::Group(None) => Some(grouped(&|groups| !groups.is_empty())),
            Condition::Group(Some(group)) => Some(grouped(&|groups| groups.contains(group))),
            Condition::All(all) | Condition::Any(all) => all
                .iter()
                .filter_map(|one| self.means(one, company))
                .reduce(|one, other| one || other),
            Condition::In(_, one) | Condition::Sentence(one) => self.means(one, company),
            _ => None,
        }
    }
}
