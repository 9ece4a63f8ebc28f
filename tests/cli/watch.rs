//! `watch`: the watchlist edited and read by commands.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use super::desk::{Desk, WATCHLIST};
use super::site::feed;

fn watchlist(desk: &Desk) -> String {
    fs::read_to_string(desk.folder().join("watchlist.toml")).unwrap()
}

/// The file as it was, with these lines put in.
fn grown(by: &str) -> String {
    let after = "[[company]]\nname = \"Huawei\"\n";
    assert!(WATCHLIST.contains(after));
    WATCHLIST.replace(after, &format!("{after}{by}"))
}

#[test]
fn a_company_is_written_with_its_id_and_nothing_else_changes() {
    let desk = Desk::new();
    let said = desk
        .ask(&[
            "watch",
            "add",
            "company",
            "Nvidia Corporation",
            "--ticker",
            "NASDAQ:NVDA",
            "--alias",
            "英伟达",
        ])
        .ends(0);
    assert!(said.out.ends_with("Written.\n"), "{said}");
    let today = crate::support::today::today();
    assert_eq!(
        watchlist(&desk),
        grown(&format!(
            "\n[[company]]\nid = \"nvidia\"\nname = \"Nvidia Corporation\"\naliases = [\"英伟达\"]\n\
             tickers = [\"NASDAQ:NVDA\"]\nadded = {today}\n"
        ))
    );
    desk.ask(&["check"]).ends(0);
    let again = desk.ask(&["watch", "add", "company", "NVIDIA Corp."]).ends(65);
    again.says("is watched already as 'nvidia'").says("watch add alias nvidia");
}

#[test]
fn an_addition_is_tried_on_what_is_stored() {
    let desk = Desk::new();
    desk.site.put(
        "/wire.xml",
        feed(&[
            "Retailer Target to delist in Toronto",
            "Analysts raise price target for Apple",
            "Target Corporation may delist",
            "Nothing of interest",
        ]),
    );
    desk.ask(&["once"]).ends(0);
    let add = ["watch", "add", "company", "Target Corporation", "--alias", "Target"];
    let said = desk.ask(&[&add[..], &["--dry-run"]].concat()).ends(0);
    said.says("'Target' is an everyday word").says("--only-with");
    let said = desk.ask(&[&add[..], &["--dry-run"]].concat()).ends(0).out;
    for words in [
        "Of 4 items stored since 30 days ago: 1 would match (1 alert), 2 would be held back.",
        ">>Target Corporation<< may delist",
        "by weak name alone",
        "price >>target<< for Apple",
        "Nothing was written.",
    ] {
        assert!(said.contains(words), "'{words}'\n{said}");
    }
    assert_eq!(watchlist(&desk), WATCHLIST);
    desk.ask(&add).ends(0);
    let alias = ["watch", "add", "alias", "target", "TGT", "--only-with", "retailer"];
    let said = desk.ask(&alias).ends(0);
    assert!(
        watchlist(&desk)
            .contains("aliases = [\"Target\", { name = \"TGT\", only_with = [\"retailer\"] }]"),
        "{said}"
    );
}

#[test]
fn a_refused_edit_changes_nothing_and_says_what_is_accepted() {
    let desk = Desk::new();
    let add = ["watch", "add", "topic", "Price fixing"];
    desk.ask(&[&add[..], &["--severity", "hi"]].concat())
        .ends(78)
        .says("accepted: \"high\", \"medium\"")
        .says("nothing was changed");
    desk.ask(&[&add[..], &["--search", "price AND ("]].concat()).ends(78);
    desk.ask(&[&add[..], &["--file", "readers.toml"]].concat())
        .ends(64)
        .says("watchlist.d/NAME.toml");
    desk.ask(&["watch", "add", "alias", "Huwaei", "Honor"]).ends(65).says("did you mean 'huawei'?");
    desk.ask(&["watch", "remove", "alias", "alibaba", "Alibabba"])
        .ends(65)
        .says("did you mean 'Alibaba'?");
    assert_eq!(watchlist(&desk), WATCHLIST);
    // A reader who asks for the company keeps it.
    let reader = "[[reader]]\nname = \"Mei\"\nto = [\"mei@bank.test\"]\ncompanies = [\"huawei\"]\n";
    desk.write("readers.toml", reader);
    desk.ask(&["watch", "remove", "company", "huawei"]).ends(78).says("readers.toml");
    assert_eq!(watchlist(&desk), WATCHLIST);
    // Among mistakes nobody can say what an edit means.
    desk.write("readers.toml", "[[reader]]\nname = \"Mei\"\n");
    desk.ask(&["watch", "remove", "company", "alibaba"]).ends(78).says("mend these first");
    assert_eq!(watchlist(&desk), WATCHLIST);
}

#[test]
fn what_is_removed_goes_whole_and_the_rest_stays() {
    let desk = Desk::new();
    desk.ask(&["watch", "remove", "topic", "Audit"]).ends(0);
    desk.ask(&["watch", "remove", "alias", "alibaba", "阿里巴巴", "--why", "too short"]).ends(0);
    let rest = WATCHLIST.replace(", \"阿里巴巴\"", "");
    let (rest, _) = rest.split_once("\n[[topic]]\nid = \"audit\"").unwrap();
    assert_eq!(watchlist(&desk), rest);
}

#[test]
fn a_file_of_its_own_and_an_id_for_an_entry_without() {
    let desk = Desk::new();
    let file = "watchlist.d/chips.toml";
    desk.ask(&["watch", "add", "company", "ASML Holding N.V.", "--file", file, "--yes"]).ends(0);
    let text = fs::read_to_string(desk.folder().join(file)).unwrap();
    assert!(
        text.starts_with("#:schema ../schema/watchlist.json\n\n[[company]]\nid = \"asml\"\nname = \"ASML Holding N.V.\"\n"),
        "{text}"
    );
    desk.ask(&["watch", "add", "alias", "Huawei", "华为"]).ends(0);
    let expected = "[[company]]\nid = \"huawei\"\nname = \"Huawei\"\naliases = [\"华为\"]\n";
    assert!(watchlist(&desk).contains(expected), "{}", watchlist(&desk));
}

#[test]
fn mode_and_link_are_kept() {
    let desk = Desk::new();
    let (path, real) = (desk.folder().join("watchlist.toml"), desk.folder().join("real"));
    fs::rename(&path, &real).unwrap();
    std::os::unix::fs::symlink(&real, &path).unwrap();
    fs::set_permissions(&real, fs::Permissions::from_mode(0o664)).unwrap();
    desk.ask(&["watch", "add", "company", "Boeing"]).ends(0);
    assert!(fs::symlink_metadata(&path).unwrap().is_symlink());
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o7777, 0o664);
    let left: Vec<_> = fs::read_dir(desk.folder())
        .unwrap()
        .map(|one| one.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with('.'))
        .collect();
    assert_eq!(left, [""; 0]);
}

#[test]
fn show_tells_what_finds_a_company_and_what_it_found() {
    let desk = Desk::new();
    desk.edit(
        "watchlist.toml",
        "\"Alibaba\", \"阿里巴巴\"",
        "{ name = \"Alibaba\", not_with = [\"forty thieves\"] }, \"阿里巴巴\", \"BABA\"",
    );
    desk.site.put(
        "/wire.xml",
        feed(&["NYSE delists Alibaba", "Alibaba and the forty thieves", "Alibaba opens a shop"]),
    );
    desk.ask(&["once"]).ends(0);
    desk.ask(&["watch", "add", "alias", "alibaba", "Taobao", "--by", "Mei"]).ends(0);
    let said = desk.ask(&["watch", "show", "baba"]).ends(0).out;
    let said = said.replace(desk.folder().to_str().unwrap(), "DESK");
    let today = crate::support::today::today().to_string();
    insta::assert_snapshot!("watch_show", said.replace(&today, "TODAY"));
    let topic = desk.ask(&["watch", "show", "delisting"]).ends(0).out;
    assert!(topic.contains("Beside a company it alerts at high severity"), "{topic}");
    desk.ask(&["watch", "show", "alibba"]).ends(65).says("did you mean 'alibaba'?");
    let listed = desk.ask(&["watch", "list", "--json", "huawei"]).ends(0).out;
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    assert_eq!((&listed[0]["kind"], &listed[0]["id"]), (&"company".into(), &"huawei".into()));
    let acts = desk.ask(&["audit", "export", "--company", "alibaba"]).ends(0).out;
    assert!(
        acts.contains("\"author\":\"Mei\"") && acts.contains("added the alias Taobao"),
        "{acts}"
    );
    desk.ask(&["audit", "verify"]).ends(0);
}

/// What is edited beside a running service is noted in its record.
#[test]
fn commands_work_beside_the_service() {
    let desk = Desk::new();
    let service = desk.run();
    desk.ask(&["watch", "add", "company", "Boeing", "--by", "Jo"]).ends(0);
    service.signal("HUP");
    service.until("version 2");
    assert_eq!(service.stop(), Some(0));
    let told = desk.ask(&["audit", "export"]).ends(0).out;
    assert!(told.contains("\"author\":\"Jo\""), "{told}");
}

/// What an editor on Windows saves comes out as it went in.
#[test]
fn ends_of_lines_and_a_byte_order_mark_are_kept() {
    let desk = Desk::new();
    let file = format!("\u{feff}{}", WATCHLIST.replace('\n', "\r\n"));
    desk.write("watchlist.toml", &file);
    desk.ask(&["watch", "add", "company", "Nvidia Corporation"]).ends(0);
    let after = watchlist(&desk);
    assert!(after.starts_with('\u{feff}'), "{after:?}");
    assert_eq!(after.matches('\n').count(), after.matches("\r\n").count(), "{after:?}");
    desk.ask(&["watch", "remove", "company", "nvidia"]).ends(0);
    assert_eq!(watchlist(&desk), file);
}

/// Whoever is second begins with what the first has written.
#[test]
fn commands_at_the_same_time_lose_nothing() {
    let desk = Desk::new();
    let names = ["Airbus SE", "Boeing Company", "Nvidia Corporation", "Siemens AG"];
    std::thread::scope(|scope| {
        for name in names {
            let mut command = desk.command(&["watch", "add", "company", name]);
            scope.spawn(move || super::answer(&mut command).ends(0));
        }
    });
    let after = watchlist(&desk);
    assert!(names.iter().all(|name| after.contains(name)), "{after}");
    desk.ask(&["check"]).ends(0);
}

#[test]
fn a_removal_tells_what_the_entry_found() {
    let desk = Desk::new();
    desk.ask(&["once"]).ends(0).says("1 alert");
    let said = desk.ask(&["watch", "remove", "company", "alibaba", "--dry-run"]).ends(0);
    let found =
        "In the last 30 days it was found in 1 item: 1 high, 0 medium; held back in 0 items.";
    assert!(said.out.contains(found), "{said}");
    assert!(said.out.contains("Lawmakers urge the SEC to delist Alibaba"), "{said}");
}

#[test]
fn a_second_entry_of_a_company_is_shown_the_first() {
    let desk = Desk::new();
    desk.write("watchlist.toml", &format!("{WATCHLIST}\n[[company]]\nname = \"Alibaba\"\n"));
    let said = desk.ask(&["check"]).ends(78).out;
    assert!(said.contains("'Alibaba Group Holding Limited' ("), "{said}");
    assert!(said.contains("has it: add this name"), "{said}");
}
