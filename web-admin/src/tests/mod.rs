//! The pages over a real database: a register read by the real importer, officers, orders and cards made by
//! the rules.

#[path = "../../../registration-authority/src/testing/authenticator.rs"]
mod authenticator;
mod browser;
mod house;

mod cards;
mod decisions;
mod forms;
mod headers;
mod holder_opposition;
mod keys;
mod new_orders;
mod passkeys;
mod public_page;
mod reading;
mod releases;
mod requests;
mod routes;
mod sign_in;
mod structures;
mod tickets;
