//! Words that may be a verb in the third person, between one who acts and an object: `Treasury sanctions two banks`, but
//! neither `Treasury sanctions bite` nor `the Treasury sanctions list`.

use crate::detect::lexicon;
use crate::detect::text::{Gap, Text};

/// Whether a word stands so.
pub(crate) fn acting(text: &Text, at: u32) -> bool {
    let tokens = &text.tokens;
    let behind = |at: usize| tokens.get(at + 1).filter(|next| next.gap < Gap::Comma);
    let (at, word) = (at as usize, &tokens[at as usize]);
    let third = text.word(word).ends_with('s') && text.word(word) != "tariffs";
    let who = at.checked_sub(1).filter(|who| lexicon::actors().contains(&tokens[*who].hash));
    third
        && who.and_then(behind).is_some()
        && behind(at).is_some_and(|next| !lexicon::no_object().contains(&next.hash))
}
