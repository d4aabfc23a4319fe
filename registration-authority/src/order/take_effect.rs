use diesel::prelude::*;
use rand_core::CryptoRng;
use serde_json::json;
use store::schema::card_orders;
use store::{Act, Database, audit};

use super::decide::tell;
use super::{OrderError, OrderState, get};
use crate::approval::{ApprovalVerifier, SubjectKind};
use crate::decision::{self, Worth};
use crate::four_eyes;
use crate::outbox::Notice;

/// Tells holder and submitter of the decision on this version where it can no longer be taken back; whether anybody was told. Inside the
/// caller's write transaction.
pub(crate) fn one_takes_effect(
    db: &mut Database,
    verifier: &ApprovalVerifier,
    (number, version): (&str, i64),
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<bool, OrderError> {
    // Whoever takes the decision back waits at the row, or has been there before.
    diesel::update(card_orders::table.find(number))
        .set(card_orders::status.eq(card_orders::status))
        .execute(db)?;
    let order = get(db, number)?;
    let key = (SubjectKind::CardOrder, number, version);
    // Taken back, and decided on again.
    let worth = match order.version == version {
        true => decision::worth(db, verifier, &order.decidable(), act)?,
        false => Worth::Nothing,
    };
    let notice = match order.state {
        OrderState::Approved { .. } | OrderState::Ordered { .. } => Notice::Approved,
        OrderState::Refused { .. } => Notice::Refused,
        // What the worker has received holds, whatever a page keeps back: once the order says so too, they are told.
        OrderState::Submitted | OrderState::Waiting { .. }
            if matches!(worth, Worth::Effective | Worth::Waits) =>
        {
            return Ok(false);
        }
        // Withdrawn: its holder has been told that.
        OrderState::Submitted | OrderState::Waiting { .. } | OrderState::Withdrawn { .. } => {
            decision::forget(db, key)?;
            return Ok(false);
        }
    };
    match worth {
        Worth::Waits => return Ok(false),
        Worth::Nothing => {
            decision::forget(db, key)?;
            return Ok(false);
        }
        // No word of what the holder would read is another's than the officer's.
        Worth::Altered => return Err(OrderError::SentenceAltered(number.to_owned())),
        // Noted once more, by whoever would have the holder told twice.
        Worth::Effective if !decision::note_effect(db, key, act)? => return Ok(false),
        Worth::Effective => {}
    }
    if notice == Notice::Approved {
        four_eyes::draw(db, &order, rng, act)?;
    }
    tell(db, notice, &order, rng, act)?;
    let (subject, payload) = (format!("order {number}"), json!({ "version": version }));
    audit::record(db, audit::Event { action: "order.decision-took-effect", subject, payload }, rng, act)?;
    Ok(true)
}

#[cfg(test)]
mod tests;
