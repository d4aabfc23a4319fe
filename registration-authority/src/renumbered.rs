//! Holders whose ADELI number became an RPPS number: their cards keep the number under which they were made, and the register goes on
//! under the other one. Whoever looks for cards by a person's number, or for a person by a card's, asks here.

use professional_registry::{IdNatPs, ProfessionalRecord, Registry, RegistryError, merges};
use store::Database;

/// Every number of the person with this IdNat_PS, his RPPS number first; what is none stands for itself.
pub(crate) fn numbers_of(db: &mut Database, holder: &str) -> diesel::QueryResult<Vec<String>> {
    match holder.parse::<IdNatPs>() {
        Ok(id) => merges::identifiers_of_one(db, &id),
        Err(_) => Ok(vec![holder.to_owned()]),
    }
}

/// The number under which the register goes on with him.
pub(crate) fn number_now(db: &mut Database, holder: &IdNatPs) -> diesel::QueryResult<IdNatPs> {
    Ok(merges::successor(db, holder)?.unwrap_or_else(|| holder.clone()))
}

/// What the register says of him now: under that number, or else still under the old one.
pub(crate) fn record_now(
    db: &mut Database,
    registry: &mut dyn Registry,
    holder: &IdNatPs,
) -> Result<Option<ProfessionalRecord>, RegistryError> {
    let now = number_now(db, holder)?;
    match registry.professional(db, &now)? {
        None if now != *holder => registry.professional(db, holder),
        record => Ok(record),
    }
}
