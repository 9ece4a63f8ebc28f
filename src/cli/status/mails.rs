//! The part of `status` on mails: how many stand where, what waits and why, and each reader's newest digest.

use std::collections::BTreeMap;
use std::io::Write;

use serde::Serialize;

use super::{PAGE, seconds};
use crate::model::{MailKind, MailState, Timestamp};
use crate::notify::smtp::Fault;
use crate::store::{Archive, MailRow, StoreError};

#[derive(Debug, Serialize)]
pub(super) struct OutboxStatus {
    pending: u64,
    deferred: u64,
    uncertain: u64,
    refused: u64,
    dead: u64,
    sending: u64,
    sent: u64,
    /// Mails that were tried in vain and are tried again; null when there are none.
    waiting: Option<WaitingStatus>,
}

#[derive(Debug, Serialize)]
struct WaitingStatus {
    mails: usize,
    /// When the oldest of them was sealed.
    since: Timestamp,
    /// When one of them was last tried.
    tried: Timestamp,
    /// What was heard then.
    reply: String,
    /// What to look at, where the set-up is at fault.
    hint: Option<&'static str>,
}

#[derive(Debug, Serialize)]
pub(super) struct DigestStatus {
    reader: String,
    slot: Timestamp,
    /// When the last of its addresses was taken by the server; null while one is outstanding.
    sent: Option<Timestamp>,
    /// Addresses that it did not reach and is not sent to any more.
    unreached: Vec<String>,
    /// Whether some address has it.
    #[serde(skip)]
    had: bool,
    /// Whether it is still tried.
    #[serde(skip)]
    waits: bool,
}

pub(super) async fn outbox(archive: &dyn Archive) -> Result<OutboxStatus, StoreError> {
    let counts = archive.outbox().await?;
    let count = |state| counts.get(&state).copied().unwrap_or(0);
    let waiting = vec![MailState::Pending, MailState::Deferred, MailState::Uncertain];
    Ok(OutboxStatus {
        pending: count(MailState::Pending),
        deferred: count(MailState::Deferred),
        uncertain: count(MailState::Uncertain),
        refused: count(MailState::Refused),
        dead: count(MailState::Dead),
        sending: count(MailState::Sending),
        sent: count(MailState::Sent),
        waiting: in_vain(&archive.mails_in(waiting, PAGE).await?),
    })
}

/// Of the mails that wait: those that were tried, and what the last try came to.
fn in_vain(mails: &[MailRow]) -> Option<WaitingStatus> {
    let tried: Vec<&MailRow> = mails
        .iter()
        .filter(|one| one.next_attempt.is_some() && one.tried.is_some() && !one.reply.is_empty())
        .collect();
    let last = tried.iter().max_by_key(|one| one.tried)?;
    Some(WaitingStatus {
        mails: tried.len(),
        since: tried.iter().map(|one| one.at).min()?,
        tried: last.tried?,
        reply: last.reply.clone(),
        hint: Fault::told_by(&last.reply).map(Fault::hint),
    })
}

/// The newest digest of each reader, from the newest page of mails.
pub(super) async fn digests(archive: &dyn Archive) -> Result<Vec<DigestStatus>, StoreError> {
    let mails = archive.mails(None, PAGE).await?;
    let mut newest: BTreeMap<String, (String, Vec<MailRow>)> = BTreeMap::new();
    for mail in mails {
        let (MailKind::Digest | MailKind::OnDemand, Some(reader)) = (mail.kind, &mail.reader)
        else {
            continue;
        };
        let entry = newest
            .entry(reader.clone())
            .or_insert_with(|| (mail.key.as_str().to_owned(), Vec::new()));
        if entry.0 == mail.key.as_str() {
            entry.1.push(mail);
        }
    }
    Ok(newest.into_iter().map(|(reader, (key, rows))| digest(reader, &key, &rows)).collect())
}

fn digest(reader: String, key: &str, rows: &[MailRow]) -> DigestStatus {
    // A key ends with its slot: `digest:READER:2026-11-23T08:00:00Z`, and a reader's name may hold
    // colons of its own.
    let prefix = key.find(':').map_or(0, |at| at + 1) + reader.len() + 1;
    let sealed = rows.first().map_or(Timestamp::default(), |row| row.at);
    let slot = key.get(prefix..).and_then(Timestamp::parse).unwrap_or(sealed);
    let all_sent = rows.iter().all(|row| row.sent.is_some());
    let sent = rows.iter().filter_map(|row| row.sent).max();
    let over = |row: &&MailRow| matches!(row.state, MailState::Refused | MailState::Dead);
    DigestStatus {
        reader,
        slot,
        sent: sent.filter(|_| all_sent),
        unreached: rows.iter().filter(over).map(|row| row.address.clone()).collect(),
        had: sent.is_some(),
        waits: rows.iter().any(|row| row.next_attempt.is_some()),
    }
}

impl DigestStatus {
    fn words(&self) -> String {
        let unreached = self.unreached.join(", ");
        match (self.sent.map(seconds), self.unreached.is_empty()) {
            (Some(sent), _) => format!("sent {sent}"),
            (None, true) if self.waits => "not sent yet".to_owned(),
            (None, true) => "may have arrived".to_owned(),
            (None, false) if self.waits => {
                format!("not sent yet, and not delivered to {unreached}")
            }
            (None, false) if self.had => format!("sent, but not delivered to {unreached}"),
            (None, false) => format!("NOT DELIVERED to {unreached}"),
        }
    }
}

pub(super) fn print(
    outbox: &OutboxStatus,
    held: Option<Timestamp>,
    digests: &[DigestStatus],
    out: &mut dyn Write,
) -> std::io::Result<()> {
    writeln!(
        out,
        "Mails      {} sent, {} pending, {} deferred, {} uncertain, {} refused, {} dead",
        outbox.sent,
        outbox.pending + outbox.sending,
        outbox.deferred,
        outbox.uncertain,
        outbox.refused,
        outbox.dead
    )?;
    if let Some(at) = held {
        writeln!(
            out,
            "           held since the restore of {}: see restore --resume",
            seconds(at)
        )?;
    }
    if let Some(waiting) = &outbox.waiting {
        let WaitingStatus { mails, since, tried, reply, hint } = waiting;
        let (since, tried) = (seconds(*since), seconds(*tried));
        writeln!(
            out,
            "           {mails} not getting out since {since}, last tried {tried}: {reply}"
        )?;
        if let Some(hint) = hint {
            writeln!(out, "           hint: {hint}")?;
        }
    }
    for digest in digests {
        let (reader, slot) = (&digest.reader, seconds(digest.slot));
        writeln!(out, "  {reader:<24} digest of {slot} {}", digest.words())?;
    }
    Ok(())
}
