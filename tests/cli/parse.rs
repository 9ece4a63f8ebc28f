//! `parse`: the items of a document, its complaints, and whether it is a feed at all.

use std::fs;
use std::io::Write;

use flate2::write::GzEncoder;
use serde_json::{Value, json};

use super::{Answer, answer, watchlistd};

/// Parses a document from standard input.
fn parsed(arguments: &[&str], document: &[u8]) -> Answer {
    let answer = answer(watchlistd(["parse"]).args(arguments).arg("-").write_stdin(document));
    for words in ["panicked", "RUST_BACKTRACE", "src/"] {
        assert!(!answer.err.contains(words), "{answer}");
    }
    answer
}

const RSS: &str = r#"<rss version="2.0"><channel><title>Wire</title><link>https://wire.test/</link>
<description>News</description>
<item><guid isPermaLink="false">n-1</guid><title>SEC &amp;amp; &lt;b&gt;Alibaba&lt;/b&gt;</title><link>/news/1</link>
<description>&lt;p&gt;It may be &lt;i&gt;delisted&lt;/i&gt;.&lt;/p&gt;</description>
<category>Markets</category><category>China</category>
<pubDate>Fri, 20 Nov 2026 08:00:00 -0500</pubDate></item>
<item><title>Odd</title><link>javascript:alert(1)</link></item>
<item><guid>n-3</guid><description>No title</description></item>
</channel></rss>"#;

const ATOM: &str = r#"<feed xmlns="http://www.w3.org/2005/Atom"><title>Wire</title><id>urn:wire</id>
<updated>2026-11-20T10:00:00Z</updated>
<entry><id>urn:a</id><title>Both dates</title><link rel="self" href="https://wire.test/self"/>
<link rel="alternate" href="https://wire.test/a"/><published>2026-11-19T09:00:00+01:00</published>
<updated>2026-11-20T09:00:00Z</updated></entry>
<entry><id>urn:b</id><title>Updated only</title><updated>2026-11-20T09:30:00Z</updated></entry>
</feed>"#;

const JSON: &str = r#"{"version":"https://jsonfeed.org/version/1.1","title":"Wire","items":[
{"id":"j1","url":"https://wire.test/j1","title":"Huawei","content_text":"Chips","date_published":"2026-11-20T08:00:00Z","tags":["a","b"]}]}"#;

const EMPTY: &str = r#"<rss version="2.0"><channel><title>Wire</title><link>https://wire.test/</link>
<description>News</description></channel></rss>"#;

fn dates(answer: &Answer) -> Vec<Value> {
    answer.lines().iter().map(|item| item["date"].clone()).collect()
}

#[test]
fn an_item_holds_these_keys_in_document_order() {
    let answer = parsed(&["--url", "https://wire.test/feeds/all.xml"], RSS.as_bytes()).ends(0);
    let items = answer.lines();
    assert_eq!(items.len(), 3, "{answer}");
    for item in &items {
        let mut keys: Vec<&str> = item.as_object().unwrap().keys().map(String::as_str).collect();
        keys.sort_unstable();
        assert_eq!(keys, ["categories", "date", "id", "link", "summary", "title"]);
    }
    assert_eq!(items[0]["id"], "n-1");
    assert_eq!(items[0]["title"], "SEC & Alibaba", "plain text");
    assert_eq!(items[0]["link"], "https://wire.test/news/1", "resolved against --url");
    assert_eq!(items[0]["date"], "2026-11-20T13:00:00Z");
    assert_eq!(items[0]["categories"], json!(["Markets", "China"]));
    assert_eq!(items[0]["summary"], "It may be delisted.");
    assert_eq!(
        items[1]["link"], "javascript:alert(1)",
        "what a mail links to is the mail's matter"
    );
    assert_eq!(items[1]["date"], json!(null));
    assert_eq!((&items[2]["title"], &items[2]["link"]), (&json!(""), &json!(null)));
    assert_eq!((&items[2]["id"], &items[2]["summary"]), (&json!("n-3"), &json!("No title")));
}

#[test]
fn a_date_is_published_else_updated() {
    let answer = parsed(&[], ATOM.as_bytes()).ends(0);
    assert_eq!(dates(&answer), [json!("2026-11-19T08:00:00Z"), json!("2026-11-20T09:30:00Z")]);
    assert_eq!(answer.lines()[0]["link"], "https://wire.test/a", "the alternate, not self");
}

#[test]
fn files_pipes_and_archives_say_the_same() {
    let top = tempfile::tempdir().unwrap();
    let plain = top.path().join("feed.xml");
    fs::write(&plain, RSS).unwrap();
    let packed = top.path().join("feed.xml.gz");
    let mut gzip = GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(RSS.as_bytes()).unwrap();
    let gzip = gzip.finish().unwrap();
    fs::write(&packed, &gzip).unwrap();
    let expected = parsed(&[], RSS.as_bytes()).ends(0).out;
    assert!(!expected.is_empty());
    assert_eq!(answer(watchlistd(["parse"]).arg(&plain)).ends(0).out, expected);
    assert_eq!(answer(watchlistd(["parse"]).arg(&packed)).ends(0).out, expected);
    assert_eq!(parsed(&[], &gzip).ends(0).out, expected);
    let cut = parsed(&[], &gzip[..gzip.len() - 20]);
    assert!(cut.err.contains("ended early"), "what is missing is said\n{cut}");
}

/// What is a feed ends with 0, what is none with 65 and why.
#[test]
fn a_feed_is_0_and_anything_else_65() {
    for (name, document) in [("RSS", RSS), ("Atom", ATOM), ("JSON Feed", JSON)] {
        let answer = parsed(&[], document.as_bytes()).ends(0);
        assert!(!answer.out.is_empty(), "{name}");
    }
    let empty = parsed(&[], EMPTY.as_bytes()).ends(0);
    assert_eq!(empty.out, "", "a feed without items is one");
    let deep = "<a>".repeat(200_000);
    let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;\">\
                <!ENTITY c \"&b;&b;&b;&b;&b;&b;\">]><x>&c;&c;</x>";
    for (name, document) in [
        ("nothing", &b""[..]),
        ("blanks", b" \n\t "),
        ("words", b"Service unavailable"),
        (
            "a web page",
            b"<!DOCTYPE html><html><head><title>Log in</title></head><body>x</body></html>",
        ),
        ("other XML", b"<?xml version=\"1.0\"?><note><to>Mei</to></note>"),
        ("other JSON", b"{\"error\":\"not found\"}"),
        ("bytes", b"\x00\x01\x02\xff\xfe\xfd"),
        ("depth", deep.as_bytes()),
        ("entities", bomb.as_bytes()),
        ("deep JSON", "[".repeat(200_000).as_bytes()),
    ] {
        let answer = parsed(&[], document);
        assert_eq!(answer.code, Some(65), "{name}\n{}", answer.err);
        assert_eq!(answer.out, "", "{name}");
        assert!(
            answer.err.starts_with("-: ") && answer.err.len() < 2_000,
            "{name}: {}",
            answer.err
        );
    }
}

/// Whatever a feed holds, an item is one line of JSON without control characters of a terminal.
#[test]
fn hostile_items_stay_lines_of_json() {
    let document = "<rss version=\"2.0\"><channel><title>x</title>\
        <item><guid>1\n2</guid><title>Red \u{9b}31m \u{202e}evil&#10;line&#x2028;</title>\
        <link>https://wire.test/a b\"c&lt;d&gt;</link></item>\
        <item><guid>1\n2</guid><title>Second</title></item></channel></rss>";
    let answer = parsed(&[], document.as_bytes()).ends(0);
    assert_eq!(answer.lines().len(), 2, "a duplicate guid hides nothing\n{answer}");
    assert!(!answer.out.contains('\u{1b}'));
}
