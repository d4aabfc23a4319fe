use professional_registry::ImportedRegister;

use store::Database;

use super::*;
use crate::certification::evidence::verify_evidence;
use crate::officers::Role;
use crate::{order, views};

/// By his row, bob is there for these orders alone.
fn confine(house: &mut House, scope: &str) {
    say(house, "bob", scope);
}

fn say(house: &mut House, login: &str, scope: &str) {
    // As whoever owns the database may: the row is kept from everybody else.
    let of_table = match house.db {
        Database::Sqlite(_) => "",
        Database::Postgresql(_) => " ON officers",
    };
    house.sql(&format!("DROP TRIGGER IF EXISTS officers_keep_who_they_are{of_table}")).unwrap();
    house.sql(&format!("UPDATE officers SET scope = '{scope}' WHERE login = '{login}'")).unwrap();
}

fn hidden(house: &mut House, filter: &Filter) -> Count {
    let bob = house.officer("bob");
    page(&mut house.db, &hours(), filter, None, 50, &bob).unwrap().hidden
}

#[test]
fn an_officer_lists_the_orders_of_his_scope_and_reads_how_many_others_there_are() {
    on_both(|house| {
        let nurse = house.submit("alice", cps(&nurse(), "60")).unwrap().number().to_owned();
        let other = house.submit("alice", cps(&other_nurse(), "60")).unwrap().number().to_owned();
        let physiotherapist = house.submit("alice", cps(&twofold(), "70")).unwrap().number().to_owned();
        let all = [nurse.clone(), other, physiotherapist.clone()];
        for (scope, seen) in [
            ("", &all[..]),
            ("profession:60", &all[..2]),
            ("profession:60 profession:70", &all[..]),
            ("structure:R102671", &all[..1]),
            ("profession:70 structure:R102671", &[]),
            ("profession:70 structure:F0B0193488", &all[2..]),
            ("profession:10", &[]),
        ] {
            confine(house, scope);
            assert_eq!(numbers(house, "bob", &submitted()), seen, "{scope}");
            assert_eq!(hidden(house, &submitted()), Count::Exactly(3 - seen.len() as i64), "{scope}");
        }
        confine(house, "profession:60");
        let of_70 = Filter { profession: professional_registry::Profession::from_code("70"), ..submitted() };
        assert_eq!(
            hidden(house, &of_70),
            Count::Exactly(1),
            "of the whole state, so that no search spells out whom"
        );
        let bob = house.officer("bob");
        let House { db, rng, .. } = house;
        let mut next = || db.write(|db| next(db, &hours(), &submitted(), rng, &bob));
        let (first, second) = (next().unwrap(), next().unwrap());
        assert!(first != physiotherapist && second != physiotherapist);
        assert_eq!(code(next()), "queue-empty");
    });
}

/// Puts a structure of the register into this department, as its code writes it.
fn place(house: &mut House, structure: &str, department: &str) {
    let move_it = format!(
        "UPDATE register_structures SET department_code = '{department}' WHERE technical_id = '{structure}'"
    );
    house.sql(&move_it).unwrap();
}

#[test]
fn an_officer_of_some_departments_lists_who_practises_there_and_reads_who_has_no_place() {
    on_both(|house| {
        place(house, STRUCTURE, "2A");
        place(house, STRUCTURE_WITHOUT_NUMBER, "9A");
        // The nurse practises in both places, the other one in Corsica.
        let nurse = house.submit("alice", cps(&nurse(), "60")).unwrap().number().to_owned();
        let other = house.submit("alice", cps(&other_nurse(), "60")).unwrap().number().to_owned();
        let all = [nurse.clone(), other.clone()];
        let unplaced = |house: &mut House| {
            let bob = house.officer("bob");
            page(&mut house.db, &hours(), &submitted(), None, 50, &bob).unwrap().unplaced
        };
        for (scope, seen) in [
            ("department:2A", &all[..]),
            ("department:2B", &[]),
            ("department:971", &all[..1]),
            ("department:971 department:2A", &all[..]),
            ("department:971 card:CPS", &all[..1]),
            ("department:2A card:CPF", &[]),
            ("card:CPS", &all[..]),
            ("card:CPE card:CPF", &[]),
        ] {
            confine(house, scope);
            assert_eq!(numbers(house, "bob", &submitted()), seen, "{scope}");
            assert_eq!(hidden(house, &submitted()), Count::Exactly(2 - seen.len() as i64), "{scope}");
            assert_eq!(unplaced(house), Count::Exactly(0), "{scope}");
        }
        // `20` does not say which half of Corsica, and an empty cell nothing.
        for nowhere in ["", "20"] {
            place(house, STRUCTURE, nowhere);
            confine(house, "department:971");
            assert_eq!(numbers(house, "bob", &submitted()), [nurse.as_str()]);
            assert_eq!(
                (hidden(house, &submitted()), unplaced(house)),
                (Count::Exactly(1), Count::Exactly(1))
            );
            confine(house, "department:2A");
            assert_eq!(numbers(house, "bob", &submitted()), [""; 0]);
            assert_eq!(
                (hidden(house, &submitted()), unplaced(house)),
                (Count::Exactly(2), Count::Exactly(1))
            );
            assert_eq!(code(house.approve("bob", &other)), "officer-place-unknown");
            assert_eq!(code(house.approve("bob", &nurse)), "officer-outside-scope");
        }
        let bob = house.officer("bob");
        assert_eq!(code(views::order(&mut house.db, &other, &bob)), "officer-place-unknown");
        assert_eq!(code(house.submit("bob", cps(&military_nurse(), "60"))), "officer-place-unknown");
        confine(house, "card:CPF");
        assert_eq!(code(house.approve("bob", &other)), "officer-outside-scope");
        confine(house, "card:CPS");
        house.approve("bob", &other).unwrap();
    });
}

#[test]
fn a_decision_for_a_place_or_a_card_outside_the_signed_scope_is_refused_by_the_worker() {
    for (scope, refusal) in [("department:2B", ""), ("card:CPF", ""), ("department:2A card:CPS", "held")] {
        let mut house = House::new();
        place(&mut house, STRUCTURE, "2A");
        place(&mut house, STRUCTURE_WITHOUT_NUMBER, "2A");
        let chain = house.pin();
        let dora =
            house.enrolled_key_within(&chain, "dora", Role::RegistrationOfficer, scope.parse().unwrap());
        let act = house.job();
        let roster = house.verifier.roster(&mut house.db).unwrap();
        let House { db, rng, .. } = &mut house;
        db.write(|db| crate::enrolment::settle(db, &roster, rng, &act)).unwrap();
        let order = house.submit("alice", cps(&nurse(), "60")).unwrap().into_order();
        // A web process that an attacker owns writes the decision by hand, with the proof that dora was made to sign.
        say(&mut house, "dora", "");
        let subject = order.decidable();
        let proof = house.key_proof(("dora", &dora), &subject);
        let at = house.at;
        house.write_decision(&subject, "dora", at.millis(), &proof);
        house
            .sql(&format!("UPDATE card_orders SET status = 'approved' WHERE number = '{}'", order.number))
            .unwrap();
        let expected: &[&str] = if refusal.is_empty() { &["approval-evidence-missing"] } else { &[""; 0] };
        assert_eq!(house.refused(), expected, "{scope}");
    }
}

#[test]
fn what_was_decided_within_a_department_stands_whatever_the_next_extract_says_of_the_place() {
    let mut house = House::new();
    place(&mut house, STRUCTURE, "2A");
    place(&mut house, STRUCTURE_WITHOUT_NUMBER, "2A");
    let chain = house.pin();
    let scope = "department:2A".parse().unwrap();
    let dora = house.enrolled_key_within(&chain, "dora", Role::RegistrationOfficer, scope);
    let act = house.job();
    let roster = house.verifier.roster(&mut house.db).unwrap();
    let House { db, rng, .. } = &mut house;
    db.write(|db| crate::enrolment::settle(db, &roster, rng, &act)).unwrap();
    let number = house.submit("alice", cps(&nurse(), "60")).unwrap().number().to_owned();
    house.approve_by(("dora", &dora), &number).unwrap();
    house.receive();
    for code in ["", "75"] {
        place(&mut house, STRUCTURE, code);
        place(&mut house, STRUCTURE_WITHOUT_NUMBER, code);
        let (at, House { db, verifier, .. }) = (house.at, &mut house);
        verify_evidence(db, &mut ImportedRegister, verifier, &number, at).unwrap();
    }
}

#[test]
fn outside_his_scope_an_officer_neither_reads_nor_acts() {
    on_both(|house| {
        let number = house.submit("alice", cps(&nurse(), "60")).unwrap().number().to_owned();
        confine(house, "profession:70");
        let bob = house.officer("bob");
        let outside = "officer-outside-scope";
        assert_eq!(code(house.approve("bob", &number)), outside);
        assert_eq!(code(views::order(&mut house.db, &number, &bob)), outside);
        assert_eq!(code(house.submit("bob", cps(&other_nurse(), "60"))), outside);
        assert_eq!(numbers(house, "alice", &submitted()), [number.as_str()], "nothing of it was written");
        let House { db, rng, .. } = house;
        assert_eq!(code(db.write(|db| order::ask(db, &number, 1, "Pourquoi ?", rng, &bob))), outside);
        assert_eq!(code(db.write(|db| order::withdraw(db, &number, rng, &bob))), outside);
        let register = &mut ImportedRegister;
        assert_eq!(code(db.write(|db| order::refresh(db, register, &number, 1, rng, &bob))), outside);
        confine(house, "profession:60 structure:R102671");
        house.approve("bob", &number).unwrap();
    });
}

#[test]
fn a_decision_outside_the_scope_that_two_administrators_signed_for_is_no_evidence_whatever_the_rows_say() {
    let mut house = House::new();
    let chain = house.pin();
    let scope = "profession:70".parse().unwrap();
    let dora = house.enrolled_key_within(&chain, "dora", Role::RegistrationOfficer, scope);
    let act = house.job();
    let roster = house.verifier.roster(&mut house.db).unwrap();
    let House { db, rng, .. } = &mut house;
    db.write(|db| crate::enrolment::settle(db, &roster, rng, &act)).unwrap();
    let order = house.submit("alice", cps(&nurse(), "60")).unwrap().into_order();
    assert_eq!(code(house.approve_by(("dora", &dora), &order.number)), "officer-outside-scope");

    // A web process that an attacker owns: the officer's row is widened, the decision written by hand.
    say(&mut house, "dora", "");
    assert_eq!(code(house.approve_by(("dora", &dora), &order.number)), "approval-proof-invalid");
    let subject = order.decidable();
    let proof = house.key_proof(("dora", &dora), &subject);
    let at = house.at;
    house.write_decision(&subject, "dora", at.millis(), &proof);
    house
        .sql(&format!("UPDATE card_orders SET status = 'approved' WHERE number = '{}'", order.number))
        .unwrap();
    assert_eq!(house.refused(), ["approval-evidence-missing"]);
    let House { db, verifier, .. } = &mut house;
    assert_eq!(
        code(verify_evidence(db, &mut ImportedRegister, verifier, &order.number, at)),
        "approval-evidence-missing"
    );

    let own = house.submit("alice", cps(&twofold(), "70")).unwrap().number().to_owned();
    house.approve_by(("dora", &dora), &own).unwrap();
    assert_eq!(house.refused(), [""; 0]);
    let House { db, verifier, .. } = &mut house;
    verify_evidence(db, &mut ImportedRegister, verifier, &own, at).unwrap();
}

#[test]
fn an_order_that_says_that_its_holder_practises_elsewhere_than_in_the_register_is_decided_on_by_nobody_of_there()
 {
    let mut house = House::new();
    let chain = house.pin();
    let scope = format!("structure:{STRUCTURE_WITHOUT_NUMBER}").parse().unwrap();
    let dora = house.enrolled_key_within(&chain, "dora", Role::RegistrationOfficer, scope);
    let act = house.job();
    let roster = house.verifier.roster(&mut house.db).unwrap();
    let House { db, rng, .. } = &mut house;
    db.write(|db| crate::enrolment::settle(db, &roster, rng, &act)).unwrap();
    let number = house.submit("alice", cps(&twofold(), "70")).unwrap().number().to_owned();
    assert_eq!(code(house.approve_by(("dora", &dora), &number)), "officer-outside-scope");

    // A web process that an attacker owns moves the holder in what it wrote down of the register, and shows dora the order.
    house
        .sql(&format!(
            "UPDATE card_orders SET version = 2, register_record = \
             replace(register_record, '{STRUCTURE}', '{STRUCTURE_WITHOUT_NUMBER}') WHERE number = '{number}'"
        ))
        .unwrap();
    let falsified = order::get(&mut house.db, &number).unwrap();
    let proof = house.key_proof(("dora", &dora), &falsified.decidable());
    let at = house.at;
    house.write_decision(&falsified.decidable(), "dora", at.millis(), &proof);
    house.sql(&format!("UPDATE card_orders SET status = 'approved' WHERE number = '{number}'")).unwrap();

    assert_eq!(house.refused(), ["approval-evidence-missing"]);
    let House { db, verifier, .. } = &mut house;
    let outcome = verify_evidence(db, &mut ImportedRegister, verifier, &number, at);
    assert_eq!(code(outcome), "approval-evidence-missing");
}

#[test]
fn a_scope_is_for_whoever_submits_or_decides() {
    let mut house = House::new();
    house.pin();
    let roster = house.verifier.roster(&mut house.db).unwrap();
    let act = house.officer("admin");
    for (role, allowed) in [
        (Role::CertificationAgent, true),
        (Role::RegistrationOfficer, true),
        (Role::RevocationOfficer, false),
        (Role::Administrator, false),
        (Role::Auditor, false),
    ] {
        let key = Authenticator::new(role.as_str());
        let new = crate::enrolment::NewEnrolment {
            login: role.as_str().to_owned(),
            display_name: "Prénom Nom".to_owned(),
            role,
            scope: "profession:70".parse().unwrap(),
            email: None,
            credential: crate::enrolment::NewCredential::Passkey(crate::approval::passkey::NewPasskey {
                credential_id: key.credential_id.clone(),
                key: key.public_key(),
            }),
        };
        let House { db, rng, verifier, .. } = &mut house;
        let proposed = db.write(|db| crate::enrolment::propose(db, verifier, &roster, new, rng, &act));
        assert_eq!(proposed.is_ok(), allowed, "{role}");
    }
}
