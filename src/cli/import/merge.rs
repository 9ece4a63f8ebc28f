//! A list put into the file that an earlier import wrote, if there is one. Text in, text out.
//!
//! The file's order is kept; what is new comes last. An entry is known again by its `id`, and whether it
//! is still as it was written by the ledger's hash of its text.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::sync::Arc;

use super::ledger::{self, Ledger, Line};
use super::listed::{Listed, Name};
use super::shown::Names;
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
    pub(super) added: Names,
    pub(super) changed: Names,
    pub(super) gone: Names,
    pub(super) edited: Names,
    pub(super) taken_out: Names,
    pub(super) known: Names,
    pub(super) same: u64,
}

impl Merged {
    /// Whether the file stays as it is.
    pub(super) fn is_nothing(&self) -> bool {
        self.added.are_none() && self.changed.are_none() && self.gone.are_none()
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
    let old = bench.text(file);
    let (heading, chunks) = chunks(old);
    let mut merged = Merged::default();
    merged.ledger.reserve(companies.len());
    merged.text.reserve(old.len() + ENTRY * companies.len());
    merged.text.push_str(if old.is_empty() { HEADING } else { heading });
    let mut merging = Merging {
        tag,
        companies,
        ids: ids(tag, companies),
        before: Ledger::read(&bench.folder().path, file),
        elsewhere: Elsewhere::of(bench, file),
        today: now.to_chrono().date_naive().to_string().into(),
        merged,
    };
    let here = merging.chunks(chunks);
    if !merging.merged.text.ends_with("\n\n") {
        merging.merged.text.push('\n');
    }
    (0..companies.len()).filter(|n| !here.contains(n)).for_each(|n| merging.add(n));
    let mut merged = merging.merged;
    let end = merged.text.trim_end().len();
    merged.text.truncate(end);
    merged.text.push('\n');
    merged
}

/// A list on its way into its file.
struct Merging<'a> {
    tag: &'a str,
    companies: &'a [Listed],
    ids: Vec<Arc<str>>,
    before: Ledger,
    elsewhere: Elsewhere,
    today: Arc<str>,
    merged: Merged,
}

impl Merging<'_> {
    fn key(&self, n: usize) -> String {
        [self.tag, ":", &self.companies[n].key].concat()
    }

    /// Takes over what stands in the file; answers which companies do.
    fn chunks(&mut self, chunks: Vec<Chunk<'_>>) -> HashSet<usize> {
        // A list that comes in for the first time is compared with nothing.
        if chunks.is_empty() {
            return HashSet::new();
        }
        let of_key = |key: &str| id_of(self.tag, key.split_once(':').map_or(key, |one| one.1));
        let key_of: HashMap<String, Arc<str>> =
            self.before.keys().map(|key| (of_key(key), key.into())).collect();
        let by_id: HashMap<Arc<str>, usize> = self.ids.iter().cloned().zip(0..).collect();
        let mut here = HashSet::with_capacity(chunks.len());
        for chunk in chunks {
            let listed = chunk.id.and_then(|id| by_id.get(id)).copied();
            let key = match listed {
                Some(n) => Some(self.key(n).into()),
                None => chunk.id.and_then(|id| key_of.get(id)).cloned(),
            };
            here.extend(listed);
            self.chunk(&chunk, listed, key);
        }
        here
    }

    /// An entry of the file: the company that it is, if the list still holds it, and the key by which it
    /// may have been written.
    fn chunk(&mut self, chunk: &Chunk<'_>, listed: Option<usize>, key: Option<Arc<str>>) {
        let written = key.and_then(|key| Some((self.before.line(&key)?.clone(), key)));
        let ours = |line: &Line| line.hash == ledger::hash(chunk.text);
        let merged = &mut self.merged;
        match (listed, written) {
            (Some(n), Some((line, key))) if ours(&line) => {
                let text = entry(&self.ids[n], &self.companies[n], self.tag, &line.added);
                if text.trim() == chunk.text.trim() {
                    merged.same += 1;
                    merged.text.push_str(chunk.text);
                    return merged.ledger.note(&key, line);
                }
                let hash = ledger::hash(&text);
                merged.changed.add(&self.companies[n].names[0].text);
                merged.text.push_str(&text);
                merged.text.push('\n');
                merged.ledger.note(&key, Line { added: line.added, hash });
            }
            (None, Some((line, _))) if ours(&line) => merged.gone.add(&chunk.name()),
            (_, written) => {
                if listed.is_some() || written.is_some() {
                    merged.edited.add(&chunk.name());
                }
                merged.text.push_str(chunk.text);
                if let Some((line, key)) = written {
                    merged.ledger.note(&key, line);
                }
            }
        }
    }

    /// A company that does not stand in the file.
    fn add(&mut self, n: usize) {
        let (id, listed, key) = (&self.ids[n], &self.companies[n], self.key(n));
        let name = &listed.names[0].text;
        let merged = &mut self.merged;
        if let Some(line) = self.before.line(&key) {
            // It was written once and is not there: somebody took it out, here or into another file.
            merged.taken_out.add(name);
            merged.ledger.note(&key, line.clone());
        } else if self.elsewhere.holds(id, listed) {
            merged.known.add(name);
        } else {
            let text = entry(id, listed, self.tag, &self.today);
            let (added, hash) = (Arc::clone(&self.today), ledger::hash(&text));
            merged.ledger.note(&key, Line { added, hash });
            merged.text.push_str(&text);
            merged.text.push('\n');
            merged.added.add(name);
        }
    }
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
fn ids(tag: &str, companies: &[Listed]) -> Vec<Arc<str>> {
    let mut taken: HashSet<Arc<str>> = HashSet::with_capacity(companies.len());
    companies
        .iter()
        .map(|listed| {
            let mut id: Arc<str> = id_of(tag, &listed.key).into();
            if taken.contains(&id) {
                // Keys that differ in signs only.
                id = format!("{id}-{}", &ledger::hash(&listed.key)[..6]).into();
            }
            taken.insert(Arc::clone(&id));
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
    aliases(&listed.names[1..], &mut text);
    for (key, all) in [("tickers", &listed.tickers), ("groups", &listed.groups)] {
        list(key, all, &mut text);
    }
    if !listed.note.is_empty() {
        text.push_str("note = ");
        quote(&listed.note, &mut text);
        text.push('\n');
    }
    text.push_str("why = ");
    quoted(&[tag, ":", &listed.key, ", imported ", added], &mut text);
    text.push_str("\nadded = ");
    text.push_str(added);
    text.push('\n');
    text
}

/// Characters of aliases that stand in one line; more get a line each.
const LINE: usize = 80;

fn aliases(names: &[Name], out: &mut String) {
    if names.is_empty() {
        return;
    }
    let from = out.len();
    out.push_str("aliases = [");
    let width = separated(names, ", ", out);
    if width > LINE {
        out.truncate(from);
        out.push_str("aliases = [\n  ");
        separated(names, ",\n  ", out);
        out.push_str(",\n");
    }
    out.push_str("]\n");
}

/// Writes aliases; answers how long they are without what separates them.
fn separated(names: &[Name], separator: &str, out: &mut String) -> usize {
    let mut width = 0;
    for (n, name) in names.iter().enumerate() {
        if n > 0 {
            out.push_str(separator);
        }
        let from = out.len();
        if name.weak {
            out.push_str("{ name = ");
            quote(&name.text, out);
            out.push_str(", weak = true }");
        } else {
            quote(&name.text, out);
        }
        width += out.len() - from;
    }
    width
}

/// A list of texts, where there are any.
fn list(key: &str, all: &[String], out: &mut String) {
    for (n, one) in all.iter().enumerate() {
        if n == 0 {
            out.push_str(key);
        }
        out.push_str(if n == 0 { " = [" } else { ", " });
        quote(one, out);
    }
    if !all.is_empty() {
        out.push_str("]\n");
    }
}

/// Text as TOML writes it.
fn quote(text: &str, out: &mut String) {
    quoted(&[text], out);
}

/// Several pieces as one text.
fn quoted(pieces: &[&str], out: &mut String) {
    out.push('"');
    for piece in pieces {
        escaped(piece, out);
    }
    out.push('"');
}

fn escaped(text: &str, out: &mut String) {
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
}
