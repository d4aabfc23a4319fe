//! Requests for software certificates: of organisations, under names that they may have, and of persons (decision 43), as the
//! register or their structure's agent names them. The key pair is the applicant's own.
//!
//! [`submit`] reads the PKCS#10 request (proof of possession), asks the register, and the list of approved names for each name; [`approve`] and [`refuse`] are another person's, who can [`take_back`] either until it has taken effect; certification is the worker's.

pub mod canonical;
mod decide;
mod key_standing;
mod list;
mod personal;
mod request;
mod revocation_request;
mod revoke;
pub mod structure_names;
mod subject;
mod submit;
mod take_back;
mod take_effect;

#[cfg(test)]
mod tests;

pub use canonical::{CanonicalRequest, PERSONAL_REQUEST_ENCODING_VERSION, REQUEST_ENCODING_VERSION};
pub use decide::{DecideRequestError, approve, refuse, withdraw};
pub use list::list;
pub use request::{CertificateRequest, RequestError, RequestState, get};
pub use revocation_request::{
    AnsweredRevocations, RevocationAnswer, RevocationRequest, answer_waiting as answer_revocations,
    ask as ask_revocation, is_any_waiting as is_any_revocation_waiting, newest as newest_revocation,
    of_certificate, oldest_waiting as oldest_revocation_waiting,
};
pub use revoke::RevokeRequestError;
pub use structure_names::NameError;
pub use subject::{Person, Subject, Wanted};
pub use submit::{NewCertificateRequest, SubmitRequestError, submit};
pub use take_back::{TakeRequestBackError, all_to_take_back, may_take_back, take_back, waiting};

pub(crate) use list::{PAGE, count_outside, list_within};
pub(crate) use request::{issued_to, of_common_name, of_structure, set_status};
pub(crate) use take_effect::{one_takes_effect, took_effect};
