//! How much must be found of a topic: everyday words need a setting, and what a wide search puts
//! together gives way to a matter that the item names.

use watchlistd::model::watchlist::TopicEntry;

use super::{all, company, compile, item, placed, problems, search, shown, topic};

fn monopoly() -> TopicEntry {
    TopicEntry { everyday: vec![placed("monopoly NOT dice")], ..topic("Antitrust", &["antitrust"]) }
}

fn setting() -> TopicEntry {
    TopicEntry { setting: true, ..topic("World", &["regulator", "court"]) }
}

#[test]
fn everyday_words_count_in_the_watched_world_only() {
    let watchlist = compile(vec![company("Norvik", &[])], vec![monopoly(), setting()], Vec::new());
    let why = "an everyday word, and nothing else in the item speaks of an authority, a market or a company";
    for (title, summary, expected) in [
        ("Zoo's monopoly on pandas ends", "", format!("[monopoly: {why}]")),
        ("Zoo's monopoly on pandas ends", "A court says so.", "monopoly".to_owned()),
        ("Norvik's monopoly ends", "", "Norvik | monopoly".to_owned()),
        ("Antitrust: a monopoly ends", "", "Antitrust | monopoly".to_owned()),
        ("Monopoly with dice, said a court", "", String::new()),
    ] {
        let found = shown(&watchlist, &item(title, summary, "en"));
        assert_eq!(found, expected, "{title}");
    }
}

#[test]
fn what_a_wide_search_puts_together_gives_way_to_what_is_named() {
    let akin = |ids: &[&str]| TopicEntry {
        akin: Some(all(ids)),
        ..search("Privacy", "(samples OR faces) AND probe")
    };
    let dumping = || topic("Dumping", &["dumping"]);
    let text = item("Dumping probe samples Norvik", "", "en");
    let held = "said in passing, or in words that stand apart, of an item that names Dumping";
    for (privacy, title, expected) in [
        (akin(&[]), "Dumping probe samples two makers", format!("Dumping | [samples: {held}]")),
        (akin(&["dumping"]), "Dumping probe samples two makers", "Dumping | samples".to_owned()),
        (akin(&[]), "Probe: samples of faces were kept", "samples | faces".to_owned()),
        // The topics of a round-up need not belong together.
        (akin(&[]), "Dumping ends; probe of faces; rain", "Dumping | faces".to_owned()),
        (
            TopicEntry { akin: None, ..akin(&[]) },
            "Dumping probe samples two makers",
            "Dumping | samples".to_owned(),
        ),
    ] {
        let watchlist = compile(Vec::new(), vec![privacy, dumping()], Vec::new());
        assert_eq!(shown(&watchlist, &item(title, "", "en")), expected, "{title}");
    }
    // A headline that names a watched company and an act says nothing in passing.
    let watched = vec![company("Norvik", &[])];
    let watchlist = compile(watched, vec![akin(&[]), dumping()], Vec::new());
    assert_eq!(shown(&watchlist, &text), "Dumping | samples | Norvik");
    // In a letter of several matters the same counts within each.
    let letter = "PARIS. A probe asks who kept samples.\nROME. Dumping ends.\nOSLO. It rains.";
    let mixed = letter.replace("A probe", "Beside dumping, a probe");
    let watchlist = compile(Vec::new(), vec![akin(&[]), dumping()], Vec::new());
    for (letter, expected) in [
        (letter, "samples | Dumping".to_owned()),
        (&mixed, format!("dumping | Dumping | [samples: {held}]")),
    ] {
        assert_eq!(shown(&watchlist, &item("Norvik", letter, "en")), expected, "{letter}");
    }
    // Words that stand together say what they are.
    let near = TopicEntry { akin: Some(Vec::new()), ..search("Privacy", "samples NEAR/3 probe") };
    let watchlist = compile(Vec::new(), vec![near, dumping()], Vec::new());
    assert_eq!(shown(&watchlist, &text), "Dumping | probe samples");
}

#[test]
fn what_every_filing_says_is_evidence_of_nothing() {
    let watchlist = compile(
        vec![company("Norvik", &[])],
        vec![topic("Curbs", &["tariff", "export rule"])],
        Vec::new(),
    );
    let why = "said in a statement of risks or a disclaimer, as every filing makes them";
    let risks =
        "Forward-looking statements are subject to risks and uncertainties, such as tariffs.";
    let results = "Norvik reports results";
    for (title, summary, expected) in [
        (results, risks.to_owned(), format!("Norvik | [tariffs: {why}]")),
        (
            results,
            format!("It fell under the export rules. {risks}"),
            format!("Norvik | export rules | [tariffs: {why}]"),
        ),
        (
            results,
            format!("{risks} It pays tariffs."),
            format!("Norvik | tariffs | [tariffs: {why}]"),
        ),
        (results, "It is subject to tariffs.".to_owned(), "Norvik | tariffs".to_owned()),
        // A headline is none, nor is what reports an act.
        ("Norvik fined over risk factors on tariffs", String::new(), "Norvik | tariffs".to_owned()),
        (
            results,
            "A court fined it, for its risk factors left out tariffs.".to_owned(),
            "Norvik | tariffs".to_owned(),
        ),
    ] {
        let found = shown(&watchlist, &item(title, &summary, "en"));
        assert_eq!(found, expected, "{summary}");
    }
}

#[test]
fn links_to_other_articles_are_held_back_unless_they_name_both() {
    let watchlist = compile(
        vec![company("Norvik", &["诺维克"])],
        vec![topic("Delisting", &["delist", "退市"])],
        Vec::new(),
    );
    let why = "said in a link to another article";
    let title = "Norvik opens its campus";
    let link = format!("Norvik | [delisted: {why}]");
    for (summary, expected) in [
        ("It is large.\nAlso read: A game is delisted", link.clone()),
        ("It is large.\nAlso read: A game is delisted\nAlso read: Rain falls", link.clone()),
        ("It is large.\nLesen Sie auch: A game is delisted", link),
        ("园区很大。\n延伸阅读：某游戏退市", format!("Norvik | [退市: {why}]")),
        // What names both is news, and what refers back, and what stands anywhere else.
        ("It is large.\nAlso read: Norvik is delisted", "Norvik | Norvik | delisted".to_owned()),
        ("It is large.\nRead more: Its shares are delisted", "Norvik | delisted".to_owned()),
        ("It is large.\nAlso read: Rain falls\nA game is delisted", "Norvik | delisted".to_owned()),
        // The whole text is a link to the article itself; in a sentence the words are prose.
        ("Read more: A game is delisted", "Norvik | delisted".to_owned()),
        ("It is large. Also read: A game is delisted", "Norvik | delisted".to_owned()),
        ("It is large.\nSee also the annex: a game is delisted", "Norvik | delisted".to_owned()),
        ("园区很大。\n相关报道称，该公司退市", "Norvik | 退市".to_owned()),
    ] {
        let found = shown(&watchlist, &item(title, summary, "en"));
        assert_eq!(found, expected, "{summary}");
    }
    // Where the text is of the matter, a link names somebody else.
    let found =
        shown(&watchlist, &item("Games are delisted", "So.\nAlso read: Norvik opens", "en"));
    assert_eq!(found, format!("delisted | [Norvik: {why}]"));
}

#[test]
fn kin_must_exist() {
    let lonely = TopicEntry { akin: Some(all(&["sancs"])), ..topic("Shadow", &["tanker"]) };
    let told = problems(Vec::new(), vec![lonely, topic("Sanc", &["sanction"])], Vec::new());
    assert!(told.contains("there is no topic 'sancs' to be akin to"), "{told}");
    assert!(told.contains("sanc"), "{told}");
}

/// A number's abbreviation ends no sentence, wherever words must share one.
#[test]
fn numbers_of_things_stand_in_their_sentence() {
    let watchlist = compile(vec![], vec![search("Halt", "trading NEAR/8 halt")], Vec::new());
    for (text, found) in [
        ("Trading under Order No. 5 will halt", true),
        ("Handel mit Nr. 7: trading halt", true),
        ("Trading under Art. 5 will halt", true),
        ("Trading under Sec. 12 will halt", true),
        ("Trading under § 5 will halt", true),
        ("Trading n° 5 will halt", true),
        ("Trading núm. 5 will halt", true),
        ("Is it trading? No. Halts follow", false),
        ("They love trading art. Halts follow", false),
    ] {
        assert_eq!(!shown(&watchlist, &item(text, "", "en")).is_empty(), found, "{text}");
    }
}
