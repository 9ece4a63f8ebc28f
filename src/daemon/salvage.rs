//! What can be used of a version that this program does not accept, though one did that was here before.
//!
//! A later program may refuse what an earlier one took, and an earlier one does not know the keys of a later
//! one; either way the version in force is the only one that there is. All of it is used but the pieces that
//! are wrong, and each of these is named. What is wrong with a rule leaves the whole rule out: a condition
//! without one of its parts, or one that holds back, asks for something else than what was written. Of other
//! entries what is right is used, since more told is better than less; so are those of the operator's addresses
//! that can be, and UTC stands in for a zone that nobody knows. Nothing stands in for settings of storage, mail and
//! keeping, nor for an operator whom no address reaches: with these wrong there is no version.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::wire::{self, Parts};
use crate::collect::source;
use crate::config::settings::Operator;
use crate::config::{self, Environment, Files, Parsed, SERVICE};
use crate::detect::Watchlist;
use crate::model::{LeftOut, Level, Located, Place, Problem, Source};
use crate::notify::reader::{self, Reader, Usual};

/// The zone that stands in for one that nobody knows.
const UTC: &str = "UTC";

/// Understands a version that was in force once, as far as this program can. `None` when its settings cannot be
/// used. What is left out is in the parts, and is nothing where all is accepted.
#[must_use]
pub fn salvage(files: Files, environment: &Environment) -> Option<Parts> {
    let mut parsed = config::parse(&files, environment);
    let mut settings = parsed.settings.take().filter(|_| !parsed.unfit)?;
    if parsed.legible.sender.iter().any(|one| reader::sender(one).is_err()) {
        return None;
    }
    let pieces = Pieces::of(&parsed);
    let mut problems = std::mem::take(&mut parsed.problems);
    problems.extend(wire::of_settings(&parsed.legible));
    keep_usable(&mut settings.operator, &problems)?;
    let unknown_zone = reader::zone(&settings.timezone).err();
    if unknown_zone.is_some() {
        settings.timezone.value = UTC.to_owned();
    }
    let operator = wire::operator_of(&settings)?;
    leave_out(&mut parsed, &pieces, &problems);
    let (sources, mut found) = source::compile(&parsed.sources);
    problems.append(&mut found);
    let (watchlist, mut found) = Watchlist::compile(&parsed.watchlist);
    problems.append(&mut found);
    let usual = Usual { digest: config::defaults::DIGEST, zone: operator.zone };
    let (readers, mut found) =
        reader::usable(&parsed.readers, &wire::vocabulary(&watchlist), usual);
    problems.append(&mut found);
    // Only a name is wrong: such a rule is asked, and its alerts reach whom they can.
    let nobody = parsed.watchlist.rules.iter();
    let nobody = nobody.flat_map(|rule| reader::check_names(&rule.readers, &parsed.readers));
    problems.extend(nobody);
    let zone = unknown_zone.and_then(|one| one.place);
    let left_out = Used::of(&sources, &watchlist, &readers, zone).without(&pieces, problems);
    let paused = wire::paused(&parsed.sources);
    let watchlist = wire::shared(watchlist, &settings);
    Some(Parts { settings, sources, paused, readers, operator, watchlist, files, left_out })
}

/// Leaves the operator the addresses that can be used. An answer goes to the first of them where its own address
/// cannot, and who edits is told where answers go where none of theirs can. `None` where nobody is left.
fn keep_usable(operator: &mut Operator, problems: &[Problem]) -> Option<()> {
    let errors = || problems.iter().filter(|one| one.level == Level::Error);
    let wrong = |one: &Located<String>| {
        one.place.is_some() && errors().any(|problem| problem.place == one.place)
    };
    operator.to.retain(|one| !wrong(one));
    operator.editors.retain(|one| !wrong(one));
    let first = operator.to.first()?;
    if wrong(&operator.reply_to) {
        operator.reply_to = first.clone();
    }
    if operator.editors.is_empty() {
        operator.editors = vec![operator.reply_to.clone()];
    }
    Some(())
}

/// Takes out what must not be read as the rest of it says: rules in which something is wrong, and entries whose
/// name, address or condition the reading only stands in for.
pub(super) fn leave_out_unread(parsed: &mut Parsed) {
    let pieces = Pieces::of(parsed);
    let problems = std::mem::take(&mut parsed.problems);
    leave_out(parsed, &pieces, &problems);
    parsed.problems = problems;
}

fn leave_out(parsed: &mut Parsed, pieces: &Pieces, problems: &[Problem]) {
    let errors = problems.iter().filter(|one| one.level == Level::Error);
    let wrong: HashSet<Start<'_>> =
        errors.filter_map(|one| pieces.around(one.place.as_ref()?)).map(Piece::start).collect();
    let rules = &mut parsed.watchlist.rules;
    rules.retain(|rule| !rule.place.as_ref().is_some_and(|at| wrong.contains(&start(at))));
    rules.retain(|rule| is_written(&rule.name) && is_written(&rule.when));
    parsed.watchlist.companies.retain(|one| is_written(&one.name));
    parsed.watchlist.topics.retain(|one| is_written(&one.name));
    parsed.sources.retain(|one| is_written(&one.id) && is_written(&one.url));
    parsed.readers.retain(|one| is_written(&one.name));
}

/// Whether a text was written, and does not only stand in at the place of its entry.
fn is_written(text: &Located<String>) -> bool {
    let Some(place) = &text.place else { return true };
    place.file.text.get(place.span.start..).is_some_and(|at| at.starts_with(['"', '\'']))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Company,
    Topic,
    Rule,
    Source,
    Reader,
}

impl Kind {
    /// Whether a table of this name is a part of such an entry: `[rule.more]`.
    fn holds(self, table: &str) -> bool {
        let kind = match self {
            Self::Company => "company",
            Self::Topic => "topic",
            Self::Rule => "rule",
            Self::Source => "source",
            Self::Reader => "reader",
        };
        table.strip_prefix(kind).is_some_and(|rest| rest.starts_with('.'))
    }
}

/// Where an entry starts: its file and the byte of its header.
type Start<'a> = (&'a str, usize);

fn start(place: &Place) -> Start<'_> {
    (&place.file.name, place.span.start)
}

/// An entry of the files: from its header to the next.
#[derive(Debug)]
struct Piece {
    kind: Kind,
    name: String,
    /// Where its header stands.
    header: Place,
    /// Readers whom it concerns.
    readers: Vec<String>,
    /// Another of the same name stands before it.
    second: bool,
}

impl Piece {
    fn start(&self) -> Start<'_> {
        start(&self.header)
    }
}

/// The entries of all files, by file and in the order in which they stand.
struct Pieces {
    by_file: HashMap<String, Vec<Piece>>,
    /// Sources and readers so far, which are known by their names alone.
    names: HashSet<(bool, String)>,
}

impl Pieces {
    fn of(parsed: &Parsed) -> Self {
        let mut all = Self { by_file: HashMap::new(), names: HashSet::new() };
        let list = &parsed.watchlist;
        for one in &list.companies {
            all.add(Kind::Company, &one.name, one.place.as_ref(), Vec::new());
        }
        for one in &list.topics {
            all.add(Kind::Topic, &one.name, one.place.as_ref(), Vec::new());
        }
        for one in &list.rules {
            let readers = one.readers.iter().map(|reader| reader.value.trim().to_owned());
            all.add(Kind::Rule, &one.name, one.place.as_ref(), readers.collect());
        }
        for one in &parsed.sources {
            let place = first(&one.id, &one.url).map(|at| header(at, "[[source"));
            all.add(Kind::Source, &one.id, place.as_ref(), Vec::new());
        }
        for one in &parsed.readers {
            let place = one.name.place.as_ref().map(|at| header(at, "[[reader"));
            let name = one.name.value.trim().to_owned();
            all.add(Kind::Reader, &one.name, place.as_ref(), vec![name]);
        }
        for pieces in all.by_file.values_mut() {
            pieces.sort_by_key(|one| one.header.span.start);
        }
        all
    }

    fn add(
        &mut self,
        kind: Kind,
        name: &Located<String>,
        place: Option<&Place>,
        readers: Vec<String>,
    ) {
        let Some(place) = place else { return };
        let name = name.value.trim().to_owned();
        let second = matches!(kind, Kind::Source | Kind::Reader)
            && !self.names.insert((kind == Kind::Source, name.clone()));
        let piece = Piece { kind, name, header: place.clone(), readers, second };
        self.by_file.entry(place.file.name.clone()).or_default().push(piece);
    }

    /// The entry around a place. What another table between the two begins belongs to none.
    fn around(&self, place: &Place) -> Option<&Piece> {
        let of_file = self.by_file.get(&place.file.name)?;
        let behind = of_file.partition_point(|one| one.header.span.start <= place.span.start);
        let piece = of_file.get(behind.checked_sub(1)?)?;
        let between = place.file.text.get(piece.header.span.start..place.span.end)?;
        // The first line is the header itself.
        let mut others = between.lines().skip(1).filter_map(table);
        others.all(|name| piece.kind.holds(name)).then_some(piece)
    }
}

/// The table that a line begins, by its name: `[[rule]]`, `[mail]`. A line within a list begins with a quote or a
/// brace behind its brackets.
fn table(line: &str) -> Option<&str> {
    let line = line.trim();
    let name = line.trim_start_matches('[');
    let bare = |one: char| one.is_ascii_alphanumeric() || "-_.".contains(one);
    let end = name.find(|one| !bare(one)).unwrap_or(name.len());
    (name.len() < line.len() && end > 0).then(|| &name[..end])
}

/// Which of two texts stands first.
fn first<'p>(one: &'p Located<String>, other: &'p Located<String>) -> Option<&'p Place> {
    [one.place.as_ref(), other.place.as_ref()].into_iter().flatten().min_by_key(|at| at.span.start)
}

/// The header of the entry in which a place lies; the place itself where there is none above it.
fn header(place: &Place, title: &str) -> Place {
    let before = place.file.text.get(..=place.span.start).unwrap_or_default();
    // What only stands in for a text stands at the header.
    let start = match before.ends_with('[') {
        true => place.span.start,
        false => before.rfind(title).unwrap_or(place.span.start),
    };
    Place { file: Arc::clone(&place.file), span: start..place.span.end }
}

/// What is in force of the version.
struct Used<'a> {
    sources: HashSet<&'a str>,
    readers: HashSet<&'a str>,
    /// Companies, topics and rules.
    entries: HashSet<Start<'a>>,
    /// Where the time zone stands that is none.
    zone: Option<Place>,
}

impl<'a> Used<'a> {
    fn of(
        sources: &'a [Source],
        watchlist: &'a Watchlist,
        readers: &'a [Reader],
        zone: Option<Place>,
    ) -> Self {
        let companies = watchlist.companies().map(|one| one.place.as_ref());
        let topics = watchlist.topics().map(|one| one.place.as_ref());
        let rules = watchlist.rules().map(|one| one.place.as_ref());
        Self {
            sources: sources.iter().map(|one| one.id.as_str()).collect(),
            readers: readers.iter().map(|one| one.name.as_str()).collect(),
            entries: companies.chain(topics).chain(rules).flatten().map(start).collect(),
            zone,
        }
    }

    /// The errors among problems, each with what it keeps from being done.
    fn without(&self, pieces: &Pieces, problems: Vec<Problem>) -> Vec<LeftOut> {
        let errors = problems.into_iter().filter(|one| one.level == Level::Error);
        let errors = config::in_order(errors.collect());
        errors.iter().map(|problem| self.left_out(pieces, problem)).collect()
    }

    fn left_out(&self, pieces: &Pieces, problem: &Problem) -> LeftOut {
        let why = problem.to_string();
        let at = problem.place.as_ref();
        if at.is_some() && at == self.zone.as_ref() {
            let what = format!("{UTC} stands in for the time zone");
            return LeftOut { what, why, readers: Vec::new() };
        }
        match at.and_then(|place| pieces.around(place)) {
            Some(piece) => LeftOut { what: self.what(piece), why, readers: piece.readers.clone() },
            None => {
                let file = at.map(|place| place.file.name.as_str()).unwrap_or_default();
                let file = file.rsplit('/').next().unwrap_or_default();
                let whose = if file.is_empty() { SERVICE } else { file };
                let what = format!("{whose} is used without this");
                LeftOut { what, why, readers: Vec::new() }
            }
        }
    }

    fn what(&self, piece: &Piece) -> String {
        let Piece { kind, name, .. } = piece;
        let used = !piece.second && self.is_used(piece);
        match (kind, used) {
            (Kind::Company, true) => format!("company '{name}' is watched without this"),
            (Kind::Company, false) => format!("company '{name}' is not watched"),
            (Kind::Topic, true) => format!("topic '{name}' is looked for without this"),
            (Kind::Topic, false) => format!("topic '{name}' is not looked for"),
            (Kind::Rule, true) => format!("rule '{name}' is asked without this"),
            (Kind::Rule, false) => format!("rule '{name}' is not asked"),
            (Kind::Source, true) => format!("source '{name}' is read without this"),
            (Kind::Source, false) => format!("source '{name}' is not read"),
            (Kind::Reader, true) => format!("reader '{name}' is told without this"),
            (Kind::Reader, false) => format!("reader '{name}' is told nothing"),
        }
    }

    fn is_used(&self, piece: &Piece) -> bool {
        match piece.kind {
            Kind::Source => self.sources.contains(piece.name.as_str()),
            Kind::Reader => self.readers.contains(piece.name.as_str()),
            Kind::Company | Kind::Topic | Kind::Rule => self.entries.contains(&piece.start()),
        }
    }
}
