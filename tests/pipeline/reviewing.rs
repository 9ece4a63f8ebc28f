//! An edit that is in force: who edits is told once what it does, and a large one stands on top of the
//! digests until somebody says that it is meant.

use std::time::Duration;

use watchlistd::model::mail::Letter;
use watchlistd::pipeline::deliver::SETTLED;

use super::late::Cut;
use super::{DAY, Desk, HOUR, MEI, Open, WATCHLIST, subject, text};

const DAILY: &str = "digest = \"daily 08:00\"\n";

/// A desk that saw some stories about Alibaba, and one about a company that nobody watches.
async fn desk() -> Desk {
    let (desk, mut open) = Desk::begin(&format!("{MEI}{DAILY}")).await;
    review(&open).await;
    for (id, title) in [
        ("a1", "SEC moves to delist Alibaba"),
        ("a2", "Tencent faces export controls"),
        ("a3", "NYSE to delist Keelung Foundry"),
    ] {
        desk.newsroom.publish(id, title);
    }
    desk.pass(HOUR);
    open.round().await;
    desk
}

/// Reviews what is in force; answers how many seconds it still waits.
async fn review(open: &Open) -> Option<Duration> {
    let done = open.deliverer.review_due(&open.in_force, SETTLED, &|| false).await.unwrap();
    open.send().await;
    done.wake.map(|at| at.since(open.ground.clock.now()))
}

fn about_edits(desk: &Desk) -> Vec<Letter> {
    let mails = desk.transport.received();
    mails
        .into_iter()
        .filter(|one| {
            let subject = subject(one);
            subject.contains("version ") && subject.starts_with("[watchlistd]")
        })
        .collect()
}

fn newest(desk: &Desk) -> String {
    let mails = desk.transport.received();
    let digest = mails.iter().rfind(|one| subject(one).starts_with("Watchlist ")).unwrap();
    text(digest).split_whitespace().collect::<Vec<_>>().join(" ")
}

const JO: &str = "[[reader]]\nname = \"Jo\"\nto = [\"jo@desk.test\"]\n";

/// Without Alibaba, and with a name that finds something.
fn without_alibaba() -> String {
    WATCHLIST.replace("name = \"Alibaba\"", "name = \"Keelung Foundry\"")
}

#[tokio::test]
async fn an_edit_is_told_once_to_operator_and_editors_when_it_has_settled() {
    let mut desk = desk().await;
    let service = super::service().replace(
        "to = [\"ops@desk.test\"]",
        "to = [\"ops@desk.test\"]\neditors = [\"desk@desk.test\"]",
    );
    desk.service = service;
    drop(desk.open().await);
    let first = WATCHLIST.replace("Baidu", "Baidu Holdings");
    drop(desk.open_with(&first).await);
    let open =
        desk.open_with(&format!("{WATCHLIST}\n[[company]]\nname = \"Keelung Foundry\"\n")).await;
    assert_eq!(review(&open).await, Some(SETTLED), "an analyst may go on saving");
    assert!(about_edits(&desk).is_empty());
    desk.pass(SETTLED);
    assert_eq!(review(&open).await, None);
    assert_eq!(review(&open).await, None);
    let mails = about_edits(&desk);
    let mut to: Vec<&str> = mails.iter().map(|one| one.address.as_str()).collect();
    to.sort_unstable();
    assert_eq!(to, ["desk@desk.test", "ops@desk.test"], "once, to each");
    insta::assert_snapshot!("edit.txt", shown(&mails[0]));
    insta::assert_snapshot!("edit.html", html(&mails[0]));
    let record = open.ground.store.archive().verify_record(None).await.unwrap();
    assert_eq!(record.faults, []);
}

/// Subject and words.
fn shown(mail: &Letter) -> String {
    format!("{}\n\n{}", subject(mail), text(mail).replace("\r\n", "\n"))
}

fn html(mail: &Letter) -> String {
    let parsed = mail_parser::MessageParser::default().parse(&mail.message).unwrap();
    parsed.body_html(0).unwrap().into_owned()
}

#[tokio::test]
async fn another_id_of_a_company_and_of_a_source_is_told_to_who_edits() {
    let mut desk = desk().await;
    let wire = super::source(&desk.newsroom.url());
    desk.wire = Some(wire.replace("\"wire\"", "\"newswire\""));
    let list = WATCHLIST.replace("name = \"Alibaba\"", "id = \"baba\"\nname = \"Alibaba\"");
    let open = desk.open_with(&list).await;
    desk.pass(SETTLED);
    review(&open).await;
    let mail = shown(&about_edits(&desk)[0]);
    let mail = mail.split_whitespace().collect::<Vec<_>>().join(" ");
    for words in [
        "version 2 is in force: no alert gained or lost",
        "Company “Alibaba”: its id changed from alibaba to baba: history, filters and reports go by id",
        "Source newswire reads the address of wire, which is gone: what was read so far stays with \
         wire, and is not told again",
    ] {
        assert!(mail.contains(words), "{words}\n{mail}");
    }
    assert!(!mail.contains("is not found") && !mail.contains("By company"), "{mail}");
}

#[tokio::test]
async fn a_large_edit_stands_on_top_of_the_digests_until_it_is_accepted() {
    let desk = desk().await;
    let mut open = desk.open_with(&without_alibaba()).await;
    desk.pass(SETTLED);
    review(&open).await;
    let mail = shown(&about_edits(&desk)[0]);
    assert!(
        mail.starts_with("[watchlistd] large edit: version 2: it loses 1 of 2 alerts"),
        "{mail}"
    );
    insta::assert_snapshot!("large_edit.txt", mail);
    for _ in 0..2 {
        desk.pass(DAY);
        open.round().await;
        let digest = newest(&desk);
        for words in ["LARGE EDIT", "it loses 1 high alert", "watch accept", "watch restore 1"] {
            assert!(digest.contains(words), "'{words}' is not said: {digest}");
        }
    }
    drop(open);

    // A further, harmless edit does not hide it.
    let further = format!("{}\n[[company]]\nname = \"Nine Rivers\"\n", without_alibaba());
    let mut open = desk.open_with(&further).await;
    desk.pass(SETTLED);
    review(&open).await;
    let mails = about_edits(&desk);
    assert!(subject(&mails[1]).contains("large edit: version 3"), "{}", subject(&mails[1]));
    assert!(text(&mails[1]).contains("Changed since version 1"), "{}", text(&mails[1]));

    let store = &open.ground.store;
    assert!(store.accept_review(3, "Mei".to_owned(), desk.now()).await.unwrap());
    assert!(!store.accept_review(3, "Mei".to_owned(), desk.now()).await.unwrap(), "once");
    desk.pass(DAY);
    open.round().await;
    assert!(!newest(&desk).contains("LARGE EDIT"), "{}", newest(&desk));
    drop(open);
    let open = desk.open_with(&format!("{further}# a remark\n")).await;
    desk.pass(SETTLED);
    review(&open).await;
    let last = about_edits(&desk).pop().unwrap();
    assert!(subject(&last).contains("version 4 is in force: no alert gained or lost"));
    let record = open.ground.store.archive().verify_record(None).await.unwrap();
    assert_eq!(record.faults, []);
}

#[tokio::test]
async fn going_back_needs_no_word() {
    let desk = desk().await;
    let open = desk.open_with(&without_alibaba()).await;
    desk.pass(SETTLED);
    review(&open).await;
    drop(open);
    let mut open = desk.open().await;
    assert_eq!(open.in_force.version, 3);
    desk.pass(SETTLED);
    review(&open).await;
    let last = about_edits(&desk).pop().unwrap();
    assert_eq!(subject(&last), "[watchlistd] version 3 is in force");
    desk.pass(DAY);
    open.round().await;
    assert!(!newest(&desk).contains("LARGE EDIT"), "{}", newest(&desk));
}

#[tokio::test]
async fn an_edit_of_other_files_is_named_without_a_preview() {
    let mut desk = desk().await;
    desk.readers = format!("{MEI}{DAILY}max_items = 20\n{JO}");
    desk.more_service = "[canary]\nat = \"06:00\"\n".to_owned();
    let open = desk.open().await;
    desk.pass(SETTLED);
    review(&open).await;
    let mail = shown(&about_edits(&desk)[0]);
    for line in [
        "- Edited: readers.toml",
        "- Settings added: [canary]",
        "- Reader “Mei”: max_items added",
        "- Reader added: “Jo”",
    ] {
        assert!(mail.lines().any(|one| one == line), "'{line}' is not said\n{mail}");
    }
    assert!(!mail.contains("06:00"), "no value is told\n{mail}");
    assert!(!mail.contains("Alerts:"), "{mail}");
}

/// The process may die at any await of a review: the mail goes out once all the same.
#[tokio::test]
async fn wherever_a_review_is_cut_off_its_mail_goes_out_once() {
    let desk = desk().await;
    let open = desk.open_with(&without_alibaba()).await;
    desk.pass(SETTLED);
    let mut cuts = 0;
    for left in 1.. {
        let inner = Box::pin(open.deliverer.review_due(&open.in_force, SETTLED, &|| false));
        match (Cut { inner, left }).await {
            None => cuts += 1,
            Some(done) => {
                done.unwrap();
                break;
            }
        }
    }
    // How often an await waits at all is the machine's affair.
    assert!(cuts > 1, "cut off {cuts} times only");
    open.send().await;
    assert_eq!(about_edits(&desk).len(), 1);
    assert_eq!(open.ground.store.archive().reviews(9).await.unwrap().len(), 2);
}

/// What an edit no longer reads is lost like what it no longer finds, and no digest says over it that all is well.
#[tokio::test]
async fn a_source_that_an_edit_takes_out_is_named_and_an_official_one_must_be_meant() {
    let mut desk = Desk::new(&format!("{MEI}{DAILY}{JO}")).await;
    let source = |id: &str, more: &str| {
        format!("[[source]]\nid = \"{id}\"\nurl = \"{}?{id}\"\n{more}", desk.newsroom.url())
    };
    let others: String = ('a'..='h').map(|id| source(&id.to_string(), "")).collect();
    let ofac = source("ofac", "official = true\n");
    desk.more_sources = format!("{others}{ofac}");
    let open = desk.begun().await;
    review(&open).await;
    drop(open);
    desk.pass(HOUR);
    (desk.more_sources, desk.readers) = (others, format!("{MEI}{DAILY}"));
    let mut open = desk.open().await;
    desk.pass(SETTLED);
    review(&open).await;
    let mail = shown(&about_edits(&desk)[0]);
    assert!(
        mail.starts_with(
            "[watchlistd] large edit: version 2: it no longer reads what is official: ofac\n"
        ),
        "{mail}"
    );
    for line in ["- Source removed: “ofac”", "- Reader removed: “Jo”"] {
        assert!(mail.lines().any(|one| one == line), "'{line}' is not said\n{mail}");
    }
    desk.pass(DAY);
    open.round().await;
    let digest = newest(&desk);
    for words in [
        "LARGE EDIT",
        "No longer read since Fri 20 Nov 13:00",
        "(ofac, official)",
        "Reader removed: “Jo”",
    ] {
        assert!(digest.contains(words), "'{words}' is not said: {digest}");
    }
    assert!(!digest.contains("No gap was noticed"), "{digest}");
    open.ground.store.accept_review(2, "Mei".to_owned(), desk.now()).await.unwrap();
    desk.pass(DAY);
    open.round().await;
    assert!(newest(&desk).contains("No gap was noticed"), "told once: {}", newest(&desk));
}
