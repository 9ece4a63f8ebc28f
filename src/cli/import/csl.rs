//! The Consolidated Screening List, JSON and CSV, read by the names of its fields.
//!
//! Text is borrowed from the document where it can be: most of an entry is never asked for, and of most
//! entries of a real list nothing is, since they are people.

use std::borrow::Cow;
use std::io::Read;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::listed::Listed;
use super::table::Table;
use super::{Row, Wanted};
use crate::cli::exit::Failure;

/// An entry of the JSON edition. Any field may be null.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Entry<'a> {
    #[serde(borrow)]
    id: Option<Text<'a>>,
    #[serde(rename = "_id", borrow)]
    own_id: Option<Text<'a>>,
    #[serde(borrow)]
    source: Option<Text<'a>>,
    #[serde(rename = "type", borrow)]
    kind: Option<Text<'a>>,
    #[serde(borrow)]
    programs: Option<Texts<'a>>,
    #[serde(borrow)]
    name: Option<Text<'a>>,
    #[serde(borrow)]
    alt_names: Option<Texts<'a>>,
    #[serde(borrow)]
    start_date: Option<Text<'a>>,
    /// Read when a country was asked for.
    #[serde(borrow)]
    addresses: Option<&'a RawValue>,
    #[serde(borrow)]
    entity_number: Option<&'a RawValue>,
}

/// Text as it stands in the document, unless something in it is escaped. (Serde borrows a `Cow` that is
/// no field of its own only by such a wrapper.)
#[derive(Debug, Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Address<'a> {
    #[serde(borrow)]
    country: Option<Text<'a>>,
}

/// A list, or text with semicolons: editions differ.
#[derive(Debug)]
enum Texts<'a> {
    One(Cow<'a, str>),
    Many(Vec<Text<'a>>),
}

impl Texts<'_> {
    fn all(&self) -> Vec<&str> {
        match self {
            Self::One(text) => text.split(';').map(str::trim).collect(),
            Self::Many(list) => list.iter().map(|one| &*one.0).collect(),
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Texts<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Either)
    }
}

struct Either;

impl<'de> Visitor<'de> for Either {
    type Value = Texts<'de>;

    fn expecting(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("text or a list of texts")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Texts<'de>, E> {
        Ok(Texts::One(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Texts<'de>, E> {
        Ok(Texts::One(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Texts<'de>, A::Error> {
        let mut all = Vec::new();
        while let Some(one) = list.next_element::<Option<Text<'de>>>()? {
            all.extend(one);
        }
        Ok(Texts::Many(all))
    }
}

/// Reads `{"results":[…]}`, entry by entry.
pub(super) fn json(
    input: &mut dyn Read,
    wanted: &Wanted,
    take: &mut dyn FnMut(Row),
) -> Result<(), String> {
    // The document whole, so that nearly nothing of it is copied: it goes before anything that takes as
    // much memory is made of its entries.
    let mut document = Vec::new();
    input.read_to_end(&mut document).map_err(|error| error.to_string())?;
    let mut reading = serde_json::Deserializer::from_slice(&document);
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
        while let Some(entry) = list.next_element::<Entry<'de>>()? {
            (self.take)(row(&entry, self.wanted));
        }
        Ok(())
    }
}

fn row(entry: &Entry<'_>, wanted: &Wanted) -> Row {
    let key = [&entry.own_id, &entry.id].into_iter().map(text).find(|key| !key.is_empty());
    judged(
        &Fields {
            key: key.or(entry.entity_number.map(RawValue::get)).unwrap_or_default(),
            source: text(&entry.source),
            kind: text(&entry.kind),
            name: text(&entry.name),
            start_date: text(&entry.start_date),
        },
        wanted,
        || entry.programs.as_ref().map(|all| all.all().join(" ")).unwrap_or_default(),
        || entry.addresses.map(countries).unwrap_or_default(),
        || entry.alt_names.as_ref().map(Texts::all).unwrap_or_default(),
    )
}

fn text<'e>(field: &'e Option<Text<'_>>) -> &'e str {
    field.as_ref().map_or("", |text| &text.0)
}

/// The countries of some addresses. An address that is none says nothing of its country.
fn countries(addresses: &RawValue) -> String {
    let all: Vec<Address<'_>> = serde_json::from_str(addresses.get()).unwrap_or_default();
    let countries: Vec<&str> = all.iter().map(|one| text(&one.country)).collect();
    countries.join(" ")
}

/// What every entry is judged by; the rest is asked for where it matters.
struct Fields<'a> {
    key: &'a str,
    source: &'a str,
    kind: &'a str,
    name: &'a str,
    start_date: &'a str,
}

/// What of an entry is taken: no people, ships or planes unless asked for; a source tag like `(EL)` is
/// what the list calls its programs by.
fn judged<'a>(
    fields: &Fields<'_>,
    wanted: &Wanted,
    programs: impl FnOnce() -> String,
    countries: impl FnOnce() -> String,
    alt_names: impl FnOnce() -> Vec<&'a str>,
) -> Row {
    let of_kind =
        wanted.all_kinds || fields.kind.is_empty() || fields.kind.eq_ignore_ascii_case("entity");
    let lists = || format!("{} {}", fields.source, programs());
    if !of_kind || !wanted.program(lists) || !wanted.country(countries) {
        return Row::Unwanted;
    }
    // An id of the list's own; one without is known by its name.
    let key = if fields.key.is_empty() { fields.name } else { fields.key };
    let Some(mut listed) = Listed::new(key, fields.name) else {
        return Row::Unusable(fields.name.to_owned());
    };
    for name in alt_names() {
        listed.name(name, false);
    }
    let (list, tag) = tagged(fields.source);
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
        let fields = Fields {
            key: &key,
            source: &source,
            kind: &kind,
            name: &name,
            start_date: &start_date,
        };
        // Addresses end with a country's two letters.
        let countries = || {
            let country = |one: &'_ str| one.trim().rsplit([',', ' ']).next().map(str::to_owned);
            addresses.split(';').filter_map(country).collect::<Vec<_>>().join(" ")
        };
        let alt_names =
            || alt_names.split(';').map(str::trim).filter(|one| !one.is_empty()).collect();
        take(judged(&fields, wanted, || programs.to_string(), countries, alt_names));
    })
}
