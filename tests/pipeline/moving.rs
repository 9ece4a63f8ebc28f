//! Feeds that move, are renamed, replaced, or come back with their archive: nothing is told twice, and
//! nothing rings that is old.

use std::time::Duration;

use super::{DAY, Desk, HOUR, MEI, Newsroom, friday_noon, source, text};
use watchlistd::model::Timestamp;

/// Places that make stories of their own.
const PLACES: [&str; 12] = [
    "Texas", "Berlin", "Tokyo", "Paris", "Oslo", "Rome", "Cairo", "Lima", "Quito", "Perth",
    "Dublin", "Vienna",
];

const FIRMS: [&str; 4] = ["Alibaba", "Tencent", "Baidu", "Huawei"];

fn headline(n: usize) -> String {
    format!("Exchange in {} moves to delist {}", PLACES[n], FIRMS[n % 4])
}

/// The n-th article, an hour after the one before, by an address that is also its guid.
fn article(host: &str, n: usize) -> String {
    let at = friday_noon().minus(24 * HOUR).plus(u32::try_from(n).unwrap() * HOUR);
    dated(host, n, at)
}

fn dated(host: &str, n: usize, at: Timestamp) -> String {
    format!(
        "<item><title>{}</title><guid>{host}/{n}</guid><link>{host}/{n}</link>\
         <pubDate>{}</pubDate></item>",
        headline(n),
        at.to_chrono().to_rfc2822()
    )
}

/// Newest first, as feeds are.
fn page(host: &'static str, from: usize, until: usize) -> impl Iterator<Item = String> {
    (from..until).rev().map(move |n| article(host, n))
}

/// Polls and decides, each with everything opened anew, as after a crash: new items, and alerts.
async fn brought(desk: &Desk) -> (u64, u64) {
    desk.pass(HOUR);
    let new = desk.open().await.poll().await.new;
    let alerts = desk.open().await.assess().await;
    desk.open().await.round().await;
    (new as u64, alerts)
}

#[tokio::test]
async fn a_feed_that_goes_to_https_tells_nothing_again_while_news_comes_in() {
    let desk = Desk::new(MEI).await;
    desk.open().await.round().await;
    desk.newsroom.print(page("http://n.test", 0, 6));
    assert_eq!(brought(&desk).await, (6, 6));
    desk.newsroom.print(page("https://n.test", 0, 6));
    assert_eq!(brought(&desk).await, (0, 0));
    for news in 1..6 {
        desk.newsroom.print(page("https://n.test", news, news + 6));
        assert_eq!(brought(&desk).await, (1, 1), "{news}: {:?}", desk.subjects());
    }
    let store = desk.open().await.ground.store;
    assert_eq!(store.archive().verify_record(None).await.unwrap().faults, []);
}

#[tokio::test]
async fn a_feed_that_moves_while_half_of_it_is_news_leaves_no_gap() {
    let desk = Desk::new(&format!("{MEI}digest = \"daily 08:00\"\n")).await;
    desk.newsroom.print(page("https://old.test", 0, 6));
    assert_eq!(brought(&desk).await, (6, 6));
    desk.newsroom.print(page("https://new.test", 3, 9));
    assert_eq!(brought(&desk).await, (3, 3));
    desk.pass(DAY);
    desk.open().await.round().await;
    let last = desk.subjects().pop().unwrap();
    assert!(last.starts_with("Watchlist") && !last.contains("GAP"), "{:?}", desk.subjects());
}

/// The urgent mails so far.
fn rings(desk: &Desk) -> usize {
    desk.subjects().iter().filter(|one| one.starts_with("[HIGH]")).count()
}

/// Time in which nothing happens but what is due.
async fn goes_by(desk: &Desk, time: Duration) {
    desk.pass(time);
    desk.open().await.round().await;
}

/// The newest digest a day later, unwrapped.
async fn next_digest(desk: &Desk) -> String {
    desk.pass(DAY);
    desk.open().await.round().await;
    let mails = desk.transport.received();
    let digest = mails.iter().rfind(|one| super::subject(one).starts_with("Watchlist ")).unwrap();
    text(digest).split_whitespace().collect::<Vec<_>>().join(" ")
}

const MEI_DAILY: &str =
    "[[reader]]\nname = \"Mei\"\nto = [\"mei@desk.test\"]\ndigest = \"daily 08:00\"\n";

const HOST: &str = "https://n.test";

/// A desk that has told three articles.
async fn told_three() -> Desk {
    let desk = Desk::new(MEI_DAILY).await;
    desk.newsroom.print(page(HOST, 0, 3));
    assert_eq!(brought(&desk).await, (3, 3));
    assert!(next_digest(&desk).await.contains("already there"));
    desk
}

#[tokio::test]
async fn a_source_under_another_id_tells_nothing_again_and_its_news_at_once() {
    let mut desk = told_three().await;
    desk.wire = Some(source(&desk.newsroom.url()).replace("\"wire\"", "\"newswire\""));
    desk.newsroom.print(page(HOST, 0, 4));
    assert_eq!(brought(&desk).await, (4, 4), "stored under its new id, and judged");
    assert_eq!(rings(&desk), 1, "{:?}", desk.subjects());
    let digest = next_digest(&desk).await;
    assert!(!digest.contains("already there") && !digest.contains("GAP"), "{digest}");
    // And back again: what came meanwhile is known, too.
    desk.wire = None;
    desk.newsroom.print(page(HOST, 0, 5));
    brought(&desk).await;
    assert_eq!(rings(&desk), 2, "{:?}", desk.subjects());
    // A term that comes now finds each once.
    let watchlist = format!("{}\n[[company]]\nname = \"Oslo\"\n", super::WATCHLIST);
    assert_eq!(desk.open_with(&watchlist).await.assess().await, 1);
}

#[tokio::test]
async fn a_new_address_is_a_first_reading_that_loses_nothing_said_since() {
    let mut desk = told_three().await;
    // Dark for three weeks, then somebody writes another address.
    desk.newsroom.broken(true);
    goes_by(&desk, 21 * DAY).await;
    let other = Newsroom::open().await;
    let ago = |days: u32| desk.now().minus(days * DAY);
    let pages = [(3, 100), (4, 12), (5, 1)].map(|(n, days)| dated(HOST, n, ago(days)));
    other.print(pages.into_iter().chain(page(HOST, 0, 3)));
    desk.wire = Some(source(&other.url()));
    brought(&desk).await;
    assert_eq!(rings(&desk), 0, "{:?}", desk.subjects());
    let digest = next_digest(&desk).await;
    for (place, told) in [("Paris", false), ("Oslo", true), ("Rome", true), ("Texas", false)] {
        assert_eq!(digest.contains(place), told, "{place}: {digest}");
    }
    assert!(digest.contains("published long before we saw it"), "{digest}");
    // The reading after it is one of many.
    other.print([dated(HOST, 6, desk.now())].into_iter().chain(page(HOST, 0, 6)));
    brought(&desk).await;
    assert_eq!(rings(&desk), 1, "{:?}", desk.subjects());
}

#[tokio::test]
async fn a_source_that_was_away_for_long_does_not_ring_and_one_that_slipped_out_does() {
    for (away, rang) in [(HOUR, 1), (60 * DAY, 0)] {
        let mut desk = told_three().await;
        let other = Newsroom::open().await;
        desk.wire = Some(source(&other.url()).replace("\"wire\"", "\"other\""));
        goes_by(&desk, away).await;
        desk.wire = None;
        let news = dated(HOST, 4, desk.now().minus(HOUR));
        desk.newsroom.print([news].into_iter().chain(page(HOST, 0, 3)));
        brought(&desk).await;
        assert_eq!(rings(&desk), rang, "{away:?}: {:?}", desk.subjects());
        assert!(next_digest(&desk).await.contains("Oslo"), "{away:?}");
    }
}

#[tokio::test]
async fn an_archive_comes_in_the_digest_and_says_so_while_todays_news_rings() {
    let desk = told_three().await;
    goes_by(&desk, 20 * DAY).await;
    let archive = |n: usize| {
        let at = Timestamp::parse("2019-01-01T09:30:00Z").unwrap();
        dated(HOST, n, at.plus(u32::try_from(n).unwrap() * DAY))
    };
    let shown: Vec<String> = (3..9).map(archive).chain(page(HOST, 0, 3)).collect();
    desk.newsroom.print([dated(HOST, 9, desk.now())].into_iter().chain(shown.clone()));
    assert_eq!(brought(&desk).await, (7, 7));
    assert_eq!(rings(&desk), 1, "{:?}", desk.subjects());
    assert!(desk.subjects().iter().any(|one| one.contains("Perth")), "{:?}", desk.subjects());
    let digest = next_digest(&desk).await;
    assert!(digest.contains("published long before we saw it"), "{digest}");
    assert!(digest.contains("Paris") && digest.contains("Quito"), "{digest}");
    // One wrong date is no archive.
    let wrong = dated(HOST, 10, Timestamp::parse("2009-01-01T00:00:00Z").unwrap());
    desk.newsroom.print([wrong].into_iter().chain(shown));
    assert_eq!(brought(&desk).await, (1, 1));
    assert_eq!(rings(&desk), 2, "{:?}", desk.subjects());
}

#[tokio::test]
async fn an_empty_first_document_at_a_new_address_leaves_the_last_reading_what_it_was() {
    // What was said since then is told, at once within the day; what is older than that was known.
    for (dark, rang) in [(HOUR, 1), (21 * DAY, 0)] {
        let mut desk = told_three().await;
        desk.newsroom.broken(true);
        let read = desk.now();
        goes_by(&desk, dark).await;
        let other = Newsroom::open().await;
        other.print([]);
        desk.wire = Some(source(&other.url()));
        assert_eq!(brought(&desk).await, (0, 0));
        let since = dated(HOST, 4, read.plus(HOUR / 2));
        let before = dated(HOST, 3, read.minus(100 * DAY));
        other.print([since, before].into_iter().chain(page(HOST, 0, 3)));
        brought(&desk).await;
        assert_eq!(rings(&desk), rang, "{dark:?}: {:?}", desk.subjects());
        let digest = next_digest(&desk).await;
        assert!(digest.contains("Oslo") && !digest.contains("Paris"), "{dark:?}: {digest}");
        // The reading after it is one of many.
        other.print([dated(HOST, 6, desk.now())].into_iter().chain(page(HOST, 0, 3)));
        brought(&desk).await;
        assert_eq!(rings(&desk), rang + 1, "{dark:?}: {:?}", desk.subjects());
    }
}

#[tokio::test]
async fn what_comes_after_an_empty_document_at_a_new_address_is_news() {
    let mut desk = told_three().await;
    let other = Newsroom::open().await;
    other.print([]);
    desk.wire = Some(source(&other.url()));
    for _ in 0..5 {
        goes_by(&desk, DAY).await;
    }
    other.print([dated(HOST, 3, desk.now().plus(HOUR / 2))]);
    brought(&desk).await;
    assert_eq!(rings(&desk), 1, "{:?}", desk.subjects());
}

#[tokio::test]
async fn an_empty_first_document_of_a_source_that_comes_back_is_no_reading() {
    let mut desk = told_three().await;
    let other = Newsroom::open().await;
    desk.wire = Some(source(&other.url()).replace("\"wire\"", "\"other\""));
    goes_by(&desk, 60 * DAY).await;
    desk.wire = None;
    desk.newsroom.print([]);
    assert_eq!(brought(&desk).await, (0, 0));
    let ago = |days: u32| desk.now().minus(days * DAY);
    let archive = [(3, 100), (4, 12), (5, 1)].map(|(n, days)| dated(HOST, n, ago(days)));
    desk.newsroom.print(archive.into_iter().chain(page(HOST, 0, 3)));
    brought(&desk).await;
    assert_eq!(rings(&desk), 0, "{:?}", desk.subjects());
    let digest = next_digest(&desk).await;
    for (place, told) in [("Paris", false), ("Oslo", true), ("Rome", true), ("Texas", false)] {
        assert_eq!(digest.contains(place), told, "{place}: {digest}");
    }
}

#[tokio::test]
async fn the_archive_of_a_source_that_was_dark_does_not_ring_under_another_id() {
    // Dark under the old id, under the new one, or read there while nothing was in it.
    for (before, after, empty) in [(21, 0, false), (0, 21, false), (21, 0, true), (0, 21, true)] {
        let mut desk = told_three().await;
        desk.newsroom.broken(true);
        goes_by(&desk, before * DAY).await;
        desk.wire = Some(source(&desk.newsroom.url()).replace("\"wire\"", "\"newswire\""));
        goes_by(&desk, HOUR).await;
        goes_by(&desk, after * DAY).await;
        desk.newsroom.broken(false);
        if empty {
            desk.newsroom.print([]);
            assert_eq!(brought(&desk).await, (0, 0));
        }
        let ago = |days: u32| desk.now().minus(days * DAY);
        let archive = [(3, 100), (4, 12), (5, 1)].map(|(n, days)| dated(HOST, n, ago(days)));
        desk.newsroom.print(archive.into_iter().chain(page(HOST, 0, 3)));
        brought(&desk).await;
        let case = format!("{before} {after} {empty}");
        assert_eq!(rings(&desk), 0, "{case}: {:?}", desk.subjects());
        let digest = next_digest(&desk).await;
        for (place, told) in [("Paris", false), ("Oslo", true), ("Rome", true), ("Texas", false)] {
            assert_eq!(digest.contains(place), told, "{case}, {place}: {digest}");
        }
        desk.newsroom.print([dated(HOST, 6, desk.now())].into_iter().chain(page(HOST, 0, 6)));
        brought(&desk).await;
        assert_eq!(rings(&desk), 1, "{case}: {:?}", desk.subjects());
    }
}

#[tokio::test]
async fn an_empty_first_document_under_another_id_tells_nothing_again() {
    let mut desk = told_three().await;
    desk.wire = Some(source(&desk.newsroom.url()).replace("\"wire\"", "\"newswire\""));
    desk.newsroom.print([]);
    assert_eq!(brought(&desk).await, (0, 0));
    desk.newsroom.print(page(HOST, 0, 3));
    assert_eq!(brought(&desk).await, (3, 3), "stored under its new id, and judged");
    assert_eq!(rings(&desk), 0, "{:?}", desk.subjects());
    let digest = next_digest(&desk).await;
    assert!(!digest.contains("Texas"), "{digest}");
}

#[tokio::test]
async fn a_source_that_slipped_out_and_is_unchanged_is_read_as_ever_from_then_on() {
    let mut desk = told_three().await;
    let other = Newsroom::open().await;
    desk.wire = Some(source(&other.url()).replace("\"wire\"", "\"other\""));
    goes_by(&desk, HOUR).await;
    desk.wire = None;
    let unchanged = desk.newsroom.unchanged();
    assert_eq!(brought(&desk).await, (0, 0));
    assert_eq!(desk.newsroom.unchanged(), unchanged + 1);
    desk.newsroom.broken(true);
    // Dark for two days: what was said then is news as in any other source.
    goes_by(&desk, 2 * DAY).await;
    desk.newsroom.broken(false);
    let news = dated(HOST, 4, desk.now().minus(30 * HOUR));
    desk.newsroom.print([news].into_iter().chain(page(HOST, 0, 3)));
    brought(&desk).await;
    assert_eq!(rings(&desk), 1, "{:?}", desk.subjects());
}
