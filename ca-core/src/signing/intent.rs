use diesel::prelude::*;
use store::schema::signing_intents;
use store::{Act, CryptoRng, Database, crash_point};
use thiserror::Error;

use crate::faults;
use crate::signer::{KeyReference, Mac, MacRequest, SignatureAlgorithm, Signer, SignerError, sign_verified};

/// A signature that is wanted over something that has no row of its own yet.
#[derive(Clone, Copy, Debug)]
pub struct IntendedSignature<'a> {
    /// With which key.
    pub key: &'a KeyReference,
    /// Its public half, SubjectPublicKeyInfo in DER.
    pub public_key: &'a [u8],
    /// What it is for, by natural key: `crl ACI-FO-PP full 12`.
    pub subject: &'a str,
    /// The octets to be signed.
    pub message: &'a [u8],
}

/// A signature that was not made.
#[derive(Debug, Error)]
pub enum IntendedError {
    /// The key did not sign, or not rightly.
    #[error("signer: {0}")]
    Signer(#[from] SignerError),
    /// The intention could not be written down: nothing was signed.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl store::Fault for IntendedError {
    fn code(&self) -> store::Code {
        match self {
            Self::Signer(SignerError::WrongSignature { .. }) => faults::SIGNER_WRONG_SIGNATURE,
            Self::Signer(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// Writes down what is about to be signed, in a transaction of its own; then has it signed, and
/// verifies the signature.
///
/// So a crash after the signature leaves a line in the ledger that the database explains. No lock is
/// held while the token works.
pub fn sign_intended(
    db: &mut Database,
    signer: &mut dyn Signer,
    wanted: &IntendedSignature<'_>,
    act: &Act,
) -> Result<Vec<u8>, IntendedError> {
    let IntendedSignature { key, public_key, subject, message } = wanted;
    let algorithm = SignatureAlgorithm::of_key(public_key).map_err(|why| SignerError::Failed {
        token: key.token.clone(),
        detail: format!("key {}: {why}", key.id),
    })?;
    intend(db, key, &algorithm.digest(message).value, subject, act)?;
    crash_point("signing.intended");
    let signature = sign_verified(signer, key, public_key, subject, message)?;
    crash_point("signing.signed");
    Ok(signature)
}

/// A message authentication code that is wanted: see [`MacRequest`].
#[derive(Clone, Copy)]
pub struct IntendedMac<'a> {
    /// With which secret key.
    pub key: &'a KeyReference,
    /// What it is for, by natural key: `opposition-code 2600000017`.
    pub subject: &'a str,
    /// What the code is made over.
    pub message: &'a [u8],
}

/// Writes down that a code is about to be made, in a transaction of its own; then has it made. What is written down, here
/// and in the ledger, is a commitment that says nothing of the message: its nonce is drawn here and forgotten.
pub fn mac_intended(
    db: &mut Database,
    signer: &mut dyn Signer,
    wanted: &IntendedMac<'_>,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Mac, IntendedError> {
    let IntendedMac { key, subject, message } = *wanted;
    let mut nonce = [0; 32];
    rng.fill_bytes(&mut nonce);
    let request = MacRequest { key, nonce: &nonce, message, subject };
    intend(db, key, &request.commitment(), subject, act)?;
    Ok(signer.mac(&request)?)
}

fn intend(
    db: &mut Database,
    key: &KeyReference,
    digest: &[u8],
    subject: &str,
    act: &Act,
) -> Result<(), diesel::result::Error> {
    debug_assert!(!db.in_transaction(), "no lock is held while the token works");
    let written = db.write(|db| {
        diesel::insert_into(signing_intents::table)
            .values((
                signing_intents::digest.eq(digest),
                signing_intents::signing_key.eq(key.to_string()),
                signing_intents::subject.eq(subject),
                signing_intents::intended_at.eq(act.at),
            ))
            .execute(db)
    });
    match written {
        // The same octets again: intended already.
        Err(error) if store::database::is_unique_violation(&error) => Ok(()),
        written => written.map(drop),
    }
}
