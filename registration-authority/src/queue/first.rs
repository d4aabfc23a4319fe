//! Who has given the first of two approvals, for those from whom it is not kept: whoever could be the second looks for himself.

use std::collections::BTreeMap;

use diesel::QueryResult;
use store::{Database, Timestamp};

use crate::approval::SubjectKind;
use crate::decision;
use crate::officers::{Officer, Right};
use crate::order::{CardOrder, OrderState};
use crate::queue::lease::{self, Lease};
use crate::risk;

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

/// Who is on which of these orders at that moment, as far as this reader may know of it: nobody is, on one of which he could be the second of two
/// ([`Dossier::as_shown_to`](crate::views::Dossier::as_shown_to)). By the flags that were kept, which every approval keeps first.
pub fn leases_shown(
    db: &mut Database,
    reader: &Officer,
    orders: &[&CardOrder],
    at: Timestamp,
) -> QueryResult<BTreeMap<String, Lease>> {
    let numbers: Vec<&str> = orders.iter().map(|order| order.number.as_str()).collect();
    let mut leases = lease::of(db, &numbers, at)?;
    for order in orders {
        if leases.contains_key(&order.number) && looks_for_himself(db, order, reader)? {
            leases.remove(&order.number);
        }
    }
    Ok(leases)
}

fn looks_for_himself(db: &mut Database, order: &CardOrder, reader: &Officer) -> QueryResult<bool> {
    let could_decide =
        order.is_undecided() && reader.role.may(Right::Decide) && order.submitted_by != reader.login;
    if !could_decide || !risk::asks_for_two(db, order)? {
        return Ok(false);
    }
    let decisions = decision::of(db, SubjectKind::CardOrder, &order.number)?;
    let mut standing = decisions.iter().filter(|one| one.subject_version == order.version && one.approves());
    Ok(!standing.any(|one| one.decided_by == reader.login))
}
