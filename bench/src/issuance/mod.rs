//! What issuing costs.

pub mod batch;
pub mod full_store;
mod work;
pub mod yardstick;
