//! Signed heads, held against the tree while its leaves go by, one of each file at a time.

use super::Tree;
use crate::bundle::{self, Bundle, Unreadable};
use crate::findings::Findings;
use crate::note::Note;

/// Those of the database, those that were kept beside the log, and those kept from an earlier time.
pub struct Heads {
    own: Kept,
    witnessed: Kept,
    since: Option<Kept>,
}

impl Heads {
    pub fn of(bundle: &Bundle, findings: &mut Findings) -> Result<Self, Unreadable> {
        let mut kept = |name, notes| {
            let mut kept = Kept { name, notes, next: None, largest: 0, count: 0, failed: None };
            kept.advance(bundle, findings);
            kept
        };
        Ok(Self {
            own: kept("checkpoints", bundle.checkpoints()?),
            witnessed: kept("witness", bundle.witnessed()?),
            since: bundle.since()?.map(|notes| kept("kept checkpoints", notes)),
        })
    }

    /// Each that is over so many leaves as there are now.
    pub fn compare(&mut self, tree: &Tree, bundle: &Bundle, findings: &mut Findings) {
        self.each().for_each(|kept| kept.compare(tree, bundle, findings));
    }

    /// Whether one of the bundle is over the first `size` leaves.
    pub fn cover(&self, size: u64) -> bool {
        [&self.own, &self.witnessed].iter().any(|kept| kept.next.is_some() || kept.largest >= size)
    }

    /// After the last leaf.
    pub fn conclude(
        mut self,
        tree: &Tree,
        bundle: &Bundle,
        findings: &mut Findings,
    ) -> Result<(), Unreadable> {
        self.each().try_for_each(|kept| kept.conclude(tree, bundle, findings))?;
        findings.checkpoints = self.own.count;
        findings.witnessed = self.witnessed.count;
        findings.since = self.since.map_or(0, |since| since.count);
        if self.own.largest == 0 {
            findings.contradiction("checkpoints", "no signed head stands over the events");
        }
        Ok(())
    }

    fn each(&mut self) -> impl Iterator<Item = &mut Kept> {
        [&mut self.own, &mut self.witnessed].into_iter().chain(&mut self.since)
    }
}

/// A file of notes, the smallest tree first.
struct Kept {
    name: &'static str,
    notes: bundle::Heads,
    /// The next that reads, is the log's, and is over no fewer leaves than the one before.
    next: Option<Note>,
    /// Over how many leaves the last such one was.
    largest: u64,
    /// How many there are, whatever they are worth.
    count: u64,
    /// Why no more of it can be read.
    failed: Option<Unreadable>,
}

impl Kept {
    fn advance(&mut self, bundle: &Bundle, findings: &mut Findings) {
        self.next = None;
        for read in self.notes.by_ref() {
            let note = match read {
                Ok(note) => note,
                Err(error) => {
                    self.failed = Some(Unreadable(format!("{}: {error}", self.name)));
                    return;
                }
            };
            self.count += 1;
            match note {
                Err(line) => findings.contradiction(format!("{} line {line}", self.name), "is no checkpoint"),
                Ok(note) if !bundle.key.signed(&note) => findings.contradiction(
                    format!("{} {}", self.name, note.size),
                    "its signature is not the log key's",
                ),
                Ok(note) if note.size < self.largest => findings
                    .contradiction(format!("{} {}", self.name, note.size), "stands behind a larger one"),
                Ok(note) => {
                    self.largest = note.size;
                    self.next = Some(note);
                    return;
                }
            }
        }
    }

    fn compare(&mut self, tree: &Tree, bundle: &Bundle, findings: &mut Findings) {
        while let Some(note) = self.next.as_ref().filter(|note| note.size <= tree.size) {
            if note.size == tree.size && note.root != tree.root() {
                let row = format!("{} {}", self.name, note.size);
                findings.contradiction(row, "signs another tree than these events");
            }
            self.advance(bundle, findings);
        }
    }

    /// What is left signs more leaves than there are.
    fn conclude(&mut self, tree: &Tree, bundle: &Bundle, findings: &mut Findings) -> Result<(), Unreadable> {
        while let Some(note) = &self.next {
            let what =
                format!("signs {} leaves, and there are {}: cut, or rolled back", note.size, tree.size);
            findings.contradiction(format!("{} {}", self.name, note.size), what);
            self.advance(bundle, findings);
        }
        self.failed.take().map_or(Ok(()), Err)
    }
}
