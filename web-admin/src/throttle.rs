//! How often the world may ask: by address, or by who asks, and altogether, in a memory that does not grow.

use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use store::Timestamp;

/// Seconds of a window.
pub(crate) const WINDOW: i64 = 60;

/// Counters for addresses. Two that fall on one counter share it: then less is allowed, never more.
const COUNTERS: usize = 8192;

/// How often one address, or an IPv6 /64, may ask something of the page of oppositions, in a minute. Behind a proxy everybody is
/// one address: there these are everybody's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OppositionLimits {
    /// Declarations with a code, of a letter or of a mail.
    pub declarations: u16,
    /// Declarations without one, which ask to be called back.
    pub call_backs: u16,
    /// One-time codes, each of which may be a mail to somebody.
    pub codes: u16,
}

impl Default for OppositionLimits {
    fn default() -> Self {
        Self { declarations: 60, call_backs: 6, codes: 3 }
    }
}

/// Counts questions. Which addresses share a counter is drawn at each start, so that nobody can choose whose
/// he uses up.
pub(crate) struct Throttle {
    by_address: u16,
    by_all: u32,
    place: RandomState,
    counted: Mutex<Counted>,
}

struct Counted {
    window: i64,
    all: u32,
    by_address: Box<[u16]>,
}

impl Throttle {
    /// Allows so many questions of one address, and of everybody, in a window.
    pub(crate) fn new(by_address: u16, by_all: u32) -> Self {
        let counted = Counted { window: 0, all: 0, by_address: vec![0; COUNTERS].into_boxed_slice() };
        Self { by_address, by_all, place: RandomState::new(), counted: Mutex::new(counted) }
    }

    /// Counts a question from `address`; where it is one too many, after how many seconds to ask again. A refused
    /// question counts for its address only: one who insists takes nothing from the others.
    pub(crate) fn ask(&self, address: IpAddr, at: Timestamp) -> Result<(), i64> {
        self.count(self.place.hash_one(network(address)), at)
    }

    /// The same of whoever has proved to be the officer of this login, from wherever he asks.
    pub(crate) fn ask_as(&self, login: &str, at: Timestamp) -> Result<(), i64> {
        self.count(self.place.hash_one(login), at)
    }

    fn count(&self, place: u64, at: Timestamp) -> Result<(), i64> {
        let window = at.seconds().div_euclid(WINDOW);
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        if counted.window != window {
            counted.window = window;
            counted.all = 0;
            counted.by_address.fill(0);
        }
        let place = place as usize % COUNTERS;
        let allowed = counted.by_address[place] < self.by_address && counted.all < self.by_all;
        counted.by_address[place] = counted.by_address[place].saturating_add(1);
        if allowed {
            counted.all += 1;
            return Ok(());
        }
        Err(WINDOW - at.seconds().rem_euclid(WINDOW))
    }
}

/// Whoever has an IPv6 address has its /64 (RFC 4291 §2.5.4).
fn network(address: IpAddr) -> u128 {
    match address.to_canonical() {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits() >> 64 << 64,
    }
}

#[cfg(test)]
mod tests;
