//! Where a guard is written: at the one name that was false, as narrowly as the files can say it.

use super::super::bench::Bench;
use super::super::exit::{Exit, Failure};
use super::super::find::{self, Entry};
use super::chosen;
use crate::config::edit::Written;
use crate::detect::watchlist::forms_of;
use crate::model::watchlist::{CompanyEntry, WatchlistEntries};
use crate::model::{EntityKind, Hit, Place};

/// What is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Guard {
    /// Phrases that tell the false sense.
    NotWith(Vec<String>),
    /// The last day of silence.
    Mute(chrono::NaiveDate),
}

/// Where in an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Spot {
    /// An alias that is written.
    Alias(usize),
    /// An alias to be written: the name without its legal form.
    NewAlias,
    /// All names of the company, or all terms of the topic.
    Entry,
}

/// The name or topic that a guard is for.
#[derive(Clone, Debug)]
pub(super) struct Target {
    kind: &'static str,
    id: String,
    id_written: bool,
    place: Option<Place>,
    term: String,
    /// The term in an error, which may be long.
    shown: String,
    spot: Spot,
}

impl Target {
    /// The narrowest place for a guard against this hit.
    pub(super) fn of(
        entries: &WatchlistEntries,
        hit: &Hit,
        whole_company: bool,
    ) -> Result<Self, Failure> {
        let kind = match hit.kind {
            EntityKind::Company => "company",
            EntityKind::Topic => "topic",
        };
        if whole_company && kind == "topic" {
            let shown = chosen::shown(entries, hit);
            let what = anyhow::anyhow!("{shown} is a term of the topic {}", hit.entity);
            return Err(Failure::new(Exit::Usage, what).hint("--term names a company's name"));
        }
        let found = find::all(entries).find(|one| one.kind() == kind && one.id() == *hit.entity);
        let found = found.ok_or_else(|| {
            let what = anyhow::anyhow!("the {kind} {} is not in the files any more", hit.entity);
            Failure::new(Exit::Data, what)
        })?;
        let term = hit.term.to_string();
        let target = |spot, place: &Option<Place>, id_written| Self {
            kind,
            id: found.id(),
            id_written,
            place: place.clone(),
            term,
            shown: chosen::shown(entries, hit),
            spot,
        };
        match found {
            Entry::Company(one) => {
                let spot = if whole_company { Spot::Entry } else { spot(one, &hit.term)? };
                Ok(target(spot, &one.place, one.id.is_some()))
            }
            Entry::Topic(one) => Ok(target(Spot::Entry, &one.place, one.id.is_some())),
            Entry::Rule(_) => unreachable!("a hit is of a company or topic"),
        }
    }

    /// Refuses to silence a topic that nobody named as a whole: a term has no silence of its own, and a topic is
    /// told of every company.
    pub(super) fn is_meant(&self, whole_topic: bool) -> Result<(), Failure> {
        let hint = match (self.kind, whole_topic) {
            ("topic", false) => {
                "--whole-topic silences it; --not-with PHRASE holds back where a phrase stands"
            }
            ("company", true) => "--term names a term of the topic that is to be silent",
            _ => return Ok(()),
        };
        let what = match self.kind {
            "topic" => format!(
                "{} is a term of the topic {}, and only the whole topic can be silent, for all companies",
                self.shown, self.id
            ),
            _ => format!("'{}' is a name of the company {}", self.term, self.id),
        };
        Err(Failure::new(Exit::Usage, anyhow::anyhow!(what)).hint(hint))
    }

    /// As the record calls it.
    pub(super) fn subject(&self) -> String {
        format!("{}:{}", self.kind, self.id)
    }

    /// The word that was found, or where it stands if it is long.
    pub(super) fn shown(&self) -> &str {
        &self.shown
    }

    /// The topic that it is for, if it is for one.
    pub(super) fn topic(&self) -> Option<&str> {
        (self.kind == "topic").then_some(self.id.as_str())
    }

    /// What is done, in words.
    pub(super) fn words(&self, guard: &Guard) -> String {
        let whom = match (&self.spot, self.kind) {
            (Spot::Entry, "company") => format!("all names of {}", self.id),
            (Spot::Entry, _) => format!("all terms of the topic {}", self.id),
            _ => format!("the name \"{}\" of {}", self.term, self.id),
        };
        match guard {
            Guard::NotWith(phrases) => {
                let shown: Vec<String> = phrases.iter().map(|one| format!("\"{one}\"")).collect();
                format!("not_with {} for {whom}", shown.join(", "))
            }
            Guard::Mute(day) => format!("{whom} muted until {day}"),
        }
    }

    /// The guarded name of which a phrase of the guard is a part: wherever that name stands, the guard holds.
    pub(super) fn own_name(&self, entries: &WatchlistEntries, guard: &Guard) -> Option<String> {
        let Guard::NotWith(phrases) = guard else { return None };
        let all = find::all(entries).find(|one| one.kind() == self.kind && one.id() == self.id);
        let of_entry = match (&self.spot, all) {
            (Spot::Entry, Some(Entry::Company(company))) => {
                let aliases = company.aliases.iter().map(|alias| alias.name.value.clone());
                aliases.chain([company.name.value.clone()]).collect()
            }
            _ => Vec::new(),
        };
        let mut names = std::iter::once(self.term.clone()).chain(of_entry);
        names.find(|name| phrases.iter().any(|phrase| is_part(name, phrase)))
    }

    /// Writes the guard on the bench.
    pub(super) fn write(&self, bench: &mut Bench, guard: &Guard) -> Result<(), Failure> {
        let kind = self.kind;
        let (file, at) = {
            let entries = bench.entries();
            let places: Vec<Option<&Place>> = match kind {
                "company" => entries.companies.iter().map(|one| one.place.as_ref()).collect(),
                _ => entries.topics.iter().map(|one| one.place.as_ref()).collect(),
            };
            bench.nth(self.place.as_ref(), places.into_iter())?
        };
        bench.edit(&file, |sheet| {
            if !self.id_written {
                sheet.set((kind, at), "id", &Written::text(&*self.id))?;
            }
            let write = |keys: &mut crate::config::edit::Keys<'_>| match guard {
                Guard::NotWith(phrases) => {
                    for phrase in phrases {
                        keys.append("not_with", &Written::text(&**phrase));
                    }
                }
                Guard::Mute(day) => keys.set("muted_until", &Written::Day(*day)),
            };
            match &self.spot {
                Spot::Alias(nth) => sheet.alias(at, *nth, write),
                Spot::Entry => sheet.keys((kind, at), write),
                Spot::NewAlias => {
                    let value = match guard {
                        Guard::NotWith(phrases) => ("not_with", Written::texts(phrases)),
                        Guard::Mute(day) => ("muted_until", Written::Day(*day)),
                    };
                    let name = ("name", Written::text(&*self.term));
                    sheet.append((kind, at), "aliases", &Written::Table(vec![name, value]))
                }
            }
        })
    }
}

/// Whether a phrase stands in a name, in whole words where letters are not Chinese or the like.
fn is_part(name: &str, phrase: &str) -> bool {
    let (name, phrase) = (name.to_lowercase(), phrase.trim().to_lowercase());
    let open = |beside: Option<char>| beside.is_none_or(|one| !one.is_ascii_alphanumeric());
    !phrase.is_empty()
        && name.match_indices(&phrase).any(|(at, _)| {
            let after = name[at + phrase.len()..].chars().next();
            open(name[..at].chars().next_back()) && open(after)
        })
}

fn spot(company: &CompanyEntry, term: &str) -> Result<Spot, Failure> {
    if company.tickers.iter().any(|ticker| ticker.value == term) {
        let what = anyhow::anyhow!("'{term}' is a ticker: it names the company and has no guards");
        return Err(Failure::new(Exit::Data, what).hint(
            "if the topic was false, name its word with --term; --whole-company --until DATE silences all",
        ));
    }
    let alias = company.aliases.iter().position(|alias| alias.name.value == term).or_else(|| {
        company.aliases.iter().position(|alias| forms_of(&alias.name.value).contains(&term))
    });
    Ok(match alias {
        Some(nth) if company.name.value != term => Spot::Alias(nth),
        // The full name has no guards of its own but the company's.
        _ if company.name.value.trim() == term => Spot::Entry,
        _ => Spot::NewAlias,
    })
}
