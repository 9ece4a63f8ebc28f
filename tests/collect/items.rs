//! Identity as evidence, revisions, the first read.

mod readings;

use proptest::prelude::*;
use watchlistd::collect::item::{self, Past, Reading, Sorted};
use watchlistd::model::item::{Arrival, KnownItem};
use watchlistd::model::source::{Anew, SourceState};
use watchlistd::model::{Entry, FirstRun, Item, ItemText, Source};

use super::{HOUR, now, source as desk};
use watchlistd::collect::source;

fn entry(guid: &str, link: &str, title: &str) -> Entry {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Entry {
        guid: some(guid),
        link: some(link),
        text: ItemText { title: title.to_owned(), ..ItemText::default() },
        published: Some(now().minus(HOUR)),
        updated: None,
    }
}

fn remembered(items: &[Item]) -> Vec<KnownItem> {
    items
        .iter()
        .map(|item| KnownItem {
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
        })
        .collect()
}

fn sort(entries: Vec<Entry>, known: &[KnownItem]) -> Sorted {
    item::sort_out(&desk("https://news.test/"), None, entries, known, Reading::Usual, now())
}

/// What a second document comes to after a first: new, edited, seen.
fn second(first: &[Entry], then: &[Entry]) -> (usize, usize, usize) {
    let known = remembered(&sort(first.to_vec(), &[]).new);
    let sorted = sort(then.to_vec(), &known);
    (sorted.new.len(), sorted.edited.len(), sorted.seen.len())
}

#[test]
fn identity_is_evidence() {
    let a = entry("g1", "https://n.test/1", "Alibaba listed");
    for (name, then, expected) in [
        ("the same", entry("g1", "https://n.test/1", "Alibaba listed"), (0, 0, 1)),
        ("blanks are no words", entry("g1", "https://n.test/1", "Alibaba  listed "), (0, 0, 1)),
        ("same words, other link", entry("g1", "https://n.test/2", "Alibaba listed"), (0, 0, 1)),
        ("same words, other guid", entry("g2", "https://n.test/1", "Alibaba listed"), (0, 0, 1)),
        ("tracking", entry("", "https://n.test/1?utm_source=x#top", "Alibaba listed"), (0, 0, 1)),
        ("new words", entry("g1", "https://n.test/1", "Alibaba delisted"), (0, 1, 0)),
        ("new words, guid alone", entry("g1", "", "Alibaba delisted"), (0, 1, 0)),
        ("new words, link alone", entry("", "https://n.test/1", "Alibaba delisted"), (0, 1, 0)),
        ("guid used again", entry("g1", "https://n.test/2", "Another story"), (1, 0, 0)),
        ("link used again", entry("g2", "https://n.test/1", "Another story"), (1, 0, 0)),
        (
            "other keys for all there is",
            entry("g2", "https://n.test/2", "Alibaba listed"),
            (0, 0, 1),
        ),
        ("all new", entry("g2", "https://n.test/2", "Another story"), (1, 0, 0)),
    ] {
        assert_eq!(second(std::slice::from_ref(&a), &[then]), expected, "{name}");
    }
}

#[test]
fn a_moved_item_with_its_title_is_an_edit() {
    let mut a = entry("g1", "https://n.test/1", "Alibaba listed");
    a.text.summary = "first words".to_owned();
    let mut b = entry("g1", "https://n.test/2", "Alibaba listed");
    b.text.summary = "other words".to_owned();
    assert_eq!(second(&[a], &[b]), (0, 1, 0));
}

#[test]
fn an_edit_keeps_its_id_and_counts_up() {
    let first = sort(vec![entry("g1", "https://n.test/1", "one")], &[]).new;
    let edited = sort(vec![entry("g1", "https://n.test/1", "two")], &remembered(&first)).edited;
    assert_eq!(edited[0].id, first[0].id);
    assert_eq!((edited[0].revision, edited[0].arrival), (2, Arrival::Edited));
    let back = sort(vec![entry("g1", "https://n.test/1", "one")], &remembered(&edited)).edited;
    assert_eq!((back[0].id.clone(), back[0].revision), (first[0].id.clone(), 3));
}

#[test]
fn a_shared_guid_or_link_hides_nothing() {
    let all = ["one", "two", "three", "four"].map(|title| entry("same", "https://n.test/", title));
    assert_eq!(second(&all[..3], &all), (1, 0, 3));
    assert_eq!(second(&all[..1], &all[1..]), (3, 0, 0), "none of them is the first one, edited");
    let ids: std::collections::BTreeSet<_> =
        sort(all.to_vec(), &[]).new.into_iter().map(|item| item.id).collect();
    assert_eq!(ids.len(), 4, "each has an id of its own");
    let links = ["one", "two", "three"].map(|title| entry(title, "https://n.test/", title));
    assert_eq!(second(&links[..2], &links), (1, 0, 2));
}

#[test]
fn what_stands_twice_word_for_word_is_one_item() {
    let a = entry("g1", "https://n.test/1", "one");
    assert_eq!(sort(vec![a.clone(), a.clone()], &[]).new.len(), 1);
    assert_eq!(second(std::slice::from_ref(&a), &[a.clone(), a.clone()]), (0, 0, 1));
}

#[test]
fn churn_is_nothing_new() {
    let titles = ["one", "two", "three", "four", "five"];
    let doc = |mark: &str| {
        titles.map(|title| {
            entry(&format!("{title}-{mark}"), &format!("https://n.test/{title}?{mark}"), title)
        })
    };
    assert_eq!(second(&doc("a"), &doc("b")), (0, 0, 5));
    let mut one_new = doc("b").to_vec();
    one_new[0] = entry("g", "https://n.test/g", "something new");
    assert_eq!(second(&doc("a"), &one_new), (1, 0, 4));
    let mut one_old = doc("a").to_vec();
    one_old[0] = entry("g", "https://n.test/g", "one");
    assert_eq!(second(&doc("a"), &one_old), (1, 0, 4), "one of five is a republication");
}

/// Items as the store keeps them from one poll to the next.
fn keep(items: &mut Vec<Item>, sorted: Sorted) {
    for rekeyed in sorted.rekeyed {
        let item = items.iter_mut().find(|item| item.id == rekeyed.item).unwrap();
        (item.guid, item.link) = (rekeyed.guid, rekeyed.link);
    }
    for edited in sorted.edited {
        let known = items.iter_mut().find(|item| item.id == edited.id).unwrap();
        *known = edited;
    }
    items.extend(sorted.new);
}

fn dated(guid: &str, link: &str, title: &str, hours: u32) -> Entry {
    Entry { published: Some(now().minus(HOUR * hours)), ..entry(guid, link, title) }
}

#[test]
fn what_moved_is_known_by_its_new_keys_from_then_on() {
    for (from, to, dates) in [
        ("http://n.test", "https://n.test", false),
        ("http://www.n.test", "https://n.test", false),
        ("https://old.test", "https://new.test/news", false),
        ("https://old.test", "https://new.test/news", true),
    ] {
        let article = |host: &str, n: u32| {
            let link = format!("{host}/{n}");
            let article = dated(&link, &link, &format!("story {n}"), 30 - n);
            if dates { article } else { Entry { published: None, ..article } }
        };
        let mut items = sort((0..6).map(|n| article(from, n)).collect(), &[]).new;
        let moved = sort((0..6).map(|n| article(to, n)).collect(), &remembered(&items));
        keep(&mut items, moved);
        assert_eq!(items[0].revision, 1, "it is no edit");
        for news in 1..6 {
            let shown: Vec<Entry> = (news..news + 6).map(|n| article(to, n)).collect();
            let sorted = sort(shown, &remembered(&items));
            assert_eq!((sorted.new.len(), sorted.seen.len()), (1, 5), "{from} {to} {news}");
            keep(&mut items, sorted);
        }
        // And an edit of what moved is an edit.
        let mut changed = article(to, 5);
        changed.text.summary = "with a summary".to_owned();
        let sorted = sort(vec![changed], &remembered(&items));
        assert_eq!((sorted.new.len(), sorted.edited.len()), (0, 1), "{from} {to}");
    }
}

#[test]
fn known_words_alone_are_a_known_item_only_where_nothing_else_can_be_meant() {
    let old = [
        dated("a", "https://old.test/a", "one", 9),
        dated("b", "https://old.test/b", "two", 8),
        dated("c", "https://old.test/c", "Daily bulletin", 33),
        dated("d", "https://old.test/d", "Daily bulletin", 9),
        Entry { published: Some(now().minus(HOUR).minus(HOUR / 7)), ..entry("e", "", "three") },
    ];
    let news = ["p", "q", "r", "s"].map(|one| entry(one, &format!("https://new.test/{one}"), one));
    let minutes = old[4].published;
    for (name, one, known) in [
        ("http for https", dated("x", "http://old.test/a", "one", 1), true),
        ("another host, the same date", dated("x", "https://new.test/a", "one", 9), true),
        ("another host, another date", dated("x", "https://new.test/a", "one", 8), false),
        ("another place, the same hour", dated("x", "https://new.test/x", "one", 9), false),
        ("the front page", dated("x", "https://new.test/", "one", 9), false),
        ("to the second", Entry { published: minutes, ..entry("x", "", "three") }, true),
        ("other words", Entry { published: minutes, ..entry("x", "", "four") }, false),
        (
            "a set of words",
            Entry { published: minutes, ..entry("x", "https://new.test/c", "Daily bulletin") },
            false,
        ),
        (
            "a set of words, a day later",
            dated("x", "https://old.test/x", "Daily bulletin", 1),
            false,
        ),
    ] {
        let mut items = sort(old.to_vec(), &[]).new;
        let shown: Vec<Entry> = news.iter().cloned().chain([one.clone()]).collect();
        let sorted = sort(shown, &remembered(&items));
        assert_eq!(sorted.new.len(), if known { 4 } else { 5 }, "{name}");
        assert_eq!(sorted.overlaps(), known, "{name}");
        keep(&mut items, sorted);
        let again = sort(vec![one], &remembered(&items));
        assert_eq!((again.new.len(), again.rekeyed.len()), (0, 0), "{name}");
    }
}

#[test]
fn a_feed_that_makes_up_keys_is_learnt_few_times_a_day() {
    let shown = |poll: u32| -> Vec<Entry> {
        (0..4)
            .map(|n| {
                entry(&format!("{n}-{poll}"), &format!("https://n.test/{n}?{poll}"), &n.to_string())
            })
            .collect()
    };
    let mut known = remembered(&sort(shown(0), &[]).new);
    let mut learnt = 0;
    for poll in 1..=96 {
        let at = now().plus(HOUR / 2 * poll);
        let sorted = item::sort_out(
            &desk("https://news.test/"),
            None,
            shown(poll),
            &known,
            Reading::Usual,
            at,
        );
        assert_eq!((sorted.new.len(), sorted.edited.len()), (0, 0), "poll {poll}");
        for rekeyed in sorted.rekeyed {
            learnt += 1;
            let one = known.iter_mut().find(|one| one.id == rekeyed.item).unwrap();
            (one.identity.guid, one.identity.link) = (rekeyed.guid, rekeyed.link);
            one.learnt = Some(rekeyed.learnt);
        }
    }
    assert_eq!(learnt, 4 * (3 + 2), "four items, each at once, twice more, and then once a day");
}

#[test]
fn a_section_of_a_page_is_kept_and_tells_items_apart() {
    let at = |link: &str, title: &str| entry("", link, title);
    let first = sort(vec![at("https://n.test/day#one", "one")], &[]).new;
    assert_eq!(first[0].link.as_deref(), Some("https://n.test/day#one"), "for the mail");
    for (name, then, expected) in [
        ("the next section", at("https://n.test/day#two", "two"), (1, 0, 0)),
        ("a route", at("https://n.test/#/2", "two"), (1, 0, 0)),
        ("the same section", at("https://n.test/day#one", "two"), (0, 1, 0)),
        ("the same words", at("https://n.test/day#top", "one"), (0, 0, 1)),
        ("where readers come from", at("https://n.test/day#utm_source=x", "one"), (0, 0, 1)),
    ] {
        let known = remembered(&first);
        let sorted = sort(vec![then], &known);
        let found = (sorted.new.len(), sorted.edited.len(), sorted.seen.len());
        assert_eq!(found, expected, "{name}");
    }
    let a = entry("g1", "https://n.test/day#1", "one");
    let b = entry("g1", "https://n.test/day#2", "other words");
    assert_eq!(second(&[a], &[b]), (0, 1, 0), "a known guid on the same page");
}

#[test]
fn a_feed_of_one_entry_with_keys_of_chance_repeats_nothing() {
    let undated = |key: &str| Entry {
        published: None,
        ..entry(key, &format!("https://n.test/{key}"), "Alibaba listed")
    };
    let sort_at = |entry: Entry, known: &[KnownItem], at| {
        item::sort_out(&desk("https://news.test/"), None, vec![entry], known, Reading::Usual, at)
    };
    // Undated, asked every half hour for two days: one item, whose new keys are recorded.
    let mut items = sort_at(undated("0"), &[], now()).new;
    for poll in 1..96 {
        let at = now().plus(HOUR / 2 * poll);
        let sorted = sort_at(undated(&poll.to_string()), &remembered(&items), at);
        assert_eq!((sorted.new.len(), sorted.edited.len()), (0, 1), "poll {poll}");
        items = sorted.edited;
    }
    // The same date makes it the same item, whenever it comes.
    let dated = |key: &str| entry(key, &format!("https://n.test/{key}"), "Alibaba listed");
    let known = remembered(&sort_at(dated("a"), &[], now()).new);
    let month = now().plus(source::DAY * 30);
    assert_eq!(sort_at(dated("b"), &known, month).seen.len(), 1);
    // The same words with another date, a day later, are news.
    let again = Entry { published: Some(month), ..dated("c") };
    assert_eq!(sort_at(again, &known, month).new.len(), 1);
}

#[test]
fn canonical_links() {
    for (link, expected) in [
        ("https://N.test:443/a?utm_source=x&id=1&UTM_medium=y#top", "https://n.test/a?id=1#top"),
        ("https://n.test/a#utm_source=x", "https://n.test/a"),
        ("https://n.test/a#", "https://n.test/a"),
        ("https://n.test/a?utm_source=x", "https://n.test/a"),
        ("https://n.test/?q=a%20b&x=%26", "https://n.test/?q=a%20b&x=%26"),
        (" https://n.test ", "https://n.test/"),
        ("tag:n.test,2026:1#x", "tag:n.test,2026:1#x"),
        ("/relative#x", "/relative#x"),
    ] {
        assert_eq!(item::canonical(link), expected, "{link}");
    }
}

fn any_entries() -> impl Strategy<Value = Vec<Entry>> {
    let one = (0_u8..4, 0_u8..4, 0_u8..6).prop_map(|(guid, link, title)| {
        let guid = if guid == 0 { String::new() } else { format!("g{guid}") };
        let link = if link == 0 { String::new() } else { format!("https://n.test/{link}") };
        entry(&guid, &link, &format!("title {title}"))
    });
    proptest::collection::vec(one, 0..8)
}

proptest! {
    /// Every entry is accounted for, nothing is claimed twice, and ids never collide.
    #[test]
    fn nothing_is_lost_or_told_twice(first in any_entries(), then in any_entries()) {
        let known = remembered(&sort(first.clone(), &[]).new);
        let sorted = sort(then.clone(), &known);
        let distinct: std::collections::HashSet<_> = then.iter().map(item::identity).collect();
        prop_assert_eq!(sorted.new.len() + sorted.edited.len() + sorted.seen.len(), distinct.len());
        let ids: std::collections::HashSet<_> = known.iter().map(|one| one.id.clone())
            .chain(sorted.new.iter().map(|one| one.id.clone())).collect();
        prop_assert_eq!(ids.len(), known.len() + sorted.new.len());
    }

    /// A document that did not change brings nothing new and no edit.
    #[test]
    fn the_same_document_again_is_seen(entries in any_entries()) {
        let known = remembered(&sort(entries.clone(), &[]).new);
        let sorted = sort(entries, &known);
        prop_assert_eq!((sorted.new.len(), sorted.edited.len()), (0, 0));
    }

    /// Words never seen before are never hidden behind a known item: they are new or an edit.
    #[test]
    fn unknown_words_are_never_just_seen(first in any_entries(), guid in 0_u8..4, link in 0_u8..4) {
        let known = remembered(&sort(first, &[]).new);
        let fresh = entry(&format!("g{guid}"), &format!("https://n.test/{link}"), "never said before");
        let sorted = sort(vec![fresh], &known);
        prop_assert_eq!(sorted.new.len() + sorted.edited.len(), 1);
    }

    /// Addresses that are written as they should be are recognised without taking them apart: that
    /// must say the same.
    #[test]
    fn a_canonical_address_is_what_taking_it_apart_makes_of_it(
        link in "https?://[a-z0-9.-]{1,10}[a-z.]{0,4}/[a-zA-Z0-9/._~%-]{0,16}"
    ) {
        let expected = url::Url::parse(&link).map_or_else(|_| link.clone(), String::from);
        prop_assert_eq!(item::canonical(&link), expected);
    }
}
