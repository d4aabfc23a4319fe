use std::thread;

use card::CardKind;
use professional_registry::{IdNatPs, ImportedRegister};
use store::{Database, DatabaseRole, Timestamp};

use super::*;
use crate::certification::verify_evidence;
use crate::order::{self, OrderState};
use crate::personalisation;
use crate::testing::*;
use crate::views;

/// A nurse of the test register is DURAND Élise; this is somebody else, at the same place.
fn twin(number: u32, family_name: &'static str, given_name: &'static str) -> Line {
    Line { person: 1000 + number, family_name, given_name, profession: "60", category: "C" }
}

fn with_twin(house: &mut House, family_name: &'static str, given_name: &'static str) -> IdNatPs {
    let mut lines = second_day();
    lines.push(twin(0, family_name, given_name));
    house.import_day(2, &lines);
    one_of_the_crowd(0)
}

fn flags_of(house: &mut House, number: &str) -> Vec<String> {
    let bob = house.officer("bob");
    let dossier = views::dossier(&mut house.db, &mut ImportedRegister, number, &bob).unwrap();
    dossier.flags.into_iter().map(|flag| flag.flag).collect()
}

#[test]
fn each_flag_is_raised_by_its_own_facts_with_its_reason() {
    let at: Timestamp = "2026-11-26T10:00:00Z".parse().unwrap();
    let changed = |days: u32| Some(at.minus(HOUR * 24 * days));
    let calm = RiskFacts {
        extracted_at: Some(at.minus(HOUR)),
        neighbours: vec![("CO-1".to_owned(), 91)],
        born_alike: vec![("la demande CO-1".to_owned(), 84)],
        contact_changed_at: changed(31),
        of_structure: 20,
        of_submitter: 60,
        ..RiskFacts::nothing(at)
    };
    let rules = flags().unwrap();
    assert_eq!(assess(rules, &calm), []);
    let cases = [
        (Flag::RegisterGone, RiskFacts { supported: false, ..calm.clone() }, "ne connaît plus"),
        (Flag::RegisterMismatch, RiskFacts { differs: vec!["la catégorie"], ..calm.clone() }, "la catégorie"),
        (
            Flag::SnapshotAge,
            RiskFacts { extracted_at: Some(at.minus(HOUR * 24)), ..calm.clone() },
            "25/11/2026",
        ),
        (Flag::SnapshotAge, RiskFacts { extracted_at: None, ..calm.clone() }, "aucun extrait"),
        (
            Flag::Duplicate,
            RiskFacts { duplicates: vec!["la carte 2600000017".to_owned()], ..calm.clone() },
            "2600000017",
        ),
        (
            Flag::SimilarPerson,
            RiskFacts { neighbours: vec![("CO-2".to_owned(), 92)], ..calm.clone() },
            "CO-2",
        ),
        (
            Flag::SamePerson,
            RiskFacts { born_alike: vec![("la carte 2600000017".to_owned(), 85)], ..calm.clone() },
            "la carte 2600000017 (noms semblables à 85 %)",
        ),
        (
            Flag::ContactChanged,
            RiskFacts { contact_changed_at: changed(30), ..calm.clone() },
            "dans les 30 jours avant la demande, ou depuis",
        ),
        (
            Flag::ContactChanged,
            RiskFacts { contact_changed_at: Some(at.plus(HOUR)), ..calm.clone() },
            "ou depuis",
        ),
        (Flag::RushOfStructure, RiskFacts { of_structure: 21, ..calm.clone() }, "21"),
        (Flag::RushOfSubmitter, RiskFacts { of_submitter: 61, ..calm }, "61"),
    ];
    for (flag, facts, told) in cases {
        let raised = assess(rules, &facts);
        assert_eq!(raised.len(), 1, "{flag:?}: {raised:?}");
        assert_eq!(raised[0].flag, flag.as_str());
        assert!(raised[0].reason.contains(told) && !raised[0].reason.contains('{'), "{:?}", raised[0]);
    }
}

#[test]
fn a_table_of_flags_that_is_not_whole_is_refused() {
    let text = include_str!("flags.toml");
    let cases = [
        ("limit = 24\n", ""),
        ("second_officer = false", "second_officer = true"),
        ("level = \"red\"", "level = \"pink\""),
        ("[[flag]]\nname = \"duplicate\"", "[[flag]]\nname = \"snapshot-age\""),
    ];
    for (from, to) in cases {
        assert!(text.contains(from), "{from}");
        assert!(table::read(&text.replacen(from, to, 1)).is_err(), "{from}");
    }
    assert!(table::read(text).is_ok());
}

#[test]
fn an_order_like_another_persons_at_the_same_place_needs_two_different_officers() {
    on_both(|house| {
        house.submit("agent", cps(&nurse(), "60")).unwrap();
        let twin = with_twin(house, "DURANT", "Elise");
        let number = house.submit("agent", cps(&twin, "60")).unwrap().number().to_owned();
        assert!(flags_of(house, &number).contains(&"similar-person".to_owned()));

        let first = house.approve("bob", &number).unwrap();
        assert_eq!(first.state, OrderState::Submitted, "the first of two leaves it open");
        let again = house.approve("bob", &number).unwrap_err();
        assert_eq!(again.broken_rules()[0].rule, "R-CPS-15", "{again}");
        let by_sql = format!("UPDATE card_orders SET status = 'approved' WHERE number = '{number}'");
        let refused = house.sql(&by_sql).unwrap_err().to_string();
        assert!(refused.contains("two officers"), "{refused}");

        let second = house.approve("clara", &number).unwrap();
        assert!(matches!(second.state, OrderState::Approved { .. }));
        let (at, House { db, verifier, .. }) = (house.at, house);
        verify_evidence(db, &mut ImportedRegister, verifier, &number, at).unwrap();
    });
}

#[test]
fn the_worker_counts_the_officers_whatever_the_row_says() {
    let mut house = House::new();
    house.submit("agent", cps(&nurse(), "60")).unwrap();
    let twin = with_twin(&mut house, "DURANT", "Elise");
    let number = house.submit("agent", cps(&twin, "60")).unwrap().number().to_owned();
    house.approve("bob", &number).unwrap();
    house.sql("DROP TRIGGER card_orders_need_a_second_officer").unwrap();
    house.sql(&format!("UPDATE card_orders SET status = 'approved' WHERE number = '{number}'")).unwrap();
    let (at, House { db, verifier, .. }) = (house.at, &mut house);
    let error = verify_evidence(db, &mut ImportedRegister, verifier, &number, at).unwrap_err();
    assert!(error.to_string().contains("second officer"), "{error}");
}

/// An order that needs two officers, approved by bob alone, after whoever owns the web role and more has taken away all that it
/// wrote about it.
fn approved_by_one_without_a_trace(house: &mut House) -> String {
    house.approved(&nurse());
    house.personalise();
    let twin = with_twin(house, "DURANT", "Elise");
    let number = house.submit("agent", cps(&twin, "60")).unwrap().number().to_owned();
    assert_eq!(house.approve("bob", &number).unwrap().state, OrderState::Submitted);
    house
        .sql(&format!(
            "DROP TRIGGER order_flags_are_never_deleted; DELETE FROM order_flags; DELETE FROM order_places;
             UPDATE card_orders SET status = 'approved' WHERE number = '{number}'"
        ))
        .unwrap();
    number
}

#[test]
fn the_worker_finds_for_itself_what_needs_two_officers() {
    let mut house = House::new();
    let number = approved_by_one_without_a_trace(&mut house);
    let at = house.at;
    let error =
        verify_evidence(&mut house.db, &mut ImportedRegister, &house.verifier, &number, at).unwrap_err();
    assert!(error.to_string().contains("second officer"), "{error}");

    let (act, prefix) = (house.job(), "26".parse().unwrap());
    let House { db, rng, verifier, bureau, .. } = &mut house;
    let registry = &mut ImportedRegister;
    let closed = db
        .write(|db| personalisation::close_batch(db, registry, verifier, prefix, bureau.name(), rng, &act))
        .unwrap();
    assert!(closed.file.is_none() && closed.cards.is_empty(), "no card is made");
    assert_eq!((closed.set_aside, &closed.given_back), (vec![], &vec![number.clone()]));
    // The officers read why, whatever else was taken away.
    assert!(flags_of(&mut house, &number).contains(&"similar-person".to_owned()));
    assert_eq!(house.approve("bob", &number).unwrap().state, OrderState::Submitted);
    assert!(matches!(house.approve("clara", &number).unwrap().state, OrderState::Approved { .. }));
    assert_eq!(house.personalise().len(), 1);
}

#[test]
fn a_card_that_was_made_for_one_officers_word_is_not_certified() {
    let mut house = House::new();
    let mut worker = house.worker();
    let number = approved_by_one_without_a_trace(&mut house);
    // As if a worker of before had made it: one that believed the flags.
    house.sql("ALTER TABLE card_places RENAME TO card_places_kept").unwrap();
    house.sql("CREATE TABLE card_places AS SELECT * FROM card_places_kept WHERE false").unwrap();
    let card = house.personalise()[0];
    house.sql("DROP TABLE card_places; ALTER TABLE card_places_kept RENAME TO card_places").unwrap();
    assert_eq!(card::get(&mut house.db, &card).unwrap().order_number, number);
    assert_eq!(code(house.certify(&mut worker, &card)), "approval-evidence-missing");
}

#[test]
fn the_first_of_two_that_are_alike_stands_when_the_second_comes() {
    on_both(|house| {
        let first = house.approved(&nurse()).number;
        house.personalise();
        house.later(1);
        let twin = with_twin(house, "DURANT", "Elise");
        let second = house.submit("agent", cps(&twin, "60")).unwrap().number().to_owned();
        house.approve("bob", &second).unwrap();
        house.approve("clara", &second).unwrap();
        house.personalise();
        let at = house.at;
        for number in [first, second] {
            verify_evidence(&mut house.db, &mut ImportedRegister, &house.verifier, &number, at).unwrap();
        }
    });
}

#[test]
fn the_orders_of_both_numbers_of_one_holder_are_duplicates() {
    let mut house = House::new();
    house.try_import_with(2, &second_day(), &line_of_adeli_nurse(&adeli_nurse())).unwrap();
    let old = house.submit("agent", cps(&adeli_nurse(), "60")).unwrap().into_order();
    let renumbered = CardOrder { number: "CO-2".to_owned(), holder: adeli_nurse_renumbered(), ..old.clone() };
    assert!(duplicates(&mut house.db, &renumbered).unwrap().is_empty(), "two persons, for all that is known");
    let act = house.job();
    renumber(&mut house, &act);
    assert_eq!(duplicates(&mut house.db, &renumbered).unwrap(), [format!("la demande {}", old.number)]);
    house.approve("bob", &old.number).unwrap();
    let card = house.personalise()[0];
    assert_eq!(duplicates(&mut house.db, &renumbered).unwrap(), [format!("la carte {card}")]);
}

#[test]
fn two_officers_who_approve_at_once_are_two() {
    let url = fresh_postgresql();
    let mut house = House::on(&url);
    house.submit("agent", cps(&nurse(), "60")).unwrap();
    let twin = with_twin(&mut house, "DURANT", "Elise");
    let order = house.submit("agent", cps(&twin, "60")).unwrap().into_order();
    let attempts: Vec<_> = ["bob", "clara"]
        .into_iter()
        .map(|login| {
            let (proof, act) = (house.proof(login, &order.decidable()), house.officer(login));
            let (url, number, verifier) = (url.clone(), order.number.clone(), house.approver.verifier());
            thread::spawn(move || {
                let mut db = Database::open(&url, DatabaseRole::Owner).unwrap();
                let rng = &mut rand_core::UnwrapErr(getrandom::SysRng);
                db.write(|db| {
                    order::approve(db, &mut ImportedRegister, &verifier, &number, 1, &proof, rng, &act)
                })
                .unwrap()
            })
        })
        .collect();
    attempts.into_iter().for_each(|attempt| drop(attempt.join().unwrap()));
    let state = order::get(&mut house.db, &order.number).unwrap().state;
    assert!(matches!(state, OrderState::Approved { .. }), "neither took the other for nobody: {state:?}");
}

#[test]
fn what_was_found_stays_until_the_order_has_another_version() {
    let mut house = House::new();
    let other = house.submit("agent", cps(&nurse(), "60")).unwrap().into_order();
    let twin = with_twin(&mut house, "DURANT", "Elise");
    let number = house.submit("agent", cps(&twin, "60")).unwrap().number().to_owned();
    let act = house.officer("agent");
    let House { db, rng, .. } = &mut house;
    db.write(|db| order::withdraw(db, &other.number, rng, &act)).unwrap();
    assert!(flags_of(&mut house, &number).contains(&"similar-person".to_owned()), "kept for this version");
    let House { db, rng, .. } = &mut house;
    db.write(|db| order::refresh(db, &mut ImportedRegister, &number, 1, rng, &act)).unwrap();
    assert!(!flags_of(&mut house, &number).contains(&"similar-person".to_owned()), "the cause is gone");
    assert!(matches!(house.approve("bob", &number).unwrap().state, OrderState::Approved { .. }));
}

#[test]
fn who_is_alike_elsewhere_or_the_holder_himself_raises_nothing() {
    let mut house = House::new();
    let mut lines = second_day();
    // The first line is written once more, for the structure without a number: the nurse alone practises there.
    lines.push(twin(0, "LE GOFFE", "Yann"));
    house.import_day(2, &lines);
    house.submit("agent", cps(&twofold(), "60")).unwrap();
    let own = house.submit("agent", cps(&twofold(), "70")).unwrap().number().to_owned();
    assert!(
        !flags_of(&mut house, &own).contains(&"similar-person".to_owned()),
        "two exercises of one person"
    );
    house.sql("DELETE FROM order_places").unwrap();
    house.submit("agent", cps(&other_nurse(), "60")).unwrap();
    house.sql("UPDATE order_places SET structure = 'F000000000'").unwrap();
    let elsewhere = house.submit("agent", cps(&one_of_the_crowd(0), "60")).unwrap().number().to_owned();
    assert!(!flags_of(&mut house, &elsewhere).contains(&"similar-person".to_owned()));
}

#[test]
fn a_card_of_another_kind_for_the_same_profession_is_a_duplicate() {
    let mut house = House::new();
    let student_order =
        house.submit("agent", card_for(CardKind::Cpf, &student(), "10")).unwrap().into_order();
    house.approve("bob", &student_order.number).unwrap();
    let mut lines = second_day();
    lines.iter_mut().filter(|line| line.profession == "10").for_each(|line| line.category = "C");
    house.import_day(2, &lines);
    let number = house.submit("agent", cps(&student(), "10")).unwrap().number().to_owned();
    let bob = house.officer("bob");
    let dossier = views::dossier(&mut house.db, &mut ImportedRegister, &number, &bob).unwrap();
    let flag = dossier.flags.iter().find(|flag| flag.flag == "duplicate").unwrap();
    assert_eq!(flag.level(), Level::Red);
    assert!(flag.reason.contains(&student_order.number), "{}", flag.reason);
    assert!(dossier.asks_for_two());
    assert_eq!(dossier.flags[0].flag, "duplicate", "the gravest first");
}

#[test]
fn similar_persons_are_looked_for_by_an_index() {
    use diesel::sql_types::Text;
    #[derive(QueryableByName)]
    struct Step {
        #[diesel(sql_type = Text)]
        detail: String,
    }
    let mut house = House::new();
    let plan: Vec<Step> = diesel::sql_query(
        "EXPLAIN QUERY PLAN SELECT p.order_number, p.name FROM order_places p JOIN card_orders o \
         ON o.number = p.order_number WHERE p.structure = 'F' AND p.initials = 'DU' AND o.holder <> '8' \
         AND o.status NOT IN ('refused', 'withdrawn') ORDER BY p.order_number DESC LIMIT 100",
    )
    .load(&mut house.db)
    .unwrap();
    let steps: Vec<&str> = plan.iter().map(|step| step.detail.as_str()).collect();
    assert!(steps.iter().all(|step| step.starts_with("SEARCH")), "no table is read whole: {steps:?}");
}
