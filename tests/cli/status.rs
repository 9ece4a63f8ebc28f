//! `status` beside what mails say: what waits for a restart, and which sources count as read.

use super::desk::Desk;
use super::site::feed;

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
