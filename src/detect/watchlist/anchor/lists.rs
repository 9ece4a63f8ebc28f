//! Lists by numbered things, and such of rules that need a topic as well.

use super::filed::Filed;

/// Lists by numbered things, each sorted.
#[derive(Debug)]
pub(super) struct Lists<T> {
    /// Where each thing's list begins; one more entry than things.
    starts: Vec<u32>,
    /// A bit for each thing that has a list: most that are asked for have none.
    has: Vec<u64>,
    all: Vec<T>,
}

impl<T> Default for Lists<T> {
    fn default() -> Self {
        Self { starts: Vec::new(), has: Vec::new(), all: Vec::new() }
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
        let mut has = vec![0u64; starts.len().div_ceil(64)];
        for (thing, _) in &pairs {
            has[*thing as usize >> 6] |= 1 << (thing & 63);
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        Self { starts, has, all: pairs.into_iter().map(|(_, one)| one).collect() }
    }

    #[inline]
    pub(super) fn get(&self, thing: u32) -> &[T] {
        let has = self.has.get(thing as usize >> 6).is_some_and(|has| has >> (thing & 63) & 1 == 1);
        if !has {
            return &[];
        }
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

/// Topics, roughly: a bit for each of so many kinds of them, which are as good as exact for a usual number.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Kinds([u64; 2]);

impl Kinds {
    pub(super) fn of(topics: impl IntoIterator<Item = u32>) -> Self {
        let mut kinds = Self::default();
        for topic in topics {
            kinds.0[(topic >> 6 & 1) as usize] |= 1 << (topic & 63);
        }
        kinds
    }

    /// Whether a topic's kind is among them.
    #[inline]
    fn has(&self, topic: u32) -> bool {
        self.0[(topic >> 6 & 1) as usize] >> (topic & 63) & 1 == 1
    }

    #[inline]
    fn meet(&self, others: &Self) -> bool {
        self.0[0] & others.0[0] | self.0[1] & others.0[1] != 0
    }
}

/// What is known of a thing's rules before any of them is looked at.
#[derive(Clone, Copy, Debug, Default)]
struct Known {
    /// Of the topics that they need.
    kinds: Kinds,
    /// Where they begin and end.
    range: (u32, u32),
}

/// Rules by things, each of which needs a topic as well.
#[derive(Debug, Default)]
pub(super) struct Topical {
    /// Of each thing.
    known: Vec<Known>,
    /// By thing, sorted by topic.
    all: Vec<Filed>,
}

/// In longer lists a topic's rules are searched for; shorter ones are read from end to end.
const LONG: u32 = 64;

/// Rules that lie in one line of the cache.
const IN_LINE: usize = 8;

impl Topical {
    /// Of rules, which all need a topic.
    pub(super) fn of(filed: Vec<(u32, Filed)>) -> Self {
        let Lists { starts, all, .. } = Lists::of(filed);
        let known = starts.windows(2).map(|ends| {
            let range = (ends[0], ends[1]);
            let rules = &all[range.0 as usize..range.1 as usize];
            Known { kinds: Kinds::of(rules.iter().map(|one| one.topic())), range }
        });
        Self { known: known.collect(), all }
    }

    /// Where the rules of a thing are, and whether one of them may need one of these topics.
    #[inline]
    pub(super) fn may_need(&self, thing: u32, topics: &Kinds) -> ((u32, u32), bool) {
        let known = self.known.get(thing as usize).copied().unwrap_or_default();
        (known.range, known.kinds.meet(topics))
    }

    /// Asks the memory for rules without waiting for them: what is given is nothing but a reason to read it.
    #[inline]
    pub(super) fn touch(&self, range: (u32, u32)) -> u32 {
        let some = self.all[range.0 as usize..range.1 as usize].iter().take(LONG as usize);
        some.step_by(IN_LINE).fold(0, |all, one| all ^ one.rule())
    }

    /// Gives those of them that need one of these topics, and of a watchlist with more topics than kinds others
    /// now and then: the caller asks again.
    #[inline]
    pub(super) fn each(
        &self,
        range: (u32, u32),
        topics: &[u32],
        kinds: &Kinds,
        mut each: impl FnMut(Filed),
    ) {
        let list = &self.all[range.0 as usize..range.1 as usize];
        if range.1 - range.0 > LONG {
            for topic in topics {
                let from = list.partition_point(|one| one.topic() < *topic);
                let same = list[from..].iter().take_while(|one| one.topic() == *topic);
                same.for_each(|one| each(*one));
            }
            return;
        }
        // Everything is written, and what is not wanted is written over by the next: nothing is guessed.
        let mut wanted = [Filed::default(); LONG as usize];
        let mut many = 0;
        for one in list {
            wanted[many & (wanted.len() - 1)] = *one;
            many += usize::from(kinds.has(one.topic()));
        }
        wanted[..many].iter().for_each(|one| each(*one));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::watchlist::anchor::filed::Also;

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
        // Things with a few rules and with many; two topics are of one kind.
        let all = (0..3000).map(|n| (n % 200 / 5, filed(n, Also::Topic(n % 7 * 64))));
        let more = (3000..3200).map(|n| (40, filed(n, Also::Topic(n % 5))));
        let all = all.chain(more);
        for few in [3200, 700] {
            let all = all.clone().take(few);
            let topical = Topical::of(all.clone().collect());
            for thing in 0..42 {
                for topics in [&[][..], &[0], &[64, 128], &[0, 1, 320, 384, 500]] {
                    let kinds = Kinds::of(topics.iter().copied());
                    let (range, may) = topical.may_need(thing, &kinds);
                    let mut given = Vec::new();
                    topical.each(range, topics, &kinds, |one| given.push(one));
                    given.retain(|one| topics.contains(&one.topic()));
                    let mut expected: Vec<Filed> = all
                        .clone()
                        .filter(|(of, one)| *of == thing && topics.contains(&one.topic()))
                        .map(|one| one.1)
                        .collect();
                    given.sort_unstable();
                    expected.sort_unstable();
                    assert_eq!(given, expected, "{thing} {topics:?}");
                    assert!(may || expected.is_empty());
                    let _ = topical.touch(range);
                }
            }
        }
        assert!(!Topical::default().may_need(3, &Kinds::of([1, 2])).1);
    }
}
