//! What the program leaves on the disk is its owner's alone, whatever the shell that started it allows.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use super::findings::Ordeal;
use super::oracle::Fate;
use super::world::{Post, World};

/// The command under a shell that would give everything to everybody.
fn generous(inner: &Command) -> Command {
    let mut outer = Command::new("sh");
    outer.args(["-c", "umask 000; exec \"$@\"", "sh"]);
    outer.arg(inner.get_program()).args(inner.get_args());
    outer.env_clear();
    outer.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
    outer
}

#[test]
fn nothing_is_for_others_to_read() {
    let mut ordeal = Ordeal::begin("a-generous-umask");
    let mut commands = 0;
    for post in [Post::Folder, Post::smtp()] {
        let mut world = World::unread(2, post);
        world.publish(0, Fate::Noise);
        world.publish(1, Fate::Noise);
        let backup = world.path().join("backup");
        let backup = backup.to_str().expect("the folder's name is ours");
        for arguments in [
            &["once", "--all"][..],
            &["check"],
            &["once", "--dry-run"],
            &["once", "--all"],
            &["status"],
            &["audit", "export"],
            &["outbox", "list"],
            &["backup", backup],
            &["send-test", "ops@desk.test"],
        ] {
            if commands % 9 == 2 {
                world.publish(0, Fate::Alert);
            }
            let command = generous(&world.command(arguments));
            let ended = world.run(command);
            assert!(ended.success(), "{arguments:?}: {ended}\n{}", world.said());
            commands += 1;
        }
        let mode = std::fs::metadata(backup).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "the backup has the mode {mode:o}");
        world.holds(0);
    }
    ordeal.count(commands, "commands, whose output and files were searched");
    ordeal.held();
}
