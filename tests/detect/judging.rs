//! From hits to alerts: the defaults, round-ups, acts, rules, holds, edits.

use watchlistd::detect::{Origin, Watchlist, adds, explain, judge};
use watchlistd::model::watchlist::{TopicEntry, WithoutCompany};
use watchlistd::model::{HeldBack, Judgement, Severity, Timestamp};

use super::{all, at, company, compile, item, judged, rule, search, topic};

fn sanctions(without_company: WithoutCompany) -> TopicEntry {
    TopicEntry { without_company, severity: Severity::High, ..topic("Sanctions", &["sanction"]) }
}

fn ordinary() -> Watchlist {
    let topics = vec![sanctions(WithoutCompany::Action), topic("Delisting", &["delist"])];
    compile(vec![company("Alibaba", &[]), company("SMIC", &[])], topics, vec![])
}

#[test]
fn defaults_link_company_and_topic() {
    let watchlist = ordinary();
    for (title, severity) in [
        ("Alibaba opens a campus", Some(Severity::Low)),
        ("Exchange delists Alibaba", Some(Severity::Medium)),
        ("Ministry sanctions SMIC, delists Alibaba", Some(Severity::High)),
        ("Game delisted", Some(Severity::Low)),
        ("EU sanctions adopted", Some(Severity::High)),
        ("Minister mulls sanctions", Some(Severity::Low)),
        ("Nothing here", None),
        ("Asia roundup: Alibaba opens campus; game delisted", Some(Severity::Low)),
        ("Asia roundup: Alibaba delisted; game opens", Some(Severity::Medium)),
        ("Asia roundup: Alibaba opens campus, game is delisted, rain falls", Some(Severity::Low)),
        ("Asia roundup: Alibaba is delisted, game opens, rain falls", Some(Severity::Medium)),
        // What semicolons list need not belong together, nor the clauses between slashes and bullets.
        ("Alibaba opens a campus; game delisted; rain falls", Some(Severity::Low)),
        ("Alibaba opens a campus / Game is delisted / Rain falls", Some(Severity::Low)),
        ("◆Alibaba opens a campus ◆Game is delisted ◆Rain falls", Some(Severity::Low)),
        ("◆Alibaba is delisted ◆Game opens here ◆Rain falls", Some(Severity::Medium)),
        ("Alibaba / Nasdaq / Game: delisted by order", Some(Severity::Medium)),
        ("Alibaba opens a campus before it is delisted | Markets", Some(Severity::Medium)),
        // Behind a label one comma may part two matters, if the second has a subject and refers to nothing.
        ("Asia roundup: Alibaba opens campus, game is delisted", Some(Severity::Low)),
        ("Asia roundup: Alibaba falls, after it is delisted", Some(Severity::Medium)),
        ("Asia roundup: Alibaba falls, delisted in New York", Some(Severity::Medium)),
        ("Asia roundup: Alibaba, which is delisted", Some(Severity::Medium)),
        ("Alibaba opens campus, game is delisted", Some(Severity::Medium)),
        ("Asia roundup: Alibaba falls, exchange is delisting it", Some(Severity::Medium)),
        ("Asia roundup: Alibaba sinks, exchange has it delisted", Some(Severity::Medium)),
        // Some words announce only where they end the label with which a title begins.
        ("Brussels playbook: Alibaba opens campus; game delisted", Some(Severity::Low)),
        ("The playbook of Alibaba; game delisted", Some(Severity::Medium)),
        ("Alibaba leaves the playbook: game delisted", Some(Severity::Medium)),
        ("経済ファイル　Alibaba opens campus▽game is delisted", Some(Severity::Low)),
        ("東京ダイジェスト：Alibaba opens campus／game is delisted", Some(Severity::Low)),
        ("Alibaba opens campus　game is delisted", Some(Severity::Medium)),
    ] {
        let judgement = judged(&watchlist, title);
        assert_eq!(judgement.severity, severity, "{title}");
        assert_eq!(judgement.alert, severity > Some(Severity::Low), "{title}");
    }
}

#[test]
fn of_a_flood_of_hits_the_first_of_each_company_and_topic_are_kept() {
    let watchlist = ordinary();
    let flood = format!("{}and SMIC is delisted", "Alibaba ".repeat(5000));
    let judgement = judge(&watchlist, &item("News", &flood, "en"), Origin::default());
    let of = |id: &str| judgement.hits.iter().filter(|hit| &*hit.entity == id).count();
    assert_eq!((of("alibaba"), of("smic"), of("delisting")), (100, 1, 1));
    assert!(judgement.hits.is_sorted_by_key(|hit| hit.start));
    assert!(judgement.alert);
}

#[test]
fn several_sentences_under_a_title_that_names_nothing_need_not_belong_together() {
    let watchlist = ordinary();
    let apart = "Alibaba opens a campus. A game is delisted. Rain falls.";
    for (title, text, alert) in [
        ("A morning in Asia", apart, false),
        ("A morning in Asia", "Alibaba is delisted. A game opens. Rain falls.", true),
        // Two sentences are enough under what may be no more than a rubric.
        ("A morning in Asia", "Alibaba opens a campus. A game is delisted.", false),
        (
            "A long morning in the cities of Asia",
            "Alibaba opens a campus. A game is delisted.",
            true,
        ),
        ("Alibaba in the news", apart, true),
        ("Who is delisted", apart, true),
    ] {
        let judgement = judge(&watchlist, &item(title, text, "en"), Origin::default());
        assert_eq!(judgement.alert, alert, "{title}: {text}");
    }
}

#[test]
fn a_round_up_of_one_company_is_of_one_matter() {
    let watchlist = ordinary();
    for (title, text, alert) in [
        ("Alibaba: the week at a glance", "It opens a campus. Its shares are delisted.", true),
        ("Alibaba: the week at a glance", "SMIC opens a campus. Some shares are delisted.", false),
        ("The week at a glance", "Alibaba opens a campus. A game is delisted.", false),
        ("Alibaba opens a campus; SMIC hires; the week at a glance", "A game is delisted.", false),
    ] {
        let judgement = judge(&watchlist, &item(title, text, "en"), Origin::default());
        assert_eq!(judgement.alert, alert, "{title}: {text}");
    }
}

#[test]
fn an_authoritys_notice_is_of_one_matter() {
    let watchlist = ordinary();
    let text = "Some shares are delisted. Alibaba has ten days. Rain falls.";
    let told = |official: bool, title: &str| {
        let origin = Origin { source: "eu", official, seen: None };
        judge(&watchlist, &item(title, text, "en"), origin).alert
    };
    assert_eq!((told(false, "A morning in Asia"), told(true, "A morning in Asia")), (false, true));
    assert!(!told(true, "Weekly digest"), "what says that it is a digest is one");
}

#[test]
fn a_text_of_one_matter_may_name_whom_it_means_in_its_last_sentence() {
    let watchlist = ordinary();
    let release = "The exchange has completed its review. The developer of sensors did not file in time. It was \
        given two extensions. Its shares are delisted as of Monday. The company is Alibaba. It may appeal.";
    let notice = "AGENCY: The exchange.\nACTION: Final rule.\nSUMMARY: The shares are delisted.\nDATES: Monday.\n\
        FOR FURTHER INFORMATION: Alibaba is listed in the annex.";
    let fields =
        "Case: 12.\nRespondent: Alibaba.\nDecision: Its shares are delisted.\nDate: Monday.";
    let letter = "Stores. Alibaba opens a campus.\nGames. A classic is delisted, and it will be missed.\n\
        Weather. It rains.";
    let labels = "Stores: Alibaba opens its campus.\nGames: A classic is delisted; it will be missed.\n\
        Weather: It rains.";
    let plain =
        "Alibaba opens its campus.\nA classic is delisted; it will be missed.\nThen it rains.";
    for (title, text, alert) in [
        ("Notice regarding shares", release, true),
        ("Notice of rule", notice, true),
        ("Notice of decision", fields, true),
        (
            "Number 15882R",
            "Maker: Alibaba. Model: one. Defect: too wide. Measure: it is delisted.",
            true,
        ),
        // A newsletter's paragraphs have labels.
        ("From the desk", letter, false),
        ("From the desk", labels, false),
        ("From the desk", plain, true),
        // In a paragraph of a round-up things belong together.
        ("Weekly digest", plain, false),
        ("Weekly digest", &plain.replace("A classic", "Then it"), false),
        (
            "Weekly digest",
            "It rains.\nAlibaba opens a campus. Then it is delisted.\nIt pours.",
            true,
        ),
    ] {
        let judgement = judge(&watchlist, &item(title, text, "en"), Origin::default());
        assert_eq!(judgement.alert, alert, "{title}: {text}");
    }
}

#[test]
fn labels_in_capitals_tell_a_letter_of_several_whatever_its_title_names() {
    let companies = vec![company("Alibaba", &[]), company("SMIC", &[]), company("Norvik", &[])];
    let watchlist = compile(companies, vec![topic("Delisting", &["delist"])], vec![]);
    let title = "Alibaba opens its campus";
    let letter =
        "Good morning.\nASIA. SMIC is open.\nGAMES. The game is delisted.\nIN COURT. Norvik sat.";
    for (text, alert) in [
        (letter, false),
        (&letter.replace(". ", ": "), false),
        (&letter.replace("The game", "SMIC"), true),
        // Nobody else is named, or in one paragraph only: one story, from several places.
        (&letter.replace("Norvik", "The judge"), true),
        (&letter.replace("SMIC is", "It is").replace("Norvik", "The judge"), true),
        (&letter.replace("SMIC", "SMIC with Norvik").replace("Norvik sat", "It sat"), true),
        // Not most of the paragraphs.
        (&format!("{letter}\nOne.\nTwo.\nThree."), true),
        // Headings on lines of their own, or of one story.
        (&letter.replace(". ", "\n"), true),
        (&letter.replace("ASIA", "WHY IT MATTERS").replace("GAMES", "CONTEXT"), true),
        // Who speaks in turn, and the fields of a record.
        ("SMIC: It is open.\nNORVIK: I see.\nSMIC: It is delisted.\nNORVIK: So.", true),
        ("Q: Is SMIC open?\nA: It is delisted.\nQ: And Norvik?\nA: So.", true),
        ("COURT: Norvik.\nDEFENDANT: SMIC.\nRULING: It is delisted.", true),
        // No label but the words of a shout.
        (
            "SMIC IS OPEN FOR ALL OF US. It sat.\nIT IS DELISTED NOW AND FOR EVER. So.\nBUY. Norvik.",
            true,
        ),
    ] {
        let judgement = judge(&watchlist, &item(title, text, "en"), Origin::default());
        assert_eq!(judgement.alert, alert, "{text}");
    }
}

#[test]
fn official_sources_are_believed() {
    for (without, official, alert) in [
        (WithoutCompany::Never, true, false),
        (WithoutCompany::Official, false, false),
        (WithoutCompany::Official, true, true),
        (WithoutCompany::Action, false, false),
        (WithoutCompany::Action, true, true),
        (WithoutCompany::Always, false, true),
    ] {
        let watchlist = compile(vec![], vec![sanctions(without)], vec![]);
        let text = item("Notice on sanctions", "", "en");
        let judgement = judge(&watchlist, &text, Origin { source: "eu", official, seen: None });
        assert_eq!(judgement.alert, alert, "{without:?} {official}");
    }
}

#[test]
fn behind_who_acts_and_before_an_object_a_noun_of_an_act_is_a_verb() {
    let watchlist = compile(vec![], vec![sanctions(WithoutCompany::Action)], vec![]);
    for (title, alert) in [
        ("OFAC sanctions 20 tankers", true),
        ("Treasury sanctions Chinese refinery over Iran oil", true),
        ("The State Department sanctions a shipper", true),
        ("Canada sanctions Russian oil firm", true),
        ("Treasury sanctions bite", false),
        ("Treasury sanctions on tankers", false),
        ("The Treasury sanctions office: a guide", false),
        ("Life under Treasury sanctions", false),
        ("Norvik sanctions two banks", false),
    ] {
        let judgement = judge(&watchlist, &item(title, "", "en"), Origin::default());
        assert_eq!(judgement.alert, alert, "{title}");
    }
}

#[test]
fn what_is_muted_is_held_back_through_its_last_day() {
    let day = chrono::NaiveDate::from_ymd_opt(2026, 12, 31);
    let mut one = company("Alibaba", &["Taobao"]);
    one.tickers = all(&["NYSE:BABA"]);
    one.aliases[0].guards.muted_until = day.map(at);
    let mut whole = company("SMIC", &[]);
    whole.tickers = all(&["HKEX:0981"]);
    whole.guards.muted_until = day.map(at);
    let watchlist = compile(vec![one, whole], vec![sanctions(WithoutCompany::Never)], vec![]);
    for (title, seen, alert) in [
        ("Sanctions on Taobao", Some("2026-12-31T23:59:59Z"), false),
        ("Sanctions on Taobao", Some("2027-01-01T00:00:00Z"), true),
        ("Sanctions on Taobao", None, true),
        ("Sanctions on Taobao and Alibaba", Some("2026-12-31T12:00:00Z"), true),
        ("Sanctions on Taobao (NYSE: BABA)", Some("2026-12-31T12:00:00Z"), true),
        ("Sanctions on SMIC (0981.HK)", Some("2026-12-31T12:00:00Z"), false),
        ("Sanctions on SMIC (0981.HK)", Some("2027-01-01T12:00:00Z"), true),
    ] {
        let seen = seen.and_then(Timestamp::parse);
        let origin = Origin { source: "wire", official: false, seen };
        let judgement = judge(&watchlist, &item(title, "", "en"), origin);
        assert_eq!(judgement.alert, alert, "{title} {seen:?}");
        let muted = |held: &HeldBack| held.guard.to_string() == "muted until 2026-12-31";
        assert!(alert || judgement.held_back.iter().any(muted), "{title}");
    }
}

#[test]
fn rules_raise_add_and_hold() {
    let mut china = company("Alibaba", &[]);
    china.groups = all(&["china-tech"]);
    let mut part = company("Lazada", &[]);
    part.part_of = Some(at("alibaba".to_owned()));
    let mut acts = search("An authority acts", "(Commerce OR Treasury) NEAR/12 (ban OR fine)");
    acts.hidden = true;
    let mut readers = rule("Mei reads it", "company:alibaba AND topic:delisting", None);
    readers.readers = all(&["Mei"]);
    let mut hold = rule("Games", "topic:delisting AND title:game", None);
    hold.hold = Some(at("games are no business of ours".to_owned()));
    let rules = vec![
        rule("Catch-all", "company:* AND topic:an-authority-acts", Some(Severity::Medium)),
        rule("China", "group:china-tech AND topic:delisting", Some(Severity::High)),
        readers,
        hold,
        rule("Wire", "source:wire AND NOT official AND smuggle", Some(Severity::High)),
    ];
    let watchlist = compile(vec![china, part], vec![topic("Delisting", &["delist"]), acts], rules);
    let shown = |judgement: &Judgement| {
        let reasons = judgement.reasons.iter().map(|reason| {
            format!(
                "{} {} {:?}: {}",
                reason.severity.as_str(),
                reason.rule.as_deref().unwrap_or("default"),
                reason.readers,
                reason.words
            )
        });
        let topics: Vec<&str> = judgement.topics.iter().map(|topic| &*topic.id).collect();
        format!("{} {topics:?} {}", judgement.alert, reasons.collect::<Vec<_>>().join("; "))
    };
    insta::assert_snapshot!(shown(&judged(&watchlist, "Treasury fines Alibaba")), @r#"true [] medium Catch-all []: Alibaba ("Alibaba", title) with An authority acts ("Treasury fines", title)"#);
    insta::assert_snapshot!(shown(&judged(&watchlist, "Lazada to delist")), @r#"true ["delisting"] high China []: Lazada ("Lazada", title) with Delisting ("delist", title); medium Mei reads it ["Mei"]: Lazada ("Lazada", title) with Delisting ("delist", title)"#);
    insta::assert_snapshot!(shown(&judged(&watchlist, "Smugglers smuggle")), @"true [] high Wire []: its words are there");
    let held = judged(&watchlist, "Alibaba delists a game");
    assert!(!held.alert);
    assert_eq!((held.severity, held.would_be), (Some(Severity::Low), Some(Severity::High)));
    assert_eq!(
        held.held_back.last().unwrap().guard.to_string(),
        "hold: games are no business of ours, by the rule \"Games\""
    );
    let parents: Vec<String> =
        judged(&watchlist, "Lazada grows").companies.iter().map(|one| one.id.to_string()).collect();
    assert_eq!(parents, ["alibaba", "lazada"]);
}

#[test]
fn reasons_quote_what_a_search_found() {
    let watchlist = compile(
        vec![company("Alibaba", &[])],
        vec![search("Fine", "fine NEAR/12 Treasury"), search("Port", "port AND (ban OR bar)")],
        vec![],
    );
    for (title, expected) in [
        ("Treasury fines Alibaba", "with Fine (\"Treasury fines\", title)"),
        (
            "Treasury says that it will in the course of May fine Alibaba",
            "with Fine (\"Treasury says that it … course of May fine\", title)",
        ),
        ("Port bars Alibaba", "with Port (\"Port\", title)"),
    ] {
        let words = &judged(&watchlist, title).reasons[0].words;
        assert!(words.ends_with(expected), "{words}");
    }
}

#[test]
fn without_defaults_only_rules_alert() {
    let rules = vec![rule("Any", "company:* AND topic:delisting", Some(Severity::High))];
    let topics = vec![topic("Delisting", &["delist"]), sanctions(WithoutCompany::Always)];
    let watchlist = compile(vec![company("Alibaba", &[])], topics, rules).with_defaults(false);
    assert!(!judged(&watchlist, "Sanctions on Alibaba").alert);
    assert!(judged(&watchlist, "Alibaba delisted").alert);
}

#[test]
fn an_edit_tells_what_it_adds() {
    let watchlist = ordinary();
    let of = |title: &str| judged(&watchlist, title);
    for (before, after, added) in [
        ("Alibaba delisted", "Alibaba delisted today", None),
        ("Alibaba delisted", "SMIC and Alibaba delisted", Some("now names SMIC")),
        ("Alibaba grows", "Alibaba delisted", Some("now about Delisting; no alert → medium")),
        ("Alibaba delisted", "Alibaba grows", None),
        (
            "Alibaba delisted",
            "Alibaba delisted, sanctions",
            Some("now about Sanctions; medium → high"),
        ),
    ] {
        assert_eq!(adds(&of(before), &of(after)).as_deref(), added, "{before} → {after}");
    }
}

#[test]
fn an_explanation_says_why_and_why_not() {
    let mut gap = company("The Gap, Inc.", &["Gap"]);
    gap.groups = all(&["retail"]);
    let topics = vec![sanctions(WithoutCompany::Action), search("Halt", "trading NEAR/1 halt")];
    let rules = vec![rule("Retail", "group:retail AND topic:sanctions", Some(Severity::High))];
    let watchlist = compile(vec![gap], topics, rules);
    let text = item("Gap in sanctions", "Trading of many shares will halt.", "en");
    let told = explain(&watchlist, &text, Origin::default());
    assert_eq!(told.judgement, judge(&watchlist, &text, Origin::default()));
    let decisions = told.decisions.iter().map(|one| {
        format!(
            "{} {}: {}",
            one.rule.as_deref().unwrap_or("default"),
            if one.fired { "yes" } else { "no" },
            one.words
        )
    });
    let near = told.near.iter().map(|one| format!("near {}: {}", one.named.name, one.words));
    insta::assert_snapshot!(decisions.chain(near).collect::<Vec<_>>().join("\n"), @r#"
    default no: Sanctions: the words report no act, and the source is not official
    Retail no: missing: a company of the group retail
    near Gap: "Gap" is there, but alone it may mean anything: it counts beside "Gap, Inc." or "The Gap, Inc."
    near Sanctions: its words are there, but no company of the watchlist
    near Halt: both sides are there, but not within 1 word of each other in a sentence: trading NEAR/1 halt
    "#);
}

#[test]
fn a_mail_does_not_say_the_same_twice() {
    let mut alibaba = company("Alibaba", &[]);
    alibaba.groups = all(&["china"]);
    let mut acts = topic("An authority acts", &["fine"]);
    acts.hidden = true;
    let mut mei = rule("Mei", "company:* AND topic:delisting", None);
    mei.readers = all(&["Mei"]);
    let rules = vec![
        rule("Catch-all", "company:* AND topic:an-authority-acts", Some(Severity::Medium)),
        rule("Any", "company:*", Some(Severity::Medium)),
        rule("China", "group:china AND topic:sanctions", Some(Severity::High)),
        mei,
    ];
    let companies = vec![alibaba, company("SMIC", &[])];
    let topics = vec![topic("Delisting", &["delist"]), topic("Sanctions", &["sanction"]), acts];
    let watchlist = compile(companies, topics, rules);
    for (title, expected) in [
        // a default and two rules that add nothing: one line
        (
            "Alibaba fined and delisted",
            "medium default [Mei]: …; also rules “Catch-all”, “Any” | medium Mei",
        ),
        // a rule that raises: the default under it adds nothing
        ("Sanctions on Alibaba", "high China: …; also rule “Any”"),
        // another company is news
        ("SMIC fined", "medium Catch-all: …; also rule “Any”"),
    ] {
        let told: Vec<String> = judged(&watchlist, title)
            .reasons
            .iter()
            .map(|one| {
                let also = one.words.find("; also").map_or("", |at| &one.words[at..]);
                let rule = one.rule.as_deref().unwrap_or("default");
                format!("{} {rule}: …{also}", one.severity.as_str())
            })
            .collect();
        let expected = expected.replace(" [Mei]", "").replace("| medium Mei", "| medium Mei: …");
        assert_eq!(told.join(" | "), expected, "{title}");
    }
}

#[test]
fn near_misses_say_what_was_missing() {
    let mut gap = company("The Gap, Inc.", &["Gap"]);
    gap.tickers = all(&["NYSE:GAP"]);
    let mut target = company("Target Corporation", &["Target"]);
    target.aliases[0].guards.only_with = all(&["retailer", "TGT"]);
    let mut games = topic("Delisting", &["delist"]);
    games.guards.not_with = all(&["from Steam"]);
    let companies = vec![gap, target, company("Alibaba", &[])];
    let topics = vec![games, sanctions(WithoutCompany::Never)];
    let watchlist = compile(companies, topics, vec![]);
    let near = |title: &str| {
        let told = explain(&watchlist, &item(title, "", "en"), Origin::default()).near;
        told.iter()
            .map(|one| format!("{}: {}", one.named.name, one.words))
            .collect::<Vec<_>>()
            .join(" | ")
    };
    for (title, expected) in [
        (
            "The Gap widens",
            "Gap: \"Gap\" is there, but alone it may mean anything: it counts beside \"Gap, Inc.\" or \"NYSE:GAP\" or \"The Gap, Inc.\"",
        ),
        (
            "Target missed",
            "Target: \"Target\" is there, but none of its words is beside it: retailer, TGT",
        ),
        (
            "Game delisted from Steam",
            "Delisting: \"delisted\" is there, but \"from Steam\" stands in its sentence",
        ),
        ("Issuer delisted", "Delisting: its words are there, but no company of the watchlist"),
        ("Alibaba opens campus", "Alibaba: named, but no topic is there: a mention"),
        (
            "Asia roundup: Alibaba opens campus; issuer delisted",
            "Delisting: its words are there, but Alibaba in another piece of an item that tells of several matters",
        ),
        ("Alibaba delisted", ""),
    ] {
        assert_eq!(near(title), expected, "{title}");
    }
}
