//! The whole of bytes → items: content decoding, charset, repair, fields, identity. Whatever comes,
//! nothing panics, the caps hold, no markup or control character reaches an item, and the same
//! document read again brings nothing new.
#![no_main]

use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use watchlistd::collect::decode;
use watchlistd::collect::item::{Reading, identity, sort_out};
use watchlistd::collect::parse::{self, Hints, MAX_ENTRIES};
use watchlistd::model::item::KnownItem;
use watchlistd::model::{FirstRun, Item, Source, SourceId, Timestamp};

/// Most bytes after decompression here: bombs should not make every run slow.
const LIMIT: usize = 1 << 20;

const CODINGS: [Option<&str>; 6] =
    [None, Some("gzip"), Some("br"), Some("zstd"), Some("deflate"), Some("gzip, br")];
const TYPES: [Option<&str>; 4] = [
    None,
    Some("text/xml; charset=windows-1251"),
    Some("application/rss+xml; charset=utf-8"),
    Some("text/html; charset=GB18030"),
];
const ADDRESSES: [Option<&str>; 2] = [None, Some("https://news.test/feeds/all.xml?x=1")];

fuzz_target!(|input: &[u8]| {
    // How it came, then what came.
    let Some((way, bytes)) = input.split_first() else { return };
    let way = usize::from(*way);
    let coding = CODINGS[way % CODINGS.len()];
    let Ok(body) = decode::decode(bytes.to_vec(), coding, LIMIT) else { return };
    assert!(body.bytes.len() <= LIMIT);
    let hints = Hints {
        content_type: TYPES[way / 6 % TYPES.len()],
        url: ADDRESSES[way / 24 % ADDRESSES.len()],
    };
    let Ok(document) = parse::parse(&body.bytes, &hints) else { return };
    assert!(document.entries.len() <= MAX_ENTRIES);
    for entry in &document.entries {
        let odd = |one: char| one.is_control() && one != '\n';
        assert!(!entry.text.title.contains(odd), "{:?}", entry.text.title);
        assert!(!entry.text.title.contains('\n'), "{:?}", entry.text.title);
        let key = identity(entry);
        assert_eq!(key, identity(entry));
    }
    let source = Source {
        id: SourceId::new("fuzzed"),
        url: "https://news.test/feed".to_owned(),
        official: false,
        lang: None,
        interval: Duration::from_secs(60),
        allow_private: false,
        first_run: FirstRun::All,
    };
    let now = Timestamp::from_millis(1_800_000_000_000);
    let sort = |known: &[KnownItem]| {
        let reading = if known.is_empty() { Reading::First } else { Reading::Usual };
        sort_out(&source, None, document.entries.clone(), known, reading, now)
    };
    let first = sort(&[]);
    assert!(first.edited.is_empty() && first.seen.is_empty());
    let known: Vec<KnownItem> = first.new.iter().map(remembered).collect();
    let again = sort(&known);
    assert!(known.is_empty() || again.new.is_empty(), "{:?}", again.new);
    assert!(known.is_empty() || again.edited.is_empty(), "{:?}", again.edited);
});

fn remembered(item: &Item) -> KnownItem {
    KnownItem {
        id: item.id.clone(),
        revision: item.revision,
        identity: watchlistd::model::item::Identity {
            guid: item.guid.clone(),
            link: item.link.clone(),
            text_hash: item.text_hash.clone(),
        },
        title: item.text.title.clone(),
        published: item.published,
        first_seen: item.first_seen,
        arrival: item.arrival,
        learnt: None,
    }
}
