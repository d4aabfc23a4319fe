//! The officers: who is enrolled, with which role, and what a role may do.
//!
//! A login that ended stays in the table: decisions name it. Rights are read when the act happens,
//! never when a task was listed.

use diesel::prelude::*;
use rand_core::CryptoRng;
use serde_json::json;
use store::schema::officers;
use store::{Act, Actor, Code, Database, Fault, Timestamp, audit};
use thiserror::Error;

pub use delegated::Delegated;
pub use email::OfficerEmail;
pub use right::Right;
pub use role::Role;
pub use scope::{Covered, Reach, Scope};
pub use signed_in::{SessionEvent, record_sessions};
pub use within::Within;

use crate::{delegation, faults};

mod delegated;
mod email;
mod right;
mod role;
pub(crate) mod rows;
mod scope;
mod signed_in;
mod within;

#[cfg(test)]
mod tests;

/// Longest login, in octets.
const LOGIN_BOUND: usize = 64;
/// Longest display name, in characters.
const DISPLAY_NAME_BOUND: usize = 100;

/// An enrolled officer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Officer {
    /// `alice`: lower-case letters, digits, `.`, `-`, `_`.
    pub login: String,
    /// For pages and letters.
    pub display_name: String,
    /// What he is there for.
    pub role: Role,
    /// For which orders.
    pub scope: Scope,
    /// For which others besides, by delegations that stand at the moment at which he [acts](require).
    pub delegated: Vec<Delegated>,
    /// Since when.
    pub enrolled_at: Timestamp,
    /// Until when, if it has ended.
    pub ended_at: Option<Timestamp>,
}

impl Officer {
    /// Whether he stood enrolled, with a role that gives `right`, at that moment.
    pub fn had(&self, right: Right, at: Timestamp) -> bool {
        self.stood(at) && self.role.may(right)
    }

    /// Whether he stood enrolled at that moment.
    pub fn stood(&self, at: Timestamp) -> bool {
        self.enrolled_at <= at && self.ended_at.is_none_or(|end| at < end)
    }
}

/// Why somebody may not act.
#[derive(Debug, Error)]
pub enum NotAuthorised {
    /// Not an officer, or not one who stands enrolled now.
    #[error("{actor} is not an enrolled officer")]
    Unknown {
        /// Who tried.
        actor: String,
    },
    /// His enrolment begins after now, which only a clock can bring about.
    #[error("officer {login} is enrolled since {since}, and this machine's clock says {at}")]
    NotYet {
        /// Who tried.
        login: String,
        /// Since when he is enrolled.
        since: Timestamp,
        /// What the clock said.
        at: Timestamp,
    },
    /// An officer without the role.
    #[error("officer {login} is {role}; {right:?} needs {needed}", needed = one_of(right.roles()))]
    RoleMissing {
        /// Who tried.
        login: String,
        /// What he is.
        role: Role,
        /// What he has no right to.
        right: Right,
    },
    /// An officer for other orders.
    #[error("officer {login} is there for {scope}, and not for this")]
    OutsideScope {
        /// Who tried.
        login: String,
        /// For what he is there.
        scope: String,
    },
    /// An officer for some departments, and nobody knows in which this is.
    #[error("officer {login} is there for {scope}, and the register knows no place of this")]
    PlaceUnknown {
        /// Who tried.
        login: String,
        /// For what he is there.
        scope: String,
    },
    /// The row cannot be read.
    #[error(transparent)]
    Officer(#[from] OfficerError),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for NotAuthorised {
    fn code(&self) -> Code {
        match self {
            Self::Unknown { .. } => faults::OFFICER_UNKNOWN,
            Self::NotYet { .. } => faults::OFFICER_NOT_YET,
            Self::RoleMissing { right, .. } if right.reads() => faults::READING_NOT_ALLOWED,
            Self::RoleMissing { .. } => faults::OFFICER_ROLE_MISSING,
            Self::OutsideScope { .. } => faults::OFFICER_OUTSIDE_SCOPE,
            Self::PlaceUnknown { .. } => faults::OFFICER_PLACE_UNKNOWN,
            Self::Officer(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// Why an officer cannot be enrolled, ended or read.
#[derive(Debug, Error)]
pub enum OfficerError {
    /// A field is not of the form it must have.
    #[error("{field}: must be {rule}")]
    Field {
        /// Which.
        field: &'static str,
        /// The rule.
        rule: &'static str,
    },
    /// The login is taken, by one who acts or by one who did.
    #[error("an officer {0} is enrolled, or was")]
    AlreadyEnrolled(String),
    /// Nobody of this login stands enrolled.
    #[error("no officer {0} is enrolled")]
    Unknown(String),
    /// The actor may not enrol.
    #[error("{0} may not enrol officers")]
    NotAuthorised(String),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for OfficerError {
    fn code(&self) -> Code {
        match self {
            Self::Field { .. } => faults::OFFICER_FIELD_INVALID,
            Self::AlreadyEnrolled(_) => faults::OFFICER_ALREADY_ENROLLED,
            Self::Unknown(_) => faults::OFFICER_UNKNOWN,
            Self::NotAuthorised(_) => faults::OFFICER_ROLE_MISSING,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// The officer who acts, when he has `right`; refused otherwise.
pub fn require(db: &mut Database, right: Right, act: &Act) -> Result<Officer, NotAuthorised> {
    let unknown = || NotAuthorised::Unknown { actor: act.actor.to_string() };
    let officer = find(db, act.actor.officer().ok_or_else(unknown)?)?.ok_or_else(unknown)?;
    if act.at < officer.enrolled_at {
        return Err(NotAuthorised::NotYet { login: officer.login, since: officer.enrolled_at, at: act.at });
    }
    if !officer.stood(act.at) {
        return Err(unknown());
    }
    if officer.had(right, act.at) {
        return Ok(with_delegated(db, officer, act.at)?);
    }
    Err(NotAuthorised::RoleMissing { login: officer.login, role: officer.role, right })
}

fn one_of(roles: &[Role]) -> String {
    roles.iter().map(Role::to_string).collect::<Vec<_>>().join(" or ")
}

/// Enrols an officer. By the operator of the machine, or by an administrator; inside a transaction.
pub fn enrol(
    db: &mut Database,
    login: &str,
    display_name: &str,
    role: Role,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Officer, OfficerError> {
    may_enrol(db, act)?;
    check_login(login)?;
    check_display_name(display_name)?;
    if find(db, login)?.is_some() {
        return Err(OfficerError::AlreadyEnrolled(login.to_owned()));
    }
    let officer = Officer {
        login: login.to_owned(),
        display_name: display_name.to_owned(),
        role,
        scope: Scope::default(),
        delegated: Vec::new(),
        enrolled_at: act.at,
        ended_at: None,
    };
    insert(db, officer, json!({"role": role.as_str()}), rng, act)
}

/// The row of an officer whom the chain of enrolments names, and who has none. Inside a transaction.
pub(crate) fn follow_chain(
    db: &mut Database,
    (login, display_name): (&str, &str),
    (role, scope): (Role, &Scope),
    enrolment: Option<&str>,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Officer, OfficerError> {
    let mut payload = json!({"role": role.as_str(), "enrolment": enrolment});
    if !scope.is_everything() {
        payload["scope"] = json!(scope.to_string());
    }
    let officer = Officer {
        login: login.to_owned(),
        display_name: display_name.to_owned(),
        role,
        scope: scope.clone(),
        delegated: Vec::new(),
        enrolled_at: act.at,
        ended_at: None,
    };
    insert(db, officer, payload, rng, act)
}

fn insert(
    db: &mut Database,
    officer: Officer,
    payload: serde_json::Value,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Officer, OfficerError> {
    diesel::insert_into(officers::table)
        .values((
            officers::login.eq(&officer.login),
            officers::display_name.eq(&officer.display_name),
            officers::role.eq(officer.role.as_str()),
            officers::scope.eq(officer.scope.to_string()),
            officers::enrolled_at.eq(act.at),
        ))
        .execute(db)?;
    record(db, "officer.enrolled", &officer.login, payload, rng, act)?;
    Ok(officer)
}

/// Ends an enrolment. What the officer decided before still stands. Inside a transaction.
pub fn end(db: &mut Database, login: &str, rng: &mut dyn CryptoRng, act: &Act) -> Result<(), OfficerError> {
    may_enrol(db, act)?;
    let ended = diesel::update(officers::table)
        .filter(officers::login.eq(login).and(officers::ended_at.is_null()))
        .set(officers::ended_at.eq(act.at))
        .execute(db)?;
    if ended == 0 {
        return Err(OfficerError::Unknown(login.to_owned()));
    }
    Ok(record(db, "officer.ended", login, json!({}), rng, act)?)
}

/// The officer of this login, also one whose enrolment has ended.
pub fn find(db: &mut Database, login: &str) -> Result<Option<Officer>, OfficerError> {
    let row: Option<Row> = officers::table.find(login).first(db).optional()?;
    row.map(officer).transpose()
}

/// Every officer, by login.
pub fn list(db: &mut Database) -> Result<Vec<Officer>, OfficerError> {
    let rows: Vec<Row> = officers::table.order(officers::login).load(db)?;
    rows.into_iter().map(officer).collect()
}

type Row = (String, String, String, Timestamp, Option<Timestamp>, String);

fn officer((login, display_name, role, enrolled_at, ended_at, scope): Row) -> Result<Officer, OfficerError> {
    let (role, scope, delegated) = (role.parse()?, scope.parse()?, Vec::new());
    Ok(Officer { login, display_name, role, scope, delegated, enrolled_at, ended_at })
}

/// The officer with what was delegated to him, as the rows say: for pages and rules; what he signs the worker verifies.
pub fn with_delegated(db: &mut Database, officer: Officer, at: Timestamp) -> QueryResult<Officer> {
    let delegated = match officer.role.may(Right::Decide) {
        true => delegation::received(db, &officer.login, at)?,
        false => Vec::new(),
    };
    Ok(Officer { delegated, ..officer })
}

fn may_enrol(db: &mut Database, act: &Act) -> Result<(), OfficerError> {
    let allowed = match &act.actor {
        Actor::Operator(_) => true,
        Actor::Officer(login) => find(db, login)?.is_some_and(|officer| officer.had(Right::Enrol, act.at)),
        _ => false,
    };
    if allowed { Ok(()) } else { Err(OfficerError::NotAuthorised(act.actor.to_string())) }
}

/// No colon: `job:renewal` stands where a login stands, and nobody may enrol under that name.
pub(crate) fn check_login(login: &str) -> Result<(), OfficerError> {
    let fits = (1..=LOGIN_BOUND).contains(&login.len())
        && login.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b));
    if fits {
        return Ok(());
    }
    Err(OfficerError::Field { field: "login", rule: "1 to 64 of a-z, 0-9, `.`, `-` and `_`" })
}

pub(crate) fn check_display_name(name: &str) -> Result<(), OfficerError> {
    let length = name.chars().count();
    if (1..=DISPLAY_NAME_BOUND).contains(&length) && !name.chars().any(char::is_control) {
        return Ok(());
    }
    Err(OfficerError::Field { field: "display name", rule: "1 to 100 characters, none of them a control" })
}

fn record(
    db: &mut Database,
    action: &'static str,
    login: &str,
    payload: serde_json::Value,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<()> {
    audit::record(db, audit::Event { action, subject: format!("officer {login}"), payload }, rng, act)
}
