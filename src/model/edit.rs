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
