//! Sentences that tell of what was done years ago: `added to the Entity List in May 2019`.
//!
//! A year also says when something was done that an act of these days is for (`fined for failings in 2021`), or how
//! long (`between 2012 and 2018`); neither dates the act. In doubt a sentence is of these days.

use crate::detect::find::Occ;
use crate::detect::lexicon;
use crate::detect::manner::{Manner, Says};
use crate::detect::text::{Gap, Shape, Text, Token};
use crate::detect::wordlist::Words;

use super::acts::Acts;

/// The first year that is taken for one, and how many are.
const FIRST: i32 = 1970;
const YEARS: i32 = 130;
/// How many words may stand between the beginning of a clause and the year that dates it.
const REACH: u32 = 24;
/// How many words may stand between `has` and its verb: `has now been`.
const ADVERBS: u32 = 2;
/// Of a text with more of them none is dated: a bound on the work for a hostile one, and news has a few.
const MOST: usize = 40;

/// Sentences below the title that are dated years ago, each with the words that date it: in text order.
#[derive(Debug, Default)]
pub(crate) struct Dated {
    sentences: Vec<(u32, Occ)>,
    /// First and last token of what lies between them.
    fresh: Vec<(u32, u32)>,
    /// Whether an act is reported by a sentence that tells of these days.
    reports: bool,
}

impl Dated {
    /// Those of an item that came in this year.
    pub(crate) fn of(text: &Text, manner: &Manner, this: i32) -> Self {
        let acts = Acts { text, manner };
        let title = text.title_end();
        let sentence = |token: u32| text.tokens[token as usize].sentence;
        let body = title..u32::try_from(text.tokens.len()).unwrap_or(u32::MAX);
        let years: Vec<(u32, i32)> =
            body.clone().filter_map(|at| Some((at, acts.year(at)?))).collect();
        let (past, recent): (Vec<_>, Vec<_>) =
            years.into_iter().partition(|(_, year)| *year < this);
        let past = past.into_iter().map(|(at, _)| Occ { phrase: 0, first: at, last: at });
        let past = past.filter(|date| acts.dates(date)).map(|date| acts.whole(date.first));
        let words = manner.places(Says::Past).filter(|date| date.first >= title);
        let mut past: Vec<Occ> =
            past.chain(words.filter(|date| !acts.account(date)).copied()).collect();
        if past.is_empty() {
            return Self::default();
        }
        past.sort_unstable_by_key(|date| date.first);
        // What has been done English dates by no past year.
        let perfect = manner.places(Says::Act).filter(|act| acts.perfect(act.first));
        let words = manner.places(Says::Now).chain(perfect).map(|now| now.first);
        let days = body.filter(|at| acts.day(*at));
        let now = recent.into_iter().map(|(at, _)| at).chain(words).chain(days);
        let mut now: Vec<u32> = now.map(sentence).collect();
        now.sort_unstable();
        let dates = past.into_iter().map(|date| (sentence(date.first), date));
        let mut sentences: Vec<(u32, Occ)> =
            dates.filter(|(sentence, _)| now.binary_search(sentence).is_err()).collect();
        sentences.dedup_by_key(|one| one.0);
        if sentences.len() > MOST {
            return Self::default();
        }
        let mut acts = manner.places(Says::Act).filter(|act| acts.told(act));
        let reports = acts.any(|act| now.binary_search(&sentence(act.first)).is_ok());
        let fresh = between(text, &sentences);
        Self { sentences, fresh, reports }
    }

    /// Whether nothing is dated years ago, or something that was done is dated these days.
    pub(crate) fn tells_news(&self) -> bool {
        self.sentences.is_empty() || self.reports
    }

    /// The words that date a sentence.
    pub(crate) fn date(&self, sentence: u32) -> Option<Occ> {
        let at = self.sentences.binary_search_by_key(&sentence, |one| one.0).ok()?;
        Some(self.sentences[at].1)
    }

    /// First and last token of each stretch that is not dated.
    pub(crate) fn fresh(&self) -> &[(u32, u32)] {
        &self.fresh
    }
}

/// The stretches of a text between some of its sentences.
fn between(text: &Text, sentences: &[(u32, Occ)]) -> Vec<(u32, u32)> {
    let tokens = u32::try_from(text.tokens.len()).unwrap_or(u32::MAX);
    let mut from = 0;
    let mut all = Vec::with_capacity(sentences.len() + 1);
    for (sentence, _) in sentences {
        let (first, last) = text.sentence(*sentence);
        all.push((from, first));
        from = last + 1;
    }
    all.push((from, tokens));
    all.into_iter().filter(|(from, to)| from < to).map(|(from, to)| (from, to - 1)).collect()
}

impl Acts<'_> {
    /// The year that a token is.
    fn year(&self, at: u32) -> Option<i32> {
        let token = self.token(at);
        let digits = token.shape == Shape::Digit && token.chars == 4;
        let year: i32 = Some(self.word(at)).filter(|_| digits)?.parse().ok()?;
        (FIRST..FIRST + YEARS).contains(&year).then_some(year)
    }

    /// Whether a year says when something was done: `in 2019`, `of May 2019`, `2019年`, `2019 wurde`.
    fn dates(&self, year: &Occ) -> bool {
        let at = year.first;
        let of = |list: &Words, at: Option<u32>| at.is_some_and(|at| self.is_of(at, list));
        let next = Some(at + 1).filter(|next| self.token_at(*next).is_some());
        let cjk = next.filter(|next| self.word(*next) == "年");
        let dated = match cjk {
            Some(year) => {
                !of(lexicon::spans(), at.checked_sub(1)) && !of(lexicon::until(), Some(year + 1))
            }
            None => of(lexicon::behind_a_year(), next) || self.led(at),
        };
        dated && !self.account(year)
    }

    /// Whether `has` or `have` goes before a verb, or a word or two before that.
    fn perfect(&self, verb: u32) -> bool {
        let sentence = self.token(verb).sentence;
        let before = (verb.saturating_sub(ADVERBS + 1)..verb).rev();
        let mut same = before.take_while(|at| self.token(*at).sentence == sentence);
        same.any(|at| matches!(self.word(at), "has" | "have"))
    }

    /// Whether a number is a day of the last weeks, for no year goes with it: `March 14`, `14. März`, `14日`.
    fn day(&self, at: u32) -> bool {
        let token = self.token(at);
        if token.shape != Shape::Digit || token.chars > 2 {
            return false;
        }
        let is = |at: Option<u32>, word: &str| {
            at.and_then(|at| self.token_at(at)).is_some_and(|one| self.text.word(one) == word)
        };
        let month = |at: Option<u32>| at.is_some_and(|at| self.is_of(at, lexicon::months()));
        if is(Some(at + 1), "日") {
            return !(is(at.checked_sub(1), "月") && is(at.checked_sub(3), "年"));
        }
        let end = match (month(at.checked_sub(1)), month(Some(at + 1))) {
            (true, _) => at,
            // `14 de marzo de 2022`.
            (_, true) => (at + 1..).take_while(|at| month(Some(*at))).last().unwrap_or(at),
            _ => return false,
        };
        self.token_at(end + 1).is_none_or(|next| next.shape != Shape::Digit)
    }

    /// A year with its month and the word before: `in May 2019`.
    fn whole(&self, year: u32) -> Occ {
        let counted = self.token_at(year + 1).is_some_and(|next| self.text.word(next) == "年");
        let (mut first, last) = (year, year + u32::from(counted));
        let joined = |at: u32| self.token(at).gap < Gap::Comma || at == year;
        while let Some(before) = first.checked_sub(1).filter(|_| joined(first)) {
            let led = self.is_of(before, lexicon::before_a_year());
            let day = self.token(before).shape == Shape::Digit && self.token(before).chars <= 2;
            if !led && !day && !self.is_of(before, lexicon::months()) {
                break;
            }
            first = before;
            if led {
                break;
            }
        }
        Occ { phrase: 0, first, last }
    }

    /// Whether the words before a year say that it is when something was done.
    fn led(&self, year: u32) -> bool {
        let (mut at, mut month) = (year, false);
        while let Some(before) = at.checked_sub(1) {
            let day = self.token(before).shape == Shape::Digit && self.token(before).chars <= 2;
            let joined = self.token(at).gap < Gap::Comma || day && self.token(at).gap == Gap::Comma;
            let named = self.is_of(before, lexicon::months());
            if !joined || !(named || day) {
                let led = |list: &Words| joined && self.is_of(before, list);
                return led(lexicon::before_a_year()) || month && !led(lexicon::spans());
            }
            (at, month) = (before, month | named);
        }
        month
    }

    /// Whether the words before a date say that it is not when the act before them was done: it dates what that is for
    /// (`fined for failings in`), or another clause (`approved the plan, first made in`).
    fn account(&self, date: &Occ) -> bool {
        let sentence = self.token(date.first).sentence;
        let from = date.first.saturating_sub(REACH);
        let here = |at: u32| self.token(at).sentence == sentence;
        let acts = self.manner.places_in(Says::Act, from..=date.first.saturating_sub(1));
        let act = acts.filter(|act| here(act.first) && self.told(act)).last();
        let after = act.map_or(from, |act| act.last + 1);
        let between = || (after..date.first).rev().take_while(|at| here(*at));
        // A sum's sign is no comma.
        let ends = |at: u32| {
            let sum = self.word(at).starts_with(|letter: char| letter.is_ascii_digit());
            self.token(at).gap >= Gap::Comma && !sum
        };
        if act.is_some() && between().any(ends) {
            return true;
        }
        let mut clause = between().take_while(|at| !ends(at + 1));
        clause.any(|at| self.is_of(at, lexicon::on_account()))
    }

    fn is_of(&self, at: u32, list: &Words) -> bool {
        self.token_at(at).is_some_and(|token| list.contains(&token.hash))
    }

    fn token_at(&self, at: u32) -> Option<&Token> {
        self.text.tokens.get(at as usize)
    }
}
