//! A version in force that this program no longer accepts, because another version of the program put it in force:
//! all of it is used but the pieces that cannot be, and everybody who looks is told which.

use std::collections::BTreeMap;
use std::fs;

use watchlistd::clock::{Clock, SystemClock};
use watchlistd::config::Files;
use watchlistd::daemon::wire::{self, Access};

use super::desk::{Desk, WATCHLIST};
use super::site::feed;

/// Was searched as words once, and is refused now.
const RULES: &str = r#"
[[rule]]
name = "Energy"
when = "company:* AND sector:energy OR company:huawei AND delist*"
severity = "high"
readers = ["Jo"]

[[rule]]
name = "Ports"
when = "company:huawei AND port"
severity = "medium"
"#;

const WHAT: &str = "rule 'Energy' is not asked";
const WHY: &str = "'sector:energy' would be searched as words";
const REMEDY: &str = "a rule knows company:, group:";

/// Mei takes digests, Jo is told at once only.
const READERS: &str = "[[reader]]\nname = \"Mei\"\nto = [\"mei@bank.test\"]\nwhen_empty = \"skip\"\n\
                       [[reader]]\nname = \"Jo\"\nto = [\"jo@bank.test\"]\ndigest = \"never\"\n";

/// Writes these files and puts the folder in force, as a program does that accepts all of it.
fn put_in_force(desk: &Desk, files: &[(&str, String)]) {
    for (name, text) in files {
        desk.write(name, text);
    }
    let texts = Files::read(&desk.folder()).unwrap().texts();
    adopt(desk, texts);
}

fn adopt(desk: &Desk, texts: BTreeMap<String, String>) {
    let store = wire::open_sqlite(&desk.database(), Access::Alone).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(store.adopt_config(texts, SystemClock.now())).unwrap();
}

/// A desk whose version 2 holds a rule that is refused.
fn upgraded() -> Desk {
    let desk = Desk::new();
    desk.write("readers.toml", READERS);
    desk.ask(&["once"]).ends(0);
    put_in_force(&desk, &[("watchlist.toml", format!("{WATCHLIST}{RULES}"))]);
    let news = [
        "Panel: NYSE delists Alibaba after audit inspection",
        "Huawei leaves a port in the north",
        "Huawei buys a firm in the energy business",
    ];
    desk.site.put("/wire.xml", feed(&news));
    desk
}

/// Where the part that is refused stands.
fn place() -> String {
    let before = format!("{WATCHLIST}{RULES}");
    let at = before.find("sector:energy").unwrap();
    let line = before[..at].matches('\n').count() + 1;
    let column = at - before[..at].rfind('\n').unwrap();
    format!("watchlist.toml:{line}:{column}")
}

#[track_caller]
fn told(text: &str) {
    for words in [WHAT, WHY, REMEDY, &place()] {
        assert!(text.contains(words), "'{words}' is not said\n{text}");
    }
}

fn texts(desk: &Desk, to: &str) -> Vec<String> {
    let parser = mail_parser::MessageParser::default();
    let mails = desk.mails();
    let mails = mails.iter().map(|mail| parser.parse(mail).unwrap());
    let to = |mail: &mail_parser::Message<'_>| {
        let address = mail.to().unwrap().first().unwrap().address().unwrap();
        address == to
    };
    let text = |mail: mail_parser::Message<'_>| {
        let body = mail.body_text(0).unwrap().replace("\r\n", "\n");
        // Long lines are wrapped.
        let body = body.split_whitespace().collect::<Vec<_>>().join(" ");
        format!("{}\n{body}", mail.subject().unwrap_or_default())
    };
    mails.filter(to).map(text).collect()
}

#[test]
fn a_round_is_done_by_all_that_can_be_used() {
    let desk = upgraded();
    let said = desk.ask(&["once", "--all"]).ends(78).says("3 new items").says("2 alerts");
    told(&said.err);
    let words = "version 2 of the files is in force without what this program cannot use";
    assert!(said.err.contains(words), "{said}");
    assert!(!said.err.contains("the edit is refused"), "nobody edited anything\n{said}");
    let digests = texts(&desk, "mei@bank.test");
    let newest = digests.iter().find(|text| text.contains("NYSE delists")).expect("the digest");
    told(newest);
    assert!(newest.contains("leaves a port"), "the other rule is asked\n{newest}");
    assert!(!newest.contains("EDIT REFUSED"), "{newest}");
    let checked = desk.ask(&["check"]).ends(78).out;
    assert!(checked.contains(WHY) && checked.contains(&place()), "{checked}");

    // What the rule would have told meanwhile is told late.
    let late = || texts(&desk, "mei@bank.test").iter().any(|one| one.contains("energy business"));
    assert!(!late());
    desk.edit("watchlist.toml", "sector:energy", "energy");
    desk.ask(&["once"]).ends(0);
    assert!(late());
}

#[test]
fn status_says_what_is_left_out() {
    let desk = upgraded();
    desk.ask(&["once"]).ends(78);
    let status = desk.status();
    assert_eq!(status["watchlist"]["version"], 2, "{status}");
    assert!(status["watchlist"]["degraded"].is_null(), "{status}");
    told(status["watchlist"]["left_out"][0].as_str().unwrap());
    told(&desk.ask(&["status"]).ends(0).out);
    let doctor = desk.ask(&["doctor", "--offline"]).ends(78).out;
    assert!(
        doctor.contains(&format!(
            "version 2 is in force without what this program cannot use: {WHAT}"
        )),
        "{doctor}"
    );
    let digest = desk.ask(&["digest", "preview", "Mei"]).ends(0).out;
    told(&digest.split_whitespace().collect::<Vec<_>>().join(" "));
}

#[test]
fn the_service_starts_and_tells_the_operator_and_whose_rule_it_is() {
    let desk = upgraded();
    let service = desk.run();
    told(&service.said);
    // Found again in its first seconds.
    let of = |to: &str| texts(&desk, to).into_iter().find(|text| text.contains(WHAT));
    while of("mei@bank.test").is_none() || of("jo@bank.test").is_none() {
        service.until("was taken");
    }
    let operator = |text: &String| text.contains("[watchlistd] version 2 is in force only in part");
    told(texts(&desk, "mei@bank.test").iter().find(|one| operator(one)).unwrap());
    let jo = of("jo@bank.test").unwrap();
    told(&jo);
    assert!(jo.contains("Yours and not used"), "{jo}");
    service.signal("HUP");
    let said = service.until("reload: ");
    assert!(!said.contains("the edit is refused"), "{said}");
    assert!(desk.status()["watchlist"]["degraded"].is_null());

    // An edit beside it is refused, for the rule as well.
    desk.edit("watchlist.toml", "audit inspection", "audit inspections");
    service.signal("HUP");
    service.until("the edit is refused");
    let status = desk.status();
    assert!(status["watchlist"]["degraded"].as_str().unwrap().contains(WHY), "{status}");
    told(status["watchlist"]["left_out"][0].as_str().unwrap());

    // Taken back it is no longer refused.
    desk.edit("watchlist.toml", "audit inspections", "audit inspection");
    service.signal("HUP");
    service.until("is in force without what this program cannot use");
    assert!(desk.status()["watchlist"]["degraded"].is_null());

    desk.edit("watchlist.toml", "sector:energy", "energy");
    service.signal("HUP");
    service.until("reloaded: version 3");
    assert_eq!(desk.status()["watchlist"]["left_out"], serde_json::json!([]));
    assert_eq!(service.stop(), Some(0));
    let mails = desk.mails().len();
    desk.ask(&["once"]).ends(0);
    let left = texts(&desk, "mei@bank.test");
    assert!(left.iter().filter(|one| operator(one)).count() == 1, "told once: {mails}\n{left:?}");
}

#[test]
fn a_bad_edit_since_is_told_beside_it() {
    let desk = upgraded();
    desk.ask(&["once"]).ends(78);
    desk.edit("watchlist.toml", "name = \"Huawei\"", "nam = \"Huawei\"");
    let service = desk.run();
    told(&service.said);
    let status = desk.status();
    assert!(status["watchlist"]["degraded"].as_str().unwrap().contains("`nam`"), "{status}");
    told(status["watchlist"]["left_out"][0].as_str().unwrap());
    assert_eq!(service.stop(), Some(0));
}

#[test]
fn what_a_newer_program_wrote_is_used_as_far_as_it_is_known() {
    let desk = Desk::new();
    desk.sources(&["wire", "page"]);
    desk.site.put("/page.xml", feed(&[]));
    desk.ask(&["once"]);
    let watchlist = WATCHLIST
        .replace("name = \"Huawei\"", "name = \"Huawei\"\nsectors = [\"telecom\"]")
        .replace(
            "terms = [\"delist\"]",
            "terms = [\"delist\"]\nsearch = [\"stock NEAR/x (halt)\"]",
        );
    let rules = "[[rule]]\nname = \"Quiet\"\nwhen = \"company:*\"\nunless = \"topic:audit\"\nhold = \"x\"\n\
                 [[rule]]\nname = \"Ports\"\nwhen = \"company:huawei AND port\"\nseverity = \"medium\"\n\
                 [[place]]\nname = \"Rotterdam\"\n";
    let sources = fs::read_to_string(desk.folder().join("sources.toml")).unwrap();
    let sources = sources.replace("id = \"page\"", "id = \"page\"\nkind = \"page\"");
    let readers = "[[reader]]\nname = \"Mei\"\nto = [\"mei@bank.test\"]\ndigest = \"at noon\"\n\
                   [[reader]]\nname = \"Bo\"\nto = [\"matrix:bo\"]\n";
    let service = fs::read_to_string(desk.folder().join("watchlistd.toml")).unwrap();
    assert!(service.contains("[mail]"));
    put_in_force(
        &desk,
        &[
            ("watchlist.toml", format!("{watchlist}\n{rules}")),
            ("sources.toml", sources),
            ("readers.toml", readers.to_owned()),
            ("watchlistd.toml", format!("{service}\n[archive]\nyears = 10\n")),
        ],
    );
    desk.site.put(
        "/wire.xml",
        feed(&["Panel: NYSE delists Alibaba after audit inspection", "Huawei leaves a port"]),
    );
    desk.ask(&["once", "--all"]).ends(78).says("2 new items").says("2 alerts");
    let left = desk.status()["watchlist"]["left_out"].to_string();
    for words in [
        "company 'Huawei' is watched without this: ",
        "unknown key `sectors`",
        "topic 'Delisting' is looked for without this: ",
        "rule 'Quiet' is not asked: ",
        "unknown key `unless`",
        "source 'page' is not read: ",
        "reader 'Mei' is told without this: ",
        "reader 'Bo' is told nothing: ",
        "watchlistd.toml is used without this: ",
        "unknown table [archive]",
        "watchlist.toml is used without this: ",
        "unknown table [[place]]",
    ] {
        assert!(left.contains(words), "'{words}' is not said\n{left}");
    }
    assert!(!left.contains("Ports"), "{left}");
    assert!(texts(&desk, "mei@bank.test").iter().any(|text| text.contains("NYSE delists")));
    let listed = desk.status()["sources"].to_string();
    assert!(listed.contains("wire") && !listed.contains("page.xml"), "{listed}");
}

#[test]
fn without_usable_settings_nothing_starts() {
    let desk = Desk::new();
    desk.ask(&["once"]).ends(0);
    let service = fs::read_to_string(desk.folder().join("watchlistd.toml")).unwrap();
    let sealed = service.replace("[mail]", "[mail]\nsign = \"/path/key.pem\"");
    put_in_force(&desk, &[("watchlistd.toml", sealed)]);
    desk.ask(&["once"]).ends(78).says("unknown key `sign`");
    desk.ask(&["run"]).ends(78).says("unknown key `sign`");
}

/// An address or a zone that this program does not take any more keeps nobody else from being told.
#[test]
fn of_the_operators_addresses_those_that_can_be_used_are_and_utc_stands_in_for_a_zone() {
    let desk = Desk::new();
    desk.ask(&["once"]).ends(0);
    let service = fs::read_to_string(desk.folder().join("watchlistd.toml")).unwrap();
    let to = |text: &str, addresses: &str| {
        let key = "\nto = [\"mei@bank.test\"";
        assert!(text.contains(key), "{text}");
        text.replace(key, &format!("\n{addresses}to = [\"mei@bank.test\""))
    };
    let bad =
        to(&service, "editors = [\"ed@bank.test\", \"ed..it@bank.test\"]\nreply_to = \"desk\"\n")
            .replace("to = [\"mei@bank.test\"", "to = [\"ops@example.com\", \"mei@bank.test\"")
            .replace("Europe/Berlin", "Europe/Berlyn");
    put_in_force(&desk, &[("watchlistd.toml", bad)]);
    desk.site.put("/wire.xml", feed(&["Panel: NYSE delists Alibaba after audit inspection"]));
    desk.ask(&["once", "--all"]).ends(78).says("in force without what this program cannot use");
    let left = desk.status()["watchlist"]["left_out"].to_string();
    for words in [
        "UTC stands in for the time zone: ",
        "'Europe/Berlyn' is no time zone",
        "watchlistd.toml is used without this: ",
        "ed..it@bank.test",
        "ops@example.com",
        "no e-mail address",
    ] {
        assert!(left.contains(words), "'{words}' is not said\n{left}");
    }
    assert!(texts(&desk, "mei@bank.test").iter().any(|text| text.contains("NYSE delists")));
    let told = |text: &String| text.contains("is in force only in part");
    assert!(texts(&desk, "mei@bank.test").iter().any(told), "the operator's");

    // With nobody left to tell, nothing starts.
    let nobody = service.replace("to = [\"mei@bank.test\"", "to = [\"ops@example.com\"");
    put_in_force(&desk, &[("watchlistd.toml", nobody)]);
    desk.ask(&["run"]).ends(78).says("ops@example.com");
}
