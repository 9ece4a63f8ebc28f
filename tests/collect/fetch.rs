//! One GET against a server that misbehaves.

use std::io::Write;
use std::time::Duration;

use watchlistd::collect::fetch::{
    Body, Failure, FailureKind, FetchSettings, Fetched, Fetcher, RetryAfter, Validators,
};

use super::source;
use crate::support::feeds::{End, Feeds, Reply};

const FEED: &str = "<rss version=\"2.0\"><channel><title>Desk</title></channel></rss>";

fn settings() -> FetchSettings {
    // Another test may have installed the same one.
    rustls::crypto::ring::default_provider().install_default().ok();
    FetchSettings {
        pause: Duration::ZERO,
        header: Duration::from_millis(300),
        total: Duration::from_millis(600),
        max_body: 100_000,
        ..FetchSettings::new("desk@news.test")
    }
}

async fn get(url: &str, validators: Option<Validators>) -> Fetched {
    Fetcher::new(settings()).expect("the settings are good").get(&source(url), validators).await
}

async fn get_body(url: &str) -> Body {
    match get(url, None).await {
        Fetched::Body(body) => body,
        other => panic!("{url} gave {other:?}"),
    }
}

async fn get_failure(url: &str) -> Failure {
    match get(url, None).await {
        Fetched::Failed(failure) => failure,
        other => panic!("{url} gave {other:?}"),
    }
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    out.write_all(text).expect("memory takes it");
    out.finish().expect("memory takes it")
}

#[tokio::test]
async fn a_request_says_who_asks_and_what_is_known() {
    let feeds = Feeds::start().await;
    let etag = "W/\"odd \u{e9} tag\"";
    let date = "Thu, 19 Nov 2026 08:00:00 GMT";
    feeds.script("/f", [Reply::body(FEED).header("ETag", etag).header("Last-Modified", date)]);
    let first = get_body(&feeds.url("/f")).await;
    assert_eq!(first.bytes, FEED.as_bytes());
    assert_eq!(first.answer.etag.as_deref(), Some(etag.as_bytes()), "byte-exact");
    let validators =
        Validators { etag: first.answer.etag, last_modified: first.answer.last_modified };
    let second = get(&feeds.url("/f"), Some(validators)).await;
    assert!(matches!(second, Fetched::NotModified(_)), "{second:?}");

    let requests = feeds.requests();
    assert_eq!(requests[0].header("if-none-match"), None);
    assert_eq!(requests[1].header("if-none-match"), Some(etag));
    assert_eq!(requests[1].header("if-modified-since"), Some(date));
    let agent = requests[0].header("user-agent").unwrap();
    assert!(agent.starts_with("watchlistd/") && agent.ends_with("(+desk@news.test)"), "{agent}");
    for absent in ["cookie", "referer"] {
        assert_eq!(requests[1].header(absent), None);
    }
}

#[tokio::test]
async fn statuses_are_sorted_by_what_to_do() {
    let feeds = Feeds::start().await;
    for (status, retry_after, kind) in [
        (403, None, FailureKind::Blocked),
        (401, None, FailureKind::Blocked),
        (404, None, FailureKind::Broken),
        (406, None, FailureKind::Broken),
        (410, None, FailureKind::Gone),
        (429, Some("120"), FailureKind::Later),
        (429, None, FailureKind::Later),
        (500, None, FailureKind::Retry),
        (503, None, FailureKind::Retry),
        (503, Some("120"), FailureKind::Later),
        (503, Some("soon"), FailureKind::Retry),
        (304, None, FailureKind::Broken),
        (204, None, FailureKind::Broken),
    ] {
        let mut reply = Reply::status(status);
        if let Some(value) = retry_after {
            reply = reply.header("Retry-After", value);
        }
        feeds.script("/f", [reply]);
        let failure = get_failure(&feeds.url("/f")).await;
        assert_eq!(failure.kind, kind, "{status} {retry_after:?}");
        let expected =
            (retry_after == Some("120")).then_some(RetryAfter::In(Duration::from_secs(120)));
        assert_eq!(failure.retry_after, expected, "{status} {retry_after:?}");
        assert!(failure.words.contains(&feeds.url("/f")), "{}", failure.words);
    }
}

#[tokio::test]
async fn redirects_are_followed_and_told() {
    let feeds = Feeds::start().await;
    let to = |status: u16, path: &str| Reply::status(status).header("Location", path);
    feeds.script("/old", [to(301, "/older")]);
    feeds.script("/older", [to(308, "/f")]);
    feeds.script("/some", [to(302, "/f")]);
    feeds.script("/first", [to(307, "/older")]);
    feeds.script("/last", [to(301, "/some")]);
    feeds.script("/f", [Reply::body(FEED)]);
    let permanent = get_body(&feeds.url("/old")).await.answer;
    assert_eq!(permanent.moved, Some(feeds.url("/f")));
    for path in ["/some", "/first", "/last"] {
        let passing = get_body(&feeds.url(path)).await.answer;
        assert_eq!((passing.url, passing.moved), (feeds.url("/f"), None), "{path}");
    }
}

#[tokio::test]
async fn redirects_that_lead_nowhere_good_are_refused() {
    let feeds = Feeds::start().await;
    let to = |path: &str| Reply::status(301).header("Location", path);
    for (location, kind) in [
        ("/f", FailureKind::Broken),
        ("ftp://news.test/f", FailureKind::Broken),
        ("file:///etc/passwd", FailureKind::Broken),
        ("http://", FailureKind::Broken),
        ("http://name:word@127.0.0.1/f", FailureKind::Blocked),
    ] {
        feeds.script("/f", [to(location)]);
        assert_eq!(get_failure(&feeds.url("/f")).await.kind, kind, "{location}");
    }
    feeds.script("/f", [Reply::status(301)]);
    assert_eq!(get_failure(&feeds.url("/f")).await.kind, FailureKind::Broken);
}

#[tokio::test]
async fn a_loop_ends_after_ten_hops() {
    let feeds = Feeds::start().await;
    feeds.script("/f", [Reply::status(302).header("Location", "/f")]);
    let failure = get_failure(&feeds.url("/f")).await;
    assert!(failure.words.contains("more than 10 redirects"), "{}", failure.words);
    assert_eq!(feeds.requests().len(), 11);
}

#[tokio::test]
async fn private_addresses_are_refused_before_any_connection() {
    let feeds = Feeds::start().await;
    feeds.script("/f", [Reply::body(FEED)]);
    let port = feeds.url("").rsplit(':').next().unwrap().to_owned();
    let fetcher = Fetcher::new(settings()).unwrap();
    for host in
        ["127.0.0.1", "localhost", "2130706433", "0177.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "0"]
    {
        let mut asked = source(&format!("http://{host}:{port}/f"));
        asked.allow_private = false;
        match fetcher.get(&asked, None).await {
            Fetched::Failed(failure) => {
                assert_eq!(failure.kind, FailureKind::Blocked, "{host}: {}", failure.words);
            }
            other => panic!("{host} gave {other:?}"),
        }
    }
    assert_eq!(feeds.connections(), 0);
}

#[tokio::test]
async fn a_body_that_ends_early_is_kept_and_said() {
    let feeds = Feeds::start().await;
    let zipped = gzip(&FEED.repeat(2000).into_bytes());
    let half = zipped.len() / 2;
    for (name, reply, some) in [
        ("cut", Reply::body(FEED).end(End::Cut(20)), true),
        (
            "lying length",
            Reply::body(FEED).header("Content-Length", "9999").end(End::Cut(30)),
            true,
        ),
        (
            "cut archive with an honest length",
            Reply::body(zipped[..half].to_vec()).header("Content-Encoding", "gzip"),
            true,
        ),
        ("drip", Reply::body(FEED).end(End::Drip), true),
        ("endless", Reply::body(vec![b'x'; 5000]).end(End::Endless), true),
        ("bomb", Reply::body(gzip(&vec![b' '; 300_000])).header("Content-Encoding", "gzip"), true),
        ("empty", Reply::body(""), false),
        ("whole", Reply::body(gzip(FEED.as_bytes())).header("Content-Encoding", "gzip"), false),
    ] {
        feeds.script("/f", [reply]);
        let body = get_body(&feeds.url("/f")).await;
        assert_eq!(body.truncated.is_some(), some, "{name}: {:?}", body.truncated);
        assert!(body.bytes.len() <= 100_000, "{name}");
    }
}

#[tokio::test]
async fn silence_and_resets_are_for_the_next_time() {
    let feeds = Feeds::start().await;
    for end in [End::Hang, End::Reset] {
        feeds.script("/f", [Reply::status(200).end(end)]);
        assert_eq!(get_failure(&feeds.url("/f")).await.kind, FailureKind::Retry, "{end:?}");
    }
    let nobody = get_failure("http://127.0.0.1:1/f").await;
    assert_eq!(nobody.kind, FailureKind::Retry);
    let odd = Reply::body(FEED).header("Content-Encoding", "compress");
    feeds.script("/f", [odd]);
    assert_eq!(get_failure(&feeds.url("/f")).await.kind, FailureKind::Broken);
}
