//! The certificates of the database, read again with the lint of today: whom does a changed rule touch?
//!
//! Each is held against what it was held against when it was made: its own issuer's certificate, the moment it was
//! prepared, the address of its shard as it is recorded, and the identity that was in force, which the database does not
//! hold: that of today, or one of those that an operator kept. So nothing is found for having grown old.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use der::Decode;
use der::asn1::AnyRef;
use diesel::prelude::*;
use store::schema::{authorities, certificates, crl_shards};
use store::{Code, Database, Fault, Timestamp};
use thiserror::Error;
use x509_cert::TbsCertificate;

use crate::faults;
use crate::lint::{self, Declared, DeclaredIdentity, Finding, IssuerCertificate, LintContext, ShardUrls};

/// So many certificates are in memory at a time.
const PAGE: i64 = 1000;

/// Which certificates are read. All but those that were given up before anybody saw them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Selection<'a> {
    /// Of this profile only.
    pub profile: Option<&'a str>,
    /// Prepared at this moment or later.
    pub since: Option<Timestamp>,
}

/// A certificate that the lint of today would not let be signed, or one that is damaged.
#[derive(Clone, Debug)]
pub struct Touched {
    /// Short name of its authority.
    pub issuer: String,
    /// Its serial number: upper-case hexadecimal, two digits an octet.
    pub serial: String,
    /// The identifier of its profile.
    pub profile: String,
    /// Its subject as RFC 4514 text; absent where it does not read.
    pub subject: Option<String>,
    /// Whether the finished certificate, where there is one, holds the TBS that was recorded and linted.
    pub as_recorded: bool,
    /// What the lint has against the recorded TBS under the identity of today; at least one where it is as recorded.
    pub findings: Vec<Finding>,
}

/// What is wrong with the reading itself.
#[derive(Debug, Error)]
pub enum RelintError {
    /// So many finished certificates do not hold their recorded TBS. All were read.
    #[error("{0} certificates do not hold the TBS that was recorded and linted")]
    NotAsRecorded(usize),
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for RelintError {
    fn code(&self) -> Code {
        match self {
            Self::NotAsRecorded(_) => faults::NOT_AS_RECORDED,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// How many certificates a selection has.
pub fn count(db: &mut Database, selection: Selection<'_>) -> QueryResult<i64> {
    selected(selection).count().get_result(db)
}

/// Reads the certificates of `selection` page by page. They were issued under the
/// identity of `today` or one of the `earlier`: a certificate is touched where none of them lets it pass whole, so that none
/// is partly of one and partly of another. `progress` is called after each page with the number of certificates read in it
/// and those that are touched, in the order of issuer and serial number, and ends the reading with its error. A damaged
/// row ends nothing: the error that says so comes after the last page.
pub fn run<E: From<RelintError>>(
    db: &mut Database,
    selection: Selection<'_>,
    today: &DeclaredIdentity,
    earlier: &[DeclaredIdentity],
    mut progress: impl FnMut(&mut Database, usize, Vec<Touched>) -> Result<(), E>,
) -> Result<(), E> {
    let issuers = Issuers::load(db, today, earlier).map_err(RelintError::from)?;
    let mut damaged = 0;
    let mut after = (String::new(), String::new());
    loop {
        let page = page(db, selection, &after).map_err(RelintError::from)?;
        let Some(last) = page.last() else { break };
        after = (last.issuer.clone(), last.serial.clone());
        let touched: Vec<Touched> = page.iter().filter_map(|row| judge(row, &issuers)).collect();
        damaged += touched.iter().filter(|touched| !touched.as_recorded).count();
        progress(db, page.len(), touched)?;
    }
    if damaged > 0 { Err(RelintError::NotAsRecorded(damaged).into()) } else { Ok(()) }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = certificates)]
struct Row {
    issuer: String,
    serial: String,
    profile: String,
    tbs: Vec<u8>,
    der: Option<Vec<u8>>,
    prepared_at: Timestamp,
    shard: Option<i64>,
}

fn selected<'a>(selection: Selection<'a>) -> certificates::BoxedQuery<'a, <Database as Connection>::Backend> {
    // What a crash cut off before anybody saw it is no certificate.
    let mut query = certificates::table
        .filter(certificates::status.ne("abandoned"))
        .filter(certificates::status.ne("revoked").or(certificates::der.is_not_null()))
        .into_boxed();
    if let Some(profile) = selection.profile {
        query = query.filter(certificates::profile.eq(profile));
    }
    if let Some(since) = selection.since {
        query = query.filter(certificates::prepared_at.ge(since));
    }
    query
}

fn page(db: &mut Database, selection: Selection<'_>, after: &(String, String)) -> QueryResult<Vec<Row>> {
    let (issuer, serial) = after;
    selected(selection)
        .filter(
            certificates::issuer
                .gt(issuer)
                .or(certificates::issuer.eq(issuer).and(certificates::serial.gt(serial))),
        )
        .order((certificates::issuer, certificates::serial))
        .limit(PAGE)
        .select(Row::as_select())
        .load(db)
}

/// What the lint must know of an authority.
struct Issuer {
    /// Whether it still stands or not.
    certificate: Option<IssuerCertificate>,
    serial_prefix: Option<[u8; 8]>,
    /// Its shards by number, ended ones too: the addresses of the CRL and of the delta.
    shards: BTreeMap<i64, (String, String)>,
    /// What the identity of today declares of the certificates under it.
    today: Declared,
    /// What each of the earlier ones did.
    earlier: Vec<Declared>,
}

/// Every authority.
struct Issuers {
    by_short_name: BTreeMap<String, Issuer>,
    /// Their short names, by issuer and serial number of their certificates.
    by_certificate: BTreeMap<(String, String), String>,
}

#[derive(Queryable)]
struct IssuerRow {
    short_name: String,
    parent: String,
    serial: String,
    serial_prefix: Option<Vec<u8>>,
    der: Option<Vec<u8>>,
}

impl Issuers {
    fn load(db: &mut Database, today: &DeclaredIdentity, earlier: &[DeclaredIdentity]) -> QueryResult<Self> {
        let rows: Vec<IssuerRow> = authorities::table
            .inner_join(
                certificates::table.on(certificates::issuer
                    .eq(authorities::parent)
                    .and(certificates::serial.eq(authorities::serial))),
            )
            .select((
                authorities::short_name,
                authorities::parent,
                authorities::serial,
                authorities::serial_prefix,
                certificates::der,
            ))
            .load(db)?;
        let shards: Vec<(String, i64, String, String)> = crl_shards::table
            .select((crl_shards::issuer, crl_shards::number, crl_shards::crl_url, crl_shards::delta_crl_url))
            .load(db)?;
        let mut issuers = Self { by_short_name: BTreeMap::new(), by_certificate: BTreeMap::new() };
        for row in rows {
            let issuer = Issuer {
                certificate: row.der.as_deref().map(IssuerCertificate::read),
                serial_prefix: row.serial_prefix.and_then(|prefix| prefix.try_into().ok()),
                shards: BTreeMap::new(),
                today: today.of(&row.short_name, &row.parent),
                earlier: earlier.iter().map(|one| one.of(&row.short_name, &row.parent)).collect(),
            };
            issuers.by_certificate.insert((row.parent, row.serial), row.short_name.clone());
            issuers.by_short_name.insert(row.short_name, issuer);
        }
        for (short_name, number, crl_url, delta_crl_url) in shards {
            if let Some(issuer) = issuers.by_short_name.get_mut(&short_name) {
                issuer.shards.insert(number, (crl_url, delta_crl_url));
            }
        }
        Ok(issuers)
    }

    /// The short name of the authority whose certificate this is.
    fn authority_of(&self, row: &Row) -> Option<&str> {
        // So as not to look up each of a million holders.
        ["root", "issuing"].contains(&row.profile.as_str()).then_some(())?;
        self.by_certificate.get(&(row.issuer.clone(), row.serial.clone())).map(String::as_str)
    }
}

/// None where nothing is to be said of it.
fn judge(row: &Row, issuers: &Issuers) -> Option<Touched> {
    let as_recorded = row.der.as_ref().is_none_or(|der| holds(der, &row.tbs));
    let findings = match issuers.by_short_name.get(&row.issuer) {
        Some(issuer) => under_any(row, issuer, issuers.authority_of(row)),
        // A foreign key keeps this from happening; nothing can be said of who was not there.
        None => vec![Finding {
            rule: "igc-lint-issuer-required",
            offset: 0,
            message: format!("{} is no recorded authority", row.issuer),
        }],
    };
    (!as_recorded || !findings.is_empty()).then(|| Touched {
        issuer: row.issuer.clone(),
        serial: row.serial.clone(),
        profile: row.profile.clone(),
        subject: TbsCertificate::from_der(&row.tbs).ok().map(|tbs| tbs.subject().to_string()),
        as_recorded,
        findings,
    })
}

/// Nothing, where the certificate passes under one of the identities; else what it breaks of today's.
fn under_any(row: &Row, issuer: &Issuer, authority: Option<&str>) -> Vec<Finding> {
    let shard = row.shard.and_then(|number| issuer.shards.get(&number));
    let under = |declared| {
        let context = LintContext {
            profile: &row.profile,
            // A root is signed by itself alone.
            issuer: issuer.certificate.clone().filter(|_| row.profile != "root"),
            at: row.prepared_at,
            serial_prefix: issuer.serial_prefix,
            declared,
            authority,
            shard: shard.map(|(crl, delta_crl)| ShardUrls { crl, delta_crl }),
        };
        lint::check_certificate(&row.tbs, &context)
    };
    let findings = under(&issuer.today);
    if !findings.is_empty() && issuer.earlier.iter().any(|earlier| under(earlier).is_empty()) {
        return Vec::new();
    }
    findings
}

/// Whether the first thing in the certificate is this TBS (RFC 5280 §4.1).
fn holds(certificate: &[u8], tbs: &[u8]) -> bool {
    AnyRef::from_der(certificate).is_ok_and(|sequence| sequence.value().starts_with(tbs))
}
