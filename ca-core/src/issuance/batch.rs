use diesel::prelude::*;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use store::audit::{Event, record_all};
use store::schema::certificates;
use store::{Act, CryptoRng, Database, crash_point};

use crate::revocation::{self, RevocationReason, RevokeError};
use crate::signer::{Message, Signer, SignerError, sign_all_verified};

use super::certificate_der::{assemble, tbs_within};
use super::transition::{self, RowKey, Signed};
use super::{IssueError, Issued, IssuedCertificate, LARGEST_BATCH, Prepared};

/// What became of each certificate of a batch so far.
type Each<T> = Vec<Result<T, IssueError>>;

/// Certificates whose rows are *signing*: the token may be asked for them, once.
///
/// Batches take three steps: [`BegunBatch::begin`], [`BegunBatch::sign`], [`SignedBatch::record`]. The first and the
/// last are one transaction each, which is on the disk before the next step begins; the one between needs no
/// database, so that another batch may have the connection meanwhile. Certificates are taken by value: each is signed
/// at most once. One that was overtaken, or whose signature fails, does not keep the others back. An error of the
/// whole is the database's: what stands unsettled then is the sweep's, as after a crash.
#[must_use = "what is begun is signed, or settled by the sweep"]
#[derive(Debug)]
pub struct BegunBatch {
    batch: Vec<Prepared>,
    begun: Each<()>,
}

/// A batch whose signatures were made and verified, in memory only.
#[must_use = "a signature that is not recorded is nobody's"]
#[derive(Debug)]
pub struct SignedBatch {
    batch: Vec<Prepared>,
    /// The certificates, DER.
    signed: Each<Vec<u8>>,
}

impl BegunBatch {
    /// The rows of `batch`, at most [`LARGEST_BATCH`], become *signing*.
    pub fn begin(
        db: &mut Database,
        batch: Vec<Prepared>,
        rng: &mut dyn CryptoRng,
        act: &Act,
    ) -> Result<Self, IssueError> {
        debug_assert!(!db.in_transaction(), "no lock is held while the token works");
        debug_assert!(batch.len() <= LARGEST_BATCH, "an opposition does not wait behind a big transaction");
        crash_point("issuance.intended");
        let begun = db.write(|db| -> QueryResult<_> {
            let begun = transition::to_signing(db, &batch)?;
            let signing = batch.iter().filter(|prepared| begun.contains(&key(prepared)));
            let events = signing.map(|prepared| event("certificate.signing", prepared, json!({})));
            record_all(db, events.collect(), rng, act)?;
            Ok(begun)
        })?;
        crash_point("issuance.signing");
        let begun = batch.iter().map(|prepared| match begun.contains(&key(prepared)) {
            true => Ok(()),
            false => Err(prepared.overtaken()),
        });
        Ok(Self { begun: begun.collect(), batch })
    }

    /// Has those signed that were begun; each signature is verified.
    pub fn sign(self, signer: &mut dyn Signer) -> SignedBatch {
        let Self { batch, begun } = self;
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
        let signed = batch.iter().zip(begun).map(sign_one).collect();
        crash_point("issuance.signed");
        SignedBatch { batch, signed }
    }
}

impl SignedBatch {
    /// The rows become *good*, after one last look: the recorded TBS and the one in the finished certificate are the
    /// same octets. Serial numbers that were sent to be signed and have no certificate go into the CRL.
    pub fn record(self, db: &mut Database, rng: &mut dyn CryptoRng, act: &Act) -> Result<Issued, IssueError> {
        let Self { batch, signed } = self;
        let mut settled = record_good(db, &batch, signed, rng, act)?;
        crash_point("issuance.good");
        give_up(db, &batch, &mut settled, rng, act)?;
        Ok(settled)
    }
}

fn record_good(
    db: &mut Database,
    batch: &[Prepared],
    signed: Each<Vec<u8>>,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<Each<IssuedCertificate>> {
    db.write(|db| {
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
    })
}

/// Nobody knows what left the token: the serial numbers go into the CRL.
fn give_up(
    db: &mut Database,
    batch: &[Prepared],
    settled: &mut Issued,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<(), IssueError> {
    let mut lost: Vec<_> = (batch.iter().zip(settled))
        .filter(|(_, outcome)| outcome.as_ref().is_err_and(IssueError::leaves_it_signing))
        .collect();
    if lost.is_empty() {
        return Ok(());
    }
    // In turn, as everybody takes them who settles several.
    lost.sort_by_cached_key(|(prepared, _)| key(prepared));
    db.write(|db| -> QueryResult<()> {
        for (Prepared { issuer, serial, .. }, outcome) in lost {
            let reason = RevocationReason::Superseded;
            match db.attempt(|db| revocation::revoke(db, issuer, serial, reason, rng, act)) {
                // The sweep of another worker came first: settled all the same.
                Ok(_) | Err(RevokeError::AlreadyEnded { .. }) => {}
                Err(error) => *outcome = Err(error.into()),
            }
        }
        Ok(())
    })?;
    Ok(())
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
