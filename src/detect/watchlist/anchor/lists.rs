//! Lists by numbered things, and such of rules that need a topic as well.

use super::filed::{Also, Filed};

/// Lists by numbered things, each sorted.
#[derive(Debug)]
pub(super) struct Lists<T> {
    /// Where each thing's list begins; one more entry than things.
    starts: Vec<u32>,
    all: Vec<T>,
}

impl<T> Default for Lists<T> {
    fn default() -> Self {
        Self { starts: Vec::new(), all: Vec::new() }
    }
}

impl<T: Ord> Lists<T> {
    pub(super) fn of(mut pairs: Vec<(u32, T)>) -> Self {
        pairs.sort_unstable();
        let Some((last, _)) = pairs.last() else { return Self::default() };
        let mut starts = vec![0u32; *last as usize + 2];
        for (thing, _) in &pairs {
            starts[*thing as usize + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        Self { starts, all: pairs.into_iter().map(|(_, one)| one).collect() }
    }

    #[inline]
    pub(super) fn get(&self, thing: u32) -> &[T] {
        let (from, to) = self.range(thing);
        &self.all[from as usize..to as usize]
    }

    /// Where a thing's list begins and ends.
    #[inline]
    fn range(&self, thing: u32) -> (u32, u32) {
        let at = thing as usize;
        match (self.starts.get(at), self.starts.get(at + 1)) {
            (Some(from), Some(to)) => (*from, *to),
            _ => (0, 0),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }
}

/// Bits for each pair of a thing and a topic: of the pairs of which there is none, one of sixty seems to be
/// there.
const BITS: usize = 16;

/// Rules by things, each of which needs a topic as well.
#[derive(Debug, Default)]
pub(super) struct Topical {
    /// Sorted by topic.
    lists: Lists<Filed>,
    /// Two bits for each pair of a thing and a topic: most topics of an item lead to none of a thing's
    /// rules, however many it has, and that is known without looking at them.
    pairs: Vec<u64>,
}

/// What is known of a pair: where, and by which bits.
#[inline]
fn bits(thing: u32, topic: u32, places: usize) -> (usize, u64) {
    let pair = u64::from(thing) << 32 | u64::from(topic);
    let mixed = pair.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ mixed >> 29).wrapping_mul(0xff51_afd7_ed55_8ccd);
    let place = ((u128::from(mixed) * places as u128) >> 64) as usize;
    (place, 1 << (mixed & 63) | 1 << (mixed >> 6 & 63))
}

impl Topical {
    /// Of rules, which all need a topic.
    pub(super) fn of(filed: Vec<(u32, Filed)>) -> Self {
        let places = (filed.len() * BITS).div_ceil(64);
        let mut pairs = vec![0; places];
        for (thing, one) in &filed {
            let Also::Topic(topic) = one.also() else { continue };
            let (place, bits) = bits(*thing, topic, places);
            pairs[place] |= bits;
        }
        Self { lists: Lists::of(filed), pairs }
    }

    /// Gives those of these topics that rules of a thing may need, and hardly ever others.
    #[inline]
    pub(super) fn topics(&self, thing: u32, topics: &[u32], mut each: impl FnMut(u32)) {
        if self.pairs.is_empty() {
            return;
        }
        for topic in topics {
            let (place, bits) = bits(thing, *topic, self.pairs.len());
            if self.pairs.get(place).is_some_and(|pairs| pairs & bits == bits) {
                each(*topic);
            }
        }
    }

    /// Where the rules of a thing are.
    #[inline]
    pub(super) fn range(&self, thing: u32) -> (u32, u32) {
        self.lists.range(thing)
    }

    /// Asks the memory for them without waiting for it: what is given is nothing but a reason to read it.
    #[inline]
    pub(super) fn touch(&self, range: (u32, u32)) -> u32 {
        let middle = range.0.midpoint(range.1) as usize;
        self.lists.all.get(middle).map_or(0, |one| one.rule())
    }

    /// Those of them that need this topic.
    #[inline]
    pub(super) fn with(&self, range: (u32, u32), topic: u32) -> &[Filed] {
        let list = &self.lists.all[range.0 as usize..range.1 as usize];
        let from = list.partition_point(|one| one.also() < Also::Topic(topic));
        let many = list[from..].iter().take_while(|one| one.also() == Also::Topic(topic)).count();
        &list[from..from + many]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filed(rule: u32, also: Also) -> Filed {
        Filed::of(rule, also, false, rule == 1)
    }

    #[test]
    fn lists_give_back_what_was_filed() {
        let filed = |rule| filed(rule, Also::Nothing);
        let lists = Lists::of(vec![(5, filed(1)), (2, filed(0)), (5, filed(0))]);
        assert_eq!((lists.get(5), lists.get(2)), (&[filed(0), filed(1)][..], &[filed(0)][..]));
        assert!(lists.get(0).is_empty() && lists.get(6).is_empty() && lists.get(900).is_empty());
        assert!(Lists::<u32>::default().get(0).is_empty());
    }

    #[test]
    fn of_a_thing_only_rules_with_the_topics_at_hand_are_given() {
        let all = (0..3000).map(|n| (n % 40, filed(n, Also::Topic(n % 7 * 64))));
        let topical = Topical::of(all.clone().collect());
        for thing in 0..42 {
            for topics in [&[][..], &[0], &[64, 128], &[0, 1, 320, 384, 500]] {
                let mut given = Vec::new();
                topical.topics(thing, topics, |topic| {
                    let some = topical.with(topical.range(thing), topic);
                    given.extend(some.iter().map(|one| one.rule()));
                });
                let wanted = |(of, one): &(u32, Filed)| {
                    let topic = |topic: &u32| one.also() == Also::Topic(*topic);
                    *of == thing && topics.iter().any(topic)
                };
                let mut expected: Vec<u32> =
                    all.clone().filter(wanted).map(|one| one.1.rule()).collect();
                given.sort_unstable();
                expected.sort_unstable();
                assert_eq!(given, expected, "{thing} {topics:?}");
            }
        }
        Topical::default().topics(3, &[1, 2], |_| panic!("nothing is filed"));
    }
}
