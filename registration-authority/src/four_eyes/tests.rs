//! What is near to an officer, and what is looked at again.

mod near;
mod reviews;
mod table;
