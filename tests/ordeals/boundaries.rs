//! Killed at every write: each call that leaves something behind is the last one, once.

use super::findings::Ordeal;
use super::moments::Moments;
use super::oracle::Fate;
use super::strace;
use super::world::{Post, World, side_by_side};

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

/// What came of one world.
struct Came {
    kills: u64,
    copies: u64,
    alerts: u64,
}

#[test]
fn killed_at_every_write_nothing_is_lost() {
    if !strace::is_there() {
        return;
    }
    let mut ordeal = Ordeal::begin("killed-at-every-write");
    let posts = [|| Post::Folder, Post::smtp];
    let came = match ordeal.full {
        // A world for each call and way of mailing.
        true => side_by_side(
            CALLS
                .iter()
                .flat_map(|call| posts.iter().map(move |post| move || every_call(post(), call)))
                .collect(),
        ),
        false => posts.iter().map(|post| some_calls(post())).collect(),
    };
    let sum = |count: fn(&Came) -> u64| came.iter().map(count).sum();
    let kills = sum(|one| one.kills);
    assert!(kills > 0, "nothing was killed");
    ordeal.count(kills, "kills");
    ordeal.count(sum(|one| one.alerts), "alerts published and told to each of two readers");
    ordeal.count(sum(|one| one.copies), "mails that came twice");
    ordeal.held();
}

/// One round with something to tell, cut off at the n-th call; false when it ended before.
fn cut(world: &mut World, call: &str, n: u64) -> bool {
    world.publish(0, Fate::Alert);
    world.publish(1, Fate::Held);
    world.publish(1, Fate::Noise);
    world.cut_off(&format!("{call}:signal=KILL:when={n}"))
}

fn every_call(post: Post, call: &str) -> Came {
    let mut world = World::begin(2, post);
    let mut kills = 0;
    for n in 1..MOST {
        let killed = cut(&mut world, call, n);
        kills += u64::from(killed);
        world.round();
        world.oracle.judge(&world.mails(), kills);
        if !killed {
            break;
        }
        if n.is_multiple_of(20) {
            world.is_consistent();
        }
    }
    world.heal();
    Came { kills, copies: world.holds(kills), alerts: world.oracle.alerts() }
}

fn some_calls(post: Post) -> Came {
    let mut world = World::begin(2, post);
    let mut moments = Moments::seeded(0x5eed_2027);
    let mut kills = 0;
    for n in 0..SHORT {
        let call = OFTEN[n as usize % OFTEN.len()];
        let most = if call == "pwrite64" { 60 } else { 5 };
        kills += u64::from(cut(&mut world, call, 1 + moments.below(most)));
    }
    world.heal();
    Came { kills, copies: world.holds(kills), alerts: world.oracle.alerts() }
}
