//! What the operator is told at once, and what once a day.
//!
//! One mail a day names the sources whose trouble is new, goes on or is over. At once only what cannot
//! wait for it: an official source down for long, many sources down, mail that does not get through, a
//! disk that fills up, a refused edit, our own network out. Pure: who hands in the situation seals
//! what comes back; a key stays the same while its trouble does, so sealing it again changes nothing.

use std::time::Duration;

use super::super::Content;
use super::super::civil::{count, iso_day, moment, near, number, size, span};
use super::super::digest::health_words;
use super::super::outside::line;
use super::{StuckMail, capped, mail, mail_stuck, rejected_edit, trouble_line};
use crate::model::{Health, MailKey, Pause, Recovered, SourceCoverage, Timestamp, Tz, id};

/// An official source that is down this long is told at once.
const OFFICIAL: Duration = Duration::from_secs(6 * 3600);
/// Sources count among many once they are down this long: a short outage of a provider is over by then.
const SETTLED: Duration = Duration::from_secs(30 * 60);
/// Many are more than one in so many, and at least two.
const ONE_IN: usize = 10;
/// A stop that is told in a mail of its own; readers are told of shorter ones too.
const LONG_STOP: Duration = Duration::from_secs(3600);
/// Official sources told in mails of their own; more at a time share one.
const APART: usize = 3;
/// A trouble that is over is named when it lasted this long or had been told.
const WORTH_NAMING: Duration = Duration::from_secs(6 * 3600);

/// Everything that the operator's mails are decided from.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    /// The present.
    pub now: Timestamp,
    /// The operator's zone.
    pub zone: Tz,
    /// All sources in force.
    pub sources: &'a [SourceCoverage],
    /// Sources that are read again since the last daily mail.
    pub recovered: &'a [Recovered],
    /// When the last daily mail was sealed; without one everything is new.
    pub last_daily: Option<Timestamp>,
    /// Mails that are due and do not get out.
    pub late: Option<LateMails<'a>>,
    /// Mails that came to rest undelivered and that the operator was not told of.
    pub stuck: &'a [StuckMail],
    /// The disk, if it is nearly full.
    pub disk: Option<DiskLow<'a>>,
    /// An edit that was refused and is not mended.
    pub refused: Option<RefusedEdit<'a>>,
    /// Our own network, if it is or was out.
    pub network: Option<NetworkOut>,
    /// Stretches of the last day in which the service did not run, or of which nothing is known after a restore.
    pub stopped: &'a [Pause],
    /// The latest instant that is stored, if the clock went back behind it.
    pub ahead: Option<Timestamp>,
}

impl Situation<'_> {
    /// One in which nothing is known to be wrong.
    #[must_use]
    pub fn calm(now: Timestamp, zone: Tz) -> Self {
        Self {
            now,
            zone,
            sources: &[],
            recovered: &[],
            last_daily: None,
            late: None,
            stuck: &[],
            disk: None,
            refused: None,
            network: None,
            stopped: &[],
            ahead: None,
        }
    }
}

/// Mails that are due for over an hour and still wait.
#[derive(Clone, Copy, Debug)]
pub struct LateMails<'a> {
    /// How many.
    pub count: u64,
    /// When the oldest was due.
    pub since: Timestamp,
    /// What the server, or the way to it, last said.
    pub reply: &'a str,
    /// Whether no mail at all gets out, so that nothing new is sealed.
    pub down: bool,
}

/// A disk with less room than `[keep] free_space` asks for.
#[derive(Clone, Copy, Debug)]
pub struct DiskLow<'a> {
    /// Bytes that are free.
    pub free: u64,
    /// Bytes that should be.
    pub floor: u64,
    /// The folder of the database.
    pub folder: &'a str,
}

/// An edit that was refused.
#[derive(Clone, Copy, Debug)]
pub struct RefusedEdit<'a> {
    /// All its problems, one a line.
    pub problems: &'a str,
    /// The version that stays in force.
    pub in_force: u64,
    /// When it was first seen.
    pub seen: Timestamp,
}

/// A time in which no host answered at all.
#[derive(Clone, Copy, Debug)]
pub struct NetworkOut {
    /// Since when.
    pub from: Timestamp,
    /// Until when, if it is over.
    pub until: Option<Timestamp>,
}

/// A mail to seal under its key.
#[derive(Clone, Debug)]
pub struct OperatorMail {
    /// The occasion; the same while the trouble is.
    pub key: MailKey,
    /// What it says.
    pub content: Content,
}

/// What cannot wait for the daily mail. The mail about [`Situation::stuck`] covers what was asked for:
/// seal it with the instant up to which these were asked.
#[must_use]
pub fn at_once(situation: &Situation<'_>) -> Vec<OperatorMail> {
    let mut mails = Vec::new();
    mails.extend(refused(situation));
    mails.extend(disk(situation));
    mails.extend(late(situation));
    mails.extend(clock(situation));
    mails.extend(situation.stopped.iter().filter_map(|one| stopped(one, situation)));
    if !situation.stuck.is_empty() {
        let content = mail_stuck(situation.stuck, situation.now, situation.zone);
        let key = MailKey::operator("mail", &situation.now.to_string());
        mails.push(OperatorMail { key, content });
    }
    match situation.network {
        // Then the sources are not to blame.
        Some(out) => mails.push(network(out, situation)),
        None => match many(situation) {
            Some(many) => mails.push(many),
            None => mails.extend(official(situation)),
        },
    }
    mails
}

fn refused(situation: &Situation<'_>) -> Option<OperatorMail> {
    let edit = situation.refused?;
    // Made again after it was mended, the same edit is another occasion.
    let which = id::digest(&[edit.problems, &edit.seen.to_string()]);
    let key = MailKey::operator("edit", &id::base32(&which[..8]));
    let content = rejected_edit(edit.problems, edit.in_force, situation.now, situation.zone);
    Some(OperatorMail { key, content })
}

fn disk(situation: &Situation<'_>) -> Option<OperatorMail> {
    let disk = situation.disk?;
    let lines = vec![format!(
        "{}: {} free, {} wanted.",
        line(disk.folder, 200),
        size(disk.free),
        size(disk.floor)
    )];
    let next = "Free some space. Until then no source is polled, so that it is not us who fill the disk \
                up; what was read is judged and mailed, and readers' mails say that nothing is read. \
                Polling goes on by itself when there is room.";
    let content = told(situation, "the disk is nearly full", "Disk", lines, next);
    Some(OperatorMail { key: today("disk", situation), content })
}

fn late(situation: &Situation<'_>) -> Option<OperatorMail> {
    let late = situation.late?;
    let waiting = count(usize::try_from(late.count).unwrap_or(usize::MAX), "mail", "mails");
    let lines = vec![format!(
        "{waiting} due since {} – {}",
        moment(late.since, situation.now, situation.zone),
        line(late.reply, 200)
    )];
    let others = match late.down {
        true => "nothing new is sealed meanwhile",
        false => "others are made and tried all the same",
    };
    let next = format!(
        "They are tried again until they get out, for five days each; {others}. `watchlistd send-test` \
         shows at which stage it ends."
    );
    let content = told(situation, &format!("{waiting} not getting out"), "Mails", lines, &next);
    Some(OperatorMail { key: today("late", situation), content })
}

fn clock(situation: &Situation<'_>) -> Option<OperatorMail> {
    let (ahead, now, zone) = (situation.ahead?, situation.now, situation.zone);
    let lines = vec![format!(
        "What is stored reaches to {}, and the clock shows {}: it was wrong then, or is wrong now.",
        moment(ahead, now, zone),
        moment(now, now, zone)
    )];
    let next = "Look at the clock, and at what sets it (`timedatectl`). Polls, mails and digests go on by the \
                time that it shows; where over a day comes again, its days have digests again. \
                `watchlistd status` says so until the later time has passed.";
    let key = MailKey::operator("clock", &ahead.to_string());
    Some(OperatorMail {
        key,
        content: told(situation, "the clock went back", "Clock", lines, next),
    })
}

fn stopped(pause: &Pause, situation: &Situation<'_>) -> Option<OperatorMail> {
    let until = pause.until.filter(|until| until.since(pause.from) >= LONG_STOP)?;
    let (now, zone) = (situation.now, situation.zone);
    let (began, ended) = (moment(pause.from, now, zone), moment(until, now, zone));
    if pause.is_unknown() {
        let lines = vec![format!(
            "Whether sources were read from {began} to {ended} is not known: {}.",
            pause.why
        )];
        let next = "Digests say the same of this time. What ran then stands in the database that was replaced, \
                    which was set aside, and in its record; what feeds no longer show is told as a gap.";
        let key = MailKey::operator("unknown", &pause.from.to_string());
        let about = "what was read before the restore is not known";
        return Some(OperatorMail { key, content: told(situation, about, "Restore", lines, next) });
    }
    let lines = vec![format!("No source was polled from {began} to {ended}: {}.", pause.why)];
    let next = "Digests that came due meanwhile wait for one round of the sources, and name the stop; \
                what feeds no longer showed by then is told as a gap. The journal says why the service \
                stopped.";
    // Ended anew by a start without a poll, it is the same stop.
    let key = MailKey::operator("stop", &pause.from.to_string());
    let content = told(situation, "the service did not run", "Service", lines, next);
    Some(OperatorMail { key, content })
}

fn network(out: NetworkOut, situation: &Situation<'_>) -> OperatorMail {
    let (now, zone) = (situation.now, situation.zone);
    let from = moment(out.from, now, zone);
    let (what, lines) = match out.until {
        None => ("our own network is out", format!("No host has answered since {from}.")),
        Some(until) => (
            "our own network was out",
            format!("No host answered from {from} to {}.", moment(until, now, zone)),
        ),
    };
    let next = "No source is blamed for it. Everything that is due is polled as soon as a host \
                answers; where a feed's window has moved on meanwhile, readers are told of the gap.";
    let key = MailKey::operator("network", &out.from.to_string());
    OperatorMail { key, content: told(situation, what, "Network", vec![lines], next) }
}

fn many(situation: &Situation<'_>) -> Option<OperatorMail> {
    let all = situation.sources.len();
    let down = down_for(situation, SETTLED);
    if down.len() < 2 || down.len() * ONE_IN <= all {
        return None;
    }
    let lines = down.iter().map(|one| trouble_line(one, situation.now, situation.zone)).collect();
    let what =
        format!("{} of {} failing", number(down.len() as u64), count(all, "source", "sources"));
    let next = "So many at once are often one cause: a proxy, a name server, a provider, a block. \
                Readers see each in their digests.";
    let content = told(situation, &what, "Sources", lines, next);
    Some(OperatorMail { key: today("many", situation), content })
}

fn official(situation: &Situation<'_>) -> Vec<OperatorMail> {
    let down: Vec<&SourceCoverage> =
        down_for(situation, OFFICIAL).into_iter().filter(|one| one.source.official).collect();
    let mail_of = |down: &[&SourceCoverage]| {
        let lines =
            down.iter().map(|one| trouble_line(one, situation.now, situation.zone)).collect();
        let what = match down {
            [one] => format!(
                "{} (official) {} for over 6 hours",
                line(one.source.id.as_str(), 60),
                health_words(one.state.health)
            ),
            several => format!("{} official sources failing for over 6 hours", several.len()),
        };
        let next = "What it says does not reach you meanwhile: look at its page, and mend its address \
                    in sources.toml if it has moved.";
        told(situation, &what, "Official sources", lines, next)
    };
    if down.len() > APART {
        return vec![OperatorMail { key: today("official", situation), content: mail_of(&down) }];
    }
    let apart = down.iter().map(|one| OperatorMail {
        key: MailKey::operator("official", &format!("{}@{}", one.source.id, one.state.since)),
        content: mail_of(&[one]),
    });
    apart.collect()
}

/// Sources that have not reached us for so long, the official ones first.
fn down_for<'a>(situation: &Situation<'a>, span: Duration) -> Vec<&'a SourceCoverage> {
    let is_down = |one: &&SourceCoverage| {
        one.state.last_poll.is_some()
            && !one.is_covered()
            && situation.now.since(one.state.since) > span
    };
    let mut down: Vec<&SourceCoverage> = situation.sources.iter().filter(is_down).collect();
    down.sort_by_key(|one| (!one.source.official, one.state.since));
    down
}

/// The mail of the day about sources: what is newly in trouble, what still is, what is read again.
/// `None` when there is nothing of these.
#[must_use]
pub fn daily(situation: &Situation<'_>) -> Option<Content> {
    let (now, zone) = (situation.now, situation.zone);
    let mut troubled: Vec<&SourceCoverage> =
        situation.sources.iter().filter(|one| is_troubled(one)).collect();
    troubled.sort_by_key(|one| (!one.source.official, one.state.since));
    let is_new = |one: &&SourceCoverage| situation.last_daily.is_none_or(|at| one.state.since > at);
    let (new, old): (Vec<_>, Vec<_>) = troubled.into_iter().partition(is_new);
    let moved: Vec<&SourceCoverage> = situation
        .sources
        .iter()
        .filter(|one| one.state.health == Health::Moved && is_new(one))
        .collect();
    let counts: Vec<String> = [
        (new.len(), "new"),
        (old.len(), "continuing"),
        (situation.recovered.len(), "recovered"),
        (moved.len(), "moved"),
    ]
    .iter()
    .filter(|(n, _)| *n > 0)
    .map(|(n, what)| format!("{} {what}", number(*n as u64)))
    .collect();
    if counts.is_empty() {
        return None;
    }
    let lines = |list: &[&SourceCoverage]| {
        capped(list.iter().map(|one| trouble_line(one, now, zone)).collect())
    };
    let next = "Sources in trouble are polled less often, daily at least, and never given up. Readers \
                see them in their digests. `watchlistd status` shows the present state.";
    let sections = [
        ("New", lines(&new)),
        ("Continuing", lines(&old)),
        ("Recovered", recovered_lines(situation)),
        ("Moved for good: write the new address into sources.toml", lines(&moved)),
        ("What now", vec![next.to_owned()]),
    ];
    Some(mail(&format!("sources: {}", counts.join(", ")), &sections, now, zone))
}

/// Whether people should look at it: not read, or read with something that is not as usual.
fn is_troubled(one: &SourceCoverage) -> bool {
    let odd = matches!(one.state.health, Health::Empty | Health::Silent | Health::Shrunk);
    one.state.last_poll.is_some() && (odd || !one.is_covered())
}

/// Troubles that are over: by name those that lasted or had been told, of the others the number.
fn recovered_lines(situation: &Situation<'_>) -> Vec<String> {
    let (now, zone) = (situation.now, situation.zone);
    let lasted = |one: &&Recovered| {
        one.until.since(one.from) >= WORTH_NAMING
            || situation.last_daily.is_some_and(|told| one.from <= told)
    };
    let (long, short): (Vec<_>, Vec<_>) = situation.recovered.iter().partition(lasted);
    let mut lines: Vec<String> = long
        .iter()
        .map(|one| {
            let official = if one.source.official { " (official)" } else { "" };
            format!(
                "{}{official}: in order again since {} after {} – {}",
                line(one.source.id.as_str(), 80),
                near(one.until, now, zone),
                span(one.until.since(one.from)),
                line(&one.error, 200)
            )
        })
        .collect();
    lines = capped(lines);
    if !short.is_empty() {
        let others = count(short.len(), "source was", "sources were");
        lines.push(format!("{others} out of order for less than 6 hours."));
    }
    lines
}

fn today(kind: &str, situation: &Situation<'_>) -> MailKey {
    dated(kind, &iso_day(situation.now, situation.zone), situation.ahead)
}

/// The key of a mail that is written once a day. A day on which the clock went back may have been had before:
/// while something stored lies `ahead`, its mails are others than those of the first time. At the worst one
/// comes twice on that day.
#[must_use]
pub fn dated(kind: &str, day: &str, ahead: Option<Timestamp>) -> MailKey {
    match ahead {
        None => MailKey::operator(kind, day),
        Some(ahead) => MailKey::operator(kind, &format!("{day}@{ahead}")),
    }
}

fn told(
    situation: &Situation<'_>,
    what: &str,
    heading: &str,
    lines: Vec<String>,
    next: &str,
) -> Content {
    let sections = [(heading, capped(lines)), ("What now", vec![next.to_owned()])];
    mail(what, &sections, situation.now, situation.zone)
}
