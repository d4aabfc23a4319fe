//! The same of an authority with shards: each shard's CRL and delta is a face of its own.

use acceptance::harness::DatabaseKind;
use diesel::prelude::*;
use serde_json::{Value, json};
use store::schema::{card_certificates, certificates};

use super::*;

pub(super) const AUTHORITY: &str = "ACI-FO-PP";

/// An installation in which this authority has two shards, with certificates on both.
pub(super) fn sharded(kind: DatabaseKind) -> Workshop {
    let workshop = workshop(kind);
    workshop.give_shards(AUTHORITY, 2);
    workshop.personalise(6);
    workshop.certify_the_rest();
    // Which shard a certificate is of is left to chance.
    while (1..=2).any(|shard| cards_of(&workshop, shard).is_empty()) {
        workshop.personalise(1);
        workshop.certify_the_rest();
    }
    assert_eq!(workshop.job("publication")["failed"], json!([]));
    workshop
}

/// The cards with a good certificate of this shard, and its serial number.
fn cards_of(workshop: &Workshop, shard: i64) -> Vec<(String, String)> {
    card_certificates::table
        .inner_join(
            certificates::table.on(certificates::issuer
                .eq(card_certificates::issuer)
                .and(certificates::serial.eq(card_certificates::serial))),
        )
        .filter(certificates::shard.eq(shard).and(certificates::status.eq("good")))
        .select((card_certificates::card_number, card_certificates::serial))
        .load(&mut workshop.open(DatabaseRole::Owner))
        .unwrap()
}

/// A card with a certificate of this shard, and that certificate.
fn card_of(workshop: &Workshop, shard: i64) -> (CardNumber, Certificate) {
    let (card, serial) = cards_of(workshop, shard).into_iter().next().expect("each shard has one");
    let card: CardNumber = card.parse().unwrap();
    let of_card = of_card(&mut workshop.open(DatabaseRole::Owner), &card).into_iter().map(|(_, one)| one);
    let certificate = of_card.into_iter().find(|one| one.serial.to_string() == serial).unwrap();
    (card, certificate)
}

#[test]
fn shards_agree_and_an_opposition_has_come_through_once_both_the_shard_and_the_whole_say_it() {
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgresql] {
        let workshop = sharded(kind);
        let (card, certificate) = card_of(&workshop, 2);
        let _status = status_service(&workshop);
        oppose(&workshop, &card);
        let told = look(&workshop)["recent_oppositions"][0].clone();
        assert_eq!(told["seen"]["crl"], Value::Null, "{told}");
        workshop.job("publication");
        workshop.job("full-crl");
        let stated = look(&workshop);
        assert_eq!((&stated["coherent"], &stated["differences"]), (&json!(true), &json!([])));
        let places: Vec<_> =
            stated["faces"].as_array().unwrap().iter().map(|face| face["place"].as_str().unwrap()).collect();
        for place in ["1.crl", "1-delta.crl", "2.crl", "2-delta.crl"] {
            assert!(places.contains(&format!("/crl/{AUTHORITY}/{place}").as_str()), "{places:?}");
        }
        let told = &stated["recent_oppositions"][0];
        assert!(told["seen"]["crl"].is_string() && told["seen"]["delta"].is_string(), "{told}");

        let history = workshop.igc(&["certificate", "history", &certificate.serial.to_string()]).json();
        let revoked_on: Vec<_> =
            history["crls"].as_array().unwrap().iter().filter(|crl| crl["revoked_at"].is_string()).collect();
        let on = |scope: &str| revoked_on.iter().any(|crl| crl["scope"] == scope && crl["kind"] == "full");
        assert!(on("all") && on("shard-2"), "{history}");
        let audited = revoked_on.iter().find(|crl| crl["scope"] == "shard-2").unwrap();
        let number = &audited["number"];
        assert_eq!(audited["audit_subject"], format!("crl {AUTHORITY} shard-2 full {number}"));
    }
}

#[test]
fn a_shard_in_the_place_of_another_and_one_that_stands_still_are_named() {
    let workshop = sharded(DatabaseKind::Sqlite);
    let older = kept(&workshop, &["crl/ACI-FO-PP/1.crl", "crl/ACI-FO-PP/1-delta.crl"]);
    let (card, certificate) = card_of(&workshop, 1);
    oppose(&workshop, &card);
    workshop.job("full-crl");
    workshop.job("full-crl");
    put_back(&older);
    let shard = |number: u8| public(&workshop, &format!("crl/ACI-FO-PP/{number}.crl"));
    fs::copy(shard(1), shard(2)).unwrap();
    let _status = status_service(&workshop);
    let found = differences_a_day_later(&workshop);
    let address = |name: &str| format!("http://localhost:8080/crl/ACI-FO-PP/{name}");
    let expected = BTreeSet::from([
        named("crl", "/crl/ACI-FO-PP/1.crl", "stale", ""),
        named("delta", "/crl/ACI-FO-PP/1-delta.crl", "stale", ""),
        // The same where certificates say that they are.
        named("address", &address("1.crl"), "stale", ""),
        named("address", &address("1-delta.crl"), "stale", ""),
        // Revoked, and on neither of the two: the CRL of everything has it.
        named("delta", "/crl/ACI-FO-PP/1-delta.crl", "missing", subject(&certificate)),
        // The status role serves no shard's CRL in the place of another's, and had none before it.
        named("crl", "/crl/ACI-FO-PP/2.crl", "unreachable", ""),
        named("address", &address("2.crl"), "unreachable", ""),
    ]);
    assert_eq!(found, expected);
}
