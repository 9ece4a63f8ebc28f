//! What publishers changed in items that the reader was told of, or is told of by the same mail: old → new,
//! a line each.

use super::super::civil::number;
use super::super::edited::arrow;
use super::super::outlets::Outlets;
use super::super::outside::{isolate, line, link};
use super::super::page::{Entry, Href, Section};
use super::super::withheld::LEFT_OUT;
use crate::model::mail::Changed;

/// Changes named one by one before the rest is counted.
const NAMED: usize = 10;

/// The changes, if there are any: of what was told before, and of what this mail tells for the first time
/// in words that have changed since.
pub(super) fn sections(changed: &[Changed], outlets: &Outlets) -> Vec<Section> {
    let (told, telling): (Vec<_>, Vec<_>) = changed.iter().partition(|one| one.told);
    let parts = [
        ("Changed since you were told", told),
        ("Changed since, told above as first found", telling),
    ];
    parts.into_iter().filter_map(|(heading, some)| section(heading, &some, outlets)).collect()
}

fn section(heading: &str, changed: &[&Changed], outlets: &Outlets) -> Option<Section> {
    let mut lines: Vec<Entry> = changed.iter().take(NAMED).map(|one| entry(one, outlets)).collect();
    if changed.len() > NAMED {
        let rest = number((changed.len() - NAMED) as u64);
        lines.push(format!("and {rest} more changed items.").into());
    }
    (!lines.is_empty()).then(|| Section::of(heading, lines))
}

fn entry(one: &Changed, outlets: &Outlets) -> Entry {
    let (old, new) = (&one.old, &one.new);
    let what = if new.title == LEFT_OUT {
        format!("changed {LEFT_OUT}")
    } else if old.title != new.title {
        format!("headline changed: {}", arrow(&old.title, &new.title))
    } else {
        let headline = isolate(&line(&new.title, 90));
        let (old, new) = match old.summary != new.summary {
            true => (&old.summary, &new.summary),
            false => (&old.content, &new.content),
        };
        match old == new {
            true => format!("“{headline}”: its categories changed"),
            false => format!("“{headline}” changed: {}", arrow(old, new)),
        }
    };
    let link = link(one.link.as_deref()).ok().map(Href::from);
    Entry { text: format!("{}: {what}", outlets.name(&one.source)), link }
}
