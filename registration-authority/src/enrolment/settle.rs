use rand_core::CryptoRng;
use store::{Act, Database};

use super::Roster;
use crate::officers::{self, OfficerError};

/// Gives each officer whom the chain names his row, where he has none: pages show people by it, and what a passkey
/// signs rests on the chain itself. The logins that it enrolled. Inside the caller's write transaction.
pub fn settle(
    db: &mut Database,
    roster: &Roster,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Vec<String>, OfficerError> {
    let mut enrolled = Vec::new();
    let keys = roster.keys().filter(|key| key.until.is_none());
    let by_key =
        keys.map(|key| (&key.login, &key.display_name, (key.role, &key.scope), key.enrolment.as_deref()));
    let certificates = roster.certificates().filter(|one| one.until.is_none());
    let by_certificate = certificates
        .map(|one| (&one.login, &one.display_name, (one.role, &one.scope), Some(one.enrolment.as_str())));
    for (login, display_name, office, enrolment) in by_key.chain(by_certificate) {
        if officers::find(db, login)?.is_none() {
            officers::follow_chain(db, (login, display_name), office, enrolment, rng, act)?;
            enrolled.push(login.clone());
        }
    }
    Ok(enrolled)
}
