//! How names and terms are written in texts: each row is one way, with what is to be found.

use watchlistd::detect::{Origin, judge};
use watchlistd::model::watchlist::{CaseRule, Guards};

use super::{all, at, company, compile, item, problems, rule, search, shown, topic};

#[test]
fn names_are_found_as_people_write_them() {
    let mut alibaba = company("Alibaba Group Holding Limited", &["阿里巴巴"]);
    alibaba.tickers = all(&["NYSE:BABA", "9988.HK"]);
    let mut byd = company("BYD Company Limited", &["比亚迪"]);
    byd.tickers = all(&["1211.HK"]);
    let companies = vec![
        alibaba,
        byd,
        company("JD.com, Inc.", &["京东"]),
        company("BOE Technology Group Co., Ltd.", &["京东方"]),
        company("Nestlé S.A.", &[]),
        company("The Boeing Company", &[]),
        company("AT&T Inc.", &[]),
        company("Apple Inc.", &["アップル"]),
        company("Semiconductor Manufacturing International Corporation", &["SMIC"]),
        company("TikTok", &[]),
    ];
    let watchlist = compile(companies, vec![], vec![]);
    for (text, expected) in [
        ("Alibaba's cloud", "Alibaba"),
        ("ALIBABA GROUP HOLDING LTD. sued", "ALIBABA GROUP HOLDING"),
        ("ali\u{ad}baba and Ali\u{200b}baba", "ali\u{ad}baba | Ali\u{200b}baba"),
        ("Ａlibaba rises", "Ａlibaba"),
        ("Alibabas", ""),
        ("Boeing&#39;s jet; boeing", "Boeing | boeing"),
        ("Nestle, NESTLÉ and Nestlé’s", "Nestle | NESTLÉ | Nestlé"),
        ("AT&amp;T and AT&T", "AT&amp;T | AT&T"),
        ("jd.com beats", "jd.com"),
        ("Tik Tok, Tik-Tok and #TikTok", "Tik Tok | Tik-Tok | TikTok"),
        ("SMIC, not Smic", "SMIC"),
        ("阿里巴巴集团", "阿里巴巴"),
        ("捕捉阿里巴巴。", "阿里巴巴"),
        ("京东方与京东", "京东方 | 京东 | [京东: part of \"京东方\"]"),
        ("比亞迪", "比亞迪"),
        ("アップルパイ", ""),
        ("米アップル、発表", "アップル"),
        ("(NYSE: BABA) and $BABA and (BABA)", "NYSE: BABA | BABA | BABA"),
        ("baba, BABA", ""),
        ("09988.HK and HKEX:9988 and （NYSE：BABA）", "09988.HK | HKEX:9988 | NYSE：BABA"),
        ("99880.HK", ""),
        ("Apple Inc. and an apple", "Apple Inc | apple"),
        ("an Apple a day", "[Apple: weak name alone]"),
        ("an apple a day", ""),
    ] {
        assert_eq!(shown(&watchlist, &item(text, "", "en")), expected, "{text}");
    }
}

#[test]
fn a_name_is_divided_only_where_it_has_a_seam() {
    let companies = vec![
        company("Alibaba", &[]),
        company("WeChat", &[]),
        company("JPMorgan Chase", &[]),
        company("Coca-Cola Hellenic", &[]),
        company("Sea Port Lines", &[]),
        company("LINKEDOUT", &[]),
    ];
    let watchlist = compile(companies, vec![topic("Delisting", &["delist"])], vec![]);
    for (text, expected) in [
        // written as one word, and two words of everyday life
        ("Ali Baba and the forty thieves", ""),
        ("Ali-Baba, Ali-\u{ad}baba", "Ali-Baba | Ali-\u{ad}baba"),
        ("LINKED OUT, linked out", ""),
        // a capital inside is a seam; small letters are everyday words
        ("We Chat, We-Chat, wechat", "We Chat | We-Chat | wechat"),
        ("We chat and we chat", ""),
        (
            "JP Morgan Chase, JPMorganChase, jp-morgan chase",
            "JP Morgan Chase | JPMorganChase | jp-morgan chase",
        ),
        ("J PMorgan Chase", ""),
        // written with a space or hyphen: hyphen = space = nothing
        ("Coca Cola Hellenic, CocaColaHellenic", "Coca Cola Hellenic | CocaColaHellenic"),
        (
            "sea port lines, SeaPortLines, seaport lines",
            "sea port lines | SeaPortLines | seaport lines",
        ),
        ("Sea Po Rt Lines", ""),
        // terms are divided anywhere
        ("de list, de-list", "de list | de-list"),
    ] {
        assert_eq!(shown(&watchlist, &item(text, "", "en")), expected, "{text}");
    }
}

#[test]
fn names_keep_their_endings_in_other_languages() {
    let mut exact = company("Shell Plc", &["Shell"]);
    exact.aliases[0].guards = Guards { case: Some(at(CaseRule::Exact)), ..Guards::default() };
    let mut tickers = company("Norvik", &[]);
    tickers.tickers = all(&["NYSE:NRVK"]);
    let companies = vec![
        company("Huawei", &["华为", "ファーウェイ", "화웨이"]),
        company("Semiconductor Manufacturing International Corporation", &["SMIC"]),
        company("BYD Auto", &["BYD"]),
        exact,
        tickers,
    ];
    let watchlist = compile(companies, vec![], vec![]);
    for (lang, text, expected) in [
        // German: name + s, with a capital, from four letters
        ("de", "Huaweis Töchter und SMICs Werke", "Huaweis | SMICs"),
        ("de", "Shells Ölfelder", "Shells"),
        ("de", "huaweis, BYDs, Smics, SMICS", ""),
        ("de", "$NRVKs", ""),
        ("en", "Huaweis and SMICs", ""),
        // apostrophes and colons end a word in every language
        ("fr", "l'avenir d'Huawei, d’Huawei", "Huawei | Huawei"),
        ("tr", "Huawei'nin, Huawei’ye", "Huawei | Huawei"),
        ("sv", "Huawei:s och SMIC:s", "Huawei | SMIC"),
        ("en", "Huawei-made, Huawei-owned", "Huawei | Huawei"),
        // particles need no space
        ("ja", "ファーウェイは華為と", "ファーウェイ | 華為"),
        ("ko", "화웨이가 화웨이는", "화웨이 | 화웨이"),
    ] {
        assert_eq!(shown(&watchlist, &item(text, "", lang)), expected, "{text}");
    }
}

#[test]
fn a_symbol_of_another_exchange_is_another_company() {
    let mut byd = company("BYD Company Limited", &[]);
    byd.tickers = all(&["1211.HK"]);
    let watchlist = compile(vec![byd], vec![], vec![]);
    let boyd = item("Boyd Gaming (NYSE: BYD) beats", "BYD shares rose 3%.", "en");
    assert_eq!(
        shown(&watchlist, &boyd),
        "[BYD: NYSE: BYD is another company's ticker] | [BYD: NYSE: BYD is another company's ticker]"
    );
    let own = item("BYD (1211.HK) beats", "", "en");
    assert_eq!(shown(&watchlist, &own), "BYD | 1211.HK");
}

#[test]
fn terms_are_inflected_and_joined() {
    let topics = vec![
        topic("Delisting", &["delist", "cancellation of listing"]),
        topic("Controls", &["export control", "anti-dumping"]),
        topic("List", &["Entity List", "PLA", "EAR"]),
        topic("Strafe", &["Sanktion", "sanción", "sanction"]),
        topic("反垄断", &["反垄断"]),
    ];
    let watchlist = compile(vec![], topics, vec![]);
    for (lang, text, expected) in [
        (
            "en",
            "delists, delisted, delisting, de-list, de-listed",
            "delists | delisted | delisting | de-list | de-listed",
        ),
        ("en", "cancellations of listings", "cancellations of listings"),
        ("en", "Export controls, export-control", "Export controls | export-control"),
        (
            "en",
            "antidumping, anti dumping, anti‑dumping",
            "antidumping | anti dumping | anti‑dumping",
        ),
        ("en", "entity list, Entity Lists", "entity list"),
        ("en", "PLA, pla, P.L.A.", "PLA | P.L.A."),
        ("en", "EAR INFECTION TREATMENT IMPROVED AGAIN", ""),
        ("en", "export. Control", ""),
        ("en", "export, control", ""),
        ("de", "Sanktionen", "Sanktionen"),
        ("es", "Las sanciones", "sanciones"),
        ("zh-Hant", "反壟斷調查", "反壟斷"),
    ] {
        assert_eq!(shown(&watchlist, &item(text, "", lang)), expected, "{text}");
    }
}

#[test]
fn searches_mean_what_they_say() {
    for (query, text, expected) in [
        ("trading NEAR/3 (halt OR suspend)", "Trading was suspended", "Trading was suspended"),
        ("trading NEAR/1 halt", "halt of all the trading", ""),
        ("trading NEAR/5 halt", "We like trading. Halt!", ""),
        ("PLA NOT filament", "PLA drills", "PLA"),
        ("PLA NOT filament", "PLA drills with filaments", ""),
        ("black* AND chip", "blacklisted chips", "blacklisted"),
        ("\"chip ban\"", "chip bans, chip ban", "chip ban"),
        ("chip ban", "chip bans", "chip bans"),
        ("title:chip", "chip", "chip"),
        ("罚款 NEAR/6 银行", "银行被处罚款", "银行被处罚款"),
        ("US-Handels*", "das US-Handelsministerium", "US-Handelsministerium"),
    ] {
        let watchlist = compile(vec![], vec![search("One", query)], vec![]);
        assert_eq!(shown(&watchlist, &item(text, "", "en")), expected, "{query} on {text}");
    }
}

#[test]
fn guards_hold_back_and_say_so() {
    let mut target = company("Target Corporation", &["Target"]);
    target.aliases[0].guards = Guards {
        case: Some(at(CaseRule::Exact)),
        only_with: all(&["retailer"]),
        not_with: all(&["price target"]),
        ..Guards::default()
    };
    let mut gap = company("The Gap, Inc.", &["Gap"]);
    gap.tickers = all(&["NYSE:GAP"]);
    let mut games = topic("Delisting", &["delist"]);
    games.guards.never_in_item = all(&["Steam"]);
    let watchlist = compile(vec![target, gap], vec![games], vec![]);
    for (text, expected) in [
        ("Retailer Target grows", "Target"),
        ("Retailers on target", "[target: case = \"exact\"]"),
        ("Target grows", "[Target: only_with retailer]"),
        ("Retailer raises its Price Target", "[Target: not_with \"price target\"]"),
        ("The Gap widens", "[Gap: weak name alone]"),
        ("Gap Inc. and the Gap", "Gap Inc | Gap"),
        ("The Gap (NYSE: GAP) widens", "Gap | NYSE: GAP"),
        ("Game delisted from Steam", "[delisted: never_in_item \"Steam\"]"),
    ] {
        assert_eq!(shown(&watchlist, &item(text, "", "en")), expected, "{text}");
    }
}

#[test]
fn problems_stand_at_their_place() {
    let mut twice = company("Acme Plc", &[]);
    twice.id = Some(at("acme".to_owned()));
    let mut child = company("Acme Labs", &[]);
    child.part_of = Some(at("acne".to_owned()));
    let mut ticker = company("Zorgon", &[]);
    ticker.tickers = all(&["ZRG", "NYSEE:ZRG"]);
    ticker.groups = all(&["tech"]);
    let companies = vec![
        company("Acme Ltd", &[]),
        twice,
        child,
        company("Target", &[]),
        ticker,
        company("Initech", &["JD", "阿里"]),
    ];
    let topics = vec![
        search("Halt", "trading NEAR halt"),
        search("Slip", "halt or suspend"),
        search("None", "NOT halt"),
        topic("Empty", &[]),
    ];
    let rules = vec![
        rule("Wrong group", "group:teck AND topic:slip", Some(watchlistd::model::Severity::High)),
        rule("Idle", "company:*", None),
    ];
    insta::assert_snapshot!(problems(companies, topics, rules));
}

/// Warnings and errors of one company with this alias and these guards.
fn guard_problems(name: &str, guards: Guards) -> String {
    let mut entry = company("Norvik Holdings Plc", &[name]);
    entry.aliases[0].guards = guards;
    problems(vec![entry], vec![], vec![])
}

#[test]
fn guards_that_never_or_always_apply_are_told() {
    let words = |only_with: &[&str], not_with: &[&str], never: &[&str]| Guards {
        only_with: all(only_with),
        not_with: all(not_with),
        never_in_item: all(never),
        ..Guards::default()
    };
    for (guards, expected) in [
        (words(&["shipping"], &["price target"], &[]), ""),
        (words(&["Norvik"], &[], &[]), "only_with \"Norvik\" is the guarded term itself"),
        (words(&[], &["norvik"], &[]), "\"norvik\" is part of every guarded term"),
        (
            words(&["Steam", "Steam deck"], &[], &["Steam"]),
            "\"Steam\" forbids what only_with asks for",
        ),
        (words(&[], &["Steam deck"], &["Steam"]), "\"Steam deck\" can never apply"),
        (
            Guards { case: Some(at(CaseRule::Any)), ..Guards::default() },
            "case = \"any\" changes nothing",
        ),
        (Guards { case: Some(at(CaseRule::Exact)), ..Guards::default() }, ""),
    ] {
        let told = guard_problems("Norvik", guards);
        let told: String =
            told.lines().filter(|line| !line.contains("silences whole items")).collect();
        assert!(told.contains(expected) && told.is_empty() == expected.is_empty(), "{told}");
    }
    let exact = Guards { case: Some(at(CaseRule::Exact)), ..Guards::default() };
    assert!(guard_problems("诺维克集", exact).contains("its names have no capitals"));
    assert_eq!(
        guard_problems("NRVK", Guards { case: Some(at(CaseRule::Any)), ..Guards::default() }),
        ""
    );
}

#[test]
fn guards_of_searches_are_judged_where_that_can_be_decided() {
    for (query, key, word, expected) in [
        ("trading NEAR/5 halt", "not_with", "trading", "is part of every guarded term"),
        ("trading NEAR/5 (halt OR stop)", "not_with", "halt", ""),
        ("chip AND ban", "not_with", "chip", ""),
        ("chip AND ban", "never_in_item", "chip", "is part of every guarded term"),
        ("chip AND ban", "only_with", "ban", "stands beside the match in any case"),
        ("chip AND (ban OR curb)", "only_with", "ban", ""),
        ("chip*", "not_with", "chip", ""),
    ] {
        let mut entry = search("One", query);
        let guards = &mut entry.guards;
        match key {
            "not_with" => guards.not_with = all(&[word]),
            "only_with" => guards.only_with = all(&[word]),
            _ => guards.never_in_item = all(&[word]),
        }
        let told = problems(vec![], vec![entry], vec![]);
        let told: String =
            told.lines().filter(|line| !line.contains("silences whole items")).collect();
        let right = told.contains(expected) && told.is_empty() == expected.is_empty();
        assert!(right, "{query} {key} {word}: {told}");
    }
}

#[test]
fn case_any_frees_terms_in_capitals() {
    let mut any = topic("Army", &["PLA", "PLA navy"]);
    any.guards.case = Some(at(CaseRule::Any));
    let watchlist = compile(vec![], vec![any], vec![]);
    assert_eq!(shown(&watchlist, &item("PLA, pla and Pla", "", "en")), "PLA | pla | Pla");
}

#[test]
fn rules_that_can_never_fire_are_told() {
    let mut norvik = company("Norvik", &[]);
    norvik.groups = all(&["shipping"]);
    let mut hidden = topic("Hidden", &["hide"]);
    hidden.hidden = true;
    for (when, never) in [
        ("company:norvik AND topic:ban", None),
        ("company:norvik NOT company:*", Some("asks for something and for its absence")),
        ("company:norvik NOT group:shipping", Some("its absence")),
        ("group:shipping NOT company:norvik", None),
        ("group:shipping NOT group:*", Some("its absence")),
        ("topic:ban NOT topic:*", Some("its absence")),
        ("topic:hidden NOT topic:*", None),
        ("topic:empty AND company:*", Some("the topic Empty has no words")),
        ("topic:empty OR company:*", None),
        ("source:a AND source:b", Some("no item is both of a and of b")),
        ("source:a OR source:b", None),
        ("fine AND (official NOT official)", Some("its absence")),
        ("official AND fine NOT title:fine", None),
        ("title:fine NOT fine", Some("its absence")),
        ("fine NOT source:*", Some("every item has a source")),
        ("(fine NOT fine) OR (ban NOT ban)", Some("its absence")),
        ("(fine NOT fine) OR ban", None),
        ("fine NOT (ban OR fine)", Some("its absence")),
        ("fine NOT (ban AND fine)", None),
    ] {
        let topics = vec![topic("Ban", &["ban"]), hidden.clone(), topic("Empty", &[])];
        let rules = vec![rule("One", when, Some(watchlistd::model::Severity::High))];
        let told = problems(vec![norvik.clone()], topics, rules);
        let told = told.lines().find(|line| line.contains("can never fire"));
        match never {
            None => assert_eq!(told, None, "{when}"),
            Some(why) => assert!(told.is_some_and(|told| told.contains(why)), "{when}: {told:?}"),
        }
    }
}

#[test]
fn unknown_sources_of_rules_are_told_where_sources_are_known() {
    let rules = vec![rule("One", "source:harbor AND ban", Some(watchlistd::model::Severity::High))];
    let watchlist = compile(vec![], vec![], rules);
    assert!(watchlist.unknown_sources(&["harbor"]).is_empty());
    let told: Vec<String> = watchlist
        .unknown_sources(&["gazette", "harbour"])
        .iter()
        .map(ToString::to_string)
        .collect();
    insta::assert_snapshot!(told.join("\n"), @"w.toml:1:2: warning: rule 'One': there is no source 'harbor', so this never holds (did you mean 'harbour'?)");
}

#[test]
fn groups_and_parents_that_cannot_be_meant_are_told() {
    let grouped = |name: &str, group: &str| {
        let mut entry = company(name, &[]);
        entry.groups = all(&[group]);
        entry
    };
    for (groups, slip) in [
        (["china-tech", "china-tech", "china-tec"], Some("'china-tec' looks like 'china-tech'")),
        (["china-tech", "China_Tech", "china-tech"], Some("'China_Tech' looks like 'china-tech'")),
        (["us-tech", "uk-tech", "eu-tech"], None),
        (["banks", "bonds", "boats"], None),
        (["shipping", "shiping", "ports"], Some("'shipping' looks like 'shiping'")),
        (["iran", "iran", "iraq"], None),
        (["中国", "中国", "韩国"], None),
        (["fund 2024", "fund 2024", "fund 2025"], None),
        (["tier1", "tier1", "tier2"], None),
        (["banks", "banks", "tanks"], None),
        (["banks", "tanks", "oil"], None),
    ] {
        let companies =
            groups.iter().zip(["One", "Zwei", "Trois"]).map(|(group, n)| grouped(n, group));
        let told = problems(companies.collect(), vec![], vec![]);
        let told = told.lines().find(|line| line.contains("looks like"));
        assert_eq!(told.is_some(), slip.is_some(), "{groups:?}: {told:?}");
        assert!(told.is_none_or(|told| told.contains(slip.unwrap_or_default())), "{told:?}");
    }
    let part = |name: &str, of: &str| {
        let mut entry = company(name, &[]);
        entry.part_of = Some(at(of.to_owned()));
        entry
    };
    let ring = vec![part("Alfa Co", "bravo"), part("Bravo Co", "carol"), part("Carol Co", "alfa")];
    let told = problems(ring, vec![], vec![]);
    assert!(told.contains("'alfa' is part of itself: alfa → bravo → carol → alfa"), "{told}");
    assert_eq!(told.lines().count(), 1, "{told}");
    let line: Vec<_> =
        (0..40).map(|n| part(&format!("Line{n} Works"), &format!("line{}-works", n + 1))).collect();
    assert!(problems(line, vec![], vec![]).contains("part of more than 32 others"));
}

#[test]
fn a_term_with_a_capital_wants_its_plural() {
    for (terms, told) in [
        (&["Pentagon blacklist"][..], true),
        (&["Pentagon blacklist", "Pentagon blacklists"], false),
        (&["Entity List"], false),
        (&["trade blacklist"], false),
        (&["PLA-linked"], false),
        (&["Xinjiang cotton"], false),
    ] {
        let problems = problems(vec![], vec![topic("One", terms)], vec![]);
        assert_eq!(problems.contains("its plural is not found"), told, "{terms:?}: {problems}");
    }
    let mut exact = topic("One", &[]);
    exact.exact = all(&["Pentagon blacklist"]);
    assert_eq!(problems(vec![], vec![exact], vec![]), "");
}

#[test]
fn a_part_of_a_number_is_no_number() {
    let topics = vec![topic("Rule", &["rule 301", "10 percent", "10,000 euros"])];
    let watchlist = compile(vec![company("Alibaba", &[])], topics, vec![]);
    for (title, there) in [
        ("Alibaba and rule 301", true),
        ("Alibaba and rule 301, 302", true),
        ("Alibaba and rule 301.5", true),
        ("Alibaba and rule 301,500 times", false),
        ("Alibaba and rule 301.500", false),
        ("Alibaba and rule 301,500th", false),
        ("Alibaba: 10 percent", true),
        ("Alibaba: 3,10 percent", true),
        ("Alibaba pays 10,000 euros", true),
        ("Alibaba pays 10,000,000 euros", false),
        ("Alibaba pays 210,000 euros", false),
    ] {
        let judgement = judge(&watchlist, &item(title, "", "en"), Origin::default());
        assert_eq!(judgement.alert, there, "{title}");
    }
}

#[test]
fn letters_that_english_has_not_are_not_inflected_as_english() {
    let topics = vec![topic("Release", &["libère"]), topic("Delisting", &["delist"])];
    let watchlist = compile(vec![company("Alibaba", &[])], topics, vec![]);
    for (title, lang, there) in [
        ("People's Liberation Army and Alibaba", "en", false),
        ("Alibaba libere", "en", true),
        ("Pékin libère Alibaba", "fr", true),
        ("Pékin libérera Alibaba", "fr", true),
        ("Alibaba delisted", "en", true),
    ] {
        let judgement = judge(&watchlist, &item(title, "", lang), Origin::default());
        assert_eq!(judgement.alert, there, "{title}");
    }
}
