mod staff;

use card::CardKind;
use diesel::prelude::*;
use professional_registry::{Category, ImportedRegister, Profession};
use store::schema::{card_orders, decisions};
use store::{Database, Fault};

use super::*;
use crate::certification::has_profiles;
use crate::decision;
use crate::testing::*;
use crate::views;

fn exercise(profession: &str, category: Category) -> Tie {
    Tie::Exercise { profession: Profession::from_code(profession).unwrap(), category }
}

fn order() -> CardOrder {
    CardOrder {
        number: "CO-2026-000001".to_owned(),
        version: 1,
        kind: CardKind::Cps,
        holder: nurse(),
        tie: exercise("60", Category::Civil),
        family_name: "DURAND".to_owned(),
        given_name: "Élise".to_owned(),
        origin: Origin::Officer,
        replaces: Some("2600000017".parse().unwrap()),
        submitted_by: "alice".to_owned(),
        submitted_at: "2026-11-21T10:00:00Z".parse().unwrap(),
        register: RegisterSnapshot { feed: "ab".repeat(32), json: "{}".to_owned() },
        state: OrderState::Submitted,
    }
}

#[test]
fn the_canonical_encoding_of_an_order_is_these_octets() {
    // The golden octets were made by an encoder of its own, from the ASN.1 module alone.
    let golden = include_str!("canonical_golden.hex").trim();
    assert_eq!(hex::encode(CanonicalOrder::of(&order()).as_der()), golden);
}

#[test]
fn each_field_of_an_order_changes_its_canonical_encoding() {
    let base = CanonicalOrder::of(&order());
    let changes: [fn(&mut CardOrder); 14] = [
        |o| o.number.push('0'),
        |o| o.version += 1,
        |o| o.kind = CardKind::Cpf,
        |o| o.holder = other_nurse(),
        |o| o.tie = exercise("70", Category::Civil),
        |o| o.tie = exercise("60", Category::Military),
        |o| o.family_name.push('X'),
        |o| o.given_name.push('X'),
        |o| o.replaces = None,
        |o| o.origin = Origin::Plan("RP-2026-000001".to_owned()),
        |o| o.submitted_by = "bob".to_owned(),
        |o| o.submitted_at = o.submitted_at.plus(std::time::Duration::from_millis(1)),
        |o| o.register.feed.push('0'),
        |o| o.register.json.push(' '),
    ];
    for (place, change) in changes.iter().enumerate() {
        let mut changed = order();
        change(&mut changed);
        assert_ne!(CanonicalOrder::of(&changed), base, "change {place}");
    }
    let mut decided = order();
    decided.state = OrderState::Approved { at: decided.submitted_at };
    assert_eq!(CanonicalOrder::of(&decided), base, "the state is not part of it");
}

#[test]
fn an_order_takes_its_names_from_the_register_and_keeps_what_it_said() {
    let mut house = House::new();
    let submitted = house.submit("agent", cps(&nurse(), "60")).unwrap();
    let read = get(&mut house.db, submitted.number()).unwrap();
    assert_eq!(&read, submitted.order());
    assert_eq!((read.family_name.as_str(), read.given_name.as_str()), ("DURAND", "Élise"));
    let record = read.register.record().unwrap();
    assert_eq!((record.id, record.feed), (nurse(), read.register.feed.clone()));
    assert!(read.number.starts_with("CO-") && read.number.ends_with("-000001"), "{}", read.number);
    let next = house.submit("agent", cps(&other_nurse(), "60")).unwrap();
    assert!(next.number().ends_with("-000002"));
}

#[test]
fn each_order_that_the_register_does_not_support_is_refused_with_its_code() {
    let mut house = House::new();
    let refusals = [
        (cps(&nobody(), "60"), "order-holder-unknown"),
        (cps(&gone(), "60"), "order-holder-ceased"),
        (cps(&nurse(), "70"), "order-profession-not-exercised"),
        (cps(&changed(), "60"), "order-profession-ceased"),
        (cps(&deprecated(), "35"), "order-profession-inactive"),
        (cps(&student(), "10"), "order-category-refused"),
        (card_for(CardKind::Cpf, &student_nurse(), "60"), "order-training-refused"),
        (card_for(CardKind::Cpe, &nurse(), "60"), "order-not-mandated"),
        (card_for(CardKind::Cda, &nurse(), "60"), "order-not-mandated"),
    ];
    for (new, expected) in refusals {
        let what = format!("{new:?}");
        assert_eq!(code(house.submit("alice", new)), expected, "{what}");
    }
    let orders: i64 = card_orders::table.count().get_result(&mut house.db).unwrap();
    assert_eq!(orders, 0, "nothing half done");
    house.submit("alice", cps(&military_nurse(), "60")).unwrap();
}

#[test]
fn every_card_that_can_be_ordered_can_be_made() {
    let mut house = House::new();
    for kind in CardKind::ALL {
        for (holder, profession) in [(nurse(), "60"), (student(), "10")] {
            if let Ok(submitted) = house.submit("alice", card_for(kind, &holder, profession)) {
                assert!(has_profiles(submitted.order()), "{kind}");
            }
        }
    }
    let ordered: i64 = card_orders::table.count().get_result(&mut house.db).unwrap();
    assert_eq!(ordered, 2, "a CPS for the nurse, a CPF for the student");
}

#[test]
fn one_order_is_open_for_a_holder_kind_and_profession() {
    let mut house = House::new();
    house.submit("alice", cps(&twofold(), "60")).unwrap();
    assert_eq!(code(house.submit("agent", cps(&twofold(), "60"))), "order-already-open");
    house.submit("alice", cps(&twofold(), "70")).unwrap();
}

#[test]
fn only_an_agent_or_a_registration_officer_submits() {
    let mut house = House::new();
    for login in ["rita", "admin", "audrey"] {
        assert_eq!(code(house.submit(login, cps(&nurse(), "60"))), "officer-role-missing");
    }
    assert_eq!(code(house.submit("mallory", cps(&nurse(), "60"))), "officer-unknown");
}

#[test]
fn another_officer_approves_and_the_decision_is_kept_with_its_proof() {
    let mut house = House::new();
    let order = house.approved(&nurse());
    assert_eq!(order.state, OrderState::Approved { at: house.at });
    let read = get(&mut house.db, &order.number).unwrap();
    assert_eq!(read, order);
    let kind = crate::approval::SubjectKind::CardOrder;
    let decisions = decision::of(&mut house.db, kind, &order.number).unwrap();
    assert_eq!(decisions.len(), 1);
    assert!(decisions[0].approves() && decisions[0].decided_by == "bob" && decisions[0].proof_kind == "demo");
    assert_eq!(code(house.approve("bob", &order.number)), "order-not-open");
}

#[test]
fn an_officer_cannot_approve_his_own_order() {
    let mut house = House::new();
    let number = house.submit("alice", cps(&nurse(), "60")).unwrap().number().to_owned();
    assert_eq!(code(house.approve("alice", &number)), "order-self-approval");
    assert_eq!(get(&mut house.db, &number).unwrap().state, OrderState::Submitted);
}

#[test]
fn the_database_refuses_a_self_approval_that_comes_by_sql() {
    let mut house = House::new();
    let number = house.submit("alice", cps(&nurse(), "60")).unwrap().number().to_owned();
    let decide = |login: &str| {
        format!(
            "INSERT INTO decisions (subject_kind, subject_number, subject_version, decided_by, decision, \
             decided_at, proof_kind, proof) VALUES ('card-order', '{number}', 1, '{login}', 'approve', 0, 'demo', '')"
        )
    };
    let refused = house.sql(&decide("alice")).unwrap_err().to_string();
    assert!(refused.contains("self-approval"), "{refused}");
    let approve = format!("UPDATE card_orders SET status = 'approved' WHERE number = '{number}'");
    let refused = house.sql(&approve).unwrap_err().to_string();
    assert!(refused.contains("self-approval"), "{refused}");
}

#[test]
fn only_a_registration_officer_decides() {
    let mut house = House::new();
    let number = house.submit("alice", cps(&nurse(), "60")).unwrap().number().to_owned();
    for login in ["agent", "rita", "admin", "audrey"] {
        assert_eq!(code(house.approve(login, &number)), "officer-role-missing");
    }
}

#[test]
fn a_proof_made_in_another_officers_name_is_refused() {
    let mut house = House::new();
    let number = house.submit("agent", cps(&nurse(), "60")).unwrap().number().to_owned();
    let order = get(&mut house.db, &number).unwrap();
    let proof = house.proof("alice", &order.decidable());
    assert_eq!(code(house.approve_with("bob", &number, 1, &proof)), "approval-proof-invalid");
}

#[test]
fn a_proof_for_another_order_is_refused() {
    let mut house = House::new();
    let first = house.submit("alice", cps(&nurse(), "60")).unwrap().into_order();
    let second = house.submit("alice", cps(&other_nurse(), "60")).unwrap().into_order();
    let proof = house.proof("bob", &first.decidable());
    assert_eq!(code(house.approve_with("bob", &second.number, 1, &proof)), "approval-proof-invalid");
}

#[test]
fn a_refusals_proof_does_not_approve() {
    let mut house = House::new();
    let order = house.submit("alice", cps(&nurse(), "60")).unwrap().into_order();
    let House { approver, rng, at, .. } = &mut house;
    let proof = approver.refuse(&order.decidable(), ("duplicate", None), "bob", rng, *at).unwrap();
    assert_eq!(code(house.approve_with("bob", &order.number, 1, &proof)), "approval-proof-invalid");
}

#[test]
fn an_installation_without_a_demo_key_takes_no_demo_proof() {
    let mut house = House::new();
    let order = house.submit("alice", cps(&nurse(), "60")).unwrap().into_order();
    let proof = house.proof("bob", &order.decidable());
    house.verifier = crate::approval::ApprovalVerifier::production();
    assert_eq!(code(house.approve_with("bob", &order.number, 1, &proof)), "approval-proof-kind-refused");
}

#[test]
fn an_approval_of_a_version_before_is_stale() {
    let mut house = House::new();
    let order = house.submit("alice", cps(&nurse(), "60")).unwrap().into_order();
    let stale = house.proof("bob", &order.decidable());
    let act = house.officer("agent");
    let House { db, rng, .. } = &mut house;
    let refreshed = db.write(|db| refresh(db, &mut ImportedRegister, &order.number, 1, rng, &act)).unwrap();
    assert_eq!(refreshed.version, 2);
    let outcome = db.write(|db| refresh(db, &mut ImportedRegister, &order.number, 1, rng, &act));
    assert_eq!(code(outcome), "order-not-open", "a refresh too is of the version that was read");
    assert_eq!(code(house.approve_with("bob", &order.number, 1, &stale)), "order-stale-version");
    assert_eq!(code(house.approve_with("bob", &order.number, 2, &stale)), "approval-proof-invalid");
    let by_sql = format!(
        "INSERT INTO decisions (subject_kind, subject_number, subject_version, decided_by, decision, \
         decided_at, proof_kind, proof) VALUES ('card-order', '{}', 1, 'bob', 'approve', 0, 'demo', '')",
        order.number
    );
    assert!(house.sql(&by_sql).unwrap_err().to_string().contains("stale"));
    house.approve("bob", &order.number).unwrap();
}

#[test]
fn the_register_is_asked_again_when_it_is_decided() {
    let mut house = House::new();
    let struck_off = house.submit("alice", cps(&nurse(), "60")).unwrap().into_order();
    let renamed = house.submit("alice", cps(&other_nurse(), "60")).unwrap().into_order();
    let mut lines = without(second_day(), &nurse());
    lines
        .iter_mut()
        .filter(|line| line.family_name == "LE GOFF")
        .for_each(|line| line.family_name = "KERVELLA");
    house.import_day(2, &lines);
    assert_eq!(code(house.approve("bob", &struck_off.number)), "order-holder-ceased");
    assert_eq!(code(house.approve("bob", &renamed.number)), "order-register-changed");

    let bob = house.officer("bob");
    let dossier = views::dossier(&mut house.db, &mut ImportedRegister, &renamed.number, &bob).unwrap();
    let name = dossier.comparison.iter().find(|field| field.field == "family-name").unwrap();
    assert_eq!(
        (name.order.as_str(), name.register.as_deref(), name.agrees()),
        ("LE GOFF", Some("KERVELLA"), false)
    );
    assert!(dossier.comparison.iter().filter(|field| field.agrees()).count() == 3);
    assert_eq!(dossier.register_then.unwrap().exercises[0].practice_family_name, "LE GOFF");

    let act = house.officer("alice");
    let House { db, rng, .. } = &mut house;
    db.write(|db| refresh(db, &mut ImportedRegister, &renamed.number, 1, rng, &act)).unwrap();
    assert_eq!(house.approve("bob", &renamed.number).unwrap().family_name, "KERVELLA");
}

fn refuse_with(
    house: &mut House,
    order: &CardOrder,
    reason: &str,
    text: Option<&str>,
) -> Result<CardOrder, ApproveError> {
    let act = house.officer("bob");
    let House { db, rng, verifier, approver, at, .. } = house;
    let proof = approver.refuse(&order.decidable(), (reason, text), "bob", rng, *at).unwrap();
    db.write(|db| refuse(db, verifier, &order.number, order.version, &proof, text, rng, &act))
}

#[test]
fn no_refusal_without_a_reason() {
    let mut house = House::new();
    let order = house.submit("alice", cps(&nurse(), "60")).unwrap().into_order();
    assert_eq!(code(refuse_with(&mut house, &order, "", None)), "order-reason-missing");
    assert_eq!(code(refuse_with(&mut house, &order, "other", None)), "order-reason-missing");
    assert_eq!(code(refuse_with(&mut house, &order, "other", Some("  "))), "order-reason-missing");
    assert_eq!(code(refuse_with(&mut house, &order, "because", Some("x"))), "order-reason-unknown");
    let of_requests = refuse_with(&mut house, &order, "key-refused", None);
    assert_eq!(code(of_requests), "order-reason-unknown", "a card order has no public key to refuse");
    let long = "é".repeat(2001);
    assert_eq!(code(refuse_with(&mut house, &order, "other", Some(&long))), "order-reason-unknown");
    let stored: i64 = decisions::table.count().get_result(&mut house.db).unwrap();
    assert_eq!(stored, 0);
    let refused = refuse_with(&mut house, &order, "other", Some("Dossier illisible.")).unwrap();
    assert_eq!(refused.state, OrderState::Refused { at: house.at });
    assert_eq!(code(house.approve("bob", &order.number)), "order-not-open");
    house.submit("alice", cps(&nurse(), "60")).expect("after a refusal one may ask again");
}

#[test]
fn an_order_is_withdrawn_by_its_submitter_or_a_registration_officer() {
    let mut house = House::new();
    let order = house.submit("alice", cps(&nurse(), "60")).unwrap().into_order();
    let withdraw_as = |house: &mut House, login: &str| {
        let act = house.officer(login);
        let House { db, rng, .. } = house;
        db.write(|db| withdraw(db, &order.number, rng, &act))
    };
    for (login, may) in [("alice", true), ("bob", true), ("agent", false), ("rita", false)] {
        let officer = crate::officers::find(&mut house.db, login).unwrap().unwrap();
        assert_eq!(may_withdraw(&mut house.db, &officer, &order).unwrap(), may, "{login}");
    }
    assert_eq!(code(withdraw_as(&mut house, "agent")), "order-not-yours");
    assert_eq!(code(withdraw_as(&mut house, "rita")), "officer-role-missing");
    assert!(matches!(withdraw_as(&mut house, "bob").unwrap().state, OrderState::Withdrawn { .. }));
    assert_eq!(code(withdraw_as(&mut house, "alice")), "order-not-open");
    assert_eq!(code(house.approve("bob", &order.number)), "order-not-open");
}

#[test]
fn an_order_that_does_not_exist_is_not_found_and_an_unreadable_one_is_said_to_be() {
    let mut house = House::new();
    assert_eq!(code(get(&mut house.db, "CO-2026-999999")), "order-unknown");
    let number = house.submit("alice", cps(&nurse(), "60")).unwrap().number().to_owned();
    let altered = format!("UPDATE card_orders SET version = 2, category = 'X' WHERE number = '{number}'");
    house.sql(&altered).unwrap();
    let error = get(&mut house.db, &number).unwrap_err();
    assert_eq!(error.code().name, "order-row-altered");
    assert!(error.to_string().contains("category"), "{error}");
}

#[test]
fn each_act_on_an_order_leaves_its_event_and_its_notice() {
    let mut house = House::new();
    let order = house.approved(&nurse());
    house.receive();
    house.take_effect();
    let actions = |db: &mut Database| -> Vec<String> {
        use store::schema::audit_events;
        audit_events::table
            .filter(audit_events::subject.eq(format!("order {}", order.number)))
            .select(audit_events::action)
            .order(audit_events::action)
            .load(db)
            .unwrap()
    };
    let expected = ["decision.received", "order.approved", "order.decision-took-effect", "order.submitted"];
    assert_eq!(actions(&mut house.db), expected);
    let notices = crate::outbox::waiting(&mut house.db, 10).unwrap();
    let told: Vec<_> = notices.iter().map(|n| (n.recipient.as_str(), n.notice.as_str())).collect();
    let holder = format!("holder:{}", nurse());
    assert!(told.contains(&(holder.as_str(), "received")) && told.contains(&(holder.as_str(), "approved")));
    assert!(told.contains(&("officer:alice", "approved")));
}
