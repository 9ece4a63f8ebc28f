//! Entries by the word that a person has for them: an id, a name, an alias, a ticker. A slip is answered
//! with what was probably meant.

use super::exit::{Exit, Failure};
use crate::detect::watchlist::{id_of_company, id_of_name};
use crate::model::watchlist::{CompanyEntry, RuleEntry, TopicEntry, WatchlistEntries};
use crate::model::{Located, SourceEntry};

/// An entry of the watchlist.
#[derive(Clone, Copy, Debug)]
pub enum Entry<'e> {
    /// A company.
    Company(&'e CompanyEntry),
    /// A topic.
    Topic(&'e TopicEntry),
    /// A rule.
    Rule(&'e RuleEntry),
}

/// The id of a company, written or made from its name.
pub fn company_id(entry: &CompanyEntry) -> String {
    written(entry.id.as_ref()).unwrap_or_else(|| id_of_company(&entry.name.value))
}

/// The id of a topic.
pub fn topic_id(entry: &TopicEntry) -> String {
    written(entry.id.as_ref()).unwrap_or_else(|| id_of_name(&entry.name.value))
}

/// The id of a rule.
pub fn rule_id(entry: &RuleEntry) -> String {
    written(entry.id.as_ref()).unwrap_or_else(|| id_of_name(&entry.name.value))
}

fn written(id: Option<&Located<String>>) -> Option<String> {
    id.map(|id| id.value.trim().to_owned()).filter(|id| !id.is_empty())
}

impl Entry<'_> {
    /// What the files call its kind.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Company(_) => "company",
            Self::Topic(_) => "topic",
            Self::Rule(_) => "rule",
        }
    }

    /// Its id.
    pub fn id(self) -> String {
        match self {
            Self::Company(one) => company_id(one),
            Self::Topic(one) => topic_id(one),
            Self::Rule(one) => rule_id(one),
        }
    }

    /// Its name.
    pub fn name(self) -> String {
        match self {
            Self::Company(one) => one.name.value.clone(),
            Self::Topic(one) => one.name.value.clone(),
            Self::Rule(one) => one.name.value.clone(),
        }
    }

    /// All words by which it is known beside its id.
    fn words(self) -> Vec<String> {
        let mut words = vec![self.name()];
        if let Self::Company(one) = self {
            words.extend(one.aliases.iter().map(|alias| alias.name.value.clone()));
            words.extend(one.tickers.iter().map(|ticker| ticker.value.clone()));
            let symbol = |ticker: &Located<String>| {
                ticker.value.split_once(':').map(|(_, symbol)| symbol.trim().to_owned())
            };
            words.extend(one.tickers.iter().filter_map(symbol));
        }
        words
    }
}

/// All entries, companies first.
pub fn all(entries: &WatchlistEntries) -> impl Iterator<Item = Entry<'_>> {
    let companies = entries.companies.iter().map(Entry::Company);
    companies
        .chain(entries.topics.iter().map(Entry::Topic))
        .chain(entries.rules.iter().map(Entry::Rule))
}

/// The entry that a word means, among those of the kinds asked for ("" is any).
pub fn entry<'e>(
    entries: &'e WatchlistEntries,
    kind: &str,
    word: &str,
) -> Result<Entry<'e>, Failure> {
    let word = word.trim();
    let asked = || all(entries).filter(|one| kind.is_empty() || one.kind() == kind);
    if let Some(found) = asked().find(|one| one.id() == word) {
        return Ok(found);
    }
    let small = word.to_lowercase();
    let mut found: Vec<Entry<'_>> = asked()
        .filter(|one| {
            one.id().to_lowercase() == small
                || one.words().iter().any(|other| other.to_lowercase() == small)
        })
        .collect();
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => Err(nothing(kind, word, asked())),
        _ => {
            let ids: Vec<String> =
                found.iter().map(|one| format!("{} {}", one.kind(), one.id())).collect();
            let what = anyhow::anyhow!("'{word}' may mean {}", ids.join(" or "));
            Err(Failure::new(Exit::Data, what).hint("name it by its id"))
        }
    }
}

/// Most entries whose words are compared with a slip: beyond that only ids and names are.
const COMPARED: usize = 50_000;

fn nothing<'e>(kind: &str, word: &str, asked: impl Iterator<Item = Entry<'e>>) -> Failure {
    let mut near: Vec<(f64, String)> = Vec::new();
    let small = word.to_lowercase();
    for (n, one) in asked.enumerate() {
        let mut likeness = strsim::jaro_winkler(&small, &one.id().to_lowercase());
        if n < COMPARED {
            for other in one.words() {
                likeness = likeness.max(strsim::jaro_winkler(&small, &other.to_lowercase()));
            }
        }
        if likeness > 0.8 {
            near.push((likeness, one.id()));
        }
    }
    near.sort_by(|one, other| other.0.total_cmp(&one.0));
    let thing = if kind.is_empty() { "company, topic or rule" } else { kind };
    let failure =
        Failure::new(Exit::Data, anyhow::anyhow!("the watchlist has no {thing} '{word}'"));
    failure.hint(meant(near.into_iter().map(|(_, id)| id), "`watchlistd watch list` shows all"))
}

/// "did you mean", or where to look.
pub fn meant(near: impl Iterator<Item = String>, otherwise: &str) -> String {
    let near: Vec<String> = near.take(3).map(|id| format!("'{id}'")).collect();
    match near.is_empty() {
        true => otherwise.to_owned(),
        false => format!("did you mean {}?", near.join(" or ")),
    }
}

/// The source of an id.
pub fn source<'e>(sources: &'e [SourceEntry], id: &str) -> Result<&'e SourceEntry, Failure> {
    let id = id.trim();
    if let Some(found) = sources.iter().find(|one| one.id.value.eq_ignore_ascii_case(id)) {
        return Ok(found);
    }
    let mut near: Vec<(f64, String)> = sources
        .iter()
        .map(|one| (strsim::jaro_winkler(&id.to_lowercase(), &one.id.value), one.id.value.clone()))
        .filter(|(likeness, _)| *likeness > 0.8)
        .collect();
    near.sort_by(|one, other| other.0.total_cmp(&one.0));
    let what = anyhow::anyhow!("sources.toml has no source '{id}'");
    let near = near.into_iter().map(|(_, id)| id);
    Err(Failure::new(Exit::Data, what).hint(meant(near, "`watchlistd source list` shows all")))
}
