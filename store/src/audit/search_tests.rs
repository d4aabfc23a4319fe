use std::time::Duration;

use serde_json::json;

use super::search::{Filter, Found, find, page};
use super::tests::{chance, database, sequence};
use super::{Event, record};
use crate::{Act, Actor, Database, RequestId, Timestamp};

const BEGAN: &str = "2026-11-26T10:00:00Z";

/// A trail of so many events, a second apart: alice's orders and the publication of lists in turn.
fn trail(count: u64) -> Database {
    let mut db = database();
    let began: Timestamp = BEGAN.parse().unwrap();
    db.write(|db| {
        (0..count).try_for_each(|second| {
            let (actor, action, subject) = match second % 2 {
                0 => (Actor::Officer("alice".to_owned()), "order.submitted", format!("order {second}")),
                _ => (Actor::Job("publication"), "crl.published", "crl ACI-FO-PP".to_owned()),
            };
            let at = began.plus(Duration::from_secs(second));
            let act = Act { at, actor, request: RequestId("test".to_owned()) };
            record(db, Event { action, subject, payload: json!({ "n": second }) }, &mut chance(), &act)
        })
    })
    .unwrap();
    sequence(&mut db);
    db
}

/// The second in which each event of a page happened.
fn seconds(found: &Found) -> Vec<i64> {
    let began: Timestamp = BEGAN.parse().unwrap();
    found.events.iter().map(|event| (event.occurred_at - began.millis()) / 1000).collect()
}

/// The seconds of every page, one after the other.
fn every(db: &mut Database, filter: &Filter, most: usize) -> Vec<Vec<i64>> {
    let (mut pages, mut after) = (Vec::new(), None);
    loop {
        let found = page(db, filter, after.as_deref(), most).unwrap();
        pages.push(seconds(&found));
        assert!(found.events.iter().all(|event| event.payload.is_none() && event.salt.is_none()));
        match found.next {
            Some(next) => after = Some(next),
            None => return pages,
        }
    }
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn pages_follow_each_other_without_a_gap_or_a_repetition() {
    let mut db = trail(7);
    assert_eq!(every(&mut db, &Filter::default(), 3), [vec![6, 5, 4], vec![3, 2, 1], vec![0]]);
    assert_eq!(every(&mut db, &Filter::default(), 7), [vec![6, 5, 4, 3, 2, 1, 0]]);
}

#[test]
fn each_part_of_a_filter_keeps_what_it_says() {
    let mut db = trail(8);
    let at = |second| BEGAN.parse::<Timestamp>().unwrap().plus(Duration::from_secs(second));
    let found = |db: &mut Database, filter: Filter| every(db, &filter, 100).concat();
    assert_eq!(found(&mut db, Filter { action: text("order."), ..Filter::default() }), [6, 4, 2, 0]);
    for actor in ["alice", "officer:alice"] {
        assert_eq!(found(&mut db, Filter { actor: text(actor), ..Filter::default() }), [6, 4, 2, 0]);
    }
    assert!(found(&mut db, Filter { actor: text("job:alice"), ..Filter::default() }).is_empty());
    assert_eq!(found(&mut db, Filter { subject: text("crl ACI-FO-PP"), ..Filter::default() }), [7, 5, 3, 1]);
    let (from, before) = (Some(at(2)), Some(at(5)));
    assert_eq!(found(&mut db, Filter { from, before, ..Filter::default() }), [4, 3, 2]);
    let both = Filter { subject: text("crl ACI-FO-PP"), from, before, ..Filter::default() };
    assert_eq!(found(&mut db, both), [3]);
}

#[test]
fn a_search_for_what_is_rare_looks_at_so_much_and_goes_on_with_the_next_page() {
    let mut db = trail(2500);
    let rare = Filter { subject: None, action: text("order."), actor: text("alice"), ..Filter::default() };
    assert_eq!(every(&mut db, &rare, 100_000).concat().len(), 1250, "over several statements");
    assert_eq!(every(&mut db, &rare, 500).iter().map(Vec::len).collect::<Vec<_>>(), [500, 500, 250]);
}

#[test]
fn an_event_has_its_place_once_it_is_ordered() {
    let mut db = trail(1);
    let act = Act {
        at: "2026-11-26T11:00:00Z".parse().unwrap(),
        actor: Actor::Anyone,
        request: RequestId("test".to_owned()),
    };
    let event = Event { action: "order.submitted", subject: "order 9".to_owned(), payload: json!({}) };
    db.write(|db| record(db, event, &mut chance(), &act)).unwrap();
    let found = page(&mut db, &Filter::default(), None, 10).unwrap();
    assert_eq!(found.events.iter().map(|event| event.sequence).collect::<Vec<_>>(), [None, Some(0)]);
    let newest = &found.events[0];
    assert_eq!(find(&mut db, &newest.id).unwrap().unwrap().leaf_hash, newest.leaf_hash);
    sequence(&mut db);
    assert_eq!(find(&mut db, &newest.id).unwrap().unwrap().sequence, Some(1));
    assert!(find(&mut db, "nothing").unwrap().is_none());
}
