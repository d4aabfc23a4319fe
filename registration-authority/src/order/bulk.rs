//! Several orders decided on by one gesture: what would become of each is asked before, and what cannot be decided so is left out and
//! said. Each row is a decision of its own, which is taken, received, takes effect and is taken back as if it were alone
//! (decision 39).

use professional_registry::Registry;
use rand_core::CryptoRng;
use store::{Act, Code, Database, Fault};
use thiserror::Error;

use super::decide::{by_rule, check_eligible};
use super::{ApproveError, CardOrder, OrderState, approve, get, refuse};
use crate::approval::{ApprovalProof, ApprovalVerifier, Verdict};
use crate::decision::{self, DecideError};
use crate::faults;
use crate::officers::{self, Right};
use crate::queue::lease;
use crate::risk;

#[cfg(test)]
mod tests;

/// An order of a bulk, as its officer has read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// `CO-2026-000001`.
    pub number: String,
    /// The version that he has read.
    pub version: i64,
}

/// Why an order is decided on alone, if at all.
#[derive(Debug, Error)]
pub enum NotInBulk {
    /// A flag was raised: somebody looks at the dossier.
    #[error("order {0} has a flag, and is approved alone")]
    LookNeeded(String),
    /// A flag asks for two officers.
    #[error("order {0} needs two officers, each of whom approves it alone")]
    TwoOfficers(String),
    /// The officer is there for it by delegation alone.
    #[error("order {0} is decided on alone: it is within a scope that was delegated")]
    ByDelegation(String),
    /// A colleague is on it.
    #[error("another officer is on order {0}")]
    Taken(String),
    /// Another order that was signed for with it is decided on alone, if at all.
    #[error("order {0} was signed for with one that is decided on alone: the signature is worth nothing")]
    NotWhole(String),
}

impl Fault for NotInBulk {
    fn code(&self) -> Code {
        match self {
            Self::LookNeeded(_) => faults::BULK_LOOK_NEEDED,
            Self::TwoOfficers(_) => faults::BULK_TWO_OFFICERS,
            Self::ByDelegation(_) => faults::BULK_BY_DELEGATION,
            Self::Taken(_) => faults::ORDER_TAKEN,
            Self::NotWhole(_) => faults::BULK_NOT_WHOLE,
        }
    }
}

/// The order, where the officer who acts could decide so on it in a bulk at this moment; else why not. Writes nothing.
///
/// An approval leaves out what a flag asks somebody to look at: what nobody has opened is approved only where nothing was found. A
/// refusal leaves out what a colleague has opened, as an approval does.
pub fn examine(
    db: &mut Database,
    registry: &mut dyn Registry,
    chosen: &Chosen,
    verdict: Verdict,
    act: &Act,
) -> Result<CardOrder, ApproveError> {
    let order = get(db, &chosen.number)?;
    // First: a delegate is told nothing here that may depend on who has decided before him.
    if order.state == OrderState::Submitted && order.version == chosen.version {
        let officer = officers::require(db, Right::Decide, act).map_err(DecideError::from)?;
        if decision::acting(db, &officer, &order.decidable())?.is_some() {
            return Err(NotInBulk::ByDelegation(order.number).into());
        }
    }
    let officer = decision::may_decide(db, &order.decidable(), chosen.version, act)
        .map_err(|error| by_rule(order.kind, error))?;
    if verdict == Verdict::Approve {
        check_eligible(db, registry, &order, act)?;
        let flags = risk::shown(db, registry, &order, act.at)?;
        if flags.iter().any(|flag| flag.second_officer) {
            return Err(NotInBulk::TwoOfficers(order.number).into());
        }
        if !flags.is_empty() {
            return Err(NotInBulk::LookNeeded(order.number).into());
        }
    }
    let leases = lease::of(db, &[&order.number], act.at)?;
    if leases.values().any(|lease| lease.officer != officer.login) {
        return Err(NotInBulk::Taken(order.number).into());
    }
    Ok(order)
}

/// Why nothing of what was signed for is handed in, order by order; empty where it may be. The worker takes a bulk whole or no row of it, so
/// where one stands as it was signed and cannot be decided on so, the others wait with it. What has gone on meanwhile, or has a colleague on it,
/// keeps no other back. Writes nothing.
pub fn kept_back(
    db: &mut Database,
    registry: &mut dyn Registry,
    signed: &[Chosen],
    verdict: Verdict,
    act: &Act,
) -> Result<Vec<(Chosen, ApproveError)>, ApproveError> {
    let (mut kept, mut whole) = (Vec::new(), true);
    for chosen in signed {
        let error = match examine(db, registry, chosen, verdict, act) {
            Ok(_) => NotInBulk::NotWhole(chosen.number.clone()).into(),
            Err(error) if error.code() == store::fault::DATABASE => return Err(error),
            Err(error) => {
                whole &= keeps_no_other_back(&error);
                error
            }
        };
        kept.push((chosen.clone(), error));
    }
    Ok(if whole { Vec::new() } else { kept })
}

fn keeps_no_other_back(error: &ApproveError) -> bool {
    matches!(
        error,
        ApproveError::Bulk(NotInBulk::Taken(_))
            | ApproveError::Decide(DecideError::NotOpen { .. } | DecideError::StaleVersion { .. })
    )
}

/// Decides on one order of a bulk, which is [examined](examine) again. Inside the caller's write transaction, one for each row: what
/// one row is refused for keeps no other back.
#[expect(clippy::too_many_arguments, reason = "a proof and a sentence, by the order of the house")]
pub fn decide(
    db: &mut Database,
    registry: &mut dyn Registry,
    verifier: &ApprovalVerifier,
    chosen: &Chosen,
    (verdict, reason_text): (Verdict, Option<&str>),
    proof: &ApprovalProof,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<CardOrder, ApproveError> {
    examine(db, registry, chosen, verdict, act)?;
    let Chosen { number, version } = chosen;
    match verdict {
        Verdict::Approve => approve(db, registry, verifier, number, *version, proof, rng, act),
        Verdict::Refuse => refuse(db, verifier, number, *version, proof, reason_text, rng, act),
    }
}
