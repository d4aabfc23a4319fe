//! The card is stolen: one transaction, and the world knows.

use std::net::SocketAddr;

use registration_authority::opposition::{self, Ground};

use super::publication::publish_everything;
use crate::demo::ocsp::{self, Moment};
use crate::demo::stage::{REVOKER, Stage};
use crate::demo::witness;
use crate::installation::system_rng;
use crate::problem::Problem;

pub fn opposition(stage: &mut Stage, status: SocketAddr) -> Result<((), String), Problem> {
    let robbed = stage.cast().robbed.clone();
    let stolen = witness::card_of(stage, &robbed)?;
    let act = stage.officer(REVOKER);
    let done = opposition::oppose(&mut stage.worker.db, &stolen, Ground::Stolen, &mut system_rng(), &act)?;
    ocsp::all_are(stage, status, &stolen, Moment::After, "revoked")?;

    publish_everything(stage)?;
    for ended in &done.certificates {
        witness::stands_on_crl(stage, &ended.issuer, &ended.serial)?;
    }
    witness::stands_on_opposition_list(stage, &stolen)?;
    let detail = format!(
        "card {stolen} stolen: {} certificates revoked in OCSP, CRL and delta; receipt {}",
        done.certificates.len(),
        done.receipt
    );
    Ok(((), detail))
}
