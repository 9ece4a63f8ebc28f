//! `audit`: the record as a shell sees it, and what it says of a database that was tampered with.

use mail_parser::MessageParser;
use rusqlite::Connection;
use serde_json::Value;
use watchlistd::model::{Canary, CanaryState, Timestamp};
use watchlistd::store::Store;
use watchlistd::store::sqlite::{Mode, Sqlite};

use super::desk::Desk;
use super::site::feed;

/// A desk that was told of one matter.
fn lived() -> Desk {
    let desk = Desk::new();
    desk.ask(&["once"]).ends(0).says("1 mail sent");
    desk
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn what_was_done_fits_and_the_heads_that_digests_print_are_kept() {
    let desk = lived();
    let said = desk.ask(&["audit", "verify", "--json"]).ends(0);
    let found: Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(found["faults"], Value::Array(vec![]));
    let mail = desk.mails().remove(0);
    let mail = MessageParser::default().parse(&mail).unwrap().body_text(0).unwrap().into_owned();
    let mail = mail.split_whitespace().collect::<Vec<_>>().join(" ");
    let (_, printed) = mail.split_once("Record ").unwrap();
    let (number, rest) = printed.split_once(", chain head ").unwrap();
    let hash: String = rest.chars().filter(|one| *one != ' ').take(64).collect();
    let head = format!("{number} {hash}");
    let fits = desk.ask(&["audit", "verify", "--head", &head]).ends(0);
    assert!(fits.out.contains("has the hash that was given"), "{fits}");
    desk.site.put("/wire.xml", feed(&["A quiet day"]));
    desk.ask(&["once", "--all"]).ends(0);
    let fits = desk.ask(&["audit", "verify", "--head", &head]).ends(0);
    assert!(fits.out.ends_with("Everything fits.\n"), "{fits}");
    let printed = format!("Record {number}, chain head\n{hash}.");
    desk.ask(&["audit", "verify", "--head", &printed]).ends(0);
    let slip = format!("{} {hash}", number.parse::<u64>().unwrap() - 1);
    let told = desk.ask(&["audit", "verify", "--head", &slip]).ends(65);
    assert!(told.out.contains(&format!("is that of entry {number}")), "{told}");
    let other = format!("{number} {}", "0".repeat(64));
    let told = desk.ask(&["audit", "verify", "--head", &other]).ends(65);
    assert!(told.out.contains("the record was rewritten"), "{told}");
}

#[test]
fn an_alert_that_was_made_away_with_is_named() {
    let desk = lived();
    let database = Connection::open(desk.database()).unwrap();
    database
        .execute_batch("DROP TRIGGER record_decision; UPDATE decisions SET alerts = 0")
        .unwrap();
    drop(database);
    let said = desk.ask(&["audit", "verify"]).ends(65);
    assert!(said.out.contains(": decision ") && said.out.contains("it was changed"), "{said}");
    assert!(said.out.ends_with("It does NOT fit.\n"), "{said}");
}

#[test]
fn the_export_tells_one_life_and_can_be_narrowed() {
    let desk = lived();
    let all = lines(&desk.ask(&["audit", "export"]).ends(0).out);
    let dids: Vec<&str> = all.iter().map(|line| line["did"].as_str().unwrap()).collect();
    for did in
        ["began", "source", "version", "item", "decision", "alert", "sealed", "mail", "attempt"]
    {
        assert!(dids.contains(&did), "{did}: {dids:?}");
    }
    let narrow = lines(&desk.ask(&["audit", "export", "--company", "alibaba"]).ends(0).out);
    let dids: Vec<&str> = narrow.iter().map(|line| line["did"].as_str().unwrap()).collect();
    assert!(dids.contains(&"alert") && dids.contains(&"attempt"), "{dids:?}");
    assert!(!dids.contains(&"source"), "{dids:?}");
    let nobody = desk.ask(&["audit", "export", "--company", "nobody"]).ends(0);
    assert!(nobody.out.is_empty());
    assert_eq!(nobody.err.trim(), "nothing in the record names the company 'nobody'");
    let source = lines(&desk.ask(&["audit", "export", "--source", "wire"]).ends(0).out);
    assert!(source.iter().any(|line| line["did"] == "item"), "{source:?}");
    assert!(desk.ask(&["audit", "export", "--to", "2001-01-01"]).ends(0).out.is_empty());
    desk.ask(&["audit", "export", "--from", "yesterday"]).ends(64).says("2026-11-23");
    let csv = desk.ask(&["audit", "export", "--format", "csv"]).ends(0).out;
    assert!(csv.starts_with("\u{feff}entry,at,did,id,source,item,details\r\n"), "{csv}");
    assert_eq!(csv.lines().count(), all.len() + 1);
}

#[test]
fn a_source_that_said_nothing_is_in_the_record_all_the_same() {
    let desk = Desk::new();
    desk.site.put("/wire.xml", feed(&[]));
    desk.ask(&["once"]).ends(0);
    let said = desk.ask(&["audit", "export", "--source", "wire"]).ends(0);
    let dids: Vec<Value> = lines(&said.out).into_iter().map(|line| line["did"].clone()).collect();
    assert_eq!(dids, ["source"]);
    assert_eq!(said.err, "");
    desk.site.put("/wire.xml", feed(&["NYSE delists Alibaba", "Huawei opens a shop"]));
    desk.ask(&["once", "--all"]).ends(0);
    let of = |company: &str, source: &str| {
        let asked = ["audit", "export", "--company", company, "--source", source];
        let said = desk.ask(&asked).ends(0);
        (lines(&said.out).iter().filter(|line| line["did"] == "item").count(), said.err.clone())
    };
    assert_eq!(of("alibaba", "wire"), (1, String::new()));
    let none = "nothing in the record names the company 'alibaba' in an item of the source 'other'";
    assert_eq!(of("alibaba", "other"), (0, format!("{none}\n")));
}

#[test]
fn a_report_answers_an_examiner_on_one_page() {
    let desk = lived();
    let asked = ["audit", "report", "--company", "alibaba", "--from", "2026-01-01"];
    let said = desk.ask(&asked).ends(0);
    for words in [
        "REPORT ON Alibaba Group Holding Limited (alibaba)",
        "alias \"阿里巴巴\"",
        "ticker NYSE:BABA",
        "wire: 1 poll made",
        "WHAT WAS FOUND? 1 alert\n",
        "Lawmakers urge the SEC to delist Alibaba",
        "why: Alibaba",
        "told: mei, mei@bank.test: ",
        "All that is stored fits the record.",
    ] {
        assert!(said.out.contains(words), "'{words}'\n{said}");
    }
    // Before the first version nobody looked, whatever was watched since.
    assert!(said.out.contains("NOT throughout: see since when."), "{said}");
    assert!(said.out.contains("Since 2026-01-01T00:00:00Z (no version yet: nothing"), "{said}");
    let (_, since) = said.out.rsplit_once("Since ").unwrap();
    let since = since.split(' ').next().unwrap();
    let later = desk.ask(&["audit", "report", "--company", "alibaba", "--from", since]).ends(0);
    assert!(later.out.contains("Yes, throughout."), "{later}");
    let nobody =
        desk.ask(&["audit", "report", "--company", "acme", "--from", "2026-01-01"]).ends(0);
    assert!(nobody.out.contains("NOT WATCHED"), "{nobody}");
    assert!(nobody.out.contains("WHAT WAS FOUND? 0 alerts"), "{nobody}");
    let page = desk.ask(&[&asked[..], &["--html"]].concat()).ends(0).out;
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("<h3>Lawmakers urge"), "{page}");
}

/// What a service of three days would have left.
fn flown(desk: &Desk) {
    let store = Sqlite::open(&desk.database(), Mode::Exclusive).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let at = |text: &str| Timestamp::parse(text).unwrap();
    let days = [
        ("2026-11-23", CanaryState::Arrived, "250 2.0.0 Ok: queued as 4F1D2A"),
        ("2026-11-24", CanaryState::Late, "250 2.0.0 Ok: queued as 5A"),
        ("2026-11-25", CanaryState::Missing, "its mail is deferred: 451 <later>"),
    ];
    for (day, state, detail) in days {
        let planted = at(&format!("{day}T05:00:00Z"));
        let settled = match state {
            CanaryState::Arrived => at(&format!("{day}T05:00:04Z")),
            _ => at(&format!("{day}T05:40:00Z")),
        };
        let canary = Canary {
            day: day.to_owned(),
            planted,
            state,
            settled: Some(settled),
            detail: detail.to_owned(),
        };
        runtime.block_on(async {
            let url = "http://127.0.0.1:9/canary".to_owned();
            assert!(store.plant_canary(day.to_owned(), url, planted).await.unwrap());
            store.settle_canary(canary).await.unwrap();
        });
    }
}

#[test]
fn canaries_are_told_by_report_and_status() {
    let desk = lived();
    let asked = ["audit", "report", "--company", "alibaba", "--from", "2026-01-01"];
    let none = desk.ask(&asked).ends(0);
    assert!(none.out.contains("No canary was flown in this window"), "{none}");
    flown(&desk);
    let told = desk.ask(&asked).ends(0);
    for words in [
        "DID THE WAY WORK? 1 of 3 canaries arrived in time",
        "  2026-11-23  arrived  after 4 s – 250 2.0.0 Ok: queued as 4F1D2A\n",
        "  2026-11-24  late  after 2400 s – 250 2.0.0 Ok: queued as 5A\n",
        "  2026-11-25  missing  its mail is deferred: 451 <later>\n",
        "1 source, 1 poll",
        "No text was forgotten yet",
    ] {
        assert!(told.out.contains(words), "'{words}'\n{told}");
    }
    let page = desk.ask(&[&asked[..], &["--html"]].concat()).ends(0).out;
    assert!(page.contains("<span class=\"no\">missing</span>"), "{page}");
    assert!(page.contains("451 &lt;later&gt;"), "{page}");
    let status = desk.ask(&["status"]).ends(0);
    assert!(
        status
            .out
            .contains("Canary     of 2026-11-25 (synthetic) is MISSING: its mail is deferred"),
        "{status}"
    );
    assert!(status.out.contains("Database   ") && status.out.contains(" MB; how fast"), "{status}");
    let json: Value = serde_json::from_str(&desk.ask(&["status", "--json"]).ends(0).out).unwrap();
    assert_eq!(json["canary"]["state"], "missing");
    assert_eq!(json["sources"].as_array().unwrap().len(), 1);
    assert!(json["database"]["bytes"].as_u64().unwrap() > 10_000, "{json}");
    assert!(json["database"]["free"].as_u64().unwrap() > 0, "{json}");
    assert_eq!(json["database"]["floor"], 200_000_000);
    let all = lines(&desk.ask(&["audit", "export"]).ends(0).out);
    let canaries: Vec<&Value> = all.iter().filter(|line| line["did"] == "canary").collect();
    assert_eq!(canaries.len(), 6, "laid out and settled");
    assert!(canaries.iter().all(|line| line["synthetic"] == 1));
}

#[test]
fn a_feeds_words_are_text_in_a_report() {
    let desk = Desk::new();
    let title = "Lawmakers &lt;b&gt;urge\u{202e} the SEC&lt;/b&gt; to delist Alibaba \u{1b}[31m";
    desk.site.put("/wire.xml", feed(&[title]));
    desk.ask(&["once"]).ends(0);
    let asked = ["audit", "report", "--company", "alibaba", "--from", "2026-01-01"];
    for page in [&asked[..], &[&asked[..], &["--html"]].concat()] {
        let out = desk.ask(page).ends(0).out;
        assert!(out.contains("delist Alibaba"), "{out}");
        assert!(!out.contains(['\u{202e}', '\u{1b}']) && !out.contains("<b>"), "{out}");
    }
}

/// Not watched is an answer; a slip in the id must not pass for one.
#[test]
fn a_report_on_what_was_never_watched_names_what_may_be_meant() {
    let desk = super::desk::Desk::new();
    desk.ask(&["once"]).ends(0);
    let report =
        |id: &str| desk.ask(&["audit", "report", "--company", id, "--from", "2020-01-01"]).ends(0);
    let unknown = report("alibba").out;
    assert!(
        unknown.contains("No watchlist knows the id 'alibba' (did you mean 'alibaba'?)."),
        "{unknown}"
    );
    let page = ["audit", "report", "--company", "alibba", "--from", "2020-01-01", "--html"];
    let page = desk.ask(&page).ends(0).out;
    assert!(page.contains("<p class=\"no\">No watchlist knows the id"), "{page}");
    let named = report("Alibaba").says("note: 'Alibaba' is taken for 'alibaba'").out;
    assert!(named.starts_with("REPORT ON Alibaba Group Holding Limited (alibaba)"), "{named}");
    assert_eq!(report("alibaba").err, "");
}
