//! `watchlist.toml`, `topics.toml`, `watchlist.d/*.toml`: any of them may hold companies, topics and
//! rules.
//!
//! Names, terms and searches stay text for `detect`.

use std::sync::Arc;

use super::document::{self, Findings};
use super::table::{Table, Value};
use super::{defaults, files};
use crate::model::watchlist::{
    AliasEntry, CaseRule, CompanyEntry, Guards, Remarks, RuleEntry, TopicEntry, WatchlistEntries,
    WithoutCompany,
};
use crate::model::{FileText, Located, Problem, Severity};

const CASES: &[(&str, CaseRule)] = &[("exact", CaseRule::Exact), ("any", CaseRule::Any)];
const SEVERITIES: &[(&str, Severity)] = &[("high", Severity::High), ("medium", Severity::Medium)];
const WITHOUT_COMPANY: &[(&str, WithoutCompany)] = &[
    ("never", WithoutCompany::Never),
    ("official", WithoutCompany::Official),
    ("action", WithoutCompany::Action),
    ("always", WithoutCompany::Always),
];
const ALIAS: &str = "text in quotes, or { name = \"…\", only_with = [\"…\"] }";

/// Reads one watchlist file.
pub(super) fn read(file: &Arc<FileText>, findings: &mut Findings) -> WatchlistEntries {
    document::read(file, findings, |mut root| {
        root.elsewhere(files::HOMES);
        let companies = root.tables("company");
        let topics = root.tables("topic");
        let rules = root.tables("rule");
        root.finish(&[]);
        WatchlistEntries {
            companies: companies.into_iter().filter_map(company).collect(),
            topics: topics.into_iter().filter_map(topic).collect(),
            rules: rules.into_iter().filter_map(rule).collect(),
        }
    })
}

/// Whether nothing is watched.
pub(super) fn is_empty(entries: &WatchlistEntries) -> bool {
    entries.companies.is_empty() && entries.topics.is_empty() && entries.rules.is_empty()
}

/// The problem with an empty watchlist.
pub(super) fn nothing_watched() -> Problem {
    Problem::error(None, "the watchlist is empty, so nothing would ever be told")
        .hint("write in watchlist.toml:\n[[company]]\nname = \"Huawei\"")
}

fn company(mut table: Table<'_>) -> Option<CompanyEntry> {
    let place = Some(table.place());
    let id = table.string("id");
    let name = table.name("\"Huawei\"");
    let aliases = table.values("aliases").iter().filter_map(alias).collect();
    let tickers = table.strings("tickers");
    let groups = table.strings("groups");
    let part_of = table.string("part_of");
    let guards = guards(&mut table);
    let remarks = remarks(&mut table);
    table.finish(&[]);
    Some(CompanyEntry {
        place,
        id,
        name: name?,
        aliases,
        tickers,
        groups,
        part_of,
        guards,
        remarks,
    })
}

/// A name alone, or one with guards of its own.
fn alias(value: &Value<'_>) -> Option<AliasEntry> {
    if value.is_text() {
        return Some(AliasEntry { name: value.string()?, guards: Guards::default() });
    }
    let mut table = value.table(ALIAS)?;
    let name = table.required("name", "\"…\"");
    let guards = guards(&mut table);
    table.finish(&[]);
    Some(AliasEntry { name: name?, guards })
}

fn topic(mut table: Table<'_>) -> Option<TopicEntry> {
    let place = Some(table.place());
    let id = table.string("id");
    let name = table.name("\"Delisting\"");
    let terms = table.strings("terms");
    let exact = table.strings("exact");
    let search = table.strings("search");
    let everyday = table.strings("everyday");
    let written = table.has("akin");
    let akin = table.strings("akin");
    let akin = written.then_some(akin);
    let setting = table.boolean("setting");
    let guards = guards(&mut table);
    let severity = table.choice("severity", SEVERITIES);
    let without_company = table.choice("without_company", WITHOUT_COMPANY);
    let hidden = table.boolean("hidden");
    let remarks = remarks(&mut table);
    table.finish(&[]);
    Some(TopicEntry {
        place,
        id,
        name: name?,
        terms,
        exact,
        search,
        everyday,
        akin,
        setting: setting.is_some_and(|one| one.value),
        guards,
        severity: severity.map_or(defaults::TOPIC_SEVERITY, |one| one.value),
        without_company: without_company.map_or(WithoutCompany::Never, |one| one.value),
        hidden: hidden.is_some_and(|one| one.value),
        remarks,
    })
}

fn rule(mut table: Table<'_>) -> Option<RuleEntry> {
    let place = Some(table.place());
    let id = table.string("id");
    let name = table.name("\"China tech delisting\"");
    let when = "\"group:china-tech AND topic:delisting\"";
    let when = table.required_or("when", when, |_| "company:*".to_owned());
    // One that cannot be read stands for some severity: the rule does something.
    let meant = table.has("severity").then(|| Located::nowhere(defaults::TOPIC_SEVERITY));
    let severity = table.choice("severity", SEVERITIES).or(meant);
    let readers = table.strings("readers");
    let hold = table.string("hold");
    let remarks = remarks(&mut table);
    table.finish(&[]);
    Some(RuleEntry { place, id, name: name?, when: when?, severity, readers, hold, remarks })
}

fn guards(table: &mut Table<'_>) -> Guards {
    Guards {
        case: table.choice("case", CASES),
        only_with: table.strings("only_with"),
        not_with: table.strings("not_with"),
        never_in_item: table.strings("never_in_item"),
        weak: table.boolean("weak"),
        muted_until: table.date("muted_until"),
    }
}

fn remarks(table: &mut Table<'_>) -> Remarks {
    Remarks {
        note: table.remark("note"),
        why: table.remark("why"),
        owner: table.remark("owner"),
        added: table.day_remark("added", false),
        review_by: table.day_remark("review_by", true),
    }
}
