//! A busy day: forty outlets tell one story in six hours, each in its own feed.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::time::Duration;

use watchlistd::model::mail::Letter;

use super::{DAY, Desk, HOUR, MEI, subject};
use crate::support::feeds::{Feeds, Reply};

const OUTLETS: usize = 40;

/// How one event is put by different desks; every third outlet takes the agency's words.
const WORDINGS: [&str; 6] = [
    "White House memo says Alibaba helps Chinese military; lawmakers urge SEC to delist it",
    "Lawmakers urge SEC to delist Alibaba after White House memo on Chinese military",
    "Alibaba denies White House memo as lawmakers urge SEC to delist its shares",
    "SEC urged to delist Alibaba over White House memo about Chinese military",
    "White House memo: Alibaba helps Chinese military, SEC should delist, lawmakers say",
    "After White House memo lawmakers press SEC to delist Alibaba",
];

fn feed(item: Option<usize>) -> Reply {
    let item = item.map(|n| {
        let words = if n.is_multiple_of(3) { WORDINGS[0] } else { WORDINGS[n % WORDINGS.len()] };
        format!(
            "<item><guid isPermaLink=\"false\">{n}</guid><title>{words}</title>\
             <link>https://outlet-{n}.test/memo</link></item>"
        )
    });
    let body = format!(
        "<rss version=\"2.0\"><channel><title>Outlet</title>{}</channel></rss>",
        item.unwrap_or_default()
    );
    Reply::body(body)
}

fn html(letter: &Letter) -> String {
    let parsed = mail_parser::MessageParser::default().parse(&letter.message).unwrap();
    parsed.body_html(0).unwrap_or_default().into_owned()
}

/// The outlets that a mail links to, as often as it does.
fn links(letter: &Letter) -> Vec<String> {
    let html = html(letter);
    let found = html.split("<a href=\"https://outlet-").skip(1);
    found.map(|rest| rest.split('.').next().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn forty_outlets_are_four_urgent_mails_and_forty_links() {
    let feeds = Feeds::start().await;
    let mut desk = Desk::new(MEI).await;
    for n in 0..OUTLETS {
        let path = format!("/outlet-{n}");
        feeds.script(&path, [feed(None)]);
        let official = n == 17;
        let url = feeds.url(&path);
        write!(
            desk.more_sources,
            "[[source]]\nid = \"outlet-{n}\"\nurl = \"{url}\"\nofficial = {official}\n\
             interval = \"1h\"\n"
        )
        .unwrap();
    }
    let mut open = desk.begun().await;
    for n in (0..OUTLETS).step_by(2) {
        for n in [n, n + 1] {
            feeds.script(&format!("/outlet-{n}"), [feed(Some(n))]);
        }
        desk.pass(HOUR * 6 / (OUTLETS as u32 / 2));
        open.round().await;
    }
    // The interval and its jitter, so that the last outlets are read.
    desk.pass(Duration::from_secs(67 * 60));
    open.round().await;

    let urgent: Vec<Letter> = desk
        .transport
        .received()
        .into_iter()
        .filter(|one| one.address == "mei@desk.test" && subject(one).starts_with("[HIGH]"))
        .collect();
    assert!((2..=4).contains(&urgent.len()), "{:?}", desk.subjects());
    let rung: Vec<String> = urgent.iter().flat_map(links).collect();
    let distinct: BTreeSet<&String> = rung.iter().collect();
    assert_eq!(rung.len(), distinct.len(), "no outlet is told twice");

    desk.pass(HOUR * 5);
    open.round().await;
    desk.pass(DAY * 3);
    open.round().await;
    let mails = desk.transport.received();
    let digest = mails.iter().rfind(|one| subject(one).starts_with("Watchlist")).unwrap();
    assert!(subject(digest).contains(": 1 high – Alibaba"), "{}", subject(digest));
    let told = links(digest);
    assert_eq!(told.len(), OUTLETS, "{told:?}");
    assert_eq!(told.iter().collect::<BTreeSet<_>>().len(), OUTLETS);
    assert!(html(digest).len() < 80_000, "{}", html(digest).len());
}
