//! What readers call a source: the name that its feed gives itself, else its host, else its id.
//!
//! Invariant: a name that several hosts claim ("News") names nobody, and their hosts stand instead.
//! That a source is official is never read from its name: people write it into the sources' file.

use std::collections::{BTreeMap, BTreeSet};

use url::{Host, Url};

use super::outside::{isolate, line};
use crate::model::{SourceCoverage, SourceId};

/// A name up to so many characters stands as it is; a longer one ends at its first separator.
const WHOLE: usize = 32;
/// Longest name, in characters.
const LONGEST: usize = 40;

/// What feeds call themselves when nobody gave them a name.
const NO_NAMES: [&str; 24] = [
    "all",
    "all news",
    "articles",
    "atom",
    "atom feed",
    "blog",
    "feed",
    "headlines",
    "home",
    "latest",
    "latest news",
    "media releases",
    "news",
    "news feed",
    "news releases",
    "newsroom",
    "press releases",
    "press",
    "publications",
    "rss",
    "rss feed",
    "top stories",
    "untitled",
    "updates",
];

/// Hosts that serve other people's feeds.
const HOSTING: [&str; 2] = ["feedburner.com", "feedburner.google.com"];

/// What names that run from right to left stand between.
const ISOLATES: [char; 2] = ['\u{2068}', '\u{2069}'];

/// Names of sources, for one mail.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outlets {
    names: BTreeMap<SourceId, String>,
    shared: BTreeSet<String>,
}

impl Outlets {
    /// The names of these sources.
    #[must_use]
    pub fn of<'a>(sources: impl IntoIterator<Item = &'a SourceCoverage>) -> Self {
        let sources: Vec<&SourceCoverage> = sources.into_iter().collect();
        let mut hosts_of: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for one in &sources {
            if let (Some(title), Some(host)) = (title(one), host(one)) {
                hosts_of.entry(title).or_default().insert(host);
            }
        }
        let mut outlets = Self::default();
        let mut seen = BTreeSet::new();
        for one in sources {
            let unique = |title: &String| hosts_of.get(title).is_none_or(|hosts| hosts.len() == 1);
            let name = title(one).filter(unique).or_else(|| host(one));
            let name = name.unwrap_or_else(|| id_of(&one.source.id));
            if !seen.insert(name.clone()) {
                outlets.shared.insert(name.clone());
            }
            outlets.names.insert(one.source.id.clone(), isolate(&name));
        }
        outlets
    }

    /// What readers call it; of a source that is not known, its id.
    #[must_use]
    pub fn name(&self, source: &SourceId) -> String {
        self.names.get(source).cloned().unwrap_or_else(|| id_of(source))
    }

    /// The same where it matters which of several feeds of an outlet is meant.
    #[must_use]
    pub fn exact(&self, source: &SourceId) -> String {
        let name = self.name(source);
        if self.shared.contains(name.trim_matches(ISOLATES)) {
            format!("{name} ({})", id_of(source))
        } else {
            name
        }
    }
}

fn id_of(source: &SourceId) -> String {
    line(source.as_str(), 80)
}

/// The name that the feed gives itself, if it is one.
fn title(one: &SourceCoverage) -> Option<String> {
    let whole = line(one.state.title.as_deref()?, 200);
    let fits = |name: &str| (2..=LONGEST).contains(&name.chars().count());
    let ends = [" - ", " | ", " – ", " — ", ": ", " · ", " » "];
    let end = ends.iter().filter_map(|end| whole.find(end)).min().unwrap_or(whole.len());
    let name = if whole.chars().count() <= WHOLE { whole.as_str() } else { whole[..end].trim() };
    let named = fits(name) && !NO_NAMES.contains(&name.to_lowercase().as_str());
    named.then(|| name.to_owned())
}

/// The host without what only machines call it.
fn host(one: &SourceCoverage) -> Option<String> {
    let url = Url::parse(&one.source.url).ok()?;
    let Some(Host::Domain(domain)) = url.host() else { return None };
    let mut host = domain.trim_end_matches('.');
    for label in ["www.", "rss.", "feeds.", "feed."] {
        host = host.strip_prefix(label).filter(|rest| rest.contains('.')).unwrap_or(host);
    }
    (!HOSTING.contains(&host) && host.contains('.')).then(|| line(host, 60))
}
