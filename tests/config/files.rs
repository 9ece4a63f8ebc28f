//! Folders as they are found on disks: missing, unreadable, empty, in another encoding.

use std::fs;
use std::path::Path;

use watchlistd::config::{self, Environment, Files, ReadError};

use super::texts;

/// Writes the valid folder with some files changed.
fn folder(changed: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder for the test");
    fs::create_dir(folder.path().join("watchlist.d")).expect("can be made");
    for (name, text) in texts(changed) {
        fs::write(folder.path().join(name), text).expect("can be written");
    }
    folder
}

/// Its problems, one a line, without the folder's name.
fn problems(folder: &Path) -> Vec<String> {
    let parsed = config::parse(&Files::read(folder).expect("a folder"), &Environment::default());
    let short = |text: String| text.replace(&format!("{}/", folder.display()), "");
    parsed.problems.iter().map(|one| short(one.to_string())).collect()
}

#[test]
fn a_valid_folder_is_read_whole_and_comes_back_from_its_texts() {
    let folder = folder(&[
        ("topics.toml", "[[topic]]\nname = \"T\"\nterms = [\"t\"]\n"),
        ("watchlist.d/b.toml", "[[company]]\nname = \"B\"\n"),
        ("watchlist.d/a.toml", "[[company]]\nname = \"A\"\n"),
        ("watchlist.d/.#a.toml", "an editor's lock"),
        ("watchlist.d/a.toml~", "a backup"),
        ("notes.toml", "of nobody's business"),
    ]);
    let files = Files::read(folder.path()).unwrap();
    let parsed = config::parse(&files, &Environment::default());
    assert!(parsed.problems.is_empty(), "{:?}", parsed.problems);
    let names: Vec<&str> =
        parsed.watchlist.companies.iter().map(|one| one.name.value.as_str()).collect();
    assert_eq!(names, ["Huawei", "A", "B"]);
    let kept: Vec<String> = files.texts().into_keys().collect();
    assert_eq!(
        kept,
        [
            "readers.toml",
            "sources.toml",
            "topics.toml",
            "watchlist.d/a.toml",
            "watchlist.d/b.toml",
            "watchlist.toml",
            "watchlistd.toml"
        ]
    );
    let again = Files::from_texts(folder.path(), files.texts());
    let again = config::parse(&again, &Environment::default());
    assert_eq!(again.settings, parsed.settings);
    assert_eq!(again.watchlist, parsed.watchlist);
    assert_eq!(again.readers, parsed.readers);
}

#[test]
fn missing_empty_and_foreign_files_are_named_together() {
    let folder = folder(&[("readers.toml", "")]);
    fs::remove_file(folder.path().join("sources.toml")).unwrap();
    fs::write(folder.path().join("watchlist.d/latin.toml"), b"[[company]]\nname = \"Nestl\xe9\"\n")
        .unwrap();
    fs::write(folder.path().join("watchlist.d/wide.toml"), b"\xff\xfe[\0[\0").unwrap();
    insta::assert_snapshot!("files", problems(folder.path()).join("\n"));
}

#[test]
fn a_byte_order_mark_is_no_mistake_and_moves_no_column() {
    let folder =
        folder(&[("watchlist.toml", "\u{feff}nome = 1\r\n[[company]]\r\nname = \"A\"\r\n")]);
    let told = problems(folder.path());
    assert_eq!(told.len(), 1);
    assert!(told[0].starts_with("watchlist.toml:1:1: error: unknown key `nome`"), "{}", told[0]);
}

#[test]
fn files_that_were_meant_and_are_not_read_are_told() {
    for (name, expected) in [
        ("watchlist.d/x.TOML", "only files whose names end in .toml are (rename it to x.toml,"),
        ("watchlist.d/x.toml.txt", "only files whose names end in .toml are (rename it to x.toml,"),
        ("watchlist.d/x.txt", "only files whose names end in .toml are (rename it to x.toml,"),
        ("watchlist.d/team/x.toml", "only files in watchlist.d itself are (move it to"),
        ("watchlist.d/team/asia/x.Toml", "only files in watchlist.d itself are"),
        ("Watchlist.toml", "watchlist.toml is (rename it to watchlist.toml,"),
        ("sources.toml.txt", "sources.toml is (rename it to sources.toml,"),
        ("topics.txt", "topics.toml is (rename it to topics.toml,"),
        ("watchlist.d/x.toml~", ""),
        ("watchlist.d/.x.toml.swp", ""),
        ("watchlist.d/#x.toml#", ""),
        ("watchlist.d/.hidden.TOML", ""),
        ("watchlist.d/x.toml.bak", ""),
        ("watchlist.d/x.toml.dpkg-dist", ""),
        ("watchlist.d/README.txt", ""),
        ("watchlist.d/x.md", ""),
        ("watchlist.d/.git/x.toml", ""),
        ("watchlist.d/team/x.md", ""),
        ("notes.txt", ""),
        ("team/x.toml", ""),
    ] {
        let folder = folder(&[]);
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder around it")).unwrap();
        fs::write(&path, "[[company]]\nname = \"X\"\n").unwrap();
        let files = Files::read(folder.path()).unwrap();
        assert!(files.is_sound(), "{name}: what is read is sound all the same");
        let told = problems(folder.path());
        if expected.is_empty() {
            assert_eq!(told, [""; 0], "{name}");
            continue;
        }
        let expected = format!("warning: {name} is not read: {expected}");
        assert!(told.len() == 1 && told[0].starts_with(&expected), "{expected}\n{told:?}");
    }
}

#[test]
fn an_empty_watchlist_is_told() {
    let folder = folder(&[("watchlist.toml", "# to come\n")]);
    let told = problems(folder.path());
    assert!(told[0].contains("the watchlist is empty"), "{told:?}");
}

#[test]
fn a_folder_that_cannot_be_read_says_why() {
    let folder = folder(&[]);
    let missing = Files::read(&folder.path().join("nowhere"));
    assert!(matches!(missing, Err(ReadError::Missing(_))), "{missing:?}");
    let file = Files::read(&folder.path().join("readers.toml"));
    assert!(matches!(file, Err(ReadError::NotAFolder(_))), "{file:?}");
}

#[test]
fn watchlists_alone_come_from_files_and_folders() {
    let folder = folder(&[("watchlist.d/a.toml", "[[company]]\nname = \"A\"\n")]);
    let single = folder.path().join("labelled-set.toml");
    fs::write(&single, "[[company]]\nname = \"L\"\nnmae = 1\n").unwrap();
    let (entries, problems) =
        config::watchlist_from(&[single.clone(), folder.path().to_path_buf()]).unwrap();
    let names: Vec<&str> = entries.companies.iter().map(|one| one.name.value.as_str()).collect();
    assert_eq!(names, ["L", "Huawei", "A"]);
    assert_eq!(problems.len(), 1);
    assert!(problems[0].to_string().starts_with(&format!("{}:3:1: ", single.display())));

    let bare = tempfile::tempdir().unwrap();
    let nothing = config::watchlist_from(&[bare.path().to_path_buf()]);
    assert!(matches!(nothing, Err(ReadError::NoWatchlist(_))), "{nothing:?}");
    let missing = config::watchlist_from(&[bare.path().join("w.toml")]);
    assert!(matches!(missing, Err(ReadError::Missing(_))), "{missing:?}");
}

/// A pipe has no end while somebody holds it, and nobody may: what is no file is not opened.
#[test]
fn what_is_no_file_is_named_and_not_waited_for() {
    use std::os::unix::fs::symlink;
    use std::os::unix::net::UnixListener;

    let folder = folder(&[]);
    let inside = folder.path().join("watchlist.d");
    let mode = rustix::fs::Mode::from_raw_mode(0o600);
    let kind = rustix::fs::FileType::Fifo;
    rustix::fs::mknodat(rustix::fs::CWD, inside.join("pipe.toml"), kind, mode, 0).unwrap();
    let _listens = UnixListener::bind(inside.join("socket.toml")).unwrap();
    symlink("/dev/zero", inside.join("zero.toml")).unwrap();
    fs::create_dir(inside.join("folder.toml")).unwrap();
    let hint = "(put a file in its place, or take it away)";
    let expected = [
        ("folder.toml", "a folder"),
        ("pipe.toml", "a named pipe"),
        ("socket.toml", "a socket"),
        ("zero.toml", "a device"),
    ]
    .map(|(name, kind)| {
        format!("error: cannot read watchlist.d/{name}: it is {kind}, not a file {hint}")
    });
    assert_eq!(problems(folder.path()), expected);
}
