//! The welcome: what a reader's entry means, in words, and the last days as a start.

use watchlistd::model::reader::{UrgentFrom, WhenEmpty};
use watchlistd::model::{Coverage, PendingNotice, Severity};
use watchlistd::notify::Subjects;
use watchlistd::notify::reader::{Reader, Vocabulary};
use watchlistd::notify::welcome::{WelcomeInput, welcome};

use super::mails::{NOW, keep, monday};
use super::make::{at, away, coverage, entry, list, one_reader, readers, vocabulary};

fn input<'a>(
    reader: &'a Reader,
    vocabulary: &'a Vocabulary,
    recap: &'a [PendingNotice],
    coverage: &'a Coverage,
) -> WelcomeInput<'a> {
    WelcomeInput {
        reader,
        vocabulary,
        coverage,
        recap,
        recap_from: at("2026-11-16T13:00:00Z"),
        now: at(NOW),
        watchlist: 12,
        desk: "desk@bank.com",
        subjects: Subjects::Full,
    }
}

#[test]
fn a_new_reader_learns_what_will_come() {
    let mut wants = entry("Mei");
    wants.companies = list(&["alibaba"]);
    wants.groups = list(&["chips"]);
    wants.topics = list(&["delisting", "export-controls"]);
    wants.quiet = Some(super::make::here("22:00-07:00"));
    wants.away = Some(away("2026-12-21", "2027-01-06", Some("Jo")));
    let all = readers(&[wants, entry("Jo")]);
    let (words, recap, coverage) = (vocabulary(), monday(), coverage("2026-11-23T12:52:00Z"));
    let content = welcome(&input(&all[0], &words, &recap, &coverage));
    assert_eq!(content.subject, "Watchlist: welcome, Mei");
    keep("welcome", &content);
}

#[test]
fn other_wishes_are_put_into_other_words() {
    let mut wants = entry("Mei");
    wants.digest = super::make::here("never");
    wants.urgent = UrgentFrom::Medium;
    wants.min_severity = Severity::High;
    let (words, coverage) = (Vocabulary::default(), coverage("2026-11-23T12:52:00Z"));
    let text =
        |reader: &Reader| welcome(&input(reader, &words, &[], &coverage)).text.replace("\n  ", " ");
    let urgent = text(&one_reader(wants));
    for words in [
        "High alerts that name any watched company, or none, on any topic",
        "No digests.",
        "a story's first high and medium alert",
        "no matches",
    ] {
        assert!(urgent.contains(words), "{words}: {urgent}");
    }
    let mut wants = entry("Mei");
    wants.urgent = UrgentFrom::Never;
    wants.when_empty = WhenEmpty::Skip;
    let digests = text(&one_reader(wants));
    for words in
        ["Nothing at once", "Without matches and without anything missing it does not come"]
    {
        assert!(digests.contains(words), "{words}: {digests}");
    }
    let discreet = Subjects::Discreet;
    let reader = one_reader(entry("Mei"));
    let hidden = WelcomeInput { subjects: discreet, ..input(&reader, &words, &[], &coverage) };
    assert_eq!(welcome(&hidden).subject, "Watchlist: welcome");
}
