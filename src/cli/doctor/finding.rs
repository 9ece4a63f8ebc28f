//! What was found: fine, worth a look, or in the way, each with its remedy.

use std::io::Write;

use serde::Serialize;

use super::super::exit::{Exit, Failure};
use super::super::problems;
use crate::model::{Level, Problem};

/// What was looked at, in the order of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Area {
    Configuration,
    Permissions,
    State,
    Disk,
    Backups,
    Network,
    Names,
    Certificates,
    Mail,
    Sources,
    Clock,
}

impl Area {
    fn title(self) -> &'static str {
        match self {
            Self::Configuration => "Configuration",
            Self::Permissions => "Permissions",
            Self::State => "State",
            Self::Disk => "Disk",
            Self::Backups => "Backups",
            Self::Network => "Network",
            Self::Names => "Names (DNS)",
            Self::Certificates => "Certificates (TLS)",
            Self::Mail => "Mail",
            Self::Sources => "Sources",
            Self::Clock => "Clock",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Grade {
    Ok,
    Warning,
    Error,
}

#[derive(Clone, Debug, Serialize)]
struct Finding {
    area: Area,
    grade: Grade,
    what: String,
    remedy: Option<String>,
    #[serde(skip)]
    exit: Exit,
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, area: Area, grade: Grade, what: String, remedy: Option<String>, exit: Exit) {
        self.0.push(Finding { area, grade, what, remedy, exit });
    }

    /// How many findings of an area are not fine.
    pub(super) fn troubles(&self, area: Area) -> usize {
        self.0.iter().filter(|one| one.area == area && one.grade != Grade::Ok).count()
    }

    /// Fine, or only to be known.
    pub(super) fn note(&mut self, area: Area, what: impl Into<String>) {
        self.add(area, Grade::Ok, what.into(), None, Exit::Fine);
    }

    /// Worth a look.
    pub(super) fn warn(&mut self, area: Area, what: impl Into<String>, remedy: impl Into<String>) {
        self.add(area, Grade::Warning, what.into(), Some(remedy.into()), Exit::Fine);
    }

    /// In the way.
    pub(super) fn wrong(
        &mut self,
        area: Area,
        exit: Exit,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.add(area, Grade::Error, what.into(), Some(remedy.into()), exit);
    }

    /// In the way, as another command would say it.
    pub(super) fn failed(&mut self, area: Area, failure: &Failure) {
        let what = format!("{:#}", failure.error);
        self.add(area, Grade::Error, what, failure.hint.clone(), failure.exit);
    }

    /// What is wrong with the files. Their lines are for `check`.
    pub(super) fn problems(&mut self, problems: &[Problem], sound: bool) {
        for problem in problems {
            let place = problem.place.as_ref().map(|place| format!("{place}: "));
            let what = format!("{}{}", place.unwrap_or_default(), problem.what);
            let (grade, exit) = match problem.level {
                Level::Error if problem.denied => (Grade::Error, Exit::Permission),
                Level::Error => (Grade::Error, Exit::Config),
                Level::Warning => (Grade::Warning, Exit::Fine),
            };
            self.add(Area::Configuration, grade, what, problem.hint.clone(), exit);
        }
        if sound {
            self.note(
                Area::Configuration,
                format!("the files can be used; {}", problems::count(problems)),
            );
        }
    }

    /// The worst of it: first what must be mended by hand here, last what may pass.
    pub(super) fn exit(&self) -> Exit {
        [Exit::Config, Exit::Permission, Exit::Io, Exit::TryAgain]
            .into_iter()
            .find(|exit| self.wrongs().any(|one| one.exit == *exit))
            .or_else(|| self.wrongs().next().map(|one| one.exit))
            .unwrap_or(Exit::Fine)
    }

    fn wrongs(&self) -> impl Iterator<Item = &Finding> {
        self.0.iter().filter(|one| one.grade == Grade::Error)
    }

    fn in_order(&self) -> Vec<&Finding> {
        let mut all: Vec<&Finding> = self.0.iter().collect();
        all.sort_by_key(|one| one.area);
        all
    }

    pub(super) fn print(&self, out: &mut dyn Write) -> std::io::Result<()> {
        let mut last = None;
        for one in self.in_order() {
            if last.replace(one.area) != Some(one.area) {
                writeln!(out, "{}", one.area.title())?;
            }
            let mark = match one.grade {
                Grade::Ok => "ok      ",
                Grade::Warning => "warning ",
                Grade::Error => "ERROR   ",
            };
            let mut lines = one.what.lines();
            writeln!(out, "  {mark}{}", plain(lines.next().unwrap_or("")))?;
            for line in lines {
                writeln!(out, "          {}", plain(line))?;
            }
            for line in one.remedy.iter().flat_map(|remedy| remedy.lines()) {
                writeln!(out, "          → {}", plain(line))?;
            }
        }
        let warnings = self.0.iter().filter(|one| one.grade == Grade::Warning).count();
        match (self.wrongs().count(), warnings) {
            (0, 0) => writeln!(out, "\nAll is well."),
            (0, n) => writeln!(out, "\nNothing is in the way; {n} to look at."),
            (n, 0) => writeln!(out, "\n{n} in the way."),
            (n, more) => writeln!(out, "\n{n} in the way, {more} to look at."),
        }
    }

    pub(super) fn json(&self, out: &mut dyn Write) -> std::io::Result<()> {
        let report = serde_json::json!({
            "findings": self.in_order(),
            "errors": self.wrongs().count(),
        });
        serde_json::to_writer_pretty(&mut *out, &report)?;
        writeln!(out)
    }
}

/// Words of servers reach a terminal without their control characters.
fn plain(text: &str) -> String {
    text.chars().filter(|one| !one.is_control()).collect()
}
