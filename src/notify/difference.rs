//! What another watchlist would tell, in words: for a terminal and for a mail alike.
//!
//! Pure: the sums come as they are, and everything that a feed said is made harmless here.

use std::time::Duration;

use super::civil::{day, near, number};
use super::outside::{line, link};
use crate::model::difference::{AlertCount, Sample, Shift};
use crate::model::{Difference, Severity, Tz};

/// Companies, or topics, named one by one before the rest is counted.
const NAMED: usize = 12;

/// Days that are all listed; of a longer window only those that differ are.
const DAYS: usize = 62;

/// A heading with what stands under it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The heading.
    pub heading: String,
    /// One after another.
    pub lines: Vec<Told>,
}

/// A line, with what is said below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The line.
    pub text: String,
    /// Why, and why not.
    pub below: Vec<String>,
    /// Where it leads, known to be http or https.
    pub link: Option<String>,
}

impl From<String> for Told {
    fn from(text: String) -> Self {
        Self { text, below: Vec::new(), link: None }
    }
}

/// The whole difference but for its days. `sides` names the earlier and the later one: "version 14", "the
/// edited files".
#[must_use]
pub fn parts(difference: &Difference, sides: (&str, &str), zone: Tz) -> Vec<Part> {
    let mut parts = vec![Part { heading: window(difference, zone), lines: counts(difference) }];
    let kinds = [
        ("Gained", &difference.gained_samples, difference.gained.distinct()),
        ("Lost", &difference.lost_samples, difference.lost.distinct()),
        ("Told otherwise", &difference.changed_samples, difference.changed),
    ];
    for (heading, samples, all) in kinds {
        if samples.is_empty() {
            continue;
        }
        let some = u64::try_from(samples.len()).is_ok_and(|shown| shown < all);
        let of =
            if some { format!(" ({} of {})", samples.len(), number(all)) } else { String::new() };
        let lines = samples.iter().map(|one| sample(one, sides, difference, zone)).collect();
        parts.push(Part { heading: format!("{heading}{of}"), lines });
    }
    for (heading, shifts) in
        [("By company", &difference.companies), ("By topic", &difference.topics)]
    {
        if !shifts.is_empty() {
            parts.push(Part { heading: heading.to_owned(), lines: by(shifts) });
        }
    }
    parts
}

/// Alerts of each day, before and after; of a long window the days that differ.
#[must_use]
pub fn days(difference: &Difference) -> Part {
    let all = difference.days.len() <= DAYS;
    let shown = difference.days.iter().filter(|one| all || one.before != one.after);
    let lines = shown.map(|one| {
        let after = match one.before == one.after {
            true => String::new(),
            false => format!(" → {}", number(one.after)),
        };
        Told::from(format!("{}  {}{after}", one.day, number(one.before)))
    });
    let heading = if all { "Alerts each day" } else { "Days that differ" };
    Part { heading: heading.to_owned(), lines: lines.collect() }
}

/// `24 gained, 5 lost, 3 told otherwise`, or that nothing is.
#[must_use]
pub fn gist(difference: &Difference) -> String {
    if difference.is_nothing() {
        return "no alert gained or lost".to_owned();
    }
    let mut said = vec![
        format!("{} gained", number(difference.gained.alerts)),
        format!("{} lost", number(difference.lost.alerts)),
    ];
    if difference.changed > 0 {
        said.push(format!("{} told otherwise", number(difference.changed)));
    }
    if difference.high_lost > 0 {
        said.push(format!("{} no longer high", number(difference.high_lost)));
    }
    said.join(", ")
}

/// `182,311 items first seen Sat 24 Oct to Mon 23 Nov`.
fn window(difference: &Difference, zone: Tz) -> String {
    format!(
        "{} {} first seen {} to {}",
        number(difference.items),
        if difference.items == 1 { "item" } else { "items" },
        day(difference.since, zone),
        day(difference.until, zone)
    )
}

fn counts(difference: &Difference) -> Vec<Told> {
    let (before, after) = (difference.before, difference.after);
    let mut lines = vec![format!(
        "Alerts: {} → {}: {}",
        number(before.alerts),
        number(after.alerts),
        gist(difference)
    )];
    if before.high + after.high > 0 {
        lines.push(format!("High: {} → {}", number(before.high), number(after.high)));
    }
    if before.copies + after.copies > 0 {
        lines.push(format!(
            "Copies of another among them: {} → {}",
            number(before.copies),
            number(after.copies)
        ));
    }
    let days = difference.until.since(difference.since).as_secs_f64() / DAY.as_secs_f64();
    let a_day = |count: AlertCount| count.alerts as f64 / days;
    // Of a shorter time nobody makes a day.
    if days >= 1.0 {
        lines.push(format!("A day: {:.1} → {:.1}", a_day(before), a_day(after)));
    }
    lines.into_iter().map(Told::from).collect()
}

const DAY: Duration = Duration::from_secs(24 * 3600);

/// `high: Lawmakers urge … (scmp, Fri 20 Nov 07:12)`, with the reasons below.
fn sample(one: &Sample, sides: (&str, &str), difference: &Difference, zone: Tz) -> Told {
    let severity = match (one.before, one.after) {
        (Some(before), Some(after)) if before != after => {
            format!("{} → {}", before.as_str(), after.as_str())
        }
        (before, after) => after.or(before).map_or("", Severity::as_str).to_owned(),
    };
    let text = format!(
        "{severity}: {} ({}, {})",
        line(&one.title, 140),
        line(one.source.as_str(), 60),
        near(one.seen, difference.until, zone)
    );
    let reasons = |all: &[String]| {
        let all: Vec<String> = all.iter().map(|one| line(one, 300)).collect();
        all.join("; ")
    };
    let (telling, other) = match (one.before, one.after) {
        (Some(_), None) => sides,
        _ => (sides.1, sides.0),
    };
    let mut below = vec![format!("{telling}: {}", reasons(&one.why))];
    if !one.why_not.is_empty() {
        below.push(format!("{other}: {}", reasons(&one.why_not)));
    }
    Told { text, below, link: link(one.link.as_deref()).ok().map(|link| link.href) }
}

/// `Alibaba: 19 gained, 2 lost (120 → 137)`.
fn by(shifts: &[Shift]) -> Vec<Told> {
    let mut lines: Vec<Told> = shifts
        .iter()
        .take(NAMED)
        .map(|one| {
            let did: Vec<String> = [(one.gained, "gained"), (one.lost, "lost")]
                .iter()
                .filter(|(n, _)| *n > 0)
                .map(|(n, did)| format!("{} {did}", number(*n)))
                .collect();
            let (before, after) = (number(one.before), number(one.after));
            format!("{}: {} ({before} → {after})", line(&one.name, 80), did.join(", ")).into()
        })
        .collect();
    if shifts.len() > NAMED {
        lines.push(format!("and {} more", number((shifts.len() - NAMED) as u64)).into());
    }
    lines
}
