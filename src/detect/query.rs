//! The search language: text into an expression, or the character where it went wrong.
//!
//! Words, `"quoted words"`, `pre*`, `AND`, `OR`, `NOT`, brackets, `NEAR/n` and `title:`; rules also
//! know `company:`, `group:`, `topic:`, `source:`, `official` and `manner:talk`. `NOT` binds closest, then `NEAR`,
//! `AND`, `OR`. Bare words side by side are a phrase. Time is linear and depth is bounded.

use std::ops::Range;

/// Brackets and prefixes deeper than this are refused.
const DEEPEST: usize = 50;
/// Longer searches are refused.
const LONGEST: usize = 20_000;
/// NEAR reaches no further.
const FARTHEST: u32 = 100;

/// What a rule asks of the item beside its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Atom {
    /// A company by id, or any.
    Company(Option<String>),
    /// A company of this group, or of any.
    Group(Option<String>),
    /// A topic by id, or any.
    Topic(Option<String>),
    /// The source of this id, or any.
    Source(Option<String>),
    /// An official source.
    Official,
    /// Talk without an act.
    Talk,
}

/// A word or phrase as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Words {
    /// The words, without quotes and asterisk.
    pub(crate) text: String,
    /// Taken as they are.
    pub(crate) quoted: bool,
    /// The last word may go on.
    pub(crate) prefix: bool,
    /// Where they stand in the search.
    pub(crate) span: Range<usize>,
}

/// A search as a tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Expr<W> {
    /// A word or phrase.
    Words(W),
    /// All of these.
    And(Vec<Expr<W>>),
    /// One of these.
    Or(Vec<Expr<W>>),
    /// Not this.
    Not(Box<Expr<W>>),
    /// Both within so many words, in one sentence.
    Near(u32, Box<Expr<W>>, Box<Expr<W>>),
    /// In the title only.
    Title(Box<Expr<W>>),
    /// What only rules ask.
    Atom(Atom, Range<usize>),
}

/// Why a search is refused, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wrong {
    /// Bytes of the search.
    pub(crate) span: Range<usize>,
    /// What is wrong.
    pub(crate) what: String,
    /// What to write instead.
    pub(crate) hint: Option<String>,
}

/// A search that was understood, with what looks like a slip in it.
#[derive(Clone, Debug)]
pub(crate) struct Parsed {
    pub(crate) expr: Expr<Words>,
    /// Lower-case operators, as words and places.
    pub(crate) slips: Vec<(String, Range<usize>)>,
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
    let mut parser = Parser { pieces, at: 0, depth: 0, rule, end: text.len(), slips: Vec::new() };
    let expr = parser.or()?;
    if let Some((piece, span)) = parser.peek() {
        let what = match piece {
            Piece::Close => "a closing bracket without its opening one".to_owned(),
            other => format!("{} stands where AND, OR, NOT or NEAR/n is expected", other.shown()),
        };
        return Err(wrong(span, what, "write AND, OR or NEAR/n between two parts"));
    }
    if !affirms(&expr) {
        return Err(wrong(
            0..text.len(),
            "says only what must not be there",
            "say what must be there as well: every branch of an OR needs a part without NOT",
        ));
    }
    Ok(Parsed { expr, slips: parser.slips })
}

/// Whether an expression can only hold where something is present.
fn affirms<W>(expr: &Expr<W>) -> bool {
    match expr {
        Expr::Words(_) | Expr::Near(..) | Expr::Atom(..) => true,
        Expr::And(all) => all.iter().any(affirms),
        Expr::Or(any) => any.iter().all(affirms),
        Expr::Not(_) => false,
        Expr::Title(inner) => affirms(inner),
    }
}

fn wrong(span: Range<usize>, what: impl Into<String>, hint: &str) -> Wrong {
    Wrong { span, what: what.into(), hint: Some(hint.to_owned()) }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Open,
    Close,
    And,
    Or,
    Not,
    Near(u32),
    /// `title:`, `company:` and so on, with what follows directly.
    Scope(String),
    Quoted(String),
    Bare(String),
}

impl Piece {
    fn shown(&self) -> String {
        match self {
            Self::Open => "'('".to_owned(),
            Self::Close => "')'".to_owned(),
            Self::And => "AND".to_owned(),
            Self::Or => "OR".to_owned(),
            Self::Not => "NOT".to_owned(),
            Self::Near(n) => format!("NEAR/{n}"),
            Self::Scope(name) => format!("'{name}:'"),
            Self::Quoted(text) => format!("\"{text}\""),
            Self::Bare(text) => format!("'{text}'"),
        }
    }
}

const SCOPES: [&str; 6] = ["title", "company", "group", "topic", "source", "manner"];

fn lex(text: &str) -> Result<Vec<(Piece, Range<usize>)>, Wrong> {
    let mut pieces = Vec::new();
    let mut at = 0;
    while let Some(one) = text[at..].chars().next() {
        let next = at + one.len_utf8();
        match one {
            _ if one.is_whitespace() => at = next,
            '(' | '（' => {
                pieces.push((Piece::Open, at..next));
                at = next;
            }
            ')' | '）' => {
                pieces.push((Piece::Close, at..next));
                at = next;
            }
            '"' | '“' | '”' | '„' => {
                let Some(length) = text[next..].find(['"', '“', '”', '„']) else {
                    return Err(wrong(
                        at..text.len(),
                        "a quotation mark is not closed",
                        "add the closing \"",
                    ));
                };
                let end = next + length;
                let close = end + text[end..].chars().next().map_or(0, char::len_utf8);
                pieces.push((Piece::Quoted(text[next..end].to_owned()), at..close));
                at = close;
            }
            _ => {
                let stop = |one: char| one.is_whitespace() || "()（）\"“”„".contains(one);
                let end = text[at..].find(stop).map_or(text.len(), |length| at + length);
                at = bare(text, at, end, &mut pieces)?;
            }
        }
    }
    Ok(pieces)
}

/// One run without spaces; a scope ends at its colon.
fn bare(
    text: &str,
    at: usize,
    end: usize,
    pieces: &mut Vec<(Piece, Range<usize>)>,
) -> Result<usize, Wrong> {
    let word = &text[at..end];
    if let Some((scope, _)) = word.split_once(':')
        && SCOPES.contains(&scope)
    {
        let end = at + scope.len() + 1;
        pieces.push((Piece::Scope(scope.to_owned()), at..end));
        return Ok(end);
    }
    let piece = match word {
        "AND" => Piece::And,
        "OR" => Piece::Or,
        "NOT" => Piece::Not,
        _ if word == "NEAR" || word.starts_with("NEAR/") => near(word, at..end)?,
        _ => Piece::Bare(word.to_owned()),
    };
    pieces.push((piece, at..end));
    Ok(end)
}

fn near(word: &str, span: Range<usize>) -> Result<Piece, Wrong> {
    word.strip_prefix("NEAR/")
        .and_then(|n| n.parse().ok())
        .filter(|n| (1..=FARTHEST).contains(n))
        .map(Piece::Near)
        .ok_or_else(|| {
            wrong(
                span,
                format!("'{word}' does not say how near"),
                "write NEAR/5, from 1 to 100 words",
            )
        })
}

struct Parser {
    pieces: Vec<(Piece, Range<usize>)>,
    at: usize,
    depth: usize,
    rule: bool,
    end: usize,
    slips: Vec<(String, Range<usize>)>,
}

type Tree = Result<Expr<Words>, Wrong>;

impl Parser {
    fn peek(&self) -> Option<(Piece, Range<usize>)> {
        self.pieces.get(self.at).cloned()
    }

    fn is(&self, piece: &Piece) -> bool {
        self.pieces.get(self.at).is_some_and(|(one, _)| one == piece)
    }

    fn take(&mut self, piece: &Piece) -> bool {
        let found = self.is(piece);
        self.at += usize::from(found);
        found
    }

    fn or(&mut self) -> Tree {
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
                Err(match parser.peek() {
                    None => wrong(span, "a bracket is not closed", "add the closing ')'"),
                    Some((other, at)) => wrong(
                        at,
                        format!(
                            "{} stands where AND, OR, NOT or NEAR/n is expected",
                            other.shown()
                        ),
                        "write AND, OR or NEAR/n between two parts",
                    ),
                })
            }),
            Piece::Scope(scope) if scope == "title" => {
                self.deeper(|parser| Ok(Expr::Title(Box::new(parser.one()?))))
            }
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

    /// Bare words side by side; a prefix ends the phrase.
    fn phrase(&mut self, mut text: String, mut span: Range<usize>) -> Tree {
        self.slip(&text, &span);
        while !text.ends_with('*')
            && let Some((Piece::Bare(next), at)) = self.peek()
            && !(next == "official" && self.rule)
        {
            self.slip(&next, &at);
            text.push(' ');
            text.push_str(&next);
            span.end = at.end;
            self.at += 1;
        }
        words(text, false, span)
    }

    fn slip(&mut self, word: &str, span: &Range<usize>) {
        if matches!(word, "or" | "and" | "not") || word.starts_with("near/") {
            self.slips.push((word.to_owned(), span.clone()));
        }
    }

    fn atom(&mut self, scope: &str, span: Range<usize>) -> Tree {
        if !self.rule {
            return Err(wrong(
                span,
                format!("'{scope}:' is understood in rules only"),
                "a search knows words and title:",
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
fn positional(expr: &Expr<Words>) -> bool {
    match expr {
        Expr::Words(_) | Expr::Near(..) => true,
        Expr::Or(any) => any.iter().all(positional),
        Expr::Title(inner) => positional(inner),
        Expr::And(_) | Expr::Not(_) | Expr::Atom(..) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(expr: &Expr<Words>) -> String {
        let many = |all: &[Expr<Words>]| all.iter().map(shown).collect::<Vec<_>>().join(" ");
        match expr {
            Expr::Words(words) => {
                format!("{}{}", words.text.replace(' ', "_"), if words.prefix { "*" } else { "" })
            }
            Expr::And(all) => format!("(& {})", many(all)),
            Expr::Or(any) => format!("(| {})", many(any)),
            Expr::Not(one) => format!("(! {})", shown(one)),
            Expr::Near(n, a, b) => format!("(~{n} {} {})", shown(a), shown(b)),
            Expr::Title(one) => format!("(title {})", shown(one)),
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
        assert_eq!(parse("halt or suspend", false).unwrap().slips[0].0, "or");
    }
}
