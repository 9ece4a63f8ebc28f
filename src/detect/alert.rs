//! Hits become a judgement: mention or alert, how grave, and why.

use crate::model::{ItemText, Judgement};

use super::Watchlist;

/// Who says it: what rules and official-only topics look at beside the words.
#[derive(Clone, Copy, Debug, Default)]
pub struct Origin<'a> {
    /// The source's id.
    pub source: &'a str,
    /// Whether it is an authority speaking for itself.
    pub official: bool,
}

/// What the watchlist makes of an item's words.
#[must_use]
pub fn judge(_watchlist: &Watchlist, _text: &ItemText, _origin: Origin<'_>) -> Judgement {
    Judgement::default()
}

/// What an edit adds to what was known: a company, a topic or a higher severity, in words. `None`
/// when it adds nothing that is to be told.
#[must_use]
pub fn adds(before: &Judgement, after: &Judgement) -> Option<String> {
    if !after.alert {
        return None;
    }
    let mut added = Vec::new();
    for one in
        after.companies.iter().filter(|one| !before.companies.iter().any(|old| old.id == one.id))
    {
        added.push(format!("now also names {}", one.name));
    }
    for one in after.topics.iter().filter(|one| !before.topics.iter().any(|old| old.id == one.id)) {
        added.push(format!("now also about {}", one.name));
    }
    if after.severity > before.severity || !before.alert {
        added.push(format!("now {}", after.severity.map_or("low", |severity| severity.as_str())));
    }
    (!added.is_empty()).then(|| added.join("; "))
}
