use std::collections::{BTreeMap, BTreeSet};

use ca_core::issuance::{
    self, IssueError, LARGEST_BATCH, LARGEST_PREPARATION, Preparation, PrepareError, Prepared,
};
use ca_core::serial::SerialNumber;
use card::{Card, CardNumber, KeyUsage, RecordCertifiedError, TransitionError};
use diesel::QueryResult;
use rand_core::CryptoRng;
use store::{Act, Code, Database, Fault, crash_point};
use thiserror::Error;

use super::CertificationContext;
use super::card_conclusion::conclude;
use super::card_preparation::prepare;
use super::evidence::EvidenceError;
use crate::faults;
use crate::order::ApproveError;

/// How many cards are certified together at most: their keys fill a batch of certificates.
pub const CARDS_AT_ONCE: usize = LARGEST_BATCH / KeyUsage::ALL.len();

/// How many are locked by one transaction at most. Evidence is verified under the cards' locks, so this bounds how
/// long an opposition waits.
pub const CARDS_A_TRANSACTION: usize = LARGEST_PREPARATION / KeyUsage::ALL.len();

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

/// What became of each card.
pub type CertifiedCards = BTreeMap<CardNumber, Result<CertifiedCard, CertifyCardError>>;

/// Certifies a card: [`certify_cards`] of one.
pub fn certify_card(
    db: &mut Database,
    context: &mut CertificationContext<'_>,
    number: &CardNumber,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<CertifiedCard, CertifyCardError> {
    let mut certified = certify_cards(db, context, std::slice::from_ref(number), rng, act)?;
    certified.remove(number).expect("there is an answer for each card")
}

/// Certifies each key of personalised cards that has no good certificate yet, then records each card as
/// certified, to expire with the first of its certificates. At most [`CARDS_AT_ONCE`], in shared transactions.
///
/// A card that is certified already is answered as it stands. One attempt a key at a time: what is intended or
/// being signed is left alone, and settled by who began it or by the sweep. A card that fails does not keep the
/// others back; nothing is signed of one that fails before. An error of the whole is the database's.
///
/// Runs its own transactions: no lock is held while the token works.
pub fn certify_cards(
    db: &mut Database,
    context: &mut CertificationContext<'_>,
    numbers: &[CardNumber],
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<CertifiedCards, CertifyCardError> {
    debug_assert!(numbers.len() <= CARDS_AT_ONCE, "an opposition does not wait behind a big transaction");
    // By number: two workers over the same cards wait for each other instead of locking each other out.
    let numbers: Vec<CardNumber> = numbers.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
    let mut failed = BTreeMap::new();
    let (mut batch, mut whose) = (Vec::new(), Vec::new());
    for some in numbers.chunks(CARDS_A_TRANSACTION) {
        for (number, outcome) in prepare_all(db, context, some, rng, act)? {
            match outcome {
                Ok(prepared) => {
                    whose.extend(prepared.iter().map(|_| number));
                    batch.extend(prepared);
                }
                Err(error) => drop(failed.insert(number, error)),
            }
        }
        crash_point("certification.cards-prepared");
    }
    let issued = issuance::issue_batch(db, context.signer, batch, rng, act)?;
    for (number, outcome) in whose.into_iter().zip(issued) {
        if let Err(error) = outcome {
            failed.insert(number, error.into());
        }
    }
    let mut certified = CertifiedCards::new();
    for some in numbers.chunks(CARDS_A_TRANSACTION) {
        db.write(|db| -> QueryResult<()> {
            for number in some {
                let outcome = match failed.remove(number) {
                    Some(error) => Err(error),
                    None => db.attempt(|db| conclude(db, number, rng, act)),
                };
                certified.insert(*number, outcome);
            }
            Ok(())
        })?;
        crash_point("certification.cards-certified");
    }
    Ok(certified)
}

/// What was prepared of each card, or why nothing was.
type PreparedCards = Vec<(CardNumber, Result<Vec<Prepared>, CertifyCardError>)>;

fn prepare_all(
    db: &mut Database,
    context: &mut CertificationContext<'_>,
    numbers: &[CardNumber],
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<PreparedCards, CertifyCardError> {
    db.write(|db| {
        let mut preparation = Preparation::begin(db, context.issuance, context.epoch)?;
        let each = numbers.iter().map(|number| {
            (*number, db.attempt(|db| prepare(db, context, &mut preparation, number, rng, act)))
        });
        Ok(each.collect())
    })
}
