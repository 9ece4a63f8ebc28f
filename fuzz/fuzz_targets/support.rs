//! Files of a configuration from a watchlist alone.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use watchlistd::config::{Environment, Files};
use watchlistd::daemon::wire;
use watchlistd::detect::Watchlist;

const SERVICE: &str = "contact = \"ops@desk.test\"\ntimezone = \"UTC\"\n\
    [operator]\nto = [\"ops@desk.test\"]\n\
    [mail]\ntransport = \"file\"\nfrom = \"watch@desk.test\"\n";
const READERS: &str = "[[reader]]\nname = \"Mei\"\nto = [\"mei@desk.test\"]\n";
const SOURCES: &str = "[[source]]\nid = \"wire\"\nurl = \"https://news.test/feed\"\n";

/// The compiled watchlist; `None` when it is refused. Every problem can be written down.
pub fn compile(watchlist: &str) -> Option<Arc<Watchlist>> {
    let texts = [
        ("watchlistd.toml", SERVICE),
        ("readers.toml", READERS),
        ("sources.toml", SOURCES),
        ("watchlist.toml", watchlist),
    ];
    let texts: BTreeMap<String, String> =
        texts.into_iter().map(|(name, text)| (name.to_owned(), text.to_owned())).collect();
    let files = Files::from_texts(Path::new("/desk"), texts);
    let (parts, problems) = wire::build(files, &Environment::default());
    for problem in &problems {
        assert!(!problem.to_string().is_empty());
    }
    parts.map(|parts| parts.watchlist)
}
