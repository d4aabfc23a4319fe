//! Four eyes: how many officers say yes to what, what an officer keeps his hands off because it is near to him, and what another looks at
//! after the fact.
//!
//! `four_eyes.toml` is the table (decisions 47 and 65). [`near`] is the pure function that says whether something is near to an officer; it is asked
//! when he decides, and by the worker when it receives the decision. A [`review`] is a look after the fact: of an approval that the
//! worker has drawn, and of each opposition that a holder declared by himself.

mod contested;
mod erase;
mod keep_off;
mod near;
mod opening;
pub mod review;
mod table;

#[cfg(test)]
mod tests;

pub use erase::erase_contact_changes;
pub use keep_off::{KeepOffError, TooNear, barred, ties_of};
pub(crate) use keep_off::{check, check_by, is_one_of};
pub use near::{Near, Subject, Ties, near};
pub(crate) use opening::{draw, open_opposition};
pub use table::{BadTable, DecisionRule, KeepOffRule, LookAt, LookRule, Since, Table, table};
pub(crate) use table::{two_approve_lines, two_may_approve};
