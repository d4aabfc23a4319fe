//! OCSP (RFC 6960, profile of RFC 9919, nonce of RFC 9654): answers about one certificate at a time.
//!
//! [`Responder::answer`] reads a request ([`request`]), looks each certificate up
//! ([`StatusView`]), and signs a [`response`] with the responder key that the authority itself
//! certified. Looking up and signing are apart, so that the one can be answered from memory and
//! the other from a cache. *Good* is only ever said of a certificate that was issued and stands.

mod answer;
mod delegate;
mod issuers;
pub mod request;
mod responder;
pub mod response;
mod status_view;

#[cfg(test)]
mod tests;

pub use answer::{Answer, AnswerKind};
pub use responder::{Responder, ResponderError};
pub use status_view::{Status, StatusView};
