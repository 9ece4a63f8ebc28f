//! One mistake hides no other in its table, and makes nothing else look wrong: all rooms together.

use std::path::Path;

use watchlistd::config::{Environment, Files};
use watchlistd::daemon::wire;

use super::texts;

/// Errors of a folder, each with its line.
fn errors(file: &str, text: &str) -> String {
    let files = Files::from_texts(Path::new(""), texts(&[(file, text)]));
    let (parts, problems) = wire::build(files, &Environment::default());
    assert!(parts.is_none(), "{text}");
    let errors = problems.iter().map(ToString::to_string);
    errors.filter(|one| one.contains("error: ")).collect::<Vec<_>>().join("\n")
}

/// Errors begin as expected, and there are no others.
fn told(file: &str, text: &str, expected: &[&str]) {
    let told = errors(file, text);
    let lines: Vec<&str> = told.lines().filter(|line| line.starts_with(file)).collect();
    let begins = |(line, expected): (&&str, &&str)| line[file.len() + 1..].starts_with(*expected);
    let alike = lines.iter().zip(expected).all(begins);
    assert!(alike && lines.len() == expected.len(), "{text}\n{told}");
}

#[test]
fn a_reader_is_judged_whole() {
    let slips = "timezone = \"Mars\"\nquiet = \"x\"\ncompanies = [\"nobody\"]\n";
    let rest =
        ["3:12: error: 'Mars' is no", "4:9: error: 'x' names", "5:14: error: unknown company"];
    for (text, first) in [
        ("[[reader]]\nname = \"Mei\"\n", "1:1: error: [[reader]] has no `to`"),
        ("[[reader]]\nto = [\"mei@bank.test\"]\n", "1:1: error: [[reader]] has no `name`"),
    ] {
        let expected: Vec<&str> = [first].into_iter().chain(rest).collect();
        told("readers.toml", &format!("{text}{slips}"), &expected);
    }
    told(
        "readers.toml",
        "[[reader]]\nname = \"Mei\"\nto = []\ndigest = \"noon\"\n\
         [[reader]]\nname = \"Jo\"\nto = [\"jo@bank.test\"]\n\
         away = { from = \"soon\", until = 2026-12-30, deputy = \"Zed\" }\n\
         [[reader]]\nname = \"Al\"\nto = [\"al@bank.test\"]\n\
         away = { from = 2026-12-21, until = 2026-12-30, deputy = \"Mei\" }\n",
        &[
            "3:6: error: `to` in [[reader]] is an empty list",
            "4:10: error: 'noon' is no schedule",
            "8:17: error: `from` in `away` in [[reader]]: \"soon\" is no date",
            "8:54: error: unknown reader 'Zed'",
        ],
    );
}

#[test]
fn a_rule_is_judged_whole() {
    told(
        "watchlist.toml",
        "[[company]]\nname = \"Huawei\"\n\
         [[rule]]\nname = \"A\"\nwhen = \"company:nobody AND\"\nseverity = \"hgh\"\nreaders = [\"Zed\"]\n\
         [[rule]]\nname = \"B\"\nwhen = \"company:nobody\"\n\
         [[rule]]\nname = \"B\"\nwhen = \"topic:nothing\"\nseverity = \"high\"\n\
         [[rule]]\nwhen = \"group:none\"\nreaders = [\"Mei\"]\n\
         [[rule]]\nname = \"C\"\nreaders = [\"Zed\"]\n",
        &[
            "5:26: error: rule 'A': ends where",
            "6:12: error: `severity` in [[rule]] cannot be \"hgh\"",
            "7:12: error: unknown reader 'Zed'",
            "9:8: error: rule 'B' does nothing",
            "10:9: error: rule 'B': there is no company 'nobody'",
            "12:8: error: two rules have the id 'b'",
            "13:9: error: rule 'B': there is no topic 'nothing'",
            "15:1: error: [[rule]] has no `name`",
            "16:9: error: rule 'watchlist.toml:15': there is no group 'none'",
            "18:1: error: [[rule]] has no `when`",
            "20:12: error: unknown reader 'Zed'",
        ],
    );
}

#[test]
fn a_company_and_a_topic_are_judged_whole() {
    told(
        "watchlist.toml",
        "[[company]]\nid = \"acme\"\ntickers = [\":\"]\npart_of = \"nobody\"\n\
         [[company]]\nname = \"Acme Works\"\npart_of = \"acme\"\n\
         [[company]]\nname = \"Target\"\nnot_with = [\"(\"]\nweak = true\npart_of = \"nobody\"\n\
         [[company]]\nid = \"acme\"\nname = \"Acme\"\ntickers = [\":\"]\npart_of = \"nobody\"\n\
         [[topic]]\nid = \"ban\"\nsearch = [\"(a\"]\n\
         [[topic]]\nid = \"ban\"\nname = \"Ban\"\nsearch = [\"(b\"]\n\
         [[rule]]\nname = \"R\"\nwhen = \"company:acme AND topic:ban\"\nseverity = \"high\"\n",
        &[
            "1:1: error: [[company]] has no `name`",
            "3:12: error: ticker ':' holds no symbol",
            "4:11: error: part_of names no company of the watchlist: 'nobody'",
            "9:8: error: company 'Target' has weak names only",
            "10:13: error: not_with \"(\" holds no word",
            "12:11: error: part_of names no company of the watchlist: 'nobody'",
            "14:6: error: two companies have the id 'acme'",
            "16:12: error: ticker ':' holds no symbol",
            "17:11: error: part_of names no company of the watchlist: 'nobody'",
            "18:1: error: [[topic]] has no `name`",
            "20:12: error: a search of topic 'watchlist.toml:18': a bracket is not closed",
            "22:6: error: two topics have the id 'ban'",
            "24:12: error: a search of topic 'Ban': a bracket is not closed",
        ],
    );
}

#[test]
fn a_source_is_judged_whole() {
    told(
        "sources.toml",
        "[[source]]\nurl = \"ftp://a.test\"\nlang = \"12\"\n[[source]]\nid = \"b c\"\nkind = \"web\"\n",
        &[
            "1:1: error: [[source]] has no `id`",
            "2:7: error: url of source 'line-1' has the scheme 'ftp'",
            "3:8: error: lang '12'",
            "4:1: error: [[source]] has no `url`",
            "5:6: error: source id 'b c' cannot be used",
            "6:8: error: source 'b c' is of the unknown kind 'web'",
        ],
    );
}

#[test]
fn settings_are_judged_whole_and_an_address_once() {
    told(
        "watchlistd.toml",
        "timezone = \"Mars\"\n[operator]\nreply_to = \"x@bank.example\"\neditors = [\"y\"]\n\
         [mail]\nfrom = \"z@bank.example\"\n",
        &[
            "1:1: error: `contact` is missing",
            "1:12: error: 'Mars' is no time zone",
            "2:1: error: [operator] has no `to`",
            "3:12: error: 'x@bank.example' is a placeholder",
            "4:12: error: `editors` in [operator]: \"y\" is no e-mail address",
            "5:1: error: [mail] has no `host`",
            "6:8: error: 'z@bank.example' is a placeholder",
        ],
    );
}
