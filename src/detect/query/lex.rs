//! A search in pieces: brackets, operators, words.

use std::ops::Range;

use super::wrong::{Wrong, wrong};

/// NEAR reaches no further.
const FARTHEST: u32 = 100;

/// An operator, a bracket, or what stands between them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
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
    /// As it is told to people.
    pub(super) fn shown(&self) -> String {
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

/// What stands before a colon.
pub(super) const SCOPES: [&str; 9] =
    ["title", "opening", "lead", "sentence", "company", "group", "topic", "source", "manner"];

/// All pieces, each with its place.
pub(super) fn lex(text: &str) -> Result<Vec<(Piece, Range<usize>)>, Wrong> {
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
                    let hint = unclosed(&text[next..]);
                    return Err(wrong(at..text.len(), "a quotation mark is not closed", &hint));
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

/// What to write where a quotation mark is not closed: the phrase most likely ends before the next operator.
fn unclosed(rest: &str) -> String {
    let operator = |word: &&str| matches!(*word, "AND" | "OR" | "NOT") || word.starts_with("NEAR/");
    let words = || rest.split_whitespace();
    let phrase: Vec<&str> = words().take_while(|word| !operator(word)).collect();
    let phrase = phrase.join(" ");
    let phrase = phrase.trim_end_matches([')', '）']);
    if !phrase.contains(char::is_alphanumeric) {
        return "a phrase has a \" before and behind it: take this one away, or put one before the phrase"
            .to_owned();
    }
    match words().find(operator) {
        Some(operator) => format!("close it where the phrase ends: \"{phrase}\" {operator} …"),
        None => format!("close it where the phrase ends: \"{phrase}\""),
    }
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
