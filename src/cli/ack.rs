//! `watchlistd ack`: what a person makes of alerts, in the record and in every report.

use std::io::Write;
use std::path::PathBuf;

use super::bench;
use super::exit::{Exit, Failure};
use super::ids;
use super::load::{self, Folder};
use crate::clock::{Clock, SystemClock};
use crate::model::{Action, AlertId, Deed, Verdict};

/// What `ack` is told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Ids of alerts, or their first letters
    #[arg(value_name = "ALERT", required = true)]
    alerts: Vec<String>,
    /// relevant, irrelevant or escalated
    #[arg(long = "as", value_name = "VERDICT", value_parser = verdict)]
    verdict: Verdict,
    /// Who says so [default: the user's name]
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
    /// What is to be said about it
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

fn verdict(text: &str) -> Result<Verdict, String> {
    Verdict::named(text).ok_or_else(|| {
        let names: Vec<&str> = Verdict::ALL.iter().map(|one| one.as_str()).collect();
        format!("an alert is acknowledged as {}", names.join(", "))
    })
}

/// Acknowledges: all of them, or none when one is not known.
pub fn run(
    arguments: &Arguments,
    config: Option<PathBuf>,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    let folder = Folder::named(config);
    load::wait(async {
        let store = load::open_to_amend(&folder)?;
        let mut alerts = Vec::new();
        for typed in &arguments.alerts {
            alerts.push(ids::meant(store.archive(), "a", typed).await?);
        }
        let verdict = arguments.verdict;
        for alert in alerts {
            let action = Action {
                at: SystemClock.now(),
                author: bench::author(arguments.by.as_deref()),
                deed: Deed::Acknowledged,
                verdict: Some(verdict),
                alert: Some(AlertId::stored(alert.clone())),
                subject: None,
                what: format!("acknowledged as {}", verdict.as_str()),
                why: arguments.note.clone(),
                until: None,
            };
            store.act(action).await?;
            writeln!(out, "{alert} is acknowledged as {}", verdict.as_str())?;
        }
        Ok(Exit::Fine)
    })
}
