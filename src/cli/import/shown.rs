//! What is shown of many names: how many there are, and a few of them.

use std::io::Write;

use crate::notify::outside;

/// Names that are shown of each kind.
const SHOWN: usize = 5;

/// Some names: how many, and the first of them. Of a long list nobody reads more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Names {
    /// How many.
    pub(super) count: usize,
    first: Vec<String>,
}

impl Names {
    /// One more.
    pub(super) fn add(&mut self, name: &str) {
        self.count += 1;
        if self.first.len() < SHOWN {
            self.first.push(name.to_owned());
        }
    }

    /// Whether there are none.
    pub(super) fn are_none(&self) -> bool {
        self.count == 0
    }

    /// Tells how many and some of them, where there are any.
    pub(super) fn tell(&self, what: &str, out: &mut dyn Write) -> std::io::Result<()> {
        if self.are_none() {
            return Ok(());
        }
        writeln!(out, "  {:>8} {what}", self.count)?;
        for one in &self.first {
            writeln!(out, "             {}", outside::line(one, 90))?;
        }
        if self.count > self.first.len() {
            writeln!(out, "             … and {} more", self.count - self.first.len())?;
        }
        Ok(())
    }
}
