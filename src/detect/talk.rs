//! Talk without an act: items that speak of a company and a matter while nothing has happened.
//!
//! Three kinds. An item of a *genre* that reports no event (a hypothesis, a look back, an opinion, an
//! invitation, a manual) is talk if its title says so, or if its text does and nothing else in it
//! reports an act; what *explains* or sums up, if no verb below its title reports one. A *threat* or vow is
//! talk if nothing else in the item reports an act. What is only
//! *supposed* (`could be banned`, `mulls a ban`), and a title that only *doubts*, asks or looks back, is
//! talk if no act in the item is real ([`acts`]). In doubt an item is news: a round-up, a threat that
//! follows an act, a threat of the watched company itself.

mod acts;
mod dated;

use std::cell::OnceCell;

use super::find::Occ;
use super::manner::{Manner, Says};
use super::text::{Shape, Text};

use acts::Acts;
pub(crate) use dated::Dated;

/// How many words may stand between a subject and its verb.
const SUBJECT: u32 = 1;

/// The words that show an item to be talk without an act. `subject` says whether a watched company
/// or its matter is named by words that end at this index.
pub(crate) fn talk(
    text: &Text,
    manner: &Manner,
    official: bool,
    subject: impl Fn(u32) -> bool,
) -> Option<Occ> {
    let acts = Acts { text, manner };
    // `Could it be thrown off the exchange? 3 things to know` only sounds like one, and so does a single question.
    if manner.round_up() && acts.teased().is_none() && !acts.asks_one() {
        return None;
    }
    let sentence = |occ: &Occ| text.tokens[occ.first as usize].sentence;
    // `Could this be the end? Berlin orders its parts out`: the title has an answer.
    let titled = |occ: &&Occ| manner.in_title(sentence(occ)) && !acts.answered(occ);
    // A label or a first word says of what kind the item is; beside an act (`fined after a documentary`) others do not.
    // Languages without spaces say it at the end.
    let cjk = |occ: &Occ| text.tokens[occ.first as usize].shape == Shape::Cjk;
    let leads = |occ: &Occ| occ.first == 0 || cjk(occ) || manner.labels(text, occ);
    let acted = OnceCell::new();
    let acted = || {
        let in_title = |act: &&Occ| manner.in_title(sentence(act));
        *acted.get_or_init(|| manner.places(Says::Act).filter(in_title).any(|act| acts.firm(act)))
    };
    let mut genres = manner.places(Says::Genre).filter(titled);
    if let Some(genre) = genres.find(|genre| leads(genre) || !acted()) {
        return Some(*genre);
    }
    if let Some(mark) = supposed(&acts).filter(|_| !official) {
        return Some(mark);
    }
    let beside = |mark: &&Occ| {
        let mut others = manner.places(Says::Act).filter(|act| sentence(act) != sentence(mark));
        others.any(|act| acts.told(act))
    };
    if let Some(explainer) = manner.places(Says::Explainer).find(titled)
        && !beside(&explainer)
    {
        return Some(*explainer);
    }
    let mut marks: Vec<&Occ> = if official { Vec::new() } else { threats(&acts, &subject) };
    marks.extend(
        manner.places(Says::Genre).filter(|genre| !titled(genre) || leads(genre) || !acted()),
    );
    marks.sort_unstable_by_key(|occ| occ.first);
    // In text order, as the marks are.
    let marked: Vec<u32> = marks.iter().map(|mark| sentence(mark)).collect();
    let marked = |act: &Occ| marked.binary_search(&sentence(act)).is_ok();
    let reported =
        !marks.is_empty() && manner.places(Says::Act).any(|act| !marked(act) && acts.real(act));
    marks.first().filter(|_| !reported).map(|mark| **mark)
}

/// Threats whose sentences only threaten: nothing was done before them, and it is not the company or the
/// matter itself that threatens.
fn threats<'m>(acts: &Acts<'m>, subject: &impl Fn(u32) -> bool) -> Vec<&'m Occ> {
    let mut threats = acts.manner.places(Says::Threat).peekable();
    if threats.peek().is_none() {
        return Vec::new();
    }
    let sentence = |token: u32| acts.text.tokens[token as usize].sentence;
    // How early something was done in each sentence, and which tell what went before; both in text order.
    let real = acts.manner.places(Says::Act).filter(|act| acts.real(act));
    let mut done: Vec<(u32, u32)> = real.map(|act| (sentence(act.first), act.last)).collect();
    done.sort_unstable();
    done.dedup_by_key(|act| act.0);
    let aftermath = acts.manner.places(Says::Aftermath);
    let followed: Vec<u32> = aftermath.map(|after| sentence(after.first)).collect();
    let only = |threat: &&Occ| {
        let here = sentence(threat.first);
        let before = (threat.first.saturating_sub(SUBJECT + 1)..threat.first)
            .any(|token| sentence(token) == here && subject(token));
        let acted =
            done.binary_search_by_key(&here, |act| act.0).is_ok_and(|at| done[at].1 < threat.first);
        !before && !acted && followed.binary_search(&here).is_err()
    };
    threats.filter(only).collect()
}

/// What shows that something might be done, is doubted, asked or past, where nothing was done. A title's
/// own words weigh more: beside them nouns of acts (`the Apple probe`) report none.
fn supposed(acts: &Acts<'_>) -> Option<Occ> {
    let (text, manner) = (acts.text, acts.manner);
    let in_title = |occ: &&Occ| manner.in_title(text.tokens[occ.first as usize].sentence);
    let might = |act: &&Occ| in_title(act) && acts.doubted(act) && !acts.answered(act);
    let title = || {
        let supposed = manner.places(Says::Supposed).filter(in_title);
        let supposed = supposed.filter(|mark| !acts.answered(mark));
        let followed = acts.followed();
        let might = manner.places(Says::Act).filter(might).filter(|_| !followed);
        let mark = supposed.filter(|_| !followed).chain(might).next().copied();
        mark.or_else(|| acts.doubt().filter(|_| !followed)).or_else(|| acts.asked())
    };
    let all = || manner.places(Says::Act);
    if !all().any(|act| acts.firm(act))
        && let Some(mark) = title()
    {
        return Some(mark);
    }
    let any = manner.places(Says::Supposed).next().copied();
    any.filter(|_| !all().any(|act| acts.real(act)))
}
