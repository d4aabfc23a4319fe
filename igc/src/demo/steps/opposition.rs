//! The card is stolen: one transaction, and the world knows.

use std::net::SocketAddr;

use registration_authority::opposition::{self, Ground};
use store::Actor;

use crate::demo::stage::{REVOKER, Stage};
use crate::demo::witness::{self, Moment};
use crate::faults;
use crate::installation::system_rng;
use crate::jobs;
use crate::problem::Problem;

pub fn opposition(stage: &mut Stage, status: SocketAddr) -> Result<((), String), Problem> {
    let stolen = witness::stolen_card(stage)?;
    let act = stage.officer(REVOKER);
    let done = opposition::oppose(&mut stage.worker.db, &stolen, Ground::Stolen, &mut system_rng(), &act)?;

    let answers = witness::ask_ocsp(stage, status, Moment::After)?;
    witness::all_say(&answers, "revoked")?;

    let act = stage.installation().act(Actor::Job("publication"));
    jobs::publish_everything(&mut stage.worker, &act)?;
    for ended in &done.certificates {
        witness::stands_on_crl(stage, &ended.issuer, &ended.serial)?;
    }
    if !witness::stands_on_opposition_list(stage, &stolen)? {
        return Err(Problem::new(faults::DEMO_STEP, format!("card {stolen} is not on the opposition list")));
    }
    let detail = format!(
        "card {stolen} stolen: {} certificates revoked in OCSP, CRL and delta; receipt {}",
        done.certificates.len(),
        done.receipt
    );
    Ok(((), detail))
}
