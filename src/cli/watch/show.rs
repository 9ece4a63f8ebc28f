//! `watch show`: an entry in sentences, and what it found.
//!
//! What is said of names is read off the compiled watchlist of the files as they stand; what was found
//! is read from the store, as it was decided then.

use std::io::Write;

use super::super::bench;
use super::super::exit::{Exit, Failure};
use super::super::find::{self, Entry};
use super::super::load::{self, Folder};
use super::life::Life;
use crate::config::{self, Files};
use crate::daemon::wire::{self, Parts};
use crate::detect::{Form, Guarded};
use crate::model::Located;
use crate::model::watchlist::{
    CaseRule, CompanyEntry, Guards, Remarks, RuleEntry, TopicEntry, WatchlistEntries,
    WithoutCompany,
};

/// What `watch show` is told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// An id, a name, an alias or a ticker
    entry: String,
}

/// Shows.
pub fn run(arguments: &Arguments, folder: &Folder, out: &mut dyn Write) -> Result<Exit, Failure> {
    let files = Files::read(&folder.path)?;
    let (parts, problems) = wire::build(files.clone(), &folder.environment);
    let Some(parts) = parts else { return Err(load::refused(&problems)) };
    let entries = config::parse(&files, &folder.environment).watchlist;
    let entry = find::entry(&entries, "", &arguments.entry)?;
    match entry {
        Entry::Company(one) => company(one, &parts, &entries, out)?,
        Entry::Topic(one) => topic(one, &entries, out)?,
        Entry::Rule(one) => rule(one, out)?,
    }
    if matches!(entry, Entry::Rule(_)) {
        return Ok(Exit::Fine);
    }
    if !folder.storage_exists() {
        writeln!(out, "\nNothing is stored yet.")?;
        return Ok(Exit::Fine);
    }
    match Life::of(folder, entry)? {
        Ok(life) => {
            writeln!(out)?;
            life.tell(out)?;
        }
        Err(failure) => bench::say(&format!("what was found is not told: {:#}", failure.error)),
    }
    Ok(Exit::Fine)
}

fn title(
    kind: &str,
    name: &str,
    id: &str,
    place: Option<&crate::model::Place>,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    let place = place.map(|at| format!(", {at}")).unwrap_or_default();
    writeln!(out, "{name} ({kind} {id}{place})")
}

fn company(
    entry: &CompanyEntry,
    parts: &Parts,
    entries: &WatchlistEntries,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    let id = find::company_id(entry);
    title("company", &entry.name.value, &id, entry.place.as_ref(), out)?;
    remarks(&entry.remarks, out)?;
    let values = |list: &[Located<String>]| {
        list.iter().map(|one| one.value.clone()).collect::<Vec<_>>().join(", ")
    };
    if !entry.groups.is_empty() {
        writeln!(out, "It is in the groups {}.", values(&entry.groups))?;
    }
    if let Some(parent) = &entry.part_of {
        writeln!(out, "It is part of {}: a hit also names that.", parent.value)?;
    }
    let children: Vec<String> = entries
        .companies
        .iter()
        .filter(|one| one.part_of.as_ref().is_some_and(|parent| parent.value.trim() == id))
        .map(find::company_id)
        .collect();
    if !children.is_empty() {
        writeln!(out, "A hit of {} names it as well.", children.join(", "))?;
    }
    writeln!(out, "\nIt is found by")?;
    for form in parts.watchlist.forms(&id).unwrap_or_default() {
        writeln!(out, "  {}", sentence(&form))?;
    }
    let all = conditions(&parts.watchlist.guards_of_company(&id));
    if !all.is_empty() {
        writeln!(out, "Of all its names: {}.", all.join("; "))?;
    }
    writeln!(
        out,
        "\nBeside a topic in one item it alerts at the topic's severity; alone it is a mention."
    )
}

/// A name or ticker, what it needs and what blocks it.
fn sentence(form: &Form) -> String {
    if !form.writings.is_empty() {
        return format!("the ticker {}: {}", form.text, form.writings.join(", "));
    }
    let mut said = vec![format!("\"{}\"", form.text)];
    if form.derived {
        said.push("(without its legal form)".to_owned());
    }
    let mut needs = Vec::new();
    if form.capitals && !form.guards.exact_case {
        needs.push("in capitals only".to_owned());
    }
    if form.weak {
        needs.push("weak: only beside a stronger name or ticker of the company".to_owned());
    }
    needs.extend(conditions(&form.guards));
    if needs.is_empty() {
        said.join(" ")
    } else {
        format!("{} – {}", said.join(" "), needs.join("; "))
    }
}

fn conditions(guards: &Guarded) -> Vec<String> {
    let mut said = Vec::new();
    if guards.exact_case {
        said.push("only exactly as written".to_owned());
    }
    for (how, words) in [
        ("only with", &guards.only_with),
        ("not in a sentence with", &guards.not_with),
        ("never in an item with", &guards.never_in_item),
    ] {
        if !words.is_empty() {
            let words: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
            said.push(format!("{how} {}", words.join(" or ")));
        }
    }
    if let Some(day) = guards.muted_until {
        said.push(format!("muted until {day}"));
    }
    said
}

fn topic(
    entry: &TopicEntry,
    entries: &WatchlistEntries,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    let id = find::topic_id(entry);
    title("topic", &entry.name.value, &id, entry.place.as_ref(), out)?;
    remarks(&entry.remarks, out)?;
    for (how, words) in [
        ("It is found by these words and their inflections", &entry.terms),
        ("By these words as they are", &entry.exact),
        ("By these searches", &entry.search),
        ("By these searches, beside a company, a setting or other words of it", &entry.everyday),
    ] {
        if !words.is_empty() {
            writeln!(out, "\n{how}")?;
            for word in words {
                writeln!(out, "  {}", word.value)?;
            }
        }
    }
    let all = conditions(&as_written(&entry.guards));
    if !all.is_empty() {
        writeln!(out, "\nOf all of them: {}.", all.join("; "))?;
    }
    if entry.hidden {
        writeln!(out, "\nIt is hidden: only rules and searches see it.")?;
    } else {
        let alone = match entry.without_company {
            WithoutCompany::Never => "without a company it never alerts",
            WithoutCompany::Official => {
                "without a company it alerts when an official source says so"
            }
            WithoutCompany::Action => {
                "without a company it alerts when an official source says so or the words report an act"
            }
            WithoutCompany::Always => "without a company it alerts as well",
        };
        writeln!(
            out,
            "\nBeside a company it alerts at {} severity; {alone}.",
            entry.severity.as_str()
        )?;
    }
    let asked = format!("topic:{id}");
    let rules: Vec<String> = entries
        .rules
        .iter()
        .filter(|rule| {
            let mut words =
                rule.when.value.split(|one: char| one.is_whitespace() || "()".contains(one));
            words.any(|word| word == asked)
        })
        .map(|rule| rule.name.value.clone())
        .collect();
    if !rules.is_empty() {
        writeln!(out, "Rules that ask for it: {}.", rules.join("; "))?;
    }
    Ok(())
}

/// Guards as the file has them.
fn as_written(guards: &Guards) -> Guarded {
    let words = |list: &[Located<String>]| list.iter().map(|one| one.value.clone()).collect();
    Guarded {
        exact_case: guards.case.as_ref().is_some_and(|case| case.value == CaseRule::Exact),
        only_with: words(&guards.only_with),
        not_with: words(&guards.not_with),
        never_in_item: words(&guards.never_in_item),
        muted_until: guards.muted_until.as_ref().map(|day| day.value),
    }
}

fn rule(entry: &RuleEntry, out: &mut dyn Write) -> std::io::Result<()> {
    title("rule", &entry.name.value, &find::rule_id(entry), entry.place.as_ref(), out)?;
    remarks(&entry.remarks, out)?;
    writeln!(out, "\nWhen {}", entry.when.value)?;
    if let Some(severity) = &entry.severity {
        writeln!(out, "it alerts at {} severity or higher.", severity.value.as_str())?;
    }
    if !entry.readers.is_empty() {
        let readers: Vec<&str> = entry.readers.iter().map(|one| one.value.as_str()).collect();
        writeln!(out, "it is told to {}, past their filters.", readers.join(", "))?;
    }
    if let Some(hold) = &entry.hold {
        writeln!(out, "the alert is held back, and listed so: {}.", hold.value)?;
    }
    Ok(())
}

fn remarks(remarks: &Remarks, out: &mut dyn Write) -> std::io::Result<()> {
    for (what, said) in [
        ("Note", &remarks.note),
        ("Why", &remarks.why),
        ("Owner", &remarks.owner),
        ("Added", &remarks.added),
        ("To be reviewed by", &remarks.review_by),
    ] {
        if let Some(said) = said {
            writeln!(out, "{what}: {}", said.value)?;
        }
    }
    Ok(())
}
