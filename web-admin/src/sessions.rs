//! Who is signed in. In memory only: a restart signs everybody out.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use openssl::memcmp;
use registration_authority::officers::{Officer, Role};
use registration_authority::opposition::Opposition;
use sha2::{Digest, Sha256};
use store::{CryptoRng, Timestamp};

/// How long a session lives without a request.
pub(crate) const IDLE: Duration = Duration::from_secs(30 * 60);
/// How long a session lives at most.
pub(crate) const ABSOLUTE: Duration = Duration::from_secs(8 * 3600);
/// Most sessions at a time; the one unused the longest makes room.
const MOST: usize = 500;
/// Most receipts that a session keeps.
const RECEIPTS: usize = 20;

/// The open sessions, by the digest of their token: what lies in memory opens nothing.
#[derive(Default)]
pub(crate) struct Sessions {
    open: Mutex<BTreeMap<SessionKey, Entry>>,
}

/// Which session: the SHA-256 of its token.
pub(crate) type SessionKey = [u8; 32];

/// What began a session, and must stand as long as it lasts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Means {
    /// A one-time link.
    Link,
    /// The passkey of this identifier.
    Passkey(Vec<u8>),
    /// The certificate with this SHA-256: each request comes over a connection that was opened with it.
    Certificate([u8; 32]),
}

/// Who is signed in, as a request sees it.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) key: SessionKey,
    pub(crate) login: String,
    /// For the head of the page.
    pub(crate) display_name: String,
    /// For the head of the page; each act and each reading asks for the role again.
    pub(crate) role: Role,
    /// Stands in every form of this session.
    pub(crate) form_token: String,
    /// What began it.
    pub(crate) means: Means,
}

struct Entry {
    login: String,
    display_name: String,
    role: Role,
    form_token: String,
    means: Means,
    since: Timestamp,
    seen: Timestamp,
    receipts: Vec<Opposition>,
    /// For what of the inbox the last page was shown, and whether that was an act.
    led: Option<(String, bool)>,
}

impl Session {
    /// Whether a form carries this session's token; in constant time.
    pub(crate) fn owns_form(&self, token: &str) -> bool {
        token.len() == self.form_token.len() && memcmp::eq(token.as_bytes(), self.form_token.as_bytes())
    }
}

impl Sessions {
    /// Opens a session by these means; the token for its cookie.
    pub(crate) fn begin(
        &self,
        officer: &Officer,
        means: Means,
        rng: &mut dyn CryptoRng,
        now: Timestamp,
    ) -> String {
        let (token, form_token) = (draw(rng), draw(rng));
        let mut open = self.locked();
        open.retain(|_, entry| entry.lives(now));
        if open.len() >= MOST
            && let Some(oldest) = open.iter().min_by_key(|(_, entry)| entry.seen).map(|(key, _)| *key)
        {
            open.remove(&oldest);
        }
        let entry = Entry {
            login: officer.login.clone(),
            display_name: officer.display_name.clone(),
            role: officer.role,
            form_token,
            means,
            since: now,
            seen: now,
            receipts: Vec::new(),
            led: None,
        };
        open.insert(key_of(&token), entry);
        token
    }

    /// The session of this token, which a request has now used.
    pub(crate) fn find(&self, token: &str, now: Timestamp) -> Option<Session> {
        let key = key_of(token);
        let mut open = self.locked();
        let entry = open.get_mut(&key)?;
        if !entry.lives(now) {
            open.remove(&key);
            return None;
        }
        entry.seen = now;
        Some(Session {
            key,
            login: entry.login.clone(),
            display_name: entry.display_name.clone(),
            role: entry.role,
            form_token: entry.form_token.clone(),
            means: entry.means.clone(),
        })
    }

    /// Ends a session.
    pub(crate) fn end(&self, key: &SessionKey) {
        self.locked().remove(key);
    }

    /// For what of the inbox this request's page is shown: what its address names, or, in an act and on the page that it leads to, what
    /// the page before was shown for. Whoever goes elsewhere by himself has left it.
    pub(crate) fn shown_for(&self, key: &SessionKey, acts: bool, named: Option<String>) -> Option<String> {
        let mut open = self.locked();
        let entry = open.get_mut(key)?;
        let before = entry.led.take();
        let kept = before.filter(|(_, after_act)| acts || *after_act).map(|(matter, _)| matter);
        let matter = named.or(kept);
        entry.led = matter.clone().map(|matter| (matter, acts));
        matter
    }

    /// Keeps what an opposition led to, for its receipt page.
    pub(crate) fn keep_receipt(&self, key: &SessionKey, opposition: Opposition) {
        if let Some(entry) = self.locked().get_mut(key) {
            if entry.receipts.len() >= RECEIPTS {
                entry.receipts.remove(0);
            }
            entry.receipts.push(opposition);
        }
    }

    /// The opposition with this receipt, declared in this session.
    pub(crate) fn receipt(&self, key: &SessionKey, receipt: &str) -> Option<Opposition> {
        self.locked().get(key)?.receipts.iter().find(|kept| kept.receipt == receipt).cloned()
    }

    fn locked(&self) -> MutexGuard<'_, BTreeMap<SessionKey, Entry>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    fn lives(&self, now: Timestamp) -> bool {
        now < self.seen.plus(IDLE) && now < self.since.plus(ABSOLUTE)
    }
}

fn draw(rng: &mut dyn CryptoRng) -> String {
    let mut drawn = [0; 32];
    rng.fill_bytes(&mut drawn);
    hex::encode(drawn)
}

fn key_of(token: &str) -> SessionKey {
    Sha256::digest(token).into()
}

#[cfg(test)]
mod tests {
    use rand_core::UnwrapErr;
    use registration_authority::officers::Scope;

    use super::*;

    const START: Timestamp = Timestamp::from_seconds(1_790_000_000);

    fn officer(login: &str) -> Officer {
        Officer {
            login: login.to_owned(),
            display_name: "Prénom NOM".to_owned(),
            role: Role::RegistrationOfficer,
            scope: Scope::default(),
            delegated: Vec::new(),
            enrolled_at: START,
            ended_at: None,
        }
    }

    fn begun() -> (Sessions, String) {
        let sessions = Sessions::default();
        let token = sessions.begin(&officer("alice"), Means::Link, &mut UnwrapErr(getrandom::SysRng), START);
        (sessions, token)
    }

    #[test]
    fn a_session_ends_after_half_an_hour_without_a_request() {
        let (sessions, token) = begun();
        let last = START.plus(IDLE).minus(Duration::from_millis(1));
        assert_eq!(sessions.find(&token, last).unwrap().login, "alice");
        assert!(sessions.find(&token, last.plus(IDLE)).is_none());
        assert!(sessions.find(&token, last).is_none(), "an ended session does not come back");
    }

    #[test]
    fn a_session_in_use_ends_after_eight_hours() {
        let (sessions, token) = begun();
        let step = Duration::from_secs(20 * 60);
        let mut now = START;
        while now.plus(step) < START.plus(ABSOLUTE) {
            now = now.plus(step);
            assert!(sessions.find(&token, now).is_some());
        }
        assert!(sessions.find(&token, START.plus(ABSOLUTE)).is_none());
    }

    #[test]
    fn sessions_are_bounded_and_the_one_unused_longest_makes_room() {
        let (sessions, first) = begun();
        let mut rng = UnwrapErr(getrandom::SysRng);
        let second = sessions.begin(&officer("bob"), Means::Link, &mut rng, START);
        let later = START.plus(Duration::from_secs(1));
        sessions.find(&first, later);
        for _ in 2..=MOST {
            sessions.begin(&officer("carol"), Means::Link, &mut rng, later);
        }
        assert!(sessions.find(&first, later).is_some());
        assert!(sessions.find(&second, later).is_none());
    }

    #[test]
    fn what_the_inbox_led_to_lasts_through_an_act_and_ends_where_he_goes_elsewhere() {
        let (sessions, token) = begun();
        let key = sessions.find(&token, START).unwrap().key;
        let shown = |acts, named: Option<&str>| sessions.shown_for(&key, acts, named.map(str::to_owned));
        assert_eq!(shown(false, Some("a")).as_deref(), Some("a"));
        assert_eq!(shown(true, None).as_deref(), Some("a"), "the page that asks for the signature");
        assert_eq!(shown(true, None).as_deref(), Some("a"), "the signature");
        assert_eq!(shown(false, None).as_deref(), Some("a"), "the page that says that it is done");
        assert_eq!(shown(false, None), None, "another page");
        assert_eq!(shown(true, None), None);
    }

    #[test]
    fn an_ended_session_is_over_and_tokens_are_not_guessed_from_digests() {
        let (sessions, token) = begun();
        let session = sessions.find(&token, START).unwrap();
        assert!(session.owns_form(&session.form_token.clone()) && !session.owns_form(""));
        assert!(sessions.find(&hex::encode(session.key), START).is_none());
        sessions.end(&session.key);
        assert!(sessions.find(&token, START).is_none());
    }
}
