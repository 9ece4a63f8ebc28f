//! OpenSanctions `targets.simple.csv`: one target a row, several values in a cell between semicolons.

use std::io::Read;

use super::listed::Listed;
use super::table::Table;
use super::{Row, Wanted};
use crate::cli::exit::Failure;

/// What is no person, ship or thing.
const KINDS: &[&str] = &["company", "organization", "legalentity", "publicbody"];

/// Reads it.
pub(super) fn csv(
    input: &mut dyn Read,
    wanted: &Wanted,
    take: &mut dyn FnMut(Row),
) -> Result<(), Failure> {
    let mut table = Table::open(input)?;
    let at =
        ["id", "schema", "name", "aliases", "countries", "program_ids", "dataset", "sanctions"]
            .map(|name| table.column(name));
    table.each(|cells| {
        let [id, schema, name, aliases, countries, programs, dataset, sanctions] =
            at.map(|column| cells.text(column));
        let of_kind =
            wanted.all_kinds || KINDS.iter().any(|kind| schema.eq_ignore_ascii_case(kind));
        let lists = || format!("{programs} {dataset} {sanctions}");
        if !of_kind || !wanted.country(|| &*countries) || !wanted.program(lists) {
            return take(Row::Unwanted);
        }
        let Some(mut listed) = Listed::new(id.as_ref(), &name) else {
            return take(Row::Unusable(name.into_owned()));
        };
        for alias in values(&aliases) {
            listed.name(&alias, false);
        }
        let lists = if programs.is_empty() { &dataset } else { &programs };
        listed.note = values(lists).join(", ");
        take(Row::Company(Box::new(listed)));
    })
}

/// The values of a cell: between semicolons, in quotes where they hold one themselves.
fn values(cell: &str) -> Vec<String> {
    if !cell.contains('"') {
        let parts = cell.split(';').map(str::trim).filter(|one| !one.is_empty());
        return parts.map(str::to_owned).collect();
    }
    let mut values = vec![String::new()];
    let mut quoted = false;
    let mut signs = cell.chars().peekable();
    while let Some(sign) = signs.next() {
        match sign {
            '"' if quoted && signs.peek() == Some(&'"') => {
                signs.next();
                values.last_mut().expect("there is one").push('"');
            }
            '"' => quoted = !quoted,
            ';' if !quoted => values.push(String::new()),
            other => values.last_mut().expect("there is one").push(other),
        }
    }
    let trimmed = values.into_iter().map(|one| one.trim().to_owned());
    trimmed.filter(|one| !one.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_has_quotes_of_its_own() {
        assert_eq!(values("Borealis;Aurora Works"), ["Borealis", "Aurora Works"]);
        assert_eq!(
            values("\"Borealis; Ltd\";\"the \"\"B\"\"\";x"),
            ["Borealis; Ltd", "the \"B\"", "x"]
        );
        assert!(values("").is_empty());
    }
}
