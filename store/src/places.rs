//! So many places and no more: what is dear to open, connections or signers, lent to one thread each.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// At most so many of something, kept between their uses. Who opens one, and when, is the borrower's affair.
pub struct Places<T> {
    size: usize,
    waiting: usize,
    kept: Mutex<Kept<T>>,
    returned: Condvar,
}

struct Kept<T> {
    idle: Vec<T>,
    /// Those that wait here and those that are lent.
    taken: usize,
    /// Threads that wait for a place.
    waiting: usize,
    /// How often all were given up: one that was lent before comes back no more.
    generation: u64,
}

impl<T> Places<T> {
    /// So many places, one at least, and so many threads that wait for one: whoever comes after them is refused at once.
    pub fn new(size: usize, waiting: usize) -> Self {
        let kept = Kept { idle: Vec::new(), taken: 0, waiting: 0, generation: 0 };
        Self { size: size.max(1), waiting, kept: Mutex::new(kept), returned: Condvar::new() }
    }

    /// How many there are.
    pub const fn size(&self) -> usize {
        self.size
    }

    /// A place, with what was kept in it if something was; nothing where none comes free within `patience`.
    pub fn lend(&self, patience: Duration) -> Option<Lent<'_, T>> {
        let is_full = |kept: &Kept<T>| kept.idle.is_empty() && kept.taken >= self.size;
        let mut kept = self.lock();
        if is_full(&kept) {
            if kept.waiting >= self.waiting {
                return None;
            }
            kept.waiting += 1;
            kept = self
                .returned
                .wait_timeout_while(kept, patience, |kept| is_full(kept))
                .unwrap_or_else(PoisonError::into_inner)
                .0;
            kept.waiting -= 1;
            if is_full(&kept) {
                return None;
            }
        }
        let held = kept.idle.pop();
        if held.is_none() {
            kept.taken += 1;
        }
        Some(Lent { generation: kept.generation, places: self, held })
    }

    /// Gives up those that wait now.
    pub fn give_up_idle(&self) {
        let given_up = self.lock().take_idle();
        // Closing one may take a while: nobody waits for it.
        drop(given_up);
    }

    /// The same, and each of those that are lent when it comes back: whoever begins after this gets one that was
    /// opened after it.
    pub fn renew(&self) {
        let mut kept = self.lock();
        kept.generation += 1;
        let given_up = kept.take_idle();
        drop(kept);
        drop(given_up);
    }

    /// A panic while lending harms nothing that is behind this lock.
    fn lock(&self) -> MutexGuard<'_, Kept<T>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Kept<T> {
    fn take_idle(&mut self) -> Vec<T> {
        self.taken -= self.idle.len();
        std::mem::take(&mut self.idle)
    }
}

/// A place on loan: what is in it is kept when this is dropped, and an empty one is free again.
pub struct Lent<'p, T> {
    places: &'p Places<T>,
    held: Option<T>,
    generation: u64,
}

impl<T> Lent<'_, T> {
    /// What is in it.
    pub fn held(&mut self) -> Option<&mut T> {
        self.held.as_mut()
    }

    /// Puts something into it.
    pub fn fill(&mut self, opened: T) -> &mut T {
        self.held.insert(opened)
    }

    /// Throws away what is in it.
    pub fn give_up(&mut self) {
        self.held = None;
    }
}

impl<T> Drop for Lent<'_, T> {
    fn drop(&mut self) {
        let held = self.held.take();
        let mut kept = self.places.lock();
        // After a panic a connection may stand inside a transaction: give it up.
        let is_of_use = kept.generation == self.generation && !std::thread::panicking();
        let given_up = match held {
            Some(held) if is_of_use => {
                kept.idle.push(held);
                None
            }
            other => {
                kept.taken -= 1;
                other
            }
        };
        drop(kept);
        self.places.returned.notify_one();
        drop(given_up);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    use super::*;

    const SHORT: Duration = Duration::from_millis(50);

    #[test]
    fn whatever_comes_at_once_no_more_are_opened_than_there_are_places() {
        let (places, open, most) = (Places::new(3, 64), AtomicUsize::new(0), AtomicUsize::new(0));
        thread::scope(|scope| {
            for _ in 0..32 {
                scope.spawn(|| {
                    let mut lent = places.lend(Duration::from_secs(30)).expect("a place comes free");
                    if lent.held().is_none() {
                        lent.fill(());
                        most.fetch_max(open.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    }
                    thread::sleep(Duration::from_millis(5));
                });
            }
        });
        assert!((1..=3).contains(&most.load(Ordering::SeqCst)), "{most:?}");
    }

    #[test]
    fn whoever_waits_is_refused_after_a_while_and_whoever_is_one_too_many_to_wait_at_once() {
        let places: Places<u8> = Places::new(1, 1);
        let lent = places.lend(SHORT).unwrap();
        assert!(places.lend(SHORT).is_none());
        thread::scope(|scope| {
            let waits = scope.spawn(|| places.lend(Duration::from_secs(30)).is_some());
            while places.lock().waiting == 0 {
                thread::yield_now();
            }
            assert!(places.lend(Duration::from_secs(30)).is_none(), "one waits already: no second does");
            drop(lent);
            assert!(waits.join().unwrap());
        });
        assert!(places.lend(SHORT).is_some(), "and no place is lost");
    }

    #[test]
    fn what_was_given_up_or_panicked_with_leaves_an_empty_place() {
        let places = Places::new(1, 1);
        places.lend(SHORT).unwrap().fill(1);
        let mut lent = places.lend(SHORT).unwrap();
        assert_eq!(lent.held(), Some(&mut 1));
        lent.give_up();
        drop(lent);
        assert_eq!(places.lend(SHORT).unwrap().held(), None);
        let panicked = thread::scope(|scope| {
            scope
                .spawn(|| {
                    places.lend(SHORT).unwrap().fill(2);
                    let _lent = places.lend(SHORT).unwrap();
                    panic!("as a handler may");
                })
                .join()
        });
        assert!(panicked.is_err());
        assert_eq!(places.lend(SHORT).unwrap().held(), None);
    }
}
