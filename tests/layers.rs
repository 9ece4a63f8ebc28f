//! The house rules, held mechanically: imports go one way, each outside part has one keyhole, and
//! every file says what it is for.
//!
//! Std only, so that it runs in milliseconds and before anything else compiles far.

use std::fs;
use std::path::{Path, PathBuf};

/// Module → what it may import of this crate. A module may always import itself.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("main", &["cli"]),
    ("lib", &[]),
    (
        "cli",
        &[
            "daemon",
            "pipeline",
            "collect",
            "detect",
            "notify",
            "store",
            "config",
            "clock",
            "telemetry",
            "model",
        ],
    ),
    (
        "daemon",
        &[
            "pipeline",
            "collect",
            "detect",
            "notify",
            "store",
            "config",
            "clock",
            "telemetry",
            "model",
        ],
    ),
    ("pipeline", &["collect", "detect", "notify", "store", "clock", "telemetry", "model"]),
    ("collect", &["model"]),
    ("detect", &["model"]),
    ("notify", &["model"]),
    ("store", &["model"]),
    ("config", &["model"]),
    ("clock", &["model"]),
    ("telemetry", &[]),
    ("model", &[]),
];

/// Files that may log: the two of the stages that do I/O.
const MAY_LOG: &[&str] = &["collect/fetch", "notify/smtp"];

/// Outside crate or backend → the places that may name it.
const KEYHOLES: &[(&str, &[&str])] = &[
    ("reqwest", &["collect/fetch"]),
    ("rustls_platform_verifier", &["collect/fetch"]),
    ("feed_rs", &["collect/parse"]),
    ("cron", &["notify/schedule"]),
    ("rusqlite", &["store/sqlite"]),
    ("refinery", &["store/sqlite"]),
    ("lettre", &["notify/"]),
    // What writes into people's files in one place, so that what it may touch is seen at a glance.
    ("toml_edit", &["config/edit"]),
    ("schemars", &["config/schema"]),
    ("csv", &["cli/import"]),
    ("quick_xml", &["cli/import"]),
    ("anyhow", &["cli/", "daemon/"]),
    ("clap", &["cli/"]),
    ("sd_notify", &["daemon/"]),
    // What answers on a socket, so that no other room grows a page; and the format of its figures.
    ("axum", &["daemon/status/", "cli/demo", "pipeline/canary/feed"]),
    ("hyper", &["daemon/status/"]),
    ("hyper_util", &["daemon/status/"]),
    ("prometheus_client", &["daemon/status/"]),
    ("tar", &["daemon/backup/"]),
    ("rustix", &["config/files", "daemon/", "store/sqlite/fault"]),
    ("file_watch", &["daemon/edits"]),
    ("similar", &["cli/"]),
    ("tracing_subscriber", &["telemetry"]),
    ("store::sqlite", &["daemon/wire", "store/"]),
];

/// Where a thing that fits nowhere goes.
const WHERE_THINGS_GO: &str = "src has no room of this name. Data shared by rooms goes to model/, \
     reading files to config/, the three stages to collect/, detect/ and notify/, memory to store/, \
     what joins them to pipeline/, running to daemon/, commands to cli/. A new room is a change of \
     design: say so in ARCHITECTURE.md and in this table.";

struct Source {
    /// Path below src without `.rs`, `/` between folders; `mod` is left off.
    name: String,
    text: String,
}

impl Source {
    fn module(&self) -> &str {
        self.name.split('/').next().unwrap_or(&self.name)
    }

    /// Code lines outside comments, with their number. Inline tests may reach further than the
    /// code they test, so they are left out.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text
            .lines()
            .enumerate()
            .take_while(|(_, line)| line.trim() != "#[cfg(test)]")
            .filter(|(_, line)| !line.trim_start().starts_with("//"))
            .map(|(at, line)| (at + 1, line))
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    collect(&root, &root, &mut found);
    assert!(found.len() > 20, "found only {} files under src", found.len());
    found
}

fn collect(root: &Path, folder: &Path, found: &mut Vec<Source>) {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)
        .expect("src can be listed")
        .map(|entry| entry.expect("src can be listed").path())
        .collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            collect(root, &path, found);
        } else if path.extension().is_some_and(|kind| kind == "rs") {
            let below = path.strip_prefix(root).expect("below src").with_extension("");
            let name = below.to_string_lossy().replace('\\', "/");
            let name = name.strip_suffix("/mod").unwrap_or(&name).to_owned();
            found.push(Source { name, text: fs::read_to_string(&path).expect("source is UTF-8") });
        }
    }
}

/// Names that `code` imports from this crate: `crate::x` and `watchlistd::x`, also in braces.
fn imports(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    for root in ["crate::", "watchlistd::"] {
        for (at, _) in line.match_indices(root) {
            if line[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_') {
                continue;
            }
            let rest = &line[at + root.len()..];
            let names: Vec<&str> = match rest.strip_prefix('{') {
                Some(group) => group.split('}').next().unwrap_or("").split(',').collect(),
                None => vec![rest],
            };
            for name in names {
                let name: String = name
                    .trim()
                    .chars()
                    .take_while(|one| one.is_alphanumeric() || *one == '_')
                    .collect();
                if !name.is_empty() {
                    found.push(name);
                }
            }
        }
    }
    found
}

/// Whether `line` names the path `krate` (at a word boundary, followed by `::` or as a `use`).
fn names(line: &str, krate: &str) -> bool {
    line.match_indices(krate).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = &line[at + krate.len()..];
        let bounded = !before.is_some_and(|one| one.is_alphanumeric() || one == '_' || one == '.');
        let own = line[..at].ends_with("crate::") || line[..at].ends_with("self::");
        let used = after.starts_with("::")
            || (line.trim_start().starts_with("use ") && after.starts_with([';', ' ']));
        bounded && used && (!own || krate.contains("::"))
    })
}

fn violations(sources: &[Source]) -> Vec<String> {
    let mut wrong = Vec::new();
    for source in sources {
        let module = source.module();
        let Some((_, allowed)) = MAY_IMPORT.iter().find(|(name, _)| *name == module) else {
            wrong.push(format!("src/{}: {WHERE_THINGS_GO}", source.name));
            continue;
        };
        if !source.text.starts_with("//!") {
            wrong.push(format!("src/{}: the first line is not `//!`", source.name));
        }
        for (at, line) in source.code() {
            for name in imports(line) {
                let logs =
                    name == "telemetry" && MAY_LOG.iter().any(|one| source.name.starts_with(one));
                if name != module && !allowed.contains(&name.as_str()) && !logs && is_room(&name) {
                    wrong.push(format!("src/{}:{at}: {module} may not import {name}", source.name));
                }
            }
            for (krate, places) in KEYHOLES {
                let path = format!("{}/", source.name);
                let inside = places.iter().any(|place| path.starts_with(place));
                if !inside && names(line, krate) {
                    wrong.push(format!(
                        "src/{}:{at}: {krate} may be named only in {}",
                        source.name,
                        places.join(", ")
                    ));
                }
            }
        }
    }
    wrong
}

fn is_room(name: &str) -> bool {
    MAY_IMPORT.iter().any(|(room, _)| *room == name)
}

#[test]
fn imports_go_one_way_and_keyholes_hold() {
    let wrong = violations(&sources());
    assert!(wrong.is_empty(), "the house rules are broken:\n{}", wrong.join("\n"));
}

#[test]
fn seeded_faults_are_caught() {
    let faults = [
        ("detect/bad", "//! x\nuse crate::store::Store;\n", "may not import store"),
        ("collect/bad", "//! x\nuse crate::{config, model};\n", "may not import config"),
        ("notify/bad", "//! x\nlet now = crate::clock::SystemClock;\n", "may not import clock"),
        ("model/bad", "//! x\nfn f() { crate::detect::f() }\n", "may not import detect"),
        ("pipeline/bad", "//! x\nuse reqwest::Client;\n", "reqwest may be named only"),
        ("detect/bad", "//! x\nfn f() { cron::Schedule::f() }\n", "cron may be named only"),
        (
            "cli/bad",
            "//! x\nuse crate::store::sqlite::Sqlite;\n",
            "store::sqlite may be named only",
        ),
        ("store/bad", "//! x\nuse anyhow::Result;\n", "anyhow may be named only"),
        ("detect/bad", "//! x\nuse crate::telemetry::FIELD;\n", "may not import telemetry"),
        ("utils/bad", "//! x\n", "src has no room of this name"),
        ("model/bad", "use std::fmt;\n", "the first line is not"),
    ];
    for (name, text, expected) in faults {
        let found = violations(&[Source { name: name.into(), text: text.into() }]);
        assert!(
            found.iter().any(|one| one.contains(expected)),
            "{name}: '{text}' should be refused with '{expected}', got {found:?}"
        );
    }
}

#[test]
fn what_is_allowed_passes() {
    let fine = [
        ("collect/fetch", "//! x\nuse reqwest::Client;\nuse crate::telemetry::FIELD;\n"),
        ("notify/smtp", "//! x\nuse lettre::Address;\n"),
        ("notify/schedule", "//! x\nuse cron::Schedule;\n"),
        ("daemon/wire", "//! x\nuse crate::store::sqlite::Sqlite;\n"),
        ("detect/text", "//! x\n// crate::store is not for us\nuse crate::model::Hit;\n"),
    ];
    for (name, text) in fine {
        let found = violations(&[Source { name: name.into(), text: text.into() }]);
        assert!(found.is_empty(), "{name}: {found:?}");
    }
}
