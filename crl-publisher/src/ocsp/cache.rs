//! Signatures that are sent again, within a bound.
//!
//! Only what cannot be worked out is kept: the signature and two moments; the rest of an answer is put together
//! from the question. The status that was signed is kept beside them and compared with the one that stands, so
//! that nothing has to be thrown away when a certificate is revoked.

use store::Timestamp;

use super::delegate::Delegate;
use super::generations::{ALLOCATED_BESIDE, Generations, Weighs};
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

impl Weighs for AnswerKey {
    fn octets_beside(&self) -> usize {
        0
    }
}

impl Weighs for Kept {
    fn octets_beside(&self) -> usize {
        self.signature.len() + ALLOCATED_BESIDE
    }
}

/// What a signature of RSA-4096 and its place take, octets.
const LARGEST: usize = 1024;

/// The kept signatures.
#[derive(Debug)]
pub(crate) struct AnswerCache(Generations<AnswerKey, Kept>);

impl AnswerCache {
    /// Keeps at most `octets`; with 0 nothing at all.
    pub(crate) fn new(octets: usize) -> Self {
        Self(Generations::new(octets, 64))
    }

    /// The kept signature, if it says this.
    pub(super) fn get(&self, key: &AnswerKey, standing: Standing) -> Option<Kept> {
        self.0.get(key, |kept| kept.standing == standing)
    }

    /// Keeps a signature in the place of an older one.
    pub(super) fn put(&self, key: AnswerKey, kept: Kept) {
        self.0.put(key, kept);
    }

    /// Whether a signature that nobody has asked for yet may be kept: in half of the room, so that as much is left to
    /// what is asked for.
    pub(super) fn has_room_ahead(&self, key: &AnswerKey) -> bool {
        self.0.has_room(key, LARGEST)
    }

    /// What is kept: signatures, and octets at most.
    pub(crate) fn size(&self) -> (usize, usize) {
        self.0.size()
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
    fn an_answer_that_says_something_else_is_not_found() {
        let cache = AnswerCache::new(1024 * 1024);
        cache.put(key(1), kept());
        let revoked = crate::status::Status::Revoked { at: Timestamp::from_seconds(1), reason: None };
        assert!(cache.get(&key(1), Standing::of(&revoked).unwrap()).is_none());
        assert!(cache.get(&key(1), Standing::GOOD).is_some());
    }
}
