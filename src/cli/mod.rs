//! (in the making)
/// x
pub fn run(_a: std::env::ArgsOs) -> std::process::ExitCode {
    std::process::ExitCode::SUCCESS
}
