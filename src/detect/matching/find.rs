//! Phrases in a text: one walk over the tokens, a few looks at each.
//!
//! Linear in the text whatever it holds: a path ends with the table's own paths, which are bounded
//! by the longest term. All words of a field take a step together, and what a look tells only decides
//! whether a word is kept for the next step; so the memory is asked many things at once, and nothing
//! that depends on one answer keeps the others waiting.

use std::cell::RefCell;

use crate::detect::hash::{hash, joined, push};
use crate::detect::paths::{Bucket, Filter, Form, START, Table, step};
use crate::detect::phrases::{LONGEST, Need, Phrases};
use crate::detect::stem::{Lang, Stem, stems};
use crate::detect::text::{CLOSE, DOLLAR, Gap, HANGUL, KANA, OPEN, Shape, Text, Token};

use super::sieve::Sieve;

/// A phrase at a place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Occ {
    /// Which phrase.
    pub(crate) phrase: u32,
    /// Its first token.
    pub(crate) first: u32,
    /// Its last token.
    pub(crate) last: u32,
}

/// Sorts by phrase and place, and leaves each place once.
pub(crate) fn sort(found: &mut Vec<Occ>) {
    let place = |occ: &Occ| u64::from(occ.first) << 32 | u64::from(occ.last);
    found.sort_unstable_by_key(|occ| u128::from(occ.phrase) << 64 | u128::from(place(occ)));
    found.dedup();
}

/// All phrases in the text, sorted by phrase and place, each place once.
pub(crate) fn find(phrases: &Phrases, text: &Text, lang: Option<Lang>) -> Vec<Occ> {
    let mut found = Vec::new();
    find_into(phrases, text, lang, &mut found, &mut Vec::new());
    found
}

/// The same, in the place of what was found before. Phrases that only rules ask for go to `asked`,
/// as they come.
pub(crate) fn find_into(
    phrases: &Phrases,
    text: &Text,
    lang: Option<Lang>,
    found: &mut Vec<Occ>,
    asked: &mut Vec<Occ>,
) {
    found.clear();
    asked.clear();
    walk(phrases, text, lang, (found, asked), false);
    sort(found);
}

/// Walks through the text; `thorough` takes all words for such as somebody may have divided.
fn walk(
    phrases: &Phrases,
    text: &Text,
    lang: Option<Lang>,
    (found, asked): (&mut Vec<Occ>, &mut Vec<Occ>),
    thorough: bool,
) {
    // The room is used again and again by a thread; whoever finds it taken makes another.
    let mut room = ROOM.take();
    let german = lang == Some(Lang::De);
    let form = Form::Surface;
    let table = phrases.paths.of(form);
    let mut walk =
        Walk { phrases, table, text, found, asked, room: &mut room, form, german, thorough };
    walk.all(form, |at| Stem { hash: text.tokens[at].hash, chars: text.tokens[at].chars });
    if phrases.inflected {
        for lang in [Some(Lang::En), lang].into_iter().flatten() {
            let mut all = std::mem::take(&mut walk.room.stems);
            all.clear();
            stems(text, lang, &mut all);
            walk.all(Form::Stem(lang as u8), |at| all[at]);
            walk.room.stems = all;
        }
    }
    if !phrases.prefixes.is_empty() {
        walk.prefixes();
    }
    ROOM.set(room);
}

thread_local! {
    static ROOM: RefCell<Room> = RefCell::default();
}

/// Room for what a walk has to remember.
#[derive(Default)]
struct Room {
    /// Words, alone and together with the next ones, that a filter is to be asked about.
    tries: Sieve<Try>,
    /// Those after which a phrase may end.
    whole: Sieve<u32>,
    /// Those that may go on, and whether a text may divide the next word by a space.
    onward: Sieve<(u32, bool)>,
    /// Words that may be one with the next.
    joins: Sieve<u32>,
    /// Beginnings that may go on.
    steps: Vec<Step>,
    begun: Vec<Step>,
    /// Paths that may end.
    ends: Vec<Step>,
    /// Where these would end, in the same order.
    buckets: Vec<Bucket>,
    /// Phrases that do: which, and by which of these paths.
    phrases: Sieve<(u32, u32)>,
    /// Stems of the form that is walked, by token.
    stems: Vec<Stem>,
}

/// A state that may lead somewhere: from which beginning (of the first words, none), after the words
/// up to which last one.
#[derive(Clone, Copy, Default)]
struct Try {
    state: u64,
    from: u32,
    last: u32,
}

/// What a walk has come through.
#[derive(Clone, Copy)]
struct So {
    /// The strongest gap between two words.
    widest: Gap,
    /// Two words with a space between them were taken for one.
    divided: bool,
}

impl So {
    const NOTHING: Self = Self { widest: Gap::None, divided: false };

    /// After taking two words with this gap between them for one.
    fn over(self, gap: Gap) -> Self {
        Self { divided: self.divided || gap == Gap::Space, ..self }
    }

    /// After crossing this gap between two words.
    fn across(self, gap: Gap) -> Self {
        Self { widest: self.widest.max(gap), ..self }
    }
}

/// A state, and the words that led there.
#[derive(Clone, Copy)]
struct Step {
    state: u64,
    first: u32,
    last: u32,
    so: So,
    /// A text may divide the next word by a space.
    divides: bool,
}

struct Walk<'a> {
    phrases: &'a Phrases,
    table: &'a Table,
    text: &'a Text,
    found: &'a mut Vec<Occ>,
    asked: &'a mut Vec<Occ>,
    room: &'a mut Room,
    form: Form,
    /// Names may have a genitive `s`.
    german: bool,
    /// Words are taken together whether or not a path asks for it: the slow twin.
    thorough: bool,
}

impl Walk<'_> {
    /// Walks all fields in one form, in which `word` gives the words.
    fn all(&mut self, form: Form, word: impl Fn(usize) -> Stem + Copy) {
        self.form = form;
        self.table = self.phrases.paths.of(form);
        self.room.ends.clear();
        for field in &self.text.fields {
            let (first, end) = (field.first as usize, field.end as usize);
            self.first_words(first, end, word);
            self.sift(&self.table.first);
            self.begin(end);
            let mut filter = &self.table.second;
            while !self.room.steps.is_empty() {
                self.next_words(end, word);
                self.sift(filter);
                self.go_on(end);
                filter = &self.table.later;
            }
            if self.german && form == Form::Surface {
                (first..end).for_each(|at| self.genitive(START, at, at, So::NOTHING));
            }
        }
        self.end();
    }

    /// Takes each word of a field as a first one, alone and together with those that may be one word
    /// with it.
    #[inline]
    fn first_words(&mut self, first: usize, end: usize, word: impl Fn(usize) -> Stem + Copy) {
        let (table, room, thorough) = (self.table, &mut *self.room, self.thorough);
        let tokens = &self.text.tokens[..end];
        room.tries.start(JOINED * (end - first));
        room.joins.start(end - first);
        for (at, token) in tokens.iter().enumerate().skip(first) {
            let state = step(START, word(at).hash);
            room.tries.put(Try { state, from: number(at), last: number(at) }, true);
            let Some(next) = tokens.get(at + 1) else { continue };
            let two = token.chars.saturating_add(word(at + 1).chars);
            let third = tokens.get(at + 2).is_some_and(|third| {
                let three = token.chars.saturating_add(next.chars);
                let three = three.saturating_add(word(at + 2).chars);
                third.joins() & table.in_three(three)
            });
            let hyphen = next.gap == Gap::Hyphen;
            let joins = next.joins() & (thorough | hyphen | third | table.in_two(two));
            room.joins.put(number(at), joins);
        }
        for at in room.joins.iter() {
            let hyphen = tokens[at as usize + 1].gap == Gap::Hyphen;
            joined_ways(tokens, at as usize, end, word, |more, word| {
                let state = step(START, word.hash);
                let last = at + number(more);
                let divided = match more {
                    1 => table.in_two(word.chars),
                    _ => table.in_three(word.chars),
                };
                let asked = thorough | hyphen | divided;
                room.tries.put(Try { state, from: at, last }, asked);
            });
        }
    }

    /// Asks a filter about all tries. Nothing here is decided by a branch, and little is done beside
    /// asking, so that many looks at memory are under way at once.
    #[inline]
    fn sift(&mut self, filter: &Filter) {
        let room = &mut *self.room;
        room.whole.start(room.tries.len());
        room.onward.start(room.tries.len());
        for (n, tried) in (0..).zip(room.tries.iter()) {
            let sight = filter.see(tried.state);
            room.whole.put(n, sight.ends);
            room.onward.put((n, sight.divides), sight.goes_on);
        }
    }

    /// First words become ends and beginnings.
    fn begin(&mut self, end: usize) {
        let (tokens, room) = (&self.text.tokens, &mut *self.room);
        let tries = &room.tries;
        let step = |(n, divides): (u32, bool)| {
            let Try { state, from, last } = tries.get(n as usize);
            let so = over(tokens, So::NOTHING, from as usize, (last - from) as usize);
            Step { state, first: from, last, so, divides }
        };
        room.ends.extend(room.whole.iter().map(|n| step((n, false))));
        room.steps.clear();
        let more = |step: &Step| (step.last as usize) + 1 < end;
        room.steps.extend(room.onward.iter().map(step).filter(more));
    }

    /// Takes one more word behind each beginning.
    #[inline]
    fn next_words(&mut self, end: usize, word: impl Fn(usize) -> Stem + Copy) {
        std::mem::swap(&mut self.room.steps, &mut self.room.begun);
        if self.german && self.form == Form::Surface {
            self.genitives_after();
        }
        let room = &mut *self.room;
        let tokens = &self.text.tokens[..end];
        room.tries.start(JOINED * room.begun.len());
        for (from, begun) in (0..).zip(&room.begun) {
            let at = begun.last as usize + 1;
            let mut take = |more: usize, word: Stem| {
                let state = step(begun.state, word.hash);
                room.tries.put(Try { state, from, last: number(at + more) }, true);
            };
            take(0, word(at));
            let next = tokens.get(at + 1).filter(|next| next.joins());
            if next.is_some_and(|next| self.thorough || begun.divides || next.gap == Gap::Hyphen) {
                joined_ways(tokens, at, end, word, take);
            }
        }
    }

    /// These become ends and beginnings.
    fn go_on(&mut self, end: usize) {
        let (tokens, room) = (&self.text.tokens, &mut *self.room);
        let (tries, begun) = (&room.tries, &room.begun);
        let step = |(n, divides): (u32, bool)| {
            let Try { state, from, last } = tries.get(n as usize);
            let begun = &begun[from as usize];
            let at = begun.last as usize + 1;
            let so = begun.so.across(tokens[at].gap);
            let so = over(tokens, so, at, last as usize - at);
            Step { state, first: begun.first, last, so, divides }
        };
        room.ends.extend(room.whole.iter().map(|n| step((n, false))));
        room.steps.clear();
        let more = |step: &Step| {
            let next = step.last as usize + 1;
            next < end && next - step.first as usize <= 2 * LONGEST
        };
        room.steps.extend(room.onward.iter().map(step).filter(more));
    }

    /// Looks up which phrases end, in steps of which each asks the memory many things at once.
    fn end(&mut self) {
        let (table, room) = (self.table, &mut *self.room);
        room.buckets.clear();
        room.buckets.extend(room.ends.iter().map(|path| table.bucket(path.state)));
        room.phrases.start(0);
        for (n, (path, bucket)) in room.ends.iter().zip(&room.buckets).enumerate() {
            room.phrases.room_for(bucket.entries());
            table.each_end(*bucket, path.state, |phrase, here| {
                room.phrases.put((phrase, number(n)), here);
            });
        }
        let phrases = std::mem::take(&mut self.room.phrases);
        let ends = std::mem::take(&mut self.room.ends);
        for (phrase, path) in phrases.iter() {
            let Step { first, last, so, .. } = ends[path as usize];
            let (first, last) = (first as usize, last as usize);
            if self.looks(self.phrases.all[phrase as usize].need, first, last) {
                self.offer(phrase, first, last, so);
            }
        }
        (self.room.phrases, self.room.ends) = (phrases, ends);
    }

    /// Names whose second or later word has an `s`.
    fn genitives_after(&mut self) {
        let begun = std::mem::take(&mut self.room.begun);
        for step in begun.iter() {
            let at = step.last as usize + 1;
            let so = step.so.across(self.text.tokens[at].gap);
            self.genitive(step.state, step.first as usize, at, so);
        }
        self.room.begun = begun;
    }

    /// A name whose last word is the one at `last` without its `s`.
    fn genitive(&mut self, state: u64, first: usize, last: usize, so: So) {
        let token = &self.text.tokens[last];
        let capital = token.shape != Shape::Lower || token.cased != token.hash;
        let Some(name) = self.text.word(token).strip_suffix('s').filter(|_| capital) else {
            return;
        };
        let state = step(state, hash(name));
        let mut in_capitals = None;
        let mut ending: Vec<u32> = Vec::new();
        self.table.each_end(self.table.bucket(state), state, |phrase, here| {
            ending.extend(here.then_some(phrase));
        });
        for phrase in ending {
            let known = self.phrases.all[phrase as usize];
            let fits = match known.need {
                _ if !known.genitive => false,
                Need::Caps { .. } => {
                    let caps = || push(hash(&name.to_uppercase()), 's');
                    *in_capitals.get_or_insert_with(caps) == token.cased
                        && (first == last || self.looks(known.need, first, last - 1))
                }
                _ => true,
            };
            if fits {
                self.offer(phrase, first, last, so);
            }
        }
    }

    fn offer(&mut self, phrase: u32, first: usize, last: usize, so: So) {
        let known = self.phrases.all[phrase as usize];
        if so.widest <= known.loosest
            && self.bounded(first, last)
            && (!so.divided || known.seams.allow(&self.text.tokens[first..=last]))
        {
            self.put(Occ { phrase, first: number(first), last: number(last) });
        }
    }

    fn put(&mut self, occ: Occ) {
        if occ.phrase < self.phrases.asked_from {
            self.found.push(occ);
        } else {
            self.asked.push(occ);
        }
    }

    /// Katakana runs are words, and nothing precedes a Korean name.
    fn bounded(&self, first: usize, last: usize) -> bool {
        let tokens = &self.text.tokens;
        let (begin, end) = (&tokens[first], &tokens[last]);
        let same = |one: &Token, other: &Token, mark: u8| one.marks & other.marks & mark != 0;
        let before = first.checked_sub(1).map(|at| &tokens[at]).filter(|_| begin.gap == Gap::None);
        if before.is_some_and(|before| same(before, begin, KANA) || same(before, begin, HANGUL)) {
            return false;
        }
        let after = tokens.get(last + 1).filter(|after| after.gap == Gap::None);
        !after.is_some_and(|after| same(after, end, KANA))
    }

    fn looks(&self, need: Need, first: usize, last: usize) -> bool {
        let tokens = &self.text.tokens[first..=last];
        let capital = |token: &Token| token.shape != Shape::Capital && token.shape != Shape::Lower;
        match need {
            Need::Free => true,
            Need::Caps { everyday } => {
                let first = u32::try_from(first).unwrap_or(u32::MAX);
                tokens.iter().all(capital) && !(everyday && self.text.field_of(first).shouting)
            }
            Need::Code => tokens.iter().all(capital),
            Need::SymbolLast => tokens.last().is_some_and(capital),
            Need::Dollar => tokens.iter().all(capital) && tokens[0].marks & DOLLAR != 0,
            Need::Bracket => {
                let marked =
                    tokens[0].marks & OPEN != 0 && tokens[tokens.len() - 1].marks & CLOSE != 0;
                marked && tokens.iter().all(capital)
            }
        }
    }

    fn prefixes(&mut self) {
        let phrases = self.phrases;
        for last in 0..self.text.tokens.len() {
            phrases.prefixes.each(self.text, last, |phrase, first| {
                self.put(Occ { phrase, first: number(first), last: number(last) });
            });
        }
    }
}

/// The number of a token.
fn number(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// How many words can be one word that somebody divided.
const JOINED: usize = 3;

/// The word at `at` and the next, which may be one word, and these with the one after, if it may too:
/// gives how many are joined to the first, and the whole.
#[inline]
fn joined_ways(
    tokens: &[Token],
    at: usize,
    end: usize,
    word: impl Fn(usize) -> Stem,
    mut each: impl FnMut(usize, Stem),
) {
    // The stem of the whole is what stands before and the stem of the last part.
    let both = |hash: u64, chars: u32, last: Stem| Stem {
        hash: joined(hash, last.hash, last.chars),
        chars: chars.saturating_add(last.chars),
    };
    each(1, both(tokens[at].hash, tokens[at].chars, word(at + 1)));
    if at + 2 >= end || !tokens[at + 2].joins() {
        return;
    }
    let middle = &tokens[at + 1];
    let middle = Stem { hash: middle.hash, chars: middle.chars };
    let begun = both(tokens[at].hash, tokens[at].chars, middle);
    each(2, both(begun.hash, begun.chars, word(at + 2)));
}

/// What is come through by taking `more` words together with the one at `at`.
fn over(tokens: &[Token], so: So, at: usize, more: usize) -> So {
    tokens[at + 1..=at + more].iter().fold(so, |so, token| so.over(token.gap))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::detect::phrases::{Collector, Reading};

    const PIECES: [&str; 12] = [
        "Ali",
        "Baba",
        "ali",
        "baba",
        "TikTok",
        "Tik",
        "Tok",
        "Cloud",
        "selling",
        "sell",
        "ing",
        "anotherwordthatisverylongindeedx",
    ];
    const GAPS: [&str; 5] = [" ", "-", "", " ", ", "];

    fn written(pieces: &[(usize, usize)]) -> String {
        pieces.iter().flat_map(|(gap, piece)| [GAPS[*gap], PIECES[*piece]]).collect()
    }

    fn pieces(most: usize) -> impl Strategy<Value = Vec<(usize, usize)>> {
        prop::collection::vec((0..GAPS.len(), 0..PIECES.len()), 1..most)
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

        #[test]
        fn nothing_is_missed_where_words_are_not_taken_together(
            terms in prop::collection::vec((pieces(5), 0..3usize), 1..6),
            text in pieces(12),
        ) {
            let mut collector = Collector::default();
            for (term, reading) in &terms {
                let reading =
                    [Reading::Name(Need::Free), Reading::Inflected, Reading::Exact][*reading];
                let _ = collector.add(&written(term), reading);
            }
            let (phrases, text) = (collector.finish(), Text::of_term(&written(&text)));
            let of = |thorough| {
                let mut found = Vec::new();
                walk(&phrases, &text, None, (&mut found, &mut Vec::new()), thorough);
                sort(&mut found);
                found
            };
            prop_assert_eq!(of(false), of(true));
        }
    }
}
