//! What an authenticator is asked to sign where nothing is decided: to sign in, to make a key. Each is good once, for five
//! minutes, and needs no memory until it is used: whoever asks for many costs nothing.

use std::collections::BTreeMap;
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

/// Draws them and takes them back.
pub(crate) struct Challenges {
    key: [u8; 32],
    /// Those that were used, until they would have ended.
    used: Mutex<BTreeMap<[u8; LENGTH], Timestamp>>,
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
        let drawn = said.first_chunk().map_or(0, |millis| i64::from_be_bytes(*millis));
        let until = Timestamp::from_millis(drawn).plus(LIFE);
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        used.retain(|_, until| *until > now);
        until > now && used.insert(*challenge, until).is_none()
    }

    fn tag(&self, said: &[u8]) -> [u8; 16] {
        let mac = PKey::hmac(&self.key)
            .and_then(|key| Signer::new(MessageDigest::sha256(), &key)?.sign_oneshot_to_vec(said))
            .expect("OpenSSL knows HMAC with SHA-256");
        *mac.first_chunk().expect("32 octets")
    }
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
}
