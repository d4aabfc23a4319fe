//! An officer asks for the revocation of a software certificate; the worker asks his right again, and revokes.

use diesel::prelude::*;
use store::Actor;
use store::schema::{audit_events, outbox};

use super::*;
use crate::officers;

/// A server's, issued.
fn issued(house: &mut House, worker: &mut Worker) -> String {
    allow(house, SERVER);
    let request = submit_server(house, &key()).unwrap();
    approve_as(house, "bob", &request).unwrap();
    certify(house, worker, &request.number).unwrap();
    request.number
}

fn ask(house: &mut House, login: &str, number: &str) -> Result<RevocationRequest, &'static str> {
    let act = house.officer(login);
    let House { db, rng, .. } = house;
    let asked = db.write(|db| ask_revocation(db, number, RevocationReason::KeyCompromise, rng, &act));
    asked.map_err(|error| error.code().name)
}

/// A round of the worker: what was revoked, and what refused with which code.
fn answered(house: &mut House) -> (Vec<String>, Vec<(String, &'static str)>) {
    let act = house.act(Actor::Job("certificate-revocations"));
    let House { db, rng, .. } = house;
    let done = answer_revocations(db, 50, rng, &act).unwrap();
    assert!(done.failed.is_empty(), "{done:?}");
    (done.revoked, done.refused.into_iter().map(|(number, code)| (number, code.name)).collect())
}

fn status(house: &mut House, number: &str) -> CertificateStatus {
    let RequestState::Issued { issuer, serial, .. } = get(&mut house.db, number).unwrap().state else {
        panic!("{number} is not issued")
    };
    certificate::find(&mut house.db, &issuer, &serial).unwrap().unwrap().status
}

#[test]
fn an_officer_asks_and_the_worker_revokes_in_his_name() {
    on_both(|house| {
        let mut worker = house.worker();
        let number = issued(house, &mut worker);
        assert_eq!(answered(house), (Vec::new(), Vec::new()));
        let asked = ask(house, "rita", &number).unwrap();
        assert_eq!((asked.requested_by.as_str(), &asked.answer), ("rita", &RevocationAnswer::Waiting));
        assert_eq!(newest_revocation(&mut house.db, &number).unwrap(), Some(asked.clone()));
        assert_eq!(ask(house, "bob", &number), Err("revocation-requested-already"));
        assert!(matches!(status(house, &number), CertificateStatus::Good { .. }), "nothing has happened yet");
        assert_eq!(oldest_revocation_waiting(&mut house.db).unwrap(), Some(house.at));

        assert_eq!(answered(house), (vec![number.clone()], Vec::new()));
        let ended = status(house, &number);
        assert!(
            matches!(&ended, CertificateStatus::Revoked { reason, .. } if reason == "keyCompromise"),
            "{ended:?}"
        );
        let answer = RevocationAnswer::Revoked;
        assert_eq!(
            newest_revocation(&mut house.db, &number).unwrap(),
            Some(RevocationRequest { answer, ..asked })
        );
        assert_eq!(ask(house, "rita", &number), Err("certificate-ended"));
        assert_eq!(answered(house), (Vec::new(), Vec::new()), "once");
        let actors: Vec<String> = audit_events::table
            .filter(audit_events::action.eq("certificate.revoked"))
            .select(audit_events::actor)
            .load(&mut house.db)
            .unwrap();
        assert_eq!(actors, ["officer:rita"]);
        let told: i64 = outbox::table
            .filter(outbox::notice.eq("certificate-revoked").and(outbox::recipient.eq("officer:agent")))
            .count()
            .get_result(&mut house.db)
            .unwrap();
        assert_eq!(told, 1);
    });
}

#[test]
fn who_may_not_oppose_asks_for_nothing_and_neither_does_anybody_of_what_was_not_issued() {
    let mut house = House::new();
    let mut worker = house.worker();
    let number = issued(&mut house, &mut worker);
    for login in ["agent", "audrey", "admin"] {
        assert_eq!(ask(&mut house, login, &number), Err("officer-role-missing"), "{login}");
    }
    let waits = submit_csr(&mut house, "el-org-serv-ssl", STRUCTURE, csr(&key(), Some(SERVER), &[SERVER]));
    assert_eq!(ask(&mut house, "rita", &waits.unwrap().number), Err("request-not-open"));
    assert_eq!(ask(&mut house, "rita", "CR-2026-999999"), Err("request-unknown"));
    assert_eq!(answered(&mut house), (Vec::new(), Vec::new()));
}

#[test]
fn the_web_role_dates_no_request_for_a_revocation_but_now() {
    let mut house = House::on(&fresh_postgresql());
    let mut worker = house.worker();
    let number = issued(&mut house, &mut worker);
    let now = house.db.now().unwrap().millis();
    house.sql("SET ROLE igc_web").unwrap();
    let mut by_hand = |at: i64| {
        house.sql(&format!(
            "INSERT INTO certificate_revocation_requests (id, request_number, reason, requested_by, requested_at) \
             VALUES ('{}', '{number}', 'superseded', 'rita', {at})",
            "a".repeat(32)
        ))
    };
    for moved in [-3_600_000, 3_600_000, i64::from(u32::MAX)] {
        let said = by_hand(now + moved).unwrap_err().to_string();
        assert!(said.contains("when it is asked for"), "{moved}: {said}");
    }
    by_hand(now).unwrap();
}

/// The web role writes the rows: none is more than its officer may when the worker looks.
#[test]
fn what_is_asked_in_the_name_of_who_may_not_is_refused_and_keeps_nobody_else_from_asking() {
    on_both(|house| {
        let mut worker = house.worker();
        let number = issued(house, &mut worker);
        let by_hand = |house: &mut House, id: char, login: &str| {
            let (id, at) = (id.to_string().repeat(32), house.at.millis());
            house.sql(&format!(
                "INSERT INTO certificate_revocation_requests (id, request_number, reason, requested_by, requested_at) \
                 VALUES ('{id}', '{number}', 'superseded', '{login}', {at})"
            ))
        };
        by_hand(house, 'a', "audrey").unwrap();
        assert!(by_hand(house, 'b', "rita").is_err(), "one waits");
        assert_eq!(answered(house), (Vec::new(), vec![(number.clone(), "officer-role-missing")]));
        let code = "officer-role-missing".to_owned();
        let newest = newest_revocation(&mut house.db, &number).unwrap().unwrap();
        assert_eq!(newest.answer, RevocationAnswer::Refused { code });

        house.later(1);
        ask(house, "rita", &number).unwrap();
        let act = house.act(Actor::Operator("root".to_owned()));
        let House { db, rng, .. } = house;
        db.write(|db| officers::end(db, "rita", rng, &act)).unwrap();
        house.later(1);
        let (revoked, refused) = answered(house);
        assert_eq!((revoked, refused.len()), (Vec::new(), 1), "{refused:?}");
        assert!(matches!(status(house, &number), CertificateStatus::Good { .. }));

        for (altered, why) in [
            (
                "UPDATE certificate_revocation_requests SET outcome = NULL, refusal = NULL, answered_at = NULL",
                "answered once",
            ),
            ("UPDATE certificate_revocation_requests SET requested_by = 'bob'", "answered once"),
            ("DELETE FROM certificate_revocation_requests", "never deleted"),
        ] {
            let said = house.sql(altered).unwrap_err().to_string();
            assert!(said.contains(why), "{altered}: {said}");
        }
        ask(house, "bob", &number).unwrap();
        assert_eq!(answered(house), (vec![number.clone()], Vec::new()));
    });
}
