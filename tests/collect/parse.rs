//! Bytes to entries: what comes out of documents as they are found.

use std::fmt::Write as _;

use proptest::prelude::*;
use watchlistd::collect::item;
use watchlistd::collect::parse::{Document, Hints, MAX_ENTRIES, NotAFeed, parse};

const CLEAN_RSS: &str = include_str!("../fixtures/feeds/clean-rss.xml");
const CLEAN_ATOM: &str = include_str!("../fixtures/feeds/clean-atom.xml");

fn read(text: impl AsRef<[u8]>) -> Result<Document, NotAFeed> {
    let hints = Hints { content_type: None, url: Some("https://odd.test/feed") };
    parse(text.as_ref(), &hints)
}

/// A document as people would note it down.
fn shown(text: impl AsRef<[u8]>) -> String {
    let document = match read(text) {
        Ok(document) => document,
        Err(not) => return format!("not a feed: {not}"),
    };
    let mut out = format!(
        "{:?} {:?} lang {:?} ttl {:?} lost {}\n",
        document.kind,
        document.title.unwrap_or_default(),
        document.lang.unwrap_or_default(),
        document.ttl.map_or(0, |ttl| ttl.as_secs()),
        document.lost
    );
    for entry in document.entries {
        let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        writeln!(
            out,
            "{:?} <{}> id {} at {}/{}",
            entry.text.title,
            or_dash(entry.link),
            or_dash(entry.guid),
            or_dash(entry.published.map(|at| at.to_string())),
            or_dash(entry.updated.map(|at| at.to_string())),
        )
        .expect("memory takes it");
        for (name, text) in [("summary", entry.text.summary), ("content", entry.text.content)] {
            if !text.is_empty() {
                writeln!(out, "  {name} {text:?}").expect("memory takes it");
            }
        }
        if !entry.text.categories.is_empty() {
            writeln!(out, "  in {:?}", entry.text.categories).expect("memory takes it");
        }
    }
    out
}

#[test]
fn clean_documents() {
    insta::assert_snapshot!(shown(CLEAN_RSS), @r#"
    Rss "Harbour Trade Desk" lang "en-gb" ttl 3600 lost false
    "Memo accuses Alibaba of helping the army & navy" <https://desk.test/2026/memo?utm_source=rss> id desk-101 at 2026-11-20T08:30:00Z/-
      summary "Lawmakers urge a delisting.\nThe company denies it."
      content "The memo names military-civil fusion."
      in ["Sanctions", "Technology"]
    "阿里巴巴 responds" <https://desk.test/2026/reply> id https://desk.test/2026/reply at 2026-11-19T23:00:00Z/-
      summary "A statement was filed in Hong Kong."
    "#);
    insta::assert_snapshot!(shown(CLEAN_ATOM), @r#"
    Atom "Bulletin of the Licensing Office" lang "en" ttl 0 lost false
    "Two firms & one port" <https://office.test/bulletin/7> id urn:example:bulletin:7 at 2026-11-19T09:00:00Z/2026-11-20T09:00:00Z
      summary "Licences are withdrawn."
      content "Licences of two firms are withdrawn."
      in ["Exports"]
    "#);
    insta::assert_snapshot!(shown(include_str!("../fixtures/feeds/feed.json")), @r#"
    Json "Wire" lang "en" ttl 0 lost false
    "Numbers for ids" <https://wire.test/17> id 17 at 2026-11-20T05:00:00Z/-
      content "Plain < words"
      in ["ports", "law"]
    "" <https://wire.test/18> id 18 at -/-
      content "No title"
    "#);
}

#[test]
fn old_documents() {
    insta::assert_snapshot!(shown(include_str!("../fixtures/feeds/rdf-090.xml")), @r#"
    Rss "Old harbour" lang "" ttl 0 lost false
    "Cranes idle" <https://old.test/cranes> id - at -/-
    "Ferries full" <https://old.test/ferries> id - at -/-
    "#);
    insta::assert_snapshot!(shown(include_str!("../fixtures/feeds/atom-03.xml")), @r#"
    Atom "Three" lang "" ttl 0 lost false
    "A bold step" <https://three.test/log/step> id tag:three.test,2026:step at 2026-11-18T00:00:00Z/2026-11-18T01:00:00Z
      content "One\nTwo"
    "#);
}

#[test]
fn broken_documents() {
    insta::assert_snapshot!(shown(include_str!("../fixtures/feeds/broken.xml")), @r#"
    Rss "Café & Trade" lang "" ttl 0 lost false
    "Profit < loss at R&D unit" <https://odd.test/story/1> id https://odd.test/story/1 at 2026-11-20T06:15:00Z/-
      summary "First paragraph\nsecond"
    "A headline from elsewhere" <https://odd.test/story/2> id https://odd.test/story/2 at 2026-11-19T21:00:00Z/-
    "Never closed before" <https://odd.test/story/3> id - at -/-
    "#);
    insta::assert_snapshot!(shown(include_str!("../fixtures/feeds/cut.xml")), @r#"
    Rss "Cut" lang "" ttl 0 lost true
    "Whole" <https://cut.test/1> id 1 at -/-
      summary "All of it."
    "#);
}

#[test]
fn what_is_no_feed_says_what_it_is() {
    for (text, expected) in [
        (
            include_str!("../fixtures/feeds/page.html"),
            "a web page instead of a feed; it names https://odd.test/feed.xml as its feed",
        ),
        ("", "an empty document"),
        ("  \n", "an empty document"),
        ("Forbidden", "text without any markup of a feed"),
        ("<svg><path/></svg>", "a document of <svg> instead of a feed"),
        ("{\"error\": \"no such feed\"}", "a JSON document without items"),
    ] {
        assert_eq!(read(text).unwrap_err().to_string(), expected);
    }
}

#[test]
fn a_feed_without_items_is_a_feed() {
    for text in [
        "<rss version=\"2.0\"><channel><title>x</title></channel></rss>",
        "<feed xmlns=\"http://www.w3.org/2005/Atom\"/>",
        "{\"version\": \"https://jsonfeed.org/version/1\", \"title\": \"x\", \"items\": []}",
    ] {
        let document = read(text).unwrap();
        assert_eq!((document.entries.len(), document.lost), (0, false), "{text}");
    }
}

/// Without an address from outside, a feed's own link is what its relative links are relative to.
#[test]
fn a_feed_may_say_itself_where_it_is() {
    let atom = |links: &str| {
        format!(
            "<feed xmlns=\"http://www.w3.org/2005/Atom\">{links}\
             <entry><id>1</id><title>x</title><link href=\"../a\"/></entry></feed>"
        )
    };
    let rss = |link: &str| {
        format!(
            "<rss version=\"2.0\"><channel><link>{link}</link>\
             <item><title>x</title><link>../a</link></item></channel></rss>"
        )
    };
    let both = "<link href=\"https://desk.test/\"/>\
                <link rel=\"self\" href=\"https://desk.test/log/feed/atom\"/>";
    let json = "{\"version\": \"https://jsonfeed.org/version/1\", \"title\": \"x\", \
                \"feed_url\": \"https://desk.test/log/\", \
                \"items\": [{\"id\": \"1\", \"url\": \"../a\", \"content_text\": \"x\"}]}";
    for (text, link) in [
        (atom(both), "https://desk.test/log/a"),
        (atom("<link href=\"https://desk.test/log/\"/>"), "https://desk.test/a"),
        (atom("<link rel=\"hub\" href=\"https://hub.test/\"/>"), "../a"),
        (atom("<link href=\".\"/>"), "../a"),
        (rss("https://desk.test/log/"), "https://desk.test/a"),
        (rss("desk"), "../a"),
        (json.to_owned(), "https://desk.test/a"),
    ] {
        // With and without repairs.
        for text in [text.clone(), text.replace("<title>x", "<title>R&D <b>x</b>")] {
            let found = parse(text.as_bytes(), &Hints::default()).unwrap();
            assert_eq!(found.entries[0].link.as_deref(), Some(link), "{text}");
        }
        let told = read(&text).unwrap().entries[0].link.clone();
        assert_eq!(told.as_deref(), Some("https://odd.test/a"), "an address from outside wins");
    }
}

/// A stray character anywhere sends a document to the other reader; no item may look edited.
#[test]
fn both_readers_give_the_same_items() {
    for clean in [CLEAN_RSS, CLEAN_ATOM] {
        let repaired = clean.replacen("<title>", "<title>R&D ", 1);
        assert_ne!(clean, repaired);
        let (one, other) = (read(clean).unwrap(), read(repaired).unwrap());
        assert!(one.complaints.is_empty() && !other.complaints.is_empty());
        let identities = |document: Document| -> Vec<_> {
            document.entries.iter().map(|entry| (item::identity(entry), entry.published)).collect()
        };
        assert_eq!(identities(one), identities(other));
    }
}

/// Markup that is escaped within XHTML is text: a headline about tags, not one with tags.
#[test]
fn escaped_markup_in_xhtml_is_text() {
    let feed = |title: &str| {
        format!(
            "<feed xmlns=\"http://www.w3.org/2005/Atom\"><id>f</id><entry><id>1</id>\
             <title type=\"xhtml\"><div xmlns=\"http://www.w3.org/1999/xhtml\">{title}</div>\
             </title></entry></feed>"
        )
    };
    for (title, expected) in [
        ("The &lt;blink&gt; tag is back", "The <blink> tag is back"),
        ("The <b>bold</b> tag &amp; others", "The bold tag & others"),
        ("A &#60;p&#62; and no more", "A <p> and no more"),
    ] {
        for text in [feed(title), feed(title).replace("<id>f</id>", "<id>R&D</id>")] {
            assert_eq!(read(&text).unwrap().entries[0].text.title, expected, "{text}");
        }
    }
}

#[test]
fn encodings_come_out_as_the_same_text() {
    let text = CLEAN_RSS.replace(" encoding=\"UTF-8\"", "");
    let expected = read(&text).unwrap().entries;
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let declared = text.replace("?>", " encoding=\"GB18030\"?>");
    let (gbk, ..) = encoding_rs::GB18030.encode(&declared);
    let mut marked = b"\xef\xbb\xbf".to_vec();
    marked.extend_from_slice(text.as_bytes());
    let nulls = text.replace("Alibaba", "Ali\0baba");
    for (name, bytes) in [
        ("UTF-16BE without a mark", utf16),
        ("GB18030", gbk.into_owned()),
        ("a byte order mark", marked),
        ("a wrong declaration", text.replace("?>", " encoding=\"latin1\"?>").into_bytes()),
        ("NULs", nulls.into_bytes()),
    ] {
        assert_eq!(read(bytes).unwrap().entries, expected, "{name}");
    }
}

#[test]
fn control_characters_reach_no_item_however_they_are_packed() {
    let packed = data_encoding::BASE64.encode("Bank\u{1d} of\u{9b} A\0".as_bytes());
    let atom = format!(
        r#"<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title mode="base64">{packed}</title>
        <entry><title mode="base64">{packed}</title><content mode="base64">{packed}</content>
        <link rel="alternate" href="https://a.test/1"/></entry></feed>"#
    );
    let said = r"Bank\u001d of\u009b A\u0000";
    let json = format!(
        r#"{{"version":"https://jsonfeed.org/version/1.1","title":"{said}","language":"e\u001dn","items":[{{
        "id":"{said}","url":"https://a.test/\u00071","title":"{said}","content_text":"{said}",
        "summary":"{said}","tags":["{said}"]}}]}}"#
    );
    // Cut off, it is read without feed-rs.
    let cut = json.strip_suffix("]}").expect("its end");
    for document in [&atom, &json, cut] {
        let document = read(document).expect("a feed");
        let entry = &document.entries[0];
        assert_eq!(entry.text.title, "Bank of A");
        let frame = [&document.title, &document.lang, &entry.text.lang].into_iter().flatten();
        let all = frame.map(String::as_str).collect::<String>() + &shown_plainly(entry);
        let odd = |one: &char| one.is_control() && *one != '\n';
        assert_eq!(all.chars().find(odd), None, "{all:?}");
    }
}

/// Everything that an entry says, as it is.
fn shown_plainly(entry: &watchlistd::model::Entry) -> String {
    let text = &entry.text;
    let mut all = [&text.title[..], &text.summary, &text.content].join("\n");
    all.extend([&entry.guid, &entry.link].into_iter().flatten().map(String::as_str));
    all.extend(text.categories.iter().map(String::as_str));
    all
}

#[test]
fn known_killers_cost_one_poll_at_most() {
    let rss = |inner: &str| {
        format!(
            "<rss version=\"2.0\" xmlns:media=\"http://search.yahoo.com/mrss/\" \
             xmlns:itunes=\"http://www.itunes.com/dtds/podcast-1.0.dtd\">\
             <channel>{inner}</channel></rss>"
        )
    };
    let nested = format!("{}{}", "<media:group>".repeat(700), "</media:group>".repeat(700));
    let duration = "<itunes:duration>99999999999999999999</itunes:duration>";
    let entities = "<!DOCTYPE r [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;\">]>";
    for (name, text, entries, lost) in [
        ("nesting", rss(&format!("<item><title>x</title>{nested}</item>")), 1, false),
        ("elements without end", rss(&"<a>".repeat(100_000)), 0, true),
        (
            "an author",
            rss("<item><title>x</title><author>新华社（a@b.com）</author></item>"),
            1,
            false,
        ),
        ("a duration", rss(&format!("<item><title>x</title>{duration}</item>")), 1, false),
        (
            "two declarations",
            format!(
                "<?xml version='1.0'?>\n<?xml version='1.0'?>{}",
                rss("<item><title>x</title></item>")
            ),
            1,
            false,
        ),
        ("entities", format!("{entities}{}", rss("<item><title>&b;</title></item>")), 1, false),
        (
            "a long title",
            rss(&format!("<item><title>{}</title></item>", "x".repeat(100_000))),
            1,
            true,
        ),
        (
            "many items",
            rss(&"<item><title>x</title></item>".repeat(MAX_ENTRIES + 5)),
            MAX_ENTRIES,
            true,
        ),
        (
            "a long link",
            rss(&format!(
                "<item><title>x</title><link>http://x.test/{}</link></item>",
                "é".repeat(20_000)
            )),
            1,
            true,
        ),
        (
            "a long id",
            rss(&format!("<item><title>x</title><guid>{}</guid></item>", "g".repeat(20_000))),
            1,
            true,
        ),
        ("many blank items", rss(&"<item/>".repeat(100_000)), 0, true),
        ("deep JSON", format!("{{\"items\": [{}", "[".repeat(10_000)), 0, true),
    ] {
        match read(&text) {
            Ok(document) => {
                assert_eq!((document.entries.len(), document.lost), (entries, lost), "{name}");
            }
            Err(not) => assert_eq!(name, "deep JSON", "{not}"),
        }
    }
}

#[test]
fn a_cut_document_keeps_what_was_whole_and_says_so() {
    let whole = read(CLEAN_RSS).unwrap().entries;
    let end_of_first = CLEAN_RSS.find("</item>").unwrap() + "</item>".len();
    for at in (0..CLEAN_RSS.len()).filter(|at| CLEAN_RSS.is_char_boundary(*at)) {
        let Ok(document) = read(&CLEAN_RSS[..at]) else {
            assert!(at < CLEAN_RSS.find("<channel>").expect("it has one"), "cut at {at}");
            continue;
        };
        // Without the very last `>`, nothing is missing.
        let complete = CLEAN_RSS[..at].trim_end().trim_end_matches('>').ends_with("</rss");
        assert_eq!(document.lost, !complete, "cut at {at}");
        if at >= end_of_first {
            assert_eq!(document.entries[0], whole[0], "cut at {at}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever comes, it is a document or it is none: no panic, no date made up.
    #[test]
    fn any_bytes_are_survived(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let failed = "fails on";
        if let Err(not) = read(&bytes) {
            prop_assert!(!not.what.contains(failed));
        }
    }

    /// Whatever stands where a date should: it is read or it is none.
    #[test]
    fn any_date_is_survived(date in "[0-9TtZ:.,/+ ()aApPmM\u{e9}年月日上午時٣-]{1,24}") {
        let text = CLEAN_RSS.replace("Fri, 20 Nov 2026 08:30:00 GMT", &date);
        prop_assert_eq!(read(text).unwrap().entries.len(), 2);
    }

    /// The same for documents that were a feed once.
    #[test]
    fn damaged_feeds_are_survived(
        cuts in proptest::collection::vec((0_usize..1400, 0_usize..40, "[<>&;/\"'=a \u{e9}\\]\\[!?-]{0,6}"), 1..6)
    ) {
        let mut text = CLEAN_RSS.to_owned();
        for (at, length, put) in cuts {
            let start = text.floor_char_boundary(at);
            let end = text.floor_char_boundary((start + length).min(text.len()));
            text.replace_range(start..end, &put);
        }
        if let Err(not) = read(&text) {
            prop_assert!(!not.what.contains("fails on"), "{text}");
        }
    }
}
