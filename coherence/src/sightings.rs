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
}

impl Sighting {
    /// A CRL or delta with this number.
    pub(crate) fn crl(kind: CrlKind, scope: &Scope, number: i64) -> Self {
        Self { face: kind.name(), issuer: scope.issuer.clone(), scope: scope.name.clone(), number }
    }

    /// An opposition list up to this sequence.
    pub(crate) fn list(sequence: i64) -> Self {
        Self { face: "list", issuer: String::new(), scope: String::new(), number: sequence }
    }

    /// An event of the status log, by its place there, that OCSP says too: a revocation, a hold or the end of one.
    pub(crate) fn ocsp(issuer: &str, sequence: i64) -> Self {
        Self { face: "ocsp", issuer: issuer.to_owned(), scope: String::new(), number: sequence }
    }

    /// When it was first seen, if it was.
    fn first(&self, db: &mut Database) -> QueryResult<Option<Timestamp>> {
        coherence_sightings::table
            .find((self.face, &self.issuer, &self.scope, self.number))
            .select(coherence_sightings::seen_at)
            .first(db)
            .optional()
    }
}

/// Writes down what was seen for the first time. Another worker may look at the same time: whoever was first stays.
pub(crate) fn record(db: &mut Database, sightings: &[Sighting], at: Timestamp) -> QueryResult<()> {
    for sighting in sightings {
        if sighting.first(db)?.is_some() {
            continue;
        }
        let written = db.write(|db| {
            diesel::insert_into(coherence_sightings::table)
                .values((
                    coherence_sightings::face.eq(sighting.face),
                    coherence_sightings::issuer.eq(&sighting.issuer),
                    coherence_sightings::scope.eq(&sighting.scope),
                    coherence_sightings::number.eq(sighting.number),
                    coherence_sightings::seen_at.eq(at),
                ))
                .execute(db)
        });
        if let Err(error) = written
            && sighting.first(db)?.is_none()
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
    Sighting::ocsp(issuer, sequence).first(db)
}

/// When a CRL with this number was first seen.
pub(crate) fn of_crl(
    db: &mut Database,
    kind: CrlKind,
    scope: &Scope,
    number: i64,
) -> QueryResult<Option<Timestamp>> {
    Sighting::crl(kind, scope, number).first(db)
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
