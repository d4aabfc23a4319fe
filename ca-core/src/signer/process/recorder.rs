//! What keeps the ledger of the child, and lets answers go once their lines are on the disk.

use std::os::unix::net::UnixStream;
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex};

use store::{Timestamp, crash_point};

use super::protocol::{Answer, Frame, write_frame};
use crate::signer::SignerError;
use crate::signer::ledger::{LedgerWriter, Signed};

/// How many answers share one forced write to the disk at most.
const GROUP: usize = 256;

/// The ledger that the sessions of a child write.
pub(super) struct SharedLedger {
    writer: Mutex<LedgerWriter>,
    clock: Box<dyn Fn() -> Timestamp + Send + Sync>,
}

impl SharedLedger {
    pub(super) fn new(writer: LedgerWriter, clock: Box<dyn Fn() -> Timestamp + Send + Sync>) -> Self {
        Self { writer: Mutex::new(writer), clock }
    }

    /// Refuses what could not be written down; asked before anything is signed.
    pub(super) fn check(&self) -> Result<(), SignerError> {
        Ok(self.with(LedgerWriter::check)?)
    }

    /// Writes the line of a signature that was made this moment: the library may take the process with it over the next.
    pub(super) fn append(&self, signed: Signed) -> Result<(), SignerError> {
        Ok(self.with(|writer| writer.append(vec![signed], (self.clock)()))?)
    }

    /// Forces what is written to the disk, while sessions write more.
    fn force(&self) -> Result<(), SignerError> {
        let Some(lines) = self.with(LedgerWriter::lines_to_force)? else { return Ok(()) };
        let forced = lines.force();
        self.with(|writer| writer.forced(&forced));
        Ok(forced?)
    }

    fn with<T>(&self, act: impl FnOnce(&mut LedgerWriter) -> T) -> T {
        // After a panic in the middle of a line nobody knows what stands there: another process looks at it anew.
        act(&mut self.writer.lock().unwrap_or_else(|_| std::process::abort()))
    }
}

/// A question that a session has worked on, and whose lines it has written.
pub(super) struct Done {
    pub(super) id: u64,
    pub(super) answer: Result<Answer, SignerError>,
}

/// Lets answers go once their lines are on the disk. What cannot be written down is not answered with a signature.
pub(super) struct Recorder {
    pub(super) ledger: Arc<SharedLedger>,
    pub(super) answers: UnixStream,
}

impl Recorder {
    /// Lets go what sessions tell, all that waits with one `fdatasync`, until they have ended or the parent has.
    pub(super) fn run(mut self, told: &Receiver<Done>) {
        while let Ok(first) = told.recv() {
            let mut group = vec![first];
            group.extend(told.try_iter().take(GROUP));
            if self.let_go(group).is_err() {
                return;
            }
        }
    }

    /// Fails where the parent is gone: there is nobody to answer, and the process ends.
    pub(super) fn let_go(&mut self, group: Vec<Done>) -> std::io::Result<()> {
        let forced = match group.iter().any(has_lines) {
            true => self.ledger.force(),
            false => Ok(()),
        };
        crash_point("signer.recorded");
        for Done { id, answer } in group {
            let body = match &forced {
                Err(error) => withheld(answer, error),
                Ok(()) => answer,
            };
            write_frame(&self.answers, &Frame { id, body })?;
        }
        Ok(())
    }
}

/// Whether anything of it was signed, and written down.
fn has_lines(done: &Done) -> bool {
    match &done.answer {
        Ok(Answer::Signatures(each)) => each.iter().any(Result::is_ok),
        Ok(Answer::Mac(_) | Answer::Noted) => true,
        _ => false,
    }
}

/// An answer whose lines may not be on the disk. What was not signed keeps its own reason, a PIN that was refused above all.
fn withheld(answer: Result<Answer, SignerError>, error: &SignerError) -> Result<Answer, SignerError> {
    match answer {
        Ok(Answer::Signatures(each)) => {
            let each = each.into_iter().map(|one| one.and_then(|_| Err(error.clone())));
            Ok(Answer::Signatures(each.collect()))
        }
        Ok(Answer::Mac(_) | Answer::Noted) => Err(error.clone()),
        other => other,
    }
}
