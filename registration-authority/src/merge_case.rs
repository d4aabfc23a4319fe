//! Cases of merges that officers have decided on: what they decided is done here, once the proofs of both were verified. A reconciler: what
//! waits stays, and what cannot be verified is said and holds nobody else up.

use professional_registry::import::Release;
use professional_registry::merges::{self, MergeCaseError, Settled};
use rand_core::CryptoRng;
use store::{Act, Code, Database, Fault};

use crate::approval::ApprovalVerifier;
use crate::decision::Standing;
use crate::held_feed;

/// What became of the cases.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SettledCases {
    /// Cases of which two officers' decision was done.
    pub done: Vec<String>,
    /// Cases that one officer refused.
    pub refused: Vec<String>,
    /// Cases that could not be settled, with the code of why.
    pub failed: Vec<(String, Code)>,
}

/// Settles what is decided, a transaction each.
pub fn settle_decided(
    db: &mut Database,
    verifier: &ApprovalVerifier,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<SettledCases, MergeCaseError> {
    let mut settled = SettledCases::default();
    for case in merges::unsettled(db)? {
        match standing(db, verifier, &case.id, act) {
            Ok(Decided::Not) => {}
            Ok(Decided::Refused) => {
                db.write(|db| merges::settle_refused(db, &case.id, rng, act))?;
                settled.refused.push(case.id);
            }
            Ok(Decided::Released(release)) => {
                match db.write(|db| merges::settle_released(db, &release, rng, act))? {
                    Settled::Done => settled.done.push(case.id),
                    Settled::Refused | Settled::Overtaken => {}
                }
            }
            Err(code) => settled.failed.push((case.id, code)),
        }
    }
    Ok(settled)
}

enum Decided {
    Not,
    Refused,
    Released(Box<Release>),
}

fn standing(db: &mut Database, verifier: &ApprovalVerifier, id: &str, act: &Act) -> Result<Decided, Code> {
    let standing = held_feed::get(db, id).map_err(|error| error.code())?.standing();
    match standing {
        Standing::Held { .. } => Ok(Decided::Not),
        Standing::Refused => Ok(Decided::Refused),
        Standing::Released => {
            let release = held_feed::release(db, verifier, id, act.at).map_err(|error| error.code())?;
            Ok(release.map_or(Decided::Not, |release| Decided::Released(Box::new(release))))
        }
    }
}

#[cfg(test)]
mod tests;
