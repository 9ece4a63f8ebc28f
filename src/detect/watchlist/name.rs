//! What a company's name says beside the name: its legal form, its id, and whether it is too weak to
//! stand alone.

use crate::detect::exchanges::named_by;
use crate::detect::hash::hash;
use crate::detect::legal;
use crate::detect::lexicon;
use crate::detect::text::{CLOSE, Gap, OPEN, OWNER, Shape, Text, Token, decode};
use crate::model::id::{base32, digest};

/// The forms of a name that people write, longest first: the name as it is, then without what stands in brackets behind
/// it, then with one legal form after another taken off its end (and `The` or a leading form off its beginning).
pub(crate) fn forms(name: &str) -> Vec<&str> {
    forms_in(name, &Text::of_term(name.trim()))
}

/// The same of a name that, without the spaces around it, is divided already.
pub(crate) fn forms_in<'n>(name: &'n str, text: &Text) -> Vec<&'n str> {
    let name = name.trim();
    let mut forms = vec![name];
    let (mut first, mut end) = (0, text.tokens.len());
    if end == 0 {
        return forms;
    }
    // A sign for a legal form is no word: it comes off with what is said of the name.
    let signs = name.trim_matches(|one: char| one.is_whitespace() || FORM_SIGNS.contains(&one));
    forms.push(signs);
    let words = &text.tokens;
    if let Some((open, _)) = bracket(text) {
        end = open;
        forms.push(of(name, text, first, end));
    }
    loop {
        let leading = match legal::in_brackets(&words[first]) {
            true => 1,
            false => legal::leading(&words[first..end]),
        };
        if leading == 0 || first + leading >= end {
            break;
        }
        first += leading;
    }
    if first > 0 {
        // Up to the very end a name keeps its last dot.
        let whole = &name[words[first].start as usize..];
        let whole = whole.trim_end_matches(|one: char| FORM_SIGNS.contains(&one) || one == '»');
        forms.push(if end == words.len() { whole } else { of(name, text, first, end) });
    }
    while let Some(left) = without_form(&words[first..end]) {
        end = first + left;
        forms.push(of(name, text, first, end));
    }
    forms.dedup();
    forms
}

/// Signs that stand for a legal form.
const FORM_SIGNS: [char; 4] = ['㈜', '㈱', '㈲', '㊑'];

/// How many words are left of a name without the legal form at its end; `None` where it has none or nothing would be
/// left.
fn without_form(name: &[Token]) -> Option<usize> {
    let last = name.last()?;
    // `Procter & Gamble Co., The`, as lists sort it.
    let article = last.gap >= Gap::Quote && last.hash == hash("the");
    let taken = match article || legal::in_brackets(last) {
        true => 1,
        false => legal::trailing(name)?.0,
    };
    let mut left = name.len().checked_sub(taken).filter(|left| *left > 0)?;
    // `Wells Fargo and Company`.
    if left > 1 && CONNECTING.iter().any(|word| hash(word) == name[left - 1].hash) {
        left -= 1;
    }
    // One character of a Chinese name is no name.
    (left > 1 || name[0].shape != Shape::Cjk).then_some(left)
}

/// Words that connect a legal form with the name.
const CONNECTING: [&str; 4] = ["and", "und", "et", "y"];

/// Words of a name as they are written, with their possessive ending.
fn of<'n>(name: &'n str, text: &Text, first: usize, end: usize) -> &'n str {
    let begin = text.tokens[first].start as usize;
    &name[begin..written_end(name, &text.tokens[end - 1])]
}

/// Where a word ends as it is written: with a possessive ending.
pub(super) fn written_end(name: &str, token: &Token) -> usize {
    let end = token.end as usize;
    if token.marks & OWNER == 0 {
        return end;
    }
    // `Moody&rsquo;s`: the apostrophe may be a reference, in which an s says nothing.
    let apostrophe = decode(&name[end..]).map_or(0, |(_, length)| length);
    let behind = end + apostrophe;
    let ending = name[behind..].char_indices().find(|(_, one)| matches!(one, 's' | 'S'));
    ending.map_or(end, |(at, _)| behind + at + 1)
}

/// The words in brackets with which a name ends: the first of them, and the one after the last.
fn bracket(text: &Text) -> Option<(usize, usize)> {
    let last = text.tokens.last().filter(|last| last.marks & CLOSE != 0)?;
    let open = text.tokens.iter().rposition(|token| token.marks & OPEN != 0)?;
    let inside = &text.tokens[open..];
    let one = inside.iter().filter(|token| token.marks & CLOSE != 0).count() == 1;
    (open > 0 && one && !legal::in_brackets(last)).then_some((open, text.tokens.len()))
}

/// What stands in brackets behind a name.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Bracketed<'n> {
    /// Another name: one word, or capitals.
    Name(&'n str),
    /// Something else.
    Other(&'n str),
}

/// What stands in brackets behind a name, unless that is a legal form.
pub(super) fn bracketed<'n>(name: &'n str, text: &Text) -> Option<Bracketed<'n>> {
    let (open, end) = bracket(text)?;
    let words = &text.tokens[open..end];
    let written = of(name, text, open, end);
    let form = |token: &Token| legal::single().contains(&token.hash);
    if words.iter().all(form) {
        return None;
    }
    let place = lexicon::is_place(words) || lexicon::is_seat(words);
    let cjk = |token: &Token| token.shape == Shape::Cjk;
    let outside = &text.tokens[..open];
    let is = match words {
        _ if place || is_remark(words) => false,
        // Behind a Chinese name a place or a branch is as likely.
        _ if words.iter().all(cjk) => words.len() > 1 && !outside.iter().any(cjk),
        [word] if word.shape == Shape::Capital => is_like_a_name(word, text.word(word)),
        [word] => word.shape != Shape::Lower || word.cased != word.hash,
        _ => words.iter().all(|word| word.shape == Shape::Caps),
    };
    Some(if is { Bracketed::Name(written) } else { Bracketed::Other(written) })
}

/// Whether words in brackets say of a name what its shares are, how it stands, or where it is listed: `(ADR)`,
/// `(Suspended)`, `(NYSE: BABA)`.
fn is_remark(words: &[Token]) -> bool {
    let remark = |word: &Token| lexicon::remarks().contains(&word.hash);
    words.iter().all(remark) || named_by(&words[..1]).is_some() || named_by(words).is_some()
}

/// Whether a word with a capital may be a name: no everyday word, nor one that ends as what was done to a company does.
fn is_like_a_name(token: &Token, word: &str) -> bool {
    let done = word.ends_with("ed") && token.chars > 4;
    let everyday =
        [lexicon::common(), lexicon::ordinary()].iter().any(|all| all.contains(&token.hash));
    !done && !everyday
}

/// What at the end of a name without its legal form looks like another that is not known.
pub(super) fn form_like<'n>(name: &'n str, text: &Text) -> Option<&'n str> {
    let first = legal::looks_like(&text.tokens, text)?;
    let end = text.tokens.last()?.end as usize;
    let more = name[end..].starts_with('.');
    Some(&name[text.tokens[first].start as usize..end + usize::from(more)])
}

/// The name without its legal form: what readers call the company.
#[cfg(test)]
pub(crate) fn core(name: &str) -> &str {
    forms(name).last().copied().unwrap_or(name)
}

/// Why a name does not stand alone; `None` for a strong one.
pub(crate) fn weakness(text: &Text) -> Option<&'static str> {
    // `The Gap` is a gap.
    let token = match text.tokens.as_slice() {
        [token] => token,
        [article, token] if article.hash == hash("the") => {
            return lexicon::common().contains(&token.hash).then_some("an everyday word");
        }
        _ => return None,
    };
    if token.shape == Shape::Cjk {
        return Some("a single character");
    }
    if token.chars <= 2 {
        return Some("one or two letters");
    }
    // `Moody's` is found with its ending only, and then it is no moody.
    if token.marks & OWNER != 0 {
        return None;
    }
    lexicon::common().contains(&token.hash).then_some("an everyday word")
}

/// The id of an entry without one: the lower-case ASCII slug of the name, else a hash of it.
pub(crate) fn slug(name: &str) -> String {
    let text = Text::of_term(name);
    let mut slug = String::new();
    for token in &text.tokens {
        let word: String =
            text.word(token).chars().filter(|one| one.is_ascii_alphanumeric()).collect();
        if !word.is_empty() {
            if !slug.is_empty() {
                slug.push('-');
            }
            slug.push_str(&word);
        }
    }
    if slug.bytes().any(|byte| byte.is_ascii_lowercase()) {
        return slug;
    }
    format!("c-{}", &base32(&digest(&[name.trim()]))[..8])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn legal_forms_come_off() {
        for (name, expected) in [
            ("Alibaba Group Holding Limited", "Alibaba"),
            ("The Boeing Company", "Boeing"),
            ("Huawei Technologies Co., Ltd.", "Huawei Technologies"),
            ("Société Générale S.A.", "Société Générale"),
            ("ASML Holding N.V.", "ASML"),
            ("PJSC Gazprom", "Gazprom"),
            ("Huawei", "Huawei"),
            ("小米集团", "小米"),
            ("京东方科技集团股份有限公司", "京东方科技"),
            ("Limited", "Limited"),
            ("中国移动有限公司", "中国移动"),
            ("Moody's Corporation", "Moody's"),
            ("Wells Fargo and Company", "Wells Fargo"),
            ("Cemex S.A.B. de C.V.", "Cemex"),
            ("Ericsson AB (publ)", "Ericsson"),
            ("네이버㈜", "네이버"),
            ("ООО «Яндекс»", "Яндекс"),
            ("Procter & Gamble Co., The", "Procter & Gamble"),
            ("PT", "PT"),
            ("AB", "AB"),
        ] {
            assert_eq!(core(name), expected, "{name}");
        }
    }

    #[test]
    fn slugs_are_ascii() {
        for (name, expected) in [
            ("An authority acts", "an-authority-acts"),
            ("Nestlé", "nestle"),
            ("JD.com", "jd-com"),
            ("Delisting / trading halt", "delisting-trading-halt"),
        ] {
            assert_eq!(slug(name), expected);
        }
        assert!(slug("阿里巴巴").starts_with("c-") && slug("阿里巴巴").len() == 10);
    }

    #[test]
    fn weak_names_are_known() {
        for (name, weak) in [
            ("Target", true),
            ("JD", true),
            ("阿", true),
            ("阿里", false),
            ("SMIC", false),
            ("Gap Inc.", false),
            ("The Gap", true),
            ("Fossil", true),
            ("The Wonderful Gap", false),
        ] {
            assert_eq!(weakness(&Text::of_term(name)).is_some(), weak, "{name}");
        }
    }
}
