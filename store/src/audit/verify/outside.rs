use std::iter::Peekable;

use crate::audit::checkpoint::SignedCheckpoint;
use crate::audit::tree::Hash;

use super::Verified;

/// Checkpoints that somebody keeps outside the database, the smallest tree first: what its owner cannot roll
/// back with it.
pub struct Outside<'a> {
    /// Where they are kept: `witness`, `published`, a file.
    pub name: String,
    /// They; or what cannot be read, and where.
    pub checkpoints: Box<dyn Iterator<Item = Result<SignedCheckpoint, String>> + 'a>,
}

/// A source of them, while the walk goes by.
pub(super) struct Kept<'a> {
    name: String,
    checkpoints: Peekable<Box<dyn Iterator<Item = Result<SignedCheckpoint, String>> + 'a>>,
}

impl<'a> Kept<'a> {
    pub(super) fn begin(outside: Outside<'a>) -> Self {
        Self { name: outside.name, checkpoints: outside.checkpoints.peekable() }
    }

    /// Compares what this source has of trees of up to this size, whose root is now known.
    pub(super) fn compare(
        &mut self,
        found: &mut Verified,
        is_ours: &dyn Fn(&SignedCheckpoint) -> bool,
        size: u64,
        root: impl Fn() -> Hash,
    ) {
        let due = |next: &Result<SignedCheckpoint, String>| {
            next.as_ref().map_or(true, |kept| kept.checkpoint.size <= size)
        };
        while let Some(next) = self.checkpoints.next_if(due) {
            let Some(kept) = self.take(found, is_ours, next) else { continue };
            let then = kept.checkpoint.size;
            if then < size {
                found.contradiction(&self.name, then, format!("it stands behind one of {size} leaves"));
            } else if kept.checkpoint.root != root() {
                let what = "the tree had another root then: the database is not the one that it was";
                found.contradiction(&self.name, then, what);
            }
        }
    }

    /// What is left at the end stands over more leaves than there are.
    pub(super) fn conclude(
        mut self,
        found: &mut Verified,
        is_ours: &dyn Fn(&SignedCheckpoint) -> bool,
        size: u64,
    ) {
        while let Some(next) = self.checkpoints.next() {
            let Some(kept) = self.take(found, is_ours, next) else { continue };
            let (then, at) = (kept.checkpoint.size, kept.checkpoint.at);
            let what = format!("the tree had {then} leaves on {at} and has {size}: rolled back or cut");
            found.contradiction(&self.name, then, what);
        }
    }

    /// A checkpoint that reads and is the log's own.
    fn take(
        &self,
        found: &mut Verified,
        is_ours: &dyn Fn(&SignedCheckpoint) -> bool,
        next: Result<SignedCheckpoint, String>,
    ) -> Option<SignedCheckpoint> {
        found.outside += 1;
        match next {
            Ok(kept) if is_ours(&kept) => return Some(kept),
            Ok(kept) => {
                let what = "its signature is not the audit key's";
                found.contradiction(&self.name, kept.checkpoint.size, what);
            }
            Err(what) => found.contradiction(&self.name, "does not read", what),
        }
        None
    }
}
