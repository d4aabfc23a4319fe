//! The names that a structure may have certified, each with who allowed it.

use diesel::prelude::*;
use professional_registry::identifiers::TechnicalStructureId;
use rand_core::CryptoRng;
use serde_json::json;
use store::schema::structure_names;
use store::{Act, Code, Database, Fault, Timestamp, audit};
use thiserror::Error;

use crate::faults;
use crate::officers::{self, NotAuthorised, Right};

/// Longest name: a host name's bound (RFC 1034 §3.1).
const NAME_BOUND: usize = 253;

/// Why a name is not allowed, or cannot be.
#[derive(Debug, Error)]
pub enum NameError {
    /// The actor may not allow names.
    #[error(transparent)]
    NotAuthorised(#[from] NotAuthorised),
    /// Not a name.
    #[error("name {name:?}: {rule}")]
    Invalid {
        /// What was given, cut to 64 characters.
        name: String,
        /// The rule.
        rule: &'static str,
    },
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for NameError {
    fn code(&self) -> Code {
        match self {
            Self::NotAuthorised(error) => error.code(),
            Self::Invalid { .. } => faults::REQUEST_NAME_INVALID,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// An allowed name.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct StructureName {
    /// Identifier of the structure.
    pub structure: String,
    /// The name, in lower case.
    pub name: String,
    /// The officer's login.
    pub approved_by: String,
    /// When.
    pub approved_at: Timestamp,
}

/// Allows a structure a host name (`www.exemple.test`), the free name of a service (`INSI-AUTO`), or the address of one of its staff. Kept, and
/// compared, in lower case; exactly, a wildcard is a name like another. Allowing it again changes nothing.
/// Inside the caller's write transaction.
pub fn allow(
    db: &mut Database,
    structure: &TechnicalStructureId,
    name: &str,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<(), NameError> {
    let officer = officers::require(db, Right::Decide, act)?;
    check(name)?;
    let name = name.to_ascii_lowercase();
    if is_allowed(db, structure, &name)? {
        return Ok(());
    }
    diesel::insert_into(structure_names::table)
        .values((
            structure_names::structure.eq(structure.to_string()),
            structure_names::name.eq(&name),
            structure_names::approved_by.eq(officer.login),
            structure_names::approved_at.eq(act.at),
        ))
        .execute(db)?;
    let event = audit::Event {
        action: "structure.name-allowed",
        subject: format!("structure {structure}"),
        payload: json!({"name": name}),
    };
    Ok(audit::record(db, event, rng, act)?)
}

/// The names of a structure, in alphabetical order.
pub fn list(db: &mut Database, structure: &TechnicalStructureId) -> QueryResult<Vec<StructureName>> {
    structure_names::table
        .filter(structure_names::structure.eq(structure.to_string()))
        .order(structure_names::name)
        .load(db)
}

/// The first structure, by its identifier, that may have this name.
pub(crate) fn allowed_to(db: &mut Database, name: &str) -> QueryResult<Option<TechnicalStructureId>> {
    let found: Option<String> = structure_names::table
        .filter(structure_names::name.eq(name.to_ascii_lowercase()))
        .order(structure_names::structure)
        .select(structure_names::structure)
        .first(db)
        .optional()?;
    Ok(found.and_then(|structure| structure.parse().ok()))
}

/// The first name that is not on the structure's list.
pub(crate) fn refused<'a>(
    db: &mut Database,
    structure: &TechnicalStructureId,
    names: impl Iterator<Item = &'a str>,
) -> Result<Option<&'a str>, NameError> {
    for name in names {
        check(name)?;
        if !is_allowed(db, structure, &name.to_ascii_lowercase())? {
            return Ok(Some(name));
        }
    }
    Ok(None)
}

pub(crate) fn is_allowed(
    db: &mut Database,
    structure: &TechnicalStructureId,
    name: &str,
) -> QueryResult<bool> {
    let found: i64 = structure_names::table.find((structure.to_string(), name)).count().get_result(db)?;
    Ok(found == 1)
}

/// ASCII only: lower case is then the same in Rust, SQLite and PostgreSQL, whatever the locale.
fn check(name: &str) -> Result<(), NameError> {
    let fits = (1..=NAME_BOUND).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ')
        && name.trim() == name;
    if fits {
        return Ok(());
    }
    let name = name.chars().take(64).collect();
    Err(NameError::Invalid { name, rule: "must be 1 to 253 printable ASCII characters, no space around" })
}
