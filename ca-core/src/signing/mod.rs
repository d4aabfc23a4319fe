//! What was signed, held against what was intended.
//!
//! No signature without an intention (invariant 3): a certificate's row is its own, and everything else
//! that an authority, list or audit key signs goes through [`sign_intended`], which writes the intention
//! down first; a message authentication code goes through [`mac_intended`]. The signer's process writes a ledger of every digest
//! it has signed; [`reconcile`] reads it, holds each line against its intention, its key and what is stored of it, and raises
//! an alarm for each that does not fit. It is told everywhere until somebody has seen to it: [`acknowledge`].

mod acknowledgement;
mod awaited;
mod crl_record;
mod following;
mod intent;
mod reconciliation;
mod rereading;
mod standing;
#[cfg(test)]
mod tests;
mod unfollowed;
mod verdict;

pub use acknowledgement::{AcknowledgeError, acknowledge};
pub use intent::{IntendedError, IntendedMac, IntendedSignature, mac_intended, sign_intended};
pub use reconciliation::{Alarm, LedgerPlace, ReconcileError, Reconciled, reconcile};
pub use rereading::read_again;
pub use standing::{LedgerStanding, OpenAlarm, Standing, standing};
pub use unfollowed::{forgotten_places, waiting_since};
