//! A figure, its yardstick and its goal, as `results.json` holds them.

use std::fmt;
use std::path::Path;

use serde::{Deserialize, Serialize};

/// As a goal is written that there is none of.
const NO_GOAL: &str = "none";

/// What the ratio must be to hold.
#[derive(Clone, Copy, Debug)]
pub enum Goal {
    /// At least this: a rate.
    AtLeast(f64),
    /// At most this: a cost.
    AtMost(f64),
    /// Printed beside another figure; there is no goal for it.
    None,
}

impl Goal {
    fn holds(self, ratio: f64) -> bool {
        match self {
            Self::AtLeast(goal) => ratio >= goal,
            Self::AtMost(goal) => ratio <= goal,
            Self::None => true,
        }
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtLeast(goal) => write!(f, ">= {goal:.2}"),
            Self::AtMost(goal) => write!(f, "<= {goal:.2}"),
            Self::None => f.write_str(NO_GOAL),
        }
    }
}

/// One figure.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Outcome {
    /// The figure of `goals.md` it answers.
    pub id: String,
    /// What was measured, with threads, sessions and database.
    pub what: String,
    /// Ours.
    pub ours: f64,
    /// The yardstick's, in the same run.
    pub yardstick: f64,
    /// The unit of both.
    pub unit: String,
    /// The median over the pairs of ours to the yardstick's.
    pub ratio: f64,
    /// What the ratio must be.
    pub goal: String,
    /// How many pairs were run.
    pub pairs: usize,
    /// Whether it is.
    pub holds: bool,
}

impl Outcome {
    /// A figure with whether it holds.
    pub fn new(
        id: &str,
        what: String,
        unit: &str,
        (ours, yardstick): (f64, f64),
        ratio: f64,
        goal: Goal,
    ) -> Self {
        let round = |value: f64| (value * 1000.0).round() / 1000.0;
        Self {
            id: id.to_owned(),
            what,
            ours: round(ours),
            yardstick: round(yardstick),
            unit: unit.to_owned(),
            ratio: round(ratio),
            goal: goal.to_string(),
            pairs: crate::pairs::PAIRS,
            holds: goal.holds(ratio),
        }
    }

    /// Says that it was measured so often, and not in as many pairs as others.
    pub fn measured(self, pairs: usize) -> Self {
        Self { pairs, ..self }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, what, ours, yardstick, unit, ratio, goal, holds, .. } = self;
        let word = match (goal.as_str(), *holds) {
            (NO_GOAL, _) => "",
            (_, true) => "holds",
            (_, false) => "missed",
        };
        write!(
            f,
            "{id:<4} {word:<6} ratio {ratio:.3} (goal {goal})  ours {ours} {unit}, yardstick {yardstick} {unit}  {what}"
        )
    }
}

/// Writes `outcomes` in the place of those of `id` that an earlier run left in `file`.
pub fn merge(file: &Path, id: &str, outcomes: Vec<Outcome>) {
    let earlier = std::fs::read_to_string(file).unwrap_or_default();
    let mut all: Vec<Outcome> = serde_json::from_str(&earlier).unwrap_or_default();
    all.retain(|outcome| outcome.id != id);
    all.extend(outcomes);
    all.sort_by(|a, b| a.id.cmp(&b.id));
    let text = serde_json::to_string_pretty(&all).expect("figures are plain data");
    std::fs::create_dir_all(file.parent().expect("the file stands in a folder"))
        .expect("the target folder can be written");
    std::fs::write(file, text + "\n").expect("the target folder can be written");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(id: &str, ratio: f64) -> Outcome {
        Outcome::new(id, "what".into(), "1/s", (1.0, 2.0), ratio, Goal::AtLeast(0.6))
    }

    #[test]
    fn a_goal_that_is_missed_is_said() {
        assert!(outcome("P4", 0.6).holds);
        assert!(!outcome("P4", 0.59).holds);
        assert!(!Goal::AtMost(1.1).holds(1.2));
        assert!(outcome("P4", 0.5).to_string().contains("missed"));
    }

    #[test]
    fn a_benchmark_that_runs_again_replaces_its_own_figures_only() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("bench/results.json");
        merge(&file, "P5", vec![outcome("P5", 1.0)]);
        merge(&file, "P4", vec![outcome("P4", 0.5), outcome("P4", 0.7)]);
        merge(&file, "P4", vec![outcome("P4", 0.9)]);
        let all: Vec<Outcome> = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        let seen: Vec<_> = all.iter().map(|one| (one.id.as_str(), one.ratio)).collect();
        assert_eq!(seen, [("P4", 0.9), ("P5", 1.0)]);
    }
}
