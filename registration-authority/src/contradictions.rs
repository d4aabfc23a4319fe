//! Rows that contradict each other: what no transaction of this program leaves, and a restored or altered
//! database may. `igc doctor` asks; nothing is repaired here, because nobody knows which row is right.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};
use store::Database;

/// One rule, and the rows that break it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contradiction {
    /// What must not be, as a sentence about one of them.
    pub rule: &'static str,
    /// How many there are.
    pub count: i64,
    /// One of them, by its natural key.
    pub example: String,
}

/// Each rule with a query for the natural keys of what breaks it, in the column `key`.
const RULES: &[(&str, &str)] = &[
    (
        "a card is opposed, and a certificate of it is good",
        "SELECT c.number AS key FROM cards c
         JOIN card_certificates a ON a.card_number = c.number
         JOIN certificates k ON k.issuer = a.issuer AND k.serial = a.serial
         WHERE c.status = 'opposed' AND k.status = 'good'",
    ),
    (
        "a card is opposed, and does not stand on the opposition list",
        "SELECT c.number AS key FROM cards c WHERE c.status = 'opposed'
         AND NOT EXISTS (SELECT 1 FROM card_oppositions o WHERE o.card_number = c.number)",
    ),
    (
        "a card stands on the opposition list, and is not opposed",
        "SELECT o.card_number AS key FROM card_oppositions o
         LEFT JOIN cards c ON c.number = o.card_number
         WHERE c.status IS NULL OR c.status <> 'opposed'",
    ),
    (
        "a certificate is revoked, and the status log does not say so",
        "SELECT k.issuer || ' ' || k.serial AS key FROM certificates k WHERE k.status = 'revoked'
         AND NOT EXISTS (SELECT 1 FROM certificate_status_events e
                         WHERE e.issuer = k.issuer AND e.serial = k.serial AND e.event = 'revoked')",
    ),
    (
        "the status log says that a certificate ended, and it did not",
        "SELECT e.issuer || ' ' || e.serial AS key FROM certificate_status_events e
         LEFT JOIN certificates k ON k.issuer = e.issuer AND k.serial = e.serial
         WHERE e.event = 'revoked' AND (k.status IS NULL OR k.status <> 'revoked')",
    ),
    (
        "a certificate is held, and the last word of the status log on it is another",
        "SELECT k.issuer || ' ' || k.serial AS key FROM certificates k WHERE k.held_at IS NOT NULL
         AND NOT EXISTS (SELECT 1 FROM certificate_status_events e
                         WHERE e.issuer = k.issuer AND e.serial = k.serial AND e.event = 'held'
                         AND e.occurred_at = k.held_at AND NOT EXISTS (
                             SELECT 1 FROM certificate_status_events f WHERE f.issuer = e.issuer
                             AND f.serial = e.serial AND f.event <> 'revoked' AND f.sequence > e.sequence))",
    ),
    (
        "the last word of the status log on a certificate is a hold, and it is not held",
        "SELECT e.issuer || ' ' || e.serial AS key FROM certificate_status_events e
         JOIN certificates k ON k.issuer = e.issuer AND k.serial = e.serial
         WHERE e.event <> 'revoked' AND e.event = 'held' AND k.held_at IS NULL AND k.status = 'good'
         AND NOT EXISTS (SELECT 1 FROM certificate_status_events f WHERE f.issuer = e.issuer
                         AND f.serial = e.serial AND f.event <> 'revoked' AND f.sequence > e.sequence)",
    ),
    (
        "an order goes on by a decision that its officer took back",
        "SELECT o.number AS key FROM card_orders o WHERE o.status IN ('approved', 'refused', 'ordered')
         AND EXISTS (SELECT 1 FROM decision_retractions r WHERE r.subject_kind = 'card-order'
            AND r.subject_number = o.number AND r.subject_version = o.version)",
    ),
    (
        "a certificate request goes on by a decision that its officer took back",
        "SELECT c.number AS key FROM certificate_requests c WHERE c.status IN ('approved', 'refused', 'issued')
         AND EXISTS (SELECT 1 FROM decision_retractions r WHERE r.subject_kind = 'certificate-request'
            AND r.subject_number = c.number AND r.subject_version = c.version)",
    ),
    (
        "a decision that had taken effect was taken back",
        "SELECT e.subject_number AS key FROM decisions_in_effect e
         WHERE EXISTS (SELECT 1 FROM decision_retractions r WHERE r.subject_kind = e.subject_kind
            AND r.subject_number = e.subject_number AND r.subject_version = e.subject_version)",
    ),
    (
        "a card is suspended, and a certificate of it is good",
        "SELECT s.card_number AS key FROM card_suspensions s
         JOIN card_certificates a ON a.card_number = s.card_number
         JOIN certificates k ON k.issuer = a.issuer AND k.serial = a.serial
         WHERE s.outcome IS NULL AND k.status = 'good' AND k.held_at IS NULL",
    ),
    (
        "a certificate of a card is held, and the card is not suspended",
        "SELECT a.card_number AS key FROM card_certificates a
         JOIN certificates k ON k.issuer = a.issuer AND k.serial = a.serial
         WHERE k.held_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM card_suspensions s
             WHERE s.card_number = a.card_number AND s.outcome IS NULL)",
    ),
    (
        "the counter of the status log is not at its newest event",
        "SELECT 'last ' || n.last AS key FROM certificate_status_counter n
         WHERE n.last <> (SELECT coalesce(max(sequence), 0) FROM certificate_status_events)",
    ),
    (
        "the counter of the opposition list is not at its newest entry",
        "SELECT 'last ' || n.last AS key FROM card_opposition_counter n
         WHERE n.last <> (SELECT coalesce(max(sequence), 0) FROM card_oppositions)",
    ),
];

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = BigInt)]
    count: i64,
    #[diesel(sql_type = Nullable<Text>)]
    example: Option<String>,
}

/// Every rule that is broken. Reads whole tables: for an operator who asks, not for every request.
pub fn contradictions(db: &mut Database) -> QueryResult<Vec<Contradiction>> {
    db.snapshot(|db| {
        let mut broken = Vec::new();
        for (rule, query) in RULES {
            let counted =
                format!("SELECT count(*) AS count, min(broken.key) AS example FROM ({query}) AS broken");
            let found: Found = diesel::sql_query(counted).get_result(db)?;
            if let Some(example) = found.example {
                broken.push(Contradiction { rule, count: found.count, example });
            }
        }
        Ok(broken)
    })
}
