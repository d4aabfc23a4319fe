//! OCSP (RFC 6960, profile of RFC 9919, nonce of RFC 9654): answers about one certificate at a time.
//!
//! `answers` reads a request ([`request`]), asks [`crate::status`] about each certificate, and has an answer
//! signed with the responder key that the authority itself certified (`delegate`), or puts one together around
//! a signature that was kept (`cache`). *Good* is only ever said of a certificate that was issued and stands.

pub mod ahead;
mod answer;
pub(crate) mod answers;
pub(crate) mod cache;
mod delegate;
mod draft;
mod encode;
mod generations;
mod issuers;
mod ready;
pub mod request;
mod responder;
pub mod response;
mod signing;
mod signing_health;

#[cfg(test)]
mod ahead_tests;
#[cfg(test)]
mod depth_tests;
#[cfg(test)]
mod encode_tests;
#[cfg(test)]
pub(crate) mod kept_tests;
#[cfg(test)]
mod model_tests;
#[cfg(test)]
mod nonce_tests;
#[cfg(test)]
mod ready_tests;
#[cfg(test)]
mod responder_tests;
#[cfg(test)]
mod signing_tests;
#[cfg(test)]
pub(crate) mod tests;

pub(crate) use answer::{Answer, AnswerKind};
pub use responder::{Responder, ResponderError};
