//! The end of a suspension: two officers lift it, or one refuses.
//!
//! ```text
//! IgcSuspensionLift DEFINITIONS EXPLICIT TAGS ::= BEGIN
//!
//! SuspensionLift ::= SEQUENCE {
//!     encodingVersion INTEGER (1),
//!     suspension      UTF8String,        -- "SU-0123456789ABCDEF"
//!     version         INTEGER,           -- one more with each refusal
//!     card            UTF8String,        -- ten digits
//!     suspendedBy     UTF8String,        -- "officer:" and a login
//!     suspendedAt     INTEGER }          -- milliseconds since 1970-01-01T00:00:00Z
//!
//! END
//! ```

use ca_core::hold::{self, HoldError};
use card::CardNumber;
use der::{Encode, Sequence};
use rand_core::CryptoRng;
use serde_json::json;
use store::audit::{self, Event};
use store::{Act, Code, Database, Fault};
use thiserror::Error;

use super::suspend::certificates_of;
use super::{Suspension, end, of_card, open};
use crate::approval::{ApprovalProof, ApprovalVerifier, Concerned, Decidable, SubjectKind, Verdict};
use crate::certification::evidence::{EvidenceError, verify_two};
use crate::decision::{self, DecideError, Given, Standing};
use crate::faults;
use crate::officers::Reach;
use crate::outbox::{self, Notice};

/// The version of the encoding. Another field, another version.
pub const LIFT_ENCODING_VERSION: u8 = 1;

/// Suspensions of one run; the others wait for the next.
const AT_ONCE: i64 = 1000;

/// Why a suspension is not lifted, or not decided on.
#[derive(Debug, Error)]
pub enum LiftError {
    /// The card is not suspended.
    #[error("card {0} is not suspended")]
    NotSuspended(CardNumber),
    /// No suspension of this number stands.
    #[error("no suspension {0} stands")]
    Unknown(String),
    /// Who decides, with what proof.
    #[error(transparent)]
    Decide(#[from] DecideError),
    /// A decision that its proof does not support.
    #[error(transparent)]
    Evidence(#[from] EvidenceError),
    /// The card's row cannot be taken.
    #[error(transparent)]
    Lock(#[from] card::TransitionError),
    /// A certificate of it cannot be released.
    #[error(transparent)]
    Hold(#[from] HoldError),
    /// A certificate of it has no readable serial number.
    #[error("card {0}: a certificate's serial number cannot be read")]
    SerialUnreadable(CardNumber),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for LiftError {
    fn code(&self) -> Code {
        match self {
            Self::NotSuspended(_) | Self::Unknown(_) => faults::SUSPENSION_NONE,
            Self::Decide(error) => error.code(),
            Self::Evidence(error) => error.code(),
            Self::Lock(error) => error.code(),
            Self::Hold(error) => error.code(),
            Self::SerialUnreadable(_) => faults::CERTIFICATION_CARD_ALTERED,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

impl Suspension {
    /// What an officer decides on. Whoever suspended the card may be one of the two who lift that.
    pub fn decidable(&self) -> Decidable {
        self.decidable_on(self.version())
    }

    /// The same of a version that it is at or was: a refusal makes the next one at once, and is received after that.
    pub(crate) fn decidable_on(&self, version: i64) -> Decidable {
        let fields = Fields {
            encoding_version: LIFT_ENCODING_VERSION,
            suspension: self.number.clone(),
            version,
            card: self.card.to_string(),
            suspended_by: self.suspended_by.clone(),
            suspended_at: self.suspended_at.millis(),
        };
        Decidable {
            kind: SubjectKind::SuspensionLift,
            number: self.number.clone(),
            version,
            state: self.standing().as_str(),
            submitted_by: self.suspended_by.clone(),
            // Who suspends does so everywhere: so does who lifts it.
            reach: Reach::Everything,
            concerns: self.holder.parse().ok().map(|holder| Concerned {
                holder: Some(holder),
                family_name: String::new(),
                given_name: String::new(),
            }),
            canonical: fields.to_der().expect("a few short fields encode"),
        }
    }
}

#[derive(Sequence)]
struct Fields {
    encoding_version: u8,
    suspension: String,
    version: i64,
    card: String,
    suspended_by: String,
    suspended_at: i64,
}

/// Approves or refuses that the card's suspension is lifted, in the name of the officer who acts and who made `proof`. The
/// first approval proposes it; with the second the worker lifts it. Inside the caller's write transaction.
#[expect(clippy::too_many_arguments, reason = "a decision, and what it is made with")]
pub fn decide(
    db: &mut Database,
    verifier: &ApprovalVerifier,
    card: &CardNumber,
    verdict: Verdict,
    proof: &ApprovalProof,
    reason_text: Option<&str>,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Suspension, LiftError> {
    let none = || LiftError::NotSuspended(*card);
    let subject = of_card(db, card)?.ok_or_else(none)?.decidable();
    let number = subject.number.clone();
    let given = Given { version: subject.version, verdict, proof, reason_text };
    let taken = decision::check(db, verifier, subject, given, act)?.record(db, act)?;
    let after = of_card(db, card)?.ok_or_else(none)?;
    let mut payload = taken.event_payload();
    payload["card"] = json!(card.to_string());
    let action = match verdict {
        Verdict::Approve => "suspension.lift-approved",
        Verdict::Refuse => "suspension.lift-refused",
    };
    audit::record(db, Event { action, subject: format!("suspension {number}"), payload }, rng, act)?;
    Ok(after)
}

/// What became of the suspensions that two officers have lifted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lifted {
    /// Cards whose certificates are good again.
    pub cards: Vec<CardNumber>,
    /// Cards, with the code of why nothing came of it.
    pub failed: Vec<(CardNumber, Code)>,
}

/// Lifts what two officers have approved, one transaction a card, once their proofs hold. Can be called any number of
/// times.
pub fn lift_released(
    db: &mut Database,
    verifier: &ApprovalVerifier,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Lifted, diesel::result::Error> {
    let mut done = Lifted::default();
    for suspension in open(db, AT_ONCE)?.into_iter().filter(|one| one.standing() == Standing::Released) {
        match db.write(|db| lift(db, verifier, &suspension.card, rng, act)) {
            Ok(true) => done.cards.push(suspension.card),
            // Decided on or opposed since, or a decision that the worker has not seen yet.
            Ok(false) | Err(LiftError::Evidence(EvidenceError::NotReceived { .. })) => {}
            Err(LiftError::Database(error) | LiftError::Hold(HoldError::Database(error))) => {
                return Err(error);
            }
            Err(error) => done.failed.push((suspension.card, error.code())),
        }
    }
    Ok(done)
}

/// Whether it was lifted. The card's row is taken first: an opposition that comes first is not undone.
fn lift(
    db: &mut Database,
    verifier: &ApprovalVerifier,
    number: &CardNumber,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<bool, LiftError> {
    let card = card::lock(db, number)?;
    let suspension = of_card(db, number)?.filter(|one| one.standing() == Standing::Released);
    let Some(suspension) = suspension else { return Ok(false) };
    let officers = verify_two(db, verifier, &suspension.decidable(), act.at)?;
    for (issuer, serial) in certificates_of(db, number)?.ok_or(LiftError::SerialUnreadable(*number))? {
        match hold::release(db, &issuer, &serial, rng, act) {
            // Revoked by itself since, or never held: nothing to release.
            Ok(_) | Err(HoldError::NotGood { .. } | HoldError::NotHeld { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    end(db, number, "lifted", act)?;
    let subject = format!("card {number}");
    outbox::tell_holder(db, &card.holder, Notice::SuspensionLifted, number, rng, act)?;
    let payload = json!({ "suspension": suspension.number, "officers": officers });
    audit::record(db, Event { action: "card.suspension-lifted", subject, payload }, rng, act)?;
    Ok(true)
}
