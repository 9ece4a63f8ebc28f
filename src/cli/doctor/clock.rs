//! This machine's clock against those of the servers that were asked: slots, time-outs of leases and the
//! record all hang on it.

use super::super::exit::Exit;
use super::finding::{Area, Findings};
use crate::model::Timestamp;

/// What a server's clock said (its `Date` header), and ours when the answer was there.
#[derive(Clone, Debug)]
pub(super) struct Heard {
    pub(super) host: String,
    pub(super) there: Timestamp,
    pub(super) here: Timestamp,
}

/// A `Date` has whole seconds, and an answer takes some.
const ROUGHLY: u64 = 90;

/// So many hosts that agree are not wrong together.
const ENOUGH: usize = 3;

/// Compares.
pub(super) fn look(heard: &[Heard], found: &mut Findings) {
    let Some((offset, hosts)) = offset(heard) else { return };
    let direction = if offset > 0 { "behind" } else { "ahead" };
    let size = offset.unsigned_abs();
    let remedy = "timedatectl shows whether a time service keeps the clock; set it right: digests would \
                  go out at the wrong hour";
    let s = if hosts == 1 { "" } else { "s" };
    match (size > ROUGHLY, hosts >= ENOUGH) {
        (false, _) => found.note(Area::Clock, format!("it agrees with {hosts} host{s}")),
        (true, true) => found.wrong(
            Area::Clock,
            Exit::Io,
            format!("it is {size} s {direction} the clocks of {hosts} hosts"),
            remedy,
        ),
        (true, false) => found.warn(
            Area::Clock,
            format!(
                "it is {size} s {direction} that of {hosts} host{s}, which may be wrong itself"
            ),
            remedy,
        ),
    }
}

/// Seconds that the others are ahead of us, by the middle one of a voice for each host, and how many
/// hosts there are.
fn offset(heard: &[Heard]) -> Option<(i64, usize)> {
    let mut hosts: Vec<(&str, i64)> = heard
        .iter()
        .map(|one| (one.host.as_str(), (one.there.millis() - one.here.millis()) / 1000))
        .collect();
    hosts.sort_unstable();
    hosts.dedup_by_key(|(host, _)| *host);
    let mut offsets: Vec<i64> = hosts.into_iter().map(|(_, offset)| offset).collect();
    offsets.sort_unstable();
    offsets.get(offsets.len() / 2).map(|middle| (*middle, offsets.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(voices: &[(&str, i64)]) -> Vec<Heard> {
        let here = Timestamp::from_millis(1_795_000_000_000);
        let there = |offset: i64| Timestamp::from_millis(here.millis() + offset * 1000);
        let heard = |(host, offset): &(&str, i64)| Heard {
            host: (*host).to_owned(),
            there: there(*offset),
            here,
        };
        voices.iter().map(heard).collect()
    }

    #[test]
    fn one_wrong_host_does_not_outvote_the_others() {
        assert_eq!(offset(&[]), None);
        assert_eq!(offset(&heard(&[("a", 3_600), ("b", 0), ("c", 1)])), Some((1, 3)));
        // One host asked for many feeds has one voice.
        let many = [("a", 3_600), ("a", 3_600), ("a", 3_600), ("b", 0), ("c", 1)];
        assert_eq!(offset(&heard(&many)), Some((1, 3)));
        assert_eq!(offset(&heard(&[("a", -700), ("b", -701), ("c", -699)])), Some((-700, 3)));
    }
}
