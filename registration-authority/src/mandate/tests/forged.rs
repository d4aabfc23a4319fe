//! What somebody writes beside a true mandate who has the web role's rights and no key: it neither counts nor keeps the true one from counting.

use super::*;
use crate::certification::{AgentClaim, verify_agent};

/// Whether the mandate is the one in force, and evidence for what its agent asks at this moment; and the structure has somebody who speaks for it.
fn holds(house: &mut House, number: &str) {
    let (at, of) = (house.at, structure(STRUCTURE));
    let speaks = in_force(&mut house.db, &of, at).unwrap().expect("somebody speaks for it");
    assert_eq!(speaks.number, number);
    assert_eq!(silent_since(&mut house.db, &of, at).unwrap(), None);
    let claim = AgentClaim { mandate: number, structure: &of, agent: Some("agent") };
    let House { db, verifier, .. } = house;
    verify_agent(db, verifier, "a test", claim, &[at]).unwrap();
    assert!(crate::structure_notices::agents(&mut house.db, STRUCTURE, at).unwrap().contains("agent"));
}

fn decision_by_hand(house: &mut House, (number, version): (&str, i64), login: &str, verdict: &str) {
    let at = house.at.millis();
    let reason = if verdict == "refuse" { "'other'" } else { "NULL" };
    house
        .sql(&format!(
            "INSERT INTO decisions (subject_kind, subject_number, subject_version, decided_by, decision, reason_code,
                                    decided_at, proof_kind, proof)
             VALUES ('structure-mandate', '{number}', {version}, '{login}', '{verdict}', {reason}, {at}, 'demo', '')"
        ))
        .unwrap();
}

/// A row like that of this mandate, under a newer number.
fn newer_row(house: &mut House, number: &str, of: &str) {
    let copied = "login, quality, identifier, reference, document, until, proposed_by, proposed_at";
    house
        .sql(&format!(
            "INSERT INTO structure_mandates (number, structure, {copied})
             SELECT 'MA-2099-000001', {of}, {copied} FROM structure_mandates WHERE number = '{number}'"
        ))
        .unwrap();
}

/// Has the worker look at a row.
fn handed_in(house: &mut House, (number, version): (&str, i64), login: &str) {
    house
        .sql(&format!(
            "INSERT INTO decision_inbox VALUES ('structure-mandate', '{number}', {version}, '{login}')"
        ))
        .unwrap();
}

#[test]
fn rows_in_every_officers_name_keep_none_of_them_from_ending_it() {
    on_both(|house| {
        let number = house.mandated(STRUCTURE).number;
        // Some of them are never handed in, so that the worker says nothing of them.
        for (version, login) in [(2, "bob"), (3, "clara"), (4, "alice"), (5, "bob")] {
            decision_by_hand(house, (&number, version), login, "refuse");
            if login == "clara" {
                handed_in(house, (&number, version), login);
                assert_eq!(house.refused(), ["approval-proof-invalid"]);
            }
        }
        holds(house, &number);
        assert_eq!(get(&mut house.db, &number).unwrap().decidable().version, 6);
        house.later(10);
        let ended = house.end_mandate("bob", &number).unwrap();
        assert!(ended.end_is_signed() && !ended.stood(house.at));
        assert_eq!(in_force(&mut house.db, &structure(STRUCTURE), house.at).unwrap(), None);
        assert_eq!(ended.decidable().version, 6, "it stays the version that ended it");
        assert_eq!(code(house.end_mandate("clara", &number)), "mandate-not-open", "once");
        // No row is written beyond the next version, nor an approval.
        let at = house.at.millis();
        for (version, verdict, reason) in
            [(8, "refuse", "'other'"), (i64::MAX, "refuse", "'other'"), (7, "approve", "NULL")]
        {
            let row = format!(
                "INSERT INTO decisions (subject_kind, subject_number, subject_version, decided_by, decision, reason_code,
                                        decided_at, proof_kind, proof)
                 VALUES ('structure-mandate', '{number}', {version}, 'clara', '{verdict}', {reason}, {at}, 'demo', '')"
            );
            assert!(house.sql(&row).unwrap_err().to_string().contains("stale"), "{version} {verdict}");
        }
    });
}

#[test]
fn an_approval_that_the_worker_refused_makes_no_mandate_on_a_page_either() {
    on_both(|house| {
        let number = house.propose("alice", new_mandate(STRUCTURE)).unwrap().number;
        decision_by_hand(house, (&number, 1), "clara", "approve");
        assert!(get(&mut house.db, &number).unwrap().is_approved(), "until the worker has looked");
        handed_in(house, (&number, 1), "clara");
        assert_eq!(house.refused(), ["approval-proof-invalid"]);
        let mandate = get(&mut house.db, &number).unwrap();
        assert_eq!(mandate.state(house.at), MandateState::Proposed);
        let agent = house.officer("agent");
        assert_eq!(standing(&mut house.db, &structure(STRUCTURE), &agent).unwrap(), None);
        assert_eq!(waiting(&mut house.db, &[Scope::default()]).unwrap().shown[0].number, number);
        assert_eq!(count_waiting(&mut house.db).unwrap(), 1);
        let later = house.at.plus(std::time::Duration::from_secs(3600));
        assert_eq!(unsigned(&mut house.db, later, 9).unwrap().decided, std::slice::from_ref(&number));

        house.decide_mandate("bob", &number, Verdict::Approve).unwrap();
        assert_eq!(house.refused(), [""; 0]);
        holds(house, &number);
        assert_eq!(unsigned(&mut house.db, later, 9).unwrap(), Unsigned::default());
        assert_eq!(count_waiting(&mut house.db).unwrap(), 0);
    });
}

#[test]
fn a_refusal_that_the_worker_refused_keeps_no_officer_from_deciding() {
    on_both(|house| {
        let number = house.propose("alice", new_mandate(STRUCTURE)).unwrap().number;
        decision_by_hand(house, (&number, 1), "clara", "refuse");
        assert_eq!(code(house.decide_mandate("bob", &number, Verdict::Approve)), "mandate-not-open");
        handed_in(house, (&number, 1), "clara");
        assert_eq!(house.refused(), ["approval-proof-invalid"]);
        assert_eq!(get(&mut house.db, &number).unwrap().state(house.at), MandateState::Proposed);
        house.decide_mandate("bob", &number, Verdict::Approve).unwrap();
        assert_eq!(house.refused(), [""; 0]);
        holds(house, &number);
    });
}

#[test]
fn a_refusal_that_comes_after_the_approval_was_received_takes_nothing_from_it() {
    on_both(|house| {
        let number = house.propose("alice", new_mandate(STRUCTURE)).unwrap().number;
        // Clara has read it while it was open, and signs; bob is quicker.
        let subject = get(&mut house.db, &number).unwrap().decidable();
        let (rng, at) = (&mut house.rng, house.at);
        let proof =
            house.approver.refuse(&subject, ("document-insufficient", None), "clara", rng, at).unwrap();
        house.decide_mandate("bob", &number, Verdict::Approve).unwrap();
        assert_eq!(house.refused(), [""; 0]);
        let octets = hex::encode(proof.encode());
        let octets = if house.db.is_on_server() { format!("'\\x{octets}'") } else { format!("x'{octets}'") };
        house
            .sql(&format!(
                "INSERT INTO decisions VALUES ('structure-mandate', '{number}', 1, 'clara', 'refuse',
                    'document-insufficient', NULL, {}, 'demo', {octets})",
                at.millis()
            ))
            .unwrap();
        handed_in(house, (&number, 1), "clara");
        assert_eq!(house.refused(), ["release-stale-version"]);
        holds(house, &number);
    });
}

#[test]
fn a_newer_mandate_keeps_nothing_from_the_true_one() {
    on_both(|house| {
        let number = house.mandated(STRUCTURE).number;
        newer_row(house, &number, "structure");
        decision_by_hand(house, ("MA-2099-000001", 1), "clara", "approve");
        let newest = of_structure(&mut house.db, &structure(STRUCTURE)).unwrap().remove(0);
        assert!(newest.number == "MA-2099-000001" && newest.stood(house.at), "its rows say so: {newest:?}");
        holds(house, &number);
    });
}

#[test]
fn a_newer_mandate_that_nobody_can_read_keeps_nothing_from_the_true_one() {
    on_both(|house| {
        let number = house.mandated(STRUCTURE).number;
        house
            .sql(&format!(
                "INSERT INTO structure_mandates (number, structure, login, quality, identifier, reference, document,
                                                 until, proposed_by, proposed_at)
                 VALUES ('MA-2099-000001', '{STRUCTURE}', 'agent', 'professional', 'nobody', 'x', '{}', NULL, 'alice', 0)",
                "ab".repeat(32)
            ))
            .unwrap();
        decision_by_hand(house, ("MA-2099-000001", 1), "clara", "approve");
        holds(house, &number);
        let agent = house.officer("agent");
        assert!(standing(&mut house.db, &structure(STRUCTURE), &agent).unwrap().is_some(), "nor on a page");
        assert_eq!(waiting(&mut house.db, &[Scope::default()]).unwrap().shown, []);
    });
}

#[test]
fn a_second_decision_takes_nothing_from_the_true_one_whether_the_worker_has_seen_it_or_not() {
    on_both(|house| {
        let number = house.mandated(STRUCTURE).number;
        for (login, verdict) in [("clara", "approve"), ("rita", "refuse")] {
            decision_by_hand(house, (&number, 1), login, verdict);
            holds(house, &number);
            let mandate = get(&mut house.db, &number).unwrap();
            assert!(mandate.stood(house.at) && mandate.decisions.len() == 1, "nor on a page: {mandate:?}");
            let later = house.at.plus(std::time::Duration::from_secs(3600));
            let found = unsigned(&mut house.db, later, 9).unwrap();
            assert_eq!((found.decided, found.ended), (vec![number.clone()], vec![]));
            handed_in(house, (&number, 1), login);
            assert_eq!(house.refused(), ["release-stale-version"]);
            holds(house, &number);
        }
    });
}

#[test]
fn an_end_that_nobody_signed_for_ends_nothing_that_the_worker_does() {
    on_both(|house| {
        let number = house.mandated(STRUCTURE).number;
        let (at, asked) = (house.at.millis(), house.at);
        end_row(house, &number, at).unwrap();
        decision_by_hand(house, (&number, 2), "clara", "refuse");
        house.later(60);
        holds(house, &number);
        let mandate = get(&mut house.db, &number).unwrap();
        assert!(
            mandate.spoke([asked, asked]) && !mandate.spoke([asked, house.at]),
            "a page takes nothing more"
        );
        // Whoever ends it ends it all the same.
        assert!(house.end_mandate("bob", &number).unwrap().end_is_signed());
        assert_eq!(in_force(&mut house.db, &structure(STRUCTURE), house.at).unwrap(), None);
    });
}
