//! The welcome: what a reader's entry means, in words, and the last days as a start.

use watchlistd::model::reader::{UrgentFrom, WhenEmpty};
use watchlistd::model::{Coverage, PendingNotice, Severity};
use watchlistd::notify::Subjects;
use watchlistd::notify::reader::{Reader, Vocabulary};
use watchlistd::notify::welcome::{WelcomeInput, welcome};
use watchlistd::notify::withheld::Quoting;

use super::mails::{NOW, keep, monday};
use super::make::{at, away, coverage, entry, list, one_reader, readers, vocabulary};

fn input<'a>(
    reader: &'a Reader,
    vocabulary: &'a Vocabulary,
    recap: &'a [PendingNotice],
    coverage: &'a Coverage,
) -> WelcomeInput<'a> {
    WelcomeInput {
        short: None,
        lines: None,
        quoting: Quoting::Freely,
        reader,
        vocabulary,
        coverage,
        recap,
        recap_from: at("2026-11-16T13:00:00Z"),
        since: at("2026-11-23T12:00:00Z"),
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

/// Welcomed on Monday and away from Tuesday on: the next digest is the one on the return.
#[test]
fn who_is_about_to_be_away_is_promised_the_digest_of_the_return() {
    let mut wants = entry("Mei");
    wants.away = Some(away("2026-11-24", "2026-11-27", None));
    let (words, coverage) = (Vocabulary::default(), coverage("2026-11-23T12:52:00Z"));
    let reader = one_reader(wants);
    let text = welcome(&input(&reader, &words, &[], &coverage)).text;
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("the next on Mon 30 Nov 08:00 EST"), "{text}");
}

#[test]
fn who_takes_no_digests_is_promised_only_what_comes_at_once() {
    let mut wants = entry("Mei");
    wants.digest = super::make::here("never");
    let (words, coverage) = (Vocabulary::default(), coverage("2026-11-23T12:52:00Z"));
    let reader = one_reader(wants);
    let text = welcome(&input(&reader, &words, &[], &coverage)).text.replace('\n', " ");
    assert!(text.contains("- High alerts that name"), "{text}");
    assert!(text.contains("No digests: what does not come at once does not come."), "{text}");
    assert!(!text.contains("first digest"), "{text}");
    let reader = one_reader(entry("Mei"));
    let text = welcome(&input(&reader, &words, &[], &coverage)).text.replace('\n', " ");
    assert!(
        text.contains("your first digest lists what was found since Mon 23 Nov 07:00 EST"),
        "{text}"
    );
}

#[test]
fn what_is_missing_stands_at_the_top_and_who_is_gone_has_a_name() {
    let mut coverage = coverage("2026-11-23T12:52:00Z");
    coverage.sources[0].state.health = watchlistd::model::Health::Failing;
    let mut gone = super::make::source("beta", false, "2026-11-22T12:52:00Z");
    gone.state.title = Some("Beta Wire".to_owned());
    coverage.retired.push((gone, at("2026-11-22T13:00:00Z")));
    let (reader, words) = (one_reader(entry("Mei")), Vocabulary::default());
    let text = welcome(&input(&reader, &words, &[], &coverage)).text.replace("\n  ", " ");
    assert!(text.contains("named at the top"), "{text}");
    assert!(text.contains("COVERAGE GAP\n- South China Morning Post: failing since"), "{text}");
    assert!(text.contains("Beta Wire (beta)"), "{text}");
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
        "No digests: what does not come at once does not come.",
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
