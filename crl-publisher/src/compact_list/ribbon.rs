//! A ribbon filter (Dillinger and Walzer, "Ribbon filter: practically smaller than Bloom and Xor", 2021): columns
//! of bits in which each key finds the bits that were given with it. Finding such columns is solving one linear
//! equation over GF(2) a key; each has coefficients in 128 neighbouring rows only, so elimination goes row by row.

use super::equation::{Equation, WINDOW, low};

/// Solved.
#[derive(Debug)]
pub(super) struct Ribbon {
    rows: u32,
    bits: u16,
    /// Of each row, its bit in every column: bit k is column k's.
    solution: Vec<u32>,
}

/// How many rows are tried for so many keys: a 32nd more than keys, and a 64th again with each attempt.
pub(super) fn rows(keys: usize, attempt: u8) -> u32 {
    let rows = keys + keys / 32 + keys / 64 * usize::from(attempt) + WINDOW as usize;
    u32::try_from(rows).expect("at most 2^30 cards, and half as many rows again")
}

impl Ribbon {
    /// Of no rows and no columns.
    pub(super) fn empty() -> Self {
        Self { rows: 0, bits: 0, solution: Vec::new() }
    }

    /// The columns in which each equation finds the lowest `bits` bits of what stands beside it; nothing where two
    /// equations contradict each other.
    pub(super) fn solve(
        rows: u32,
        bits: u16,
        equations: impl Iterator<Item = (Equation, u32)>,
    ) -> Option<Self> {
        // Of each row, the one equation that begins there: no coefficients where there is none yet.
        let mut band = vec![(0_u128, 0_u32); rows as usize];
        for (equation, wanted) in equations {
            let (mut at, mut coefficients, mut wanted) = (equation.start, equation.coefficients, wanted);
            while coefficients != 0 {
                let (known, result) = band[at];
                if known == 0 {
                    band[at] = (coefficients, wanted);
                    break;
                }
                coefficients ^= known;
                wanted ^= result;
                if coefficients != 0 {
                    at += coefficients.trailing_zeros() as usize;
                    coefficients >>= coefficients.trailing_zeros();
                }
            }
            // Nothing is left of an equation that follows from others: what it wanted must follow as well.
            if coefficients == 0 && low(wanted, bits) != 0 {
                return None;
            }
        }
        Some(Self { rows, bits, solution: substitute(&band, bits) })
    }

    pub(super) fn rows(&self) -> u32 {
        self.rows
    }

    /// The bits that an equation finds, one for each column.
    pub(super) fn bits_of(&self, equation: &Equation) -> u32 {
        let window = self.solution.iter().skip(equation.start).take(WINDOW as usize).enumerate();
        window.fold(0, |found, (at, bits)| match equation.coefficients >> at & 1 {
            1 => found ^ bits,
            _ => found,
        })
    }

    /// Column after column, each of whole octets: bit `i % 8` of octet `i / 8` is row i's.
    pub(super) fn write_columns(&self, list: &mut Vec<u8>) {
        for column in 0..self.bits {
            let octet = |rows: &[u32]| {
                rows.iter()
                    .enumerate()
                    .fold(0, |octet, (at, bits)| octet | ((bits >> column & 1) as u8) << at)
            };
            list.extend(self.solution.chunks(8).map(octet));
        }
    }
}

/// From the last row to the first: each row's bits are what its equation wants, less what it finds in the rows after
/// it. A row without an equation may be anything, and is zero.
fn substitute(band: &[(u128, u32)], bits: u16) -> Vec<u32> {
    let mut solution = vec![0; band.len()];
    // Of each column, the 128 rows after this one; bit 0 is the next row.
    let mut after = vec![0_u128; usize::from(bits)];
    for (at, (coefficients, wanted)) in band.iter().enumerate().rev() {
        for (column, after) in after.iter_mut().enumerate() {
            let found = ((coefficients >> 1) & *after).count_ones() & 1;
            let bit = if *coefficients == 0 { 0 } else { (wanted >> column & 1) ^ found };
            solution[at] |= bit << column;
            *after = *after << 1 | u128::from(bit);
        }
    }
    solution
}
