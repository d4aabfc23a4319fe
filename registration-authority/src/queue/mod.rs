//! The queue (*file*): which orders an officer sees, in which order, how long each may still take, and who is on which.
//!
//! [`page`] and [`count`] go by one [`Filter`], so that a tab never counts what its list does not show. A page begins after an
//! order, whose place an index finds: the last page costs what the first does. [`lease`] says who reads an order now; what keeps
//! two officers from deciding on it both is its version. [`WorkingHours`] are those in which the time of an answer runs.

mod count;
mod deadline;
mod filter;
mod first;
pub mod lease;
mod neighbours;
mod next;
mod orders;
mod page;
pub mod saved;
mod working_hours;

#[cfg(test)]
mod tests;

pub use count::{COUNT_BOUND, Count, count, count_within};
pub use deadline::Deadline;
pub(crate) use deadline::deadlines;
pub use filter::{Filter, On, Risk, Search};
pub use first::{APPROVED_BY_ONE, FirstApproval, first_approvals, leases_shown};
pub use neighbours::{Neighbours, neighbours};
pub use next::{NextError, next};
pub(crate) use orders::numbers;
pub use orders::orders;
pub use page::{Line, OrderSummary, PAGE_BOUND, Page, QueueError, page};
pub use working_hours::{BadHours, WorkingHours};
