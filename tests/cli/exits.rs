//! Exit codes, each by a command that ends with it, and where `--config` may stand.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;

use super::desk::{Desk, Service, WATCHLIST};
use super::{Answer, answer, ask, contents, watchlistd};
use crate::support::feeds::Reply;

/// Runs the command and compares its exit code and a few words of what it says.
#[track_caller]
fn check(arguments: &[&str], stdin: &str, code: i32, words: &str) -> Answer {
    let answer = answer(watchlistd(arguments).write_stdin(stdin)).ends(code);
    let said = format!("{}{}", answer.out, answer.err);
    assert!(said.contains(words), "'{words}' is not said by {arguments:?}\n{answer}");
    assert!(!said.contains("panicked"), "{answer}");
    answer
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_wrong_command_line_is_64() {
    let top = tempfile::tempdir().unwrap();
    let desk = text(top.path());
    for (arguments, words) in [
        (&[][..], "Usage:"),
        (&["frobnicate"], "unrecognized subcommand"),
        (&["--frobnicate", "check"], "unexpected argument"),
        (&["once", "--everything"], "unexpected argument"),
        (&["check", "--config"], "a value is required"),
        (&["match"], "--watchlist"),
        (&["parse"], "<FILE>"),
        (&["init", desk], "--to"),
        (&["init", desk, "--to", "mei@bank.test"], "--timezone"),
        (&["init", desk, "--to", "mei@bank.test", "--timezone", "Berlin"], "Europe/Berlin"),
        (&["send-test"], "<ADDRESS>"),
        (&["send-test", "nonsense"], "nonsense"),
        (&["send-test", "mei@bank.test, jo@bank.test"], "mei@bank.test, jo@bank.test"),
        (&["--log-format", "xml", "check"], "possible values"),
        (&["watch", "history", "--last", "0"], "0 is not in 1.."),
        (&["audit", "export", "--from", "2026-11-24", "--to", "2026-11-23"], "before it begins"),
        (&["audit", "export", "--from", "2999-01-01"], "before it begins"),
    ] {
        let said = check(arguments, "", 64, words);
        assert!(said.out.is_empty(), "a complaint belongs on standard error\n{said}");
    }
    assert!(contents(top.path()).is_empty(), "nothing is written");
}

#[test]
fn help_and_version_are_0() {
    let help = check(&["--help"], "", 0, "Usage:");
    for (command, diagnostic) in
        [("demo", false), ("run", false), ("check", false), ("match", true), ("parse", true)]
    {
        let starts = |line: &&str| line.trim_start().starts_with(&format!("{command} "));
        let line = help.out.lines().find(starts).unwrap();
        assert_eq!(line.contains("Diagnostic"), diagnostic, "{line}");
        check(&[command, "--help"], "", 0, "Usage:");
    }
    check(&["--version"], "", 0, env!("CARGO_PKG_VERSION"));
    check(&["help"], "", 0, "Usage: watchlistd");
    check(&["help", "watch", "add"], "", 0, "Usage: watchlistd watch add");
    check(&["help", "nothing"], "", 64, "nothing");
}

#[test]
fn what_cannot_be_read_is_66() {
    let top = tempfile::tempdir().unwrap();
    let missing = top.path().join("missing");
    let missing = text(&missing);
    let empty = text(top.path());
    let file = top.path().join("file");
    fs::write(&file, WATCHLIST).unwrap();
    let no_such = "no such file or folder";
    for (arguments, words) in [
        (&["check", "--config", missing][..], no_such),
        (&["explain", "x", "--config", missing], no_such),
        (&["send-test", "mei@bank.test", "--config", missing], no_such),
        (&["match", "--watchlist", missing], no_such),
        (&["match", "--watchlist", text(&file), "--watchlist", missing], no_such),
        (&["match", "--watchlist", empty], "holds no watchlist"),
        (&["parse", missing], "No such file"),
        (&["parse", empty], "directory"),
        (&["check", "--config", text(&file)], "not a folder"),
        (&["evaluate", "--watchlist", text(&file), "--", empty], "Is a directory"),
    ] {
        let said = check(arguments, "", 66, words);
        let path = arguments.last().unwrap();
        assert!(said.err.contains(path), "the message names no path\n{said}");
    }
    // Commands that edit wait for each other in the folder, and say what the others say where there is none.
    for arguments in [
        &["source", "pause", "wire"][..],
        &["dismiss", "aaaaaa", "--why", "x"],
        &["import", "csv", text(&file)],
        &["watch", "add", "company", "Nvidia"],
    ] {
        let said = check(&[arguments, &["--config", missing]].concat(), "", 66, no_such);
        assert!(said.err.contains(missing) && said.err.contains("watchlistd init"), "{said}");
    }
    assert_eq!(contents(top.path()).len(), 1, "nothing is created");
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_watchlistd"));
    command.env_clear().args(["match", "--watchlist", text(&file)]);
    let output = command.stdin(fs::File::open(top.path()).unwrap()).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(66), "{said}");
    assert!(said.contains("cannot read standard input"), "{said}");
}

#[test]
fn a_wrong_configuration_is_78() {
    let desk = Desk::new();
    desk.edit("sources.toml", "allow_private", "allow_privat");
    let folder = desk.folder();
    let words = "did you mean `allow_private`?";
    for arguments in [
        &["check"][..],
        &["once"],
        &["once", "--dry-run"],
        &["run"],
        &["explain", "x"],
        &["send-test", "mei@bank.test"],
    ] {
        let said = desk.ask(arguments).ends(78);
        let all = format!("{}{}", said.out, said.err);
        assert!(all.contains(words), "{arguments:?}\n{said}");
        let place = format!("{}:4:1", folder.join("sources.toml").display());
        assert!(all.contains(&place), "{arguments:?}\n{said}");
    }
    assert!(!desk.state().exists(), "a configuration that never was good makes no store");
    assert_eq!(desk.site.asked("/wire.xml"), 0);
    let watchlist = desk.folder().join("watchlist.toml");
    fs::write(&watchlist, "[[company]]\nnam = \"Huawei\"\n").unwrap();
    check(&["match", "--watchlist", text(&watchlist)], "{}\n", 78, "did you mean `name`?");
}

#[test]
fn the_service_without_a_folder_is_78() {
    let top = tempfile::tempdir().unwrap();
    let missing = top.path().join("missing");
    for command in ["run", "once"] {
        let said = check(&[command, "--config", text(&missing)], "", 78, text(&missing));
        assert!(said.err.contains("watchlistd init"), "the remedy is missing\n{said}");
    }
    assert!(contents(top.path()).is_empty());
}

#[test]
fn a_missing_secret_is_78_before_anything_is_asked_for() {
    let desk = Desk::new();
    desk.edit(
        "watchlistd.toml",
        "transport = \"file\"",
        "transport = \"smtp\"\nhost = \"smtp.bank.test\"\nusername = \"watch\"",
    );
    for arguments in [&["check"][..], &["once"], &["run"], &["send-test", "mei@bank.test"]] {
        let said = desk.ask(arguments).ends(78);
        let all = format!("{}{}", said.out, said.err);
        for words in ["there is no password for `username` \"watch\"", "WATCHLISTD_SMTP_PASSWORD"] {
            assert!(all.contains(words), "{arguments:?}\n{said}");
        }
    }
    assert_eq!(desk.site.asked("/wire.xml"), 0);
}

#[test]
fn a_failed_source_is_75_and_the_others_are_read() {
    let desk = Desk::new();
    desk.sources(&["gone", "page", "wire"]);
    desk.site.put("/gone.xml", Reply::status(410));
    desk.site.put("/page.xml", Reply::body("<html><body>Please log in</body></html>"));
    let said = desk.ask(&["once"]).ends(75).says("3 sources polled, 2 failed; 1 new item");
    for source in ["gone", "page"] {
        assert!(
            said.err.contains(&format!("\n{source}: ")) || said.err.starts_with(source),
            "{said}"
        );
    }
    assert_eq!(desk.mails().len(), 1, "the digest is mailed all the same");
}

/// Whoever mistypes a folder must not work on the database at the default place.
#[test]
fn a_folder_that_is_named_and_not_there_is_66() {
    let desk = Desk::new();
    desk.ask(&["once"]).ends(0);
    let missing = desk.folder().join("missing");
    for arguments in [
        &["status"][..],
        &["ack", "a", "--as", "relevant"],
        &["search", "x"],
        &["outbox", "list"],
        &["watch", "accept"],
        &["restore", "--resume"],
        &["audit", "verify"],
        &["backup", "x.tar"],
    ] {
        let said = std::process::Command::new(env!("CARGO_BIN_EXE_watchlistd"))
            .args(arguments)
            .arg("--config")
            .arg(&missing)
            .env_clear()
            .env("STATE_DIRECTORY", desk.state().parent().unwrap())
            .output()
            .unwrap();
        let err = String::from_utf8(said.stderr).unwrap();
        assert_eq!(said.status.code(), Some(66), "{arguments:?}: {err}");
        assert!(
            err.contains(&format!("cannot read {}", missing.display())),
            "{arguments:?}: {err}"
        );
    }
}

#[test]
fn an_output_that_cannot_be_written_is_74() {
    let desk = Desk::new();
    let full = || fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    for arguments in [&["check"][..], &["once", "--dry-run"]] {
        let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_watchlistd"))
            .args(arguments)
            .arg("--config")
            .arg(desk.folder())
            .env_clear()
            .stdout(full())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = String::new();
        std::io::Read::read_to_string(child.stderr.as_mut().unwrap(), &mut said).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(74), "{arguments:?}: {said}");
        assert!(said.contains("No space left"), "{arguments:?}: {said}");
    }
}

#[test]
fn init_over_a_file_says_so_once_and_what_to_do() {
    let top = tempfile::tempdir().unwrap();
    let file = top.path().join("afile");
    fs::write(&file, "mine").unwrap();
    for folder in [file.clone(), file.join("desk")] {
        let arguments =
            ["init", text(&folder), "--to", "mei@bank.test", "--timezone", "Europe/Berlin"];
        let said = check(&arguments, "", 74, "hint: a file stands where the folder is to be");
        assert_eq!(said.err.matches("os error").count(), 1, "{said}");
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), "mine");
}

/// `match … | head -1`.
#[test]
fn a_closed_pipe_is_0() {
    let top = tempfile::tempdir().unwrap();
    fs::write(top.path().join("watchlist.toml"), WATCHLIST).unwrap();
    let many = top.path().join("many.jsonl");
    fs::write(&many, "{\"id\":\"a\",\"title\":\"Huawei\"}\n".repeat(20_000)).unwrap();
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_watchlistd"))
        .args(["match", "--watchlist", text(top.path())])
        .env_clear()
        .stdin(fs::File::open(&many).unwrap())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = String::new();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    out.read_line(&mut first).unwrap();
    assert!(first.starts_with("{\"id\":\"a\""), "{first}");
    drop(out);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "it is no error");
}

#[test]
fn who_holds_the_store_is_named_and_what_only_reads_works_beside_it() {
    let desk = Desk::new();
    desk.ask(&["once"]).ends(0);
    let service = desk.run();
    assert!(service.said.contains("started: 1 source, 1 reader, mail "), "{}", service.said);
    let pid = service.pid().to_string();
    for command in ["once", "run"] {
        let said = desk.ask(&[command]).ends(75).says(&format!("process {pid}"));
        assert!(said.err.contains("state.db"), "{said}");
    }
    desk.ask(&["status"]).ends(0);
    desk.ask(&["check"]).ends(0);
    desk.ask(&["explain", "Huawei"]).ends(0);
    desk.ask(&["send-test", "mei@bank.test"]).ends(0);
    let dry = desk.ask(&["once", "--dry-run", "--all"]).ends(0);
    assert!(dry.out.contains("Subject: Watchlist "), "{dry}");
    assert_eq!(service.stop(), Some(0), "a stop is a good end");
    desk.ask(&["once"]).ends(0);
}

/// `--config` stands before or after the command; without it the variable that systemd sets counts.
#[test]
fn the_folder_is_named_before_or_after_the_command_or_by_the_environment() {
    let desk = Desk::new();
    desk.edit("watchlistd.toml", "timezone = \"Europe/Berlin\"", "timezone = \"Asia/Singapore\"");
    let folder = desk.folder();
    let folder = text(&folder);
    let elsewhere = tempfile::tempdir().unwrap();
    let elsewhere = text(elsewhere.path());
    let before = ask(["--config", folder, "check"]).ends(0);
    assert!(before.out.contains("1 reader."), "{before}");
    assert!(before.out.contains("+08"), "the fire times are in the folder's zone\n{before}");
    let after = ask(["check", "--config", folder]).ends(0);
    let with = |variable: &str, arguments: &[&str]| {
        answer(watchlistd(arguments).env("CONFIGURATION_DIRECTORY", variable))
    };
    let by_environment = with(folder, &["check"]).ends(0);
    let of_several = with(&format!("{folder}:{elsewhere}"), &["check"]).ends(0);
    let overruled = with(elsewhere, &["check", "--config", folder]).ends(0);
    for other in [after, by_environment, of_several, overruled] {
        assert_eq!(other.out, before.out);
    }
    with(elsewhere, &["check"]).ends(78).says("");
    let neither = ask(["check"]);
    assert!(neither.code == Some(66) || Path::new("/etc/watchlistd").exists(), "{neither}");
}

/// Runs as a plain user: as root permissions do not hold.
fn as_nobody(program: &Path, arguments: &[&str]) -> Answer {
    let mut command = assert_cmd::Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(program);
    answer(command.args(arguments).env_clear().env("PATH", "/usr/bin:/bin"))
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|about| std::os::unix::fs::MetadataExt::uid(&about) == 0)
}

/// Commands that understand all files.
const UNDERSTANDING: [&[&str]; 11] = [
    &["check"],
    &["once"],
    &["once", "--dry-run"],
    &["run"],
    &["explain", "x"],
    &["send-test", "mei@bank.test"],
    &["doctor", "--offline"],
    &["watch", "list"],
    &["watch", "add", "company", "Nvidia"],
    &["source", "list"],
    &["source", "pause", "wire"],
];

/// Commands that only ask `watchlistd.toml` where the state lies.
const LOOKING: [&[&str]; 11] = [
    &["status"],
    &["search", "Huawei"],
    &["show", "aaaaaa"],
    &["ack", "aaaaaa", "--as", "relevant"],
    &["outbox", "list"],
    &["audit", "verify"],
    &["audit", "export"],
    &["digest", "preview", "Mei"],
    &["preview"],
    &["watch", "history"],
    &["backup", "/nowhere"],
];

#[test]
fn what_we_may_not_do_is_77() {
    let desk = Desk::new();
    let state = desk.state();
    fs::create_dir(&state).unwrap();
    let mode = |path: &Path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode));
    // Another user must reach the program and the folder.
    let program = desk.folder().with_file_name("watchlistd");
    if fs::hard_link(env!("CARGO_BIN_EXE_watchlistd"), &program).is_err() {
        fs::copy(env!("CARGO_BIN_EXE_watchlistd"), &program).unwrap();
    }
    mode(desk.folder().parent().unwrap(), 0o755).unwrap();
    for path in contents(&desk.folder()).keys() {
        mode(path, 0o644).unwrap();
    }
    mode(&state, 0o555).unwrap();
    let run = |arguments: &[&str]| {
        let folder = desk.folder();
        let arguments = [arguments, &["--config", text(&folder)]].concat();
        if is_root() { as_nobody(&program, &arguments) } else { ask(arguments) }
    };
    if is_root() && run(&["--version"]).code != Some(0) {
        // Past the test runner's capture, so that a skipped test shows.
        let why = "SKIPPED: setpriv cannot run the program as a plain user here";
        let _ = writeln!(std::io::stderr(), "{why}");
        return;
    }
    let said = run(&["once"]).ends(77).says(text(&state));
    assert!(said.err.contains("hint: "), "{said}");
    assert!(contents(&state).is_empty(), "nothing is half-written");
    // A file that may not be read is not a wrong one.
    for (name, commands) in [
        ("sources.toml", &UNDERSTANDING[..]),
        ("watchlist.toml", &UNDERSTANDING),
        ("watchlistd.toml", &[UNDERSTANDING, LOOKING].concat()),
    ] {
        let path = desk.folder().join(name);
        mode(&path, 0o000).unwrap();
        for arguments in commands {
            let said = run(arguments).ends(77);
            let all = format!("{}{}", said.out, said.err);
            assert!(all.contains(&format!("{name}: permission denied")), "{arguments:?}\n{said}");
            assert!(all.contains("must be able to read it"), "{arguments:?}\n{said}");
        }
        let doctor = run(&["doctor", "--offline"]).ends(77);
        assert!(!doctor.out.contains("files and state are readable"), "{doctor}");
        let unknown = doctor.out.contains("not looked at: watchlistd.toml");
        assert_eq!(unknown, name == "watchlistd.toml", "{doctor}");
        mode(&path, 0o644).unwrap();
    }
    mode(&state, 0o755).unwrap();
    fs::write(desk.database(), "").unwrap();
    mode(&desk.database(), 0o000).unwrap();
    let said = run(&["status"]).ends(77).says("state.db: permission denied");
    assert!(said.err.contains("hint: run it as the user who owns"), "{said}");
    mode(&desk.folder(), 0o000).unwrap();
    run(&["check"]).ends(77).says("permission denied");
    run(&["run"]).ends(77).says("permission denied");
    mode(&desk.folder(), 0o755).unwrap();
}

#[test]
fn the_service_ends_with_0_when_it_is_told_to() {
    let desk = Desk::new();
    for signal in ["TERM", "INT"] {
        let service = Service::start(&desk.folder(), &[]);
        service.signal(signal);
        assert_eq!(service.stop(), Some(0), "{signal}");
    }
}
