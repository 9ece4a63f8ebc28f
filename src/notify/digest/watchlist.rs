//! What was changed in the watchlist between two versions, in words.
//!
//! Entries are the same when their ids are or, where none is written, their names. What has another id now
//! is told as that, for everything that goes by id parts there. Pure: both versions come as written.

use std::collections::{BTreeMap, BTreeSet};

use super::super::civil::number;
use super::super::outside::line;
use super::super::page::Section;
use crate::model::watchlist::{
    CompanyEntry, Guards, Renamed, RuleEntry, TopicEntry, WatchlistEntries, one_line,
};
use crate::model::{EntityKind, Located};

/// Changes named one by one before the rest is counted.
const NAMED: usize = 15;
/// Terms named one by one before the rest of a line is counted.
const TERMS: usize = 8;

/// The changes of a digest's window, if there are any.
pub(super) fn section(changes: &[String]) -> Option<Section> {
    let mut lines: Vec<String> = changes.iter().take(NAMED).map(|one| line(one, 400)).collect();
    if changes.len() > NAMED {
        lines.push(format!("and {} more changes.", number((changes.len() - NAMED) as u64)));
    }
    (!lines.is_empty()).then(|| Section::of("Changes of the watchlist", lines))
}

/// What `new` adds to `old`, takes away and changes: one line for each entry, companies first. `renamed`
/// is what has another id in `new`.
#[must_use]
pub fn watchlist_changes(
    old: &WatchlistEntries,
    new: &WatchlistEntries,
    renamed: &[Renamed],
) -> Vec<String> {
    let of = |kind: EntityKind| renamed.iter().filter(|one| one.kind == kind).collect::<Vec<_>>();
    let companies_renamed = of(EntityKind::Company);
    let mut lines = of_kind("Company", &companies(old), &companies(new), &companies_renamed);
    lines.extend(of_kind("Topic", &topics(old), &topics(new), &of(EntityKind::Topic)));
    lines.extend(of_kind("Rule", &rules(old), &rules(new), &[]));
    lines
}

/// Who is told nothing any more, for those who still are.
#[must_use]
pub fn reader_removed(name: &str) -> String {
    format!("Reader removed: “{}”, who is told nothing any more", line(name, 60))
}

/// What another id means, for whoever changed it.
#[must_use]
pub fn id_changed(renamed: &Renamed) -> String {
    let Renamed { from, to, .. } = renamed;
    format!(
        "its id changed from {} to {}: history, filters and reports go by id",
        line(from, 60),
        line(to, 60)
    )
}

/// An entry as far as changes of it are told.
#[derive(Clone)]
struct Entry {
    name: String,
    /// Names and terms, each as written.
    terms: Vec<String>,
    /// Of a company.
    tickers: Vec<String>,
    /// All else that changes what matches or how grave it is.
    rest: String,
    /// What of it is silenced, and until when.
    muted: Vec<String>,
}

type Entries = BTreeMap<String, Entry>;

fn companies(list: &WatchlistEntries) -> Entries {
    list.companies.iter().map(|one| (key(one.id.as_ref(), &one.name), company(one))).collect()
}

fn topics(list: &WatchlistEntries) -> Entries {
    list.topics.iter().map(|one| (key(one.id.as_ref(), &one.name), topic(one))).collect()
}

fn rules(list: &WatchlistEntries) -> Entries {
    list.rules.iter().map(|one| (key(one.id.as_ref(), &one.name), rule(one))).collect()
}

fn key(id: Option<&Located<String>>, name: &Located<String>) -> String {
    id.unwrap_or(name).value.clone()
}

fn company(one: &CompanyEntry) -> Entry {
    let aliases = one.aliases.iter().map(|alias| &alias.name.value);
    let names = std::iter::once(&one.name.value).chain(aliases);
    let terms = names.cloned().collect();
    let tickers = one.tickers.iter().map(|ticker| ticker.value.clone()).collect();
    let plain = written(&Guards::default());
    let guards: Vec<(&String, String)> = one
        .aliases
        .iter()
        .map(|alias| (&alias.name.value, written(&alias.guards)))
        .filter(|(_, guards)| *guards != plain)
        .collect();
    let groups: Vec<&String> = one.groups.iter().map(|group| &group.value).collect();
    let part_of = one.part_of.as_ref().map(|whole| &whole.value);
    let rest = format!("{}{guards:?}{groups:?}{part_of:?}", written(&one.guards));
    let aliases =
        one.aliases.iter().filter_map(|alias| muted(&quoted(&alias.name.value), &alias.guards));
    let muted = aliases.chain(muted("all its names", &one.guards)).collect();
    Entry { name: one.name.value.clone(), terms, tickers, rest, muted }
}

fn topic(one: &TopicEntry) -> Entry {
    let terms = one.terms.iter().chain(&one.exact).map(|term| term.value.clone());
    let searches = one.search.iter().chain(&one.everyday).map(|search| one_line(&search.value));
    let terms = terms.chain(searches).collect();
    let akin: Option<Vec<&String>> =
        one.akin.as_ref().map(|all| all.iter().map(|one| &one.value).collect());
    let rest = format!(
        "{}{:?}{:?}{}{}{akin:?}",
        written(&one.guards),
        one.severity,
        one.without_company,
        one.hidden,
        one.setting,
    );
    let muted = muted("all its terms", &one.guards).into_iter().collect();
    Entry { name: one.name.value.clone(), terms, tickers: Vec::new(), rest, muted }
}

fn rule(one: &RuleEntry) -> Entry {
    let readers: Vec<&String> = one.readers.iter().map(|reader| &reader.value).collect();
    let severity = one.severity.as_ref().map(|severity| severity.value);
    let hold = one.hold.as_ref().map(|hold| &hold.value);
    let rest = format!("{:?}{severity:?}{readers:?}{hold:?}", one_line(&one.when.value));
    let (terms, tickers, muted) = (Vec::new(), Vec::new(), Vec::new());
    Entry { name: one.name.value.clone(), terms, tickers, rest, muted }
}

fn muted(name: &str, guards: &Guards) -> Option<String> {
    let until = guards.muted_until.as_ref()?;
    Some(format!("{name} muted until {}", until.value))
}

/// Guards without their places, so that a line moved in its file is no change.
fn written(guards: &Guards) -> String {
    let list = |all: &[Located<String>]| -> Vec<String> {
        all.iter().map(|one| one.value.clone()).collect()
    };
    format!(
        "{:?}{:?}{:?}{:?}{:?}",
        guards.case.as_ref().map(|one| one.value),
        list(&guards.only_with),
        list(&guards.not_with),
        list(&guards.never_in_item),
        guards.weak.as_ref().map(|one| one.value)
    )
}

fn of_kind(kind: &str, old: &Entries, new: &Entries, renamed: &[&Renamed]) -> Vec<String> {
    // An entry of the same name whose key is not on the other side: an id was written for it.
    let apart = |these: &Entries, those: &Entries| -> BTreeMap<String, Entry> {
        let apart = these.iter().filter(|(key, _)| !those.contains_key(*key));
        apart.map(|(_, entry)| (entry.name.clone(), entry.clone())).collect()
    };
    let (gone, come) = (apart(old, new), apart(new, old));
    let renamed: BTreeMap<&str, &Renamed> =
        renamed.iter().map(|one| (one.name.as_str(), *one)).collect();
    let was: BTreeSet<&str> = renamed.values().map(|one| one.was.as_str()).collect();
    let mut lines = Vec::new();
    for (key, entry) in new {
        let other = renamed.get(entry.name.as_str()).filter(|_| !old.contains_key(key));
        let before = old.get(key).or_else(|| gone.get(&entry.name));
        match before.or_else(|| gone.get(&other?.was)) {
            None => lines.push(format!("{kind} added: {}", quoted(&entry.name))),
            Some(before) => lines.extend(changed(kind, before, entry, other.copied())),
        }
    }
    for (key, entry) in old {
        let elsewhere = come.contains_key(&entry.name) || was.contains(entry.name.as_str());
        if !new.contains_key(key) && !elsewhere {
            lines.push(format!("{kind} removed: {}", quoted(&entry.name)));
        }
    }
    lines
}

fn changed(kind: &str, old: &Entry, new: &Entry, renamed: Option<&Renamed>) -> Option<String> {
    let without = |these: &[String], those: &[String]| -> Vec<String> {
        these.iter().filter(|term| !those.contains(term)).cloned().collect()
    };
    let what = if kind == "Company" { "names" } else { "terms" };
    let mut said: Vec<String> = renamed.into_iter().map(id_changed).collect();
    // A company's name is one of its names, which are told; where the id changed, that goes with the name.
    if kind != "Company" && renamed.is_none() && old.name != new.name {
        said.push(format!("renamed from {}", quoted(&old.name)));
    }
    for (what, new, old) in
        [(what, &new.terms, &old.terms), ("tickers", &new.tickers, &old.tickers)]
    {
        for (did, terms) in [("added", without(new, old)), ("removed", without(old, new))] {
            if !terms.is_empty() {
                said.push(format!("{what} {did}: {}", listed(&terms)));
            }
        }
    }
    said.extend(new.muted.iter().filter(|one| !old.muted.contains(one)).cloned());
    let woken = old.muted.iter().filter(|one| !new.muted.contains(one));
    said.extend(woken.map(|one| format!("no longer {one}")));
    if old.rest != new.rest {
        said.push(match kind {
            "Company" => "its guards or groups changed".to_owned(),
            "Topic" => "its severity or guards changed".to_owned(),
            _ => "its condition or effect changed".to_owned(),
        });
    }
    (!said.is_empty()).then(|| format!("{kind} {}: {}", quoted(&new.name), said.join("; ")))
}

fn listed(terms: &[String]) -> String {
    let mut shown: Vec<String> = terms.iter().take(TERMS).map(|term| quoted(term)).collect();
    if terms.len() > TERMS {
        shown.push(format!("and {} more", terms.len() - TERMS));
    }
    shown.join(", ")
}

fn quoted(text: &str) -> String {
    format!("“{}”", line(text, 60))
}
