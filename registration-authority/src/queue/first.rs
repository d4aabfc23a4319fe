//! Who has given the first of two approvals, for those from whom it is not kept: whoever could be the second looks for himself.

use std::collections::BTreeMap;

use diesel::QueryResult;
use store::{Database, Timestamp};

use crate::approval::SubjectKind;
use crate::decision;
use crate::officers::{Officer, Right};
use crate::order::{CardOrder, OrderState};

/// The [`stage`](FirstApproval::stage) of an order that one of two officers has approved.
pub const APPROVED_BY_ONE: &str = "approved-by-one";

/// The first of two approvals, of an order that waits for the second.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstApproval {
    /// The officer's login.
    pub officer: String,
    /// When.
    pub at: Timestamp,
}

impl FirstApproval {
    /// Where such an order stands for whoever follows it, and may know.
    pub const fn stage(&self) -> &'static str {
        APPROVED_BY_ONE
    }
}

/// The first approval of each of these that waits for its second officer, as far as this reader may know of it: not where he could be the
/// second himself ([`Dossier::is_blind_for`](crate::views::Dossier::is_blind_for)).
pub fn first_approvals(
    db: &mut Database,
    reader: &Officer,
    orders: &[&CardOrder],
) -> QueryResult<BTreeMap<String, FirstApproval>> {
    let open = orders.iter().filter(|order| order.state == OrderState::Submitted);
    let numbers: Vec<&str> = open.map(|order| order.number.as_str()).collect();
    if numbers.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut decisions = decision::of_each(db, SubjectKind::CardOrder, &numbers)?;
    let mut firsts = BTreeMap::new();
    for order in orders {
        let taken = decisions.remove(&order.number).unwrap_or_default();
        let approved = taken.into_iter().filter(|one| one.subject_version == order.version && one.approves());
        let approved: Vec<_> = approved.collect();
        let own =
            order.submitted_by == reader.login || approved.iter().any(|one| one.decided_by == reader.login);
        let Some(first) = approved.into_iter().next().filter(|_| own || !reader.role.may(Right::Decide))
        else {
            continue;
        };
        let first = FirstApproval { officer: first.decided_by, at: first.decided_at };
        firsts.insert(order.number.clone(), first);
    }
    Ok(firsts)
}
