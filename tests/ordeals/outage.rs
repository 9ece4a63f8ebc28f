//! What is outside is gone for long: the network, names, the mail server. Each comes back, and nobody here
//! has to do anything.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use watchlistd::clock::{Clock, FixedClock};
use watchlistd::config::{Environment, Files};
use watchlistd::daemon::start;
use watchlistd::daemon::wire::{self, Access};
use watchlistd::model::mail::Letter;
use watchlistd::model::{Health, Timestamp};
use watchlistd::notify::smtp::{Attempt, Outcome, Stage, Transport};
use watchlistd::pipeline::assess::Assessor;
use watchlistd::pipeline::deliver::Deliverer;
use watchlistd::pipeline::poll::Poller;
use watchlistd::pipeline::{Ground, InForce};
use watchlistd::store::{Claim, Store};

use super::findings::Ordeal;
use super::oracle::{Fate, Mail, Oracle};
use super::world::{Post, World, until};
use crate::support::feeds::{End, Feeds, Reply};

const HOUR: Duration = Duration::from_secs(3600);
const MINUTE: Duration = Duration::from_secs(60);

/// Hosts, each with one source: an outage of our own is told from dead hosts by their number.
const HOSTS: usize = 6;

/// All three steps on a clock that the ordeal moves.
struct Desk {
    _folder: tempfile::TempDir,
    clock: Arc<FixedClock>,
    hosts: Vec<Feeds>,
    shown: Vec<Vec<String>>,
    oracle: Oracle,
    store: Arc<dyn Store>,
    transport: Transport,
    in_force: Arc<InForce>,
    poller: Poller,
    assessor: Assessor,
    deliverer: Deliverer,
}

impl Desk {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut hosts = Vec::new();
        for _ in 0..HOSTS {
            hosts.push(Feeds::start().await);
        }
        let sources: String = hosts
            .iter()
            .enumerate()
            .map(|(n, host)| format!("[[source]]\nid = \"s{n}\"\nurl = \"{}\"\n", host.url("/")))
            .collect();
        let firms: String =
            (0..400).map(|n| format!("[[company]]\nname = \"Firm{n:04}\"\n")).collect();
        let texts = BTreeMap::from([
            ("watchlistd.toml".to_owned(), SERVICE.to_owned()),
            ("sources.toml".to_owned(), sources),
            ("readers.toml".to_owned(), READERS.to_owned()),
            ("watchlist.toml".to_owned(), firms + TOPIC),
        ]);
        // Friday noon: the next digest comes on Monday morning.
        let clock = Arc::new(FixedClock::at(Timestamp::parse("2026-11-20T12:00:00Z").unwrap()));
        let files = Files::from_texts(folder.path(), texts);
        let (parts, problems) = wire::build(files, &Environment::default());
        let parts = parts.unwrap_or_else(|| panic!("{problems:?}"));
        let store = wire::open_store(&parts.settings.storage, Access::Alone).unwrap();
        let version = start::adopt(&*store, &parts, clock.now()).await.unwrap();
        let transport = Transport::memory();
        let shared: Arc<dyn Clock> = Arc::clone(&clock) as Arc<dyn Clock>;
        let ground = Ground { store: Arc::clone(&store), clock: shared };
        let mut desk = Self {
            _folder: folder,
            shown: vec![Vec::new(); HOSTS],
            oracle: Oracle::default(),
            in_force: Arc::new(parts.in_force(version, None)),
            poller: Poller::new(ground.clone(), wire::fetcher(&parts.settings).unwrap(), 2),
            assessor: Assessor::new(ground.clone(), "ordeal".to_owned()),
            deliverer: Deliverer::new(ground, transport.clone()),
            store,
            clock,
            hosts,
            transport,
        };
        for host in 0..HOSTS {
            desk.publish(host, Fate::Noise);
        }
        desk.step().await;
        desk
    }

    fn publish(&mut self, host: usize, fate: Fate) {
        let title = self.oracle.title(fate);
        self.shown[host].insert(0, title);
        self.show(host);
    }

    fn show(&self, host: usize) {
        let titles = &self.shown[host];
        let items: String = titles
            .iter()
            .map(|title| {
                format!(
                    "<item><guid isPermaLink=\"false\">{title}</guid><title>{title}</title></item>"
                )
            })
            .collect();
        let body =
            format!("<rss version=\"2.0\"><channel><title>News</title>{items}</channel></rss>");
        let tag = format!("\"{}\"", titles.len());
        self.hosts[host].script("/", [Reply::body(body).header("ETag", &tag)]);
    }

    fn pass(&self, time: Duration) {
        self.clock.set(self.clock.now().plus(time));
    }

    /// What the loops of the service do within a minute or so.
    async fn step(&mut self) {
        self.poller.drain(Claim::Due, &mut |_, _| {}).await.unwrap();
        let in_force = Arc::clone(&self.in_force);
        self.assessor.run(&|| Arc::clone(&in_force)).await.unwrap();
        self.deliverer.seal_due(&self.in_force).await.unwrap();
        self.deliverer.send_due(&|| false).await.unwrap();
    }

    /// Lets time pass in steps.
    async fn live(&mut self, time: Duration, step: Duration) {
        let end = self.clock.now().plus(time);
        while self.clock.now() < end {
            self.pass(step);
            self.step().await;
        }
    }

    /// Uses up the refusals that were laid out, with letters of nobody's.
    async fn server_is_back(&self) {
        let before = self.transport.received().len();
        let letter = Letter {
            address: "nobody@desk.test".to_owned(),
            message: b"To: nobody@desk.test\r\nMessage-ID: <1@desk.test>\r\n\r\nNothing\r\n"
                .to_vec(),
        };
        while self.transport.received().len() == before {
            self.transport.send(&letter).await;
        }
    }

    fn mails(&self) -> Vec<Mail> {
        self.transport.received().iter().map(|one| Mail::read(&one.message)).collect()
    }
}

const SERVICE: &str = r#"
contact = "ops@desk.test"
timezone = "UTC"
storage = "sqlite:state/state.db"
[operator]
to = ["ops@desk.test"]
[collect]
pause = "0s"
interval = "30m"
allow_private = true
[keep]
free_space = "1MB"
[mail]
transport = "file"
from = "watchlist@desk.test"
"#;

const READERS: &str = r#"
[[reader]]
name = "Mei"
to = ["mei@desk.test"]
urgent = "never"

[[reader]]
name = "Jo"
to = ["jo@desk.test"]
digest = "never"
urgent_per_hour = 1000
"#;

const TOPIC: &str = "[[topic]]\nname = \"Delisting\"\nterms = [\"delist\"]\nseverity = \"high\"\n";

#[tokio::test]
async fn two_days_without_a_network_heal_by_themselves() {
    let mut ordeal = Ordeal::begin("two-days-without-a-network");
    let mut desk = Desk::open().await;
    let asked = |desk: &Desk| -> usize { desk.hosts.iter().map(Feeds::connections).sum() };
    let before = asked(&desk);
    for host in &desk.hosts {
        host.script("/", [Reply::status(200).end(End::Reset)]);
    }
    desk.pass(HOUR);
    let began = desk.clock.now();
    desk.live(HOUR * 48, MINUTE * 10).await;
    let knocks = asked(&desk) - before;
    assert!(desk.poller.out_since().await.is_some_and(|since| since.since(began) < HOUR));
    // A few scouts each round, not everything again and again.
    assert!(knocks < 48 * 6 * HOSTS * 2, "{knocks} connections in an outage");
    for source in desk.store.archive().sources(None, 99).await.unwrap() {
        assert_eq!(source.state.health, Health::Healthy, "no source is blamed");
    }
    for host in 0..HOSTS {
        desk.publish(host, Fate::Alert);
        desk.publish(host, Fate::Noise);
    }
    // Within a scout's pause all is read; the digest comes on Monday.
    desk.live(HOUR, MINUTE * 10).await;
    assert!(desk.poller.out_since().await.is_none(), "it knows that the network is back");
    let urgent = desk.mails().iter().filter(|mail| mail.to.starts_with("jo")).count();
    assert!(urgent >= HOSTS, "{urgent} alerts within an hour");
    desk.live(HOUR * 24, HOUR).await;
    desk.oracle.judge(&desk.mails(), 0);
    ordeal.count(48, "hours without a network");
    ordeal.count(knocks as u64, "connections tried meanwhile");
    ordeal.count(desk.oracle.alerts(), "alerts told to each of two readers");
    ordeal.held();
}

#[tokio::test]
async fn six_hours_without_a_mail_server_heal_by_themselves() {
    let mut ordeal = Ordeal::begin("six-hours-without-a-mail-server");
    let mut desk = Desk::open().await;
    desk.live(HOUR, MINUTE * 10).await;
    // More refusals than six hours of trying can use up; what is left is taken back.
    let down = || Attempt {
        outcome: Outcome::TryLater,
        stage: Stage::Connect,
        reply: "connection refused".to_owned(),
    };
    let before = desk.mails().len();
    desk.transport.answer_next(std::iter::repeat_with(down).take(10_000));
    for hour in 0..6 {
        desk.publish(hour % HOSTS, Fate::Alert);
        desk.live(HOUR, MINUTE * 5).await;
    }
    assert_eq!(desk.mails().len(), before, "nothing gets out");
    desk.server_is_back().await;
    desk.live(HOUR, MINUTE * 5).await;
    let mails = desk.mails();
    let urgent = mails[before..].iter().filter(|mail| mail.to.starts_with("jo")).count();
    // One was under way when the server went, the rest is one mail.
    assert!(urgent <= 2, "a storm of {urgent} mails after an outage");
    desk.live(HOUR * 72, HOUR).await;
    desk.oracle.judge(&desk.mails(), 0);
    ordeal.count(6, "hours without a mail server");
    ordeal.count(desk.oracle.alerts(), "alerts told to each of two readers");
    ordeal.count(urgent as u64, "urgent mails afterwards");
    ordeal.held();
}

/// Names are looked up in a file of our own, which needs a namespace of our own.
#[test]
fn names_that_no_longer_resolve_heal_by_themselves() {
    let mut ordeal = Ordeal::begin("names-gone");
    let mut world = World::unread(4, Post::smtp());
    let hosts = world.path().join("hosts");
    let known: String = (0..4).map(|n| format!("127.0.0.1 host{n}.desk.test\n")).collect();
    fs::write(&hosts, &known).unwrap();
    let address = format!("http://host{{}}.desk.test:{}", world.wire.port());
    world.write_sources(&|n| format!("{}/{n}", address.replace("{}", &n.to_string())));
    let wrap = |inner: Command| {
        let mut outer = Command::new("bwrap");
        outer.args(["--dev-bind", "/", "/", "--die-with-parent", "--bind"]).arg(&hosts);
        outer.arg("/etc/hosts").arg(inner.get_program()).args(inner.get_args());
        outer.envs(inner.get_envs().filter_map(|(name, value)| Some((name, value?))));
        outer
    };
    let mut probe = Command::new("true");
    probe.arg("x");
    if !wrap(probe).status().is_ok_and(|status| status.success()) {
        crate::support::said::skipped("bwrap does not work here");
        return;
    }
    world.publish(0, Fate::Noise);
    assert!(world.run(wrap(world.command(&["once", "--all"]))).success(), "{}", world.said());
    let mut service = world.start(wrap(world.command(&["run"])));
    let times = ordeal.either(1, 5);
    for time in 0..times {
        let (asked, _) = world.wire.requests();
        assert!(world.wire.wait_for(asked + 8, Duration::from_secs(60)));
        fs::write(&hosts, "").unwrap();
        world.publish(time as usize % 4, Fate::Alert);
        until("the outage is noticed", || world.said().contains("could not be read"));
        fs::write(&hosts, &known).unwrap();
        until("everything is told", || {
            assert!(service.try_wait().unwrap().is_none(), "it died: {}", world.said());
            world.oracle.is_told_to("jo", &world.mails())
        });
    }
    let pid = service.id().to_string();
    assert!(Command::new("kill").args(["-KILL", &pid]).status().unwrap().success());
    service.wait().unwrap();
    assert!(world.run(wrap(world.command(&["once", "--all"]))).success(), "{}", world.said());
    let copies = world.holds(1);
    ordeal.count(times, "times without any name server");
    ordeal
        .count(world.oracle.alerts(), "alerts published meanwhile and told to each of two readers");
    ordeal.count(copies, "mails that came twice");
    ordeal.held();
}
