//! What a tired analyst gets wrong, and what the program says: a snapshot for each.

use std::path::Path;

use watchlistd::cli::problems;
use watchlistd::config::{Environment, Files};
use watchlistd::model::Level;

use super::{parse, texts, watchlist_problems};

fn told(name: &str, text: &str) -> String {
    problems::render(&parse(&[(name, text)]).problems, false)
}

macro_rules! snapshot {
    ($name:ident, $file:expr, $text:expr) => {
        #[test]
        fn $name() {
            insta::assert_snapshot!(stringify!($name), told($file, $text));
        }
    };
}

snapshot!(
    missing_quote,
    "watchlist.toml",
    "[[company]]\nname = \"Huawei\naliases = [\"华为\"]\n\n[[company]]\nname = \"SMIC\"\ntikers = [\"HKEX:981\"]\n"
);
snapshot!(
    curly_quotes,
    "watchlist.toml",
    "[[company]]\nname = “Huawei”\naliases = [“华为”, \"Huawei Tech\"]\n"
);
snapshot!(
    table_written_twice,
    "watchlistd.toml",
    "contact = \"ops@bank.test\"\ntimezone = \"America/New_York\"\n[operator]\nto = [\"ops@bank.test\"]\n\
     [mail]\nhost = \"smtp.bank.test\"\n\n[mail]\nfrom = \"watchlist@bank.test\"\n"
);
snapshot!(
    misspelt_words,
    "watchlist.toml",
    "[[compny]]\nname = \"Huawei\"\n\n[[company]]\nname = \"Alibaba\"\n\talises = [\"阿里巴巴\"]\n\n\
     [[topic]]\nname = \"Delisting\"\nterms = [\"delist\"]\nseverity = \"hihg\"\n"
);
snapshot!(
    wrong_types,
    "watchlist.toml",
    "[[company]]\nname = 360\naliases = \"Qihoo\"\nweak = \"false\"\n\n[[company]]\nname = \"A\"\n\
     aliases = [\"B\", 3, { name = \"C\", not_wiht = [\"D\"] }, { case = \"exact\" }]\n"
);
snapshot!(
    missing_comma,
    "watchlist.toml",
    "[[company]]\nname = \"阿里巴巴\"\naliases = [\"阿里\" \"淘宝\"]\ngroups = [\"china-tech\"]\n"
);
snapshot!(
    list_not_closed,
    "watchlist.toml",
    "[[company]]\nname = \"Alibaba\"\naliases = [\"BABA\",\n  \"Taobao\"\ngroups = [\"china-tech\"]\n\n\
     [[company]]\nname = \"SMIC\"\ngroups = [\"chips\"]\n"
);
snapshot!(header_not_closed, "watchlist.toml", "[[company]\nname = \"Huawei\"\n");
snapshot!(unquoted_and_colon, "watchlist.toml", "[[company]]\nname = Huawei\nnote: \"1260H\"\n");
snapshot!(
    same_key_twice,
    "watchlist.toml",
    "[[company]]\nname = \"Huawei\"\nid = \"h\"\nname = \"SMIC\"\n"
);
snapshot!(
    no_day_and_no_line,
    "watchlist.toml",
    "[[company]]\nname = \"Huawei\"\nmuted_until = 2026-13-01\n\n[[company]]\nname = \"SMIC\"\ngarbage {{{\n"
);
snapshot!(single_brackets, "watchlist.toml", "[company]\nname = \"Huawei\"\n");
snapshot!(
    operators_slips,
    "watchlistd.toml",
    "contact = \"ops@example.com\"\ninterval = \"30m\"\n\n[operator]\nto = \"ops@bank.test\"\n\n\
     [collect]\ninterval = 30\nofficial_interval = \"15 min\"\nper_host = 0\npause = \"0s\"\n\
     first_run = \"everything\"\nallow_private = \"yes\"\n\n\
     [mail]\ntransport = \"smpt\"\nhost = \"smtp.bank.test\"\nport = 99999\ntls = \"none\"\n\
     password = \"hunter2\"\nfrom = \"Watchlist <watchlist@bank.test>\"\ntimezone = \"Europe/Berlin\"\n\n\
     [keep]\nitems = \"1y\"\nfree_space = 200\n\n[canary]\n\n[status]\nlisten = \"0.0.0.0:9464\"\n\n\
     [matching]\ndefaults = 1\nbackfill = \"0s\"\n\n[[reader]]\nname = \"Mei\"\n"
);
snapshot!(
    readers_slips,
    "readers.toml",
    "[[reader]]\nname = \"Mei\"\nto = []\n\n[[reader]]\nto = [\"jo@bank.test\", \"\"]\nurgent = \"low\"\n\
     min_severity = \"low\"\nwhen_empty = \"never\"\nmax_items = \"50\"\nschedule = \"daily 08:00\"\n\
     away = { from = 2026-12-21, to = 2027-01-06 }\n\n[[reader]]\nname = \"Al\"\nto = [\"al@bank.test\"]\n\
     away = \"next week\"\n"
);
snapshot!(
    password_in_the_file,
    "watchlistd.toml",
    "contact = \"ops@bank.test\"\ntimezone = \"America/New_York\"\n[operator]\nto = [\"ops@bank.test\"]\n\
     [mail]\nhost = \"smtp.bank.test:587\"\nfrom = \"w@bank.test\"\npassword = \"hunter2\"\n\
     pasword: hunter2\nsecret = hunter2\n[smtp]\npassword = \"hunter2\"\n"
);
snapshot!(no_source, "sources.toml", "# none yet\n");
snapshot!(
    blanks,
    "watchlistd.toml",
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/config/watchlistd.toml"))
);

#[test]
fn mistakes_in_several_files_are_told_together() {
    let parsed = parse(&[
        ("sources.toml", "[[source]]\nid = \"a\"\nurl = 1\n"),
        ("readers.toml", "[[reader]]\nname = \"Mei\"\n"),
        ("watchlist.d/extra.toml", "[[company]]\nnote = \"no name\"\n"),
    ]);
    let told: Vec<String> = parsed.problems.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!("several_files", told.join("\n"));
}

/// A missing quote must not make other lines look wrong.
#[test]
fn one_slip_is_told_once() {
    for text in [
        "[[company]]\nname = \"Huawei\n",
        "[[company]]\nname = Huawei Technologies\n",
        "[[company]]\nname \"Huawei\"\n",
        "[[company]]\nname = \"Huawei\" # fine\naliases = [\"a\", \"b\"\n",
        "[[company]]\nname = \"A\"\naliases = [\"x\", { name = \"y\" ]\n[[company]]\nname = \"B\"\n",
        "[[company\nname = \"Huawei\"\n",
        "[[company]]\nname = \"A\"\nid =",
        "[[company]]\nname = \"A\"\nnote = \"\"\"never closed\n[[company]]\nname = \"B\"\n",
        "[[company]]\nname = \"A\"\naliases = [\n  \"a\",\n  \"b\"\n",
        "[[company]]\nname = \"C:\\Users\"\n",
        "[[company]]\nname = 'it''s'\n",
        "[[company]]\nname = \"Huawei\"\nweak = yes\n",
        "[[company]]\nname = \"Huawei\"\nreview_by = 2026-13-41\n",
        "{\"company\": [\"Huawei\"]}\n",
    ] {
        let told = watchlist_problems(text);
        assert_eq!(told.len(), 1, "{text}\n{}", told.join("\n"));
        assert!(told[0].starts_with("watchlist.toml:"), "{}", told[0]);
    }
}

/// A file that is no TOML at all, a table of a spreadsheet for example, is not told line by line
/// without end.
#[test]
fn what_is_told_of_one_file_has_an_end() {
    let text = "Huawei,HK,2026\n".repeat(500);
    let told = watchlist_problems(&text);
    assert!((1..=51).contains(&told.len()), "{} problems", told.len());
    let shown = problems::render(&parse(&[("watchlist.toml", &text)]).problems, false);
    assert!(shown.len() < 20_000);
}

/// In a long list each mistaken line is told, and what follows is judged too.
#[test]
fn every_line_of_a_list_is_judged() {
    let told = watchlist_problems(
        "[[topic]]\nname = \"T\"\nterms = [\n  “a”,\n  \"b\"\n  \"c\",\n  \"d\",\n  ‘e’,\n]\nsevrity = \"high\"\n",
    );
    let lines: Vec<&str> = told.iter().filter_map(|one| one.split(':').nth(1)).collect();
    assert_eq!(lines, ["4", "5", "8", "10"], "{}", told.join("\n"));
}

#[test]
fn a_broken_line_does_not_take_its_neighbours_along() {
    let parsed = parse(&[(
        "watchlist.toml",
        "[[company]]\nname = \"A\n\n[[company]]\nname = \"B\"\n\n[[company]]\nname = \"C\"\n",
    )]);
    assert!(!parsed.whole);
    let names: Vec<&str> =
        parsed.watchlist.companies.iter().map(|one| one.name.value.as_str()).collect();
    assert_eq!(names, ["B", "C"]);
}

#[test]
fn a_table_in_the_plural_is_told_its_name() {
    for (file, written, expected) in [
        ("watchlist.toml", "[[companies]]", "did you mean [[company]]?"),
        ("watchlist.toml", "[companies]", "did you mean [[company]]?"),
        ("watchlist.toml", "[[Topics]]", "did you mean [[topic]]?"),
        ("watchlist.toml", "[[rules]]", "did you mean [[rule]]?"),
        ("sources.toml", "[[sources]]", "did you mean [[source]]?"),
        ("readers.toml", "[[readers]]", "did you mean [[reader]]?"),
        ("readers.toml", "[[companies]]", "`company` belongs in watchlist.toml"),
        ("watchlistd.toml", "[mails]", "did you mean `mail`?"),
    ] {
        let told = told(file, &format!("{written}\nname = \"Huawei\"\n"));
        assert!(told.contains(expected), "{written} in {file}\n{told}");
    }
}

#[test]
fn a_day_that_is_none_is_told() {
    for (line, expected) in [
        (
            "review_by = \"20.05.2027\"",
            "warning: `review_by` in [[company]]: \"20.05.2027\" is no date",
        ),
        (
            "review_by = \"2027-13-45\"",
            "warning: `review_by` in [[company]]: \"2027-13-45\" is no date",
        ),
        ("review_by = 2027-05-20T08:00:00Z", "warning: `review_by` in [[company]]"),
        (
            "review_by = \"when they sell it\"",
            "warning: `review_by` in [[company]]: \"when they sell it\" is no date",
        ),
        ("added = \"yesterday\"", "warning: `added` in [[company]]: \"yesterday\" is no date"),
        ("added = \"20.05.2027\"", "warning: `added` in [[company]]"),
        ("review_by = \"2027-05-20\"", ""),
        ("added = 2026-05-20\nreview_by = 2027-05-20", ""),
        ("review_by = \" \"", ""),
    ] {
        let told =
            watchlist_problems(&format!("[[company]]\nname = \"Huawei\"\n{line}\n")).join("\n");
        assert!(
            told.contains(expected) && told.is_empty() == expected.is_empty(),
            "{line}: {told}"
        );
        assert!(told.is_empty() || told.contains("as in 2027-05-20"), "{line}: {told}");
    }
}

/// What is pasted from a page, a mail or another language is called by its name and told once; the rest of the line is
/// judged.
#[test]
fn a_sign_that_is_no_toml_is_named() {
    const SPACE: &str = "a no-break space (U+00A0) stands here (type an ordinary space instead)";
    let end = |sign: char| {
        format!(
            "a `{sign}` stands at the end of the line (take it away: a line ends with its value)"
        )
    };
    let before = |sign: char| format!("a `{sign}` stands before the line (take it away)");
    let comment = |mark: &str| format!("`{mark}` begins no comment (comments start with #)");
    for (text, at, expected) in [
        ("name\u{a0}=\u{a0}\"Acme\"", "2:5", SPACE.to_owned()),
        ("\u{a0}\u{a0}name = \"Acme\"", "2:1", SPACE.to_owned()),
        ("name = \"Acme\"\u{a0}# why", "2:14", SPACE.to_owned()),
        ("name = \"Acme\"\naliases = [\"One\",\u{a0}\"Two\"]", "3:18", SPACE.to_owned()),
        ("name\u{3000}= \"Acme\"", "2:5", "an ideographic space (U+3000) stands here".to_owned()),
        (
            "\u{200b}name = \"Acme\"",
            "2:1",
            "a zero-width space (U+200B) stands here (delete".to_owned(),
        ),
        ("na\u{200b}me = \"Acme\"", "2:3", "a zero-width space (U+200B) stands here".to_owned()),
        ("\u{feff}name = \"Acme\"", "2:1", "a byte order mark (U+FEFF) stands here".to_owned()),
        ("name = \u{202a}\"Acme\"\u{202c}", "2:8", "a mark of direction (U+202A)".to_owned()),
        ("name = \"Ac\0me\"", "2:11", "a control character (U+0000)".to_owned()),
        ("name = \"Acme\"\u{2028}weak = true", "2:14", "a line separator (U+2028)".to_owned()),
        ("• name = \"Acme\"", "2:1", before('•')),
        ("– name = \"Acme\"", "2:1", before('–')),
        ("* name = \"Acme\"", "2:1", before('*')),
        ("- name = \"Acme\"", "2:1", before('-')),
        ("name = \"Acme\"\naliases = [\n  • \"One\",\n]", "4:3", "a `•` stands before".to_owned()),
        ("name = \"Acme\" // why", "2:15", comment("//")),
        ("// why\nname = \"Acme\"", "2:1", comment("//")),
        ("; why\nname = \"Acme\"", "2:1", comment(";")),
        ("-- why\nname = \"Acme\"", "2:1", comment("--")),
        ("name = \"Acme\"\naliases = [\n  \"One\", // why\n]", "4:10", comment("//")),
        ("name = \"Acme\";", "2:14", end(';')),
        ("name = \"Acme\", # why", "2:14", end(',')),
        ("name = \"Acme\"\naliases = [\"One\"],", "3:18", end(',')),
        ("name = \"Acme\"\nweak = true;", "3:12", end(';')),
        (
            "name = \"Acme\"\naliases = [\"One\"; \"Two\"]",
            "3:17",
            "a `;` stands where a `,`".to_owned(),
        ),
        (
            "name = \"Acme\"\naliases = [\"One\"、\"Two\"]",
            "3:17",
            "`、` (U+3001) is no `,`".to_owned(),
        ),
        ("name = \"Acme\"\naliases = 【\"One\"】", "3:11", "`【` (U+3010) is no `[`".to_owned()),
        ("name＝\"Acme\"", "2:5", "`＝` (U+FF1D) is no `=` (type `=` instead)".to_owned()),
        ("nаme = \"Acme\"", "2:2", "'а' (U+0430) is no letter of a key".to_owned()),
        ("name = “Acme”", "2:8", "string values must be quoted".to_owned()),
    ] {
        let told = watchlist_problems(&format!("[[company]]\n{text}\n"));
        let expected = format!("watchlist.toml:{at}: error: not TOML: {expected}");
        assert!(told.len() == 1 && told[0].starts_with(&expected), "{text}\n{}", told.join("\n"));
    }
    for (text, expected) in [
        ("\u{a0}[[company]]\nname = \"Acme\"\n", "1:1: error: not TOML: a no-break"),
        ("• [[company]]\nname = \"Acme\"\n", "1:1: error: not TOML: a `•` stands before"),
        ("［［company］］\nname = \"Acme\"\n", "1:1: error: not TOML: `［` (U+FF3B) is no `[`"),
        ("[[company]],\nname = \"Acme\"\n", "1:12: error: not TOML: a `,` stands at the end"),
        ("[[company]] // why\nname = \"Acme\"\n", "1:13: error: not TOML: `//` begins"),
        ("[[company]]\rname = \"Acme\"\r", "1:12: error: not TOML: a line ends with a carriage"),
    ] {
        let parsed = parse(&[("watchlist.toml", text)]);
        let told: Vec<String> = parsed.problems.iter().map(ToString::to_string).collect();
        assert!(told.len() == 1 && told[0].contains(expected), "{text}\n{}", told.join("\n"));
        assert_eq!(parsed.watchlist.companies[0].name.value, "Acme", "{text}");
    }
}

/// What stands in for such a sign lets the rest of its line be judged.
#[test]
fn a_line_with_an_odd_sign_is_judged() {
    let told =
        watchlist_problems("[[company]]\n• name\u{a0}= \"Acme\";\n\u{a0}tikers = [\"A\"] // why\n");
    let places: Vec<&str> = told.iter().filter_map(|one| one.split(": error").next()).collect();
    let expected =
        ["2:1", "2:7", "2:16", "3:1", "3:2", "3:17"].map(|at| format!("watchlist.toml:{at}"));
    assert_eq!(places, expected, "{}", told.join("\n"));
}

/// A sign that stands in for a wider one is shown as the one that is written.
#[test]
fn what_is_shown_of_an_odd_line_is_what_is_written() {
    for (file, text, expected) in [
        ("readers.toml", "[[reader]]\nname = \"Mei\"\nto = 【 】\n", "     |      ^^^^^\n"),
        ("watchlist.toml", "[[company】ame = \"Huawei\"\n", "[[company】ame"),
    ] {
        let told = told(file, text);
        assert!(told.contains(expected), "{told}");
    }
}

/// A misspelt key, or a table that is not read, may be what another entry names: only the slip is told.
#[test]
fn what_a_slip_takes_away_is_not_called_missing() {
    use watchlistd::daemon::wire;
    const RULE: &str = "[[company]]\nid = \"a\"\nname = \"Acme Plc\"\ngroups = [\"tech\"]\n\
         [[company]]\nname = \"Zorgon\"\n[[topic]]\nid = \"ban\"\nname = \"Bans\"\nterms = [\"ban\"]\n\
         [[rule]]\nname = \"R\"\nwhen = \"group:tech AND company:a AND topic:ban\"\nseverity = \"high\"\n";
    let told = |text: &str| -> Vec<String> {
        let files = Files::from_texts(Path::new(""), texts(&[("watchlist.toml", text)]));
        let (_, problems) = wire::build(files, &Environment::default());
        let errors = problems.iter().filter(|one| one.level == Level::Error);
        errors.map(ToString::to_string).collect()
    };
    assert_eq!(told(RULE), [""; 0]);
    let single = "write [[company]]";
    for (from, to, at, expected) in [
        ("groups = ", "gruops = ", "4:1", "did you mean `groups`?"),
        ("groups = ", "group = ", "4:1", "did you mean `groups`?"),
        ("[\"tech\"]", "\"tech\"", "4:10", "write groups = [\"tech\"]"),
        ("id = \"a\"", "idd = \"a\"", "2:1", "did you mean `id`?"),
        ("id = \"a\"", "id = 1", "2:6", "`id` in [[company]]"),
        ("id = \"ban\"", "Id = \"ban\"", "8:1", "did you mean `id`?"),
        ("[[topic]]", "[[topics]]", "7:3", "did you mean [[topic]]?"),
        ("[[company]]\nid", "[company]\nid", "1:1", single),
        ("[[company]]\nname", "[company]\nname", "5:1", single),
        ("[[topic]]", "[topic]", "7:1", "write [[topic]]"),
        ("id = \"a\"", "id: a", "2:3", "write id = \"a\""),
    ] {
        let told = told(&RULE.replacen(from, to, 1));
        assert_eq!(told.len(), 1, "{to}: {told:#?}");
        let place = format!("watchlist.toml:{at}: error: ");
        assert!(told[0].starts_with(&place) && told[0].contains(expected), "{to}: {told:?}");
    }
    // What is no name takes nothing away.
    let two = told(&RULE.replace("terms", "trems").replace("company:a ", "company:b "));
    assert!(two.len() == 2 && two[1].contains("there is no company 'b'"), "{two:?}");
    // Each of several is told.
    let two = told(&RULE.replace("[[company]]", "[company]"));
    assert!(two.iter().all(|one| one.contains(single)) && two.len() == 2, "{two:?}");
}

/// What the hint says to write is TOML, whatever was written.
#[test]
fn what_is_written_with_a_colon_is_told_as_toml() {
    for (line, expected) in [
        ("name: Huawei", "name = \"Huawei\""),
        ("name: \"Huawei\"", "name = \"Huawei\""),
        ("name Huawei Tech", "name = \"Huawei Tech\""),
        ("weak: true", "weak = true"),
        ("groups: [a, b c]", "groups = [\"a\", \"b c\"]"),
        ("groups: [\"a\"]", "groups = [\"a\"]"),
        ("muted_until: 2027-01-01", "muted_until = 2027-01-01"),
        ("note: '1260H'", "note = '1260H'"),
    ] {
        let told = watchlist_problems(&format!("[[company]]\n{line}\n"));
        assert!(told.len() == 1 && told[0].contains(&format!("(write {expected})")), "{told:?}");
    }
}

#[test]
fn a_merge_conflict_is_one_mistake() {
    const TEXT: &str = "[[company]]\nname = \"Huawei\"\n<<<<<<< HEAD\ngroups = [\"a\"]\nwaek = true\n=======\n\
        groups = [\"b\"]\n>>>>>>> other\n[[company]]\nname = \"SMIC\"\nnoet = \"x\"\n";
    let told = watchlist_problems(TEXT);
    let expected = "watchlist.toml:3:1: error: not TOML: a merge left both of two versions here, between marks \
        (keep one of the two, and delete the lines that begin with <<<<<<<, ======= and >>>>>>>)";
    assert_eq!(told[0], expected);
    let lines: Vec<&str> = told.iter().filter_map(|one| one.split(':').nth(1)).collect();
    assert_eq!(lines, ["3", "5", "11"], "{told:#?}");
    let based = TEXT.replace("=======", "||||||| base\ngroups = []\n=======");
    assert_eq!(watchlist_problems(&based).len(), 3, "{:#?}", watchlist_problems(&based));
}
