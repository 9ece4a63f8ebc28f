//! What digests say beside their alerts, from real polls: edits of what was told, changes of the
//! watchlist, and the names that outlets give themselves.

use watchlistd::model::MailState;
use watchlistd::notify::smtp::{Attempt, Outcome, Stage};
use watchlistd::store::Amend;

use super::{DAY, Desk, HOUR, MEI, WATCHLIST, subject, text};
use crate::support::feeds::{Feeds, Reply};

fn feed(name: &str, headline: Option<&str>) -> Reply {
    let item = headline.map(|title| {
        format!("<item><guid isPermaLink=\"false\">1</guid><title>{title}</title></item>")
    });
    let item = item.unwrap_or_default();
    Reply::body(format!(
        "<rss version=\"2.0\"><channel><title>{name}</title>{item}</channel></rss>"
    ))
}

/// The newest digest's words, without the breaks of its lines.
fn newest(desk: &Desk) -> String {
    let mails = desk.transport.received();
    let digest = mails.iter().rfind(|one| subject(one).starts_with("Watchlist ")).unwrap();
    text(digest).replace("\r\n", "\n").replace("\n  ", " ").replace("\n   ", " ")
}

#[tokio::test]
async fn an_edit_of_what_was_told_is_in_one_digest_with_old_and_new() {
    let feeds = Feeds::start().await;
    let mut desk = Desk::new(&format!("{MEI}digest = \"daily 08:00\"\n")).await;
    feeds.script("/ledger", [feed("The Ledger | World", None)]);
    desk.more_sources =
        format!("[[source]]\nid = \"ledger\"\nurl = \"{}\"\n", feeds.url("/ledger"));
    let mut open = desk.begun().await;
    feeds.script("/ledger", [feed("The Ledger | World", Some("SEC to delist Alibaba in July"))]);
    desk.pass(HOUR);
    open.round().await;
    assert!(desk.subjects().iter().any(|one| one.contains("in July (The Ledger | World)")));
    desk.pass(DAY);
    open.round().await;
    assert!(newest(&desk).contains("SEC to *delist* *Alibaba* in July"), "{}", newest(&desk));
    assert!(!newest(&desk).contains("Changed since"), "{}", newest(&desk));

    feeds.script("/ledger", [feed("The Ledger | World", Some("SEC to delist Alibaba in June"))]);
    desk.pass(DAY);
    open.round().await;
    desk.pass(DAY);
    open.round().await;
    let changed = "The Ledger | World: headline changed: “…delist Alibaba in July” → \
                   “…delist Alibaba in June”";
    assert!(newest(&desk).contains(changed), "{}", newest(&desk));
    desk.pass(DAY);
    open.round().await;
    assert!(!newest(&desk).contains("Changed since"), "once only: {}", newest(&desk));
}

#[tokio::test]
async fn an_edit_before_the_first_telling_is_no_change_of_what_was_told() {
    let feeds = Feeds::start().await;
    let mut desk = Desk::new(&format!("{MEI}digest = \"daily 08:00\"\nurgent = \"never\"\n")).await;
    feeds.script("/ledger", [feed("The Ledger | World", None)]);
    desk.more_sources =
        format!("[[source]]\nid = \"ledger\"\nurl = \"{}\"\n", feeds.url("/ledger"));
    let mut open = desk.begun().await;
    for month in ["July", "June"] {
        let headline = format!("SEC to delist Alibaba in {month}");
        feeds.script("/ledger", [feed("The Ledger | World", Some(&headline))]);
        desk.pass(HOUR);
        open.round().await;
    }
    desk.pass(DAY);
    open.round().await;
    let digest = newest(&desk);
    assert!(!digest.contains("Changed since you were told"), "{digest}");
    assert!(digest.contains("Changed since, told above as first found"), "{digest}");
    assert!(digest.contains("delist Alibaba in June"), "{digest}");
}

#[tokio::test]
async fn an_edit_that_alerts_is_told_with_what_is_new_and_since_when_it_is_known() {
    let feeds = Feeds::start().await;
    let mut desk = Desk::new(&format!("{MEI}digest = \"daily 08:00\"\n")).await;
    feeds.script("/ledger", [feed("The Ledger | World", None)]);
    desk.more_sources =
        format!("[[source]]\nid = \"ledger\"\nurl = \"{}\"\n", feeds.url("/ledger"));
    let mut open = desk.begun().await;
    for company in ["Tencent", "Baidu"] {
        let headline = format!("SEC to delist Alibaba and {company}");
        feeds.script("/ledger", [feed("The Ledger | World", Some(&headline))]);
        desk.pass(HOUR);
        open.round().await;
    }
    let mails = desk.transport.received();
    let last = text(mails.last().unwrap()).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(subject(mails.last().unwrap()).starts_with("[HIGH] Baidu: "), "{:?}", desk.subjects());
    for words in [
        "1 item edited since the last mail on this story",
        "New in it: Baidu.",
        "first seen Fri 20 Nov 13:00 UTC, edited 14:00",
        "Edited: headline “…delist Alibaba and Tencent” → “…delist Alibaba and Baidu”",
        "Edited: now names Baidu",
        "Edited: no longer names Tencent",
    ] {
        assert!(last.contains(words), "{words}: {last}");
    }
}

/// What named nobody leaves no words behind but its headline; since when it stood there is known all the same.
#[tokio::test]
async fn an_edit_that_first_names_a_company_is_told_with_the_old_headline_and_the_first_instant() {
    // Read and judged before the edit, or waiting still when it comes.
    for judged in [true, false] {
        let feeds = Feeds::start().await;
        let mut desk = Desk::new(&format!("{MEI}digest = \"daily 08:00\"\n")).await;
        feeds.script("/ledger", [feed("The Ledger | World", None)]);
        desk.more_sources =
            format!("[[source]]\nid = \"ledger\"\nurl = \"{}\"\n", feeds.url("/ledger"));
        let mut open = desk.begun().await;
        feeds.script("/ledger", [feed("The Ledger | World", Some("SEC weighs a step on Monday"))]);
        desk.pass(HOUR);
        open.poll().await;
        if judged {
            open.assess().await;
        }
        let headline = "SEC moves to delist Alibaba on Monday";
        feeds.script("/ledger", [feed("The Ledger | World", Some(headline))]);
        desk.pass(HOUR);
        open.round().await;
        let mails = desk.transport.received();
        let last = text(mails.last().unwrap()).split_whitespace().collect::<Vec<_>>().join(" ");
        for words in [
            "first seen Fri 20 Nov 13:00 UTC, edited 14:00",
            "Edited: headline “SEC weighs a step on Monday” → “SEC moves to delist Alibaba on Monday”",
        ] {
            assert!(last.contains(words), "judged: {judged}; {words}: {last}");
        }
        assert!(!last.contains("Edited: summary"), "{last}");
    }
}

#[tokio::test]
async fn an_edit_of_the_watchlist_is_in_the_next_digest() {
    let (desk, mut open) = Desk::begin(&format!("{MEI}digest = \"daily 08:00\"\n")).await;
    desk.pass(DAY);
    open.round().await;
    assert!(!newest(&desk).contains("Changes of the watchlist"), "{}", newest(&desk));
    drop(open);

    desk.pass(HOUR);
    let longer = format!("{WATCHLIST}\n[[company]]\nname = \"SMIC\"\n");
    let mut open = desk.open_with(&longer).await;
    open.round().await;
    desk.pass(DAY);
    open.round().await;
    assert!(newest(&desk).contains("Company added: “SMIC”"), "{}", newest(&desk));
    desk.pass(DAY);
    open.round().await;
    assert!(!newest(&desk).contains("Company added"), "once only: {}", newest(&desk));
}

/// What a digest said beside its alerts, when it reached nobody, is said by the next one that works.
#[tokio::test]
async fn what_a_digest_that_reached_nobody_said_is_in_the_next() {
    let (desk, mut open) = Desk::begin(&format!("{MEI}digest = \"daily 08:00\"\n")).await;
    desk.pass(DAY);
    open.round().await;
    drop(open);

    desk.pass(HOUR);
    let mut open = desk.open_with(&format!("{WATCHLIST}\n[[company]]\nname = \"SMIC\"\n")).await;
    desk.newsroom.publish("a1", "SEC moves to delist Alibaba");
    open.round().await;
    let refused = Attempt {
        outcome: Outcome::Refused,
        stage: Stage::Rcpt,
        reply: "550 not today".to_owned(),
    };
    desk.transport.answer_next([refused]);
    desk.pass(DAY);
    open.round().await;
    assert!(!newest(&desk).contains("SMIC"), "that one was refused");
    desk.pass(DAY);
    open.round().await;
    assert!(newest(&desk).contains("SMIC"), "{}", newest(&desk));
    assert!(newest(&desk).contains("since Sat 21 Nov"), "{}", newest(&desk));
    assert!(newest(&desk).contains("already sent"), "{}", newest(&desk));
    desk.pass(DAY);
    open.round().await;
    assert!(!newest(&desk).contains("SMIC"), "once only: {}", newest(&desk));
    assert!(!newest(&desk).contains("Alibaba"), "once only: {}", newest(&desk));
}

/// Digests that were sealed while it was still waited for do not make up for it.
#[tokio::test]
async fn a_digest_that_is_given_up_late_is_made_up_for_by_the_next() {
    let (desk, mut open) = Desk::begin(&format!("{MEI}digest = \"daily 08:00\"\n")).await;
    desk.pass(DAY);
    open.round().await;
    drop(open);

    desk.pass(HOUR);
    let mut open = desk.open_with(&format!("{WATCHLIST}\n[[company]]\nname = \"SMIC\"\n")).await;
    open.round().await;
    let later = |_| Attempt {
        outcome: Outcome::TryLater,
        stage: Stage::Rcpt,
        reply: "451 greylisted".to_owned(),
    };
    desk.transport.answer_next((0..1).map(later));
    desk.pass(DAY);
    open.round().await;
    let waits = open.ground.store.archive().mails_in(vec![MailState::Deferred], 9).await.unwrap();
    assert_eq!(waits.len(), 1);
    desk.judge(&mut open, [("a1", "SEC moves to delist Alibaba")]).await;
    open.seal().await;
    desk.transport.answer_next((0..1).map(later));
    open.send().await;
    open.send().await;
    desk.pass(DAY);
    open.poll().await;
    open.assess().await;
    open.seal().await;
    // The older one goes first, and waits on.
    desk.transport.answer_next((0..1).map(later));
    open.send().await;
    assert!(newest(&desk).contains("Alibaba"), "listed as sent: {}", newest(&desk));
    assert!(!newest(&desk).contains("SMIC"), "{}", newest(&desk));
    desk.pass(HOUR);
    for mail in &waits {
        let done = open.ground.store.amend_mail(mail.id.clone(), Amend::Drop, desk.now()).await;
        done.unwrap();
    }
    desk.pass(DAY);
    open.round().await;
    assert!(newest(&desk).contains("SMIC"), "{}", newest(&desk));
    assert!(!newest(&desk).contains("Alibaba"), "listed once: {}", newest(&desk));
}
