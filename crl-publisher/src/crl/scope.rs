//! What a CRL is about: every certificate of its authority, or those of one shard.

use std::fmt;

use ca_core::authority::{Authority, AuthorityKind};
use ca_core::shard::{self, Shard};
use diesel::QueryResult;
use store::Database;

/// The certificates that a CRL is about (RFC 5280 §5, "scope"). Each has CRL numbers of its own, and deltas that
/// start from its own complete CRLs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Every certificate of the authority, those of shards too: a CRL without an issuingDistributionPoint.
    All,
    /// The certificates that name this shard; so does the CRL, in its issuingDistributionPoint (§5.2.5).
    Shard(Shard),
}

impl Scope {
    /// Every scope that `authority` publishes CRLs of, the one that has all first.
    pub fn of(db: &mut Database, authority: &Authority) -> QueryResult<Vec<Self>> {
        let shards = match authority.kind {
            AuthorityKind::Root => Vec::new(),
            AuthorityKind::Issuing => shard::open(db, &authority.short_name)?,
        };
        Ok(std::iter::once(Self::All).chain(shards.into_iter().map(Self::Shard)).collect())
    }

    /// The number of its shard.
    pub fn shard(&self) -> Option<u32> {
        match self {
            Self::All => None,
            Self::Shard(shard) => Some(shard.number),
        }
    }

    /// What its issuingDistributionPoint names.
    pub(crate) fn distribution_point(&self) -> Option<&str> {
        match self {
            Self::All => None,
            Self::Shard(shard) => Some(&shard.crl_url),
        }
    }
}

/// As stored: `all`, `shard-7`.
impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Shard(shard) => write!(f, "shard-{}", shard.number),
        }
    }
}
