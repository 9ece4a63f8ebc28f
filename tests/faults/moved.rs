//! Feeds whose servers say that they have moved.

use super::*;

#[tokio::test]
async fn a_feed_that_moves_to_another_host_is_followed_and_comes_back() {
    let (old, new) = (Feeds::start().await, Feeds::start().await);
    old.script("/feed", [Reply::status(301).header("Location", &new.url("/feed"))]);
    new.script("/feed", [before()]);
    let desk = Desk::watching(&[old.url("/feed")]).await;
    let polls = |count: usize| {
        let desk = &desk;
        async move {
            for _ in 0..count {
                desk.poll().await;
                desk.wait().await;
            }
        }
    };
    polls(3).await;
    assert_eq!((old.requests().len(), new.requests().len()), (3, 3));
    polls(5).await;
    assert_eq!((old.requests().len(), new.requests().len()), (3, 8), "adopted");
    let (state, _) = desk.state().await;
    assert_eq!(state.health, Health::Moved);
    assert!(state.error.unwrap().contains(&new.url("/feed")));

    // The old host falls silent for good: it is asked once a day, and nobody is blamed.
    old.script("/feed", [Reply::status(404)]);
    new.script("/feed", [healed()]);
    polls(60).await;
    assert_eq!(desk.guids().await, ["a1", "a2", "a3", "new"]);
    let (state, _) = desk.state().await;
    assert_eq!((state.health, state.failures), (Health::Moved, 0));
    assert!(old.requests().len() <= 5, "once a day: {}", old.requests().len());

    // It answers itself again: that is where the feed is.
    old.script("/feed", [Reply::body(feed(&["a3", "new", "b"])).header("ETag", "\"3\"")]);
    polls(50).await;
    let (state, _) = desk.state().await;
    assert_eq!((state.health, state.moved), (Health::Healthy, None));
    assert_eq!(desk.guids().await.len(), 5);
}

#[tokio::test]
async fn an_edited_address_forgets_where_the_old_one_moved() {
    let feeds = Feeds::start().await;
    feeds.script("/feed", [Reply::status(308).header("Location", "/new")]);
    feeds.script("/new", [before()]);
    feeds.script("/third", [before()]);
    let desk = Desk::watching(&[feeds.url("/feed")]).await;
    for _ in 0..3 {
        desk.poll().await;
        desk.wait().await;
    }
    assert_eq!(desk.state().await.0.moved.map(|moved| moved.times), Some(3));
    let mut source = desk.store.sources(None, 1).await.unwrap().remove(0).source;
    source.url = feeds.url("/third");
    desk.store.adopt_sources(vec![source], desk.clock.now()).await.unwrap();
    assert_eq!(desk.state().await.0.moved, None);
    desk.poll().await;
    let last = feeds.requests().pop().unwrap();
    assert_eq!((last.path.as_str(), last.header("if-none-match")), ("/third", None));
}
