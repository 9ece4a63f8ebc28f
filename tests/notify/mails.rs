//! The mails as people see them. Each sample is kept whole, text and HTML, so that a change of a
//! word or a colour shows in the review; `tests/notify/snapshots` can be opened in a browser.

mod missing;
mod samples;
mod urgent;
mod watchlist;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use watchlistd::config::{Environment, Files};
use watchlistd::detect::renamed_entries;
use watchlistd::model::looked::{Thin, Unread};
use watchlistd::model::mail::Changed;
use watchlistd::model::record;
use watchlistd::model::record::Restore;
use watchlistd::model::source::Gap;
use watchlistd::model::watchlist::WatchlistEntries;
use watchlistd::model::{
    Coverage, EntityKind, Field, Guard, Health, HeldHigh, Hit, ItemId, ItemText, Mark, Past, Pause,
    PendingNotice, Severity, SourceId,
};
use watchlistd::notify::digest::{DigestInput, DigestKind, digest, is_empty, watchlist_changes};
use watchlistd::notify::operator::{self, StuckMail};
use watchlistd::notify::outlets::Outlets;
use watchlistd::notify::reader::Reader;
use watchlistd::notify::urgent::{UrgentInput, urgent};
use watchlistd::notify::withheld::Quoting;
use watchlistd::notify::{Content, Subjects};

use super::make::{Piece, at, coverage, entry, named, one_reader, source};

pub(crate) use samples::monday;
use samples::{changed, memo, poor_coverage, read, said_of, watchlist_edits};

pub(crate) const FROM: &str = "2026-11-20T13:00:00Z";
pub(crate) const NOW: &str = "2026-11-23T13:00:00Z";

pub(crate) fn input<'a>(
    reader: &'a Reader,
    notices: &'a [PendingNotice],
    coverage: &'a Coverage,
) -> DigestInput<'a> {
    DigestInput {
        reader,
        readers: &[],
        first: false,
        from: at(FROM),
        until: at(NOW),
        kind: DigestKind::Scheduled,
        notices,
        changed: &[],
        watchlist_changes: &[],
        record: None,
        coverage,
        rejected_edit: None,
        left_out: &[],
        large_edit: None,
        delayed_since: None,
        untaken: &[],
        restored: None,
        watchlist: 12,
        desk: "desk@bank.com",
        subjects: Subjects::Full,
        short: None,
        quoting: Quoting::Freely,
        lines: None,
    }
}

pub(crate) fn keep(name: &str, content: &Content) {
    let version = env!("CARGO_PKG_VERSION");
    let text = format!("Subject: {}\n\n{}", content.subject, content.text);
    let settings = || {
        let mut settings = insta::Settings::clone_current();
        settings.add_filter(&regex_of(version), "watchlistd [version]");
        settings.set_omit_expression(true);
        settings
    };
    settings().bind(|| {
        insta::assert_snapshot!(format!("{name}.txt"), text);
        insta::assert_snapshot!(format!("{name}.html"), content.html);
    });
}

fn regex_of(version: &str) -> String {
    format!("watchlistd {}", version.replace('.', r"\."))
}

#[test]
fn a_digest_on_an_ordinary_monday() {
    let (reader, notices, coverage) =
        (one_reader(entry("Mei")), monday(), coverage("2026-11-23T12:52:00Z"));
    let content = digest(&input(&reader, &notices, &coverage));
    assert_eq!(
        content.subject,
        "Watchlist Mon 23 Nov: 1 high, 2 medium – Alibaba, SMIC, Export controls"
    );
    assert!(content.attachments.is_empty());
    keep("monday", &content);
}

#[test]
fn a_digest_with_one_alert() {
    let (reader, coverage) = (one_reader(entry("Mei")), coverage("2026-11-23T12:52:00Z"));
    let notices = &monday()[..1];
    keep("one", &digest(&input(&reader, notices, &coverage)));
}

#[test]
fn a_digest_without_matches_still_says_that_we_looked() {
    let (reader, coverage) = (one_reader(entry("Mei")), coverage("2026-11-23T12:52:00Z"));
    let empty = input(&reader, &[], &coverage);
    assert!(is_empty(&empty));
    let delayed_since = Some(at("2026-11-23T02:00:00Z"));
    let late = DigestInput { delayed_since, ..empty };
    assert!(!is_empty(&late), "that mail was out is told to whoever wants no empty mails, too");
    let content = digest(&empty);
    assert_eq!(content.subject, "Watchlist Mon 23 Nov: no matches – 42 sources read");
    assert!(content.text.contains("no matches; 42 sources read; 1,312 items; newest 07:52"));
    keep("none", &content);
}

#[test]
fn what_changes_before_it_is_told_is_said_apart() {
    let mut changes = changed();
    changes[1].told = false;
    let (reader, coverage) = (one_reader(entry("Mei")), coverage("2026-11-23T12:52:00Z"));
    let mut base = input(&reader, &[], &coverage);
    base.changed = &changes;
    let text = digest(&base).text;
    let told = text.find("Changed since you were told\n- South China").unwrap();
    let telling = text.find("Changed since, told above as first found\n- Nikkei Asia").unwrap();
    assert!(told < telling, "{text}");
}

/// 40 outlets on one story, 60 stories beside it: exact counts, a small page, everything attached.
#[test]
fn a_busy_day_is_cut_with_exact_counts_and_attached_whole() {
    let mut pieces: Vec<Piece> = (0..40)
        .map(|n| {
            let seen = format!("2026-11-23T0{}:{:02}:00Z", 6 + n / 10, n % 10 * 6);
            memo(&format!("outlet-{n}"), &format!("Memo on Alibaba, as told by outlet {n}"), &seen)
        })
        .collect();
    pieces.extend((0..160).map(|n| {
        let seen = format!("2026-11-22T{:02}:{:02}:00Z", n % 24, n % 60);
        memo("wire", &format!("Alibaba may delist unit {n}"), &seen).with(|one| {
            one.story = format!("story-{}", n % 60);
            one.severity = if n % 60 < 10 { Severity::High } else { Severity::Medium };
            one.summary = format!(
                "Officials said on day {n} that unit {n} of Alibaba would have to leave the exchange \
                 unless its auditors may be inspected; the company, which denies any wrong, has a year \
                 to answer. Its lawyers said that to delist one unit while listing another made no \
                 sense, and that Alibaba would appeal. Shares fell by a tenth before they recovered."
            );
        })
    }));
    let notices: Vec<PendingNotice> = pieces.iter().map(Piece::pending).collect();
    let coverage = coverage("2026-11-23T12:52:00Z");
    let mut many = entry("Mei");
    let content = digest(&input(&one_reader(many.clone()), &notices, &coverage));
    assert!(content.subject.starts_with("Watchlist Mon 23 Nov: 11 high, 50 medium – Alibaba"));
    let text = content.text.replace('\n', " ");
    assert!(
        text.contains("50 of 200 items are told below; 33 stories stand only in the list above."),
        "{text}"
    );
    assert_eq!(
        content.html.matches("<li><span class=\"q\">").count(),
        61,
        "every story in the list"
    );
    assert!(content.html.len() < 80_000, "{}", content.html.len());
    let csv = String::from_utf8(content.attachments[0].bytes.clone()).unwrap();
    assert_eq!(csv.matches("\r\n").count(), 201, "a heading and every item");
    assert_eq!(content.attachments[0].name, "watchlist-2026-11-23.csv");

    many.max_items = 5_000;
    let content = digest(&input(&one_reader(many), &notices, &coverage));
    assert!(content.html.len() <= 80_000, "{}", content.html.len());
    assert_eq!(content.attachments.len(), 1);
    let text = content.text.replace('\n', " ");
    let listed: usize = text
        .split(" of 200 items are told below")
        .next()
        .and_then(|before| before.split_whitespace().last())
        .and_then(|n| n.parse().ok())
        .unwrap();
    let links = content.html.matches("<a href=\"http").count();
    assert_eq!(links, listed, "as many items are told as it says");
    let only_listed = content.html.matches("<a class=\"q\" href=\"http").count();
    assert_eq!(61, only_listed + content.html.matches("<div class=\"s\"").count() - 1);
    keep("busy", &content);
}

#[test]
fn a_discreet_subject_counts_only() {
    let (reader, notices, coverage) = (one_reader(entry("Mei")), monday(), poor_coverage());
    let mut discreet = input(&reader, &notices, &coverage);
    discreet.subjects = Subjects::Discreet;
    assert_eq!(digest(&discreet).subject, "Watchlist Mon 23 Nov: 1 high, 2 medium – COVERAGE GAP");
    let refs: Vec<&PendingNotice> = notices.iter().take(9).collect();
    let mut one = urgent_input(&reader, &refs);
    one.subjects = Subjects::Discreet;
    assert_eq!(urgent(&one).subject, "[HIGH] Watchlist: 1 story");
}

fn urgent_input<'a>(reader: &'a Reader, notices: &'a [&'a PendingNotice]) -> UrgentInput<'a> {
    UrgentInput {
        reader,
        notices,
        n: 1,
        told: None,
        readers: &[],
        now: at(NOW),
        watchlist: 12,
        desk: "desk@bank.com",
        subjects: Subjects::Full,
        outlets: outlets(),
        delayed_since: None,
        restored: None,
        last_of_hour: false,
        short: None,
        quoting: Quoting::Freely,
    }
}

/// What the sources of the samples are called.
pub(crate) fn outlets() -> &'static Outlets {
    static OUTLETS: std::sync::LazyLock<Outlets> =
        std::sync::LazyLock::new(|| Outlets::of(&coverage(NOW).sources));
    &OUTLETS
}

#[test]
fn an_item_stands_once_in_a_mail_at_its_newest() {
    let (reader, coverage) = (one_reader(entry("Mei")), coverage("2026-11-23T12:52:00Z"));
    let old = memo("scmp", "Old words on Alibaba", "2026-11-23T12:20:00Z").pending();
    let mut new = old.clone();
    new.alert.revision = 2;
    new.item.revision = 2;
    new.item.text.title = "New words on Alibaba".to_owned();
    new.alert.marks = vec![Mark::Updated];
    for notices in [[old.clone(), new.clone()], [new, old]] {
        let text = digest(&input(&reader, &notices, &coverage)).text;
        assert!(text.contains("1. HIGH Alibaba: New words on Alibaba"), "{text}");
        assert!(text.contains("Edited: headline “Old words on Alibaba” → “New words on Alibaba”"));
        assert_eq!(text.matches("Old words").count(), 1, "{text}");
        assert!(text.contains("1 item (1 of them edited) in 1 story from 1 source"), "{text}");
        assert!(text.contains("! updated"), "{text}");
    }
}

#[test]
fn the_operator_is_told_what_happened_and_what_now() {
    let zone = "America/New_York".parse().unwrap();
    let poor = poor_coverage();
    let troubled: Vec<_> = poor.sources[39..]
        .iter()
        .filter(|one| one.state.health != Health::Healthy)
        .cloned()
        .collect();
    let content = operator::source_trouble(&troubled, 42, at(NOW), zone);
    assert_eq!(content.subject, "[watchlistd] 2 of 42 sources in trouble");
    keep("operator_sources", &content);
    let refused =
        operator::rejected_edit("readers.toml:3:1: error: unknown zone 'x'", 12, at(NOW), zone);
    assert_eq!(refused.subject, "[watchlistd] an edit was refused");
    let stuck = StuckMail {
        address: "mei@bank.com".to_owned(),
        subject: "Watchlist Mon 23 Nov: 1 high".to_owned(),
        state: "refused".to_owned(),
        sealed: at(FROM),
        reply: "550 5.1.1 no such user\r\nBcc: x".to_owned(),
    };
    let stuck = operator::mail_stuck(&[stuck], at(NOW), zone);
    assert_eq!(stuck.subject, "[watchlistd] 1 mail not delivered");
    assert!(stuck.text.contains("550 5.1.1 no such user Bcc: x"));
    let unrouted = operator::unrouted(&monday()[..2], at(NOW), zone);
    assert_eq!(unrouted.subject, "[watchlistd] 2 alerts for no reader");
    let test = operator::test_mail("smtp to mail.bank.com:587, STARTTLS", at(NOW), zone);
    assert_eq!(test.subject, "[watchlistd] test mail");
    assert!(test.text.contains("Mon 23 Nov 08:00 EST"));
}

/// The excerpt shows what the alert rests on, wherever it stands.
#[test]
fn the_words_of_each_thing_that_was_found_are_shown() {
    let mut far = Piece::new("s", "scmp", "A long day in the market", "2026-11-23T12:20:00Z")
        .with(|one| {
            let filler = "Alibaba rose and fell, and Alibaba rose again. ".repeat(40);
            one.summary = format!("{filler}At night the SEC moved to delist it. {filler}");
        })
        .pending();
    let text = |one: &PendingNotice| {
        let (reader, coverage) = (one_reader(entry("Mei")), coverage("2026-11-23T12:52:00Z"));
        digest(&input(&reader, std::slice::from_ref(one), &coverage)).text.replace("\n   > ", " ")
    };
    assert!(text(&far).contains("moved to *delist* it."), "{}", text(&far));

    // A topic that stands in the content only, one in a category only, and the words of a search.
    let item = &mut far.item;
    item.text.title = "Market report".to_owned();
    item.text.summary = "Alibaba closed higher.".to_owned();
    item.text.content =
        "Other news. Trading of the shares will halt on Friday, the exchange said.".to_owned();
    item.text.categories = vec!["Markets".to_owned(), "Entity List".to_owned()];
    let hit = |kind, entity: &str, term: &str, field, text: &str, words: &str| {
        let start = text.find(words).expect("the words are there");
        Hit {
            kind,
            entity: entity.into(),
            term: term.into(),
            field,
            start,
            end: start + words.len(),
        }
    };
    far.alert.judgement.hits = vec![
        hit(
            EntityKind::Company,
            "alibaba",
            "Alibaba",
            Field::Summary,
            &item.text.summary,
            "Alibaba",
        ),
        hit(
            EntityKind::Topic,
            "delisting",
            "trading NEAR/8 halt",
            Field::Content,
            &item.text.content,
            "Trading of the shares will halt",
        ),
        hit(
            EntityKind::Topic,
            "export-controls",
            "Entity List",
            Field::Category(1),
            &item.text.categories[1],
            "Entity List",
        ),
    ];
    let shown = text(&far);
    assert!(shown.contains("*Alibaba* closed higher."), "{shown}");
    assert!(shown.contains("*Trading of the shares will halt* on Friday"), "{shown}");
    assert!(shown.contains("[category: *Entity List*]"), "{shown}");
}

#[test]
fn who_was_away_gets_one_mail_that_says_so() {
    let mut absent = entry("Mei");
    absent.away = Some(super::make::away("2026-11-16", "2026-11-20", Some("Jo")));
    let all = super::make::readers(&[absent, entry("Jo")]);
    let (notices, coverage) = (monday(), coverage("2026-11-23T12:52:00Z"));
    let mut back = input(&all[0], &notices, &coverage);
    back.from = at("2026-11-13T13:00:00Z");
    let text = digest(&back).text.replace('\n', " ");
    assert!(text.contains("You were away from Mon 16 Nov to Fri 20 Nov."), "{text}");
    assert!(text.contains("Jo was told in your place"), "{text}");
    // The digest after that one, and everybody else's, says nothing of it.
    back.from = at("2026-11-23T12:00:00Z");
    assert!(!digest(&back).text.contains("away"));
    assert!(!digest(&input(&all[1], &notices, &coverage)).text.contains("away"));
}

#[test]
fn a_recap_says_that_it_is_one() {
    let (reader, notices, coverage) =
        (one_reader(entry("Mei")), monday(), coverage("2026-11-23T12:52:00Z"));
    let mut recap = input(&reader, &notices, &coverage);
    recap.kind = DigestKind::Recap;
    recap.from = at("2026-11-16T13:00:00Z");
    let content = digest(&recap);
    assert_eq!(
        content.subject,
        "Watchlist recap since Mon 16 Nov: 1 high, 2 medium – Alibaba, SMIC, Export controls"
    );
    let text = content.text.replace("\n  ", " ").replace("  ", " ");
    assert!(text.contains("It lists what passed your filters in these days,"), "{text}");
}

/// What went out between a backup and its restore is not known, and who reads it again shall know why.
#[test]
fn after_a_restore_mails_say_that_they_may_repeat() {
    let (reader, notices, coverage) = (one_reader(entry("Mei")), monday(), poor_coverage());
    let (made, restored) = (at("2026-11-21T02:00:00Z"), at("2026-11-22T09:30:00Z"));
    let restore =
        Restore { at: restored, made, entry: 7, hash: String::new(), resumed: Some(restored) };
    let mut after = input(&reader, &notices, &coverage);
    after.restored = Some(&restore);
    let refs: Vec<&PendingNotice> = notices.iter().take(1).collect();
    let mut ring = urgent_input(&reader, &refs);
    ring.restored = Some(&restore);
    for content in [digest(&after), urgent(&ring)] {
        let text = content.text.split_whitespace().collect::<Vec<_>>().join(" ");
        for words in ["AFTER A RESTORE", "from a backup of", "may tell some of it again"] {
            assert!(text.contains(words), "'{words}' is not said: {text}");
        }
    }
}
