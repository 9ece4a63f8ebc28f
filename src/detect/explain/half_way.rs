//! What of a rule's condition holds and what is missing, in words.
//!
//! A condition knows its words by number only, so they are read once more from what was written.

use crate::detect::alert::Case;
use crate::detect::query::{self, Atom, Expr, Part};
use crate::detect::watchlist::{Condition, Watchlist};

/// Alternatives that are named before the rest is counted.
const NAMED: usize = 6;

/// What of a rule holds and what is missing, if something holds; `written` is its condition as people wrote it.
pub(super) fn half_way(case: &Case<'_>, when: &Condition, written: &str) -> Option<String> {
    if !touches(case, when) {
        return None;
    }
    // What was compiled can be read.
    let parsed = query::parse(written, true).ok()?;
    told(case, when, &parsed.expr)
}

/// Whether anything that must be there is: most rules have nothing to do with a text.
fn touches(case: &Case<'_>, when: &Condition) -> bool {
    match when {
        Condition::All(all) | Condition::Any(all) => all.iter().any(|one| touches(case, one)),
        Condition::In(_, one) | Condition::Sentence(one) => touches(case, one),
        Condition::Not(_) => false,
        _ => case.fires(when).is_some(),
    }
}

/// The same of a part that does not hold.
fn told(case: &Case<'_>, when: &Condition, written: &Expr) -> Option<String> {
    match (when, written) {
        (Condition::All(parts), Expr::And(exprs)) => all(case, parts, exprs),
        (Condition::Any(parts), Expr::Or(exprs)) => {
            let ways: Vec<String> =
                parts.iter().zip(exprs).filter_map(|(part, expr)| told(case, part, expr)).collect();
            (!ways.is_empty()).then(|| ways.join("; or "))
        }
        (Condition::In(part, one), Expr::In(_, expr)) => apart(case, one, expr, place(*part)),
        (Condition::Sentence(one), Expr::Sentence(expr)) => {
            apart(case, one, expr, "in one sentence")
        }
        _ => None,
    }
}

/// Of what must stand in one place: that it stands elsewhere, or what of it is missing.
fn apart(case: &Case<'_>, when: &Condition, written: &Expr, place: &str) -> Option<String> {
    let each = match when {
        Condition::All(all) => all.iter().all(|one| case.fires(one).is_some()),
        _ => false,
    };
    if each || case.fires(when).is_some() {
        let asked = asked(case.watchlist, written);
        return Some(format!("{asked}: that is there, but not {place}"));
    }
    Some(format!("{} ({place})", told(case, when, written)?))
}

fn all(case: &Case<'_>, parts: &[Condition], written: &[Expr]) -> Option<String> {
    let holds: Vec<bool> = parts.iter().map(|part| case.fires(part).is_some()).collect();
    if holds.iter().all(|holds| *holds) {
        return Some(
            "its parts stand in different pieces of an item that tells of several matters"
                .to_owned(),
        );
    }
    let positive = |part: &Condition| !matches!(part, Condition::Not(_));
    if !parts.iter().zip(&holds).any(|(part, holds)| *holds && positive(part)) {
        return None;
    }
    let lacking = written.iter().zip(&holds).filter(|(_, holds)| !**holds);
    let missing: Vec<&Expr> = lacking.map(|(part, _)| part).collect();
    let missing = match missing[..] {
        [one] => asked(case.watchlist, one),
        _ => {
            let all: Vec<String> = missing.iter().map(|one| within(case.watchlist, one)).collect();
            all.join(", ")
        }
    };
    Some(format!("missing: {missing}"))
}

/// A condition in words.
fn asked(watchlist: &Watchlist, expr: &Expr) -> String {
    let list = |all: &[Expr], between: &str| {
        let mut words: Vec<String> =
            all.iter().take(NAMED).map(|one| within(watchlist, one)).collect();
        if all.len() > NAMED {
            words.push(format!("{} more", all.len() - NAMED));
        }
        words.join(between)
    };
    match expr {
        Expr::Words(words) if words.prefix => format!("\"{}*\"", words.text),
        Expr::Words(words) => format!("\"{}\"", words.text),
        Expr::Near(n, a, b) => {
            let words = if *n == 1 { "1 word".to_owned() } else { format!("{n} words") };
            format!("{} within {words} of {}", within(watchlist, a), within(watchlist, b))
        }
        Expr::Atom(atom, _) => named(watchlist, atom),
        Expr::In(part, one) => format!("{} {}", within(watchlist, one), place(*part)),
        Expr::Sentence(one) => format!("{} in one sentence", within(watchlist, one)),
        Expr::Not(one) => format!("the absence of {}", within(watchlist, one)),
        Expr::And(all) => list(all, " with "),
        Expr::Or(any) => list(any, " or "),
    }
}

/// The same inside another, in brackets where it has several parts.
fn within(watchlist: &Watchlist, expr: &Expr) -> String {
    let asked = asked(watchlist, expr);
    match expr {
        Expr::And(_) | Expr::Or(_) | Expr::Near(..) => format!("({asked})"),
        _ => asked,
    }
}

fn place(part: Part) -> &'static str {
    match part {
        Part::Title => "in the title",
        Part::Opening => "at the opening of a sentence",
        Part::Lead => "in the title or the first sentence",
    }
}

/// What is asked of a company, a topic or the source.
fn named(watchlist: &Watchlist, atom: &Atom) -> String {
    match atom {
        Atom::Company(None) => "any company".to_owned(),
        Atom::Company(Some(id)) => match watchlist.company_of_id(id) {
            Some(company) => watchlist.company(company).named.name.to_string(),
            None => id.clone(),
        },
        Atom::Group(None) => "a company of any group".to_owned(),
        Atom::Group(Some(group)) => format!("a company of the group {group}"),
        Atom::Topic(None) => "any topic".to_owned(),
        Atom::Topic(Some(id)) => {
            let topic = watchlist.topic_of_id(id).map(|topic| &watchlist.topic(topic).named.name);
            format!("the topic {}", topic.map_or(id.as_str(), |name| name))
        }
        Atom::Source(None) => "any source".to_owned(),
        Atom::Source(Some(source)) => format!("the source {source}"),
        Atom::Official => "an official source".to_owned(),
        Atom::Talk => "talk without an act".to_owned(),
    }
}
