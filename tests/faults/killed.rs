//! The program itself, killed in the middle of a round: what it had done is not asked for again.

use std::path::Path;
use std::process::{Child, Command, Stdio};

use watchlistd::model::SourceId;
use watchlistd::store::Archive;
use watchlistd::store::sqlite::{Mode, Sqlite};

use super::before;
use crate::support::feeds::{End, Feeds, Reply};

const SOURCES: usize = 200;
/// Polls under way at a time: the program's most, so that the others have been written when the last
/// one is asked.
const AT_ONCE: usize = 128;

fn desk(folder: &Path, feeds: &Feeds) {
    let service = "contact = \"ops@desk.test\"\ntimezone = \"UTC\"\nstorage = \"sqlite:state.db\"\n\
         [operator]\nto = [\"ops@desk.test\"]\n\
         [collect]\npause = \"0s\"\nper_host = 64\nallow_private = true\n\
         [mail]\ntransport = \"file\"\npath = \"mail\"\nfrom = \"watchlist@desk.test\"\n";
    let sources: String = (0..SOURCES)
        .map(|n| format!("[[source]]\nid = \"s{n}\"\nurl = \"{}\"\n", feeds.url(&format!("/{n}"))))
        .collect();
    let readers = "[[reader]]\nname = \"Mei\"\nto = [\"mei@desk.test\"]\n";
    let watchlist = "[[company]]\nname = \"Alibaba\"\n";
    for (name, text) in [
        ("watchlistd.toml", service),
        ("sources.toml", &sources),
        ("readers.toml", readers),
        ("watchlist.toml", watchlist),
    ] {
        std::fs::write(folder.join(name), text).unwrap();
    }
}

fn start(folder: &Path, command: &str) -> Child {
    Command::new(env!("CARGO_BIN_EXE_watchlistd"))
        .args([command, "--config"])
        .arg(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

async fn done(folder: &Path) -> Vec<SourceId> {
    let store = Sqlite::open(&folder.join("state.db"), Mode::Reader).unwrap();
    let rows = store.sources(None, 999).await.unwrap();
    rows.into_iter()
        .filter(|row| row.state.last_success.is_some())
        .map(|row| row.source.id)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_program_asks_again_only_for_what_it_had_not_done() {
    for command in ["once", "run"] {
        let folder = tempfile::tempdir().unwrap();
        let feeds = Feeds::start().await;
        for n in 0..SOURCES {
            feeds.script(&format!("/{n}"), [before()]);
        }
        // The last one keeps it from ending before it is killed.
        let last = format!("/{}", SOURCES - 1);
        feeds.script(&last, [Reply::status(200).end(End::Hang)]);
        desk(folder.path(), &feeds);
        let mut child = start(folder.path(), command);
        feeds.asked(SOURCES).await;
        child.kill().unwrap();
        child.wait().unwrap();
        feeds.script(&last, [before()]);
        let done_before = done(folder.path()).await;
        assert!((SOURCES - AT_ONCE..SOURCES).contains(&done_before.len()), "{}", done_before.len());

        let ended = start(folder.path(), "once").wait().unwrap();
        assert!(ended.success(), "{ended}");
        assert_eq!(done(folder.path()).await.len(), SOURCES);
        let requests = feeds.requests();
        for n in 0..SOURCES {
            let times = requests.iter().filter(|one| one.path == format!("/{n}")).count();
            let was_done = done_before.contains(&SourceId::new(format!("s{n}")));
            assert_eq!(times, if was_done { 1 } else { 2 }, "{command}: s{n}, done: {was_done}");
        }
        let store = Sqlite::open(&folder.path().join("state.db"), Mode::Reader).unwrap();
        assert_eq!(store.items(None, 999).await.unwrap().len(), SOURCES * 3);
    }
}
