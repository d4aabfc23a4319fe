//! Who has two logins is one officer: by the number of the person on the cards whose certificates they sign in with.

use std::collections::BTreeSet;
use std::time::Duration;

use ::card::CardNumber;
use diesel::prelude::*;
use jiff::civil::{Weekday, time};
use professional_registry::ImportedRegister;
use professional_registry::import::ImportError;
use store::schema::decisions;

use super::super::table;
use super::near::of_card;
use crate::approval::{Decidable, SubjectKind, Verdict};
use crate::decision::{self, DecideError, Given};
use crate::enrolment::{self, NewCredential, NewEnrolment};
use crate::officers::{self, Role, Scope};
use crate::order::{self, OrderState, OrderStatus};
use crate::queue::{self, Filter, WorkingHours};
use crate::suspension::{self, SuspensionPolicy};
use crate::testing::*;
use crate::{held_feed, lapse};

/// Two logins of one person, each with the certificate of a card of his: he exercises two professions.
const LOGINS: [&str; 2] = ["jean", "marc"];

fn two_logins(house: &mut House) -> Worker {
    let mut worker = house.worker();
    for (login, profession) in LOGINS.into_iter().zip(["60", "70"]) {
        house.approved_for(&twofold(), profession);
        let card: CardNumber = house.personalise()[0];
        house.certify(&mut worker, &card).unwrap();
        house.activate(&card);
        let credential = NewCredential::Certificate(of_card(house, &card));
        let operator = house.act(store::Actor::Operator("root".to_owned()));
        let (act, roster) = (house.officer("admin"), house.verifier.roster(&mut house.db).unwrap());
        let role = Role::RegistrationOfficer;
        let House { db, rng, verifier, .. } = &mut *house;
        // Their names as they were enrolled tell nobody that they are one.
        db.write(|db| officers::enrol(db, login, &format!("Prénom {login}"), role, rng, &operator)).unwrap();
        let (login, display_name) = (login.to_owned(), format!("Prénom {login}"));
        let new =
            NewEnrolment { login, display_name, role, scope: Scope::default(), email: None, credential };
        db.write(|db| enrolment::propose(db, verifier, &roster, new, rng, &act)).unwrap();
    }
    house.later(1);
    worker
}

/// An order that asks for two officers; its number.
fn asks_for_two(house: &mut House, submitter: &str) -> String {
    let number = house.submit(submitter, cps(&nurse(), "60")).unwrap().number().to_owned();
    let act = house.officer("clara");
    let House { db, rng, .. } = house;
    db.write(|db| order::ask_second_officer(db, &number, 1, rng, &act)).unwrap();
    number
}

#[test]
fn one_person_with_two_logins_gives_one_of_two_approvals() {
    on_both(|house| {
        two_logins(house);
        let number = asks_for_two(house, "alice");
        assert_eq!(house.approve("jean", &number).unwrap().state, OrderState::Submitted);
        assert_eq!(code(house.approve("marc", &number)), "delegation-one-person");
        let taken: i64 = decisions::table
            .filter(decisions::subject_number.eq(&number))
            .count()
            .get_result(&mut house.db)
            .unwrap();
        assert_eq!(taken, 1);
        assert!(matches!(house.approve("bob", &number).unwrap().state, OrderState::Approved { .. }));
    });
}

/// What two officers decide on, beside orders: something of each kind that stands open.
fn open_subjects(house: &mut House, worker: &mut Worker) -> Vec<Decidable> {
    let with = |count: u32| second_day().into_iter().chain(crowd(count)).collect::<Vec<_>>();
    house.import_day(2, &with(60));
    let held = house.try_import(4, &with(10), None).unwrap_err();
    let ImportError::Held { hold, .. } = held else { panic!("{held}") };
    let feed = held_feed::get(&mut house.db, &hold.feed).unwrap().decidable();
    house
        .sql(
            "INSERT INTO opposition_plans (id, sequence, feed, planned_by, planned_at) \
             SELECT 'PO-2026-000009', sequence, id, 'job:revalidation', 1 FROM register_feeds WHERE sequence = 1",
        )
        .unwrap();
    let plan = lapse::get(&mut house.db, "PO-2026-000009").unwrap().decidable();
    let card = house.active_card(worker, &other_nurse());
    let rita = house.officer("rita");
    let House { db, rng, .. } = house;
    suspension::suspend(db, SuspensionPolicy::Allowed, &card, rng, &rita).unwrap();
    let lift = suspension::of_card(db, &card).unwrap().unwrap().decidable();
    vec![feed, plan, lift]
}

fn approves(house: &mut House, login: &str, subject: &Decidable) -> Result<(), DecideError> {
    let (proof, act) = (house.proof(login, subject), house.officer(login));
    let given =
        Given { version: subject.version, verdict: Verdict::Approve, proof: &proof, reason_text: None };
    let House { db, verifier, .. } = house;
    db.write(|db| decision::check(db, verifier, subject.clone(), given, &act)?.record(db, &act).map(drop))
}

#[test]
fn one_person_with_two_logins_is_one_officer_of_whatever_two_decide_on() {
    on_both(|house| {
        let mut worker = two_logins(house);
        let subjects = open_subjects(house, &mut worker);
        // A kind that comes to the table and not here is not forgotten. Enrolments are administrators', who are played apart.
        let by_two = table().unwrap().decisions.iter().filter(|rule| rule.officers == 2).map(|rule| rule.on);
        let kinds: Vec<SubjectKind> = by_two.filter(|on| *on != SubjectKind::OfficerEnrolment).collect();
        assert_eq!(subjects.iter().map(|subject| subject.kind).collect::<Vec<_>>(), kinds);
        for subject in &subjects {
            approves(house, "jean", subject).unwrap();
            assert_eq!(code(approves(house, "marc", subject)), "delegation-one-person", "{:?}", subject.kind);
            approves(house, "bob", subject).unwrap();
        }
    });
}

#[test]
fn one_person_approves_under_no_login_what_he_submitted_under_another() {
    let mut house = House::new();
    two_logins(&mut house);
    let number = house.submit("jean", cps(&nurse(), "60")).unwrap().number().to_owned();
    assert_eq!(code(house.approve("marc", &number)), "delegation-one-person");
    assert!(matches!(house.approve("bob", &number).unwrap().state, OrderState::Approved { .. }));
}

#[test]
fn nobody_is_given_next_what_he_stands_behind_under_another_login() {
    on_both(|house| {
        two_logins(house);
        let number = asks_for_two(house, "alice");
        house.approve("jean", &number).unwrap();
        let mut next_of = |login: &str| {
            let act = house.officer(login);
            let days = [Weekday::Monday];
            let (opens, within) = ((time(9, 0, 0, 0), time(17, 0, 0, 0)), Duration::from_secs(3600));
            let hours = WorkingHours::new(&days, opens, "Europe/Paris", BTreeSet::new(), within).unwrap();
            let House { db, rng, .. } = &mut *house;
            db.write(|db| queue::next(db, &hours, &Filter::of(OrderStatus::Submitted), rng, &act))
        };
        assert_eq!(code(next_of("marc")), "queue-empty");
        assert_eq!(next_of("bob").unwrap(), number);
    });
}

#[test]
fn the_worker_takes_no_second_approval_of_one_person_whatever_the_page_let_through() {
    let mut house = House::new();
    two_logins(&mut house);
    let number = asks_for_two(&mut house, "alice");
    house.approve("jean", &number).unwrap();
    assert_eq!(house.refused(), [""; 0]);
    let order = order::get(&mut house.db, &number).unwrap();
    let (proof, at) = (house.proof("marc", &order.decidable()), house.at);
    house.write_decision(&order.decidable(), "marc", at.millis(), &proof);
    assert_eq!(house.refused(), ["delegation-one-person"]);
    let House { db, verifier, .. } = &mut house;
    let evidence = crate::certification::verify_evidence(db, &mut ImportedRegister, verifier, &number, at);
    assert!(evidence.is_err());
}
