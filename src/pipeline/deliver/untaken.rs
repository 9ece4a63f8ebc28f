//! Digests that a reader did not take: the stretches in which an earlier version of the files said "never".

use std::collections::BTreeMap;

use super::Deliverer;
use crate::model::Timestamp;
use crate::notify::reader::Reader;
use crate::pipeline::InForce;
use crate::store::StoreError;

/// The file that says who takes digests, by its name among a version's files.
const READERS: &str = "readers.toml";

/// Changes of that file that are read at a time.
const PAGE: usize = 50;

impl Deliverer {
    /// Stretches since `from` in which a reader took no digests, oldest first. What waited was handed on to the
    /// operator in them, and what came was not kept for the reader.
    pub(super) async fn untaken(
        &self,
        in_force: &InForce,
        reader: &Reader,
        from: Timestamp,
    ) -> Result<Vec<(Timestamp, Timestamp)>, StoreError> {
        let archive = self.ground.store.archive();
        let mut found: Vec<(Timestamp, Timestamp)> = Vec::new();
        let (mut began, mut after) = (from, 0);
        loop {
            let page = archive.file_changes(READERS.to_owned(), from, after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(found) };
            after = last.version;
            for change in page {
                let ended = change.since;
                let before = change.before.unwrap_or_default();
                let texts = BTreeMap::from([(READERS.to_owned(), before)]);
                if ended > began && (in_force.without_digests)(&texts).contains(&reader.name) {
                    match found.last_mut() {
                        Some(last) if last.1 == began => last.1 = ended,
                        _ => found.push((began, ended)),
                    }
                }
                began = ended;
            }
        }
    }
}
