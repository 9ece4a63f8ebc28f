//! Documents that end early: what stood whole in them is told at once, and what they end in once.

use super::*;

const CUT: &str = "<item><title>Lawmakers urge SEC to delist Alibaba</title>\
     <description>Senators wrote to the SEC on Monday. Nothing was decided.</description>\
     <link>https://t.test/1</link><guid>g1</guid></item>";

/// A document that ends within an item, before what the item is known by.
#[tokio::test]
async fn an_item_that_a_document_ends_in_is_told_once() {
    let quiet = "<item><title>A quiet day at the harbour</title><guid>a0</guid></item>";
    for mends in [true, false] {
        let desk = Desk::new(MEI).await;
        let mut open = desk.open().await;
        desk.newsroom.print([quiet.to_owned()]);
        open.round().await;
        desk.newsroom.print([quiet.to_owned(), CUT.to_owned()]);
        desk.newsroom.cut_at(Some("Monday."));
        desk.pass(HOUR);
        open.round().await;
        assert!(desk.subjects().is_empty(), "{:?}", desk.subjects());
        if mends {
            desk.newsroom.cut_at(None);
        }
        // What stays cut is told as it is.
        for _ in 0..8 {
            desk.pass(HOUR);
            open.round().await;
        }
        let rings = desk.subjects().into_iter().filter(|one| one.starts_with("[HIGH]")).count();
        assert_eq!(rings, 1, "{mends}: {:?}", desk.subjects());
    }
}

/// How long a document has been cut off is no affair of what was wrong with its source before.
#[tokio::test]
async fn an_item_that_a_document_ends_in_after_an_outage_is_told_once() {
    let quiet = "<item><title>A quiet day at the harbour</title><guid>a0</guid></item>";
    let desk = Desk::new(MEI).await;
    let mut open = desk.open().await;
    desk.newsroom.print([quiet.to_owned()]);
    open.round().await;
    desk.newsroom.broken(true);
    for _ in 0..3 {
        desk.pass(HOUR);
        open.round().await;
    }
    desk.newsroom.broken(false);
    desk.newsroom.print([quiet.to_owned(), CUT.to_owned()]);
    desk.newsroom.cut_at(Some("Monday."));
    for _ in 0..3 {
        desk.pass(HOUR);
        if open.poll().await.new > 0 {
            break;
        }
        let read = open.ground.store.archive().known_sources().await.unwrap();
        if read[0].state.failures == 0 {
            break;
        }
    }
    open.round().await;
    let rings = || desk.subjects().into_iter().filter(|one| one.starts_with("[HIGH]")).count();
    assert_eq!(rings(), 0, "{:?}", desk.subjects());
    desk.newsroom.cut_at(None);
    for _ in 0..8 {
        desk.pass(HOUR);
        open.round().await;
    }
    assert_eq!(rings(), 1, "{:?}", desk.subjects());
}
