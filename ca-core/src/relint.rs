//! The certificates of the database, read again with the lint of today: whom does a changed rule touch?
//!
//! Each is held against what it was held against when it was made: its own issuer's certificate, and the moment
//! it was prepared, so that nothing is found for having grown old.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use der::Decode;
use der::asn1::AnyRef;
use diesel::prelude::*;
use store::schema::{authorities, certificates};
use store::{Code, Database, Fault, Timestamp};
use thiserror::Error;
use x509_cert::TbsCertificate;

use crate::faults;
use crate::lint::{self, Finding, IssuerCertificate, LintContext};

/// So many certificates are in memory at a time.
const PAGE: i64 = 1000;

/// Which certificates are read. All but those that were given up before anything was sent to be signed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Selection<'a> {
    /// Of this profile only.
    pub profile: Option<&'a str>,
    /// Prepared at this moment or later.
    pub since: Option<Timestamp>,
}

/// A certificate that the lint of today would not let be signed.
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
    /// Why not; at least one.
    pub findings: Vec<Finding>,
}

/// Why the certificates were not read to the end.
#[derive(Debug, Error)]
pub enum RelintError {
    /// The finished certificate does not hold the recorded TBS.
    #[error("certificate {serial} of {issuer} does not hold the TBS that was recorded and linted")]
    NotAsRecorded {
        /// Short name of its authority.
        issuer: String,
        /// Its serial number.
        serial: String,
    },
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for RelintError {
    fn code(&self) -> Code {
        match self {
            Self::NotAsRecorded { .. } => faults::NOT_AS_RECORDED,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// How many certificates a selection has.
pub fn count(db: &mut Database, selection: Selection<'_>) -> QueryResult<i64> {
    selected(selection).count().get_result(db)
}

/// Reads the certificates of `selection` page by page. `test_bit` is the identity's; `progress` is called after
/// each page with the number of certificates read in it and those that are touched, in the order of issuer and
/// serial number, and ends the reading with its error.
pub fn run<E: From<RelintError>>(
    db: &mut Database,
    selection: Selection<'_>,
    test_bit: bool,
    mut progress: impl FnMut(&mut Database, usize, Vec<Touched>) -> Result<(), E>,
) -> Result<(), E> {
    let issuers = issuers(db).map_err(RelintError::from)?;
    let mut after = (String::new(), String::new());
    loop {
        let page = page(db, selection, &after).map_err(RelintError::from)?;
        let Some(last) = page.last() else { return Ok(()) };
        after = (last.issuer.clone(), last.serial.clone());
        let mut touched = Vec::new();
        for row in &page {
            touched.extend(judge(row, &issuers, test_bit)?);
        }
        progress(db, page.len(), touched)?;
    }
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
}

fn selected<'a>(selection: Selection<'a>) -> certificates::BoxedQuery<'a, <Database as Connection>::Backend> {
    let mut query = certificates::table.filter(certificates::status.ne("abandoned")).into_boxed();
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
}

/// Short name, certificate and serial prefix.
type IssuerRow = (String, Option<Vec<u8>>, Option<Vec<u8>>);

/// Every authority by short name.
fn issuers(db: &mut Database) -> QueryResult<BTreeMap<String, Issuer>> {
    let rows: Vec<IssuerRow> = authorities::table
        .inner_join(certificates::table.on(
            certificates::issuer.eq(authorities::parent).and(certificates::serial.eq(authorities::serial)),
        ))
        .select((authorities::short_name, certificates::der, authorities::serial_prefix))
        .load(db)?;
    let issuer = |(short_name, der, prefix): IssuerRow| {
        let certificate = der.as_deref().map(IssuerCertificate::read);
        let serial_prefix = prefix.and_then(|prefix| prefix.try_into().ok());
        (short_name, Issuer { certificate, serial_prefix })
    };
    Ok(rows.into_iter().map(issuer).collect())
}

fn judge(
    row: &Row,
    issuers: &BTreeMap<String, Issuer>,
    test_bit: bool,
) -> Result<Option<Touched>, RelintError> {
    if !row.der.as_ref().is_none_or(|der| holds(der, &row.tbs)) {
        return Err(RelintError::NotAsRecorded { issuer: row.issuer.clone(), serial: row.serial.clone() });
    }
    // A root is signed by itself alone.
    let issuer = issuers.get(&row.issuer).filter(|_| row.profile != "root");
    let findings = lint::check_certificate(
        &row.tbs,
        &LintContext {
            profile: &row.profile,
            issuer: issuer.and_then(|issuer| issuer.certificate.clone()),
            at: row.prepared_at,
            serial_prefix: issuer.and_then(|issuer| issuer.serial_prefix),
            test_bit,
        },
    );
    Ok((!findings.is_empty()).then(|| Touched {
        issuer: row.issuer.clone(),
        serial: row.serial.clone(),
        profile: row.profile.clone(),
        subject: TbsCertificate::from_der(&row.tbs).ok().map(|tbs| tbs.subject().to_string()),
        findings,
    }))
}

/// Whether the first thing in the certificate is this TBS (RFC 5280 §4.1).
fn holds(certificate: &[u8], tbs: &[u8]) -> bool {
    AnyRef::from_der(certificate).is_ok_and(|sequence| sequence.value().starts_with(tbs))
}
