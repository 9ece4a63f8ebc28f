//! The commands as a shell sees them: the real program, its two outputs and its exit code.

#![expect(clippy::unwrap_used, reason = "a helper of tests that cannot go on is a failed test")]

mod audit;
mod backup;
mod check;
mod demo;
mod desk;
mod dismiss;
mod doctor;
mod edits;
mod exits;
mod explain;
mod https;
mod import;
mod left_out;
mod match_;
mod once;
mod outbox;
mod parse;
mod preview;
mod report;
mod rights;
mod search;
mod secrets;
mod show;
mod site;
mod source;
mod status;
mod storage;
mod terminal;
mod upgrade;
mod versions;
mod watch;

use std::ffi::OsStr;
use std::path::Path;
use std::time::Duration;

use assert_cmd::Command;

/// Far longer than any command here takes, also on a busy machine: a command that hangs fails.
const LONGEST: Duration = Duration::from_secs(180);

/// The program with these arguments, and nothing of this process's environment but the path.
fn watchlistd<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_watchlistd"));
    command.env_clear().args(arguments).timeout(LONGEST);
    for name in ["PATH", "TMPDIR"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command
}

/// What a command answered.
#[derive(Debug)]
struct Answer {
    code: Option<i32>,
    out: String,
    err: String,
}

/// Runs the command to its end.
fn answer(command: &mut Command) -> Answer {
    let output = command.output().unwrap();
    Answer {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Runs the program with these arguments.
fn ask<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Answer {
    answer(&mut watchlistd(arguments))
}

impl Answer {
    /// Fails unless the exit code is this one.
    #[track_caller]
    fn ends(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "exit code\n{self}");
        self
    }

    /// Fails unless these words stand on standard error.
    #[track_caller]
    fn says(self, words: &str) -> Self {
        assert!(self.err.contains(words), "'{words}' is not said\n{self}");
        self
    }

    /// The JSON objects of standard output, one a line.
    #[track_caller]
    fn lines(&self) -> Vec<serde_json::Value> {
        self.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

impl std::fmt::Display for Answer {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "code {:?}\n--- out\n{}\n--- err\n{}", self.code, self.out, self.err)
    }
}

/// Every file below a folder with its bytes, by path.
fn contents(folder: &Path) -> std::collections::BTreeMap<std::path::PathBuf, Vec<u8>> {
    let mut found = std::collections::BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let bytes = std::fs::read(&path).unwrap();
                found.insert(path, bytes);
            }
        }
    }
    found
}
