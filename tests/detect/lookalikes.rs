//! What only looks like a name, a legal form, a ticker or a term of the watchlist.

use watchlistd::model::watchlist::{CaseRule, CompanyEntry, Guards, TopicEntry};

use super::{all, at, company, compile, item, judged, problems, shown, topic};

fn found(entry: CompanyEntry, text: &str) -> String {
    shown(&compile(vec![entry], vec![], vec![]), &item(text, "", "en"))
}

/// What of an entry and a topic of these words counts in a title.
fn alerts(entry: &CompanyEntry, terms: &[&str], title: &str) -> bool {
    judged(&compile(vec![entry.clone()], vec![topic("Fine", terms)], vec![]), title).alert
}

#[test]
fn a_name_is_not_found_through_commas_colons_and_brackets() {
    let mobile = || company("China Mobile Limited", &["中国移动"]);
    for (name, text, expected) in [
        (mobile(), "In China, mobile phone makers face new US export controls", ""),
        (mobile(), "美国将在中国，移动芯片企业列入实体清单", ""),
        (mobile(), "在中国（移动）芯片", ""),
        (mobile(), "EU to fine China: Mobile networks next", ""),
        (mobile(), "China (mobile) fined", ""),
        (
            mobile(),
            "China Mobile fined; 中国移动 被罚；中国 移动",
            "China Mobile | 中国移动 | 中国 移动",
        ),
        (mobile(), "China Mobile, Limited fined", "China Mobile, Limited"),
        (mobile(), "China-Mobile \u{201c}China Mobile\u{201d}", "China-Mobile | China Mobile"),
        (company("Deutsche Bank AG", &[]), "Deutsche, Bank of Japan fined", ""),
        (
            company("Deutsche Bank AG", &[]),
            "Deutsche Bank, AG; Deutsche Bank (AG)",
            "Deutsche Bank, AG | Deutsche Bank (AG",
        ),
        (company("Alphabet Inc", &[]), "Alphabet, Inc. fined", "Alphabet, Inc"),
        (company("Norvik Labs", &[]), "Norvik® Labs", "Norvik® Labs"),
        (company("China Holdings Ltd", &[]), "In China, Holdings of debt", ""),
        (
            company("University of California, Berkeley", &[]),
            "At the University of California, Berkeley",
            "University of California, Berkeley",
        ),
        (
            company("University of California, Berkeley", &[]),
            "At the University, of California Berkeley",
            "",
        ),
        (company("Huawei Beijing Labs", &[]), "Huawei (Beijing) Labs", "Huawei (Beijing) Labs"),
        (company("中国移动（香港）有限公司", &[]), "中国移动（香港）公告", "中国移动（香港"),
    ] {
        let told = name.name.value.clone();
        assert_eq!(found(name, text), expected, "{told} in {text}");
    }
}

#[test]
fn words_in_title_case_are_no_legal_forms() {
    for (name, text, expected) in [
        (
            "Visa Inc.",
            "US Uses Student Visa As Weapon In New Sanctions On Iran",
            "[Visa: weak name alone]",
        ),
        ("Visa Inc.", "Treasury Sanctions Visa Group Linked To Russia", "[Visa: weak name alone]"),
        (
            "Shell plc",
            "Treasury imposes sanctions on a Shell Company in Cyprus",
            "[Shell: weak name alone]",
        ),
        ("The Gap, Inc.", "Sanctions Leave Gap As Banks Exit Russia", "[Gap: weak name alone]"),
        ("Target Corporation", "No Target Co-Operation Yet", "[Target: weak name alone]"),
        ("Target Corporation", "Target Group Fled", "[Target: weak name alone]"),
        ("Target Corporation", "Target Co. Fled; Target", "Target"),
        ("Target Group Ltd", "Target Group Fled", "Target Group"),
        ("The Gap Company Ltd", "Gap Co. Fled", "Gap"),
        ("Gap AS", "Gap AS fined", "Gap AS"),
    ] {
        let said = found(company(name, &[]), text);
        let first =
            said.starts_with(expected) || expected.split(" | ").all(|one| said.contains(one));
        assert!(first, "{name} in {text}: {said}");
        assert_eq!(said.contains("weak"), expected.contains("weak"), "{name} in {text}: {said}");
    }
}

#[test]
fn a_place_that_is_left_of_a_name_stands_alone_by_no_guard() {
    let guards = |not_with: &str| Guards { not_with: all(&[not_with]), ..Guards::default() };
    let china = CompanyEntry {
        guards: guards("China Holdings Acquisition"),
        ..company("China Holdings Ltd", &[])
    };
    let india = CompanyEntry {
        guards: Guards { case: Some(at(CaseRule::Exact)), ..Guards::default() },
        ..company("India Holdings Ltd", &[])
    };
    let mut singapore = company("Norvik Plc", &["Singapore Holdings"]);
    singapore.aliases[0].guards = guards("airlines");
    for (entry, title) in [
        (&china, "China fines Apple"),
        (&india, "India fines banks"),
        (&singapore, "Singapore fines banks"),
    ] {
        assert!(!alerts(entry, &["fine"], title), "{title}");
    }
    assert!(alerts(&china, &["fine"], "China Holdings fined"));
    let meant = CompanyEntry {
        guards: Guards { weak: Some(at(false)), ..guards("China Holdings Acquisition") },
        ..china
    };
    assert!(alerts(&meant, &["fine"], "China fined"));
    let shell = CompanyEntry { guards: guards("shell company"), ..company("Shell plc", &[]) };
    let told = problems(vec![shell.clone()], vec![], vec![]);
    assert!(told.contains("'Shell' is an everyday word, and is found in any case"), "{told}");
    let cased = CompanyEntry {
        guards: Guards { case: Some(at(CaseRule::Exact)), ..shell.guards.clone() },
        ..shell
    };
    assert_eq!(problems(vec![cased], vec![], vec![]), "");
}

#[test]
fn a_remark_in_brackets_is_no_name() {
    for remark in [
        "ADR",
        "Suspended",
        "Delisted",
        "Sanctioned",
        "HKEX",
        "SOE",
        "REIT",
        "NYSE: BABA",
        "Acquired",
    ] {
        let name = format!("Norvik Group Ltd ({remark})");
        assert_eq!(found(company(&name, &[]), &format!("Baidu {remark} fined")), "", "{remark}");
        let told = problems(vec![company(&name, &[])], vec![], vec![]);
        assert!(told.contains("in brackets is not taken for a name"), "{remark}: {told}");
    }
    let cnpc = "China National Petroleum Corporation (CNPC)";
    let told = problems(vec![company(cnpc, &[])], vec![], vec![]);
    assert!(told.contains("'CNPC' in brackets is taken for another name"), "{told}");
    assert_eq!(problems(vec![company(cnpc, &["CNPC"])], vec![], vec![]), "");
}

#[test]
fn a_name_is_read_without_character_references() {
    for (name, text, expected) in [
        ("Moody&rsquo;s Corporation", "Moody's cut", "Moody"),
        ("Macy&apos;s Inc.", "Macy’s cut", "Macy"),
        ("Johnson &amp; Johnson", "Johnson & Johnson cut", "Johnson & Johnson"),
    ] {
        let watchlist = compile(vec![company(name, &[])], vec![], vec![]);
        assert_eq!(shown(&watchlist, &item(text, "", "en")), expected, "{name}");
        let shown = &watchlist.companies().next().expect("a company").named.name;
        assert!(!shown.contains(';'), "{shown}");
        let told = problems(vec![company(name, &[])], vec![], vec![]);
        assert!(!told.contains("names in one"), "{told}");
    }
}

#[test]
fn a_topics_case_is_that_of_each_word() {
    let cased = TopicEntry {
        guards: Guards { case: Some(at(CaseRule::Exact)), ..Guards::default() },
        exact: all(&["halt"]),
        ..topic("It", &["delist", "sanction"])
    };
    let watchlist = compile(vec![], vec![cased], vec![]);
    for (text, expected) in [
        ("Huawei delisted", "delisted"),
        ("Huawei de-listed", "de-listed"),
        ("Huawei Delisted", "[Delisted: case = \"exact\"]"),
        ("Huawei delist", "delist"),
        ("Huawei sanctions", "sanctions"),
        ("Huawei Halt", "[Halt: case = \"exact\"]"),
        ("HUAWEI IS DELISTED IN HONG KONG", "DELISTED"),
    ] {
        assert_eq!(shown(&watchlist, &item(text, "", "en")), expected, "{text}");
    }
}

#[test]
fn a_term_that_is_held_back_hides_no_shorter_one() {
    let secondary = TopicEntry {
        guards: Guards { not_with: all(&["threat"]), ..Guards::default() },
        ..topic("Secondary", &["secondary sanctions"])
    };
    let watchlist = compile(vec![], vec![topic("Sanctions", &["sanctions"]), secondary], vec![]);
    for (text, expected) in [
        (
            "US secondary sanctions on Huawei after threat",
            "sanctions | [secondary sanctions: not_with \"threat\"]",
        ),
        (
            "US secondary sanctions on Huawei",
            "secondary sanctions | [sanctions: part of \"secondary sanctions\"]",
        ),
    ] {
        assert_eq!(shown(&watchlist, &item(text, "", "en")), expected, "{text}");
    }
}

#[test]
fn everyday_names_do_not_stand_alone() {
    for (name, alias, text, expected) in [
        ("Fossil Group, Inc.", "", "fossil fuel firms fined", ""),
        ("Fossil Group, Inc.", "", "Fossil Group fined", "Fossil Group"),
        ("Ant Group", "", "An ant colony fined", ""),
        ("Ant Group", "", "Ant Group fined, Ant says", "Ant Group | Ant"),
        (
            "Gap Stores Inc.",
            "The Gap",
            "Closing the gap: banks fined",
            "[the gap: weak name alone]",
        ),
    ] {
        let aliases: Vec<&str> = [alias].into_iter().filter(|one| !one.is_empty()).collect();
        assert_eq!(found(company(name, &aliases), text), expected, "{name} in {text}");
    }
}

#[test]
fn a_hyphen_in_a_beginning_is_nothing() {
    for (query, text, expected) in [
        ("delist*", "de-listing looms", "de-listing"),
        ("anti-dump*", "antidumping duties, anti-dumping", "antidumping | anti-dumping"),
        ("black-list*", "blacklisted, black-listed", "blacklisted | black-listed"),
        ("trade ban*", "a trade ban-hammer", "trade ban"),
        ("de*", "de-listing", "de"),
    ] {
        let watchlist = compile(vec![], vec![super::search("It", query)], vec![]);
        assert_eq!(shown(&watchlist, &item(text, "", "en")), expected, "{query} in {text}");
    }
}

#[test]
fn a_final_sigma_is_a_sigma() {
    let name = || company("Μυτιληναίος", &[]);
    assert_eq!(found(name(), "ΜΥΤΙΛΗΝΑΙΟΣ Α.Ε."), "ΜΥΤΙΛΗΝΑΙΟΣ");
    assert_eq!(found(company("ΜΥΤΙΛΗΝΑΙΟΣ", &[]), "Η ΜΥΤΙΛΗΝΑΙΟΣ"), "ΜΥΤΙΛΗΝΑΙΟΣ");
    assert_eq!(found(name(), "η Μυτιληναίος"), "Μυτιληναίος");
}

#[test]
fn names_that_are_searches_are_told() {
    for (name, expected) in [
        ("Huawei OR HiSilicon", "OR is no operator in a name"),
        ("HiSil*", "* is not read in a name"),
        ("Meta / Facebook", "it looks like several names in one"),
        ("title:Kirin", "title: is understood in searches only"),
        ("Novo Nordisk A / S", ""),
        ("BED BATH OR BEYOND", ""),
    ] {
        let told = problems(vec![company("Norvik Plc", &[name])], vec![], vec![]);
        assert!(
            told.contains(expected) && told.is_empty() == expected.is_empty(),
            "{name}: {told}"
        );
    }
}

#[test]
fn a_number_of_thousands_of_digits_is_one_writing() {
    let mut norvik = company("Norvik Plc", &[]);
    norvik.tickers = all(&[&format!("HKEX:{}1", "0".repeat(4000))]);
    assert_eq!(found(norvik, "Norvik rises"), "Norvik");
    let mut hong_kong = company("Norvik Plc", &[]);
    hong_kong.tickers = all(&["HKEX:9988"]);
    assert_eq!(found(hong_kong, "09988.HK"), "09988.HK");
}
