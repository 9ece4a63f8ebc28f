//! `watch add company|topic|alias`: an entry with its id, tried on what is stored before it is written.

use std::io::Write;

use super::super::bench::{self, Bench, Checked};
use super::super::exit::{Exit, Failure};
use super::super::find::{self, Entry};
use super::super::load::{self, Folder};
use super::super::samples::{self, Samples};
use super::How;
use crate::clock::{Clock, SystemClock};
use crate::config::WATCHLIST;
use crate::config::edit::Written;
use crate::detect::watchlist::{forms_of, id_of_company, id_of_name, weakness_of};
use crate::model::{Action, Deed, Hit, Timestamp};

/// What `watch add` is told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// A company by its full name; the legal form is understood
    Company(Company),
    /// A topic by the words that speak of it
    Topic(Topic),
    /// Another name of a company that is watched: short, former, local
    Alias(Alias),
}

#[derive(Debug, clap::Args)]
struct Company {
    /// The full name
    name: String,
    /// Another name; may be given more than once
    #[arg(long, value_name = "NAME")]
    alias: Vec<String>,
    /// A ticker with its exchange, NYSE:BABA or 9988.HK; may be given more than once
    #[arg(long, value_name = "TICKER")]
    ticker: Vec<String>,
    /// A group, for readers' filters and rules; may be given more than once
    #[arg(long, value_name = "GROUP")]
    group: Vec<String>,
    /// The id of the company that it belongs to
    #[arg(long, value_name = "ID")]
    part_of: Option<String>,
    #[command(flatten)]
    guards: Guards,
    #[command(flatten)]
    about: About,
    #[command(flatten)]
    how: How,
}

#[derive(Debug, clap::Args)]
struct Topic {
    /// The name that readers see
    name: String,
    /// A phrase, found with its inflections; may be given more than once [default: the name]
    #[arg(long, value_name = "PHRASE")]
    term: Vec<String>,
    /// A phrase as it is; may be given more than once
    #[arg(long, value_name = "PHRASE")]
    exact: Vec<String>,
    /// A search with operators; may be given more than once
    #[arg(long, value_name = "SEARCH")]
    search: Vec<String>,
    /// high or medium [default: medium]
    #[arg(long, value_name = "SEVERITY")]
    severity: Option<String>,
    /// When it alerts without a company: never, official, action or always [default: never]
    #[arg(long, value_name = "WHEN")]
    without_company: Option<String>,
    #[command(flatten)]
    guards: Guards,
    #[command(flatten)]
    about: About,
    #[command(flatten)]
    how: How,
}

#[derive(Debug, clap::Args)]
struct Alias {
    /// The company's id or name
    company: String,
    /// The other name
    name: String,
    #[command(flatten)]
    guards: Guards,
    #[command(flatten)]
    how: How,
}

#[derive(Clone, Debug, Default, clap::Args)]
struct Guards {
    /// One of these must stand in the item; may be given more than once
    #[arg(long, value_name = "PHRASE")]
    only_with: Vec<String>,
    /// None of these may stand in the sentence; may be given more than once
    #[arg(long, value_name = "PHRASE")]
    not_with: Vec<String>,
    /// Only exactly as written
    #[arg(long)]
    exact_case: bool,
    /// Counts only beside a stronger name of the same company
    #[arg(long)]
    weak: bool,
    /// Stands alone, however short or common it is
    #[arg(long, conflicts_with = "weak")]
    strong: bool,
}

#[derive(Debug, clap::Args)]
struct About {
    /// The entry's id [default: made from its name]
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// Shown in every mail that names it
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// Why it is watched
    #[arg(long, value_name = "TEXT")]
    why: Option<String>,
    /// Who answers for it
    #[arg(long, value_name = "NAME")]
    owner: Option<String>,
    /// The file to write to, watchlist.d/NAME.toml for example
    #[arg(long, value_name = "FILE", default_value = WATCHLIST)]
    file: String,
}

impl Guards {
    fn none(&self) -> bool {
        self.only_with.is_empty()
            && self.not_with.is_empty()
            && !self.exact_case
            && !self.weak
            && !self.strong
    }

    fn keys(&self) -> Vec<(&'static str, Written)> {
        let mut keys = Vec::new();
        if self.exact_case {
            keys.push(("case", Written::text("exact")));
        }
        if !self.only_with.is_empty() {
            keys.push(("only_with", Written::texts(&self.only_with)));
        }
        if !self.not_with.is_empty() {
            keys.push(("not_with", Written::texts(&self.not_with)));
        }
        if self.weak || self.strong {
            keys.push(("weak", Written::Flag(self.weak)));
        }
        keys
    }

    /// Asks a person for guards of a name that would not stand alone.
    fn offered(&self, name: &str, how: &How) -> Self {
        let Some(why) = weakness_of(name).filter(|_| self.none()) else { return self.clone() };
        bench::say(&format!(
            "'{name}' is {why}: without guards it counts only beside a stronger name or ticker of the company."
        ));
        if how.yes || how.dry_run || !bench::asks() {
            bench::say(
                "  --only-with, --not-with and --exact-case guard it; --strong lets it stand alone",
            );
            return self.clone();
        }
        let words = |question: &str| -> Vec<String> {
            let said = bench::answer(question).unwrap_or_default();
            said.split(',')
                .map(str::trim)
                .filter(|one| !one.is_empty())
                .map(str::to_owned)
                .collect()
        };
        Self {
            only_with: words("  only beside one of these (with commas between; empty: none)? "),
            not_with: words("  never in a sentence with one of these (empty: none)? "),
            exact_case: weakness_of(name) == Some("an everyday word")
                && bench::consents(&format!("  only written exactly as \"{name}\"?")),
            ..Self::default()
        }
    }
}

/// An edit that is ready, and how to look at what it does.
struct Ready {
    bench: Bench,
    subject: String,
    what: String,
    looks: Looks,
}

/// Which hits an edit is about.
enum Looks {
    Company(String),
    /// One of a company's names, and what is derived from it.
    Names(String, Vec<String>),
    Topic(String),
}

impl Looks {
    fn at(&self, hit: &Hit) -> bool {
        match self {
            Self::Company(id) | Self::Topic(id) => *hit.entity == **id,
            Self::Names(id, names) => {
                *hit.entity == **id && names.iter().any(|name| *hit.term == **name)
            }
        }
    }
}

/// Adds.
pub fn run(arguments: &Arguments, folder: Folder, out: &mut dyn Write) -> Result<Exit, Failure> {
    let now = SystemClock.now();
    let bench = Bench::open(folder)?;
    let (ready, how) = match &arguments.what {
        What::Company(company) => (add_company(bench, company, now)?, &company.how),
        What::Topic(topic) => (add_topic(bench, topic, now)?, &topic.how),
        What::Alias(alias) => (add_alias(bench, alias)?, &alias.how),
    };
    finish(&ready, how, now, out)
}

fn add_company(mut bench: Bench, company: &Company, now: Timestamp) -> Result<Ready, Failure> {
    let id = company.about.id.clone().unwrap_or_else(|| id_of_company(&company.name));
    free(&bench, "company", &id, &company.name)?;
    let core = forms_of(&company.name).last().map_or("", |one| *one).to_owned();
    let lonely = company.alias.is_empty() && company.ticker.is_empty();
    let own = if lonely && core == company.name.trim() {
        company.guards.offered(&company.name, &company.how)
    } else {
        company.guards.clone()
    };
    let aliases: Vec<Written> = company
        .alias
        .iter()
        .map(|alias| alias_value(alias, &Guards::default().offered(alias, &company.how)))
        .collect();
    let mut keys = vec![("id", Written::text(&*id)), ("name", Written::text(&*company.name))];
    let mut list = |key, values: Vec<Written>| {
        if !values.is_empty() {
            keys.push((key, Written::List(values)));
        }
    };
    list("aliases", aliases);
    list("tickers", company.ticker.iter().map(|one| Written::text(one.as_str())).collect());
    list("groups", company.group.iter().map(|one| Written::text(one.as_str())).collect());
    keys.extend(company.part_of.iter().map(|id| ("part_of", Written::text(id.as_str()))));
    keys.extend(own.keys());
    keys.extend(remarks(&company.about, now));
    let file = file(&company.about.file)?;
    begin(&mut bench, &file);
    bench.edit(&file, |sheet| sheet.add("company", &keys))?;
    Ok(Ready {
        bench,
        subject: format!("company:{id}"),
        what: format!("added the company {} ({id})", company.name),
        looks: Looks::Company(id),
    })
}

fn add_topic(mut bench: Bench, topic: &Topic, now: Timestamp) -> Result<Ready, Failure> {
    let id = topic.about.id.clone().unwrap_or_else(|| id_of_name(&topic.name));
    free(&bench, "topic", &id, &topic.name)?;
    let mut keys = vec![("id", Written::text(&*id)), ("name", Written::text(&*topic.name))];
    let none = topic.term.is_empty() && topic.exact.is_empty() && topic.search.is_empty();
    let name = [topic.name.to_lowercase()];
    let terms = if none { &name[..] } else { &topic.term };
    for (key, values) in [("terms", terms), ("exact", &topic.exact), ("search", &topic.search)] {
        if !values.is_empty() {
            keys.push((key, Written::texts(values)));
        }
    }
    keys.extend(topic.guards.keys());
    keys.extend(topic.severity.iter().map(|one| ("severity", Written::text(one.as_str()))));
    let without = topic.without_company.iter();
    keys.extend(without.map(|one| ("without_company", Written::text(one.as_str()))));
    keys.extend(remarks(&topic.about, now));
    let file = file(&topic.about.file)?;
    begin(&mut bench, &file);
    bench.edit(&file, |sheet| sheet.add("topic", &keys))?;
    Ok(Ready {
        bench,
        subject: format!("topic:{id}"),
        what: format!("added the topic {} ({id})", topic.name),
        looks: Looks::Topic(id),
    })
}

fn add_alias(mut bench: Bench, alias: &Alias) -> Result<Ready, Failure> {
    let Entry::Company(company) = find::entry(bench.entries(), "company", &alias.company)? else {
        unreachable!("only companies were asked for")
    };
    let id = find::company_id(company);
    let known = |name: &str| name.trim() == alias.name.trim();
    if let Some(known) = company.aliases.iter().find(|one| known(&one.name.value)) {
        let place = known.name.place.as_ref().map(|at| format!(" ({at})")).unwrap_or_default();
        let what = anyhow::anyhow!("{id} has the alias '{}' already{place}", alias.name.trim());
        return Err(Failure::new(Exit::Data, what).hint("guards of an alias are edited by hand"));
    }
    let places = bench.entries().companies.iter().map(|one| one.place.as_ref());
    let (file, at) = bench.nth(company.place.as_ref(), places)?;
    let written = company.id.is_some();
    let value = alias_value(&alias.name, &alias.guards.offered(&alias.name, &alias.how));
    bench.edit(&file, |sheet| {
        if !written {
            sheet.set(("company", at), "id", &Written::text(&*id))?;
        }
        sheet.append(("company", at), "aliases", &value)
    })?;
    let names = forms_of(&alias.name).into_iter().map(str::to_owned).collect();
    Ok(Ready {
        bench,
        subject: format!("company:{id}"),
        what: format!("added the alias {} to {id}", alias.name.trim()),
        looks: Looks::Names(id, names),
    })
}

fn alias_value(name: &str, guards: &Guards) -> Written {
    let keys = guards.keys();
    if keys.is_empty() {
        return Written::text(name.trim());
    }
    Written::Table([vec![("name", Written::text(name.trim()))], keys].concat())
}

fn remarks(about: &About, now: Timestamp) -> Vec<(&'static str, Written)> {
    let text = |key, value: &Option<String>| value.as_ref().map(|one| (key, Written::text(&**one)));
    let day = ("added", Written::Day(now.to_chrono().date_naive()));
    [text("note", &about.note), text("why", &about.why), text("owner", &about.owner), Some(day)]
        .into_iter()
        .flatten()
        .collect()
}

/// A file that is new names its schema, for editors.
fn begin(bench: &mut Bench, file: &str) {
    if bench.text(file).is_empty() {
        let up = if file.contains('/') { "../" } else { "" };
        bench.put(file, format!("#:schema {up}schema/watchlist.json\n"));
    }
}

/// A file that holds watchlists, as it is called below the folder.
pub(super) fn file(name: &str) -> Result<String, Failure> {
    let name = name.trim_start_matches("./");
    let further = name.strip_prefix("watchlist.d/").is_some_and(|rest| {
        rest.ends_with(".toml") && !rest.contains('/') && !rest.starts_with('.')
    });
    if further || name == WATCHLIST || name == crate::config::TOPICS {
        return Ok(name.to_owned());
    }
    Err(Failure::new(Exit::Usage, anyhow::anyhow!("'{name}' holds no watchlist"))
        .hint("write watchlist.toml, topics.toml or watchlist.d/NAME.toml"))
}

/// Refuses an id that is taken, with the place.
fn free(bench: &Bench, kind: &str, id: &str, name: &str) -> Result<(), Failure> {
    let entries = bench.entries();
    let taken = find::all(entries).find(|one| one.kind() == kind && one.id() == id);
    let Some(taken) = taken else { return Ok(()) };
    let place = match taken {
        Entry::Company(one) => &one.place,
        Entry::Topic(one) => &one.place,
        Entry::Rule(one) => &one.place,
    };
    let place = place.as_ref().map(|at| format!(" ({at})")).unwrap_or_default();
    let what = anyhow::anyhow!("{} is watched already as '{id}'{place}", taken.name());
    let hint = match kind {
        "company" if taken.name() != name => format!(
            "`watchlistd watch add alias {id} \"{name}\"` adds a name; --id gives another company an id of its own"
        ),
        _ => format!("`watchlistd watch show {id}` tells what finds it"),
    };
    Err(Failure::new(Exit::Data, what).hint(hint))
}

/// Shows what is about to be written and what it would find, then writes it.
fn finish(ready: &Ready, how: &How, now: Timestamp, out: &mut dyn Write) -> Result<Exit, Failure> {
    let checked = ready.bench.check()?;
    bench::warn(&checked.warnings);
    write!(out, "{}", ready.bench.lines())?;
    tried(ready, &checked, now, out)?;
    if how.dry_run {
        writeln!(out, "Nothing was written.")?;
        return Ok(Exit::Fine);
    }
    let doubtful = !checked.warnings.is_empty() && !how.yes && bench::asks();
    out.flush()?;
    if doubtful && !bench::consents("Write it all the same?") {
        writeln!(out, "Nothing was written.")?;
        return Ok(Exit::Fine);
    }
    ready.bench.write()?;
    ready.bench.note(Action {
        at: now,
        author: bench::author(how.by.as_deref()),
        deed: Deed::Edited,
        verdict: None,
        alert: None,
        subject: Some(ready.subject.clone()),
        what: ready.what.clone(),
        why: None,
        until: None,
    })?;
    writeln!(out, "Written.")?;
    Ok(Exit::Fine)
}

/// What the new entry makes of what is stored.
fn tried(
    ready: &Ready,
    checked: &Checked,
    now: Timestamp,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    if !ready.bench.folder().storage_exists() {
        writeln!(out, "No items are stored yet to try it on.")?;
        return Ok(());
    }
    let found = load::to_the_end(async {
        let store = load::open_for_reading(ready.bench.folder())?;
        let since = samples::since(now);
        let looks = |hit: &Hit| ready.looks.at(hit);
        Samples::gather(store.archive(), &checked.parts.watchlist, since, looks).await
    })?;
    match found {
        Ok(samples) => samples.tell(out)?,
        // Whoever may edit the watchlist may not be allowed to read the database.
        Err(failure) => bench::say(&format!("not tried on stored items: {:#}", failure.error)),
    }
    Ok(())
}
