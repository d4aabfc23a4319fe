//! The bureau's side: it is given a batch file and its own key, never the database.
//!
//! The chips are simulated: each key pair is made here, signs its proof, and is forgotten, unless
//! the caller asks to keep it so that a test can sign with the card.

mod chip;
mod key;

use std::io;
use std::path::{Path, PathBuf};

use openssl::error::ErrorStack;
use store::{Code, CryptoRng, Fault};
use thiserror::Error;

use crate::faults;

use super::attestation::MadeKey;
use super::return_file::{ReturnFile, ReturnedKey};
use super::{BatchFile, BatchId, BureauName, KeyAlgorithm, KeyPlace, proof};

pub use key::{BureauKey, BureauKeyError};

pub(super) use key::bureau_of;

use chip::ChipKey;

/// Why a bureau did not make a batch.
#[derive(Debug, Error)]
pub enum PersonaliseError {
    /// The batch is for another bureau.
    #[error("batch {batch}: it is for the bureau {named}, and this is {own}")]
    OtherBureau {
        /// Which batch.
        batch: BatchId,
        /// For whom.
        named: BureauName,
        /// Who was asked.
        own: BureauName,
    },
    /// A chip key could not be kept; one that stands there is never replaced.
    #[error("{path}: {source}")]
    Keep {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// OpenSSL failed.
    #[error("openssl: {0}")]
    OpenSsl(#[from] ErrorStack),
}

impl Fault for PersonaliseError {
    fn code(&self) -> Code {
        match self {
            Self::OtherBureau { .. } => faults::PERSONALISE_OTHER_BUREAU,
            Self::Keep { .. } | Self::OpenSsl(_) => faults::PERSONALISE,
        }
    }
}

/// Makes the cards of a batch: one key pair a card and usage, a proof by each, the bureau's
/// attestation of each, and its signature over all of it. Gives the bytes of the return file. With
/// `keep_chips` the private keys stay in that directory as `<card>-<usage>.pem`, PKCS#8, mode 0600.
pub fn personalise(
    batch: &BatchFile,
    bureau: &BureauKey,
    keep_chips: Option<&Path>,
    rng: &mut dyn CryptoRng,
) -> Result<Vec<u8>, PersonaliseError> {
    if &batch.bureau != bureau.name() {
        return Err(PersonaliseError::OtherBureau {
            batch: batch.batch.clone(),
            named: batch.bureau.clone(),
            own: bureau.name().clone(),
        });
    }
    let mut keys = Vec::with_capacity(batch.cards.len() * 2);
    for card in &batch.cards {
        for &usage in &card.usages {
            let chip_key = match batch.key_algorithm {
                KeyAlgorithm::P256 => ChipKey::p256(rng)?,
            };
            if let Some(directory) = keep_chips {
                let path = directory.join(format!("{}-{usage}.pem", card.number));
                let pem = chip_key.to_pem()?;
                key::write_new(&path, &pem, 0o600)
                    .map_err(|source| PersonaliseError::Keep { path, source })?;
            }
            let public_key = chip_key.public_key()?;
            let place = KeyPlace { batch: &batch.batch, card: &card.number, order: &card.order, usage };
            let proof = chip_key.sign(&proof::signed_bytes(&place, &public_key))?;
            let made = MadeKey { place, public_key: &public_key, proof: &proof };
            let attestation = bureau.attest(&made)?;
            let (card, order) = (card.number, card.order);
            keys.push(ReturnedKey { card, order, usage, public_key, proof, attestation });
        }
    }
    let file = ReturnFile::new(batch.batch.clone(), batch.bureau.clone(), keys);
    let json = serde_json::to_vec(&file).expect("a return file has only strings as keys");
    Ok(bureau.sign(&json)?)
}
