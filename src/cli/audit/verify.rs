//! `watchlistd audit verify`: whether the record holds together, and the database fits it.

use std::io::Write;
use std::path::PathBuf;

use super::super::exit::{Exit, Failure};
use super::super::load::{self, Folder};
use crate::model::record::{Head, Verified};

/// What `audit verify` is told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Number and hash of an entry, as a digest printed them ("Record 812, chain head 3f0a…"): was the record
    /// rewritten since?
    #[arg(long, value_name = "\"N HASH\"", value_parser = head)]
    head: Option<Head>,
    /// One JSON object instead of text
    #[arg(long)]
    json: bool,
}

/// Reads "812 3f0a…", or what a mail prints: "Record 812, chain head 3f0a….", wherever its lines are broken.
/// Number, then 64 hexadecimal digits.
fn head(text: &str) -> Result<Head, String> {
    let usage =
        || "write number and hash as the digest has them: \"812, chain head 3f0a…\"".to_owned();
    let words = text.split(|one: char| one.is_whitespace() || "#,.:\"".contains(one));
    let mut words = words.filter(|one| {
        !one.is_empty() && !["record", "chain", "head"].contains(&one.to_ascii_lowercase().as_str())
    });
    let number = words.next().and_then(|one| one.parse().ok()).ok_or_else(usage)?;
    let hash = words.collect::<String>().to_ascii_lowercase();
    if hash.is_empty() {
        return Err(usage());
    }
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
        for text in [
            format!("812 {hash}"),
            format!(" #812\t{} ", hash.to_uppercase()),
            format!("812, chain head {hash}"),
            format!("Record 812, chain head\n{hash}."),
            format!("Record 812, chain head {}\n{}.", &hash[..40], &hash[40..]),
        ] {
            assert_eq!(head(&text), Ok(Head { number: 812, hash: hash.clone() }), "{text}");
        }
        for text in [
            "",
            "812",
            "812 3f",
            &hash,
            &format!("chain head {hash}"),
            &format!("x {hash}"),
            &format!("1 {}", "g".repeat(64)),
        ] {
            assert!(head(text).is_err(), "{text}");
        }
    }
}
