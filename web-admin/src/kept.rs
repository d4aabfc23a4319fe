//! What is dear to read and the same for everybody, kept for a moment: however many look, the database is asked once a second.

use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use store::Timestamp;

use crate::failure::Failure;

/// How old it may be.
const KEPT: Duration = Duration::from_secs(1);

/// The last that was read, of which one at a time is read.
pub(crate) struct Kept<T> {
    last: RwLock<Option<(Timestamp, Arc<T>)>>,
    turn: Mutex<()>,
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self { last: RwLock::new(None), turn: Mutex::new(()) }
    }
}

impl<T> Kept<T> {
    /// What was read last, where that is of now or of a moment ago. Waits for nobody who reads.
    pub(crate) fn fresh(&self, at: Timestamp) -> Option<Arc<T>> {
        let last = self.last.read().unwrap_or_else(PoisonError::into_inner);
        // One of much later is of a clock that was set back; one of a moment later was read by whoever came just behind.
        let fits = |read_at: Timestamp| at < read_at.plus(KEPT) && read_at < at.plus(KEPT);
        last.as_ref().filter(|(read_at, _)| fits(*read_at)).map(|(_, kept)| Arc::clone(kept))
    }

    /// The same; where it is too old, read anew by whoever comes first, while those who come meanwhile wait for it.
    pub(crate) fn get(
        &self,
        at: Timestamp,
        read: impl FnOnce() -> Result<T, Failure>,
    ) -> Result<Arc<T>, Failure> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = self.fresh(at) {
            return Ok(kept);
        }
        let kept = Arc::new(read()?);
        *self.last.write().unwrap_or_else(PoisonError::into_inner) = Some((at, Arc::clone(&kept)));
        Ok(kept)
    }
}
