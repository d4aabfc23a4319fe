//! The compact list, asked about every card that was ever given: those that were opposed are on it, and no other.

use opposition_list_reader::{Answer, CompactList};
use store::Timestamp;

use super::{Checks, PUBLICATION, Seen};
use crate::LookError;
use crate::difference::{Face, Kind};
use crate::recorded;

const PLACE: &str = "/oppositions/full.bin";

impl Checks<'_> {
    pub(super) fn compact_list(&mut self) -> Result<(), LookError> {
        let Some(octets) = self.signed(PLACE) else { return Ok(()) };
        let list = match CompactList::read(&octets) {
            Ok(list) => list,
            Err(malformed) => {
                self.differences.add(Face::List, PLACE, Kind::Unreadable, "", malformed.to_string());
                return Ok(());
            }
        };
        let sequence = i64::try_from(list.sequence()).unwrap_or(i64::MAX);
        let next_update = i64::try_from(list.next_update()).unwrap_or(i64::MAX / 1000);
        self.dates(Face::List, PLACE, i64::try_from(list.produced_at()).ok(), next_update);
        self.seen.push(Seen {
            number: Some(sequence),
            next_update: Some(Timestamp::from_seconds(next_update)),
            entries: Some(u64::from(list.opposed())),
            ..Seen::of(PLACE, &octets)
        });
        self.reaches(PLACE, sequence)?;
        let opposed = self.every_card(&list, sequence)?;
        if opposed != u64::from(list.opposed()) {
            let found = format!("{} cards stand on it, and {opposed} were opposed", list.opposed());
            self.differences.add(Face::List, PLACE, Kind::Surplus, "", found);
        }
        Ok(())
    }

    /// Asks about each card, in the order of their numbers. How many were opposed up to this sequence.
    fn every_card(&mut self, list: &CompactList<'_>, sequence: i64) -> Result<u64, LookError> {
        // A card that was made later is not covered, or gets an answer by chance.
        let produced_at = i64::try_from(list.produced_at()).unwrap_or(i64::MAX / 1000);
        let known = Timestamp::from_seconds(produced_at).minus(PUBLICATION);
        let (mut last, mut opposed) = (String::new(), 0);
        loop {
            let cards = recorded::cards_after(self.db, &last)?;
            let Some(newest) = cards.last() else { return Ok(opposed) };
            last.clone_from(&newest.number);
            for card in cards {
                let answer = card.number.parse().map_or(Answer::NotCovered, |number| list.answer(number));
                let is_opposed = card.opposed.is_some_and(|opposed| opposed <= sequence);
                opposed += u64::from(is_opposed);
                let (kind, found) = match (is_opposed, answer) {
                    (true, Answer::Opposed) | (false, Answer::NotOpposed) => continue,
                    (true, _) => (Kind::Missing, "opposed, and not on it"),
                    (false, _) if card.ordered_at > known => continue,
                    (false, Answer::Opposed) => {
                        (Kind::Surplus, "stands on it, and the database does not know it as opposed")
                    }
                    (false, Answer::NotCovered) => {
                        (Kind::Missing, "was given before it was made, and it does not cover it")
                    }
                };
                let subject = format!("card {}", card.number);
                self.differences.add(Face::List, PLACE, kind, subject, found);
            }
        }
    }
}
