//! Markup to clean text.
//!
//! Invariant: no word of the text is lost, and no markup is left. Only the names of HTML are markup:
//! `<Huawei>` is text. Scripts and style sheets are not text. Linear, without a tree, so that no
//! nesting matters.

use super::entities;
use super::tokens::{Token, Tokens, find};
use crate::collect::blanks;

/// Stands for the end of a block until blanks are squeezed; where a text has it, it means the same.
const BREAK: char = '\u{2028}';
/// The first byte of it.
const BREAK_LEAD: u8 = 0xe2;

/// What a field's text may contain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Markup {
    /// Said to be plain: taken as markup only if it plainly is.
    Perhaps,
    /// HTML or XHTML.
    Html,
}

/// Elements whose content is not text. This and the other lists are sorted.
const SILENT: &[&str] = &["iframe", "noscript", "object", "script", "style", "template"];

/// Elements that end a line.
const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "br",
    "caption",
    "center",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "legend",
    "li",
    "main",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "ul",
];

/// Elements within a line, and those of a page's frame.
const INLINE: &[&str] = &[
    "a", "abbr", "acronym", "applet", "area", "audio", "b", "base", "basefont", "bdi", "bdo",
    "big", "blink", "body", "button", "canvas", "cite", "code", "col", "colgroup", "data", "del",
    "dfn", "dir", "em", "embed", "font", "frame", "frameset", "g", "head", "html", "i", "img",
    "input", "ins", "kbd", "label", "link", "map", "mark", "marquee", "math", "menu", "meta",
    "meter", "nobr", "optgroup", "option", "output", "param", "path", "picture", "progress", "q",
    "rp", "rt", "ruby", "s", "samp", "select", "small", "source", "span", "strike", "strong",
    "sub", "summary", "sup", "svg", "textarea", "time", "title", "track", "tt", "u", "use", "var",
    "video", "wbr",
];

/// The text of a field: one line for each block, blanks squeezed.
pub(super) fn to_text(body: &str, markup: Markup) -> String {
    if memchr::memchr2(b'<', b'&', body.as_bytes()).is_none() {
        return squeeze(body, false);
    }
    let (text, had_tags) = strip(body, markup);
    // Escaped twice: what came out is markup once more.
    if !had_tags && find(&text, b'<').is_some() && text != body && looks_like_markup(&text) {
        return squeeze(&strip(&text, Markup::Html).0, true);
    }
    squeeze(&text, had_tags)
}

/// The text of a headline: one line.
pub(super) fn to_line(body: &str, markup: Markup) -> String {
    let mut line = to_text(body, markup);
    if find(&line, b'\n').is_some() {
        line = line.replace('\n', " ");
    }
    line
}

/// Whether a text has a tag of HTML in it.
pub(super) fn looks_like_markup(text: &str) -> bool {
    Tokens::new(text).any(|token| match token {
        Token::Start { name, .. } | Token::End { name } => is_html(name),
        _ => false,
    })
}

/// The longest name that is looked up (`blockquote` is the longest there is).
const LONGEST_NAME: usize = 12;

fn listed(list: &[&str], name: &str) -> bool {
    let mut lower = [0; LONGEST_NAME];
    let Some(lower) = lower.get_mut(..name.len()) else { return false };
    lower.copy_from_slice(name.as_bytes());
    lower.make_ascii_lowercase();
    list.binary_search_by(|one| one.as_bytes().cmp(lower)).is_ok()
}

fn is_html(name: &str) -> bool {
    name.contains(':') || listed(INLINE, name) || listed(BLOCKS, name) || listed(SILENT, name)
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

fn strip(body: &str, markup: Markup) -> (String, bool) {
    let mut out = String::with_capacity(body.len());
    let mut had_tags = false;
    let mut silent: Option<&str> = None;
    let mut open_ended: Vec<&str> = Vec::new();
    let mut tokens = Tokens::new(body);
    let mut from = 0;
    while let Some(token) = tokens.next() {
        let raw = tokens.between(from, tokens.at());
        from = tokens.at();
        match token {
            Token::End { name } if silent.is_some_and(|open| open.eq_ignore_ascii_case(name)) => {
                silent = None;
            }
            _ if silent.is_some() => {}
            Token::Start { name, empty, .. } if is_html(name) => {
                had_tags = true;
                break_line(&mut out, name);
                if listed(SILENT, local(name))
                    && !empty
                    && !open_ended.iter().any(|one| one.eq_ignore_ascii_case(name))
                {
                    if closes(&body[tokens.at()..], name) {
                        silent = Some(name);
                    } else {
                        // Searched for only once, so that it stays linear.
                        open_ended.push(name);
                    }
                }
            }
            Token::End { name } if is_html(name) => {
                had_tags = true;
                break_line(&mut out, name);
            }
            Token::Text(text) => entities::append(text, &mut out),
            Token::Literal(text) => out.push_str(text),
            Token::Comment | Token::Instruction(_) | Token::Doctype(_)
                if markup == Markup::Html || had_tags => {}
            _ => entities::append(raw, &mut out),
        }
    }
    (out, had_tags)
}

/// Whether an element that is not text ends somewhere in `rest`; if not, what follows it is text.
fn closes(rest: &str, name: &str) -> bool {
    let mut at = 0;
    while let Some(found) = rest[at..].find("</") {
        let after = &rest[at + found + 2..];
        if after.get(..name.len()).is_some_and(|one| one.eq_ignore_ascii_case(name)) {
            return true;
        }
        at += found + 2;
    }
    false
}

fn break_line(out: &mut String, name: &str) {
    if listed(BLOCKS, local(name)) && !out.ends_with(BREAK) {
        out.push(BREAK);
    }
}

/// Squeezes blanks: one space within a line, one line feed between lines. Line feeds of the source
/// are blanks in markup; in plain text, an empty line is a break.
fn squeeze(text: &str, markup: bool) -> String {
    let neat = text.trim();
    if memchr::memchr(BREAK_LEAD, neat.as_bytes()).is_none() && blanks::are_single(neat) {
        return neat.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for line in text.split(BREAK) {
        let neat = line.trim();
        if blanks::are_single(neat) {
            if !out.is_empty() {
                out.push('\n');
            }
            out.push_str(neat);
            continue;
        }
        let mut fresh = true;
        let mut feeds = 0;
        for word in line.split_inclusive(char::is_whitespace) {
            let (word, feed) = (word.trim_end(), word.ends_with('\n'));
            if !word.is_empty() {
                let line_ends = fresh || (!markup && feeds > 1);
                if !out.is_empty() {
                    out.push(if line_ends { '\n' } else { ' ' });
                }
                out.push_str(word);
                (fresh, feeds) = (false, 0);
            }
            feeds += u8::from(feed && feeds < 2);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted() {
        for list in [SILENT, BLOCKS, INLINE] {
            assert!(list.is_sorted() && list.iter().all(|name| name.len() <= LONGEST_NAME));
        }
    }

    #[test]
    fn markup_becomes_clean_text() {
        for (body, expected) in [
            ("plain", "plain"),
            ("<p>One</p><p>Two <b>bold</b></p>", "One\nTwo bold"),
            ("a<br/>b", "a\nb"),
            ("AT&amp;T &lt;3", "AT&T <3"),
            ("x<script>var a = '<b>';</script>y", "xy"),
            ("x<script>never closed", "xnever closed"),
            ("&lt;p&gt;twice &amp;amp; more&lt;/p&gt;", "twice & more"),
            ("1 < 2 and <Huawei> said", "1 < 2 and <Huawei> said"),
            ("<!-- note -->text<!-- open", "text<!-- open"),
            ("<ht:xyz>inner</ht:xyz>", "inner"),
            ("half<b", "half"),
            ("a\u{a0}b  c\t\td", "a b c d"),
            ("<p>one\n\ntwo</p>three", "one two\nthree"),
            ("plain one\n\nplain two\nsame", "plain one\nplain two same"),
        ] {
            assert_eq!(to_text(body, Markup::Html), expected, "{body}");
        }
    }

    #[test]
    fn plain_text_keeps_what_is_no_markup() {
        for (body, expected) in [
            ("Profit < loss & risk", "Profit < loss & risk"),
            ("List<String> is odd", "List<String> is odd"),
            ("a <em>b</em> c", "a b c"),
            ("x\ny", "x y"),
        ] {
            assert_eq!(to_line(body, Markup::Perhaps), expected, "{body}");
        }
    }
}
