//! `watchlistd match`: JSON Lines in, what the watchlist makes of each line out, in order.
//!
//! Runs the very functions that the service runs, in constant memory: a line is read, judged,
//! written and forgotten, but for the window in which copies and stories are recognised.

use std::io::{BufRead, Write};
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::exit::{Exit, Failure};
use super::load;
use crate::detect::{Candidate, Origin, StoryBook, Watchlist, judge};
use crate::model::{HeldBack, Hit, ItemText, Judgement, Named, Severity, Timestamp};

/// Items with hits that take part in recognising copies and stories.
const WINDOW: usize = 50_000;

/// What `match` is told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Watchlist file, or folder with watchlist.toml, topics.toml and watchlist.d; repeatable
    #[arg(long, required = true, value_name = "PATH")]
    watchlist: Vec<PathBuf>,
}

/// Matches standard input.
pub fn run(arguments: &Arguments, out: &mut dyn Write) -> Result<Exit, Failure> {
    let watchlist = load::watchlist(&arguments.watchlist)?;
    let bad = match_lines(&watchlist, &mut std::io::stdin().lock(), out)?;
    Ok(if bad == 0 { Exit::Fine } else { Exit::Data })
}

/// One line of input. Missing keys and nulls are empty; unknown keys are ignored.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Line {
    id: Option<String>,
    title: Option<String>,
    summary: Option<String>,
    content: Option<String>,
    categories: Option<Vec<String>>,
    source: Option<String>,
    official: Option<bool>,
    lang: Option<String>,
    published: Option<String>,
}

#[derive(Debug, Serialize)]
struct Matched<'a> {
    id: &'a str,
    companies: Vec<&'a str>,
    topics: Vec<&'a str>,
    alert: bool,
    severity: Option<Severity>,
    copy_of: Option<Arc<str>>,
    story: Arc<str>,
    hits: &'a [Hit],
    held_back: Vec<Held<'a>>,
}

#[derive(Debug, Serialize)]
struct Held<'a> {
    #[serde(flatten)]
    hit: &'a Hit,
    guard: String,
}

#[derive(Debug, Serialize)]
struct BadLine {
    line: u64,
    error: String,
}

/// Matches every line of `input` and answers how many were bad. A bad line gives an error object in
/// its place and the rest goes on.
fn match_lines(
    watchlist: &Watchlist,
    input: &mut dyn BufRead,
    out: &mut dyn Write,
) -> Result<u64, Failure> {
    let mut matcher =
        Matcher { watchlist, book: StoryBook::new(WINDOW), clock: Timestamp::default() };
    let (mut number, mut bad) = (0, 0);
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        let read = input.read_until(b'\n', &mut bytes).map_err(|error| load::no_input(&error))?;
        if read == 0 {
            return Ok(bad);
        }
        number += 1;
        match parse(&bytes) {
            Ok(line) => matcher.answer(line, out)?,
            Err(error) => {
                bad += 1;
                json_line(out, &BadLine { line: number, error })?;
            }
        }
    }
}

/// Reads one line, or says what is wrong with it and at which column.
fn parse(bytes: &[u8]) -> Result<Line, String> {
    // Serde would take a list for an object whose keys are left out.
    if bytes.trim_ascii_start().starts_with(b"[") {
        return Err("a list; an object {…} is wanted".to_owned());
    }
    // Each line is a document of its own: "line 1" would contradict the number beside it.
    serde_json::from_slice(bytes)
        .map_err(|error| error.to_string().replace(" line 1 column", " column"))
}

fn json_line(out: &mut dyn Write, value: &impl Serialize) -> Result<(), Failure> {
    serde_json::to_writer(&mut *out, value).map_err(std::io::Error::from)?;
    Ok(out.write_all(b"\n")?)
}

struct Matcher<'w> {
    watchlist: &'w Watchlist,
    book: StoryBook,
    /// The time of the line before, which a line without one shares.
    clock: Timestamp,
}

impl Matcher<'_> {
    fn answer(&mut self, line: Line, out: &mut dyn Write) -> Result<(), Failure> {
        self.clock = line.published.as_deref().and_then(Timestamp::parse).unwrap_or(self.clock);
        let id = line.id.unwrap_or_default();
        let source = line.source.unwrap_or_default();
        let text = ItemText {
            title: line.title.unwrap_or_default(),
            summary: line.summary.unwrap_or_default(),
            content: line.content.unwrap_or_default(),
            categories: line.categories.unwrap_or_default(),
            lang: line.lang,
        };
        let origin = Origin { source: &source, official: line.official.unwrap_or(false) };
        let judgement = judge(self.watchlist, &text, origin);
        let (story, copy_of) = self.group(&id, &source, &text, &judgement);
        json_line(
            out,
            &Matched {
                id: &id,
                companies: ids(&judgement.companies),
                topics: ids(&judgement.topics),
                alert: judgement.alert,
                severity: judgement.severity,
                copy_of,
                story,
                hits: &judgement.hits,
                held_back: judgement.held_back.iter().map(held).collect(),
            },
        )
    }

    /// The story (the id of its first item) and the item that this one repeats. Only items with
    /// hits take part.
    fn group(
        &mut self,
        id: &str,
        source: &str,
        text: &ItemText,
        judgement: &Judgement,
    ) -> (Arc<str>, Option<Arc<str>>) {
        if judgement.severity.is_none() {
            return (id.into(), None);
        }
        let candidate = Candidate {
            id,
            source,
            published: self.clock,
            text,
            companies: &judgement.companies,
            topics: &judgement.topics,
        };
        let placed = self.book.place(&candidate);
        let story = placed.story.unwrap_or_else(|| id.into());
        self.book.add(&candidate, &story, placed.copy_of.as_deref());
        (story, placed.copy_of)
    }
}

fn ids(named: &[Named]) -> Vec<&str> {
    named.iter().map(|one| &*one.id).collect()
}

fn held(held: &HeldBack) -> Held<'_> {
    Held { hit: &held.hit, guard: held.guard.to_string() }
}
