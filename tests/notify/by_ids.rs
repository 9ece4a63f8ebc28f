//! Mails that quote nobody: what a filter may mind of a publisher's, a server's and the desk's own words is not in
//! them, and how much there is and how well was looked is.

use watchlistd::model::mail::Refusal;
use watchlistd::model::{Guard, Health, HeldHigh, PendingNotice, Severity, SourceId};
use watchlistd::notify::digest::{DigestInput, LargeEdit, by_id};
use watchlistd::notify::withheld::{Quoting, withhold_coverage};

use super::mails::{FROM, NOW, input, keep, monday};
use super::make::{Piece, at, coverage, entry, named, one_reader};

#[test]
fn a_digest_by_ids_says_how_much_there_is_and_how_well_was_looked() {
    let mei = one_reader(entry("Mei"));
    let notices = monday();
    let mut seen = coverage(NOW);
    seen.sources[0].state.health = Health::Failing;
    seen.sources[0].state.error = Some("HTTP 503: POISON".to_owned());
    seen.sources[1].state.title = Some("POISON Daily".to_owned());
    seen.mentions = vec![(named("poison", "POISON plc"), 3)];
    seen.held_back = vec![(Guard::NotWith("POISON".to_owned()), 2)];
    seen.held_high = vec![HeldHigh {
        title: "Rumours of POISON".to_owned(),
        source: SourceId::new("scmp"),
        link: Some("https://poison.example.org/".to_owned()),
        guards: vec![Guard::NotWith("POISON".to_owned())],
    }];
    seen.held_high_count = 1;
    let refused =
        [Refusal { at: at(NOW), bytes: 9_000, reply: "end of message: 550 spam".to_owned() }];
    withhold_coverage(&mut seen, Quoting::Nothing, &refused, at(FROM));
    let edits = ["Company \"POISON plc\": added".to_owned()];
    let large_edit = LargeEdit { version: 12, base: 11, why: "it loses POISON plc" };
    let mail = DigestInput {
        quoting: Quoting::Nothing,
        watchlist_changes: &edits,
        rejected_edit: Some("watchlist.toml:1:1: error: POISON"),
        large_edit: Some(large_edit),
        ..input(&mei, &notices, &seen)
    };
    let (content, named) = by_id(&mail, &notices);
    assert_eq!(named.len(), notices.len());
    for words in ["poison", "alibaba", "smic", "memo alleges", "delisting"] {
        for part in [&content.subject, &content.text, &content.html] {
            assert!(!part.to_lowercase().contains(words), "{words}: {part}");
        }
    }
    for one in &notices {
        assert!(
            content.text.contains(one.alert.id.as_str())
                && content.html.contains(one.alert.id.as_str())
        );
    }
    keep("by_ids", &content);
}

#[test]
fn of_a_thousand_alerts_the_gravest_are_named_and_the_rest_waits() {
    let mei = one_reader(entry("Mei"));
    let piece = |n: usize| {
        let title = format!("SEC to delist Alibaba, case {n}");
        Piece::new(&format!("s{n}"), "scmp", &title, "2026-11-23T12:20:00Z")
    };
    let graver = |n: usize| {
        if n.is_multiple_of(10) { Severity::High } else { Severity::Medium }
    };
    let notices: Vec<PendingNotice> =
        (0..1_000).map(|n| piece(n).with(|one| one.severity = graver(n)).pending()).collect();
    let seen = coverage(NOW);
    let mail = DigestInput { quoting: Quoting::Nothing, ..input(&mei, &notices, &seen) };
    let (content, named) = by_id(&mail, &notices);
    assert_eq!(named.len(), 300);
    assert_eq!(named.iter().filter(|one| one.alert.severity == Severity::High).count(), 100);
    assert!(content.text.contains("700 more alerts wait for the next mail"), "{}", content.text);
    assert!(content.text.len() + content.html.len() < 20_000);
}
