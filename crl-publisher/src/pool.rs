//! The few connections and signers that answer, one to each thread that is answering.

use std::error::Error;
use std::time::Duration;

use store::places::{Lent, Places};

/// How long a request waits for a free one before it is told to try later.
const PATIENCE: Duration = Duration::from_secs(2);

/// Why one could not be opened.
pub type OpenError = Box<dyn Error + Send + Sync>;

/// Opens one: at first, and again after one was thrown away.
pub type Open<T> = Box<dyn Fn() -> Result<T, OpenError> + Send + Sync>;

/// Why nobody did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Missed {
    /// Each is at work for somebody else, and none came back in time.
    Busy,
    /// None can be opened, or the one that was failed.
    Failed,
}

/// Opens at most `size` workers, connections or signers, when they are first needed. A worker that failed is
/// thrown away, so that a database or token that comes back is found again without a restart.
pub(crate) struct Pool<T> {
    open: Open<T>,
    places: Places<T>,
}

impl<W> Pool<W> {
    pub(crate) fn new(size: usize, open: Open<W>) -> Self {
        // As many as answer may wait: the listener bounds them.
        Self { open, places: Places::new(size, usize::MAX) }
    }

    /// A worker outside the pool, for whoever keeps one.
    pub(crate) fn open_one(&self) -> Result<W, OpenError> {
        (self.open)()
    }

    /// Gives up those that wait now, and each of those that are lent when it comes back: whoever begins after this
    /// gets one that was opened after it.
    pub(crate) fn renew(&self) {
        self.places.renew();
    }

    /// Runs `f` with a worker; nothing where none can be had, or `f` failed and the worker with it. Where a
    /// worker fails that had waited in the pool, those that waited beside it are given up too, and `f` runs
    /// once more: after a database came back, nobody is told to try later by what it left behind.
    pub(crate) fn run<T, E: std::fmt::Display>(&self, f: impl FnMut(&mut W) -> Result<T, E>) -> Option<T> {
        self.run_or_say(f).ok()
    }

    /// The same, and why there is nothing.
    pub(crate) fn run_or_say<T, E: std::fmt::Display>(
        &self,
        mut f: impl FnMut(&mut W) -> Result<T, E>,
    ) -> Result<T, Missed> {
        let had_waited = match self.attempt(&mut f)? {
            Ok(value) => return Ok(value),
            Err(had_waited) => had_waited,
        };
        if !had_waited {
            return Err(Missed::Failed);
        }
        self.places.give_up_idle();
        self.attempt(&mut f).ok().and_then(Result::ok).ok_or(Missed::Failed)
    }

    /// One run of `f`; where it fails, whether its worker had waited in the pool.
    fn attempt<T, E: std::fmt::Display>(
        &self,
        f: &mut impl FnMut(&mut W) -> Result<T, E>,
    ) -> Result<Result<T, bool>, Missed> {
        let mut lent = self.lend().ok_or(Missed::Busy)?;
        let had_waited = lent.held().is_some();
        if !had_waited {
            match (self.open)() {
                Ok(worker) => {
                    lent.fill(worker);
                }
                Err(error) => {
                    tracing::error!(%error, "no worker can be opened");
                    return Err(Missed::Failed);
                }
            }
        }
        let worker = lent.held().ok_or(Missed::Failed)?;
        Ok(f(worker).map_err(|error| {
            tracing::error!(%error, "an answer failed; its connection is given up");
            lent.give_up();
            had_waited
        }))
    }

    fn lend(&self) -> Option<Lent<'_, W>> {
        let lent = self.places.lend(PATIENCE);
        if lent.is_none() {
            tracing::warn!("all {} workers are busy", self.places.size());
        }
        lent
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
