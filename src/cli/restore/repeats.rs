//! What may go out a second time after a restore, in words.

use std::io::Write;

use super::super::exit::Failure;
use super::super::outbox;
use crate::model::record::Restore;
use crate::model::{MailState, Timestamp};
use crate::store::{MailRow, Store};

/// Mails listed; more are counted.
const LISTED: usize = 100;

/// Lists them.
pub(super) async fn tell(
    store: &dyn Store,
    restore: &Restore,
    out: &mut dyn Write,
) -> Result<(), Failure> {
    let Restore { at, made, .. } = restore;
    writeln!(out, "Restored {} from a backup of {}.", second(*at), second(*made))?;
    let waiting =
        vec![MailState::Pending, MailState::Sending, MailState::Deferred, MailState::Uncertain];
    let mails = store.archive().mails_in(waiting, usize::MAX).await?;
    let mails: Vec<MailRow> =
        mails.into_iter().filter(|one| one.next_attempt.is_some() && one.at <= *made).collect();
    match mails.len() {
        0 => writeln!(out, "\nNo mail was waiting in the outbox when the backup was made.")?,
        n => {
            writeln!(
                out,
                "\n{} waiting in the outbox when the backup was made. Each may have gone \
                 out since, and goes out now; its Message-ID is the same. `watchlistd outbox drop ID` \
                 gives one up:",
                if n == 1 { "1 mail was".to_owned() } else { format!("{n} mails were") }
            )?;
            for mail in mails.into_iter().take(LISTED) {
                outbox::show(mail, out)?;
            }
            if n > LISTED {
                writeln!(out, "… and {} more", n - LISTED)?;
            }
        }
    }
    let mut some = false;
    for (reader, count) in store.archive().pending_by_reader().await? {
        if !std::mem::replace(&mut some, true) {
            writeln!(
                out,
                "\nAlerts that no mail in the backup tells. Those decided before it may have been told \
                 since; they are told now:"
            )?;
        }
        let reader = if reader.is_empty() { "the operator" } else { &reader };
        writeln!(out, "  {reader}: {count}")?;
    }
    writeln!(
        out,
        "\nDigests of the time since then go out as one for each reader. What sources published since \
         is read again as far as they still show it, and may be told again.\n"
    )?;
    Ok(())
}

fn second(at: Timestamp) -> Timestamp {
    Timestamp::from_millis(at.millis().div_euclid(1_000) * 1_000)
}
