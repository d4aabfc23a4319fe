//! The worker: the only one that certifies. Runs the jobs by the clock.

use std::thread;
use std::time::{Duration, Instant};

use store::{DatabaseRole, Timestamp};

use super::Stop;
use crate::config::Schedule;
use crate::installation::Installation;
use crate::jobs::{self, Worker};
use crate::problem::Problem;

const TICK: Duration = Duration::from_millis(250);

/// Jobs that run again and again, and the pause between two runs: what they reconcile costs next to
/// nothing where nothing is to be done.
const EVERY: &[(&str, Duration)] = &[
    ("audit", Duration::from_millis(500)),
    ("certification", Duration::from_secs(2)),
    ("demo-bureau", Duration::from_secs(2)),
    ("publication", Duration::from_secs(5)),
    ("sweep", Duration::from_secs(10)),
    ("expiry", Duration::from_secs(3600)),
    ("root-crls", Duration::from_secs(3600)),
];

/// Runs until somebody asks to stop. A job that fails is logged and tried again at its next time; a
/// worker whose lease has passed ends.
pub fn run(installation: &Installation, stop: &Stop) -> Result<(), Problem> {
    let mut worker = Worker::begin(installation, DatabaseRole::Worker)?;
    for job in jobs::JOBS.iter().filter(|job| EVERY.iter().any(|(name, _)| *name == job.name)) {
        run_logged(&mut worker, job.name);
    }
    let mut last_run: Vec<Instant> = EVERY.iter().map(|_| Instant::now()).collect();
    let schedules = &installation.config.schedules;
    let mut scheduled = [
        Scheduled::new("full-crl", schedules.full_crl.clone(), installation),
        Scheduled::new("renewal", schedules.renewal.clone(), installation),
    ];
    while !stop.asked() {
        worker.epoch.renew(&mut worker.db)?;
        for ((name, pause), last) in EVERY.iter().zip(&mut last_run) {
            if last.elapsed() >= *pause {
                run_logged(&mut worker, name);
                *last = Instant::now();
            }
        }
        if worker.epoch.leads(&mut worker.db)? {
            for job in &mut scheduled {
                job.run_if_due(&mut worker);
            }
        }
        thread::sleep(TICK);
    }
    worker.end()
}

struct Scheduled {
    name: &'static str,
    schedule: Schedule,
    next: Option<Timestamp>,
}

impl Scheduled {
    fn new(name: &'static str, schedule: Schedule, installation: &Installation) -> Self {
        let next = schedule.next_after(installation.clock.now());
        Self { name, schedule, next }
    }

    fn run_if_due(&mut self, worker: &mut Worker) {
        let now = worker.installation.clock.now();
        if self.next.is_some_and(|next| next <= now) {
            run_logged(worker, self.name);
            self.next = self.schedule.next_after(now);
        }
    }
}

fn run_logged(worker: &mut Worker, name: &'static str) {
    let Some(job) = jobs::find(name) else { return };
    match worker.run(job) {
        Ok(done) => tracing::debug!(job.name = name, "job {name}: {done}"),
        Err(problem) => tracing::error!(
            job.name = name,
            code = problem.code().name,
            "job {name}: {} ({})",
            problem.detail(),
            problem.code().help
        ),
    }
}
