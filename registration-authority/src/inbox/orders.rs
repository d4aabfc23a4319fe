//! The orders that two officers approve.

use diesel::dsl::exists;
use diesel::prelude::*;
use store::Database;
use store::schema::{card_orders, order_flags};

use super::{Hands, Inbox, InboxError, LOOKED_AT, Matter, Reader, Waiting};
use crate::approval::SubjectKind;
use crate::order::{self, CardOrder, OrderStatus};
use crate::queue::{WorkingHours, deadlines};

/// Those that wait, oldest first; whether somebody has approved one already makes no difference but to him.
pub(super) fn read(
    db: &mut Database,
    reader: &Reader<'_>,
    hours: &WorkingHours,
    inbox: &mut Inbox,
) -> Result<(), InboxError> {
    let asking = order_flags::table
        .filter(order_flags::order_number.eq(card_orders::number))
        .filter(order_flags::order_version.eq(card_orders::version))
        .filter(order_flags::second_officer.eq(true));
    let open = card_orders::table
        .filter(card_orders::status.eq(OrderStatus::Submitted.as_str()))
        .filter(exists(asking))
        .order((card_orders::submitted_at, card_orders::number))
        .limit(LOOKED_AT + 1)
        .into_boxed();
    let mut orders = CardOrder::load(db, open)?;
    inbox.more |= orders.len() > LOOKED_AT as usize;
    orders.truncate(LOOKED_AT as usize);
    let deadlines = deadlines(db, hours, &orders, reader.at)?;
    for (order, deadline) in orders.into_iter().zip(deadlines) {
        let signed_by = order::approvals(db, &order)?;
        let (decidable, reach) = (order.decidable(), order.reach());
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
        inbox.take(
            judged,
            Waiting { matter, since: order.submitted_at, deadline: Some(deadline), first: None },
        );
    }
    Ok(())
}
