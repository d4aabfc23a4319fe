mod first;
mod lists;
mod next;
mod scopes;
mod views;
mod working_hours;

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::civil::{Weekday, time};
use store::Timestamp;

use super::*;
use crate::order::OrderStatus;
use crate::testing::*;

/// Monday to Friday, nine to five in Paris; an answer takes two days at most.
fn hours() -> WorkingHours {
    let days = [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday];
    let within = Duration::from_secs(16 * 3600);
    let (opens, closes) = (time(9, 0, 0, 0), time(17, 0, 0, 0));
    WorkingHours::new(&days, (opens, closes), "Europe/Paris", BTreeSet::new(), within).unwrap()
}

/// A Monday at nine in Paris, in a week without a holiday.
fn on_monday(house: &mut House) {
    house.at = "2030-03-04T08:00:00Z".parse::<Timestamp>().unwrap();
}

fn submitted() -> Filter {
    Filter::of(OrderStatus::Submitted)
}

fn numbers(house: &mut House, login: &str, filter: &Filter) -> Vec<String> {
    let act = house.officer(login);
    let page = page(&mut house.db, &hours(), filter, None, 50, &act).unwrap();
    let listed: Vec<String> = page.lines.into_iter().map(|line| line.order.number).collect();
    let counted = count(&mut house.db, filter, &act).unwrap();
    assert_eq!(counted, Count::Exactly(listed.len() as i64), "a list shows what is counted: {filter:?}");
    listed
}
