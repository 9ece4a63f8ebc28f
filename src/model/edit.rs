//! What somebody changed in the operator's files: tables and keys by name, and never a value, which may be a secret.

/// A table that differs between two versions of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableEdit {
    /// The file.
    pub file: &'static str,
    /// Which of its tables.
    pub table: TableName,
    /// What became of it.
    pub change: TableChange,
}

/// What an edit takes out of what is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourcesLost {
    /// How many sources were read before it.
    pub before: usize,
    /// Those whose address nobody reads any more, and which of them are official.
    pub lost: Vec<(String, bool)>,
}

impl SourcesLost {
    /// Why somebody must say that this is meant, in words; nothing when nobody must: an official source
    /// is lost, or more than this part of them all, in percent.
    #[must_use]
    pub fn grave(&self, percent: usize) -> Vec<String> {
        let mut why = Vec::new();
        let official = self.lost.iter().filter(|(_, official)| *official);
        let mut official: Vec<&str> = official.map(|(id, _)| id.as_str()).collect();
        if !official.is_empty() {
            let more = official.len().saturating_sub(NAMED);
            official.truncate(NAMED);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            why.push(format!("it no longer reads what is official: {}{more}", official.join(", ")));
        }
        if self.lost.len() * 100 > self.before * percent {
            why.push(format!("it no longer reads {} of {} sources", self.lost.len(), self.before));
        }
        why
    }
}

/// More than this part of the sources lost, in percent, must be meant: as with alerts.
pub const LOST_PERCENT: usize = 20;

/// Official sources that a reason names.
const NAMED: usize = 5;

/// A table as people call it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TableName {
    /// What stands above all tables.
    Top,
    /// A section, by its header.
    Section(String),
    /// A `[[source]]`, by its id.
    Source(String),
    /// A `[[reader]]`, by name.
    Reader(String),
}

/// What became of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TableChange {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// These keys of it are new, gone or hold something else; each in the order of its file.
    Keys {
        /// New.
        added: Vec<String>,
        /// Gone.
        removed: Vec<String>,
        /// With another value.
        changed: Vec<String>,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loss_is_grave_by_what_is_official_and_by_its_part() {
        let check = |before: usize, lost: &[(&str, bool)], expected: &str| {
            let lost = lost.iter().map(|(id, official)| ((*id).to_owned(), *official)).collect();
            assert_eq!(SourcesLost { before, lost }.grave(20).join("; "), expected);
        };
        check(0, &[], "");
        check(5, &[("a", false)], "");
        check(4, &[("a", false)], "it no longer reads 1 of 4 sources");
        check(
            9,
            &[("a", true), ("b", false)],
            "it no longer reads what is official: a; it no longer reads 2 of 9 sources",
        );
        check(90, &[("a", true), ("b", true)], "it no longer reads what is official: a, b");
    }
}
