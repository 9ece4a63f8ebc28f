//! One value of a key or a list, and what is told when it is not what the key takes.

use std::rc::Rc;

use toml::Spanned;
use toml::de::DeValue;

use super::{BLANK, Table, Unfit, named, nameless};
use crate::config::desk::Desk;
use crate::model::{Located, Place, Problem};

/// One value of a list or key.
pub(in crate::config) struct Value<'d> {
    pub(super) desk: &'d Desk,
    /// Of its table.
    pub(super) title: Rc<str>,
    pub(super) key: &'static str,
    /// Whether it is one of a list's.
    pub(super) listed: bool,
    pub(super) value: &'d Spanned<DeValue<'d>>,
}

impl<'d> Value<'d> {
    /// As messages call it; made when there is something to say.
    pub(super) fn what(&self) -> String {
        named(self.key, &self.title)
    }

    pub(in crate::config) fn place(&self) -> Place {
        self.desk.place(self.value.span())
    }

    pub(super) fn raw(&self) -> &str {
        self.desk.file.text.get(self.value.span()).unwrap_or("").trim()
    }

    /// A text that is neither empty nor one of our blanks.
    pub(in crate::config) fn string(&self) -> Option<Located<String>> {
        let DeValue::String(text) = self.value.get_ref() else {
            let scalar = !matches!(self.value.get_ref(), DeValue::Array(_) | DeValue::Table(_));
            let meant = scalar.then(|| format!("\"{}\"", self.raw()));
            return self.refuse("text in quotes", meant);
        };
        if text.contains(BLANK) {
            return self.blank_or(Err(Unfit::new("a blank")));
        }
        if text.trim().is_empty() {
            nameless(self.desk, &self.title, Some(self.key));
            let (what, hint) = if self.listed {
                (
                    format!("{} holds an empty text", self.what()),
                    "write something between the quotes, or delete them",
                )
            } else {
                (
                    format!("{} is empty", self.what()),
                    "write something between the quotes, or delete the line",
                )
            };
            self.desk.wrong(Problem::error(Some(self.place()), what).hint(hint));
            return None;
        }
        Some(Located::at(text.to_string(), self.place()))
    }

    /// Whether it is a text.
    pub(in crate::config) fn is_text(&self) -> bool {
        self.value.get_ref().is_str()
    }

    /// A `{ … }`; `example` shows how one is written.
    pub(in crate::config) fn table(&self, example: &str) -> Option<Table<'d>> {
        match self.value.get_ref() {
            DeValue::Table(entries) => {
                let title = self.what().into();
                Some(Table::new(self.desk, title, self.value.span(), Some(entries)))
            }
            _ => self.refuse(example, None),
        }
    }

    pub(super) fn list(self) -> Vec<Value<'d>> {
        let DeValue::Array(list) = self.value.get_ref() else {
            let meant = self.is_text().then(|| format!("[{}]", self.raw()));
            return self.refuse("a list in square brackets", meant).unwrap_or_default();
        };
        list.iter()
            .map(|value| Value {
                desk: self.desk,
                title: Rc::clone(&self.title),
                key: self.key,
                listed: true,
                value,
            })
            .collect()
    }

    /// The value that was read, or a problem: a blank is called a blank, whatever the form.
    pub(super) fn blank_or<T>(&self, read: Result<T, Unfit>) -> Option<Located<T>> {
        let unfit = match read {
            Ok(value) => return Some(Located::at(value, self.place())),
            Err(unfit) => unfit,
        };
        let problem = if self.value.get_ref().as_str().is_some_and(|text| text.contains(BLANK)) {
            let what = format!("{} is still a blank to be filled in", self.what());
            Problem::error(Some(self.place()), what).hint("put your own value between the quotes")
        } else {
            unfit.problem(Some(self.place()), &self.what())
        };
        nameless(self.desk, &self.title, Some(self.key));
        self.desk.wrong(problem);
        None
    }

    /// Tells that the type is wrong; `meant` is how the value was probably meant, as TOML writes it.
    pub(super) fn refuse<T>(&self, accepted: &str, meant: Option<String>) -> Option<T> {
        const LONG: usize = 60;
        nameless(self.desk, &self.title, Some(self.key));
        let what = format!("{} takes {accepted}, not {}", self.what(), kind(self.value.get_ref()));
        let problem = Problem::error(Some(self.place()), what);
        let meant = meant.filter(|text| text.len() <= LONG && !text.contains('\n'));
        self.desk.wrong(match meant {
            Some(meant) if self.listed => problem.hint(format!("write {meant}")),
            Some(meant) => problem.hint(format!("write {} = {meant}", self.key)),
            None => problem,
        });
        None
    }
}

/// A value's kind, for messages.
pub(super) fn kind(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
