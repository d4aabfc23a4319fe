//! Opposition: a card is lost, stolen, or may no longer be used. One transaction ends the card and every
//! certificate of it (architecture, step 8).
//!
//! Card and certification meet on the card's row (invariant 15), so that row is always taken first.

mod again;
pub mod by_code;
pub mod by_request;
pub mod code;
pub mod code_letter;
pub mod declaration;
mod ground;
pub mod one_time;
pub mod request;
pub mod requester;
mod table;
pub mod ticket;

#[cfg(test)]
mod tests;

use ca_core::revocation::{self, RevokeError, Revoked};
use ca_core::serial::SerialNumber;
use ca_core::status_log;
use card::{CardNumber, opposition as card_opposition};
use diesel::prelude::*;
use professional_registry::{ImportedRegister, Registry};
use rand_core::CryptoRng;
use serde_json::json;
use store::schema::opposition_declarations;
use store::{Act, Actor, BrokenRule, Code, Database, Fault, Timestamp, audit, crash_point};
use thiserror::Error;

use crate::faults;
use crate::four_eyes;
use crate::lapse;
use crate::officers::{self, NotAuthorised, Right};
use crate::outbox::{self, Notice};
use crate::structure_notices;
use crate::suspension;
use requester::{Claim, Requested, RequesterError};

pub use again::declared_before;
pub use ground::{Ground, GroundError};
pub use table::{
    BadTable, GroundRule, HoldRule, Mark, Naming, Needs, OppositionTable, RequesterRule, RequesterRules,
    table,
};

/// What a declaration led to. The receipt is given to the declarer; nothing of the ground is published.
#[derive(Clone, Debug)]
pub struct Opposition {
    /// `OP-` and 16 hexadecimal digits, drawn at random: a number would tell how many there are.
    pub receipt: String,
    /// The card that may never be used again.
    pub card: CardNumber,
    /// Who asked for it.
    pub requested: Requested,
    /// Since when.
    pub opposed_at: Timestamp,
    /// Its place on the opposition list.
    pub sequence: i64,
    /// What became of its certificates.
    pub certificates: Vec<EndedCertificate>,
    /// The newest event of the status log that is in it: who has applied this one knows of every certificate.
    pub status_sequence: i64,
}

/// How far an opposition has come when its declarer is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Publication {
    /// The status role of this node answers *revoked*.
    Published,
    /// It is recorded for good; the answers follow.
    UnderWay,
}

/// A certificate of an opposed card.
#[derive(Clone, Debug)]
pub struct EndedCertificate {
    /// Short name of its authority.
    pub issuer: String,
    /// Its serial number.
    pub serial: SerialNumber,
    /// Revoked now, or given up before it was signed; `None` when it had ended already.
    pub outcome: Option<Revoked>,
}

/// Why a card is not opposed. Nothing of the attempt stays.
#[derive(Debug, Error)]
pub enum OpposeError {
    /// The actor may not oppose.
    #[error(transparent)]
    NotAuthorised(#[from] NotAuthorised),
    /// A holder opposes his own cards only.
    #[error("card {0} is not a card of {1}")]
    NotYours(CardNumber, String),
    /// Who asks for it may not.
    #[error(transparent)]
    Requester(#[from] RequesterError),
    /// The table cannot be read.
    #[error(transparent)]
    Table(#[from] BadTable),
    /// The card is not known.
    #[error(transparent)]
    Card(#[from] card::GetError),
    /// The card is opposed already, or has ended otherwise.
    #[error(transparent)]
    Opposition(#[from] card_opposition::OpposeError),
    /// A certificate of it cannot be revoked.
    #[error(transparent)]
    Revocation(#[from] RevokeError),
    /// A certificate of it has no readable serial number.
    #[error("card {0}: a certificate's serial number cannot be read")]
    SerialUnreadable(CardNumber),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for OpposeError {
    fn code(&self) -> Code {
        match self {
            Self::NotAuthorised(error) => error.code(),
            Self::NotYours(..) => faults::OPPOSITION_NOT_YOURS,
            Self::Requester(error) => error.code(),
            Self::Table(error) => error.code(),
            Self::Card(error) => error.code(),
            Self::Opposition(error) => error.code(),
            Self::Revocation(error) => error.code(),
            Self::SerialUnreadable(_) => faults::CERTIFICATION_CARD_ALTERED,
            Self::Database(_) => store::fault::DATABASE,
        }
    }

    fn broken_rules(&self) -> Vec<BrokenRule> {
        match self {
            Self::Requester(error) => error.broken_rules(),
            _ => Vec::new(),
        }
    }
}

/// Opposes a card: it, its certificates, the declaration, the notice and the audit in one transaction of
/// its own, also where the disk is full. By the holder himself; or, of its own motion, by the registration authority: an officer who
/// may, a job or the operator.
pub fn oppose(
    db: &mut Database,
    number: &CardNumber,
    ground: Ground,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Opposition, OpposeError> {
    let claim = match act.actor {
        Actor::Holder(_) => Claim::Holder,
        _ => Claim::Authority,
    };
    oppose_for(db, &mut ImportedRegister, number, (ground, &claim), rng, act)
}

/// The same where an officer, or the operator, says who asked him for it: refused where that person may not have this card opposed for
/// this ground.
pub fn oppose_for(
    db: &mut Database,
    registry: &mut dyn Registry,
    number: &CardNumber,
    (ground, claim): (Ground, &Claim),
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Opposition, OpposeError> {
    let opposition = db.write_on_reserve(|db| {
        authorise(db, number, act)?;
        let card = card::get(db, number)?;
        let requested = requester::entitled(db, registry, (&card, ground), claim, act)?;
        oppose_within(db, number, (ground, &requested), rng, act)
    })?;
    crash_point("opposition.committed");
    Ok(opposition)
}

/// The same for those who compose: inside the caller's transaction, who acts having been checked.
pub(crate) fn oppose_within(
    db: &mut Database,
    number: &CardNumber,
    (ground, requested): (Ground, &Requested),
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Opposition, OpposeError> {
    let reason = table()?.reason(ground)?;
    let mut opposed = card_opposition::oppose(db, number, rng, act)?;
    crash_point("opposition.card-opposed");
    // As a batch that is being signed takes them: each waits for the other, and none locks the other out.
    opposed.certificates.sort();
    let mut certificates = Vec::with_capacity(opposed.certificates.len());
    for certificate in &opposed.certificates {
        let serial: SerialNumber =
            certificate.serial.parse().map_err(|_| OpposeError::SerialUnreadable(*number))?;
        let outcome = match revocation::revoke(db, &certificate.issuer, &serial, reason, rng, act) {
            Ok(outcome) => Some(outcome),
            Err(RevokeError::AlreadyEnded { .. }) => None,
            Err(error) => return Err(error.into()),
        };
        certificates.push(EndedCertificate { issuer: certificate.issuer.clone(), serial, outcome });
    }
    crash_point("opposition.certificates-revoked");
    let receipt = declare(db, number, (ground, requested), rng, act)?;
    if matches!(act.actor, Actor::Holder(_)) {
        four_eyes::open_opposition(db, number, rng, act)?;
    }
    lapse::confirm(db, number, act)?;
    suspension::close_as_opposed(db, number, act)?;
    let card = card::get(db, number)?;
    ticket::close_as_opposed(db, number, &card.holder, &receipt, rng, act)?;
    let subject = format!("card {number}");
    outbox::tell_holder(db, &card.holder, Notice::CardOpposed, number, rng, act)?;
    structure_notices::tell_of_card(db, &card, Notice::StaffCardOpposed, None, rng, act)?;
    let payload = json!({
        "receipt": receipt,
        "ground": ground.as_str(),
        "requester": requested.requester().as_str(),
        "requested_by": requested.by(),
        "mandate": requested.mandate(),
        "certificates": certificates.iter().map(|c| format!("{} {}", c.issuer, c.serial)).collect::<Vec<_>>(),
    });
    audit::record(db, audit::Event { action: "opposition.declared", subject, payload }, rng, act)?;
    Ok(Opposition {
        receipt,
        card: *number,
        requested: requested.clone(),
        opposed_at: opposed.opposed_at,
        sequence: opposed.sequence,
        certificates,
        status_sequence: status_log::newest(db)?,
    })
}

fn authorise(db: &mut Database, number: &CardNumber, act: &Act) -> Result<(), OpposeError> {
    match &act.actor {
        Actor::Job(_) | Actor::Operator(_) => Ok(()),
        Actor::Holder(id) => match card::get(db, number)?.holder == *id {
            true => Ok(()),
            false => Err(OpposeError::NotYours(*number, id.clone())),
        },
        Actor::Officer(_) | Actor::Ceremony(_) | Actor::Anyone => {
            officers::require(db, Right::Oppose, act)?;
            Ok(())
        }
    }
}

fn declare(
    db: &mut Database,
    number: &CardNumber,
    (ground, requested): (Ground, &Requested),
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<String> {
    let mut drawn = [0; 8];
    rng.fill_bytes(&mut drawn);
    let receipt = format!("OP-{}", hex::encode_upper(drawn));
    diesel::insert_into(opposition_declarations::table)
        .values((
            opposition_declarations::receipt.eq(&receipt),
            opposition_declarations::card_number.eq(number.to_string()),
            opposition_declarations::ground.eq(ground.as_str()),
            opposition_declarations::declared_by.eq(act.actor.to_string()),
            opposition_declarations::received_at.eq(act.at),
            opposition_declarations::requester.eq(requested.requester().as_str()),
            opposition_declarations::requested_by.eq(requested.by()),
            opposition_declarations::mandate.eq(requested.mandate()),
        ))
        .execute(db)?;
    Ok(receipt)
}
