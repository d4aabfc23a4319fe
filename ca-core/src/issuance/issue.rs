use der::asn1::{AnyRef, BitString};
use der::{Decode, Encode, Header, Reader, Sequence, SliceReader};
use diesel::prelude::*;
use serde_json::json;
use sha2::{Digest, Sha256};
use spki::AlgorithmIdentifierOwned;
use store::audit::{Event, record};
use store::schema::certificates;
use store::{Act, CryptoRng, Database};
use thiserror::Error;

use crate::faults;
use crate::revocation::{self, RevocationReason, RevokeError};
use crate::serial::SerialNumber;
use crate::signer::{Signer, SignerError, sign_verified};

use super::Prepared;

/// A certificate that was signed and recorded as good.
#[derive(Clone, Debug)]
pub struct IssuedCertificate {
    /// Short name of the issuing authority.
    pub issuer: String,
    /// Its serial number.
    pub serial: SerialNumber,
    /// The certificate, DER.
    pub der: Vec<u8>,
}

/// Why there is no certificate.
#[derive(Debug, Error)]
pub enum IssueError {
    /// Between the intention and now somebody settled it: an opposition, or another worker's sweep.
    #[error(
        "certificate {serial} of {issuer} was settled by someone else; a signature, if any, was thrown away"
    )]
    Overtaken {
        /// Short name of the issuing authority.
        issuer: String,
        /// The serial number it would have had.
        serial: SerialNumber,
    },
    /// The token did not sign. The serial number is revoked, since nobody knows what left the token.
    #[error("certificate {serial} of {issuer} was not signed: {source}")]
    NotSigned {
        /// Short name of the issuing authority.
        issuer: String,
        /// The serial number that is now revoked.
        serial: SerialNumber,
        /// What the signer said.
        source: SignerError,
    },
    /// The token signed, but not with the authority's key. The serial number is revoked.
    #[error("the signature over certificate {serial} of {issuer} is not of that authority's key")]
    WrongSignature {
        /// Short name of the issuing authority.
        issuer: String,
        /// The serial number that is now revoked.
        serial: SerialNumber,
    },
    /// What was signed is not what was recorded.
    #[error("certificate {serial} of {issuer} does not hold the TBS that was recorded")]
    NotAsRecorded {
        /// Short name of the issuing authority.
        issuer: String,
        /// The serial number that is now revoked.
        serial: SerialNumber,
    },
    /// A serial number could not be revoked after a failure.
    #[error(transparent)]
    Revocation(#[from] RevokeError),
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl store::Fault for IssueError {
    fn code(&self) -> store::Code {
        match self {
            Self::Overtaken { .. } => faults::ISSUANCE_OVERTAKEN,
            Self::NotSigned { source, .. } => source.code(),
            Self::WrongSignature { .. } => faults::SIGNATURE_WRONG,
            Self::NotAsRecorded { .. } => faults::NOT_AS_RECORDED,
            Self::Revocation(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// `Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue }`
/// (RFC 5280 §4.1), around a TBS whose octets are kept as they are.
#[derive(Sequence)]
struct SignedCertificate<'a> {
    tbs_certificate: AnyRef<'a>,
    signature_algorithm: AlgorithmIdentifierOwned,
    signature: BitString,
}

/// Has the prepared certificate signed, and records it as good.
///
/// Takes `prepared` by value: it is signed at most once. Runs its own transactions, because no
/// lock is held while the token works.
pub fn issue(
    db: &mut Database,
    signer: &mut dyn Signer,
    prepared: Prepared,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<IssuedCertificate, IssueError> {
    debug_assert!(!db.in_transaction(), "no lock is held while the token works");
    begin_signing(db, &prepared, rng, act)?;
    let Prepared { key, issuer_public_key, tbs, .. } = &prepared;
    let signature = match sign_verified(signer, key, issuer_public_key, &subject(&prepared), tbs) {
        Ok(signature) => signature,
        Err(source) => {
            give_up(db, &prepared, rng, act)?;
            let (issuer, serial) = (prepared.issuer, prepared.serial);
            return Err(match source {
                SignerError::WrongSignature { .. } => IssueError::WrongSignature { issuer, serial },
                source => IssueError::NotSigned { issuer, serial, source },
            });
        }
    };
    let der = assemble(&prepared, &signature);
    match record_good(db, &prepared, &der, rng, act)? {
        Outcome::Good => Ok(IssuedCertificate { issuer: prepared.issuer, serial: prepared.serial, der }),
        Outcome::Overtaken => {
            tracing::warn!(
                certificate.issuer = prepared.issuer,
                certificate.serial = %prepared.serial,
                "a signature was thrown away: certificate {} {} was settled meanwhile",
                prepared.issuer,
                prepared.serial
            );
            Err(IssueError::Overtaken { issuer: prepared.issuer, serial: prepared.serial })
        }
        Outcome::NotAsRecorded => {
            give_up(db, &prepared, rng, act)?;
            Err(IssueError::NotAsRecorded { issuer: prepared.issuer, serial: prepared.serial })
        }
    }
}

fn begin_signing(
    db: &mut Database,
    prepared: &Prepared,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<(), IssueError> {
    db.write(|db| {
        let begun = diesel::update(certificates::table.find((&prepared.issuer, prepared.serial.to_string())))
            .filter(certificates::status.eq("intended"))
            .filter(certificates::epoch.eq(prepared.epoch))
            .set(certificates::status.eq("signing"))
            .execute(db)?;
        if begun == 0 {
            let (issuer, serial) = (prepared.issuer.clone(), prepared.serial.clone());
            return Err(IssueError::Overtaken { issuer, serial });
        }
        record(db, event("certificate.signing", prepared, json!({})), rng, act)?;
        Ok(())
    })
}

fn assemble(prepared: &Prepared, signature: &[u8]) -> Vec<u8> {
    let certificate = SignedCertificate {
        tbs_certificate: AnyRef::from_der(&prepared.tbs).expect("the lint read the TBS as DER"),
        signature_algorithm: prepared.algorithm.algorithm_identifier(),
        signature: BitString::from_bytes(signature).expect("a signature is shorter than 256 MiB"),
    };
    certificate.to_der().expect("three DER values make a DER SEQUENCE")
}

enum Outcome {
    Good,
    Overtaken,
    NotAsRecorded,
}

/// The conditional update of invariant 3, after one last look: the recorded TBS and the one in the
/// finished certificate are the same octets.
fn record_good(
    db: &mut Database,
    prepared: &Prepared,
    der: &[u8],
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Outcome, IssueError> {
    let serial = prepared.serial.to_string();
    db.write(|db| {
        let now = db.now()?;
        let recorded: Vec<u8> =
            certificates::table.find((&prepared.issuer, &serial)).select(certificates::tbs).first(db)?;
        if tbs_within(der) != Some(recorded.as_slice()) {
            return Ok(Outcome::NotAsRecorded);
        }
        let settled = diesel::update(certificates::table.find((&prepared.issuer, &serial)))
            .filter(certificates::status.eq("signing"))
            .filter(certificates::epoch.eq(prepared.epoch))
            .set((
                certificates::status.eq("good"),
                certificates::der.eq(der),
                certificates::settled_at.eq(now),
            ))
            .execute(db)?;
        if settled == 0 {
            return Ok(Outcome::Overtaken);
        }
        let payload = json!({ "sha256": hex::encode(Sha256::digest(der)) });
        record(db, event("certificate.issued", prepared, payload), rng, act)?;
        Ok(Outcome::Good)
    })
}

/// The octets of the TBSCertificate inside a certificate.
fn tbs_within(der: &[u8]) -> Option<&[u8]> {
    let mut reader = SliceReader::new(der).ok()?;
    Header::decode(&mut reader).ok()?;
    reader.tlv_bytes().ok()
}

/// Nobody knows what left the token: the serial number goes into the CRL.
fn give_up(
    db: &mut Database,
    prepared: &Prepared,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<(), IssueError> {
    let revoked = db.write(|db| {
        revocation::revoke(db, &prepared.issuer, &prepared.serial, RevocationReason::Superseded, rng, act)
    });
    match revoked {
        // The sweep of another worker came first: settled all the same.
        Ok(_) | Err(RevokeError::AlreadyEnded { .. }) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn event(action: &'static str, prepared: &Prepared, payload: serde_json::Value) -> Event {
    Event { action, subject: subject(prepared), payload }
}

/// The certificate by its natural key, in the audit trail and in the ledger of the signer.
fn subject(prepared: &Prepared) -> String {
    format!("certificate {} {}", prepared.issuer, prepared.serial)
}
