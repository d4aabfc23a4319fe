//! Which certificates a CRL is about. Written from RFC 5280 and decision 0023, and not from the publisher's code.

use diesel::prelude::*;
use store::schema::{certificates, crl_shards};
use store::{Database, Timestamp};

use crate::recorded::CrlKind;

/// Certificates of an authority that have CRLs of their own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Scope {
    pub(crate) issuer: String,
    /// As the table `crls` has it.
    pub(crate) name: String,
    /// Those of this shard; all of the authority's where there is none.
    pub(crate) shard: Option<Shard>,
}

/// A shard, whose certificates were given to it at issuance (decision 0023).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shard {
    pub(crate) number: i64,
    crl_url: String,
    opened_at: Timestamp,
}

impl Scope {
    /// Every certificate of the authority.
    pub(crate) fn whole(issuer: &str) -> Self {
        Self { issuer: issuer.to_owned(), name: "all".to_owned(), shard: None }
    }

    fn shard(issuer: &str, (number, crl_url, opened_at): (i64, String, Timestamp)) -> Self {
        Self {
            issuer: issuer.to_owned(),
            name: format!("shard-{number}"),
            shard: Some(Shard { number, crl_url, opened_at }),
        }
    }

    /// Those that an authority publishes CRLs of.
    pub(crate) fn of_authority(db: &mut Database, issuer: &str) -> QueryResult<Vec<Self>> {
        let shards: Vec<(i64, String, Timestamp)> = crl_shards::table
            .filter(crl_shards::issuer.eq(issuer).and(crl_shards::ended_at.is_null()))
            .order(crl_shards::number)
            .select((crl_shards::number, crl_shards::crl_url, crl_shards::opened_at))
            .load(db)?;
        let shards = shards.into_iter().map(|shard| Self::shard(issuer, shard));
        Ok(std::iter::once(Self::whole(issuer)).chain(shards).collect())
    }

    /// Those that a certificate is in: whoever asks about it may hold the CRL of either.
    pub(crate) fn of_certificate(db: &mut Database, issuer: &str, serial: &str) -> QueryResult<Vec<Self>> {
        let shard: Option<(i64, String, Timestamp)> = crl_shards::table
            .inner_join(
                certificates::table.on(certificates::issuer
                    .eq(crl_shards::issuer)
                    .and(certificates::shard.eq(crl_shards::number.nullable()))),
            )
            .filter(certificates::issuer.eq(issuer).and(certificates::serial.eq(serial)))
            .select((crl_shards::number, crl_shards::crl_url, crl_shards::opened_at))
            .first(db)
            .optional()?;
        let shard = shard.map(|shard| Self::shard(issuer, shard));
        Ok(std::iter::once(Self::whole(issuer)).chain(shard).collect())
    }

    /// Where its CRL of this kind is served.
    pub(crate) fn path(&self, kind: CrlKind) -> String {
        let delta = match kind {
            CrlKind::Full => "",
            CrlKind::Delta => "-delta",
        };
        match &self.shard {
            None => format!("/crl/{}{delta}.crl", self.issuer),
            Some(shard) => format!("/crl/{}/{}{delta}.crl", self.issuer, shard.number),
        }
    }

    /// When it was opened; nothing of the one that has everything.
    pub(crate) fn opened_at(&self) -> Option<Timestamp> {
        self.shard.as_ref().map(|shard| shard.opened_at)
    }

    /// Under which subject the audit log has this CRL of it.
    pub(crate) fn audit_subject(&self, kind: CrlKind, number: i64) -> String {
        match &self.shard {
            None => format!("crl {} {} {number}", self.issuer, kind.name()),
            Some(_) => format!("crl {} {} {} {number}", self.issuer, self.name, kind.name()),
        }
    }

    /// What the issuingDistributionPoint of its CRLs names; a delta's too, whose scope is that of its base
    /// (RFC 5280 §5.2.4). The CRLs that have everything have none.
    pub(crate) fn distribution_point(&self) -> Option<&str> {
        self.shard.as_ref().map(|shard| shard.crl_url.as_str())
    }
}
