//! When something was first seen outside: the only rows that this crate writes.

use std::time::Duration;

use diesel::prelude::*;
use store::schema::{certificate_status_events, coherence_sightings};
use store::{Database, Timestamp};

use crate::logged;
use crate::recorded::CrlKind;
use crate::scope::Scope;

/// How far back what was never seen in OCSP is asked about; of older ones nothing is written down.
pub(crate) const WINDOW: Duration = Duration::from_secs(24 * 3600);

/// How many such are asked about in one look, the oldest first.
const ASKED: i64 = 1000;

/// Something that was seen, by the number under which it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sighting {
    face: &'static str,
    issuer: String,
    /// Of a CRL; else empty.
    scope: String,
    number: i64,
    /// When whoever was asked is known to have said it already; else what is seen is seen as the look begins.
    said_at: Option<Timestamp>,
}

impl Sighting {
    /// A CRL or delta with this number.
    pub(crate) fn crl(kind: CrlKind, scope: &Scope, number: i64) -> Self {
        Self {
            face: kind.name(),
            issuer: scope.issuer.clone(),
            scope: scope.name.clone(),
            number,
            said_at: None,
        }
    }

    /// An opposition list up to this sequence.
    pub(crate) fn list(sequence: i64) -> Self {
        Self { face: "list", issuer: String::new(), scope: String::new(), number: sequence, said_at: None }
    }

    /// An event of the status log, by its place there, that OCSP says too, as of `this_update`: a revocation, a hold or the end of one.
    pub(crate) fn ocsp(issuer: &str, sequence: i64, this_update: Timestamp) -> Self {
        let (issuer, scope, said_at) = (issuer.to_owned(), String::new(), Some(this_update));
        Self { face: "ocsp", issuer, scope, number: sequence, said_at }
    }

    fn key(&self) -> (&str, &str, &str, i64) {
        (self.face, &self.issuer, &self.scope, self.number)
    }
}

/// When what is known under this was first seen, if it was.
fn first(db: &mut Database, key: (&str, &str, &str, i64)) -> QueryResult<Option<Timestamp>> {
    coherence_sightings::table.find(key).select(coherence_sightings::seen_at).first(db).optional()
}

/// Writes down what was seen for the first time, in a look that began at `at`. Another worker may look at the same time: whoever was first stays.
pub(crate) fn record(db: &mut Database, sightings: &[Sighting], at: Timestamp) -> QueryResult<()> {
    for sighting in sightings {
        if first(db, sighting.key())?.is_some() {
            continue;
        }
        let written = db.write(|db| {
            diesel::insert_into(coherence_sightings::table)
                .values((
                    coherence_sightings::face.eq(sighting.face),
                    coherence_sightings::issuer.eq(&sighting.issuer),
                    coherence_sightings::scope.eq(&sighting.scope),
                    coherence_sightings::number.eq(sighting.number),
                    coherence_sightings::seen_at.eq(sighting.said_at.map_or(at, |said| said.max(at))),
                ))
                .execute(db)
        });
        if let Err(error) = written
            && first(db, sighting.key())?.is_none()
        {
            return Err(error);
        }
    }
    Ok(())
}

/// Issuer and serial number of the certificates of which nobody has seen in OCSP yet what the log said last, within the last day.
pub(crate) fn unseen_in_ocsp(db: &mut Database, at: Timestamp) -> QueryResult<Vec<(String, String)>> {
    let older = logged::newest_event_until(db, at.minus(WINDOW))?;
    let seen = coherence_sightings::table
        .filter(coherence_sightings::face.eq("ocsp").and(coherence_sightings::number.gt(older)))
        .select(coherence_sightings::number);
    certificate_status_events::table
        .filter(logged::is_last())
        .filter(certificate_status_events::sequence.gt(older))
        .filter(certificate_status_events::sequence.ne_all(seen))
        .order(certificate_status_events::sequence)
        .limit(ASKED)
        .select((certificate_status_events::issuer, certificate_status_events::serial))
        .load(db)
}

/// When a certificate was first seen revoked in OCSP.
pub(crate) fn in_ocsp(db: &mut Database, issuer: &str, sequence: i64) -> QueryResult<Option<Timestamp>> {
    first(db, ("ocsp", issuer, "", sequence))
}

/// When a CRL with this number was first seen.
pub(crate) fn of_crl(
    db: &mut Database,
    kind: CrlKind,
    scope: &Scope,
    number: i64,
) -> QueryResult<Option<Timestamp>> {
    first(db, (kind.name(), &scope.issuer, &scope.name, number))
}

/// When the first CRL with a greater number was first seen.
pub(crate) fn of_crl_after(
    db: &mut Database,
    kind: CrlKind,
    scope: &Scope,
    number: i64,
) -> QueryResult<Option<Timestamp>> {
    coherence_sightings::table
        .filter(coherence_sightings::face.eq(kind.name()))
        .filter(coherence_sightings::issuer.eq(&scope.issuer).and(coherence_sightings::scope.eq(&scope.name)))
        .filter(coherence_sightings::number.gt(number))
        .order(coherence_sightings::number)
        .select(coherence_sightings::seen_at)
        .first(db)
        .optional()
}

/// When a list that reaches at least to this sequence was first seen.
pub(crate) fn on_list(db: &mut Database, sequence: i64) -> QueryResult<Option<Timestamp>> {
    coherence_sightings::table
        .filter(coherence_sightings::face.eq("list"))
        .filter(coherence_sightings::issuer.eq("").and(coherence_sightings::scope.eq("")))
        .filter(coherence_sightings::number.ge(sequence))
        .order(coherence_sightings::number)
        .select(coherence_sightings::seen_at)
        .first(db)
        .optional()
}
