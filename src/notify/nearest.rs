//! The known name that a misspelt one most likely means.

/// The name that is most likely meant, if any is near enough to be worth saying.
pub(super) fn nearest(word: &str, known: impl Iterator<Item = String>) -> Option<String> {
    let folded = word.to_lowercase();
    known
        .map(|name| (strsim::jaro_winkler(&folded, &name.to_lowercase()), name))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .map(|(_, name)| name)
}
