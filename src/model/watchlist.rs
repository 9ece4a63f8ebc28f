//! The watchlist as written: companies, topics and rules with the place of every value.
//!
//! Nothing here is understood yet: names, terms and searches are text until `detect` compiles them.

use super::{EntityKind, Located, Place, Severity};

/// A search as it is shown and compared: files may break it into lines wherever it has a space.
#[must_use]
pub fn one_line(search: &str) -> String {
    let words: Vec<&str> = search.split_whitespace().collect();
    words.join(" ")
}

/// What stands in a watchlist's files, in file order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WatchlistEntries {
    /// `[[company]]`.
    pub companies: Vec<CompanyEntry>,
    /// `[[topic]]`.
    pub topics: Vec<TopicEntry>,
    /// `[[rule]]`.
    pub rules: Vec<RuleEntry>,
}

impl WatchlistEntries {
    /// Adds another file's entries after these.
    pub fn append(&mut self, mut other: Self) {
        self.companies.append(&mut other.companies);
        self.topics.append(&mut other.topics);
        self.rules.append(&mut other.rules);
    }
}

/// How much the case of a name's letters means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaseRule {
    /// Only exactly as written.
    Exact,
    /// Any case, even for a term in capitals.
    Any,
}

/// Guards of a company, an alias or a topic.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Guards {
    /// `case`.
    pub case: Option<Located<CaseRule>>,
    /// At least one of these must stand in the item.
    pub only_with: Vec<Located<String>>,
    /// None of these may overlap the match or stand in its sentence.
    pub not_with: Vec<Located<String>>,
    /// None of these may stand anywhere in the item.
    pub never_in_item: Vec<Located<String>>,
    /// Whether a strong name must stand beside it; `None` lets the program judge.
    pub weak: Option<Located<bool>>,
    /// The last day (UTC) on which what it guards is silenced.
    pub muted_until: Option<Located<chrono::NaiveDate>>,
}

/// What people note about an entry.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Remarks {
    /// Shown in the mail.
    pub note: Option<Located<String>>,
    /// Why it is watched.
    pub why: Option<Located<String>>,
    /// Who answers for it.
    pub owner: Option<Located<String>>,
    /// When it was added.
    pub added: Option<Located<String>>,
    /// When it is to be looked at again.
    pub review_by: Option<Located<String>>,
}

/// An alias, with its own guards.
#[derive(Clone, Debug, PartialEq)]
pub struct AliasEntry {
    /// The name.
    pub name: Located<String>,
    /// Its guards, beside the company's.
    pub guards: Guards,
}

/// `[[company]]`.
#[derive(Clone, Debug, PartialEq)]
pub struct CompanyEntry {
    /// Where the entry starts.
    pub place: Option<Place>,
    /// The id, if written.
    pub id: Option<Located<String>>,
    /// The full name, legal form included.
    pub name: Located<String>,
    /// Other names: short, former, local.
    pub aliases: Vec<AliasEntry>,
    /// Tickers as `EXCHANGE:SYMBOL` (or `SYMBOL.HK`).
    pub tickers: Vec<Located<String>>,
    /// Groups it belongs to.
    pub groups: Vec<Located<String>>,
    /// The parent, by id: a hit also names it.
    pub part_of: Option<Located<String>>,
    /// Guards for all its names.
    pub guards: Guards,
    /// What people note.
    pub remarks: Remarks,
}

impl CompanyEntry {
    /// A company of which only the name is written.
    #[must_use]
    pub fn named(name: Located<String>) -> Self {
        Self {
            place: None,
            id: None,
            name,
            aliases: Vec::new(),
            tickers: Vec::new(),
            groups: Vec::new(),
            part_of: None,
            guards: Guards::default(),
            remarks: Remarks::default(),
        }
    }
}

/// When a topic alerts without a company.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WithoutCompany {
    /// Never.
    Never,
    /// When an official source says it.
    Official,
    /// When an official source says it, or the words report an act.
    Action,
    /// Always.
    Always,
}

/// `[[topic]]`.
#[derive(Clone, Debug, PartialEq)]
pub struct TopicEntry {
    /// Where the entry starts.
    pub place: Option<Place>,
    /// The id, if written.
    pub id: Option<Located<String>>,
    /// The name that readers see.
    pub name: Located<String>,
    /// Phrases with their inflections.
    pub terms: Vec<Located<String>>,
    /// Phrases as they are.
    pub exact: Vec<Located<String>>,
    /// Searches with operators.
    pub search: Vec<Located<String>>,
    /// Searches for words that also have an everyday sense: they count only where something else in
    /// the item shows that it speaks of the watched world.
    pub everyday: Vec<Located<String>>,
    /// Topics beside which this one stands when only its searches found it; `None`: beside all.
    pub akin: Option<Vec<Located<String>>>,
    /// Whether its words show that an item speaks of the watched world.
    pub setting: bool,
    /// Guards for all its terms.
    pub guards: Guards,
    /// Severity of its alerts: medium unless written.
    pub severity: Severity,
    /// When it alerts without a company.
    pub without_company: WithoutCompany,
    /// A building block for rules: no tag, no line in the mail.
    pub hidden: bool,
    /// What people note.
    pub remarks: Remarks,
}

impl TopicEntry {
    /// A topic of which only the name is written.
    #[must_use]
    pub fn named(name: Located<String>) -> Self {
        Self {
            place: None,
            id: None,
            name,
            terms: Vec::new(),
            exact: Vec::new(),
            search: Vec::new(),
            everyday: Vec::new(),
            akin: None,
            setting: false,
            guards: Guards::default(),
            severity: Severity::Medium,
            without_company: WithoutCompany::Never,
            hidden: false,
            remarks: Remarks::default(),
        }
    }
}

/// `[[rule]]`.
#[derive(Clone, Debug, PartialEq)]
pub struct RuleEntry {
    /// Where the entry starts.
    pub place: Option<Place>,
    /// The id, if written.
    pub id: Option<Located<String>>,
    /// The name.
    pub name: Located<String>,
    /// The condition: the search language plus company: group: topic: source: official.
    pub when: Located<String>,
    /// The severity it gives.
    pub severity: Option<Located<Severity>>,
    /// Readers it adds, by name.
    pub readers: Vec<Located<String>>,
    /// Why it holds an alert back.
    pub hold: Option<Located<String>>,
    /// What people note.
    pub remarks: Remarks,
}

/// An entry that has another id in a newer version of the files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Renamed {
    /// Company or topic.
    pub kind: EntityKind,
    /// Its name before.
    pub was: String,
    /// Its name now.
    pub name: String,
    /// Its id before.
    pub from: String,
    /// Its id now.
    pub to: String,
    /// Where the newer one stands.
    pub place: Option<Place>,
}
