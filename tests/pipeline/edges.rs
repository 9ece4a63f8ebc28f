//! Both edges of summer time in six zones: each reader gets one digest on each local day, whatever the
//! hour that is missing or comes twice.

use std::collections::BTreeMap;

use super::*;

/// Two edges of a zone: a noon in UTC on the day before each.
struct Zone {
    name: &'static str,
    edges: [&'static str; 2],
}

/// North and south, whole and half hours, an edge at midnight, and one that is negative.
const ZONES: [Zone; 6] = [
    Zone { name: "Europe/Berlin", edges: ["2027-03-27", "2027-10-30"] },
    Zone { name: "America/New_York", edges: ["2027-03-13", "2027-11-06"] },
    Zone { name: "Australia/Lord_Howe", edges: ["2027-04-03", "2027-10-02"] },
    Zone { name: "America/Santiago", edges: ["2027-04-03", "2027-09-04"] },
    Zone { name: "Europe/Dublin", edges: ["2027-03-27", "2027-10-30"] },
    Zone { name: "Africa/Cairo", edges: ["2027-04-29", "2027-10-28"] },
];

/// In gaps and overlaps, and at their ends.
const TIMES: [&str; 3] = ["00:00", "01:30", "02:15"];

fn readers() -> String {
    let mut text = String::new();
    for (z, zone) in ZONES.iter().enumerate() {
        for (t, time) in TIMES.iter().enumerate() {
            text.push_str(&format!(
                "[[reader]]\nname = \"R{z}{t}\"\nto = [\"r{z}{t}@desk.test\"]\nurgent = \"never\"\n\
                 digest = \"daily {time}\"\ntimezone = \"{}\"\n",
                zone.name
            ));
        }
    }
    text
}

#[tokio::test]
async fn each_local_day_has_one_digest_through_both_edges_in_six_zones() {
    let mut days: Vec<&str> = ZONES.iter().flat_map(|zone| zone.edges).collect();
    days.sort_unstable();
    days.dedup();
    let desk = Desk::new(&readers()).await;
    desk.clock.set(Timestamp::parse("2027-03-01T12:00:00Z").unwrap());
    let open = desk.open().await;
    for day in days {
        let day = Timestamp::parse(&format!("{day}T00:00:00Z")).unwrap();
        desk.clock.set(day.minus(DAY).max(desk.now()));
        while desk.now() < day.plus(3 * DAY) {
            open.seal().await;
            // Around the edge, wherever it is, every half hour.
            let near = (day.plus(12 * HOUR)..day.plus(36 * HOUR)).contains(&desk.now());
            desk.pass(if near { HOUR / 2 } else { 3 * HOUR });
        }
    }
    let mails = open.ground.store.archive().mails(None, 10_000).await.unwrap();
    for (z, zone) in ZONES.iter().enumerate() {
        let tz: watchlistd::model::Tz = zone.name.parse().unwrap();
        for (t, time) in TIMES.iter().enumerate() {
            let name = format!("R{z}{t}");
            let mut on: BTreeMap<String, u32> = BTreeMap::new();
            for mail in mails.iter().filter(|mail| {
                mail.kind == MailKind::Digest && mail.reader.as_deref() == Some(&name)
            }) {
                let day = mail.at.to_chrono().with_timezone(&tz).format("%F").to_string();
                *on.entry(day).or_default() += 1;
            }
            for edge in zone.edges {
                // The day before, the day of the edge, the day after.
                for ahead in 0..3 {
                    let noon = Timestamp::parse(&format!("{edge}T12:00:00Z")).unwrap();
                    let day = noon.plus(ahead * DAY).to_chrono().with_timezone(&tz);
                    let day = day.format("%F").to_string();
                    assert_eq!(on.get(&day), Some(&1), "{} at {time} on {day}: {on:?}", zone.name);
                }
            }
        }
    }
}
