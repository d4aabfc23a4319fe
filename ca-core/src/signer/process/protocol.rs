//! What parent and child say: frames of a length and JSON, each with the number of its request.

use std::io::{self, Read, Write};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::profile::KeyKind;
#[cfg(doc)]
use crate::signer::MacRequest;
use crate::signer::{KeyId, KeyReference, SignatureAlgorithm, SignerError};

/// The longest frame: [`super::MOST_DIGESTS`] digests with their subjects, or as many signatures of
/// RSA-4096, need less than half of it.
const LONGEST_FRAME: usize = 256 * 1024;

/// A message and the request it belongs to: many are under way at once.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Frame<T> {
    pub(super) id: u64,
    pub(super) body: T,
}

/// What the parent asks.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) enum Question {
    /// Signatures of one key.
    Sign { key: KeyReference, public_key: Octets, digests: Vec<DigestToSign> },
    /// Signatures of one key that did not verify, to be written down: how many, and the first.
    Refused { key: KeyReference, count: usize, first: DigestToSign },
    /// The public half of a key.
    PublicKey { key: KeyReference },
    /// Whether a token stands initialised.
    IsInitialised { token: String },
    /// A token to be initialised.
    Initialise { token: String },
    /// A key pair to be made.
    GenerateKey { token: String, kind: KeyKind, label: String },
    /// The keys with a label.
    KeysLabelled { token: String, label: String },
    /// The secret key with a label, made where there is none.
    MacKey { token: String, label: String },
    /// A message authentication code.
    Mac { key: KeyReference, message: MessageToAuthenticate },
    /// A key pair to be destroyed.
    DestroyKey { token: String, id: KeyId },
}

/// One digest of a question.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct DigestToSign {
    pub(super) algorithm: SignatureAlgorithm,
    #[serde(with = "hex::serde")]
    pub(super) digest: Vec<u8>,
    pub(super) subject: String,
}

/// What a code is made over, and what is written down of it ([`MacRequest::commitment`]).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct MessageToAuthenticate {
    #[serde(with = "hex::serde")]
    pub(super) nonce: [u8; 32],
    #[serde(with = "hex::serde")]
    pub(super) message: Vec<u8>,
    pub(super) subject: String,
}

/// What the child answers.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Answer {
    /// In the order of the digests.
    Signatures(Vec<Result<Octets, SignerError>>),
    /// Written down.
    Noted,
    /// SubjectPublicKeyInfo, DER.
    PublicKey(Octets),
    /// Yes or no.
    IsInitialised(bool),
    /// Done.
    Initialised,
    /// A key pair: identifier and SubjectPublicKeyInfo.
    Key { id: KeyId, public_key: Octets },
    /// Each with its SubjectPublicKeyInfo where it is a whole and protected pair.
    Keys(Vec<(KeyId, Option<Octets>)>),
    /// The identifier of a secret key.
    MacKey(KeyId),
    /// HMAC with SHA-256.
    Mac(Octets),
    /// Done.
    Destroyed,
}

/// Octets, in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Octets(#[serde(with = "hex::serde")] pub(super) Vec<u8>);

/// Writes one frame.
pub(super) fn write_frame<T: Serialize>(mut to: impl Write, frame: &Frame<T>) -> io::Result<()> {
    let mut octets = vec![0; 4];
    serde_json::to_writer(&mut octets, frame)?;
    let length = octets.len() - 4;
    if length > LONGEST_FRAME {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("a frame of {length} octets")));
    }
    let prefix = u32::try_from(length).expect("the longest frame is shorter than 4 GiB").to_be_bytes();
    octets[..4].copy_from_slice(&prefix);
    // One write: frames of several threads do not mix, and a lock is held shortly.
    to.write_all(&octets)
}

/// Reads one frame; nothing at the end of the stream.
pub(super) fn read_frame<T: DeserializeOwned>(mut from: impl Read) -> io::Result<Option<Frame<T>>> {
    let mut prefix = [0; 4];
    match from.read(&mut prefix)? {
        0 => return Ok(None),
        read => from.read_exact(&mut prefix[read..])?,
    }
    let length = u32::from_be_bytes(prefix) as usize;
    if length > LONGEST_FRAME {
        return Err(io::Error::new(io::ErrorKind::InvalidData, format!("a frame of {length} octets")));
    }
    let mut octets = vec![0; length];
    from.read_exact(&mut octets)?;
    Ok(Some(serde_json::from_slice(&octets)?))
}
