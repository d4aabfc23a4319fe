//! One signature, or one reading of a file, for all who ask the same at the same time.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long somebody waits for what another is making.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    /// Everybody.
    everybody: Duration,
    /// The few who wait on after that, all together.
    few: Duration,
    /// How many these are at most: each keeps a thread that answers.
    at_most: usize,
}

impl Patience {
    /// For a signature: who asked has a request of his own to give up.
    pub(crate) const OF_A_SIGNATURE: Self =
        Self { everybody: Duration::from_secs(5), few: Duration::ZERO, at_most: 0 };

    /// For a file: a slow disk gives it in the end, and whoever fetches a CRL waits longer than five seconds for it. A crowd is
    /// told to come back, since the threads that it would keep answer OCSP requests too.
    pub(crate) const OF_A_FILE: Self =
        Self { everybody: Duration::from_secs(5), few: Duration::from_secs(60), at_most: 32 };
}

/// How somebody waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Waits {
    /// As one of the few, if there is a place.
    Patiently,
    /// As everybody, having another way.
    Briefly,
}

/// Why somebody who waited for what another was making has nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unshared {
    /// It is still being made.
    Overdue,
    /// Whoever made it panicked.
    Lost,
}

/// What is being made, by key.
#[derive(Debug)]
pub(crate) struct Flights<K, T> {
    under_way: Mutex<HashMap<K, Arc<Flight<T>>>>,
    patience: Patience,
    /// How many wait on.
    patient: AtomicUsize,
}

#[derive(Debug)]
struct Flight<T> {
    outcome: Mutex<Outcome<T>>,
    landed: Condvar,
}

#[derive(Debug)]
enum Outcome<T> {
    Awaited,
    Landed(T),
    /// Whoever made it panicked.
    Lost,
}

impl<K, T> Flights<K, T> {
    pub(crate) fn new(patience: Patience) -> Self {
        Self { under_way: Mutex::default(), patience, patient: AtomicUsize::new(0) }
    }
}

impl<K: Clone + Eq + Hash, T: Clone> Flights<K, T> {
    /// What `make` gives: made here, or by another who was making it when we came. An error where that one
    /// panicked or takes too long. No lock is held while it is made.
    pub(crate) fn share(&self, key: &K, make: impl FnOnce() -> T) -> Result<T, Unshared> {
        self.share_as(Waits::Patiently, key, make)
    }

    /// The same for who may have another way.
    pub(crate) fn share_as(&self, waits: Waits, key: &K, make: impl FnOnce() -> T) -> Result<T, Unshared> {
        let flight = {
            let mut under_way = lock(&self.under_way);
            if let Some(flight) = under_way.get(key) {
                let flight = Arc::clone(flight);
                drop(under_way);
                return self.wait(waits, &flight);
            }
            let flight = Arc::new(Flight { outcome: Mutex::new(Outcome::Awaited), landed: Condvar::new() });
            under_way.insert(key.clone(), Arc::clone(&flight));
            flight
        };
        let landing = Landing { flights: self, key, flight };
        let made = make();
        *lock(&landing.flight.outcome) = Outcome::Landed(made.clone());
        Ok(made)
    }

    fn wait(&self, waits: Waits, flight: &Flight<T>) -> Result<T, Unshared> {
        let Patience { everybody, few, at_most } = self.patience;
        match flight.within(everybody) {
            Err(Unshared::Overdue) if waits == Waits::Patiently => {
                let before = self.patient.fetch_add(1, Ordering::Relaxed);
                let waited = if before < at_most { flight.within(few) } else { Err(Unshared::Overdue) };
                self.patient.fetch_sub(1, Ordering::Relaxed);
                waited
            }
            outcome => outcome,
        }
    }
}

impl<T: Clone> Flight<T> {
    fn within(&self, patience: Duration) -> Result<T, Unshared> {
        let (outcome, _) = self
            .landed
            .wait_timeout_while(lock(&self.outcome), patience, |outcome| matches!(outcome, Outcome::Awaited))
            .unwrap_or_else(PoisonError::into_inner);
        match &*outcome {
            Outcome::Landed(made) => Ok(made.clone()),
            Outcome::Lost => Err(Unshared::Lost),
            Outcome::Awaited => Err(Unshared::Overdue),
        }
    }
}

/// Ends the flight, whatever happened.
struct Landing<'f, K: Eq + Hash, T> {
    flights: &'f Flights<K, T>,
    key: &'f K,
    flight: Arc<Flight<T>>,
}

impl<K: Eq + Hash, T> Drop for Landing<'_, K, T> {
    fn drop(&mut self) {
        lock(&self.flights.under_way).remove(self.key);
        let mut outcome = lock(&self.flight.outcome);
        if matches!(*outcome, Outcome::Awaited) {
            *outcome = Outcome::Lost;
        }
        drop(outcome);
        self.flight.landed.notify_all();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread;
    use std::time::Instant;

    use super::*;

    const LONG: Duration = Duration::from_secs(600);

    /// Waits until so many wait on.
    fn until_patient(flights: &Flights<(), u8>, count: usize) {
        let began = Instant::now();
        while flights.patient.load(Ordering::Relaxed) != count {
            assert!(began.elapsed() < Duration::from_secs(20), "they do not wait on");
            thread::sleep(Duration::from_millis(1));
        }
    }

    #[test]
    fn what_takes_longer_is_given_to_the_few_who_wait_on_and_to_no_crowd() {
        let patience = Patience { everybody: Duration::from_millis(5), few: LONG, at_most: 2 };
        let flights = &Flights::new(patience);
        let (begins, begun) = mpsc::channel();
        let (lands, landing) = mpsc::channel();
        // What is sent by it is gone where it fails, so that nobody waits on.
        thread::scope(move |scope| {
            scope.spawn(move || {
                let make = || {
                    begins.send(()).unwrap();
                    landing.recv().unwrap()
                };
                assert_eq!(flights.share(&(), make), Ok(7));
            });
            begun.recv().unwrap();
            let waits = || flights.share(&(), || unreachable!("it is under way"));
            let briefly = flights.share_as(Waits::Briefly, &(), || unreachable!("it is under way"));
            assert_eq!(briefly, Err(Unshared::Overdue));
            let few = [scope.spawn(waits), scope.spawn(waits)];
            until_patient(flights, 2);
            assert_eq!(waits(), Err(Unshared::Overdue), "two wait on already");
            lands.send(7).unwrap();
            assert_eq!(few.map(|one| one.join().unwrap()), [Ok(7), Ok(7)]);
        });
        assert_eq!(flights.patient.load(Ordering::Relaxed), 0);
        assert_eq!(flights.share(&(), || 8), Ok(8), "the next one is made anew");
    }

    #[test]
    fn what_is_lost_is_waited_for_by_nobody() {
        let flights: &Flights<(), u8> = &Flights::new(Patience { everybody: LONG, few: LONG, at_most: 1 });
        let (begins, begun) = mpsc::channel();
        thread::scope(|scope| {
            let makes = scope.spawn(move || {
                flights.share(&(), || {
                    begins.send(()).unwrap();
                    thread::sleep(Duration::from_millis(50));
                    panic!("as a reader does")
                })
            });
            begun.recv().unwrap();
            assert_eq!(flights.share(&(), || 9), Err(Unshared::Lost));
            assert!(makes.join().is_err());
        });
    }
}
