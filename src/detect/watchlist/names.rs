//! The names of one company: what is written, what is left of it without its legal form, and whose guards hold where
//! two of them are spelt alike.
//!
//! Guards of an alias belong to its spelling: they hold wherever it stands, though the company's name or another alias is
//! spelt the same. Where both differ in capitals only, what is written as the text is comes first.

use std::collections::HashMap;
use std::hash::Hasher as _;
use std::sync::Arc;

use crate::detect::digest::Digest;
use crate::detect::phrases::{Need, Reading, capitals};
use crate::detect::text::{AND, OWNER, Text, Token};
use crate::model::watchlist::{CaseRule, CompanyEntry, Guards};
use crate::model::{Place, Problem};

use super::doubts::commonplace;
use super::guard::{Guarding, Way, speaks};
use super::name::{self, Bracketed, weakness};
use super::{Making, Name, Use, variants};

/// A name before it is a phrase.
struct Draft<'a> {
    text: &'a str,
    /// Of an alias; the name has none of its own.
    guards: Option<&'a Guards>,
    /// The written name of which it is a form: its number, and none for itself.
    of: Option<usize>,
    /// The shortest form of a written name.
    core: bool,
    /// Its legal form is written otherwise too, for what is left without it has guards.
    spelt: bool,
    place: Option<&'a Place>,
}

impl<'a> Draft<'a> {
    fn written(text: &'a str, guards: Option<&'a Guards>, place: Option<&'a Place>) -> Self {
        Self { text, guards, of: None, core: false, spelt: false, place }
    }

    fn says(&self) -> bool {
        self.guards.is_some_and(says)
    }
}

/// Whether guards say anything.
fn says(guards: &Guards) -> bool {
    speaks(guards) || guards.weak.is_some() || guards.muted_until.is_some()
}

/// A spelling, as two digests: 128 bits tell names apart as surely as they do themselves. Signs that a name asks for
/// are part of it.
type Spelling = (u64, u64);

fn spelling(text: &Text, word: impl Fn(&Token) -> u64) -> Spelling {
    let mut digests = (Digest::default(), Digest::seeded(0xd6e8_feb8_6659_fd93));
    for token in &text.tokens {
        let signs = u64::from(token.marks & (AND | OWNER));
        digests.0.write_u64(word(token) ^ signs);
        digests.1.write_u64(word(token) ^ signs);
    }
    (digests.0.finish(), digests.1.finish())
}

impl Making {
    /// All names of a company. `core` is the name that readers see, which most names need not hold once more.
    pub(super) fn company_names(&mut self, company: u32, entry: &CompanyEntry, core: &Arc<str>) {
        let mut drafts = vec![Draft::written(&entry.name.value, None, entry.name.place.as_ref())];
        drafts.extend(entry.aliases.iter().map(|alias| {
            Draft::written(&alias.name.value, Some(&alias.guards), alias.name.place.as_ref())
        }));
        for of in 0..drafts.len() {
            self.derive(&mut drafts, of);
        }
        let drafts = if drafts.len() > 1 { self.distinct(drafts) } else { drafts };
        for draft in drafts {
            self.text.fill_term(draft.text);
            let text = std::mem::take(&mut self.text);
            self.company_name(company, entry, &draft, (&text, core));
            self.text = text;
        }
    }

    /// What is found of a written name beside it.
    fn derive<'a>(&mut self, drafts: &mut Vec<Draft<'a>>, of: usize) {
        let Draft { text, guards, place, .. } = drafts[of];
        let form = |text| Draft { of: Some(of), ..Draft::written(text, guards, place) };
        self.text.fill_term(text.trim());
        let forms = name::forms_in(text, &self.text);
        drafts.extend(forms.iter().skip(1).map(|text| form(*text)));
        let core = if forms.len() > 1 { drafts.len() - 1 } else { of };
        drafts[core].core = true;
        match name::bracketed(text.trim(), &self.text) {
            None => {}
            Some(Bracketed::Name(inside)) => {
                let written = |one: &Draft<'_>| one.of.is_none() && one.text.trim() == inside;
                if !drafts.iter().any(written) {
                    self.warn(
                        place.cloned(),
                        format!("'{inside}' in brackets is taken for another name of '{}'", text.trim()),
                        "write it as an alias, if it is one, or leave it out",
                    );
                }
                drafts.push(form(inside));
            }
            Some(Bracketed::Other(inside)) => self.warn(
                place.cloned(),
                format!("'{inside}' in brackets is not taken for a name, and '{text}' is found without it"),
                "write it as an alias, if it is a name",
            ),
        }
    }

    /// Each spelling once: as it is written before as it is derived, and with the guards of the first that has any.
    fn distinct<'a>(&mut self, drafts: Vec<Draft<'a>>) -> Vec<Draft<'a>> {
        let mut kept: Vec<Draft<'a>> = Vec::with_capacity(drafts.len());
        let mut known: HashMap<Spelling, usize> = HashMap::with_capacity(drafts.len());
        // Of spellings without their capitals: whether one has guards, and how many there are.
        let mut alike: HashMap<Spelling, (bool, u32)> = HashMap::new();
        let guarded = drafts.iter().any(Draft::says);
        // Written names come first, so that their numbers here are theirs in the list of all.
        let mut numbers: Vec<usize> = Vec::new();
        for draft in drafts {
            self.text.fill_term(draft.text);
            let at = *known.entry(spelling(&self.text, |token| token.cased)).or_insert(kept.len());
            if draft.of.is_none() {
                numbers.push(at);
            }
            if guarded {
                let folded = alike.entry(spelling(&self.text, |token| token.hash)).or_default();
                folded.0 |= draft.of.is_none() && draft.says();
                folded.1 += u32::from(at == kept.len());
            }
            if at == kept.len() {
                kept.push(draft);
                continue;
            }
            match (kept[at].of, draft.of) {
                // The short form of a full name that has no guards has some of its own.
                (None, Some(of)) if kept[at].says() && !draft.says() => {
                    kept[numbers[of]].spelt = true;
                }
                (None, Some(_)) => {}
                _ if !draft.says() => {}
                _ if !kept[at].says() => {
                    (kept[at].guards, kept[at].place) = (draft.guards, draft.place);
                }
                (None, None) if kept[at].guards != draft.guards => {
                    let first = kept[at].place.map_or(String::new(), |place| format!(" ({place})"));
                    let what = format!(
                        "'{}' is written twice with different guards: those of the first{first} hold",
                        draft.text
                    );
                    let problem = Problem::warning(draft.place.cloned(), what);
                    self.problems.push(problem.hint("write all guards of a spelling in one entry"));
                }
                _ => {}
            }
        }
        self.alike |= alike.values().any(|(guarded, names)| *guarded && *names > 1);
        kept
    }

    fn company_name(
        &mut self,
        company: u32,
        entry: &CompanyEntry,
        draft: &Draft<'_>,
        (text, core): (&Text, &Arc<str>),
    ) {
        let none = Guards::default();
        let (own, derived) = (draft.guards.unwrap_or(&none), draft.of.is_some());
        let place = || draft.place.cloned();
        let case = own.case.as_ref().or(entry.guards.case.as_ref()).map(|case| case.value);
        let said = own.weak.as_ref().or(entry.guards.weak.as_ref()).map(|weak| weak.value);
        let guarded = speaks(own) || speaks(&entry.guards);
        let why = weakness(text);
        // What is left of "China Holdings Ltd" without its legal form is not what its writer meant.
        // No guard of the company changes that, for hardly one was written for it.
        let common = derived && commonplace(text).is_some();
        let weak = said.unwrap_or(common || why.is_some() && !guarded);
        let free = case == Some(CaseRule::Any);
        let need = if free { Need::Free } else { capitals(text) };
        let phrase = match self.phrases.add_text(draft.text, text, Reading::Name(need)) {
            Ok(phrase) => phrase,
            Err(reason) => {
                let what = format!("the name '{}' {reason}", draft.text);
                self.error(place(), what, Some("write a name of letters or digits".to_owned()));
                return;
            }
        };
        if said.is_none() && !derived {
            self.doubt_name(draft.text, text, why.filter(|_| weak), guarded, place());
        } else if said.is_none() && why.is_some() && !weak {
            let cased = case == Some(CaseRule::Exact);
            let asked = [own, &entry.guards].iter().any(|one| !one.only_with.is_empty());
            // Guards of its own spelling are meant for it; those of the company may not be.
            if !cased && !asked && !speaks(own) {
                self.doubt_guarded(draft.text, why.unwrap_or_default(), place());
            }
        } else if said.is_none() && (weak || !guarded) {
            let full = draft.of.map_or("", |of| match of {
                0 => entry.name.value.as_str(),
                alias => entry.aliases[alias - 1].name.value.as_str(),
            });
            self.doubt_derived((draft.text, full), text, why, place());
        }
        if draft.core {
            self.doubt_form(draft.text, text, place());
        }
        // What is derived from an alias is guarded by the same words, which are judged once.
        let of: &[Way] = if derived || !speaks(own) { &[] } else { &[Way::of_term(draft.text)] };
        let mut guards = self.guards(own, of);
        if own.weak.is_some() {
            guards.get_or_insert_with(|| Box::new(Guarding::default()));
        }
        let number = u32::try_from(self.names.len()).expect("fewer than four billion names");
        self.uses.push((phrase, Use::Name(number)));
        let mut other = variants::of_signs(draft.text, text);
        if draft.spelt {
            other.extend(variants::of_legal_form(draft.text, text));
        }
        for (written, need) in other {
            let need = if free { Need::Free } else { need };
            if let Ok(phrase) = self.phrases.add(&written, Reading::Name(need)) {
                self.uses.push((phrase, Use::Name(number)));
            }
        }
        self.names.push(Name {
            company,
            text: if *draft.text == **core { Arc::clone(core) } else { Arc::from(draft.text) },
            weak,
            ticker: false,
            derived,
            quiet: common && why.is_none(),
            guards,
        });
    }
}
