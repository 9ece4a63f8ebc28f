//! Phrases around a match that may tell its false sense, the likeliest first. Pure.

use unicode_segmentation::UnicodeSegmentation;

/// Words that say nothing about a sense.
const EMPTY: &[&str] = &[
    "a", "an", "and", "are", "as", "at", "be", "but", "by", "for", "from", "had", "has", "have",
    "he", "her", "his", "in", "is", "it", "its", "near", "new", "not", "of", "on", "or", "over",
    "said", "says", "she", "that", "the", "their", "they", "this", "to", "was", "we", "were",
    "which", "who", "will", "with", "der", "die", "das", "und", "von", "le", "la", "les", "de",
    "du", "des", "et", "el", "los", "y",
];

/// The phrases of two and three words that hold the match at `start..end`, without crossing a stop:
/// two words with a telling neighbour first (0), then others (1), three words last (2). Of scripts without spaces, the match
/// with one or two characters beside it.
pub(super) fn around(text: &str, start: usize, end: usize) -> Vec<(u8, String)> {
    let words: Vec<(usize, usize)> =
        text.unicode_word_indices().map(|(at, word)| (at, at + word.len())).collect();
    let first = words.iter().position(|(_, to)| *to > start);
    let last = words.iter().rposition(|(from, _)| *from < end);
    let (Some(first), Some(last)) = (first, last) else { return Vec::new() };
    let joined = |one: usize, next: usize| -> bool {
        let gap = text.get(words[one].1..words[next].0).unwrap_or(".");
        gap.chars()
            .all(|one| one == ' ' || one == '\u{a0}' || one == '-' || one == '\'' || one == '’')
    };
    let reach = |from: usize, to: usize| -> Option<String> {
        if from > to || to >= words.len() || !(from..to).all(|at| joined(at, at + 1)) {
            return None;
        }
        text.get(words[from].0..words[to].1).map(str::to_owned)
    };
    let telling = |at: usize| -> bool {
        let word = text.get(words[at].0..words[at].1).unwrap_or("").to_lowercase();
        !EMPTY.contains(&word.as_str())
    };
    let mut found: Vec<(u8, String)> = Vec::new();
    let mut add = |rank: u8, phrase: Option<String>| {
        if let Some(phrase) = phrase.filter(|one| !found.iter().any(|(_, other)| other == one)) {
            found.push((rank, phrase));
        }
    };
    if first > 0 {
        add(u8::from(!telling(first - 1)), reach(first - 1, last));
    }
    if last + 1 < words.len() {
        add(u8::from(!telling(last + 1)), reach(first, last + 1));
    }
    if first > 1 {
        add(2, reach(first - 2, last));
    }
    add(2, reach(first, last + 2));
    if first > 0 {
        add(2, reach(first - 1, last + 1));
    }
    found.sort_by_key(|(rank, _)| *rank);
    found
}

/// The same of what a search found, in which stops may stand: around its first and around its last word, as
/// far as they reach beyond it. What stands within it stands in every true report, too.
pub(super) fn at_the_ends(text: &str, start: usize, end: usize) -> Vec<(u8, String)> {
    let found = text.get(start..end).unwrap_or_default();
    let words: Vec<(usize, &str)> = found.unicode_word_indices().collect();
    let ends = words.first().into_iter().chain(words.last().filter(|_| words.len() > 1));
    let mut all: Vec<(u8, String)> = Vec::new();
    for (at, word) in ends {
        let from = start + at;
        let beyond = around(text, from, from + word.len()).into_iter();
        all.extend(beyond.filter(|(_, phrase)| !found.contains(phrase.as_str())));
    }
    all.sort_by_key(|(rank, _)| *rank);
    all
}

/// Puts phrases that hold the words of the matter behind all others: they tell no false sense of the name.
pub(super) fn matter_last(phrases: &mut [(u8, String)], matter: &[String]) {
    let of_matter = |one: &&mut (u8, String)| of_the_matter(&one.1, matter);
    phrases.iter_mut().filter(of_matter).for_each(|(rank, _)| *rank += MATTER);
    phrases.sort_by_key(|(rank, _)| *rank);
}

/// Whether a phrase holds words of the matter, which are in small letters.
pub(super) fn of_the_matter(phrase: &str, matter: &[String]) -> bool {
    let phrase = phrase.to_lowercase();
    let words = matter.iter().flat_map(|words| words.unicode_words());
    let telling = words.filter(|word| !EMPTY.contains(word));
    telling.into_iter().any(|word| phrase.unicode_words().any(|other| other == word))
}

/// Behind the last rank of [`around`].
const MATTER: u8 = 3;

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, term: &str) -> Vec<String> {
        let start = text.find(term).unwrap();
        around(text, start, start + term.len()).into_iter().map(|(_, phrase)| phrase).collect()
    }

    #[test]
    fn a_telling_neighbour_comes_first() {
        let found = of("Analysts raise the price Target of Apple", "Target");
        assert_eq!(found[0], "price Target");
        assert_eq!(found[1], "Target of");
    }

    #[test]
    fn the_words_of_the_matter_come_last() {
        let text = "SEC moves to delist Alibaba cave tours";
        let start = text.find("Alibaba").unwrap();
        let mut all = around(text, start, start + "Alibaba".len());
        assert_eq!(all[0].1, "delist Alibaba");
        matter_last(&mut all, &["delist".to_owned()]);
        assert_eq!(all[0].1, "Alibaba cave");
        assert!(of_the_matter(&all.last().unwrap().1, &["to delist".to_owned()]));
        assert!(!of_the_matter("Alibaba to", &["to delist".to_owned()]));
    }

    #[test]
    fn beside_what_a_search_found_only_what_reaches_beyond_it_is_a_phrase() {
        let text = "Commerce Department fines maker $12 million for export violations";
        let of = |found: &str| -> Vec<String> {
            let start = text.find(found).unwrap();
            let all = at_the_ends(text, start, start + found.len());
            all.into_iter().map(|(_, phrase)| phrase).collect()
        };
        let found = "Department fines maker $12 million for export";
        assert_eq!(
            of(found),
            [
                "Commerce Department",
                "export violations",
                "Commerce Department fines",
                "for export violations"
            ]
        );
        assert!(of(text).is_empty());
    }

    #[test]
    fn a_stop_is_not_crossed() {
        assert!(of("It fell. Target. Then it rose", "Target").is_empty());
        assert_eq!(of("A forty-thieves Alibaba, again", "Alibaba")[0], "thieves Alibaba");
    }

    #[test]
    fn without_spaces_characters_are_words() {
        assert!(of("他去了阿里地区旅行", "阿里").contains(&"阿里地区".to_owned()));
    }
}
