//! How alike two texts are worded: near-identical, or of the same event.

use std::collections::BTreeSet;

use crate::detect::hash::hash;
use crate::detect::lexicon;
use crate::detect::manner::Manner;
use crate::detect::stem::{Lang, stem};
use crate::detect::text::{Shape, Text, Token};
use crate::model::{Field, ItemText, Named};

/// Shingles kept of a long text: those with the smallest hashes, which are a fair sample.
const SHINGLES: usize = 256;
/// Words kept of a long text: the first ones, which say what happened.
const WORDS: usize = 120;
/// Words in a title from which equal titles mean equal texts.
const TITLE_WORDS: usize = 6;
/// Texts that share this much of their three-word runs are copies.
const COPY: f32 = 0.8;
/// Texts of the same hour that share this much of their words (of the shorter one, names left out)
/// speak of one event. This and the next figures were chosen on labelled items: pairs found .91 and
/// right .90, where matter and time alone give .93 and .75.
const NEEDED: f32 = 0.08;
/// The same where they share a company and no topic: what one calls by a topic's words, the other
/// paraphrases.
const NEEDED_LOOSE: f32 = 0.15;
/// What is needed in addition after two days.
const NEEDED_LATER: f32 = 0.15;
/// How much less is needed for each number, place or name in common, …
const MARKED: f32 = 0.04;
/// … of which so many count.
const MARKS_COUNT: u8 = 2;
/// Words in common at the least, where there is no topic in common.
const WORDS_LOOSE: usize = 3;
/// An event and somebody's answer to it are told apart unless their words are mostly the same.
const REACTION: f32 = 0.5;
/// Across languages: at least so much of the companies and topics in common …
const ALIKE: f32 = 0.4;
/// … and at most so many hours apart.
const HOURS: f32 = 40.0;
/// The same without a topic in common.
const HOURS_LOOSE: f32 = 30.0;
/// The same where only that both alert speaks for it.
const HOURS_UNSAID: f32 = 12.0;
/// Two alerts about the same companies within these hours …
const AT_ONCE: f32 = 6.0;
/// … that have this share of companies and topics in common are of one event, whatever the words.
const ALIKE_AT_ONCE: f32 = 0.5;
/// Numbers and names kept of a text: the first ones.
const MARKS: usize = 40;

/// Where only one of two texts names a company: at least so many words in common, …
const WORDS_ALONE: usize = 5;
/// … this share of the shorter one's (from .1 to .25 the labelled items do not mind), …
const NEEDED_ALONE: f32 = 0.2;
/// … and at most so many hours apart.
const HOURS_ALONE: f32 = 24.0;

/// What two items have in common before their words are looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Matter {
    /// The share of companies and topics.
    pub(super) alike: f32,
    /// Whether a topic is among them (or there are no companies at all).
    pub(super) topic: bool,
    /// How many companies they name, if they name the same.
    pub(super) companies: Option<usize>,
    /// Whether both alert: of what happens to a company in two days, only little makes an alert.
    pub(super) alerts: bool,
    /// Whether one of them names no topic, so that theirs do not disagree.
    pub(super) open: bool,
}

impl Matter {
    /// Two alerts of which at least one does not say its topic in known words.
    fn unsaid(self) -> bool {
        self.alerts && self.open
    }

    /// Two alerts of the same hours about the same.
    fn at_once(self, hours: f32) -> bool {
        self.alerts
            && self.topic
            && self.companies.is_some_and(|many| many > 0)
            && self.alike >= ALIKE_AT_ONCE
            && hours <= AT_ONCE
    }
}

/// What a copy repeats of a text.
#[derive(Debug)]
pub(super) struct Repeating {
    title: u64,
    title_words: usize,
    /// Hashes of runs of three words, sorted. 32 bits: tens of thousands of items are remembered,
    /// and two of a few hundred hashes collide once in a hundred thousand comparisons.
    shingles: Box<[u32]>,
}

impl Repeating {
    pub(super) fn of(text: &Text) -> Self {
        let title = text.fields.iter().find(|field| field.field == Field::Title);
        let title =
            title.map_or(&[][..], |title| &text.tokens[title.first as usize..title.end as usize]);
        Self { title: run(title), title_words: count(title), shingles: shingles(text) }
    }

    /// Whether one text is near-identical to the other.
    pub(super) fn repeats(&self, other: &Self) -> bool {
        (self.title == other.title && self.title_words >= TITLE_WORDS)
            || (self.shingles.len() >= 3
                && may_repeat(&self.shingles, &other.shingles)
                && jaccard(&self.shingles, &other.shingles) >= COPY)
    }
}

/// What is compared of a text.
#[derive(Debug)]
pub(super) struct Wording {
    repeating: Repeating,
    /// Words that say something, sorted; pairs of characters for Chinese and Japanese.
    words: Box<[u32]>,
    /// Numbers, and words with a capital: amounts, places, models, people. Sorted. They are written
    /// alike in many languages.
    marks: Box<[u32]>,
    cjk: bool,
    lang: Option<[u8; 2]>,
    reacts: bool,
}

impl Wording {
    pub(super) fn of(item: &ItemText, names: &[Named]) -> Self {
        let text = Text::of(item);
        let names: BTreeSet<u64> = names
            .iter()
            .flat_map(|one| Text::of_term(&one.name).tokens)
            .map(|token| token.hash)
            .collect();
        let characters = text.tokens.iter().filter(|token| token.shape == Shape::Cjk).count();
        Self {
            repeating: Repeating::of(&text),
            words: words(&text, item, &names),
            marks: marks(&text, &names),
            cjk: 2 * characters > text.tokens.len(),
            lang: language(item),
            // Only the title's words are asked for that.
            reacts: Manner::of(&Text::of_term(&item.title), Lang::of_tag(item.lang.as_deref()))
                .reacts(),
        }
    }

    /// Whether one text is near-identical to the other.
    pub(super) fn repeats(&self, other: &Self) -> bool {
        self.repeating.repeats(&other.repeating)
    }

    /// Whether the two are written in different languages.
    pub(super) fn foreign(&self, other: &Self) -> bool {
        self.cjk != other.cjk || self.lang != other.lang
    }

    /// How much two texts of one matter speak of the same event; zero if they do not. `hours` is the
    /// time between them.
    pub(super) fn likeness(&self, other: &Self, matter: Matter, hours: f32) -> f32 {
        let common = shared(&self.words, &other.words);
        let share = common as f32 / self.words.len().min(other.words.len()).max(1) as f32;
        let marks = || shared(&self.marks, &other.marks).min(usize::from(MARKS_COUNT)) as u8;
        let needed = if self.reacts != other.reacts {
            REACTION
        } else if self.foreign(other) {
            // Wording cannot tell across languages; matter, time, numbers and names have to.
            let close = if matter.topic {
                matter.alike >= ALIKE && hours <= HOURS
            } else {
                let same = matter
                    .companies
                    .is_some_and(|many| many > 1 || (matter.unsaid() && hours <= HOURS_UNSAID));
                hours <= HOURS_LOOSE && (same || marks() > 0)
            };
            if !close {
                return 0.0;
            }
            0.0
        } else if matter.at_once(hours) {
            0.0
        } else if !matter.topic && !matter.unsaid() && common < WORDS_LOOSE {
            return 0.0;
        } else {
            let least = if matter.topic || matter.unsaid() { NEEDED } else { NEEDED_LOOSE };
            least + NEEDED_LATER * hours / 48.0 - MARKED * f32::from(marks())
        };
        // Never zero for what belongs together, so that zero can mean the contrary.
        if share >= needed { 0.05 + share } else { 0.0 }
    }

    /// The same for two texts of one topic of which only one names a company: an authority's notice
    /// and the report of whom it hits. Their words alone have to tell.
    pub(super) fn likeness_alone(&self, other: &Self, hours: f32) -> f32 {
        if self.foreign(other) || self.reacts != other.reacts || hours > HOURS_ALONE {
            return 0.0;
        }
        let common = shared(&self.words, &other.words);
        let share = common as f32 / self.words.len().min(other.words.len()).max(1) as f32;
        if common >= WORDS_ALONE && share >= NEEDED_ALONE { share } else { 0.0 }
    }
}

fn language(item: &ItemText) -> Option<[u8; 2]> {
    let tag = item.lang.as_deref()?.as_bytes();
    Some([tag.first()?.to_ascii_lowercase(), tag.get(1)?.to_ascii_lowercase()])
}

/// Words, two characters of Chinese or Japanese counting as one.
fn count(tokens: &[Token]) -> usize {
    let characters = tokens.iter().filter(|token| token.shape == Shape::Cjk).count();
    tokens.len() - characters + characters / 2
}

fn run(tokens: &[Token]) -> u64 {
    tokens.iter().fold(0, |run, token| {
        (run.rotate_left(21) ^ token.hash).wrapping_mul(0x9fb2_1c65_1e98_df25)
    })
}

/// The half of a hash that is kept.
fn short(hash: u64) -> u32 {
    // The product spreads what the upper half alone would miss; its upper half fits.
    (hash.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as u32
}

fn shingles(text: &Text) -> Box<[u32]> {
    let mut runs: Vec<u32> = text.tokens.windows(3).map(|three| short(run(three))).collect();
    runs.sort_unstable();
    runs.dedup();
    runs.truncate(SHINGLES);
    runs.into_boxed_slice()
}

fn words(text: &Text, item: &ItemText, names: &BTreeSet<u64>) -> Box<[u32]> {
    let lang = Lang::of_tag(item.lang.as_deref()).unwrap_or(Lang::En);
    let mut words = Distinct::default();
    for (at, token) in text.tokens.iter().enumerate() {
        if words.all.len() >= WORDS {
            break;
        }
        if token.shape == Shape::Cjk {
            if let Some(next) = text.tokens.get(at + 1).filter(|next| next.shape == Shape::Cjk) {
                words.add(short(run(&[*token, *next])));
            }
        } else if token.chars > 1
            && !names.contains(&token.hash)
            && !lexicon::stop_words().contains(&token.hash)
        {
            words.add(short(stem(text, token, lang).hash));
        }
    }
    words.all.sort_unstable();
    words.all.into_boxed_slice()
}

/// Numbers of two digits or more that are no year (`120` of `120mn`), and Latin words with a capital
/// that are neither of the watched companies' names nor words that say nothing.
fn marks(text: &Text, names: &BTreeSet<u64>) -> Box<[u32]> {
    let mut marks = Vec::new();
    for token in &text.tokens {
        let word = text.word(token);
        let digits = word.bytes().take_while(u8::is_ascii_digit).count();
        let year = digits == 4 && word.starts_with("20");
        let named = matches!(token.shape, Shape::Capital | Shape::Caps)
            && token.chars > 1
            && !names.contains(&token.hash)
            && !lexicon::stop_words().contains(&token.hash);
        if digits > 1 && !year {
            marks.push(short(hash(&word[..digits])));
        } else if digits == 0 && named {
            marks.push(short(token.hash));
        }
        if marks.len() >= MARKS {
            break;
        }
    }
    marks.sort_unstable();
    marks.dedup();
    marks.into_boxed_slice()
}

/// At most [`WORDS`] different hashes.
struct Distinct {
    all: Vec<u32>,
    /// Where each stands: one more than its index in `all`, at the first free place from its own on.
    places: [u8; Self::PLACES],
}

impl Default for Distinct {
    fn default() -> Self {
        Self { all: Vec::with_capacity(WORDS), places: [0; Self::PLACES] }
    }
}

impl Distinct {
    const PLACES: usize = 512;

    fn add(&mut self, word: u32) {
        let mut at = word as usize % Self::PLACES;
        while let Some(index) = self.places[at].checked_sub(1) {
            if self.all[usize::from(index)] == word {
                return;
            }
            at = (at + 1) % Self::PLACES;
        }
        self.all.push(word);
        self.places[at] = u8::try_from(self.all.len()).expect("a few words are numbered in a byte");
    }
}

/// How many elements two sorted lists share.
fn shared(one: &[u32], other: &[u32]) -> usize {
    let (mut a, mut b, mut common) = (0, 0, 0);
    while let (Some(left), Some(right)) = (one.get(a), other.get(b)) {
        // Without a branch on the order, which no processor can foresee.
        common += usize::from(left == right);
        a += usize::from(left <= right);
        b += usize::from(right <= left);
    }
    common
}

/// A quick look at the smallest hashes: of the first eight of both lists together, texts that share
/// four fifths have fewer than two in common once in ten thousand times; others nearly always.
fn may_repeat(one: &[u32], other: &[u32]) -> bool {
    const LOOK: usize = 8;
    let (mut a, mut b, mut common) = (0, 0, 0);
    for _ in 0..LOOK {
        let (Some(left), Some(right)) = (one.get(a), other.get(b)) else { return true };
        common += usize::from(left == right);
        a += usize::from(left <= right);
        b += usize::from(right <= left);
    }
    common >= 2
}

/// The share of the union that two sets have in common; of a sample where they are long.
fn jaccard(one: &[u32], other: &[u32]) -> f32 {
    let top = |all: &[u32]| if all.len() == SHINGLES { all[SHINGLES - 1] } else { u32::MAX };
    // Beyond the smaller of the two samples' ends, one of them says nothing.
    let limit = top(one).min(top(other));
    let cut = |all: &[u32]| all.partition_point(|hash| *hash <= limit);
    let (one, other) = (&one[..cut(one)], &other[..cut(other)]);
    let common = shared(one, other);
    let union = one.len() + other.len() - common;
    if union == 0 { 0.0 } else { common as f32 / union as f32 }
}
