//! Groups that look like slips of another: nobody declares groups, so a misspelt one is one more.

use std::collections::BTreeMap;

use crate::model::watchlist::CompanyEntry;

use super::Making;

/// More groups than this are not compared with each other.
const GROUPS: usize = 500;

/// A group of so many companies is used often.
const OFTEN: usize = 3;

/// Letters of a word, or of a group, of which another differs by a letter because of a slip rather than because it is
/// another word (`banks`, `tanks`).
const LONG: usize = 6;

impl Making {
    /// Groups that look like slips of another: the same but for case and dashes, or a letter off and used once.
    pub(super) fn misspelt_groups(&mut self, entries: &[CompanyEntry]) {
        let mut sizes: BTreeMap<&str, usize> = BTreeMap::new();
        for group in entries.iter().flat_map(|entry| &entry.groups) {
            *sizes.entry(group.value.trim()).or_default() += 1;
        }
        let names: Vec<(&str, usize, String)> =
            sizes.iter().take(GROUPS).map(|(name, size)| (*name, *size, plain(name))).collect();
        let mut slips: BTreeMap<&str, &str> = BTreeMap::new();
        for (name, size, own) in &names {
            // Of two that are alike the larger one is meant; of equals, the first.
            let like = names.iter().find(|(other, others, plain)| {
                let larger = other != name && (others, name) > (size, other);
                larger && (plain == own || *size == 1 && near(name, other, *others >= OFTEN))
            });
            if let Some((other, ..)) = like {
                slips.insert(*name, *other);
            }
        }
        for group in entries.iter().flat_map(|entry| &entry.groups) {
            if let Some(other) = slips.get(group.value.trim()) {
                self.warn(
                    group.place.clone(),
                    format!("group '{}' looks like '{other}'", group.value.trim()),
                    &format!("did you mean '{other}'?"),
                );
            }
        }
    }
}

/// A group's name without what people write differently.
fn plain(group: &str) -> String {
    let letters = group.chars().filter(|one| one.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

/// Whether a group is most likely a slip of another: one word differs, and by a slip.
fn near(one: &str, other: &str, often: bool) -> bool {
    let parts = |group: &str| group.split(['-', '_', ' ']).map(str::to_owned).collect::<Vec<_>>();
    let (words, others) = (parts(one), parts(other));
    let differing: Vec<_> = words.iter().zip(&others).filter(|(a, b)| a != b).collect();
    words.len() == others.len()
        && matches!(differing.as_slice(), [(a, b)] if slipped(a, b, plain(one).chars().count(), often))
}

/// Whether a word of a group of so many letters is another with a slip in it. A letter too many, too few or in the
/// wrong place makes no other word of a long one; a letter in place of another may (`iran`, `iraq`), so the other must
/// be used often as well. Digits and Chinese characters are meant as they stand (`2024`, `韩国`).
fn slipped(a: &str, b: &str, group: usize, often: bool) -> bool {
    let letters = |word: &str| word.chars().all(|one| one.is_alphabetic() && one < '\u{1100}');
    if !letters(a) || !letters(b) || strsim::osa_distance(a, b) != 1 {
        return false;
    }
    let (long, short) =
        (a.chars().count().max(b.chars().count()), a.chars().count().min(b.chars().count()));
    let moved = long == short && sorted(a) == sorted(b);
    if long != short || moved { group >= LONG && long >= 4 } else { often && long >= LONG }
}

fn sorted(word: &str) -> Vec<char> {
    let mut letters: Vec<char> = word.chars().collect();
    letters.sort_unstable();
    letters
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_told_from_other_words() {
        for (one, other, often, expected) in [
            ("china-tec", "china-tech", false, true),
            ("shiping", "shipping", false, true),
            ("chian-tech", "china-tech", false, true),
            ("semicomductors", "semiconductors", true, true),
            ("semicomductors", "semiconductors", false, false),
            ("iraq", "iran", true, false),
            ("tanks", "banks", true, false),
            ("coil", "oil", true, false),
            ("tier1", "tier2", true, false),
            ("2025", "2024", true, false),
            ("韩国", "中国", true, false),
            ("us-tech", "uk-tech", true, false),
            ("q1-reports", "q2-reports", true, false),
        ] {
            assert_eq!(near(one, other, often), expected, "{one} {other} {often}");
        }
    }
}
