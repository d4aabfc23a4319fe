//! A log that was written anew, by whoever has its key and the database.

use serde_json::json;

use super::installation::{Card, Installation, THEN};

const WORDS: &str = "under no signed head";

/// With a card, and the head over all of it that was kept beside the log.
fn witnessed() -> Installation {
    let mut made = Installation::new();
    made.card(&Card::of_a_nurse());
    made.log.witnessed = vec![made.log.head()];
    made
}

#[test]
fn a_database_of_before_is_told_by_the_head_that_was_kept_beside_the_log() {
    assert_eq!(witnessed().found(), "");
    let mut made = witnessed();
    let today = made.log.events.len();
    // The card never was: its certificate, its leaves, and the head over them.
    made.certificates.pop();
    made.log.events.truncate(today - 3);
    made.log.heads = vec![made.log.head()];
    let told = format!("BROKEN witness {today}: signs {today} leaves, and there are {}", today - 3);
    assert!(made.found().starts_with(&told), "{}", made.found());
}

#[test]
fn events_that_were_written_anew_are_told_by_the_head_that_was_kept_beside_the_log() {
    let mut made = witnessed();
    let place = made.log.events.len();
    made.log.event("card.opposed", "card 2600000017", json!({}), THEN + 60_000);
    made.log.witnessed.push(made.log.head());
    made.log.events.truncate(place);
    made.log.event("card.ordered", "card 2600000017", json!({}), THEN + 60_000);
    assert!(made.found().contains("signs another tree than these events"), "{}", made.found());
    assert!(made.found().starts_with(&format!("BROKEN witness {}:", place + 1)));
}

#[test]
fn heads_that_were_deleted_leave_old_events_under_none() {
    let until = |later: &[i64]| {
        let mut made = Installation::new();
        made.log.event("card.opposed", "card 2600000017", json!({}), THEN + 1000);
        made.log.heads = vec![made.log.head()];
        later.iter().for_each(|at| made.log.event("card.opposed", "card 2600000025", json!({}), *at));
        made.found()
    };
    // Those of the last second wait; one that began before others and ended after them, too.
    assert_eq!(until(&[]), "");
    assert_eq!(until(&[THEN + 100_000, THEN + 160_000]), "");
    assert_eq!(until(&[THEN, THEN + 500_000]), "");
    let found = until(&[THEN + 100_000, THEN + 160_001]);
    assert!(found.contains(WORDS) && found.contains("2 events have their place"), "{found}");
    let found = until(&[THEN + 100_000, THEN + 100_001, THEN + 900_000]);
    assert!(found.contains("the first of them 800 s before the newest event"), "{found}");
}

#[test]
fn a_head_that_was_kept_beside_the_log_covers_what_the_database_does_not_say() {
    // A crash between the two: kept, and not recorded.
    let mut made = Installation::new();
    made.log.heads = vec![made.log.head()];
    for at in [THEN + 100_000, THEN + 900_000] {
        made.log.event("card.opposed", "card 2600000025", json!({}), at);
    }
    assert!(made.found().contains(WORDS));
    made.log.witnessed = vec![made.log.head()];
    assert_eq!(made.found(), "");
    assert_eq!(made.verified().unsigned, 0);
}
