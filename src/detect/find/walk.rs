//! One walk over the tokens, a few looks at each.
//!
//! All words of an item take a step together, and what a look tells only decides whether a word is
//! kept for the next step; so the memory is asked many things at once, and nothing that depends on one
//! answer keeps the others waiting.

use super::fits::{fits, looks};
use super::joined::{JOINED, joined_ways, over};
use super::occ::Occ;
use super::room::{Room, So, Step, Try, number};
use crate::detect::hash::{hash, push};
use crate::detect::paths::{self, Filter, Form, START, Table, step};
use crate::detect::phrases::cue::{self, Call, Calls};
use crate::detect::phrases::{LONGEST, Need, Phrases};
use crate::detect::stem::Stem;
use crate::detect::text::{Gap, Shape, Text};

/// The walk through one text.
pub(super) struct Walk<'a> {
    pub(super) phrases: &'a Phrases,
    pub(super) table: &'a Table,
    pub(super) text: &'a Text,
    pub(super) found: &'a mut Vec<Occ>,
    pub(super) calls: &'a mut Calls,
    pub(super) room: &'a mut Room,
    pub(super) form: Form,
    /// Names may have a genitive `s`.
    pub(super) german: bool,
    /// Words are taken together whether or not a path asks for it: the slow twin.
    pub(super) thorough: bool,
}

impl Walk<'_> {
    /// Walks all fields in one form, in which `word` gives the words.
    pub(super) fn all(&mut self, form: Form, word: impl Fn(usize) -> Stem + Copy) {
        self.form = form;
        self.table = self.phrases.paths.of(form);
        self.room.ends.clear();
        self.first_words(word);
        if self.phrases.asked.is_some() {
            self.sift::<true>(&self.table.first);
            self.listen(form);
        } else {
            self.sift::<false>(&self.table.first);
        }
        self.begin();
        self.see_behind();
        self.follow(word);
        if self.german && form == Form::Surface {
            (0..self.text.tokens.len()).for_each(|at| self.genitive(START, at, at, So::NOTHING));
        }
        self.end();
    }

    /// Goes on from what the first words may begin.
    fn follow(&mut self, word: impl Fn(usize) -> Stem + Copy) {
        let mut filter = &self.table.second;
        while !self.room.steps.is_empty() {
            self.next_words(word);
            self.sift::<false>(filter);
            self.go_on();
            filter = &self.table.later;
        }
    }

    /// Walks on from some first words, all of one form.
    pub(super) fn from(&mut self, form: Form, calls: &[Call], word: impl Fn(usize) -> Stem + Copy) {
        self.form = form;
        self.table = self.phrases.paths.of(form);
        self.room.ends.clear();
        self.room.behind.clear();
        self.room.tries.start(calls.len());
        for call in calls {
            let (state, from, last) = (call.cue, call.first, call.last);
            self.room.tries.put(Try { state, from, last, joined: from < last }, true);
        }
        self.sift::<false>(&self.table.first);
        self.begin();
        self.follow(word);
        self.end();
    }

    /// Takes each word as a first one, alone and together with those that may be one word with it.
    #[inline]
    fn first_words(&mut self, word: impl Fn(usize) -> Stem + Copy) {
        let (table, room, thorough) = (self.table, &mut *self.room, self.thorough);
        let tokens = &self.text.tokens[..];
        room.tries.start(JOINED * tokens.len());
        room.joins.start(tokens.len());
        for (at, token) in tokens.iter().enumerate() {
            let one = word(at);
            let state = paths::begin(one.hash, one.chars);
            let (from, last) = (number(at), number(at));
            room.tries.put(Try { state, from, last, joined: false }, true);
            let Some(next) = tokens.get(at + 1) else { continue };
            let two = token.chars.saturating_add(word(at + 1).chars);
            let third = tokens.get(at + 2).is_some_and(|third| {
                let begun = token.chars.saturating_add(next.chars);
                let three = begun.saturating_add(word(at + 2).chars);
                // By a hyphen a word may be divided anywhere.
                let here = third.gap == Gap::Hyphen || table.in_three(begun, three);
                third.joins() & table.in_three(token.chars, three) & here
            });
            let hyphen = next.gap == Gap::Hyphen;
            let joins = next.joins() & (thorough | hyphen | third | table.in_two(token.chars, two));
            room.joins.put(number(at), joins);
        }
        for at in room.joins.iter() {
            let hyphen = tokens[at as usize + 1].gap == Gap::Hyphen;
            let before = tokens[at as usize].chars;
            joined_ways(tokens, at as usize, word, |more, word| {
                let state = paths::begin(word.hash, word.chars);
                let last = at + number(more);
                let divided = match more {
                    1 => table.in_two(before, word.chars),
                    _ => table.in_three(before, word.chars),
                };
                let asked = thorough | hyphen | divided;
                room.tries.put(Try { state, from: at, last, joined: true }, asked);
            });
        }
    }

    /// Asks a filter about all tries. Nothing here is decided by a branch, and first nothing is done but
    /// asking, so that many looks at memory are under way at once; what the filter says is read where
    /// it says anything. Of first words it tells which are cues, too, where anybody wants to know.
    #[inline]
    fn sift<const CUES: bool>(&mut self, filter: &Filter) {
        let room = &mut *self.room;
        room.blocks.clear();
        room.blocks.extend(room.tries.iter().map(|tried| filter.block(tried.state)));
        room.looks.start(room.tries.len());
        for ((n, tried), block) in (0..).zip(room.tries.iter()).zip(&room.blocks) {
            room.looks.put((n, *block), block.has(tried.state));
        }
        room.whole.start(room.looks.len());
        room.onward.start(room.looks.len());
        room.cues.start(if CUES { room.looks.len() } else { 0 });
        for (look, (n, block)) in (0..).zip(room.looks.iter()) {
            let tried = room.tries.get(n as usize);
            let sight = block.see(tried.state);
            room.whole.put(n, sight.ends() | (sight.ends_joined() & tried.joined));
            room.onward.put((n, sight.divides()), sight.goes_on());
            if CUES {
                room.cues.put(look, sight.cue(tried.joined));
            }
        }
    }

    /// Which words may stand behind first ones. Each was looked at as a first one, in order and
    /// before any that are taken together, and the same look tells this: so most second words need none.
    fn see_behind(&mut self) {
        let room = &mut *self.room;
        room.behind.clear();
        if self.thorough || room.steps.is_empty() {
            return;
        }
        room.behind.resize(self.text.tokens.len(), false);
        for (n, block) in room.looks.iter() {
            let later = block.see(room.tries.get(n as usize).state).later();
            if let Some(behind) = room.behind.get_mut(n as usize) {
                *behind = later;
            }
        }
    }

    /// Notes which of the first words are cues of phrases that only rules ask for.
    fn listen(&mut self, form: Form) {
        let room = &mut *self.room;
        let (tries, looks) = (&room.tries, &room.looks);
        room.filed.start(room.cues.len());
        self.calls.all.extend(room.cues.iter().map(|look| {
            let (n, block) = looks.get(look as usize);
            let Try { state: cue, from: first, last, .. } = tries.get(n as usize);
            room.filed.put(cue, block.see(cue).filed());
            Call { cue, form, first, last }
        }));
        let calls = &mut *self.calls;
        let filed = if form.is_common() { &mut calls.filed } else { &mut calls.filed_by_language };
        filed.extend(room.filed.iter());
    }

    /// First words become ends and beginnings.
    fn begin(&mut self) {
        let (text, tokens, room) = (self.text, &self.text.tokens, &mut *self.room);
        let tries = &room.tries;
        let step = |Try { state, from, last, .. }: Try, divides| {
            let so = over(tokens, So::NOTHING, from as usize, (last - from) as usize);
            Step { state, first: from, last, so, divides }
        };
        room.ends.extend(room.whole.iter().map(|n| step(tries.get(n as usize), false)));
        room.steps.clear();
        // A step is made where it is to lie, after it is asked whether it is wanted: put together elsewhere,
        // its parts would be waited for until they can be copied as one.
        for (n, divides) in room.onward.iter() {
            let tried = tries.get(n as usize);
            if more(text, tried.last) {
                room.steps.push(step(tried, divides));
            }
        }
    }

    /// Takes one more word behind each beginning.
    #[inline]
    fn next_words(&mut self, word: impl Fn(usize) -> Stem + Copy) {
        std::mem::swap(&mut self.room.steps, &mut self.room.begun);
        if self.german && self.form == Form::Surface {
            self.genitives_after();
        }
        let room = &mut *self.room;
        let tokens = &self.text.tokens[..];
        room.tries.start(JOINED * room.begun.len());
        for (from, begun) in (0..).zip(&room.begun) {
            let at = begun.last as usize + 1;
            let behind = *room.behind.get(at).unwrap_or(&true);
            let mut take = |more: usize, word: Stem| {
                let state = step(begun.state, word.hash);
                let last = number(at + more);
                let joined = more > 0;
                room.tries.put(Try { state, from, last, joined }, joined | behind);
            };
            take(0, word(at));
            let next = tokens.get(at + 1).filter(|next| next.joins());
            if next.is_some_and(|next| self.thorough || begun.divides || next.gap == Gap::Hyphen) {
                joined_ways(tokens, at, word, take);
            }
        }
    }

    /// These become ends and beginnings.
    fn go_on(&mut self) {
        let (text, tokens, room) = (self.text, &self.text.tokens, &mut *self.room);
        let (tries, begun) = (&room.tries, &room.begun);
        let step = |Try { state, from, last, .. }: Try, divides| {
            let begun = &begun[from as usize];
            let at = begun.last as usize + 1;
            let so = begun.so.across(tokens[at].gap);
            let so = over(tokens, so, at, last as usize - at);
            Step { state, first: begun.first, last, so, divides }
        };
        room.ends.extend(room.whole.iter().map(|n| step(tries.get(n as usize), false)));
        room.steps.clear();
        for (n, divides) in room.onward.iter() {
            let tried = tries.get(n as usize);
            let words = tried.last - begun[tried.from as usize].first;
            if more(text, tried.last) && (words as usize) < 2 * LONGEST {
                room.steps.push(step(tried, divides));
            }
        }
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
        let all = &self.phrases.all;
        room.known.clear();
        room.known.extend(room.phrases.iter().map(|(phrase, _)| all[phrase as usize]));
        for ((phrase, path), known) in room.phrases.iter().zip(&room.known) {
            let Step { first, last, so, .. } = room.ends[path as usize];
            let words = (first as usize, last as usize);
            if looks(self.text, known.need, words.0, words.1) && fits(self.text, *known, words, so)
            {
                self.found.push(Occ { phrase, first, last });
            }
        }
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
        let state = match state {
            START => paths::begin(hash(name), token.chars.saturating_sub(1)),
            state => step(state, hash(name)),
        };
        let mut in_capitals = None;
        let mut ending: Vec<u32> = Vec::new();
        self.table.each_end(self.table.bucket(state), state, |phrase, here| {
            ending.extend(here.then_some(phrase));
        });
        for phrase in ending {
            let known = self.phrases.all[phrase as usize];
            let inflected = match known.need {
                _ if !known.signs.genitive() => false,
                Need::Caps { .. } => {
                    let caps = || push(hash(&name.to_uppercase()), 's');
                    *in_capitals.get_or_insert_with(caps) == token.cased
                        && (first == last || looks(self.text, known.need, first, last - 1))
                }
                _ => true,
            };
            if inflected && fits(self.text, known, (first, last), so) {
                self.found.push(Occ { phrase, first: number(first), last: number(last) });
            }
        }
    }

    /// Looks for phrases whose last word may go on.
    pub(super) fn prefixes(&mut self) {
        if !self.phrases.prefixes.is_empty() {
            for last in 0..self.text.tokens.len() {
                self.phrases.prefixes.each(self.text, last, |phrase, first| {
                    self.found.push(Occ { phrase, first: number(first), last: number(last) });
                });
            }
        }
        let asked = self.phrases.asked.as_ref().map(|asked| &asked.prefixes);
        if let Some(prefixes) = asked.filter(|prefixes| !prefixes.is_empty()) {
            for last in 0..self.text.tokens.len() {
                prefixes.each(self.text, last, |phrase, first| {
                    let (cue, form) = (cue::of_prefix(phrase), Form::Surface);
                    let (first, last) = (number(first), number(last));
                    self.calls.all.push(Call { cue, form, first, last });
                    self.calls.filed.push(cue);
                });
            }
        }
    }
}

/// Whether another word of the same field stands behind one.
#[inline]
fn more(text: &Text, last: u32) -> bool {
    let next = text.tokens.get(last as usize + 1);
    next.is_some_and(|next| next.gap != Gap::Break || text.field_of(last).end > last + 1)
}
