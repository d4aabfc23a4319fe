//! `make drill`: the long reliability runs, with the scenarios' own installations and checks. Each is some minutes of faults
//! at random moments; it prints what it does and at its end one line with its figures, which also go to
//! `target/drill/results.json`, and fails where a promise was broken.
//!
//! `ONLY` names one, `ROUNDS` and `SECONDS` lengthen each, `SEED` gives the moments and choices of an earlier run again
//! (not its threads' turns).

mod chance;
mod cut;
mod kill;
mod load;
mod report;
mod restore;
mod signer;
mod site;
mod soak;
mod stock;

use std::path::PathBuf;

use acceptance::harness::target_folder;

use chance::Chance;
use report::{Report, merge, say};

/// A run, and how often or how long it goes where nobody says.
struct Drill {
    name: &'static str,
    run: fn(&mut Conditions) -> Vec<Report>,
}

/// In the order in which they run: the last one stops the database server of the others.
const DRILLS: &[Drill] = &[
    Drill { name: kill::NAME, run: kill::run },
    Drill { name: signer::NAME, run: signer::run },
    Drill { name: soak::NAME, run: soak::run },
    Drill { name: restore::NAME, run: restore::run },
    Drill { name: cut::NAME, run: cut::run },
];

/// Under what a drill runs.
struct Conditions {
    chance: Chance,
    rounds: Option<u64>,
    seconds: Option<u64>,
}

#[test]
#[ignore = "a quarter of an hour, and alone on the database server: make drill"]
fn what_is_promised_holds_under_minutes_of_faults() {
    let number = |name: &str| {
        let text = std::env::var(name).unwrap_or_default();
        (!text.is_empty())
            .then(|| text.parse::<u64>().unwrap_or_else(|_| panic!("{name} is a whole number: {text}")))
    };
    let only = std::env::var("DRILL_ONLY").unwrap_or_default();
    let known: Vec<_> = DRILLS.iter().map(|drill| drill.name).collect();
    assert!(
        only.is_empty() || known.contains(&&*only),
        "no drill is called {only}; there are {}",
        known.join(", ")
    );
    let seed = number("DRILL_SEED").unwrap_or_else(Chance::new_seed);
    say(&format!("seed {seed}: SEED={seed} gives it again"));
    let mut broken = 0;
    for drill in DRILLS.iter().filter(|drill| only.is_empty() || drill.name == only) {
        // Each begins at the seed, so that one of them alone is the same as among the others.
        let (rounds, seconds) = (number("DRILL_ROUNDS"), number("DRILL_SECONDS"));
        let mut conditions = Conditions { chance: Chance::from(seed), rounds, seconds };
        let reports = (drill.run)(&mut conditions);
        broken += reports.iter().filter(|report| !report.holds()).count();
        merge(&results(), drill.name, seed, &reports);
    }
    assert_eq!(broken, 0, "promises were broken; the lines above say which");
}

/// `drill/results.json` in the folder that cargo builds into.
fn results() -> PathBuf {
    target_folder().join("drill/results.json")
}
