//! `watchlistd search`: stored items, asked in the watchlist's own language.
//!
//! A search is compiled and matched by the very code that matches items, so what it finds is what a
//! topic with these words would find. With `company:`, `group:`, `topic:`, `source:` or `manner:` it is
//! read as the condition of a rule, on the watchlist in force.

use std::collections::VecDeque;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;

use super::exit::{Exit, Failure};
use super::load::{self, Folder};
use super::samples;
use super::since::{Since, since};
use crate::clock::{Clock, SystemClock};
use crate::config::{self, Files};
use crate::detect::{Origin, Watchlist, alert_of, asks_as_a_rule};
use crate::model::watchlist::{Remarks, RuleEntry, TopicEntry, WatchlistEntries, WithoutCompany};
use crate::model::{
    FileText, Hit, Item, Level, Located, Place, Problem, Severity, Timestamp, counted,
};
use crate::store::{About, Archive};

/// What `search` is told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Words, "quoted", pre*, AND OR NOT ( ), NEAR/n, title:; also company:, group:, topic:, source:
    search: String,
    /// How far back: a span like 30d or 12h, a day (2026-11-23) or an instant; days are UTC
    /// [default: all that is stored]
    #[arg(long, value_name = "WHEN", value_parser = since)]
    since: Option<Since>,
    /// At most so many, the newest
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
    /// One JSON array instead of text
    #[arg(long)]
    json: bool,
}

/// What the search is called among the topics or rules.
const NAME: &str = "search";

/// An item that was found.
#[derive(Debug, Serialize)]
struct Found {
    id: String,
    source: String,
    title: String,
    link: Option<String>,
    published: Option<Timestamp>,
    first_seen: Timestamp,
    /// The words around what was found.
    excerpt: String,
    /// What the watchlist made of it: alert, mention or held back; null when nothing was found.
    decided: Option<String>,
    /// Its alert.
    alert: Option<String>,
}

/// Searches.
pub fn run(
    arguments: &Arguments,
    config: Option<PathBuf>,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    let folder = Folder::named(config);
    let now = SystemClock.now();
    let from = arguments.since.map_or(Timestamp::from_millis(i64::MIN), |since| since.at(now));
    let (found, looked, matched) = load::to_the_end(async {
        let store = load::open_for_reading(&folder)?;
        let archive = store.archive();
        let asked = Asked::compile(&arguments.search, &folder, archive).await?;
        search(archive, &asked, from, arguments.limit).await
    })??;
    if arguments.json {
        serde_json::to_writer_pretty(&mut *out, &found).map_err(std::io::Error::from)?;
        writeln!(out)?;
        return Ok(Exit::Fine);
    }
    for one in &found {
        print(one, out)?;
    }
    let more = if matched > arguments.limit as u64 { "; --limit shows more" } else { "" };
    writeln!(out, "{} of {} match{more}.", matched, counted(looked, "stored item"))?;
    Ok(Exit::Fine)
}

/// A search that is understood.
struct Asked {
    watchlist: Watchlist,
    /// Whether it is a rule's condition.
    rule: bool,
}

impl Asked {
    async fn compile(text: &str, folder: &Folder, archive: &dyn Archive) -> Result<Self, Failure> {
        let typed = text.to_owned();
        let text = located(text);
        let rule = asks_as_a_rule(&text.value);
        let mut entries = WatchlistEntries::default();
        if rule {
            if let Some(version) = archive.config_in_force().await? {
                let files = Files::from_texts(&folder.path, version.files);
                entries = config::parse(&files, &folder.environment).watchlist;
            }
            entries.rules = vec![condition(text)];
        } else {
            entries.topics = vec![topic(text)];
        }
        let (watchlist, mut problems) = Watchlist::compile(&entries);
        if rule {
            // A source that is no longer read has its items all the same.
            let known = archive.known_sources().await?;
            let known: Vec<&str> = known.iter().map(|one| one.source.id.as_str()).collect();
            problems.extend(watchlist.unknown_sources(&known));
        }
        let own = |one: &Problem| one.place.as_ref().is_some_and(|at| at.file.name == NAME);
        let unnamed = |one| unnamed(one, &typed);
        let problems: Vec<Problem> = problems.into_iter().filter(own).map(unnamed).collect();
        load::say(&problems);
        if problems.iter().any(|one| one.level == Level::Error) {
            let what = anyhow::anyhow!("the search cannot be read");
            return Err(Failure::new(Exit::Usage, what));
        }
        // Only its own rule counts then: a reason like another's would be told as that one's.
        Ok(Self { watchlist: watchlist.with_defaults(!rule), rule })
    }

    /// The words that it finds in an item, or that it finds it at all. What it finds it makes an alert
    /// of, so most items need not be judged whole.
    fn finds(&self, item: &Item) -> Option<Option<Hit>> {
        let judgement = alert_of(&self.watchlist, &item.text, Origin::of(item))?;
        if self.rule {
            let of = |rule: &Option<String>| rule.as_deref() == Some(NAME);
            let fired = judgement.reasons.iter().any(|reason| of(&reason.rule));
            return fired.then(|| judgement.hits.first().cloned());
        }
        judgement.hits.first().map(|hit| Some(hit.clone()))
    }
}

/// The search is compiled as a topic's or a rule's, which whoever typed it knows nothing of. Nor does it stand in a
/// file: a quotation mark at its beginning is its own.
fn unnamed(mut problem: Problem, typed: &str) -> Problem {
    for name in [format!("a search of topic '{NAME}'"), format!("rule '{NAME}'")] {
        problem.what = problem.what.replace(&name, "the search");
    }
    problem.what = problem.what.replace("; the rule is left out", "");
    let quote = usize::from(typed.starts_with('"'));
    if let Some(place) = &mut problem.place
        && place.span.start >= quote
    {
        place.span.start -= quote;
        // What would have ended beyond it was cut off at the end.
        place.span.end -= if place.span.end < typed.len() { quote } else { 0 };
    }
    problem
}

fn located(text: &str) -> Located<String> {
    let file = Arc::new(FileText { name: NAME.to_owned(), text: text.to_owned() });
    Located::at(text.to_owned(), Place { file, span: 0..text.len() })
}

fn topic(search: Located<String>) -> TopicEntry {
    TopicEntry {
        place: search.place.clone(),
        search: vec![search],
        without_company: WithoutCompany::Always,
        ..TopicEntry::named(Located::nowhere(NAME.to_owned()))
    }
}

fn condition(when: Located<String>) -> RuleEntry {
    RuleEntry {
        place: when.place.clone(),
        id: None,
        name: Located::nowhere(NAME.to_owned()),
        when,
        severity: Some(Located::nowhere(Severity::High)),
        readers: Vec::new(),
        hold: None,
        remarks: Remarks::default(),
    }
}

/// The newest items that are found, newest first; how many were looked at, and how many found.
async fn search(
    archive: &dyn Archive,
    asked: &Asked,
    from: Timestamp,
    limit: usize,
) -> Result<(Vec<Found>, u64, u64), Failure> {
    let mut kept: VecDeque<(Item, Option<Hit>)> = VecDeque::new();
    let (mut looked, mut matched) = (0, 0);
    samples::each(archive, from, |item| {
        looked += 1;
        if let Some(hit) = asked.finds(&item) {
            matched += 1;
            kept.push_back((item, hit));
            if kept.len() > limit {
                kept.pop_front();
            }
        }
        Ok(())
    })
    .await?;
    let mut found = Vec::new();
    for (item, hit) in kept.into_iter().rev() {
        found.push(told(archive, item, hit).await?);
    }
    Ok((found, looked, matched))
}

async fn told(archive: &dyn Archive, item: Item, hit: Option<Hit>) -> Result<Found, Failure> {
    let end = Timestamp::from_millis(i64::MAX);
    let about = About::Item(item.id.clone());
    let rows = archive.decided(about, Timestamp::from_millis(i64::MIN), end, 0, 1_000).await?;
    let last = rows.last();
    Ok(Found {
        decided: last.map(super::show::verdict),
        alert: rows.iter().rev().find_map(|row| row.alert.as_ref()).map(ToString::to_string),
        excerpt: hit.map(|hit| samples::around(&item.text, &hit)).unwrap_or_default(),
        id: item.id.to_string(),
        source: item.source.to_string(),
        title: item.text.title,
        link: item.link,
        published: item.published,
        first_seen: item.first_seen,
    })
}

fn print(found: &Found, out: &mut dyn Write) -> std::io::Result<()> {
    let title = crate::notify::outside::line(&found.title, 120);
    let title = if title.is_empty() { "(no title)" } else { &title };
    writeln!(out, "{}  {}  {}: {title}", found.id, samples::day(found.first_seen), found.source)?;
    if !found.excerpt.is_empty() {
        writeln!(out, "    {}", found.excerpt)?;
    }
    if let Some(decided) = &found.decided {
        let alert = found.alert.as_deref().map(|id| format!(" ({id})")).unwrap_or_default();
        writeln!(out, "    {decided}{alert}")?;
    }
    Ok(())
}
