//! The three steps joined, on a real store and a real feed, with a clock that the test moves: an item
//! once seen is told once, whatever happens between the steps.

mod addresses;
mod busy;
mod canary;
mod changes;
mod cut;
mod edges;
mod filtered;
mod fitting;
mod forgetting;
mod late;
mod moving;
mod operator;
mod previewing;
mod recording;
mod refusing;
mod renaming;
mod reviewing;
mod setback;
mod stops;
mod telling;
mod untaken;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use watchlistd::clock::{Clock, FixedClock};
use watchlistd::config::{Environment, Files};
use watchlistd::daemon::start;
use watchlistd::daemon::wire::{self, Access};
use watchlistd::model::mail::Letter;
use watchlistd::model::record::Restore;
use watchlistd::model::{MailKey, MailKind, MailState, SealedMail, Timestamp};
use watchlistd::notify::smtp::{Attempt, Outcome, Security, SmtpSettings, Stage, Transport};
use watchlistd::pipeline::assess::Assessor;
use watchlistd::pipeline::deliver::{Deliverer, Sealed, Sending, Sent};
use watchlistd::pipeline::poll::{PolledSum, Poller};
use watchlistd::pipeline::{Ground, InForce};
use watchlistd::store::Claim;

use crate::support::newsroom::Newsroom;

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// Friday 20 November 2026, 12:00 in UTC, where the desk lives.
fn friday_noon() -> Timestamp {
    Timestamp::parse("2026-11-20T12:00:00Z").unwrap()
}

const WATCHLIST: &str = r#"
[[company]]
name = "Alibaba"

[[company]]
name = "Tencent"

[[company]]
name = "Baidu"

[[company]]
name = "Huawei"

[[topic]]
name = "Delisting"
terms = ["delist"]
severity = "high"

[[topic]]
name = "Export controls"
terms = ["export control"]
"#;

/// A desk with one feed: its store lies in a folder, so that it can be closed and opened again.
struct Desk {
    folder: tempfile::TempDir,
    clock: Arc<FixedClock>,
    newsroom: Newsroom,
    transport: Transport,
    readers: String,
    /// In front of the newsroom's own.
    more_sources: String,
    /// Instead of the newsroom's own.
    wire: Option<String>,
    /// `watchlistd.toml`, and what stands after the rest of it.
    service: String,
    more_service: String,
    /// Whether readers are welcomed; else they count as known.
    welcomes: bool,
}

impl Desk {
    async fn new(readers: &str) -> Self {
        let newsroom = Newsroom::open().await;
        // An empty front page would be a trouble of its own.
        newsroom.publish("a0", "A quiet day at the harbour");
        Self {
            folder: tempfile::tempdir().unwrap(),
            clock: Arc::new(FixedClock::at(friday_noon())),
            newsroom,
            transport: Transport::memory(),
            readers: readers.to_owned(),
            more_sources: String::new(),
            wire: None,
            service: service(),
            more_service: String::new(),
            welcomes: false,
        }
    }

    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    fn pass(&self, time: Duration) {
        self.clock.set(self.now().plus(time));
    }

    /// Opens the store and puts the files in force, as a start of the service does.
    async fn open(&self) -> Open {
        self.open_with(WATCHLIST).await
    }

    /// What the files make, with this watchlist.
    fn parts(&self, watchlist: &str) -> wire::Parts {
        let wire = self.wire.clone().unwrap_or_else(|| source(&self.newsroom.url()));
        let texts = BTreeMap::from([
            ("watchlistd.toml".to_owned(), self.service.clone() + &self.more_service),
            ("sources.toml".to_owned(), self.more_sources.clone() + &wire),
            ("readers.toml".to_owned(), self.readers.clone()),
            ("watchlist.toml".to_owned(), watchlist.to_owned()),
        ]);
        let files = Files::from_texts(self.folder.path(), texts);
        let (parts, problems) = wire::build(files, &Environment::default());
        parts.unwrap_or_else(|| panic!("{problems:?}"))
    }

    /// The same as [`Self::open`] with another watchlist.
    async fn open_with(&self, watchlist: &str) -> Open {
        let parts = self.parts(watchlist);
        let store = wire::open_store(&parts.settings.storage, Access::Alone).unwrap();
        store.release_leases(self.now()).await.unwrap();
        let version = start::adopt(&*store, &parts, self.now()).await.unwrap();
        if !self.welcomes {
            for reader in &parts.readers {
                store.seal(welcomed(&reader.name, self.now())).await.unwrap();
            }
        }
        let clock: Arc<dyn Clock> = Arc::clone(&self.clock) as Arc<dyn Clock>;
        let ground = Ground { store, clock };
        Open {
            in_force: Arc::new(parts.in_force(version, None)),
            rejecting: Arc::new(parts.in_force(version, Some(BAD_EDIT.to_owned()))),
            poller: Poller::new(ground.clone(), wire::fetcher(&parts.settings).unwrap(), 2),
            assessor: Assessor::new(ground.clone(), "test".to_owned()),
            deliverer: Deliverer::new(ground.clone(), self.transport.clone()),
            ground,
        }
    }

    /// Subjects of all mails so far, in order.
    fn subjects(&self) -> Vec<String> {
        self.transport.received().iter().map(subject).collect()
    }
}

/// An occasion without letters: a reader who needs no welcome any more.
fn welcomed(reader: &str, at: Timestamp) -> SealedMail {
    SealedMail {
        key: MailKey::welcome(reader, at),
        kind: MailKind::Welcome,
        reader: Some(reader.to_owned()),
        story: None,
        message_id: String::new(),
        subject: String::new(),
        letters: Vec::new(),
        alerts: Vec::new(),
        covers_until: at,
        at,
    }
}

fn service() -> String {
    r#"
contact = "ops@desk.test"
timezone = "UTC"
storage = "sqlite:state/state.db"
[operator]
to = ["ops@desk.test"]
[collect]
pause = "0s"
allow_private = true
[mail]
transport = "file"
from = "watchlist@desk.test"
"#
    .to_owned()
}

fn source(url: &str) -> String {
    format!("[[source]]\nid = \"wire\"\nurl = \"{url}\"\n")
}

const BAD_EDIT: &str = "watchlist.toml:1:3: error: unknown table 'compny'";

const MEI: &str = "[[reader]]\nname = \"Mei\"\nto = [\"mei@desk.test\"]\n";

fn subject(letter: &Letter) -> String {
    let parsed = mail_parser::MessageParser::default().parse(&letter.message).unwrap();
    parsed.subject().unwrap_or_default().to_owned()
}

fn text(letter: &Letter) -> String {
    let parsed = mail_parser::MessageParser::default().parse(&letter.message).unwrap();
    parsed.body_text(0).unwrap_or_default().into_owned()
}

/// A running desk.
struct Open {
    ground: Ground,
    in_force: Arc<InForce>,
    /// The same version while an edit waits to be mended.
    rejecting: Arc<InForce>,
    poller: Poller,
    assessor: Assessor,
    deliverer: Deliverer,
}

impl Open {
    async fn poll(&self) -> PolledSum {
        self.poller.drain(Claim::Due, &mut |_, _| {}).await.unwrap()
    }

    async fn assess(&mut self) -> u64 {
        let in_force = Arc::clone(&self.in_force);
        self.assessor.run(&|| Arc::clone(&in_force)).await.unwrap().alerts
    }

    async fn seal(&self) -> Sealed {
        self.deliverer.seal_due(&self.in_force).await.unwrap()
    }

    async fn send(&self) -> Sent {
        self.deliverer.send_due(&|| false).await.unwrap()
    }

    /// All three steps once.
    async fn round(&mut self) {
        self.poll().await;
        self.assess().await;
        self.seal().await;
        self.send().await;
    }
}

#[tokio::test]
async fn what_is_published_after_the_first_read_is_told_at_once_and_listed_once() {
    let desk = Desk::new(MEI).await;
    let mut open = desk.open().await;
    open.round().await;
    desk.newsroom.publish("a1", "SEC moves to delist Alibaba");
    desk.pass(HOUR);
    open.round().await;
    assert_eq!(desk.subjects().len(), 1, "{:?}", desk.subjects());
    assert!(desk.subjects()[0].starts_with("[HIGH] Alibaba: SEC moves to delist Alibaba"));

    desk.pass(3 * DAY);
    open.round().await;
    let mails = desk.transport.received();
    assert_eq!(mails.len(), 2, "{:?}", desk.subjects());
    let digest = text(&mails[1]);
    assert_eq!(digest.matches("SEC moves to delist Alibaba").count(), 1, "{digest}");

    desk.pass(DAY);
    open.round().await;
    let mails = desk.transport.received();
    assert!(subject(&mails[2]).contains("no matches"), "{:?}", desk.subjects());
}

#[tokio::test]
async fn every_step_may_be_cut_off_and_nothing_is_lost_or_told_twice() {
    // Opened anew between any two steps: what one step knew, the next must find in the store.
    let desk = Desk::new(MEI).await;
    desk.open().await.poll().await;
    desk.newsroom.publish("a1", "SEC moves to delist Alibaba");
    desk.pass(HOUR);
    assert_eq!(desk.open().await.poll().await.new, 1);
    assert_eq!(desk.open().await.assess().await, 1);
    assert_eq!(desk.open().await.assess().await, 0);
    assert_eq!(desk.open().await.seal().await.mails, 1);
    assert_eq!(desk.open().await.seal().await.mails, 0);
    assert_eq!(desk.open().await.send().await.sent, 1);
    assert_eq!(desk.open().await.send().await.sent, 0);
    assert_eq!(desk.transport.received().len(), 1);
}

#[tokio::test]
async fn a_second_poll_asks_only_whether_it_changed_and_not_before_the_interval() {
    let desk = Desk::new(MEI).await;
    let open = desk.open().await;
    open.poll().await;
    open.poll().await;
    assert_eq!(desk.newsroom.requests(), 1);
    drop(open);
    desk.open().await.poll().await;
    assert_eq!(desk.newsroom.requests(), 1, "a restart inside the interval makes no request");
    desk.pass(HOUR);
    desk.open().await.poll().await;
    assert_eq!((desk.newsroom.requests(), desk.newsroom.unchanged()), (2, 1));
}

#[tokio::test]
async fn what_was_there_before_is_listed_as_such_and_never_urgent() {
    let desk = Desk::new(MEI).await;
    desk.newsroom.publish("a1", "SEC moves to delist Alibaba");
    let mut open = desk.open().await;
    open.round().await;
    assert!(desk.transport.received().is_empty(), "{:?}", desk.subjects());
    desk.pass(3 * DAY);
    open.round().await;
    let digest = text(&desk.transport.received()[0]);
    assert!(digest.contains("SEC moves to delist Alibaba"), "{digest}");
    assert!(digest.to_lowercase().contains("already there"), "{digest}");
}

#[tokio::test]
async fn a_digest_comes_once_after_downtime_and_says_what_could_not_be_read() {
    let desk = Desk::new(MEI).await;
    desk.open().await.round().await;
    desk.newsroom.broken(true);
    // From Friday noon to Wednesday noon: three slots passed while nobody ran.
    desk.pass(5 * DAY);
    let mut open = desk.open().await;
    open.round().await;
    open.round().await;
    let digests: Vec<String> =
        desk.subjects().into_iter().filter(|one| one.starts_with("Watchlist")).collect();
    assert_eq!(digests.len(), 1, "{digests:?}");
    assert!(digests[0].contains("COVERAGE GAP"), "{digests:?}");
}

#[tokio::test]
async fn an_alert_that_no_reader_receives_goes_to_the_operator() {
    let only_tencent = format!("{MEI}companies = [\"tencent\"]\n");
    let desk = Desk::new(&only_tencent).await;
    let mut open = desk.open().await;
    open.round().await;
    desk.newsroom.publish("a1", "SEC moves to delist Alibaba");
    desk.pass(HOUR);
    open.round().await;
    assert!(desk.transport.received().is_empty(), "{:?}", desk.subjects());
    desk.pass(DAY);
    open.round().await;
    let mails = desk.transport.received();
    let told: Vec<&Letter> = mails.iter().filter(|one| one.address == "ops@desk.test").collect();
    assert_eq!(told.len(), 1, "{:?}", desk.subjects());
    assert!(text(told[0]).contains("SEC moves to delist Alibaba"));
}

#[tokio::test]
async fn while_mail_is_down_nothing_new_is_sealed_and_afterwards_one_mail_says_so() {
    let desk = Desk::new(MEI).await;
    let mut open = desk.open().await;
    open.round().await;
    let down = |_| Attempt {
        outcome: Outcome::TryLater,
        stage: Stage::Connect,
        reply: "connection refused".to_owned(),
    };
    desk.transport.answer_next((0..2).map(down));
    desk.newsroom.publish("a1", "SEC moves to delist Alibaba");
    desk.pass(HOUR);
    open.round().await;
    desk.newsroom.publish("b1", "China export control hits Tencent");
    desk.pass(HOUR);
    open.poll().await;
    open.assess().await;
    assert_eq!(open.seal().await.mails, 0, "the transport is down");
    open.send().await;
    assert!(desk.transport.received().is_empty());

    desk.pass(3 * DAY);
    open.send().await;
    assert_eq!(desk.subjects().len(), 1, "the mail sealed before the outage went out");
    open.seal().await;
    open.send().await;
    let mails = desk.transport.received();
    let digest = text(mails.last().unwrap());
    assert!(digest.contains("China export control hits Tencent"), "{digest}");
    assert!(digest.to_lowercase().contains("could not be sent"), "{digest}");
}

#[tokio::test]
async fn a_refused_mail_is_not_the_end_of_its_alerts() {
    let desk = Desk::new(MEI).await;
    let mut open = desk.open().await;
    open.round().await;
    desk.transport.answer_next([Attempt {
        outcome: Outcome::Refused,
        stage: Stage::Rcpt,
        reply: "550 no such user".to_owned(),
    }]);
    desk.newsroom.publish("a1", "SEC moves to delist Alibaba");
    desk.pass(HOUR);
    open.round().await;
    let outbox = open.ground.store.archive().outbox().await.unwrap();
    assert_eq!(outbox.get(&MailState::Refused), Some(&1));
    desk.pass(3 * DAY);
    open.round().await;
    let mails = desk.transport.received();
    let digest = mails.iter().find(|one| one.address == "mei@desk.test").map(text).unwrap();
    assert!(digest.contains("SEC moves to delist Alibaba"), "{digest}");
    assert!(digest.to_lowercase().contains("undelivered earlier"), "{digest}");
}

#[tokio::test]
async fn a_story_rings_once_and_its_follow_up_answers_the_first_mail() {
    let desk = Desk::new(MEI).await;
    let mut open = desk.open().await;
    open.round().await;
    desk.newsroom.publish("a1", "SEC moves to delist Alibaba from New York exchange");
    desk.pass(HOUR);
    open.round().await;
    desk.newsroom.publish("a2", "SEC moves to delist Alibaba from the New York exchange soon");
    desk.pass(Duration::from_secs(40 * 60));
    open.round().await;
    assert_eq!(desk.subjects().len(), 1, "{:?}", desk.subjects());
    desk.pass(HOUR);
    open.round().await;
    let mails = desk.transport.received();
    assert_eq!(mails.len(), 2, "{:?}", desk.subjects());
    let parse = |letter: &Letter| {
        let message = mail_parser::MessageParser::default().parse(&letter.message).unwrap();
        (
            message.message_id().map(str::to_owned),
            message.in_reply_to().as_text().map(str::to_owned),
        )
    };
    assert_eq!(parse(&mails[1]).1, parse(&mails[0]).0);
}

#[tokio::test]
async fn an_edit_that_adds_nothing_is_recorded_and_one_that_does_is_told() {
    let desk = Desk::new(MEI).await;
    let mut open = desk.open().await;
    open.round().await;
    desk.newsroom.publish("a1", "Alibaba opens an office");
    desk.pass(HOUR);
    open.round().await;
    desk.newsroom.publish("a1", "Alibaba opens a large office");
    desk.pass(HOUR);
    open.round().await;
    assert!(desk.transport.received().is_empty(), "{:?}", desk.subjects());
}

fn refused() -> Attempt {
    Attempt { outcome: Outcome::Refused, stage: Stage::Rcpt, reply: "550 no such user".to_owned() }
}

fn unreachable() -> Attempt {
    Attempt {
        outcome: Outcome::TryLater,
        stage: Stage::Connect,
        reply: "connection refused".to_owned(),
    }
}

/// The operator's mails that hold `words`, attachments included.
fn operator_mails(desk: &Desk, words: &str) -> usize {
    let whole = |letter: &Letter| {
        let parsed = mail_parser::MessageParser::default().parse(&letter.message).unwrap();
        let attached = |one: &mail_parser::MessagePart<'_>| {
            String::from_utf8_lossy(one.contents()).into_owned()
        };
        parsed.attachments().map(attached).fold(text(letter), |all, one| all + &one)
    };
    let mails = desk.transport.received();
    let operators = mails.iter().filter(|one| one.address == "ops@desk.test");
    operators.filter(|one| whole(one).contains(words)).count()
}

#[tokio::test]
async fn what_waited_for_a_reader_who_is_gone_is_told_to_the_operator() {
    let mut desk = Desk::new(&format!("{MEI}urgent = \"never\"\n")).await;
    let mut open = desk.open().await;
    open.round().await;
    desk.newsroom.publish("a1", "SEC moves to delist Alibaba");
    desk.pass(HOUR);
    open.round().await;
    drop(open);
    // Renamed before the digest: the new name starts now, and what waited for the old one must
    // reach somebody.
    desk.readers = MEI.replace("Mei", "Mei Lin");
    desk.pass(DAY);
    let mut open = desk.open().await;
    open.round().await;
    assert_eq!(operator_mails(&desk, "SEC moves to delist Alibaba"), 1, "{:?}", desk.subjects());
    desk.pass(DAY);
    open.round().await;
    assert_eq!(operator_mails(&desk, "SEC moves to delist Alibaba"), 1, "{:?}", desk.subjects());
}

#[tokio::test]
async fn what_was_refused_for_a_reader_without_digests_is_told_to_the_operator() {
    // Jo takes digests, and will be told by the next one.
    let jo = "[[reader]]\nname = \"Jo\"\nto = [\"jo@desk.test\"]\n";
    let desk = Desk::new(&format!("{MEI}digest = \"never\"\n{jo}")).await;
    let mut open = desk.open().await;
    open.round().await;
    desk.transport.answer_next([refused(), refused()]);
    desk.newsroom.publish("a1", "SEC moves to delist Alibaba");
    desk.pass(HOUR);
    open.round().await;
    desk.pass(DAY);
    open.round().await;
    assert_eq!(operator_mails(&desk, "1 alert did not reach Mei\r\n"), 1, "{:?}", desk.subjects());
    assert_eq!(operator_mails(&desk, "was for Mei\r\n"), 1, "{:?}", desk.subjects());

    // Her next mail that works tells it, and neither tells it again.
    desk.newsroom.publish("t1", "Exchange to delist Tencent over its accounts in Berlin");
    desk.pass(HOUR);
    open.round().await;
    let mails = desk.transport.received();
    let hers: Vec<String> =
        mails.iter().filter(|one| one.address == "mei@desk.test").map(text).collect();
    assert_eq!(hers.len(), 1, "{:?}", desk.subjects());
    for words in ["Tencent", "SEC moves to *delist* *Alibaba*", "undelivered earlier"] {
        assert!(hers[0].contains(words), "{words}: {}", hers[0]);
    }
    desk.newsroom.publish("b1", "Huawei to be cut off by an export control, delist follows");
    desk.pass(DAY);
    open.round().await;
    let mails = desk.transport.received();
    let mut hers = mails.iter().filter(|one| one.address == "mei@desk.test").map(text);
    assert!(!hers.next_back().unwrap().contains("SEC moves"), "{:?}", desk.subjects());
    assert_eq!(operator_mails(&desk, "did not reach Mei"), 1, "{:?}", desk.subjects());
}

#[tokio::test]
async fn every_alert_for_no_reader_is_in_the_operator_s_mail_however_many() {
    let desk = Desk::new(&format!("{MEI}companies = [\"tencent\"]\n")).await;
    let mut open = desk.open().await;
    open.round().await;
    for n in 0..60 {
        desk.newsroom
            .publish(&format!("a{n}"), &format!("SEC moves to delist Alibaba, docket {n}."));
    }
    desk.pass(HOUR);
    open.round().await;
    desk.pass(DAY);
    open.round().await;
    for n in 0..60 {
        assert_eq!(operator_mails(&desk, &format!("docket {n}.")), 1, "docket {n}");
    }
}

#[tokio::test]
async fn a_digest_refused_at_the_hour_of_the_operator_s_round_is_reported_once() {
    let desk = Desk::new(&format!("{MEI}digest = \"daily 08:00\"\n")).await;
    let mut open = desk.open().await;
    open.round().await;
    desk.pass(HOUR * 20);
    desk.transport.answer_next([refused()]);
    open.round().await;
    // Each round a few seconds later in its minute, as a loop that wakes once a minute is.
    for _ in 0..3 {
        desk.pass(DAY + Duration::from_secs(7));
        open.round().await;
    }
    assert_eq!(operator_mails(&desk, "550 no such user"), 1, "{:?}", desk.subjects());
}

#[tokio::test]
async fn an_outage_that_outlives_every_mail_does_not_end_all_sealing() {
    let desk = Desk::new(MEI).await;
    let mut open = desk.open().await;
    open.round().await;
    desk.newsroom.publish("a1", "SEC moves to delist Alibaba");
    desk.pass(HOUR);
    open.poll().await;
    open.assess().await;
    open.seal().await;
    let dead =
        async || open.ground.store.archive().outbox().await.unwrap().get(&MailState::Dead).copied();
    while dead().await == Some(0) {
        desk.transport.answer_next([unreachable()]);
        open.send().await;
        desk.pass(HOUR);
    }
    // The server is back, but no mail is left to find that out.
    open.seal().await;
    open.send().await;
    let mails = desk.transport.received();
    let told = mails.iter().filter(|one| text(one).contains("SEC moves to delist Alibaba")).count();
    assert_eq!(told, 1, "{:?}", desk.subjects());
}

#[tokio::test]
async fn a_mail_that_crashes_interrupt_is_tried_until_it_is_sent() {
    let desk = Desk::new(MEI).await;
    desk.open().await.round().await;
    desk.newsroom.publish("a1", "SEC moves to delist Alibaba");
    desk.pass(HOUR);
    let mut open = desk.open().await;
    open.poll().await;
    open.assess().await;
    open.seal().await;
    drop(open);
    for _ in 0..5 {
        let open = desk.open().await;
        let claimed = open.ground.store.claim_mail(desk.now(), desk.now().plus(HOUR)).await;
        assert!(claimed.unwrap().is_some(), "it is tried again at once");
    }
    assert_eq!(desk.open().await.send().await.sent, 1);
}

/// However long a mail has waited already, it goes out soon after the server is back.
#[tokio::test]
async fn while_mail_is_down_it_is_tried_every_few_minutes() {
    let desk = Desk::new(MEI).await;
    let mut open = desk.open().await;
    open.round().await;
    desk.transport.answer_next((0..7).map(|_| unreachable()));
    desk.newsroom.publish("a1", "SEC moves to delist Alibaba");
    desk.pass(HOUR);
    open.poll().await;
    open.assess().await;
    open.seal().await;
    for n in 0..7 {
        open.send().await;
        let next = open.ground.store.next_mail().await.unwrap().unwrap();
        assert!(next <= desk.now().plus(HOUR / 12), "{n}: {next}");
        desk.clock.set(next);
    }
    assert_eq!(open.send().await.sent, 1);
}

#[tokio::test]
async fn while_mail_is_down_not_every_mail_knocks() {
    let reader = |n| format!("[[reader]]\nname = \"{n}\"\nto = [\"r{n}@desk.test\"]\n");
    let readers: String = (0..10).map(reader).collect();
    let desk = Desk::new(&readers).await;
    let mut open = desk.open().await;
    open.round().await;
    desk.newsroom.publish("a1", "SEC moves to delist Alibaba");
    desk.pass(HOUR);
    open.poll().await;
    open.assess().await;
    assert_eq!(open.seal().await.mails, 10);
    desk.transport.answer_next((0..10).map(|_| unreachable()));
    assert_eq!(open.send().await.deferred, 4, "those that were under way at once");
}

/// What went out after the backup is not known here, so that a person says first what is to be told.
#[tokio::test]
async fn while_mails_are_held_none_is_made_and_afterwards_one_tells_it_all() {
    let desk = Desk::new(&format!("{MEI}digest = \"daily 08:00\"\n")).await;
    let mut open = desk.open().await;
    open.round().await;
    let (now, entry, hash) = (desk.now(), 1, "aa".to_owned());
    let restore = Restore { at: now, made: now, entry, hash, resumed: None };
    open.ground.store.note_restore(restore).await.unwrap();
    for company in ["Alibaba", "Tencent", "Baidu"] {
        desk.newsroom.publish(company, &format!("SEC moves to delist {company}"));
        desk.pass(DAY);
        open.round().await;
    }
    assert!(desk.transport.received().is_empty(), "{:?}", desk.subjects());
    open.ground.store.resume(desk.now()).await.unwrap();
    open.round().await;
    let mails = desk.transport.received();
    let told: Vec<String> =
        mails.iter().filter(|one| one.address == "mei@desk.test").map(text).collect();
    assert_eq!(told.len(), 1, "{:?}", desk.subjects());
    assert!(["Alibaba", "Tencent", "Baidu"].iter().all(|one| told[0].contains(one)), "{told:?}");
}

/// What a clock that was ahead planned lies in its own future.
#[tokio::test]
async fn after_the_clock_went_back_a_source_is_asked_within_its_interval() {
    let desk = Desk::new(MEI).await;
    let open = desk.open().await;
    let right = desk.now();
    let mut running = open.poller.running();
    desk.clock.set(right.plus(10 * HOUR));
    open.poller.start_due(&mut running).await.unwrap();
    running.next().await.unwrap().unwrap();
    let planned = open.ground.store.next_due().await.unwrap().unwrap();
    assert!(planned > right.plus(10 * HOUR), "{planned}");
    desk.clock.set(right);
    open.poller.start_due(&mut running).await.unwrap();
    let planned = open.ground.store.next_due().await.unwrap().unwrap();
    assert!(planned <= right.plus(HOUR), "{planned}");
}

/// Nobody else may take a mail while a server is slow to answer: it would go out twice.
#[tokio::test]
async fn a_claim_on_a_mail_outlasts_the_longest_attempt() {
    let silent = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let mut settings = SmtpSettings::new("127.0.0.1", "watch@desk.test");
    settings.port = silent.local_addr().unwrap().port();
    settings.security = Security::None;
    let transport = Transport::smtp(settings).unwrap();
    let desk = Desk::new(MEI).await;
    let mut open = desk.open().await;
    open.round().await;
    desk.newsroom.publish("a1", "SEC moves to delist Alibaba");
    desk.pass(HOUR);
    open.poll().await;
    open.assess().await;
    open.seal().await;
    let deliverer = Deliverer::new(open.ground.clone(), transport.clone());
    let mut sending = Sending::default();
    let look_again = deliverer.start_due(&mut sending).await.unwrap();
    assert!(look_again.unwrap() > desk.now().plus(transport.longest_attempt()));
}

#[tokio::test]
async fn what_a_clock_wrote_that_was_years_ahead_holds_nothing_back() {
    let desk = Desk::new(&format!("{MEI}digest = \"never\"\n")).await;
    let mut open = desk.open().await;
    open.round().await;
    let right = desk.now().plus(HOUR);
    desk.newsroom.publish("a1", "SEC moves to delist Alibaba from New York exchange");
    desk.clock.set(right.plus(DAY * 3650));
    open.poll().await;
    open.assess().await;
    desk.clock.set(right);
    assert_eq!(open.seal().await.mails, 1, "the alert is told at once");
    open.send().await;

    // A mail of the story bears the wrong year: its follow-up does not wait for that year.
    desk.newsroom.publish("b1", "Tencent faces a delist order in Hong Kong");
    desk.clock.set(right.plus(DAY * 3650));
    open.poll().await;
    open.assess().await;
    open.seal().await;
    open.send().await;
    desk.clock.set(right);
    desk.newsroom.publish("b2", "Tencent faces a delist order in Hong Kong now");
    desk.pass(3 * DAY);
    open.poll().await;
    open.assess().await;
    desk.pass(HOUR * 5);
    assert_eq!(open.seal().await.mails, 1, "and so is what follows");
}

#[tokio::test]
async fn a_bad_edit_is_told_to_the_operator_once_and_again_when_it_is_made_again() {
    let desk = Desk::new(MEI).await;
    let open = desk.open().await;
    let seal = async || open.deliverer.seal_due(&open.rejecting).await.unwrap().mails;
    start::reject(&*open.ground.store, BAD_EDIT, desk.now()).await.unwrap();
    assert_eq!(seal().await, 1);
    open.send().await;
    desk.pass(HOUR);
    // A restart finds the same edit.
    start::reject(&*open.ground.store, BAD_EDIT, desk.now()).await.unwrap();
    assert_eq!(seal().await, 0);
    let files = BTreeMap::from([("watchlist.toml".to_owned(), WATCHLIST.to_owned())]);
    open.ground.store.adopt_config(files, desk.now()).await.unwrap();
    desk.pass(HOUR);
    start::reject(&*open.ground.store, BAD_EDIT, desk.now()).await.unwrap();
    assert_eq!(seal().await, 1);
}

#[tokio::test]
async fn a_host_that_hangs_holds_back_its_own_sources_only() {
    // Takes connections and says nothing.
    let silent = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let mut desk = Desk::new(MEI).await;
    let address = silent.local_addr().unwrap();
    desk.more_sources = (0..300)
        .map(|n| format!("[[source]]\nid = \"hangs-{n}\"\nurl = \"http://{address}/{n}\"\n"))
        .collect();
    let open = desk.open().await;
    let mut running = open.poller.running();
    let asked = async {
        loop {
            open.poller.start_due(&mut running).await.unwrap();
            tokio::select! {
                () = desk.newsroom.asked_again() => return,
                Some(ended) = running.next() => { ended.unwrap(); }
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(60), asked).await.expect("the other host is asked");
}

/// A folder that a test may look into.
#[tokio::test]
async fn the_store_lies_where_the_files_say_and_is_nobody_else_s() {
    use std::os::unix::fs::PermissionsExt;
    let desk = Desk::new(MEI).await;
    drop(desk.open().await);
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let state = desk.folder.path().join("state");
    assert_eq!(mode(&state), 0o700);
    assert_eq!(mode(&state.join("state.db")), 0o600);
}
