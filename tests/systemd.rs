//! The units: what systemd says of them, and the service inside the sandbox that they describe.
//!
//! Without systemd-analyze or bubblewrap these tests say SKIPPED; where `WATCHLISTD_REQUIRE_SYSTEMD` is
//! set, that is a failure.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

mod confined;
mod filter;
mod unit;

const REQUIRED: &str = "WATCHLISTD_REQUIRE_SYSTEMD";

/// What `systemd-analyze security` may say at most, times ten.
const EXPOSURE: &str = "15";

const UNITS: [&str; 3] =
    ["watchlistd.service", "watchlistd-backup.service", "watchlistd-backup.timer"];

/// The tool's answer, or `None` where it is not there.
fn tool(command: &mut Command) -> Option<Output> {
    match command.output() {
        Ok(output) => Some(output),
        Err(error) => {
            assert!(
                std::env::var_os(REQUIRED).is_none(),
                "{REQUIRED} is set: {command:?}: {error}"
            );
            crate::support::said::skipped(format_args!("{command:?}: {error}"));
            None
        }
    }
}

fn shipped(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("systemd").join(name)
}

#[test]
fn the_services_expose_little() {
    for name in UNITS.iter().filter(|name| name.ends_with(".service")) {
        let mut command = Command::new("systemd-analyze");
        command.args(["security", "--offline=true", "--no-pager", "--threshold", EXPOSURE]);
        let Some(output) = tool(command.arg(shipped(name))) else { return };
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    }
}

#[test]
fn the_units_are_clean() {
    let folder = tempfile::tempdir().unwrap();
    for name in UNITS {
        // Nothing is installed here: the program is the one under test.
        let text = std::fs::read_to_string(shipped(name)).unwrap();
        let text = text.replace("/usr/bin/watchlistd", env!("CARGO_BIN_EXE_watchlistd"));
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    for name in UNITS {
        let mut command = Command::new("systemd-analyze");
        command.args(["verify", "--man=no", "--recursive-errors=no"]);
        let Some(output) = tool(command.arg(folder.path().join(name))) else { return };
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        // What it says of units of this machine is not ours.
        let ours: Vec<&str> = said.lines().filter(|line| line.contains("watchlistd")).collect();
        assert!(output.status.success() && ours.is_empty(), "{name}: {said}");
    }
}
