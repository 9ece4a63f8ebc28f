//! Which acts of a text are real: those that its words report as done or ordered.
//!
//! An act is not real where it only might be (`could be banned`), hangs on an *if*, follows a title's doubt
//! (`fears of`) in the same clause, or is what the title asks. *Firm* are those of them that are verbs: English
//! names many acts by nouns of the same form (`the Apple probe`, `a TikTok ban`), which tell no event.
//!
//! What makes an act unreal stands near it, and is looked for there only: a text may be all acts and all doubts.

use std::ops::RangeInclusive;

use crate::detect::find::Occ;
use crate::detect::hash::hash;
use crate::detect::lexicon;
use crate::detect::manner::{Manner, Says, acting};
use crate::detect::phrases::LONGEST;
use crate::detect::text::{COLON, Gap, Shape, Text, Token};

/// How many words may stand between `if` and the act that it makes unreal.
const CLAUSE: u32 = 6;
/// Words of a clause that may tell what is new.
const TELLS: u32 = 4;
/// So far a clause's ends are looked for: a title may be one of half a megabyte without a comma.
const REACH: u32 = 32;
/// How many words may stand between `could` and the act that its verb leads to: `could face a ban`.
const OBJECT: u32 = 3;
/// Most words behind a title's question that only tease.
const TEASER: u32 = 5;
/// Tokens of the longest words that a list can hold.
const MARK: u32 = LONGEST as u32;

/// The acts of a text.
pub(super) struct Acts<'t> {
    pub(super) text: &'t Text,
    pub(super) manner: &'t Manner,
}

impl Acts<'_> {
    /// Whether an act is reported, be it by a noun.
    pub(super) fn real(&self, act: &Occ) -> bool {
        !self.unreal(act)
    }

    /// Whether an act is reported by a verb.
    pub(super) fn firm(&self, act: &Occ) -> bool {
        self.real(act) && !self.noun(act) && !self.in_question(act) && !self.weak(act)
    }

    /// Whether an act is reported by a verb, be it one that also tells of everyday things.
    pub(super) fn told(&self, act: &Occ) -> bool {
        self.real(act) && !self.noun(act)
    }

    /// Whether an act is told below the title by a verb that also tells of everyday things.
    fn weak(&self, act: &Occ) -> bool {
        act.first == act.last
            && act.first >= self.text.title_end()
            && lexicon::weak_acts().contains(&self.token(act.first).hash)
    }

    /// Whether an act is named as what might be: `could be banned`, `a ban could`.
    pub(super) fn doubted(&self, act: &Occ) -> bool {
        let auxiliary = |token: u32| matches!(self.word(token), "be" | "have");
        let joined = |token: u32| self.token(token).gap < Gap::Comma;
        let ends = |mark: &Occ, after: u32| mark.last + 1 == after;
        let directly = |after: u32| {
            joined(after) && self.before(Says::Unreal, after, 0).any(|one| ends(one, after))
        };
        let next = act.last + 1;
        let behind = |one: &Occ| joined(one.first);
        directly(act.first)
            || self.manner.places_in(Says::Unreal, next..=next).any(behind)
            || act.first.checked_sub(1).is_some_and(|before| auxiliary(before) && directly(before))
    }

    /// The last words of a title's question: of one that is nothing else, or behind which it only teases.
    pub(super) fn asked(&self) -> Option<Occ> {
        let asks = Some(self.text.title_end()).filter(|_| self.text.asks);
        let last = asks.or_else(|| self.teased())?.checked_sub(1)?;
        Some(Occ { phrase: 0, first: last, last })
    }

    /// Whether a mark of the title stands in its question, behind which the news follows.
    pub(super) fn answered(&self, mark: &Occ) -> bool {
        let answer = self.text.answer.filter(|answer| *answer < self.text.title_end());
        answer.is_some_and(|answer| mark.last < answer) && self.teased().is_none()
    }

    /// Whether the title is a single question, perhaps behind a label.
    pub(super) fn asks_one(&self) -> bool {
        let end = self.text.title_end() as usize;
        let mut rest = self.text.tokens[..end].iter().skip(1);
        self.text.asks && !rest.any(|one| one.gap >= Gap::Comma && one.marks & COLON == 0)
    }

    /// The word behind a title's question that a few words follow of which one says that they answer nothing:
    /// `3 things to know`. Any others are the news (`Delisting ahead? NYSE starts proceedings`).
    pub(super) fn teased(&self) -> Option<u32> {
        let end = self.text.title_end();
        let answer = self.text.answer.filter(|answer| *answer < end)?;
        let cjk = self.token(answer).shape == Shape::Cjk;
        let few = end - answer <= if cjk { 2 * TEASER } else { TEASER };
        let mut words = self.text.tokens[answer as usize..end as usize].iter();
        (few && words.any(|one| lexicon::teasers().contains(&one.hash))).then_some(answer)
    }

    /// Whether an act is not real: what might be, or what an `if` or a doubt leads to.
    fn unreal(&self, act: &Occ) -> bool {
        // Characters of a language without spaces are short words.
        let cjk = self.token(act.first).shape == Shape::Cjk;
        let near = |mark: &Occ, words: u32| {
            let words = if cjk { 2 * words } else { words };
            mark.last < act.first
                && act.first - mark.last <= words
                && self.clause(mark, act)
                && !self.reason(mark)
        };
        let behind = |mark: &Occ| {
            cjk && act.last < mark.first
                && mark.first - act.last <= OBJECT + 1
                && self.clause(act, mark)
        };
        let covers = |mark: &Occ| mark.first <= act.first && act.last <= mark.last;
        let from = act.first.saturating_sub(2 * CLAUSE + MARK);
        let mut doubts = self.doubts(from..=act.last + OBJECT + 1);
        self.before(Says::If, act.first, 2 * CLAUSE).any(|mark| near(mark, CLAUSE))
            || self.before(Says::Unreal, act.first, 2 * OBJECT).any(|mark| near(mark, OBJECT))
            || doubts.any(|mark| covers(mark) || near(mark, CLAUSE) || behind(mark))
            || self.doubted(act)
    }

    /// Places of what one list found that end before a token, at most so many words before it, and perhaps some
    /// further on.
    fn before(&self, what: Says, token: u32, words: u32) -> impl Iterator<Item = &Occ> {
        let from = token.saturating_sub(words + MARK);
        self.manner.places_in(what, from..=token.saturating_sub(1))
    }

    /// Whether the title tells what went before (`delisting fears after …`), beside its doubts.
    pub(super) fn followed(&self) -> bool {
        let near = |one: &Occ| self.doubts(one.first.saturating_sub(MARK)..=one.first);
        let covered =
            |one: &Occ| near(one).any(|mark| mark.first <= one.first && one.last <= mark.last);
        let in_title = |one: &&Occ| self.manner.in_title(self.token(one.first).sentence);
        // Not `ponders following`, nor a German verb's `nach` at the end.
        let leads = |one: &Occ| {
            !covered(one)
                && one.last + 1 < self.text.title_end()
                && !near(one).any(|mark| mark.last + 1 == one.first)
        };
        self.places(Says::Aftermath).filter(in_title).any(leads)
    }

    /// The title's first doubt.
    pub(super) fn doubt(&self) -> Option<Occ> {
        self.doubts(0..=self.text.title_end()).next().copied()
    }

    /// The title's doubts that begin in a stretch of tokens, then what it supposes there. Elsewhere such words
    /// stand in every report.
    fn doubts(&self, tokens: RangeInclusive<u32>) -> impl Iterator<Item = &Occ> {
        let doubts = self.manner.places_in(Says::Doubt, tokens.clone());
        let back = self.manner.places_in(Says::YearsAfter, tokens.clone());
        let back = back.filter(|mark| !self.beside_a_clause(mark));
        let marks = doubts.chain(back).chain(self.manner.places_in(Says::Supposed, tokens));
        let in_title = |mark: &&Occ| self.manner.in_title(self.token(mark.first).sentence);
        marks.filter(in_title).filter(|mark| !self.answered(mark))
    }

    /// Whether a comma divides a mark of the title from a clause that may tell what is new: of a few words, and no
    /// question.
    fn beside_a_clause(&self, mark: &Occ) -> bool {
        let end = self.text.title_end();
        let ends = |at: u32| self.token(at).gap >= Gap::Comma;
        let comma = |at: u32| self.token(at).gap == Gap::Comma && self.token(at).marks & COLON == 0;
        let start = |at: u32| {
            let from = at.saturating_sub(REACH);
            (from..=at).rev().find(|at| ends(*at)).unwrap_or(from)
        };
        let own = start(mark.first);
        let before = own.checked_sub(1).filter(|_| comma(own)).map(start);
        let until = |at: u32| end.min(at + REACH);
        let next = (mark.last + 1..until(mark.last + 1)).find(|at| ends(*at));
        let next = next.filter(|at| comma(*at) && !self.text.asks);
        let after =
            next.map(|at| (at + 1..until(at)).find(|at| ends(*at)).unwrap_or(until(at)) - at);
        before.is_some_and(|at| own - at >= TELLS) || after.is_some_and(|words| words >= TELLS)
    }

    /// Whether a doubt is the reason of what follows it.
    fn reason(&self, mark: &Occ) -> bool {
        let within = |one: &Occ| one.first <= mark.first && mark.last <= one.last;
        let near = mark.first.saturating_sub(MARK)..=mark.first;
        self.manner.places_in(Says::Reason, near).any(within)
    }

    /// Whether no comma, and in a language without spaces no space, ends the clause between the two.
    fn clause(&self, mark: &Occ, act: &Occ) -> bool {
        let ends = |token: &Token| token.gap >= Gap::Comma || token.spaced();
        !self.text.tokens[mark.last as usize + 1..=act.first as usize].iter().any(ends)
    }

    /// Whether an act is part of the title's question: of its last clause, for what stands before a comma, a colon or,
    /// where no spaces divide words, a space is told (`SMIC added to the Entity List: what next?`).
    fn in_question(&self, act: &Occ) -> bool {
        self.asked().is_some_and(|end| {
            let cjk = self.token(end.first).shape == Shape::Cjk;
            let spaced = || (act.last + 1..=end.first).any(|at| self.token(at).spaced());
            let told = || if cjk { spaced() } else { !self.clause(act, &end) };
            self.token(act.first).sentence == self.token(end.first).sentence
                && !(act.last < end.first && told())
        })
    }

    /// Whether an act is only named by a noun, or a form in -ing that stands as one.
    fn noun(&self, act: &Occ) -> bool {
        if act.first != act.last {
            return false;
        }
        let (token, word) = (self.token(act.first), self.word(act.first));
        let before = act.first.checked_sub(1).map(|before| self.token(before));
        let before = before.filter(|before| before.sentence == token.sentence);
        let after_noun_words = before.is_some_and(|one| lexicon::noun_after().contains(&one.hash));
        if word.len() > 4 && word.ends_with("ing") {
            return after_noun_words;
        }
        if lexicon::nouns_too().contains(&token.hash) {
            let verb = |before| leads_to_verb(self.text.word(before), before);
            return !acting(self.text, act.first) && before.is_none_or(|before| !verb(before));
        }
        let listed = |word: &str| lexicon::nouns_too().contains(&hash(word));
        let plural = |ending: &str| word.strip_suffix(ending).is_some_and(listed);
        // Of several nobody says `that`: `an order that bars its panels`.
        let one =
            before.is_some_and(|one| matches!(self.text.word(one), "a" | "an" | "that" | "this"));
        after_noun_words && !one && (plural("s") || plural("es"))
    }

    fn places(&self, what: Says) -> impl Iterator<Item = &Occ> {
        self.manner.places(what)
    }

    pub(super) fn token(&self, at: u32) -> &Token {
        &self.text.tokens[at as usize]
    }

    pub(super) fn word(&self, at: u32) -> &str {
        self.text.word(self.token(at))
    }
}

/// Whether a verb in its plain form follows: a helper went before, or several who act.
fn leads_to_verb(word: &str, token: &Token) -> bool {
    let several = word.len() > 3 && word.ends_with('s') && !word.ends_with("ss");
    several || word.ends_with("ly") || lexicon::verb_after().contains(&token.hash)
}
