//! Who is signed in. In memory only: a restart signs everybody out.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use openssl::memcmp;
use registration_authority::officers::{Officer, Role};
use registration_authority::opposition::Opposition;
use sha2::{Digest, Sha256};
use store::{CryptoRng, Timestamp};

use crate::origin::on_a_desktop;

/// How long a session lives without a request.
pub(crate) const IDLE: Duration = Duration::from_secs(30 * 60);
/// How long a session lives at most.
pub(crate) const ABSOLUTE: Duration = Duration::from_secs(8 * 3600);
/// Most sessions of one officer at a time; of his, the one unused the longest makes room.
pub(crate) const BY_LOGIN: usize = 10;
/// Most sessions at a time; of whoever has the most, the one unused the longest makes room.
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

impl Means {
    /// In the trail.
    pub(crate) const fn as_str(&self) -> &'static str {
        match self {
            Self::Link => "link",
            Self::Passkey(_) => "passkey",
            Self::Certificate(_) => "card",
        }
    }
}

/// From where a session was begun, as its browser says and its connection shows; and each request of it after. Kept as long as the session, in
/// memory, for its owner.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Origin {
    /// `Firefox, Linux`; nothing where the browser says neither.
    pub(crate) browser: String,
    /// Of the connection: that of the proxy, where there is one.
    pub(crate) address: Option<IpAddr>,
    /// SHA-256 of the certificate that the connection was opened with, where it was with one.
    pub(crate) certificate: Option<[u8; 32]>,
}

impl Origin {
    /// Whether a request from there may be of a session that was begun here: from the same browser on the same system, over a connection with the
    /// same certificate, or none. The address may be another: networks change under a browser, and behind a proxy it is everybody's.
    fn binds(&self, there: &Self) -> bool {
        on_a_desktop(&self.browser) == on_a_desktop(&there.browser) && self.certificate == there.certificate
    }
}

/// A session, as its owner reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Opened {
    /// Which: the first octets of its key, in hexadecimal.
    pub(crate) id: String,
    pub(crate) since: Timestamp,
    pub(crate) seen: Timestamp,
    pub(crate) means: Means,
    pub(crate) from: Origin,
}

/// When a session ends, as things stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ends {
    /// Where no further request comes.
    pub(crate) idle: Timestamp,
    /// Whatever comes.
    pub(crate) at_latest: Timestamp,
}

/// A session that was begun.
#[derive(Debug)]
pub(crate) struct Begun {
    /// For its cookie.
    pub(crate) token: String,
    /// The one that makes room for it: it is open until it is [ended](Sessions::end), or [stays](Sessions::stays).
    pub(crate) leaves: Option<Leaving>,
}

/// A session that is to end, so that another can begin.
#[derive(Debug)]
pub(crate) struct Leaving {
    pub(crate) key: SessionKey,
    pub(crate) login: String,
}

/// Who is signed in, as a request sees it.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) key: SessionKey,
    /// When it ends, this request being its last.
    pub(crate) ends: Ends,
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

/// What the last bulk left out: when it was decided, and each row with its version and the code of why.
pub(crate) type LeftOut = (Timestamp, Vec<(String, i64, &'static str)>);

struct Entry {
    login: String,
    display_name: String,
    role: Role,
    form_token: String,
    means: Means,
    from: Origin,
    since: Timestamp,
    seen: Timestamp,
    receipts: Vec<Opposition>,
    left_out: Option<LeftOut>,
    /// Whether it makes room for another: it counts no more.
    leaves: bool,
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
    /// Opens a session by these means, and says which makes room for it where there are too many: one of his own, or else, where all together
    /// are too many, one of whoever has the most. So nobody who signs in over and over signs others out.
    pub(crate) fn begin(
        &self,
        officer: &Officer,
        (means, from): (Means, Origin),
        rng: &mut dyn CryptoRng,
        now: Timestamp,
    ) -> Begun {
        let (token, form_token) = (draw(rng), draw(rng));
        let mut open = self.locked();
        open.retain(|_, entry| entry.lives(now));
        let leaves = leaving(&open, &officer.login);
        if let Some(entry) = leaves.as_ref().and_then(|one| open.get_mut(&one.key)) {
            entry.leaves = true;
        }
        let entry = Entry {
            login: officer.login.clone(),
            display_name: officer.display_name.clone(),
            role: officer.role,
            form_token,
            means,
            from,
            since: now,
            seen: now,
            receipts: Vec::new(),
            left_out: None,
            leaves: false,
            led: None,
        };
        open.insert(key_of(&token), entry);
        Begun { token, leaves }
    }

    /// What was to make room makes none.
    pub(crate) fn stays(&self, one: Option<&Leaving>) {
        let Some(one) = one else { return };
        if let Some(entry) = self.locked().get_mut(&one.key) {
            entry.leaves = false;
        }
    }

    /// The session of this token, which a request from there has now used. From elsewhere than where it was begun the token opens nothing, and the
    /// session stays: one browser sends its cookie to every port of a host (RFC 6265 §8.5), so to the listener that asks for cards too.
    pub(crate) fn find(&self, token: &str, from: &Origin, now: Timestamp) -> Option<Session> {
        let key = key_of(token);
        let mut open = self.locked();
        let entry = open.get_mut(&key)?;
        if !entry.lives(now) {
            open.remove(&key);
            return None;
        }
        if !entry.from.binds(from) {
            let (session, login) = (id_of(&key), &entry.login);
            tracing::warn!(
                session,
                officer.login = login,
                "session {session} of {login} is not opened: its token came from elsewhere"
            );
            return None;
        }
        entry.seen = now;
        Some(Session {
            key,
            ends: Ends { idle: now.plus(IDLE), at_latest: entry.since.plus(ABSOLUTE) },
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

    /// The open sessions of an officer, that which was used last first.
    pub(crate) fn of(&self, login: &str, now: Timestamp) -> Vec<Opened> {
        let open = self.locked();
        let his = open.iter().filter(|(_, entry)| entry.login == login && entry.lives(now));
        let mut his: Vec<Opened> = his.map(|(key, entry)| entry.opened(key)).collect();
        his.sort_by_key(|one| std::cmp::Reverse((one.seen, one.since)));
        his
    }

    /// The sessions of an officer that are of these and have not ended by their time, but never the one of `from`.
    pub(crate) fn others(
        &self,
        (login, from): (&str, &SessionKey),
        are: impl Fn(&str) -> bool,
        now: Timestamp,
    ) -> Vec<SessionKey> {
        let open = self.locked();
        let his = open.iter().filter(|(key, entry)| *key != from && entry.login == login && entry.lives(now));
        his.map(|(key, _)| *key).filter(|key| are(&id_of(key))).collect()
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

    /// Keeps what a bulk left out, for the page that says what became of it.
    pub(crate) fn keep_left_out(&self, key: &SessionKey, left_out: LeftOut) {
        if let Some(entry) = self.locked().get_mut(key) {
            entry.left_out = Some(left_out);
        }
    }

    /// What the bulk of this moment left out, as the last act of this session on it found; nothing where that was in another session, or it has
    /// decided on another since: then nobody knows any more.
    pub(crate) fn left_out(
        &self,
        key: &SessionKey,
        at: Timestamp,
    ) -> Option<Vec<(String, i64, &'static str)>> {
        let open = self.locked();
        let kept = open.get(key).and_then(|entry| entry.left_out.as_ref()).filter(|(of, _)| *of == at);
        kept.map(|(_, rows)| rows.clone())
    }

    fn locked(&self) -> MutexGuard<'_, BTreeMap<SessionKey, Entry>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    fn lives(&self, now: Timestamp) -> bool {
        now < self.seen.plus(IDLE) && now < self.since.plus(ABSOLUTE)
    }

    fn opened(&self, key: &SessionKey) -> Opened {
        let (since, seen) = (self.since, self.seen);
        Opened { id: id_of(key), since, seen, means: self.means.clone(), from: self.from.clone() }
    }
}

/// Which session makes room for another one of this officer; none where there is room.
fn leaving(open: &BTreeMap<SessionKey, Entry>, login: &str) -> Option<Leaving> {
    let mut counted: BTreeMap<&str, usize> = BTreeMap::new();
    for entry in open.values().filter(|entry| !entry.leaves) {
        *counted.entry(&entry.login).or_default() += 1;
    }
    let his = counted.get(login).copied().unwrap_or_default();
    let of = match his >= BY_LOGIN {
        true => login,
        false if counted.values().sum::<usize>() >= MOST => {
            // Of several who have as many, whoever signs in.
            counted.iter().max_by_key(|(of, count)| (**count, **of == login)).map(|(of, _)| *of)?
        }
        false => return None,
    };
    let entries = open.iter().filter(|(_, entry)| !entry.leaves && entry.login == of);
    let (key, _) = entries.min_by_key(|(_, entry)| (entry.seen, entry.since))?;
    Some(Leaving { key: *key, login: of.to_owned() })
}

fn draw(rng: &mut dyn CryptoRng) -> String {
    let mut drawn = [0; 32];
    rng.fill_bytes(&mut drawn);
    hex::encode(drawn)
}

/// How a session is named where people read it, and in the trail. Nothing is opened with it.
pub(crate) fn id_of(key: &SessionKey) -> String {
    hex::encode(&key[..8])
}

/// Which session this token opens.
pub(crate) fn key_of(token: &str) -> SessionKey {
    Sha256::digest(token).into()
}

#[cfg(test)]
mod tests;
