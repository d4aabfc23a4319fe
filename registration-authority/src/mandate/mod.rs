//! Mandates: who speaks for a structure (*mandataire*), on the ground of which document.
//!
//! A registration officer proposes one, with the SHA-256 of the document that he holds in his hand; another one approves it, and signs
//! for it as for an order. It lasts until its day, or until an officer refuses it after all, and signs for that too: a later version.
//! Its agent [lays it down](lay_down) without a signature, which the pages respect. [`standing`] is for pages and rules; what the worker does
//! by itself counts signatures alone (`proven`), and what it certifies rests on the decision, which `certification` verifies again.

pub mod canonical;
mod decide;
mod last_day;
mod propose;
mod proven;
mod quality;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use diesel::dsl::{exists, not};
use diesel::prelude::*;
use professional_registry::IdNatPs;
use professional_registry::identifiers::TechnicalStructureId;
use store::database::MultiBackend;
use store::schema::{decision_receipts, decisions, officers, structure_mandate_ends, structure_mandates};
use store::{Act, Code, Database, Fault, Timestamp};
use thiserror::Error;

pub use decide::{DecideMandateError, LayDownError, decide, lay_down};
pub(crate) use last_day::next_day;
pub use last_day::{end_of_day, last_day};
pub use propose::{NewMandate, ProposeMandateError, REFERENCE_BOUND, propose};
pub use proven::{Unsigned, unsigned};
pub(crate) use proven::{in_force, proven_of, silent_since};
pub use quality::Quality;

use crate::approval::{Concerned, Decidable, SubjectKind, Verdict};
use crate::decision::{self, Decision};
use crate::faults;
use crate::officers::{Reach, Scope, Within, rows};

/// Where a mandate stands at a moment, as its rows say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MandateState {
    /// Waits for its decision.
    Proposed,
    /// An officer has approved it.
    Approved {
        /// When.
        at: Timestamp,
    },
    /// An officer has refused it.
    Refused,
    /// It was approved, and ended: on its day, or because somebody ended it.
    Ended {
        /// When.
        at: Timestamp,
    },
}

impl MandateState {
    /// As it is told: `approved`.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Proposed => SubjectKind::StructureMandate.open_state(),
            Self::Approved { .. } => Verdict::Approve.state(),
            Self::Refused => Verdict::Refuse.state(),
            Self::Ended { .. } => "ended",
        }
    }
}

/// One mandate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mandate {
    /// `MA-2026-000001`.
    pub number: String,
    /// For which structure.
    pub structure: TechnicalStructureId,
    /// The agent's login.
    pub login: String,
    /// His name, as he is enrolled; empty where he is not.
    pub agent_name: String,
    /// As whom he speaks.
    pub quality: Quality,
    /// Who he is in the register; of a professional, and of nobody else.
    pub identifier: Option<IdNatPs>,
    /// What the document is called: `Contrat d'adhésion 2026-0412`.
    pub reference: String,
    /// Its SHA-256, in hexadecimal.
    pub document: String,
    /// Until when at most.
    pub until: Option<Timestamp>,
    /// The officer's login.
    pub proposed_by: String,
    /// When.
    pub proposed_at: Timestamp,
    /// When it was ended before its time, or laid down.
    pub ended_at: Option<Timestamp>,
    /// Who decided what on it and on its end: what the worker has found to hold, and where it has found nothing, whatever its rows say that it
    /// has not looked at.
    pub decisions: Vec<Decision>,
    /// The version that would end it, or did: later than every row that stands beside it, whoever wrote that, so that none is in its way.
    end_version: i64,
    /// Whether the worker has found them to hold.
    proven: bool,
    /// When it was ended by a signature that the worker has found to hold.
    end_signed: Option<Timestamp>,
}

/// The version that an officer approves, or refuses.
const BEGINNING: i64 = 1;
/// The first version of what stands, which an officer refuses to end it; where a row is in the way, one of the next.
const END: i64 = 2;

impl Mandate {
    /// Where it stands at that moment: the one reading of its dates, for pages, rules and the worker. One refusal ends it,
    /// whoever approved it.
    pub fn state(&self, at: Timestamp) -> MandateState {
        match (self.verdict(), self.ended_at.into_iter().chain(self.until).min()) {
            (None, _) => MandateState::Proposed,
            (Some((Verdict::Refuse, _)), _) => MandateState::Refused,
            (Some((Verdict::Approve, _)), Some(end)) if end <= at => MandateState::Ended { at: end },
            (Some((Verdict::Approve, since)), _) => MandateState::Approved { at: since },
        }
    }

    /// Whether it stood at that moment.
    pub fn stood(&self, at: Timestamp) -> bool {
        matches!(self.state(at), MandateState::Approved { at: since } if since <= at)
    }

    /// What was decided first, and when.
    fn verdict(&self) -> Option<(Verdict, Timestamp)> {
        let first = |verdict: Verdict| {
            let such = self.on_its_beginning().filter(|decision| decision.verdict() == verdict);
            such.map(|decision| decision.decided_at).min().map(|at| (verdict, at))
        };
        first(Verdict::Refuse).or_else(|| first(Verdict::Approve))
    }

    /// Whether it was ended by no more than a signature that the worker has found to hold.
    pub fn end_is_signed(&self) -> bool {
        self.ended_at.is_none() || self.end_signed.is_some()
    }

    /// Whether it was laid down, and goes on for the worker until an officer signs for its end or its day comes.
    pub fn awaits_its_end(&self, at: Timestamp) -> bool {
        !self.end_is_signed() && self.as_signed().stood(at)
    }

    /// The decisions by which it began, or did not.
    pub fn on_its_beginning(&self) -> impl Iterator<Item = &Decision> {
        self.decisions.iter().filter(|decision| decision.subject_version == BEGINNING)
    }

    /// The structure that it is for.
    pub fn reach(&self) -> Reach {
        Reach::structure(&self.structure)
    }

    /// Whether an officer has approved it: what can be decided on is its end.
    pub fn is_approved(&self) -> bool {
        matches!(self.verdict(), Some((Verdict::Approve, _)))
    }

    /// What an officer decides on: whether it begins, and of what was approved, whether it ends.
    pub fn decidable(&self) -> Decidable {
        self.decidable_on(if self.is_approved() { self.end_version } else { BEGINNING })
    }

    /// What an officer decided on when it began.
    pub(crate) fn its_beginning(&self) -> Decidable {
        self.decidable_on(BEGINNING)
    }

    /// What was decided on by who decided on this version, for the worker. Nothing more is decided on the beginning of what has begun: whoever
    /// would not have it ends it.
    pub(crate) fn decidable_at(&self, version: i64) -> Decidable {
        self.decidable_on(if self.proven { version.max(END) } else { version })
    }

    /// Its beginning, on which nobody decides who proposed it; or its end, on which its agent does not: he [lays it down](lay_down).
    fn decidable_on(&self, version: i64) -> Decidable {
        let (decided, submitted_by) = match version {
            BEGINNING => (self.verdict().map(|(verdict, _)| verdict), &self.proposed_by),
            _ => (proven::ends(&self.decisions).next().map(Decision::verdict), &self.login),
        };
        let state = decided.map_or(SubjectKind::StructureMandate.open_state(), Verdict::state);
        Decidable {
            kind: SubjectKind::StructureMandate,
            number: self.number.clone(),
            version,
            state,
            submitted_by: submitted_by.clone(),
            reach: self.reach(),
            concerns: Some(Concerned {
                holder: self.identifier.clone(),
                family_name: self.agent_name.clone(),
                given_name: String::new(),
            }),
            canonical: canonical::encode(self),
        }
    }
}

/// Why a mandate cannot be had.
#[derive(Debug, Error)]
pub enum MandateError {
    /// There is none of this number.
    #[error("no mandate {0}")]
    Unknown(String),
    /// The row is not what this program writes.
    #[error("mandate {0}: {1} cannot be read")]
    RowAltered(String, &'static str),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for MandateError {
    fn code(&self) -> Code {
        match self {
            Self::Unknown(_) => faults::MANDATE_UNKNOWN,
            Self::RowAltered(..) => faults::MANDATE_ROW_ALTERED,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// The mandate of this number.
pub fn get(db: &mut Database, number: &str) -> Result<Mandate, MandateError> {
    let row: Option<Row> =
        structure_mandates::table.find(number).select(Row::as_select()).first(db).optional()?;
    read(db, row.ok_or_else(|| MandateError::Unknown(number.to_owned()))?)
}

/// Every mandate of a structure, newest first; without what cannot be read, which is logged.
pub fn of_structure(db: &mut Database, structure: &TechnicalStructureId) -> QueryResult<Vec<Mandate>> {
    let rows: Vec<Row> = structure_mandates::table
        .filter(structure_mandates::structure.eq(structure.to_string()))
        .order(structure_mandates::number.desc())
        .select(Row::as_select())
        .load(db)?;
    readable(db, rows)
}

/// The same of an agent.
pub fn of_agent(db: &mut Database, login: &str) -> QueryResult<Vec<Mandate>> {
    let rows: Vec<Row> = structure_mandates::table
        .filter(structure_mandates::login.eq(login))
        .order(structure_mandates::number.desc())
        .select(Row::as_select())
        .load(db)?;
    readable(db, rows)
}

/// The same of this login, and of whoever is one of these numbers.
pub(crate) fn of_person(
    db: &mut Database,
    login: &str,
    numbers: &BTreeSet<String>,
) -> QueryResult<Vec<Mandate>> {
    let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
    let rows: Vec<Row> = structure_mandates::table
        .filter(structure_mandates::login.eq(login).or(structure_mandates::identifier.eq_any(numbers)))
        .order(structure_mandates::number.desc())
        .select(Row::as_select())
        .load(db)?;
    readable(db, rows)
}

/// A row that nobody can read is nobody's mandate, and keeps nobody from another.
fn readable(db: &mut Database, rows: Vec<Row>) -> QueryResult<Vec<Mandate>> {
    let mut mandates = Vec::with_capacity(rows.len());
    for row in rows {
        match read(db, row) {
            Ok(mandate) => mandates.push(mandate),
            Err(MandateError::Database(error)) => return Err(error),
            Err(error) => tracing::error!(code = error.code().name, "{error}: it counts for nothing"),
        }
    }
    Ok(mandates)
}

/// Most mandates that are listed.
const LISTED: i64 = 200;

/// Those that wait for their decision and that an officer of this scope is there for, oldest first; how many others wait.
pub fn waiting(db: &mut Database, scopes: &[Scope]) -> QueryResult<Within<Mandate>> {
    let (his, hidden) = match (rows::mandates(scopes), rows::mandates(scopes)) {
        (Some(within), Some(again)) => {
            let hidden: i64 = undecided().filter(not(again)).count().get_result(db)?;
            (undecided().filter(within), usize::try_from(hidden).unwrap_or(usize::MAX))
        }
        _ => (undecided(), 0),
    };
    let rows: Vec<Row> =
        his.order(structure_mandates::number).limit(LISTED).select(Row::as_select()).load(db)?;
    Ok(Within { shown: readable(db, rows)?, hidden })
}

/// How many wait for their decision.
pub(crate) fn count_waiting(db: &mut Database) -> QueryResult<i64> {
    undecided().count().get_result(db)
}

fn undecided<'a>() -> structure_mandates::BoxedQuery<'a, MultiBackend> {
    let refused = decision_receipts::table
        .filter(decision_receipts::subject_kind.eq(decisions::subject_kind))
        .filter(decision_receipts::subject_number.eq(decisions::subject_number))
        .filter(decision_receipts::subject_version.eq(decisions::subject_version))
        .filter(decision_receipts::decided_by.eq(decisions::decided_by))
        .filter(decision_receipts::refusal.is_not_null());
    let decided = decisions::table
        .filter(decisions::subject_kind.eq(SubjectKind::StructureMandate.as_str()))
        .filter(decisions::subject_number.eq(structure_mandates::number))
        .filter(not(exists(refused)));
    structure_mandates::table.filter(not(exists(decided))).into_boxed()
}

/// The mandate by which the officer who acts speaks for the structure now, as its rows say.
pub fn standing(
    db: &mut Database,
    structure: &TechnicalStructureId,
    act: &Act,
) -> QueryResult<Option<Mandate>> {
    let Some(login) = act.actor.officer() else { return Ok(None) };
    let his = of_structure(db, structure)?.into_iter().filter(|mandate| mandate.login == login);
    Ok(his.into_iter().find(|mandate| mandate.stood(act.at)))
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = structure_mandates)]
struct Row {
    number: String,
    structure: String,
    login: String,
    quality: String,
    identifier: Option<String>,
    reference: String,
    document: String,
    until: Option<Timestamp>,
    proposed_by: String,
    proposed_at: Timestamp,
}

fn read(db: &mut Database, row: Row) -> Result<Mandate, MandateError> {
    let altered = |column| MandateError::RowAltered(row.number.clone(), column);
    let identifier = row.identifier.as_deref().map(str::parse).transpose();
    let (structure, quality) = (row.structure.parse(), row.quality.parse());
    let decisions = decision::of(db, SubjectKind::StructureMandate, &row.number)?;
    let after_all =
        decisions.iter().map(|one| one.subject_version).max().map_or(END, |last| last.saturating_add(1));
    let (held, unseen) = proven::held(db, decisions)?;
    let end: Option<(Timestamp, bool)> = structure_mandate_ends::table
        .find(&row.number)
        .select((structure_mandate_ends::ended_at, structure_mandate_ends::before_signatures))
        .first(db)
        .optional()?;
    let proven = held.iter().any(|decision| decision.subject_version == BEGINNING);
    let end_signed = proven::end_signed(&held, end);
    let decisions = if proven { held } else { unseen };
    let ended_by = proven::ends(&decisions).map(|one| one.subject_version).next();
    let mandate = Mandate {
        structure: structure.map_err(|_| altered("its structure"))?,
        quality: quality.map_err(|_| altered("its quality"))?,
        identifier: identifier.map_err(|_| altered("its identifier"))?,
        ended_at: end.map(|(at, _)| at).into_iter().chain(end_signed).min(),
        end_version: ended_by.unwrap_or(after_all),
        decisions,
        proven,
        end_signed,
        agent_name: officers::table
            .find(&row.login)
            .select(officers::display_name)
            .first(db)
            .optional()?
            .unwrap_or_default(),
        number: row.number,
        login: row.login,
        reference: row.reference,
        document: row.document,
        until: row.until,
        proposed_by: row.proposed_by,
        proposed_at: row.proposed_at,
    };
    Ok(mandate)
}
