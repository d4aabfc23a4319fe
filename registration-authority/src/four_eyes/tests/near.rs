use ca_core::identity::Identity;
use ca_core::issuance::IssuanceContext;
use ca_core::key_policy::Blocklist;
use ca_core::profile::Profiles;
use card::{CardKind, CardNumber, KeyUsage, certificates};
use professional_registry::{IdNatPs, ImportedRegister, Profession};
use store::{Actor, Fault};

use crate::approval::Verdict;
use crate::certificate_request::{self, NewCertificateRequest, Wanted};
use crate::certification::verify_evidence;
use crate::enrolment::{self, NewCredential, NewEnrolment};
use crate::four_eyes::{Near, Subject, Ties, near};
use crate::mandate::{NewMandate, Quality};
use crate::officers::{self, Role, Scope};
use crate::order;
use crate::staff::Post;
use crate::suspension::{self, SuspensionPolicy};
use crate::testing::*;

const HOSPITAL: &str = STRUCTURE;
const CLINIC: &str = "F0B0999999";

fn words(text: &str) -> Vec<String> {
    text.split(' ').map(str::to_owned).collect()
}

fn set(items: &[&str]) -> std::collections::BTreeSet<String> {
    items.iter().map(|item| (*item).to_owned()).collect()
}

#[test]
fn numbers_names_and_places_say_how_near_something_is() {
    let alone = Ties { names: words("ELISE DURAND"), ..Ties::default() };
    let known = Ties { numbers: set(&["899700000017"]), places: set(&[HOSPITAL]), ..alone.clone() };
    let agent = Ties { speaks_for: set(&[HOSPITAL]), ..alone.clone() };
    let person = |number: &str, family: &str, given: &str, places: &[&str]| Subject {
        numbers: vec![number.to_owned()],
        family_name: family.to_owned(),
        given_name: given.to_owned(),
        places: places.iter().map(|place| (*place).to_owned()).collect(),
        of_structure: false,
    };
    let of_structure = |subject: Subject| Subject { of_structure: true, ..subject };
    let nobody = Subject { places: vec![HOSPITAL.to_owned()], of_structure: true, ..Subject::default() };
    let cases: [(&str, &Ties, Subject, Option<Near>); 13] = [
        (
            "his number, whatever it is called",
            &known,
            person("899700000017", "PETIT", "Anne", &[]),
            Some(Near::Oneself),
        ),
        (
            "his names, and nobody knows his number",
            &alone,
            person("899700000025", "DURAND", "Élise", &[]),
            Some(Near::Oneself),
        ),
        (
            "his names: no number that stands beside him makes a homonym of it",
            &known,
            person("899700000025", "DURAND", "Élise", &[CLINIC]),
            Some(Near::Oneself),
        ),
        (
            "his family name at his place",
            &known,
            person("899700000025", "DURAND", "Paul", &[HOSPITAL]),
            Some(Near::Family),
        ),
        ("his family name elsewhere", &known, person("899700000025", "DURAND", "Paul", &[CLINIC]), None),
        (
            "a given name that is his family name",
            &known,
            person("899700000025", "PAUL", "Durand", &[HOSPITAL]),
            None,
        ),
        (
            "his family name where he speaks",
            &agent,
            person("899700000025", "DURAND", "Paul", &[HOSPITAL]),
            Some(Near::Family),
        ),
        ("a colleague's own card", &known, person("899700000025", "PETIT", "Anne", &[HOSPITAL]), None),
        (
            "of his structure's staff",
            &known,
            of_structure(person("30B0193488/7", "PETIT", "Anne", &[HOSPITAL])),
            Some(Near::OwnStructure),
        ),
        (
            "of another's staff",
            &known,
            of_structure(person("30B0999999/7", "PETIT", "Anne", &[CLINIC])),
            None,
        ),
        (
            "who practises where he speaks",
            &agent,
            person("899700000025", "PETIT", "Anne", &[HOSPITAL]),
            Some(Near::OwnStructure),
        ),
        ("his structure's own", &known, nobody.clone(), Some(Near::OwnStructure)),
        ("a structure's that he is nothing to", &alone, nobody, None),
    ];
    for (case, ties, subject, expected) in cases {
        assert_eq!(near(ties, &subject), expected, "{case}");
    }
}

/// A registration officer of this name.
pub(super) fn enrol(house: &mut House, login: &str, name: &str) {
    let act = house.act(Actor::Operator("root".to_owned()));
    let House { db, rng, .. } = house;
    db.write(|db| officers::enrol(db, login, name, Role::RegistrationOfficer, rng, &act)).unwrap();
}

#[test]
fn nobody_decides_on_his_own_order_by_name_and_the_refusal_names_the_rule() {
    let mut house = House::new();
    enrol(&mut house, "elise", "Dr Élise DURAND");
    let number = house.submit("alice", cps(&nurse(), "60")).unwrap().number().to_owned();
    let error = house.approve("elise", &number).unwrap_err();
    let broken = error.broken_rules();
    assert_eq!((broken[0].rule.as_str(), broken[0].code), ("R-4Y-01", "decision-on-oneself"));
    assert!(broken[0].helper.contains("Un autre opérateur"));
    let subject = order::get(&mut house.db, &number).unwrap().decidable();
    let act = house.officer("elise");
    let reason = "register-mismatch";
    let refusal = house.approver.refuse(&subject, (reason, None), "elise", &mut house.rng, act.at).unwrap();
    let House { db, rng, verifier, .. } = &mut house;
    let refused = db.write(|db| order::refuse(db, verifier, &number, 1, &refusal, None, rng, &act));
    assert_eq!(code(refused), "decision-on-oneself", "neither yes nor no");
    house.approve("clara", &number).unwrap();
}

/// The certificate of a card that somebody signs in with, DER.
pub(super) fn of_card(house: &mut House, number: &CardNumber) -> Vec<u8> {
    let of_card = certificates::of_card(&mut house.db, number).unwrap();
    let one = of_card.into_iter().find(|one| one.usage == KeyUsage::Authentication).unwrap();
    let serial = one.serial.parse().unwrap();
    let recorded = ca_core::certificate::find(&mut house.db, &one.issuer, &serial).unwrap().unwrap();
    recorded.status.der().unwrap().to_vec()
}

/// Another officer of this name signs in with the card of this professional: an administrator has proposed its certificate.
fn signs_in_as(house: &mut House, login: &str, name: &str, holder: &IdNatPs) -> CardNumber {
    enrol(house, login, name);
    let mut worker = house.worker();
    let card = house.active_card(&mut worker, holder);
    let credential = NewCredential::Certificate(of_card(house, &card));
    let new = NewEnrolment {
        login: login.to_owned(),
        display_name: name.to_owned(),
        role: Role::RegistrationOfficer,
        scope: Scope::default(),
        email: None,
        credential,
    };
    let (act, roster) = (house.officer("admin"), house.verifier.roster(&mut house.db).unwrap());
    let House { db, rng, verifier, .. } = house;
    db.write(|db| enrolment::propose(db, verifier, &roster, new, rng, &act)).unwrap();
    house.later(1);
    card
}

#[test]
fn who_signs_in_with_his_card_decides_neither_for_his_family_nor_for_his_hospital() {
    let mut house = House::new();
    signs_in_as(&mut house, "yann", "Yann LE GOFF", &other_nurse());
    let mut lines = second_day();
    lines.push(Line {
        person: 1000,
        family_name: "LE GOFF",
        given_name: "Anne",
        profession: "60",
        category: "C",
    });
    house.import_day(3, &lines);
    let number = house.submit("alice", cps(&one_of_the_crowd(0), "60")).unwrap().number().to_owned();
    assert_eq!(code(house.approve("yann", &number)), "decision-on-family");
    house.approve("clara", &number).unwrap();

    let number = house.submit("alice", cps(&nurse(), "60")).unwrap().number().to_owned();
    house.approve("yann", &number).expect("a colleague of another name asks for his own card");

    house.mandated(STRUCTURE);
    house.declare("agent", STRUCTURE, &member("1", Post::Employee)).unwrap();
    let number = house.submit_staff("agent", CardKind::Cpe, STRUCTURE, "1").unwrap().number;
    assert_eq!(code(house.approve("yann", &number)), "decision-on-own-structure");
    house.approve("clara", &number).unwrap();
}

#[test]
fn the_worker_takes_no_decision_of_an_officer_on_what_is_near_to_him_whatever_the_page_let_through() {
    let mut house = House::new();
    enrol(&mut house, "elise", "Élise DURAND");
    let order = house.submit("alice", cps(&nurse(), "60")).unwrap().into_order();
    let proof = house.proof("elise", &order.decidable());
    let at = house.at;
    house.write_decision(&order.decidable(), "elise", at.millis(), &proof);
    house
        .sql(&format!("UPDATE card_orders SET status = 'approved' WHERE number = '{}'", order.number))
        .unwrap();
    assert_eq!(house.refused(), ["decision-on-oneself"]);
    let House { db, verifier, .. } = &mut house;
    let evidence = verify_evidence(db, &mut ImportedRegister, verifier, &order.number, at);
    assert_eq!(code(evidence), "approval-evidence-missing");
}

#[test]
fn nobody_lifts_the_suspension_of_his_own_card() {
    let mut house = House::new();
    let card = signs_in_as(&mut house, "yann", "Yann LE GOFF", &other_nurse());
    let rita = house.officer("rita");
    suspension::suspend(&mut house.db, SuspensionPolicy::Allowed, &card, &mut house.rng, &rita).unwrap();
    let subject = suspension::of_card(&mut house.db, &card).unwrap().unwrap().decidable();
    let lift = |house: &mut House, login: &str| {
        let (proof, act) = (house.proof(login, &subject), house.officer(login));
        let House { db, rng, verifier, .. } = house;
        db.write(|db| suspension::decide(db, verifier, &card, Verdict::Approve, &proof, None, rng, &act))
    };
    assert_eq!(code(lift(&mut house, "yann")), "decision-on-oneself");
    lift(&mut house, "clara").unwrap();
}

#[test]
fn nobody_approves_the_mandate_of_the_structure_where_he_practises() {
    let mut house = House::new();
    signs_in_as(&mut house, "yann", "Yann LE GOFF", &other_nurse());
    let number = house.propose("alice", new_mandate(STRUCTURE)).unwrap().number;
    let error = house.decide_mandate("yann", &number, Verdict::Approve).unwrap_err();
    assert_eq!(error.broken_rules()[0].rule, "R-4Y-03");
    house.decide_mandate("clara", &number, Verdict::Approve).unwrap();
}

#[test]
fn nobody_decides_on_a_software_certificate_of_his_family_at_his_hospital() {
    let mut house = House::new();
    signs_in_as(&mut house, "yann", "Yann LE GOFF", &other_nurse());
    let mut lines = second_day();
    lines.push(Line {
        person: 1000,
        family_name: "LE GOFF",
        given_name: "Anne",
        profession: "60",
        category: "C",
    });
    house.import_day(3, &lines);
    let (profiles, identity, blocklist) = (Profiles::embedded(), Identity::demo(), Blocklist::default());
    let issuance = IssuanceContext { profiles: &profiles, identity: &identity, blocklist: &blocklist };
    let wanted = Wanted::Professional {
        holder: one_of_the_crowd(0),
        profession: Profession::from_code("60").unwrap(),
    };
    let new = NewCertificateRequest { profile: "el-pp-soft-auth".to_owned(), wanted, csr: plain_csr() };
    let agent = house.officer("agent");
    let House { db, rng, .. } = &mut house;
    let request = db
        .write(|db| certificate_request::submit(db, &mut ImportedRegister, issuance, new, rng, &agent))
        .unwrap();
    let approve = |house: &mut House, login: &str| {
        let (proof, act) = (house.proof(login, &request.decidable()), house.officer(login));
        let House { db, rng, verifier, .. } = house;
        let registry = &mut ImportedRegister;
        db.write(|db| {
            certificate_request::approve(db, registry, verifier, &request.number, 1, &proof, rng, &act)
        })
    };
    assert_eq!(code(approve(&mut house, "yann")), "decision-on-family");
    approve(&mut house, "clara").unwrap();
}

#[test]
fn nobody_lifts_the_suspension_of_a_card_in_his_name_nor_decides_on_the_mandate_of_his_namesake() {
    let mut house = House::new();
    enrol(&mut house, "elise", "Élise DURAND");
    enrol(&mut house, "fictif", "Fictif AGENT");
    let mut worker = house.worker();
    let card = house.active_card(&mut worker, &nurse());
    let rita = house.officer("rita");
    suspension::suspend(&mut house.db, SuspensionPolicy::Allowed, &card, &mut house.rng, &rita).unwrap();
    let subject = suspension::of_card(&mut house.db, &card).unwrap().unwrap().decidable();
    let (proof, act) = (house.proof("elise", &subject), house.officer("elise"));
    let House { db, rng, verifier, .. } = &mut house;
    let lifted =
        db.write(|db| suspension::decide(db, verifier, &card, Verdict::Approve, &proof, None, rng, &act));
    assert_eq!(code(lifted), "decision-on-oneself", "the register has her name");
    let number = house.propose("alice", new_mandate(STRUCTURE)).unwrap().number;
    assert_eq!(code(house.decide_mandate("fictif", &number, Verdict::Approve)), "decision-on-oneself");
    house.decide_mandate("clara", &number, Verdict::Refuse).unwrap();
    let professional =
        NewMandate { quality: Quality::Professional, identifier: Some(nurse()), ..new_mandate(STRUCTURE) };
    let number = house.propose("alice", professional).unwrap().number;
    assert_eq!(code(house.decide_mandate("fictif", &number, Verdict::Approve)), "decision-on-oneself");
    house.decide_mandate("clara", &number, Verdict::Approve).unwrap();
}

#[test]
fn nobody_lifts_the_suspension_of_the_card_of_one_of_the_staff_who_has_his_name() {
    let mut house = House::new();
    enrol(&mut house, "mael", "Maël LEROY");
    house.mandated(STRUCTURE);
    house.declare("agent", STRUCTURE, &member("A1", Post::Employee)).unwrap();
    let order = house.submit_staff("agent", CardKind::Cpe, STRUCTURE, "A1").unwrap().number;
    house.approve("bob", &order).unwrap();
    let mut worker = house.worker();
    let card = house.personalise()[0];
    house.certify(&mut worker, &card).unwrap();
    house.activate(&card);
    let rita = house.officer("rita");
    suspension::suspend(&mut house.db, SuspensionPolicy::Allowed, &card, &mut house.rng, &rita).unwrap();
    let subject = suspension::of_card(&mut house.db, &card).unwrap().unwrap().decidable();
    let (proof, act) = (house.proof("mael", &subject), house.officer("mael"));
    let House { db, rng, verifier, .. } = &mut house;
    let lifted =
        db.write(|db| suspension::decide(db, verifier, &card, Verdict::Approve, &proof, None, rng, &act));
    assert_eq!(code(lifted), "decision-on-oneself", "the order of the card has his name");
}
