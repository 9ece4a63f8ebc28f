//! The subject line of a digest, and the counts that begin it.

use super::super::Subjects;
use super::super::civil::{day, number};
use super::super::outside::line;
use super::super::stories::Story;
use super::coverage::Facts;
use super::{DigestInput, DigestKind};
use crate::model::Severity;

/// `2 high, 5 medium` stories.
pub(in crate::notify) fn counts(stories: &[Story<'_>]) -> String {
    let of = |severity| stories.iter().filter(|story| story.severity == severity).count();
    let counts = [
        (of(Severity::High), "high"),
        (of(Severity::Medium), "medium"),
        (of(Severity::Low), "low"),
    ];
    let counts: Vec<String> = counts
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, name)| format!("{} {name}", number(*n as u64)))
        .collect();
    if counts.is_empty() { "no matches".to_owned() } else { counts.join(", ") }
}

/// `Watchlist Mon 23 Nov: 2 high, 5 medium – Alibaba, SMIC – COVERAGE GAP`.
pub(super) fn subject(input: &DigestInput<'_>, stories: &[Story<'_>], facts: &Facts<'_>) -> String {
    let zone = input.reader.zone;
    let when = match input.kind {
        DigestKind::Recap => format!("recap since {}", day(input.from, zone)),
        DigestKind::Scheduled | DigestKind::OnDemand | DigestKind::DryRun => day(input.until, zone),
    };
    let mut subject = format!("Watchlist {when}: {}", counts(stories));
    if stories.is_empty() {
        subject += &format!(" – {}", facts.sources_read());
    } else if input.subjects == Subjects::Full {
        subject += &format!(" – {}", names(stories));
    }
    if !facts.missing.is_empty() {
        subject += " – COVERAGE GAP";
    }
    subject
}

/// The first few names, gravest first, as far as a subject has room.
fn names(stories: &[Story<'_>]) -> String {
    let mut distinct: Vec<String> = Vec::new();
    for name in stories.iter().map(Story::who) {
        if !distinct.contains(&name) {
            distinct.push(name);
        }
    }
    let mut shown = String::new();
    for (at, name) in distinct.iter().enumerate() {
        let name = line(name, 40);
        if at > 0 && shown.chars().count() + name.chars().count() > 48 {
            return format!("{shown} +{}", distinct.len() - at);
        }
        shown += if at == 0 { "" } else { ", " };
        shown += &name;
    }
    shown
}
