//! One signature, or one reading of a file, for all who ask the same at the same time.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long somebody waits for what another is making.
const PATIENCE: Duration = Duration::from_secs(5);

/// What is being made, by key.
#[derive(Debug)]
pub(crate) struct Flights<K, T> {
    under_way: Mutex<HashMap<K, Arc<Flight<T>>>>,
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

impl<K, T> Default for Flights<K, T> {
    fn default() -> Self {
        Self { under_way: Mutex::default() }
    }
}

impl<K: Clone + Eq + Hash, T: Clone> Flights<K, T> {
    /// What `make` gives: made here, or by another who was making it when we came. Nothing where that one
    /// panicked or takes too long. No lock is held while it is made.
    pub(crate) fn share(&self, key: &K, make: impl FnOnce() -> T) -> Option<T> {
        let flight = {
            let mut under_way = lock(&self.under_way);
            if let Some(flight) = under_way.get(key) {
                let flight = Arc::clone(flight);
                drop(under_way);
                return flight.wait();
            }
            let flight = Arc::new(Flight { outcome: Mutex::new(Outcome::Awaited), landed: Condvar::new() });
            under_way.insert(key.clone(), Arc::clone(&flight));
            flight
        };
        let landing = Landing { flights: self, key, flight };
        let made = make();
        *lock(&landing.flight.outcome) = Outcome::Landed(made.clone());
        Some(made)
    }
}

impl<T: Clone> Flight<T> {
    fn wait(&self) -> Option<T> {
        let (outcome, _) = self
            .landed
            .wait_timeout_while(lock(&self.outcome), PATIENCE, |outcome| matches!(outcome, Outcome::Awaited))
            .unwrap_or_else(PoisonError::into_inner);
        match &*outcome {
            Outcome::Landed(made) => Some(made.clone()),
            Outcome::Awaited | Outcome::Lost => None,
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
