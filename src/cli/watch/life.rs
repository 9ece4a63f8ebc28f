//! What an entry of the watchlist found in the last days, as it was decided then.

use std::io::Write;

use super::super::exit::Failure;
use super::super::find::Entry;
use super::super::load::{self, Folder};
use super::super::samples::{self, DAYS};
use crate::clock::{Clock, SystemClock};
use crate::model::{HeldBack, Severity, Timestamp, counted};
use crate::store::{About, Archive};

/// Rows fetched at a time.
const PAGE: usize = 500;
/// Held-back hits of the last days that are shown.
const SHOWN: usize = 5;

/// What an entry found in the last days.
#[derive(Debug, Default)]
pub(super) struct Life {
    items: u64,
    high: u64,
    medium: u64,
    untold: u64,
    held: u64,
    last: Option<String>,
    /// Newest last.
    held_shown: Vec<String>,
    actions: Vec<String>,
}

impl Life {
    /// Reads it. The inner failure is one of the store, which not everybody who edits may read.
    pub(super) fn of(folder: &Folder, entry: Entry<'_>) -> Result<Result<Self, Failure>, Failure> {
        let about = match entry {
            Entry::Company(_) => About::Company(entry.id()),
            Entry::Topic(_) => About::Topic(entry.id()),
            // Rules leave no hits.
            Entry::Rule(_) => return Ok(Ok(Self::default())),
        };
        let now = SystemClock.now();
        load::to_the_end(async {
            let store = load::open_for_reading(folder)?;
            gather(store.archive(), about, entry, now).await
        })
    }

    /// Tells it.
    pub(super) fn tell(&self, out: &mut dyn Write) -> std::io::Result<()> {
        writeln!(
            out,
            "In the last {DAYS} days it was found in {}: {} high, {} medium{}; held back in {}.",
            counted(self.items, "item"),
            self.high,
            self.medium,
            if self.untold > 0 {
                format!(", {} recorded and not told", self.untold)
            } else {
                String::new()
            },
            counted(self.held, "item"),
        )?;
        if let Some(last) = &self.last {
            writeln!(out, "The last alert: {last}")?;
        }
        if !self.held_shown.is_empty() {
            writeln!(out, "Held back last")?;
            for one in self.held_shown.iter().rev() {
                writeln!(out, "    {one}")?;
            }
        }
        if !self.actions.is_empty() {
            writeln!(out, "What people did")?;
            for one in &self.actions {
                writeln!(out, "    {one}")?;
            }
        }
        Ok(())
    }
}

async fn gather(
    archive: &dyn Archive,
    about: About,
    entry: Entry<'_>,
    now: Timestamp,
) -> Result<Life, Failure> {
    let mut life = Life::default();
    let (id, since) = (entry.id(), samples::since(now));
    let mut after = 0;
    loop {
        let page = archive.decided(about.clone(), since, now, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.key;
        for row in page {
            let judgement = &row.judgement;
            let of = |held: &HeldBack| {
                let hit = held.hit.as_ref().filter(|hit| *hit.entity == *id)?;
                Some((hit.clone(), held.guard.clone()))
            };
            let line = format!("{}  {}", samples::day(row.at), samples::head(&row.item));
            if let Some((hit, guard)) = judgement.held_back.iter().find_map(of) {
                life.held += 1;
                life.held_shown.push(format!(
                    "{line}\n        {}\n        by {guard}",
                    samples::around(&row.item.text, &hit),
                ));
                if life.held_shown.len() > SHOWN {
                    life.held_shown.remove(0);
                }
            }
            if !judgement.hits.iter().any(|hit| *hit.entity == *id) {
                continue;
            }
            life.items += 1;
            if row.alert.is_some() {
                match (&row.untold, judgement.severity) {
                    (Some(_), _) => life.untold += 1,
                    (None, Some(Severity::High)) => life.high += 1,
                    (None, _) => life.medium += 1,
                }
                life.last = Some(line);
            }
        }
    }
    let subject = format!("{}:{id}", entry.kind());
    for action in archive.actions(Some(subject), Timestamp::default(), now, SHOWN).await? {
        let why = action.why.as_deref().map(|why| format!(": {why}")).unwrap_or_default();
        life.actions.push(format!(
            "{}  {} {}{why}",
            samples::day(action.at),
            action.author,
            action.what
        ));
    }
    Ok(life)
}
