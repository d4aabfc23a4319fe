//! The opposition list over HTTP: its files, its changes, and a stream of what comes.

mod answers;
mod changes;
mod events;
mod files;
mod stream_slots;

#[cfg(test)]
mod tests;

pub(super) use self::answers::OppositionService;
pub(super) use self::events::{EVENTS_PATH, events};
pub(super) use self::files::VerifiedFiles;
pub use self::stream_slots::StreamLimits;
