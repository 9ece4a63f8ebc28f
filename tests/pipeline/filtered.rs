//! A mail server whose filter refuses a publisher's words: what was told beside them arrives all the same, and so
//! does, without its words, what they were said of.

use watchlistd::model::AlertId;
use watchlistd::model::action::{Action, Deed, Verdict};
use watchlistd::pipeline::channel::{Channel, Messenger, Vitals};
use watchlistd::pipeline::deliver::Tight;

use super::*;
use crate::support::smtp::{Protection, Script, SmtpServer};

const POISON: &str = "GTUBE";
const SPAM: &str = "554 5.7.1 message rejected as spam";

const READERS: &str = "[[reader]]\nname = \"Mei\"\nto = [\"mei@desk.test\"]\n\
     digest = \"daily 08:00\"\nurgent = \"never\"\n\
     [[reader]]\nname = \"Jo\"\nto = [\"jo@desk.test\"]\ndigest = \"daily 08:00\"\nurgent = \"never\"\n";

async fn desk(word: &'static str) -> (Desk, SmtpServer) {
    let server = Script::new(Protection::Clear).filter(word, SPAM).start();
    let mut desk = Desk::new(READERS).await;
    desk.mails_to(&server);
    (desk, server)
}

/// What an address was given, in words without line breaks.
fn told(server: &SmtpServer, address: &str) -> Vec<String> {
    let mine = server.taken().into_iter().filter(|one| one.to == [address]);
    mine.map(|one| text(&Letter { address: String::new(), message: one.message }))
        .map(|one| one.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

/// An hour of news, then the rounds up to and at the next slot.
async fn days(desk: &Desk, open: &mut Open, n: u32) {
    for _ in 0..n {
        for _ in 0..6 {
            desk.pass(4 * HOUR);
            open.round().await;
        }
    }
}

/// The ids of what waits for Mei.
async fn owed(open: &Open) -> Vec<AlertId> {
    let owed = open.ground.store.pending_notices("Mei".into()).await.unwrap();
    owed.into_iter().map(|one| one.alert.id).collect()
}

fn publish(desk: &Desk) {
    let item = |id: &str, title: &str| {
        let link = format!("https://www.example.org/{id}");
        format!("<item><guid>{id}</guid><title>{title}</title><link>{link}</link></item>")
    };
    desk.newsroom.print([
        item("p1", "SEC moves to delist Alibaba and GTUBE"),
        item("c1", "Hong Kong bourse to delist Tencent after audit row"),
    ]);
}

#[tokio::test]
async fn what_a_filter_refused_is_told_without_its_words_and_the_rest_arrives() {
    let (desk, server) = desk(POISON).await;
    let mut open = desk.begun().await;
    desk.pass(HOUR);
    publish(&desk);
    days(&desk, &mut open, 1).await;
    assert!(told(&server, "mei@desk.test").is_empty());
    assert_eq!(owed(&open).await.len(), 2, "refused at once, not put off");
    let item =
        "<item><guid>d2</guid><title>Nasdaq panel begins to delist Baidu in spring</title></item>";
    desk.newsroom.print([item.to_owned()]);
    days(&desk, &mut open, 1).await;
    for address in ["mei@desk.test", "jo@desk.test"] {
        let mails = told(&server, address);
        assert_eq!(mails.len(), 1, "{mails:?}");
        let mail = &mails[0];
        assert!(mail.contains("Nasdaq panel begins to *delist* *Baidu* in spring"), "{mail}");
        for words in ["HIGH Alibaba", "HIGH Tencent", "Topics: Delisting", "undelivered earlier"] {
            assert!(mail.contains(words), "{words}: {mail}");
        }
        assert!(mail.contains("WORDS LEFT OUT"), "{mail}");
        assert!(mail.contains("an earlier mail with them was refused"), "{mail}");
        assert!(mail.contains("www[.]example[.]org"), "where it links: {mail}");
        for word in ["Hong Kong bourse", "moves to", POISON] {
            assert!(!mail.contains(word), "{word}: {mail}");
        }
    }
    assert!(owed(&open).await.is_empty());
    days(&desk, &mut open, 1).await;
    assert_eq!(told(&server, "mei@desk.test").len(), 2, "and all is as ever");
}

/// What a digest quotes of later edits has no alert that could come back.
#[tokio::test]
async fn edited_words_that_were_refused_are_not_quoted_again() {
    let (desk, server) = desk(POISON).await;
    let mut open = desk.begun().await;
    let item = |title: &str| format!("<item><guid>c1</guid><title>{title}</title></item>");
    desk.newsroom.print([item("Hong Kong bourse to delist Tencent after audit row")]);
    days(&desk, &mut open, 1).await;
    assert_eq!(told(&server, "mei@desk.test").len(), 1);
    desk.newsroom.print([item("Hong Kong bourse says nothing after GTUBE row")]);
    days(&desk, &mut open, 2).await;
    let mails = told(&server, "mei@desk.test");
    assert_eq!(mails.len(), 2, "{mails:?}");
    assert!(mails[1].contains("Changed since you were told"), "{mails:?}");
    assert!(mails[1].contains("changed (words left out)"), "{mails:?}");
}

#[tokio::test]
async fn what_somebody_says_does_not_matter_does_not_come_back() {
    for before in [true, false] {
        let (desk, server) = desk(POISON).await;
        let mut open = desk.begun().await;
        desk.pass(HOUR);
        publish(&desk);
        open.poll().await;
        open.assess().await;
        let all = open.ground.store.pending_notices("Mei".into()).await.unwrap();
        let poison = all.iter().find(|one| one.item.text.title.contains(POISON)).unwrap();
        let say = async || {
            let action = Action {
                at: desk.now(),
                author: "Ann".into(),
                deed: Deed::Acknowledged,
                verdict: Some(Verdict::Irrelevant),
                alert: Some(poison.alert.id.clone()),
                subject: None,
                what: String::new(),
                why: None,
                until: None,
            };
            assert!(open.ground.store.act(action).await.unwrap());
        };
        if before {
            say().await;
            assert_eq!(owed(&open).await.len(), 2, "what no mail has told yet stays as it is");
        }
        for _ in 0..6 {
            desk.pass(4 * HOUR);
            open.seal().await;
            open.send().await;
        }
        if !before {
            assert_eq!(owed(&open).await.len(), 2);
            say().await;
        }
        assert_eq!(owed(&open).await.len(), 1, "before the refusal: {before}");
        days(&desk, &mut open, 1).await;
        let mails = told(&server, "mei@desk.test");
        assert!(mails[0].contains("Tencent") && !mails[0].contains("Alibaba"), "{mails:?}");
    }
}

fn messenger(open: &Open) -> Messenger {
    wire::install_tls();
    let settings = watchlistd::collect::fetch::FetchSettings::new("ops@desk.test");
    let fetcher = watchlistd::collect::fetch::Fetcher::new(settings).unwrap();
    Messenger::new(open.ground.clone(), Arc::new(fetcher))
}

/// Urgent mails are refused, and what tells the operator quotes their subjects.
#[tokio::test]
async fn the_operator_is_told_once_more_without_quotes_and_then_by_the_second_channel() {
    // Either the headline is refused, or any mail of ours.
    for (word, plain_arrives) in [(POISON, true), ("watchlistd", false)] {
        let (mut desk, server) = desk(word).await;
        desk.readers = MEI.to_owned();
        let mut open = desk.begun().await;
        desk.tell(&mut open, [("p1", "SEC moves to delist Alibaba and GTUBE")]).await;
        let channel = Channel { ping_url: None, command: vec!["/bin/true".into()] };
        let well = Vitals { sound: true, ..Vitals::default() };
        let mut messenger = messenger(&open);
        let mut paged = Vec::new();
        for _ in 0..90 {
            desk.pass(Duration::from_secs(61));
            open.seal().await;
            open.send().await;
            paged.extend(messenger.cycle(&channel, &well).await.unwrap().page);
        }
        let mails = told(&server, "ops@desk.test");
        assert_eq!(mails.len(), usize::from(plain_arrives), "{word}: {mails:?}");
        assert!(mails.iter().all(|one| one.contains("was refused")), "{mails:?}");
        assert!(mails.iter().all(|one| one.contains("`watchlistd outbox list`")), "{mails:?}");
        assert_eq!(paged.len(), usize::from(!plain_arrives), "{word}: {paged:?}");
        assert!(
            paged.iter().all(|one| one.contains("mails to the operator are refused")),
            "{paged:?}"
        );
        let refused = vec![MailState::Refused];
        let tried = open.ground.store.archive().mails_in(refused, 99).await.unwrap();
        let operators = tried.iter().filter(|one| one.kind == MailKind::Operator).count();
        assert_eq!(operators, if plain_arrives { 1 } else { 2 }, "{tried:?}");
    }
}

/// Readers call a source what its feed calls itself: that name is a publisher's words too.
#[tokio::test]
async fn a_feeds_own_name_that_a_filter_refuses_is_left_out_and_stays_so() {
    for urgent in ["never", "high"] {
        let (mut desk, server) = desk(POISON).await;
        desk.readers = format!("{MEI}digest = \"daily 08:00\"\nurgent = \"{urgent}\"\n")
            .replace("[[reader]]", "[[reader]]\nwhen_empty = \"skip\"");
        desk.newsroom.call("GTUBE Daily");
        let mut open = desk.begun().await;
        desk.newsroom.publish("a1", "SEC moves to delist Alibaba");
        days(&desk, &mut open, 2).await;
        let mails = told(&server, "mei@desk.test");
        assert_eq!(mails.len(), 1, "urgent {urgent}: {mails:?}");
        assert!(mails[0].contains("HIGH Alibaba"), "{mails:?}");
        assert!(mails[0].contains("wire"), "{mails:?}");
        assert!(mails[0].contains("Sources stand by their ids"), "{mails:?}");
        // The feed is still called so.
        desk.newsroom.publish("b1", "Hong Kong bourse to delist Tencent");
        days(&desk, &mut open, 1).await;
        let mails = told(&server, "mei@desk.test");
        assert!(mails.len() > 1, "urgent {urgent}: {mails:?}");
        assert!(mails[1].contains("Hong Kong bourse to *delist* *Tencent*"), "{mails:?}");
        assert!(owed(&open).await.is_empty());
    }
}

/// What a guard holds back is quoted below the alerts, and has no notice that could come back.
#[tokio::test]
async fn a_headline_that_was_held_back_and_refused_is_not_quoted_again() {
    let (desk, server) = desk(POISON).await;
    let guarded =
        WATCHLIST.replace("terms = [\"delist\"]", "terms = [\"delist\"]\nnot_with = [\"rumours\"]");
    let mut open = desk.open_with(&guarded).await;
    open.round().await;
    desk.newsroom.publish("a1", "Rumours of GTUBE: SEC to delist Alibaba");
    days(&desk, &mut open, 2).await;
    let mails = told(&server, "mei@desk.test");
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert!(mails[0].contains("would have been HIGH: (words left out)"), "{mails:?}");
}

/// The desk's own words may be what a filter minds: the name of a company.
#[tokio::test]
async fn what_is_refused_without_its_words_too_is_told_by_its_id_alone_and_then_all_is_as_ever() {
    let (desk, server) = desk("Alibaba").await;
    let mut open = desk.begun().await;
    desk.newsroom.publish("a1", "SEC moves to delist Alibaba");
    desk.newsroom.publish("c1", "Hong Kong bourse to delist Tencent after audit row");
    days(&desk, &mut open, 2).await;
    assert!(told(&server, "mei@desk.test").is_empty());
    let ids = owed(&open).await;
    assert_eq!(ids.len(), 2, "nothing is lost");
    days(&desk, &mut open, 1).await;
    for address in ["mei@desk.test", "jo@desk.test"] {
        let mails = told(&server, address);
        assert_eq!(mails.len(), 1, "{mails:?}");
        let mail = &mails[0];
        assert!(mail.contains("2 high"), "{mail}");
        assert!(mail.contains("1 source read"), "how well we looked: {mail}");
        assert!(mail.contains("`watchlistd show ID`"), "{mail}");
        for id in &ids {
            assert!(mail.contains(id.as_str()), "{id}: {mail}");
        }
        assert!(!mail.contains("Alibaba") && !mail.contains("Tencent"), "{mail}");
    }
    assert!(owed(&open).await.is_empty());
    let operator = told(&server, "ops@desk.test");
    assert!(operator.iter().any(|one| one.contains("by ids alone")), "{operator:?}");
    desk.newsroom.publish("d1", "Nasdaq panel begins to delist Baidu in spring");
    days(&desk, &mut open, 1).await;
    let mails = told(&server, "mei@desk.test");
    assert!(mails[1].contains("Nasdaq panel begins to *delist* *Baidu* in spring"), "{mails:?}");
}

/// Who takes urgent mails only has no digest in which what was refused could stand.
#[tokio::test]
async fn urgent_mails_that_are_refused_again_and_again_come_by_ids() {
    let (mut desk, server) = desk("Alibaba").await;
    desk.readers = format!("{MEI}digest = \"never\"\n");
    let mut open = desk.begun().await;
    let news = [
        ("a1", "SEC moves to delist Alibaba"),
        ("a2", "Hong Kong bourse opens a case to delist Alibaba over audits"),
        ("a3", "Lawmakers in Ohio want pension funds and Nasdaq to delist Alibaba"),
        ("c1", "Nasdaq panel begins to delist Baidu in spring"),
    ];
    for (id, title) in news {
        desk.newsroom.publish(id, title);
        days(&desk, &mut open, 1).await;
        desk.pass(3 * DAY);
    }
    let mails = told(&server, "mei@desk.test");
    assert_eq!(mails.len(), 2, "{mails:?}");
    assert!(mails[0].contains("`watchlistd show ID`"), "{mails:?}");
    assert!(mails[1].contains("Nasdaq panel begins to *delist* *Baidu* in spring"), "{mails:?}");
    assert!(owed(&open).await.is_empty(), "and what was refused before came with the third");
}

/// Where a server takes nothing at all, mails do not grow, and the operator is told each time.
#[tokio::test]
async fn a_server_that_refuses_every_digest_is_given_one_a_day_and_no_words() {
    let (desk, server) = desk("Watchlist").await;
    let mut open = desk.begun().await;
    desk.newsroom.publish("a1", "SEC moves to delist Alibaba");
    days(&desk, &mut open, 6).await;
    assert!(told(&server, "mei@desk.test").is_empty());
    assert_eq!(owed(&open).await.len(), 1, "nothing is lost");
    let refused = vec![MailState::Refused];
    let archive = open.ground.store.archive();
    let mut tried = archive.mails_in(refused, 99).await.unwrap();
    tried.retain(|one| one.address == "mei@desk.test");
    assert_eq!(tried.len(), 6, "one a day: {tried:?}");
    let newest = archive.stored_mail(tried[0].id.clone()).await.unwrap().unwrap();
    assert!(!text(&newest.letter).contains("Alibaba"), "{}", text(&newest.letter));
    assert!(told(&server, "ops@desk.test").len() >= 5);
}

/// What was refused by a clock that was ahead is not the newest for the months until that time comes.
#[tokio::test]
async fn an_operators_mail_that_arrives_ends_what_was_refused_by_a_clock_that_was_ahead() {
    let (mut desk, _refusing) = desk("watchlistd").await;
    let tight = Tight { folder: "/var/lib/watchlistd".into(), free: 5_000_000, floor: 200_000_000 };
    desk.clock.set(Timestamp::parse("2027-06-01T12:00:00Z").unwrap());
    let mut open = desk.begun().await;
    open.deliverer.hear_of_disk(Some(tight));
    for _ in 0..3 {
        desk.pass(HOUR);
        open.round().await;
    }
    desk.pass(HOUR / 2);
    let (channel, well) = (Channel::default(), Vitals { sound: true, ..Vitals::default() });
    assert!(!messenger(&open).cycle(&channel, &well).await.unwrap().ping, "refused");
    drop(open);

    let taking = Script::new(Protection::Clear).start();
    desk.mails_to(&taking);
    desk.clock.set(Timestamp::parse("2026-12-01T09:00:00Z").unwrap());
    let mut open = desk.open().await;
    for _ in 0..3 {
        desk.pass(HOUR);
        open.round().await;
    }
    assert!(!told(&taking, "ops@desk.test").is_empty());
    assert!(messenger(&open).cycle(&channel, &well).await.unwrap().ping, "one arrived since");
}

/// Of items whose words are left out nobody can say that their headlines are the same.
#[tokio::test]
async fn each_item_of_a_story_whose_words_are_left_out_says_where_it_lies_and_its_id() {
    let (desk, server) = desk(POISON).await;
    let mut open = desk.begun().await;
    desk.pass(HOUR);
    desk.newsroom.print((0..5).map(|n| {
        format!(
            "<item><guid>p{n}</guid><title>SEC moves to delist Alibaba and GTUBE: part {n}</title>\
             <link>https://www{n}.example.org/{n}</link></item>"
        )
    }));
    days(&desk, &mut open, 1).await;
    let ids = owed(&open).await;
    assert_eq!(ids.len(), 5);
    days(&desk, &mut open, 1).await;
    let mails = told(&server, "mei@desk.test");
    assert_eq!(mails.len(), 1, "{mails:?}");
    assert!(mails[0].contains("1 high") || mails[0].contains("5 high"), "{mails:?}");
    assert!(!mails[0].contains("same headline"), "{mails:?}");
    for (n, id) in ids.iter().enumerate() {
        assert!(mails[0].contains(&format!("www{n}[.]example[.]org")), "{n}: {mails:?}");
        assert!(mails[0].contains(&format!("`watchlistd show {id}`")), "{id}: {mails:?}");
    }
}

/// A new reader is shown the last days, among them what a filter refused to others.
#[tokio::test]
async fn a_welcome_quotes_nothing_that_was_refused_to_anybody() {
    for told_since in [false, true] {
        let (mut desk, server) = desk(POISON).await;
        let mut open = desk.begun().await;
        desk.pass(HOUR);
        publish(&desk);
        days(&desk, &mut open, if told_since { 2 } else { 1 }).await;
        drop(open);
        desk.readers = format!("{READERS}[[reader]]\nname = \"Ann\"\nto = [\"ann@desk.test\"]\n");
        desk.welcomes = true;
        let mut open = desk.begun().await;
        open.round().await;
        let mails = told(&server, "ann@desk.test");
        assert_eq!(mails.len(), 1, "told since: {told_since}: {mails:?}");
        assert!(mails[0].contains("welcome"), "{mails:?}");
        assert!(mails[0].contains("HIGH Alibaba"), "{mails:?}");
        assert!(mails[0].contains("WORDS LEFT OUT"), "{mails:?}");
        assert!(!mails[0].contains(POISON) && !mails[0].contains("Hong Kong bourse"), "{mails:?}");
    }
}

/// Nobody had a mail refused before it: the welcome is the first to quote what a filter minds.
#[tokio::test]
async fn a_welcome_that_was_refused_for_its_words_comes_again_without_them() {
    // What a publisher says, and what the desk itself calls a company.
    for (word, again) in [(POISON, "HIGH Alibaba"), ("Alibaba", "The last days are left out")] {
        let server = Script::new(Protection::Clear).filter(word, SPAM).start();
        let mut desk = Desk::new(&format!("{MEI}digest = \"never\"\nurgent = \"never\"\n")).await;
        let mut open = desk.begun().await;
        desk.tell(&mut open, [("p1", "SEC moves to delist Alibaba and GTUBE")]).await;
        drop(open);
        desk.mails_to(&server);
        desk.readers = "[[reader]]\nname = \"Ann\"\nto = [\"ann@desk.test\"]\n".to_owned();
        desk.readers += "companies = [\"alibaba\"]\n";
        desk.welcomes = true;
        let mut open = desk.begun().await;
        assert!(told(&server, "ann@desk.test").is_empty());
        for _ in 0..3 {
            desk.pass(Duration::from_secs(60));
            open.round().await;
        }
        let mails = told(&server, "ann@desk.test");
        assert_eq!(mails.len(), 1, "{word}: {mails:?}");
        assert!(mails[0].contains(again), "{word}: {mails:?}");
        assert!(!mails[0].contains("SEC moves"), "{word}: {mails:?}");
    }
}
