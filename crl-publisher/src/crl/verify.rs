//! The second lock on a CRL: what is to be signed is read back and compared with the database before a key is asked, and
//! what was signed is that, under the authority's key, before anyone sees it.

use ca_core::authority::Authority;
use ca_core::signer::SignatureAlgorithm;
use sha2::{Digest as _, Sha256};
use store::{Database, Timestamp};

use super::compare::{Previous, check_delta, check_full, check_nothing_of_delta_is_lost};
use super::intended::Intended;
use super::read::Crl;
use super::{CrlKind, CrlRefused, Scope};

/// A CRL that may be recorded and published: only this module makes one.
///
/// Its signature is the authority's, its number grows, and its entries are the database's.
#[derive(Debug)]
pub struct VerifiedCrl {
    issuer: String,
    scope: Scope,
    kind: CrlKind,
    number: u64,
    base_number: Option<u64>,
    this_update: Timestamp,
    next_update: Timestamp,
    entries: u64,
    log_sequence: i64,
    der: Vec<u8>,
}

/// A `TBSCertList` that was compared with the database, and may be signed.
pub(crate) struct ComparedCrl {
    tbs_sha256: [u8; 32],
    entries: u64,
    unexpired: u64,
}

impl ComparedCrl {
    /// Compares what is to be signed, inside a snapshot in which the log has what it was cut from.
    pub(crate) fn compare(
        db: &mut Database,
        authority: &Authority,
        intended: &Intended,
        previous: &Previous<'_>,
        tbs: &[u8],
    ) -> Result<Self, CrlRefused> {
        let crl = Crl::read_unsigned(tbs)?;
        check_fields(&crl, intended)?;
        let (entries, unexpired) = match intended.kind {
            CrlKind::Full => check_full(db, authority, intended, &crl, previous.full.as_ref())?,
            CrlKind::Delta => (check_delta(db, authority, intended, &crl)?, 0),
        };
        if let Some(delta) = &previous.delta {
            check_nothing_of_delta_is_lost(db, authority, intended, delta)?;
        }
        Ok(Self { tbs_sha256: Sha256::digest(tbs).into(), entries, unexpired })
    }

    /// How many of its entries had not expired at its thisUpdate. Counted on a complete CRL.
    pub(crate) fn unexpired(&self) -> u64 {
        self.unexpired
    }

    /// What the signer returned for it: the same octets, under the authority's signature.
    pub(crate) fn signed(
        self,
        authority: &Authority,
        intended: &Intended,
        der: Vec<u8>,
    ) -> Result<VerifiedCrl, CrlRefused> {
        let crl = Crl::read(&der)?;
        check_signature(&crl, authority)?;
        check_fields(&crl, intended)?;
        if Sha256::digest(crl.tbs).as_slice() != self.tbs_sha256 {
            return Err(CrlRefused::Field("octets"));
        }
        Ok(VerifiedCrl {
            issuer: authority.short_name.clone(),
            scope: intended.scope.clone(),
            kind: intended.kind,
            number: crl.number,
            base_number: crl.base_number,
            this_update: crl.this_update,
            next_update: crl.next_update,
            entries: self.entries,
            log_sequence: intended.cut,
            der,
        })
    }
}

impl VerifiedCrl {
    /// Verifies a recorded CRL again, to publish what a crash left unpublished. Its entries were
    /// compared before it was recorded, and a record is never changed.
    pub(crate) fn from_record(
        authority: &Authority,
        scope: &Scope,
        kind: CrlKind,
        log_sequence: i64,
        published_number: u64,
        der: Vec<u8>,
    ) -> Result<Self, CrlRefused> {
        let crl = Crl::read(&der)?;
        check_signature(&crl, authority)?;
        if crl.kind() != kind {
            return Err(CrlRefused::Field("kind"));
        }
        if crl.distribution_point.as_deref() != scope.distribution_point() {
            return Err(CrlRefused::Field("issuing distribution point"));
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
            scope: scope.clone(),
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

    /// Which certificates it is about; its number grows in this scope.
    pub fn scope(&self) -> &Scope {
        &self.scope
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
    if is_signed_with(crl, authority.algorithm, &authority.public_key) {
        return Ok(());
    }
    Err(CrlRefused::Signature(authority.short_name.clone()))
}

/// Whether it is this key's: a SubjectPublicKeyInfo, DER.
pub(crate) fn is_signed_with(crl: &Crl<'_>, algorithm: SignatureAlgorithm, public_key: &[u8]) -> bool {
    crl.algorithm == algorithm && crl.algorithm.verify(public_key, crl.tbs, crl.signature)
}

fn check_fields(crl: &Crl<'_>, intended: &Intended) -> Result<(), CrlRefused> {
    if crl.number <= intended.standing_number {
        return Err(CrlRefused::Number { number: crl.number, standing: intended.standing_number });
    }
    for (name, same) in [
        ("number", crl.number == intended.number),
        ("base number", crl.base_number == intended.base_number),
        ("this update", crl.this_update == intended.this_update),
        ("next update", crl.next_update == intended.next_update),
        (
            "issuing distribution point",
            crl.distribution_point.as_deref() == intended.scope.distribution_point(),
        ),
        ("authority key identifier", crl.authority_key_id == intended.authority_key_id),
    ] {
        if !same {
            return Err(CrlRefused::Field(name));
        }
    }
    Ok(())
}
