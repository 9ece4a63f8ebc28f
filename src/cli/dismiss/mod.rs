//! `watchlistd dismiss`: a false positive, and a guard so that it does not come back.
//!
//! The narrowest guard is proposed (this name and phrase), tried on the decisions of the last 30 days,
//! and written on yes; a person at a terminal may try other phrases first. Invariant: the guard is written and the record tells who wrote it and why, or
//! neither, or the command says which of them is missing.

mod chosen;
mod guard;
mod offer;
mod phrase;
mod trial;
mod way_out;

use std::io::Write;
use std::path::PathBuf;

use super::bench::{self, Bench};
use super::exit::{Exit, Failure};
use super::explain;
use super::ids;
use super::load::{self, Folder};
use super::samples::{self, judged};
use crate::clock::{Clock, SystemClock};
use crate::model::{Action, AlertId, Deed, EntityKind, Judgement, Timestamp};
use crate::store::{About, Archive, DecidedRow, Store};

use chosen::chosen;
use guard::{Guard, Target};
use offer::Offer;
use trial::Trial;

/// What `dismiss` is told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The alert's id, or its first letters
    alert: String,
    /// Why it is false, for the record
    #[arg(long, value_name = "TEXT")]
    why: String,
    /// Which of the names and terms that were found is the false one; a topic may be named by its id
    #[arg(long, value_name = "TERM")]
    term: Option<String>,
    /// The phrase that tells the false sense, instead of the one proposed
    #[arg(long, value_name = "PHRASE", conflicts_with = "until")]
    not_with: Option<String>,
    /// No guard: silence the name until the end of this day (2026-12-31)
    #[arg(long, value_name = "DATE")]
    until: Option<chrono::NaiveDate>,
    /// Silence the whole company, all its names and tickers
    #[arg(long, requires = "until")]
    whole_company: bool,
    /// Silence the whole topic, all its terms and searches for all companies
    #[arg(long, requires = "until", conflicts_with = "whole_company")]
    whole_topic: bool,
    /// Who says so, for the record [default: the user's name]
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    /// Write it without asking
    #[arg(long, short)]
    yes: bool,
}

/// An alert on the table: what was decided, and what the files as they are make of it.
struct Dismissal {
    row: DecidedRow,
    judgement: Judgement,
    now: Timestamp,
}

/// Proposes, tries, asks, writes.
pub fn run(
    arguments: &Arguments,
    config: Option<PathBuf>,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    let now = SystemClock.now();
    if let Some(until) = arguments.until.filter(|day| *day < now.to_chrono().date_naive()) {
        let what = anyhow::anyhow!("{until} is over");
        return Err(Failure::new(Exit::Usage, what).hint("write the last day of silence"));
    }
    let bench = Bench::open(Folder::named(config))?;
    let runtime = load::runtime()?;
    let store = load::wait_on(&runtime, async { load::open_to_amend(bench.folder()) })?;
    let row = load::wait_on(&runtime, asked(store.archive(), &arguments.alert))?;
    let watchlist = bench.check()?.parts.watchlist;
    let judgement = judged(&watchlist, &row.item);
    writeln!(out, "{}", samples::head(&row.item))?;
    because(&row.judgement, out)?;
    let dismissal = Dismissal { row, judgement, now };
    if !dismissal.judgement.alert {
        writeln!(out, "The watchlist as it is written now makes no alert of it.")?;
        let what = "dismissed; the watchlist made no alert of it any more".to_owned();
        load::wait_on(&runtime, note(&*store, arguments, &dismissal, None, Deed::Dismissed, what))?;
        return Ok(Exit::Fine);
    }
    let hit = chosen(bench.entries(), &dismissal.judgement, arguments)?;
    let target = Target::of(bench.entries(), &hit, arguments.whole_company)?;
    if arguments.until.is_some() {
        target.is_meant(arguments.whole_topic)?;
    }
    let about = match hit.kind {
        EntityKind::Company => About::Company(hit.entity.to_string()),
        EntityKind::Topic => About::Topic(hit.entity.to_string()),
    };
    let trial = load::wait_on(&runtime, Trial::gather(store.archive(), about, now))?;
    let guard = match (arguments.until, &arguments.not_with) {
        (Some(day), _) => Guard::Mute(day),
        (None, Some(phrase)) => Guard::NotWith(vec![phrase.trim().to_owned()]),
        (None, None) => trial.proposed(&bench, &target, &hit, &dismissal, out)?,
    };
    let offer = Offer { arguments, bench, watchlist, target, trial, dismissal };
    let Some((edited, what)) = offer.settle(guard, out)? else {
        writeln!(out, "Nothing was written.")?;
        return Ok(Exit::Fine);
    };
    edited.write()?;
    let deed = if arguments.until.is_some() { Deed::Muted } else { Deed::Dismissed };
    let subject = Some(offer.target.subject());
    let noted = note(&*store, arguments, &offer.dismissal, subject, deed, what);
    load::wait_on(&runtime, noted).map_err(|failure| {
        failure.hint("the file is written; the record does not tell who wrote it")
    })?;
    writeln!(out, "Written.")?;
    Ok(Exit::Fine)
}

/// The reasons of an alert, and then nothing is left in a buffer: an error may follow.
fn because(judgement: &Judgement, out: &mut dyn Write) -> std::io::Result<()> {
    explain::because(judgement, out)?;
    out.flush()
}

/// The decision that an alert rests on.
async fn asked(archive: &dyn Archive, typed: &str) -> Result<DecidedRow, Failure> {
    let id = ids::meant(archive, "a", typed).await?;
    let about = About::Alert(AlertId::stored(id.clone()));
    let end = Timestamp::from_millis(i64::MAX);
    let rows = archive.decided(about, Timestamp::from_millis(0), end, 0, 1).await?;
    rows.into_iter().next().ok_or_else(|| {
        Failure::new(Exit::Data, anyhow::anyhow!("the decision of the alert {id} is not stored"))
    })
}

async fn note(
    store: &dyn Store,
    arguments: &Arguments,
    dismissal: &Dismissal,
    subject: Option<String>,
    deed: Deed,
    what: String,
) -> Result<(), Failure> {
    let action = Action {
        at: dismissal.now,
        author: bench::author(arguments.by.as_deref()),
        deed,
        verdict: None,
        alert: dismissal.row.alert.clone(),
        subject,
        what,
        why: Some(arguments.why.clone()),
        until: arguments.until.map(|day| day.to_string()),
    };
    store.act(action).await?;
    Ok(())
}
