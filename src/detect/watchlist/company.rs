//! Companies: names with and without their legal form, aliases, tickers, groups, parents.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::detect::phrases::Reading;
use crate::detect::text::decode;
use crate::model::watchlist::CompanyEntry;
use crate::model::{Named, Place, Problem};

use super::doubts::IF_NOT_WEAK;
use super::guard::{Way, speaks};
use super::name::{self, weakness};
use super::ticker::{self, Doubt};
use super::{CompanyInfo, LOOKED_UP, Making, Name, Use, id_of, note_of};

impl Making {
    /// Compiles `[[company]]`.
    pub(super) fn companies(&mut self, entries: &[CompanyEntry]) {
        self.phrases.reserve(entries.len());
        self.company_by_id.reserve(entries.len());
        self.companies.reserve(entries.len());
        self.names.reserve(entries.len());
        self.uses.reserve(entries.len());
        for entry in entries {
            match decoded(entry) {
                Some(plain) => self.company(&plain, entries),
                None => self.company(entry, entries),
            }
        }
        // A few names that are derived have doubled the room of a million.
        self.names.shrink_to_fit();
        self.shared_names(entries);
        self.misspelt_groups(entries);
    }

    /// The first entry with an id; of a list that is all twice over, nobody looks up every one.
    fn first_of<'e>(&self, id: &str, all: &'e [CompanyEntry]) -> Option<&'e CompanyEntry> {
        let mut all = (self.problems.len() < LOOKED_UP).then(|| all.iter())?;
        all.find(|one| {
            let core = super::forms_of(&one.name.value).last().copied().unwrap_or_default();
            *id_of(one.id.as_ref(), core) == *id
        })
    }

    fn company(&mut self, entry: &CompanyEntry, all: &[CompanyEntry]) {
        let place = || entry.name.place.clone().or_else(|| entry.place.clone());
        self.text.fill_term(entry.name.value.trim());
        let forms = name::forms_in(&entry.name.value, &self.text);
        let core = forms.last().copied().unwrap_or(&entry.name.value);
        if self.text.tokens.is_empty() {
            self.error(place(), "a company without a name", Some("write name = \"…\"".to_owned()));
            return;
        }
        let id = id_of(entry.id.as_ref(), core);
        if self.company_by_id.contains_key(&id) {
            let what = format!("two companies have the id '{id}'; the second is left out");
            let at = entry.id.as_ref().and_then(|id| id.place.clone()).or_else(place);
            let first = self.first_of(&id, all).map_or(String::new(), |first| {
                let at = first.name.place.as_ref().map_or(String::new(), |at| format!(" ({at})"));
                format!("'{}'{at} has it: add this name to its aliases, or ", first.name.value)
            });
            self.error(at, what, Some(format!("{first}write an id of its own: id = \"…\"")));
            self.parents.extend(entry.part_of.clone().map(|parent| (None, parent)));
            self.judge_alone(|alone| alone.company(entry, &[]));
            return;
        }
        let number =
            u32::try_from(self.companies.len()).expect("fewer than four billion companies");
        let (from, from_uses) = (self.names.len(), self.uses.len());
        let doubted = self.problems.len();
        let core: Arc<str> = Arc::from(core);
        self.company_names(number, entry, &core);
        self.company_tickers(number, entry);
        let aliases = entry.aliases.iter().map(|alias| alias.name.value.as_str());
        let names = std::iter::once(entry.name.value.as_str()).chain(aliases);
        // Most companies have no guards, and then there is nothing to make sense of.
        let of: Vec<Way> = names.filter(|_| speaks(&entry.guards)).map(Way::of_term).collect();
        let guards = self.guards(&entry.guards, &of);
        if !self.names[from..].iter().any(|name| !name.weak) {
            self.names.truncate(from);
            self.uses.truncate(from_uses);
            // That each is weak is the same mistake.
            let weak = |one: &Problem| one.hint.as_deref() == Some(IF_NOT_WEAK);
            let doubts = self.problems.split_off(doubted);
            self.problems.extend(doubts.into_iter().filter(|one| !weak(one)));
            self.text.fill_term(entry.name.value.trim());
            let why = weakness(&self.text).map_or(String::new(), |why| format!(": it is {why}"));
            let what = format!(
                "company '{}' has weak names only, so nothing could ever name it{why}",
                entry.name.value
            );
            let hint = "add its full legal name, a ticker, guards, or weak = false".to_owned();
            self.error(place(), what, Some(hint));
            self.parents.extend(entry.part_of.clone().map(|parent| (None, parent)));
            return;
        }
        if let Some(guards) = guards {
            self.company_guards.insert(number, guards);
        }
        self.company_by_id.insert(Arc::clone(&id), number);
        let groups = self.groups_of(entry);
        self.companies.push(CompanyInfo {
            named: Named { id, name: core, note: note_of(&entry.remarks) },
            groups,
            part_of: entry.part_of.as_ref().map(|parent| Arc::from(parent.value.trim())),
            place: entry.place.clone(),
        });
        self.parents.extend(entry.part_of.clone().map(|parent| (Some(number), parent)));
    }

    /// A company's groups, sorted; all companies of a group share its name in memory.
    fn groups_of(&mut self, entry: &CompanyEntry) -> Vec<Arc<str>> {
        let written = entry.groups.iter().map(|group| group.value.trim());
        let mut groups: Vec<Arc<str>> = Vec::new();
        for group in written.filter(|group| !group.is_empty()) {
            let known = self.groups.get(group).cloned();
            groups.push(known.unwrap_or_else(|| {
                let group: Arc<str> = Arc::from(group);
                self.groups.insert(Arc::clone(&group));
                group
            }));
        }
        groups.sort();
        groups.dedup();
        groups
    }

    fn company_tickers(&mut self, company: u32, entry: &CompanyEntry) {
        for ticker in &entry.tickers {
            let (symbol, exchange, doubt) = ticker::split(&ticker.value);
            self.doubt_ticker(ticker, doubt.as_ref());
            if doubt == Some(Doubt::NoSymbol) {
                continue;
            }
            for writing in ticker::writings(&symbol, exchange) {
                let Ok(phrase) = self.phrases.add(&writing.text, Reading::Name(writing.need))
                else {
                    continue;
                };
                let number =
                    u32::try_from(self.names.len()).expect("fewer than four billion names");
                self.uses.push((phrase, Use::Name(number)));
                self.names.push(Name {
                    company,
                    text: Arc::from(ticker.value.as_str()),
                    weak: writing.weak,
                    ticker: true,
                    derived: true,
                    quiet: true,
                    guards: None,
                });
            }
        }
    }

    /// The same name for two companies is a slip, or worth knowing.
    fn shared_names(&mut self, entries: &[CompanyEntry]) {
        let mut owners: Vec<(u32, u32)> = Vec::with_capacity(self.uses.len());
        owners.extend(self.uses.iter().filter_map(|(phrase, one)| match one {
            Use::Name(name) => Some((*phrase, *name)),
            _ => None,
        }));
        owners.sort_unstable();
        let mut said = BTreeSet::new();
        for names in owners.chunk_by(|one, next| one.0 == next.0).filter(|names| names.len() > 1) {
            let first = &self.names[names[0].1 as usize];
            for (_, other) in &names[1..] {
                let other = &self.names[*other as usize];
                if other.company != first.company && said.insert((first.company, other.company)) {
                    let (one, two) = (
                        &self.companies[first.company as usize],
                        &self.companies[other.company as usize],
                    );
                    let what = format!(
                        "'{}' names both {} and {}",
                        other.text, one.named.name, two.named.name
                    );
                    let place = self.place_of(&other.text, two, entries);
                    let problem = Problem::warning(place, what)
                        .hint("an item with it counts for both; take it from one of them");
                    self.problems.push(problem);
                }
            }
        }
    }

    /// Where a company writes a name or ticker; of a long list in which much is said, where its entry begins.
    fn place_of(&self, name: &str, of: &CompanyInfo, entries: &[CompanyEntry]) -> Option<Place> {
        let few = self.problems.len() < LOOKED_UP;
        let mut own = entries.iter().filter(|entry| few && entry.place == of.place);
        let is = |written: &str| written == name || super::forms_of(written).contains(&name);
        let found = own.find_map(|entry| {
            let aliases = entry.aliases.iter().map(|alias| &alias.name);
            let all = std::iter::once(&entry.name).chain(aliases).chain(&entry.tickers);
            all.filter(|one| is(&one.value)).find_map(|one| one.place.clone())
        });
        found.or_else(|| of.place.clone())
    }

    /// Parents must be companies of the watchlist, and nobody their own ancestor.
    pub(super) fn resolve_parents(&mut self) {
        let written = std::mem::take(&mut self.parents);
        let mut parents: BTreeMap<u32, u32> = BTreeMap::new();
        for (company, parent) in &written {
            let id = parent.value.trim();
            if let Some(known) = self.company_by_id.get(id) {
                parents.extend(company.map(|company| (company, *known)));
                continue;
            }
            let like = self.like(id, self.company_by_id.keys().map(AsRef::as_ref));
            let what = format!("part_of names no company of the watchlist: '{id}'");
            let hint = like.unwrap_or_else(|| "write the parent's id".to_owned());
            self.nowhere(parent.place.clone(), what, hint);
            if let Some(company) = company {
                self.companies[*company as usize].part_of = None;
            }
        }
        for (company, parent) in written {
            let Some(company) = company else { continue };
            if let Some(what) = self.ring(&parents, company) {
                parents.remove(&company);
                self.error(parent.place, what, Some("take one part_of away".to_owned()));
                self.companies[company as usize].part_of = None;
            }
        }
    }

    /// What is wrong with a company's line of parents: that it is a ring, or too long.
    fn ring(&self, parents: &BTreeMap<u32, u32>, company: u32) -> Option<String> {
        let name = |company: u32| &*self.companies[company as usize].named.id;
        let mut line = vec![name(company)];
        let mut at = company;
        while let Some(parent) = parents.get(&at).copied() {
            line.push(name(parent));
            if parent == company {
                let line = line.join(" → ");
                return Some(format!("company '{}' is part of itself: {line}", name(company)));
            }
            if line.len() > DEEPEST {
                let name = name(company);
                return Some(format!("company '{name}' is part of more than {DEEPEST} others"));
            }
            at = parent;
        }
        None
    }
}

/// An entry whose names were copied from a page with their character references, without these: `Moody&rsquo;s`.
fn decoded(entry: &CompanyEntry) -> Option<CompanyEntry> {
    let names = || std::iter::once(&entry.name).chain(entry.aliases.iter().map(|one| &one.name));
    names().find(|name| plain(&name.value).is_some())?;
    let mut entry = entry.clone();
    let aliases = entry.aliases.iter_mut().map(|alias| &mut alias.name);
    for name in std::iter::once(&mut entry.name).chain(aliases) {
        if let Some(plain) = plain(&name.value) {
            name.value = plain;
        }
    }
    Some(entry)
}

/// A name without character references; `None` if it has none.
fn plain(name: &str) -> Option<String> {
    let mut plain = String::new();
    let mut rest = name;
    let mut any = false;
    while let Some(at) = rest.find('&') {
        let (before, reference) = rest.split_at(at);
        plain.push_str(before);
        let (one, length) = decode(reference).unwrap_or(('&', 1));
        any |= length > 1;
        plain.push(one);
        rest = &reference[length..];
    }
    any.then(|| plain + rest)
}

/// No company has more ancestors.
const DEEPEST: usize = 32;
