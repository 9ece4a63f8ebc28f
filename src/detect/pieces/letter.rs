//! Letters of several matters that nobody announces: known by the labels of their paragraphs, or by a few sentences
//! of which none refers back. An official notice has labels, too, and an interview, and both are of one matter.

use crate::detect::lexicon;
use crate::detect::manner::{Manner, Says};
use crate::detect::text::{COLON, LINE, Shape, Text, Token};

use super::length;

/// Sentences under a title that names nothing watched, from which on they may be as many matters.
const STREWN: u32 = 3;
/// Words of a title that may be no more than a rubric: under it two sentences are enough.
const RUBRIC: u32 = 5;
/// Sentences of the longest text that is taken for a newsletter because none of them refers back.
const SHORT: u32 = 6;
/// Paragraphs of a text that is written in paragraphs.
pub(super) const PARAGRAPHS: usize = 3;
/// Words of a paragraph's label, or characters of a language without spaces.
const LABEL: u32 = 3;
const LABEL_CHARACTERS: u32 = 6;
/// Words of a label in capitals.
const CAPITALS: u32 = 4;

/// Where paragraphs begin below the title.
pub(super) fn paragraphs(text: &Text) -> Vec<u32> {
    let (title, end) = (text.title_end(), length(text.tokens.len()));
    let line = |at: &u32| text.tokens[*at as usize].marks & LINE != 0;
    let fields = text.fields.iter().map(|field| field.first);
    let fields = fields.filter(|first| (title..end).contains(first));
    let mut all: Vec<u32> = (title..end).filter(line).chain(fields).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Whether the text tells of several matters under a title that names none of them, as newsletters do: in paragraphs
/// that have labels, or in a few sentences of which none refers back.
pub(super) fn strewn(text: &Text, manner: &Manner) -> bool {
    let title = text.title_end();
    let (Some(first), Some(last)) = (text.tokens.get(title as usize), text.tokens.last()) else {
        return false;
    };
    let acts = || manner.places(Says::Act).any(|act| act.first < title);
    let rubric = title <= RUBRIC && !text.asks;
    let enough = if rubric { STREWN - 1 } else { STREWN };
    let sentences = last.sentence - first.sentence + 1;
    if title == 0 || sentences < enough {
        return false;
    }
    let refers = |token: &Token| lexicon::refers().contains(&token.hash);
    let coherent = || notice(text) || text.tokens[title as usize..].iter().any(refers);
    labelled(text) || (sentences <= SHORT && !acts() && !coherent())
}

/// Whether parts begin with labels that official notices have (`SUMMARY:`, `Respondent:`).
fn notice(text: &Text) -> bool {
    let labels = parts_of(text).into_iter().filter(|at| label(text, *at));
    let known = labels.filter(|at| lexicon::notices().contains(&text.tokens[*at as usize].hash));
    known.take(2).count() == 2
}

/// Whether parts of the text begin with labels: most of its paragraphs, or every third sentence from its beginning, for
/// a release has some at its end (`Contact: …`).
fn labelled(text: &Text) -> bool {
    let (paragraphs, parts) = (paragraphs(text), parts_of(text));
    let many = |starts: &[u32]| starts.iter().filter(|at| label(text, **at)).count();
    let written = paragraphs.len() >= PARAGRAPHS && 2 * many(&paragraphs) > paragraphs.len();
    let begins = many(&parts[..parts.len().min(2)]) > 0;
    let of_parts = many(&parts);
    let told = written || (begins && of_parts >= PARAGRAPHS && 3 * of_parts >= parts.len());
    told && !notice(text)
}

/// The paragraphs of a text of which most begin with labels in capitals (`IN COURT. A judge …`), as in a letter of several
/// matters of which the title may name the first. Labels that come again are those who speak in turn, of one matter.
pub(super) fn lettered(text: &Text) -> Option<Vec<u32>> {
    let paragraphs = paragraphs(text);
    let labels = paragraphs.iter().filter(|at| label_in_capitals(text, **at));
    let mut labels: Vec<u64> = labels.map(|at| text.tokens[*at as usize].hash).collect();
    let many = labels.len();
    labels.sort_unstable();
    labels.dedup();
    let letter = many >= PARAGRAPHS
        && 2 * many > paragraphs.len()
        && 2 * labels.len() > many
        && !notice(text);
    letter.then_some(paragraphs)
}

/// Whether a label in capitals begins here, with more behind it on its line.
fn label_in_capitals(text: &Text, at: u32) -> bool {
    let here = &text.tokens[at as usize];
    let rest = text.tokens[at as usize + 1..].iter().take(CAPITALS as usize);
    let mut label = std::iter::once(here).chain(rest).enumerate();
    let end = label.find(|(n, one)| {
        let ends = *n > 0 && (one.sentence != here.sentence || one.marks & COLON != 0);
        ends || one.shape != Shape::Caps
    });
    end.is_some_and(|(n, one)| {
        n > 0 && one.marks & LINE == 0 && (one.sentence != here.sentence || one.marks & COLON != 0)
    })
}

/// Where sentences and lines begin below the title.
fn parts_of(text: &Text) -> Vec<u32> {
    let title = text.title_end();
    let begins = |at: &u32| {
        let token = &text.tokens[*at as usize];
        *at == title
            || token.marks & LINE != 0
            || token.sentence != text.tokens[*at as usize - 1].sentence
    };
    (title..length(text.tokens.len())).filter(begins).collect()
}

/// Whether a label begins here: a few words before a full stop or a colon.
fn label(text: &Text, at: u32) -> bool {
    let here = &text.tokens[at as usize];
    let most = if here.shape == Shape::Cjk { LABEL_CHARACTERS } else { LABEL };
    let mut next = text.tokens[at as usize + 1..].iter().take(most as usize);
    next.any(|one| one.sentence != here.sentence || one.marks & COLON != 0)
}
