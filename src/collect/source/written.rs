//! Sources as written, checked: ids, addresses, languages, intervals.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use super::DAY;
use super::language::{self, Language};
use crate::collect::fetch::{private_address, private_literal};
use crate::collect::plain::{self, Host};
use crate::model::{Level, Located, Problem, Source, SourceEntry, SourceId};

/// Checks sources as written. What is right is compiled even when there are problems; errors say
/// what was left out.
#[must_use]
pub fn compile(entries: &[SourceEntry]) -> (Vec<Source>, Vec<Problem>) {
    let mut sources = Vec::new();
    let mut problems = Vec::new();
    let mut ids: HashMap<String, &SourceEntry> = HashMap::new();
    let mut urls: HashMap<String, &SourceEntry> = HashMap::new();
    for entry in entries {
        let before = problems.len();
        check_id(entry, &mut ids, &mut problems);
        let url = check_url(entry, &mut urls, &mut problems);
        check_rest(entry, &mut problems);
        let wrong = problems[before..].iter().any(|one| one.level == Level::Error);
        if let Some(paused) = &entry.paused {
            let what = format!("source '{}' is paused and not read", entry.id.value);
            problems.push(
                Problem::warning(paused.place.clone(), what)
                    .hint("`watchlistd source resume` has it read again, from where it stands"),
            );
            continue;
        }
        if let (false, Some(url)) = (wrong, url) {
            sources.push(Source {
                id: SourceId::new(entry.id.value.as_str()),
                url,
                official: entry.official,
                lang: entry.lang.as_ref().map(|lang| lang.value.clone()),
                interval: entry.interval.value.min(DAY),
                allow_private: entry.allow_private,
                first_run: entry.first_run.value,
            });
        }
    }
    (sources, problems)
}

fn check_id<'a>(
    entry: &'a SourceEntry,
    ids: &mut HashMap<String, &'a SourceEntry>,
    problems: &mut Vec<Problem>,
) {
    let id = &entry.id.value;
    let sane = id.len() <= 64
        && id.starts_with(|first: char| first.is_ascii_alphanumeric())
        && id.chars().all(|one| one.is_ascii_alphanumeric() || "-_.".contains(one));
    if !sane {
        let what = format!("source id '{}' cannot be used", id.escape_debug());
        problems.push(Problem::error(entry.id.place.clone(), what).hint(
            "up to 64 ASCII letters, digits, '-', '_' or '.', beginning with a letter or digit",
        ));
    }
    if let Some(first) = ids.insert(id.to_ascii_lowercase(), entry) {
        let mut what = format!("source id '{id}' is used twice");
        if let Some(place) = &first.id.place {
            what.push_str(&format!("; first at {place}"));
        }
        problems.push(
            Problem::error(entry.id.place.clone(), what)
                .hint("give each source its own id: all history belongs to it"),
        );
    }
}

fn check_url<'a>(
    entry: &'a SourceEntry,
    urls: &mut HashMap<String, &'a SourceEntry>,
    problems: &mut Vec<Problem>,
) -> Option<String> {
    let at = &entry.url.place;
    let id = &entry.id.value;
    let written = entry.url.value.trim();
    let (url, private) = match plain::host(written) {
        Some(Host::Name) => (written.to_owned(), None),
        Some(Host::Ip(ip)) => (written.to_owned(), private_address(ip.into())),
        None => taken_apart(entry, written, problems)?,
    };
    if let (false, Some(literal)) = (entry.allow_private, private) {
        let what = format!("source '{id}' is at the private address {literal} and will be blocked");
        problems
            .push(Problem::warning(at.clone(), what).hint("allow_private = true lets it be read"));
    }
    if let Some(first) = urls.insert(url.clone(), entry) {
        let what = format!("sources '{}' and '{id}' have the same url", first.id.value);
        problems.push(Problem::warning(at.clone(), what));
    }
    Some(url)
}

/// An address that does not plainly stand as it should, in its one form, and the private address that it
/// leads to, if it does. `None` when it cannot be read.
fn taken_apart(
    entry: &SourceEntry,
    written: &str,
    problems: &mut Vec<Problem>,
) -> Option<(String, Option<IpAddr>)> {
    let at = &entry.url.place;
    let id = &entry.id.value;
    let mut url = match url::Url::parse(written) {
        Ok(url) => url,
        Err(why) => {
            let what = format!("url of source '{id}' is no address: {why}");
            problems.push(Problem::error(at.clone(), what).hint("write it whole: https://…"));
            return None;
        }
    };
    if !matches!(url.scheme(), "http" | "https") {
        let what = format!("url of source '{id}' has the scheme '{}'", url.scheme());
        problems.push(Problem::error(at.clone(), what).hint("http and https can be read"));
        return None;
    }
    if !url.username().is_empty() || url.password().is_some() {
        let what = format!("url of source '{id}' holds a user name or password");
        problems
            .push(Problem::error(at.clone(), what).hint("secrets do not belong into this file"));
        return None;
    }
    url.set_fragment(None);
    let private = private_literal(&url);
    Some((String::from(url), private))
}

fn check_rest(entry: &SourceEntry, problems: &mut Vec<Problem>) {
    let id = &entry.id.value;
    if entry.kind.value != "feed" {
        let what = format!("source '{id}' is of the unknown kind '{}'", entry.kind.value);
        problems.push(Problem::error(entry.kind.place.clone(), what).hint("accepted kinds: feed"));
    }
    if entry.interval.value > DAY {
        let what = format!("source '{id}' has an interval of more than a day; daily it is");
        problems.push(Problem::warning(entry.interval.place.clone(), what));
    }
    if entry.interval.value < Duration::from_secs(1) {
        let what = format!("source '{id}' has an interval of less than a second");
        problems.push(Problem::error(entry.interval.place.clone(), what).hint("from 1s to 24h"));
    }
    if let Some(lang) = &entry.lang {
        problems.extend(check_language(id, lang));
    }
}

fn check_language(id: &str, lang: &Located<String>) -> Option<Problem> {
    let (at, written) = (lang.place.clone(), lang.value.escape_debug());
    Some(match language::read(&lang.value) {
        Language::Fit => return None,
        Language::Unfit(meant) => {
            let what = format!("lang '{written}' of source '{id}' is no language tag");
            Problem::error(at, what).hint(match meant {
                Some(meant) => {
                    format!("write \"{meant}\"; accepted are BCP 47 tags: en, zh-Hans, pt-BR")
                }
                None => "a BCP 47 tag: en, zh-Hans, pt-BR".to_owned(),
            })
        }
        // Read all the same: most terms need no language.
        Language::Unknown(meant) => {
            let what = format!("lang '{written}' of source '{id}' is no language that is known");
            Problem::warning(at, what).hint(match meant {
                Some(meant) => format!("write \"{meant}\""),
                None => {
                    "a code of ISO 639: en, de, fr or es, whose inflections are understood, or one \
                         like zh or ja"
                        .to_owned()
                }
            })
        }
    })
}
