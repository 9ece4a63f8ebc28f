//! A list, read: companies, and what was left out and why.

use std::collections::HashMap;
use std::io::Read;
use std::path::Path;

use super::listed::Listed;
use super::shown::Names;
use super::{Arguments, Kind, Row, Wanted, csl, file, names, opensanctions, sec};
use crate::cli::exit::{Exit, Failure};

/// What was read of a list.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) companies: Vec<Listed>,
    pub(super) rows: u64,
    pub(super) unwanted: u64,
    /// Rows without a usable name.
    pub(super) unusable: Names,
    /// Companies of which no name may stand alone.
    pub(super) weak: Names,
    /// In which encoding it was, if not in UTF-8.
    pub(super) encoding: Option<&'static str>,
    /// What the columns were taken for.
    pub(super) columns: String,
}

impl Gathered {
    /// Takes a row; rows of the same company become one. `known` is where each company stands.
    fn take(&mut self, row: Row, known: &mut HashMap<String, usize>, groups: &[String]) {
        self.rows += 1;
        let mut listed = match row {
            Row::Company(listed) => *listed,
            Row::Unwanted => {
                self.unwanted += 1;
                return;
            }
            Row::Unusable(words) if words.trim().is_empty() => {
                return self.unusable.add("(without a name)");
            }
            Row::Unusable(words) => return self.unusable.add(&words),
        };
        listed.groups.extend(groups.iter().cloned());
        if let Some(at) = known.get(&listed.key) {
            return self.companies[*at].absorb(listed);
        }
        known.insert(listed.key.clone(), self.companies.len());
        self.companies.push(listed);
    }

    /// Companies of which no name may stand alone are left out.
    fn settle(&mut self) {
        let weak = &mut self.weak;
        self.companies.retain_mut(|listed| {
            let stands = listed.settle();
            if !stands {
                weak.add(&listed.names[0].text);
            }
            stands
        });
    }
}

/// Reads the list, row by row.
pub(super) fn gather(arguments: &Arguments, kind: Kind, path: &Path) -> Result<Gathered, Failure> {
    let head = file::head(path)?;
    let wanted = Wanted {
        programs: arguments.program.iter().map(|one| one.trim().to_lowercase()).collect(),
        countries: arguments.country.iter().map(|one| one.trim().to_owned()).collect(),
        all_kinds: arguments.all_kinds,
        columns: arguments.columns.clone(),
        separator: file::separator(head.lines().next().unwrap_or("")),
    };
    let (mut input, encoding) = file::read(path)?;
    let input: &mut dyn Read = &mut input;
    let mut gathered = Gathered { encoding, ..Gathered::default() };
    let mut known = HashMap::new();
    let mut columns = String::new();
    let mut take = |row: Row| gathered.take(row, &mut known, &arguments.group);
    let broken = |why: String| {
        let what = anyhow::anyhow!("{} cannot be read as {}: {why}", path.display(), kind.tag());
        Failure::new(Exit::Data, what).hint("nothing was changed")
    };
    match kind {
        Kind::Csl if head.starts_with('{') => {
            csl::json(input, &wanted, &mut take).map_err(broken)?
        }
        Kind::Csl => csl::csv(input, &wanted, &mut take)?,
        Kind::Opensanctions => opensanctions::csv(input, &wanted, &mut take)?,
        Kind::Sec => sec::json(input, &mut take).map_err(broken)?,
        Kind::Csv | Kind::Opml => names::csv(input, &wanted, &mut take, &mut columns)?,
    }
    if gathered.rows == 0 {
        let what = anyhow::anyhow!("{} holds no entries", path.display());
        let hint = match columns.is_empty() {
            true => "nothing was changed".to_owned(),
            false => format!(
                "its first row is taken for the names of columns ({columns}); nothing was changed"
            ),
        };
        return Err(Failure::new(Exit::Data, what).hint(hint));
    }
    gathered.columns = columns;
    gathered.settle();
    Ok(gathered)
}
