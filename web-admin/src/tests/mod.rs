//! The pages over a real database: a register read by the real importer, officers, orders and cards made by
//! the rules.

mod browser;
mod house;

mod cards;
mod decisions;
mod forms;
mod headers;
mod holder_opposition;
mod new_orders;
mod public_page;
mod reading;
mod releases;
mod routes;
mod sign_in;
mod tickets;
