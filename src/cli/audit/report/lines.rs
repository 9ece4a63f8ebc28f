//! The lines of a report, each worded from one row of the archive or one entry of the watchlist.
//!
//! It reads nothing: [`super::gather`] hands in what it found.

use serde::Serialize;

use super::super::super::seen;
use super::looked::Paused;
use super::shown::{LINK, seconds};
use crate::model::source::Gap;
use crate::model::watchlist::{CompanyEntry, Guards};
use crate::model::{Action, MailState, Pause, Timestamp};
use crate::notify::outside::line;
use crate::store::{Account, DecidedRow, TellingRow};

/// Characters of a headline that are shown.
const TITLE: usize = 300;

/// How a source was looked at.
#[derive(Debug, Serialize)]
pub(super) struct SourceLine {
    id: String,
    url: String,
    official: bool,
    pub(super) made: u64,
    pub(super) due: u64,
    failed: u64,
    remarked: u64,
    new: u64,
    last: String,
    troubles: String,
    note: String,
}

/// What was decided about an item, and who was told.
#[derive(Debug, Serialize)]
pub(super) struct Line {
    at: String,
    seen: String,
    published: String,
    source: String,
    title: String,
    link: String,
    severity: String,
    why: Vec<String>,
    version: u64,
    alert: String,
    outcome: String,
    told: Vec<String>,
    /// What people made of it.
    people: Vec<String>,
}

/// The company's names in words, with what guards them.
pub(super) fn terms(entry: &CompanyEntry) -> Vec<String> {
    let mut terms = vec![format!("name \"{}\"{}", entry.name.value, guards(&entry.guards))];
    terms.extend(
        entry
            .aliases
            .iter()
            .map(|alias| format!("alias \"{}\"{}", alias.name.value, guards(&alias.guards))),
    );
    terms.extend(entry.tickers.iter().map(|ticker| format!("ticker {}", ticker.value)));
    if let Some(parent) = &entry.part_of {
        terms.push(format!("part of {}", parent.value));
    }
    terms
}

/// The day up to which a company is muted, if it is on the day of `since`: a mute holds back what is seen
/// on a day in UTC, that day included.
pub(super) fn muted(entry: &CompanyEntry, since: Timestamp) -> Option<String> {
    let until = entry.guards.muted_until.as_ref()?.value;
    (until >= since.to_chrono().date_naive()).then(|| until.to_string())
}

fn guards(guards: &Guards) -> String {
    let lists = [
        ("only with", &guards.only_with),
        ("not with", &guards.not_with),
        ("never in an item with", &guards.never_in_item),
    ];
    let mut words: Vec<String> = lists
        .iter()
        .filter(|(_, list)| !list.is_empty())
        .map(|(how, list)| {
            let list: Vec<_> = list.iter().map(|one| one.value.as_str()).collect();
            format!("{how} {}", list.join(", "))
        })
        .collect();
    words.extend(guards.muted_until.as_ref().map(|day| format!("muted until {}", day.value)));
    if words.is_empty() { String::new() } else { format!(" ({})", words.join("; ")) }
}

/// How a source was looked at between two instants.
pub(super) fn source(
    account: &Account,
    paused: &Paused,
    begin: Timestamp,
    end: Timestamp,
) -> SourceLine {
    let from = begin.max(account.added);
    let until = account.retired.unwrap_or(end).min(end);
    let interval = account.interval.as_millis().max(1);
    let due = u64::try_from(until.since(from).as_millis() / interval).unwrap_or(u64::MAX);
    let mut note = Vec::new();
    if account.added > begin {
        note.push(format!("watched since {}", seconds(account.added)));
    }
    if let Some(paused) = paused.lasting(account.source.as_str()) {
        note.push(format!("paused by a person since {}", seconds(paused)));
    } else if let Some(retired) = account.retired {
        note.push(format!("no longer watched since {}", seconds(retired)));
    }
    if account.polls == 0 {
        note.push("not polled in this window".to_owned());
    } else if account.polls == account.failed {
        note.push("every poll failed".to_owned());
    } else if account.polls == account.failed + account.remarked {
        note.push("every poll had a remark".to_owned());
    }
    SourceLine {
        id: account.source.to_string(),
        url: account.url.clone(),
        official: account.official,
        made: account.polls,
        due,
        failed: account.failed,
        remarked: account.remarked,
        new: account.new,
        last: account.last.map(seconds).unwrap_or_default(),
        troubles: line(&account.troubles.join("; "), LINK),
        note: note.join("; "),
    }
}

pub(super) fn found_line(row: &DecidedRow, company: &str) -> Line {
    let judgement = &row.judgement;
    let named = judgement.companies.iter().any(|one| &*one.id == company);
    let guards = judgement
        .held_back
        .iter()
        .filter_map(|one| Some((one.hit.as_ref()?, &one.guard)))
        .filter(|(hit, _)| &*hit.entity == company)
        .map(|(hit, guard)| format!("\"{}\" was held back: {guard}", hit.term));
    let outcome = match (&row.untold, row.alert.is_some(), named) {
        (Some(reason), _, _) => format!("recorded and not told: {reason}"),
        (None, true, _) => "alert".to_owned(),
        (None, false, true) if judgement.would_be.is_some() => "held back".to_owned(),
        (None, false, true) => {
            "a mention: no topic beside the company, or none linked to it".to_owned()
        }
        (None, false, false) => "held back".to_owned(),
    };
    Line {
        at: seconds(row.at),
        seen: seen::seen(&row.item, row.began),
        published: row.item.published.map(seconds).unwrap_or_default(),
        source: row.item.source.to_string(),
        title: line(&row.item.text.title, TITLE),
        link: row.item.link.as_deref().map(|link| line(link, LINK)).unwrap_or_default(),
        severity: judgement.severity.map(|one| one.as_str().to_owned()).unwrap_or_default(),
        why: judgement
            .reasons
            .iter()
            .map(|one| one.words.clone())
            .chain(guards)
            .map(|one| line(&one, LINK))
            .collect(),
        version: row.watchlist,
        alert: row.alert.as_ref().map(ToString::to_string).unwrap_or_default(),
        outcome,
        told: row.told.iter().flat_map(telling).collect(),
        people: row.actions.iter().map(|one| line(&deed(one), LINK)).collect(),
    }
}

/// What a person did about an alert.
fn deed(action: &Action) -> String {
    let why = action.why.as_deref().map(|why| format!(": {why}")).unwrap_or_default();
    format!("{} by {}, {}{why}", action.what, action.author, seconds(action.at))
}

fn telling(row: &TellingRow) -> Vec<String> {
    let reader = row.reader.as_deref().unwrap_or("the operator");
    if row.mails.is_empty() {
        let why = row.reason.as_deref().map(|why| format!(": {why}")).unwrap_or_default();
        let told = if row.state == "pending" { "not told yet" } else { "NOT told" };
        return vec![format!("{told}: {reader}: {}{why}", row.state)];
    }
    row.mails
        .iter()
        .map(|mail| {
            let when = match (mail.state, mail.sent) {
                (MailState::Sent, Some(sent)) => format!("sent {}", seconds(sent)),
                (state, _) => state.as_str().to_owned(),
            };
            let reply = if mail.reply.is_empty() {
                String::new()
            } else {
                format!(" – {}", line(&mail.reply, LINK))
            };
            let told = match mail.state {
                MailState::Sent => "told",
                MailState::Uncertain => "told, if it arrived",
                MailState::Pending | MailState::Sending | MailState::Deferred => "not told yet",
                MailState::Refused | MailState::Dead => "NOT told",
            };
            let subject = line(&mail.subject, TITLE);
            format!("{told}: {reader}, {}: \"{subject}\" {when}{reply}", mail.address)
        })
        .collect()
}

pub(super) fn gap_line(gap: &Gap) -> String {
    let (from, until) = (seconds(gap.from), seconds(gap.until));
    format!(
        "{}: items between {from} and {until} may have been missed: nothing that it showed then was \
         known from before",
        gap.source
    )
}

pub(super) fn pause_line(pause: &Pause) -> String {
    let until = pause.until.map_or_else(|| "the present".to_owned(), seconds);
    if pause.is_unknown() {
        let from = seconds(pause.from);
        return format!(
            "all sources: not known whether read from {from} to {until}: {}",
            pause.why
        );
    }
    format!(
        "all sources: nothing was polled from {} to {until}: {}",
        seconds(pause.from),
        pause.why
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SourceId;

    #[test]
    fn only_who_was_told_stands_as_told() {
        use crate::model::{MailId, MailKey, MailKind};
        let at = Timestamp::from_millis(1_795_000_000_000);
        let row = |state: MailState| TellingRow {
            reader: Some("Ann".to_owned()),
            state: "sealed".to_owned(),
            reason: None,
            mails: vec![crate::store::MailRow {
                id: MailId::of(&["x"]),
                key: MailKey::digest("Ann", at),
                kind: MailKind::Digest,
                reader: Some("Ann".to_owned()),
                address: "ann@desk.test".to_owned(),
                state,
                subject: "Watchlist".to_owned(),
                at,
                sent: (state == MailState::Sent).then_some(at),
                attempts: 1,
                tried: None,
                next_attempt: None,
                reply: "550 no such user".to_owned(),
            }],
        };
        for (state, told) in [
            (MailState::Sent, "told: Ann, ann@"),
            (MailState::Refused, "NOT told: Ann, ann@"),
            (MailState::Dead, "NOT told: Ann"),
            (MailState::Deferred, "not told yet: Ann"),
            (MailState::Uncertain, "told, if it arrived: Ann"),
        ] {
            let words = telling(&row(state)).remove(0);
            assert!(words.starts_with(told), "{words}");
        }
        let none = |state: &str| TellingRow {
            state: state.to_owned(),
            mails: vec![],
            ..row(MailState::Sent)
        };
        assert_eq!(telling(&none("pending")), ["not told yet: Ann: pending"]);
        assert_eq!(telling(&none("withdrawn")), ["NOT told: Ann: withdrawn"]);
    }

    #[test]
    fn a_source_says_how_it_was_looked_at() {
        let at = |text: &str| Timestamp::parse(text).expect("an instant");
        let (begin, end) = (at("2026-11-01T00:00:00Z"), at("2026-11-02T00:00:00Z"));
        let account = |polls: u64, failed: u64, remarked: u64| Account {
            source: SourceId::new("wire"),
            url: "https://wire.test/feed".to_owned(),
            official: false,
            interval: std::time::Duration::from_secs(1800),
            added: at("2026-10-01T00:00:00Z"),
            retired: None,
            polls,
            failed,
            remarked,
            new: 0,
            first: None,
            last: None,
            troubles: Vec::new(),
            runs: Vec::new(),
        };
        let noon = Some(at("2026-11-01T12:00:00Z"));
        let added = Account { added: at("2026-11-01T12:00:00Z"), ..account(3, 3, 0) };
        for (account, due, note) in [
            (account(48, 1, 1), 48, ""),
            (account(0, 0, 0), 48, "not polled in this window"),
            (account(2, 2, 0), 48, "every poll failed"),
            (account(3, 1, 2), 48, "every poll had a remark"),
            (added, 24, "watched since 2026-11-01T12:00:00Z; every poll failed"),
            (
                Account { retired: noon, ..account(0, 0, 0) },
                24,
                "no longer watched since 2026-11-01T12:00:00Z; not polled in this window",
            ),
        ] {
            let line = source(&account, &Paused::default(), begin, end);
            assert_eq!((line.due, line.note.as_str()), (due, note));
        }
    }
}
