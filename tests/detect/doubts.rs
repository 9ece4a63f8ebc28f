//! What the compiler doubts in a watchlist: names, terms and searches that would find nearly everything, or
//! nothing. Each row is one slip, with the words of what is said; rows that are sound say nothing.

use watchlistd::model::Severity;
use watchlistd::model::watchlist::{Guards, TopicEntry};

use super::{all, at, company, compile, item, problems, rule, search, shown, topic};

fn check(told: &str, expected: &str, slip: &str) {
    assert!(told.contains(expected) && told.is_empty() == expected.is_empty(), "{slip}: {told}");
}

#[test]
fn names_that_say_nothing_of_whom_they_name() {
    for (name, expected) in [
        ("China", "'China' is the name of a country"),
        ("South Korea", "'South Korea' is the name of a country"),
        ("中国", "'中国' is the name of a country"),
        ("Company", "'Company' is a legal form"),
        ("Hуawei", "'у' (U+0443) is a Cyrillic letter"),
        ("Οracle Systems", "'Ο' (U+039F) is a Greek letter"),
        ("China Mobile", ""),
        ("Газпром", ""),
        ("Huawei", ""),
    ] {
        let mut norvik = company("Norvik Holdings Plc", &[name]);
        check(&problems(vec![norvik.clone()], vec![], vec![]), expected, name);
        // Who says what must stand beside it has thought of it.
        if expected.contains("country") {
            norvik.aliases[0].guards.only_with = all(&["Norvik"]);
            check(&problems(vec![norvik], vec![], vec![]), "", name);
        }
    }
}

#[test]
fn a_country_that_is_left_of_a_longer_name_does_not_stand_alone() {
    let watchlist = compile(vec![company("Georgia Holdings Ltd", &[])], vec![], vec![]);
    for (text, expected) in [
        ("Georgia votes", ""),
        ("Georgia Holdings rises", "Georgia Holdings"),
        ("Georgia Holdings rises. Georgia said so", "Georgia Holdings | Georgia"),
    ] {
        assert_eq!(shown(&watchlist, &item(text, "", "en")), expected, "{text}");
    }
    assert_eq!(problems(vec![company("Georgia Holdings Ltd", &[])], vec![], vec![]), "");
}

#[test]
fn tickers_that_are_several() {
    for (ticker, expected) in [
        ("NYSE:BABA, HKEX:9988", "'BABA, HKEX:9988' is no symbol"),
        ("NYSE:BABA:X", "'BABA:X' is no symbol"),
        ("NYSE:BRK.B", ""),
        ("9988.HK", ""),
        ("SH:600519", ""),
        ("SS:600519", ""),
        (
            "$baba",
            "names no exchange: only $BABA, (BABA) and words such as \"ticker: BABA\" are found",
        ),
        ("T:7203", "the exchange 'T' is not known (write it as 7203.T)"),
        ("NYSEE:BABA", "the exchange 'NYSEE' is not known (did you mean 'NYSE'?)"),
        // The nearest code would be India's.
        ("XNYZ:BABA", "the exchange 'XNYZ' is not known (write it as NYSE:BABA or 9988.HK)"),
    ] {
        let mut norvik = company("Norvik Holdings Plc", &[]);
        norvik.tickers = all(&[ticker]);
        check(&problems(vec![norvik], vec![], vec![]), expected, ticker);
    }
}

/// Codes of ISO 10383, as terminals and lists of securities have them, are the exchange's.
#[test]
fn market_identifier_codes_are_exchanges() {
    for (ticker, text) in [
        ("XNYS:BABA", "Shares (NYSE: BABA) fell"),
        ("XNAS:AAPL", "Shares (NASDAQ: AAPL) fell"),
        ("XHKG:9988", "Shares of 9988.HK fell"),
        ("XSHG:600519", "Shares of 600519.SS fell"),
        ("XSHE:002415", "Shares of 002415.SZ fell"),
        ("XLON:SHEL", "Shares (LSE: SHEL) fell"),
        ("XTKS:7203", "Shares of 7203.T fell"),
        ("XPAR:AIR", "Shares of AIR.PA fell"),
        ("XETR:SIE", "Shares of SIE.DE fell"),
        ("XSWX:NESN", "Shares of NESN.SW fell"),
        ("XKRX:005930", "Shares of 005930.KS fell"),
        ("XSES:D05", "Shares of D05.SI fell"),
        ("NYSE:BABA", "Shares (XNYS: BABA) fell"),
        ("600519.SS", "SH:600519 fell"),
        ("SH:600519", "SSE:600519 fell"),
    ] {
        let mut norvik = company("Norvik Holdings Plc", &[]);
        norvik.tickers = all(&[ticker]);
        assert_eq!(problems(vec![norvik.clone()], vec![], vec![]), "", "{ticker}");
        let watchlist = compile(vec![norvik], vec![], vec![]);
        assert!(!shown(&watchlist, &item(text, "", "en")).is_empty(), "{ticker}: {text}");
    }
}

#[test]
fn searches_that_find_everything_or_nothing() {
    for (query, expected) in [
        ("a*", "a* stands for every word that begins with a"),
        ("chip AND ex*", "ex* stands for every word that begins with ex"),
        ("exp*", ""),
        (
            "fine AND NOT fine",
            "a search of topic 'One' can never match: it asks for something and for its absence",
        ),
        ("ban NOT (ban OR bar)", "can never match"),
        ("(ban OR bar) NOT (ban OR bar)", "can never match"),
        ("(ban OR bar) NOT ban", ""),
        ("title:ban NOT ban", "can never match"),
        ("ban NOT title:ban", ""),
        ("ban NOT \"price ban\"", ""),
        ("(chip NEAR/3 ban) NOT (ban NEAR/3 chip)", ""),
        ("trading NEAR5 halt", "NEAR5 is searched as a word (write NEAR/5,"),
        ("trading NEAR-12 halt", "NEAR-12 is searched as a word (write NEAR/12,"),
        ("trading NEAR 5 halt", "'NEAR' does not say how near"),
        ("\"trading NEAR5\"", ""),
        ("NEARSHORE", ""),
        ("bаn AND chip", "'а' (U+0430) is a Cyrillic letter"),
    ] {
        check(&problems(vec![], vec![search("One", query)], vec![]), expected, query);
    }
    check(&problems(vec![], vec![topic("One", &["еxport controls"])], vec![]), "(U+0435)", "term");
    check(&problems(vec![], vec![topic("One", &["экспорт"])], vec![]), "", "term");
    let sign = "\"gets $\": $ is no word, so \"gets\" is looked for";
    check(&problems(vec![], vec![topic("One", &["gets $"])], vec![]), sign, "term");
    check(&problems(vec![], vec![topic("One", &["$800 threshold"])], vec![]), "", "term");
}

#[test]
fn terms_that_stand_in_every_text() {
    for (term, expected) in [
        ("a", "the term \"a\" is a single letter, so nearly everything is found"),
        ("X", "is a single letter"),
        ("the", "the term \"the\" is a word of nearly every text"),
        ("The", "is a word of nearly every text"),
        ("of", "is a word of nearly every text"),
        ("который", ""),
        ("WHO", ""),
        ("罚", ""),
        ("5G", ""),
        ("the fine", ""),
        ("fine", ""),
    ] {
        check(&problems(vec![], vec![topic("One", &[term])], vec![]), expected, term);
        let hidden = TopicEntry { hidden: true, ..topic("One", &[term]) };
        check(&problems(vec![], vec![hidden], vec![]), "", term);
        let exact = TopicEntry { exact: all(&[term]), ..topic("One", &[]) };
        check(&problems(vec![], vec![exact], vec![]), expected, term);
    }
}

/// The place is where the name is written, not where its company begins; and that a name is weak is told once.
#[test]
fn names_of_two_and_weak_names_are_told_where_they_stand() {
    let mut two = company("Zorgon Plc", &["HiSilicon"]);
    two.aliases[0].name.place = super::placed("HiSilicon").place;
    let told = problems(vec![company("Acme Plc", &["HiSilicon"]), two], vec![], vec![]);
    assert!(
        told.starts_with("w.toml:1:1: warning: 'HiSilicon' names both Acme and Zorgon"),
        "{told}"
    );
    let told = problems(vec![company("Target", &["Gap"])], vec![], vec![]);
    let expected = "error: company 'Target' has weak names only, so nothing could ever name it: it is an everyday word (";
    assert!(told.starts_with(expected) && told.lines().count() == 1, "{told}");
}

#[test]
fn names_that_are_several() {
    for (alias, expected) in [
        ("HuaCloud, HiSilicon, Honor", "looks like 3 names in one"),
        ("HiSilicon; Honor", "write each in quotes of its own"),
        ("Norvik Foods, Inc.", ""),
        ("Norvik Foods, Beverages & Co", ""),
    ] {
        check(&problems(vec![company("Norvik Plc", &[alias])], vec![], vec![]), expected, alias);
    }
}

/// A field that does not exist is searched as a word, so that the rule never fires: it is refused by name.
#[test]
fn a_rule_that_asks_by_an_unknown_field_is_refused() {
    let acme = || vec![company("Acme Plc", &[])];
    for (when, at, expected) in [
        (
            "companies:acme",
            "1:2",
            "'companies:acme' would be searched as words; the rule is left out (did you mean company:?",
        ),
        ("comany:acme AND x", "1:2", "(did you mean company:?"),
        ("Company:acme", "1:2", "(did you mean company:?"),
        ("company=acme", "1:2", "(did you mean company:?"),
        ("company = acme", "1:2", "(did you mean company:?"),
        ("company：acme", "1:2", "(did you mean company:?"),
        ("x AND topics:ban", "1:8", "(did you mean topic:?"),
        ("tittle:halt", "1:2", "(did you mean title:?"),
        ("company:acme AND official:true", "1:19", "(did you mean official? It stands alone"),
        (
            "company:acme AND severity:high",
            "1:19",
            "stands on lines of its own, outside when; a rule knows company:",
        ),
        ("reader:Mei AND x", "1:2", "outside when"),
        ("lang:zh AND x", "1:2", "(a rule knows company:, group:"),
    ] {
        let told = problems(acme(), vec![], vec![rule("Halts", when, Some(Severity::High))]);
        assert!(
            told.starts_with(&format!("w.toml:{at}: error: rule 'Halts': '")),
            "{when}: {told}"
        );
        assert!(told.contains(expected) && told.matches("error").count() == 1, "{when}: {told}");
        assert!(told.contains(" write \"") && told.contains("\" for the words"), "{when}: {told}");
    }
    let two =
        problems(acme(), vec![], vec![rule("R", "comany:acme AND topics:x", Some(Severity::High))]);
    assert_eq!(two.matches("error: rule 'R'").count(), 2, "{two}");
    for when in [
        "company:acme AND NYSE:ACME",
        "company:acme AND 10:30",
        "company:acme AND https://acme.test/x",
        "company:acme AND \"re:Invent\"",
        "company:acme AND official",
    ] {
        assert_eq!(
            problems(acme(), vec![], vec![rule("R", when, Some(Severity::High))]),
            "",
            "{when}"
        );
    }
    for word in ["oficial", "offical", "Official", "officiel"] {
        let when = format!("company:acme AND {word}");
        let told = problems(acme(), vec![], vec![rule("R", &when, Some(Severity::High))]);
        let expected = format!(
            "w.toml:1:19: warning: rule 'R': '{word}' is searched as a word (did you mean official? Write \"{word}\" for the words)\n"
        );
        assert_eq!(told, expected);
    }
}

/// What to write is in the hint, and what the hint says says nothing any more.
#[test]
fn slips_in_searches_are_told_with_what_to_write() {
    for (query, expected, written) in [
        ("tittle:halt", "'tittle:halt' is searched as words (did you mean title:?", "title:halt"),
        ("companies:x", "only rules ask for company, in when", "\"companies:x\""),
        ("lang:zh", "(a search knows title:, opening:", "\"lang:zh\""),
        (
            "halt Or suspend",
            "'Or' in mixed case is searched as a word (write OR",
            "\"halt Or suspend\"",
        ),
        (
            "halt and suspend",
            "'and' in lower case is searched as a word (write AND",
            "\"halt and suspend\"",
        ),
        ("halt | suspend", "'|' is no operator here (write OR", "halt OR suspend"),
        ("Procter & Gamble", "'&' is no operator here (write AND", "\"Procter & Gamble\""),
        ("halt -suspend", "'-suspend' is no operator here (write NOT", "halt NOT suspend"),
        (
            "halt W/5 suspend",
            "W/5 is searched as a word (write NEAR/5, or \"halt W/5 suspend\"",
            "halt NEAR/5 suspend",
        ),
        (
            "\"trading halt AND suspend\"",
            "AND is searched as a word, for it stands inside quotes (write \"trading halt\" AND \"suspend\", or",
            "\"trading halt\" AND \"suspend\"",
        ),
        (
            "halt AND suspend OR ban",
            "AND binds closer than OR, and no brackets say what was meant (it is read as (halt AND suspend) OR ban:",
            "(halt AND suspend) OR ban",
        ),
        ("AT&T", "", "AT&T"),
        ("公告：停牌", "", "公告：停牌"),
    ] {
        check(&problems(vec![], vec![search("One", query)], vec![]), expected, query);
        assert_eq!(problems(vec![], vec![search("One", written)], vec![]), "", "{written}");
    }
}

/// Guards are words: an operator in one is looked for as a word, and the guard never applies.
#[test]
fn operators_in_guards_are_told() {
    let told = |guards: Guards| {
        let mut entry = company("Norvik Holdings Plc", &["Norvik"]);
        entry.aliases[0].guards = guards;
        problems(vec![entry], vec![], vec![])
    };
    let with = |words: &[&str]| Guards { only_with: all(words), ..Guards::default() };
    check(
        &told(with(&["phone OR tablet"])),
        "only_with \"phone OR tablet\": OR is no operator here (write each in quotes of its own: \"phone\", \"tablet\")",
        "OR",
    );
    check(&told(with(&["phone", "tablet"])), "", "two words");
    let not = |words: &[&str]| Guards { not_with: all(words), ..Guards::default() };
    check(
        &told(not(&["a NEAR/3 b"])),
        "not_with \"a NEAR/3 b\": NEAR/3 is no operator here",
        "NEAR",
    );
    check(&told(not(&["tab*"])), "not_with \"tab*\": tab* is no operator here", "*");
    check(&told(not(&["phone, tablet"])), "not_with \"phone, tablet\" is one phrase", ",");
    let never = Guards { never_in_item: all(&["x AND y"]), ..Guards::default() };
    check(&told(never), "never_in_item \"x AND y\": AND is no operator here", "never_in_item");
}

/// Guards are found with their inflections, as terms are.
#[test]
fn guards_that_always_apply_by_inflection_are_told() {
    let told = |terms: &[&str], guards: Guards| {
        problems(vec![], vec![TopicEntry { guards, ..topic("One", terms) }], vec![])
    };
    let not = |word: &str| Guards { not_with: all(&[word]), ..Guards::default() };
    check(
        &told(&["trading halt"], not("halts")),
        "\"halts\" is part of every guarded term",
        "halts",
    );
    check(&told(&["trading halts"], not("halt")), "\"halt\" is part of every guarded term", "halt");
    check(&told(&["trading halt"], not("halts of trade")), "", "longer");
    check(&told(&["trading halt"], not("Halts")), "", "with a capital it is not inflected");
    let weak = |weak: bool| Guards { weak: Some(at(weak)), ..Guards::default() };
    check(&told(&["halt"], weak(true)), "weak does nothing on a topic", "weak");
    check(&told(&["halt"], weak(false)), "weak does nothing on a topic", "weak");
}

/// A term is one phrase, and what it cannot hold is told.
#[test]
fn slips_in_terms_are_told() {
    for (term, expected) in [
        (
            "delist, halt",
            "\"delist, halt\" is one phrase (write each in quotes of its own: \"delist\", \"halt\"",
        ),
        ("delist; halt", "\"delist; halt\" is one phrase"),
        ("退市、停牌", "is one phrase"),
        ("delist or halt", "\"delist or halt\" is one phrase"),
        ("title:delist", "\"title:delist\": title: is understood in searches only"),
        ("10%", "\"10%\": % is not read, so \"10\" is looked for"),
        ("C++", "\"C++\": ++ is not read, so \"C\" is looked for"),
        ("#1", "\"#1\": # is not read, so \"1\" is looked for"),
        ("€5bn", "\"€5bn\": € is not read"),
        ("rip and replace", ""),
        ("10% tariff", ""),
        ("de-list", ""),
        ("24/7", ""),
        ("AT&T", ""),
        ("$800 threshold", ""),
    ] {
        check(&problems(vec![], vec![topic("One", &[term])], vec![]), expected, term);
    }
    for term in ["Competition, Markets and Consumers Act", "dead or alive"] {
        let exact = TopicEntry { exact: all(&[term]), ..topic("One", &[]) };
        check(&problems(vec![], vec![exact], vec![]), "", term);
    }
}

/// What a search reads as part of its words, or not at all.
#[test]
fn signs_that_a_search_does_not_read_are_told() {
    for (query, expected, written) in [
        ("\"trading halt*\"", "* is not read inside quotes (write trading halt*", "trading halt*"),
        (
            "h?lt",
            "'h?lt': ? is not read, and what stands beside it are words (write the words themselves",
            "(halt OR hilt)",
        ),
        ("halt~3", "'halt~3': what stands behind ~ is searched as a word (write halt:", "halt"),
        (
            "halt, stop",
            "'halt, stop' is one phrase, for a search has no commas (write halt OR stop, or",
            "halt OR stop",
        ),
        (
            "halt; stop the trade",
            "(write halt OR stop the trade, or \"halt; stop the trade\" for the phrase)",
            "halt OR \"stop the trade\"",
        ),
        ("10%", "% is not read, so \"10\" is looked for", "10"),
        ("10% NEAR/4 stake", "", "10 NEAR/4 stake"),
        ("10% tariff", "", "10% tariff"),
        ("\"halt, stop\"", "", "halt"),
        ("what next?", "", "halt"),
    ] {
        check(&problems(vec![], vec![search("One", query)], vec![]), expected, query);
        assert_eq!(problems(vec![], vec![search("One", written)], vec![]), "", "{written}");
    }
}

/// The remedy of a lower-case operator is the operator.
#[test]
fn lower_case_operators_in_a_rule_are_told_as_such() {
    let halts = || vec![topic("Halt", &["halt"])];
    let mut acme = company("Acme Plc", &[]);
    acme.groups = all(&["china-tech"]);
    for (when, expected) in [
        ("group:china-tech or topic:halt", "(write OR: operators stand in capitals)"),
        ("company:* and topic:*", "(write AND: operators stand in capitals)"),
        ("official And company:*", "(write AND: operators stand in capitals)"),
        ("topic:halt not company:acme", "(write NOT: operators stand in capitals)"),
        ("topic:halt near/5 company:acme", "(write NEAR/5: operators stand in capitals)"),
        ("company:acme und topic:halt", "(write AND: operators are English, in capitals)"),
        ("company:acme && topic:halt", "(write AND)"),
        ("(topic:halt or official) AND company:acme", "(write OR: operators stand in capitals)"),
        ("steel and company:acme", "(write AND: operators stand in capitals)"),
        (
            "group:China and Taiwan AND topic:halt",
            "(write AND: operators stand in capitals; or, for a value of several words, group:\"China and Taiwan\")",
        ),
    ] {
        let told =
            problems(vec![acme.clone()], halts(), vec![rule("R", when, Some(Severity::High))]);
        check(&told, expected, when);
    }
}
