//! What a watchlist makes of the items that are stored, with a few to look at.
//!
//! Runs the very judgement of the service, page by page, in constant memory.

use std::collections::VecDeque;
use std::io::Write;
use std::time::Duration;

use super::exit::Failure;
use crate::detect::{Origin, Watchlist, judge};
use crate::model::{Field, HeldBack, Hit, Item, ItemText, Judgement, Severity, Timestamp, counted};
use crate::notify::outside::line;
use crate::store::Archive;

/// How far back is looked.
pub const DAYS: u64 = 30;
/// Items shown of each kind.
const SHOWN: usize = 5;
/// Items fetched at a time.
const PAGE: usize = 2_000;
/// Characters of a headline.
const TITLE: usize = 100;

/// The beginning of the last days.
pub fn since(now: Timestamp) -> Timestamp {
    now.minus(Duration::from_hours(24 * DAYS))
}

/// Hands every stored item first seen since then to `each`, oldest first.
pub async fn each(
    archive: &dyn Archive,
    from: Timestamp,
    mut each: impl FnMut(Item) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut after = None;
    loop {
        let end = Timestamp::from_millis(i64::MAX);
        let page = archive.items_seen(from, end, after, PAGE).await?;
        page.items.into_iter().try_for_each(&mut each)?;
        after = match page.next {
            Some(mark) => Some(mark),
            None => return Ok(()),
        };
    }
}

/// Judges a stored item as it was judged when it came.
pub fn judged(watchlist: &Watchlist, item: &Item) -> Judgement {
    let origin = Origin::of(item);
    judge(watchlist, &item.text, origin)
}

/// A stored item that something was found in.
#[derive(Clone, Debug)]
struct Sample {
    item: Item,
    hit: Hit,
    guard: Option<String>,
    severity: Option<Severity>,
}

/// What was found among the stored items: how many, and the newest few.
#[derive(Debug, Default)]
pub struct Samples {
    items: u64,
    matched: u64,
    alerts: u64,
    held: u64,
    shown: VecDeque<Sample>,
    shown_held: VecDeque<Sample>,
}

impl Samples {
    /// Tries a watchlist on what is stored: `counts` says which hits are looked at.
    pub async fn gather(
        archive: &dyn Archive,
        watchlist: &Watchlist,
        from: Timestamp,
        counts: impl Fn(&Hit) -> bool,
    ) -> Result<Self, Failure> {
        let mut samples = Self::default();
        each(archive, from, |item| {
            samples.take(judged(watchlist, &item), item, &counts);
            Ok(())
        })
        .await?;
        Ok(samples)
    }

    fn take(&mut self, judgement: Judgement, item: Item, counts: impl Fn(&Hit) -> bool) {
        self.items += 1;
        let hit = judgement.hits.iter().find(|hit| counts(hit)).cloned();
        let held = |one: &HeldBack| {
            let hit = one.hit.clone().filter(|hit| counts(hit))?;
            Some((hit, one.guard.to_string()))
        };
        let held = judgement.held_back.iter().find_map(held);
        if let Some(hit) = hit {
            self.matched += 1;
            self.alerts += u64::from(judgement.alert);
            let severity = judgement.severity.filter(|_| judgement.alert);
            keep(&mut self.shown, Sample { item, hit, guard: None, severity });
        } else if let Some((hit, guard)) = held {
            self.held += 1;
            let guard = Some(guard);
            keep(&mut self.shown_held, Sample { item, hit, guard, severity: None });
        }
    }

    /// Tells it.
    pub fn tell(&self, out: &mut dyn Write) -> std::io::Result<()> {
        writeln!(
            out,
            "Of {} stored since {DAYS} days ago: {} would match ({}), {} would be held back.",
            counted(self.items, "item"),
            self.matched,
            counted(self.alerts, "alert"),
            self.held
        )?;
        for (name, list) in [("would match", &self.shown), ("would be held back", &self.shown_held)]
        {
            if !list.is_empty() {
                writeln!(out, "  {name}")?;
            }
            for sample in list.iter().rev() {
                tell(sample, out)?;
            }
        }
        Ok(())
    }
}

fn keep(list: &mut VecDeque<Sample>, sample: Sample) {
    if list.len() == SHOWN {
        list.pop_front();
    }
    list.push_back(sample);
}

fn tell(sample: &Sample, out: &mut dyn Write) -> std::io::Result<()> {
    let Sample { item, hit, guard, severity } = sample;
    let how = match (guard, severity) {
        (Some(guard), _) => format!("by {guard}"),
        (None, Some(severity)) => format!("alert, {}", severity.as_str()),
        (None, None) => "no alert".to_owned(),
    };
    writeln!(out, "    {}  {} – {how}", day(item.first_seen), head(item))?;
    writeln!(out, "        {}", around(&item.text, hit))
}

/// The source and headline of an item, in one line.
pub fn head(item: &Item) -> String {
    let title = match item.text.title.trim() {
        "" => "(no title)",
        title => title,
    };
    format!("{}: {}", item.source, line(title, TITLE))
}

/// The day of an instant, in UTC.
pub fn day(at: Timestamp) -> String {
    at.to_chrono().date_naive().to_string()
}

/// The text of a field.
pub fn field_text(text: &ItemText, field: Field) -> &str {
    match field {
        Field::Title => &text.title,
        Field::Summary => &text.summary,
        Field::Content => &text.content,
        Field::Category(at) => text.categories.get(at).map_or("", String::as_str),
    }
}

/// The match between marks, with up to 40 characters on both sides.
pub fn around(text: &ItemText, hit: &Hit) -> String {
    const SIDE: usize = 40;
    let field = field_text(text, hit.field);
    let (Some(before), Some(found), Some(after)) =
        (field.get(..hit.start), field.get(hit.start..hit.end), field.get(hit.end..))
    else {
        return String::new();
    };
    let left: String = before.chars().rev().take(SIDE).collect();
    let left: String = left.chars().rev().collect();
    let right: String = after.chars().take(SIDE).collect();
    let cut = |shown: &str, whole: &str| if shown.len() < whole.len() { "…" } else { "" };
    let shown = format!("{}{left}>>{found}<<{right}{}", cut(&left, before), cut(&right, after));
    line(&shown, 400)
}
