//! What the compiler doubts in a watchlist: names, terms and searches that would find nearly everything, or
//! nothing. Each row is one slip, with the words of what is said; rows that are sound say nothing.

use watchlistd::model::watchlist::TopicEntry;

use super::{all, company, compile, item, problems, search, shown, topic};

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
    ] {
        let mut norvik = company("Norvik Holdings Plc", &[]);
        norvik.tickers = all(&[ticker]);
        check(&problems(vec![norvik], vec![], vec![]), expected, ticker);
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
