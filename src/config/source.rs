//! `sources.toml`: as written, merged with `[collect]`.
//!
//! Whether an id is unique and an address can be polled is `collect`'s to judge.

use std::sync::Arc;

use super::collect::{self, Collect};
use super::document::{self, Findings};
use super::duration;
use super::files;
use super::table::Table;
use crate::model::{FileText, Located, SourceEntry};

/// The one kind of source so far.
const FEED: &str = "feed";

const EXAMPLE: &str = "[[source]]\nid = \"ofac\"\nurl = \"https://…\"";

/// Reads all `[[source]]`.
pub(super) fn read(
    file: &Arc<FileText>,
    collect: &Collect,
    findings: &mut Findings,
) -> Vec<SourceEntry> {
    document::read(file, findings, |mut root| {
        root.elsewhere(files::HOMES);
        let tables = root.tables("source");
        if tables.is_empty() {
            root.nothing("no source is listed, so nothing would be read", EXAMPLE);
        }
        root.finish(&[]);
        tables.into_iter().filter_map(|table| one(table, collect)).collect()
    })
}

fn one(mut table: Table<'_>, collect: &Collect) -> Option<SourceEntry> {
    let id = table.required_or("id", "\"ofac\"", |place| format!("line-{}", place.line()));
    let url = table.required_or("url", "\"https://…\"", |place| {
        format!("https://line-{}.invalid/", place.line())
    });
    let kind = table.string("kind").unwrap_or_else(|| Located::nowhere(FEED.to_owned()));
    let official = table.boolean("official").is_some_and(|one| one.value);
    let lang = table.string("lang");
    let interval = table.duration("interval", duration::SECOND);
    let allow_private = table.boolean("allow_private");
    let first_run = table.parsed("first_run", collect::first_run);
    let paused = table.boolean("paused");
    table.finish(&[]);
    let usual = if official { collect.official_interval } else { collect.interval };
    Some(SourceEntry {
        id: id?,
        url: url?,
        kind,
        official,
        lang,
        interval: interval.unwrap_or_else(|| Located::nowhere(usual)),
        allow_private: allow_private.map_or(collect.allow_private, |one| one.value),
        first_run: first_run.unwrap_or_else(|| Located::nowhere(collect.first_run)),
        paused: paused.filter(|one| one.value),
    })
}
