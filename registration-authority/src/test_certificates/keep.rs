//! One step towards what should stand, taken by officers.

use ca_core::issuance::IssuanceContext;
use ca_core::revocation::{self, RevocationReason, RevokeError};
use ca_core::serial::SerialNumber;
use openssl::ec::{EcGroup, EcKey};
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::PKey;
use openssl::x509::{X509Name, X509Req};
use professional_registry::Registry;
use rand_core::CryptoRng;
use store::{Act, Actor, Code, Database, Fault};
use thiserror::Error;

use super::TestCertificate;
use super::standing::{Due, Seen};
use crate::approval::{DemoApprover, DemoKeyError};
use crate::certificate_request::{
    self, DecideRequestError, NewCertificateRequest, RequestError, SubmitRequestError, Wanted,
    structure_names,
};
use crate::faults;
use crate::numbering::{self, Series};
use crate::officers::{self, NotAuthorised, Right};

/// The officers who act, and what they act with.
pub struct Office<'a> {
    /// The register that knows the structure.
    pub registry: &'a mut dyn Registry,
    /// What every issuance shares.
    pub issuance: IssuanceContext<'a>,
    /// What signs their decisions.
    pub approver: &'a DemoApprover,
    /// Who asks, by login.
    pub submitter: &'a str,
    /// Who approves; another one.
    pub decider: &'a str,
}

/// What was done for one test certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Nothing: one stands, or is on its way.
    NotNow,
    /// Nothing: no structure was allowed its name, this installation keeps none.
    NotWanted,
    /// It was asked for and approved, by this number; the worker certifies it.
    For(String),
}

/// Why a test certificate is not kept.
#[derive(Debug, Error)]
pub enum TestCertificateError {
    /// The revoker may not.
    #[error(transparent)]
    NotAuthorised(#[from] NotAuthorised),
    /// A request cannot be read.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// It is not taken.
    #[error(transparent)]
    Submit(#[from] SubmitRequestError),
    /// The approval cannot be signed.
    #[error(transparent)]
    Key(#[from] DemoKeyError),
    /// The PKCS#10 request cannot be made.
    #[error("the request of a test certificate: {0}")]
    Csr(#[from] ErrorStack),
    /// It is not approved.
    #[error(transparent)]
    Decide(#[from] DecideRequestError),
    /// It is not revoked.
    #[error(transparent)]
    Revoke(#[from] RevokeError),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for TestCertificateError {
    fn code(&self) -> Code {
        match self {
            Self::NotAuthorised(error) => error.code(),
            Self::Request(error) => error.code(),
            Self::Submit(error) => error.code(),
            Self::Key(error) => error.code(),
            Self::Csr(_) => faults::TEST_CERTIFICATE_KEY,
            Self::Decide(error) => error.code(),
            Self::Revoke(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// Asks for a test certificate where one is due, and has it approved. Whoever does so at the same time waits, then finds
/// it done. Inside the caller's write transaction, with the rights of the web role; the acts are those of the officers,
/// at the moment of `act`.
pub fn ask(
    db: &mut Database,
    office: &mut Office<'_>,
    shows: TestCertificate,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Asked, TestCertificateError> {
    numbering::hold(db, Series::CertificateRequest, act.at)?;
    let Some(structure) = structure_names::allowed_to(db, shows.name())? else { return Ok(Asked::NotWanted) };
    if !matches!(Seen::of(db, shows)?.due(shows, act.at), Due::Request) {
        return Ok(Asked::NotNow);
    }
    let csr = request_of_no_one(shows.name())?;
    let new = NewCertificateRequest {
        profile: shows.profile().to_owned(),
        wanted: Wanted::Structure(structure),
        csr,
    };
    let asks = by(office.submitter, act);
    let request = certificate_request::submit(db, office.registry, office.issuance, new, rng, &asks)?;
    let proof = office.approver.approve(&request.decidable(), office.decider, rng, act.at)?;
    let (verifier, decides) = (office.approver.verifier(), by(office.decider, act));
    let (number, version) = (&request.number, request.version);
    certificate_request::approve(db, office.registry, &verifier, number, version, &proof, rng, &decides)?;
    Ok(Asked::For(request.number))
}

/// Has the officer of this login revoke the certificate that is to be revoked, where it is still good. Inside the
/// caller's write transaction; not with the rights of the web role, which ends certificates of cards alone.
pub fn revoke_due(
    db: &mut Database,
    revoker: &str,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Option<SerialNumber>, TestCertificateError> {
    numbering::hold(db, Series::CertificateRequest, act.at)?;
    let shows = TestCertificate::Revoked;
    let Due::Revoke(issuer, serial) = Seen::of(db, shows)?.due(shows, act.at) else { return Ok(None) };
    let revokes = by(revoker, act);
    officers::require(db, Right::Oppose, &revokes)?;
    let reason = RevocationReason::CessationOfOperation;
    revocation::revoke(db, &issuer, &serial, reason, rng, &revokes)?;
    Ok(Some(serial))
}

/// The act of an officer, at the same moment.
fn by(login: &str, act: &Act) -> Act {
    Act { actor: Actor::Officer(login.to_owned()), ..act.clone() }
}

/// A PKCS#10 request over a key that lives no longer than this function: nobody can ever use the certificate.
fn request_of_no_one(common_name: &str) -> Result<Vec<u8>, ErrorStack> {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1)?;
    // OpenSSL overwrites the scalar when it gives the key up (EC_KEY_free).
    let key = PKey::from_ec_key(EcKey::generate(&group)?)?;
    let mut name = X509Name::builder()?;
    name.append_entry_by_nid(Nid::COMMONNAME, common_name)?;
    let mut request = X509Req::builder()?;
    request.set_subject_name(&name.build())?;
    request.set_pubkey(&key)?;
    request.sign(&key, MessageDigest::sha256())?;
    request.build().to_der()
}
