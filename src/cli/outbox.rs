//! `watchlistd outbox`: mails that have not gone out, why, and what a person can do about each.
//!
//! Works beside a running service, which notices within a minute. The JSON's keys are only ever
//! added to: scripts read them.

use std::io::Write;
use std::path::PathBuf;

use serde::Serialize;

use super::exit::{Exit, Failure};
use super::ids;
use super::load::{self, Folder};
use crate::clock::{Clock, SystemClock};
use crate::model::{MailId, MailKind, MailState, Timestamp};
use crate::notify::smtp::Fault;
use crate::store::{Amend, Amended, MailRow, Store};

/// What `outbox` is told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// List mails, newest first: all that were not sent, or those in the states named
    List(List),
    /// Try mails again now, also refused and dead ones
    Retry(Ids),
    /// Give mails up; what no other address was told comes back in the reader's next mail. One that may have
    /// arrived counts as told until it is dropped once more
    Drop(Ids),
}

#[derive(Debug, clap::Args)]
struct List {
    /// Only mails in this state; may be given more than once
    #[arg(long, value_name = "STATE", value_parser = state)]
    state: Vec<MailState>,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 200)]
    limit: usize,
    /// One JSON array instead of text
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
struct Ids {
    /// Ids as `outbox list` shows them, or their first letters
    #[arg(value_name = "ID", required_unless_present = "waiting")]
    ids: Vec<String>,
    /// All that wait for another attempt
    #[arg(long, conflicts_with = "ids")]
    waiting: bool,
}

fn state(text: &str) -> Result<MailState, String> {
    MailState::named(text).ok_or_else(|| {
        let names: Vec<&str> = MailState::ALL.iter().map(|one| one.as_str()).collect();
        format!("the states are {}", names.join(", "))
    })
}

/// Lists or amends.
pub fn run(
    arguments: &Arguments,
    config: Option<PathBuf>,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    let folder = Folder::named(config);
    load::wait(async {
        match &arguments.command {
            Command::List(list) => list_mails(&folder, list, out).await,
            Command::Retry(ids) => amend(&folder, ids, Amend::Retry, out).await,
            Command::Drop(ids) => amend(&folder, ids, Amend::Drop, out).await,
        }
    })
}

#[derive(Debug, Serialize)]
struct Row {
    id: String,
    kind: MailKind,
    /// Null for the operator.
    reader: Option<String>,
    address: String,
    state: MailState,
    subject: String,
    sealed: Timestamp,
    sent: Option<Timestamp>,
    /// Those that counted: where the set-up is at fault no mail pays for it.
    attempts: u32,
    /// When it was last tried, or came to rest; null before.
    tried: Option<Timestamp>,
    /// Null when nothing more is tried.
    next_attempt: Option<Timestamp>,
    /// The server's last words, or what happened instead; empty before the first attempt.
    reply: String,
}

impl From<MailRow> for Row {
    fn from(mail: MailRow) -> Self {
        Self {
            id: mail.id.to_string(),
            kind: mail.kind,
            reader: mail.reader,
            address: mail.address,
            state: mail.state,
            subject: mail.subject,
            sealed: mail.at,
            sent: mail.sent,
            attempts: mail.attempts,
            tried: mail.tried,
            // Of one that is being sent it is the end of a lease, which nobody waits for.
            next_attempt: mail.next_attempt.filter(|_| mail.state != MailState::Sending),
            reply: mail.reply,
        }
    }
}

async fn list_mails(folder: &Folder, list: &List, out: &mut dyn Write) -> Result<Exit, Failure> {
    let store = load::open_for_reading(folder)?;
    let states = match list.state.is_empty() {
        true => MailState::ALL.into_iter().filter(|one| *one != MailState::Sent).collect(),
        false => list.state.clone(),
    };
    // One more than shown tells whether there are more.
    let mut mails = store.archive().mails_in(states, list.limit.saturating_add(1)).await?;
    let more = mails.len() > list.limit;
    mails.truncate(list.limit);
    let rows: Vec<Row> = mails.into_iter().map(Row::from).collect();
    if list.json {
        serde_json::to_writer_pretty(&mut *out, &rows).map_err(std::io::Error::from)?;
        writeln!(out)?;
        return Ok(Exit::Fine);
    }
    if rows.is_empty() {
        writeln!(out, "No mail {}.", if list.state.is_empty() { "waits" } else { "stands so" })?;
    }
    for row in &rows {
        print(row, out)?;
    }
    if more {
        writeln!(out, "There are more; --limit shows them.")?;
    }
    Ok(Exit::Fine)
}

/// Prints one mail as `outbox list` does.
pub(super) fn show(mail: MailRow, out: &mut dyn Write) -> std::io::Result<()> {
    print(&Row::from(mail), out)
}

fn print(row: &Row, out: &mut dyn Write) -> std::io::Result<()> {
    let whose = row.reader.as_deref().unwrap_or("the operator");
    writeln!(out, "{}  {:<9} {} ({whose})", row.id, row.state.as_str(), row.address)?;
    writeln!(out, "    {}", row.subject)?;
    let kind = match row.kind {
        MailKind::OnDemand => "digest, asked for,",
        other => other.as_str(),
    };
    write!(out, "    {kind} of {}", seconds(row.sealed))?;
    let fault = row.next_attempt.and_then(|_| Fault::told_by(&row.reply));
    match (row.attempts, row.next_attempt, row.sent) {
        (_, _, Some(sent)) => writeln!(out, ", sent {}", seconds(sent))?,
        (0, Some(next), _) if let Some(tried) = row.tried => writeln!(
            out,
            ", last tried {} at no cost to the mail, next {}",
            seconds(tried),
            seconds(next)
        )?,
        (0, Some(next), _) => writeln!(out, ", first try {}", seconds(next))?,
        (n, Some(next), _) => writeln!(out, ", {} made, next {}", tries(n), seconds(next))?,
        (n, None, _) if row.state == MailState::Sending => {
            writeln!(out, ", {} made, being sent", tries(n))?;
        }
        (n, None, _) => writeln!(out, ", {} made, no more", tries(n))?,
    }
    if !row.reply.is_empty() {
        writeln!(out, "    {}", row.reply)?;
    }
    if let Some(fault) = fault {
        writeln!(out, "    hint: {}", fault.hint())?;
    }
    Ok(())
}

fn tries(n: u32) -> String {
    if n == 1 { "1 try".to_owned() } else { format!("{n} tries") }
}

/// To the second: nobody reads milliseconds.
fn seconds(at: Timestamp) -> Timestamp {
    Timestamp::from_millis(at.millis().div_euclid(1_000) * 1_000)
}

async fn amend(
    folder: &Folder,
    ids: &Ids,
    amend: Amend,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    let store = load::open_to_amend(folder)?;
    let now = SystemClock.now();
    let mut missing = 0_u32;
    for id in chosen(&*store, ids).await? {
        match store.amend_mail(id.clone(), amend, now).await? {
            Amended::Done(was) => {
                let now = if amend == Amend::Retry { "is tried again now" } else { "is given up" };
                writeln!(out, "{id} was {} and {now}", was.as_str())?;
            }
            Amended::Rests(was) => writeln!(
                out,
                "{id} was {} and is tried no more; it may have arrived, so what it told counts as told \
                 (if it did not, drop it once more)",
                was.as_str()
            )?,
            Amended::Not(state) => {
                missing += 1;
                writeln!(out, "{id} is {} and stays so", state.as_str())?;
            }
            Amended::Unknown => {
                missing += 1;
                writeln!(out, "{id} is no mail of the outbox")?;
            }
        }
    }
    match missing {
        0 => Ok(Exit::Fine),
        n => {
            out.flush()?;
            let what = if n == 1 { "a mail was".into() } else { format!("{n} mails were") };
            Err(Failure::new(Exit::Data, anyhow::anyhow!("{what} left as before"))
                .hint("`watchlistd outbox list` shows ids and states"))
        }
    }
}

async fn chosen(store: &dyn Store, ids: &Ids) -> Result<Vec<MailId>, Failure> {
    if !ids.waiting {
        let mut chosen = Vec::new();
        // All of them before the first is touched: of what begins several ids nobody knows what is meant.
        for typed in &ids.ids {
            let known = ids::begun(store.archive(), "m", typed).await?;
            chosen.push(MailId::stored(known.unwrap_or_else(|| typed.trim().to_owned())));
        }
        return Ok(chosen);
    }
    let waiting = vec![MailState::Pending, MailState::Deferred, MailState::Uncertain];
    let rows = store.archive().mails_in(waiting, usize::MAX).await?;
    Ok(rows.into_iter().filter(|one| one.next_attempt.is_some()).map(|one| one.id).collect())
}
