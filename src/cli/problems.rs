//! Problems for people: where, what, the line with carets below the very words, and what to do.
//!
//! Plain text that an editor or a mail can take; colour only when the caller has a terminal. Wording and
//! order are the finder's, but errors come last, just above the count, and no warning takes their room.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::ops::Range;

use unicode_width::UnicodeWidthChar;

use crate::config;
use crate::model::{Level, Place, Problem, counted};

/// Problems shown in full where not all are asked for; the count at the end covers all.
pub const SHOWN: usize = 100;
/// Characters of what is wrong that are shown: a name in it may be as long as a book.
const WORDS: usize = 600;
/// Columns of a line of source that are shown around its problem.
const LINE: usize = 120;
/// Columns at which hints are wrapped.
const WRAP: usize = 96;
/// What a tab becomes.
const TAB: &str = "    ";

/// Problems with their lines, and a closing line that counts them.
#[must_use]
pub fn render(problems: &[Problem], colour: bool) -> String {
    render_some(problems, SHOWN, colour)
}

/// The same of so many problems.
#[must_use]
pub fn render_some(problems: &[Problem], shown: usize, colour: bool) -> String {
    let paint = Paint { colour };
    let mut out = String::new();
    let (errors, warnings): (Vec<&Problem>, Vec<&Problem>) =
        problems.iter().partition(|one| one.level == Level::Error);
    let room = shown.saturating_sub(errors.len());
    for (list, most) in [(&warnings, room), (&errors, shown)] {
        for problem in list.iter().take(most) {
            one(&mut out, problem, paint);
            out.push('\n');
        }
        if list.len() > most {
            let kind = if list[0].level == Level::Error { "error" } else { "warning" };
            let more = list.len() - most;
            let them = if more == 1 { "it" } else { "them" };
            let more = counted(more as u64, &format!("more {kind}"));
            let _ = writeln!(out, "… and {more} (check --all shows {them})\n");
        }
    }
    let _ = writeln!(out, "{}", count(problems));
    out
}

/// "2 errors, 1 warning"; "no problems".
#[must_use]
pub fn count(problems: &[Problem]) -> String {
    let of = |level| problems.iter().filter(|one| one.level == level).count();
    let some = |number: usize, word: &str| match number {
        0 => None,
        1 => Some(format!("1 {word}")),
        _ => Some(format!("{number} {word}s")),
    };
    let parts: Vec<String> = [some(of(Level::Error), "error"), some(of(Level::Warning), "warning")]
        .into_iter()
        .flatten()
        .collect();
    if parts.is_empty() { "no problems".to_owned() } else { parts.join(", ") }
}

fn one(out: &mut String, problem: &Problem, paint: Paint) {
    if let Some(place) = &problem.place {
        let _ = write!(out, "{place}: ");
    }
    let level = match problem.level {
        Level::Error => paint.red("error"),
        Level::Warning => paint.yellow("warning"),
    };
    let _ = writeln!(out, "{level}: {}", printable(&shortened(&problem.what)));
    let gutter = match &problem.place {
        Some(place) => excerpt(out, place, paint),
        None => 2,
    };
    for line in problem.hint.iter().flat_map(|hint| hint.lines()) {
        for part in wrap(&printable(&shortened(line))) {
            let _ = writeln!(out, "{:gutter$}{part}", "");
        }
    }
}

/// A text as it is; of one that is as long as a book its beginning and its end, where a message says what is wrong.
fn shortened(text: &str) -> Cow<'_, str> {
    let at = |n: usize| text.char_indices().nth(n).map(|(at, _)| at);
    let end = text.char_indices().rev().nth(WORDS / 2).map(|(at, _)| at);
    match (at(WORDS), at(WORDS / 2), end) {
        (Some(_), Some(head), Some(tail)) => {
            Cow::Owned(format!("{} […] {}", &text[..head], &text[tail..]))
        }
        _ => Cow::Borrowed(text),
    }
}

/// The line of the place with carets below it; returns how far hints are indented.
fn excerpt(out: &mut String, place: &Place, paint: Paint) -> usize {
    let text = &place.file.text;
    let start = place.span.start.min(text.len());
    let from = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line = &hidden(text[from..].lines().next().unwrap_or(""));
    let number = place.line().to_string();
    let gutter = number.len().max(4);
    let marked = start - from..place.span.end.saturating_sub(from).min(line.len());
    let (shown, before, width) = laid_out(line, marked);
    let _ = writeln!(out, "{number:>gutter$} | {shown}");
    let carets = paint.red(&"^".repeat(width.max(1)));
    let _ = writeln!(out, "{:gutter$} | {:before$}{carets}", "", "");
    gutter + 3
}

/// The line without its secrets: what stands behind a key that names one, and a password inside an
/// address. What is left keeps its position.
fn hidden(line: &str) -> String {
    let mut line = line.to_owned();
    if let Some(at) = secret_from(&line) {
        line.truncate(at);
        line.push_str(" …");
    }
    let authority = line.find("://").map(|at| at + 3);
    if let Some(from) = authority {
        let end = line[from..].find(['/', '"', '\'', ' ']).map_or(line.len(), |at| from + at);
        if let Some(at) = line[from..end].rfind('@') {
            line.replace_range(from..from + at, &"*".repeat(at));
        }
    }
    line
}

/// Where a secret may start: behind the first word of the line, or the word before a `=`, that
/// names one.
fn secret_from(line: &str) -> Option<usize> {
    let bare = |one: char| one.is_ascii_alphanumeric() || matches!(one, '_' | '-' | '"' | '\'');
    let first = line.len() - line.trim_start().len();
    let end = line[first..].find(|one| !bare(one)).map_or(line.len(), |at| first + at);
    if config::secret::names_one(&line[first..end]) {
        return Some(end);
    }
    line.match_indices('=').map(|(at, _)| at).find(|at| {
        let before = line[..*at].trim_end();
        let word = before.rfind(|one| !bare(one)).map_or(0, |found| found + 1);
        config::secret::names_one(before.get(word..).unwrap_or(before))
    })
}

/// The line as it is shown, the columns before the carets, and how many carets: counted as a
/// terminal does, where a Chinese character takes two columns.
fn laid_out(line: &str, marked: Range<usize>) -> (String, usize, usize) {
    let start = boundary(line, marked.start);
    let end = boundary(line, marked.end).max(start);
    let before = columns(&line[..start]);
    let width = columns(&line[start..end]);
    let skip = if columns(line) > LINE { before.saturating_sub(LINE / 3) } else { 0 };
    let (mut shown, mut at, mut cut) = (String::new(), 0, 0);
    for one in line.chars() {
        let text = shown_as(one);
        let wide = columns_of(&text);
        if at < skip {
            cut = at + wide;
        } else if at + wide > skip + LINE {
            shown.push('…');
            break;
        } else {
            shown.push_str(&text);
        }
        at += wide;
    }
    if skip == 0 {
        return (shown, before, width.min(LINE.saturating_sub(before)));
    }
    let before = before - cut + 1;
    (format!("…{shown}"), before, width.min(LINE.saturating_sub(before)))
}

/// The position, or the nearest before it that is inside the line and not inside a character.
fn boundary(line: &str, at: usize) -> usize {
    (0..=at.min(line.len())).rev().find(|one| line.is_char_boundary(*one)).unwrap_or(0)
}

fn columns(text: &str) -> usize {
    // Nearly all text is plain.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return text.len();
    }
    text.chars().map(|one| columns_of(&shown_as(one))).sum()
}

fn columns_of(shown: &str) -> usize {
    shown.chars().map(|one| one.width().unwrap_or(0)).sum()
}

/// What a terminal gets for a character: never a control or a change of direction.
fn shown_as(one: char) -> String {
    let turns =
        matches!(one, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    match one {
        '\t' => TAB.to_owned(),
        _ if one.is_control() || turns => '\u{fffd}'.to_string(),
        _ => one.to_string(),
    }
}

fn printable(text: &str) -> String {
    text.chars().map(shown_as).collect()
}

/// Lines of at most [`WRAP`] columns, broken at blanks; what runs on is indented.
fn wrap(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let last = lines.last_mut().expect("there is always a line");
        if last.is_empty() || columns(last) + 1 + columns(word) <= WRAP {
            if !last.is_empty() {
                last.push(' ');
            }
            last.push_str(word);
        } else {
            lines.push(format!("  {word}"));
        }
    }
    lines
}

/// Colours, or none.
#[derive(Clone, Copy)]
struct Paint {
    colour: bool,
}

impl Paint {
    fn red(self, text: &str) -> String {
        self.with("1;31", text)
    }

    fn yellow(self, text: &str) -> String {
        self.with("1;33", text)
    }

    fn with(self, code: &str, text: &str) -> String {
        if self.colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::model::FileText;

    fn at(text: &str, words: &str) -> Place {
        let start = text.find(words).expect("the words stand in the text");
        let file = Arc::new(FileText { name: "w.toml".into(), text: text.into() });
        Place { file, span: start..start + words.len() }
    }

    /// The columns under which carets stand must be those of the marked words.
    #[test]
    fn carets_stand_below_their_words_in_any_script() {
        for (line, words) in [
            ("name = \"Huawei\"", "Huawei"),
            ("\tname = \"Huawei\"", "Huawei"),
            ("aliases = [\"阿里巴巴\", \"阿里\"]", "\"阿里\""),
            ("aliases = [\"ﾊﾛｰ\", \"e\u{301}a\", \"x\"]", "\"x\""),
        ] {
            let mut out = String::new();
            excerpt(&mut out, &at(line, words), Paint { colour: false });
            let mut lines = out.lines();
            let (shown, carets) = (lines.next().unwrap(), lines.next().unwrap());
            let found = shown.find(words).unwrap();
            assert_eq!(columns(&shown[..found]), carets.find('^').unwrap(), "{out}");
            assert_eq!(columns(words), carets.matches('^').count(), "{out}");
        }
    }

    #[test]
    fn a_long_line_is_shown_around_its_problem() {
        let line =
            format!("terms = [{} \"bad\", {}]", "\"good\", ".repeat(100), "\"ok\", ".repeat(99));
        let (shown, before, width) =
            laid_out(&line, line.find("\"bad\"").unwrap()..line.find("\"bad\"").unwrap() + 5);
        let words: String = shown.chars().skip(before).take(width).collect();
        assert_eq!(words, "\"bad\"");
        assert!(columns(&shown) <= LINE + 2, "{}", columns(&shown));
    }

    #[test]
    fn secrets_are_not_shown() {
        for line in [
            "password = \"hunter2\"",
            "smtp_password=hunter2",
            "  passwort = 'x', password: hunter2",
            "\"password\" = \"hunter2\"",
            "password hunter2",
            "mail = { host = \"h\", password = \"hunter2\" }",
            "url = \"https://u:hunter2@feeds.test/rss\"",
            "api_token = \"hunter2\"",
        ] {
            let shown = hidden(line);
            assert!(!shown.contains("hunter2"), "{shown}");
        }
        for line in
            ["password_file = \"/etc/x\"", "terms = [\"password leak\"]", "to = [\"a@b.test\"]"]
        {
            assert_eq!(hidden(line), line);
        }
    }

    #[test]
    fn warnings_take_no_errors_room() {
        let warnings = (0..200).map(|n| Problem::warning(None, format!("odd {n}")));
        let mut all: Vec<Problem> = warnings.collect();
        all.insert(150, Problem::error(None, "wrong"));
        let text = render(&all, false);
        assert!(text.ends_with("error: wrong\n\n1 error, 200 warnings\n"), "{text}");
        assert!(text.contains("… and 101 more warnings (check --all shows them)\n"), "{text}");
        let text = render_some(&all, 200, false);
        assert!(text.contains("… and 1 more warning (check --all shows it)\n"), "{text}");
    }

    #[test]
    fn control_characters_reach_no_terminal() {
        let text = render(
            &[Problem::error(Some(at("a = \"\u{1b}[2J\u{202e}\"", "\u{1b}")), "odd \u{7}")],
            false,
        );
        assert!(!text.contains(['\u{1b}', '\u{202e}', '\u{7}']), "{text:?}");
    }
}
