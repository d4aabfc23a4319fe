//! What issuing costs.

pub mod batch;
pub mod full_store;
pub mod relint;
mod work;
pub mod yardstick;
