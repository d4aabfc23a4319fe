use ca_core::authority;
use ca_core::certificate::{self, CertificateStatus};
use ca_core::issuance::{self, Bearer, IssuanceRequest, IssueError, PrepareError, Prepared};
use ca_core::serial::SerialNumber;
use card::personalisation::KeyPlace;
use card::{Card, CardLife, CardNumber, CardStatus, KeyUsage, RecordCertifiedError, TransitionError};
use rand_core::CryptoRng;
use store::{Act, Code, Database, Fault, Timestamp};
use thiserror::Error;

use super::card_keys::attested_key;
use super::card_profiles::card_profile;
use super::evidence::{ApprovedOrder, EvidenceError, verify_evidence};
use super::{CertificationContext, facts};
use crate::faults;
use crate::order::{self, ApproveError, CanonicalOrder, exercise_key};

/// A card whose keys are all certified.
#[derive(Clone, Debug)]
pub struct CertifiedCard {
    /// The card.
    pub card: Card,
    /// Its good certificates, by use.
    pub certificates: Vec<(KeyUsage, String, SerialNumber)>,
}

/// Why a card is not certified (yet).
#[derive(Debug, Error)]
pub enum CertifyCardError {
    /// The card is not known.
    #[error(transparent)]
    Card(#[from] card::GetError),
    /// The card is not where certification begins: an opposition came first, or its keys have not come.
    #[error(transparent)]
    NotReady(#[from] TransitionError),
    /// The approval does not hold.
    #[error(transparent)]
    Evidence(#[from] EvidenceError),
    /// The register no longer supports it.
    #[error(transparent)]
    NotEntitled(#[from] ApproveError),
    /// The card's row is not what was ordered.
    #[error("card {0} is not what order {1} asks for")]
    CardAltered(CardNumber, String),
    /// No profile stands for this kind of card.
    #[error("no profile for the {1} key of a {0}")]
    NoProfile(card::CardKind, KeyUsage),
    /// The key is missing.
    #[error("card {0}: no {1} key")]
    KeyMissing(CardNumber, KeyUsage),
    /// The chip did not prove the key for this card, in its batch, for the order that was approved.
    #[error("card {0}: its chip did not prove the {1} key for the order that was approved")]
    KeyUnproven(CardNumber, KeyUsage),
    /// The proof verifies, and no pinned bureau attests the key: anyone can prove a key of his own.
    #[error("card {0}: no pinned bureau attests the {1} key")]
    KeyUnattested(CardNumber, KeyUsage),
    /// Another attempt is between intention and signature.
    #[error("card {card}: certificate {issuer} {serial} is under way")]
    UnderWay {
        /// Which card.
        card: CardNumber,
        /// Short name of the authority.
        issuer: String,
        /// The serial number.
        serial: String,
    },
    /// An attached certificate is not in the certificates' table.
    #[error("card {0}: an attached certificate is not recorded")]
    Unrecorded(CardNumber),
    /// Nothing was prepared.
    #[error(transparent)]
    Prepare(#[from] PrepareError),
    /// The certificate cannot be attached.
    #[error(transparent)]
    Attach(#[from] card::certificates::AttachError),
    /// Nothing was issued.
    #[error(transparent)]
    Issue(#[from] IssueError),
    /// The card cannot be recorded as certified.
    #[error(transparent)]
    Record(#[from] RecordCertifiedError),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for CertifyCardError {
    fn code(&self) -> Code {
        match self {
            Self::Card(error) => error.code(),
            Self::NotReady(error) => error.code(),
            Self::Evidence(error) => error.code(),
            Self::NotEntitled(error) => error.code(),
            Self::CardAltered(..) | Self::Unrecorded(_) => faults::CERTIFICATION_CARD_ALTERED,
            Self::NoProfile(..) => faults::CERTIFICATION_NO_PROFILE,
            Self::KeyMissing(..) => faults::CERTIFICATION_KEY_MISSING,
            Self::KeyUnproven(..) => faults::CERTIFICATION_KEY_UNPROVEN,
            Self::KeyUnattested(..) => faults::CERTIFICATION_KEY_UNATTESTED,
            Self::UnderWay { .. } => faults::CERTIFICATION_UNDER_WAY,
            Self::Prepare(error) => error.code(),
            Self::Attach(error) => error.code(),
            Self::Issue(error) => error.code(),
            Self::Record(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// Certifies each key of a personalised card that has no good certificate yet, then records the card as
/// certified, to expire with the first of them.
///
/// A card that is certified already is answered as it stands. One attempt a key at a time: what is intended or
/// being signed is left alone, and settled by who began it or by the sweep. Runs its own transactions: no lock is
/// held while the token works.
pub fn certify_card(
    db: &mut Database,
    context: &mut CertificationContext<'_>,
    number: &CardNumber,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<CertifiedCard, CertifyCardError> {
    let card = card::get(db, number)?;
    if !DONE.contains(&card.life.status()) {
        for usage in KeyUsage::ALL {
            let prepared = db.write(|db| prepare(db, context, number, usage, rng, act))?;
            if let Some(prepared) = prepared {
                issuance::issue(db, context.signer, prepared, rng, act)?;
            }
        }
    }
    db.write(|db| conclude(db, number, rng, act))
}

/// Under the card's lock: on this row opposition and certification meet (invariant 15). `None` when a good
/// certificate stands.
pub(super) fn prepare(
    db: &mut Database,
    context: &mut CertificationContext<'_>,
    number: &CardNumber,
    usage: KeyUsage,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Option<Prepared>, CertifyCardError> {
    let card = card::lock_for_certification(db, number)?;
    let approved = approved_order(db, context, &card, act)?;
    if good_certificate(db, number, usage)?.is_some() {
        return Ok(None);
    }
    let line = card_profile(card.kind, usage).ok_or(CertifyCardError::NoProfile(card.kind, usage))?;
    let CardLife::Personalised { batch } = &card.life else {
        return Err(CertifyCardError::KeyMissing(*number, usage));
    };
    let order = CanonicalOrder::of(approved.order()).digest();
    let place = KeyPlace { batch, card: number, order: &order, usage };
    let public_key = attested_key(db, context.bureaus, &place)?;
    let issuer = authority::newest_generation(db, line.issuer, act.at).map_err(PrepareError::from)?;
    let request = IssuanceRequest {
        profile: line.profile,
        issuer: &issuer.short_name,
        bearer: Bearer::EndEntity,
        facts: &facts::of_card(approved.order(), &card),
        public_key: &public_key,
        not_after: None,
    };
    let prepared =
        issuance::prepare(db, context.issuance, &request, approved.evidence(), context.epoch, rng, act)?;
    card::certificates::attach(db, number, usage, prepared.issuer(), &prepared.serial().to_string())?;
    Ok(Some(prepared))
}

/// The order behind the card, its approval verified and its holder looked up again; and the card is its card.
fn approved_order(
    db: &mut Database,
    context: &mut CertificationContext<'_>,
    card: &Card,
    act: &Act,
) -> Result<ApprovedOrder, CertifyCardError> {
    let approved = verify_evidence(db, context.verifier, &card.order_number, act.at)?;
    let order = approved.order();
    let same = order.kind == card.kind
        && order.holder.to_string() == card.holder
        && exercise_key(order.profession) == card.exercise
        && order.replaces == card.replaces;
    if !same {
        return Err(CertifyCardError::CardAltered(card.number, order.number.clone()));
    }
    order::check_entitled(db, context.registry, order, act)?;
    Ok(approved)
}

/// The good certificate of a card for this use; an error while one is under way.
fn good_certificate(
    db: &mut Database,
    number: &CardNumber,
    usage: KeyUsage,
) -> Result<Option<(String, SerialNumber, Timestamp)>, CertifyCardError> {
    let mut good = None;
    for attached in card::certificates::of_card(db, number)? {
        if attached.usage != usage {
            continue;
        }
        let unrecorded = || CertifyCardError::Unrecorded(*number);
        let serial: SerialNumber = attached.serial.parse().map_err(|_| unrecorded())?;
        let found = certificate::find(db, &attached.issuer, &serial)?.ok_or_else(unrecorded)?;
        match found.status {
            CertificateStatus::Good { .. } => good = Some((found.issuer, found.serial, found.not_after)),
            CertificateStatus::Intended | CertificateStatus::Signing => {
                let (card, issuer, serial) = (*number, attached.issuer, attached.serial);
                return Err(CertifyCardError::UnderWay { card, issuer, serial });
            }
            CertificateStatus::Revoked { .. } | CertificateStatus::Abandoned => {}
        }
    }
    Ok(good)
}

/// Where a card stands once it is certified, and in use.
const DONE: [CardStatus; 3] = [CardStatus::Certified, CardStatus::Delivered, CardStatus::Active];

fn conclude(
    db: &mut Database,
    number: &CardNumber,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<CertifiedCard, CertifyCardError> {
    let mut card = card::get(db, number)?;
    let done = DONE.contains(&card.life.status());
    if !done {
        // An opposition came first, or waits: a card that ended is never said to be certified.
        card::lock_for_certification(db, number)?;
    }
    let mut certificates = Vec::with_capacity(KeyUsage::ALL.len());
    let mut ends = Vec::with_capacity(KeyUsage::ALL.len());
    for usage in KeyUsage::ALL {
        let (issuer, serial, not_after) = good_certificate(db, number, usage)?
            .ok_or(RecordCertifiedError::Incomplete { number: *number, usage })?;
        certificates.push((usage, issuer, serial));
        ends.push(not_after);
    }
    if !done {
        let expires_at = ends.into_iter().min().expect("a card has keys");
        card = card::record_certified(db, number, expires_at, rng, act)?;
    }
    Ok(CertifiedCard { card, certificates })
}
