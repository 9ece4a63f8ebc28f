//! What differs between two versions of the operator's files, table by table and key by key.
//!
//! Both were understood once, so what cannot be parsed is not told. Values are compared and never handed on: one of
//! them may be a secret that somebody wrote where it does not belong.

use std::collections::{BTreeMap, BTreeSet};

use toml::de::{DeTable, DeValue};

use super::files::{READERS, SERVICE, SOURCES};
use crate::model::edit::{SourcesLost, TableChange, TableEdit, TableName};

/// Tables of a file, in its order.
type Tables<'t> = Vec<(TableName, &'t DeTable<'t>)>;

/// What differs in `watchlistd.toml`, `sources.toml` and `readers.toml`.
#[must_use]
pub fn changes(old: &BTreeMap<String, String>, new: &BTreeMap<String, String>) -> Vec<TableEdit> {
    let mut found = Vec::new();
    for file in [SERVICE, SOURCES, READERS] {
        let (Some(old), Some(new)) = (old.get(file), new.get(file)) else { continue };
        if old != new {
            let (old, _) = DeTable::parse_recoverable(old);
            let (new, _) = DeTable::parse_recoverable(new);
            between(file, &tables(old.get_ref()), &tables(new.get_ref()), &mut found);
        }
    }
    found
}

/// Which sources the newer version no longer reads. One that only goes by another id is still read, and
/// one that somebody pauses is not lost.
#[must_use]
pub fn sources_lost(old: &BTreeMap<String, String>, new: &BTreeMap<String, String>) -> SourcesLost {
    let text = |files: &BTreeMap<String, String>| files.get(SOURCES).cloned().unwrap_or_default();
    let (old, new) = (text(old), text(new));
    let (old, new) = (DeTable::parse_recoverable(&old).0, DeTable::parse_recoverable(&new).0);
    let (old, new) = (sources(old.get_ref()), sources(new.get_ref()));
    let ids: BTreeSet<&str> = new.iter().map(|one| one.id.as_str()).collect();
    let addresses: BTreeSet<&str> = new.iter().map(|one| one.url).collect();
    let read = old.iter().filter(|one| !one.paused);
    let gone = |one: &&Read<'_>| !ids.contains(one.id.as_str()) && !addresses.contains(one.url);
    SourcesLost {
        before: read.clone().count(),
        lost: read.filter(gone).map(|one| (one.id.clone(), one.official)).collect(),
    }
}

/// Readers of the earlier version whom the newer one tells nothing any more, by name. Who only goes by
/// another name, with the same addresses, is told still.
#[must_use]
pub fn readers_lost(old: &BTreeMap<String, String>, new: &BTreeMap<String, String>) -> Vec<String> {
    let text = |files: &BTreeMap<String, String>| files.get(READERS).cloned().unwrap_or_default();
    let (old, new) = (text(old), text(new));
    let (old, new) = (DeTable::parse_recoverable(&old).0, DeTable::parse_recoverable(&new).0);
    let (old, new) = (readers(old.get_ref()), readers(new.get_ref()));
    let added = new.iter().filter(|(name, _)| !old.contains_key(*name));
    let renamed: Vec<&BTreeSet<String>> = added.map(|(_, to)| to).collect();
    let gone = old.iter().filter(|(name, _)| !new.contains_key(*name));
    gone.filter(|(_, to)| !renamed.iter().any(|other| to.is_subset(other)))
        .map(|(name, _)| name.clone())
        .collect()
}

/// Readers who take no digests in these files, by name.
#[must_use]
pub fn without_digests(files: &BTreeMap<String, String>) -> BTreeSet<String> {
    let text = files.get(READERS).cloned().unwrap_or_default();
    let (root, _) = DeTable::parse_recoverable(&text);
    let never = |table: &DeTable<'_>| {
        let digest = table.get("digest").and_then(|digest| digest.get_ref().as_str());
        digest.is_some_and(|digest| digest.trim().eq_ignore_ascii_case("never"))
    };
    let named = tables(root.get_ref()).into_iter().filter_map(|(name, table)| match name {
        TableName::Reader(name) if never(table) => Some(name),
        _ => None,
    });
    named.collect()
}

/// Readers by name, each with its addresses.
fn readers<'t>(root: &'t DeTable<'t>) -> BTreeMap<String, BTreeSet<String>> {
    let addresses = |table: &DeTable<'_>| {
        let to = table.get("to").map(|to| to.get_ref());
        let all = to.and_then(|to| to.as_array()).into_iter().flat_map(|all| all.iter());
        all.filter_map(|one| Some(one.get_ref().as_str()?.trim().to_lowercase())).collect()
    };
    let named = tables(root).into_iter().filter_map(|(name, table)| match name {
        TableName::Reader(name) => Some((name, addresses(table))),
        _ => None,
    });
    named.collect()
}

/// A source as far as it matters whether it is read.
struct Read<'t> {
    id: String,
    url: &'t str,
    official: bool,
    paused: bool,
}

fn sources<'t>(root: &'t DeTable<'t>) -> Vec<Read<'t>> {
    let is = |table: &DeTable<'_>, key: &str| {
        table.get(key).is_some_and(|value| value.get_ref().as_bool() == Some(true))
    };
    let read = tables(root).into_iter().filter_map(|(name, table)| match name {
        TableName::Source(id) => Some(Read {
            id,
            url: table.get("url").and_then(|url| url.get_ref().as_str()).unwrap_or_default().trim(),
            official: is(table, "official"),
            paused: is(table, "paused"),
        }),
        _ => None,
    });
    read.collect()
}

/// The tables of a file. Keys beside them belong to the top, whose table holds the others too.
fn tables<'t>(root: &'t DeTable<'t>) -> Tables<'t> {
    let mut all = vec![(TableName::Top, root)];
    for (key, value) in in_order(root) {
        match value {
            DeValue::Table(table) => all.push((TableName::Section(key.to_owned()), table)),
            DeValue::Array(list) => {
                let tables = list.iter().filter_map(|one| match one.get_ref() {
                    DeValue::Table(table) => Some((named(key, table)?, table)),
                    _ => None,
                });
                all.extend(tables);
            }
            _ => {}
        }
    }
    all
}

fn named(key: &str, table: &DeTable<'_>) -> Option<TableName> {
    let text = |key: &str| table.get(key)?.get_ref().as_str().map(|text| text.trim().to_owned());
    match key {
        "source" => text("id").map(TableName::Source),
        "reader" => text("name").map(TableName::Reader),
        _ => None,
    }
}

/// Keys and values in the order in which they are written.
fn in_order<'t>(table: &'t DeTable<'t>) -> Vec<(&'t str, &'t DeValue<'t>)> {
    let mut all: Vec<_> = table.iter().collect();
    all.sort_by_key(|(key, _)| key.span().start);
    all.into_iter().map(|(key, value)| (&**key.get_ref(), value.get_ref())).collect()
}

fn between(file: &'static str, old: &Tables<'_>, new: &Tables<'_>, found: &mut Vec<TableEdit>) {
    let of = |tables: &Tables<'_>| -> BTreeMap<TableName, usize> {
        tables.iter().enumerate().map(|(at, (name, _))| (name.clone(), at)).collect()
    };
    let (before, after) = (of(old), of(new));
    // First, so that what is lost is named where a long list is cut.
    for (name, _) in old.iter().filter(|(name, _)| !after.contains_key(name)) {
        found.push(TableEdit { file, table: name.clone(), change: TableChange::Removed });
    }
    for (name, table) in new {
        let change = match before.get(name) {
            None => Some(TableChange::Added),
            Some(at) => keys(*name == TableName::Top, old[*at].1, table),
        };
        found.extend(change.map(|change| TableEdit { file, table: name.clone(), change }));
    }
}

/// What differs in the keys of a table; of the top, in those that are no tables.
fn keys(top: bool, old: &DeTable<'_>, new: &DeTable<'_>) -> Option<TableChange> {
    let is_key = |value: &DeValue<'_>| {
        let tables =
            |list: &[toml::Spanned<DeValue<'_>>]| list.iter().any(|one| one.get_ref().is_table());
        !top || !matches!(value, DeValue::Table(_))
            && !matches!(value, DeValue::Array(list) if tables(list))
    };
    let (mut added, mut removed, mut changed) = (Vec::new(), Vec::new(), Vec::new());
    for (key, value) in in_order(new).into_iter().filter(|(_, value)| is_key(value)) {
        match old.get(key) {
            None => added.push(key.to_owned()),
            Some(before) if !same(before.get_ref(), value) => changed.push(key.to_owned()),
            Some(_) => {}
        }
    }
    for (key, _) in in_order(old).into_iter().filter(|(_, value)| is_key(value)) {
        if new.get(key).is_none() {
            removed.push(key.to_owned());
        }
    }
    let any = [&added, &removed, &changed].iter().any(|keys| !keys.is_empty());
    any.then_some(TableChange::Keys { added, removed, changed })
}

/// Whether two values say the same, however they are written.
fn same(one: &DeValue<'_>, other: &DeValue<'_>) -> bool {
    match (one, other) {
        (DeValue::String(one), DeValue::String(other)) => one == other,
        (DeValue::Integer(one), DeValue::Integer(other)) => {
            (one.as_str(), one.radix()) == (other.as_str(), other.radix())
        }
        (DeValue::Float(one), DeValue::Float(other)) => one.as_str() == other.as_str(),
        (DeValue::Boolean(one), DeValue::Boolean(other)) => one == other,
        (DeValue::Datetime(one), DeValue::Datetime(other)) => one == other,
        (DeValue::Array(one), DeValue::Array(other)) => {
            let mut pairs = one.iter().zip(other.iter());
            one.len() == other.len()
                && pairs.all(|(one, other)| same(one.get_ref(), other.get_ref()))
        }
        (DeValue::Table(one), DeValue::Table(other)) => {
            one.len() == other.len()
                && one.iter().all(|(key, value)| {
                    let other = other.get(&**key.get_ref());
                    other.is_some_and(|other| same(value.get_ref(), other.get_ref()))
                })
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(file: &str, old: &str, new: &str) -> Vec<TableEdit> {
        let files = |text: &str| BTreeMap::from([(file.to_owned(), text.to_owned())]);
        changes(&files(old), &files(new))
    }

    #[test]
    fn what_is_written_otherwise_and_says_the_same_is_no_change() {
        let old = "[[reader]]\nname = \"Mei\"\nto = [\"a@b.test\", \"c@d.test\"]\n\
                   [[reader]]\nname = \"Jo\"\naway = { from = 2026-12-21, until = 2027-01-06 }\n";
        let new = "# moved\n[[reader]]\naway = {until = 2027-01-06, from = 2026-12-21}\nname = 'Jo'\n\
                   [[reader]]\nto = [\n  \"a@b.test\",\n  \"c@d.test\", # both\n]\nname = \"Mei\"\n";
        assert_eq!(told(READERS, old, new), []);
    }

    #[test]
    fn keys_and_tables_are_named() {
        let old = "contact = \"a\"\ntimezone = \"UTC\"\n[mail]\nhost = \"x\"\nport = 25\n[canary]\nat = \"06:00\"\n";
        let new = "timezone = \"Europe/Berlin\"\nstorage = \"s\"\n[mail]\nhost = \"y\"\ntls = \"none\"\n[status]\nlisten = \"l\"\n";
        let keys = |added: &[&str], removed: &[&str], changed: &[&str]| {
            let list = |keys: &[&str]| keys.iter().map(|one| (*one).to_owned()).collect();
            TableChange::Keys { added: list(added), removed: list(removed), changed: list(changed) }
        };
        let section = |name: &str| TableName::Section(name.to_owned());
        let edit =
            |table: TableName, change: TableChange| TableEdit { file: SERVICE, table, change };
        assert_eq!(
            told(SERVICE, old, new),
            [
                edit(section("canary"), TableChange::Removed),
                edit(TableName::Top, keys(&["storage"], &["contact"], &["timezone"])),
                edit(section("mail"), keys(&["tls"], &["port"], &["host"])),
                edit(section("status"), TableChange::Added),
            ]
        );
        let source = |name: &str| TableName::Source(name.to_owned());
        let edits = told(
            SOURCES,
            "[[source]]\nid = \"a\"\nurl = \"u\"\n[[source]]\nid = \"b\"\nurl = \"u\"\n",
            "[[source]]\nid = \"b\"\nurl = \"v\"\n[[source]]\nid = \"c\"\nurl = \"u\"\n",
        );
        let told: Vec<_> = edits.into_iter().map(|one| (one.table, one.change)).collect();
        assert_eq!(
            told,
            [
                (source("a"), TableChange::Removed),
                (source("b"), keys(&[], &[], &["url"])),
                (source("c"), TableChange::Added),
            ]
        );
    }

    #[test]
    fn a_source_is_lost_when_nobody_reads_its_address() {
        let source = |id: &str, url: &str, more: &str| {
            format!("[[source]]\nid = \"{id}\"\nurl = \"http://{url}.test/\"\n{more}")
        };
        let old = source("a", "one", "official = true\n")
            + &source("b", "two", "")
            + &source("c", "three", "paused = true\n")
            + &source("d", "four", "");
        let new = source("dd", "four", "") + &source("b", "new", "");
        let files = |text: &str| BTreeMap::from([(SOURCES.to_owned(), text.to_owned())]);
        let lost = sources_lost(&files(&old), &files(&new));
        assert_eq!(lost, SourcesLost { before: 3, lost: vec![("a".to_owned(), true)] });
    }

    #[test]
    fn a_reader_is_lost_whose_addresses_no_new_one_has() {
        let reader = |name: &str, to: &str| {
            let to: Vec<String> = to.split(' ').map(|one| format!("\"{one}@desk.test\"")).collect();
            format!("[[reader]]\nname = \"{name}\"\nto = [{}]\n", to.join(", "))
        };
        let old = [("Mei", "mei"), ("Jo", "jo"), ("Al", "al"), ("Desk", "al jo")];
        let new = [("Mei", "new"), ("Joan", "Jo"), ("Desk", "al jo")];
        let file = |all: &[(&str, &str)]| {
            let text = all.iter().map(|(name, to)| reader(name, to)).collect();
            BTreeMap::from([(READERS.to_owned(), text)])
        };
        assert_eq!(readers_lost(&file(&old), &file(&new)), ["Al"]);
    }
}
