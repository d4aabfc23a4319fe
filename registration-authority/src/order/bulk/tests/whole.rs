//! A bulk counts whole or not: whatever keeps one of its rows from counting keeps every one.

use professional_registry::Profession;

use super::*;
use crate::risk;

/// A flag of this order, as a row of the web role's.
fn flag(house: &mut House, order: &Decidable, flag: &str, second_officer: bool) {
    let number = &order.number;
    house
        .sql(&format!(
            "INSERT INTO order_flags VALUES ('{number}', 1, '{flag}', 'orange', {second_officer}, 'x', 0)"
        ))
        .unwrap();
}

/// Hands these rows in by hand, one after the other: the codes of what the worker refused.
fn handed_in(house: &mut House, rows: &[Decidable], proof: &ApprovalProof) -> Vec<&'static str> {
    let at = house.at;
    let mut refused = Vec::new();
    for row in rows {
        by_hand(house, row, at, proof);
        refused.extend(house.refused());
    }
    refused
}

/// Of these rows, each of which was handed in, nothing came: officers decide on the next version of each.
fn nothing_of(house: &mut House, handed_in: &[Decidable]) {
    for subject in handed_in {
        assert!(open(house, subject), "{}", subject.number);
    }
}

#[test]
fn a_bulk_with_one_order_beyond_the_scope_of_its_officer_obtains_nothing() {
    // Handed in first, last, and not at all.
    for order in [[2, 0, 1].as_slice(), &[0, 1, 2], &[0, 1]] {
        let mut house = House::new();
        let nurses = Scope::new(Profession::from_code("60"), []).unwrap();
        let dora = key_of(&mut house, "dora", nurses);
        let mut subjects: Vec<Decidable> =
            [nurse(), other_nurse()].map(|holder| submitted(&mut house, "alice", &holder)).to_vec();
        let physiotherapist = house.submit("alice", cps(&changed(), "70")).unwrap().number().to_owned();
        subjects.push(subject(&mut house, &physiotherapist));
        let (proof, at) = (signed_as(&mut house, "dora", &dora, &subjects), house.at);
        for row in order {
            by_hand_as(&mut house, "dora", &subjects[*row], at, &proof);
            assert_eq!(house.refused(), ["approval-evidence-missing"], "{row} of {order:?}");
            nothing_of(&mut house, &subjects[*row..=*row]);
        }
    }
}

#[test]
fn a_bulk_with_one_order_that_its_officer_submitted_obtains_nothing() {
    let mut house = House::new();
    let (bob, mut subjects) = waiting(&mut house);
    subjects.push(submitted(&mut house, "bob", &military_nurse()));
    let proof = signed(&mut house, &bob, &subjects);
    let refused = handed_in(&mut house, &subjects[..3], &proof);
    assert_eq!(refused, ["approval-evidence-missing"; 3], "his own is signed for, and cannot be handed in");
    nothing_of(&mut house, &subjects[..3]);
}

#[test]
fn a_bulk_of_refusals_with_one_order_that_its_officer_submitted_obtains_nothing_either() {
    let mut house = House::new();
    let (bob, mut subjects) = waiting(&mut house);
    subjects.push(submitted(&mut house, "bob", &military_nurse()));
    let (nonce, no) = (house.nonce("bob"), (Verdict::Refuse, Some("duplicate")));
    let statement = BulkStatement::over_nonce(&subjects, no.0, no.1, "bob", nonce, house.at);
    let proof = bob.prove_octets(&statement.unwrap().encode());
    let act = house.officer("bob");
    for subject in &subjects[..2] {
        let chosen = Chosen { number: subject.number.clone(), version: subject.version };
        let House { db, rng, verifier, .. } = &mut house;
        db.write(|db| decide(db, &mut ImportedRegister, verifier, &chosen, (no.0, None), &proof, rng, &act))
            .unwrap();
    }
    assert_eq!(house.refused(), ["approval-evidence-missing"; 2]);
}

/// Handing one in says of its order that it is refused: it is asked about all the same.
#[test]
fn a_bulk_of_refusals_that_was_handed_in_whole_obtains_nothing_where_its_officer_may_not_decide_on_one() {
    on_both(|house| {
        let nurses = Scope::new(Profession::from_code("60"), []).unwrap();
        let dora = key_of(house, "dora", nurses);
        let mut subjects = vec![submitted(house, "alice", &nurse())];
        let physiotherapist = house.submit("alice", cps(&changed(), "70")).unwrap().number().to_owned();
        subjects.push(subject(house, &physiotherapist));
        let (nonce, at) = (house.nonce("dora"), house.at.millis());
        let no = (Verdict::Refuse, Some("duplicate"));
        let statement = BulkStatement::over_nonce(&subjects, no.0, no.1, "dora", nonce, house.at).unwrap();
        let proof = dora.prove_octets(&statement.encode());
        for subject in &subjects {
            let forged =
                format!("UPDATE card_orders SET status = 'refused' WHERE number = '{}'", subject.number);
            house.write_refusal(subject, ("dora", "duplicate"), at, &proof);
            house.sql(&forged).unwrap();
        }
        assert_eq!(house.refused(), ["approval-evidence-missing"; 2]);
        nothing_of(house, &subjects);
    });
}

#[test]
fn what_a_bulk_was_refused_for_is_not_taken_away_between_two_of_its_rows() {
    on_both(|house| {
        let (bob, subjects) = waiting(house);
        let proof = signed(house, &bob, &subjects);
        flag(house, &subjects[2], "snapshot-age", false);
        assert_eq!(handed_in(house, &subjects[..1], &proof), ["bulk-look-needed"]);
        // Whoever owns the pages withdraws the order that the flag is about, and hands in the next.
        let act = house.officer("alice");
        let House { db, rng, .. } = house;
        db.write(|db| order::withdraw(db, &subjects[2].number, rng, &act)).unwrap();
        assert_eq!(handed_in(house, &subjects[1..2], &proof), ["bulk-look-needed"]);
        nothing_of(house, &subjects[..2]);
    });
}

#[test]
fn the_worker_finds_a_flag_by_itself_that_no_row_tells_of() {
    let mut house = House::new();
    let (bob, subjects) = waiting(&mut house);
    // A day later the register is old, and no page has looked again.
    house.later(25 * 3600);
    let proof = signed(&mut house, &bob, &subjects);
    assert_eq!(handed_in(&mut house, &subjects[..2], &proof), ["bulk-look-needed"; 2]);
    for subject in &subjects {
        assert_eq!(risk::recorded(&mut house.db, &subject.number, 1).unwrap(), [], "there is no row");
    }
    nothing_of(&mut house, &subjects[..2]);
}

#[test]
fn a_bulk_of_which_the_worker_must_leave_out_one_row_obtains_nothing() {
    let flagged =
        [("rush-of-structure", true, "bulk-two-officers"), ("snapshot-age", false, "bulk-look-needed")];
    for (name, second_officer, code) in flagged {
        let mut house = House::new();
        let (bob, subjects) = waiting(&mut house);
        let (proof, at) = (signed(&mut house, &bob, &subjects), house.at);
        // The flagged one is signed for, and never handed in.
        flag(&mut house, &subjects[2], name, second_officer);
        for subject in &subjects[..2] {
            by_hand(&mut house, subject, at, &proof);
        }
        assert_eq!(house.refused(), [code; 2]);
        nothing_of(&mut house, &subjects[..2]);
    }
}

#[test]
fn a_row_that_a_flag_is_raised_about_while_the_worker_takes_the_others_is_left_out() {
    let mut house = House::new();
    let (bob, subjects) = waiting(&mut house);
    let (proof, at) = (signed(&mut house, &bob, &subjects), house.at);
    by_hand(&mut house, &subjects[0], at, &proof);
    assert_eq!(house.refused(), [""; 0]);
    flag(&mut house, &subjects[1], "snapshot-age", false);
    by_hand(&mut house, &subjects[1], at, &proof);
    by_hand(&mut house, &subjects[2], at, &proof);
    assert_eq!(house.refused(), ["bulk-look-needed"]);
    assert_eq!([0, 2].map(|at| evidence(&mut house, &subjects[at])), [""; 2]);
    nothing_of(&mut house, &subjects[1..2]);
}

#[test]
fn what_was_withdrawn_keeps_no_row_of_a_bulk_back() {
    let mut house = House::new();
    let (bob, subjects) = waiting(&mut house);
    let (proof, at) = (signed(&mut house, &bob, &subjects), house.at);
    flag(&mut house, &subjects[2], "snapshot-age", false);
    let act = house.officer("alice");
    let House { db, rng, .. } = &mut house;
    db.write(|db| order::withdraw(db, &subjects[2].number, rng, &act)).unwrap();
    by_hand(&mut house, &subjects[0], at, &proof);
    assert_eq!((house.refused(), evidence(&mut house, &subjects[0])), (vec![], ""));
}

/// Where each order stands, and why it was given back, if it was.
fn standing(house: &mut House, subjects: &[Decidable]) -> Vec<(OrderState, i64, Option<String>)> {
    let mut standing = Vec::new();
    for subject in subjects {
        let order = get(&mut house.db, &subject.number).unwrap();
        let because = order::given_back(&mut house.db, &subject.number).unwrap();
        standing.push((order.state, order.version, because.into_iter().find_map(|one| one.refusal)));
    }
    standing
}

#[test]
fn a_bulk_that_is_refused_because_a_contact_changed_gives_every_order_back() {
    on_both(|house| {
        import_contacts(house, &[(&nurse(), "0102030405", "elise@exemple.fr")]);
        let (bob, subjects) = waiting(house);
        let proof = signed(house, &bob, &subjects);
        house.later(60);
        import_contacts(house, &[(&nurse(), "0102030405", "voleur@exemple.fr")]);
        // No page knows of it.
        for subject in &subjects {
            decided(house, subject, &proof).unwrap();
        }
        assert_eq!(house.refused(), ["bulk-two-officers"; 3]);
        let because = Some("bulk-two-officers".to_owned());
        assert_eq!(standing(house, &subjects), vec![(OrderState::Submitted, 2, because); 3]);
        assert_eq!(house.take_effect().told, [""; 0]);
        let mut flags = |at: usize| -> Vec<String> {
            let kept = risk::recorded(&mut house.db, &subjects[at].number, 2).unwrap();
            kept.into_iter().map(|one| one.flag).collect()
        };
        assert_eq!([flags(0), flags(1), flags(2)], [vec!["contact-changed".to_owned()], vec![], vec![]]);

        let again: Vec<Decidable> = subjects[1..].iter().map(|one| subject(house, &one.number)).collect();
        let proof = signed(house, &bob, &again);
        for subject in &again {
            decided(house, subject, &proof).unwrap();
        }
        assert_eq!(house.refused(), [""; 0]);
        assert_eq!(again.iter().map(|one| evidence(house, one)).collect::<Vec<_>>(), ["", ""]);
    });
}

#[test]
fn a_bulk_of_refusals_that_is_refused_gives_every_order_back_too() {
    let mut house = House::new();
    let (bob, subjects) = waiting(&mut house);
    let (nonce, no) = (house.nonce("bob"), (Verdict::Refuse, Some("duplicate")));
    let statement = BulkStatement::over_nonce(&subjects, no.0, no.1, "bob", nonce, house.at);
    let proof = bob.prove_octets(&statement.unwrap().encode());
    let act = house.officer("bob");
    for subject in &subjects {
        let chosen = Chosen { number: subject.number.clone(), version: subject.version };
        let House { db, rng, verifier, .. } = &mut house;
        db.write(|db| decide(db, &mut ImportedRegister, verifier, &chosen, (no.0, None), &proof, rng, &act))
            .unwrap();
    }
    house.later(nonce::NONCE_LIFE.as_secs());
    assert_eq!(house.refused(), ["approval-nonce-spent"; 3]);
    let because = Some("approval-nonce-spent".to_owned());
    assert_eq!(standing(&mut house, &subjects), vec![(OrderState::Submitted, 2, because); 3]);
}

/// What keeps this selection from being handed in, by the code of each order.
fn kept(house: &mut House, subjects: &[Decidable]) -> Vec<&'static str> {
    let act = house.officer("bob");
    let chosen: Vec<Chosen> =
        subjects.iter().map(|one| Chosen { number: one.number.clone(), version: one.version }).collect();
    let kept = kept_back(&mut house.db, &mut ImportedRegister, &chosen, Verdict::Approve, &act).unwrap();
    kept.into_iter().map(|(_, error)| error.code().name).collect()
}

#[test]
fn what_was_signed_with_an_order_that_is_flagged_since_is_not_handed_in() {
    let mut house = House::new();
    let (_, subjects) = waiting(&mut house);
    assert_eq!(kept(&mut house, &subjects), [""; 0]);
    // What has gone on is no row any more, and what a colleague is on waits alone.
    let clara = house.officer("clara");
    let House { db, rng, .. } = &mut house;
    db.write(|db| lease::begin(db, &subjects[0].number, rng, &clara)).unwrap();
    let alice = house.officer("alice");
    let House { db, rng, .. } = &mut house;
    db.write(|db| order::withdraw(db, &subjects[1].number, rng, &alice)).unwrap();
    assert_eq!(kept(&mut house, &subjects), [""; 0]);
    flag(&mut house, &subjects[2], "snapshot-age", false);
    assert_eq!(kept(&mut house, &subjects), ["order-taken", "order-not-open", "bulk-look-needed"]);
    assert_eq!(kept(&mut house, &subjects[..2]), [""; 0]);
    let own = submitted(&mut house, "bob", &military_nurse());
    assert_eq!(kept(&mut house, &[own]), ["order-self-approval"]);
}
