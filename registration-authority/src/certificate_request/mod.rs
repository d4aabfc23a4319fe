//! Requests for software certificates of organisations: a key pair that the structure made itself, under names
//! that it may have.
//!
//! [`submit`] reads the PKCS#10 request (proof of possession), asks the register for the structure and the list of
//! approved names for each name; [`approve`] and [`refuse`] are another person's; certification is the worker's.

pub mod canonical;
mod decide;
mod request;
pub mod structure_names;
mod submit;

#[cfg(test)]
mod tests;

pub use canonical::{CanonicalRequest, REQUEST_ENCODING_VERSION};
pub use decide::{DecideRequestError, approve, refuse, withdraw};
pub use request::{CertificateRequest, RequestError, RequestState, get, list};
pub use structure_names::NameError;
pub use submit::{NewCertificateRequest, SubmitRequestError, submit};

pub(crate) use request::{of_common_name, set_status};
