//! What the tests of this crate stand on: a database, an act, and a card in any state.

use std::collections::BTreeMap;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use rand_core::UnwrapErr;
use store::schema::{card_batches, card_keys, cards, certificates};
use store::{Act, Actor, Database, DatabaseRole, RequestId, Timestamp};

use crate::personalisation::{Commission, OrderDigest, Print};
use crate::{
    Card, CardKind, CardNumber, CardNumberPrefix, CardStatus, KeyUsage, NewCard, certificates as tied,
};

/// The end of the certificates of every card made here.
pub(crate) const END: Timestamp = Timestamp::from_seconds(1_890_000_000);

pub(crate) fn database() -> Database {
    let mut db = Database::open("sqlite::memory:", DatabaseRole::Owner).unwrap();
    db.migrate().unwrap();
    db
}

pub(crate) fn act() -> Act {
    act_at(Timestamp::from_seconds(1_790_000_000))
}

pub(crate) fn act_at(at: Timestamp) -> Act {
    Act { at, actor: Actor::Officer("alice".into()), request: RequestId("r-1".into()) }
}

pub(crate) fn rng() -> UnwrapErr<getrandom::SysRng> {
    UnwrapErr(getrandom::SysRng)
}

pub(crate) fn prefix() -> CardNumberPrefix {
    "26".parse().unwrap()
}

pub(crate) fn new_card(order_number: &str) -> NewCard {
    NewCard {
        kind: CardKind::Cps,
        holder: "899700000123".into(),
        former_holder: Vec::new(),
        exercise: "profession:60".into(),
        order_number: order_number.into(),
        replaces: None,
        temporary: false,
    }
}

pub(crate) fn ordered(db: &mut Database, order_number: &str) -> Card {
    db.write(|db| crate::order(db, new_card(order_number), prefix(), &mut rng(), &act())).unwrap()
}

/// What stands in these tests for the digest of an approved order.
pub(crate) fn order_of(card: &Card) -> OrderDigest {
    OrderDigest::of(card.order_number.as_bytes())
}

pub(crate) fn commission(card: &Card, print: Print) -> Commission {
    Commission { order: order_of(card), print }
}

/// A card of that order, led to `status` by the same functions that lead a real one there, but for
/// the bureau, whose keys are made up.
pub(crate) fn card_in(db: &mut Database, status: CardStatus, order_number: &str) -> Card {
    let card = ordered(db, order_number);
    let number = card.number;
    let rng = &mut rng();
    db.write(|db| {
        use CardStatus as S;
        let reaches = |state: CardStatus| match status {
            S::Opposed | S::Cancelled => false,
            S::Expired => state <= S::Certified,
            _ => state <= status,
        };
        if reaches(S::Batched) {
            let commissions = BTreeMap::from([(number, commission(&card, Print::default()))]);
            let bureau = "Bureau A".parse().unwrap();
            crate::personalisation::close_batch(db, &bureau, commissions, rng, &act()).unwrap();
        }
        if reaches(S::Personalised) {
            receive_made_up_keys(db, &number);
        }
        if reaches(S::Certified) {
            attach_made_up_certificates(db, &number);
            crate::record_certified(db, &number, END, rng, &act()).unwrap();
        }
        if reaches(S::Delivered) {
            crate::deliver(db, &number, rng, &act()).unwrap();
        }
        if reaches(S::Active) {
            crate::activate(db, &number, rng, &act()).unwrap();
        }
        match status {
            S::Opposed => drop(crate::opposition::oppose(db, &number, rng, &act()).unwrap()),
            S::Cancelled => drop(crate::cancel(db, &number, rng, &act()).unwrap()),
            S::Expired => drop(crate::expire_due(db, 1000, rng, &act_at(END)).unwrap()),
            _ => {}
        }
        Ok::<_, diesel::result::Error>(())
    })
    .unwrap();
    crate::get(db, &number).unwrap()
}

fn receive_made_up_keys(db: &mut Database, number: &CardNumber) {
    let card = crate::transition::lock(db, number).unwrap();
    let batch = card.life.batch().unwrap().to_string();
    crate::transition::apply(db, card, crate::Step::Personalise, &act()).unwrap();
    for usage in KeyUsage::ALL {
        diesel::insert_into(card_keys::table)
            .values((
                card_keys::card_number.eq(number.to_string()),
                card_keys::key_usage.eq(usage.as_str()),
                card_keys::batch.eq(&batch),
                card_keys::public_key.eq(format!("{number} {usage}").into_bytes()),
                card_keys::proof.eq(vec![0]),
                card_keys::attestation.eq(vec![0]),
                card_keys::received_at.eq(act().at),
            ))
            .execute(db)
            .unwrap();
    }
}

/// One certificate for each key, `intended`, attached under the card's lock.
pub(crate) fn attach_made_up_certificates(db: &mut Database, number: &CardNumber) {
    crate::lock_for_certification(db, number).unwrap();
    for (n, usage) in KeyUsage::ALL.into_iter().enumerate() {
        let serial = format!("{number}0{n}");
        intend_certificate(db, &serial);
        tied::attach(db, number, usage, "ACI-FO-PP", &serial).unwrap();
    }
}

/// A row of `certificates`, with the authority and the epoch it needs.
fn intend_certificate(db: &mut Database, serial: &str) {
    db.batch_execute(
        "INSERT INTO authorities (short_name, kind, parent, serial, public_key, token, key_id, created_at)
             SELECT 'ACI-FO-PP', 'root', 'ACI-FO-PP', '01', '', 'roots', '', 0
             WHERE NOT EXISTS (SELECT 1 FROM authorities);
         INSERT INTO issuance_epochs (epoch, opened_at, lease_until)
             SELECT 1, 0, 0 WHERE NOT EXISTS (SELECT 1 FROM issuance_epochs);",
    )
    .unwrap();
    diesel::insert_into(certificates::table)
        .values((
            certificates::issuer.eq("ACI-FO-PP"),
            certificates::serial.eq(serial),
            certificates::profile.eq("fo-pp-cps-auth"),
            certificates::status.eq("intended"),
            certificates::epoch.eq(1),
            certificates::evidence_kind.eq("officer"),
            certificates::evidence_digest.eq(vec![0; 32]),
            certificates::spki_sha256.eq(vec![0; 32]),
            certificates::tbs.eq(vec![0]),
            certificates::not_before.eq(0),
            certificates::not_after.eq(END),
            certificates::prepared_at.eq(0),
        ))
        .execute(db)
        .unwrap();
}

/// Sets the state of a card as no code of this crate would: for tests of the database's own rules.
pub(crate) fn force_status(db: &mut Database, number: &CardNumber, to: CardStatus) -> QueryResult<usize> {
    diesel::insert_into(card_batches::table)
        .values((
            card_batches::id.eq("L-20000101-00000000"),
            card_batches::bureau.eq("Bureau A"),
            card_batches::status.eq("closed"),
            card_batches::closed_at.eq(0),
        ))
        .execute(db)
        .ok();
    let opposed_at = (to == CardStatus::Opposed).then_some(act().at);
    let card = || cards::table.find(number.to_string());
    let row: (Option<String>, Option<Timestamp>) =
        card().select((cards::batch, cards::expires_at)).first(db)?;
    diesel::update(card())
        .set((
            cards::status.eq(to.as_str()),
            cards::batch.eq(row.0.unwrap_or_else(|| "L-20000101-00000000".into())),
            cards::expires_at.eq(row.1.unwrap_or(END)),
            cards::opposed_at.eq(opposed_at),
        ))
        .execute(db)
}
