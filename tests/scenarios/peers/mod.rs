//! Rules that users of comparable systems and their incidents teach, each as a scenario on the real program.

mod broken_feeds;
mod card_states;
mod four_eyes;
pub mod officer_scope;
mod struck_off;
