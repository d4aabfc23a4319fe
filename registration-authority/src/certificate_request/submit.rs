use ca_core::certificate::{self, CertificateStatus};
use ca_core::csr::{CertificationRequest, CsrRefused};
use ca_core::issuance::IssuanceContext;
use ca_core::key_policy::{self, KeyRefused};
use diesel::prelude::*;
use professional_registry::identifiers::TechnicalStructureId;
use professional_registry::{Registry, RegistryError};
use rand_core::CryptoRng;
use serde_json::json;
use sha2::{Digest, Sha256};
use store::database::OnReserve;
use store::schema::certificate_requests;
use store::{Act, Code, Database, Fault, audit};
use thiserror::Error;

use super::request::{self, CertificateRequest, RequestState};
use super::structure_names::{self, NameError};
use crate::certification::structure_identifier;
use crate::faults;
use crate::numbering::{self, Series};
use crate::officers::{self, NotAuthorised, Right};
use crate::outbox::{self, Notice, Recipient};

/// What a structure asks for.
#[derive(Clone, Debug)]
pub struct NewCertificateRequest {
    /// Identifier of the profile.
    pub profile: String,
    /// Whose certificate it will be.
    pub structure: TechnicalStructureId,
    /// The PKCS#10 request, PEM or DER.
    pub csr: Vec<u8>,
}

/// A profile that is requested with a PKCS#10 request, by which authority, for a server or not.
pub(crate) struct OfferedProfile {
    pub(crate) profile: &'static str,
    pub(crate) issuer: &'static str,
    server: bool,
}

/// The offers for organisations (\[S\] domain.md §1.9).
const OFFERED: &[OfferedProfile] = &[
    OfferedProfile { profile: "el-org-serv-ssl", issuer: "ACI-EL-ORG", server: true },
    OfferedProfile { profile: "el-org-sign", issuer: "ACI-EL-ORG", server: false },
    OfferedProfile { profile: "el-org-auth-cli", issuer: "ACI-EL-ORG", server: false },
    OfferedProfile { profile: "el-org-test", issuer: "ACI-EL-ORG", server: false },
    OfferedProfile { profile: "el-org-test-short", issuer: "ACI-EL-ORG", server: false },
];

/// The offer of this profile.
pub(crate) fn offered_profile(profile: &str) -> Option<&'static OfferedProfile> {
    OFFERED.iter().find(|offer| offer.profile == profile)
}

/// Why a request is not taken.
#[derive(Debug, Error)]
pub enum SubmitRequestError {
    /// The actor may not submit.
    #[error(transparent)]
    NotAuthorised(#[from] NotAuthorised),
    /// Not a profile that is requested this way.
    #[error("profile {0:?} is not requested this way")]
    ProfileNotOffered(String),
    /// Not a PKCS#10 request whose key proves itself.
    #[error(transparent)]
    Csr(#[from] CsrRefused),
    /// The key is not one that the profile takes.
    #[error(transparent)]
    Key(#[from] KeyRefused),
    /// The register does not answer.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// The register does not know the structure.
    #[error("the register knows no structure {0}")]
    StructureUnknown(TechnicalStructureId),
    /// The structure has no identifier that a certificate may carry.
    #[error("structure {0} has neither FINESS nor SIRET in the register")]
    StructureUnidentified(TechnicalStructureId),
    /// The common name is missing or does not fit the host names.
    #[error("commonName: {0}")]
    CommonName(&'static str),
    /// A name that the structure may not have.
    #[error(transparent)]
    Name(#[from] NameError),
    /// The key is another's, or was compromised.
    #[error("the key of this request is known: {0}; make a new key pair")]
    KeyKnown(&'static str),
    /// A request for this key is open.
    #[error("request {0} for this key is open")]
    AlreadyOpen(String),
    /// What is left on the disk is for oppositions.
    #[error(transparent)]
    OnReserve(#[from] OnReserve),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for SubmitRequestError {
    fn code(&self) -> Code {
        match self {
            Self::NotAuthorised(error) => error.code(),
            Self::ProfileNotOffered(_) => faults::REQUEST_PROFILE_NOT_OFFERED,
            Self::Csr(error) => error.code(),
            Self::Key(error) => error.code(),
            Self::Registry(error) => error.code(),
            Self::StructureUnknown(_) => faults::REQUEST_STRUCTURE_UNKNOWN,
            Self::StructureUnidentified(_) => faults::REQUEST_STRUCTURE_UNIDENTIFIED,
            Self::CommonName(_) => faults::REQUEST_COMMON_NAME,
            Self::Name(error) => error.code(),
            Self::KeyKnown(_) => faults::REQUEST_KEY_KNOWN,
            Self::AlreadyOpen(_) => faults::REQUEST_ALREADY_OPEN,
            Self::OnReserve(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// Submits a request, in the name of the officer who acts. Inside the caller's write transaction.
pub fn submit(
    db: &mut Database,
    registry: &mut dyn Registry,
    issuance: IssuanceContext<'_>,
    new: NewCertificateRequest,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<CertificateRequest, SubmitRequestError> {
    db.refuse_on_reserve()?;
    let officer = officers::require(db, Right::Submit, act)?;
    let offer = offered_profile(&new.profile)
        .ok_or_else(|| SubmitRequestError::ProfileNotOffered(new.profile.chars().take(64).collect()))?;
    let csr = CertificationRequest::read(&new.csr)?;
    let profile = issuance
        .profiles
        .get(offer.profile)
        .ok_or_else(|| SubmitRequestError::ProfileNotOffered(new.profile.clone()))?;
    key_policy::check(&csr.public_key, &profile.keys, issuance.blocklist)?;
    check_structure(db, registry, &new.structure)?;
    let (common_name, dns_names) = names(offer, &csr)?;
    let asked = std::iter::once(common_name.as_str()).chain(dns_names.iter().map(String::as_str));
    structure_names::require(db, &new.structure, asked)?;
    check_key(db, &new.structure, &csr.public_key)?;

    let request = CertificateRequest {
        number: numbering::next(db, Series::CertificateRequest, act.at)?,
        version: 1,
        profile: new.profile,
        structure: new.structure,
        common_name,
        dns_names,
        csr: csr.der,
        public_key: csr.public_key,
        submitted_by: officer.login,
        submitted_at: act.at,
        state: RequestState::Submitted,
    };
    request::insert(db, &request)?;
    let subject = format!("certificate request {}", request.number);
    outbox::put(db, Recipient::Officer(&request.submitted_by), Notice::Received, &subject, rng, act)?;
    let payload = json!({
        "profile": request.profile,
        "structure": request.structure,
        "names": request.names().collect::<Vec<_>>(),
        "public_key_sha256": hex::encode(Sha256::digest(&request.public_key)),
    });
    audit::record(db, audit::Event { action: "request.submitted", subject, payload }, rng, act)?;
    Ok(request)
}

fn check_structure(
    db: &mut Database,
    registry: &mut dyn Registry,
    id: &TechnicalStructureId,
) -> Result<(), SubmitRequestError> {
    let structure =
        registry.structure(db, id)?.ok_or_else(|| SubmitRequestError::StructureUnknown(id.clone()))?;
    match structure_identifier(&structure) {
        Some(_) => Ok(()),
        None => Err(SubmitRequestError::StructureUnidentified(id.clone())),
    }
}

/// A server's common name is one of its host names; a service has a common name and no host name.
fn names(
    offer: &OfferedProfile,
    csr: &CertificationRequest,
) -> Result<(String, Vec<String>), SubmitRequestError> {
    let common_name =
        csr.common_name.clone().ok_or(SubmitRequestError::CommonName("the request's subject has none"))?;
    if !offer.server {
        return match csr.dns_names.is_empty() {
            true => Ok((common_name, Vec::new())),
            false => Err(SubmitRequestError::CommonName("this profile has no host names, the request has")),
        };
    }
    let common_name = common_name.to_ascii_lowercase();
    let dns_names = match csr.dns_names.is_empty() {
        // A request without alternative names means its common name (RFC 9525 §6.3 looks at no other).
        true => vec![common_name.clone()],
        false => csr.dns_names.clone(),
    };
    if !dns_names.contains(&common_name) {
        return Err(SubmitRequestError::CommonName("it is not among the host names of the request"));
    }
    Ok((common_name, dns_names))
}

/// A key belongs to one structure, is asked for once at a time, and never again once it was compromised.
fn check_key(
    db: &mut Database,
    structure: &TechnicalStructureId,
    public_key: &[u8],
) -> Result<(), SubmitRequestError> {
    let earlier: Vec<(String, String, String)> = certificate_requests::table
        .filter(certificate_requests::public_key.eq(public_key))
        .order(certificate_requests::number)
        .select((certificate_requests::number, certificate_requests::structure, certificate_requests::status))
        .load(db)?;
    for (number, of, status) in &earlier {
        if matches!(status.as_str(), "submitted" | "approved") {
            return Err(SubmitRequestError::AlreadyOpen(number.clone()));
        }
        if *of != structure.to_string() {
            return Err(SubmitRequestError::KeyKnown("another structure asked for it"));
        }
    }
    let own = earlier.iter().any(|(_, _, status)| status == "issued");
    for known in certificate::with_key(db, public_key)? {
        match known.status {
            CertificateStatus::Abandoned => {}
            CertificateStatus::Revoked { reason, .. } if reason == "keyCompromise" => {
                return Err(SubmitRequestError::KeyKnown("it was revoked as compromised"));
            }
            _ if own => {}
            _ => return Err(SubmitRequestError::KeyKnown("it is certified for another")),
        }
    }
    Ok(())
}
