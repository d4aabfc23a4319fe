//! The end of an authority: decided at a ceremony, never taken back.
//!
//! From the decision on it gives no certificate (the database refuses one), so that the end of the last
//! one it gave is known. It then signs one more CRL, whose nextUpdate lies past that end, and its key is
//! destroyed.

use diesel::prelude::*;
use serde_json::json;
use store::audit::{Event, record};
use store::schema::{authority_ends, certificates, service_keys};
use store::{Act, CryptoRng, Database, Timestamp};

use crate::service_key::Purpose;

/// An authority whose end was decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuthorityEnd {
    /// Its short name.
    pub authority: String,
    /// The end of the last certificate it gave, whatever became of it; at least the decision itself.
    pub covered_until: Timestamp,
    /// When the end was decided.
    pub decided_at: Timestamp,
}

/// Decides the end of an authority, in the caller's transaction; what was decided before stands.
pub(crate) fn decide(
    db: &mut Database,
    authority: &str,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<AuthorityEnd> {
    crate::authority::lock(db, authority)?;
    if let Some(decided) = find(db, authority)? {
        return Ok(decided);
    }
    let last: Option<Timestamp> = certificates::table
        .filter(certificates::issuer.eq(authority))
        .select(diesel::dsl::max(certificates::not_after))
        .first(db)?;
    let covered_until = last.unwrap_or(act.at).max(act.at);
    diesel::insert_into(authority_ends::table)
        .values((
            authority_ends::authority.eq(authority),
            authority_ends::covered_until.eq(covered_until),
            authority_ends::decided_at.eq(act.at),
        ))
        .execute(db)?;
    let event = Event {
        action: "authority.ended",
        subject: format!("authority {authority}"),
        payload: json!({ "covered_until": covered_until }),
    };
    record(db, event, rng, act)?;
    Ok(AuthorityEnd { authority: authority.to_owned(), covered_until, decided_at: act.at })
}

/// The end of this authority, where one was decided.
pub fn find(db: &mut Database, authority: &str) -> QueryResult<Option<AuthorityEnd>> {
    let row: Option<(String, Timestamp, Timestamp)> = authority_ends::table
        .find(authority)
        .select((authority_ends::authority, authority_ends::covered_until, authority_ends::decided_at))
        .first(db)
        .optional()?;
    Ok(row.map(|(authority, covered_until, decided_at)| AuthorityEnd {
        authority,
        covered_until,
        decided_at,
    }))
}

/// How many certificates of this authority have not ended at `at` and are good, or may become so: a worker that
/// is about to sign one was not stopped by the decision. Its own OCSP responders are not among them: they
/// answer for it to their end.
pub fn living_certificates(db: &mut Database, authority: &str, at: Timestamp) -> QueryResult<i64> {
    let responders = service_keys::table
        .filter(service_keys::authority.eq(authority).and(service_keys::purpose.eq(Purpose::Ocsp.name())))
        .select(service_keys::serial);
    certificates::table
        .filter(certificates::issuer.eq(authority))
        .filter(certificates::status.eq_any(["good", "intended", "signing"]))
        .filter(certificates::not_after.ge(at))
        .filter(certificates::serial.nullable().ne_all(responders))
        .count()
        .get_result(db)
}
