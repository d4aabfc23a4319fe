//! That an officer signed in or out, and which of his sessions he ended from another, stands in the trail. Sessions themselves are
//! kept by whoever serves the pages; that one ended by its time is no act, and no event.

use rand_core::CryptoRng;
use serde_json::json;
use store::audit::{self, Event};
use store::{Act, Database};

/// What happened to a session. Each is named by the first octets of its token's digest, in hexadecimal, which opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionEvent<'a> {
    /// The officer who acts signed in.
    Begun {
        /// The session.
        session: &'a str,
        /// By what: `link`, `passkey`, `card`.
        means: &'a str,
    },
    /// He signed out of it.
    SignedOut {
        /// The session.
        session: &'a str,
    },
    /// He ended it from another one.
    Ended {
        /// The session that ended.
        session: &'a str,
        /// The one that he ended it from.
        from: &'a str,
    },
    /// One ended because there were too many when he signed in.
    MadeRoom {
        /// The session that ended.
        session: &'a str,
        /// Whose it was: his own, unless everybody together has too many.
        of: &'a str,
        /// The one that he began.
        to: &'a str,
    },
}

/// Records these of the officer who acts, before what they say is done. An officer signs in to oppose a card on a full disk too: then on the
/// room that is kept for it, which nobody needs to go.
pub fn record_sessions(
    db: &mut Database,
    events: &[SessionEvent<'_>],
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> diesel::QueryResult<()> {
    let own = act.actor.officer().unwrap_or_default();
    let signs_in = events.iter().any(|event| matches!(event, SessionEvent::Begun { .. }));
    let record = |db: &mut Database| {
        let events = events.iter().map(|event| {
            let (action, of, payload) = match event {
                SessionEvent::Begun { session, means } => {
                    ("officer.signed-in", own, json!({ "session": session, "by": means }))
                }
                SessionEvent::SignedOut { session } => {
                    ("officer.signed-out", own, json!({ "session": session }))
                }
                SessionEvent::Ended { session, from } => {
                    ("officer.session-ended", own, json!({ "session": session, "from": from }))
                }
                SessionEvent::MadeRoom { session, of, to } => {
                    ("officer.session-ended", *of, json!({ "session": session, "made_room_for": to }))
                }
            };
            Event { action, subject: format!("officer {of}"), payload }
        });
        audit::record_all(db, events.collect(), rng, act)
    };
    if signs_in { db.write_on_reserve(record) } else { db.write(record) }
}
