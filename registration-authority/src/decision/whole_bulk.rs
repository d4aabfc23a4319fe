//! A bulk counts whole or not at all: before the worker takes the first of its rows it looks at each, and what it finds then is said of
//! every row, whenever that is handed in.

use diesel::prelude::*;
use professional_registry::{Registry, RegistryError};
use store::schema::card_orders;
use store::{Act, Code, Database, Fault};

use super::nonce;
use super::receive::{SignedBy, may_decide, within_the_register};
use crate::approval::{BulkRow, BulkStatement, Decidable, Verdict, Verified};
use crate::certification::evidence::EvidenceError;
use crate::faults;
use crate::order::{self, OrderError, OrderState};
use crate::risk::{self, AloneBecause, RiskError};

/// Takes the nonce of the bulk back, and its row `subject` where the bulk counts. It does where its officer may decide on each order that
/// he signed for in the state that he signed, handed in or not, and, of an approval, none asks for a look or for two officers. What has gone on to
/// another version, or was refused or withdrawn, is no row any more and keeps no other back. The first of its rows settles that, under a lock of
/// each; a later one is looked at again by itself, since something may have been found of it. The outer error is the database's.
pub(super) fn take(
    db: &mut Database,
    registry: &mut dyn Registry,
    by: SignedBy<'_>,
    (bulk, subject): (&BulkStatement, &Decidable),
    verified: &Verified,
    act: &Act,
) -> Result<Result<(), Code>, EvidenceError> {
    nonce::lock(db, &verified.statement)?;
    let first = nonce::is_unused(db, &verified.statement)?;
    if let Err(refused) = nonce::take_back(db, &verified.statement, &verified.signed, act.at)? {
        return Ok(Err(refused.code()));
    }
    if let Some(code) = nonce::refusal(db, &verified.statement)? {
        return Ok(Err(code));
    }
    let looked_at: Vec<&BulkRow> =
        bulk.rows().iter().filter(|row| first || row.number == subject.number).collect();
    // Whoever withdraws one waits, or has been there before. By number, as the rows stand: two who lock several do not wait for each other.
    for row in &looked_at {
        diesel::update(card_orders::table.find(&row.number))
            .set(card_orders::status.eq(card_orders::status))
            .execute(db)?;
    }
    for row in looked_at {
        if let Err(code) = look(db, registry, by, (bulk, row, subject), act)? {
            if first {
                nonce::refuse(db, &verified.statement, code)?;
            }
            return Ok(Err(code));
        }
    }
    Ok(Ok(()))
}

/// The code of why this row keeps the bulk from counting, if it does; of `subject` alone also where its order has ended.
fn look(
    db: &mut Database,
    registry: &mut dyn Registry,
    by: SignedBy<'_>,
    (bulk, row, subject): (&BulkStatement, &BulkRow, &Decidable),
    act: &Act,
) -> Result<Result<(), Code>, EvidenceError> {
    let order = match order::get(db, &row.number) {
        Ok(order) => order,
        Err(OrderError::Database(error)) => return Err(error.into()),
        Err(error) => return Ok(Err(error.code())),
    };
    let decidable = match within_the_register(db, registry, &order) {
        Ok(decidable) => decidable,
        Err(code) if code == store::fault::DATABASE => {
            return Err(diesel::result::Error::RollbackTransaction.into());
        }
        Err(code) => return Ok(Err(code)),
    };
    let Some(statement) = bulk.on(&decidable) else { return Ok(Ok(())) };
    let ended = match order.state {
        OrderState::Withdrawn { .. } => true,
        // By a bulk of refusals itself it is, as soon as it is handed in.
        OrderState::Refused { .. } => bulk.verdict() == Verdict::Approve,
        _ => false,
    };
    if ended && row.number != subject.number {
        return Ok(Ok(()));
    }
    if let Err(code) = may_decide(db, by, &decidable, &statement)? {
        return Ok(Err(code));
    }
    if ended || bulk.verdict() == Verdict::Refuse {
        return Ok(Ok(()));
    }
    match risk::alone_because(db, registry, &order, act.at) {
        Ok(None) => Ok(Ok(())),
        Ok(Some(AloneBecause::TwoOfficers)) => Ok(Err(faults::BULK_TWO_OFFICERS)),
        Ok(Some(AloneBecause::Look)) => Ok(Err(faults::BULK_LOOK_NEEDED)),
        Err(RiskError::Database(error) | RiskError::Registry(RegistryError::Database(error))) => {
            Err(error.into())
        }
        Err(error) => Ok(Err(error.code())),
    }
}
