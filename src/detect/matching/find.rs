//! Phrases in a text: one walk over the tokens, a few looks at each.
//!
//! Linear in the text whatever it holds: a path ends with the table's own paths, which are bounded
//! by the longest term. All words of a field take a step together, so that the memory is asked many
//! things at once and waited for once.

use std::cell::RefCell;

use crate::detect::paths::{Form, step};
use crate::detect::phrases::{LONGEST, Need, Phrases};
use crate::detect::stem::{Lang, Stem, stems};
use crate::detect::text::{
    CLOSE, DOLLAR, Gap, HANGUL, KANA, OPEN, Shape, Text, Token, hash, joined, push,
};

/// A phrase at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Occ {
    /// Which phrase.
    pub(crate) phrase: u32,
    /// Its first token.
    pub(crate) first: u32,
    /// Its last token.
    pub(crate) last: u32,
}

/// All phrases in the text, sorted by phrase and place, each place once.
pub(crate) fn find(phrases: &Phrases, text: &Text, lang: Option<Lang>) -> Vec<Occ> {
    let mut found = Vec::new();
    find_into(phrases, text, lang, &mut found);
    found
}

/// The same, in the place of what was found before.
pub(crate) fn find_into(phrases: &Phrases, text: &Text, lang: Option<Lang>, found: &mut Vec<Occ>) {
    found.clear();
    walk(phrases, text, lang, found, false);
    found.sort_unstable();
    found.dedup();
}

/// Walks through the text; `thorough` takes all words for such as somebody may have divided.
fn walk(phrases: &Phrases, text: &Text, lang: Option<Lang>, found: &mut Vec<Occ>, thorough: bool) {
    // The room is used again and again by a thread; whoever finds it taken makes another.
    let mut room = ROOM.take();
    let german = lang == Some(Lang::De);
    let form = Form::Surface;
    let mut walk = Walk { phrases, text, found, room: &mut room, form, german, thorough };
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
    /// First words that may lead somewhere: the state, the first and the last token.
    maybe: Vec<(u64, u32, u32)>,
    /// Beginnings that may go on.
    steps: Vec<Step>,
    spare: Vec<Step>,
    /// Paths that may end.
    ends: Vec<Step>,
    /// Stems of the form that is walked, by token.
    stems: Vec<Stem>,
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
    text: &'a Text,
    found: &'a mut Vec<Occ>,
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
        for field in &self.text.fields {
            let (first, end) = (field.first as usize, field.end as usize);
            self.begin(first, end, word);
            while !self.room.steps.is_empty() {
                self.go_on(end, word);
            }
            self.end();
        }
    }

    /// Takes each word of a field as a first one, alone and joined with the next.
    #[inline]
    fn begin(&mut self, first: usize, end: usize, word: impl Fn(usize) -> Stem + Copy) {
        let paths = &self.phrases.paths;
        let seed = self.form.seed();
        let maybe = &mut self.room.maybe;
        // What stands there is overwritten or not looked at.
        maybe.resize(maybe.len().max(JOINED * (end - first)), (0, 0, 0));
        let mut many = 0;
        // Nothing here is decided by a branch, so that no look waits for the one before.
        let (surface, anywhere) = (self.form == Form::Surface, paths.divides_anywhere());
        for at in first..end {
            let token = &self.text.tokens[at];
            let state = step(seed, word(at).hash);
            maybe[many] = (state, number(at), number(at));
            many += usize::from(paths.may_begin(state));
            if at + 1 >= end || !self.text.tokens[at + 1].joins() {
                continue;
            }
            // Only the surface knows names, and a name is divided where it has a seam.
            let leads = self.thorough
                || self.text.tokens[at + 1].gap == Gap::Hyphen
                || (surface && paths.may_lead(token.hash, token.chars));
            if leads || anywhere {
                joined_ways(&self.text.tokens, at, end, word, |more, word| {
                    let state = step(seed, word);
                    maybe[many] = (state, number(at), number(at + more));
                    many += usize::from(paths.may_begin_divided(state, leads));
                });
            }
        }
        for (state, at, last) in maybe[..many].iter().copied() {
            let sight = paths.after_first(state);
            let more = (last - at) as usize;
            let so = over(&self.text.tokens, So::NOTHING, at as usize, more);
            let step = Step { state, first: at, last, so, divides: sight.divides };
            if sight.ends {
                self.room.ends.push(step);
            }
            if sight.goes_on && last as usize + 1 < end {
                self.room.steps.push(step);
            }
        }
        if self.german && self.form == Form::Surface {
            for at in first..end {
                self.genitive(seed, at, at, So::NOTHING);
            }
        }
    }

    /// Takes one more word behind each beginning.
    #[inline]
    fn go_on(&mut self, end: usize, word: impl Fn(usize) -> Stem + Copy) {
        let paths = &self.phrases.paths;
        let mut steps =
            std::mem::replace(&mut self.room.steps, std::mem::take(&mut self.room.spare));
        for begun in steps.drain(..) {
            let at = begun.last as usize + 1;
            if self.german && self.form == Form::Surface {
                let so = begun.so.across(self.text.tokens[at].gap);
                self.genitive(begun.state, begun.first as usize, at, so);
            }
            let mut take = |n: usize, word: u64| {
                let state = step(begun.state, word);
                let sight = paths.after_more(state);
                if !sight.ends && !sight.goes_on {
                    return;
                }
                let so = begun.so.across(self.text.tokens[at].gap);
                let so = over(&self.text.tokens, so, at, n);
                let (first, last) = (begun.first, number(at + n));
                let step = Step { state, first, last, so, divides: sight.divides };
                if sight.ends {
                    self.room.ends.push(step);
                }
                let long = at + n + 1 - begun.first as usize > 2 * LONGEST;
                if sight.goes_on && at + n + 1 < end && !long {
                    self.room.steps.push(step);
                }
            };
            take(0, word(at).hash);
            let next = self.text.tokens[..end].get(at + 1).filter(|next| next.joins());
            if next.is_some_and(|next| self.thorough || begun.divides || next.gap == Gap::Hyphen) {
                joined_ways(&self.text.tokens, at, end, word, take);
            }
        }
        self.room.spare = steps;
    }

    /// Looks up which phrases end.
    fn end(&mut self) {
        let mut ends = std::mem::take(&mut self.room.ends);
        for Step { state, first, last, so, .. } in ends.drain(..) {
            let (first, last) = (first as usize, last as usize);
            for phrase in self.phrases.paths.ends(state) {
                if self.looks(self.phrases.all[phrase as usize].need, first, last) {
                    self.offer(phrase, first, last, so);
                }
            }
        }
        self.room.ends = ends;
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
        for phrase in self.phrases.paths.ends(state) {
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
            self.found.push(Occ { phrase, first: number(first), last: number(last) });
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
        for last in 0..self.text.tokens.len() {
            self.phrases.prefixes.each(self.text, last, |phrase, first| {
                self.found.push(Occ { phrase, first: number(first), last: number(last) });
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
/// gives how many are joined to the first, and the hash of all.
#[inline]
fn joined_ways(
    tokens: &[Token],
    at: usize,
    end: usize,
    word: impl Fn(usize) -> Stem,
    mut each: impl FnMut(usize, u64),
) {
    // The stem of the whole is what stands before and the stem of the last part.
    let next = word(at + 1);
    each(1, joined(tokens[at].hash, next.hash, next.chars));
    if at + 2 >= end || !tokens[at + 2].joins() {
        return;
    }
    let (middle, last) = (&tokens[at + 1], word(at + 2));
    let begun = joined(tokens[at].hash, middle.hash, middle.chars);
    each(2, joined(begun, last.hash, last.chars));
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
                walk(&phrases, &text, None, &mut found, thorough);
                found.sort_unstable();
                found.dedup();
                found
            };
            prop_assert_eq!(of(false), of(true));
        }
    }
}
