//! Words from outside, made harmless: whatever a feed says is text and nothing but text.
//!
//! Invariant: no control character, line break or bidirectional control of a feed reaches a mail;
//! what is cut says so; a link is http or https and is shown with the host it really leads to.
//! Escaping for HTML is the templates' matter.

use unicode_segmentation::UnicodeSegmentation;
use url::Url;

/// What stands where a text was cut.
pub(super) const CUT: &str = "… [cut]";

/// Characters of a header's word.
const LONGEST_WORD: usize = 250;

/// Links longer than this are left out: no mail program keeps them whole.
const LONGEST_LINK: usize = 2_000;

/// Bidirectional controls: with them a name can be made to read backwards.
fn is_bidi_control(one: char) -> bool {
    matches!(one, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Characters that show nothing and do something, beside the C0 and C1 controls: line and paragraph
/// separators are spaces, tag characters (outside flags) and byte order marks hide text, soft hyphens and
/// spaces of no width divide names.
fn is_hidden(one: char) -> bool {
    is_bidi_control(one)
        || one.is_control()
        || matches!(one, '\u{ad}' | '\u{200b}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

/// Every white space becomes a space, every hidden character nothing. Runs of spaces become one.
/// A space at either end is kept, so that pieces can be joined again.
pub(super) fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for one in text.chars() {
        if one.is_whitespace() || matches!(one, '\u{0}'..='\u{1f}' | '\u{85}') {
            if !out.ends_with(' ') {
                out.push(' ');
            }
        } else if !is_hidden(one) {
            out.push(one);
        }
    }
    out
}

/// One clean line of at most `most` characters as readers count them, cut visibly.
#[must_use]
pub fn line(text: &str, most: usize) -> String {
    let text = clean(text);
    let text = text.trim();
    match text.grapheme_indices(true).nth(most) {
        None => text.to_owned(),
        Some((at, _)) => format!("{}{CUT}", text[..at].trim_end()),
    }
}

/// A header's value: one clean line in which nothing poses as an encoded word, and no word is too long for a line.
pub(super) fn header(text: &str) -> String {
    foldable(&clean(text).trim().replace("=?", "= ?"))
}

/// With a space after so many characters of a word that has none: a header is folded at spaces only, and a line
/// may have 998 characters (RFC 5322 §2.1.1).
fn foldable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut word = 0;
    for one in text.chars() {
        word = if one == ' ' { 0 } else { word + 1 };
        if word > LONGEST_WORD {
            out.push(' ');
            word = 1;
        }
        out.push(one);
    }
    out
}

/// Text that runs from right to left, isolated from what stands around it (plain text only; HTML
/// has an element for it).
pub(super) fn isolate(text: &str) -> String {
    if text.chars().any(is_right_to_left) {
        format!("\u{2068}{text}\u{2069}")
    } else {
        text.to_owned()
    }
}

fn is_right_to_left(one: char) -> bool {
    matches!(one, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{feff}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1efff}')
}

/// A link that a mail may carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Link {
    /// The whole address, as a browser would read it, without a user name.
    pub(super) href: String,
    /// The host that it leads to, in ASCII, so that look-alike letters show.
    pub(super) host: String,
}

/// The link of an item, if a mail may carry it; else why not, in words.
pub(super) fn link(text: Option<&str>) -> Result<Link, &'static str> {
    let text = text.map(str::trim).filter(|text| !text.is_empty()).ok_or("no link")?;
    let mut url = Url::parse(text).map_err(|_| "its link is no web address and is left out")?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err("its link is no web address and is left out");
    }
    let host = url.host_str().ok_or("its link has no host and is left out")?.to_owned();
    if !url.username().is_empty() || url.password().is_some() {
        // Cannot fail for a URL that has a host.
        let _ = url.set_username("");
        let _ = url.set_password(None);
    }
    let href: String = url.into();
    if href.len() > LONGEST_LINK {
        return Err("its link is longer than 2,000 characters and is left out");
    }
    Ok(Link { href, host })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_hidden_and_no_line_break_remains() {
        let check = |text: &str, expected: &str| assert_eq!(line(text, 40), expected, "{text:?}");
        check("a\r\nBcc: x@y.z", "a Bcc: x@y.z");
        check("\u{202e}evil\u{2066}\u{0}\u{7f}\u{9b}", "evil");
        check("Al\u{ad}iba\u{200b}ba", "Alibaba");
        check("one\u{2028}two\tthree\u{a0}four", "one two three four");
        check("👩‍👩‍👧 stays whole", "👩‍👩‍👧 stays whole");
        check(&"x".repeat(41), &format!("{}{CUT}", "x".repeat(40)));
        check(&"x".repeat(40), &"x".repeat(40));
    }

    #[test]
    fn an_encoded_word_of_a_feed_stays_text() {
        assert_eq!(header("=?utf-8?q?=0d=0aBcc:?="), "= ?utf-8?q?=0d=0aBcc:?=");
    }

    #[test]
    fn a_link_shows_where_it_leads() {
        let host = |text: &str| link(Some(text)).map(|link| link.host);
        assert_eq!(host("https://bank.com@evil.test/x"), Ok("evil.test".to_owned()));
        assert_eq!(host("https://аррӏе.com/"), Ok("xn--80ak6aa92e.com".to_owned()));
        let href = link(Some("https://a:b@c.org/p\u{202e}?q=\"<>")).unwrap().href;
        assert_eq!(href, "https://c.org/p%E2%80%AE?q=%22%3C%3E");
        for bad in ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//x", "x y"] {
            assert!(link(Some(bad)).is_err(), "{bad}");
        }
        assert!(link(Some(&format!("https://x.org/{}", "a".repeat(3000)))).is_err());
        assert_eq!(link(None), Err("no link"));
    }
}
