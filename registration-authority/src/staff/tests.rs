use super::*;
use crate::testing::*;

#[test]
fn an_agent_declares_the_staff_of_his_own_structure_and_of_no_other() {
    on_both(|house| {
        let new = member("CPET0002", Post::Employee);
        assert_eq!(code(house.declare("agent", STRUCTURE, &new)), "order-not-mandated");
        house.mandated(STRUCTURE);
        assert_eq!(house.declare("agent", STRUCTURE, &new).unwrap(), Declared::New);
        assert_eq!(house.declare("agent", STRUCTURE, &new).unwrap(), Declared::Unchanged);
        let renamed = NewMember { family_name: "LEROY-MARTIN".to_owned(), ..new.clone() };
        assert_eq!(house.declare("agent", STRUCTURE, &renamed).unwrap(), Declared::Changed);
        assert_eq!(code(house.declare("agent", AUTHORISED_STRUCTURE, &new)), "order-not-mandated");
        house.enrol_other_agent();
        assert_eq!(code(house.declare("mallory", STRUCTURE, &new)), "order-not-mandated");
        assert_eq!(code(house.declare("alice", STRUCTURE, &new)), "order-not-mandated");
        let there = list(&mut house.db, &structure(STRUCTURE), "", 10).unwrap();
        assert_eq!((there.len(), there[0].family_name.as_str()), (1, "LEROY-MARTIN"));
    });
}

#[test]
fn a_local_number_is_one_persons_who_leaves_once() {
    let mut house = House::new();
    house.mandated(STRUCTURE);
    let new = member("CPET0002", Post::Employee);
    house.declare("agent", STRUCTURE, &new).unwrap();
    let act = house.officer("agent");
    let leave = |house: &mut House| {
        let House { db, rng, .. } = house;
        db.write(|db| leave(db, &structure(STRUCTURE), "CPET0002", rng, &act))
    };
    leave(&mut house).unwrap();
    assert_eq!(code(leave(&mut house)), "staff-not-there");
    assert_eq!(code(house.declare("agent", STRUCTURE, &new)), "staff-number-taken");
    house.declare("agent", STRUCTURE, &member("000000042", Post::Service)).unwrap();
    let person = member("000000042", Post::Employee);
    assert_eq!(code(house.declare("agent", STRUCTURE, &person)), "staff-number-taken");
    let back = house.sql("UPDATE structure_staff SET left_at = NULL WHERE local_id = 'CPET0002'");
    assert!(back.unwrap_err().to_string().contains("leaves once"));
}

#[test]
fn what_no_certificate_can_hold_is_not_declared() {
    let mut house = House::new();
    house.mandated(STRUCTURE);
    let employee = |local_id: &str| member(local_id, Post::Employee);
    let cases = [
        employee(""),
        employee("É1"),
        employee("1/2"),
        employee("123456789012345678901"),
        NewMember { family_name: String::new(), ..employee("A1") },
        NewMember { given_name: "x".repeat(65), ..employee("A1") },
        member("42", Post::Service),
        member("ABCDEFGHI", Post::Service),
        NewMember { family_name: "LEROY".to_owned(), ..member("000000042", Post::Service) },
    ];
    for new in cases {
        assert_eq!(code(house.declare("agent", STRUCTURE, &new)), "staff-field-invalid", "{new:?}");
    }
    assert_eq!(list(&mut house.db, &structure(STRUCTURE), "", 10).unwrap(), []);
}

#[test]
fn the_holder_is_named_by_his_structure_and_its_local_number() {
    let finess = "10B0193488".parse().unwrap();
    assert_eq!(holder(&finess, "CPET0002").unwrap().to_string(), "30B0193488/CPET0002");
    let siret = "300000000029751".parse().unwrap();
    assert_eq!(holder(&siret, "CPAT0001").unwrap().to_string(), "500000000029751/CPAT0001");
    assert_eq!(holder(&siret, "CPAT/0001"), None);
}
