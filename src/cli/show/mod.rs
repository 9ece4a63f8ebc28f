//! `watchlistd show`: the whole story of an item, an alert or a mail: what was said, what was decided
//! and why, who was told, what the servers answered, what people made of it, and where it stands in the
//! record.

mod listed;
mod mail;

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

use super::exit::{Exit, Failure};
use super::ids;
use super::load::{self, Folder};
use super::samples;
use super::seen;
use super::waiting;
use crate::clock::{Clock, SystemClock};
use crate::model::item::Arrival;
use crate::model::record::Entry;
use crate::model::{Action, AlertId, Item, ItemId, MailId, Severity, Timestamp};
use crate::notify::outside::line;
use crate::pipeline::deliver::Waiting;
use crate::store::{About, Archive, DecidedRow, MailRow, Store, TellingRow};

/// What `show` is told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The id of an item, an alert or a mail, or its first letters; or the Message-ID of a mail
    id: String,
    /// The whole text of the item, however long
    #[arg(long)]
    full: bool,
    /// Of a mail: the message as it was sent
    #[arg(long)]
    raw: bool,
}

/// Characters of a summary or content that are shown.
const TEXT: usize = 1_500;
/// Characters of one line.
const LINE: usize = 1_000;
/// Rows and record lines that are shown.
const ROWS: usize = 1_000;
const LINES: usize = 200;

/// Shows.
pub fn run(
    arguments: &Arguments,
    config: Option<PathBuf>,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    let folder = Folder::named(config);
    let runtime = load::runtime()?;
    load::wait_on(&runtime, async {
        let store = load::open_for_reading(&folder)?;
        let archive = store.archive();
        if arguments.id.contains('@') {
            return mail::show_named(archive, &arguments.id, arguments.raw, out).await;
        }
        let id = ids::meant(archive, "aim", &arguments.id).await?;
        match id.chars().next() {
            Some('m') => mail::show(archive, MailId::stored(id), arguments.raw, out).await,
            Some('a') => {
                let rows = decided(archive, About::Alert(AlertId::stored(id))).await?;
                let item = rows.first().map(|row| row.item.clone());
                let waiting = waiting(&folder, &*store, &rows).await?;
                tell(archive, item, (&rows, &waiting), arguments.full, out).await
            }
            _ => {
                let id = ItemId::stored(id);
                let item = archive.item(id.clone()).await?;
                let rows = decided(archive, About::Item(id)).await?;
                let waiting = waiting(&folder, &*store, &rows).await?;
                tell(archive, item, (&rows, &waiting), arguments.full, out).await
            }
        }
    })?;
    Ok(Exit::Fine)
}

/// Whose urgent mails of the hour are used up, where a notice of these waits for a mail.
async fn waiting(
    folder: &Folder,
    store: &dyn Store,
    rows: &[DecidedRow],
) -> Result<Vec<Waiting>, Failure> {
    if !rows.iter().flat_map(|row| &row.told).any(|one| one.state == "pending") {
        return Ok(Vec::new());
    }
    waiting::of(folder, store, SystemClock.now()).await
}

async fn decided(archive: &dyn Archive, about: About) -> Result<Vec<DecidedRow>, Failure> {
    let (begin, end) = (Timestamp::from_millis(i64::MIN), Timestamp::from_millis(i64::MAX));
    Ok(archive.decided(about, begin, end, 0, ROWS).await?)
}

async fn tell(
    archive: &dyn Archive,
    item: Option<Item>,
    (rows, waiting): (&[DecidedRow], &[Waiting]),
    full: bool,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    let Some(item) = item else {
        let what = anyhow::anyhow!("the item is not stored any more");
        return Err(Failure::new(Exit::Data, what));
    };
    let began = archive.began(item.id.clone()).await?;
    said(&item, began, full, out)?;
    if rows.is_empty() {
        writeln!(out, "\n{}", nothing(archive, &item).await?)?;
    }
    for row in rows {
        writeln!(out)?;
        decision(row, &item, waiting, out)?;
    }
    let mut ids = vec![item.id.to_string()];
    for row in rows {
        ids.extend(row.alert.iter().map(ToString::to_string));
        ids.extend(row.told.iter().flat_map(|one| &one.mails).map(|mail| mail.id.to_string()));
    }
    record(archive, ids, out).await
}

/// Assessing takes what was seen within this time, and goes by the version that is in force then.
const SOON: Duration = Duration::from_secs(600);

/// Why there is no decision: it waits, or nothing was found by the version that assessed it.
async fn nothing(archive: &dyn Archive, item: &Item) -> Result<String, Failure> {
    if archive.decisions_on(vec![item.id.clone()]).await?.is_empty() {
        return Ok("It still waits to be assessed.".to_owned());
    }
    let version = async |at: Timestamp| -> Result<Option<u64>, Failure> {
        Ok(archive.config_at(at).await?.map(|one| one.version))
    };
    let (first, last) =
        (version(item.first_seen).await?, version(item.first_seen.plus(SOON)).await?);
    let by = match (first.or(last), last) {
        (Some(first), Some(last)) if first < last => format!(" by version {first} or {last}"),
        (Some(first), _) => format!(" by version {first}"),
        _ => String::new(),
    };
    Ok(format!("Assessed{by} of the watchlist: nothing of it was found."))
}

/// What the publisher said.
fn said(
    item: &Item,
    began: Option<Timestamp>,
    full: bool,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    let text = &item.text;
    let title = line(&text.title, LINE);
    writeln!(out, "{}", if title.is_empty() { "(no title)" } else { &title })?;
    let official = if item.official { ", an official source" } else { "" };
    writeln!(out, "  {}{official}; item {}, revision {}", item.source, item.id, item.revision)?;
    if let Some(link) = &item.link {
        writeln!(out, "  {}", line(link, LINE))?;
    }
    let published = item.published.map_or_else(|| "without a date".to_owned(), seconds);
    let arrival = match item.arrival {
        Arrival::New | Arrival::Edited => "",
        Arrival::AlreadyThere => ", there when the source was first read",
        Arrival::Baseline => ", there when the source was first read, and older than it looks back",
        Arrival::Old => ", long after it says it was published",
        Arrival::Elsewhere => ", known from the same address under an id that is gone",
    };
    writeln!(out, "  published {published}, {}{arrival}", seen::seen(item, began))?;
    if !text.categories.is_empty() {
        writeln!(out, "  categories: {}", line(&text.categories.join(", "), LINE))?;
    }
    for part in [&text.summary, &text.content] {
        let most = if full { usize::MAX } else { TEXT };
        let part = line(part, most);
        if !part.is_empty() {
            writeln!(out, "\n{part}")?;
        }
    }
    Ok(())
}

/// A decision in a few words. One on a revision in which nothing was found stands there for what an earlier revision
/// said, or because nobody could judge it.
pub fn verdict(row: &DecidedRow) -> String {
    let judgement = &row.judgement;
    let severity = judgement.severity.map_or("", Severity::as_str);
    let nothing = judgement.hits.is_empty() && judgement.held_back.is_empty();
    match (&row.untold, row.alert.is_some()) {
        (Some(reason), true) => format!("alert, {severity}, told to nobody: {reason}"),
        (None, true) => format!("alert, {severity}"),
        (Some(reason), false) if nothing => format!("told to nobody: {reason}"),
        (None, false) if nothing => "nothing of the watchlist is in it".to_owned(),
        (_, false) => match (judgement.would_be, judgement.severity) {
            (Some(would_be), _) => format!("held back; it would be {}", would_be.as_str()),
            (None, Some(_)) => "no alert: what was found makes none".to_owned(),
            (None, None) => "held back".to_owned(),
        },
    }
}

fn decision(
    row: &DecidedRow,
    item: &Item,
    waiting: &[Waiting],
    out: &mut dyn Write,
) -> std::io::Result<()> {
    writeln!(
        out,
        "DECIDED {} by version {} of the watchlist, on revision {}: {}",
        seconds(row.at),
        row.watchlist,
        row.item.revision,
        verdict(row)
    )?;
    let judgement = &row.judgement;
    for reason in &judgement.reasons {
        let who =
            reason.rule.as_deref().map_or("default".to_owned(), |rule| format!("rule {rule}"));
        writeln!(
            out,
            "  because {} ({who}, {})",
            line(&reason.words, LINE),
            reason.severity.as_str()
        )?;
    }
    // Spans are of the words that were judged, which an edit may have changed since.
    let text = if row.item.revision == item.revision { &item.text } else { &row.item.text };
    for hit in &judgement.hits {
        writeln!(
            out,
            "  found {} \"{}\" in {}: {}",
            hit.entity,
            shown(&hit.term),
            hit.field,
            samples::around(text, hit)
        )?;
    }
    for held in &judgement.held_back {
        let Some(hit) = &held.hit else {
            writeln!(out, "  held back as a whole by {}", held.guard)?;
            continue;
        };
        writeln!(
            out,
            "  held back {} \"{}\" by {}: {}",
            hit.entity,
            shown(&hit.term),
            held.guard,
            samples::around(text, hit)
        )?;
    }
    if let Some(alert) = &row.alert {
        writeln!(out, "  alert {alert}")?;
    }
    if let Some(story) = &row.story {
        writeln!(out, "  story {story}")?;
    }
    if let Some(copy) = &row.copy_of {
        writeln!(out, "  a copy of {copy}")?;
    }
    for telling in &row.told {
        let waits = waiting.iter().find(|one| {
            telling.reader.as_ref() == Some(&one.reader)
                && row.alert.as_ref().is_some_and(|alert| one.alerts.contains(alert))
        });
        told(telling, waits, out)?;
    }
    for action in &row.actions {
        writeln!(out, "  {}", deed(action))?;
    }
    Ok(())
}

/// A term as written; of a long search the beginning.
fn shown(term: &str) -> String {
    line(term, 80)
}

fn told(telling: &TellingRow, waits: Option<&Waiting>, out: &mut dyn Write) -> std::io::Result<()> {
    let reader = telling.reader.as_deref().unwrap_or("the operator");
    let why = telling.reason.as_deref().map(|why| format!(": {why}")).unwrap_or_default();
    if let Some(waits) = waits {
        let (state, until) = (&telling.state, seconds(waits.until));
        let why = waiting::why(waits);
        return writeln!(
            out,
            "  notice for {reader}: {state}; urgent, and waiting until {until}: {why}"
        );
    }
    if telling.mails.is_empty() {
        return writeln!(out, "  notice for {reader}: {}{why}", telling.state);
    }
    for mail in &telling.mails {
        writeln!(out, "  notice for {reader}: {}{why}; {}", telling.state, mail_words(mail))?;
    }
    Ok(())
}

/// A mail in a line.
pub fn mail_words(mail: &MailRow) -> String {
    let when = mail.sent.map_or_else(
        || mail.state.as_str().to_owned(),
        |sent| format!("{} {}", mail.state.as_str(), seconds(sent)),
    );
    let reply = match mail.reply.is_empty() {
        true => String::new(),
        false => format!(" – {}", line(&mail.reply, LINE)),
    };
    format!("mail {} to {}: \"{}\" {when}{reply}", mail.id, mail.address, line(&mail.subject, 200))
}

/// What a person did.
pub fn deed(action: &Action) -> String {
    let why = action.why.as_deref().map(|why| format!(": {why}")).unwrap_or_default();
    line(&format!("{} by {}, {}{why}", action.what, action.author, seconds(action.at)), LINE)
}

/// To the second: nobody reads milliseconds.
pub fn seconds(at: Timestamp) -> String {
    Timestamp::from_millis(at.millis().div_euclid(1_000) * 1_000).to_string()
}

/// Where it stands in the record.
pub async fn record(
    archive: &dyn Archive,
    ids: Vec<String>,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    let lines = archive.record_naming(ids, LINES).await?;
    writeln!(out, "\nRECORD")?;
    for entry in &lines {
        writeln!(out, "  {}", record_line(entry))?;
    }
    if lines.is_empty() {
        writeln!(out, "  no entry names it")?;
    }
    Ok(())
}

fn record_line(entry: &Entry) -> String {
    let told: Value = serde_json::from_str(&entry.body).unwrap_or_default();
    let text = |key: &str| match &told[key] {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    let more: Vec<String> =
        ["revision", "severity", "state", "deed", "author", "address", "subject"]
            .iter()
            .filter_map(|key| Some(format!("{key} {}", text(key)?)))
            .collect();
    let words = format!(
        "entry {} of {}: {} {}  {}",
        entry.number,
        seconds(entry.at),
        text("did").unwrap_or_default(),
        text("id").unwrap_or_default(),
        more.join(", ")
    );
    line(&words, 200)
}
