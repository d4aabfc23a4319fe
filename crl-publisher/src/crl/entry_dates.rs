//! Under which date a revocation stands on the CRLs of its authority.

use diesel::prelude::*;
use store::schema::crls;
use store::{Database, Timestamp};

use super::Scope;

/// When each part of the status log was first shown by a CRL of one authority.
///
/// The log dates a revocation by the database's clock. Where that clock was ahead, the date lies after
/// the thisUpdate of the CRL that must show it, and a CRL never carries such a date (invariant 5). What a
/// CRL shows has happened by then: so that revocation is dated by the first CRL that showed it, on all
/// that follow (docs/decisions/0012-dates-ahead-of-the-clock.md).
#[derive(Clone, Debug)]
pub(crate) struct EntryDates {
    /// Of each recorded CRL, oldest first: the log up to here stands on it; its thisUpdate.
    shown: Vec<(i64, Timestamp)>,
    /// thisUpdate of the CRL that is made now.
    this_update: Timestamp,
}

impl EntryDates {
    /// For a CRL of `issuer` with this thisUpdate. What the CRLs of all certificates showed first, those of a
    /// shard date so too.
    pub(crate) fn load(
        db: &mut Database,
        issuer: &str,
        scope: &Scope,
        this_update: Timestamp,
    ) -> QueryResult<Self> {
        let scopes = [Scope::All.to_string(), scope.to_string()];
        let shown = crls::table
            .filter(crls::issuer.eq(issuer).and(crls::scope.eq_any(scopes)))
            .order((crls::log_sequence, crls::this_update))
            .select((crls::log_sequence, crls::this_update))
            .load(db)?;
        Ok(Self { shown, this_update })
    }

    /// The revocationDate of the event with this place in the log, which dates it `occurred_at`.
    pub(crate) fn of(&self, sequence: i64, occurred_at: Timestamp) -> Timestamp {
        let first = self.shown.partition_point(|(shown, _)| *shown < sequence);
        let first_shown = self.shown.get(first).map_or(self.this_update, |(_, this_update)| *this_update);
        occurred_at.min(first_shown).whole_second()
    }
}
