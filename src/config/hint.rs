//! What to do about a line that is not TOML, from looking at the line itself.

use super::lines::{bare, header, is_header, line_of};
use super::secret;

/// Curly, low and angle quotes, and full-width ones: what word processors and chat programs make of
/// straight quotes.
const CURLY: &[char] = &['“', '”', '„', '‟', '‘', '’', '‚', '«', '»', '「', '」', '＂', '＇'];

/// What a line within a list suggests.
pub(super) fn in_list(text: &str, at: usize) -> Option<String> {
    quotes(text[line_of(text, at)].trim())
}

fn quotes(line: &str) -> Option<String> {
    if line.contains(CURLY) {
        return Some("these are not straight quotes; type \" instead".to_owned());
    }
    let code = line.split('#').next().unwrap_or(line);
    let odd = code.matches('"').count() % 2 == 1;
    odd.then(|| "a quote \" is missing, or one too many".to_owned())
}

/// What a line with a header or a key suggests.
pub(super) fn of_line(text: &str, at: usize) -> Option<String> {
    let line = text[line_of(text, at)].trim();
    if let Some(name) = header(line) {
        let first = earlier_header(text, at, name)?;
        return Some(format!(
            "[{name}] stands on line {first} already; move these keys there and delete this line"
        ));
    }
    if line.starts_with('[') {
        let name = line.trim_matches(['[', ']', ' ']);
        return name
            .chars()
            .all(bare)
            .then(|| format!("a header is written [{name}] or [[{name}]]"));
    }
    if let Some(hint) = quotes(line) {
        return Some(hint);
    }
    let Some((key, value)) = line.split_once('=') else {
        return key_without_equals(line.split('#').next().unwrap_or(line));
    };
    if secret::names_one(key) {
        return None;
    }
    let (key, value) = (key.trim(), value.split('#').next().unwrap_or(value).trim());
    if key.is_empty() || !key.chars().all(bare) {
        return None;
    }
    if let Some(at) = earlier_key(text, at, key) {
        return Some(format!("`{key}` stands on line {at} already"));
    }
    if value.is_empty() {
        return Some(format!("write a value after `{key} =`, or delete the line"));
    }
    if value.starts_with(['"', '\'']) && value.contains('\\') {
        return Some("a backslash has a meaning of its own in \"…\"; use '…' instead".to_owned());
    }
    let day = value.len() > 5 && value.chars().all(|one| one.is_ascii_digit() || one == '-');
    if day && value.contains('-') {
        return Some(format!("{value} is no day of the calendar; write one like 2026-12-21"));
    }
    let unquoted = !value.contains(['"', '\'', '[', '{']);
    unquoted.then(|| format!("write {key} = \"{value}\""))
}

fn key_without_equals(line: &str) -> Option<String> {
    let end = line.find(|one| !bare(one))?;
    let (key, rest) = line.split_at(end);
    let value = rest.trim_start_matches([':', ' ', '\t']).trim_end();
    let begins = |one: char| one.is_alphanumeric() || matches!(one, '"' | '\'' | '[' | '+' | '-');
    let odd = key.is_empty() || !value.starts_with(begins);
    if odd || secret::names_one(key) {
        return Some("a line is written key = value; comments start with #".to_owned());
    }
    Some(format!("write {key} = {}", as_toml(value)))
}

/// A value as TOML writes it: what needs quotes and has none gets them.
fn as_toml(value: &str) -> String {
    let list = value.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    if let Some(inner) = list.filter(|inner| !inner.contains(['"', '\'', '[', '{'])) {
        let parts = inner.split(',').map(str::trim).filter(|part| !part.is_empty());
        return format!("[{}]", parts.map(as_toml).collect::<Vec<_>>().join(", "));
    }
    let day = value.parse::<chrono::NaiveDate>().is_ok();
    let plain = day || value.parse::<f64>().is_ok() || matches!(value, "true" | "false");
    if plain || value.contains('"') || value.starts_with(['\'', '[', '{']) {
        return value.to_owned();
    }
    format!("\"{value}\"")
}

/// The line (from 1) of an earlier `[name]` header.
fn earlier_header(text: &str, before: usize, name: &str) -> Option<usize> {
    let start = line_of(text, before).start;
    text[..start].lines().position(|line| header(line) == Some(name)).map(|at| at + 1)
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
