//! What the mails say of what was not seen: at the top, in the subject, and in full below.

use super::*;

#[test]
fn missing_coverage_stands_at_the_top_and_in_the_subject() {
    let (reader, notices, coverage) = (one_reader(entry("Mei")), monday(), poor_coverage());
    let changed = changed();
    let edits = watchlist_edits();
    let record = record::Head { number: 18_204, hash: "b5mq7ct2xk4fh6ydz3wn".to_owned() };
    let mut gap = input(&reader, &notices, &coverage);
    gap.kind = DigestKind::OnDemand;
    gap.changed = &changed;
    gap.watchlist_changes = &edits;
    gap.record = Some(&record);
    gap.delayed_since = Some(at("2026-11-23T02:00:00Z"));
    gap.rejected_edit = Some(
        "watchlist.toml:12:9: error: unknown group 'chna' (did you mean 'china'?)\nreaders.toml:3:1: error: x",
    );
    let content = digest(&gap);
    assert!(content.subject.ends_with("– COVERAGE GAP"), "{}", content.subject);
    keep("gap", &content);
    let none = input(&reader, &[], &coverage);
    assert!(!is_empty(&none), "missing coverage is worth a mail");
    assert_eq!(
        digest(&none).subject,
        "Watchlist Mon 23 Nov: no matches – 41 of 42 sources read – COVERAGE GAP"
    );
}

#[test]
fn an_official_source_that_has_emptied_is_not_read() {
    let mut coverage = coverage("2026-11-23T12:52:00Z");
    let list = coverage.sources.iter_mut().find(|one| one.source.official).unwrap();
    list.state.health = Health::Empty;
    list.state.since = at("2026-11-23T12:04:00Z");
    list.state.error = Some("a feed without items".to_owned());
    list.state.habit.items = 12;
    let reader = one_reader(entry("Mei"));
    let content = digest(&input(&reader, &[], &coverage));
    let text = content.text.split_whitespace().collect::<Vec<_>>().join(" ");
    let first = "no matches; 41 of 42 sources read; House Select Committee has been empty since Mon 23 \
                 Nov 07:04 EST; 1,312 items";
    assert!(text.contains(first), "{text}");
    assert!(
        content.subject.contains("41 of 42 sources read – COVERAGE GAP"),
        "{}",
        content.subject
    );
    assert!(text.contains("House Select Committee (official): without items since"), "{text}");
    assert!(!text.contains("No gap was noticed"), "{text}");
}

#[test]
fn a_pause_of_our_own_is_told_at_the_top_while_it_lasts_or_was_long() {
    let reader = one_reader(entry("Mei"));
    let told = |until: Option<&str>| {
        let mut coverage = coverage("2026-11-23T12:52:00Z");
        coverage.pauses.push(Pause {
            from: at("2026-11-23T10:00:00Z"),
            until: until.map(at),
            why: "the disk of the service is nearly full (3 MB free, 200 MB wanted)".to_owned(),
        });
        let content = digest(&input(&reader, &[], &coverage));
        (content.subject.ends_with("– COVERAGE GAP"), content.text.replace("\n", " "))
    };
    let (gap, text) = told(None);
    assert!(gap && text.contains("No source has been polled since Mon 23 Nov 05:00 EST"), "{text}");
    assert!(text.contains("3 MB free, 200 MB wanted"), "{text}");
    let (gap, text) = told(Some("2026-11-23T11:00:00Z"));
    assert!(gap && text.contains("No source was polled from Mon 23 Nov 05:00"), "{text}");
    let (gap, text) = told(Some("2026-11-23T10:10:00Z"));
    assert!(!gap && text.contains("No source was polled from Mon 23 Nov 05:00"), "{text}");
}

#[test]
fn what_was_never_read_or_not_for_days_is_missing_too() {
    let reader = one_reader(entry("Mei"));
    let check = |coverage: &Coverage, expected: &str| {
        let content = digest(&input(&reader, &[], coverage));
        assert!(content.text.contains(expected), "{}", content.text);
        assert!(content.subject.ends_with("COVERAGE GAP"));
    };
    check(&Coverage::default(), "No source is watched.");
    check(
        &coverage("2026-11-20T13:00:00Z"),
        "House Select Committee (official): not read since Fri 20 Nov 08:00 EST",
    );
    let mut new = coverage("2026-11-23T12:52:00Z");
    new.sources[0].state.health = Health::New;
    new.sources[0].state.last_success = None;
    check(&new, "South China Morning Post: not read yet since");
}

#[test]
fn many_missing_sources_stand_at_the_top_in_part_and_below_in_full() {
    let mut poor = coverage("2026-11-23T12:52:00Z");
    for one in &mut poor.sources[11..31] {
        one.state.health = Health::Failing;
        one.state.since = at("2026-11-22T10:00:00Z");
    }
    let content = digest(&input(&one_reader(entry("Mei")), &[], &poor));
    let (top, below) = content.text.split_once("Coverage\n").expect("a coverage block");
    assert_eq!(top.matches(": failing since").count(), 5, "{top}");
    assert!(top.contains("and 15 more, named under Coverage below."), "{top}");
    assert_eq!(below.matches(": failing since").count(), 20, "{below}");
    assert!(below.contains("42 sources: 22 healthy, 20 failing."), "{below}");
}

/// A source that was out for a day and a half and is well again is no present gap, and is named.
#[test]
fn a_recap_names_what_was_not_read_though_all_is_well_now() {
    let reader = one_reader(entry("Mei"));
    let mut coverage = coverage("2026-11-23T12:52:00Z");
    coverage.past = Past {
        began: Some(at("2026-11-21T06:07:00Z")),
        since: vec![(SourceId::new("nikkei"), at("2026-11-22T10:00:00Z"))],
        stopped: vec![],
        unread: vec![(
            SourceId::new("caixin"),
            Unread {
                from: at("2026-11-21T12:00:00Z"),
                until: Some(at("2026-11-22T22:30:00Z")),
                error: Some("HTTP 500 Internal Server Error".into()),
            },
        )],
        thin: vec![(
            SourceId::new("nikkei"),
            Thin {
                from: at("2026-11-22T10:00:00Z"),
                until: at("2026-11-22T23:30:00Z"),
                made: 12,
                due: 27,
            },
        )],
    };
    let mut input = input(&reader, &[], &coverage);
    input.kind = DigestKind::Recap;
    let text = digest(&input).text.split_whitespace().collect::<Vec<_>>().join(" ");
    for said in [
        "The service began on Sat 21 Nov 01:07 EST: nothing was read before.",
        "Nikkei Asia is read since Sun 22 Nov 05:00 EST.",
        "财新网 was not read from Sat 21 Nov 07:00 EST to Sun 22 Nov 17:30 EST – HTTP 500",
        "Nikkei Asia may not have been read all the time from Sun 22 Nov 05:00 EST to Sun 22 Nov 18:30 EST: 12 of \
         about 27 polls were made.",
        "Beside that no gap was noticed.",
    ] {
        assert!(text.contains(said), "'{said}' is not said: {text}");
    }
    assert!(!text.contains("- No gap was noticed"), "{text}");
}
