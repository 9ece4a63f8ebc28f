//! The clock is set while the service runs: by an hour, a day, a year, ten years, and back. Each reader
//! gets one digest on a day, alerts go out at once, every source is read soon after, and nothing comes in
//! a storm.
//!
//! libfaketime stands between the program and the wall clock; the clock that nobody can set runs on, as
//! it does on a real machine.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use watchlistd::model::Timestamp;

use super::findings::Ordeal;
use super::oracle::Fate;
use super::world::{Post, World};

/// Set where a missing libfaketime must fail the test instead of skipping it.
const REQUIRED: &str = "WATCHLISTD_REQUIRE_FAKETIME";

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;
const YEAR: i64 = 365 * DAY;

/// Loops look at the clock once a minute; the rest is for a machine under load.
const SOON: Duration = Duration::from_secs(115);

/// libfaketime, where the machine has it. Says so when it has not.
pub(super) fn library() -> Option<PathBuf> {
    let places =
        ["/usr/lib", "/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64"];
    let found = places
        .iter()
        .map(|folder| Path::new(folder).join("faketime/libfaketimeMT.so.1"))
        .find(|path| path.exists());
    if found.is_none() {
        assert!(std::env::var_os(REQUIRED).is_none(), "libfaketime is required and not there");
        // Past the test runner's capture, so that a skipped test shows.
        let _ = writeln!(std::io::stderr(), "skipped: libfaketime is not there");
    }
    found
}

/// The clock that the program sees.
struct Clock {
    file: PathBuf,
    /// Seconds from the real time to the time at which the test begins.
    base: i64,
}

impl Clock {
    /// One that shows `start` at this moment.
    fn showing(start: &str, folder: &Path) -> Self {
        let start = Timestamp::parse(start).unwrap();
        let base = (start.millis() - real_now().millis()) / 1_000;
        let clock = Self { file: folder.join("clock"), base };
        clock.set(0);
        clock
    }

    /// Sets it to so many seconds from where it would be.
    fn set(&self, jump: i64) {
        let beside = self.file.with_extension("new");
        fs::write(&beside, format!("{:+}", self.base + jump)).unwrap();
        fs::rename(beside, &self.file).unwrap();
    }

    fn now(&self, jump: i64) -> Timestamp {
        Timestamp::from_millis(real_now().millis() + (self.base + jump) * 1_000)
    }

    fn lie_to(&self, command: &mut Command, library: &Path) {
        command
            .env("LD_PRELOAD", library)
            .env("FAKETIME_TIMESTAMP_FILE", &self.file)
            .env("FAKETIME_NO_CACHE", "1")
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    }
}

fn real_now() -> Timestamp {
    use watchlistd::clock::{Clock as _, SystemClock};
    SystemClock.now()
}

/// Waits for something that another process does; false when it takes too long.
fn until(mut is_so: impl FnMut() -> bool) -> bool {
    const GLANCE: Duration = Duration::from_millis(100);
    let (_hold, never) = std::sync::mpsc::channel::<()>();
    for _ in 0..SOON.as_millis() / GLANCE.as_millis() {
        if is_so() {
            return true;
        }
        let _ = never.recv_timeout(GLANCE);
    }
    false
}

/// A jump, in seconds from the time that would be, with the digest's day that it makes due.
struct Jump {
    to: i64,
    says: &'static str,
    due: Option<&'static str>,
}

const fn jump(to: i64, says: &'static str, due: Option<&'static str>) -> Jump {
    Jump { to, says, due }
}

/// From half past seven in the morning; the digest is due at eight.
const JUMPS: [Jump; 8] = [
    jump(HOUR, "an hour ahead", Some("2026-11-20")),
    jump(0, "and back", None),
    jump(HOUR, "ahead again", None),
    jump(DAY + HOUR, "a day ahead", Some("2026-11-21")),
    jump(HOUR, "and back", None),
    jump(HOUR - YEAR, "a year back", None),
    jump(HOUR + 10 * YEAR, "ten years ahead", Some("2036-11-17")),
    jump(DAY + HOUR, "and back", None),
];

/// The short form: one way and the other.
const SHORT: [usize; 2] = [3, 5];

#[test]
fn a_clock_that_jumps_costs_a_minute() {
    let Some(library) = library() else { return };
    let mut ordeal = Ordeal::begin("clock-jumps");
    let mut world = World::unread(2, Post::Folder);
    world.write("watchlistd.toml", &world.settings("[canary]\nat = \"06:00\"\n"));
    // A source of its own pace beside one that is read every second.
    let (quick, calm) = (world.wire.url(0), world.wire.url(1));
    let sources = format!(
        "[[source]]\nid = \"s000\"\nurl = \"{quick}\"\n\
         [[source]]\nid = \"calm\"\nurl = \"{calm}\"\ninterval = \"30m\"\n"
    );
    world.write("sources.toml", &sources);
    world.write("readers.toml", READERS);
    world.publish(0, Fate::Noise);
    world.publish(1, Fate::Noise);
    let clock = Clock::showing("2026-11-20T07:30:00Z", world.path());
    let mut command = world.command(&["run"]);
    clock.lie_to(&mut command, &library);
    let mut service = world.start(command);
    assert!(until(|| world.mails().len() >= 3), "two welcomes and a canary: {}", world.said());

    let chosen: Vec<&Jump> = match ordeal.full {
        true => JUMPS.iter().collect(),
        false => SHORT.iter().map(|at| &JUMPS[*at]).collect(),
    };
    for one in &chosen {
        let before = world.mails().len();
        clock.set(one.to);
        world.publish(0, Fate::Alert);
        let told = || world.mails().iter().filter(|mail| mail.to == "jo@desk.test").count();
        let known = told();
        assert!(until(|| told() > known), "{}: the alert was not told\n{}", one.says, world.said());
        let digest = |day: &str| digests(&world).iter().any(|one| one.contains(day));
        if let Some(day) = one.due {
            assert!(until(|| digest(day)), "{}: {:?}", one.says, digests(&world));
        }
        assert!(until(|| calm_is_near(&world, clock.now(one.to))), "{}: a long sleep", one.says);
        let more = world.mails().len() - before;
        assert!(more <= 5, "{}: {more} mails came of it", one.says);
    }
    let pid = service.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    assert!(service.wait().unwrap().success(), "{}", world.said());
    let days = digests(&world);
    let mut once = days.clone();
    once.dedup();
    assert_eq!(days, once, "two digests on one day");
    canaries(&world);
    world.heal();
    world.holds(0);
    ordeal.count(chosen.len() as u64, "jumps of the clock");
    ordeal.count(days.len() as u64, "digests, one on each day that came");
    ordeal.held();
}

/// Keys of the scheduled digests, in order.
fn digests(world: &World) -> Vec<String> {
    let sql = "SELECT key FROM occasions WHERE kind = 'digest' AND reader = 'Mei' ORDER BY key";
    let database = world.look();
    let mut select = database.prepare(sql).unwrap();
    let keys = select.query_map([], |row| row.get::<_, String>(0)).unwrap();
    // digest:Mei:2026-11-20T08:00:00Z
    keys.map(|key| key.unwrap()["digest:Mei:".len()..][..10].to_owned()).collect()
}

/// Whether the calm source is planned within its interval, or has just been read.
fn calm_is_near(world: &World, now: Timestamp) -> bool {
    let sql = "SELECT u.next_poll FROM source_turns u JOIN sources s ON s.key = u.source
               WHERE s.id = 'calm'";
    let next: i64 = world.look().query_row(sql, [], |row| row.get(0)).unwrap();
    next - now.millis() <= 34 * 60 * 1_000
}

/// One canary at most on each day, and each arrived.
fn canaries(world: &World) {
    let database = world.look();
    let mut select = database.prepare("SELECT day, state FROM canaries ORDER BY day").unwrap();
    let flown = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    let flown: Vec<(String, String)> = flown.map(Result::unwrap).collect();
    assert!(!flown.is_empty());
    assert!(flown.iter().all(|(_, state)| state != "missing"), "{flown:?}");
}

/// Urgent mails to one, digests to the other.
const READERS: &str = r#"
[[reader]]
name = "Mei"
to = ["mei@desk.test"]
urgent = "never"
digest = "daily 08:00"

[[reader]]
name = "Jo"
to = ["jo@desk.test"]
digest = "never"
urgent_per_hour = 1000
"#;
