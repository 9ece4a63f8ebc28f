//! Whose turn it is: claimed sources wait here, host by host, until a place is free.
//!
//! Invariant: no host holds more than its share of the places, so a host that hangs leaves room for
//! all others; hosts take turns, and within a host who waited longest goes first. What is done with
//! a turn is the caller's matter.

use std::collections::{HashMap, VecDeque};

/// Things of type `T` that wait for a place, by host.
#[derive(Debug)]
pub(super) struct Turns<T> {
    share: usize,
    waiting: usize,
    hosts: HashMap<String, Host<T>>,
    /// Hosts with something waiting and room for it, each once.
    ready: VecDeque<String>,
}

#[derive(Debug)]
struct Host<T> {
    busy: usize,
    waiting: VecDeque<T>,
}

impl<T> Turns<T> {
    /// Nobody waits yet; a host may hold `share` places at a time.
    pub(super) fn new(share: usize) -> Self {
        Self { share: share.max(1), waiting: 0, hosts: HashMap::new(), ready: VecDeque::new() }
    }

    /// How many wait.
    pub(super) fn waiting(&self) -> usize {
        self.waiting
    }

    /// Whether more of this host wait, on one of few hosts: `hosts` of them at most.
    pub(super) fn more(&self, host: &str, hosts: usize) -> bool {
        self.hosts.len() <= hosts && self.hosts.get(host).is_some_and(|at| !at.waiting.is_empty())
    }

    /// Lets one more wait.
    pub(super) fn add(&mut self, host: String, one: T) {
        let at = self
            .hosts
            .entry(host.clone())
            .or_insert_with(|| Host { busy: 0, waiting: VecDeque::new() });
        at.waiting.push_back(one);
        self.waiting += 1;
        if at.waiting.len() == 1 && at.busy < self.share {
            self.ready.push_back(host);
        }
    }

    /// The next one to go, with its host; whoever goes says so by [`Turns::done`] afterwards.
    pub(super) fn next(&mut self) -> Option<(String, T)> {
        let host = self.ready.pop_front()?;
        let at = self.hosts.get_mut(&host)?;
        let one = at.waiting.pop_front()?;
        at.busy += 1;
        self.waiting -= 1;
        if !at.waiting.is_empty() && at.busy < self.share {
            self.ready.push_back(host.clone());
        }
        Some((host, one))
    }

    /// All that still wait; nobody waits afterwards.
    pub(super) fn give_up(&mut self) -> Vec<T> {
        self.waiting = 0;
        self.ready.clear();
        self.hosts.drain().flat_map(|(_, at)| at.waiting).collect()
    }

    /// A place of this host is free again.
    pub(super) fn done(&mut self, host: &str) {
        let Some(at) = self.hosts.get_mut(host) else { return };
        at.busy = at.busy.saturating_sub(1);
        if at.waiting.is_empty() {
            if at.busy == 0 {
                self.hosts.remove(host);
            }
        } else if at.busy + 1 == self.share {
            self.ready.push_back(host.to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_gets_its_share_and_no_more() {
        let mut turns = Turns::new(2);
        for n in 0..4 {
            turns.add("slow".to_owned(), n);
        }
        turns.add("quick".to_owned(), 10);
        turns.add("quick".to_owned(), 11);
        let mut took = Vec::new();
        while let Some((_, one)) = turns.next() {
            took.push(one);
        }
        assert_eq!(took, [0, 10, 1, 11]);
        turns.done("quick");
        assert!(turns.next().is_none(), "the others wait for their own host");
        turns.done("slow");
        assert_eq!(turns.next(), Some(("slow".to_owned(), 2)));
        turns.done("slow");
        turns.done("slow");
        assert_eq!(turns.next(), Some(("slow".to_owned(), 3)));
        assert!(turns.next().is_none());
        turns.done("slow");
        turns.done("quick");
        assert_eq!((turns.waiting(), turns.hosts.len(), turns.ready.len()), (0, 0, 0));
        turns.add("slow".to_owned(), 4);
        turns.add("quick".to_owned(), 5);
        let mut left = turns.give_up();
        left.sort_unstable();
        assert_eq!((left, turns.waiting()), (vec![4, 5], 0));
        assert!(turns.next().is_none());
    }
}
