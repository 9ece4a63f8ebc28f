//! Killed at random: the service reads many sources, and dies at moments that a seed names.

use std::time::Duration;

use super::findings::Ordeal;
use super::moments::Moments;
use super::oracle::Fate;
use super::world::{Post, World, side_by_side, wait};

const SOURCES: usize = 200;

/// Other moments in each world.
const SEED: u64 = 0x5eed_2026;

#[test]
fn killed_at_random_moments_nothing_is_lost() {
    let mut ordeal = Ordeal::begin("killed-at-random");
    let (worlds, kills) = ordeal.either((1, 8), (5, 100));
    let came = side_by_side((0..worlds).map(|n| move || world_killed(SEED + n, kills)).collect());
    for (killed, alerts, copies) in came {
        ordeal.count(killed, "kills");
        ordeal.count(alerts, "alerts published and told to each of two readers");
        ordeal.count(copies, "mails that came twice");
    }
    ordeal.count(SOURCES as u64, "sources");
    ordeal.held();
}

/// Kills, alerts and copies of one world.
fn world_killed(seed: u64, kills: u64) -> (u64, u64, u64) {
    let mut world = World::begin(SOURCES, Post::smtp());
    let mut moments = Moments::seeded(seed);
    let mut killed = 0;
    while killed < kills {
        publish(&mut world, &mut moments);
        let arguments = if moments.below(4) == 0 { &["once", "--all"][..] } else { &["run"] };
        let mut child = world.start(world.command(arguments));
        // Now and then before anything was asked for, mostly in the middle of it.
        if moments.below(5) > 0 {
            let asked = world.wire.requests().0 + 1 + moments.below(2 * SOURCES as u64);
            world.wire.wait_for(asked, Duration::from_secs(5));
        }
        if moments.below(2) == 0 {
            publish(&mut world, &mut moments);
        }
        wait(Duration::from_millis(moments.below(150)));
        killed += u64::from(child.try_wait().unwrap().is_none());
        // It may have ended by itself.
        let _ = child.kill();
        child.wait().unwrap();
    }
    world.heal();
    let copies = world.holds(killed);
    (killed, world.oracle.alerts(), copies)
}

/// One alert and perhaps something that is none, each on some source.
fn publish(world: &mut World, moments: &mut Moments) {
    let mut some = || moments.below(SOURCES as u64) as usize;
    let (one, other) = (some(), some());
    world.publish(one, Fate::Alert);
    let fate = if moments.below(2) == 0 { Fate::Held } else { Fate::Noise };
    world.publish(other, fate);
}
