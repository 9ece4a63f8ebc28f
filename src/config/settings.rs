//! The valid form of `watchlistd.toml`: after this nobody checks again.
//!
//! Plain data. What another room must understand (a time zone, a mail address) stays text with its
//! place; what config understands (durations, sizes, enumerations, paths) is typed.

use std::path::{Path, PathBuf};

use crate::model::Located;

pub use super::canary::Canary;
pub use super::collect::Collect;
pub use super::keep::Keep;
pub use super::mail::{Mail, Smtp, SubjectStyle, Tls, Transport};
pub use super::matching::Matching;
pub use super::operator::Operator;
pub use super::status::{Listen, Status};

/// `watchlistd.toml`, whole and valid.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// The folder of the files; relative paths were resolved from it.
    pub folder: PathBuf,
    /// Whom a webmaster can ask: goes into the User-Agent.
    pub contact: Located<String>,
    /// IANA zone of the service and the default of readers. Text: `notify` knows the zones.
    pub timezone: Located<String>,
    /// Where the state is kept.
    pub storage: Storage,
    /// `[operator]`.
    pub operator: Operator,
    /// `[collect]`.
    pub collect: Collect,
    /// `[matching]`.
    pub matching: Matching,
    /// `[mail]`.
    pub mail: Mail,
    /// `[keep]`.
    pub keep: Keep,
    /// `[canary]`; absent: off.
    pub canary: Option<Canary>,
    /// `[status]`; absent: off.
    pub status: Option<Status>,
}

/// What of `watchlistd.toml` other rooms judge, as far as it can be read: also where settings as a whole cannot be, so
/// that one mistake hides no other.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Legible {
    /// `timezone`.
    pub timezone: Option<Located<String>>,
    /// Addresses of `[operator]`.
    pub people: Vec<Located<String>>,
    /// `[mail] from`.
    pub sender: Option<Located<String>>,
    /// `[keep]`.
    pub keep: Option<Keep>,
}

/// A backend and where its data lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Storage {
    /// `sqlite:PATH`, made absolute unless the config folder itself is relative.
    Sqlite(PathBuf),
}

impl Storage {
    /// The folder in which the state lies: mails of the `file` transport go there too.
    #[must_use]
    pub fn state_folder(&self) -> &Path {
        let Self::Sqlite(path) = self;
        path.parent().unwrap_or_else(|| Path::new("."))
    }
}
