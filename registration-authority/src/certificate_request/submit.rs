use ca_core::csr::{CertificationRequest, CsrRefused};
use ca_core::issuance::IssuanceContext;
use ca_core::key_policy::{self, KeyRefused};
use professional_registry::Registry;
use professional_registry::identifiers::TechnicalStructureId;
use rand_core::CryptoRng;
use serde_json::json;
use sha2::{Digest, Sha256};
use store::database::OnReserve;
use store::{Act, BrokenRule, Code, Database, Fault, audit};
use thiserror::Error;

use super::key_standing::KeyStanding;
use super::personal;
use super::request::{self, CertificateRequest, RequestState};
use super::structure_names::{self, NameError};
use super::subject::{Subject, Wanted};
use crate::eligibility::{
    self, Asked, Asker, NotEligible, Offer, OfferedProfile, Product, ProductRules, RequestFacts,
};
use crate::faults;
use crate::numbering::{self, Series};
use crate::officers::{self, NotAuthorised, Officer, Reach, Right};
use crate::outbox::{self, Notice};

/// What somebody asks for.
#[derive(Clone, Debug)]
pub struct NewCertificateRequest {
    /// Identifier of the profile.
    pub profile: String,
    /// Whose certificate it will be.
    pub wanted: Wanted,
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
    /// The profile is for others than who was named.
    #[error("profile {0} is for {1}")]
    ForOthers(String, &'static str),
    /// Not a PKCS#10 request whose key proves itself.
    #[error(transparent)]
    Csr(#[from] CsrRefused),
    /// The key is not one that the profile takes.
    #[error(transparent)]
    Key(#[from] KeyRefused),
    /// The rules of the offer do not permit it.
    #[error(transparent)]
    NotEligible(#[from] NotEligible),
    /// The common name is missing or does not fit the host names.
    #[error("commonName: {0}")]
    CommonName(&'static str),
    /// The address is missing, or stands where the profile has none.
    #[error("rfc822Name: {0}")]
    Address(&'static str),
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
            Self::ProfileNotOffered(_) | Self::ForOthers(..) => faults::REQUEST_PROFILE_NOT_OFFERED,
            Self::Csr(error) => error.code(),
            Self::Key(error) => error.code(),
            Self::NotEligible(error) => error.code(),
            Self::CommonName(_) => faults::REQUEST_COMMON_NAME,
            Self::Address(_) => faults::REQUEST_ADDRESS,
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
    officer.require_within(db, &reach(&new.wanted))?;
    let unknown = || SubmitRequestError::ProfileNotOffered(new.profile.chars().take(64).collect());
    let (rules, offer) =
        eligibility::offer_of(&new.profile).map_err(NotEligible::from)?.ok_or_else(unknown)?;
    if !rules.offered {
        return Err(eligibility::not_offered(rules).into());
    }
    fits(rules, offer, &new.wanted)?;
    let csr = CertificationRequest::read(&new.csr)?;
    let profile = issuance.profiles.get(&offer.id).ok_or_else(unknown)?;
    key_policy::check(&csr.public_key, &profile.keys, issuance.blocklist)?;
    let named = match &new.wanted {
        Wanted::Structure(structure) => {
            of_structure(db, registry, (rules, offer), structure, &csr, &officer, act)?
        }
        Wanted::Professional { holder, profession } => {
            personal::of_professional(db, registry, offer, (holder, *profession), &csr, officer.role, act)?
        }
        Wanted::Member { structure, local_id } => {
            personal::of_member(db, registry, offer, (structure, local_id), &csr, officer.role, act)?
        }
    };
    let request = CertificateRequest {
        number: numbering::next(db, Series::CertificateRequest, act.at)?,
        version: 1,
        profile: new.profile,
        subject: named.subject,
        common_name: named.common_name,
        dns_names: named.dns_names,
        email_address: named.email_address,
        csr: csr.der,
        public_key: csr.public_key,
        submitted_by: officer.login,
        submitted_at: act.at,
        state: RequestState::Submitted,
    };
    request::insert(db, &request)?;
    record(db, &request, rng, act)?;
    Ok(request)
}

/// Tells the submitter, the professional whom it names, and the trail.
fn record(
    db: &mut Database,
    request: &CertificateRequest,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<(), SubmitRequestError> {
    let subject = format!("certificate request {}", request.number);
    for recipient in request.recipients() {
        outbox::put(db, recipient, Notice::Received, &subject, rng, act)?;
    }
    let person = request.subject.person();
    let payload = json!({
        "profile": request.profile,
        "structure": request.subject.structure(),
        "holder": person.map(|person| person.holder.to_string()),
        "names": request.names().collect::<Vec<_>>(),
        "public_key_sha256": hex::encode(Sha256::digest(&request.public_key)),
    });
    Ok(audit::record(db, audit::Event { action: "request.submitted", subject, payload }, rng, act)?)
}

/// Before anything is known of whoever it is for.
fn reach(wanted: &Wanted) -> Reach {
    match wanted {
        Wanted::Structure(structure) | Wanted::Member { structure, .. } => Reach::structure(structure),
        Wanted::Professional { profession, .. } => {
            Reach::Exercise { profession: *profession, structures: Vec::new(), kind: None }
        }
    }
}

/// Each offer is for one kind of subject.
fn fits(rules: &ProductRules, offer: &OfferedProfile, wanted: &Wanted) -> Result<(), SubmitRequestError> {
    let (fits, whom) = match rules.product {
        Product::Offer(Offer::Ps) => {
            (matches!(wanted, Wanted::Professional { .. }), "a professional: name him and his profession")
        }
        Product::Offer(Offer::Pro) => (
            matches!(wanted, Wanted::Member { .. }),
            "one of the staff of a structure: name it and his local number",
        ),
        _ => (matches!(wanted, Wanted::Structure(_)), "a structure"),
    };
    if fits { Ok(()) } else { Err(SubmitRequestError::ForOthers(offer.id.clone(), whom)) }
}

/// Whose certificate it will be, and under which names.
pub(super) struct Naming {
    pub(super) subject: Subject,
    pub(super) common_name: String,
    pub(super) dns_names: Vec<String>,
    pub(super) email_address: Option<String>,
}

fn of_structure(
    db: &mut Database,
    registry: &mut dyn Registry,
    (rules, offer): (&ProductRules, &OfferedProfile),
    structure: &TechnicalStructureId,
    csr: &CertificationRequest,
    officer: &Officer,
    act: &Act,
) -> Result<Naming, SubmitRequestError> {
    let (common_name, dns_names) = names(offer, csr)?;
    let names = std::iter::once(common_name.as_str()).chain(dns_names.iter().map(String::as_str));
    let name_refused = structure_names::refused(db, structure, names)?;
    let key = KeyStanding::of(db, structure.as_str(), &csr.public_key)?;
    let request = RequestFacts { name_refused, ..key.facts() };
    let asked = Asked { asker: Some(Asker::Officer(officer.role)), decider: None, request };
    let mandated = eligibility::speaks_for(db, structure, (&officer.login, Some(officer.role)), [act.at; 2])?;
    eligibility::check_structure(db, registry, rules, (structure, mandated), asked)?;
    let subject = Subject::Structure(structure.clone());
    Ok(Naming { subject, common_name, dns_names, email_address: None })
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
