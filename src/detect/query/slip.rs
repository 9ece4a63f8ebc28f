//! What looks like a slip in a search that can be read: it is searched as words, which nobody means.
//!
//! Slips are seen in the pieces, not in the tree: that a word was meant as an operator or a scope is what the tree
//! does not know.

use std::ops::Range;

use super::brackets::mixed;
use super::lex::{Piece, SCOPES};
use super::meant::{Kind, Slip};
use super::signs;

/// A word that only a rule's condition asks by.
pub(crate) const OFFICIAL: &str = "official";

/// Scopes that only rules understand.
const OF_RULES: [&str; 6] = ["company", "group", "source", "manner", "sentence", OFFICIAL];

/// Scopes whose value is an id or the like.
const VALUED: [&str; 5] = ["company", "group", "topic", "source", "manner"];

/// What others call what a scope asks for.
const ALSO: [(&str, &str); 10] = [
    ("entity", "company"),
    ("firm", "company"),
    ("issuer", "company"),
    ("feed", "source"),
    ("site", "source"),
    ("outlet", "source"),
    ("headline", "title"),
    ("intitle", "title"),
    ("subject", "topic"),
    ("theme", "topic"),
];

/// Longer runs of bare words are not shown: every word of one may be a slip.
const LONG: usize = 12;

/// Beginnings of addresses.
const SCHEMES: [&str; 8] = ["http", "https", "ftp", "mailto", "tel", "urn", "doi", "file"];

/// What stands between a scope and its value, and what people take for it.
const JOINTS: [char; 4] = [':', '=', '：', '＝'];

/// Whether only rules understand this scope.
pub(crate) fn is_of_rules(scope: &str) -> bool {
    OF_RULES.contains(&scope)
}

/// Whether a search asks for what only a rule can ask for, by what it writes or seems to mean.
pub(super) fn asks_as_a_rule(pieces: &[(Piece, Range<usize>)]) -> bool {
    pieces.iter().enumerate().any(|(at, (piece, _))| match piece {
        Piece::Scope(scope) => VALUED.contains(&scope.as_str()),
        Piece::Bare(word) if !is_value(pieces, at) => {
            let meant = parted(word).and_then(|(first, _)| scope_meant(first));
            meant.is_some_and(|meant| is_of_rules(meant) || meant == "topic")
        }
        _ => false,
    })
}

/// All slips of a search, in its order; `rule` where it is a rule's condition.
pub(super) fn slips(text: &str, pieces: &[(Piece, Range<usize>)], rule: bool) -> Vec<Slip> {
    let mut found = mixed(text, pieces);
    for (at, (piece, span)) in pieces.iter().enumerate() {
        if is_value(pieces, at) {
            continue;
        }
        match piece {
            Piece::Bare(word) => {
                let slip = bare(text, pieces, at, word, rule);
                found.extend(slip.or_else(|| signs::bare(text, pieces, at, word)));
            }
            Piece::Quoted(words) => {
                if let Some((word, apart)) = operator_within(words) {
                    let (kind, run) = (Kind::Quoted(apart), words.clone());
                    found.push(Slip { kind, word, run, span: span.clone() });
                } else if let Some(kind) = signs::starred(words) {
                    let (word, run) = (words.clone(), String::new());
                    found.push(Slip { kind, word, run, span: span.clone() });
                }
            }
            _ => {}
        }
    }
    found.sort_by_key(|slip| slip.span.start);
    found
}

/// Whether a piece is what a scope asks for.
fn is_value(pieces: &[(Piece, Range<usize>)], at: usize) -> bool {
    let before = at.checked_sub(1).map(|before| &pieces[before]);
    before.is_some_and(|(piece, span)| {
        let valued = matches!(piece, Piece::Scope(scope) if VALUED.contains(&scope.as_str()));
        valued && span.end == pieces[at].1.start
    })
}

fn bare(
    text: &str,
    pieces: &[(Piece, Range<usize>)],
    at: usize,
    word: &str,
    rule: bool,
) -> Option<Slip> {
    let is_bare =
        |at: &usize| matches!(pieces.get(*at), Some((Piece::Bare(_), _))) && !is_value(pieces, *at);
    let follows = at > 0 && is_bare(&(at - 1));
    let alone = !follows && !is_bare(&(at + 1));
    let mut span = pieces[at].1.clone();
    let mut written = word;
    let kind = if let Some(kind) = operator(word) {
        kind
    } else if word.starts_with(JOINTS) {
        // `company = huawei`: the word before was meant as a scope.
        let Piece::Bare(before) = &pieces[at.checked_sub(1).filter(|_| follows)?].0 else {
            return None;
        };
        let meant = scope_meant(before)?;
        span.start = pieces[at - 1].1.start;
        written = before;
        Kind::Scope(Some(meant))
    } else if let Some(kind) = scope(word) {
        kind
    } else {
        let near = strsim::damerau_levenshtein(&word.to_lowercase(), OFFICIAL) <= 2;
        (rule && near && word != OFFICIAL && alone).then_some(Kind::Official)?
    };
    let first = (at.saturating_sub(LONG)..at).rev().take_while(is_bare).last().unwrap_or(at);
    let last = (at + 1..at + LONG).take_while(is_bare).last().unwrap_or(at);
    let long = last - first >= LONG;
    let run = if long { "" } else { &text[pieces[first].1.start..pieces[last].1.end] };
    let run = run.to_owned();
    Some(Slip { kind, word: written.to_owned(), run, span })
}

/// What to write for a bare word that stands where an operator is expected and was meant as one.
pub(super) fn operator_for(word: &str) -> Option<String> {
    const OTHERS: [(&str, &str); 10] = [
        ("und", "AND"),
        ("et", "AND"),
        ("y", "AND"),
        ("oder", "OR"),
        ("ou", "OR"),
        ("o", "OR"),
        ("nicht", "NOT"),
        ("pas", "NOT"),
        ("sauf", "NOT"),
        ("sin", "NOT"),
    ];
    match operator(word) {
        Some(Kind::Case) => {
            Some(format!("write {}: operators stand in capitals", word.to_uppercase()))
        }
        Some(Kind::Distance(near)) => Some(format!("write NEAR/{near}")),
        Some(Kind::Sign(sign)) => Some(format!("write {sign}")),
        _ => {
            let lower = word.to_lowercase();
            let (_, operator) = OTHERS.iter().find(|(other, _)| *other == lower)?;
            Some(format!("write {operator}: operators are English, in capitals"))
        }
    }
}

/// The scope that stands before a word's colon, if it is one.
pub(crate) fn scope_of(word: &str) -> Option<&'static str> {
    let (first, rest) = word.split_once(':')?;
    SCOPES.into_iter().find(|scope| *scope == first && !rest.is_empty())
}

/// Whether a bare word was meant as an operator.
fn operator(word: &str) -> Option<Kind> {
    let lower = word.to_lowercase();
    if matches!(lower.as_str(), "or" | "and" | "not") || lower.starts_with("near/") {
        return Some(Kind::Case);
    }
    if let Some(words) = distance(word) {
        return Some(Kind::Distance(words.to_owned()));
    }
    if word == "ADJ" {
        return Some(Kind::Distance("1".to_owned()));
    }
    if word.contains('|') {
        return Some(Kind::Sign("OR"));
    }
    if word.bytes().all(|one| one == b'&') {
        return Some(Kind::Sign("AND"));
    }
    let mut signs = word.chars();
    let sign = signs.next()?;
    let joined = signs.next().is_some_and(char::is_alphabetic);
    match sign {
        '-' | '!' if joined => Some(Kind::Sign("NOT")),
        '+' if joined => Some(Kind::Sign("AND")),
        _ => None,
    }
}

/// How near: `NEAR/5` without its slash or with another sign for it, and what other programs write.
fn distance(word: &str) -> Option<&str> {
    const OTHERS: [&str; 8] = ["w/", "W/", "pre/", "PRE/", "adj/", "ADJ/", "ADJ", "/"];
    let digits = match word.strip_prefix("NEAR") {
        Some(rest) => rest.strip_prefix(['-', '–', '_', ':', '=', '~', '\\']).unwrap_or(rest),
        None => OTHERS.iter().find_map(|one| word.strip_prefix(one))?,
    };
    let whole = !digits.is_empty() && digits.bytes().all(|one| one.is_ascii_digit());
    whole.then_some(digits)
}

/// A word in two at its colon or equals sign.
fn parted(word: &str) -> Option<(&str, &str)> {
    let at = word.find(JOINTS).filter(|at| *at > 0)?;
    Some((&word[..at], word[at..].trim_start_matches(JOINTS)))
}

/// Whether a bare word was meant as a scope with its value. Times, ratios and addresses are not.
fn scope(word: &str) -> Option<Kind> {
    let (first, rest) = parted(word)?;
    let meant = scope_meant(first);
    // A colon of full width stands in Chinese texts, and a colon may end a word.
    let surely = word[first.len()..].starts_with([':', '=']) && !rest.is_empty();
    let number = first.starts_with(|one: char| one.is_numeric());
    let address = SCHEMES.contains(&first.to_lowercase().as_str()) || rest.starts_with("//");
    let none = number || address || !first.contains(char::is_alphabetic);
    (meant.is_some() || surely && !none).then_some(Kind::Scope(meant))
}

/// The scope that a word means: itself in other letters, its plural, another name of it, or a slip in it.
fn scope_meant(word: &str) -> Option<&'static str> {
    let word = word.to_lowercase();
    if let Some((_, scope)) = ALSO.iter().find(|(other, _)| *other == word) {
        return Some(scope);
    }
    let plural = |scope: &&str| {
        word.strip_suffix('s') == Some(scope)
            || word.strip_suffix("ies").is_some_and(|stem| scope.strip_suffix('y') == Some(stem))
    };
    let scopes = || SCOPES.into_iter().chain([OFFICIAL]);
    scopes().find(plural).or_else(|| {
        // At most one slip in three letters, as for keys.
        scopes()
            .map(|scope| (strsim::damerau_levenshtein(&word, scope), scope))
            .filter(|(slips, scope)| *slips <= scope.len() / 3)
            .min_by_key(|(slips, _)| *slips)
            .map(|(_, scope)| scope)
    })
}

/// An operator inside quotes, and the phrases apart. What is in capitals altogether is a phrase in capitals.
fn operator_within(words: &str) -> Option<(String, String)> {
    let is = |word: &str| {
        matches!(word, "AND" | "OR" | "NOT")
            || word.strip_prefix("NEAR/").is_some_and(|n| n.parse::<u32>().is_ok())
    };
    let found = words.split_whitespace().find(|word| is(word))?;
    if !words.chars().any(char::is_lowercase) {
        return None;
    }
    let mut apart: Vec<String> = Vec::new();
    let mut phrase: Vec<&str> = Vec::new();
    for word in words.split_whitespace() {
        if is(word) {
            if !phrase.is_empty() {
                apart.push(format!("\"{}\"", phrase.join(" ")));
                phrase.clear();
            }
            apart.push(word.to_owned());
        } else {
            phrase.push(word);
        }
    }
    if !phrase.is_empty() {
        apart.push(format!("\"{}\"", phrase.join(" ")));
    }
    Some((found.to_owned(), apart.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::super::lex::lex;
    use super::*;

    fn told(text: &str, rule: bool) -> Vec<(Kind, String)> {
        let found = slips(text, &lex(text).unwrap(), rule);
        found.into_iter().map(|slip| (slip.kind, text[slip.span].to_owned())).collect()
    }

    #[test]
    fn scopes_that_are_none_are_seen() {
        for (text, expected) in [
            ("companies:huawei", Some("company")),
            ("comany:huawei", Some("company")),
            ("Company:huawei", Some("company")),
            ("company=huawei", Some("company")),
            ("company：huawei", Some("company")),
            ("topics:delisting", Some("topic")),
            ("tittle:halt", Some("title")),
            ("headline:halt", Some("title")),
            ("official:true", Some("official")),
            ("severity:high", None),
            ("lang:zh", None),
            ("证监会:罚款", None),
        ] {
            assert_eq!(told(text, true), [(Kind::Scope(expected), text.to_owned())], "{text}");
        }
        for text in ["company = huawei", "company :huawei"] {
            let found = told(text, true);
            let [(Kind::Scope(Some("company")), at)] = found.as_slice() else {
                panic!("{text}: {found:?}")
            };
            assert!(text.starts_with(at.as_str()), "{text}: {at}");
        }
        for text in [
            "10:30",
            "3:1",
            "https://a.test/x?y=1",
            "mailto:a@b.test",
            "公告：停牌",
            "halt: suspend",
            "company:a=b",
            "\"re:Invent\"",
            "topic:x",
        ] {
            assert_eq!(told(text, true), [], "{text}");
        }
    }

    #[test]
    fn operators_of_other_programs_are_seen() {
        let near = |words: &str| Kind::Distance(words.to_owned());
        for (text, expected, at) in [
            ("halt Or suspend", Kind::Case, "Or"),
            ("halt near/5 suspend", Kind::Case, "near/5"),
            ("halt W/5 suspend", near("5"), "W/5"),
            ("halt w/12 suspend", near("12"), "w/12"),
            ("halt NEAR–5 suspend", near("5"), "NEAR–5"),
            ("halt ADJ suspend", near("1"), "ADJ"),
            ("halt | suspend", Kind::Sign("OR"), "|"),
            ("halt|suspend", Kind::Sign("OR"), "halt|suspend"),
            ("halt && suspend", Kind::Sign("AND"), "&&"),
            ("halt -suspend", Kind::Sign("NOT"), "-suspend"),
        ] {
            assert_eq!(told(text, false), [(expected, at.to_owned())], "{text}");
        }
        for text in ["AT&T", "US - China", "24/7", "-5%", "n/a", "\"halt | suspend\""] {
            assert_eq!(told(text, false), [], "{text}");
        }
    }

    #[test]
    fn operators_in_quotes_are_seen() {
        let text = "\"trading halt AND suspend\" OR x";
        let kind = Kind::Quoted("\"trading halt\" AND \"suspend\"".to_owned());
        assert_eq!(told(text, false), [(kind, "\"trading halt AND suspend\"".to_owned())]);
        for text in ["\"TRUTH AND RECONCILIATION\"", "\"truth and reconciliation\"", "\"AND\""] {
            assert_eq!(told(text, false), [], "{text}");
        }
    }

    #[test]
    fn official_is_missed_in_rules_only() {
        for text in ["oficial", "offical", "Official", "company:x AND officials"] {
            assert_eq!(told(text, true)[0].0, Kind::Official, "{text}");
            assert_eq!(told(text, false), [], "{text}");
        }
        assert_eq!(told("trade officials", true), []);
        assert_eq!(told("official AND x", true), []);
    }
}
