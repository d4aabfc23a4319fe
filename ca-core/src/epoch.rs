//! The worker's epoch: one run of one worker, alive as long as its lease.
//!
//! What a dead epoch left between intention and signature is settled by
//! [`crate::issuance::sweep`]; a worker whose lease has passed refuses to begin anything new.

use std::time::Duration;

use diesel::prelude::*;
use store::schema::{certificates, issuance_epochs};
use store::{Act, Database};
use thiserror::Error;

use crate::faults;

/// One run of one worker. Not `Clone`: whoever holds it is the run.
#[derive(Debug)]
pub struct Epoch {
    number: i64,
    lease: Duration,
}

/// An epoch that cannot be opened or kept.
#[derive(Debug, Error)]
pub enum EpochError {
    /// The lease passed, and a lease that has passed is never renewed: this run must stop.
    #[error("the lease of epoch {0} has passed; this worker must stop and start again")]
    Dead(i64),
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl store::Fault for EpochError {
    fn code(&self) -> store::Code {
        match self {
            Self::Dead(_) => faults::EPOCH_DEAD,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

impl Epoch {
    /// Begins a run: the next number, alive for `lease` of the database's time.
    pub fn open(db: &mut Database, lease: Duration, act: &Act) -> Result<Self, EpochError> {
        db.write(|db| {
            take_turn(db)?;
            let number = Self::newest(db)? + 1;
            let now = db.now()?;
            diesel::insert_into(issuance_epochs::table)
                .values((
                    issuance_epochs::epoch.eq(number),
                    issuance_epochs::opened_at.eq(act.at),
                    issuance_epochs::lease_until.eq(now.plus(lease)),
                ))
                .execute(db)?;
            Ok(Self { number, lease })
        })
    }

    /// The number of the newest run; 0 before the first. What is prepared after it is read stands in a greater one, but for what a run
    /// prepares that was open already.
    pub(crate) fn newest(db: &mut Database) -> QueryResult<i64> {
        let newest: Option<i64> =
            issuance_epochs::table.select(diesel::dsl::max(issuance_epochs::epoch)).first(db)?;
        Ok(newest.unwrap_or(0))
    }

    /// The epoch's number; grows with each run.
    pub fn number(&self) -> i64 {
        self.number
    }

    /// Extends the lease, unless it has passed: by then a sweep may have settled what this run began. Call
    /// it at least three times a lease.
    pub fn renew(&self, db: &mut Database) -> Result<(), EpochError> {
        db.write(|db| {
            let now = db.now()?;
            let renewed = diesel::update(issuance_epochs::table.find(self.number))
                .filter(issuance_epochs::closed_at.is_null())
                .filter(issuance_epochs::lease_until.gt(now))
                .set(issuance_epochs::lease_until.eq(now.plus(self.lease)))
                .execute(db)?;
            if renewed == 1 { Ok(()) } else { Err(EpochError::Dead(self.number)) }
        })
    }

    /// Refuses to go on in a dead epoch.
    pub fn check_alive(&self, db: &mut Database) -> Result<(), EpochError> {
        let now = db.now()?;
        let alive: i64 = issuance_epochs::table
            .find(self.number)
            .filter(issuance_epochs::closed_at.is_null())
            .filter(issuance_epochs::lease_until.gt(now))
            .count()
            .get_result(db)?;
        if alive == 1 { Ok(()) } else { Err(EpochError::Dead(self.number)) }
    }

    /// True for the living epoch with the lowest number: of many workers, the one that runs the jobs.
    pub fn leads(&self, db: &mut Database) -> Result<bool, EpochError> {
        let now = db.now()?;
        let first: Option<i64> = issuance_epochs::table
            .filter(issuance_epochs::closed_at.is_null())
            .filter(issuance_epochs::lease_until.gt(now))
            .select(diesel::dsl::min(issuance_epochs::epoch))
            .first(db)?;
        Ok(first == Some(self.number))
    }

    /// Whether a certificate of this run is intended or being signed. Between two batches of a worker that has
    /// no other under way none is, unless a failure left it so.
    pub fn has_unsettled(&self, db: &mut Database) -> Result<bool, EpochError> {
        let unsettled = certificates::table
            .filter(certificates::epoch.eq(self.number))
            .filter(certificates::status.eq_any(["intended", "signing"]));
        Ok(diesel::select(diesel::dsl::exists(unsettled)).get_result(db)?)
    }

    /// Closes the epoch of a run that is known to be dead, whatever its lease says.
    pub(crate) fn close_dead(db: &mut Database, number: i64, act: &Act) -> Result<(), EpochError> {
        Self { number, lease: Duration::ZERO }.close(db, act)
    }

    /// Ends the run in good order.
    pub fn close(self, db: &mut Database, act: &Act) -> Result<(), EpochError> {
        db.write(|db| {
            diesel::update(issuance_epochs::table.find(self.number))
                .filter(issuance_epochs::closed_at.is_null())
                .set(issuance_epochs::closed_at.eq(act.at))
                .execute(db)?;
            Ok(())
        })
    }
}

/// Two workers that start in the same moment draw different numbers. SQLite's write transactions stand in
/// line already.
fn take_turn(db: &mut Database) -> QueryResult<()> {
    if let Database::Postgresql(connection) = db {
        diesel::sql_query("SELECT pg_advisory_xact_lock(hashtext('issuance_epochs'))").execute(connection)?;
    }
    Ok(())
}
