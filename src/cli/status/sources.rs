//! The sources that `status` shows: all of a few, of many those that want looking at.

use std::collections::BTreeMap;
use std::io::Write;

use super::{SourceStatus, seconds};
use crate::model::source::Health;

/// Sources that are shown: about a screen.
const SHOWN: usize = 40;

/// Prints how sources stand.
pub(super) fn print(sources: &[SourceStatus], out: &mut dyn Write) -> std::io::Result<()> {
    let covered = sources.iter().filter(|one| one.read).count();
    write!(out, "Sources    {covered} of {} read", sources.len())?;
    if sources.len() > SHOWN {
        write!(out, ": {}", counts(sources))?;
    }
    writeln!(out)?;
    let (shown, more) = chosen(sources);
    for source in shown {
        line(source, out)?;
    }
    if more > 0 {
        writeln!(out, "  … and {more} more in trouble")?;
    }
    if sources.len() > SHOWN {
        writeln!(out, "  `watchlistd source list` shows all of them")?;
    }
    Ok(())
}

/// "9,640 healthy, 310 silent, 50 failing", most frequent first.
fn counts(sources: &[SourceStatus]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for source in sources {
        *counts.entry(source.health.as_str()).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let words: Vec<String> =
        counts.into_iter().map(|(health, count)| format!("{count} {health}")).collect();
    words.join(", ")
}

/// All of a few; of many those in trouble, the unread first, and how many such are left out.
fn chosen(sources: &[SourceStatus]) -> (Vec<&SourceStatus>, usize) {
    if sources.len() <= SHOWN {
        return (sources.iter().collect(), 0);
    }
    let fine = |one: &&SourceStatus| matches!(one.health, Health::Healthy | Health::New);
    let mut shown: Vec<&SourceStatus> =
        sources.iter().filter(|one| !fine(one) || !one.read || one.error.is_some()).collect();
    shown.sort_by_key(|one| one.read);
    let more = shown.len().saturating_sub(SHOWN);
    shown.truncate(SHOWN);
    (shown, more)
}

fn line(source: &SourceStatus, out: &mut dyn Write) -> std::io::Result<()> {
    writeln!(
        out,
        "  {:<24} {:<10} since {}  {:>6} items  next {}",
        source.id,
        source.health.as_str(),
        seconds(source.since),
        source.items,
        seconds(source.next_poll)
    )?;
    if let Some(error) = &source.error {
        writeln!(out, "    {error}")?;
    }
    if source.read || !source.health.is_covered() {
        return Ok(());
    }
    // Its state alone does not show that it counts as not read.
    match source.last_success.filter(|_| source.stale) {
        Some(at) => writeln!(out, "    not read since {}", seconds(at)),
        None => writeln!(out, "    not read: it had items, and shows none any more"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;

    fn source(n: usize, health: Health) -> SourceStatus {
        let at = Timestamp::from_millis(1_700_000_000_000);
        SourceStatus {
            id: format!("s{n}"),
            url: "https://a.test/".into(),
            moved_to: None,
            health,
            read: health.is_covered(),
            stale: false,
            since: at,
            last_success: None,
            next_poll: at,
            items: 3,
            error: (health == Health::Failing).then(|| "connect: refused".to_owned()),
        }
    }

    fn told(sources: &[SourceStatus]) -> String {
        let mut out = Vec::new();
        print(sources, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn of_a_few_all_are_shown() {
        let few = [source(1, Health::Healthy), source(2, Health::Failing)];
        let told = told(&few);
        assert_eq!(told.lines().next(), Some("Sources    1 of 2 read"));
        assert_eq!(told.lines().count(), 4, "{told}");
    }

    #[test]
    fn of_many_those_in_trouble_are_shown_the_unread_first() {
        let health = |n: usize| match n {
            7 => Health::Silent,
            300 => Health::Failing,
            _ => Health::Healthy,
        };
        let many: Vec<_> = (0..1_000).map(|n| source(n, health(n))).collect();
        let told = told(&many);
        let lines: Vec<&str> = told.lines().collect();
        assert_eq!(lines[0], "Sources    999 of 1000 read: 998 healthy, 1 failing, 1 silent");
        assert!(lines[1].starts_with("  s300 ") && lines[3].starts_with("  s7 "), "{told}");
        assert_eq!(lines[4..], ["  `watchlistd source list` shows all of them"]);
    }

    #[test]
    fn a_flood_of_troubles_is_counted() {
        let many: Vec<_> = (0..1_000).map(|n| source(n, Health::Failing)).collect();
        let told = told(&many);
        assert!(told.contains("  … and 960 more in trouble\n"), "{told}");
        assert_eq!(told.lines().count(), 1 + 2 * SHOWN + 2);
    }
}
