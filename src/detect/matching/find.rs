//! Phrases in a text: one walk over the tokens, a few look-ups at each.
//!
//! Linear in the text whatever it holds: a path ends with the table's own paths, which are bounded
//! by the longest term.

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
    let mut walk = Walk {
        phrases,
        text,
        found: Vec::new(),
        steps: Vec::with_capacity(3 * text.tokens.len()),
        spare: Vec::new(),
        stems: Vec::new(),
        form: Form::Surface,
        end: 0,
        german: lang == Some(Lang::De),
    };
    walk.all(Form::Surface);
    if phrases.inflected {
        for lang in [Some(Lang::En), lang].into_iter().flatten() {
            walk.stems.clear();
            stems(text, lang, &mut walk.stems);
            walk.all(Form::Stem(lang as u8));
        }
    }
    if !phrases.prefixes.is_empty() {
        walk.prefixes();
    }
    walk.found.sort_unstable();
    walk.found.dedup();
    walk.found
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
    /// After taking two words with this gap between them for one.
    fn over(self, gap: Gap) -> Self {
        Self { divided: self.divided || gap == Gap::Space, ..self }
    }
}

/// A state to look up, and the words that led there.
#[derive(Clone, Copy)]
struct Step {
    state: u64,
    first: u32,
    last: u32,
    so: So,
}

struct Walk<'a> {
    phrases: &'a Phrases,
    text: &'a Text,
    found: Vec<Occ>,
    /// What is to be looked up next: the paths from all words go on together, so that the table is
    /// asked many things at once and its memory is waited for once.
    steps: Vec<Step>,
    spare: Vec<Step>,
    /// Stems of the form that is walked, by token; empty for the surface.
    stems: Vec<Stem>,
    form: Form,
    /// Where the field that is walked ends.
    end: usize,
    /// Names may have a genitive `s`.
    german: bool,
}

impl Walk<'_> {
    fn all(&mut self, form: Form) {
        self.form = form;
        if form == Form::Surface {
            self.stems.clear();
        }
        for n in 0..self.text.fields.len() {
            let field = &self.text.fields[n];
            let first = field.first as usize;
            self.end = field.end as usize;
            for at in first..self.end {
                self.go_on(form.seed(), at, at, So { widest: Gap::None, divided: false });
            }
            self.sweep();
        }
    }

    /// The word at `at` in the walked form.
    fn word(&self, at: usize) -> Stem {
        match self.stems.get(at) {
            Some(stem) => *stem,
            None => Stem { hash: self.text.tokens[at].hash, chars: self.text.tokens[at].chars },
        }
    }

    /// From `state`, takes the word at `at`, alone and joined with the next.
    fn go_on(&mut self, state: u64, first: usize, at: usize, so: So) {
        let word = self.word(at);
        self.push(step(state, word.hash), first, at, so);
        if self.german && self.form == Form::Surface {
            self.genitive(state, first, at, so);
        }
        if at + 1 < self.end && may_join(&self.text.tokens[at], &self.text.tokens[at + 1]) {
            // The stem of the whole is the first part and the stem of the second.
            let next = self.word(at + 1);
            let whole = joined(self.text.tokens[at].hash, next.hash, next.chars);
            let so = so.over(self.text.tokens[at + 1].gap);
            self.push(step(state, whole), first, at + 1, so);
            if at + 2 < self.end && may_join(&self.text.tokens[at + 1], &self.text.tokens[at + 2]) {
                let (middle, last) = (&self.text.tokens[at + 1], self.word(at + 2));
                let begun = joined(self.text.tokens[at].hash, middle.hash, middle.chars);
                let so = so.over(self.text.tokens[at + 2].gap);
                self.push(step(state, joined(begun, last.hash, last.chars)), first, at + 2, so);
            }
        }
    }

    fn push(&mut self, state: u64, first: usize, last: usize, so: So) {
        self.steps.push(Step { state, first: number(first), last: number(last), so });
    }

    /// Looks all steps up, then those that go on from there, until none does.
    fn sweep(&mut self) {
        while !self.steps.is_empty() {
            self.phrases.paths.retain(&mut self.steps, |step| step.state);
            let mut steps = std::mem::take(&mut self.steps);
            std::mem::swap(&mut self.steps, &mut self.spare);
            for step in steps.drain(..) {
                self.look(step.state, step.first as usize, step.last as usize, step.so);
            }
            self.spare = steps;
        }
    }

    fn look(&mut self, state: u64, first: usize, last: usize, so: So) {
        let Some(found) = self.phrases.paths.get(state) else { return };
        for phrase in self.phrases.paths.ends(found) {
            let known = self.phrases.all[phrase as usize];
            if self.looks(known.need, first, last) {
                self.offer(phrase, first, last, so);
            }
        }
        if found.more() && last + 1 < self.end && last + 1 - first <= 2 * LONGEST {
            let gap = self.text.tokens[last + 1].gap;
            self.go_on(state, first, last + 1, So { widest: so.widest.max(gap), ..so });
        }
    }

    /// A name whose last word is the one at `last` without its `s`.
    fn genitive(&mut self, state: u64, first: usize, last: usize, so: So) {
        let token = &self.text.tokens[last];
        let capital = token.shape != Shape::Lower || token.cased != token.hash;
        let Some(name) = self.text.word(token).strip_suffix('s').filter(|_| capital) else {
            return;
        };
        let Some(found) = self.phrases.paths.get(step(state, hash(name))) else { return };
        let mut in_capitals = None;
        for phrase in self.phrases.paths.ends(found) {
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
            let mut found = std::mem::take(&mut self.found);
            self.phrases.prefixes.each(self.text, last, |phrase, first| {
                found.push(Occ { phrase, first: number(first), last: number(last) });
            });
            self.found = found;
        }
    }
}

/// The number of a token.
fn number(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// Whether two words may be one word that somebody divided: `de-list`, `Tik Tok`.
fn may_join(one: &Token, next: &Token) -> bool {
    match next.gap {
        Gap::Hyphen => one.shape != Shape::Cjk && next.shape != Shape::Cjk,
        Gap::Space => {
            let letters = |token: &Token| !matches!(token.shape, Shape::Cjk | Shape::Digit);
            letters(one)
                && letters(next)
                && one.chars > 1
                && next.chars > 1
                && one.chars + next.chars > 5
        }
        _ => false,
    }
}
