//! Delegations: an officer who goes on leave has another decide within his scope, or a part of it, from one day to another.
//!
//! It widens *reach* and no right: what sort of act somebody does is his own role's matter. Who delegates signs for it with his key; what it
//! was signed over cannot be wider than his own scope, so nobody delegates what was delegated to him. It ends by itself, or before, when
//! somebody [`end`]s it. `received` is for pages and rules; a decision names the delegation that it was taken by, and the worker
//! verifies (`verify`) both signatures and the dates at the moment of the decision (decision 56).

mod behind;
pub mod canonical;
mod decide;
mod propose;
mod verify;

#[cfg(test)]
mod tests;

use std::time::Duration;

use diesel::dsl::exists;
use diesel::prelude::*;
use store::schema::{decisions, officer_delegation_ends, officer_delegations, officers};
use store::{Code, Database, Fault, Timestamp};
use thiserror::Error;

pub(crate) use behind::{behind, behind_others, behind_others_of, others_behind};
pub use decide::{DecideDelegationError, EndDelegationError, decide, end, may_end};
pub use propose::{NewDelegation, ProposeDelegationError, days, delegates, propose};
pub(crate) use verify::verify;

use crate::approval::{Decidable, SubjectKind};
use crate::decision::{self, Decision, Receipt};
use crate::faults;
use crate::officers::{Delegated, Reach, Scope, check_login};

/// Longest delegation: the 31 days in a row that a civil servant may be away on leave (décret n° 84-972 du 26 octobre 1984, article 4), and
/// the hour by which the clocks go back. Who is away for longer signs again.
pub const LONGEST: Duration = Duration::from_secs((31 * 24 + 1) * 3600);

/// The most that one list shows.
const LISTED: i64 = 200;

/// Where a delegation stands at a moment, as its rows say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DelegationState {
    /// Who delegates has not signed for it.
    Proposed,
    /// The worker has not seen his signature yet.
    Signed,
    /// It has, and the signature is worth nothing.
    Refused,
    /// It has not begun.
    ToCome,
    /// It gives its delegate its scope.
    Standing,
    /// It has ended: on its day, or because somebody ended it.
    Ended,
}

impl DelegationState {
    /// As it is told: `standing`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Proposed => SubjectKind::OfficerDelegation.open_state(),
            Self::Signed => "signed",
            Self::Refused => "refused",
            Self::ToCome => "to-come",
            Self::Standing => "standing",
            Self::Ended => "ended",
        }
    }
}

/// One delegation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delegation {
    /// `DG-2026-000001`.
    pub number: String,
    /// The login of who delegates.
    pub delegator: String,
    /// His name, as he is enrolled; empty where he is not.
    pub delegator_name: String,
    /// The login of who acts within it.
    pub delegate: String,
    /// His name likewise.
    pub delegate_name: String,
    /// For which orders.
    pub scope: Scope,
    /// From when on.
    pub begins_at: Timestamp,
    /// Until when: nothing from then on.
    pub ends_at: Timestamp,
    /// When it was written down.
    pub proposed_at: Timestamp,
    /// When it was ended before its time, and by whom.
    pub ended: Option<(Timestamp, String)>,
    /// Who signed for it.
    pub decisions: Vec<Decision>,
    /// What the worker made of the signature.
    pub receipt: Option<Receipt>,
}

impl Delegation {
    /// Where it stands at that moment.
    pub fn state(&self, at: Timestamp) -> DelegationState {
        match (self.signed_at(), &self.receipt) {
            (None, _) => DelegationState::Proposed,
            (Some(_), None) => DelegationState::Signed,
            (Some(_), Some(receipt)) if receipt.refusal.is_some() => DelegationState::Refused,
            (Some(_), Some(_)) if self.last() <= at => DelegationState::Ended,
            (Some(_), Some(_)) if self.reaches(at) => DelegationState::Standing,
            (Some(_), Some(_)) => DelegationState::ToCome,
        }
    }

    /// Whether the moment lies within its dates, its signature before and its end after: the one reading of them, for pages and for the
    /// worker.
    pub(crate) fn reaches(&self, at: Timestamp) -> bool {
        self.reached(at) && at < self.last()
    }

    /// The same, whoever has ended it since: of a decision that the worker received while nobody had. An end is a row of the pages, whose date may lie
    /// some minutes back; it takes nothing from what was received before it stood there.
    pub(crate) fn reached(&self, at: Timestamp) -> bool {
        self.signed_at().is_some_and(|signed| signed.max(self.begins_at) <= at) && at < self.ends_at
    }

    /// When it ends, or ended.
    pub fn last(&self) -> Timestamp {
        self.ended.as_ref().map_or(self.ends_at, |(at, _)| self.ends_at.min(*at))
    }

    /// Whether it is as long as a delegation may be, and no longer.
    pub(crate) fn is_bounded(&self) -> bool {
        self.begins_at < self.ends_at && self.ends_at <= self.begins_at.plus(LONGEST)
    }

    /// When who delegates signed for it.
    fn signed_at(&self) -> Option<Timestamp> {
        let his = self.decisions.iter().find(|decision| decision.decided_by == self.delegator);
        his.filter(|decision| decision.approves()).map(|decision| decision.decided_at)
    }

    /// What who delegates signs for; never who acts within it.
    pub fn decidable(&self) -> Decidable {
        Decidable {
            kind: SubjectKind::OfficerDelegation,
            number: self.number.clone(),
            version: 1,
            state: match self.decisions.is_empty() {
                true => SubjectKind::OfficerDelegation.open_state(),
                false => "signed",
            },
            submitted_by: self.delegate.clone(),
            reach: Reach::Scope(self.scope.clone()),
            concerns: None,
            canonical: canonical::encode(self),
        }
    }
}

/// Why a delegation cannot be had, or gives nothing.
#[derive(Debug, Error)]
pub enum DelegationError {
    /// There is none of this number.
    #[error("no delegation {0}")]
    Unknown(String),
    /// The row is not what this program writes.
    #[error("delegation {0}: {1} cannot be read")]
    RowAltered(String, &'static str),
    /// It gives nothing to this officer at this moment.
    #[error("delegation {0} gives nothing: {1}")]
    NotStanding(String, &'static str),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for DelegationError {
    fn code(&self) -> Code {
        match self {
            Self::Unknown(_) => faults::DELEGATION_UNKNOWN,
            Self::RowAltered(..) => faults::DELEGATION_ROW_ALTERED,
            Self::NotStanding(..) => faults::DELEGATION_NOT_STANDING,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// The delegation of this number.
pub fn get(db: &mut Database, number: &str) -> Result<Delegation, DelegationError> {
    let row: Option<Row> =
        officer_delegations::table.find(number).select(Row::as_select()).first(db).optional()?;
    read(db, row.ok_or_else(|| DelegationError::Unknown(number.to_owned()))?)
}

/// Those that this officer gave or received, newest first.
pub fn of_officer(db: &mut Database, login: &str) -> Result<Vec<Delegation>, DelegationError> {
    let rows: Vec<Row> = officer_delegations::table
        .filter(officer_delegations::delegator.eq(login).or(officer_delegations::delegate.eq(login)))
        .order(officer_delegations::number.desc())
        .limit(LISTED)
        .select(Row::as_select())
        .load(db)?;
    rows.into_iter().map(|row| read(db, row)).collect()
}

/// Every officer's, newest first.
pub fn all(db: &mut Database) -> Result<Vec<Delegation>, DelegationError> {
    let rows: Vec<Row> = officer_delegations::table
        .order(officer_delegations::number.desc())
        .limit(LISTED)
        .select(Row::as_select())
        .load(db)?;
    rows.into_iter().map(|row| read(db, row)).collect()
}

/// What stands at that moment of what was delegated to this officer, as the rows say; without what cannot be read.
pub(crate) fn received(db: &mut Database, login: &str, at: Timestamp) -> QueryResult<Vec<Delegated>> {
    let signed = decisions::table
        .filter(decisions::subject_kind.eq(SubjectKind::OfficerDelegation.as_str()))
        .filter(decisions::subject_number.eq(officer_delegations::number));
    let rows: Vec<Row> = officer_delegations::table
        .filter(officer_delegations::delegate.eq(login))
        .filter(officer_delegations::begins_at.le(at).and(officer_delegations::ends_at.gt(at)))
        .filter(exists(signed))
        .order(officer_delegations::number)
        .limit(LISTED)
        .select(Row::as_select())
        .load(db)?;
    let mut received = Vec::new();
    for row in rows {
        match read(db, row) {
            Ok(one) if one.state(at) == DelegationState::Standing => received.push(Delegated {
                number: one.number,
                delegator: one.delegator,
                delegator_name: one.delegator_name,
                scope: one.scope,
            }),
            Ok(_) => {}
            Err(DelegationError::Database(error)) => return Err(error),
            Err(error) => tracing::error!(code = error.code().name, "a delegation is left out: {error}"),
        }
    }
    Ok(received)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = officer_delegations)]
struct Row {
    number: String,
    delegator: String,
    delegate: String,
    scope: String,
    begins_at: Timestamp,
    ends_at: Timestamp,
    proposed_at: Timestamp,
}

fn read(db: &mut Database, row: Row) -> Result<Delegation, DelegationError> {
    let altered = |column| DelegationError::RowAltered(row.number.clone(), column);
    let scope: Scope = row.scope.parse().map_err(|_| altered("its scope"))?;
    check_login(&row.delegator).map_err(|_| altered("who delegates"))?;
    check_login(&row.delegate).map_err(|_| altered("its delegate"))?;
    let decisions = decision::of(db, SubjectKind::OfficerDelegation, &row.number)?;
    let his = decisions.iter().find(|decision| decision.decided_by == row.delegator);
    Ok(Delegation {
        receipt: his.map(|decision| decision::receipt(db, decision)).transpose()?.flatten(),
        decisions,
        ended: officer_delegation_ends::table
            .find(&row.number)
            .select((officer_delegation_ends::ended_at, officer_delegation_ends::ended_by))
            .first(db)
            .optional()?,
        delegator_name: name_of(db, &row.delegator)?,
        delegate_name: name_of(db, &row.delegate)?,
        number: row.number,
        delegator: row.delegator,
        delegate: row.delegate,
        scope,
        begins_at: row.begins_at,
        ends_at: row.ends_at,
        proposed_at: row.proposed_at,
    })
}

fn name_of(db: &mut Database, login: &str) -> QueryResult<String> {
    let name = officers::table.find(login).select(officers::display_name).first(db).optional()?;
    Ok(name.unwrap_or_default())
}
