//! The worker: the only one that certifies. Runs the jobs by the clock.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use ca_core::job_run::JobOutcome;
use ca_core::signer::ProcessSigner;
use store::{Actor, Database, DatabaseRole, Timestamp};
use web_admin::JobPace;

use super::Stop;
use crate::config::{Config, Schedule};
use crate::faults;
use crate::installation::Installation;
use crate::jobs::{self, Began, JobLog, Worker};
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
    ("publication", Duration::from_secs(5)),
    ("signatures", Duration::from_secs(3)),
    ("revalidation", Duration::from_secs(30)),
    ("opposition-codes", Duration::from_secs(5)),
    ("opposition-callbacks", Duration::from_secs(5)),
    ("registration", Duration::from_secs(600)),
    ("expiry", Duration::from_secs(3600)),
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

const OBJECT_STORE: &str = "object-store";

/// Between two looks at the public folder, for the object store. Doubled while the store is in trouble.
const OBJECT_STORE_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_OBJECT_STORE_PAUSE: Duration = Duration::from_secs(60);

/// The audit job has a thread, a connection and a signer of its own: an event stands under a signed head within
/// a second, also while a batch of ten thousand cards is certified.
const AUDIT_PAUSE: Duration = Duration::from_millis(500);

/// So have the declarations of holders: a card that its holder says is stolen never waits behind a batch.
const DECLARATIONS_PAUSE: Duration = Duration::from_millis(250);

/// And so has the mail: a server that is slow holds nothing else up.
const NOTICES_PAUSE: Duration = Duration::from_secs(5);

/// The jobs of a worker that is served, and how long each pauses between two runs; none where a schedule of the
/// configuration says when it runs.
pub fn paces(config: &Config) -> Vec<JobPace> {
    let often = [
        ("audit", Some(AUDIT_PAUSE)),
        ("holder-declarations", Some(DECLARATIONS_PAUSE)),
        ("notices", Some(NOTICES_PAUSE)),
        ("coherence", Some(config.coherence.every)),
        ("full-crl", None),
        ("renewal", None),
        ("officer-digests", None),
    ];
    let stored = config.object_store.is_some().then_some((OBJECT_STORE, Some(LONGEST_OBJECT_STORE_PAUSE)));
    let every = EVERY.iter().map(|(job, pause)| (*job, Some(*pause)));
    // Of these a production has none.
    let every = every.filter(|(job, _)| config.is_demo() || !OF_DEMONSTRATIONS.contains(job));
    every.chain(often).chain(stored).map(|(job, pause)| JobPace { job, pause }).collect()
}

/// Runs until somebody asks to stop. A job that fails is logged and tried again at its next time. A worker
/// that loses its database or its lease begins another run as soon as it can; one that cannot begin its
/// first run ends.
pub fn run(installation: &Installation, stop: &Stop) -> Result<(), Problem> {
    let (db, signer) = (installation.database(DatabaseRole::Worker)?, installation.signer()?);
    let (faces_db, faces_signer) = (installation.database(DatabaseRole::Worker)?, installation.signer()?);
    let (inbox_db, inbox_signer) = (installation.database(DatabaseRole::Worker)?, installation.signer()?);
    let mail_db = installation.database(DatabaseRole::Worker)?;
    let (jobs_ended, leads) = (Stop::default(), AtomicBool::new(false));
    thread::scope(|scope| {
        scope.spawn(|| look_at_faces(installation, faces_db, faces_signer, &jobs_ended));
        scope.spawn(|| answer_declarations(installation, inbox_db, inbox_signer, &jobs_ended));
        scope.spawn(|| send_notices(installation, mail_db, &jobs_ended));
        scope.spawn(|| follow_with_object_store(installation, &leads, &jobs_ended));
        let audit = scope.spawn(|| sequence_audit(installation, db, signer, &jobs_ended));
        // Nothing is certified that nobody would sign for in the log.
        let outcome = run_jobs(installation, &leads, &|| stop.asked() || audit.is_finished());
        jobs_ended.ask();
        let ended = |_| Err(Problem::new(faults::AUDIT_LEAF_LATE, "the thread of the audit job ended"));
        outcome.and(audit.join().map_or_else(ended, Ok))
    })
}

/// Orders and signs what was recorded, until the other jobs have ended, and once more then.
fn sequence_audit(
    installation: &Installation,
    mut db: Database,
    mut signer: ProcessSigner,
    jobs_ended: &Stop,
) {
    let mut log = JobLog::default();
    loop {
        let (last, began) = (jobs_ended.asked(), Began::now(installation));
        let act = installation.act(Actor::Job("audit"));
        let done = jobs::sequence_with(installation, &mut db, &mut signer, &act);
        log.note(&mut db, "audit", &began, outcome(&done));
        if let Err(problem) = done {
            log_problem("audit", &problem);
            // A connection that broke does not heal by itself.
            if let Ok(again) = installation.database(DatabaseRole::Worker) {
                db = again;
            }
        }
        if last {
            return;
        }
        thread::sleep(AUDIT_PAUSE);
    }
}

/// Answers what holders declare with their opposition code, until the other jobs have ended.
fn answer_declarations(
    installation: &Installation,
    mut db: Database,
    mut signer: ProcessSigner,
    jobs_ended: &Stop,
) {
    let mut log = JobLog::default();
    while !jobs_ended.asked() {
        let began = Began::now(installation);
        let act = installation.act(Actor::Job("holder-declarations"));
        let answered = jobs::answer_with(installation, &mut db, &mut signer, &act);
        let ended = match &answered {
            Ok(done) if !done.failed.is_empty() => JobOutcome::Partly,
            _ => outcome(&answered),
        };
        log.note(&mut db, "holder-declarations", &began, ended);
        let pause = match answered {
            Ok(done) if done.failed.is_empty() => DECLARATIONS_PAUSE,
            Ok(_) => PAUSE,
            Err(problem) => {
                log_problem("holder-declarations", &problem);
                if let Ok(again) = installation.database(DatabaseRole::Worker) {
                    db = again;
                }
                PAUSE
            }
        };
        thread::sleep(pause);
    }
}

/// Sends what the outbox holds, until the other jobs have ended.
fn send_notices(installation: &Installation, mut db: Database, jobs_ended: &Stop) {
    let (mut last, mut log): (Option<Instant>, _) = (None, JobLog::default());
    while !jobs_ended.asked() {
        if last.is_none_or(|last| last.elapsed() >= NOTICES_PAUSE) {
            let began = Began::now(installation);
            let act = installation.act(Actor::Job("notices"));
            let sent = jobs::send_with(installation, &mut db, &act);
            log.note(&mut db, "notices", &began, outcome(&sent));
            if let Err(problem) = sent {
                log_problem("notices", &problem);
                if let Ok(again) = installation.database(DatabaseRole::Worker) {
                    db = again;
                }
            }
            last = Some(Instant::now());
        }
        thread::sleep(TICK);
    }
}

/// Looks at the public faces again and again until the other jobs have ended, on a thread of its own: a look at a
/// million entries takes seconds, and a second look waits ten. The first one comes after a pause, in which the status
/// role starts as well. Status goes on being served whatever is found, and so do the jobs.
fn look_at_faces(
    installation: &Installation,
    mut db: Database,
    mut signer: ProcessSigner,
    jobs_ended: &Stop,
) {
    let mut wait = |pause: Duration| {
        let began = Instant::now();
        while !jobs_ended.asked() && began.elapsed() < pause {
            thread::sleep(TICK.min(pause));
        }
        (!jobs_ended.asked()).then(|| installation.act(Actor::Job("coherence")))
    };
    let mut log = JobLog::default();
    while let Some(act) = wait(installation.config.coherence.every) {
        let began = Began::now(installation);
        let stated = jobs::look_and_state(installation, &mut db, &mut signer, false, &mut wait, &act);
        let ended = match &stated {
            Ok(Some(stated)) if !stated.differences.is_empty() => JobOutcome::Partly,
            _ => outcome(&stated),
        };
        log.note(&mut db, "coherence", &began, ended);
        if let Err(problem) = stated {
            log_problem("coherence", &problem);
            if let Ok(again) = installation.database(DatabaseRole::Worker) {
                db = again;
            }
        }
    }
}

/// Copies what is published to the object store, if there is one, until the other jobs have ended: on a thread of its
/// own, because a store that hangs holds nobody else up. Of several workers the one that leads does it.
fn follow_with_object_store(installation: &Installation, leads: &AtomicBool, jobs_ended: &Stop) {
    let mut mirror = match jobs::object_store(installation) {
        Ok(Some(mirror)) => mirror,
        Ok(None) => return,
        Err(problem) => return log_problem(OBJECT_STORE, &problem),
    };
    let (mut pause, mut log) = (OBJECT_STORE_PAUSE, JobLog::default());
    while !jobs_ended.asked() {
        if leads.load(Ordering::Relaxed) {
            let began = Began::now(installation);
            let followed = jobs::follow_with_object_store(installation, &mut mirror);
            let ended = outcome(&followed);
            if log.is_due(OBJECT_STORE, &began, ended)
                && let Ok(mut db) = installation.database(DatabaseRole::Worker)
            {
                log.note(&mut db, OBJECT_STORE, &began, ended);
            }
            pause = match followed {
                Ok(_) => OBJECT_STORE_PAUSE,
                Err(problem) => {
                    log_problem(OBJECT_STORE, &problem);
                    (2 * pause).min(LONGEST_OBJECT_STORE_PAUSE)
                }
            };
        }
        let began = Instant::now();
        while !jobs_ended.asked() && began.elapsed() < pause {
            thread::sleep(TICK);
        }
    }
}

fn run_jobs(installation: &Installation, leads: &AtomicBool, over: &dyn Fn() -> bool) -> Result<(), Problem> {
    let mut worker = Worker::begin(installation, DatabaseRole::Worker)?;
    let mut round = Round::begin(installation);
    while !over() {
        if let Err(problem) = round.run(&mut worker, leads) {
            leads.store(false, Ordering::Relaxed);
            tracing::error!(code = problem.code().name, "the worker begins again: {}", problem.detail());
            if !begin_again(&mut worker, over) {
                return Ok(());
            }
            tracing::warn!("the worker has begun another run");
        }
        thread::sleep(TICK);
    }
    worker.end()
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
    scheduled: [Scheduled; 3],
}

impl Round {
    fn begin(installation: &Installation) -> Self {
        let schedules = &installation.config.schedules;
        Self {
            last_run: EVERY.iter().map(|(name, _)| (*name == NOT_AT_ONCE).then(Instant::now)).collect(),
            scheduled: [
                Scheduled::new("full-crl", schedules.full_crl.clone(), installation),
                Scheduled::new("renewal", schedules.renewal.clone(), installation),
                Scheduled::new("officer-digests", schedules.officer_digests.clone(), installation),
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
        if leads {
            for job in &mut self.scheduled {
                job.run_if_due(worker);
            }
        }
        Ok(())
    }
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
        Err(problem) => log_problem(name, &problem),
    }
}

/// Of what names nothing that it left undone.
fn outcome<T>(done: &Result<T, Problem>) -> JobOutcome {
    done.as_ref().map_or_else(|problem| JobOutcome::Failed(problem.code()), |_| JobOutcome::Done)
}

fn log_problem(name: &str, problem: &Problem) {
    let (code, detail) = (problem.code(), problem.detail());
    tracing::error!(job.name = name, code = code.name, "job {name}: {detail} ({})", code.help);
}
