//! X.509 certificates and the keys that sign them. Knows keys and names; nothing of cards,
//! orders or officers.
//!
//! The way of a certificate: [`issuance::prepare`] builds the TBS from a [`profile`] and an
//! [`identity`], has it read by the [`lint`], and records it as intended; [`issuance::issue`] has it
//! signed by a [`signer`], verifies and compares, and records it as good. [`revocation`] ends it, a [`hold`] stops it for a time;
//! a [`compromised_key`] never has one.
//! [`signing`] holds what was signed against what was intended.
//! Authorities and their keys come from a [`ceremony`]; the next [`responder`] is asked for by the last one.

pub mod authority;
pub mod authority_end;
pub mod ceremony;
pub mod certificate;
pub mod certs_only;
pub mod compromised_key;
pub mod csr;
pub mod epoch;
pub mod faults;
pub mod hold;
pub mod identity;
pub mod issuance;
pub mod job_run;
pub mod key_policy;
pub mod lint;
pub mod profile;
pub mod relint;
pub mod responder;
pub mod revocation;
mod rsa_public_key;
pub mod serial;
pub mod service_key;
pub mod shard;
pub mod signer;
pub mod signer_standing;
pub mod signing;
pub mod status_log;
pub mod subject;
pub mod tbs;
