//! What the register says otherwise of a card that lives on is found once, and stands before officers until the card is replaced.

use store::schema::audit_events;

use super::*;
use crate::eligibility::Consequence;
use crate::officers::Scope;
use crate::staff::Post;

/// The register of a day, in which the nurse goes by this name; and somebody of that day alone, since no two extracts are the same.
fn a_day_named(house: &mut House, day: u64, family_name: &'static str, more: &str) {
    let mut lines: Vec<Line> =
        second_day().into_iter().chain(crowd(100).into_iter().skip(80 + day as usize).take(1)).collect();
    lines[0].family_name = family_name;
    house.try_import_with(day, &lines, more).unwrap();
}

fn a_card(house: &mut House) -> (Worker, CardNumber) {
    let mut worker = house.worker();
    let card = house.active_card(&mut worker, &nurse());
    a_day_named(house, 3, "DURAND", "");
    let done = look(house).unwrap();
    assert_eq!((done.changed, listed(house)), (0, vec![]));
    (worker, card)
}

/// The cards of the list with their rules, as an officer reads it; its count is that of the list, wherever it is read.
fn listed(house: &mut House) -> Vec<(CardNumber, String)> {
    let act = house.officer("alice");
    let view = crate::views::changed_cards(&mut house.db, None, 10, &act).unwrap();
    assert_eq!((view.count as usize, view.hidden, view.page.next), (view.page.cards.len(), 0, None));
    view.page.cards.into_iter().map(|one| (one.card, one.rule.id.clone())).collect()
}

fn all_changed(house: &mut House) -> Vec<ChangedCard> {
    changed_cards(&mut house.db, &[Scope::default()], None, 10).unwrap().cards
}

/// The cards of the pages of this length, as this officer leafs through them; what each page says of all.
fn leafed(house: &mut House, login: &str, length: i64) -> (Vec<Vec<CardNumber>>, (i64, usize)) {
    let act = house.officer(login);
    let (mut pages, mut after) = (Vec::new(), None);
    loop {
        let view = crate::views::changed_cards(&mut house.db, after.as_deref(), length, &act).unwrap();
        pages.push(view.page.cards.into_iter().map(|one| one.card).collect());
        after = view.page.next;
        if after.is_none() {
            return (pages, (view.count, view.hidden));
        }
    }
}

/// Says of bob what he is there for, as nobody may.
fn confine(house: &mut House, scope: &str) {
    let of_table = if house.db.is_on_server() { " ON officers" } else { "" };
    house.sql(&format!("DROP TRIGGER IF EXISTS officers_keep_who_they_are{of_table}")).unwrap();
    house.sql(&format!("UPDATE officers SET scope = '{scope}' WHERE login = 'bob'")).unwrap();
}

/// Cards of this many of a crowd, all of whom the register names otherwise since.
fn renamed_crowd(house: &mut House, count: u32) -> Vec<CardNumber> {
    let cards = cards_of_a_crowd(house, count);
    a_day(house, 3, 0);
    look(house).unwrap();
    let mut lines = with_the_crowd(4, 0);
    for line in lines.iter_mut().filter(|line| (1000..1000 + count).contains(&line.person)) {
        line.family_name = "AUTREMENT";
    }
    house.import_day(4, &lines);
    assert_eq!(look(house).unwrap().changed, i64::from(count));
    cards
}

fn events(house: &mut House, action: &str) -> i64 {
    use diesel::prelude::*;
    audit_events::table.filter(audit_events::action.eq(action)).count().get_result(&mut house.db).unwrap()
}

#[test]
fn a_holder_whom_the_register_renames_is_found_once_and_leaves_the_list_when_it_takes_that_back() {
    on_both(|house| {
        let (_, card) = a_card(house);
        a_day_named(house, 4, "DURANT", "");
        assert_eq!(look(house).unwrap().changed, 1);
        let act = house.officer("alice");
        let shown = all_changed(house).remove(0);
        assert_eq!((shown.holder, shown.rule.leads_to), (nurse().to_string(), Consequence::NewCard));
        let view =
            house.db.snapshot(|db| crate::views::card(db, &mut ImportedRegister, &card, &act)).unwrap();
        assert_eq!(listed(house), [(card, view.change.unwrap().id.clone())], "the card's page says the same");

        a_day_named(house, 5, "DURANT", "");
        assert_eq!((look(house).unwrap().changed, events(house, "card.changed")), (0, 1), "once");
        assert_eq!(oppose(house, ENOUGH).opposed, [], "it ends nothing");

        a_day_named(house, 6, "DURAND", "");
        let done = look(house).unwrap();
        assert_eq!((done.changed, done.changes_settled, listed(house)), (0, 1, vec![]));
        assert_eq!(events(house, "card.change-settled"), 1);
    });
}

#[test]
fn a_graver_change_takes_the_place_of_a_slighter_one_and_an_end_of_both() {
    let mut house = House::new();
    let (_, card) = a_card(&mut house);
    let elsewhere = |lines: &[Line]| line_at(&lines[0], AUTHORISED_STRUCTURE);
    a_day_named(&mut house, 4, "DURAND", &elsewhere(&second_day()));
    look(&mut house);
    assert_eq!(listed(&mut house), [(card, "R-CPS-C8".to_owned())]);
    assert_eq!(all_changed(&mut house)[0].rule.leads_to, Consequence::Update);
    a_day_named(&mut house, 5, "DURANT", "");
    let done = look(&mut house).unwrap();
    assert_eq!((done.changed, done.changes_settled), (1, 1));
    assert_eq!(listed(&mut house), [(card, "R-CPS-C5".to_owned())]);
    let mut gone = without(second_day(), &nurse());
    gone.extend(crowd(100).into_iter().skip(86).take(1));
    house.import_day(6, &gone);
    let done = look(&mut house).unwrap();
    assert_eq!((done.found, done.changes_settled, listed(&mut house)), (1, 1, vec![]));
}

#[test]
fn a_card_whose_successor_is_ordered_or_that_is_over_is_not_on_the_list() {
    on_both(|house| {
        let (_, card) = a_card(house);
        a_day_named(house, 4, "DURANT", "");
        look(house);
        assert_eq!(listed(house).len(), 1);
        let wish = crate::order::NewCardOrder { replaces: Some(card), ..cps(&nurse(), "60") };
        house.submit("alice", wish).unwrap();
        assert_eq!(listed(house), [], "its successor is ordered");
        let act = house.officer("rita");
        opposition::oppose(&mut house.db, &card, Ground::Lost, &mut house.rng, &act).unwrap();
        assert_eq!(listed(house), [], "it is over");
        a_day_named(house, 5, "DURANT", "");
        assert_eq!(look(house).unwrap().changes_settled, 1);
    });
}

#[test]
fn a_member_of_the_staff_whom_the_agent_names_otherwise_is_found_with_the_next_feed() {
    on_both(|house| {
        let mut worker = house.worker();
        house.mandated(STRUCTURE);
        house.declare("agent", STRUCTURE, &member("A1", Post::Employee)).unwrap();
        let order = house.submit_staff("agent", ::card::CardKind::Cpe, STRUCTURE, "A1").unwrap().number;
        if house.approve("bob", &order).unwrap().is_undecided() {
            house.approve("clara", &order).unwrap();
        }
        let card = house.personalise()[0];
        house.certify(&mut worker, &card).unwrap();
        a_day_named(house, 3, "DURAND", "");
        assert_eq!(look(house).unwrap().changed, 0);
        let named =
            crate::staff::NewMember { family_name: "LEROI".to_owned(), ..member("A1", Post::Employee) };
        house.declare("agent", STRUCTURE, &named).unwrap();
        a_day_named(house, 4, "DURAND", "");
        let done = look(house).unwrap();
        assert_eq!((done.found, done.changed), (0, 1));
        let shown = all_changed(house).remove(0);
        assert_eq!((shown.card, shown.rule.change), (card, crate::eligibility::Change::MemberRenamed));
    });
}

#[test]
fn the_list_is_read_page_by_page_and_each_page_within_the_scope_of_its_reader() {
    on_both(|house| {
        let mut cards = renamed_crowd(house, 5);
        cards.sort_unstable();
        let (pages, said) = leafed(house, "alice", 2);
        assert_eq!(pages, cards.chunks(2).map(<[CardNumber]>::to_vec).collect::<Vec<_>>());
        assert_eq!(said, (5, 0));
        assert_eq!(leafed(house, "alice", 5).0, [cards.clone()], "a whole page has none after it");
        confine(house, "profession:10");
        assert_eq!(leafed(house, "bob", 2), (vec![vec![]], (0, 5)), "what he is not there for is counted");
        let his = cards[3].to_string();
        house
            .sql(&format!(
                "UPDATE order_places SET structure = 'F0B0000001' WHERE order_number = \
                 (SELECT order_number FROM cards WHERE number = '{his}')"
            ))
            .unwrap();
        confine(house, "structure:F0B0000001");
        assert_eq!(leafed(house, "bob", 2), (vec![vec![cards[3]]], (1, 4)), "his is on his first page");
    });
}

#[test]
fn a_row_that_cannot_be_read_is_left_out_and_the_pages_go_on_behind_it() {
    let mut house = House::new();
    let mut cards = renamed_crowd(&mut house, 4);
    cards.sort_unstable();
    house.sql("DROP TRIGGER card_changes_are_settled_once").unwrap();
    let altered = cards[1];
    house.sql(&format!("UPDATE card_changes SET rule = 'R-GONE' WHERE card_number = '{altered}'")).unwrap();
    let (pages, (count, _)) = leafed(&mut house, "alice", 2);
    assert_eq!(pages, [vec![cards[0]], vec![cards[2], cards[3]]]);
    assert_eq!(count, 4, "it waits like the others");
}
