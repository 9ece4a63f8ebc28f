//! Who took no digests for a while is told so by the first one after it: what came then went to others.

use super::*;

fn mei(digest: &str) -> String {
    format!("{MEI}urgent = \"never\"\ndigest = \"{digest}\"\n")
}

#[tokio::test]
async fn the_first_digest_after_never_names_the_time_whose_alerts_went_to_the_operator() {
    let mut desk = Desk::new(&mei("daily 08:00")).await;
    let mut open = desk.begun().await;
    desk.tell(&mut open, [("a1", "SEC moves to delist Alibaba")]).await;
    drop(open);
    // Friday 14:00, and Saturday 15:00.
    desk.readers = mei("Never");
    desk.pass(HOUR);
    let mut open = desk.begun().await;
    desk.newsroom.publish("a2", "SEC moves to delist Tencent");
    desk.pass(DAY);
    open.round().await;
    drop(open);
    desk.readers = mei("daily 08:00");
    desk.pass(HOUR);
    let mut open = desk.begun().await;
    for news in ["SEC moves to delist Alibaba", "SEC moves to delist Tencent"] {
        assert_eq!(operator_mails(&desk, news), 1, "{news}: {:?}", desk.subjects());
    }
    let digest = || {
        let mails = desk.transport.received();
        let last = text(mails.iter().rfind(|one| one.address == "mei@desk.test").unwrap());
        last.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let named = "You took no digests from Fri 20 Nov 14:00 UTC to Sat 21 Nov 15:00 UTC.";
    assert!(digest().contains(named), "{}", digest());
    let told = desk.transport.received().len();
    desk.pass(DAY);
    open.round().await;
    assert_eq!(desk.transport.received().len(), told + 1, "{:?}", desk.subjects());
    assert!(!digest().contains("You took no digests"), "{}", digest());
}

/// However often the files are edited meanwhile.
#[tokio::test]
async fn many_edits_in_between_hide_nothing_of_it() {
    let mut desk = Desk::new(&mei("daily 08:00")).await;
    drop(desk.begun().await);
    desk.readers = mei("never");
    desk.pass(HOUR);
    drop(desk.begun().await);
    for n in 0..60 {
        desk.pass(Duration::from_secs(600));
        // Every other edit is one of the readers.
        if n % 2 == 0 {
            desk.readers = format!("{}max_items = {}\n", mei("never"), 10 + n);
        }
        drop(desk.open_with(&format!("{WATCHLIST}\n# edit {n}\n")).await);
    }
    desk.readers = mei("daily 08:00");
    desk.pass(HOUR);
    let mut open = desk.begun().await;
    desk.pass(DAY);
    open.round().await;
    let mails = desk.transport.received();
    let told: Vec<String> = mails
        .iter()
        .filter(|one| one.address == "mei@desk.test")
        .map(|one| text(one).split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|text| text.contains("You took no digests"))
        .collect();
    assert_eq!(told.len(), 1, "{:?}", desk.subjects());
    let named = "You took no digests from Fri 20 Nov 13:00 UTC to Sat 21 Nov 00:00 UTC.";
    assert!(told[0].contains(named), "{}", told[0]);
}
