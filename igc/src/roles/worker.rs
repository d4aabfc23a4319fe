//! The worker: the only one that certifies. Runs the jobs by the clock.

mod own_threads;
mod scheduled;
mod signatures;

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use ca_core::job_run::JobOutcome;
use store::DatabaseRole;
use web_admin::JobPace;

use self::scheduled::Scheduled;
use super::Stop;
use crate::config::Config;
use crate::faults;
use crate::installation::Installation;
use crate::jobs::{self, Worker};
use crate::problem::Problem;

const TICK: Duration = Duration::from_millis(250);

/// Jobs that run again and again, and the pause between two runs: what they reconcile costs next to
/// nothing where nothing is to be done.
const EVERY: &[(&str, Duration)] = &[
    ("reserve", Duration::from_secs(10)),
    ("sweep", Duration::from_secs(10)),
    ("decisions", Duration::from_secs(1)),
    ("order-flags", Duration::from_secs(5)),
    ("certification", Duration::from_secs(2)),
    ("responders", Duration::from_secs(5)),
    ("revalidation", Duration::from_secs(30)),
    ("opposition-codes", Duration::from_secs(5)),
    ("opposition-callbacks", Duration::from_secs(5)),
    ("registration", Duration::from_secs(600)),
    ("expiry", Duration::from_secs(3600)),
    ("expiry-notices", Duration::from_secs(3600)),
    ("retrieval-reminders", Duration::from_secs(3600)),
    ("root-crls", Duration::from_secs(3600)),
    ("demo-bureau", Duration::from_secs(2)),
    ("test-certificates", Duration::from_secs(60)),
];

/// Of these, the ones that have something to do in a demonstration alone.
const OF_DEMONSTRATIONS: [&str; 2] = ["demo-bureau", "test-certificates"];

/// Of these, the one that waits for its first pause: nobody waits for it, and a worker that starts has enough to do.
const NOT_AT_ONCE: &str = "test-certificates";

/// The pause between two attempts to begin again.
const PAUSE: Duration = Duration::from_secs(1);

/// The jobs of a worker that is served, and how long each pauses between two runs; none where a schedule of the
/// configuration says when it runs.
pub fn paces(config: &Config) -> Vec<JobPace> {
    let scheduled = [("full-crl", None), ("renewal", None), ("officer-digests", None)];
    let apart = own_threads::paces(config).into_iter().map(|(job, pause)| (job, Some(pause)));
    let every = EVERY.iter().map(|(job, pause)| (*job, Some(*pause)));
    // Of these a production has none.
    let every = every.filter(|(job, _)| config.is_demo() || !OF_DEMONSTRATIONS.contains(job));
    every.chain(apart).chain(scheduled).map(|(job, pause)| JobPace { job, pause }).collect()
}

/// Runs until somebody asks to stop. A job that fails is logged and tried again at its next time. A worker
/// that loses its database or its lease begins another run as soon as it can; one that cannot begin its
/// first run ends.
pub fn run(installation: &Installation, stop: &Stop) -> Result<(), Problem> {
    let (db, signer) = (installation.database(DatabaseRole::Worker)?, installation.signer()?);
    let (faces_db, faces_signer) = (installation.database(DatabaseRole::Worker)?, installation.signer()?);
    let (inbox_db, inbox_signer) = (installation.database(DatabaseRole::Worker)?, installation.signer()?);
    let ledger_db = installation.database(DatabaseRole::Worker)?;
    let mail_db = installation.database(DatabaseRole::Worker)?;
    let (codes_db, codes_signer) = (installation.database(DatabaseRole::Worker)?, installation.signer()?);
    let (tokens_db, tokens_signer) = (installation.database(DatabaseRole::Worker)?, installation.signer()?);
    let (public_db, public_signer) = (installation.database(DatabaseRole::Worker)?, installation.signer()?);
    let (jobs_ended, published, leads) = (Stop::default(), Stop::default(), AtomicBool::new(false));
    // Publication settles shards too, and one that may not begin publishes nothing.
    let mut worker = Worker::begin(installation, DatabaseRole::Worker)?;
    let began = worker.began;
    thread::scope(|scope| {
        scope.spawn(|| own_threads::look_at_faces(installation, faces_db, faces_signer, &jobs_ended));
        scope.spawn(|| own_threads::answer_declarations(installation, inbox_db, inbox_signer, &jobs_ended));
        let signatures =
            scope.spawn(|| signatures::reconcile_signatures(installation, ledger_db, began, &jobs_ended));
        scope.spawn(|| own_threads::send_notices(installation, mail_db, &jobs_ended));
        scope.spawn(|| own_threads::mail_codes(installation, codes_db, codes_signer, &leads, &jobs_ended));
        let publication =
            scope.spawn(|| own_threads::publish(installation, public_db, public_signer, &leads, &jobs_ended));
        scope.spawn(|| own_threads::ask_tokens(installation, tokens_db, tokens_signer, &jobs_ended));
        scope.spawn(|| own_threads::follow_with_object_store(installation, &leads, &jobs_ended));
        let audit = scope.spawn(|| own_threads::sequence_audit(installation, db, signer, &published));
        // Nothing is certified that nobody would sign for in the log, say that it is revoked, or hold against what was intended.
        let over =
            || stop.asked() || audit.is_finished() || publication.is_finished() || signatures.is_finished();
        let outcome = match run_jobs(&mut worker, &leads, &over) {
            Ok(true) => worker.end(),
            other => other.map(|_| ()),
        };
        jobs_ended.ask();
        let ended = |code, what| Err(Problem::new(code, format!("the thread of {what} ended")));
        let signatures =
            signatures.join().or_else(|_| ended(ca_core::faults::SIGNING_LEDGER_BROKEN, "the ledgers"));
        let publication = publication.join().or_else(|_| ended(faults::CRL_NOT_PUBLISHED, "publication"));
        // What was published last has its events under a signed head, too.
        published.ask();
        let audit = audit.join().or_else(|_| ended(faults::AUDIT_LEAF_LATE, "the audit job"));
        outcome.and(signatures).and(publication).and(audit)
    })
}

/// Until it is over; whether its run still stands then, to be ended.
fn run_jobs(worker: &mut Worker, leads: &AtomicBool, over: &dyn Fn() -> bool) -> Result<bool, Problem> {
    let mut round = Round::begin(worker);
    while !over() {
        if let Err(problem) = round.run(worker, leads) {
            leads.store(false, Ordering::Relaxed);
            tracing::error!(code = problem.code().name, "the worker begins again: {}", problem.detail());
            if !begin_again(worker, over) {
                return Ok(false);
            }
            tracing::warn!("the worker has begun another run");
        }
        thread::sleep(TICK);
    }
    Ok(true)
}

/// Tries until it works, and says once why it does not; false where somebody asked to stop before.
fn begin_again(worker: &mut Worker, over: &dyn Fn() -> bool) -> bool {
    let mut said = false;
    while !over() {
        match worker.begin_again() {
            Ok(()) => return true,
            Err(problem) if !said => {
                said = true;
                tracing::error!(
                    code = problem.code().name,
                    "the worker cannot begin again yet: {}",
                    problem.detail()
                );
            }
            Err(_) => {}
        }
        thread::sleep(PAUSE);
    }
    false
}

/// When each job is next.
struct Round {
    /// Of each job that runs again and again, since when its pause is counted; nothing where it is due.
    last_run: Vec<Option<Instant>>,
    scheduled: [Scheduled; 2],
}

impl Round {
    fn begin(worker: &Worker) -> Self {
        let schedules = &worker.installation.config.schedules;
        Self {
            last_run: EVERY.iter().map(|(name, _)| (*name == NOT_AT_ONCE).then(Instant::now)).collect(),
            scheduled: [
                Scheduled::new("renewal", schedules.renewal.clone()),
                Scheduled::new("officer-digests", schedules.officer_digests.clone()),
            ],
        }
    }

    /// Runs what is due. Fails where the lease cannot be kept: then nothing more may be begun.
    fn run(&mut self, worker: &mut Worker, leading: &AtomicBool) -> Result<(), Problem> {
        worker.epoch.renew(&mut worker.db)?;
        let leads = worker.epoch.leads(&mut worker.db)?;
        leading.store(leads, Ordering::Relaxed);
        for ((name, pause), last) in EVERY.iter().zip(&mut self.last_run) {
            if last.is_none_or(|last| last.elapsed() >= *pause) {
                run_logged(worker, name);
                *last = Some(Instant::now());
            }
        }
        for job in &mut self.scheduled {
            let now = worker.installation.clock.now();
            if job.is_due(&mut worker.db, leads, now)? {
                job.ran(run_logged(worker, job.name), now);
            }
        }
        Ok(())
    }
}

fn run_logged(worker: &mut Worker, name: &'static str) -> JobOutcome {
    let Some(job) = jobs::find(name) else { return JobOutcome::Done };
    let (outcome, done) = worker.attempt(job);
    match done {
        Ok(done) => tracing::debug!(job.name = name, "job {name}: {done}"),
        Err(problem) => log_problem(name, &problem),
    }
    outcome
}

fn log_problem(name: &str, problem: &Problem) {
    let (code, detail) = (problem.code(), problem.detail());
    tracing::error!(job.name = name, code = code.name, "job {name}: {detail} ({})", code.help);
}
