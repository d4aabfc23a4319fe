//! What a card number means to a filter: where its row begins, which bits it looks at, its fingerprint.

use sha2::{Digest, Sha256};

/// How many bits of a column a card looks at.
pub(super) const WINDOW: u32 = 128;

/// Sixteen octets that tell one list's digests from another's.
#[derive(Clone, Copy, Debug)]
pub(super) struct Salt(pub(super) [u8; 16]);

/// Which of the two filters; goes into the digest.
#[derive(Clone, Copy, Debug)]
pub(super) enum Tag {
    Approximate = 1,
    Exact = 2,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Equation {
    pub(super) start: usize,
    /// Bit 0 is one, and belongs to the row at `start`.
    pub(super) coefficients: u128,
    /// All 32 bits of it.
    pub(super) fingerprint: u32,
}

impl Equation {
    /// Of SHA-256 over salt, tag and card number, most significant octets first: 16 octets of coefficients, 8 that
    /// choose a start, 4 of fingerprint. A filter of no rows has no starts, and nobody looks.
    pub(super) fn of(salt: &Salt, tag: Tag, card: u64, rows: u32) -> Self {
        let mut hash = Sha256::new();
        hash.update(salt.0);
        hash.update([tag as u8]);
        hash.update(card.to_be_bytes());
        let digest: [u8; 32] = hash.finalize().into();
        let coefficients = u128::from_be_bytes(std::array::from_fn(|at| digest[at]));
        let choice = u64::from_be_bytes(std::array::from_fn(|at| digest[16 + at]));
        let starts = u128::from((rows + 1).saturating_sub(WINDOW));
        Self {
            start: ((u128::from(choice) * starts) >> 64) as usize,
            coefficients: coefficients | 1,
            fingerprint: u32::from_be_bytes(std::array::from_fn(|at| digest[24 + at])),
        }
    }
}

/// The lowest `bits` bits: one for each column.
pub(super) fn low(value: u32, bits: u16) -> u32 {
    u32::try_from(u64::from(value) & ((1 << bits) - 1)).expect("32 bits at most")
}
