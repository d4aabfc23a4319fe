use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use store::{Database, Timestamp};

use super::roster::{self, EnrolledKey, Roster, RosterError};
use crate::approval::passkey::{CREDENTIAL_ID_BOUND, PasskeyKey, RelyingParty};
use crate::officers::{Role, Scope};

/// Most roots.
const MOST: usize = 16;

/// An administrator's key that was recorded when the installation was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    /// Whose.
    pub login: String,
    /// For pages and letters.
    pub display_name: String,
    /// The authenticator's name for the key.
    pub credential_id: Vec<u8>,
    /// The key.
    pub key: PasskeyKey,
}

/// The roots of the chain of enrolments, as the configuration pins them: keys of two administrators at least.
#[derive(Debug)]
pub struct PinnedRoots {
    roots: Vec<Root>,
    /// The last roster, by the digest of every row that it was worked out from.
    last: Mutex<Option<([u8; 32], Arc<Roster>)>>,
}

impl PinnedRoots {
    /// From the configuration. The error is the rule that is not kept.
    pub fn new(roots: Vec<Root>) -> Result<Self, &'static str> {
        let people: BTreeSet<&str> = roots.iter().map(|root| root.login.as_str()).collect();
        let keys: BTreeSet<&[u8]> = roots.iter().map(|root| root.credential_id.as_slice()).collect();
        if people.len() < 2 || roots.len() > MOST {
            return Err("must be keys of two administrators at least, and 16 keys at most");
        }
        if keys.len() != roots.len() {
            return Err("credential_id: the same key stands twice");
        }
        if !roots.iter().all(|root| (1..=CREDENTIAL_ID_BOUND).contains(&root.credential_id.len())) {
            return Err("credential_id: must have 1 to 1023 octets");
        }
        Ok(Self { roots, last: Mutex::default() })
    }

    /// The officers' keys, as the chain says now.
    pub(crate) fn roster(
        &self,
        db: &mut Database,
        relying_party: &RelyingParty,
    ) -> Result<Arc<Roster>, RosterError> {
        let links = roster::links(db)?;
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((digest, roster)) = &*last
            && *digest == links.digest
        {
            return Ok(Arc::clone(roster));
        }
        let roster =
            Arc::new(Roster::walk(self.roots.iter().map(EnrolledKey::of_root), &links, relying_party));
        *last = Some((links.digest, Arc::clone(&roster)));
        Ok(roster)
    }
}

impl EnrolledKey {
    fn of_root(root: &Root) -> Self {
        Self {
            login: root.login.clone(),
            display_name: root.display_name.clone(),
            role: Role::Administrator,
            scope: Scope::default(),
            credential_id: root.credential_id.clone(),
            key: root.key.clone(),
            from: Timestamp::from_millis(0),
            until: None,
            enrolment: None,
        }
    }
}
