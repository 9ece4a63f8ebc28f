//! The service inside the sandbox that the unit describes, made by bubblewrap: a file system that cannot
//! be written but for its state, no devices, no new rights, the filter of system calls.
//!
//! What this does not show: systemd's own making of it (cgroup device lists, `ProcSubset=pid`, the watchdog's
//! kill), and limits that another kernel sets.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::unit::Unit;
use super::{REQUIRED, filter, tool};
use crate::support::newsroom::Newsroom;

const LIMIT: Duration = Duration::from_secs(60);

/// The user inside.
const USER: &str = "991";

/// A machine of which the service sees what the unit lets it see.
struct Sandbox {
    top: tempfile::TempDir,
    filter: fs::File,
}

impl Sandbox {
    /// `None` where a tool is missing.
    fn of(unit: &Unit) -> Option<Self> {
        let usable =
            tool(Command::new("bwrap").args(["--unshare-user", "--ro-bind", "/", "/", "true"]))?;
        if !usable.status.success() {
            assert!(std::env::var_os(REQUIRED).is_none(), "{REQUIRED} is set: {usable:?}");
            crate::support::said::skipped(format_args!("no user namespaces here: {usable:?}"));
            return None;
        }
        let top = tempfile::tempdir().unwrap();
        for room in ["etc", "state", "run"] {
            fs::create_dir(top.path().join(room)).unwrap();
        }
        let path = top.path().join("filter");
        fs::File::create(&path).unwrap().write_all(&filter::program(unit)?).unwrap();
        Some(Self { filter: fs::File::open(&path).unwrap(), top })
    }

    fn etc(&self) -> std::path::PathBuf {
        self.top.path().join("etc")
    }

    /// A command inside. Each argument stands for words of the unit, which must be there.
    fn command(&self, unit: &Unit, program: &str) -> Command {
        let path = |room: &str| self.top.path().join(room).display().to_string();
        let mut bwrap = Command::new("bwrap");
        unit.must("NoNewPrivileges", "yes");
        unit.must("CapabilityBoundingSet", "");
        bwrap.args(["--die-with-parent", "--cap-drop", "ALL"]);
        unit.must("PrivateUsers", "yes");
        bwrap.args(["--unshare-user", "--uid", USER, "--gid", USER]);
        unit.must("PrivateIPC", "yes");
        unit.must("ProtectHostname", "yes");
        bwrap.args(["--unshare-ipc", "--unshare-uts"]);
        unit.must("ProtectSystem", "strict");
        bwrap.args(["--ro-bind", "/", "/"]);
        unit.must("PrivateTmp", "yes");
        unit.must("PrivateDevices", "yes");
        bwrap.args(["--tmpfs", "/tmp", "--tmpfs", "/var/tmp", "--dev", "/dev", "--proc", "/proc"]);
        unit.must("ProtectHome", "yes");
        bwrap.args(["--tmpfs", "/home"]);
        unit.must("StateDirectory", "watchlistd");
        unit.must("RuntimeDirectory", "watchlistd");
        unit.must("ReadOnlyPaths", "/etc/watchlistd");
        // A read-only root has no room for new folders: theirs are below one that is there.
        bwrap.args(["--tmpfs", "/mnt"]);
        bwrap.args(["--ro-bind", &path("etc"), "/mnt/etc", "--bind", &path("state"), "/mnt/state"]);
        bwrap.args(["--bind", &path("run"), "/mnt/run"]);
        bwrap.args(["--ro-bind", env!("CARGO_BIN_EXE_watchlistd"), "/mnt/watchlistd"]);
        bwrap.args(["--remount-ro", "/mnt", "--chdir", "/", "--clearenv"]);
        for (name, value) in [
            ("PATH", "/usr/bin:/bin"),
            ("STATE_DIRECTORY", "/mnt/state"),
            ("CONFIGURATION_DIRECTORY", "/mnt/etc"),
            ("NOTIFY_SOCKET", "/mnt/run/notify"),
        ] {
            bwrap.args(["--setenv", name, value]);
        }
        // Standard input is the one descriptor that a child is sure to get.
        let filter = fs::File::open(format!("/proc/self/fd/{}", self.filter.as_raw_fd())).unwrap();
        bwrap.stdin(filter).args(["--seccomp", "0", "--", program]);
        bwrap
    }
}

/// The service; killed if the test fails.
struct Service(Child, std::sync::mpsc::Receiver<String>);

impl Service {
    fn says(&self, wanted: &str) {
        let mut heard = Vec::new();
        loop {
            let line = self.1.recv_timeout(LIMIT);
            let line = line.unwrap_or_else(|_| panic!("not said: {wanted}\n{}", heard.join("\n")));
            if line.contains(wanted) {
                return;
            }
            heard.push(line);
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn write(folder: &Path, name: &str, text: &str) {
    fs::write(folder.join(name), text).unwrap();
}

fn told(socket: &UnixDatagram, wanted: &str) {
    let mut heard = String::new();
    while !heard.lines().any(|line| line == wanted) {
        let mut buffer = [0; 4096];
        let length = socket.recv(&mut buffer).unwrap_or_else(|error| panic!("{heard}: {error}"));
        heard.push_str(&String::from_utf8_lossy(&buffer[..length]));
        heard.push('\n');
    }
}

const SERVICE: &str = r#"
contact = "ops@desk.test"
timezone = "Europe/Berlin"
[operator]
to = ["ops@desk.test"]
[collect]
pause = "0s"
interval = "1s"
allow_private = true
[mail]
transport = "file"
from = "watchlist@desk.test"
[status]
listen = "unix:/mnt/run/status.sock"
"#;

#[tokio::test(flavor = "multi_thread")]
async fn the_service_does_its_work_inside() {
    let unit = Unit::read("watchlistd.service");
    let Some(sandbox) = Sandbox::of(&unit) else { return };
    let newsroom = Newsroom::open().await;
    newsroom.publish("a1", "SEC moves to delist Alibaba");
    // By name, so that the resolver works inside too.
    let url = newsroom.url().replace("127.0.0.1", "localhost");
    let etc = sandbox.etc();
    write(&etc, "watchlistd.toml", SERVICE);
    write(&etc, "sources.toml", &format!("[[source]]\nid = \"wire\"\nurl = \"{url}\"\n"));
    write(&etc, "readers.toml", "[[reader]]\nname = \"Mei\"\nto = [\"mei@desk.test\"]\n");
    let watchlist = "[[company]]\nname = \"Alibaba\"\n[[topic]]\nname = \"Delisting\"\n\
                     terms = [\"delist\"]\nseverity = \"high\"\n";
    write(&etc, "watchlist.toml", watchlist);
    let systemd = UnixDatagram::bind(sandbox.top.path().join("run/notify")).unwrap();
    systemd.set_read_timeout(Some(LIMIT)).unwrap();

    let mut command = sandbox.command(&unit, "/mnt/watchlistd");
    let mut child = command
        .args(["run", "--log-format", "json"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let errors = BufReader::new(child.stderr.take().unwrap());
    let (send, lines) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        errors.lines().map_while(Result::ok).try_for_each(|one| send.send(one))
    });
    let mut service = Service(child, lines);
    told(&systemd, "READY=1");
    service.says("assessed 1 item: ");
    service.says("was taken");

    // The one process below bubblewrap that is ours; it has the filter and no right to gain rights.
    let pid = watchlistd_below(service.0.id());
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    for (field, value) in [("NoNewPrivs", "1"), ("Seccomp", "2"), ("CapEff", "0000000000000000")] {
        let found = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
        assert_eq!(found.map(str::trim), Some(value), "{field}");
    }
    write(&etc, "watchlist.toml", &format!("{watchlist}[[company]]\nname = \"Tencent\"\n"));
    signal(pid, "-HUP");
    told(&systemd, "RELOADING=1");
    told(&systemd, "READY=1");

    // Commands beside it, and what lies where.
    for arguments in [&["status"][..], &["check"], &["backup", "/mnt/state/backup.tar.gz"]] {
        let done = sandbox.command(&unit, "/mnt/watchlistd").args(arguments).output().unwrap();
        assert!(done.status.success(), "{arguments:?}: {done:?}");
    }
    let mails = fs::read_dir(sandbox.top.path().join("state/mail/new")).unwrap().count();
    assert!(mails >= 1, "the alert was written");
    signal(pid, "-TERM");
    told(&systemd, "STOPPING=1");
    assert!(service.0.wait().unwrap().success());
}

fn signal(pid: u32, name: &str) {
    assert!(Command::new("kill").args([name, &pid.to_string()]).status().unwrap().success());
}

/// The newest process under bubblewrap's own.
fn watchlistd_below(parent: u32) -> u32 {
    let children = format!("/proc/{parent}/task/{parent}/children");
    let children = fs::read_to_string(children).unwrap_or_default();
    match children.split_whitespace().last() {
        Some(child) => watchlistd_below(child.parse().unwrap()),
        None => parent,
    }
}

/// The walls stand: what the test above did inside was not done in the open.
#[test]
fn what_the_unit_forbids_is_refused() {
    let unit = Unit::read("watchlistd.service");
    let Some(sandbox) = Sandbox::of(&unit) else { return };
    let shell = |script: &str| {
        let output = sandbox.command(&unit, "/bin/sh").args(["-c", script]).output().unwrap();
        (output.status.success(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    assert!(shell("true").0, "{:?}", shell("true"));
    assert!(shell("touch /mnt/state/mine").0, "the state is ours");
    for script in [
        "touch /etc/mine",
        "touch /usr/bin/mine",
        "touch /mnt/etc/mine",
        "cat /dev/kmsg",
        "unshare --mount true",
        "mount -t tmpfs none /tmp",
        "chown 0 /mnt/state/mine",
        "dmesg",
    ] {
        assert!(!shell(script).0, "{script} was done");
    }
    let Some(_) = tool(Command::new("python3").arg("--version")) else { return };
    for (script, error) in [
        ("import mmap; mmap.mmap(-1, 4096, prot=6)", "PermissionError"),
        ("import socket; socket.socket(16, 3)", "not supported"),
        ("import os; os.setpriority(0, 0, -5)", "PermissionError"),
    ] {
        let (done, said) = shell(&format!("python3 -c '{script}'"));
        assert!(!done && said.contains(error), "{script}: {said}");
    }
}
