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
/// (0 a phrase may cross, 1 only a name may, 2 nothing may).
struct Slow {
    word: String,
    start: usize,
    end: usize,
    gap: u8,
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
            _ if n == 0 => 2,
            "; " | "! " => 2,
            ", " => 1,
            _ => 0,
        };
        let start = text.len();
        text.push_str(word);
        tokens.push(Slow { word: word.to_owned(), start, end: text.len(), gap: strength });
    }
    (text, tokens)
}

/// Every place of `words` in `tokens`, by trying each.
fn places(
    tokens: &[Slow],
    words: &[String],
    widest: u8,
    form: impl Fn(&str) -> String,
) -> BTreeSet<(usize, usize)> {
    let mut found = BTreeSet::new();
    for first in 0..tokens.len() {
        let Some(part) = tokens.get(first..first + words.len()) else { break };
        let equal = part.iter().zip(words).all(|(token, word)| form(&token.word) == form(word));
        if equal && part[1..].iter().all(|token| token.gap <= widest) {
            found.insert((part[0].start, part[words.len() - 1].end));
        }
    }
    found
}

fn found(watchlist: &Watchlist, text: &str, entity: &str) -> BTreeSet<(usize, usize)> {
    let judgement = judge(watchlist, &item(text, "", "en"), Origin::default());
    let held = judgement.held_back.iter().map(|held| &held.hit);
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
        prop_assert_eq!(found(&watchlist, &text, "it"), outermost(places(&tokens, &words, 1, str::to_owned)), "{:?} in {:?}", name, text);
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
        prop_assert_eq!(found(&watchlist, &text, "it"), outermost(places(&tokens, &words, 0, stem)), "{:?} in {:?}", term, text);
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
