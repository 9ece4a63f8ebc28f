//! `backup` and `restore`: what a desk had is there again, nothing goes out behind anybody's back, and the
//! record says where it broke off.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::desk::Desk;
use super::site::feed;
use super::{Answer, answer, contents, watchlistd};
use crate::support::smtp::{At, Does, Protection, Script};

/// A desk that was told of one matter.
fn lived() -> Desk {
    let desk = Desk::new();
    desk.ask(&["once"]).ends(0).says("1 mail sent");
    desk
}

fn saved(desk: &Desk) -> PathBuf {
    let file = desk.folder().join("../desk.tar.gz");
    desk.ask(&["backup", file.to_str().unwrap()]).ends(0);
    file
}

fn at(folder: &Path, arguments: &[&str]) -> Answer {
    answer(watchlistd(arguments).arg("--config").arg(folder))
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn a_backup_is_one_file_that_any_tar_opens_and_never_replaces_another() {
    let desk = lived();
    fs::create_dir(desk.folder().join("watchlist.d")).unwrap();
    desk.write("watchlist.d/more.toml", "[[company]]\nname = \"Tencent\"\n");
    let file = saved(&desk);
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let listed = std::process::Command::new("tar").arg("-tzf").arg(&file).output().unwrap();
    assert_eq!(
        String::from_utf8(listed.stdout).unwrap(),
        "manifest.json\nconfig/readers.toml\nconfig/sources.toml\nconfig/watchlist.d/more.toml\n\
         config/watchlist.toml\nconfig/watchlistd.toml\nstate.db\n"
    );
    assert_eq!(
        names(&desk.state()),
        ["mail", "state.db", "state.db.lock", "state.db.reserve"],
        "nothing is left over"
    );
    let again = desk.ask(&["backup", file.to_str().unwrap()]).ends(64);
    assert!(again.err.contains("exists; nothing was written"), "{again}");
    // Through a pipe, where only the reading side may write.
    let piped = desk.command(&["backup", "-"]).output().unwrap();
    assert!(piped.status.success(), "{piped:?}");
    fs::write(&file, piped.stdout).unwrap();
    let machine = tempfile::tempdir().unwrap();
    at(&machine.path().join("desk"), &["restore", file.to_str().unwrap()]).ends(0);
}

#[test]
fn a_folder_keeps_the_newest() {
    let desk = lived();
    let folder = desk.folder().join("../backups");
    fs::create_dir(&folder).unwrap();
    for day in 10..14 {
        fs::write(folder.join(format!("watchlistd-202001{day}T030000Z.tar.gz")), "old").unwrap();
    }
    fs::write(folder.join("watchlistd-mine.tar.gz"), "somebody's own").unwrap();
    desk.ask(&["backup", "--into", folder.to_str().unwrap(), "--keep", "3"]).ends(0);
    let left = names(&folder);
    assert_eq!(left.len(), 4, "{left:?}");
    assert_eq!(
        left[..2],
        ["watchlistd-20200112T030000Z.tar.gz", "watchlistd-20200113T030000Z.tar.gz"]
    );
    assert_eq!(left[3], "watchlistd-mine.tar.gz");
}

#[test]
fn an_empty_machine_goes_on_where_the_backup_was_made_and_sends_nothing_unasked() {
    let server = Script::new(Protection::Clear)
        .once(At::Rcpt, Does::says("451 4.7.1 come back later"))
        .start();
    let desk = Desk::new();
    let smtp = format!(
        "transport = \"smtp\"\nhost = \"127.0.0.1\"\nport = {}\ntls = \"none\"",
        server.port()
    );
    desk.edit("watchlistd.toml", "transport = \"file\"", &smtp);
    desk.ask(&["once"]).ends(75).says("1 deferred");
    let file = saved(&desk);
    // After the backup the mail goes out: the restored desk cannot know.
    let listed = desk.ask(&["outbox", "list", "--json"]).ends(0);
    let listed: Value = serde_json::from_str(&listed.out).unwrap();
    let id = listed[0]["id"].as_str().unwrap();
    desk.ask(&["outbox", "retry", id]).ends(0);
    desk.ask(&["once"]).ends(0);
    let sent = server.taken().len();
    assert!(sent >= 1);
    let later = desk.ask(&["audit", "verify", "--json"]).ends(0);
    let later: Value = serde_json::from_str(&later.out).unwrap();

    let machine = tempfile::tempdir().unwrap();
    let folder = machine.path().join("desk");
    let told = at(&folder, &["restore", file.to_str().unwrap()]).ends(0);
    assert!(told.out.contains("restore --resume --dry-run"), "{told}");
    assert_eq!(at(&folder, &["check"]).code, Some(0));
    let status = at(&folder, &["status"]).ends(0);
    assert!(status.out.contains("held since the restore of"), "{status}");

    desk.site.put(
        "/wire.xml",
        feed(&["Huawei faces audit inspection", "Lawmakers urge the SEC to delist Alibaba"]),
    );
    let held = at(&folder, &["once", "--all"]).ends(75);
    assert!(held.err.contains("no mail goes out since the restore"), "{held}");
    assert_eq!(server.taken().len(), sent, "nothing goes out");
    let listed = at(&folder, &["restore", "--resume", "--dry-run"]).ends(0);
    assert!(listed.out.contains("1 mail was waiting") && listed.out.contains(id), "{listed}");
    assert!(listed.out.contains("mei: 1") && listed.out.contains("still held"), "{listed}");
    at(&folder, &["once"]).ends(75);

    at(&folder, &["outbox", "retry", id]).ends(0);
    let resumed = at(&folder, &["restore", "--resume"]).ends(0);
    assert!(resumed.out.ends_with("starts within a minute.\n"), "{resumed}");
    at(&folder, &["once"]).ends(0).says("2 mails sent");
    let repeats = "This service was restored on";
    let newest = text_of(&server.taken().pop().unwrap().message);
    assert!(newest.contains("AFTER A RESTORE") && newest.contains(repeats), "{newest}");
    at(&folder, &["once", "--all"]).ends(0);
    let newest = text_of(&server.taken().pop().unwrap().message);
    assert!(!newest.contains(repeats), "said once to each reader\n{newest}");
    let resumed = at(&folder, &["restore", "--resume"]).ends(0);
    assert_eq!(resumed.out, "No restore waits: mails go as usual.\n");

    let verified = at(&folder, &["audit", "verify"]).ends(0);
    assert!(verified.out.contains("from a backup of"), "{verified}");
    assert!(verified.out.ends_with("Everything fits.\n"), "{verified}");
    // What a mail printed in between is no longer there, and the restore says why.
    let head = &later["head"];
    let head = format!("{} {}", head["number"], head["hash"].as_str().unwrap());
    let broken = at(&folder, &["audit", "verify", "--head", &head]).ends(65);
    assert!(broken.out.contains("the database was restored at"), "{broken}");
}

fn text_of(mail: &[u8]) -> String {
    let mail = mail_parser::MessageParser::default().parse(mail).unwrap();
    mail.body_text(0).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn what_a_restore_replaces_is_set_aside() {
    let desk = lived();
    let file = saved(&desk);
    desk.edit("watchlist.toml", "Huawei", "ZTE Corporation");
    fs::create_dir(desk.folder().join("watchlist.d")).unwrap();
    desk.write("watchlist.d/later.toml", "[[company]]\nname = \"Tencent\"\n");
    desk.ask(&["once", "--all"]).ends(0);
    let told = desk.ask(&["restore", file.to_str().unwrap()]).ends(0);
    assert_eq!(told.out.matches("set aside").count(), 3, "{told}");
    let text = fs::read_to_string(desk.folder().join("watchlist.toml")).unwrap();
    assert!(text.contains("Huawei"), "{text}");
    let aside: Vec<String> = names(&desk.folder())
        .into_iter()
        .filter(|name| name.starts_with("watchlist.toml.before-restore-"))
        .collect();
    assert_eq!(aside.len(), 1);
    let old = fs::read_to_string(desk.folder().join(&aside[0])).unwrap();
    assert!(old.contains("ZTE"), "{old}");
    assert!(!desk.folder().join("watchlist.d/later.toml").exists());
    let state = names(&desk.state());
    assert!(state.iter().any(|one| one.starts_with("state.db.before-restore-")), "{state:?}");
    assert!(!state.iter().any(|one| one.starts_with(".restore-")), "{state:?}");
    desk.ask(&["status"]).ends(0);
    // To read again what was set aside would undo the restore.
    let checked = desk.ask(&["check"]).ends(0);
    assert!(
        !checked.out.contains("is not read") && !checked.err.contains("is not read"),
        "{checked}"
    );
}

#[test]
fn the_files_may_stay_as_they_are() {
    let desk = lived();
    let file = saved(&desk);
    desk.edit("watchlist.toml", "Huawei", "ZTE Corporation");
    desk.ask(&["restore", "--keep-config", file.to_str().unwrap()]).ends(0);
    let text = fs::read_to_string(desk.folder().join("watchlist.toml")).unwrap();
    assert!(text.contains("ZTE"), "{text}");
}

#[test]
fn a_damaged_backup_changes_nothing() {
    let desk = lived();
    let file = saved(&desk);
    let whole = fs::read(&file).unwrap();
    let mut changed = whole.clone();
    let middle = changed.len() * 3 / 4;
    changed[middle] ^= 0x55;
    // The lock names its last holder; everything else stays.
    let seen = || {
        let mut seen = contents(&desk.folder());
        seen.remove(&desk.state().join("state.db.lock"));
        seen
    };
    let before = seen();
    for (bytes, why) in [
        (&whole[..whole.len() / 2], "cut"),
        (&changed[..], "changed"),
        (&b""[..], "empty"),
        (&b"not at all"[..], "another file"),
    ] {
        fs::write(&file, bytes).unwrap();
        let told = desk.ask(&["restore", file.to_str().unwrap()]).ends(65);
        assert!(told.err.contains("is no whole backup"), "{why}: {told}");
        assert!(seen() == before, "{why}: something changed");
    }
    let missing = desk.ask(&["restore", "/no/such/file"]).ends(66);
    assert!(missing.err.contains("/no/such/file"), "{missing}");
}

#[test]
fn a_running_service_is_not_replaced_under_its_feet() {
    let desk = lived();
    let file = saved(&desk);
    let service = desk.run();
    let beside = desk.folder().join("../beside.tar.gz");
    desk.ask(&["backup", beside.to_str().unwrap()]).ends(0);
    let before = fs::read(desk.folder().join("watchlist.toml")).unwrap();
    let told = desk.ask(&["restore", file.to_str().unwrap()]).ends(75);
    assert!(told.err.contains("held by process"), "{told}");
    assert_eq!(before, fs::read(desk.folder().join("watchlist.toml")).unwrap());
    drop(service);
}

#[test]
fn a_secret_is_in_no_backup() {
    let desk = lived();
    fs::write(desk.folder().join("secret"), "hunter2\n").unwrap();
    let smtp = "transport = \"smtp\"\nhost = \"127.0.0.1\"\nport = 9\ntls = \"none\"\n\
                username = \"u\"\npassword_file = \"secret\"";
    desk.edit("watchlistd.toml", "transport = \"file\"", smtp);
    let file = desk.folder().join("../desk.tar.gz");
    let told = desk.ask(&["backup", file.to_str().unwrap()]).ends(0);
    assert!(told.out.contains("Not in it: password_file "), "{told}");
    let opened = std::process::Command::new("tar").arg("-xzOf").arg(&file).output().unwrap();
    assert!(!String::from_utf8_lossy(&opened.stdout).contains("hunter2"));
}

/// What root makes beside the database is the owner's: a file of root's would lock the service out.
#[test]
fn commands_of_root_go_on_as_the_owner_of_the_state() {
    if !rustix::process::geteuid().is_root() {
        assert!(std::env::var_os("WATCHLISTD_REQUIRE_ROOT").is_none(), "this needs root");
        return;
    }
    const NOBODY: u32 = 65_534;
    let desk = Desk::new();
    fs::create_dir(desk.state()).unwrap();
    chown(desk.state(), Some(NOBODY), Some(NOBODY)).unwrap();
    for folder in [desk.folder(), desk.folder().parent().unwrap().to_path_buf()] {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
    }
    for name in names(&desk.folder()) {
        if name.ends_with(".toml") {
            let path = desk.folder().join(name);
            fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
        }
    }
    desk.ask(&["once"]).ends(0).says("1 mail sent");
    desk.ask(&["status"]).ends(0);
    let file = saved(&desk);
    desk.ask(&["restore", file.to_str().unwrap()]).ends(0);
    for path in contents(&desk.state()).keys() {
        assert_eq!(fs::metadata(path).unwrap().uid(), NOBODY, "{}", path.display());
    }
    // The files stay whose they were, and root reads and writes backups where the owner cannot.
    assert_eq!(fs::metadata(desk.folder().join("watchlist.toml")).unwrap().uid(), 0);
    assert_eq!(fs::metadata(&file).unwrap().uid(), 0);
    // A file that the owner cannot read is a file that the service cannot read.
    let secret = fs::Permissions::from_mode(0o600);
    fs::set_permissions(desk.folder().join("watchlist.toml"), secret).unwrap();
    let told = desk.ask(&["once"]);
    assert!(told.err.contains("watchlist.toml"), "{told}");
}

/// A database that came from a file is its owner's alone, whatever the shell would leave to others.
#[test]
fn a_restored_database_is_read_by_nobody_else() {
    let desk = Desk::new();
    desk.ask(&["once"]).ends(0);
    let file = saved(&desk);
    desk.ask(&["restore", file.to_str().unwrap()]).ends(0);
    let mode = fs::metadata(desk.database()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    desk.ask(&["backup", "--into", "not/there"]).ends(74).says("mkdir -m 700 not/there");
}
