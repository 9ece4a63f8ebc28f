//! What else a person can do where no phrase holds an alert back: each way with its place in the files.

use super::super::find;
use super::chosen::line_of;
use super::guard::Target;
use crate::model::watchlist::{TopicEntry, WatchlistEntries};
use crate::model::{EntityKind, Item, Judgement};

/// The ways, one a line. `left` is what the files make of the item with the guard that did not do.
pub(super) fn ways_out(
    entries: &WatchlistEntries,
    target: &Target,
    left: &Judgement,
    item: &Item,
) -> String {
    let mut ways = vec!["--not-with PHRASE tries a phrase of its sentence".to_owned()];
    match target.topic() {
        Some(id) => ways.extend(of_topic(entries, id, item)),
        None => {
            ways.push("--term names another of its words".to_owned());
            ways.push("--until DATE silences the name".to_owned());
        }
    }
    for (id, topic) in alone(entries, target, left) {
        let at = place(topic);
        ways.push(format!("the topic {id}{at} alerts by itself: --term {id} guards it"));
    }
    let ways: String = ways.iter().map(|way| format!("\n  {way}")).collect();
    format!("one of these:{ways}")
}

/// For a topic as a whole, and for what one source says of it.
fn of_topic(entries: &WatchlistEntries, id: &str, item: &Item) -> [String; 3] {
    let topic = entries.topics.iter().find(|one| find::topic_id(one) == id);
    let topic = topic.and_then(|one| one.place.as_ref());
    let at = topic.map_or_else(|| "its topic".to_owned(), line_of);
    [
        format!("never_in_item = [\"WORD\"] in {at} counts {id} in no item that holds the word"),
        format!(
            "a [[rule]] with when = \"topic:{id} AND source:{}\" and hold = \"why\" holds back what this \
             source says of it",
            item.source
        ),
        "--until DATE --whole-topic silences it for all companies".to_owned(),
    ]
}

/// The other topics that alert still, where the company that the guard is for is not among what was found.
fn alone<'e>(
    entries: &'e WatchlistEntries,
    target: &Target,
    left: &Judgement,
) -> Vec<(String, &'e TopicEntry)> {
    if !left.alert || left.hits.iter().any(|hit| hit.kind == EntityKind::Company) {
        return Vec::new();
    }
    let named = entries.topics.iter().map(|one| (find::topic_id(one), one));
    named
        .filter(|(id, _)| target.topic() != Some(id.as_str()))
        .filter(|(id, _)| left.topics.iter().any(|one| *one.id == **id))
        .collect()
}

fn place(topic: &TopicEntry) -> String {
    topic.place.as_ref().map(|place| format!(" ({})", line_of(place))).unwrap_or_default()
}
