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
    let id = bare(typed);
    let unknown = |hint: String| {
        let what = anyhow::anyhow!("there is no {} '{}'", names(kinds), typed.trim());
        Err(Failure::new(Exit::Data, what).hint(hint))
    };
    let where_they_are = "ids stand in the last block of every mail, and in `watchlistd search`";
    if !may_be(&id, kinds) {
        return unknown(where_they_are.to_owned());
    }
    if let Some(found) = begun(archive, kinds, typed).await? {
        return Ok(found);
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

/// The one id that begins so, or none; several are an error that names them.
pub async fn begun(
    archive: &dyn Archive,
    kinds: &str,
    typed: &str,
) -> Result<Option<String>, Failure> {
    let id = bare(typed);
    if !may_be(&id, kinds) {
        return Ok(None);
    }
    let mut found = archive.ids_like(id.clone(), 4).await?;
    if found.len() > 1 {
        let shown: Vec<&str> = found.iter().take(3).map(String::as_str).collect();
        let what = anyhow::anyhow!("'{id}' begins several ids: {}", shown.join(", "));
        return Err(Failure::new(Exit::Data, what).hint("write more of it"));
    }
    Ok(found.pop())
}

/// An id without what stands around it in a mail.
fn bare(typed: &str) -> String {
    typed.trim().trim_matches(|one: char| "<>\"'`,.".contains(one)).to_lowercase()
}

/// Whether it is written as ids of these kinds are.
fn may_be(id: &str, kinds: &str) -> bool {
    let plain = id.chars().all(|one| one.is_ascii_lowercase() || matches!(one, '2'..='7'));
    plain && id.starts_with(|one: char| kinds.contains(one))
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
