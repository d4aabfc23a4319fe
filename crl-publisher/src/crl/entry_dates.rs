//! Under which date a revocation stands on the CRLs of its authority.

use diesel::dsl::auto_type;
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
    /// For a CRL of `issuer` with this thisUpdate, of what the log says after `base`. What the CRLs of all certificates
    /// showed first, those of a shard date so too.
    pub(crate) fn load(
        db: &mut Database,
        issuer: &str,
        scope: &Scope,
        base: i64,
        this_update: Timestamp,
    ) -> QueryResult<Self> {
        let mut shown = Vec::new();
        let shard = Some(scope).filter(|scope| **scope != Scope::All);
        for scope in [Some(&Scope::All), shard].into_iter().flatten() {
            shown.extend(shown_after(issuer, &scope.to_string(), base).load::<(i64, Timestamp)>(db)?);
        }
        shown.sort_unstable();
        Ok(Self { shown, this_update })
    }

    /// The revocationDate of the event with this place in the log, which dates it `occurred_at`.
    pub(crate) fn of(&self, sequence: i64, occurred_at: Timestamp) -> Timestamp {
        let first = self.shown.partition_point(|(shown, _)| *shown < sequence);
        let first_shown = self.shown.get(first).map_or(self.this_update, |(_, this_update)| *this_update);
        occurred_at.min(first_shown).whole_second()
    }
}

/// How far each CRL of a scope reached into the log, of those that reach past `base`, and its thisUpdate: out of an index
/// alone.
#[auto_type]
pub(super) fn shown_after<'a>(issuer: &'a str, scope: &'a str, base: i64) -> _ {
    crls::table
        .filter(crls::issuer.eq(issuer))
        .filter(crls::scope.eq(scope))
        .filter(crls::log_sequence.gt(base))
        .select((crls::log_sequence, crls::this_update))
}
