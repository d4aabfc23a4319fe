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
use store::{Act, BrokenRule, Code, Database, Fault, audit};
use thiserror::Error;

use super::request::{self, CertificateRequest, RequestState};
use super::structure_names::{self, NameError};
use crate::eligibility::{self, Asker, NotEligible, OfferFacts, OfferedProfile};
use crate::faults;
use crate::numbering::{self, Series};
use crate::officers::{self, NotAuthorised, Reach, Right};
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
    /// The rules of the offer do not permit it.
    #[error(transparent)]
    NotEligible(#[from] NotEligible),
    /// The common name is missing or does not fit the host names.
    #[error("commonName: {0}")]
    CommonName(&'static str),
    /// A name that is none.
    #[error(transparent)]
    Name(#[from] NameError),
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
            Self::NotEligible(error) => error.code(),
            Self::CommonName(_) => faults::REQUEST_COMMON_NAME,
            Self::Name(error) => error.code(),
            Self::OnReserve(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }

    fn broken_rules(&self) -> Vec<BrokenRule> {
        match self {
            Self::NotEligible(error) => error.broken_rules(),
            _ => Vec::new(),
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
    officer.require_within(&Reach::Structure(new.structure.to_string()))?;
    let unknown = || SubmitRequestError::ProfileNotOffered(new.profile.chars().take(64).collect());
    let (rules, offer) =
        eligibility::offer_of(&new.profile).map_err(NotEligible::from)?.ok_or_else(unknown)?;
    if !rules.offered {
        return Err(eligibility::not_offered(rules).into());
    }
    let csr = CertificationRequest::read(&new.csr)?;
    let profile = issuance.profiles.get(&offer.id).ok_or_else(unknown)?;
    key_policy::check(&csr.public_key, &profile.keys, issuance.blocklist)?;
    let (common_name, dns_names) = names(offer, &csr)?;
    let asked = std::iter::once(common_name.as_str()).chain(dns_names.iter().map(String::as_str));
    let record = registry.structure(db, &new.structure)?;
    let key = key_standing(db, &new.structure, &csr.public_key)?;
    let facts = OfferFacts {
        asker: Asker::Officer(officer.role),
        structure: new.structure.as_str(),
        record: record.as_ref(),
        name_refused: structure_names::refused(db, &new.structure, asked)?,
        open_request: key.open_request.as_deref(),
        key_known: key.known,
    };
    eligibility::permit_offer(rules, &facts)?;

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

/// A server's common name is one of its host names; a service has a common name and no host name.
fn names(
    offer: &OfferedProfile,
    csr: &CertificationRequest,
) -> Result<(String, Vec<String>), SubmitRequestError> {
    let common_name =
        csr.common_name.clone().ok_or(SubmitRequestError::CommonName("the request's subject has none"))?;
    if !offer.host_names {
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

/// What is known of a key that somebody asks a certificate for.
struct KeyStanding {
    /// The open request for it.
    open_request: Option<String>,
    /// Why it is not the structure's own.
    known: Option<&'static str>,
}

/// A key belongs to one structure, is asked for once at a time, and never again once it was compromised.
fn key_standing(
    db: &mut Database,
    structure: &TechnicalStructureId,
    public_key: &[u8],
) -> Result<KeyStanding, SubmitRequestError> {
    let earlier: Vec<(String, String, String)> = certificate_requests::table
        .filter(certificate_requests::public_key.eq(public_key))
        .order(certificate_requests::number)
        .select((certificate_requests::number, certificate_requests::structure, certificate_requests::status))
        .load(db)?;
    let is_open = |status: &str| matches!(status, "submitted" | "approved");
    let open_request =
        earlier.iter().find(|(_, _, status)| is_open(status)).map(|(number, _, _)| number.clone());
    let of_another = earlier.iter().any(|(_, of, status)| !is_open(status) && *of != structure.to_string());
    let mut known = of_another.then_some("another structure asked for it");
    // What is certified over an open request's key is that request's matter.
    if open_request.is_none() && known.is_none() {
        let own = earlier.iter().any(|(_, _, status)| status == "issued");
        known = certificate::with_key(db, public_key)?.iter().find_map(|one| match &one.status {
            CertificateStatus::Abandoned => None,
            CertificateStatus::Revoked { reason, .. } if reason == "keyCompromise" => {
                Some("it was revoked as compromised")
            }
            _ if own => None,
            _ => Some("it is certified for another"),
        });
    }
    Ok(KeyStanding { open_request, known })
}
