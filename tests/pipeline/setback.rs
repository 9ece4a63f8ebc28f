//! A clock that was ahead, or is set back over days that had their digests: readers are told all the same, by the
//! clock as it is, and somebody hears of it.

use super::*;

const DAILY: &str = "[[reader]]\nname = \"Mei\"\nto = [\"mei@desk.test\"]\nurgent = \"never\"\n\
                     digest = \"daily 08:00\"\n";

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

/// Titles of alerts in the digests so far.
fn digests(desk: &Desk) -> Vec<String> {
    let mails = desk.transport.received();
    mails.iter().filter(|one| one.address == "mei@desk.test").map(text).collect()
}

#[tokio::test]
async fn a_first_start_by_a_clock_that_was_ahead_delays_no_digest() {
    let desk = Desk::new(DAILY).await;
    desk.clock.set(at("2027-06-01T12:00:00Z"));
    desk.open().await.round().await;
    desk.clock.set(at("2026-12-01T06:30:00Z"));
    let mut open = desk.open().await;
    desk.newsroom.publish("a1", "SEC moves to delist Alibaba");
    open.round().await;
    desk.pass(HOUR);
    open.round().await;
    assert_eq!(digests(&desk).len(), 0, "{:?}", desk.subjects());
    desk.pass(HOUR);
    open.round().await;
    assert_eq!(digests(&desk).len(), 1, "{:?}", desk.subjects());
    assert!(digests(&desk)[0].contains("SEC moves to delist Alibaba"), "{:?}", digests(&desk));
    desk.pass(DAY);
    open.round().await;
    assert_eq!(digests(&desk).len(), 2, "{:?}", desk.subjects());
}

#[tokio::test]
async fn a_clock_that_is_corrected_while_the_service_runs_delays_no_digest() {
    let desk = Desk::new(DAILY).await;
    desk.clock.set(at("2027-06-01T12:00:00Z"));
    let open = desk.open().await;
    desk.clock.set(at("2026-12-01T06:30:00Z"));
    open.ground.store.clock_went_back(desk.now()).await.unwrap();
    desk.pass(2 * HOUR);
    open.seal().await;
    open.send().await;
    assert_eq!(digests(&desk).len(), 1, "{:?}", desk.subjects());
}
