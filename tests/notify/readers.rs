//! Readers as written: every problem at once, each with its remedy.

use insta::assert_snapshot;
use watchlistd::model::ReaderEntry;
use watchlistd::notify::reader::{self, Usual};

use super::make::{at, away, entry, here, list, one_reader, readers, vocabulary};

fn problems(entries: &[ReaderEntry]) -> String {
    let (_, problems) = reader::compile(entries, &vocabulary());
    problems.iter().map(|one| format!("{one}\n")).collect()
}

#[test]
fn the_next_digest_is_on_no_day_away() {
    let mut mei = entry("Mei");
    mei.digest = here("daily 08:00");
    mei.away = Some(away("2026-11-24", "2026-11-26", None));
    let mei = one_reader(mei);
    let next = mei.next_digest(at("2026-11-23T14:00:00Z"));
    assert_eq!(next, Some(at("2026-11-27T13:00:00Z")));
    assert_eq!(mei.next_digest(at("2026-11-23T12:00:00Z")), Some(at("2026-11-23T13:00:00Z")));
}

#[test]
fn a_plain_reader_has_no_problem() {
    assert_eq!(problems(&[entry("Mei")]), "");
    let mei = one_reader(entry("Mei"));
    assert_eq!(mei.to, ["mei@bank.com"]);
    assert_eq!(mei.schedule.to_string(), "weekdays 08:00");
}

#[test]
fn all_problems_of_all_readers_come_at_once() {
    let mut mei = entry("Mei");
    mei.to = list(&[
        "",
        "Mei <mei@bank.com>",
        "mei@example.org",
        "a@b.invalid",
        "mei@bank",
        "x@y.co",
        "X@y.co",
    ]);
    mei.digest = here("mondys 08:00");
    mei.timezone = here("berlin");
    mei.quiet = Some(here("22-7"));
    mei.companies = list(&["alibab", "Huawei"]);
    mei.groups = list(&["china-tec"]);
    mei.topics = list(&["Delisting", "unknown"]);
    mei.away = Some(away("2027-01-06", "2026-12-21", Some("Joe")));
    let mut jo = entry("Jo");
    jo.to = list(&["x@y.co"]);
    jo.timezone = here("America/New_Yrok");
    jo.away = Some(away("2026-12-21", "2027-01-06", Some("Jo")));
    let mut again = entry("Jo");
    again.to = Vec::new();
    again.away = Some(away("2026-12-21", "2027-01-06", None));
    assert_snapshot!(problems(&[mei, jo, again]), @r#"
error: reader 'Mei' lists X@y.co twice (leave one out)
error: an address is blank (write name@domain)
error: 'Mei <mei@bank.com>' is no mail address (write name@domain, without a display name)
error: 'mei@example.org' is a placeholder (write an address that somebody reads)
error: 'a@b.invalid' is a placeholder (write an address that somebody reads)
error: 'berlin' is no time zone (did you mean 'Europe/Berlin'?)
error: 'mondys' names no days (did you mean 'mondays'? write "weekdays 08:00", "daily 08:00", "mondays 09:00", a crontab of five fields such as "0 8 * * 1-5", or "never")
error: '22-7' names no quiet hours (write "22:00-07:00")
error: reader 'Mei' is away until 2026-12-21, before 2027-01-06 (both days are days away)
error: unknown reader 'Joe' (did you mean 'Jo'?)
error: unknown company 'alibab' (did you mean 'alibaba'?)
error: 'Huawei' is the name of a company; here its id stands (write 'huawei')
error: unknown group 'china-tec' (did you mean 'china-tech'?)
error: 'Delisting' is the name of a topic; here its id stands (write 'delisting')
error: unknown topic 'unknown' (there are delisting, military-civil-fusion, export-controls)
warning: x@y.co is an address of both 'Mei' and 'Jo' (it gets the digests of both, and each urgent alert once; leave it out of one if that is not meant)
error: 'America/New_Yrok' is no time zone (did you mean 'America/New_York'?)
error: reader 'Jo' cannot be their own deputy (name another reader)
error: two readers are named 'Jo' (names are unique; rename one)
warning: while 'Jo' is away from 2026-12-21 to 2027-01-06, nobody is told at once (name a deputy)
"#);
}

#[test]
fn readers_with_errors_are_left_out_and_others_kept() {
    let mut bad = entry("Bad");
    bad.digest = here("0 0 31 2 *");
    let (kept, problems) = reader::compile(&[bad, entry("Mei")], &vocabulary());
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].name, "Mei");
    assert_eq!(problems.len(), 1);
}

#[test]
fn addresses_in_other_scripts_are_addresses() {
    let check = |text: &str, fine: bool| {
        assert_eq!(reader::address(&here(text)).is_ok(), fine, "{text}");
    };
    check("desk@bank.com", true);
    check(" desk@bank.com ", true);
    check("first.last+watch@sub.bank.co.uk", true);
    check("desk@bänk.de", true);
    for bad in
        ["desk", "@bank.com", "desk@", "a b@bank.com", "a@b@c.com", "a@bank.com\r\nBcc: x@y.z"]
    {
        check(bad, false);
    }
    for placeholder in [
        "you@example.com",
        "you@sub.example.org",
        "you@x.example",
        "you@x.invalid",
        "a@EXAMPLE.NET",
    ] {
        check(placeholder, false);
    }
    check("you@examples.com", true);
    check("mëi@bank.com", false);
    assert_eq!(reader::address(&here("desk@bänk.de")).unwrap(), "desk@xn--bnk-qla.de");
    let sender = |text: &str| reader::sender(&here(text)).map_err(|problem| problem.what);
    assert_eq!(sender("watch@bank.com").unwrap(), "watch@bank.com");
    assert_eq!(sender("Watch List <watch@bänk.de>").unwrap(), "Watch List <watch@xn--bnk-qla.de>");
    assert!(sender("Watch <watch@example.com>").is_err() && sender("Watch").is_err());
}

#[test]
fn who_is_told_nothing_is_named() {
    let mut mute = entry("Mei");
    mute.digest = here("never");
    mute.urgent_per_hour = 0;
    assert_snapshot!(problems(std::slice::from_ref(&mute)), @"warning: reader 'Mei' gets neither digests nor urgent mails (give digest a schedule or urgent a severity)");
    mute.digest = here("daily 08:00");
    assert_eq!(problems(std::slice::from_ref(&mute)), "");
    assert_eq!(one_reader(mute).urgent, watchlistd::model::reader::UrgentFrom::Never);
}

#[test]
fn quiet_hours_span_midnight_and_both_edges_of_summer() {
    let mut mei = entry("Mei");
    mei.quiet = Some(here("22:00-07:00"));
    let mei = one_reader(mei);
    let check = |now: &str, expected: Option<&str>| {
        assert_eq!(
            mei.quiet_until(at(now)).map(|end| end.to_string()).as_deref(),
            expected,
            "{now}"
        );
    };
    check("2026-11-24T02:59:00Z", None);
    check("2026-11-24T03:00:00Z", Some("2026-11-24T12:00:00Z"));
    check("2026-11-24T11:59:59Z", Some("2026-11-24T12:00:00Z"));
    check("2026-11-24T12:00:00Z", None);
    // The night of 7 to 8 March is an hour shorter, that of 31 October to 1 November an hour longer.
    check("2026-03-08T03:30:00Z", Some("2026-03-08T11:00:00Z"));
    check("2026-11-01T02:30:00Z", Some("2026-11-01T12:00:00Z"));
}

#[test]
fn days_away_owe_no_digest_and_the_return_owes_one() {
    let mut mei = entry("Mei");
    mei.away = Some(away("2026-12-21", "2027-01-06", Some("Jo")));
    let mei = readers(&[mei, entry("Jo")]).remove(0);
    let last = at("2026-12-18T13:00:00Z");
    assert_eq!(mei.slot_due(last, at("2026-12-21T14:00:00Z")), None);
    assert_eq!(mei.slot_due(last, at("2027-01-06T23:00:00Z")), None);
    let back = mei.slot_due(last, at("2027-01-07T13:00:00Z"));
    assert_eq!(back, Some(at("2027-01-07T13:00:00Z")));
    assert!(mei.is_away(at("2026-12-21T05:00:00Z")) && !mei.is_away(at("2026-12-21T04:59:00Z")));
}

#[test]
fn who_was_accepted_once_is_told_by_all_that_can_be_read() {
    let usual = Usual { digest: "daily 07:00", zone: "Europe/Berlin".parse().unwrap() };
    let usable = |entries: &[ReaderEntry]| reader::usable(entries, &vocabulary(), usual);
    // Nothing stands in where nothing is wrong.
    let (fine, found) = usable(&[entry("Mei")]);
    assert_eq!((fine, found.len()), (readers(&[entry("Mei")]), 0));

    let mut mei = entry("Mei");
    mei.to = list(&["matrix:mei", "mei@bank.com", "Mei@bank.com"]);
    mei.digest = here("at noon");
    mei.timezone = here("Mars/Olympus");
    mei.quiet = Some(here("at night"));
    mei.companies = list(&["gone"]);
    let mut nobody = entry("Bo");
    nobody.to = list(&["matrix:bo"]);
    let entries = [mei, nobody, entry("~ops"), entry("Mei")];
    let (told, found) = usable(&entries);
    let [mei] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!((mei.name.as_str(), &mei.to[..]), ("Mei", &["mei@bank.com".to_owned()][..]));
    assert_eq!((mei.schedule.to_string().as_str(), mei.zone), ("daily 07:00", usual.zone));
    // A company that nobody watches is no reason to be told of all others.
    assert!(mei.quiet.is_none() && mei.companies.contains("gone"));
    assert_eq!(found.len(), problems(&entries).lines().count(), "all is said: {found:?}");
    assert!(reader::compile(&entries, &vocabulary()).0.is_empty());
}
