//! Who stands behind a decision: two are two persons only where nobody stands behind both.

use std::collections::BTreeSet;

use diesel::prelude::*;
use store::Database;
use store::schema::officer_delegations;

use crate::approval::Decidable;
use crate::decision::{self, Decision};

/// Who took the decision, and in whose name: the delegator, where it names a delegation.
pub(crate) fn behind(db: &mut Database, decision: &Decision) -> QueryResult<BTreeSet<String>> {
    let mut persons = BTreeSet::from([decision.decided_by.clone()]);
    if let Some(number) = decision.delegation() {
        let delegator: Option<String> = officer_delegations::table
            .find(number)
            .select(officer_delegations::delegator)
            .first(db)
            .optional()?;
        persons.extend(delegator);
    }
    Ok(persons)
}

/// Who stands behind the decisions of others than this officer on this version.
pub(crate) fn behind_others(
    db: &mut Database,
    subject: &Decidable,
    login: &str,
) -> QueryResult<BTreeSet<String>> {
    let decisions = decision::of(db, subject.kind, &subject.number)?;
    behind_others_of(db, &decisions, subject, login)
}

/// The same, and whoever submitted it, where that is an officer.
pub(crate) fn others_behind(
    db: &mut Database,
    subject: &Decidable,
    login: &str,
) -> QueryResult<BTreeSet<String>> {
    let mut others = behind_others(db, subject, login)?;
    if !subject.submitted_by.contains(':') && subject.submitted_by != login {
        others.insert(subject.submitted_by.clone());
    }
    Ok(others)
}

/// The same, of these decisions on it.
pub(crate) fn behind_others_of(
    db: &mut Database,
    decisions: &[Decision],
    subject: &Decidable,
    login: &str,
) -> QueryResult<BTreeSet<String>> {
    let mut persons = BTreeSet::new();
    for one in decisions {
        if one.subject_version == subject.version && one.decided_by != login {
            persons.extend(behind(db, one)?);
        }
    }
    Ok(persons)
}
