use diesel::prelude::*;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use store::audit::{Event, record_all};
use store::schema::certificates;
use store::{Act, CryptoRng, Database, crash_point};
use thiserror::Error;

use crate::faults;
use crate::revocation::{self, RevocationReason, RevokeError};
use crate::serial::SerialNumber;
use crate::signer::{Message, Signer, SignerError, sign_all_verified};

use super::Prepared;
use super::certificate_der::{assemble, tbs_within};
use super::transition::{self, RowKey, Signed};

/// How many certificates are signed together at most. A transaction holds their rows, and on SQLite the whole
/// database, while it settles them, for some ten milliseconds: an opposition waits no longer.
pub const LARGEST_BATCH: usize = 128;

/// How many are prepared in one transaction at most: it also verifies their evidence, which takes longer.
pub const LARGEST_PREPARATION: usize = 64;

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

/// What became of each certificate of a batch, in the order of the batch.
pub type Issued = Vec<Result<IssuedCertificate, IssueError>>;

/// Has the prepared certificate signed, and records it as good: [`issue_batch`] of one.
pub fn issue(
    db: &mut Database,
    signer: &mut dyn Signer,
    prepared: Prepared,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<IssuedCertificate, IssueError> {
    let mut issued = issue_batch(db, signer, vec![prepared], rng, act)?;
    issued.pop().expect("there is one answer for each certificate")
}

/// Has the prepared certificates signed, and records them as good: at most [`LARGEST_BATCH`], in shared
/// transactions, each of which is on the disk before the next step begins.
///
/// Takes them by value: each is signed at most once. Runs its own transactions, because no lock is held while the
/// token works. One that was overtaken, or whose signature fails, does not keep the others back. An error of the
/// whole is the database's: what stands unsettled then is the sweep's, as after a crash.
pub fn issue_batch(
    db: &mut Database,
    signer: &mut dyn Signer,
    batch: Vec<Prepared>,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Issued, IssueError> {
    debug_assert!(!db.in_transaction(), "no lock is held while the token works");
    debug_assert!(batch.len() <= LARGEST_BATCH, "an opposition does not wait behind a big transaction");
    crash_point("issuance.intended");
    let begun = begin_signing(db, &batch, rng, act)?;
    crash_point("issuance.signing");
    let signed = sign(signer, &batch, begun);
    crash_point("issuance.signed");
    let mut settled = record_good(db, &batch, signed, rng, act)?;
    crash_point("issuance.good");
    for (prepared, outcome) in batch.iter().zip(&mut settled) {
        if let Err(error) = outcome
            && error.leaves_it_signing()
            && let Err(failed) = give_up(db, prepared, rng, act)
        {
            *outcome = Err(failed);
        }
    }
    Ok(settled)
}

impl IssueError {
    /// Whether the certificate was sent to be signed, and nobody has settled it since.
    fn leaves_it_signing(&self) -> bool {
        match self {
            Self::NotSigned { .. } | Self::WrongSignature { .. } | Self::NotAsRecorded { .. } => true,
            Self::Overtaken { .. } | Self::Revocation(_) | Self::Database(_) => false,
        }
    }
}

/// What became of each certificate of a batch so far.
type Each<T> = Vec<Result<T, IssueError>>;

/// The rows become *signing*.
fn begin_signing(
    db: &mut Database,
    batch: &[Prepared],
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Each<()>, IssueError> {
    let begun = db.write(|db| -> QueryResult<_> {
        let begun = transition::to_signing(db, batch)?;
        let signing = batch.iter().filter(|prepared| begun.contains(&key(prepared)));
        let events = signing.map(|prepared| event("certificate.signing", prepared, json!({})));
        record_all(db, events.collect(), rng, act)?;
        Ok(begun)
    })?;
    let each = batch.iter().map(|prepared| match begun.contains(&key(prepared)) {
        true => Ok(()),
        false => Err(prepared.overtaken()),
    });
    Ok(each.collect())
}

/// Has those signed that were begun, and gives the certificates, DER.
fn sign(signer: &mut dyn Signer, batch: &[Prepared], begun: Each<()>) -> Each<Vec<u8>> {
    let subjects: Vec<String> = batch.iter().map(subject).collect();
    let messages: Vec<Message<'_>> = (batch.iter().zip(&subjects).zip(&begun))
        .filter(|(_, begun)| begun.is_ok())
        .map(|((prepared, subject), _)| Message {
            key: &prepared.key,
            public_key: &prepared.issuer_public_key,
            subject,
            octets: &prepared.tbs,
        })
        .collect();
    let mut signatures = sign_all_verified(signer, &messages).into_iter();
    let sign_one = |(prepared, begun): (&Prepared, Result<(), IssueError>)| {
        begun?;
        let signature = signatures.next().expect("there is one answer for each message");
        signature
            .map(|signature| assemble(prepared, &signature))
            .map_err(|source| prepared.not_signed(source))
    };
    batch.iter().zip(begun).map(sign_one).collect()
}

/// The rows become *good*, after one last look: the recorded TBS and the one in the finished certificate are the
/// same octets.
fn record_good(
    db: &mut Database,
    batch: &[Prepared],
    signed: Each<Vec<u8>>,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Each<IssuedCertificate>, IssueError> {
    Ok(db.write(|db| -> QueryResult<_> {
        let now = db.now()?;
        let finished: Vec<Signed<'_>> = (batch.iter().zip(&signed))
            .filter_map(|(prepared, der)| {
                let der = der.as_ref().ok()?;
                Some(Signed { prepared, tbs: tbs_within(der)?, der })
            })
            .collect();
        let good = transition::to_good(db, &finished, now)?;
        let events = finished.iter().filter(|one| good.contains(&key(one.prepared))).map(|one| {
            let payload = json!({ "sha256": hex::encode(Sha256::digest(one.der)) });
            event("certificate.issued", one.prepared, payload)
        });
        record_all(db, events.collect(), rng, act)?;
        let outcome = |(prepared, der): (&Prepared, Result<Vec<u8>, IssueError>)| {
            let der = match der {
                Ok(der) => der,
                Err(failed) => return Ok(Err(failed)),
            };
            if !good.contains(&key(prepared)) {
                return prepared.why_not_good(db, &der).map(Err);
            }
            let (issuer, serial) = (prepared.issuer.clone(), prepared.serial.clone());
            Ok(Ok(IssuedCertificate { issuer, serial, der }))
        };
        batch.iter().zip(signed).map(outcome).collect()
    })?)
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

impl Prepared {
    fn overtaken(&self) -> IssueError {
        tracing::warn!(
            certificate.issuer = self.issuer,
            certificate.serial = %self.serial,
            "certificate {} {} was settled meanwhile; a signature, if any, is thrown away",
            self.issuer,
            self.serial
        );
        IssueError::Overtaken { issuer: self.issuer.clone(), serial: self.serial.clone() }
    }

    /// Why the row did not become good: somebody settled it, or it holds other octets than were signed.
    fn why_not_good(&self, db: &mut Database, der: &[u8]) -> QueryResult<IssueError> {
        let row = certificates::table.find((&self.issuer, self.serial.to_string()));
        let recorded: Vec<u8> = row.select(certificates::tbs).first(db)?;
        if tbs_within(der) == Some(recorded.as_slice()) {
            return Ok(self.overtaken());
        }
        Ok(IssueError::NotAsRecorded { issuer: self.issuer.clone(), serial: self.serial.clone() })
    }

    fn not_signed(&self, source: SignerError) -> IssueError {
        let (issuer, serial) = (self.issuer.clone(), self.serial.clone());
        match source {
            SignerError::WrongSignature { .. } => IssueError::WrongSignature { issuer, serial },
            source => IssueError::NotSigned { issuer, serial, source },
        }
    }
}

fn key(prepared: &Prepared) -> RowKey {
    (prepared.issuer.clone(), prepared.serial.to_string())
}

fn event(action: &'static str, prepared: &Prepared, payload: Value) -> Event {
    Event { action, subject: subject(prepared), payload }
}

/// The certificate by its natural key, in the audit trail and in the ledger of the signer.
fn subject(prepared: &Prepared) -> String {
    format!("certificate {} {}", prepared.issuer, prepared.serial)
}
