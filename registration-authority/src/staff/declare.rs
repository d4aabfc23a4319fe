use ca_core::subject::check_person_name;
use diesel::prelude::*;
use professional_registry::identifiers::TechnicalStructureId;
use rand_core::CryptoRng;
use serde_json::json;
use store::schema::structure_staff;
use store::{Act, Code, Database, Fault, Timestamp, audit};
use thiserror::Error;

use super::{Post, StaffError, StaffMember, find};
use crate::faults;
use crate::mandate;
use crate::officers::{self, NotAuthorised, Right};

/// Digits of the local number of a service: its certificate's pseudonym has them (\[S\] domain.md §1.7).
const SERVICE_DIGITS: usize = 9;
/// Longest local number (\[ours\]: `LocalId` of an IdNat_PS).
const LOCAL_BOUND: usize = 20;

/// One of the staff, as the agent names him. Names are empty of a service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewMember {
    /// The number that the structure gives.
    pub local_id: String,
    /// What he is there.
    pub post: Post,
    /// As it will be certified.
    pub family_name: String,
    /// As it will be certified.
    pub given_name: String,
}

impl NewMember {
    /// The first field that is not of its form, and the rule.
    pub fn fault(&self) -> Option<(&'static str, String)> {
        let length = self.local_id.len();
        let plain = self.local_id.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if !(1..=LOCAL_BOUND).contains(&length) || !plain {
            return Some(("local_id", "1 to 20 letters and digits, without accents".to_owned()));
        }
        let digits = self.local_id.bytes().all(|byte| byte.is_ascii_digit());
        if self.post == Post::Service {
            if length != SERVICE_DIGITS || !digits {
                return Some(("local_id", "nine digits, for a service".to_owned()));
            }
            let named = [("family_name", &self.family_name), ("given_name", &self.given_name)];
            let named = named.into_iter().find(|(_, name)| !name.is_empty());
            return named.map(|(field, _)| (field, "nothing: a service has no name".to_owned()));
        }
        let names = [("family_name", &self.family_name), ("given_name", &self.given_name)];
        names.into_iter().find_map(|(field, name)| {
            let why = check_person_name(name).err()?;
            Some((field, format!("a name that a certificate can hold: {why}")))
        })
    }
}

/// What a declaration did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Declared {
    /// Nobody had this number.
    New,
    /// His names or his post are others now.
    Changed,
    /// All was as declared.
    Unchanged,
}

/// Why the staff is not declared.
#[derive(Debug, Error)]
pub enum DeclareError {
    /// The actor may not declare.
    #[error(transparent)]
    NotAuthorised(#[from] NotAuthorised),
    /// He does not speak for the structure.
    #[error("{login} has no mandate for structure {structure}")]
    NotMandated {
        /// Who tried.
        login: String,
        /// For which structure.
        structure: TechnicalStructureId,
    },
    /// A field is not of the form it must have.
    #[error("{field}: {rule}")]
    Field {
        /// Which.
        field: &'static str,
        /// The rule.
        rule: String,
    },
    /// The number is of somebody who left, or was a person's and is to be a service's, or the reverse.
    #[error("member {0}: {1}")]
    NumberTaken(String, &'static str),
    /// Nobody has this number, or he left before.
    #[error("nobody of number {0} is there")]
    NotThere(String),
    /// The staff cannot be read.
    #[error(transparent)]
    Staff(#[from] StaffError),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for DeclareError {
    fn code(&self) -> Code {
        match self {
            Self::NotAuthorised(error) => error.code(),
            Self::NotMandated { .. } => faults::ORDER_NOT_MANDATED,
            Self::Field { .. } => faults::STAFF_FIELD_INVALID,
            Self::NumberTaken(..) => faults::STAFF_NUMBER_TAKEN,
            Self::NotThere(_) => faults::STAFF_NOT_THERE,
            Self::Staff(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// Declares one of the staff, or his names and post anew, in the name of an agent who speaks for the structure. Inside the
/// caller's write transaction.
pub fn declare(
    db: &mut Database,
    structure: &TechnicalStructureId,
    new: &NewMember,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Declared, DeclareError> {
    let agent = mandated(db, structure, act)?;
    if let Some((field, rule)) = new.fault() {
        return Err(DeclareError::Field { field, rule });
    }
    let before = find(db, structure, &new.local_id)?;
    let done = difference(before.as_ref(), new)?;
    match done {
        Declared::Unchanged => return Ok(done),
        Declared::New => insert(db, structure, new, &agent, act.at)?,
        Declared::Changed => change(db, structure, new, &agent, act.at)?,
    };
    let action = if done == Declared::New { "structure.staff-declared" } else { "structure.staff-changed" };
    let payload = json!({
        "local_id": new.local_id, "post": new.post.as_str(),
        "family_name": new.family_name, "given_name": new.given_name,
    });
    let subject = format!("structure {structure}");
    audit::record(db, audit::Event { action, subject, payload }, rng, act)?;
    Ok(done)
}

/// Writes down that somebody left. His card is opposed by an officer. Inside the caller's write transaction.
pub fn leave(
    db: &mut Database,
    structure: &TechnicalStructureId,
    local_id: &str,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<(), DeclareError> {
    mandated(db, structure, act)?;
    let left = diesel::update(structure_staff::table.find((structure.to_string(), local_id)))
        .filter(structure_staff::left_at.is_null())
        .set(structure_staff::left_at.eq(act.at))
        .execute(db)?;
    if left == 0 {
        return Err(DeclareError::NotThere(local_id.chars().take(LOCAL_BOUND).collect()));
    }
    let event = audit::Event {
        action: "structure.staff-left",
        subject: format!("structure {structure}"),
        payload: json!({ "local_id": local_id }),
    };
    Ok(audit::record(db, event, rng, act)?)
}

/// What a declaration would do, beside what stands.
pub(super) fn difference(before: Option<&StaffMember>, new: &NewMember) -> Result<Declared, DeclareError> {
    let Some(before) = before else { return Ok(Declared::New) };
    let taken = |why| Err(DeclareError::NumberTaken(new.local_id.clone(), why));
    if before.left_at.is_some() {
        return taken("its number is of somebody who left");
    }
    if (before.post == Post::Service) != (new.post == Post::Service) {
        return taken("a number is a person's or a service's, and stays so");
    }
    let same = before.post == new.post
        && before.family_name == new.family_name
        && before.given_name == new.given_name;
    Ok(if same { Declared::Unchanged } else { Declared::Changed })
}

/// The login of the agent who acts, and speaks for the structure.
pub(super) fn mandated(
    db: &mut Database,
    structure: &TechnicalStructureId,
    act: &Act,
) -> Result<String, DeclareError> {
    let login = officers::require(db, Right::Submit, act)?.login;
    match mandate::standing(db, structure, act)? {
        Some(_) => Ok(login),
        None => Err(DeclareError::NotMandated { login, structure: structure.clone() }),
    }
}

fn insert(
    db: &mut Database,
    structure: &TechnicalStructureId,
    new: &NewMember,
    agent: &str,
    at: Timestamp,
) -> QueryResult<usize> {
    diesel::insert_into(structure_staff::table)
        .values((
            structure_staff::structure.eq(structure.to_string()),
            structure_staff::local_id.eq(&new.local_id),
            structure_staff::post.eq(new.post.as_str()),
            structure_staff::family_name.eq(&new.family_name),
            structure_staff::given_name.eq(&new.given_name),
            structure_staff::declared_by.eq(agent),
            structure_staff::declared_at.eq(at),
        ))
        .execute(db)
}

fn change(
    db: &mut Database,
    structure: &TechnicalStructureId,
    new: &NewMember,
    agent: &str,
    at: Timestamp,
) -> QueryResult<usize> {
    diesel::update(structure_staff::table.find((structure.to_string(), &new.local_id)))
        .filter(structure_staff::left_at.is_null())
        .set((
            structure_staff::post.eq(new.post.as_str()),
            structure_staff::family_name.eq(&new.family_name),
            structure_staff::given_name.eq(&new.given_name),
            structure_staff::declared_by.eq(agent),
            structure_staff::declared_at.eq(at),
        ))
        .execute(db)
}
