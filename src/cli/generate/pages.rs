//! Man pages: section 1 from the commands, section 5 from the keys that the files take.

use std::io;

use clap::Command;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, italic, roman};

use super::keys::{self, File};

/// What every page belongs to.
const SOURCE: &str = concat!("watchlistd ", env!("CARGO_PKG_VERSION"));

/// The page of every command that people see, by file name.
pub(super) fn commands(command: &Command) -> io::Result<Vec<(String, Vec<u8>)>> {
    let mut pages = Vec::new();
    add(command, "watchlistd".to_owned(), &mut pages)?;
    Ok(pages)
}

fn add(command: &Command, name: String, pages: &mut Vec<(String, Vec<u8>)>) -> io::Result<()> {
    for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set()) {
        add(sub, format!("{name}-{}", sub.get_name()), pages)?;
    }
    let title = name.clone();
    let man = Man::new(command.clone()).title(title).source(SOURCE).manual("watchlistd");
    let mut text = Vec::new();
    man.render_title(&mut text)?;
    man.render_name_section(&mut text)?;
    man.render_synopsis_section(&mut text)?;
    man.render_description_section(&mut text)?;
    man.render_options_section(&mut text)?;
    let mut end = Roff::new();
    let subs: Vec<&Command> = command.get_subcommands().filter(|sub| !sub.is_hide_set()).collect();
    if !subs.is_empty() {
        end.control("SH", ["COMMANDS"]);
        for sub in subs {
            end.control("TP", []);
            end.text([bold(format!("{name}-{}(1)", sub.get_name()))]);
            end.text([roman(sub.get_about().map(ToString::to_string).unwrap_or_default())]);
        }
    }
    if name == "watchlistd" {
        end.control("SH", ["EXIT STATUS"]);
        for (code, meaning) in super::super::exit::TABLE {
            end.control("TP", []);
            end.text([bold(code.to_string())]);
            end.text([roman(*meaning)]);
        }
        end.control("SH", ["FILES"]);
        for file in keys::FILES {
            end.control("TP", []);
            end.text([italic(format!("/etc/watchlistd/{}", file.name))]);
            end.text([roman(file.about)]);
        }
        end.control("TP", []);
        end.text([italic("/var/lib/watchlistd/state.db")]);
        end.text([roman("The database; DB.lock beside it is held by the service.")]);
        end.control("SH", ["ENVIRONMENT"]);
        for (variable, about) in ENVIRONMENT {
            end.control("TP", []);
            end.text([bold(*variable)]);
            end.text([roman(*about)]);
        }
    }
    end.control("SH", ["SEE ALSO"]);
    let mut others: Vec<String> =
        keys::FILES.iter().map(|file| format!("{}(5)", file.page)).collect();
    if name != "watchlistd" {
        others.insert(0, "watchlistd(1)".to_owned());
    }
    end.text([roman(others.join(", "))]);
    end.to_writer(&mut text)?;
    pages.push((format!("{name}.1"), text));
    Ok(())
}

/// What the program takes from its surroundings.
const ENVIRONMENT: &[(&str, &str)] = &[
    (
        "CONFIGURATION_DIRECTORY",
        "The folder of the files, as systemd gives it; --config counts more.",
    ),
    ("STATE_DIRECTORY", "The folder of the database, as systemd gives it; `storage` counts more."),
    ("CREDENTIALS_DIRECTORY", "Where systemd lays the credential smtp-password."),
    (
        "WATCHLISTD_SMTP_PASSWORD",
        "The mail server's password, where no file and no credential has it.",
    ),
    ("RUST_LOG", "What is logged, for example debug or watchlistd=debug."),
];

/// The page of every file that people edit, by file name.
pub(super) fn files() -> io::Result<Vec<(String, Vec<u8>)>> {
    let known = keys::known().map_err(io::Error::other)?;
    keys::FILES.iter().map(|file| page(file, &known)).collect()
}

fn page(file: &File, known: &keys::Known) -> io::Result<(String, Vec<u8>)> {
    let mut roff = Roff::new();
    roff.control("TH", [file.page, "5", "", SOURCE, "watchlistd"]);
    roff.control("SH", ["NAME"]);
    roff.text([roman(format!("{} - {}", file.name, file.about))]);
    roff.control("SH", ["SYNOPSIS"]);
    roff.text([italic(format!("/etc/watchlistd/{}", file.name))]);
    roff.control("SH", ["DESCRIPTION"]);
    roff.text([roman(file.description)]);
    roff.control("PP", []);
    roff.text([roman(keys::FORM)]);
    for (table, keys) in known.of(file) {
        roff.control("SH", [if table.title.is_empty() { "TOP LEVEL" } else { table.title }]);
        if !table.about.is_empty() {
            roff.text([roman(table.about)]);
        }
        for key in keys {
            roff.control("TP", []);
            roff.text([bold(key.name)]);
            roff.text([roman(key.about)]);
        }
    }
    roff.control("SH", ["EXAMPLE"]);
    roff.control("nf", []);
    roff.text([roman(file.example)]);
    roff.control("fi", []);
    roff.control("SH", ["SEE ALSO"]);
    let mut others = vec!["watchlistd(1)".to_owned(), "watchlistd-check(1)".to_owned()];
    others.extend(
        keys::FILES
            .iter()
            .filter(|other| other.page != file.page)
            .map(|other| format!("{}(5)", other.page)),
    );
    roff.text([roman(others.join(", "))]);
    let mut text = Vec::new();
    roff.to_writer(&mut text)?;
    Ok((format!("{}.5", file.page), text))
}
