//! The opposition list in each form, held against the oppositions up to the sequence that the form reaches.

use super::{Checks, Seen};
use crate::LookError;
use crate::difference::{Face, Kind};
use crate::readers::Malformed;
use crate::readers::cms;
use crate::readers::list::{self, Line, List};
use crate::recorded::{self, Opposed};
use crate::sightings::Sighting;

/// How many sequences a page of the changes holds (docs/opposition-lists.md).
const PAGE_SEQUENCES: i64 = 1000;

/// How many of the newest changes are asked for.
const CHANGES: i64 = 100;

/// The pages that a look reads: the one on which the newest sequence stands, and one of those before it, each of which has its
/// turn by chance: nothing is added to them, and something may be lost.
fn pages(newest: i64, drawn: u64) -> Vec<i64> {
    // No page before the first opposition.
    let Some(last) = (newest > 0).then_some((newest - 1) / PAGE_SEQUENCES) else { return Vec::new() };
    let before = u64::try_from(last).ok().and_then(|before| drawn.checked_rem(before));
    before.map(u64::cast_signed).into_iter().chain([last]).collect()
}

type ReadList = for<'o> fn(&'o [u8]) -> Result<List<'o>, Malformed>;

impl Checks<'_> {
    pub(super) fn lists(&mut self) -> Result<(), LookError> {
        let newest = self.list("/oppositions/full.csv", list::csv)?;
        self.list("/oppositions/full.json", list::json)?;
        self.compact_list()?;
        for page in newest.map_or_else(Vec::new, |newest| pages(newest, self.sample.list_page)) {
            self.page(page)?;
        }
        let due = recorded::newest_opposed(self.db, self.at.minus(self.under_way()), CHANGES)?;
        self.changes(&due)?;
        self.events(&due)
    }

    /// A full list. How far it reaches.
    fn list(&mut self, place: &str, read: ReadList) -> Result<Option<i64>, LookError> {
        let Some(octets) = self.signed(place) else { return Ok(None) };
        let list = match read(&octets) {
            Ok(list) => list,
            Err(malformed) => {
                self.differences.add(Face::List, place, Kind::Unreadable, "", malformed.to_string());
                return Ok(None);
            }
        };
        if let Some(next_update) = list.next_update {
            self.dates(Face::List, place, None, next_update.seconds());
        }
        self.seen.push(Seen {
            number: Some(list.sequence),
            next_update: list.next_update,
            entries: Some(list.lines.len() as u64),
            ..Seen::of(place, &octets)
        });
        self.reaches(place, list.sequence)?;
        self.lines(place, &list.lines, (0, list.sequence))?;
        if list.sequence > 0 {
            self.sightings.push(Sighting::list(list.sequence));
        }
        Ok(Some(list.sequence))
    }

    /// A page of the changes, in both forms.
    fn page(&mut self, page: i64) -> Result<(), LookError> {
        let first = page * PAGE_SEQUENCES;
        for (extension, read) in [("csv", list::csv as ReadList), ("json", list::changes)] {
            let place = format!("/oppositions/changes/{page}.{extension}");
            let Some(octets) = self.signed(&place) else { continue };
            match read(&octets) {
                Ok(list) => {
                    self.seen.push(Seen { number: Some(list.sequence), ..Seen::of(&place, &octets) });
                    self.reaches(&place, list.sequence)?;
                    let end = list.sequence.min(first + PAGE_SEQUENCES);
                    self.lines(&place, &list.lines, (first, end))?;
                }
                Err(malformed) => {
                    self.differences.add(Face::List, &place, Kind::Unreadable, "", malformed.to_string());
                }
            }
        }
        Ok(())
    }

    /// The newest changes, which come from the database of whoever answers, in both forms.
    fn changes(&mut self, due: &[Opposed]) -> Result<(), LookError> {
        let since = due.last().map_or(0, |oldest| oldest.sequence - 1);
        for (place, read) in
            [("/oppositions/changes", list::changes as ReadList), ("/oppositions/changes.csv", list::csv)]
        {
            let Some(octets) = self.fetch(Face::List, &format!("{place}?since={since}")) else { continue };
            match read(&octets) {
                Ok(list) => {
                    self.seen.push(Seen { number: Some(list.sequence), ..Seen::of(place, &octets) });
                    self.reaches(place, list.sequence)?;
                    self.lines(place, &list.lines, (since, list.sequence))?;
                }
                Err(malformed) => {
                    self.differences.add(Face::List, place, Kind::Unreadable, "", malformed.to_string());
                }
            }
        }
        Ok(())
    }

    /// What lies at this path, where the list signer's signature over the file of this name lies beside it: a page of the
    /// changes reads as the full list does, and is none.
    pub(super) fn signed(&mut self, place: &str) -> Option<Vec<u8>> {
        let octets = self.fetch(Face::List, place)?;
        let beside = format!("{place}.p7s");
        let signature = self.fetch(Face::List, &beside)?;
        if !cms::is_signed_by(&self.sample.list_signers, &octets, &signature) {
            self.differences.add(Face::List, place, Kind::NotOurs, "", "is not signed by the list signer");
            return None;
        }
        if !cms::names(&signature, place.trim_start_matches('/')) {
            let found = "is signed by the list signer, and not as the file of this name";
            self.differences.add(Face::List, place, Kind::NotOurs, "", found);
            return None;
        }
        Some(octets)
    }

    /// What was opposed a while ago stands on it, and it reaches no further than the database: whoever asks for what came
    /// after its sequence would miss what comes up to there.
    pub(super) fn reaches(&mut self, place: &str, sequence: i64) -> Result<(), LookError> {
        let newest = recorded::newest_opposition(self.db)?;
        if sequence > newest {
            let found = format!("reaches sequence {sequence}, and the newest opposition is {newest}");
            self.differences.add(Face::List, place, Kind::Surplus, "", found);
        }
        let due = recorded::first_opposed_after(self.db, sequence)?;
        if let Some(due) = due.filter(|due| due.opposed_at.plus(self.under_way()) < self.at) {
            let found = format!(
                "opposed at {} (sequence {}), and the list ends at {sequence}",
                due.opposed_at, due.sequence
            );
            self.differences.add(
                Face::List,
                place,
                Kind::Missing,
                format!("card {}", due.card_number),
                found,
            );
        }
        Ok(())
    }

    /// The lines after one sequence and up to another are those of the database, in its order.
    pub(super) fn lines(
        &mut self,
        place: &str,
        lines: &[Line<'_>],
        (after, until): (i64, i64),
    ) -> Result<(), LookError> {
        let mut left = lines.iter().peekable();
        let mut last = after;
        loop {
            let rows = recorded::opposed_after(self.db, last, until)?;
            let Some(newest) = rows.last() else { break };
            last = newest.sequence;
            for row in &rows {
                while let Some(line) = left.next_if(|line| line.sequence < row.sequence) {
                    self.surplus(place, line);
                }
                match left.next_if(|line| line.sequence == row.sequence) {
                    Some(line) => self.line(place, row, line),
                    None => {
                        let found = format!(
                            "opposed at {} (sequence {}), and not on it",
                            row.opposed_at, row.sequence
                        );
                        let subject = format!("card {}", row.card_number);
                        self.differences.add(Face::List, place, Kind::Missing, subject, found);
                    }
                }
            }
        }
        left.for_each(|line| self.surplus(place, line));
        Ok(())
    }

    fn line(&mut self, place: &str, row: &Opposed, line: &Line<'_>) {
        if (line.card_number, line.opposed_at) != (&row.card_number, &row.opposed_at.to_string()) {
            let found = format!(
                "sequence {} is card {} since {}, on it card {} since {}",
                row.sequence, row.card_number, row.opposed_at, line.card_number, line.opposed_at
            );
            self.differences.add(
                Face::List,
                place,
                Kind::Differs,
                format!("card {}", row.card_number),
                found,
            );
        }
    }

    fn surplus(&mut self, place: &str, line: &Line<'_>) {
        let found = format!(
            "stands on it (sequence {}), and the database does not know it as opposed",
            line.sequence
        );
        self.differences.add(Face::List, place, Kind::Surplus, format!("card {}", line.card_number), found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_reads_the_newest_page_and_each_of_the_others_has_its_turn() {
        for (newest, drawn, expected) in [
            (0, 7, vec![]),
            (1, 7, vec![0]),
            (1000, 7, vec![0]),
            (1001, 7, vec![0, 1]),
            (3001, 0, vec![0, 3]),
            (3001, 7, vec![1, 3]),
            (3001, u64::MAX - 1, vec![2, 3]),
        ] {
            assert_eq!(pages(newest, drawn), expected, "{newest}, {drawn}");
        }
    }
}
