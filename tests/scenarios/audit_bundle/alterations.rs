//! What somebody who owns the database may do to it, and how the auditor is told.

/// Leaves and all that goes with them, from a place on.
const CUT: &str =
    "DELETE FROM audit_payloads WHERE event_id IN (SELECT event_id FROM audit_leaves WHERE sequence >= 100);
    DELETE FROM audit_events WHERE id IN (SELECT event_id FROM audit_leaves WHERE sequence >= 100);
    DELETE FROM audit_subjects WHERE sequence >= 100;
    DELETE FROM audit_leaves WHERE sequence >= 100;";

/// What was done to the database; the row and the words by which it is told.
pub const ALTERATIONS: &[(&str, &str, &str)] = &[
    (
        "UPDATE audit_events SET actor = 'officer:mallory' WHERE action = 'card.opposed'",
        "(card.opposed card ",
        "altered: its fields do not give its leaf",
    ),
    (
        "UPDATE audit_payloads SET payload = '{\"altered\":true}' WHERE event_id = (SELECT event_id FROM audit_leaves WHERE sequence = 20)",
        "BROKEN event ",
        "its payload is not the one it committed to",
    ),
    (
        "DELETE FROM audit_payloads WHERE event_id = (SELECT event_id FROM audit_leaves WHERE sequence = 20)",
        "BROKEN event ",
        "its payload is gone, and no event says that it was erased",
    ),
    (
        "DELETE FROM audit_leaves WHERE sequence = 50",
        "events.jsonl line 51, event ",
        "stands at place 51, where 50 is due",
    ),
    (
        "UPDATE audit_leaves SET sequence = 99999 WHERE sequence = 30; UPDATE audit_leaves SET sequence = 30 WHERE sequence = 31;
         UPDATE audit_leaves SET sequence = 31 WHERE sequence = 99999",
        "BROKEN checkpoints ",
        "signs another tree than these events",
    ),
    (CUT, "BROKEN checkpoints ", "leaves, and there are 100: cut, or rolled back"),
    (
        "UPDATE audit_checkpoints SET signed_at = signed_at + 1",
        "BROKEN checkpoints ",
        "its signature is not the log key's",
    ),
    (
        "DELETE FROM decisions WHERE subject_kind = 'card-order'",
        "BROKEN certificate ACI-FO-PP ",
        "nobody decided on it",
    ),
    (
        "DELETE FROM card_certificates",
        "BROKEN certificate ACI-FO-PP ",
        "without evidence: no card and no request leads to it",
    ),
    (
        "UPDATE card_orders SET version = version + 1; UPDATE decisions SET subject_version = subject_version + 1",
        "BROKEN certificate ACI-FO-PP ",
        "a decision is on another version, or on other content",
    ),
    (
        "UPDATE card_orders SET family_name = 'MALLORY'",
        "BROKEN certificate ACI-FO-PP ",
        "a decision is on another version, or on other content",
    ),
    (
        "UPDATE decisions SET proof = CAST(substr(proof, 1, length(proof) - 1) || X'00' AS BLOB)",
        "BROKEN certificate ACI-FO-PP ",
        "the signature of a decision does not verify",
    ),
    (
        "UPDATE certificates SET der = CAST(substr(der, 1, length(der) - 1) || X'00' AS BLOB) WHERE issuer = 'ACI-EL-ORG'",
        "BROKEN certificate ACI-EL-ORG ",
        "its signature is not its issuer's",
    ),
    (
        "UPDATE card_keys SET proof = attestation",
        "BROKEN certificate ACI-FO-PP ",
        "the chip's proof is not over this batch, card, order, usage and key",
    ),
    (
        "UPDATE card_keys SET attestation = proof",
        "BROKEN certificate ACI-FO-PP ",
        "no pinned bureau attests its key",
    ),
    (
        "UPDATE certificates SET tbs = (SELECT c.tbs FROM certificates c WHERE c.issuer = certificates.issuer
             AND c.serial <> certificates.serial AND c.profile = certificates.profile LIMIT 1)
         WHERE profile = 'fo-pp-cps-auth'",
        "BROKEN certificate ACI-FO-PP ",
        "its TBS has another serial number",
    ),
    (
        "UPDATE certificates SET status = 'revoked', revoked_at = settled_at, revocation_reason = 'superseded' WHERE issuer = 'ACI-EL-ORG'",
        "BROKEN certificate ACI-EL-ORG ",
        "it is revoked and there, its leaves say signing 1 and abandoned 0 times, and its last status event nothing",
    ),
    (
        "UPDATE certificates SET status = 'good', revoked_at = NULL, revocation_reason = NULL WHERE status = 'revoked'",
        "BROKEN certificate ACI-FO-PP ",
        "it is good and there, its leaves say signing 1 and abandoned 0 times, and its last status event revoked",
    ),
    (
        "UPDATE certificates SET status = 'abandoned', der = NULL WHERE issuer = 'ACI-EL-ORG'",
        "BROKEN certificate ACI-EL-ORG ",
        "it is not the certificate that its issued leaf recorded",
    ),
    (
        "UPDATE certificates SET profile = 'fo-pp-cps-sign' WHERE profile = 'fo-pp-cps-auth'",
        "BROKEN certificate ACI-FO-PP ",
        "is not what was decided on",
    ),
    (
        "UPDATE certificates SET evidence_kind = 'plan' WHERE profile = 'fo-pp-cps-auth'",
        "BROKEN certificate ACI-FO-PP ",
        "profile, evidence or TBS are not those that its intended leaf recorded",
    ),
    (
        "UPDATE audit_leaves SET leaf_hash = zeroblob(32) WHERE sequence = 20",
        "BROKEN event ",
        "altered: its fields do not give its leaf",
    ),
    (
        "UPDATE audit_checkpoints SET root_hash = zeroblob(32)",
        "BROKEN checkpoints ",
        "its signature is not the log key's",
    ),
    (
        "DELETE FROM certificates WHERE profile = 'fo-pp-cps-sign'",
        "BROKEN certificate ACI-FO-PP ",
        "was recorded, and does not stand in certificates.jsonl",
    ),
    (
        "UPDATE certificates SET revoked_at = revoked_at - 60000 WHERE status = 'revoked'",
        "BROKEN certificate ACI-FO-PP ",
        "date or reason of its status are not those of its last status event",
    ),
    (
        "UPDATE certificates SET revocation_reason = 'superseded' WHERE status = 'revoked'",
        "BROKEN certificate ACI-FO-PP ",
        "date or reason of its status are not those of its last status event",
    ),
    (
        "UPDATE certificates SET revoked_at = revoked_at - 60000 WHERE status = 'revoked';
         UPDATE certificate_status_events SET occurred_at = occurred_at - 60000",
        "BROKEN certificate ACI-FO-PP ",
        "no status event is what its revoked leaf recorded",
    ),
    (
        "UPDATE certificates SET revocation_reason = 'superseded' WHERE status = 'revoked';
         UPDATE certificate_status_events SET reason = 'superseded'",
        "BROKEN certificate ACI-FO-PP ",
        "no status event is what its revoked leaf recorded",
    ),
    (
        "DELETE FROM certificate_status_events WHERE sequence = (SELECT max(sequence) FROM certificate_status_events)",
        "BROKEN certificate ACI-",
        "no status event is what its revoked leaf recorded",
    ),
    (
        "INSERT INTO certificate_status_events (sequence, issuer, serial, event, reason, occurred_at)
         SELECT 1000000, issuer, serial, 'revoked', 'superseded', settled_at FROM certificates WHERE issuer = 'ACI-EL-ORG' LIMIT 1",
        "BROKEN certificate ACI-EL-ORG ",
        "no leaf tells of its status event 1000000",
    ),
    (
        "UPDATE certificates SET evidence_digest = zeroblob(32) WHERE profile = 'root'",
        "BROKEN certificate ACR-",
        "its evidence is a ceremony whose file is not in ceremonies/",
    ),
    (
        "DELETE FROM audit_leaves WHERE event_id IN (SELECT id FROM audit_events WHERE action = 'register.imported')",
        "BROKEN certificate ACI-FO-PP ",
        "of whose import no leaf tells before it",
    ),
    (
        "UPDATE audit_leaves SET sequence = sequence + 1000000
         WHERE event_id IN (SELECT id FROM audit_events WHERE action = 'register.imported')",
        "BROKEN certificate ACI-FO-PP ",
        "of whose import no leaf tells before it",
    ),
];
