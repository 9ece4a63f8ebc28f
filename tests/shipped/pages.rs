//! What is shipped to be read: the README, the pages, man pages and completions say what the program does.

use super::*;

/// The rows of the README's table with this header.
fn table(header: &str) -> BTreeMap<String, String> {
    let readme = text("README.md");
    let rows: BTreeMap<String, String> = readme
        .lines()
        .skip_while(|line| *line != header)
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .map(|line| {
            let mut cells = line.trim_matches('|').split(" | ").map(str::trim);
            let cell = |text: Option<&str>| text.unwrap_or("").replace('`', "");
            (cell(cells.next()), cell(cells.next()))
        })
        .collect();
    assert!(!rows.is_empty(), "the README has no table {header}");
    rows
}

#[test]
fn the_readme_lists_the_exit_codes() {
    let rows = table("| code | meaning |");
    let source = text("src/cli/exit.rs");
    let codes: Vec<String> = source
        .lines()
        .filter_map(|line| line.trim().strip_suffix(',')?.split_once(" = "))
        .map(|(_, code)| code.to_owned())
        .collect();
    assert_eq!(codes.len(), 9, "the codes of src/cli/exit.rs are read");
    let listed: Vec<&String> = rows.keys().collect();
    assert_eq!(listed, codes.iter().collect::<Vec<_>>());
    assert!(rows.values().all(|meaning| meaning.len() > 3), "{rows:?}");
}

/// `15m`, `7d`: as people write it.
fn span(span: std::time::Duration) -> String {
    let seconds = span.as_secs();
    match seconds {
        _ if seconds.is_multiple_of(86_400) => format!("{}d", seconds / 86_400),
        _ if seconds.is_multiple_of(3_600) => format!("{}h", seconds / 3_600),
        _ => format!("{}m", seconds / 60),
    }
}

#[test]
fn the_readme_lists_the_defaults() {
    let FirstRun::Within(first_run) = defaults::FIRST_RUN else { panic!("a span") };
    let word = |urgent| match urgent {
        UrgentFrom::High => "high",
        UrgentFrom::Medium => "medium",
        UrgentFrom::Never => "never",
    };
    let empty = match defaults::WHEN_EMPTY {
        WhenEmpty::Send => "send",
        WhenEmpty::Skip => "skip",
    };
    let ours = [
        ("urgent", word(defaults::URGENT).to_owned()),
        ("urgent_per_hour", defaults::URGENT_PER_HOUR.to_string()),
        ("min_severity", defaults::MIN_SEVERITY.as_str().to_owned()),
        ("digest", defaults::DIGEST.to_owned()),
        ("when_empty", empty.to_owned()),
        ("max_items", defaults::MAX_ITEMS.to_string()),
        ("[collect] interval", span(defaults::INTERVAL)),
        ("[collect] official_interval", span(defaults::OFFICIAL_INTERVAL)),
        ("[collect] first_run", span(first_run)),
        ("[matching] backfill", span(defaults::BACKFILL)),
        ("[keep] items", span(defaults::KEEP_ITEMS)),
        ("[keep] polls", span(defaults::KEEP_POLLS)),
        ("[keep] audit", span(defaults::KEEP_AUDIT)),
        ("[mail] tls", default_tls().to_owned()),
    ];
    let ours: BTreeMap<String, String> =
        ours.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    assert_eq!(table("| key | default |"), ours);
}

#[test]
fn the_readme_begins_with_the_two_commands() {
    let readme = text("README.md");
    for command in ["cargo run -- demo", "cargo test"] {
        assert!(readme.lines().any(|line| line.trim_start().starts_with(command)), "{command}");
    }
    let help = fine(&mut watchlistd(&["--help"]));
    let commands = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    for line in commands.take_while(|line| !line.is_empty()) {
        let Some(name) = line.strip_prefix("  ").and_then(|rest| rest.split(' ').next()) else {
            continue;
        };
        assert!(name.is_empty() || readme.contains(&format!("| `{name}")), "{name} is not listed");
    }
}

/// What the pages name is there.
#[test]
fn the_pages_name_files_that_exist() {
    let mut missing = Vec::new();
    for page in ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"] {
        for word in text(page).split(['`', '(', ')']) {
            let rooted = ["src/", "config/", "tests/", "systemd/", "migrations/", "benches/"];
            let plain = word.chars().all(|one| one.is_ascii_alphanumeric() || "/._-".contains(one));
            if plain
                && rooted.iter().any(|room| word.starts_with(room))
                && !root().join(word).exists()
            {
                missing.push(format!("{page}: {word}"));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:?}");
}

/// Every file below a folder, by its path from there.
fn below(folder: &Path) -> BTreeMap<PathBuf, String> {
    let mut found = BTreeMap::new();
    for room in ["man", "completions"] {
        for entry in fs::read_dir(folder.join(room)).into_iter().flatten() {
            let path = entry.unwrap().path();
            let text = fs::read_to_string(&path).unwrap();
            found.insert(path.strip_prefix(folder).unwrap().to_path_buf(), text);
        }
    }
    found
}

/// Man pages and completions are made from the commands; whoever changes one makes them anew.
#[test]
fn man_pages_and_completions_are_those_of_the_commands() {
    if std::env::var_os("WATCHLISTD_GENERATE").is_some() {
        for path in below(&root()).keys() {
            fs::remove_file(root().join(path)).unwrap();
        }
        fine(&mut watchlistd(&["generate", root().to_str().unwrap()]));
    }
    let fresh = tempfile::tempdir().unwrap();
    fine(&mut watchlistd(&["generate", fresh.path().to_str().unwrap()]));
    let (made, shipped) = (below(fresh.path()), below(&root()));
    assert!(made.len() > 20, "{:?}", made.keys());
    let differ: Vec<&PathBuf> = made
        .keys()
        .chain(shipped.keys())
        .filter(|path| made.get(*path) != shipped.get(*path))
        .collect();
    assert!(
        differ.is_empty(),
        "not as the commands are: {differ:?}\nmake them anew: WATCHLISTD_GENERATE=1 cargo test --test \
         main man_pages"
    );
}

/// Each row of the README's table names a command that is there, with options that it takes; each command
/// has a row, and so has each of its parts.
#[test]
fn the_readme_tells_commands_as_they_are() {
    let rows = table("| command | does |");
    let mut listed = Vec::new();
    for written in rows.keys() {
        for form in written.split(", ") {
            let path: Vec<&str> = form
                .split(' ')
                .take_while(|word| word.bytes().all(|one| one.is_ascii_lowercase() || one == b'-'))
                .take_while(|word| !word.starts_with('-'))
                .collect();
            // "`outbox retry ID…`, `outbox drop ID…`": each form is whole.
            let help = fine(watchlistd(&path).arg("--help"));
            let options =
                form.split(['[', ']', ' ', '\\', '|']).filter(|word| word.starts_with("--"));
            for option in options {
                assert!(help.contains(option), "{path:?} takes no {option}\n{help}");
            }
            listed.push(path.join(" "));
        }
    }
    for name in commands_of(&[]) {
        let parts = commands_of(&[&name]);
        match parts.is_empty() {
            true => assert!(listed.contains(&name), "{name} has no row"),
            false => {
                for part in parts {
                    let whole = format!("{name} {part}");
                    assert!(listed.contains(&whole), "{whole} has no row");
                }
            }
        }
    }
}

/// The commands that a command's help lists.
fn commands_of(path: &[&str]) -> Vec<String> {
    let help = fine(watchlistd(path).arg("--help"));
    help.lines()
        .skip_while(|line| *line != "Commands:")
        .skip(1)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.strip_prefix("  ")?.split(' ').next())
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

/// What people rely on: a change here is a change of behaviour for everybody who never wrote the key.
#[test]
fn the_defaults_are_these() {
    let rows = table("| key | default |");
    let shown: String = rows.iter().map(|(key, value)| format!("{key} = {value}\n")).collect();
    insta::assert_snapshot!(shown, @r"
    [collect] first_run = 7d
    [collect] interval = 30m
    [collect] official_interval = 15m
    [keep] audit = 3650d
    [keep] items = 400d
    [keep] polls = 90d
    [mail] tls = starttls
    [matching] backfill = 7d
    digest = weekdays 08:00
    max_items = 50
    min_severity = medium
    urgent = high
    urgent_per_hour = 6
    when_empty = send
    ");
}
