//! Feeds that move: what was told under one address is not told again under another.

use super::{DAY, Desk, HOUR, MEI, friday_noon};

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
