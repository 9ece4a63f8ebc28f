//! A database that hangs for ever: the service must not say that it is well, so that it is restarted.

use std::io::ErrorKind;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::clock;
use super::findings::Ordeal;
use super::oracle::Fate;
use super::strace;
use super::world::{Post, World, until, wait};

/// Longer than loops may be silent (three minutes), and than the test waits.
const HANG: &str = "fsync:delay_enter=900s:when=30+";

/// Takes all pings that came since the last time.
fn pings(socket: &UnixDatagram) -> u64 {
    let mut pings = 0;
    let mut buffer = [0; 4096];
    loop {
        match socket.recv(&mut buffer) {
            Ok(length) => {
                let told = String::from_utf8_lossy(&buffer[..length]);
                pings += told.matches("WATCHDOG=1").count() as u64;
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => return pings,
            Err(error) => panic!("{error}"),
        }
    }
}

/// The service in a time that runs sixty times as fast: the three minutes that a loop may be silent are
/// three seconds.
fn hastened(service: &Command, library: &Path) -> Command {
    // Not for whoever traces it, whose delays are to last.
    let mut faster = Command::new("env");
    faster.arg(format!("LD_PRELOAD={}", library.display())).arg("FAKETIME=+0 x60");
    faster.arg(service.get_program()).args(service.get_args());
    for (name, value) in service.get_envs() {
        match value {
            Some(value) => faster.env(name, value),
            None => faster.env_remove(name),
        };
    }
    faster
}

/// The short form hastens time where it can, and else sees only that pings come.
#[test]
fn a_loop_that_hangs_stops_the_pings() {
    if !strace::is_there() {
        return;
    }
    let mut ordeal = Ordeal::begin("a-hung-loop");
    let mut world = World::unread(2, Post::Folder);
    world.publish(0, Fate::Noise);
    world.publish(1, Fate::Noise);
    let path = world.path().join("notify");
    let socket = UnixDatagram::bind(&path).unwrap();
    socket.set_nonblocking(true).unwrap();
    let mut service = world.command(&["run"]);
    service.env("NOTIFY_SOCKET", &path).env("WATCHDOG_USEC", "2000000");
    let hasten = if ordeal.full { None } else { clock::library() };
    let service = match &hasten {
        Some(library) => hastened(&service, library),
        None => service,
    };
    let mut tracer = world.start(strace::tampered(&service, &[HANG.to_owned()]));
    let mut before = 0;
    until("it pings", || {
        before += pings(&socket);
        before >= 3
    });
    if ordeal.full || hasten.is_some() {
        until("the database hangs and that is noticed", || {
            wait(Duration::from_millis(200));
            before += pings(&socket);
            world.said().contains("no progress in: ")
        });
        pings(&socket);
        // Five times the interval of the pings.
        wait(Duration::from_secs(5));
        let after = pings(&socket);
        assert_eq!(after, 0, "pings of a service that hangs: {}", world.said());
        ordeal.count(before, "pings before");
        ordeal.count(after, "pings after");
    }
    let pid = std::fs::read_to_string(world.state().join("state.db.lock")).unwrap();
    assert!(Command::new("kill").args(["-KILL", pid.trim()]).status().unwrap().success());
    // Its delay would last, for a thread that is no more.
    tracer.kill().unwrap();
    tracer.wait().unwrap();
    ordeal.held();
}
