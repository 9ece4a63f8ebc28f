//! `match`: one line out per line in, and what stands in it.

use std::collections::BTreeSet;
use std::fs;

use serde_json::{Value, json};

use super::desk::WATCHLIST;
use super::{Answer, answer, watchlistd};

/// Matches lines against the short watchlist and a few more entries.
fn matched(lines: &[u8]) -> Answer {
    let top = tempfile::tempdir().unwrap();
    fs::write(top.path().join("watchlist.toml"), WATCHLIST).unwrap();
    fs::create_dir(top.path().join("watchlist.d")).unwrap();
    fs::write(top.path().join("watchlist.d/more.toml"), MORE).unwrap();
    let mut command = watchlistd(["match", "--watchlist"]);
    answer(command.arg(top.path()).write_stdin(lines))
}

const MORE: &str = r#"
[[company]]
id = "target"
name = "Target Corporation"
aliases = [{ name = "Target", case = "exact", only_with = ["retailer"], not_with = ["price target"] }]

[[company]]
id = "zte"
name = "ZTE"

[[rule]]
name = "Anything of ZTE"
when = "company:zte"
readers = ["Nobody who is known here"]
"#;

/// Matches items and answers one value each.
fn judged(items: &[Value]) -> Vec<Value> {
    let lines: String = items.iter().map(|item| format!("{item}\n")).collect();
    let answer = matched(lines.as_bytes()).ends(0);
    assert_eq!(answer.err, "");
    let values = answer.lines();
    assert_eq!(values.len(), items.len());
    values
}

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[test]
fn a_line_holds_these_keys_and_no_others() {
    let item = json!({
        "id": "n1", "title": "SEC moves to delist Alibaba and Huawei", "summary": "The price target stays; Target said nothing",
        "categories": ["ZTE"], "source": "wire", "published": "2026-11-20T13:00:00Z",
    });
    let answer = matched(format!("{item}\n").as_bytes()).ends(0);
    let value = &answer.lines()[0];
    let all = "id companies topics alert severity reasons copy_of story hits held_back";
    assert_eq!(keys(value), all.split(' ').collect());
    let reasons = value["reasons"].as_array().unwrap();
    let told = |reason: &Value| {
        assert_eq!(keys(reason), "rule severity words".split(' ').collect(), "{reason}");
        (reason["rule"].clone(), reason["severity"].clone())
    };
    let told: Vec<(Value, Value)> = reasons.iter().map(told).collect();
    let zte = (json!("Anything of ZTE"), json!("medium"));
    assert_eq!(told, [(Value::Null, json!("high")), zte], "{value}");
    assert!(reasons[0]["words"].as_str().unwrap().starts_with("Alibaba (\"Alibaba\", title) with"));
    assert_eq!(value["id"], "n1");
    assert_eq!(
        value["companies"],
        json!(["alibaba", "huawei", "zte"]),
        "sorted, without what is held back"
    );
    assert_eq!(value["topics"], json!(["delisting"]));
    assert_eq!((&value["alert"], &value["severity"]), (&json!(true), &json!("high")));
    assert_eq!((&value["copy_of"], &value["story"]), (&json!(null), &json!("n1")));
    for hit in value["hits"].as_array().unwrap() {
        assert_eq!(keys(hit), "kind entity term field start end".split(' ').collect(), "{hit}");
    }
    let held = value["held_back"].as_array().unwrap();
    assert!(!held.is_empty(), "the retailer is held back: {value}");
    for hit in held {
        assert_eq!(keys(hit), "kind entity term field start end guard".split(' ').collect());
        assert_eq!(hit["entity"], "target");
        assert!(hit["guard"].as_str().is_some_and(|guard| !guard.is_empty()), "{hit}");
    }
    let first = answer.out.lines().next().unwrap();
    assert!(first.starts_with("{\"id\":\"n1\",\"companies\":["), "{first}");
}

/// What is found in an item stands at these bytes of the decoded string of its field.
#[track_caller]
fn check(item: &Value, expected: &[(&str, &str, &str, &str)]) {
    let value = &judged(std::slice::from_ref(item))[0];
    let mut found = Vec::new();
    for hit in value["hits"].as_array().unwrap() {
        let field = hit["field"].as_str().unwrap();
        let text = match field.strip_prefix("categories[") {
            Some(rest) => &item["categories"][rest.trim_end_matches(']').parse::<usize>().unwrap()],
            None => &item[field],
        };
        let (start, end) = (hit["start"].as_u64().unwrap(), hit["end"].as_u64().unwrap());
        let span = usize::try_from(start).unwrap()..usize::try_from(end).unwrap();
        let text = text.as_str().unwrap();
        let words = text.get(span).unwrap_or_else(|| panic!("no characters of '{text}': {hit}"));
        found.push((hit["kind"].as_str().unwrap(), hit["entity"].as_str().unwrap(), field, words));
    }
    for one in expected {
        assert!(found.contains(one), "{one:?} is not among {found:?}");
    }
    let entities = |all: &[(&str, &str, &str, &str)]| {
        all.iter().map(|one| (one.1.to_owned(), one.2.to_owned())).collect::<BTreeSet<_>>()
    };
    assert_eq!(entities(&found), entities(expected), "{found:?}");
}

#[test]
fn offsets_are_bytes_of_the_decoded_string() {
    let huawei = |field| ("company", "huawei", field, "Huawei");
    check(&json!({"title": "Huawei"}), &[huawei("title")]);
    check(
        &json!({"summary": "😀😀 阿里巴巴, Huawei 😀"}),
        &[("company", "alibaba", "summary", "阿里巴巴"), huawei("summary")],
    );
    check(
        &json!({"content": "<p>Ünder <b>Huawei</b>&amp; &nbsp;<i>it</i></p>"}),
        &[huawei("content")],
    );
    check(&json!({"categories": ["Técnica", "中国 Huawei", "x"]}), &[huawei("categories[1]")]);
    check(&json!({"title": "\u{feff}\t\u{200b}Huawei’s “chips”\r\n"}), &[huawei("title")]);
    check(
        &json!({"title": "Ｈｕａｗｅｉ wins"}),
        &[("company", "huawei", "title", "Ｈｕａｗｅｉ")],
    );
    check(
        &json!({"title": "delisted", "summary": "Delisting of Huawei", "content": "e\u{301} de-list"}),
        &[
            ("topic", "delisting", "title", "delisted"),
            ("topic", "delisting", "summary", "Delisting"),
            huawei("summary"),
            ("topic", "delisting", "content", "de-list"),
        ],
    );
}

/// The same text written with JSON's escapes is the same text.
#[test]
fn escapes_of_json_do_not_count() {
    let plain = matched("{\"title\":\"😀 \\\"阿里巴巴\\\" / Huawei\"}\n".as_bytes()).ends(0);
    let escaped =
        matched(br#"{"title":"\ud83d\ude00 \"\u963f\u91cc\u5df4\u5df4\" \/ \u0048uawei"}"#).ends(0);
    assert_eq!(plain.out, escaped.out);
    assert_eq!(plain.lines()[0]["hits"].as_array().unwrap().len(), 2);
}

#[test]
fn what_is_missing_null_or_unknown_is_empty() {
    let empty = judged(&[json!({"title": null})]).remove(0);
    assert_eq!(
        empty,
        json!({"id": "", "companies": [], "topics": [], "alert": false, "severity": null, "reasons": [],
            "copy_of": null, "story": "", "hits": [], "held_back": []})
    );
    for item in [
        json!({"id": null, "title": null, "summary": null, "content": null, "categories": null,
            "source": null, "official": null, "lang": null, "published": null}),
        json!({"label": {"deep": [1, 2, {}]}, "hits": 7, "": "", "content": ""}),
        json!({"title": "", "categories": []}),
    ] {
        assert_eq!(judged(std::slice::from_ref(&item))[0], empty, "{item}");
    }
}

/// Somebody else's keys are no silence of the watchlist.
#[test]
fn a_line_without_words_is_said() {
    let wordless = b"{\"id\":\"1\",\"headline\":\"SEC to delist Huawei\"}\n{}\n{\"titel\":\"x\",\"texte\":\"y\"}\n";
    let answer = matched(wordless).ends(0);
    assert_eq!(answer.lines().len(), 3, "judged all the same");
    let what = "no title, summary, content or categories, so nothing can be found in it";
    assert_eq!(
        answer.err,
        format!(
            "standard input:1: warning: {what}; its key 'headline' is unknown\n\
             standard input:2: warning: {what}\n\
             standard input:3: warning: {what}; its keys 'texte', 'titel' are unknown\n"
        )
    );
    let answer = matched("{}\n".repeat(12).as_bytes()).ends(0);
    assert_eq!(answer.err.lines().count(), 11, "{answer}");
    assert!(
        answer.err.ends_with("standard input: warning: 2 further lines without words\n"),
        "{answer}"
    );
}

/// A time that is none would put the item into another hour and another story.
#[test]
fn a_time_that_is_none_is_said() {
    let answer = matched(b"{\"title\":\"x\",\"published\":\"12.11.2026\"}\n").ends(0);
    assert_eq!(answer.lines().len(), 1);
    assert_eq!(
        answer.err,
        "standard input:1: warning: published \"12.11.2026\" is no time like 2026-11-23T08:00:00Z, so that of the \
         line before counts\n"
    );
}

#[test]
fn a_line_that_breaks_off_is_one_line() {
    let answer = matched(b"{\"title\":\"x\"\n").ends(65);
    let error = "EOF while parsing an object at column 12";
    assert_eq!(answer.lines(), [json!({ "line": 1, "error": error })]);
}

#[test]
fn what_other_programs_put_between_and_before_lines_is_passed_over() {
    let lines = b"\xef\xbb\xbf{\"id\":\"1\",\"title\":\"Huawei\"}\r\n\r\n  \n{\"id\":\"2\",\"title\":\"Huawei\"}\r\nnonsense\n\n";
    let answer = matched(lines).ends(65);
    let values = answer.lines();
    assert_eq!(values.len(), 3, "{answer}");
    assert_eq!(values[0]["companies"], json!(["huawei"]));
    assert_eq!((&values[1]["id"], &values[2]["line"]), (&json!("2"), &json!(5)));
}

#[test]
fn severity_says_how_grave_and_alert_whether_it_is_told() {
    for (title, alert, severity) in [
        ("Alibaba faces delisting", true, json!("high")),
        ("Alibaba under audit inspection", true, json!("medium")),
        ("Alibaba opens an office", false, json!("low")),
        ("A delisting", false, json!("low")),
        ("ZTE opens an office", true, json!("medium")),
        ("Its price target and Target", false, json!(null)),
        ("Nothing of interest", false, json!(null)),
    ] {
        let value = judged(&[json!({"id": "x", "title": title})]).remove(0);
        assert_eq!((&value["alert"], &value["severity"]), (&json!(alert), &severity), "{title}");
        if severity == json!(null) {
            assert_eq!((&value["story"], &value["hits"]), (&json!("x"), &json!([])), "{title}");
        }
    }
}

/// A bad line is answered in its place; the rest goes on.
#[test]
fn a_bad_line_costs_itself_alone() {
    let bad: [&[u8]; 7] = [
        b"nonsense",
        b"{\"title\":\"cut",
        b"{\"title\":\"bad \xff\xfe bytes\"}",
        b"[\"a list\"]",
        b"null",
        b"{\"title\":7}",
        b"{} {}",
    ];
    let mut lines = b"{\"id\":\"first\"}\n".to_vec();
    for line in bad {
        lines.extend_from_slice(line);
        lines.extend_from_slice(b"\n{\"id\":\"between\",\"title\":\"Huawei\"}\r\n");
    }
    lines.extend_from_slice(b"{\"id\":\"last\"}");
    let answer = matched(&lines).ends(65);
    let values = answer.lines();
    assert_eq!(values.len(), 2 + 2 * bad.len(), "one line out per line in");
    assert_eq!((&values[0]["id"], &values[15]["id"]), (&json!("first"), &json!("last")));
    for (at, line) in bad.iter().enumerate() {
        let told = &values[1 + 2 * at];
        let shown = String::from_utf8_lossy(line);
        assert_eq!(keys(told), BTreeSet::from(["error", "line"]), "{shown}: {told}");
        assert_eq!(told["line"], json!(2 + 2 * at), "{shown}");
        let words = told["error"].as_str().unwrap();
        assert!(!words.is_empty() && !words.contains("line 1"), "{shown}: {words}");
        assert_eq!(values[2 + 2 * at]["companies"], json!(["huawei"]), "after {shown}");
    }
}

#[test]
fn an_empty_input_has_an_empty_answer() {
    let answer = matched(b"").ends(0);
    assert_eq!((answer.out.as_str(), answer.err.as_str()), ("", ""));
}

/// A paragraph as a wire sends it, long enough to be recognised again.
const WIRE: &str = "A White House memo accuses Alibaba of helping the Chinese military, and lawmakers \
    urge the Securities and Exchange Commission to delist the company from the New York exchange \
    within sixty days, people familiar with the matter said on Friday.";

fn item(id: &str, source: &str, published: Option<&str>, title: &str, content: &str) -> Value {
    json!({"id": id, "source": source, "published": published, "title": title, "content": content})
}

fn grouped(items: &[Value]) -> Vec<(String, Option<String>)> {
    let text = |value: &Value| value.as_str().map(ToOwned::to_owned);
    judged(items)
        .iter()
        .map(|value| (text(&value["story"]).unwrap(), text(&value["copy_of"])))
        .collect()
}

#[test]
fn a_copy_is_one_of_an_earlier_line_of_another_source() {
    let title = "Lawmakers urge SEC to delist Alibaba";
    let (one, two) = (Some("2026-11-20T13:00:00Z"), Some("2026-11-20T15:30:00Z"));
    let own = |id: &str| (id.to_owned(), None);
    let first = item("a", "wire", one, title, WIRE);
    let copy = item("b", "paper", two, title, WIRE);
    let other =
        item("c", "paper", two, "Huawei opens an office in Lisbon", "It employs forty people.");
    assert_eq!(
        grouped(&[first.clone(), other.clone(), copy.clone()]),
        [own("a"), own("c"), ("a".into(), Some("a".into()))]
    );
    let turned = grouped(&[copy.clone(), other, first.clone()]);
    assert_eq!(turned, [own("b"), own("c"), ("b".into(), Some("b".into()))], "by order of lines");
    let same = item("d", "wire", two, title, WIRE);
    assert_eq!(grouped(&[first, same])[1].1, None, "a source does not copy itself");
}

/// Without a time of its own a line has the previous line's.
#[test]
fn a_line_without_a_time_shares_the_previous_one() {
    let first = || {
        item(
            "a",
            "wire",
            Some("2026-11-01T00:00:00Z"),
            "SEC may delist Alibaba",
            "Lawmakers wrote to it.",
        )
    };
    let later = |published| item("b", "paper", published, "Huawei opens an office", "In Lisbon.");
    let third = |published| {
        item("c", "post", published, "SEC may delist Alibaba, lawmakers write", "They wrote to it.")
    };
    let near = Some("2026-11-01T02:00:00Z");
    let far = Some("2026-11-15T00:00:00Z");
    let story = |two: Option<&'static str>, three: Option<&'static str>| {
        grouped(&[first(), later(two), third(three)])[2].0.clone()
    };
    assert_eq!(story(near, near), "a", "within 48 hours it is the same event");
    assert_eq!(story(far, far), "c", "after 48 hours it is another");
    assert_eq!(story(near, None), "a");
    assert_eq!(story(far, None), "c", "null is the previous line's time, not the first one's");
    assert_eq!(story(None, None), "a", "over several lines");
}

/// Grouping looks back only: what comes later changes nothing that was said before.
#[test]
fn earlier_answers_do_not_depend_on_later_lines() {
    let titles =
        ["SEC may delist Alibaba", "Huawei opens an office", "SEC may delist Alibaba soon"];
    let items: Vec<Value> = (0..12)
        .map(|at| item(&format!("i{at}"), ["wire", "paper"][at % 2], None, titles[at % 3], WIRE))
        .collect();
    let all = judged(&items);
    for length in 1..items.len() {
        assert_eq!(judged(&items[..length]), all[..length]);
    }
}

/// Files and folders, several of them; each is read as what it is.
#[test]
fn several_watchlists_are_one() {
    let top = tempfile::tempdir().unwrap();
    let folder = top.path().join("desk");
    fs::create_dir_all(folder.join("watchlist.d")).unwrap();
    fs::write(
        folder.join("topics.toml"),
        "[[topic]]\nname = \"Delisting\"\nterms = [\"delist\"]\n",
    )
    .unwrap();
    fs::write(folder.join("watchlist.d/a.toml"), "[[company]]\nname = \"Huawei\"\n").unwrap();
    fs::write(folder.join("sources.toml"), "this is not read =").unwrap();
    let file = top.path().join("mine.toml");
    fs::write(&file, "[[company]]\nname = \"ZTE\"\n").unwrap();
    let lines = "{\"title\":\"Huawei and ZTE to be delisted\"}\n";
    let mut command = watchlistd(["match", "--watchlist"]);
    command.arg(&folder).arg("--watchlist").arg(&file).write_stdin(lines);
    let value = answer(&mut command).ends(0).lines().remove(0);
    assert_eq!(value["companies"], json!(["huawei", "zte"]));
    assert_eq!(value["topics"], json!(["delisting"]));
    let mut command = watchlistd(["match", "--watchlist"]);
    let after_one_flag = answer(command.args([&folder, &file]).write_stdin(lines)).ends(0);
    assert_eq!(after_one_flag.lines(), [value]);
    let twice =
        answer(watchlistd(["match", "--watchlist"]).arg(&file).arg("--watchlist").arg(&file));
    twice.ends(78).says("zte");
}

/// A long search may be broken into lines: it is shown on one, and what is wrong in it is pointed at where it stands.
#[test]
fn a_search_may_be_broken_into_lines() {
    let top = tempfile::tempdir().unwrap();
    let file = top.path().join("watchlist.toml");
    let run = |search: &str| {
        let text = format!("[[topic]]\nname = \"Curbs\"\nsearch = [\n  '''{search}''',\n]\n");
        fs::write(&file, text).unwrap();
        let mut command = watchlistd(["match", "--watchlist"]);
        answer(command.arg(&file).write_stdin("{\"id\":\"1\",\"title\":\"A ban on chips\"}\n"))
    };
    let told = run("(ban OR curb)\n     NEAR/4 (chip\n     OR GPU)").ends(0);
    assert_eq!(told.lines()[0]["hits"][0]["term"], "(ban OR curb) NEAR/4 (chip OR GPU)");
    let refused = run("(ban OR curb)\n     NEAR/4 (chip\n     OR GPU").ends(78);
    assert!(refused.err.contains("watchlist.toml:5:13: error"), "{}", refused.err);
    assert!(refused.err.contains("a bracket is not closed"), "{}", refused.err);
}
