//! What each step does. Each looks first for what an interrupted run has done already.

use std::fs;

use serde_json::{Value, json};
use store::{Act, CryptoRng, Database, crash_point};

use super::course::Course;
use super::custodians::{CustodianError, CustodianSet, Share};
use super::error::standing;
use super::file::Pins;
use super::outcome::{
    Acknowledged, CertificateMade, EndDecided, KeyDestroyed, KeyMade, Opened, TokenInitialised,
};
use super::steps::{CertificateStep, EndStep, KeyStep, ShareStep};
use super::verify::sha256;
use super::{CeremonyError, Step, custodian_file, making, revoking};
use crate::authority;
use crate::authority_end;
use crate::certificate::{self, CertificateStatus};
use crate::issuance::IssuedCertificate;
#[cfg(test)]
use crate::issuance::Prepared;
use crate::service_key::Purpose;
use crate::signer::{KeyId, KeyReference, TokenPins, pin};
use crate::signing::{IntendedError, IntendedSignature, sign_intended};

/// What a step gave, for the transcript.
pub(super) fn perform(
    course: &Course<'_>,
    db: &mut Database,
    step: &Step,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Value, CeremonyError> {
    let outcome = match step {
        Step::Open => json!(open(course)?),
        Step::Share(step) => json!(share(course, step, rng)?),
        Step::Acknowledge(number, name) => json!(acknowledge(course, *number, name)?),
        Step::Token(name) => json!(token(course, name, rng)?),
        Step::Key(step) => json!(key(course, db, step, rng, act)?),
        Step::Certificate(step) => json!(certificate(course, db, step, rng, act)?),
        Step::Revoke(revoke) => {
            let begun = course.begun_at(step).filter(|_| !course.is_first_attempt(step));
            let before = revoking::Before { begun, after_epoch: course.after_epoch() };
            json!(revoking::revoke(db, revoke, before, rng, act)?)
        }
        Step::End(step) => json!(end(db, step, rng, act)?),
        Step::Destroy(authority) => json!(destroy(course, db, authority)?),
        Step::Administrator(key) => json!(key),
        Step::Close => json!({}),
        Step::Crl(_) | Step::Publish => unreachable!("the program has the publisher do these"),
    };
    Ok(outcome)
}

fn open(course: &Course<'_>) -> Result<Opened, CeremonyError> {
    let tokens = course.module.tokens().tokens.iter();
    let custodians = tokens.filter_map(|token| custodian_file::read(&course.folder, &token.name).transpose());
    Ok(Opened {
        ceremony: course.ceremony.name().to_owned(),
        kind: course.ceremony.kind(),
        file_sha256: course.ceremony.sha256(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        operator: course.attendance.operator.clone(),
        witnesses: course.attendance.witnesses.clone(),
        identity_sha256: Some(sha256(course.context.identity.text().as_bytes())),
        custodians: Some(custodians.collect::<Result<_, _>>()?),
    })
}

/// Draws the PINs of a token that is not initialised yet, and shares them. Interrupted shares open nothing:
/// they are drawn anew, and written elsewhere.
fn share(
    course: &Course<'_>,
    step: &ShareStep,
    rng: &mut dyn CryptoRng,
) -> Result<CustodianSet, CeremonyError> {
    if course.module.is_initialised(&step.token)? {
        return standing(format!("token {}", step.token), "is initialised: its PINs are drawn already");
    }
    let files = &course.attendance.share_files;
    if files.len() != step.names.len() {
        let rule = format!("{} custodians, and {} files for their shares", step.names.len(), files.len());
        return standing(format!("token {}", step.token), rule);
    }
    let twice = (1..files.len()).find(|place| files[..*place].contains(&files[*place]));
    if let Some(place) = twice {
        let detail = "is named for two custodians".to_owned();
        return Err(CustodianError::File { path: files[place].clone(), detail }.into());
    }
    if let Some(path) = files.iter().find(|path| !path.starts_with("/dev/fd") && path.exists()) {
        let detail = "stands already, and a share is never overwritten".to_owned();
        return Err(CustodianError::File { path: path.clone(), detail }.into());
    }
    let pins = TokenPins { user: pin::draw(rng), security_officer: pin::draw(rng) };
    let (set, shares) = CustodianSet::share(&step.token, &pins, step.needed, &step.names, rng)?;
    for (share, path) in shares.iter().zip(files) {
        share.write(path)?;
    }
    crash_point("ceremony.shares-written");
    custodian_file::write(&course.folder, &set)?;
    crash_point("ceremony.custodians-written");
    course.module.bring_pins(&step.token, pins);
    Ok(set)
}

/// A custodian has his share; where it lies in a file, it is read back and held against its commitment.
fn acknowledge(course: &Course<'_>, number: usize, name: &str) -> Result<Acknowledged, CeremonyError> {
    let Some(custodians) = &course.ceremony.plan.custodians else {
        return standing(name, "the ceremony has no custodians");
    };
    let token = custodians.token.get_ref();
    let set = custodian_file::read(&course.folder, token)?;
    let Some(set) = set.filter(|set| set.custodians.len() >= number) else {
        return standing(format!("token {token}"), "nobody knows who holds its shares");
    };
    let path = course.attendance.share_files.get(number - 1).filter(|path| path.is_file());
    if let Some(path) = path {
        let share = Share::read(path)?;
        if set.holder(&share)?.name != name {
            return Err(CustodianError::Wrong { number: share.number(), custodian: name.to_owned() }.into());
        }
    }
    Ok(Acknowledged {
        custodian: name.to_owned(),
        commitment: set.custodians[number - 1].commitment.clone(),
        read_back: path.is_some(),
    })
}

fn token(
    course: &Course<'_>,
    name: &str,
    rng: &mut dyn CryptoRng,
) -> Result<TokenInitialised, CeremonyError> {
    let token = course.module.tokens().named(name)?;
    if !course.module.is_initialised(name)? {
        let plan = &course.ceremony.plan;
        let shared = plan.custodians.as_ref().is_some_and(|custodians| custodians.token.get_ref() == name);
        if plan.pins == Pins::Generate && !shared {
            for file in [&token.pin_file, &token.so_pin_file] {
                // None stood when the ceremony began: what does not read was cut off by a crash.
                if pin::read(file).is_err() {
                    let _ = fs::remove_file(file);
                    pin::create(file, rng)?;
                }
            }
        }
        crash_point("ceremony.pins-drawn");
        course.module.initialise(name)?;
        crash_point("ceremony.token-initialised");
    }
    Ok(TokenInitialised { token: name.to_owned(), label: token.label.clone() })
}

fn key(
    course: &Course<'_>,
    db: &mut Database,
    step: &KeyStep,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<KeyMade, CeremonyError> {
    let token = course.module.token(&step.token)?;
    let made_before = token.find_key(&step.label)?;
    if made_before.is_some() && course.is_first_attempt(&Step::Key(step.clone())) {
        return standing(format!("key {}", step.label), format!("stands already in token {}", step.token));
    }
    let (id, public_key) = match made_before {
        Some((id, public_key)) if is_whole(course, db, &step.token, &id, &public_key, rng, act)? => {
            (id, public_key)
        }
        // Certified by nobody, known to nobody: a crash left it before it was one.
        Some((id, _)) => {
            token.destroy_key(&id)?;
            token.generate_key(step.kind, &step.label)?
        }
        None => token.generate_key(step.kind, &step.label)?,
    };
    crash_point("ceremony.key-made");
    let attributes = token.key_attributes(&id)?;
    let reference = KeyReference { token: step.token.clone(), id };
    making::record_key(db, step, &reference, &public_key, rng, act)?;
    crash_point("ceremony.key-recorded");
    let made = KeyMade {
        label: step.label.clone(),
        reference,
        kind: step.kind,
        public_key: hex::encode(&public_key),
        attributes,
    };
    if step.audit {
        making::record_service(
            db,
            &step.label,
            &made.reference,
            &public_key,
            Purpose::Audit,
            None,
            rng,
            act,
        )?;
    }
    Ok(made)
}

/// What such a key signs to show that it does: nothing else begins so.
pub(crate) const KEY_TRIAL: &[u8] = b"igc-ceremony-key-trial";

/// Whether a key that an interrupted run has made is protected, and signs what its public half verifies.
fn is_whole(
    course: &Course<'_>,
    db: &mut Database,
    token: &str,
    id: &KeyId,
    public_key: &[u8],
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<bool, CeremonyError> {
    if course.module.token(token)?.key_attributes(id)?.fault().is_some() {
        return Ok(false);
    }
    let key = KeyReference { token: token.to_owned(), id: id.clone() };
    let subject = format!("trial of key {key}");
    let trial = IntendedSignature { key: &key, public_key, subject: &subject, message: KEY_TRIAL };
    match sign_intended(db, &mut course.signer(rng, act), &trial, act) {
        Ok(_) => Ok(true),
        Err(IntendedError::Signer(_)) => Ok(false),
        Err(IntendedError::Database(error)) => Err(error.into()),
    }
}

/// A key that this ceremony has made, by its label.
pub(super) fn key_of(course: &Course<'_>, label: &str) -> Option<KeyMade> {
    course.outcome().keys.into_iter().find(|key| key.label == label)
}

fn certificate(
    course: &Course<'_>,
    db: &mut Database,
    step: &CertificateStep,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<CertificateMade, CeremonyError> {
    let (key, public_key) = made_key(course, &step.label)?;
    let issued = match issued_before(db, step, &public_key)? {
        Some(issued) => issued,
        None => {
            let mut signer = course.signer(rng, act);
            making::certify(db, &mut signer, &course.bench(), step, &key.reference, &public_key, rng, act)?
        }
    };
    making::record_bearer(db, step, &key.reference, &public_key, &issued, rng, act)?;
    Ok(making::made(step, issued))
}

fn made_key(course: &Course<'_>, label: &str) -> Result<(KeyMade, Vec<u8>), CeremonyError> {
    let Some(key) = key_of(course, label) else { return standing(label, "its key is not made yet") };
    match hex::decode(&key.public_key) {
        Ok(public_key) => Ok((key, public_key)),
        Err(_) => standing(label, "its public key does not read in the transcript"),
    }
}

/// The good certificate that an interrupted run has issued for this key.
fn issued_before(
    db: &mut Database,
    step: &CertificateStep,
    public_key: &[u8],
) -> Result<Option<IssuedCertificate>, CeremonyError> {
    let known = certificate::with_key(db, public_key)?;
    // One that a crash cut off before anybody saw it is made anew.
    let is_revoked = |known: &certificate::Certificate| {
        matches!(known.status, CertificateStatus::Revoked { .. }) && known.status.der().is_some()
    };
    if known.iter().any(is_revoked) {
        return standing(&step.label, "its certificate was revoked since: begin another ceremony");
    }
    Ok(known.into_iter().find_map(|known| match known.status {
        CertificateStatus::Good { der } if known.issuer == step.issuer && known.profile == step.profile => {
            Some(IssuedCertificate { issuer: known.issuer, serial: known.serial, der })
        }
        _ => None,
    }))
}

#[cfg(test)]
pub(super) fn prepare(
    course: &Course<'_>,
    db: &mut Database,
    step: &CertificateStep,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Prepared, CeremonyError> {
    let (key, public_key) = made_key(course, &step.label)?;
    making::prepare(db, &course.bench(), step, &key.reference, &public_key, rng, act)
}

fn end(
    db: &mut Database,
    step: &EndStep,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<EndDecided, CeremonyError> {
    let decided = db.write(|db| {
        let decided = authority_end::decide(db, &step.authority, rng, act)?;
        let living_certificates = authority_end::living_certificates(db, &step.authority, act.at)?;
        if living_certificates > 0 && !step.leaves_certificates {
            // Rolls the decision back.
            let rule = format!("{living_certificates} of its certificates are good, or are being signed; revoke them, or say living_certificates = \"leave\"");
            return standing(&step.authority, rule);
        }
        let (authority, covered_until) = (decided.authority, decided.covered_until);
        Ok(EndDecided { authority, covered_until, living_certificates })
    })?;
    crash_point("ceremony.end-decided");
    Ok(decided)
}

/// Destroys the key, then looks for it in a session of its own.
fn destroy(course: &Course<'_>, db: &mut Database, short_name: &str) -> Result<KeyDestroyed, CeremonyError> {
    let authority = authority::load(db, short_name)?;
    if authority_end::find(db, short_name)?.is_none() {
        return standing(short_name, "its end was not decided");
    }
    let reference = authority.key;
    course.module.token(&reference.token)?.destroy_key(&reference.id)?;
    crash_point("ceremony.key-destroyed");
    let found = course.module.token(&reference.token)?.objects_with(&reference.id)?;
    if found > 0 {
        return Err(CeremonyError::KeyStands { authority: short_name.to_owned(), found });
    }
    Ok(KeyDestroyed { authority: short_name.to_owned(), reference, found })
}
