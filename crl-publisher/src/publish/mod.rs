//! What is put before the world, and when. Each function here is an idempotent reconciler: it
//! compares what is published with what should be (invariant 12).

pub mod certificates;
mod compact_list;
pub mod crls;
mod detached_signature;
pub(crate) mod list_content;
pub(crate) mod list_file;
mod list_pages;
pub(crate) mod list_verifier;
pub mod opposition_list;

#[cfg(test)]
mod clock_tests;
#[cfg(test)]
mod folder_tests;
#[cfg(test)]
mod list_restore_tests;
#[cfg(test)]
mod list_tests;
#[cfg(test)]
mod tests;

pub use certificates::{CertificatesError, CertificatesReport, publish_certificates};
pub use crls::{CrlFailure, CrlReport, PublishedCrl, publish_crls, publish_crls_now};
pub use list_file::{ListFile, ListForm};
pub use opposition_list::{
    OppositionListError, OppositionListReport, publish_opposition_list, published_sequence,
};
