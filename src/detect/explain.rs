//! Why a text matches, and why it does not.
//!
//! The same reading and the same judgement as for any item, with what led there spelt out. It
//! decides nothing of its own.

mod half_way;

use std::collections::BTreeSet;

use crate::model::{EntityKind, Field, Guard, Hit, ItemText, Judgement, Named, Severity};

use super::alert::{Case, Yes};
use super::matching::{Found, Reading, Scene};
use super::query::Ask;
use super::watchlist::Watchlist;
use super::{Origin, judge};
use half_way::half_way;

/// Of the words of a hit, at most so many characters are shown.
const WRITTEN: usize = 60;

/// One default or rule that looked at the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The rule's name; `None` for the defaults.
    pub rule: Option<String>,
    /// Whether it said yes.
    pub fired: bool,
    /// The severity it gives, if it fired and gives one.
    pub severity: Option<Severity>,
    /// Why, or why not, in words.
    pub words: String,
}

/// Something that nearly counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NearMiss {
    /// Company or topic.
    pub kind: EntityKind,
    /// Which one.
    pub named: Named,
    /// What was there and what was missing, in words.
    pub words: String,
}

/// All that is to be said of a text.
#[derive(Clone, Debug, Default)]
pub struct Explanation {
    /// The judgement, the same as [`super::judge`] gives: hits, held-back hits with their guard, reasons.
    pub judgement: Judgement,
    /// Hits of hidden topics, which only rules see.
    pub hidden: Vec<Hit>,
    /// The first words of each piece of a text that tells of several matters, so that company and topic must
    /// share one; of other texts none.
    pub pieces: Vec<String>,
    /// Each default and rule that came into question, those that fired first.
    pub decisions: Vec<Decision>,
    /// What nearly counted.
    pub near: Vec<NearMiss>,
}

/// Explains what the watchlist makes of a text.
#[must_use]
pub fn explain(watchlist: &Watchlist, text: &ItemText, origin: Origin<'_>) -> Explanation {
    let reading = Reading::of(watchlist, text, origin.seen);
    let case = Case::new(watchlist, &reading, text, origin);
    let hidden = reading
        .counting()
        .filter(|found| found.kind() == EntityKind::Topic && watchlist.topic(found.entity).hidden)
        .map(|found| reading.hit(watchlist, found))
        .collect();
    Explanation {
        judgement: judge(watchlist, text, origin),
        hidden,
        pieces: case.openings(),
        decisions: decisions(watchlist, &case),
        near: near(watchlist, text, &reading, &case),
    }
}

fn decisions(watchlist: &Watchlist, case: &Case<'_>) -> Vec<Decision> {
    let said = case.yes();
    let mut decisions: Vec<Decision> = said
        .iter()
        .map(|yes| Decision {
            rule: rule_name(watchlist, yes),
            fired: true,
            severity: yes.severity,
            words: fired_words(case, yes),
        })
        .collect();
    decisions.extend(case.silent_topics().into_iter().map(|words| Decision {
        rule: None,
        fired: false,
        severity: None,
        words,
    }));
    for (rule, compiled) in watchlist.conditions.iter().enumerate() {
        if said.iter().any(|yes| yes.rule == Some(rule)) {
            continue;
        }
        // A rule of which nothing holds has nothing to do with the text.
        if let Some(words) = half_way(case, &compiled.when, &watchlist.rule(rule).when) {
            let rule = Some(watchlist.rule(rule).name.to_string());
            decisions.push(Decision { rule, fired: false, severity: None, words });
        }
    }
    decisions
}

fn rule_name(watchlist: &Watchlist, yes: &Yes) -> Option<String> {
    yes.rule.map(|rule| watchlist.rule(rule).name.to_string())
}

fn fired_words(case: &Case<'_>, yes: &Yes) -> String {
    let words = case.words(yes);
    let rule = yes.rule.map(|rule| case.watchlist.rule(rule));
    match rule.and_then(|rule| rule.hold.as_deref()) {
        Some(reason) => format!("{words}; held back: {reason}"),
        None => words,
    }
}

/// What was there in part: names and terms that a guard held back, searches that nearly held, topics
/// without a company and companies without a topic.
fn near(
    watchlist: &Watchlist,
    text: &ItemText,
    reading: &Reading,
    case: &Case<'_>,
) -> Vec<NearMiss> {
    let counting: BTreeSet<(EntityKind, u32)> =
        reading.counting().map(|found| (found.kind(), found.entity)).collect();
    let mut misses = held(watchlist, text, reading, &counting);
    misses.extend(unlinked(watchlist, case));
    let scene = reading.scene();
    let mut topics = BTreeSet::new();
    for search in &watchlist.searches {
        let topic = watchlist.topic(search.topic);
        if topic.hidden
            || counting.contains(&(EntityKind::Topic, search.topic))
            || topics.contains(&search.topic)
        {
            continue;
        }
        if let Some(why) = lacks(&scene, &search.ask) {
            topics.insert(search.topic);
            misses.push(NearMiss {
                kind: EntityKind::Topic,
                named: topic.named.clone(),
                words: format!("{why}: {}", search.text),
            });
        }
    }
    misses
}

/// Names and terms that were there, but a guard held all of them back.
fn held(
    watchlist: &Watchlist,
    text: &ItemText,
    reading: &Reading,
    counting: &BTreeSet<(EntityKind, u32)>,
) -> Vec<NearMiss> {
    let mut misses = Vec::new();
    let mut told = BTreeSet::new();
    for found in &reading.found {
        let Some(guard) = &found.held else { continue };
        let entity = (found.kind(), found.entity);
        let hidden = found.kind() == EntityKind::Topic && watchlist.topic(found.entity).hidden;
        if hidden || counting.contains(&entity) || !told.insert(entity) {
            continue;
        }
        let named = match found.kind() {
            EntityKind::Company => &watchlist.company(found.entity).named,
            EntityKind::Topic => &watchlist.topic(found.entity).named,
        };
        let words = written(text, &reading.hit(watchlist, found));
        let but = lacking(watchlist, found, guard);
        let named = named.clone();
        misses.push(NearMiss {
            kind: entity.0,
            named,
            words: format!("\"{words}\" is there, but {but}"),
        });
    }
    misses
}

/// The words of a hit as the text has them; of a long one the beginning.
fn written(text: &ItemText, hit: &Hit) -> String {
    let field = match hit.field {
        Field::Title => &text.title,
        Field::Summary => &text.summary,
        Field::Content => &text.content,
        Field::Category(n) => &text.categories[n],
    };
    let mut words: String = field[hit.start..hit.end].chars().take(WRITTEN).collect();
    if words.len() < hit.end - hit.start {
        words.push('…');
    }
    words
}

/// What a guard missed or minded, in words.
fn lacking(watchlist: &Watchlist, found: &Found, guard: &Guard) -> String {
    match guard {
        Guard::Weak => {
            let strong: BTreeSet<&str> = watchlist
                .names
                .iter()
                .filter(|name| name.company == found.entity && !name.weak)
                .map(|name| &*name.text)
                .collect();
            let some: Vec<String> =
                strong.into_iter().take(3).map(|name| format!("\"{name}\"")).collect();
            format!("alone it may mean anything: it counts beside {}", some.join(" or "))
        }
        Guard::Case => "it is not written as in the watchlist".to_owned(),
        Guard::OnlyWith(words) => format!("none of its words is beside it: {}", words.join(", ")),
        Guard::NotWith(phrase) => format!("\"{phrase}\" stands in its sentence"),
        Guard::NeverInItem(phrase) => format!("\"{phrase}\" is in the item"),
        Guard::Inside(longer) => format!("as part of \"{longer}\""),
        Guard::Hold(reason) | Guard::Other(reason) => reason.clone(),
    }
}

/// Topics that no company stands beside, and companies of which nothing is told.
fn unlinked(watchlist: &Watchlist, case: &Case<'_>) -> Vec<NearMiss> {
    let (companies, topics) = case.counting();
    let mut misses = Vec::new();
    // What alerts alone lacks nothing.
    let alone = |topic: u32| watchlist.defaults() && case.alone(topic).is_ok();
    let wanting = |topic: &u32| case.linked(*topic).is_none() && !alone(*topic);
    for topic in topics.iter().copied().filter(wanting) {
        let words = match companies.first() {
            None => "its words are there, but no company of the watchlist".to_owned(),
            Some(_) => {
                let names: Vec<&str> = companies
                    .iter()
                    .take(3)
                    .map(|company| &*watchlist.company(*company).named.name)
                    .collect();
                format!(
                    "its words are there, but {} in another piece of an item that tells of several matters",
                    names.join(", ")
                )
            }
        };
        let named = watchlist.topic(topic).named.clone();
        misses.push(NearMiss { kind: EntityKind::Topic, named, words });
    }
    if topics.is_empty() {
        misses.extend(companies.iter().map(|company| NearMiss {
            kind: EntityKind::Company,
            named: watchlist.company(*company).named.clone(),
            words: "named, but no topic is there: a mention".to_owned(),
        }));
    }
    misses
}

/// Why a search of which the parts are there does not hold.
fn lacks(scene: &Scene<'_>, ask: &Ask) -> Option<String> {
    match ask {
        Ask::Near(n, a, b) if scene.holds(a) && scene.holds(b) && !scene.holds(ask) => {
            Some(format!(
                "both sides are there, but not within {n} word{} of each other in a sentence",
                if *n == 1 { "" } else { "s" }
            ))
        }
        Ask::All(all) => {
            let wanted: Vec<_> = all.iter().filter(|one| !matches!(one, Ask::Not(_))).collect();
            if wanted.iter().all(|one| scene.holds(one)) && !scene.holds(ask) {
                return Some("the words are there, and so is one that a NOT forbids".to_owned());
            }
            wanted.into_iter().find_map(|one| lacks(scene, one))
        }
        Ask::Or(any) => any.iter().find_map(|one| lacks(scene, one)),
        _ => None,
    }
}
