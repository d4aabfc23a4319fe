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
    for key in roster.keys().filter(|key| key.until.is_none()) {
        if officers::find(db, &key.login)?.is_none() {
            officers::follow_chain(db, key, rng, act)?;
            enrolled.push(key.login.clone());
        }
    }
    Ok(enrolled)
}
