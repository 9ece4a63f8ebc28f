//! Companies, topics and rules, compiled into one matcher.
//!
//! Everything good is compiled even when something else is wrong; what was left out is said. The
//! result is immutable and holds no reference to what it was made from.

mod anchor;
mod company;
mod condition;
mod doubts;
mod edit;
mod forms;
mod groups;
mod guard;
mod info;
mod lacks;
mod name;
mod names;
mod necessary;
mod never;
mod outcome;
mod phrase;
mod renamed;
mod rule;
mod searched;
mod several;
mod shared;
mod slips;
mod ticker;
mod topic;
mod uses;
mod variants;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use crate::model::watchlist::{Remarks, WatchlistEntries};
use crate::model::{Located, Place, Problem};

use super::digest::Digest;
use super::manner;
use super::phrases::{Collector, Phrases};
use super::query::{Ask, Wrong};
use super::text::Text;

use anchor::Phrased;
pub(crate) use anchor::{Also, Anchors, Cue, Filed, Marks, Needs, OneOf};
pub(crate) use condition::{CompiledRule, Condition};
pub(crate) use edit::Room;
pub use edit::{Edit, Version};
pub use forms::{Form, Guarded, forms_of, id_of_company, id_of_name, weakness_of};
pub(crate) use guard::{Guarding, Spoken};
pub use info::{CompanyInfo, RuleInfo, TopicInfo};
pub(crate) use outcome::Outcomes;
pub use renamed::renamed_entries;
use searched::Parts;
pub(crate) use searched::{Searched, Seen};
pub(crate) use shared::Shared;
pub(crate) use uses::Use;
use uses::Uses;

/// A name or a way of writing a ticker.
#[derive(Debug)]
pub(crate) struct Name {
    pub(crate) company: u32,
    pub(crate) text: Arc<str>,
    pub(crate) weak: bool,
    pub(crate) ticker: bool,
    /// Made from a written name by the program.
    pub(crate) derived: bool,
    /// Held back, it is not worth a line.
    pub(crate) quiet: bool,
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
    pub(crate) ask: Ask,
    /// The things asked for together that hold where all necessary parts are there, by their bits.
    pub(crate) sure: u64,
    pub(crate) reach: Reach,
}

/// How much a search's find says of the topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Its words stand together.
    Close,
    /// Its words may stand anywhere in the item.
    Wide,
    /// It is a word that has an everyday sense as well.
    Everyday,
}

/// A compiled watchlist: immutable, and shared between threads.
#[derive(Debug)]
pub struct Watchlist {
    companies: Vec<CompanyInfo>,
    topics: Vec<TopicInfo>,
    rules: Vec<RuleInfo>,
    pub(crate) outcomes: Outcomes,
    pub(crate) names: Vec<Name>,
    pub(crate) terms: Vec<Term>,
    pub(crate) searches: Vec<Search>,
    /// Which of these an item is to be held against.
    pub(crate) searched: Searched,
    pub(crate) conditions: Vec<CompiledRule>,
    /// Which conditions an item is to be held against.
    pub(crate) anchors: Anchors,
    /// Topics that rules which make alerts ask for, sorted.
    pub(crate) alerting: Vec<u32>,
    /// Guards for all names of a company, by company.
    pub(crate) company_guards: BTreeMap<u32, Box<Guarding>>,
    /// Guards of a topic, by topic.
    pub(crate) topic_guards: BTreeMap<u32, Box<Guarding>>,
    pub(crate) phrases: Phrases,
    /// Which phrases are words of a hidden topic that searches ask for.
    pub(crate) shared: Shared,
    uses: Uses,
    company_by_id: HashMap<Arc<str>, u32, Digest>,
    /// Sources that rules name, by rule.
    sources: Vec<(String, Located<String>)>,
    defaults: bool,
    /// Whether anything is muted until some day.
    mutes: bool,
    /// Whether a company has a name with guards and another that is spelt alike but for capitals.
    alike: bool,
}

/// The words of fewer rules are looked for with all others: there they cost less than being looked for
/// by themselves where a rule is in question.
const MANY_RULES: usize = 1000;

/// Behind so many problems nothing is looked up for the sake of saying more: a list may be all twice over.
const LOOKED_UP: usize = 100;

impl Watchlist {
    /// Compiles what people wrote. Errors say what was left out; the rest is in force.
    #[must_use]
    pub fn compile(entries: &WatchlistEntries) -> (Self, Vec<Problem>) {
        Self::compile_as(entries, entries.rules.len() > MANY_RULES)
    }

    /// The same; whether there are many rules changes what an item costs and nothing else.
    pub(crate) fn compile_as(entries: &WatchlistEntries, many_rules: bool) -> (Self, Vec<Problem>) {
        let mut making = Making::default();
        if !entries.topics.is_empty() || !entries.rules.is_empty() {
            making.phrases = manner::collector();
        }
        making.asked_for(entries);
        making.companies(&entries.companies);
        making.topics(&entries.topics);
        making.rules(&entries.rules, many_rules);
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
        self.phrases.bytes() + self.uses.bytes() + self.searched.bytes() + names + terms
    }

    pub(crate) fn has_mutes(&self) -> bool {
        self.mutes
    }

    /// Whether a company has a name with guards and another that is spelt alike but for capitals.
    pub(crate) fn has_alike(&self) -> bool {
        self.alike
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

    pub(crate) fn topic_of_id(&self, id: &str) -> Option<u32> {
        let at = self.topics.iter().position(|one| *one.named.id == *id)?;
        u32::try_from(at).ok()
    }

    /// A company and those that it is part of, which are no ring.
    pub(crate) fn line(&self, company: u32) -> impl Iterator<Item = u32> {
        std::iter::successors(Some(company), |at| {
            let parent = self.company(*at).part_of.as_ref()?;
            self.company_of_id(parent)
        })
    }

    /// Whether a term only sets the scene: it is of a topic with `setting`.
    pub(crate) fn sets(&self, term: u32) -> bool {
        self.topic(self.terms[term as usize].topic).setting
    }

    /// The names of a company; they are compiled company by company.
    pub(crate) fn names_of(&self, company: u32) -> &[Name] {
        let first = self.names.partition_point(|name| name.company < company);
        let after = self.names.partition_point(|name| name.company <= company);
        &self.names[first..after]
    }

    /// The terms of a topic; they are compiled topic by topic.
    pub(crate) fn terms_of(&self, topic: u32) -> &[Term] {
        let first = self.terms.partition_point(|term| term.topic < topic);
        let after = self.terms.partition_point(|term| term.topic <= topic);
        &self.terms[first..after]
    }

    /// The searches of a topic, which stand as its terms do.
    pub(crate) fn searches_of(&self, topic: u32) -> &[Search] {
        let first = self.searches.partition_point(|search| search.topic < topic);
        let after = self.searches.partition_point(|search| search.topic <= topic);
        &self.searches[first..after]
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
        self.uses.get(phrase)
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
    parts: Parts,
    conditions: Vec<CompiledRule>,
    company_guards: BTreeMap<u32, Box<Guarding>>,
    topic_guards: BTreeMap<u32, Box<Guarding>>,
    phrases: Collector,
    /// Hidden topics whose words searches ask for.
    lists: shared::Lists,
    uses: Vec<(u32, Use)>,
    company_by_id: HashMap<Arc<str>, u32, Digest>,
    topic_by_id: HashMap<Arc<str>, u32>,
    /// All groups of the companies so far.
    groups: HashSet<Arc<str>>,
    /// Room for the name at hand.
    text: Text,
    /// Sources that rules name, by rule.
    sources: Vec<(String, Located<String>)>,
    /// Whether anything is muted until some day.
    mutes: bool,
    /// Whether a company has a name with guards and another that is spelt alike but for capitals.
    alike: bool,
    /// `part_of` as written, until all companies are known; that of an entry that is left out is only judged.
    parents: Vec<(Option<u32>, Located<String>)>,
}

impl Making {
    fn error(&mut self, place: Option<Place>, what: impl Into<String>, hint: Option<String>) {
        let mut problem = Problem::error(place, what);
        problem.hint = hint;
        self.problems.push(problem);
    }

    /// A name of something that stands nowhere.
    fn nowhere(&mut self, place: Option<Place>, what: impl Into<String>, hint: String) {
        self.problems.push(Problem::error(place, what).hint(hint).dangling());
    }

    fn warn(&mut self, place: Option<Place>, what: impl Into<String>, hint: &str) {
        self.problems.push(Problem::warning(place, what).hint(hint));
    }

    /// Judges an entry that is left out: what else is wrong with it, and nothing of what it would be beside the others.
    fn judge_alone(&mut self, judge: impl FnOnce(&mut Self)) {
        if self.problems.len() < LOOKED_UP {
            let mut alone = Self::default();
            judge(&mut alone);
            self.problems.append(&mut alone.problems);
        }
    }

    /// A search that cannot be read, at the character.
    fn unreadable(&mut self, whose: &str, search: &Located<String>, wrong: Wrong) {
        let place = search.place.as_ref().map(|place| place.within(wrong.span.clone()));
        self.error(place, format!("{whose}: {}", wrong.what), wrong.hint);
    }

    fn finish(mut self) -> (Watchlist, Vec<Problem>) {
        self.resolve_parents();
        let (searched, phrases) = std::mem::take(&mut self.parts).finish();
        self.uses.extend((0..).zip(phrases).map(|(list, phrase)| (phrase, Use::Searches(list))));
        let mut uses: Vec<(u32, u32)> =
            self.uses.iter().map(|(phrase, one)| (*phrase, one.packed())).collect();
        uses.sort_unstable();
        uses.dedup();
        let (from, asked) = self.phrases.lay_out_asked();
        let words = Phrased { from, asked: asked.as_deref() };
        let (anchors, cues) = Anchors::of(&self.conditions, &self.companies, words);
        self.phrases.rules_are_filed_under(cues);
        let alerting = self.alerting();
        let phrases = self.phrases.finish();
        let uses = Uses::of(phrases.all.len(), &uses);
        let watchlist = Watchlist {
            companies: self.companies,
            topics: self.topics,
            outcomes: Outcomes::of(&self.rules),
            rules: self.rules,
            names: self.names,
            terms: self.terms,
            searches: self.searches,
            searched,
            anchors,
            alerting,
            conditions: self.conditions,
            company_guards: self.company_guards,
            topic_guards: self.topic_guards,
            phrases,
            shared: self.lists.finish(),
            uses,
            company_by_id: self.company_by_id,
            sources: self.sources,
            defaults: true,
            mutes: self.mutes,
            alike: self.alike,
        };
        (watchlist, self.problems)
    }
}

impl Making {
    /// What [`nearest`] says. Of a list in which much is wrong nobody looks up everything, and each look-up goes
    /// through all that is known.
    fn like<'a>(&self, word: &str, known: impl Iterator<Item = &'a str>) -> Option<String> {
        if self.problems.len() < LOOKED_UP { nearest(word, known) } else { None }
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
