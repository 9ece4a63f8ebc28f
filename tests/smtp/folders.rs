//! The transports without a server: a Maildir that any mail reader opens, and memory.

#![expect(clippy::unwrap_used, reason = "a helper of tests that cannot go on is a failed test")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use watchlistd::notify::smtp::{Attempt, Fault, Outcome, Stage, Transport};

use super::letter_to;

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_maildir_holds_whole_letters_only() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("state").join("mail");
    let transport = Transport::file(&path);
    assert!(!path.exists(), "checking a set-up makes no folder");
    let letters: Vec<_> = (0..20).map(|n| letter_to(&format!("reader{n}@bank.test"))).collect();
    for letter in &letters {
        let attempt = transport.send(letter).await;
        assert_eq!((attempt.outcome, attempt.stage), (Outcome::Accepted, Stage::Folder));
        assert!(attempt.reply.starts_with("written to "), "{attempt}");
    }
    for folder in ["", "tmp", "new", "cur"] {
        let mode = fs::metadata(path.join(folder)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o700, "{folder}");
    }
    assert!(names(&path.join("tmp")).is_empty());
    let written: Vec<Vec<u8>> = names(&path.join("new"))
        .iter()
        .map(|name| fs::read(path.join("new").join(name)).unwrap())
        .collect();
    assert_eq!(written.len(), letters.len(), "every name is its own");
    for letter in &letters {
        assert!(written.contains(&letter.message));
    }
    assert_eq!(transport.folder(), Some(path.as_path()));
}

#[tokio::test]
async fn a_folder_that_is_none_is_the_operators_matter() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("mail");
    fs::write(&path, "a file in the way").unwrap();
    let attempt = Transport::file(&path).send(&letter_to("mei@bank.test")).await;
    assert_eq!(attempt.outcome, Outcome::ConfigFault(Fault::Folder), "{attempt}");
    assert!(attempt.reply.contains(path.to_str().unwrap()), "{attempt}");
    assert!(attempt.transport_is_down());
}

#[tokio::test]
async fn memory_keeps_letters_and_plays_what_is_laid_out() {
    let transport = Transport::memory();
    let later =
        Attempt { outcome: Outcome::TryLater, stage: Stage::Rcpt, reply: "451 not now".to_owned() };
    transport.answer_next([later.clone()]);
    assert_eq!(transport.send(&letter_to("mei@bank.test")).await, later);
    assert!(transport.received().is_empty());
    assert_eq!(transport.send(&letter_to("mei@bank.test")).await.outcome, Outcome::Accepted);
    assert_eq!(transport.clone().received(), [letter_to("mei@bank.test")]);
}
