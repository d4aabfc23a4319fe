//! What a drill says: lines while it runs, one at its end, and an entry in `results.json`.

use std::fmt::{self, Display};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::Instant;

use serde_json::{Map, Value, json};

/// One run of a drill.
pub struct Report {
    name: &'static str,
    what: String,
    started: Instant,
    took: f64,
    figures: Vec<(String, Value)>,
    broken: Vec<String>,
}

impl Report {
    /// Begins one; `what` is done, and where.
    pub fn begin(name: &'static str, what: impl Into<String>) -> Self {
        let report = Self {
            name,
            what: what.into(),
            started: Instant::now(),
            took: 0.0,
            figures: vec![],
            broken: vec![],
        };
        report.says("begins");
        report
    }

    /// A line while it runs.
    pub fn says(&self, line: impl Display) {
        say(&format!(
            "{} | {} | {:.0} s | {line}",
            self.name,
            self.what,
            self.started.elapsed().as_secs_f64()
        ));
    }

    /// One figure, with its unit in its name.
    pub fn figure(&mut self, name: &str, value: impl Into<Value>) {
        self.figures.push((name.to_owned(), value.into()));
    }

    /// Seconds, with two decimals.
    pub fn seconds(&mut self, name: &str, seconds: f64) {
        self.figure(&format!("{name}, s"), (seconds * 100.0).round() / 100.0);
    }

    /// A promise is broken where the list is not empty; the figure is its length.
    pub fn none(&mut self, name: &str, these: &[String]) {
        self.figure(name, these.len());
        if let Some(first) = these.first() {
            self.is_broken(format!(
                "{name}: {} ({first}{})",
                these.len(),
                if these.len() > 1 { ", …" } else { "" }
            ));
        }
    }

    /// A promise is broken where the figure is more than what was promised.
    pub fn at_most(&mut self, name: &str, seconds: f64, promised: f64) {
        self.seconds(name, seconds);
        if seconds > promised {
            self.is_broken(format!("{name}: {seconds:.2} s, promised {promised} s"));
        }
    }

    /// A promise that is kept where this does not panic.
    pub fn holds_where<T>(&mut self, promise: &str, check: impl FnOnce() -> T) -> Option<T> {
        match catch_unwind(AssertUnwindSafe(check)) {
            Ok(value) => Some(value),
            Err(panic) => {
                let said = panic.downcast_ref::<String>().cloned();
                let said = said.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
                self.is_broken(format!("{promise}: {}", said.unwrap_or_default().trim()));
                None
            }
        }
    }

    fn is_broken(&mut self, how: String) {
        self.says(format!("BROKEN: {how}"));
        self.broken.push(how);
    }

    /// Runs the whole of a drill: a panic in it is a promise that is broken. Says its last line.
    pub fn of(mut self, drill: impl FnOnce(&mut Self)) -> Self {
        let panicked = catch_unwind(AssertUnwindSafe(|| drill(&mut self))).err();
        if let Some(panic) = panicked {
            self.holds_where("it comes to its end", || std::panic::resume_unwind(panic));
        }
        self.took = self.started.elapsed().as_secs_f64();
        say(&self.to_string());
        self
    }

    /// Whether every promise was kept.
    pub fn holds(&self) -> bool {
        self.broken.is_empty()
    }

    fn entry(&self, seed: u64) -> Value {
        json!({
            "id": self.name,
            "what": self.what,
            "seed": seed,
            "seconds": self.took.round(),
            "figures": self.figures.iter().cloned().collect::<Map<_, _>>(),
            "broken": self.broken,
            "holds": self.holds(),
        })
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let figures: Vec<_> = self.figures.iter().map(|(name, value)| format!("{name} {value}")).collect();
        let word = if self.holds() { "holds" } else { "FAILED" };
        write!(f, "{} | {} | {:.0} s | {} | {word}", self.name, self.what, self.took, figures.join("; "))
    }
}

/// Writes the reports in the place of those of this drill that an earlier run left in `file`.
pub fn merge(file: &Path, name: &str, seed: u64, reports: &[Report]) {
    let earlier = std::fs::read_to_string(file).unwrap_or_default();
    let mut all: Vec<Value> = serde_json::from_str(&earlier).unwrap_or_default();
    all.retain(|entry| entry["id"] != name);
    all.extend(reports.iter().map(|report| report.entry(seed)));
    let text = serde_json::to_string_pretty(&all).expect("figures are plain data");
    std::fs::create_dir_all(file.parent().expect("it stands in a folder"))
        .expect("the target folder can be written");
    std::fs::write(file, text + "\n").expect("the target folder can be written");
}

/// A line to stdout: `make drill` has the test runner keep nothing back.
#[expect(clippy::print_stdout, reason = "the runner of the tests captures it, that of the drills does not")]
pub fn say(line: &str) {
    println!("{line}");
}

#[test]
fn a_promise_that_is_broken_is_said_and_a_drill_that_runs_again_replaces_its_own_entries_only() {
    let kept = Report::begin("kept", "nothing").of(|report| report.none("lost", &[]));
    let broken = Report::begin("broken", "much").of(|report| {
        report.none("lost", &["a card".to_owned()]);
        report.at_most("recovery", 2.0, 1.0);
        report.holds_where("it is whole", || panic!("it is not"));
        panic!("and it did not come to its end");
    });
    assert!(kept.holds() && !broken.holds());
    assert!(kept.to_string().ends_with("s | lost 0 | holds"), "{kept}");
    assert!(broken.to_string().ends_with("s | lost 1; recovery, s 2.0 | FAILED"), "{broken}");
    assert_eq!(broken.broken.len(), 4, "{:?}", broken.broken);

    let folder = acceptance::harness::folder();
    let file = folder.path().join("drill/results.json");
    let read = || -> Vec<Value> { serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap() };
    merge(&file, "kept", 7, &[kept]);
    merge(&file, "broken", 7, &[broken]);
    merge(&file, "kept", 8, &[Report::begin("kept", "nothing").of(|_| ())]);
    let seen: Vec<_> = read().iter().map(|entry| (entry["id"].clone(), entry["seed"].clone())).collect();
    assert_eq!(seen, [(json!("broken"), json!(7)), (json!("kept"), json!(8))]);
    assert_eq!(read()[0]["holds"], false);
}
