//! The second lock on a CRL: what was signed is read back and compared before anyone sees it.

use ca_core::authority::Authority;
use sha2::{Digest as _, Sha256};
use store::{Database, Timestamp};
use thiserror::Error;

use super::compare::{check_delta, check_full};
use super::entries::RegularCrl;
use super::entry_dates::EntryDates;
use super::read::{Crl, UnreadableCrl};
use super::{CrlKind, FULL_SCOPE};

/// A CRL that may be recorded and published: only this module makes one.
///
/// Its signature is the authority's, its number grows, and its entries are the database's.
#[derive(Debug)]
pub struct VerifiedCrl {
    issuer: String,
    kind: CrlKind,
    number: u64,
    base_number: Option<u64>,
    this_update: Timestamp,
    next_update: Timestamp,
    entries: u64,
    log_sequence: i64,
    der: Vec<u8>,
}

/// Why a CRL is not published. The one that is published stays until someone has looked.
#[derive(Debug, Error)]
pub enum CrlRefused {
    /// Its bytes do not read as a CRL of this PKI.
    #[error("the signed CRL does not read: {0}")]
    Unreadable(#[from] UnreadableCrl),
    /// It reads, but says something else than it was meant to.
    #[error("the signed CRL has another {0} than it was meant to have")]
    Field(&'static str),
    /// The signature is not the authority's.
    #[error("the signature is not that of {0}")]
    Signature(String),
    /// The number does not grow.
    #[error("number {number} is not greater than {standing}, which stands")]
    Number {
        /// Its number.
        number: u64,
        /// The highest recorded or published one.
        standing: u64,
    },
    /// The set of entries, a date or a reason is not the database's.
    #[error("certificate {serial}: {what}")]
    Entry {
        /// The serial number.
        serial: String,
        /// What is wrong.
        what: &'static str,
    },
    /// The number of entries is not the database's.
    #[error("{found} entries where the status log has {expected}")]
    Count {
        /// In the CRL.
        found: u64,
        /// In the database.
        expected: u64,
    },
    /// The CRL before it has an entry that would disappear without reason.
    #[error("certificate {serial} stands on published CRL {previous} and would disappear: {why}")]
    Lost {
        /// The serial number.
        serial: String,
        /// The number of the CRL before.
        previous: u64,
        /// Why it may not.
        why: &'static str,
    },
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

/// What a CRL was meant to be.
#[derive(Clone, Debug)]
pub(crate) struct Intended {
    pub(crate) kind: CrlKind,
    pub(crate) number: u64,
    pub(crate) base_number: Option<u64>,
    pub(crate) this_update: Timestamp,
    pub(crate) next_update: Timestamp,
    /// It shows the status log up to here.
    pub(crate) cut: i64,
    /// For a delta: and from behind here.
    pub(crate) base_cut: i64,
    /// The highest number that is recorded or published.
    pub(crate) standing_number: u64,
    /// Which entries of a full CRL have done their time.
    pub(crate) regular: Option<RegularCrl>,
    /// Under which date each entry stands.
    pub(crate) dates: EntryDates,
}

impl VerifiedCrl {
    /// Verifies what the signer returned, inside the snapshot it was cut from. `previous` is the
    /// full CRL that relying systems hold today.
    pub(crate) fn verify(
        db: &mut Database,
        authority: &Authority,
        intended: &Intended,
        previous: Option<&Crl<'_>>,
        der: Vec<u8>,
    ) -> Result<Self, CrlRefused> {
        let crl = Crl::read(&der)?;
        check_signature(&crl, authority)?;
        check_fields(&crl, intended, authority)?;
        let entries = match intended.kind {
            CrlKind::Full => check_full(db, authority, intended, &crl, previous)?,
            CrlKind::Delta => check_delta(db, authority, intended, &crl)?,
        };
        Ok(Self {
            issuer: authority.short_name.clone(),
            kind: intended.kind,
            number: crl.number,
            base_number: crl.base_number,
            this_update: crl.this_update,
            next_update: crl.next_update,
            entries,
            log_sequence: intended.cut,
            der,
        })
    }

    /// Verifies a recorded CRL again, to publish what a crash left unpublished. Its entries were
    /// compared before it was recorded, and a record is never changed.
    pub(crate) fn from_record(
        authority: &Authority,
        kind: CrlKind,
        log_sequence: i64,
        published_number: u64,
        der: Vec<u8>,
    ) -> Result<Self, CrlRefused> {
        let crl = Crl::read(&der)?;
        check_signature(&crl, authority)?;
        if crl.base_number.is_some() != (kind == CrlKind::Delta) {
            return Err(CrlRefused::Field("kind"));
        }
        if crl.number <= published_number {
            return Err(CrlRefused::Number { number: crl.number, standing: published_number });
        }
        let mut entries = 0;
        for entry in crl.entries() {
            entry?;
            entries += 1;
        }
        Ok(Self {
            issuer: authority.short_name.clone(),
            kind,
            number: crl.number,
            base_number: crl.base_number,
            this_update: crl.this_update,
            next_update: crl.next_update,
            entries,
            log_sequence,
            der,
        })
    }

    /// Short name of the authority.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// Full or delta.
    pub fn kind(&self) -> CrlKind {
        self.kind
    }

    /// The scope its number grows in.
    pub fn scope(&self) -> &'static str {
        FULL_SCOPE
    }

    /// CRLNumber.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// BaseCRLNumber of a delta.
    pub fn base_number(&self) -> Option<u64> {
        self.base_number
    }

    /// thisUpdate.
    pub fn this_update(&self) -> Timestamp {
        self.this_update
    }

    /// nextUpdate.
    pub fn next_update(&self) -> Timestamp {
        self.next_update
    }

    /// How many certificates stand on it.
    pub fn entries(&self) -> u64 {
        self.entries
    }

    /// The status log up to here stands on it.
    pub fn log_sequence(&self) -> i64 {
        self.log_sequence
    }

    /// The DER of the `CertificateList`.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// SHA-256 of the DER, hexadecimal.
    pub fn sha256(&self) -> String {
        hex::encode(Sha256::digest(&self.der))
    }
}

/// Whether the signature over a CRL is the authority's.
pub(crate) fn check_signature(crl: &Crl<'_>, authority: &Authority) -> Result<(), CrlRefused> {
    if crl.issuer != authority.subject {
        return Err(CrlRefused::Field("issuer"));
    }
    if crl.algorithm == authority.algorithm
        && crl.algorithm.verify(&authority.public_key, crl.tbs, crl.signature)
    {
        return Ok(());
    }
    Err(CrlRefused::Signature(authority.short_name.clone()))
}

fn check_fields(crl: &Crl<'_>, intended: &Intended, authority: &Authority) -> Result<(), CrlRefused> {
    if crl.number <= intended.standing_number {
        return Err(CrlRefused::Number { number: crl.number, standing: intended.standing_number });
    }
    let key_id = super::issue::authority_key_id(authority)
        .map_err(|_| CrlRefused::Field("authority key identifier"))?;
    for (name, same) in [
        ("number", crl.number == intended.number),
        ("base number", crl.base_number == intended.base_number),
        ("this update", crl.this_update == intended.this_update),
        ("next update", crl.next_update == intended.next_update),
        ("authority key identifier", crl.authority_key_id == key_id),
    ] {
        if !same {
            return Err(CrlRefused::Field(name));
        }
    }
    Ok(())
}
