//! What a reading is for the items that it brings: the first of a source, one anew, or one among many.

use super::*;

#[test]
fn the_first_read_tells_what_is_recent() {
    let mut old = entry("g1", "", "old");
    old.published = Some(now().minus(source::DAY * 8));
    let mut undated = entry("g2", "", "undated");
    undated.published = None;
    let recent = entry("g3", "", "recent");
    let entries = vec![recent, undated, old];
    let week = FirstRun::Within(source::DAY * 7);
    for (first_run, reading, arrivals) in [
        (week, Reading::First, [Arrival::Baseline, Arrival::AlreadyThere, Arrival::AlreadyThere]),
        (FirstRun::All, Reading::First, [Arrival::New; 3]),
        (FirstRun::None, Reading::First, [Arrival::Baseline; 3]),
        (week, Reading::Usual, [Arrival::New; 3]),
    ] {
        let mut desk = desk("https://news.test/");
        desk.first_run = first_run;
        let sorted = item::sort_out(&desk, Some("zh"), entries.clone(), &[], reading, now());
        let mut found: Vec<_> =
            sorted.new.iter().map(|item| (item.text.title.clone(), item.arrival)).collect();
        found.sort_by_key(|(title, _)| {
            ["old", "recent", "undated"].iter().position(|one| one == title)
        });
        let expected: Vec<_> = ["old", "recent", "undated"]
            .into_iter()
            .zip(arrivals)
            .map(|(title, arrival)| (title.to_owned(), arrival))
            .collect();
        assert_eq!(found, expected, "{first_run:?} {reading:?}");
        assert!(sorted.new.iter().all(|item| item.text.lang.as_deref() == Some("zh")));
        assert_eq!(sorted.new[0].text.title, "old", "oldest first");
    }
}

#[test]
fn a_reading_is_as_good_as_a_first_one_at_another_address_or_after_being_away() {
    let at = |hours: u32| Some(now().minus(HOUR * hours));
    let again = |hours| Reading::Again { read: at(hours), answered: at(hours) };
    let gone = |hours| (at(hours), at(hours + 1));
    let none = (None, None);
    for (read, anew, gone, expected) in [
        (None, None, none, Reading::First),
        (None, None, gone(1), Reading::Usual),
        (None, None, gone(1000), again(1001)),
        // It was dark under the id that went.
        (None, None, (at(1), at(1000)), again(1000)),
        (at(1), None, none, Reading::Usual),
        (at(1000), None, none, Reading::Usual),
        (at(1), Some(Anew::Address), none, again(1)),
        (at(1), Some(Anew::Back), none, Reading::Usual),
        (at(1000), Some(Anew::Back), none, again(1000)),
        (at(1000), Some(Anew::Back), gone(100), again(101)),
        (at(1000), Some(Anew::Back), gone(1), Reading::Usual),
    ] {
        let read_before = anew.and(read);
        let new = SourceState::new(now());
        let state = SourceState { last_success: read, anew, read_before, ..new };
        assert_eq!(Reading::of(&state, gone, now()), expected, "{read:?} {anew:?} {gone:?}");
    }
}

#[test]
fn what_answers_with_nothing_is_read_as_if_it_had_not_answered() {
    let at = |hours: u32| Some(now().minus(HOUR * hours));
    let again = |hours| Reading::Again { read: at(hours), answered: at(1) };
    let (none, gone) = ((None, None), (at(1000), at(1001)));
    for (before, anew, gone, expected) in [
        (at(1000), Anew::Address, none, again(1000)),
        (at(1000), Anew::Back, none, again(1000)),
        (at(2), Anew::Back, none, Reading::Usual),
        (None, Anew::Unseen, none, Reading::Usual),
        (None, Anew::Unseen, gone, again(1001)),
        (None, Anew::Unseen, (at(2), at(3)), Reading::Usual),
    ] {
        let (last_success, anew) = (at(1), Some(anew));
        let new = SourceState::new(now());
        let state = SourceState { last_success, anew, read_before: before, ..new };
        assert!(Reading::asks_elsewhere(&state));
        assert_eq!(Reading::of(&state, gone, now()), expected, "{before:?} {anew:?} {gone:?}");
    }
}

/// How these entries come, in their order.
fn arrivals(
    desk: &Source,
    entries: &[Entry],
    known: &[KnownItem],
    reading: Reading,
) -> Vec<Arrival> {
    let sorted = item::sort_out(desk, None, entries.to_vec(), known, reading, now());
    let of = |entry: &Entry| sorted.new.iter().find(|item| item.text.title == entry.text.title);
    entries.iter().filter_map(of).map(|item| item.arrival).collect()
}

#[test]
fn a_reading_anew_hides_nothing_that_was_said_since_the_last() {
    use Arrival::{AlreadyThere, Baseline, New, Old};
    let ago = |days: u32, title: &str| dated(title, "", title, 24 * days);
    let undated = Entry { published: None, ..entry("u", "", "undated") };
    let shown = [ago(1, "fresh"), ago(12, "since"), ago(40, "before"), undated];
    let long = Some(now().minus(source::DAY * 30));
    let reading = Reading::Again { read: long, answered: long };
    let mut desk = desk("https://news.test/");
    for (first_run, expected) in [
        (FirstRun::Within(source::DAY * 7), [AlreadyThere, Old, Baseline, AlreadyThere]),
        (FirstRun::None, [AlreadyThere, Old, Baseline, AlreadyThere]),
        (FirstRun::All, [New; 4]),
    ] {
        desk.first_run = first_run;
        assert_eq!(arrivals(&desk, &shown, &[], reading), expected, "{first_run:?}");
    }
    // Where it was read until a moment ago, what came in that moment is news.
    desk.first_run = FirstRun::Within(source::DAY * 7);
    let lately = Some(now().minus(HOUR));
    let news = Entry { published: Some(now().minus(HOUR / 2)), ..entry("n", "", "news") };
    let shown: Vec<Entry> = [news].into_iter().chain(shown).collect();
    for (read, since) in [(lately, Baseline), (long, Old)] {
        let reading = Reading::Again { read, answered: lately };
        let expected = [New, AlreadyThere, since, Baseline, AlreadyThere];
        assert_eq!(arrivals(&desk, &shown, &[], reading), expected, "{read:?}");
    }
}

#[test]
fn only_an_archive_of_a_source_with_right_dates_is_old() {
    let desk = desk("https://news.test/");
    let known_with = |arrival: Arrival, hours: u32| {
        let mut known = remembered(&sort(vec![entry("k", "", "known")], &[]).new);
        (known[0].arrival, known[0].published) = (arrival, Some(now().minus(HOUR * hours)));
        known
    };
    let right = known_with(Arrival::New, 1);
    let old = |n: u32| dated(&n.to_string(), "", &n.to_string(), 24 * (100 + n));
    let alike = |n: u32| Entry { published: old(0).published, ..old(n) };
    let news = [entry("n", "", "news"), Entry { published: None, ..entry("u", "", "undated") }];
    type Make<'a> = &'a dyn Fn(u32) -> Entry;
    for (name, make, many, known, is_old) in [
        ("an archive", &old as Make<'_>, 5, right.clone(), true),
        ("too few", &old, 4, right.clone(), false),
        ("one wrong date for all", &alike, 9, right.clone(), false),
        ("dates that are always wrong", &old, 9, known_with(Arrival::New, 24 * 30), false),
        ("dates of which nothing is known", &old, 9, vec![], false),
        ("what was there at the first read", &old, 9, known_with(Arrival::Baseline, 9999), false),
        ("right dates at the first read", &old, 9, known_with(Arrival::AlreadyThere, 24), true),
    ] {
        let shown: Vec<Entry> = (0..many).map(make).chain(news.clone()).collect();
        let shown: Vec<Entry> = shown.into_iter().chain([entry("k", "", "known")]).collect();
        let found = arrivals(&desk, &shown, &known, Reading::Usual);
        let many = usize::try_from(many).unwrap();
        let expected = if is_old { Arrival::Old } else { Arrival::New };
        assert!(found[..many].iter().all(|one| *one == expected), "{name}: {found:?}");
        assert!(found[many..].iter().all(|one| *one == Arrival::New), "{name}: {found:?}");
    }
}

#[test]
fn what_was_read_at_the_address_under_another_id_is_known_from_there() {
    let elsewhere = remembered(&sort(vec![entry("a", "", "one"), entry("b", "", "two")], &[]).new);
    let shown = [entry("a", "", "one"), entry("b", "", "two, changed"), entry("c", "", "three")];
    let shown = shown.map(|one| (one.clone(), item::identity(&one)));
    let past = Past { known: &[], elsewhere: &elsewhere, reading: Reading::Usual };
    let sorted =
        item::sort_out_known(&desk("https://news.test/"), None, shown.to_vec(), past, now());
    let mut found: Vec<_> =
        sorted.new.iter().map(|item| (item.text.title.as_str(), item.arrival)).collect();
    found.sort_unstable_by_key(|one| one.0);
    let expected =
        [("one", Arrival::Elsewhere), ("three", Arrival::New), ("two, changed", Arrival::New)];
    assert_eq!(found, expected);
}
