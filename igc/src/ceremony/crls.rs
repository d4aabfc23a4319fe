use std::time::Duration;

use ca_core::ceremony::{Course, CrlMade, CrlReach, CrlStep, Step};
use crl_publisher::publish::{CeremonyCrl, sign_ceremony_crl};
use openssl::sha::sha256;
use store::{Act, Database, Timestamp};

use crate::installation::{Installation, system_rng};
use crate::jobs;
use crate::problem::Problem;

/// Has the publisher sign the CRL of a step, with the key that only a ceremony has.
pub fn sign(
    installation: &Installation,
    db: &mut Database,
    course: &Course<'_>,
    step: &CrlStep,
    begun: Timestamp,
    act: &Act,
) -> Result<CrlMade, Problem> {
    let wanted = match step.reach {
        CrlReach::Days(days) => CeremonyCrl::For(Duration::from_secs(u64::from(days) * 86_400)),
        CrlReach::Last => CeremonyCrl::Last,
    };
    // The CRL before it may stand in the object store alone: what was revoked on it is forgotten by none that follows.
    jobs::take_back_of(installation, db, &step.authority);
    let (folder, policy) = (jobs::folder(installation), jobs::policy(&installation.config));
    let mut signer = course.signer(&mut system_rng(), act);
    let (name, rng) = (&step.authority, &mut system_rng());
    let signed = sign_ceremony_crl(db, &mut signer, &folder, &policy, name, wanted, begun, rng, act)?;
    Ok(CrlMade {
        issuer: step.authority.clone(),
        number: signed.number,
        this_update: signed.this_update,
        next_update: signed.next_update,
        sha256: hex::encode(sha256(&signed.der)),
    })
}

/// What was revoked since the last CRL of an authority was signed is put on another one while its key still
/// stands. Once its destruction has begun there may be no key to ask.
pub fn complete_last(
    installation: &Installation,
    db: &mut Database,
    course: &Course<'_>,
    authority: &str,
    destruction: &Step,
    act: &Act,
) -> Result<(), Problem> {
    let last = CrlStep { authority: authority.to_owned(), reach: CrlReach::Last };
    match (course.begun_at(&Step::Crl(last.clone())), course.begun_at(destruction)) {
        (Some(begun), None) => sign(installation, db, course, &last, begun, act).map(drop),
        _ => Ok(()),
    }
}
