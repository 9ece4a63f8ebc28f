//! `search` and `show`: what is stored, and the whole story of a decision.

use super::desk::Desk;
use super::site::feed;

fn lived() -> Desk {
    let desk = Desk::new();
    desk.site.put(
        "/wire.xml",
        feed(&[
            "Lawmakers urge the SEC to delist Alibaba",
            "Rain ahead",
            "Delisting rules explained",
        ]),
    );
    desk.ask(&["once"]).ends(0);
    desk
}

/// Ids, instants, days and paths as blanks.
fn blanked(text: &str) -> String {
    let id = |core: &str| {
        core.len() == 14
            && core.starts_with(['a', 'i', 'm', 's'])
            && core.bytes().all(|one| matches!(one, b'a'..=b'z' | b'2'..=b'7'))
    };
    let blank = |word: &str| -> String {
        let core = word.trim_matches(|one: char| !one.is_ascii_alphanumeric());
        let core = core.split('/').next().unwrap();
        match word {
            _ if word.starts_with('/') => "PATH".to_owned(),
            _ if id(core) => word.replace(core, &format!("{}ID", &core[..1])),
            _ if core.len() > 19 && core.ends_with('Z') && core.contains('T') => {
                word.replace(core, "INSTANT")
            }
            _ => word.to_owned(),
        }
    };
    let mut out = String::new();
    for line in text.lines() {
        let mut line = line.split(' ').map(blank).collect::<Vec<_>>().join(" ");
        if let Some((before, rest)) = line.split_once("\"Watchlist ") {
            let (_, after) = rest.split_once(':').unwrap();
            line = format!("{before}\"Watchlist DAY:{after}");
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

#[test]
fn stored_items_are_found_in_the_watchlists_language() {
    let desk = lived();
    let said = desk.ask(&["search", "delist NEAR/3 (Alibaba OR SMIC)"]).ends(0).out;
    assert!(said.contains(">>delist Alibaba<<") && said.contains("alert, high (a"), "{said}");
    assert!(said.ends_with("1 of 3 stored items match.\n"), "{said}");
    let said = desk.ask(&["search", "delist", "--limit", "1"]).ends(0).out;
    assert!(said.ends_with("2 of 3 stored items match; --limit shows more.\n"), "{said}");
    let said = desk.ask(&["search", "company:alibaba AND topic:delisting"]).ends(0).out;
    assert!(said.contains("Lawmakers urge") && said.contains("1 of 3"), "{said}");
    let said = desk.ask(&["search", "delist", "--since", "2099-01-01"]).ends(0).out;
    assert_eq!(said, "0 of 0 stored items match.\n");
    let found = desk.ask(&["search", "rain", "--since", "1d", "--json"]).ends(0).out;
    let found: serde_json::Value = serde_json::from_str(&found).unwrap();
    assert_eq!(found[0]["title"], "Rain ahead");
    assert_eq!(found[0]["decided"], serde_json::Value::Null);
}

#[test]
fn slips_in_a_search_are_answered() {
    let desk = lived();
    desk.ask(&["search", "delist AND ("]).ends(64).says("search:1:");
    desk.ask(&["search", "delist or Alibaba"]).ends(0).says("write OR");
    desk.ask(&["search", "company:alibabba"]).ends(64).says("did you mean 'alibaba'?");
    desk.ask(&["search", "x", "--since", "yesterday"]).ends(64).says("30d or 12h");
    desk.ask(&["search", "compny:alibaba"]).ends(64).says("did you mean company:?");
    desk.ask(&["search", "tittle:delist"]).ends(0).says("did you mean title:?");
    desk.ask(&["search", "source:wier"]).ends(0).says("the search: there is no source 'wier'");
    let fine = desk.ask(&["search", "source:wire"]).ends(0);
    assert!(!fine.err.contains("no source"), "{}", fine.err);
    for search in ["company:alibabba", "compny:alibaba"] {
        let said = desk.ask(&["search", search]).ends(64).err;
        assert!(!said.contains("rule") || said.contains("a rule knows"), "{said}");
    }
    desk.ask(&["search", "\"delist"]).ends(64).says("search:1:1: error");
}

#[test]
fn the_story_of_a_decision_is_told_from_item_alert_and_mail() {
    let desk = lived();
    let found = desk.ask(&["search", "delist Alibaba", "--json"]).ends(0).out;
    let found: serde_json::Value = serde_json::from_str(&found).unwrap();
    let (item, alert) = (found[0]["id"].as_str().unwrap(), found[0]["alert"].as_str().unwrap());
    desk.ask(&["ack", alert, "--as", "relevant", "--by", "Mei", "--note", "told counsel"]).ends(0);
    let told = desk.ask(&["show", item]).ends(0).out;
    insta::assert_snapshot!("show_item", blanked(&told));
    let same = desk.ask(&["show", &alert[..9]]).ends(0).out;
    assert_eq!(same, told);
    let (_, mail) = told.split_once("; mail ").unwrap();
    let mail = &mail[..14];
    let of_mail = desk.ask(&["show", mail]).ends(0).out;
    assert!(
        of_mail.contains(alert) && of_mail.contains("acknowledged as relevant by Mei"),
        "{of_mail}"
    );
    let raw = desk.ask(&["show", mail, "--raw"]).ends(0).out;
    // Whoever holds a mail can ask for it: by its id, which stands in it, or by its Message-ID.
    assert_eq!(raw.matches(&format!("Mail {mail}.")).count(), 2, "in both parts: {raw}");
    let (_, message_id) = raw.split_once("Message-ID: ").unwrap();
    let message_id = message_id.lines().next().unwrap().trim();
    for written in [message_id, message_id.trim_matches(['<', '>'])] {
        assert_eq!(desk.ask(&["show", written]).ends(0).out, of_mail, "{written}");
        assert_eq!(desk.ask(&["show", written, "--raw"]).ends(0).out, raw);
    }
    desk.ask(&["show", "<forged@bank.test>"])
        .ends(65)
        .says("no mail of this service has the Message-ID");
    desk.ask(&["show", "x123"]).ends(65).says("ids stand in the last block of every mail");
    desk.ask(&["show", "azzzzzzzzzzzz"]).ends(65).says("there is no alert, item or mail");
}

#[test]
fn an_item_without_hits_says_what_assessed_it_and_an_empty_digest_has_an_id() {
    let desk = Desk::new();
    desk.site.put("/wire.xml", feed(&["Rain ahead"]));
    desk.ask(&["once"]).ends(0);
    let found = desk.ask(&["search", "rain", "--json"]).ends(0).out;
    let found: serde_json::Value = serde_json::from_str(&found).unwrap();
    let told = desk.ask(&["show", found[0]["id"].as_str().unwrap()]).ends(0).out;
    let words = "Assessed by version 1 of the watchlist: nothing of it was found.";
    assert!(told.contains(words), "{told}");
    let mail = String::from_utf8(desk.mails().remove(0)).unwrap();
    assert!(mail.contains("no matches"), "{mail}");
    let (_, id) = mail.split_once("\nMail ").unwrap();
    let told = desk.ask(&["show", &id[..14]]).ends(0).out;
    assert!(told.contains("no matches") && told.contains("TOLD\n  no alert"), "{told}");
}

#[test]
fn what_is_wrong_with_a_search_speaks_of_the_search() {
    let desk = super::desk::Desk::new();
    desk.ask(&["once"]).ends(0);
    let said = desk.ask(&["search", "delist AND ("]).ends(64).says("the search: ends where");
    assert!(!said.err.contains("topic"), "{said}");
}
