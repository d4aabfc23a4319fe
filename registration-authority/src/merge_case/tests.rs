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
