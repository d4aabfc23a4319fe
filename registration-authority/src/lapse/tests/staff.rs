//! What rests on a structure ends with it: cards and certificates of its staff, its own certificates.

use ::card::CardKind;
use ca_core::certificate::{self, CertificateStatus};
use ca_core::revocation::RevocationReason;

use super::*;
use crate::certificate_request::{self, NewCertificateRequest, RequestState, Wanted};
use crate::staff::Post;

mod left;
mod told;

const DAYS: u64 = 24 * 3600;

/// The register of a day, with somebody of that day alone, since no two extracts are the same.
fn an_extract(house: &mut House, day: u64, more: &str) {
    let lines: Vec<Line> =
        second_day().into_iter().chain(crowd(100).into_iter().skip(80 + day as usize).take(1)).collect();
    house.try_import_with(day, &lines, more).unwrap();
}

/// That the nurse practises at the structure without FINESS.
fn there() -> String {
    line_at(&second_day()[0], AUTHORISED_STRUCTURE)
}

/// Certified cards of the staff of the structure.
fn staff_cards(house: &mut House, worker: &mut Worker, at: &str, count: u32) -> Vec<CardNumber> {
    house.mandated(at);
    let kind = if at == STRUCTURE { CardKind::Cpe } else { CardKind::Cpa };
    for number in 0..count {
        let local_id = format!("A{number}");
        let person = crate::staff::NewMember {
            family_name: ["LEROY", "PICARD", "ROUSSEL"][number as usize].to_owned(),
            ..member(&local_id, Post::Employee)
        };
        house.declare("agent", at, &person).unwrap();
        let order = house.submit_staff("agent", kind, at, &local_id).unwrap().number;
        house.approve("bob", &order).unwrap();
    }
    let cards = house.personalise();
    for card in &cards {
        house.certify(worker, card).unwrap();
    }
    cards
}

fn reason(house: &mut House, card: &CardNumber) -> String {
    let attached = card::certificates::of_card(&mut house.db, card).unwrap().remove(0);
    let found = certificate::find(&mut house.db, &attached.issuer, &attached.serial.parse().unwrap());
    match found.unwrap().unwrap().status {
        CertificateStatus::Revoked { reason, .. } => reason,
        other => panic!("{other:?}"),
    }
}

fn examine_mandates(house: &mut House) -> i64 {
    let act = at_work(house);
    let House { db, rng, .. } = house;
    examine_ended_mandates(db, &mut ImportedRegister, rng, &act).unwrap()
}

#[test]
fn the_cards_of_a_structure_that_two_feeds_no_longer_name_are_opposed_and_not_before() {
    on_both(|house| {
        house.with_authorised_structure();
        let mut worker = house.worker();
        let gone = staff_cards(house, &mut worker, AUTHORISED_STRUCTURE, 1);
        let stays = staff_cards(house, &mut worker, STRUCTURE, 1);
        an_extract(house, 3, &there());
        assert_eq!(revalidate(house, ENOUGH), [], "the register names both");
        an_extract(house, 4, "");
        assert_eq!(look(house).unwrap().found, 1);
        assert_eq!(oppose(house, ENOUGH), Revalidation::default(), "one reading opposes nobody");
        let lapse = open(&mut house.db, 10).unwrap().remove(0);
        assert_eq!((lapse.card, lapse.cause.as_str()), (gone[0], "order-structure-unknown"));
        assert!(lapse.ends_by_itself());
        an_extract(house, 5, "");
        assert_eq!(revalidate(house, ENOUGH), gone);
        assert_eq!(status(house, &gone[0]), CardStatus::Opposed);
        assert_eq!(reason(house, &gone[0]), RevocationReason::CessationOfOperation.name());
        assert_eq!(status(house, &stays[0]), CardStatus::Certified);
    });
}

#[test]
fn a_structure_that_is_back_in_the_next_feed_keeps_its_cards() {
    let mut house = House::new();
    house.with_authorised_structure();
    let mut worker = house.worker();
    let cards = staff_cards(&mut house, &mut worker, AUTHORISED_STRUCTURE, 1);
    an_extract(&mut house, 3, "");
    assert_eq!(look(&mut house).unwrap().found, 1);
    an_extract(&mut house, 4, &there());
    let looked = look(&mut house).unwrap();
    assert_eq!((looked.found, looked.lifted), (0, 1));
    assert_eq!(oppose(&mut house, ENOUGH).opposed, []);
    assert_eq!(status(&mut house, &cards[0]), CardStatus::Certified);
}

#[test]
fn a_structure_that_was_named_between_two_readings_that_nobody_looked_at_keeps_its_cards() {
    on_both(|house| {
        house.with_authorised_structure();
        let mut worker = house.worker();
        let cards = staff_cards(house, &mut worker, AUTHORISED_STRUCTURE, 1);
        an_extract(house, 3, "");
        assert_eq!(look(house).unwrap().found, 1);
        an_extract(house, 4, &there());
        an_extract(house, 5, "");
        assert_eq!(revalidate(house, ENOUGH), []);
        assert_eq!(status(house, &cards[0]), CardStatus::Certified);
        an_extract(house, 6, "");
        assert_eq!(revalidate(house, ENOUGH), cards);
    });
}

#[test]
fn the_end_of_the_last_mandate_is_seen_at_once_and_ends_the_cards_after_its_grace() {
    on_both(|house| {
        let mut worker = house.worker();
        let cards = staff_cards(house, &mut worker, STRUCTURE, 1);
        an_extract(house, 3, "");
        assert_eq!(revalidate(house, ENOUGH), []);
        assert_eq!(examine_mandates(house), 0, "somebody speaks for it");
        house.later(60);
        let mandate = crate::mandate::of_structure(&mut house.db, &structure(STRUCTURE)).unwrap().remove(0);
        house.end_mandate("alice", &mandate.number).unwrap();
        house.later(1);
        assert_eq!(examine_mandates(house), 1);
        assert_eq!(examine_mandates(house), 0, "once");
        let lapse = open(&mut house.db, 10).unwrap().remove(0);
        assert_eq!((lapse.card, lapse.cause.as_str()), (cards[0], "order-not-mandated"));
        an_extract(house, 4, "");
        assert_eq!(revalidate(house, ENOUGH), [], "the next agent's mandate is on its way");
        house.later(31 * DAYS);
        assert_eq!(oppose(house, ENOUGH).opposed, cards);
        assert_eq!(reason(house, &cards[0]), RevocationReason::AffiliationChanged.name());
        let declared: (Option<String>, String) = {
            use diesel::prelude::*;
            use store::schema::opposition_declarations::{declared_by, requester, table};
            table.select((requester, declared_by)).first(&mut house.db).unwrap()
        };
        assert_eq!(declared, (Some("register".to_owned()), format!("job:{JOB}")));
    });
}

#[test]
fn another_mandate_within_the_grace_lifts_the_lapse() {
    let mut house = House::new();
    let mut worker = house.worker();
    let cards = staff_cards(&mut house, &mut worker, STRUCTURE, 1);
    an_extract(&mut house, 3, "");
    revalidate(&mut house, ENOUGH);
    house.later(60);
    let mandate = crate::mandate::of_structure(&mut house.db, &structure(STRUCTURE)).unwrap().remove(0);
    house.end_mandate("alice", &mandate.number).unwrap();
    house.later(1);
    assert_eq!(examine_mandates(&mut house), 1);
    house.mandated(STRUCTURE);
    an_extract(&mut house, 4, "");
    assert_eq!(look(&mut house).unwrap().lifted, 1);
    house.later(31 * DAYS);
    assert_eq!(oppose(&mut house, ENOUGH).opposed, []);
    assert_eq!(status(&mut house, &cards[0]), CardStatus::Certified);
}

#[test]
fn more_cards_of_a_structure_than_a_day_may_bring_wait_for_two_officers() {
    on_both(|house| {
        house.with_authorised_structure();
        let mut worker = house.worker();
        let cards = staff_cards(house, &mut worker, AUTHORISED_STRUCTURE, 3);
        for day in [3, 4] {
            an_extract(house, day, "");
            look(house).unwrap();
        }
        let done = oppose(house, 2);
        assert_eq!((done.opposed.len(), done.planned.len()), (0, 1));
        let plan = done.planned[0].clone();
        assert_eq!(get(&mut house.db, &plan).unwrap().items.len(), 3);
        released(house, "alice", &plan, Verdict::Approve).unwrap();
        assert_eq!(oppose(house, 2), Revalidation::default());
        released(house, "bob", &plan, Verdict::Approve).unwrap();
        assert_eq!(oppose(house, 2).opposed, cards);
    });
}

fn stands(house: &mut House, number: &str) -> CertificateStatus {
    let request = certificate_request::get(&mut house.db, number).unwrap();
    let RequestState::Issued { issuer, serial, .. } = request.state else {
        panic!("{number} has no certificate")
    };
    certificate::find(&mut house.db, &issuer, &serial).unwrap().unwrap().status
}

#[test]
fn the_certificates_of_a_structure_and_its_staff_end_with_it_and_those_of_its_staff_with_the_last_mandate() {
    on_both(|house| {
        house.with_authorised_structure();
        let mut worker = house.worker();
        let mut numbers = Vec::new();
        for at in [AUTHORISED_STRUCTURE, STRUCTURE] {
            house.mandated(at);
            house.declare("agent", at, &member("A1", Post::Employee)).unwrap();
            let wanted = Wanted::Member { structure: structure(at), local_id: "A1".to_owned() };
            let new =
                NewCertificateRequest { profile: "el-pp-pro-auth".to_owned(), wanted, csr: plain_csr() };
            numbers.push(house.certified_request(&mut worker, new));
        }
        an_extract(house, 3, &there());
        assert_eq!(revalidate(house, ENOUGH), []);
        an_extract(house, 4, "");
        assert_eq!(look(house).unwrap().certificates_found, 1);
        let lapse = open_certificates(&mut house.db, 10).unwrap().remove(0);
        assert_eq!((&lapse.request, lapse.cause.as_str()), (&numbers[0], "order-structure-unknown"));
        assert_eq!(lapse.tie, CertificateTie::Staff(structure(AUTHORISED_STRUCTURE)));
        an_extract(house, 5, "");
        look(house).unwrap();
        assert_eq!(oppose(house, ENOUGH).revoked, numbers[..1]);
        assert!(matches!(stands(house, &numbers[1]), CertificateStatus::Good { .. }));
        let told: Vec<String> = {
            use diesel::prelude::*;
            use store::schema::outbox::{notice, recipient, table};
            table.filter(notice.eq("certificate-revoked")).select(recipient).load(&mut house.db).unwrap()
        };
        assert_eq!(
            told,
            ["officer:agent"],
            "the register has no address of the staff: their agent tells them"
        );
        house.later(60);
        let mandate = crate::mandate::of_structure(&mut house.db, &structure(STRUCTURE)).unwrap().remove(0);
        house.end_mandate("alice", &mandate.number).unwrap();
        house.later(1);
        assert_eq!(examine_mandates(house), 1);
        an_extract(house, 6, "");
        look(house).unwrap();
        house.later(31 * DAYS);
        assert_eq!(oppose(house, ENOUGH).revoked, numbers[1..]);
        let CertificateStatus::Revoked { reason, .. } = stands(house, &numbers[1]) else {
            panic!("it is good")
        };
        assert_eq!(reason, RevocationReason::AffiliationChanged.name());
    });
}

#[test]
fn a_row_of_the_register_that_cannot_be_read_ends_nothing() {
    let mut house = House::new();
    house.with_authorised_structure();
    let mut worker = house.worker();
    let cards = staff_cards(&mut house, &mut worker, AUTHORISED_STRUCTURE, 1);
    an_extract(&mut house, 3, "");
    assert_eq!(look(&mut house).unwrap().found, 1);
    an_extract(&mut house, 4, "");
    house
        .sql(
            "UPDATE professionals SET exercises = 'x' \
             WHERE id_nat = (SELECT max(id_nat) FROM professionals WHERE ceased_at IS NULL)",
        )
        .unwrap();
    let looked = look(&mut house).unwrap();
    assert_eq!((looked.found, looked.lifted, looked.failed.len()), (0, 1, 0), "whoever it is may work there");
    assert_eq!(oppose(&mut house, ENOUGH), Revalidation::default());
    assert_eq!(status(&mut house, &cards[0]), CardStatus::Certified);
}

#[test]
fn a_mandate_that_is_approved_while_the_job_runs_saves_the_cards_that_are_left() {
    let mut house = House::new();
    let mut worker = house.worker();
    let cards = staff_cards(&mut house, &mut worker, STRUCTURE, 1);
    an_extract(&mut house, 3, "");
    revalidate(&mut house, ENOUGH);
    house.later(60);
    let mandate = crate::mandate::of_structure(&mut house.db, &structure(STRUCTURE)).unwrap().remove(0);
    house.end_mandate("alice", &mandate.number).unwrap();
    house.later(1);
    assert_eq!(examine_mandates(&mut house), 1);
    an_extract(&mut house, 4, "");
    look(&mut house).unwrap();
    house.later(31 * DAYS);
    let begun = at_work(&house);
    house.later(60);
    house.mandated(STRUCTURE);
    house.db.set_clock_ahead(std::time::Duration::from_secs(32 * DAYS)).unwrap();
    let House { db, rng, verifier, .. } = &mut house;
    let done = oppose_due(db, &mut ImportedRegister, verifier, ENOUGH, rng, &begun).unwrap();
    assert_eq!(done, Revalidation::default(), "it was approved a minute after the job had begun");
    assert_eq!(status(&mut house, &cards[0]), CardStatus::Certified);
}

/// What the agent declares of the first of the staff at the structure, now.
fn declare_again(house: &mut House, post: Post) {
    let person = crate::staff::NewMember { family_name: "LEROY".to_owned(), ..member("A0", post) };
    house.declare("agent", STRUCTURE, &person).unwrap();
}

fn shown(house: &mut House, card: &CardNumber) -> Option<&'static str> {
    let act = house.officer("alice");
    let db = &mut house.db;
    let view = db.snapshot(|db| crate::views::card(db, &mut ImportedRegister, card, &act)).unwrap();
    view.change.map(|rule| rule.id.as_str())
}

#[test]
fn the_card_of_who_has_left_the_structure_ends_with_the_second_feed_after_and_not_that_of_who_stays() {
    on_both(|house| {
        let mut worker = house.worker();
        let cards = staff_cards(house, &mut worker, STRUCTURE, 2);
        an_extract(house, 3, "");
        assert_eq!((revalidate(house, ENOUGH), shown(house, &cards[0])), (Vec::new(), None));
        let act = house.officer("agent");
        let House { db, rng, .. } = &mut *house;
        db.write(|db| crate::staff::leave(db, &structure(STRUCTURE), "A0", rng, &act)).unwrap();
        assert_eq!(shown(house, &cards[0]), Some("R-CPE-C3"));
        an_extract(house, 4, "");
        assert_eq!(look(house).unwrap().found, 1);
        let lapse = open(&mut house.db, 10).unwrap().remove(0);
        assert_eq!((lapse.card, lapse.cause.as_str()), (cards[0], "order-member-unknown"));
        assert_eq!(oppose(house, ENOUGH).opposed, [], "one reading opposes nobody");
        an_extract(house, 5, "");
        assert_eq!(revalidate(house, ENOUGH), cards[..1]);
        assert_eq!(reason(house, &cards[0]), RevocationReason::CessationOfOperation.name());
        assert_eq!(status(house, &cards[1]), CardStatus::Certified);
    });
}

#[test]
fn the_card_of_a_head_who_was_replaced_ends_and_who_is_declared_so_again_keeps_it() {
    let mut house = House::new();
    let mut worker = house.worker();
    house.mandated(STRUCTURE);
    declare_again(&mut house, Post::Head);
    let order = house.submit_staff("agent", CardKind::Cde, STRUCTURE, "A0").unwrap().number;
    house.approve("bob", &order).unwrap();
    let cards = house.personalise();
    house.certify(&mut worker, &cards[0]).unwrap();
    an_extract(&mut house, 3, "");
    assert_eq!(revalidate(&mut house, ENOUGH), []);
    declare_again(&mut house, Post::Employee);
    assert_eq!(shown(&mut house, &cards[0]), Some("R-CDE-C4"));
    an_extract(&mut house, 4, "");
    assert_eq!(look(&mut house).unwrap().found, 1);
    declare_again(&mut house, Post::Head);
    an_extract(&mut house, 5, "");
    assert_eq!(look(&mut house).unwrap().lifted, 1);
    assert_eq!(oppose(&mut house, ENOUGH).opposed, []);
    declare_again(&mut house, Post::Employee);
    for day in [6, 7] {
        an_extract(&mut house, day, "");
        look(&mut house).unwrap();
    }
    assert_eq!(oppose(&mut house, ENOUGH).opposed, cards);
    assert_eq!(reason(&mut house, &cards[0]), RevocationReason::AffiliationChanged.name());
}

/// Issuing and looking again ask one question (decision 63).
#[test]
fn nothing_is_asked_decided_or_certified_for_a_structure_that_the_register_no_longer_names() {
    on_both(|house| {
        house.with_authorised_structure();
        let mut worker = house.worker();
        house.mandated(AUTHORISED_STRUCTURE);
        for local_id in ["A0", "A1", "A2"] {
            let names = ["LEROY", "PICARD", "ROUSSEL"];
            let family_name = names[usize::from(local_id.as_bytes()[1] - b'0')].to_owned();
            let person = crate::staff::NewMember { family_name, ..member(local_id, Post::Employee) };
            house.declare("agent", AUTHORISED_STRUCTURE, &person).unwrap();
        }
        let asked = |house: &mut House, local_id: &str| {
            house
                .submit_staff("agent", CardKind::Cpa, AUTHORISED_STRUCTURE, local_id)
                .map(|order| order.number)
        };
        let (approved, undecided) = (asked(house, "A0").unwrap(), asked(house, "A1").unwrap());
        house.approve("bob", &approved).unwrap();
        let cards = house.personalise();
        an_extract(house, 3, "");
        look(house).unwrap();

        assert_eq!(code(asked(house, "A2")), "order-structure-unknown");
        assert_eq!(code(house.approve("bob", &undecided)), "order-structure-unknown");
        assert_eq!(code(house.certify(&mut worker, &cards[0])), "order-structure-unknown");
        assert_eq!(
            code(house.propose("alice", new_mandate(AUTHORISED_STRUCTURE))),
            "mandate-structure-refused"
        );

        an_extract(house, 4, &there());
        asked(house, "A2").expect("the register names it again, and nobody need look first");
        house.certify(&mut worker, &cards[0]).unwrap();
    });
}
