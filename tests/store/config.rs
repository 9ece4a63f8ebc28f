//! Versions of the configuration and the edit that waits.

use std::collections::BTreeMap;

use watchlistd::store::{Adoption, RejectedEdit};

use super::{at, each};

fn files(list: &[(&str, &str)]) -> BTreeMap<String, String> {
    list.iter().map(|(name, text)| ((*name).into(), (*text).into())).collect()
}

#[tokio::test]
async fn a_version_covers_all_files_and_counts_from_one() {
    each(async |store| {
        assert_eq!(store.archive().config_in_force().await.unwrap(), None);
        let first = files(&[("watchlist.toml", "a"), ("watchlist.d/x.toml", "b")]);
        assert_eq!(store.adopt_config(first.clone(), at(0)).await.unwrap(), 1);
        assert_eq!(store.adopt_config(first.clone(), at(1)).await.unwrap(), 1, "nothing changed");
        let second = files(&[("watchlist.toml", "a2"), ("watchlist.d/x.toml", "b")]);
        assert_eq!(store.adopt_config(second, at(2)).await.unwrap(), 2);
        assert_eq!(store.adopt_config(files(&[("watchlist.toml", "a2")]), at(3)).await.unwrap(), 3);
        assert_eq!(store.adopt_config(first.clone(), at(4)).await.unwrap(), 4, "restored is new");
        let in_force = store.archive().config_in_force().await.unwrap().unwrap();
        assert_eq!((in_force.version, in_force.since, in_force.files), (4, at(4), first));
    })
    .await;
}

#[tokio::test]
async fn a_refused_edit_waits_until_a_good_one_comes() {
    each(async |store| {
        let refused =
            |minute, problems: &str| RejectedEdit { at: at(minute), problems: problems.into() };
        let good = files(&[("watchlist.toml", "a")]);
        store.adopt_config(good.clone(), at(0)).await.unwrap();
        assert_eq!(store.archive().rejected_edit().await.unwrap(), None);
        store.reject_config(refused(1, "line 1")).await.unwrap();
        store.reject_config(refused(2, "line 1")).await.unwrap();
        assert_eq!(store.archive().rejected_edit().await.unwrap(), Some(refused(1, "line 1")));
        store.reject_config(refused(3, "line 2")).await.unwrap();
        assert_eq!(store.archive().rejected_edit().await.unwrap(), Some(refused(3, "line 2")));
        assert_eq!(store.adopt_config(good, at(4)).await.unwrap(), 1, "taken back");
        assert_eq!(store.archive().rejected_edit().await.unwrap(), None);
    })
    .await;
}

/// What a program could not use of a version is known without understanding the files once more, but of that version
/// only.
#[tokio::test]
async fn what_is_left_out_is_noted_with_its_version() {
    each(async |store| {
        assert_eq!(store.archive().left_out().await.unwrap(), None);
        let adopt = async |text: &str, left_out: &[&str], minute| {
            let adoption = Adoption {
                sources: Vec::new(),
                readers: Vec::new(),
                files: files(&[("watchlist.toml", text)]),
                left_out: left_out.iter().map(|one| (*one).to_owned()).collect(),
            };
            store.adopt(adoption, at(minute)).await.unwrap();
            store.archive().left_out().await.unwrap()
        };
        assert_eq!(adopt("a", &["rule 'x'"], 0).await, Some(vec!["rule 'x'".to_owned()]));
        assert_eq!(adopt("a", &[], 1).await, Some(vec![]), "this program takes all of it");
        // Put in force by somebody who does not say.
        store.adopt_config(files(&[("watchlist.toml", "b")]), at(2)).await.unwrap();
        assert_eq!(store.archive().left_out().await.unwrap(), None);
        assert_eq!(adopt("b", &[], 3).await, Some(vec![]));
    })
    .await;
}
