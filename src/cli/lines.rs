//! Items as JSON Lines, judged one after another: what `match` and `evaluate` have in common.
//!
//! Runs the very functions that the service runs, in constant memory: a line is read, judged and
//! forgotten, but for the window in which copies and stories are recognised. What is done with an
//! answer is the commands' own affair.

use std::fmt::Display;
use std::io::BufRead;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::exit::Failure;
use super::load;
use crate::detect::{Candidate, Origin, StoryBook, Watchlist, judge};
use crate::model::{ItemText, Judgement, Timestamp};

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

/// Hands every line of `input`, which is called `name`, to `each` with its number, from 1.
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
        each(number, &bytes)?;
    }
}

/// Reads one line, or says what is wrong with it and at which column.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    // Serde would take a list for an object whose keys are left out.
    if bytes.trim_ascii_start().starts_with(b"[") {
        return Err("a list; an object {…} is wanted".to_owned());
    }
    // Each line is a document of its own: "line 1" would contradict the number beside it.
    serde_json::from_slice(bytes)
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
