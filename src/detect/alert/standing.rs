//! In which pieces of a round-up companies and topics stand: worked out once, for all rules that ask for a
//! company or a group and a topic and nothing else.

use crate::model::EntityKind;

use super::Case;

/// Companies and topics, by number, each with the pieces that it stands in: sorted.
#[derive(Debug)]
pub(super) struct Standing {
    companies: Vec<(u32, u32)>,
    topics: Vec<(u32, u32)>,
}

impl Standing {
    fn of(case: &Case<'_>) -> Self {
        let told = case.told();
        let of = |kind: EntityKind| {
            let all = case.reading.counting().filter(|found| found.kind() == kind);
            let whole = all.filter(|found| kind == EntityKind::Company || case.whole(found));
            let places = whole.map(|found| (found.entity, case.piece(found)));
            let mut all: Vec<_> = places.filter(|one| told.contains(&one.1)).collect();
            all.sort_unstable();
            all.dedup();
            all
        };
        Self { companies: of(EntityKind::Company), topics: of(EntityKind::Topic) }
    }
}

impl Case<'_> {
    /// The first piece that names one of these companies, which are sorted, and is about the topic; with the
    /// company that it names first.
    pub(super) fn together(&self, companies: &[u32], topic: u32) -> Option<(u32, u32)> {
        let standing = self.standing.get_or_init(|| Standing::of(self));
        let topics = pieces(&standing.topics, topic);
        let about = |piece: &u32| topics.binary_search_by_key(piece, |one| one.1).is_ok();
        let first = |company: &u32| {
            let mut pieces = pieces(&standing.companies, *company).iter().map(|one| one.1);
            pieces.find(about)
        };
        let piece = companies.iter().filter_map(first).min()?;
        let mut there = self.reading.counting().filter(|found| {
            found.kind() == EntityKind::Company
                && companies.binary_search(&found.entity).is_ok()
                && self.piece(found) == piece
        });
        Some((there.next()?.entity, piece))
    }
}

/// The pieces that one of them stands in.
fn pieces(all: &[(u32, u32)], number: u32) -> &[(u32, u32)] {
    let from = all.partition_point(|one| one.0 < number);
    let many = all[from..].partition_point(|one| one.0 == number);
    &all[from..from + many]
}
