//! Whether an item can be told at all, by the phrases found in it: asked before it is judged.
//!
//! Invariant: where [`may_alert`] says no, no judgement makes an alert of the item. Guards, most of the
//! manner and most places are not looked at; they only ever take away. In doubt it says yes, which only
//! costs time.

use std::ops::Range;

use crate::model::Field;
use crate::model::watchlist::WithoutCompany;

use super::alert::Origin;
use super::manner::may_act;
use super::matching::Words;
use super::watchlist::{Condition, Edit, Filed, Seen, Use, Watchlist};

/// Rules that are looked through one by one before topics are put together.
const FEW: usize = 64;

/// Whether the watchlist may make an alert of an item in which these words and phrases were found.
pub(crate) fn may_alert(watchlist: &Watchlist, words: &mut Words, origin: Origin<'_>) -> bool {
    likely(watchlist, words, origin, None).alert
}

/// What may be made of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Likely {
    /// An alert.
    pub(crate) alert: bool,
    /// Something else than before the edit, by the companies and topics that were found.
    pub(crate) touched: bool,
}

/// The same, and whether an edit whose words do not touch the item may.
pub(crate) fn likely(
    watchlist: &Watchlist,
    words: &mut Words,
    origin: Origin<'_>,
    edit: Option<&Edit>,
) -> Likely {
    let mut searches = std::mem::take(&mut words.searches);
    let item = Item::of(watchlist, words, &mut searches, origin);
    let likely = Likely {
        alert: item.defaults() || item.rules(),
        touched: edit
            .is_some_and(|edit| edit.touches_found(watchlist, &item.companies, item.topics())),
    };
    words.searches = searches;
    likely
}

/// What was found in an item, whether or not it counts.
struct Item<'a> {
    watchlist: &'a Watchlist,
    words: &'a Words,
    origin: Origin<'a>,
    companies: Vec<u32>,
    /// Topics, and where one of their terms stands among the phrases.
    terms: Vec<(u32, Range<usize>)>,
    /// Searches of which all necessary parts are there.
    searches: &'a [u32],
    /// Sentences that may report an act, sorted.
    acts: Vec<u32>,
    /// The title may, which speaks for all sentences.
    title_acts: bool,
}

impl<'a> Item<'a> {
    fn of(
        watchlist: &'a Watchlist,
        words: &'a Words,
        searches: &'a mut Seen,
        origin: Origin<'a>,
    ) -> Self {
        let mut item = Self {
            watchlist,
            words,
            origin,
            companies: Vec::new(),
            terms: Vec::new(),
            searches: &[],
            acts: Vec::new(),
            title_acts: false,
        };
        let phrases = &words.phrases;
        let mut from = 0;
        let title = words.text.title_end();
        searches.start(&watchlist.searched);
        for same in phrases.chunk_by(|one, next| one.phrase == next.phrase) {
            let (phrase, places) = (same[0].phrase, from..from + same.len());
            from = places.end;
            if may_act(phrase) {
                for occ in same {
                    item.acts.push(words.text.tokens[occ.first as usize].sentence);
                    item.title_acts |= words.text.field_of(occ.first).field == Field::Title;
                }
            }
            for one in watchlist.uses(phrase) {
                match one {
                    Use::Name(name) => {
                        item.companies.push(watchlist.names[name as usize].company);
                    }
                    // What sets the scene is no hit.
                    Use::Term(term) if watchlist.sets(term) => {}
                    Use::Term(term) => {
                        let topic = watchlist.terms[term as usize].topic;
                        item.terms.push((topic, places.clone()));
                    }
                    Use::Searches(list) => {
                        searches.see(&watchlist.searched, list, same[0].first < title);
                    }
                }
            }
        }
        item.acts.sort_unstable();
        item.searches = &searches.whole;
        item
    }

    /// Whether the defaults may say yes.
    fn defaults(&self) -> bool {
        if !self.watchlist.defaults() {
            return false;
        }
        let company = !self.companies.is_empty();
        let telling = |topic: u32, acts: &dyn Fn() -> bool| {
            let info = self.watchlist.topic(topic);
            let alone = || match info.without_company {
                WithoutCompany::Never => false,
                WithoutCompany::Official => self.origin.official,
                WithoutCompany::Action => self.origin.official || acts(),
                WithoutCompany::Always => true,
            };
            !info.hidden && (company || alone())
        };
        let near = |places: &Range<usize>| self.acts_at(places.clone());
        let anywhere = || !self.acts.is_empty();
        self.terms.iter().any(|(topic, places)| telling(*topic, &|| near(places)))
            || self.searches.iter().any(|search| telling(self.topic_of(*search), &anywhere))
    }

    /// Whether an act may be reported where these phrases stand.
    fn acts_at(&self, places: Range<usize>) -> bool {
        self.title_acts
            || self.words.phrases[places].iter().any(|occ| {
                let sentence = self.words.text.tokens[occ.first as usize].sentence;
                self.acts.binary_search(&sentence).is_ok()
            })
    }

    fn topic_of(&self, search: u32) -> u32 {
        self.watchlist.searches[search as usize].topic
    }

    /// Topics of which something was found, some of them several times.
    fn topics(&self) -> impl Iterator<Item = u32> {
        let searched = self.searches.iter().map(|search| self.topic_of(*search));
        self.terms.iter().map(|one| one.0).chain(searched)
    }

    /// Whether a rule that makes alerts may hold: of those filed under something that is there.
    fn rules(&self) -> bool {
        let conditions = self.watchlist.conditions.len();
        // Most items hold no company, and then few rules can hold whatever the topics are.
        if conditions <= FEW && !(0..conditions).any(|rule| self.may_fire(rule, None)) {
            return false;
        }
        let mut topics: Vec<u32> = self.topics().collect();
        topics.sort_unstable();
        topics.dedup();
        let (watchlist, anchors) = (self.watchlist, &self.watchlist.anchors);
        let may_one = |filed: &Filed| {
            // Words that only rules ask for are known by their cues alone.
            self.words.cues.may_have(anchors.needs(*filed))
                && self.may_fire(filed.rule() as usize, Some(&topics))
        };
        let may = |all: &[Filed]| all.iter().any(may_one);
        let companies = || self.companies.iter().flat_map(|company| watchlist.line(*company));
        let any = |company: bool, topic: bool| anchors.of_any(company, topic).into_iter().any(may);
        let called = || {
            let (cues, mut any) = (&self.words.cues, false);
            let marked = |marks| cues.may_mark(marks);
            anchors.of_calls(&cues.calls, marked, |one| any = any || may_one(&one));
            any
        };
        let named = || {
            let mut any = false;
            let companies = companies().map(|company| (0, company));
            anchors.of_companies(companies, &topics, |one, _| any = any || may_one(&one));
            any
        };
        anchors.standing(self.origin.official).into_iter().any(may)
            || may(anchors.of_source(self.origin.source))
            || any(!self.companies.is_empty(), !topics.is_empty())
            || topics.iter().any(|topic| may(anchors.of_topic(*topic)))
            || named()
            || (anchors.on_phrases()
                && self.words.phrases.iter().any(|occ| may(anchors.of_phrase(occ.phrase))))
            || called()
    }

    /// Whether a rule makes an alert where its condition may hold; of topics that are not known, any may
    /// be there.
    fn may_fire(&self, rule: usize, topics: Option<&[u32]>) -> bool {
        self.watchlist.outcomes.of_rule(rule).alerts()
            && self.may_ask(&self.watchlist.conditions[rule].when, topics)
    }

    /// Whether a condition may hold, by what it cannot do without.
    fn may_ask(&self, when: &Condition, topics: Option<&[u32]>) -> bool {
        let company = !self.companies.is_empty();
        match when {
            Condition::Words(phrase) => self.words.present.may_have(*phrase),
            Condition::Near(_, a, b) => {
                self.words.present.may_hold(b) && self.words.present.may_hold(a)
            }
            Condition::In(_, one) | Condition::Sentence(one) => self.may_ask(one, topics),
            Condition::All(all) => all.iter().all(|one| self.may_ask(one, topics)),
            Condition::Any(any) => any.iter().any(|one| self.may_ask(one, topics)),
            Condition::Company(_) | Condition::Group(_) => company,
            Condition::Topic(Some(topic)) => {
                topics.is_none_or(|all| all.binary_search(topic).is_ok())
            }
            Condition::Topic(None) => topics.is_none_or(|all| !all.is_empty()),
            Condition::Source(Some(source)) => source == self.origin.source,
            Condition::Official => self.origin.official,
            Condition::Source(None) | Condition::Not(_) | Condition::Talk => true,
        }
    }
}
