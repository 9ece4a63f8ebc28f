//! A value together with the place where a person wrote it, and what is wrong there.
//!
//! Config hands values over with their place, so that each stage can judge its own language and
//! still point at file, line and column.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use super::literal;

/// A file as it was read: its name as the person knows it, and its text.
#[derive(Debug, PartialEq, Eq)]
pub struct FileText {
    /// Path as shown in messages.
    pub name: String,
    /// The whole text.
    pub text: String,
}

/// Where something is written: a byte range of a file.
#[derive(Clone, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: Arc<FileText>,
    /// Bytes of its text.
    pub span: Range<usize>,
}

impl Place {
    /// Line (from 1) of the start.
    #[must_use]
    pub fn line(&self) -> usize {
        self.before().bytes().filter(|byte| *byte == b'\n').count() + 1
    }

    /// Column (from 1) of the start, in characters.
    #[must_use]
    pub fn column(&self) -> usize {
        let before = self.before();
        let line = before.rfind('\n').map_or(0, |at| at + 1);
        before[line..].chars().count() + 1
    }

    /// The place of a part of a quoted string at this place: `inner` counts bytes of the string's
    /// value. Never outside this place.
    #[must_use]
    pub fn within(&self, inner: Range<usize>) -> Self {
        let quoted = self.file.text.get(self.span.clone()).unwrap_or("");
        let at = |byte: usize| self.span.start + literal::offset(quoted, byte);
        Self { file: Arc::clone(&self.file), span: at(inner.start)..at(inner.end) }
    }

    fn before(&self) -> &str {
        self.file.text.get(..self.span.start).unwrap_or(&self.file.text)
    }
}

/// `watchlist.toml:12:9`.
impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}:{}", self.file.name, self.line(), self.column())
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

/// A value and its place. `place` is `None` for defaults and for values made in code.
#[derive(Clone, Debug)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Where it was written, if a person wrote it.
    pub place: Option<Place>,
}

impl<T> Located<T> {
    /// A value with its place.
    pub fn at(value: T, place: Place) -> Self {
        Self { value, place: Some(place) }
    }

    /// A value that nobody wrote: a default, or one made by the program.
    pub fn nowhere(value: T) -> Self {
        Self { value, place: None }
    }
}

/// Equal when the values are: where a thing is written is not part of what it means.
impl<T: PartialEq> PartialEq for Located<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

/// Whether a problem forbids the edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Worth saying; the edit still takes effect.
    Warning,
    /// The edit cannot take effect.
    Error,
}

/// One thing wrong with what people wrote: where, what, and what to do about it.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// Error or warning.
    pub level: Level,
    /// Where, if it has one place.
    pub place: Option<Place>,
    /// What was attempted, on which thing, what is wrong. One sentence, no full stop.
    pub what: String,
    /// What to do about it, if that is known; may have several lines.
    pub hint: Option<String>,
    /// Whether it is that we may not read a file: what stands in it may be right.
    pub denied: bool,
    /// Whether it is that something is named which stands nowhere: it may stand where the files could not be
    /// understood.
    pub dangling: bool,
}

impl Problem {
    /// An error at a place.
    pub fn error(place: Option<Place>, what: impl Into<String>) -> Self {
        Self::at(Level::Error, place, what.into())
    }

    /// A warning at a place.
    pub fn warning(place: Option<Place>, what: impl Into<String>) -> Self {
        Self::at(Level::Warning, place, what.into())
    }

    fn at(level: Level, place: Option<Place>, what: String) -> Self {
        Self { level, place, what, hint: None, denied: false, dangling: false }
    }

    /// The same problem with its remedy.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same problem as one of permission.
    #[must_use]
    pub fn denied(mut self) -> Self {
        self.denied = true;
        self
    }

    /// The same problem as one of something that is named and stands nowhere.
    #[must_use]
    pub fn dangling(mut self) -> Self {
        self.dangling = true;
        self
    }
}

/// One line: `watchlist.toml:12:9: error: unknown group 'chna' (did you mean 'china'?)`.
impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(out, "{place}: ")?;
        }
        let level = match self.level {
            Level::Warning => "warning",
            Level::Error => "error",
        };
        write!(out, "{level}: {}", self.what)?;
        if let Some(hint) = &self.hint {
            write!(out, " ({})", hint.replace('\n', " "))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str, span: Range<usize>) -> Place {
        Place { file: Arc::new(FileText { name: "w.toml".into(), text: text.into() }), span }
    }

    #[test]
    fn lines_and_columns_count_from_one_in_characters() {
        let at = place("a = 1\nname = \"阿里\" # x", 13..21);
        assert_eq!((at.line(), at.column()), (2, 8));
        assert_eq!(at.to_string(), "w.toml:2:8");
    }

    #[test]
    fn a_part_of_a_quoted_string_is_found_inside_it() {
        let text = "search = [\"a AND or\"]";
        let whole = place(text, 10..20);
        let part = whole.within(6..8);
        assert_eq!(&text[part.span.clone()], "or");
        assert!(whole.within(5..900).span.end <= whole.span.end);
    }
}
