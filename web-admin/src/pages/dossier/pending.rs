//! A decision from which nothing has followed yet: until when, and who can take it back.

use registration_authority::approval::{ApprovalVerifier, SubjectKind};
use registration_authority::decision::{self, Decision};
use registration_authority::officers::Officer;
use registration_authority::order::{self, CardOrder, OrderState};
use store::{Database, Timestamp};

use super::name_of;
use crate::failure::Failure;
use crate::messages::Key;
use crate::typography::Shown;
use crate::words;

/// What waits, in words.
pub(super) struct Pending {
    pub(super) verdict: Key,
    pub(super) by: String,
    pub(super) until: Shown,
    /// Whether the officer who reads may take it back: it is his.
    pub(super) own: bool,
    /// Whether another officer decides too before anything follows.
    pub(super) first_of_two: bool,
}

impl Pending {
    /// Of the order as it stands: what the officer who reads can take back, else what another can. An order that is still
    /// open shows him his own alone.
    pub(super) fn of(
        db: &mut Database,
        verifier: &ApprovalVerifier,
        officer: &Officer,
        order: &CardOrder,
        decisions: &[Decision],
        at: Timestamp,
    ) -> Result<Option<Self>, Failure> {
        let own = order::may_take_back(verifier, officer, order, decisions, at);
        let waiting = match order.state {
            OrderState::Approved { .. } | OrderState::Refused { .. } => own.or_else(|| {
                let of_now = decisions.iter().filter(|one| one.subject_version == order.version);
                let until = |one| decision::can_be_taken_back_until(verifier, SubjectKind::CardOrder, one);
                of_now.map(|one| (one, until(one))).filter(|(_, until)| at < *until).max_by_key(|it| it.1)
            }),
            _ => own,
        };
        let Some((decision, until)) = waiting else { return Ok(None) };
        Ok(Some(Self {
            verdict: words::pending(decision),
            by: name_of(db, &decision.decided_by)?,
            until: Shown(until),
            own: own.is_some(),
            first_of_two: order.state == OrderState::Submitted,
        }))
    }
}
