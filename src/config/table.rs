//! One table of a file, read key by key: each key says what it takes, and what nobody asked for is
//! an unknown key.
//!
//! Invariant: a wrong value is told once, at its place, with what is accepted; the reader then goes
//! on as if the key were absent, so that everything else is judged too.

use std::ops::{Range, RangeInclusive};
use std::path::{Path, PathBuf};
use std::time::Duration;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::document::Desk;
use super::{duration, size};
use crate::model::{Located, Place, Problem};

/// What marks a blank in the files we ship.
pub(super) const BLANK: &str = "<FILL IN";

/// A table of a file, or one that is absent and so has only defaults.
pub(super) struct Table<'d> {
    desk: &'d Desk,
    /// As people call it: `[mail]`, `[[company]]`; empty for the root.
    title: String,
    span: Range<usize>,
    entries: Option<&'d DeTable<'d>>,
    asked: Vec<&'static str>,
    /// Keys that belong to another table, with that table's title.
    elsewhere: &'static [(&'static str, &'static str)],
}

/// One value of a list or key.
pub(super) struct Value<'d> {
    desk: &'d Desk,
    /// As messages call it: "`aliases` in [[company]]".
    what: String,
    key: &'static str,
    value: &'d Spanned<DeValue<'d>>,
}

impl<'d> Table<'d> {
    pub(super) fn root(desk: &'d Desk, entries: &'d DeTable<'d>) -> Self {
        Self::new(desk, String::new(), 0..0, Some(entries))
    }

    fn new(
        desk: &'d Desk,
        title: String,
        span: Range<usize>,
        entries: Option<&'d DeTable<'d>>,
    ) -> Self {
        Self { desk, title, span, entries, asked: Vec::new(), elsewhere: &[] }
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

    fn ask(&mut self, key: &'static str) -> Option<Value<'d>> {
        if !self.asked.contains(&key) {
            self.asked.push(key);
        }
        let value = self.entries?.get(key)?;
        Some(Value { desk: self.desk, what: self.named(key), key, value })
    }

    fn named(&self, key: &str) -> String {
        if self.title.is_empty() {
            format!("`{key}`")
        } else {
            format!("`{key}` in {}", self.title)
        }
    }

    /// Whether the key is written.
    pub(super) fn has(&self, key: &str) -> bool {
        self.entries.is_some_and(|entries| entries.get(key).is_some())
    }

    /// Says that a required key is absent.
    pub(super) fn require(&self, key: &str, example: &str) {
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

    /// A text that must be there; `example` is written as in TOML.
    pub(super) fn required(&mut self, key: &'static str, example: &str) -> Option<Located<String>> {
        match self.ask(key) {
            Some(value) => value.string(),
            None => {
                self.require(key, example);
                None
            }
        }
    }

    /// A text.
    pub(super) fn string(&mut self, key: &'static str) -> Option<Located<String>> {
        self.ask(key)?.string()
    }

    /// A remark: text or a date, and an empty one is none.
    pub(super) fn remark(&mut self, key: &'static str) -> Option<Located<String>> {
        let value = self.ask(key)?;
        match value.value.get_ref() {
            DeValue::Datetime(at) => Some(Located::at(at.to_string(), value.place())),
            DeValue::String(text) if text.trim().is_empty() => None,
            _ => value.string(),
        }
    }

    /// A list of texts; an absent one is empty.
    pub(super) fn strings(&mut self, key: &'static str) -> Vec<Located<String>> {
        self.values(key).into_iter().filter_map(|one| one.string()).collect()
    }

    /// A list of texts with at least one.
    pub(super) fn required_strings(
        &mut self,
        key: &'static str,
        example: &str,
    ) -> Vec<Located<String>> {
        let Some(value) = self.ask(key) else {
            self.require(key, example);
            return Vec::new();
        };
        if matches!(value.value.get_ref(), DeValue::Array(list) if list.is_empty()) {
            let what = format!("{} is an empty list", value.what);
            let problem = Problem::error(Some(value.place()), what);
            self.desk.wrong(problem.hint(format!("write {key} = {example}")));
        }
        self.strings(key)
    }

    /// The values of a list; an absent one is empty.
    pub(super) fn values(&mut self, key: &'static str) -> Vec<Value<'d>> {
        self.ask(key).map(Value::list).unwrap_or_default()
    }

    /// true or false.
    pub(super) fn boolean(&mut self, key: &'static str) -> Option<Located<bool>> {
        let value = self.ask(key)?;
        match value.value.get_ref() {
            DeValue::Boolean(set) => Some(Located::at(*set, value.place())),
            _ => value.refuse("true or false"),
        }
    }

    /// A whole number within bounds.
    pub(super) fn number(
        &mut self,
        key: &'static str,
        bounds: RangeInclusive<u32>,
    ) -> Option<Located<u32>> {
        let value = self.ask(key)?;
        let accepted = format!("a whole number from {} to {}", bounds.start(), bounds.end());
        let number = match value.value.get_ref() {
            DeValue::Integer(digits) => u32::from_str_radix(digits.as_str(), digits.radix()).ok(),
            _ => return value.refuse(&accepted),
        };
        match number.filter(|one| bounds.contains(one)) {
            Some(number) => Some(Located::at(number, value.place())),
            None => {
                let what = format!("{} cannot be {}", value.what, value.raw());
                self.desk.wrong(
                    Problem::error(Some(value.place()), what).hint(format!("accepted: {accepted}")),
                );
                None
            }
        }
    }

    /// One of a few names.
    pub(super) fn choice<T: Copy>(
        &mut self,
        key: &'static str,
        names: &[(&str, T)],
    ) -> Option<Located<T>> {
        let value = self.ask(key)?;
        let accepted = quoted(names.iter().map(|(name, _)| *name));
        let DeValue::String(text) = value.value.get_ref() else {
            return value.refuse(&format!("one of {accepted}"));
        };
        if let Some((_, chosen)) = names.iter().find(|(name, _)| name == text) {
            return Some(Located::at(*chosen, value.place()));
        }
        let near = nearest(text, names.iter().map(|(name, _)| *name));
        let near = near.map(|name| format!("did you mean \"{name}\"?\n")).unwrap_or_default();
        let what = format!("{} cannot be \"{text}\"", value.what);
        let hint = format!("{near}accepted: {accepted}");
        self.desk.wrong(Problem::error(Some(value.place()), what).hint(hint));
        None
    }

    /// A span of time, at least `least`.
    pub(super) fn duration(
        &mut self,
        key: &'static str,
        least: Duration,
    ) -> Option<Located<Duration>> {
        let value = self.ask(key)?;
        let DeValue::String(text) = value.value.get_ref() else {
            return value.refuse(duration::ACCEPTED);
        };
        value.blank_or(duration::parse(text, least))
    }

    /// A number of bytes.
    pub(super) fn size(&mut self, key: &'static str) -> Option<Located<u64>> {
        let value = self.ask(key)?;
        let DeValue::String(text) = value.value.get_ref() else {
            return value.refuse(size::ACCEPTED);
        };
        value.blank_or(size::parse(text))
    }

    /// A text that must have a form of its own; `read` says what is wrong with it otherwise.
    pub(super) fn parsed<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&str) -> Result<T, Unfit>,
    ) -> Option<Located<T>> {
        let value = self.ask(key)?;
        let text = value.string()?;
        value.blank_or(read(&text.value))
    }

    /// A path, from the config folder unless it is absolute.
    pub(super) fn path(&mut self, key: &'static str, folder: &Path) -> Option<Located<PathBuf>> {
        let text = self.string(key)?;
        Some(Located { value: folder.join(text.value), place: text.place })
    }

    /// Judges a text that was read already; what is wrong is told at its place.
    pub(super) fn judge(
        &self,
        text: &Located<String>,
        check: impl FnOnce(&str) -> Result<(), Unfit>,
    ) {
        self.judge_at(text, |text| check(text));
    }

    /// Judges a value that was read already.
    pub(super) fn judge_at<T>(
        &self,
        value: &Located<T>,
        check: impl FnOnce(&T) -> Result<(), Unfit>,
    ) {
        if let Err(unfit) = check(&value.value) {
            let key = value.place.as_ref().and_then(|place| self.key_at(&place.span));
            let named = key.map(|key| self.named(key)).unwrap_or_default();
            self.desk.wrong(unfit.problem(value.place.clone(), &named));
        }
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

    /// A day, as TOML's own date or as text.
    pub(super) fn date(&mut self, key: &'static str) -> Option<Located<chrono::NaiveDate>> {
        let value = self.ask(key)?;
        let text = match value.value.get_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Datetime(at) if at.time.is_none() => at.to_string(),
            _ => return value.refuse("a date like 2026-12-21"),
        };
        value.blank_or(text.parse().map_err(|_| {
            Unfit::new(format!("\"{text}\" is no date")).accepts("a date like 2026-12-21")
        }))
    }

    /// A table of a file's root, absent or not.
    pub(super) fn table(&mut self, key: &'static str) -> Table<'d> {
        let title = format!("[{key}]");
        let absent = |span| Table::new(self.desk, title.clone(), span, None);
        let span = self.span.clone();
        let desk = self.desk;
        let (absent, title) = (absent(span), title);
        let Some(value) = self.ask(key) else { return absent };
        match value.value.get_ref() {
            DeValue::Table(entries) => Table::new(desk, title, value.value.span(), Some(entries)),
            DeValue::Array(_) => {
                let what = format!("{title} is written with one pair of brackets");
                desk.wrong(
                    Problem::error(Some(value.place()), what).hint(format!("write {title}")),
                );
                absent
            }
            other => {
                let what = format!("`{key}` is a table, not {}", kind(other));
                let hint = format!("write {title} on a line of its own and its keys below");
                desk.wrong(Problem::error(Some(value.place()), what).hint(hint));
                absent
            }
        }
    }

    /// The `[[key]]` tables of a file's root, in file order.
    pub(super) fn tables(&mut self, key: &'static str) -> Vec<Table<'d>> {
        let title = format!("[[{key}]]");
        let desk = self.desk;
        let Some(value) = self.ask(key) else { return Vec::new() };
        match value.value.get_ref() {
            DeValue::Array(list) => {
                let mut found = Vec::new();
                for one in list.iter() {
                    match one.get_ref() {
                        DeValue::Table(entries) => {
                            found.push(Table::new(desk, title.clone(), one.span(), Some(entries)));
                        }
                        other => {
                            let what = format!("{title} is a table, not {}", kind(other));
                            desk.wrong(Problem::error(Some(desk.place(one.span())), what));
                        }
                    }
                }
                found
            }
            DeValue::Table(entries) => {
                let what = format!("[{key}] is written with two pairs of brackets");
                desk.wrong(
                    Problem::error(Some(value.place()), what).hint(format!("write {title}")),
                );
                vec![Table::new(desk, title, value.value.span(), Some(entries))]
            }
            other => {
                let what = format!("`{key}` is a list of tables, not {}", kind(other));
                let hint = format!("write {title} on a line of its own and its keys below");
                desk.wrong(Problem::error(Some(value.place()), what).hint(hint));
                Vec::new()
            }
        }
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
            self.desk.wrong(Problem { place: Some(self.desk.place(name.span())), ..problem });
        }
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
        let near = match self.elsewhere.iter().find(|(key, _)| *key == written) {
            Some((key, home)) => format!("`{key}` belongs {home}\n"),
            None => nearest(written, self.asked.iter().copied())
                .map(|key| format!("did you mean `{key}`?\n"))
                .unwrap_or_default(),
        };
        let mut accepted = self.asked.clone();
        accepted.sort_unstable();
        Problem::error(None, what).hint(format!("{near}accepted: {}", accepted.join(", ")))
    }
}

impl<'d> Value<'d> {
    pub(super) fn place(&self) -> Place {
        self.desk.place(self.value.span())
    }

    fn raw(&self) -> &str {
        self.desk.file.text.get(self.value.span()).unwrap_or("").trim()
    }

    /// A text that is neither empty nor one of our blanks.
    pub(super) fn string(&self) -> Option<Located<String>> {
        let DeValue::String(text) = self.value.get_ref() else {
            return self.refuse("text in quotes");
        };
        if text.contains(BLANK) {
            return self.blank_or(Err(Unfit::new("a blank")));
        }
        if text.trim().is_empty() {
            let what = format!("{} is empty", self.what);
            let hint = "write something between the quotes, or delete the line";
            self.desk.wrong(Problem::error(Some(self.place()), what).hint(hint));
            return None;
        }
        Some(Located::at(text.to_string(), self.place()))
    }

    /// Whether it is a text.
    pub(super) fn is_text(&self) -> bool {
        self.value.get_ref().is_str()
    }

    /// A `{ … }`; `example` shows how one is written.
    pub(super) fn table(&self, example: &str) -> Option<Table<'d>> {
        match self.value.get_ref() {
            DeValue::Table(entries) => {
                let title = self.what.clone();
                Some(Table::new(self.desk, title, self.value.span(), Some(entries)))
            }
            _ => self.refuse(example),
        }
    }

    fn list(self) -> Vec<Value<'d>> {
        let DeValue::Array(list) = self.value.get_ref() else {
            return self.refuse("a list in square brackets").unwrap_or_default();
        };
        list.iter()
            .map(|value| Value { desk: self.desk, what: self.what.clone(), key: self.key, value })
            .collect()
    }

    /// The value that was read, or a problem: a blank is called a blank, whatever the form.
    fn blank_or<T>(&self, read: Result<T, Unfit>) -> Option<Located<T>> {
        let unfit = match read {
            Ok(value) => return Some(Located::at(value, self.place())),
            Err(unfit) => unfit,
        };
        let problem = if self.value.get_ref().as_str().is_some_and(|text| text.contains(BLANK)) {
            let what = format!("{} is still a blank to be filled in", self.what);
            Problem::error(Some(self.place()), what).hint("put your own value between the quotes")
        } else {
            unfit.problem(Some(self.place()), &self.what)
        };
        self.desk.wrong(problem);
        None
    }

    /// Tells that the type is wrong; says how the value could have been meant.
    fn refuse<T>(&self, accepted: &str) -> Option<T> {
        let raw = self.raw();
        let what = format!("{} takes {accepted}, not {}", self.what, kind(self.value.get_ref()));
        let problem = Problem::error(Some(self.place()), what);
        let meant = match self.value.get_ref() {
            _ if raw.contains('\n') || raw.len() > 60 => None,
            DeValue::Integer(_)
            | DeValue::Float(_)
            | DeValue::Boolean(_)
            | DeValue::Datetime(_)
                if accepted.starts_with("text") =>
            {
                Some(format!("\"{raw}\""))
            }
            DeValue::Integer(_) if accepted == duration::ACCEPTED => Some(format!("\"{raw}m\"")),
            DeValue::String(_) if accepted.starts_with("a list") => Some(format!("[{raw}]")),
            DeValue::String(text) if accepted.starts_with("true") => {
                matches!(&**text, "true" | "false").then(|| text.to_string())
            }
            DeValue::String(text) if accepted.starts_with("a whole number") => {
                text.parse::<u32>().is_ok().then(|| text.to_string())
            }
            _ => None,
        };
        self.desk.wrong(match meant {
            Some(meant) => problem.hint(format!("write {} = {meant}", self.key)),
            None => problem,
        });
        None
    }
}

/// Why a text has not the form that its key wants.
pub(super) struct Unfit {
    what: String,
    hint: Option<String>,
}

impl Unfit {
    pub(super) fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), hint: None }
    }

    fn problem(self, place: Option<Place>, named: &str) -> Problem {
        let problem = Problem::error(place, format!("{named}: {}", self.what));
        match self.hint {
            Some(hint) => problem.hint(hint),
            None => problem,
        }
    }

    /// The same with what is accepted.
    pub(super) fn accepts(self, accepted: &str) -> Self {
        self.hint(format!("accepted: {accepted}"))
    }

    /// The same with a remedy.
    pub(super) fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }
}

/// A value's kind, for messages.
fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

fn quoted<'n>(names: impl Iterator<Item = &'n str>) -> String {
    names.map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
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
