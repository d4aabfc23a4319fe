//! What stands in the tables for good, also for somebody with a SQL prompt.

use diesel::SqliteConnection;
use diesel::connection::SimpleConnection;
use diesel::prelude::*;

use super::demonstration::{copy_of, on_sqlite};

/// Each of these would take something back; the database refuses it and says why.
const ATTEMPTS: &[(&str, &str)] = &[
    ("UPDATE certificates SET status = 'good' WHERE status = 'revoked'", "nothing un-revokes"),
    ("UPDATE certificates SET revoked_at = revoked_at + 1 WHERE status = 'revoked'", "never changed"),
    ("DELETE FROM certificates WHERE status = 'revoked'", "never deleted"),
    (
        "INSERT OR REPLACE INTO certificates (issuer, serial, profile, status, epoch, evidence_kind,
             evidence_digest, spki_sha256, tbs, not_before, not_after, prepared_at)
         SELECT issuer, serial, profile, 'intended', epoch, evidence_kind, evidence_digest, spki_sha256,
             tbs, not_before, not_after, prepared_at FROM certificates WHERE status = 'revoked'",
        "given once",
    ),
    ("DELETE FROM certificate_status_events", "append-only"),
    ("UPDATE certificate_status_events SET reason = 'superseded'", "append-only"),
    ("UPDATE certificate_status_counter SET last = 0", "only grows"),
    ("UPDATE cards SET status = 'expired', opposed_at = NULL WHERE status = 'opposed'", "never changed"),
    ("UPDATE certificate_status_counter SET last = last + 7", "one by one"),
    ("UPDATE card_opposition_counter SET last = 0", "one by one"),
    ("UPDATE authorities SET key_id = 'ff' WHERE short_name = 'ACI-EL-ORG'", "never changed"),
    ("UPDATE authorities SET serial = '1120' WHERE short_name = 'ACI-EL-ORG'", "never changed"),
    ("DELETE FROM service_keys", "never deleted"),
    ("DELETE FROM card_oppositions", "append-only"),
    ("INSERT OR REPLACE INTO card_oppositions SELECT sequence, card_number, 0 FROM card_oppositions", "opposed once"),
    ("UPDATE crls SET entries = 0", "never changed"),
    (
        "INSERT INTO crls (issuer, scope, kind, number, this_update, next_update, entries, log_sequence, der, recorded_at)
         SELECT issuer, scope, kind, 1, this_update, next_update, entries, log_sequence, der, recorded_at
         FROM crls WHERE kind = 'full' LIMIT 1",
        "",
    ),
    ("DELETE FROM decisions", "append-only"),
    ("UPDATE card_orders SET submitted_by = 'somebody.else' WHERE status <> 'submitted'", "never changed"),
    ("UPDATE card_orders SET status = 'approved' WHERE status = 'submitted'", "self-approval"),
    ("UPDATE audit_events SET actor = 'nobody'", "append-only"),
    ("DELETE FROM audit_leaves", "append-only"),
    ("DELETE FROM audit_checkpoints", "append-only"),
    ("UPDATE audit_payloads SET payload = '{}'", "never changed"),
];

#[test]
fn nothing_that_stands_for_good_is_taken_back_by_sql() {
    let copy = copy_of(on_sqlite());
    let path = copy.path().join("igc.sqlite");
    let mut db = SqliteConnection::establish(path.to_str().unwrap()).unwrap();
    for (sql, why) in ATTEMPTS {
        let refused = db.batch_execute(sql).expect_err(sql).to_string();
        assert!(refused.contains(why), "{sql}: {refused}");
    }
}
