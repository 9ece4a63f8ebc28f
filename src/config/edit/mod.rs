//! Edits of people's files that leave comments, order and everything else as it was. Text in, text out.
//!
//! Invariant: what an edit does not name comes out byte for byte as it went in, but that every line ends with a
//! line feed (`cli/bench/ends` gives lines their own ends back). Whether the result
//! is a sound configuration is not judged here; whoever edits has it checked before it is written.

mod list;

use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, Value};

use self::list::{append, take_out};

/// A value to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Written {
    /// Text in quotes.
    Text(String),
    /// true or false.
    Flag(bool),
    /// A day.
    Day(chrono::NaiveDate),
    /// A list.
    List(Vec<Written>),
    /// A `{ … }`.
    Table(Vec<(&'static str, Written)>),
}

impl Written {
    /// Text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A list of texts.
    pub fn texts<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Self {
        Self::List(texts.into_iter().map(Self::text).collect())
    }

    fn value(&self) -> Value {
        match self {
            Self::Text(text) => Value::from(text.as_str()),
            Self::Flag(flag) => Value::from(*flag),
            Self::Day(day) => day
                .to_string()
                .parse::<toml_edit::Datetime>()
                .map_or_else(|_| Value::from(day.to_string()), Value::from),
            Self::List(list) => list.iter().map(Self::value).collect(),
            Self::Table(keys) => {
                Value::InlineTable(keys.iter().map(|(key, one)| (*key, one.value())).collect())
            }
        }
    }
}

/// Why a file cannot be edited.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// It is no TOML; where and why `check` says better.
    #[error("it cannot be read as TOML")]
    NoToml,
    /// The entry is not where it was a moment ago, or is written in a way that is not understood.
    #[error("{0}")]
    Shape(String),
}

/// A file open for editing.
#[derive(Clone, Debug)]
pub struct Sheet {
    document: DocumentMut,
}

impl Sheet {
    /// Opens a file's text.
    ///
    /// # Errors
    /// When it is no TOML.
    pub fn open(text: &str) -> Result<Self, EditError> {
        let document = text.parse().map_err(|_| EditError::NoToml)?;
        Ok(Self { document })
    }

    /// The text as it stands now.
    #[must_use]
    pub fn text(&self) -> String {
        self.document.to_string()
    }

    /// Adds an entry `[[kind]]` after the last of its kind, else at the end of the file.
    ///
    /// # Errors
    /// When `kind` is written otherwise than as `[[kind]]`.
    pub fn add(&mut self, kind: &str, keys: &[(&'static str, Written)]) -> Result<(), EditError> {
        self.add_below(kind, "", keys)
    }

    /// The same with lines of comment above it.
    ///
    /// # Errors
    /// As [`Sheet::add`].
    pub fn add_below(
        &mut self,
        kind: &str,
        comment: &str,
        keys: &[(&'static str, Written)],
    ) -> Result<(), EditError> {
        let mut table = Table::new();
        for (key, value) in keys {
            table.insert(key, Item::Value(broken(value, key)));
        }
        let first = self.document.is_empty() && self.document.trailing().as_str() == Some("");
        table.decor_mut().set_prefix(format!("{}{comment}", if first { "" } else { "\n" }));
        // Comments behind the last entry stay before the new one: they speak of what was there.
        let last = self.ends_with(kind);
        if last && let Some(text) = self.document.trailing().as_str().map(str::to_owned) {
            let gap = if text.is_empty() || text.ends_with("\n\n") { "" } else { "\n" };
            table.decor_mut().set_prefix(format!("{text}{gap}{comment}"));
            self.document.set_trailing("");
        }
        if self.document.trailing().as_str().is_some_and(|end| end.trim().is_empty()) {
            self.document.set_trailing("");
        }
        let item =
            self.document.entry(kind).or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
        item.as_array_of_tables_mut()
            .ok_or_else(|| EditError::Shape(format!("{kind} is not written as [[{kind}]]")))?
            .push(table);
        Ok(())
    }

    /// Whether a new entry of this kind comes last of all.
    fn ends_with(&self, kind: &str) -> bool {
        let of = |item: &Item| match item {
            Item::ArrayOfTables(list) => list.iter().filter_map(Table::position).max(),
            Item::Table(table) => table.position(),
            _ => None,
        };
        let last = self.document.iter().filter_map(|(_, item)| of(item)).max();
        self.document.get(kind).is_none_or(|item| of(item) == last)
    }

    /// Takes out the `at`-th `[[kind]]` (from 0) with the comment directly above it; what is further
    /// above stays.
    ///
    /// # Errors
    /// When there is no such entry.
    pub fn remove(&mut self, kind: &str, at: usize) -> Result<(), EditError> {
        let list = self.document.get_mut(kind).and_then(Item::as_array_of_tables_mut);
        let list = list.filter(|list| at < list.len()).ok_or_else(|| missing(kind, at))?;
        let gone = list.remove(at);
        if list.is_empty() {
            self.document.remove(kind);
        }
        let above = gone.decor().prefix().and_then(|one| one.as_str()).unwrap_or("");
        let kept = above.rfind("\n\n").map_or("", |end| &above[..=end]);
        if !kept.trim().is_empty() {
            self.keep(gone.position(), kept);
        }
        Ok(())
    }

    /// Puts comments before the first header behind a place, else at the end.
    fn keep(&mut self, after: Option<isize>, comments: &str) {
        let mut next: Option<&mut Table> = None;
        let tables = self.document.iter_mut().filter_map(|(_, item)| item.as_array_of_tables_mut());
        for table in tables.flat_map(ArrayOfTables::iter_mut) {
            let behind = table.position() > after;
            if behind && next.as_ref().is_none_or(|next| table.position() < next.position()) {
                next = Some(table);
            }
        }
        match next {
            Some(table) => {
                let own = table.decor().prefix().and_then(|one| one.as_str()).unwrap_or("");
                let both = format!("{comments}{own}");
                table.decor_mut().set_prefix(both);
            }
            None => {
                let own = self.document.trailing().as_str().unwrap_or("").to_owned();
                self.document.set_trailing(format!("{comments}{own}"));
            }
        }
    }

    fn entry(&mut self, kind: &str, at: usize) -> Result<&mut Table, EditError> {
        self.document
            .get_mut(kind)
            .and_then(Item::as_array_of_tables_mut)
            .and_then(|list| list.get_mut(at))
            .ok_or_else(|| missing(kind, at))
    }

    /// Writes a key of the `at`-th `[[kind]]`: in its old place, else behind the other keys (an id in
    /// front of them).
    ///
    /// # Errors
    /// When there is no such entry.
    pub fn set(
        &mut self,
        (kind, at): (&str, usize),
        key: &'static str,
        value: &Written,
    ) -> Result<(), EditError> {
        set_in(self.entry(kind, at)?, key, value);
        Ok(())
    }

    /// Takes a key of an entry out; one that is not there is no error.
    ///
    /// # Errors
    /// When there is no such entry.
    pub fn unset(&mut self, (kind, at): (&str, usize), key: &str) -> Result<(), EditError> {
        self.entry(kind, at)?.remove(key);
        Ok(())
    }

    /// Adds a value to a list of an entry; an absent list is begun.
    ///
    /// # Errors
    /// When there is no such entry, or the key holds no list.
    pub fn append(
        &mut self,
        (kind, at): (&str, usize),
        key: &'static str,
        value: &Written,
    ) -> Result<(), EditError> {
        let table = self.entry(kind, at)?;
        if !table.contains_key(key) {
            set_in(table, key, &Written::List(vec![value.clone()]));
            return Ok(());
        }
        let list = table.get_mut(key).and_then(Item::as_array_mut);
        append(list.ok_or_else(|| not_a_list(kind, key))?, value.value());
        Ok(())
    }

    /// Takes the `nth` value (from 0) of a list out.
    ///
    /// # Errors
    /// When there is no such value.
    pub fn take_out(
        &mut self,
        (kind, at): (&str, usize),
        key: &str,
        nth: usize,
    ) -> Result<(), EditError> {
        let table = self.entry(kind, at)?;
        let list = table.get_mut(key).and_then(Item::as_array_mut);
        let list = list.filter(|list| nth < list.len()).ok_or_else(|| not_a_list(kind, key))?;
        take_out(list, nth);
        if list.is_empty() {
            table.remove(key);
        }
        Ok(())
    }

    /// Changes the `nth` alias of a company: a plain name becomes a `{ name = … }` first. `change`
    /// gets the keys of that table.
    ///
    /// # Errors
    /// When there is no such alias.
    pub fn alias(
        &mut self,
        company: usize,
        nth: usize,
        change: impl FnOnce(&mut Keys<'_>),
    ) -> Result<(), EditError> {
        let missing = || EditError::Shape("the alias is not where it was".to_owned());
        let aliases = self.entry("company", company)?.get_mut("aliases").ok_or_else(missing)?;
        if let Some(tables) = aliases.as_array_of_tables_mut() {
            change(&mut Keys { table: tables.get_mut(nth).ok_or_else(missing)? });
            return Ok(());
        }
        let list = aliases.as_array_mut().ok_or_else(missing)?;
        let value = list.get_mut(nth).ok_or_else(missing)?;
        if let Some(name) = value.as_str() {
            let table: toml_edit::InlineTable = [("name", Value::from(name))].into_iter().collect();
            let decor = value.decor().clone();
            *value = Value::InlineTable(table);
            *value.decor_mut() = decor;
        }
        let table = value.as_inline_table_mut().ok_or_else(missing)?;
        let keys = table.len();
        change(&mut Keys { table });
        // The space before the closing brace belongs to what was last.
        if table.len() > keys && !table.to_string().trim().contains('\n') {
            table.fmt();
        }
        Ok(())
    }

    /// Changes the keys of an entry.
    ///
    /// # Errors
    /// When there is no such entry.
    pub fn keys(
        &mut self,
        (kind, at): (&str, usize),
        change: impl FnOnce(&mut Keys<'_>),
    ) -> Result<(), EditError> {
        change(&mut Keys { table: self.entry(kind, at)? });
        Ok(())
    }
}

/// The keys of an entry or of an alias, whichever way it is written.
pub struct Keys<'t> {
    table: &'t mut dyn toml_edit::TableLike,
}

impl Keys<'_> {
    /// Writes a key in the place of what stood there.
    pub fn set(&mut self, key: &'static str, value: &Written) {
        self.table.insert(key, Item::Value(value.value()));
    }

    /// Adds to a list, which is begun where it is absent.
    pub fn append(&mut self, key: &'static str, value: &Written) {
        match self.table.get_mut(key).and_then(Item::as_array_mut) {
            Some(list) => append(list, value.value()),
            None => self.set(key, &Written::List(vec![value.clone()])),
        }
    }
}

fn set_in(table: &mut Table, key: &'static str, value: &Written) {
    if let Some(old) = table.get_mut(key).and_then(Item::as_value_mut) {
        // The comment behind a value stays where it is.
        let decor = old.decor().clone();
        *old = value.value();
        *old.decor_mut() = decor;
        return;
    }
    table.insert(key, Item::Value(broken(value, key)));
    if key == "id" {
        table.sort_values_by(|one, _, other, _| (one.get() != "id").cmp(&(other.get() != "id")));
    }
}

/// Longer lists get a line for each value.
const WIDE: usize = 90;

/// A value as it stands behind its key, over several lines where one is too long.
fn broken(value: &Written, key: &str) -> Value {
    let mut written = value.value();
    if let Some(list) = written.as_array_mut().filter(|list| list.len() > 1)
        && key.len() + list.to_string().chars().count() > WIDE
    {
        for one in list.iter_mut() {
            one.decor_mut().set_prefix("\n  ");
        }
        list.set_trailing_comma(true);
        list.set_trailing("\n");
    }
    written
}

fn missing(kind: &str, at: usize) -> EditError {
    EditError::Shape(format!("there is no [[{kind}]] number {} any more", at + 1))
}

fn not_a_list(kind: &str, key: &str) -> EditError {
    EditError::Shape(format!("`{key}` of this [[{kind}]] is no list in square brackets"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "# Whom we watch.\n\n# ---- first ----\n[[company]]\nname = \"Huawei\"   # theirs\n\n\
         # ---- second ----\n\n# about Alibaba\n[[company]]\nid = \"alibaba\"\nname = \"Alibaba\"\n\
         aliases = [\n  \"Taobao\",   # a shop\n  # the Chinese one\n  \"阿里巴巴\",\n]\n\n\
         [[rule]]\nname = \"R\"\nwhen = \"company:*\"\n# the end\n";

    fn edited(change: impl FnOnce(&mut Sheet) -> Result<(), EditError>) -> String {
        let mut sheet = Sheet::open(FILE).unwrap();
        change(&mut sheet).unwrap();
        sheet.text()
    }

    /// Lines that came and went.
    fn differs(change: impl FnOnce(&mut Sheet) -> Result<(), EditError>) -> (String, String) {
        let after = edited(change);
        let count = |text: &str, line: &str| text.lines().filter(|one| *one == line).count();
        let only = |one: &str, other: &str| -> String {
            let lines = one.lines().filter(|line| count(one, line) > count(other, line));
            lines.collect::<Vec<_>>().join("\n")
        };
        (only(FILE, &after), only(&after, FILE))
    }

    #[test]
    fn what_is_not_named_stays() {
        assert_eq!(edited(|_| Ok(())), FILE);
    }

    #[test]
    fn an_entry_goes_behind_the_last_of_its_kind() {
        let text = edited(|sheet| {
            sheet.add("company", &[("id", Written::text("x")), ("name", Written::text("X"))])
        });
        let expected = "]\n\n[[company]]\nid = \"x\"\nname = \"X\"\n\n[[rule]]";
        assert!(text.contains(expected), "{text}");
        assert_eq!(text.replace("\n[[company]]\nid = \"x\"\nname = \"X\"\n", ""), FILE);
        let topic = edited(|sheet| sheet.add("topic", &[("name", Written::text("T"))]));
        let expected = "when = \"company:*\"\n# the end\n\n[[topic]]\nname = \"T\"\n";
        assert!(topic.ends_with(expected), "{topic}");
        let rule = edited(|sheet| sheet.add("rule", &[("name", Written::text("S"))]));
        assert!(rule.ends_with(&expected.replace("topic", "rule").replace('T', "S")), "{rule}");
    }

    #[test]
    fn an_empty_file_and_one_of_comments_take_an_entry() {
        for (before, after) in [
            ("", "[[company]]\nname = \"X\"\n"),
            ("# mine\n", "# mine\n\n[[company]]\nname = \"X\"\n"),
        ] {
            let mut sheet = Sheet::open(before).unwrap();
            sheet.add("company", &[("name", Written::text("X"))]).unwrap();
            assert_eq!(sheet.text(), after);
        }
    }

    #[test]
    fn an_entry_goes_with_its_own_comment_only() {
        let text = edited(|sheet| sheet.remove("company", 1));
        assert!(text.contains("# ---- second ----\n"), "{text}");
        assert!(!text.contains("about Alibaba") && !text.contains("Taobao"), "{text}");
        let text = edited(|sheet| sheet.remove("company", 0));
        assert!(text.contains("# Whom we watch.\n"), "{text}");
        assert!(!text.contains("Huawei") && text.contains("about Alibaba"), "{text}");
    }

    #[test]
    fn lists_keep_their_lines_and_comments() {
        let at = ("company", 1);
        let (gone, new) = differs(|sheet| sheet.append(at, "aliases", &Written::text("AliX")));
        assert_eq!((gone.as_str(), new.as_str()), ("", "  \"AliX\","));
        let (gone, new) = differs(|sheet| sheet.take_out(at, "aliases", 1));
        assert_eq!((gone.as_str(), new.as_str()), ("  # the Chinese one\n  \"阿里巴巴\",", ""));
        let (gone, new) = differs(|sheet| sheet.take_out(at, "aliases", 0));
        assert_eq!((gone.as_str(), new.as_str()), ("  \"Taobao\",   # a shop", ""));
    }

    #[test]
    fn an_alias_takes_a_guard_and_keeps_its_comment() {
        let (gone, new) = differs(|sheet| {
            sheet.alias(1, 0, |alias| alias.append("not_with", &Written::text("village")))
        });
        assert_eq!(gone, "  \"Taobao\",   # a shop");
        assert_eq!(new, "  { name = \"Taobao\", not_with = [\"village\"] },   # a shop");
        let mut sheet =
            Sheet::open("[[company]]\naliases = [{ name = \"X\", weak = true }]\n").unwrap();
        sheet.alias(0, 0, |alias| alias.append("not_with", &Written::text("y"))).unwrap();
        let expected = "aliases = [{ name = \"X\", weak = true, not_with = [\"y\"] }]\n";
        assert!(sheet.text().ends_with(expected), "{}", sheet.text());
    }

    #[test]
    fn an_id_stands_first_and_a_comment_behind_a_value_stays() {
        let text = edited(|sheet| sheet.set(("company", 0), "id", &Written::text("huawei")));
        let expected = "[[company]]\nid = \"huawei\"\nname = \"Huawei\"   # theirs\n";
        assert!(text.contains(expected), "{text}");
        let text = edited(|sheet| sheet.set(("company", 0), "name", &Written::text("HW")));
        assert!(text.contains("name = \"HW\"   # theirs\n"), "{text}");
    }
}
