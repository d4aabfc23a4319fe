//! Cards in use before a drill begins.

use std::sync::Arc;
use std::time::Duration;

use super::load::Subject;
use super::site::{Site, are_served, in_use, within};

/// Cards that nobody opposes.
const SPARED: usize = 4;

/// What the worker, which runs, makes of so many orders and a few more: cards that may be opposed, cards that are spared,
/// and the orders.
pub fn stock(site: &Site, count: usize) -> (Vec<Arc<Subject>>, Vec<Arc<Subject>>, Vec<String>) {
    let mut db = site.open();
    let orders = site.workshop().approve(count + SPARED);
    assert!(within(Duration::from_secs(180), || are_served(&mut db, &orders)), "the worker makes the cards");
    let cards = in_use(&mut db, &orders);
    let mut subjects: Vec<_> =
        cards.into_iter().map(|card| Subject::of(site.workshop(), &mut db, card)).collect();
    let spared = subjects.split_off(count);
    (subjects, spared, orders)
}
