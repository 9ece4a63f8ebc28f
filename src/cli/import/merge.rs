//! A list put into the file that an earlier import wrote, if there is one. Text in, text out.
//!
//! The file's order is kept; what is new comes last. An entry is known again by its `id`, and whether it
//! is still as it was written by the ledger's hash of its text.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::sync::Arc;

use super::ledger::{self, Ledger, Line};
use super::listed::Listed;
use crate::cli::bench::Bench;
use crate::cli::find;
use crate::model::{Place, Timestamp};

/// What a merge came to.
#[derive(Debug, Default)]
pub(super) struct Merged {
    /// The file's new text.
    pub(super) text: String,
    /// What was written, for the next time.
    pub(super) ledger: Ledger,
    /// Names of the entries.
    pub(super) added: Vec<String>,
    pub(super) changed: Vec<String>,
    pub(super) gone: Vec<String>,
    pub(super) edited: Vec<String>,
    pub(super) taken_out: Vec<String>,
    pub(super) known: Vec<String>,
    pub(super) same: u64,
}

impl Merged {
    /// Whether the file stays as it is.
    pub(super) fn is_nothing(&self) -> bool {
        self.added.is_empty() && self.changed.is_empty() && self.gone.is_empty()
    }
}

/// What is watched by other files: ids, and names as they are compared.
struct Elsewhere {
    ids: HashSet<String>,
    names: HashSet<String>,
}

impl Elsewhere {
    fn of(bench: &Bench, file: &str) -> Self {
        let mut found = Self { ids: HashSet::new(), names: HashSet::new() };
        let own = bench.folder().path.join(file).display().to_string();
        let here = |place: Option<&Place>| place.is_some_and(|place| place.file.name == own);
        for company in &bench.entries().companies {
            if here(company.place.as_ref()) {
                continue;
            }
            found.ids.insert(find::company_id(company));
            found.names.insert(compared(&company.name.value));
            found.names.extend(company.aliases.iter().map(|one| compared(&one.name.value)));
        }
        found
    }

    fn holds(&self, id: &str, listed: &Listed) -> bool {
        self.ids.contains(id) || self.names.contains(&compared(&listed.names[0].text))
    }
}

fn compared(name: &str) -> String {
    if name.is_ascii() {
        let letters = name.bytes().filter(u8::is_ascii_alphanumeric);
        return letters.map(|one| char::from(one.to_ascii_lowercase())).collect();
    }
    let letters = name.chars().filter(|one| one.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

/// Puts a list into its file.
pub(super) fn merge(
    bench: &Bench,
    file: &str,
    tag: &str,
    companies: &[Listed],
    now: Timestamp,
) -> Merged {
    let today: Arc<str> = now.to_chrono().date_naive().to_string().into();
    let before = Ledger::read(&bench.folder().path, file);
    let elsewhere = Elsewhere::of(bench, file);
    let (heading, chunks) = chunks(bench.text(file));
    let mut merged = Merged::default();
    merged.ledger.reserve(companies.len());
    merged.text.reserve(bench.text(file).len() + ENTRY * companies.len());
    merged.text.push_str(if bench.text(file).is_empty() { HEADING } else { heading });
    let ids: Vec<String> = ids(tag, companies);
    let listed_key = |n: usize| format!("{tag}:{}", companies[n].key);
    let of_key = |key: &str| id_of(tag, key.split_once(':').map_or(key, |one| one.1));
    let mut by_id: HashMap<&str, usize> = HashMap::new();
    let mut key_of: HashMap<String, &str> = HashMap::new();
    // A list that comes in for the first time is compared with nothing.
    if !chunks.is_empty() {
        by_id = ids.iter().enumerate().map(|(n, id)| (id.as_str(), n)).collect();
        key_of = before.keys().map(|key| (of_key(key), key)).collect();
    }
    let mut here: HashSet<usize> = HashSet::new();
    for chunk in chunks {
        let listed = chunk.id.and_then(|id| by_id.get(id)).copied();
        let key: Option<Cow<'_, str>> = match listed {
            Some(n) => Some(listed_key(n).into()),
            None => chunk.id.and_then(|id| key_of.get(id)).map(|key| (*key).into()),
        };
        let written = key.as_deref().and_then(|key| before.line(key));
        let ours = written.is_some_and(|line| line.hash == ledger::hash(chunk.text));
        here.extend(listed);
        match (listed, written) {
            (Some(n), Some(line)) if ours => {
                let text = entry(&ids[n], &companies[n], tag, &line.added);
                let new = Line { added: line.added.clone(), hash: ledger::hash(&text) };
                if new.hash == line.hash {
                    merged.same += 1;
                    merged.text.push_str(chunk.text);
                } else {
                    merged.changed.push(companies[n].names[0].text.clone());
                    merged.text.push_str(&text);
                    merged.text.push('\n');
                }
                merged.ledger.note(&listed_key(n), new);
            }
            (None, Some(_)) if ours => merged.gone.push(chunk.name()),
            (_, written) => {
                if listed.is_some() || written.is_some() {
                    merged.edited.push(chunk.name());
                }
                merged.text.push_str(chunk.text);
                if let (Some(key), Some(line)) = (key, written) {
                    merged.ledger.note(&key, line.clone());
                }
            }
        }
    }
    if !merged.text.ends_with("\n\n") {
        merged.text.push('\n');
    }
    for (n, listed) in companies.iter().enumerate().filter(|(n, _)| !here.contains(n)) {
        let (id, key) = (&ids[n], listed_key(n));
        let name = || listed.names[0].text.clone();
        if let Some(line) = before.line(&key) {
            // It was written once and is not there: somebody took it out, here or into another file.
            merged.taken_out.push(name());
            merged.ledger.note(&key, line.clone());
        } else if elsewhere.holds(id, listed) {
            merged.known.push(name());
        } else {
            let text = entry(id, listed, tag, &today);
            merged.ledger.note(&key, Line { added: today.clone(), hash: ledger::hash(&text) });
            merged.text.push_str(&text);
            merged.text.push('\n');
            merged.added.push(name());
        }
    }
    let end = merged.text.trim_end().len();
    merged.text.truncate(end);
    merged.text.push('\n');
    merged
}

const HEADING: &str = "#:schema ../schema/watchlist.json\n# Written by `watchlistd import`. Edit what you like: an entry that you touched, or took out, is left\n\
     # alone by the next import.\n\n";

/// An entry of the file, with what stands behind it up to the next.
struct Chunk<'t> {
    text: &'t str,
    id: Option<&'t str>,
}

impl Chunk<'_> {
    fn name(&self) -> String {
        let line = self.text.lines().find_map(|line| line.strip_prefix("name = "));
        let name = line.map(|name| name.trim().trim_matches('"').to_owned());
        name.or_else(|| self.id.map(str::to_owned)).unwrap_or_default()
    }
}

/// What stands before the first entry, and the entries.
fn chunks(text: &str) -> (&str, Vec<Chunk<'_>>) {
    let mut starts: Vec<usize> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.starts_with("[[") {
            starts.push(at);
        }
        at += line.len();
    }
    let heading = &text[..starts.first().copied().unwrap_or(text.len())];
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let chunks = starts.iter().zip(ends).map(|(from, to)| {
        let text = &text[*from..to];
        let company = text.starts_with("[[company]]");
        let id = text.lines().find_map(|line| line.strip_prefix("id = \"")?.strip_suffix('"'));
        Chunk { text, id: id.filter(|_| company) }
    });
    (heading, chunks.collect())
}

/// Ids of the entries, each its own.
fn ids(tag: &str, companies: &[Listed]) -> Vec<String> {
    let mut taken: HashSet<String> = HashSet::with_capacity(companies.len());
    companies
        .iter()
        .map(|listed| {
            let id = id_of(tag, &listed.key);
            if taken.insert(id.clone()) {
                return id;
            }
            // Keys that differ in signs only.
            let id = format!("{id}-{}", &ledger::hash(&listed.key)[..6]);
            taken.insert(id.clone());
            id
        })
        .collect()
}

/// Characters of an id.
const LONGEST: usize = 60;

/// The id of an entry: the list's tag and the key, of letters that ids are made of.
fn id_of(tag: &str, key: &str) -> String {
    let mut id = String::with_capacity(tag.len() + key.len() + 1);
    id.push_str(tag);
    id.push('-');
    for one in key.chars() {
        match one.to_ascii_lowercase() {
            one if one.is_ascii_alphanumeric() => id.push(one),
            _ if !id.ends_with('-') => id.push('-'),
            _ => {}
        }
    }
    let id = id.trim_end_matches('-').to_owned();
    if id.len() > LONGEST || id.len() <= tag.len() + 1 {
        return format!("{tag}-{}", ledger::hash(key));
    }
    id
}

/// Bytes of an entry, about.
const ENTRY: usize = 200;

/// The text of an entry, ending with a line.
fn entry(id: &str, listed: &Listed, tag: &str, added: &str) -> String {
    let mut text = String::with_capacity(ENTRY + 56);
    text.push_str("[[company]]\nid = ");
    quote(id, &mut text);
    text.push_str("\nname = ");
    quote(&listed.names[0].text, &mut text);
    text.push('\n');
    let aliases: Vec<String> = listed.names[1..]
        .iter()
        .map(|name| match name.weak {
            true => format!("{{ name = {}, weak = true }}", quoted(&name.text)),
            false => quoted(&name.text),
        })
        .collect();
    let mut line = |key: &str, value: &str| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{key} = {value}");
    };
    let width: usize = aliases.iter().map(String::len).sum();
    if width > 80 {
        line("aliases", &format!("[\n  {},\n]", aliases.join(",\n  ")));
    } else if !aliases.is_empty() {
        line("aliases", &format!("[{}]", aliases.join(", ")));
    }
    let list = |all: &[String]| {
        format!("[{}]", all.iter().map(|one| quoted(one)).collect::<Vec<_>>().join(", "))
    };
    if !listed.tickers.is_empty() {
        line("tickers", &list(&listed.tickers));
    }
    if !listed.groups.is_empty() {
        line("groups", &list(&listed.groups));
    }
    match listed.note.as_str() {
        "" => {}
        note => line("note", &quoted(note)),
    }
    line("why", &quoted(&format!("{tag}:{}, imported {added}", listed.key)));
    line("added", added);
    text
}

/// Text as TOML writes it.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    quote(text, &mut out);
    out
}

fn quote(text: &str, out: &mut String) {
    out.push('"');
    let plain = |byte: u8| byte >= b' ' && !matches!(byte, b'"' | b'\\' | 0x7f..);
    if text.bytes().all(plain) {
        out.push_str(text);
    } else {
        for one in text.chars() {
            match one {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                one if one.is_control() => {
                    let _ = write!(out, "\\u{:04X}", u32::from(one));
                }
                one => out.push(one),
            }
        }
    }
    out.push('"');
}
