//! Any mail server: whatever it says, and whenever it hangs up, an attempt ends with an outcome that
//! fits how far it got, and a reply that is one line without secrets. A mail counts as taken only with a
//! 2xx at its end. (A server may talk ahead, so what it heard until then says nothing.)
#![no_main]

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use watchlistd::model::mail::{ClaimedMail, Letter};
use watchlistd::model::{MailId, MailKey, MailKind, MailState, Timestamp};
use watchlistd::notify::outbox;
use watchlistd::notify::smtp::{Outcome, Security, SmtpSettings, Stage, Timeouts, Transport};

const PASSWORD: &str = "hunter2-and-more";
const LIMIT: Duration = Duration::from_millis(250);

thread_local! {
    static RUNTIME: RefCell<Option<(Runtime, Arc<TcpListener>)>> = const { RefCell::new(None) };
}

fuzz_target!(|input: &[u8]| {
    RUNTIME.with_borrow_mut(|kept| {
        let (runtime, listener) = kept.get_or_insert_with(|| {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().expect("starts");
            let listener = runtime.block_on(TcpListener::bind(("127.0.0.1", 0))).expect("binds");
            (runtime, Arc::new(listener))
        });
        runtime.block_on(check(input, Arc::clone(listener)));
    });
});

async fn check(input: &[u8], listener: Arc<TcpListener>) {
    let (login, said) =
        input.split_first().map_or((false, input), |(way, rest)| (way & 1 == 1, rest));
    let port = listener.local_addr().expect("it is bound").port();
    let turns: Vec<Vec<u8>> = said.split(|byte| *byte == 0).map(<[u8]>::to_vec).collect();
    let server = tokio::spawn(serve(listener, turns));
    let transport = Transport::smtp(SmtpSettings {
        port,
        security: Security::None,
        username: login.then(|| "watch".to_owned()),
        password: login.then(|| PASSWORD.to_owned().into()),
        timeouts: Timeouts {
            connect: LIMIT,
            tls: LIMIT,
            banner: LIMIT,
            command: LIMIT,
            data: LIMIT,
            block: LIMIT,
            dot: LIMIT,
        },
        ..SmtpSettings::new("127.0.0.1", "watch@desk.test")
    })
    .expect("the settings work");
    let letter = Letter {
        address: "mei@desk.test".to_owned(),
        message: b"Subject: x\r\n\r\nline\r\n.dot\r\n".to_vec(),
    };
    let attempt = transport.send(&letter).await;
    server.abort();
    assert!(attempt.reply.chars().count() <= 500);
    assert!(!attempt.reply.chars().any(char::is_control), "{:?}", attempt.reply);
    assert!(!login || !attempt.reply.contains(PASSWORD), "{:?}", attempt.reply);
    match attempt.outcome {
        Outcome::Accepted => assert!(attempt.reply.starts_with('2'), "{attempt:?}"),
        Outcome::Uncertain => assert!(attempt.stage >= Stage::Body, "{attempt:?}"),
        Outcome::Refused => assert!(attempt.stage.concerns_mail(), "{attempt:?}"),
        Outcome::TryLater | Outcome::ConfigFault(_) => {}
    }
    let now = Timestamp::from_millis(1_795_438_805_000);
    let mail = ClaimedMail {
        id: MailId::of(&["x"]),
        key: MailKey::stored("digest:Mei:x".to_owned()),
        kind: MailKind::Digest,
        letter,
        attempts: 0,
        perhaps_taken: false,
        uncertain: 0,
        sealed_at: now,
    };
    let after = outbox::after(&mail, &attempt, now);
    assert_eq!(after.state == MailState::Sent, attempt.outcome == Outcome::Accepted);
    assert!(after.next_attempt.is_none_or(|next| next > now));
}

/// Says one turn to begin with and one after each line, or message, that it hears. A turn that is no
/// finished answer is followed by the next at once, so that nobody waits for a time-out.
async fn serve(listener: Arc<TcpListener>, turns: Vec<Vec<u8>>) {
    let mut turns = turns.into_iter();
    // The client may come again: a kept connection may have been found stale.
    while let Ok((stream, _)) = listener.accept().await {
        // Once all is said, whoever comes is hung up on.
        let _ = converse(stream, &mut turns).await;
    }
}

async fn converse(stream: TcpStream, turns: &mut std::vec::IntoIter<Vec<u8>>) -> Option<()> {
    // A reset leaves no port waiting behind.
    #[expect(deprecated, reason = "lingering for no time does not block")]
    stream.set_linger(Some(Duration::ZERO)).ok()?;
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read);
    say(&mut write, turns).await?;
    loop {
        let mut line = Vec::new();
        if lines.read_until(b'\n', &mut line).await.ok()? == 0 {
            return None;
        }
        if line.eq_ignore_ascii_case(b"DATA\r\n") {
            if say(&mut write, turns).await? {
                loop {
                    line.clear();
                    if lines.read_until(b'\n', &mut line).await.ok()? == 0 {
                        return None;
                    }
                    if line == b".\r\n" {
                        break;
                    }
                }
            } else {
                continue;
            }
        }
        say(&mut write, turns).await?;
    }
}

/// Says the next answer; whether it asks for more.
async fn say(
    write: &mut tokio::net::tcp::OwnedWriteHalf,
    turns: &mut std::vec::IntoIter<Vec<u8>>,
) -> Option<bool> {
    let mut said: Vec<u8> = Vec::new();
    loop {
        let turn = turns.next()?;
        write.write_all(&turn).await.ok()?;
        said.extend_from_slice(&turn);
        let body = said.strip_suffix(b"\n").unwrap_or(&said);
        let last = body.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
        if said.ends_with(b"\n") && last.get(3) != Some(&b'-') {
            return Some(said.first() == Some(&b'3'));
        }
    }
}
