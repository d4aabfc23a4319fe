use card::CardKind;
use diesel::RunQueryDsl;
use diesel::sql_types::Text;
use professional_registry::Profession;
use store::Database;

use super::*;
use crate::officers::Scope;
use crate::order::CardOrder;

fn submit(house: &mut House, login: &str, new: crate::order::NewCardOrder) -> CardOrder {
    let order = house.submit(login, new).unwrap().into_order();
    house.later(60);
    order
}

#[test]
fn each_filter_leaves_the_orders_that_it_names() {
    on_both(|house| {
        let first = submit(house, "alice", cps(&nurse(), "60"));
        let physiotherapist = submit(house, "agent", cps(&twofold(), "70")).number;
        let student = submit(house, "agent", card_for(CardKind::Cpf, &student(), "10")).number;
        let at = house.at;
        let last = submit(house, "alice", cps(&other_nurse(), "60")).number;
        house
            .sql(&format!(
                "INSERT INTO order_flags VALUES ('{student}', 1, 'duplicate', 'red', TRUE, 'x', 0), \
             ('{last}', 2, 'duplicate', 'red', TRUE, 'of a version that is no more', 0)"
            ))
            .unwrap();
        let flagged = |risk| Filter { risk: Some(risk), ..submitted() };
        let all = [first.number.clone(), physiotherapist.clone(), student.clone(), last.clone()];
        assert_eq!(numbers(house, "bob", &submitted()), all);
        let of = |house: &mut House, filter: Filter| numbers(house, "bob", &filter);
        assert_eq!(of(house, Filter { kind: Some(CardKind::Cpf), ..submitted() }), [student.as_str()]);
        let profession = Profession::from_code("70");
        assert_eq!(of(house, Filter { profession, ..submitted() }), [physiotherapist]);
        let until = Some(at.minus(Duration::from_secs(61)));
        assert_eq!(of(house, Filter { submitted_until: until, ..submitted() }), all[..2]);
        assert_eq!(of(house, flagged(Risk::Red)), [student]);
        let (orange, green) = (of(house, flagged(Risk::Orange)), of(house, flagged(Risk::Green)));
        assert_eq!(orange.len() + green.len(), 3);
        assert!(
            orange.iter().chain(&green).any(|number| *number == last),
            "flags of its version alone count"
        );
        let at_work = Filter { structure: Some(STRUCTURE.to_owned()), ..submitted() };
        assert_eq!(of(house, at_work), all);
        let elsewhere = Filter { structure: Some(STRUCTURE_WITHOUT_NUMBER.to_owned()), ..submitted() };
        assert_eq!(of(house, elsewhere), [first.number], "only the first line of the extract works there");
        assert_eq!(of(house, submitted().in_state(OrderStatus::Waiting)), [""; 0]);
    });
}

#[test]
fn a_holder_is_found_by_the_beginning_of_his_name_whatever_its_accents_and_capitals() {
    on_both(|house| {
        let elise = submit(house, "alice", cps(&nurse(), "60")).number;
        let yann = submit(house, "alice", cps(&other_nurse(), "60")).number;
        let jean = submit(house, "alice", cps(&twofold(), "60")).number;
        for (typed, found) in [
            ("durand", &elise),
            ("  Durand  ÉL", &elise),
            ("Le Goff", &yann),
            ("le-goff yann", &yann),
            ("d'ar", &jean),
            ("D’Argent jean marc", &jean),
            (&nurse().to_string(), &elise),
            (&nurse().to_string()[1..], &elise),
            (&yann.to_lowercase(), &yann),
        ] {
            let filter = Filter { search: Search::of(typed), ..submitted() };
            assert_eq!(numbers(house, "bob", &filter), [found.as_str()], "{typed}");
        }
        let nobody = Filter { search: Search::of("durande"), ..submitted() };
        assert_eq!(numbers(house, "bob", &nobody), [""; 0]);
        assert_eq!(Search::of(" -' "), None);
        assert_eq!(Search::of("co-2026-000001"), Some(Search::Number("CO-2026-000001".to_owned())));
        assert_eq!(Search::of("CO-MARTIN"), Search::of("co martin"), "a name, and no number");
    });
}

#[test]
fn an_order_is_found_by_the_name_that_the_register_gives_its_holder_now() {
    let mut house = House::new();
    let number = submit(&mut house, "alice", cps(&nurse(), "60")).number;
    let mut lines = second_day();
    lines.iter_mut().filter(|line| line.family_name == "DURAND").for_each(|line| line.family_name = "ÉCOLE");
    house.import_day(2, &lines);
    let act = house.officer("alice");
    let House { db, rng, .. } = &mut house;
    let register = &mut professional_registry::ImportedRegister;
    db.write(|db| crate::order::refresh(db, register, &number, 1, rng, &act)).unwrap();
    let found = |typed| Filter { search: Search::of(typed), ..submitted() };
    assert_eq!(numbers(&mut house, "bob", &found("ecole")), [number]);
    assert_eq!(numbers(&mut house, "bob", &found("durand")), [""; 0]);
}

#[test]
fn pages_follow_each_other_in_both_orders_and_lose_nobody() {
    on_both(|house| {
        house.import_day(2, &second_day().into_iter().chain(crowd(9)).collect::<Vec<_>>());
        let mut submitted_so = Vec::new();
        for number in 0..9 {
            submitted_so
                .push(house.submit("alice", cps(&one_of_the_crowd(number), "60")).unwrap().into_order());
            // Pairs are submitted in the same millisecond.
            house.later(u64::from(number % 2));
        }
        let oldest_first: Vec<_> = submitted_so.iter().map(|order| order.number.clone()).collect();
        // Three of one name: the number says who comes first.
        let numbers_of =
            |numbers: &[&String]| numbers.iter().map(|n| format!("'{n}'")).collect::<Vec<_>>().join(", ");
        let namesakes = [&oldest_first[1], &oldest_first[4], &oldest_first[6]];
        house
            .sql(&format!(
                "UPDATE card_orders SET search_name = 'N' WHERE status = 'submitted'; \
                 UPDATE card_orders SET search_name = 'NO' WHERE number IN ({})",
                numbers_of(&namesakes)
            ))
            .unwrap();
        let by_name: Vec<String> = oldest_first
            .iter()
            .filter(|number| !namesakes.contains(number))
            .chain(namesakes)
            .cloned()
            .collect();
        let named = Filter { search: Some(Search::Name("N".to_owned())), ..submitted() };
        for (filter, expected) in [(submitted(), oldest_first), (named, by_name)] {
            let (mut seen, mut after) = (Vec::new(), None);
            // Two more than there are: a page that leads to itself ends, and is seen.
            for _ in 0..7 {
                let act = house.officer("bob");
                let page = page(&mut house.db, &hours(), &filter, after.as_deref(), 2, &act).unwrap();
                seen.extend(page.lines.into_iter().map(|line| line.order.number));
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
            assert_eq!(seen, expected);
        }
    });
}

#[test]
fn beyond_its_bound_orders_are_not_counted_one_by_one() {
    let mut house = House::new();
    let copy = |from: u32, to: u32| {
        format!(
            "WITH RECURSIVE n(i) AS (SELECT {from} UNION ALL SELECT i + 1 FROM n WHERE i < {to}) \
             INSERT INTO card_orders (number, version, kind, holder, profession, category, family_name, given_name, origin, \
             replaces, plan, submitted_by, submitted_at, status, changed_at, register_feed, register_record, search_name) \
             SELECT 'X-' || i, 1, 'CPS', 'x' || i, '60', 'C', 'N', 'P', 'officer', NULL, NULL, 'x', \
             i, 'submitted', i, 'f', '{{}}', 'N P' FROM n"
        )
    };
    let act = house.officer("bob");
    house.sql(&copy(1, 1_000)).unwrap();
    assert_eq!(count(&mut house.db, &submitted(), &act).unwrap(), Count::Exactly(1_000));
    house.sql(&copy(1_001, 1_001)).unwrap();
    assert_eq!(count(&mut house.db, &submitted(), &act).unwrap(), Count::More);
}

#[test]
fn a_line_says_its_risk_its_deadline_and_who_is_on_it() {
    let mut house = House::new();
    on_monday(&mut house);
    let number = submit(&mut house, "alice", cps(&nurse(), "60")).number;
    house.later(3600 - 60);
    let act = house.officer("bob");
    let rng = &mut house.rng;
    house.db.write(|db| lease::begin(db, &number, rng, &act)).unwrap();
    let line = |house: &mut House| {
        let act = house.officer("clara");
        page(&mut house.db, &hours(), &submitted(), None, 50, &act).unwrap().lines.remove(0)
    };
    let seen = line(&mut house);
    assert_eq!(seen.deadline, Some(Deadline::Left(Duration::from_secs(15 * 3600))));
    assert_eq!(seen.lease.unwrap().officer, "bob");
    assert_eq!(seen.risk, Risk::Orange, "the extract of the register is years old by then");
    house.later(10 * 60);
    assert_eq!(line(&mut house).lease, None, "ten minutes are over");
}

#[test]
fn whoever_may_not_read_the_queue_neither_lists_nor_counts_it() {
    let mut house = House::new();
    for login in ["agent", "admin", "mallory"] {
        let act = house.officer(login);
        assert!(page(&mut house.db, &hours(), &submitted(), None, 50, &act).is_err(), "{login}");
        assert!(count(&mut house.db, &submitted(), &act).is_err(), "{login}");
        assert!(saved::views(&mut house.db, &act).is_err(), "{login}");
        let House { db, rng, .. } = &mut house;
        assert!(db.write(|db| next(db, &hours(), &submitted(), rng, &act)).is_err(), "{login}");
    }
}

/// What EXPLAIN says of a page in the middle, on SQLite.
fn plan(db: &mut Database, condition: &str, order: &str) -> String {
    #[derive(diesel::QueryableByName)]
    struct Step {
        #[diesel(sql_type = Text)]
        detail: String,
    }
    let sql = format!(
        "EXPLAIN QUERY PLAN SELECT * FROM card_orders WHERE status = 'submitted' AND {condition} ORDER BY {order} LIMIT 51"
    );
    let steps: Vec<Step> = diesel::sql_query(sql).load(db).unwrap();
    steps.into_iter().map(|step| step.detail).collect::<Vec<_>>().join("; ")
}

#[test]
fn a_page_far_into_the_list_is_found_by_an_index_and_nothing_is_sorted() {
    let mut house = House::new();
    for (condition, order, index) in [
        (
            "(submitted_at, number) > (5, 'x')",
            "submitted_at, number",
            "(status=? AND (submitted_at,number)>(?,?))",
        ),
        (
            "search_name >= 'A' AND search_name < 'B' AND (search_name, number) > ('AB', 'x')",
            "search_name, number",
            "INDEX card_orders_by_name (status=? AND search_name>",
        ),
        (
            "profession = '60' AND (submitted_at, number) > (5, 'x')",
            "submitted_at, number",
            "INDEX card_orders_by_profession (status=? AND profession=? AND (submitted_at,number)>(?,?))",
        ),
    ] {
        let plan = plan(&mut house.db, condition, order);
        assert!(plan.contains(index) && !plan.contains("TEMP B-TREE"), "{condition}: {plan}");
    }
}

#[test]
fn neighbours_are_those_of_the_filter_whether_or_not_the_order_is_among_them() {
    on_both(|house| {
        let first = submit(house, "alice", cps(&nurse(), "60")).number;
        let physiotherapist = submit(house, "alice", cps(&twofold(), "70")).number;
        let last = submit(house, "alice", cps(&other_nurse(), "60")).number;
        let at = house.at;
        let mut beside = |filter: &Filter, number: &str| {
            let Neighbours { previous, next } =
                neighbours(&mut house.db, filter, &[Scope::default()], number, at).unwrap();
            (previous, next)
        };
        let all = submitted();
        assert_eq!(beside(&all, &first), (None, Some(physiotherapist.clone())));
        assert_eq!(beside(&all, &physiotherapist), (Some(first.clone()), Some(last.clone())));
        let nurses = Filter { profession: Profession::from_code("60"), ..submitted() };
        assert_eq!(beside(&nurses, &first), (None, Some(last.clone())));
        assert_eq!(beside(&nurses, &physiotherapist), (Some(first.clone()), Some(last.clone())));
        // By name: D'ARGENT, DURAND.
        let by_name = Filter { search: Search::of("D"), ..submitted() };
        assert_eq!(beside(&by_name, &first), (Some(physiotherapist), None));
        assert_eq!(beside(&all, "CO-1999-000001"), (None, None));
        assert_eq!(beside(&all, &last).1, None);
    });
}
