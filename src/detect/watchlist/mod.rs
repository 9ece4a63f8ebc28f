//! Companies, topics and rules, compiled into one matcher.
//!
//! Everything good is compiled even when something else is wrong; what was left out is said. The
//! result is immutable and holds no reference to what it was made from.

mod anchor;
mod company;
mod guard;
mod name;
mod never;
mod rule;
mod ticker;
mod topic;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use crate::model::watchlist::{Remarks, WatchlistEntries, WithoutCompany};
use crate::model::{Located, Named, Place, Problem, Severity};

use super::digest::Digest;
use super::phrases::{Collector, Phrases};
use super::query::{Expr, Wrong};
use super::text::Text;

pub(crate) use anchor::{Also, Anchors, Filed};
pub(crate) use guard::{Guarding, Spoken};
pub(crate) use rule::{CompiledRule, Condition};
pub(crate) use ticker::exchange_of;

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

/// A name or a way of writing a ticker.
#[derive(Debug)]
pub(crate) struct Name {
    pub(crate) company: u32,
    pub(crate) text: Arc<str>,
    pub(crate) weak: bool,
    pub(crate) ticker: bool,
    /// Made from the full name by the program: held back, it is not worth a line.
    pub(crate) derived: bool,
    pub(crate) guards: Option<Box<Guarding>>,
}

/// A term of a topic.
#[derive(Debug)]
pub(crate) struct Term {
    pub(crate) topic: u32,
    pub(crate) text: Arc<str>,
}

/// A search of a topic.
#[derive(Debug)]
pub(crate) struct Search {
    pub(crate) topic: u32,
    pub(crate) text: Arc<str>,
    pub(crate) expr: Expr<u32>,
}

/// What a phrase is found for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Use {
    Name(u32),
    Term(u32),
    /// A search in which this phrase is necessary, or one of several of which one is.
    Search(u32),
}

impl Use {
    const KINDS: u32 = 30;

    /// Kind and number in four bytes: the kind in the two upper bits.
    fn packed(self) -> u32 {
        let (kind, number) = match self {
            Self::Name(number) => (0, number),
            Self::Term(number) => (1, number),
            Self::Search(number) => (2, number),
        };
        // A thousand million names take more memory than any machine has that polls feeds.
        assert!(number >> Self::KINDS == 0, "fewer than a thousand million names");
        kind << Self::KINDS | number
    }

    fn unpacked(packed: u32) -> Self {
        let number = packed & ((1 << Self::KINDS) - 1);
        match packed >> Self::KINDS {
            0 => Self::Name(number),
            1 => Self::Term(number),
            _ => Self::Search(number),
        }
    }
}

/// A compiled watchlist: immutable, and shared between threads.
#[derive(Debug)]
pub struct Watchlist {
    companies: Vec<CompanyInfo>,
    topics: Vec<TopicInfo>,
    rules: Vec<RuleInfo>,
    pub(crate) names: Vec<Name>,
    pub(crate) terms: Vec<Term>,
    pub(crate) searches: Vec<Search>,
    pub(crate) conditions: Vec<CompiledRule>,
    /// Which conditions an item is to be held against.
    pub(crate) anchors: Anchors,
    /// Guards for all names of a company, by company.
    pub(crate) company_guards: BTreeMap<u32, Box<Guarding>>,
    /// Guards of a topic, by topic.
    pub(crate) topic_guards: BTreeMap<u32, Box<Guarding>>,
    pub(crate) phrases: Phrases,
    /// Where a phrase's uses begin in `uses`; one more entry than phrases.
    use_starts: Vec<u32>,
    /// Packed.
    uses: Vec<u32>,
    company_by_id: HashMap<Arc<str>, u32, Digest>,
    /// Sources that rules name, by rule.
    sources: Vec<(String, Located<String>)>,
    defaults: bool,
}

impl Watchlist {
    /// Compiles what people wrote. Errors say what was left out; the rest is in force.
    #[must_use]
    pub fn compile(entries: &WatchlistEntries) -> (Self, Vec<Problem>) {
        let mut making = Making::default();
        making.companies(&entries.companies);
        making.topics(&entries.topics);
        making.rules(&entries.rules);
        making.finish()
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

    /// Rules that name a source which is not among these ids.
    #[must_use]
    pub fn unknown_sources(&self, known: &[&str]) -> Vec<Problem> {
        let unknown = self.sources.iter().filter(|(_, id)| !known.contains(&id.value.as_str()));
        unknown
            .map(|(rule, id)| {
                let what = format!(
                    "rule '{rule}': there is no source '{}', so this never holds",
                    id.value
                );
                let hint = nearest(&id.value, known.iter().copied());
                Problem::warning(id.place.clone(), what)
                    .hint(hint.unwrap_or_else(|| "write the id of a source".to_owned()))
            })
            .collect()
    }

    /// Bytes of the index: paths, phrases and what each is found for, but for the people's own words
    /// and ids.
    #[must_use]
    pub fn index_bytes(&self) -> usize {
        let names = self.names.len() * (size_of::<Name>() - size_of::<Arc<str>>());
        let terms = self.terms.len() * (size_of::<Term>() - size_of::<Arc<str>>());
        let uses = size_of_val(&*self.use_starts) + size_of_val(&*self.uses);
        self.phrases.bytes() + uses + names + terms
    }

    pub(crate) fn defaults(&self) -> bool {
        self.defaults
    }

    pub(crate) fn company(&self, company: u32) -> &CompanyInfo {
        &self.companies[company as usize]
    }

    pub(crate) fn company_of_id(&self, id: &str) -> Option<u32> {
        self.company_by_id.get(id).copied()
    }

    pub(crate) fn topic(&self, topic: u32) -> &TopicInfo {
        &self.topics[topic as usize]
    }

    pub(crate) fn rule(&self, rule: usize) -> &RuleInfo {
        &self.rules[rule]
    }

    /// What a phrase is found for.
    #[inline]
    pub(crate) fn uses(&self, phrase: u32) -> impl Iterator<Item = Use> + '_ {
        let at = phrase as usize;
        let uses = &self.uses[self.use_starts[at] as usize..self.use_starts[at + 1] as usize];
        uses.iter().map(|one| Use::unpacked(*one))
    }
}

/// A watchlist in the making.
#[derive(Debug, Default)]
struct Making {
    problems: Vec<Problem>,
    companies: Vec<CompanyInfo>,
    topics: Vec<TopicInfo>,
    rules: Vec<RuleInfo>,
    names: Vec<Name>,
    terms: Vec<Term>,
    searches: Vec<Search>,
    conditions: Vec<CompiledRule>,
    company_guards: BTreeMap<u32, Box<Guarding>>,
    topic_guards: BTreeMap<u32, Box<Guarding>>,
    phrases: Collector,
    uses: Vec<(u32, Use)>,
    company_by_id: HashMap<Arc<str>, u32, Digest>,
    topic_by_id: HashMap<Arc<str>, u32>,
    /// All groups of the companies so far.
    groups: HashSet<Arc<str>>,
    /// Room for the name at hand.
    text: Text,
    /// Sources that rules name, by rule.
    sources: Vec<(String, Located<String>)>,
    /// `part_of` as written, until all companies are known.
    parents: Vec<(u32, Located<String>)>,
}

impl Making {
    fn error(&mut self, place: Option<Place>, what: impl Into<String>, hint: Option<String>) {
        let mut problem = Problem::error(place, what);
        problem.hint = hint;
        self.problems.push(problem);
    }

    fn warn(&mut self, place: Option<Place>, what: impl Into<String>, hint: &str) {
        self.problems.push(Problem::warning(place, what).hint(hint));
    }

    /// A search that cannot be read, at the character.
    fn unreadable(&mut self, whose: &str, search: &Located<String>, wrong: Wrong) {
        let place = search.place.as_ref().map(|place| place.within(wrong.span.clone()));
        self.error(place, format!("{whose}: {}", wrong.what), wrong.hint);
    }

    /// Lower-case operators.
    fn slips(&mut self, search: &Located<String>, slips: &[(String, std::ops::Range<usize>)]) {
        for (word, span) in slips {
            let place = search.place.as_ref().map(|place| place.within(span.clone()));
            let hint = format!(
                "write {} for the operator, or \"{word}\" for the word",
                word.to_uppercase()
            );
            self.warn(place, format!("'{word}' in lower case is searched as a word"), &hint);
        }
    }

    fn finish(mut self) -> (Watchlist, Vec<Problem>) {
        self.resolve_parents();
        self.uses.sort_unstable_by_key(|(phrase, one)| (*phrase, one.packed()));
        self.uses.dedup();
        let phrases = self.phrases.finish();
        let mut use_starts = vec![0u32; phrases.all.len() + 1];
        for (phrase, _) in &self.uses {
            use_starts[*phrase as usize + 1] += 1;
        }
        for at in 1..use_starts.len() {
            use_starts[at] += use_starts[at - 1];
        }
        let watchlist = Watchlist {
            companies: self.companies,
            topics: self.topics,
            rules: self.rules,
            names: self.names,
            terms: self.terms,
            searches: self.searches,
            anchors: Anchors::of(&self.conditions),
            conditions: self.conditions,
            company_guards: self.company_guards,
            topic_guards: self.topic_guards,
            phrases,
            use_starts,
            uses: self.uses.into_iter().map(|(_, one)| one.packed()).collect(),
            company_by_id: self.company_by_id,
            sources: self.sources,
            defaults: true,
        };
        (watchlist, self.problems)
    }
}

/// The id as written, else made from the name.
fn id_of(id: Option<&Located<String>>, name: &str) -> Arc<str> {
    match id {
        Some(id) if !id.value.trim().is_empty() => Arc::from(id.value.trim()),
        _ => Arc::from(name::slug(name)),
    }
}

/// The note that readers see.
fn note_of(remarks: &Remarks) -> Option<Arc<str>> {
    remarks.note.as_ref().map(|note| Arc::from(note.value.as_str()))
}

/// "did you mean": the nearest known word, if it is near.
fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
    known
        .map(|one| (strsim::jaro_winkler(&word.to_lowercase(), &one.to_lowercase()), one))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, one)| format!("did you mean '{one}'?"))
}
