//! The bench on which commands edit people's files.
//!
//! Invariant: what is written was checked whole first, by the very code of `check`, and a refused edit
//! changes nothing. A file that somebody else changed meanwhile is left to them.

mod ends;
mod lines;
mod replace;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{IsTerminal, Write};
use std::sync::Arc;

use super::exit::{Exit, Failure};
use super::load::{self, Folder};
use super::problems;
use crate::config::edit::{EditError, Sheet};
use crate::config::{self, Files};
use crate::daemon::privilege;
use crate::daemon::wire::{self, Parts};
use crate::model::watchlist::WatchlistEntries;
use crate::model::{Action, Level, Place, Problem, SourceEntry};

/// The files of a folder, open for one edit.
#[derive(Clone, Debug)]
pub struct Bench {
    folder: Folder,
    before: Files,
    after: Files,
    /// Names of the files that changed so far.
    changed: Vec<String>,
    entries: WatchlistEntries,
    sources: Vec<SourceEntry>,
    warned: Vec<Problem>,
    /// Other commands wait, so that two of them do not begin with the same files. Not while a person is
    /// asked, who may have gone for lunch.
    held: Option<Arc<File>>,
}

/// What an edit would put in force.
#[derive(Debug)]
pub struct Checked {
    /// Everything that the files say then.
    pub parts: Parts,
    /// Warnings that were not there before.
    pub warnings: Vec<Problem>,
}

impl Bench {
    /// Opens a folder. Files that are wrong already are mended first, by hand: nobody can say what an
    /// edit among them would mean.
    pub fn open(folder: Folder) -> Result<Self, Failure> {
        let held = if asks() { None } else { Some(Arc::new(replace::hold(&folder.path)?)) };
        let before = Files::read(&folder.path)?;
        let mut parsed = config::parse(&before, &folder.environment);
        let (parts, warned) = wire::build_parsed(before.clone(), &mut parsed);
        if parts.is_none() {
            return Err(load::refused(&warned).hint(
                "nothing was changed; mend these first, `watchlistd check` shows them again",
            ));
        }
        Ok(Self {
            after: before.clone(),
            before,
            folder,
            changed: Vec::new(),
            entries: parsed.watchlist,
            sources: parsed.sources,
            warned,
            held,
        })
    }

    /// The watchlist as it stands before the edit.
    pub fn entries(&self) -> &WatchlistEntries {
        &self.entries
    }

    /// The sources as they stand before the edit.
    pub fn sources(&self) -> &[SourceEntry] {
        &self.sources
    }

    /// The folder.
    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    /// A file's text as it stands now.
    pub fn text(&self, name: &str) -> &str {
        self.after.text(name).map_or("", |file| &file.text)
    }

    /// Which entry of its file lies at a place, counting from 0, among the places of all of its kind.
    pub fn nth<'p>(
        &self,
        place: Option<&Place>,
        all: impl Iterator<Item = Option<&'p Place>>,
    ) -> Result<(String, usize), Failure> {
        let place = place.ok_or_else(lost)?;
        let name = self.before.name_of(place).ok_or_else(lost)?.to_owned();
        let mut own = all.flatten().filter(|one| one.file.name == place.file.name);
        let at = own.position(|one| one.span == place.span).ok_or_else(lost)?;
        Ok((name, at))
    }

    /// Edits one file, which is begun if it is not there.
    pub fn edit(
        &mut self,
        name: &str,
        change: impl FnOnce(&mut Sheet) -> Result<(), EditError>,
    ) -> Result<(), Failure> {
        let failed = |error: EditError| {
            let path = self.folder.path.join(name);
            let what = anyhow::Error::new(error).context(format!("edit {}", path.display()));
            Failure::new(Exit::Config, what).hint("nothing was changed; edit it by hand")
        };
        let mut sheet = Sheet::open(self.text(name)).map_err(failed)?;
        change(&mut sheet).map_err(failed)?;
        let text = ends::as_they_were(self.text(name), sheet.text());
        self.put(name, text);
        Ok(())
    }

    /// Puts another text in a file's place.
    pub fn put(&mut self, name: &str, text: String) {
        self.after = self.after.with(name, text);
        if !self.changed.iter().any(|one| one == name) {
            self.changed.push(name.to_owned());
        }
    }

    /// What the files would say, if they would be sound.
    pub fn sound(&self) -> Option<Parts> {
        wire::build(self.after.clone(), &self.folder.environment).0
    }

    /// Checks all files as they would be.
    pub fn check(&self) -> Result<Checked, Failure> {
        let (parts, found) = wire::build(self.after.clone(), &self.folder.environment);
        let told = |one: &&Problem| {
            one.level == Level::Warning && self.warned.iter().any(|old| alike(old, one))
        };
        let new: Vec<Problem> = found.iter().filter(|one| !told(one)).cloned().collect();
        match parts {
            Some(parts) => Ok(Checked { parts, warnings: new }),
            None => {
                load::say(&new);
                let what = anyhow::anyhow!("the files would not be sound any more");
                Err(Failure::new(Exit::Config, what).hint("nothing was changed"))
            }
        }
    }

    /// The lines that the edit takes out and puts in, by file.
    pub fn lines(&self) -> String {
        let mut out = String::new();
        for name in &self.changed {
            let (old, new) = (text_of(&self.before, name), text_of(&self.after, name));
            out.push_str(&format!("{}\n", self.folder.path.join(name).display()));
            out.push_str(&lines::changed(old, new));
        }
        out
    }

    /// Writes what was edited. Call after [`Bench::check`].
    pub fn write(&self) -> Result<(), Failure> {
        self.write_all(self.texts())
    }

    /// The same, and a file beside them that is no configuration.
    pub fn write_with(&self, name: &str, text: &str) -> Result<(), Failure> {
        let old = std::fs::read_to_string(self.folder.path.join(name)).ok();
        let mut texts = self.texts();
        texts.insert(name, (old.as_deref(), text));
        self.write_all(texts)
    }

    /// What was edited: by name, the text as it was and as it is to be.
    fn texts(&self) -> BTreeMap<&str, (Option<&str>, &str)> {
        let text = |name: &str| self.before.text(name).map(|file| file.text.as_str());
        let changed = self.changed.iter().map(String::as_str);
        changed.map(|name| (name, (text(name), text_of(&self.after, name)))).collect()
    }

    fn write_all(&self, texts: BTreeMap<&str, (Option<&str>, &str)>) -> Result<(), Failure> {
        let _held = match &self.held {
            Some(_) => None,
            None => Some(replace::hold(&self.folder.path)?),
        };
        replace::all(&self.folder.path, &texts)
    }

    /// Writes down in the store what was done, where there is a store: files may be edited before
    /// anything ever ran, and by people who may not write the database.
    pub fn note(&self, action: Action) -> Result<(), Failure> {
        let database = self.folder.storage_exists();
        if !database {
            return Ok(());
        }
        let noted = load::to_the_end(async {
            let store = load::open_to_amend(&self.folder)?;
            store.act(action).await.map_err(Failure::from)
        })?;
        if let Err(failure) = noted {
            say(&format!(
                "note: the file is written; the record does not tell who did it: {:#}",
                failure.error
            ));
        }
        Ok(())
    }
}

fn text_of<'f>(files: &'f Files, name: &str) -> &'f str {
    files.text(name).map_or("", |file| &file.text)
}

/// The same complaint, wherever its line has moved to.
fn alike(one: &Problem, other: &Problem) -> bool {
    let file = |problem: &Problem| problem.place.as_ref().map(|place| place.file.name.clone());
    one.what == other.what && file(one) == file(other)
}

fn lost() -> Failure {
    let what = anyhow::anyhow!("the entry was not found again in its file");
    Failure::new(Exit::Bug, what).hint("nothing was changed; edit the file by hand")
}

/// Says warnings without failing.
pub fn warn(warnings: &[Problem]) {
    if !warnings.is_empty() {
        let mut err = std::io::stderr().lock();
        // Standard error may be closed; what was asked is done all the same.
        let _ = err.write_all(problems::render(warnings, err.is_terminal()).as_bytes());
    }
}

/// Says a line beside the answer.
pub fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Who is at work: as they say, else who went on as another user by `sudo`, else as the system knows
/// them. A shell's `USER` may say anything, and is asked only of a user whom the system cannot name.
pub fn author(said: Option<&str>) -> String {
    let told = |name: &str| std::env::var(name).ok().filter(|name| !name.trim().is_empty());
    if let Some(said) = said.map(str::trim).filter(|said| !said.is_empty()) {
        return said.to_owned();
    }
    let (uid, name) = privilege::user();
    told("SUDO_USER")
        .or(name)
        .or_else(|| told("USER"))
        .or_else(|| told("LOGNAME"))
        .unwrap_or_else(|| format!("uid {uid}"))
}

/// Whether a person is there to be asked.
pub fn asks() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks a person; anything but yes is no.
pub fn consents(question: &str) -> bool {
    answer(&format!("{question} [y/N] "))
        .is_some_and(|said| matches!(said.to_lowercase().as_str(), "y" | "yes"))
}

/// Asks for a line; `None` at the end of the input.
pub fn answer(question: &str) -> Option<String> {
    let mut err = std::io::stderr();
    let _ = write!(err, "{question}");
    let _ = err.flush();
    let mut line = String::new();
    match std::io::stdin().read_line(&mut line) {
        Ok(read) if read > 0 => Some(line.trim().to_owned()),
        _ => None,
    }
}

/// Replaces one file whole or not at all, with its mode, owner and group.
pub(super) fn replace_one(path: &std::path::Path, text: &str) -> Result<(), Failure> {
    replace::one(path, text)
}
