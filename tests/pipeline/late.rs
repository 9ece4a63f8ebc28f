//! Back-fill through the three steps: what a new, corrected or re-added term finds in stored items is told
//! once, late, in a digest, with the reason; whatever is cut off on the way.

mod ids;
mod interrupted;
mod left_out;

pub(super) use interrupted::Cut;
use interrupted::in_force;

use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use watchlistd::clock::{Clock, FixedClock};
use watchlistd::config::{Environment, Files};
use watchlistd::daemon::start;
use watchlistd::daemon::wire;
use watchlistd::model::{Item, Mark, Timestamp, Urgency};
use watchlistd::pipeline::assess::Assessor;
use watchlistd::pipeline::{Ground, InForce};
use watchlistd::store::{About, Store};

use super::previewing::{item, store_of};
use super::{DAY, Desk, HOUR, MEI, Open, WATCHLIST, friday_noon, subject, text};

const MEI_DAILY: &str =
    "[[reader]]\nname = \"Mei\"\nto = [\"mei@desk.test\"]\ndigest = \"daily 08:00\"\n";

/// A desk on which one item about a company that nobody watches yet came an hour after the start.
async fn before(headline: &str) -> Desk {
    let (desk, mut open) = Desk::begin(MEI_DAILY).await;
    desk.tell(&mut open, [("a1", headline)]).await;
    desk
}

fn with(more: &str) -> String {
    format!("{WATCHLIST}\n{more}")
}

const KEELUNG: &str = "[[company]]\nname = \"Keelung Foundry\"\n";

/// The newest digest of Mei, unwrapped.
fn newest(desk: &Desk) -> String {
    let mails = desk.transport.received();
    let digest = mails.iter().rfind(|one| subject(one).starts_with("Watchlist ")).unwrap();
    text(digest).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A day later, all three steps.
async fn next_day(desk: &Desk, open: &mut Open) {
    desk.pass(DAY);
    open.round().await;
}

#[tokio::test]
async fn a_new_term_is_matched_over_the_last_days_and_told_once_as_late() {
    let desk = before("NYSE to delist Keelung Foundry").await;
    assert!(desk.subjects().is_empty(), "{:?}", desk.subjects());
    desk.pass(3 * DAY);
    let mut open = desk.open_with(&with(KEELUNG)).await;
    open.round().await;
    let mails = desk.subjects();
    assert!(mails.iter().all(|one| !one.starts_with('[')), "nothing is urgent: {mails:?}");
    let digest = newest(&desk);
    for words in [
        "NYSE to *delist* *Keelung Foundry*",
        "late: found by a newer term",
        "late: not matched 20–23 Nov: \"Keelung Foundry\" missing in version 1",
    ] {
        assert!(digest.contains(words), "'{words}' is not said: {digest}");
    }
    next_day(&desk, &mut open).await;
    assert!(!newest(&desk).contains("Keelung Foundry"), "once only: {}", newest(&desk));
    let mails = desk.transport.received();
    let whole = text(mails.iter().find(|one| text(one).contains("Keelung")).unwrap());
    let until = whole.find("Coverage").unwrap_or(whole.len());
    insta::assert_snapshot!(whole[..until].replace("\r\n", "\n"));
}

#[tokio::test]
async fn what_was_told_is_not_told_again_and_what_is_older_is_left_alone() {
    let desk = before("SEC to delist Alibaba and Keelung Foundry").await;
    assert_eq!(desk.subjects().len(), 1, "urgent by Alibaba");
    desk.newsroom.publish("a2", "SEC to delist Tencent");
    desk.pass(HOUR);
    let open = desk.begun().await;
    drop(open);
    let told = desk.subjects().len();
    // The new name is news of the first item and none of the second.
    let mut open = desk.open_with(&with(KEELUNG)).await;
    assert_eq!(open.assess().await, 1);
    assert_eq!(open.assess().await, 0);
    open.round().await;
    assert_eq!(desk.subjects().len(), told, "late is never urgent: {:?}", desk.subjects());
    drop(open);
    // Eight days later another name that stands in it comes too late.
    desk.pass(8 * DAY);
    let mut open = desk.open_with(&with("[[company]]\nname = \"SEC\"\n")).await;
    assert_eq!(open.assess().await, 0);
}

#[tokio::test]
async fn a_corrected_guard_is_named_as_what_held_it_back() {
    let guarded = "[[company]]\nname = \"Keelung Foundry\"\nnot_with = [\"delist\"]\n";
    let desk = Desk::new(MEI_DAILY).await;
    let mut open = desk.open_with(&with(guarded)).await;
    open.round().await;
    desk.tell(&mut open, [("a1", "NYSE to delist Keelung Foundry")]).await;
    assert!(desk.subjects().is_empty(), "{:?}", desk.subjects());
    drop(open);
    let mut open = desk.open_with(&with(KEELUNG)).await;
    next_day(&desk, &mut open).await;
    let held = "\"Keelung Foundry\" held back in version 1 (not_with \"delist\")";
    assert!(newest(&desk).contains(held), "{}", newest(&desk));
}

#[tokio::test]
async fn a_term_that_comes_back_tells_only_what_came_while_it_was_away() {
    let desk = Desk::new(MEI_DAILY).await;
    let mut open = desk.open_with(&with(KEELUNG)).await;
    open.round().await;
    desk.tell(&mut open, [("a1", "NYSE to delist Keelung Foundry")]).await;
    assert_eq!(desk.subjects().len(), 1);
    drop(open);
    let mut open = desk.open().await;
    desk.tell(&mut open, [("a2", "Keelung Foundry under export controls")]).await;
    assert_eq!(desk.subjects().len(), 1);
    drop(open);
    let mut open = desk.open_with(&with(KEELUNG)).await;
    assert_eq!(open.assess().await, 1, "the second item alone");
    next_day(&desk, &mut open).await;
    assert!(newest(&desk).contains("missing in version 2"), "{}", newest(&desk));
}

#[tokio::test]
async fn a_further_edit_takes_over_and_tells_nothing_twice() {
    let desk = before("NYSE to delist Keelung Foundry, Harbour Lights and Nine Rivers").await;
    let two = with(&format!("{KEELUNG}[[company]]\nname = \"Harbour Lights\"\n"));
    let mut open = desk.open_with(&with(KEELUNG)).await;
    assert_eq!(open.assess().await, 1);
    drop(open);
    // Put in force and never matched with, because the next comes at once.
    drop(desk.open_with(&two).await);
    let three = format!("{two}[[company]]\nname = \"Nine Rivers\"\n");
    let mut open = desk.open_with(&three).await;
    assert_eq!(open.assess().await, 1, "both other names at once");
    assert_eq!(open.assess().await, 0);
    next_day(&desk, &mut open).await;
    assert!(newest(&desk).contains("Nine Rivers"), "{}", newest(&desk));
}

/// What became of the notices of all alerts of a company, oldest first: `withdrawn: why`, `sealed`.
async fn notices_of(open: &Open, company: &str) -> Vec<String> {
    let (from, until) = (Timestamp::from_millis(0), friday_noon().plus(60 * DAY));
    let about = About::Company(company.to_owned());
    let rows = open.ground.store.archive().decided(about, from, until, 0, 99).await.unwrap();
    let told = rows.into_iter().flat_map(|row| row.told);
    told.map(|one| match one.reason {
        Some(why) => format!("{}: {why}", one.state),
        None => one.state,
    })
    .collect()
}

#[tokio::test]
async fn a_slip_that_is_mended_before_a_mail_told_it_is_told_to_nobody() {
    let desk = before("NYSE to delist Keelung Foundry").await;
    let mut open = desk.open_with(&with(KEELUNG)).await;
    assert_eq!(open.assess().await, 1);
    drop(open);
    let mut open = desk.open().await;
    assert_eq!(open.assess().await, 0);
    let withdrawn = "withdrawn: version 3 took it back before a mail told it";
    assert_eq!(notices_of(&open, "keelung-foundry").await, [withdrawn]);
    next_day(&desk, &mut open).await;
    assert!(!newest(&desk).contains("Keelung"), "{}", newest(&desk));
    drop(open);
    // Whoever meant it after all is told as if nothing had been.
    let mut open = desk.open_with(&with(KEELUNG)).await;
    assert_eq!(open.assess().await, 1);
    next_day(&desk, &mut open).await;
    assert!(
        newest(&desk).contains("\"Keelung Foundry\" missing in version 3"),
        "{}",
        newest(&desk)
    );
    assert_eq!(notices_of(&open, "keelung-foundry").await, [withdrawn, "sealed"]);
    drop(open);
    // What a mail has told stays told, and is no news when the name comes back once more.
    drop(desk.open().await);
    let mut open = desk.open_with(&with(KEELUNG)).await;
    assert_eq!(open.assess().await, 0);
    assert_eq!(notices_of(&open, "keelung-foundry").await, [withdrawn, "sealed"]);
    assert_eq!(open.ground.store.archive().verify_record(None).await.unwrap().faults, []);
}

#[tokio::test]
async fn what_still_stands_of_a_late_alert_stays_owed() {
    let desk = before("NYSE to delist Keelung Foundry and Harbour Lights").await;
    let two = with(&format!("{KEELUNG}[[company]]\nname = \"Harbour Lights\"\n"));
    let mut open = desk.open_with(&two).await;
    assert_eq!(open.assess().await, 1);
    drop(open);
    let mut open = desk.open_with(&with(KEELUNG)).await;
    assert_eq!(open.assess().await, 0, "nothing is new in it");
    assert_eq!(notices_of(&open, "keelung-foundry").await, ["pending"]);
    next_day(&desk, &mut open).await;
    assert!(newest(&desk).contains("Keelung Foundry"), "{}", newest(&desk));
}

#[tokio::test]
async fn a_graver_severity_alone_is_told_late_and_a_lighter_one_is_not() {
    let at = |severity: &str| WATCHLIST.replace("\"high\"", &format!("\"{severity}\""));
    let desk = Desk::new(MEI_DAILY).await;
    let mut open = desk.open_with(&at("medium")).await;
    open.round().await;
    desk.newsroom.publish("a1", "NYSE to delist Alibaba");
    next_day(&desk, &mut open).await;
    assert!(newest(&desk).contains("Alibaba"), "{}", newest(&desk));
    drop(open);
    for (severity, told) in [("high", 1), ("medium", 0), ("high", 0)] {
        let mut open = desk.open_with(&at(severity)).await;
        assert_eq!(open.assess().await, told, "{severity}");
        next_day(&desk, &mut open).await;
        let digest = newest(&desk);
        assert_eq!(digest.contains("late: told as medium before"), told == 1, "{digest}");
    }
}

/// A desk that told one item by this watchlist.
async fn told_by(watchlist: &str) -> Desk {
    let desk = Desk::new(MEI_DAILY).await;
    let mut open = desk.open_with(watchlist).await;
    open.round().await;
    desk.tell(&mut open, [("a1", "NYSE to delist Keelung Foundry")]).await;
    assert_eq!(desk.subjects().len(), 1, "{:?}", desk.subjects());
    desk
}

#[tokio::test]
async fn a_late_find_in_what_still_waits_is_in_the_digest_that_tells_both() {
    let desk = Desk::new(&MEI_DAILY.replace("digest", "urgent = \"never\"\ndigest")).await;
    desk.open().await.round().await;
    desk.newsroom.publish("a1", "SEC to delist Alibaba and Keelung Foundry");
    desk.pass(HOUR);
    desk.open().await.round().await;
    assert!(desk.subjects().is_empty(), "the digest is to come: {:?}", desk.subjects());
    let mut open = desk.open_with(&with(KEELUNG)).await;
    assert_eq!(open.assess().await, 1);
    next_day(&desk, &mut open).await;
    let digest = newest(&desk);
    for words in [
        "Also names: Keelung Foundry",
        "! late: found by a newer term",
        "late: high before without this: \"Keelung Foundry\" missing in version 1",
    ] {
        assert!(digest.contains(words), "'{words}' is not said: {digest}");
    }
}

/// The same where only a digest tells it.
async fn told_by_digest(watchlist: &str) -> Desk {
    let desk = Desk::new(MEI_DAILY).await;
    let mut open = desk.open_with(watchlist).await;
    open.round().await;
    desk.newsroom.publish("a1", "NYSE to delist Keelung Foundry");
    next_day(&desk, &mut open).await;
    assert!(newest(&desk).contains("Keelung"), "{}", newest(&desk));
    drop(open);
    desk
}

/// Renewed with each batch, the right to assess would cost a commit of its own; renewed too seldom, it would
/// be somebody else's in the middle of a batch.
#[tokio::test]
async fn the_right_to_assess_is_renewed_when_half_of_it_is_over() {
    for (runs, end) in [(&[0, 30, 59][..], 120), (&[0, 60], 180), (&[0, 59, 61, 100], 181)] {
        let store: Arc<dyn Store> = Arc::new(store_of(&[]).await);
        let clock = Arc::new(FixedClock::at(friday_noon()));
        let ground = Ground { store: Arc::clone(&store), clock: clock.clone() };
        let now = Arc::new(in_force(&store, "", clock.now()).await);
        let mut assessor = Assessor::new(ground, "one".to_owned());
        let after = |seconds| friday_noon().plus(Duration::from_secs(seconds));
        for seconds in runs {
            clock.set(after(*seconds));
            assessor.run(&|| Arc::clone(&now)).await.unwrap();
        }
        let other = |seconds| {
            store.claim_assessment("other".to_owned(), after(seconds), after(seconds + 120))
        };
        assert!(!other(end - 1).await.unwrap(), "{runs:?}");
        assert!(other(end).await.unwrap(), "{runs:?}");
    }
}

#[tokio::test]
async fn what_matches_alike_is_not_matched_again() {
    let desk = before("NYSE to delist Keelung Foundry").await;
    let mut open = desk.open().await;
    assert_eq!(again(&mut open).await, 0, "nothing was edited");
    drop(open);
    let desk = Desk { readers: MEI.to_owned(), ..desk };
    let mut open = desk.open().await;
    assert_eq!(open.in_force.version, 2);
    assert_eq!(again(&mut open).await, 0, "readers match nothing");
    drop(open);
    let mut open = desk.open_with(&with("# a remark\n")).await;
    assert_eq!(again(&mut open).await, 2);
}

async fn again(open: &mut Open) -> u64 {
    let in_force = Arc::clone(&open.in_force);
    open.assessor.run(&|| Arc::clone(&in_force)).await.unwrap().again
}

#[tokio::test]
async fn records_only_is_recorded_and_told_to_nobody() {
    let mut desk = before("NYSE to delist Keelung Foundry").await;
    desk.more_service = "[matching]\nbackfill = \"none\"\n".to_owned();
    let mut open = desk.open_with(&with(KEELUNG)).await;
    assert_eq!(open.assess().await, 1);
    next_day(&desk, &mut open).await;
    assert!(!newest(&desk).contains("NYSE"), "{}", newest(&desk));
    let archive = open.ground.store.archive();
    let now = desk.now();
    let rows = archive
        .decided(About::Company("keelung-foundry".into()), now.minus(9 * DAY), now, 0, 9)
        .await;
    let rows = rows.unwrap();
    assert_eq!(rows.len(), 1);
    assert!(rows[0].untold.as_ref().unwrap().contains("the record only"), "{rows:?}");
    assert!(rows[0].told.is_empty());
}

/// A version that did not know the name held nothing back: what did is named by its own version.
#[tokio::test]
async fn what_held_an_item_back_is_named_by_the_version_that_did() {
    let muted = "[[company]]\nname = \"Keelung Foundry\"\nmuted_until = 2026-11-20\n";
    let desk = Desk::new(MEI_DAILY).await;
    drop(desk.open().await);
    let mut open = desk.open_with(&with(muted)).await;
    open.round().await;
    desk.tell(&mut open, [("a1", "NYSE to delist Keelung Foundry")]).await;
    drop(open);
    let mut open = desk.open().await;
    next_day(&desk, &mut open).await;
    drop(open);
    let mut open = desk.open_with(&with(KEELUNG)).await;
    next_day(&desk, &mut open).await;
    let held = "\"Keelung Foundry\" held back in version 2 (muted until 2026-11-20)";
    assert!(newest(&desk).contains(held), "{}", newest(&desk));
}
