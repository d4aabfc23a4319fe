use diesel::dsl::{exists, not};
use diesel::prelude::*;
use rand_core::CryptoRng;
use serde_json::json;
use store::schema::{card_orders, decision_receipts, decisions_in_effect, decisions_pending};
use store::{Act, Code, Database, Fault, Timestamp, audit};

use super::decide::tell;
use super::{CardOrder, OrderError, OrderState, get};
use crate::approval::{ApprovalVerifier, SubjectKind};
use crate::decision::{self, Decision};
use crate::four_eyes;
use crate::outbox::Notice;

/// Orders of one run; the others wait for the next.
const AT_ONCE: i64 = 200;

/// What took effect in a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TookEffect {
    /// The orders of whose decision holder and submitter are told.
    pub told: Vec<String>,
    /// Orders that cannot be read, each with the code of why: nobody is told.
    pub failed: Vec<(String, Code)>,
}

/// Notes that a decision on this version waits until something follows from it, unless that is noted. The page does it when the order has
/// its decision, and the worker when it receives one, so that no page keeps holder and submitter from being told.
pub(crate) fn await_effect(
    db: &mut Database,
    number: &str,
    version: i64,
    effective_at: Timestamp,
) -> QueryResult<()> {
    let insert = diesel::insert_into(decisions_pending::table).values((
        decisions_pending::order_number.eq(number),
        decisions_pending::order_version.eq(version),
        decisions_pending::effective_at.eq(effective_at),
    ));
    match db {
        Database::Sqlite(c) => insert.on_conflict_do_nothing().execute(c),
        Database::Postgresql(c) => insert.on_conflict_do_nothing().execute(c),
    }
    .map(drop)
}

/// Tells holder and submitter of each decision that can no longer be taken back, and draws whether an approval is looked at again, each
/// in a transaction of its own. The worker's: it tells of none that it has not received, or that it has refused.
pub fn take_effect(
    db: &mut Database,
    verifier: &ApprovalVerifier,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<TookEffect> {
    let mut run = TookEffect::default();
    for (number, version) in due(db, act)? {
        match db.write(|db| one(db, verifier, &number, version, rng, act)) {
            Ok(true) => run.told.push(number),
            Ok(false) => {}
            Err(OrderError::Database(error)) => return Err(error),
            Err(error) => {
                db.write(|db| forget(db, &number, version))?;
                run.failed.push((number, error.code()));
            }
        }
    }
    Ok(run)
}

/// Versions of orders whose time has come: first those with a decision that the worker has received, then others, which
/// may have to be forgotten. The web role writes both; the receipts of the first ones it does not, so that rows which
/// nothing can come of stand in nobody's way, however many there are.
fn due(db: &mut Database, act: &Act) -> QueryResult<Vec<(String, i64)>> {
    let received = decision_receipts::table
        .filter(decision_receipts::subject_kind.eq(SubjectKind::CardOrder.as_str()))
        .filter(decision_receipts::subject_number.eq(decisions_pending::order_number))
        .filter(decision_receipts::subject_version.eq(decisions_pending::order_version));
    let of_now = decisions_pending::table
        .filter(decisions_pending::effective_at.le(act.at))
        .order((decisions_pending::effective_at, decisions_pending::order_number))
        .limit(AT_ONCE)
        .select((decisions_pending::order_number, decisions_pending::order_version));
    // What waits for its second officer has no effect yet, however many such orders there are.
    let open = card_orders::table
        .filter(card_orders::number.eq(decisions_pending::order_number))
        .filter(card_orders::version.eq(decisions_pending::order_version))
        .filter(card_orders::status.eq_any(["submitted", "waiting"]));
    let mut due: Vec<(String, i64)> = of_now.filter(exists(received)).filter(not(exists(open))).load(db)?;
    due.extend(of_now.filter(not(exists(received))).load::<(String, i64)>(db)?);
    Ok(due)
}

/// Whether anybody was told.
fn one(
    db: &mut Database,
    verifier: &ApprovalVerifier,
    number: &str,
    version: i64,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<bool, OrderError> {
    // Whoever takes the decision back waits at the row, or has been there before.
    diesel::update(card_orders::table.find(number))
        .set(card_orders::status.eq(card_orders::status))
        .execute(db)?;
    let order = get(db, number)?;
    let notice = match order.state {
        OrderState::Approved { .. } | OrderState::Ordered { .. } => Notice::Approved,
        OrderState::Refused { .. } => Notice::Refused,
        // What the worker has received holds, whatever a page keeps back: once the order says so too, they are told.
        OrderState::Submitted | OrderState::Waiting { .. }
            if order.version == version
                && matches!(standing(db, verifier, &order, act)?, Standing::Effective | Standing::Waits) =>
        {
            return Ok(false);
        }
        // Withdrawn: its holder has been told that.
        OrderState::Submitted | OrderState::Waiting { .. } | OrderState::Withdrawn { .. } => {
            forget(db, number, version)?;
            return Ok(false);
        }
    };
    let standing = match order.version == version {
        true => standing(db, verifier, &order, act)?,
        // Taken back, and decided on again.
        false => Standing::Worthless,
    };
    match standing {
        Standing::Waits => return Ok(false),
        Standing::Worthless => {
            forget(db, number, version)?;
            return Ok(false);
        }
        // No word of what the holder would read is another's than the officer's.
        Standing::Altered => return Err(OrderError::SentenceAltered(number.to_owned())),
        Standing::Effective if !forget(db, number, version)? => return Ok(false),
        // Noted once more, by whoever would have the holder told twice.
        Standing::Effective if took_effect(db, number, version)? => return Ok(false),
        Standing::Effective => {}
    }
    diesel::insert_into(decisions_in_effect::table)
        .values((
            decisions_in_effect::order_number.eq(number),
            decisions_in_effect::order_version.eq(version),
            decisions_in_effect::took_effect_at.eq(act.at),
        ))
        .execute(db)?;
    if notice == Notice::Approved {
        four_eyes::draw(db, &order, rng, act)?;
    }
    tell(db, notice, &order, rng, act)?;
    let (subject, payload) = (format!("order {number}"), json!({ "version": version }));
    audit::record(db, audit::Event { action: "order.decision-took-effect", subject, payload }, rng, act)?;
    Ok(true)
}

enum Standing {
    Waits,
    Effective,
    /// The sentence beside it is not the one that its officer signed.
    Altered,
    /// The worker refused it and told its officer, or he took it back.
    Worthless,
}

fn standing(
    db: &mut Database,
    verifier: &ApprovalVerifier,
    order: &CardOrder,
    act: &Act,
) -> QueryResult<Standing> {
    let kind = SubjectKind::CardOrder;
    let mut decisions: Vec<Decision> = decision::of(db, kind, &order.number)?;
    decisions.retain(|decision| decision.subject_version == order.version);
    for decision in &decisions {
        let Some(receipt) = decision::receipt(db, decision)? else { return Ok(Standing::Waits) };
        let holds = receipt.refusal.is_none() && receipt.is_of(&decision.proof);
        if !holds || decision::is_retracted(db, decision)? {
            return Ok(Standing::Worthless);
        }
        if decision::effective_at(db, verifier, kind, decision)? > act.at {
            return Ok(Standing::Waits);
        }
        if !decision.sentence_holds() {
            return Ok(Standing::Altered);
        }
    }
    Ok(if decisions.is_empty() { Standing::Worthless } else { Standing::Effective })
}

fn took_effect(db: &mut Database, number: &str, version: i64) -> QueryResult<bool> {
    let before = decisions_in_effect::table.find((number, version));
    diesel::select(exists(before)).get_result(db)
}

/// Whether it still stood there.
fn forget(db: &mut Database, number: &str, version: i64) -> QueryResult<bool> {
    Ok(diesel::delete(decisions_pending::table.find((number, version))).execute(db)? == 1)
}

#[cfg(test)]
mod tests;
