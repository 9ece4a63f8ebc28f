//! `init`: what it writes is valid, and what is there stays as it is.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use watchlistd::cli::init::{self, Answers, InitError};
use watchlistd::cli::problems;
use watchlistd::config::settings::{Storage, Transport};
use watchlistd::config::{self, Environment, Files, Settings};

fn answers<'a>(folder: &'a Path, smtp: Option<&'a str>) -> Answers<'a> {
    Answers { folder, to: "mei.lin@bank.test", timezone: "Europe/Berlin", smtp }
}

/// What a folder says; it must be without any problem.
fn settings(folder: &Path) -> Settings {
    let parsed =
        config::parse(&Files::read(folder).expect("init wrote it"), &Environment::default());
    assert!(parsed.problems.is_empty(), "{}", problems::render(&parsed.problems, false));
    assert_eq!(parsed.readers.len(), 1);
    assert_eq!(parsed.readers[0].name.value, "mei.lin");
    assert!(!parsed.sources.is_empty() && !parsed.watchlist.topics.is_empty());
    parsed.settings.expect("valid")
}

#[test]
fn without_a_server_mails_go_into_a_maildir() {
    let top = tempfile::tempdir().unwrap();
    let folder = top.path().join("new/desk");
    let mut out = Vec::new();
    init::init(&answers(&folder, None), &mut out).unwrap();
    let settings = settings(&folder);
    assert_eq!(settings.storage, Storage::Sqlite(folder.join("state/state.db")));
    assert_eq!(settings.mail.transport, Transport::File(folder.join("state/mail")));
    for (name, _) in init::files(&answers(&folder, None)) {
        let mode = fs::metadata(folder.join(&name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o640, "{name}");
    }
    let out = String::from_utf8(out).unwrap();
    let shown = out.replace(&folder.display().to_string(), "DIR");
    insta::assert_snapshot!("init_says", shown);
    let text = fs::read_to_string(folder.join("watchlistd.toml")).unwrap();
    insta::assert_snapshot!("init_watchlistd_toml", text);
}

#[test]
fn with_a_server_mails_go_there() {
    let top = tempfile::tempdir().unwrap();
    init::init(&answers(top.path(), Some("smtp.bank.test")), &mut Vec::new()).unwrap();
    let Transport::Smtp(smtp) = settings(top.path()).mail.transport else { panic!("smtp") };
    assert_eq!((smtp.host.value.as_str(), smtp.port), ("smtp.bank.test", 587));
}

#[test]
fn in_etc_the_state_lies_where_systemd_says() {
    let files = init::files(&answers(Path::new("/etc/watchlistd"), None));
    assert!(!files["watchlistd.toml"].contains("\nstorage = "));
}

/// A file that was lost comes back, and what is there stays as it is.
#[test]
fn what_exists_is_never_touched() {
    let top = tempfile::tempdir().unwrap();
    fs::write(top.path().join("topics.toml"), "mine").unwrap();
    let mut out = Vec::new();
    init::init(&answers(top.path(), None), &mut out).unwrap();
    let told = String::from_utf8(out).unwrap();
    assert!(
        told.contains(": readers.toml, sources.toml, watchlist.toml, watchlistd.toml;"),
        "{told}"
    );
    assert!(told.contains("Left as they are: topics.toml."), "{told}");
    assert_eq!(fs::read_to_string(top.path().join("topics.toml")).unwrap(), "mine");

    let refused = init::init(&answers(top.path(), None), &mut Vec::new()).unwrap_err();
    assert!(matches!(&refused, InitError::Exists(_)), "{refused}");

    fs::remove_file(top.path().join("sources.toml")).unwrap();
    fs::write(top.path().join("watchlistd.toml"), "theirs").unwrap();
    let mut out = Vec::new();
    init::init(&answers(top.path(), Some("smtp.bank.test")), &mut out).unwrap();
    let told = String::from_utf8(out).unwrap();
    assert!(told.contains(": sources.toml.\n"), "{told}");
    // What its own file says of mails was not asked.
    assert!(!told.contains("smtp.bank.test") && !told.contains("Maildir"), "{told}");
    assert_eq!(fs::read_to_string(top.path().join("watchlistd.toml")).unwrap(), "theirs");
    assert!(top.path().join("sources.toml").is_file());
}

#[test]
fn unusable_arguments_are_refused_before_anything_is_written() {
    let top = tempfile::tempdir().unwrap();
    let folder = top.path().join("desk");
    let told = |to: &str, timezone: &str, smtp: Option<&str>| {
        let answers = Answers { folder: &folder, to, timezone, smtp };
        let refused = init::init(&answers, &mut Vec::new()).unwrap_err();
        assert!(matches!(refused, InitError::Usage { .. }), "{refused}");
        assert!(!folder.exists());
        refused.to_string()
    };
    let all = [
        told("mei", "Europe/Berlin", None),
        told("mei@example.com", "Europe/Berlin", None),
        told("mei\"@bank.test\nx = 1", "Europe/Berlin", None),
        told("mei@bank.test", "Europe/Berln", None),
        told("mei@bank.test", "New York", None),
        told("mei@bank.test", "CEST+2", None),
        told("mei@bank.test", "Europe/Berlin", Some("")),
    ];
    insta::assert_snapshot!("init_refuses", all.join("\n\n"));
}
