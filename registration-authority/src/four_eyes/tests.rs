//! What is near to an officer, and what is looked at again.

mod near;
mod one_person;
mod reviews;
mod table;
