//! What an edit adds to what was known.

use crate::model::{Judgement, Named, Severity};

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
