//! Readers of what relying systems see. They share no code with what writes it: their own DER, OpenSSL for every
//! signature, and for the compact list the crate that relying systems use.

pub mod checkpoint;
pub mod cms;
pub mod crl;
mod der;
pub mod events;
pub mod list;
pub mod ocsp;
#[cfg(test)]
mod tests;

pub use der::Malformed;
