//! Rules that can never fire, and searches that can never match, whatever an item says.
//!
//! A condition is taken apart into its alternatives; if each of them asks for something and for its
//! absence, or for two things of which an item has one, nobody will ever hear of the rule. It finds
//! what can be decided from the watchlist alone, and never calls a rule dead that is not.

use crate::detect::query::{Ask, Part};

use super::condition::Condition;
use super::{CompanyInfo, TopicInfo};

/// Conditions with more alternatives are not looked through.
const MOST: usize = 512;

/// What is known when a condition is judged.
#[derive(Default)]
pub(super) struct Known<'a> {
    pub(super) companies: &'a [CompanyInfo],
    pub(super) topics: &'a [TopicInfo],
    /// Topics with words of their own.
    pub(super) worded: &'a [bool],
}

/// Something that an alternative asks for, or whose absence it asks for.
#[derive(Clone, Debug, PartialEq)]
struct Demand {
    what: Condition,
    title: bool,
    absent: bool,
}

/// Why a condition cannot hold; `None` when it may.
pub(super) fn never(when: &Condition, known: &Known<'_>) -> Option<String> {
    let alternatives = alternatives(when, false, false)?;
    let mut why = None;
    for alternative in &alternatives {
        let contradiction = contradiction(alternative, known)?;
        why.get_or_insert(contradiction);
    }
    why
}

/// Why a topic's search cannot match; `None` when it may.
pub(super) fn never_found(ask: &Ask) -> Option<String> {
    // Only what must be absent contradicts words.
    negates(ask).then(|| condition(ask)).and_then(|when| never(&when, &Known::default()))
}

fn negates(ask: &Ask) -> bool {
    match ask {
        Ask::Not(_) => true,
        Ask::All(all) | Ask::Or(all) => all.iter().any(negates),
        Ask::In(_, one) => negates(one),
        Ask::Words(_) | Ask::Any(_) | Ask::Near(..) => false,
    }
}

/// A search as what a rule would ask.
fn condition(ask: &Ask) -> Condition {
    let all = |asks: &[Ask]| asks.iter().map(condition).collect();
    match ask {
        Ask::Words(phrase) => Condition::Words(*phrase),
        Ask::Any(phrases) => {
            Condition::Any(phrases.iter().map(|one| Condition::Words(*one)).collect())
        }
        Ask::All(asks) => Condition::All(all(asks)),
        Ask::Or(asks) => Condition::Any(all(asks)),
        Ask::Not(one) => Condition::Not(Box::new(condition(one))),
        Ask::Near(n, a, b) => Condition::Near(*n, a.clone(), b.clone()),
        Ask::In(part, one) => Condition::In(*part, Box::new(condition(one))),
    }
}

/// The alternatives of a condition, each with all that it asks; `None` when there are too many.
fn alternatives(when: &Condition, absent: bool, title: bool) -> Option<Vec<Vec<Demand>>> {
    match (when, absent) {
        (Condition::Not(one), _) => alternatives(one, !absent, title),
        (Condition::In(Part::Title, one), _) => alternatives(one, absent, true),
        // What must not open a sentence, or stand early, may well stand elsewhere.
        (Condition::In(Part::Opening | Part::Lead, _) | Condition::Sentence(_), _) => None,
        (Condition::All(all), false) | (Condition::Any(all), true) => {
            let mut whole: Vec<Vec<Demand>> = vec![Vec::new()];
            for one in all {
                let parts = alternatives(one, absent, title)?;
                if whole.len() * parts.len() > MOST {
                    return None;
                }
                whole = whole
                    .iter()
                    .flat_map(|begun| parts.iter().map(move |part| [&begun[..], part].concat()))
                    .collect();
            }
            Some(whole)
        }
        (Condition::Any(all), false) | (Condition::All(all), true) => {
            let mut any = Vec::new();
            for one in all {
                any.extend(alternatives(one, absent, title)?);
            }
            (any.len() <= MOST).then_some(any)
        }
        (what, _) => Some(vec![vec![Demand { what: what.clone(), title, absent }]]),
    }
}

fn contradiction(asks: &[Demand], known: &Known<'_>) -> Option<String> {
    let (absent, there): (Vec<&Demand>, Vec<&Demand>) = asks.iter().partition(|ask| ask.absent);
    if absent.iter().any(|ask| ask.what == Condition::Source(None)) {
        return Some("every item has a source".to_owned());
    }
    for ask in &there {
        if let Condition::Topic(Some(topic)) = ask.what
            && !known.worded[topic as usize]
        {
            let name = &known.topics[topic as usize].named.name;
            return Some(format!("the topic {name} has no words"));
        }
        let follows = follows(&ask.what, known);
        // What must be absent everywhere must be absent in the title; not the other way round.
        if follows
            .iter()
            .any(|what| absent.iter().any(|ask2| ask2.what == *what && (!ask2.title || ask.title)))
        {
            return Some("it asks for something and for its absence".to_owned());
        }
    }
    let mut sources = there.iter().filter_map(|ask| match &ask.what {
        Condition::Source(Some(id)) => Some(id),
        _ => None,
    });
    let first = sources.next()?;
    let other = sources.find(|id| *id != first)?;
    Some(format!("no item is both of {first} and of {other}"))
}

/// What holds wherever this does, itself included.
fn follows(what: &Condition, known: &Known<'_>) -> Vec<Condition> {
    let mut all = vec![what.clone()];
    match what {
        Condition::Company(Some(company)) => {
            all.push(Condition::Company(None));
            let groups = &known.companies[*company as usize].groups;
            all.extend(groups.iter().map(|group| Condition::Group(Some(group.clone()))));
            if !groups.is_empty() {
                all.push(Condition::Group(None));
            }
        }
        Condition::Group(group) => {
            all.push(Condition::Company(None));
            if group.is_some() {
                all.push(Condition::Group(None));
            }
        }
        Condition::Topic(Some(topic)) if !known.topics[*topic as usize].hidden => {
            all.push(Condition::Topic(None));
        }
        _ => {}
    }
    all
}
