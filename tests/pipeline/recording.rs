//! A store that cannot take for a while what there is to note of a mail: it is asked again, the mail goes out once, and
//! one whose outcome could never be noted goes out again under the same name.

use std::io;
use std::sync::Mutex;

use rusqlite::Connection;
use watchlistd::store::StoreError;

use super::*;

/// What is logged, as text.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, words: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(words);
        Ok(words.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn hear(&self) -> tracing::subscriber::DefaultGuard {
        let log = self.clone();
        let heard = tracing_subscriber::fmt().with_ansi(false).with_writer(move || log.clone());
        tracing::subscriber::set_default(heard.finish())
    }

    /// Waits until these words were logged so often.
    async fn says(&self, words: &str, times: usize) {
        let count = || {
            let said = self.0.lock().unwrap();
            String::from_utf8_lossy(&said).matches(words).count()
        };
        for _ in 0..50_000_000 {
            if count() >= times {
                return;
            }
            tokio::task::yield_now().await;
        }
        panic!("it is never said: {words}");
    }
}

/// A desk with one urgent mail that is sealed, and its database beside the service.
async fn sealed() -> (Desk, Open, Connection) {
    let desk = Desk::new(MEI).await;
    let mut open = desk.open().await;
    open.poll().await;
    desk.judge(&mut open, [("a1", "SEC moves to delist Alibaba")]).await;
    assert_eq!(open.seal().await.mails, 1);
    let database = Connection::open(desk.folder.path().join("state/state.db")).unwrap();
    // The last number is taken, so the next row finds the database full.
    database
        .execute_batch(
            "CREATE TABLE last (n INTEGER PRIMARY KEY AUTOINCREMENT);
             INSERT INTO last VALUES (9223372036854775807);",
        )
        .unwrap();
    (desk, open, database)
}

/// From now on the store has no room for what `when` says of a mail.
fn fill(database: &Connection, when: &str) {
    let full = format!("CREATE TRIGGER full {when} BEGIN INSERT INTO last VALUES (NULL); END");
    database.execute_batch(&full).unwrap();
}

fn empty(database: &Connection) {
    database.execute_batch("DROP TRIGGER full").unwrap();
}

const OUTCOME: &str = "BEFORE UPDATE OF settled ON mails WHEN NEW.state = 'sent'";
const GIVEN: &str = "BEFORE UPDATE OF given ON mails WHEN NEW.given";

async fn states(open: &Open) -> Vec<MailState> {
    let outbox = open.ground.store.archive().outbox().await.unwrap();
    outbox.into_iter().filter(|(_, n)| *n > 0).map(|(state, _)| state).collect()
}

#[tokio::test]
async fn what_is_to_be_noted_of_a_mail_is_noted_as_soon_as_the_store_takes_it() {
    for (when, words) in [(OUTCOME, "what became of mail"), (GIVEN, "handing over mail")] {
        let (desk, open, database) = sealed().await;
        let log = Log::default();
        let _hears = log.hear();
        fill(&database, when);
        let mut sending = Sending::default();
        open.deliverer.start_due(&mut sending).await.unwrap();
        tokio::time::pause();
        let heals = async {
            log.says(words, 1).await;
            tokio::time::advance(Duration::from_secs(6)).await;
            log.says(words, 2).await;
            // Asked by no await: while the store thinks, a clock that stands leaps to the next try.
            let stands = "SELECT state FROM mails";
            let stands: String = database.query_row(stands, [], |row| row.get(0)).unwrap();
            assert_eq!(stands, "sending", "{words}");
            let taken = desk.transport.received().len();
            assert_eq!(taken, usize::from(when == OUTCOME), "{words}");
            empty(&database);
        };
        let (handed, ()) = tokio::join!(sending.next(), heals);
        assert_eq!(handed.unwrap().unwrap().state, MailState::Sent, "{words}");
        assert_eq!(states(&open).await, [MailState::Sent], "{words}");
        desk.pass(DAY / 12);
        assert_eq!(open.send().await, Sent::default(), "{words}: nothing is left to send");
        assert_eq!(desk.transport.received().len(), 1, "{words}: once");
        tokio::time::resume();
    }
}

#[tokio::test]
async fn a_mail_whose_outcome_cannot_be_noted_goes_out_again_under_its_name() {
    let (desk, open, database) = sealed().await;
    fill(&database, OUTCOME);
    tokio::time::pause();
    let begin = tokio::time::Instant::now();
    let mut sending = Sending::default();
    open.deliverer.start_due(&mut sending).await.unwrap();
    let error = sending.next().await.unwrap().unwrap_err();
    assert!(matches!(error, StoreError::Later { full: true, .. }), "{error}");
    let tried = begin.elapsed();
    assert!(tried >= Duration::from_secs(60) && tried <= HOUR / 2, "{tried:?}");
    assert_eq!(states(&open).await, [MailState::Sending]);
    empty(&database);
    // Its lease runs out, and then it may have arrived.
    desk.pass(2 * HOUR);
    assert_eq!(open.send().await.sent, 1);
    let mails = desk.transport.received();
    let id = |one: &Letter| {
        let parsed = mail_parser::MessageParser::default().parse(&one.message).unwrap();
        parsed.message_id().unwrap().to_owned()
    };
    assert_eq!(mails.len(), 2);
    assert_eq!(id(&mails[0]), id(&mails[1]));
    assert_eq!(states(&open).await, [MailState::Sent]);
}

#[tokio::test]
async fn a_mail_that_cannot_be_noted_as_given_is_not_given() {
    let (desk, open, database) = sealed().await;
    fill(&database, GIVEN);
    tokio::time::pause();
    let mut sending = Sending::default();
    open.deliverer.start_due(&mut sending).await.unwrap();
    assert_eq!(sending.next().await.unwrap().unwrap().state, MailState::Deferred);
    assert!(desk.transport.received().is_empty());
    empty(&database);
    desk.pass(HOUR);
    assert_eq!(open.send().await.sent, 1);
    assert_eq!(desk.transport.received().len(), 1);
}
