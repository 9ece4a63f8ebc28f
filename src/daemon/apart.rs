//! A loop on a thread and a runtime of its own.
//!
//! What waits on the network wakes up all the time and does little each time: among several threads
//! each step of a request is handed from one to another, which costs more than the step. Such a loop
//! ends like any other task: by itself, by a bug, or because nobody waits for it any more.

use std::thread;

use tokio::runtime::Builder;
use tokio::sync::oneshot;

/// Runs `work` on a thread called `name` and answers what it ends with. Dropping this ends it at its next
/// step.
///
/// # Panics
///
/// When `work` does, so that whoever waits for the loop learns of the bug, and when the system gives no
/// thread.
pub(super) async fn apart<T: Send + 'static>(
    name: &'static str,
    work: impl Future<Output = T> + Send + 'static,
) -> T {
    let (_held, dropped) = oneshot::channel::<()>();
    let (tell, told) = oneshot::channel();
    let body = move || {
        let runtime = match Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => panic!("no runtime for the {name} loop: {error}"),
        };
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
    if let Err(error) = thread::Builder::new().name(name.to_owned()).spawn(body) {
        panic!("no thread for the {name} loop: {error}");
    }
    match told.await {
        Ok(done) => done,
        Err(_) => panic!("the {name} loop ended in a bug"),
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
        .await;
        assert_ne!(own, other);
        assert_eq!(name.as_deref(), Some("one"));
    }

    #[tokio::test]
    async fn a_bug_in_it_is_one_of_whoever_waits() {
        let ended = tokio::spawn(apart("two", async { panic!("on purpose, in a test") })).await;
        assert!(ended.is_err_and(|error| error.is_panic()));
    }

    #[tokio::test]
    async fn it_ends_when_nobody_waits_for_it() {
        let (alive, ended) = oneshot::channel::<()>();
        let (begun, begins) = oneshot::channel();
        let waiting = tokio::spawn(apart("three", async move {
            let _ = begun.send(());
            std::future::pending::<()>().await;
            drop(alive);
        }));
        begins.await.unwrap();
        waiting.abort();
        assert!(ended.await.is_err(), "the work was dropped");
    }
}
