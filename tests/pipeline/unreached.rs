//! Alerts that reach no reader are the operator's, however many.

use super::*;

#[tokio::test]
async fn an_alert_that_no_reader_receives_goes_to_the_operator() {
    let only_tencent = format!("{MEI}companies = [\"tencent\"]\n");
    let (desk, mut open) = Desk::begin(&only_tencent).await;
    desk.tell(&mut open, [("a1", "SEC moves to delist Alibaba")]).await;
    assert!(desk.transport.received().is_empty(), "{:?}", desk.subjects());
    desk.pass(DAY);
    open.round().await;
    let mails = desk.transport.received();
    let told: Vec<&Letter> = mails.iter().filter(|one| one.address == "ops@desk.test").collect();
    assert_eq!(told.len(), 1, "{:?}", desk.subjects());
    assert!(text(told[0]).contains("SEC moves to delist Alibaba"));
}

#[tokio::test]
async fn what_waited_for_a_reader_who_is_gone_is_told_to_the_operator() {
    let mut desk = Desk::new(&format!("{MEI}urgent = \"never\"\n")).await;
    let mut open = desk.begun().await;
    desk.tell(&mut open, [("a1", "SEC moves to delist Alibaba")]).await;
    drop(open);
    // Renamed before the digest: the new name starts now, and what waited for the old one must
    // reach somebody.
    desk.readers = MEI.replace("Mei", "Mei Lin");
    desk.pass(DAY);
    let mut open = desk.begun().await;
    assert_eq!(operator_mails(&desk, "SEC moves to delist Alibaba"), 1, "{:?}", desk.subjects());
    desk.pass(DAY);
    open.round().await;
    assert_eq!(operator_mails(&desk, "SEC moves to delist Alibaba"), 1, "{:?}", desk.subjects());
}

#[tokio::test]
async fn what_was_refused_for_a_reader_without_digests_is_told_to_the_operator() {
    // Jo takes digests, and will be told by the next one.
    let jo = "[[reader]]\nname = \"Jo\"\nto = [\"jo@desk.test\"]\n";
    let (desk, mut open) = Desk::begin(&format!("{MEI}digest = \"never\"\n{jo}")).await;
    desk.transport.answer_next([refused(), refused()]);
    desk.tell(&mut open, [("a1", "SEC moves to delist Alibaba")]).await;
    desk.pass(DAY);
    open.round().await;
    assert_eq!(operator_mails(&desk, "1 alert did not reach Mei\r\n"), 1, "{:?}", desk.subjects());
    assert_eq!(operator_mails(&desk, "was for Mei\r\n"), 1, "{:?}", desk.subjects());

    // Her next mail that works tells it, and neither tells it again.
    desk.tell(&mut open, [("t1", "Exchange to delist Tencent over its accounts in Berlin")]).await;
    let mails = desk.transport.received();
    let hers: Vec<String> =
        mails.iter().filter(|one| one.address == "mei@desk.test").map(text).collect();
    assert_eq!(hers.len(), 1, "{:?}", desk.subjects());
    for words in ["Tencent", "SEC moves to *delist* *Alibaba*", "undelivered earlier"] {
        assert!(hers[0].contains(words), "{words}: {}", hers[0]);
    }
    desk.newsroom.publish("b1", "Huawei to be cut off by an export control, delist follows");
    desk.pass(DAY);
    open.round().await;
    let mails = desk.transport.received();
    let mut hers = mails.iter().filter(|one| one.address == "mei@desk.test").map(text);
    assert!(!hers.next_back().unwrap().contains("SEC moves"), "{:?}", desk.subjects());
    assert_eq!(operator_mails(&desk, "did not reach Mei"), 1, "{:?}", desk.subjects());
}

#[tokio::test]
async fn every_alert_for_no_reader_is_in_the_operator_s_mail_however_many() {
    let (desk, mut open) = Desk::begin(&format!("{MEI}companies = [\"tencent\"]\n")).await;
    for n in 0..60 {
        desk.newsroom
            .publish(&format!("a{n}"), &format!("SEC moves to delist Alibaba, docket {n}."));
    }
    desk.pass(HOUR);
    open.round().await;
    desk.pass(DAY);
    open.round().await;
    for n in 0..60 {
        assert_eq!(operator_mails(&desk, &format!("docket {n}.")), 1, "docket {n}");
    }
}

#[tokio::test]
async fn a_digest_refused_at_the_hour_of_the_operator_s_round_is_reported_once() {
    let (desk, mut open) = Desk::begin(&format!("{MEI}digest = \"daily 08:00\"\n")).await;
    desk.pass(HOUR * 20);
    desk.transport.answer_next([refused()]);
    open.round().await;
    // Each round a few seconds later in its minute, as a loop that wakes once a minute is.
    for _ in 0..3 {
        desk.pass(DAY + Duration::from_secs(7));
        open.round().await;
    }
    assert_eq!(operator_mails(&desk, "550 no such user"), 1, "{:?}", desk.subjects());
}
