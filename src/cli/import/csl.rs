//! The Consolidated Screening List, JSON and CSV, read by the names of its fields.

use std::io::Read;

use serde::Deserialize;
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::listed::Listed;
use super::table::Table;
use super::{Row, Wanted};
use crate::cli::exit::Failure;

/// An entry of the JSON edition. Any field may be null.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Entry {
    id: Option<String>,
    #[serde(rename = "_id")]
    own_id: Option<String>,
    source: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    programs: Option<Texts>,
    name: Option<String>,
    alt_names: Option<Texts>,
    start_date: Option<String>,
    addresses: Option<Vec<Address>>,
    entity_number: Option<serde_json::Value>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Address {
    country: Option<String>,
}

/// A list, or text with semicolons: editions differ.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Texts {
    One(String),
    Many(Vec<Option<String>>),
}

impl Texts {
    fn all(&self) -> Vec<&str> {
        match self {
            Self::One(text) => text.split(';').map(str::trim).collect(),
            Self::Many(list) => list.iter().flatten().map(String::as_str).collect(),
        }
    }
}

/// Reads `{"results":[…]}`, entry by entry.
pub(super) fn json(
    input: &mut dyn Read,
    wanted: &Wanted,
    take: &mut dyn FnMut(Row),
) -> Result<(), String> {
    let mut reading = serde_json::Deserializer::from_reader(input);
    Results { wanted, take }.deserialize(&mut reading).map_err(|error| error.to_string())
}

struct Results<'a> {
    wanted: &'a Wanted,
    take: &'a mut dyn FnMut(Row),
}

impl<'de> DeserializeSeed<'de> for Results<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Results<'_> {
    type Value = ();

    fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("an object with \"results\"")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if key == "results" {
                map.next_value_seed(Entries { wanted: self.wanted, take: &mut self.take })?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

struct Entries<'a, 'b> {
    wanted: &'a Wanted,
    take: &'b mut &'a mut dyn FnMut(Row),
}

impl<'de> DeserializeSeed<'de> for Entries<'_, '_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Entries<'_, '_> {
    type Value = ();

    fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("a list of entries")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(entry) = list.next_element::<Entry>()? {
            (self.take)(row(&entry, self.wanted));
        }
        Ok(())
    }
}

fn row(entry: &Entry, wanted: &Wanted) -> Row {
    let text = |field: &Option<String>| field.clone().unwrap_or_default();
    let programs: Vec<&str> = entry.programs.as_ref().map(Texts::all).unwrap_or_default();
    let countries: Vec<String> =
        entry.addresses.iter().flatten().filter_map(|address| address.country.clone()).collect();
    let key = text(&entry.own_id);
    let key = if key.is_empty() { text(&entry.id) } else { key };
    let number = entry.entity_number.as_ref().map(ToString::to_string).unwrap_or_default();
    let fields = Fields {
        key: if key.is_empty() { number } else { key },
        source: text(&entry.source),
        kind: text(&entry.kind),
        programs: programs.join(" "),
        name: text(&entry.name),
        alt_names: entry.alt_names.as_ref().map(Texts::all).unwrap_or_default(),
        start_date: text(&entry.start_date),
        countries: countries.join(" "),
    };
    judged(&fields, wanted)
}

struct Fields<'a> {
    key: String,
    source: String,
    kind: String,
    programs: String,
    name: String,
    alt_names: Vec<&'a str>,
    start_date: String,
    countries: String,
}

/// What of an entry is taken: no people, ships or planes unless asked for; a source tag like `(EL)` is
/// what the list calls its programs by.
fn judged(fields: &Fields<'_>, wanted: &Wanted) -> Row {
    let kind = fields.kind.to_lowercase();
    let of_kind = wanted.all_kinds || kind.is_empty() || kind == "entity";
    let lists = format!("{} {}", fields.source, fields.programs);
    if !of_kind || !wanted.program(&lists) || !wanted.country(&fields.countries) {
        return Row::Unwanted;
    }
    // An id of the list's own; one without is known by its name.
    let key = if fields.key.is_empty() { fields.name.clone() } else { fields.key.clone() };
    let Some(mut listed) = Listed::new(key, &fields.name) else {
        return Row::Unusable(fields.name.clone());
    };
    for name in &fields.alt_names {
        listed.name(name, false);
    }
    let (list, tag) = tagged(&fields.source);
    listed.groups.extend(tag.map(|tag| format!("csl-{}", tag.to_lowercase())));
    listed.note = match fields.start_date.trim() {
        "" => list.to_owned(),
        date => format!("{list} since {date}"),
    };
    Row::Company(Box::new(listed))
}

/// `Entity List (EL) - Bureau of Industry and Security` as its name and its tag.
fn tagged(source: &str) -> (&str, Option<&str>) {
    let name = source.split(" - ").next().unwrap_or(source).trim();
    let tag = source.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map(|(tag, _)| tag);
    let sane = |tag: &&str| !tag.is_empty() && tag.chars().all(|one| one.is_ascii_alphanumeric());
    (if name.is_empty() { "Consolidated Screening List" } else { name }, tag.filter(sane))
}

/// Reads the CSV edition, whatever the order of its columns.
pub(super) fn csv(
    input: &mut dyn Read,
    wanted: &Wanted,
    take: &mut dyn FnMut(Row),
) -> Result<(), Failure> {
    let mut table = Table::open(input)?;
    let column = |name: &str| table.column(name);
    let at = ["_id", "source", "type", "programs", "name", "alt_names", "start_date", "addresses"]
        .map(column);
    table.each(|cells| {
        let [key, source, kind, programs, name, alt_names, start_date, addresses] =
            at.map(|column| cells.text(column));
        // The last row of some editions is an end-of-file character alone.
        if name.is_empty() && key.trim_matches('\u{1a}').is_empty() {
            return;
        }
        // Addresses end with a country's two letters.
        let country = |one: &str| one.trim().rsplit([',', ' ']).next().map(str::to_owned);
        let countries: Vec<String> = addresses.split(';').filter_map(country).collect();
        let fields = Fields {
            alt_names: alt_names.split(';').map(str::trim).filter(|one| !one.is_empty()).collect(),
            countries: countries.join(" "),
            key: key.into_owned(),
            source: source.into_owned(),
            kind: kind.into_owned(),
            programs: programs.into_owned(),
            name: name.into_owned(),
            start_date: start_date.into_owned(),
        };
        take(judged(&fields, wanted));
    })
}
