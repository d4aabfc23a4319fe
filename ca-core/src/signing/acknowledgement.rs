//! What somebody has made of an alarm.

use diesel::prelude::*;
use serde_json::json;
use store::audit::{Event, record};
use store::schema::{signing_acknowledgements, signing_alarms};
use store::{Act, Code, CryptoRng, Database, Fault};
use thiserror::Error;

use crate::faults;

/// The longest reason, characters.
const LONGEST_REASON: usize = 500;

/// An alarm that is not acknowledged.
#[derive(Debug, Error)]
pub enum AcknowledgeError {
    /// There is none.
    #[error("no alarm stands at {ledger} {sequence}")]
    Unknown {
        /// The ledger.
        ledger: String,
        /// The line's sequence.
        sequence: i64,
    },
    /// Somebody has seen to it.
    #[error("{by} has acknowledged it")]
    Acknowledged {
        /// Who.
        by: String,
    },
    /// Without a reason, or with one that is no text.
    #[error("reason: 1 to {LONGEST_REASON} characters, none of them a control character")]
    Reason,
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for AcknowledgeError {
    fn code(&self) -> Code {
        match self {
            Self::Unknown { .. } => faults::SIGNING_ALARM_UNKNOWN,
            Self::Acknowledged { .. } => faults::SIGNING_ALARM_ACKNOWLEDGED,
            Self::Reason => faults::SIGNING_ALARM_REASON,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// Writes down, for good and in the audit log, who has looked at an alarm and what he made of it. The alarm stays;
/// it is told of no longer, so that the next one is seen. By the operator of the machine; inside a transaction.
pub fn acknowledge(
    db: &mut Database,
    (ledger, sequence): (&str, i64),
    reason: &str,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<(), AcknowledgeError> {
    let length = reason.chars().count();
    if reason.trim().is_empty() || length > LONGEST_REASON || reason.chars().any(char::is_control) {
        return Err(AcknowledgeError::Reason);
    }
    let alarms: i64 = signing_alarms::table.find((ledger, sequence)).count().get_result(db)?;
    if alarms == 0 {
        return Err(AcknowledgeError::Unknown { ledger: ledger.to_owned(), sequence });
    }
    let by: Option<String> = signing_acknowledgements::table
        .find((ledger, sequence))
        .select(signing_acknowledgements::acknowledged_by)
        .first(db)
        .optional()?;
    if let Some(by) = by {
        return Err(AcknowledgeError::Acknowledged { by });
    }
    diesel::insert_into(signing_acknowledgements::table)
        .values((
            signing_acknowledgements::ledger.eq(ledger),
            signing_acknowledgements::sequence.eq(sequence),
            signing_acknowledgements::reason.eq(reason),
            signing_acknowledgements::acknowledged_by.eq(act.actor.to_string()),
            signing_acknowledgements::acknowledged_at.eq(act.at),
        ))
        .execute(db)?;
    let event = Event {
        action: "signing.alarm-acknowledged",
        subject: format!("ledger {ledger} {sequence}"),
        payload: json!({ "reason": reason }),
    };
    Ok(record(db, event, rng, act)?)
}
