//! What a company's name says beside the name: its legal form, its id, and whether it is too weak to
//! stand alone.

use crate::detect::lexicon;
use crate::detect::text::{Shape, Text};
use crate::model::id::{base32, digest};

/// The forms of a name that people write, longest first: the name as it is, then with one legal word
/// after another taken off its end (and `The` or a leading form off its beginning).
pub(crate) fn forms(name: &str) -> Vec<&str> {
    forms_in(name, &Text::of_term(name.trim()))
}

/// The same of a name that, without the spaces around it, is divided already.
pub(crate) fn forms_in<'n>(name: &'n str, text: &Text) -> Vec<&'n str> {
    let name = name.trim();
    let tokens = &text.tokens;
    let mut forms = vec![name];
    if tokens.is_empty() {
        return forms;
    }
    let leading =
        tokens.iter().take_while(|token| lexicon::leading_forms().contains(&token.hash)).count();
    let first = if leading < tokens.len() { leading } else { 0 };
    let begin = tokens[first].start as usize;
    let mut last = tokens.len() - 1;
    if first > 0 {
        forms.push(&name[begin..]);
    }
    loop {
        let cut = cjk_form(text, last);
        let taken = if cut > 0 { cut } else { usize::from(is_form(text, last)) };
        if taken == 0 || last < first + taken {
            break;
        }
        last -= taken;
        let left = &tokens[first..=last];
        // One character left of a Chinese name is no name, nor is a connecting word.
        if left.len() == 1 && left[0].shape == Shape::Cjk {
            break;
        }
        forms.push(name[begin..tokens[last].end as usize].trim());
    }
    forms.dedup();
    forms
}

/// The name without its legal form: what readers call the company.
#[cfg(test)]
pub(crate) fn core(name: &str) -> &str {
    forms(name).last().copied().unwrap_or(name)
}

fn is_form(text: &Text, at: usize) -> bool {
    let token = &text.tokens[at];
    token.shape != Shape::Cjk && lexicon::legal_forms().contains(&token.hash)
}

/// How many characters at the end are a Chinese or Japanese legal form.
fn cjk_form(text: &Text, last: usize) -> usize {
    let tokens = &text.tokens[..=last];
    lexicon::cjk_forms()
        .iter()
        .filter(|form| tokens.len() > form.len())
        .filter(|form| {
            let end = &tokens[tokens.len() - form.len()..];
            end.iter().map(|token| token.hash).eq(form.iter().copied())
        })
        .map(Vec::len)
        .max()
        .unwrap_or(0)
}

/// Why a name does not stand alone; `None` for a strong one.
pub(crate) fn weakness(text: &Text) -> Option<&'static str> {
    let [token] = text.tokens.as_slice() else { return None };
    if token.shape == Shape::Cjk {
        return Some("a single character");
    }
    if token.chars <= 2 {
        return Some("one or two letters");
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
        ] {
            assert_eq!(weakness(&Text::of_term(name)).is_some(), weak, "{name}");
        }
    }
}
