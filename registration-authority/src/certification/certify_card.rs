use std::collections::{BTreeMap, BTreeSet};

use ca_core::issuance::{BegunBatch, LARGEST_BATCH, LARGEST_PREPARATION, Preparation, Prepared, SignedBatch};
use ca_core::serial::SerialNumber;
use ca_core::signer::Signer;
use card::{Card, CardNumber, KeyUsage};
use diesel::QueryResult;
use rand_core::CryptoRng;
use store::{Act, Database, crash_point};

use super::card_conclusion::conclude;
use super::card_preparation::prepare;
use super::{CertificationContext, CertifyCardError};

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
/// certified, to expire with the first of its certificates: the three steps of [`BegunCards`], one after the other.
pub fn certify_cards(
    db: &mut Database,
    context: &mut CertificationContext<'_>,
    numbers: &[CardNumber],
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<CertifiedCards, CertifyCardError> {
    BegunCards::begin(db, context, numbers, rng, act)?.sign(context.signer).conclude(db, rng, act)
}

/// Cards whose certificates the token may be asked for.
///
/// A card that is certified already is answered as it stands. One attempt a key at a time: what is intended or
/// being signed is left alone, and settled by who began it or by the sweep. A card that fails does not keep the
/// others back; nothing is signed of one that fails before. An error of the whole is the database's.
///
/// Each step runs its own transactions; the one between needs no database, so that no lock is held while the token
/// works, and another batch may have the connection.
#[must_use = "what is begun is signed, or settled by the sweep"]
pub struct BegunCards {
    cards: Cards,
    batch: BegunBatch,
}

/// Cards whose certificates are signed, in memory only.
#[must_use = "a signature that is not recorded is nobody's"]
pub struct SignedCards {
    cards: Cards,
    batch: SignedBatch,
}

struct Cards {
    /// By number: two workers over the same cards wait for each other instead of locking each other out.
    numbers: Vec<CardNumber>,
    /// The card of each certificate of the batch.
    whose: Vec<CardNumber>,
    failed: BTreeMap<CardNumber, CertifyCardError>,
}

impl BegunCards {
    /// Verifies the evidence, prepares a certificate for each key, and begins the batch; at most [`CARDS_AT_ONCE`]
    /// cards.
    pub fn begin(
        db: &mut Database,
        context: &mut CertificationContext<'_>,
        numbers: &[CardNumber],
        rng: &mut dyn CryptoRng,
        act: &Act,
    ) -> Result<Self, CertifyCardError> {
        debug_assert!(numbers.len() <= CARDS_AT_ONCE, "an opposition does not wait behind a big transaction");
        let numbers = numbers.iter().copied().collect::<BTreeSet<_>>().into_iter().collect();
        let mut cards = Cards { numbers, whose: Vec::new(), failed: BTreeMap::new() };
        let mut batch = Vec::new();
        for some in cards.numbers.chunks(CARDS_A_TRANSACTION) {
            for (number, outcome) in prepare_all(db, context, some, rng, act)? {
                match outcome {
                    Ok(prepared) => {
                        cards.whose.extend(prepared.iter().map(|_| number));
                        batch.extend(prepared);
                    }
                    Err(error) => drop(cards.failed.insert(number, error)),
                }
            }
            crash_point("certification.cards-prepared");
        }
        Ok(Self { cards, batch: BegunBatch::begin(db, batch, rng, act)? })
    }

    /// Has the token sign; each signature is verified.
    pub fn sign(self, signer: &mut dyn Signer) -> SignedCards {
        SignedCards { cards: self.cards, batch: self.batch.sign(signer) }
    }
}

impl SignedCards {
    /// Records the certificates as good, and each card that has all of them as certified.
    pub fn conclude(
        self,
        db: &mut Database,
        rng: &mut dyn CryptoRng,
        act: &Act,
    ) -> Result<CertifiedCards, CertifyCardError> {
        let Cards { numbers, whose, mut failed } = self.cards;
        let issued = self.batch.record(db, rng, act)?;
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
