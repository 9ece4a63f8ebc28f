//! Review: each version that is put in force is held against the last days, and who edits is told.
//!
//! The version is in force all the while: this only shows what it does. A version is held against the
//! newest one that somebody stands by, so that the loss of an edit that nobody accepted does not go
//! unseen behind a further, harmless one. Invariant: the mail is sealed before the review is written, and
//! both happen once for each version, so a death between the two costs a second look and no second mail.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::Duration;

use super::seal::Occasion;
use super::{Composed, DeliverError, Deliverer, written};
use crate::collect::source::renamed as renamed_sources;
use crate::detect::{Version, renamed_entries};
use crate::model::difference::Limits;
use crate::model::edit::LOST_PERCENT;
use crate::model::{Difference, MailKey, MailKind, Timestamp};
use crate::notify::digest::watchlist_changes;
use crate::notify::operator::{Edited, edited, source_renamed};
use crate::notify::reader::Reader;
use crate::pipeline::InForce;
use crate::pipeline::preview::{self, Scope, Way};
use crate::store::review::Review;
use crate::store::{ConfigVersion, StoreError};

/// How long a version must have been the newest: an analyst who saves ten times in a row is told once.
pub const SETTLED: Duration = Duration::from_secs(120);

/// Samples of each kind.
const SAMPLES: usize = 5;

/// Companies, and topics, that a review keeps: those that change most.
const KEPT: usize = 100;

/// What a version does, and why somebody must say that it is meant.
#[derive(Clone, Copy)]
struct Found<'a> {
    difference: Option<&'a Difference>,
    grave: &'a [String],
}

/// What a look came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reviewed {
    /// Whether a mail was sealed.
    pub sealed: bool,
    /// When to look again, if a version still settles.
    pub wake: Option<Timestamp>,
}

impl Deliverer {
    /// Reviews the version in force if that was not done before and it has been the newest for
    /// `settled`. `stop` breaks off; it is done again then.
    ///
    /// # Errors
    ///
    /// When the store fails or the mail cannot be made.
    pub async fn review_due(
        &self,
        in_force: &InForce,
        settled: Duration,
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<Reviewed, DeliverError> {
        let store = Arc::clone(&self.ground.store);
        let archive = store.archive();
        let now = self.ground.clock.now();
        let Some(new) = archive.config_in_force().await? else { return Ok(Reviewed::default()) };
        let newest = archive.reviews(1).await?.into_iter().next();
        // An edit that came since is not what is in force here yet.
        if new.version != in_force.version
            || newest.as_ref().is_some_and(|one| one.version >= new.version)
        {
            return Ok(Reviewed::default());
        }
        // After a restore a person decides first what goes out.
        if store.held().await?.is_some() {
            return Ok(Reviewed::default());
        }
        let Some(base) = self.base(&new).await? else {
            store.write_review(first(&new, now)).await?;
            return Ok(Reviewed::default());
        };
        let due = new.since.plus(settled);
        if now < due && new.since <= now {
            return Ok(Reviewed { sealed: false, wake: Some(due) });
        }
        let difference = match (in_force.match_alike)(&base.files, &new.files) {
            true => None,
            false => match self.compare(in_force, (&base, &new), now, stop).await? {
                Some(difference) => Some(difference),
                None => return Ok(Reviewed::default()),
            },
        };
        let mut grave = (in_force.sources_lost)(&base.files, &new.files).grave(LOST_PERCENT);
        grave.extend(difference.iter().flat_map(|one| one.grave(Limits::USUAL)));
        let found = Found { difference: difference.as_ref(), grave: &grave };
        let told = self.tell_edit(in_force, (&base, &new), found, now).await;
        // A mail that cannot be made is said in the log; looking again would not make it.
        let sealed = match told {
            Err(DeliverError::Store(error)) => return Err(error.into()),
            Err(error) => {
                tracing::error!(%error, "no mail could be made of version {}: {error}", new.version);
                false
            }
            Ok(sealed) => sealed,
        };

        let review = Review {
            version: new.version,
            base: base.version,
            at: now,
            grave: (!grave.is_empty()).then(|| grave.join(", and ")),
            difference: difference.map(cut),
            accepted: None,
        };
        store.write_review(review).await?;
        Ok(Reviewed { sealed, wake: None })
    }

    /// What the version is held against: the newest that somebody stands by, if there is one.
    async fn base(&self, new: &ConfigVersion) -> Result<Option<ConfigVersion>, StoreError> {
        let archive = self.ground.store.archive();
        let Some(version) = archive.stood_by().await? else { return Ok(None) };
        let page = archive.config_versions(version.saturating_sub(1), 1).await?;
        Ok(page.into_iter().find(|one| one.version == version && one.version < new.version))
    }

    /// The difference over the last days; `None` when it was broken off, or the earlier version says
    /// nothing any more that this program understands.
    async fn compare(
        &self,
        in_force: &InForce,
        (base, new): (&ConfigVersion, &ConfigVersion),
        now: Timestamp,
        stop: &(dyn Fn() -> bool + Sync),
    ) -> Result<Option<Difference>, StoreError> {
        let read = in_force.read_watchlist;
        let (before, after) = (read(&base.files), read(&new.files));
        let (old, new) = ((in_force.compile_watchlist)(&base.files), &in_force.watchlist);
        let way = Way::between(
            Version { entries: &before, watchlist: &old },
            Version { entries: &after, watchlist: new },
        );
        let scope = Scope {
            old,
            new: Arc::clone(new),
            way,
            since: now.minus(preview::USUAL),
            until: now,
            zone: in_force.operator.zone,
            samples: SAMPLES,
            // Beside the work that readers wait for.
            threads: 1,
        };
        let mut go_on = |_| if stop() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
        preview::preview(self.ground.store.archive(), &scope, &mut go_on).await
    }

    async fn tell_edit(
        &self,
        in_force: &InForce,
        (base, new): (&ConfigVersion, &ConfigVersion),
        found: Found<'_>,
        now: Timestamp,
    ) -> Result<bool, DeliverError> {
        let read = in_force.read_watchlist;
        let (before, after) = (read(&base.files), read(&new.files));
        let mut changes = watchlist_changes(&before, &after, &renamed_entries(&before, &after));
        let sources = in_force.read_sources;
        let renamed = renamed_sources(&sources(&base.files), &sources(&new.files));
        changes.extend(renamed.iter().map(|one| source_renamed(&one.from, &one.to)));
        let content = written(|| {
            let edit = Edited {
                version: new.version,
                since: new.since,
                base: base.version,
                files: &edited_files(&base.files, &new.files),
                needs_restart: &in_force.needs_restart,
                tables: &(in_force.edited_tables)(&base.files, &new.files),
                changes: &changes,
                difference: found.difference,
                grave: found.grave,
            };
            edited(&edit, now, in_force.operator.zone)
        })?;
        let key = MailKey::operator("version", &new.version.to_string());
        let occasion = Occasion::digest(key, MailKind::Operator, now);
        self.seal(in_force, &who_edits(in_force), occasion, &Composed::notice(content)).await
    }
}

/// The first version that there ever was, or that this program knew: nobody has to stand by it.
fn first(new: &ConfigVersion, now: Timestamp) -> Review {
    Review {
        version: new.version,
        base: new.version,
        at: now,
        grave: None,
        difference: None,
        accepted: None,
    }
}

fn cut(mut difference: Difference) -> Difference {
    difference.companies.truncate(KEPT);
    difference.topics.truncate(KEPT);
    difference
}

/// The operator and those who edit, each address once.
fn who_edits(in_force: &InForce) -> Reader {
    let mut reader = in_force.operator.clone();
    for address in &in_force.editors {
        if !reader.to.contains(address) {
            reader.to.push(address.clone());
        }
    }
    reader
}

/// Files that are in one and not, or otherwise, in the other.
fn edited_files(old: &BTreeMap<String, String>, new: &BTreeMap<String, String>) -> Vec<String> {
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let differs = names.into_iter().filter(|name| old.get(*name) != new.get(*name));
    differs
        .map(|name| match (old.contains_key(name), new.contains_key(name)) {
            (false, _) => format!("{name} (new)"),
            (_, false) => format!("{name} (gone)"),
            _ => name.clone(),
        })
        .collect()
}
