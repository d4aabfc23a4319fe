use std::time::Duration;

use super::*;
use crate::delivery;
use crate::testing::*;

fn accepts(
    house: &mut House,
    act: &Act,
    card: &CardNumber,
    terms: &str,
    path: AcceptancePath,
    at: Timestamp,
) -> Result<(), TermsError> {
    let House { db, rng, .. } = house;
    db.write(|db| accept(db, card, Accepted { terms, path, at }, rng, act))
}

/// A nurse's card, certified and not handed over.
fn certified(house: &mut House) -> CardNumber {
    let mut worker = house.worker();
    house.approved(&nurse());
    let card = house.personalise()[0];
    house.certify(&mut worker, &card).unwrap();
    card
}

#[test]
fn no_card_is_handed_over_to_who_has_not_accepted_the_terms_in_force() {
    let mut house = House::new();
    let card = certified(&mut house);
    let (alice, at) = (house.officer("alice"), house.at);
    let refused = delivery::deliver(&mut house.db, &card, TERMS, &mut house.rng, &alice).unwrap_err();
    assert_eq!(refused.code().name, "terms-not-accepted");
    assert_eq!(refused.broken_rules()[0].rule, "R-CPS-16");
    accepts(&mut house, &alice, &card, "CGU-2020", AcceptancePath::Paper, at).unwrap();
    let older = delivery::deliver(&mut house.db, &card, TERMS, &mut house.rng, &alice);
    assert_eq!(code(older), "terms-not-accepted", "an older version is another text");
    accepts(&mut house, &alice, &card, TERMS, AcceptancePath::Counter, at).unwrap();
    delivery::deliver(&mut house.db, &card, TERMS, &mut house.rng, &alice).unwrap();
    let newer = delivery::activate(&mut house.db, &card, "CGU-2027", &mut house.rng, &alice);
    assert_eq!(code(newer), "terms-not-accepted", "nor is it put into use under others");
    delivery::activate(&mut house.db, &card, TERMS, &mut house.rng, &alice).unwrap();
}

#[test]
fn an_acceptance_says_which_version_when_by_what_path_and_who_wrote_it_down() {
    let mut house = House::new();
    let card = certified(&mut house);
    let (alice, at) = (house.officer("alice"), house.at);
    let yesterday = at.minus(Duration::from_secs(86_400));
    accepts(&mut house, &alice, &card, TERMS, AcceptancePath::Paper, yesterday).unwrap();
    accepts(&mut house, &alice, &card, TERMS, AcceptancePath::Counter, at).unwrap();
    let kept = of_card(&mut house.db, &card).unwrap();
    assert_eq!(kept.len(), 1, "the first stands");
    assert_eq!((kept[0].path.as_str(), kept[0].accepted_at, kept[0].recorded_at), ("paper", yesterday, at));
    assert_eq!(kept[0].recorded_by, "officer:alice");
    for statement in ["UPDATE terms_acceptances SET terms = 'x'", "DELETE FROM terms_acceptances"] {
        assert!(house.sql(statement).unwrap_err().to_string().contains("an acceptance stands"));
    }
}

#[test]
fn a_holder_accepts_online_for_his_own_card_and_an_officer_needs_the_right_to_hand_over() {
    let mut house = House::new();
    let card = certified(&mut house);
    let at = house.at;
    let holder = house.act(Actor::Holder(nurse().to_string()));
    let stranger = house.act(Actor::Holder(other_nurse().to_string()));
    let job = house.job();
    let online = AcceptancePath::Online;
    assert_eq!(code(accepts(&mut house, &stranger, &card, TERMS, online, at)), "delivery-not-yours");
    assert_eq!(
        code(accepts(&mut house, &holder, &card, TERMS, AcceptancePath::Paper, at)),
        "delivery-not-yours"
    );
    assert_eq!(code(accepts(&mut house, &job, &card, TERMS, online, at)), "officer-unknown");
    for login in ["agent", "rita", "admin"] {
        let act = house.officer(login);
        assert_eq!(
            code(accepts(&mut house, &act, &card, TERMS, online, at)),
            "officer-role-missing",
            "{login}"
        );
    }
    accepts(&mut house, &holder, &card, TERMS, online, at).unwrap();
}

#[test]
fn an_acceptance_of_no_version_or_of_tomorrow_is_refused() {
    let mut house = House::new();
    let card = certified(&mut house);
    let (alice, at) = (house.officer("alice"), house.at);
    let tomorrow = at.plus(Duration::from_secs(86_400));
    let long = "x".repeat(TERMS_BOUND + 1);
    for (terms, when) in [("", at), ("deux mots", at), (long.as_str(), at), (TERMS, tomorrow)] {
        let refused = accepts(&mut house, &alice, &card, terms, AcceptancePath::Paper, when);
        assert_eq!(code(refused), "terms-invalid", "{terms:?}");
    }
}
