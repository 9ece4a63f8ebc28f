//! A new version is in force: what was edited, what it makes of the last days, and whether somebody must
//! say that it is meant.

use super::super::Content;
use super::super::civil::{full_day, moment};
use super::super::difference;
use super::super::outside::{line, link};
use super::super::page::{Entry, Href, Note, Page, Section, render};
use super::{capital, capped, tables};
use crate::model::edit::TableEdit;
use crate::model::{Difference, Timestamp, Tz};

/// An edit that was taken.
#[derive(Clone, Copy, Debug)]
pub struct Edited<'a> {
    /// The version now in force.
    pub version: u64,
    /// Since when.
    pub since: Timestamp,
    /// The version that it is held against.
    pub base: u64,
    /// Files that differ between the two.
    pub files: &'a [String],
    /// Settings whose new values wait for a restart of the service.
    pub needs_restart: &'a [&'a str],
    /// Which tables of the operator's files differ.
    pub tables: &'a [TableEdit],
    /// What differs in the watchlist, a line each.
    pub changes: &'a [String],
    /// What it makes of the last days; `None` where both match alike.
    pub difference: Option<&'a Difference>,
    /// Why somebody must say that it is meant; empty when nobody must.
    pub grave: &'a [String],
}

/// Writes it.
#[must_use]
pub fn edited(edit: &Edited<'_>, now: Timestamp, zone: Tz) -> Content {
    let version = edit.version;
    let what = match (edit.difference, edit.grave) {
        (_, [first, ..]) => format!("large edit: version {version}: {first}"),
        (Some(difference), _) => {
            format!("version {version} is in force: {}", difference::gist(difference))
        }
        (None, _) => format!("version {version} is in force"),
    };
    let subject = format!("[watchlistd] {what}");
    let page = Page {
        subject: subject.clone(),
        heading: format!("watchlistd · {}", full_day(now, zone)),
        sentence: capital(&what),
        basis: basis(edit, now, zone),
        notes: large(edit).into_iter().collect(),
        sections: sections(edit, zone),
        small: vec![format!("watchlistd {}.", env!("CARGO_PKG_VERSION"))],
        ..Page::default()
    };
    let (text, html) = render(&page);
    Content { subject, text, html, attachments: Vec::new() }
}

fn basis(edit: &Edited<'_>, now: Timestamp, zone: Tz) -> String {
    let since = moment(edit.since, now, zone);
    match edit.needs_restart {
        [] => format!("In force since {since}."),
        some => format!(
            "In force since {since}, but for {}: that waits for a restart of the service, which goes on as it \
             was started.",
            some.join(", ")
        ),
    }
}

/// What another id of a source means, for whoever changed it.
#[must_use]
pub fn source_renamed(from: &str, to: &str) -> String {
    let (from, to) = (line(from, 64), line(to, 64));
    format!(
        "Source {to} reads the address of {from}, which is gone: what was read so far stays with {from}, and \
         is not told again"
    )
}

fn large(edit: &Edited<'_>) -> Option<Note> {
    (!edit.grave.is_empty()).then(|| Note {
        label: "LARGE EDIT".to_owned(),
        grave: true,
        lines: vec![
            format!("Beside version {}, {}.", edit.base, edit.grave.join(", and ")),
            format!(
                "It is in force. Until somebody says that it is meant, every digest begins with this: \
                 `watchlistd watch accept`. To go back: `watchlistd watch restore {}` (with --all also in \
                 what is not the watchlist).",
                edit.base
            ),
        ],
    })
}

fn sections(edit: &Edited<'_>, zone: Tz) -> Vec<Section> {
    let mut sections = Vec::new();
    let known = format!("version {}", edit.base);
    let files = edit.files.iter().map(|name| format!("Edited: {}", line(name, 120)));
    let mut lines = capped(files.collect());
    lines.extend(tables::lines(edit.tables));
    // Neither of the two hides the other.
    lines.extend(capped(edit.changes.iter().map(|one| line(one, 400)).collect()));
    if !lines.is_empty() {
        sections.push(Section::of(&format!("Changed since {known}"), lines));
    }
    let Some(difference) = edit.difference else { return sections };
    let new = format!("version {}", edit.version);
    for part in difference::parts(difference, (&known, &new), zone) {
        let lines = part.lines.into_iter().map(|told| Entry {
            text: [vec![told.text], told.below].concat().join(" – "),
            link: link(told.link.as_deref()).ok().map(Href::from),
        });
        sections.push(Section::of(&part.heading, lines));
    }
    let next = "These are the stored items, each at its newest text, held against both versions; what a new \
                term finds in the last days is told in the next digests as late.";
    sections.push(Section::of("How this was found", [next.to_owned()]));
    sections
}
