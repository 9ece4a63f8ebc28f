//! Tags and text of a document that may be broken: the tolerant reading of markup.
//!
//! Invariant: one pass, linear in the length of the text whatever stands in it, no allocation, no
//! recursion. What looks like markup and is none is text. What was odd is noted in [`Flaws`].

/// A piece of markup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// A start tag; `empty` when it closes itself.
    Start { name: &'a str, attributes: &'a str, empty: bool },
    /// An end tag.
    End { name: &'a str },
    /// Text with its references unresolved.
    Text(&'a str),
    /// Text that has no references.
    Literal(&'a str),
    /// A processing instruction or an XML declaration.
    Instruction(&'a str),
    /// A document type declaration.
    Doctype(&'a str),
    /// A comment.
    Comment,
}

/// What was odd about the markup so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Flaws {
    /// A `<` that begins no tag, or a tag that is not written as XML wants it.
    pub(super) tag: bool,
    /// A tag, comment or literal that the end of the text cuts.
    pub(super) cut: bool,
}

/// Longest tag that is looked at as one; longer runs are text.
const LONGEST_TAG: usize = 64 * 1024;

/// The pieces of a text, in order.
#[derive(Clone, Debug)]
pub(super) struct Tokens<'a> {
    text: &'a str,
    at: usize,
    pub(super) flaws: Flaws,
    /// Terminators that are known not to come any more, so that they are searched for only once.
    no_comment_end: bool,
    no_literal_end: bool,
    no_doctype: bool,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self {
            text,
            at: 0,
            flaws: Flaws::default(),
            no_comment_end: false,
            no_literal_end: false,
            no_doctype: false,
        }
    }

    /// Where the next piece begins.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// The text between two places, for markup inside a field.
    pub(super) fn between(&self, from: usize, to: usize) -> &'a str {
        self.text.get(from..to).unwrap_or("")
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// Takes `length` bytes as one piece of text.
    fn text(&mut self, length: usize) -> Token<'a> {
        let text = &self.rest()[..length];
        self.at += length;
        Token::Text(text)
    }

    /// A stray `<`: it is text, up to the next one.
    fn stray(&mut self) -> Token<'a> {
        self.flaws.tag = true;
        let length = find(&self.rest()[1..], b'<').map_or(self.rest().len(), |at| at + 1);
        self.text(length)
    }

    fn special(&mut self) -> Token<'a> {
        let rest = self.rest();
        if let Some(inner) = rest.strip_prefix("<!--") {
            return self.comment(inner);
        }
        if let Some(inner) = rest.strip_prefix("<![CDATA[") {
            return self.literal(inner);
        }
        if let Some(inner) = rest.strip_prefix("<?") {
            // Not past another tag, so that a run of openings stays linear.
            let stop = inner.bytes().position(|byte| matches!(byte, b'<' | b'>'));
            let Some(end) = stop.filter(|at| inner.as_bytes()[*at] == b'>') else {
                return self.stray();
            };
            self.at += 2 + end + 1;
            let inner = &inner[..end];
            self.flaws.tag |= !inner.ends_with('?');
            return Token::Instruction(inner.trim_end_matches('?'));
        }
        let is_doctype = rest.get(2..9).is_some_and(|name| name.eq_ignore_ascii_case("DOCTYPE"));
        if is_doctype && !self.no_doctype {
            if let Some(end) = doctype_end(rest) {
                self.at += end;
                return Token::Doctype(&rest[9..end - 1]);
            }
            self.no_doctype = true;
        }
        self.stray()
    }

    fn comment(&mut self, inner: &'a str) -> Token<'a> {
        if !self.no_comment_end {
            if let Some(end) = inner.find("-->") {
                self.at += 4 + end + 3;
                return Token::Comment;
            }
            self.no_comment_end = true;
            self.flaws.cut = true;
        }
        // A comment that never ends hides nothing.
        self.stray()
    }

    fn literal(&mut self, inner: &'a str) -> Token<'a> {
        if !self.no_literal_end {
            if let Some(end) = inner.find("]]>") {
                self.at += 9 + end + 3;
                return Token::Literal(&inner[..end]);
            }
            self.no_literal_end = true;
            self.flaws.cut = true;
        }
        // Without an end, it is the text up to the next tag that closes something.
        let end = inner.find("</").unwrap_or(inner.len());
        self.at += 9 + end;
        Token::Literal(&inner[..end])
    }

    fn end_tag(&mut self) -> Token<'a> {
        let rest = self.rest();
        let inner = &rest[2..];
        match inner.bytes().take(LONGEST_TAG).position(|byte| byte == b'>' || byte == b'<') {
            Some(end) if inner.as_bytes()[end] == b'>' && starts_name(inner) => {
                self.at += 2 + end + 1;
                let name = name_of(&inner[..end]);
                self.flaws.tag |= !inner[name.len()..end].trim().is_empty();
                Token::End { name }
            }
            None if starts_name(inner) && inner.len() < LONGEST_TAG => {
                self.flaws.cut = true;
                self.at = self.text.len();
                Token::End { name: name_of(inner) }
            }
            _ => self.stray(),
        }
    }

    fn start_tag(&mut self) -> Token<'a> {
        let inner = &self.rest()[1..];
        match tag_end(inner) {
            TagEnd::At { end, odd } => {
                self.flaws.tag |= odd;
                self.at += 1 + end + 1;
                let name = name_of(&inner[..end]);
                let attributes = &inner[name.len()..end];
                let empty = attributes.ends_with('/') || name.ends_with('/');
                let name = name.trim_end_matches('/');
                Token::Start { name, attributes: attributes.trim_end_matches('/'), empty }
            }
            TagEnd::Cut => {
                self.flaws.cut = true;
                self.at = self.text.len();
                Token::Text("")
            }
            TagEnd::None => self.stray(),
        }
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let rest = self.rest();
        let first = rest.as_bytes().first()?;
        if *first != b'<' {
            let length = find(rest, b'<').unwrap_or(rest.len());
            return Some(self.text(length));
        }
        Some(match rest.as_bytes().get(1) {
            Some(b'!' | b'?') => self.special(),
            Some(b'/') => self.end_tag(),
            Some(_) if starts_name(&rest[1..]) => self.start_tag(),
            _ => self.stray(),
        })
    }
}

/// Where an ASCII character stands first, many bytes looked at in one step.
pub(super) fn find(text: &str, wanted: u8) -> Option<usize> {
    memchr::memchr(wanted, text.as_bytes())
}

fn starts_name(text: &str) -> bool {
    text.starts_with(|one: char| one.is_alphabetic() || one == '_')
}

fn name_of(tag: &str) -> &str {
    let end = tag.find(|one: char| one.is_ascii_whitespace()).unwrap_or(tag.len());
    &tag[..end]
}

fn find_within(text: &str, wanted: char) -> Option<usize> {
    let wanted = u8::try_from(wanted).ok()?;
    text.bytes().take(LONGEST_TAG).position(|byte| byte == wanted)
}

/// Past the `>` of a document type, with its internal subset.
fn doctype_end(rest: &str) -> Option<usize> {
    let close = find_within(rest, '>')?;
    match find_within(rest, '[') {
        Some(open) if open < close => {
            let subset = rest[..rest.len().min(LONGEST_TAG)].char_indices();
            let end = subset.skip_while(|(at, _)| *at < open).find(|(_, one)| *one == ']')?.0;
            Some(end + rest[end..].find('>')? + 1)
        }
        _ => Some(close + 1),
    }
}

enum TagEnd {
    /// The place of the `>`; odd when XML would not have it so.
    At { end: usize, odd: bool },
    /// The text ends inside the tag.
    Cut,
    /// It is no tag.
    None,
}

/// Finds the `>` that ends a start tag: not inside quotes, and quotes count only after a `=`.
fn tag_end(inner: &str) -> TagEnd {
    let bytes = &inner.as_bytes()[..inner.len().min(LONGEST_TAG)];
    let mut quote = None;
    let mut after_equals = false;
    let mut first_close = None;
    let mut odd = false;
    for (at, byte) in bytes.iter().copied().enumerate() {
        match (quote, byte) {
            (Some(open), _) if byte == open => quote = None,
            (Some(_), b'>') => first_close = first_close.or(Some(at)),
            (Some(_), b'<') => odd = true,
            (Some(_), _) => {}
            (None, b'>') => return TagEnd::At { end: at, odd },
            (None, b'<') => return TagEnd::None,
            (None, b'"' | b'\'') if after_equals => quote = Some(byte),
            (None, b'"' | b'\'') => odd = true,
            (None, _) => {}
        }
        if quote.is_none() && !byte.is_ascii_whitespace() {
            odd |= after_equals && !matches!(byte, b'"' | b'\'');
            after_equals = byte == b'=';
        } else if quote.is_some() {
            after_equals = false;
        }
    }
    match first_close {
        // A quote that never closes: the tag ends where the first `>` stands.
        Some(end) => TagEnd::At { end, odd: true },
        None if bytes.len() < LONGEST_TAG => TagEnd::Cut,
        None => TagEnd::None,
    }
}

/// The raw value of an attribute, by its name as written (ASCII case does not matter).
pub(super) fn attribute<'a>(attributes: &'a str, name: &str) -> Option<&'a str> {
    each_attribute(attributes).find(|(one, _)| one.eq_ignore_ascii_case(name)).map(|(_, it)| it)
}

/// Names and raw values of the attributes of a tag; values may lack quotes.
pub(super) fn each_attribute(attributes: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = attributes;
    std::iter::from_fn(move || {
        rest = rest.trim_ascii_start();
        if rest.is_empty() {
            return None;
        }
        let end = rest.find(|one: char| one == '=' || one.is_ascii_whitespace());
        let name = &rest[..end.unwrap_or(rest.len())];
        rest = rest[name.len()..].trim_ascii_start();
        let Some(after) = rest.strip_prefix('=') else {
            return Some((name, ""));
        };
        let after = after.trim_ascii_start();
        let quote = after.chars().next().filter(|one| matches!(one, '"' | '\''));
        let value = match quote {
            Some(quote) => {
                let inner = &after[1..];
                let end = inner.find(quote).unwrap_or(inner.len());
                rest = inner.get(end + 1..).unwrap_or("");
                &inner[..end]
            }
            None => {
                let end = after.find(|one: char| one.is_ascii_whitespace());
                let value = &after[..end.unwrap_or(after.len())];
                rest = &after[value.len()..];
                value
            }
        };
        Some((name, value))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let mut out = String::new();
        for token in Tokens::new(text) {
            out.push_str(&match token {
                Token::Start { name, attributes, empty } => {
                    let names: Vec<_> = each_attribute(attributes)
                        .map(|(name, value)| format!(" {name}={value}"))
                        .collect();
                    format!("[{name}{}{}]", names.concat(), if empty { " /" } else { "" })
                }
                Token::End { name } => format!("[/{name}]"),
                Token::Text(text) => text.to_owned(),
                Token::Literal(text) => format!("({text})"),
                Token::Instruction(text) => format!("[?{text}]"),
                Token::Doctype(_) => "[!]".to_owned(),
                Token::Comment => "[--]".to_owned(),
            });
        }
        out
    }

    #[test]
    fn markup_is_told_from_text() {
        for (text, expected) in [
            ("<a b=\"c>d\" e='f'>x</a >", "[a b=c>d e=f]x[/a]"),
            ("<br/>a<br />", "[br /]a[br /]"),
            ("1 < 2 <3 << <", "1 < 2 <3 << <"),
            ("a <b and c</t>", "a <b and c[/t]"),
            ("<a b=\"c>d", "[a b=c]d"),
            ("<a b=c d>", "[a b=c d=]"),
            ("<a it's>x", "[a it's=]x"),
            ("<![CDATA[<b>&amp;]]><!-- <x> -->", "(<b>&amp;)[--]"),
            ("<!-- never", "<!-- never"),
            ("<![CDATA[open</t>", "(open)[/t]"),
            (
                "<?xml version='1.0'?><!DOCTYPE r [<!ENTITY a 'b'>]><r>",
                "[?xml version='1.0'][!][r]",
            ),
            ("<\u{65b0}\u{95fb}>x</\u{65b0}\u{95fb}>", "[\u{65b0}\u{95fb}]x[/\u{65b0}\u{95fb}]"),
            ("</>x</ a>", "</>x</ a>"),
            ("<cut attr=\"", ""),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn clean_markup_has_no_flaws() {
        for (text, clean) in [
            ("<a b='1'><c d=\"x > y\"/></a>", true),
            ("<a b = '1'></a>", true),
            ("<a b=1></a>", false),
            ("<a>1 < 2</a>", false),
            ("<a>", true),
            ("<a", false),
        ] {
            let mut tokens = Tokens::new(text);
            tokens.by_ref().for_each(drop);
            assert_eq!(tokens.flaws == Flaws::default(), clean, "{text}");
        }
    }
}
