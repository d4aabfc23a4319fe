use std::str::FromStr;

use card::CardStatus;
use store::schema::{audit_events, outbox};

use super::*;
use crate::opposition::oppose;
use crate::testing::*;

fn declare(house: &mut House, identifier: &str) {
    let act = house.act(Actor::Anyone);
    open(&mut house.db, &Declared::from_str(identifier).unwrap(), Ground::Lost, &mut house.rng, &act)
        .unwrap();
}

fn listed(house: &mut House) -> Vec<Ticket> {
    let act = house.officer("rita");
    list(&mut house.db, 100, &act).unwrap()
}

/// Outcome, who closed, and the contact that is left.
type Closed = (Option<String>, Option<String>, Option<String>);

fn rows(house: &mut House) -> Vec<Closed> {
    opposition_tickets::table
        .select((opposition_tickets::outcome, opposition_tickets::closed_by, opposition_tickets::telephone))
        .order(opposition_tickets::opened_at)
        .load(&mut house.db)
        .unwrap()
}

fn rpps(person: &IdNatPs) -> String {
    person.rpps().unwrap().to_string()
}

#[test]
fn a_ticket_is_opened_for_every_ground_of_a_holder() {
    on_both(|house| {
        let act = house.act(Actor::Anyone);
        for (ground, digit) in GROUNDS.into_iter().zip(0..) {
            let declared = Declared::from_str(&format!("261234567{digit}")).unwrap();
            open(&mut house.db, &declared, ground, &mut house.rng, &act).unwrap();
        }
        let opened: Vec<Ground> = listed(house).into_iter().map(|ticket| ticket.ground).collect();
        assert!(GROUNDS.into_iter().all(|ground| opened.contains(&ground)), "{opened:?}");
    });
}

#[test]
fn a_declaration_without_proof_changes_no_status_tells_the_holder_and_waits_with_his_contact() {
    on_both(|house| {
        let mut worker = house.worker();
        let card = house.active_card(&mut worker, &nurse());
        import_contacts(house, &[(&nurse(), "0102030405", "elise@exemple.fr"), (&other_nurse(), "06", "")]);
        declare(house, &card.to_string());
        assert_eq!(card::get(&mut house.db, &card).unwrap().life.status(), CardStatus::Active);
        let told: Vec<(String, String)> = outbox::table
            .filter(outbox::notice.eq("opposition-unproved"))
            .select((outbox::recipient, outbox::subject))
            .load(&mut house.db)
            .unwrap();
        assert_eq!(told, [(format!("holder:{}", nurse()), format!("card {card}"))]);
        let [ticket] = &listed(house)[..] else { panic!("one ticket") };
        assert_eq!((ticket.looked_up, &ticket.telephone, &ticket.cards[..]), (false, &None, &[card][..]));
        let act = house.job();
        assert_eq!(look_up_contacts(&mut house.db, &act).unwrap(), 1);
        assert_eq!(look_up_contacts(&mut house.db, &act).unwrap(), 0);
        let [ticket] = &listed(house)[..] else { panic!("one ticket") };
        assert_eq!(ticket.telephone.as_deref(), Some("0102030405"));
        assert_eq!(ticket.email.as_deref(), Some("elise@exemple.fr"));
        let by: String = audit_events::table
            .filter(audit_events::action.eq("opposition-ticket.opened"))
            .select(audit_events::actor)
            .first(&mut house.db)
            .unwrap();
        assert_eq!(by, "anyone");
    });
}

#[test]
fn however_often_it_is_declared_there_is_one_open_ticket_and_one_notice_and_the_same_answer() {
    on_both(|house| {
        let mut worker = house.worker();
        let card = house.active_card(&mut worker, &nurse());
        for identifier in [card.to_string(), card.to_string(), rpps(&nobody()), "2612345678".to_owned()] {
            declare(house, &identifier);
        }
        assert_eq!(listed(house).len(), 3);
        let told: i64 = outbox::table
            .filter(outbox::notice.eq("opposition-unproved"))
            .count()
            .get_result(&mut house.db)
            .unwrap();
        assert_eq!(told, 1);
    });
}

#[test]
fn an_opposition_by_the_ordinary_function_closes_what_it_answers_and_forgets_the_contact() {
    on_both(|house| {
        let mut worker = house.worker();
        let card = house.active_card(&mut worker, &nurse());
        let other = house.active_card(&mut worker, &other_nurse());
        import_contacts(house, &[(&nurse(), "0102030405", "")]);
        for identifier in [card.to_string(), rpps(&nurse()), other.to_string()] {
            declare(house, &identifier);
        }
        let act = house.job();
        look_up_contacts(&mut house.db, &act).unwrap();
        let rita = house.officer("rita");
        oppose(&mut house.db, &card, Ground::Lost, &mut house.rng, &rita).unwrap();
        let by = Some("officer:rita".to_owned());
        let opposed: Closed = (Some("opposed".to_owned()), by, None);
        let mut found = rows(house);
        found.sort();
        assert_eq!(found, [(None, None, None), opposed.clone(), opposed]);
        let [left] = &listed(house)[..] else { panic!("one ticket") };
        assert_eq!(left.declared, Declared::Card(other));
    });
}

#[test]
fn the_ticket_of_a_person_stays_open_while_another_card_of_his_lives() {
    let mut house = House::new();
    let mut worker = house.worker();
    let card = house.active_card(&mut worker, &twofold());
    house.approved_for(&twofold(), "70");
    let second = house.personalise()[0];
    house.certify(&mut worker, &second).unwrap();
    declare(&mut house, &rpps(&twofold()));
    let rita = house.officer("rita");
    oppose(&mut house.db, &card, Ground::Lost, &mut house.rng, &rita).unwrap();
    assert_eq!(listed(&mut house)[0].cards, [second]);
    oppose(&mut house.db, &second, Ground::Lost, &mut house.rng, &rita).unwrap();
    assert_eq!(listed(&mut house), []);
}

#[test]
fn a_ticket_is_dismissed_with_a_reason_by_who_may_oppose_and_once() {
    on_both(|house| {
        declare(house, "2612345678");
        let number = listed(house)[0].number.clone();
        let mut dismissed = |login: &str, number: &str, reason: &str| {
            let act = house.officer(login);
            dismiss(&mut house.db, number, reason, &mut house.rng, &act)
        };
        assert_eq!(code(dismissed("audrey", &number, "Personne ne répond.")), "officer-role-missing");
        for reason in ["", "  ", "a\nb", &"é".repeat(501)] {
            assert_eq!(code(dismissed("rita", &number, reason)), "opposition-ticket-reason-missing");
        }
        assert_eq!(code(dismissed("rita", "TK-0000000000000000", "a")), "opposition-ticket-unknown");
        dismissed("rita", &number, " Le porteur a retrouvé sa carte. ").unwrap();
        assert_eq!(code(dismissed("rita", &number, "encore")), "opposition-ticket-unknown");
        assert_eq!(listed(house), []);
        // It may be declared again.
        declare(house, "2612345678");
        assert_eq!(listed(house).len(), 1);
        let events: Vec<String> = audit_events::table
            .filter(audit_events::action.eq("opposition-ticket.closed"))
            .select(audit_events::actor)
            .load(&mut house.db)
            .unwrap();
        assert_eq!(events, ["officer:rita"]);
    });
}

#[test]
fn only_officers_who_may_read_a_card_read_tickets() {
    let mut house = House::new();
    for (login, may) in
        [("alice", true), ("rita", true), ("audrey", true), ("agent", false), ("admin", false)]
    {
        let act = house.officer(login);
        let read = list(&mut house.db, 10, &act);
        match may {
            true => assert!(read.is_ok(), "{login}"),
            false => assert_eq!(code(read), "reading-not-allowed", "{login}"),
        }
    }
}

#[test]
fn so_many_are_open_and_no_more_and_only_for_the_grounds_of_a_holder() {
    let mut house = House::new();
    let act = house.act(Actor::Anyone);
    let declared = Declared::from_str("2612345678").unwrap();
    let refused = open(&mut house.db, &declared, Ground::Deceased, &mut house.rng, &act);
    assert_eq!(code(refused), "opposition-ground-unknown");
    flood(&mut house, MOST_NAMED, true);
    for identifier in ["2612345678".to_owned(), rpps(&nurse())] {
        let declared = Declared::from_str(&identifier).unwrap();
        let refused = open(&mut house.db, &declared, Ground::Lost, &mut house.rng, &act);
        assert_eq!(code(refused), "opposition-tickets-full", "whatever is declared");
    }
}

/// So many open tickets of cards with numbers from 9000000000 on, as who floods the page leaves them.
fn flood(house: &mut House, count: i64, names_card: bool) {
    let rows = format!(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})
         INSERT INTO opposition_tickets (number, identifier, ground, opened_at, names_card)
         SELECT printf('TK-%016d', i), printf('90%08d', i), 'lost', 1, {names_card} FROM n"
    );
    house.sql(&rows).unwrap();
}

#[test]
fn numbers_that_name_no_card_take_no_room_from_a_holder_and_are_answered_as_his() {
    let mut house = House::new();
    let mut worker = house.worker();
    let card = house.active_card(&mut worker, &nurse());
    let named = |house: &mut House| -> i64 {
        opposition_tickets::table
            .filter(opposition_tickets::names_card.eq(true))
            .count()
            .get_result(&mut house.db)
            .unwrap()
    };
    flood(&mut house, MOST_NAMELESS, false);
    let open_now = |house: &mut House| rows(house).iter().filter(|row| row.0.is_none()).count() as i64;
    // Persons of the register who have no card, and cards that there are not: answered, and not kept.
    for identifier in [rpps(&other_nurse()), rpps(&nobody()), "2612345678".to_owned()] {
        declare(&mut house, &identifier);
    }
    assert_eq!((open_now(&mut house), named(&mut house)), (MOST_NAMELESS, 0));
    for identifier in [card.to_string(), rpps(&nurse())] {
        declare(&mut house, &identifier);
    }
    assert_eq!((open_now(&mut house), named(&mut house)), (MOST_NAMELESS + 2, 2));
    let kept = house.sql("UPDATE opposition_tickets SET names_card = FALSE WHERE names_card");
    assert!(kept.unwrap_err().to_string().contains("nothing else of it"));
}

#[test]
fn the_worker_dismisses_after_a_day_what_names_no_living_card_and_nothing_else() {
    on_both(|house| {
        let mut worker = house.worker();
        let card = house.active_card(&mut worker, &nurse());
        for identifier in [card.to_string(), "2612345678".to_owned(), rpps(&other_nurse())] {
            declare(house, &identifier);
        }
        let dismissed = |house: &mut House| {
            let act = house.job();
            dismiss_nameless(&mut house.db, &mut house.rng, &act).unwrap()
        };
        assert_eq!(dismissed(house), 0, "an officer may look at it first");
        // Her card comes meanwhile.
        house.active_card(&mut worker, &other_nurse());
        house.later(24 * 3600);
        assert_eq!((dismissed(house), dismissed(house)), (1, 0));
        let left: Vec<String> = listed(house).iter().map(|ticket| ticket.declared.to_string()).collect();
        assert_eq!(left.len(), 2);
        assert!(!left.contains(&"2612345678".to_owned()), "{left:?}");
        let closed: (Option<String>, Option<String>) = opposition_tickets::table
            .filter(opposition_tickets::identifier.eq("2612345678"))
            .select((opposition_tickets::outcome, opposition_tickets::closed_by))
            .first(&mut house.db)
            .unwrap();
        assert_eq!(closed, (Some("dismissed".to_owned()), Some("job:test".to_owned())));
    });
}

#[test]
fn a_row_that_was_written_by_hand_keeps_no_ticket_from_the_officers() {
    let mut house = House::new();
    house
        .sql(
            "INSERT INTO opposition_tickets (number, identifier, ground, opened_at)
             VALUES ('TK-0000000000000000', 'abcdefghij', 'lost', 0)",
        )
        .unwrap();
    declare(&mut house, "2612345678");
    let act = house.job();
    assert_eq!(look_up_contacts(&mut house.db, &act).unwrap(), 2);
    let listed = listed(&mut house);
    assert_eq!(listed.iter().map(|ticket| ticket.looked_up).collect::<Vec<_>>(), [true]);
}

#[test]
fn of_the_register_only_a_contact_that_fits_is_taken() {
    let mut house = House::new();
    import_contacts(
        &mut house,
        &[(&nurse(), &"1".repeat(65), "elise@exemple.fr"), (&other_nurse(), "06", &"é".repeat(128))],
    );
    let of =
        |house: &mut House, person: &IdNatPs| contact::of_holder(&mut house.db, &person.to_string()).unwrap();
    let email = Some("elise@exemple.fr".to_owned());
    assert_eq!(of(&mut house, &nurse()), Contact { telephone: None, email });
    assert_eq!(of(&mut house, &other_nurse()), Contact { telephone: Some("06".to_owned()), email: None });
    assert_eq!(of(&mut house, &nobody()), Contact::default());
}

#[test]
fn whose_number_became_another_is_called_back_and_answered_under_either() {
    on_both(|house| {
        let mut worker = house.worker();
        house.try_import_with(2, &second_day(), &line_of_adeli_nurse(&adeli_nurse())).unwrap();
        let card = house.active_card(&mut worker, &adeli_nurse());
        let act = house.job();
        renumber(house, &act);
        import_contacts(house, &[(&adeli_nurse_renumbered(), "0102030405", "anais@exemple.fr")]);
        declare(house, &rpps(&adeli_nurse_renumbered()));
        assert_eq!(look_up_contacts(&mut house.db, &act).unwrap(), 1);
        let [ticket] = &listed(house)[..] else { panic!("one ticket") };
        assert_eq!((ticket.telephone.as_deref(), &ticket.cards[..]), (Some("0102030405"), &[card][..]));
        // The notice about the card, which has the old number, finds the address of the new one.
        let address = contact::address_of_holder(&mut house.db, &adeli_nurse().to_string()).unwrap();
        assert_eq!(address.as_deref(), Some("anais@exemple.fr"));
        let rita = house.officer("rita");
        oppose(&mut house.db, &card, Ground::Lost, &mut house.rng, &rita).unwrap();
        assert!(listed(house).is_empty(), "it was answered");
    });
}

#[test]
fn a_ticket_goes_with_its_time_after_it_was_closed_and_never_while_it_is_open() {
    on_both(|house| {
        declare(house, "2612345678");
        declare(house, "2612345679");
        let (closed, rita) = (listed(house)[0].number.clone(), house.officer("rita"));
        dismiss(&mut house.db, &closed, "Le porteur a sa carte.", &mut house.rng, &rita).unwrap();
        let erase = |house: &mut House| {
            let act = house.act(Actor::Operator("test".to_owned()));
            erase_closed(&mut house.db, std::time::Duration::from_secs(86_400), &mut house.rng, &act).unwrap()
        };
        assert_eq!((erase(house), rows(house).len()), (0, 2), "its time is not over");
        house.later(86_401);
        assert_eq!((erase(house), rows(house).len(), erase(house)), (1, 1, 0));
        assert_eq!(rows(house)[0].0, None, "the open one stays");
        let refused = house.sql("DELETE FROM opposition_tickets").unwrap_err().to_string();
        assert!(refused.contains("an open ticket stays"), "{refused}");
        let told: Vec<String> = audit_events::table
            .filter(audit_events::action.eq("opposition-ticket.erased"))
            .select(audit_events::subject)
            .load(&mut house.db)
            .unwrap();
        assert_eq!(told, [format!("opposition-ticket {closed}")]);
    });
}

#[test]
fn a_ticket_that_is_closed_is_not_closed_again_whoever_comes_second() {
    on_both(|house| {
        declare(house, "2612345678");
        let number = listed(house).remove(0).number;
        let rita = house.officer("rita");
        let close_as = |house: &mut House, closing: Closing<'_>| {
            let House { db, rng, .. } = house;
            db.write(|db| close(db, &number, closing, rng, &rita)).unwrap()
        };
        assert!(close_as(house, Closing::Dismissed("Retrouvée.")));
        assert!(!close_as(house, Closing::Opposed("OP-0000000000000000")));
        assert!(!close_as(house, Closing::Dismissed("Encore.")));
        let (outcome, reason, receipt): (Option<String>, Option<String>, Option<String>) =
            opposition_tickets::table
                .select((
                    opposition_tickets::outcome,
                    opposition_tickets::reason,
                    opposition_tickets::receipt,
                ))
                .first(&mut house.db)
                .unwrap();
        let stands = (outcome.as_deref(), reason.as_deref(), receipt);
        assert_eq!(stands, (Some("dismissed"), Some("Retrouvée."), None));
        let told: i64 = audit_events::table
            .filter(audit_events::action.eq("opposition-ticket.closed"))
            .count()
            .get_result(&mut house.db)
            .unwrap();
        assert_eq!(told, 1);
    });
}
