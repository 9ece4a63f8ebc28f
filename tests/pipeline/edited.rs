//! What commands say of items that their publisher edited: when each was first seen, and when the edit was.

use assert_cmd::Command;

use super::*;

/// Asks the program about a desk's store.
fn ask(desk: &Desk, arguments: &[&str]) -> String {
    std::fs::write(desk.folder.path().join("watchlistd.toml"), &desk.service).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_watchlistd"));
    command.env_clear().args(arguments).arg("--config").arg(desk.folder.path());
    String::from_utf8(command.assert().success().get_output().stdout.clone()).unwrap()
}

fn item(title: &str) -> [String; 1] {
    [format!("<item><guid isPermaLink=\"false\">1</guid><title>{title}</title></item>")]
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edited_item_was_first_seen_before_its_edit() {
    let desk = Desk::new(MEI).await;
    let mut open = desk.open().await;
    open.round().await;
    desk.newsroom.print(item("Panel talks of Alibaba"));
    desk.pass(HOUR);
    open.round().await;
    desk.newsroom.print(item("SEC to delist Alibaba"));
    desk.pass(DAY);
    open.round().await;

    let found: serde_json::Value =
        serde_json::from_str(&ask(&desk, &["search", "delist", "--json"])).unwrap();
    let (item, alert) = (found[0]["id"].as_str().unwrap(), found[0]["alert"].as_str().unwrap());
    let seen = "first seen 2026-11-20T13:00:00Z; revision 2, an edit, seen 2026-11-21T13:00:00Z";
    for id in [item, alert] {
        let shown = ask(&desk, &["show", id]);
        assert!(shown.contains(seen), "{id}\n{shown}");
    }
    let report =
        ["audit", "report", "--company", "alibaba", "--from", "2026-11-20", "--to", "2026-11-22"];
    let page = ask(&desk, &report);
    assert!(page.contains(seen), "{page}");
    let mention = "wire, first seen 2026-11-20T13:00:00Z\n";
    assert!(page.contains(mention), "what was first decided is of the first revision\n{page}");
    let html = ask(&desk, &[&report[..], &["--html"]].concat());
    assert!(html.contains(seen), "{html}");
}
