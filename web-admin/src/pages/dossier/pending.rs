//! A decision from which nothing has followed yet: until when, and who can take it back.

use registration_authority::approval::{ApprovalVerifier, SubjectKind};
use registration_authority::decision::{self, Decision};
use registration_authority::officers::Officer;
use registration_authority::order::{self, CardOrder, OrderState, Revocable};
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
    /// When it takes effect by itself; none where another officer decides first.
    pub(super) until: Option<Shown>,
    /// Whether the officer who reads may take it back: it is his.
    pub(super) own: bool,
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
                let waits = of_now.map(|one| (one, until(one))).filter(|(_, until)| at < *until);
                waits.max_by_key(|it| it.1).map(|(one, until)| (one, Revocable::Until(until)))
            }),
            _ => own,
        };
        let Some((decision, how_long)) = waiting else { return Ok(None) };
        let until = match how_long {
            Revocable::Until(until) => Some(Shown(until)),
            Revocable::WhileOpen => None,
        };
        let verdict = match until {
            Some(_) => words::pending(decision),
            None => Key::of("dossier-approval-alone"),
        };
        Ok(Some(Self { verdict, by: name_of(db, &decision.decided_by)?, until, own: own.is_some() }))
    }
}
