//! A decision on a request waits as one on an order does, and is taken back until it has taken effect.

use diesel::prelude::*;
use store::schema::outbox;

use super::*;
use crate::approval::Delays;
use crate::decision;

/// Decisions wait as they do in production, and the agent has submitted a request for a server.
fn waiting(house: &mut House) -> CertificateRequest {
    house.verifier = house.verifier.clone().with_delays(Delays::DEFAULT);
    allow(house, SERVER);
    submit_server(house, &key()).unwrap()
}

fn back(
    house: &mut House,
    login: &str,
    number: &str,
    version: i64,
) -> Result<CertificateRequest, TakeRequestBackError> {
    let act = house.officer(login);
    let House { db, rng, verifier, .. } = house;
    db.write(|db| take_back(db, verifier, number, version, rng, &act))
}

fn refused(house: &mut House, login: &str, number: &str) -> CertificateRequest {
    let request = get(&mut house.db, number).unwrap();
    let (at, act) = (house.at, house.officer(login));
    let reason = ("name-not-approved", None);
    let proof = house.approver.refuse(&request.decidable(), reason, login, &mut house.rng, at).unwrap();
    let House { db, rng, verifier, .. } = house;
    db.write(|db| refuse(db, verifier, number, request.version, &proof, None, rng, &act)).unwrap()
}

/// How often the agent was told this.
fn told(house: &mut House, notice: &str) -> i64 {
    outbox::table
        .filter(outbox::recipient.eq("officer:agent").and(outbox::notice.eq(notice)))
        .count()
        .get_result(&mut house.db)
        .unwrap()
}

/// What the worker does every second.
fn worker_looks(house: &mut House) -> Vec<String> {
    house.receive();
    house.take_effect().told
}

#[test]
fn an_approval_is_certified_once_its_minute_is_over_and_nobody_is_told_before() {
    on_both(|house| {
        let mut worker = house.worker();
        let request = waiting(house);
        let number = &request.number;
        approve_as(house, "bob", &request).unwrap();
        assert_eq!(worker_looks(house), [""; 0]);
        house.later(59);
        assert_eq!(worker_looks(house), [""; 0]);
        assert_eq!(code(certify(house, &mut worker, number)), "approval-not-effective");
        assert_eq!(told(house, "approved"), 0);
        house.later(1);
        assert_eq!(worker_looks(house), std::slice::from_ref(number));
        assert_eq!(worker_looks(house), [""; 0], "nobody is told twice");
        certify(house, &mut worker, number).unwrap();
        assert_eq!((told(house, "approved"), told(house, "certificate-issued")), (1, 1));
    });
}

#[test]
fn what_was_taken_back_is_open_in_its_next_version_and_decided_again_by_the_same_officer() {
    on_both(|house| {
        let mut worker = house.worker();
        let request = waiting(house);
        let number = &request.number;
        approve_as(house, "bob", &request).unwrap();
        worker_looks(house);
        house.later(30);
        let open = back(house, "bob", number, 1).unwrap();
        assert_eq!((open.version, &open.state), (2, &RequestState::Submitted));
        assert_eq!(get(&mut house.db, number).unwrap(), open);
        assert_eq!(code(back(house, "bob", number, 1)), "request-not-open");
        let act = house.job();
        let House { db, rng, .. } = house;
        let seen = decision::witness_retractions(db, rng, &act).unwrap();
        assert_eq!(seen, [format!("certificate-request {number} version 1")]);
        house.later(3600);
        assert_eq!(worker_looks(house), [""; 0]);
        assert_eq!(code(certify(house, &mut worker, number)), "certification-not-ready");
        assert_eq!(told(house, "approved"), 0);

        approve_as(house, "bob", &open).unwrap();
        worker_looks(house);
        assert_eq!(code(certify(house, &mut worker, number)), "approval-not-effective");
        house.later(60);
        assert_eq!(worker_looks(house), std::slice::from_ref(number));
        certify(house, &mut worker, number).unwrap();
    });
}

#[test]
fn whoever_certifies_has_written_down_before_that_nobody_takes_the_decision_back_any_more() {
    on_both(|house| {
        let mut worker = house.worker();
        let request = waiting(house);
        let number = &request.number;
        approve_as(house, "bob", &request).unwrap();
        house.receive();
        house.later(60);
        // The token works, and the certificate is not tied to its request yet.
        let (stop, go) = match house.db.is_on_server() {
            true => (
                "CREATE FUNCTION crash() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'crash'; END $$;
                 CREATE TRIGGER crash BEFORE UPDATE OF status ON certificate_requests FOR EACH ROW
                 WHEN (NEW.status = 'issued') EXECUTE FUNCTION crash()",
                "DROP TRIGGER crash ON certificate_requests",
            ),
            false => (
                "CREATE TRIGGER crash BEFORE UPDATE OF status ON certificate_requests WHEN NEW.status = 'issued'
                 BEGIN SELECT RAISE(ABORT, 'crash'); END",
                "DROP TRIGGER crash",
            ),
        };
        house.sql(stop).unwrap();
        certify(house, &mut worker, number).unwrap_err();
        // A page whose clock is late, or whoever owns it.
        house.at = house.at.minus(std::time::Duration::from_secs(50));
        assert_eq!(code(back(house, "bob", number, 1)), "decision-in-effect");
        assert_eq!(get(&mut house.db, number).unwrap().version, 1, "nothing half done");
        house.later(50);
        house.sql(go).unwrap();
        certify(house, &mut worker, number).unwrap();
        assert_eq!(worker_looks(house), [""; 0]);
        assert_eq!(told(house, "approved"), 1, "told when it was certified, and once");
    });
}

#[test]
fn a_refusal_leaves_after_ten_minutes_unless_its_officer_takes_it_back() {
    on_both(|house| {
        let request = waiting(house);
        let number = &request.number;
        refused(house, "bob", number);
        worker_looks(house);
        house.later(599);
        assert_eq!(worker_looks(house), [""; 0]);
        assert_eq!(told(house, "refused"), 0);
        back(house, "bob", number, 1).unwrap();
        house.later(1000);
        assert_eq!(worker_looks(house), [""; 0]);
        refused(house, "bob", number);
        worker_looks(house);
        house.later(600);
        assert_eq!(worker_looks(house), std::slice::from_ref(number));
        assert_eq!((told(house, "refused"), told(house, "approved")), (1, 0));
        assert_eq!(code(back(house, "bob", number, 2)), "decision-in-effect");
    });
}

#[test]
fn only_whoever_decided_takes_back_and_nothing_that_has_gone_on() {
    let mut house = House::new();
    let request = waiting(&mut house);
    let number = &request.number;
    assert_eq!(code(back(&mut house, "bob", number, 1)), "decision-not-yours", "nobody has decided");
    approve_as(&mut house, "bob", &request).unwrap();
    assert_eq!(code(back(&mut house, "clara", number, 1)), "decision-not-yours");
    assert_eq!(code(back(&mut house, "agent", number, 1)), "officer-role-missing");
    let bob = officers_of(&mut house, "bob");
    let decisions =
        decision::of(&mut house.db, crate::approval::SubjectKind::CertificateRequest, number).unwrap();
    let approved = get(&mut house.db, number).unwrap();
    let offered = |house: &House, at| {
        may_take_back(&house.verifier, &bob, &approved, &decisions, at).map(|(_, until)| until)
    };
    let until = house.at.plus(std::time::Duration::from_secs(60));
    assert_eq!(offered(&house, house.at), Some(until));
    assert_eq!(offered(&house, until), None);
    let agent = house.officer("agent");
    let House { db, rng, .. } = &mut house;
    db.write(|db| withdraw(db, number, rng, &agent)).unwrap();
    assert_eq!(code(back(&mut house, "bob", number, 1)), "request-not-open");
    house.later(60);
    assert_eq!(worker_looks(&mut house), [""; 0], "its submitter has been told that it is withdrawn");
}

fn officers_of(house: &mut House, login: &str) -> crate::officers::Officer {
    crate::officers::find(&mut house.db, login).unwrap().unwrap()
}

#[test]
fn a_refusal_is_not_taken_back_beside_a_request_for_the_same_key_that_was_submitted_since() {
    on_both(|house| {
        house.verifier = house.verifier.clone().with_delays(Delays::DEFAULT);
        allow(house, SERVER);
        let key = key();
        let request = submit_server(house, &key).unwrap();
        refused(house, "bob", &request.number);
        house.later(60);
        submit_server(house, &key).unwrap();
        assert_eq!(code(back(house, "bob", &request.number, 1)), "request-already-open");
        assert_eq!(get(&mut house.db, &request.number).unwrap().version, 1, "nothing half done");
    });
}

#[test]
fn a_decision_that_was_taken_back_obtains_nothing_where_its_row_is_put_back_by_hand() {
    let mut house = House::new();
    let mut worker = house.worker();
    let request = waiting(&mut house);
    let number = &request.number;
    approve_as(&mut house, "bob", &request).unwrap();
    worker_looks(&mut house);
    back(&mut house, "bob", number, 1).unwrap();
    house.later(3600);
    let set =
        format!("UPDATE certificate_requests SET version = 1, status = 'approved' WHERE number = '{number}'");
    assert!(house.sql(&set).is_err(), "no version goes back");
    house
        .sql(
            "DROP TRIGGER certificate_requests_go_one_way; DROP TRIGGER certificate_requests_keep_their_submitter",
        )
        .unwrap();
    house.sql(&set).unwrap();
    worker_looks(&mut house);
    assert_eq!(code(certify(&mut house, &mut worker, number)), "approval-evidence-missing");
    assert_eq!(told(&mut house, "approved"), 0);
    let found = crate::contradictions::contradictions(&mut house.db).unwrap();
    assert!(found.iter().any(|one| one.rule.starts_with("a certificate request")), "{found:?}");
}

#[test]
fn nobody_is_told_of_a_decision_that_the_worker_has_refused() {
    let mut house = House::new();
    let request = waiting(&mut house);
    approve_as(&mut house, "bob", &request).unwrap();
    house.receive();
    house.later(60);
    // What the worker received is another proof.
    house.sql("DROP TRIGGER decision_receipts_are_never_changed").unwrap();
    house.sql("UPDATE decision_receipts SET proof = 'another'").unwrap();
    assert_eq!(worker_looks(&mut house), [""; 0]);
    assert_eq!(told(&mut house, "approved"), 0);
}

#[test]
fn the_web_role_takes_back_at_the_present_moment_and_what_waits_alone() {
    let mut house = House::on(&fresh_postgresql());
    let request = waiting(&mut house);
    approve_as(&mut house, "bob", &request).unwrap();
    let now = house.db.now().unwrap().millis();
    let retract = |house: &mut House, at: i64| {
        let number = &request.number;
        house.sql(&format!(
            "INSERT INTO decision_retractions VALUES ('certificate-request', '{number}', 1, 'bob', {at})"
        ))
    };
    house.sql("SET ROLE igc_web").unwrap();
    assert!(retract(&mut house, now - 400_000).unwrap_err().to_string().contains("in effect:"));
    let number = &request.number;
    let open = format!(
        "UPDATE certificate_requests SET version = 2, status = 'submitted' WHERE number = '{number}'"
    );
    assert!(house.sql(&open).is_err(), "it was not taken back");
    retract(&mut house, now).unwrap();
    house.sql(&open).unwrap();
}

#[test]
fn what_was_told_at_once_before_decisions_on_requests_waited_counts_as_having_taken_effect() {
    const MIGRATION: &str =
        include_str!("../../../../migrations/sqlite/0116_decisions_on_requests_wait/up.sql");
    let mut house = House::new();
    let request = waiting(&mut house);
    approve_as(&mut house, "bob", &request).unwrap();
    let (_, backfill) = MIGRATION.split_once("-- Before this, whoever asked").unwrap();
    let (backfill, _) = backfill.split_once("DROP TRIGGER").unwrap();
    house.sql(&format!("-- {backfill}")).unwrap();
    assert_eq!(code(back(&mut house, "bob", &request.number, 1)), "decision-in-effect");
    house.later(60);
    assert_eq!(worker_looks(&mut house), [""; 0], "he was told");
}
