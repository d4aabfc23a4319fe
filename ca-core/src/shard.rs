//! Shards of an authority's CRL: which there are, and of which one a certificate is.
//!
//! The shard of a certificate is fixed at its issuance: it names the shard's address (RFC 5280 §4.2.1.13), and the
//! shard's CRL names the same in its issuingDistributionPoint (§5.2.5). How many shards an authority has may change
//! afterwards; where its certificates look does not (docs/decisions/0023-crl-shards.md).

mod counts;
mod settle;
#[cfg(test)]
mod tests;

use diesel::prelude::*;
use store::Database;
use store::schema::crl_shards;

pub use counts::{BadShardCount, ShardCounts};
pub(crate) use settle::declared;
pub use settle::{SettledShards, ShardError, settle};

use crate::lint::ShardUrls;
use crate::serial::SerialNumber;

/// Most shards of one authority: of four million certificates, each then has some sixteen thousand.
pub const MOST: u32 = 256;

/// One part of an authority's certificates, with a CRL of its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shard {
    /// 1 to [`MOST`].
    pub number: u32,
    /// Where its CRL is published: what its certificates and its CRLs name.
    pub crl_url: String,
    /// Where its delta CRL is published: what its certificates name in freshestCRL.
    pub delta_crl_url: String,
}

impl Shard {
    /// What the lint holds a certificate against.
    pub(crate) fn urls(&self) -> ShardUrls<'_> {
        ShardUrls { crl: &self.crl_url, delta_crl: &self.delta_crl_url }
    }
}

/// The shards that new certificates of `issuer` are of and that have CRLs, by number; none where it has no shards.
pub fn open(db: &mut Database, issuer: &str) -> QueryResult<Vec<Shard>> {
    let all = all(db, issuer)?;
    Ok(all.into_iter().filter(|(_, ended)| !ended).map(|(shard, _)| shard).collect())
}

/// Every shard that `issuer` ever had, by number; and whether it has ended.
pub(crate) fn all(db: &mut Database, issuer: &str) -> QueryResult<Vec<(Shard, bool)>> {
    let rows: Vec<(i64, String, String, bool)> = crl_shards::table
        .filter(crl_shards::issuer.eq(issuer))
        .order(crl_shards::number)
        .select((
            crl_shards::number,
            crl_shards::crl_url,
            crl_shards::delta_crl_url,
            crl_shards::ended_at.is_not_null(),
        ))
        .load(db)?;
    let shard = |(number, crl_url, delta_crl_url, ended)| {
        let number = u32::try_from(number).expect("a check of the table bounds the number of a shard");
        (Shard { number, crl_url, delta_crl_url }, ended)
    };
    Ok(rows.into_iter().map(shard).collect())
}

/// Of which of `shards` a certificate with this serial number becomes; none where there are none. The last eight
/// octets of a serial number are drawn by chance, so that all shards grow alike.
pub(crate) fn of<'s>(shards: &'s [Shard], serial: &SerialNumber) -> Option<&'s Shard> {
    let drawn =
        serial.octets().iter().rev().take(8).rev().fold(0, |value, octet| value << 8 | u64::from(*octet));
    let index = drawn.checked_rem(shards.len() as u64)?;
    shards.get(usize::try_from(index).ok()?)
}
