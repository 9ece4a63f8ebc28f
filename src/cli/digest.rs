//! `watchlistd digest`: a look at the next digest, a stored one once more, the last days together.
//!
//! All of it goes by the files in force, works beside a running service, and changes nothing of what
//! readers are owed.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::exit::{Exit, Failure};
use super::load::{self, Folder, InStore};
use crate::clock::SystemClock;
use crate::daemon::wire::Access;
use crate::model::{Located, MailId};
use crate::notify::reader::{self, Reader};
use crate::notify::smtp::Transport;
use crate::pipeline::Ground;
use crate::pipeline::deliver::{Composed, Deliverer};
use crate::store::StoredMail;

/// What becomes of a mail that a command made.
const IN_THE_OUTBOX: &str = "It lies in the outbox: a running service sends it within a minute, else \
     the next `once` or `run` does.";

/// What `digest` is told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Show the digest that a reader would get now; seals and sends nothing
    Preview(Preview),
    /// Show the last days of a reader once more, told or not; --send mails it, too
    Recap(Recap),
    /// Send a stored digest once more, marked as a repeat
    Resend(Resend),
}

#[derive(Debug, clap::Args)]
struct Preview {
    /// The reader, by name
    reader: String,
    /// Also write the HTML part to this file
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
struct Recap {
    /// The reader, by name
    reader: String,
    /// How many days back
    #[arg(long, value_name = "N", default_value_t = 7, value_parser = clap::value_parser!(u16).range(1..=3650))]
    days: u16,
    /// Send it to the reader instead of only showing it
    #[arg(long)]
    send: bool,
    /// Also write the HTML part to this file
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
struct Resend {
    /// The reader, by name
    reader: String,
    /// This mail, by its id in `outbox list`, instead of the reader's last digest
    #[arg(long, value_name = "ID")]
    mail: Option<String>,
    /// To this address instead of the reader's
    #[arg(long, value_name = "ADDRESS")]
    to: Option<String>,
}

/// Shows or sends.
pub fn run(
    arguments: &Arguments,
    config: Option<PathBuf>,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    let folder = Folder::named(config);
    load::wait(async {
        match &arguments.command {
            Command::Preview(preview) => show(&folder, preview, out).await,
            Command::Recap(recap) => look_back(&folder, recap, out).await,
            Command::Resend(resend) => send_again(&folder, resend, out).await,
        }
    })
}

fn deliverer(desk: &InStore) -> Deliverer {
    let ground = Ground { store: Arc::clone(&desk.store), clock: Arc::new(SystemClock) };
    Deliverer::new(ground, Transport::memory())
}

async fn show(folder: &Folder, preview: &Preview, out: &mut dyn Write) -> Result<Exit, Failure> {
    let desk = load::in_store(folder, Access::Beside).await?;
    let reader = named(&desk, &preview.reader)?;
    let composed = deliverer(&desk).preview(&desk.in_force, reader).await?;
    print(&composed, preview.html.as_deref(), out)
}

async fn look_back(folder: &Folder, recap: &Recap, out: &mut dyn Write) -> Result<Exit, Failure> {
    let access = if recap.send { Access::Amend } else { Access::Beside };
    let desk = load::in_store(folder, access).await?;
    let reader = named(&desk, &recap.reader)?;
    let deliverer = deliverer(&desk);
    let span = Duration::from_secs(u64::from(recap.days) * 24 * 3600);
    let composed = deliverer.recap(&desk.in_force, reader, span).await?;
    print(&composed, recap.html.as_deref(), out)?;
    if recap.send {
        deliverer.seal_recap(&desk.in_force, reader, &composed).await?;
        writeln!(out, "\n{IN_THE_OUTBOX}")?;
    }
    Ok(Exit::Fine)
}

/// Prints the plain text, a product of its own, and writes the HTML where somebody wants it.
fn print(composed: &Composed, html: Option<&Path>, out: &mut dyn Write) -> Result<Exit, Failure> {
    let content = &composed.content;
    writeln!(out, "Subject: {}\n\n{}", content.subject, content.text.trim_end())?;
    for attached in &content.attachments {
        writeln!(out, "\nAttached: {}, {} bytes", attached.name, attached.bytes.len())?;
    }
    if let Some(path) = html {
        std::fs::write(path, &content.html)
            .map_err(|error| Failure::file(format_args!("write {}", path.display()), error))?;
    }
    Ok(Exit::Fine)
}

async fn send_again(
    folder: &Folder,
    resend: &Resend,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    let desk = load::in_store(folder, Access::Amend).await?;
    let reader = named(&desk, &resend.reader)?;
    let stored = stored(&desk, reader, resend.mail.as_deref()).await?;
    let addresses = match &resend.to {
        None => reader.to.clone(),
        Some(to) => vec![
            reader::address(&Located::nowhere(to.clone()))
                .map_err(|problem| Failure::new(Exit::Usage, anyhow::anyhow!(problem.what)))?,
        ],
    };
    deliverer(&desk).seal_repeat(&desk.in_force, &stored, &addresses).await?;
    writeln!(out, "Repeat: {}", stored.row.subject)?;
    for address in &addresses {
        writeln!(out, "  to {address}")?;
    }
    writeln!(out, "{IN_THE_OUTBOX}")?;
    Ok(Exit::Fine)
}

async fn stored(desk: &InStore, reader: &Reader, id: Option<&str>) -> Result<StoredMail, Failure> {
    let archive = desk.store.archive();
    let id = match id {
        Some(id) => Some(MailId::stored(id.trim().to_owned())),
        None => archive.newest_digest(reader.name.clone()).await?,
    };
    let mail = match id {
        Some(id) => archive.stored_mail(id).await?,
        None => None,
    };
    mail.filter(|mail| mail.row.reader.as_deref() == Some(&reader.name)).ok_or_else(|| {
        let what = format!("there is no such stored mail for {}", reader.name);
        Failure::new(Exit::Data, anyhow::anyhow!(what))
            .hint("`watchlistd outbox list --state sent` shows what was sent, with ids")
    })
}

fn named<'d>(desk: &'d InStore, name: &str) -> Result<&'d Reader, Failure> {
    let readers = &desk.in_force.readers;
    readers.iter().find(|reader| reader.name == name).ok_or_else(|| {
        let names: Vec<&str> = readers.iter().map(|reader| reader.name.as_str()).collect();
        Failure::new(Exit::Usage, anyhow::anyhow!("there is no reader '{name}' in force"))
            .hint(format!("the readers are: {}", names.join(", ")))
    })
}
