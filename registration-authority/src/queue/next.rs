use std::time::Duration;

use rand_core::CryptoRng;
use store::{Act, Code, Database, Fault};
use thiserror::Error;

use super::deadline::{taken, waits};
use super::lease::{self, LeaseError};
use super::{Filter, On, QueueError, WorkingHours, orders};
use crate::decision::{self, DecideError};
use crate::faults;
use crate::four_eyes::{self, KeepOffError};
use crate::officers::{self, NotAuthorised, Right};
use crate::order::{CardOrder, OrderStatus, approvals};
use crate::risk;

/// How many orders are looked at, in steps of a page, before the most urgent of them is given.
const LOOKED_AT: usize = 1000;
const STEP: i64 = 50;

/// Why there is no next order.
#[derive(Debug, Error)]
pub enum NextError {
    /// None waits for this officer.
    #[error("no order waits that the officer may decide on and nobody else is on")]
    None,
    /// The queue cannot be read.
    #[error(transparent)]
    Queue(#[from] QueueError),
    /// Another officer was quicker.
    #[error(transparent)]
    Lease(#[from] LeaseError),
    /// The actor may not decide.
    #[error(transparent)]
    NotAuthorised(#[from] NotAuthorised),
    /// What is near to the officer cannot be read.
    #[error(transparent)]
    KeepOff(#[from] KeepOffError),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for NextError {
    fn code(&self) -> Code {
        match self {
            Self::None => faults::QUEUE_EMPTY,
            Self::Queue(error) => error.code(),
            Self::Lease(error) => error.code(),
            Self::NotAuthorised(error) => error.code(),
            Self::KeepOff(error) => error.code(),
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// The most urgent order of a filter that the officer who acts may decide on and nobody else is on: the one that has taken the
/// most working time. He is on it from now on. Nobody chooses, so that no order is left lying. Inside the caller's write
/// transaction.
pub fn next(
    db: &mut Database,
    hours: &WorkingHours,
    filter: &Filter,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<String, NextError> {
    let officer = officers::require(db, Right::Decide, act)?;
    let own = Filter { status: OrderStatus::Submitted, on: Some(On::Nobody), search: None, ..filter.clone() };
    let mut most: Option<(Duration, String)> = None;
    let mut after: Option<String> = None;
    let scopes = officer.scopes();
    for _ in 0..LOOKED_AT / STEP as usize {
        let step = orders(db, &own, &scopes, after.as_deref(), STEP, act.at)?;
        let numbers: Vec<&str> = step.iter().map(|order| order.number.as_str()).collect();
        let waits = waits(db, &numbers)?;
        for order in &step {
            // Oldest first: without its pauses, no later one has taken more than this one.
            let longest = hours.between(order.submitted_at, act.at);
            if let Some((taken, number)) = &most
                && longest <= *taken
            {
                lease::begin(db, number, rng, act)?;
                return Ok(number.clone());
            }
            if order.submitted_by == officer.login || approvals(db, order)?.contains(&officer.login) {
                continue;
            }
            if !officer.delegated.is_empty() {
                match decision::acting(db, &officer, &order.decidable()) {
                    Err(DecideError::OnePerson { .. }) => continue,
                    // Whether he may depends on who has looked before him, which is not his to know: it stands in his inbox.
                    Ok(Some(_)) if risk::asks_for_two(db, order)? => continue,
                    _ => {}
                }
            }
            let taken = taken(hours, order.submitted_at, of(&waits, order), act.at);
            let is_more = most.as_ref().is_none_or(|(most, _)| taken > *most);
            // What is too near to him would lie on his desk until the lease ends, and his decision be refused.
            if is_more && four_eyes::barred(db, &officer, &order.decidable(), act.at)?.is_none() {
                most = Some((taken, order.number.clone()));
            }
        }
        match step.last() {
            Some(last) if step.len() as i64 == STEP => after = Some(last.number.clone()),
            _ => break,
        }
    }
    let (_, number) = most.ok_or(NextError::None)?;
    lease::begin(db, &number, rng, act)?;
    Ok(number)
}

fn of<'a>(
    waits: &'a super::deadline::Waits,
    order: &CardOrder,
) -> &'a [(store::Timestamp, Option<store::Timestamp>)] {
    waits.get(&order.number).map_or(&[], Vec::as_slice)
}
