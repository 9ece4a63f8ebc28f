//! What is shipped beside the program: the files in `config/`, the unit, the migrations, the README.

mod pages;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use assert_cmd::Command;
use watchlistd::cli::init::{self, Answers};
use watchlistd::config::{self, Environment, Files, defaults};
use watchlistd::model::FirstRun;
use watchlistd::model::reader::{UrgentFrom, WhenEmpty};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn text(name: &str) -> String {
    let path = root().join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn watchlistd(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_watchlistd"));
    command.env_clear().args(arguments);
    command
}

/// Runs a command and answers its standard output.
#[track_caller]
fn fine(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let out = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(0), "{out}\n{said}");
    out
}

#[test]
fn what_init_writes_passes_check() {
    let top = tempfile::tempdir().unwrap();
    let ask = ["--to", "mei@bank.test", "--timezone", "America/New_York"];
    for (name, more) in [("quiet", &[][..]), ("loud", &["--smtp", "smtp.bank.test"])] {
        let folder = top.path().join(name);
        let folder = folder.to_str().unwrap();
        let told = fine(watchlistd(&["init", folder]).args(ask).args(more));
        let mut last: Vec<&str> = told.lines().rev().take(3).collect();
        last.reverse();
        for (line, command) in last.iter().zip(["check", "once", "run"]) {
            let starts = format!("watchlistd {command} --config {folder}");
            assert!(line.trim_start().starts_with(&starts), "{line}");
        }
        let checked = fine(&mut watchlistd(&["check", "--config", folder]));
        // What only the operator can know is left to them.
        assert_eq!(checked.matches("warning: ").count(), 1, "{checked}");
        assert!(checked.contains("[operator] has no second channel"), "{checked}");
        assert!(!checked.contains("error: "), "{checked}");
        assert!(checked.contains("next digests: "), "{checked}");
        let civil = checked.matches("08:00 EST").count() + checked.matches("08:00 EDT").count();
        assert_eq!(civil, 3, "three fire times in New York's time\n{checked}");
        let written: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name != "schema")
            .collect();
        assert_eq!(written.len(), 5, "{written:?}");
        for name in &written {
            let text = fs::read_to_string(Path::new(folder).join(name)).unwrap();
            assert!(!text.contains("FILL IN"), "{name} has a blank left");
            assert!(text.lines().any(|line| line.starts_with("# ")), "{name} has no comments");
        }
    }
}

/// The story that must never be missed, however it is put, by the files as `init` writes them: both of its
/// matters are found and the rule for them decides.
#[test]
fn what_an_authority_alleges_is_told_though_the_company_denies_it() {
    let top = tempfile::tempdir().unwrap();
    let desk = top.path().join("desk");
    let folder = desk.to_str().unwrap();
    let init = ["init", folder, "--to", "mei@bank.test", "--timezone", "Europe/Berlin"];
    fine(&mut watchlistd(&init));
    for title in [
        "White House memo says Alibaba helps the PLA; company denies it",
        "White House memo accuses Alibaba of helping the PLA, company denies it",
        "白宫备忘录指阿里巴巴协助解放军 公司否认",
        "白宫备忘录指控阿里巴巴协助解放军 公司否认",
        "白宮備忘錄指阿里巴巴協助解放軍 公司否認",
    ] {
        let said = fine(&mut watchlistd(&["explain", "--config", folder, "--title", title, ""]));
        assert!(said.starts_with("Alert, high."), "{title}: {said}");
    }
}

#[test]
fn the_story_that_must_not_be_missed_is_told_with_both_matters() {
    let top = tempfile::tempdir().unwrap();
    let folder = top.path().join("desk");
    let folder = folder.to_str().unwrap();
    fine(&mut watchlistd(&[
        "init",
        folder,
        "--to",
        "mei@bank.test",
        "--timezone",
        "Europe/Berlin",
    ]));
    for (title, text) in [
        (
            "Lawmakers urge the SEC to delist Alibaba",
            "A White House memo accuses the company of helping the PLA.",
        ),
        (
            "White House memo alleges Alibaba (NYSE: BABA) helps China's military",
            "Lawmakers urged the SEC to delist the company. The memo names military-civil fusion.",
        ),
        (
            "Memo: BABA aided the People's Liberation Army",
            "Senators want the shares delisted from New York.",
        ),
        ("白宫备忘录称阿里巴巴协助解放军", "议员敦促美国证交会将其摘牌。"),
    ] {
        let explain = ["explain", "--config", folder, "--title", title, text];
        let said = fine(&mut watchlistd(&explain));
        assert!(said.starts_with("Alert, high."), "{title}: {said}");
        let (found, held) = said.split_once("Held back").unwrap_or((&said, ""));
        for topic in ["topic mcf: ", "topic delist: "] {
            assert!(found.contains(topic), "{title}: {topic}{said}");
        }
        let rule = "China tech and its listing: yes";
        assert!(held.contains(rule) || found.contains(rule), "{title}: {said}");
    }
}

/// Keys whose comment shows an example, not the default.
const EXAMPLES: &[&str] = &[
    "at",
    "away",
    "ca_file",
    "command",
    "editors",
    "listen",
    "password_file",
    "ping_url",
    "quiet",
    "reply_to",
    "timezone",
    "username",
];

/// "The values in commented lines are the defaults unless said otherwise": each line can be
/// uncommented, and then changes nothing.
#[test]
fn commented_values_are_the_defaults() {
    let answers = Answers {
        folder: Path::new("/etc/watchlistd"),
        to: "mei@bank.test",
        timezone: "America/New_York",
        smtp: Some("smtp.bank.test"),
    };
    let files = init::files(&answers);
    let parse = |files: BTreeMap<String, String>| {
        config::parse(&Files::from_texts(answers.folder, files), &Environment::default())
    };
    let before = parse(files.clone());
    let mut seen = Vec::new();
    for name in [config::SERVICE, config::READERS] {
        let lines: Vec<&str> = files[name].lines().collect();
        for (at, line) in lines.iter().enumerate() {
            let Some((key, _)) = line.strip_prefix("# ").and_then(|rest| rest.split_once(" = "))
            else {
                continue;
            };
            if key.contains(' ') {
                continue;
            }
            let mut changed: Vec<&str> = lines.clone();
            changed[at] = &line[2..];
            // A key of a section that is commented out, or that goes with another, needs both.
            if let Some(above) = lines[at - 1].strip_prefix("# ")
                && (above.starts_with('[') || key == "password_file")
            {
                changed[at - 1] = above;
            }
            let mut files = files.clone();
            files.insert(
                name.to_owned(),
                changed.join("\n").replace("https://…", "https://bank.test"),
            );
            let after = parse(files);
            assert!(after.problems.is_empty(), "{name}: {key}: {:?}", after.problems);
            let same = (after.settings, after.readers)
                == (before.settings.clone(), before.readers.clone());
            assert_eq!(same, !EXAMPLES.contains(&key), "{name}: {key}");
            seen.push(key.to_owned());
        }
    }
    assert!(EXAMPLES.iter().all(|key| seen.iter().any(|one| one == key)), "{seen:?}");
    assert!(seen.len() > 30, "{seen:?}");
}

/// An account asks for a password; from the environment it is enough.
#[test]
fn an_account_with_its_password_passes_check() {
    let top = tempfile::tempdir().unwrap();
    let folder = top.path().to_str().unwrap();
    let ask = ["--to", "mei@bank.test", "--timezone", "Europe/Berlin", "--smtp", "smtp.bank.test"];
    fine(watchlistd(&["init", folder]).args(ask));
    let path = top.path().join("watchlistd.toml");
    let service = fs::read_to_string(&path).unwrap();
    assert!(service.contains("# username = \"watchlist\""));
    fs::write(&path, service.replace("# username = ", "username = ")).unwrap();
    let without = watchlistd(&["check", "--config", folder]).output().unwrap();
    assert_eq!(without.status.code(), Some(78));
    let mut with = watchlistd(&["check", "--config", folder]);
    fine(with.env("WATCHLISTD_SMTP_PASSWORD", "a password"));
}

#[test]
fn the_labelled_set_and_the_topics_compile() {
    let config = root().join("config");
    let mut command = watchlistd(&["match", "--watchlist"]);
    command.arg(config.join("topics.toml")).arg("--watchlist");
    command.arg(config.join("examples/labelled-set.toml"));
    let line = r#"{"id":"a","title":"US lawmakers urge SEC to delist Alibaba (NYSE: BABA)"}"#;
    let out = fine(command.write_stdin(line));
    assert!(
        out.contains("\"companies\":[\"baba\"]") && out.contains("\"severity\":\"high\""),
        "{out}"
    );
}

#[test]
fn the_unit_says_what_the_service_needs() {
    let unit = text("systemd/watchlistd.service");
    let lines: Vec<&str> = unit.lines().map(str::trim).collect();
    let value = |key: &str| {
        let found = lines.iter().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
        found.unwrap_or_else(|| panic!("{key}= is missing")).to_owned()
    };
    assert_eq!(value("Type"), "notify", "systemd 252 knows no notify-reload");
    assert!(value("ExecStart").ends_with("watchlistd run"), "{}", value("ExecStart"));
    assert!(value("ExecReload").contains("-HUP $MAINPID"), "{}", value("ExecReload"));
    assert!(
        value("WatchdogSec").parse::<u32>().is_ok() || value("WatchdogSec").ends_with(['s', 'n'])
    );
    let stop: u32 = value("TimeoutStopSec").trim_end_matches('s').parse().unwrap();
    assert!(stop > 10, "the drain takes up to 10 s");
    assert_eq!(value("StateDirectory"), "watchlistd");
    assert_eq!(value("ConfigurationDirectory"), "watchlistd");
    assert_eq!(value("User"), "watchlistd", "a static user: the commands work beside the service");
    assert!(text("systemd/watchlistd.sysusers").contains("watchlistd"));
    assert!(text("systemd/watchlistd.tmpfiles").contains("watchlistd"));
    for key in ["Restart", "NoNewPrivileges", "ProtectSystem", "PrivateTmp"] {
        assert!(!value(key).is_empty());
    }
    // A wrong configuration is not mended by starting again, nor is one that may not be read.
    for code in ["77", "78"] {
        assert!(value("RestartPreventExitStatus").split(' ').any(|one| one == code), "{code}");
    }
}

/// A number left out stands for a step that never was; one given twice would be lost.
#[test]
fn migrations_are_numbered_once_each() {
    let mut numbers: Vec<u32> = fs::read_dir(root().join("migrations/sqlite"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .map(|name| {
            let (number, rest) = name.strip_prefix('V').unwrap().split_once("__").unwrap();
            assert!(rest.ends_with(".sql"), "{name}");
            number.parse().unwrap()
        })
        .collect();
    numbers.sort_unstable();
    assert_eq!(numbers.first(), Some(&1));
    assert!(numbers.is_sorted_by(|one, next| one < next), "{numbers:?}");
}

/// What a folder that says nothing of TLS gets.
fn default_tls() -> &'static str {
    use watchlistd::config::settings::{Tls, Transport};
    let service = "contact = \"ops@bank.test\"\ntimezone = \"Europe/Berlin\"\n\
                   [operator]\nto = [\"ops@bank.test\"]\n\
                   [mail]\nhost = \"smtp.bank.test\"\nfrom = \"watchlist@bank.test\"\n";
    let texts = BTreeMap::from([(config::SERVICE.to_owned(), service.to_owned())]);
    let files = Files::from_texts(Path::new(""), texts);
    match config::parse(&files, &Environment::default()).settings.unwrap().mail.transport {
        Transport::Smtp(smtp) => match smtp.tls {
            Tls::Starttls => "starttls",
            Tls::Implicit => "implicit",
            Tls::None => "none",
        },
        Transport::File(_) => "no server at all",
    }
}

/// What a release wrote, every later one takes: a folder for each, as its `init` wrote it.
#[test]
fn files_of_earlier_releases_are_accepted() {
    let releases = root().join("tests/fixtures/releases");
    let mut folders: Vec<PathBuf> =
        fs::read_dir(releases).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    assert!(!folders.is_empty());
    for folder in folders {
        let checked = fine(&mut watchlistd(&["check", "--config", folder.to_str().unwrap()]));
        assert!(!checked.contains("error: "), "{}: {checked}", folder.display());
        let names = fs::read_dir(&folder).unwrap().count();
        assert!(names >= 5, "{}: {names} files", folder.display());
    }
}
