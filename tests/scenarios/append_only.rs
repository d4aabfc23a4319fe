//! What stands in the tables for good, also for somebody with a SQL prompt. (That no row takes another's place:
//! `never_replaced`.)

use acceptance::harness::DatabaseKind;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use store::{Database, DatabaseRole};

use super::workshop::{Workshop, workshop};

/// Rows that the demonstration leaves in no table of its own.
const BEFORE: &str = "
    INSERT INTO outbox (id, recipient, notice, subject, created_at, sent_at)
        VALUES ('sent', 'officer:a', 'received', 'order 1', 1, 2);
    INSERT INTO renewal_plans (id, planned_by, planned_at, horizon, status)
        VALUES ('RP-TEST', 'job:renewal', 1, 2, 'proposed');
    INSERT INTO renewal_plan_items (plan, card_number, outcome, order_number)
        SELECT 'RP-TEST', (SELECT max(number) FROM cards), 'renew', (SELECT max(number) FROM card_orders);
    INSERT INTO number_counters (series, last) VALUES ('test', 3);
    INSERT INTO decisions (subject_kind, subject_number, subject_version, decided_by, decision, decided_at, proof_kind, proof)
        SELECT 'renewal-plan', 'RP-TEST', 1, 'somebody', 'approve', 1, 'demo', tbs FROM certificates LIMIT 1;
    UPDATE renewal_plans SET status = 'approved' WHERE id = 'RP-TEST';
    INSERT INTO responder_requests
        SELECT c.evidence_digest, k.authority, k.name, 1, k.token, k.key_id, c.tbs
        FROM service_keys k JOIN certificates c ON c.issuer = k.authority AND c.serial = k.serial
        WHERE k.name = 'ocsp-ACI-FO-PP';
    INSERT INTO responder_request_proofs SELECT digest, digest, digest FROM responder_requests;
    INSERT INTO responder_refusals SELECT digest, 'code', 'why', 1 FROM responder_requests;
    INSERT INTO responder_certifications
        SELECT r.predecessor, 1, r.digest, r.digest, k.authority, k.serial
        FROM responder_requests r JOIN service_keys k ON k.name = r.predecessor;
    INSERT INTO register_holds (feed, version, source, file_name, extracted_at, base, rows_read, living, added, changed,
        ceased, kept, reappeared, held_at, held_by)
        SELECT id, 1, source, file_name, extracted_at, '', 1, 1, 0, 0, 1, 0, 0, 1, 'operator:x' FROM register_feeds;
    INSERT INTO register_silences (sequence, subject) VALUES (1, 'somebody');
    INSERT INTO register_merges (adeli, rpps, feed, merged_at)
        SELECT '00B6000019', '899700000013', min(id), 1 FROM register_feeds;
    INSERT INTO register_merge_cases (id, kind, adeli, rpps, doubt, identities, opened_at)
        SELECT min(id), 'part', '00B6000019', '899700000013', 'asked', min(id), 1 FROM register_feeds;
    INSERT INTO card_lapses (card_number, first_sequence, first_feed, cause, found_at, status)
        SELECT (SELECT max(number) FROM cards), sequence, id, 'order-holder-ceased', 1, 'open' FROM register_feeds LIMIT 1;
    INSERT INTO card_changes (card_number, first_sequence, first_feed, rule, leads_to, found_at)
        SELECT (SELECT max(number) FROM cards), sequence, id, 'R-CPS-C5', 'new-card', 1 FROM register_feeds LIMIT 1;
    INSERT INTO register_examinations SELECT sequence, id, 1, 0, 0 FROM register_feeds LIMIT 1;
    INSERT INTO opposition_plans SELECT 'PO-TEST', sequence, id, 'job:x', 1 FROM register_feeds LIMIT 1;
    INSERT INTO opposition_plan_items SELECT 'PO-TEST', card_number, first_sequence FROM card_lapses;
    UPDATE opposition_codes SET verifier = (SELECT evidence_digest FROM certificates LIMIT 1), mac_key = 'services/01',
        letter = '0123456789abcdef0123456789abcdef', made_at = 1;
    INSERT INTO holder_declarations (id, identifier, code_digest, ground, received_at)
        SELECT '0123456789abcdef0123456789abcdef', '2612345678', evidence_digest, 'lost', 1 FROM certificates LIMIT 1;
    INSERT INTO one_time_requests (id, identifier, secret, received_at)
        SELECT 'fedcba9876543210fedcba9876543210', '2612345678', substr(evidence_digest, 1, 16), 1 FROM certificates LIMIT 1;
    INSERT INTO one_time_codes SELECT 'fedcba9876543210fedcba9876543210', (SELECT min(number) FROM cards), evidence_digest,
        'services/01' FROM certificates LIMIT 1;
    INSERT INTO one_time_budget VALUES (1, 1);
    INSERT INTO card_expiry_notices SELECT min(number), 30, 1 FROM cards;
    INSERT INTO certificate_terms_acceptances SELECT min(number), 'x', 'v',
        '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef', NULL, 1 FROM certificate_requests
        WHERE status = 'issued';
    INSERT INTO certificate_retrieval_reminders SELECT min(number), 1 FROM certificate_requests;
    INSERT INTO opposition_tickets (number, identifier, ground, opened_at)
        VALUES ('TK-0000000000000000', '2612345678', 'lost', 1);
    INSERT INTO reviews VALUES ('RL-0000000000000000', 'approval', 'CO-TEST', 1, 1, 1, NULL);
    INSERT INTO review_findings VALUES ('RL-0000000000000000', 'confirmed', NULL, 'nobody', 1);
    INSERT INTO card_suspensions (number, card_number, suspended_by, suspended_at)
        SELECT 'SU-0000000000000000', min(number), 'officer:x', 1 FROM cards;
    INSERT INTO officer_enrolments SELECT 'EN-TEST', 'enrol', 'x', 'X', 'auditor', tbs, spki, 1, 'y', 1, '', NULL
        FROM (SELECT spki_sha256 AS tbs, spki_sha256 AS spki FROM certificates LIMIT 1) one;
    INSERT INTO decision_nonces VALUES ('nonce', 1, 2, 'x', 'statement', NULL);
    INSERT INTO decision_receipts VALUES ('card-order', 'CO-TEST', 1, 'x', 'proof', NULL, NULL, 1, NULL);
    INSERT INTO enrolments_told VALUES ('EN-TEST', 1);
    INSERT INTO decision_digest_lines VALUES ('card-order', 'CO-TEST', 1, 'x', 'approve', 'proof', 1, NULL, NULL, NULL);
    INSERT INTO decision_digest_lines VALUES ('card-order', 'CO-TOLD', 1, 'x', 'approve', 'proof', 1, NULL, NULL, 'sent');
    INSERT INTO decisions SELECT 'card-order', number, version, 'x', 'refuse', 'duplicate', NULL, 1, 'demo',
        (SELECT spki_sha256 FROM certificates LIMIT 1) FROM card_orders WHERE status = 'submitted' AND submitted_by <> 'x';
    INSERT INTO decision_retractions SELECT subject_kind, subject_number, subject_version, decided_by, 1 FROM decisions
        WHERE decided_by = 'x';
    INSERT INTO decisions_in_effect VALUES ('CO-TEST', 1, 1, 'card-order');
    INSERT INTO decision_retractions_seen VALUES ('card-order', 'CO-TEST', 1, 'x', 1);
    INSERT INTO order_notes SELECT number, number, 'x', 1, 'x' FROM card_orders WHERE status = 'submitted';
    INSERT INTO order_looks SELECT min(number), 99, 1 FROM card_orders WHERE status = 'submitted';
    INSERT INTO orders_given_back SELECT min(number), 99, 1, NULL FROM card_orders WHERE status = 'submitted';
    INSERT INTO order_birth_names SELECT order_number, 99, 'X', 'Y' FROM order_looks WHERE order_version = 99;
    INSERT INTO order_documents SELECT '0123456789abcdef0123456789abcdef', min(number), 1, 'pdf', 1,
        '0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef', 'x', 1 FROM card_orders WHERE status = 'submitted';
    INSERT INTO order_document_contents SELECT '0123456789abcdef0123456789abcdef', 'x', spki_sha256 FROM certificates LIMIT 1;
    INSERT INTO order_examinations SELECT number, version, 'x', 1 FROM card_orders WHERE status = 'submitted';
    INSERT INTO signing_awaited SELECT 'issuing', 999999, 1, 'issuing', 'ab', evidence_digest, 'crl ACI-FO-PP full 999999', 1
        FROM certificates LIMIT 1;
    INSERT INTO signing_superseded VALUES ('issuing', 999998, 'crl ACI-FO-PP all full 1', 1);
    INSERT INTO ceremony_reports SELECT evidence_digest, 'x', tbs, 1 FROM certificates LIMIT 1;
    INSERT INTO compromised_keys SELECT evidence_digest, 'key', evidence_digest, 1, 'x', 'operator:x' FROM certificates LIMIT 1;
    INSERT INTO coherence_sightings (face, issuer, scope, number, seen_at) VALUES ('list', '', '', 1, 2);
    INSERT INTO ocsp_lifetimes VALUES (1, 2);";

/// Each of these would take something back; the database refuses it and says why.
const ATTEMPTS: &[(&str, &str)] = &[
    (
        "INSERT INTO authorities (short_name, kind, parent, serial, public_key, token, key_id, serial_prefix, created_at)
            SELECT 'ACI-XX-PP', kind, parent, serial, public_key, token, 'ff', serial_prefix, created_at
            FROM authorities WHERE short_name = 'ACI-FO-PP'",
        "authorities",
    ),
    // certificates and their status
    ("UPDATE certificates SET status = 'good' WHERE status = 'revoked'", "nothing un-revokes"),
    ("UPDATE certificates SET revoked_at = revoked_at + 1 WHERE status = 'revoked'", "never changed"),
    ("UPDATE certificates SET profile = 'other'", "never changed"),
    ("UPDATE certificates SET epoch = epoch + 1", "never changed"),
    ("UPDATE certificates SET evidence_kind = 'register-feed'", "never changed"),
    ("UPDATE certificates SET evidence_digest = spki_sha256", "never changed"),
    ("UPDATE certificates SET spki_sha256 = evidence_digest", "never changed"),
    ("UPDATE certificates SET not_after = not_after + 1", "never changed"),
    ("UPDATE certificates SET not_before = not_before - 1", "never changed"),
    ("UPDATE certificates SET prepared_at = 0", "never changed"),
    ("UPDATE certificates SET settled_at = 0", "never changed"),
    ("UPDATE certificates SET der = tbs WHERE der IS NOT NULL", "never changed"),
    ("UPDATE certificates SET rsa_modulus_sha256 = NULL WHERE rsa_modulus_sha256 IS NOT NULL", "never changed"),
    ("UPDATE certificates SET shard = 1", "never changed"),
    ("UPDATE certificates SET held_at = 1 WHERE status = 'revoked'", ""),
    ("DELETE FROM certificates WHERE status = 'revoked'", "never deleted"),
    ("DELETE FROM certificate_status_events", "append-only"),
    ("UPDATE certificate_status_events SET reason = 'superseded'", "append-only"),
    ("UPDATE certificate_status_counter SET last = 0", "only grows"),
    ("UPDATE certificate_status_counter SET last = last + 7", "one by one"),
    ("DELETE FROM certificate_status_counter", "never deleted"),
    ("UPDATE authorities SET key_id = 'ff' WHERE short_name = 'ACI-EL-ORG'", "never changed"),
    ("DELETE FROM authorities", "never deleted"),
    ("UPDATE authorities SET serial = '1120' WHERE short_name = 'ACI-EL-ORG'", "never changed"),
    ("DELETE FROM service_keys", "never deleted"),
    ("UPDATE compromised_keys SET source = 'y'", "never changed"),
    ("DELETE FROM compromised_keys", "never deleted"),
    (
        "INSERT INTO compromised_keys SELECT spki_sha256, 'key', NULL, prepared_at, 'x', 'operator:x' FROM certificates
         WHERE status = 'good' AND issuer = 'ACI-FO-PP' LIMIT 1",
        "still lives",
    ),
    (
        "INSERT INTO compromised_keys SELECT c.spki_sha256, 'key', NULL, c.prepared_at, 'x', 'operator:x' FROM certificates c
         JOIN authorities a ON a.parent = c.issuer AND a.serial = c.serial AND a.short_name <> a.parent
         WHERE c.status = 'good' LIMIT 1",
        "still lives",
    ),
    (
        "INSERT INTO compromised_keys SELECT evidence_digest, 'key', rsa_modulus_sha256, prepared_at, 'x', 'operator:x'
         FROM certificates WHERE status = 'good' AND rsa_modulus_sha256 IS NOT NULL LIMIT 1",
        "still lives",
    ),
    (
        "INSERT INTO certificates (issuer, serial, profile, status, epoch, evidence_kind, evidence_digest, spki_sha256, tbs,
                                   not_before, not_after, prepared_at)
         SELECT c.issuer, '1DFFFF', c.profile, 'intended', c.epoch, c.evidence_kind, c.evidence_digest, k.spki_sha256, c.tbs,
                c.not_before, c.not_after, c.prepared_at
         FROM compromised_keys k JOIN certificates c ON c.issuer = 'ACI-FO-PP' LIMIT 1",
        "certified for nobody",
    ),
    (
        "INSERT INTO certificates (issuer, serial, profile, status, epoch, evidence_kind, evidence_digest, spki_sha256, tbs,
                                   not_before, not_after, prepared_at, rsa_modulus_sha256)
         SELECT c.issuer, '1DFFFF', c.profile, 'intended', c.epoch, c.evidence_kind, c.evidence_digest, c.spki_sha256, c.tbs,
                c.not_before, c.not_after, c.prepared_at, k.rsa_modulus_sha256
         FROM compromised_keys k JOIN certificates c ON c.issuer = 'ACI-FO-PP' LIMIT 1",
        "certified for nobody",
    ),
    ("UPDATE issuance_epochs SET closed_at = NULL WHERE closed_at IS NOT NULL", "never opened again"),
    ("UPDATE issuance_epochs SET opened_at = 0 WHERE closed_at IS NULL OR closed_at IS NOT NULL", "never opened again"),
    ("DELETE FROM issuance_epochs", "never deleted"),
    ("UPDATE crls SET entries = 0", "never changed"),
    ("DELETE FROM crls WHERE kind = 'delta'", "never deleted"),
    (
        "INSERT INTO crls (issuer, scope, kind, number, this_update, next_update, entries, log_sequence, der, recorded_at)
         SELECT issuer, scope, kind, 1, this_update, next_update, entries, log_sequence, der, recorded_at
         FROM crls WHERE kind = 'full' LIMIT 1",
        "",
    ),
    // the register
    ("UPDATE register_feeds SET status = 'importing'", "never changed"),
    ("UPDATE register_feeds SET sequence = sequence + 1", "never changed"),
    ("DELETE FROM register_feeds", "never deleted"),
    ("UPDATE register_holds SET ceased = 0", "never changed"),
    ("DELETE FROM register_holds", "never deleted"),
    ("UPDATE register_merges SET rpps = '899700000021'", "stays that other"),
    ("UPDATE register_merges SET ended_at = 1, ended_by_case = 'x'", "two officers end a merge"),
    ("DELETE FROM register_merges", "stays that other"),
    ("UPDATE register_merge_cases SET doubt = 'names'", "settled once"),
    ("UPDATE register_merge_cases SET outcome = 'done', settled_at = 1", "two officers decide"),
    ("UPDATE register_merge_cases SET outcome = 'refused', settled_at = 1", "two officers decide"),
    ("DELETE FROM register_merge_cases", "never deleted"),
    ("UPDATE register_silences SET subject = 'x'", "never changed"),
    ("DELETE FROM register_silences", "never deleted"),
    ("UPDATE register_examinations SET found = 1", "never changed"),
    ("DELETE FROM register_examinations", "never deleted"),
    ("UPDATE card_lapses SET cause = 'x'", "nothing else of it"),
    ("UPDATE card_lapses SET status = 'confirmed', settled_at = 1, settled_by = 'job:revalidation'", ""),
    ("UPDATE card_lapses SET status = 'lifted', settled_at = 1, settled_by = 'x'; UPDATE card_lapses SET settled_at = 2", "settled once"),
    ("DELETE FROM card_lapses", "never deleted"),
    ("UPDATE card_changes SET rule = 'x'", "nothing else of it"),
    ("UPDATE card_changes SET settled_at = 1; UPDATE card_changes SET settled_at = 2", "settled once"),
    ("DELETE FROM card_changes", "never deleted"),
    ("UPDATE opposition_plans SET feed = 'x'", "never changed"),
    ("DELETE FROM opposition_plans", "never deleted"),
    ("UPDATE opposition_plan_items SET plan = 'x'", "never changed"),
    ("DELETE FROM opposition_plan_items", "never deleted"),
    // cards
    ("UPDATE cards SET status = 'expired', opposed_at = NULL WHERE status = 'opposed'", "card"),
    ("UPDATE cards SET opposed_at = opposed_at + 1 WHERE status = 'opposed'", "never changed"),
    ("DELETE FROM cards", "never deleted"),
    ("UPDATE card_batches SET bureau = 'other'", "never changed"),
    ("DELETE FROM card_batches", "never deleted"),
    ("UPDATE card_keys SET proof = public_key", "never changed"),
    ("DELETE FROM card_certificates", "never deleted"),
    ("UPDATE card_opposition_counter SET last = 0", "one by one"),
    ("DELETE FROM card_opposition_counter", "never deleted"),
    ("UPDATE card_number_counter SET last = 0", "only grows"),
    ("DELETE FROM card_number_counter", "never deleted"),
    ("UPDATE card_oppositions SET opposed_at = 0", "append-only"),
    ("DELETE FROM card_oppositions", "append-only"),
    // registration
    ("UPDATE officers SET role = 'administrator' WHERE role <> 'administrator'", "nothing else of him"),
    ("UPDATE officers SET display_name = 'X'", "nothing else of him"),
    ("UPDATE officers SET enrolled_at = 0", "nothing else of him"),
    ("UPDATE officers SET login = 'x' WHERE login = 'dominique.bernard'", "nothing else of him"),
    ("UPDATE officers SET ended_at = 1; UPDATE officers SET ended_at = NULL", "ends once"),
    ("DELETE FROM officers", "never deleted"),
    ("UPDATE structure_names SET approved_by = 'x'", "append-only"),
    ("DELETE FROM structure_names", "append-only"),
    ("UPDATE opposition_declarations SET ground = 'lost'", "append-only"),
    ("DELETE FROM opposition_declarations", "append-only"),
    ("DELETE FROM signing_intents", "never deleted"),
    ("UPDATE signing_intents SET subject = 'something else'", "never changed"),
    ("DELETE FROM signing_awaited WHERE sequence = 999999", "awaited until its record stands"),
    ("DELETE FROM signing_superseded", "what became of a signature is never deleted"),
    ("UPDATE signing_superseded SET taken_by = 'x'", "what became of a signature is never changed"),
    ("DELETE FROM ceremony_reports", "a report is never deleted"),
    ("UPDATE ceremony_reports SET ceremony = 'y'", "a report is never changed"),
    ("DELETE FROM decisions", "append-only"),
    ("UPDATE decisions SET decided_at = 0", "append-only"),
    ("UPDATE officer_enrolments SET role = 'administrator'", "append-only"),
    ("DELETE FROM officer_enrolments", "append-only"),
    ("UPDATE decision_receipts SET refusal = 'x'", "append-only"),
    ("DELETE FROM decision_receipts", "append-only"),
    ("UPDATE officer_enrolments SET email = 'x'", "append-only"),
    ("UPDATE enrolments_told SET told_at = 2", "told once"),
    ("DELETE FROM enrolments_told", "told once"),
    ("UPDATE decision_digest_lines SET digest = NULL", "stands in one digest"),
    ("UPDATE decision_digest_lines SET verdict = 'refuse' WHERE digest IS NULL", "stands in one digest"),
    ("DELETE FROM decision_digest_lines", "stands in one digest"),
    ("UPDATE order_notes SET note = 'y'", "as it was written"),
    ("DELETE FROM order_notes", "notes of an open order"),
    ("UPDATE orders_given_back SET refusal = 'x'", "what was given back"),
    ("DELETE FROM orders_given_back", "what was given back"),
    ("UPDATE order_birth_names SET birth_family_name = 'Z'", "as they were read"),
    ("DELETE FROM order_birth_names", "names at birth of an open order"),
    ("UPDATE order_documents SET octets = 2", "append-only"),
    ("DELETE FROM order_documents", "append-only"),
    ("UPDATE order_document_contents SET name = 'y'", "as it was attached"),
    ("DELETE FROM order_document_contents", "documents of an open order"),
    ("UPDATE decision_retractions SET retracted_at = 0", "append-only"),
    ("DELETE FROM decision_retractions", "append-only"),
    ("UPDATE decision_retractions_seen SET seen_at = 0", "append-only"),
    ("DELETE FROM decision_retractions_seen", "append-only"),
    ("UPDATE decisions_in_effect SET took_effect_at = 0", "append-only"),
    ("DELETE FROM decisions_in_effect", "append-only"),
    (
        "INSERT INTO decision_retractions SELECT subject_kind, subject_number, subject_version, decided_by, 1 FROM decisions
         WHERE subject_kind = 'card-order' AND decided_by <> 'x' LIMIT 1",
        "not taken back",
    ),
    ("UPDATE card_orders SET status = 'submitted' WHERE status = 'ordered'", "no such transition"),
    ("UPDATE decision_nonces SET expires_at = 3", "used once"),
    ("UPDATE decision_nonces SET claimed_by = 'y'", "used once"),
    ("UPDATE decision_nonces SET statement = NULL", "used once"),
    ("UPDATE card_orders SET submitted_by = 'somebody.else' WHERE status <> 'submitted'", "never changed"),
    ("UPDATE card_orders SET register_record = '{}' WHERE status <> 'submitted'", "never changed"),
    ("UPDATE card_orders SET holder = 'x'", "never changed"),
    ("UPDATE card_orders SET origin = 'plan', plan = 'RP-TEST'", "never changed"),
    ("UPDATE card_orders SET family_name = 'X' WHERE status = 'submitted'", "never changed"),
    ("UPDATE card_orders SET status = 'approved' WHERE status = 'submitted'", "self-approval"),
    ("DELETE FROM card_orders", "never deleted"),
    ("UPDATE certificate_requests SET common_name = 'x'", "never changed"),
    ("UPDATE certificate_requests SET public_key = csr", "never changed"),
    ("UPDATE certificate_requests SET family_name = 'X'", "never changed"),
    ("DELETE FROM certificate_requests", "never deleted"),
    ("UPDATE renewal_plan_items SET outcome = 'excluded', exclusion = 'x'", "never changed"),
    ("UPDATE renewal_plan_items SET order_number = NULL", "never changed"),
    ("UPDATE renewal_plan_items SET holder = 'x'", "never changed"),
    ("DELETE FROM renewal_plan_items", "never deleted"),
    (
        "INSERT INTO renewal_plan_items (plan, card_number, outcome)
         SELECT 'RP-TEST', min(number), 'renew' FROM cards",
        "never changed",
    ),
    ("DELETE FROM renewal_plans", "never deleted"),
    ("UPDATE outbox SET sent_at = NULL", "sent once"),
    ("UPDATE outbox SET recipient = 'officer:x'", "never changed"),
    ("DELETE FROM outbox", "never deleted"),
    ("UPDATE number_counters SET last = 0", "only grows"),
    ("DELETE FROM number_counters", "never deleted"),
    // responders and their requests
    ("UPDATE responder_requests SET attempt = 2", "never changed"),
    ("DELETE FROM responder_requests", "never deleted"),
    ("UPDATE responder_request_proofs SET possession = digest", "never changed"),
    ("DELETE FROM responder_request_proofs", "never deleted"),
    ("DELETE FROM responder_refusals", "never deleted"),
    ("UPDATE responder_refusals SET code = 'x'", "never changed"),
    ("UPDATE responder_certifications SET trial = 2", "never changed"),
    ("DELETE FROM responder_certifications", "never deleted"),
    (
        "INSERT INTO responder_requests
         SELECT spki_sha256, 'ACI-ST-PP', 'ocsp-ACI-FO-PP', 2, 'status', 'aa', tbs FROM certificates LIMIT 1",
        "newest responder of its authority",
    ),
    // what was seen from outside
    ("UPDATE opposition_codes SET verifier = NULL, mac_key = NULL, letter = NULL, made_at = NULL", "never changed"),
    ("UPDATE opposition_codes SET due_at = due_at + 1", "never changed"),
    ("DELETE FROM opposition_codes", "never deleted"),
    ("UPDATE holder_declarations SET identifier = '2600000017'", "ever changed"),
    ("UPDATE holder_declarations SET ground = 'stolen'", "ever changed"),
    ("DELETE FROM holder_declarations", "answered before it is deleted"),
    ("UPDATE holder_declarations SET identifier = NULL, request = 'fedcba9876543210fedcba9876543210'", "ever changed"),
    ("UPDATE one_time_requests SET received_at = 2", "settled once"),
    ("UPDATE one_time_requests SET failures = 3; UPDATE one_time_requests SET failures = 0", "failures only grow"),
    ("DELETE FROM one_time_requests", ""),
    ("UPDATE one_time_codes SET mac_key = 'x'", "never changed"),
    ("DELETE FROM one_time_budget", "stays told"),
    ("UPDATE card_expiry_notices SET days = 7", "stays told"),
    ("DELETE FROM card_expiry_notices", "stays told"),
    ("UPDATE certificate_terms_acceptances SET accepted_by = 'y'", "an acceptance stands"),
    ("DELETE FROM certificate_terms_acceptances", "an acceptance stands"),
    ("UPDATE certificate_retrieval_reminders SET reminded_at = 2", "stays told"),
    ("DELETE FROM certificate_retrieval_reminders", "stays told"),
    ("UPDATE opposition_tickets SET identifier = '2600000017'", "ever changed"),
    ("UPDATE opposition_tickets SET ground = 'stolen'", "ever changed"),
    ("DELETE FROM opposition_tickets", "an open ticket stays"),
    ("UPDATE order_examinations SET begun_at = 2", "never changed"),
    ("DELETE FROM order_examinations", "never deleted"),
    ("UPDATE reviews SET due_from = 2", "append-only"),
    ("UPDATE reviews SET contact_changed_at = 2", "append-only"),
    ("DELETE FROM reviews WHERE number = 'RL-0000000000000000'", "append-only"),
    ("UPDATE review_findings SET finding = 'contested'", "append-only"),
    ("DELETE FROM review_findings", "append-only"),
    ("UPDATE card_suspensions SET suspended_at = 2", "ends once"),
    ("UPDATE card_suspensions SET outcome = 'lifted', ended_at = 2, ended_by = 'x'", "two officers lift"),
    ("DELETE FROM card_suspensions", "never deleted"),
    ("UPDATE ocsp_lifetimes SET lifetime = 1", "never changed"),
    ("DELETE FROM ocsp_lifetimes", "never deleted"),
    ("UPDATE coherence_sightings SET seen_at = 1", "never changed"),
    ("DELETE FROM coherence_sightings", "never deleted"),
    // the audit trail
    ("UPDATE audit_events SET actor = 'nobody'", "append-only"),
    ("DELETE FROM audit_events", "append-only"),
    ("DELETE FROM audit_leaves", "append-only"),
    ("DELETE FROM audit_checkpoints", "append-only"),
    ("UPDATE audit_payloads SET payload = '{}'", "never changed"),
    ("DELETE FROM audit_payloads", "no event says"),
];

#[test]
fn nothing_that_stands_for_good_is_taken_back_by_sql() {
    let workshop = workshop(DatabaseKind::Sqlite);
    // Not the program's connection: one that asks no delete trigger of what REPLACE deletes.
    let path = workshop.dir().join("igc.sqlite");
    each_attempt_is_refused(&mut SqliteConnection::establish(path.to_str().unwrap()).unwrap());
}

#[test]
fn nothing_that_stands_for_good_is_taken_back_by_sql_on_postgresql() {
    let workshop: Workshop = workshop(DatabaseKind::Postgresql);
    let Database::Postgresql(mut db) = workshop.open(DatabaseRole::Owner) else { unreachable!() };
    each_attempt_is_refused(&mut db);
}

fn each_attempt_is_refused(db: &mut impl SimpleConnection) {
    db.batch_execute(BEFORE).unwrap();
    for (sql, why) in ATTEMPTS {
        db.batch_execute("BEGIN").unwrap();
        let refused = db.batch_execute(sql).expect_err(sql).to_string();
        db.batch_execute("ROLLBACK").unwrap();
        assert!(refused.contains(why), "{sql}: {refused}");
    }
}
