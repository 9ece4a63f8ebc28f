//! docs/RELIABILITY.md: promise → tests → figures, put together from the tables beside this file and
//! from what full runs left behind. Nobody writes it by hand, and a test holds it against its sources.

mod ordeals;
mod promises;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::findings::{self, Figure};

pub(crate) use ordeals::ORDEALS;
use promises::PROMISES;

/// An ordeal as the book tells it.
pub(crate) struct Entry {
    /// The name of its figures' file.
    pub(crate) name: &'static str,
    /// The test, as the test runner names it.
    pub(crate) test: &'static str,
    /// The promises that it tries.
    pub(crate) promises: &'static [u8],
    /// What is done, and what must hold, in a sentence or two.
    pub(crate) what: &'static str,
}

/// A promise, and the tests beside the ordeals that would fail if it were broken.
pub(crate) struct Promise {
    number: u8,
    words: &'static str,
    tests: &'static [&'static str],
}

const OPENING: &str = "\
# Reliability: what was tried, and what came of it

Each promise of this project has tests that would fail if it were broken. Beside these there are
*ordeals*: the real program is killed, starved, cut off and lied to while a scripted world publishes
news, and afterwards an oracle that knows all that was published reads all mails. Every alert must have
been told; what was told twice must have come with one Message-ID, and no more often than something was
killed; nothing may have been invented; `audit verify` must find nothing; no source may have a validator
(ETag) whose items are not stored; no password may stand in any output or file, and no file may be
readable by others.

Each ordeal has a short form in `cargo test`. The figures below are those of the full run:

```sh
WATCHLISTD_ORDEALS=full cargo test --test main -- ordeals
```

It needs strace, and as root also mounts small file systems; what cannot be tried on a
machine is said and left out, and keeps no figures. This page is written by that run
(`tests/ordeals/book`); nothing in it is written by hand.
";

/// Writes the book from what is known. Ordeals end side by side.
pub(crate) fn write() {
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _one = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
    let whole = text();
    let beside = path().with_extension(format!("{}.new", std::process::id()));
    fs::write(&beside, whole).unwrap();
    fs::rename(beside, path()).unwrap();
}

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/RELIABILITY.md")
}

fn text() -> String {
    let mut text = OPENING.to_owned();
    text.push_str("\n## Promises\n");
    for promise in PROMISES {
        let ordeals = ORDEALS.iter().filter(|one| one.promises.contains(&promise.number));
        writeln!(text, "\n**{}. {}**\n", promise.number, promise.words).unwrap();
        for ordeal in ordeals {
            writeln!(text, "- ordeal [{}](#{})", title(ordeal.name), ordeal.name).unwrap();
        }
        for test in promise.tests {
            writeln!(text, "- `{test}`").unwrap();
        }
    }
    text.push_str("\n## Ordeals\n");
    for ordeal in ORDEALS {
        let found = findings::of(ordeal.name);
        writeln!(
            text,
            "\n### {}\n<a id=\"{}\"></a>\n{}\n\n`{}` – {}",
            title(ordeal.name),
            ordeal.name,
            ordeal.what,
            ordeal.test,
            figures(found.as_deref())
        )
        .unwrap();
    }
    text
}

fn title(name: &str) -> String {
    name.replace('-', " ")
}

fn figures(found: Option<&[Figure]>) -> String {
    let Some(found) = found else { return "no full run yet.".to_owned() };
    let told: Vec<String> =
        found.iter().map(|one| format!("{} {}", grouped(one.count), one.of)).collect();
    format!("**{}**.", told.join(", "))
}

/// 12,345.
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[test]
fn the_book_says_what_its_sources_say() {
    if findings::is_full() {
        return write();
    }
    let written = fs::read_to_string(path()).unwrap_or_default();
    let hint = "run `WATCHLISTD_ORDEALS=full cargo test --test main -- ordeals::book`";
    assert!(written == text(), "docs/RELIABILITY.md is not what its sources say: {hint}");
}

/// A test that is named must be there: `module::function` of this binary, or of the library where
/// the path begins with `src/`.
#[test]
fn every_test_that_the_book_names_is_there() {
    let named = PROMISES.iter().flat_map(|one| one.tests.iter().copied());
    let ordeals = ORDEALS.iter().map(|one| one.test);
    let missing: Vec<&str> = named.chain(ordeals).filter(|test| !exists(test)).collect();
    assert!(missing.is_empty(), "named in the book and not found: {missing:#?}");
}

#[test]
fn every_promise_has_something_that_would_fail() {
    for promise in PROMISES {
        let tried = ORDEALS.iter().any(|one| one.promises.contains(&promise.number));
        assert!(tried || !promise.tests.is_empty(), "promise {}", promise.number);
    }
    assert_eq!(PROMISES.len(), 13);
}

fn exists(test: &str) -> bool {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let Some((module, function)) = test.rsplit_once("::") else { return false };
    let module = module.strip_prefix("tests::").unwrap_or(module);
    let (base, module) = match module.strip_prefix("src::") {
        Some(rest) => ("src", rest),
        None => ("tests", module),
    };
    let file = root.join(base).join(module.replace("::", "/"));
    let names = [file.with_extension("rs"), file.join("mod.rs")];
    let wanted = format!("fn {function}(");
    names.iter().any(|name| fs::read_to_string(name).is_ok_and(|text| text.contains(&wanted)))
}
