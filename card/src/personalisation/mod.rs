//! Personalisation: cards go to a bureau in a batch, and come back as public keys made in chips.
//!
//! ```text
//! close_batch ──► BatchFile ──► bureau::personalise ──► signed return file ──► read_return_file
//!  (ordered → batched)            (another process)                      (batched → personalised)
//! ```
//!
//! Each line of a batch carries the digest of the order that was approved for the card. The chip proves
//! each key over batch, card, order, usage and key ([`proof`]); the bureau attests each key with its
//! proof ([`attestation`]) and signs the file. So a key is bound to what was approved for it, and not
//! only to a number. The certificate of each bureau is pinned where the file is read and where the keys
//! are certified (invariant 4).

pub mod attestation;
mod batch;
mod batch_file;
pub mod bureau;
mod close;
mod key_place;
mod keys;
mod order_digest;
mod print;
pub mod proof;
mod public_key;
mod reception;
mod return_file;
mod signature;

#[cfg(test)]
mod tests;

pub use batch::{
    Batch, BatchId, BureauName, MOST_CARDS, NotABatchId, NotABureauName, find_batch, open_batches,
};
pub use batch_file::{BatchFile, BatchFileError, CardToMake, Commission, KeyAlgorithm, LARGEST_BATCH_FILE};
pub use close::{CloseBatchError, batch_file, close_batch, give_up_batch};
pub use key_place::KeyPlace;
pub use keys::{CardKey, keys_of, keys_to_certify};
pub use order_digest::{NotAnOrderDigest, OrderDigest};
pub use print::{NotPrintable, Print};
pub use public_key::NotAChipKey;
pub use reception::{PersonalisedBatch, PersonalisedCard, ReadReturnError, record_return};
pub use return_file::{LARGEST_RETURN_FILE, ReturnFileError, VerifiedReturnFile, verify_return_file};
