//! Approved orders become cards, and go to the bureau in one batch; the chips' keys come back, bound to them.

use std::collections::BTreeMap;

use card::personalisation::{
    BatchFile, BatchId, BureauName, CloseBatchError, Commission, NotPrintable, PersonalisedBatch, Print,
    ReadReturnError, VerifiedReturnFile,
};
use card::{Card, CardFilter, CardNumber, CardNumberPrefix, MOST_LISTED, NewCard};
use professional_registry::Registry;
use rand_core::CryptoRng;
use serde_json::json;
use store::{Act, Code, Database, Fault, Timestamp, audit};
use thiserror::Error;

use crate::approval::ApprovalVerifier;
use crate::certification::evidence::{EvidenceError, verify_evidence};
use crate::certification::has_profiles;
use crate::faults;
use crate::order::{
    self, Because, CanonicalOrder, CardOrder, OrderError, OrderStatus, Origin, SubmitError, set_status,
};
use crate::queue::{self, Filter};
use crate::renumbered;
use crate::risk::{self, RaisedFlag, RiskError};

#[cfg(test)]
mod tests;

/// Most orders of one batch: its transaction is short, so that an opposition never waits behind a big one.
/// Call again for the rest.
pub const BATCH_BOUND: usize = 500;

/// What a batch was made of.
#[derive(Debug)]
pub struct ClosedBatch {
    /// The file for the bureau; `None` when no order could go.
    pub file: Option<BatchFile>,
    /// The card of each order that went.
    pub cards: Vec<(String, CardNumber)>,
    /// Orders whose row says approved and that did not go, each with why.
    pub set_aside: Vec<(String, Code)>,
    /// Orders that one officer, or a plan, had approved and that two must approve: they are open again, or another is in their place.
    pub given_back: Vec<String>,
}

/// Why there is no batch.
#[derive(Debug, Error)]
pub enum BatchError {
    /// A card cannot be numbered.
    #[error(transparent)]
    Card(#[from] card::OrderError),
    /// The batch cannot be closed.
    #[error(transparent)]
    Close(#[from] CloseBatchError),
    /// Where a holder practises cannot be known.
    #[error(transparent)]
    Risk(#[from] RiskError),
    /// The order that takes the place of a planned one cannot be submitted.
    #[error(transparent)]
    Submit(#[from] SubmitError),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for BatchError {
    fn code(&self) -> Code {
        match self {
            Self::Risk(error) => error.code(),
            Self::Submit(error) => error.code(),
            Self::Card(error) => error.code(),
            Self::Close(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// Why a batch's file cannot be had again.
#[derive(Debug, Error)]
pub enum ReopenBatchError {
    /// The batch cannot be had.
    #[error(transparent)]
    Batch(#[from] CloseBatchError),
    /// The order of one of its cards cannot be had.
    #[error(transparent)]
    Order(#[from] OrderError),
    /// What stands in an order can no longer be printed.
    #[error(transparent)]
    Print(#[from] NotPrintable),
}

impl Fault for ReopenBatchError {
    fn code(&self) -> Code {
        match self {
            Self::Batch(error) => error.code(),
            Self::Order(error) => error.code(),
            Self::Print(error) => error.code(),
        }
    }
}

/// Why a return file is not taken.
#[derive(Debug, Error)]
pub enum ReturnError {
    /// It does not fit its batch.
    #[error(transparent)]
    Return(#[from] ReadReturnError),
    /// The order of one of the cards cannot be had.
    #[error(transparent)]
    Order(#[from] OrderError),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for ReturnError {
    fn code(&self) -> Code {
        match self {
            Self::Return(error) => error.code(),
            Self::Order(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// Gives each approved order its card, oldest order first, and closes a batch of them for `bureau`.
///
/// The evidence of each order is verified first: a row that says approved and cannot prove it is set aside
/// and reported, and holds nobody else up; one that two officers must approve goes back to them. Inside the caller's write transaction.
pub fn close_batch(
    db: &mut Database,
    registry: &mut dyn Registry,
    verifier: &ApprovalVerifier,
    prefix: CardNumberPrefix,
    bureau: &BureauName,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<ClosedBatch, BatchError> {
    let mut batch =
        ClosedBatch { file: None, cards: Vec::new(), set_aside: Vec::new(), given_back: Vec::new() };
    let mut commissions = BTreeMap::new();
    let approved = Filter::of(OrderStatus::Approved);
    let mut after: Option<String> = None;
    'pages: loop {
        let page = queue::numbers(db, &approved, after.as_deref(), act.at)?;
        let Some(last) = page.last() else { break };
        after = Some(last.clone());
        for number in page {
            if commissions.len() == BATCH_BOUND {
                break 'pages;
            }
            match admit(db, registry, verifier, &number, act.at)? {
                Ok((order, commission)) => {
                    let Some(card) = make_card(db, &order, prefix, rng, act)? else { continue };
                    risk::keep_places(db, registry, &order, &card)?;
                    commissions.insert(card, commission);
                    batch.cards.push((number, card));
                }
                // Its officer can still take it back: it goes with a later batch.
                Err(NotAdmitted::For(code)) if code == faults::APPROVAL_NOT_EFFECTIVE => {}
                Err(NotAdmitted::ByTwo(found)) => {
                    if give_back(db, registry, &number, found, rng, act)? {
                        batch.given_back.push(number);
                    }
                }
                Err(NotAdmitted::For(code)) => {
                    tracing::error!(order.number = number, %code, "order {number} was set aside: {code}");
                    batch.set_aside.push((number, code));
                }
            }
        }
    }
    if !commissions.is_empty() {
        batch.file = Some(card::personalisation::close_batch(db, bureau, commissions, rng, act)?);
    }
    Ok(batch)
}

/// An order that may become a card, or why it may not; the outer error is the database's.
type Admitted = Result<(CardOrder, Commission), NotAdmitted>;

enum NotAdmitted {
    /// Once two officers have approved it, because of these flags.
    ByTwo(Vec<RaisedFlag>),
    /// The code of why not.
    For(Code),
}

fn admit(
    db: &mut Database,
    registry: &mut dyn Registry,
    verifier: &ApprovalVerifier,
    number: &str,
    at: Timestamp,
) -> Result<Admitted, BatchError> {
    let approved = match verify_evidence(db, registry, verifier, number, at) {
        Ok(approved) => approved,
        Err(EvidenceError::Database(error)) => return Err(error.into()),
        Err(EvidenceError::Risk(error)) => return Err(error.into()),
        Err(EvidenceError::SecondOfficer { found, .. }) => return Ok(Err(NotAdmitted::ByTwo(found))),
        Err(error) => return Ok(Err(NotAdmitted::For(error.code()))),
    };
    let order = approved.into_order();
    if !has_profiles(&order) {
        // A card that could never be certified is not made.
        return Ok(Err(NotAdmitted::For(faults::CERTIFICATION_NO_PROFILE)));
    }
    let commission = commission(&order).map_err(|error| NotAdmitted::For(error.code()));
    Ok(commission.map(|commission| (order, commission)))
}

/// Whether the order went back to the officers; not where somebody was quicker.
fn give_back(
    db: &mut Database,
    registry: &mut dyn Registry,
    number: &str,
    found: Vec<RaisedFlag>,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<bool, BatchError> {
    let order = order::get(db, number).map_err(RiskError::from)?;
    Ok(match (&order.origin, order.tie.profession()) {
        (Origin::Plan(_), Some(profession)) => {
            order::submit_instead_of_planned(db, registry, (&order, profession), found, rng, act)?
        }
        _ => order::reopen(db, registry, &order, Because { found, refusal: None }, rng, act)?,
    })
}

/// What the bureau is told of an order: its digest, and what stands on the card's body.
fn commission(order: &CardOrder) -> Result<Commission, NotPrintable> {
    let print = Print::try_from(BTreeMap::from([
        ("family_name".to_owned(), order.family_name.clone()),
        ("given_name".to_owned(), order.given_name.clone()),
        ("profession".to_owned(), order.tie.label().to_owned()),
        ("identifier".to_owned(), order.holder.to_string()),
    ]))?;
    Ok(Commission { order: CanonicalOrder::of(order).digest(), print })
}

/// The file of a closed batch again, for one that was lost on its way.
pub fn batch_again(db: &mut Database, id: &BatchId) -> Result<BatchFile, ReopenBatchError> {
    card::personalisation::batch_file(db, id, |db, card: &Card| {
        Ok::<_, ReopenBatchError>(commission(&order::get(db, &card.order_number)?)?)
    })
}

/// Records a verified return file: each key must be for the order that stands behind its card. Inside the
/// caller's write transaction.
pub fn record_return(
    db: &mut Database,
    file: VerifiedReturnFile,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<PersonalisedBatch, ReturnError> {
    let filter = CardFilter { batch: Some(file.batch().clone()), ..CardFilter::default() };
    let mut orders = BTreeMap::new();
    // A batch has BATCH_BOUND cards at most: one page.
    for card in card::list(db, &filter, MOST_LISTED)? {
        orders.insert(card.number, CanonicalOrder::of(&order::get(db, &card.order_number)?).digest());
    }
    Ok(card::personalisation::record_return(db, file, &orders, rng, act)?)
}

fn make_card(
    db: &mut Database,
    order: &CardOrder,
    prefix: CardNumberPrefix,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Option<CardNumber>, BatchError> {
    // Withdrawn in this very moment: it keeps no card.
    if !set_status(db, &order.number, order.version, "approved", "ordered", act)? {
        return Ok(None);
    }
    let holder = order.holder.to_string();
    let mut former_holder = renumbered::numbers_of(db, &holder)?;
    former_holder.retain(|number| *number != holder);
    let new = NewCard {
        kind: order.kind,
        holder,
        former_holder,
        exercise: order.tie.key(),
        order_number: order.number.clone(),
        replaces: order.replaces,
        temporary: false,
    };
    let card = card::order(db, new, prefix, rng, act)?;
    let event = audit::Event {
        action: "order.ordered",
        subject: format!("order {}", order.number),
        payload: json!({"card": card.number.to_string(), "version": order.version}),
    };
    audit::record(db, event, rng, act)?;
    Ok(Some(card.number))
}
