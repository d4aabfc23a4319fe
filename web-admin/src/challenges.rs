//! What an authenticator is asked to sign where nothing is decided: to sign in, to make a key. Each is good once, for five
//! minutes, and needs no memory until it is used: whoever asks for many costs nothing. Those that were used are kept until they would
//! have ended, and no more than so many: what is sent is counted besides (`throttle`).

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use openssl::hash::MessageDigest;
use openssl::memcmp;
use openssl::pkey::PKey;
use openssl::sign::Signer;
use store::{CryptoRng, Timestamp};

/// How long one is good for.
pub(crate) const LIFE: Duration = Duration::from_secs(5 * 60);

/// Octets of a challenge: when it was drawn (8), what makes it another (8), and HMAC-SHA-256 of both, cut to 16.
pub(crate) const LENGTH: usize = 32;

/// Most used ones that are kept, ten times as many as are taken in their five minutes. Beyond it none is good, rather than one twice.
const MOST_USED: usize = 32_768;

/// Draws them and takes them back.
pub(crate) struct Challenges {
    key: [u8; 32],
    /// Those that were used, until they would have ended. Each begins with when it was drawn: the first one ends first.
    used: Mutex<BTreeSet<[u8; LENGTH]>>,
}

impl Challenges {
    /// Whose challenges nobody else can make; a restart forgets the key.
    pub(crate) fn new(rng: &mut dyn CryptoRng) -> Self {
        let mut key = [0; 32];
        rng.fill_bytes(&mut key);
        Self { key, used: Mutex::default() }
    }

    /// A new one.
    pub(crate) fn draw(&self, rng: &mut dyn CryptoRng, now: Timestamp) -> [u8; LENGTH] {
        let mut challenge = [0; LENGTH];
        challenge[..8].copy_from_slice(&now.millis().to_be_bytes());
        rng.fill_bytes(&mut challenge[8..16]);
        let tag = self.tag(&challenge[..16]);
        challenge[16..].copy_from_slice(&tag);
        challenge
    }

    /// Whether it is ours, of the last five minutes, and used for the first time now.
    pub(crate) fn redeem(&self, challenge: &[u8; LENGTH], now: Timestamp) -> bool {
        let (said, tag) = challenge.split_at(16);
        if !memcmp::eq(&self.tag(said), tag) {
            return false;
        }
        if ended(challenge, now) {
            return false;
        }
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        while used.first().is_some_and(|first| ended(first, now)) {
            used.pop_first();
        }
        used.len() < MOST_USED && used.insert(*challenge)
    }

    fn tag(&self, said: &[u8]) -> [u8; 16] {
        let mac = PKey::hmac(&self.key)
            .and_then(|key| Signer::new(MessageDigest::sha256(), &key)?.sign_oneshot_to_vec(said))
            .expect("OpenSSL knows HMAC with SHA-256");
        *mac.first_chunk().expect("32 octets")
    }
}

/// Whether one that was drawn so long ago is good no more.
fn ended(challenge: &[u8; LENGTH], now: Timestamp) -> bool {
    let drawn = challenge.first_chunk().map_or(0, |millis| i64::from_be_bytes(*millis));
    Timestamp::from_millis(drawn).plus(LIFE) <= now
}

#[cfg(test)]
mod tests {
    use rand_core::UnwrapErr;

    use super::*;

    #[test]
    fn a_challenge_is_good_once_for_five_minutes_and_is_nobody_elses() {
        let mut rng = UnwrapErr(getrandom::SysRng);
        let (ours, theirs) = (Challenges::new(&mut rng), Challenges::new(&mut rng));
        let now = Timestamp::from_seconds(1_790_000_000);
        let challenge = ours.draw(&mut rng, now);
        assert!(!theirs.redeem(&challenge, now));
        for place in 0..LENGTH {
            let mut altered = challenge;
            altered[place] ^= 1;
            assert!(!ours.redeem(&altered, now), "octet {place}");
        }
        assert!(ours.redeem(&challenge, now) && !ours.redeem(&challenge, now));
        let late = ours.draw(&mut rng, now);
        assert!(!ours.redeem(&late, now.plus(LIFE)));
    }

    #[test]
    fn those_that_were_used_are_bounded_and_forgotten_when_they_would_have_ended() {
        let mut rng = UnwrapErr(getrandom::SysRng);
        let ours = Challenges::new(&mut rng);
        let now = Timestamp::from_seconds(1_790_000_000);
        let early = ours.draw(&mut rng, now);
        assert!(ours.redeem(&early, now));
        let later = now.plus(Duration::from_secs(60));
        let kept = || ours.used.lock().unwrap().len();
        // As used ones would stand there; nobody draws so many.
        for nth in 1..MOST_USED {
            let mut other = [0; LENGTH];
            other[..8].copy_from_slice(&later.millis().to_be_bytes());
            other[8..16].copy_from_slice(&(nth as u64).to_be_bytes());
            ours.used.lock().unwrap().insert(other);
        }
        let late = ours.draw(&mut rng, later);
        assert!(!ours.redeem(&late, later), "rather none than one twice");
        assert_eq!(kept(), MOST_USED);
        assert!(ours.redeem(&late, now.plus(LIFE)), "the first has ended, and makes room");
        assert!(!ours.redeem(&early, now.plus(LIFE)) && !ours.redeem(&late, now.plus(LIFE)));
        let last = ours.draw(&mut rng, later.plus(LIFE));
        assert!(ours.redeem(&last, later.plus(LIFE)));
        assert_eq!(kept(), 1, "all others have ended");
    }
}
