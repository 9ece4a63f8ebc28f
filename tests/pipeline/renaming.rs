//! Companies and topics under other ids, which no `id` in the files holds: what was told of them goes on.

use super::*;

/// The desk's watchlist with Alibaba and delisting under names, and so ids, of their own.
fn under_other_names() -> String {
    WATCHLIST
        .replace(
            "name = \"Alibaba\"",
            "name = \"Alibaba Group\"\naliases = [\"Alibaba\", \"BABA\"]",
        )
        .replace("name = \"Delisting\"", "name = \"Off the exchange\"")
}

/// Another version of the watchlist taken in force, as a running service does.
async fn adopt(desk: &Desk, open: &mut Open, watchlist: &str) {
    let parts = desk.parts(watchlist);
    let version = start::adopt(&*open.ground.store, &parts, desk.now()).await.unwrap();
    open.in_force = Arc::new(parts.in_force(version, None));
}

#[tokio::test]
async fn a_running_story_goes_on_under_another_id_of_its_company_and_its_topic() {
    for restarted in [false, true] {
        let (desk, mut open) = Desk::begin(MEI).await;
        desk.tell(&mut open, [("a1", "SEC moves to delist Alibaba from New York exchange")]).await;
        let renamed = under_other_names();
        match restarted {
            false => adopt(&desk, &mut open, &renamed).await,
            true => {
                drop(open);
                open = desk.open_with(&renamed).await;
            }
        }
        desk.newsroom.publish("a2", "SEC moves to delist Alibaba from the New York exchange soon");
        desk.pass(Duration::from_secs(40 * 60));
        open.round().await;
        assert_eq!(desk.subjects().len(), 1, "{restarted}: {:?}", desk.subjects());
        desk.pass(HOUR);
        open.round().await;
        let subjects = desk.subjects();
        assert!(subjects[1].contains("follow-up"), "{restarted}: {subjects:?}");
        // Both go on under the ids of now: back under the old ones it is the same story still.
        desk.newsroom.publish("a3", "Exchange moves to delist Alibaba from New York, SEC says");
        adopt(&desk, &mut open, WATCHLIST).await;
        desk.pass(HOUR);
        open.round().await;
        assert_eq!(desk.subjects().len(), 2, "{restarted}: {:?}", desk.subjects());
    }
}

#[tokio::test]
async fn a_further_company_is_news_in_a_story_and_no_other_name_of_one_that_is_gone() {
    let (desk, mut open) = Desk::begin(MEI).await;
    desk.tell(&mut open, [("a1", "SEC moves to delist Alibaba from New York exchange")]).await;
    let other = WATCHLIST.replace("name = \"Alibaba\"", "name = \"Baozun\"");
    adopt(&desk, &mut open, &other).await;
    desk.newsroom.publish("a2", "SEC moves to delist Baozun from New York exchange");
    desk.pass(Duration::from_secs(40 * 60));
    open.round().await;
    assert_eq!(desk.subjects().len(), 2, "{:?}", desk.subjects());
}
