//! The service as systemd sees it: a process, its signals, its notifications and what it leaves behind.
//!
//! Everything is waited for by its own event – a notification, a request, a log line, the end of the
//! process – under one generous limit, so a slow machine only makes a test slower.

use std::io::{BufRead, BufReader};
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use crate::support::newsroom::Newsroom;
use crate::support::smtp::{At, Does, Protection, Script};

mod status;

/// Far longer than anything here takes; only a test that fails gets this far.
const LIMIT: Duration = Duration::from_secs(60);

const WATCHLIST: &str = r#"
[[company]]
name = "Alibaba"

[[topic]]
name = "Delisting"
terms = ["delist"]
severity = "high"
"#;

fn with_tencent() -> String {
    WATCHLIST.replace("Alibaba\"", "Alibaba\"\n[[company]]\nname = \"Tencent\"")
}

/// A folder with files, and the socket that systemd would listen on.
struct Desk {
    folder: tempfile::TempDir,
    systemd: UnixDatagram,
}

impl Desk {
    fn new(sources: &[(&str, String)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let systemd = UnixDatagram::bind(folder.path().join("notify")).unwrap();
        systemd.set_read_timeout(Some(LIMIT)).unwrap();
        let desk = Self { folder, systemd };
        desk.write("watchlistd.toml", SERVICE);
        desk.write("readers.toml", "[[reader]]\nname = \"Mei\"\nto = [\"mei@desk.test\"]\n");
        desk.write("watchlist.toml", WATCHLIST);
        desk.sources(sources);
        desk
    }

    fn sources(&self, sources: &[(&str, String)]) {
        let text: String = sources
            .iter()
            .map(|(id, url)| format!("[[source]]\nid = \"{id}\"\nurl = \"{url}\"\n"))
            .collect();
        self.write("sources.toml", &text);
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path().join(name), text).unwrap();
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_watchlistd"));
        command.args(arguments).arg("--config").arg(self.path());
        command
    }

    fn start(&self) -> Service {
        self.start_with(&[])
    }

    fn start_with(&self, variables: &[(&str, &str)]) -> Service {
        let mut command = self.command(&["run", "--log-format", "json"]);
        command.env("NOTIFY_SOCKET", self.path().join("notify"));
        command.envs(variables.iter().copied());
        let mut child = command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let errors = BufReader::new(child.stderr.take().unwrap());
        let (send, lines) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            for line in errors.lines().map_while(Result::ok) {
                if send.send(line).is_err() {
                    return;
                }
            }
        });
        Service { child, lines }
    }

    /// Waits until systemd is told `wanted`, and answers all that it was told until then.
    fn told(&self, wanted: &str) -> Vec<String> {
        let mut heard = Vec::new();
        loop {
            let mut buffer = [0; 4096];
            let length = self.systemd.recv(&mut buffer).unwrap_or_else(|error| {
                panic!("systemd was not told {wanted} but {heard:?}: {error}")
            });
            heard.extend(String::from_utf8_lossy(&buffer[..length]).lines().map(str::to_owned));
            if heard.iter().any(|line| line == wanted) {
                return heard;
            }
        }
    }

    fn status(&self) -> serde_json::Value {
        let output = self.command(&["status", "--json"]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    fn mails(&self) -> Vec<PathBuf> {
        let Ok(folder) = std::fs::read_dir(self.path().join("state/mail/new")) else {
            return Vec::new();
        };
        folder.map(|entry| entry.unwrap().path()).collect()
    }
}

const SERVICE: &str = r#"
contact = "ops@desk.test"
timezone = "UTC"
storage = "sqlite:state/state.db"
[operator]
to = ["ops@desk.test"]
[collect]
pause = "0s"
interval = "1s"
allow_private = true
[mail]
transport = "file"
from = "watchlist@desk.test"
"#;

/// The running service; killed if the test fails.
struct Service {
    child: Child,
    lines: std::sync::mpsc::Receiver<String>,
}

impl Service {
    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &pid]).status().unwrap().success());
    }

    /// Waits for a log line that holds `wanted`.
    fn says(&self, wanted: &str) -> String {
        let mut heard = Vec::new();
        loop {
            let line = self.lines.recv_timeout(LIMIT).unwrap_or_else(|error| {
                panic!("the log did not say '{wanted}' ({error}) but:\n{}", heard.join("\n"))
            });
            if line.contains(wanted) {
                return line;
            }
            heard.push(line);
        }
    }

    fn ended(mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // It has usually ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn asked_again(newsroom: &Newsroom) {
    tokio::time::timeout(LIMIT, newsroom.asked_again()).await.expect("the feed is polled again");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_tells_systemd_polls_mails_and_drains() {
    let newsroom = Newsroom::open().await;
    let desk = Desk::new(&[("wire", newsroom.url())]);
    let service = desk.start();
    desk.told("READY=1");
    asked_again(&newsroom).await;
    asked_again(&newsroom).await;
    newsroom.publish("a1", "SEC moves to delist Alibaba");
    let mails = || -> Vec<String> {
        desk.mails().iter().map(|one| std::fs::read_to_string(one).unwrap()).collect()
    };
    let urgent = "Subject: [HIGH] Alibaba: SEC moves to delist Alibaba";
    // In either order.
    while mails().len() < 2 || !mails().iter().any(|one| one.contains(urgent)) {
        service.says("was taken");
    }
    let welcomes = mails().iter().filter(|one| one.contains("Subject: Watchlist: welcome")).count();
    assert_eq!((mails().len(), welcomes), (2, 1), "a welcome and the alert: {:?}", mails());
    service.signal("-TERM");
    desk.told("STOPPING=1");
    assert!(service.ended().success());
    let status = desk.status();
    assert_eq!(status["sources"][0]["health"], "healthy", "{status}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_takes_a_good_edit_and_survives_a_bad_one() {
    let (first, second) = (Newsroom::open().await, Newsroom::open().await);
    let desk = Desk::new(&[("wire", first.url())]);
    let service = desk.start();
    desk.told("READY=1");

    desk.sources(&[("wire", first.url()), ("second", second.url())]);
    desk.write("watchlist.toml", &with_tencent());
    service.signal("-HUP");
    let told = desk.told("READY=1");
    assert!(told.iter().any(|line| line == "RELOADING=1"), "{told:?}");
    asked_again(&second).await;

    desk.write("watchlist.toml", "[[compny]]\nname = \"Alibaba\"\n");
    service.signal("-HUP");
    let line = service.says("the edit is refused");
    assert!(line.contains("watchlist.toml:1:3"), "{line}");
    desk.told("READY=1");
    let status = desk.status();
    assert_eq!(status["watchlist"]["version"], 2, "{status}");
    let degraded = status["watchlist"]["degraded"].as_str().unwrap_or_default().to_owned();
    assert!(degraded.contains("compny") && degraded.contains("company"), "{degraded}");
    asked_again(&first).await;
    first.publish("b1", "Hong Kong exchange will delist Tencent after a long dispute");
    // By the good edit, not by what was in force before it.
    service.says("\"kind\":\"urgent\"");

    // Taken back without another word, it is no longer refused.
    desk.write("watchlist.toml", &with_tencent());
    service.says("reloaded: version 2");
    desk.told("READY=1");
    assert!(desk.status()["watchlist"]["degraded"].is_null());
    service.signal("-TERM");
    assert!(service.ended().success());
}

/// The words of a mail, in single spaces.
fn text_of(mail: &[u8]) -> String {
    let mail = mail_parser::MessageParser::default().parse(mail).unwrap();
    let text = mail.body_text(0).unwrap_or_default().into_owned();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What waits for a restart goes on waiting when the next edit is refused, and the mail about the first says so.
#[tokio::test(flavor = "multi_thread")]
async fn a_refused_edit_makes_no_mail_about_the_one_before_untrue() {
    let newsroom = Newsroom::open().await;
    let desk = Desk::new(&[("wire", newsroom.url())]);
    let service = desk.start();
    desk.told("READY=1");
    asked_again(&newsroom).await;

    desk.write("watchlistd.toml", &SERVICE.replace("\"file\"", "\"file\"\npath = \"elsewhere\""));
    service.signal("-HUP");
    service.says("reloaded: version 2");
    // It has settled by the time of the slip.
    let store = rusqlite::Connection::open(desk.path().join("state/state.db")).unwrap();
    store.busy_timeout(LIMIT).unwrap();
    let earlier = "UPDATE config_versions SET since = since - 600000 WHERE version = 2";
    assert_eq!(store.execute(earlier, []).unwrap(), 1);
    desk.write("watchlist.toml", "[[compny]]\nname = \"Alibaba\"\n");
    service.signal("-HUP");
    service.says("the edit is refused");
    let about = loop {
        service.says("sealed a mail");
        let mut found = store.prepare("SELECT message FROM mails").unwrap();
        let mails = found.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap();
        let texts = mails.map(|one| text_of(&one.unwrap()));
        if let Some(about) = texts.into_iter().find(|text| text.contains("In force since")) {
            break about;
        }
    };
    assert!(about.contains("but for [mail] transport: that waits for a restart"), "{about}");
    service.signal("-TERM");
    assert!(service.ended().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_after_a_bad_edit_runs_by_the_last_good_version() {
    let newsroom = Newsroom::open().await;
    let desk = Desk::new(&[("wire", newsroom.url())]);
    let service = desk.start();
    asked_again(&newsroom).await;
    service.signal("-TERM");
    assert!(service.ended().success());

    desk.write("sources.toml", "[[source]]\nid = \"wire\"\nurll = \"x\"\n");
    let service = desk.start();
    desk.told("READY=1");
    asked_again(&newsroom).await;
    let degraded = desk.status()["watchlist"]["degraded"].as_str().unwrap().to_owned();
    assert!(degraded.contains("sources.toml:3:1"), "{degraded}");
    service.signal("-TERM");
    assert!(service.ended().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_watchdog_is_answered_while_every_loop_moves() {
    let newsroom = Newsroom::open().await;
    let desk = Desk::new(&[("wire", newsroom.url())]);
    let service = desk.start_with(&[("WATCHDOG_USEC", "400000")]);
    desk.told("READY=1");
    desk.told("WATCHDOG=1");
    desk.told("WATCHDOG=1");
    service.signal("-TERM");
    assert!(service.ended().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_service_is_refused_and_named_the_first() {
    let newsroom = Newsroom::open().await;
    let desk = Desk::new(&[("wire", newsroom.url())]);
    let service = desk.start();
    desk.told("READY=1");
    for arguments in [&["run"][..], &["once"]] {
        let output = desk.command(arguments).output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(75), "{arguments:?}: {errors}");
        assert!(errors.contains(&service.child.id().to_string()), "{errors}");
    }
    for arguments in [&["status"][..], &["check"], &["once", "--dry-run"]] {
        let output = desk.command(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
    }
    service.signal("-TERM");
    assert!(service.ended().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_request_to_stop_cuts_off_what_hangs() {
    // Takes connections and says nothing.
    let silent = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}/feed", silent.local_addr().unwrap());
    let desk = Desk::new(&[("hangs", url)]);
    let service = desk.start();
    desk.told("READY=1");
    let _held = silent.accept().unwrap();
    service.signal("-TERM");
    desk.told("STOPPING=1");
    service.signal("-TERM");
    assert!(service.ended().success());
}

/// Mail by SMTP to a server on this port, with `more` in its table.
fn by_smtp(port: u16, more: &str) -> String {
    let smtp = format!(
        "transport = \"smtp\"\nhost = \"127.0.0.1\"\nport = {port}\ntls = \"none\"\n{more}"
    );
    SERVICE.replace("transport = \"file\"\n", &smtp)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_hangs_holds_up_no_other_and_no_stop() {
    let server = Script::new(Protection::Clear).once(At::Dot, Does::Hangs).start();
    let newsroom = Newsroom::open().await;
    let desk = Desk::new(&[("wire", newsroom.url())]);
    desk.write("watchlistd.toml", &by_smtp(server.port(), ""));
    desk.write("watchlist.toml", &with_tencent());
    let service = desk.start();
    desk.told("READY=1");
    asked_again(&newsroom).await;
    asked_again(&newsroom).await;
    newsroom.publish("a1", "SEC moves to delist Alibaba");
    service.says("sealed a mail");
    newsroom.publish("b1", "Hong Kong exchange will delist Tencent after a long dispute");
    service.says("was taken");
    // What hangs may have been the welcome, and then both alerts go out.
    assert!(!server.taken().is_empty());
    service.signal("-TERM");
    desk.told("STOPPING=1");
    assert!(service.ended().success());
    let outbox = desk.status()["outbox"].clone();
    assert_eq!(outbox["sending"], 1, "{outbox}");
    assert!(outbox["sent"].as_u64().is_some_and(|sent| sent >= 1), "{outbox}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_set_up_that_cannot_work_is_a_bad_edit_at_reload_and_at_start() {
    let newsroom = Newsroom::open().await;
    let desk = Desk::new(&[("wire", newsroom.url())]);
    let service = desk.start();
    desk.told("READY=1");
    desk.write("watchlistd.toml", &by_smtp(9, "username = \"desk\"\npassword_file = \"none\"\n"));
    service.signal("-HUP");
    service.says("the edit is refused");
    desk.told("READY=1");
    service.signal("-TERM");
    assert!(service.ended().success());

    let service = desk.start();
    desk.told("READY=1");
    asked_again(&newsroom).await;
    let degraded = desk.status()["watchlist"]["degraded"].as_str().unwrap().to_owned();
    assert!(degraded.contains("watchlistd.toml:") && degraded.contains("password"), "{degraded}");
    service.signal("-TERM");
    assert!(service.ended().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_needs_no_restart() {
    let newsroom = Newsroom::open().await;
    let server = Script::new(Protection::Clear).login("desk", "n3w-M4RKER").start();
    let desk = Desk::new(&[("wire", newsroom.url())]);
    let more = "username = \"desk\"\npassword_file = \"secret\"\n";
    desk.write("secret", "0ld-M4RKER\n");
    desk.write("watchlistd.toml", &by_smtp(server.port(), more));
    let service = desk.start();
    desk.told("READY=1");
    asked_again(&newsroom).await;
    asked_again(&newsroom).await;
    newsroom.publish("a1", "SEC moves to delist Alibaba");
    let line = service.says("is deferred at AUTH");
    assert!(line.contains("check [mail] username and its password"), "{line}");
    desk.write("secret", "n3w-M4RKER\n");
    service.signal("-HUP");
    let line = service.says("the mail server's password was changed");
    assert!(!line.contains("M4RKER"), "{line}");
    service.says("was taken");
    service.signal("-TERM");
    assert!(service.ended().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_watchman_hears_from_the_service() {
    let (newsroom, watchman) = (Newsroom::open().await, Newsroom::open().await);
    let desk = Desk::new(&[("wire", newsroom.url())]);
    let with =
        |url: &str| SERVICE.replace("[operator]", &format!("[operator]\nping_url = \"{url}\""));
    desk.write("watchlistd.toml", &with(&watchman.url()));
    let service = desk.start();
    desk.told("READY=1");
    asked_again(&watchman).await;
    service.signal("-TERM");
    assert!(service.ended().success());
}

#[test]
fn what_a_key_cannot_mean_is_said_at_its_place() {
    let newsroom = "http://127.0.0.1:9/feed".to_owned();
    let desk = Desk::new(&[("wire", newsroom)]);
    let checked = || {
        let output = desk.command(&["check"]).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let bare = checked();
    assert!(!bare.contains("[keep]"), "{bare}");
    assert!(bare.contains("when mail itself is down nobody is told"), "{bare}");
    let more = "\n[matching]\nbackfill = \"3d\"\n[keep]\naudit = \"40d\"\nfree_space = \"1GB\"\n\
                [canary]\nat = \"06:00\"\n";
    let second = "[operator]\nping_url = \"https://ping.desk.test/\"\ncommand = [\"/bin/true\"]\n";
    desk.write("watchlistd.toml", &(SERVICE.replace("[operator]\n", second) + more));
    let told = checked();
    assert!(told.contains("[keep] audit is shorter than `items`"), "{told}");
    assert!(!told.contains("second channel"), "{told}");
    let line =
        |key: &str| SERVICE.replace("[operator]\n", second) + more.split(key).next().unwrap();
    let place = format!("watchlistd.toml:{}:", line("audit").lines().count() + 1);
    assert!(told.contains(&place), "{place}: {told}");
}

#[test]
fn without_any_good_version_it_does_not_start() {
    let desk = Desk::new(&[]);
    desk.write("watchlistd.toml", "contact = 5\n");
    let output = desk.command(&["run"]).output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(78), "{errors}");
    assert!(errors.contains("watchlistd.toml:1:11"), "{errors}");
    assert!(!desk.path().join("state").exists(), "nothing is left behind");
}
