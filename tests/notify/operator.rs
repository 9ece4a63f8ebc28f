//! The operator's mails: what is told at once, what once a day, and what is not told at all.

use std::time::Duration;

use watchlistd::model::alert::MeantFor;
use watchlistd::model::source::SourceState;
use watchlistd::model::{Health, Recovered, SourceCoverage, Timestamp};
use watchlistd::notify::operator::{
    DiskLow, LateMails, NetworkOut, OperatorMail, RefusedEdit, Situation, StuckMail, at_once,
    daily, unrouted,
};

use super::mails::{NOW, keep};
use super::make::{at, source};

const HOUR: Duration = Duration::from_secs(3600);

fn calm() -> Situation<'static> {
    Situation::calm(at(NOW), "America/New_York".parse().unwrap())
}

/// Twenty sources, all well.
fn sources() -> Vec<SourceCoverage> {
    (0..20)
        .map(|n| {
            let mut one = source(&format!("source-{n}"), n < 5, NOW);
            one.state.last_poll = Some(at(NOW));
            one
        })
        .collect()
}

fn fails(one: &mut SourceCoverage, hours: u32) {
    let state: &mut SourceState = &mut one.state;
    state.health = Health::Failing;
    state.since = at(NOW).minus(HOUR * hours);
    state.error = Some("HTTP 503 Service Unavailable".to_owned());
}

fn subjects(mails: &[OperatorMail]) -> Vec<&str> {
    mails.iter().map(|one| one.content.subject.as_str()).collect()
}

fn keys(mails: &[OperatorMail]) -> Vec<&str> {
    mails.iter().map(|one| one.key.as_str()).collect()
}

#[test]
fn nothing_wrong_is_no_mail() {
    let sources = sources();
    let situation = Situation { sources: &sources, ..calm() };
    assert!(at_once(&situation).is_empty());
    assert!(daily(&situation).is_none());
}

#[test]
fn an_official_source_is_told_at_once_after_six_hours_and_under_one_key() {
    let mut sources = sources();
    fails(&mut sources[0], 5);
    fails(&mut sources[19], 40);
    let mails = at_once(&Situation { sources: &sources, ..calm() });
    assert!(mails.is_empty(), "{:?}", subjects(&mails));
    fails(&mut sources[0], 7);
    let mails = at_once(&Situation { sources: &sources, ..calm() });
    assert_eq!(subjects(&mails), ["[watchlistd] source-0 (official) failing for over 6 hours"]);
    let later = Situation { now: at(NOW).plus(HOUR * 30), sources: &sources, ..calm() };
    assert_eq!(keys(&at_once(&later)), keys(&mails), "the same trouble is the same occasion");
}

#[test]
fn an_official_source_that_has_emptied_is_told_as_one_that_fails() {
    let mut sources = sources();
    for at_most in [0, 19] {
        sources[at_most].state.health = Health::Empty;
        sources[at_most].state.since = at(NOW).minus(HOUR * 7);
        sources[at_most].state.habit.items = 40;
    }
    // One that never had any is as it always was.
    sources[1].state.health = Health::Empty;
    sources[1].state.since = at(NOW).minus(HOUR * 7);
    let mails = at_once(&Situation { sources: &sources, ..calm() });
    assert_eq!(
        subjects(&mails),
        ["[watchlistd] source-0 (official) without items for over 6 hours"]
    );
    assert!(mails[0].content.text.contains("\nsource-0 (official)"), "{}", mails[0].content.text);
}

#[test]
fn one_mailbox_that_defers_holds_up_nobody_else() {
    let late = |down| LateMails {
        count: 1,
        since: at(NOW).minus(HOUR * 2),
        reply: "451 greylisted",
        down,
    };
    for (down, words) in
        [(true, "nothing new is sealed"), (false, "others are made and tried all the same")]
    {
        let mails = at_once(&Situation { late: Some(late(down)), ..calm() });
        let text = mails[0].content.text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(words), "{text}");
    }
}

#[test]
fn what_did_not_reach_a_reader_is_told_by_name() {
    let piece = super::make::Piece::new("s", "wire", "SEC to delist Alibaba", NOW);
    let to = |readers: &[(&str, bool)]| {
        let mut one = piece.pending();
        let meant = |(reader, told_since): &(&str, bool)| MeantFor {
            reader: (*reader).to_owned(),
            told_since: *told_since,
        };
        one.meant_for = readers.iter().map(meant).collect();
        unrouted(&[one], at(NOW), calm().zone)
    };
    for (readers, subject, line) in [
        (&[][..], "1 alert for no reader", "(wire)"),
        (&[("Mei", false)][..], "1 alert did not reach Mei", "was for Mei\n"),
        (
            &[("Jo", true), ("Mei", false)][..],
            "1 alert did not reach Mei",
            "was for Jo (told since), Mei\n",
        ),
        (&[("Jo", true)][..], "1 alert reached a reader late", "was for Jo (told since)\n"),
    ] {
        let content = to(readers);
        assert_eq!(content.subject, format!("[watchlistd] {subject}"));
        assert!(content.text.replace("\n  ", " ").contains(line), "{}", content.text);
    }
}

#[test]
fn many_at_once_are_one_mail_and_a_network_that_is_out_blames_nobody() {
    let mut sources = sources();
    for one in &mut sources[..2] {
        fails(one, 9);
    }
    let mails = at_once(&Situation { sources: &sources, ..calm() });
    assert_eq!(mails.len(), 2, "10 % is not over 10 %: {:?}", subjects(&mails));
    for one in &mut sources[2..6] {
        fails(one, 9);
    }
    let mails = at_once(&Situation { sources: &sources, ..calm() });
    assert_eq!(subjects(&mails), ["[watchlistd] 6 of 20 sources failing"]);
    assert_eq!(keys(&mails), ["operator:many:2026-11-23"]);

    let out = NetworkOut { from: at(NOW).minus(HOUR), until: None };
    let mails = at_once(&Situation { sources: &sources, network: Some(out), ..calm() });
    assert_eq!(subjects(&mails), ["[watchlistd] our own network is out"]);
    let over = NetworkOut { until: Some(at(NOW)), ..out };
    let over = at_once(&Situation { network: Some(over), ..calm() });
    assert_eq!(keys(&over), keys(&mails), "told once, whether during or after");
    assert!(over[0].content.text.contains("from Mon 23 Nov 07:00 EST to Mon 23 Nov 08:00 EST"));
}

/// The official ones are a tenth of a large list, so the rule for many does not speak for them.
#[test]
fn several_official_sources_share_a_mail() {
    let mut many: Vec<SourceCoverage> = (0..100)
        .map(|n| {
            let mut one = source(&format!("source-{n}"), n < 5, NOW);
            one.state.last_poll = Some(at(NOW));
            one
        })
        .collect();
    for one in &mut many[..5] {
        fails(one, 9);
    }
    let mails = at_once(&Situation { sources: &many, ..calm() });
    assert_eq!(subjects(&mails), ["[watchlistd] 5 official sources failing for over 6 hours"]);
}

#[test]
fn what_endangers_the_service_is_told_at_once() {
    let stuck = [StuckMail {
        address: "mei@bank.com".to_owned(),
        subject: "Watchlist Mon 23 Nov: 1 high".to_owned(),
        state: "refused".to_owned(),
        sealed: at(NOW).minus(HOUR),
        reply: "550 no such user\r\nBcc: x".to_owned(),
    }];
    let mails = at_once(&Situation {
        refused: Some(RefusedEdit {
            problems: "watchlist.toml:3:1: error: unknown table 'compny'",
            in_force: 12,
            seen: at(NOW).minus(HOUR),
        }),
        disk: Some(DiskLow {
            free: 180_000_000,
            floor: 200_000_000,
            folder: "/var/lib/watchlistd",
        }),
        late: Some(LateMails {
            count: 4,
            since: at(NOW).minus(HOUR * 2),
            reply: "connection refused",
            down: true,
        }),
        stuck: &stuck,
        ..calm()
    });
    assert_eq!(
        subjects(&mails),
        [
            "[watchlistd] an edit was refused",
            "[watchlistd] the disk is nearly full",
            "[watchlistd] 4 mails not getting out",
            "[watchlistd] 1 mail not delivered",
        ]
    );
    assert!(mails[1].content.text.contains("180 MB free, 200 MB wanted"));
    assert!(mails[2].content.text.contains("Mon 23 Nov 06:00 EST – connection refused"));
    assert!(mails[3].content.text.contains("550 no such user Bcc: x"));
}

#[test]
fn the_daily_mail_tells_what_is_new_goes_on_and_is_over() {
    let mut sources = sources();
    let last = at(NOW).minus(HOUR * 24);
    fails(&mut sources[0], 7);
    fails(&mut sources[6], 60);
    sources[7].state.health = Health::Silent;
    sources[7].state.since = at(NOW).minus(HOUR * 2);
    sources[8].state.health = Health::Moved;
    sources[8].state.since = at(NOW).minus(HOUR * 3);
    sources[8].state.error =
        Some("the server answers permanently from https://new.test/".to_owned());
    let recovered = |source: &SourceCoverage, from: Timestamp, until: Timestamp| Recovered {
        source: source.source.clone(),
        from,
        until,
        error: "HTTP 500".to_owned(),
    };
    let over = [
        recovered(&sources[9], at(NOW).minus(HOUR * 50), at(NOW).minus(HOUR)),
        recovered(&sources[10], at(NOW).minus(HOUR * 3), at(NOW).minus(HOUR * 2)),
        recovered(&sources[11], at(NOW).minus(HOUR * 3), at(NOW).minus(HOUR * 2)),
    ];
    let content =
        daily(&Situation { sources: &sources, recovered: &over, last_daily: Some(last), ..calm() })
            .expect("there is something to tell");
    assert_eq!(content.subject, "[watchlistd] sources: 2 new, 1 continuing, 3 recovered, 1 moved");
    keep("operator_daily", &content);
}

/// What a service was started with stays so until it is started again, whatever version is in force.
#[test]
fn an_edit_says_what_of_it_waits_for_a_restart() {
    let edit = watchlistd::notify::operator::Edited {
        version: 2,
        since: at(NOW),
        base: 1,
        files: &["watchlistd.toml".to_owned()],
        needs_restart: &["[mail] transport"],
        tables: &[],
        changes: &[],
        difference: None,
        grave: &[],
    };
    let told =
        watchlistd::notify::operator::edited(&edit, at(NOW), "America/New_York".parse().unwrap());
    let text = told.text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("but for [mail] transport: that waits for a restart"), "{text}");
}
