//! A loop on a thread and a runtime of its own.
//!
//! What waits on the network wakes up all the time and does little each time: among several threads
//! each step of a request is handed from one to another, which costs more than the step. Such a loop
//! ends like any other task: by itself, by a bug, or because nobody waits for it any more.

use std::thread;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

/// Why a loop has no thread of its own.
#[derive(Debug, thiserror::Error)]
pub enum ApartError {
    /// The system gave no thread.
    #[error("start a thread for the {name} loop: {error}")]
    Thread {
        /// The loop.
        name: &'static str,
        /// What the system says.
        error: std::io::Error,
    },
    /// The system gave none of what a thread waits with.
    #[error("prepare the thread of the {name} loop for waiting: {error}")]
    Runtime {
        /// The loop.
        name: &'static str,
        /// What the system says.
        error: std::io::Error,
    },
}

impl ApartError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Thread { .. } => {
                "raise what is allowed: TasksMax= of the unit, `ulimit -u` of a shell"
            }
            Self::Runtime { .. } => {
                "raise what is allowed: LimitNOFILE= of the unit, `ulimit -n` of a shell"
            }
        }
    }
}

/// Work on a thread of its own. Dropping this ends it at its next step.
pub(super) struct Apart<T> {
    name: &'static str,
    told: oneshot::Receiver<T>,
    _held: oneshot::Sender<()>,
}

/// Begins `work` on a thread called `name`.
///
/// # Errors
///
/// When the system gives no thread, or nothing to wait with.
pub(super) async fn apart<T: Send + 'static>(
    name: &'static str,
    work: impl Future<Output = T> + Send + 'static,
) -> Result<Apart<T>, ApartError> {
    apart_on(name, || Builder::new_current_thread().enable_all().build(), work).await
}

/// The same on a runtime that the thread makes by `make`.
async fn apart_on<T: Send + 'static>(
    name: &'static str,
    make: impl FnOnce() -> std::io::Result<Runtime> + Send + 'static,
    work: impl Future<Output = T> + Send + 'static,
) -> Result<Apart<T>, ApartError> {
    let (held, dropped) = oneshot::channel::<()>();
    let (tell, told) = oneshot::channel();
    let (begin, begun) = oneshot::channel();
    let body = move || {
        let runtime = match make() {
            Ok(runtime) => runtime,
            Err(error) => {
                // Whoever asked may have gone.
                let _ = begin.send(Err(error));
                return;
            }
        };
        let _ = begin.send(Ok(()));
        let done = runtime.block_on(async {
            tokio::select! {
                done = work => Some(done),
                _ = dropped => None,
            }
        });
        // What still blocks (a name that no server resolves, a document being parsed) is left behind.
        runtime.shutdown_background();
        if let Some(done) = done {
            // Dropped between its end and this.
            let _ = tell.send(done);
        }
    };
    let thread = thread::Builder::new().name(name.to_owned()).spawn(body);
    thread.map_err(|error| ApartError::Thread { name, error })?;
    // A bug before it begins shows when its end is waited for.
    if let Ok(Err(error)) = begun.await {
        return Err(ApartError::Runtime { name, error });
    }
    Ok(Apart { name, told, _held: held })
}

impl<T> Apart<T> {
    /// What the work ends with.
    ///
    /// # Panics
    ///
    /// When the work does, so that whoever waits for it learns of the bug.
    pub(super) async fn ended(self) -> T {
        match self.told.await {
            Ok(done) => done,
            Err(_) => panic!("the {} loop ended in a bug", self.name),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_answers_what_the_work_ends_with() {
        let own = thread::current().id();
        let (other, name) = apart("one", async {
            tokio::task::yield_now().await;
            (thread::current().id(), thread::current().name().map(ToOwned::to_owned))
        })
        .await
        .unwrap()
        .ended()
        .await;
        assert_ne!(own, other);
        assert_eq!(name.as_deref(), Some("one"));
    }

    #[tokio::test]
    async fn a_bug_in_it_is_one_of_whoever_waits() {
        let two = apart("two", async { panic!("on purpose, in a test") }).await.unwrap();
        let ended = tokio::spawn(two.ended()).await;
        assert!(ended.is_err_and(|error| error.is_panic()));
    }

    #[tokio::test]
    async fn it_ends_when_nobody_waits_for_it() {
        let (alive, ended) = oneshot::channel::<()>();
        let (begun, begins) = oneshot::channel();
        let three = apart("three", async move {
            let _ = begun.send(());
            std::future::pending::<()>().await;
            drop(alive);
        });
        let waiting = tokio::spawn(three.await.unwrap().ended());
        begins.await.unwrap();
        waiting.abort();
        assert!(ended.await.is_err(), "the work was dropped");
    }

    #[tokio::test]
    async fn what_the_system_refuses_is_told_with_its_remedy() {
        let none = || Err(std::io::Error::from_raw_os_error(24));
        let refused = apart_on("four", none, async {}).await.err().unwrap();
        let words = refused.to_string();
        assert!(words.starts_with("prepare the thread of the four loop for waiting: "), "{words}");
        assert!(words.contains("Too many open files"), "{words}");
        assert!(refused.hint().contains("LimitNOFILE="), "{}", refused.hint());
    }
}
