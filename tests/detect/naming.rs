//! How an entry's names are understood: what a legal form is, whose guards hold where two spellings meet, and what
//! "&" and a possessive ending mean in a name.

use watchlistd::detect::watchlist::id_of_company;
use watchlistd::model::watchlist::{CaseRule, CompanyEntry, Guards};

use super::{all, at, company, compile, item, problems, shown};

/// A company of which the last alias has guards.
fn guarded(name: &str, aliases: &[&str], guards: Guards) -> CompanyEntry {
    let mut entry = company(name, aliases);
    entry.aliases.last_mut().expect("an alias").guards = guards;
    entry
}

fn not_with(words: &[&str]) -> Guards {
    Guards { not_with: all(words), ..Guards::default() }
}

fn found(entry: CompanyEntry, text: &str) -> String {
    shown(&compile(vec![entry], vec![], vec![]), &item(text, "", "en"))
}

#[test]
fn guards_of_an_alias_hold_though_the_name_is_spelt_alike() {
    let smic = |name: &str, aliases: &[&str]| guarded(name, aliases, not_with(&["le SMIC"]));
    let france = "France: le SMIC augmente";
    let held = "[SMIC: not_with \"le SMIC\"]";
    for (entry, text, expected) in [
        (smic("SMIC", &["SMIC"]), france, held),
        (smic("SMIC Ltd", &["SMIC"]), france, held),
        (smic("SMIC", &["SMIC Ltd"]), france, "SMIC"),
        (smic("Smic", &["SMIC"]), france, held),
        (smic("SMIC", &["Smic"]), france, held),
        (smic("Norvik", &["SMIC", "SMIC"]), france, held),
        (smic("Smic", &["SMIC"]), "A Smic fab", "Smic"),
        (smic("SMIC", &["SMIC"]), "A SMIC fab", "SMIC"),
        (
            guarded("華為", &["华为"], not_with(&["才华为"])),
            "以才華為先",
            "[華為: not_with \"才华为\"]",
        ),
        (guarded("華為", &["华为"], not_with(&["才华为"])), "華為手机", "華為"),
        // Where a spelling is guarded as it is written, only that one is.
        (
            guarded(
                "Didi",
                &["DiDi"],
                Guards { case: Some(at(CaseRule::Exact)), ..not_with(&["Louzada"]) },
            ),
            "DiDi Louzada and Didi Senft. Didi.",
            "Didi | Didi | [DiDi: not_with \"Louzada\"]",
        ),
        (
            guarded("Norvik", &["NORVIK"], Guards { weak: Some(at(true)), ..Guards::default() }),
            "NORVIK falls",
            "[NORVIK: weak name alone]",
        ),
        (
            guarded(
                "Norvik",
                &["Norvik AI", "Norvik"],
                Guards { weak: Some(at(true)), ..Guards::default() },
            ),
            "Norvik falls",
            "[Norvik: weak name alone]",
        ),
        (
            guarded("Target", &["Target"], Guards { weak: Some(at(false)), ..Guards::default() }),
            "Target falls",
            "Target",
        ),
        // Of two spellings with guards the one that is written so judges.
        (
            CompanyEntry {
                aliases: [company("", &["Gap"]), company("", &["GAP"])]
                    .into_iter()
                    .zip([not_with(&["widens"]), not_with(&["analysis"])])
                    .map(|(mut one, guards)| {
                        one.aliases[0].guards = guards;
                        one.aliases.remove(0)
                    })
                    .collect(),
                ..company("Norvik Retail", &[])
            },
            "A GAP analysis. The Gap widens. Gap analysis. GAP widens",
            "Gap | GAP | [GAP: not_with \"analysis\"] | [Gap: not_with \"widens\"]",
        ),
    ] {
        let told = format!("{} with {:?}: {text}", entry.name.value, entry.aliases);
        assert_eq!(found(entry, text), expected, "{told}");
    }
}

#[test]
fn a_mute_of_an_alias_holds_though_the_name_is_spelt_alike() {
    use watchlistd::detect::{Origin, judge};
    let day = chrono::NaiveDate::from_ymd_opt(2026, 12, 31).unwrap();
    let mute = Guards { muted_until: Some(at(day)), ..Guards::default() };
    let watchlist = compile(vec![guarded("Norvik", &["Norvik"], mute)], vec![], vec![]);
    let seen = watchlistd::model::Timestamp::from_chrono(
        &chrono::NaiveDate::from_ymd_opt(2026, 11, 20)
            .unwrap()
            .and_hms_opt(8, 0, 0)
            .unwrap()
            .and_utc(),
    );
    let origin = Origin { source: "wire", official: false, seen: Some(seen) };
    let judgement = judge(&watchlist, &item("Norvik falls", "", "en"), origin);
    assert_eq!((judgement.hits.len(), judgement.held_back.len()), (0, 1));
}

#[test]
fn of_two_guards_of_one_spelling_it_is_said_which_hold() {
    let mut twice = guarded("Norvik Plc", &["SMIC", "SMIC"], not_with(&["le SMIC"]));
    twice.aliases[0].guards = not_with(&["un SMIC"]);
    let told = problems(vec![twice.clone()], vec![], vec![]);
    assert!(
        told.contains("'SMIC' is written twice with different guards: those of the first hold"),
        "{told}"
    );
    assert_eq!(
        found(twice, "le SMIC, SMIC. Un SMIC"),
        "SMIC | SMIC | [SMIC: not_with \"un SMIC\"]"
    );
    let same = guarded("SMIC", &["SMIC"], not_with(&["le SMIC"]));
    assert_eq!(problems(vec![same], vec![], vec![]), "");
}

#[test]
fn a_full_name_counts_though_its_short_form_is_guarded() {
    let guards = Guards {
        case: Some(at(CaseRule::Exact)),
        only_with: all(&["retailer"]),
        ..Guards::default()
    };
    for (text, expected) in [
        ("Target Corporation delisted", "Target Corporation"),
        ("Target Corp delisted", "Target Corp"),
        ("Target Corp. delisted", "Target Corp"),
        ("TARGET CORP delisted", "TARGET CORP"),
        ("Target delisted", "[Target: only_with retailer]"),
        ("Target Practice Ltd delisted", "[Target: only_with retailer]"),
    ] {
        let target = guarded("Target Corporation", &["Target"], guards.clone());
        assert_eq!(found(target, text), expected, "{text}");
    }
}

#[test]
fn a_legal_name_whose_core_is_a_word_is_held_back_and_told() {
    for (name, text, expected, why) in [
        (
            "Shell plc",
            "EU fines Shell over breach",
            "[Shell: weak name alone]",
            "'Shell' is an everyday word",
        ),
        ("Apple Inc.", "EU fines Apple", "[Apple: weak name alone]", "'Apple' is an everyday word"),
        ("Visa Inc.", "EU fines Visa", "[Visa: weak name alone]", "'Visa'"),
        ("The Gap, Inc.", "EU fines Gap", "[Gap: weak name alone]", "'Gap'"),
        ("3M Company", "EU fines 3M", "[3M: weak name alone]", "'3M' is one or two letters"),
        ("Block, Inc.", "EU fines Block", "[Block: weak name alone]", "'Block'"),
        ("Arm Holdings plc", "EU fines Arm", "[Arm: weak name alone]", "'Arm'"),
        ("Shell plc", "Treasury Sanctions Shell Companies", "[Shell: weak name alone]", "'Shell'"),
        // In small letters it is the word and not the name.
        ("Shell plc", "a shell of an egg", "", "'Shell'"),
        ("Shell plc", "Shell PLC, and Shell", "Shell PLC | Shell", "'Shell'"),
        ("Georgia Holdings Ltd", "Georgia votes", "", ""),
    ] {
        let told = problems(vec![company(name, &[])], vec![], vec![]);
        assert!(told.contains(why) && told.is_empty() == why.is_empty(), "{name}: {told}");
        if !why.is_empty() {
            assert!(told.contains("only_with = ["), "{name}: {told}");
        }
        assert_eq!(found(company(name, &[]), text), expected, "{name}: {text}");
    }
    let said = guarded("Shell plc", &["Shell"], not_with(&["shell company"]));
    assert_eq!(problems(vec![said], vec![], vec![]), "", "who guards the core has thought of it");
}

#[test]
fn legal_forms_of_many_countries_come_off() {
    for (name, text) in [
        ("Novo Nordisk A/S", "Novo Nordisk"),
        ("A.P. Møller - Mærsk A/S", "A.P. Moller-Maersk"),
        ("Bayer Aktiengesellschaft", "Bayer"),
        ("Allegro Sp. z o.o.", "Allegro"),
        ("Würth S.à r.l.", "Würth"),
        ("Nippon Steel Kabushiki Kaisha", "Nippon Steel"),
        ("株式会社東芝", "東芝"),
        ("株式会社東芝", "東芝株式会社"),
        ("東芝株式会社", "東芝"),
        ("三菱UFJ（株）", "三菱UFJ"),
        ("（株）日立製作所", "日立製作所"),
        ("주식회사 카카오뱅크", "카카오뱅크"),
        ("삼성SDI 주식회사", "삼성SDI"),
        ("(주)네이버웹툰", "네이버웹툰"),
        ("네이버㈜", "네이버"),
        ("LLC Norvik Trading", "Norvik Trading"),
        ("PT Astra International Tbk", "Astra International"),
        ("ООО «Яндекс»", "Яндекс"),
        ("Lukoil PAO", "Lukoil"),
        ("JSC Norvik", "Norvik"),
        ("Infosys Private Limited", "Infosys"),
        ("Zomato Pvt. Ltd.", "Zomato"),
        ("PTT Public Company Limited", "PTT"),
        ("Cemex S.A.B. de C.V.", "Cemex"),
        ("Grupo Bimbo, S.A.B. de C.V.", "Grupo Bimbo"),
        ("Norvik S. de R.L. de C.V.", "Norvik"),
        ("Miele & Cie. KG", "Miele"),
        ("Bosch GmbH & Co. KG", "Bosch"),
        ("Škoda Auto a.s.", "Škoda Auto"),
        ("Turkcell A.Ş.", "Turkcell"),
        ("Gorenje d.o.o.", "Gorenje"),
        ("Norvik s.r.o.", "Norvik"),
        ("Norvik Limited Liability Company", "Norvik"),
        ("Public Joint Stock Company Norvik", "Norvik"),
        ("有限会社すずき商店", "すずき商店"),
        ("华为技术有限公司", "华为技术"),
    ] {
        assert_eq!(found(company(name, &[]), text), text.trim_end_matches("株式会社"), "{name}");
        let told = problems(vec![company(name, &[])], vec![], vec![]);
        assert!(!told.contains("legal form"), "{name}: {told}");
    }
}

#[test]
fn what_stands_in_brackets_behind_a_name_is_a_name_or_told() {
    for (name, texts, told) in [
        (
            "China National Petroleum Corporation (CNPC)",
            &["CNPC", "China National Petroleum Corporation", "China National Petroleum"][..],
            "'CNPC' in brackets is taken for another name",
        ),
        (
            "Alphabet Inc. (Google)",
            &["Google", "Alphabet Inc", "Alphabet"],
            "'Google' in brackets is taken",
        ),
        (
            "Commercial Aircraft Corporation of China, Ltd. (COMAC)",
            &["COMAC", "Commercial Aircraft Corporation of China"],
            "'COMAC' in brackets is taken",
        ),
        ("Alibaba Group (阿里巴巴)", &["阿里巴巴", "Alibaba"], "'阿里巴巴' in brackets is taken"),
        (
            "Norvik Plc (formerly Zorvex)",
            &["Norvik"],
            "'formerly Zorvex' in brackets is not taken for a name",
        ),
        ("Norvik Plc (China)", &["Norvik"], "'China' in brackets is not taken for a name"),
        ("Norvik Plc (London)", &["Norvik"], "'London' in brackets is not taken for a name"),
        (
            "Norvik Plc (International)",
            &["Norvik"],
            "'International' in brackets is not taken for a name",
        ),
    ] {
        for text in texts {
            assert_eq!(found(company(name, &[]), text), *text, "{name}");
        }
        let said = problems(vec![company(name, &[])], vec![], vec![]);
        assert!(said.contains(told) && said.is_empty() == told.is_empty(), "{name}: {said}");
    }
    assert_eq!(found(company("Norvik Plc (London)", &[]), "London votes"), "");
}

#[test]
fn what_looks_like_a_legal_form_that_is_not_known_is_told() {
    for (name, expected) in [
        ("Norvik x.y.z.", "'x.y.z.' looks like a legal form"),
        ("Norvik Q/K", "'Q/K' looks like a legal form"),
        ("Norvik Private", "'Private' looks like a legal form"),
        ("Norvik Gesellschaft", "'Gesellschaft' looks like a legal form"),
        ("Norvik U.S.", ""),
        ("Warner Bros.", ""),
        ("JD.com", ""),
        ("S.F. Holding", ""),
        ("Norvik", ""),
    ] {
        let told = problems(vec![company(name, &[])], vec![], vec![]);
        assert!(told.contains(expected), "{name}: {told}");
        assert!(told.contains("looks like") != expected.is_empty(), "{name}: {told}");
    }
}

#[test]
fn an_ampersand_in_a_name_is_and_never_nothing() {
    for (name, text, expected) in [
        ("H&M", "H&M, H & M, H&amp;M and H and M", "H&M | H & M | H&amp;M | H and M"),
        ("H&M", "HM Treasury, H M, H-M", ""),
        ("C&A", "CA acts, C.A. and C A", ""),
        ("M&S", "MS, Ms and M+S", "M+S"),
        ("P&G", "PG", ""),
        ("1&1 AG", "a 1-1 draw, 11 men, 1 1", ""),
        ("1&1 AG", "1&1 grows", "1&1"),
        (
            "Procter & Gamble",
            "Procter and Gamble; Procter&Gamble",
            "Procter and Gamble | Procter&Gamble",
        ),
        ("Procter & Gamble", "Procter Gamble", ""),
        ("Procter & Gamble Co.", "Procter and Gamble Co", "Procter and Gamble Co"),
        ("Johnson & Johnson", "Johnson und Johnson", "Johnson und Johnson"),
        ("Johnson & Johnson", "Johnson Johnson", ""),
        ("Marks and Spencer", "Marks & Spencer", "Marks & Spencer"),
        ("Gruner + Jahr", "Gruner & Jahr, Gruner und Jahr", "Gruner & Jahr | Gruner und Jahr"),
        ("AT&T Inc.", "AT&T and ATT and at&t", "AT&T"),
        (
            "Disney+ Hotstar",
            "Disney+ Hotstar and Disney Hotstar",
            "Disney+ Hotstar | Disney Hotstar",
        ),
        ("Tiffany & Co.", "Tiffany, Tiffany and Co", "Tiffany | Tiffany and Co"),
    ] {
        assert_eq!(found(company(name, &[]), text), expected, "{name}: {text}");
    }
}

#[test]
fn a_name_with_a_possessive_ending_is_found_with_it_only() {
    for (name, text, expected) in [
        ("Moody's", "Moody's, Moody’s, Moodys, MOODY'S", "Moody | Moody | Moodys | MOODY"),
        ("Moody's Corp.", "Moody's cuts; a moody day; Moody", "Moody"),
        ("Kohl's", "Helmut Kohl, kohl", ""),
        ("Lloyd's", "Lloyd Austin", ""),
        ("Christie’s", "Chris Christie; Christie's", "Christie"),
        ("McDonald's Corporation", "John McDonald; McDonald's; McDonalds", "McDonald | McDonalds"),
        (
            "Victoria's Secret",
            "Victoria’s Secret, Victorias Secret, Victoria Secret",
            "Victoria’s Secret | Victorias Secret",
        ),
        ("Norvik", "Norvik's", "Norvik"),
    ] {
        assert_eq!(found(company(name, &[]), text), expected, "{name}: {text}");
    }
    let watchlist = compile(vec![company("Moody's Corp.", &[])], vec![], vec![]);
    let forms: Vec<String> =
        watchlist.forms("moody").unwrap().into_iter().map(|form| form.text).collect();
    assert_eq!(forms, ["Moody's Corp.", "Moody's"]);
    assert_eq!(id_of_company("Moody's Corp."), "moody", "history belongs to the id");
    let both = company("Kohl's", &["Kohl"]);
    assert_eq!(found(both, "Kohl and Kohl's"), "Kohl | Kohl");
}

#[test]
fn a_possessive_behind_a_given_name_is_a_persons() {
    let held = |person: &str| format!("a person is meant: {person}");
    let kohls = || company("Kohl's Corporation", &[]);
    for (text, expected) in [
        ("Helmut Kohl's widow sues a publisher", format!("[Kohl: {}]", held("Helmut Kohl"))),
        ("HELMUT KOHL'S WIDOW SUES", format!("[KOHL: {}]", held("Helmut Kohl"))),
        ("Chancellor Kohl's legacy", format!("[Kohl: {}]", held("Chancellor Kohl"))),
        ("Herbert H. Kohl's will", format!("[Kohl: {}]", held("Herbert H Kohl"))),
        (
            "Helmut Kohl's widow sues. Kohl's memoirs are at issue.",
            format!("[Kohl: {0}] | [Kohl: {0}]", held("Helmut Kohl")),
        ),
        // The company is named as well.
        (
            "Herb Kohl's family founded Kohl's Corp. and left Kohl's",
            format!("Kohl | Kohl | [Kohl: {}]", held("Herb Kohl")),
        ),
        (
            "Kohl's cuts jobs; Retailer Kohl's; On Tuesday Kohl's said; at Sephora Kohl's",
            "Kohl | Kohl | Kohl | Kohl".to_owned(),
        ),
        // Of a place, and of a word or a company that is a given name as well.
        (
            "A San Antonio Kohl's; the St. Louis Kohl's; Fort Wayne Kohl's",
            "Kohl | Kohl | Kohl".to_owned(),
        ),
        ("Antonio Kohl's", format!("[Kohl: {}]", held("Antonio Kohl"))),
        ("Since Jan Kohl's; Ross Kohl's", "Kohl | Kohl".to_owned()),
        ("Chris Christie sues; helmut Kohl's; Helmut, Kohl's", "Kohl | Kohl".to_owned()),
    ] {
        assert_eq!(found(kohls(), text), expected, "{text}");
    }
    let german =
        shown(&compile(vec![kohls()], vec![], vec![]), &item("Helmut Kohls Erbe", "", "de"));
    assert_eq!(german, format!("[Kohls: {}]", held("Helmut Kohls")));
}

#[test]
fn a_possessive_that_is_weak_counts_beside_the_full_name_only() {
    let mut kohls = company("Kohl's Corporation", &["Kohl's"]);
    kohls.aliases[0].guards.weak = Some(at(true));
    assert_eq!(found(kohls.clone(), "Kohl's legacy"), "[Kohl: weak name alone]");
    assert_eq!(found(kohls, "Kohl's Corporation, or Kohl's"), "Kohl's Corporation | Kohl");
}

#[test]
fn a_possessive_that_may_be_a_persons_is_told() {
    for (name, expected) in [
        ("Kohl's", "'Kohl's' may be a person's as well, and is held back behind a given name only"),
        ("Kohl's Corporation", "'Kohl's' may be a person's as well"),
        ("Wells Fargo", ""),
        ("Victoria's Secret", ""),
    ] {
        let told = problems(vec![company(name, &[])], vec![], vec![]);
        assert!(
            told.contains(expected) && told.is_empty() == expected.is_empty(),
            "{name}: {told}"
        );
    }
}

#[test]
fn two_characters_left_of_a_name_are_told() {
    for (name, expected) in [
        ("小米集团", "'小米' has two characters"),
        ("百度公司", "'百度' has two characters"),
        ("美团", "'美团' has two characters"),
        ("腾讯控股有限公司", "'腾讯' has two characters"),
        ("比亚迪股份有限公司", ""),
    ] {
        let told = problems(vec![company(name, &[])], vec![], vec![]);
        assert!(
            told.contains(expected) && told.is_empty() == expected.is_empty(),
            "{name}: {told}"
        );
    }
    let said = guarded("小米集团", &["小米"], not_with(&["小米粥"]));
    assert_eq!(problems(vec![said], vec![], vec![]), "");
}
