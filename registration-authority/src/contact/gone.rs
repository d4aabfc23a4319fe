//! For how long the contact of who has left the register stands.

use std::time::Duration;

use card::CardStatus;
use diesel::dsl::exists;
use diesel::prelude::*;
use professional_registry::{contacts_of_gone, forget_contacts};
use store::schema::{card_orders, cards, certificate_requests, certificates, outbox};
use store::{Database, Timestamp};

use crate::renumbered;

/// How long after the end of the last thing that somebody held he may still be written to: four times as long as a notice is tried.
const AFTERWARDS: Duration = Duration::from_secs(30 * 86_400);

/// Persons that are looked at together.
const PAGE: i64 = 500;

/// The states of a card that is over.
const OVER: [CardStatus; 3] = [CardStatus::Opposed, CardStatus::Expired, CardStatus::Cancelled];

/// Forgets telephone and e-mail of those who have left the restricted feed and hold nothing any more of whose end they are to be told: no
/// card and no certificate, since thirty days, no order or request that somebody decides on, and no notice that has not left. How
/// many. Opens its own transactions, and can be called any number of times. For the worker alone.
pub fn forget_gone(db: &mut Database, at: Timestamp) -> QueryResult<usize> {
    let (mut forgotten, mut after) = (0, String::new());
    loop {
        let page = contacts_of_gone(db, &after, PAGE)?;
        let Some(last) = page.last() else { return Ok(forgotten) };
        after.clone_from(last);
        forgotten += db.write(|db| {
            let mut over = Vec::new();
            for person in &page {
                if !is_needed(db, person, at)? {
                    over.push(person.clone());
                }
            }
            forget_contacts(db, &over)
        })?;
    }
}

/// Whether there is anything that its holder, under any of his numbers, is or was lately to be told of.
fn is_needed(db: &mut Database, person: &str, at: Timestamp) -> QueryResult<bool> {
    let (numbers, lately) = (renumbered::numbers_of(db, person)?, at.minus(AFTERWARDS));
    let over: Vec<String> = OVER.map(|status| status.to_string()).into();
    let of_cards = cards::table
        .filter(cards::holder.eq_any(&numbers))
        .filter(cards::status.ne_all(over).or(cards::changed_at.gt(lately)));
    let of_orders = card_orders::table
        .filter(card_orders::holder.eq_any(&numbers))
        .filter(card_orders::status.eq_any(["submitted", "waiting", "approved"]));
    let issued = certificates::table.on(certificates::issuer
        .nullable()
        .eq(certificate_requests::issuer)
        .and(certificates::serial.nullable().eq(certificate_requests::serial)));
    let of_certificates = certificate_requests::table
        .inner_join(issued)
        .filter(certificate_requests::common_name.eq_any(&numbers))
        .filter(certificate_requests::profession.is_not_null())
        .filter(certificates::not_after.gt(lately))
        .filter(certificates::revoked_at.is_null().or(certificates::revoked_at.gt(lately)));
    let of_requests = certificate_requests::table
        .filter(certificate_requests::common_name.eq_any(&numbers))
        .filter(certificate_requests::profession.is_not_null())
        .filter(certificate_requests::status.eq_any(["submitted", "approved"]));
    let recipients: Vec<String> = numbers.iter().map(|number| format!("holder:{number}")).collect();
    let unsent = outbox::table
        .filter(outbox::recipient.eq_any(recipients))
        .filter(outbox::sent_at.is_null().and(outbox::failed_at.is_null()));
    diesel::select(
        exists(of_cards)
            .or(exists(of_orders))
            .or(exists(of_certificates))
            .or(exists(of_requests))
            .or(exists(unsent)),
    )
    .get_result(db)
}
