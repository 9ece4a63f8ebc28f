//! What the TOML parser complains of, sorted: one complaint for one mistake, with a hint that comes
//! from looking at the line itself.
//!
//! It does not judge by the parser's words, which change between releases.

use std::ops::Range;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue, Error};

use crate::model::{FileText, Place, Problem};

/// Curly, low and angle quotes, and full-width ones: what word processors and chat programs make of
/// straight quotes.
const CURLY: &[char] = &['“', '”', '„', '‟', '‘', '’', '‚', '«', '»', '「', '」', '＂', '＇'];

/// One mistake of spelling TOML.
pub(super) struct SyntaxError {
    span: Range<usize>,
    what: String,
    hint: Option<String>,
    /// The list or table that ran on over the following lines because it was not closed.
    swallowed: Option<Range<usize>>,
}

impl SyntaxError {
    /// The bytes of the lines whose other problems are only its consequence.
    pub(super) fn touched(&self, text: &str) -> Range<usize> {
        let mut touched = line_of(text, self.span.start);
        if let Some(swallowed) = &self.swallowed {
            touched.start = touched.start.min(swallowed.start);
            touched.end = touched.end.max(swallowed.end);
        }
        touched
    }

    pub(super) fn into_problem(self, file: &Arc<FileText>) -> Problem {
        let place = Place { file: Arc::clone(file), span: self.span };
        let problem = Problem::error(Some(place), self.what);
        match self.hint {
            Some(hint) => problem.hint(hint),
            None => problem,
        }
    }
}

/// One error for each mistake: the first of each line, and of a list that was not closed only one.
pub(super) fn sort_out(text: &str, root: &DeTable<'_>, found: &[Error]) -> Vec<SyntaxError> {
    let mut runaways = Vec::new();
    if !found.is_empty() {
        for value in root.values() {
            collect_runaways(text, value, &mut runaways);
        }
    }
    let mut spans: Vec<(Range<usize>, &Error)> =
        found.iter().map(|error| (clamp(text, error.span()), error)).collect();
    spans.sort_by_key(|(span, _)| (span.start, span.end));
    let mut kept: Vec<SyntaxError> = Vec::new();
    for (span, error) in spans {
        if kept.iter().any(|one| one.touched(text).contains(&span.start) || one.span == span) {
            continue;
        }
        let swallowed =
            runaways.iter().find(|run| run.start <= span.start && span.start <= run.end).cloned();
        kept.push(describe(text, span, error, swallowed));
    }
    kept
}

fn describe(
    text: &str,
    span: Range<usize>,
    error: &Error,
    swallowed: Option<Range<usize>>,
) -> SyntaxError {
    if let Some(run) = &swallowed {
        let (kind, close) =
            if text[run.clone()].starts_with('{') { ("table", '}') } else { ("list", ']') };
        let opening = run.start..run.start + 1;
        return SyntaxError {
            span: opening,
            what: format!("the {kind} that starts here is not closed, or lacks a comma"),
            hint: Some(format!("put a comma between its values and `{close}` after the last")),
            swallowed,
        };
    }
    let hint = hint(text, &span);
    SyntaxError { span, what: format!("not TOML: {}", error.message()), hint, swallowed }
}

/// Lists and inline tables that hold what looks like lines of their own: they were not closed.
fn collect_runaways(text: &str, value: &Spanned<DeValue<'_>>, found: &mut Vec<Range<usize>>) {
    let span = clamp(text, Some(value.span()));
    let inside = &text[span.clone()];
    let swallows = inside.starts_with(['[', '{'])
        && !inside.starts_with("[[")
        && inside.lines().skip(1).any(|line| is_header(line) || is_assignment(line))
        // An ordinary table's span is its header alone.
        && inside.contains('\n');
    match value.get_ref() {
        DeValue::Array(_) | DeValue::Table(_) if swallows => found.push(span),
        DeValue::Array(list) => {
            for one in list.iter() {
                collect_runaways(text, one, found);
            }
        }
        DeValue::Table(table) => {
            for one in table.values() {
                collect_runaways(text, one, found);
            }
        }
        _ => {}
    }
}

fn is_header(line: &str) -> bool {
    let line = line.split('#').next().unwrap_or(line).trim();
    let name = line.trim_matches(['[', ']']);
    line.starts_with('[') && line.ends_with(']') && !name.is_empty() && name.chars().all(bare)
}

fn is_assignment(line: &str) -> bool {
    line.split_once('=').is_some_and(|(key, _)| {
        let key = key.trim();
        !key.is_empty() && key.chars().all(bare)
    })
}

/// Characters of a bare TOML key.
fn bare(one: char) -> bool {
    one.is_ascii_alphanumeric() || matches!(one, '_' | '-' | '.')
}

/// What the line suggests.
fn hint(text: &str, span: &Range<usize>) -> Option<String> {
    let line = text[line_of(text, span.start)].trim();
    if line.contains(CURLY) {
        return Some("these are not straight quotes; type \" instead".to_owned());
    }
    if line.starts_with('[') {
        let name = line.trim_matches(['[', ']']);
        let twice = earlier_header(text, span.start, name);
        return match (twice, name.chars().all(bare)) {
            (Some(at), true) => Some(format!(
                "[{name}] stands on line {at} already; move these keys there and delete this line"
            )),
            (None, true) => Some(format!("a header is written [{name}] or [[{name}]]")),
            _ => None,
        };
    }
    let code = line.split('#').next().unwrap_or(line);
    if code.matches('"').count() % 2 == 1 {
        return Some("a quote \" is missing, or one too many".to_owned());
    }
    let Some((key, value)) = line.split_once('=') else {
        return key_without_equals(code);
    };
    let (key, value) = (key.trim(), value.split('#').next().unwrap_or(value).trim());
    if key.is_empty() || !key.chars().all(bare) {
        return None;
    }
    if let Some(at) = earlier_key(text, span.start, key) {
        return Some(format!("`{key}` stands on line {at} already"));
    }
    if value.is_empty() {
        return Some(format!("write a value after `{key} =`, or delete the line"));
    }
    if value.starts_with(['"', '\'']) && value.contains('\\') {
        return Some("a backslash has a meaning of its own in \"…\"; use '…' instead".to_owned());
    }
    let unquoted = !value.contains(['"', '\'', '[', '{']);
    unquoted.then(|| format!("write {key} = \"{value}\""))
}

fn key_without_equals(line: &str) -> Option<String> {
    let end = line.find(|one| !bare(one))?;
    let (key, rest) = line.split_at(end);
    let value = rest.trim_start_matches([':', ' ', '\t']).trim_end();
    if key.is_empty() || value.is_empty() || value.starts_with([',', '<', '>']) {
        return Some("a line is written key = value; comments start with #".to_owned());
    }
    Some(format!("write {key} = {value}"))
}

/// The line (from 1) of an earlier `[name]` header.
fn earlier_header(text: &str, before: usize, name: &str) -> Option<usize> {
    let start = line_of(text, before).start;
    let wanted = format!("[{name}]");
    text[..start]
        .lines()
        .position(|line| line.split('#').next().unwrap_or("").trim() == wanted)
        .map(|at| at + 1)
}

/// The line (from 1) of the same key earlier in the same table.
fn earlier_key(text: &str, before: usize, key: &str) -> Option<usize> {
    let start = line_of(text, before).start;
    let lines: Vec<&str> = text[..start].lines().collect();
    for (at, line) in lines.iter().enumerate().rev() {
        if is_header(line) {
            return None;
        }
        if line.split_once('=').is_some_and(|(other, _)| other.trim() == key) {
            return Some(at + 1);
        }
    }
    None
}

/// Bytes of the line around `at`, its line end included.
fn line_of(text: &str, at: usize) -> Range<usize> {
    let start = text[..at].rfind('\n').map_or(0, |found| found + 1);
    let end = text[at..].find('\n').map_or(text.len() + 1, |found| at + found + 1);
    start..end
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
