//! `init`: writes commented files to start from, with the blanks filled in.
//!
//! The texts are those that we ship, so that what a person gets is what the tests check. Invariant:
//! a file that exists is never touched: those that are missing are written, all or none.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use super::exit::{Exit, Failure};
use super::shipped;
use crate::config::settings::Transport;
use crate::config::{self, Environment, Files, defaults};
use crate::model::{Level, Problem, Tz};

/// The files as shipped, by name.
static SHIPPED: LazyLock<[(&str, &str); 5]> = LazyLock::new(|| {
    [
        (config::SERVICE, include_str!("../../config/watchlistd.toml")),
        (config::SOURCES, include_str!("../../config/sources.toml")),
        (config::READERS, include_str!("../../config/readers.toml")),
        (config::TOPICS, &**shipped::TOPICS),
        (config::WATCHLIST, shipped::WATCHLIST),
    ]
});

/// The folder of the schema, which the first line of each file names for editors.
const SCHEMA: &str = "schema";

/// For the service's user and its group alone: readers' names and what a desk watches are nobody
/// else's business.
const FILE_MODE: u32 = 0o640;

/// In a folder that hands its group on (2750, as the package makes it), the desk's and the analysts' files
/// are the group's to edit; the operator's is not.
const SHARED_MODE: u32 = 0o660;

/// Why nothing was set up.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// What was typed cannot be used (exit code 64).
    #[error("{what}\n  {hint}")]
    Usage {
        /// Which argument and why.
        what: String,
        /// What to type instead.
        hint: String,
    },
    /// All files stand there already (exit code 64: another folder was meant, or none).
    #[error("nothing was written, because these files exist already and may hold somebody's work:{}", lines(.0))]
    Exists(Vec<PathBuf>),
    /// The system refused (exit code 74, or 77 without permission).
    #[error("cannot write {}: {why}", path.display())]
    Io {
        /// What was written.
        path: PathBuf,
        /// What the system said. Told above, and no cause: it would be told twice.
        why: io::Error,
    },
}

fn lines(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| format!("\n  {}", path.display())).collect()
}

/// What `init` is told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Folder to write to; files that exist are never touched
    folder: PathBuf,
    /// Your mail address: operator, first reader and contact until you edit the files
    #[arg(long, value_name = "ADDRESS")]
    to: String,
    /// Your time zone, Europe/Berlin for example
    #[arg(long, value_name = "ZONE")]
    timezone: String,
    /// Mail server; without one, mails are written to a folder
    #[arg(long, value_name = "HOST")]
    smtp: Option<String>,
}

/// Sets a folder up.
pub(super) fn run(arguments: &Arguments, out: &mut dyn Write) -> Result<Exit, Failure> {
    let answers = Answers {
        folder: &arguments.folder,
        to: &arguments.to,
        timezone: &arguments.timezone,
        smtp: arguments.smtp.as_deref(),
    };
    init(&answers, out).map_err(|error| {
        let exit = match &error {
            InitError::Usage { .. } | InitError::Exists(_) => Exit::Usage,
            InitError::Io { why, .. } if why.kind() == ErrorKind::PermissionDenied => {
                Exit::Permission
            }
            InitError::Io { .. } => Exit::Io,
        };
        let hint = hint(&error);
        let failure = Failure::new(exit, error);
        match hint {
            Some(hint) => failure.hint(hint),
            None => failure,
        }
    })?;
    Ok(Exit::Fine)
}

/// What to do where the system refused.
fn hint(error: &InitError) -> Option<&'static str> {
    let InitError::Io { why, .. } = error else { return None };
    match why.kind() {
        ErrorKind::AlreadyExists | ErrorKind::NotADirectory => {
            Some("a file stands where the folder is to be; name another folder")
        }
        ErrorKind::PermissionDenied => Some("name a folder that you may write, or ask its owner"),
        _ => None,
    }
}

/// What a person said on the command line.
#[derive(Clone, Copy, Debug)]
pub struct Answers<'a> {
    /// The folder, as typed.
    pub folder: &'a Path,
    /// Whom to tell: operator, first reader, contact and sender.
    pub to: &'a str,
    /// IANA zone.
    pub timezone: &'a str,
    /// The mail server; without one, mails go into a Maildir.
    pub smtp: Option<&'a str>,
}

/// `watchlistd init DIR --to ADDRESS --timezone ZONE [--smtp HOST]`.
///
/// # Errors
/// When an argument is unusable, all files exist already, or the system refuses; nothing is written
/// then, or what was written is removed again.
pub fn init(answers: &Answers<'_>, out: &mut dyn Write) -> Result<(), InitError> {
    judge(answers)?;
    let files = files(answers);
    let written = write(answers.folder, &files)?;
    let told = tell(answers, &files, &written, out);
    told.map_err(|why| InitError::Io { path: PathBuf::from("standard output"), why })
}

/// The texts by name, with the blanks filled in. Pure.
#[must_use]
pub fn files(answers: &Answers<'_>) -> BTreeMap<String, String> {
    let filled = |(name, text): (&str, &str)| {
        let text = match name {
            config::SERVICE => service(text, answers),
            config::READERS => readers(text, answers),
            _ => text.to_owned(),
        };
        (name.to_owned(), text)
    };
    let schema = config::schema::NAMES
        .into_iter()
        .filter_map(|(name, _)| Some((format!("{SCHEMA}/{name}"), config::schema::text(name)?)));
    SHIPPED.iter().copied().map(filled).chain(schema).collect()
}

fn service(text: &str, answers: &Answers<'_>) -> String {
    let to = quoted(answers.to);
    let mut text = replace_line(text, "contact = ", &format!("contact = {to}"));
    text = replace_line(&text, "timezone = ", &format!("timezone = {}", quoted(answers.timezone)));
    text = replace_line(&text, "to = ", &format!("to = [{to}]"));
    let from =
        "# Many servers take mail only from an address of their own; change it if yours does.";
    text = replace_line(&text, "from = ", &format!("{from}\nfrom = {to}"));
    if answers.folder != Path::new(defaults::FOLDER) {
        let storage = "# Beside these files, so that no other rights are needed to try it out. As a service, delete\n\
             # this line: systemd then provides the folder.\n\
             storage = \"sqlite:state/state.db\"";
        text = replace_line(&text, "# storage = ", storage);
    }
    match answers.smtp {
        Some(host) => replace_line(&text, "host = ", &format!("host = {}", quoted(host))),
        None => {
            let file = "transport = \"file\"            # into a Maildir; \"smtp\": to a mail server, named below";
            let text = replace_line(&text, "transport = ", file);
            replace_line(&text, "host = ", "# host = \"smtp.your-company.com\"")
        }
    }
}

fn readers(text: &str, answers: &Answers<'_>) -> String {
    let name = answers.to.split('@').next().unwrap_or(answers.to);
    let text = replace_line(text, "name = ", &format!("name = {}", quoted(name)));
    replace_line(&text, "to = ", &format!("to = [{}]", quoted(answers.to)))
}

/// The one line that starts with `start`, replaced.
fn replace_line(text: &str, start: &str, new: &str) -> String {
    let mut out = String::with_capacity(text.len() + new.len());
    let mut found = 0;
    for line in text.lines() {
        if line.starts_with(start) {
            found += 1;
            out.push_str(new);
        } else {
            out.push_str(line);
        }
        out.push('\n');
    }
    debug_assert_eq!(found, 1, "the shipped file has one line '{start}…'");
    out
}

/// As TOML writes it.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// Judges the arguments with the very code that `check` runs, before anything is written.
fn judge(answers: &Answers<'_>) -> Result<(), InitError> {
    zone(answers.timezone)?;
    let files = Files::from_texts(answers.folder, files(answers));
    let parsed = config::parse(&files, &Environment::default());
    let wrong = |one: &Problem| one.level == Level::Error;
    match parsed.problems.into_iter().find(wrong) {
        None => Ok(()),
        Some(problem) => Err(InitError::Usage {
            what: format!("{} cannot be used: {}", argument(&problem, answers), problem.what),
            hint: problem.hint.unwrap_or_else(|| "change the argument and try again".to_owned()),
        }),
    }
}

/// The argument that stands where the problem is.
fn argument(problem: &Problem, answers: &Answers<'_>) -> &'static str {
    let written = problem.place.as_ref().and_then(|place| place.file.text.get(place.span.clone()));
    if answers.smtp.map(quoted).as_deref() == written { "--smtp" } else { "--to" }
}

fn zone(name: &str) -> Result<(), InitError> {
    if name.parse::<Tz>().is_ok() {
        return Ok(());
    }
    let city = |zone: &str| zone.rsplit('/').next().unwrap_or(zone).to_lowercase();
    let wanted = city(name).replace(' ', "_");
    let near = Tz::names()
        .map(|zone| (strsim::damerau_levenshtein(&wanted, &city(zone)), zone))
        .filter(|(slips, _)| *slips <= (wanted.len() / 4).max(1))
        .min_by_key(|(slips, _)| *slips);
    let near = near.map(|(_, zone)| format!("did you mean {zone}? ")).unwrap_or_default();
    Err(InitError::Usage {
        what: format!("--timezone: there is no time zone \"{name}\""),
        hint: format!(
            "{near}accepted: IANA names like America/New_York, Europe/Berlin, Asia/Singapore"
        ),
    })
}

/// Writes all files that are missing, or none; answers their names.
///
/// # Errors
/// [`InitError::Exists`] when all stand there already, [`InitError::Io`] otherwise.
pub fn write(folder: &Path, files: &BTreeMap<String, String>) -> Result<Vec<String>, InitError> {
    let exists = |name: &&String| folder.join(name).symlink_metadata().is_ok();
    let missing: Vec<String> = files.keys().filter(|name| !exists(name)).cloned().collect();
    if missing.is_empty() {
        let people = files.keys().filter(|name| !name.contains('/'));
        return Err(InitError::Exists(people.map(|name| folder.join(name)).collect()));
    }
    let failed = |path: &Path, why| InitError::Io { path: path.to_path_buf(), why };
    fs::create_dir_all(folder).map_err(|error| failed(folder, error))?;
    let shared = fs::metadata(folder).is_ok_and(|about| about.permissions().mode() & 0o2000 != 0);
    let mut written = Vec::new();
    for (name, text) in files.iter().filter(|(name, _)| missing.contains(name)) {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(|error| failed(parent, error))?;
        }
        let mode = (shared && name != config::SERVICE).then_some(SHARED_MODE);
        if let Err(error) = write_new(&path, text, mode) {
            // A file that appeared meanwhile is somebody else's; ours are taken back.
            if error.kind() != ErrorKind::AlreadyExists {
                written.push(path.clone());
            }
            for path in written {
                let _ = fs::remove_file(path);
            }
            return Err(failed(&path, error));
        }
        written.push(path);
    }
    Ok(missing)
}

fn write_new(path: &Path, text: &str, mode: Option<u32>) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(FILE_MODE).open(path)?;
    if let Some(mode) = mode {
        // Not at its creation: the shell's mask would take the group's right away.
        file.set_permissions(fs::Permissions::from_mode(mode))?;
    }
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn tell(
    answers: &Answers<'_>,
    files: &BTreeMap<String, String>,
    written: &[String],
    out: &mut dyn Write,
) -> io::Result<()> {
    let folder = answers.folder.display();
    let (new, left): (Vec<&str>, Vec<&str>) = files
        .keys()
        .map(String::as_str)
        .filter(|name| !name.contains('/'))
        .partition(|name| written.iter().any(|one| one == name));
    let schema = written.iter().any(|name| name.contains('/'));
    let schema = schema.then(|| format!("{SCHEMA}/ for editors"));
    let all: Vec<String> =
        Some(new.join(", ")).filter(|new| !new.is_empty()).into_iter().chain(schema).collect();
    writeln!(out, "Written to {folder}: {}.", all.join("; "))?;
    if !left.is_empty() {
        writeln!(out, "Left as they are: {}.", left.join(", "))?;
    }
    match answers.smtp {
        // How mails go is not ours to say where that file is somebody's.
        _ if left.contains(&config::SERVICE) => {}
        Some(host) => writeln!(
            out,
            "Mails go to {host}. If it wants an account, set username and password_file under [mail]."
        )?,
        None => writeln!(
            out,
            "Mails go into a Maildir, {}; name a mail server under [mail] when you are ready.",
            maildir(answers).display()
        )?,
    }
    writeln!(
        out,
        "Put your companies into watchlist.toml and your feeds into sources.toml. Then:\n"
    )?;
    let shown = shell_word(&folder.to_string());
    writeln!(out, "  watchlistd check --config {shown}     # what is wrong, if anything")?;
    writeln!(out, "  watchlistd once --config {shown}      # poll, match and mail one digest now")?;
    writeln!(out, "  watchlistd run --config {shown}       # the service")
}

/// Where mails go without a server.
fn maildir(answers: &Answers<'_>) -> PathBuf {
    let files = Files::from_texts(answers.folder, files(answers));
    match config::parse(&files, &Environment::default()).settings.map(|one| one.mail.transport) {
        Some(Transport::File(path)) => path,
        _ => PathBuf::from(defaults::MAILDIR),
    }
}

/// A word as a shell takes it.
fn shell_word(text: &str) -> String {
    let plain =
        |one: char| one.is_alphanumeric() || matches!(one, '/' | '.' | '_' | '-' | '+' | '~');
    if text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}
