//! JSON Schema of the files, for editors that complete and check while a person types.
//!
//! The types here are the files as written: nothing reads values through them (the parser beside them
//! tells mistakes better than any schema could), and a test holds them against the parser, key by key
//! and value by value, so that neither can move alone. The generated files are shipped in
//! `config/schema`.

pub mod desk;
pub mod service;
pub mod watchlist;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;

use super::{READERS, SERVICE, SOURCES, WATCHLIST};

/// The schema files by name, and what each is for.
pub const NAMES: [(&str, &str); 4] = [
    ("watchlistd.json", SERVICE),
    ("sources.json", SOURCES),
    ("readers.json", READERS),
    ("watchlist.json", WATCHLIST),
];

/// A schema file's text; `None` for a name that is none of [`NAMES`].
#[must_use]
pub fn text(name: &str) -> Option<String> {
    Some(match name {
        "watchlistd.json" => of::<service::ServiceFile>(),
        "sources.json" => of::<desk::SourcesFile>(),
        "readers.json" => of::<desk::ReadersFile>(),
        "watchlist.json" => of::<watchlist::WatchlistFile>(),
        _ => return None,
    })
}

/// Draft 7: what editors of TOML understand.
fn of<T: JsonSchema>() -> String {
    let generator = SchemaSettings::draft07().into_generator();
    let mut schema =
        serde_json::to_value(generator.into_root_schema_for::<T>()).unwrap_or_default();
    // Options are keys that may be absent; TOML has no null.
    without_null(&mut schema);
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}

/// Takes the null out of what an absent key may be.
fn without_null(value: &mut serde_json::Value) {
    use serde_json::Value;
    match value {
        Value::Object(map) => {
            if let Some(Value::Array(types)) = map.get_mut("type") {
                types.retain(|one| one != "null");
                if let [only] = types.as_slice() {
                    let only = only.clone();
                    map.insert("type".to_owned(), only);
                }
            }
            if let Some(Value::Array(all)) = map.get_mut("enum") {
                all.retain(|one| !one.is_null());
            }
            if let Some(Value::Array(any)) = map.get_mut("anyOf") {
                any.retain(|one| one.get("type").is_none_or(|kind| kind != "null"));
                if let [Value::Object(only)] = any.as_mut_slice() {
                    let only = std::mem::take(only);
                    map.remove("anyOf");
                    // A reference with words beside it: the words go first, as draft 7 ignores them.
                    if only.contains_key("$ref") && !map.is_empty() {
                        map.insert("allOf".to_owned(), Value::Array(vec![Value::Object(only)]));
                    } else {
                        map.extend(only);
                    }
                }
            }
            map.values_mut().for_each(without_null);
        }
        Value::Array(list) => list.iter_mut().for_each(without_null),
        _ => {}
    }
}

/// A span of time: 45s, 30m, 24h, 7d.
#[derive(JsonSchema)]
#[schemars(transparent)]
pub struct Span(#[schemars(regex(pattern = r"^[0-9]+(ms|s|m|h|d)$"))] pub String);

/// A number of bytes: 500kB, 200MB, 2GB.
#[derive(JsonSchema)]
#[schemars(transparent)]
pub struct Size(#[schemars(regex(pattern = r"^[0-9]+ ?([kKMGT]?B|[KMGT]iB)$"))] pub String);

/// A day: 2026-12-21.
#[derive(JsonSchema)]
#[schemars(transparent)]
pub struct Day(#[schemars(regex(pattern = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"))] pub String);

/// Text that is not empty.
#[derive(JsonSchema)]
#[schemars(transparent)]
pub struct Text(#[schemars(length(min = 1))] pub String);
