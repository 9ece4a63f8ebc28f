//! What a person types: one file per command, and the way from a result to an exit code.
//!
//! Commands write their answer to standard output and everything else to standard error. A closed
//! pipe is no error: whoever closed it has what they wanted.

use std::ffi::OsString;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::error::ErrorKind;
use clap::{Parser, Subcommand, ValueEnum};

use crate::telemetry::{self, LogFormat};

mod ack;
mod audit;
mod backup;
mod bench;
mod check;
mod demo;
mod digest;
mod dismiss;
mod doctor;
mod evaluate;
mod exit;
mod explain;
mod find;
mod generate;
mod holder;
mod ids;
mod import;
pub mod init;
mod lines;
mod load;
mod lost;
mod match_;
mod once;
mod outbox;
mod parse;
mod preview;
pub mod problems;
mod restore;
mod room;
mod run;
mod samples;
mod search;
mod seen;
mod send_test;
mod shipped;
mod show;
mod since;
mod source;
mod status;
mod waiting;
mod watch;

use exit::{Exit, Failure};

/// Watches feeds for the companies and topics on a watchlist, and mails digests and urgent alerts.
#[derive(Debug, Parser)]
#[command(name = "watchlistd", version, propagate_version = true, disable_help_subcommand = true)]
#[command(
    after_help = "Start with `watchlistd demo`, then `watchlistd init DIR --to YOU --timezone ZONE`."
)]
struct Arguments {
    /// Folder of the configuration [default: $CONFIGURATION_DIRECTORY, else /etc/watchlistd]
    #[arg(long, global = true, value_name = "DIR")]
    config: Option<PathBuf>,
    /// How log lines are written to standard error
    #[arg(long, global = true, value_enum, default_value = "auto", value_name = "FORMAT")]
    log_format: Format,
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// The journal under systemd, else lines for people
    Auto,
    /// Lines for people
    Text,
    /// One JSON object a line
    Json,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show the whole job on sample feeds: poll, match, mail; nothing to set up
    Demo(demo::Arguments),
    /// Write commented configuration files to a folder
    Init(init::Arguments),
    /// Check the configuration: every problem at once, the next digests, what reaches no reader
    Check(check::Arguments),
    /// Try everything that the service needs, and tell what is in the way with its remedy
    Doctor(doctor::Arguments),
    /// Poll what is due, assess it, send every reader a digest now, and end
    Once(once::Arguments),
    /// Run the service: poll, assess and deliver until told to stop
    Run(run::Arguments),
    /// Show how sources, mails and the watchlist stand; works beside a running service
    Status(status::Arguments),
    /// Show what edited files would have told over the stored items, before they are in force
    Preview(preview::Arguments),
    /// Edit and read the watchlist, look at its versions, stand by an edit, or go back
    Watch(watch::Arguments),
    /// Add, list, pause and move sources
    Source(source::Arguments),
    /// Call an alert false and write a guard against its like, or silence it for a while
    Dismiss(dismiss::Arguments),
    /// Say what you make of an alert: relevant, irrelevant or escalated
    Ack(ack::Arguments),
    /// Import a list of companies, or of feeds, with a result to be looked at
    Import(import::Arguments),
    /// Search the stored items in the watchlist's own language
    Search(search::Arguments),
    /// Tell the whole story of an item, an alert or a mail
    Show(show::Arguments),
    /// Prove what was done: verify or print the record that every digest names
    Audit(audit::Arguments),
    /// Show a reader's next digest, or send a stored one again
    Digest(digest::Arguments),
    /// List the mails that were not sent, try them again or give them up
    Outbox(outbox::Arguments),
    /// Write database and files into one file, beside a running service
    Backup(backup::Arguments),
    /// Put a backup in place; nothing is sent until `restore --resume`
    Restore(restore::Arguments),
    /// Explain what the watchlist makes of a text, and why
    Explain(explain::Arguments),
    /// Send one mail through the configured transport and show the server's reply
    SendTest(send_test::Arguments),
    /// Write man pages and completions, for whoever changes a command
    #[command(hide = true)]
    Generate(generate::Arguments),
    /// Diagnostic: match JSON Lines from standard input against watchlist files
    ///
    /// An item is a JSON object on a line, with the keys title, summary, content, categories (a list), source (its id),
    /// official (true or false), lang (en, de, zh …), published (like 2026-12-21T08:00:00Z) and id; all may be missing.
    /// Each is answered by a line with its companies, topics, hits, what was held back, and whether it is an
    /// alert; reasons say why, each with its words, its rule (null for the defaults) and its severity.
    Match(match_::Arguments),
    /// Diagnostic: score watchlist files on labelled items, and explain what differs
    Evaluate(evaluate::Arguments),
    /// Diagnostic: show the items that a feed document holds
    Parse(parse::Arguments),
}

/// Runs the command that `arguments` name and answers its exit code. The only panic that gets this
/// far is a bug of ours: it ends with 70.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(helped(arguments.into_iter().collect())) {
        Ok(arguments) => arguments,
        Err(error) => {
            let fine = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
            // Printing can only fail when nobody reads.
            let _ = error.print();
            return if fine { Exit::Fine } else { Exit::Usage }.into();
        }
    };
    match catch_unwind(AssertUnwindSafe(|| dispatch(arguments))) {
        Ok(Ok(exit)) => exit.into(),
        Ok(Err(failure)) => {
            if failure.exit != Exit::Fine {
                complain(&failure);
            }
            failure.exit.into()
        }
        Err(_) => {
            let _ = writeln!(
                std::io::stderr(),
                "watchlistd: this is a bug; please report it with the lines above"
            );
            Exit::Bug.into()
        }
    }
}

/// `watchlistd help watch add` is `watchlistd watch add --help`: people type it.
fn helped(mut arguments: Vec<OsString>) -> Vec<OsString> {
    if arguments.get(1).is_some_and(|first| first == "help") {
        arguments.remove(1);
        arguments.push("--help".into());
    }
    arguments
}

fn complain(failure: &Failure) {
    let mut err = std::io::stderr().lock();
    let _ = writeln!(err, "watchlistd: {:#}", failure.error);
    if let Some(hint) = &failure.hint {
        let _ = writeln!(err, "  hint: {hint}");
    }
}

fn dispatch(arguments: Arguments) -> Result<Exit, Failure> {
    let quiet_by_default = !matches!(arguments.command, Command::Run(_));
    start_logging(arguments.log_format, quiet_by_default);
    let config = arguments.config;
    let out = &mut std::io::BufWriter::new(std::io::stdout().lock());
    let exit = match arguments.command {
        Command::Demo(arguments) => demo::run(&arguments, out),
        Command::Init(arguments) => init::run(&arguments, out),
        Command::Check(arguments) => check::run(&arguments, config, out),
        Command::Doctor(arguments) => doctor::run(&arguments, config, out),
        Command::Once(arguments) => once::run(&arguments, config, out),
        Command::Run(arguments) => run::run(&arguments, config),
        Command::Status(arguments) => status::run(&arguments, config, out),
        Command::Preview(arguments) => preview::run(&arguments, config, out),
        Command::Watch(arguments) => watch::run(&arguments, config, out),
        Command::Source(arguments) => source::run(&arguments, config, out),
        Command::Dismiss(arguments) => dismiss::run(&arguments, config, out),
        Command::Ack(arguments) => ack::run(&arguments, config, out),
        Command::Import(arguments) => import::run(&arguments, config, out),
        Command::Search(arguments) => search::run(&arguments, config, out),
        Command::Show(arguments) => show::run(&arguments, config, out),
        Command::Audit(arguments) => audit::run(&arguments, config, out),
        Command::Digest(arguments) => digest::run(&arguments, config, out),
        Command::Outbox(arguments) => outbox::run(&arguments, config, out),
        Command::Backup(arguments) => backup::run(&arguments, config, out),
        Command::Restore(arguments) => restore::run(&arguments, config, out),
        Command::Explain(arguments) => explain::run(&arguments, config, out),
        Command::SendTest(arguments) => send_test::run(&arguments, config, out),
        Command::Generate(arguments) => generate::run(&arguments, out),
        Command::Match(arguments) => match_::run(&arguments, out),
        Command::Evaluate(arguments) => evaluate::run(&arguments, out),
        Command::Parse(arguments) => parse::run(&arguments, out),
    }?;
    out.flush()?;
    Ok(exit)
}

/// The service logs from `info` on; the other commands answer on standard output and log only what
/// goes wrong. `RUST_LOG` overrides both.
fn start_logging(format: Format, quiet: bool) {
    let format = match format {
        Format::Auto => LogFormat::Auto,
        Format::Text => LogFormat::Text,
        Format::Json => LogFormat::Json,
    };
    let wanted = std::env::var("RUST_LOG").ok();
    telemetry::start(format, wanted.as_deref().or(quiet.then_some("error")));
}
