//! A guard shown with what it would do, and the question whether to write it.

use std::io::Write;
use std::sync::Arc;

use super::super::bench::{self, Bench};
use super::super::exit::{Exit, Failure};
use super::guard::{Guard, Target};
use super::trial::Trial;
use super::way_out::ways_out;
use super::{Arguments, Dismissal, because};
use crate::cli::samples::judged;
use crate::detect::Watchlist;
use crate::model::Judgement;

/// What a guard is offered for.
pub(super) struct Offer<'a> {
    pub(super) arguments: &'a Arguments,
    pub(super) bench: Bench,
    /// As the files are.
    pub(super) watchlist: Arc<Watchlist>,
    pub(super) target: Target,
    pub(super) trial: Trial,
    pub(super) dismissal: Dismissal,
}

/// What a person says to an offer.
enum Said {
    Yes,
    No,
    /// Try this phrase instead.
    Phrase(String),
}

impl Offer<'_> {
    /// Shows a guard, and another one for as long as the person names other phrases. What is to be
    /// written, and its words for the record; `None` where nothing is.
    pub(super) fn settle(
        &self,
        mut guard: Guard,
        out: &mut dyn Write,
    ) -> Result<Option<(Bench, String)>, Failure> {
        loop {
            let mut bench = self.bench.clone();
            self.target.write(&mut bench, &guard)?;
            let checked = bench.check()?;
            bench::warn(&checked.warnings);
            let what = self.target.words(&guard);
            writeln!(out, "\nProposed: {what}.")?;
            write!(out, "{}", bench.lines())?;
            let (old, new) = (&self.watchlist, &checked.parts.watchlist);
            self.trial.tell(old, new, self.dismissal.row.alert.as_ref(), out)?;
            let left = judged(new, &self.dismissal.row.item);
            if left.alert {
                writeln!(out, "It would still alert:")?;
                because(&left, out)?;
            }
            if let Some(name) = self.target.own_name(self.bench.entries(), &guard) {
                writeln!(
                    out,
                    "Every sentence with \"{name}\" would be silent, true reports too: name words that tell \
                     the false sense from it."
                )?;
            }
            out.flush()?;
            match self.asked(&left)? {
                Said::Yes => return Ok(Some((bench, what))),
                Said::No => return Ok(None),
                Said::Phrase(phrase) => guard = Guard::NotWith(vec![phrase]),
            }
        }
    }

    /// Asks where somebody is there. `left` is what remains with what is offered: an alert where it fails.
    fn asked(&self, left: &Judgement) -> Result<Said, Failure> {
        let fails = left.alert;
        let person = !self.arguments.yes && bench::asks();
        let phrases = self.arguments.until.is_none();
        if fails && !(person && phrases) {
            let what = anyhow::anyhow!("this does not hold the alert back, so nothing was written");
            let (entries, item) = (self.bench.entries(), &self.dismissal.row.item);
            let ways = ways_out(entries, &self.target, left, item);
            return Err(Failure::new(Exit::Data, what).hint(ways));
        }
        if self.arguments.yes {
            return Ok(Said::Yes);
        }
        if !person {
            let what = anyhow::anyhow!("nothing was written: nobody is there to be asked");
            return Err(Failure::new(Exit::Usage, what).hint("--yes writes what was proposed"));
        }
        Ok(match (fails, phrases) {
            (true, _) => other_phrase(),
            (false, true) => written_or_edited(),
            (false, false) if bench::consents("Write it?") => Said::Yes,
            (false, false) => Said::No,
        })
    }
}

/// Yes, no, or another phrase; anything else is asked once more, since it was perhaps meant as one.
fn written_or_edited() -> Said {
    loop {
        let Some(said) = bench::answer("Write it? [y]es, [N]o, [e] try another phrase: ") else {
            return Said::No;
        };
        match said.to_lowercase().as_str() {
            "y" | "yes" => return Said::Yes,
            "" | "n" | "no" => return Said::No,
            "e" | "edit" => return other_phrase(),
            _ => bench::say(&format!("'{said}' is no answer; e, then the phrase, tries a phrase")),
        }
    }
}

/// Another phrase; without one nothing is written.
fn other_phrase() -> Said {
    match bench::answer("Another phrase of its sentence (nothing: leave it): ") {
        Some(phrase) if !phrase.is_empty() => Said::Phrase(phrase),
        _ => Said::No,
    }
}
