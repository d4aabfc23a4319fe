use ca_core::hold::{self, HoldError};
use ca_core::serial::SerialNumber;
use ca_core::status_log;
use card::{CardLife, CardNumber, CardStatus};
use diesel::prelude::*;
use rand_core::CryptoRng;
use serde_json::json;
use store::audit::{self, Event};
use store::schema::card_suspensions;
use store::{Act, Code, Database, Fault, Timestamp};
use thiserror::Error;

use super::of_card;
use crate::faults;
use crate::officers::{self, NotAuthorised, Right};
use crate::outbox::{self, Notice};

/// Whether this installation's policy knows suspensions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SuspensionPolicy {
    /// An opposition is definitive, and there is nothing else.
    #[default]
    NotAllowed,
    /// A card may be stopped while a doubt is looked into.
    Allowed,
}

/// What a suspension led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspended {
    /// `SU-` and 16 hexadecimal digits.
    pub number: String,
    /// The card.
    pub card: CardNumber,
    /// Since when.
    pub suspended_at: Timestamp,
    /// The certificates that are held, issuer and serial number.
    pub certificates: Vec<(String, SerialNumber)>,
    /// The newest event of the status log that is in it.
    pub status_sequence: i64,
}

/// Why a card is not suspended. Nothing of the attempt stays.
#[derive(Debug, Error)]
pub enum SuspendError {
    /// The policy knows no suspension.
    #[error("ground: an opposition is definitive; this policy allows no hold")]
    NotAllowed,
    /// The actor may not.
    #[error(transparent)]
    NotAuthorised(#[from] NotAuthorised),
    /// The card is not known.
    #[error(transparent)]
    Lock(#[from] card::TransitionError),
    /// Only a card that is in use is suspended.
    #[error("card {card} is {status}: only an active card is suspended")]
    NotActive {
        /// Which card.
        card: CardNumber,
        /// Where it stands.
        status: CardStatus,
    },
    /// It is suspended already.
    #[error("card {card} is suspended since {since}")]
    AlreadySuspended {
        /// Which card.
        card: CardNumber,
        /// Since when.
        since: Timestamp,
    },
    /// A certificate of it cannot be held.
    #[error(transparent)]
    Hold(#[from] HoldError),
    /// A certificate of it has no readable serial number.
    #[error("card {0}: a certificate's serial number cannot be read")]
    SerialUnreadable(CardNumber),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for SuspendError {
    fn code(&self) -> Code {
        match self {
            Self::NotAllowed => faults::OPPOSITION_HOLD_NOT_ALLOWED,
            Self::NotAuthorised(error) => error.code(),
            Self::Lock(error) => error.code(),
            Self::NotActive { .. } => faults::SUSPENSION_CARD_NOT_ACTIVE,
            Self::AlreadySuspended { .. } => faults::SUSPENSION_STANDS,
            Self::Hold(error) => error.code(),
            Self::SerialUnreadable(_) => faults::CERTIFICATION_CARD_ALTERED,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// Suspends an active card: every certificate of it is held, in one transaction of its own with the notice and the audit,
/// also where the disk is full. By an officer who may oppose it.
pub fn suspend(
    db: &mut Database,
    policy: SuspensionPolicy,
    number: &CardNumber,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Suspended, SuspendError> {
    db.write_on_reserve(|db| {
        officers::require(db, Right::Oppose, act)?;
        if policy == SuspensionPolicy::NotAllowed {
            return Err(SuspendError::NotAllowed);
        }
        within(db, number, rng, act)
    })
}

/// The card's row is taken first, so that its opposition and this one wait for each other (invariant 15).
fn within(
    db: &mut Database,
    number: &CardNumber,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Suspended, SuspendError> {
    let card = card::lock(db, number)?;
    if !matches!(card.life, CardLife::Active { .. }) {
        return Err(SuspendError::NotActive { card: *number, status: card.life.status() });
    }
    if let Some(stands) = of_card(db, number)? {
        return Err(SuspendError::AlreadySuspended { card: *number, since: stands.suspended_at });
    }
    let mut certificates = Vec::new();
    for (issuer, serial) in certificates_of(db, number)?.ok_or(SuspendError::SerialUnreadable(*number))? {
        match hold::hold(db, &issuer, &serial, rng, act) {
            Ok(_) => certificates.push((issuer, serial)),
            // Ended already: there is nothing to hold.
            Err(HoldError::NotGood { status, .. }) if matches!(status.as_str(), "revoked" | "abandoned") => {}
            Err(error) => return Err(error.into()),
        }
    }
    let mut drawn = [0; 8];
    rng.fill_bytes(&mut drawn);
    let suspension = format!("SU-{}", hex::encode_upper(drawn));
    diesel::insert_into(card_suspensions::table)
        .values((
            card_suspensions::number.eq(&suspension),
            card_suspensions::card_number.eq(number.to_string()),
            card_suspensions::suspended_by.eq(act.actor.to_string()),
            card_suspensions::suspended_at.eq(act.at),
        ))
        .execute(db)?;
    let subject = format!("card {number}");
    outbox::tell_holder(db, &card.holder, Notice::CardSuspended, number, rng, act)?;
    let payload = json!({
        "suspension": suspension,
        "certificates": certificates.iter().map(|(issuer, serial)| format!("{issuer} {serial}")).collect::<Vec<_>>(),
    });
    audit::record(db, Event { action: "card.suspended", subject, payload }, rng, act)?;
    Ok(Suspended {
        number: suspension,
        card: *number,
        suspended_at: act.at,
        certificates,
        status_sequence: status_log::newest(db)?,
    })
}

/// The card's certificates in the order in which whoever settles several takes them; nothing where a serial number does
/// not read.
pub(super) fn certificates_of(
    db: &mut Database,
    number: &CardNumber,
) -> QueryResult<Option<Vec<(String, SerialNumber)>>> {
    let mut certificates = card::certificates::of_card(db, number)?;
    certificates.sort();
    let read = certificates.into_iter().map(|one| Some((one.issuer, one.serial.parse().ok()?)));
    Ok(read.collect())
}
