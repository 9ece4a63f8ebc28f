//! A CSV file, read by the names of its columns, row by row.

use std::borrow::Cow;
use std::io::Read;

use crate::cli::exit::{Exit, Failure};

/// An open table.
pub(super) struct Table<'i> {
    reader: csv::Reader<&'i mut dyn Read>,
    /// The names of the columns, as written.
    pub(super) headers: Vec<String>,
}

impl<'i> Table<'i> {
    /// Opens a table and reads its first row.
    pub(super) fn open(input: &'i mut dyn Read) -> Result<Self, Failure> {
        Self::open_with(input, b',')
    }

    /// The same with another sign between cells.
    pub(super) fn open_with(input: &'i mut dyn Read, sign: u8) -> Result<Self, Failure> {
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .delimiter(sign)
            .buffer_capacity(1 << 16)
            .from_reader(input);
        let headers = reader.byte_headers().map_err(unreadable)?;
        let headers = headers.iter().map(|one| {
            let text = String::from_utf8_lossy(one);
            text.trim_start_matches('\u{feff}').trim().to_owned()
        });
        let headers = headers.collect();
        Ok(Self { reader, headers })
    }

    /// The column of a name.
    pub(super) fn column(&self, name: &str) -> Option<usize> {
        self.headers.iter().position(|one| one.eq_ignore_ascii_case(name))
    }

    /// Hands each row to `take`.
    pub(super) fn each(&mut self, mut take: impl FnMut(&Cells<'_>)) -> Result<(), Failure> {
        let mut record = csv::ByteRecord::new();
        while self.reader.read_byte_record(&mut record).map_err(unreadable)? {
            take(&Cells { record: &record });
        }
        Ok(())
    }
}

/// The cells of a row.
pub(super) struct Cells<'r> {
    record: &'r csv::ByteRecord,
}

impl Cells<'_> {
    /// A cell without the spaces around it; an absent one is empty. Bytes that are no text are shown as
    /// lost.
    pub(super) fn text(&self, column: Option<usize>) -> Cow<'_, str> {
        let bytes = column.and_then(|at| self.record.get(at)).unwrap_or_default();
        String::from_utf8_lossy(bytes.trim_ascii())
    }
}

fn unreadable(error: csv::Error) -> Failure {
    let failure = Failure::new(Exit::Data, anyhow::anyhow!("the table cannot be read: {error}"));
    failure.hint("save it as CSV in UTF-8, with the names of the columns in its first row")
}
