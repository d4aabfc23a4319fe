//! The few connections and signers that answer, one to each thread that is answering.

use std::error::Error;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long a request waits for a free one before it is told to try later.
const PATIENCE: Duration = Duration::from_secs(2);

/// Why one could not be opened.
pub type OpenError = Box<dyn Error + Send + Sync>;

/// Opens one: at first, and again after one was thrown away.
pub type Open<T> = Box<dyn Fn() -> Result<T, OpenError> + Send + Sync>;

/// Opens at most `size` workers, connections or signers, when they are first needed. A worker that failed is
/// thrown away, so that a database or token that comes back is found again without a restart.
pub(crate) struct Pool<T> {
    open: Open<T>,
    size: usize,
    workers: Mutex<Workers<T>>,
    returned: Condvar,
}

struct Workers<T> {
    idle: Vec<T>,
    opened: usize,
}

impl<W> Pool<W> {
    pub(crate) fn new(size: usize, open: Open<W>) -> Self {
        let workers = Mutex::new(Workers { idle: Vec::new(), opened: 0 });
        Self { open, size: size.max(1), workers, returned: Condvar::new() }
    }

    /// A worker outside the pool, for whoever keeps one.
    pub(crate) fn open_one(&self) -> Result<W, OpenError> {
        (self.open)()
    }

    /// Gives up those that wait, as when a server is started again.
    #[cfg(test)]
    pub(crate) fn cut(&self) {
        let mut workers = self.lock();
        workers.opened -= workers.idle.len();
        workers.idle.clear();
    }

    /// Runs `f` with a worker; nothing where none can be had, or `f` failed and the worker with it. Where a
    /// worker fails that had waited in the pool, those that waited beside it are given up too, and `f` runs
    /// once more: after a database came back, nobody is told to try later by what it left behind.
    pub(crate) fn run<T, E: std::fmt::Display>(
        &self,
        mut f: impl FnMut(&mut W) -> Result<T, E>,
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
        f: &mut impl FnMut(&mut W) -> Result<T, E>,
    ) -> Option<Result<T, bool>> {
        let mut lent = self.lend()?;
        let worker = lent.worker.as_mut()?;
        Some(f(worker).map_err(|error| {
            tracing::error!(%error, "an answer failed; its connection is given up");
            lent.worker = None;
            lent.had_waited
        }))
    }

    fn lend(&self) -> Option<Lent<'_, W>> {
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
    fn lock(&self) -> MutexGuard<'_, Workers<W>> {
        self.workers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A worker on loan: back in the pool when dropped, or its place free again.
struct Lent<'p, W> {
    pool: &'p Pool<W>,
    worker: Option<W>,
    had_waited: bool,
}

impl<W> Drop for Lent<'_, W> {
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
