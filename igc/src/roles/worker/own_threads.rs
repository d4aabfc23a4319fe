//! Jobs that have a thread of their own, because they wait for nobody or may make nobody wait; until the worker's other jobs have
//! ended.

use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use ca_core::job_run::JobOutcome;
use ca_core::signer::ProcessSigner;
use registration_authority::opposition::one_time::send::Settled;
use serde_json::json;
use store::{Act, Actor, Database, DatabaseRole};

use super::scheduled::Scheduled;
use super::{PAUSE, TICK, log_problem, signatures};
use crate::config::Config;
use crate::installation::Installation;
use crate::jobs::{self, Began, JobLog};
use crate::problem::Problem;
use crate::roles::Stop;

const OBJECT_STORE: &str = "object-store";

const PUBLICATION: &str = "publication";

const FULL_CRL: &str = "full-crl";

/// Between two looks at the public folder, for the object store. Doubled while the store is in trouble.
const OBJECT_STORE_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_OBJECT_STORE_PAUSE: Duration = Duration::from_secs(60);

/// The audit job has a thread, a connection and a signer of its own: an event stands under a signed head within
/// a second, also while a batch of ten thousand cards is certified.
const AUDIT_PAUSE: Duration = Duration::from_millis(500);

/// So have the declarations of holders and the requests of structures and of officers: a card that is said to be stolen, or a key, never
/// waits behind a batch.
const DECLARATIONS_PAUSE: Duration = Duration::from_millis(250);

/// And the requests for one-time codes: whoever asked for one looks at his mailbox.
const CODES_PAUSE: Duration = Duration::from_secs(1);

/// And so has the mail: a server that is slow holds nothing else up.
const NOTICES_PAUSE: Duration = Duration::from_secs(5);

/// And so has what is published: a card that is opposed stands on a delta and on the list within seconds, also while thousands of
/// cards are certified or renewed, or a directory that does not answer is asked about each of forty holders.
const PUBLICATION_PAUSE: Duration = Duration::from_secs(5);

/// An HSM that hangs is waited for here, and holds no other job up that needs none.
const TOKENS_PAUSE: Duration = Duration::from_secs(15);

/// These jobs, and how long each pauses between two runs.
pub(super) fn paces(config: &Config) -> Vec<(&'static str, Duration)> {
    let mut paces = vec![
        ("audit", AUDIT_PAUSE),
        ("holder-declarations", DECLARATIONS_PAUSE),
        ("opposition-requests", DECLARATIONS_PAUSE),
        (jobs::certificate_revocations::NAME, DECLARATIONS_PAUSE),
        (signatures::NAME, signatures::PAUSE),
        ("notices", NOTICES_PAUSE),
        (PUBLICATION, PUBLICATION_PAUSE),
        (jobs::one_time_codes::NAME, CODES_PAUSE),
        ("tokens", TOKENS_PAUSE),
        ("coherence", config.coherence.every),
    ];
    paces.extend(config.object_store.is_some().then_some((OBJECT_STORE, LONGEST_OBJECT_STORE_PAUSE)));
    paces
}

/// Orders and signs what was recorded, until the other jobs have ended, and once more then.
pub(super) fn sequence_audit(
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

/// Answers what holders declare with their opposition code, and what structures and officers ask for, until the other jobs have ended.
pub(super) fn answer_declarations(
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
        let mut well = answered.as_ref().is_ok_and(|done| done.failed.is_empty());
        if let Err(problem) = answered {
            log_problem("holder-declarations", &problem);
            if let Ok(again) = installation.database(DatabaseRole::Worker) {
                db = again;
            }
        }
        well &= answer(installation, &mut db, &mut log, "opposition-requests", |db, act| {
            Ok(jobs::answer_requests_with(installation, db, act)?.failed.is_empty())
        });
        let revocations = jobs::certificate_revocations::NAME;
        well &= answer(installation, &mut db, &mut log, revocations, |db, act| {
            Ok(jobs::certificate_revocations::answer_with(db, act)?.failed.is_empty())
        });
        thread::sleep(if well { DECLARATIONS_PAUSE } else { PAUSE });
    }
}

/// A round of a job that answers an inbox; whether nothing is left in it that it could not answer.
fn answer(
    installation: &Installation,
    db: &mut Database,
    log: &mut JobLog,
    name: &'static str,
    round: impl FnOnce(&mut Database, &Act) -> Result<bool, Problem>,
) -> bool {
    let began = Began::now(installation);
    let answered = round(db, &installation.act(Actor::Job(name)));
    let ended = match &answered {
        Ok(false) => JobOutcome::Partly,
        _ => outcome(&answered),
    };
    log.note(db, name, &began, ended);
    answered.unwrap_or_else(|problem| {
        log_problem(name, &problem);
        if let Ok(again) = installation.database(DatabaseRole::Worker) {
            *db = again;
        }
        false
    })
}

/// Mails the one-time codes that holders ask for, until the other jobs have ended. Of several workers the one that leads does it: of
/// two, neither would count what the other has sent to one holder.
pub(super) fn mail_codes(
    installation: &Installation,
    mut db: Database,
    mut signer: ProcessSigner,
    leads: &AtomicBool,
    jobs_ended: &Stop,
) {
    let (name, mut log) = (jobs::one_time_codes::NAME, JobLog::default());
    while !jobs_ended.asked() {
        if !leads.load(Ordering::Relaxed) {
            thread::sleep(TICK);
            continue;
        }
        let began = Began::now(installation);
        let settled = jobs::one_time_codes::settle_with(installation, &mut db, &mut signer);
        let ended = match &settled {
            Ok(Some(Settled::Waits(_))) => JobOutcome::Partly,
            _ => outcome(&settled),
        };
        log.note(&mut db, name, &began, ended);
        match settled {
            // There may be more.
            Ok(Some(_)) => {}
            Ok(None) => thread::sleep(CODES_PAUSE),
            Err(problem) => {
                log_problem(name, &problem);
                if let Ok(again) = installation.database(DatabaseRole::Worker) {
                    db = again;
                }
                thread::sleep(PAUSE);
            }
        }
    }
}

/// Sends what the outbox holds, until the other jobs have ended.
pub(super) fn send_notices(installation: &Installation, mut db: Database, jobs_ended: &Stop) {
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

/// Publishes what is due, and every CRL when the schedule says so, until the other jobs have ended. Of several workers the one that
/// leads follows the schedule.
pub(super) fn publish(
    installation: &Installation,
    mut db: Database,
    mut signer: ProcessSigner,
    leads: &AtomicBool,
    jobs_ended: &Stop,
) {
    let (mut last, mut log): (Option<Instant>, _) = (None, JobLog::default());
    let mut full_crl = Scheduled::new(FULL_CRL, installation.config.schedules.full_crl.clone());
    let mut taking_back = jobs::TakingBack::default();
    while !jobs_ended.asked() {
        taking_back.go_on(installation, &mut db, &|| !jobs_ended.asked());
        let now = installation.clock.now();
        let due = full_crl.is_due(&mut db, leads.load(Ordering::Relaxed), now);
        let every_crl = due.as_ref().is_ok_and(|due| *due);
        if every_crl || last.is_none_or(|last| last.elapsed() >= PUBLICATION_PAUSE) {
            if let Err(error) = due {
                log_problem(FULL_CRL, &Problem::from(error));
            }
            let name = if every_crl { FULL_CRL } else { PUBLICATION };
            let began = Began::now(installation);
            let act = installation.act(Actor::Job(name));
            let done = jobs::publish_with(installation, &mut db, &mut signer, every_crl, &act);
            let ended = match &done {
                Ok((_, Some(code))) => JobOutcome::Failed(*code),
                Ok((published, None)) => jobs::outcome_of(&Ok(json!(published))),
                Err(problem) => JobOutcome::Failed(problem.code()),
            };
            log.note(&mut db, PUBLICATION, &began, ended);
            if every_crl {
                log.note(&mut db, FULL_CRL, &began, ended);
                // What some authorities could not make is made as soon as it can be, and not once more for all.
                let some_went_out = done.as_ref().is_ok_and(|(published, _)| !published.crls.is_empty());
                full_crl.ran(if some_went_out { JobOutcome::Partly } else { ended }, now);
            }
            if let Err(problem) = done {
                log_problem(name, &problem);
                if let Ok(again) = installation.database(DatabaseRole::Worker) {
                    db = again;
                }
            }
            last = Some(Instant::now());
        }
        thread::sleep(TICK);
    }
}

/// Asks the tokens whether they answer, until the other jobs have ended.
pub(super) fn ask_tokens(
    installation: &Installation,
    mut db: Database,
    mut signer: ProcessSigner,
    jobs_ended: &Stop,
) {
    let (mut last, mut log): (Option<Instant>, _) = (None, JobLog::default());
    while !jobs_ended.asked() {
        if last.is_none_or(|last| last.elapsed() >= TOKENS_PAUSE) {
            let began = Began::now(installation);
            let asked = jobs::ask_tokens_with(installation, &mut db, &mut signer);
            let ended = match &asked {
                Ok(asked) if !asked.failed.is_empty() => JobOutcome::Partly,
                _ => outcome(&asked),
            };
            log.note(&mut db, "tokens", &began, ended);
            for (token, code, sentence) in asked.iter().flat_map(|asked| &asked.failed) {
                tracing::error!(token, code, "token {token} does not answer as it should: {sentence}");
            }
            if let Err(problem) = asked {
                log_problem("tokens", &problem);
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
pub(super) fn look_at_faces(
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
    let (mut log, mut walk) = (JobLog::default(), None);
    while let Some(act) = wait(installation.config.coherence.every) {
        let began = Began::now(installation);
        let stated =
            jobs::look_and_state(installation, &mut db, &mut signer, false, &mut walk, &mut wait, &act);
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
pub(super) fn follow_with_object_store(installation: &Installation, leads: &AtomicBool, jobs_ended: &Stop) {
    let mut mirror = match jobs::object_store(installation) {
        Ok(Some(mirror)) => mirror,
        Ok(None) => return,
        Err(problem) => return log_problem(OBJECT_STORE, &problem),
    };
    let (mut pause, mut log, mut db) = (OBJECT_STORE_PAUSE, JobLog::default(), None);
    while !jobs_ended.asked() {
        if leads.load(Ordering::Relaxed) {
            let began = Began::now(installation);
            // A connection that broke does not heal by itself.
            let opened = db.take().map_or_else(|| installation.database(DatabaseRole::Worker), Ok);
            let followed = opened.and_then(|mut opened| {
                let followed = jobs::follow_with_object_store(installation, &mut opened, &mut mirror)?;
                db = Some(opened);
                Ok(followed)
            });
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

/// Of what names nothing that it left undone.
pub(super) fn outcome<T>(done: &Result<T, Problem>) -> JobOutcome {
    done.as_ref().map_or_else(|problem| JobOutcome::Failed(problem.code()), |_| JobOutcome::Done)
}
