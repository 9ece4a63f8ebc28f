//! What feeds say is text: no markup, header, link or control character of theirs reaches a mail.

use proptest::prelude::*;
use watchlistd::model::mail::Changed;
use watchlistd::model::record;
use watchlistd::model::{
    EntityKind, Guard, Health, HeldHigh, ItemId, ItemText, LeftOut, PendingNotice, SourceId,
};
use watchlistd::notify::Content;
use watchlistd::notify::digest::digest;
use watchlistd::notify::operator::{
    InPart, LateMails, RefusedEdit, Situation, at_once, daily, in_part, in_part_for,
};
use watchlistd::notify::outlets::Outlets;
use watchlistd::notify::reader::Vocabulary;
use watchlistd::notify::urgent::{UrgentInput, urgent};
use watchlistd::notify::welcome::{WelcomeInput, welcome};
use watchlistd::notify::withheld::Quoting;

use super::mails::{input, outlets};
use super::make::{Piece, at, coverage, entry, named, one_reader};

fn both(piece: &Piece) -> [Content; 2] {
    let reader = one_reader(entry("Mei"));
    let coverage = coverage("2026-11-23T12:52:00Z");
    let notices = [piece.pending()];
    let refs: Vec<&PendingNotice> = notices.iter().collect();
    let base = input(&reader, &notices, &coverage);
    let mail = UrgentInput {
        reader: &reader,
        notices: &refs,
        n: 1,
        told: None,
        readers: &[],
        now: base.until,
        watchlist: 12,
        desk: base.desk,
        subjects: base.subjects,
        outlets: outlets(),
        delayed_since: None,
        restored: None,
        last_of_hour: true,
        short: None,
        quoting: Quoting::Freely,
    };
    [digest(&base), urgent(&mail)]
}

fn piece(title: &str, summary: &str, link: &str) -> Piece {
    Piece::new("s", "scmp", "Alibaba", "2026-11-23T12:20:00Z").with(|one| {
        one.title = title.to_owned();
        one.summary = summary.to_owned();
        one.link = Some(link.to_owned());
        one.lang = Some("en\"><script>".to_owned());
    })
}

fn is_control(one: char) -> bool {
    (one.is_control() && one != '\n')
        || matches!(
            one,
            '\u{202a}'..='\u{202e}' | '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{2028}' | '\u{2029}'
        )
}

/// Tags that the template itself writes, counted; everything else must have been escaped.
fn assert_harmless(content: &Content) {
    assert!(!content.subject.contains(|one: char| one.is_control()), "{:?}", content.subject);
    for part in [&content.subject, &content.text, &content.html] {
        assert!(!part.contains(is_control), "{part:?}");
    }
    let html = content.html.to_lowercase();
    for bad in [
        "<script",
        "<img",
        "<iframe",
        "<svg",
        "<link",
        "onerror=\"",
        "javascript:",
        "data:text",
        "</style><",
        "url(",
    ] {
        let harmless = html.replace("&lt;", "‹");
        assert!(!harmless.contains(bad), "{bad} in {harmless}");
    }
    for (at, _) in html.match_indices("href=\"") {
        let href = &html[at + 6..];
        assert!(
            href.starts_with("http://")
                || href.starts_with("https://")
                || href.starts_with("mailto:")
        );
    }
    assert_eq!(html.matches("<style").count(), 1);
    // Isolates are ours alone and always closed.
    for part in [&content.subject, &content.text] {
        assert_eq!(part.matches('\u{2068}').count(), part.matches('\u{2069}').count());
    }
}

#[test]
fn markup_and_schemes_stay_text() {
    let evil = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&";
    for link in [
        "javascript:alert(1)",
        "data:text/html,<b>",
        "https://a.org/\"onmouseover=\"x",
        "http://bank.com@evil.test/",
    ] {
        for content in both(&piece(evil, &format!("</style>{evil} Alibaba {evil}"), link)) {
            assert_harmless(&content);
            assert!(content.text.contains("<script>alert(1)</script>"), "text shows it as it is");
        }
    }
    let shown = &both(&piece("Alibaba", "", "http://bank.com@evil.test/"))[0];
    assert!(shown.html.contains("Read at evil.test"), "{}", shown.html);
}

#[test]
fn headers_controls_and_bidi_cannot_be_smuggled() {
    let evil = "Alibaba\r\nBcc: x@y.z\r\n\r\n\0\u{1b}[31m\u{202e}gnp.exe\u{2066}\u{85}\u{2028}end";
    for content in both(&piece(evil, evil, "https://a.org/")) {
        assert_harmless(&content);
        assert!(content.text.contains("Bcc: x@y.z"), "said, but as text");
    }
}

#[test]
fn other_scripts_arrive_whole_and_isolated() {
    let arabic = "مذكرة البيت الأبيض تتهم Alibaba";
    for content in both(&piece(arabic, "阿里巴巴 👩‍👩‍👧 Alibaba é", "https://أمثلة.org/"))
    {
        assert_harmless(&content);
        assert!(content.text.contains('\u{2068}') && content.html.contains("<bdi>"));
        assert!(content.html.contains("👩‍👩‍👧") && content.html.contains("阿里巴巴"));
        assert!(content.html.contains("Read at xn--"), "the host as it really is");
    }
}

#[test]
fn a_title_of_ten_kilobytes_is_cut_visibly() {
    let long = format!("Alibaba {}", "漢".repeat(3_400));
    for content in both(&piece(&long, &long, "https://a.org/")) {
        assert_harmless(&content);
        assert!(content.text.contains("… [cut]") && content.html.contains("… [cut]"));
        assert!(content.html.len() < 20_000, "{}", content.html.len());
        assert!(content.subject.chars().count() < 160, "{}", content.subject);
    }
    let words = "word ".repeat(2_000);
    for content in both(&piece(&words, "", "https://a.org/")) {
        assert!(content.text.lines().all(|line| line.chars().count() <= 74), "{}", content.text);
    }
}

/// Words from outside stand in many places beside headlines: all of them at once, each hostile.
fn everywhere(evil: &str) -> Vec<Content> {
    let pending = piece(evil, evil, "https://a.org/").with(|one| {
        one.companies = vec![named("alibaba", evil)];
        one.companies[0].note = Some(evil.into());
        one.topics = vec![named("delisting", evil)];
        one.rule = Some((evil.to_owned(), vec![evil.to_owned()]));
        one.source = "evil".to_owned();
    });
    let mut pending = pending.pending();
    pending.item.text.content = evil.to_owned();
    pending.item.text.categories = vec![evil.to_owned()];
    let mut coverage = coverage("2026-11-23T12:52:00Z");
    for (n, one) in coverage.sources.iter_mut().enumerate() {
        one.state.title = Some(format!("{n} {evil}"));
        one.state.error = Some(evil.to_owned());
        one.state.health = [Health::Failing, Health::Silent, Health::Healthy][n % 3];
        one.state.last_poll = one.state.last_success;
        one.source.url = format!("https://{n}.test/{evil}");
    }
    coverage.held_high = vec![HeldHigh {
        title: evil.to_owned(),
        source: SourceId::new(evil),
        link: Some("javascript:alert(1)".to_owned()),
        guards: vec![Guard::Hold(evil.to_owned()), Guard::NotWith(evil.to_owned())],
    }];
    coverage.held_high_count = 1;
    coverage.held_back = vec![(Guard::Other(evil.to_owned()), 3)];
    coverage.mentions = vec![(named("x", evil), 2)];
    let text = |title: &str| ItemText { title: title.to_owned(), ..ItemText::default() };
    let changed = Changed {
        item: ItemId::of(&["x"]),
        source: SourceId::new(evil),
        link: Some("javascript:alert(1)".to_owned()),
        old: text("before"),
        new: text(evil),
        at: at("2026-11-23T12:00:00Z"),
        told: true,
    };
    let record = record::Head { number: 1, hash: evil.to_owned() };
    let reader = one_reader(entry("Mei"));
    let notices = [pending];
    let refs: Vec<&PendingNotice> = notices.iter().collect();
    let edits = [evil.to_owned()];
    let changes = [changed];
    let mut base = input(&reader, &notices, &coverage);
    base.changed = &changes;
    base.watchlist_changes = &edits;
    base.record = Some(&record);
    base.rejected_edit = Some(evil);
    let left_out =
        [LeftOut { what: evil.to_owned(), why: evil.to_owned(), readers: vec!["Mei".to_owned()] }];
    base.left_out = &left_out;
    let outlets = Outlets::of(&coverage.sources);
    let ring = UrgentInput {
        reader: &reader,
        notices: &refs,
        n: 2,
        told: None,
        readers: &[],
        now: base.until,
        watchlist: 12,
        desk: base.desk,
        subjects: base.subjects,
        outlets: &outlets,
        delayed_since: Some(base.from),
        restored: None,
        last_of_hour: true,
        short: None,
        quoting: Quoting::Freely,
    };
    let hello = WelcomeInput {
        short: None,
        lines: None,
        quoting: Quoting::Freely,
        reader: &reader,
        vocabulary: &Vocabulary::default(),
        coverage: &coverage,
        recap: &notices,
        recap_from: base.from,
        since: base.from,
        now: base.until,
        watchlist: 12,
        desk: base.desk,
        subjects: base.subjects,
    };
    let zone = "America/New_York".parse().unwrap();
    let situation = Situation {
        sources: &coverage.sources,
        refused: Some(RefusedEdit { problems: evil, in_force: 1, seen: base.from }),
        late: Some(LateMails { count: 1, since: base.from, reply: evil, down: true }),
        ..Situation::calm(base.until, zone)
    };
    let part = InPart { version: 1, left_out: &left_out };
    let mut mails = vec![digest(&base), urgent(&ring), welcome(&hello)];
    mails.push(in_part(part, base.until, zone));
    mails.extend(in_part_for(part, &reader, base.until));
    mails.extend(at_once(&situation).into_iter().map(|mail| mail.content));
    mails.extend(daily(&situation));
    mails
}

#[test]
fn no_place_lets_anything_through() {
    let long = "漢".repeat(3_400);
    for evil in [
        "<script>alert(1)</script></title></style><img src=x onerror=\"x\">&\"'",
        "a\r\nBcc: x@y.z\r\n\r\n\0\u{1b}[31m\u{202e}gnp.exe\u{2066}\u{85}\u{2028}end",
        "مذكرة البيت الأبيض\u{202e} تتهم \u{2066}",
        "{{ 7 * 7 }}{% include 'x' %}=HYPERLINK(\"x\")",
        "=?utf-8?q?=0d=0aBcc:_x=40y.z?=",
        &long,
    ] {
        let mails = everywhere(evil);
        assert!(mails.len() >= 8, "{}", mails.len());
        for content in mails {
            assert_harmless(&content);
            assert!(content.html.len() < 80_000, "{}", content.html.len());
            assert!(content.subject.chars().count() < 400, "{}", content.subject);
            assert!(!content.text.contains("49") || !evil.contains('7'), "{}", content.text);
        }
    }
}

#[test]
fn an_item_without_words_or_link_is_told_all_the_same() {
    let bare = piece("", "", "").with(|one| {
        one.link = None;
        one.published = None;
        one.companies.clear();
        one.topics.clear();
    });
    for content in both(&bare) {
        assert!(content.text.contains("(no headline)") && content.text.contains("(no link)"));
        assert!(content.text.contains("published without a date"));
    }
    let body =
        piece(" \u{200b}", "Alibaba said so.", "https://a.org/").with(|one| one.title.clear());
    assert!(both(&body)[0].text.contains("(no headline) Alibaba said so."));
}

#[test]
fn a_date_from_the_future_cannot_jump_the_queue() {
    let honest = piece("Alibaba first", "one", "https://a.org/1");
    let liar = piece("Alibaba second", "two", "https://a.org/2").with(|one| {
        one.seen = at("2026-11-23T12:30:00Z");
        one.published = Some(at("2099-01-01T00:00:00Z"));
    });
    let reader = one_reader(entry("Mei"));
    let coverage = coverage("2026-11-23T12:52:00Z");
    let notices = [liar.pending(), honest.pending()];
    let text = digest(&input(&reader, &notices, &coverage)).text;
    assert!(text.contains("Alibaba: Alibaba first"), "{text}");
}

#[test]
fn cells_of_the_attached_list_are_text() {
    let mut tiny = entry("Mei");
    tiny.max_items = 1;
    let (reader, coverage) = (one_reader(tiny), coverage("2026-11-23T12:52:00Z"));
    let notices = [
        piece("=HYPERLINK(\"http://evil\",\"x\"), Alibaba", "a", "https://a.org/").pending(),
        piece("@Alibaba\r\n+1", "b", "javascript:x").pending(),
    ];
    let content = digest(&input(&reader, &notices, &coverage));
    let csv = String::from_utf8(content.attachments[0].bytes.clone()).unwrap();
    assert!(csv.contains("\"'=HYPERLINK(\"\"http://evil\"\",\"\"x\"\"), Alibaba\""), "{csv}");
    assert!(csv.contains("\"'@Alibaba +1\"") && !csv.contains("javascript"), "{csv}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_words_at_any_spans_make_a_harmless_mail(
        title in "\\PC{0,60}|.{0,60}", summary in ".{0,400}", link in "\\PC{0,40}",
        spans in prop::collection::vec((0_usize..420, 0_usize..420), 0..6), company in "\\PC{0,20}",
    ) {
        let piece = piece(&title, &summary, &link)
            .with(|one| one.companies = vec![named("x", &company)]);
        let mut pending = piece.pending();
        // Spans that no matcher would report must not bring a mail down.
        for (start, end) in spans {
            for field in [watchlistd::model::Field::Title, watchlistd::model::Field::Summary] {
                pending.alert.judgement.hits.push(watchlistd::model::Hit {
                    kind: EntityKind::Company, entity: "x".into(), term: "x".into(), field, start, end,
                });
            }
        }
        let (reader, coverage) = (one_reader(entry("Mei")), coverage("2026-11-23T12:52:00Z"));
        let notices = [pending];
        assert_harmless(&digest(&input(&reader, &notices, &coverage)));
    }
}
