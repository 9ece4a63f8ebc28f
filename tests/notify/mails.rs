//! The mails as people see them. Each sample is kept whole, text and HTML, so that a change of a
//! word or a colour shows in the review; `tests/notify/snapshots` can be opened in a browser.

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

fn memo(source: &str, title: &str, seen: &str) -> Piece {
    Piece::new("memo", source, title, seen).with(|one| {
        one.companies = vec![named("alibaba", "Alibaba")];
        one.topics = vec![
            named("delisting", "Delisting"),
            named("military-civil-fusion", "Military-civil fusion"),
        ];
        for (kind, entity, word) in [
            (EntityKind::Company, "alibaba", "阿里巴巴"),
            (EntityKind::Topic, "military-civil-fusion", "military-civil fusion"),
            (EntityKind::Topic, "military-civil-fusion", "PLA"),
            (EntityKind::Topic, "military-civil-fusion", "解放军"),
        ] {
            one.words.push((kind, entity.to_owned(), word.to_owned()));
        }
    })
}

/// A memo in several outlets and languages, and a smaller story beside it.
pub(crate) fn monday() -> Vec<PendingNotice> {
    let mut pieces = vec![
        memo("scmp", "White House memo alleges Alibaba helps PLA target the US", "2026-11-23T12:20:00Z").with(|one| {
            one.summary = "A memo seen by reporters says that Alibaba hands customer data to the PLA and \
                names military-civil fusion as the aim. The company calls the claims nonsense. Two \
                lawmakers urge the SEC to delist its shares, which fell 4 per cent in New York before \
                trading was halted for an hour."
                .to_owned();
        }),
        memo("house-select-committee", "Chairmen ask SEC to delist Alibaba", "2026-11-23T12:41:00Z").with(|one| {
            one.official = true;
            one.marks = vec![Mark::NowOfficial];
            one.summary = "The chairmen today asked the Securities and Exchange Commission to delist \
                Alibaba Group Holding Limited (NYSE: BABA), citing its support for military-civil fusion."
                .to_owned();
            one.rule = Some(("China tech delisting".to_owned(), vec!["Mei".to_owned()]));
        }),
        memo("caixin", "白宫备忘录指阿里巴巴协助解放军，议员促美证交会除牌", "2026-11-23T12:50:00Z").with(|one| {
            one.summary = "一份白宫备忘录指称，阿里巴巴向解放军提供客户数据。公司否认指控，称其毫无根据。两名议员促请美国证交会将其股票摘牌。".to_owned();
            one.published = None;
            one.lang = Some("zh-CN".to_owned());
        }),
    ];
    for n in 0..6 {
        let seen = format!("2026-11-23T12:5{n}:30Z");
        let outlet =
            ["reuters-china", "ap-business", "nikkei", "handelsblatt", "le-monde", "yonhap"][n];
        pieces.push(
            memo(outlet, "White House memo alleges Alibaba helps PLA target the US", &seen)
                .with(|one| one.copy_of = (n < 3).then(|| "scmp".to_owned())),
        );
    }
    pieces.push(
        Piece::new(
            "fab",
            "digitimes",
            "SMIC loses export licence for a fab in Shenzhen",
            "2026-11-22T07:05:00Z",
        )
        .with(|one| {
            one.severity = Severity::Medium;
            one.companies = vec![named("smic", "SMIC"), named("huawei", "Huawei")];
            one.companies[0].note = Some(Arc::from("On the Entity List since December 2020"));
            one.topics = vec![named("export-controls", "Export controls")];
            one.words = vec![
                (EntityKind::Company, "smic".into(), "SMIC".into()),
                (EntityKind::Company, "huawei".into(), "Huawei".into()),
                (EntityKind::Topic, "export-controls".into(), "export licence".into()),
            ];
            one.summary =
                "SMIC may no longer import tools for its Shenzhen line, from which Huawei buys. \
            The company had held the export licence since 2021."
                    .to_owned();
        }),
    );
    pieces.push(
        Piece::new(
            "old",
            "bis-press",
            "Rule adds forty firms to the Entity List",
            "2026-11-21T09:00:00Z",
        )
        .with(|one| {
            one.severity = Severity::Medium;
            one.official = true;
            one.companies.clear();
            one.topics = vec![named("export-controls", "Export controls")];
            one.words = vec![(EntityKind::Topic, "export-controls".into(), "Entity List".into())];
            one.marks = vec![Mark::AlreadyThere];
            one.link = Some("ftp://ftp.bis-press.org/rule.txt".to_owned());
            one.undelivered = true;
        }),
    );
    pieces.iter().map(Piece::pending).collect()
}

/// Coverage with everything that can be said about it.
fn poor_coverage() -> Coverage {
    let mut coverage = coverage("2026-11-23T12:52:00Z");
    let mut failing = source("ofac", true, "2026-11-21T07:40:00Z");
    failing.state.health = Health::Failing;
    failing.state.since = at("2026-11-21T08:10:00Z");
    failing.state.error = Some("HTTP 503 Service Unavailable".to_owned());
    let mut silent = source("mofcom", true, "2026-11-23T12:30:00Z");
    silent.state.health = Health::Silent;
    silent.state.since = at("2026-11-12T08:10:00Z");
    coverage.sources.truncate(40);
    coverage.sources.push(failing);
    coverage.sources.push(silent);
    coverage.gaps.push(Gap {
        source: SourceId::new("source-13"),
        from: at("2026-11-22T02:00:00Z"),
        until: at("2026-11-22T09:30:00Z"),
    });
    coverage.mentions = vec![
        (named("alibaba", "Alibaba"), 31),
        (named("huawei", "Huawei"), 12),
        (named("smic", "SMIC"), 1),
    ];
    coverage.held_back = vec![
        (Guard::NotWith("price target".into()), 14),
        (Guard::Weak, 122),
        (Guard::Hold("quarterly results".into()), 3),
        (Guard::Inside("Alibaba Cloud Day".into()), 2),
        (Guard::Case, 1),
        (Guard::NeverInItem("gray wolf".into()), 1),
        (Guard::OnlyWith(vec!["retailer".into(), "TGT".into()]), 1),
    ];
    coverage.held_high = vec![
        HeldHigh {
            title: "Analyst: what a delisting of Alibaba would mean".to_owned(),
            source: SourceId::new("reuters-china"),
            link: Some("https://www.reuters-china.org/opinion/7".to_owned()),
            guards: vec![Guard::Hold("talk, not an act".into())],
        },
        HeldHigh {
            title: "阿里巴巴云日除牌演示".to_owned(),
            source: SourceId::new("caixin"),
            link: None,
            guards: vec![Guard::Inside("Alibaba Cloud Day".into()), Guard::Weak],
        },
    ];
    coverage.held_high_count = 4;
    coverage.baselined = 340;
    coverage
}

/// Two items of the last digest whose publishers changed them.
fn changed() -> Vec<Changed> {
    let text = |title: &str, summary: &str| ItemText {
        title: title.to_owned(),
        summary: summary.to_owned(),
        ..ItemText::default()
    };
    let one = |source: &str, old: ItemText, new: ItemText| Changed {
        item: ItemId::of(&[source]),
        source: SourceId::new(source),
        link: Some(format!("https://www.{source}.org/2")),
        old,
        new,
        at: at("2026-11-22T10:00:00Z"),
        told: true,
    };
    vec![
        one(
            "scmp",
            text("Alibaba to be delisted in July, says SEC", ""),
            text("Alibaba may be delisted in July, says SEC", ""),
        ),
        one(
            "nikkei",
            text("SMIC orders halted", "Orders of 400 million dollars were halted on Friday."),
            text("SMIC orders halted", "Orders of 40 million dollars were halted on Friday."),
        ),
    ]
}

fn read(text: &str) -> watchlistd::model::watchlist::WatchlistEntries {
    let files = BTreeMap::from([("watchlist.toml".to_owned(), text.to_owned())]);
    let files = Files::from_texts(Path::new("/none"), files);
    watchlistd::config::parse(&files, &Environment::default()).watchlist
}

fn said_of(old: &WatchlistEntries, new: &WatchlistEntries) -> Vec<String> {
    watchlist_changes(old, new, &renamed_entries(old, new))
}

/// What an edit of two files says.
fn watchlist_edits() -> Vec<String> {
    let old = read(
        "[[company]]\nname = \"Alibaba\"\naliases = [\"Ali\"]\n[[company]]\nname = \"Old Co\"\n\
         [[topic]]\nname = \"Delisting\"\nterms = [\"delist\"]\n",
    );
    let new = read(
        "# moved by a line\n[[company]]\nname = \"SMIC\"\n[[company]]\nname = \"Alibaba\"\n\
         aliases = [\"阿里巴巴\"]\ntickers = [\"NYSE:BABA\"]\n[[topic]]\nname = \"Delisting\"\n\
         terms = [\"delist\"]\nseverity = \"high\"\n[[rule]]\nname = \"All\"\nwhen = \"company:*\"\n\
         severity = \"medium\"\n",
    );
    assert!(said_of(&old, &old).is_empty());
    said_of(&old, &new)
}

#[test]
fn edits_of_the_watchlist_are_told_by_entry() {
    assert_eq!(
        watchlist_edits(),
        [
            "Company “Alibaba”: names added: “阿里巴巴”; names removed: “Ali”; tickers added: “NYSE:BABA”",
            "Company added: “SMIC”",
            "Company removed: “Old Co”",
            "Topic “Delisting”: its severity or guards changed",
            "Rule added: “All”",
        ]
    );
}

#[test]
fn a_search_that_is_broken_into_lines_is_no_change() {
    let of = |search: &str| {
        read(&format!(
            "[[topic]]\nname = \"Curbs\"\nsearch = [\"\"\"{search}\"\"\"]\n\
             [[rule]]\nname = \"R\"\nwhen = \"\"\"{search}\"\"\"\nseverity = \"high\"\n"
        ))
    };
    let (old, new) = (of("ban NEAR/4 (chip OR GPU)"), of("ban\n  NEAR/4 (chip\n  OR GPU)"));
    assert_eq!(said_of(&old, &new), Vec::<String>::new());
    assert_eq!(said_of(&old, &of("ban NEAR/5 (chip OR GPU)")).len(), 2);
}

#[test]
fn an_id_that_was_written_makes_no_new_entry_and_a_silence_is_told() {
    let old = read("[[company]]\nname = \"Huawei\"\n");
    let new = read("[[company]]\nid = \"huawei\"\nname = \"Huawei\"\naliases = [\"HW Tech\"]\n");
    let muted = read(
        "[[company]]\nid = \"huawei\"\nname = \"Huawei\"\n\
         aliases = [{ name = \"HW Tech\", muted_until = 2026-12-31 }]\n",
    );
    assert_eq!(said_of(&old, &new), ["Company “Huawei”: names added: “HW Tech”"]);
    assert_eq!(said_of(&new, &muted), ["Company “Huawei”: “HW Tech” muted until 2026-12-31"]);
    assert_eq!(
        said_of(&muted, &new),
        ["Company “Huawei”: no longer “HW Tech” muted until 2026-12-31"]
    );
}

#[test]
fn another_id_is_told_as_that() {
    let old = read(
        "[[company]]\nname = \"Huawei\"\n[[company]]\nid = \"smic\"\nname = \"SMIC\"\n\
         [[topic]]\nname = \"Curbs\"\nterms = [\"curb\"]\n[[company]]\nname = \"ZTE\"\n",
    );
    let new = read(
        "[[company]]\nname = \"Huawei Technologies\"\naliases = [\"Huawei\"]\n\
         [[company]]\nid = \"cn-smic\"\nname = \"SMIC\"\n\
         [[topic]]\nname = \"Export curbs\"\nterms = [\"curb\"]\n[[company]]\nname = \"Zhongxing\"\n",
    );
    let goes = "history, filters and reports go by id";
    assert_eq!(
        said_of(&old, &new),
        [
            format!(
                "Company “Huawei Technologies”: its id changed from huawei to huawei-technologies: \
                 {goes}; names added: “Huawei Technologies”"
            ),
            "Company added: “Zhongxing”".to_owned(),
            format!("Company “SMIC”: its id changed from smic to cn-smic: {goes}"),
            "Company removed: “ZTE”".to_owned(),
            format!("Topic “Export curbs”: its id changed from curbs to export-curbs: {goes}"),
        ]
    );
    assert_eq!(said_of(&new, &new), Vec::<String>::new());
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
fn an_urgent_mail_tells_one_story() {
    let (reader, notices) = (one_reader(entry("Mei")), monday());
    let first: Vec<&PendingNotice> = notices.iter().take(1).collect();
    let content = urgent(&urgent_input(&reader, &first));
    assert_eq!(
        content.subject,
        "[HIGH] Alibaba: White House memo alleges Alibaba helps PLA target the US (South China Morning Post)"
    );
    keep("urgent", &content);
    let all: Vec<&PendingNotice> = notices.iter().take(9).collect();
    let mut follow_up = urgent_input(&reader, &all);
    follow_up.n = 2;
    assert_eq!(
        urgent(&follow_up).subject,
        "[HIGH] Alibaba: Chairmen ask SEC to delist Alibaba (follow-up, House Select Committee +8)"
    );
    let text = urgent(&follow_up).text.replace('\n', " ");
    assert!(text.contains("9 more items since the last mail on this story"));
    let folded: Vec<&PendingNotice> = notices.iter().collect();
    assert_eq!(
        urgent(&urgent_input(&reader, &folded)).subject,
        "[HIGH] 3 stories: Alibaba, SMIC, Export controls"
    );
}

#[test]
fn an_urgent_mail_attaches_what_it_cannot_list() {
    let notices: Vec<PendingNotice> = (0..60)
        .map(|n| {
            memo(&format!("outlet-{n}"), &format!("Memo {n} on Alibaba"), "2026-11-23T12:20:00Z")
        })
        .map(|piece| piece.pending())
        .collect();
    let refs: Vec<&PendingNotice> = notices.iter().collect();
    let content = urgent(&urgent_input(&one_reader(entry("Mei")), &refs));
    assert!(content.subject.ends_with("+59)"), "{}", content.subject);
    assert!(content.text.contains("45 of 60 items are told below."));
    let csv = String::from_utf8(content.attachments[0].bytes.clone()).unwrap();
    assert_eq!(csv.matches("\r\n").count(), 61);
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
