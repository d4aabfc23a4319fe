//! The public folder, copied to a store that speaks S3.
//!
//! What is published is what stands in the folder; the store follows it, object by object, each of which changes whole.
//! Nothing there ever goes back: an object says which CRL number, sequence or size of the audit tree it has, and one that
//! says more than the folder is left alone, loudly, because the folder was restored from a backup then. Where the database was
//! restored with it, what the store has is brought back before anything is published; and where that could not be done, an object that
//! says that something has ended of which the database knows nothing is left alone until it does.

mod files;
#[cfg(test)]
mod fixture;
mod mirror;
mod objects;
mod store;
mod take_back;
mod verdict;

pub use mirror::{Kept, Mirror, MirrorError, MirrorFailure, Mirrored};
pub use store::{ObjectStore, ObjectStoreError, ObjectStoreSettings, SettingsError};
pub use take_back::{Brought, Errand};
