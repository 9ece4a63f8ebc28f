//! strace, where the machine has it: system calls that fail, wait or kill.
//!
//! It counts calls for each thread apart, so a program that is to die at its n-th call runs its
//! network on one thread (`TOKIO_WORKER_THREADS`) and its database on another.

use std::ffi::OsStr;
use std::process::Command;

/// Set where a missing strace must fail the test instead of skipping it.
const REQUIRED: &str = "WATCHLISTD_REQUIRE_STRACE";

/// Whether strace works here. Says so when it does not.
pub(crate) fn is_there() -> bool {
    let tried = Command::new("strace").args(["-f", "-o", "/dev/null", "true"]).output();
    let why = match tried {
        Ok(output) if output.status.success() => return true,
        Ok(output) => String::from_utf8_lossy(&output.stderr).into_owned(),
        Err(error) => error.to_string(),
    };
    assert!(std::env::var_os(REQUIRED).is_none(), "strace is required and does not work: {why}");
    crate::support::said::skipped(format_args!("strace does not work here ({})", why.trim()));
    false
}

/// A command that runs `inner` with calls tampered with, each as `pwrite64:signal=KILL:when=3`.
pub(crate) fn tampered(inner: &Command, injections: &[String]) -> Command {
    let mut outer = Command::new("strace");
    outer.args(["-f", "-qq", "-o", "/dev/null"]);
    let calls: Vec<&str> =
        injections.iter().map(|one| one.split(':').next().expect("a call")).collect();
    outer.arg("-e").arg(format!("trace={}", calls.join(",")));
    for injection in injections {
        outer.arg("-e").arg(format!("inject={injection}"));
    }
    outer.arg(inner.get_program()).args(inner.get_args());
    for (name, value) in inner.get_envs() {
        match value {
            Some(value) => outer.env(name, value),
            None => outer.env_remove(name),
        };
    }
    outer.env(OsStr::new("TOKIO_WORKER_THREADS"), "1");
    outer
}
