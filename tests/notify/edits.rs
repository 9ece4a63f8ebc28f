//! What mails say of edits, late finds and the reader for whom they are: nothing that one alert says is
//! hidden by another, and each reader learns first what is theirs.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use watchlistd::model::alert::{Before, Words};
use watchlistd::model::mail::StoryTold;
use watchlistd::model::{EntityKind, ItemText, Mark, PendingNotice, Severity, Timestamp};
use watchlistd::notify::digest::digest;
use watchlistd::notify::reader::Reader;
use watchlistd::notify::urgent::{UrgentInput, urgent};
use watchlistd::notify::withheld::Quoting;
use watchlistd::notify::{Content, Subjects};

use super::mails::{NOW, input, outlets};
use super::make::{Piece, at, away, coverage, entry, list, named, one_reader, readers};

const SEEN: &str = "2026-11-23T12:20:00Z";

fn piece(title: &str) -> Piece {
    Piece::new("story", "scmp", title, SEEN)
}

/// Adds a company whose name stands in the text.
fn company(one: &mut Piece, id: &str, name: &str) {
    one.companies.push(named(id, name));
    one.companies.sort_by(|one, other| one.id.cmp(&other.id));
    one.words.push((EntityKind::Company, id.to_owned(), name.to_owned()));
}

fn flat(content: &Content) -> String {
    content.text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn digest_of(reader: &Reader, notices: &[PendingNotice]) -> Content {
    digest(&input(reader, notices, &coverage("2026-11-23T12:52:00Z")))
}

fn ring(reader: &Reader, notices: &[PendingNotice], n: u32, told: &BTreeSet<String>) -> Content {
    let topics = BTreeSet::from(["delisting".to_owned()]);
    let told = StoryTold { companies: told.clone(), topics, severity: Severity::High };
    follow_up(reader, notices, n, &told)
}

fn follow_up(reader: &Reader, notices: &[PendingNotice], n: u32, told: &StoryTold) -> Content {
    let notices: Vec<&PendingNotice> = notices.iter().collect();
    urgent(&UrgentInput {
        short: None,
        quoting: Quoting::Freely,
        reader,
        readers: &[],
        notices: &notices,
        n,
        told: Some(told),
        now: at(NOW),
        watchlist: 12,
        desk: "desk@bank.com",
        subjects: Subjects::Full,
        outlets: outlets(),
        delayed_since: None,
        restored: None,
        last_of_hour: false,
    })
}

/// The same item at its second revision, first seen at `SEEN`, edited at 07:36 in New York.
fn edited(old: &PendingNotice, new: &Piece) -> PendingNotice {
    let mut pending = new.pending();
    pending.item.id = old.item.id.clone();
    pending.alert.item = old.item.id.clone();
    (pending.item.revision, pending.alert.revision) = (2, 2);
    pending.item.first_seen = at("2026-11-23T12:36:00Z");
    pending.alert.marks = vec![Mark::Updated, Mark::BringsMore];
    pending.before = Some(Before {
        first_seen: Some(old.item.first_seen),
        words: Words::Whole(old.item.text.clone()),
        alert: Some(old.alert.clone()),
    });
    pending
}

#[test]
fn a_late_find_in_an_item_that_is_owed_anyway_is_shown_with_it() {
    let reader = one_reader(entry("Mei"));
    let owed = piece("Alibaba and Goofy Drones to be delisted")
        .with(|one| one.severity = Severity::Medium);
    let late = owed.clone().with(|one| {
        company(one, "goofy", "Goofy Drones");
        one.topics.push(named("sanctions", "Sanctions"));
        one.severity = Severity::High;
        one.marks = vec![Mark::Late];
    });
    let (owed, mut late) = (owed.pending(), late.pending());
    late.alert.id = watchlistd::model::AlertId::of(&["late"]);
    late.alert.at = owed.alert.at.plus(Duration::from_secs(60));
    late.alert.judgement.companies.retain(|one| &*one.id == "goofy");
    late.alert.judgement.reasons[0].words =
        "late: not matched on 23 Nov: Goofy Drones missing".into();
    for notices in [[owed.clone(), late.clone()], [late.clone(), owed.clone()]] {
        let content = digest_of(&reader, &notices);
        let text = flat(&content);
        assert!(content.subject.contains("1 high"), "{}", content.subject);
        for words in [
            "1 item in 1 story",
            "Also names: Goofy Drones",
            "Sanctions",
            "late: found by a newer term",
            "Why: late: not matched on 23 Nov",
            "Why: Alibaba (\"Alibaba\", title)",
        ] {
            assert!(text.contains(words), "{words}: {text}");
        }
    }
    // What was sent before is not all that is in it.
    let mut sent = owed;
    sent.alert.marks = vec![Mark::SentEarlier];
    let text = flat(&digest_of(&reader, &[sent, late]));
    assert!(text.contains("late: found") && !text.contains("already sent"), "{text}");
}

#[test]
fn an_edit_that_alerts_shows_old_and_new_and_keeps_its_first_instant() {
    let reader = one_reader(entry("Mei"));
    let old =
        piece("Exchange moves to delist Alibaba and SMIC").with(|one| company(one, "smic", "SMIC"));
    let new = piece("Exchange moves to delist Alibaba and ZTE").with(|one| {
        company(one, "zte", "ZTE");
        one.topics.push(named("export-controls", "Export controls"));
    });
    let was = old.pending();
    let is = edited(&was, &new);
    // A copy of the old words still names who was taken out.
    let copy = Piece { source: "nikkei".to_owned(), ..old.clone() }.with(|one| {
        one.seen = one.seen.plus(Duration::from_secs(60));
    });
    let mut copy = copy.pending();
    copy.alert.copy_of = Some(is.item.id.clone());
    let content = digest_of(&reader, &[is.clone(), copy]);
    let text = flat(&content);
    for words in [
        "published Mon 23 Nov 07:12 EST, first seen 07:20, edited 07:36",
        "Edited: headline “…delist Alibaba and SMIC” → “…delist Alibaba and ZTE”",
        "Edited: now names ZTE",
        "Edited: no longer names SMIC",
        "Edited: now on Export controls",
        "Also names: ZTE Topics",
        "2 items (1 of them edited) in 1 story",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(content.html.contains("no longer names SMIC"));
    let told = BTreeSet::from(["alibaba".to_owned(), "smic".to_owned()]);
    let mail = ring(&reader, &[is], 2, &told);
    assert!(
        flat(&mail).contains("1 item edited since the last mail on this story"),
        "{}",
        mail.text
    );
    assert!(flat(&mail).contains("New in it: ZTE."), "{}", mail.text);
}

#[test]
fn an_edit_whose_old_words_are_gone_says_only_that_it_is_one() {
    let reader = one_reader(entry("Mei"));
    let was = piece("SEC weighs a step").pending();
    let mut is = edited(&was, &piece("SEC to delist Alibaba"));
    let said = |is: &PendingNotice| flat(&digest_of(&reader, std::slice::from_ref(is)));
    let mut before = Before {
        first_seen: Some(was.item.first_seen),
        words: Words::Title("SEC weighs a step".to_owned()),
        alert: None,
    };
    is.before = Some(before.clone());
    let text = said(&is);
    let words = "Edited: headline “SEC weighs a step” → “SEC to delist Alibaba”";
    assert!(text.contains(words) && !text.contains("Edited: summary"), "{text}");
    (before.first_seen, before.words) = (None, Words::Gone);
    is.before = Some(before);
    let text = said(&is);
    assert!(text.contains("published Mon 23 Nov 07:12 EST, edited 07:36"), "{text}");
    assert!(!text.contains("first seen") && !text.contains("Edited: "), "{text}");
}

#[test]
fn the_attached_list_says_when_an_edited_item_was_first_seen() {
    let reader = one_reader(watchlistd::model::ReaderEntry { max_items: 1, ..entry("Mei") });
    let was = piece("SEC to delist Alibaba").pending();
    let is = edited(&was, &piece("SEC to delist Alibaba now"));
    let other = Piece::new("other", "nikkei", "Others delist Alibaba", SEEN).pending();
    let content = digest_of(&reader, &[is, other]);
    let csv = String::from_utf8(content.attachments[0].bytes.clone()).unwrap();
    assert!(!csv.contains("12:36"), "{csv}");
    assert_eq!(csv.matches("2026-11-23T12:20:00").count(), 2, "{csv}");
}

#[test]
fn a_reader_s_own_company_stands_first_with_its_reason() {
    let both = piece("Exchange moves to delist Alibaba and SMIC")
        .with(|one| company(one, "smic", "SMIC"))
        .pending();
    let told = BTreeSet::new();
    let mut wants = entry("Mei");
    wants.companies = list(&["smic"]);
    let by_company = wants.clone();
    wants.companies = Vec::new();
    wants.groups = list(&["chips"]);
    for wants in [by_company, wants] {
        let reader = one_reader(wants);
        let mail = ring(&reader, std::slice::from_ref(&both), 1, &told);
        assert!(mail.subject.starts_with("[HIGH] SMIC: "), "{}", mail.subject);
        let text = flat(&mail);
        for words in
            ["HIGH – SMIC", "Also names: Alibaba", "Why: you asked for SMIC (\"SMIC\", title)"]
        {
            assert!(text.contains(words), "{words}: {text}");
        }
    }
    let all = one_reader(entry("Mei"));
    assert!(ring(&all, &[both], 1, &told).subject.starts_with("[HIGH] Alibaba: "));
}

#[test]
fn a_follow_up_names_whom_it_brings() {
    let reader = one_reader(entry("Mei"));
    let more = piece("Memo on Alibaba also names Tencent, delist both").with(|one| {
        company(one, "tencent", "Tencent");
        one.marks = vec![Mark::BringsMore];
    });
    let told = BTreeSet::from(["alibaba".to_owned()]);
    let mail = ring(&reader, &[more.pending()], 2, &told);
    assert!(mail.subject.starts_with("[HIGH] Tencent: "), "{}", mail.subject);
    let text = flat(&mail);
    for words in [
        "New in it: Tencent.",
        "Why: new in this story: Tencent (\"Tencent\", title)",
        "brings something new",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let before = StoryTold {
        companies: told.clone(),
        topics: BTreeSet::from(["export-controls".to_owned()]),
        severity: Severity::Medium,
    };
    let text = flat(&follow_up(&reader, &[more.pending()], 2, &before));
    let words = "New in it: Tencent. New topic: Delisting. Now high, medium before.";
    assert!(text.contains(words), "{text}");
    // To who hears of the story for the first time nothing in it is more than anything else.
    let first = ring(&reader, &[more.pending()], 1, &BTreeSet::new());
    assert!(first.subject.starts_with("[HIGH] Alibaba: "), "{}", first.subject);
    assert!(!first.text.contains("brings something new"), "{}", first.text);
}

#[test]
fn a_copy_that_leads_is_called_one() {
    let reader = one_reader(entry("Mei"));
    let copy =
        piece("SEC to delist Alibaba").with(|one| one.copy_of = Some("elsewhere".to_owned()));
    let text = flat(&digest_of(&reader, &[copy.pending()]));
    assert_eq!(text.matches("same text as an earlier item").count(), 2, "{text}");
    let first = Piece {
        seen: at(SEEN).plus(Duration::from_secs(600)),
        ..piece("SEC to delist Alibaba, it says")
    };
    let first = Piece { source: "nikkei".to_owned(), ..first }.pending();
    let mut copy = copy.pending();
    copy.alert.copy_of = Some(first.item.id.clone());
    let text = flat(&digest_of(&reader, &[copy, first]));
    assert!(text.contains("! same text as Nikkei Asia"), "{text}");
}

#[test]
fn more_items_of_an_outlet_are_no_reports_of_others() {
    let reader = one_reader(entry("Mei"));
    let of = |source: &str, n: u64| {
        let title = "SEC to delist Alibaba";
        let piece = Piece { seen: at(SEEN).plus(Duration::from_secs(n * 60)), ..piece(title) };
        Piece { source: source.to_owned(), ..piece }.pending()
    };
    let text = digest_of(&reader, &[of("scmp", 0), of("scmp", 1)]).text;
    assert!(text.contains("More from there") && !text.contains("Also reported by"), "{text}");
    let text = digest_of(&reader, &[of("scmp", 0), of("scmp", 1), of("nikkei", 2)]).text;
    assert!(text.contains("Also reported by"), "{text}");
}

#[test]
fn a_clock_that_was_never_set_is_no_date() {
    let reader = one_reader(entry("Mei"));
    let piece =
        piece("SEC to delist Alibaba").with(|one| one.published = Some(Timestamp::from_millis(0)));
    let text = flat(&digest_of(&reader, &[piece.pending()]));
    assert!(text.contains("published without a date") && !text.contains("1970"), "{text}");
    assert!(!text.contains("1969"), "{text}");
}

#[test]
fn a_long_headline_is_cut_around_what_matched() {
    let reader = one_reader(entry("Mei"));
    let title = format!(
        "{}the SEC moves to delist Alibaba",
        "Weather and football in all parts. ".repeat(9)
    );
    let content = digest_of(&reader, &[piece(&title).pending()]);
    assert!(flat(&content).contains("moves to *delist* *Alibaba*"), "{}", content.text);
}

#[test]
fn who_stands_in_is_told_for_whom() {
    let mut mei = entry("Mei");
    mei.away = Some(away("2026-11-20", "2027-01-06", Some("Kim")));
    let mut kim = entry("Kim");
    kim.companies = list(&["smic"]);
    let all = readers(&[mei, kim]);
    let hers = piece("SEC to delist Alibaba").pending();
    let own = Piece::new("own", "nikkei", "SEC to delist SMIC", SEEN).with(|one| {
        one.companies.clear();
        company(one, "smic", "SMIC");
    });
    let (notices, coverage) = ([hers.clone(), own.pending()], coverage("2026-11-23T12:52:00Z"));
    let mut base = input(&all[1], &notices, &coverage);
    base.readers = &all;
    let text = flat(&digest(&base));
    let words = "For Mei, who is away until 6 Jan: “SEC to delist Alibaba”.";
    assert!(text.contains(words), "{text}");
    base.until = at("2027-01-07T12:52:00Z");
    let text = flat(&digest(&base));
    let over = "For Mei, who was away until 6 Jan: “SEC to delist Alibaba”.";
    assert!(text.contains(over), "{text}");
    let refs = [&hers];
    let mail = UrgentInput {
        short: None,
        quoting: Quoting::Freely,
        reader: &all[1],
        readers: &all,
        notices: &refs,
        n: 1,
        told: None,
        now: at(NOW),
        watchlist: 12,
        desk: "desk@bank.com",
        subjects: Subjects::Full,
        outlets: outlets(),
        delayed_since: None,
        restored: None,
        last_of_hour: false,
    };
    assert!(flat(&urgent(&mail)).contains(words));
    let own = [&notices[1]];
    assert!(!urgent(&UrgentInput { notices: &own, ..mail }).text.contains("SOMEBODY"));
}

#[test]
fn categories_that_were_edited_are_named() {
    let was = piece("SEC to delist Alibaba").pending();
    let mut is = edited(&was, &piece("SEC to delist Alibaba"));
    let text = |word: &str| ItemText { categories: vec![word.to_owned()], ..was.item.text.clone() };
    is.item.text = text("Sanctions");
    is.before.as_mut().unwrap().words = Words::Whole(text("Sport"));
    is.alert.judgement.topics.push(watchlistd::model::Named {
        id: Arc::from("sanctions"),
        name: Arc::from("Sanctions"),
        note: None,
    });
    let text = flat(&digest_of(&one_reader(entry("Mei")), &[is]));
    assert!(text.contains("Edited: categories “Sport” → “Sanctions”"), "{text}");
    assert!(text.contains("Edited: now on Sanctions"), "{text}");
}

/// An item that is edited several times before a digest: all that it settles stands in it.
#[test]
fn every_alert_that_a_digest_settles_is_named_in_it() {
    let reader = one_reader(entry("Mei"));
    let first = piece("SEC to delist SMIC").with(|one| {
        one.companies = Vec::new();
        company(one, "smic", "SMIC");
    });
    let second = piece("SEC to delist Hikvision").with(|one| {
        one.companies = Vec::new();
        company(one, "hikvision", "Hikvision");
    });
    let third = piece("SEC opens investigation of Dahua").with(|one| {
        one.companies = Vec::new();
        company(one, "dahua", "Dahua");
        one.severity = Severity::Medium;
    });
    let was = first.pending();
    let then = edited(&was, &second);
    let mut is = edited(&was, &third);
    (is.item.revision, is.alert.revision) = (3, 3);
    is.item.first_seen = at("2026-11-23T12:48:00Z");
    is.before =
        then.before.clone().map(|before| Before { alert: Some(then.alert.clone()), ..before });
    for all in [[was.clone(), then.clone(), is.clone()], [is.clone(), then, was.clone()]] {
        let content = digest_of(&reader, &all);
        let text = flat(&content);
        for words in [
            "1. HIGH Dahua",
            "Also names: SMIC · Hikvision",
            "at 07:20 it named SMIC, high; edited 07:36",
            "at 07:36 it named Hikvision, high; edited 07:48",
            "headline “SEC to delist SMIC” → “SEC opens investigation of Dahua”",
            "no longer names SMIC",
            "was high, is medium",
        ] {
            assert!(text.contains(words), "{words}: {text}");
        }
        assert!(content.subject.contains("1 high"), "{}", content.subject);
    }
    // What an urgent mail told stands there as the beginning, and is told by no one twice.
    let mut told = was;
    told.alert.marks.push(Mark::SentEarlier);
    let text = flat(&digest_of(&reader, &[is, told]));
    assert!(text.contains("no longer names Hikvision") && !text.contains("it named"), "{text}");
}

/// A copy of what was told leads over nothing that was not.
#[test]
fn a_copy_of_what_is_in_no_mail_of_now_does_not_lead() {
    let reader = one_reader(entry("Mei"));
    let copy =
        piece("SEC to delist Alibaba").with(|one| one.copy_of = Some("elsewhere".to_owned()));
    let seen = at(SEEN).plus(Duration::from_secs(600));
    let news = Piece { seen, ..piece("White House was not told of Alibaba vote") };
    let news = Piece { source: "nikkei".to_owned(), ..news };
    let both = [copy.pending(), news.pending()];
    let mail = ring(&reader, &both, 2, &BTreeSet::from(["alibaba".to_owned()]));
    assert!(mail.subject.contains("White House was not told"), "{}", mail.subject);
    let text = flat(&digest_of(&reader, &both));
    assert!(text.contains("1. HIGH Alibaba: White House was not told"), "{text}");
    let official = copy.with(|one| one.official = true);
    let both = [official.pending(), news.pending()];
    let mail = ring(&reader, &both, 2, &BTreeSet::from(["alibaba".to_owned()]));
    assert!(mail.subject.contains("SEC to delist"), "{}", mail.subject);
}
