//! An abbreviation that an item spells out as something else is held back in that item.

use proptest::prelude::*;

use watchlistd::detect::Watchlist;
use watchlistd::model::watchlist::TopicEntry;

use super::{company, compile, item, placed, shown, topic};

fn army() -> Watchlist {
    compile(vec![], vec![topic("Army", &["People's Liberation Army", "PLA"])], vec![])
}

fn of(terms: &[&str], title: &str) -> String {
    shown(&compile(vec![], vec![topic("Matter", terms)], vec![]), &item(title, "", "en"))
}

#[test]
fn what_an_item_spells_out_otherwise_is_held_back_in_it() {
    let controls = &["Export Administration Regulations", "EAR"][..];
    let exchange = &["Securities and Exchange Commission", "SEC"][..];
    let army = &["People's Liberation Army", "PLA"][..];
    for (terms, text, short, words) in [
        (army, "Port and Logistics Authority (PLA) fined", "PLA", "Port and Logistics Authority"),
        (army, "PLA (Port and Logistics Authority) fined", "PLA", "Port and Logistics Authority"),
        (
            army,
            "PLA (the Port and Logistics Authority) fined",
            "PLA",
            "Port and Logistics Authority",
        ),
        (army, "the Port & Logistics Authority (“PLA”) fined", "PLA", "Port & Logistics Authority"),
        (army, "the Port of Lagos Agency (PLA, Nigeria)", "PLA", "Port of Lagos Agency"),
        (army, "Partido de la Libertad Andina (PLA)", "PLA", "Partido de la Libertad Andina"),
        (controls, "Electronic Arts Research (EAR) opens", "EAR", "Electronic Arts Research"),
        (exchange, "Special Economic Commission (SEC) meets", "SEC", "Special Economic Commission"),
    ] {
        let expected = format!("[{short}: this item spells {short} out as \"{words}\"]");
        assert_eq!(of(terms, text), expected, "{text}");
    }
    let expected = "[PLA: this item spells PLA out as \"Port and Logistics Authority\"]";
    let later = "Port and Logistics Authority (PLA) fined. Later PLA paid.";
    assert_eq!(of(army, later), format!("{expected} | {expected}"));
}

#[test]
fn what_is_or_may_be_the_entrys_own_counts() {
    let controls = &["Export Administration Regulations", "EAR"][..];
    let army = &["People's Liberation Army", "PLA"][..];
    for (terms, text, expected) in [
        (army, "People's Liberation Army (PLA)", "People's Liberation Army | PLA"),
        (army, "the Chinese Peoples Liberation Army (PLA)", "PLA"),
        (army, "PLA (People’s Liberation Army) drills", "PLA | People’s Liberation Army"),
        // Most words are the entry's own.
        (controls, "Export Administration Rules (EAR)", "EAR"),
        (controls, "the U.S. Export Administration Regulation (\"EAR\")", "EAR"),
        // Both.
        (
            army,
            "Port and Logistics Authority (PLA); People's Liberation Army (PLA)",
            "PLA | People's Liberation Army | PLA",
        ),
        // What the entry means is not known.
        (&["PLA"][..], "Port and Logistics Authority (PLA)", "PLA"),
        // What stands before the brackets spells nothing.
        (army, "Ministry of Defence (PLA)", "PLA"),
        (army, "the navy, Port Logistics: authority (PLA)", "PLA"),
        (army, "Beijing's army (PLA) and PLA (Navy)", "PLA | PLA"),
        (army, "解放军（PLA）", "PLA"),
        // In small letters two words are as good as any two.
        (&["Entity List", "EL"][..], "every lawyer (EL)", "EL"),
    ] {
        assert_eq!(of(terms, text), expected, "{text}");
    }
}

#[test]
fn a_company_that_is_named_otherwise_counts() {
    let smic = || {
        compile(
            vec![company(
                "Semiconductor Manufacturing International Corporation",
                &["SMIC", "中芯国际"],
            )],
            vec![],
            vec![],
        )
    };
    let other = "Salaire minimum interprofessionnel de croissance (SMIC)";
    assert_eq!(
        shown(&smic(), &item(other, "", "fr")),
        "[SMIC: this item spells SMIC out as \"Salaire minimum interprofessionnel de croissance\"]"
    );
    let both = format!("{other}; 中芯国际");
    assert_eq!(shown(&smic(), &item(&both, "", "fr")), "SMIC | 中芯国际");
    let own = "Semiconductor Manufacturing International Corp (SMIC)";
    assert!(!shown(&smic(), &item(own, "", "en")).contains("spells"));
}

#[test]
fn a_search_rests_on_an_abbreviation_as_a_term_does() {
    let found = |search: &str, title: &str| {
        let topic = TopicEntry { search: vec![placed(search)], ..topic("Matter", &[]) };
        shown(&compile(vec![], vec![topic], vec![]), &item(title, "", "en"))
    };
    let army = "(PLA OR \"People's Liberation Army\") NEAR/6 fined NOT (\"Party of Local Action\")";
    let alone = "PLA OR \"People's Liberation Army\" NOT filament";
    let other = "Port and Logistics Authority (PLA) fined";
    for search in [army, alone] {
        let held = found(search, other);
        assert!(held.contains("spells PLA out as \"Port and Logistics Authority\""), "{held}");
        let own = found(search, "People's Liberation Army (PLA) fined");
        assert!(!own.contains("spells"), "{own}");
    }
    // What a search excludes is no meaning of its own.
    let excluding = "PLA NEAR/6 fined NOT \"Party of Local Action\"";
    assert!(!found(excluding, other).contains("spells"));
}

proptest! {
    /// Whatever stands around them, words that are a term of the topic hold nothing back.
    #[test]
    fn the_topics_own_words_hold_nothing_back(
        before in "[A-Za-z ,.()]{0,24}",
        between in prop::sample::select(vec![" (", " (“", "（", " (the "]),
        turned in any::<bool>(),
        after in "[A-Za-z ,.]{0,24}",
    ) {
        let (long, short) = ("People's Liberation Army", "PLA");
        let (one, other) = if turned { (short, long) } else { (long, short) };
        let text = format!("{before}. {one}{between}{other}) {after}");
        let found = shown(&army(), &item(&text, "", "en"));
        prop_assert!(!found.contains("spells"), "{text}: {found}");
    }
}
