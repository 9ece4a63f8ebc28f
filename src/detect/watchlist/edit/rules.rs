//! What rules that differ cannot do without: an item that does not hold it means the same with them and
//! without them.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use super::Version;
use super::same::rule_id;
use crate::detect::query::{self, Atom, Expr};
use crate::detect::watchlist::Watchlist;
use crate::model::Located;
use crate::model::watchlist::{RuleEntry, WatchlistEntries};

/// Something of which a rule may need one.
#[derive(Clone, Debug)]
enum Need {
    /// Words.
    Words(Expr),
    Company(String),
    Group(String),
    Topic(String),
    Source(String),
    AnyCompany,
    AnyTopic,
    Official,
}

impl Need {
    /// How often it is there, roughly: a company is in fewer items than a word is.
    fn frequency(&self) -> u32 {
        match self {
            Self::Company(_) => 1,
            Self::Group(_) => 2,
            Self::Words(_) => 4,
            Self::Topic(_) => 8,
            Self::Source(_) => 16,
            Self::AnyCompany | Self::AnyTopic => 64,
            Self::Official => 256,
        }
    }
}

/// Things of which one must be there where the condition holds, the rarest that its shape shows; `None`
/// where nothing need be.
fn needs(when: &Expr) -> Option<Vec<Need>> {
    let atom = match when {
        Expr::And(all) => return all.iter().filter_map(needs).min_by_key(|set| frequency(set)),
        Expr::Or(any) => {
            let sets: Option<Vec<_>> = any.iter().map(needs).collect();
            return sets.map(|sets| sets.into_iter().flatten().collect());
        }
        Expr::In(_, one) | Expr::Sentence(one) => return needs(one),
        Expr::Words(_) | Expr::Near(..) => return Some(vec![Need::Words(when.clone())]),
        Expr::Not(_) => return None,
        Expr::Atom(atom, _) => atom,
    };
    Some(vec![match atom {
        Atom::Company(Some(id)) => Need::Company(id.clone()),
        Atom::Group(Some(id)) => Need::Group(id.clone()),
        Atom::Topic(Some(id)) => Need::Topic(id.clone()),
        Atom::Source(Some(id)) => Need::Source(id.clone()),
        Atom::Company(None) | Atom::Group(None) => Need::AnyCompany,
        Atom::Topic(None) => Need::AnyTopic,
        Atom::Official => Need::Official,
        Atom::Source(None) | Atom::Talk => return None,
    }])
}

fn frequency(set: &[Need]) -> u32 {
    set.iter().map(Need::frequency).fold(0, u32::saturating_add)
}

/// What of the rules that differ must be there, but for words: told by what an item's source is, and by
/// what was found in it.
#[derive(Debug, Default)]
pub(super) struct Beside {
    companies: BTreeSet<u32>,
    groups: HashSet<Arc<str>>,
    topics: BTreeSet<u32>,
    sources: HashSet<String>,
    any_company: bool,
    any_topic: bool,
    official: bool,
}

impl Beside {
    /// Whether one of the rules may be about an item of such a source.
    pub(super) fn of_source(&self, source: &str, official: bool) -> bool {
        (official && self.official) || self.sources.contains(source)
    }

    /// Whether one may be about an item in which these companies and topics were found.
    pub(super) fn of_found(
        &self,
        watchlist: &Watchlist,
        companies: &[u32],
        mut topics: impl Iterator<Item = u32>,
    ) -> bool {
        let named = |company: &u32| {
            watchlist.line(*company).any(|one| {
                let mut groups = watchlist.company(one).groups.iter();
                self.companies.contains(&one) || groups.any(|group| self.groups.contains(group))
            })
        };
        (self.any_company && !companies.is_empty())
            || (self.any_topic && topics.by_ref().next().is_some())
            || (!self.topics.is_empty() && topics.any(|topic| self.topics.contains(&topic)))
            || (!(self.companies.is_empty() && self.groups.is_empty())
                && companies.iter().any(named))
    }
}

/// What rules that differ lead to.
#[derive(Debug, Default)]
pub(super) struct Needed<'e> {
    /// Words, each with the condition that they stand in.
    pub(super) words: Vec<(Expr, &'e Located<String>)>,
    /// The rest.
    pub(super) beside: Beside,
    /// Hidden topics that the rules name: whether rules ask for its words is a matter of the topic, too.
    pub(super) topics: HashSet<Arc<str>>,
}

/// What the rules of these ids need; `None` where one needs nothing in particular.
pub(super) fn needed<'e>(
    old: Version<'e>,
    new: Version<'e>,
    differing: &HashSet<Arc<str>>,
) -> Option<Needed<'e>> {
    let mut all = Needed::default();
    let rules = old.entries.rules.iter().chain(&new.entries.rules);
    for rule in rules.filter(|rule| differing.contains(&rule_id(rule))) {
        // A rule that cannot be read is left out.
        let Ok(parsed) = query::parse(&rule.when.value, true) else { continue };
        all.topics.extend(hidden(rule, [old.entries, new.entries]));
        for need in needs(&parsed.expr)? {
            all.add(need, rule, new.watchlist);
        }
    }
    Some(all)
}

impl<'e> Needed<'e> {
    fn add(&mut self, need: Need, rule: &'e RuleEntry, new: &Watchlist) {
        let beside = &mut self.beside;
        match need {
            Need::Words(expr) => self.words.push((expr, &rule.when)),
            // One that the later watchlist does not know differs, and is looked for by its own words.
            Need::Company(id) => beside.companies.extend(new.company_of_id(&id)),
            Need::Topic(id) => beside.topics.extend(new.topic_of_id(&id)),
            Need::Group(group) => {
                beside.groups.insert(Arc::from(group));
            }
            Need::Source(source) => {
                beside.sources.insert(source);
            }
            Need::AnyCompany => beside.any_company = true,
            Need::AnyTopic => beside.any_topic = true,
            Need::Official => beside.official = true,
        }
    }
}

/// The hidden topics that a rule may name.
fn hidden(rule: &RuleEntry, sides: [&WatchlistEntries; 2]) -> Vec<Arc<str>> {
    let topics = sides.into_iter().flat_map(|entries| &entries.topics);
    let ids = topics.filter(|one| one.hidden).map(super::same::topic_id);
    ids.filter(|id| rule.when.value.contains(&**id)).collect()
}
