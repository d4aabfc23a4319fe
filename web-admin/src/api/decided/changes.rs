//! Who has done what since a caller read, for the answer that says that he comes too late: what the page of a late decision says.

use professional_registry::ImportedRegister;
use registration_authority::approval::SubjectKind;
use registration_authority::decision::{self, Decision};
use registration_authority::officers;
use registration_authority::views::{self, Read, What};
use store::{Act, Database};

use super::Subject;
use crate::failure::{Change, Failure};

/// What happened to what the caller had read: of an order, all that its page of late decisions tells ([`views::changes`]); of anything else,
/// the decisions on the version that stands, and which were taken back. Nothing for who does not decide on such things himself: who decided is between officers.
pub(super) fn since<S: Subject>(
    db: &mut Database,
    subject: &S,
    read: &Read,
    act: &Act,
) -> Result<Vec<Change>, Failure> {
    if officers::require(db, S::KIND.right(), act).is_err() {
        return Ok(Vec::new());
    }
    let decidable = subject.decidable();
    let (number, version) = (&decidable.number, decidable.version);
    if S::KIND == SubjectKind::CardOrder {
        return of_order(db, number, read, act);
    }
    let mut decisions: Vec<Decision> = decision::of(db, S::KIND, number)?;
    decisions.retain(|one| one.subject_version == version);
    let mut changes: Vec<Change> = decisions
        .into_iter()
        .map(|one| Change {
            what: if one.approves() { "approved" } else { "refused" },
            at: one.decided_at,
            version,
            by: Some(one.decided_by),
        })
        .collect();
    let seen = read.version.unwrap_or(version);
    for one in
        decision::retractions(db, S::KIND, number)?.into_iter().filter(|one| one.subject_version >= seen)
    {
        let (by, at, version) = (Some(one.decided_by), one.retracted_at, one.subject_version);
        changes.push(Change { what: What::TakenBack.as_str(), by, at, version });
    }
    changes.sort_by_key(|change| change.at);
    Ok(changes)
}

/// The same of an order, for an officer who decides on orders.
pub(in crate::api) fn of_order(
    db: &mut Database,
    number: &str,
    read: &Read,
    act: &Act,
) -> Result<Vec<Change>, Failure> {
    let (_, changes) = views::changes(db, &mut ImportedRegister, number, read, act)?;
    let told = changes.into_iter().map(|views::Change { what, by, at, version, .. }| Change {
        what: what.as_str(),
        by,
        at,
        version,
    });
    Ok(told.collect())
}
