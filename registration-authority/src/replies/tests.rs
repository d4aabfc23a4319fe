use super::*;
use crate::testing::*;

fn asked<'a>(login: &'a str, request: &'a str) -> Asked<'a> {
    Asked { login, key: "1f0c", request }
}

fn reply() -> Reply {
    Reply {
        status: 201,
        location: Some("/api/v1/orders/CO-2026-000001".to_owned()),
        etag: Some("\"1.submitted\"".to_owned()),
        body: "{}".to_owned(),
    }
}

#[test]
fn an_answer_is_given_again_to_its_caller_and_its_request_alone_for_two_days() {
    on_both(|house| {
        let (first, second) = ("0".repeat(64), "1".repeat(64));
        let (at, db) = (house.at, &mut house.db);
        assert_eq!(find(db, &asked("bob", &first), at).unwrap(), None);
        keep(db, &asked("bob", &first), &reply(), at).unwrap();
        assert_eq!(find(db, &asked("bob", &first), at).unwrap(), Some(reply()));
        assert_eq!(find(db, &asked("alice", &first), at).unwrap(), None, "another's key is another key");
        assert_eq!(code(find(db, &asked("bob", &second), at)), "idempotency-key-of-another-request");
        assert_eq!(
            code(keep(db, &asked("bob", &first), &reply(), at)),
            "idempotency-key-under-way",
            "whoever comes second answers nothing"
        );
        let over = at.plus(REPLY_LIFE);
        assert_eq!(find(db, &asked("bob", &second), over).unwrap(), None);
        keep(db, &asked("bob", &second), &reply(), over).unwrap();
        assert_eq!(find(db, &asked("bob", &second), over).unwrap(), Some(reply()));
    });
}
