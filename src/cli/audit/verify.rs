//! `watchlistd audit verify`: whether the record holds together, and the database fits it.

use std::io::Write;
use std::path::PathBuf;

use super::super::exit::{Exit, Failure};
use super::super::load::{self, Folder};
use crate::model::record::{Head, Verified};

/// What `audit verify` is told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Number and hash of an entry, as a digest printed them: was the record rewritten since?
    #[arg(long, value_name = "\"N HASH\"", value_parser = head)]
    head: Option<Head>,
    /// One JSON object instead of text
    #[arg(long)]
    json: bool,
}

/// Reads "812 3f0a…": number, blanks, 64 hexadecimal digits.
fn head(text: &str) -> Result<Head, String> {
    let usage = || "write the number and the hash as the digest has them: \"812 3f0a…\"".to_owned();
    let (number, hash) = text.trim().split_once(char::is_whitespace).ok_or_else(usage)?;
    let number = number.trim_start_matches('#').parse().map_err(|_| usage())?;
    let hash = hash.trim().to_ascii_lowercase();
    if hash.len() != 64 || !hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err("the hash has 64 hexadecimal digits".to_owned());
    }
    Ok(Head { number, hash })
}

/// Verifies and says what was found. What does not fit ends with the code for wrong data.
pub fn run(
    arguments: &Arguments,
    config: Option<PathBuf>,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    let folder = Folder::named(config);
    let kept = arguments.head.clone();
    let found = load::wait(async {
        let store = load::open_for_reading(&folder)?;
        store.archive().verify_record(kept).await.map_err(Failure::from)
    })?;
    if arguments.json {
        serde_json::to_writer_pretty(&mut *out, &found).map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else {
        print(&found, arguments.head.as_ref(), out)?;
    }
    Ok(if found.faults.is_empty() { Exit::Fine } else { Exit::Data })
}

fn print(found: &Verified, kept: Option<&Head>, out: &mut dyn Write) -> std::io::Result<()> {
    let Some(head) = &found.head else {
        return writeln!(out, "The record is empty: nothing was done yet.");
    };
    writeln!(
        out,
        "{} entries read, {} rows held against them, {} forgotten in their time",
        found.entries, found.rows, found.forgotten
    )?;
    writeln!(out, "head {} {}", head.number, head.hash)?;
    if let (Some(kept), true) = (kept, found.faults.is_empty()) {
        writeln!(out, "entry {} has the hash that was given", kept.number)?;
    }
    for restore in &found.restores {
        writeln!(
            out,
            "restored {} from a backup of {}: what was recorded after its entry {} until then is not \
             here{}",
            restore.at,
            restore.made,
            restore.entry,
            if restore.resumed.is_none() { "; mails are held" } else { "" }
        )?;
    }
    for fault in &found.faults {
        writeln!(out, "entry {}: {}: {}", fault.number, fault.what, fault.why)?;
    }
    if found.more_faults > 0 {
        writeln!(out, "and {} more", found.more_faults)?;
    }
    writeln!(
        out,
        "{}",
        if found.faults.is_empty() { "Everything fits." } else { "It does NOT fit." }
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_reads_as_a_digest_prints_it() {
        let hash = "3f".repeat(32);
        for text in [format!("812 {hash}"), format!(" #812\t{} ", hash.to_uppercase())] {
            assert_eq!(head(&text), Ok(Head { number: 812, hash: hash.clone() }), "{text}");
        }
        for text in ["", "812", "812 3f", &format!("x {hash}"), &format!("1 {}", "g".repeat(64))] {
            assert!(head(text).is_err(), "{text}");
        }
    }
}
