//! The orders that two officers approve.

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use store::Database;
use store::database::MultiBackend;
use store::schema::{card_orders, decisions, order_flags};

use super::{Hands, Inbox, InboxError, LISTED, Matter, Reader, Waiting, Why};
use crate::approval::{SubjectKind, Verdict};
use crate::decision;
use crate::officers::rows::{self, Condition};
use crate::order::{self, CardOrder, OrderStatus};
use crate::queue::deadlines;

/// Orders that are read at once; where all of them are near to the officer, as many again.
const AT_ONCE: i64 = LISTED as i64 + 1;
/// How often.
const TIMES: usize = 4;

/// Those that wait, oldest first; whether somebody has approved one already makes no difference but to him. What he submitted, has signed
/// for or is not there for is left out by the query, so that it stands before nothing that is his.
pub(super) fn read(db: &mut Database, reader: &Reader<'_>, inbox: &mut Inbox) -> Result<(), InboxError> {
    let (login, scopes) = (reader.officer.login.as_str(), reader.officer.scopes());
    if let Some(why) = reader.signs_none(SubjectKind::CardOrder, false) {
        return reader.hide(inbox, why, || waiting().count().get_result(db));
    }
    reader.hide(inbox, Why::Signed, || waiting().filter(signed_by(login)).count().get_result(db))?;
    reader.hide(inbox, Why::Own, || {
        let own = waiting().filter(card_orders::submitted_by.eq(login));
        own.filter(not(signed_by(login))).count().get_result(db)
    })?;
    if let Some(within) = rows::orders(&scopes) {
        reader.hide(inbox, Why::Scope, || anothers(login).filter(not(within)).count().get_result(db))?;
    }
    let (mut after, mut his) = (None, 0);
    for _ in 0..TIMES {
        let orders = page(db, login, rows::orders(&scopes), after.as_ref())?;
        let full = orders.len() as i64 == AT_ONCE;
        after = orders.last().map(|last| (last.submitted_at, last.number.clone()));
        for waiting in take(db, reader, orders)? {
            match waiting {
                Err(why) => inbox.hide(why, 1),
                Ok(_) if his == LISTED => {
                    inbox.more = true;
                    return Ok(());
                }
                Ok(waiting) => {
                    his += 1;
                    inbox.to_sign.push(waiting);
                }
            }
        }
        if !full {
            return Ok(());
        }
    }
    inbox.more = true;
    Ok(())
}

type Query<'a> = card_orders::BoxedQuery<'a, MultiBackend>;

fn waiting<'a>() -> Query<'a> {
    let asking = order_flags::table
        .filter(order_flags::order_number.eq(card_orders::number))
        .filter(order_flags::order_version.eq(card_orders::version))
        .filter(order_flags::second_officer.eq(true));
    card_orders::table
        .filter(card_orders::status.eq(OrderStatus::Submitted.as_str()))
        .filter(exists(asking))
        .into_boxed()
}

/// That this officer has approved the order, as it stands.
fn signed_by(login: &str) -> Condition<'_, card_orders::table> {
    let approval = decisions::table
        .filter(decisions::subject_kind.eq(SubjectKind::CardOrder.as_str()))
        .filter(decisions::subject_number.eq(card_orders::number))
        .filter(decisions::subject_version.eq(card_orders::version))
        .filter(decisions::decided_by.eq(login))
        .filter(decisions::decision.eq(Verdict::Approve.as_str()));
    Box::new(exists(approval))
}

/// Those in which he has had no hand.
fn anothers(login: &str) -> Query<'_> {
    waiting().filter(card_orders::submitted_by.ne(login)).filter(not(signed_by(login)))
}

/// Of those the oldest after this one that he is there for.
fn page(
    db: &mut Database,
    login: &str,
    within: Option<Condition<'_, card_orders::table>>,
    after: Option<&(store::Timestamp, String)>,
) -> Result<Vec<CardOrder>, InboxError> {
    let mut query = anothers(login).order((card_orders::submitted_at, card_orders::number)).limit(AT_ONCE);
    if let Some(within) = within {
        query = query.filter(within);
    }
    if let Some((submitted_at, number)) = after {
        let as_late = card_orders::submitted_at.eq(*submitted_at).and(card_orders::number.gt(number));
        query = query.filter(card_orders::submitted_at.gt(*submitted_at).or(as_late));
    }
    Ok(CardOrder::load(db, query)?)
}

fn take(
    db: &mut Database,
    reader: &Reader<'_>,
    orders: Vec<CardOrder>,
) -> Result<Vec<Result<Waiting, Why>>, InboxError> {
    let mut deadlines = match reader.hours {
        Some(hours) => deadlines(db, hours, &orders, reader.at)?.into_iter().map(Some).collect(),
        None => vec![None; orders.len()],
    };
    let numbers: Vec<&str> = orders.iter().map(|order| order.number.as_str()).collect();
    let mut decisions = decision::of_each(db, SubjectKind::CardOrder, &numbers)?;
    let mut taken = Vec::with_capacity(orders.len());
    for (order, deadline) in orders.into_iter().zip(deadlines.drain(..)) {
        let (decidable, reach) = (order.decidable(), order.reach());
        // Others may have signed in his name.
        let on_it = decisions.remove(&order.number).unwrap_or_default();
        let signed_by = order::approvals_among(db, &order, on_it)?;
        let hands = Hands {
            kind: SubjectKind::CardOrder,
            submitted_by: &order.submitted_by,
            signed_by: &signed_by,
            reach: &reach,
            concerns: decidable.concerns.as_ref(),
        };
        let judged = reader.judge(db, &hands)?;
        let names = match order.service_in_words() {
            Some(service) => (service, String::new()),
            None => (order.family_name, order.given_name),
        };
        let matter = Matter::Order { number: order.number, kind: order.kind, names };
        taken.push(judged.map(|by| Waiting {
            deadline,
            by,
            ..Waiting::of(matter, order.submitted_at, None)
        }));
    }
    Ok(taken)
}
