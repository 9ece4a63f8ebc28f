//! `watchlistd match` from a pipe: items a second on one core, and memory that does not grow.
//!
//! The command's own CPU time and peak memory are read where the kernel tells them, so this part
//! needs Linux.

use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use super::data::World;
use super::dice::Dice;
use super::report::Report;

/// The kernel counts CPU time in hundredths of a second.
const TICKS: f64 = 100.0;

/// Writes companies of these names as people would.
pub(crate) fn write_watchlist(file: &Path, names: &[String]) -> std::io::Result<()> {
    let mut text = String::new();
    for (n, name) in names.iter().enumerate() {
        write!(text, "[[company]]\nid = \"c{n}\"\nname = \"{name}\"\n\n")
            .map_err(std::io::Error::other)?;
    }
    fs::write(file, text)
}

/// Measures with a thousand terms.
pub(crate) fn measure<W: Write>(
    world: &World,
    dice: &mut Dice,
    names: &[String],
    full: bool,
    report: &mut Report<W>,
) -> std::io::Result<()> {
    report.part("match from a pipe, 1,000 terms")?;
    let folder = tempfile::tempdir()?;
    let mut lines = Vec::new();
    for (n, item) in world.items(dice, 2000, names).iter().enumerate() {
        let line = serde_json::json!({
            "id": format!("i{n}"), "source": format!("s{}", n % 40), "lang": "en",
            "published": format!("2026-11-{:02}T{:02}:00:00Z", 1 + n / 100, n % 24),
            "title": item.title, "summary": item.summary,
        });
        writeln!(lines, "{line}")?;
    }
    let rounds = if full { 200 } else { 60 };
    let plain = folder.path().join("names.toml");
    write_watchlist(&plain, names)?;
    let run = piped(&[&plain], &lines, rounds)?;
    report.number(
        "items a second",
        "≥ 40,000",
        run.per_second,
        "",
        Some(run.per_second >= 40_000.0),
    )?;
    let grown = (run.peak as f64 / run.early as f64 - 1.0) * 100.0;
    report.number("peak memory", "", run.peak as f64 / 1024.0, "MB", None)?;
    report.number("grown since a tenth of the items", "≤ 10 %", grown, "%", Some(grown <= 10.0))?;
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/topics.toml");
    let run = piped(&[&plain, &shipped], &lines, rounds / 5)?;
    report.number("items a second with the shipped topics", "", run.per_second, "", None)
}

struct Run {
    per_second: f64,
    /// Peak memory after a tenth of the items and at the end, in kilobytes.
    early: u64,
    peak: u64,
}

/// Feeds the lines `rounds` times over and looks at the process before it ends.
fn piped(watchlists: &[&Path], lines: &[u8], rounds: usize) -> std::io::Result<Run> {
    let many = lines.iter().filter(|byte| **byte == b'\n').count();
    let mut command = Command::new(env!("CARGO_BIN_EXE_watchlistd"));
    command.arg("match");
    for watchlist in watchlists {
        command.arg("--watchlist").arg(watchlist);
    }
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let pid = child.id();
    let mut input = child.stdin.take().ok_or(std::io::ErrorKind::BrokenPipe)?;
    let mut answers = BufReader::new(child.stdout.take().ok_or(std::io::ErrorKind::BrokenPipe)?);
    let run = std::thread::scope(|scope| {
        // The input stays open until the process was looked at; what the output's buffer still
        // holds then is answered by lines that do not count.
        let (done, wait) = std::sync::mpsc::channel::<()>();
        scope.spawn(move || {
            for _ in 0..=rounds {
                if input.write_all(lines).is_err() {
                    break;
                }
            }
            let _ = wait.recv();
        });
        let (mut line, mut seen, mut early, mut started) = (Vec::new(), 0, 0, 0.0);
        while seen < many * rounds {
            line.clear();
            if answers.read_until(b'\n', &mut line)? == 0 {
                break;
            }
            seen += 1;
            if seen == 1 {
                started = cpu_seconds(pid)?;
            }
            if seen == many * rounds / 10 {
                early = peak_kilobytes(pid)?;
            }
        }
        let took = cpu_seconds(pid)? - started;
        let peak = peak_kilobytes(pid)?;
        drop(done);
        // Nobody reads any more, so the command ends at its next write.
        drop(answers);
        Ok::<_, std::io::Error>(Run { per_second: seen as f64 / took, early, peak })
    });
    child.wait()?;
    run
}

fn cpu_seconds(pid: u32) -> std::io::Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let fields = stat.rsplit(')').next().unwrap_or_default();
    // User and system time are the 14th and 15th field; two stand before the bracket.
    let ticks: f64 =
        fields.split_whitespace().skip(11).take(2).filter_map(|one| one.parse::<f64>().ok()).sum();
    Ok(ticks / TICKS)
}

fn peak_kilobytes(pid: u32) -> std::io::Result<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    Ok(line
        .and_then(|line| line.split_whitespace().nth(1))
        .and_then(|number| number.parse().ok())
        .unwrap_or(0))
}
