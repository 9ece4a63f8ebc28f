//! Whose the files are: commands write them back with owner, group and mode as they were, for every member of
//! the group that edits, and for nobody who may not.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};

use super::desk::Desk;
use super::{Answer, answer, watchlistd};

/// Somebody, and the group of those who edit, as no machine knows them.
const MEMBER: u32 = 65_531;
const GROUP: u32 = 65_532;

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Owner, group and rights.
fn whose(path: &Path) -> (u32, u32, u32) {
    let about = fs::metadata(path).unwrap();
    (about.uid(), about.gid(), about.mode() & 0o7777)
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// A folder as the package makes it: the operator's, and the group writes what is the desk's. Not as root,
/// it is our own and allows no new file all the same.
struct Shared {
    desk: Desk,
    program: PathBuf,
}

impl Shared {
    fn new() -> Self {
        let desk = Desk::new();
        let folder = desk.folder();
        let program = folder.with_file_name("watchlistd");
        if fs::hard_link(env!("CARGO_BIN_EXE_watchlistd"), &program).is_err() {
            fs::copy(env!("CARGO_BIN_EXE_watchlistd"), &program).unwrap();
        }
        fs::create_dir(folder.join("watchlist.d")).unwrap();
        desk.write("watchlist.d/more.toml", "[[company]]\nname = \"Boeing\"\n");
        for (name, rights) in [
            ("watchlistd.toml", if is_root() { 0o640 } else { 0o440 }),
            ("sources.toml", 0o660),
            ("readers.toml", 0o660),
            ("watchlist.toml", 0o660),
            ("watchlist.d/more.toml", 0o660),
            ("watchlist.d", 0o2770),
            ("", if is_root() { 0o2750 } else { 0o550 }),
        ] {
            let path = folder.join(name);
            if is_root() {
                chown(&path, Some(0), Some(GROUP)).unwrap();
            }
            mode(&path, rights);
        }
        mode(folder.parent().unwrap(), 0o755);
        Self { desk, program }
    }

    /// A member of the group who is not the owner runs the command; not as root, we do.
    fn ask(&self, arguments: &[&str]) -> Answer {
        let folder = self.desk.folder();
        let arguments = [arguments, &["--config", folder.to_str().unwrap()]].concat();
        if !is_root() {
            return answer(&mut watchlistd(arguments));
        }
        let who =
            [format!("--reuid={MEMBER}"), format!("--regid={MEMBER}"), format!("--groups={GROUP}")];
        let mut command = assert_cmd::Command::new("setpriv");
        command.args(who).arg(&self.program).args(arguments);
        answer(command.env_clear().env("PATH", "/usr/bin:/bin").env("USER", "mei"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.desk.folder().join(name)
    }
}

impl Drop for Shared {
    /// Else nobody but root could take the folder away.
    fn drop(&mut self) {
        mode(&self.desk.folder(), 0o755);
    }
}

#[test]
fn a_member_of_the_group_edits_what_is_the_desks() {
    let shared = Shared::new();
    let before = ["watchlist.toml", "sources.toml", "watchlist.d/more.toml"]
        .map(|name| (shared.path(name), whose(&shared.path(name))));
    shared.ask(&["watch", "add", "company", "Nvidia Corporation"]).ends(0);
    shared.ask(&["watch", "add", "alias", "boeing", "波音"]).ends(0);
    shared.ask(&["watch", "remove", "company", "huawei"]).ends(0);
    shared.ask(&["source", "pause", "wire"]).ends(0);
    for (path, was) in before {
        assert_eq!(whose(&path), was, "{}", path.display());
    }
    let watchlist = fs::read_to_string(shared.path("watchlist.toml")).unwrap();
    assert!(watchlist.contains("nvidia") && !watchlist.contains("Huawei"), "{watchlist}");
    assert!(fs::read_to_string(shared.path("sources.toml")).unwrap().contains("paused = true"));
    // A file of its own, where the folder allows one, is the group's as well.
    shared.ask(&["watch", "add", "company", "Airbus SE", "--file", "watchlist.d/eu.toml"]).ends(0);
    let (_, group, rights) = whose(&shared.path("watchlist.d/eu.toml"));
    assert_eq!((group, rights), (whose(&shared.path("watchlist.d")).1, 0o660));
    // Where it allows none, the way is told.
    let said = shared.ask(&["watch", "add", "company", "Foo Holdings", "--file", "topics.toml"]);
    said.ends(77).says("--file watchlist.d/NAME.toml");
    shared.ask(&["check"]).ends(0);
}

#[test]
fn what_is_the_operators_stays_the_operators() {
    let shared = Shared::new();
    let (operator, watchlist) = (shared.path("watchlistd.toml"), shared.path("watchlist.toml"));
    let before = (fs::read(&operator).unwrap(), whose(&operator), fs::read(&watchlist).unwrap());
    // Neither through a command, nor by laying another file in its place.
    assert!(fs::metadata(shared.desk.folder()).unwrap().mode() & 0o022 == 0);
    let target = shared.path("watchlist.d/evil.toml");
    std::os::unix::fs::symlink(&operator, &target).unwrap();
    let said =
        shared.ask(&["watch", "add", "company", "X Corp", "--file", "watchlist.d/evil.toml"]);
    assert_ne!(said.code, Some(0), "{said}");
    fs::remove_file(&target).unwrap();
    // One that is read-only is nobody's to replace, whatever its folder allows; and what goes with it waits.
    mode(&watchlist, 0o440);
    if !is_root() {
        mode(&shared.desk.folder(), 0o750);
    }
    let said = shared.ask(&["watch", "add", "company", "Nvidia Corporation"]).ends(77);
    said.says("nothing was changed").says("read-only");
    let after = (fs::read(&operator).unwrap(), whose(&operator), fs::read(&watchlist).unwrap());
    assert_eq!(after, before);
}

#[test]
fn owner_group_and_mode_survive_a_replacement() {
    let desk = Desk::new();
    let path = desk.folder().join("watchlist.toml");
    if is_root() {
        chown(&path, Some(MEMBER), Some(GROUP)).unwrap();
    }
    mode(&path, 0o604);
    let was = whose(&path);
    desk.ask(&["once"]).ends(0);
    desk.ask(&["watch", "add", "company", "Nvidia Corporation"]).ends(0);
    assert_eq!(whose(&path), was);
    desk.ask(&["watch", "restore", "1", "--yes"]).ends(0);
    assert_eq!(whose(&path), was);
    let left = fs::read_dir(desk.folder()).unwrap().map(|one| one.unwrap().file_name());
    let hidden: Vec<_> = left.filter(|name| name.to_string_lossy().starts_with('.')).collect();
    assert_eq!(hidden, [""; 0]);
}
