//! The newest CRLs and how long each lasts: what is left is loud where it is little.

use store::Timestamp;

use super::State;
use crate::language::Language;
use crate::messages::Key;
use crate::publications::{NextCrl, PublishedAuthority, PublishedCrl};
use crate::typography::Shown;

/// One CRL.
pub(super) struct Clock {
    pub(super) authority: String,
    /// Whether it is complete or a delta; its number goes into it.
    pub(super) kind: Key,
    pub(super) number: u64,
    pub(super) this_update: Shown,
    pub(super) next_update: Shown,
    pub(super) planned_at: Option<Shown>,
    /// What follows it where no moment is planned.
    pub(super) unplanned: Key,
    /// How long it lasts, and how much of that is left; seconds.
    pub(super) life: i64,
    pub(super) left: i64,
    /// The same for people; none where it has ended.
    pub(super) lasts: Option<String>,
    /// Whether it may end: nothing is left that it could say.
    pub(super) is_last: bool,
    pub(super) state: State,
}

/// Of every authority, in the order of the public page.
pub(super) fn read(authorities: &[PublishedAuthority], language: Language, at: Timestamp) -> Vec<Clock> {
    let crls = authorities
        .iter()
        .flat_map(|published| published.crls.iter().map(|crl| (&published.authority.short_name, crl)));
    crls.map(|(authority, crl)| Clock::of(authority, crl, language, at)).collect()
}

impl Clock {
    fn of(authority: &str, crl: &PublishedCrl, language: Language, at: Timestamp) -> Self {
        Self {
            authority: authority.to_owned(),
            kind: Key::of(if crl.is_delta { "operations-delta-crl" } else { "operations-full-crl" }),
            number: crl.number,
            this_update: Shown(crl.this_update),
            next_update: Shown(crl.next_update),
            planned_at: crl.next.planned_at().map(Shown),
            unplanned: Key::of(match crl.next {
                NextCrl::Never => "operations-last-crl",
                NextCrl::AtCeremony | NextCrl::By(_) => "operations-at-ceremony",
            }),
            life: (crl.next_update.seconds() - crl.this_update.seconds()).max(1),
            left: (crl.next_update.seconds() - at.seconds()).max(0),
            lasts: (crl.next_update > at).then(|| language.ago(at, crl.next_update)),
            is_last: crl.next == NextCrl::Never,
            state: State::of(crl.urgency),
        }
    }
}
