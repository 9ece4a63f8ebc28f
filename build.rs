//! Packs what is large and seldom looked at, so that the program carries it small.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::PathBuf;

use flate2::Compression;
use flate2::write::GzEncoder;

const TOPICS: &str = "config/topics.toml";

fn main() -> io::Result<()> {
    let out = &mut io::stdout();
    writeln!(out, "cargo::rerun-if-changed=build.rs")?;
    writeln!(out, "cargo::rerun-if-changed={TOPICS}")?;
    let folder = std::env::var_os("OUT_DIR").map(PathBuf::from);
    let folder = folder.ok_or_else(|| io::Error::other("cargo names no folder to write to"))?;
    let packed = File::create(folder.join("topics.toml.gz"))?;
    let mut packer = GzEncoder::new(packed, Compression::best());
    packer.write_all(&fs::read(TOPICS)?)?;
    packer.finish()?.flush()
}
