use store::schema::{decision_digest_lines, decision_receipts};

use super::*;
use crate::decision::lines_of;
use crate::notices;

const BOB: &str = "bob@exemple.fr";

/// What is composed now: to whom, and about what.
fn composed(house: &mut House) -> Vec<(String, Vec<String>)> {
    let act = house.job();
    let House { db, rng, verifier, .. } = house;
    let digests = compose_digests(db, verifier, rng, &act).unwrap();
    let written: Vec<(String, String)> = outbox::table
        .filter(outbox::notice.eq("decisions-digest").and(outbox::created_at.eq(act.at)))
        .select((outbox::recipient, outbox::id))
        .load(db)
        .unwrap();
    digests
        .into_iter()
        .map(|digest| {
            let to = format!("officer:{}", digest.login);
            let (_, id) = written.iter().find(|(recipient, _)| *recipient == to).unwrap();
            let (lines, all) = lines_of(db, id).unwrap();
            assert_eq!((lines.len(), all), (digest.decisions, digest.decisions as i64));
            (digest.login, lines.into_iter().map(|line| line.subject_number).collect())
        })
        .collect()
}

fn told(house: &mut House, login: &str, notice: &str) -> usize {
    let to = format!("officer:{login}");
    let told: i64 = outbox::table
        .filter(outbox::recipient.eq(to).and(outbox::notice.eq(notice)))
        .count()
        .get_result(&mut house.db)
        .unwrap();
    told as usize
}

fn submitted(house: &mut House, holder: &professional_registry::IdNatPs) -> String {
    house.submit("alice", cps(holder, "60")).unwrap().number().to_owned()
}

#[test]
fn a_digest_has_every_decision_that_was_received_and_each_stands_in_one() {
    on_both(|house| {
        let chain = house.pin();
        let bob = house.enrolled_key_at(&chain, "bob", Role::RegistrationOfficer, BOB);
        let first = submitted(house, &nurse());
        house.approve_by(("bob", &bob), &first).unwrap();
        assert_eq!(composed(house), [], "the worker has not seen it");
        house.receive();
        house.later(1);
        assert_eq!(
            composed(house),
            [("bob".to_owned(), vec![first.clone()])],
            "admin and amina have no address"
        );
        house.later(1);
        assert_eq!(composed(house), []);

        let second = submitted(house, &other_nurse());
        house.approve_by(("bob", &bob), &second).unwrap();
        house.receive();
        // The outbox fails under the worker: nothing of it is done, and the next run does it all.
        house.sql("ALTER TABLE outbox RENAME TO gone").unwrap();
        let act = house.job();
        let House { db, rng, verifier, .. } = house;
        assert!(compose_digests(db, verifier, rng, &act).is_err());
        house.sql("ALTER TABLE gone RENAME TO outbox").unwrap();
        house.later(1);
        assert_eq!(composed(house), [("bob".to_owned(), vec![second])]);

        let counted = |house: &mut House| -> (i64, i64) {
            let lines = decision_digest_lines::table.count().get_result(&mut house.db).unwrap();
            (lines, decision_receipts::table.count().get_result(&mut house.db).unwrap())
        };
        let (lines, receipts) = counted(house);
        assert_eq!(lines, receipts, "a line for each receipt");
    });
}

#[test]
fn what_waits_because_there_is_no_address_is_told_once_there_is_one() {
    let mut house = House::new();
    let chain = house.pin();
    let bob = house.enrolled_key(&chain, "bob", Role::RegistrationOfficer);
    let number = submitted(&mut house, &nurse());
    house.approve_by(("bob", &bob), &number).unwrap();
    house.receive();
    assert_eq!(composed(&mut house), []);
    let addresses = [("bob".to_owned(), BOB.parse().unwrap())].into();
    house.verifier = house.verifier.clone().with_addresses(addresses);
    assert_eq!(composed(&mut house), [("bob".to_owned(), vec![number])]);
}

#[test]
fn a_signature_that_is_dear_is_told_at_once_and_one_on_an_order_waits_for_the_digest() {
    let mut house = House::new();
    let chain = house.pin();
    let bob = house.enrolled_key_at(&chain, "bob", Role::RegistrationOfficer, BOB);
    assert_eq!(
        (told(&mut house, "admin", "decision-seen"), told(&mut house, "amina", "decision-seen")),
        (1, 1)
    );
    let number = submitted(&mut house, &nurse());
    house.approve_by(("bob", &bob), &number).unwrap();
    house.receive();
    assert_eq!(told(&mut house, "bob", "decision-seen"), 0);
    assert_eq!(composed(&mut house), [("bob".to_owned(), vec![number])]);
}

#[test]
fn whoever_forges_decisions_by_the_hundred_fills_no_mailbox_and_hides_none_of_them() {
    let mut house = House::new();
    let chain = house.pin();
    house.enrolled_key_at(&chain, "bob", Role::RegistrationOfficer, BOB);
    let number = submitted(&mut house, &nurse());
    let subject = order::get(&mut house.db, &number).unwrap().decidable();
    let forged = house.key_proof(("bob", &Authenticator::new("mallory")), &subject);
    for forgery in 0..25 {
        let subject =
            Decidable { kind: SubjectKind::RenewalPlan, number: format!("RP-{forgery}"), ..subject.clone() };
        let at = house.at.millis();
        house.write_decision(&subject, "bob", at, &forged);
    }
    assert_eq!(house.refused().len(), 25);
    assert_eq!(told(&mut house, "bob", "decision-not-held"), 10);
    let all = composed(&mut house);
    assert_eq!(all.iter().map(|(_, lines)| lines.len()).sum::<usize>(), 25);
}

#[test]
fn no_text_of_a_stranger_leaves_in_a_digest_and_no_forgery_pushes_a_decision_out() {
    let mut house = House::new();
    let chain = house.pin();
    let bob = house.enrolled_key_at(&chain, "bob", Role::RegistrationOfficer, BOB);
    let number = submitted(&mut house, &nurse());
    let subject = order::get(&mut house.db, &number).unwrap().decidable();
    let forged = house.key_proof(("bob", &Authenticator::new("mallory")), &subject);
    for forgery in 0..310 {
        let number = format!("https://exemple.fr/{forgery}?{}", "x".repeat(5000));
        let subject = Decidable { kind: SubjectKind::RenewalPlan, number, ..subject.clone() };
        let at = house.at.millis();
        house.write_decision(&subject, "bob", at, &forged);
    }
    while !house.refused().is_empty() {}
    house.later(1);
    house.approve_by(("bob", &bob), &number).unwrap();
    house.receive();
    house.later(1);
    let act = house.job();
    let House { db, rng, verifier, .. } = &mut house;
    compose_digests(db, verifier, rng, &act).unwrap();
    let id: String =
        outbox::table.filter(outbox::notice.eq("decisions-digest")).select(outbox::id).first(db).unwrap();
    let (lines, all) = lines_of(db, &id).unwrap();
    assert_eq!((lines.len(), all), (301, 311), "what holds, and 300 of what does not");
    assert_eq!((&lines[0].subject_number, &lines[0].refusal), (&number, &None), "what holds comes first");
    for line in &lines[1..] {
        let told = &line.subject_number;
        assert!(
            told.len() <= 80 && told.bytes().all(|octet| octet.is_ascii_alphanumeric() || octet == b'-'),
            "{told}"
        );
    }
    // The alarms at once are such that they are sent, too.
    let alarms: Vec<String> = outbox::table
        .filter(outbox::notice.eq("decision-not-held"))
        .select(outbox::subject)
        .load(db)
        .unwrap();
    assert!(alarms.len() == 10 && alarms.iter().all(|subject| subject.len() <= 160), "{alarms:?}");
}

#[test]
fn what_was_decided_in_an_officers_name_is_told_before_ten_thousand_notices_that_somebody_else_wrote() {
    on_both(|house| {
        let chain = house.pin();
        let bob = house.enrolled_key_at(&chain, "bob", Role::RegistrationOfficer, BOB);
        house.sql("UPDATE outbox SET sent_at = 1").unwrap();
        let earlier = house.at.minus(std::time::Duration::from_secs(3600)).millis();
        house
            .sql(&format!(
                "INSERT INTO outbox (id, recipient, notice, subject, created_at)
                 WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
                 SELECT 'flood-' || i, 'officer:bob', 'decision-seen', 'order CO-2026-000001', {earlier} + i FROM n"
            ))
            .unwrap();
        let number = submitted(house, &nurse());
        house.approve_by(("bob", &bob), &number).unwrap();
        house.receive();
        assert_eq!(composed(house), [("bob".to_owned(), vec![number.clone()])]);

        let mailbox = Mailbox::new();
        let (postman, act) = (mailbox.postman(), house.job());
        let House { db, verifier, .. } = house;
        let round = notices::send_due(db, &postman, verifier, 1, &act).unwrap();
        assert_eq!((round.sent, mailbox.messages().len()), (1, 1));
        let [head, plain, _] = &mailbox.messages()[0];
        assert!(head.contains("To: bob@exemple.fr") && plain.contains(&number), "{head}{plain}");
        assert_eq!(notices::send_due(db, &postman, verifier, 2, &act).unwrap().sent, 2, "the others follow");
    });
}

#[test]
fn a_digest_gives_every_decision_that_holds_however_many_one_signed() {
    let mut house = House::new();
    let chain = house.pin();
    house.enrolled_key_at(&chain, "bob", Role::RegistrationOfficer, BOB);
    let mut lines = String::new();
    for number in 0..310 {
        let values = format!("'card-order', 'CO-{number}', 1, 'bob', 'approve', '0', {}", house.at.millis());
        lines += &format!(
            "INSERT INTO decision_digest_lines (subject_kind, subject_number, subject_version, decided_by, verdict, proof, seen_at)
             VALUES ({values});"
        );
    }
    house.sql(&lines).unwrap();
    let told = composed(&mut house);
    let [(login, numbers)] = &told[..] else { panic!("{told:?}") };
    assert_eq!((login.as_str(), numbers.len()), ("bob", 310));
}
