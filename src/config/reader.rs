//! `readers.toml`: as written, merged with the defaults.
//!
//! The schedule, the zone, the addresses and what the filters name stay text for `notify`.

use std::sync::Arc;

use super::document::{self, Findings};
use super::table::Table;
use super::{defaults, files, service};
use crate::model::reader::{Away, UrgentFrom, WhenEmpty};
use crate::model::{FileText, Located, ReaderEntry, Severity};

const EXAMPLE: &str = "[[reader]]\nname = \"Mei\"\nto = [\"mei@your-company.com\"]";
const AWAY: &str = "days like { from = 2026-12-21, until = 2027-01-06, deputy = \"Jo\" }";

/// Reads all `[[reader]]`; `zone` is the service's own.
pub(super) fn read(
    file: &Arc<FileText>,
    zone: Option<&Located<String>>,
    findings: &mut Findings,
) -> Vec<ReaderEntry> {
    let zone = service::zone_or_utc(zone);
    document::read(file, findings, |mut root| {
        root.elsewhere(files::HOMES);
        let tables = root.tables("reader");
        if tables.is_empty() {
            root.nothing("no reader is listed, so nobody would be told", EXAMPLE);
        }
        root.finish(&[]);
        tables.into_iter().filter_map(|table| one(table, &zone)).collect()
    })
}

fn one(mut table: Table<'_>, zone: &Located<String>) -> Option<ReaderEntry> {
    let name = table.name("\"Mei\"");
    // Whether it is not there, or on a line that could not be read.
    let told = table.is_sure_of("to");
    let to = table.required_strings("to", "[\"mei@your-company.com\"]");
    let digest = table.string("digest");
    let timezone = table.string("timezone");
    let urgent = table.choice("urgent", URGENT);
    let min_severity = table.choice("min_severity", MIN_SEVERITY);
    let companies = table.strings("companies");
    let groups = table.strings("groups");
    let topics = table.strings("topics");
    let when_empty = table.choice("when_empty", WHEN_EMPTY);
    let mentions = table.boolean("mentions");
    let max_items = table.number("max_items", 1..=10_000);
    let urgent_per_hour = table.number("urgent_per_hour", 1..=1_000);
    let quiet = table.string("quiet");
    let away = table.inline("away", AWAY).and_then(away);
    table.finish(&[]);
    if to.is_empty() && !told {
        return None;
    }
    Some(ReaderEntry {
        name: name?,
        to,
        digest: digest.unwrap_or_else(|| Located::nowhere(defaults::DIGEST.to_owned())),
        timezone: timezone.unwrap_or_else(|| zone.clone()),
        urgent: urgent.map_or(defaults::URGENT, |one| one.value),
        min_severity: min_severity.map_or(defaults::MIN_SEVERITY, |one| one.value),
        companies,
        groups,
        topics,
        when_empty: when_empty.map_or(defaults::WHEN_EMPTY, |one| one.value),
        mentions: mentions.map_or(defaults::MENTIONS, |one| one.value),
        max_items: max_items.map_or(defaults::MAX_ITEMS, |one| one.value),
        urgent_per_hour: urgent_per_hour.map_or(defaults::URGENT_PER_HOUR, |one| one.value),
        quiet,
        away,
    })
}

const URGENT: &[(&str, UrgentFrom)] =
    &[("high", UrgentFrom::High), ("medium", UrgentFrom::Medium), ("never", UrgentFrom::Never)];
const MIN_SEVERITY: &[(&str, Severity)] = &[("high", Severity::High), ("medium", Severity::Medium)];
const WHEN_EMPTY: &[(&str, WhenEmpty)] = &[("send", WhenEmpty::Send), ("skip", WhenEmpty::Skip)];

fn away(mut table: Table<'_>) -> Option<Away> {
    let from = table.date("from");
    let until = table.date("until");
    for key in ["from", "until"] {
        if !table.has(key) {
            table.require(key, "2026-12-21");
        }
    }
    let deputy = table.string("deputy");
    table.finish(&[]);
    // One day stands in for the other, and any for both, so that the deputy is judged too.
    let any = || {
        let place = deputy.as_ref()?.place.clone();
        Some(Located { value: chrono::NaiveDate::default(), place })
    };
    let day = from.clone().or_else(|| until.clone()).or_else(any)?;
    let (from, until) = (from.unwrap_or_else(|| day.clone()), until.unwrap_or(day));
    Some(Away { from, until, deputy })
}
