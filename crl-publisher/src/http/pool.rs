//! The few connections and signers that answer, one to each thread that is answering.

use std::error::Error;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ca_core::signer::Signer;
use store::Database;

/// How long a request waits for a free worker before it is told to try later.
const PATIENCE: Duration = Duration::from_secs(2);

/// What one answer needs.
pub struct StatusWorker {
    /// A connection of the status role.
    pub db: Database,
    /// Holds the OCSP keys and no other.
    pub signer: Box<dyn Signer>,
}

/// Why a worker could not be opened.
pub type WorkerError = Box<dyn Error + Send + Sync>;

/// Opens a worker: at first, and again after one was thrown away.
pub type OpenWorker = Box<dyn Fn() -> Result<StatusWorker, WorkerError> + Send + Sync>;

/// Opens at most `size` workers, when they are first needed. A worker that failed is thrown away,
/// so that a database or token that comes back is found again without a restart.
pub(crate) struct Pool {
    open: OpenWorker,
    size: usize,
    workers: Mutex<Workers>,
    returned: Condvar,
}

#[derive(Default)]
struct Workers {
    idle: Vec<StatusWorker>,
    opened: usize,
}

impl Pool {
    pub(crate) fn new(size: usize, open: OpenWorker) -> Self {
        Self { open, size: size.max(1), workers: Mutex::default(), returned: Condvar::new() }
    }

    /// Runs `f` with a worker; nothing where none can be had, or `f` failed and the worker with it. Where a
    /// worker fails that had waited in the pool, those that waited beside it are given up too, and `f` runs
    /// once more: after a database came back, nobody is told to try later by what it left behind.
    pub(crate) fn run<T, E: std::fmt::Display>(
        &self,
        mut f: impl FnMut(&mut StatusWorker) -> Result<T, E>,
    ) -> Option<T> {
        let had_waited = match self.attempt(&mut f)? {
            Ok(value) => return Some(value),
            Err(had_waited) => had_waited,
        };
        if !had_waited {
            return None;
        }
        let mut workers = self.lock();
        workers.opened -= workers.idle.len();
        let given_up = std::mem::take(&mut workers.idle);
        drop(workers);
        drop(given_up);
        self.attempt(&mut f)?.ok()
    }

    /// One run of `f`; where it fails, whether its worker had waited in the pool.
    fn attempt<T, E: std::fmt::Display>(
        &self,
        f: &mut impl FnMut(&mut StatusWorker) -> Result<T, E>,
    ) -> Option<Result<T, bool>> {
        let mut lent = self.lend()?;
        let worker = lent.worker.as_mut()?;
        Some(f(worker).map_err(|error| {
            tracing::error!(%error, "an answer failed; its connection is given up");
            lent.worker = None;
            lent.had_waited
        }))
    }

    fn lend(&self) -> Option<Lent<'_>> {
        let (mut workers, _) = self
            .returned
            .wait_timeout_while(self.lock(), PATIENCE, |workers| {
                workers.idle.is_empty() && workers.opened >= self.size
            })
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(worker) = workers.idle.pop() {
            return Some(Lent { pool: self, worker: Some(worker), had_waited: true });
        }
        if workers.opened >= self.size {
            tracing::warn!("all {} workers are busy", self.size);
            return None;
        }
        workers.opened += 1;
        drop(workers);
        // From here on the place is taken; `Lent` gives it back whatever happens.
        let mut lent = Lent { pool: self, worker: None, had_waited: false };
        match (self.open)() {
            Ok(worker) => lent.worker = Some(worker),
            Err(error) => {
                tracing::error!(%error, "no worker can be opened");
                return None;
            }
        }
        Some(lent)
    }

    /// A panic while lending harms nothing that is behind this lock.
    fn lock(&self) -> MutexGuard<'_, Workers> {
        self.workers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A worker on loan: back in the pool when dropped, or its place free again.
struct Lent<'p> {
    pool: &'p Pool,
    worker: Option<StatusWorker>,
    had_waited: bool,
}

impl Drop for Lent<'_> {
    fn drop(&mut self) {
        let mut workers = self.pool.lock();
        // After a panic the connection may stand inside a transaction: give it up.
        match self.worker.take().filter(|_| !std::thread::panicking()) {
            Some(worker) => workers.idle.push(worker),
            None => workers.opened -= 1,
        }
        drop(workers);
        self.pool.returned.notify_one();
    }
}
