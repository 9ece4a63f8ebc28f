//! The search language: text into an expression, or the character where it went wrong.
//!
//! Words, `"quoted words"`, `pre*`, `AND`, `OR`, `NOT`, brackets, `NEAR/n`, `title:` and `opening:`; rules
//! also know `company:`, `group:`, `topic:`, `source:`, `official` and `manner:talk`; in a search `topic:` is
//! the words of a hidden topic. `NOT` binds closest, then `NEAR`,
//! `AND`, `OR`. Bare words side by side are a phrase. Time is linear and depth is bounded.

mod ask;
mod brackets;
mod expr;
mod lex;
mod meant;
mod parser;
mod signs;
mod slip;
mod wrong;

pub(crate) use ask::Ask;
pub(crate) use expr::{Atom, Expr, Part, Words};
use lex::lex;
pub(crate) use meant::{Kind, Slip};
use parser::Parser;
pub(crate) use signs::listed;
pub(crate) use slip::{OFFICIAL, is_of_rules, scope_of};
pub(crate) use wrong::Wrong;
use wrong::wrong;

/// Longer searches are refused.
const LONGEST: usize = 20_000;

/// A search that was understood, with what looks like a slip in it.
#[derive(Clone, Debug)]
pub(crate) struct Parsed {
    pub(crate) expr: Expr,
    pub(crate) slips: Vec<Slip>,
}

/// Reads a search; `rule` allows what only rules may ask.
pub(crate) fn parse(text: &str, rule: bool) -> Result<Parsed, Wrong> {
    if text.len() > LONGEST {
        return Err(wrong(0..text.len(), format!("longer than {LONGEST} bytes"), "split it"));
    }
    let pieces = lex(text)?;
    if pieces.is_empty() {
        return Err(wrong(0..text.len(), "is empty", "write at least one word"));
    }
    let mut parser = Parser::new(pieces, text.len(), rule);
    let expr = parser.or()?;
    if let Some(wrong) = parser.left_over() {
        return Err(wrong);
    }
    if !affirms(&expr) {
        return Err(wrong(
            0..text.len(),
            "says only what must not be there",
            "say what must be there as well: every branch of an OR needs a part without NOT",
        ));
    }
    let slips = slip::slips(text, parser.pieces(), rule);
    Ok(Parsed { expr, slips })
}

/// Whether a search asks for what only a rule can ask for (`company:` and so on), or seems to mean it. One that cannot
/// be read does not.
#[must_use]
pub fn asks_as_a_rule(text: &str) -> bool {
    lex(text).is_ok_and(|pieces| slip::asks_as_a_rule(&pieces))
}

/// Whether an expression can only hold where something is present.
fn affirms(expr: &Expr) -> bool {
    match expr {
        Expr::Words(_) | Expr::Near(..) | Expr::Atom(..) => true,
        Expr::And(all) => all.iter().any(affirms),
        Expr::Or(any) => any.iter().all(affirms),
        Expr::Not(_) => false,
        Expr::In(_, inner) | Expr::Sentence(inner) => affirms(inner),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(expr: &Expr) -> String {
        let many = |all: &[Expr]| all.iter().map(shown).collect::<Vec<_>>().join(" ");
        match expr {
            Expr::Words(words) => {
                format!("{}{}", words.text.replace(' ', "_"), if words.prefix { "*" } else { "" })
            }
            Expr::And(all) => format!("(& {})", many(all)),
            Expr::Or(any) => format!("(| {})", many(any)),
            Expr::Not(one) => format!("(! {})", shown(one)),
            Expr::Near(n, a, b) => format!("(~{n} {} {})", shown(a), shown(b)),
            Expr::In(Part::Title, one) => format!("(title {})", shown(one)),
            Expr::In(Part::Opening, one) => format!("(opening {})", shown(one)),
            Expr::In(Part::Lead, one) => format!("(lead {})", shown(one)),
            Expr::Sentence(one) => format!("(sentence {})", shown(one)),
            Expr::Atom(atom, _) => format!("{atom:?}"),
        }
    }

    #[test]
    fn reads_searches() {
        for (text, expected) in [
            ("delist", "delist"),
            ("trading NEAR/5 (halt OR suspend)", "(~5 trading (| halt suspend))"),
            ("a OR b AND c NOT d", "(| a (& b c (! d)))"),
            ("share sale", "share_sale"),
            ("\"share sale\" pre* NEAR/2 x", ""),
            ("title:\"big news\" AND pre*", "(& (title big_news) pre*)"),
            ("反垄断 NEAR/3 罚款", "(~3 反垄断 罚款)"),
            ("a NEAR/2 b NEAR/3 c", "(~3 (~2 a b) c)"),
        ] {
            let found = parse(text, false).map(|parsed| shown(&parsed.expr)).unwrap_or_default();
            assert_eq!(found, expected, "{text}");
        }
        let rule = parse("group:china-tech AND topic:* AND official", true).unwrap();
        assert_eq!(shown(&rule.expr), "(& Group(Some(\"china-tech\")) Topic(None) Official)");
    }

    #[test]
    fn points_at_what_is_wrong() {
        for (text, at, what) in [
            ("", 0..0, "is empty"),
            ("a AND", 4..5, "ends where a word is expected"),
            ("(a OR b", 0..1, "a bracket is not closed"),
            ("a)", 1..2, "a closing bracket without its opening one"),
            ("a AND \"b", 6..8, "a quotation mark is not closed"),
            ("NOT a", 0..5, "says only what must not be there"),
            ("a OR NOT b", 0..10, "says only what must not be there"),
            ("a NEAR b", 2..6, "'NEAR' does not say how near"),
            ("a (b OR c)", 2..3, "'(' stands where AND, OR, NOT or NEAR/n is expected"),
            ("a NEAR/2 (b AND c)", 9..10, "NEAR cannot join this"),
            ("company:x", 0..8, "'company:' is understood in rules only"),
            ("a*b", 1..2, "an asterisk stands inside a word"),
            ("-- AND a", 0..2, "'--' holds no word"),
        ] {
            let found = parse(text, false).unwrap_err();
            assert_eq!((found.span, found.what.as_str()), (at, what), "{text}");
        }
    }

    #[test]
    fn hostile_nesting_is_refused_and_slips_are_seen() {
        let deep = format!("{}a{}", "(".repeat(9000), ")".repeat(9000));
        assert!(parse(&deep, false).unwrap_err().what.starts_with("nested deeper"));
        let deep = format!("{}a", "NOT ".repeat(4000));
        assert!(parse(&deep, false).is_err());
        assert_eq!(parse("halt or suspend", false).unwrap().slips[0].word, "or");
        assert_eq!(parse("trading NEAR-5 halt", false).unwrap().slips[0].word, "NEAR-5");
    }

    #[test]
    fn what_to_write_instead_can_be_read() {
        for (text, expected) in [
            (
                "\"trading halt AND suspend",
                "close it where the phrase ends: \"trading halt\" AND …",
            ),
            ("(\"trading halt)", "close it where the phrase ends: \"trading halt\""),
            (
                "halt\"",
                "a phrase has a \" before and behind it: take this one away, or put one before the phrase",
            ),
            ("halt)", "take it away, or put the opening '(' where the group begins"),
            (
                "group:China Tech AND topic:x",
                "a value of several words stands in quotes: group:\"China Tech\"",
            ),
            (
                "(group:China Tech OR topic:x)",
                "a value of several words stands in quotes: group:\"China Tech\"",
            ),
            ("group:china topic:x", "write AND, OR or NEAR/n between two parts"),
            ("group:china or topic:x", "write OR: operators stand in capitals"),
            ("company:* near/5 halt", "write NEAR/5: operators stand in capitals"),
            ("halt and company:*", "write AND: operators stand in capitals"),
            ("company:* und topic:x", "write AND: operators are English, in capitals"),
            ("company:* w/5 topic:x", "write NEAR/5"),
            ("company:* || topic:x", "write OR"),
            (
                "group:China and Taiwan AND topic:x",
                "write AND: operators stand in capitals; or, for a value of several words, group:\"China and Taiwan\"",
            ),
        ] {
            let hint = parse(text, true).unwrap_err().hint;
            assert_eq!(hint.as_deref(), Some(expected), "{text}");
        }
    }
}
