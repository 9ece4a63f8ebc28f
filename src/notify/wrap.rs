//! Plain text at 72 columns. Words are kept whole, so an address stays one that can be followed;
//! scripts without spaces break between any two characters. Columns are what a terminal shows: a
//! Chinese character takes two.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The width of a text part.
const COLUMNS: usize = 72;

/// Never at the start of a line.
const CLOSING: &str = "。，、；：？！）」』】》〉…%)]}.,;:?!’”";

/// Never at the end of a line, if a word without spaces goes on.
const OPENING: &str = "（「『【《〈([{“‘";

/// Wraps `text`: the first line begins with `first`, later ones with `next`.
pub(super) fn wrap(text: &str, first: &str, next: &str) -> String {
    let mut lines = vec![String::from(first)];
    let mut begun = false;
    // Of two asterisks the first opens.
    let mut open = false;
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let line = lines.last().expect("there is always a line");
        let room = COLUMNS.saturating_sub(line.width() + usize::from(begun));
        if begun && word.width() > room && (!has_wide(word) || room < 8) {
            lines.push(next.to_owned());
            begun = false;
        }
        push_word(&mut lines, word, next, begun, &mut open);
        begun = true;
    }
    lines.join("\n")
}

fn push_word(lines: &mut Vec<String>, word: &str, next: &str, begun: bool, open: &mut bool) {
    let mut line = lines.pop().expect("there is always a line");
    if begun {
        line.push(' ');
    }
    if !has_wide(word) {
        *open ^= word.matches('*').count() % 2 == 1;
        line.push_str(word);
        lines.push(line);
        return;
    }
    for one in word.chars() {
        let wide = one.width().unwrap_or(0);
        let full = line.width() + wide > COLUMNS;
        if full && wide > 1 && !CLOSING.contains(one) && line.trim_end() != next.trim_end() {
            let kept = line.trim_end_matches(|last| opens(last, *open)).len();
            // A line of nothing but such signs stays as it is.
            let kept = if kept > next.len() { kept } else { line.len() };
            let begins = line.split_off(kept);
            lines.push(std::mem::replace(&mut line, next.to_owned()));
            line.push_str(&begins);
        }
        *open ^= one == '*';
        line.push(one);
    }
    lines.push(line);
}

/// Whether a sign belongs to what follows it, where an asterisk is open or not.
fn opens(sign: char, open: bool) -> bool {
    OPENING.contains(sign) || (sign == '*' && open)
}

fn has_wide(word: &str) -> bool {
    word.chars().any(|one| one.width() == Some(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The asterisk that begins what was found stands with it, and the one that ends it too.
    #[test]
    fn what_opens_ends_no_line_and_what_closes_begins_none() {
        for n in 20..40 {
            let text = format!("{}“*军民融合*”为例，*阿里巴巴*回应", "汉".repeat(n));
            for line in wrap(&text, "   > ", "   > ").lines() {
                let words = line.strip_prefix("   > ").unwrap_or_default();
                assert!(!words.ends_with(['“']) && !words.starts_with(['”', '，']), "{n}: {line}");
                assert!(!words.ends_with("“*") && !words.ends_with("，*"), "{n}: {line}");
                assert!(!words.starts_with("*”") && !words.starts_with("*回"), "{n}: {line}");
            }
        }
    }

    #[test]
    fn lines_keep_to_the_width_and_addresses_stay_whole() {
        let url = format!("https://example.org/{}", "a".repeat(80));
        let text = format!("{} {url} {}", "word ".repeat(30).trim(), "汉字".repeat(60));
        let wrapped = wrap(&text, "1. ", "   ");
        assert!(wrapped.contains(&url));
        for line in wrapped.lines().filter(|line| !line.contains(&url)) {
            assert!(line.width() <= COLUMNS + 2, "{line}");
            assert!(line.starts_with("1. ") || line.starts_with("   "));
        }
    }

    #[test]
    fn an_empty_text_is_one_line() {
        assert_eq!(wrap("", "- ", "  "), "- ");
    }
}
