//! Items as JSON Lines, judged one after another: what `match` and `evaluate` have in common.
//!
//! Runs the very functions that the service runs, in constant memory: a line is read, judged and
//! forgotten, but for the window in which copies and stories are recognised. What is done with an
//! answer is the commands' own affair.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::{BufRead, Write};
use std::sync::Arc;

use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::exit::Failure;
use super::load;
use crate::detect::{Candidate, Origin, StoryBook, Watchlist, judge};
use crate::model::{ItemText, Judgement, Timestamp, counted};
use crate::notify::outside::line as line_of;

/// Items with hits that take part in recognising copies and stories. Each takes about two kilobytes,
/// and this many are more than the days in which copies and stories are recognised bring.
const WINDOW: usize = 10_000;

/// One line of input. Missing keys and nulls are empty; unknown keys are ignored.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Line {
    /// The item's id.
    pub id: Option<String>,
    title: Option<String>,
    summary: Option<String>,
    content: Option<String>,
    categories: Option<Vec<String>>,
    source: Option<String>,
    official: Option<bool>,
    lang: Option<String>,
    published: Option<String>,
}

/// Its keys that hold no words, and those of labels.
const KNOWN: [&str; 12] = [
    "id",
    "source",
    "official",
    "lang",
    "published",
    "companies",
    "topics",
    "alert",
    "story",
    "follows",
    "thread",
    "kind",
];

/// What the watchlist makes of a line.
#[derive(Debug)]
pub struct Answer {
    /// The item's id, empty when it has none.
    pub id: String,
    /// Its source's id.
    pub source: String,
    /// Whether its source is an authority.
    pub official: bool,
    /// Its words.
    pub text: ItemText,
    /// When it was published; without a time of its own, when the one before it was.
    pub published: Timestamp,
    /// Companies, topics, alert, hits.
    pub judgement: Judgement,
    /// The id of the first item of its story.
    pub story: Arc<str>,
    /// The item that it repeats.
    pub copy_of: Option<Arc<str>>,
}

/// What other programs put in front of a text in UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Keys that hold words: of an item without any of them nothing can be found.
const WORDS: [&str; 4] = ["title", "summary", "content", "categories"];

/// Lines without words that are named one by one before the rest is counted.
const NAMED: u64 = 10;

/// Unknown keys of a line that are named.
const KEYS: usize = 3;

/// Lines that hold an object and no words, most likely somebody else's keys, or a time that is none. They are judged
/// like any other, and said on standard error.
#[derive(Debug, Default)]
pub struct Wordless {
    lines: u64,
    timeless: u64,
}

impl Wordless {
    /// Says so of a line, if it is one; and that its time is none.
    pub fn look(&mut self, line: &Line, bytes: &[u8], name: &dyn Display, number: u64) {
        if let Some(time) =
            line.published.as_deref().filter(|time| Timestamp::parse(time).is_none())
        {
            self.timeless += 1;
            if self.timeless <= NAMED {
                let time = line_of(time, 40);
                let _ = writeln!(
                    std::io::stderr(),
                    "{name}:{number}: warning: published \"{time}\" is no time like 2026-11-23T08:00:00Z, so that of \
                     the line before counts"
                );
            }
        }
        let Some(what) = without_words(line, bytes) else { return };
        self.lines += 1;
        if self.lines <= NAMED {
            // Standard error may be closed; the line is judged all the same.
            let _ = writeln!(std::io::stderr(), "{name}:{number}: warning: {what}");
        }
    }

    /// Says how many were not named.
    pub fn end(&self, name: &dyn Display) {
        if self.lines > NAMED {
            let more = counted(self.lines - NAMED, "further line");
            let _ = writeln!(std::io::stderr(), "{name}: warning: {more} without words");
        }
        if self.timeless > NAMED {
            let more = counted(self.timeless - NAMED, "further line");
            let _ =
                writeln!(std::io::stderr(), "{name}: warning: {more} whose published is no time");
        }
    }
}

/// Keys that look like slips of one that is known: what stands behind them is not scored.
#[derive(Debug, Default)]
pub struct Misspelt {
    /// By key: what was meant, the first line, and how many there are.
    keys: BTreeMap<String, (&'static str, u64, u64)>,
}

impl Misspelt {
    /// Looks at a line's keys.
    pub fn look(&mut self, bytes: &[u8], number: u64) {
        let Ok(keys) = serde_json::from_slice::<BTreeMap<String, IgnoredAny>>(bytes) else {
            return;
        };
        let known = || KNOWN.into_iter().chain(WORDS);
        for key in keys.keys().filter(|key| !known().any(|one| one == key.as_str())) {
            let small = key.to_lowercase();
            // At most one slip in four letters, for a comment is no content; and nothing that stands in the line as well.
            let near = known()
                .filter(|one| !keys.contains_key(*one))
                .map(|one| (strsim::damerau_levenshtein(&small, one), one))
                .filter(|(slips, one)| *slips <= (one.len() / 4).max(1))
                .min_by_key(|(slips, _)| *slips);
            if let Some((_, meant)) = near {
                self.keys.entry(line_of(key, 40)).or_insert((meant, number, 0)).2 += 1;
            }
        }
    }

    /// Says which there were.
    pub fn end(&self, name: &dyn Display) {
        for (key, (meant, first, count)) in &self.keys {
            let more = match count - 1 {
                0 => String::new(),
                more => format!(", and so in {}", counted(more, "further line")),
            };
            let _ = writeln!(
                std::io::stderr(),
                "{name}:{first}: warning: its key '{key}' is unknown; did you mean '{meant}'?{more}"
            );
        }
    }
}

/// What is wrong with a line that has no words, and none that are empty either.
fn without_words(line: &Line, bytes: &[u8]) -> Option<String> {
    let Line { title, summary, content, categories, .. } = line;
    if title.is_some() || summary.is_some() || content.is_some() || categories.is_some() {
        return None;
    }
    let keys: BTreeMap<String, IgnoredAny> = serde_json::from_slice(bytes).ok()?;
    if keys.keys().any(|key| WORDS.contains(&key.as_str())) {
        return None;
    }
    let unknown: Vec<String> = keys
        .keys()
        .filter(|key| !KNOWN.contains(&key.as_str()))
        .take(KEYS)
        .map(|key| format!("'{}'", line_of(key, 40)))
        .collect();
    let what = "no title, summary, content or categories, so nothing can be found in it";
    Some(match unknown.len() {
        0 => what.to_owned(),
        1 => format!("{what}; its key {} is unknown", unknown[0]),
        _ => format!("{what}; its keys {} are unknown", unknown.join(", ")),
    })
}

/// Hands every line of `input`, which is called `name`, to `each` with its number, from 1. Blank lines
/// count and are passed over, and so is a byte order mark.
pub fn each(
    input: &mut dyn BufRead,
    name: &dyn Display,
    mut each: impl FnMut(u64, &[u8]) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut number = 0;
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        let read =
            input.read_until(b'\n', &mut bytes).map_err(|error| load::no_input(name, &error))?;
        if read == 0 {
            return Ok(());
        }
        number += 1;
        let line = match bytes.strip_prefix(BYTE_ORDER_MARK) {
            Some(rest) if number == 1 => rest,
            _ => &bytes,
        };
        if !line.trim_ascii().is_empty() {
            each(number, line)?;
        }
    }
}

/// Reads one line, or says what is wrong with it and at which column.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    // Serde would take a list for an object whose keys are left out.
    if bytes.trim_ascii_start().starts_with(b"[") {
        return Err("a list; an object {…} is wanted".to_owned());
    }
    // Each line is a document of its own: "line 1" would contradict the number beside it, and what ends at its line end
    // would seem to end in the next.
    serde_json::from_slice(bytes.trim_ascii_end())
        .map_err(|error| error.to_string().replace(" line 1 column", " column"))
}

/// Judges lines and remembers what stories need.
#[derive(Debug)]
pub struct Matcher<'w> {
    watchlist: &'w Watchlist,
    book: StoryBook,
    /// The time of the line before, which a line without one shares.
    clock: Timestamp,
}

impl<'w> Matcher<'w> {
    /// A matcher that has seen nothing yet.
    pub fn new(watchlist: &'w Watchlist) -> Self {
        Self { watchlist, book: StoryBook::new(WINDOW), clock: Timestamp::default() }
    }

    /// Judges a line and places it among those before.
    pub fn answer(&mut self, line: Line) -> Answer {
        self.clock = line.published.as_deref().and_then(Timestamp::parse).unwrap_or(self.clock);
        let id = line.id.unwrap_or_default();
        let source = line.source.unwrap_or_default();
        let official = line.official.unwrap_or(false);
        let text = ItemText {
            title: line.title.unwrap_or_default(),
            summary: line.summary.unwrap_or_default(),
            content: line.content.unwrap_or_default(),
            categories: line.categories.unwrap_or_default(),
            lang: line.lang,
        };
        let origin = Origin { source: &source, official, seen: Some(self.clock) };
        let judgement = judge(self.watchlist, &text, origin);
        let (story, copy_of) = self.group(&id, &source, &text, &judgement);
        Answer { id, source, official, text, published: self.clock, judgement, story, copy_of }
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
            alert: judgement.alert,
        };
        let placed = self.book.place(&candidate);
        let story = placed.story.unwrap_or_else(|| id.into());
        self.book.add(&candidate, &story, placed.copy_of.as_deref());
        (story, placed.copy_of)
    }
}
