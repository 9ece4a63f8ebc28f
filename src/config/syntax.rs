//! What the TOML parser complains of, sorted: one complaint for one mistake.
//!
//! A parser that goes on after a mistake sees mistakes that are none. So the first one is told, its
//! lines are blanked out (every other byte keeps its place), and the text is parsed again, until it
//! is clean: what is left can be judged as if the mistake were not there. The parser's words are
//! passed on and never judged by; they change between releases.

use std::ops::Range;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue, Error};

use super::lines::{header, in_whole_signs, is_assignment, is_header, line_of};
use super::{conflict, hint, odd, table};
use crate::model::{FileText, Place, Problem};

/// Mistakes told in one file.
const MOST: usize = 50;
/// Tables of which there are several, each with two pairs of brackets.
const LISTS: [&str; 5] = ["company", "topic", "rule", "source", "reader"];
/// Bytes parsed to find them: a watchlist of many megabytes is told fewer mistakes at a time.
const BUDGET: usize = 32 << 20;

/// A text without its spelling mistakes, and these.
pub(super) struct Mended {
    /// The text with the mistaken lines blanked out, each byte at its place.
    pub(super) text: String,
    /// The mistakes, in file order.
    pub(super) errors: Vec<SyntaxError>,
    /// Where the mended part ends: behind it there are mistakes that nobody has sorted out.
    pub(super) until: usize,
}

/// One mistake of spelling TOML.
pub(super) struct SyntaxError {
    span: Range<usize>,
    what: String,
    hint: Option<String>,
    /// Where the parser saw it; the span may have been moved to where a person would look.
    seen: usize,
    cure: Cure,
}

/// How the text becomes readable again behind a mistake.
enum Cure {
    /// By blanks over these lines.
    Blank(Range<usize>),
    /// By other signs in place of these bytes.
    Put(Vec<(Range<usize>, String)>),
    /// By itself: the parser goes on as people mean it.
    None,
}

impl SyntaxError {
    pub(super) fn into_problem(self, file: &Arc<FileText>) -> Problem {
        let span = in_whole_signs(&file.text, self.span);
        let place = Place { file: Arc::clone(file), span };
        let problem = Problem::error(Some(place), self.what);
        match self.hint {
            Some(hint) => problem.hint(hint),
            None => problem,
        }
    }
}

/// Finds the mistakes of a text one after the other.
pub(super) fn mend(text: &str) -> Mended {
    let mut mended = Mended { text: text.to_owned(), errors: Vec::new(), until: text.len() + 1 };
    for one in conflict::all(text) {
        one.unread.iter().for_each(|lines| blank(&mut mended.text, lines));
        mended.errors.push(SyntaxError {
            seen: one.span.start,
            span: one.span,
            what: conflict::WHAT.to_owned(),
            hint: Some(conflict::HINT.to_owned()),
            cure: Cure::None,
        });
    }
    let rounds = (BUDGET / text.len().max(1)).clamp(2, MOST);
    for round in 0..=rounds {
        let Some(error) = first(&mended) else { return mended };
        if round == rounds {
            mended.until = line_of(text, error.seen).start;
            mended.errors.push(error);
            break;
        }
        match &error.cure {
            Cure::Blank(lines) => blank(&mut mended.text, lines),
            Cure::Put(meant) => {
                meant.iter().for_each(|(at, signs)| put(&mut mended.text, at, signs))
            }
            Cure::None => {}
        }
        mended.errors.push(error);
    }
    mended.errors.sort_by_key(|one| one.span.start);
    mended
}

/// The first mistake that was not told yet.
fn first(mended: &Mended) -> Option<SyntaxError> {
    let text = &mended.text;
    let (root, found) = DeTable::parse_recoverable(text);
    let told = |span: &Range<usize>| mended.errors.iter().any(|one| one.seen == span.start);
    let (span, error) = found
        .iter()
        .map(|error| (clamp(text, error.span()), error))
        .filter(|(span, _)| !told(span))
        .min_by_key(|(span, _)| (span.start, span.end))?;
    let around = root.get_ref().values().find_map(|value| around(text, value, span.start));
    Some(describe(text, span, error, around))
}

/// The innermost list, inline table or long text around a position, with whether it is closed and
/// holds nothing that looks like lines of its own.
fn around(text: &str, value: &Spanned<DeValue<'_>>, at: usize) -> Option<(Range<usize>, bool)> {
    let inner = match value.get_ref() {
        DeValue::Array(list) => list.iter().find_map(|one| around(text, one, at)),
        DeValue::Table(table) => table.values().find_map(|one| around(text, one, at)),
        _ => None,
    };
    let span = clamp(text, Some(value.span()));
    let inside = &text[span.clone()];
    let close = match inside.get(..1)? {
        "[" if is_header(inside) => return inner,
        "[" => "]",
        "{" => "}",
        _ if inside.starts_with("\"\"\"") => "\"\"\"",
        _ if inside.starts_with("'''") => "'''",
        _ => return inner,
    };
    if at < span.start || span.end < at {
        return inner;
    }
    let closed = inside.len() > 1 && inside.ends_with(close);
    let closed = closed && !inside.lines().skip(1).any(begins_anew);
    // Of nested ones that are not closed the outermost is to blame for the lines lost.
    match inner {
        Some((_, true)) if closed => inner,
        _ => Some((span, closed)),
    }
}

fn describe(
    text: &str,
    span: Range<usize>,
    error: &Error,
    around: Option<(Range<usize>, bool)>,
) -> SyntaxError {
    let lines = line_of(text, span.start);
    let line = &text[lines.clone()];
    let seen = span.start;
    let listed = around.as_ref().is_some_and(|(value, _)| seen < value.end);
    if let Some(odd) = odd::at(text, seen, listed) {
        let cure = if odd.meant.is_empty() { Cure::Blank(lines) } else { Cure::Put(odd.meant) };
        let (what, hint) = (format!("not TOML: {}", odd.what), Some(odd.hint));
        return SyntaxError { span: odd.span, what, hint, seen, cure };
    }
    let (span, hint, cure) = match around {
        Some((value, false)) => return not_closed(text, &value, seen),
        Some((value, true)) => in_list(text, &value, span),
        None if is_header(line) => {
            if let Some(single) = single(text, &lines) {
                return single_brackets(text, single, seen);
            }
            (span, hint::of_line(text, seen), Cure::None)
        }
        None if line.trim_start().starts_with('[') => {
            let below = next(text, lines.end, |line| line.trim_start().starts_with('['));
            (span, hint::of_line(text, seen), Cure::Blank(lines.start..below))
        }
        None => (span, hint::of_line(text, seen), Cure::Blank(lines)),
    };
    SyntaxError { span, what: format!("not TOML: {}", error.message()), hint, seen, cure }
}

/// The header with one pair of brackets, of a list's table, that makes this one be a second table: itself, or the one
/// before.
fn single(text: &str, lines: &Range<usize>) -> Option<Range<usize>> {
    let name = header(&text[lines.clone()]).filter(|name| LISTS.contains(name))?;
    let is_single = |line: &str| header(line) == Some(name) && !line.trim_start().starts_with("[[");
    if is_single(&text[lines.clone()]) {
        return Some(lines.clone());
    }
    let mut at = 0;
    let mut before = text[..lines.start].split_inclusive('\n').map(|line| {
        at += line.len();
        (at - line.len()..at, line)
    });
    before.find(|(_, line)| is_single(line)).map(|(span, _)| span)
}

/// One pair of brackets where each entry of a list has two. The entry is left out, so that the others are read.
fn single_brackets(text: &str, line: Range<usize>, seen: usize) -> SyntaxError {
    let written = text[line.clone()].trim();
    let written = written.find(']').map_or(written, |end| &written[..=end]);
    let start = line.start + text[line.clone()].find('[').unwrap_or_default();
    let key = written.trim_matches(['[', ']', ' ', '\t']);
    SyntaxError {
        span: start..start + written.len(),
        what: table::doubled(key),
        hint: Some(format!("write [[{key}]]")),
        seen,
        cure: Cure::Blank(line.start..next(text, line.end, is_header)),
    }
}

/// A mistake in a list that is otherwise whole: where to show it, what to do, how to read on.
fn in_list(
    text: &str,
    list: &Range<usize>,
    span: Range<usize>,
) -> (Range<usize>, Option<String>, Cure) {
    if let Some((value_end, blank)) = missing_comma(text, &span) {
        let hint = "put a comma between the two values".to_owned();
        return (
            value_end..value_end,
            Some(hint),
            Cure::Put(vec![(blank..blank + 1, ",".to_owned())]),
        );
    }
    let hint = hint::in_list(text, span.start);
    let line = line_of(text, span.start);
    let (first, last) = (line_of(text, list.start), line_of(text, list.end));
    // A line within a list can go alone; its first and last hold it together.
    let lines = if line == first || line == last { first.start..last.end } else { line };
    (span, hint, Cure::Blank(lines))
}

/// Whether one value follows another: the end of the first, and a blank between them.
fn missing_comma(text: &str, span: &Range<usize>) -> Option<(usize, usize)> {
    let (before, behind) = text.split_at(span.start);
    let value_end = before.trim_end().len();
    let follows = behind.starts_with(['"', '\'', '{', '[']);
    let ended = before[..value_end].ends_with(['"', '\'', '}', ']']);
    let blank = before.ends_with([' ', '\t', '\n']);
    (span.is_empty() && follows && ended && blank).then(|| (value_end, before.len() - 1))
}

fn not_closed(text: &str, value: &Range<usize>, seen: usize) -> SyntaxError {
    let opening = line_of(text, value.start);
    let (kind, close) = match text.as_bytes()[value.start] {
        b'[' => ("list", "]"),
        b'{' => ("table", "}"),
        b'"' => ("long text", "\"\"\""),
        _ => ("long text", "'''"),
    };
    let hint = match kind {
        "long text" => format!("close it with {close}"),
        _ => format!("put a comma between its values and `{close}` after the last"),
    };
    SyntaxError {
        span: value.start..value.start + 1,
        what: format!("the {kind} that starts here is not closed, or something in it is amiss"),
        hint: Some(hint),
        seen,
        cure: Cure::Blank(opening.start..next(text, opening.end, begins_anew)),
    }
}

/// Puts ASCII signs in place of as many bytes or more, and blanks over the rest.
fn put(text: &mut String, bytes: &Range<usize>, signs: &str) {
    text.replace_range(bytes.clone(), &format!("{signs:<0$}", bytes.len()));
}

/// Puts blanks over all but the line ends.
fn blank(text: &mut String, lines: &Range<usize>) {
    let blanks: String = text[lines.clone()]
        .bytes()
        .map(|byte| if matches!(byte, b'\n' | b'\r') { char::from(byte) } else { ' ' })
        .collect();
    text.replace_range(lines.clone(), &blanks);
}

/// Whether a line starts something of its own: a header or `key =`.
fn begins_anew(line: &str) -> bool {
    is_header(line) || is_assignment(line)
}

/// Where the next line of a kind starts, or the end.
fn next(text: &str, from: usize, kind: impl Fn(&str) -> bool) -> usize {
    let mut at = from;
    for line in text[from..].split_inclusive('\n') {
        if kind(line) {
            return at;
        }
        at += line.len();
    }
    text.len()
}

/// A span inside the text, on character boundaries; one past the last line end moves back onto it,
/// so that there is a line to show.
fn clamp(text: &str, span: Option<Range<usize>>) -> Range<usize> {
    let span = span.unwrap_or(0..0);
    let inside = |at: usize| {
        let mut at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let (start, end) = (inside(span.start), inside(span.end));
    if start == end && start == text.len() {
        let at = text.trim_end().len();
        return at..at;
    }
    start..end.max(start)
}
