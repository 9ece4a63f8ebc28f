//! How names and terms are written in texts: each row is one way, with what is to be found.

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
        ("an Apple a day", ""),
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
