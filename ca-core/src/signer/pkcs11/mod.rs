//! Signing through PKCS#11 (OASIS PKCS#11 v2.40). This folder is the only place of the house that
//! calls the library.
//!
//! [`Pkcs11Module`] is the library, initialised once a process. [`Pkcs11Signer`] signs with the
//! sessions of one thread. [`Pkcs11Token`] initialises a token, makes keys, says
//! how they are protected, and destroys them.

mod encoding;
mod failure;
mod kept_key;
mod login_record;
mod mac_key;
mod module;
mod public_key;
mod signer;
mod token;

#[cfg(test)]
mod tests;

pub use kept_key::{KeyAttributes, LabelledKey};
pub use module::{Pkcs11Module, TokenPins};
pub use signer::Pkcs11Signer;
pub use token::Pkcs11Token;
