//! Keys and certificates that a ceremony file provides for: what the ceremony and the worker, which makes the
//! next OCSP responders, do in one way.

use diesel::prelude::*;
use serde_json::json;
use sha2::{Digest, Sha256};
use store::audit::{Event, record};
use store::schema::service_keys;
use store::{Act, CryptoRng, Database, crash_point};

use super::CeremonyError;
use super::outcome::CertificateMade;
use super::steps::{CeremonyBearer, CertificateStep, KeyStep};
use crate::epoch::Epoch;
use crate::issuance::{
    self, Bearer, Evidence, IssuanceContext, IssuanceRequest, IssuedCertificate, NewAuthorityKey, Prepared,
};
use crate::service_key::{self, NewServiceKey, Purpose};
use crate::signer::{KeyReference, Signer};

/// What every certificate of a ceremony file is prepared with.
pub(super) struct Bench<'a> {
    pub(super) context: IssuanceContext<'a>,
    /// The file.
    pub(super) evidence: &'a Evidence,
    pub(super) epoch: &'a Epoch,
}

/// Says in the audit trail that a key was made.
pub(super) fn record_key(
    db: &mut Database,
    step: &KeyStep,
    reference: &KeyReference,
    public_key: &[u8],
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<(), CeremonyError> {
    let event = Event {
        action: "key.made",
        subject: format!("key {reference}"),
        payload: json!({
            "label": step.label,
            "kind": step.kind,
            "public_key_sha256": hex::encode(Sha256::digest(public_key)),
        }),
    };
    Ok(db.write(|db| record(db, event, rng, act))?)
}

/// Certifies a key as the step says.
#[expect(clippy::too_many_arguments, reason = "the house's parameter order")]
pub(super) fn certify(
    db: &mut Database,
    signer: &mut dyn Signer,
    bench: &Bench<'_>,
    step: &CertificateStep,
    key: &KeyReference,
    public_key: &[u8],
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<IssuedCertificate, CeremonyError> {
    let prepared = prepare(db, bench, step, key, public_key, rng, act)?;
    issuance::issue(db, signer, prepared, rng, act)
        .map_err(|source| CeremonyError::Issue { subject: step.label.clone(), source: Box::new(source) })
}

/// Intends the certificate of a step.
pub(super) fn prepare(
    db: &mut Database,
    bench: &Bench<'_>,
    step: &CertificateStep,
    key: &KeyReference,
    public_key: &[u8],
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Prepared, CeremonyError> {
    let (bearer, not_after) = match &step.bearer {
        CeremonyBearer::Authority { validity, root } => {
            let serial_prefix = (!root).then(|| {
                let laid_down = bench.context.identity.serial_prefix(&step.label);
                laid_down.unwrap_or_else(|| draw_serial_prefix(rng))
            });
            let new = NewAuthorityKey { short_name: &step.label, key, serial_prefix };
            (Bearer::Authority(new), Some(validity.end(act.at)))
        }
        CeremonyBearer::Service { .. } => (Bearer::EndEntity, None),
    };
    let request = IssuanceRequest {
        profile: &step.profile,
        issuer: &step.issuer,
        bearer,
        facts: &step.facts(),
        public_key,
        not_after,
    };
    db.write(|db| issuance::prepare(db, bench.context, &request, bench.evidence, bench.epoch, rng, act))
        .map_err(|source| CeremonyError::Prepare { subject: step.label.clone(), source: Box::new(source) })
}

/// Records the service that a certificate is for; nothing where it is an authority's.
pub(super) fn record_bearer(
    db: &mut Database,
    step: &CertificateStep,
    key: &KeyReference,
    public_key: &[u8],
    issued: &IssuedCertificate,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<(), CeremonyError> {
    match &step.bearer {
        CeremonyBearer::Authority { .. } => Ok(()),
        CeremonyBearer::Service { purpose, .. } => {
            record_service(db, &step.label, key, public_key, *purpose, Some(issued), rng, act)
        }
    }
}

/// Records a key of the installation's own, unless it stands already.
#[expect(clippy::too_many_arguments, reason = "the house's parameter order")]
pub(super) fn record_service(
    db: &mut Database,
    name: &str,
    key: &KeyReference,
    public_key: &[u8],
    purpose: Purpose,
    certificate: Option<&IssuedCertificate>,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<(), CeremonyError> {
    let certificate = certificate.map(|issued| (issued.issuer.as_str(), &issued.serial));
    let event = Event {
        action: "service-key.recorded",
        subject: format!("service key {name}"),
        payload: json!({ "purpose": purpose.name(), "key": key.to_string() }),
    };
    db.write(|db| {
        let standing: i64 = service_keys::table.filter(service_keys::name.eq(name)).count().get_result(db)?;
        if standing > 0 {
            return Ok(());
        }
        let new = NewServiceKey { name, purpose, key, public_key, certificate };
        service_key::record(db, &new, act)?;
        record(db, event, rng, act)
    })?;
    crash_point("ceremony.service-recorded");
    Ok(())
}

/// What a step's certificate is, for a transcript.
pub(super) fn made(step: &CertificateStep, issued: IssuedCertificate) -> CertificateMade {
    CertificateMade {
        label: step.label.clone(),
        profile: step.profile.clone(),
        issuer: issued.issuer,
        serial: issued.serial.to_string(),
        sha256: hex::encode(Sha256::digest(&issued.der)),
    }
}

/// Eight octets whose first is 01 to 7F, so that a serial number is positive and keeps its sixteen
/// octets (domain.md §1.5 [C]).
fn draw_serial_prefix(rng: &mut dyn CryptoRng) -> [u8; 8] {
    let mut prefix = [0; 8];
    while prefix[0] == 0 {
        rng.fill_bytes(&mut prefix);
        prefix[0] &= 0x7F;
    }
    prefix
}
