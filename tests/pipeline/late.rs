//! Back-fill through the three steps: what a new, corrected or re-added term finds in stored items is told
//! once, late, in a digest, with the reason; whatever is cut off on the way.

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
    let desk = Desk::new(MEI_DAILY).await;
    let mut open = desk.open().await;
    open.round().await;
    desk.newsroom.publish("a1", headline);
    desk.pass(HOUR);
    open.round().await;
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
    let mut open = desk.open().await;
    open.round().await;
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
    desk.newsroom.publish("a1", "NYSE to delist Keelung Foundry");
    desk.pass(HOUR);
    open.round().await;
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
    desk.newsroom.publish("a1", "NYSE to delist Keelung Foundry");
    desk.pass(HOUR);
    open.round().await;
    assert_eq!(desk.subjects().len(), 1);
    drop(open);
    let mut open = desk.open().await;
    desk.newsroom.publish("a2", "Keelung Foundry under export controls");
    desk.pass(HOUR);
    open.round().await;
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
    desk.newsroom.publish("a1", "NYSE to delist Keelung Foundry");
    desk.pass(HOUR);
    open.round().await;
    assert_eq!(desk.subjects().len(), 1, "{:?}", desk.subjects());
    desk
}

#[tokio::test]
async fn what_has_another_id_is_not_told_again() {
    let old = with(KEELUNG);
    for (name, new) in [
        ("an id is written", old.replace(KEELUNG, &format!("{KEELUNG}id = \"kf\"\n"))),
        (
            "a better name",
            old.replace(
                KEELUNG,
                "[[company]]\nname = \"Foundry of Keelung\"\naliases = [\"Keelung Foundry\"]\n",
            ),
        ),
        ("a topic's id", old.replace("\"Delisting\"\n", "\"Delisting\"\nid = \"struck-off\"\n")),
        ("a topic's name", old.replace("\"Delisting\"", "\"Struck off\"")),
    ] {
        assert_ne!(new, old, "{name}");
        let desk = told_by(&old).await;
        // Put in force and never matched with, because a harmless edit comes at once.
        drop(desk.open_with(&new).await);
        let mut open =
            desk.open_with(&format!("{new}\n[[company]]\nname = \"Nine Rivers\"\n")).await;
        assert_eq!(open.assess().await, 0, "{name}");
        // Nor does an edit of the item bring what it told under the old id.
        desk.newsroom.print(["<item><guid isPermaLink=\"false\">a1</guid><title>NYSE to delist \
             Keelung Foundry</title><description>On Friday.</description></item>"
            .to_owned()]);
        desk.pass(HOUR);
        assert_eq!(open.poll().await.edited, 1);
        open.round().await;
        assert_eq!(
            desk.subjects().iter().filter(|one| one.contains("[HIGH]")).count(),
            1,
            "{name}"
        );
        next_day(&desk, &mut open).await;
        assert!(!newest(&desk).contains("late: "), "{name}: {}", newest(&desk));
    }
}

#[tokio::test]
async fn a_reason_never_says_that_a_term_was_missing_which_had_another_id() {
    let old = with(KEELUNG).replace("\"high\"", "\"medium\"");
    let desk = told_by_digest(&old).await;
    let new = with(KEELUNG).replace("name = \"Keelung", "id = \"kf\"\nname = \"Keelung");
    let mut open = desk.open_with(&new).await;
    assert_eq!(open.assess().await, 1, "it is graver now");
    next_day(&desk, &mut open).await;
    let digest = newest(&desk);
    assert!(digest.contains("late: told as medium before, and graver now"), "{digest}");
    assert!(!digest.contains("missing"), "{digest}");
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

/// Lets a future be asked so often, and then drops it: as if the process had died there.
pub(super) struct Cut<F> {
    pub(super) inner: Pin<Box<F>>,
    pub(super) left: u32,
}

impl<F: Future> Future for Cut<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        self.left -= 1;
        self.inner.as_mut().poll(context).map(Some)
    }
}

/// What is in force with these companies beside a topic, for one reader.
async fn in_force(store: &Arc<dyn Store>, companies: &str, now: Timestamp) -> InForce {
    let list = format!(
        "{companies}\n[[topic]]\nname = \"Delisting\"\nterms = [\"delist\"]\nseverity = \"high\"\n"
    );
    let sources: String = ["wire", "gazette", "ledger"]
        .map(|id| format!("[[source]]\nid = \"{id}\"\nurl = \"https://{id}.test/feed\"\n"))
        .concat();
    let texts = BTreeMap::from([
        ("watchlistd.toml".to_owned(), super::service()),
        ("sources.toml".to_owned(), sources),
        ("readers.toml".to_owned(), MEI.to_owned()),
        ("watchlist.toml".to_owned(), list),
    ]);
    let files = Files::from_texts(Path::new("/nowhere"), texts);
    let (parts, problems) = wire::build(files, &Environment::default());
    let parts = parts.unwrap_or_else(|| panic!("{problems:?}"));
    let version = start::adopt(&**store, &parts, now).await.unwrap();
    parts.in_force(version, None)
}

/// Assesses until nothing is left, cut off at the first await, at the second, and so on; gives how often.
async fn cut_off_everywhere(ground: &Ground, in_force: &Arc<InForce>) -> usize {
    let mut cuts = 0;
    for left in 1.. {
        let mut assessor = Assessor::new(ground.clone(), "one".to_owned());
        let current = || Arc::clone(in_force);
        let inner = Box::pin(assessor.run(&current));
        match (Cut { inner, left }).await {
            None => cuts += 1,
            Some(done) => {
                done.unwrap();
                break;
            }
        }
    }
    cuts
}

/// The process may die at any await of a back-fill over several pages, with what it asked of the store
/// done or not: in the end every item was told, each once.
#[tokio::test]
async fn wherever_a_back_fill_is_cut_off_each_item_is_told_once() {
    const ITEMS: usize = 1_700;
    let items: Vec<Item> = (0..ITEMS)
        .map(|n| {
            let who = if n % 5 == 0 { "Keelung Foundry" } else { "Nobody of note" };
            item(n, "wire", 1 + (n / 100) as u32, &format!("{who} faces delisting no. {n}"))
        })
        .collect();
    let store: Arc<dyn Store> = Arc::new(store_of(&items).await);
    let clock: Arc<dyn Clock> = Arc::new(FixedClock::at(friday_noon().plus(HOUR)));
    let ground = Ground { store: Arc::clone(&store), clock: Arc::clone(&clock) };
    let one = Arc::new(in_force(&store, "", clock.now()).await);
    let mut assessor = Assessor::new(ground.clone(), "one".to_owned());
    let first = assessor.run(&|| Arc::clone(&one)).await.unwrap();
    assert_eq!((first.items, first.alerts), (ITEMS as u64, 0));
    drop(assessor);

    let two = Arc::new(in_force(&store, KEELUNG, clock.now()).await);
    let cuts = cut_off_everywhere(&ground, &two).await;
    // How often an await waits at all is the machine's affair.
    assert!(cuts > 1, "cut off {cuts} times only");
    let told = store.pending_notices("Mei".to_owned()).await.unwrap();
    let told_of: BTreeSet<&str> = told.iter().map(|one| one.item.id.as_str()).collect();
    let wanted: BTreeSet<&str> = items.iter().step_by(5).map(|one| one.id.as_str()).collect();
    assert_eq!(told_of, wanted);
    assert_eq!(told.len(), wanted.len(), "each once");
    assert!(told.iter().all(|one| one.alert.marks.contains(&Mark::Late)));
    assert!(told.iter().all(|one| one.notice.urgency == Urgency::Digest), "never urgent");

    // The same while all of it is taken back, and while it is found once more.
    for (companies, owed) in [("", 0), (KEELUNG, wanted.len())] {
        let next = Arc::new(in_force(&store, companies, clock.now()).await);
        assert!(cut_off_everywhere(&ground, &next).await > 2);
        let told = store.pending_notices("Mei".to_owned()).await.unwrap();
        assert_eq!(told.len(), owed, "{companies}");
    }
    assert_eq!(store.archive().verify_record(None).await.unwrap().faults, []);
}

/// A version that did not know the name held nothing back: what did is named by its own version.
#[tokio::test]
async fn what_held_an_item_back_is_named_by_the_version_that_did() {
    let muted = "[[company]]\nname = \"Keelung Foundry\"\nmuted_until = 2026-11-20\n";
    let desk = Desk::new(MEI_DAILY).await;
    drop(desk.open().await);
    let mut open = desk.open_with(&with(muted)).await;
    open.round().await;
    desk.newsroom.publish("a1", "NYSE to delist Keelung Foundry");
    desk.pass(HOUR);
    open.round().await;
    drop(open);
    let mut open = desk.open().await;
    next_day(&desk, &mut open).await;
    drop(open);
    let mut open = desk.open_with(&with(KEELUNG)).await;
    next_day(&desk, &mut open).await;
    let held = "\"Keelung Foundry\" held back in version 2 (muted until 2026-11-20)";
    assert!(newest(&desk).contains(held), "{}", newest(&desk));
}
