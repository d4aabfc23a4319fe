use std::ops::Deref;
use std::sync::LazyLock;

use store::Timestamp;

/// A day in UTC, as the tables write it: `AAAA-MM-JJ`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Day([u8; 10]);

impl Day {
    pub(super) fn of(moment: Timestamp) -> Self {
        let mut day = [b'0'; 10];
        day.copy_from_slice(&moment.to_string().as_bytes()[..10]);
        Self(day)
    }
}

impl std::fmt::Display for Day {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.0))
    }
}

/// One line of a table file: `code`, `label`, `valid_from`, `valid_to`, separated by tabs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) code: &'static str,
    pub(super) label: &'static str,
    pub(super) valid_from: &'static str,
    pub(super) valid_to: &'static str,
}

impl Entry {
    /// Whether the code may be given on `day`: valid from the first day on, to the last day included.
    pub(super) fn is_in_force(&self, day: Day) -> bool {
        let day = &day.0[..];
        // Days are written AAAA-MM-JJ, so their order is that of the text. `?`: ended long ago.
        (self.valid_from.is_empty() || self.valid_from.as_bytes() <= day)
            && (self.valid_to.is_empty() || (self.valid_to != "?" && day <= self.valid_to.as_bytes()))
    }
}

/// The entries of a table file, by code.
#[derive(Debug)]
pub(super) struct Table(Vec<Entry>);

/// A table of this program, read when it is first asked.
pub(super) type Embedded = LazyLock<Table>;

impl Table {
    /// Reads a table file; `#` begins a comment. The files are part of the program, and a test reads every line of them.
    pub(super) fn read(file: &'static str) -> Self {
        let lines = file.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let mut entries: Vec<Entry> = lines
            .filter_map(|line| {
                let mut columns = line.split('\t');
                Some(Entry {
                    code: columns.next()?,
                    label: columns.next()?,
                    valid_from: columns.next()?,
                    valid_to: columns.next()?,
                })
            })
            .collect();
        entries.sort_unstable_by_key(|entry| entry.code);
        Self(entries)
    }

    /// The line of this code.
    pub(super) fn find(&self, code: &str) -> Option<&Entry> {
        let place = self.0.binary_search_by(|entry| entry.code.cmp(code)).ok()?;
        self.0.get(place)
    }
}

impl Deref for Table {
    type Target = [Entry];

    fn deref(&self) -> &[Entry] {
        &self.0
    }
}

/// The table of this program whose file has this name.
macro_rules! embedded {
    ($name:literal) => {
        std::sync::LazyLock::new(|| {
            $crate::nomenclature::table::Table::read(include_str!(concat!("data/", $name, ".tsv")))
        })
    };
}

pub(super) use embedded;
