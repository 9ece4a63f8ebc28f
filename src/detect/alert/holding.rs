//! What the rules that hold take back: of an item that names several companies only what is said of those
//! whom the rule means.
//!
//! `company:huawei AND …` with a `hold` says nothing of SMIC: what the item tells of SMIC is told, and Huawei is held
//! back in it. A rule that means no company in particular holds the whole item. So are bystanders held back.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::detect::matching::Reading;
use crate::detect::watchlist::Condition;
use crate::model::{EntityKind, Guard, HeldBack, Hit, Judgement, Severity};

use super::Case;
use super::yes::Yes;

/// A rule that holds back.
pub(super) struct Hold {
    /// Why, and which rule.
    pub(super) reason: String,
    /// The companies of the item that it means, by number; none where it holds the whole item.
    pub(super) means: Vec<u32>,
}

impl Case<'_> {
    /// The rules that hold, of those that said yes.
    pub(super) fn holds(&self, said: &[Yes]) -> Vec<Hold> {
        let rules = said.iter().filter_map(|yes| yes.rule);
        let holding = rules.filter(|rule| self.watchlist.outcomes.of_rule(*rule).holds());
        let hold = |rule: usize| {
            let reason = self.watchlist.rule(rule).hold.as_ref()?;
            let reason =
                format!("{reason}, by the rule \"{}\"", self.watchlist.outcomes.name(rule));
            let when = &self.watchlist.conditions[rule].when;
            let meant = |company: &u32| self.means(when, *company) == Some(true);
            Some(Hold { reason, means: self.companies.iter().copied().filter(meant).collect() })
        };
        holding.filter_map(hold).collect()
    }

    /// What the item tells of the companies that no rule which holds means, if that makes an alert.
    pub(super) fn told_of_others(&self, holds: &[Hold]) -> Option<Judgement> {
        let mut why: BTreeMap<u32, String> = BTreeMap::new();
        for hold in holds {
            // Where one of them means nobody in particular, it means all.
            if hold.means.is_empty() {
                return None;
            }
            for company in &hold.means {
                let reasons = why.entry(*company).or_default();
                reasons.push_str(if reasons.is_empty() { "" } else { "; " });
                reasons.push_str(&hold.reason);
            }
        }
        if why.is_empty() || why.len() == self.companies.len() {
            return None;
        }
        Some(self.without(&why)).filter(|told| told.alert)
    }

    /// The judgement of the same item, where some companies are held back, each for its reason.
    fn without(&self, why: &BTreeMap<u32, String>) -> Judgement {
        let mut rest = Reading::of(self.watchlist, self.item, self.origin.seen);
        rest.hold_back(why);
        let case = Case::new(self.watchlist, &rest, self.item, self.origin);
        let said = case.yes();
        let holds = case.holds(&said);
        case.summed_up(said, &holds)
    }

    /// An alert that rests on bystanders alone is none; of others its reasons name none of them. They are
    /// named by the item all the same.
    pub(super) fn without_bystanders(&self, judged: Judgement) -> Judgement {
        if !judged.alert || self.companies.is_empty() {
            return judged;
        }
        let bystanders = self.bystanders();
        if bystanders.is_empty() {
            return judged;
        }
        let rest = self.without(&bystanders);
        if rest.alert {
            return Judgement { severity: rest.severity, reasons: rest.reasons, ..judged };
        }
        let mut held_back = judged.held_back;
        for (company, reason) in bystanders {
            let guard = Guard::Hold(reason);
            held_back.extend(self.first_of(&judged.hits, company).map(|hit| held(hit, guard)));
        }
        Judgement {
            alert: false,
            would_be: judged.severity,
            severity: Some(Severity::Low),
            held_back,
            ..judged
        }
    }

    /// What these rules hold back of an item that is not told: the first hit of each company that one means, else the
    /// first of all; without any the alert as a whole.
    pub(super) fn held_by(&self, holds: &[Hold], hits: &[Hit]) -> Vec<HeldBack> {
        let mut all = Vec::new();
        for hold in holds {
            let guard = || Guard::Hold(hold.reason.clone());
            let meant = hold.means.iter().filter_map(|company| self.first_of(hits, *company));
            let before = all.len();
            all.extend(meant.map(|hit| held(hit, guard())));
            if all.len() == before {
                all.push(HeldBack { hit: hits.first().cloned(), guard: guard() });
            }
        }
        all
    }

    /// The first of these hits that is the company's.
    fn first_of<'h>(&self, hits: &'h [Hit], company: u32) -> Option<&'h Hit> {
        let id = &self.watchlist.company(company).named.id;
        hits.iter().find(|hit| hit.kind == EntityKind::Company && hit.entity == *id)
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

fn held(hit: &Hit, guard: Guard) -> HeldBack {
    HeldBack { hit: Some(hit.clone()), guard }
}
