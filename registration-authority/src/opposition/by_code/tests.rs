use std::str::FromStr;

use ca_core::certificate::{self, CertificateStatus};
use diesel::connection::SimpleConnection;
use store::schema::{audit_events, signing_intents};

use super::*;
use crate::opposition::code::OppositionCode;
use crate::opposition::code_letter;
use crate::opposition::declaration::{
    Answer, DeclareError, GROUNDS, HolderReceipt, declare, forget_answered, look,
};
use crate::testing::*;

const POLICY: CodePolicy = CodePolicy { failures: 3, lock: Duration::from_secs(600) };
const WRONG: &str = "0000-0000-0000-0000";

/// Draws what is due, as the worker does, and reads the letter as its printer does: card and code.
fn letter(house: &mut House, worker: &mut Worker) -> Vec<(String, String)> {
    let act = house.job();
    let drawn =
        code_letter::draw(&mut house.db, &mut worker.signer, &reference(0xC0), 100, &mut house.rng, &act);
    let drawn = drawn.unwrap().expect("a card is due a code");
    let file: serde_json::Value = serde_json::from_slice(&drawn.to_json()).unwrap();
    assert!(!code_letter::is_recorded(&mut house.db, drawn.id()).unwrap());
    let id = drawn.id().to_owned();
    drawn.record(&mut house.db, &mut house.rng, &act).unwrap();
    assert!(code_letter::is_recorded(&mut house.db, &id).unwrap());
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    file["codes"].as_array().unwrap().iter().map(|one| (text(&one["card"]), text(&one["code"]))).collect()
}

/// An active card of the first nurse, and its code.
fn coded_card(house: &mut House, worker: &mut Worker) -> (CardNumber, String) {
    let card = house.active_card(worker, &nurse());
    let mut codes = letter(house, worker);
    assert_eq!(codes.len(), 1);
    let (of, code) = codes.remove(0);
    assert_eq!(of, card.to_string());
    (card, code)
}

fn drop_in(house: &mut House, identifier: &str, code: &str) -> String {
    let declared = Declared::from_str(identifier).unwrap();
    let digest = OppositionCode::from_str(code).unwrap().digest();
    let act = house.job();
    declare(&mut house.db, &declared, &digest, Ground::Stolen, &mut house.rng, &act).unwrap()
}

fn answered(house: &mut House, worker: &mut Worker) -> Answered {
    let act = house.job();
    answer_waiting(&mut house.db, &mut worker.signer, POLICY, 100, &mut house.rng, &act).unwrap()
}

/// What a declaration with this code is answered.
fn declared(house: &mut House, worker: &mut Worker, identifier: &str, code: &str) -> Answer {
    let id = drop_in(house, identifier, code);
    assert_eq!(look(&mut house.db, &id).unwrap(), Some(Answer::Waiting));
    answered(house, worker);
    look(&mut house.db, &id).unwrap().unwrap()
}

#[track_caller]
fn opposed(answer: Answer) -> HolderReceipt {
    match answer {
        Answer::Opposed(receipt) => receipt,
        other => panic!("{other:?}"),
    }
}

fn intentions(house: &mut House) -> i64 {
    signing_intents::table.count().get_result(&mut house.db).unwrap()
}

fn rpps(person: &IdNatPs) -> String {
    person.rpps().unwrap().to_string()
}

#[test]
fn a_holder_with_his_code_opposes_his_card_as_its_holder_and_every_certificate_of_it() {
    on_both(|house| {
        let mut worker = house.worker();
        let (card, code) = coded_card(house, &mut worker);
        let receipt = opposed(declared(house, &mut worker, &card.to_string(), &code.to_lowercase()));
        assert_eq!((receipt.card, receipt.opposed_at), (card, house.at));
        assert_eq!(card::get(&mut house.db, &card).unwrap().life.status(), CardStatus::Opposed);
        for of in card::certificates::of_card(&mut house.db, &card).unwrap() {
            let serial = of.serial.parse().unwrap();
            let status = certificate::find(&mut house.db, &of.issuer, &serial).unwrap().unwrap().status;
            assert!(matches!(status, CertificateStatus::Revoked { .. }), "{status:?}");
        }
        let by: String = opposition_declarations::table
            .find(&receipt.receipt)
            .select(opposition_declarations::declared_by)
            .first(&mut house.db)
            .unwrap();
        assert_eq!(by, format!("holder:{}", nurse()));
        let events: Vec<(String, String)> = audit_events::table
            .filter(audit_events::action.eq_any(["opposition-code.accepted", "opposition.declared"]))
            .select((audit_events::action, audit_events::actor))
            .order(audit_events::action)
            .load(&mut house.db)
            .unwrap();
        assert_eq!(events.len(), 2, "{events:?}");
        assert!(events.iter().all(|(_, actor)| *actor == by), "{events:?}");
        // Said again, it is the same opposition.
        let again = opposed(declared(house, &mut worker, &card.to_string(), &code));
        assert_eq!(again.receipt, receipt.receipt);
    });
}

#[test]
fn an_rpps_number_and_a_code_find_the_card_whose_code_it_is_and_blame_no_other() {
    let mut house = House::new();
    let mut worker = house.worker();
    let (card, code) = coded_card(&mut house, &mut worker);
    house.sql(&format!(
        "INSERT INTO cards SELECT '2699999999', 'CPF', holder, exercise, 'CO-TEST', NULL, temporary, 'ordered', NULL,
             version, ordered_at, changed_at, NULL, NULL FROM cards WHERE number = '{card}';
         INSERT INTO opposition_codes SELECT '2699999999', due_at, verifier, mac_key, letter, made_at, 0, NULL
             FROM opposition_codes WHERE card_number = '{card}'"
    ))
    .unwrap();
    let receipt = opposed(declared(&mut house, &mut worker, &rpps(&nurse()), &code));
    assert_eq!(receipt.card, card, "the verifier was copied to another card, and fits it not");
    let failures: Vec<i64> =
        opposition_codes::table.select(opposition_codes::failures).load(&mut house.db).unwrap();
    assert_eq!(failures, [0, 0]);
}

#[test]
fn too_many_wrong_codes_lock_the_card_for_a_time_also_for_the_right_one() {
    on_both(|house| {
        let mut worker = house.worker();
        let (card, code) = coded_card(house, &mut worker);
        let number = card.to_string();
        for _ in 0..POLICY.failures {
            assert_eq!(declared(house, &mut worker, &number, WRONG), Answer::NotRecognised);
        }
        assert_eq!(declared(house, &mut worker, &number, &code), Answer::NotRecognised, "it is locked");
        assert_eq!(card::get(&mut house.db, &card).unwrap().life.status(), CardStatus::Active);
        house.later(599);
        assert_eq!(declared(house, &mut worker, &number, &code), Answer::NotRecognised, "it is still");
        house.later(1);
        opposed(declared(house, &mut worker, &number, &code));
        let refused: i64 = audit_events::table
            .filter(audit_events::action.eq("opposition-code.refused"))
            .count()
            .get_result(&mut house.db)
            .unwrap();
        assert_eq!(refused, i64::from(POLICY.failures), "what comes while it is locked is not counted");
    });
}

#[test]
fn a_lock_ends_with_its_time_and_failures_begin_again() {
    let mut house = House::new();
    let mut worker = house.worker();
    let (card, _) = coded_card(&mut house, &mut worker);
    let number = card.to_string();
    for _ in 0..2 * POLICY.failures {
        assert_eq!(declared(&mut house, &mut worker, &number, WRONG), Answer::NotRecognised);
        house.later(601);
    }
    let locked: i64 = opposition_codes::table
        .filter(opposition_codes::locked_until.gt(house.at))
        .count()
        .get_result(&mut house.db)
        .unwrap();
    assert_eq!(locked, 0, "each lock has passed");
}

#[test]
fn a_wrong_code_an_unknown_card_and_one_without_a_code_are_answered_alike_and_cost_the_hsm_the_same() {
    let mut house = House::new();
    let mut worker = house.worker();
    let (card, code) = coded_card(&mut house, &mut worker);
    let uncoded = house.active_card(&mut worker, &other_nurse());
    for identifier in [card.to_string(), uncoded.to_string(), "2612345678".into(), rpps(&nobody())] {
        let before = intentions(&mut house);
        assert_eq!(
            declared(&mut house, &mut worker, &identifier, WRONG),
            Answer::NotRecognised,
            "{identifier}"
        );
        assert_eq!(intentions(&mut house) - before, 1, "{identifier}");
    }
    // The code of another card is no code of this one.
    assert_eq!(declared(&mut house, &mut worker, &uncoded.to_string(), &code), Answer::NotRecognised);
    assert_eq!(card::get(&mut house.db, &uncoded).unwrap().life.status(), CardStatus::Active);
}

#[test]
fn where_the_hsm_fails_a_declaration_waits_and_nothing_is_counted() {
    let mut house = House::new();
    let mut worker = house.worker();
    let (card, code) = coded_card(&mut house, &mut worker);
    let id = drop_in(&mut house, &card.to_string(), &code);
    worker.signer.fail_after = Some(0);
    let done = answered(&mut house, &mut worker);
    assert_eq!(
        done.failed.iter().map(|(id, code)| (id.as_str(), code.name)).collect::<Vec<_>>(),
        [(id.as_str(), "signer-key-unknown")]
    );
    assert_eq!(look(&mut house.db, &id).unwrap(), Some(Answer::Waiting));
    worker.signer.fail_after = None;
    assert_eq!(answered(&mut house, &mut worker).opposed, [card]);
    assert_eq!(answered(&mut house, &mut worker), Answered::default(), "it is answered once");
    opposed(look(&mut house.db, &id).unwrap().unwrap());
}

#[test]
fn of_a_code_nothing_is_left_once_it_is_answered_and_of_the_answer_nothing_after_a_day() {
    let mut house = House::new();
    let mut worker = house.worker();
    let (card, _) = coded_card(&mut house, &mut worker);
    let id = drop_in(&mut house, &card.to_string(), WRONG);
    let digests = |house: &mut House| -> i64 {
        let kept = holder_declarations::table.filter(holder_declarations::code_digest.is_not_null());
        kept.count().get_result(&mut house.db).unwrap()
    };
    assert_eq!(digests(&mut house), 1);
    assert_eq!(forget_answered(&mut house.db, house.at.plus(Duration::from_secs(1))).unwrap(), 0, "it waits");
    answered(&mut house, &mut worker);
    assert_eq!(digests(&mut house), 0);
    assert_eq!(forget_answered(&mut house.db, house.at).unwrap(), 0);
    assert_eq!(forget_answered(&mut house.db, house.at.plus(Duration::from_secs(1))).unwrap(), 1);
    assert_eq!(look(&mut house.db, &id).unwrap(), None);
}

#[test]
fn nonsense_in_the_inbox_is_answered_like_a_wrong_code_and_keeps_nobody_waiting() {
    let mut house = House::new();
    let mut worker = house.worker();
    let (card, code) = coded_card(&mut house, &mut worker);
    house
        .sql(
            "INSERT INTO holder_declarations (id, identifier, code_digest, ground, received_at)
             VALUES ('00000000000000000000000000000000', 'abcdefghij', randomblob(32), 'lost', 0)",
        )
        .unwrap();
    opposed(declared(&mut house, &mut worker, &card.to_string(), &code));
    let nonsense = look(&mut house.db, "00000000000000000000000000000000").unwrap();
    assert_eq!(nonsense, Some(Answer::NotRecognised));
}

#[test]
fn a_card_that_has_expired_is_not_opposed_any_more() {
    let mut house = House::new();
    let mut worker = house.worker();
    let (card, code) = coded_card(&mut house, &mut worker);
    house.sql(&format!("UPDATE cards SET status = 'expired' WHERE number = '{card}'")).unwrap();
    assert_eq!(declared(&mut house, &mut worker, &card.to_string(), &code), Answer::NotRecognised);
}

#[test]
fn a_holder_declares_every_ground_that_the_table_gives_him_and_its_reason_is_published() {
    let table = &crate::opposition::table().unwrap().of(requester::Requester::Holder).unwrap().grounds;
    assert!(GROUNDS.iter().eq(table.iter()), "{table:?}");
    on_both(|house| {
        let mut worker = house.worker();
        let (card, code) = coded_card(house, &mut worker);
        let digest = OppositionCode::from_str(&code).unwrap().digest();
        let number = Declared::from_str(&card.to_string()).unwrap();
        let act = house.job();
        let wrong = OppositionCode::from_str(WRONG).unwrap().digest();
        // Each goes into either inbox; the first that is proved opposes.
        for ground in GROUNDS {
            let other = Declared::from_str("2699999999").unwrap();
            declare(&mut house.db, &other, &wrong, ground, &mut house.rng, &act).unwrap();
        }
        let id = declare(&mut house.db, &number, &digest, Ground::Defective, &mut house.rng, &act).unwrap();
        answered(house, &mut worker);
        opposed(look(&mut house.db, &id).unwrap().unwrap());
        for of in card::certificates::of_card(&mut house.db, &card).unwrap() {
            let serial = of.serial.parse().unwrap();
            let status = certificate::find(&mut house.db, &of.issuer, &serial).unwrap().unwrap().status;
            assert!(matches!(&status, CertificateStatus::Revoked { reason, .. } if reason == "superseded"));
        }
        let refused = house.sql(
            "INSERT INTO opposition_tickets (number, identifier, ground, opened_at)
             VALUES ('TK-0000000000000000', '2612345678', 'sanction', 1)",
        );
        assert!(refused.is_err(), "the database takes no other ground");
    });
}

#[test]
fn the_inbox_takes_so_many_and_only_the_grounds_of_a_holder() {
    let mut house = House::new();
    let declared = Declared::from_str("2612345678").unwrap();
    let digest = OppositionCode::from_str(WRONG).unwrap().digest();
    let act = house.job();
    let refused = declare(&mut house.db, &declared, &digest, Ground::Sanction, &mut house.rng, &act);
    assert!(matches!(refused, Err(DeclareError::Ground(Ground::Sanction))));
    house
        .db
        .batch_execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
             INSERT INTO holder_declarations (id, identifier, code_digest, ground, received_at)
             SELECT printf('%032d', i), '2612345678', randomblob(32), 'lost', 1 FROM n",
        )
        .unwrap();
    let refused = declare(&mut house.db, &declared, &digest, Ground::Lost, &mut house.rng, &act);
    assert_eq!(code(refused), "opposition-inbox-full");
}

#[test]
fn a_card_is_declared_by_its_number_or_by_that_of_its_holder_and_by_nothing_else() {
    assert!(matches!("2600000017".parse(), Ok(Declared::Card(_))));
    assert!(matches!(rpps(&nurse()).parse(), Ok(Declared::Person(_))));
    for wrong in ["", "260000001", "99700000000", "2600000017a", "899700000123", "26 0000017"] {
        assert!(wrong.parse::<Declared>().is_err(), "{wrong}");
    }
}

#[test]
fn the_code_of_a_service_card_comes_with_the_name_of_the_service() {
    let mut house = House::new();
    let mut worker = house.worker();
    house.mandated(STRUCTURE);
    house.declare("agent", STRUCTURE, &member("000000042", crate::staff::Post::Service)).unwrap();
    let order = house.submit_staff("agent", card::CardKind::Cpe, STRUCTURE, "000000042").unwrap().number;
    if house.approve("bob", &order).unwrap().is_undecided() {
        house.approve("clara", &order).unwrap();
    }
    let card = house.personalise()[0];
    house.certify(&mut worker, &card).unwrap();
    let act = house.job();
    let House { db, rng, .. } = &mut house;
    let drawn = code_letter::draw(db, &mut worker.signer, &reference(0xC0), 100, rng, &act).unwrap().unwrap();
    let file: serde_json::Value = serde_json::from_slice(&drawn.to_json()).unwrap();
    assert_eq!(file["codes"][0]["service"], "Carte de service n°\u{a0}000000042, structure F0B0193488");
}

#[test]
fn the_code_of_a_card_whose_order_cannot_be_read_opposes_it_as_its_holder() {
    let mut house = House::new();
    let mut worker = house.worker();
    house.mandated(STRUCTURE);
    house.declare("agent", STRUCTURE, &member("CPET0002", crate::staff::Post::Employee)).unwrap();
    let order = house.submit_staff("agent", card::CardKind::Cpe, STRUCTURE, "CPET0002").unwrap().number;
    house.approve("bob", &order).unwrap();
    let card = house.personalise()[0];
    house.certify(&mut worker, &card).unwrap();
    let (_, code) = letter(&mut house, &mut worker).remove(0);
    house.sql("DROP TRIGGER card_orders_keep_their_submitter").unwrap();
    house.sql(&format!("UPDATE card_orders SET holder = 'X' WHERE number = '{order}'")).unwrap();
    assert!(crate::order::get(&mut house.db, &order).is_err());
    opposed(declared(&mut house, &mut worker, &card.to_string(), &code));
    assert_eq!(card::get(&mut house.db, &card).unwrap().life.status(), CardStatus::Opposed);
}

#[test]
fn a_card_under_the_number_that_its_holder_had_is_found_by_the_one_that_he_has() {
    on_both(|house| {
        let mut worker = house.worker();
        house.try_import_with(2, &second_day(), &line_of_adeli_nurse(&adeli_nurse())).unwrap();
        let card = house.active_card(&mut worker, &adeli_nurse());
        let (_, code) = letter(house, &mut worker).remove(0);
        let number = rpps(&adeli_nurse_renumbered());
        assert_eq!(declared(house, &mut worker, &number, &code), Answer::NotRecognised);
        let act = house.job();
        renumber(house, &act);
        assert_eq!(opposed(declared(house, &mut worker, &number, &code)).card, card);
    });
}
