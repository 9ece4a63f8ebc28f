//! The version in force can be used only in part: told to the operator, and to each reader whom it concerns.

use super::super::Content;
use super::super::frame::first_lines;
use super::{NAMED, mail};
use crate::model::{LeftOut, MailKey, Timestamp, Tz, id};
use crate::notify::reader::Reader;

/// The version, and what of it is not used.
#[derive(Clone, Copy, Debug)]
pub struct InPart<'a> {
    /// The version in force.
    pub version: u64,
    /// What this program cannot use of it; not empty.
    pub left_out: &'a [LeftOut],
}

/// The occasion of these mails, for `whom`: the same while the version is and the same of it is not used.
#[must_use]
pub fn in_part_key(part: InPart<'_>, whom: &str) -> MailKey {
    let lines: Vec<String> = part.left_out.iter().map(ToString::to_string).collect();
    let which = id::digest(&[&part.version.to_string(), whom, &lines.join("\n")]);
    MailKey::operator("in-part", &id::base32(&which[..8]))
}

/// For the operator: everything that is not used, and the two ways out.
#[must_use]
pub fn in_part(part: InPart<'_>, now: Timestamp, zone: Tz) -> Content {
    let next = "The version was accepted by another version of this program, and this one cannot use these \
                parts of it; all else is in force. Readers are told in their digests. Mend the lines above: \
                the files are taken as soon as `watchlistd check` is content with all of them. Or put the \
                program back that accepted them.";
    let sections = [("Not used", lines(part.left_out.iter())), ("What now", vec![next.to_owned()])];
    mail(&what(part), &sections, now, zone)
}

/// For a reader: what of theirs is not done first, then the rest. `None` when it concerns them no more than anybody
/// who takes digests, which say so.
#[must_use]
pub fn in_part_for(part: InPart<'_>, reader: &Reader, now: Timestamp) -> Option<Content> {
    let (own, others): (Vec<&LeftOut>, Vec<&LeftOut>) =
        part.left_out.iter().partition(|one| one.readers.contains(&reader.name));
    if own.is_empty() && !reader.schedule.is_never() {
        return None;
    }
    let next = "You are told of everything else as before. The operator of this service has the same list.";
    let sections = [
        ("Yours and not used", lines(own.into_iter())),
        ("Not used", lines(others.into_iter())),
        ("What now", vec![next.to_owned()]),
    ];
    Some(mail(&what(part), &sections, now, reader.zone))
}

fn what(part: InPart<'_>) -> String {
    format!("version {} is in force only in part", part.version)
}

fn lines<'a>(left_out: impl Iterator<Item = &'a LeftOut>) -> Vec<String> {
    let all: Vec<String> = left_out.map(|one| one.to_string().replace('\n', " ")).collect();
    first_lines(&all.join("\n"), NAMED)
}
