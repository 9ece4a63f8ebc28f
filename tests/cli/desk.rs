//! A configuration folder as `init` writes it, with feeds on loopback and a watchlist of a few lines.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;

use assert_cmd::Command;

use super::site::{Site, feed};
use super::{Answer, LONGEST, answer, ask, watchlistd};

/// Two companies and two topics: one topic alerts highly, one at medium.
pub(super) const WATCHLIST: &str = r#"
[[company]]
id = "alibaba"
name = "Alibaba Group Holding Limited"
aliases = ["Alibaba", "阿里巴巴"]
tickers = ["NYSE:BABA"]

[[company]]
name = "Huawei"

[[topic]]
id = "delisting"
name = "Delisting"
terms = ["delist"]
severity = "high"

[[topic]]
id = "audit"
name = "Audit"
terms = ["audit inspection"]
"#;

/// The folder, its site and its state.
pub(super) struct Desk {
    top: tempfile::TempDir,
    pub(super) site: Site,
}

impl Desk {
    /// A desk that reads `/wire.xml` and mails into a folder.
    pub(super) fn new() -> Self {
        let desk = Self { top: tempfile::tempdir().unwrap(), site: Site::start() };
        let folder = desk.folder();
        let to = ["--to", "mei@bank.test", "--timezone", "Europe/Berlin"];
        ask([&["init", folder.to_str().unwrap()], &to[..]].concat()).ends(0);
        fs::remove_file(folder.join("topics.toml")).unwrap();
        desk.write("watchlist.toml", WATCHLIST);
        desk.sources(&["wire"]);
        desk.site.put("/wire.xml", feed(&["Lawmakers urge the SEC to delist Alibaba"]));
        desk
    }

    /// Writes `sources.toml`: each id is read from the path of that name.
    pub(super) fn sources(&self, ids: &[&str]) {
        let entry = |id: &&str| {
            let url = self.site.url(&format!("/{id}.xml"));
            format!(
                "[[source]]\nid = \"{id}\"\nurl = \"{url}\"\nallow_private = true\n\
                 first_run = \"all\"\n\n"
            )
        };
        self.write("sources.toml", &ids.iter().map(entry).collect::<String>());
    }

    /// The folder of the files people edit.
    pub(super) fn folder(&self) -> PathBuf {
        self.top.path().join("desk")
    }

    /// The folder of the state, as `init` chose it.
    pub(super) fn state(&self) -> PathBuf {
        self.folder().join("state")
    }

    /// The database.
    pub(super) fn database(&self) -> PathBuf {
        self.state().join("state.db")
    }

    /// The mails that were delivered.
    pub(super) fn mails(&self) -> Vec<Vec<u8>> {
        match fs::read_dir(self.state().join("mail/new")) {
            Ok(mails) => mails.map(|mail| fs::read(mail.unwrap().path()).unwrap()).collect(),
            Err(_) => Vec::new(),
        }
    }

    /// Writes a file of the folder.
    pub(super) fn write(&self, name: &str, text: &str) {
        fs::write(self.folder().join(name), text).unwrap();
    }

    /// Replaces words of a file that must stand there.
    pub(super) fn edit(&self, name: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.folder().join(name)).unwrap();
        assert!(text.contains(from), "{name} does not hold '{from}'");
        self.write(name, &text.replace(from, to));
    }

    /// The command on this folder.
    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = watchlistd(arguments);
        command.arg("--config").arg(self.folder());
        command
    }

    /// Runs the command on this folder.
    pub(super) fn ask(&self, arguments: &[&str]) -> Answer {
        answer(&mut self.command(arguments))
    }

    /// `status --json`.
    pub(super) fn status(&self) -> serde_json::Value {
        serde_json::from_str(&self.ask(&["status", "--json"]).ends(0).out).unwrap()
    }

    /// Starts the service and waits until it says that it works.
    pub(super) fn run(&self) -> Service {
        Service::start(&self.folder(), &[])
    }
}

/// A running service; it is stopped when dropped.
pub(super) struct Service {
    child: Child,
    log: Receiver<String>,
    /// What it said until it worked.
    pub(super) said: String,
}

impl Service {
    /// Starts the service in a folder, with these variables, and waits until it says that it works.
    pub(super) fn start(folder: &Path, variables: &[(&str, &str)]) -> Self {
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_watchlistd"))
            .env_clear()
            .envs(variables.iter().copied())
            .arg("run")
            .arg("--config")
            .arg(folder)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let errors = BufReader::new(child.stderr.take().unwrap());
        let (send, log) = mpsc::channel();
        thread::spawn(move || {
            errors.lines().map_while(Result::ok).try_for_each(|line| send.send(line)).ok()
        });
        let mut service = Self { child, log, said: String::new() };
        service.said = service.until("started: ");
        service
    }

    /// Its number.
    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Reads on until a line holds these words; answers all lines up to it.
    pub(super) fn until(&self, words: &str) -> String {
        let mut said = String::new();
        loop {
            let line = self.log.recv_timeout(LONGEST);
            let line = line.unwrap_or_else(|_| panic!("it did not say '{words}' but:\n{said}"));
            said.push_str(&line);
            said.push('\n');
            if line.contains(words) {
                return said;
            }
        }
    }

    /// Sends a signal by its name.
    pub(super) fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.pid());
        let sent = std::process::Command::new("sh").args(["-c", &kill]).status().unwrap();
        assert!(sent.success());
    }

    /// Asks it to stop and answers its exit code.
    pub(super) fn stop(mut self) -> Option<i32> {
        self.signal("TERM");
        self.until("stopped");
        self.child.wait().unwrap().code()
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // Already gone is what we want.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
