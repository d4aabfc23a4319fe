use super::*;
use crate::testing::*;

#[test]
fn a_mandate_is_worth_nothing_until_another_officer_has_approved_it() {
    on_both(|house| {
        let number = house.propose("alice", new_mandate(STRUCTURE)).unwrap().number;
        assert_eq!(number, format!("MA-{}-000001", house.at.to_jiff().strftime("%Y")));
        let agent = house.officer("agent");
        assert_eq!(standing(&mut house.db, &structure(STRUCTURE), &agent).unwrap(), None);
        assert_eq!(
            code(house.decide_mandate("alice", &number, Verdict::Approve)),
            "mandate-self-approval",
            "nobody approves what he proposed"
        );
        let by_hand = format!(
            "INSERT INTO decisions (subject_kind, subject_number, subject_version, decided_by, decision, decided_at, \
             proof_kind, proof) SELECT 'structure-mandate', '{number}', 1, login, 'approve', 0, 'demo', '' \
             FROM officers WHERE login IN ('alice', 'agent')"
        );
        let refused = house.sql(&by_hand).unwrap_err().to_string();
        assert!(refused.contains("self-approval"), "{refused}");
        house.decide_mandate("bob", &number, Verdict::Approve).unwrap();
        let mandate = standing(&mut house.db, &structure(STRUCTURE), &agent).unwrap().unwrap();
        assert_eq!((mandate.number, mandate.quality), (number.clone(), Quality::Director));
        assert_eq!(code(house.decide_mandate("clara", &number, Verdict::Approve)), "mandate-not-open");
    });
}

#[test]
fn a_mandate_that_was_refused_or_has_ended_stands_no_more() {
    let mut house = House::new();
    let agent = house.officer("agent");
    let refused = house.propose("alice", new_mandate(STRUCTURE)).unwrap().number;
    house.decide_mandate("bob", &refused, Verdict::Refuse).unwrap();
    assert_eq!(standing(&mut house.db, &structure(STRUCTURE), &agent).unwrap(), None);
    assert_eq!(code(house.end_mandate("alice", &refused)), "mandate-not-standing");

    let until = house.at.plus(std::time::Duration::from_secs(3600));
    let dated = NewMandate { until: Some(until), ..new_mandate(STRUCTURE) };
    let number = house.propose("alice", dated).unwrap().number;
    let mandate = house.decide_mandate("bob", &number, Verdict::Approve).unwrap();
    assert!(mandate.stood(house.at) && !mandate.stood(until), "its last day is the last");
    assert_eq!(code(house.end_mandate("rita", &number)), "officer-role-missing");
    house.later(10);
    let ended = house.end_mandate("agent", &number).unwrap();
    assert!(ended.stood(agent.at) && !ended.stood(house.at), "what came before stands");
    assert_eq!(code(house.end_mandate("alice", &number)), "mandate-not-standing", "once");
}

#[test]
fn who_is_no_agent_or_not_there_gets_no_mandate() {
    let mut house = House::new();
    let professional =
        |id| NewMandate { quality: Quality::Professional, identifier: Some(id), ..new_mandate(STRUCTURE) };
    let login = |login: &str| NewMandate { login: login.to_owned(), ..new_mandate(STRUCTURE) };
    let cases = [
        (login("bob"), "mandate-no-agent"),
        (login("nobody"), "mandate-no-agent"),
        (new_mandate("F000000000"), "mandate-structure-refused"),
        (new_mandate(STRUCTURE_WITHOUT_NUMBER), "mandate-structure-refused"),
        (professional(gone()), "mandate-not-there"),
        (professional(nobody()), "mandate-not-there"),
        (NewMandate { identifier: Some(nurse()), ..new_mandate(STRUCTURE) }, "mandate-field-invalid"),
        (NewMandate { document: "AB".repeat(32), ..new_mandate(STRUCTURE) }, "mandate-field-invalid"),
        (NewMandate { reference: String::new(), ..new_mandate(STRUCTURE) }, "mandate-field-invalid"),
        (NewMandate { until: Some(house.at), ..new_mandate(STRUCTURE) }, "mandate-field-invalid"),
    ];
    for (new, expected) in cases {
        let what = format!("{new:?}");
        assert_eq!(code(house.propose("alice", new)), expected, "{what}");
    }
    assert_eq!(code(house.propose("agent", new_mandate(STRUCTURE))), "officer-role-missing");
    house.propose("alice", professional(nurse())).unwrap();
    assert_eq!(code(house.propose("alice", new_mandate(STRUCTURE))), "mandate-stands");
}

#[test]
fn each_field_of_a_mandate_changes_its_canonical_encoding() {
    let mut house = House::new();
    let base = house.propose("alice", new_mandate(STRUCTURE)).unwrap();
    let changes: [fn(&mut Mandate); 10] = [
        |m| m.number.push('0'),
        |m| m.structure = structure(AUTHORISED_STRUCTURE),
        |m| m.login.push('x'),
        |m| m.quality = Quality::Delegate,
        |m| m.identifier = Some(nurse()),
        |m| m.reference.push('x'),
        |m| m.document.replace_range(..1, "0"),
        |m| m.until = Some(m.proposed_at),
        |m| m.proposed_by.push('x'),
        |m| m.proposed_at = m.proposed_at.plus(std::time::Duration::from_millis(1)),
    ];
    for (place, change) in changes.into_iter().enumerate() {
        let mut changed = base.clone();
        change(&mut changed);
        assert_ne!(canonical::encode(&changed), canonical::encode(&base), "change {place}");
    }
}

#[test]
fn mandates_that_wait_are_listed_and_those_that_were_decided_on_are_not() {
    let mut house = House::new();
    let number = house.propose("alice", new_mandate(STRUCTURE)).unwrap().number;
    assert_eq!(waiting(&mut house.db).unwrap()[0].number, number);
    house.decide_mandate("bob", &number, Verdict::Approve).unwrap();
    assert_eq!(waiting(&mut house.db).unwrap(), []);
    assert_eq!(of_agent(&mut house.db, "agent").unwrap().len(), 1);
}
