use diesel::dsl::{exists, not};
use diesel::prelude::*;
use rand_core::CryptoRng;
use serde_json::json;
use store::schema::{decision_retractions, decision_retractions_seen};
use store::{Act, Database, Timestamp, audit};

use super::receive::subject_of_trail;
use crate::outbox::{self, Notice, Recipient};

/// Retractions of one run; the others wait for the next.
const AT_ONCE: i64 = 200;

type Row = (String, String, i64, String, Timestamp);

/// Looks at each retraction that nobody has looked at: whoever took a decision back signed nothing, so the officer in whose name it
/// was done is told, by the worker. What was taken back, each in a transaction of its own.
pub fn witness_retractions(
    db: &mut Database,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<Vec<String>> {
    use decision_retractions::{decided_by, subject_kind, subject_number, subject_version};

    let seen = decision_retractions_seen::table
        .filter(decision_retractions_seen::subject_kind.eq(subject_kind))
        .filter(decision_retractions_seen::subject_number.eq(subject_number))
        .filter(decision_retractions_seen::subject_version.eq(subject_version))
        .filter(decision_retractions_seen::decided_by.eq(decided_by));
    let unseen: Vec<Row> = decision_retractions::table.filter(not(exists(seen))).limit(AT_ONCE).load(db)?;
    let mut told = Vec::new();
    for retraction in unseen {
        db.write(|db| one(db, &retraction, rng, act))?;
        told.push(format!("{} {} version {}", retraction.0, retraction.1, retraction.2));
    }
    Ok(told)
}

fn one(
    db: &mut Database,
    (kind, number, version, by, retracted_at): &Row,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<()> {
    diesel::insert_into(decision_retractions_seen::table)
        .values((
            decision_retractions_seen::subject_kind.eq(kind),
            decision_retractions_seen::subject_number.eq(number),
            decision_retractions_seen::subject_version.eq(version),
            decision_retractions_seen::decided_by.eq(by),
            decision_retractions_seen::seen_at.eq(act.at),
        ))
        .execute(db)?;
    let told = format!("{kind} {number} version {version}");
    outbox::put_first(db, Recipient::Officer(by), Notice::DecisionTakenBack, &told, rng, act)?;
    let (action, subject) = ("decision.retraction-seen", format!("{} {number}", subject_of_trail(kind)));
    let payload = json!({ "officer": by, "version": version, "retracted_at": retracted_at });
    audit::record(db, audit::Event { action, subject, payload }, rng, act)
}
