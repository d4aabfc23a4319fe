use std::collections::BTreeSet;
use std::time::Duration;

use rand_core::CryptoRng;
use store::{Act, Code, Database, Fault};
use thiserror::Error;

use super::deadline::{taken as time_taken, waits};
use super::filter::By;
use super::lease::{self, LeaseError};
use super::orders::orders_by;
use super::{Filter, On, QueueError, WorkingHours};
use crate::decision::{self, DecideError};
use crate::delegation;
use crate::faults;
use crate::four_eyes::{self, KeepOffError};
use crate::officers::{self, NotAuthorised, Officer, Right};
use crate::order::{CardOrder, OrderStatus, approvals};
use crate::risk;

/// How many orders of others, oldest first, are looked at in steps before the most urgent of them is given.
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
    /// The lease cannot be had.
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
/// most working time. He is on it from now on. Nobody chooses, so that no order is left lying; of two officers who ask at once each gets
/// one. Inside the caller's write transaction.
pub fn next(
    db: &mut Database,
    hours: &WorkingHours,
    filter: &Filter,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<String, NextError> {
    let officer = officers::require(db, Right::Decide, act)?;
    let mut taken = BTreeSet::new();
    loop {
        let number = most_urgent(db, hours, filter, (&officer, &taken), act)?.ok_or(NextError::None)?;
        // An attempt: on PostgreSQL the row that another was quicker to insert would end the transaction.
        match db.attempt(|db| lease::begin(db, &number, rng, act)) {
            Ok(()) => return Ok(number),
            Err(LeaseError::Taken(_)) => taken.insert(number),
            Err(error) => return Err(error.into()),
        };
    }
}

/// The one of a filter that nobody is on, of those that are not `taken`.
fn most_urgent(
    db: &mut Database,
    hours: &WorkingHours,
    filter: &Filter,
    (officer, taken): (&Officer, &BTreeSet<String>),
    act: &Act,
) -> Result<Option<String>, NextError> {
    let view = Filter { status: OrderStatus::Submitted, on: Some(On::Nobody), ..filter.clone() };
    let mut most: Option<(Duration, String)> = None;
    let (mut after, mut looked_at): (Option<String>, usize) = (None, 0);
    let scopes = officer.scopes();
    while looked_at < LOOKED_AT {
        // Oldest first, also where the view is ordered by name.
        let step = orders_by(db, By::Age, &view, &scopes, after.as_deref(), STEP, act.at)?;
        let numbers: Vec<&str> = step.iter().map(|order| order.number.as_str()).collect();
        let waits = waits(db, &numbers)?;
        for order in &step {
            // Without its pauses, no later one has taken more than this one.
            let longest = hours.between(order.submitted_at, act.at);
            if let Some((time, number)) = &most
                && longest <= *time
            {
                return Ok(Some(number.clone()));
            }
            if order.submitted_by == officer.login || taken.contains(&order.number) {
                continue;
            }
            looked_at += 1;
            if approvals(db, order)?.contains(&officer.login) {
                continue;
            }
            if !officer.delegated.is_empty() {
                match decision::acting(db, officer, &order.decidable()) {
                    Err(DecideError::OnePerson { .. }) => continue,
                    // Whether he may depends on who has looked before him, which is not his to know: it stands in his inbox.
                    Ok(Some(_)) if risk::asks_for_two(db, order)? => continue,
                    _ => {}
                }
            }
            let time = time_taken(hours, order.submitted_at, of(&waits, order), act.at);
            let is_more = most.as_ref().is_none_or(|(most, _)| time > *most);
            if !is_more {
                continue;
            }
            // What is too near to him, or what he stands behind under another login, would lie on his desk until the lease ends, and his
            // decision be refused.
            let subject = order.decidable();
            let others = delegation::others_behind(db, &subject, &officer.login)?;
            let stands_behind = four_eyes::is_one_of(db, &officer.login, &others, act.at)?;
            if !stands_behind && four_eyes::barred(db, officer, &subject, act.at)?.is_none() {
                most = Some((time, order.number.clone()));
            }
        }
        match step.last() {
            Some(last) if step.len() as i64 == STEP => after = Some(last.number.clone()),
            _ => break,
        }
    }
    Ok(most.map(|(_, number)| number))
}

fn of<'a>(
    waits: &'a super::deadline::Waits,
    order: &CardOrder,
) -> &'a [(store::Timestamp, Option<store::Timestamp>)] {
    waits.get(&order.number).map_or(&[], Vec::as_slice)
}
