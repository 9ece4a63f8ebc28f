//! How many polls may run at a time, and how many connections may be kept between them, by the
//! number of files that the process may have open.
//!
//! Invariant: sockets never take what the database, the mails and the logs need: where the limit is
//! low, polling gets slower and nothing else happens.

/// Sources polled at the same time, where nothing limits them.
const MOST: usize = 128;
/// However low the limit is, some polls run.
const LEAST: usize = 4;
/// Files for everything that is no poll: database, standard streams, journal, mails, status.
const OTHERS: usize = 96;
/// A poll holds a connection, and for a moment the one that asks for an address.
const EACH: usize = 2;
/// More idle connections than this only take memory.
const MOST_KEPT: usize = 512;

/// Places for polls and for connections between polls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Places {
    /// Polls at the same time.
    pub(super) polls: usize,
    /// Hosts whose connections may be kept open for the next of their sources.
    pub(super) kept: usize,
}

impl Places {
    /// What this process may have.
    pub(super) fn of_process() -> Self {
        let limits = std::fs::read_to_string("/proc/self/limits").unwrap_or_default();
        Self::within(limit(&limits))
    }

    /// What a limit on open files allows; `None` is no limit that we know.
    fn within(limit: Option<usize>) -> Self {
        let Some(limit) = limit else { return Self { polls: MOST, kept: MOST_KEPT } };
        let free = limit.saturating_sub(OTHERS);
        let polls = (free / EACH).clamp(LEAST, MOST);
        // A host's connections are at most as many as polls of it ran at a time: half of what is
        // left is a margin for hosts that are asked in parallel.
        let kept = free.saturating_sub(polls * EACH) / 2;
        Self { polls, kept: kept.min(MOST_KEPT) }
    }
}

/// The soft limit on open files in the words of proc(5).
fn limit(limits: &str) -> Option<usize> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_files_make_few_places() {
        for (limit, polls, kept) in [
            (None, MOST, MOST_KEPT),
            (Some(524_288), MOST, MOST_KEPT),
            (Some(1024), MOST, 336),
            (Some(256), 80, 0),
            (Some(64), LEAST, 0),
        ] {
            assert_eq!(Places::within(limit), Places { polls, kept }, "{limit:?}");
        }
    }

    #[test]
    fn the_soft_limit_is_read() {
        let limits = "Limit                     Soft Limit           Hard Limit           Units\n\
             Max processes             94000                94000                processes\n\
             Max open files            256                  4096                 files\n";
        assert_eq!(limit(limits), Some(256));
        assert_eq!(limit(&limits.replace("256 ", "unlimited ")), None);
        assert_eq!(limit(""), None);
    }
}
