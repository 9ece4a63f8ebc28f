//! The shipped schema: it is what the types generate, it says of each key what the parser says, and the
//! shipped files fit it. Neither schema nor parser can move alone.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use watchlistd::config::{self, Environment, Files, schema};

fn shipped(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("config").join(name)
}

/// `UPDATE_SCHEMA=1 cargo test schema` writes the files anew.
#[test]
fn the_shipped_files_are_what_the_types_generate() {
    for (name, _) in schema::NAMES {
        let text = schema::text(name).unwrap();
        let path = shipped("schema").join(name);
        if std::env::var_os("UPDATE_SCHEMA").is_some() {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, &text).unwrap();
        }
        assert!(
            fs::read_to_string(&path).unwrap() == text,
            "{name}: UPDATE_SCHEMA=1 writes it anew"
        );
    }
}

fn of(name: &str) -> Value {
    serde_json::from_str(&schema::text(name).unwrap()).unwrap()
}

/// TOML as JSON, dates as text: so editors read it.
fn as_json(value: &toml::Value) -> Value {
    match value {
        toml::Value::Table(table) => {
            table.iter().map(|(key, one)| (key.clone(), as_json(one))).collect()
        }
        toml::Value::Array(list) => list.iter().map(as_json).collect(),
        toml::Value::Datetime(at) => at.to_string().into(),
        other => serde_json::to_value(other).unwrap(),
    }
}

#[test]
fn every_shipped_file_fits_and_names_its_schema() {
    let files = [
        ("watchlistd.toml", "watchlistd.json"),
        ("sources.toml", "sources.json"),
        ("readers.toml", "readers.json"),
        ("topics.toml", "watchlist.json"),
        ("watchlist.toml", "watchlist.json"),
    ];
    for (file, name) in files {
        let text = fs::read_to_string(shipped(file)).unwrap();
        assert!(text.starts_with(&format!("#:schema schema/{name}\n")), "{file}");
        let parsed: toml::Value = toml::from_str(&text).unwrap();
        let validator = jsonschema::validator_for(&of(name)).unwrap();
        let faults: Vec<String> = validator
            .iter_errors(&as_json(&parsed))
            .map(|fault| format!("{}: {fault}", fault.instance_path()))
            .collect();
        assert_eq!(faults, [""; 0], "{file}");
    }
}

/// A table of the files: its schema, the file, and the text around a line in it.
struct Place {
    file: &'static str,
    schema: &'static str,
    /// Keys from the root to it; a list's entries are of one kind.
    path: &'static [&'static str],
    before: &'static str,
    after: &'static str,
}

const PLACES: &[Place] = &[
    place("watchlistd.toml", "watchlistd.json", &[], "", ""),
    place("watchlistd.toml", "watchlistd.json", &["operator"], "[operator]\n", ""),
    place("watchlistd.toml", "watchlistd.json", &["collect"], "[collect]\n", ""),
    place("watchlistd.toml", "watchlistd.json", &["matching"], "[matching]\n", ""),
    place("watchlistd.toml", "watchlistd.json", &["mail"], "[mail]\n", ""),
    place("watchlistd.toml", "watchlistd.json", &["keep"], "[keep]\n", ""),
    place("watchlistd.toml", "watchlistd.json", &["canary"], "[canary]\n", ""),
    place("watchlistd.toml", "watchlistd.json", &["status"], "[status]\n", ""),
    place("sources.toml", "sources.json", &[], "", ""),
    place("sources.toml", "sources.json", &["source"], "[[source]]\n", ""),
    place("readers.toml", "readers.json", &[], "", ""),
    place("readers.toml", "readers.json", &["reader"], "[[reader]]\n", ""),
    place("readers.toml", "readers.json", &["reader", "away"], "[[reader]]\naway = { ", " }"),
    place("watchlist.toml", "watchlist.json", &[], "", ""),
    place("watchlist.toml", "watchlist.json", &["company"], "[[company]]\n", ""),
    place(
        "watchlist.toml",
        "watchlist.json",
        &["company", "aliases"],
        "[[company]]\naliases = [{ ",
        " }]",
    ),
    place("watchlist.toml", "watchlist.json", &["topic"], "[[topic]]\n", ""),
    place("watchlist.toml", "watchlist.json", &["rule"], "[[rule]]\n", ""),
];

const fn place(
    file: &'static str,
    schema: &'static str,
    path: &'static [&'static str],
    before: &'static str,
    after: &'static str,
) -> Place {
    Place { file, schema, path, before, after }
}

impl Place {
    /// What the parser says of a line in it.
    fn told(&self, line: &str) -> Vec<(String, String)> {
        let text = format!("{}{line}{}\n", self.before, self.after);
        let texts = BTreeMap::from([(self.file.to_owned(), text)]);
        let parsed =
            config::parse(&Files::from_texts(Path::new("."), texts), &Environment::default());
        parsed.problems.into_iter().map(|one| (one.what, one.hint.unwrap_or_default())).collect()
    }

    /// Its schema, references followed.
    fn schema(&self) -> Value {
        let root = of(self.schema);
        let mut here = root.clone();
        for key in self.path {
            here = table(&root, &property(&root, &here, key));
        }
        here
    }
}

/// A schema without references, lists as what they hold, and of several kinds the table.
fn table(root: &Value, schema: &Value) -> Value {
    let schema = followed(root, schema);
    if let Some(items) = schema.get("items") {
        return table(root, items);
    }
    if let Some(any) = schema.get("anyOf").and_then(Value::as_array) {
        let tables = any.iter().map(|one| table(root, one));
        return tables.into_iter().find(|one| one.get("properties").is_some()).unwrap();
    }
    schema
}

fn followed(root: &Value, schema: &Value) -> Value {
    let reference =
        schema.get("$ref").or_else(|| schema.get("allOf").and_then(|all| all[0].get("$ref")));
    match reference.and_then(Value::as_str) {
        Some(name) => followed(root, root.pointer(name.trim_start_matches('#')).unwrap()),
        None => schema.clone(),
    }
}

fn property(root: &Value, table: &Value, key: &str) -> Value {
    followed(root, &table["properties"][key])
}

fn keys(table: &Value) -> BTreeSet<String> {
    table["properties"].as_object().unwrap().keys().cloned().collect()
}

#[test]
fn the_parser_and_the_schema_know_the_same_keys() {
    for place in PLACES {
        let table = place.schema();
        assert_eq!(table["additionalProperties"], false, "{:?} {:?}", place.file, place.path);
        let told = place.told("zzzzzz = 1");
        let (_, hint) = told.iter().find(|(what, _)| what.contains("`zzzzzz`")).unwrap();
        let (_, accepted) = hint.rsplit_once("accepted: ").unwrap();
        let accepted: BTreeSet<String> = accepted.split(", ").map(str::to_owned).collect();
        assert_eq!(keys(&table), accepted, "{:?} {:?}", place.file, place.path);
    }
}

/// What the parser says of a key that holds something it cannot be, in the schema's words.
fn takes(root: &Value, schema: &Value) -> String {
    if let Some(names) = schema.get("enum").and_then(Value::as_array) {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        return format!("one of {}", names.join(", "));
    }
    // Each kind with words of its own.
    if let Some(kinds) = schema.get("oneOf").and_then(Value::as_array) {
        let names: Vec<String> = kinds.iter().map(|one| one["const"].to_string()).collect();
        return format!("one of {}", names.join(", "));
    }
    let pattern = schema.get("pattern").and_then(Value::as_str).unwrap_or("");
    match schema["type"].as_str() {
        Some("string") if pattern == "^[0-9]+(ms|s|m|h|d)$" => "a duration like".to_owned(),
        Some("string") if pattern.contains("iB)$") => "a size like".to_owned(),
        Some("string") if pattern.starts_with("^[0-9]{4}-") => "a date like".to_owned(),
        Some("string") => "text in quotes".to_owned(),
        Some("boolean") => "true or false".to_owned(),
        Some("integer") => {
            format!("a whole number from {} to {}", schema["minimum"], schema["maximum"])
        }
        Some("array") if table(root, schema).get("properties").is_none() => {
            "a list in square brackets".to_owned()
        }
        _ => String::new(),
    }
}

#[test]
fn the_parser_and_the_schema_take_the_same_values() {
    for place in PLACES {
        let root = of(place.schema);
        let table = place.schema();
        let required: BTreeSet<&str> =
            table["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        for key in keys(&table) {
            let schema = property(&root, &table, &key);
            let expected = takes(&root, &schema);
            let is_table = schema.get("properties").is_some()
                || schema
                    .get("items")
                    .is_some_and(|one| followed(&root, one).get("properties").is_some());
            // A table takes no date, and nothing else takes a table.
            // Which kinds of sources there are is known to the stage that reads them.
            let of_a_stage = key == "kind";
            if !is_table && key != "aliases" && !of_a_stage {
                let told = place.told(&format!("{key} = {{}}"));
                let named = format!("`{key}`");
                let own = told.iter().find(|(what, _)| {
                    what.contains(&named) && !what.ends_with(&format!("has no {named}"))
                });
                let (what, _) = own.unwrap_or_else(|| panic!("{key}: {told:?}"));
                assert!(
                    what.contains(&expected) && !expected.is_empty(),
                    "{key}: '{expected}', {what}"
                );
            }
            // What must be there is missed.
            let without = if key == "name" { "id" } else { "name" };
            let told = place.told(&format!("{without}_ = 1"));
            let missed = told.iter().any(|(what, _)| {
                what == &format!("`{key}` is missing")
                    || what.ends_with(&format!(" has no `{key}`"))
            });
            // The mail server is missed where mails go to one, which the schema cannot say.
            let told_of_tables = is_table && place.path.is_empty();
            let depends = key == "host";
            assert!(
                missed == required.contains(key.as_str()) || told_of_tables || depends,
                "{:?} {key}: missed {missed}",
                place.path
            );
        }
    }
}
