//! One-time links that sign an officer in: 32 random octets, good once, kept as a digest only.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sha2::{Digest, Sha256};
use store::{CryptoRng, Timestamp};

/// Links that wait to be used. Cheap to clone: clones share them.
#[derive(Clone, Default)]
pub struct SignInLinks {
    waiting: Arc<Mutex<BTreeMap<[u8; 32], Link>>>,
}

struct Link {
    login: String,
    until: Timestamp,
}

impl SignInLinks {
    /// Makes a link's token for an officer, good once, for `life`.
    pub fn issue(&self, login: &str, life: Duration, rng: &mut dyn CryptoRng, now: Timestamp) -> String {
        let mut token = [0; 32];
        rng.fill_bytes(&mut token);
        let token = hex::encode(token);
        let link = Link { login: login.to_owned(), until: now.plus(life) };
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|_, link| link.until > now);
        waiting.insert(digest(&token), link);
        token
    }

    /// Uses a link up; the officer's login where it was good.
    pub(crate) fn redeem(&self, token: &str, now: Timestamp) -> Option<String> {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let link = waiting.remove(&digest(token))?;
        (link.until > now).then_some(link.login)
    }
}

fn digest(token: &str) -> [u8; 32] {
    Sha256::digest(token).into()
}

#[cfg(test)]
mod tests {
    use rand_core::UnwrapErr;

    use super::*;

    #[test]
    fn a_link_signs_in_once_and_not_after_its_time() {
        let links = SignInLinks::default();
        let now = Timestamp::from_seconds(1_790_000_000);
        let mut rng = UnwrapErr(getrandom::SysRng);
        let life = Duration::from_secs(60);
        let token = links.issue("alice", life, &mut rng, now);
        assert_eq!(links.redeem("not a token", now), None);
        assert_eq!(links.redeem(&token, now).as_deref(), Some("alice"));
        assert_eq!(links.redeem(&token, now), None);
        let late = links.issue("alice", life, &mut rng, now);
        assert_eq!(links.redeem(&late, now.plus(life)), None);
    }
}
