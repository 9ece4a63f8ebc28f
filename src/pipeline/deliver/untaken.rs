//! Digests that a reader did not take: the stretches in which an earlier version of the files said "never".

use super::Deliverer;
use crate::model::Timestamp;
use crate::notify::reader::Reader;
use crate::pipeline::InForce;
use crate::store::StoreError;

/// Versions that are looked through for one digest. Edits between two digests are few.
const VERSIONS: usize = 50;

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
        let Some(first) = archive.config_at(from).await? else { return Ok(Vec::new()) };
        if first.version >= in_force.version {
            return Ok(Vec::new());
        }
        let mut versions = vec![first];
        versions.extend(archive.config_versions(versions[0].version, VERSIONS).await?);
        let mut found: Vec<(Timestamp, Timestamp)> = Vec::new();
        for two in versions.windows(2) {
            let (began, ended) = (two[0].since.max(from), two[1].since);
            if ended <= began || !(in_force.without_digests)(&two[0].files).contains(&reader.name) {
                continue;
            }
            match found.last_mut() {
                Some(last) if last.1 == began => last.1 = ended,
                _ => found.push((began, ended)),
            }
        }
        Ok(found)
    }
}
