use diesel::prelude::*;
use store::schema::signing_intents;
use store::{Act, Database, crash_point};
use thiserror::Error;

use crate::faults;
use crate::signer::{KeyReference, SignatureAlgorithm, Signer, SignerError, sign_verified};

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
    debug_assert!(!db.in_transaction(), "no lock is held while the token works");
    let IntendedSignature { key, public_key, subject, message } = wanted;
    let algorithm = SignatureAlgorithm::of_key(public_key).map_err(|why| SignerError::Failed {
        token: key.token.clone(),
        detail: format!("key {}: {why}", key.id),
    })?;
    let written = db.write(|db| {
        diesel::insert_into(signing_intents::table)
            .values((
                signing_intents::digest.eq(algorithm.digest(message).value),
                signing_intents::signing_key.eq(key.to_string()),
                signing_intents::subject.eq(subject),
                signing_intents::intended_at.eq(act.at),
            ))
            .execute(db)
    });
    match written {
        // The same octets again: intended already.
        Err(error) if store::database::is_unique_violation(&error) => {}
        written => drop(written?),
    }
    crash_point("signing.intended");
    let signature = sign_verified(signer, key, public_key, subject, message)?;
    crash_point("signing.signed");
    Ok(signature)
}
