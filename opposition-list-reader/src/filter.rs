//! A ribbon filter: for each key that was put in, the bits that were put in with it; for any other key, some bits.
//!
//! The bits stand in columns of `rows` bits each. A key's digest chooses a row to start at and 128 coefficients; its
//! bit in a column is the parity of those bits of the column, from that row on, whose coefficient is one.

use sha2::{Digest, Sha256};

use crate::header::Malformed;

/// How many bits of a column a key looks at, and so the fewest a column has.
pub(crate) const WINDOW: u32 = 128;

/// The most columns of the approximate filter.
pub(crate) const MAX_FINGERPRINT_BITS: u16 = 32;

/// The filter that the opposed cards match, and few others. Goes into the digest.
pub(crate) const APPROXIMATE: u8 = 1;

/// The filter that tells the opposed cards from the few others. Goes into the digest.
pub(crate) const EXACT: u8 = 2;

/// One filter, where it lies.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Filter<'a> {
    tag: u8,
    rows: u32,
    columns: &'a [u8],
    column_octets: usize,
}

/// What the digest of a key says.
struct Equation {
    start: u64,
    coefficients: u128,
    fingerprint: u32,
}

impl<'a> Filter<'a> {
    /// The filter at the front of `octets`, and what follows it.
    pub(crate) fn read(
        tag: u8,
        octets: &'a [u8],
        rows: u32,
        columns: u16,
    ) -> Result<(Self, &'a [u8]), Malformed> {
        let column_octets = usize::try_from(rows.div_ceil(8)).map_err(|_| Malformed::Length)?;
        let length = column_octets.checked_mul(usize::from(columns)).ok_or(Malformed::Length)?;
        let (columns, rest) = octets.split_at_checked(length).ok_or(Malformed::Length)?;
        Ok((Self { tag, rows, columns, column_octets }, rest))
    }

    /// Whether the key's bits are those of its own fingerprint. A filter without columns holds nobody back.
    pub(crate) fn matches_fingerprint(&self, salt: &[u8; 16], key: u64) -> bool {
        if self.column_octets == 0 {
            return true;
        }
        let equation = self.equation(salt, key);
        let mut columns = self.columns.chunks_exact(self.column_octets).enumerate();
        columns.all(|(at, column)| equation.bit(column) == (equation.fingerprint >> at & 1 == 1))
    }

    /// Whether the key's bit in the only column is one.
    pub(crate) fn says_one(&self, salt: &[u8; 16], key: u64) -> bool {
        self.column_octets != 0 && self.equation(salt, key).bit(self.columns)
    }

    fn equation(&self, salt: &[u8; 16], key: u64) -> Equation {
        let mut hash = Sha256::new();
        hash.update(salt);
        hash.update([self.tag]);
        hash.update(key.to_be_bytes());
        let digest: [u8; 32] = hash.finalize().into();
        let number =
            |octets: &[u8]| octets.iter().fold(0, |number: u128, octet| number << 8 | u128::from(*octet));
        let (coefficients, rest) = digest.split_at(16);
        let (start, rest) = rest.split_at(8);
        let (fingerprint, _) = rest.split_at(4);
        let starts = u128::from(self.rows.saturating_sub(WINDOW - 1));
        Equation {
            coefficients: number(coefficients) | 1,
            // Less than `starts`, which is less than 2^32.
            start: ((number(start) * starts) >> 64) as u64,
            fingerprint: number(fingerprint) as u32,
        }
    }
}

impl Equation {
    /// The key's bit in a column.
    fn bit(&self, column: &[u8]) -> bool {
        let (first, shift) = ((self.start / 8) as usize, (self.start % 8) as u32);
        let octets = column.get(first..).unwrap_or_default();
        // Bits 0 to 127 of the window, from octets 0 to 15 and, where it begins within an octet, the 17th.
        let (mut low, mut high) = ([0; 16], 0);
        for (to, from) in low.iter_mut().zip(octets) {
            *to = *from;
        }
        if let Some(octet) = octets.get(16) {
            high = u128::from(*octet);
        }
        let window = u128::from_le_bytes(low) >> shift | high.checked_shl(128 - shift).unwrap_or(0);
        (window & self.coefficients).count_ones() % 2 == 1
    }
}
