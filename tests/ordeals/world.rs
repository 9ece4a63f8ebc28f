//! The scripted world: sources that publish, a desk that watches them, a post office, and the oracle
//! that keeps the books.
//!
//! Whatever the program says is kept and searched for the password; whatever it writes is searched
//! too, and must be readable by its owner alone.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use data_encoding::BASE64;

use super::oracle::{Fate, Mail, Oracle};
use super::wire::Wire;
use crate::support::smtp::{Protection, Script, SmtpServer};

/// What must show up nowhere.
const PASSWORD: &str = "0rdeal-s3cret-M4RKER";

/// Companies that are watched: as many alerts can be told apart.
const FIRMS: usize = 2000;

/// How mails go out.
pub(crate) enum Post {
    Folder,
    Smtp(SmtpServer),
}

impl Post {
    /// A server that wants the password.
    pub(crate) fn smtp() -> Self {
        Self::scripted(|script| script)
    }

    /// The same with a script.
    pub(crate) fn scripted(more: impl FnOnce(Script) -> Script) -> Self {
        let script = Script::new(Protection::StartTls).login("watch", PASSWORD);
        Self::Smtp(more(script).start())
    }

    /// How often the server heard this command.
    pub(crate) fn heard(&self, verb: &str) -> usize {
        let Self::Smtp(server) = self else { return 0 };
        server.heard().iter().filter(|one| one.line.starts_with(verb)).count()
    }
}

pub(crate) struct World {
    folder: tempfile::TempDir,
    pub(crate) wire: Wire,
    pub(crate) post: Post,
    pub(crate) oracle: Oracle,
    sources: usize,
    runs: u32,
}

impl World {
    /// A desk that watches so many sources, each of which shows one article of long ago, and has read
    /// all of them once.
    pub(crate) fn begin(sources: usize, post: Post) -> Self {
        let mut world = Self::unread(sources, post);
        for source in 0..sources {
            let title = world.oracle.title(Fate::Old);
            world.wire.publish(source, &title, Some("Mon, 01 Jan 2001 08:00:00 GMT"));
        }
        world.round();
        world
    }

    /// The same before the program was ever started.
    pub(crate) fn unread(sources: usize, post: Post) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let world =
            Self { folder, wire: Wire::open(), post, oracle: Oracle::default(), sources, runs: 0 };
        fs::write(world.path().join("password"), PASSWORD).unwrap();
        fs::set_permissions(world.path().join("password"), PermissionsExt::from_mode(0o600))
            .unwrap();
        world.write("watchlistd.toml", &world.settings(""));
        world.write("readers.toml", READERS);
        let firms: String =
            (0..FIRMS).map(|n| format!("[[company]]\nname = \"Firm{n:04}\"\n")).collect();
        world.write("watchlist.toml", &(firms + TOPICS));
        let url = |n: usize| world.wire.url(n);
        world.write_sources(&url);
        world
    }

    /// Writes `sources.toml` with an address for each source.
    pub(crate) fn write_sources(&self, url: &dyn Fn(usize) -> String) {
        let entry = |n: usize| format!("[[source]]\nid = \"s{n:03}\"\nurl = \"{}\"\n", url(n));
        self.write("sources.toml", &(0..self.sources).map(entry).collect::<String>());
    }

    /// `watchlistd.toml`, with more at its end.
    pub(crate) fn settings(&self, more: &str) -> String {
        let transport = match &self.post {
            Post::Folder => "transport = \"file\"\n".to_owned(),
            Post::Smtp(server) => format!(
                "transport = \"smtp\"\nhost = \"127.0.0.1\"\nport = {}\nca_file = \"{}\"\n\
                 username = \"watch\"\npassword_file = \"password\"\n",
                server.port(),
                server.ca_file().display()
            ),
        };
        format!("{SERVICE}{transport}{more}")
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path().join(name), text).unwrap();
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.path().join("state")
    }

    pub(crate) fn database(&self) -> PathBuf {
        self.state().join("state.db")
    }

    /// Publishes something with this fate on a source.
    pub(crate) fn publish(&mut self, source: usize, fate: Fate) {
        let title = self.oracle.title(fate);
        self.wire.publish(source, &title, None);
    }

    /// The program with these arguments, and nothing of this process's environment but the path.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_watchlistd"));
        command.env_clear().env("RUST_LOG", "watchlistd=debug").args(arguments);
        command.arg("--config").arg(self.path());
        if let Some(path) = std::env::var_os("PATH") {
            command.env("PATH", path);
        }
        command
    }

    /// Starts a command; what it says goes into files beside the configuration.
    pub(crate) fn start(&mut self, mut command: Command) -> Child {
        self.runs += 1;
        let log = |kind: &str| File::create(self.log(self.runs, kind)).unwrap();
        command.stdin(Stdio::null()).stdout(log("out")).stderr(log("err")).spawn().unwrap()
    }

    /// Runs a command to its end, however it ends.
    pub(crate) fn run(&mut self, command: Command) -> ExitStatus {
        self.start(command).wait().unwrap()
    }

    /// What the last command said on its standard error.
    pub(crate) fn said(&self) -> String {
        fs::read_to_string(self.log(self.runs, "err")).unwrap()
    }

    /// What the last command printed.
    pub(crate) fn printed(&self) -> String {
        fs::read_to_string(self.log(self.runs, "out")).unwrap()
    }

    fn log(&self, run: u32, kind: &str) -> PathBuf {
        let folder = self.path().join("logs");
        fs::create_dir_all(&folder).unwrap();
        folder.join(format!("{run}.{kind}"))
    }

    /// One undisturbed round, which must end well. While an edit is refused it works by the version in force, does
    /// all there is to do and ends with 78.
    pub(crate) fn round(&mut self) {
        let ended = self.run(self.command(&["once", "--all"]));
        let said = self.said();
        let refused = ended.code() == Some(78) && said.contains("stays in force");
        assert!(ended.success() || refused, "a round undisturbed: {ended}\n{said}");
    }

    /// Rounds until nothing is left to send: a mail cut off may wait for its turn.
    pub(crate) fn heal(&mut self) {
        self.round();
        self.round();
    }

    /// Runs `once --all` under strace; true when it was killed, false when it came to its end.
    pub(crate) fn cut_off(&mut self, injection: &str) -> bool {
        let once = self.command(&["once", "--all"]);
        let ended = self.run(super::strace::tampered(&once, &[injection.to_owned()]));
        if ended.signal() == Some(9) {
            return true;
        }
        assert!(ended.success(), "{injection}: {ended}\n{}", self.said());
        false
    }

    /// All mails that went out.
    pub(crate) fn mails(&self) -> Vec<Mail> {
        match &self.post {
            Post::Folder => {
                let Ok(folder) = fs::read_dir(self.state().join("mail/new")) else {
                    return Vec::new();
                };
                let mails = folder.map(|one| fs::read(one.unwrap().path()).unwrap());
                mails.map(|message| Mail::read(&message)).collect()
            }
            Post::Smtp(server) => {
                server.taken().iter().map(|one| Mail::read(&one.message)).collect()
            }
        }
    }

    /// Everything that must hold after an ordeal with so many kills. Answers how many mails went out
    /// more than once.
    #[track_caller]
    pub(crate) fn holds(&mut self, kills: u64) -> u64 {
        let copies = self.oracle.judge(&self.mails(), kills);
        self.is_consistent();
        self.is_discreet();
        copies
    }

    /// The record fits, no validator vouches for what is not stored, nothing waits, and what was not
    /// told has its reason.
    #[track_caller]
    pub(crate) fn is_consistent(&mut self) {
        let ended = self.run(self.command(&["audit", "verify"]));
        assert!(ended.success(), "audit verify: {ended}\n{}{}", self.printed(), self.said());
        let database = self.look();
        let mut select = database
            .prepare(
                "SELECT s.id, CAST(t.etag AS TEXT),
                     (SELECT count(*) FROM items i WHERE i.source = s.key)
                 FROM sources s JOIN source_states t ON t.source = s.key",
            )
            .unwrap();
        let rows = select
            .query_map([], |row| {
                Ok((
                    row.get::<_, String>(0)?,
                    row.get::<_, Option<String>>(1)?,
                    row.get::<_, i64>(2)?,
                ))
            })
            .unwrap();
        for (source, tag, stored) in rows.map(Result::unwrap) {
            let shown: i64 = tag.as_deref().map_or(0, |tag| tag.trim_matches('"').parse().unwrap());
            assert!(stored >= shown, "{source}: a validator for {shown} items, {stored} stored");
        }
        let waiting: i64 =
            database.query_row("SELECT count(*) FROM waiting", [], |row| row.get(0)).unwrap();
        assert_eq!(waiting, 0, "items that nobody judged");
        self.oracle.judge_untold(&database);
    }

    /// The database beside whoever works on it.
    pub(crate) fn look(&self) -> rusqlite::Connection {
        let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE;
        rusqlite::Connection::open_with_flags(self.database(), flags).unwrap()
    }

    /// No password in anything said or written, and nothing for others to read.
    #[track_caller]
    fn is_discreet(&self) {
        let login = BASE64.encode(format!("\0watch\0{PASSWORD}").as_bytes());
        let spellings = [PASSWORD, &BASE64.encode(PASSWORD.as_bytes()), &login];
        let mut paths = files(&self.state());
        for path in &paths {
            let mode = fs::metadata(path).unwrap().permissions().mode() & 0o777;
            let allowed = if path.is_dir() { 0o700 } else { 0o600 };
            assert_eq!(mode, allowed, "{} has the mode {mode:o}", path.display());
        }
        paths.extend(files(&self.path().join("logs")));
        for path in paths.iter().filter(|path| path.is_file()) {
            let bytes = fs::read(path).unwrap();
            for spelling in spellings {
                let shown = bytes.windows(spelling.len()).any(|part| part == spelling.as_bytes());
                assert!(!shown, "{} holds the password", path.display());
            }
        }
        for mail in self.mails() {
            assert!(!spellings.iter().any(|one| mail.text.contains(one)), "a mail holds it");
        }
    }
}

/// Does several jobs, a few at a time: most of their time is spent waiting.
pub(crate) fn side_by_side<T: Send>(jobs: Vec<impl FnOnce() -> T + Send>) -> Vec<T> {
    const AT_ONCE: usize = 6;
    let jobs = Mutex::new(jobs.into_iter());
    let done = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                loop {
                    let job = jobs.lock().unwrap().next();
                    let Some(job) = job else { return };
                    let came = job();
                    done.lock().unwrap().push(came);
                }
            });
        }
    });
    done.into_inner().unwrap()
}

/// Lets a moment pass: it is a process outside that moves on.
pub(crate) fn wait(moment: Duration) {
    let (_hold, never) = std::sync::mpsc::channel::<()>();
    let _ = never.recv_timeout(moment);
}

/// Waits until something is so that another process brings about.
#[track_caller]
pub(crate) fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    const GLANCE: Duration = Duration::from_millis(50);
    const GLANCES: u32 = 2400;
    for _ in 0..GLANCES {
        if is_so() {
            return;
        }
        wait(GLANCE);
    }
    panic!("it took too long until {what}");
}

/// A folder and all that is in it.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = vec![folder.to_owned()];
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => found.push(path),
        }
    }
    found
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
per_host = 8
allow_private = true
[keep]
free_space = "1MB"
[mail]
from = "watchlist@desk.test"
"#;

/// One reader of digests and one of urgent mails alone.
const READERS: &str = r#"
[[reader]]
name = "Mei"
to = ["mei@desk.test"]
urgent = "never"

[[reader]]
name = "Jo"
to = ["jo@desk.test"]
digest = "never"
urgent_per_hour = 1000
"#;

const TOPICS: &str = r#"
[[topic]]
name = "Delisting"
terms = ["delist"]
not_with = ["from the arcade"]
severity = "high"
"#;
