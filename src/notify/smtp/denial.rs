//! Whether a recipient's mail is refused, or everybody's (pure: it takes instants).
//!
//! "Relaying denied" and its like may be said of one address, and then the mail is over; or of all of them
//! since an account, a sender or this machine lost its rights, and then no mail must pay for it. One answer
//! does not tell, so it is held against the others: what the server takes meanwhile shows that it is the
//! address, a second address that is denied with nothing taken between shows that it is not. Until either
//! is known the mail waits.

use std::collections::HashMap;
use std::time::Duration;

use tokio::time::Instant;

use super::attempt::{Fault, Outcome};

/// What was taken so shortly before was taken under the same rights: mails of one hour go out in minutes.
const SAME_BREATH: Duration = Duration::from_secs(5 * 60);

/// What was taken and what denied.
#[derive(Debug, Default)]
pub(super) struct Denials {
    taken: Option<Instant>,
    /// Addresses, and when each was first denied since it was last taken or given up.
    first: HashMap<String, Instant>,
}

impl Denials {
    /// The server took a mail for this address.
    pub(super) fn taken(&mut self, address: &str, now: Instant) {
        self.taken = Some(now);
        self.first.remove(address);
    }

    /// What a denial of this address means.
    pub(super) fn judge(&mut self, address: &str, now: Instant) -> Outcome {
        let first = *self.first.entry(address.to_owned()).or_insert(now);
        let taken = self.taken;
        if taken.is_some_and(|at| at >= first || now.duration_since(at) < SAME_BREATH) {
            self.first.remove(address);
            return Outcome::Refused;
        }
        let since = self.first.values().filter(|at| taken.is_none_or(|taken| **at > taken));
        if since.count() > 1 { Outcome::ConfigFault(Fault::Denied) } else { Outcome::TryLater }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    #[test]
    fn several_addresses_with_nothing_taken_between_are_the_set_up() {
        let (mut denials, mut now) = (Denials::default(), Instant::now());
        denials.taken("mei@bank.test", now);
        now += HOUR;
        assert_eq!(denials.judge("mei@bank.test", now), Outcome::TryLater);
        assert_eq!(denials.judge("mei@bank.test", now + HOUR), Outcome::TryLater, "one address");
        now += HOUR;
        for address in ["jo@bank.test", "mei@bank.test"] {
            assert_eq!(denials.judge(address, now), Outcome::ConfigFault(Fault::Denied));
        }
        denials.taken("jo@bank.test", now + HOUR);
        assert_eq!(denials.judge("mei@bank.test", now + HOUR * 2), Outcome::Refused);
    }

    #[test]
    fn one_address_among_others_that_are_taken_is_its_own_fault() {
        let (mut denials, now) = (Denials::default(), Instant::now());
        denials.taken("mei@bank.test", now);
        let soon = now + Duration::from_secs(20);
        assert_eq!(
            denials.judge("gone@bank.test", soon),
            Outcome::Refused,
            "the same hour's mails"
        );
        assert_eq!(denials.judge("gone@bank.test", now + HOUR), Outcome::TryLater);
        denials.taken("mei@bank.test", now + HOUR * 2);
        assert_eq!(denials.judge("gone@bank.test", now + HOUR * 3), Outcome::Refused);
    }
}
