//! What a verified return file changes: cards become personalised, their keys known.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use diesel::result::Error as DieselError;
use store::schema::{card_batches, card_keys};
use store::{Act, Code, CryptoRng, Database, Fault, Timestamp};
use thiserror::Error;

use crate::{Card, CardNumber, CardStatus, KeyUsage, Step, TransitionError, faults, transition};

use super::batch::find_batch;
use super::close::{numbers_of, record_event};
use super::return_file::ReturnedKey;
use super::{BatchId, BureauName, CardKey, OrderDigest, VerifiedReturnFile};

/// How many keys one statement names.
const CHUNK: usize = 500;

/// A batch that came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonalisedBatch {
    /// Which.
    pub batch: BatchId,
    /// The cards that can now be certified, by number.
    pub personalised: Vec<PersonalisedCard>,
    /// The cards opposed or cancelled while the bureau made them, and what they are now: their keys
    /// are not kept, and the cards are to be destroyed.
    pub skipped: Vec<(CardNumber, CardStatus)>,
}

/// A card whose chip has made its keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonalisedCard {
    /// Which.
    pub number: CardNumber,
    /// Its keys, authentication first.
    pub keys: Vec<CardKey>,
}

/// Why a return file was not taken: then nothing of it was.
#[derive(Debug, Error)]
pub enum ReadReturnError {
    /// The batch was never closed here.
    #[error("return file: no batch {0}")]
    UnknownBatch(BatchId),
    /// Its return file was read.
    #[error("return file: batch {0} was returned already")]
    AlreadyRead(BatchId),
    /// The batch was sent to another bureau.
    #[error("return file: batch {batch} was sent to the bureau {sent_to}, and {signer} returns it")]
    OtherBureau {
        /// Which batch.
        batch: BatchId,
        /// To whom it was sent.
        sent_to: BureauName,
        /// Who returns it.
        signer: BureauName,
    },
    /// A card that the batch does not have.
    #[error("return file: card {0} is not in the batch")]
    UnknownCard(CardNumber),
    /// A key that was asked for is not there.
    #[error("return file: card {card} has no {usage} key")]
    MissingKey {
        /// Which card.
        card: CardNumber,
        /// Which key.
        usage: KeyUsage,
    },
    /// A key was made for another order than the one that was approved for the card.
    #[error("return file: card {card}, {usage} key: it was made for another order")]
    OtherOrder {
        /// Which card.
        card: CardNumber,
        /// Which key.
        usage: KeyUsage,
    },
    /// The public key is another card's already.
    #[error("return file: card {card}, {usage} key: the same public key came before, in another batch")]
    KeyKnown {
        /// Which card.
        card: CardNumber,
        /// Which key.
        usage: KeyUsage,
    },
    /// The same, found by the database itself because both came at once.
    #[error("return file: one of its public keys came at the same time in another batch")]
    KeyJustKnown,
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] DieselError),
}

impl Fault for ReadReturnError {
    fn code(&self) -> Code {
        match self {
            Self::UnknownBatch(_) => faults::RETURN_UNKNOWN_BATCH,
            Self::AlreadyRead(_) => faults::RETURN_ALREADY_READ,
            Self::OtherBureau { .. } => faults::RETURN_OTHER_BUREAU,
            Self::UnknownCard(_) => faults::RETURN_UNKNOWN_CARD,
            Self::MissingKey { .. } => faults::RETURN_MISSING_KEY,
            Self::OtherOrder { .. } => faults::RETURN_OTHER_ORDER,
            Self::KeyKnown { .. } | Self::KeyJustKnown => faults::RETURN_KEY_REUSED,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// Records a verified return file: `batched` cards become `personalised`, their keys are kept with
/// proof and attestation, the batch is `returned`. `orders` says which order was approved for each card
/// of the batch: a key for another is refused. All of it or nothing, so roll back on an error. Called
/// inside the caller's transaction; the file was verified before, so that nobody waits for its proofs.
pub fn record_return(
    db: &mut Database,
    file: VerifiedReturnFile,
    orders: &BTreeMap<CardNumber, OrderDigest>,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<PersonalisedBatch, ReadReturnError> {
    let VerifiedReturnFile { content, sha256 } = file;
    let batch = content.batch;
    take_batch(db, &batch, &content.bureau, &sha256, act)?;
    let numbers = numbers_of(db, &batch)?;
    refuse_another_set(&numbers, &content.keys)?;
    refuse_another_order(orders, &content.keys)?;
    refuse_known_keys(db, &content.keys)?;

    let cards = transition::lock_all(db, &numbers).map_err(of_card)?;
    let (waiting, gone): (Vec<Card>, Vec<Card>) =
        cards.into_iter().partition(|card| card.life.status() == CardStatus::Batched);
    let personalised = transition::apply_all(db, waiting, |_| Step::Personalise, act).map_err(of_card)?;
    let mut outcome = PersonalisedBatch {
        batch: batch.clone(),
        personalised: personalised.iter().map(|card| PersonalisedCard::new(card.number)).collect(),
        skipped: gone.iter().map(|card| (card.number, card.life.status())).collect(),
    };
    keep(db, content.keys, &mut outcome, act)?;
    let numbers: Vec<CardNumber> = outcome.personalised.iter().map(|card| card.number).collect();
    let payload = serde_json::json!({
        "bureau": content.bureau,
        "file_sha256": hex::encode(sha256),
        "personalised": numbers,
        "skipped": outcome.skipped,
    });
    record_event(db, "card-batch.returned", &batch, payload, rng, act)?;
    Ok(outcome)
}

/// Marks the batch returned, on the condition that it waits: of two files for one batch the second
/// waits for this row and then finds it returned.
fn take_batch(
    db: &mut Database,
    id: &BatchId,
    signer: &BureauName,
    sha256: &[u8; 32],
    act: &Act,
) -> Result<(), ReadReturnError> {
    let batch = find_batch(db, id)?.ok_or_else(|| ReadReturnError::UnknownBatch(id.clone()))?;
    if &batch.bureau != signer {
        let (sent_to, signer) = (batch.bureau, signer.clone());
        return Err(ReadReturnError::OtherBureau { batch: id.clone(), sent_to, signer });
    }
    let waiting = card_batches::table.find(id.as_str()).filter(card_batches::status.eq("closed"));
    let taken = diesel::update(waiting)
        .set((
            card_batches::status.eq("returned"),
            card_batches::returned_at.eq(act.at),
            card_batches::return_file_sha256.eq(sha256.as_slice()),
        ))
        .execute(db)?;
    if taken != 1 {
        return Err(ReadReturnError::AlreadyRead(id.clone()));
    }
    Ok(())
}

/// The file has every key of every card of the batch, and nothing else; that none stands twice is
/// known already.
fn refuse_another_set(numbers: &[CardNumber], keys: &[ReturnedKey]) -> Result<(), ReadReturnError> {
    let returned: BTreeSet<(CardNumber, KeyUsage)> = keys.iter().map(|key| (key.card, key.usage)).collect();
    let asked: BTreeSet<(CardNumber, KeyUsage)> =
        numbers.iter().flat_map(|&card| KeyUsage::ALL.map(|usage| (card, usage))).collect();
    if let Some(&(card, _)) = returned.difference(&asked).next() {
        return Err(ReadReturnError::UnknownCard(card));
    }
    match asked.difference(&returned).next() {
        Some(&(card, usage)) => Err(ReadReturnError::MissingKey { card, usage }),
        None => Ok(()),
    }
}

fn refuse_another_order(
    orders: &BTreeMap<CardNumber, OrderDigest>,
    keys: &[ReturnedKey],
) -> Result<(), ReadReturnError> {
    match keys.iter().find(|key| orders.get(&key.card) != Some(&key.order)) {
        Some(key) => Err(ReadReturnError::OtherOrder { card: key.card, usage: key.usage }),
        None => Ok(()),
    }
}

fn refuse_known_keys(db: &mut Database, keys: &[ReturnedKey]) -> Result<(), ReadReturnError> {
    for chunk in keys.chunks(CHUNK) {
        let public_keys: Vec<&[u8]> = chunk.iter().map(|key| key.public_key.as_slice()).collect();
        let known: Vec<Vec<u8>> = card_keys::table
            .filter(card_keys::public_key.eq_any(public_keys))
            .select(card_keys::public_key)
            .limit(1)
            .load(db)?;
        if let Some(key) = chunk.iter().find(|key| known.contains(&key.public_key)) {
            return Err(ReadReturnError::KeyKnown { card: key.card, usage: key.usage });
        }
    }
    Ok(())
}

/// Keeps the keys of the personalised cards, and says them in the outcome.
fn keep(
    db: &mut Database,
    keys: Vec<ReturnedKey>,
    outcome: &mut PersonalisedBatch,
    act: &Act,
) -> Result<(), ReadReturnError> {
    let mut rows = Vec::with_capacity(keys.len());
    for key in keys {
        let place = outcome.personalised.binary_search_by_key(&key.card, |card| card.number);
        let Ok(place) = place else { continue };
        rows.push(KeyRow {
            card_number: key.card.to_string(),
            key_usage: key.usage.as_str(),
            batch: outcome.batch.to_string(),
            public_key: key.public_key.clone(),
            proof: key.proof,
            attestation: key.attestation,
            received_at: act.at,
        });
        let card = &mut outcome.personalised[place];
        card.keys.push(CardKey { usage: key.usage, public_key: key.public_key });
        card.keys.sort_by_key(|key| key.usage);
    }
    for chunk in rows.chunks(CHUNK) {
        insert(db, chunk).map_err(|error| match store::database::is_unique_violation(&error) {
            true => ReadReturnError::KeyJustKnown,
            false => error.into(),
        })?;
    }
    Ok(())
}

/// A slice is inserted by each backend in its own way.
fn insert(db: &mut Database, rows: &[KeyRow]) -> QueryResult<usize> {
    match db {
        Database::Sqlite(c) => diesel::insert_into(card_keys::table).values(rows).execute(c),
        Database::Postgresql(c) => diesel::insert_into(card_keys::table).values(rows).execute(c),
    }
}

/// A row of `card_keys`.
#[derive(Insertable)]
#[diesel(table_name = card_keys)]
struct KeyRow {
    card_number: String,
    key_usage: &'static str,
    batch: String,
    public_key: Vec<u8>,
    proof: Vec<u8>,
    attestation: Vec<u8>,
    received_at: Timestamp,
}

impl PersonalisedCard {
    fn new(number: CardNumber) -> Self {
        Self { number, keys: Vec::with_capacity(KeyUsage::ALL.len()) }
    }
}

fn of_card(error: TransitionError) -> ReadReturnError {
    match error {
        TransitionError::Database(error) => error.into(),
        TransitionError::NotFound(number) | TransitionError::NotAllowed { number, .. } => {
            ReadReturnError::UnknownCard(number)
        }
    }
}
