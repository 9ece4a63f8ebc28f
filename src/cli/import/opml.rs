//! Subscription lists (OPML 1.0 and 2.0) as sources. A source has a history, so what is gone from the
//! list is told and stays.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::Arguments;
use super::ledger::{self, Ledger, Line};
use super::shown::Names;
use super::{encoding, file, told};
use crate::cli::bench::{self, Bench};
use crate::cli::exit::{Exit, Failure};
use crate::config::SOURCES;
use crate::config::edit::Written;
use crate::detect::watchlist::id_of_name;
use crate::model::{Action, Deed, Located, Timestamp, counted};
use crate::notify::outside::line;

/// A feed of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Feed {
    title: String,
    url: String,
    lang: Option<String>,
    /// The outlines around it, outermost first.
    groups: Vec<String>,
}

/// Reads the feeds of a list, whatever its outlines hold beside. Undefined entities and bare ampersands
/// stand in many of them.
fn feeds(text: &str) -> Result<Vec<Feed>, String> {
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    let mut feeds = Vec::new();
    // Of each open outline, whether it is a group.
    let mut open: Vec<Option<String>> = Vec::new();
    let mut is_opml = false;
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::Start(tag) if named(&tag, "outline") => {
                let feed = feed(&tag, &open);
                open.push(feed.is_none().then(|| called(&tag)));
                feeds.extend(feed);
            }
            Event::Empty(tag) if named(&tag, "outline") => feeds.extend(feed(&tag, &open)),
            Event::Start(tag) if named(&tag, "opml") => is_opml = true,
            Event::End(tag) if tag.name().as_ref().eq_ignore_ascii_case(b"outline") => {
                open.pop();
            }
            Event::Eof => break,
            _ => {}
        }
    }
    if is_opml { Ok(feeds) } else { Err("it has no <opml>".to_owned()) }
}

fn named(tag: &BytesStart<'_>, name: &str) -> bool {
    tag.name().as_ref().eq_ignore_ascii_case(name.as_bytes())
}

fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut all = tag.html_attributes();
    let all = all.with_checks(false).flatten();
    let mut all = all.filter(|one| one.key.as_ref().eq_ignore_ascii_case(name.as_bytes()));
    let found = all.next()?;
    let text = found.normalized_value(XmlVersion::Implicit1_0).map_or_else(
        |_| String::from_utf8_lossy(&found.value).into_owned(),
        |one| one.into_owned(),
    );
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    Some(text).filter(|text| !text.is_empty())
}

fn called(tag: &BytesStart<'_>) -> String {
    attribute(tag, "text").or_else(|| attribute(tag, "title")).unwrap_or_default()
}

fn feed(tag: &BytesStart<'_>, open: &[Option<String>]) -> Option<Feed> {
    let url = attribute(tag, "xmlUrl")?;
    Some(Feed {
        title: called(tag),
        url,
        lang: attribute(tag, "language").filter(|lang| lang != "unknown"),
        groups: open.iter().flatten().filter(|one| !one.is_empty()).cloned().collect(),
    })
}

/// Imports a list into `sources.toml`.
pub(super) fn run(
    mut bench: Bench,
    arguments: &Arguments,
    path: &Path,
    now: Timestamp,
    out: &mut dyn Write,
) -> Result<Exit, Failure> {
    let bytes = file::bytes(path)?;
    let (text, encoding) = encoding::text(&bytes);
    if let Some(encoding) = encoding {
        told::encoding(encoding, out)?;
    }
    let feeds = feeds(&text).map_err(|why| {
        let what = anyhow::anyhow!("{} cannot be read as opml: {why}", path.display());
        Failure::new(Exit::Data, what).hint("nothing was changed")
    })?;
    let mut merging = Merging::of(&bench, name(arguments, path), now);
    feeds.iter().for_each(|feed| merging.take(feed));
    merging.find_gone(&feeds);
    let Merging { told, ledger, new, .. } = merging;
    bench.edit(SOURCES, |sheet| {
        new.iter().try_for_each(|(comment, keys)| sheet.add_below("source", comment, keys))
    })?;
    told.tell(out)?;
    if told.added.are_none() {
        writeln!(out, "Nothing changes.")?;
        return Ok(Exit::Fine);
    }
    bench::warn(&bench.check()?.warnings);
    out.flush()?;
    if arguments.dry_run || (!arguments.yes && bench::asks() && !bench::consents("Write it?")) {
        writeln!(out, "Nothing was written.")?;
        return Ok(Exit::Fine);
    }
    if !arguments.yes && !bench::asks() {
        let what = anyhow::anyhow!("nothing was written: nobody is there to be asked");
        return Err(Failure::new(Exit::Usage, what).hint("--yes writes it"));
    }
    bench.write_with(&ledger.path(SOURCES), &ledger.text())?;
    bench.note(Action {
        at: now,
        author: bench::author(arguments.by.as_deref()),
        deed: Deed::Imported,
        verdict: None,
        alert: None,
        subject: None,
        what: format!("imported {}", counted(told.added.count as u64, "source")),
        why: None,
        until: None,
    })?;
    writeln!(
        out,
        "Written. They are read from the next poll on; `watchlistd source list` tells how they stand."
    )?;
    Ok(Exit::Fine)
}

/// What the ledger calls a list: what is gone from one was never on another.
fn name(arguments: &Arguments, path: &Path) -> String {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
    id_of_name(&arguments.name.clone().or(stem).unwrap_or_default())
}

/// A list on its way into `sources.toml`.
struct Merging {
    list: String,
    today: Arc<str>,
    ledger: Ledger,
    told: Told,
    /// A comment and the keys of each new source.
    new: Vec<(String, Vec<(&'static str, Written)>)>,
    /// The id of each source by its address, as it is compared.
    urls: HashMap<String, String>,
    /// Addresses that were imported before, from any list, as they are compared.
    imported: HashSet<String>,
    ids: HashSet<String>,
}

impl Merging {
    fn of(bench: &Bench, list: String, now: Timestamp) -> Self {
        let sources = bench.sources();
        let ledger = Ledger::read(&bench.folder().path, SOURCES);
        let by_url =
            |one: &Located<String>, id: &Located<String>| (same(&one.value), id.value.clone());
        Self {
            list,
            today: now.to_chrono().date_naive().to_string().into(),
            told: Told::default(),
            new: Vec::new(),
            urls: sources.iter().map(|one| by_url(&one.url, &one.id)).collect(),
            imported: ledger.keys().map(|key| same(address(key).1)).collect(),
            ids: sources.iter().map(|one| one.id.value.to_lowercase()).collect(),
            ledger,
        }
    }

    fn take(&mut self, feed: &Feed) {
        let url = same(&feed.url);
        let shown = || line(&format!("{} {}", masked(&feed.title), masked(&feed.url)), 200);
        if !is_readable(&feed.url) {
            self.told.unusable.add(&shown());
        } else if self.urls.contains_key(&url) {
            self.told.same += 1;
        } else if self.imported.contains(&url) {
            self.told.taken_out.add(&shown());
        } else {
            let id = own_id(feed, &self.ids);
            self.new.push(source(feed, &id));
            let plain = plain(&feed.url);
            let (added, hash) = (Arc::clone(&self.today), ledger::hash(&plain));
            self.ledger.note(&format!("{TAG}@{}:{plain}", self.list), Line { added, hash });
            self.urls.insert(url, id.clone());
            self.ids.insert(id.to_lowercase());
            self.told.added.add(&format!("{id}  {}", feed.url));
        }
    }

    /// What this list held when it was imported last and does not hold now, and is still read.
    fn find_gone(&mut self, feeds: &[Feed]) {
        let listed: HashSet<String> = feeds.iter().map(|feed| same(&feed.url)).collect();
        for (list, url) in self.ledger.keys().map(address) {
            if list != Some(&self.list) || listed.contains(&same(url)) {
                continue;
            }
            if let Some(id) = self.urls.get(&same(url)) {
                self.told.gone.add(&format!("{id}  {url}"));
            }
        }
    }
}

/// What stands before each entry's name in the ledger.
const TAG: &str = "opml";

/// The list, where it is known, and the address that a line of the ledger is about: `opml@LIST:ADDRESS`.
fn address(key: &str) -> (Option<&str>, &str) {
    let rest = key.strip_prefix(TAG).unwrap_or(key);
    match rest.strip_prefix('@').and_then(|rest| rest.split_once(':')) {
        Some((list, url)) => (Some(list), url),
        None => (None, rest.trim_start_matches(':')),
    }
}

/// Whether a source may have this address.
fn is_readable(url: &str) -> bool {
    url::Url::parse(url).is_ok_and(|url| {
        let bare = url.username().is_empty() && url.password().is_none();
        bare && matches!(url.scheme(), "http" | "https")
    })
}

/// A text without what a user and a password are written as in an address.
fn masked(text: &str) -> Cow<'_, str> {
    let from = text.find("://").map_or(0, |at| at + 3);
    let end = text[from..].find(['/', '?', '#']).map_or(text.len(), |at| from + at);
    match text[from..end].rfind('@') {
        Some(at) => Cow::Owned(format!("{}…{}", &text[..from], &text[from + at..])),
        None => Cow::Borrowed(text),
    }
}

/// The comment and the keys of a feed's source.
fn source(feed: &Feed, id: &str) -> (String, Vec<(&'static str, Written)>) {
    let mut keys = vec![("id", Written::text(id)), ("url", Written::text(&*feed.url))];
    let tag = |lang: &&String| {
        lang.len() <= 12 && lang.chars().all(|one| one.is_ascii_alphanumeric() || one == '-')
    };
    keys.extend(feed.lang.iter().filter(tag).map(|lang| ("lang", Written::text(&**lang))));
    let comment = match feed.groups.is_empty() {
        true => String::new(),
        false => format!("# {}\n", line(&feed.groups.join(" / "), 100)),
    };
    (comment, keys)
}

/// What becomes of the feeds of a list.
#[derive(Default)]
struct Told {
    added: Names,
    taken_out: Names,
    unusable: Names,
    gone: Names,
    same: u64,
}

impl Told {
    fn tell(&self, out: &mut dyn Write) -> std::io::Result<()> {
        writeln!(out, "{SOURCES}")?;
        self.added.tell("added", out)?;
        if self.same > 0 {
            writeln!(out, "  {:>8} are read already", self.same)?;
        }
        self.taken_out.tell("left out, because a person took them out", out)?;
        self.unusable.tell(
            "left out, because their address is none of the web's, or holds a password",
            out,
        )?;
        let gone = "gone from the list, and still read: `watchlistd source pause ID` ends that";
        self.gone.tell(gone, out)
    }
}

/// An address as the ledger keeps it.
fn plain(url: &str) -> String {
    url.trim().trim_end_matches('/').to_owned()
}

/// An address as it is compared: a feed is the same by http and by https.
fn same(url: &str) -> String {
    let plain = plain(url);
    let bare = plain.split_once("://").filter(|(scheme, _)| {
        scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
    });
    bare.map_or(plain.clone(), |(_, rest)| rest.to_owned())
}

/// Characters of an id made from a feed's name.
const ID: usize = 40;

fn own_id(feed: &Feed, taken: &HashSet<String>) -> String {
    let host = url::Url::parse(&feed.url).ok().and_then(|url| url.host_str().map(str::to_owned));
    let host = host.unwrap_or_default().trim_start_matches("www.").replace('.', "-");
    let named = id_of_name(&feed.title);
    let sane = !feed.title.is_empty() && named.len() <= ID && !named.starts_with("c-");
    let base = if sane { named } else { host };
    let base = base.trim_matches('-');
    let base = if base.is_empty() { "source" } else { base };
    let numbered = (2..).map(|n| format!("{base}-{n}"));
    let mut all = std::iter::once(base.to_owned()).chain(numbered);
    all.find(|id| !taken.contains(&id.to_lowercase())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_either_version_and_with_faults_are_read() {
        let text = "<?xml version=\"1.0\"?><OPML version=\"1.0\"><head><title>T & co</title></head><body>\
             <outline text=\"Asia\"><outline title=\"Wire\" type=\"rss\" xmlUrl=\"http://w.test/a?x=1&y=2\"/>\
             <outline text=\"Deep\"><outline text=\"D\" xmlurl=\"http://d.test/\" language=\"zh\"></outline></outline>\
             </outline><outline text=\"E&amp;F\" xmlUrl=\" http://e.test/ \"/><outline text=\"a note\"/></body></OPML>";
        let found = feeds(text).unwrap();
        let shown: Vec<String> = found
            .iter()
            .map(|one| format!("{}|{}|{}|{:?}", one.groups.join("/"), one.title, one.url, one.lang))
            .collect();
        assert_eq!(
            shown,
            [
                "Asia|Wire|http://w.test/a?x=1&y=2|None",
                "Asia/Deep|D|http://d.test/|Some(\"zh\")",
                "|E&F|http://e.test/|None"
            ]
        );
        assert!(feeds("<html><body>no</body></html>").is_err());
    }

    #[test]
    fn what_may_be_a_password_is_not_shown() {
        let check = |text: &str, expected: &str| assert_eq!(masked(text), expected);
        check("https://me:secret@pay.test/a@b", "https://…@pay.test/a@b");
        check("htp://me:se@cret@pay.test", "htp://…@pay.test");
        check("me:secret@pay.test/feed", "…@pay.test/feed");
        check("https://w.test/feed?by=a@b", "https://w.test/feed?by=a@b");
        check("A wire", "A wire");
    }
}
