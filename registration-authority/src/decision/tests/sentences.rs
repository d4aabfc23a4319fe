//! What an officer writes to whom he refuses is signed: no other sentence reaches him.

use sha2::{Digest, Sha256};

use super::*;
use crate::approval::Verdict;

const WRITTEN: &str = "Le diplôme joint est illisible.\nJoignez-le de nouveau.";

/// Bob's refusal with this sentence, over a nonce of his.
fn statement(house: &mut House, subject: &Decidable, text: Option<&str>) -> Statement {
    let (nonce, at) = (house.nonce("bob"), house.at);
    Statement::over_nonce(subject, Verdict::Refuse, Some("other"), "bob", nonce, at).saying(text)
}

/// The same as it was signed before sentences were: of the first version, which says nothing of any.
fn of_the_first_version(statement: &Statement) -> Vec<u8> {
    let mut octets = statement.encode();
    let at = octets.windows(15).position(|label| label == b"igc-decision-v2").unwrap();
    octets[at + 14] = b'1';
    octets
}

fn refuse(
    house: &mut House,
    subject: &Decidable,
    proof: &ApprovalProof,
    text: Option<&str>,
) -> Result<order::CardOrder, order::ApproveError> {
    let act = house.officer("bob");
    let House { db, rng, verifier, .. } = house;
    db.write(|db| order::refuse(db, verifier, &subject.number, 1, proof, text, rng, &act))
}

/// As somebody with the web role's rights: the refusal's row, and the order's.
fn by_hand(house: &mut House, subject: &Decidable, proof: &ApprovalProof, text: &str) {
    let (number, at, proof) = (&subject.number, house.at.millis(), hex::encode(proof.encode()));
    house
        .sql(&format!(
            "INSERT INTO decisions VALUES ('card-order', '{number}', 1, 'bob', 'refuse', 'other', '{text}', {at}, 'passkey', x'{proof}');
             INSERT INTO decision_inbox VALUES ('card-order', '{number}', 1, 'bob');
             INSERT INTO decisions_pending VALUES ('{number}', 1, 0, 'card-order');
             UPDATE card_orders SET status = 'refused' WHERE number = '{number}'"
        ))
        .unwrap();
}

/// How often the holder of anything was told that it is refused.
fn told(house: &mut House) -> i64 {
    let refused = outbox::table.filter(outbox::notice.eq("refused"));
    refused.filter(outbox::recipient.like("holder:%")).count().get_result(&mut house.db).unwrap()
}

#[test]
fn the_sentence_that_was_signed_is_the_one_that_is_kept() {
    let mut house = House::new();
    let (_, bob, subject) = waiting(&mut house);
    let proof = bob.prove(&statement(&mut house, &subject, Some(WRITTEN)));
    for other in [None, Some("Adressez-vous à un autre service.")] {
        assert_eq!(code(refuse(&mut house, &subject, &proof, other)), "approval-proof-invalid", "{other:?}");
    }
    // As a form sends it: lines that end in CRLF, and blanks around.
    let sent = format!(" {}\r\n", WRITTEN.replace('\n', "\r\n"));
    refuse(&mut house, &subject, &proof, Some(&sent)).unwrap();
    assert_eq!(house.refused(), [""; 0]);
    assert_eq!((house.take_effect().told, told(&mut house)), (vec![subject.number], 1));
}

#[test]
fn the_worker_receives_no_refusal_with_another_sentence_nor_one_that_was_signed_without() {
    for signed in [Some(WRITTEN), None] {
        let mut house = House::new();
        let (_, bob, subject) = waiting(&mut house);
        let proof = bob.prove(&statement(&mut house, &subject, signed));
        by_hand(&mut house, &subject, &proof, "Écrivez à mallory@exemple.org.");
        assert_eq!(house.refused(), ["approval-proof-invalid"], "{signed:?}");
        assert_eq!((house.take_effect().told, told(&mut house)), (vec![], 0));
    }
}

#[test]
fn a_refusal_of_the_first_version_is_received_no_more_and_stands_where_it_was() {
    let mut house = House::new();
    let (_, bob, subject) = waiting(&mut house);
    let older = of_the_first_version(&statement(&mut house, &subject, None));
    let proof = bob.prove_octets(&older);
    assert_eq!(code(refuse(&mut house, &subject, &proof, Some(WRITTEN))), "approval-proof-invalid");
    by_hand(&mut house, &subject, &proof, WRITTEN.lines().next().unwrap());
    assert_eq!(house.refused(), ["approval-proof-invalid"]);

    // One that the worker received when that was how refusals were signed.
    let mut house = House::new();
    let (_, bob, subject) = waiting(&mut house);
    let older = of_the_first_version(&statement(&mut house, &subject, None));
    let proof = bob.prove_octets(&older);
    by_hand(&mut house, &subject, &proof, WRITTEN.lines().next().unwrap());
    let digest = hex::encode(Sha256::digest(proof.encode()));
    let number = &subject.number;
    house
        .sql(&format!(
            "DELETE FROM decision_inbox;
             INSERT INTO decision_receipts VALUES ('card-order', '{number}', 1, 'bob', '{digest}', NULL, NULL, 0, NULL)"
        ))
        .unwrap();
    assert_eq!((house.take_effect().told, told(&mut house)), (vec![subject.number], 1));
    assert_eq!(altered_sentences_since(&mut house.db, Timestamp::from_millis(0), 9).unwrap(), []);
}

#[test]
fn a_sentence_that_was_changed_after_the_worker_saw_it_reaches_nobody_and_is_an_alarm() {
    let mut house = House::new();
    let (_, bob, subject) = waiting(&mut house);
    let proof = bob.prove(&statement(&mut house, &subject, Some(WRITTEN)));
    refuse(&mut house, &subject, &proof, Some(WRITTEN)).unwrap();
    assert_eq!(house.refused(), [""; 0]);
    let change =
        "UPDATE decisions SET reason_text = 'Écrivez à mallory@exemple.org.' WHERE decision = 'refuse'";
    assert!(house.sql(change).is_err(), "decisions are only added to");
    house.sql(&format!("DROP TRIGGER decisions_are_never_changed; {change}")).unwrap();
    let run = house.take_effect();
    let failed: Vec<(String, &str)> =
        run.failed.into_iter().map(|(number, code)| (number, code.name)).collect();
    assert_eq!((run.told, failed), (vec![], vec![(subject.number.clone(), "order-sentence-altered")]));
    assert_eq!(told(&mut house), 0);
    let altered = altered_sentences_since(&mut house.db, Timestamp::from_millis(0), 9).unwrap();
    assert_eq!(altered, [(subject.number, "bob".to_owned())]);
}
