//! What is put before the world, and when. Each function here is an idempotent reconciler: it
//! compares what is published with what should be (invariant 12).

pub mod ceremony_crl;
pub mod certificates;
pub(crate) mod coherence_statement;
mod compact_list;
pub mod crls;
mod detached_signature;
pub(crate) mod list_content;
pub(crate) mod list_file;
pub(crate) mod list_pages;
pub(crate) mod list_verifier;
pub mod opposition_list;
pub mod root_crls;
mod standing_crls;
mod urgency;

#[cfg(test)]
mod agreement_tests;
#[cfg(test)]
mod ceremony_tests;
#[cfg(test)]
mod clock_tests;
#[cfg(test)]
mod delta_tests;
#[cfg(test)]
mod folder_tests;
#[cfg(test)]
mod hold_tests;
#[cfg(test)]
mod list_restore_tests;
#[cfg(test)]
mod list_tests;
#[cfg(test)]
mod shard_tests;
#[cfg(test)]
mod size_tests;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod unknown_tests;

pub use ceremony_crl::{
    CeremonyCrl, CeremonyCrlError, SignedCrl, last_crl_of, recorded_crl, sign_ceremony_crl,
};
pub use certificates::{CertificatesError, CertificatesReport, publish_certificates};
pub use coherence_statement::{
    CoherenceStatementError, publish_coherence_statement, published_coherence_statement,
};
pub use crls::{CrlFailure, CrlReport, PublishedCrl, publish_crls, publish_crls_now};
pub use list_file::{ListFile, ListForm};
pub use opposition_list::{
    OppositionListError, OppositionListReport, publish_opposition_list, published_sequence,
};
pub use root_crls::{RootCrl, root_crls};
pub use standing_crls::{
    ListsInStep, NextCrl, StandingCrl, StandingShards, lists_in_step, standing_crls, standing_shards,
};
pub use urgency::Urgency;
