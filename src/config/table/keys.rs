//! The values that a key can take: each reader says what it accepts, and tells when it gets something
//! else.

use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};
use std::time::Duration;

use toml::de::DeValue;

use super::{Table, Unfit, Value, nearest};
use crate::config::{duration, size};
use crate::model::{Located, Place, Problem};

impl<'d> Table<'d> {
    /// A text that must be there; `example` is written as in TOML.
    pub(in crate::config) fn required(
        &mut self,
        key: &'static str,
        example: &str,
    ) -> Option<Located<String>> {
        match self.ask(key) {
            Some(value) => value.string(),
            None => {
                self.require(key, example);
                None
            }
        }
    }

    /// A text that must be there and by which an entry is known. While there is none, what `stand_in` makes of the
    /// place stands in, so that all else that is wrong with the entry is told too.
    pub(in crate::config) fn required_or(
        &mut self,
        key: &'static str,
        example: &str,
        stand_in: impl FnOnce(&Place) -> String,
    ) -> Option<Located<String>> {
        let text = self.required(key, example);
        let place = self.place();
        text.or_else(|| self.is_sure_of(key).then(|| Located::at(stand_in(&place), place)))
    }

    /// The name of an entry, or what tells where it stands.
    pub(in crate::config) fn name(&mut self, example: &str) -> Option<Located<String>> {
        self.required_or("name", example, |place| {
            let file = place.file.name.rsplit('/').next().unwrap_or_default();
            format!("{file}:{}", place.line())
        })
    }

    /// A text.
    pub(in crate::config) fn string(&mut self, key: &'static str) -> Option<Located<String>> {
        self.ask(key)?.string()
    }

    /// A remark: text or a date, and an empty one is none.
    pub(in crate::config) fn remark(&mut self, key: &'static str) -> Option<Located<String>> {
        let value = self.ask(key)?;
        match value.value.get_ref() {
            DeValue::Datetime(at) => Some(Located::at(at.to_string(), value.place())),
            DeValue::String(text) if text.trim().is_empty() => None,
            _ => value.string(),
        }
    }

    /// A remark that says a day. One that is no day of the calendar is doubted, for where it is `told_when_past` its
    /// writer counts on being reminded; refused it would stop a service that was started with it.
    pub(in crate::config) fn day_remark(
        &mut self,
        key: &'static str,
        told_when_past: bool,
    ) -> Option<Located<String>> {
        let remark = self.remark(key)?;
        let written = remark.value.trim();
        if written.parse::<chrono::NaiveDate>().is_ok() {
            return Some(remark);
        }
        let what = format!("{}: \"{written}\" is no date", self.named(key));
        let what = if told_when_past { format!("{what}, so nobody is reminded") } else { what };
        let problem = Problem::warning(remark.place.clone(), what);
        self.desk.wrong(problem.hint("write year, month and day, as in 2027-05-20"));
        Some(remark)
    }

    /// A list of texts; an absent one is empty.
    pub(in crate::config) fn strings(&mut self, key: &'static str) -> Vec<Located<String>> {
        self.values(key).into_iter().filter_map(|one| one.string()).collect()
    }

    /// A list of texts with at least one.
    pub(in crate::config) fn required_strings(
        &mut self,
        key: &'static str,
        example: &str,
    ) -> Vec<Located<String>> {
        let Some(value) = self.ask(key) else {
            self.require(key, example);
            return Vec::new();
        };
        if matches!(value.value.get_ref(), DeValue::Array(list) if list.is_empty()) {
            let what = format!("{} is an empty list", value.what());
            let problem = Problem::error(Some(value.place()), what);
            self.desk.wrong(problem.hint(format!("write {key} = {example}")));
        }
        self.strings(key)
    }

    /// The values of a list; an absent one is empty.
    pub(in crate::config) fn values(&mut self, key: &'static str) -> Vec<Value<'d>> {
        self.ask(key).map(Value::list).unwrap_or_default()
    }

    /// true or false.
    pub(in crate::config) fn boolean(&mut self, key: &'static str) -> Option<Located<bool>> {
        let value = self.ask(key)?;
        match value.value.get_ref() {
            DeValue::Boolean(set) => Some(Located::at(*set, value.place())),
            DeValue::String(text) => {
                let meant = matches!(&**text, "true" | "false").then(|| text.to_string());
                value.refuse("true or false", meant)
            }
            _ => value.refuse("true or false", None),
        }
    }

    /// A whole number within bounds.
    pub(in crate::config) fn number(
        &mut self,
        key: &'static str,
        bounds: RangeInclusive<u32>,
    ) -> Option<Located<u32>> {
        let value = self.ask(key)?;
        let accepted = format!("a whole number from {} to {}", bounds.start(), bounds.end());
        let number = match value.value.get_ref() {
            DeValue::Integer(digits) => u32::from_str_radix(digits.as_str(), digits.radix()).ok(),
            DeValue::String(text) => {
                let meant = text.parse::<u32>().is_ok().then(|| text.to_string());
                return value.refuse(&accepted, meant);
            }
            _ => return value.refuse(&accepted, None),
        };
        match number.filter(|one| bounds.contains(one)) {
            Some(number) => Some(Located::at(number, value.place())),
            None => {
                let what = format!("{} cannot be {}", value.what(), value.raw());
                self.desk.wrong(
                    Problem::error(Some(value.place()), what).hint(format!("accepted: {accepted}")),
                );
                None
            }
        }
    }

    /// One of a few names.
    pub(in crate::config) fn choice<T: Copy>(
        &mut self,
        key: &'static str,
        names: &[(&str, T)],
    ) -> Option<Located<T>> {
        let value = self.ask(key)?;
        let accepted = quoted(names.iter().map(|(name, _)| *name));
        let DeValue::String(text) = value.value.get_ref() else {
            return value.refuse(&format!("one of {accepted}"), None);
        };
        if let Some((_, chosen)) = names.iter().find(|(name, _)| name == text) {
            return Some(Located::at(*chosen, value.place()));
        }
        let near = nearest(text, names.iter().map(|(name, _)| *name));
        let near = near.map(|name| format!("did you mean \"{name}\"?\n")).unwrap_or_default();
        let what = format!("{} cannot be \"{text}\"", value.what());
        let hint = format!("{near}accepted: {accepted}");
        self.desk.wrong(Problem::error(Some(value.place()), what).hint(hint));
        None
    }

    /// A span of time, at least `least`.
    pub(in crate::config) fn duration(
        &mut self,
        key: &'static str,
        least: Duration,
    ) -> Option<Located<Duration>> {
        let value = self.ask(key)?;
        let DeValue::String(text) = value.value.get_ref() else {
            let number = matches!(value.value.get_ref(), DeValue::Integer(_));
            return value
                .refuse(duration::ACCEPTED, number.then(|| format!("\"{}m\"", value.raw())));
        };
        value.blank_or(duration::parse(text, least))
    }

    /// A number of bytes.
    pub(in crate::config) fn size(&mut self, key: &'static str) -> Option<Located<u64>> {
        let value = self.ask(key)?;
        let DeValue::String(text) = value.value.get_ref() else {
            return value.refuse(size::ACCEPTED, None);
        };
        value.blank_or(size::parse(text))
    }

    /// A text that must have a form of its own; `read` says what is wrong with it otherwise.
    pub(in crate::config) fn parsed<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&str) -> Result<T, Unfit>,
    ) -> Option<Located<T>> {
        let value = self.ask(key)?;
        let text = value.string()?;
        value.blank_or(read(&text.value))
    }

    /// A path, from the config folder unless it is absolute.
    pub(in crate::config) fn path(
        &mut self,
        key: &'static str,
        folder: &Path,
    ) -> Option<Located<PathBuf>> {
        let text = self.string(key)?;
        Some(Located { value: folder.join(text.value), place: text.place })
    }

    /// A day, as TOML's own date or as text.
    pub(in crate::config) fn date(
        &mut self,
        key: &'static str,
    ) -> Option<Located<chrono::NaiveDate>> {
        let value = self.ask(key)?;
        let text = match value.value.get_ref() {
            DeValue::String(text) => text.to_string(),
            DeValue::Datetime(at) if at.time.is_none() => at.to_string(),
            _ => return value.refuse("a date like 2026-12-21", None),
        };
        value.blank_or(text.parse().map_err(|_| {
            Unfit::new(format!("\"{text}\" is no date")).accepts("a date like 2026-12-21")
        }))
    }
}

fn quoted<'n>(names: impl Iterator<Item = &'n str>) -> String {
    names.map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
}
