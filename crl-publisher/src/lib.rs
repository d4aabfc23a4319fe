//! What relying systems see: CRLs, deltas, OCSP answers, opposition lists, CA certificates.
//!
//! Only verified bytes leave: a CRL is signed, read back by a reader that is not its writer, and
//! its set of entries compared with the database and with the CRL before it; what passes is a
//! [`crl::VerifiedCrl`], and nothing else can be recorded or published. OCSP answers are cut from
//! the same rows, so that the two cannot disagree for longer than one publication.
//!
//! This crate writes one table, `crls`, and the folder `public/` of the installation. It holds no
//! rule of registration (it never depends on `registration-authority`).

pub mod compact_list;
pub mod crl;
mod entity_tag;
pub mod faults;
mod flights;
pub mod folder;
pub mod http;
pub mod object_store;
pub mod ocsp;
pub mod policy;
mod pool;
pub mod publish;
pub mod status;

#[cfg(test)]
mod fixture;

pub use folder::PublicFolder;
pub use policy::PublicationPolicy;
pub use pool::{Open, OpenError};
