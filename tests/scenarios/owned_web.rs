//! A web process that an attacker owns, played with the web role's own rights on PostgreSQL against a worker in production.
//! He obtains nothing without an officer's gesture, one wrong order with one, and the officer is told.

use acceptance::harness::{DatabaseKind, MailServer, chance, run};
use card::CardStatus;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use professional_registry::ImportedRegister;
use registration_authority::approval::passkey::NewPasskey;
use registration_authority::approval::{ApprovalProof, BulkBound, Decidable, Delays};
use registration_authority::enrolment::{self, NewCredential};
use registration_authority::order::{self, CardOrder};
use registration_authority::risk;
use store::schema::{cards, outbox};
use store::{Database, DatabaseRole, Timestamp};

use super::officers_keys::authenticator::{Authenticator, ORIGIN};
use super::officers_keys::{ADMINISTRATORS, OfficersKeys, proof_by_at, proof_of_bulk_at};
use super::workshop::{APPROVER, SUBMITTER, Workshop, officer, workshop};

mod mandates;

/// Where the officer is written to.
const ADDRESS: &str = "dominique.bernard@exemple.fr";

/// A proof, and what it says of when.
type Signed = (ApprovalProof, Timestamp);

/// Writes a decision, asks the worker to look at it, and says that the order is approved. Its date is the proof's: what is refused is not
/// refused for that.
fn write_by_hand(web: &mut Database, subject: &Decidable, (proof, at): &Signed) {
    let (number, at) = (&subject.number, at.millis());
    let proof = hex::encode(proof.encode());
    web.batch_execute(&format!(
        "INSERT INTO decisions VALUES ('card-order', '{number}', {version}, '{APPROVER}', 'approve', NULL, NULL, {at},
             'passkey', '\\x{proof}');
         INSERT INTO decision_inbox VALUES ('card-order', '{number}', {version}, '{APPROVER}');
         UPDATE card_orders SET status = 'approved' WHERE number = '{number}'",
        version = subject.version
    ))
    .unwrap();
}

/// What an honest page does with the officer's gesture.
fn decide(web: &mut Database, keys: &OfficersKeys, key: &Authenticator, order: &CardOrder) -> Signed {
    let (proof, at) = sign(web, key, &order.decidable());
    let act = officer(web, APPROVER);
    let (number, version, registry) = (&order.number, order.version, &mut ImportedRegister);
    web.write(|db| {
        order::approve(db, registry, &keys.verifier, number, version, &proof, &mut chance(), &act)
    })
    .unwrap();
    (proof, at)
}

fn sign(web: &mut Database, key: &Authenticator, subject: &Decidable) -> Signed {
    let at = web.now().unwrap();
    (proof_by_at(web, key, APPROVER, subject, at), at)
}

fn sign_bulk(web: &mut Database, key: &Authenticator, orders: &[CardOrder]) -> Signed {
    let at = web.now().unwrap();
    (proof_of_bulk_at(web, key, APPROVER, orders, at), at)
}

/// The orders that became cards since, each certified, by number.
fn certified(workshop: &Workshop, keys: &OfficersKeys, among: &[CardOrder]) -> Vec<String> {
    workshop.make_cards_of(&keys.verifier);
    workshop.job("certification");
    let numbers: Vec<&str> = among.iter().map(|order| order.number.as_str()).collect();
    cards::table
        .filter(cards::order_number.eq_any(numbers))
        .filter(cards::status.eq(CardStatus::Certified.as_str()))
        .order(cards::order_number)
        .select(cards::order_number)
        .load(&mut workshop.open(DatabaseRole::Owner))
        .unwrap()
}

/// What the officer reads of a kind, oldest first.
fn told(workshop: &Workshop, notice: &str) -> Vec<String> {
    outbox::table
        .filter(outbox::recipient.eq(format!("officer:{APPROVER}")).and(outbox::notice.eq(notice)))
        .order(outbox::created_at)
        .select(outbox::subject)
        .load(&mut workshop.open(DatabaseRole::Owner))
        .unwrap()
}

/// An installation in production, whose officer has a key, and the number of its enrolment.
fn in_production() -> (Workshop, OfficersKeys, Authenticator, Database, String) {
    let workshop = workshop(DatabaseKind::Postgresql);
    workshop.put_into_production();
    let keys = OfficersKeys::pin(workshop.dir(), ORIGIN);
    // The administrators get their rows, and the first nonces are drawn.
    workshop.job("decisions");
    let key = Authenticator::new(APPROVER);
    let mut web = workshop.open(DatabaseRole::Web);
    let passkey = NewPasskey { credential_id: key.credential_id.clone(), key: key.public_key() };
    let officer_at = (APPROVER, "Dominique BERNARD", Some(ADDRESS));
    let enrolment = keys.enrol_at(&mut web, officer_at, NewCredential::Passkey(passkey));
    assert_eq!(workshop.job("decisions")["failed"], serde_json::json!([]));
    (workshop, keys, key, web, enrolment)
}

#[test]
fn an_owned_web_process_has_nothing_certified_without_a_gesture_and_one_order_with_one() {
    let (workshop, keys, honest_key, mut web, enrolment) = in_production();
    let orders = workshop.submit(7);
    let [honest, by_hand, replayed, swapped, withdrawn, taken_back, wrong] = orders.as_slice() else {
        unreachable!()
    };

    // One honest gesture, of which the attacker keeps the octets.
    let proof = decide(&mut web, &keys, &honest_key, honest);
    // A row by hand, signed by a key that nobody enrolled, under the name of the officer's.
    let mallory = Authenticator::new(APPROVER);
    let forged = sign(&mut web, &mallory, &by_hand.decidable());
    write_by_hand(&mut web, &by_hand.decidable(), &forged);
    // The honest proof once more, beside another order.
    write_by_hand(&mut web, &replayed.decidable(), &proof);
    // A key of his own as the officer's second one: a row that no administrator signed for.
    let second = Authenticator::new("a second key");
    // And an address of his own for the officer, so that he reads nothing.
    let (roster, act) = (keys.verifier.roster(&mut web).unwrap(), officer(&mut web, ADMINISTRATORS[0].0));
    let (id, his) = (&honest_key.credential_id, "mallory@exemple.org".parse().unwrap());
    web.write(|db| enrolment::propose_address(db, &roster, id, his, &mut chance(), &act)).unwrap();
    web.batch_execute(&format!(
        "INSERT INTO officer_enrolments VALUES ('EN-2000-000001', 'enrol', '{APPROVER}', 'Dominique BERNARD',
             'registration-officer', '\\x{}', '\\x{}', 0, 'alix.moreau', 0)",
        hex::encode(&second.credential_id),
        hex::encode(second.public_key().spki())
    ))
    .unwrap();
    let forged = sign(&mut web, &second, &swapped.decidable());
    write_by_hand(&mut web, &swapped.decidable(), &forged);
    // An order that was approved, and taken back.
    decide(&mut web, &keys, &honest_key, withdrawn);
    let act = officer(&mut web, SUBMITTER);
    web.write(|db| order::withdraw(db, &withdrawn.number, &mut chance(), &act)).unwrap();
    let back = format!("UPDATE card_orders SET status = 'approved' WHERE number = '{}'", withdrawn.number);
    assert!(web.batch_execute(&back).unwrap_err().to_string().contains("no such transition"));
    // A decision that its officer took back: the same row once more, over the version that stands.
    let proof = decide(&mut web, &keys, &honest_key, taken_back);
    let act = officer(&mut web, APPROVER);
    let (number, registry) = (&taken_back.number, &mut ImportedRegister);
    let patient = keys.verifier.clone().with_delays(Delays::DEFAULT);
    let version = taken_back.version;
    let again = web
        .write(|db| order::take_back(db, registry, &patient, number, version, &mut chance(), &act))
        .unwrap();
    write_by_hand(&mut web, &again.decidable(), &proof);

    let done = workshop.job("decisions");
    assert_eq!(done["failed"].as_array().map(Vec::len), Some(4), "{done}");
    assert_eq!(certified(&workshop, &keys, &orders), std::slice::from_ref(&honest.number));
    let refused = told(&workshop, "decision-not-held");
    for order in [by_hand, replayed, swapped, taken_back] {
        assert!(refused.iter().any(|subject| subject.contains(&order.number)), "{refused:?}");
    }

    let found = run(&mut workshop.command(&["doctor"])).said();
    assert!(
        found.contains("prove nothing") && found.contains(&format!("in the name of {APPROVER}")),
        "{found}"
    );

    let told_of_nothing = found.lines().find(|line| line.contains("are told of nothing")).unwrap();
    assert!(told_of_nothing.contains(SUBMITTER) && !told_of_nothing.contains(APPROVER), "{found}");

    // One gesture for what the page does not show: one order, and the officer reads which.
    decide(&mut web, &keys, &honest_key, wrong);
    workshop.job("decisions");
    assert_eq!(certified(&workshop, &keys, &orders), [honest.number.clone(), wrong.number.clone()]);

    // What the worker saw reaches him by mail, at the address that was signed for, whatever the web process writes.
    let digested = workshop.job("officer-digests");
    let composed = digested["composed"].as_array().unwrap();
    assert!(composed.iter().any(|digest| digest["to"] == APPROVER), "{digested}");
    assert_eq!(workshop.job("officer-digests")["composed"], serde_json::json!([]), "and once");
    web.batch_execute(&format!(
        "INSERT INTO outbox (id, recipient, notice, subject, created_at)
         SELECT '{:032}', 'officer:{APPROVER}', 'decisions-digest', 'decisions 0', max(decided_at) FROM decisions",
        0
    ))
    .unwrap();
    let server = MailServer::new("accept", None);
    workshop.write_to(&server);
    // Round after round: holders without an address stand before him.
    while workshop.job("notices")["dead"] != serde_json::json!([]) {}
    // Administrators read at theirs what they signed for.
    let his = |message: &&String| message.contains(&format!("To: {ADDRESS}"));
    let administrators: Vec<String> =
        ADMINISTRATORS.iter().map(|(login, _)| format!("To: {login}@exemple.fr")).collect();
    let (accepted, texts) = (server.accepted(), server.texts());
    assert!(
        accepted.iter().all(|message| his(&message) || administrators.iter().any(|to| message.contains(to)))
    );
    let texts: Vec<&String> =
        accepted.iter().zip(&texts).filter(|(message, _)| his(message)).map(|(_, text)| text).collect();
    let digests: Vec<&&String> = texts.iter().filter(|text| text.contains("récapitulatif")).collect();
    let [digest] = digests[..] else { panic!("{texts:#?}") };
    for order in [honest, by_hand, replayed, swapped, withdrawn, wrong] {
        assert!(digest.contains(&order.number), "{}: {digest}", order.number);
    }
    let line = format!("demande de carte {}, version {}, accord", wrong.number, wrong.version);
    assert!(digest.contains(&line) && digest.contains("Ce n’était pas vous"), "{digest}");
    let added = texts.iter().find(|text| text.contains("l’inscription")).expect("he is told of his key");
    assert!(added.contains(&enrolment), "{added}");
}

#[test]
fn an_owned_web_process_has_with_a_bulk_the_rows_that_were_signed_for_and_no_other() {
    let (workshop, keys, key, mut web, _) = in_production();
    let orders = green(&workshop, 4);
    let [first, second, held_back, added] = orders.as_slice() else { unreachable!() };
    let signed = sign_bulk(&mut web, &key, &orders[..3]);
    for order in [first, second] {
        let (number, version, registry) = (&order.number, order.version, &mut ImportedRegister);
        let act = officer(&mut web, APPROVER);
        web.write(|db| {
            order::approve(db, registry, &keys.verifier, number, version, &signed.0, &mut chance(), &act)
        })
        .unwrap();
    }
    write_by_hand(&mut web, &added.decidable(), &signed);
    let done = workshop.job("decisions");
    assert_eq!(done["failed"].as_array().map(Vec::len), Some(1), "{done}");
    assert_eq!(certified(&workshop, &keys, &orders), [first.number.clone(), second.number.clone()]);
    // The officer reads of each row by itself: of those that hold, and of the one that was added.
    let seen = told(&workshop, "decision-seen");
    for order in [first, second] {
        assert!(seen.iter().any(|subject| subject.contains(&order.number)), "{seen:?}");
    }
    let refused = told(&workshop, "decision-not-held");
    assert!(refused.iter().any(|subject| subject.contains(&added.number)), "{refused:?}");
    assert!(!seen.iter().any(|subject| subject.contains(&held_back.number)), "{seen:?}");
}

/// Orders that raised no flag.
fn green(workshop: &Workshop, count: usize) -> Vec<CardOrder> {
    let mut owner = workshop.open(DatabaseRole::Owner);
    let mut green = workshop.submit(count + 4);
    green.retain(|order| risk::recorded(&mut owner, &order.number, order.version).unwrap().is_empty());
    green.truncate(count);
    assert_eq!(green.len(), count);
    green
}

/// Signs for all of these with one gesture, and hands each in by hand, as the web role can.
fn hand_in(web: &mut Database, key: &Authenticator, orders: &[CardOrder]) {
    let signed = sign_bulk(web, key, orders);
    for order in orders {
        write_by_hand(web, &order.decidable(), &signed);
    }
}

#[test]
fn an_owned_web_process_has_nothing_of_a_bulk_with_a_flagged_row_or_beyond_the_worker_s_bound() {
    let (workshop, keys, key, mut web, _) = in_production();
    let orders = green(&workshop, 10);
    let (flagged, unflagged, too_many, one_each) = (&orders[..3], &orders[3..6], &orders[6..9], &orders[9..]);
    let say_flagged = format!(
        "INSERT INTO order_flags VALUES ('{}', 1, 'rush-of-structure', 'orange', FALSE, 'x', 0)",
        flagged[2].number
    );
    web.batch_execute(&say_flagged).unwrap();
    // Another order for the holder of one of them, for which no page has raised anything: no row tells of it, and the worker finds it.
    web.batch_execute(&format!(
        "INSERT INTO card_orders SELECT (jsonb_populate_record(o, '{{\"number\": \"CO-2000-000001\", \"kind\": \"CPF\"}}')).*
         FROM card_orders o WHERE number = '{}'",
        unflagged[1].number
    ))
    .unwrap();
    for order in unflagged {
        assert_eq!(risk::recorded(&mut web, &order.number, order.version).unwrap(), []);
    }
    let bulks =
        [(flagged, "bulk-look-needed"), (unflagged, "bulk-two-officers"), (too_many, "bulk-too-many")];
    for (bulk, code) in bulks {
        if code == "bulk-too-many" {
            workshop.configure("decisions", "bulk_bound", 2);
        }
        hand_in(&mut web, &key, bulk);
        assert_eq!(refused_of(&workshop), [code; 3]);
    }
    workshop.configure("decisions", "bulk_bound", 1);
    hand_in(&mut web, &key, one_each);
    assert_eq!(workshop.job("decisions")["failed"], serde_json::json!([]));
    let keys = OfficersKeys {
        verifier: keys.verifier.clone().with_bulk_bound(BulkBound::new(1).unwrap()),
        administrators: keys.administrators,
    };
    assert_eq!(certified(&workshop, &keys, &orders), [one_each[0].number.clone()]);
    // Each row is told, whatever became of it.
    let (held, not_held) = (told(&workshop, "decision-seen"), told(&workshop, "decision-not-held"));
    assert!(held.iter().any(|subject| subject.contains(&one_each[0].number)), "{held:?}");
    // Beyond ten an hour he reads of the others in his digest.
    for order in flagged.iter().chain(unflagged) {
        assert!(not_held.iter().any(|subject| subject.contains(&order.number)), "{not_held:?}");
    }
}

/// The codes of what the worker refuses now.
fn refused_of(workshop: &Workshop) -> Vec<String> {
    let done = workshop.job("decisions");
    let failed = done["failed"].as_array().unwrap().iter();
    failed.map(|one| one[1].as_str().unwrap().to_owned()).collect()
}

#[test]
fn an_owned_web_process_that_withdraws_the_flagged_row_between_two_looks_has_nothing_of_its_bulk() {
    let (workshop, keys, key, mut web, _) = in_production();
    let orders = green(&workshop, 4);
    let (bulk, honest) = (&orders[..3], &orders[3]);
    let signed = sign_bulk(&mut web, &key, bulk);
    web.batch_execute(&format!(
        "INSERT INTO order_flags VALUES ('{}', 1, 'rush-of-structure', 'orange', FALSE, 'x', 0)",
        orders[2].number
    ))
    .unwrap();
    write_by_hand(&mut web, &orders[0].decidable(), &signed);
    assert_eq!(refused_of(&workshop), ["bulk-look-needed"]);
    let withdraw =
        format!("UPDATE card_orders SET status = 'withdrawn' WHERE number = '{}'", orders[2].number);
    web.batch_execute(&withdraw).unwrap();
    write_by_hand(&mut web, &orders[1].decidable(), &signed);
    assert_eq!(refused_of(&workshop), ["bulk-look-needed"]);
    decide(&mut web, &keys, &key, honest);
    assert_eq!(workshop.job("decisions")["failed"], serde_json::json!([]));
    assert_eq!(certified(&workshop, &keys, &orders), std::slice::from_ref(&honest.number));
}

#[test]
fn the_web_role_makes_no_nonce_no_receipt_no_officer_and_changes_no_key() {
    let workshop = workshop(DatabaseKind::Postgresql);
    let mut web = workshop.open(DatabaseRole::Web);
    for sql in [
        "INSERT INTO decision_nonces VALUES ('00', 1, 2, NULL, NULL, NULL)",
        "UPDATE decision_nonces SET statement = NULL",
        "UPDATE decision_nonces SET expires_at = expires_at + 1",
        "UPDATE decision_nonces SET refusal = NULL",
        "DELETE FROM decision_nonces",
        "INSERT INTO structure_mandate_ends VALUES ('MA-1', 'x', 1, TRUE)",
        "INSERT INTO decision_receipts VALUES ('card-order', 'CO-1', 1, 'x', 'x', NULL, NULL, 1, NULL)",
        "DELETE FROM decision_inbox",
        "DELETE FROM decision_retractions",
        "UPDATE decision_retractions SET retracted_at = 0",
        "DELETE FROM decisions_pending",
        "INSERT INTO decisions_in_effect VALUES ('CO-1', 1, 1, 'card-order')",
        "INSERT INTO decision_retractions_seen VALUES ('card-order', 'CO-1', 1, 'x', 1)",
        "UPDATE officer_enrolments SET public_key = credential_id",
        "INSERT INTO officers VALUES ('x', 'X', 'registration-officer', 1, NULL)",
        "UPDATE officers SET role = 'administrator'",
        "UPDATE decisions SET proof = proof",
        "UPDATE officer_enrolments SET email = 'x'",
        "SELECT subject_number FROM decision_digest_lines",
        "UPDATE decision_digest_lines SET digest = 'x'",
        "INSERT INTO enrolments_told VALUES ('EN-1', 1)",
    ] {
        let refused = web.batch_execute(sql).expect_err(sql).to_string();
        assert!(refused.contains("permission denied"), "{sql}: {refused}");
    }
}
