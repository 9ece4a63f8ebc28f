//! `watchlistd audit export`: the record, line by line, for other programs and for spreadsheets.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::io::Write;
use std::path::PathBuf;

use serde_json::{Map, Value};

use super::super::exit::{Exit, Failure};
use super::super::load::{self, Folder};
use crate::clock::{Clock, SystemClock};
use crate::model::Timestamp;
use crate::model::record::Entry;
use crate::notify::listing::cell;
use crate::store::Archive;

/// Entries fetched at a time: an entry of a busy minute has some hundred lines.
const PAGE: usize = 200;

/// What `audit export` is told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// From this instant or day on (2026-11-23, or 2026-11-23T08:00:00Z); days are UTC
    #[arg(long, value_name = "WHEN", value_parser = instant)]
    from: Option<Timestamp>,
    /// Up to this instant, or to the end of this day
    #[arg(long, value_name = "WHEN", value_parser = end)]
    to: Option<Timestamp>,
    /// Only lines that name this source
    #[arg(long, value_name = "ID")]
    source: Option<String>,
    /// Only lines of items, decisions, alerts and mails that name this company
    #[arg(long, value_name = "ID")]
    company: Option<String>,
    /// How lines are written
    #[arg(long, value_enum, default_value = "jsonl", value_name = "FORMAT")]
    format: Format,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// One JSON object a line
    Jsonl,
    /// Comma-separated, with a header, for a spreadsheet
    Csv,
}

pub fn instant(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse(text)
        .or_else(|| Timestamp::parse(&format!("{text}T00:00:00Z")))
        .ok_or_else(|| "write a day, 2026-11-23, or an instant, 2026-11-23T08:00:00Z".to_owned())
}

pub(super) fn end(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse(&format!("{text}T23:59:59.999Z")).map_or_else(|| instant(text), Ok)
}

/// Prints what the record tells, in its order.
pub fn run(
    arguments: &Arguments,
    config: Option<PathBuf>,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    let folder = Folder::named(config);
    super::end_of(arguments.from, arguments.to, SystemClock.now())?;
    let runtime = load::runtime()?;
    let store = load::wait_on(&runtime, async { load::open_for_reading(&folder) })?;
    let archive = store.archive();
    let asked = Asked { source: arguments.source.clone(), company: arguments.company.clone() };
    let mut related = Related { asked, ..Related::default() };
    if related.asked.anything() {
        // What an entry belongs to may be told by a later one, so it is found out first.
        load::wait_on(
            &runtime,
            each(archive, |line| {
                related.learn(line);
                Ok(())
            }),
        )?;
        if !related.named {
            // An empty list looks like an answer, and a slip of the pen must not be one.
            let _ = writeln!(std::io::stderr(), "nothing in the record names {}", related.asked);
        }
    }
    if arguments.format == Format::Csv {
        out.write_all("\u{feff}entry,at,did,id,source,item,details\r\n".as_bytes())?;
    }
    load::wait_on(
        &runtime,
        each(archive, |line| {
            let inside = arguments.from.is_none_or(|from| line.at >= from)
                && arguments.to.is_none_or(|to| line.at <= to);
            if inside && (!related.asked.anything() || related.holds(line)) {
                write(line, arguments.format, out)?;
            }
            Ok(())
        }),
    )?;
    Ok(Exit::Fine)
}

/// A line of an entry.
struct Line {
    entry: u64,
    at: Timestamp,
    told: Map<String, Value>,
}

impl Line {
    fn text(&self, key: &str) -> Option<&str> {
        self.told.get(key).and_then(Value::as_str)
    }

    fn did(&self) -> &str {
        self.text("did").unwrap_or("")
    }
}

/// Reads all lines of the record, oldest first.
async fn each(
    archive: &dyn Archive,
    mut take: impl FnMut(&Line) -> std::io::Result<()>,
) -> Result<(), Failure> {
    let mut after = 0;
    loop {
        let page = archive.record(after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.number;
        for entry in &page {
            lines(entry).try_for_each(|line| take(&line))?;
        }
    }
}

fn lines(entry: &Entry) -> impl Iterator<Item = Line> {
    entry.body.lines().map(|line| Line {
        entry: entry.number,
        at: entry.at,
        // A line that cannot be read is shown as it is: `verify` says what is wrong with it.
        told: serde_json::from_str(line).unwrap_or_else(|_| {
            Map::from_iter([("unreadable".to_owned(), Value::String(line.to_owned()))])
        }),
    })
}

/// What was asked for: a source, a company, or what a source said of a company.
#[derive(Default)]
struct Asked {
    source: Option<String>,
    company: Option<String>,
}

impl Asked {
    fn anything(&self) -> bool {
        self.source.is_some() || self.company.is_some()
    }

    /// Whether it is this source and nothing but it.
    fn is_source(&self, source: Option<&str>) -> bool {
        self.company.is_none() && self.source.is_some() && source == self.source.as_deref()
    }

    /// What actions call it: `company:ID` or `source:ID`. No action is about what a source said of a company.
    fn subject(&self) -> Option<String> {
        match (&self.company, &self.source) {
            (Some(company), None) => Some(format!("company:{company}")),
            (None, Some(source)) => Some(format!("source:{source}")),
            _ => None,
        }
    }
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.company, &self.source) {
            (Some(company), Some(source)) => {
                write!(f, "the company '{company}' in an item of the source '{source}'")
            }
            (Some(company), None) => write!(f, "the company '{company}'"),
            (None, source) => write!(f, "the source '{}'", source.as_deref().unwrap_or_default()),
        }
    }
}

/// What belongs to a source or company: items, their alerts, the occasions that told those.
#[derive(Default)]
struct Related {
    asked: Asked,
    /// Something in the record names it.
    named: bool,
    /// Items of the source, whatever they name.
    of_source: HashSet<String>,
    items: HashSet<String>,
    alerts: HashSet<String>,
    occasions: HashSet<String>,
    /// Of every mail its occasion: the notices that it told are written after it.
    mails: HashMap<String, String>,
}

impl Related {
    fn learn(&mut self, line: &Line) {
        let id = line.text("id").unwrap_or("");
        let item = line.text("item").unwrap_or("");
        match line.did() {
            "item"
                if self.asked.source.is_some()
                    && line.text("source") == self.asked.source.as_deref() =>
            {
                self.of_source.insert(id.to_owned());
                if self.asked.company.is_none() {
                    self.items.insert(id.to_owned());
                }
            }
            "decision"
                if self.asked.company.as_ref().is_some_and(|company| names(line, company))
                    && (self.asked.source.is_none() || self.of_source.contains(item)) =>
            {
                self.items.insert(item.to_owned());
            }
            "alert" if self.items.contains(item) => {
                self.alerts.insert(id.to_owned());
            }
            "notice" if self.tells_of(id) => {
                self.occasions.extend(line.text("occasion").map(str::to_owned));
            }
            "mail" => {
                let occasion = line.text("occasion").unwrap_or("").to_owned();
                self.mails.insert(id.to_owned(), occasion);
            }
            _ => {}
        }
        self.named = self.named || self.holds(line);
    }

    /// Whether a notice's id, `ALERT/READER`, is of an alert that belongs.
    fn tells_of(&self, notice: &str) -> bool {
        notice.split_once('/').is_some_and(|(alert, _)| self.alerts.contains(alert))
    }

    fn holds(&self, line: &Line) -> bool {
        let id = line.text("id").unwrap_or("");
        match line.did() {
            "item" => self.items.contains(id),
            "decision" | "alert" => line.text("item").is_some_and(|item| self.items.contains(item)),
            "action" => {
                line.text("item").is_some_and(|item| self.items.contains(item))
                    || self
                        .asked
                        .subject()
                        .is_some_and(|subject| line.text("subject") == Some(&subject))
            }
            "notice" => self.tells_of(id),
            "sealed" => self.occasions.contains(id),
            "mail" | "attempt" => {
                self.mails.get(id).is_some_and(|occasion| self.occasions.contains(occasion))
            }
            "source" => self.asked.is_source(Some(id)),
            "polled" | "gap" => self.asked.is_source(line.text("source")),
            _ => false,
        }
    }
}

fn names(line: &Line, company: &str) -> bool {
    let companies = line.told.get("companies").and_then(Value::as_array);
    companies.is_some_and(|all| all.iter().any(|one| one.as_str() == Some(company)))
}

fn write(line: &Line, format: Format, out: &mut dyn Write) -> std::io::Result<()> {
    match format {
        Format::Jsonl => {
            let mut whole = Map::new();
            whole.insert("entry".to_owned(), line.entry.into());
            whole.insert("at".to_owned(), line.at.to_string().into());
            whole.extend(line.told.clone());
            serde_json::to_writer(&mut *out, &whole)?;
            writeln!(out)
        }
        Format::Csv => {
            let mut rest = line.told.clone();
            let mut take = |key: &str| match rest.remove(key) {
                None | Some(Value::Null) => String::new(),
                Some(Value::String(text)) => text,
                Some(other) => other.to_string(),
            };
            let cells = [
                line.entry.to_string(),
                line.at.to_string(),
                take("did"),
                take("id"),
                take("source"),
                take("item"),
                String::new(),
            ];
            let details = Value::Object(rest).to_string();
            let cells: Vec<String> =
                cells[..6].iter().chain([&details]).map(|one| cell(one)).collect();
            write!(out, "{}\r\n", cells.join(","))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn line(told: Value) -> Line {
        let Value::Object(told) = told else { unreachable!("a line is an object") };
        Line { entry: 1, at: Timestamp::from_millis(0), told }
    }

    /// What of a record belongs to what is asked for.
    fn kept(source: Option<&str>, company: Option<&str>) -> Vec<&'static str> {
        let record = [
            ("source wire", json!({ "did": "source", "id": "wire" })),
            ("wire polled", json!({ "did": "polled", "id": "p1", "source": "wire" })),
            ("wire lost items", json!({ "did": "gap", "id": "g1", "source": "wire" })),
            ("desk polled", json!({ "did": "polled", "id": "p2", "source": "desk" })),
            ("item of desk", json!({ "did": "item", "id": "i1", "source": "desk" })),
            (
                "decision on it",
                json!({ "did": "decision", "item": "i1", "companies": ["alibaba"] }),
            ),
            ("item of wire", json!({ "did": "item", "id": "i2", "source": "wire" })),
            (
                "decision on that",
                json!({ "did": "decision", "item": "i2", "companies": ["alibaba"] }),
            ),
        ];
        let asked =
            Asked { source: source.map(str::to_owned), company: company.map(str::to_owned) };
        let mut related = Related { asked, ..Related::default() };
        let record = record.map(|(name, told)| (name, line(told)));
        record.iter().for_each(|(_, line)| related.learn(line));
        record.iter().filter(|(_, line)| related.holds(line)).map(|one| one.0).collect()
    }

    #[test]
    fn polls_of_a_source_belong_to_it_whether_or_not_it_said_anything() {
        assert_eq!(
            kept(Some("wire"), None),
            ["source wire", "wire polled", "wire lost items", "item of wire", "decision on that"]
        );
        assert_eq!(kept(Some("desk"), None), ["desk polled", "item of desk", "decision on it"]);
        assert_eq!(
            kept(None, Some("alibaba")),
            ["item of desk", "decision on it", "item of wire", "decision on that"]
        );
        assert_eq!(kept(Some("desk"), Some("alibaba")), ["item of desk", "decision on it"]);
        assert_eq!(kept(Some("desk"), Some("huawei")), Vec::<&str>::new());
    }
}
