//! `doctor`: everything that is in the way at once, with its remedy, and nothing sent or changed.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use super::desk::Desk;
use super::site::feed;
use super::{Answer, contents};
use crate::support::feeds::Reply;
use crate::support::smtp::{At, Does, Protection, Script};

/// A desk of which nobody could complain.
fn healthy() -> Desk {
    let desk = Desk::new();
    for entry in fs::read_dir(desk.folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            fs::set_permissions(path, fs::Permissions::from_mode(0o640)).unwrap();
        }
    }
    desk
}

#[track_caller]
fn has(answer: &Answer, line: &str) {
    assert!(answer.out.lines().any(|one| one.contains(line)), "'{line}' is not said\n{answer}");
}

/// Mail by SMTP to a server on this port, with a log-in.
fn by_smtp(desk: &Desk, server: &crate::support::smtp::SmtpServer, more: &str) {
    let ca = server.ca_file().display().to_string();
    let smtp = format!(
        "transport = \"smtp\"\nhost = \"localhost\"\nport = {}\nca_file = \"{ca}\"\n{more}",
        server.port()
    );
    desk.edit("watchlistd.toml", "transport = \"file\"", &smtp);
}

#[test]
fn a_healthy_desk_is_told_so_and_nothing_is_changed() {
    let desk = healthy();
    desk.ask(&["once"]).ends(0);
    let file = desk.state().join("backups/watchlistd-20261126T030000Z.tar.gz");
    fs::create_dir(file.parent().unwrap()).unwrap();
    desk.ask(&["backup", file.to_str().unwrap()]).ends(0);
    let (before, asked) = (contents(&desk.folder()), desk.site.asked("/wire.xml"));
    let told = desk.ask(&["doctor"]).ends(0);
    has(&told, "ok      the files can be used; no problems");
    has(&told, "ok      files and state are readable for the service, and for no stranger");
    has(&told, "ok      version 1 of the files is in force");
    has(&told, "mail folder: letters can be written");
    has(&told, "ok      1 of 1 are read and understood");
    has(&told, "ok      the newest in ");
    assert!(told.out.ends_with("\nAll is well.\n"), "{told}");
    assert!(contents(&desk.folder()) == before, "it changes nothing");
    assert_eq!(desk.site.asked("/wire.xml"), asked + 1);
    let offline = desk.ask(&["doctor", "--offline"]).ends(0);
    assert!(!offline.out.contains("Sources"), "{offline}");
    assert_eq!(desk.site.asked("/wire.xml"), asked + 1);
}

#[test]
fn all_that_is_in_the_way_is_told_at_once_with_its_remedy() {
    let desk = healthy();
    desk.ask(&["once"]).ends(0);
    let server = Script::new(Protection::StartTls).login("watch", "right").start();
    by_smtp(&desk, &server, "username = \"watch\"\npassword_file = \"secret\"\n");
    fs::write(desk.folder().join("secret"), "wrong\n").unwrap();
    let open = fs::Permissions::from_mode(0o644);
    fs::set_permissions(desk.folder().join("secret"), open).unwrap();
    desk.sources(&["wire", "gone", "page", "empty"]);
    desk.site.put("/gone.xml", Reply::status(404));
    desk.site.put("/page.xml", Reply::body("<!doctype html><html><body>Hello</body></html>"));
    desk.site.put("/empty.xml", feed(&[]));
    let open = desk.folder().join("watchlist.toml");
    fs::set_permissions(&open, fs::Permissions::from_mode(0o666)).unwrap();
    let told = desk.ask(&["doctor"]).ends(78);
    has(&told, "ERROR   everybody on this machine may change ");
    has(&told, "→ chmod o-w ");
    has(&told, "ERROR   everybody on this machine can read the mail server's password: ");
    has(&told, "ERROR   SMTP to localhost:");
    has(&told, "AUTH: 535");
    has(&told, "→ check [mail] username and its password");
    has(&told, "ERROR   gone: getting http://127.0.0.1");
    has(&told, "ERROR   page: ");
    has(&told, "→ sources.toml wants the address of the feed itself");
    has(&told, "warning empty: a feed, but without items");
    has(&told, "1 of 4 are read and understood");
    has(&told, "warning there is none in ");
    has(&told, "→ systemctl enable --now watchlistd-backup.timer");
    assert!(told.out.ends_with("\n5 in the way, 2 to look at.\n"), "{told}");
    assert!(!told.out.contains("wrong"), "no password in it\n{told}");
    // One source alone, and for a program.
    let told = desk.ask(&["doctor", "--source", "wire", "--json"]).ends(78);
    let report: Value = serde_json::from_str(&told.out).unwrap();
    assert_eq!(report["errors"], 3, "{report}");
    let of = |area: &str| -> Vec<&Value> {
        let all = report["findings"].as_array().unwrap();
        all.iter().filter(|one| one["area"] == area).collect()
    };
    assert_eq!(of("sources").len(), 1);
    assert_eq!(of("mail")[0]["grade"], "error");
    desk.ask(&["doctor", "--source", "nobody"]).ends(64).says("there is no source \"nobody\"");
}

#[test]
fn a_mail_server_is_asked_up_to_the_log_in_and_given_nothing() {
    let desk = healthy();
    let server = Script::new(Protection::StartTls).login("watch", "right").start();
    by_smtp(&desk, &server, "username = \"watch\"\n");
    let ask = |password: &str| {
        let mut command = desk.command(&["doctor"]);
        super::answer(command.env("WATCHLISTD_SMTP_PASSWORD", password))
    };
    let told = ask("right").ends(0);
    has(&told, "ok      SMTP to localhost:");
    has(&told, "AUTH: logged in; the server would take mail");
    ask("wrong").ends(78);
    assert!(server.taken().is_empty());
    assert!(server.heard().iter().all(|one| !one.line.starts_with("MAIL")), "{:?}", server.heard());
}

#[test]
fn a_server_that_is_away_is_no_fault_of_the_files() {
    let desk = healthy();
    let server =
        Script::new(Protection::Clear).always(At::Banner, Does::says("421 not now")).start();
    by_smtp(&desk, &server, "");
    desk.edit("watchlistd.toml", "host = \"localhost\"", "tls = \"none\"\nhost = \"127.0.0.1\"");
    let told = desk.ask(&["doctor"]).ends(75);
    has(&told, "greeting: 421 not now");
}

#[test]
fn a_wrong_clock_shows_in_what_servers_say() {
    let desk = healthy();
    let date = "Mon, 02 Jan 2040 08:00:00 GMT";
    desk.site.put("/wire.xml", feed(&["News"]).header("Date", date));
    let told = desk.ask(&["doctor"]).ends(0);
    has(&told, "s behind that of 1 host, which may be wrong itself");
    has(&told, "→ timedatectl shows");
}

#[test]
fn broken_files_hide_nothing_else() {
    let desk = healthy();
    desk.ask(&["once"]).ends(0);
    desk.write("sources.toml", "[[source]]\nidd = \"x\"\n");
    let told = desk.ask(&["doctor"]).ends(78);
    has(&told, "sources.toml:2:1: ");
    has(&told, "ok      version 1 of the files is in force");
    has(&told, "not tried: the configuration must be mended first");
    let nowhere = super::ask(["doctor", "--config", "/no/such/folder"]).ends(66);
    assert!(nowhere.out.contains("/no/such/folder"), "{nowhere}");
}
