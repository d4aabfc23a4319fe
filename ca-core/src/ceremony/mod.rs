//! Key ceremonies: from one reviewable file to a hierarchy of authorities.
//!
//! A [`Ceremony`] is read from a TOML file, checked without touching anything ([`check()`]), and held
//! once ([`run()`]): tokens are initialised, keys are made inside them, and every certificate goes
//! the same way as all others ([`crate::issuance`]), with the file itself as its evidence. The
//! [`CeremonyReport`] names what was made by fingerprints, for the witnesses to sign. The short-lived OCSP
//! responders that it provides for are made anew by the worker ([`renew_responders`]).

mod check;
mod error;
mod file;
mod report;
mod responders;
mod run;
#[cfg(test)]
mod tests;
mod tokens;

pub use check::check;
pub use error::CeremonyError;
pub use file::Ceremony;
pub use report::{CeremonyReport, ReportedCertificate, ReportedKey};
pub use responders::renew_responders;
pub use run::run;
