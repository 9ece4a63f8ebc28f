//! What the record costs: its share of a cold cycle's CPU, and how much it grows in a year.
//!
//! **Share**: `watchlistd once` reads a world of feeds for the first time, in turns with the record's
//! triggers in place and with them dropped, on databases that were made alike; what is compared is the
//! CPU time (user and system) of the two, as a ratio within one run. **Growth**: the store lives through
//! simulated days, polls and decisions and mails included, under given time; what the record holds then is
//! counted by kind and told for a year of 10,000 sources. `RECORD_SOURCES` and `RECORD_DAYS` set the size.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use axum::Router;
use axum::extract::Path as Part;
use axum::http::header;
use axum::routing::get;
use futures_util::future::join_all;
use rusqlite::Connection;
use watchlistd::model::item::Arrival;
use watchlistd::model::mail::{Letter, MailOutcome};
use watchlistd::model::source::SourceState;
use watchlistd::model::{
    Alert, AlertId, EntityKind, Field, FirstRun, Hit, Item, ItemId, ItemText, Judgement, MailKey,
    MailKind, MailState, Named, Notice, SealedMail, Severity, Source, SourceId, StoryId, Timestamp,
    Urgency,
};
use watchlistd::store::sqlite::{Mode, Sqlite};
use watchlistd::store::{Assessment, Decision, FinishedPoll, Store};

type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn main() -> Outcome<()> {
    share()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(growth())
}

/// Names another build of the program than this profile's.
const PROGRAM: &str = "RECORD_PROGRAM";

fn number(name: &str, usual: u32) -> u32 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// The share of a cold cycle.
fn share() -> Outcome<()> {
    /// Feeds of thirty items.
    const FEEDS: u32 = 1_000;
    const ROUNDS: u32 = 5;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let listener = runtime.block_on(tokio::net::TcpListener::bind("0.0.0.0:0"))?;
    let port = listener.local_addr()?.port();
    runtime.spawn(
        async move { axum::serve(listener, Router::new().route("/{feed}", get(feed))).await },
    );
    let (mut with, mut without) = (0.0, 0.0);
    for _ in 0..ROUNDS {
        with += cold(port, FEEDS, false)?;
        without += cold(port, FEEDS, true)?;
    }
    let share = 100.0 * (with - without) / with;
    let verdict = if share <= 10.0 { "holds" } else { "MISSED" };
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "cold cycle of {FEEDS} feeds, CPU seconds a round: {:.3} with the record, {:.3} without; \
         its share {share:.1} %  goal 10 %: {verdict}",
        with / f64::from(ROUNDS),
        without / f64::from(ROUNDS)
    )?;
    Ok(())
}

/// Thirty items; the same numbers give the same bytes.
async fn feed(Part(feed): Part<u32>) -> ([(header::HeaderName, &'static str); 1], String) {
    let mut text = format!("<rss version=\"2.0\"><channel><title>Gazette {feed}</title>");
    for item in 0..30 {
        let words = "The board of the harbour met and will meet again about the berth. ".repeat(9);
        let telling = if item == 7 && feed.is_multiple_of(4) {
            "Meridian Foundry faces delisting"
        } else {
            "Vessel waits"
        };
        let _ = write!(
            text,
            "<item><title>{telling} {feed} {item}</title><link>https://gazette.test/{feed}/{item}</link>\
             <guid isPermaLink=\"false\">g-{feed}-{item}</guid><description>{words}</description></item>"
        );
    }
    text.push_str("</channel></rss>");
    ([(header::CONTENT_TYPE, "application/rss+xml")], text)
}

/// CPU seconds of a first reading of all feeds.
fn cold(port: u16, feeds: u32, forget: bool) -> Outcome<f64> {
    let folder = tempfile::tempdir()?;
    let at = folder.path();
    let write = |name: &str, text: &str| std::fs::write(at.join(name), text);
    write(
        "watchlistd.toml",
        "contact = \"ops@desk.test\"\ntimezone = \"UTC\"\nstorage = \"sqlite:state/state.db\"\n\
         [operator]\nto = [\"ops@desk.test\"]\n\
         [collect]\nallow_private = true\nper_host = 8\npause = \"0s\"\n\
         [mail]\ntransport = \"file\"\npath = \"mail\"\nfrom = \"watch@desk.test\"\n",
    )?;
    write("readers.toml", "[[reader]]\nname = \"Mei\"\nto = [\"mei@desk.test\"]\n")?;
    write(
        "watchlist.toml",
        "[[company]]\nname = \"Meridian Foundry\"\n[[topic]]\nname = \"Delisting\"\nterms = [\"delist\"]\n",
    )?;
    // A first source makes the database; the others are read by the round that is measured.
    let first = format!("[[source]]\nid = \"s0\"\nurl = \"http://127.0.0.1:{port}/0\"\n");
    write("sources.toml", &first)?;
    once(at)?;
    if forget {
        drop_triggers(&at.join("state/state.db"))?;
    }
    let mut sources = String::new();
    for feed in 0..feeds {
        let host = 1 + feed % 32;
        let _ = writeln!(
            sources,
            "[[source]]\nid = \"s{feed}\"\nurl = \"http://127.0.0.{host}:{port}/{feed}\""
        );
    }
    write("sources.toml", &sources)?;
    let before = children()?;
    once(at)?;
    Ok(children()? - before)
}

fn once(folder: &Path) -> Outcome<()> {
    let built = env!("CARGO_BIN_EXE_watchlistd");
    let mut command = Command::new(std::env::var(PROGRAM).unwrap_or_else(|_| built.to_owned()));
    command.arg("once").arg("--config").arg(folder).stdout(Stdio::null());
    let ended = command.output()?;
    if !ended.status.success() {
        return Err(String::from_utf8_lossy(&ended.stderr).into_owned().into());
    }
    Ok(())
}

/// Takes the record away: nothing is noted, so nothing is appended.
fn drop_triggers(database: &Path) -> Outcome<()> {
    let connection = Connection::open(database)?;
    let names: Vec<String> = connection
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger' AND name LIKE 'record\\_%' ESCAPE '\\'")?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for name in names {
        connection.execute_batch(&format!("DROP TRIGGER {name}"))?;
    }
    Ok(())
}

/// CPU seconds of all children that have ended, from /proc/self/stat.
fn children() -> Outcome<f64> {
    /// USER_HZ, which is 100 wherever Linux runs today.
    const TICKS: f64 = 100.0;
    let stat = std::fs::read_to_string("/proc/self/stat")?;
    let fields = stat.rsplit(')').next().unwrap_or("");
    let ticks = fields.split_whitespace().skip(13).take(2);
    Ok(ticks.map(|field| field.parse::<f64>().unwrap_or(0.0)).sum::<f64>() / TICKS)
}

const DAY: Duration = Duration::from_secs(24 * 3_600);

/// How a source behaves on a day: polls that bring something, and items of each.
fn habit(source: u32, day: u32) -> (u32, u32) {
    match source % 10 {
        // A wire: forty items, a paper: six, and those that speak every other day.
        0 => (20, 2),
        1..=4 => (5, 1),
        _ => (u32::from((source + day).is_multiple_of(2)), 1),
    }
}

/// One item in forty has hits, one in a hundred is an alert for two readers.
const HITS: u32 = 40;
const ALERTS: u32 = 100;
const READERS: [&str; 2] = ["Mei", "Jo"];

/// How the record grows.
async fn growth() -> Outcome<()> {
    let (sources, days) = (number("RECORD_SOURCES", 1_000), number("RECORD_DAYS", 10));
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("state.db");
    let store = Sqlite::open(&path, Mode::Exclusive)?;
    let start = Timestamp::parse("2026-11-20T00:00:00Z").ok_or("it is RFC 3339")?;
    store.release_leases(start).await?;
    store.adopt_readers(READERS.map(str::to_owned).to_vec(), start).await?;
    store.adopt_sources((0..sources).map(source).collect(), start).await?;
    let mut items = 0;
    for day in 0..days {
        items += live(&store, sources, day, start.plus(DAY * day)).await?;
    }
    drop(store);
    told(&path, sources, days, items)
}

/// A day: each source's polls, spread over it, in groups as the poll loop commits them.
async fn live(store: &Sqlite, sources: u32, day: u32, begin: Timestamp) -> Outcome<u64> {
    let mut count = 0;
    let mut serial = 0;
    for round in 0..20 {
        let now = begin.plus(Duration::from_secs(3_600) * (round + 1));
        let mut brought: Vec<Item> = Vec::new();
        let all: Vec<u32> = (0..sources).collect();
        for group in all.chunks(64) {
            let mut polls = Vec::new();
            for source in group {
                let (news, each) = habit(*source, day);
                // Spread over the day; the rounds between bring nothing, twice.
                if news > 0 && (round * news) / 20 != ((round + 1) * news) / 20 {
                    let new: Vec<Item> =
                        (0..each).map(|n| item(*source, day, round * 10 + n, now)).collect();
                    brought.extend(new.iter().cloned());
                    polls.push(store.finish_poll(poll(*source, now, new)));
                } else {
                    polls.push(store.finish_poll(poll(*source, now, Vec::new())));
                }
            }
            for done in join_all(polls).await {
                done?;
            }
        }
        count += brought.len() as u64;
        for batch in brought.chunks(500) {
            let decisions = batch.iter().map(|item| decision(item, &mut serial, now)).collect();
            let assessment = Assessment { watchlist: 1, at: now, decisions };
            store.finish_assessment(assessment).await?;
        }
        if round == 7 {
            mail(store, now).await?;
        }
    }
    Ok(count)
}

/// A digest for each reader, taken by the server.
async fn mail(store: &Sqlite, now: Timestamp) -> Outcome<()> {
    for reader in READERS {
        let pending = store.pending_notices(reader.to_owned()).await?;
        let message = vec![b'x'; 20_000];
        let letter = Letter { address: format!("{reader}@desk.test"), message };
        let mail = SealedMail {
            key: MailKey::digest(reader, now),
            kind: MailKind::Digest,
            reader: Some(reader.to_owned()),
            story: None,
            message_id: format!("<{reader}{now}@desk.test>"),
            subject: "Watchlist Mon 23 Nov: 2 high, 5 medium – Alibaba, SMIC".to_owned(),
            letters: vec![letter],
            alerts: pending.iter().map(|one| one.alert.id.clone()).collect(),
            covers_until: now,
            at: now,
        };
        store.seal(mail).await?;
        if let Some(mail) = store.claim_mail(now, now.plus(DAY / 24)).await? {
            let outcome = MailOutcome {
                id: mail.id,
                state: MailState::Sent,
                next_attempt: None,
                reply: "end of message: 250 2.0.0 Ok: queued as 4F1D2A".to_owned(),
                counts: true,
                at: now,
            };
            store.mail_outcome(outcome).await?;
        }
    }
    Ok(())
}

fn source(n: u32) -> Source {
    Source {
        id: SourceId::new(format!("gazette-{n}")),
        url: format!("https://gazette-{n}.test/feed.xml"),
        official: n.is_multiple_of(20),
        lang: Some("en".to_owned()),
        interval: Duration::from_secs(1_800),
        allow_private: false,
        first_run: FirstRun::All,
    }
}

fn item(n: u32, day: u32, serial: u32, now: Timestamp) -> Item {
    let guid = format!("urn:gazette:{n}:{day}:{serial}");
    Item {
        id: ItemId::of(&[&guid]),
        revision: 1,
        source: SourceId::new(format!("gazette-{n}")),
        official: false,
        guid: Some(guid.clone()),
        link: Some(format!("https://gazette-{n}.test/{day}/{serial}")),
        text: ItemText {
            title: format!("Vessel {serial} of harbour {n} waits for its berth"),
            summary: "The board met in the morning and will meet again. ".repeat(14),
            ..ItemText::default()
        },
        text_hash: guid,
        published: Some(now),
        first_seen: now,
        arrival: Arrival::New,
    }
}

fn poll(n: u32, now: Timestamp, new: Vec<Item>) -> FinishedPoll {
    let mut state = SourceState::new(now);
    state.last_poll = Some(now);
    state.last_success = Some(now);
    FinishedPoll {
        source: SourceId::new(format!("gazette-{n}")),
        address: format!("https://gazette-{n}.test/feed.xml"),
        started: now,
        ended: now,
        status: Some(if new.is_empty() { 304 } else { 200 }),
        bytes: if new.is_empty() { 0 } else { 24_318 },
        entries: Some(30),
        new,
        edited: Vec::new(),
        seen: Vec::new(),
        rekeyed: Vec::new(),
        gap: None,
        quiet: false,
        state,
        next_poll: now.plus(Duration::from_secs(1_800)),
    }
}

fn decision(item: &Item, serial: &mut u32, now: Timestamp) -> Decision {
    *serial += 1;
    let (hits, alerts) = (serial.is_multiple_of(HITS), serial.is_multiple_of(ALERTS));
    let judgement = if hits || alerts { judged(alerts) } else { Judgement::default() };
    let story = StoryId::of(&[item.id.as_str()]);
    let alert = alerts.then(|| Alert {
        id: AlertId::of(&[item.id.as_str(), "1"]),
        item: item.id.clone(),
        revision: 1,
        story: story.clone(),
        copy_of: None,
        severity: Severity::Medium,
        marks: Vec::new(),
        judgement: judgement.clone(),
        watchlist: 1,
        at: now,
    });
    let notice = |alert: &Alert| {
        READERS.map(|reader| Notice {
            alert: alert.id.clone(),
            reader: reader.to_owned(),
            urgency: Urgency::Digest,
            not_before: now,
        })
    };
    Decision {
        item: item.id.clone(),
        row: None,
        revision: 1,
        judgement,
        story: alerts.then_some(story),
        copy_of: None,
        notices: alert.iter().flat_map(notice).collect(),
        alert,
        untold: None,
    }
}

fn judged(alert: bool) -> Judgement {
    let named = Named { id: "alibaba".into(), name: "Alibaba".into(), note: None };
    Judgement {
        companies: vec![named],
        hits: vec![Hit {
            kind: EntityKind::Company,
            entity: "alibaba".into(),
            term: "Alibaba".into(),
            field: Field::Title,
            start: 0,
            end: 7,
        }],
        severity: Some(if alert { Severity::Medium } else { Severity::Low }),
        alert,
        ..Judgement::default()
    }
}

/// What the record holds, by kind, and what that is in a year of 10,000 sources.
fn told(path: &Path, sources: u32, days: u32, items: u64) -> Outcome<()> {
    let connection = Connection::open(path)?;
    let mut kinds: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    let (mut entries, mut bytes) = (0_u64, 0_u64);
    let mut select = connection.prepare("SELECT body, length(hash) FROM records")?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let body = row.get_ref(0)?.as_str()?;
        entries += 1;
        // Number, instant and lengths take about twelve bytes.
        bytes += body.len() as u64 + u64::try_from(row.get::<_, i64>(1)?)? + 12;
        for line in body.lines() {
            let did = line.split('"').nth(3).unwrap_or("?").to_owned();
            let kind = kinds.entry(did).or_default();
            *kind = (kind.0 + 1, kind.1 + line.len() as u64 + 1);
        }
    }
    let whole = std::fs::metadata(path)?.len();
    let mut out = io::stdout().lock();
    writeln!(
        out,
        "{sources} sources, {days} simulated days, {items} items ({:.1} a day and source); {entries} entries",
        items as f64 / f64::from(days) / f64::from(sources)
    )?;
    for (did, (lines, size)) in &kinds {
        writeln!(out, "  {did:12} {lines:>9} lines {:>7.1} MB", *size as f64 / 1e6)?;
    }
    let a_year =
        |bytes: u64| bytes as f64 / f64::from(days) * 365.0 * 10_000.0 / f64::from(sources) / 1e9;
    writeln!(
        out,
        "the record: {:.0} bytes an item; a year of 10,000 sources: {:.1} GB, beside {:.1} GB of everything else",
        bytes as f64 / items as f64,
        a_year(bytes),
        a_year(whole.saturating_sub(bytes))
    )?;
    Ok(())
}
