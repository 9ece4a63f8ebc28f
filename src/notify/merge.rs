//! Several alerts about one item, told as one.
//!
//! Of two revisions the newer is told. Of two alerts about the same revision (a new term finds more in an
//! item that still waits to be told) each adds its companies, topics, reasons and marks, and the graver
//! severity counts: neither may hide what the other has to say.

use std::borrow::Cow;

use crate::model::{Hit, Mark, Named, PendingNotice};

/// Adds what another notice of the same item says.
pub(super) fn merge<'a>(known: &mut Cow<'a, PendingNotice>, one: &'a PendingNotice) {
    if one.alert.revision > known.alert.revision {
        *known = Cow::Borrowed(one);
    } else if one.alert.revision == known.alert.revision && one.alert.id != known.alert.id {
        let joined = match one.alert.at > known.alert.at {
            true => joined(one, known),
            false => joined(known, one),
        };
        *known = Cow::Owned(joined);
    }
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
    let sent = |one: &PendingNotice| one.alert.marks.contains(&Mark::SentEarlier);
    let both_sent = sent(newer) && sent(older);
    all.alert.marks.extend(&older.alert.marks);
    // What is new in it was not sent.
    all.alert.marks.retain(|mark| *mark != Mark::SentEarlier || both_sent);
    all.alert.marks.sort_unstable();
    all.alert.marks.dedup();
    all.undelivered |= older.undelivered;
    all.before = all.before.or_else(|| older.before.clone());
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
