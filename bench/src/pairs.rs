//! Two things measured alternately, A B A B…, so that what else the machine does falls on both.

use std::time::{Duration, Instant};

use crate::cpu;

/// How often each side runs.
pub const PAIRS: usize = 7;

/// One run of one side.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// How many operations it made.
    pub operations: u64,
    /// Wall time of them.
    pub wall: Duration,
    /// CPU time of them, every process that worked counted.
    pub cpu: Duration,
}

impl Sample {
    /// Measures `run`, which says how many operations it made.
    pub fn of(run: impl FnOnce() -> u64) -> Self {
        let cpu_before = cpu::used();
        let began = Instant::now();
        let operations = run();
        Self { operations, wall: began.elapsed(), cpu: cpu::used().saturating_sub(cpu_before) }
    }

    /// Operations a second.
    pub fn rate(&self) -> f64 {
        self.operations as f64 / self.wall.as_secs_f64()
    }

    /// Microseconds of CPU an operation.
    pub fn cpu_micros(&self) -> f64 {
        self.cpu.as_secs_f64() * 1e6 / self.operations as f64
    }
}

/// Both sides, pair by pair; what one run gave is a `T`, as a [`Sample`].
#[derive(Debug)]
pub struct Pairs<T>(Vec<(T, T)>);

/// Runs both sides in turn. Each is run once before, unmeasured, so that neither pays for a cold start.
pub fn measure<T>(mut ours: impl FnMut() -> T, mut yardstick: impl FnMut() -> T) -> Pairs<T> {
    ours();
    yardstick();
    Pairs((0..PAIRS).map(|_| (ours(), yardstick())).collect())
}

impl<T> Pairs<T> {
    /// The median over the pairs of `f(ours) / f(yardstick)`.
    pub fn ratio(&self, f: impl Fn(&T) -> f64) -> f64 {
        median(self.0.iter().map(|(ours, yardstick)| f(ours) / f(yardstick)))
    }

    /// The median of `f` over our runs, and over the yardstick's.
    pub fn medians(&self, f: impl Fn(&T) -> f64) -> (f64, f64) {
        (median(self.0.iter().map(|(ours, _)| f(ours))), median(self.0.iter().map(|(_, other)| f(other))))
    }
}

/// The middle value of an odd number, the mean of the two in the middle of an even one.
pub fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle] } else { f64::midpoint(values[middle - 1], values[middle]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ratio_is_the_median_of_the_pairs_and_not_of_the_sides() {
        let sample = |operations| Sample { operations, wall: Duration::from_secs(1), cpu: Duration::ZERO };
        let pairs = Pairs([(1, 2), (30, 10), (4, 4)].map(|(a, b)| (sample(a), sample(b))).to_vec());
        assert!((pairs.ratio(Sample::rate) - 1.0).abs() < 1e-9);
        assert_eq!(pairs.medians(Sample::rate), (4.0, 4.0));
    }
}
