//! `make bench`: the figures of this program, each beside a yardstick that runs alternately in the same
//! minute on the same machine. A benchmark is not a test: it exits 0 where a goal is missed, and says so.
//!
//! `bench [ID…]` runs all of them, or those named (`P4`). A line a figure goes to stdout, and all of them to
//! `target/bench/results.json`; those of an earlier run that were not run again are kept.

#![allow(unreachable_pub, reason = "a program has no outside: pub means the rest of the program")]

mod child;
mod cpu;
mod crl;
mod installation;
mod issuance;
mod outcome;
mod pairs;
mod queue;
mod register;
mod signer_child;
mod status;
mod stored;

use std::path::PathBuf;
use std::process::ExitCode;

use installation::Installation;
use outcome::{Outcome, merge};

/// A benchmark: what it is called, by its number among the goals where it has one, and what runs it.
struct Benchmark {
    id: &'static str,
    run: fn(&Installation) -> Vec<Outcome>,
}

const BENCHMARKS: &[Benchmark] = &[
    Benchmark { id: "P1", run: status::answers::run },
    Benchmark { id: "P2", run: status::nonce::run },
    Benchmark { id: "P4", run: issuance::batch::run },
    Benchmark { id: "P5", run: issuance::full_store::run },
    Benchmark { id: "P6", run: crl::full::run },
    Benchmark { id: "P7", run: crl::delta::run },
    Benchmark { id: "P8", run: status::opposition::run },
    Benchmark { id: "P9", run: status::memory::run },
    Benchmark { id: "P10", run: status::cold_start::run },
    Benchmark { id: "P11", run: register::run },
    Benchmark { id: "P12", run: status::crowd::run },
    Benchmark { id: "P13", run: queue::run },
    Benchmark { id: "AHEAD", run: status::answers::run_ahead },
    Benchmark { id: issuance::relint::ID, run: issuance::relint::run },
];

/// The processes that this program starts of itself, apart from the signer's.
const ROLES: &[child::Role] =
    &[status::BARE, status::RESPONDER, status::ON_POSTGRESQL, crl::PUBLISHER, register::IMPORTER];

fn main() -> ExitCode {
    let mut wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.is_empty()).collect();
    if let Some(code) = signer_child::run(&wanted).or_else(|| child::run(ROLES, &wanted)) {
        return code;
    }
    wanted.iter_mut().for_each(|id| id.make_ascii_uppercase());
    if let Some(unknown) = wanted.iter().find(|id| !BENCHMARKS.iter().any(|known| known.id == **id)) {
        let known: Vec<_> = BENCHMARKS.iter().map(|benchmark| benchmark.id).collect();
        say(&format!("no benchmark is called {unknown}; there are {}", known.join(", ")));
        return ExitCode::from(2);
    }
    if let Some(code) = installation::in_child() {
        return code;
    }
    let (file, installation) = (results_file(), Installation::make());
    for benchmark in
        BENCHMARKS.iter().filter(|known| wanted.is_empty() || wanted.iter().any(|id| id == known.id))
    {
        let outcomes = (benchmark.run)(&installation);
        for outcome in &outcomes {
            say(&outcome.to_string());
        }
        merge(&file, benchmark.id, outcomes);
    }
    ExitCode::SUCCESS
}

/// `results.json` in the folder `bench` of the target folder this program was built into.
fn results_file() -> PathBuf {
    let program = std::env::current_exe().expect("a program knows its own file");
    let target = program.ancestors().nth(2).expect("cargo builds into target/<profile>/");
    target.join("bench/results.json")
}

fn say(line: &str) {
    use std::io::Write;
    // Where stdout is closed nobody reads.
    let _ = writeln!(std::io::stdout(), "{line}");
}
