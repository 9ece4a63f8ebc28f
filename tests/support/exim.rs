//! A real Exim for one test: unprivileged, on a loopback port, STARTTLS and AUTH demanded, with a
//! certificate of its own authority. It takes mail for `bank.test`, answers 550 to `refused@` and
//! 451 to `later@`, greylists `grey@`, and delivers into one Maildir. It can be stopped and started
//! again at the same port.
//!
//! Started by root it runs as an ordinary user; started by an ordinary user it runs as that one.

#![expect(clippy::unwrap_used, reason = "a helper of tests that cannot go on is a failed test")]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;

use super::certificates::Authority;

/// Set where a missing Exim must fail the test instead of skipping it.
const REQUIRED: &str = "WATCHLISTD_REQUIRE_EXIM";

/// `nobody` on Debian; Exim refuses to be configured by a stranger and needs no rights.
const NOBODY: u32 = 65_534;

/// Where Debian, and others, put it.
const PLACES: [&str; 4] =
    ["/usr/sbin/exim4", "/usr/sbin/exim", "/usr/local/sbin/exim", "/usr/exim/bin/exim"];

/// A running Exim; it stops when dropped.
pub(crate) struct EximServer {
    /// On 127.0.0.1.
    pub(crate) port: u16,
    /// The authority that signed its certificate, in PEM.
    pub(crate) ca_file: PathBuf,
    /// Who may send.
    pub(crate) username: String,
    /// With this password.
    pub(crate) password: String,
    /// The Maildir into which it delivers.
    pub(crate) folder: PathBuf,
    exim: PathBuf,
    home: tempfile::TempDir,
    user: u32,
    daemon: Child,
}

impl EximServer {
    /// Starts one, or says plainly why not and answers `None`; where `WATCHLISTD_REQUIRE_EXIM` is
    /// set, that is a failure.
    pub(crate) fn start() -> Option<Self> {
        match Self::try_start() {
            Ok(server) => Some(server),
            Err(why) => {
                let required = std::env::var_os(REQUIRED).is_some_and(|value| !value.is_empty());
                assert!(!required, "{REQUIRED} is set, but {why}");
                // Past the test runner's capture, so that a skipped test shows.
                let _ = writeln!(std::io::stderr(), "SKIPPED: {why}");
                None
            }
        }
    }

    fn try_start() -> Result<Self, String> {
        let exim = PLACES
            .iter()
            .map(PathBuf::from)
            .find(|path| path.exists())
            .ok_or("Exim is not installed (apt-get install exim4-daemon-light)")?;
        let home = tempfile::tempdir().unwrap();
        let own = fs::metadata(home.path()).unwrap().uid();
        let user = if own == 0 { NOBODY } else { own };
        let ca_file = prepare(home.path(), user);
        let folder = home.path().join("mail");
        let mut why = String::new();
        // A port that was free a moment ago may be taken: try others.
        for _ in 0..5 {
            let port = free_port();
            configure(home.path(), user, port);
            match start_daemon(&exim, home.path(), user) {
                Ok(daemon) => {
                    return Ok(Self {
                        port,
                        ca_file,
                        username: "watch".into(),
                        password: "exim-s3cret".into(),
                        folder,
                        exim,
                        home,
                        user,
                        daemon,
                    });
                }
                Err(said) => why = said,
            }
        }
        Err(format!("Exim did not start: {why}"))
    }

    /// Ends the daemon, as a restart begins.
    pub(crate) fn stop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }

    /// Starts it again where it was.
    pub(crate) fn start_again(&mut self) {
        self.daemon = start_daemon(&self.exim, self.home.path(), self.user).unwrap();
    }

    /// The time after which a greylisted sender is known has passed.
    pub(crate) fn trust_after_greylisting(&self) {
        fs::write(self.home.path().join("known"), "").unwrap();
    }

    /// Has Exim deliver all that it took, waits for it, and answers the messages in the Maildir as
    /// they lie there (with Exim's own header lines on top and LF line ends), oldest first.
    pub(crate) fn delivered(&self) -> Vec<Vec<u8>> {
        let run = command(&self.exim, self.home.path(), self.user).arg("-qff").output().unwrap();
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        let Ok(entries) = fs::read_dir(self.folder.join("new")) else { return Vec::new() };
        let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        paths.iter().map(|path| fs::read(path).unwrap()).collect()
    }

    /// What Exim wrote into its main log.
    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.home.path().join("log/mainlog")).unwrap_or_default()
    }
}

impl Drop for EximServer {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Lays out the folders and the certificate, and gives them to the user that Exim runs as.
fn prepare(home: &Path, user: u32) -> PathBuf {
    let authority = Authority::new();
    let leaf = authority.sign(&["127.0.0.1", "localhost"]);
    let ca_file = authority.write_to(home);
    fs::write(home.join("cert.pem"), leaf.certificate).unwrap();
    fs::write(home.join("key.pem"), leaf.key).unwrap();
    for folder in ["spool", "log", "mail"] {
        fs::create_dir(home.join(folder)).unwrap();
    }
    for name in ["", "cert.pem", "key.pem", "spool", "log", "mail"] {
        chown(home.join(name), Some(user), Some(user)).unwrap_or_else(|_| {
            // An ordinary user owns what it made; only its group may differ from its number.
            chown(home.join(name), Some(user), None).unwrap();
        });
    }
    fs::set_permissions(home.join("key.pem"), fs::Permissions::from_mode(0o600)).unwrap();
    ca_file
}

fn configure(home: &Path, user: u32, port: u16) {
    let text = CONFIGURATION
        .replace("@HOME@", home.to_str().unwrap())
        .replace("@USER@", &user.to_string())
        .replace("@GROUP@", &fs::metadata(home).unwrap().gid().to_string())
        .replace("@PORT@", &port.to_string());
    let path = home.join("exim.conf");
    fs::write(&path, text).unwrap();
    // Exim reads it only if it belongs to root or to the user that it runs as.
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
}

fn command(exim: &Path, home: &Path, user: u32) -> Command {
    let mut command = Command::new(exim);
    command.arg("-C").arg(home.join("exim.conf")).current_dir("/").stdin(Stdio::null());
    let seen = fs::metadata(home).unwrap();
    if fs::metadata(home.join("exim.conf")).unwrap().uid() != user {
        // We are root: drop to the plain user, supplementary groups included.
        command.uid(user).gid(seen.gid());
    }
    command
}

/// Starts the daemon and waits until it says that it listens.
fn start_daemon(exim: &Path, home: &Path, user: u32) -> Result<Child, String> {
    let mut daemon = command(exim, home, user)
        .args(["-bdf", "-v"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{}: {error}", exim.display()))?;
    let mut said = String::new();
    let mut words = BufReader::new(daemon.stderr.take().unwrap());
    while !said.contains("daemon started") {
        let before = said.len();
        if words.read_line(&mut said).unwrap_or(0) == 0 || said.len() == before {
            let _ = daemon.kill();
            let _ = daemon.wait();
            return Err(said.trim().to_owned());
        }
    }
    // It goes on talking; a full pipe would stop it.
    thread::spawn(move || words.read_to_end(&mut Vec::new()));
    Ok(daemon)
}

const CONFIGURATION: &str = r#"
keep_environment =
add_environment = PATH=/usr/bin:/bin
primary_hostname = mail.bank.test
exim_user = @USER@
exim_group = @GROUP@
spool_directory = @HOME@/spool
log_file_path = @HOME@/log/%slog
local_interfaces = 127.0.0.1
daemon_smtp_ports = @PORT@
daemon_startup_retries = 0
host_lookup =
rfc1413_query_timeout = 0s
tls_advertise_hosts = *
tls_certificate = @HOME@/cert.pem
tls_privatekey = @HOME@/key.pem
auth_advertise_hosts = ${if eq{$tls_in_cipher}{}{}{*}}
acl_smtp_mail = acl_mail
acl_smtp_rcpt = acl_rcpt
acl_smtp_data = accept
queue_only
deliver_drop_privilege

begin acl
acl_mail:
  accept authenticated = *
  deny   message = 5.7.0 log in first

acl_rcpt:
  deny   local_parts = refused
         message = 5.1.1 no such reader
  defer  local_parts = later
         message = 4.7.1 come back later
  defer  local_parts = grey
         condition = ${if exists{@HOME@/known}{no}{yes}}
         message = 4.2.0 greylisted, try again
  accept domains = bank.test
  deny   message = 5.7.1 no mail for others

begin routers
all:
  driver = accept
  transport = maildir

begin transports
maildir:
  driver = appendfile
  maildir_format
  directory = @HOME@/mail
  envelope_to_add
  return_path_add

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_condition = ${if and{{eq{$auth2}{watch}}{eq{$auth3}{exim-s3cret}}}}
  server_set_id = $auth2
"#;
