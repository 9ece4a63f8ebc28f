//! Talk without an act: items that speak of a company and a matter while nothing has happened.
//!
//! Two kinds. An item of a *genre* that reports no event (a hypothesis, a look back, an opinion, an
//! invitation, a manual) is talk if its title says so, or if its text does and nothing else in it
//! reports an act. A *threat* or vow is talk if nothing else in the item reports an act. What is only
//! *supposed* (`could be banned`, `mulls a ban`) is talk if no act in the item is real. In doubt an item
//! is news: a round-up, a threat that follows an act, a threat of the watched company itself.

use super::find::Occ;
use super::manner::{Manner, Says};
use super::text::Text;

/// How many words may stand between a subject and its verb.
const SUBJECT: u32 = 1;

/// How many words may stand between `if` and the act that it makes unreal.
const CLAUSE: u32 = 6;
/// How many words may stand between `could` and the act that its verb leads to: `could face a ban`.
const OBJECT: u32 = 3;

/// The words that show an item to be talk without an act. `subject` says whether a watched company
/// or its matter is named by words that end at this index.
pub(crate) fn talk(
    text: &Text,
    manner: &Manner,
    official: bool,
    subject: impl Fn(u32) -> bool,
) -> Option<Occ> {
    if manner.round_up() {
        return None;
    }
    let sentence = |occ: &Occ| text.tokens[occ.first as usize].sentence;
    if let Some(genre) = manner.places(Says::Genre).find(|occ| manner.in_title(sentence(occ))) {
        return Some(*genre);
    }
    if let Some(mark) = supposed(text, manner).filter(|_| !official) {
        return Some(*mark);
    }
    let threat = |occ: &&Occ| !official && threatens(text, manner, occ, &subject);
    let mut marks: Vec<&Occ> = manner.places(Says::Threat).filter(threat).collect();
    marks.extend(manner.places(Says::Genre));
    marks.sort_unstable_by_key(|occ| occ.first);
    let marked = |occ: &Occ| marks.iter().any(|mark| sentence(mark) == sentence(occ));
    let reported = manner.places(Says::Act).any(|act| !marked(act) && !unreal(text, manner, act));
    marks.first().filter(|_| !reported).map(|mark| **mark)
}

/// Whether a threat's sentence only threatens: nothing was done before it, and it is not the
/// company or the matter itself that threatens.
fn threatens(text: &Text, manner: &Manner, threat: &Occ, subject: &impl Fn(u32) -> bool) -> bool {
    let sentence = |token: u32| text.tokens[token as usize].sentence;
    let here = sentence(threat.first);
    let before = (threat.first.saturating_sub(SUBJECT + 1)..threat.first)
        .any(|token| sentence(token) == here && subject(token));
    let acted = manner.places(Says::Act).any(|act| {
        sentence(act.first) == here && act.last < threat.first && !unreal(text, manner, act)
    });
    let followed = manner.places(Says::Aftermath).any(|after| sentence(after.first) == here);
    !before && !acted && !followed
}

/// What shows that something might be done, where nothing was: no act of the item is real.
fn supposed<'a>(text: &Text, manner: &'a Manner) -> Option<&'a Occ> {
    if manner.places(Says::Act).any(|act| !unreal(text, manner, act)) {
        return None;
    }
    let title = |act: &&Occ| manner.in_title(text.tokens[act.first as usize].sentence);
    let might = |act: &&Occ| title(act) && doubted(text, manner, act);
    manner.places(Says::Supposed).chain(manner.places(Says::Act).filter(might)).next()
}

/// Whether an act is not real: what might be, or what an `if` depends on (`if the House bans`).
fn unreal(text: &Text, manner: &Manner, act: &Occ) -> bool {
    let near = |mark: &Occ, words: u32| {
        mark.last < act.first
            && act.first - mark.last <= words
            && text.tokens[mark.first as usize].sentence == text.tokens[act.first as usize].sentence
    };
    manner.places(Says::If).any(|mark| near(mark, CLAUSE))
        || manner.places(Says::Unreal).any(|mark| near(mark, OBJECT))
        || doubted(text, manner, act)
}

/// Whether an act is named as what might be: `could be banned`, `a ban could`.
fn doubted(text: &Text, manner: &Manner, act: &Occ) -> bool {
    let auxiliary = |token: u32| matches!(text.word(&text.tokens[token as usize]), "be" | "have");
    let directly = |after: u32| manner.places(Says::Unreal).any(|unreal| unreal.last + 1 == after);
    directly(act.first)
        || manner.places(Says::Unreal).any(|unreal| unreal.first == act.last + 1)
        || act.first.checked_sub(1).is_some_and(|before| auxiliary(before) && directly(before))
}
