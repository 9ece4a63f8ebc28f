//! Companies, topics and rules as the rest of the program knows them.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::model::watchlist::WithoutCompany;
use crate::model::{Located, Named, Place, Severity};

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
    /// Whether its words show that an item speaks of the watched world.
    pub(crate) setting: bool,
    /// Ids of the topics beside which it stands when only wide searches found it; `None`: of all.
    pub(crate) akin: Option<BTreeSet<Arc<str>>>,
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
    /// Its condition, as written.
    pub when: Arc<str>,
    /// The severity it gives.
    pub severity: Option<Severity>,
    /// Readers it adds, by name.
    pub readers: Vec<Located<String>>,
    /// Why it holds alerts back.
    pub hold: Option<Arc<str>>,
    /// Where the entry starts.
    pub place: Option<Place>,
}
