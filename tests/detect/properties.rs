//! What must hold for every text: the fast matcher finds what the definition says, spans are exact,
//! and hostile input is only slow in proportion to its length.

use std::collections::BTreeSet;

use proptest::prelude::*;
use rust_stemmers::{Algorithm, Stemmer};
use unicode_normalization::UnicodeNormalization;
use watchlistd::detect::{Origin, Watchlist, explain, judge};
use watchlistd::model::ItemText;

use super::{company, compile, item, search, topic};

/// A piece of a text: a word or what stands between words.
type Piece = &'static str;

const WORDS: [Piece; 9] =
    ["alba", "norvik", "trades", "trading", "sells", "京", "东", "方", "zeta9"];
const GAPS: [Piece; 8] = [" ", "-", ", ", " (", "; ", "! ", " \u{201c}", ""];

/// A token of the slow matcher: normal form, bytes, and how strong the gap before it is
/// (0 any phrase may cross, 1 a term may and a name but between two characters, 2 a term only, 3 nothing may).
struct Slow {
    word: String,
    start: usize,
    end: usize,
    gap: u8,
    sentence: usize,
}

fn is_character(word: &str) -> bool {
    !word.is_ascii()
}

/// Builds a text of pieces, and its tokens by definition.
fn text_of(pieces: &[(usize, usize)]) -> (String, Vec<Slow>) {
    let (mut text, mut tokens) = (String::new(), Vec::new());
    for (n, (gap, word)) in pieces.iter().enumerate() {
        let word = WORDS[*word];
        let before = tokens.last().map(|one: &Slow| is_character(&one.word));
        // Two words of letters cannot touch, or they would be one word.
        let gap = if before == Some(false) && !is_character(word) && GAPS[*gap].is_empty() {
            0
        } else {
            *gap
        };
        if n > 0 {
            text.push_str(GAPS[gap]);
        }
        let strength = match GAPS[gap] {
            _ if n == 0 => 3,
            "; " | "! " | ", " => 3,
            " (" => 2,
            " \u{201c}" => 1,
            _ => 0,
        };
        let start = text.len();
        text.push_str(word);
        let ended = usize::from(n > 0 && GAPS[gap] == "! ");
        let sentence = tokens.last().map_or(0, |one: &Slow| one.sentence + ended);
        let end = text.len();
        tokens.push(Slow { word: word.to_owned(), start, end, gap: strength, sentence });
    }
    (text, tokens)
}

/// Every place of `words` in `tokens`, by trying each, through gaps of some strength and, where `crosses`, through the
/// next but between two characters.
fn places(
    tokens: &[Slow],
    words: &[String],
    (widest, crosses): (u8, bool),
    form: impl Fn(&str) -> String,
) -> BTreeSet<(usize, usize)> {
    let mut found = BTreeSet::new();
    for first in 0..tokens.len() {
        let Some(part) = tokens.get(first..first + words.len()) else { break };
        let equal = part.iter().zip(words).all(|(token, word)| form(&token.word) == form(word));
        let apart = |pair: &[Slow]| {
            let characters = pair.iter().all(|token| is_character(&token.word));
            pair[1].gap <= widest || crosses && pair[1].gap == 1 && !characters
        };
        if equal && part.windows(2).all(apart) {
            found.insert((part[0].start, part[words.len() - 1].end));
        }
    }
    found
}

fn found(watchlist: &Watchlist, text: &str, entity: &str) -> BTreeSet<(usize, usize)> {
    let judgement = judge(watchlist, &item(text, "", "en"), Origin::default());
    let held = judgement.held_back.iter().filter_map(|held| held.hit.as_ref());
    judgement
        .hits
        .iter()
        .chain(held)
        .filter(|hit| &*hit.entity == entity)
        .map(|hit| (hit.start, hit.end))
        .collect()
}

fn pieces(most: usize) -> impl Strategy<Value = Vec<(usize, usize)>> {
    prop::collection::vec((0..GAPS.len(), 0..WORDS.len()), 1..most)
}

/// A term of words: spaces between letters, nothing between characters.
fn term_of(words: &[usize]) -> (String, Vec<String>) {
    let words: Vec<String> = words.iter().map(|word| WORDS[*word].to_owned()).collect();
    let mut term = String::new();
    for word in &words {
        let touches =
            is_character(word) && term.chars().next_back().is_some_and(|one| !one.is_ascii());
        if !term.is_empty() && !touches {
            term.push(' ');
        }
        term.push_str(word);
    }
    (term, words)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn names_are_found_exactly_where_they_stand(
        pieces in pieces(14),
        name in prop::collection::vec(0..WORDS.len(), 2..4),
    ) {
        let (text, tokens) = text_of(&pieces);
        let (name, words) = term_of(&name);
        let mut entry = company(&name, &[]);
        entry.id = Some(super::at("it".to_owned()));
        let watchlist = compile(vec![entry], vec![], vec![]);
        prop_assert_eq!(found(&watchlist, &text, "it"), outermost(places(&tokens, &words, (0, true), str::to_owned)), "{:?} in {:?}", name, text);
    }

    #[test]
    fn phrases_are_found_with_their_inflections(
        pieces in pieces(14),
        term in prop::collection::vec(0..WORDS.len(), 1..4),
    ) {
        let (text, tokens) = text_of(&pieces);
        let (term, words) = term_of(&term);
        let mut entry = topic("It", &[&term]);
        entry.id = Some(super::at("it".to_owned()));
        let watchlist = compile(vec![], vec![entry], vec![]);
        let stemmer = Stemmer::create(Algorithm::English);
        let stem = |word: &str| stemmer.stem(word).into_owned();
        prop_assert_eq!(found(&watchlist, &text, "it"), outermost(places(&tokens, &words, (2, false), stem)), "{:?} in {:?}", term, text);
    }

    #[test]
    fn a_span_folded_is_the_term(
        before in "[a-z .,;—-]{0,12}",
        dress in prop::collection::vec(0..6usize, 5),
        after in "[ .,;:!?)’-]{1,4}",
    ) {
        // The name in another dress: diacritics, width, invisible characters, dashes, case.
        let letters = [
            ["N", "ñ", "Ｎ", "n\u{ad}", "&ntilde;", "n\u{303}"],
            ["o", "ö", "ｏ", "\u{200b}o", "&ouml;", "O"],
            [" ", "-", "\u{2011}", "\u{a0}", "\u{3000}", ""],
            ["腾", "騰", "腾\u{200d}", "騰", "腾", "騰"],
            ["rk", "RK", "ｒk", "r\u{301}k", "&#114;k", "rk"],
        ];
        let dressed: String = letters.iter().zip(&dress).map(|(ways, way)| ways[*way]).collect();
        let text = format!("{before} {dressed}{after}");
        let watchlist = compile(vec![company("No 腾rk", &[])], vec![], vec![]);
        let judgement = judge(&watchlist, &item(&text, "", "en"), Origin::default());
        prop_assert_eq!(judgement.hits.len(), 1, "{:?}", text);
        let hit = &judgement.hits[0];
        prop_assert_eq!(plain(&text[hit.start..hit.end]), "no腾rk");
    }

    #[test]
    fn no_text_and_no_search_breaks_anything(text in "\\PC{0,80}", query in "[a-zA-Z\"()*/:0-9 ]{0,40}|\\PC{0,20}") {
        let entries = watchlistd::model::watchlist::WatchlistEntries {
            companies: vec![company(&text, &[&query])],
            topics: vec![search("Any", &query), topic("Terms", &[&text, &query])],
            rules: vec![super::rule("Rule", &query, Some(watchlistd::model::Severity::High))],
        };
        let (watchlist, _) = Watchlist::compile(&entries);
        let text = ItemText { title: text.clone(), content: query.clone(), ..ItemText::default() };
        let told = explain(&watchlist, &text, Origin::default());
        for hit in &told.judgement.hits {
            let field = if hit.field == watchlistd::model::Field::Title { &text.title } else { &text.content };
            prop_assert!(field.get(hit.start..hit.end).is_some());
        }
    }
}

/// A search as its definition has it.
#[derive(Clone, Debug)]
enum Query {
    /// With its inflections.
    Bare(usize),
    /// As it is.
    Quoted(usize),
    /// This many of its letters, and anything after.
    Prefix(usize, usize),
    And(Vec<Query>),
    Or(Vec<Query>),
    Not(Box<Query>),
    Near(usize, Box<Query>, Box<Query>),
}

impl Query {
    fn written(&self) -> String {
        let many = |all: &[Self], between: &str| {
            format!("({})", all.iter().map(Self::written).collect::<Vec<_>>().join(between))
        };
        match self {
            Self::Bare(word) => WORDS[*word].to_owned(),
            Self::Quoted(word) => format!("\"{}\"", WORDS[*word]),
            Self::Prefix(word, letters) => {
                format!("{}*", WORDS[*word].chars().take(*letters).collect::<String>())
            }
            Self::And(all) => many(all, " AND "),
            Self::Or(any) => many(any, " OR "),
            Self::Not(one) => format!("NOT ({})", one.written()),
            Self::Near(n, a, b) => format!("({} NEAR/{n} {})", a.written(), b.written()),
        }
    }

    /// Token by token where it is found; `None` for what has no place.
    fn places(&self, tokens: &[Slow]) -> Vec<usize> {
        let all = |fits: &dyn Fn(&str) -> bool| {
            (0..tokens.len()).filter(|at| fits(&tokens[*at].word)).collect()
        };
        match self {
            Self::Bare(word) => all(&|one| stemmed(one) == stemmed(WORDS[*word])),
            Self::Quoted(word) => all(&|one| one == WORDS[*word]),
            Self::Prefix(word, letters) => {
                let begin: String = WORDS[*word].chars().take(*letters).collect();
                all(&|one| one.starts_with(&begin))
            }
            Self::Or(any) => any.iter().flat_map(|one| one.places(tokens)).collect(),
            _ => Vec::new(),
        }
    }

    fn holds(&self, tokens: &[Slow]) -> bool {
        match self {
            Self::And(all) => all.iter().all(|one| one.holds(tokens)),
            Self::Or(any) => any.iter().any(|one| one.holds(tokens)),
            Self::Not(one) => !one.holds(tokens),
            Self::Near(n, a, b) => a.places(tokens).iter().any(|a| {
                b.places(tokens).iter().any(|b| {
                    a != b && a.abs_diff(*b) - 1 <= *n && tokens[*a].sentence == tokens[*b].sentence
                })
            }),
            _ => !self.places(tokens).is_empty(),
        }
    }

    /// Whether it can only hold where something is present.
    fn affirms(&self) -> bool {
        match self {
            Self::And(all) => all.iter().any(Self::affirms),
            Self::Or(any) => any.iter().all(Self::affirms),
            Self::Not(_) => false,
            _ => true,
        }
    }
}

fn stemmed(word: &str) -> String {
    Stemmer::create(Algorithm::English).stem(word).into_owned()
}

fn words() -> impl Strategy<Value = Query> {
    let word = 0..WORDS.len();
    prop_oneof![
        4 => word.clone().prop_map(Query::Bare),
        1 => word.clone().prop_map(Query::Quoted),
        1 => (word, 1..5usize).prop_map(|(word, letters)| Query::Prefix(word, letters)),
    ]
}

fn query() -> impl Strategy<Value = Query> {
    let side = || {
        prop_oneof![
            2 => words(),
            1 => prop::collection::vec(words(), 2..4).prop_map(Query::Or),
        ]
    };
    let near =
        (1..6usize, side(), side()).prop_map(|(n, a, b)| Query::Near(n, Box::new(a), Box::new(b)));
    let leaf = prop_oneof![2 => words(), 1 => near];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Query::And),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Query::Or),
            inner.prop_map(|one| Query::Not(Box::new(one))),
        ]
    })
}

/// Places of a guard's words by their first and last token.
fn guard_places(tokens: &[Slow], words: &[String]) -> Vec<(usize, usize)> {
    let at = |byte: usize, end: bool| {
        tokens.iter().position(|one| if end { one.end == byte } else { one.start == byte }).unwrap()
    };
    places(tokens, words, (2, false), stemmed)
        .into_iter()
        .map(|(start, end)| (at(start, false), at(end, true)))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 800, ..ProptestConfig::default() })]

    #[test]
    fn searches_hold_exactly_where_their_definition_says(
        pieces in pieces(16),
        query in query().prop_filter("refused", Query::affirms),
    ) {
        let (text, tokens) = text_of(&pieces);
        let written = query.written();
        let watchlist = compile(vec![], vec![search("It", &written)], vec![]);
        let judgement = judge(&watchlist, &item(&text, "", "en"), Origin::default());
        prop_assert_eq!(!judgement.topics.is_empty(), query.holds(&tokens), "{} in {:?}", written, text);
        // A rule asks the same of the same words.
        let rule = super::rule("It", &written, Some(watchlistd::model::Severity::High));
        let watchlist = compile(vec![], vec![], vec![rule]);
        let judgement = judge(&watchlist, &item(&text, "", "en"), Origin::default());
        // Of an item that tells of several matters it asks within one piece.
        if !explain(&watchlist, &item(&text, "", "en"), Origin::default()).pieces.is_empty() {
            prop_assert_eq!(judgement.alert, query.holds(&tokens), "rule {} in {:?}", written, text);
        }
    }

    #[test]
    fn guards_hold_back_exactly_what_their_definition_says(
        pieces in pieces(12),
        term in 0..WORDS.len(),
        guards in prop::collection::vec((0..3usize, prop::collection::vec(0..WORDS.len(), 1..3)), 1..3),
    ) {
        let (text, tokens) = text_of(&pieces);
        let mut entry = topic("It", &[WORDS[term]]);
        let mut lists: [Vec<Vec<(usize, usize)>>; 3] = Default::default();
        for (kind, words) in &guards {
            let (written, words) = term_of(words);
            lists[*kind].push(guard_places(&tokens, &words));
            let into = match kind {
                0 => &mut entry.guards.only_with,
                1 => &mut entry.guards.not_with,
                _ => &mut entry.guards.never_in_item,
            };
            into.push(super::at(written));
        }
        let [only_with, not_with, never] = lists;
        let counts = |at: usize| {
            let beside = |(first, last): &(usize, usize)| *last < at || *first > at;
            let near = |(first, _): &(usize, usize)| tokens[*first].sentence == tokens[at].sentence;
            never.iter().all(Vec::is_empty)
                && !not_with.iter().flatten().any(near)
                && (only_with.is_empty() || only_with.iter().flatten().any(beside))
        };
        let expected: Vec<(usize, usize)> = Query::Bare(term)
            .places(&tokens)
            .into_iter()
            .filter(|at| counts(*at))
            .map(|at| (tokens[at].start, tokens[at].end))
            .collect();
        let all = Query::Bare(term).places(&tokens).len();
        let watchlist = compile(vec![], vec![entry.clone()], vec![]);
        let judgement = judge(&watchlist, &item(&text, "", "en"), Origin::default());
        let found: Vec<(usize, usize)> =
            judgement.hits.iter().map(|hit| (hit.start, hit.end)).collect();
        prop_assert_eq!(found, expected, "{:?} {:?} in {:?}", WORDS[term], entry.guards, text);
        prop_assert_eq!(judgement.hits.len() + judgement.held_back.len(), all);
    }
}

/// What lies inside another place of the same term is not told twice.
fn outermost(places: BTreeSet<(usize, usize)>) -> BTreeSet<(usize, usize)> {
    let all: Vec<_> = places.iter().copied().collect();
    places
        .into_iter()
        .filter(|one| !all.iter().any(|other| other != one && other.0 <= one.0 && other.1 >= one.1))
        .collect()
}

/// Letters and digits in their normal form, by the plain road.
fn plain(span: &str) -> String {
    let span = span
        .replace("&ntilde;", "n")
        .replace("&ouml;", "o")
        .replace("&#114;", "r")
        .replace('騰', "腾");
    span.nfkd().filter(|one| one.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[test]
fn long_hostile_texts_are_only_long() {
    let mut entry = company("no no no no no no no no", &["no"]);
    entry.tickers = super::all(&["NYSE:NO"]);
    let watchlist = compile(
        vec![entry],
        vec![
            search("Near", "(no OR ban) NEAR/100 (ban OR no OR \"no no\")"),
            topic("Terms", &["ban ban ban ban"]),
        ],
        vec![],
    );
    for text in [
        "no ", "NO-", "$NO ", "ban no ", "&", "&amp;", "京东", "'s", "a.", "((((", "\u{301}",
        "n\u{ad}",
    ] {
        let title = text.repeat(3_000);
        let told = explain(&watchlist, &item(&title, "", "en"), Origin::default());
        assert!(told.judgement.hits.len() <= title.len());
    }
}
