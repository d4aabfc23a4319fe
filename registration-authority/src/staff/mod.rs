//! The staff of a structure, as its agent declares it: for whom a CPE, CDE, CPA or CDA can be asked.
//!
//! The register does not know them: a name here is the agent's word, and a card rests on the officer's decision on its order. A
//! person is known by the local number that the structure gives, and leaves once. A *service* is no person: its card has a
//! pseudonym in the place of names.

mod declare;
pub mod import;

#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use diesel::prelude::*;
use professional_registry::identifiers::{IdNatPs, IdNatStruct, TechnicalStructureId};
use serde::Deserialize;
use store::schema::structure_staff;
use store::{Code, Database, Fault, Timestamp};
use thiserror::Error;

pub use declare::{DeclareError, Declared, NewMember, declare, leave};

use crate::faults;

/// What somebody is in his structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Post {
    /// *Personnel*: a CPE or a CPA.
    Employee,
    /// *Responsable*: a CDE or a CDA.
    Head,
    /// *Carte de service*: a CPE that names nobody.
    Service,
}

impl Post {
    /// Every post, in the order of a list.
    pub const ALL: [Self; 3] = [Self::Employee, Self::Head, Self::Service];

    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Employee => "employee",
            Self::Head => "head",
            Self::Service => "service",
        }
    }
}

impl fmt::Display for Post {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Post {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|post| post.as_str() == text);
        found.ok_or("must be employee, head or service")
    }
}

/// One of the staff.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StaffMember {
    /// Of which structure.
    pub structure: TechnicalStructureId,
    /// The number that the structure gives: 1 to 20 letters and digits.
    pub local_id: String,
    /// What he is there.
    pub post: Post,
    /// Empty of a service.
    pub family_name: String,
    /// Empty of a service.
    pub given_name: String,
    /// The agent who declared it so.
    pub declared_by: String,
    /// When.
    pub declared_at: Timestamp,
    /// Since when he is no longer there.
    pub left_at: Option<Timestamp>,
}

/// Why the staff cannot be had.
#[derive(Debug, Error)]
pub enum StaffError {
    /// A row is not what this program writes.
    #[error("structure {0}, member {1}: its row cannot be read")]
    RowAltered(String, String),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for StaffError {
    fn code(&self) -> Code {
        match self {
            Self::RowAltered(..) => faults::STAFF_ROW_ALTERED,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// The staff of a structure by local number, those who left among them; `limit` at most, after the number `after`.
pub fn list(
    db: &mut Database,
    structure: &TechnicalStructureId,
    after: &str,
    limit: i64,
) -> Result<Vec<StaffMember>, StaffError> {
    let rows: Vec<Row> = structure_staff::table
        .filter(structure_staff::structure.eq(structure.to_string()))
        .filter(structure_staff::local_id.gt(after))
        .order(structure_staff::local_id)
        .limit(limit)
        .select(Row::as_select())
        .load(db)?;
    rows.into_iter().map(Row::read).collect()
}

/// The member of this local number.
pub fn find(
    db: &mut Database,
    structure: &TechnicalStructureId,
    local_id: &str,
) -> Result<Option<StaffMember>, StaffError> {
    let row: Option<Row> = structure_staff::table
        .find((structure.to_string(), local_id))
        .select(Row::as_select())
        .first(db)
        .optional()?;
    row.map(Row::read).transpose()
}

/// IdNat_PS of one of the staff: 3 + FINESS or 5 + SIRET of the structure, `/`, and the local number (\[S\] domain.md §2.1);
/// `None` of a structure that has neither, or of a local number that is none.
pub fn holder(structure: &IdNatStruct, local_id: &str) -> Option<IdNatPs> {
    let employer = match structure {
        IdNatStruct::Finess(finess) => format!("3{finess}"),
        IdNatStruct::Siret(siret) => format!("5{siret}"),
        IdNatStruct::AdeliRank(_) | IdNatStruct::Siren(_) | IdNatStruct::RppsRank(_) => return None,
    };
    format!("{employer}/{local_id}").parse().ok()
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = structure_staff)]
struct Row {
    structure: String,
    local_id: String,
    post: String,
    family_name: String,
    given_name: String,
    declared_by: String,
    declared_at: Timestamp,
    left_at: Option<Timestamp>,
}

impl Row {
    fn read(self) -> Result<StaffMember, StaffError> {
        let (Ok(structure), Ok(post)) = (self.structure.parse(), self.post.parse()) else {
            return Err(StaffError::RowAltered(self.structure, self.local_id));
        };
        Ok(StaffMember {
            structure,
            local_id: self.local_id,
            post,
            family_name: self.family_name,
            given_name: self.given_name,
            declared_by: self.declared_by,
            declared_at: self.declared_at,
            left_at: self.left_at,
        })
    }
}
