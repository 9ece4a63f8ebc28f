//! Pieces into a tree: `NOT` binds closest, then `NEAR`, `AND`, `OR`.

use std::ops::Range;

use super::expr::{Atom, Expr, Part, Words};
use super::lex::Piece;
use super::slip::{OFFICIAL, operator_for};
use super::wrong::{Wrong, wrong};

/// Brackets and prefixes deeper than this are refused.
const DEEPEST: usize = 50;

/// Reads pieces one after another.
pub(super) struct Parser {
    pieces: Vec<(Piece, Range<usize>)>,
    at: usize,
    depth: usize,
    rule: bool,
    end: usize,
}

pub(super) type Tree = Result<Expr, Wrong>;

impl Parser {
    /// Before the first piece of a search of so many bytes; `rule` allows what only rules may ask.
    pub(super) fn new(pieces: Vec<(Piece, Range<usize>)>, end: usize, rule: bool) -> Self {
        Self { pieces, at: 0, depth: 0, rule, end }
    }

    /// All pieces.
    pub(super) fn pieces(&self) -> &[(Piece, Range<usize>)] {
        &self.pieces
    }

    /// The next piece.
    pub(super) fn peek(&self) -> Option<(Piece, Range<usize>)> {
        self.pieces.get(self.at).cloned()
    }

    /// Why what follows cannot, if something does.
    pub(super) fn left_over(&self) -> Option<Wrong> {
        let (piece, span) = self.peek()?;
        if piece == Piece::Close {
            let hint = "take it away, or put the opening '(' where the group begins";
            return Some(wrong(span, "a closing bracket without its opening one", hint));
        }
        let what = format!("{} stands where AND, OR, NOT or NEAR/n is expected", piece.shown());
        // Words go on behind it only where it may be one of them.
        let words = matches!(self.pieces.get(self.at + 1), Some((Piece::Bare(word), _)) if word != OFFICIAL);
        let hint = match (self.operator_meant(), self.value_in_quotes()) {
            (Some(operator), Some(value)) if words => {
                format!("{operator}; or, for a value of several words, {value}")
            }
            (Some(operator), _) => operator,
            (None, Some(value)) => format!("a value of several words stands in quotes: {value}"),
            (None, None) => "write AND, OR or NEAR/n between two parts".to_owned(),
        };
        Some(wrong(span, what, &hint))
    }

    /// What to write where the next word was meant as an operator, or the one before, which ended a phrase.
    fn operator_meant(&self) -> Option<String> {
        let word = |at: usize| match self.pieces.get(at) {
            Some((Piece::Bare(word), _)) => operator_for(word),
            _ => None,
        };
        word(self.at).or_else(|| word(self.at.checked_sub(1)?))
    }

    /// What was meant where bare words follow a scope's value: a value of several words.
    fn value_in_quotes(&self) -> Option<String> {
        let (scope, value) = (self.at.checked_sub(2)?, self.at - 1);
        let (Piece::Scope(scope), Piece::Bare(first)) =
            (&self.pieces[scope].0, &self.pieces[value].0)
        else {
            return None;
        };
        let more = self.pieces[self.at..].iter().map_while(|(piece, _)| match piece {
            Piece::Bare(word) if word.contains(char::is_alphanumeric) => Some(word.as_str()),
            _ => None,
        });
        let words: Vec<&str> = std::iter::once(first.as_str()).chain(more).collect();
        (words.len() > 1 && first != "*").then(|| format!("{scope}:\"{}\"", words.join(" ")))
    }

    fn is(&self, piece: &Piece) -> bool {
        self.pieces.get(self.at).is_some_and(|(one, _)| one == piece)
    }

    fn take(&mut self, piece: &Piece) -> bool {
        let found = self.is(piece);
        self.at += usize::from(found);
        found
    }

    /// Everything up to a closing bracket or the end.
    pub(super) fn or(&mut self) -> Tree {
        let mut any = vec![self.and()?];
        while self.take(&Piece::Or) {
            any.push(self.and()?);
        }
        Ok(if any.len() == 1 { any.swap_remove(0) } else { Expr::Or(any) })
    }

    fn and(&mut self) -> Tree {
        let mut all = vec![self.not()?];
        while self.take(&Piece::And) || self.is(&Piece::Not) {
            all.push(self.not()?);
        }
        Ok(if all.len() == 1 { all.swap_remove(0) } else { Expr::And(all) })
    }

    fn not(&mut self) -> Tree {
        if !self.take(&Piece::Not) {
            return self.near();
        }
        self.deeper(|parser| Ok(Expr::Not(Box::new(parser.near()?))))
    }

    fn near(&mut self) -> Tree {
        let from = self.at;
        let mut left = self.one()?;
        let mut links = 0;
        while let Some((Piece::Near(n), _)) = self.peek() {
            self.at += 1;
            links += 1;
            let from_right = self.at;
            let right = self.one()?;
            for (side, from) in [(&left, from), (&right, from_right)] {
                if !positional(side) {
                    let span = self.pieces.get(from).map_or(0..self.end, |(_, span)| span.clone());
                    return Err(wrong(
                        span,
                        "NEAR cannot join this",
                        "NEAR joins words, phrases, prefixes and OR groups of these",
                    ));
                }
            }
            if links > DEEPEST {
                return Err(wrong(0..self.end, "too many NEAR in one chain", "split the search"));
            }
            left = Expr::Near(n, Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn deeper(&mut self, inner: impl FnOnce(&mut Self) -> Tree) -> Tree {
        self.depth += 1;
        if self.depth > DEEPEST {
            let at = self.pieces.get(self.at).map_or(self.end, |(_, span)| span.start);
            let what = format!("nested deeper than {DEEPEST} levels");
            return Err(wrong(at..self.end, what, "split the search"));
        }
        let tree = inner(self);
        self.depth -= 1;
        tree
    }

    fn one(&mut self) -> Tree {
        let Some((piece, span)) = self.peek() else {
            return Err(wrong(
                self.end.saturating_sub(1)..self.end,
                "ends where a word is expected",
                "complete it, or take the last operator away",
            ));
        };
        self.at += 1;
        match piece {
            Piece::Open => self.deeper(|parser| {
                let inner = parser.or()?;
                if parser.take(&Piece::Close) {
                    return Ok(inner);
                }
                Err(parser.left_over().unwrap_or_else(|| {
                    wrong(span, "a bracket is not closed", "add the closing ')'")
                }))
            }),
            Piece::Scope(scope) if scope == "title" => self.part(Part::Title),
            Piece::Scope(scope) if scope == "opening" => self.part(Part::Opening),
            Piece::Scope(scope) if scope == "lead" => self.part(Part::Lead),
            Piece::Scope(scope) if scope == "sentence" => self.sentence(span),
            Piece::Scope(scope) => self.atom(&scope, span),
            Piece::Quoted(text) => words(text, true, span),
            Piece::Bare(text) if text == "official" && self.rule => {
                Ok(Expr::Atom(Atom::Official, span))
            }
            Piece::Bare(text) => self.phrase(text, span),
            other => Err(wrong(
                span,
                format!("{} stands where a word is expected", other.shown()),
                "put a word, a \"phrase\" or a bracket there",
            )),
        }
    }

    /// What stands behind `title:`, `opening:` or `lead:`.
    fn part(&mut self, part: Part) -> Tree {
        self.deeper(|parser| Ok(Expr::In(part, Box::new(parser.one()?))))
    }

    /// What stands behind `sentence:`, which begins here. Words alone have NEAR for that.
    fn sentence(&mut self, span: Range<usize>) -> Tree {
        let inner = self.deeper(|parser| parser.one())?;
        let told = self.rule && hits(&inner);
        if told {
            return Ok(Expr::Sentence(Box::new(inner)));
        }
        let what = if self.rule {
            "'sentence:' needs a company, a group or a topic that must be there"
        } else {
            "'sentence:' is understood in rules only"
        };
        Err(wrong(
            span,
            what,
            "write sentence:(company:* AND topic:ID) in a rule; words are joined by NEAR/n",
        ))
    }

    /// Bare words side by side; a prefix ends the phrase.
    fn phrase(&mut self, mut text: String, mut span: Range<usize>) -> Tree {
        while !text.ends_with('*')
            && let Some((Piece::Bare(next), at)) = self.peek()
            && !(next == "official" && self.rule)
        {
            text.push(' ');
            text.push_str(&next);
            span.end = at.end;
            self.at += 1;
        }
        words(text, false, span)
    }

    fn atom(&mut self, scope: &str, span: Range<usize>) -> Tree {
        if !self.rule && scope != "topic" {
            return Err(wrong(
                span,
                format!("'{scope}:' is understood in rules only"),
                "a search knows words, title:, opening:, lead: and topic: with a hidden topic",
            ));
        }
        let value = match self.peek() {
            Some((Piece::Bare(value) | Piece::Quoted(value), at)) if at.start == span.end => {
                self.at += 1;
                value
            }
            _ => {
                let hint = match scope {
                    "manner" => "write manner:talk".to_owned(),
                    _ if !self.rule => format!("write {scope}:ID"),
                    _ => format!("write {scope}:ID, or {scope}:* for any"),
                };
                return Err(wrong(span, format!("'{scope}:' lacks its value"), &hint));
            }
        };
        let span = span.start..self.pieces[self.at - 1].1.end;
        if scope == "manner" {
            return match value.as_str() {
                "talk" => Ok(Expr::Atom(Atom::Talk, span)),
                _ => {
                    Err(wrong(span, format!("'manner:{value}' is not known"), "write manner:talk"))
                }
            };
        }
        let id = (value != "*").then_some(value);
        if id.is_none() && !self.rule {
            return Err(wrong(span, "'topic:*' is understood in rules only", "write topic:ID"));
        }
        Ok(Expr::Atom(
            match scope {
                "company" => Atom::Company(id),
                "group" => Atom::Group(id),
                "topic" => Atom::Topic(id),
                _ => Atom::Source(id),
            },
            span,
        ))
    }
}

fn words(text: String, quoted: bool, span: Range<usize>) -> Tree {
    let prefix = !quoted && text.ends_with('*');
    let text = if prefix { text.trim_end_matches('*').to_owned() } else { text };
    if let Some(at) = text.find('*').filter(|_| !quoted) {
        let at = span.start + at;
        return Err(wrong(
            at..at + 1,
            "an asterisk stands inside a word",
            "write it at the end: pre*",
        ));
    }
    if !text.chars().any(char::is_alphanumeric) {
        return Err(wrong(span, format!("'{text}' holds no word"), "write letters or digits"));
    }
    Ok(Expr::Words(Words { text, quoted, prefix, span }))
}

/// Whether an expression stands at places of the text.
fn positional(expr: &Expr) -> bool {
    match expr {
        Expr::Words(_) | Expr::Near(..) | Expr::Atom(Atom::Topic(Some(_)), _) => true,
        Expr::Or(any) => any.iter().all(positional),
        Expr::In(_, inner) => positional(inner),
        Expr::And(_) | Expr::Not(_) | Expr::Sentence(_) | Expr::Atom(..) => false,
    }
}

/// Whether an expression can only hold where a company or a topic is named.
fn hits(expr: &Expr) -> bool {
    match expr {
        Expr::Atom(Atom::Company(_) | Atom::Group(_) | Atom::Topic(_), _) => true,
        Expr::And(all) => all.iter().any(hits),
        Expr::Or(any) => any.iter().all(hits),
        Expr::In(_, inner) | Expr::Sentence(inner) => hits(inner),
        Expr::Words(_) | Expr::Near(..) | Expr::Not(_) | Expr::Atom(..) => false,
    }
}
