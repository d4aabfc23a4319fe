//! What the status role does beside answering: the next key of each OCSP responder is made here, in its own token,
//! and its certificate is asked for through the narrow inbox.

use std::thread;
use std::time::{Duration, Instant};

use ca_core::responder;
use ca_core::signer::process::LedgerKind;
use store::{Actor, DatabaseRole, Fault};

use super::Stop;
use crate::installation::{Installation, system_rng};
use crate::problem::Problem;

const TICK: Duration = Duration::from_millis(250);

/// The pause between two looks: what is to be done is done a month before it is needed.
const LOOK: Duration = Duration::from_secs(10);

/// The pause between two looks for keys that ended.
const TIDY: Duration = Duration::from_secs(3600);

/// Runs until somebody asks to stop. Whatever fails is tried again; answers are given all the while.
pub fn run(installation: &Installation, stop: &Stop) {
    let (mut looked, mut tidied): (Option<Instant>, Option<Instant>) = (None, None);
    let mut said = Vec::new();
    while !stop.asked() {
        if looked.is_none_or(|at| at.elapsed() >= LOOK) {
            let tidies = tidied.is_none_or(|at| at.elapsed() >= TIDY);
            let found = match look(installation, tidies) {
                Ok(found) => found,
                Err(problem) => vec![(problem.code().name, problem.detail().to_owned())],
            };
            // The same trouble is said once, not every ten seconds.
            if found != said {
                for (code, what) in &found {
                    tracing::error!(code, "OCSP responders: {what}");
                }
                said = found;
            }
            looked = Some(Instant::now());
            if tidies {
                tidied = looked;
            }
        }
        thread::sleep(TICK);
    }
}

/// One look; what went wrong with which authority.
fn look(installation: &Installation, tidies: bool) -> Result<Vec<(&'static str, String)>, Problem> {
    let mut db = installation.database(DatabaseRole::Status)?;
    let process = installation.signer_process(LedgerKind::Answers)?;
    let act = installation.act(Actor::Job("responders"));
    let asking = responder::ask(&mut db, &process, &mut system_rng(), &act)?;
    for authority in &asking.asked {
        tracing::info!("the responder of {authority} has asked for its successor");
    }
    if tidies {
        for key in responder::tidy(&mut db, &process, &act)? {
            tracing::info!(signer.key = %key, "key {key} has ended: destroyed");
        }
    }
    Ok(asking.failed.into_iter().map(|(_, error)| (error.code().name, error.to_string())).collect())
}
