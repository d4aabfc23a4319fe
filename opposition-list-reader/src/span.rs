//! Which numbers the list covers.

use crate::LARGEST_CARD_NUMBER;
use crate::header::Malformed;
use crate::octets::take;

/// A span takes its first and its last number, of eight octets each.
pub(crate) const SPAN_OCTETS: usize = 16;

/// The most spans of a list.
pub(crate) const MAX_SPANS: u16 = 4096;

/// Card numbers from `first` to `last`, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The smallest number.
    pub first: u64,
    /// The largest number.
    pub last: u64,
}

/// The spans of a list, ascending.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spans<'a> {
    octets: &'a [[u8; SPAN_OCTETS]],
    numbers: u64,
}

impl<'a> Spans<'a> {
    /// `octets` are whole spans.
    pub(crate) fn read(octets: &'a [u8], issued: u32) -> Result<Self, Malformed> {
        let (octets, rest) = octets.as_chunks();
        debug_assert!(rest.is_empty(), "whole spans");
        let mut spans = Self { octets, numbers: 0 };
        let mut free_from = 0;
        for span in spans.iter() {
            if span.first < free_from || span.last < span.first || span.last > LARGEST_CARD_NUMBER {
                return Err(Malformed::Field("spans"));
            }
            spans.numbers += span.last - span.first + 1;
            free_from = span.last + 2; // one that touches would be the same span
        }
        match spans.numbers < u64::from(issued) {
            true => Err(Malformed::Field("spans")),
            false => Ok(spans),
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Span> + use<'a> {
        self.octets.iter().map(Span::of)
    }

    /// How many numbers lie in them.
    pub(crate) fn numbers(&self) -> u64 {
        self.numbers
    }

    pub(crate) fn contain(&self, number: u64) -> bool {
        let after = self.octets.partition_point(|span| Span::of(span).first <= number);
        let below = after.checked_sub(1).and_then(|at| self.octets.get(at));
        below.is_some_and(|span| number <= Span::of(span).last)
    }
}

impl Span {
    fn of(octets: &[u8; SPAN_OCTETS]) -> Self {
        let half = |octets| take(octets).map_or(0, |(number, _)| u64::from_be_bytes(number));
        Self { first: half(octets), last: half(octets.get(8..).unwrap_or_default()) }
    }
}
