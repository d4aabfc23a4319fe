//! The object in the pocket: kinds of cards, their life, their personalisation, their opposition.
//!
//! This crate knows nothing of orders, registers or authorities: the registration authority calls
//! it, and ties it to certificates by natural key. It alone writes the `card…` tables of migration
//! 0004. Every function that takes `&mut Database` and changes something is called inside the
//! caller's `db.write(…)`, so that one transaction can hold a card's change and what follows
//! from it (architecture, invariants 11 and 15).
//!
//! A change of state goes through one door, [`life`]: the row is locked, the old state is consumed
//! by a [`Step`], and a conditional update writes what the step gives.

pub mod certificates;
mod certification;
mod delivery;
mod end;
pub mod faults;
mod kind;
pub mod life;
mod number;
mod number_counter;
pub mod opposition;
mod order;
pub mod personalisation;
mod record;
mod status;
mod transition;
mod usage;

#[cfg(test)]
mod testing;

pub use certification::{RecordCertifiedError, lock_for_certification, record_certified};
pub use delivery::{ActivateError, activate, deliver};
pub use end::{CancelError, cancel, expire_due, expiring};
pub use kind::{CardKind, UnknownKind};
pub use life::{CardLife, NoSuchStep, Step};
pub use number::{CardNumber, CardNumberPrefix, NotACardNumber};
pub use order::{NewCard, OrderError, order};
pub use record::{Card, CardFilter, GetError, MOST_LISTED, active, find, get, list, of_order};
pub use status::{CardStatus, UnknownStatus};
pub use transition::{TransitionError, lock};
pub use usage::{KeyUsage, UnknownUsage};
