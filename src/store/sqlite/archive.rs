//! The reading side, in pages.
//!
//! A page starts after an id that the page before it ended with; an id that is gone starts over at
//! the beginning of what is left rather than answering nothing.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};

use crate::model::mail::{Changed, Refusal};
use crate::model::record::{Entry, Head, Restore, Verified};
use crate::model::source::{Gap, Health};
use crate::model::{
    Action, AlertId, Canary, Item, ItemId, Judgement, MailId, MailKind, MailState, Pause,
    PendingNotice, Recovered, SourceCoverage, SourceId, Timestamp,
};
use crate::store::review::{Absence, Review};
use crate::store::{
    About, Account, Answer, Archive, CanaryProgress, ConfigVersion, DecidedRow, FileChange,
    MailRow, RejectedEdit, SeenMark, SeenPage, Size, SourceRow, Start, StoredMail,
};

use super::items::{self, ITEM};
use super::values::{self, SOURCE, SOURCE_WIDTH, SOURCES, STATE, STATE_WIDTH};
use super::{
    Sqlite, actions, answers, assess, canary, clock, config, coverage, deliver, mails, outbox,
    pauses, record, restores, reviews, seen, size, sources, starts, told,
};

impl Archive for Sqlite {
    fn config_in_force(&self) -> Answer<'_, Option<ConfigVersion>> {
        self.read("read the configuration in force", config::in_force)
    }

    fn config_at(&self, at: Timestamp) -> Answer<'_, Option<ConfigVersion>> {
        self.read("read an earlier configuration", move |connection| config::at(connection, at))
    }

    fn left_out(&self) -> Answer<'_, Option<Vec<String>>> {
        self.read("read what is left out of the configuration", config::left_out)
    }

    fn last_start(&self) -> Answer<'_, Option<Start>> {
        self.read("read the last start", starts::last)
    }

    fn restores(&self) -> Answer<'_, Vec<Restore>> {
        self.read("read the restores", restores::all)
    }

    fn rejected_edit(&self) -> Answer<'_, Option<RejectedEdit>> {
        self.read("read the refused edit", config::waiting)
    }

    fn sources(&self, after: Option<SourceId>, limit: usize) -> Answer<'_, Vec<SourceRow>> {
        self.read("list sources", move |connection| sources(connection, after.as_ref(), limit))
    }

    fn known_sources(&self) -> Answer<'_, Vec<SourceCoverage>> {
        self.read("list sources", |connection| coverage::sources(connection, true))
    }

    fn recovered(&self, from: Timestamp, until: Timestamp) -> Answer<'_, Vec<Recovered>> {
        self.read("list recovered sources", move |connection| {
            coverage::recovered(connection, from, until)
        })
    }

    fn changed(
        &self,
        reader: String,
        from: Timestamp,
        until: Timestamp,
        limit: usize,
    ) -> Answer<'_, Vec<Changed>> {
        self.read("list changed items", move |connection| {
            deliver::changed(connection, &reader, (from, until), limit)
        })
    }

    fn sources_by_health(&self) -> Answer<'_, BTreeMap<Health, (u64, u64)>> {
        self.read("count sources", sources::census)
    }

    fn sources_read(&self, now: Timestamp) -> Answer<'_, u64> {
        self.read("count sources that are read", move |connection| coverage::read(connection, now))
    }

    fn pending_by_reader(&self) -> Answer<'_, BTreeMap<String, u64>> {
        self.read("count notices", deliver::pending_by_reader)
    }

    fn outbox(&self) -> Answer<'_, BTreeMap<MailState, u64>> {
        self.read("count mails", outbox::census)
    }

    fn mails(&self, after: Option<MailId>, limit: usize) -> Answer<'_, Vec<MailRow>> {
        self.read("list mails", move |connection| mails::mails(connection, after.as_ref(), limit))
    }

    fn mails_in(&self, states: Vec<MailState>, limit: usize) -> Answer<'_, Vec<MailRow>> {
        self.read("list mails", move |connection| mails::mails_in(connection, &states, limit))
    }

    fn oldest_waiting(&self) -> Answer<'_, Option<Timestamp>> {
        self.read("look how long mails wait", outbox::oldest_waiting)
    }

    fn mails_of(&self, message_id: String) -> Answer<'_, Vec<MailRow>> {
        self.read("look for a Message-ID", move |connection| mails::of(connection, &message_id))
    }

    fn stored_mail(&self, mail: MailId) -> Answer<'_, Option<StoredMail>> {
        self.read("read a mail", move |connection| mails::stored_mail(connection, &mail))
    }

    fn newest_digest(&self, reader: String) -> Answer<'_, Option<MailId>> {
        self.read("find the last digest", move |connection| {
            mails::newest_digest(connection, &reader)
        })
    }

    fn alerts_between(
        &self,
        from: Timestamp,
        until: Timestamp,
        limit: usize,
    ) -> Answer<'_, Vec<PendingNotice>> {
        self.read("read alerts", move |connection| deliver::between(connection, from, until, limit))
    }

    fn operator_mails(&self, since: Timestamp) -> Answer<'_, Vec<MailRow>> {
        self.read("read the operator's mails", move |connection| {
            mails::operator_mails(connection, since)
        })
    }

    fn refusals(&self, addresses: Vec<String>, since: Timestamp) -> Answer<'_, Vec<Refusal>> {
        self.read("read which mails were refused", move |connection| {
            mails::refusals(connection, &addresses, since)
        })
    }

    fn in_vain(&self, reader: String, kinds: Vec<MailKind>) -> Answer<'_, Vec<Vec<String>>> {
        self.read("read which mails reached nobody", move |connection| {
            mails::in_vain(connection, &reader, &kinds)
        })
    }

    fn last_sealed(&self, prefix: String, until: Timestamp) -> Answer<'_, Option<Timestamp>> {
        self.read("look for an occasion", move |connection| {
            connection
                .prepare_cached(
                    "SELECT max(at) FROM occasions
                     WHERE key >= ?1 AND key < ?1 || char(0x10FFFF) AND at <= ?2",
                )?
                .query_row(params![prefix, until], |row| row.get(0))
        })
    }

    fn items(&self, after: Option<ItemId>, limit: usize) -> Answer<'_, Vec<Item>> {
        self.read("list items", move |connection| stored(connection, after.as_ref(), limit))
    }

    fn items_seen(
        &self,
        from: Timestamp,
        until: Timestamp,
        after: Option<SeenMark>,
        limit: usize,
    ) -> Answer<'_, SeenPage> {
        self.read("read items of a time", move |connection| {
            seen::page(connection, (from, until), after, limit)
        })
    }

    fn decisions_on(&self, items: Vec<ItemId>) -> Answer<'_, Vec<(ItemId, Option<Judgement>)>> {
        self.read("read decisions", move |connection| assess::decisions_on(connection, &items))
    }

    fn programs(&self) -> Answer<'_, Vec<String>> {
        self.read("read which programs ran", record::programs)
    }

    fn accounts(&self, from: Timestamp, until: Timestamp) -> Answer<'_, Vec<Account>> {
        self.read("read how sources were polled", move |connection| {
            answers::accounts(connection, from, until)
        })
    }

    fn pauses_between(&self, from: Timestamp, until: Timestamp) -> Answer<'_, Vec<Pause>> {
        self.read("read pauses", move |connection| pauses::between(connection, from, until))
    }

    fn ahead_of(&self, now: Timestamp) -> Answer<'_, Option<Timestamp>> {
        self.read("look for later times", move |connection| clock::ahead(connection, now))
    }

    fn gaps_between(&self, from: Timestamp, until: Timestamp) -> Answer<'_, Vec<Gap>> {
        self.read("read gaps", move |connection| coverage::gaps(connection, from, until))
    }

    fn decided(
        &self,
        about: About,
        from: Timestamp,
        until: Timestamp,
        after: i64,
        limit: usize,
    ) -> Answer<'_, Vec<DecidedRow>> {
        self.read("read decisions", move |connection| {
            answers::decided(connection, &about, (from, until), after, limit)
        })
    }

    fn item(&self, item: ItemId) -> Answer<'_, Option<Item>> {
        self.read("read an item", move |connection| told::item(connection, &item))
    }

    fn began(&self, item: ItemId) -> Answer<'_, Option<Timestamp>> {
        self.read("read when an item was first seen", move |connection| {
            let key = items::key(connection, &item)?;
            key.map_or(Ok(None), |key| items::began(connection, key))
        })
    }

    fn ids_like(&self, begins: String, limit: usize) -> Answer<'_, Vec<String>> {
        self.read("look for an id", move |connection| told::ids_like(connection, &begins, limit))
    }

    fn told_by(&self, mail: MailId) -> Answer<'_, Vec<AlertId>> {
        self.read("read what a mail told", move |connection| told::told_by(connection, &mail))
    }

    fn actions(
        &self,
        subject: Option<String>,
        from: Timestamp,
        until: Timestamp,
        limit: usize,
    ) -> Answer<'_, Vec<Action>> {
        self.read("read what people did", move |connection| {
            actions::between(connection, subject.as_deref(), (from, until), limit)
        })
    }

    fn record_naming(&self, ids: Vec<String>, limit: usize) -> Answer<'_, Vec<Entry>> {
        self.read("read the record", move |connection| record::naming(connection, &ids, limit))
    }

    fn config_versions(&self, after: u64, limit: usize) -> Answer<'_, Vec<ConfigVersion>> {
        self.read("read configurations", move |connection| {
            answers::versions(connection, after, limit)
        })
    }

    fn file_changes(
        &self,
        name: String,
        from: Timestamp,
        after: u64,
        limit: usize,
    ) -> Answer<'_, Vec<FileChange>> {
        self.read("read the changes of a file", move |connection| {
            config::file_changes(connection, &name, from, (after, limit))
        })
    }

    fn canaries(&self, from: Timestamp, until: Timestamp) -> Answer<'_, Vec<Canary>> {
        self.read("list canaries", move |connection| canary::between(connection, from, until))
    }

    fn canary_progress(&self, day: String) -> Answer<'_, CanaryProgress> {
        self.read("follow a canary", move |connection| canary::progress(connection, &day))
    }

    fn size(&self) -> Answer<'_, Size> {
        self.read("measure the database", size::read)
    }

    fn reviews(&self, limit: usize) -> Answer<'_, Vec<Review>> {
        self.read("read reviews", move |connection| reviews::newest(connection, limit))
    }

    fn stood_by(&self) -> Answer<'_, Option<u64>> {
        self.read("read which version is stood by", reviews::stood_by)
    }

    fn absences(&self, since: Timestamp) -> Answer<'_, Vec<Absence>> {
        self.read("read absences", move |connection| reviews::absences(connection, since))
    }

    fn record_head(&self) -> Answer<'_, Option<Head>> {
        self.read("read the end of the record", record::head)
    }

    fn record(&self, after: u64, limit: usize) -> Answer<'_, Vec<Entry>> {
        self.read("read the record", move |connection| record::entries(connection, after, limit))
    }

    fn verify_record(&self, kept: Option<Head>) -> Answer<'_, Verified> {
        self.read("verify the record", move |connection| record::verify(connection, kept.as_ref()))
    }
}

fn sources(
    connection: &Connection,
    after: Option<&SourceId>,
    limit: usize,
) -> rusqlite::Result<Vec<SourceRow>> {
    let mut select = connection.prepare_cached(&format!(
        "SELECT {SOURCE}, {STATE}, u.next_poll, t.items
         FROM {SOURCES}
         WHERE s.retired IS NULL AND NOT s.synthetic AND s.id > ?1 ORDER BY s.id LIMIT ?2"
    ))?;
    let after = after.map_or("", SourceId::as_str);
    let rows = select.query_map(params![after, values::size(limit)], |row| {
        Ok(SourceRow {
            source: values::source(row, 0)?,
            state: values::state(row, SOURCE_WIDTH)?,
            next_poll: row.get(SOURCE_WIDTH + STATE_WIDTH)?,
            items: values::count(row, SOURCE_WIDTH + STATE_WIDTH + 1)?,
        })
    })?;
    rows.collect()
}

/// Items whose text is kept, in stored order.
fn stored(
    connection: &Connection,
    after: Option<&ItemId>,
    limit: usize,
) -> rusqlite::Result<Vec<Item>> {
    let after = after.map(|after| items::key(connection, after)).transpose()?.flatten();
    let mut select = connection.prepare_cached(&format!(
        "SELECT {ITEM} FROM items i JOIN sources s ON s.key = i.source
         WHERE i.key > ?1 AND coalesce(i.pruned, 0) = 0 AND NOT s.synthetic ORDER BY i.key LIMIT ?2"
    ))?;
    let from = after.unwrap_or(0);
    let rows = select.query_map(params![from, values::size(limit)], |row| items::item(row, 0))?;
    rows.collect()
}
