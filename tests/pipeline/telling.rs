//! Who is told when, over days: shared addresses, hourly limits, nights, days away, outages of mail,
//! and readers who come, go and change.

use super::*;

const MINUTE: Duration = Duration::from_secs(60);

/// Two companies and two more, so that four stories can ring at once.
fn four_stories(desk: &Desk) {
    for (id, title) in [
        ("s1", "SEC moves to delist Alibaba from New York exchange"),
        ("s2", "Hong Kong regulators weigh order to delist Tencent"),
        ("s3", "Nasdaq panel begins to delist Baidu after audit row"),
        ("s4", "Brokers warn that London may delist Huawei bonds"),
    ] {
        desk.newsroom.publish(id, title);
    }
}

fn to<'a>(mails: &'a [Letter], address: &str) -> Vec<&'a Letter> {
    mails.iter().filter(|one| one.address == address).collect()
}

#[tokio::test]
async fn one_person_in_two_readers_is_rung_up_once_and_both_digests_hold_it() {
    let desk = Desk::new(
        "[[reader]]\nname = \"Desk\"\nto = [\"jo@desk.test\", \"mei@desk.test\"]\n\
         [[reader]]\nname = \"Mei\"\nto = [\"mei@desk.test\"]\n",
    )
    .await;
    let mut open = desk.begun().await;
    desk.tell(&mut open, [("a1", "SEC moves to delist Alibaba")]).await;
    open.round().await;
    let mails = desk.transport.received();
    assert_eq!(to(&mails, "mei@desk.test").len(), 1, "{:?}", desk.subjects());
    assert_eq!(to(&mails, "jo@desk.test").len(), 1, "{:?}", desk.subjects());

    desk.pass(3 * DAY);
    open.round().await;
    let mails = desk.transport.received();
    let digests = to(&mails, "mei@desk.test");
    assert_eq!(digests.len(), 3, "an urgent mail and the digests of both: {:?}", desk.subjects());
    for digest in &digests[1..] {
        let words = text(digest);
        assert!(words.contains("SEC moves to delist Alibaba"), "{words}");
        assert!(words.contains("already sent"), "{words}");
    }
}

#[tokio::test]
async fn a_story_that_was_folded_waits_for_its_follow_up_like_any_other() {
    let (desk, mut open) = Desk::begin(&format!("{MEI}urgent_per_hour = 2\n")).await;
    four_stories(&desk);
    desk.pass(HOUR);
    open.round().await;
    assert_eq!(desk.subjects().len(), 2, "{:?}", desk.subjects());
    let limit = |mail| text(mail).contains("THE LIMIT IS REACHED");
    let said: Vec<bool> = desk.transport.received().iter().map(limit).collect();
    assert_eq!(said, [false, true], "the last of the hour says so");
    desk.newsroom.publish("s3b", "Nasdaq panel begins to delist Baidu after the audit row");
    desk.pass(40 * MINUTE);
    open.round().await;
    assert_eq!(desk.subjects().len(), 2, "the folded story rang again: {:?}", desk.subjects());
    desk.pass(HOUR);
    open.round().await;
    assert_eq!(desk.subjects().len(), 3, "its follow-up: {:?}", desk.subjects());
}

#[tokio::test]
async fn after_an_outage_of_mail_each_reader_gets_one_mail() {
    let desk = Desk::new(
        "[[reader]]\nname = \"Mei\"\nto = [\"mei@desk.test\"]\n\
         [[reader]]\nname = \"Jo\"\nto = [\"jo@desk.test\"]\ndigest = \"never\"\n",
    )
    .await;
    let mut open = desk.begun().await;
    desk.transport.answer_next((0..2).map(|_| unreachable()));
    desk.tell(&mut open, [("s0", "Export control lawyers delist Tencent from their index")]).await;
    four_stories(&desk);
    desk.pass(HOUR);
    open.poll().await;
    open.assess().await;
    assert_eq!(open.seal().await.mails, 0, "nothing is sealed while the server is away");
    open.send().await;
    let before = to(&desk.transport.received(), "jo@desk.test").len();
    open.seal().await;
    open.send().await;
    let mails = desk.transport.received();
    for address in ["mei@desk.test", "jo@desk.test"] {
        let got = to(&mails, address);
        assert_eq!(got.len(), before + 1, "{address}: {:?}", desk.subjects());
        let last = text(got[got.len() - 1]);
        assert!(last.contains("MAIL OUTAGE"), "{last}");
        for company in ["Alibaba", "Tencent", "Baidu", "Huawei"] {
            assert!(last.contains(company), "{company}: {last}");
        }
    }
    // It is over: what comes days later says nothing of it.
    desk.pass(3 * DAY);
    desk.newsroom.publish("s9", "SEC moves to delist Alibaba from New York exchange at last");
    open.round().await;
    let mails = desk.transport.received();
    for address in ["mei@desk.test", "jo@desk.test"] {
        let later = to(&mails, address).split_off(before + 1);
        assert!(!later.is_empty(), "{address}: {:?}", desk.subjects());
        assert!(later.iter().all(|one| !text(one).contains("MAIL OUTAGE")), "{address}: {later:?}");
    }
}

#[tokio::test]
async fn a_reader_whose_mail_cannot_be_made_stops_nobody_at_once_either() {
    let desk = Desk::new(
        "[[reader]]\nname = \"Jo\"\nto = [\"jo@desk.test\"]\n\
         [[reader]]\nname = \"Mei\"\nto = [\"mei@desk.test\"]\n",
    )
    .await;
    let open = desk.open().await;
    let mut in_force = Arc::into_inner(open.in_force).unwrap();
    in_force.readers[0].to = vec!["no address at all".to_owned()];
    let made = open.deliverer.seal_on_demand(&in_force).await.unwrap();
    assert_eq!((made.digests.len(), made.unmade), (1, 1));
    open.deliverer.send_due(&|| false).await.unwrap();
    assert_eq!(to(&desk.transport.received(), "mei@desk.test").len(), 1);
}

#[tokio::test]
async fn at_night_medium_waits_and_high_rings() {
    let (desk, mut open) =
        Desk::begin(&format!("{MEI}urgent = \"medium\"\nquiet = \"22:00-07:00\"\n")).await;
    // Friday, 23:00.
    desk.pass(11 * HOUR);
    desk.newsroom.publish("m1", "China export control hits Tencent");
    open.round().await;
    assert!(desk.subjects().is_empty(), "{:?}", desk.subjects());
    desk.tell(&mut open, [("h1", "SEC moves to delist Alibaba")]).await;
    assert_eq!(desk.subjects().len(), 1, "{:?}", desk.subjects());
    assert!(desk.subjects()[0].starts_with("[HIGH] Alibaba"), "{:?}", desk.subjects());
    desk.pass(6 * HOUR);
    open.round().await;
    assert_eq!(desk.subjects().len(), 1, "06:00: {:?}", desk.subjects());
    desk.pass(HOUR);
    open.round().await;
    assert_eq!(desk.subjects().len(), 2, "07:00: {:?}", desk.subjects());
    assert!(desk.subjects()[1].starts_with("[MEDIUM] Tencent"), "{:?}", desk.subjects());
}

#[tokio::test]
async fn who_was_away_finds_one_digest_of_it_all_and_the_deputy_was_rung_up() {
    let desk = Desk::new(
        "[[reader]]\nname = \"Mei\"\nto = [\"mei@desk.test\"]\n\
         away = { from = 2026-11-21, until = 2026-11-25, deputy = \"Jo\" }\n\
         [[reader]]\nname = \"Jo\"\nto = [\"jo@desk.test\"]\ncompanies = [\"tencent\"]\n",
    )
    .await;
    let mut open = desk.begun().await;
    desk.pass(DAY);
    for n in 0..4 {
        desk.newsroom.publish(&format!("d{n}"), &format!("SEC moves to delist Alibaba, day {n}"));
        open.round().await;
        desk.pass(DAY);
    }
    // Wednesday 25, the last day away.
    open.round().await;
    let mails = desk.transport.received();
    assert!(to(&mails, "mei@desk.test").is_empty(), "{:?}", desk.subjects());
    let rung = to(&mails, "jo@desk.test");
    assert!(rung.iter().any(|one| subject(one).starts_with("[HIGH] Alibaba")), "{rung:?}");
    desk.pass(DAY);
    open.round().await;
    let mails = desk.transport.received();
    let back = to(&mails, "mei@desk.test");
    assert_eq!(back.len(), 1, "{:?}", desk.subjects());
    let words = text(back[0]);
    for n in 0..4 {
        assert!(words.contains(&format!("day {n}")), "day {n}: {words}");
    }
}

#[tokio::test]
async fn another_address_or_schedule_resets_nothing() {
    let mut desk = Desk::new(&format!("{MEI}digest = \"daily 08:00\"\n")).await;
    let mut open = desk.begun().await;
    desk.tell(&mut open, [("m1", "China export control hits Tencent")]).await;
    drop(open);
    desk.readers =
        "[[reader]]\nname = \"Mei\"\nto = [\"mei@new.test\"]\ndigest = \"daily 09:00\"\n"
            .to_owned();
    let mut open = desk.begun().await;
    assert!(desk.subjects().is_empty(), "no mail only because of the edit: {:?}", desk.subjects());
    desk.pass(DAY);
    open.round().await;
    open.round().await;
    let mails = desk.transport.received();
    assert_eq!(mails.len(), 1, "{:?}", desk.subjects());
    assert_eq!(mails[0].address, "mei@new.test");
    assert!(text(&mails[0]).contains("China export control hits Tencent"));
    let history = open.ground.store.reader_history("Mei".into(), desk.now()).await.unwrap();
    assert_eq!(history.since, friday_noon());
}

#[tokio::test]
async fn a_repeat_neither_tells_nor_covers_anything_new() {
    let (desk, mut open) = Desk::begin(MEI).await;
    desk.pass(3 * DAY);
    open.round().await;
    let store = &open.ground.store;
    let before = store.reader_history("Mei".into(), desk.now()).await.unwrap();
    let id = store.archive().newest_digest("Mei".into()).await.unwrap().unwrap();
    let stored = store.archive().stored_mail(id).await.unwrap().unwrap();
    desk.pass(HOUR);
    let to = ["mei@desk.test".to_owned()];
    assert!(open.deliverer.seal_repeat(&open.in_force, &stored, &to).await.unwrap().is_some());
    assert!(open.deliverer.seal_repeat(&open.in_force, &stored, &to).await.unwrap().is_none());
    open.send().await;
    assert_eq!(desk.subjects().len(), 2);
    assert_eq!(desk.subjects()[1], format!("Repeat: {}", desk.subjects()[0]));
    let mails = store.archive().mails(None, 1).await.unwrap();
    assert_eq!(mails[0].kind, MailKind::Repeat);
    assert_eq!(store.reader_history("Mei".into(), desk.now()).await.unwrap(), before);
}

#[tokio::test]
async fn a_new_reader_is_welcomed_once_and_gets_no_backlog() {
    let mut desk = Desk::new(MEI).await;
    let mut open = desk.begun().await;
    desk.tell(
        &mut open,
        [("a1", "SEC moves to delist Alibaba"), ("t1", "China export control hits Tencent")],
    )
    .await;
    drop(open);
    desk.pass(DAY);
    desk.welcomes = true;
    desk.readers = format!(
        "{MEI}[[reader]]\nname = \"Jo\"\nto = [\"jo@desk.test\"]\ncompanies = [\"alibaba\"]\n"
    );
    let mut open = desk.begun().await;
    open.round().await;
    let mails = desk.transport.received();
    let jo = to(&mails, "jo@desk.test");
    assert_eq!(jo.len(), 1, "{:?}", desk.subjects());
    assert_eq!(subject(jo[0]), "Watchlist: welcome, Jo");
    let words = text(jo[0]);
    assert!(words.contains("Alibaba") && !words.contains("Tencent"), "{words}");

    // Saturday to Monday, 13:00: her first digest tells what came since she was added.
    desk.pass(2 * DAY);
    open.round().await;
    let mails = desk.transport.received();
    let jo = to(&mails, "jo@desk.test");
    assert_eq!(jo.len(), 2, "{:?}", desk.subjects());
    assert!(subject(jo[1]).contains("no matches"), "{}", subject(jo[1]));
}

#[tokio::test]
async fn at_a_first_start_the_welcome_waits_for_the_first_reading() {
    let mut desk = Desk::new(MEI).await;
    desk.welcomes = true;
    let mut open = desk.open().await;
    let sealed = open.seal().await;
    assert_eq!(sealed.mails, 0, "nothing is known of the sources yet");
    assert!(sealed.wake.is_some_and(|at| at <= desk.now().plus(HOUR / 4)));
    open.round().await;
    assert_eq!(desk.subjects(), ["Watchlist: welcome, Mei"]);
    // It looked for no longer than it has been there.
    let words = text(&desk.transport.received()[0]);
    assert!(words.contains("As of Fri 20 Nov 12:00 UTC."), "{words}");
}

#[tokio::test]
async fn a_recap_lists_what_was_told_and_owes_nothing() {
    let (desk, mut open) = Desk::begin(MEI).await;
    desk.tell(&mut open, [("a1", "SEC moves to delist Alibaba")]).await;
    desk.pass(3 * DAY);
    open.round().await;
    let reader = &open.in_force.readers[0];
    let history =
        async || open.ground.store.reader_history("Mei".into(), desk.now()).await.unwrap();
    let before = history().await;
    let recap = open.deliverer.recap(&open.in_force, reader, 7 * DAY).await.unwrap();
    assert!(recap.content.text.contains("SEC moves to"), "{}", recap.content.text);
    let words = recap.content.text.split_whitespace().collect::<Vec<_>>().join(" ");
    for said in [
        "The service began on Fri 20 Nov 12:00 UTC: nothing was read before.",
        "No source was polled from Fri 20 Nov 13:00 UTC to Mon 23 Nov 13:00 UTC.",
        "Beside that no gap was noticed.",
    ] {
        assert!(words.contains(said), "'{said}' is not said: {words}");
    }
    assert!(open.deliverer.seal_recap(&open.in_force, reader, &recap).await.unwrap());
    open.send().await;
    assert_eq!(desk.subjects().len(), 3, "{:?}", desk.subjects());
    assert_eq!(history().await, before);
    let short = open.deliverer.recap(&open.in_force, reader, HOUR).await.unwrap();
    assert!(!short.content.text.contains("SEC moves to"), "{}", short.content.text);
    assert!(short.content.text.contains("- No gap was noticed."), "{}", short.content.text);
}

fn refused() -> Attempt {
    Attempt { outcome: Outcome::Refused, stage: Stage::Rcpt, reply: "550 no such user".to_owned() }
}

#[tokio::test]
async fn a_mail_that_reached_nobody_leaves_the_hour_s_limit_free() {
    let (desk, mut open) = Desk::begin(&format!("{MEI}urgent_per_hour = 1\n")).await;
    desk.transport.answer_next([refused()]);
    desk.tell(&mut open, [("s1", "SEC moves to delist Alibaba from New York exchange")]).await;
    assert_eq!(desk.subjects().len(), 0, "{:?}", desk.subjects());
    desk.newsroom.publish("s2", "Hong Kong regulators weigh order to delist Tencent");
    desk.pass(40 * MINUTE);
    open.round().await;
    let mails = desk.transport.received();
    let had = to(&mails, "mei@desk.test");
    assert_eq!(had.len(), 1, "{:?}", desk.subjects());
    assert!(subject(had[0]).contains("Tencent"), "{:?}", desk.subjects());
    desk.newsroom.publish("s3", "Nasdaq panel begins to delist Baidu after audit row");
    desk.pass(40 * MINUTE);
    open.round().await;
    let mails = desk.transport.received();
    assert_eq!(to(&mails, "mei@desk.test").len(), 1, "the one that arrived is the hour's one");
}

#[tokio::test]
async fn who_counted_as_told_by_a_mail_that_was_refused_is_told_anew() {
    let both = "[[reader]]\nname = \"Mei\"\nto = [\"team@desk.test\"]\n\
                [[reader]]\nname = \"Jo\"\nto = [\"team@desk.test\"]\n";
    let mut desk = Desk::new(both).await;
    let mut open = desk.begun().await;
    desk.transport.answer_next([refused()]);
    desk.judge(&mut open, [("a1", "SEC moves to delist Alibaba")]).await;
    open.seal().await;
    assert_eq!(open.send().await.refused, 1, "one mail for both");
    for reader in ["Mei", "Jo"] {
        let back = open.ground.store.pending_notices(reader.into()).await.unwrap();
        assert_eq!(back.len(), 1, "{reader}");
        assert!(back[0].undelivered, "{reader}");
    }
    drop(open);
    desk.readers = both.replacen("team@", "mei@", 1).replacen("team@", "jo@", 1);
    let mut open = desk.begun().await;
    desk.pass(3 * DAY);
    open.round().await;
    let mails = desk.transport.received();
    for address in ["mei@desk.test", "jo@desk.test"] {
        let told = to(&mails, address);
        let holds = |one: &&&Letter| text(one).contains("SEC moves to delist Alibaba");
        assert!(told.iter().filter(holds).count() >= 1, "{address}: {:?}", desk.subjects());
    }
}

/// A digest in between lists what urgent mails told; to the reader it is no newer for that.
#[tokio::test]
async fn a_follow_up_calls_new_only_what_no_mail_on_its_story_named() {
    let (desk, mut open) = Desk::begin(&format!("{MEI}digest = \"daily 08:00\"\n")).await;
    desk.pass(HOUR);
    let rings = async |open: &mut super::Open, id: &str, headline: &str| {
        desk.newsroom.publish(id, headline);
        desk.pass(HOUR);
        open.round().await;
        let mails = desk.transport.received();
        text(mails.last().unwrap()).split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let first = rings(&mut open, "n1", "SEC moves to delist Alibaba and Tencent on Monday").await;
    assert!(first.contains("HIGH – "), "{first}");
    desk.pass(18 * HOUR);
    open.round().await;
    assert!(desk.subjects().last().unwrap().starts_with("Watchlist "), "{:?}", desk.subjects());
    let second =
        rings(&mut open, "n2", "SEC moves to delist Alibaba, Tencent and Huawei on Monday").await;
    assert!(second.contains("since the last mail on this story"), "{second}");
    assert!(second.contains("New in it: Huawei."), "{second}");
    let third =
        rings(&mut open, "n3", "SEC moves to delist Alibaba, Tencent, Huawei and Baidu on Monday")
            .await;
    assert!(third.contains("New in it: Baidu."), "{third}");
    let fourth = rings(
        &mut open,
        "n4",
        "SEC moves to delist Alibaba, Tencent, Huawei and Baidu on Monday over an export control",
    )
    .await;
    assert!(fourth.contains("New topic: Export controls."), "{fourth}");
    assert!(!fourth.contains("New in it: "), "{fourth}");
}
