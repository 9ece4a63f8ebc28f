//! Items against two watchlists, or against one for its alerts alone: the short way to what judging
//! each item with each would say.
//!
//! Invariant: the answers are those of [`judge`], word for word. An item is divided into words once. One
//! that no difference of the two touches is judged by one of them; one that cannot be an alert is not
//! judged at all. Nearly all items of the world are such.

use std::sync::Arc;

use crate::model::{ItemText, Judgement};

use super::alert::{Origin, judge, judge_read};
use super::likely::{Likely, likely, may_alert};
use super::matching::{Reading, Words};
use super::stem::Lang;
use super::watchlist::{Edit, Room, Watchlist};

/// The judgement of an item of which the watchlist makes an alert; `None` for all others.
#[must_use]
pub fn alert_of(watchlist: &Watchlist, text: &ItemText, origin: Origin<'_>) -> Option<Judgement> {
    let mut words = Words::spare();
    words.read(watchlist, text);
    if !may_alert(watchlist, &mut words, origin) {
        words.give_back();
        return None;
    }
    let reading = Reading::of_words(watchlist, words, text, origin.seen);
    Some(judge_read(watchlist, &reading, text, origin)).filter(|judgement| judgement.alert)
}

/// Two watchlists, and how they differ.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// The watchlist before.
    pub old: Arc<Watchlist>,
    /// The watchlist after.
    pub new: Arc<Watchlist>,
    /// What differs between them.
    pub edit: Arc<Edit>,
}

impl Comparison {
    /// What both make of an item, the earlier one first; `None` where neither makes an alert of it.
    #[must_use]
    pub fn of(&self, text: &ItemText, origin: Origin<'_>) -> Option<(Judgement, Judgement)> {
        let lang = Lang::of_tag(text.lang.as_deref());
        let mut words = Words::spare();
        words.text.fill(text);
        let from = (origin.source, origin.official);
        let touched = self.edit.touches(&words.text, lang, from, &mut Room::default());
        words.find(&self.new, lang);
        let Likely { alert: may, touched: besides } =
            likely(&self.new, &mut words, origin, Some(&self.edit));
        if touched || besides {
            return self.of_touched(words, (may, lang), text, origin);
        }
        if !may {
            words.give_back();
            return None;
        }
        let reading = Reading::of_words(&self.new, words, text, origin.seen);
        let judgement = judge_read(&self.new, &reading, text, origin);
        judgement.alert.then(|| (judgement.clone(), judgement))
    }

    /// The same for an item of which they may think otherwise, and in which the later one's phrases are
    /// found.
    fn of_touched(
        &self,
        mut words: Words,
        (may_after, lang): (bool, Option<Lang>),
        text: &ItemText,
        origin: Origin<'_>,
    ) -> Option<(Judgement, Judgement)> {
        if !may_after {
            words.find(&self.old, lang);
            let may_before = may_alert(&self.old, &mut words, origin);
            if !may_before {
                words.give_back();
                return None;
            }
            let reading = Reading::of_words(&self.old, words, text, origin.seen);
            let before = judge_read(&self.old, &reading, text, origin);
            return before.alert.then(|| (before, judge(&self.new, text, origin)));
        }
        let reading = Reading::of_words(&self.new, words, text, origin.seen);
        let after = judge_read(&self.new, &reading, text, origin);
        drop(reading);
        let before = match after.alert {
            true => judge(&self.old, text, origin),
            false => alert_of(&self.old, text, origin)?,
        };
        Some((before, after))
    }
}
