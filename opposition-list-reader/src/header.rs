//! The first 100 octets: what the list is, of when, and how long its parts are.

use std::fmt;

use crate::filter::{MAX_FINGERPRINT_BITS, WINDOW};
use crate::octets::take;
use crate::span::MAX_SPANS;

const MAGIC: [u8; 7] = *b"OPPLIST";
const VERSION: u8 = 1;

/// Every field, as it stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Header {
    pub(crate) sequence: u64,
    pub(crate) produced_at: u64,
    pub(crate) next_update: u64,
    pub(crate) issued: u32,
    pub(crate) opposed: u32,
    pub(crate) population_digest: [u8; 32],
    pub(crate) salt: [u8; 16],
    pub(crate) approximate_rows: u32,
    pub(crate) exact_rows: u32,
    pub(crate) spans: u16,
    pub(crate) fingerprint_bits: u16,
}

/// Octets that are no compact opposition list of this version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Malformed {
    /// They do not begin as one.
    Magic,
    /// They are of a version that this reader does not know.
    Version(u8),
    /// They are fewer or more than the header says.
    Length,
    /// A field of the header contradicts another or its bounds.
    Field(&'static str),
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Magic => f.write_str("no compact opposition list"),
            Self::Version(version) => {
                write!(f, "a compact opposition list of version {version}, not {VERSION}")
            }
            Self::Length => {
                f.write_str("a compact opposition list that was cut, or has octets after its end")
            }
            Self::Field(field) => {
                write!(f, "a compact opposition list whose {field} contradicts the rest of it")
            }
        }
    }
}

impl std::error::Error for Malformed {}

impl Header {
    /// The header, and what follows it.
    pub(crate) fn read(octets: &[u8]) -> Result<(Self, &[u8]), Malformed> {
        let (magic, octets) = take(octets).ok_or(Malformed::Magic)?;
        if magic != MAGIC {
            return Err(Malformed::Magic);
        }
        let ([version], octets) = take(octets).ok_or(Malformed::Length)?;
        if version != VERSION {
            return Err(Malformed::Version(version));
        }
        let (header, octets) = Self::fields(octets).ok_or(Malformed::Length)?;
        header.contradiction().map_or(Ok((header, octets)), |field| Err(Malformed::Field(field)))
    }

    fn fields(octets: &[u8]) -> Option<(Self, &[u8])> {
        let (sequence, octets) = take(octets)?;
        let (produced_at, octets) = take(octets)?;
        let (next_update, octets) = take(octets)?;
        let (issued, octets) = take(octets)?;
        let (opposed, octets) = take(octets)?;
        let (population_digest, octets) = take(octets)?;
        let (salt, octets) = take(octets)?;
        let (approximate_rows, octets) = take(octets)?;
        let (exact_rows, octets) = take(octets)?;
        let (spans, octets) = take(octets)?;
        let (fingerprint_bits, octets) = take(octets)?;
        let header = Self {
            sequence: u64::from_be_bytes(sequence),
            produced_at: u64::from_be_bytes(produced_at),
            next_update: u64::from_be_bytes(next_update),
            issued: u32::from_be_bytes(issued),
            opposed: u32::from_be_bytes(opposed),
            population_digest,
            salt,
            approximate_rows: u32::from_be_bytes(approximate_rows),
            exact_rows: u32::from_be_bytes(exact_rows),
            spans: u16::from_be_bytes(spans),
            fingerprint_bits: u16::from_be_bytes(fingerprint_bits),
        };
        Some((header, octets))
    }

    /// The first field that cannot be as it is.
    fn contradiction(&self) -> Option<&'static str> {
        let fits = |rows: u32| rows >= WINDOW;
        let nobody = self.opposed == 0;
        [
            ("next update", self.next_update >= self.produced_at),
            ("number of opposed cards", self.opposed <= self.issued),
            ("number of spans", self.spans <= MAX_SPANS && (self.spans == 0) == (self.issued == 0)),
            (
                "fingerprint",
                self.fingerprint_bits <= MAX_FINGERPRINT_BITS && !(nobody && self.fingerprint_bits > 0),
            ),
            (
                "approximate filter",
                if self.fingerprint_bits == 0 {
                    self.approximate_rows == 0
                } else {
                    fits(self.approximate_rows)
                },
            ),
            ("exact filter", if nobody { self.exact_rows == 0 } else { fits(self.exact_rows) }),
        ]
        .into_iter()
        .find_map(|(field, holds)| (!holds).then_some(field))
    }
}
