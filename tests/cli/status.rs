//! `status` beside what mails say: what waits for a restart, and which sources count as read.

use super::desk::Desk;
use super::site::feed;

#[test]
fn what_waits_for_a_restart_is_named_until_there_was_one() {
    let desk = Desk::new();
    let service = desk.run();
    assert_eq!(desk.status()["watchlist"]["needs_restart"], serde_json::json!([]));
    desk.edit("watchlistd.toml", "contact = \"mei@bank.test\"", "contact = \"ops@bank.test\"");
    desk.edit("watchlistd.toml", "# per_host = 2", "per_host = 1");
    desk.edit("watchlistd.toml", "[keep]\n", "[keep]\npolls = \"91d\"\n");
    service.signal("HUP");
    service.until("reloaded: version 2");
    let waits = ["contact", "[collect] per_host and pause", "[keep]"];
    assert_eq!(desk.status()["watchlist"]["needs_restart"], serde_json::json!(waits));
    let said = desk.ask(&["status"]).ends(0);
    let words = format!(
        "in force but for {}: that waits for a restart of the service, which goes on as it was started",
        waits.join(", ")
    );
    assert!(said.out.contains(&words), "{said}");

    // Another edit changes nothing of what waits.
    desk.edit("watchlist.toml", "audit inspection", "audit inspections");
    service.signal("HUP");
    service.until("reloaded: version 3");
    assert_eq!(desk.status()["watchlist"]["needs_restart"], serde_json::json!(waits));

    // Of a service that does not run nothing waits.
    assert_eq!(service.stop(), Some(0));
    assert_eq!(desk.status()["watchlist"]["needs_restart"], serde_json::json!([]));
    let service = desk.run();
    assert_eq!(desk.status()["watchlist"]["needs_restart"], serde_json::json!([]));
    assert_eq!(service.stop(), Some(0));
}

#[test]
fn an_official_source_that_has_emptied_is_not_read() {
    let desk = Desk::new();
    desk.edit("sources.toml", "id = \"wire\"", "id = \"wire\"\nofficial = true");
    desk.ask(&["once"]).ends(0);
    assert!(desk.ask(&["status"]).ends(0).out.contains("1 of 1 read"));
    assert_eq!(desk.status()["sources"][0]["read"], true);
    desk.site.put("/wire.xml", feed(&[]));
    desk.ask(&["once", "--all"]).ends(0);
    let said = desk.ask(&["status"]).ends(0);
    assert!(said.out.contains("0 of 1 read"), "{said}");
    assert!(said.out.contains("empty"), "{said}");
    assert_eq!(desk.status()["sources"][0]["read"], false, "{said}");
}
