//! Whose key it is: an officer's passkey counts where two administrators have signed that it does, and theirs count in
//! the same way, down to roots that are pinned in the configuration (decision 31). The certificate that he signs in with, of
//! his card or of a system, is enrolled in the same way (decision 34); it decides nothing.
//!
//! A row is a proposal. What is worth something is worked out by [`Roster`] from the signatures, each time a row that it
//! rests on has changed; nothing that anybody writes into a table makes a key.

mod canonical;
mod certificate;
mod credential;
mod propose;
mod roots;
mod roster;
mod settle;
mod tell;

#[cfg(test)]
mod tests;

use diesel::prelude::*;
use rand_core::CryptoRng;
use serde_json::json;
use store::schema::officer_enrolments;
use store::{Act, Code, Database, Fault, Timestamp, audit};
use thiserror::Error;

pub use certificate::{CERTIFICATE_BOUND, CertificateRefused, standing, whose};
pub use credential::{ClientCertificate, Credential};
pub use propose::{NewCredential, NewEnrolment, ProposeError, propose, propose_address, propose_revocation};
pub use roots::{PinnedRoots, Root};
pub use roster::{Counted, EnrolledCertificate, EnrolledKey, Roster, RosterError};
pub use settle::settle;
pub use tell::tell;

use crate::approval::{ApprovalProof, ApprovalVerifier, Decidable, ProofRefused, SubjectKind, Verdict};
use crate::decision::{self, DecideError, Decision, Given, Standing};
use crate::faults;
use crate::officers::{OfficerEmail, Reach, Role, Scope};

/// What is signed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// The key, or the certificate, counts from then on.
    Enrol,
    /// It counts no more.
    Revoke,
    /// It stays what it is; whoever has it is written to elsewhere.
    Readdress,
}

/// A proposal that a key, or a certificate, be an officer's, or be so no more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enrolment {
    /// `EN-2026-000001`. The chain is walked in this order.
    pub number: String,
    /// Which of the two.
    pub action: Action,
    /// Whose.
    pub login: String,
    /// For pages and letters.
    pub display_name: String,
    /// What he is there for.
    pub role: Role,
    /// For which orders.
    pub scope: Scope,
    /// Where he is written to from then on; nothing where this says nothing of it.
    pub email: Option<OfficerEmail>,
    /// The key, or the certificate.
    pub credential: Credential,
    /// Not before then.
    pub not_before: Timestamp,
    /// The administrator who proposed it.
    pub proposed_by: String,
    /// When.
    pub proposed_at: Timestamp,
    /// Who decided what.
    pub decisions: Vec<Decision>,
}

impl Enrolment {
    /// Where it stands, as its rows say.
    pub fn standing(&self) -> Standing {
        Standing::of(&self.decisions, 1)
    }

    /// What an administrator decides on: never on his own key.
    pub fn decidable(&self) -> Decidable {
        Decidable {
            kind: SubjectKind::OfficerEnrolment,
            number: self.number.clone(),
            version: 1,
            state: match self.standing() {
                Standing::Held { .. } => SubjectKind::OfficerEnrolment.open_state(),
                settled => settled.as_str(),
            },
            submitted_by: self.login.clone(),
            reach: Reach::Everything,
            concerns: None,
            canonical: canonical::encode(self),
        }
    }
}

/// Why an enrolment cannot be had, or is not decided on.
#[derive(Debug, Error)]
pub enum EnrolmentError {
    /// There is none of this number.
    #[error("no enrolment {0}")]
    Unknown(String),
    /// A row is not what this program writes.
    #[error("enrolment {0}: {1} cannot be read")]
    RowAltered(String, &'static str),
    /// Who decides, with what proof.
    #[error(transparent)]
    Decide(#[from] DecideError),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for EnrolmentError {
    fn code(&self) -> Code {
        match self {
            Self::Unknown(_) => faults::ENROLMENT_UNKNOWN,
            Self::RowAltered(..) => faults::ENROLMENT_ROW_ALTERED,
            Self::Decide(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = officer_enrolments)]
struct Row {
    number: String,
    action: String,
    login: String,
    display_name: String,
    role: String,
    credential_id: Vec<u8>,
    public_key: Vec<u8>,
    not_before: Timestamp,
    proposed_by: String,
    proposed_at: Timestamp,
    scope: String,
    email: Option<String>,
}

impl Row {
    fn read(self, decisions: Vec<Decision>) -> Result<Enrolment, EnrolmentError> {
        let number = self.number.clone();
        let altered = |column| EnrolmentError::RowAltered(number.clone(), column);
        let (action, credential) =
            Credential::read(&self.action, self.credential_id, self.public_key).map_err(altered)?;
        let email = self.email.map(|email| email.parse().map_err(|_| altered("its address"))).transpose()?;
        Ok(Enrolment {
            action,
            email,
            scope: self.scope.parse().map_err(|_| altered("its scope"))?,
            role: self.role.parse().map_err(|_| altered("its role"))?,
            credential,
            number: self.number,
            login: self.login,
            display_name: self.display_name,
            not_before: self.not_before,
            proposed_by: self.proposed_by,
            proposed_at: self.proposed_at,
            decisions,
        })
    }
}

/// The enrolment of this number.
pub fn get(db: &mut Database, number: &str) -> Result<Enrolment, EnrolmentError> {
    let row: Option<Row> =
        officer_enrolments::table.find(number).select(Row::as_select()).first(db).optional()?;
    let row = row.ok_or_else(|| EnrolmentError::Unknown(number.to_owned()))?;
    let decisions = decision::of(db, SubjectKind::OfficerEnrolment, number)?;
    row.read(decisions)
}

/// The newest first, `limit` at most.
pub fn list(db: &mut Database, limit: i64) -> Result<Vec<Enrolment>, EnrolmentError> {
    let numbers: Vec<String> = officer_enrolments::table
        .order(officer_enrolments::number.desc())
        .limit(limit)
        .select(officer_enrolments::number)
        .load(db)?;
    numbers.iter().map(|number| get(db, number)).collect()
}

/// Those after the number `after`, in the order of the chain, `limit` at most.
pub fn list_after(db: &mut Database, after: &str, limit: i64) -> Result<Vec<Enrolment>, EnrolmentError> {
    let numbers: Vec<String> = officer_enrolments::table
        .filter(officer_enrolments::number.gt(after))
        .order(officer_enrolments::number)
        .limit(limit)
        .select(officer_enrolments::number)
        .load(db)?;
    numbers.iter().map(|number| get(db, number)).collect()
}

/// Every one, in the order of the chain, which leaves out a row that cannot be read: it enrols nobody.
pub fn all(db: &mut Database) -> QueryResult<Vec<Enrolment>> {
    let rows: Vec<Row> =
        officer_enrolments::table.order(officer_enrolments::number).select(Row::as_select()).load(db)?;
    let mut all = Vec::with_capacity(rows.len());
    for row in rows {
        let decisions = decision::of(db, SubjectKind::OfficerEnrolment, &row.number)?;
        all.extend(row.read(decisions));
    }
    Ok(all)
}

/// Approves or refuses an enrolment, in the name of the administrator who acts and whose passkey made `proof`. Inside the
/// caller's write transaction.
#[expect(clippy::too_many_arguments, reason = "a decision, and what it is made with")]
pub fn decide(
    db: &mut Database,
    verifier: &ApprovalVerifier,
    number: &str,
    verdict: Verdict,
    proof: &ApprovalProof,
    reason_text: Option<&str>,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Enrolment, EnrolmentError> {
    if let ApprovalProof::Demo(_) = proof {
        // The chain ends in passkeys; nobody enters it by a demonstration's key.
        let kind = proof.kind().as_str();
        return Err(DecideError::from(ProofRefused::Kind { kind }).into());
    }
    let subject = get(db, number)?.decidable();
    let given = Given { version: subject.version, verdict, proof, reason_text };
    let taken = decision::check(db, verifier, subject, given, act)?.record(db, act)?;
    let after = get(db, number)?;
    let mut payload = taken.event_payload();
    payload["standing"] = json!(after.standing().as_str());
    let action = match verdict {
        Verdict::Approve => "officer.enrolment-approved",
        Verdict::Refuse => "officer.enrolment-refused",
    };
    audit::record(db, audit::Event { action, subject: format!("enrolment {number}"), payload }, rng, act)?;
    Ok(after)
}
