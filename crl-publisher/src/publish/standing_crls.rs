//! The newest CRLs of an authority, for whoever tells people about them.

use ca_core::authority::{Authority, AuthorityKind};
use ca_core::shard;
use diesel::QueryResult;
use store::{Database, Timestamp};

use super::ceremony_crl::last_crl_of;
use super::crls::signs_in_normal_running;
use crate::crl::issue::schedule;
use crate::crl::{CrlError, CrlKind, Scope, record};
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
    /// What follows it.
    pub next: NextCrl,
}

/// What follows a CRL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextCrl {
    /// One that is made at this moment at the latest.
    By(Timestamp),
    /// One that a ceremony makes: it is a root's.
    AtCeremony,
    /// None: it is the last one of an authority that has ended.
    Never,
}

/// The newest complete CRLs of an authority's shards, which are cut together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StandingShards {
    /// How many there are, numbered from 1.
    pub count: usize,
    /// That of the first.
    pub first: StandingCrl,
    /// Where certificates look for it.
    pub first_url: String,
}

/// The newest CRL of each kind that the authority publishes of all its certificates, and has.
pub fn standing_crls(
    db: &mut Database,
    authority: &Authority,
    policy: &PublicationPolicy,
) -> QueryResult<Vec<StandingCrl>> {
    let mut all = Vec::new();
    for &kind in CrlKind::of(authority.kind) {
        all.extend(standing(db, authority, (&Scope::All, kind), policy)?);
    }
    Ok(all)
}

/// The same of its shards; none of an authority without any.
pub fn standing_shards(
    db: &mut Database,
    authority: &Authority,
    policy: &PublicationPolicy,
) -> QueryResult<Option<StandingShards>> {
    let shards = shard::open(db, &authority.short_name)?;
    let Some(first) = shards.first() else { return Ok(None) };
    let (count, first_url) = (shards.len(), first.crl_url.clone());
    let standing = standing(db, authority, (&Scope::Shard(first.clone()), CrlKind::Full), policy)?;
    Ok(standing.map(|first| StandingShards { count, first, first_url }))
}

fn standing(
    db: &mut Database,
    authority: &Authority,
    (scope, kind): (&Scope, CrlKind),
    policy: &PublicationPolicy,
) -> QueryResult<Option<StandingCrl>> {
    let Some(newest) = record::newest(db, &authority.short_name, scope, kind)? else { return Ok(None) };
    let last = last_crl_of(db, &authority.short_name)?;
    let next = match authority.kind {
        AuthorityKind::Root => NextCrl::AtCeremony,
        AuthorityKind::Issuing if Some(newest.next_update) == last => NextCrl::Never,
        AuthorityKind::Issuing => NextCrl::By(newest.this_update.plus(schedule(policy, kind).every)),
    };
    Ok(Some(StandingCrl {
        kind,
        number: newest.number,
        this_update: newest.this_update,
        next_update: newest.next_update,
        next,
    }))
}

/// How many CRLs normal running keeps, of every scope and kind, and how many of them are not due by the clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ListsInStep {
    /// How many there are to be.
    pub all: u64,
    /// How many of them are younger than half their life.
    pub current: u64,
    /// Since when the longest of the others is due; none of one that was never made.
    pub due_since: Option<Timestamp>,
}

/// How far the CRLs of the issuing authorities are at `at`.
pub fn lists_in_step(
    db: &mut Database,
    authorities: &[Authority],
    policy: &PublicationPolicy,
    at: Timestamp,
) -> Result<ListsInStep, CrlError> {
    let mut lists = ListsInStep::default();
    for authority in authorities {
        let scopes = Scope::of(db, authority)?;
        for scopes in [&scopes[..1], &scopes[1..]] {
            if signs_in_normal_running(db, authority, scopes)? {
                for scope in scopes {
                    lists.count(db, authority, scope, policy, at)?;
                }
            }
        }
    }
    Ok(lists)
}

impl ListsInStep {
    fn count(
        &mut self,
        db: &mut Database,
        authority: &Authority,
        scope: &Scope,
        policy: &PublicationPolicy,
        at: Timestamp,
    ) -> QueryResult<()> {
        for &kind in CrlKind::of(authority.kind) {
            self.all += 1;
            let newest = record::newest(db, &authority.short_name, scope, kind)?;
            let due = newest.map(|crl| crl.this_update.plus(schedule(policy, kind).every));
            if due.is_some_and(|due| due > at) {
                self.current += 1;
            } else if let Some(due) = due {
                self.due_since = Some(self.due_since.map_or(due, |earlier| earlier.min(due)));
            }
        }
        Ok(())
    }
}
