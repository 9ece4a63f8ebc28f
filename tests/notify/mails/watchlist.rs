//! What the mails say of edits of the watchlist: by entry, what was renamed as that.

use super::*;

#[test]
fn edits_of_the_watchlist_are_told_by_entry() {
    assert_eq!(
        watchlist_edits(),
        [
            "Company “Alibaba”: names added: “阿里巴巴”; names removed: “Ali”; tickers added: “NYSE:BABA”",
            "Company added: “SMIC”",
            "Company removed: “Old Co”",
            "Topic “Delisting”: its severity or guards changed",
            "Rule added: “All”",
        ]
    );
}

#[test]
fn a_search_that_is_broken_into_lines_is_no_change() {
    let of = |search: &str| {
        read(&format!(
            "[[topic]]\nname = \"Curbs\"\nsearch = [\"\"\"{search}\"\"\"]\n\
             [[rule]]\nname = \"R\"\nwhen = \"\"\"{search}\"\"\"\nseverity = \"high\"\n"
        ))
    };
    let (old, new) = (of("ban NEAR/4 (chip OR GPU)"), of("ban\n  NEAR/4 (chip\n  OR GPU)"));
    assert_eq!(said_of(&old, &new), Vec::<String>::new());
    assert_eq!(said_of(&old, &of("ban NEAR/5 (chip OR GPU)")).len(), 2);
}

#[test]
fn an_id_that_was_written_makes_no_new_entry_and_a_silence_is_told() {
    let old = read("[[company]]\nname = \"Huawei\"\n");
    let new = read("[[company]]\nid = \"huawei\"\nname = \"Huawei\"\naliases = [\"HW Tech\"]\n");
    let muted = read(
        "[[company]]\nid = \"huawei\"\nname = \"Huawei\"\n\
         aliases = [{ name = \"HW Tech\", muted_until = 2026-12-31 }]\n",
    );
    assert_eq!(said_of(&old, &new), ["Company “Huawei”: names added: “HW Tech”"]);
    assert_eq!(said_of(&new, &muted), ["Company “Huawei”: “HW Tech” muted until 2026-12-31"]);
    assert_eq!(
        said_of(&muted, &new),
        ["Company “Huawei”: no longer “HW Tech” muted until 2026-12-31"]
    );
}

#[test]
fn another_id_is_told_as_that() {
    let old = read(
        "[[company]]\nname = \"Huawei\"\n[[company]]\nid = \"smic\"\nname = \"SMIC\"\n\
         [[topic]]\nname = \"Curbs\"\nterms = [\"curb\"]\n[[company]]\nname = \"ZTE\"\n",
    );
    let new = read(
        "[[company]]\nname = \"Huawei Technologies\"\naliases = [\"Huawei\"]\n\
         [[company]]\nid = \"cn-smic\"\nname = \"SMIC\"\n\
         [[topic]]\nname = \"Export curbs\"\nterms = [\"curb\"]\n[[company]]\nname = \"Zhongxing\"\n",
    );
    let goes = "history, filters and reports go by id";
    assert_eq!(
        said_of(&old, &new),
        [
            format!(
                "Company “Huawei Technologies”: its id changed from huawei to huawei-technologies: \
                 {goes}; names added: “Huawei Technologies”"
            ),
            "Company added: “Zhongxing”".to_owned(),
            format!("Company “SMIC”: its id changed from smic to cn-smic: {goes}"),
            "Company removed: “ZTE”".to_owned(),
            format!("Topic “Export curbs”: its id changed from curbs to export-curbs: {goes}"),
        ]
    );
    assert_eq!(said_of(&new, &new), Vec::<String>::new());
}
