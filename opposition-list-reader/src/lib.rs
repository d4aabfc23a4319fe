//! Reads the compact opposition list, `oppositions/full.bin`: is this card opposed, without a network?
//!
//! The list is exact for every card number that had been given when it was made, and says which numbers those are
//! (decision record 0018 has the layout, octet by octet). It is read where it lies: nothing is copied or allocated,
//! every length is checked before it is used, and no octets make it panic.
//!
//! **Verify its detached signature first** (`openssl cms -verify`, see `docs/opposition-lists.md`): this crate asks
//! whether the octets are a list, not whose list they are.
//!
//! ```no_run
//! use opposition_list_reader::{Answer, CompactList};
//!
//! let octets = std::fs::read("full.bin")?;
//! let list = CompactList::read(&octets)?;
//! match list.answer(2_600_000_017) {
//!     Answer::Opposed => println!("refuse this card"),
//!     Answer::NotOpposed => println!("not opposed at sequence {}", list.sequence()),
//!     Answer::NotCovered => println!("not given when the list was made: ask on line"),
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod filter;
mod header;
mod octets;
mod span;
#[cfg(test)]
mod tests;

use filter::{APPROXIMATE, EXACT, Filter};
use header::Header;
use span::{SPAN_OCTETS, Spans};

pub use header::Malformed;
pub use span::Span;

/// The largest card number: ten digits.
pub const LARGEST_CARD_NUMBER: u64 = 9_999_999_999;

/// A compact opposition list. Borrows the octets it was read from.
#[derive(Clone, Copy, Debug)]
pub struct CompactList<'a> {
    header: Header,
    spans: Spans<'a>,
    approximate: Filter<'a>,
    exact: Filter<'a>,
}

/// What the list says of a card number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The card is opposed. This never changes again.
    Opposed,
    /// The card was not opposed when the list was made.
    NotOpposed,
    /// The number had not been given when the list was made: the card is newer than the list, or there is no such
    /// card. Whoever cannot ask on line decides as for a card that he cannot check.
    NotCovered,
}

impl<'a> CompactList<'a> {
    /// Reads a whole list: too few octets are refused, and so are too many.
    pub fn read(octets: &'a [u8]) -> Result<Self, Malformed> {
        let (header, rest) = Header::read(octets)?;
        let spans_octets = usize::from(header.spans) * SPAN_OCTETS;
        let (spans, rest) = rest.split_at_checked(spans_octets).ok_or(Malformed::Length)?;
        let spans = Spans::read(spans, header.issued)?;
        let (approximate, rest) =
            Filter::read(APPROXIMATE, rest, header.approximate_rows, header.fingerprint_bits)?;
        let exact_columns = u16::from(header.exact_rows != 0);
        let (exact, rest) = Filter::read(EXACT, rest, header.exact_rows, exact_columns)?;
        match rest {
            [] => Ok(Self { header, spans, approximate, exact }),
            _ => Err(Malformed::Length),
        }
    }

    /// What the list says of this card number. For a number that was given when the list was made, it is exact.
    ///
    /// A number that lies in a span of the list and was not given then may get either answer; there is none such
    /// where [`Self::coverage_is_exact`], as on every list whose card numbers were drawn one after the other.
    pub fn answer(&self, card_number: u64) -> Answer {
        if !self.spans.contain(card_number) {
            return Answer::NotCovered;
        }
        let salt = &self.header.salt;
        let opposed = self.header.opposed > 0
            && self.approximate.matches_fingerprint(salt, card_number)
            && self.exact.says_one(salt, card_number);
        if opposed { Answer::Opposed } else { Answer::NotOpposed }
    }

    /// The newest opposition on it; zero where no card is opposed. A list of a lower sequence than one already
    /// known is an older one: do not go back to it.
    pub fn sequence(&self) -> u64 {
        self.header.sequence
    }

    /// When it was made, in seconds since 1970-01-01T00:00:00Z.
    pub fn produced_at(&self) -> u64 {
        self.header.produced_at
    }

    /// When a newer one will have been made, at the latest, in seconds since 1970-01-01T00:00:00Z. After it,
    /// [`Answer::NotOpposed`] says what was true then, and no more.
    pub fn next_update(&self) -> u64 {
        self.header.next_update
    }

    /// How many card numbers had been given.
    pub fn issued(&self) -> u32 {
        self.header.issued
    }

    /// How many of these cards are opposed.
    pub fn opposed(&self) -> u32 {
        self.header.opposed
    }

    /// SHA-256 over the numbers that had been given, ascending, each as eight octets, most significant first.
    pub fn population_digest(&self) -> &[u8; 32] {
        &self.header.population_digest
    }

    /// The numbers that had been given lie in these spans, which ascend and neither overlap nor touch.
    pub fn spans(&self) -> impl Iterator<Item = Span> + 'a {
        self.spans.iter()
    }

    /// Whether every number in the spans had been given, so that no number gets an answer by chance.
    pub fn coverage_is_exact(&self) -> bool {
        self.spans.numbers() == u64::from(self.header.issued)
    }
}
