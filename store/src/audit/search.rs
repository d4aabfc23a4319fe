//! The trail, newest first, for who reads it page by page. Payloads are not read here: what a search knows and tells is what
//! every leaf says. So it needs no right to them.

use std::time::Duration;

use diesel::prelude::*;
use serde::Serialize;

use super::export::{Columns, ExportedEvent, exported};
use crate::schema::{audit_events, audit_leaves, audit_subjects};
use crate::{Database, Timestamp};

/// Events that one statement reads.
const CHUNK: i64 = 1000;

/// How long an event waits for its place at most, where the sequencer runs.
const UNPLACED: Duration = Duration::from_secs(60);

/// Most events that one page looks at: a search for what is rare goes on with the next page.
const MOST_LOOKED_AT: usize = 50_000;

/// Which events are wanted: those that everything given fits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Filter {
    /// The action begins so: `card.`, `order.approved`.
    pub action: Option<String>,
    /// The actor, with or without what he is: `officer:alice`, `alice`.
    pub actor: Option<String>,
    /// The subject, whole: `card 2600000017`.
    pub subject: Option<String>,
    /// From this moment on.
    pub from: Option<Timestamp>,
    /// Before this one.
    pub before: Option<Timestamp>,
}

impl Filter {
    fn fits(&self, event: &ExportedEvent) -> bool {
        let at = event.occurred_at;
        self.action.as_ref().is_none_or(|action| event.action.starts_with(action))
            && self.actor.as_ref().is_none_or(|actor| {
                event.actor == *actor || event.actor.split_once(':').is_some_and(|(_, name)| name == actor)
            })
            && self.from.is_none_or(|from| at >= from.millis())
            && self.before.is_none_or(|before| at < before.millis())
    }
}

/// A page of the trail.
#[derive(Clone, Debug)]
pub struct Found {
    /// The events, the newest first, without their payloads.
    pub events: Vec<ExportedEvent>,
    /// Behind which event the next page begins; none where there is no more.
    pub next: Option<String>,
}

/// The events that fit, older than the one `after`, at most `most`. Of those about a subject, the ones that have their
/// place.
pub fn page(db: &mut Database, filter: &Filter, after: Option<&str>, most: usize) -> QueryResult<Found> {
    // Identifiers begin with the milliseconds of their event, and grow with them.
    let end = filter.before.map(first_id);
    let mut cursor = [after.map(str::to_owned), end].into_iter().flatten().min();
    let begin = filter.from.map(first_id).unwrap_or_default();
    let (mut events, mut looked_at) = (Vec::new(), 0);
    while looked_at < MOST_LOOKED_AT {
        let chunk = chunk(db, filter.subject.as_deref(), &begin, cursor.as_deref())?;
        let more = chunk.len() as i64 == CHUNK;
        looked_at += chunk.len();
        for event in chunk {
            cursor = Some(event.id.clone());
            if filter.fits(&event) {
                if events.len() == most {
                    let last: Option<&ExportedEvent> = events.last();
                    return Ok(Found { next: last.map(|last| last.id.clone()), events });
                }
                events.push(event);
            }
        }
        if !more {
            return Ok(Found { events, next: None });
        }
    }
    Ok(Found { events, next: cursor })
}

/// The event with this identifier, without its payload.
pub fn find(db: &mut Database, id: &str) -> QueryResult<Option<ExportedEvent>> {
    let row: Option<Row> = all().filter(audit_events::id.eq(id)).first(db).optional()?;
    Ok(row.map(event))
}

/// The newest events that have their place and whose subject begins so, not older than `from`, without their payloads.
pub fn beginning_with(
    db: &mut Database,
    subject: &str,
    from: Timestamp,
    most: i64,
) -> QueryResult<Vec<ExportedEvent>> {
    // Behind every text that begins so: subjects are printable ASCII.
    let end = format!("{subject}\u{7f}");
    let rows: Vec<Row> = of_subjects()
        .filter(audit_subjects::subject.ge(subject).and(audit_subjects::subject.lt(end)))
        .filter(audit_events::id.ge(first_id(from)))
        .order(audit_events::id.desc())
        .limit(most)
        .load(db)?;
    Ok(rows.into_iter().map(event).collect())
}

/// The newest event that has its place and is about this subject, without its payload.
pub fn newest_about(db: &mut Database, subject: &str) -> QueryResult<Option<ExportedEvent>> {
    let about = of_subjects().filter(audit_subjects::subject.eq(subject));
    let row: Option<Row> = about.order(audit_events::id.desc()).first(db).optional()?;
    Ok(row.map(event))
}

/// The events of these actions about this subject, oldest first, without their payloads, a thousand at most: those that have their place, and
/// the others of the last minute, in which they get one.
pub fn about(
    db: &mut Database,
    subject: &str,
    actions: &[&str],
    now: Timestamp,
) -> QueryResult<Vec<ExportedEvent>> {
    let mut rows: Vec<Row> = of_subjects()
        .filter(audit_subjects::subject.eq(subject).and(audit_events::action.eq_any(actions)))
        .order(audit_events::id.desc())
        .limit(CHUNK)
        .load(db)?;
    let without_place: Vec<Row> = all()
        .filter(audit_events::id.ge(first_id(now.minus(UNPLACED))))
        .filter(audit_leaves::sequence.is_null())
        .filter(audit_events::subject.eq(subject).and(audit_events::action.eq_any(actions)))
        .limit(CHUNK)
        .load(db)?;
    rows.extend(without_place);
    let mut events: Vec<ExportedEvent> = rows.into_iter().map(event).collect();
    events.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(events)
}

/// What every identifier of this moment or later is not less than.
fn first_id(at: Timestamp) -> String {
    let at = u64::try_from(at.millis()).unwrap_or(0);
    format!("{:012x}", at.min((1 << 48) - 1))
}

type Row = (Columns, Vec<u8>, Option<i64>);

#[diesel::dsl::auto_type(no_type_alias)]
fn all() -> _ {
    audit_events::table.left_join(audit_leaves::table).select((
        (
            audit_events::id,
            audit_events::occurred_at,
            audit_events::actor,
            audit_events::request,
            audit_events::action,
            audit_events::subject,
            audit_events::payload_commitment,
        ),
        audit_events::leaf_hash,
        audit_leaves::sequence.nullable(),
    ))
}

#[diesel::dsl::auto_type(no_type_alias)]
fn of_subjects() -> _ {
    audit_subjects::table
        .inner_join(audit_leaves::table.on(audit_leaves::sequence.eq(audit_subjects::sequence)))
        .inner_join(audit_events::table.on(audit_events::id.eq(audit_leaves::event_id)))
        .select((
            (
                audit_events::id,
                audit_events::occurred_at,
                audit_events::actor,
                audit_events::request,
                audit_events::action,
                audit_events::subject,
                audit_events::payload_commitment,
            ),
            audit_events::leaf_hash,
            audit_leaves::sequence.nullable(),
        ))
}

fn event((columns, leaf, sequence): Row) -> ExportedEvent {
    exported(sequence, columns, None, &leaf)
}

/// The next events before `end` and not before `begin`, about `subject` where one is given.
fn chunk(
    db: &mut Database,
    subject: Option<&str>,
    begin: &str,
    end: Option<&str>,
) -> QueryResult<Vec<ExportedEvent>> {
    // Behind every hexadecimal digit.
    let end = end.unwrap_or("g");
    let rows: Vec<Row> = match subject {
        None => all()
            .filter(audit_events::id.ge(begin).and(audit_events::id.lt(end)))
            .order(audit_events::id.desc())
            .limit(CHUNK)
            .load(db)?,
        Some(subject) => of_subjects()
            .filter(audit_subjects::subject.eq(subject))
            .filter(audit_events::id.ge(begin).and(audit_events::id.lt(end)))
            .order(audit_events::id.desc())
            .limit(CHUNK)
            .load(db)?,
    };
    Ok(rows.into_iter().map(event).collect())
}
