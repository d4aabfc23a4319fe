//! The newest CRLs of an authority, for whoever tells people about them.

use ca_core::authority::{Authority, AuthorityKind};
use diesel::QueryResult;
use store::{Database, Timestamp};

use crate::crl::{CrlKind, Scope, record};
use crate::policy::PublicationPolicy;

/// The newest CRL of its kind, as it is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandingCrl {
    /// Full or delta.
    pub kind: CrlKind,
    /// CRLNumber.
    pub number: u64,
    /// thisUpdate.
    pub this_update: Timestamp,
    /// nextUpdate.
    pub next_update: Timestamp,
    /// When the next is made at the latest; none for a root's, which a ceremony makes.
    pub due: Option<Timestamp>,
}

/// The newest CRL of each kind that the authority publishes of all its certificates, and has.
pub fn standing_crls(
    db: &mut Database,
    authority: &Authority,
    policy: &PublicationPolicy,
) -> QueryResult<Vec<StandingCrl>> {
    let mut standing = Vec::new();
    for &kind in CrlKind::of(authority.kind) {
        let Some(newest) = record::newest(db, &authority.short_name, &Scope::All, kind)? else { continue };
        let schedule = match kind {
            CrlKind::Full => policy.full_crl,
            CrlKind::Delta => policy.delta_crl,
        };
        let due = newest.this_update.plus(schedule.every);
        standing.push(StandingCrl {
            kind,
            number: newest.number,
            this_update: newest.this_update,
            next_update: newest.next_update,
            due: (authority.kind == AuthorityKind::Issuing).then_some(due),
        });
    }
    Ok(standing)
}
