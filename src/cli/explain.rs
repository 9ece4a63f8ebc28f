//! `watchlistd explain`: what the watchlist makes of a text, and why.

use std::io::{IsTerminal, Read, Write};
use std::path::PathBuf;

use super::bench;
use super::exit::{Exit, Failure};
use super::find;
use super::load::{self, Folder};
use super::samples;
use crate::clock::{Clock, SystemClock};
use crate::config;
use crate::daemon::wire::Parts;
use crate::detect::{Explanation, Origin, explain, inflects};
use crate::model::item::Arrival;
use crate::model::{
    Alert, AlertId, EntityKind, Guard, Hit, Item, ItemId, ItemText, Judgement, SourceId, StoryId,
    Timestamp, Urgency, counted,
};
use crate::notify::route;

/// Most bytes of a text: what one field of a feed's item may have.
const LONGEST: u64 = 1024 * 1024;

/// Most characters of a line that is taken for a headline. Hardly any of a feed's is longer.
const HEADLINE: usize = 200;

/// Pieces of a text that are shown before the rest is counted.
const PIECES: usize = 10;

/// What `explain` is told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// A headline, or a headline and its text below; without it standard input is read
    text: Option<String>,
    /// The headline, where TEXT is only what stands below it
    #[arg(long)]
    title: Option<String>,
    /// Language of the text, as a BCP 47 tag; of en, de, fr and es inflections are understood [default: the
    /// source's]
    #[arg(long, value_name = "TAG", value_parser = language)]
    lang: Option<String>,
    /// As if an official source had said it
    #[arg(long)]
    official: bool,
    /// As if this source had said it
    #[arg(long, value_name = "ID")]
    source: Option<String>,
}

/// Explains the text.
pub fn run(
    arguments: &Arguments,
    config: Option<PathBuf>,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    let folder = Folder::named(config);
    let parts = load::parts(&folder)?;
    let given = given(arguments)?;
    if given.trim().is_empty() && arguments.title.is_none() {
        return Err(Failure::new(Exit::Usage, anyhow::anyhow!("there is no text to explain"))
            .hint("write it behind the command in quotes, or into its standard input"));
    }
    let (title, summary) = match &arguments.title {
        Some(title) => (title.clone(), given),
        None => headed(&given),
    };
    let source = arguments.source.as_deref().unwrap_or("explain");
    let known = parts.sources.iter().find(|one| one.id.as_str() == source);
    if known.is_none() && arguments.source.is_some() {
        mistaken(&parts, &folder, source);
    }
    let official = arguments.official || known.is_some_and(|one| one.official);
    let own = || known.and_then(|one| one.lang.clone());
    let lang = arguments.lang.clone().or_else(own);
    if let Some(lang) = lang.as_ref().filter(|lang| !inflects(lang)) {
        bench::say(&format!(
            "note: no inflections of '{lang}' are known, only those of en, de, fr and es: terms are found as they \
             are written"
        ));
    }
    let text = ItemText { title, summary, lang, ..ItemText::default() };
    let now = SystemClock.now();
    let origin = Origin { source, official, seen: Some(now) };
    let explained = explain(&parts.watchlist, &text, origin);
    tell(&explained, &text, out)?;
    tell_readers(&parts, &explained, &text, official, now, out)?;
    Ok(Exit::Fine)
}

/// A tag of a language: two or three letters, and what may stand behind them.
fn language(text: &str) -> Result<String, String> {
    let first = text.split(['-', '_']).next().unwrap_or_default();
    let letters = first.bytes().all(|one| one.is_ascii_alphabetic());
    if letters && (2..=3).contains(&first.len()) {
        return Ok(text.to_owned());
    }
    Err(format!(
        "'{text}' is no tag of a language: write en, de, fr or es, whose inflections are understood, or one like zh or \
         pt-BR"
    ))
}

/// A source may be thought of before it is added, and a slip in its id gives the same answer.
fn mistaken(parts: &Parts, folder: &Folder, source: &str) {
    let written = config::parse(&parts.files, &folder.environment).sources;
    if let Err(failure) = find::source(&written, source) {
        let hint = failure.hint.unwrap_or_default();
        bench::say(&format!("note: no source has the id '{source}': {hint}"));
    }
}

/// The text of the command line, or standard input. With a headline alone nothing is waited for at a
/// terminal.
fn given(arguments: &Arguments) -> Result<String, Failure> {
    if let Some(text) = &arguments.text {
        return Ok(text.clone());
    }
    if arguments.title.is_some() && std::io::stdin().is_terminal() {
        return Ok(String::new());
    }
    if std::io::stdin().is_terminal() {
        bench::say("the text, then Ctrl-D on a line of its own:");
    }
    let mut bytes = Vec::new();
    std::io::stdin()
        .lock()
        .take(LONGEST)
        .read_to_end(&mut bytes)
        .map_err(|error| load::no_input(load::STANDARD_INPUT, &error))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A text as people paste it: its first line is the headline, unless that is a paragraph.
fn headed(text: &str) -> (String, String) {
    let text = text.trim();
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    match first.chars().nth(HEADLINE) {
        None => (first.trim().to_owned(), rest.trim().to_owned()),
        Some(_) => (String::new(), text.to_owned()),
    }
}

/// The decision in a sentence.
fn verdict(judgement: &Judgement) -> String {
    let mut holds: Vec<&str> = Vec::new();
    for held in &judgement.held_back {
        if let Guard::Hold(reason) = &held.guard
            && !holds.contains(&reason.as_str())
        {
            holds.push(reason);
        }
    }
    let hold = (!holds.is_empty()).then(|| holds.join("; "));
    match (judgement.alert, judgement.severity, judgement.would_be) {
        (true, Some(severity), _) => format!("Alert, {}.", severity.as_str()),
        (_, _, Some(severity)) => match hold {
            Some(reason) => {
                format!("No alert: held back ({reason}). It would be {}.", severity.as_str())
            }
            None => {
                format!("No alert: guards hold part of it back. It would be {}.", severity.as_str())
            }
        },
        (_, Some(_), None) => "No alert: what was found makes none.".to_owned(),
        (_, None, None) if judgement.held_back.is_empty() => {
            "Nothing of the watchlist is in it.".to_owned()
        }
        (_, None, None) => "No alert: all that was found is held back.".to_owned(),
    }
}

/// What was found, held back, decided and nearly counted.
pub fn tell(explained: &Explanation, text: &ItemText, out: &mut dyn Write) -> std::io::Result<()> {
    let judgement = &explained.judgement;
    writeln!(out, "{}", verdict(judgement))?;
    because(judgement, out)?;
    if !judgement.hits.is_empty() {
        writeln!(out, "\nFound")?;
        for hit in &judgement.hits {
            writeln!(out, "  {}", found(hit, text))?;
        }
    }
    if !explained.hidden.is_empty() {
        writeln!(out, "\nFound for rules only")?;
        for hit in &explained.hidden {
            writeln!(out, "  {}", found(hit, text))?;
        }
    }
    if !judgement.held_back.is_empty() {
        writeln!(out, "\nHeld back")?;
        for held in &judgement.held_back {
            let what = held.hit.as_ref().map(|hit| found(hit, text));
            let what = what.as_deref().unwrap_or("the alert as a whole");
            writeln!(out, "  {what}\n    by {}", held.guard)?;
        }
    }
    if !explained.pieces.is_empty() {
        writeln!(
            out,
            "\nTells of several matters: company and topic must share one of these pieces."
        )?;
        for piece in explained.pieces.iter().take(PIECES) {
            writeln!(out, "  {piece}")?;
        }
        if explained.pieces.len() > PIECES {
            writeln!(
                out,
                "  … and {}",
                counted((explained.pieces.len() - PIECES) as u64, "more piece")
            )?;
        }
    }
    if !explained.decisions.is_empty() {
        writeln!(out, "\nDecided")?;
        for decision in &explained.decisions {
            let who = decision.rule.as_deref().unwrap_or("default");
            let verdict = match (decision.fired, decision.severity) {
                (true, Some(severity)) => format!("yes ({})", severity.as_str()),
                (true, None) => "yes".to_owned(),
                (false, _) => "no".to_owned(),
            };
            writeln!(out, "  {who}: {verdict}, {}", decision.words)?;
        }
    }
    if !explained.near.is_empty() {
        writeln!(out, "\nNearly")?;
        for near in &explained.near {
            writeln!(out, "  {}: {}", near.named.name, near.words)?;
        }
    }
    Ok(())
}

/// Why it alerts, gravest first and each reason once: a rule often asks for what the default asks for. A rule is
/// named, for it may be why it is as grave as it is.
pub fn because(judgement: &Judgement, out: &mut dyn Write) -> std::io::Result<()> {
    let mut told: Vec<&str> = Vec::new();
    for reason in &judgement.reasons {
        if !told.contains(&reason.words.as_str()) {
            let rule = reason.rule.as_ref().map_or(String::new(), |rule| {
                format!(" (rule “{rule}”, {})", reason.severity.as_str())
            });
            writeln!(out, "  because {}{rule}", reason.words)?;
            told.push(&reason.words);
        }
    }
    Ok(())
}

/// `company alibaba  "Alibaba" in summary: … accuses >>Alibaba<< of …`.
fn found(hit: &Hit, text: &ItemText) -> String {
    let kind = match hit.kind {
        EntityKind::Company => "company",
        EntityKind::Topic => "topic",
    };
    let field = samples::field_text(text, hit.field);
    let (entity, term) = (&hit.entity, shown(&hit.term));
    format!("{kind} {entity}: \"{term}\" in {}: {}", hit.field, around(field, hit))
}

/// A term as written; of a long search the beginning.
fn shown(term: &str) -> String {
    const LONGEST: usize = 60;
    match term.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &term[..end]),
        None => term.to_owned(),
    }
}

/// The match between marks, with up to 30 characters on both sides.
fn around(text: &str, hit: &Hit) -> String {
    const SIDE: usize = 30;
    let before: String = text[..hit.start].chars().rev().take(SIDE).collect();
    let before: String = before.chars().rev().collect();
    let after: String = text[hit.end..].chars().take(SIDE).collect();
    let left = if before.len() < hit.start { "…" } else { "" };
    let right = if hit.end + after.len() < text.len() { "…" } else { "" };
    let line = format!("{left}{before}>>{}<<{after}{right}", &text[hit.start..hit.end]);
    line.replace(char::is_control, " ")
}

/// Who would be told, by the very routing that the service uses.
fn tell_readers(
    parts: &Parts,
    explained: &Explanation,
    text: &ItemText,
    official: bool,
    now: Timestamp,
    out: &mut dyn Write,
) -> std::io::Result<()> {
    let judgement = &explained.judgement;
    let (true, Some(severity)) = (judgement.alert, judgement.severity) else { return Ok(()) };
    let item = Item {
        id: ItemId::of(&["explain"]),
        revision: 1,
        source: SourceId::new("explain"),
        official,
        guid: None,
        link: None,
        text: text.clone(),
        text_hash: String::new(),
        published: Some(now),
        first_seen: now,
        arrival: Arrival::New,
    };
    let alert = Alert {
        id: AlertId::of(&["explain"]),
        item: item.id.clone(),
        revision: 1,
        story: StoryId::of(&["explain"]),
        copy_of: None,
        severity,
        judgement: judgement.clone(),
        marks: Vec::new(),
        watchlist: 0,
        at: now,
    };
    writeln!(out, "\nTold")?;
    let notices = route::route(&alert, &item, &parts.readers, now);
    if notices.is_empty() {
        writeln!(out, "  the operator: no reader's filters let it pass")?;
    }
    for notice in notices {
        let how = match notice.urgency {
            Urgency::Urgent if notice.not_before > now => "by an urgent mail after the quiet hours",
            Urgency::Urgent => "by an urgent mail at once",
            Urgency::Digest => "with the next digest",
        };
        writeln!(out, "  {}: {}, {how}", notice.reader, severity.as_str())?;
    }
    Ok(())
}
