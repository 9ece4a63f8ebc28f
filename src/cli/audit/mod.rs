//! `watchlistd audit`: the record of what was done, for those who must prove it.
//!
//! It only reads, and works beside a running service.

mod export;
mod report;
mod verify;

use std::io::Write;
use std::path::PathBuf;

use super::exit::{Exit, Failure};
use crate::model::Timestamp;

pub(super) use export::instant;

/// What `audit` is told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    /// Read the whole record and hold all that is stored against it; name what does not fit
    Verify(verify::Arguments),
    /// Print the record: what was polled, stored, decided, sealed and sent
    Export(export::Arguments),
    /// Answer an examiner on one page: how a company was watched, what was found, who was told
    Report(report::Arguments),
}

/// The end of a window of time that is asked for, at the latest now; one that ends before it begins is a
/// slip of the pen, and an empty answer would look like one.
fn end_of(
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    now: Timestamp,
) -> Result<Timestamp, Failure> {
    let until = to.unwrap_or(now).min(now);
    match from.filter(|from| until < *from) {
        None => Ok(until),
        Some(from) => {
            let what = anyhow::anyhow!("the window ends ({until}) before it begins ({from})");
            Err(Failure::new(Exit::Usage, what))
        }
    }
}

/// Does what was asked.
pub fn run(
    arguments: &Arguments,
    config: Option<PathBuf>,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    match &arguments.what {
        What::Verify(arguments) => verify::run(arguments, config, out),
        What::Export(arguments) => export::run(arguments, config, out),
        What::Report(arguments) => report::run(arguments, config, out),
    }
}
