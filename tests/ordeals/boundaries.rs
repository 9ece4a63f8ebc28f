//! Killed at every write: each call that leaves something behind is the last one, once.

use super::findings::Ordeal;
use super::moments::Moments;
use super::oracle::Fate;
use super::strace;
use super::world::{Post, World};

/// The calls by which anything leaves the process.
const CALLS: [&str; 10] = [
    "pwrite64",
    "fsync",
    "fdatasync",
    "sendto",
    "sendmsg",
    "write",
    "writev",
    "rename",
    "unlink",
    "ftruncate",
];

/// Those that a round makes often.
const OFTEN: [&str; 4] = ["pwrite64", "fsync", "sendto", "write"];

/// Kills in the short form, for each way of mailing.
const SHORT: u64 = 8;

/// More than any round makes of one call: the loop ends.
const MOST: u64 = 5_000;

#[test]
fn killed_at_every_write_nothing_is_lost() {
    if !strace::is_there() {
        return;
    }
    let mut ordeal = Ordeal::begin("killed-at-every-write");
    let (mut kills, mut copies, mut alerts) = (0, 0, 0);
    for post in [Post::Folder, Post::smtp()] {
        let mut world = World::begin(2, post);
        let (killed, more) = match ordeal.full {
            true => every_call(&mut world),
            false => some_calls(&mut world),
        };
        kills += killed;
        copies += more;
        alerts += world.oracle.alerts();
    }
    assert!(kills > 0, "nothing was killed");
    ordeal.count(kills, "kills");
    ordeal.count(alerts, "alerts published and told to each of two readers");
    ordeal.count(copies, "mails that came twice");
    ordeal.held();
}

/// One round with something to tell, cut off at the n-th call; false when it ended before.
fn cut(world: &mut World, call: &str, n: u64) -> bool {
    world.publish(0, Fate::Alert);
    world.publish(1, Fate::Held);
    world.publish(1, Fate::Noise);
    world.cut_off(&format!("{call}:signal=KILL:when={n}"))
}

fn every_call(world: &mut World) -> (u64, u64) {
    let (mut kills, mut copies) = (0, 0);
    for call in CALLS {
        for n in 1..MOST {
            let killed = cut(world, call, n);
            kills += u64::from(killed);
            world.heal();
            // What came twice is counted over the whole life of this world.
            copies = world.oracle.judge(&world.mails(), kills);
            if !killed {
                break;
            }
            if n.is_multiple_of(20) {
                world.is_consistent();
            }
        }
        world.holds(kills);
    }
    (kills, copies)
}

fn some_calls(world: &mut World) -> (u64, u64) {
    let mut moments = Moments::seeded(0x5eed_2027);
    let mut kills = 0;
    for n in 0..SHORT {
        let call = OFTEN[n as usize % OFTEN.len()];
        let most = if call == "pwrite64" { 60 } else { 5 };
        let at = 1 + moments.below(most);
        kills += u64::from(cut(world, call, at));
    }
    world.heal();
    (kills, world.holds(kills))
}
