//! What a guard would have done to the alerts of the last 30 days.
//!
//! A guard only takes away, and only from items in which its company or topic was found: so the
//! decisions about that are all that need judging again.

use std::io::Write;
use std::sync::Arc;

use super::super::bench::Bench;
use super::super::exit::{Exit, Failure};
use super::super::samples::{self, DAYS, judged};
use super::guard::{Guard, Target};
use super::phrase;
use super::way_out::ways_out;
use super::{Dismissal, because};
use crate::detect::Watchlist;
use crate::model::{AlertId, Hit, Judgement, Severity, Timestamp, counted};
use crate::store::{About, Archive, DecidedRow};

/// Rows fetched at a time.
const PAGE: usize = 500;
/// Decisions that are tried: of a name that is found more often, the newest.
const MOST: usize = 20_000;
/// Lost alerts that are shown.
const SHOWN: usize = 5;

/// The alerts of the last days about something.
#[derive(Debug)]
pub(super) struct Trial {
    rows: Vec<DecidedRow>,
}

impl Trial {
    /// Reads them.
    pub(super) async fn gather(
        archive: &dyn Archive,
        about: About,
        now: Timestamp,
    ) -> Result<Self, Failure> {
        let mut rows: Vec<DecidedRow> = Vec::new();
        let mut after = 0;
        loop {
            let page =
                archive.decided(about.clone(), samples::since(now), now, after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(Self { rows }) };
            after = last.key;
            rows.extend(page.into_iter().filter(|row| row.alert.is_some()));
            let over = rows.len().saturating_sub(MOST);
            rows.drain(..over);
        }
    }

    /// The alerts that the edited watchlist would not have given, but for the one that is dismissed.
    fn lost<'t>(
        &'t self,
        before: &Watchlist,
        after: &Watchlist,
        but: Option<&AlertId>,
    ) -> Vec<(&'t DecidedRow, Severity)> {
        let others = self.rows.iter().filter(|row| row.alert.as_ref() != but);
        others
            .filter_map(|row| {
                let was = judged(before, &row.item);
                let severity = was.severity.filter(|_| was.alert)?;
                (!judged(after, &row.item).alert).then_some((row, severity))
            })
            .collect()
    }

    /// The guard that holds the alert back: of the likeliest phrases the one that takes the fewest
    /// others; one phrase where one is enough, else one for each place at which the name stands.
    pub(super) fn proposed(
        &self,
        bench: &Bench,
        target: &Target,
        hit: &Hit,
        dismissal: &Dismissal,
        out: &mut dyn Write,
    ) -> Result<Guard, Failure> {
        let before = bench.check()?.parts.watchlist;
        let item = &dismissal.row.item;
        let words = |one: &Hit| {
            let field = samples::field_text(&item.text, one.field);
            field.get(one.start..one.end).unwrap_or_default().to_lowercase()
        };
        let hits = || dismissal.judgement.hits.iter();
        // A topic is guarded as a whole, whichever of its words were found.
        let topic = target.topic().is_some();
        let of_it = |one: &&Hit| one.entity == hit.entity && (topic || one.term == hit.term);
        // What the alert rests on beside the name, or beside this word of the topic.
        let matter = |but: &Hit| -> Vec<String> {
            let others = hits()
                .filter(|one| one.entity != hit.entity || (topic && words(one) != words(but)));
            others.map(words).collect()
        };
        let choices: Vec<_> = hits()
            .filter(of_it)
            .map(|one| {
                let field = samples::field_text(&item.text, one.field);
                let mut all = phrase::around(field, one.start, one.end);
                if all.is_empty() && topic {
                    all = phrase::at_the_ends(field, one.start, one.end);
                }
                let matter = matter(one);
                phrase::matter_last(&mut all, &matter);
                (one, all, matter)
            })
            .collect();
        let (mut phrases, mut of_matter): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
        for (place, list, matter) in &choices {
            // A phrase counts in the whole sentence: it may have taken this place already.
            let same = |one: &Hit| {
                (one.field, one.start, one.end) == (place.field, place.start, place.end)
            };
            let stands = |left: &Judgement| {
                left.hits.iter().any(|one| one.entity == hit.entity && same(one))
            };
            if !phrases.is_empty()
                && with(bench, target, &phrases, dismissal).is_some_and(|(_, left)| !stands(&left))
            {
                continue;
            }
            let mut holding: Vec<(u8, usize, &String)> = Vec::new();
            for (rank, phrase) in list.iter().filter(|(_, one)| !phrases.contains(one)) {
                let tried = [phrases.clone(), vec![phrase.clone()]].concat();
                let attempt = self.attempt(bench, target, &tried, &before, dismissal);
                if let Some((true, lost)) = attempt {
                    holding.push((*rank, lost, phrase));
                }
            }
            // Two words tell a sense and three an event: they hold back what comes back in other words.
            holding.sort();
            if let Some((_, _, phrase)) = holding.first() {
                for (_, lost, other) in &holding[1..] {
                    let taken = counted(u64::try_from(*lost).unwrap_or(u64::MAX), "other alert");
                    writeln!(out, "  --not-with \"{other}\" would hold it back too, and {taken}")?;
                }
                let last = phrase::of_the_matter(phrase, matter).then_some(*phrase);
                for phrase in of_matter.iter().chain(last) {
                    writeln!(
                        out,
                        "  \"{phrase}\" holds the very words of the matter: true reports in these words would be \
                         silent, too"
                    )?;
                }
                phrases.push((*phrase).clone());
                return Ok(Guard::NotWith(phrases));
            }
            // This place alone is not enough: its likeliest phrase stays, the next place is asked.
            let first = list.iter().map(|(_, phrase)| phrase).find(|one| !phrases.contains(one));
            of_matter.extend(first.filter(|one| phrase::of_the_matter(one, matter)).cloned());
            phrases.extend(first.cloned());
        }
        let left = self.tell_left(bench, target, &phrases, dismissal, out)?;
        let what = anyhow::anyhow!("no phrase beside {} holds the alert back", target.shown());
        let left = left.as_ref().unwrap_or(&dismissal.judgement);
        let ways = ways_out(bench.entries(), target, left, item);
        Err(Failure::new(Exit::Data, what).hint(ways))
    }

    /// Tells why it is an alert even with all phrases that were tried, and gives what it is then; `None`
    /// where there was nothing to try.
    fn tell_left(
        &self,
        bench: &Bench,
        target: &Target,
        phrases: &[String],
        dismissal: &Dismissal,
        out: &mut dyn Write,
    ) -> Result<Option<Judgement>, Failure> {
        if phrases.is_empty() {
            return Ok(None);
        }
        let Some((_, left)) = with(bench, target, phrases, dismissal) else { return Ok(None) };
        writeln!(out, "Without {} there it would still alert:", target.shown())?;
        because(&left, out)?;
        Ok(Some(left))
    }

    /// Whether these phrases hold the alert back, and how many others they take. `None` when the
    /// files would not be sound.
    fn attempt(
        &self,
        bench: &Bench,
        target: &Target,
        phrases: &[String],
        before: &Watchlist,
        dismissal: &Dismissal,
    ) -> Option<(bool, usize)> {
        let (after, left) = with(bench, target, phrases, dismissal)?;
        if left.alert {
            return Some((false, 0));
        }
        Some((true, self.lost(before, &after, dismissal.row.alert.as_ref()).len()))
    }

    /// Tells what it takes.
    pub(super) fn tell(
        &self,
        before: &Watchlist,
        after: &Watchlist,
        but: Option<&AlertId>,
        out: &mut dyn Write,
    ) -> std::io::Result<()> {
        let mut lost = self.lost(before, after, but);
        let all = self.rows.iter().filter(|row| row.alert.as_ref() != but).count();
        let all = counted(u64::try_from(all).unwrap_or(u64::MAX), "other alert");
        if lost.is_empty() {
            return writeln!(out, "Of {all} about it in the last {DAYS} days it takes none.");
        }
        writeln!(
            out,
            "Of {all} about it in the last {DAYS} days it would also take {}:",
            lost.len()
        )?;
        lost.sort_by_key(|(row, severity)| {
            (std::cmp::Reverse(*severity), std::cmp::Reverse(row.at))
        });
        for (row, severity) in lost.iter().take(SHOWN) {
            let (day, head) = (samples::day(row.at), samples::head(&row.item));
            writeln!(out, "    {day}  {:<6} {head}", severity.as_str())?;
        }
        if lost.len() > SHOWN {
            writeln!(out, "    and {} more", lost.len() - SHOWN)?;
        }
        Ok(())
    }
}

/// The watchlist with these phrases, and what it makes of the item. `None` when the files would not be sound.
fn with(
    bench: &Bench,
    target: &Target,
    phrases: &[String],
    dismissal: &Dismissal,
) -> Option<(Arc<Watchlist>, Judgement)> {
    let mut bench = bench.clone();
    target.write(&mut bench, &Guard::NotWith(phrases.to_vec())).ok()?;
    let after = bench.sound()?.watchlist;
    let left = judged(&after, &dismissal.row.item);
    Some((after, left))
}
