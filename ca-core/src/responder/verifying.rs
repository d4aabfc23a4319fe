//! The worker trusts no row: what a request must be before its key is certified.

use const_oid::db::rfc5280::ID_KP_OCSP_SIGNING;
use der::{Decode, Encode};
use sha2::{Digest, Sha256};
use store::{Act, Database};
use x509_cert::Certificate;
use x509_cert::ext::pkix::ExtendedKeyUsage;

use super::inbox::{Proofs, Request};
use super::newest::{NewestResponder, newest};
use super::provision::Provision;
use super::refusal::Refusal;
use super::statement::Statement;
use super::{CLOCK_TOLERANCE, FRESH};
use crate::authority::Authority;
use crate::certificate::{self, CertificateStatus};
use crate::profile::KeyKind;
use crate::signer::SignatureAlgorithm;

/// A request that holds.
#[derive(Debug)]
pub(super) struct VerifiedRequest {
    pub(super) statement: Statement,
    pub(super) proofs: Proofs,
    pub(super) predecessor: NewestResponder,
}

/// Verifies a request against the certificate of its predecessor, and that one against the authority's key.
pub(super) fn verify(
    db: &mut Database,
    authority: &Authority,
    provision: &Provision,
    request: &Request,
    act: &Act,
) -> Result<Result<VerifiedRequest, Refusal>, diesel::result::Error> {
    let predecessor = newest(db, &request.authority)?;
    let checked = || -> Result<VerifiedRequest, Refusal> {
        let statement = request.stated().ok_or(Refusal::Malformed)?;
        let proofs = request.proofs.clone().ok_or(Refusal::Malformed)?;
        let superseded = || Refusal::NotTheNewest(request.authority.clone());
        let predecessor =
            predecessor.filter(|newest| newest.name == request.predecessor).ok_or_else(superseded)?;
        let certificate = standing(&predecessor, authority, act)?;
        if statement.predecessor[..] != Sha256::digest(&certificate)[..] {
            return Err(superseded());
        }
        signed(&request.statement, &statement, &proofs, &predecessor.public_key)?;
        if !is_fresh(&statement, act) {
            return Err(Refusal::Stale(statement.requested_at));
        }
        if !predecessor.is_due_at(act.at) {
            return Err(Refusal::Early(predecessor.not_after));
        }
        provided_for(&statement, provision)?;
        Ok(VerifiedRequest { statement, proofs, predecessor })
    };
    let verified = match checked() {
        Ok(verified) => verified,
        Err(refusal) => return Ok(Err(refusal)),
    };
    // A certificate of this very request that was given up makes no key old.
    let known = certificate::with_key(db, &verified.statement.public_key)?;
    let seen = known.iter().any(|known| known.status.der().is_some());
    Ok(if seen { Err(Refusal::Key("has a certificate already".to_owned())) } else { Ok(verified) })
}

/// Whether a request is of now.
pub(super) fn is_fresh(statement: &Statement, act: &Act) -> bool {
    let from = statement.requested_at.minus(CLOCK_TOLERANCE);
    (from..statement.requested_at.plus(FRESH)).contains(&act.at)
}

/// Both signatures: that of the new key, and that of the predecessor.
pub(super) fn signed(
    octets: &[u8],
    statement: &Statement,
    proofs: &Proofs,
    predecessor: &[u8],
) -> Result<(), Refusal> {
    let signed_by = |key: &[u8], signature: &[u8]| {
        SignatureAlgorithm::of_key(key).is_ok_and(|algorithm| algorithm.verify(key, octets, signature))
    };
    if statement.public_key == predecessor {
        return Err(Refusal::Key("is that of the responder that asks".to_owned()));
    }
    if !signed_by(&statement.public_key, &proofs.possession) {
        return Err(Refusal::Signature("the key that it is for"));
    }
    if !signed_by(predecessor, &proofs.authorisation) {
        return Err(Refusal::Signature("the responder that asks"));
    }
    Ok(())
}

/// The predecessor's certificate, which its authority signed for a responder and which still stands.
fn standing(newest: &NewestResponder, authority: &Authority, act: &Act) -> Result<Vec<u8>, Refusal> {
    let ended = |why: String| Refusal::Ended { authority: authority.short_name.clone(), why };
    let der = match &newest.status {
        CertificateStatus::Good { der } => der,
        other => return Err(ended(format!("is {}", other.word()))),
    };
    if !newest.stands_at(act.at) {
        return Err(ended(format!("has ended at {}", newest.not_after)));
    }
    let certificate = Certificate::from_der(der).map_err(|_| ended("does not read".to_owned()))?;
    let tbs = certificate.tbs_certificate();
    let key = tbs.subject_public_key_info().to_der();
    let of_authority = tbs.to_der().is_ok_and(|octets| {
        let signature = certificate.signature().raw_bytes();
        authority.algorithm.verify(&authority.public_key, &octets, signature)
    });
    let signs_answers = tbs
        .get_extension::<ExtendedKeyUsage>()
        .is_ok_and(|found| found.is_some_and(|(_, usages)| usages.0 == [ID_KP_OCSP_SIGNING]));
    if !of_authority || !signs_answers || key.as_deref() != Ok(newest.public_key.as_slice()) {
        return Err(ended("has no certificate of its authority for this key".to_owned()));
    }
    Ok(der.clone())
}

/// Token and kind of the key are those of the ceremony's file.
fn provided_for(statement: &Statement, provision: &Provision) -> Result<(), Refusal> {
    let kind = KeyKind::of(&statement.public_key);
    if kind != Some(provision.kind) {
        return Err(Refusal::Key(format!(
            "is not of kind {}, for which the ceremony provides",
            provision.kind
        )));
    }
    if statement.key.token != provision.token {
        let rule =
            format!("is in token {}, and the ceremony provides for {}", statement.key.token, provision.token);
        return Err(Refusal::Key(rule));
    }
    Ok(())
}
