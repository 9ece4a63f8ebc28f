//! `watchlistd generate DIR`: man pages and completions, from the commands and the keys themselves.
//!
//! Hidden: it is for whoever changes a command. What it writes lies in the repository, and a test holds
//! both against each other.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::CommandFactory;
use clap_complete::Shell;

use super::exit::{Exit, Failure};

mod keys;
mod pages;

/// What `generate` is told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Folder to write `man/` and `completions/` to
    folder: PathBuf,
}

/// Writes them over what is there.
pub fn run(arguments: &Arguments, out: &mut dyn Write) -> Result<Exit, Failure> {
    let attempt = || format!("write below {}", arguments.folder.display());
    let count = write(&arguments.folder).map_err(|error| Failure::file(attempt(), error))?;
    writeln!(out, "{count} files written below {}.", arguments.folder.display())?;
    Ok(Exit::Fine)
}

fn write(folder: &Path) -> io::Result<usize> {
    let (man, completions) = (folder.join("man"), folder.join("completions"));
    for folder in [&man, &completions] {
        std::fs::create_dir_all(folder)?;
    }
    let mut command = super::Arguments::command();
    command.build();
    let mut count = 0;
    for (name, text) in pages::commands(&command)?.into_iter().chain(pages::files()?) {
        std::fs::write(man.join(name), text)?;
        count += 1;
    }
    for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
        clap_complete::generate_to(shell, &mut command, "watchlistd", &completions)?;
        count += 1;
    }
    Ok(count)
}
