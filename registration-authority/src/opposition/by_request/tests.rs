use ::card::{CardKind, CardNumber, CardStatus};
use professional_registry::ImportedRegister;
use store::schema::{audit_events, opposition_declarations};

use super::*;
use crate::approval::Verdict;
use crate::mandate::NewMandate;
use crate::opposition::request::{RequestAnswer, of_structure, request};
use crate::opposition::requester::Requester;
use crate::opposition::{Ground, Opposition, oppose_for};
use crate::staff::Post;
use crate::testing::*;

/// A card of one of the staff of the structure, personalised.
fn staff_card(house: &mut House, at: &str, kind: CardKind, local_id: &str, post: Post) -> CardNumber {
    house.declare("agent", at, &member(local_id, post)).unwrap();
    let number = house.submit_staff("agent", kind, at, local_id).unwrap().number;
    house.approve("bob", &number).unwrap();
    house.personalise()[0]
}

fn asked_at(
    house: &mut House,
    login: &str,
    at: &str,
    card: &CardNumber,
    ground: Ground,
) -> Result<String, OppositionRequestError> {
    let act = house.officer(login);
    let House { db, rng, .. } = house;
    request(db, &mut ImportedRegister, &structure(at), (card, ground), rng, &act).map(|asked| asked.id)
}

fn asked(house: &mut House, login: &str, card: &CardNumber) -> Result<String, OppositionRequestError> {
    asked_at(house, login, STRUCTURE, card, Ground::Stolen)
}

fn answered(house: &mut House) -> AnsweredRequests {
    let act = house.job();
    let House { db, rng, verifier, .. } = house;
    answer_waiting(db, &mut ImportedRegister, verifier, 100, rng, &act).unwrap()
}

fn status(house: &mut House, card: &CardNumber) -> CardStatus {
    card::get(&mut house.db, card).unwrap().life.status()
}

type Evidence = (Option<String>, Option<String>, Option<String>, String);

fn evidence(house: &mut House, card: &CardNumber) -> Evidence {
    use opposition_declarations::{card_number, declared_by, mandate, requested_by, requester, table};
    table
        .filter(card_number.eq(card.to_string()))
        .select((requester, requested_by, mandate, declared_by))
        .first(&mut house.db)
        .unwrap()
}

fn said(requester: &str, by: &str, mandate: Option<&str>, declared_by: &str) -> Evidence {
    (Some(requester.to_owned()), Some(by.to_owned()), mandate.map(str::to_owned), declared_by.to_owned())
}

#[test]
fn who_speaks_for_a_structure_has_the_card_of_its_staff_opposed_by_the_worker_and_it_is_written_down() {
    on_both(|house| {
        let mandate = house.mandated(STRUCTURE).number;
        let card = staff_card(house, STRUCTURE, CardKind::Cpe, "CPET0002", Post::Employee);
        asked(house, "agent", &card).unwrap();
        assert_ne!(status(house, &card), CardStatus::Opposed, "the page obtains nothing by itself");
        assert_eq!(code(asked(house, "agent", &card)), "opposition-requested-already");
        let done = answered(house);
        assert_eq!((done.opposed, done.refused, done.failed), (vec![card.to_string()], vec![], vec![]));
        assert_eq!(status(house, &card), CardStatus::Opposed);
        assert_eq!(evidence(house, &card), said("structure", "agent", Some(&mandate), "officer:agent"));
        let shown = of_structure(&mut house.db, &structure(STRUCTURE)).unwrap().remove(0);
        assert!(matches!(shown.answer, RequestAnswer::Opposed { .. }), "{shown:?}");
        let actions: Vec<String> = audit_events::table
            .filter(audit_events::subject.eq(format!("card {card}")))
            .filter(audit_events::action.like("opposition.%"))
            .order(audit_events::action)
            .select(audit_events::action)
            .load(&mut house.db)
            .unwrap();
        assert_eq!(actions, ["opposition.declared", "opposition.requested"]);
        assert_eq!(answered(house), AnsweredRequests::default(), "once");
        for (taken_back, why) in [
            (
                "UPDATE opposition_requests SET outcome = NULL, receipt = NULL, answered_at = NULL",
                "answered once",
            ),
            ("UPDATE opposition_requests SET requested_by = 'bob'", "answered once"),
            ("DELETE FROM opposition_requests", "never deleted"),
            ("UPDATE opposition_declarations SET requested_by = 'bob'", "append-only"),
        ] {
            let refused = house.sql(taken_back).unwrap_err().to_string();
            assert!(refused.contains(why), "{taken_back}: {refused}");
        }
        assert_eq!(code(asked(house, "agent", &card)), "card-already-opposed");
    });
}

#[test]
fn an_agent_of_another_structure_or_without_a_mandate_obtains_nothing() {
    let mut house = House::new();
    house.with_authorised_structure();
    house.mandated(STRUCTURE);
    house.mandated(AUTHORISED_STRUCTURE);
    let card = staff_card(&mut house, STRUCTURE, CardKind::Cpe, "CPET0002", Post::Employee);
    house.enrol_other_agent();
    assert_eq!(code(asked(&mut house, "mallory", &card)), "order-not-mandated");
    // He speaks for another structure, and names the card as if it were there.
    let error = asked_at(&mut house, "agent", AUTHORISED_STRUCTURE, &card, Ground::Stolen).unwrap_err();
    assert_eq!(error.code().name, "opposition-requester-refused");
    assert_eq!(error.broken_rules()[0].rule, "R-OPP-05");
    let cps = {
        house.approved(&nurse());
        house.personalise()[0]
    };
    let broken = asked(&mut house, "agent", &cps).unwrap_err().broken_rules();
    let rules: Vec<&str> = broken.iter().map(|rule| rule.rule.as_str()).collect();
    assert_eq!(rules, ["R-OPP-01", "R-OPP-05"], "the card of a professional who practises there");
    assert_eq!(
        code(asked_at(&mut house, "agent", STRUCTURE, &card, Ground::StruckOff)),
        "opposition-requester-refused"
    );
    assert_eq!(answered(&mut house), AnsweredRequests::default());
    assert_ne!(status(&mut house, &card), CardStatus::Opposed);
}

#[test]
fn a_mandate_that_ends_between_the_page_and_the_worker_obtains_nothing() {
    on_both(|house| {
        let mandate = house.mandated(STRUCTURE).number;
        let card = staff_card(house, STRUCTURE, CardKind::Cpe, "CPET0002", Post::Employee);
        asked(house, "agent", &card).unwrap();
        house.later(1);
        house.end_mandate("alice", &mandate).unwrap();
        let done = answered(house);
        assert_eq!((done.opposed.len(), done.refused.len(), done.failed.len()), (0, 1, 0));
        assert_ne!(status(house, &card), CardStatus::Opposed);
        let shown = of_structure(&mut house.db, &structure(STRUCTURE)).unwrap().remove(0);
        let RequestAnswer::Refused { code: refused, rule, .. } = shown.answer else { panic!("{shown:?}") };
        assert_eq!((refused.as_str(), rule.as_deref()), ("opposition-requester-refused", Some("R-OPP-05")));
        assert_eq!(
            code(asked(house, "agent", &card)),
            "order-not-mandated",
            "an ended mandate asks for nothing"
        );
    });
}

#[test]
fn what_the_worker_is_given_by_hand_obtains_nothing() {
    on_both(|house| {
        let number = house.propose("alice", new_mandate(STRUCTURE)).unwrap().number;
        house.decide_mandate("bob", &number, Verdict::Approve).unwrap();
        let card = staff_card(house, STRUCTURE, CardKind::Cpe, "CPET0002", Post::Employee);
        house.enrol_other_agent();
        let at = house.at.millis();
        let row = |login: &str| {
            format!(
                "INSERT INTO opposition_requests (id, card_number, structure, ground, requested_by, mandate, requested_at) \
                 VALUES ('{}', '{card}', '{STRUCTURE}', 'stolen', '{login}', '{number}', {at})",
                "ab".repeat(16)
            )
        };
        let refused = house.sql(&row("mallory")).unwrap_err().to_string();
        assert!(refused.contains("no mandate of this agent"), "{refused}");
        // The same by whoever takes the constraint away: the worker looks for himself.
        house.sql(&row("agent")).unwrap();
        let trigger = "DROP TRIGGER opposition_requests_are_answered_once";
        house
            .sql(&if house.db.is_on_server() {
                format!("{trigger} ON opposition_requests")
            } else {
                trigger.to_owned()
            })
            .unwrap();
        house.sql("UPDATE opposition_requests SET requested_by = 'mallory'").unwrap();
        let done = answered(house);
        assert_eq!((done.opposed.len(), done.refused.len()), (0, 1), "{done:?}");
        assert_ne!(status(house, &card), CardStatus::Opposed);
        let declared = format!(
            "INSERT INTO opposition_declarations (receipt, card_number, ground, declared_by, received_at, requester, requested_by, mandate) \
             VALUES ('OP-1', '{card}', 'stolen', 'officer:agent', {at}, "
        );
        for (who, refusal) in [
            ("NULL, NULL, NULL)", "says who asked"),
            ("'structure', 'agent', NULL)", "says who asked"),
            // By one trigger or the other, as the database orders them.
            ("'authorised-person', 'agent', NULL)", ""),
            ("'holder', '899700000018', NULL)", "opposes his own cards"),
        ] {
            let refused = house.sql(&format!("{declared}{who}")).unwrap_err().to_string();
            assert!(refused.contains(refusal), "{who}: {refused}");
        }
        house.later(1);
        house.end_mandate("alice", &number).unwrap();
        let ended = declared.replace(&at.to_string(), &house.at.millis().to_string());
        let refused =
            house.sql(&format!("{ended}'structure', 'agent', '{number}')")).unwrap_err().to_string();
        assert!(refused.contains("no mandate for the structure of this card"), "{refused}");
    });
}

#[test]
fn a_card_that_names_nobody_is_opposed_by_the_authorised_person_and_not_as_a_holder_or_an_employer() {
    let mut house = House::new();
    let mandate = house.mandated(STRUCTURE).number;
    let card = staff_card(&mut house, STRUCTURE, CardKind::Cpe, "000000042", Post::Service);
    for claim in [Claim::Holder, Claim::Employer(nurse())] {
        let error = by_officer(&mut house, &card, Ground::Stolen, &claim).unwrap_err();
        assert!(error.broken_rules().iter().any(|rule| rule.rule == "R-OPP-02"), "{error}");
    }
    asked(&mut house, "agent", &card).unwrap();
    assert_eq!(answered(&mut house).opposed, [card.to_string()]);
    assert_eq!(
        evidence(&mut house, &card),
        said("authorised-person", "agent", Some(&mandate), "officer:agent")
    );
}

fn by_officer(
    house: &mut House,
    card: &CardNumber,
    ground: Ground,
    claim: &Claim,
) -> Result<Opposition, OpposeError> {
    let act = house.officer("rita");
    let House { db, rng, .. } = house;
    oppose_for(db, &mut ImportedRegister, card, (ground, claim), rng, &act)
}

/// The register of a day on which the nurse practises on her own account at a structure known by its SIRET.
fn a_practice(house: &mut House, sector: &str) {
    let more = line_of_practice(&second_day()[0], AUTHORISED_STRUCTURE, sector);
    house.try_import_with(2, &second_day(), &more).unwrap();
}

#[test]
fn an_officer_writes_down_the_employing_professional_whom_the_register_knows_there() {
    on_both(|house| {
        a_practice(house, "SA07");
        house.mandated(AUTHORISED_STRUCTURE);
        let at = AUTHORISED_STRUCTURE;
        let card = staff_card(house, at, CardKind::Cpa, "CPAT0001", Post::Employee);
        let refused = by_officer(house, &card, Ground::Lost, &Claim::Employer(other_nurse())).unwrap_err();
        assert_eq!(refused.broken_rules()[0].rule, "R-OPP-06", "she practises elsewhere");
        let done = by_officer(house, &card, Ground::Lost, &Claim::Employer(nurse())).unwrap();
        assert_eq!(done.requested.requester(), Requester::EmployingProfessional);
        let nurse = nurse().to_string();
        assert_eq!(evidence(house, &card), said("employing-professional", &nurse, None, "officer:rita"));
    });
}

#[test]
fn who_is_employed_or_practises_in_a_hospital_is_no_employer() {
    let mut house = House::new();
    a_practice(&mut house, "SA01");
    house.mandated(AUTHORISED_STRUCTURE);
    house.mandated(STRUCTURE);
    let private = staff_card(&mut house, AUTHORISED_STRUCTURE, CardKind::Cpa, "CPAT0001", Post::Employee);
    let refused = by_officer(&mut house, &private, Ground::Lost, &Claim::Employer(nurse())).unwrap_err();
    assert_eq!(refused.broken_rules()[0].rule, "R-OPP-07", "a sector that is no practice");
    let public = staff_card(&mut house, STRUCTURE, CardKind::Cpe, "CPET0002", Post::Employee);
    let refused = by_officer(&mut house, &public, Ground::Lost, &Claim::Employer(nurse())).unwrap_err();
    assert_eq!(refused.broken_rules()[0].rule, "R-OPP-06", "she is employed there");
}

#[test]
fn who_speaks_for_his_own_practice_asks_as_its_employer() {
    let mut house = House::new();
    a_practice(&mut house, "SA33");
    let professional = NewMandate {
        quality: Quality::Professional,
        identifier: Some(nurse()),
        ..new_mandate(AUTHORISED_STRUCTURE)
    };
    let number = house.propose("alice", professional).unwrap().number;
    house.decide_mandate("bob", &number, Verdict::Approve).unwrap();
    let card = staff_card(&mut house, AUTHORISED_STRUCTURE, CardKind::Cpa, "CPAT0001", Post::Employee);
    asked_at(&mut house, "agent", AUTHORISED_STRUCTURE, &card, Ground::EndOfActivity).unwrap();
    assert_eq!(answered(&mut house).opposed, [card.to_string()]);
    let nurse = nurse().to_string();
    assert_eq!(
        evidence(&mut house, &card),
        said("employing-professional", &nurse, Some(&number), "officer:agent")
    );
}

#[test]
fn an_officer_writes_down_a_holder_or_an_agent_only_where_he_may() {
    let mut house = House::new();
    let mandate = house.mandated(STRUCTURE).number;
    let card = staff_card(&mut house, STRUCTURE, CardKind::Cpe, "CPET0002", Post::Employee);
    let unknown = Claim::Mandate("MA-2020-000009".to_owned());
    let refused = by_officer(&mut house, &card, Ground::Lost, &unknown).unwrap_err();
    assert_eq!(refused.broken_rules()[0].rule, "R-OPP-05");
    let refused = by_officer(&mut house, &card, Ground::StruckOff, &Claim::Holder).unwrap_err();
    assert_eq!(refused.broken_rules()[0].rule, "R-OPP-03");
    by_officer(&mut house, &card, Ground::Lost, &Claim::Mandate(mandate.clone())).unwrap();
    assert_eq!(evidence(&mut house, &card), said("structure", "agent", Some(&mandate), "officer:rita"));
}

/// Whoever takes the constraints away writes this over the rows.
fn altered(house: &mut House, trigger: &str, alteration: &str) {
    house
        .sql(&format!("DROP TRIGGER {trigger}; PRAGMA ignore_check_constraints = ON; UPDATE {alteration}"))
        .unwrap();
}

#[test]
fn a_request_that_nothing_supports_is_refused_after_a_day_and_the_true_agent_asks_again() {
    let mut house = House::new();
    let quality = house.mandated(STRUCTURE).quality;
    let card = staff_card(&mut house, STRUCTURE, CardKind::Cpe, "CPET0002", Post::Employee);
    asked(&mut house, "agent", &card).unwrap();
    altered(&mut house, "structure_mandates_are_never_changed", "structure_mandates SET quality = 'x'");
    house.later(3600);
    let done = answered(&mut house);
    assert_eq!((done.opposed.len(), done.refused.len(), done.failed.len()), (0, 0, 1), "it may pass");
    house.later(24 * 3600);
    let done = answered(&mut house);
    assert_eq!((done.opposed.len(), done.refused.len(), done.failed.len()), (0, 1, 0), "{done:?}");
    house.sql(&format!("UPDATE structure_mandates SET quality = '{quality}'")).unwrap();
    asked(&mut house, "agent", &card).unwrap();
    assert_eq!(answered(&mut house).opposed, [card.to_string()]);
}

#[test]
fn a_request_that_cannot_be_read_is_refused_at_once_and_hides_no_other() {
    let mut house = House::new();
    house.mandated(STRUCTURE);
    let card = staff_card(&mut house, STRUCTURE, CardKind::Cpe, "CPET0002", Post::Employee);
    asked(&mut house, "agent", &card).unwrap();
    altered(&mut house, "opposition_requests_are_answered_once", "opposition_requests SET ground = 'x'");
    let done = answered(&mut house);
    assert_eq!((done.opposed.len(), done.refused.len(), done.failed.len()), (0, 1, 0), "{done:?}");
    assert_eq!(done.refused[0].1.name, "opposition-request-altered");
    asked(&mut house, "agent", &card).unwrap();
    assert_eq!(answered(&mut house).opposed, [card.to_string()]);
    let shown = of_structure(&mut house.db, &structure(STRUCTURE)).unwrap();
    assert_eq!(shown.len(), 1, "the page shows what it can read");
}

#[test]
fn the_inbox_takes_the_grounds_there_are_and_no_other() {
    let listed = Ground::ALL.map(|ground| format!("'{ground}'")).join(", ");
    for migration in [
        include_str!("../../../../migrations/sqlite/0067_opposition_requesters/up.sql"),
        include_str!("../../../../migrations/postgres/0067_opposition_requesters/up.sql"),
    ] {
        let plain = migration.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(plain.contains(&format!("CHECK (ground IN ( {listed}))")), "{listed}");
    }
}
