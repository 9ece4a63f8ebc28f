//! A bad edit after a good start: the last good version stays in force, and everybody who looks is
//! told where the mistake is and what to write instead.

use std::fs;

use super::Answer;
use super::desk::{Desk, Service};
use super::site::feed;

/// The edit that is wrong, and what is said of it.
const BAD: &str = "[[company]]\nname = \"Huawei\"\nalias = [\"HW\"]\n";
const PLACE: &str = "watchlist.toml:3:1";
const HINT: &str = "did you mean `aliases`?";

fn spoilt() -> Desk {
    let desk = Desk::new();
    desk.ask(&["once"]).ends(0);
    desk.write("watchlist.toml", BAD);
    desk.site.put("/wire.xml", feed(&["Panel: NYSE delists Alibaba after audit inspection"]));
    desk
}

#[track_caller]
fn told(text: &str) {
    for words in [PLACE, HINT] {
        assert!(text.contains(words), "'{words}' is not said\n{text}");
    }
}

#[test]
fn once_goes_on_with_the_last_good_version() {
    let desk = spoilt();
    let said = desk.ask(&["once", "--all"]).ends(78).says("1 new item").says("1 alert");
    told(&said.err);
    assert!(said.err.contains("the edit is refused; version 1 stays in force"), "{said}");
    let status = desk.status();
    assert_eq!(status["watchlist"]["version"], 1, "nothing new is in force");
    told(status["watchlist"]["degraded"].as_str().unwrap());
    let shown = desk.ask(&["status"]).ends(0).out;
    told(&shown);
    assert!(shown.contains("stays in force"), "{shown}");
    let mails = desk.mails();
    let newest = mails.iter().map(|mail| text_of(mail)).find(|text| text.contains("NYSE delists"));
    let newest = newest.expect("the digest with the news");
    assert!(newest.contains(PLACE), "the digest says that an edit was refused\n{newest}");
    told(&desk.ask(&["check"]).ends(78).out);
}

fn text_of(mail: &[u8]) -> String {
    let mail = mail_parser::MessageParser::default().parse(mail).unwrap();
    mail.body_text(0).unwrap().into_owned()
}

#[test]
fn the_service_starts_with_the_last_good_version() {
    let desk = spoilt();
    let service = desk.run();
    told(&service.said);
    assert_eq!(desk.status()["running"], true);
    told(desk.status()["watchlist"]["degraded"].as_str().unwrap());
    assert_eq!(service.stop(), Some(0));
    assert_eq!(desk.status()["running"], false);
    assert!(desk.ask(&["status"]).ends(0).out.starts_with("Service    NOT running"));
}

#[test]
fn what_is_wrong_cannot_be_accepted() {
    let desk = spoilt();
    desk.ask(&["once"]).ends(78);
    told(&desk.ask(&["watch", "accept"]).ends(78).says("which nobody can accept").err);
}

#[test]
fn companies_alone_are_said_to_alert_never() {
    let desk = Desk::new();
    let what = "the watchlist has no topic and no rule, so nothing can ever be an alert";
    assert!(!desk.ask(&["check"]).ends(0).out.contains(what));
    desk.write("watchlist.toml", "[[company]]\nname = \"Huawei\"\n");
    let said = desk.ask(&["check"]).ends(0).out;
    assert!(said.contains(what) && said.contains("topics.toml, which `watchlistd init`"), "{said}");
}

#[test]
fn a_watchlist_without_a_company_is_said() {
    let desk = Desk::new();
    let what = "warning: no company is watched";
    assert!(!desk.ask(&["check"]).ends(0).out.contains(what));
    desk.write("watchlist.toml", "[[topic]]\nname = \"Delisting\"\nterms = [\"delist\"]\n");
    let said = desk.ask(&["check"]).ends(0).out;
    assert!(said.contains(what) && said.contains("[[company]]"), "{said}");
}

#[test]
fn another_id_is_said_before_it_is_in_force() {
    let desk = Desk::new();
    let one = |name: &str| {
        let topic = "[[topic]]\nname = \"Delisting\"\nterms = [\"delist\"]\n";
        format!("[[company]]\nname = \"{name}\"\naliases = [\"HW Tech\"]\n{topic}")
    };
    desk.write("watchlist.toml", &one("Huawei"));
    desk.ask(&["once"]).ends(0);
    assert!(!desk.ask(&["check"]).ends(0).out.contains("the id of"));
    desk.write("watchlist.toml", &one("Huawei Marine"));
    let said = desk.ask(&["check"]).ends(0).out;
    for words in [
        "watchlist.toml:2:8: warning: the id of company 'Huawei Marine' is 'huawei-marine' now, and \
         'huawei' in version 1",
        "history, filters and reports go by id: write id = \"huawei\"",
    ] {
        assert!(said.contains(words), "{words}\n{said}");
    }
    let said = desk.ask(&["preview"]).ends(0).out;
    assert!(said.contains("its id changed from huawei to huawei-marine"), "{said}");
}

#[test]
fn another_id_for_the_same_address_is_said() {
    let desk = Desk::new();
    desk.ask(&["once"]).ends(0);
    assert!(!desk.ask(&["check"]).ends(0).out.contains("reads the address of"));
    desk.edit("sources.toml", "id = \"wire\"", "id = \"newswire\"");
    let said = desk.ask(&["check"]).ends(0).out;
    for words in [
        "sources.toml:2:6: warning: source 'newswire' reads the address of 'wire', which is gone and \
         was read in version 1",
        "what was read so far stays with 'wire'; write id = \"wire\" to go on with it",
    ] {
        assert!(said.contains(words), "{words}\n{said}");
    }
}

#[test]
fn what_an_edit_takes_out_is_said_before_it_is_in_force() {
    let desk = Desk::new();
    let jo = "\n[[reader]]\nname = \"Jo\"\nto = [\"jo@desk.test\"]\n";
    let readers = std::fs::read_to_string(desk.folder().join("readers.toml")).unwrap();
    desk.write("readers.toml", &format!("{readers}{jo}"));
    desk.sources(&["wire", "gazette", "ledger"]);
    // Two of them do not answer, which is no matter here.
    desk.ask(&["once"]).ends(75);
    let gone = "gone and was";
    assert!(!desk.ask(&["check"]).ends(0).out.contains(gone));
    // Under another name she is told still.
    desk.write("readers.toml", &format!("{readers}{}", jo.replace("\"Jo\"", "\"Joan\"")));
    assert!(!desk.ask(&["check"]).ends(0).out.contains(gone));
    desk.write("readers.toml", &readers);
    desk.sources(&["wire", "ledger"]);
    let (checked, seen) = (desk.ask(&["check"]).ends(0).out, desk.ask(&["preview"]).ends(0).out);
    for words in [
        "source 'gazette' is gone and was read in version 1",
        "reader 'Jo' is gone and was told in version 1",
    ] {
        assert!(checked.contains(&format!("warning: {words}")), "{words}\n{checked}");
        assert!(seen.contains(words), "{words}\n{seen}");
    }
    desk.sources(&["other"]);
    let words = "3 sources are gone and were read in version 1: 'wire', 'gazette', 'ledger'";
    let said = desk.ask(&["check"]).ends(0).out;
    assert!(said.contains(words), "{said}");
    let said = desk.ask(&["preview", "--json"]).ends(0).out;
    assert!(said.contains(words), "{said}");
}

#[test]
fn a_day_that_is_past_is_said() {
    let desk = Desk::new();
    desk.write(
        "watchlist.toml",
        concat!(
            "[[company]]\nname = \"Huawei\"\nreview_by = 2020-02-01\n\n",
            "[[company]]\nname = \"Alibaba\"\nmuted_until = 2020-03-01\nreview_by = \"when they sell it\"\n\n",
            "[[company]]\nname = \"Baidu\"\nreview_by = 9999-12-31\n\n",
            "[[topic]]\nname = \"Fines\"\nterms = [\"fine\"]\nreview_by = \"2020-02-01\"\n",
        ),
    );
    let said = desk.ask(&["check"]).ends(0).out;
    for words in [
        "watchlist.toml:3:13: warning: 'Huawei' was to be reviewed by 2020-02-01",
        "'Fines' was to be reviewed by 2020-02-01",
        "'Alibaba' is not muted any more: 2020-03-01 is over",
    ] {
        assert!(said.contains(words), "'{words}' is not said\n{said}");
    }
    assert_eq!(said.matches("was to be reviewed").count(), 2, "{said}");
}

#[test]
fn a_link_to_nothing_says_where_it_leads() {
    let desk = Desk::new();
    let path = desk.folder().join("watchlist.toml");
    fs::remove_file(&path).unwrap();
    std::os::unix::fs::symlink("../gone/watchlist.toml", &path).unwrap();
    let said = desk.ask(&["check"]).ends(78).out;
    assert!(said.contains("it is a link to ../gone/watchlist.toml, where nothing is"), "{said}");
}

#[test]
fn a_mended_edit_is_taken_and_the_complaint_is_gone() {
    let desk = spoilt();
    desk.ask(&["once"]).ends(78);
    desk.edit("watchlist.toml", "alias =", "aliases =");
    let said = desk.ask(&["once"]).ends(0);
    assert!(!said.err.contains("error"), "{said}");
    let watchlist = &desk.status()["watchlist"];
    assert_eq!(
        (&watchlist["version"], &watchlist["degraded"]),
        (&2.into(), &serde_json::Value::Null)
    );
}

#[test]
fn a_reload_takes_what_is_good_and_refuses_what_is_not() {
    let desk = Desk::new();
    let service = desk.run();
    desk.write("watchlist.toml", BAD);
    service.signal("HUP");
    told(&service.until("did you mean"));
    assert_eq!(desk.status()["watchlist"]["version"], 1);
    desk.edit("watchlist.toml", "alias =", "aliases =");
    service.signal("HUP");
    service.until("reloaded: version 2");
    assert_eq!(desk.status()["watchlist"]["degraded"], serde_json::Value::Null);
    assert_eq!(service.stop(), Some(0));
}

/// What `check` doubts the log tells when the edit is taken, at its place and with the remedy.
#[test]
fn the_warnings_of_an_edit_are_in_the_log_at_reload() {
    let desk = Desk::new();
    let service = desk.run();
    fs::create_dir_all(desk.folder().join("watchlist.d")).unwrap();
    desk.write(
        "watchlist.d/more.toml",
        "[[company]]\nname = \"Baidu\"\naliases = [\"HiSilicon, Honor\"]\nadded = \"yesterday\"\n",
    );
    service.signal("HUP");
    let said = service.until("reloaded: version 2");
    for words in [
        "more.toml:3:12: warning: 'HiSilicon, Honor' looks like 2 names in one",
        "write each in quotes of its own",
        "more.toml:4:9: warning: `added` in [[company]]: \"yesterday\" is no date",
    ] {
        assert!(said.contains(words), "'{words}' is not said\n{said}");
    }
    assert!(desk.status()["watchlist"]["degraded"].is_null(), "a warning refuses nothing");
    assert_eq!(service.stop(), Some(0));
}

/// Spoils one file of a desk that ran before, and runs `once` on it.
fn after(spoil: impl FnOnce(&Desk)) -> (Desk, Answer) {
    let desk = Desk::new();
    desk.ask(&["once"]).ends(0);
    spoil(&desk);
    let answer = desk.ask(&["once", "--all"]);
    (desk, answer)
}

/// Whichever file is spoilt, and however: the service goes on.
#[test]
fn no_file_can_stop_it() {
    type Mistake = (&'static str, &'static str, fn(&Desk));
    let mistakes: [Mistake; 11] = [
        ("a broken header", "watchlistd.toml", |desk| {
            desk.edit("watchlistd.toml", "[mail]\n", "[mail\n");
        }),
        ("a key without a value", "watchlistd.toml", |desk| {
            desk.edit("watchlistd.toml", "timezone = \"Europe/Berlin\"", "timezone =");
        }),
        ("a missing key", "watchlistd.toml", |desk| {
            desk.edit("watchlistd.toml", "contact = ", "# contact = ");
        }),
        ("a topic's search", "watchlist.toml", |desk| {
            desk.edit("watchlist.toml", "terms = [\"delist\"]", "search = [\"delist AND (\"]");
        }),
        ("broken TOML", "watchlist.toml", |desk| desk.write("watchlist.toml", "[[company]\n")),
        ("an empty file", "watchlist.toml", |desk| desk.write("watchlist.toml", "")),
        ("a schedule", "readers.toml", |desk| {
            desk.write(
                "readers.toml",
                "[[reader]]\nname = \"Mei\"\nto = [\"mei@bank.test\"]\ndigest = \"weekdys 08:00\"\n",
            );
        }),
        ("a missing file", "readers.toml", |desk| {
            fs::remove_file(desk.folder().join("readers.toml")).unwrap();
        }),
        ("a source's address", "sources.toml", |desk| {
            desk.edit("sources.toml", "http://", "htp://");
        }),
        ("an unknown key", "watchlistd.toml", |desk| {
            desk.edit("watchlistd.toml", "[mail]\n", "[mail]\nprot = 25\n");
        }),
        ("an unknown zone", "watchlistd.toml", |desk| {
            desk.edit(
                "watchlistd.toml",
                "timezone = \"Europe/Berlin\"",
                "timezone = \"Europe/Berln\"",
            );
        }),
    ];
    for (what, file, spoil) in mistakes {
        let (desk, said) = after(spoil);
        assert_eq!(said.code, Some(78), "{what}\n{said}");
        assert!(said.err.contains(file), "{what}\n{said}");
        assert_eq!(desk.site.asked("/wire.xml"), 2, "{what}");
        assert!(desk.status()["watchlist"]["degraded"].is_string(), "{what}");
    }
}

/// When `watchlistd.toml` itself is unreadable, the store is looked for at its default place.
#[test]
fn without_its_settings_the_store_is_found_at_the_default_place() {
    for spoil in ["timezone = \"Europe/Berlin\"\n[mail\n", "", "\u{0}"] {
        let desk = Desk::new();
        desk.edit("watchlistd.toml", "storage = ", "# storage = ");
        let state = desk.state();
        let ask = |arguments: &[&str]| {
            super::answer(desk.command(arguments).env("STATE_DIRECTORY", &state))
        };
        ask(&["once"]).ends(0);
        desk.write("watchlistd.toml", spoil);
        ask(&["once"]).ends(78).says("watchlistd.toml");
        let status = ask(&["status"]).ends(0).out;
        assert!(status.contains("watchlistd.toml"), "{status}");
        let variables = [("STATE_DIRECTORY", state.to_str().unwrap())];
        let service = Service::start(&desk.folder(), &variables);
        assert!(service.said.contains("watchlistd.toml"), "{}", service.said);
        fs::remove_dir_all(desk.folder().join("watchlist.d")).ok();
        assert_eq!(service.stop(), Some(0));
    }
}

/// Also when the whole folder is gone.
#[test]
fn without_its_folder_the_last_good_version_is_in_force() {
    let desk = Desk::new();
    desk.edit("watchlistd.toml", "storage = ", "# storage = ");
    let state = tempfile::tempdir().unwrap();
    let ask = |arguments: &[&str]| {
        super::answer(desk.command(arguments).env("STATE_DIRECTORY", state.path()))
    };
    ask(&["once"]).ends(0);
    fs::remove_dir_all(desk.folder()).unwrap();
    ask(&["once", "--all"]).ends(78).says("no such file or folder");
    assert_eq!(desk.site.asked("/wire.xml"), 2);
}
