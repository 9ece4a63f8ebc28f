//! `source add URL`: asked once in the way of the service, shown, and written with an id.
//!
//! A web page is asked which feed is its own. What cannot be read as a feed is not written.

use std::io::Write;

use super::super::bench::Bench;
use super::super::exit::{Exit, Failure};
use super::super::load::{self, Folder};
use super::super::samples::day;
use crate::collect::fetch::{self, Body, FailureKind, Fetched, Fetcher};
use crate::collect::parse::{self, Document, Hints};
use crate::config::SOURCES;
use crate::config::Settings;
use crate::config::edit::Written;
use crate::daemon::wire;
use crate::detect::watchlist::id_of_name;
use crate::model::{Entry, FirstRun, Source, SourceId, counted};
use crate::notify::outside::line;

/// Items that are shown.
const SHOWN: usize = 5;
/// Characters of a headline.
const TITLE: usize = 100;
/// Characters of an id made from a feed's name.
const ID: usize = 40;

/// What `source add` is told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The feed's address, or that of a page that names its feed
    url: String,
    /// The source's id [default: made from the feed's own name]
    #[arg(long, value_name = "ID")]
    id: Option<String>,
    /// An authority speaking for itself
    #[arg(long)]
    official: bool,
    /// Language of its items, as a BCP 47 tag, when the feed does not say
    #[arg(long, value_name = "TAG")]
    lang: Option<String>,
    /// Time between polls, 15m for example
    #[arg(long, value_name = "SPAN")]
    interval: Option<String>,
    /// It is in a private network
    #[arg(long)]
    allow_private: bool,
    /// Write it although it cannot be read now
    #[arg(long, requires = "id")]
    untried: bool,
    /// Show what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// Who does it, for the record [default: the user's name]
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
}

/// A feed that answered.
struct Tried {
    url: String,
    document: Document,
}

/// Adds.
pub fn run(arguments: &Arguments, folder: Folder, out: &mut dyn Write) -> Result<Exit, Failure> {
    let mut bench = Bench::open(folder)?;
    let settings = load::parts(bench.folder())?.settings;
    let url = whole(&arguments.url);
    readable(&url).map_err(|wrong| wrong.typed())?;
    known(&bench, &url)?;
    let (url, title) = if arguments.untried {
        (url, None)
    } else {
        let tried = load::to_the_end(attempt(&settings, &url, arguments, out))??;
        tell(&tried, out)?;
        known(&bench, &tried.url)?;
        (tried.url, tried.document.title)
    };
    let id = match &arguments.id {
        Some(id) => id.trim().to_owned(),
        None => own_id(&bench, title.as_deref(), &url),
    };
    let mut keys = vec![("id", Written::text(&*id)), ("url", Written::text(url))];
    if arguments.official {
        keys.push(("official", Written::Flag(true)));
    }
    let text = |key, value: &Option<String>| value.as_ref().map(|one| (key, Written::text(&**one)));
    keys.extend(text("lang", &arguments.lang));
    keys.extend(text("interval", &arguments.interval));
    if arguments.allow_private && !settings.collect.allow_private {
        keys.push(("allow_private", Written::Flag(true)));
    }
    bench.edit(SOURCES, |sheet| sheet.add("source", &keys))?;
    if arguments.dry_run {
        bench.check()?;
        write!(out, "{}", bench.lines())?;
        writeln!(out, "Nothing was written.")?;
        return Ok(Exit::Fine);
    }
    let what = format!("added the source {id}");
    super::finish(&bench, &id, &what, None, arguments.by.as_deref(), out)
}

/// An address as people type it, whole.
fn whole(url: &str) -> String {
    let url = url.trim();
    if url.contains("://") { url.to_owned() } else { format!("https://{url}") }
}

/// Why nothing can be read at an address, whatever answers there.
enum Unreadable {
    /// It is no address of the web.
    NoAddress(String),
    /// It holds a user name or a password.
    Secret(String),
}

/// Judges an address before anything is asked for: what is wrong with it no second try mends.
fn readable(url: &str) -> Result<(), Unreadable> {
    let read = url::Url::parse(url).ok().filter(|one| matches!(one.scheme(), "http" | "https"));
    match read {
        Some(read) if !read.username().is_empty() || read.password().is_some() => {
            Err(Unreadable::Secret(masked(url)))
        }
        Some(read) if read.has_host() => Ok(()),
        _ => Err(Unreadable::NoAddress(masked(url))),
    }
}

/// The address without what may be a secret: whatever stands between its scheme and its last @.
fn masked(url: &str) -> String {
    let from = url.find("://").map_or(0, |at| at + 3);
    match url.rfind('@').filter(|at| *at > from) {
        Some(at) => format!("{}***{}", &url[..from], &url[at..]),
        None => url.to_owned(),
    }
}

impl Unreadable {
    /// As a fault of what was typed.
    fn typed(self) -> Failure {
        self.failure(Exit::Usage)
    }

    fn failure(self, exit: Exit) -> Failure {
        match self {
            Self::NoAddress(url) => {
                Failure::new(exit, anyhow::anyhow!("'{url}' is no address of a feed"))
                    .hint("an address looks like https://www.your-source.com/news.xml")
            }
            Self::Secret(url) => {
                let what = anyhow::anyhow!("{url} holds a user name or password");
                Failure::new(exit, what)
                    .hint("secrets do not belong into sources.toml; add an address that needs none")
            }
        }
    }
}

fn known(bench: &Bench, url: &str) -> Result<(), Failure> {
    let same = |one: &str| one.trim().trim_end_matches('/') == url.trim_end_matches('/');
    let Some(source) = bench.sources().iter().find(|one| same(&one.url.value)) else {
        return Ok(());
    };
    let place = source.url.place.as_ref().map(|at| format!(" ({at})")).unwrap_or_default();
    let what = anyhow::anyhow!("{url} is read already as '{}'{place}", source.id.value);
    let id = &source.id.value;
    Err(Failure::new(Exit::Data, what)
        .hint(format!("nothing was written; `watchlistd source list {id}` tells how it stands")))
}

/// Reads the address; where a page answers, the feed that it names.
async fn attempt(
    settings: &Settings,
    url: &str,
    arguments: &Arguments,
    out: &mut dyn Write,
) -> Result<Tried, Failure> {
    let fetcher = wire::fetcher(settings).map_err(|error| Failure::new(Exit::Io, error))?;
    let private = arguments.allow_private || settings.collect.allow_private;
    let body = get(&fetcher, url, private).await?;
    let not = match read(&body) {
        Ok(document) => return Ok(Tried { url: address(url, &body), document }),
        Err(not) => not,
    };
    let Some(feed) = not.feed.clone() else {
        let what = anyhow::anyhow!("{url} is no feed: {not}");
        return Err(Failure::new(Exit::Data, what)
            .hint("look on the page for a link called RSS, Atom or Feed, and add its address"));
    };
    readable(&feed).map_err(|wrong| wrong.failure(Exit::Data))?;
    writeln!(out, "{url} is a page; it names {feed} as its feed.")?;
    let body = get(&fetcher, &feed, private).await?;
    match read(&body) {
        Ok(document) => Ok(Tried { url: address(&feed, &body), document }),
        Err(not) => {
            let what = anyhow::anyhow!("{feed}, which {url} names as its feed, is none: {not}");
            Err(Failure::new(Exit::Data, what))
        }
    }
}

fn read(body: &Body) -> Result<Document, parse::NotAFeed> {
    let hints =
        Hints { content_type: body.content_type.as_deref(), url: Some(body.answer.url.as_str()) };
    parse::parse(&body.bytes, &hints)
}

/// The address to write: where the server says that it has moved for good, there.
fn address(asked: &str, body: &Body) -> String {
    body.answer.moved.clone().unwrap_or_else(|| asked.to_owned())
}

async fn get(fetcher: &Fetcher, url: &str, allow_private: bool) -> Result<Body, Failure> {
    let source = Source {
        id: SourceId::new("tried"),
        url: url.to_owned(),
        official: false,
        lang: None,
        interval: std::time::Duration::from_secs(60),
        allow_private,
        first_run: FirstRun::All,
    };
    match fetcher.get(&source, None).await {
        Fetched::Body(body) => Ok(body),
        Fetched::NotModified(_) => {
            let what = anyhow::anyhow!("{url} answered 304 to a request without validators");
            Err(Failure::new(Exit::Data, what))
        }
        Fetched::Failed(failure) => {
            let hint = hint(&failure);
            Err(Failure::new(Exit::TryAgain, anyhow::anyhow!(failure.words)).hint(hint))
        }
    }
}

fn hint(failure: &fetch::Failure) -> &'static str {
    // Nobody answered that we may not: it was not asked at all, because of where it is.
    if failure.kind == FailureKind::Blocked && failure.status.is_none() {
        return "nothing was written; if it is in a network of yours, --allow-private reads it";
    }
    "nothing was written; is the address right, its http:// or https:// too? --untried with --id writes it \
     all the same"
}

fn tell(tried: &Tried, out: &mut dyn Write) -> std::io::Result<()> {
    let Tried { url, document } = tried;
    let title = document.title.as_deref().map_or("(no name)", str::trim);
    let entries = u64::try_from(document.entries.len()).unwrap_or(u64::MAX);
    writeln!(out, "{}: {} at {url}", line(title, TITLE), counted(entries, "item"))?;
    for complaint in &document.complaints {
        writeln!(out, "  {complaint}")?;
    }
    for entry in document.entries.iter().take(SHOWN) {
        writeln!(out, "  {}", shown(entry))?;
    }
    Ok(())
}

fn shown(entry: &Entry) -> String {
    let date = entry.published.or(entry.updated).map_or_else(|| "(no date)".to_owned(), day);
    let title = match line(&entry.text.title, TITLE) {
        title if title.is_empty() => "(no title)".to_owned(),
        title => title,
    };
    format!("{date:<10}  {title}")
}

/// An id that no source has, from the feed's name, else from its host.
fn own_id(bench: &Bench, title: Option<&str>, url: &str) -> String {
    let host = url::Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned));
    let host = host.unwrap_or_default();
    let named = title.map(id_of_name).filter(|id| id.len() <= ID && !id.starts_with("c-"));
    let base = named.unwrap_or_else(|| host.trim_start_matches("www.").replace('.', "-"));
    let base = base.trim_matches('-');
    let base = if base.is_empty() { "source" } else { base };
    let taken = |id: &str| bench.sources().iter().any(|one| one.id.value.eq_ignore_ascii_case(id));
    let mut id = base.to_owned();
    let mut n = 2;
    while taken(&id) {
        id = format!("{base}-{n}");
        n += 1;
    }
    id
}
