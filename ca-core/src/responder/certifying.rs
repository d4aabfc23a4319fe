//! Certifies the key of a request that was verified, and records the responder.

use diesel::prelude::*;
use serde_json::json;
use sha2::{Digest, Sha256};
use store::audit::{Event, record};
use store::schema::{responder_certifications, service_keys};
use store::{Act, CryptoRng, Database, crash_point};

use super::evidence;
use super::inbox::Request;
use super::provision::Provision;
use super::statement::Statement;
use super::verifying::VerifiedRequest;
use crate::epoch::Epoch;
use crate::issuance::{
    self, Bearer, Evidence, EvidenceKind, IssuanceContext, IssuanceRequest, IssuedCertificate, PrepareError,
    Prepared,
};
use crate::service_key::{self, NewServiceKey, Purpose};
use crate::subject::Facts;

const PROFILE: &str = "ocsp-responder";

/// Intends the certificate, and draws the trial in the same transaction; fails by a unique violation where another
/// worker has drawn it.
#[expect(clippy::too_many_arguments, reason = "the house's parameter order")]
pub(super) fn prepare(
    db: &mut Database,
    context: IssuanceContext<'_>,
    provision: &Provision,
    request: &Request,
    verified: &VerifiedRequest,
    trial: i64,
    epoch: &Epoch,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Prepared, PrepareError> {
    let octets = evidence::encode(&provision.ceremony, &request.statement, &verified.proofs)
        .expect("a request is far below the length DER can say");
    #[expect(clippy::disallowed_methods, reason = "the request was verified, and the ceremony's file found")]
    let evidence = Evidence::verified(EvidenceKind::Ceremony, &octets);
    let wanted = IssuanceRequest {
        profile: PROFILE,
        issuer: &request.authority,
        bearer: Bearer::EndEntity,
        facts: &Facts::new(),
        public_key: &verified.statement.public_key,
        not_after: None,
    };
    db.write(|db| {
        let prepared = issuance::prepare(db, context, &wanted, &evidence, epoch, rng, act)?;
        diesel::insert_into(responder_certifications::table)
            .values((
                responder_certifications::predecessor.eq(&request.predecessor),
                responder_certifications::trial.eq(trial),
                responder_certifications::digest.eq(&request.digest),
                responder_certifications::ceremony.eq(provision.ceremony.as_slice()),
                responder_certifications::issuer.eq(prepared.issuer()),
                responder_certifications::serial.eq(prepared.serial().to_string()),
            ))
            .execute(db)?;
        Ok(prepared)
    })
}

/// Records the responder, with the leaf that names its request and its certificate. False where it stands.
pub(super) fn record_responder(
    db: &mut Database,
    request: &Request,
    statement: &Statement,
    name: &str,
    issued: &IssuedCertificate,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<bool> {
    let event = Event {
        action: "responder.certified",
        subject: format!("responder request {}", request.name()),
        payload: json!({
            "authority": issued.issuer,
            "service_key": name,
            "predecessor": request.predecessor,
            "request_sha256": request.name(),
            "serial": issued.serial.to_string(),
            "certificate_sha256": hex::encode(Sha256::digest(&issued.der)),
        }),
    };
    let new = NewServiceKey {
        name,
        purpose: Purpose::Ocsp,
        key: &statement.key,
        public_key: &statement.public_key,
        certificate: Some((&issued.issuer, &issued.serial)),
    };
    let recorded = db.write(|db| {
        let standing: i64 = service_keys::table.filter(service_keys::name.eq(name)).count().get_result(db)?;
        if standing > 0 {
            return Ok(false);
        }
        service_key::record(db, &new, act)?;
        record(db, event, rng, act)?;
        Ok(true)
    });
    crash_point("responder.recorded");
    match recorded {
        Err(error) if store::database::is_unique_violation(&error) => Ok(false),
        recorded => recorded,
    }
}
