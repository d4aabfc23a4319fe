use super::*;
use crate::testing::*;

mod forged;

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
    assert_eq!(code(house.end_mandate("alice", &refused)), "mandate-not-open");

    let until = house.at.plus(std::time::Duration::from_secs(3600));
    let dated = NewMandate { until: Some(until), ..new_mandate(STRUCTURE) };
    let number = house.propose("alice", dated).unwrap().number;
    let mandate = house.decide_mandate("bob", &number, Verdict::Approve).unwrap();
    house.receive();
    assert!(mandate.stood(house.at) && !mandate.stood(until), "its last day is the last");
    assert_eq!(code(house.end_mandate("rita", &number)), "officer-role-missing");
    assert_eq!(code(house.decide_mandate("clara", &number, Verdict::Approve)), "mandate-not-open");
    house.later(10);
    let ended = house.end_mandate("alice", &number).unwrap();
    assert!(ended.stood(agent.at) && !ended.stood(house.at), "what came before stands");
    assert!(ended.end_is_signed());
    assert_eq!(code(house.end_mandate("clara", &number)), "mandate-not-open", "once");
    assert_eq!(code(house.lay_down("agent", &number)), "mandate-not-standing");
}

#[test]
fn what_its_agent_lays_down_the_pages_respect_and_an_officer_s_signature_ends() {
    on_both(|house| {
        let number = house.mandated(STRUCTURE).number;
        assert_eq!(code(house.lay_down("alice", &number)), "mandate-not-yours");
        assert_eq!(code(house.lay_down("rita", &number)), "officer-role-missing");
        house.later(10);
        let laid_down = house.lay_down("agent", &number).unwrap();
        assert!(!laid_down.stood(house.at) && !laid_down.end_is_signed(), "{laid_down:?}");
        let agent = house.officer("agent");
        assert_eq!(standing(&mut house.db, &structure(STRUCTURE), &agent).unwrap(), None);
        assert_eq!(code(house.lay_down("agent", &number)), "mandate-not-standing", "once");
        let at = house.at;
        let in_force_now =
            |house: &mut House, at| in_force(&mut house.db, &structure(STRUCTURE), at).unwrap();
        assert!(in_force_now(house, at).is_some(), "nobody has signed for its end");
        let later = at.plus(std::time::Duration::from_secs(3600));
        let found = unsigned(&mut house.db, later, 9).unwrap();
        assert_eq!((found.decided, found.ended), (vec![], vec![number.clone()]));
        let ended = house.end_mandate("clara", &number).unwrap();
        assert!(ended.end_is_signed());
        assert_eq!(in_force_now(house, at), None);
        assert_eq!(unsigned(&mut house.db, later, 9).unwrap(), Unsigned::default());
    });
}

#[test]
fn of_a_mandate_whose_day_has_come_no_end_is_missing_and_the_newest_is_told_first() {
    on_both(|house| {
        let hour = std::time::Duration::from_secs(3600);
        let laid_down = |house: &mut House, until| {
            let number =
                house.propose("alice", NewMandate { until, ..new_mandate(STRUCTURE) }).unwrap().number;
            house.decide_mandate("bob", &number, Verdict::Approve).unwrap();
            house.receive();
            house.later(10);
            house.lay_down("agent", &number).unwrap();
            number
        };
        let until = house.at.plus(hour * 2);
        let (first, dated) = (laid_down(house, None), laid_down(house, Some(until)));
        let before = until.minus(hour);
        assert_eq!(unsigned(&mut house.db, before, 9).unwrap().ended, [dated.clone(), first.clone()]);
        assert_eq!(unsigned(&mut house.db, before, 1).unwrap().ended, std::slice::from_ref(&dated));
        assert_eq!(unsigned(&mut house.db, until, 9).unwrap().ended, [first]);
        let mandate = get(&mut house.db, &dated).unwrap();
        assert!(mandate.awaits_its_end(before) && !mandate.awaits_its_end(until), "nor does a page offer it");
    });
}

#[test]
fn a_mandate_is_read_alike_by_pages_and_rules_whatever_the_date_of_its_end() {
    let mut house = House::new();
    let number = house.mandated(STRUCTURE).number;
    let at = house.at;
    let mandate = get(&mut house.db, &number).unwrap();
    let moved = |seconds: i64| Timestamp::from_millis(at.millis() + seconds * 1000);
    for (ended_at, until, stands) in [
        (None, None, true),
        (Some(moved(3600)), None, true),
        (Some(at), None, false),
        (Some(moved(-3600)), None, false),
        (None, Some(at), false),
        (None, Some(moved(1)), true),
        (Some(moved(3600)), Some(at), false),
    ] {
        let dated = Mandate { ended_at, until, ..mandate.clone() };
        assert_eq!(dated.stood(at), stands, "{ended_at:?} {until:?}");
        let name = if stands { "approved" } else { "ended" };
        assert_eq!(dated.state(at).name(), name, "{ended_at:?} {until:?}");
    }
}

fn end_row(house: &mut House, number: &str, at: i64) -> QueryResult<()> {
    let row = format!("('{number}', 'clara', {at})");
    house.sql(&format!("INSERT INTO structure_mandate_ends (mandate, ended_by, ended_at) VALUES {row}"))
}

fn refused(outcome: QueryResult<()>) -> String {
    outcome.unwrap_err().to_string()
}

#[test]
fn nobody_dates_the_end_of_a_mandate_before_its_approval_nor_the_web_role_to_another_time() {
    on_both(|house| {
        let at = house.at.millis();
        let proposed = house.propose("alice", new_mandate(STRUCTURE)).unwrap().number;
        assert!(refused(end_row(house, &proposed, at)).contains("did not stand"), "it is not approved");
        house.decide_mandate("bob", &proposed, Verdict::Approve).unwrap();
        assert!(refused(end_row(house, &proposed, at - 1)).contains("did not stand"), "before its approval");
    });
    let mut house = House::on(&fresh_postgresql());
    let number = house.mandated(STRUCTURE).number;
    let now = house.db.now().unwrap().millis();
    house.sql("SET ROLE igc_web").unwrap();
    for moved in [3_600_000, 301_000 + 60_000] {
        assert!(refused(end_row(&mut house, &number, now + moved)).contains("when it is ended"), "{moved}");
    }
    end_row(&mut house, &number, now).unwrap();
}

#[test]
fn the_last_day_of_a_mandate_is_a_whole_one_in_paris() {
    let end = |day| end_of_day(day).map(|until| until.to_string());
    assert_eq!(end("2027-12-31").as_deref(), Some("2027-12-31T23:00:00Z"));
    assert_eq!(end("2027-06-30").as_deref(), Some("2027-06-30T22:00:00Z"));
    for none in ["", "2027-02-30", "31/12/2027", "2027-12-31T12:00:00Z"] {
        assert_eq!(end_of_day(none), None, "{none}");
    }
    let until = end_of_day("2027-12-31").unwrap();
    assert_eq!(last_day(until).map(|day| day.to_string()).as_deref(), Some("2027-12-31T22:59:59Z"));
    assert_eq!(last_day(until.plus(std::time::Duration::from_secs(1))), None, "it ends within a day");
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
    assert_eq!(waiting(&mut house.db, &[Scope::default()]).unwrap().shown[0].number, number);
    house.decide_mandate("bob", &number, Verdict::Approve).unwrap();
    assert_eq!(waiting(&mut house.db, &[Scope::default()]).unwrap().shown, []);
    assert_eq!(of_agent(&mut house.db, "agent").unwrap().len(), 1);
}
