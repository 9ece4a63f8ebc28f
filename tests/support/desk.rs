//! A desk with one feed, its store in a folder, and the service's three steps over it, with a clock that the test moves.

// Helpers may unwrap as the tests do.
#![cfg(test)]

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use watchlistd::clock::{Clock, FixedClock};
use watchlistd::config::{Environment, Files};
use watchlistd::daemon::start;
use watchlistd::daemon::wire::{self, Access};
use watchlistd::model::mail::Letter;
use watchlistd::model::{MailKey, MailKind, SealedMail, Timestamp};
use watchlistd::notify::smtp::{Security, SmtpSettings, Transport};
use watchlistd::pipeline::assess::Assessor;
use watchlistd::pipeline::deliver::{Deliverer, Sealed, Sent};
use watchlistd::pipeline::poll::{PolledSum, Poller};
use watchlistd::pipeline::{Ground, InForce};
use watchlistd::store::Claim;

use super::newsroom::Newsroom;
use super::smtp::SmtpServer;

pub(crate) const HOUR: Duration = Duration::from_secs(3600);
pub(crate) const DAY: Duration = Duration::from_secs(24 * 3600);

/// Friday 20 November 2026, 12:00 in UTC, where the desk lives.
pub(crate) fn friday_noon() -> Timestamp {
    Timestamp::parse("2026-11-20T12:00:00Z").unwrap()
}

pub(crate) const WATCHLIST: &str = r#"
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
pub(crate) struct Desk {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) newsroom: Newsroom,
    pub(crate) transport: Transport,
    pub(crate) readers: String,
    /// In front of the newsroom's own.
    pub(crate) more_sources: String,
    /// Instead of the newsroom's own.
    pub(crate) wire: Option<String>,
    /// `watchlistd.toml`, and what stands after the rest of it.
    pub(crate) service: String,
    pub(crate) more_service: String,
    /// Whether readers are welcomed; else they count as known.
    pub(crate) welcomes: bool,
}

impl Desk {
    pub(crate) async fn new(readers: &str) -> Self {
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

    /// A desk that is open and has read its feed once: what is published from now on is news.
    pub(crate) async fn begin(readers: &str) -> (Self, Open) {
        let desk = Self::new(readers).await;
        let open = desk.begun().await;
        (desk, open)
    }

    /// The same of a desk that was set up.
    pub(crate) async fn begun(&self) -> Open {
        let mut open = self.open().await;
        open.round().await;
        open
    }

    /// Publishes news (ids and headlines), lets an hour pass and does all three steps.
    pub(crate) async fn tell<const N: usize>(&self, open: &mut Open, news: [(&str, &str); N]) {
        self.judge(open, news).await;
        open.seal().await;
        open.send().await;
    }

    /// The same up to the judging: what it comes to waits for a mail.
    pub(crate) async fn judge<const N: usize>(&self, open: &mut Open, news: [(&str, &str); N]) {
        for (id, title) in news {
            self.newsroom.publish(id, title);
        }
        self.pass(HOUR);
        open.poll().await;
        open.assess().await;
    }

    /// From now on hands mails to a server on loopback, in the clear.
    pub(crate) fn mails_to(&mut self, server: &SmtpServer) {
        let mut settings = SmtpSettings::new("127.0.0.1", "watchlist@desk.test");
        settings.port = server.port();
        settings.security = Security::None;
        self.transport = Transport::smtp(settings).unwrap();
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn pass(&self, time: Duration) {
        self.clock.set(self.now().plus(time));
    }

    /// Opens the store and puts the files in force, as a start of the service does.
    pub(crate) async fn open(&self) -> Open {
        self.open_with(WATCHLIST).await
    }

    /// What the files make, with this watchlist.
    pub(crate) fn parts(&self, watchlist: &str) -> wire::Parts {
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
    pub(crate) async fn open_with(&self, watchlist: &str) -> Open {
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
    pub(crate) fn subjects(&self) -> Vec<String> {
        self.transport.received().iter().map(subject).collect()
    }
}

/// An occasion without letters: a reader who needs no welcome any more.
pub(crate) fn welcomed(reader: &str, at: Timestamp) -> SealedMail {
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

pub(crate) fn service() -> String {
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

pub(crate) fn source(url: &str) -> String {
    format!("[[source]]\nid = \"wire\"\nurl = \"{url}\"\n")
}

pub(crate) const BAD_EDIT: &str = "watchlist.toml:1:3: error: unknown table 'compny'";

pub(crate) const MEI: &str = "[[reader]]\nname = \"Mei\"\nto = [\"mei@desk.test\"]\n";

pub(crate) fn subject(letter: &Letter) -> String {
    let parsed = mail_parser::MessageParser::default().parse(&letter.message).unwrap();
    parsed.subject().unwrap_or_default().to_owned()
}

pub(crate) fn text(letter: &Letter) -> String {
    let parsed = mail_parser::MessageParser::default().parse(&letter.message).unwrap();
    parsed.body_text(0).unwrap_or_default().into_owned()
}

/// A running desk.
pub(crate) struct Open {
    pub(crate) ground: Ground,
    pub(crate) in_force: Arc<InForce>,
    /// The same version while an edit waits to be mended.
    pub(crate) rejecting: Arc<InForce>,
    pub(crate) poller: Poller,
    pub(crate) assessor: Assessor,
    pub(crate) deliverer: Deliverer,
}

impl Open {
    pub(crate) async fn poll(&self) -> PolledSum {
        self.poller.drain(Claim::Due, &mut |_, _| {}).await.unwrap()
    }

    pub(crate) async fn assess(&mut self) -> u64 {
        let in_force = Arc::clone(&self.in_force);
        self.assessor.run(&|| Arc::clone(&in_force)).await.unwrap().alerts
    }

    pub(crate) async fn seal(&self) -> Sealed {
        self.deliverer.seal_due(&self.in_force).await.unwrap()
    }

    pub(crate) async fn send(&self) -> Sent {
        self.deliverer.send_due(&|| false).await.unwrap()
    }

    /// All three steps once.
    pub(crate) async fn round(&mut self) {
        self.poll().await;
        self.assess().await;
        self.seal().await;
        self.send().await;
    }
}
