//! Cases of merges that officers have decided on: what they decided is done here, once the proofs of both were verified. A reconciler: what
//! waits stays, and what cannot be verified is said and holds nobody else up.

use professional_registry::import::Release;
use professional_registry::merges::{self, MergeCaseError, Settled};
use rand_core::CryptoRng;
use store::{Act, Code, Database, Fault};

use crate::approval::ApprovalVerifier;
use crate::decision::{self, Refusals, Standing};
use crate::held_feed;

/// What became of the cases.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SettledCases {
    /// Cases of which two officers' decision was done.
    pub done: Vec<String>,
    /// Cases that one officer refused.
    pub refused: Vec<String>,
    /// Cases that are put aside, since nobody signed the refusal in an officer's name: the next file or extract that raises the doubt asks again.
    pub unsigned: Vec<String>,
    /// Cases that could not be settled, with the code of why.
    pub failed: Vec<(String, Code)>,
}

/// Settles what is decided, a transaction each. A case that cannot be settled holds nobody else up.
pub fn settle_decided(
    db: &mut Database,
    verifier: &ApprovalVerifier,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<SettledCases, MergeCaseError> {
    let mut settled = SettledCases::default();
    for case in merges::unsettled(db)? {
        let done = standing(db, verifier, &case.id, act).and_then(|decided| {
            let settle = |db: &mut Database| match &decided {
                Decided::Not => Ok(None),
                Decided::Refused => {
                    merges::settle_refused(db, &case.id, rng, act).map(|()| Some(Settled::Refused))
                }
                Decided::Unsigned => {
                    merges::settle_unsigned(db, &case.id, rng, act).map(|()| Some(Settled::Overtaken))
                }
                Decided::Released(release) => merges::settle_released(db, release, rng, act).map(Some),
            };
            let became = db.write(settle).map_err(|error| error.code())?;
            Ok((became, matches!(decided, Decided::Unsigned)))
        });
        match done {
            Ok((_, true)) => settled.unsigned.push(case.id),
            Ok((Some(Settled::Done), _)) => settled.done.push(case.id),
            Ok((Some(Settled::Refused), _)) => settled.refused.push(case.id),
            Ok((Some(Settled::Overtaken) | None, _)) => {}
            Err(code) => settled.failed.push((case.id, code)),
        }
    }
    Ok(settled)
}

enum Decided {
    Not,
    Refused,
    /// In the name of an officer who signed no refusal.
    Unsigned,
    Released(Box<Release>),
}

fn standing(db: &mut Database, verifier: &ApprovalVerifier, id: &str, act: &Act) -> Result<Decided, Code> {
    let held = held_feed::get(db, id).map_err(|error| error.code())?;
    match held.standing() {
        Standing::Held { .. } => Ok(Decided::Not),
        // Whoever writes a row in an officer's name makes no refusal, which nobody could take back.
        Standing::Refused => {
            match decision::refusals(db, &held.decidable()).map_err(|_| store::fault::DATABASE)? {
                Refusals::Hold => Ok(Decided::Refused),
                Refusals::Wait => Ok(Decided::Not),
                Refusals::Worthless => Ok(Decided::Unsigned),
            }
        }
        Standing::Released => {
            let release = held_feed::release(db, verifier, id, act.at).map_err(|error| error.code())?;
            Ok(release.map_or(Decided::Not, |release| Decided::Released(Box::new(release))))
        }
    }
}

#[cfg(test)]
mod tests;
