//! `outbox` and `digest`: what a person sees of mails, and what becomes of them then.

use mail_parser::MessageParser;
use serde_json::Value;

use super::desk::Desk;
use super::site::feed;
use crate::support::smtp::{At, Does, Protection, Script};

/// A desk whose mails go to a server at this port, in clear on this machine.
fn mailing_to(port: u16) -> Desk {
    let desk = Desk::new();
    let smtp = format!("transport = \"smtp\"\nhost = \"127.0.0.1\"\nport = {port}\ntls = \"none\"");
    desk.edit("watchlistd.toml", "transport = \"file\"", &smtp);
    desk
}

fn listed(desk: &Desk, more: &[&str]) -> Vec<Value> {
    let answer = desk.ask(&[&["outbox", "list", "--json"], more].concat()).ends(0);
    serde_json::from_str(&answer.out).unwrap()
}

#[test]
fn a_mail_that_waits_is_listed_with_its_reason_and_can_be_tried_again() {
    let server = Script::new(Protection::Clear)
        .once(At::Rcpt, Does::says("451 4.7.1 come back later"))
        .start();
    let desk = mailing_to(server.port());
    desk.ask(&["once"]).ends(75).says("0 mails sent, 1 deferred");
    let rows = listed(&desk, &[]);
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["state"], "deferred");
    assert_eq!(rows[0]["attempts"], 1);
    assert_eq!(rows[0]["reply"], "RCPT TO: 451 4.7.1 come back later");
    let id = rows[0]["id"].as_str().unwrap().to_owned();
    let text = desk.ask(&["outbox", "list"]).ends(0).out;
    assert!(text.contains(&id) && text.contains("1 try made, next "), "{text}");
    assert!(text.contains("RCPT TO: 451 4.7.1 come back later"), "{text}");

    let said = desk.ask(&["outbox", "retry", &id[..6]]).ends(0);
    assert_eq!(said.out, format!("{id} was deferred and is tried again now\n"));
    desk.ask(&["once"]).ends(0);
    assert!(listed(&desk, &[]).is_empty());
    assert_eq!(desk.ask(&["outbox", "list"]).ends(0).out, "No mail waits.\n");
    assert_eq!(listed(&desk, &["--state", "sent", "--limit", "1"]).len(), 1);
    let said = desk.ask(&["outbox", "retry", &id]).ends(65).says("a mail was left as before");
    assert_eq!(said.out, format!("{id} is sent and stays so\n"));
}

/// What is the set-up's fault costs a mail nothing, and is told with what to look at.
#[test]
fn mails_that_do_not_get_out_are_told_with_since_when_and_why() {
    let no = "553 5.7.1 sender address rejected";
    let server = Script::new(Protection::Clear).always(At::Mail, Does::says(no)).start();
    let desk = mailing_to(server.port());
    desk.ask(&["once"]).ends(75);
    let text = desk.ask(&["outbox", "list"]).ends(0).out;
    for words in ["last tried ", " at no cost to the mail, next ", no, "hint: check [mail] from"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let row = listed(&desk, &[]).remove(0);
    assert!(row["attempts"] == 0 && row["tried"].is_string(), "{row}");
    let text = desk.ask(&["status"]).ends(0).out;
    for words in ["1 not getting out since ", ", last tried ", no, "hint: check [mail] from"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let status: Value = serde_json::from_str(&desk.ask(&["status", "--json"]).ends(0).out).unwrap();
    let waiting = &status["outbox"]["waiting"];
    assert_eq!(waiting["mails"], 1);
    assert!(waiting["reply"].as_str().unwrap().contains(no), "{waiting}");
}

#[test]
fn a_digest_that_one_address_refused_is_not_called_unsent() {
    let server =
        Script::new(Protection::Clear).recipient("jo@bank.test", "550 5.1.1 no such user").start();
    let desk = mailing_to(server.port());
    let two = "[[reader]]\nname = \"Mei\"\nto = [\"mei@bank.test\", \"jo@bank.test\"]\n";
    desk.write("readers.toml", two);
    desk.ask(&["once"]).ends(74);
    let text = desk.ask(&["status"]).ends(0).out;
    assert!(text.contains(" sent, but not delivered to jo@bank.test"), "{text}");
    desk.write("readers.toml", &two.replace("\"mei@bank.test\", ", ""));
    desk.ask(&["once"]).ends(74);
    let text = desk.ask(&["status"]).ends(0).out;
    assert!(text.contains(" NOT DELIVERED to jo@bank.test"), "{text}");
}

#[test]
fn a_test_mail_that_was_not_taken_is_not_called_uncertain() {
    let nobody = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
    let desk = mailing_to(nobody.port());
    let said = desk.ask(&["send-test", "mei@bank.test"]).ends(75);
    said.says("the mail to mei@bank.test was not taken: connect: ");
    let server = Script::new(Protection::Clear).always(At::Dot, Does::Closes).start();
    let said = mailing_to(server.port()).ask(&["send-test", "mei@bank.test"]).ends(75);
    said.says("whether the mail to mei@bank.test was taken is not known: end of message: ");
    let server = Script::new(Protection::Clear)
        .recipient("mei@bank.test", "554 relay access denied")
        .start();
    let said = mailing_to(server.port()).ask(&["send-test", "mei@bank.test"]).ends(75);
    said.says("the server relays no mail for us");
}

/// Of two mails' first letters nobody knows which is meant, and then neither is touched.
#[test]
fn first_letters_of_several_mails_are_answered_with_their_ids() {
    let server = Script::new(Protection::Clear)
        .always(At::Rcpt, Does::says("451 4.7.1 come back later"))
        .start();
    let desk = mailing_to(server.port());
    desk.write(
        "readers.toml",
        "[[reader]]\nname = \"Mei\"\nto = [\"mei@bank.test\", \"jo@bank.test\"]\n",
    );
    desk.ask(&["once"]).ends(75);
    let rows = listed(&desk, &[]);
    let ids: Vec<&str> = rows.iter().map(|row| row["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 2);
    let states =
        || -> Vec<Value> { listed(&desk, &[]).iter().map(|row| row["state"].clone()).collect() };
    let before = states();
    for command in ["retry", "drop"] {
        let said = desk.ask(&["outbox", command, ids[0], "m"]).ends(65);
        assert_eq!(said.out, "");
        let said = said.says("'m' begins several ids: ").says("write more of it");
        assert!(ids.iter().all(|id| said.err.contains(id)), "{said}");
    }
    assert_eq!(states(), before);
}

/// Nothing mends a refusal but a person, so it is no "try again", and never fine.
#[test]
fn a_round_whose_mail_is_refused_ends_with_74() {
    let server =
        Script::new(Protection::Clear).once(At::Rcpt, Does::says("550 5.1.1 no such user")).start();
    let desk = mailing_to(server.port());
    let said = desk.ask(&["once"]).ends(74).says("0 mails sent, 1 refused");
    said.says("watchlistd: 1 mail was refused or given up").says("watchlistd outbox list");
    assert_eq!(listed(&desk, &[])[0]["state"], "refused");
    // What an earlier round came to is not this one's.
    desk.ask(&["once"]).ends(0).says("1 mail sent");
}

#[test]
fn what_was_given_up_is_told_in_the_next_mail_that_works() {
    let server = Script::new(Protection::Clear)
        .once(At::Rcpt, Does::says("451 4.7.1 come back later"))
        .start();
    let desk = mailing_to(server.port());
    desk.ask(&["once"]).ends(75);
    let id = listed(&desk, &[])[0]["id"].as_str().unwrap().to_owned();
    let said = desk.ask(&["outbox", "drop", &id, "m0000000000000"]).ends(65);
    assert_eq!(
        said.out,
        format!("{id} was deferred and is given up\nm0000000000000 is no mail of the outbox\n")
    );
    assert_eq!(listed(&desk, &["--state", "dead"])[0]["reply"], "given up by hand");
    desk.ask(&["once"]).ends(0).says("1 mail sent");
    let taken = server.taken();
    let mail = MessageParser::default().parse(&taken[0].message).unwrap();
    let text = mail.body_text(0).unwrap().to_lowercase();
    assert!(text.contains("undelivered earlier"), "{text}");
}

#[test]
fn the_outbox_works_beside_a_running_service() {
    let server = Script::new(Protection::Clear)
        .once(At::Rcpt, Does::says("451 4.7.1 come back later"))
        .start();
    let desk = mailing_to(server.port());
    desk.ask(&["once"]).ends(75);
    let service = desk.run();
    let deferred = listed(&desk, &["--state", "deferred"]);
    let id = deferred[0]["id"].as_str().unwrap().to_owned();
    desk.ask(&["outbox", "retry", &id]).ends(0);
    assert_eq!(service.stop(), Some(0));
    desk.ask(&["once"]);
    assert!(listed(&desk, &[]).is_empty());
}

#[test]
fn a_preview_shows_what_is_owed_and_changes_nothing() {
    let desk = Desk::new();
    desk.ask(&["digest", "preview", "Mei"]).ends(78).says("there is no such file");
    desk.ask(&["once"]).ends(0).says("1 mail sent");
    desk.site.put("/wire.xml", feed(&["Huawei faces an audit inspection"]));
    desk.ask(&["once", "--all", "--dry-run"]).ends(0);
    let reader = reader(&desk);
    // How much room others leave on the disk is none of its doing.
    let status = || {
        let mut status = desk.status();
        status["database"]["free"].take();
        status
    };
    let before = status();
    let html = desk.folder().join("look.html");
    let shown = desk.ask(&["digest", "preview", &reader, "--html", html.to_str().unwrap()]).ends(0);
    assert!(shown.out.starts_with("Subject: Watchlist "), "{shown}");
    assert!(shown.out.contains("no matches"), "nothing new was stored: {shown}");
    assert!(std::fs::read_to_string(html).unwrap().contains("<html"));
    assert_eq!(status(), before);
    desk.ask(&["digest", "preview", "Nobody"]).ends(64).says(&format!("the readers are: {reader}"));
}

/// The one reader that `init` wrote.
fn reader(desk: &Desk) -> String {
    let status = desk.status();
    status["digests"][0]["reader"].as_str().unwrap().to_owned()
}

#[test]
fn a_repeat_is_a_mail_of_its_own_that_says_so() {
    let desk = Desk::new();
    desk.ask(&["once"]).ends(0);
    let reader = reader(&desk);
    let first = desk.mails().remove(0);
    let said = desk.ask(&["digest", "resend", &reader, "--to", "jo@bank.test"]).ends(0);
    assert!(said.out.contains("to jo@bank.test"), "{said}");
    assert_eq!(listed(&desk, &[])[0]["kind"], "repeat");
    desk.site.put("/wire.xml", feed(&["A quiet day"]));
    desk.ask(&["once"]).ends(0);
    let again = desk.mails().into_iter().find(|one| {
        MessageParser::default().parse(one).unwrap().subject().unwrap().starts_with("Repeat: ")
    });
    let again = again.expect("the repeat went out");
    let (first, again) = (
        MessageParser::default().parse(&first).unwrap(),
        MessageParser::default().parse(&again).unwrap(),
    );
    assert_eq!(again.subject(), Some(format!("Repeat: {}", first.subject().unwrap()).as_str()));
    assert_ne!(again.message_id(), first.message_id());
    assert_eq!(again.in_reply_to().as_text(), first.message_id());
    assert_eq!(again.body_text(0), first.body_text(0));
    assert_eq!(again.body_html(0), first.body_html(0));
    let to = again.to().and_then(|to| to.first()).and_then(|to| to.address());
    assert_eq!(to, Some("jo@bank.test"));
    desk.ask(&["digest", "resend", &reader, "--mail", "m0000000000000"])
        .ends(65)
        .says("there is no such stored mail");
}

#[cfg(target_os = "linux")]
#[test]
fn an_output_that_cannot_be_written_is_named() {
    let desk = Desk::new();
    desk.ask(&["once"]).ends(0);
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_watchlistd"))
        .args(["status", "--config"])
        .arg(desk.folder())
        .stdout(full)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(74), "{errors}");
    assert!(errors.contains("write standard output: "), "{errors}");
}

#[test]
fn a_recap_shows_the_last_days_and_goes_out_when_asked() {
    let desk = Desk::new();
    desk.ask(&["once"]).ends(0);
    let reader = reader(&desk);
    let shown = desk.ask(&["digest", "recap", &reader, "--days", "3"]).ends(0);
    assert!(shown.out.contains("Lawmakers urge the SEC"), "{shown}");
    assert!(listed(&desk, &[]).is_empty(), "only shown");
    desk.ask(&["digest", "recap", &reader, "--send"]).ends(0);
    assert_eq!(listed(&desk, &[])[0]["kind"], "recap");
    desk.ask(&["digest", "recap", &reader, "--days", "0"]).ends(64);
}
