//! Makes the shards of the database those of the configuration, or says why that cannot be.

use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::Text;
use serde_json::json;
use store::audit::{Event, record};
use store::schema::{certificates, crl_shards};
use store::{Act, Code, CryptoRng, Database, Fault, Timestamp};
use thiserror::Error;

use super::{Shard, ShardCounts, all};
use crate::authority::{self, Authority, AuthorityKind};
use crate::authority_end;
use crate::faults;
use crate::identity::{AuthorityInUrl, Identity, UrlTemplate};

/// An authority whose shards were changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettledShards {
    /// Its short name.
    pub authority: String,
    /// How many it had.
    pub before: usize,
    /// How many it has.
    pub now: usize,
}

/// The configuration does not fit what was issued. Nothing was changed.
#[derive(Debug, Error)]
pub enum ShardError {
    /// The identity names no such authority, or it is a root.
    #[error("publication.shards names {0}, which is no issuing authority of this installation")]
    Authority(String),
    /// The identity does not say where shards are published.
    #[error("{0} has shards, and the identity has no publication.shard_crl and shard_delta_crl")]
    NoAddress(String),
    /// Another address than the certificates of the shard name.
    #[error(
        "shard {number} of {authority} is published at {standing}, which its certificates name; the identity says {wanted}"
    )]
    Moved {
        /// Short name of the authority.
        authority: String,
        /// The shard.
        number: u32,
        /// Its address.
        standing: String,
        /// What the identity makes of it today.
        wanted: String,
    },
    /// A certificate of the shard may still be presented to somebody.
    #[error("shard {number} of {authority} cannot end: its last certificate ends at {until}")]
    Living {
        /// Short name of the authority.
        authority: String,
        /// The shard.
        number: u32,
        /// The end of its last certificate.
        until: Timestamp,
    },
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for ShardError {
    fn code(&self) -> Code {
        match self {
            Self::Authority(_) => faults::SHARD_AUTHORITY,
            Self::NoAddress(_) => faults::SHARD_NO_ADDRESS,
            Self::Moved { .. } => faults::SHARD_MOVED,
            Self::Living { .. } => faults::SHARD_LIVING,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// Opens and ends shards until each authority has as many as `counts` says, and says what was changed. A shard ends
/// only where none of its certificates has lasted for `rest`, the life of a CRL: until then somebody may hold one, or
/// look for it on a CRL. Runs its own transactions; where nothing is to be done it only reads.
pub fn settle(
    db: &mut Database,
    identity: &Identity,
    counts: &ShardCounts,
    rest: Duration,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Vec<SettledShards>, ShardError> {
    if let Some(unknown) = counts.authorities().find(|name| identity.authorities.common_name(name).is_none())
    {
        return Err(ShardError::Authority(unknown.to_owned()));
    }
    let mut settled = Vec::new();
    // Of one whose record does not read publication says so: it keeps no worker from starting, nor the others from theirs.
    for authority in authority::readable(db)?.authorities {
        let count = counts.of(&authority.short_name);
        if authority.kind == AuthorityKind::Root && count > 0 {
            return Err(ShardError::Authority(authority.short_name));
        }
        // What an authority that has ended gave is what its last CRLs cover.
        if authority_end::find(db, &authority.short_name)?.is_some() {
            continue;
        }
        let wanted = wanted(identity, &authority, count)?;
        if open(&known(db, &authority, &wanted)?).eq(&wanted) {
            continue;
        }
        let before = db.write(|db| {
            hold(db, &authority.short_name)?;
            let known = known(db, &authority, &wanted)?;
            // Another worker was quicker.
            if open(&known).eq(&wanted) {
                return Ok(None);
            }
            change(db, &authority.short_name, &wanted, &known, act.at.minus(rest), rng, act)?;
            Ok::<_, ShardError>(Some(open(&known).count()))
        })?;
        settled.extend(before.map(|before| SettledShards {
            authority: authority.short_name,
            before,
            now: wanted.len(),
        }));
    }
    Ok(settled)
}

/// The shards that the authority has had, with whether each has ended.
fn known(
    db: &mut Database,
    authority: &Authority,
    wanted: &[Shard],
) -> Result<Vec<(Shard, bool)>, ShardError> {
    let known = all(db, &authority.short_name)?;
    refuse_moved(authority, wanted, &known)?;
    Ok(known)
}

fn open(known: &[(Shard, bool)]) -> impl Iterator<Item = &Shard> {
    known.iter().filter(|(_, ended)| !ended).map(|(shard, _)| shard)
}

fn wanted(identity: &Identity, authority: &Authority, count: u32) -> Result<Vec<Shard>, ShardError> {
    let short_name = authority.short_name.as_str();
    if count == 0 {
        return Ok(Vec::new());
    }
    let publication = &identity.publication;
    let (Some(crl), Some(delta_crl)) = (&publication.shard_crl, &publication.shard_delta_crl) else {
        return Err(ShardError::NoAddress(short_name.to_owned()));
    };
    let common_name = |name: &str| {
        identity.authorities.common_name(name).ok_or_else(|| ShardError::Authority(name.to_owned()))
    };
    let names = (common_name(short_name)?, common_name(&authority.parent)?);
    Ok((1..=count).map(|number| filled((crl, delta_crl), short_name, &names, number)).collect())
}

/// The shard with this number as the identity has it; nothing where it has no shards, or names no such authority.
pub(crate) fn declared(identity: &Identity, short_name: &str, parent: &str, number: u32) -> Option<Shard> {
    let publication = &identity.publication;
    let templates = (publication.shard_crl.as_ref()?, publication.shard_delta_crl.as_ref()?);
    let common_name = |name| identity.authorities.common_name(name);
    Some(filled(templates, short_name, &(common_name(short_name)?, common_name(parent)?), number))
}

fn filled(
    (crl, delta_crl): (&UrlTemplate, &UrlTemplate),
    short_name: &str,
    (common_name, parent_common_name): &(String, String),
    number: u32,
) -> Shard {
    let address = |template: &UrlTemplate| {
        template.fill(&AuthorityInUrl { short_name, common_name, parent_common_name, shard: Some(number) })
    };
    Shard { number, crl_url: address(crl), delta_crl_url: address(delta_crl) }
}

/// A CRL at another address is not the one that the certificates name.
fn refuse_moved(authority: &Authority, wanted: &[Shard], known: &[(Shard, bool)]) -> Result<(), ShardError> {
    let moved = known
        .iter()
        .flat_map(|(known, _)| {
            wanted.iter().find(|shard| shard.number == known.number).map(|shard| (known, shard))
        })
        .find(|(known, shard)| known != shard);
    moved.map_or(Ok(()), |(known, shard)| {
        Err(ShardError::Moved {
            authority: authority.short_name.clone(),
            number: known.number,
            standing: known.crl_url.clone(),
            wanted: shard.crl_url.clone(),
        })
    })
}

/// One after the other, inside a transaction: SQLite's stand in line already.
fn hold(db: &mut Database, authority: &str) -> QueryResult<()> {
    if let Database::Postgresql(connection) = db {
        diesel::sql_query("SELECT pg_advisory_xact_lock(hashtext('crl_shards'), hashtext($1))")
            .bind::<Text, _>(authority)
            .execute(connection)?;
    }
    Ok(())
}

fn change(
    db: &mut Database,
    authority: &str,
    wanted: &[Shard],
    known: &[(Shard, bool)],
    gone_before: Timestamp,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<(), ShardError> {
    for (shard, ended) in known {
        let wanted = wanted.iter().any(|wanted| wanted.number == shard.number);
        if wanted == *ended {
            let ended_at = (!wanted).then_some(act.at);
            diesel::update(crl_shards::table.find((authority, i64::from(shard.number))))
                .set(crl_shards::ended_at.eq(ended_at))
                .execute(db)?;
        }
        if !wanted && !ended {
            // Only now, with the row held: no certificate of it comes in between.
            refuse_living(db, authority, shard.number, gone_before)?;
        }
    }
    for shard in wanted.iter().filter(|shard| !known.iter().any(|(known, _)| known.number == shard.number)) {
        diesel::insert_into(crl_shards::table)
            .values((
                crl_shards::issuer.eq(authority),
                crl_shards::number.eq(i64::from(shard.number)),
                crl_shards::crl_url.eq(&shard.crl_url),
                crl_shards::delta_crl_url.eq(&shard.delta_crl_url),
                crl_shards::opened_at.eq(act.at),
            ))
            .execute(db)?;
    }
    let event = Event {
        action: "authority.shards-settled",
        subject: format!("authority {authority}"),
        payload: json!({ "shards": wanted.len() }),
    };
    record(db, event, rng, act)?;
    Ok(())
}

fn refuse_living(
    db: &mut Database,
    authority: &str,
    number: u32,
    gone_before: Timestamp,
) -> Result<(), ShardError> {
    let until: Option<Timestamp> = certificates::table
        .filter(certificates::issuer.eq(authority).and(certificates::shard.eq(i64::from(number))))
        .filter(certificates::status.ne("abandoned"))
        .select(diesel::dsl::max(certificates::not_after))
        .first(db)?;
    match until {
        Some(until) if until >= gone_before => {
            Err(ShardError::Living { authority: authority.to_owned(), number, until })
        }
        _ => Ok(()),
    }
}
