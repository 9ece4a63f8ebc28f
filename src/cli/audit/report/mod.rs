//! `watchlistd audit report`: one page for an examiner.
//!
//! It says first whether the company was watched at all, and last what the record cannot say. What it
//! tells is read from the database; that the database fits the record is verified in the same run.

mod canaries;
mod gather;
mod lines;
mod looked;
mod shown;

use std::io::Write;
use std::path::PathBuf;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment};

use super::super::bench;
use super::super::exit::{Exit, Failure};
use super::super::find;
use super::super::load::{self, Folder};
use super::export::{end, instant};
use crate::clock::{Clock, SystemClock};
use crate::config::{self, Files};
use crate::model::Timestamp;

const TEXT: &str = include_str!("report.txt");
const HTML: &str = include_str!("report.html");

/// What `audit report` is told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The company's id, as in the watchlist
    #[arg(long, value_name = "ID")]
    company: String,
    /// From this instant or day on; days are UTC
    #[arg(long, value_name = "WHEN", value_parser = instant)]
    from: Timestamp,
    /// Up to this instant, or to the end of this day [default: now]
    #[arg(long, value_name = "WHEN", value_parser = end)]
    to: Option<Timestamp>,
    /// A page for a browser and its printer instead of text
    #[arg(long)]
    html: bool,
}

/// Gathers and prints the report.
pub fn run(
    arguments: &Arguments,
    config: Option<PathBuf>,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    let folder = Folder::named(config);
    let now = SystemClock.now();
    let until = super::end_of(Some(arguments.from), arguments.to, now)?;
    let about = |company: &str| {
        load::wait(async {
            let store = load::open_for_reading(&folder)?;
            let asked = gather::Asked { company, from: arguments.from, until, now };
            let report = gather::report(store.archive(), &asked, &folder.environment);
            report.await.map_err(Failure::from)
        })
    };
    let mut report = about(&arguments.company)?;
    if report.never_watched() {
        match meant(&folder, &arguments.company) {
            Some(Ok(id)) if id != arguments.company => {
                bench::say(&format!("note: '{}' is taken for '{id}'", arguments.company));
                report = about(&id)?;
            }
            Some(Err(hint)) => report.nobody_knows(&hint),
            _ => {}
        }
    }
    let page = render(&report, arguments.html).map_err(|error| Failure::new(Exit::Bug, error))?;
    out.write_all(page.as_bytes())?;
    Ok(Exit::Fine)
}

/// The id of the company that is meant, or what is near. "Not watched" is an answer, and a slip in the id gives
/// it too.
fn meant(folder: &Folder, company: &str) -> Option<Result<String, String>> {
    let files = Files::read(&folder.path).ok()?;
    let entries = config::parse(&files, &folder.environment).watchlist;
    Some(match find::entry(&entries, "company", company) {
        Ok(found) => Ok(found.id().to_owned()),
        Err(failure) => Err(failure.hint.unwrap_or_default()),
    })
}

fn render(report: &gather::Report, html: bool) -> Result<String, minijinja::Error> {
    let mut environment = Environment::new();
    environment.set_syntax(
        SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .keep_trailing_newline(true)
            .build()?,
    );
    environment.set_auto_escape_callback(
        move |_| {
            if html { AutoEscape::Html } else { AutoEscape::None }
        },
    );
    environment.add_template("report", if html { HTML } else { TEXT })?;
    environment.get_template("report")?.render(Serde(report))
}
