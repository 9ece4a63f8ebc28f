//! What `check` prints: where a problem stands, and how much of a long list is shown.

use super::desk::{Desk, WATCHLIST};

/// The column is that of the character in the file, whatever is written in escapes before it.
#[test]
fn a_place_in_a_string_counts_its_escapes() {
    let desk = Desk::new();
    let checked = |search: &str| {
        let topic = format!("\n[[topic]]\nname = \"C\"\nsearch = [{search}]\n");
        desk.write("watchlist.toml", &format!("{WATCHLIST}{topic}"));
        let lines = WATCHLIST.lines().count();
        let out = desk.ask(&["check"]).out;
        let at = out.lines().find(|line| line.contains("a bracket is not closed"));
        let at = at.and_then(|line| line.split("watchlist.toml:").nth(1)).unwrap_or(&out);
        let (line, rest) = at.split_once(':').unwrap();
        let line: usize = line.parse().unwrap();
        format!("{}:{}", line - lines - 3, rest.split(':').next().unwrap())
    };
    for (search, expected) in [
        (r#""a AND (c""#, "1:18"),
        (r#""\"a b\" AND (c""#, "1:24"),
        (r#""\u0041b AND (c""#, "1:24"),
        (r#"'"a b" AND (c'"#, "1:22"),
        ("\"\"\"\n  a AND\n (c\"\"\"", "3:2"),
        ("\'\'\'\na AND (c\'\'\'", "2:7"),
        ("\"\"\"\r\na AND\r\n(c\"\"\"", "3:1"),
        ("\"\"\"a OR \\\n   b AND (c\"\"\"", "2:10"),
    ] {
        assert_eq!(checked(search), expected, "{search:?}");
    }
}

/// Of a long list of doubts the rest can be asked for, and a name as long as a book is not printed whole.
#[test]
fn every_problem_can_be_seen_and_none_fills_the_screen() {
    let desk = Desk::new();
    let terms: String = (0..101).map(|n| format!("\"a{n} OR b\", ")).collect();
    let topic =
        |terms: &str| format!("{WATCHLIST}\n[[topic]]\nname = \"Many\"\nterms = [{terms}]\n");
    desk.write("watchlist.toml", &topic(&terms));
    let some = desk.ask(&["check"]).ends(0).out;
    assert!(some.contains("more warnings (check --all shows them)\n"), "{some}");
    let all = desk.ask(&["check", "--all"]).ends(0).out;
    assert_eq!(all.matches("is no operator here").count(), 101, "{all}");
    let long = format!("{WATCHLIST}\n[[company]]\nname = \"{}\"\n", "Hua ".repeat(20_000));
    desk.write("watchlist.toml", &long);
    let told = desk.ask(&["check"]).ends(78).out;
    assert!(told.len() < 5000 && told.contains("has more than 64 words"), "{} bytes", told.len());
}

/// Who is away gets no digest, and none is promised.
#[test]
fn the_next_digests_are_on_no_day_away() {
    let desk = Desk::new();
    let away = "away = { from = 2020-01-01, until = 2060-12-31 }";
    let reader = "[[reader]]\nname = \"Ann\"\nto = [\"ann@desk.test\"]\ndigest = \"daily 08:00\"\n";
    desk.write("readers.toml", &format!("{reader}{away}\n"));
    let checked = desk.ask(&["check"]).ends(0).out;
    assert!(checked.contains("next digests: Sat 1 Jan 08:00"), "{checked}");
}
