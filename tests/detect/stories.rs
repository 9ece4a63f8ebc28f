//! Copies and stories from outside: only earlier items count, nothing is hidden.

use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;
use watchlistd::detect::{Candidate, CopyBook, Imprint, StoryBook};
use watchlistd::model::{ItemText, Named, Timestamp};

use super::item;

const HOUR: Duration = Duration::from_secs(3600);

/// A row: id, source, hours, title, summary, companies, topics.
type Row<'a> = (&'a str, &'a str, u32, &'a str, &'a str, &'a str, &'a str);

fn named(ids: &str) -> Vec<Named> {
    ids.split_whitespace()
        .map(|id| Named { id: Arc::from(id), name: Arc::from(id), note: None })
        .collect()
}

/// `id→story` and `=original` for each row.
fn told(capacity: usize, rows: &[Row<'_>]) -> String {
    let rows: Vec<(Row<'_>, &str)> = rows.iter().map(|row| (*row, "en")).collect();
    told_in(capacity, &rows)
}

/// The same, each row in its language.
fn told_in(capacity: usize, rows: &[(Row<'_>, &str)]) -> String {
    let mut book = StoryBook::new(capacity);
    let mut copies = CopyBook::new(capacity);
    let mut out = Vec::new();
    for ((id, source, hours, title, summary, companies, topics), lang) in rows {
        let text: ItemText = item(title, summary, lang);
        let alert = topics.split(' ').any(|topic| topic.starts_with('t'));
        let (companies, topics) = (named(companies), named(&topics.replace("t0", "")));
        let published = Timestamp::from_millis(1_700_000_000_000).plus(HOUR * *hours);
        let candidate = Candidate {
            id,
            source,
            published,
            text: &text,
            companies: &companies,
            topics: &topics,
            alert,
        };
        let placed = book.place(&candidate);
        let repeats = copies.add(&candidate, &Imprint::of(&text));
        assert_eq!(repeats, placed.copy_of.is_some(), "{id} to a book of copies alone");
        let story = placed.story.as_deref().unwrap_or(id).to_owned();
        book.add(&candidate, &story, placed.copy_of.as_deref());
        let copy = placed.copy_of.map_or_else(String::new, |one| format!("={one}"));
        out.push(format!("{id}→{story}{copy}"));
    }
    out.join(" ")
}

const TITLE: &str = "Exchange to remove three telecom issuers in sudden reversal";

#[test]
fn copies_are_of_another_source_and_the_same_matter() {
    for (source, hours, title, companies, expected) in [
        ("b", 1, TITLE, "x", "1→1 2→1=1"),
        ("a", 1, TITLE, "x", "1→1 2→1"),
        ("b", 1, TITLE, "x y", "1→1 2→1"),
        ("b", 80, TITLE, "x", "1→1 2→2"),
        ("b", 1, "Exchange removes issuers", "x", "1→1 2→1"),
    ] {
        let rows =
            [("1", "a", 0, TITLE, "", "x", "t"), ("2", source, hours, title, "", companies, "t")];
        assert_eq!(told(9, &rows), expected, "{source} {hours} {title} {companies}");
    }
}

#[test]
fn a_text_with_another_headline_is_still_a_copy() {
    let body = "The exchange said on Monday that it will suspend trading in three issuers under the order of the president.";
    let rows =
        [("1", "a", 0, TITLE, body, "x", "t"), ("2", "b", 2, "Sudden reversal", body, "x", "t")];
    assert_eq!(told(9, &rows), "1→1 2→1");
    let long = format!(
        "{body} {}",
        "Shares fell after brokers had told their clients to sell before the deadline in January and lawyers prepared a suit."
    );
    let rows = [
        ("1", "a", 0, "Telecoms removed", long.as_str(), "x", "t"),
        ("2", "b", 2, "Telecoms go", long.as_str(), "x", "t"),
    ];
    assert_eq!(told(9, &rows), "1→1 2→1=1");
}

#[test]
fn stories_need_matter_time_and_wording() {
    let other = "Regulator widens probe of cloud unit over personal data";
    for (hours, title, companies, topics, expected) in [
        (20, "Exchange removes telecom issuers", "x", "t", "1→1 2→1"),
        (20, "Exchange removes telecom issuers", "y", "t", "1→1 2→2"),
        // what one paraphrases needs no topic in common, if more of the wording is
        (20, "Exchange removes telecom issuers", "x", "u", "1→1 2→1"),
        (20, "Exchange removes telecom issuers", "x", "", "1→1 2→1"),
        (20, "Exchange names telecom chair", "x", "u", "1→1 2→2"),
        (20, other, "x", "t", "1→1 2→2"),
        (60, "Exchange removes telecom issuers", "x", "t", "1→1 2→2"),
    ] {
        let rows =
            [("1", "a", 0, TITLE, "", "x", "t"), ("2", "b", hours, title, "", companies, topics)];
        assert_eq!(told(9, &rows), expected, "{hours} {title} {companies} {topics}");
    }
}

#[test]
fn across_languages_numbers_and_names_tell_where_no_topic_does() {
    const FIRST: &str = "Norvik told to take 217 cranes out of Rotterdam";
    for (hours, second, lang, topics, expected) in [
        (5, "Norvik muss 217 Kräne abbauen", "de", "", "1→1 2→1"),
        (5, "Norvik baut in Rotterdam ab", "de", "u", "1→1 2→1"),
        (5, "Norvik eröffnet Werk in Gdańsk", "de", "", "1→1 2→2"),
        (40, "Norvik muss 217 Kräne abbauen", "de", "", "1→1 2→2"),
        // nor do two alerts with different topics belong together
        (5, "Norvik baut ab", "de", "t2", "1→1 2→2"),
        (5, "Norvik baut ab", "de", "u", "1→1 2→2"),
        // a topic in common needs neither
        (5, "Norvik baut ab", "de", "t", "1→1 2→1"),
        // a year is no number that tells
        (5, "Norvik plant für 2027", "de", "", "1→1 2→2"),
    ] {
        let rows = [("1", "a", 0, FIRST, "Until 2027.", "norvik", "t")];
        let later = ("2", "b", hours, second, "", "norvik", topics);
        assert_eq!(told_in(9, &[(rows[0], "en"), (later, lang)]), expected, "{hours} {second}");
    }
}

#[test]
fn of_two_alerts_about_one_company_little_wording_need_be_the_same() {
    const FIRST: &str = "Norvik told to take cranes out of ports";
    // The first alerts, as every item here with a topic in `t`; `t0` stands for an alert without a topic.
    for (hours, second, lang, topics, expected) in [
        (5, "Norvik baut ab", "de", "t0", "1→1 2→1"),
        (13, "Norvik baut ab", "de", "t0", "1→1 2→2"),
        (5, "Norvik baut ab", "de", "", "1→1 2→2"),
        // the same matter within hours, in words of its own
        (5, "Regulator loses patience with Norvik", "en", "t", "1→1 2→1"),
        (7, "Regulator loses patience with Norvik", "en", "t", "1→1 2→2"),
        (5, "Regulator loses patience with Norvik", "en", "t t2 t3 t4", "1→1 2→2"),
        (5, "Regulator loses patience with Norvik", "en", "t2", "1→1 2→2"),
    ] {
        let rows = [("1", "a", 0, FIRST, "", "norvik", "t")];
        let later = ("2", "b", hours, second, "", "norvik", topics);
        assert_eq!(told_in(9, &[(rows[0], "en"), (later, lang)]), expected, "{hours} {second}");
    }
}

#[test]
fn a_story_ends_after_a_week_and_the_book_forgets() {
    let ids = ["1", "2", "3", "4", "5", "6"];
    let daily =
        |n: usize| (ids[n], "a", 40 * n as u32, "Exchange removes telecom issuers", "", "x", "t");
    let rows: Vec<Row<'_>> = (0..6).map(daily).collect();
    assert_eq!(told(9, &rows), "1→1 2→1 3→1 4→1 5→1 6→6");
    let later = "Exchange removes telecom issuers";
    let rows = [
        ("1", "a", 0, TITLE, "", "x", "t"),
        ("2", "b", 40, TITLE, "", "x", "t"),
        ("3", "c", 80, later, "", "x", "t"),
    ];
    assert_eq!(told(9, &rows), "1→1 2→1=1 3→3", "a copy prolongs nothing");
    let rows = [
        ("1", "a", 0, TITLE, "", "x", "t"),
        ("2", "a", 1, "Unrelated", "", "z", "t"),
        ("3", "b", 2, TITLE, "", "x", "t"),
    ];
    assert_eq!(told(1, &rows), "1→1 2→2 3→3");
}

#[test]
fn a_notice_without_names_joins_the_report_with_them() {
    const NOTICE: &str = "Ministry adopts decree on port cranes from foreign suppliers";
    const REPORT: &str =
        "Ministry decree hits Norvik: foreign port cranes need permit, suppliers told";
    const OTHER: &str = "Ministry fines harbour pilots over fuel records";
    for (hours, first, second, companies, expected) in [
        (2, NOTICE, REPORT, ("", "norvik"), "1→1 2→1"),
        (2, REPORT, NOTICE, ("norvik", ""), "1→1 2→1"),
        (30, NOTICE, REPORT, ("", "norvik"), "1→1 2→2"),
        (2, OTHER, REPORT, ("", "norvik"), "1→1 2→2"),
        (2, NOTICE, REPORT, ("other", "norvik"), "1→1 2→2"),
    ] {
        let rows = [
            ("1", "a", 0, first, "", companies.0, "t"),
            ("2", "b", hours, second, "", companies.1, "t"),
        ];
        assert_eq!(told(9, &rows), expected, "{hours} {first} {second}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    /// What [`told`] asserts of each row: a book of copies alone finds the same ones.
    #[test]
    fn copies_are_found_without_stories(
        capacity in 1usize..9,
        rows in prop::collection::vec((0usize..3, 0u32..90, 0usize..4, 0usize..3, 0usize..2), 1..40),
    ) {
        const TITLES: [&str; 4] = [TITLE, "Exchange removes issuers", "Reuters: exchange removes issuers", ""];
        const BODIES: [&str; 3] = [
            "The exchange said on Monday that it would remove three telecom issuers after a review of its rules",
            "The exchange said on Monday that it would remove three telecom issuers after a look at its rules",
            "Three words only",
        ];
        let ids: Vec<String> = (0..rows.len()).map(|n| n.to_string()).collect();
        let rows: Vec<Row<'_>> = rows
            .iter()
            .zip(&ids)
            .map(|((source, hours, title, body, matter), id)| {
                let (source, matter) = (["a", "b", "c"][*source], ["x", "x y"][*matter]);
                (id.as_str(), source, *hours, TITLES[*title], BODIES[*body], matter, "t")
            })
            .collect();
        told(capacity, &rows);
    }
}
