//! Where in the status log CRLs are cut, and the thisUpdate that goes with it.

use ca_core::authority::Authority;
use ca_core::status_log;
use store::{Act, Database, Timestamp};

use super::CrlError;
use crate::policy::PublicationPolicy;

/// CRLs of one cut show the same of the log: what is added to it later, and it only grows, is on none of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cut {
    /// They show the status log up to here.
    pub(crate) sequence: i64,
    /// Their thisUpdate, in whole seconds.
    pub(crate) this_update: Timestamp,
}

impl Cut {
    /// After the newest line. thisUpdate is the moment of the act, or of the authority's newest revocation where that
    /// was committed since the act began.
    pub(crate) fn now(
        db: &mut Database,
        policy: &PublicationPolicy,
        authority: &Authority,
        act: &Act,
    ) -> Result<Self, CrlError> {
        const RECENT: i64 = 100;
        let latest = act.at.plus(policy.clock_tolerance);
        let (sequence, recent) = db.snapshot(|db| {
            let sequence = status_log::newest(db)?;
            Ok::<_, CrlError>((sequence, status_log::since(db, sequence - RECENT, RECENT)?))
        })?;
        let mut this_update = act.at;
        for event in recent.into_iter().filter(|event| event.issuer == authority.short_name) {
            if event.occurred_at <= latest {
                this_update = this_update.max(event.occurred_at);
            } else {
                // A clock was ahead. Status stays up all the same: see `EntryDates`.
                tracing::error!(
                    issuer = event.issuer,
                    sequence = event.sequence,
                    now = %act.at,
                    "event {} of the status log is dated {}, which is still to come: its CRLs date it by the first \
                     that shows it; check the clocks of the database and of this machine",
                    event.sequence,
                    event.occurred_at
                );
            }
        }
        Ok(Self { sequence, this_update: this_update.whole_second() })
    }
}
