//! What an edit, or a newer version, adds to what was known.

use crate::model::{Judgement, Named, Severity};

/// Whether anything of what was told still adds to what was known `before`, as the watchlist judges `now`.
#[must_use]
pub fn still_adds(before: &Judgement, told: &Judgement, now: &Judgement) -> bool {
    let both = |told: &[Named], now: &[Named]| -> Vec<Named> {
        told.iter().filter(|one| now.iter().any(|other| other.id == one.id)).cloned().collect()
    };
    let common = Judgement {
        companies: both(&told.companies, &now.companies),
        topics: both(&told.topics, &now.topics),
        severity: told.severity.min(now.severity),
        alert: told.alert && now.alert,
        ..Judgement::default()
    };
    adds(before, &common).is_some()
}

/// What an edit adds to what was known: a company, a topic or a higher severity, in words. `None`
/// when it adds nothing that is to be told.
#[must_use]
pub fn adds(before: &Judgement, after: &Judgement) -> Option<String> {
    if !after.alert {
        return None;
    }
    let new = |old: &[Named], all: &[Named]| -> Vec<String> {
        let unknown = all.iter().filter(|one| !old.iter().any(|known| known.id == one.id));
        unknown.map(|one| one.name.to_string()).collect()
    };
    let mut words = Vec::new();
    let companies = new(&before.companies, &after.companies);
    if !companies.is_empty() {
        words.push(format!("now names {}", companies.join(", ")));
    }
    let topics = new(&before.topics, &after.topics);
    if !topics.is_empty() {
        words.push(format!("now about {}", topics.join(", ")));
    }
    let told = |judgement: &Judgement| judgement.severity.filter(|_| judgement.alert);
    if told(after) > told(before) {
        let shown = |severity: Option<Severity>| severity.map_or("no alert", Severity::as_str);
        words.push(format!("{} → {}", shown(told(before)), shown(told(after))));
    }
    (!words.is_empty()).then(|| words.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(companies: &[&str], severity: Option<Severity>) -> Judgement {
        let named = |id: &&str| Named { id: (*id).into(), name: (*id).into(), note: None };
        Judgement {
            companies: companies.iter().map(named).collect(),
            severity,
            alert: severity.is_some(),
            ..Judgement::default()
        }
    }

    #[test]
    fn what_was_told_stands_while_anything_new_in_it_does() {
        use Severity::{High, Medium};
        for (before, told, now, stands) in [
            ((&[][..], None), (&["x"][..], Medium), (&[][..], None), false),
            ((&[], None), (&["x"], Medium), (&["x"], Some(High)), true),
            ((&["y"], Some(Medium)), (&["x", "y"], Medium), (&["y"], Some(Medium)), false),
            ((&["y"], Some(Medium)), (&["x", "y", "z"], Medium), (&["y", "z"], Some(Medium)), true),
            ((&["y"], Some(Medium)), (&["y"], High), (&["y"], Some(High)), true),
            ((&["y"], Some(Medium)), (&["y"], High), (&["y"], Some(Medium)), false),
        ] {
            let told = judged(told.0, Some(told.1));
            let (before, now) = (judged(before.0, before.1), judged(now.0, now.1));
            assert_eq!(still_adds(&before, &told, &now), stands, "{told:?} {now:?}");
        }
    }
}
