//! A CRL that was signed, held against the one that was recorded.
//!
//! It is recorded after it is signed. In between a worker may die, or another one may be quicker; the next CRL then takes
//! its number, or one past it, at once.

use std::time::Duration;

use diesel::prelude::*;
use store::schema::crls;
use store::{Database, Timestamp};

use super::verdict::{AuthorityKey, Verdict, is_digest_of};
use crate::issuance::tbs_within;
use crate::signer::ledger::Entry;

/// How long the record of a signature may be awaited, from the first look at its line on. All shards of a CRL are signed
/// before the first of them is recorded.
pub(super) const RECORDED_WITHIN: Duration = Duration::from_secs(600);

/// `key` is that of the table `crls`: issuer, scope, kind and number.
pub(super) fn verdict(
    db: &mut Database,
    entry: &Entry,
    (issuer, scope, kind, number): (&str, &str, &str, &str),
    since: Timestamp,
) -> QueryResult<Verdict> {
    if AuthorityKey::of(db, issuer)?.is_none_or(|authority| !authority.is(&entry.key)) {
        return Ok(Verdict::objection("the key is not its issuer's"));
    }
    let Ok(number) = number.parse::<i64>() else {
        return Ok(Verdict::objection("it says no number of a CRL"));
    };
    let recorded: Option<Vec<u8>> =
        crls::table.find((issuer, scope, kind, number)).select(crls::der).first(db).optional()?;
    if recorded.is_some_and(|der| tbs_within(&der).is_some_and(|tbs| is_digest_of(entry, tbs))) {
        return Ok(Verdict::Fits);
    }
    // A number is given once: from here on this CRL is recorded no more.
    let taken: Option<(String, i64, Timestamp)> = crls::table
        .filter(crls::issuer.eq(issuer).and(crls::scope.eq(scope)))
        .filter(crls::number.ge(number))
        .order((crls::number, crls::recorded_at))
        .select((crls::kind, crls::number, crls::recorded_at))
        .first(db)
        .optional()?;
    let (from, until) = (entry.at.minus(RECORDED_WITHIN), since.plus(RECORDED_WITHIN));
    Ok(match taken {
        None => Verdict::Awaited("no such CRL was recorded"),
        Some((kind, number, at)) if (from..=until).contains(&at) => {
            Verdict::Superseded(format!("crl {issuer} {scope} {kind} {number}"))
        }
        Some(_) => Verdict::objection("it is not the CRL that was recorded under this number"),
    })
}
