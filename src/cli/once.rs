//! `watchlistd once`: poll what is due, assess it, a digest for every reader now, each mail tried
//! once, and an end.

use std::fmt::Write as _;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::exit::{Exit, Failure};
use super::load::{self, Folder};
use crate::clock::{Clock, SystemClock};
use crate::config::Settings;
use crate::daemon::disk::{Room, Shortage};
use crate::daemon::start::{self, Started};
use crate::daemon::wire::{self, Access};
use crate::model::counted;
use crate::notify::smtp::Transport;
use crate::pipeline::assess::{Assessed, Assessor};
use crate::pipeline::channel::{Messenger, Vitals};
use crate::pipeline::deliver::{self, Composed, Deliverer};
use crate::pipeline::poll::{PolledSum, Poller, Report};
use crate::pipeline::{Ground, InForce};
use crate::store::{Claim, Start, Starter, StoreError};

/// What `once` is told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Also poll what is not due; only a server's Retry-After still holds
    #[arg(long)]
    all: bool,
    /// Write no state, send nothing, print the digests
    #[arg(long)]
    dry_run: bool,
}

/// Does one round.
pub fn run(
    arguments: &Arguments,
    config: Option<PathBuf>,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    let folder = Folder::named(config).step_down()?;
    load::wait(once(arguments, folder, out))
}

async fn once(arguments: &Arguments, folder: Folder, out: &mut dyn Write) -> Result<Exit, Failure> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let access = if arguments.dry_run { Access::DryRun } else { Access::Alone };
    let started =
        start::start(folder.path.clone(), &folder.environment, access, clock.now()).await?;
    let Started { store, parts, in_force, problems } = started;
    load::say(&problems);
    if in_force.rejected.is_some() {
        let version = in_force.version;
        let _ =
            writeln!(std::io::stderr(), "the edit is refused; version {version} stays in force");
    }
    if !in_force.left_out.is_empty() {
        let _ = writeln!(std::io::stderr(), "{}", start::in_part(&in_force));
    }
    // Nothing of the files is needed any more: with ten thousand sources they are megabytes.
    let settings = parts.settings.clone();
    drop((parts, problems));
    // Before anything is fetched: a missing secret should not cost every source a request.
    let transport = match arguments.dry_run {
        true => Transport::memory(),
        false => wire::transport(&settings, &folder.environment)
            .map_err(|problems| load::refused(&problems))?,
    };
    let fetcher = wire::fetcher(&settings).map_err(|error| Failure::new(Exit::Io, error))?;
    store.release_leases(clock.now()).await?;
    let start = Start { by: Starter::Round, version: in_force.version, at: clock.now() };
    store.note_start(start).await?;
    let ground = Ground { store, clock };
    let in_force = Arc::new(in_force);

    let claim = if arguments.all { Claim::All } else { Claim::Due };
    let mut progress = Progress::new();
    let per_host = wire::per_host(&settings);
    let poller = Poller::new(ground.clone(), Arc::clone(&fetcher), per_host);
    let short = match arguments.dry_run {
        true => None,
        false => hold_for_room(&ground, &settings).await?,
    };
    let polled = match &short {
        Some(_) => PolledSum::default(),
        None => poller.drain(claim, &mut |total, report| progress.show(total, report)).await?,
    };
    progress.end();
    let mut assessor = Assessor::new(ground.clone(), format!("pid {}", std::process::id()));
    let assessed = assessor.run(&|| Arc::clone(&in_force)).await?;
    let deliverer = Deliverer::new(ground.clone(), transport.clone());
    if arguments.dry_run {
        let composed = deliverer.compose_dry_run(&in_force).await?;
        print(&composed, out)?;
        tell(&polled, &assessed, None);
        return Ok(ends(&in_force, polled.failed > 0));
    }
    let mailing = Mailing { deliverer: &deliverer, transport: &transport, in_force: &in_force };
    let sent = mailing.run(&ground, |sent| tell(&polled, &assessed, Some(sent))).await?;
    let vitals = Vitals {
        sound: true,
        mail_down: deliverer.mail_down(),
        network_out: poller.out_since().await,
        // Canaries fly in the service.
        canary_missing: None,
        operator_unheard: None,
    };
    Messenger::new(ground, fetcher).cycle(&in_force.channel, &vitals).await?;
    if sent.refused > 0 {
        // Before what a later round mends by itself: this needs a person.
        return Err(refused(sent.refused));
    }
    let again = short.is_some() || polled.failed > 0 || sent.deferred > 0 || sent.uncertain > 0;
    Ok(ends(&in_force, again))
}

/// How a round ends that did its work: who is to mend the files hears of it before what mends itself.
fn ends(in_force: &InForce, again: bool) -> Exit {
    match (in_force.rejected.is_some() || !in_force.left_out.is_empty(), again) {
        (true, _) => Exit::Config,
        (false, true) => Exit::TryAgain,
        (false, false) => Exit::Fine,
    }
}

/// Mails that no server takes, however often a round is done.
fn refused(mails: u64) -> Failure {
    let were = if mails == 1 { "was" } else { "were" };
    let what = format!("{} {were} refused or given up", counted(mails, "mail"));
    Failure::new(Exit::Io, anyhow::anyhow!(what)).hint(
        "`watchlistd outbox list` shows the server's words, `watchlistd outbox retry ID` tries one again",
    )
}

/// What mails go out by.
struct Mailing<'a> {
    deliverer: &'a Deliverer,
    transport: &'a Transport,
    in_force: &'a InForce,
}

impl Mailing<'_> {
    /// Seals and sends what there is; `tell` says what became of the round in any case.
    async fn run(
        &self,
        ground: &Ground,
        tell: impl FnOnce(&deliver::Sent),
    ) -> Result<deliver::Sent, Failure> {
        if let Some(restore) = ground.store.held().await? {
            tell(&deliver::Sent::default());
            let what = format!("no mail goes out since the restore of {}", restore.at);
            return Err(Failure::new(Exit::TryAgain, anyhow::anyhow!(what)).hint(
                "`watchlistd restore --resume` lists what may go out a second time, and lets mails go",
            ));
        }
        // Nobody goes on saving while it runs, so nothing has to settle.
        self.deliverer.review_due(self.in_force, Duration::ZERO, &|| false).await?;
        let unmade = self.deliverer.seal_on_demand(self.in_force).await?.unmade;
        let sent = self.deliverer.send_due(&|| false).await?;
        self.transport.close().await;
        tell(&sent);
        if let Some(folder) = self.transport.folder().filter(|_| sent.sent > 0) {
            let _ =
                writeln!(std::io::stderr(), "the mails lie in {}", folder.join("new").display());
        }
        if unmade > 0 {
            let what = format!("{} could not be made; the log says why", counted(unmade, "mail"));
            return Err(Failure::new(Exit::Bug, anyhow::anyhow!(what)));
        }
        Ok(sent)
    }
}

/// Looks whether there is room for what a round reads. Without it nothing is polled, and that is noted
/// and said.
async fn hold_for_room(
    ground: &Ground,
    settings: &Settings,
) -> Result<Option<Shortage>, StoreError> {
    let now = ground.clock.now();
    let short = Room::of(settings).look(now);
    let why = short.as_ref().map(Shortage::why);
    if let Some(why) = &why {
        let _ = writeln!(std::io::stderr(), "nothing is polled: {why}");
    }
    ground.store.hold_polling(why, now).await?;
    Ok(short)
}

fn print(composed: &[Composed], out: &mut dyn Write) -> std::io::Result<()> {
    for digest in composed {
        let reader = if digest.reader.is_empty() { "the operator" } else { &digest.reader };
        writeln!(out, "To: {reader}\nSubject: {}\n", digest.content.subject)?;
        writeln!(out, "{}\n", digest.content.text.trim_end())?;
    }
    Ok(())
}

/// One line that moves on a terminal, and a line of its own for each source in trouble.
struct Progress {
    terminal: bool,
    done: usize,
    new: usize,
}

impl Progress {
    fn new() -> Self {
        Self { terminal: std::io::stderr().is_terminal(), done: 0, new: 0 }
    }

    fn show(&mut self, total: usize, report: &Report) {
        self.done += 1;
        self.new += report.new;
        let clear = if self.terminal { "\r\x1b[K" } else { "" };
        let mut said = String::new();
        if let Some(trouble) = &report.trouble {
            let _ = writeln!(said, "{clear}{}: {trouble}", report.source);
        }
        if self.terminal {
            let _ = write!(
                said,
                "{clear}{} of {}, {}",
                self.done,
                counted(total as u64, "source"),
                counted(self.new as u64, "new item")
            );
        }
        // Progress is a courtesy: where it cannot be shown, the work goes on.
        let _ = std::io::stderr().write_all(said.as_bytes());
    }

    fn end(&self) {
        if self.terminal && self.done > 0 {
            let _ = writeln!(std::io::stderr());
        }
    }
}

fn tell(polled: &PolledSum, assessed: &Assessed, sent: Option<&deliver::Sent>) {
    let mut line = format!(
        "{} polled, {} failed; {}, {} changed; {}",
        counted(polled.sources, "source"),
        polled.failed,
        counted(polled.new, "new item"),
        polled.edited,
        counted(assessed.alerts, "alert")
    );
    if let Some(since) = polled.out_since {
        line.push_str(&format!(
            "; no host has answered since {since}: our own network is out, and {} not asked",
            if polled.left == 1 {
                "1 source was".to_owned()
            } else {
                format!("{} sources were", polled.left)
            }
        ));
    }
    match sent {
        None => line.push_str("; dry run: nothing was stored or sent"),
        Some(sent) => {
            line.push_str(&format!("; {} sent", counted(sent.sent, "mail")));
            for (count, what) in [
                (sent.deferred, "deferred"),
                (sent.uncertain, "uncertain"),
                (sent.refused, "refused"),
            ] {
                if count > 0 {
                    line.push_str(&format!(", {count} {what}"));
                }
            }
        }
    }
    if polled.sources == 0 && polled.out_since.is_none() {
        line.push_str("; no source was due (--all polls them all the same)");
    }
    let _ = writeln!(std::io::stderr(), "{line}");
}
