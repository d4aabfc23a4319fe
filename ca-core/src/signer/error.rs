//! What can go wrong between a digest and its signature.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use store::{Code, Fault};
use thiserror::Error;

use super::pin::Edition;
use super::{KeyReference, SignatureAlgorithm};
use crate::faults;

/// A signature, a key or a token that could not be had. Holds text and not the library's own error
/// types, so that it travels from a signer in another process as it is.
#[derive(Clone, Debug, Error, Serialize, Deserialize)]
pub enum SignerError {
    /// `tokens.toml` is not what it must be.
    #[error("{}: {detail}", file.display())]
    Tokens {
        /// The file.
        file: PathBuf,
        /// Line, field and rule.
        detail: String,
    },
    /// No token of this name stands in `tokens.toml`.
    #[error("no token {name:?} in tokens.toml")]
    UnknownToken {
        /// The name asked for.
        name: String,
    },
    /// The library or the token does not answer, or answers with an error that may pass.
    #[error("token {token:?}: {detail}")]
    Unavailable {
        /// The token's name, or the library's path.
        token: String,
        /// What the library said.
        detail: String,
    },
    /// The token refused the PIN; this process and its children do not try it again until its file is
    /// written anew, or touched.
    #[error(
        "token {token:?} refused its PIN, which was tried once; it is tried again once its file is touched"
    )]
    PinRefused {
        /// The token's name.
        token: String,
        /// Which edition of its file held the PIN; none of a PIN that custodians brought.
        edition: Option<Box<Edition>>,
    },
    /// A token did not answer a login, or took its process down over it, as often as is tried with one edition of a PIN file.
    #[error(
        "token {token:?} left {times} logins unanswered, and may have counted each as a wrong PIN; \
         it is tried again once its PIN file is touched"
    )]
    LoginUnanswered {
        /// The token's name.
        token: String,
        /// How many.
        times: u32,
    },
    /// A PIN file is missing, unsafe or malformed.
    #[error("PIN file {}: {detail}", file.display())]
    PinFile {
        /// The file.
        file: PathBuf,
        /// The rule it breaks.
        detail: String,
    },
    /// The token has no such key, or more than one.
    #[error("key {key}: {found} private keys have this identifier")]
    NoSuchKey {
        /// The key asked for.
        key: KeyReference,
        /// How many there are: 0, or 2 and more.
        found: usize,
    },
    /// The key cannot make this kind of signature, or the digest has the wrong length for it.
    #[error("key {key} cannot sign a digest for {algorithm}: {detail}")]
    Unsuitable {
        /// The key.
        key: Box<KeyReference>,
        /// The signature asked for.
        algorithm: SignatureAlgorithm,
        /// Why not.
        detail: String,
    },
    /// A key was made that the token does not hold as it must: extractable, not sensitive.
    #[error("token {token:?} made a key with {attribute} not as asked")]
    KeyNotProtected {
        /// The token's name.
        token: String,
        /// The PKCS#11 attribute.
        attribute: String,
    },
    /// A token with this label is initialised already: a ceremony never overwrites keys.
    #[error("token {token:?} is initialised already (label {label:?})")]
    AlreadyInitialised {
        /// The token's name.
        token: String,
        /// Its label.
        label: String,
    },
    /// The token has a key of this identifier, and it is another one: its public half is not that of
    /// the certificate.
    #[error("key {key}: the token holds another key under this identifier")]
    OtherKey {
        /// The key asked for.
        key: KeyReference,
    },
    /// What came back is no signature of this key, twice.
    #[error("the token's signature is not of key {key}")]
    WrongSignature {
        /// The key asked for.
        key: KeyReference,
    },
    /// The ledger of signed digests cannot be written or continued: nothing is signed.
    #[error("signing ledger {}: {detail}", file.display())]
    Ledger {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        detail: String,
    },
    /// The token refused an operation, or its answer is not of the form PKCS#11 says. Unlike
    /// [`SignerError::Unavailable`], waiting does not help.
    #[error("token {token:?} failed: {detail}")]
    Failed {
        /// The token's name.
        token: String,
        /// What was wrong.
        detail: String,
    },
}

impl Fault for SignerError {
    fn code(&self) -> Code {
        match self {
            Self::Tokens { .. } => faults::SIGNER_TOKENS_INVALID,
            Self::UnknownToken { .. } => faults::SIGNER_TOKEN_UNKNOWN,
            Self::Unavailable { .. } => faults::SIGNER_UNAVAILABLE,
            Self::PinRefused { .. } => faults::SIGNER_PIN_REFUSED,
            Self::LoginUnanswered { .. } => faults::SIGNER_LOGIN_UNANSWERED,
            Self::PinFile { .. } => faults::SIGNER_PIN_FILE,
            Self::NoSuchKey { .. } => faults::SIGNER_KEY_UNKNOWN,
            Self::Unsuitable { .. } => faults::SIGNER_KEY_UNSUITABLE,
            Self::KeyNotProtected { .. } => faults::SIGNER_KEY_NOT_PROTECTED,
            Self::AlreadyInitialised { .. } => faults::SIGNER_TOKEN_INITIALISED,
            Self::OtherKey { .. } => faults::SIGNER_OTHER_KEY,
            Self::WrongSignature { .. } => faults::SIGNER_WRONG_SIGNATURE,
            Self::Ledger { .. } => faults::SIGNER_LEDGER,
            Self::Failed { .. } => faults::SIGNER_FAILED,
        }
    }
}
