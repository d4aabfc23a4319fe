//! When something follows from a decision on an order or a request: it waits, until it can no longer be taken back; then the worker tells
//! whoever asked. What each kind tells, and what else follows, is its own (`order::take_effect`, `certificate_request::take_effect`).

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use rand_core::CryptoRng;
use store::schema::{card_orders, decision_receipts, decisions_in_effect, decisions_pending};
use store::{Act, Code, Database, Fault, Timestamp};
use thiserror::Error;

use super::{Decision, effective_at, is_retracted, of, receipt};
use crate::approval::{ApprovalVerifier, Decidable, SubjectKind};
use crate::certificate_request::{self, RequestError};
use crate::order::{self, OrderError};

/// Decisions of one run; the others wait for the next.
const AT_ONCE: i64 = 200;

/// What took effect in a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TookEffect {
    /// The numbers of the orders and requests of whose decision whoever asked is told.
    pub told: Vec<String>,
    /// Orders and requests that cannot be read, each with the code of why: nobody is told.
    pub failed: Vec<(String, Code)>,
}

/// Why nobody is told of a decision.
#[derive(Debug, Error)]
pub(crate) enum NotTold {
    /// The order cannot be had, or its refusal says what nobody signed.
    #[error(transparent)]
    Order(#[from] OrderError),
    /// The same of a request.
    #[error(transparent)]
    Request(#[from] RequestError),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

/// Notes that a decision on this version waits until something follows from it, unless that is noted. The page does it when it records
/// the decision, and the worker when it receives one, so that no page keeps anybody from being told.
pub(crate) fn await_effect(
    db: &mut Database,
    (kind, number, version): (SubjectKind, &str, i64),
    effective_at: Timestamp,
) -> QueryResult<()> {
    let insert = diesel::insert_into(decisions_pending::table).values((
        decisions_pending::subject_kind.eq(kind.as_str()),
        decisions_pending::subject_number.eq(number),
        decisions_pending::subject_version.eq(version),
        decisions_pending::effective_at.eq(effective_at),
    ));
    match db {
        Database::Sqlite(c) => insert.on_conflict_do_nothing().execute(c),
        Database::Postgresql(c) => insert.on_conflict_do_nothing().execute(c),
    }
    .map(drop)
}

/// Tells whoever asked of each decision that can no longer be taken back, and draws whether the approval of an order is looked at again,
/// each in a transaction of its own. The worker's: it tells of none that it has not received, or that it has refused.
pub fn take_effect(
    db: &mut Database,
    verifier: &ApprovalVerifier,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<TookEffect> {
    let mut run = TookEffect::default();
    for kind in [SubjectKind::CardOrder, SubjectKind::CertificateRequest] {
        for (number, version) in due(db, kind, act)? {
            let told = db.write(|db| -> Result<bool, NotTold> {
                Ok(match kind {
                    SubjectKind::CardOrder => {
                        order::one_takes_effect(db, verifier, (&number, version), rng, act)?
                    }
                    _ => certificate_request::one_takes_effect(db, verifier, (&number, version), rng, act)?,
                })
            });
            let code = match told {
                Ok(true) => {
                    run.told.push(number);
                    continue;
                }
                Ok(false) => continue,
                Err(
                    NotTold::Database(error)
                    | NotTold::Order(OrderError::Database(error))
                    | NotTold::Request(RequestError::Database(error)),
                ) => return Err(error),
                Err(NotTold::Order(error)) => error.code(),
                Err(NotTold::Request(error)) => error.code(),
            };
            db.write(|db| forget(db, (kind, &number, version)))?;
            run.failed.push((number, code));
        }
    }
    Ok(run)
}

/// Versions whose time has come: first those with a decision that the worker has received, then others, which
/// may have to be forgotten. The web role writes both; the receipts of the first ones it does not, so that rows which
/// nothing can come of stand in nobody's way, however many there are.
fn due(db: &mut Database, kind: SubjectKind, act: &Act) -> QueryResult<Vec<(String, i64)>> {
    let received = decision_receipts::table
        .filter(decision_receipts::subject_kind.eq(decisions_pending::subject_kind))
        .filter(decision_receipts::subject_number.eq(decisions_pending::subject_number))
        .filter(decision_receipts::subject_version.eq(decisions_pending::subject_version));
    let of_now = decisions_pending::table
        .filter(decisions_pending::subject_kind.eq(kind.as_str()))
        .filter(decisions_pending::effective_at.le(act.at))
        .order((decisions_pending::effective_at, decisions_pending::subject_number))
        .limit(AT_ONCE)
        .select((decisions_pending::subject_number, decisions_pending::subject_version));
    // What waits for its second officer has no effect yet, however many such orders there are.
    let open = card_orders::table
        .filter(card_orders::number.eq(decisions_pending::subject_number))
        .filter(card_orders::version.eq(decisions_pending::subject_version))
        .filter(card_orders::status.eq_any(["submitted", "waiting"]));
    let mut due: Vec<(String, i64)> = of_now.filter(exists(received)).filter(not(exists(open))).load(db)?;
    due.extend(of_now.filter(not(exists(received))).load::<(String, i64)>(db)?);
    Ok(due)
}

/// What the decisions on a version are worth at a moment.
pub(crate) enum Worth {
    /// The worker has not received each of them, or one can still be taken back.
    Waits,
    /// Nobody takes them back any more.
    Effective,
    /// The sentence beside one is not the one that its officer signed.
    Altered,
    /// The worker refused one and told its officer, or he took it back; or there is none.
    Nothing,
}

/// What the decisions on this version are worth now.
pub(crate) fn worth(
    db: &mut Database,
    verifier: &ApprovalVerifier,
    subject: &Decidable,
    act: &Act,
) -> QueryResult<Worth> {
    let mut decisions: Vec<Decision> = of(db, subject.kind, &subject.number)?;
    decisions.retain(|decision| decision.subject_version == subject.version);
    for decision in &decisions {
        let Some(receipt) = receipt(db, decision)? else { return Ok(Worth::Waits) };
        let holds = receipt.refusal.is_none() && receipt.is_of(&decision.proof);
        if !holds || is_retracted(db, decision)? {
            return Ok(Worth::Nothing);
        }
        if effective_at(db, verifier, subject.kind, decision)? > act.at {
            return Ok(Worth::Waits);
        }
        if !decision.sentence_holds() {
            return Ok(Worth::Altered);
        }
    }
    Ok(if decisions.is_empty() { Worth::Nothing } else { Worth::Effective })
}

/// Writes down that the decisions on this version took effect, after which a trigger takes none of them back; false where that was written
/// down before. It waits no longer.
pub(crate) fn note_effect(
    db: &mut Database,
    (kind, number, version): (SubjectKind, &str, i64),
    act: &Act,
) -> QueryResult<bool> {
    forget(db, (kind, number, version))?;
    let before = decisions_in_effect::table.find((kind.as_str(), number, version));
    if diesel::select(exists(before)).get_result(db)? {
        return Ok(false);
    }
    diesel::insert_into(decisions_in_effect::table)
        .values((
            decisions_in_effect::subject_kind.eq(kind.as_str()),
            decisions_in_effect::subject_number.eq(number),
            decisions_in_effect::subject_version.eq(version),
            decisions_in_effect::took_effect_at.eq(act.at),
        ))
        .execute(db)?;
    Ok(true)
}

/// Whether it still stood there.
pub(crate) fn forget(
    db: &mut Database,
    (kind, number, version): (SubjectKind, &str, i64),
) -> QueryResult<bool> {
    let waiting = decisions_pending::table.find((kind.as_str(), number, version));
    Ok(diesel::delete(waiting).execute(db)? == 1)
}
