//! Which certificates relying parties ask about.

use crate::stored::{never_issued_tail, serial_tail};

/// How often a certificate is asked about that was never issued: one in so many.
const NEVER_ISSUED: u64 = 100;

/// How they are spread over all there are.
#[derive(Clone, Copy, Debug)]
pub enum Spread {
    /// Each as often as any other.
    Uniform,
    /// The k-th as often as 1/k (Zipf's law, its exponent 1), in the continuous form: k = N^u for an even u.
    Zipf,
}

impl Spread {
    /// As a figure says it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Uniform => "uniformly",
            Self::Zipf => "by Zipf",
        }
    }
}

/// Draws, each the last eight octets of a serial number. Two with the same seed draw the same.
#[derive(Clone, Debug)]
pub struct Draw {
    spread: Spread,
    certificates: u64,
    state: u64,
}

impl Draw {
    /// Over so many certificates.
    pub fn new(spread: Spread, certificates: u64, seed: u64) -> Self {
        Self { spread, certificates, state: seed }
    }

    /// The next certificate that was issued, by its number.
    pub fn certificate(&mut self) -> u64 {
        match self.spread {
            Spread::Uniform => self.below(self.certificates),
            Spread::Zipf => {
                let even = self.next() as f64 / u64::MAX as f64;
                let rank = ((self.certificates as f64).powf(even) as u64).clamp(1, self.certificates) - 1;
                // Those that are asked about most do not stand beside each other; the factor is a prime.
                rank * 2_654_435_761 % self.certificates
            }
        }
    }

    /// The next serial number: one in a hundred is nobody's.
    pub fn tail(&mut self) -> u64 {
        let nobodys = self.below(NEVER_ISSUED) == 0;
        let certificate = self.certificate();
        if nobodys { never_issued_tail(certificate) } else { serial_tail(certificate) }
    }

    fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(bound)) >> 64) as u64
    }

    /// SplitMix64 (Steele, Lea, Flood, 2014).
    pub fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.state ^ self.state >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ mixed >> 31
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn by_zipf_the_first_is_asked_about_as_often_as_the_law_says_and_a_hundredth_is_nobodys() {
        let mut draw = Draw::new(Spread::Zipf, 1_000_000, 7);
        let mut seen = HashMap::new();
        (0..100_000).for_each(|_| *seen.entry(draw.tail()).or_insert(0_u32) += 1);
        // ln 2 / ln 1 000 000 of the draws.
        let first = seen[&serial_tail(0)];
        assert!((4_500..5_500).contains(&first), "{first}");
        let mut draw = Draw::new(Spread::Uniform, 1_000, 7);
        let nobodys: Vec<u64> = (0..1_000).map(never_issued_tail).collect();
        let count = (0..10_000).filter(|_| nobodys.contains(&draw.tail())).count();
        assert!((60..140).contains(&count), "{count}");
    }
}
