//! Addresses, zones and names as people write them: each read by itself, each fault with its place
//! and, where there is one, the nearest thing that would have been right.

use lettre::Address;
use lettre::message::Mailbox;

use crate::model::{Located, Problem, ReaderEntry, Tz};
use crate::notify::nearest::nearest;

/// Checks one address as people write it: an address and nothing around it, and no placeholder.
///
/// # Errors
/// A problem at its place, for blank, malformed and placeholder addresses.
pub fn address(written: &Located<String>) -> Result<String, Problem> {
    let text = written.value.trim();
    let refuse =
        |what: String, hint: &str| Err(Problem::error(written.place.clone(), what).hint(hint));
    if text.is_empty() {
        return refuse("an address is blank".to_owned(), "write name@domain");
    }
    let Ok(address) = text.parse::<Address>() else {
        return refuse(
            format!("'{text}' is no mail address"),
            "write name@domain, without a display name",
        );
    };
    if is_placeholder(address.domain()) {
        return refuse(
            format!("'{text}' is a placeholder"),
            "write an address that somebody reads",
        );
    }
    in_ascii(&address).ok_or_else(|| {
        Problem::error(written.place.clone(), format!("'{text}' needs a mail server that few have"))
            .hint("letters before the @ must be ASCII")
    })
}

/// Reads a sender: an address, or `Name <address>`.
///
/// # Errors
/// As [`address`].
pub fn sender(written: &Located<String>) -> Result<String, Problem> {
    let parsed = written.value.trim().parse::<Mailbox>().ok();
    let Some((Some(name), email)) = parsed.map(|mailbox| (mailbox.name, mailbox.email)) else {
        return address(written);
    };
    let bare = Located { value: email.to_string(), place: written.place.clone() };
    let email = address(&bare)?.parse().map_err(|_| {
        Problem::error(written.place.clone(), format!("'{}' is no mail address", written.value))
    })?;
    Ok(Mailbox::new(Some(name), email).to_string())
}

/// The bare address of a sender that [`sender`] accepted: what goes into the envelope.
#[must_use]
pub fn bare_address(sender: &str) -> String {
    sender
        .parse::<Mailbox>()
        .map_or_else(|_| sender.to_owned(), |mailbox| mailbox.email.to_string())
}

/// The address with its domain as mail servers know it; `None` when the part before the @ is not
/// ASCII, which only servers with SMTPUTF8 take.
fn in_ascii(address: &Address) -> Option<String> {
    let domain = match url::Host::parse(address.domain()) {
        Ok(url::Host::Domain(domain)) => domain,
        _ => address.domain().to_owned(),
    };
    (address.user().is_ascii() && domain.is_ascii()).then(|| format!("{}@{domain}", address.user()))
}

/// Domains that RFC 2606 sets aside for examples: mail to them reaches nobody. Its `.test` stays
/// allowed, because people try the service there.
fn is_placeholder(domain: &str) -> bool {
    let domain = domain.to_ascii_lowercase();
    let mut labels = domain.rsplit('.');
    let top = labels.next().unwrap_or("");
    let second = labels.next().unwrap_or("");
    second == "example" || matches!(top, "example" | "invalid")
}

/// Reads a zone by its IANA name.
///
/// # Errors
/// A problem at its place, with the nearest name.
pub fn zone(written: &Located<String>) -> Result<Tz, Problem> {
    let text = written.value.trim();
    text.parse::<Tz>().map_err(|_| {
        let names = Tz::names().map(str::to_owned);
        let hint = match nearest_zone(text).or_else(|| nearest(text, names)) {
            Some(nearest) => format!("did you mean '{nearest}'?"),
            None => "write an IANA name such as America/New_York or Europe/Berlin".to_owned(),
        };
        Problem::error(written.place.clone(), format!("'{text}' is no time zone")).hint(hint)
    })
}

/// A city alone, or a name with spaces or in other case: "berlin", "new york".
fn nearest_zone(text: &str) -> Option<String> {
    let wanted = text.to_lowercase().replace(' ', "_");
    let names = || Tz::names();
    names()
        .find(|name| name.to_lowercase() == wanted)
        .or_else(|| names().find(|name| name.to_lowercase().rsplit('/').next() == Some(&wanted)))
        .map(str::to_owned)
}

/// Readers whom a rule adds must exist: a problem for each name that no reader has.
#[must_use]
pub fn check_names(names: &[Located<String>], readers: &[ReaderEntry]) -> Vec<Problem> {
    names
        .iter()
        .filter_map(|name| {
            unknown_name(name, "reader", readers.iter().map(|reader| reader.name.value.trim()))
        })
        .collect()
}

pub(super) fn unknown_name<'a>(
    written: &Located<String>,
    kind: &str,
    known: impl Iterator<Item = &'a str> + Clone,
) -> Option<Problem> {
    let text = written.value.trim();
    if known.clone().any(|name| name == text) {
        return None;
    }
    let problem = Problem::error(written.place.clone(), format!("unknown {kind} '{text}'"));
    Some(match nearest(text, known.clone().map(str::to_owned)) {
        Some(nearest) => problem.hint(format!("did you mean '{nearest}'?")),
        None => match known.take(8).collect::<Vec<_>>().as_slice() {
            [] => problem.hint(format!("there is no {kind} yet")),
            some => problem.hint(format!("there are {}", some.join(", "))),
        },
    })
}
