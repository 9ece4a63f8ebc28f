//! Items: stored, found again, edited, read back at any revision.
//!
//! Invariant: no revision that waits to be assessed is ever overwritten without a copy, so whatever
//! was seen once is judged once.

use std::borrow::Cow;
use std::time::Duration;

use rusqlite::{CachedStatement, Connection, OptionalExtension, Row, params};

use crate::model::item::{Identity, Rekeyed, page_of};
use crate::model::{Item, ItemId, ItemText, Timestamp, id};

use super::{record, values};

/// How old the note that an item still stands in its feed may grow. Identities are kept for years,
/// so days do not matter, and noting it at every poll would cost a write for each item.
pub(super) const SHOWN_EVERY: Duration = Duration::from_hours(7 * 24);

/// What became of an item that was handed over for storing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stored {
    New,
    Edited,
    /// The very same was there already: the poll was repeated.
    Known,
}

/// The items of a poll on their way into the store: each is written at once, and what goes with it when
/// all of them are, since a statement for many rows costs a fraction of one for each.
pub(super) struct Storing<'a> {
    connection: &'a Connection,
    source: i64,
    item: CachedStatement<'a>,
    /// Keys of new items: hash and row.
    keys: Vec<(i64, i64)>,
    /// The rows of new items, first and last. Nobody else adds any in between.
    new: Option<(i64, i64)>,
    lines: record::Lines,
}

impl<'a> Storing<'a> {
    pub(super) fn new(connection: &'a Connection, source: i64) -> rusqlite::Result<Self> {
        Ok(Self {
            connection,
            source,
            item: connection.prepare_cached(
                // OR FAIL: a fault takes back the whole call anyway, and SQLite need not copy the pages
                // that one row touches to take back that row alone.
                "INSERT OR FAIL INTO items(id, source, revision, official, arrival, first_seen, published,
                     shown, lang, text_hash, guid, link, title, categories, summary, content)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?6, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
                 ON CONFLICT(source, id) DO NOTHING",
            )?,
            keys: Vec::new(),
            new: None,
            lines: record::Lines::default(),
        })
    }

    /// Writes what goes with the new items: their keys, their places in the line, their lines in the
    /// record.
    pub(super) fn end(mut self) -> rusqlite::Result<()> {
        self.catch_up()?;
        self.lines.note(self.connection)
    }

    /// Writes the keys of what is new so far, and queues it.
    fn catch_up(&mut self) -> rusqlite::Result<()> {
        let Some((first, last)) = self.new.take() else { return Ok(()) };
        self.keys.sort_unstable();
        let mut rest = self.keys.as_slice();
        for many in [KEYS_AT_ONCE, 1] {
            let mut insert = self.connection.prepare_cached(&add_keys_sql(many))?;
            while let Some((some, after)) = rest.split_at_checked(many) {
                if some.is_empty() {
                    break;
                }
                insert.raw_bind_parameter(1, self.source)?;
                for (at, (hash, item)) in some.iter().enumerate() {
                    insert.raw_bind_parameter(2 + 2 * at, hash)?;
                    insert.raw_bind_parameter(3 + 2 * at, item)?;
                }
                insert.raw_execute()?;
                rest = after;
            }
        }
        self.keys.clear();
        self.connection.prepare_cached(QUEUE_NEW)?.execute(params![first, last])?;
        Ok(())
    }

    /// Stores a new item, or a new revision of one that is known by its id, and queues it.
    pub(super) fn store(&mut self, item: &Item) -> rusqlite::Result<Stored> {
        let source = self.source;
        let categories = categories(&item.text)?;
        let inserted = self.item.execute(params![
            item.id,
            source,
            item.revision,
            item.official,
            item.arrival,
            item.first_seen,
            item.published,
            item.text.lang,
            item.text_hash,
            item.guid,
            item.link,
            item.text.title,
            categories,
            item.text.summary,
            item.text.content
        ])?;
        if inserted == 0 {
            // It may be an edit of what has just come.
            self.catch_up()?;
            return edit(self.connection, source, item);
        }
        self.lines.add(item, categories.as_deref());
        let row = self.connection.last_insert_rowid();
        let (guid, link) = (item.guid.as_deref(), item.link.as_deref());
        self.keys.extend(hashes_of(guid, link, &item.text_hash).map(|hash| (hash, row)));
        self.new = Some((self.new.map_or(row, |(first, _)| first), row));
        Ok(Stored::New)
    }
}

/// Keys that one statement adds.
const KEYS_AT_ONCE: usize = 16;

/// A statement that adds so many keys of a source.
fn add_keys_sql(many: usize) -> Cow<'static, str> {
    if many == 1 {
        return Cow::Borrowed(ADD_KEY);
    }
    let rows: Vec<String> =
        (0..many).map(|at| format!("(?1, ?{}, ?{})", 2 + 2 * at, 3 + 2 * at)).collect();
    let rows = rows.join(", ");
    Cow::Owned(format!("INSERT OR IGNORE INTO item_keys(source, hash, item) VALUES {rows}"))
}

const ADD_KEY: &str = "INSERT OR IGNORE INTO item_keys(source, hash, item) VALUES (?1, ?2, ?3)";

const QUEUE: &str = "INSERT INTO waiting(item, revision) VALUES (?1, ?2)";

/// Queues the new items of a poll, which lie side by side.
const QUEUE_NEW: &str = "INSERT INTO waiting(item, revision) SELECT key, revision FROM items WHERE key BETWEEN ?1 AND ?2";

fn edit(connection: &Connection, source: i64, item: &Item) -> rusqlite::Result<Stored> {
    let (key, revision, old): (i64, u32, Identity) = connection
        .prepare_cached(
            "SELECT key, revision, guid, link, text_hash FROM items WHERE source = ?1 AND id = ?2",
        )?
        .query_row(params![source, item.id], |row| {
            Ok((row.get(0)?, row.get(1)?, keys_of(row, 2)?))
        })?;
    let new = identity(item);
    if old == new {
        return Ok(Stored::Known);
    }
    keep_revision(connection, key, revision)?;
    let revision = item.revision.max(revision + 1);
    connection
        .prepare_cached(
            "UPDATE items SET began = CASE revision WHEN 1 THEN first_seen ELSE began END,
                 title_before = title, revision = ?2, official = ?3, arrival = ?4, first_seen = ?5,
                 published = ?6, shown = ?5, pruned = NULL, lang = ?7, text_hash = ?8, guid = ?9,
                 link = ?10, title = ?11, categories = ?12, summary = ?13, content = ?14
             WHERE key = ?1",
        )?
        .execute(params![
            key,
            revision,
            item.official,
            item.arrival,
            item.first_seen,
            item.published,
            item.text.lang,
            item.text_hash,
            item.guid,
            item.link,
            item.text.title,
            categories(&item.text)?,
            item.text.summary,
            item.text.content
        ])?;
    remove_keys(connection, source, key, &old)?;
    add_keys(connection, source, key, &new)?;
    connection.prepare_cached(QUEUE)?.execute(params![key, revision])?;
    Ok(Stored::Edited)
}

/// Gives a known item the keys under which its source shows it now. Its words are the same, so its
/// revision stays and nothing waits; a trigger notes its line in the record.
pub(super) fn rekey(
    connection: &Connection,
    source: i64,
    rekeyed: &Rekeyed,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let known = connection
        .prepare_cached(
            "SELECT key, guid, link, text_hash FROM items WHERE source = ?1 AND id = ?2",
        )?
        .query_row(params![source, rekeyed.item], |row| {
            Ok((row.get::<_, i64>(0)?, keys_of(row, 1)?))
        })
        .optional()?;
    let Some((key, old)) = known else { return Ok(()) };
    let Rekeyed { item: _, guid, link, learnt } = rekeyed.clone();
    let new = Identity { guid, link, text_hash: old.text_hash.clone() };
    if old == new {
        return Ok(());
    }
    connection
        .prepare_cached(
            "UPDATE items SET guid = ?2, link = ?3, learnt = ?4, shown = ?5 WHERE key = ?1",
        )?
        .execute(params![key, new.guid, new.link, learnt, now])?;
    remove_keys(connection, source, key, &old)?;
    add_keys(connection, source, key, &new)
}

/// Copies the present revision aside if somebody still needs it.
fn keep_revision(connection: &Connection, key: i64, revision: u32) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO revisions
             SELECT key, revision, arrival, first_seen, published, lang, text_hash, guid, link,
                    title, categories, summary, content
             FROM items WHERE key = ?1 AND coalesce(pruned, 0) = 0
               AND (EXISTS (SELECT 1 FROM waiting WHERE item = ?1 AND revision = ?2)
                 OR EXISTS (SELECT 1 FROM decisions WHERE item = ?1 AND revision = ?2))
             ON CONFLICT DO NOTHING",
        )?
        .execute(params![key, revision])?;
    Ok(())
}

/// Notes that known items still stand in their feed.
pub(super) fn note_shown(
    connection: &Connection,
    source: i64,
    seen: &[ItemId],
    noted: Timestamp,
    now: Timestamp,
) -> rusqlite::Result<bool> {
    if seen.is_empty() {
        return Ok(false);
    }
    if now.since(noted) < SHOWN_EVERY {
        // What stood there when this was last noted is noted; what came back since is not.
        connection
            .prepare_cached(
                "UPDATE items SET shown = ?3 WHERE source = ?1 AND shown < ?4
                   AND id IN (SELECT value FROM json_each(?2))",
            )?
            .execute(params![source, values::json(&seen)?, now, now.minus(SHOWN_EVERY)])?;
        return Ok(false);
    }
    let mut update = connection.prepare_cached(
        "UPDATE items SET shown = ?3 WHERE source = ?1 AND id = ?2 AND shown < ?3",
    )?;
    for item in seen {
        update.execute(params![source, item, now])?;
    }
    Ok(true)
}

/// An item at one of its revisions, or as it stands where that one is not kept: it had no hits.
pub(super) fn at_or_newest(
    connection: &Connection,
    key: i64,
    revision: u32,
) -> rusqlite::Result<Item> {
    let newest = newest(connection, key)?;
    if newest.revision == revision {
        return Ok(newest);
    }
    Ok(earlier(connection, key, revision, &newest)?.unwrap_or(newest))
}

/// An item at one of its revisions, if that one is kept.
pub(super) fn at(
    connection: &Connection,
    key: i64,
    revision: u32,
) -> rusqlite::Result<Option<Item>> {
    let newest = newest(connection, key)?;
    if newest.revision == revision {
        return Ok(Some(newest));
    }
    earlier(connection, key, revision, &newest)
}

/// When an item was first seen, in whatever words, if that is known.
pub(super) fn began(connection: &Connection, key: i64) -> rusqlite::Result<Option<Timestamp>> {
    connection
        .prepare_cached(
            "SELECT CASE revision WHEN 1 THEN first_seen ELSE began END FROM items WHERE key = ?1",
        )?
        .query_row([key], |row| row.get(0))
}

/// The headline of a revision of which nothing else is kept: only that before the present one's is.
pub(super) fn headline(
    connection: &Connection,
    key: i64,
    revision: u32,
) -> rusqlite::Result<Option<String>> {
    connection
        .prepare_cached("SELECT title_before FROM items WHERE key = ?1 AND revision = ?2 + 1")?
        .query_row(params![key, revision], |row| row.get(0))
        .optional()
        .map(Option::flatten)
}

fn newest(connection: &Connection, key: i64) -> rusqlite::Result<Item> {
    connection
        .prepare_cached(&format!(
            "SELECT {ITEM} FROM items i JOIN sources s ON s.key = i.source WHERE i.key = ?1"
        ))?
        .query_row([key], |row| item(row, 0))
}

fn earlier(
    connection: &Connection,
    key: i64,
    revision: u32,
    newest: &Item,
) -> rusqlite::Result<Option<Item>> {
    connection
        .prepare_cached(
            "SELECT arrival, first_seen, published, lang, text_hash, guid, link, title, categories,
                    summary, content FROM revisions WHERE item = ?1 AND revision = ?2",
        )?
        .query_row(params![key, revision], |row| {
            Ok(Item {
                revision,
                arrival: row.get(0)?,
                first_seen: row.get(1)?,
                published: row.get(2)?,
                text_hash: row.get(4)?,
                guid: row.get(5)?,
                link: row.get(6)?,
                text: ItemText {
                    lang: row.get(3)?,
                    title: row.get(7)?,
                    categories: categories_of(row, 8)?,
                    summary: row.get(9)?,
                    content: row.get(10)?,
                },
                ..newest.clone()
            })
        })
        .optional()
}

/// The columns of [`item`], of `items AS i` and `sources AS s`.
pub(super) const ITEM: &str = "i.id, i.revision, s.id, i.official, i.guid, i.link, i.title, \
     i.summary, i.content, i.categories, i.lang, i.text_hash, i.published, i.first_seen, i.arrival";

/// An item from the columns of [`ITEM`] at `at`.
pub(super) fn item(row: &Row<'_>, at: usize) -> rusqlite::Result<Item> {
    Ok(Item {
        id: row.get(at)?,
        revision: row.get(at + 1)?,
        source: row.get(at + 2)?,
        official: row.get(at + 3)?,
        guid: row.get(at + 4)?,
        link: row.get(at + 5)?,
        text: ItemText {
            title: row.get(at + 6)?,
            summary: row.get(at + 7)?,
            content: row.get(at + 8)?,
            categories: categories_of(row, at + 9)?,
            lang: row.get(at + 10)?,
        },
        text_hash: row.get(at + 11)?,
        published: row.get(at + 12)?,
        first_seen: row.get(at + 13)?,
        arrival: row.get(at + 14)?,
    })
}

fn categories(text: &ItemText) -> rusqlite::Result<Option<String>> {
    if text.categories.is_empty() { Ok(None) } else { values::json(&text.categories).map(Some) }
}

fn categories_of(row: &Row<'_>, at: usize) -> rusqlite::Result<Vec<String>> {
    match row.get_ref(at)?.as_str_or_null()? {
        None => Ok(Vec::new()),
        Some(text) => values::parse_json(text, at),
    }
}

fn identity(item: &Item) -> Identity {
    Identity { guid: item.guid.clone(), link: item.link.clone(), text_hash: item.text_hash.clone() }
}

/// The keys of an item from three columns.
pub(super) fn keys_of(row: &Row<'_>, at: usize) -> rusqlite::Result<Identity> {
    Ok(Identity { guid: row.get(at)?, link: row.get(at + 1)?, text_hash: row.get(at + 2)? })
}

/// The keys by which an item is found: 64 bits of a hash, so that long addresses need no index.
/// Two keys that collide only make the identity rules look at one item more.
pub(super) fn hashes(identity: &Identity) -> impl Iterator<Item = i64> + use<> {
    let Identity { guid, link, text_hash } = identity;
    hashes_of(guid.as_deref(), link.as_deref(), text_hash)
}

fn hashes_of(
    guid: Option<&str>,
    link: Option<&str>,
    text_hash: &str,
) -> impl Iterator<Item = i64> + use<> {
    let short = |kind: &str, key: &str| {
        let whole = id::digest(&[kind, key]);
        let mut first = [0; 8];
        first.copy_from_slice(&whole[..8]);
        i64::from_be_bytes(first)
    };
    let keys = [
        guid.map(|guid| short("guid", guid)),
        link.map(|link| short("link", page_of(link))),
        Some(short("text", text_hash)),
    ];
    keys.into_iter().flatten()
}

fn add_keys(
    connection: &Connection,
    source: i64,
    item: i64,
    identity: &Identity,
) -> rusqlite::Result<()> {
    let mut insert = connection.prepare_cached(ADD_KEY)?;
    for hash in hashes(identity) {
        insert.execute(params![source, hash, item])?;
    }
    Ok(())
}

/// Takes an item's keys away.
pub(super) fn remove_keys(
    connection: &Connection,
    source: i64,
    item: i64,
    identity: &Identity,
) -> rusqlite::Result<()> {
    let mut delete = connection
        .prepare_cached("DELETE FROM item_keys WHERE source = ?1 AND hash = ?2 AND item = ?3")?;
    for hash in hashes(identity) {
        delete.execute(params![source, hash, item])?;
    }
    Ok(())
}

/// The row of an item by its id alone: a question to each source, so none for every item.
pub(super) fn key(connection: &Connection, id: &ItemId) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached(
            "SELECT i.key FROM sources s CROSS JOIN items i ON i.source = s.key AND i.id = ?1",
        )?
        .query_row(params![id], |row| row.get(0))
        .optional()
}

/// When a revision was first seen.
pub(super) fn first_seen(
    connection: &Connection,
    key: i64,
    revision: u32,
) -> rusqlite::Result<Timestamp> {
    connection
        .prepare_cached(
            "SELECT coalesce((SELECT first_seen FROM revisions WHERE item = ?1 AND revision = ?2),
                             (SELECT first_seen FROM items WHERE key = ?1))",
        )?
        .query_row(params![key, revision], |row| row.get(0))
}
