use diesel::prelude::*;
use rand_core::CryptoRng;
use serde_json::json;
use sha2::{Digest, Sha256};
use store::schema::officer_enrolments;
use store::{Act, Code, Database, Fault, Timestamp, audit};
use thiserror::Error;

use super::{Action, CertificateRefused, Credential, Enrolment, Roster, standing};
use crate::approval::ApprovalVerifier;
use crate::approval::passkey::NewPasskey;
use crate::faults;
use crate::numbering::{self, Series};
use crate::officers::{self, NotAuthorised, OfficerEmail, OfficerError, Right, Role, Scope};

/// What an administrator has of an officer.
#[derive(Clone, Debug)]
pub enum NewCredential {
    /// A key, as his authenticator made it.
    Passkey(NewPasskey),
    /// The certificate of his card or of a system, DER.
    Certificate(Vec<u8>),
}

/// A key, or a certificate, that an administrator proposes as an officer's.
#[derive(Clone, Debug)]
pub struct NewEnrolment {
    /// Whose.
    pub login: String,
    /// For pages and letters.
    pub display_name: String,
    /// What he is there for.
    pub role: Role,
    /// For which orders; for all of them where he decides on none.
    pub scope: Scope,
    /// Where he is written to; what he had before where absent.
    pub email: Option<OfficerEmail>,
    /// The key, or the certificate.
    pub credential: NewCredential,
}

/// Why nothing is proposed.
#[derive(Debug, Error)]
pub enum ProposeError {
    /// The actor is no administrator.
    #[error(transparent)]
    NotAuthorised(#[from] NotAuthorised),
    /// A login or a name is not of the form it must have.
    #[error(transparent)]
    Officer(#[from] OfficerError),
    /// The login is another's, or the key is enrolled.
    #[error("{0}: {1}")]
    Clash(String, &'static str),
    /// The certificate signs nobody in.
    #[error(transparent)]
    Certificate(#[from] CertificateRefused),
    /// He would decide, and could not be told of what is decided in his name.
    #[error("{0} would decide, and has no address at which he is told of what is decided in his name")]
    AddressMissing(String),
    /// No key of this identifier counts.
    #[error("no enrolled key has the identifier {0}")]
    KeyUnknown(String),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for ProposeError {
    fn code(&self) -> Code {
        match self {
            Self::NotAuthorised(error) => error.code(),
            Self::Officer(error) => error.code(),
            Self::Certificate(error) => error.code(),
            Self::Clash(..) => faults::ENROLMENT_CLASH,
            Self::AddressMissing(_) => faults::OFFICER_ADDRESS_MISSING,
            Self::KeyUnknown(_) => faults::ENROLMENT_KEY_UNKNOWN,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// Proposes a key, or a certificate that stands; two administrators sign for it, the actor being one of them or not. A key that decides needs
/// an officer who can be told of what it decides. Inside the caller's write transaction.
pub fn propose(
    db: &mut Database,
    verifier: &ApprovalVerifier,
    roster: &Roster,
    new: NewEnrolment,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Enrolment, ProposeError> {
    let proposer = officers::require(db, Right::Enrol, act)?;
    officers::check_login(&new.login)?;
    officers::check_display_name(&new.display_name)?;
    let NewEnrolment { login, display_name, role, scope, email, credential } = new;
    check_scope(role, &scope)?;
    let credential = match credential {
        NewCredential::Passkey(passkey) => Credential::Passkey(passkey),
        NewCredential::Certificate(der) => Credential::Certificate(standing(db, &der, act.at)?),
    };
    let decides =
        matches!(credential, Credential::Passkey(_)) && (role.may(Right::Decide) || role.may(Right::Enrol));
    if decides && email.is_none() && !verifier.can_tell(roster, &login) {
        return Err(ProposeError::AddressMissing(login));
    }
    let clash = |why| Err(ProposeError::Clash(login.clone(), why));
    if roster.key(credential.id()).is_some() || roster.certificate(credential.id()).is_some() {
        return clash("this key is enrolled");
    }
    let another =
        |name: &str, its: Role, other: &Scope| name != display_name || its != role || *other != scope;
    let enrolled = officers::find(db, &login)?
        .is_some_and(|officer| another(&officer.display_name, officer.role, &officer.scope));
    if enrolled || roster.persons_of(&login).any(|(name, its, other)| another(name, its, other)) {
        return clash("an officer of this login has another name, role or scope");
    }
    let number = numbering::next(db, Series::OfficerEnrolment, act.at)?;
    let enrolment = Enrolment {
        number,
        action: Action::Enrol,
        login,
        display_name,
        role,
        scope,
        email,
        credential,
        not_before: act.at,
        proposed_by: proposer.login,
        proposed_at: act.at,
        decisions: Vec::new(),
    };
    record(db, enrolment, rng, act)
}

/// Proposes that a key, or a certificate, count no more, from the moment at which the worker has seen both signatures. Inside the caller's
/// write transaction.
pub fn propose_revocation(
    db: &mut Database,
    roster: &Roster,
    credential_id: &[u8],
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Enrolment, ProposeError> {
    propose_of_known(db, roster, credential_id, (Action::Revoke, None), rng, act)
}

/// Proposes that the officer who has this key, or certificate, be written to at another address: two administrators sign for
/// it as they do for his key. Inside the caller's write transaction.
pub fn propose_address(
    db: &mut Database,
    roster: &Roster,
    credential_id: &[u8],
    email: OfficerEmail,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Enrolment, ProposeError> {
    propose_of_known(db, roster, credential_id, (Action::Readdress, Some(email)), rng, act)
}

/// What is proposed of a key, or a certificate, that counts.
fn propose_of_known(
    db: &mut Database,
    roster: &Roster,
    credential_id: &[u8],
    (action, email): (Action, Option<OfficerEmail>),
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Enrolment, ProposeError> {
    let proposer = officers::require(db, Right::Enrol, act)?;
    let key = roster.key(credential_id).filter(|key| key.until.is_none());
    let certificate = roster.certificate(credential_id).filter(|one| one.until.is_none());
    let (login, display_name, (role, scope), credential) = match (key, certificate) {
        (Some(key), _) => {
            let passkey = NewPasskey { credential_id: key.credential_id.clone(), key: key.key.clone() };
            (&key.login, &key.display_name, (key.role, &key.scope), Credential::Passkey(passkey))
        }
        (None, Some(one)) => {
            let credential = Credential::Certificate(one.certificate.clone());
            (&one.login, &one.display_name, (one.role, &one.scope), credential)
        }
        (None, None) => return Err(ProposeError::KeyUnknown(hex::encode(credential_id))),
    };
    let enrolment = Enrolment {
        number: numbering::next(db, Series::OfficerEnrolment, act.at)?,
        action,
        login: login.clone(),
        display_name: display_name.clone(),
        role,
        scope: scope.clone(),
        email,
        credential,
        not_before: act.at,
        proposed_by: proposer.login,
        proposed_at: act.at,
        decisions: Vec::new(),
    };
    record(db, enrolment, rng, act)
}

/// Whoever opposes, enrols or audits does so everywhere: no card waits for the right officer.
fn check_scope(role: Role, scope: &Scope) -> Result<(), OfficerError> {
    let confined = matches!(role, Role::CertificationAgent | Role::RegistrationOfficer);
    if confined || scope.is_everything() {
        return Ok(());
    }
    Err(OfficerError::Field { field: "scope", rule: "of an agent or a registration officer" })
}

fn record(
    db: &mut Database,
    enrolment: Enrolment,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Enrolment, ProposeError> {
    let at: Timestamp = enrolment.proposed_at;
    diesel::insert_into(officer_enrolments::table)
        .values((
            officer_enrolments::number.eq(&enrolment.number),
            officer_enrolments::scope.eq(enrolment.scope.to_string()),
            officer_enrolments::action.eq(enrolment.credential.action(enrolment.action)),
            officer_enrolments::login.eq(&enrolment.login),
            officer_enrolments::display_name.eq(&enrolment.display_name),
            officer_enrolments::role.eq(enrolment.role.as_str()),
            officer_enrolments::credential_id.eq(enrolment.credential.id()),
            officer_enrolments::public_key.eq(enrolment.credential.public_key()),
            officer_enrolments::not_before.eq(enrolment.not_before),
            officer_enrolments::proposed_by.eq(&enrolment.proposed_by),
            officer_enrolments::proposed_at.eq(at),
            officer_enrolments::email.eq(enrolment.email.as_ref().map(OfficerEmail::as_str)),
        ))
        .execute(db)?;
    let payload = json!({
        "action": enrolment.credential.action(enrolment.action),
        "login": enrolment.login,
        "role": enrolment.role.as_str(),
        "key": enrolment.credential.fingerprint(),
        "address": enrolment.email.is_some(),
        "canonical_sha256": hex::encode(Sha256::digest(enrolment.decidable().canonical)),
    });
    let subject = format!("enrolment {}", enrolment.number);
    audit::record(db, audit::Event { action: "officer.enrolment-proposed", subject, payload }, rng, act)?;
    Ok(enrolment)
}
