//! What writes the ledger of the child, and lets answers go once it is written.

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

/// Writes the ledger, and lets answers go once it is written. What cannot be written down is not answered with a
/// signature.
pub(super) struct Recorder {
    pub(super) ledger: LedgerWriter,
    pub(super) answers: UnixStream,
    pub(super) clock: Box<dyn Fn() -> Timestamp + Send>,
}

impl Recorder {
    /// Records what sessions tell, all that waits with one `fdatasync`, until they have ended or the parent has.
    pub(super) fn run(mut self, told: &Receiver<Done>) {
        while let Ok(first) = told.recv() {
            let mut group = vec![first];
            group.extend(told.try_iter().take(GROUP));
            if self.record(group).is_err() {
                return;
            }
        }
    }

    /// Fails where the parent is gone: there is nobody to answer, and the process ends.
    pub(super) fn record(&mut self, mut group: Vec<Done>) -> std::io::Result<()> {
        let signed: Vec<Signed> = group.iter_mut().flat_map(|done| done.signed.drain(..)).collect();
        let written = match signed.is_empty() {
            true => Ok(()),
            false => self.ledger.record(signed, (self.clock)()).map_err(SignerError::from),
        };
        crash_point("signer.recorded");
        for Done { id, answer, .. } in group {
            let body = match (&answer, &written) {
                (Ok(Answer::Signatures(_) | Answer::Mac(_) | Answer::Noted), Err(error)) => {
                    Err(error.clone())
                }
                _ => answer,
            };
            write_frame(&self.answers, &Frame { id, body })?;
        }
        Ok(())
    }
}
