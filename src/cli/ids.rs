//! Ids as people type them: whole, or their first letters. A slip is answered with what was meant.

use super::exit::{Exit, Failure};
use super::find;
use crate::store::Archive;

/// Ids that share this many first letters with a slip are compared with it.
const SHARED: usize = 3;
/// As many of them.
const COMPARED: usize = 5_000;

/// The id that a person means, of the kinds whose letters are given (`a` alerts, `i` items, `m` mails).
pub async fn meant(archive: &dyn Archive, kinds: &str, typed: &str) -> Result<String, Failure> {
    let id = typed.trim().trim_matches(|one: char| "<>\"'`,.".contains(one)).to_lowercase();
    let unknown = |hint: String| {
        let what = anyhow::anyhow!("there is no {} '{}'", names(kinds), typed.trim());
        Err(Failure::new(Exit::Data, what).hint(hint))
    };
    let where_they_are = "ids stand in the last block of every mail, and in `watchlistd search`";
    let plain = id.chars().all(|one| one.is_ascii_lowercase() || matches!(one, '2'..='7'));
    if !plain || !id.starts_with(|one: char| kinds.contains(one)) {
        return unknown(where_they_are.to_owned());
    }
    let found = archive.ids_like(id.clone(), 4).await?;
    match found.as_slice() {
        [only] => return Ok(only.clone()),
        [] => {}
        several => {
            let shown: Vec<&str> = several.iter().take(3).map(String::as_str).collect();
            let what = anyhow::anyhow!("'{id}' begins several ids: {}", shown.join(", "));
            return Err(Failure::new(Exit::Data, what).hint("write more of it"));
        }
    }
    let begins: String = id.chars().take(SHARED).collect();
    let near = archive.ids_like(begins, COMPARED).await?;
    let mut near: Vec<(usize, String)> = near
        .into_iter()
        .map(|other| (strsim::damerau_levenshtein(&id, &other), other))
        .filter(|(slips, _)| *slips <= 3)
        .collect();
    near.sort();
    unknown(find::meant(near.into_iter().map(|(_, id)| id), where_they_are))
}

fn names(kinds: &str) -> String {
    let names: Vec<&str> = kinds
        .chars()
        .map(|letter| match letter {
            'a' => "alert",
            'i' => "item",
            _ => "mail",
        })
        .collect();
    match names.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}
