//! `report.json`: what a demonstration did, for anything outside to verify. Its schema is
//! `docs/report.schema.json`.

use std::path::Path;
use std::time::{Duration, Instant};

use serde::Serialize;
use store::Timestamp;

use crate::problem::Problem;
use crate::setup::file_problem;

/// The whole report.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Whether every step held.
    pub ok: bool,
    /// The program's version.
    pub version: &'static str,
    /// When the demonstration began.
    pub started_at: Timestamp,
    /// How long it took.
    pub took_ms: u64,
    /// The steps, in order; the last one is the one that failed, where one did.
    pub steps: Vec<StepReport>,
    /// Every card.
    pub cards: Vec<CardReport>,
    /// Every end-entity certificate.
    pub certificates: Vec<CertificateReport>,
    /// The newest CRL of each kind and authority.
    pub crls: Vec<CrlReport>,
    /// Where the roles listen.
    pub urls: Urls,
}

/// One step.
#[derive(Debug, Serialize)]
pub struct StepReport {
    /// Its name.
    pub name: &'static str,
    /// Whether it held.
    pub ok: bool,
    /// How long it took.
    pub took_ms: u64,
    /// What it did, or what failed, in a sentence.
    pub detail: String,
}

/// One card.
#[derive(Debug, Serialize)]
pub struct CardReport {
    /// Ten digits.
    pub number: String,
    /// `CPS`…
    pub kind: String,
    /// IdNat_PS.
    pub holder: String,
    /// Where its life stands.
    pub state: String,
    /// Serial numbers of its certificates.
    pub certificates: Vec<String>,
}

/// One certificate.
#[derive(Debug, Serialize)]
pub struct CertificateReport {
    /// Upper-case hexadecimal.
    pub serial: String,
    /// Identifier of its profile.
    pub profile: String,
    /// Short name of its authority.
    pub issuer: String,
    /// `good` or `revoked`.
    pub status: String,
    /// RFC 5280 reason, where revoked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// One CRL.
#[derive(Debug, Serialize)]
pub struct CrlReport {
    /// Short name of its authority.
    pub id: String,
    /// `full` or `delta`.
    pub kind: String,
    /// Its number.
    pub number: u64,
    /// How many certificates stand on it.
    pub entries: usize,
}

/// Where the roles listen.
#[derive(Clone, Debug, Serialize)]
pub struct Urls {
    /// Officers' pages.
    pub web: String,
    /// Public answers.
    pub status: String,
}

/// Runs steps one after the other, and remembers how each went.
pub struct StepRunner {
    began: Instant,
    steps: Vec<StepReport>,
    talk: bool,
}

impl StepRunner {
    /// Begins; `talk` prints a line a step on stderr.
    pub fn begin(talk: bool) -> Self {
        Self { began: Instant::now(), steps: Vec::new(), talk }
    }

    /// Runs one step. Its sentence goes into the report; its value to the next one.
    pub fn run<T>(
        &mut self,
        name: &'static str,
        step: impl FnOnce() -> Result<(T, String), Problem>,
    ) -> Result<T, Problem> {
        let began = Instant::now();
        let outcome = step();
        let took = began.elapsed();
        let (ok, detail) = match &outcome {
            Ok((_, detail)) => (true, detail.clone()),
            Err(problem) => (false, format!("[{}] {}", problem.code().name, problem.detail())),
        };
        if self.talk {
            let mark = if ok { "✓" } else { "✗" };
            tell(&format!("{mark} {name:<22} {:>7} ms  {detail}", took.as_millis()));
        }
        self.steps.push(StepReport { name, ok, took_ms: millis(took), detail });
        outcome.map(|(value, _)| value)
    }

    /// The steps so far, and the time since the beginning.
    pub fn finish(self) -> (Vec<StepReport>, u64) {
        (self.steps, millis(self.began.elapsed()))
    }
}

/// Writes the report into the demonstration's folder.
pub fn write(dir: &Path, report: &Report) -> Result<(), Problem> {
    let path = dir.join("report.json");
    let text = serde_json::to_string_pretty(report).expect("a report is plain data");
    std::fs::write(&path, text + "\n").map_err(|error| file_problem(&path, &error))
}

/// A line for the person who watches; stdout stays free for answers.
pub fn tell(line: &str) {
    use std::io::Write;
    // Where stderr is closed nobody watches.
    let _ = writeln!(std::io::stderr(), "{line}");
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
