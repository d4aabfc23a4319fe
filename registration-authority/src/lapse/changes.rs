//! What the register says otherwise of a card that lives on: its holder or his structure has another name, place or mode. It ends nothing, and
//! nothing is ordered by itself: it is written down, once, and stands before officers until the card is replaced or over.

use std::collections::HashMap;

use card::{Card, CardNumber, CardStatus};
use diesel::prelude::*;
use professional_registry::import::NewestFeed;
use professional_registry::{ProfessionalRecord, Registry, RegistryError};
use rand_core::CryptoRng;
use serde_json::json;
use store::audit::{self, Event};
use store::schema::card_changes;
use store::{Act, Database, Timestamp};

use super::LapseError;
use crate::eligibility::{self, BadRules, ChangeRule, Consequence, Product, StaffNamed, StaffNow, StaffThen};
use crate::mandate;
use crate::order::{self, OrderError};
use crate::renewal::claim_of;
use crate::renumbered;
use crate::staff::{self, StaffError};

/// An open change of a card: the feed in whose light it was seen, and the rule.
pub(super) type Open = (i64, String);

/// What has changed since the card was ordered, and what that leads to: the gravest alone, and nothing where it is over. `now` is what the
/// register says of its holder.
pub(crate) fn change_since<E>(
    db: &mut Database,
    registry: &mut dyn Registry,
    card: &Card,
    now: Option<&ProfessionalRecord>,
    at: Timestamp,
) -> Result<Option<&'static ChangeRule>, E>
where
    E: From<OrderError>
        + From<StaffError>
        + From<BadRules>
        + From<RegistryError>
        + From<diesel::result::Error>,
{
    let over = [CardStatus::Opposed, CardStatus::Expired, CardStatus::Cancelled];
    if over.contains(&card.life.status()) {
        return Ok(None);
    }
    let order = match order::get(db, &card.order_number) {
        Ok(order) => Some(order),
        // What cannot be read is another page's matter; the register's of now still says who has left it.
        Err(OrderError::RowAltered { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    let rules = eligibility::rules_of(Product::Card(card.kind))?;
    if let Some(tie) = order.as_ref().and_then(|order| order.tie.staff()) {
        let then = order.as_ref().map(|order| (order, order.register.structure()));
        let then = then.as_ref().map(|(order, structure)| StaffThen {
            structure: structure.as_ref(),
            named: StaffNamed { family_name: &order.family_name, given_name: &order.given_name },
        });
        let structure = eligibility::structure_of(db, registry, &tie.structure)?;
        let local_id = card.holder.split_once('/').map_or("", |(_, local_id)| local_id);
        let member = staff::find(db, &tie.structure, local_id)?;
        let spoken_for = mandate::in_force(db, &tie.structure, at)?.is_some();
        let now = StaffNow { structure: structure.as_ref(), spoken_for, member: member.as_ref() };
        return Ok(eligibility::change_of_staff(rules, then, now));
    }
    let Some((_, profession)) = claim_of(card) else { return Ok(None) };
    let then = order.and_then(|order| order.register.record());
    let then = then.as_ref().and_then(|record| record.living_exercise(profession));
    Ok(eligibility::change(rules, profession, then, now))
}

/// The open change of each of these cards that has one.
pub(super) fn open_of(db: &mut Database, page: &[CardNumber]) -> QueryResult<HashMap<String, Open>> {
    let numbers: Vec<String> = page.iter().map(CardNumber::to_string).collect();
    let rows: Vec<(String, i64, String)> = card_changes::table
        .filter(card_changes::card_number.eq_any(numbers).and(card_changes::settled_at.is_null()))
        .select((card_changes::card_number, card_changes::first_sequence, card_changes::rule))
        .load(db)?;
    Ok(rows.into_iter().map(|(card, first, rule)| (card, (first, rule))).collect())
}

/// Writes down what has changed of a card that the register still supports, and settles what has not any more: how many of each, 0 or 1.
/// `supported` is false of one that lapses or is over, and then nothing else counts. Inside the transaction of the look.
pub(super) fn look(
    db: &mut Database,
    registry: &mut dyn Registry,
    (card, supported, open): (&Card, bool, Option<&Open>),
    feed: &NewestFeed,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<(i64, i64), LapseError> {
    let rule = match supported {
        true => {
            let now = match card.holder.parse() {
                Ok(holder) => renumbered::record_now(db, registry, &holder)?,
                Err(_) => None,
            };
            change_since::<LapseError>(db, registry, card, now.as_ref(), act.at)?
        }
        false => None,
    };
    let rule = rule.filter(|rule| rule.leads_to != Consequence::End);
    if rule.map(|rule| rule.id.as_str()) == open.map(|(_, rule)| rule.as_str()) {
        return Ok((0, 0));
    }
    let mut done = (0, 0);
    if let Some(open) = open {
        settle(db, &card.number, open, feed, rng, act)?;
        done.1 = 1;
    }
    if let Some(rule) = rule
        && begin(db, &card.number, rule, feed, rng, act)?
    {
        done.0 = 1;
    }
    Ok(done)
}

/// Writes it down; false where it was, in the light of this very feed.
fn begin(
    db: &mut Database,
    number: &CardNumber,
    rule: &ChangeRule,
    feed: &NewestFeed,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<bool> {
    let before = card_changes::table.find((number.to_string(), feed.sequence, &rule.id));
    if diesel::select(diesel::dsl::exists(before)).get_result(db)? {
        return Ok(false);
    }
    let leads_to = stored(rule.leads_to);
    diesel::insert_into(card_changes::table)
        .values((
            card_changes::card_number.eq(number.to_string()),
            card_changes::first_sequence.eq(feed.sequence),
            card_changes::first_feed.eq(&feed.feed),
            card_changes::rule.eq(&rule.id),
            card_changes::leads_to.eq(leads_to),
            card_changes::found_at.eq(act.at),
        ))
        .execute(db)?;
    let payload =
        json!({ "rule": rule.id, "leads_to": leads_to, "feed": feed.feed, "sequence": feed.sequence });
    audit::record(
        db,
        Event { action: "card.changed", subject: format!("card {number}"), payload },
        rng,
        act,
    )?;
    Ok(true)
}

fn settle(
    db: &mut Database,
    number: &CardNumber,
    (first_sequence, rule): &Open,
    feed: &NewestFeed,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<()> {
    diesel::update(card_changes::table.find((number.to_string(), *first_sequence, rule)))
        .filter(card_changes::settled_at.is_null())
        .set(card_changes::settled_at.eq(act.at))
        .execute(db)?;
    let payload = json!({ "rule": rule, "feed": feed.feed, "sequence": feed.sequence });
    let event = Event { action: "card.change-settled", subject: format!("card {number}"), payload };
    audit::record(db, event, rng, act)
}

const fn stored(leads_to: Consequence) -> &'static str {
    match leads_to {
        Consequence::End => "end",
        Consequence::NewCard => "new-card",
        Consequence::Update => "update",
    }
}
