//! Other writings of a name that are the name: with a word for "&" or the sign for the word, with the `s` of its
//! possessive ending and no apostrophe, and with its legal form written otherwise.

use crate::detect::hash::hash;
use crate::detect::legal;
use crate::detect::phrases::{Need, capitals};
use crate::detect::text::{AND, OWNER, Shape, Text, Token};

use super::name::written_end;

/// Words for "&", in the languages whose papers write names so.
const WORDS: [&str; 8] = ["and", "und", "et", "y", "e", "och", "og", "en"];

/// One writing, and what its words must look like.
pub(super) type Variant = (String, Need);

/// The writings of a name with or without "&", and without an apostrophe; of most names there are none.
pub(super) fn of_signs(name: &str, text: &Text) -> Vec<Variant> {
    let mut all = Vec::new();
    let own = capitals(text);
    let connected = places(&text.tokens, |token| token.marks & AND != 0);
    let worded: Vec<usize> = places(&text.tokens, is_word)
        .into_iter()
        .filter(|at| *at + 1 < text.tokens.len())
        .collect();
    let owned = text.tokens.iter().any(|token| token.marks & OWNER != 0);
    let mut add = |with: With<'_>, need: Option<Need>| {
        let name = spelt(name, text, with);
        let need = need.unwrap_or_else(|| capitals(&Text::of_term(&name)));
        all.push((name, need));
    };
    if !connected.is_empty() {
        // What has capitals only keeps them beside a small word.
        let need = if own == Need::Free { Need::Free } else { Need::CapsBut };
        WORDS.into_iter().for_each(|word| add(With::Word(&connected, word), Some(need)));
    } else if !worded.is_empty() {
        add(With::Sign(&worded), None);
    }
    if owned {
        add(With::S, None);
    }
    all
}

/// The writings of a name that ends in a legal form with the other writings of this form.
pub(super) fn of_legal_form(name: &str, text: &Text) -> Vec<Variant> {
    let Some((words, family)) = legal::trailing(&text.tokens) else { return Vec::new() };
    let core = &name[..written_end(name, &text.tokens[text.tokens.len() - words - 1])];
    let own = &text.tokens[text.tokens.len() - words..];
    let other = |form: &&&str| {
        !Text::of_term(form).tokens.iter().map(|one| one.hash).eq(own.iter().map(|one| one.hash))
    };
    let written = family.iter().filter(other).map(|form| format!("{core} {form}"));
    written.map(|one| (one, Need::Free)).collect()
}

/// Where words but the first are such.
fn places(tokens: &[Token], is: impl Fn(&Token) -> bool) -> Vec<usize> {
    (1..tokens.len()).filter(|at| is(&tokens[*at])).collect()
}

fn is_word(token: &Token) -> bool {
    token.shape == Shape::Lower
        && token.chars <= 3
        && WORDS.iter().any(|word| hash(word) == token.hash)
}

/// What a name is written with otherwise.
#[derive(Clone, Copy)]
enum With<'a> {
    /// This word for the sign before each of these words.
    Word(&'a [usize], &'static str),
    /// A sign for each of these words.
    Sign(&'a [usize]),
    /// Possessive endings without their apostrophe.
    S,
}

fn spelt(name: &str, text: &Text, with: With<'_>) -> String {
    let mut spelt = String::with_capacity(name.len() + 8);
    let mut end = text.tokens.first().map_or(0, |first| first.start as usize);
    for (at, token) in text.tokens.iter().enumerate() {
        let (begin, word_end) = (token.start as usize, token.end as usize);
        match with {
            With::Word(places, word) if places.contains(&at) => spelt.extend([" ", word, " "]),
            _ => spelt.push_str(&name[end..begin]),
        }
        end = written_end(name, token);
        match with {
            With::Sign(places) if places.contains(&at) => spelt.push('&'),
            With::S if token.marks & OWNER != 0 => {
                spelt.push_str(&name[begin..word_end]);
                spelt.extend(name[begin..end].chars().next_back());
            }
            _ => spelt.push_str(&name[begin..end]),
        }
    }
    spelt
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(name: &str) -> Vec<String> {
        of_signs(name, &Text::of_term(name)).into_iter().map(|one| one.0).take(2).collect()
    }

    #[test]
    fn signs_are_words_and_words_are_signs() {
        for (name, expected) in [
            ("Procter & Gamble", &["Procter and Gamble", "Procter und Gamble"][..]),
            ("H&M", &["H and M", "H und M"]),
            ("Marks and Spencer", &["Marks & Spencer"]),
            ("Moody's Corp", &["Moodys Corp"]),
            ("MOODY’S", &["MOODYS"]),
            ("And Then", &[]),
            ("Huawei", &[]),
        ] {
            assert_eq!(written(name), expected, "{name}");
        }
        let text = Text::of_term("Target Corporation");
        assert_eq!(
            of_legal_form("Target Corporation", &text),
            [("Target Corp".to_owned(), Need::Free)]
        );
    }
}
