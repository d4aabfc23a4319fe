//! A map within a bound, out of which what nobody asks for falls.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hash};
use std::mem::{replace, size_of, take};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What a key or value takes beside its place in the map.
pub(super) trait Weighs {
    /// Octets, with what an allocator adds.
    fn octets_beside(&self) -> usize;
}

/// What an allocator adds to one allocation.
pub(super) const ALLOCATED_BESIDE: usize = 16;

/// A part has two generations: what was asked for since the last change of generations, and what was before. When the
/// younger one reaches half of the part's bound, the older one is given up whole: what nobody has asked for since is
/// forgotten, and nothing is moved one by one.
#[derive(Debug)]
pub(super) struct Generations<K, V> {
    parts: Vec<Mutex<Part<K, V>>>,
    /// Octets of one generation of one part.
    bound: usize,
    hasher: RandomState,
}

#[derive(Debug)]
struct Part<K, V> {
    young: Generation<K, V>,
    old: Generation<K, V>,
}

#[derive(Debug)]
struct Generation<K, V> {
    entries: HashMap<K, V>,
    octets: usize,
}

impl<K: Eq + Hash + Weighs, V: Clone + Weighs> Generations<K, V> {
    /// Keeps at most `octets`, in so many parts, each behind its own lock; with 0 octets nothing at all.
    pub(super) fn new(octets: usize, parts: usize) -> Self {
        let bound = octets / parts / 2;
        let parts = std::iter::repeat_with(Mutex::default).take(parts).collect();
        Self { parts, bound, hasher: RandomState::new() }
    }

    /// What is kept under this key, if it is of use; the older generation keeps nothing that is not.
    pub(super) fn get<Q>(&self, key: &Q, is_of_use: impl Fn(&V) -> bool) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        let mut part = self.part(key);
        if let Some(value) = part.young.entries.get(key) {
            return is_of_use(value).then(|| value.clone());
        }
        let (key, value) = part.old.take(key).filter(|(_, value)| is_of_use(value))?;
        let given_up = part.put(key, value.clone(), self.bound);
        drop(part);
        drop(given_up);
        Some(value)
    }

    /// Keeps it in the place of an older one.
    pub(super) fn put(&self, key: K, value: V) {
        if cost(&key, &value) > self.bound {
            return;
        }
        let mut part = self.part(&key);
        part.old.take(&key);
        let given_up = part.put(key, value, self.bound);
        // Thousands of small allocations are given back, by nobody who holds the lock.
        drop(part);
        drop(given_up);
    }

    /// Whether the part of this key, with both its generations, takes less than one may by so many octets: what is put
    /// there only then never pushes anything out.
    pub(super) fn has_room(&self, key: &K, octets: usize) -> bool {
        let part = self.part(key);
        part.young.octets + part.old.octets + octets <= self.bound
    }

    /// How many are kept, and in how many octets at most.
    pub(super) fn size(&self) -> (usize, usize) {
        let sizes = self.parts.iter().map(|part| {
            let part = lock(part);
            (part.young.entries.len() + part.old.entries.len(), part.young.octets + part.old.octets)
        });
        sizes.fold((0, 0), |(count, octets), (more, and)| (count + more, octets + and))
    }

    fn part(&self, key: &(impl Hash + ?Sized)) -> MutexGuard<'_, Part<K, V>> {
        lock(&self.parts[self.hasher.hash_one(key) as usize % self.parts.len()])
    }
}

/// What one entry costs at most, octets: its place in a map that has just grown, twice the size it needs, and what its
/// key and value have beside it.
fn cost<K: Weighs, V: Weighs>(key: &K, value: &V) -> usize {
    (size_of::<(K, V)>() + 1) * 16 / 7 + key.octets_beside() + value.octets_beside()
}

/// No statement behind these locks leaves a part half changed.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<K: Eq + Hash + Weighs, V: Weighs> Part<K, V> {
    /// What is to be dropped once the lock is given back.
    fn put(&mut self, key: K, value: V, bound: usize) -> Option<Generation<K, V>> {
        let octets = cost(&key, &value);
        let given_up =
            (self.young.octets + octets > bound).then(|| replace(&mut self.old, take(&mut self.young)));
        self.young.take(&key);
        self.young.octets += octets;
        self.young.entries.insert(key, value);
        given_up
    }
}

impl<K: Eq + Hash + Weighs, V: Weighs> Generation<K, V> {
    fn take<Q>(&mut self, key: &Q) -> Option<(K, V)>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        let (key, value) = self.entries.remove_entry(key)?;
        self.octets -= cost(&key, &value);
        Some((key, value))
    }
}

impl<K, V> Default for Part<K, V> {
    fn default() -> Self {
        Self { young: Generation::default(), old: Generation::default() }
    }
}

impl<K, V> Default for Generation<K, V> {
    fn default() -> Self {
        Self { entries: HashMap::new(), octets: 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Weighs for u32 {
        fn octets_beside(&self) -> usize {
            0
        }
    }

    impl Weighs for &'static str {
        fn octets_beside(&self) -> usize {
            100
        }
    }

    #[test]
    fn the_bound_holds_and_what_is_asked_for_stays() {
        let bound = 1024 * 1024;
        let kept = Generations::new(bound, 64);
        kept.put(u32::MAX, "favourite");
        for n in 0..20_000 {
            kept.put(n, "another");
            assert!(kept.get(&u32::MAX, |_| true).is_some(), "after {n}");
        }
        let (count, octets) = kept.size();
        assert!(octets <= bound, "{octets}");
        assert!(octets > bound / 3, "{count} in {octets} octets: the room is used");
        assert!(kept.get(&0, |_| true).is_none(), "nobody asked again");
    }

    #[test]
    fn what_is_put_twice_counts_once() {
        let kept = Generations::new(1024 * 1024, 64);
        (0..1_000).for_each(|_| kept.put(1, "one"));
        assert_eq!(kept.size(), (1, cost(&1, &"one")));
    }

    #[test]
    fn without_room_nothing_is_kept() {
        let kept = Generations::new(0, 64);
        kept.put(1, "one");
        assert_eq!(kept.size(), (0, 0));
    }
}
