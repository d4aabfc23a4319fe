//! What is asked and settled before a ceremony that another process began goes on.

use std::collections::BTreeSet;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Text;
use serde_json::{Value, json};
use store::audit::record;
use store::schema::{audit_events, audit_payloads};
use store::{Act, CryptoRng, Database};

use super::course::{ACTION, event_of, subject};
use super::transcript::{EntryEvent, Transcript};
use super::{Ceremony, CeremonyError, Step, administrators};
use crate::epoch::Epoch;
use crate::issuance;

/// Whether a step of a ceremony of this name was recorded.
pub(crate) fn was_held(db: &mut Database, name: &str) -> QueryResult<bool> {
    let steps: i64 = audit_events::table
        .filter(audit_events::action.eq(sql::<Text>(&format!("'{ACTION}'"))))
        .filter(audit_events::subject.eq(format!("ceremony {name}")))
        .count()
        .get_result(db)?;
    Ok(steps > 0)
}

/// Whether the audit trail was told of a line of this ceremony whose SHA-256 is `head`.
pub fn is_in_the_trail(db: &mut Database, ceremony: &Ceremony, head: &str) -> QueryResult<bool> {
    Ok(told(db, ceremony)?.iter().any(|payload| payload["head"].as_str() == Some(head)))
}

/// Whether the audit trail was told of this ceremony, line by line, and of none whose SHA-256 is `head`. Where it was told of a line and does not say
/// of which, since that payload was erased or a program of before has told it, it contradicts nothing.
pub(crate) fn contradicts_the_trail(db: &mut Database, name: &str, head: &str) -> QueryResult<bool> {
    let told = heads(db, name)?;
    let is_complete = told.iter().all(Option::is_some);
    Ok(is_complete && !told.iter().flatten().any(|one| one == head))
}

/// The head of each line that the audit trail was told of; none of one that it does not say.
fn heads(db: &mut Database, name: &str) -> QueryResult<Vec<Option<String>>> {
    if let Database::Postgresql(connection) = db {
        // The worker's role reads no payload.
        let heads: Vec<Head> = diesel::sql_query("SELECT head FROM ceremony_heads($1)")
            .bind::<Text, _>(name)
            .load(connection)?;
        return Ok(heads.into_iter().map(|told| told.head).collect());
    }
    let payloads: Vec<Option<String>> = audit_events::table
        .left_join(audit_payloads::table)
        .filter(audit_events::action.eq(sql::<Text>(&format!("'{ACTION}'"))))
        .filter(audit_events::subject.eq(format!("ceremony {name}")))
        .select(audit_payloads::payload.nullable())
        .load(db)?;
    let head = |payload: Option<String>| {
        let payload: Value = serde_json::from_str(&payload?).ok()?;
        payload["head"].as_str().map(str::to_owned)
    };
    Ok(payloads.into_iter().map(head).collect())
}

#[derive(QueryableByName)]
struct Head {
    #[diesel(sql_type = diesel::sql_types::Nullable<Text>)]
    head: Option<String>,
}

/// The names of the ceremonies that recorded administrators' keys and came to their end, as the audit trail was told: nobody takes one
/// out of it, whatever becomes of the files.
pub fn administrators_in_the_trail(db: &mut Database) -> QueryResult<BTreeSet<String>> {
    let lines: Vec<(String, String)> = audit_events::table
        .inner_join(audit_payloads::table)
        .filter(audit_events::action.eq(sql::<Text>(&format!("'{ACTION}'"))))
        .filter(audit_payloads::payload.is_not_null())
        .select((audit_events::subject, audit_payloads::payload.assume_not_null()))
        .load(db)?;
    let (mut recorded, mut closed) = (BTreeSet::new(), BTreeSet::new());
    for (subject, payload) in lines {
        let payload: Value = serde_json::from_str(&payload).unwrap_or_default();
        let step = payload["step"].as_str().filter(|_| payload["event"] == json!(EntryEvent::Done));
        let Some((step, name)) = step.zip(subject.strip_prefix("ceremony ")) else { continue };
        if step.starts_with(administrators::STEP) {
            recorded.insert(name.to_owned());
        } else if step == Step::Close.to_string() {
            closed.insert(name.to_owned());
        }
    }
    Ok(&recorded & &closed)
}

/// What the audit trail was told of this ceremony, in no order.
fn told(db: &mut Database, ceremony: &Ceremony) -> QueryResult<Vec<Value>> {
    let payloads: Vec<String> = audit_events::table
        .inner_join(audit_payloads::table)
        // The word stands in the statement itself: SQLite looks into an index over a part of a table only then.
        .filter(audit_events::action.eq(sql::<Text>(&format!("'{ACTION}'"))))
        .filter(audit_events::subject.eq(subject(ceremony)))
        .select(audit_payloads::payload.assume_not_null())
        .load(db)?;
    Ok(payloads.iter().filter_map(|payload| serde_json::from_str(payload).ok()).collect())
}

/// How many lines of the transcript the audit trail was told of.
///
/// The newest head that it holds must be in the transcript, and what stands after it must be
/// what a crash leaves: one line that was not recorded any more, and after it only beginnings. A step that was
/// recorded in another database, or in what is now a restored backup, is not done in this one.
pub(super) fn lines_told(
    db: &mut Database,
    ceremony: &Ceremony,
    transcript: &Transcript,
) -> Result<usize, CeremonyError> {
    let last = told(db, ceremony)?.into_iter().max_by_key(|payload| payload["line"].as_u64());
    let entries = transcript.entries();
    let line = match last {
        None => 0,
        Some(last) => {
            let line =
                last["line"].as_u64().and_then(|line| usize::try_from(line).ok()).unwrap_or(usize::MAX);
            let head = match line.checked_sub(entries.len()) {
                Some(0) => Some(transcript.head()),
                Some(_) => None,
                None => entries.get(line).map(|next| next.previous.as_str()),
            };
            if head != last["head"].as_str() {
                return Err(CeremonyError::TranscriptCut);
            }
            line
        }
    };
    if entries.iter().skip(line + 1).any(|entry| entry.event == EntryEvent::Done) {
        return Err(CeremonyError::OtherDatabase(ceremony.name().to_owned()));
    }
    Ok(line)
}

/// Tells the audit trail of the lines after the first `told`: a certificate that no event names is accounted for by
/// nobody.
pub(super) fn tell_the_rest(
    db: &mut Database,
    ceremony: &Ceremony,
    transcript: &Transcript,
    told: usize,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<(), CeremonyError> {
    let lines = transcript.entries();
    db.write(|db| -> QueryResult<()> {
        for (place, line) in lines.iter().enumerate().skip(told) {
            let head = lines.get(place + 1).map_or(transcript.head(), |next| &next.previous);
            record(db, event_of(ceremony, line, head), rng, act)?;
        }
        Ok(())
    })?;
    Ok(())
}

/// Whoever held this ceremony before is dead, since the transcript's lock is ours: its epochs are closed,
/// and what it left between intention and signature is settled.
pub(super) fn bury(
    db: &mut Database,
    transcript: &Transcript,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<(), CeremonyError> {
    let epochs = transcript.entries().iter().filter_map(|entry| entry.detail["epoch"].as_i64());
    for number in epochs.collect::<BTreeSet<_>>() {
        Epoch::close_dead(db, number, act)?;
    }
    issuance::sweep(db, rng, act)?;
    Ok(())
}
