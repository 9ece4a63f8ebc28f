//! Ids that changed: what was told under the old one is known under the new one, and nothing else is.

use watchlistd::detect::{Watchlist, adds, under_ids_of};
use watchlistd::model::watchlist::CompanyEntry;

use super::{at, company, compile, judged, topic};

fn with_id(id: &str, one: CompanyEntry) -> CompanyEntry {
    CompanyEntry { id: Some(at(id.to_owned())), ..one }
}

fn list(companies: Vec<CompanyEntry>) -> Watchlist {
    compile(companies, vec![topic("Delisting", &["delist"])], vec![])
}

#[test]
fn only_an_entry_whose_id_is_gone_counts_as_renamed() {
    let titles = "NYSE to delist Keelung Foundry and Harbour Lights";
    let old = list(vec![company("Keelung Foundry", &["Harbour Lights"])]);
    let before = judged(&old, titles);
    for (name, companies, added) in [
        ("an id is written", vec![with_id("kf", company("Keelung Foundry", &[]))], None),
        ("another name", vec![company("Lights of Keelung", &["Harbour Lights"])], None),
        (
            "one becomes two",
            vec![company("Foundry One", &["Keelung Foundry"]), company("Harbour Lights", &[])],
            None,
        ),
        (
            "a further one",
            vec![company("Keelung Foundry", &[]), company("Harbour Lights", &[])],
            Some("now names Harbour Lights"),
        ),
        (
            "a further one under the old name, found by other words",
            vec![company("NYSE", &[]), company("Keelung Foundry", &[])],
            Some("now names NYSE"),
        ),
        ("another one altogether", vec![company("NYSE", &[])], Some("now names NYSE")),
    ] {
        let new = list(companies);
        let now = judged(&new, titles);
        assert!(now.alert, "{name}");
        let known = under_ids_of(&new, before.clone(), &now);
        assert_eq!(adds(&known, &now).as_deref(), added, "{name}");
        assert_eq!(under_ids_of(&new, known.clone(), &now), known, "{name}: twice is once");
    }
}
