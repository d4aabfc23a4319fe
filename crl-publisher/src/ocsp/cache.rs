//! Signatures that are sent again, within a bound.
//!
//! Only what cannot be worked out is kept: the signature and two moments; the rest of an answer is put together
//! from the question. The status that was signed is kept beside them and compared with the one that stands, so
//! that nothing has to be thrown away when a certificate is revoked.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::mem::{size_of, take};
use std::sync::{Mutex, PoisonError};

use store::Timestamp;

use super::delegate::Delegate;
use super::request::CertId;
use crate::status::Standing;
use crate::status::image::{SerialKey, serial_key};
use ca_core::serial::SerialNumber;
use const_oid::db::rfc5912::{ID_SHA_1, ID_SHA_256};

/// Which answer: whose, to a CertID of which form, about which certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct AnswerKey {
    responder: [u8; 7],
    form: u8,
    serial: SerialKey,
}

impl AnswerKey {
    /// Nothing where the CertID is of no form that clients send: SHA-1 or SHA-256, parameters NULL or absent.
    pub(super) fn of(delegate: &Delegate, cert_id: &CertId, serial: &SerialNumber) -> Option<Self> {
        let hash = match cert_id.hash_algorithm.oid {
            ID_SHA_1 => 0,
            ID_SHA_256 => 2,
            _ => return None,
        };
        let parameters = match &cert_id.hash_algorithm.parameters {
            None => 0,
            Some(any) if any.is_null() => 1,
            Some(_) => return None,
        };
        let serial = serial_key(serial);
        Some(Self { responder: delegate.fingerprint, form: hash + parameters, serial })
    }
}

/// A signature, what it says and when it was made.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(super) standing: Standing,
    this_update: u32,
    produced_at: u32,
    pub(super) signature: Box<[u8]>,
}

impl Kept {
    /// Nothing before 1970 or after 2106, which no four octets hold.
    pub(super) fn new(
        standing: Standing,
        this_update: Timestamp,
        produced_at: Timestamp,
        signature: Vec<u8>,
    ) -> Option<Self> {
        let this_update = u32::try_from(this_update.seconds()).ok()?;
        let produced_at = u32::try_from(produced_at.seconds()).ok()?;
        Some(Self { standing, this_update, produced_at, signature: signature.into_boxed_slice() })
    }

    pub(super) fn this_update(&self) -> Timestamp {
        Timestamp::from_seconds(self.this_update.into())
    }

    pub(super) fn produced_at(&self) -> Timestamp {
        Timestamp::from_seconds(self.produced_at.into())
    }
}

/// What one entry costs at most, octets: its place in a map that has just grown, twice the size it needs, and its
/// signature with what an allocator adds.
fn cost(kept: &Kept) -> usize {
    const ALLOCATED_BESIDE: usize = 16;
    (size_of::<(AnswerKey, Kept)>() + 1) * 16 / 7 + kept.signature.len() + ALLOCATED_BESIDE
}

/// How many parts the cache has, each behind its own lock.
const PARTS: usize = 64;

/// The kept signatures. A part has two generations: what was asked for since the last change of generations, and
/// what was before. When the younger one reaches half of the part's bound, the older one is given up whole: what
/// nobody has asked for since is forgotten, and nothing is moved one by one.
#[derive(Debug)]
pub(crate) struct AnswerCache {
    parts: Vec<Mutex<Part>>,
    /// Octets of one generation of one part.
    bound: usize,
    hasher: RandomState,
}

#[derive(Debug, Default)]
struct Part {
    young: Generation,
    old: Generation,
}

#[derive(Debug, Default)]
struct Generation {
    answers: HashMap<AnswerKey, Kept>,
    octets: usize,
}

impl AnswerCache {
    /// Keeps at most `octets`; with 0 nothing at all.
    pub(crate) fn new(octets: usize) -> Self {
        let parts = std::iter::repeat_with(Mutex::default).take(PARTS).collect();
        Self { parts, bound: octets / PARTS / 2, hasher: RandomState::new() }
    }

    /// The kept signature, if it says this.
    pub(super) fn get(&self, key: &AnswerKey, standing: Standing) -> Option<Kept> {
        let mut part = self.part(key);
        if let Some(kept) = part.young.answers.get(key) {
            return (kept.standing == standing).then(|| kept.clone());
        }
        let kept = part.old.take(key)?;
        if kept.standing != standing {
            return None;
        }
        let given_up = part.put(*key, kept.clone(), self.bound);
        drop(part);
        drop(given_up);
        Some(kept)
    }

    /// Keeps a signature in the place of an older one.
    pub(super) fn put(&self, key: AnswerKey, kept: Kept) {
        if cost(&kept) > self.bound {
            return;
        }
        let mut part = self.part(&key);
        part.old.take(&key);
        let given_up = part.put(key, kept, self.bound);
        // Thousands of small allocations are given back, by nobody who holds the lock.
        drop(part);
        drop(given_up);
    }

    /// What is kept: signatures, and octets at most.
    pub(crate) fn size(&self) -> (usize, usize) {
        let sizes = self.parts.iter().map(|part| {
            let part = part.lock().unwrap_or_else(PoisonError::into_inner);
            (part.young.answers.len() + part.old.answers.len(), part.young.octets + part.old.octets)
        });
        sizes.fold((0, 0), |(count, octets), (more, and)| (count + more, octets + and))
    }

    fn part(&self, key: &AnswerKey) -> std::sync::MutexGuard<'_, Part> {
        let place = self.hasher.hash_one(key) as usize % PARTS;
        self.parts[place].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Part {
    /// What is to be dropped once the lock is given back.
    fn put(&mut self, key: AnswerKey, kept: Kept, bound: usize) -> Option<Generation> {
        let given_up = (self.young.octets + cost(&kept) > bound)
            .then(|| std::mem::replace(&mut self.old, take(&mut self.young)));
        self.young.octets += cost(&kept);
        if let Some(before) = self.young.answers.insert(key, kept) {
            self.young.octets -= cost(&before);
        }
        given_up
    }
}

impl Generation {
    fn take(&mut self, key: &AnswerKey) -> Option<Kept> {
        let kept = self.answers.remove(key)?;
        self.octets -= cost(&kept);
        Some(kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(n: u32) -> AnswerKey {
        let mut serial = [0; 20];
        serial[16..].copy_from_slice(&n.to_be_bytes());
        AnswerKey { responder: [1; 7], form: 0, serial }
    }

    fn kept() -> Kept {
        let moment = Timestamp::from_seconds(1_800_000_000);
        Kept::new(Standing::GOOD, moment, moment, vec![7; 71]).unwrap()
    }

    #[test]
    fn the_bound_holds_and_what_is_asked_for_stays() {
        let bound = 1024 * 1024;
        let cache = AnswerCache::new(bound);
        let favourite = key(u32::MAX);
        cache.put(favourite, kept());
        for n in 0..20_000 {
            cache.put(key(n), kept());
            assert!(cache.get(&favourite, Standing::GOOD).is_some(), "after {n}");
        }
        let (count, octets) = cache.size();
        assert!(octets <= bound, "{octets}");
        assert!(octets > bound / 3, "{count} answers in {octets} octets: the room is used");
        assert!(cache.get(&key(0), Standing::GOOD).is_none(), "nobody asked again");
    }

    #[test]
    fn an_answer_that_says_something_else_is_not_found() {
        let cache = AnswerCache::new(1024 * 1024);
        cache.put(key(1), kept());
        let revoked = crate::status::Status::Revoked { at: Timestamp::from_seconds(1), reason: None };
        assert!(cache.get(&key(1), Standing::of(&revoked).unwrap()).is_none());
        assert!(cache.get(&key(1), Standing::GOOD).is_some());
    }

    #[test]
    fn without_room_nothing_is_kept() {
        let cache = AnswerCache::new(0);
        cache.put(key(1), kept());
        assert_eq!(cache.size(), (0, 0));
    }
}
