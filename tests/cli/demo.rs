//! `demo`: what a person sees who has set nothing up, and the mail that is left for them.

use std::fs;
use std::path::Path;

use mail_parser::MessageParser;

use super::{Answer, answer, contents, watchlistd};

/// From headlines of the sample feeds that hold a word of the watchlist and mean another thing, and
/// of everyday noise.
const NEAR_MISSES: &[&str] = &[
    "PETG",
    "Lighthouse Keeper",
    "standing desks",
    "measures how well you breathe",
    "pantomime",
    "regatta",
    "4.6级地震",
    "華為推三摺手機",
    "Spielsperre",
    "Gliders",
    "Container rates",
];

/// Runs the demo with a folder of its own for temporary files.
fn demo(top: &Path, arguments: &[&str]) -> Answer {
    answer(watchlistd(["demo"]).args(arguments).env("TMPDIR", top)).ends(0)
}

/// The line that is a path and nothing else, by the name at its end.
fn path<'a>(answer: &'a Answer, name: &str) -> (usize, &'a Path) {
    let mut found = answer.out.lines().enumerate().filter(|(_, line)| line.ends_with(name));
    let (at, line) = found.next().unwrap();
    assert_eq!(found.next(), None, "one such line\n{answer}");
    assert!(line.starts_with('/'), "absolute and bare: {line}");
    (at, Path::new(line))
}

#[test]
fn it_prints_the_digest_its_two_files_and_what_to_do_next() {
    let top = tempfile::tempdir().unwrap();
    let answer = demo(top.path(), &[]);
    assert_eq!(answer.err, "", "nothing to complain about");
    let (mail, eml) = path(&answer, "digest.eml");
    let (page, html) = path(&answer, "digest.html");
    assert_eq!(page, mail + 1, "{answer}");
    let lines: Vec<&str> = answer.out.lines().collect();
    let next = lines[page + 1..].join("\n");
    for words in
        ["watchlistd init DIR", "watchlistd check --config DIR", "watchlistd once --config DIR"]
    {
        assert!(next.contains(words), "{words}\n{next}");
    }

    let raw = fs::read(eml).unwrap();
    let message = MessageParser::default().parse(&raw).unwrap();
    assert_eq!((message.text_body_count(), message.html_body_count()), (1, 1));
    let same = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = message.body_text(0).unwrap();
    assert_eq!(same(&text), same(&lines[..mail].join("\n")), "the mail says what was printed");
    let body = message.body_html(0).unwrap();
    assert_eq!(same(&body), same(&fs::read_to_string(html).unwrap()));
    let to = message.to().and_then(|to| to.first()).and_then(|to| to.address()).unwrap();
    assert!(message.subject().unwrap().starts_with("Watchlist "), "{:?}", message.subject());
    assert!(message.message_id().is_some() && to.contains('@'));

    let kept: Vec<_> = contents(top.path()).into_keys().collect();
    assert_eq!(kept, [eml, html], "nothing else is left behind");
}

#[test]
fn the_story_stands_first_and_near_misses_nowhere() {
    let top = tempfile::tempdir().unwrap();
    let answer = demo(top.path(), &[]);
    let (mail, _) = path(&answer, "digest.eml");
    let lines: Vec<&str> = answer.out.lines().take(mail).collect();
    let digest = lines.join("\n");
    let sentence = lines.iter().position(|line| line.split(' ').nth(1) == Some("high")).unwrap();
    let first = lines.iter().skip(sentence).find(|line| line.starts_with("1. ")).unwrap();
    assert!(first.starts_with("1. HIGH Alibaba: "), "{first}");
    assert!(!digest.contains("COVERAGE"), "all feeds are read\n{digest}");
    for near_miss in NEAR_MISSES {
        assert!(!digest.contains(near_miss), "'{near_miss}' is told\n{digest}");
    }
}

#[test]
fn what_is_kept_lies_where_one_says() {
    let top = tempfile::tempdir().unwrap();
    let wanted = top.path().join("deep/er");
    let temporary = tempfile::tempdir().unwrap();
    let answer = demo(temporary.path(), &["--keep", wanted.to_str().unwrap()]);
    assert_eq!(path(&answer, "digest.eml").1, wanted.canonicalize().unwrap().join("digest.eml"));
    assert_eq!(contents(&wanted).len(), 2);
    assert!(contents(temporary.path()).is_empty(), "nothing is left behind");
}
