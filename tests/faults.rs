//! Servers that misbehave, one fault at a time, against the whole poll step and a store on disk: what
//! is published while a fault lasts arrives exactly once after it, the requests are what manners
//! allow, nothing is stored that hides an item, and the health names the trouble.

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use watchlistd::clock::{Clock, FixedClock};
use watchlistd::collect::fetch::{FetchSettings, Fetcher};
use watchlistd::collect::source::DAY;
use watchlistd::model::source::SourceState;
use watchlistd::model::{FirstRun, Health, Source, SourceId, Timestamp};
use watchlistd::pipeline::Ground;
use watchlistd::pipeline::poll::{PolledSum, Poller};
use watchlistd::store::sqlite::{Mode, Sqlite};
use watchlistd::store::{Archive, Claim, Store};

use crate::support::feeds::{End, Feeds, Reply};

mod huge;
mod killed;
mod moved;
mod outage;

const INTERVAL: Duration = Duration::from_secs(1800);
const HOUR: Duration = Duration::from_secs(3600);
const DATE: &str = "Fri, 20 Nov 2026 08:00:00 GMT";

fn noon() -> Timestamp {
    Timestamp::parse("2026-11-20T12:00:00Z").unwrap()
}

/// A feed of these items; each is long enough for 60 % of a document to end within one.
fn feed(items: &[&str]) -> String {
    let items: String = items
        .iter()
        .map(|id| {
            format!(
                "<item><guid isPermaLink=\"false\">{id}</guid><title>Title of {id}</title>\
                 <description>{}</description></item>",
                "Words of an article. ".repeat(8)
            )
        })
        .collect();
    format!("<rss version=\"2.0\"><channel><title>Desk</title>{items}</channel></rss>")
}

fn before() -> Reply {
    Reply::body(feed(&["a1", "a2", "a3"])).header("ETag", "\"1\"")
}

/// What the feed shows once it is well; the new item stands last.
fn now_shows() -> String {
    feed(&["a1", "a2", "a3", "new"])
}

fn healed() -> Reply {
    Reply::body(now_shows()).header("ETag", "\"2\"")
}

fn gzip(text: &str) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    out.write_all(text.as_bytes()).unwrap();
    out.finish().unwrap()
}

/// A desk that polls: a store on disk, a clock that the test moves.
struct Desk {
    _folder: tempfile::TempDir,
    store: Arc<Sqlite>,
    clock: Arc<FixedClock>,
    poller: Poller,
    /// The same with little patience, for servers that do not answer.
    hasty: Poller,
}

impl Desk {
    async fn watching(urls: &[String]) -> Self {
        rustls::crypto::ring::default_provider().install_default().ok();
        let folder = tempfile::tempdir().unwrap();
        let store =
            Arc::new(Sqlite::open(&folder.path().join("state.db"), Mode::Exclusive).unwrap());
        let clock = Arc::new(FixedClock::at(noon()));
        let ground = Ground { store: store.clone(), clock: clock.clone() };
        let fetcher = |header: Duration| {
            Arc::new(
                Fetcher::new(FetchSettings {
                    pause: Duration::ZERO,
                    header,
                    total: header * 2,
                    max_body: 100_000,
                    ..FetchSettings::new("desk@news.test")
                })
                .unwrap(),
            )
        };
        let poller = Poller::new(ground.clone(), fetcher(Duration::from_secs(20)), 8);
        let hasty = Poller::new(ground, fetcher(Duration::from_millis(300)), 8);
        let sources = urls.iter().enumerate().map(|(n, url)| Source {
            id: SourceId::new(format!("s{n}")),
            url: url.clone(),
            official: false,
            lang: None,
            interval: INTERVAL,
            allow_private: true,
            first_run: FirstRun::All,
        });
        store.adopt_sources(sources.collect(), noon()).await.unwrap();
        Self { _folder: folder, store, clock, poller, hasty }
    }

    /// The step as a new process has it.
    fn restarted(&self) -> Poller {
        let ground = Ground { store: self.store.clone(), clock: self.clock.clone() };
        let settings =
            FetchSettings { pause: Duration::ZERO, ..FetchSettings::new("desk@news.test") };
        Poller::new(ground, Arc::new(Fetcher::new(settings).unwrap()), 8)
    }

    async fn state(&self) -> (SourceState, Timestamp) {
        let row = self.store.sources(None, 1).await.unwrap().remove(0);
        (row.state, row.next_poll)
    }

    async fn poll(&self) -> PolledSum {
        self.poller.drain(Claim::Due, &mut |_, _| {}).await.unwrap()
    }

    /// Lets the time pass until the first source is due, and not a moment less.
    async fn wait(&self) -> Duration {
        let (_, next) = self.state().await;
        let waited = next.since(self.clock.now());
        self.clock.set(next.minus(Duration::from_millis(1)));
        assert_eq!(self.poll().await.sources, 0, "no request before it is due");
        self.clock.set(next);
        waited
    }

    async fn guids(&self) -> Vec<String> {
        let items = self.store.items(None, 100).await.unwrap();
        let mut guids: Vec<String> = items.into_iter().filter_map(|item| item.guid).collect();
        guids.sort();
        guids
    }
}

/// Looking costs a pass over all sources: two that come due within a second are polled together.
#[tokio::test]
async fn what_comes_due_within_a_second_is_polled_together() {
    let feeds = Feeds::start().await;
    feeds.script("/feed", [before()]);
    let desk = Desk::watching(&[feeds.url("/feed")]).await;
    let often = Source {
        id: SourceId::new("s0"),
        url: feeds.url("/feed"),
        official: false,
        lang: None,
        interval: Duration::from_millis(200),
        allow_private: true,
        first_run: FirstRun::All,
    };
    desk.store.adopt_sources(vec![often], noon()).await.unwrap();
    let mut running = desk.poller.running();
    let after = |millis| desk.clock.set(noon().plus(Duration::from_millis(millis)));
    desk.poller.start_due(&mut running).await.unwrap();
    running.next().await.unwrap().unwrap();
    assert_eq!(feeds.requests().len(), 1);
    // It is due again, and nobody looks yet.
    after(999);
    let look = desk.poller.start_due(&mut running).await.unwrap();
    assert_eq!(look, Some(noon().plus(Duration::from_secs(1))));
    after(1_000);
    desk.poller.start_due(&mut running).await.unwrap();
    running.next().await.unwrap().unwrap();
    assert_eq!(feeds.requests().len(), 2);
}

/// One way to misbehave, and what is expected of us meanwhile.
struct Fault {
    name: &'static str,
    /// What is answered at the feed's address while the fault lasts.
    reply: Reply,
    /// … and at other addresses.
    elsewhere: Vec<(&'static str, Reply)>,
    health: Health,
    /// Requests that one poll makes.
    requests: usize,
    /// The least time between the first failure and the next request.
    wait: Duration,
    /// Polls while it lasts.
    polls: usize,
    hasty: bool,
}

impl Fault {
    fn new(name: &'static str, reply: Reply, health: Health) -> Self {
        let (requests, wait, polls) = (1, INTERVAL, 3);
        Self { name, reply, elsewhere: Vec::new(), health, requests, wait, polls, hasty: false }
    }

    fn wait(self, wait: Duration) -> Self {
        Self { wait, ..self }
    }

    fn hasty(self) -> Self {
        Self { hasty: true, ..self }
    }

    fn requests(self, requests: usize) -> Self {
        Self { requests, ..self }
    }

    fn polls(self, polls: usize) -> Self {
        Self { polls, ..self }
    }

    fn at(mut self, path: &'static str, reply: Reply) -> Self {
        self.elsewhere.push((path, reply));
        self
    }

    async fn run(self) {
        let name = self.name;
        let feeds = Feeds::start().await;
        feeds.script("/feed", [before()]);
        let desk = Desk::watching(&[feeds.url("/feed")]).await;
        assert_eq!(desk.poll().await.new, 3, "{name}");
        desk.wait().await;

        feeds.script("/feed", [self.reply.clone()]);
        for (path, reply) in &self.elsewhere {
            feeds.script(path, [reply.clone()]);
        }
        let mut new = 0;
        for poll in 0..self.polls {
            let asked = feeds.requests().len();
            let poller = if self.hasty { &desk.hasty } else { &desk.poller };
            new += poller.drain(Claim::Due, &mut |_, _| {}).await.unwrap().new;
            let asked = feeds.requests().len() - asked;
            assert_eq!(asked, self.requests, "{name}: requests of poll {poll}");
            let waited = desk.wait().await;
            assert!(waited <= DAY + DAY / 10, "{name}: {waited:?}");
            if poll == 0 {
                let most = self.wait + self.wait / 10 + Duration::from_secs(1);
                assert!((self.wait..=most).contains(&waited), "{name}: waits {waited:?}");
            }
        }
        let (state, _) = desk.state().await;
        assert_eq!(state.health, self.health, "{name}: {:?}", state.error);
        if self.health != Health::Healthy {
            assert!(state.error.is_some() && state.since > noon(), "{name}");
        }
        assert_ne!(state.etag.as_deref(), Some(b"\"2\"".as_slice()), "{name}: hides the item");

        feeds.script("/feed", [healed()]);
        for _ in 0..3 {
            new += desk.poll().await.new;
            desk.wait().await;
        }
        let (state, _) = desk.state().await;
        assert_eq!(new, 1, "{name}: it arrives exactly once");
        assert_eq!(desk.guids().await, ["a1", "a2", "a3", "new"], "{name}");
        assert_eq!((state.health, state.error), (Health::Healthy, None), "{name}");
        let last = feeds.requests().pop().unwrap();
        assert_eq!(last.header("if-none-match"), Some("\"2\""), "{name}: asks politely again");
    }
}

async fn run(faults: Vec<Fault>) {
    join_all(faults.into_iter().map(Fault::run)).await;
}

#[tokio::test]
async fn refusals_and_pleas_for_patience() {
    let asks = |status: u16, value: &str| Reply::status(status).header("Retry-After", value);
    let date = "Fri, 20 Nov 2026 16:00:00 GMT";
    run(vec![
        Fault::new("500", Reply::status(500), Health::Failing),
        Fault::new("503 alone", Reply::status(503), Health::Failing),
        Fault::new("503 for 2 h", asks(503, "7200"), Health::Failing).wait(HOUR * 2),
        Fault::new("503 with garbage", asks(503, "when it suits us"), Health::Failing),
        Fault::new("503 for ten years", asks(503, "315360000"), Health::Failing).wait(DAY),
        Fault::new("503 until 2036", asks(503, "Thu, 20 Nov 2036 12:00:00 GMT"), Health::Failing)
            .wait(DAY),
        Fault::new("429 alone", Reply::status(429), Health::Blocked),
        Fault::new("429 for 3 h", asks(429, "10800"), Health::Blocked).wait(HOUR * 3),
        Fault::new("429 for a second", asks(429, "1"), Health::Blocked),
        Fault::new("429 with garbage", asks(429, "-1"), Health::Blocked),
        Fault::new("429 until yesterday", asks(429, DATE), Health::Blocked),
        Fault::new("403", Reply::status(403), Health::Blocked),
        Fault::new("404", Reply::status(404), Health::Failing),
        Fault::new("406", Reply::status(406), Health::Failing),
        Fault::new("410", Reply::status(410), Health::Gone).wait(DAY),
    ])
    .await;
    // The date lies between three and four hours ahead, whatever jitter the first wait had.
    let feeds = Feeds::start().await;
    feeds.script("/feed", [before()]);
    let desk = Desk::watching(&[feeds.url("/feed")]).await;
    desk.poll().await;
    desk.wait().await;
    feeds.script("/feed", [asks(503, date)]);
    desk.poll().await;
    let waited = desk.wait().await;
    assert!((HOUR * 3..HOUR * 4).contains(&waited), "503 until a date: {waited:?}");
}

#[tokio::test]
async fn redirects_that_lead_nowhere() {
    let to = |status: u16, location: &str| Reply::status(status).header("Location", location);
    run(vec![
        Fault::new("301 to itself", to(301, "/feed"), Health::Failing).requests(11),
        Fault::new("308 in a circle", to(308, "/b"), Health::Failing)
            .at("/b", to(308, "/feed"))
            .requests(11),
        Fault::new("301 to a page", to(301, "/home"), Health::NotAFeed)
            .at("/home", Reply::body("<!DOCTYPE html><html><body>Hello</body></html>"))
            .requests(2),
        Fault::new("301 to nothing", to(301, "/b"), Health::Failing).requests(2),
        Fault::new("301 without an address", Reply::status(301), Health::Failing),
        Fault::new("302 to another scheme", to(302, "ftp://news.test/f"), Health::Failing),
        Fault::new("302 with a password", to(302, "http://a:b@127.0.0.1/"), Health::Blocked),
        Fault::new("a chain of eleven", to(301, "/c1"), Health::Failing)
            .at("/c1", to(301, "/c2"))
            .at("/c2", to(308, "/c3"))
            .at("/c3", to(301, "/c4"))
            .at("/c4", to(301, "/c5"))
            .at("/c5", to(301, "/c6"))
            .at("/c6", to(301, "/c7"))
            .at("/c7", to(301, "/c8"))
            .at("/c8", to(301, "/c9"))
            .at("/c9", to(301, "/c10"))
            .at("/c10", to(301, "/c11"))
            .requests(11),
    ])
    .await;
}

#[tokio::test]
async fn bodies_that_are_not_what_they_seem() {
    let shows = now_shows();
    let new_etag = |body: Vec<u8>| Reply::body(body).header("ETag", "\"2\"");
    let zipped = gzip(&shows);
    let cut_zip = zipped[..zipped.len() / 2].to_vec();
    let at = shows.len() * 6 / 10;
    let length = |length: usize| {
        new_etag(shows.clone().into_bytes()).header("Content-Length", &length.to_string())
    };
    let page = "<!DOCTYPE html><html><body>We are down for maintenance</body></html>";
    run(vec![
        Fault::new(
            "truncated gzip with a new ETag",
            new_etag(cut_zip).header("Content-Encoding", "gzip"),
            Health::Failing,
        ),
        Fault::new(
            "a body cut off",
            new_etag(shows.clone().into_bytes()).end(End::Cut(at)),
            Health::Failing,
        ),
        Fault::new(
            "a document that ends at 60 %",
            new_etag(shows.as_bytes()[..at].to_vec()),
            Health::Failing,
        ),
        Fault::new("HTML 200", new_etag(page.into()), Health::NotAFeed),
        Fault::new("empty 200", new_etag(Vec::new()), Health::NotAFeed),
        Fault::new("blank 200", new_etag(b" \n".to_vec()), Health::NotAFeed),
        Fault::new("a length too short", length(at), Health::Failing),
        Fault::new(
            "a length too long",
            length(shows.len() + 900).end(End::Cut(shows.len())),
            Health::Failing,
        ),
        Fault::new(
            "an unknown encoding",
            new_etag(b"zzzz".to_vec()).header("Content-Encoding", "sdch"),
            Health::Failing,
        ),
        Fault::new("endless chunks", new_etag(vec![b' '; 8192]).end(End::Chunks), Health::Failing),
        Fault::new(
            "2 GB",
            new_etag(vec![b' '; 65_536]).header("Content-Length", "2147483648").end(End::Endless),
            Health::Failing,
        ),
        Fault::new(
            "a bomb",
            new_etag(gzip(&" ".repeat(300_000))).header("Content-Encoding", "gzip"),
            Health::Failing,
        ),
    ])
    .await;
}

#[tokio::test]
async fn servers_that_say_nothing() {
    let shows = now_shows();
    run(vec![
        Fault::new("reset", Reply::status(200).end(End::Reset), Health::Failing),
        Fault::new("hang", Reply::status(200).end(End::Hang), Health::Failing).hasty(),
        Fault::new(
            "drip",
            Reply::body(shows.clone()).header("ETag", "\"2\"").end(End::Drip),
            Health::Failing,
        )
        .hasty(),
    ])
    .await;
}

/// A 304 to everything hides what is new until the daily request without validators shows it up.
#[tokio::test]
async fn a_304_to_everything_is_found_out_within_a_day() {
    let odd = |reply: Reply| reply.header("ETag", "\"odd\"");
    run(vec![
        Fault::new("304 to anything", Reply::status(304), Health::Failing).polls(52),
        Fault::new("304 with another ETag", odd(Reply::status(304)), Health::Failing).polls(52),
    ])
    .await;
}

#[tokio::test]
async fn what_was_malformed_and_could_be_repaired_is_whole() {
    for junk in ["</wrong> R&D < <b>", "<!-- ", "<![CDATA[", "\u{0}\u{1}&nosuch;"] {
        let feeds = Feeds::start().await;
        feeds.script("/feed", [before()]);
        let desk = Desk::watching(&[feeds.url("/feed")]).await;
        desk.poll().await;
        desk.wait().await;
        let shows = now_shows();
        let at = shows.len() * 6 / 10;
        let malformed = format!("{}{junk}{}", &shows[..at], &shows[at..]);
        feeds.script("/feed", [Reply::body(malformed).header("ETag", "\"2\"")]);
        assert_eq!(desk.poll().await.new, 1, "{junk:?}");
        let (state, _) = desk.state().await;
        let expected = (Health::Healthy, Some(&b"\"2\""[..]));
        assert_eq!((state.health, state.etag.as_deref()), expected, "{junk:?}");
    }
}
