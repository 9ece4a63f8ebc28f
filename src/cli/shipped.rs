//! The watchlist that the program brings along, for a folder that is set up and for the demo.
//!
//! The topics are packed when the program is built (build.rs): half a megabyte of words that most runs never
//! look at.

use std::io::Read;
use std::sync::LazyLock;

use flate2::read::GzDecoder;

/// `watchlist.toml`: a short start.
pub(super) const WATCHLIST: &str = include_str!("../../config/watchlist.toml");

/// `topics.toml`: the curated topics.
pub(super) static TOPICS: LazyLock<String> = LazyLock::new(|| {
    let packed = include_bytes!(concat!(env!("OUT_DIR"), "/topics.toml.gz"));
    let mut text = String::new();
    GzDecoder::new(&packed[..]).read_to_string(&mut text).expect("it was packed by the build");
    text
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_topics_are_those_of_the_repository() {
        assert_eq!(*TOPICS, include_str!("../../config/topics.toml"));
    }
}
