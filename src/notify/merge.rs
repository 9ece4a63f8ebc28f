//! Several alerts about one item, told as one.
//!
//! Of two revisions the newer is told, with what the older alerted on: whom it named and how grave it was, since a
//! mail settles both. Of two alerts about the same revision (a new term finds more in an
//! item that still waits to be told) each adds its companies, topics, reasons and marks, and the graver
//! severity counts: neither may hide what the other has to say.

use std::borrow::Cow;

use super::times;
use crate::model::alert::{Before, Earlier, Words};
use crate::model::{Hit, Mark, Named, PendingNotice, Timestamp};

/// Adds what another notice of the same item says.
pub(super) fn merge<'a>(known: &mut Cow<'a, PendingNotice>, one: &'a PendingNotice) {
    if one.alert.revision > known.alert.revision {
        *known = edited(Cow::Borrowed(one), known);
    } else if one.alert.revision < known.alert.revision {
        *known = edited(known.clone(), one);
    } else if one.alert.id != known.alert.id {
        let joined = match one.alert.at > known.alert.at {
            true => joined(one, known),
            false => joined(known, one),
        };
        *known = Cow::Owned(joined);
    }
}

/// The newer revision with what it settles of an older one. What a mail told of that one needs no second telling.
fn edited<'a>(newer: Cow<'a, PendingNotice>, older: &PendingNotice) -> Cow<'a, PendingNotice> {
    if sent(older) && older.earlier.is_empty() {
        return newer;
    }
    let mut all = newer.into_owned();
    let mut earlier = older.earlier.clone();
    if !sent(older) {
        let judgement = &older.alert.judgement;
        let named = match judgement.companies.is_empty() {
            false => judgement.companies.clone(),
            true => judgement.topics.clone(),
        };
        earlier.push(Earlier {
            named,
            severity: older.alert.severity,
            from: older.item.first_seen,
            until: all.item.first_seen,
        });
        // From what this reader was told, or else from the first that this mail settles.
        let told = older.before.clone().filter(|before| before.alert.is_some());
        all.before = told.or_else(|| {
            Some(Before {
                first_seen: times::first_seen(older),
                words: Words::Whole(older.item.text.clone()),
                alert: Some(older.alert.clone()),
            })
        });
        all.undelivered |= older.undelivered;
    }
    earlier.append(&mut all.earlier);
    earlier.sort_by_key(|one| one.from);
    // Revisions may come in any order: each ends where the next one begins.
    let ends: Vec<Timestamp> =
        earlier.iter().skip(1).map(|one| one.from).chain([all.item.first_seen]).collect();
    for (one, until) in earlier.iter_mut().zip(ends) {
        one.until = until;
    }
    all.earlier = earlier;
    Cow::Owned(all)
}

fn sent(one: &PendingNotice) -> bool {
    one.alert.marks.contains(&Mark::SentEarlier)
}

/// The newer notice with what the older one adds.
fn joined(newer: &PendingNotice, older: &PendingNotice) -> PendingNotice {
    let mut all = newer.clone();
    let (judgement, other) = (&mut all.alert.judgement, &older.alert.judgement);
    add_named(&mut judgement.companies, &other.companies);
    add_named(&mut judgement.topics, &other.topics);
    for group in &other.groups {
        if !judgement.groups.contains(group) {
            judgement.groups.push(group.clone());
        }
    }
    for hit in &other.hits {
        if !judgement.hits.contains(hit) {
            judgement.hits.push(hit.clone());
        }
    }
    judgement.hits.sort_by_key(|hit: &Hit| (hit.field, hit.start, hit.end));
    for reason in &other.reasons {
        if !judgement.reasons.iter().any(|known| known.words == reason.words) {
            judgement.reasons.push(reason.clone());
        }
    }
    judgement.severity = judgement.severity.max(other.severity);
    all.alert.severity = all.alert.severity.max(older.alert.severity);
    let both_sent = sent(newer) && sent(older);
    all.alert.marks.extend(&older.alert.marks);
    // What is new in it was not sent.
    all.alert.marks.retain(|mark| *mark != Mark::SentEarlier || both_sent);
    all.alert.marks.sort_unstable();
    all.alert.marks.dedup();
    all.undelivered |= older.undelivered;
    all.before = all.before.or_else(|| older.before.clone());
    for one in &older.earlier {
        if !all.earlier.contains(one) {
            all.earlier.push(one.clone());
        }
    }
    all
}

fn add_named(all: &mut Vec<Named>, more: &[Named]) {
    for one in more {
        if !all.iter().any(|known| known.id == one.id) {
            all.push(one.clone());
        }
    }
    all.sort_by(|one, other| one.id.cmp(&other.id));
}
