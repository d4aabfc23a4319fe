use professional_registry::ImportedRegister;

use super::*;
use crate::order::OrderStatus;
use crate::queue::{Filter, count};
use crate::testing::*;

#[test]
fn each_role_reads_what_its_work_needs_and_nothing_else() {
    let mut house = House::new();
    let own = house.submit("agent", cps(&nurse(), "60")).unwrap().number().to_owned();
    let other = house.approved(&other_nurse()).number;
    let number = house.personalise()[0];
    for (login, everything, own_dossier) in [
        ("alice", true, true),
        ("rita", true, true),
        ("audrey", true, true),
        ("agent", false, true),
        ("admin", false, false),
        ("mallory", false, false),
    ] {
        let act = house.officer(login);
        let db = &mut house.db;
        let filter = Filter::of(OrderStatus::Submitted);
        assert_eq!(count(db, &filter, &act).is_ok(), everything, "{login}: queue");
        assert_eq!(find_card(db, &number, &act).is_ok(), everything, "{login}: find a card");
        assert_eq!(card(db, &mut ImportedRegister, &number, &act).is_ok(), everything, "{login}: card");
        for (dossier_of, may) in [(&other, everything), (&own, own_dossier)] {
            assert_eq!(order(db, dossier_of, &act).is_ok(), may, "{login}: order {dossier_of}");
            let read = dossier(db, &mut ImportedRegister, dossier_of, &act);
            assert_eq!(read.is_ok(), may, "{login}: dossier {dossier_of}");
        }
    }
    for (login, may) in
        [("alice", true), ("rita", true), ("audrey", true), ("agent", false), ("admin", false)]
    {
        let act = house.officer(login);
        let read = holder(&mut house.db, &mut ImportedRegister, &nurse(), &act);
        assert_eq!(read.is_ok(), may, "{login}: holder");
    }
    let agent = house.officer("agent");
    assert_eq!(code(order(&mut house.db, &other, &agent)), "reading-not-allowed");
    assert_eq!(code(find_card(&mut house.db, &number, &agent)), "reading-not-allowed");
}

#[test]
fn a_card_is_shown_with_its_holder_and_its_certificates() {
    let mut house = House::new();
    let mut worker = house.worker();
    house.approved(&nurse());
    let number = house.personalise()[0];
    let auditor = house.officer("audrey");
    let read = |house: &mut House| card(&mut house.db, &mut ImportedRegister, &number, &auditor).unwrap();
    assert!(read(&mut house).certificates.is_empty());
    house.certify(&mut worker, &number).unwrap();
    let view = read(&mut house);
    assert_eq!((view.card.number, view.holder.unwrap().family_name.as_str()), (number, "DURAND"));
    let words: Vec<_> = view.certificates.iter().map(|one| one.status.as_ref().unwrap().word()).collect();
    assert_eq!(words, ["good", "good"]);
    assert!(read(&mut house).change.is_none());
    let mut lines = second_day();
    lines.iter_mut().filter(|line| line.family_name == "DURAND").for_each(|line| line.family_name = "DUPONT");
    house.import_day(2, &lines);
    assert_eq!(read(&mut house).change.unwrap().id, "R-CPS-C5", "a new name is a new card");
    house.import_day(3, &without(second_day(), &nurse()));
    assert_eq!(read(&mut house).change.unwrap().id, "R-CPS-C2", "who has left has no card");
    assert_eq!(
        code(card(&mut house.db, &mut ImportedRegister, &"2699999999".parse().unwrap(), &auditor)),
        "card-not-found"
    );
}
