//! The line of a new item: the one that no trigger notes.
//!
//! Invariant: it reads, byte for byte, as the view `recorded_items` gives it; verifying compares the two.

use std::fmt::Write;

use rusqlite::Connection;
use rusqlite::types::ValueRef;

use crate::model::{Item, Timestamp};

use super::functions::digest_of;

/// Lines of the new items of a poll, until all are noted.
#[derive(Debug, Default)]
pub(in crate::store::sqlite) struct Lines {
    text: String,
    at: Option<Timestamp>,
}

impl Lines {
    /// Adds an item, with its categories as they are stored.
    pub(in crate::store::sqlite) fn add(&mut self, item: &Item, categories: Option<&str>) {
        let said = digest_of([
            text(&item.text.title),
            text(&item.text.summary),
            text(&item.text.content),
            maybe(categories),
            maybe(item.guid.as_deref()),
            maybe(item.link.as_deref()),
            item.published.map_or(ValueRef::Null, |at| ValueRef::Integer(at.millis())),
            maybe(item.text.lang.as_deref()),
        ]);
        // Nothing here needs escaping: ids of sources are checked where they are written, the others
        // are ours. Writing to a string does not fail.
        let _ = writeln!(
            self.text,
            "{{\"did\":\"item\",\"id\":\"{}\",\"revision\":{},\"source\":\"{}\",\
             \"arrival\":\"{}\",\"text\":\"{said}\",\"at\":{},\"official\":{}}}",
            item.id,
            item.revision,
            item.source,
            item.arrival.as_str(),
            item.first_seen.millis(),
            u8::from(item.official)
        );
        self.at = self.at.max(Some(item.first_seen));
    }

    /// Notes them.
    pub(in crate::store::sqlite) fn note(&self, connection: &Connection) -> rusqlite::Result<()> {
        match self.at {
            Some(at) => super::note_lines(connection, at, self.text.trim_end()),
            None => Ok(()),
        }
    }
}

fn text(text: &str) -> ValueRef<'_> {
    ValueRef::Text(text.as_bytes())
}

fn maybe(known: Option<&str>) -> ValueRef<'_> {
    known.map_or(ValueRef::Null, text)
}
