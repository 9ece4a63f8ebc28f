//! Stretches in which nothing was polled on purpose: one lasts at a time, and what digests ask for is found.

use watchlistd::model::{Pause, Timestamp};

use super::{at, each};

fn pause(from: Timestamp, until: Option<Timestamp>) -> Pause {
    Pause { from, until, why: "the disk is full".to_owned() }
}

#[tokio::test]
async fn a_pause_lasts_from_its_first_word_to_its_end() {
    each(async |store| {
        let hold = async |now, why: Option<&str>| {
            store.hold_polling(why.map(str::to_owned), now).await.unwrap();
        };
        let told = async |from, until| {
            let archive = store.archive().pauses_between(from, until).await.unwrap();
            assert_eq!(store.coverage(from, until).await.unwrap().pauses, archive);
            archive
        };
        hold(at(0), None).await;
        assert_eq!(told(at(0), at(99)).await, []);
        hold(at(10), Some("the disk is full")).await;
        hold(at(11), Some("the disk is fuller")).await;
        assert_eq!(told(at(0), at(99)).await, [pause(at(10), None)]);
        assert_eq!(told(at(0), at(10)).await, [], "not begun");
        hold(at(20), None).await;
        hold(at(21), None).await;
        let first = pause(at(10), Some(at(20)));
        assert_eq!(told(at(15), at(16)).await, std::slice::from_ref(&first));
        assert_eq!(told(at(21), at(99)).await, [], "over");
        // A clock that was set back ends it where it began.
        hold(at(30), Some("the disk is full")).await;
        hold(at(5), None).await;
        assert_eq!(told(at(0), at(99)).await, [first, pause(at(30), Some(at(30)))]);
    })
    .await;
}
