//! Writes the compact opposition list, `full.bin`: exact over every card number that was given, in little more room
//! than it takes to say which of them are opposed. Decision record 0018 has the layout; the crate
//! `opposition-list-reader`, which shares no code with this one, reads it.
//!
//! Two ribbon filters stand one behind the other, as in CRLite's clubcards. The first holds a fingerprint of each
//! opposed card and lets a few others through by chance. The second has one bit for each card that comes through,
//! and so tells the opposed ones from those few.

mod coverage;
mod equation;
mod ribbon;

#[cfg(test)]
mod tests;

use opposition_list_reader::{Answer, CompactList, Malformed};
use sha2::{Digest, Sha256};
use store::Timestamp;
use thiserror::Error;

use self::equation::{Equation, Salt, Tag, low};
use self::ribbon::Ribbon;

/// The most bits of a fingerprint.
const MAX_FINGERPRINT_BITS: u16 = 32;

/// How often another salt and a little more room are tried. One attempt in a few fails where there are millions of
/// cards, and the second hardly ever.
const ATTEMPTS: u8 = 32;

/// What the list is made of.
#[derive(Clone, Copy, Debug)]
pub struct Snapshot<'a> {
    /// The newest opposition.
    pub sequence: u64,
    /// When the list is made.
    pub produced_at: Timestamp,
    /// When a newer one will have been made, at the latest.
    pub next_update: Timestamp,
    /// Every card number that was given, ascending, each once.
    pub issued: &'a [u64],
    /// Those of them that are opposed, ascending, each once.
    pub opposed: &'a [u64],
}

/// A compact list that could not be made; what is published stays.
#[derive(Debug, Error)]
pub enum CompactListError {
    /// The numbers are not those of a snapshot: out of order, opposed without being issued, or too many.
    #[error("compact opposition list: {0}")]
    Snapshot(&'static str),
    /// No salt leads to filters: the card numbers were chosen to that end.
    #[error("compact opposition list: none of {ATTEMPTS} salts separates the cards")]
    NoSalt,
    /// What was written does not read.
    #[error("compact opposition list: what was written is {0}")]
    Unreadable(#[from] Malformed),
    /// What was written says something else of a card.
    #[error("compact opposition list: what was written is wrong about card {card_number:010}")]
    Wrong {
        /// Which card.
        card_number: u64,
    },
}

/// The octets of the list. The same snapshot gives the same octets, whoever writes them.
///
/// They are read back, and asked about every card, before anybody gets them.
pub fn encode(snapshot: &Snapshot<'_>) -> Result<Vec<u8>, CompactListError> {
    check(snapshot)?;
    let population = digest(snapshot.issued);
    let bits = fingerprint_bits(snapshot);
    let filters = (0..ATTEMPTS).find_map(|attempt| {
        let salt = salt(&population, snapshot.sequence, attempt);
        Filters::build(snapshot, salt, bits, attempt)
    });
    let list = filters.ok_or(CompactListError::NoSalt)?.written(snapshot, &population, bits);
    prove(snapshot, &list)?;
    Ok(list)
}

fn check(snapshot: &Snapshot<'_>) -> Result<(), CompactListError> {
    let ascends = |numbers: &[u64]| numbers.is_sorted_by(|one, next| one < next);
    let largest = opposition_list_reader::LARGEST_CARD_NUMBER;
    let rule = if !ascends(snapshot.issued) || !ascends(snapshot.opposed) {
        "card numbers ascend, each once"
    } else if snapshot.issued.last().is_some_and(|last| *last > largest) {
        "card numbers have ten digits"
    } else if snapshot.issued.len() > MOST_CARDS {
        "at most 1 073 741 824 cards"
    } else if !snapshot.opposed.iter().all(|card| snapshot.issued.binary_search(card).is_ok()) {
        "only a card that was issued is opposed"
    } else {
        return Ok(());
    };
    Err(CompactListError::Snapshot(rule))
}

/// So that rows, a few more than cards, are counted in 32 bits.
const MOST_CARDS: usize = 1 << 30;

/// SHA-256 over every number, as eight octets.
fn digest(issued: &[u64]) -> [u8; 32] {
    let mut hash = Sha256::new();
    issued.iter().for_each(|number| hash.update(number.to_be_bytes()));
    hash.finalize().into()
}

/// Drawn from what is written, not from chance: two workers write the same list.
fn salt(population: &[u8; 32], sequence: u64, attempt: u8) -> Salt {
    let mut hash = Sha256::new();
    hash.update(population);
    hash.update(sequence.to_be_bytes());
    hash.update([attempt]);
    let digest: [u8; 32] = hash.finalize().into();
    let (salt, _) = digest.split_first_chunk().expect("32 octets are at least 16");
    Salt(*salt)
}

/// The length of a fingerprint that makes both filters together smallest: a bit more costs one for each opposed
/// card in the first, and halves those who come through it by chance.
fn fingerprint_bits(snapshot: &Snapshot<'_>) -> u16 {
    let opposed = snapshot.opposed.len();
    let others = snapshot.issued.len() - opposed;
    (0..=MAX_FINGERPRINT_BITS)
        .min_by_key(|bits| usize::from(*bits) * opposed + (others >> bits))
        .filter(|_| opposed > 0)
        .unwrap_or(0)
}

struct Filters {
    salt: Salt,
    approximate: Ribbon,
    exact: Ribbon,
}

impl Filters {
    /// Nothing where the equations of this salt contradict each other.
    fn build(snapshot: &Snapshot<'_>, salt: Salt, bits: u16, attempt: u8) -> Option<Self> {
        if snapshot.opposed.is_empty() {
            return Some(Self { salt, approximate: Ribbon::empty(), exact: Ribbon::empty() });
        }
        let approximate = match bits {
            0 => Ribbon::empty(),
            bits => {
                let rows = ribbon::rows(snapshot.opposed.len(), attempt);
                let of = |card: &u64| Equation::of(&salt, Tag::Approximate, *card, rows);
                Ribbon::solve(
                    rows,
                    bits,
                    snapshot.opposed.iter().map(|card| (of(card), of(card).fingerprint)),
                )?
            }
        };
        // Opposed and issued both ascend, so one walk tells who is opposed.
        let mut opposed = snapshot.opposed.iter().peekable();
        let mut through = Vec::with_capacity(snapshot.opposed.len() * 2);
        for card in snapshot.issued {
            let is_opposed = opposed.next_if_eq(&card).is_some();
            let equation = Equation::of(&salt, Tag::Approximate, *card, approximate.rows());
            if is_opposed || approximate.bits_of(&equation) == low(equation.fingerprint, bits) {
                through.push((*card, is_opposed));
            }
        }
        let rows = ribbon::rows(through.len(), attempt);
        let equations = through
            .iter()
            .map(|(card, is_opposed)| (Equation::of(&salt, Tag::Exact, *card, rows), u32::from(*is_opposed)));
        Some(Self { exact: Ribbon::solve(rows, 1, equations)?, approximate, salt })
    }

    fn written(&self, snapshot: &Snapshot<'_>, population: &[u8; 32], bits: u16) -> Vec<u8> {
        let spans = coverage::spans(snapshot.issued);
        let count = |numbers: &[u64]| u32::try_from(numbers.len()).expect("at most 2^30 cards");
        let seconds = |at: Timestamp| u64::try_from(at.seconds()).unwrap_or(0);
        let span_count = u16::try_from(spans.len()).expect("at most 4096 spans");
        let mut list = Vec::new();
        list.extend(b"OPPLIST\x01");
        list.extend(snapshot.sequence.to_be_bytes());
        list.extend(seconds(snapshot.produced_at).to_be_bytes());
        list.extend(seconds(snapshot.next_update).to_be_bytes());
        list.extend(count(snapshot.issued).to_be_bytes());
        list.extend(count(snapshot.opposed).to_be_bytes());
        list.extend(population);
        list.extend(self.salt.0);
        list.extend(self.approximate.rows().to_be_bytes());
        list.extend(self.exact.rows().to_be_bytes());
        list.extend(span_count.to_be_bytes());
        list.extend(bits.to_be_bytes());
        for (first, last) in spans {
            list.extend(first.to_be_bytes());
            list.extend(last.to_be_bytes());
        }
        self.approximate.write_columns(&mut list);
        self.exact.write_columns(&mut list);
        list
    }
}

/// Only what was read back by the reader of those who rely on it leaves this place.
fn prove(snapshot: &Snapshot<'_>, list: &[u8]) -> Result<(), CompactListError> {
    let list = CompactList::read(list)?;
    let mut opposed = snapshot.opposed.iter().peekable();
    for card in snapshot.issued {
        let expected = match opposed.next_if_eq(&card) {
            Some(_) => Answer::Opposed,
            None => Answer::NotOpposed,
        };
        if list.answer(*card) != expected {
            return Err(CompactListError::Wrong { card_number: *card });
        }
    }
    Ok(())
}
