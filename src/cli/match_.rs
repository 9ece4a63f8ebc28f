//! `watchlistd match`: JSON Lines in, what the watchlist makes of each line out, in order.
//!
//! Every line that is not blank is answered: a bad one by an error object in its place.

use std::io::{BufRead, Write};
use std::path::PathBuf;
use std::sync::Arc;

use serde::Serialize;

use super::exit::{Exit, Failure};
use super::lines::{self, Answer, Matcher, Wordless};
use super::load;
use crate::detect::Watchlist;
use crate::model::{HeldBack, Hit, Named, Reason, Severity};

/// What `match` is told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Watchlist files, or folders with watchlist.toml, topics.toml and watchlist.d
    #[arg(long, required = true, num_args = 1.., value_name = "PATH")]
    watchlist: Vec<PathBuf>,
}

/// Matches standard input.
pub fn run(arguments: &Arguments, out: &mut dyn Write) -> Result<Exit, Failure> {
    let watchlist = load::watchlist(&arguments.watchlist)?;
    let bad = match_lines(&watchlist, &mut std::io::stdin().lock(), out)?;
    Ok(if bad == 0 { Exit::Fine } else { Exit::Data })
}

#[derive(Debug, Serialize)]
struct Matched<'a> {
    id: &'a str,
    companies: Vec<&'a str>,
    topics: Vec<&'a str>,
    alert: bool,
    severity: Option<Severity>,
    reasons: Vec<Why<'a>>,
    copy_of: Option<Arc<str>>,
    story: Arc<str>,
    hits: &'a [Hit],
    held_back: Vec<Held<'a>>,
}

/// Why it alerts: gravest first, as a mail tells it. A rule is named; `None` are the defaults.
#[derive(Debug, Serialize)]
struct Why<'a> {
    words: &'a str,
    rule: Option<&'a str>,
    severity: Severity,
}

#[derive(Debug, Serialize)]
struct Held<'a> {
    /// Nothing where a rule holds an item in which nothing else of the watchlist is named.
    #[serde(flatten)]
    hit: Option<&'a Hit>,
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
    let mut matcher = Matcher::new(watchlist);
    let mut bad = 0;
    let mut made = Vec::new();
    let mut wordless = Wordless::default();
    lines::each(input, &load::STANDARD_INPUT, |line, bytes| {
        made.clear();
        match lines::parse(bytes) {
            Ok(item) => {
                wordless.look(&item, bytes, &load::STANDARD_INPUT, line);
                json_line(&mut made, &matched(&matcher.answer(item)))?;
            }
            Err(error) => {
                bad += 1;
                json_line(&mut made, &BadLine { line, error })?;
            }
        }
        Ok(out.write_all(&made)?)
    })?;
    wordless.end(&load::STANDARD_INPUT);
    Ok(bad)
}

/// Appends a line. It is written out as a whole: a writer of whatever kind is asked once, not for each
/// quotation mark.
fn json_line(line: &mut Vec<u8>, value: &impl Serialize) -> Result<(), Failure> {
    serde_json::to_writer(&mut *line, value).map_err(std::io::Error::from)?;
    line.push(b'\n');
    Ok(())
}

fn matched(answer: &Answer) -> Matched<'_> {
    let judgement = &answer.judgement;
    Matched {
        id: &answer.id,
        companies: ids(&judgement.companies),
        topics: ids(&judgement.topics),
        alert: judgement.alert,
        severity: judgement.severity,
        reasons: judgement.reasons.iter().filter(|_| judgement.alert).map(why).collect(),
        copy_of: answer.copy_of.clone(),
        story: Arc::clone(&answer.story),
        hits: &judgement.hits,
        held_back: judgement.held_back.iter().map(held).collect(),
    }
}

fn ids(named: &[Named]) -> Vec<&str> {
    named.iter().map(|one| &*one.id).collect()
}

fn why(reason: &Reason) -> Why<'_> {
    Why { words: &reason.words, rule: reason.rule.as_deref(), severity: reason.severity }
}

fn held(held: &HeldBack) -> Held<'_> {
    Held { hit: held.hit.as_ref(), guard: held.guard.to_string() }
}
