//! Signs that people paste into a file and that TOML does not know.
//!
//! Most of them cannot be seen or look like what was meant, so they are called by name; and what was meant stands in
//! for them, so that the rest of the line is judged.

use std::ops::Range;

use super::lines::{bare, line_of};

/// A sign that does not belong where it stands.
pub(super) struct Odd {
    pub(super) span: Range<usize>,
    pub(super) what: String,
    pub(super) hint: String,
    /// What to read in place of which bytes; nothing if the line cannot be read.
    pub(super) meant: Vec<(Range<usize>, String)>,
}

/// What marks the points of a list in other kinds of text.
const BULLETS: [char; 14] = ['•', '‣', '◦', '●', '○', '▪', '■', '·', '–', '—', '*', '+', '>', '→'];

/// Signs in which others write what TOML writes in ASCII, from full-width forms and Chinese brackets.
const ALIKE: [(char, char); 11] = [
    ('＝', '='),
    ('：', '='),
    ('［', '['),
    ('］', ']'),
    ('【', '['),
    ('】', ']'),
    ('｛', '{'),
    ('｝', '}'),
    ('，', ','),
    ('、', ','),
    ('；', ','),
];

/// What is odd about the place that the parser complains of; `listed` within a list or an inline table.
pub(super) fn at(text: &str, at: usize, listed: bool) -> Option<Odd> {
    let line = line_of(text, at);
    let sign = text[at..].chars().next()?;
    returned(text, at)
        .or_else(|| unseen(text, at, sign))
        .or_else(|| comment(text, at, &line))
        .or_else(|| bullet(text, at, &line, listed))
        .or_else(|| at_the_end(text, at, &line, listed))
        .or_else(|| alike(text, at, sign, listed))
        .or_else(|| letter(text, at, &line, sign))
}

/// Line ends of a kind that nobody writes any more: all of them are one mistake.
fn returned(text: &str, at: usize) -> Option<Odd> {
    // The parser complains of what follows.
    if !text[..at].ends_with('\r') && !text[at..].starts_with('\r') {
        return None;
    }
    let all = text.match_indices('\r').filter(|(at, _)| !text[*at..].starts_with("\r\n"));
    let meant: Vec<_> = all.map(|(at, _)| (at..at + 1, "\n".to_owned())).collect();
    Some(Odd {
        span: meant.first()?.0.clone(),
        what: "a line ends with a carriage return alone".to_owned(),
        hint: "save the file with the line ends of Unix (LF) or Windows (CRLF)".to_owned(),
        meant,
    })
}

/// A space that is none to TOML, or a sign that cannot be seen at all.
fn unseen(text: &str, at: usize, sign: char) -> Option<Odd> {
    let (name, hint) = name_of(sign)?;
    let end = at + sign.len_utf8();
    // Within a key nothing can stand in for it.
    let inside = text[..at].ends_with(bare) && text[end..].starts_with(bare);
    let meant = |one: char| match one {
        '\u{2028}' | '\u{2029}' => Some('\n'),
        _ => name_of(one).map(|_| ' '),
    };
    Some(Odd {
        span: at..end,
        what: format!("{name} (U+{:04X}) stands here", u32::from(sign)),
        hint: hint.to_owned(),
        meant: if inside { Vec::new() } else { read_as(text, at, meant) },
    })
}

/// What a sign that cannot be told from a space, or cannot be seen, is called, and what to do.
fn name_of(sign: char) -> Option<(&'static str, &'static str)> {
    const SPACE: &str = "type an ordinary space instead";
    const DELETE: &str = "delete it: it cannot be seen, so type what stands around it anew";
    Some(match sign {
        '\u{a0}' => ("a no-break space", SPACE),
        '\u{202f}' => ("a narrow no-break space", SPACE),
        '\u{3000}' => ("an ideographic space", SPACE),
        '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{205f}' => ("a space of a typesetter", SPACE),
        '\u{200b}' => ("a zero-width space", DELETE),
        '\u{200c}' | '\u{200d}' => ("a zero-width joiner", DELETE),
        '\u{2060}' => ("a word joiner", DELETE),
        '\u{feff}' => ("a byte order mark", DELETE),
        '\u{ad}' => ("a soft hyphen", DELETE),
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            ("a mark of direction", DELETE)
        }
        '\u{2028}' | '\u{2029}' => ("a line separator", "end the line with Enter instead"),
        '\t' | '\n' | '\r' => return None,
        _ if sign.is_control() => ("a control character", DELETE),
        _ => return None,
    })
}

/// A comment as other languages have it.
fn comment(text: &str, at: usize, line: &Range<usize>) -> Option<Odd> {
    let code = &text[line.start..at];
    let (start, mark) = if let Some(mark) = starts(&text[at..], &["//", "/*", "<!--"]) {
        (at, mark)
    } else {
        let indent = text[line.clone()].len() - text[line.clone()].trim_start().len();
        let start = line.start + indent;
        let mark = starts(&text[start..], &["--", ";", "%"])?;
        // The parser may take the mark for a key, and complain of what follows it.
        (code.trim().is_empty() || code.trim() == mark).then_some((start, mark))?
    };
    Some(Odd {
        span: start..start + mark.len(),
        what: format!("`{mark}` begins no comment"),
        hint: "comments start with #".to_owned(),
        meant: vec![(start..start + text[start..line.end].trim_end().len(), String::new())],
    })
}

fn starts<'m>(text: &str, marks: &[&'m str]) -> Option<&'m str> {
    marks.iter().find(|mark| text.starts_with(**mark)).copied()
}

/// A sign by which other texts mark the points of a list.
fn bullet(text: &str, at: usize, line: &Range<usize>, listed: bool) -> Option<Odd> {
    let (before, rest) = (text[line.start..at].trim(), &text[at..line.end]);
    let start = line.start + text[line.clone()].find(|one: char| !one.is_whitespace())?;
    let sign = text[start..].chars().next()?;
    let dash = sign == '-' && text[start + 1..].starts_with([' ', '\t']);
    // A dash alone is a key to the parser, which then complains of what follows.
    let here = before.is_empty() || dash && before == "-";
    if !here || rest.is_empty() || !(dash || BULLETS.contains(&sign)) {
        return None;
    }
    let span = start..start + sign.len_utf8();
    let how = if listed { ": what divides values is a comma" } else { "" };
    Some(Odd {
        what: format!("a `{sign}` stands before the line"),
        hint: format!("take it away{how}"),
        meant: vec![(span.clone(), String::new())],
        span,
    })
}

/// What other languages end a line with.
fn at_the_end(text: &str, at: usize, line: &Range<usize>, listed: bool) -> Option<Odd> {
    let rest = &text[at..line.end];
    let code = rest.split('#').next().unwrap_or(rest).trim_end();
    let sign = code.chars().next_back()?;
    let end = at + code.len();
    let start = end - sign.len_utf8();
    let plain = |one: char| bare(one) || matches!(one, '+' | ':');
    // The parser complains of the sign itself, or of a value without quotes that it belongs to.
    let here = start == at || text[at..start].chars().all(plain);
    let here = here && !text[line.start..at].trim().is_empty();
    (!listed && here && matches!(sign, ';' | ',' | ':' | '，' | '；' | '。')).then(|| Odd {
        span: start..end,
        what: format!("a `{sign}` stands at the end of the line"),
        hint: "take it away: a line ends with its value".to_owned(),
        meant: vec![(start..end, String::new())],
    })
}

/// A sign that looks like the one that was meant.
fn alike(text: &str, at: usize, sign: char, listed: bool) -> Option<Odd> {
    let meant = |one: char| ALIKE.iter().find(|(odd, _)| *odd == one).map(|(_, meant)| *meant);
    let wanted = if listed && sign == ';' { Some(',') } else { meant(sign) }?;
    let end = at + sign.len_utf8();
    Some(Odd {
        span: at..end,
        what: if sign.is_ascii() {
            format!("a `{sign}` stands where a `{wanted}` belongs")
        } else {
            format!("`{sign}` (U+{:04X}) is no `{wanted}`", u32::from(sign))
        },
        hint: format!("type `{wanted}` instead"),
        meant: read_as(text, at, |one| if one == sign { Some(wanted) } else { meant(one) }),
    })
}

/// A letter of another alphabet in a key, where it may look like one of ours.
fn letter(text: &str, at: usize, line: &Range<usize>, sign: char) -> Option<Odd> {
    let key = text[line.start..at].trim_start().chars().all(bare);
    let assigned = text[at..line.end].contains('=');
    (key && assigned && sign.is_alphabetic() && !sign.is_ascii()).then(|| Odd {
        span: at..at + sign.len_utf8(),
        what: format!("'{sign}' (U+{:04X}) is no letter of a key", u32::from(sign)),
        hint: "keys are written in plain Latin letters; type it anew".to_owned(),
        meant: Vec::new(),
    })
}

/// Everything from a place to the end of its line, but what is quoted, that means another sign.
/// Neighbours stay neighbours.
fn read_as(
    text: &str,
    at: usize,
    meant: impl Fn(char) -> Option<char>,
) -> Vec<(Range<usize>, String)> {
    let mut quoted = None;
    let mut found: Vec<(Range<usize>, String)> = Vec::new();
    for (from, one) in text[at..line_of(text, at).end].char_indices() {
        match quoted {
            Some(quote) if quote == one => quoted = None,
            None if matches!(one, '"' | '\'') => quoted = Some(one),
            None if one == '#' => break,
            None => {
                let Some(meant) = meant(one) else { continue };
                let (from, until) = (at + from, at + from + one.len_utf8());
                match found.last_mut() {
                    Some((span, signs)) if span.end == from => {
                        span.end = until;
                        signs.push(meant);
                    }
                    _ => found.push((from..until, meant.to_string())),
                }
            }
            Some(_) => {}
        }
    }
    found
}
