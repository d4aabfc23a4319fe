//! The one thread of the child that writes the ledger, and lets answers go once it is written.

use std::os::unix::net::UnixStream;
use std::sync::mpsc::Receiver;

use store::{Timestamp, crash_point};

use super::protocol::{Answer, Frame, write_frame};
use crate::signer::SignerError;
use crate::signer::ledger::{LedgerWriter, Signed};

/// How many answers share one write to the disk at most.
const GROUP: usize = 256;

/// A question that a session has worked on.
pub(super) struct Done {
    pub(super) id: u64,
    pub(super) answer: Result<Answer, SignerError>,
    pub(super) signed: Vec<Signed>,
}

/// Writes down what was signed, all that waits with one `fdatasync`, and only then answers. What
/// cannot be written down is not answered with a signature.
pub(super) fn record(
    mut ledger: LedgerWriter,
    told: &Receiver<Done>,
    answers: UnixStream,
    clock: Box<dyn Fn() -> Timestamp + Send>,
) {
    while let Ok(first) = told.recv() {
        let mut group = vec![first];
        group.extend(told.try_iter().take(GROUP));
        let signed: Vec<Signed> = group.iter_mut().flat_map(|done| done.signed.drain(..)).collect();
        let written = match signed.is_empty() {
            true => Ok(()),
            false => ledger.record(signed, clock()).map_err(SignerError::from),
        };
        crash_point("signer.recorded");
        for Done { id, answer, .. } in group {
            let body = match (&answer, &written) {
                (Ok(Answer::Signatures(_)), Err(error)) => Err(error.clone()),
                _ => answer,
            };
            // Where the parent is gone there is nobody to answer, and the process ends.
            if write_frame(&answers, &Frame { id, body }).is_err() {
                return;
            }
        }
    }
}
