//! Of each recent opposition: when it was received and committed, when each face was first seen to say so, and until
//! when somebody may still hold an answer that does not.
//!
//! A face is looked at once a minute, so "seen" is an upper bound: it said so then, and perhaps a minute before.

use std::time::Duration;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use store::schema::{card_certificates, certificate_status_events, opposition_declarations};
use store::{Database, Timestamp};

use crate::lifetimes::OcspLifetimes;
use crate::logged;
use crate::recorded::{self, CrlKind, Lately, Opposed};
use crate::scope::Scope;
use crate::sightings;

/// An opposition is recent for a day; and for as long after as somebody may hold an answer without it.
const RECENT: Duration = Duration::from_secs(24 * 3600);

/// How many are told of at most, the newest.
const MOST: i64 = 500;

/// What became of one opposition.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opposition {
    /// Its place on the opposition list.
    pub sequence: i64,
    /// The card.
    pub card_number: String,
    /// When the declaration reached us.
    pub received_at: Timestamp,
    /// When its transaction dated the end of the last of the card's certificates; nothing where it had none.
    pub committed_at: Option<Timestamp>,
    /// When each face was first seen to say it of every certificate of the card.
    pub seen: SeenAt,
    /// Until when an answer that does not say it may be used by whoever holds one.
    pub good_until: GoodUntil,
    /// The latest of these: when the last cached "good" dies. Nothing while OCSP has not been seen to say it.
    pub last_good_until: Option<Timestamp>,
}

/// When each face was first seen to say it; nothing where it was not yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenAt {
    /// OCSP says revoked of every certificate of the card.
    pub ocsp: Option<Timestamp>,
    /// A delta, or a complete CRL, has every certificate of the card.
    pub delta: Option<Timestamp>,
    /// A complete CRL has.
    pub crl: Option<Timestamp>,
    /// The card stands on the opposition list.
    pub list: Option<Timestamp>,
}

/// nextUpdate of the last answer of each kind that does not say it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoodUntil {
    /// An OCSP answer: made before the moment at which it was seen to say revoked.
    pub ocsp: Option<Timestamp>,
    /// A complete CRL that was recorded before.
    pub crl: Option<Timestamp>,
    /// A delta that was recorded before.
    pub delta: Option<Timestamp>,
}

/// A certificate of an opposed card that the log has ended.
type Ended = (String, String, i64, Timestamp);

/// The recent oppositions.
pub(crate) struct Recent {
    /// What became of the newest of them, the newest first.
    pub(crate) told: Vec<Opposition>,
    /// How many more there are at most: opposed within a day, or so lately with a certificate that an answer without it may last.
    pub(crate) more: u64,
}

/// The recent oppositions, of which the newest [`MOST`] are told of. `ocsp_validity` is how long an OCSP answer may be used, where
/// nothing else is written down.
pub(crate) fn recent(db: &mut Database, ocsp_validity: Duration, at: Timestamp) -> QueryResult<Recent> {
    let lives = OcspLifetimes::load(db, ocsp_validity, at)?;
    // Nobody holds an answer that is older than any that lasts. One that is recent may stand behind others that are not: of a card without certificates
    // nobody holds any. A card opposed by a clock that was ahead is recent too.
    let oldest = at.minus(lives.longest_in_use()).minus(RECENT);
    let held = recorded::oldest_crl_in_use(db, at)?.map_or(oldest, |crl| crl.min(oldest));
    let lately = Lately { day: at.minus(RECENT), held };
    let (mut told, mut below) = (Vec::new(), i64::MAX);
    loop {
        let page = recorded::lately_opposed(db, lately, below, MOST)?;
        for opposed in &page {
            below = opposed.sequence;
            let one = follow(db, opposed, &lives)?;
            if is_recent(&one, opposed.opposed_at, at) {
                told.push(one);
            }
            if told.len() as i64 == MOST {
                return Ok(Recent { told, more: recorded::count_lately_opposed(db, lately, below)? });
            }
        }
        if (page.len() as i64) < MOST {
            return Ok(Recent { told, more: 0 });
        }
    }
}

fn is_recent(one: &Opposition, opposed_at: Timestamp, at: Timestamp) -> bool {
    // Of a card without certificates nobody holds an answer.
    let is_held = one.committed_at.is_some() && one.last_good_until.is_none_or(|until| until > at);
    is_held || opposed_at.plus(RECENT) > at
}

fn follow(db: &mut Database, opposed: &Opposed, lives: &OcspLifetimes) -> QueryResult<Opposition> {
    let received: Option<Timestamp> = opposition_declarations::table
        .filter(opposition_declarations::card_number.eq(&opposed.card_number))
        .select(opposition_declarations::received_at)
        .first(db)
        .optional()?;
    let ended: Vec<Ended> = card_certificates::table
        .inner_join(
            certificate_status_events::table.on(certificate_status_events::issuer
                .eq(card_certificates::issuer)
                .and(certificate_status_events::serial.eq(card_certificates::serial))),
        )
        .filter(logged::is_revocation())
        .filter(card_certificates::card_number.eq(&opposed.card_number))
        .select((
            certificate_status_events::issuer,
            certificate_status_events::serial,
            certificate_status_events::sequence,
            certificate_status_events::occurred_at,
        ))
        .load(db)?;
    let mut seen = SeenAt { list: sightings::on_list(db, opposed.sequence)?, ..SeenAt::default() };
    let mut good = GoodUntil::default();
    let (mut in_ocsp, mut on_delta, mut on_crl) = (Vec::new(), Vec::new(), Vec::new());
    for (issuer, serial, sequence, _) in &ended {
        in_ocsp.push(sightings::in_ocsp(db, issuer, *sequence)?);
        for scope in Scope::of_certificate(db, issuer, serial)? {
            let full = shown(db, &scope, CrlKind::Full, *sequence)?;
            let delta = shown(db, &scope, CrlKind::Delta, *sequence)?;
            on_crl.push(full.seen_at);
            on_delta.push(full.seen_at.into_iter().chain(delta.seen_at).min());
            good.crl = good.crl.max(full.without_until);
            good.delta = good.delta.max(delta.without_until);
        }
    }
    seen.ocsp = all(&in_ocsp);
    seen.delta = all(&on_delta);
    seen.crl = all(&on_crl);
    good.ocsp = seen.ocsp.map(|seen| lives.ended(seen));
    let settled = seen.ocsp.is_some() || ended.is_empty();
    Ok(Opposition {
        sequence: opposed.sequence,
        card_number: opposed.card_number.clone(),
        received_at: received.unwrap_or(opposed.opposed_at),
        committed_at: ended.iter().map(|(.., at)| *at).max(),
        seen,
        good_until: good,
        last_good_until: if settled {
            [good.ocsp, good.crl, good.delta].into_iter().flatten().max()
        } else {
            None
        },
    })
}

/// Of CRLs of one kind and an event of the log.
struct Shown {
    /// When the first one that has it was seen.
    seen_at: Option<Timestamp>,
    /// The latest nextUpdate of those that have it not.
    without_until: Option<Timestamp>,
}

fn shown(db: &mut Database, scope: &Scope, kind: CrlKind, sequence: i64) -> QueryResult<Shown> {
    let after = recorded::last_crl_without(db, scope, kind, sequence)?.map_or(0, |crl| crl.number);
    Ok(Shown {
        seen_at: sightings::of_crl_after(db, kind, scope, after)?,
        without_until: recorded::kept_without_until(db, scope, kind, sequence)?,
    })
}

/// The last of them, where all are there.
fn all(moments: &[Option<Timestamp>]) -> Option<Timestamp> {
    moments.iter().copied().collect::<Option<Vec<_>>>()?.into_iter().max()
}

#[cfg(test)]
mod tests;
