//! The ordeal, in short: the program is killed again and again at seeded moments while news comes in,
//! and afterwards an oracle that knows all that was published reads all mails. Every alert was told;
//! what was told twice came with one Message-ID and no more often than something was killed; nothing
//! was invented.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use watchlistd::store::sqlite::{Mode, Sqlite};

use crate::support::newsroom::Newsroom;

/// How often something is killed.
const KILLS: u32 = 24;

/// Other moments with each number.
const SEED: u64 = 0x5eed_2026;

const SERVICE: &str = r#"
contact = "ops@desk.test"
timezone = "UTC"
storage = "sqlite:state/state.db"
[operator]
to = ["ops@desk.test"]
[collect]
pause = "0s"
interval = "1s"
allow_private = true
first_run = "all"
[mail]
transport = "file"
from = "watchlist@desk.test"
"#;

/// One reader of digests and one of urgent mails alone.
const READERS: &str = r#"
[[reader]]
name = "Mei"
to = ["mei@desk.test"]
urgent = "never"

[[reader]]
name = "Jo"
to = ["jo@desk.test"]
digest = "never"
urgent_per_hour = 1000
"#;

const TOPIC: &str = "[[topic]]\nname = \"Delisting\"\nterms = [\"delist\"]\nseverity = \"high\"\n";

/// Numbers that look random and are the same in every run (SplitMix64, public domain).
struct Moments(u64);

impl Moments {
    fn next(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % below
    }
}

/// Each story is a company's own, so that it rings for itself: `Firm0007`.
fn firm(n: u32) -> String {
    format!("Firm{n:04}")
}

fn start(folder: &Path, arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_watchlistd"))
        .args(arguments)
        .arg("--config")
        .arg(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Waits a seeded moment and kills; answers whether there was anything left to kill.
async fn kill(mut child: Child, after: Duration) -> bool {
    tokio::time::sleep(after).await;
    let alive = child.try_wait().unwrap().is_none();
    child.kill().unwrap();
    child.wait().unwrap();
    alive
}

/// Files of a desk with these companies.
fn desk(folder: &Path, companies: u32, feed: &str) {
    let firms: String =
        (0..companies).map(|n| format!("[[company]]\nname = \"{}\"\n", firm(n))).collect();
    let source = format!("[[source]]\nid = \"wire\"\nurl = \"{feed}\"\n");
    for (name, text) in [
        ("watchlistd.toml", SERVICE),
        ("readers.toml", READERS),
        ("watchlist.toml", &(firms + TOPIC)),
        ("sources.toml", &source),
    ] {
        std::fs::write(folder.join(name), text).unwrap();
    }
}

/// A frame of SQLite's log: its header and a page (<https://www.sqlite.org/fileformat2.html#walformat>).
const FRAME: usize = 24 + 4096;

/// Dying while the store is made leaves the log cut somewhere: each place is tried.
#[test]
fn a_store_that_was_cut_off_while_it_was_made_opens_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("whole/state.db");
    // Held open, so that the log is not yet folded into the file.
    let store = Sqlite::open(&path, Mode::Exclusive).unwrap();
    let file = std::fs::read(&path).unwrap();
    let log = std::fs::read(path.with_extension("db-wal")).unwrap();
    drop(store);
    let frames = (log.len() - 32) / FRAME;
    assert!(frames > 20, "{frames} frames: the log holds the making of the store");
    for kept in 0..=frames {
        let cut = folder.path().join(format!("cut-{kept}"));
        std::fs::create_dir(&cut).unwrap();
        std::fs::write(cut.join("state.db"), &file).unwrap();
        std::fs::write(cut.join("state.db-wal"), &log[..32 + kept * FRAME]).unwrap();
        let opened = Sqlite::open(&cut.join("state.db"), Mode::Exclusive);
        assert!(opened.is_ok(), "cut after {kept} of {frames} frames: {:?}", opened.err());
    }
}

struct Mail {
    to: String,
    id: String,
    firms: BTreeSet<String>,
}

fn mails(folder: &Path) -> Vec<Mail> {
    let new = std::fs::read_dir(folder.join("state/mail/new")).unwrap();
    new.filter_map(|entry| {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        let parsed = mail_parser::MessageParser::default().parse(&bytes).unwrap();
        // A welcome shows the last days and tells none of them.
        if parsed.subject().unwrap_or_default().contains("welcome") {
            return None;
        }
        let text = parsed.body_text(0).unwrap().into_owned();
        let firms = text
            .match_indices("Firm")
            .map(|(at, _)| text[at..].chars().take(8).collect())
            .collect();
        let to = parsed.to().and_then(|to| to.first()).and_then(|one| one.address()).unwrap();
        Some(Mail { to: to.to_owned(), id: parsed.message_id().unwrap().to_owned(), firms })
    })
    .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_it_tells_every_alert_and_invents_none() {
    let newsroom = Newsroom::open().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    desk(path, KILLS * 2, &newsroom.url());

    let mut moments = Moments(SEED);
    let mut published = BTreeSet::new();
    let mut killed = 0;
    for n in 0..KILLS {
        // One alert and some noise before the program runs, one alert beneath it.
        newsroom.publish(&format!("alert-{}", n * 2), &headline(n * 2));
        published.insert(firm(n * 2));
        newsroom.publish(&format!("noise-{n}"), "A quiet day at the harbour, says Firm9999");
        let arguments = if moments.next(3) == 0 { &["once", "--all"][..] } else { &["run"] };
        let child = start(path, arguments);
        // From the first instruction to well behind the last mail of a round; after a poll began, so
        // that slow machines come as far.
        if moments.next(4) > 0 {
            let asked = tokio::time::timeout(Duration::from_secs(10), newsroom.asked_again());
            let _ = asked.await;
        }
        newsroom.publish(&format!("alert-{}", n * 2 + 1), &headline(n * 2 + 1));
        published.insert(firm(n * 2 + 1));
        killed += u32::from(kill(child, Duration::from_millis(moments.next(250))).await);
    }
    // Twice undisturbed: the first sends what the last kill left, both must end well.
    for _ in 0..2 {
        let ended = start(path, &["once", "--all"]).wait().unwrap();
        assert!(ended.success(), "{ended}");
    }

    let mails = mails(path);
    let mut copies: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    for mail in &mails {
        *copies.entry((&mail.to, &mail.id)).or_default() += 1;
    }
    let twice: u32 = copies.values().map(|n| n - 1).sum();
    assert!(twice <= killed * 4, "{twice} copies for {killed} kills: four mails go at a time");
    assert!(copies.values().all(|n| *n <= killed + 1), "{copies:?}");
    for reader in ["mei@desk.test", "jo@desk.test"] {
        let mut occasions: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for mail in mails.iter().filter(|mail| mail.to == reader) {
            for firm in &mail.firms {
                occasions.entry(firm).or_default().insert(&mail.id);
            }
        }
        let told: BTreeSet<String> = occasions.keys().map(|firm| (*firm).to_owned()).collect();
        assert_eq!(told, published, "{reader} after {killed} kills");
        let again: Vec<_> = occasions.iter().filter(|(_, ids)| ids.len() > 1).collect();
        assert!(again.is_empty(), "{reader} was told on two occasions: {again:?}");
    }
}

fn headline(n: u32) -> String {
    format!("The exchange moves to delist {} from its board", firm(n))
}
