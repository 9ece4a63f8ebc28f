//! How fast the outbox empties: 10,000 finished mails through a sink on loopback, each recorded.
//!
//! The sink speaks just enough SMTP to take mail at once, in threads of this process. What is timed is
//! the service's own step, [`Deliverer::send_due`]: claim, hand over, record, with a commit that
//! reached the disk before and after each mail. The goals are 200 mails a second over connections
//! that are kept; the figures printed are those of this machine and its disk.

use std::collections::HashSet;
use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use watchlistd::clock::{Clock, SystemClock};
use watchlistd::daemon::wire::{self, Access};
use watchlistd::model::mail::Letter;
use watchlistd::model::{MailKey, MailKind, MailState, SealedMail};
use watchlistd::notify::smtp::{Security, SmtpSettings, Transport};
use watchlistd::pipeline::Ground;
use watchlistd::pipeline::deliver::Deliverer;
use watchlistd::store::Store;

/// Mails in all.
const MAILS: usize = 10_000;
/// Addresses of one occasion.
const TOGETHER: usize = 100;
/// Bytes of a message: a digest of some twenty items.
const SIZE: usize = 20_000;
/// Mails a second that must be reached.
const GOAL: f64 = 200.0;

type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// What the sink took.
#[derive(Default)]
struct Sink {
    connections: AtomicU64,
    bytes: AtomicU64,
    recipients: Mutex<HashSet<String>>,
}

fn main() -> Outcome<()> {
    let sink = Arc::new(Sink::default());
    let port = serve(Arc::clone(&sink))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let took = runtime.block_on(send(port))?;
    let recipients = sink.recipients.lock().map_err(|_| "the sink broke")?.len();
    let rate = MAILS as f64 / took.as_secs_f64();
    let connections = sink.connections.load(Ordering::SeqCst);
    let verdict = |holds| if holds { "holds" } else { "DOES NOT HOLD" };
    let out = &mut io::stdout();
    writeln!(out, "{MAILS} mails of {SIZE} bytes in {:.1} s", took.as_secs_f64())?;
    writeln!(out, "{rate:.0} mails/s; goal {GOAL:.0}: {}", verdict(rate >= GOAL))?;
    writeln!(out, "{connections} connections; kept and used again: {}", verdict(connections <= 8))?;
    writeln!(
        out,
        "{recipients} recipients at the sink, each once in the outbox as sent: {}",
        verdict(recipients == MAILS)
    )?;
    Ok(())
}

/// Fills an outbox, empties it, and answers how long the emptying took.
async fn send(port: u16) -> Outcome<Duration> {
    wire::install_tls();
    let folder = tempfile::tempdir()?;
    let store = wire::open_sqlite(&folder.path().join("state.db"), Access::Alone)?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    fill(&*store, &*clock).await?;
    let mut settings = SmtpSettings::new("127.0.0.1", "watchlist@bench.test");
    (settings.port, settings.security) = (port, Security::None);
    let ground = Ground { store: Arc::clone(&store), clock };
    let deliverer = Deliverer::new(ground, Transport::smtp(settings)?);
    let began = tokio::time::Instant::now();
    let sent = deliverer.send_due(&|| false).await?;
    let took = began.elapsed();
    let recorded = store.archive().outbox().await?;
    let recorded = recorded.get(&MailState::Sent).copied().unwrap_or(0);
    if sent.sent != MAILS as u64 || recorded != MAILS as u64 {
        return Err(format!("{sent:?}, {recorded} recorded as sent").into());
    }
    Ok(took)
}

async fn fill(store: &dyn Store, clock: &dyn Clock) -> Outcome<()> {
    let line = "What was said, by whom, and why it was told to you.\r\n";
    let body = line.repeat(SIZE / line.len());
    for n in 0..MAILS / TOGETHER {
        let at = clock.now();
        let letter = |m: usize| {
            let address = format!("reader{}@bench.test", n * TOGETHER + m);
            let message =
                format!("To: {address}\r\nSubject: Watchlist {n}\r\n\r\n{body}").into_bytes();
            Letter { address, message }
        };
        let mail = SealedMail {
            key: MailKey::digest(&format!("reader {n}"), at),
            kind: MailKind::Digest,
            reader: Some(format!("reader {n}")),
            story: None,
            message_id: format!("<{n}@bench.test>"),
            subject: format!("Watchlist {n}"),
            letters: (0..TOGETHER).map(letter).collect(),
            alerts: Vec::new(),
            covers_until: at,
            at,
        };
        store.seal(mail).await?;
    }
    Ok(())
}

fn serve(sink: Arc<Sink>) -> io::Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let port = listener.local_addr()?.port();
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let sink = Arc::clone(&sink);
            sink.connections.fetch_add(1, Ordering::SeqCst);
            // A conversation that breaks off shows in what was recorded.
            std::thread::spawn(move || converse(stream, &sink).ok());
        }
    });
    Ok(port)
}

fn converse(stream: TcpStream, sink: &Sink) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut say = stream.try_clone()?;
    let mut lines = BufReader::new(stream);
    let mut line = Vec::new();
    let mut recipient = String::new();
    say.write_all(b"220 sink\r\n")?;
    while read(&mut lines, &mut line)? {
        let command = String::from_utf8_lossy(&line).to_ascii_uppercase();
        match command.get(..4).unwrap_or_default() {
            "EHLO" => say.write_all(b"250-sink\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n")?,
            "RCPT" => {
                recipient.clone_from(&command);
                say.write_all(b"250 fine\r\n")?;
            }
            "DATA" => {
                say.write_all(b"354 go on\r\n")?;
                while read(&mut lines, &mut line)? && line != b".\r\n" {
                    sink.bytes.fetch_add(line.len() as u64, Ordering::Relaxed);
                }
                if let Ok(mut recipients) = sink.recipients.lock() {
                    recipients.insert(recipient.clone());
                }
                say.write_all(b"250 taken\r\n")?;
            }
            "QUIT" => return say.write_all(b"221 bye\r\n"),
            _ => say.write_all(b"250 fine\r\n")?,
        }
    }
    Ok(())
}

fn read(lines: &mut BufReader<TcpStream>, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    Ok(lines.read_until(b'\n', line)? > 0)
}
