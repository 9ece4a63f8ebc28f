//! Mails for the operator: plain, short, each with what happened and what to do.
//!
//! [`rules`] decides which are due; what they say stands here. Sources are named by their ids, because
//! that is what the operator edits.

mod edit;
mod left_out;
mod rules;
mod tables;

pub use edit::{Edited, edited, source_renamed};
pub use left_out::{InPart, in_part, in_part_for, in_part_key};
pub use rules::{
    DiskLow, LateMails, NetworkOut, OperatorMail, RefusedEdit, Situation, at_once, daily, dated,
};

use std::collections::BTreeSet;

use super::Content;
use super::by_id;
use super::civil::{count, day, full_day, iso_day, moment};
use super::difference;
use super::digest::health_words;
use super::frame::{first_lines, whole_list};
use super::outside::line;
use super::page::{Page, Section, render};
use super::room::{self, Room, Short};
use super::stories::{self, Whose};
use super::withheld::LEFT_OUT;
use crate::model::alert::MeantFor;
use crate::model::{Difference, PendingNotice, SourceCoverage, Timestamp, Tz};

/// Sources or mails named one by one before the rest is counted.
const NAMED: usize = 40;

/// A mail that stays undelivered, as the operator needs to know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StuckMail {
    /// Whom it is for.
    pub address: String,
    /// Its subject.
    pub subject: String,
    /// Where it stands: deferred, uncertain, refused or dead.
    pub state: String,
    /// When it was sealed.
    pub sealed: Timestamp,
    /// The server's last reply.
    pub reply: String,
}

/// Sources in trouble, the official ones first.
#[must_use]
pub fn source_trouble(
    troubled: &[SourceCoverage],
    all: usize,
    now: Timestamp,
    zone: Tz,
) -> Content {
    let mut troubled: Vec<&SourceCoverage> = troubled.iter().collect();
    troubled.sort_by_key(|one| (!one.source.official, one.state.since));
    let lines = troubled.iter().map(|one| trouble_line(one, now, zone)).collect();
    let what = format!("{} of {} in trouble", troubled.len(), count(all, "source", "sources"));
    let next = "They are polled less often, daily at least, and never given up. Readers see this in \
                their digests. `watchlistd status` shows the present state.";
    mail(&what, &[("Sources", capped(lines)), ("What now", vec![next.to_owned()])], now, zone)
}

fn trouble_line(one: &SourceCoverage, now: Timestamp, zone: Tz) -> String {
    let official = if one.source.official { " (official)" } else { "" };
    let error = one.state.error.as_deref().map(|why| format!(" – {}", line(why, 200)));
    format!(
        "{}{official}: {} since {}{}; {}",
        line(one.source.id.as_str(), 80),
        health_words(one.state.health),
        moment(one.state.since, now, zone),
        error.unwrap_or_default(),
        line(&one.source.url, 200)
    )
}

/// An edit was refused: all its problems, and which version stays in force.
#[must_use]
pub fn rejected_edit(problems: &str, in_force: u64, at: Timestamp, zone: Tz) -> Content {
    let next = format!(
        "Version {in_force} stays in force and nothing is lost. Mend the lines above; the next \
         reload takes them. `watchlistd check` shows the same list."
    );
    let sections = [("Problems", first_lines(problems, NAMED)), ("What now", vec![next])];
    mail("an edit was refused", &sections, at, zone)
}

/// Mails that are not getting through.
#[must_use]
pub fn mail_stuck(stuck: &[StuckMail], now: Timestamp, zone: Tz) -> Content {
    let lines = stuck
        .iter()
        .map(|one| {
            format!(
                "{}: {} since {} – {} – {}",
                line(&one.address, 120),
                line(&one.state, 40),
                moment(one.sealed, now, zone),
                line(&one.subject, 120),
                line(&one.reply, 200)
            )
        })
        .collect();
    let what = format!("{} not delivered", count(stuck.len(), "mail", "mails"));
    let next = "Deferred mails are tried again for five days. What was refused for every address of \
                a reader is listed again in the next mail that works (of a reader without digests in the \
                next urgent one, and you are told it as well); what another of his addresses \
                has is not: `watchlistd digest resend READER --to ADDRESS` sends it there as well. \
                What a filter refused for its words is told without the publisher's and, where that \
                is refused as well, by their ids alone (`watchlistd show ID`): ask whoever runs the \
                filter to let mails of this service pass. What was too large for its server is told \
                in parts by the next mails. \
                What waited for an address that was corrected or taken out is told anew: to the \
                reader as he is now, or to you.";
    mail(&what, &[("Mails", capped(lines)), ("What now", vec![next.to_owned()])], now, zone)
}

/// Alerts that no reader receives: they are told here, so that none reaches nobody. With more than a
/// page holds the whole list is attached.
#[must_use]
pub fn unrouted(alerts: &[PendingNotice], now: Timestamp, zone: Tz) -> Content {
    unrouted_but(alerts, None, now, zone)
}

/// The same with as many as there is room for, the gravest first, and which those are.
#[must_use]
pub fn unrouted_within(
    alerts: &[PendingNotice],
    room: Room,
    now: Timestamp,
    zone: Tz,
) -> (Content, Vec<PendingNotice>) {
    room::within(alerts, NAMED, room, |told, short| unrouted_but(told, short, now, zone))
}

/// The same where those before it were refused for what they say, also without the publishers' words: by ids alone.
#[must_use]
pub fn unrouted_by_id(
    alerts: &[PendingNotice],
    now: Timestamp,
    zone: Tz,
) -> (Content, Vec<PendingNotice>) {
    let named = by_id::named(alerts);
    let what = format!("{}, by their ids", count(alerts.len(), "alert", "alerts"));
    let why = by_id::note(alerts.len() - named.len());
    let ids = by_id::section(&named).lines.into_iter().map(|one| one.text).collect();
    let content = mail(&what, &[("Alerts", ids), ("Why so", why.lines)], now, zone);
    (content, named)
}

fn unrouted_but(
    alerts: &[PendingNotice],
    short: Option<Short>,
    now: Timestamp,
    zone: Tz,
) -> Content {
    let lines: Vec<String> = alerts
        .iter()
        .map(|one| {
            let link = super::outside::link(one.item.link.as_deref());
            let link = link.map(|link| format!(" – {}", link.href)).unwrap_or_default();
            let meant_for = match one.meant_for.as_slice() {
                [] => String::new(),
                some => {
                    format!(" – was for {}", some.iter().map(meant).collect::<Vec<_>>().join(", "))
                }
            };
            format!(
                "{}: {} ({}){link}{meant_for}",
                one.alert.severity.as_str(),
                headline(one),
                line(one.item.source.as_str(), 80),
            )
        })
        .collect();
    let many = count(alerts.len(), "alert", "alerts");
    let untold = alerts.iter().flat_map(|one| &one.meant_for).filter(|one| !one.told_since);
    let whose: BTreeSet<&str> = untold.map(|one| one.reader.as_str()).collect();
    let all_meant = alerts.iter().all(|one| !one.meant_for.is_empty());
    let what = match whose.len() {
        0 if all_meant => format!("{many} reached a reader late"),
        1..=3 if all_meant => {
            let names: Vec<String> = whose.iter().map(|name| line(name, 60)).collect();
            format!("{many} did not reach {}", names.join(", "))
        }
        _ if all_meant => format!("{many} did not reach their readers"),
        _ => format!("{many} for no reader"),
    };
    let next = "No reader's filters let these pass, or no mail has reached the reader who is named. Who \
                takes urgent mails only finds what was refused in the next of these; for whom no mail is \
                to come, it stands here only. `watchlistd check` names what reaches nobody.";
    let cut = lines.len() > NAMED;
    let mut lines = capped(lines);
    if cut {
        lines.push(format!("The attached CSV lists all {}.", alerts.len()));
    }
    lines.extend(short.map(Short::sentence));
    let mut content =
        mail(&what, &[("Alerts", lines), ("What now", vec![next.to_owned()])], now, zone);
    if cut {
        content
            .attachments
            .push(whole_list(&stories::group(alerts, Whose::default()), iso_day(now, zone)));
    }
    content
}

/// The headline or, where words are left out, what is known without them.
fn headline(one: &PendingNotice) -> String {
    if !one.withheld {
        return line(&one.item.text.title, 200);
    }
    let judgement = &one.alert.judgement;
    let named = judgement.companies.iter().chain(&judgement.topics).take(6);
    let named: Vec<String> = named.map(|one| line(&one.name, 80)).collect();
    format!("{} {LEFT_OUT}. {}", named.join(" · "), one.item.text.summary)
}

/// That a mail to the operator was refused for its words, in none of them. `about` is the second part of its
/// occasion's key.
#[must_use]
pub fn refused_words(about: &str, sealed: Timestamp, now: Timestamp, zone: Tz) -> Content {
    let about = match about {
        "mail" => "mails that were not delivered",
        "late" => "mails that do not get out",
        "edit" => "an edit that was refused",
        "version" => "an edit of the files",
        "disk" => "the disk",
        "network" => "our own network",
        "sources" | "official" | "many" => "sources in trouble",
        "unrouted" => "alerts that reach nobody else",
        "upgrade" => "what this version decides otherwise",
        _ => "the service",
    };
    let what = format!("a mail about {about} was refused for its words");
    let lines = vec![format!(
        "The mail to you of {} was refused by the mail server when it had read all of it, as filters do. This \
         one quotes nothing of it.",
        moment(sealed, now, zone)
    )];
    let next = "`watchlistd outbox list` shows that mail and what the server said, `watchlistd status` how all \
                stands. Mails quote publishers and servers, and a filter refuses some words of theirs: what readers \
                were to be told in such words comes in their next mails without them and, where that is refused as \
                well, by ids alone. Ask whoever runs the filter to let mails of this service pass.";
    mail(&what, &[("What happened", lines), ("What now", vec![next.to_owned()])], now, zone)
}

/// A test: the transport works when this arrives.
#[must_use]
pub fn test_mail(transport: &str, now: Timestamp, zone: Tz) -> Content {
    let lines = vec![
        "This is a test. If you can read it, mails from this service reach you.".to_owned(),
        format!("Transport: {}.", line(transport, 200)),
        format!("Made {}.", moment(now, now, zone)),
    ];
    mail("test mail", &[("Test", lines)], now, zone)
}

/// The end of a canary's way: this mail itself is what was to be seen.
#[must_use]
pub fn canary(title: &str, seen: Timestamp, now: Timestamp, zone: Tz) -> Content {
    let what = format!("canary of {}: synthetic, nothing to do", day(now, zone));
    let way = vec![
        "A synthetic item was read from a feed of our own, stored, judged and told by this mail, as \
         real ones are. That it is here shows that all of this works, this address included."
            .to_owned(),
        format!("Item: {}", line(title, 200)),
        format!("Read {}, sealed {}.", moment(seen, now, zone), moment(now, now, zone)),
    ];
    let next = vec![
        "Nothing. It counts nowhere and no reader gets it. Should it not be taken by the mail server \
         in time, the second channel says so: ping_url is requested no more and command is run."
            .to_owned(),
        "`watchlistd status` shows the last one; `[canary]` in watchlistd.toml says when.".to_owned(),
    ];
    mail(&what, &[("What this is", way), ("What now", next)], now, zone)
}

/// What this version decides otherwise than the one before did, over the items of the last days.
#[must_use]
pub fn upgraded((from, to): (&str, &str), told: &Difference, now: Timestamp, zone: Tz) -> Content {
    let differing = told.gained.alerts + told.lost.alerts + told.changed;
    let what = match differing {
        0 => format!("{} replaced {}: it decides as before", line(to, 60), line(from, 60)),
        n => format!(
            "{} replaced {}: it decides {} otherwise",
            line(to, 60),
            line(from, 60),
            count(usize::try_from(n).unwrap_or(usize::MAX), "item", "items")
        ),
    };
    let mut sections = Vec::new();
    for part in difference::parts(told, ("what was decided", "this version"), zone) {
        let lines = part
            .lines
            .into_iter()
            .flat_map(|told| std::iter::once(told.text).chain(told.below))
            .collect();
        sections.push((part.heading, capped(lines)));
    }
    let next = "Who was told stays told, and nothing is told again. `watchlistd preview --decided` shows \
                the same with more samples.";
    sections.push(("What now".to_owned(), vec![next.to_owned()]));
    let sections: Vec<(&str, Vec<String>)> =
        sections.iter().map(|(heading, lines)| (heading.as_str(), lines.clone())).collect();
    mail(&what, &sections, now, zone)
}

/// Anything else that the operator must know: what happened, with its lines.
#[must_use]
pub fn notice(what: &str, lines: &[String], now: Timestamp, zone: Tz) -> Content {
    let lines = capped(lines.iter().map(|one| line(one, 400)).collect());
    mail(&line(what, 120), &[("What happened", lines)], now, zone)
}

fn mail(what: &str, sections: &[(&str, Vec<String>)], now: Timestamp, zone: Tz) -> Content {
    let subject = format!("[watchlistd] {what}");
    let page = Page {
        subject: subject.clone(),
        heading: format!("watchlistd · {}", full_day(now, zone)),
        sentence: capital(what),
        basis: moment(now, now, zone),
        sections: sections
            .iter()
            .filter(|(_, lines)| !lines.is_empty())
            .map(|(heading, lines)| Section::of(heading, lines.clone()))
            .collect(),
        small: vec![format!("watchlistd {}.", env!("CARGO_PKG_VERSION"))],
        ..Page::default()
    };
    let (text, html) = render(&page);
    Content { subject, text, html, attachments: Vec::new() }
}

/// `Mei`, or `Mei (told since)`.
fn meant(one: &MeantFor) -> String {
    let since = if one.told_since { " (told since)" } else { "" };
    format!("{}{since}", line(&one.reader, 60))
}

/// The same as the beginning of a sentence.
fn capital(text: &str) -> String {
    // An id stands as it is written.
    if text.split(' ').nth(1) == Some("(official)") {
        return text.to_owned();
    }
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn capped(mut lines: Vec<String>) -> Vec<String> {
    if lines.len() > NAMED {
        let rest = lines.split_off(NAMED).len();
        lines.push(format!("and {rest} more"));
    }
    lines
}
