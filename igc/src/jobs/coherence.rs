//! Every public face, looked at from outside, and the statement about it (decision 0027).

use std::thread;
use std::time::Duration;

use ca_core::signer::Signer;
use coherence::fetch::Fetcher;
use coherence::{NotLookedAt, Observation, Statement, Walk, observe};
use crl_publisher::publish::{publish_coherence_statement, published_coherence_statement};
use serde_json::{Value, json};
use store::audit::{self, Event};
use store::{Act, Actor, Database};

use super::Worker;
use super::publication::{folder, policy};
use crate::installation::{Installation, system_rng};
use crate::output::not_json;
use crate::problem::Problem;

/// How old the published statement grows where nothing has changed.
const RENEWED: Duration = Duration::from_secs(300);

/// Looks now, and publishes what was found.
pub fn run(worker: &mut Worker, act: &Act) -> Result<Value, Problem> {
    let installation = worker.installation.clone();
    let mut wait = |pause| {
        thread::sleep(pause);
        Some(installation.act(Actor::Job("coherence")))
    };
    let (db, signer) = (&mut worker.db, &mut worker.signer);
    let stated = look_and_state(&installation, db, signer, true, &mut None, &mut wait, act)?;
    Ok(json!(stated))
}

/// Looks at every face, and has the statement signed and published where it is asked for, where it says something else
/// than the one that stands, or where that one has grown old. The walk along the status log goes on from `walk`, and at first
/// from where the published statement has it. Nothing comes back where `wait` says that it is time to stop.
pub fn look_and_state(
    installation: &Installation,
    db: &mut Database,
    signer: &mut dyn Signer,
    at_once: bool,
    walk: &mut Option<Walk>,
    wait: &mut dyn FnMut(Duration) -> Option<Act>,
    act: &Act,
) -> Result<Option<Statement>, Problem> {
    let config = &installation.config;
    let fetcher = Fetcher::at(config.coherence.address).following(&config.coherence.hosts);
    let ocsp_validity = policy(config).ocsp_validity;
    let not_looked_at = [NotLookedAt::PublicPage]
        .into_iter()
        .chain(config.object_store.as_ref().map(|_| NotLookedAt::ObjectStore))
        .collect();
    let standing = last_statement(installation, db)?;
    // Kept where the look fails: the next one goes on from there.
    if walk.is_none() {
        *walk = standing.as_ref().and_then(|standing| standing.ocsp_walk.clone());
    }
    let mut observation =
        Observation { fetcher: &fetcher, ocsp_validity, walk: walk.clone(), not_looked_at, wait };
    let Some(stated) = observe(db, &mut observation, &mut system_rng(), act)? else { return Ok(None) };
    walk.clone_from(&stated.ocsp_walk);
    for one in &stated.differences {
        tracing::error!(
            code = coherence::faults::COHERENCE_BROKEN.name,
            "{} {}: {} ({})",
            one.place,
            one.subject,
            one.found,
            coherence::faults::COHERENCE_BROKEN.help
        );
    }
    let folder = folder(installation);
    let due = at_once || standing.as_ref().is_none_or(|standing| !says_the_same(standing, &stated));
    if due && wait(Duration::ZERO).is_some() {
        let bytes = serde_json::to_vec_pretty(&stated).map_err(not_json)?;
        tell_the_trail(db, standing.as_ref(), &stated, act)?;
        publish_coherence_statement(db, signer, &folder, &bytes, act)?;
    }
    Ok(Some(stated))
}

/// The published statement; nothing where there is none that is ours.
pub fn last_statement(installation: &Installation, db: &mut Database) -> Result<Option<Statement>, Problem> {
    let bytes = published_coherence_statement(db, &folder(installation))?;
    Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
}

fn says_the_same(standing: &Statement, stated: &Statement) -> bool {
    let sampled = Statement {
        looked_at: standing.looked_at,
        ocsp_questions: standing.ocsp_questions,
        ocsp_walk: standing.ocsp_walk.clone(),
        addresses: standing.addresses,
        hosts_not_asked: standing.hosts_not_asked.clone(),
        ..stated.clone()
    };
    sampled == *standing && stated.looked_at < standing.looked_at.plus(RENEWED)
}

/// An event where something no longer agrees, or agrees again.
fn tell_the_trail(
    db: &mut Database,
    standing: Option<&Statement>,
    stated: &Statement,
    act: &Act,
) -> Result<(), Problem> {
    let before = standing.map_or(&[][..], |standing| &standing.differences);
    let same = before.len() == stated.differences.len()
        && before.iter().zip(&stated.differences).all(|(before, now)| before.is_again(now));
    if same {
        return Ok(());
    }
    let action = if stated.coherent { "coherence.restored" } else { "coherence.broken" };
    let event = Event {
        action,
        subject: format!("coherence-statement {}", act.at),
        payload: json!({ "differences": stated.differences, "more": stated.more_differences }),
    };
    Ok(db.write(|db| audit::record(db, event, &mut system_rng(), act))?)
}
