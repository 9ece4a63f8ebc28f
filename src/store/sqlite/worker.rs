//! A thread that owns a connection and works off a queue of calls.
//!
//! Invariant: an answer goes out after the commit that makes it true, never before. The writing
//! thread commits several waiting calls together. One that fails takes back only its own changes:
//! all are taken back and run once more, each in a savepoint of its own (which costs a copy of every
//! page that a call touches, so that it is left to this rare case). Waiting calls are those that
//! queued up while the last commit was being made durable.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread::{self, JoinHandle};

use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::store::{Answer, StoreError};

use super::fault;
use super::record::Notes;

/// Most calls in one commit. A commit of its own costs about 91 µs of CPU, one of 64 about 4.
const TOGETHER: usize = 128;

/// What a thread does around the calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// Commits them, together.
    Write,
    /// Gives each one consistent state.
    Read,
}

/// The thread and its queue. Dropping it finishes what is queued and closes the connection.
#[derive(Debug)]
pub(super) struct Worker {
    calls: Option<Sender<Box<dyn Call>>>,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    pub(super) fn start(
        name: &str,
        connection: Connection,
        notes: Notes,
        manner: Manner,
    ) -> io::Result<Self> {
        let (calls, queue) = mpsc::channel();
        let thread = thread::Builder::new().name(name.into()).spawn(move || match manner {
            Manner::Write => write(&connection, &notes, &queue),
            Manner::Read => read(&connection, &queue),
        })?;
        Ok(Self { calls: Some(calls), thread: Some(thread) })
    }

    /// Queues `work` when the answer is first waited for.
    pub(super) fn call<T: Send + 'static>(
        &self,
        path: &Arc<Path>,
        what: &'static str,
        work: impl FnMut(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Answer<'_, T> {
        let path = Arc::clone(path);
        Box::pin(async move {
            let (answer, answered) = oneshot::channel();
            let stopped = StoreError::Later {
                what: fault::attempt(what, &path),
                why: "the store has stopped".into(),
                full: false,
            };
            let call = Queued { path, what, work, result: None, answer };
            let queued =
                self.calls.as_ref().is_some_and(|calls| calls.send(Box::new(call)).is_ok());
            if !queued {
                return Err(stopped);
            }
            answered.await.unwrap_or(Err(stopped))
        })
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.calls = None;
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has said so itself.
            let _ = thread.join();
        }
    }
}

/// A call as the thread sees it.
trait Call: Send {
    /// Does the work; its result is kept until it is known to hold. Run again only after what it did
    /// was taken back.
    fn run(&mut self, connection: &Connection) -> rusqlite::Result<()>;
    /// Tells the caller: the kept result, or why there is none.
    fn answer(self: Box<Self>, failed: Option<&rusqlite::Error>);
}

struct Queued<T, W> {
    path: Arc<Path>,
    what: &'static str,
    work: W,
    result: Option<T>,
    answer: oneshot::Sender<Result<T, StoreError>>,
}

impl<T: Send, W: FnMut(&Connection) -> rusqlite::Result<T> + Send> Call for Queued<T, W> {
    fn run(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        self.result = None;
        // A fault in one call must not end the thread that serves all others.
        let result = catch_unwind(AssertUnwindSafe(|| (self.work)(connection)))
            .unwrap_or_else(|_| Err(fault::own("the call failed inside the program")))?;
        self.result = Some(result);
        Ok(())
    }

    fn answer(self: Box<Self>, failed: Option<&rusqlite::Error>) {
        let result = match (failed, self.result) {
            (None, Some(result)) => Ok(result),
            (Some(error), _) => Err(fault::sorted(self.what, &self.path, error)),
            (None, None) => {
                Err(fault::sorted(self.what, &self.path, &fault::own("a call was never run")))
            }
        };
        // A caller that no longer waits needs no answer: what it asked for is done all the same.
        let _ = self.answer.send(result);
    }
}

fn read(connection: &Connection, queue: &Receiver<Box<dyn Call>>) {
    while let Ok(mut call) = queue.recv() {
        let result = execute(connection, "BEGIN").and_then(|()| call.run(connection));
        // Ends the look at this state; a reading call changed nothing that could be lost.
        if !connection.is_autocommit() {
            let _ = execute(connection, "ROLLBACK");
        }
        call.answer(result.err().as_ref());
    }
}

fn write(connection: &Connection, notes: &Notes, queue: &Receiver<Box<dyn Call>>) {
    while let Ok(first) = queue.recv() {
        let mut calls = vec![first];
        calls.extend(queue.try_iter().take(TOGETHER - 1));
        let mut failures: Vec<Option<rusqlite::Error>> = Vec::with_capacity(calls.len());
        let whole = commit(connection, notes, &mut calls, &mut failures);
        if !connection.is_autocommit() {
            let _ = execute(connection, "ROLLBACK");
        }
        failures.resize_with(calls.len(), || None);
        for (call, failed) in calls.into_iter().zip(&failures) {
            call.answer(failed.as_ref().or(whole.as_ref().err()));
        }
    }
}

/// Runs all calls in one transaction. An error means that nothing of any of them is kept.
fn commit(
    connection: &Connection,
    notes: &Notes,
    calls: &mut [Box<dyn Call>],
    failures: &mut Vec<Option<rusqlite::Error>>,
) -> rusqlite::Result<()> {
    execute(connection, "BEGIN IMMEDIATE")?;
    notes.begin();
    if calls.iter_mut().try_for_each(|call| call.run(connection)).is_ok()
        && !connection.is_autocommit()
    {
        notes.append(connection)?;
        return execute(connection, "COMMIT");
    }
    if !connection.is_autocommit() {
        execute(connection, "ROLLBACK")?;
    }
    commit_apart(connection, notes, calls, failures)
}

/// The same with each call apart, so that those that fail are found and leave nothing behind.
fn commit_apart(
    connection: &Connection,
    notes: &Notes,
    calls: &mut [Box<dyn Call>],
    failures: &mut Vec<Option<rusqlite::Error>>,
) -> rusqlite::Result<()> {
    execute(connection, "BEGIN IMMEDIATE")?;
    notes.begin();
    for call in calls {
        execute(connection, "SAVEPOINT one")?;
        let mark = notes.mark();
        let failed = call.run(connection).err();
        // A full disk or an I/O error may have rolled back the whole transaction: then the calls
        // before this one are lost too, and all are told.
        if connection.is_autocommit() {
            return Err(failed.unwrap_or_else(|| fault::own("a call ended the transaction")));
        }
        if failed.is_some() {
            execute(connection, "ROLLBACK TO one")?;
            notes.take_back(mark);
        }
        execute(connection, "RELEASE one")?;
        failures.push(failed);
    }
    notes.append(connection)?;
    execute(connection, "COMMIT")
}

fn execute(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(sql)?.execute([]).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::params;

    fn connection() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE lines (text TEXT NOT NULL)").unwrap();
        connection
    }

    fn path() -> Arc<Path> {
        Arc::from(Path::new("test.db"))
    }

    fn insert(connection: &Connection, text: &str) -> rusqlite::Result<()> {
        connection.execute("INSERT INTO lines VALUES (?1)", params![text]).map(|_| ())
    }

    fn lines(connection: &Connection) -> Vec<String> {
        let mut select = connection.prepare("SELECT text FROM lines ORDER BY rowid").unwrap();
        select.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }

    type Told = oneshot::Receiver<Result<(), StoreError>>;

    fn queued(
        work: impl FnMut(&Connection) -> rusqlite::Result<()> + Send + 'static,
    ) -> (Box<dyn Call>, Told) {
        let (answer, told) = oneshot::channel();
        let call = Queued { path: path(), what: "write", work, result: None, answer };
        (Box::new(call), told)
    }

    /// Runs calls in one commit and says which succeeded.
    fn together(connection: &Connection, calls: Vec<(Box<dyn Call>, Told)>) -> Vec<bool> {
        let (send, queue) = mpsc::channel();
        let mut told = Vec::new();
        for (call, answer) in calls {
            send.send(call).unwrap();
            told.push(answer);
        }
        drop(send);
        write(connection, &Notes::default(), &queue);
        told.into_iter().map(|mut one| one.try_recv().unwrap().is_ok()).collect()
    }

    #[test]
    fn a_failing_call_takes_back_only_its_own() {
        let connection = connection();
        let calls = vec![
            queued(|connection| insert(connection, "first")),
            queued(|connection| {
                insert(connection, "half of it")?;
                connection.execute("INSERT INTO lines VALUES (NULL)", []).map(|_| ())
            }),
            queued(|connection| insert(connection, "third")),
        ];
        assert_eq!(together(&connection, calls), [true, false, true]);
        assert_eq!(lines(&connection), ["first", "third"]);
    }

    #[test]
    fn a_transaction_that_is_lost_is_lost_for_all_and_the_next_one_works() {
        let connection = connection();
        let calls = vec![
            queued(|connection| insert(connection, "first")),
            queued(|connection| {
                connection.execute_batch("ROLLBACK")?;
                Err(fault::own("as a full disk does"))
            }),
            queued(|connection| insert(connection, "third")),
        ];
        assert_eq!(together(&connection, calls), [false, false, false]);
        assert!(lines(&connection).is_empty());
        let next = vec![queued(|connection| insert(connection, "next"))];
        assert_eq!(together(&connection, next), [true]);
        assert_eq!(lines(&connection), ["next"]);
    }

    #[tokio::test]
    async fn a_call_that_panics_fails_alone() {
        let worker = Worker::start("test", connection(), Notes::default(), Manner::Write).unwrap();
        let path = path();
        let broken: Answer<'_, ()> =
            worker.call(&path, "write", |_| panic!("on purpose, in a test"));
        assert!(matches!(broken.await, Err(StoreError::Unusable { .. })));
        worker.call(&path, "write", |one| insert(one, "next")).await.unwrap();
        let count = worker.call(&path, "read", |one| Ok(lines(one).len()));
        assert_eq!(count.await.unwrap(), 1);
    }

    #[tokio::test]
    async fn a_full_disk_is_told_as_one_and_heals() {
        let worker = Worker::start("test", connection(), Notes::default(), Manner::Write).unwrap();
        let path = path();
        let limit = |pages: i64| {
            worker.call(&path, "limit", move |one| one.pragma_update(None, "max_page_count", pages))
        };
        let large = || {
            worker.call(&path, "write", |one| {
                insert(one, "small")?;
                insert(one, &"large ".repeat(10_000))
            })
        };
        limit(8).await.unwrap();
        let full = large().await.unwrap_err();
        assert!(matches!(full, StoreError::Later { full: true, .. }), "{full}");
        assert!(full.hint().is_some());
        let count = worker.call(&path, "read", |one| Ok(lines(one).len()));
        assert_eq!(count.await.unwrap(), 0, "not even the small half of it");
        limit(1_000).await.unwrap();
        large().await.unwrap();
    }
}
