//! A disk that fills up under the service, and under a round: it waits, says so once, forgets nothing, and
//! goes on by itself.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};

use super::findings::Ordeal;
use super::moments::Moments;
use super::oracle::{Fate, Mail};
use super::strace;
use super::world::{Post, World, until};

const SOURCES: usize = 20;

/// The small disk, and what must stay free on it.
const SIZE: &str = "48m";
const FLOOR: &str = "8MB";

/// A small file system, gone with the value.
struct Mounted(PathBuf);

impl Mounted {
    /// Says so where the machine does not allow it.
    fn on(path: &Path) -> Option<Self> {
        fs::create_dir_all(path).unwrap();
        let options = format!("size={SIZE},mode=0700");
        let mount = ["-t", "tmpfs", "-o", &options, "none"];
        let mounted = Command::new("mount").args(mount).arg(path).output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Self(path.to_owned()));
        }
        crate::support::said::skipped("no file system can be mounted here");
        None
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

/// The service, killed with the value.
struct Service(Child);

impl Service {
    fn start(world: &mut World) -> Self {
        Self(world.start(world.command(&["run"])))
    }

    fn lives(&mut self) -> bool {
        self.0.try_wait().unwrap().is_none()
    }

    fn stop(mut self) {
        let pid = self.0.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        assert!(self.0.wait().unwrap().success());
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Writes until there is no byte left.
fn fill(path: &Path) {
    let mut file = File::create(path).unwrap();
    for size in [1 << 20, 4096, 1] {
        let block = vec![0; size];
        while file.write_all(&block).is_ok() {}
    }
}

fn is_told(world: &World) -> bool {
    world.oracle.is_told_to("jo", &world.mails())
}

fn of_the_disk(mails: &[Mail]) -> usize {
    mails.iter().filter(|mail| mail.subject.contains("the disk is nearly full")).count()
}

#[test]
fn a_full_disk_is_waited_out_and_told_once() {
    let mut ordeal = Ordeal::begin("a-full-disk");
    let mut world = World::unread(SOURCES, Post::smtp());
    let Some(_mounted) = Mounted::on(&world.state()) else { return };
    world.write("watchlistd.toml", &world.settings("").replace("\"1MB\"", &format!("\"{FLOOR}\"")));
    world.round();
    assert!(world.state().join("state.db.reserve").exists(), "a reserve is laid by");
    let filler = world.state().join("filler");
    let mut service = Service::start(&mut world);
    let cycles = ordeal.either(2, 30);
    let (mut kills, mut restarts) = (0, 0);
    let mut moments = Moments::seeded(0x5eed_2028);
    for cycle in 0..cycles {
        for source in 0..SOURCES / 2 {
            let fate = if source == 0 { Fate::Alert } else { Fate::Noise };
            world.publish(source, fate);
        }
        if cycle % 2 == 1 {
            // Not before all of it was told, but in the middle of it.
            let asked = world.wire.requests().0 + moments.below(3 * SOURCES as u64);
            world.wire.wait_for(asked, std::time::Duration::from_secs(3));
        } else {
            until("the alerts are told", || is_told(&world));
        }
        fill(&filler);
        world.publish(1, Fate::Alert);
        until("the operator is told", || of_the_disk(&world.mails()) > 0);
        if cycle % 3 == 1 {
            // Another start on the full disk: it waits, and is no loop of crashes.
            drop(service);
            kills += 1;
            fill(&filler);
            service = Service::start(&mut world);
            restarts += 1;
        }
        let asked = world.wire.requests().0;
        // Polls under way may end; then there are no more of them.
        world.wire.wait_for(asked + 4 * SOURCES as u64, std::time::Duration::from_secs(2));
        let (asked, _) = world.wire.requests();
        let more = world.wire.wait_for(asked + 1, std::time::Duration::from_secs(2));
        assert!(!more, "polled on a full disk");
        assert!(service.lives(), "it died of a full disk: {}", world.said());
        fs::remove_file(&filler).unwrap();
        until("polling goes on and everything is told", || {
            assert!(service.lives(), "it died: {}", world.said());
            is_told(&world)
        });
    }
    service.stop();
    world.heal();
    let digests: Vec<Mail> = world.mails();
    let said =
        digests.iter().filter(|mail| mail.text.contains("No source was polled from")).count();
    assert!(said > 0, "no digest says that polling paused");
    let operators = of_the_disk(&world.mails());
    // One a day, and this may be midnight.
    assert!((1..=2).contains(&operators), "{operators} mails about one disk");
    assert!(world.state().join("state.db.reserve").exists(), "the reserve is laid by again");
    let copies = world.holds(kills);
    ordeal.count(cycles, "times filled to the last byte and emptied");
    ordeal.count(restarts, "starts on the full disk");
    ordeal.count(world.oracle.alerts(), "alerts published and told to each of two readers");
    ordeal.count(copies, "mails that came twice");
    ordeal.count(operators as u64, "mail to the operator");
    ordeal.held();
}

/// Where nothing can be mounted, and at each single write.
#[test]
fn a_write_that_finds_no_room_loses_nothing() {
    if !strace::is_there() {
        return;
    }
    let mut ordeal = Ordeal::begin("no-room-at-any-write");
    let mut world = World::begin(2, Post::Folder);
    let mut moments = Moments::seeded(0x5eed_2029);
    let mut failed = 0;
    let tries = ordeal.either(4, 120);
    for n in 0..tries {
        world.publish(0, Fate::Alert);
        world.publish(1, Fate::Held);
        let at = if ordeal.full { 1 + n } else { 1 + moments.below(40) };
        // The disk stays full for a while: the next writes of the thread find no room either.
        let injection = format!("pwrite64:error=ENOSPC:when={at}..{}", at + moments.below(30));
        let once = world.command(&["once", "--all"]);
        let ended = world.run(strace::tampered(&once, &[injection]));
        let code = ended.code().unwrap_or(-1);
        assert!([0, 74, 75].contains(&code), "{ended}: {}", world.said());
        failed += u64::from(code != 0);
        if n % 10 == 0 {
            world.heal();
            world.is_consistent();
        }
    }
    world.heal();
    let copies = world.holds(tries);
    ordeal.count(tries, "rounds with writes that found no room");
    ordeal.count(failed, "of them ended early");
    ordeal.count(copies, "mails that came twice");
    ordeal.held();
}
