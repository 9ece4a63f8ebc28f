//! `source`: feeds added, listed, paused and moved by commands.

use std::fs;

use super::answer;
use super::desk::Desk;
use super::site::feed;
use crate::support::feeds::Reply;

fn sources(desk: &Desk) -> String {
    fs::read_to_string(desk.folder().join("sources.toml")).unwrap()
}

#[test]
fn a_page_is_asked_for_its_feed_and_the_feed_is_shown_and_written() {
    let desk = Desk::new();
    let before = sources(&desk);
    desk.site.put("/news.xml", feed(&["Budget passed", "Rain ahead"]));
    let page = "<!DOCTYPE html><html><head><title>News</title><link rel=\"alternate\" \
         type=\"application/rss+xml\" href=\"/news.xml\"></head><body>hello</body></html>";
    desk.site.put("/news", Reply::body(page));
    let add = ["source", "add", &desk.site.url("/news"), "--allow-private", "--official"];
    let said = desk.ask(&add).ends(0).out;
    let url = desk.site.url("/news.xml");
    for words in ["is a page; it names", "Wire: 2 items at ", "Budget passed", "Written."] {
        assert!(said.contains(words), "'{words}'\n{said}");
    }
    // The feed calls itself Wire, and that id is taken.
    let expected = format!(
        "[[source]]\nid = \"wire-2\"\nurl = \"{url}\"\nofficial = true\nallow_private = true\n"
    );
    assert!(sources(&desk).starts_with(before.trim_end()), "{}", sources(&desk));
    assert!(sources(&desk).ends_with(&expected), "{}", sources(&desk));
    desk.ask(&add).ends(65).says("is read already as 'wire-2'");
    desk.ask(&["once"]).ends(0);
    assert_eq!(desk.site.asked("/news.xml"), 3);
}

#[test]
fn what_cannot_be_read_is_not_written() {
    let desk = Desk::new();
    let before = sources(&desk);
    desk.site.put("/plain", Reply::body("<!DOCTYPE html><html><body>no feed</body></html>"));
    let add = |path: &str| desk.ask(&["source", "add", &desk.site.url(path), "--allow-private"]);
    add("/plain").ends(65).says("is no feed").says("a link called RSS");
    add("/missing").ends(75).says("404").says("--untried");
    let private = desk.ask(&["source", "add", &desk.site.url("/wire2.xml")]).ends(75);
    private.says("127.0.0.1 is a private address").says("--allow-private");
    assert_eq!(sources(&desk), before);
}

#[test]
fn what_is_no_address_is_refused_before_anything_is_asked_for() {
    let desk = Desk::new();
    let before = sources(&desk);
    for url in
        ["", "ftp://wire.test/feed", "http://", "https:///", "two words", "mailto://a@b.test"]
    {
        for more in [&[][..], &["--untried", "--id", "new"]] {
            let said = desk.ask(&[&["source", "add", url], more].concat()).ends(64);
            said.says("is no address of a feed").says("an address looks like https://");
        }
    }
    assert_eq!(sources(&desk), before);
}

/// It would stand in a file that a whole desk reads, and it is never shown.
#[test]
fn an_address_that_holds_a_secret_is_refused_without_showing_it() {
    let desk = Desk::new();
    let at = desk.site.url("/wire2.xml");
    let with_secret = at.replace("http://", "http://mei:hunter2@");
    let bare = with_secret.trim_start_matches("http://").to_owned();
    let ftp = with_secret.replace("http://", "ftp://");
    for (url, words) in [
        (with_secret.as_str(), "***@127.0.0.1"),
        (&bare, "holds a user name or password"),
        (&ftp, "is no address of a feed"),
    ] {
        for more in [&["--allow-private"][..], &["--untried", "--id", "new", "--dry-run"]] {
            let said = desk.ask(&[&["source", "add", url], more].concat()).ends(64).says(words);
            assert!(!format!("{said}").contains("hunter2"), "{said}");
        }
    }
    let page = "<!DOCTYPE html><html><head><title>News</title><link rel=\"alternate\" \
         type=\"application/rss+xml\" href=\"http://mei:hunter2@127.0.0.1/x.xml\"></head></html>";
    desk.site.put("/news", Reply::body(page));
    let said = desk.ask(&["source", "add", &desk.site.url("/news"), "--allow-private"]).ends(65);
    assert!(!format!("{said}").contains("hunter2"), "{said}");
    assert_eq!(desk.site.asked("/wire2.xml"), 0);
}

#[test]
fn a_paused_source_is_not_read_until_it_is_resumed() {
    let desk = Desk::new();
    desk.sources(&["wire", "other"]);
    desk.site.put("/other.xml", feed(&["Something else"]));
    desk.ask(&["once"]).ends(0);
    let before = sources(&desk);
    desk.ask(&["source", "pause", "wir"]).ends(65).says("did you mean 'wire'?");
    desk.ask(&["source", "pause", "wire", "--why", "nonsense since Monday"]).ends(0);
    desk.ask(&["source", "pause", "wire"]).ends(0);
    assert!(desk.ask(&["check"]).ends(0).out.contains("source 'wire' is paused"));
    desk.ask(&["once", "--all"]).ends(0);
    assert_eq!((desk.site.asked("/wire.xml"), desk.site.asked("/other.xml")), (1, 2));
    let listed = desk.ask(&["source", "list"]).ends(0).out;
    assert!(listed.contains("wire                         paused"), "{listed}");
    assert!(listed.contains(", 1 item\n"), "{listed}");
    let digest = desk.ask(&["digest", "preview", "mei"]).ends(0).out;
    assert!(digest.contains("Paused by a person, and not read: wire."), "{digest}");
    desk.ask(&["source", "resume", "wire"]).ends(0);
    assert_eq!(sources(&desk), before);
    desk.site.put("/wire.xml", feed(&["NYSE delists Alibaba again"]));
    desk.ask(&["once", "--all"]).ends(0).says("1 alert");
}

#[test]
fn a_moved_address_is_adopted() {
    let desk = Desk::new();
    desk.ask(&["once"]).ends(0);
    desk.ask(&["source", "adopt", "wire"]).ends(65).says("has not said that it moved");
    let to = desk.site.url("/new.xml");
    desk.site.put("/new.xml", feed(&["Here now"]));
    desk.site.put("/wire.xml", Reply::status(301).header("Location", "/new.xml"));
    for _ in 0..3 {
        desk.ask(&["once", "--all"]).ends(0);
    }
    let listed = desk.ask(&["source", "list"]).ends(0).out;
    assert!(listed.contains(&format!("moved to {to}: `watchlistd source adopt wire`")), "{listed}");
    desk.ask(&["source", "adopt", "wire"]).ends(0);
    assert!(sources(&desk).contains(&format!("url = \"{to}\"")), "{}", sources(&desk));
}

/// A shell's variable may say anything.
#[test]
fn who_is_at_work_is_asked_of_the_system() {
    let desk = Desk::new();
    desk.ask(&["once"]).ends(0);
    let said = std::process::Command::new("id").arg("-un").output().unwrap();
    let name = String::from_utf8(said.stdout).unwrap().trim().to_owned();
    answer(desk.command(&["source", "pause", "wire"]).env("USER", "boss")).ends(0);
    let record = desk.ask(&["audit", "export"]).ends(0).out;
    let line = record.lines().find(|line| line.contains("paused the source wire")).unwrap();
    assert!(line.contains(&format!("\"{name}\"")) && !line.contains("boss"), "{line}");
}
