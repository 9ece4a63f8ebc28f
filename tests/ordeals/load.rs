//! Many sources, a third of them broken, and few files: the service stays small and reads the rest.

use std::fs;
use std::process::Command;
use std::time::Duration;

use super::findings::Ordeal;
use super::oracle::Fate;
use super::world::{Post, World};

/// Of ten sources three fail, each in its own way.
fn address(world: &World, n: usize) -> String {
    let good = world.wire.url(n);
    let server = good.rsplit_once('/').unwrap().0;
    match n % 10 {
        3 => format!("http://127.0.0.1:1/{n}"),
        6 => format!("{server}/no-number-{n}"),
        9 => format!("{server}/nothing/{n}"),
        _ => good,
    }
}

fn fails(n: usize) -> bool {
    matches!(n % 10, 3 | 6 | 9)
}

/// A world of so many sources; a good one shows ten articles and one that matters later.
fn world(sources: usize, settings: &str) -> World {
    let world = World::unread(sources, Post::Folder);
    world.write("watchlistd.toml", settings);
    for n in (0..sources).filter(|n| !fails(*n)) {
        for article in 0..10 {
            let title = format!("Vessel {article} of harbour {n} waits for its berth");
            world.wire.publish(n, &title, None);
        }
    }
    world.write_sources(&|n| address(&world, n));
    world
}

/// A figure of a running process, from proc(5).
fn status(id: u32, key: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(key)).unwrap_or("0");
    line.split_whitespace().find_map(|word| word.parse().ok()).unwrap_or(0)
}

fn descriptors(id: u32) -> u64 {
    fs::read_dir(format!("/proc/{id}/fd")).map_or(0, |all| all.count() as u64)
}

fn pass(moment: Duration) {
    let (_hold, never) = std::sync::mpsc::channel::<()>();
    let _ = never.recv_timeout(moment);
}

/// Runs until it is so; answers the most descriptors that were seen meanwhile.
#[track_caller]
fn watch(id: u32, what: &str, mut is_so: impl FnMut() -> bool) -> u64 {
    let mut most = 0;
    for _ in 0..12_000 {
        most = most.max(descriptors(id));
        if is_so() {
            return most;
        }
        pass(Duration::from_millis(50));
    }
    panic!("it took too long until {what}");
}

fn read(world: &World) -> usize {
    let sql = "SELECT count(*) FROM source_turns WHERE last_success IS NOT NULL";
    // The database may not be there yet.
    if !world.database().exists() {
        return 0;
    }
    world.look().query_row(sql, [], |row| row.get::<_, i64>(0)).map_or(0, |n| n as usize)
}

fn polled(world: &World) -> usize {
    let sql = "SELECT count(*) FROM source_turns WHERE last_poll IS NOT NULL";
    if !world.database().exists() {
        return 0;
    }
    world.look().query_row(sql, [], |row| row.get::<_, i64>(0)).map_or(0, |n| n as usize)
}

fn stop(mut service: std::process::Child, world: &World) {
    let pid = service.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    assert!(service.wait().unwrap().success(), "{}", world.said());
}

/// Mends what is broken and lets the world come to rest: the oracle wants rounds that end well.
fn heal(world: &mut World) {
    world.write_sources(&|n| world.wire.url(n));
    world.heal();
    world.holds(0);
}

#[test]
fn many_sources_of_which_a_third_fails_take_little_memory() {
    let mut ordeal = Ordeal::begin("many-sources");
    let sources = ordeal.either(300, 10_000);
    let good = (0..sources).filter(|n| !fails(*n)).count();
    let unread = World::unread(1, Post::Folder);
    let interval = ordeal.either("interval = \"3s\"", "interval = \"60s\"");
    let settings = unread.settings("").replace("interval = \"1s\"", interval);
    drop(unread);
    let mut world = world(sources, &settings);
    let service = world.start(world.command(&["run"]));
    let id = service.id();
    watch(id, "every source was polled", || polled(&world) == sources);
    assert_eq!(read(&world), good);
    // A second round, in which nothing is new but one alert.
    world.publish(0, Fate::Alert);
    let asked = world.wire.requests().0 + good as u64;
    watch(id, "every source was polled again", || world.wire.requests().0 >= asked);
    watch(id, "the alert was told", || {
        world.mails().iter().any(|mail| mail.to == "jo@desk.test" && mail.text.contains("Firm"))
    });
    let peak = status(id, "VmHWM:") / 1_000;
    assert!(peak < 128, "{peak} MB for {sources} sources");
    stop(service, &world);
    heal(&mut world);
    ordeal.count(sources as u64, "sources");
    ordeal.count((sources - good) as u64, "of them failing");
    ordeal.count(peak, "MB of memory at most");
    ordeal.held();
}

#[test]
fn few_descriptors_make_it_slower_and_nothing_else() {
    const LIMIT: u64 = 256;
    let mut ordeal = Ordeal::begin("few-descriptors");
    let sources = ordeal.either(200, 2_000);
    let good = (0..sources).filter(|n| !fails(*n)).count();
    let unread = World::unread(1, Post::Folder);
    // As many at a time as the program lets itself.
    let settings = unread.settings("").replace("per_host = 8", "per_host = 64");
    drop(unread);
    let mut world = world(sources, &settings);
    let inner = world.command(&["run"]);
    let mut outer = Command::new("sh");
    outer.args(["-c", "ulimit -n 256 && exec \"$0\" \"$@\""]);
    outer.arg(inner.get_program()).args(inner.get_args());
    outer.env_clear().envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let service = world.start(outer);
    let id = service.id();
    let most = watch(id, "every source was polled", || polled(&world) == sources);
    assert_eq!(read(&world), good);
    world.publish(0, Fate::Alert);
    world.publish(1, Fate::Alert);
    let more = watch(id, "the alerts were told", || {
        let told =
            |mail: &super::oracle::Mail| mail.to == "jo@desk.test" && mail.text.contains("Firm");
        world.mails().iter().filter(|mail| told(mail)).count() >= 2
    });
    let most = most.max(more);
    assert!(most <= LIMIT, "{most} descriptors");
    stop(service, &world);
    let said = world.said();
    assert!(!said.contains("Too many open files"), "{said}");
    assert!(!said.contains(" ERROR "), "{said}");
    heal(&mut world);
    ordeal.count(sources as u64, "sources");
    ordeal.count(most, "descriptors at most, of 256");
    ordeal.held();
}
