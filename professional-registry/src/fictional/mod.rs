//! A register of nobody, in the real format: for demos, tests and measurements.
//!
//! Persons are numbered in the RPPS test range `997…`, structures in the FINESS test range `0B…` and the SIRET range
//! `000000000…` (domain.md §2.3); telephone numbers are of the range kept for fiction. Everything follows from the
//! seed, one person at a time, so a register of millions is written without being held in memory.

mod chance;
mod extracts;
mod line;
mod names;
mod person;
mod place;

#[cfg(test)]
mod tests;

use std::io::{self, Write};

use chance::Chance;
use person::Person;

use crate::extract::COLUMNS;
use crate::identifiers::Rpps;

/// The most persons: seven digits of the test range.
pub const MOST_PROFESSIONALS: u32 = 9_000_000;

/// Writes a register of `professionals` persons: the extract of its first day.
pub fn generate(out: &mut dyn Write, professionals: u32, seed: u64) -> io::Result<()> {
    FictionalRegister::new(professionals, seed).write(out)
}

/// A fictional register on one day: who is in it, and how often each has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FictionalRegister {
    seed: u64,
    day: u64,
    structures: u32,
    next_index: u32,
    living: Vec<Entry>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Entry {
    index: u32,
    revision: u32,
}

/// What a day brought, by person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Day {
    /// Persons who are new.
    pub new: Vec<Rpps>,
    /// Persons one of whose lines is another.
    pub changed: Vec<Rpps>,
    /// Persons who are no longer in the register.
    pub ceased: Vec<Rpps>,
}

impl FictionalRegister {
    /// The register of the first day; `professionals` is cut at [`MOST_PROFESSIONALS`].
    pub fn new(professionals: u32, seed: u64) -> Self {
        let professionals = professionals.min(MOST_PROFESSIONALS);
        let living = (0..professionals).map(|index| Entry { index, revision: 0 }).collect();
        Self { seed, day: 0, structures: (professionals / 40).max(8), next_index: professionals, living }
    }

    /// The same register a day later: of every person the chance to have changed, left, or been joined by a new one
    /// is `share` (0 to 1); of four such events two are changes. Says what happened.
    pub fn next_day(&self, share: f64) -> (Self, Day) {
        let mut next =
            Self { day: self.day + 1, living: Vec::with_capacity(self.living.len()), ..self.clone() };
        let mut day = Day::default();
        let mut arrivals: u32 = 0;
        for entry in &self.living {
            let mut chance = Chance::of([self.seed, next.day, u64::from(entry.index)]);
            let event = if chance.unit() < share { chance.below(4) } else { u64::MAX };
            match event {
                0 => day.ceased.push(person::rpps(entry.index)),
                1 | 2 => {
                    day.changed.push(person::rpps(entry.index));
                    next.living.push(Entry { revision: entry.revision + 1, ..*entry });
                }
                3 => {
                    arrivals += 1;
                    next.living.push(*entry);
                }
                _ => next.living.push(*entry),
            }
        }
        for index in (self.next_index..MOST_PROFESSIONALS).take(arrivals as usize) {
            day.new.push(person::rpps(index));
            next.living.push(Entry { index, revision: 0 });
            next.next_index = index + 1;
        }
        (next, day)
    }

    /// Strikes persons off: they are absent from here on. Says how many were in the register.
    pub fn strike_off(&mut self, persons: &[Rpps]) -> usize {
        let before = self.living.len();
        self.living.retain(|entry| !persons.contains(&person::rpps(entry.index)));
        before - self.living.len()
    }

    /// Everybody in the register, in the order of the file.
    pub fn professionals(&self) -> impl Iterator<Item = Rpps> {
        self.living.iter().map(|entry| person::rpps(entry.index))
    }

    /// Writes the extract: UTF-8, LF, trailing `|`. Some persons' second lines stand far from their first, as in the
    /// real files.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let mut out = io::BufWriter::with_capacity(1 << 16, out);
        writeln!(out, "{}|", COLUMNS.join("|"))?;
        for late in [false, true] {
            for entry in &self.living {
                let person = Person::new(self.seed, entry.index, entry.revision, self.structures);
                for (place, line) in person.lines().into_iter().enumerate() {
                    if late == (place > 0 && entry.index % 5 == 0) {
                        writeln!(out, "{line}|")?;
                    }
                }
            }
        }
        out.flush()
    }
}
