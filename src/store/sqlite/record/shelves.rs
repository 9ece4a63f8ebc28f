//! Facts put by name into shelves, so that a record of any length is verified in a little memory.
//!
//! What is said of one thing lies in one shelf, in the order in which it was put there. Shelves lie in
//! memory until they are heavy, then in files that have no name and go with their handle.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::instants::May;

/// How many there are: 50 million facts make shelves of some 65 MB.
const SHELVES: usize = 64;

/// Bytes in memory from which on they are put into files.
const HEAVY: usize = 16 << 20;

/// Where large files go for a while (hier(7)): `/tmp` may be memory.
const ROOM: &str = "/var/tmp";

/// Bytes of a fact as it lies on a shelf.
const WIDTH: usize = 16 + 16 + 16 + 8 + 8 + 8 + 8 + 1 + 1;

/// What a fact says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Says {
    /// An entry tells of it, and it stays.
    Told,
    /// An entry tells of an item, whose text may be forgotten.
    ToldItem,
    /// An entry tells of an account of polls, which may be forgotten.
    ToldPolls,
    /// An entry tells where a mail stands, and it may be on its way again.
    ToldAttempt,
    /// An entry tells of a decision on it: an item of which this is told is evidence.
    ToldDecision,
    /// A row of the store reads so.
    Stored,
}

impl Says {
    const ALL: [Self; 6] = [
        Self::Told,
        Self::ToldItem,
        Self::ToldPolls,
        Self::ToldAttempt,
        Self::ToldDecision,
        Self::Stored,
    ];
}

/// One thing said of something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fact {
    /// Hash of the name of what it is about.
    pub(super) name: u128,
    /// Hash of the line, but for what it says of its time.
    pub(super) line: u128,
    /// Hash of that; 0 when it says nothing of it.
    pub(super) more: u128,
    /// The entry that tells it; of a row the number of its view.
    pub(super) number: u64,
    /// When.
    pub(super) at: i64,
    /// Of a row its own time; of a line that says nothing of its time, what it may be.
    pub(super) may: May,
    /// What it says.
    pub(super) says: Says,
}

impl Fact {
    /// The beginning of one that says little.
    pub(super) const NOTHING: Self =
        Self { name: 0, line: 0, more: 0, number: 0, at: 0, may: May::ANY, says: Says::Told };

    fn write(self, to: &mut Vec<u8>) {
        to.extend_from_slice(&self.name.to_be_bytes());
        to.extend_from_slice(&self.line.to_be_bytes());
        to.extend_from_slice(&self.more.to_be_bytes());
        to.extend_from_slice(&self.number.to_be_bytes());
        for instant in [self.at, self.may.least, self.may.most] {
            to.extend_from_slice(&instant.to_be_bytes());
        }
        to.extend_from_slice(&[self.may.official, self.says as u8]);
    }

    fn read(bytes: &[u8; WIDTH]) -> Self {
        let [name, line, more] = [0, 16, 32].map(|at| u128::from_be_bytes(part(bytes, at)));
        let [at, least, most] = [56, 64, 72].map(|at| i64::from_be_bytes(part(bytes, at)));
        Self {
            name,
            line,
            more,
            number: u64::from_be_bytes(part(bytes, 48)),
            at,
            may: May { least, most, official: bytes[80] },
            says: Says::ALL[usize::from(bytes[81])],
        }
    }
}

fn part<const N: usize>(bytes: &[u8; WIDTH], at: usize) -> [u8; N] {
    let mut part = [0; N];
    part.copy_from_slice(&bytes[at..at + N]);
    part
}

#[derive(Default)]
struct Shelf {
    /// What was put into a file before.
    file: Option<File>,
    /// What was put here since.
    bytes: Vec<u8>,
}

/// The shelves.
pub(super) struct Shelves {
    shelves: Vec<Shelf>,
    weight: usize,
    heavy: usize,
}

impl Shelves {
    /// Empty ones.
    pub(super) fn new() -> Self {
        Self::with_heavy(HEAVY)
    }

    fn with_heavy(heavy: usize) -> Self {
        let shelves = std::iter::repeat_with(Shelf::default).take(SHELVES).collect();
        Self { shelves, weight: 0, heavy }
    }

    /// Puts a fact where it belongs.
    ///
    /// # Errors
    /// When there is no room for a file.
    pub(super) fn put(&mut self, fact: Fact) -> io::Result<()> {
        fact.write(&mut self.shelves[(fact.name >> 122) as usize].bytes);
        self.weight += WIDTH;
        if self.weight < self.heavy {
            return Ok(());
        }
        self.weight = 0;
        let room = room();
        self.shelves.iter_mut().try_for_each(|shelf| shelf.clear(&room))
    }

    /// Takes the shelves down, one after another.
    pub(super) fn into_shelves(self) -> impl Iterator<Item = io::Result<Vec<Fact>>> {
        self.shelves.into_iter().map(Shelf::into_facts)
    }
}

impl Shelf {
    fn clear(&mut self, room: &Path) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(tempfile::tempfile_in(room)?),
        };
        file.write_all(&self.bytes)?;
        self.bytes.clear();
        Ok(())
    }

    fn into_facts(self) -> io::Result<Vec<Fact>> {
        let mut bytes = Vec::new();
        if let Some(mut file) = self.file {
            file.seek(SeekFrom::Start(0))?;
            file.read_to_end(&mut bytes)?;
        }
        bytes.extend_from_slice(&self.bytes);
        let (facts, _) = bytes.as_chunks::<WIDTH>();
        Ok(facts.iter().map(Fact::read).collect())
    }
}

/// Where files go: as SQLite has it, what `TMPDIR` says comes first.
fn room() -> PathBuf {
    let named = std::env::var_os("TMPDIR").map(PathBuf::from);
    named.filter(|room| room.is_dir()).unwrap_or_else(|| match Path::new(ROOM).is_dir() {
        true => PathBuf::from(ROOM),
        false => std::env::temp_dir(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_on_shelves_comes_back_whole_and_in_order_light_or_heavy() {
        for heavy in [usize::MAX, 10 * WIDTH] {
            let mut shelves = Shelves::with_heavy(heavy);
            let facts: Vec<Fact> = (0..1_000_u64)
                .map(|number| Fact {
                    name: u128::from(number % 300) << 119 | u128::from(number % 300),
                    line: u128::MAX - u128::from(number),
                    more: u128::from(number) << 70,
                    number,
                    at: -3 - i64::from(number as u32),
                    may: May { least: -7, most: i64::from(number as u32), official: number as u8 },
                    says: Says::ALL[number as usize % 6],
                })
                .collect();
            for fact in &facts {
                shelves.put(*fact).unwrap();
            }
            let mut back: Vec<Fact> = Vec::new();
            for shelf in shelves.into_shelves() {
                let shelf = shelf.unwrap();
                assert!(shelf.is_sorted_by_key(|fact| fact.number), "in order");
                let place = |fact: &Fact| fact.name >> 122;
                assert!(shelf.iter().all(|fact| place(fact) == place(&shelf[0])), "in one place");
                back.extend(shelf);
            }
            back.sort_by_key(|fact| fact.number);
            assert_eq!(back, facts);
        }
    }
}
