use professional_registry::merges::{ask_to_part, identifiers_of_one};

use super::*;
use crate::approval::Verdict;
use crate::testing::*;

/// The two numbers of the nurse are one person's, and somebody doubts that: the case.
fn doubted(house: &mut House) -> String {
    let act = house.job();
    renumber(house, &act);
    let House { db, rng, .. } = house;
    db.write(|db| ask_to_part(db, &adeli_nurse(), rng, &act)).unwrap().id
}

fn decide(house: &mut House, login: &str, case: &str, verdict: Verdict) {
    let subject = held_feed::get(&mut house.db, case).unwrap().decidable();
    let proof = match verdict {
        Verdict::Approve => house.proof(login, &subject),
        Verdict::Refuse => {
            house.approver.refuse(&subject, ("file-wrong", None), login, &mut house.rng, house.at).unwrap()
        }
    };
    let act = house.officer(login);
    let House { db, rng, verifier, .. } = house;
    db.write(|db| held_feed::decide(db, verifier, case, 1, verdict, &proof, None, rng, &act)).unwrap();
}

fn settled(house: &mut House) -> SettledCases {
    let act = house.job();
    let House { db, rng, verifier, .. } = house;
    settle_decided(db, verifier, rng, &act).unwrap()
}

fn are_one(house: &mut House) -> bool {
    identifiers_of_one(&mut house.db, &adeli_nurse()).unwrap().contains(&adeli_nurse_renumbered().to_string())
}

#[test]
fn a_merge_ends_once_two_officers_have_signed_for_that() {
    on_both(|house| {
        let case = doubted(house);
        let held = held_feed::get(&mut house.db, &case).unwrap();
        assert_eq!(
            held.case.map(|case| case.adeli),
            Some(adeli_nurse().to_string()),
            "officers read whose it is"
        );
        decide(house, "alice", &case, Verdict::Approve);
        assert_eq!(settled(house), SettledCases::default(), "one has");
        assert!(are_one(house));
        decide(house, "bob", &case, Verdict::Approve);
        assert_eq!(settled(house), SettledCases { done: vec![case], ..SettledCases::default() });
        assert!(!are_one(house));
        assert_eq!(settled(house), SettledCases::default(), "once");
    });
}

#[test]
fn one_refusal_leaves_the_numbers_one_persons_and_the_case_is_over() {
    on_both(|house| {
        let case = doubted(house);
        decide(house, "alice", &case, Verdict::Approve);
        decide(house, "bob", &case, Verdict::Refuse);
        assert_eq!(settled(house), SettledCases::default(), "the worker has not received it");
        house.receive();
        assert_eq!(settled(house), SettledCases { refused: vec![case], ..SettledCases::default() });
        assert!(are_one(house));
        assert_eq!(held_feed::waiting(&mut house.db).unwrap(), []);
    });
}

#[test]
fn decisions_that_nobody_signed_end_no_merge() {
    on_both(|house| {
        let case = doubted(house);
        decide(house, "alice", &case, Verdict::Approve);
        house
            .sql(&format!(
                "INSERT INTO decisions (subject_kind, subject_number, subject_version, decided_by, decision, decided_at, \
                 proof_kind, proof) SELECT subject_kind, subject_number, subject_version, 'bob', 'approve', decided_at, \
                 proof_kind, proof FROM decisions WHERE subject_number = '{case}'"
            ))
            .unwrap();
        assert_eq!(settled(house).failed[0].1.name, "approval-proof-invalid");
        assert!(are_one(house));
    });
}

#[test]
fn a_refusal_that_nobody_signed_refuses_nothing_and_officers_are_asked_again() {
    on_both(|house| {
        let case = doubted(house);
        decide(house, "alice", &case, Verdict::Approve);
        house.receive();
        forge_refusal(house, &case);
        house
            .sql(&format!(
                "INSERT INTO decision_inbox (subject_kind, subject_number, subject_version, decided_by) \
                 VALUES ('register-feed', '{case}', 1, 'bob')"
            ))
            .unwrap();
        assert_eq!(settled(house), SettledCases::default(), "the worker has not looked at it");
        assert_eq!(house.receive()[0].refusal, Some("approval-proof-invalid"));
        assert_eq!(settled(house), SettledCases { unsigned: vec![case.clone()], ..SettledCases::default() });
        assert!(are_one(house));
        let act = house.job();
        let House { db, rng, .. } = &mut *house;
        let again = db.write(|db| ask_to_part(db, &adeli_nurse(), rng, &act)).unwrap().id;
        assert_ne!(again, case);
        // Nobody asks the worker to look at this one.
        forge_refusal(house, &again);
        assert_eq!(settled(house), SettledCases { unsigned: vec![again], ..SettledCases::default() });
    });
}

/// A row in the name of an officer who has decided nothing, as the web's role could write it.
fn forge_refusal(house: &mut House, case: &str) {
    house
        .sql(&format!(
            "INSERT INTO decisions (subject_kind, subject_number, subject_version, decided_by, decision, reason_code, decided_at, \
             proof_kind, proof) VALUES ('register-feed', '{case}', 1, 'bob', 'refuse', 'file-wrong', {}, 'demo', '')",
            house.at.millis()
        ))
        .unwrap();
}

#[test]
fn a_case_that_the_database_refuses_holds_no_other_up() {
    on_both(|house| {
        let case = doubted(house);
        decide(house, "alice", &case, Verdict::Approve);
        decide(house, "bob", &case, Verdict::Approve);
        // Its own row cannot be written.
        house
            .sql(match house.db {
                Database::Sqlite(_) => {
                    "CREATE TRIGGER no_settling BEFORE UPDATE ON register_merge_cases BEGIN SELECT RAISE(ABORT, 'no'); END"
                }
                Database::Postgresql(_) => {
                    "CREATE TRIGGER no_settling BEFORE UPDATE ON register_merge_cases FOR EACH ROW EXECUTE FUNCTION refuse('no')"
                }
            })
            .unwrap();
        let run = settled(house);
        assert_eq!(run.failed, [(case, store::fault::DATABASE)]);
        assert!(are_one(house));
    });
}
