//! Killed where it changes itself: while an older database is brought up to date, while files are read
//! again, and in the middle of a mail.

use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command};
use std::time::Duration;

use super::findings::Ordeal;
use super::moments::Moments;
use super::oracle::Fate;
use super::strace;
use super::world::{Post, World, until, wait};
use crate::support::older;
use crate::support::smtp::{At, Does};

/// Far longer than a poll takes.
const LONG: Duration = Duration::from_secs(20);

/// The shape in which the fixtures were left.
const OLD: i32 = 7;

/// What a killed service of that time left behind: an item that waits to be judged; a mail that was sealed
/// and a notice that was not; two mails that were being sent.
const LEFT: [(&str, &str); 3] = [
    ("waiting", include_str!("../fixtures/schema-7/waiting.sql")),
    ("half sealed", include_str!("../fixtures/schema-7/half-sealed.sql")),
    ("sending", include_str!("../fixtures/schema-7/sending.sql")),
];

/// A world whose database is of an older shape, and whose feed shows what that has read.
fn older_world(rows: &str) -> World {
    let mut world = World::unread(1, Post::Folder);
    for fate in [Fate::Noise, Fate::Alert, Fate::Held] {
        world.publish(0, fate);
    }
    DirBuilder::new().mode(0o700).create(world.state()).unwrap();
    older::database(&world.database(), OLD, rows);
    world
}

#[test]
fn killed_while_its_database_is_brought_up_to_date_it_opens_and_goes_on() {
    if !strace::is_there() {
        return;
    }
    let mut ordeal = Ordeal::begin("killed-while-migrating");
    let mut kills = 0;
    for (left, rows) in LEFT {
        let calls: &[_] =
            if left == LEFT[0].0 { &["pwrite64", "fsync", "ftruncate"] } else { &["fsync"] };
        for call in calls {
            kills += killed_at_each(call, left, rows, ordeal.full);
        }
    }
    assert!(kills > 0, "nothing was killed");
    ordeal.count(kills, "kills");
    ordeal.count(LEFT.len() as u64, "ways to have been left behind");
    ordeal.held();
}

/// Kills the first start at the first, second … call, until that comes after the new shape is there.
fn killed_at_each(call: &str, left: &str, rows: &str, all: bool) -> u64 {
    let mut kills = 0;
    let steps: &[u64] = if call == "pwrite64" { &[3, 17, 40] } else { &[2] };
    let every: Vec<u64> = (1..400).collect();
    for at in if all { &every } else { steps } {
        // A new world each: a database is brought up to date once.
        let mut world = older_world(rows);
        let once = world.command(&["once", "--all"]);
        let injection = format!("{call}:signal=KILL:when={at}");
        let ended = world.run(strace::tampered(&once, &[injection]));
        let killed = ended.signal() == Some(9);
        assert!(killed || ended.success(), "{left}: {ended}: {}", world.said());
        kills += u64::from(killed);
        let is_new = older::version(&world.database()) > OLD;
        world.heal();
        // The service of that time was killed as well.
        world.holds(1 + u64::from(killed));
        // From there on the calls are those of a round, which another ordeal tries.
        if is_new {
            break;
        }
    }
    kills
}

#[test]
fn killed_while_files_are_read_again_one_version_is_in_force() {
    let mut ordeal = Ordeal::begin("killed-while-reloading");
    let kills = ordeal.either(4, 60);
    let mut world = World::begin(3, Post::Folder);
    let mut moments = Moments::seeded(0x5eed_2035);
    let settings = world.settings("");
    for n in 0..kills {
        world.publish(0, Fate::Alert);
        let mut service = world.start(world.command(&["run"]));
        let (asked, _) = world.wire.requests();
        world.wire.wait_for(asked + 3, LONG);
        // An edit of all files, now and then a bad one.
        let bad = if moments.below(4) == 0 { "[[compny]]\n" } else { "" };
        world.write("watchlistd.toml", &(settings.clone() + &format!("# edit {n}\n")));
        fs::create_dir_all(world.path().join("watchlist.d")).unwrap();
        world.write("watchlist.d/more.toml", &format!("[[company]]\nname = \"More {n}\"\n{bad}"));
        let pid = service.id().to_string();
        assert!(Command::new("kill").args(["-HUP", &pid]).status().unwrap().success());
        wait(Duration::from_millis(moments.below(60)));
        service.kill().unwrap();
        service.wait().unwrap();
    }
    world.write("watchlist.d/more.toml", "[[company]]\nname = \"More\"\n");
    world.heal();
    let copies = world.holds(kills);
    ordeal.count(kills, "kills");
    ordeal.count(world.oracle.alerts(), "alerts published and told to each of two readers");
    ordeal.count(copies, "mails that came twice");
    ordeal.held();
}

#[test]
fn signals_and_a_new_start_in_the_middle_of_a_mail_lose_nothing() {
    let mut ordeal = Ordeal::begin("signals-in-the-middle-of-a-mail");
    let mut cut = 0;
    for (at, verb) in [(At::Dot, "DATA"), (At::Data, "DATA"), (At::Mail, "MAIL")] {
        for signal in ["-TERM", "-HUP", "-KILL"] {
            // The short form tries each signal once, where it matters most.
            if ordeal.full || at == At::Dot {
                cut_off_a_digest(at, verb, signal);
                cut_off_the_service(at, verb, signal);
                cut += 2;
            }
        }
    }
    ordeal.count(cut, "mails cut off");
    ordeal.held();
}

/// A world whose mail server stops answering at this point, once, in the first mail.
fn hanging(at: At) -> World {
    let mut world = World::unread(2, Post::scripted(|script| script.once(at, Does::Hangs)));
    world.publish(0, Fate::Noise);
    world.publish(1, Fate::Noise);
    world
}

fn signal(child: &Child, name: &str) {
    let pid = child.id().to_string();
    assert!(Command::new("kill").args([name, &pid]).status().unwrap().success());
}

/// What is started to ignore hang-ups, as by `nohup`, starts what ignores them, too; and `once` leaves
/// signals to the system.
fn hang_ups_are_ignored() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap();
    // Bit n - 1 is signal n; SIGHUP is 1.
    u64::from_str_radix(ignored.trim(), 16).unwrap() & 1 == 1
}

/// `once` mails a digest; what it had not finished, the service finishes.
fn cut_off_a_digest(at: At, verb: &str, name: &str) {
    let mut world = hanging(at);
    let mut once = world.start(world.command(&["once", "--all"]));
    until("a digest is under way", || world.post.heard(verb) > 0);
    signal(&once, if name == "-HUP" && hang_ups_are_ignored() { "-TERM" } else { name });
    once.wait().unwrap();
    world.publish(0, Fate::Alert);
    world.heal();
    world.holds(1);
}

/// The first mail of the service hangs. A reload leaves it alone; a stop cuts it off in the end.
fn cut_off_the_service(at: At, verb: &str, name: &str) {
    let mut world = hanging(at);
    let mut service = world.start(world.command(&["run"]));
    // An alert after the first read wakes up who seals.
    world.wire.wait_for(4, LONG);
    world.publish(1, Fate::Alert);
    until("a mail is under way", || world.post.heard(verb) > 0);
    signal(&service, name);
    if name == "-HUP" {
        until("it reloads", || world.said().contains("reloaded: "));
        world.publish(0, Fate::Alert);
        until("others are not held up", || world.oracle.is_told_to("jo", &world.mails()));
        assert!(service.try_wait().unwrap().is_none(), "a reload ended it");
        // Twice: the second one cuts off what hangs.
        signal(&service, "-TERM");
    }
    if name != "-KILL" {
        until("it finishes what it can", || world.said().contains("stopping: "));
        signal(&service, "-TERM");
    }
    service.wait().unwrap();
    world.publish(1, Fate::Alert);
    world.heal();
    world.holds(1);
}
