//! `watchlistd parse`: the items that a document holds, one JSON object each, in document order.
//!
//! The same unpacking, caps and recovery as when a source is polled. Complaints go to standard error.

use std::io::{Read, Write};
use std::path::PathBuf;

use serde::Serialize;

use super::exit::{Exit, Failure};
use crate::collect::decode::{self, MAX_BODY};
use crate::collect::parse::{self, Hints};
use crate::model::{Entry, Timestamp};

/// What `parse` is told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Where the document came from: relative links are resolved against it
    #[arg(long)]
    url: Option<String>,
    /// The document; `-` is standard input
    file: PathBuf,
}

#[derive(Debug, Serialize)]
struct Parsed<'a> {
    id: Option<&'a str>,
    title: &'a str,
    link: Option<&'a str>,
    date: Option<Timestamp>,
    summary: &'a str,
    categories: &'a [String],
}

/// Parses the document.
pub fn run(arguments: &Arguments, out: &mut dyn Write) -> Result<Exit, Failure> {
    let raw = read(&arguments.file)?;
    let mut err = std::io::stderr().lock();
    // Complaints are best effort: what counts is on standard output.
    let mut complain = |words: &str| {
        let _ = writeln!(err, "{}: {words}", arguments.file.display());
    };
    let decoded = match decode::decode(raw, None, MAX_BODY) {
        Ok(decoded) => decoded,
        Err(error) => {
            complain(&error.to_string());
            return Ok(Exit::Data);
        }
    };
    if let Some(cut) = &decoded.cut {
        complain(cut);
    }
    let hints = Hints { content_type: None, url: arguments.url.as_deref() };
    match parse::parse(&decoded.bytes, &hints) {
        Ok(document) => {
            for complaint in &document.complaints {
                complain(complaint);
            }
            for entry in &document.entries {
                serde_json::to_writer(&mut *out, &parsed(entry)).map_err(std::io::Error::from)?;
                writeln!(out)?;
            }
            Ok(Exit::Fine)
        }
        Err(not) => {
            complain(&not.to_string());
            Ok(Exit::Data)
        }
    }
}

fn parsed(entry: &Entry) -> Parsed<'_> {
    Parsed {
        id: entry.guid.as_deref(),
        title: &entry.text.title,
        link: entry.link.as_deref(),
        date: entry.published.or(entry.updated),
        summary: &entry.text.summary,
        categories: &entry.text.categories,
    }
}

/// Reads the input, a little beyond what a poll would take so that the cap is seen.
fn read(file: &PathBuf) -> Result<Vec<u8>, Failure> {
    let limit = MAX_BODY as u64 + 1;
    let mut bytes = Vec::new();
    let read = if file.as_os_str() == "-" {
        std::io::stdin().lock().take(limit).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(file).and_then(|open| open.take(limit).read_to_end(&mut bytes))
    };
    read.map_err(|error| {
        let exit = match error.kind() {
            std::io::ErrorKind::PermissionDenied => Exit::Permission,
            _ => Exit::NoInput,
        };
        Failure::new(exit, anyhow::anyhow!("cannot read {}: {error}", file.display()))
    })?;
    Ok(bytes)
}
