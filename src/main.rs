//! The program: turns the command's result into an exit code, and says who hands out memory.

use std::process::ExitCode;

/// Feeds are many short texts, made by one thread and dropped by another.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    watchlistd::cli::run(std::env::args_os())
}
