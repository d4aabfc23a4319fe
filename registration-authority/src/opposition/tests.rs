use ca_core::certificate::{self, CertificateStatus};
use card::CardStatus;
use diesel::prelude::*;
use store::schema::{
    audit_events, card_oppositions, certificate_status_events, opposition_declarations, outbox,
};
use store::{Fault, RequestId};

use super::*;
use crate::testing::*;

fn counts(house: &mut House) -> [i64; 5] {
    let db = &mut house.db;
    [
        card_oppositions::table.count().get_result(db).unwrap(),
        certificate_status_events::table.count().get_result(db).unwrap(),
        opposition_declarations::table.count().get_result(db).unwrap(),
        outbox::table.count().get_result(db).unwrap(),
        audit_events::table.count().get_result(db).unwrap(),
    ]
}

fn oppose_as(house: &mut House, actor: Actor, card: &CardNumber) -> Result<Opposition, OpposeError> {
    let act = house.act(actor);
    oppose(&mut house.db, card, Ground::Stolen, &mut house.rng, &act)
}

fn rita() -> Actor {
    Actor::Officer("rita".to_owned())
}

#[test]
fn a_stolen_card_is_opposed_with_all_its_certificates() {
    let mut house = House::new();
    let mut worker = house.worker();
    let card = house.active_card(&mut worker, &nurse());
    let opposition = oppose_as(&mut house, rita(), &card).unwrap();
    assert_eq!((opposition.card, opposition.sequence), (card, 1));
    assert_eq!(opposition.receipt.len(), 19);
    assert_eq!(opposition.certificates.len(), 2);
    for ended in &opposition.certificates {
        assert!(matches!(ended.outcome, Some(Revoked::Published { .. })));
        let found = certificate::find(&mut house.db, &ended.issuer, &ended.serial).unwrap().unwrap();
        let CertificateStatus::Revoked { reason, .. } = found.status else { panic!("{found:?}") };
        assert_eq!(reason, "keyCompromise");
    }
    assert_eq!(card::get(&mut house.db, &card).unwrap().life.status(), CardStatus::Opposed);
    let notices = crate::outbox::waiting(&mut house.db, 100).unwrap();
    assert!(notices.iter().any(|n| n.notice == "card-opposed" && n.subject == format!("card {card}")));
    assert_eq!(code(oppose_as(&mut house, rita(), &card)), "card-already-opposed");
}

#[test]
fn an_opposition_that_fails_anywhere_leaves_nothing() {
    let mut house = House::new();
    let mut worker = house.worker();
    let card = house.active_card(&mut worker, &nurse());
    let before = counts(&mut house);
    for table in
        ["card_oppositions", "certificate_status_events", "opposition_declarations", "outbox", "audit_events"]
    {
        house
            .sql(&format!(
                "CREATE TRIGGER sabotage BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'sabotage'); END"
            ))
            .unwrap();
        let error = oppose_as(&mut house, rita(), &card).unwrap_err();
        assert!(error.to_string().contains("sabotage"), "{table}: {error}");
        house.sql("DROP TRIGGER sabotage").unwrap();
        assert_eq!(counts(&mut house), before, "{table}");
        assert_eq!(card::get(&mut house.db, &card).unwrap().life.status(), CardStatus::Active);
        for attached in card::certificates::of_card(&mut house.db, &card).unwrap() {
            let serial = attached.serial.parse().unwrap();
            let found = certificate::find(&mut house.db, &attached.issuer, &serial).unwrap().unwrap();
            assert!(matches!(found.status, CertificateStatus::Good { .. }), "{table}");
        }
    }
    oppose_as(&mut house, rita(), &card).unwrap();
}

#[test]
fn who_may_oppose() {
    let mut house = House::new();
    house.approved(&nurse());
    let card = house.personalise()[0];
    for login in ["agent", "admin", "audrey"] {
        let outcome = oppose_as(&mut house, Actor::Officer(login.to_owned()), &card);
        assert_eq!(code(outcome), "officer-role-missing", "{login}");
    }
    let stranger = Actor::Holder(other_nurse().to_string());
    assert_eq!(code(oppose_as(&mut house, stranger, &card)), "opposition-not-yours");
    assert_eq!(code(oppose_as(&mut house, Actor::Ceremony("demo".to_owned()), &card)), "officer-unknown");
    let holder = Actor::Holder(nurse().to_string());
    let opposition = oppose_as(&mut house, holder, &card).unwrap();
    assert!(opposition.certificates.is_empty(), "a card without certificates is opposed too");
    let unknown = "2699999999".parse().unwrap();
    assert_eq!(code(oppose_as(&mut house, rita(), &unknown)), "card-not-found");
}

#[test]
fn what_somebody_declared_is_told_to_him_again_as_it_was_and_to_nobody_else() {
    on_both(|house| {
        let mut worker = house.worker();
        let card = house.active_card(&mut worker, &nurse());
        let one = &card::certificates::of_card(&mut house.db, &card).unwrap()[0];
        let before = Act { request: RequestId("before".to_owned()), ..house.act(rita()) };
        let House { db, rng, .. } = &mut *house;
        let serial = one.serial.parse().unwrap();
        let reason = revocation::RevocationReason::Superseded;
        db.write(|db| revocation::revoke(db, &one.issuer, &serial, reason, rng, &before)).unwrap();

        let told = oppose_as(house, rita(), &card).unwrap();
        let asked = |house: &mut House, actor: Actor, ground: Ground, claim: &Claim| {
            let act = house.act(actor);
            house.db.snapshot(|db| declared_before(db, &card, (ground, claim), &act)).unwrap()
        };
        let again = asked(house, rita(), Ground::Stolen, &Claim::Authority).unwrap();
        assert_eq!(format!("{again:?}"), format!("{told:?}"));
        let outcomes: Vec<bool> = again.certificates.iter().map(|one| one.outcome.is_some()).collect();
        assert_eq!(
            outcomes.iter().filter(|ended| **ended).count(),
            1,
            "the other had ended before: {again:?}"
        );

        assert!(asked(house, rita(), Ground::Lost, &Claim::Authority).is_none(), "for another ground");
        assert!(asked(house, rita(), Ground::Stolen, &Claim::Holder).is_none(), "asked by another");
        let bob = Actor::Officer("bob".to_owned());
        assert!(asked(house, bob, Ground::Stolen, &Claim::Authority).is_none(), "he declared nothing");
        house.later(48 * 3600);
        assert!(asked(house, rita(), Ground::Stolen, &Claim::Authority).is_none(), "two days later");
    });
}

#[test]
fn there_is_no_hold_and_no_other_ground() {
    assert_eq!("suspended".parse::<Ground>().unwrap_err().code().name, "opposition-hold-not-allowed");
    assert_eq!("Stolen".parse::<Ground>().unwrap_err().code().name, "opposition-ground-unknown");
}
