//! What ends one day and somebody must renew before, soonest first.

use store::{Database, Timestamp};

use super::State;
use crate::WebState;
use crate::failure::Failure;
use crate::language::Language;
use crate::messages::Key;
use crate::operations::{Expiry, ExpiryKind};
use crate::typography::Shown;

/// One of them.
pub(super) struct ExpiryRow {
    pub(super) kind: Key,
    pub(super) name: String,
    pub(super) at: Option<Shown>,
    /// How long that is; none where it has ended.
    pub(super) left: Option<String>,
    pub(super) state: State,
}

pub(super) fn read(
    state: &WebState,
    db: &mut Database,
    language: Language,
    at: Timestamp,
) -> Result<Vec<ExpiryRow>, Failure> {
    let list = state.expiries(db, at).map_err(|(code, detail)| Failure::coded(code, detail))?;
    Ok(list.into_iter().map(|one| ExpiryRow::of(one, language, at)).collect())
}

impl ExpiryRow {
    fn of(one: Expiry, language: Language, at: Timestamp) -> Self {
        Self {
            kind: Key::of(match one.kind {
                ExpiryKind::Listener => "operations-expiry-listener",
                ExpiryKind::Authority => "operations-expiry-authority",
                ExpiryKind::FollowedAuthority => "operations-expiry-followed",
                ExpiryKind::RevokedAuthority => "operations-expiry-revoked",
                ExpiryKind::Responder => "operations-expiry-responder",
                ExpiryKind::Officer => "operations-expiry-officer",
            }),
            name: one.name,
            left: one.ends_at.filter(|end| *end > at).map(|end| language.ago(at, end)),
            at: one.ends_at.map(Shown),
            state: State::of(one.urgency),
        }
    }
}
