//! `watchlistd evaluate`: how well a watchlist does on items that people have labelled.
//!
//! Judges the items as `match` does and compares; for each item that differs it says what
//! `explain` says of it. It changes nothing and stores nothing.

mod score;

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufReader, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::exit::{Exit, Failure};
use super::lines::{self, Line, Matcher, Misspelt, Wordless};
use super::{explain, load};
use crate::detect::{Explanation, Origin, Watchlist};
use crate::model::counted;
use crate::notify::outside::line;
use score::{Case, Labels, Score, Tally, score};

/// Characters of a label that are shown.
const LABEL: usize = 100;

/// What `evaluate` is told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Items as JSON Lines, as `match` takes them, with the labels companies, topics, alert, story,
    /// follows and thread; a label that is missing is not scored
    #[arg(value_name = "LABELLED")]
    labelled: PathBuf,
    /// Watchlist files, or folders with watchlist.toml, topics.toml and watchlist.d
    #[arg(long, required = true, num_args = 1.., value_name = "PATH")]
    watchlist: Vec<PathBuf>,
    /// Most items that are shown because they differ from their labels
    #[arg(long, default_value_t = 20, value_name = "N")]
    errors: usize,
    /// Write one JSON object instead of lines for people
    #[arg(long)]
    json: bool,
}

/// Scores the watchlist on the labelled items.
pub fn run(arguments: &Arguments, out: &mut dyn Write) -> Result<Exit, Failure> {
    let watchlist = load::watchlist(&arguments.watchlist)?;
    let (cases, bad) = judged(&watchlist, &arguments.labelled)?;
    if !cases.iter().any(|case| case.labels.say_anything()) {
        let what = format!(
            "cannot score {}: none of its {} has a label",
            arguments.labelled.display(),
            counted(cases.len() as u64, "item")
        );
        let hint = "write beside each title what is right: \"companies\": [ids], \"topics\": [ids], \"alert\": true";
        return Err(Failure::new(Exit::Data, anyhow::anyhow!(what)).hint(hint));
    }
    for unknown in unknown(&watchlist, &cases) {
        // Standard error may be closed; the label counts as missing all the same.
        let _ = writeln!(std::io::stderr(), "{}: {unknown}", arguments.labelled.display());
    }
    let score = score(&cases);
    let mut all = cases.iter().filter(|case| differs(case));
    let shown = all.by_ref().take(arguments.errors);
    let errors: Vec<Difference> = shown.map(|case| Difference::of(&watchlist, case)).collect();
    let more = all.count();
    if arguments.json {
        serde_json::to_writer_pretty(&mut *out, &Report { score: &score, errors: &errors })
            .map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else {
        tell(&score, out)?;
        for error in &errors {
            tell_difference(error, out)?;
        }
        tell_more(more, arguments.errors, out)?;
    }
    Ok(if bad == 0 { Exit::Fine } else { Exit::Data })
}

/// Judges the file's items; bad lines are said on standard error and counted.
fn judged(watchlist: &Watchlist, path: &Path) -> Result<(Vec<Case>, u64), Failure> {
    let file = File::open(path).map_err(|error| {
        let exit = match error.kind() {
            std::io::ErrorKind::PermissionDenied => Exit::Permission,
            _ => Exit::NoInput,
        };
        let what = format!("cannot read {}", path.display());
        Failure::new(exit, anyhow::Error::new(error).context(what))
    })?;
    let mut matcher = Matcher::new(watchlist);
    let (mut cases, mut bad) = (Vec::new(), 0);
    let (mut wordless, mut misspelt) = (Wordless::default(), Misspelt::default());
    lines::each(&mut BufReader::new(file), &path.display(), |number, bytes| {
        let read =
            lines::parse::<Line>(bytes).and_then(|line| Ok((line, lines::parse::<Labels>(bytes)?)));
        match read {
            Ok((mut line, labels)) => {
                wordless.look(&line, bytes, &path.display(), number);
                misspelt.look(bytes, number);
                // Items without an id are still items of their own.
                line.id.get_or_insert_with(|| format!("line {number}"));
                cases.push(Case { answer: matcher.answer(line), labels });
            }
            Err(error) => {
                bad += 1;
                // Standard error may be closed; the exit code still tells.
                let _ = writeln!(std::io::stderr(), "{}:{number}: {error}", path.display());
            }
        }
        Ok(())
    })?;
    wordless.end(&path.display());
    misspelt.end(&path.display());
    Ok((cases, bad))
}

/// Labels that are ids of nothing that is watched, each once: a slip, or what the watchlist lacks.
fn unknown(watchlist: &Watchlist, cases: &[Case]) -> Vec<String> {
    let companies: BTreeSet<&str> = watchlist.companies().map(|one| &*one.named.id).collect();
    let topics: BTreeSet<&str> = watchlist.topics().map(|one| &*one.named.id).collect();
    let labels = |of: fn(&Labels) -> Option<&BTreeSet<String>>| -> BTreeSet<&str> {
        cases.iter().filter_map(|case| of(&case.labels)).flatten().map(String::as_str).collect()
    };
    let companies = labels(|one| one.companies.as_ref())
        .difference(&companies)
        .copied()
        .map(|id| ("company", id))
        .collect::<Vec<_>>();
    let topics = labels(|one| one.topics.as_ref())
        .difference(&topics)
        .copied()
        .map(|id| ("topic", id))
        .collect::<Vec<_>>();
    let said = |(what, id): (&str, &str)| {
        format!("no {what} of the watchlist has the id '{}', which is a label", line(id, LABEL))
    };
    companies.into_iter().chain(topics).map(said).collect()
}

#[derive(Serialize)]
struct Report<'a> {
    #[serde(flatten)]
    score: &'a Score,
    errors: &'a [Difference<'a>],
}

/// Tags that were found and not labelled, and the other way round.
#[derive(Debug, Default, Serialize)]
struct Tags<'a> {
    extra: Vec<&'a str>,
    missing: Vec<&'a str>,
}

impl Tags<'_> {
    fn none(&self) -> bool {
        self.extra.is_empty() && self.missing.is_empty()
    }
}

/// An item that was judged otherwise than it is labelled.
#[derive(Debug, Serialize)]
struct Difference<'a> {
    id: &'a str,
    kind: Option<&'a str>,
    title: &'a str,
    #[serde(skip_serializing_if = "Tags::none")]
    companies: Tags<'a>,
    #[serde(skip_serializing_if = "Tags::none")]
    topics: Tags<'a>,
    /// What it was, if it should have been otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    alert: Option<bool>,
    /// What `explain` says, line by line.
    explained: Vec<String>,
}

/// What of a case is otherwise than labelled: companies, topics, and what it was told as.
fn differing(case: &Case) -> (Tags<'_>, Tags<'_>, Option<bool>) {
    let Case { answer, labels } = case;
    let told = answer.judgement.alert;
    (
        tags(case.companies(), labels.companies.as_ref()),
        tags(case.topics(), labels.topics.as_ref()),
        labels.alert.filter(|wanted| *wanted != told).map(|_| told),
    )
}

/// Whether a case is judged otherwise than it is labelled.
fn differs(case: &Case) -> bool {
    let (companies, topics, alert) = differing(case);
    !companies.none() || !topics.none() || alert.is_some()
}

impl<'a> Difference<'a> {
    fn of(watchlist: &Watchlist, case: &'a Case) -> Self {
        let Case { answer, labels } = case;
        let (companies, topics, alert) = differing(case);
        let origin = Origin {
            source: &answer.source,
            official: answer.official,
            seen: Some(answer.published),
        };
        let explanation = crate::detect::explain(watchlist, &answer.text, origin);
        Self {
            id: &answer.id,
            kind: labels.kind.as_deref(),
            title: &answer.text.title,
            companies,
            topics,
            alert,
            explained: explained(&explanation, case),
        }
    }
}

fn tags<'a>(found: BTreeSet<&'a str>, labelled: Option<&'a BTreeSet<String>>) -> Tags<'a> {
    let Some(labelled) = labelled else { return Tags::default() };
    Tags {
        extra: found.iter().copied().filter(|one| !labelled.contains(*one)).collect(),
        missing: labelled.iter().map(String::as_str).filter(|one| !found.contains(one)).collect(),
    }
}

fn explained(explanation: &Explanation, case: &Case) -> Vec<String> {
    let mut words = Vec::new();
    // Writing to memory cannot fail.
    let _ = explain::tell(explanation, &case.answer.text, &mut words);
    let words = String::from_utf8_lossy(&words);
    words.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

fn tell(score: &Score, out: &mut dyn Write) -> std::io::Result<()> {
    let items = if score.items == 1 { "item" } else { "items" };
    writeln!(out, "{} {items}\n", score.items)?;
    writeln!(out, "{:15} precision  recall     F1   right  extra  missing", "")?;
    for (what, tally) in [
        ("companies", &score.companies),
        ("topics", &score.topics),
        ("alerts", &score.alerts),
        ("pairs in stories", &score.stories),
    ] {
        let Tally { precision, recall, f1, right, extra, missing } = tally;
        if right + extra + missing == 0 {
            writeln!(out, "{what}: nothing was to be found, and nothing was")?;
            continue;
        }
        // A share of nothing is no figure.
        let share = |value: &f64, of: &[u64]| match of.contains(&0) {
            true => "–".to_owned(),
            false => format!("{value:.3}"),
        };
        let (found, labelled) = (right + extra, right + missing);
        let precision = share(precision, &[found]);
        let recall = share(recall, &[labelled]);
        let f1 = share(f1, &[found, labelled]);
        writeln!(
            out,
            "{what:16} {precision:>8} {recall:>7} {f1:>6} {right:7} {extra:6} {missing:8}"
        )?;
    }
    let folding = &score.folding;
    writeln!(
        out,
        "\nfolding: pairs {}; updates folded with what they follow {} of {}; stories lost {} of {}; \
         items left to tell {}",
        folding.pairs,
        folding.updates_folded,
        folding.updates,
        folding.stories_lost,
        folding.stories,
        folding.left
    )
}

/// How many differ beside those that are shown, and how to see them.
fn tell_more(more: usize, shown: usize, out: &mut dyn Write) -> std::io::Result<()> {
    let all = more + shown;
    match more {
        0 => Ok(()),
        1 => writeln!(out, "\n1 more item differs from its labels; --errors {all} shows it"),
        _ => {
            writeln!(out, "\n{more} more items differ from their labels; --errors {all} shows them")
        }
    }
}

fn tell_difference(one: &Difference<'_>, out: &mut dyn Write) -> std::io::Result<()> {
    let kind = one.kind.map(|kind| format!(" [{kind}]")).unwrap_or_default();
    let title = one.title.replace(char::is_control, " ");
    writeln!(out, "\n{}{kind} {title}", one.id.replace(char::is_control, " "))?;
    for (what, tags) in [("companies", &one.companies), ("topics", &one.topics)] {
        for (how, ids) in [("too many", &tags.extra), ("missing", &tags.missing)] {
            if !ids.is_empty() {
                writeln!(out, "  {what} {how}: {}", ids.join(", "))?;
            }
        }
    }
    match one.alert {
        Some(true) => writeln!(out, "  alerts, and should not")?,
        Some(false) => writeln!(out, "  does not alert, and should")?,
        None => {}
    }
    for line in &one.explained {
        writeln!(out, "    {line}")?;
    }
    Ok(())
}
