//! The program: turns the command's result into an exit code, and does nothing else.

use std::process::ExitCode;

fn main() -> ExitCode {
    watchlistd::cli::run(std::env::args_os())
}
