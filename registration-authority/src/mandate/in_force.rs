use diesel::prelude::*;
use professional_registry::identifiers::TechnicalStructureId;
use store::{Database, Timestamp};

use super::{Mandate, MandateError, of_structure};
use crate::decision;

/// The mandate by which anybody speaks for the structure at `at`, as its rows say: the newest whose decisions the worker has seen and
/// found to hold, or else the newest. So one that whoever owns the pages forged keeps no renewal from the true one.
pub(crate) fn in_force(
    db: &mut Database,
    structure: &TechnicalStructureId,
    at: Timestamp,
) -> Result<Option<Mandate>, MandateError> {
    let mut standing = of_structure(db, structure)?;
    standing.retain(|mandate| mandate.stood(at));
    for place in 0..standing.len() {
        if holds(db, &standing[place])? {
            return Ok(Some(standing.swap_remove(place)));
        }
    }
    Ok(standing.into_iter().next())
}

/// Whether the worker has seen each decision on it, and found none that proves nothing.
fn holds(db: &mut Database, mandate: &Mandate) -> QueryResult<bool> {
    for decision in &mandate.decisions {
        let receipt = decision::receipt(db, decision)?;
        if !receipt.is_some_and(|receipt| receipt.refusal.is_none() && receipt.is_of(&decision.proof)) {
            return Ok(false);
        }
    }
    Ok(!mandate.decisions.is_empty())
}
