use diesel::prelude::*;
use professional_registry::ImportedRegister;
use store::Actor;
use store::schema::{audit_events, outbox};

use super::*;
use crate::entries::order_for_entered;
use crate::order;
use crate::testing::*;

fn asks(
    house: &mut House,
    login: &str,
    number: &str,
    version: i64,
    text: &str,
) -> Result<CardOrder, QuestionError> {
    let act = house.officer(login);
    let House { db, rng, .. } = house;
    db.write(|db| ask(db, number, version, text, rng, &act))
}

fn answers(house: &mut House, login: &str, number: &str, text: &str) -> Result<CardOrder, QuestionError> {
    let act = house.officer(login);
    let House { db, rng, .. } = house;
    db.write(|db| answer(db, &mut ImportedRegister, number, text, rng, &act))
}

#[test]
fn an_order_waits_for_its_applicant_and_nobody_decides_meanwhile() {
    on_both(|house| {
        let order = house.submit("agent", cps(&nurse(), "60")).unwrap().into_order();
        let number = order.number.clone();
        let stale = house.proof("bob", &order.decidable());
        let asked = asks(house, "bob", &number, 1, "Quel est le numéro de la carte perdue ?").unwrap();
        assert_eq!((asked.state, asked.version), (OrderState::Waiting { at: house.at }, 1));
        assert_eq!(get(&mut house.db, &number).unwrap().state, asked.state);
        assert_eq!(code(house.approve("bob", &number)), "order-not-open");
        assert_eq!(code(house.submit("alice", cps(&nurse(), "60"))), "order-already-open");
        assert_eq!(code(asks(house, "clara", &number, 1, "Et la date ?")), "order-not-open");

        let answered = answers(house, "agent", &number, "2600000017").unwrap();
        assert_eq!((answered.state, answered.version), (OrderState::Submitted, 2));
        assert_eq!(code(answers(house, "agent", &number, "encore")), "order-not-open");
        assert_eq!(code(house.approve_with("bob", &number, 1, &stale)), "order-stale-version");
        house.approve("bob", &number).unwrap();

        let questions = questions(&mut house.db, &number).unwrap();
        let told: Vec<_> = questions
            .iter()
            .map(|one| (one.asked_by.as_str(), one.answer.as_ref().unwrap().answer.as_str()))
            .collect();
        assert_eq!(told, [("bob", "2600000017")]);
        let subject = format!("order {number}");
        let actions: Vec<String> = audit_events::table
            .filter(audit_events::subject.eq(&subject))
            .filter(audit_events::action.like("order.question-%"))
            .order(audit_events::action)
            .select(audit_events::action)
            .load(&mut house.db)
            .unwrap();
        assert_eq!(actions, ["order.question-answered", "order.question-asked"]);
        let told: Vec<String> = outbox::table
            .filter(outbox::notice.eq("question-asked").and(outbox::subject.eq(&subject)))
            .select(outbox::recipient)
            .load(&mut house.db)
            .unwrap();
        assert_eq!(told, ["officer:agent"]);
    });
}

#[test]
fn where_no_person_submitted_the_order_its_holder_is_told_that_he_is_awaited_and_an_officer_answers_for_him()
{
    let mut house = House::new();
    house.import_day(2, &second_day().into_iter().chain(crowd(1)).collect::<Vec<_>>());
    let act = house.act(Actor::Job("registration"));
    let House { db, rng, .. } = &mut house;
    let ordered = order_for_entered(db, &mut ImportedRegister, 10, rng, &act).unwrap().ordered;
    let number = ordered[0].clone();
    asks(&mut house, "bob", &number, 1, "Où exercez-vous ?").unwrap();
    let order = get(&mut house.db, &number).unwrap();
    let told: Vec<String> = outbox::table
        .filter(outbox::notice.eq("question-asked").and(outbox::subject.eq(format!("order {number}"))))
        .select(outbox::recipient)
        .load(&mut house.db)
        .unwrap();
    assert_eq!(told, [format!("holder:{}", order.holder)], "{}", order.submitted_by);
    answers(&mut house, "clara", &number, "À Lille, dit au téléphone.").unwrap();
}

#[test]
fn who_has_been_awaited_for_too_long_is_found_until_he_answers() {
    on_both(|house| {
        let numbers: Vec<String> = [nurse(), other_nurse()]
            .iter()
            .map(|holder| house.submit("agent", cps(holder, "60")).unwrap().number().to_owned())
            .collect();
        let long_ago = house.at;
        asks(house, "bob", &numbers[0], 1, "Pourquoi ?").unwrap();
        house.later(3600);
        asks(house, "bob", &numbers[1], 1, "Pourquoi ?").unwrap();
        let found = unanswered(&mut house.db, long_ago, 10).unwrap();
        assert_eq!(found, [(numbers[0].clone(), long_ago)], "the other was asked later");
        let at = house.at;
        assert_eq!(unanswered(&mut house.db, at, 1).unwrap(), found, "the longest first");
        answers(house, "agent", &numbers[0], "Parce que.").unwrap();
        assert_eq!(unanswered(&mut house.db, at, 10).unwrap(), [(numbers[1].clone(), at)]);
    });
}

#[test]
fn an_officer_asks_and_the_submitter_or_an_officer_answers() {
    let mut house = House::new();
    let number = house.submit("alice", cps(&nurse(), "60")).unwrap().number().to_owned();
    for login in ["agent", "rita", "admin", "audrey"] {
        assert_eq!(
            code(asks(&mut house, login, &number, 1, "Pourquoi ?")),
            "officer-role-missing",
            "{login}"
        );
    }
    asks(&mut house, "bob", &number, 1, "Pourquoi ?").unwrap();
    assert_eq!(code(answers(&mut house, "agent", &number, "Parce que.")), "order-not-yours");
    assert_eq!(code(answers(&mut house, "rita", &number, "Parce que.")), "officer-role-missing");
    answers(&mut house, "clara", &number, "Vu par téléphone.").unwrap();
}

#[test]
fn a_question_is_of_the_version_that_was_read() {
    let mut house = House::new();
    let number = house.submit("agent", cps(&nurse(), "60")).unwrap().number().to_owned();
    assert_eq!(code(asks(&mut house, "bob", &number, 2, "Pourquoi ?")), "order-not-open");
    asks(&mut house, "bob", &number, 1, "Pourquoi ?").unwrap();
    answers(&mut house, "agent", &number, "Parce que.").unwrap();
    assert_eq!(code(asks(&mut house, "bob", &number, 1, "Encore ?")), "order-not-open");
    asks(&mut house, "bob", &number, 2, "Encore ?").unwrap();
    assert_eq!(questions(&mut house.db, &number).unwrap().len(), 2);
}

#[test]
fn an_order_that_waits_can_be_withdrawn() {
    let mut house = House::new();
    let number = house.submit("agent", cps(&nurse(), "60")).unwrap().number().to_owned();
    asks(&mut house, "bob", &number, 1, "Pourquoi ?").unwrap();
    let act = house.officer("agent");
    let House { db, rng, .. } = &mut house;
    db.write(|db| order::withdraw(db, &number, rng, &act)).unwrap();
    assert_eq!(code(answers(&mut house, "agent", &number, "Parce que.")), "order-not-open");
}

#[test]
fn a_question_and_an_answer_are_texts_of_a_bounded_length() {
    let mut house = House::new();
    let number = house.submit("agent", cps(&nurse(), "60")).unwrap().number().to_owned();
    let long = "é".repeat(QUESTION_BOUND + 1);
    for text in ["", "  \n ", long.as_str(), "a\u{1b}[31m"] {
        assert_eq!(code(asks(&mut house, "bob", &number, 1, text)), "order-text-invalid", "{text:?}");
    }
    asks(&mut house, "bob", &number, 1, &"é".repeat(QUESTION_BOUND)).unwrap();
    assert_eq!(code(answers(&mut house, "agent", &number, "")), "order-text-invalid");
    answers(&mut house, "agent", &number, "Deux lignes,\nla seconde.").unwrap();
}

#[test]
fn the_database_lets_no_order_wait_without_a_question_nor_go_on_without_an_answer() {
    on_both(|house| {
        let number = house.submit("agent", cps(&nurse(), "60")).unwrap().number().to_owned();
        let to = |status: &str, version: i64| {
            format!(
                "UPDATE card_orders SET status = '{status}', version = {version} WHERE number = '{number}'"
            )
        };
        let refused = house.sql(&to("waiting", 1)).unwrap_err().to_string();
        assert!(refused.contains("waits while a question is open"), "{refused}");
        asks(house, "bob", &number, 1, "Pourquoi ?").unwrap();
        for (status, version) in [("submitted", 1), ("submitted", 2)] {
            let refused = house.sql(&to(status, version)).unwrap_err().to_string();
            assert!(refused.contains("waits while a question is open"), "{status} {version}: {refused}");
        }
        house.sql(&to("approved", 1)).unwrap_err();
        for table in ["order_questions", "order_flags"] {
            let column = if table == "order_flags" { "reason" } else { "question" };
            house
                .sql(&format!("UPDATE {table} SET {column} = 'x' WHERE order_number = '{number}'"))
                .unwrap_err();
            house.sql(&format!("DELETE FROM {table} WHERE order_number = '{number}'")).unwrap_err();
        }
    });
}
