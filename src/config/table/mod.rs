//! One table of a file, read key by key: each key says what it takes, and what nobody asked for is
//! an unknown key.
//!
//! Invariant: a wrong value is told once, at its place, with what is accepted; the reader then goes
//! on as if the key were absent, so that everything else is judged too.

mod keys;
mod unfit;
mod value;

use std::ops::Range;
use std::rc::Rc;

use toml::de::{DeTable, DeValue};

pub(super) use self::unfit::Unfit;
pub(super) use self::value::Value;
use self::value::kind;
use super::desk::Desk;
use crate::model::{Located, Place, Problem};

/// Keys by which others name an entry.
const NAMING: [&str; 3] = ["id", "name", "groups"];

/// What marks a blank in the files we ship.
pub(super) const BLANK: &str = "<FILL IN";

/// A table of a file, or one that is absent and so has only defaults.
pub(super) struct Table<'d> {
    desk: &'d Desk,
    /// As people call it: `[mail]`, `[[company]]`; empty for the root.
    title: Rc<str>,
    span: Range<usize>,
    entries: Option<&'d DeTable<'d>>,
    /// The bits of its keys: of those that are asked for nearly all are absent.
    written: u64,
    /// Some twice.
    asked: Vec<&'static str>,
    /// Those of them that are written with two pairs of brackets.
    doubled: Vec<&'static str>,
    /// Keys that belong to another table, with that table's title.
    elsewhere: &'static [(&'static str, &'static str)],
}

/// A bit for a key, which few others have.
fn bit(key: &str) -> u64 {
    let first = key.bytes().next().map_or(0, usize::from);
    1 << ((first + key.len()) & 63)
}

impl<'d> Table<'d> {
    pub(super) fn root(desk: &'d Desk, entries: &'d DeTable<'d>) -> Self {
        Self::new(desk, Rc::from(""), 0..0, Some(entries))
    }

    fn new(
        desk: &'d Desk,
        title: Rc<str>,
        span: Range<usize>,
        entries: Option<&'d DeTable<'d>>,
    ) -> Self {
        let keys = entries.into_iter().flat_map(|entries| entries.keys());
        let written = keys.fold(0, |written, key| written | bit(key.get_ref()));
        // About as many keys as an entry may have: a long watchlist has very many entries.
        let asked = Vec::with_capacity(24);
        Self { desk, title, span, entries, written, asked, doubled: Vec::new(), elsewhere: &[] }
    }

    /// Where the table starts: its header.
    pub(super) fn place(&self) -> Place {
        self.desk.place(self.span.clone())
    }

    /// Whether it is written at all.
    pub(super) fn is_written(&self) -> bool {
        self.entries.is_some()
    }

    /// Says where keys belong that people put here by mistake.
    pub(super) fn elsewhere(&mut self, keys: &'static [(&'static str, &'static str)]) {
        self.elsewhere = keys;
    }

    /// Mistakes found so far in the file.
    pub(super) fn faults(&self) -> usize {
        self.desk.faults()
    }

    fn ask(&mut self, key: &'static str) -> Option<Value<'d>> {
        self.asked.push(key);
        if self.written & bit(key) == 0 {
            return None;
        }
        let value = self.entries?.get(key)?;
        let title = Rc::clone(&self.title);
        Some(Value { desk: self.desk, title, key, listed: false, value })
    }

    fn named(&self, key: &str) -> String {
        named(key, &self.title)
    }

    /// Whether the key is written.
    pub(super) fn has(&self, key: &str) -> bool {
        self.entries.is_some_and(|entries| entries.get(key).is_some())
    }

    /// Whether what is read of a key is all that can be: in a file that was not parsed whole, an absent key may stand
    /// on a mistaken line.
    pub(super) fn is_sure_of(&self, key: &str) -> bool {
        self.desk.whole || self.has(key)
    }

    /// Says that a required key is absent.
    pub(super) fn require(&self, key: &str, example: &str) {
        // An entry with an id is known by that.
        if !self.has("id") {
            nameless(self.desk, &self.title, Some(key));
        }
        let what = if self.title.is_empty() {
            format!("`{key}` is missing")
        } else {
            format!("{} has no `{key}`", self.title)
        };
        let hint = if self.title.is_empty() {
            format!("add {key} = {example} above the first [table]")
        } else if self.title.starts_with('`') {
            format!("add {key} = {example} between the braces")
        } else {
            format!("add {key} = {example} under {}", self.title)
        };
        self.desk.absent(Problem::error(Some(self.place()), what).hint(hint));
    }

    /// Judges a text that was read already; what is wrong is told at its place. Says whether it is fine.
    pub(super) fn judge(
        &self,
        text: &Located<String>,
        check: impl FnOnce(&str) -> Result<(), Unfit>,
    ) -> bool {
        self.judge_at(text, |text| check(text))
    }

    /// Judges a value that was read already.
    pub(super) fn judge_at<T>(
        &self,
        value: &Located<T>,
        check: impl FnOnce(&T) -> Result<(), Unfit>,
    ) -> bool {
        let Err(unfit) = check(&value.value) else { return true };
        let key = value.place.as_ref().and_then(|place| self.key_at(&place.span));
        let named = key.map(|key| self.named(key)).unwrap_or_default();
        self.desk.wrong(unfit.problem(value.place.clone(), &named));
        false
    }

    /// The key whose value lies around a span.
    fn key_at(&self, span: &Range<usize>) -> Option<&'d str> {
        let around = |whole: Range<usize>| whole.start <= span.start && span.end <= whole.end;
        let mut entries = self.entries?.iter();
        entries.find(|(_, value)| around(value.span())).map(|(key, _)| &**key.get_ref())
    }

    /// Says that the file lists nothing, with what an entry looks like.
    pub(super) fn nothing(&self, what: &str, example: &str) {
        if !self.entries.is_some_and(|entries| entries.is_empty()) {
            return;
        }
        self.desk
            .absent(Problem::error(Some(self.place()), what).hint(format!("write\n{example}")));
    }

    /// A table of a file's root, absent or not.
    pub(super) fn table(&mut self, key: &'static str) -> Table<'d> {
        let title: Rc<str> = format!("[{key}]").into();
        let (desk, span) = (self.desk, self.span.clone());
        let Some(value) = self.ask(key) else { return Table::new(desk, title, span, None) };
        let (what, hint) = match value.value.get_ref() {
            DeValue::Table(entries) => {
                return Table::new(desk, title, value.value.span(), Some(entries));
            }
            DeValue::Array(list) if list.iter().all(|one| one.get_ref().is_table()) => {
                (format!("{title} is written with one pair of brackets"), format!("write {title}"))
            }
            other => not_a_table(&title, other),
        };
        desk.wrong(Problem::error(Some(value.place()), what).hint(hint));
        // What stands in it was meant all the same.
        let meant = value.value.get_ref().as_array().and_then(|list| list.iter().next());
        match meant.map(|one| (one.span(), one.get_ref())) {
            Some((span, DeValue::Table(entries))) => Table::new(desk, title, span, Some(entries)),
            _ => Table::new(desk, title, span, None),
        }
    }

    /// The `[[key]]` tables of a file's root, in file order.
    pub(super) fn tables(&mut self, key: &'static str) -> Vec<Table<'d>> {
        let title: Rc<str> = format!("[[{key}]]").into();
        let desk = self.desk;
        self.doubled.push(key);
        let Some(value) = self.ask(key) else { return Vec::new() };
        let list = match value.value.get_ref() {
            DeValue::Array(list) => list,
            DeValue::Table(entries) => {
                let what = doubled(key);
                let problem = Problem::error(Some(value.place()), what);
                desk.wrong(problem.hint(format!("write {title}")));
                return vec![Table::new(desk, title, value.value.span(), Some(entries))];
            }
            other => {
                let (what, hint) = not_a_table(&title, other);
                desk.wrong(Problem::error(Some(value.place()), what).hint(hint));
                return Vec::new();
            }
        };
        let mut found = Vec::with_capacity(list.len());
        for one in list.iter() {
            match one.get_ref() {
                DeValue::Table(entries) => {
                    found.push(Table::new(desk, Rc::clone(&title), one.span(), Some(entries)));
                }
                other => {
                    let (what, hint) = not_a_table(&title, other);
                    desk.wrong(Problem::error(Some(desk.place(one.span())), what).hint(hint));
                }
            }
        }
        found
    }

    /// A `{ … }` behind a key.
    pub(super) fn inline(&mut self, key: &'static str, example: &str) -> Option<Table<'d>> {
        self.ask(key)?.table(example)
    }

    /// A key that is known and never accepted.
    pub(super) fn forbid(&mut self, key: &str, why: &str, hint: &str) {
        let Some((name, _)) = self.entries.and_then(|entries| entries.get_key_value(key)) else {
            return;
        };
        let what = format!("{} {why}", self.named(key));
        self.desk.wrong(Problem::error(Some(self.desk.place(name.span())), what).hint(hint));
    }

    /// Ends the table: what nobody asked for is unknown. `handled` names keys that another check
    /// has told about.
    pub(super) fn finish(self, handled: &[&str]) {
        let Some(entries) = self.entries else { return };
        for (name, value) in entries.iter() {
            let written: &str = name.get_ref();
            if self.asked.contains(&written) || handled.contains(&written) {
                continue;
            }
            let problem = self.unknown(written, value.get_ref());
            nameless(self.desk, &self.title, self.meant(written));
            self.desk.wrong(Problem { place: Some(self.desk.place(name.span())), ..problem });
        }
    }

    /// The key that an unknown one was meant to be.
    fn meant(&self, written: &str) -> Option<&'static str> {
        let asked = self.asked.iter().copied();
        asked.clone().find(|key| is_plural(written, key)).or_else(|| nearest(written, asked))
    }

    fn unknown(&self, written: &str, value: &DeValue<'_>) -> Problem {
        let what = match (self.title.is_empty(), value) {
            (true, DeValue::Table(_)) => format!("unknown table [{written}]"),
            (true, DeValue::Array(list)) if list.iter().any(|one| one.get_ref().is_table()) => {
                format!("unknown table [[{written}]]")
            }
            (true, _) => format!("unknown key `{written}`"),
            (false, _) => format!("unknown key `{written}` in {}", self.title),
        };
        let meant = self.meant(written);
        let mut elsewhere = self.elsewhere.iter();
        let elsewhere = elsewhere.find(|(key, _)| *key == written || is_plural(written, key));
        let near = match (meant, elsewhere) {
            (Some(key), _) if self.doubled.contains(&key) => format!("did you mean [[{key}]]?\n"),
            (_, Some((key, home))) => format!("`{key}` belongs {home}\n"),
            (Some(key), None) => format!("did you mean `{key}`?\n"),
            (None, None) => String::new(),
        };
        let mut accepted = self.asked.clone();
        accepted.sort_unstable();
        accepted.dedup();
        Problem::error(None, what).hint(format!("{near}accepted: {}", accepted.join(", ")))
    }
}

/// What is said of a table of a list that is written as a single one.
pub(super) fn doubled(key: &str) -> String {
    format!("[{key}] is written with two pairs of brackets")
}

/// Notes that what is refused may be what an entry is known by: one of those keys, a key that may be anything, or a
/// whole table. Nobody names a rule.
fn nameless(desk: &Desk, title: &str, key: Option<&str>) {
    let naming = key.is_none_or(|key| NAMING.contains(&key));
    if title.is_empty() || naming && title != "[[rule]]" {
        desk.nameless();
    }
}

/// A key as messages call it: "`aliases` in [[company]]".
fn named(key: &str, title: &str) -> String {
    if title.is_empty() { format!("`{key}`") } else { format!("`{key}` in {title}") }
}

/// Whether a word is another one's plural, which is more letters away from `company` than a slip.
fn is_plural(written: &str, one: &str) -> bool {
    let singular = |end: &str| written.strip_suffix(end).map(str::to_lowercase);
    singular("s").as_deref() == Some(one)
        || singular("ies").is_some_and(|stem| one.strip_suffix('y') == Some(&stem))
}

/// What to say of a value that stands where a table belongs.
fn not_a_table(title: &str, value: &DeValue<'_>) -> (String, String) {
    (
        format!("{title} is a table, not {}", kind(value)),
        format!("write {title} on a line of its own and its keys below"),
    )
}

/// The accepted name that was most likely meant: at most one slip in three letters.
fn nearest<'n>(written: &str, accepted: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let written = written.to_lowercase();
    accepted
        .map(|name| (strsim::damerau_levenshtein(&written, name), name))
        .filter(|(slips, name)| *slips <= (name.chars().count() / 3).max(1))
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, name)| name)
}
