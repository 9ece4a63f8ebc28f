//! How figures are shown, and which goals hold.

use std::io::Write;

/// Writes figures as they come and counts the goals.
pub(crate) struct Report<W> {
    out: W,
    held: usize,
    missed: Vec<String>,
    part: String,
}

impl<W: Write> Report<W> {
    pub(crate) fn new(out: W) -> Self {
        Self { out, held: 0, missed: Vec::new(), part: String::new() }
    }

    pub(crate) fn say(&mut self, words: &str) -> std::io::Result<()> {
        writeln!(self.out, "{words}")?;
        self.out.flush()
    }

    pub(crate) fn part(&mut self, title: &str) -> std::io::Result<()> {
        title.clone_into(&mut self.part);
        self.say(&format!("\n{title}"))
    }

    pub(crate) fn micros(&mut self, what: &str, micros: f64, more: &str) -> std::io::Result<()> {
        self.say(&format!("  {what:<44} {micros:>9.2} µs an item  {more}"))
    }

    /// A ratio, with its goal where one is set for this size.
    pub(crate) fn ratio(
        &mut self,
        what: &str,
        goal: &str,
        ratio: f64,
        holds: Option<bool>,
    ) -> std::io::Result<()> {
        self.number(what, goal, ratio, "×", holds)
    }

    pub(crate) fn goal(
        &mut self,
        what: &str,
        goal: &str,
        ratio: f64,
        holds: impl Fn(f64) -> bool,
    ) -> std::io::Result<()> {
        self.number(what, goal, ratio, "×", Some(holds(ratio)))
    }

    pub(crate) fn number(
        &mut self,
        what: &str,
        goal: &str,
        value: f64,
        unit: &str,
        holds: Option<bool>,
    ) -> std::io::Result<()> {
        let verdict = match holds {
            None => String::new(),
            Some(true) => format!("goal {goal}: holds"),
            Some(false) => format!("goal {goal}: MISSED"),
        };
        match holds {
            Some(true) => self.held += 1,
            Some(false) => self.missed.push(format!("{}: {what} {goal}", self.part)),
            None => {}
        }
        self.say(format!("  {what:<44} {value:>9.2} {unit}  {verdict}").trim_end())
    }

    pub(crate) fn end(mut self) -> std::io::Result<()> {
        let (held, missed) = (self.held, std::mem::take(&mut self.missed));
        self.say(&format!("\n{held} goals hold, {} missed", missed.len()))?;
        for goal in missed {
            self.say(&format!("  missed: {goal}"))?;
        }
        Ok(())
    }
}
