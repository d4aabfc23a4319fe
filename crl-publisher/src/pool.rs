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
    /// How often all were given up: one that was lent before comes back no more.
    generation: u64,
}

impl<T> Workers<T> {
    /// Takes out those that wait.
    fn take_idle(&mut self) -> Vec<T> {
        self.opened -= self.idle.len();
        std::mem::take(&mut self.idle)
    }
}

impl<W> Pool<W> {
    pub(crate) fn new(size: usize, open: Open<W>) -> Self {
        let workers = Mutex::new(Workers { idle: Vec::new(), opened: 0, generation: 0 });
        Self { open, size: size.max(1), workers, returned: Condvar::new() }
    }

    /// A worker outside the pool, for whoever keeps one.
    pub(crate) fn open_one(&self) -> Result<W, OpenError> {
        (self.open)()
    }

    /// Gives up those that wait now, and each of those that are lent when it comes back: whoever begins after this
    /// gets one that was opened after it.
    pub(crate) fn renew(&self) {
        let mut workers = self.lock();
        workers.generation += 1;
        let given_up = workers.take_idle();
        drop(workers);
        drop(given_up);
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
        let given_up = self.lock().take_idle();
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
        let generation = workers.generation;
        if let Some(worker) = workers.idle.pop() {
            return Some(Lent { pool: self, worker: Some(worker), had_waited: true, generation });
        }
        if workers.opened >= self.size {
            tracing::warn!("all {} workers are busy", self.size);
            return None;
        }
        workers.opened += 1;
        drop(workers);
        // From here on the place is taken; `Lent` gives it back whatever happens.
        let mut lent = Lent { pool: self, worker: None, had_waited: false, generation };
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
    generation: u64,
}

impl<W> Drop for Lent<'_, W> {
    fn drop(&mut self) {
        let worker = self.worker.take();
        let mut workers = self.pool.lock();
        // After a panic the connection may stand inside a transaction: give it up.
        let is_of_use = workers.generation == self.generation && !std::thread::panicking();
        match worker.filter(|_| is_of_use) {
            Some(worker) => workers.idle.push(worker),
            None => workers.opened -= 1,
        }
        drop(workers);
        self.pool.returned.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn after_all_were_given_up_nobody_gets_one_that_was_opened_before() {
        let opened = AtomicUsize::new(0);
        let counts: &'static AtomicUsize = Box::leak(Box::new(opened));
        let pool = Pool::new(2, Box::new(move || Ok(counts.fetch_add(1, Ordering::SeqCst))));
        let which = |pool: &Pool<usize>| pool.run(|one| Ok::<_, String>(*one));
        assert_eq!((which(&pool), which(&pool)), (Some(0), Some(0)), "one that waits is used again");
        pool.renew();
        assert_eq!(which(&pool), Some(1));
        let lent_meanwhile = pool.run(|one| {
            pool.renew();
            Ok::<_, String>(*one)
        });
        assert_eq!(lent_meanwhile, Some(1));
        assert_eq!(which(&pool), Some(2));
        pool.renew();
        assert_eq!((which(&pool), which(&pool)), (Some(3), Some(3)), "and no place is lost");
    }
}
