//! Reading what people write: every mistake told at once, at its place, with what is accepted.

mod files;
mod init;
mod mistakes;
mod schema;
mod secret;
mod together;
mod values;

use std::collections::BTreeMap;
use std::path::Path;

use watchlistd::config::{self, Environment, Files, Parsed};

/// The smallest folder that is valid.
const SERVICE: &str = "contact = \"ops@bank.test\"\ntimezone = \"America/New_York\"\n\n\
    [operator]\nto = [\"ops@bank.test\"]\n\n\
    [mail]\nhost = \"smtp.bank.test\"\nfrom = \"watchlist@bank.test\"\n";
const SOURCES: &str = "[[source]]\nid = \"ofac\"\nurl = \"https://ofac.test/rss\"\nofficial = true\n\n\
    [[source]]\nid = \"news\"\nurl = \"https://news.test/atom\"\n";
const READERS: &str = "[[reader]]\nname = \"Mei\"\nto = [\"mei@bank.test\"]\n";
const WATCHLIST: &str = "[[company]]\nname = \"Huawei\"\n";

/// The valid folder with some files replaced or added.
fn texts(changed: &[(&str, &str)]) -> BTreeMap<String, String> {
    let valid = [
        ("watchlistd.toml", SERVICE),
        ("sources.toml", SOURCES),
        ("readers.toml", READERS),
        ("watchlist.toml", WATCHLIST),
    ];
    let all = valid.iter().chain(changed);
    all.map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
}

fn parse(changed: &[(&str, &str)]) -> Parsed {
    let files = Files::from_texts(Path::new(""), texts(changed));
    config::parse(&files, &Environment::default())
}

/// The problems of a watchlist file, one a line.
fn watchlist_problems(text: &str) -> Vec<String> {
    let parsed = parse(&[("watchlist.toml", text)]);
    parsed.problems.iter().map(ToString::to_string).collect()
}
