use card::CardNumber;
use diesel::prelude::*;
use professional_registry::RegistryError;
use rand_core::CryptoRng;
use serde_json::json;
use store::schema::reviews;
use store::{Act, Database, Fault, Timestamp};

use super::review::{deciders, record};
use super::{LookAt, LookRule, Since, table};
use crate::mandate::next_day;
use crate::order::{CardOrder, Origin};
use crate::risk::{self, RiskError};

/// Draws whether another officer looks again at an order that one has approved. The worker's, inside the transaction by which the
/// approval takes effect. What a plan ordered was read as a plan; what two have approved was read twice.
pub(crate) fn draw(
    db: &mut Database,
    order: &CardOrder,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<()> {
    if matches!(order.origin, Origin::Plan(_)) || deciders(db, order, order.version)?.len() != 1 {
        return Ok(());
    }
    let mut drawn = [0; 4];
    rng.fill_bytes(&mut drawn);
    let look = rule(LookAt::Approval);
    if falls_within(look.share_percent, u32::from_be_bytes(drawn)) {
        open(db, look, (&order.number, order.version), None, rng, act)?;
    }
    Ok(())
}

/// Has another look at a card that its holder opposes by himself. Inside the transaction of the opposition.
pub(crate) fn open_opposition(
    db: &mut Database,
    card: &CardNumber,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<()> {
    let mut drawn = [0; 4];
    rng.fill_bytes(&mut drawn);
    let look = rule(LookAt::HolderOpposition);
    if falls_within(look.share_percent, u32::from_be_bytes(drawn)) {
        let contact_changed_at = contact_changed(db, card, act)?;
        open(db, look, (&card.to_string(), 1), contact_changed_at, rng, act)?;
    }
    Ok(())
}

/// When the contact of the card's holder had changed shortly before. What cannot be read keeps no stolen card alive.
fn contact_changed(db: &mut Database, card: &CardNumber, act: &Act) -> QueryResult<Option<Timestamp>> {
    let Some(card) = card::find(db, card)? else { return Ok(None) };
    match risk::contact_changed_lately(db, &card.holder, act.at) {
        Ok(changed_at) => Ok(changed_at),
        Err(RiskError::Database(error) | RiskError::Registry(RegistryError::Database(error))) => Err(error),
        Err(error) => {
            tracing::error!(code = error.code().name, "card {}: {error}", card.number);
            Ok(None)
        }
    }
}

/// What the table says of it; where it cannot be read, all of it and at once.
fn rule(at: LookAt) -> LookRule {
    let all = LookRule { at, share_percent: 100, from: Since::AtOnce };
    table().ok().and_then(|table| table.look(at)).unwrap_or(all)
}

/// Whether what was drawn, evenly among all there are, is in the first `share` hundredths.
pub(super) fn falls_within(share: u32, drawn: u32) -> bool {
    (u64::from(drawn) * 100) >> 32 < u64::from(share)
}

fn open(
    db: &mut Database,
    look: LookRule,
    (subject, version): (&str, i64),
    contact_changed_at: Option<Timestamp>,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<()> {
    let mut drawn = [0; 8];
    rng.fill_bytes(&mut drawn);
    let number = format!("RL-{}", hex::encode_upper(drawn));
    diesel::insert_into(reviews::table)
        .values((
            reviews::number.eq(&number),
            reviews::looks_at.eq(look.at.as_str()),
            reviews::subject.eq(subject),
            reviews::version.eq(version),
            reviews::opened_at.eq(act.at),
            reviews::contact_changed_at.eq(contact_changed_at),
            reviews::due_from.eq(match look.from {
                Since::AtOnce => act.at,
                Since::NextDay => next_day(act.at),
            }),
        ))
        .execute(db)?;
    let payload = json!({ "at": look.at.as_str(), "of": subject, "version": version });
    record(db, "review.opened", (&number, payload), rng, act)
}
