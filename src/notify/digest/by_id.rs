//! The digest that quotes nobody: counts, times, ids of alerts and of sources.

use super::coverage::{self, Facts};
use super::{DigestInput, heading, outlets, small, subject, untaken};
use crate::model::PendingNotice;
use crate::notify::civil::count;
use crate::notify::frame::{delay, restored};
use crate::notify::page::{Note, Page, Section, render};
use crate::notify::stories::{self, View, Whose};
use crate::notify::{Content, Subjects, by_id as ids};

/// Writes the digest where those before it were refused for what they say, also without the publishers' words, and
/// answers which of `owed` it names.
#[must_use]
pub fn by_id(input: &DigestInput<'_>, owed: &[PendingNotice]) -> (Content, Vec<PendingNotice>) {
    let input = &DigestInput { notices: owed, subjects: Subjects::Discreet, ..*input };
    let named = ids::named(owed);
    let stories = stories::group(owed, Whose::default());
    let facts = Facts::of(input.coverage, input.until);
    let (outlets, zone) = (outlets(input), input.reader.zone);
    let view = View { now: input.until, zone, outlets: &outlets };
    let subject = subject::subject(input, &stories, &facts);
    let mut notes = vec![ids::note(owed.len() - named.len())];
    notes.extend(input.restored.map(|one| restored(one, input.until, zone)));
    notes.extend(input.delayed_since.map(|since| delay(since, input.until, zone)));
    notes.extend(facts.missing_note(input.until, zone, &outlets));
    notes.extend(files(input));
    notes.extend(untaken(input));
    let mut sections = vec![ids::section(&named)];
    sections.extend(coverage::sections(input.coverage, input.reader, &facts, input.from, view));
    sections.extend(unquoted(input));
    sections.retain(|one| !one.lines.is_empty());
    let page = Page {
        subject: subject.clone(),
        heading: heading(input),
        sentence: super::sentence(input, &stories, &facts, view),
        basis: super::basis(input, &stories, &facts, view),
        notes,
        sections,
        small: small(input, &stories),
        ..Page::default()
    };
    let (text, html) = render(&page);
    (Content { subject, text, html, attachments: Vec::new() }, named)
}

/// That something is the matter with the files: what, `status` says.
fn files(input: &DigestInput<'_>) -> Option<Note> {
    let version = input.watchlist;
    let mut lines = Vec::new();
    if input.rejected_edit.is_some() {
        lines.push(format!(
            "The last edit of the watchlist's files was refused; version {version} stays in force."
        ));
    }
    if !input.left_out.is_empty() {
        lines.push(format!(
            "Version {version} is in force without what this version of the program cannot use."
        ));
    }
    if let Some(edit) = &input.large_edit {
        lines.push(format!(
            "Version {} is a large edit, and nobody has said that it is meant.",
            edit.version
        ));
    }
    let label = "THE FILES".to_owned();
    let says = "`watchlistd status` says what it is.".to_owned();
    (!lines.is_empty()).then(|| Note {
        label,
        grave: true,
        lines: lines.into_iter().chain([says]).collect(),
    })
}

/// How much there is that this mail does not quote.
fn unquoted(input: &DigestInput<'_>) -> Option<Section> {
    let counted = [
        (input.changed.len(), "told item was changed", "told items were changed"),
        (input.watchlist_changes.len(), "change of the watchlist", "changes of the watchlist"),
    ];
    let counted = counted.into_iter().filter(|(n, ..)| *n > 0);
    let lines: Vec<String> =
        counted.map(|(n, one, many)| format!("{}.", count(n, one, many))).collect();
    (!lines.is_empty()).then(|| Section::of("Not quoted here", lines))
}
