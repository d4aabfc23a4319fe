//! Scenes of OCSP responders that follow each other: the status role makes the key and asks, the worker certifies,
//! the status role answers with it.

use acceptance::harness::{run, start};
use ca_core::authority::{self, AuthorityKind};
use ca_core::responder;
use diesel::prelude::*;
use store::Database;
use store::schema::{responder_certifications, responder_requests, service_keys};

use super::scenes::words;
use crate::scenarios::ceremonies::{objects_in, objects_in_token, token_folder};
use crate::scenarios::responders::{answered_by_the_newest, due, let_the_responders_ask};
use crate::scenarios::standstill::{PATIENCE, until};
use crate::scenarios::workshop::Workshop;

/// Responders of the demonstration, one for each issuing authority.
const RESPONDERS: usize = 6;
/// The first responders, of 90 days, ended a week ago; their successors are not due yet.
const DAYS_OF_THE_DESTRUCTION: i64 = 100;

pub fn responders_are_due(workshop: &Workshop) -> Vec<String> {
    due(workshop);
    // Whoever is killed here listens where nobody else does.
    for listener in ["status", "operations"] {
        workshop.configure("listen", listener, "127.0.0.1:0");
    }
    words(&["serve", "--role", "status"])
}

pub fn responders_have_asked(workshop: &Workshop) -> Vec<String> {
    due(workshop);
    let_the_responders_ask(workshop);
    words(&["job", "run", "responders"])
}

/// The status role is started again, until every responder has asked.
pub fn the_responders_ask(workshop: &Workshop) -> Vec<String> {
    let_the_responders_ask(workshop);
    words(&["job", "run", "responders"])
}

/// Their successors have followed them, and a week has passed since they ended.
pub fn responders_have_ended(workshop: &Workshop) -> Vec<String> {
    let certify = responders_have_asked(workshop);
    run(workshop.command(&[]).args(certify)).expect_exit(0);
    let command = responders_are_due(workshop);
    workshop.configure("demo", "clock_offset_days", DAYS_OF_THE_DESTRUCTION);
    command
}

/// The status role is started again, until the keys of the first responders are gone.
pub fn the_keys_are_destroyed(workshop: &Workshop) -> Vec<String> {
    let token = token_folder(workshop.dir(), "igc-status").unwrap();
    let mut status = start(&mut workshop.command(&["serve", "--role", "status"]));
    until("the keys that ended are destroyed", || {
        assert_eq!(status.ended(), None, "{}", status.stderr());
        objects_in(&token) <= 2 * RESPONDERS
    });
    assert!(status.stop(PATIENCE).success(), "{}", status.stderr());
    words(&["job", "run", "responders"])
}

pub fn the_keys_that_answer_are_left(workshop: &Workshop, db: &mut Database) {
    assert_eq!(objects_in_token(workshop.dir(), "igc-status"), 2 * RESPONDERS, "none but those that ended");
    answered_by_the_newest(workshop, db);
}

/// One key, one request, one certificate and one record a responder; the newest answers.
pub fn each_responder_has_one_successor(workshop: &Workshop, db: &mut Database) {
    let keys = objects_in_token(workshop.dir(), "igc-status");
    assert_eq!(keys, 2 * 2 * RESPONDERS, "two halves of the old key and of the new one, each");
    let recorded = service_keys::table.filter(service_keys::purpose.eq("ocsp")).count();
    let count = i64::try_from(RESPONDERS).unwrap();
    assert_eq!(recorded.get_result::<i64>(db).unwrap(), 2 * count);
    assert_eq!(responder_requests::table.count().get_result::<i64>(db).unwrap(), count);
    let tried: Vec<(String, i64)> = responder_certifications::table
        .select((responder_certifications::predecessor, responder_certifications::trial))
        .load(db)
        .unwrap();
    assert!(tried.len() >= RESPONDERS, "{tried:?}");
    for authority in authority::all(db).unwrap().iter().filter(|one| one.kind == AuthorityKind::Issuing) {
        let newest = responder::newest(db, &authority.short_name).unwrap().unwrap();
        assert_eq!(newest.status.word(), "good", "{}", newest.name);
        let requested: String = responder_requests::table
            .filter(responder_requests::authority.eq(&authority.short_name))
            .select(responder_requests::key_id)
            .first(db)
            .unwrap();
        assert_eq!(newest.key.id.to_string(), requested, "the key that was asked for, and no other");
    }
    answered_by_the_newest(workshop, db);
}
