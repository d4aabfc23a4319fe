//! Who has done what since a caller read, for the answer that says that he comes too late: what the page of a late decision says.

use professional_registry::ImportedRegister;
use registration_authority::approval::SubjectKind;
use registration_authority::decision::{self, Decision};
use registration_authority::officers;
use registration_authority::order::OrderState;
use registration_authority::views;
use store::{Act, Database};

use super::Subject;
use crate::failure::{Change, Failure};

/// The decisions on the version that stands, what was taken back since the version that the caller had read, and a withdrawal. Nothing for
/// who does not decide on such things himself: who decided is between officers. Who looks for himself is not told here either whether somebody
/// has looked before him, nor that he took it back: what was taken back is looked at again.
pub(super) fn since<S: Subject>(
    db: &mut Database,
    subject: &S,
    read: Option<i64>,
    act: &Act,
) -> Result<Vec<Change>, Failure> {
    let Ok(officer) = officers::require(db, S::KIND.right(), act) else { return Ok(Vec::new()) };
    let decidable = subject.decidable();
    let (number, version) = (&decidable.number, decidable.version);
    let mut changes = Vec::new();
    if S::KIND == SubjectKind::CardOrder {
        let dossier = views::dossier(db, &mut ImportedRegister, number, act)?;
        // Then it is open, and nothing else has happened to it that could be told.
        if dossier.is_blind_for(&officer) {
            return Ok(changes);
        }
        if let OrderState::Withdrawn { at } = dossier.order.state {
            changes.push(Change { what: "withdrawn", by: None, at, version });
        }
    }
    for taken_back in decision::retractions(db, S::KIND, number)? {
        if read.is_none_or(|read| taken_back.subject_version >= read) {
            changes.push(Change {
                what: "taken-back",
                by: Some(taken_back.decided_by),
                at: taken_back.retracted_at,
                version: taken_back.subject_version,
            });
        }
    }
    let mut decisions: Vec<Decision> = decision::of(db, S::KIND, number)?;
    decisions.retain(|one| one.subject_version == version);
    changes.extend(decisions.into_iter().map(|one| Change {
        what: if one.approves() { "approved" } else { "refused" },
        at: one.decided_at,
        version,
        by: Some(one.decided_by),
    }));
    changes.sort_by_key(|change| change.at);
    Ok(changes)
}
