//! `evaluate`: figures that can be counted by hand, and the differences with their explanation.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use serde_json::{Value, json};

const WATCHLIST: &str = r#"
[[company]]
id = "harbrook"
name = "Harbrook Holdings plc"

[[company]]
id = "orchwell"
name = "Orchwell Robotics"
aliases = [{ name = "Orchwell", only_with = ["robot"] }]

[[topic]]
id = "fine"
name = "Fine"
terms = ["fine"]

[[topic]]
id = "ban"
name = "Ban"
terms = ["ban"]
"#;

/// Six items: two copies, an update, a name that is held back, a fine that is none.
fn labelled() -> Vec<Value> {
    let item = |id: &str, source: &str, hour: u32, title: &str| {
        json!({ "id": id, "source": source, "published": format!("2026-11-20T{hour:02}:00:00Z"),
                "title": title, "summary": "" })
    };
    let with = |mut item: Value, labels: Value| {
        item.as_object_mut().unwrap().extend(labels.as_object().unwrap().clone());
        item
    };
    let first = json!({ "companies": ["harbrook"], "topics": ["fine"], "alert": true,
                        "story": "s1", "thread": "s1", "follows": null });
    vec![
        with(item("a", "wire", 8, "Regulator fines Harbrook over late port fees"), first.clone()),
        with(item("b", "post", 9, "Regulator fines Harbrook over late port fees"), first),
        with(
            item("c", "wire", 12, "Court upholds the fine for Harbrook and adds a ban"),
            json!({ "companies": ["harbrook"], "topics": ["fine", "ban"], "alert": true,
                    "story": "s2", "thread": "s1", "follows": "s1" }),
        ),
        with(
            item("d", "wire", 13, "Orchwell opens its gates to apple pickers"),
            json!({ "companies": [], "topics": [], "alert": false, "story": "s3" }),
        ),
        with(
            item("e", "wire", 14, "Orchwell hit by an import curb"),
            json!({ "companies": ["orchwell"], "topics": ["ban"], "alert": true, "story": "s4",
                    "kind": "paraphrase" }),
        ),
        with(
            item("f", "wire", 15, "A fine day for Harbrook"),
            json!({ "companies": ["harbrook"], "topics": [], "alert": false, "story": "s5" }),
        ),
    ]
}

fn evaluate(folder: &Path, lines: &str, more: &[&str]) -> (Option<i32>, String, String) {
    fs::write(folder.join("watchlist.toml"), WATCHLIST).unwrap();
    fs::write(folder.join("labelled.jsonl"), lines).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_watchlistd"));
    command.arg("evaluate").arg(folder.join("labelled.jsonl"));
    command.arg("--watchlist").arg(folder.join("watchlist.toml")).args(more);
    let output = command.output().unwrap();
    let words = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code(), words(output.stdout), words(output.stderr))
}

fn lines(items: &[Value]) -> String {
    items.iter().map(|item| format!("{item}\n")).collect()
}

fn scored(items: &[Value]) -> Value {
    let top = tempfile::tempdir().unwrap();
    let (code, out, err) = evaluate(top.path(), &lines(items), &["--json"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    serde_json::from_str(&out).unwrap()
}

/// Right, extra and missing, as counted by hand.
fn counts(report: &Value, what: &str) -> [u64; 3] {
    ["right", "extra", "missing"].map(|key| report[what][key].as_u64().unwrap())
}

#[test]
fn figures_are_what_a_hand_counts() {
    let report = scored(&labelled());
    assert_eq!(report["items"], 6);
    // Harbrook four times; Orchwell of the fifth item is held back.
    assert_eq!(counts(&report, "companies"), [4, 0, 1]);
    // Three fines and a ban are right; the fine day is none; the curb is a ban in other words.
    assert_eq!(counts(&report, "topics"), [4, 1, 1]);
    assert_eq!(counts(&report, "alerts"), [3, 1, 1]);
    assert_eq!(report["companies"]["precision"], 1.0);
    assert_eq!(report["companies"]["recall"], 0.8);
    assert_eq!(report["alerts"]["f1"], 0.75);
    let folding = &report["folding"];
    assert_eq!(folding["pairs"], 1, "the two equal headlines");
    assert_eq!((&folding["updates"], &folding["updates_folded"]), (&json!(1), &json!(0)));
    assert_eq!((&folding["stories"], &folding["stories_lost"]), (&json!(3), &json!(0)));
    assert_eq!(folding["left"], 3, "of four items that are to be told one is a copy");
}

#[test]
fn an_item_without_words_is_said_before_it_counts_as_a_miss() {
    let top = tempfile::tempdir().unwrap();
    let mut items = labelled();
    let title = items[0].as_object_mut().unwrap().remove("title").unwrap();
    items[0]["headline"] = title;
    items[0].as_object_mut().unwrap().remove("summary");
    let text = format!("\u{feff}{}\r\n\r\n", lines(&items));
    let (code, out, err) = evaluate(top.path(), &text, &["--json"]);
    assert_eq!(code, Some(0), "{err}");
    assert!(
        err.contains("labelled.jsonl:1: warning: no title, summary, content or categories"),
        "{err}"
    );
    assert!(err.ends_with("its key 'headline' is unknown\n") && err.lines().count() == 1, "{err}");
    assert_eq!(serde_json::from_str::<Value>(&out).unwrap()["items"], 6);
}

#[test]
fn labels_that_are_missing_are_not_scored() {
    let items: Vec<Value> = labelled()
        .into_iter()
        .map(|item| json!({ "id": item["id"], "title": item["title"], "alert": item["alert"] }))
        .collect();
    let report = scored(&items);
    assert_eq!(counts(&report, "companies"), [0, 0, 0]);
    assert_eq!(counts(&report, "stories"), [0, 0, 0]);
    assert_eq!(counts(&report, "alerts"), [3, 1, 1]);
    assert_eq!(report["topics"]["f1"], 1.0, "nothing was asked, so nothing is wrong");
}

#[test]
fn differences_are_explained_and_limited() {
    let top = tempfile::tempdir().unwrap();
    let (code, out, err) = evaluate(top.path(), &lines(&labelled()), &[]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    insta::assert_snapshot!(out, @r#"
    6 items

                    precision  recall     F1   right  extra  missing
    companies           1.000   0.800  0.889       4      0        1
    topics              0.800   0.800  0.800       4      1        1
    alerts              0.750   0.750  0.750       3      1        1
    pairs in stories    0.167   1.000  0.286       1      5        0

    folding: pairs 1; updates folded with what they follow 0 of 1; stories lost 0 of 3; items left to tell 3

    e [paraphrase] Orchwell hit by an import curb
      companies missing: orchwell
      topics missing: ban
      does not alert, and should
        No alert: all that was found is held back.
        Held back
          company orchwell: "Orchwell" in title: >>Orchwell<< hit by an import curb
            by only_with robot
        Nearly
          Orchwell Robotics: "Orchwell" is there, but none of its words is beside it: robot

    f A fine day for Harbrook
      topics too many: fine
      alerts, and should not
        Alert, medium.
          because Harbrook ("Harbrook", title) with Fine ("fine", title)
        Found
          topic fine: "fine" in title: A >>fine<< day for Harbrook
          company harbrook: "Harbrook" in title: A fine day for >>Harbrook<<
        Decided
          default: yes (medium), Harbrook ("Harbrook", title) with Fine ("fine", title)
    "#);
    let (_, out, _) = evaluate(top.path(), &lines(&labelled()), &["--errors", "0"]);
    assert!(out.contains("alerts") && !out.contains("apple"), "{out}");
    assert_eq!(out.lines().filter(|line| line.contains('[')).count(), 0, "{out}");
}

/// What stands behind a misspelt key is not scored, and the figures would not tell.
#[test]
fn a_misspelt_label_is_said() {
    let top = tempfile::tempdir().unwrap();
    let text = "{\"title\":\"x\",\"alert\":false}\n{\"title\":\"x\",\"companis\":[\"huawei\"],\"alerts\":true}\n\
        {\"title\":\"x\",\"companis\":[]}\n{\"title\":\"x\",\"alert\":true,\"alerts\":1,\"comment\":\"y\"}\n";
    let (code, _, err) = evaluate(top.path(), text, &[]);
    assert_eq!(code, Some(0), "{err}");
    let said: Vec<&str> =
        err.lines().filter_map(|line| line.split("labelled.jsonl:").nth(1)).collect();
    assert_eq!(
        said,
        [
            "2: warning: its key 'alerts' is unknown; did you mean 'alert'?",
            "2: warning: its key 'companis' is unknown; did you mean 'companies'?, and so in 1 further line",
        ]
    );
}

#[test]
fn bad_lines_are_said_and_the_rest_is_scored() {
    let top = tempfile::tempdir().unwrap();
    let mut text = lines(&labelled()[..1]);
    text.push_str("not json\n[]\n");
    text.push_str("{\"title\": \"x\", \"companies\": \"harbrook\"}\n");
    let (code, out, err) = evaluate(top.path(), &text, &[]);
    assert_eq!(code, Some(65), "{err}");
    assert!(out.starts_with("1 item\n"), "{out}");
    for line in [2, 3, 4] {
        assert!(err.contains(&format!("labelled.jsonl:{line}: ")), "{err}");
    }
    let missing = top.path().join("none.jsonl");
    let mut command = Command::new(env!("CARGO_BIN_EXE_watchlistd"));
    command.arg("evaluate").arg(&missing).arg("--watchlist").arg(top.path());
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(66));
    assert!(String::from_utf8_lossy(&output.stderr).contains("cannot read"));
}

#[test]
fn what_has_no_labels_is_not_scored_as_perfect() {
    let top = tempfile::tempdir().unwrap();
    for text in ["", "{\"titel\": \"x\", \"allert\": true}\n", "{\"title\": \"x\"}\n"] {
        let (code, out, err) = evaluate(top.path(), text, &[]);
        assert_eq!((code, out.as_str()), (Some(65), ""), "{err}");
        assert!(err.contains("has a label") && err.contains("\"alert\": true"), "{err}");
    }
    let item = json!({ "title": "A day", "companies": ["harbrok"], "alert": false });
    let (code, out, err) = evaluate(top.path(), &lines(&[item]), &[]);
    assert_eq!(code, Some(0));
    assert!(out.contains("topics: nothing was to be found, and nothing was"), "{out}");
    assert!(err.contains("no company of the watchlist has the id 'harbrok'"), "{err}");
}

/// How the shipped topics and the shipped example fare on one of our own labelled sets.
fn shipped(name: &str) -> Value {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_watchlistd"));
    command.arg("evaluate").arg(root.join("tests/fixtures/labelled").join(name));
    command.arg("--watchlist").arg(root.join("config/topics.toml"));
    command.arg(root.join("config/examples/labelled-set.toml")).arg("--json");
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The floors are just below what was measured when the sets were last used for mending; what a set
/// nobody has seen would give is less.
#[test]
fn the_shipped_topics_hold_their_figures_on_reports() {
    let report = shipped("reports.jsonl");
    hold(
        &report,
        &[
            ("companies", 0.97, 0.98),
            ("topics", 0.91, 0.87),
            ("alerts", 0.94, 0.96),
            ("stories", 0.95, 0.85),
        ],
    );
    let folding = &report["folding"];
    assert_eq!((&folding["updates_folded"], &folding["stories_lost"]), (&json!(0), &json!(0)));
}

/// Items of many desks in eight languages, written by people who did not know the topics' words: before these were
/// mended by them, alerts were found with a precision of 0.96 and a recall of 0.92.
#[test]
fn the_shipped_topics_hold_their_figures_on_items_of_many_desks() {
    let floors = [("companies", 0.98, 0.98), ("topics", 0.94, 0.95), ("alerts", 0.96, 0.97)];
    hold(&shipped("desks.jsonl"), &floors);
}

/// Ordinary weeks in English, newsrooms of seven other languages, and long official texts, by six hands that did not
/// know the topics' words: before these were mended by them, alerts were found with precisions of 0.80, 0.79 and 0.75
/// and recalls of 0.94, 0.91 and 0.76 in the first three parts, then with 0.82 and 0.97, 0.86 and 0.98, 0.91 and 0.91.
#[test]
fn the_shipped_topics_hold_their_figures_on_streams_and_long_texts() {
    let floors = [("companies", 0.98, 0.96), ("topics", 0.89, 0.94), ("alerts", 0.90, 0.97)];
    hold(&shipped("streams.jsonl"), &floors);
}

/// Newsrooms, ordinary business and headlines in eight languages, and long articles, newsletters and notices, by five
/// hands that did not know the topics' words. Before these were mended by them, alerts were found with precisions of 0.89,
/// 0.95 and 0.92 and recalls of 0.97, 1.00 and 0.94 in the short ones, and of 0.73 twice with 0.95 and 1.00 in the long
/// ones, which tell of others' matters in their background on purpose.
#[test]
fn the_shipped_topics_hold_their_figures_on_presses_and_long_articles() {
    let floors = [("companies", 0.99, 0.98), ("topics", 0.80, 0.89), ("alerts", 0.86, 0.98)];
    hold(&shipped("presses.jsonl"), &floors);
}

/// A fortnight in seven languages, by one hand that did not know the topics' words: before any word was mended by them,
/// alerts were found with a precision of 0.85 and a recall of 1.00.
#[test]
fn the_shipped_topics_hold_their_figures_on_a_fortnight() {
    let floors = [("companies", 0.98, 0.98), ("topics", 0.86, 0.93), ("alerts", 0.83, 0.98)];
    hold(&shipped("fortnight.jsonl"), &floors);
}

/// Ordinary weeks, of which more than half are no alert: paraphrases by a first hand, then reports with background,
/// bystanders and market news by three others. None knew the topics' words. Before anything was mended by them alerts
/// were found with precisions of 0.86, 0.50, 0.54 and 0.61, and recalls of 1.00, 1.00, 0.94 and 0.95.
#[test]
fn the_shipped_topics_hold_their_figures_on_ordinary_weeks() {
    let floors = [("companies", 0.97, 0.98), ("topics", 0.83, 0.87), ("alerts", 0.70, 0.98)];
    hold(&shipped("weeks.jsonl"), &floors);
}

/// Paraphrases by ten hands and the weeks of a compliance desk by four, in seven languages; none knew the topics' words.
/// Before anything was mended by them alerts were found with precisions of 0.86, 0.78, 0.87, 0.89, 0.68, 0.92, 0.95, 0.86,
/// 0.97, 0.83, 0.94, 0.58, 0.95 and 0.62, and recalls of 0.90, 0.98, 0.96, 0.88, 0.91, 0.97, 0.90, 0.94, 0.78, 0.95, 0.96,
/// 0.98, 0.87 and 0.94; each was written after what those before had shown was mended, but for the second, the fifth, the
/// tenth, the twelfth and the last, which were written beside their neighbours. In those with the lowest precision most
/// items are no alert, and tell of somebody else's case wherever they can; the ninth avoids on purpose every word that a
/// list of keywords might hold.
#[test]
fn the_shipped_topics_hold_their_figures_on_a_desk_s_inbox() {
    let floors = [("companies", 0.99, 0.97), ("topics", 0.88, 0.90), ("alerts", 0.87, 0.97)];
    hold(&shipped("inbox.jsonl"), &floors);
}

/// News whose sentences are full of years gone by: none may be taken for a look back.
#[test]
fn what_is_news_alerts_whatever_years_it_names() {
    let [_, extra, missing] = counts(&shipped("dated.jsonl"), "alerts");
    assert!(extra == 0 && missing <= 5, "{missing} are silent");
}

/// Everyday business in words that sound like acts, on purpose, and a few plain acts among it, by one hand that did not
/// know the topics' words. That so much of it alerts is the price of the shipped catch-all; no more of it may.
#[test]
fn business_in_words_that_sound_like_acts_alerts_no_more_than_it_did() {
    let [_, extra, missing] = counts(&shipped("wordplay.jsonl"), "alerts");
    assert!(extra <= 41 && missing == 0, "{extra} alert that should not, {missing} do not");
}

/// Items that must alert, by three hands who looked for what silences them: in as many formats as feeds have, each with
/// a word that elsewhere says that nothing happened, and bare headlines in the words of registers and of desks. When they
/// were written 19 of the first 155 were silent, 272 of the 449 others, some of which are a stretch, and 194 of the last
/// 610.
#[test]
fn what_must_alert_does_whatever_stands_beside_it() {
    let [_, extra, missing] = counts(&shipped("must.jsonl"), "alerts");
    assert!(extra == 0 && missing <= 142, "{missing} are silent");
}

/// Sentences that stand in any article about a company, beside whatever it is about.
const BESIDE: [&str; 12] = [
    "The company is a sponsor of a football club.",
    "It opened a museum at its headquarters last year.",
    "It also runs a refinery nearby.",
    "The board proposed a dividend in May.",
    "It holds several thousand patents.",
    "The group will launch a new product at a fair next week.",
    "Its partnership with a local startup goes on.",
    "Economists see inflation easing.",
    "The company is considering an appeal.",
    "If the company fails to comply, it could face daily penalties.",
    "Analysts expect little effect on earnings.",
    "A documentary on the case airs in May.",
];

/// A headline that alerts by itself alerts whatever such a sentence stands below it.
#[test]
fn what_an_article_says_beside_its_headline_takes_no_alert_back() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let set = fs::read_to_string(root.join("tests/fixtures/labelled/must.jsonl")).unwrap();
    let items = set.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let bare = items.filter(|item| item["lang"] == "en" && item["summary"].as_str().is_none());
    let titles: Vec<Value> = bare.map(|item| item["title"].clone()).collect();
    let alert = |beside: &str| -> Vec<bool> {
        let rows = titles.iter().enumerate().map(|(n, title)| {
            json!({ "id": n.to_string(), "lang": "en", "title": title, "summary": beside })
                .to_string()
        });
        let rows = rows.collect::<Vec<_>>().join("\n");
        let mut command = Command::new(env!("CARGO_BIN_EXE_watchlistd"));
        command.arg("match").arg("--watchlist").arg(root.join("config/topics.toml"));
        command.arg(root.join("config/examples/labelled-set.toml"));
        let output = command.write_stdin(rows).output().unwrap();
        let lines = String::from_utf8(output.stdout).unwrap();
        let told =
            lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["alert"] == true);
        told.collect()
    };
    let alone = alert("");
    assert!(alone.iter().filter(|told| **told).count() > 200, "{}", alone.len());
    for beside in BESIDE {
        let silenced =
            alone.iter().zip(alert(beside)).filter(|(alone, told)| **alone && !told).count();
        assert!(silenced <= 2, "{silenced} are silent beside '{beside}'");
    }
}

/// Precision and recall of what was found are these at least.
fn hold(report: &Value, floors: &[(&str, f64, f64)]) {
    for (what, precision, recall) in floors {
        let figure = |key: &str| report[what][key].as_f64().unwrap();
        assert!(figure("precision") >= *precision, "{what}: precision {}", figure("precision"));
        assert!(figure("recall") >= *recall, "{what}: recall {}", figure("recall"));
    }
}

#[test]
fn the_shipped_topics_hold_their_figures_on_bare_headlines_and_on_paraphrases() {
    for (set, precision, recall, alerts) in
        [("headlines.jsonl", 0.95, 0.95, [4, 0]), ("paraphrases.jsonl", 0.95, 0.86, [33, 7])]
    {
        let report = shipped(set);
        let figure = |key: &str| report["topics"][key].as_f64().unwrap();
        assert!(figure("precision") >= precision, "{set}: {}", report["topics"]);
        assert!(figure("recall") >= recall, "{set}: {}", report["topics"]);
        // Of ordinary business, everyday senses, round-ups and talk hardly anything alerts, and hardly anything
        // that looks like them is kept silent.
        let [_, extra, missing] = counts(&report, "alerts");
        assert!(extra <= alerts[0] && missing <= alerts[1], "{set}: {}", report["alerts"]);
    }
}

/// Headlines in nine languages, hard on purpose: acts in idioms, behind doubts that are their reason or in words that
/// look like doubts, and beside them what looks like acts. Whoever is not told of an act is failed.
#[test]
fn acts_are_told_in_whatever_words() {
    let report = shipped("acts.jsonl");
    let [_, extra, missing] = counts(&report, "alerts");
    assert!(extra <= 22 && missing <= 20, "{}", report["alerts"]);
}

/// A share of nothing is no figure, and what is not shown is counted.
#[test]
fn figures_of_nothing_are_none_and_what_is_left_out_is_counted() {
    let top = tempfile::tempdir().unwrap();
    let item = |n: u32| json!({ "id": format!("i{n}"), "title": "Nothing here", "companies": ["harbrook"], "topics": [] });
    let all: Vec<Value> = (0..30).map(item).collect();
    let (_, out, _) = evaluate(top.path(), &lines(&all), &["--errors", "2"]);
    assert!(
        out.contains("companies               –   0.000      –       0      0       30\n"),
        "{out}"
    );
    assert!(out.contains("\ntopics: nothing was to be found, and nothing was\n"), "{out}");
    assert!(out.contains("\npairs in stories: nothing was"), "{out}");
    assert!(
        out.ends_with("\n28 more items differ from their labels; --errors 30 shows them\n"),
        "{out}"
    );
    let (_, out, _) = evaluate(top.path(), &lines(&all[..1]), &["--errors", "0"]);
    assert!(out.ends_with("\n1 more item differs from its labels; --errors 1 shows it\n"), "{out}");
}
