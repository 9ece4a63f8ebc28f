//! `watchlistd watch history`: the versions that were in force, newest first.

use std::collections::BTreeMap;
use std::io::Write;

use serde::Serialize;

use super::super::exit::{Exit, Failure};
use super::super::load::{self, Folder};
use super::versions::{self, Texts};
use crate::model::{Difference, Timestamp};
use crate::notify::difference;
use crate::store::review::Review;
use crate::store::{Archive, ConfigVersion};

/// What `watch history` is told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// How many versions, the newest
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    last: u32,
    /// One JSON list instead of text
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Serialize)]
struct Row {
    version: u64,
    since: Timestamp,
    in_force: bool,
    /// Files that differ from the version before.
    files: Vec<String>,
    /// The version that it was held against; null where it was not, or not yet.
    base: Option<u64>,
    gained: Option<u64>,
    lost: Option<u64>,
    /// Why it is a large edit; null when it is none.
    large: Option<String>,
    accepted: Option<Timestamp>,
    accepted_by: Option<String>,
    #[serde(skip)]
    gist: Option<String>,
}

/// Prints the newest versions.
pub fn run(arguments: &Arguments, folder: &Folder, out: &mut dyn Write) -> Result<Exit, Failure> {
    let rows = load::to_the_end(async {
        let store = load::open_for_reading(folder)?;
        rows(store.archive(), u64::from(arguments.last)).await
    })??;
    if arguments.json {
        serde_json::to_writer_pretty(&mut *out, &rows).map_err(std::io::Error::from)?;
        writeln!(out)?;
        return Ok(Exit::Fine);
    }
    if rows.is_empty() {
        writeln!(out, "No version of the files was ever in force.")?;
    }
    for row in &rows {
        print(row, out)?;
    }
    Ok(Exit::Fine)
}

async fn rows(archive: &dyn Archive, last: u64) -> Result<Vec<Row>, Failure> {
    let newest = archive.config_in_force().await?.map_or(0, |one| one.version);
    let reviews = archive.reviews(usize::try_from(last).unwrap_or(usize::MAX)).await?;
    let mut reviews: BTreeMap<u64, Review> =
        reviews.into_iter().map(|one| (one.version, one)).collect();
    let from = newest.saturating_sub(last);
    // One more, to know what the oldest of them changed.
    let mut before: Option<Texts> = None;
    let mut rows = Vec::new();
    let mut after = from.saturating_sub(1);
    // One at a time: a version holds the texts of all files.
    while let Some(one) = archive.config_versions(after, 1).await?.into_iter().next() {
        after = one.version;
        if one.version > from {
            let review = reviews.remove(&one.version);
            rows.push(row(&one, before.as_ref(), review, one.version == newest));
        }
        before = Some(one.files);
    }
    rows.reverse();
    Ok(rows)
}

fn row(one: &ConfigVersion, before: Option<&Texts>, review: Option<Review>, newest: bool) -> Row {
    let files = before.map(|before| versions::edited(before, &one.files)).unwrap_or_default();
    let base = review.as_ref().map(|one| one.base).filter(|base| *base != one.version);
    let difference: Option<&Difference> = review.as_ref().and_then(|one| one.difference.as_ref());
    let accepted = review.as_ref().and_then(|one| one.accepted.clone());
    Row {
        version: one.version,
        since: one.since,
        in_force: newest,
        files,
        base,
        gained: difference.map(|one| one.gained.alerts),
        lost: difference.map(|one| one.lost.alerts),
        gist: difference.map(difference::gist),
        large: review.as_ref().and_then(|one| one.grave.clone()),
        accepted: accepted.as_ref().map(|(at, _)| *at),
        accepted_by: accepted.map(|(_, by)| by),
    }
}

fn print(row: &Row, out: &mut dyn Write) -> std::io::Result<()> {
    let since = Timestamp::from_millis(row.since.millis().div_euclid(1_000) * 1_000);
    let mark = if row.in_force { "  in force" } else { "" };
    writeln!(out, "{:>5}  {since}{mark}", row.version)?;
    if !row.files.is_empty() {
        writeln!(out, "       {}", row.files.join(", "))?;
    }
    if let (Some(base), Some(gist)) = (row.base, &row.gist) {
        writeln!(out, "       over 30 days, beside version {base}: {gist}")?;
    }
    match (&row.large, row.accepted, &row.accepted_by) {
        (Some(why), Some(_), Some(by)) => writeln!(out, "       large: {why}; accepted by {by}"),
        (Some(why), _, _) => writeln!(out, "       large: {why}; not accepted"),
        (None, _, _) => Ok(()),
    }
}
