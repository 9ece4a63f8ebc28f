//! What several commands begin with: the folder, its parts, the store, a runtime.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use super::exit::{Exit, Failure};
use super::problems;
use crate::config::settings::Storage;
use crate::config::{self, Environment, Files, ReadError, SERVICE, Settings};
use crate::daemon::privilege::{Owner, as_owner};
use crate::daemon::start::StartError;
use crate::daemon::wire::{self, Access, Parts};
use crate::detect::Watchlist;
use crate::model::{Level, Problem};
use crate::pipeline::InForce;
use crate::store::{Archive, ConfigVersion, Starter, Store, StoreError};

/// The folder that a command works on, and what the process was told by its surroundings.
#[derive(Clone, Debug)]
pub struct Folder {
    /// The folder.
    pub path: PathBuf,
    /// Somebody named it, so that one that is not there is a slip.
    pub named: bool,
    /// systemd's and the shell's variables.
    pub environment: Environment,
}

impl Folder {
    /// Whether there is a database yet, as far as we may see.
    pub fn storage_exists(&self) -> bool {
        let Storage::Sqlite(path) = storage(self);
        path.exists()
    }

    /// Refuses a folder that was named and is none: whoever mistypes one must not work on the database at the
    /// default place.
    pub fn is_there(&self) -> Result<(), Failure> {
        if self.named { Ok(Files::folder_at(&self.path)?) } else { Ok(()) }
    }

    /// The folder given on the command line, else the usual ones.
    pub fn named(given: Option<PathBuf>) -> Self {
        let environment = Environment::of_process();
        let named = given.is_some();
        Self { path: environment.config_folder(given.as_deref()), named, environment }
    }
}

impl Folder {
    /// With the service's secret, if it can be found from here.
    pub fn with_secret(mut self) -> Self {
        self.environment = self.environment.with_credential_of_service(Path::new("/"));
        self
    }

    /// For a command that talks to others: looks for the service's secret, then, as root, goes on as the
    /// owner of the state for good.
    pub fn step_down(self) -> Result<Self, Failure> {
        let folder = self.with_secret();
        if let Some(owner) = owner(&storage(&folder)) {
            owner
                .assume()
                .map_err(|error| Failure::file("go on as the owner of the database", error))?;
        }
        Ok(folder)
    }
}

/// Reads and understands the folder; every problem goes to standard error.
pub fn parts(folder: &Folder) -> Result<Parts, Failure> {
    let files = Files::read(&folder.path)?;
    let (parts, problems) = wire::build(files, &folder.environment);
    parts.ok_or_else(|| refused(&problems))
}

/// Says all problems and ends with the code for a wrong configuration.
pub fn refused(problems: &[Problem]) -> Failure {
    say(problems);
    let errors = problems.iter().filter(|one| one.level == Level::Error).count();
    let what = match errors {
        1 => "the configuration has an error".to_owned(),
        n => format!("the configuration has {n} errors"),
    };
    let exit = match exit(problems) {
        Exit::Permission => Exit::Permission,
        _ => Exit::Config,
    };
    Failure::new(exit, anyhow::anyhow!(what))
}

/// The code for what is wrong: where we may not read a file, nobody knows whether what stands in it is.
pub fn exit(problems: &[Problem]) -> Exit {
    let errors = || problems.iter().filter(|one| one.level == Level::Error);
    match errors().count() {
        0 => Exit::Fine,
        _ if errors().any(|one| one.denied) => Exit::Permission,
        _ => Exit::Config,
    }
}

/// Says problems on standard error.
pub fn say(problems: &[Problem]) {
    if problems.is_empty() {
        return;
    }
    let mut err = std::io::stderr().lock();
    let colour = err.is_terminal();
    // Standard error may be closed; the exit code still tells.
    let _ = err.write_all(problems::render(problems, colour).as_bytes());
}

/// Compiles watchlist files alone, as `match` takes them.
pub fn watchlist(paths: &[PathBuf]) -> Result<Watchlist, Failure> {
    let (entries, mut problems) = config::watchlist_from(paths)?;
    let (watchlist, found) = Watchlist::compile(&entries);
    // What seems to stand nowhere may stand in what could not be read.
    let legible = problems.iter().all(|one| one.level != Level::Error);
    problems.extend(found.into_iter().filter(|one| legible || !one.dangling));
    let problems = config::in_order(problems);
    if problems.iter().any(|one| one.level == Level::Error) {
        return Err(refused(&problems));
    }
    Ok(watchlist)
}

/// Opens the store beside a running service. When `watchlistd.toml` cannot be read, the store is
/// looked for at its default place: a broken file must not hide how things stand.
pub fn open_for_reading(folder: &Folder) -> Result<Arc<dyn Store>, Failure> {
    open(folder, Access::Beside)
}

/// The same to write a little.
pub fn open_to_amend(folder: &Folder) -> Result<Arc<dyn Store>, Failure> {
    open(folder, Access::Amend)
}

/// As root, the store is opened by its owner: its threads stay the owner's, this one stays root's.
fn open(folder: &Folder, access: Access) -> Result<Arc<dyn Store>, Failure> {
    folder.is_there()?;
    let storage = storage(folder);
    as_owner(owner(&storage), || wire::open_store(&storage, access))
        .map_err(|error| Failure::file("go on as the owner of the database", error))?
        .map_err(|error| {
            unseen(folder).or_else(|| unsaid(folder, &storage)).unwrap_or_else(|| error.into())
        })
}

/// Why the store is not there, if nothing says where it lies.
fn unsaid(folder: &Folder, storage: &Storage) -> Option<Failure> {
    let Storage::Sqlite(path) = storage;
    let file = folder.path.join(SERVICE);
    if file.exists() || path.exists() {
        return None;
    }
    let what = anyhow::anyhow!(
        "could not open the database: {}, which says where it lies, is missing, and none is at {}",
        file.display(),
        path.display()
    );
    Some(Failure::new(Exit::Config, what).hint(
        "put the file back, or name its folder by --config DIR; a service that runs works on by what it read",
    ))
}

/// Why the store was looked for at its default place, if it is that we may not read where it lies.
pub fn unseen(folder: &Folder) -> Option<Failure> {
    let problem = service(folder).problems.into_iter().find(|one| one.denied)?;
    let failure = Failure::new(Exit::Permission, anyhow::anyhow!(problem.what));
    Some(match problem.hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    })
}

/// Where the state lies, as far as `watchlistd.toml` can be read, else its default place.
pub fn storage(folder: &Folder) -> Storage {
    let storage = service(folder).storage;
    storage.unwrap_or_else(|| Storage::Sqlite(folder.environment.default_database()))
}

/// What `watchlistd.toml` says. The other files are not read: ten thousand sources would be understood
/// twice by every command.
fn service(folder: &Folder) -> config::Parsed {
    config::parse(&Files::service_of(&folder.path), &folder.environment)
}

/// Whom root becomes to work on the state.
pub fn owner(storage: &Storage) -> Option<Owner> {
    let Storage::Sqlite(path) = storage;
    Owner::of(path)
}

/// Where the store lies, and how much room its disk should have.
pub struct Place {
    /// The store.
    pub storage: Storage,
    /// Bytes that should stay free; `None` when the file that says so cannot be read.
    pub floor: Option<u64>,
}

/// The same place that the commands open, with what is said of its disk.
pub fn place(folder: &Folder) -> Place {
    let settings = service(folder).settings;
    let floor = settings.map(|settings| settings.keep.free_space.value);
    Place { storage: storage(folder), floor }
}

/// The store, and the version of the files that is in force in it.
pub struct InStore {
    /// The memory.
    pub store: Arc<dyn Store>,
    /// What is in force.
    pub in_force: InForce,
}

/// Opens the store and understands the files in force: those that the service works by, whatever
/// was written since.
pub async fn in_store(folder: &Folder, access: Access) -> Result<InStore, Failure> {
    let store = open(folder, access)?;
    let (version, parts) = in_force(folder, &*store).await?;
    let rejected = store.archive().rejected_edit().await?.map(|edit| edit.problems);
    Ok(InStore { store, in_force: parts.in_force(version.version, rejected) })
}

/// The version of the files that is in force in a store, and what they mean: where this program does not accept
/// them, what can be used of them, as a start does.
pub async fn in_force(
    folder: &Folder,
    store: &dyn Store,
) -> Result<(ConfigVersion, Parts), Failure> {
    let Some(version) = store.archive().config_in_force().await? else {
        let what = anyhow::anyhow!("no version of the files was ever in force in this store");
        return Err(Failure::new(Exit::Data, what).hint("start `watchlistd run` or `once` first"));
    };
    let files = Files::from_texts(&folder.path, version.files.clone());
    let (parts, problems) = wire::build(files.clone(), &folder.environment);
    let parts = parts.or_else(|| wire::salvage(files, &folder.environment));
    parts.map(|parts| (version, parts)).ok_or_else(|| refused(&problems))
}

/// Settings of the version in force that wait for a restart of the service, by their names: those that differ from
/// what the service was started with. A round (`once`) works by all of them.
pub async fn waits_for_restart(
    folder: &Folder,
    archive: &dyn Archive,
) -> Result<Vec<&'static str>, StoreError> {
    let started = archive.last_start().await?.filter(|one| one.by == Starter::Service);
    let (Some(started), Some(new)) = (started, archive.config_in_force().await?) else {
        return Ok(Vec::new());
    };
    let old = archive.config_versions(started.version.saturating_sub(1), 1).await?;
    let Some(old) = old.into_iter().find(|one| one.version == started.version) else {
        return Ok(Vec::new());
    };
    Ok(match (settings_of(folder, old), settings_of(folder, new)) {
        (Some(old), Some(new)) => wire::needs_restart(&old, &new),
        _ => Vec::new(),
    })
}

/// What `watchlistd.toml` says in a version.
fn settings_of(folder: &Folder, version: ConfigVersion) -> Option<Settings> {
    let texts = version.files.into_iter().filter(|(name, _)| name == SERVICE).collect();
    config::parse(&Files::from_texts(&folder.path, texts), &folder.environment).settings
}

/// What standard input is called.
pub const STANDARD_INPUT: &str = "standard input";

/// An input that cannot be read: a file, or [`STANDARD_INPUT`].
pub fn no_input(name: impl std::fmt::Display, error: &std::io::Error) -> Failure {
    Failure::new(Exit::NoInput, anyhow::anyhow!("cannot read {name}: {error}"))
}

/// The runtime on which a command waits for network and store: one thread, which spares what is handed
/// from one to another (documents are parsed and the store is asked on threads of their own).
pub fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    on(tokio::runtime::Builder::new_current_thread())
}

/// Runs `work` on a runtime of its own and waits for it.
pub fn wait<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    wait_on(&runtime()?, work)
}

/// Waits for `work`. What differs between commands is put behind a pointer: each future that a runtime
/// waits for directly is a copy of all that waiting is, some thirty of which are half a megabyte of the
/// program.
pub fn wait_on<T>(runtime: &tokio::runtime::Runtime, work: impl Future<Output = T>) -> T {
    let mut done = None;
    let work: Pin<Box<dyn Future<Output = ()> + '_>> = Box::pin(async { done = Some(work.await) });
    runtime.block_on(work);
    done.expect("what was waited for has ended")
}

fn on(mut how: tokio::runtime::Builder) -> Result<tokio::runtime::Runtime, Failure> {
    how.enable_all().build().map_err(|error| Failure::new(Exit::Io, error))
}

/// Runs `work` on a runtime of several threads, so that no loop waits for another. What still blocks at
/// its end (a name that no server resolves, a large document being parsed) is left behind after a moment:
/// nothing depends on it any more.
pub fn to_the_end<T>(work: impl Future<Output = T>) -> Result<T, Failure> {
    const MOMENT: Duration = Duration::from_millis(500);
    let runtime = on(tokio::runtime::Builder::new_multi_thread())?;
    let done = wait_on(&runtime, work);
    runtime.shutdown_timeout(MOMENT);
    Ok(done)
}

impl From<ReadError> for Failure {
    fn from(error: ReadError) -> Self {
        let exit = match &error {
            ReadError::Missing(_) | ReadError::NotAFolder(_) | ReadError::NoWatchlist(_) => {
                Exit::NoInput
            }
            ReadError::Denied(_) => Exit::Permission,
            ReadError::Io { .. } | ReadError::NoFile { .. } => Exit::NoInput,
        };
        let missing = matches!(error, ReadError::Missing(_));
        let failure = Self::new(exit, error);
        if missing {
            return failure.hint(
                "`watchlistd init DIR --to ADDRESS --timezone ZONE` writes files to start from; \
                 --config DIR names their folder",
            );
        }
        failure
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Config(problems) => refused(&problems),
            StartError::Folder(error) => {
                // Without any configuration the service cannot start: that is what 78 tells.
                let mut failure = Self::from(error);
                if failure.exit == Exit::NoInput {
                    failure.exit = Exit::Config;
                }
                failure
            }
            StartError::Store(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_blocks_does_not_hold_up_the_end() {
        let (never, wait) = std::sync::mpsc::channel::<()>();
        let ended = to_the_end(async move {
            tokio::task::spawn_blocking(move || wait.recv());
            7
        });
        assert_eq!(ended.ok(), Some(7));
        drop(never);
    }
}
