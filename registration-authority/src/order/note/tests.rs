use std::time::Duration;

use store::schema::{audit_payloads, order_notes};

use super::*;
use crate::order::withdraw;
use crate::testing::*;

const WORDS: &str = "Appelé le secrétariat : rappelle demain.";
const YEAR: Duration = Duration::from_secs(365 * 86_400);

fn written(house: &mut House, login: &str, number: &str, words: &str) -> Result<Note, NoteError> {
    let act = house.officer(login);
    let House { db, rng, .. } = house;
    db.write(|db| note(db, number, words, rng, &act))
}

fn read(house: &mut House, login: &str, number: &str) -> Result<Vec<Note>, NoteError> {
    let act = house.officer(login);
    notes(&mut house.db, number, &act)
}

fn erased(house: &mut House) -> usize {
    let act = house.job();
    let House { db, rng, .. } = house;
    erase_notes(db, YEAR, rng, &act).unwrap()
}

#[test]
fn officers_read_a_note_and_neither_the_applicant_nor_the_trail_does() {
    on_both(|house| {
        let number = house.submit("agent", cps(&nurse(), "60")).unwrap().number().to_owned();
        let note = written(house, "bob", &number, WORDS).unwrap();
        assert_eq!(read(house, "alice", &number).unwrap(), [note]);
        assert_eq!(read(house, "audrey", &number).unwrap().len(), 1);
        assert_eq!(code(read(house, "agent", &number)), "reading-not-allowed");
        assert_eq!(code(read(house, "rita", &number)), "reading-not-allowed");
        assert_eq!(code(written(house, "agent", &number, WORDS)), "officer-role-missing");
        assert_eq!(code(written(house, "bob", "CO-2026-999999", WORDS)), "order-unknown");
        for words in ["", "  ", "a\u{7}b", &"x".repeat(2001)] {
            assert_eq!(code(written(house, "bob", &number, words)), "order-text-invalid");
        }
        let payloads: Vec<String> =
            audit_payloads::table.select(audit_payloads::payload).load(&mut house.db).unwrap();
        assert!(payloads.iter().any(|payload| payload.contains("\"note\"")));
        assert!(!payloads.iter().any(|payload| payload.contains("secrétariat")));
    });
}

#[test]
fn an_order_has_two_hundred_notes_whoever_writes_them() {
    on_both(|house| {
        let number = house.submit("agent", cps(&nurse(), "60")).unwrap().number().to_owned();
        let other = house.submit("agent", cps(&other_nurse(), "60")).unwrap().number().to_owned();
        let by_hand = |id: i64| {
            format!(
                "INSERT INTO order_notes (id, order_number, written_by, written_at, note)
                 VALUES ('{id}', '{number}', 'bob', {id}, 'x')"
            )
        };
        (1..MOST_NOTES).for_each(|id| house.sql(&by_hand(id)).unwrap());
        written(house, "bob", &number, WORDS).unwrap();
        assert_eq!(code(written(house, "alice", &number, WORDS)), "order-notes-full");
        assert!(house.sql(&by_hand(999)).unwrap_err().to_string().contains("two hundred notes"));
        assert_eq!(read(house, "bob", &number).unwrap().len(), 200);
        written(house, "bob", &other, WORDS).unwrap();
    });
}

#[test]
fn the_notes_of_a_closed_order_go_after_their_time_and_those_of_an_open_one_stay() {
    on_both(|house| {
        let open = house.submit("alice", cps(&nurse(), "60")).unwrap().number().to_owned();
        let closed = house.submit("alice", cps(&other_nurse(), "60")).unwrap().number().to_owned();
        written(house, "bob", &open, WORDS).unwrap();
        written(house, "bob", &closed, WORDS).unwrap();
        let act = house.officer("alice");
        let House { db, rng, .. } = house;
        db.write(|db| withdraw(db, &closed, rng, &act)).unwrap();
        house.later(YEAR.as_secs());
        assert_eq!(erased(house), 0, "a year, and not a moment less");
        house.later(1);
        assert_eq!((erased(house), erased(house)), (1, 0));
        assert_eq!(read(house, "bob", &open).unwrap().len(), 1);
        assert_eq!(read(house, "bob", &closed).unwrap().len(), 0);
        // Whoever has the rights still cannot hide what is said about an open order, nor change it.
        let by_hand = diesel::delete(order_notes::table).execute(&mut house.db).unwrap_err().to_string();
        assert!(by_hand.contains("notes of an open order"), "{by_hand}");
        let change = diesel::update(order_notes::table).set(order_notes::note.eq("x"));
        assert!(change.execute(&mut house.db).unwrap_err().to_string().contains("a note stands"));
    });
}
