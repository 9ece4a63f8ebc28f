//! A person's own CSV: one name a row. What its columns hold is guessed by their names, and shown.

use std::io::Read;

use super::listed::Listed;
use super::table::Table;
use super::{Row, Wanted};
use crate::cli::exit::{Exit, Failure};

/// What a column may hold, and by which names people call it.
const KNOWN: &[(Holds, &[&str])] = &[
    (Holds::Id, &["id", "key", "number", "no", "nr", "uid", "lei", "cik", "ref"]),
    (
        Holds::Name,
        &[
            "name",
            "company",
            "company name",
            "entity",
            "entity name",
            "organisation",
            "organization",
            "firm",
            "issuer",
            "title",
            "legal name",
            "clean name",
            "unternehmen",
            "firma",
            "société",
            "empresa",
            "公司",
            "名称",
        ],
    ),
    (
        Holds::Alias,
        &[
            "alias",
            "aliases",
            "aka",
            "a.k.a.",
            "other names",
            "alternative names",
            "alt_names",
            "short name",
            "former name",
            "previous name",
            "local name",
            "chinese name",
        ],
    ),
    (Holds::Ticker, &["ticker", "tickers", "symbol", "ticker symbol", "bloomberg", "ric"]),
    (Holds::Exchange, &["exchange", "mic", "market"]),
    (Holds::Group, &["group", "groups", "list", "category", "sector", "tag", "tags"]),
    (Holds::Note, &["note", "notes", "comment", "remark", "remarks", "reason"]),
];

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holds {
    /// The list's own id.
    Id,
    /// The full name.
    Name,
    /// Further names.
    Alias,
    /// A ticker, or several.
    Ticker,
    /// The exchange of the ticker.
    Exchange,
    /// Groups.
    Group,
    /// A note.
    Note,
}

impl Holds {
    fn word(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Name => "name",
            Self::Alias => "alias",
            Self::Ticker => "ticker",
            Self::Exchange => "exchange",
            Self::Group => "group",
            Self::Note => "note",
        }
    }
}

/// Which column holds what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Columns {
    held: Vec<(Holds, usize)>,
}

impl Columns {
    /// As said (`name=Company,alias=Short`), else as guessed.
    pub(super) fn of(headers: &[String], said: Option<&str>) -> Result<Self, Failure> {
        let held = match said {
            Some(said) => Self::said(headers, said)?,
            None => Self::guessed(headers),
        };
        if held.iter().any(|(holds, _)| *holds == Holds::Name) {
            return Ok(Self { held });
        }
        if headers.iter().all(|header| header.trim().is_empty()) {
            let what = anyhow::anyhow!("the list is empty: its first line names no columns");
            return Err(Failure::new(Exit::Data, what)
                .hint("the first line names the columns, as in name,alias,ticker"));
        }
        let what = anyhow::anyhow!("no column is known to hold names: {}", headers.join(", "));
        Err(Failure::new(Exit::Data, what)
            .hint("say which: --columns \"name=COLUMN,alias=COLUMN,ticker=COLUMN\""))
    }

    fn guessed(headers: &[String]) -> Vec<(Holds, usize)> {
        let mut held: Vec<(Holds, usize)> = Vec::new();
        for (holds, names) in KNOWN {
            let several = matches!(holds, Holds::Alias | Holds::Group);
            // The likeliest name first, not the first column.
            for name in *names {
                let found = headers.iter().position(|header| header.to_lowercase().trim() == *name);
                let Some(at) = found else { continue };
                let taken = held
                    .iter()
                    .any(|(other, column)| *column == at || (*other == *holds && !several));
                if !taken {
                    held.push((*holds, at));
                }
            }
        }
        // A table of one column is a list of names.
        if headers.len() == 1 && held.is_empty() {
            held.push((Holds::Name, 0));
        }
        held
    }

    fn said(headers: &[String], said: &str) -> Result<Vec<(Holds, usize)>, Failure> {
        let mut held = Vec::new();
        for part in said.split(',').filter(|part| !part.trim().is_empty()) {
            let refused = |what: anyhow::Error| Failure::new(Exit::Usage, what);
            let Some((word, column)) = part.split_once('=') else {
                return Err(refused(anyhow::anyhow!("'{part}' is not written as name=COLUMN")));
            };
            let known = KNOWN.iter().map(|(holds, _)| *holds).find(|one| one.word() == word.trim());
            let holds = known.ok_or_else(|| {
                let words: Vec<&str> = KNOWN.iter().map(|(holds, _)| holds.word()).collect();
                refused(anyhow::anyhow!("a column holds one of {}", words.join(", ")))
            })?;
            let column = column.trim();
            let at = headers.iter().position(|one| one.eq_ignore_ascii_case(column));
            let at = at.ok_or_else(|| {
                refused(anyhow::anyhow!("there is no column '{column}'"))
                    .hint(format!("the columns are {}", headers.join(", ")))
            })?;
            held.push((holds, at));
        }
        Ok(held)
    }

    /// `name ← Company, alias ← Short`.
    pub(super) fn words(&self, headers: &[String]) -> String {
        let words =
            self.held.iter().map(|(holds, at)| format!("{} ← {}", holds.word(), headers[*at]));
        let unused = headers.len() - self.held.len();
        let mut words: Vec<String> = words.collect();
        if unused > 0 {
            words.push(format!("{unused} not used"));
        }
        words.join(", ")
    }

    fn column(&self, holds: Holds) -> Option<usize> {
        self.held.iter().find(|(one, _)| *one == holds).map(|(_, at)| *at)
    }

    fn columns(&self, holds: Holds) -> impl Iterator<Item = usize> + '_ {
        self.held.iter().filter(move |(one, _)| *one == holds).map(|(_, at)| *at)
    }
}

/// Reads the rows; `shown` gets what the columns were taken for.
pub(super) fn csv(
    input: &mut dyn Read,
    wanted: &Wanted,
    take: &mut dyn FnMut(Row),
    shown: &mut String,
) -> Result<(), Failure> {
    let sign = wanted.separator;
    let mut table = Table::open_with(input, sign)?;
    let headers = table.headers.clone();
    let columns = Columns::of(&headers, wanted.columns.as_deref())?;
    *shown = columns.words(&headers);
    table.each(|cells| {
        let name = cells.text(columns.column(Holds::Name));
        if name.is_empty() {
            return;
        }
        let id = cells.text(columns.column(Holds::Id));
        let key = if id.is_empty() { name.clone() } else { id };
        let Some(mut listed) = Listed::new(key.as_ref(), &name) else {
            return take(Row::Unusable(name.into_owned()));
        };
        for column in columns.columns(Holds::Alias) {
            let cell = cells.text(Some(column));
            for alias in cell.split(';').map(str::trim).filter(|one| !one.is_empty()) {
                listed.name(alias, false);
            }
        }
        let exchange = cells.text(columns.column(Holds::Exchange));
        for ticker in cells.text(columns.column(Holds::Ticker)).split([';', ',']) {
            match ticker.trim() {
                "" => {}
                ticker if ticker.contains([':', '.']) || exchange.is_empty() => {
                    listed.ticker(ticker)
                }
                ticker => listed.ticker(&format!("{exchange}:{ticker}")),
            }
        }
        for column in columns.columns(Holds::Group) {
            let cell = cells.text(Some(column));
            let groups = cell.split([';', ',']).map(str::trim).filter(|one| !one.is_empty());
            listed.groups.extend(groups.map(str::to_owned));
        }
        listed.note = cells.text(columns.column(Holds::Note)).into_owned();
        take(Row::Company(Box::new(listed)));
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guessed(headers: &[&str]) -> Option<String> {
        let headers: Vec<String> = headers.iter().map(|one| (*one).to_owned()).collect();
        Columns::of(&headers, None).ok().map(|columns| columns.words(&headers))
    }

    #[test]
    fn columns_are_guessed_by_their_names() {
        for (headers, expected) in [
            (
                &["Company", "Ticker", "Exchange"][..],
                Some("name ← Company, ticker ← Ticker, exchange ← Exchange"),
            ),
            (
                &["Name", "Clean Name", "Alias", "Previous Name"],
                Some("name ← Name, alias ← Alias, alias ← Previous Name, 1 not used"),
            ),
            (&["whatever"], Some("name ← whatever")),
            (&["a", "b"], None),
        ] {
            assert_eq!(guessed(headers).as_deref(), expected, "{headers:?}");
        }
    }
}
