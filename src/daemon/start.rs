//! Which version of the files is in force: the present one if it is sound, else the last good one.
//!
//! A bad edit never stops the service, not at a reload and not at a start. Only when there never was
//! a good version does a start fail. What was a good version for another program may be none for this one:
//! then all of it is in force that this one can use.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use crate::config::settings::Storage;
use crate::config::{self, Environment, Files, ReadError};
use crate::model::{Level, Problem, Timestamp};
use crate::pipeline::InForce;
use crate::store::{Adoption, RejectedEdit, Store, StoreError};

use super::wire::{self, Access, Parts};

/// Why nothing can run.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The files are wrong, and there never was a good version or its settings cannot be used any more.
    #[error("the configuration has {} and no earlier version that could be used", errors(.0))]
    Config(Vec<Problem>),
    /// The folder cannot be read, and no earlier version was found.
    #[error(transparent)]
    Folder(#[from] ReadError),
    /// The store cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn errors(problems: &[Problem]) -> String {
    match problems.iter().filter(|one| one.level == Level::Error).count() {
        1 => "an error".to_owned(),
        n => format!("{n} errors"),
    }
}

/// What a start came to.
pub struct Started {
    /// The memory, opened as asked.
    pub store: Arc<dyn Store>,
    /// The parts in force.
    pub parts: Parts,
    /// The same as assess and deliver see them.
    pub in_force: InForce,
    /// Problems of the present files: warnings, or the errors for which an earlier version stays.
    pub problems: Vec<Problem>,
}

/// Reads the folder, opens the store and puts a version in force.
///
/// # Errors
///
/// See [`StartError`]; nothing was changed then.
pub async fn start(
    folder: PathBuf,
    environment: &Environment,
    access: Access,
    now: Timestamp,
) -> Result<Started, StartError> {
    let read = Files::read(&folder);
    let (parts, problems) = match read {
        Ok(files) => understand(files, environment, access),
        Err(error) => match last_good_at_default(&folder, environment, access).await? {
            Some((store, parts, version)) => {
                let words = error.to_string();
                let problems = vec![Problem::error(None, words.clone())];
                stay(&*store, &parts, Some(&words), now).await?;
                let in_force = parts.in_force(version, Some(words));
                return Ok(Started { store, parts, in_force, problems });
            }
            None => return Err(error.into()),
        },
    };
    match parts {
        Some(parts) => {
            let store = wire::open_store(&parts.settings.storage, access)?;
            let gone = gone(&*store, &parts.files).await?;
            if !gone.is_empty() {
                // A store is in use by one at a time: it is opened anew for the version that lies in it.
                drop(store);
                return fall_back(folder, environment, access, gone, now).await;
            }
            let version = adopt(&*store, &parts, now).await?;
            let in_force = parts.in_force(version, None);
            Ok(Started { store, parts, in_force, problems })
        }
        None => fall_back(folder, environment, access, problems, now).await,
    }
}

/// A dry run sends nothing, so it needs no secret.
fn understand(
    files: Files,
    environment: &Environment,
    access: Access,
) -> (Option<Parts>, Vec<Problem>) {
    match access {
        Access::Alone => wire::build_to_run(files, environment),
        Access::Beside | Access::Amend | Access::DryRun => wire::build(files, environment),
    }
}

/// What of a version that was in force can be used, if mail can be set up by it.
fn understand_in_part(files: Files, environment: &Environment, access: Access) -> Option<Parts> {
    let parts = wire::salvage(files, environment)?;
    let sends = access != Access::Alone || wire::transport(&parts.settings, environment).is_ok();
    sends.then_some(parts)
}

/// Puts files in force: the sources, the readers and the texts themselves.
///
/// # Errors
///
/// When the store fails. Done again with the same files it changes nothing.
pub async fn adopt(store: &dyn Store, parts: &Parts, now: Timestamp) -> Result<u64, StoreError> {
    let adoption = Adoption {
        sources: parts.sources.clone(),
        // The operator is a reader too: known from the first start on.
        readers: parts
            .readers
            .iter()
            .chain(std::iter::once(&parts.operator))
            .map(|reader| reader.name.clone())
            .collect(),
        files: parts.files.texts(),
        left_out: parts.left_out.iter().map(ToString::to_string).collect(),
    };
    store.adopt(adoption, now).await
}

/// Files of the watchlist that were in force and are gone, though nobody said that this is meant: one that
/// vanishes takes its companies with it, and nothing in the others is wrong. A file that only got another
/// name is not gone.
///
/// # Errors
///
/// When the store fails.
pub async fn gone(store: &dyn Store, files: &Files) -> Result<Vec<Problem>, StoreError> {
    let Some(in_force) = store.archive().config_in_force().await? else { return Ok(Vec::new()) };
    let vanished = vanished(&in_force.files, files);
    if vanished.is_empty() {
        return Ok(Vec::new());
    }
    let meant = store.archive().absences(in_force.since).await?;
    let unsaid = vanished.into_iter().filter(|name| !meant.iter().any(|one| one.name == *name));
    let problems = unsaid.map(|name| {
        let path = files.folder().join(name);
        let what = format!(
            "{} is gone, and it is part of version {}; put it back, or say that it is meant: \
             `watchlistd watch accept`",
            path.display(),
            in_force.version
        );
        Problem::error(None, what)
    });
    Ok(problems.collect())
}

/// Names of watchlist files of a version that the folder no longer has under any name.
#[must_use]
pub fn vanished(version: &BTreeMap<String, String>, files: &Files) -> Vec<String> {
    let present = files.texts();
    let renamed = |text: &String| {
        present.iter().any(|(name, other)| other == text && !version.contains_key(name))
    };
    let gone = version
        .iter()
        .filter(|(name, text)| config::is_watchlist(name) && !files.has(name) && !renamed(text));
    gone.map(|(name, _)| name.clone()).collect()
}

async fn fall_back(
    folder: PathBuf,
    environment: &Environment,
    access: Access,
    problems: Vec<Problem>,
    now: Timestamp,
) -> Result<Started, StartError> {
    let files = Files::read(&folder)?;
    let storage = config::parse(&files, environment)
        .storage
        .unwrap_or_else(|| Storage::Sqlite(environment.default_database()));
    match last_good(&storage, &folder, environment, access).await? {
        Some((store, parts, version)) => {
            let words = (!is_in_force(&files, &parts)).then(|| words_of(&problems));
            stay(&*store, &parts, words.as_deref(), now).await?;
            let in_force = parts.in_force(version, words);
            Ok(Started { store, parts, in_force, problems })
        }
        None => Err(StartError::Config(problems)),
    }
}

/// Whether the files are those of the version in force, which this program accepts only in part: then nobody
/// has edited anything.
pub(super) fn is_in_force(files: &Files, parts: &Parts) -> bool {
    !parts.left_out.is_empty() && files.is_sound() && files.texts() == parts.files.texts()
}

/// What is said of a version that this program can use only in part.
#[must_use]
pub fn in_part(in_force: &InForce) -> String {
    let lines: Vec<String> = in_force.left_out.iter().map(ToString::to_string).collect();
    format!(
        "version {} of the files is in force without what this program cannot use:\n{}",
        in_force.version,
        lines.join("\n")
    )
}

/// Leaves the version in force that is, and notes the edit that was refused, if there is one. Of a version that
/// can be used only in part, sources and readers are from now on those that can be.
///
/// # Errors
///
/// When the store fails.
pub(super) async fn stay(
    store: &dyn Store,
    parts: &Parts,
    refused: Option<&str>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let mut at = now;
    if !parts.left_out.is_empty() {
        let before = store.archive().rejected_edit().await?;
        adopt(store, parts, now).await?;
        // The same edit keeps the instant at which it was first seen.
        let same = before.filter(|one| Some(one.problems.as_str()) == refused);
        at = same.map_or(now, |one| one.at);
    }
    match refused {
        Some(words) => reject(store, words, at).await,
        None => Ok(()),
    }
}

type LastGood = (Arc<dyn Store>, Parts, u64);

async fn last_good_at_default(
    folder: &std::path::Path,
    environment: &Environment,
    access: Access,
) -> Result<Option<LastGood>, StoreError> {
    let storage = Storage::Sqlite(environment.default_database());
    last_good(&storage, folder, environment, access).await
}

/// The last version that was in force in the store at this place, if there is a store at all: a
/// fallback must not create one.
async fn last_good(
    storage: &Storage,
    folder: &std::path::Path,
    environment: &Environment,
    access: Access,
) -> Result<Option<LastGood>, StoreError> {
    let Storage::Sqlite(path) = storage;
    if !path.exists() {
        return Ok(None);
    }
    let store = wire::open_store(storage, access)?;
    let Some(version) = store.archive().config_in_force().await? else { return Ok(None) };
    let files = Files::from_texts(folder, version.files);
    let (parts, _) = understand(files.clone(), environment, access);
    let parts = parts.or_else(|| understand_in_part(files, environment, access));
    Ok(parts.map(|parts| (store, parts, version.version)))
}

/// Notes a refused edit where `status` and the digests find it.
///
/// # Errors
///
/// When the store fails.
pub async fn reject(store: &dyn Store, words: &str, now: Timestamp) -> Result<(), StoreError> {
    store.reject_config(RejectedEdit { at: now, problems: words.to_owned() }).await
}

/// The errors among problems, one a line.
#[must_use]
pub fn words_of(problems: &[Problem]) -> String {
    let errors: Vec<String> =
        problems.iter().filter(|one| one.level == Level::Error).map(ToString::to_string).collect();
    errors.join("\n")
}
