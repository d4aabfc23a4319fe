//! A web process that an attacker owns invents no delegation, and stretches none.

use super::*;

/// A row that says that dora delegates to eve all that she is there for, for a week.
fn row(desk: &mut Desk, number: &str, delegator: &str, scope: &str) {
    let at = desk.house.at.millis();
    let until = at + 7 * 86_400_000;
    desk.house
        .sql(&format!(
            "INSERT INTO officer_delegations VALUES ('{number}', '{delegator}', 'eve', '{scope}', {at}, {until}, {at})"
        ))
        .unwrap();
}

/// The decision on it, and that the worker has seen it and found nothing, as a row.
fn seen(desk: &mut Desk, number: &str, login: &str, proof: &ApprovalProof) {
    let subject = get(&mut desk.house.db, number).unwrap().decidable();
    let at = desk.house.at.millis();
    desk.house.write_decision(&subject, login, at, proof);
}

#[test]
fn a_row_written_by_hand_gives_nothing() {
    let mut desk = Desk::new();
    let order = desk.for_nurse();
    row(&mut desk, "DG-2000-000001", "dora", "profession:60");
    assert_eq!(desk.approve_under(&order, Some("DG-2000-000001")), Err("officer-outside-scope"));
    assert_eq!(desk.by_hand(&order, Some("DG-2000-000001")), ["delegation-not-standing"]);
    desk.given_back(&order);
}

#[test]
fn a_delegation_that_somebody_else_signed_or_that_says_something_else_gives_nothing() {
    let mut desk = Desk::new();
    let order = desk.for_nurse();
    let week = desk.week();
    let honest =
        desk.propose("dora", NewDelegation { scope: "profession:60 card:CPF".parse().unwrap(), ..week });
    let honest = get(&mut desk.house.db, &honest.unwrap().number).unwrap();
    let over_less = desk.house.key_proof(("dora", &desk.dora), &honest.decidable());
    let mallory = Authenticator::new("mallory");
    for (n, what) in ["nobody's key", "her own key", "over another"].into_iter().enumerate() {
        let number = format!("DG-2000-00000{n}");
        row(&mut desk, &number, "dora", "profession:60");
        let subject = get(&mut desk.house.db, &number).unwrap().decidable();
        let proof = match n {
            0 => desk.house.key_proof(("dora", &mallory), &subject),
            1 => desk.house.key_proof(("eve", &desk.eve), &subject),
            _ => over_less.clone(),
        };
        seen(&mut desk, &number, "dora", &proof);
        assert_eq!(desk.house.refused(), ["approval-proof-invalid"], "{what}");
        let proof = desk.proof_under(&order, Some(&number));
        let refused = desk.house.approve_with("eve", &order, 1, &proof);
        assert_eq!(code(refused), "officer-outside-scope", "{what}");
    }
    assert_eq!(desk.by_hand(&order, Some("DG-2000-000001")), ["approval-proof-invalid"]);
}

#[test]
fn a_row_that_was_stretched_after_its_signature_gives_nothing() {
    for stretch in
        ["scope = ''", "ends_at = ends_at + 1000", "begins_at = begins_at - 1000", "delegate = 'fay'"]
    {
        let mut desk = Desk::new();
        let order = desk.for_nurse();
        let week = desk.week();
        let number = desk.delegated(week);
        desk.house.sql("DROP TRIGGER officer_delegations_are_never_changed").unwrap();
        desk.house.sql(&format!("UPDATE officer_delegations SET {stretch}")).unwrap();
        let refused = desk.by_hand(&order, Some(&number));
        let expected = if stretch.starts_with("delegate") {
            "delegation-not-standing"
        } else {
            "approval-proof-invalid"
        };
        assert_eq!(refused, [expected], "{stretch}");
    }
}

#[test]
fn what_was_delegated_is_not_delegated_further() {
    let mut desk = Desk::new();
    let week = desk.week();
    let number = desk.delegated(NewDelegation { delegate: "eve".to_owned(), ..week.clone() });
    let further = NewDelegation { delegate: "fay".to_owned(), ..week };
    assert_eq!(code(desk.propose("eve", further)), "delegation-wider");
    // By hand, with eve's own gesture; by the delegation that she was given, too.
    for (n, by) in [None, Some(number)].into_iter().enumerate() {
        let (onward, at) = (format!("DG-2000-00000{n}"), desk.house.at.millis());
        let until = at + 86_400_000;
        desk.house
            .sql(&format!(
                "INSERT INTO officer_delegations VALUES ('{onward}', 'eve', 'fay', 'profession:60', {at}, {until}, {at})"
            ))
            .unwrap();
        let subject = get(&mut desk.house.db, &onward).unwrap().decidable();
        let nonce = desk.house.nonce("eve");
        let statement = Statement::over_nonce(&subject, Verdict::Approve, None, "eve", nonce, desk.house.at);
        let proof = desk.eve.prove(&statement.by_delegation(by));
        assert_eq!(code(desk.sign_with("eve", &onward, &proof)), "officer-outside-scope");
        seen(&mut desk, &onward, "eve", &proof);
        assert_eq!(desk.house.refused(), ["approval-evidence-missing"]);
    }
}

#[test]
fn a_delegation_ends_with_the_key_that_signed_it() {
    let mut desk = Desk::new();
    let order = desk.for_nurse();
    let week = desk.week();
    let number = desk.delegated(week);
    let Desk { house, chain, dora, .. } = &mut desk;
    house.later(1);
    house.revoke(chain, dora);
    house.later(1);
    assert_eq!(desk.by_hand(&order, Some(&number)), ["delegation-not-standing"]);
}

#[test]
fn a_delegation_gives_no_right_that_its_delegate_does_not_have() {
    let mut desk = Desk::new();
    let order = desk.for_nurse();
    let rita = desk.house.enrolled_key(&desk.chain, "rita", Role::RevocationOfficer);
    let at = desk.house.at.millis();
    let until = at + 86_400_000;
    desk.house
        .sql(&format!(
            "INSERT INTO officer_delegations VALUES ('DG-2000-000009', 'dora', 'rita', 'profession:60', {at}, {until}, {at})"
        ))
        .unwrap();
    let subject = get(&mut desk.house.db, "DG-2000-000009").unwrap().decidable();
    let proof = desk.house.key_proof(("dora", &desk.dora), &subject);
    seen(&mut desk, "DG-2000-000009", "dora", &proof);
    assert_eq!(desk.house.refused(), [""; 0], "dora signed for it");
    let subject = order::get(&mut desk.house.db, &order).unwrap().decidable();
    let nonce = desk.house.nonce("rita");
    let statement = Statement::over_nonce(&subject, Verdict::Approve, None, "rita", nonce, desk.house.at);
    let proof = rita.prove(&statement.by_delegation(Some("DG-2000-000009".to_owned())));
    assert_eq!(code(desk.house.approve_with("rita", &order, 1, &proof)), "officer-role-missing");
    let at = desk.house.at.millis();
    desk.house.write_decision(&subject, "rita", at, &proof);
    assert_eq!(desk.house.refused(), ["approval-evidence-missing"]);
}

#[test]
fn an_end_that_is_dated_back_takes_nothing_from_what_was_received_before() {
    let mut desk = Desk::new();
    let (received, unseen) = (desk.for_nurse(), {
        let number = desk.house.submit("alice", cps(&other_nurse(), "60")).unwrap();
        number.number().to_owned()
    });
    let week = desk.week();
    let number = desk.delegated(week);
    desk.house.later(600);
    assert_eq!(desk.approve_under(&received, Some(&number)), Ok(()));
    assert_eq!(desk.house.refused(), [""; 0]);
    assert_eq!(desk.approve_under(&unseen, Some(&number)), Ok(()));
    let back = desk.house.at.millis() - 300_000;
    desk.house
        .sql(&format!("INSERT INTO officer_delegation_ends VALUES ('{number}', 'eve', {back})"))
        .unwrap();
    assert_eq!(desk.evidence(&received), Ok(()), "the worker saw it while the delegation stood");
    assert_eq!(desk.house.refused(), ["delegation-not-standing"], "of what it had not seen, it asks now");
    assert_eq!(desk.evidence(&unseen), Err("approval-evidence-missing"));
}

/// The pages write the rows of officers; the name that a nearness is judged by is that of the key.
#[test]
fn a_delegator_is_near_by_the_name_of_his_key_whatever_his_row_says() {
    let mut desk = Desk::new();
    let week = desk.week();
    let number = desk.delegated(week);
    desk.house.sql("DROP TRIGGER officers_keep_who_they_are").unwrap();
    desk.house.sql("UPDATE officers SET display_name = 'Personne AUTRE' WHERE login = 'dora'").unwrap();
    let at = desk.house.at;
    let House { db, verifier, .. } = &mut desk.house;
    let roster = verifier.roster(db).unwrap();
    let enrolled = roster.keys().find(|key| key.login == "dora").unwrap().display_name.clone();
    let delegation = verify(db, verifier, &roster, (&number, "eve"), Place::AsOfNow, at).unwrap();
    assert_eq!(delegation.delegator_name, enrolled);
    assert_ne!(enrolled, "Personne AUTRE");
}
