//! A password shows up nowhere, however it is handed over, whatever the server says to it, and with
//! everything logged.

use std::fs;

use data_encoding::BASE64;

use super::desk::Desk;
use super::{Answer, answer};
use crate::support::smtp::{At, Does, Protection, Script, SmtpServer};

const PASSWORD: &str = "tOp-s3cret-M4RKER";

/// How the password gets to the program.
#[derive(Clone, Copy, Debug)]
enum Way {
    File,
    Credential,
    Variable,
}

const WAYS: [Way; 3] = [Way::File, Way::Credential, Way::Variable];

/// A desk whose mail goes to this server.
fn desk(server: &SmtpServer, way: Way) -> Desk {
    let desk = Desk::new();
    let mut keys = format!(
        "transport = \"smtp\"\nhost = \"127.0.0.1\"\nport = {}\nca_file = \"{}\"\n\
         username = \"watch\"",
        server.port(),
        server.ca_file().display(),
    );
    let secret = desk.folder().join("smtp-password");
    match way {
        Way::File => {
            keys.push_str("\npassword_file = \"smtp-password\"");
            fs::write(secret, format!("{PASSWORD}\n")).unwrap();
        }
        Way::Credential => fs::write(secret, PASSWORD).unwrap(),
        Way::Variable => {}
    }
    desk.edit("watchlistd.toml", "transport = \"file\"", &keys);
    desk
}

/// Runs a command with everything logged, and looks for the password in all that it says.
#[track_caller]
fn ask(desk: &Desk, way: Way, arguments: &[&str]) -> Answer {
    let mut command = desk.command(arguments);
    command.env("RUST_LOG", "trace");
    match way {
        Way::File => {}
        Way::Credential => {
            command.env("CREDENTIALS_DIRECTORY", desk.folder());
        }
        Way::Variable => {
            command.env("WATCHLISTD_SMTP_PASSWORD", PASSWORD);
        }
    }
    let answer = answer(&mut command);
    assert!(answer.err.contains("TRACE") || answer.err.contains("DEBUG"), "nothing was logged");
    hidden(&answer, arguments);
    answer
}

#[track_caller]
fn hidden(answer: &Answer, arguments: &[&str]) {
    let login = BASE64.encode(format!("\0watch\0{PASSWORD}").as_bytes());
    for spelling in [PASSWORD, &BASE64.encode(PASSWORD.as_bytes()), &login] {
        let shown = answer.out.contains(spelling) || answer.err.contains(spelling);
        assert!(!shown, "{arguments:?} shows the password\n{answer}");
    }
}

fn server() -> Script {
    Script::new(Protection::StartTls).login("watch", PASSWORD)
}

#[test]
fn it_logs_in_and_stays_hidden() {
    for way in WAYS {
        let server = server().start();
        let desk = desk(&server, way);
        ask_all(&desk, way, 0);
        ask(&desk, way, &["send-test", "mei@bank.test"]).ends(0);
        assert_eq!(server.taken().len(), 2, "{way:?}: the digest and the test mail");
        assert!(server.taken().iter().all(|one| one.encrypted), "{way:?}");
        for mail in server.taken() {
            assert!(!String::from_utf8_lossy(&mail.message).contains(PASSWORD));
        }
        let database = fs::read(desk.database()).unwrap();
        let kept = database.windows(PASSWORD.len()).any(|bytes| bytes == PASSWORD.as_bytes());
        assert!(!kept, "{way:?}: it is kept nowhere");
    }
}

#[track_caller]
fn ask_all(desk: &Desk, way: Way, code: i32) {
    ask_quietly(desk, way, &["check"]).ends(0);
    ask(desk, way, &["once"]).ends(code);
    ask_quietly(desk, way, &["status", "--json"]).ends(0);
}

/// Commands that log nothing of their own must not show it either.
#[track_caller]
fn ask_quietly(desk: &Desk, way: Way, arguments: &[&str]) -> Answer {
    let mut command = desk.command(arguments);
    command.env("RUST_LOG", "trace").env("CREDENTIALS_DIRECTORY", desk.folder());
    if matches!(way, Way::Variable) {
        command.env_remove("CREDENTIALS_DIRECTORY").env("WATCHLISTD_SMTP_PASSWORD", PASSWORD);
    }
    let answer = answer(&mut command);
    hidden(&answer, arguments);
    answer
}

/// A server that quotes what it was given, and refuses it.
#[test]
fn a_refused_password_stays_hidden() {
    let quoting = format!("535 5.7.8 {PASSWORD} is not the password");
    let server = server().always(At::Auth, Does::Says(quoting)).start();
    let desk = desk(&server, Way::Variable);
    let said = ask(&desk, Way::Variable, &["send-test", "mei@bank.test"]).ends(78);
    assert!(said.out.contains("535"), "the server's reply is shown\n{said}");
    assert!(said.err.contains("hint: "), "{said}");
    ask_all(&desk, Way::Variable, 75);
    let status = desk.status();
    assert_eq!(status["outbox"]["deferred"], 1, "the digest waits: {status}");
}

/// Written where it must not stand, it is refused without being quoted.
#[test]
fn a_password_in_the_files_is_refused_and_not_quoted() {
    let places: [(&str, &str, String); 4] = [
        ("watchlistd.toml", "[mail]\n", format!("[mail]\npassword = \"{PASSWORD}\"\n")),
        ("watchlistd.toml", "[mail]\n", format!("[mail]\npasswrod = \"{PASSWORD}\"\n")),
        ("watchlistd.toml", "[mail]\n", format!("[mail]\npassword = {PASSWORD}\n")),
        ("sources.toml", "http://", format!("http://me:{PASSWORD}@")),
    ];
    for (file, from, to) in places {
        let desk = Desk::new();
        desk.edit(file, from, &to);
        for arguments in [&["check"][..], &["once"], &["run"], &["send-test", "mei@bank.test"]] {
            let answer = ask_quietly(&desk, Way::File, arguments).ends(78);
            let all = format!("{}{}", answer.out, answer.err);
            assert!(all.contains(file), "{to}\n{answer}");
        }
    }
}

/// A mail that the server puts off is 75; the next round sends it.
#[test]
fn a_deferred_mail_is_75_and_goes_out_later() {
    let server = server().once(At::Rcpt, Does::says("451 4.7.1 come back later")).start();
    let desk = desk(&server, Way::File);
    ask(&desk, Way::File, &["once"]).ends(75).says("1 deferred");
    assert_eq!(desk.status()["outbox"]["deferred"], 1);
    assert!(server.taken().is_empty());
    let refusing = Script::new(Protection::StartTls).login("watch", PASSWORD);
    let refusing = refusing.recipient("jo@bank.test", "550 5.1.1 no such reader").start();
    let desk = self::desk(&refusing, Way::File);
    ask(&desk, Way::File, &["send-test", "jo@bank.test"]).ends(74).says("550 5.1.1");
    ask(&desk, Way::File, &["send-test", "mei@bank.test"]).ends(0);
}
