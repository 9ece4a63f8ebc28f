//! The digest that keeps to the room that its mail server leaves.

use super::{DigestInput, DigestKind, digest};
use crate::model::PendingNotice;
use crate::notify::Content;
use crate::notify::reader::Reader;
use crate::notify::room::{self, Room, Short};

/// Writes the digest with as much of `owed` (in a recap: of what it lists) as there is room for, the gravest first, and
/// answers what it tells. What urgent mails have told is not listed again. The reader's `max_items` spares a page what stands in
/// the attached list; without one it does not hold.
#[must_use]
pub fn within(
    input: &DigestInput<'_>,
    owed: &[PendingNotice],
    room: Room,
) -> (Content, Vec<PendingNotice>) {
    let reader = &Reader { max_items: u32::MAX, ..input.reader.clone() };
    room::within_with_sections(owed, owed.len(), room, |notices, short, lines| {
        // A recap owes nothing.
        let owed = input.kind != DigestKind::Recap;
        let short = short.map(|short| Short { owed, ..short });
        digest(&DigestInput { reader, notices, short, lines, ..*input })
    })
}
