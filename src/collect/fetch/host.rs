//! The pace of each host: how many requests at a time, and how far apart they start.
//!
//! A slow host holds back its own sources only: whoever waits here holds no connection and no
//! deadline is running for it yet.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;

/// Above this many, hosts that nobody waits for are forgotten.
const REMEMBERED: usize = 1024;

#[derive(Debug)]
pub(super) struct Hosts {
    per_host: usize,
    pause: Duration,
    gates: Mutex<HashMap<String, Arc<Gate>>>,
}

#[derive(Debug)]
struct Gate {
    turns: Arc<Semaphore>,
    /// When the next request may start.
    free: Mutex<Option<Instant>>,
}

impl Hosts {
    pub(super) fn new(per_host: usize, pause: Duration) -> Self {
        Self { per_host: per_host.max(1), pause, gates: Mutex::new(HashMap::new()) }
    }

    /// Waits for a turn at `host` (with its port). The turn lasts until the permit is dropped.
    pub(super) async fn turn(&self, host: &str) -> OwnedSemaphorePermit {
        let gate = self.gate(host);
        let turn = Arc::clone(&gate.turns)
            .acquire_owned()
            .await
            .expect("the semaphore of a host is never closed");
        if !self.pause.is_zero() {
            tokio::time::sleep_until(gate.book(Instant::now(), self.pause)).await;
        }
        turn
    }

    fn gate(&self, host: &str) -> Arc<Gate> {
        let mut gates = self.gates.lock().unwrap_or_else(PoisonError::into_inner);
        if gates.len() >= REMEMBERED && !gates.contains_key(host) {
            let now = Instant::now();
            gates.retain(|_, gate| Arc::strong_count(gate) > 1 || gate.is_booked(now));
        }
        Arc::clone(gates.entry(host.to_owned()).or_insert_with(|| {
            Arc::new(Gate {
                turns: Arc::new(Semaphore::new(self.per_host)),
                free: Mutex::new(None),
            })
        }))
    }
}

impl Gate {
    /// Takes the next free start and moves it on.
    fn book(&self, now: Instant, pause: Duration) -> Instant {
        let mut free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        let start = free.map_or(now, |free| free.max(now));
        *free = Some(start + pause);
        start
    }

    fn is_booked(&self, now: Instant) -> bool {
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner);
        self.turns.available_permits() == 0 || free.is_some_and(|free| free > now)
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn requests_to_one_host_start_apart() {
        let pause = Duration::from_millis(250);
        let hosts = Hosts::new(2, pause);
        let now = Instant::now();
        let gate = hosts.gate("news.test:80");
        let starts: Vec<_> = (0..3).map(|_| gate.book(now, pause) - now).collect();
        assert_eq!(starts, [Duration::ZERO, pause, pause * 2]);
        assert_eq!(gate.book(now + pause * 9, pause), now + pause * 9, "no debt is carried on");
        assert_eq!(hosts.gate("other.test:80").book(now, pause), now, "other hosts do not wait");
    }

    #[tokio::test]
    async fn no_more_than_per_host_at_a_time() {
        let hosts = Hosts::new(2, Duration::ZERO);
        let first = hosts.turn("news.test:80").await;
        let _second = hosts.turn("news.test:80").await;
        assert!(hosts.turn("news.test:80").now_or_never().is_none());
        assert!(hosts.turn("other.test:80").now_or_never().is_some());
        drop(first);
        assert!(hosts.turn("news.test:80").now_or_never().is_some());
    }
}
