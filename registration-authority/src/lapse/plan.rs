//! More oppositions than a day may bring by itself: two officers release them, or one refuses.
//!
//! ```text
//! IgcOppositionPlan DEFINITIONS EXPLICIT TAGS ::= BEGIN
//!
//! OppositionPlan ::= SEQUENCE {
//!     encodingVersion INTEGER (1),
//!     id              UTF8String,        -- "PO-2026-000001"
//!     feed            UTF8String,        -- SHA-256 of the file that said it again, in hex
//!     plannedBy       UTF8String,        -- "job:" and the name of a job
//!     plannedAt       INTEGER,           -- milliseconds since 1970-01-01T00:00:00Z
//!     items           SEQUENCE OF Item } -- by card number
//!
//! Item ::= SEQUENCE {
//!     card            UTF8String,        -- ten digits
//!     holder          UTF8String,        -- IdNat_PS
//!     cause           UTF8String,        -- "order-holder-ceased"
//!     firstFeed       UTF8String }       -- as feed, of the file that said it first
//!
//! END
//! ```
//!
//! Where it is of software certificates, the encoding is version 2, and an item begins with the certificate in the place of the
//! card: short name of its authority, `/`, its serial number.

use card::CardNumber;
use der::{Encode, Sequence};
use diesel::prelude::*;
use professional_registry::import::NewestFeed;
use rand_core::CryptoRng;
use serde_json::json;
use store::audit::{self, Event};
use store::schema::{
    card_lapses, cards, opposition_plan_certificates, opposition_plan_items, opposition_plans,
};
use store::{Act, Code, Database, Fault, Timestamp};
use thiserror::Error;

use super::planned_end::{self, PlannedEnd};
use super::{CertificateLapse, Lapse, LapseError};
use crate::approval::{ApprovalProof, ApprovalVerifier, Decidable, SubjectKind, Verdict};
use crate::certification::evidence::verify_two;
use crate::decision::{self, DecideError, Decision, Given, Standing};
use crate::faults;
use crate::numbering::{self, Series};
use crate::officers::Reach;

/// Most cards of one plan.
pub(super) const PLAN_BOUND: usize = 2000;

/// The version of the encoding. Another field, another version.
pub const OPPOSITION_PLAN_ENCODING_VERSION: u8 = 1;

/// The version of the encoding of a plan of certificates.
const CERTIFICATES_ENCODING_VERSION: u8 = 2;

/// Cards that two officers may have opposed, or certificates that they may have revoked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OppositionPlan {
    /// `PO-2026-000001`.
    pub id: String,
    /// SHA-256, in hex, of the feed that said it again.
    pub feed: String,
    /// `job:revalidation`.
    pub planned_by: String,
    /// When.
    pub planned_at: Timestamp,
    /// Each card, by number; none of a plan of certificates.
    pub items: Vec<PlannedOpposition>,
    /// Each certificate, by its request; none of a plan of cards.
    pub certificates: Vec<PlannedEnd>,
    /// Who decided what, as far as it counts.
    pub decisions: Vec<Decision>,
}

/// One card of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedOpposition {
    /// Which.
    pub card: CardNumber,
    /// Whose.
    pub holder: String,
    /// What the register says: a stable code.
    pub cause: String,
    /// SHA-256, in hex, of the feed that said it first.
    pub first_feed: String,
    /// Whether it still waits.
    pub open: bool,
}

/// What a plan is made of.
#[derive(Clone, Copy, Debug)]
pub(super) enum Planned<'a> {
    Cards(&'a [Lapse]),
    Certificates(&'a [CertificateLapse]),
}

/// Why a plan cannot be had, or is not decided on.
#[derive(Debug, Error)]
pub enum OppositionPlanError {
    /// There is none of this identifier.
    #[error("no plan of oppositions {0}")]
    Unknown(String),
    /// A row is not what this program writes.
    #[error("plan of oppositions {0}: a card or certificate cannot be read")]
    RowAltered(String),
    /// Who decides, with what proof.
    #[error(transparent)]
    Decide(#[from] DecideError),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for OppositionPlanError {
    fn code(&self) -> Code {
        match self {
            Self::Unknown(_) => faults::OPPOSITION_PLAN_UNKNOWN,
            Self::RowAltered(_) => faults::LAPSE_ROW_ALTERED,
            Self::Decide(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

impl OppositionPlan {
    /// Where it stands, as its rows say.
    pub fn standing(&self) -> Standing {
        Standing::of(&self.decisions, 1)
    }

    /// How many cards or certificates stand in it.
    pub fn size(&self) -> usize {
        self.items.len() + self.certificates.len()
    }

    /// How many of them still wait.
    pub fn waiting(&self) -> usize {
        let cards = self.items.iter().filter(|item| item.open).count();
        cards + self.certificates.iter().filter(|item| item.open).count()
    }

    /// What an officer decides on: every card or certificate of it.
    pub fn decidable(&self) -> Decidable {
        let cards = self.items.iter().map(|item| Item {
            subject: item.card.to_string(),
            holder: item.holder.clone(),
            cause: item.cause.clone(),
            first_feed: item.first_feed.clone(),
        });
        let certificates = self.certificates.iter().map(|item| Item {
            subject: item.certificate.clone(),
            holder: item.holder.clone(),
            cause: item.cause.clone(),
            first_feed: item.first_feed.clone(),
        });
        let fields = Fields {
            encoding_version: match self.certificates.is_empty() {
                true => OPPOSITION_PLAN_ENCODING_VERSION,
                false => CERTIFICATES_ENCODING_VERSION,
            },
            id: self.id.clone(),
            feed: self.feed.clone(),
            planned_by: self.planned_by.clone(),
            planned_at: self.planned_at.millis(),
            items: cards.chain(certificates).collect(),
        };
        Decidable {
            kind: SubjectKind::OppositionPlan,
            number: self.id.clone(),
            version: 1,
            state: self.standing().as_str(),
            submitted_by: self.planned_by.clone(),
            reach: Reach::Everything,
            concerns: None,
            canonical: fields.to_der().expect("a plan is bounded, far below the length DER can say"),
        }
    }
}

#[derive(Sequence)]
struct Fields {
    encoding_version: u8,
    id: String,
    feed: String,
    planned_by: String,
    planned_at: i64,
    items: Vec<Item>,
}

#[derive(Sequence)]
struct Item {
    subject: String,
    holder: String,
    cause: String,
    first_feed: String,
}

/// Records a plan of these lapses, in a transaction of its own; its identifier.
pub(super) fn make(
    db: &mut Database,
    feed: &NewestFeed,
    planned: Planned<'_>,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<String, LapseError> {
    db.write(|db| {
        let id = numbering::next(db, Series::OppositionPlan, act.at)?;
        diesel::insert_into(opposition_plans::table)
            .values((
                opposition_plans::id.eq(&id),
                opposition_plans::sequence.eq(feed.sequence),
                opposition_plans::feed.eq(&feed.feed),
                opposition_plans::planned_by.eq(act.actor.to_string()),
                opposition_plans::planned_at.eq(act.at),
            ))
            .execute(db)?;
        let payload = match planned {
            Planned::Cards(lapses) => {
                for lapse in lapses {
                    diesel::insert_into(opposition_plan_items::table)
                        .values((
                            opposition_plan_items::plan.eq(&id),
                            opposition_plan_items::card_number.eq(lapse.card.to_string()),
                            opposition_plan_items::first_sequence.eq(lapse.first_sequence),
                        ))
                        .execute(db)?;
                }
                json!({ "cards": lapses.len(), "feed": feed.feed })
            }
            Planned::Certificates(lapses) => {
                for lapse in lapses {
                    diesel::insert_into(opposition_plan_certificates::table)
                        .values((
                            opposition_plan_certificates::plan.eq(&id),
                            opposition_plan_certificates::request.eq(&lapse.request),
                            opposition_plan_certificates::first_sequence.eq(lapse.first_sequence),
                        ))
                        .execute(db)?;
                }
                json!({ "certificates": lapses.len(), "feed": feed.feed })
            }
        };
        let subject = format!("opposition plan {id}");
        audit::record(db, Event { action: "opposition.planned", subject, payload }, rng, act)?;
        Ok(id)
    })
}

/// The plan of this identifier.
pub fn get(db: &mut Database, id: &str) -> Result<OppositionPlan, OppositionPlanError> {
    let row: Option<(String, String, Timestamp)> = opposition_plans::table
        .find(id)
        .select((opposition_plans::feed, opposition_plans::planned_by, opposition_plans::planned_at))
        .first(db)
        .optional()?;
    let (feed, planned_by, planned_at) = row.ok_or_else(|| OppositionPlanError::Unknown(id.to_owned()))?;
    let rows: Vec<(String, String, String, String, String)> = opposition_plan_items::table
        .inner_join(
            card_lapses::table.on(card_lapses::card_number
                .eq(opposition_plan_items::card_number)
                .and(card_lapses::first_sequence.eq(opposition_plan_items::first_sequence))),
        )
        .inner_join(cards::table.on(cards::number.eq(opposition_plan_items::card_number)))
        .filter(opposition_plan_items::plan.eq(id))
        .order(opposition_plan_items::card_number)
        .select((
            opposition_plan_items::card_number,
            cards::holder,
            card_lapses::cause,
            card_lapses::first_feed,
            card_lapses::status,
        ))
        .load(db)?;
    let item = |(card, holder, cause, first_feed, status): (String, String, String, String, String)| {
        let card = card.parse().map_err(|_| OppositionPlanError::RowAltered(id.to_owned()))?;
        Ok(PlannedOpposition { card, holder, cause, first_feed, open: status == "open" })
    };
    let items = rows.into_iter().map(item).collect::<Result<_, OppositionPlanError>>()?;
    let certificates = planned_end::of_plan(db, id)?;
    let decisions = decision::that_count(db, SubjectKind::OppositionPlan, id)?;
    Ok(OppositionPlan { id: id.to_owned(), feed, planned_by, planned_at, items, certificates, decisions })
}

/// The plans with cards or certificates that wait, oldest first.
pub fn waiting(db: &mut Database) -> Result<Vec<OppositionPlan>, OppositionPlanError> {
    plans_waiting(db)?.iter().map(|id| get(db, id)).collect()
}

/// Their identifiers.
pub(crate) fn plans_waiting(db: &mut Database) -> QueryResult<Vec<String>> {
    let mut ids: Vec<String> = opposition_plan_items::table
        .inner_join(
            card_lapses::table.on(card_lapses::card_number
                .eq(opposition_plan_items::card_number)
                .and(card_lapses::first_sequence.eq(opposition_plan_items::first_sequence))),
        )
        .filter(card_lapses::status.eq("open"))
        .select(opposition_plan_items::plan)
        .distinct()
        .load(db)?;
    ids.extend(planned_end::plans_waiting(db)?);
    ids.sort();
    Ok(ids)
}

/// Approves or refuses a plan, every card of it, in the name of the officer who acts and who made `proof`. Inside the
/// caller's write transaction.
#[expect(clippy::too_many_arguments, reason = "a decision, and what it is made with")]
pub fn decide(
    db: &mut Database,
    verifier: &ApprovalVerifier,
    id: &str,
    verdict: Verdict,
    proof: &ApprovalProof,
    reason_text: Option<&str>,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<OppositionPlan, OppositionPlanError> {
    let subject = get(db, id)?.decidable();
    let given = Given { version: subject.version, verdict, proof, reason_text };
    let taken = decision::check(db, verifier, subject, given, act)?.record(db, act)?;
    let after = get(db, id)?;
    let mut payload = taken.event_payload();
    payload["standing"] = json!(after.standing().as_str());
    let action = match verdict {
        Verdict::Approve => "opposition.release-approved",
        Verdict::Refuse => "opposition.release-refused",
    };
    audit::record(db, Event { action, subject: format!("opposition plan {id}"), payload }, rng, act)?;
    Ok(after)
}

/// Whether two officers have released the plan, as it stands: their proofs hold at `at`, and both could decide.
pub(super) fn is_released(
    db: &mut Database,
    verifier: &ApprovalVerifier,
    id: &str,
    at: Timestamp,
) -> Result<bool, LapseError> {
    let plan = get(db, id)?;
    if plan.standing() != Standing::Released {
        return Ok(false);
    }
    verify_two(db, verifier, &plan.decidable(), at)?;
    Ok(true)
}
