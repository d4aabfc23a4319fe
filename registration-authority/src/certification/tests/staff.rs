//! Cards of the staff of a structure, from their agent's order to good certificates.

use professional_registry::ImportedRegister;

use super::*;
use crate::order;
use crate::staff::Post;
use crate::testing::*;

/// The subject of each certificate of a card, as openssl prints it.
fn subjects(house: &mut House, certified: &CertifiedCard) -> Vec<String> {
    let mut subjects = Vec::new();
    for (_, issuer, serial) in &certified.certificates {
        assert_eq!(issuer, "ACI-ST-PP");
        let found = certificate::find(&mut house.db, issuer, serial).unwrap().unwrap();
        let CertificateStatus::Good { der, .. } = found.status else {
            panic!("{issuer} {serial} is not good")
        };
        let certificate = X509::from_der(&der).unwrap();
        let mut entries: Vec<String> = certificate
            .subject_name()
            .entries()
            .map(|entry| {
                let name = entry.object().nid().short_name().unwrap().to_owned();
                format!("{name}={}", String::from_utf8(entry.data().as_slice().to_vec()).unwrap())
            })
            .collect();
        entries.sort();
        subjects.push(entries.join(", "));
    }
    subjects
}

#[test]
fn every_kind_of_staff_card_is_certified_as_its_profile_says() {
    let mut house = House::new();
    house.with_authorised_structure();
    let mut worker = house.worker();
    let cases = [
        (
            CardKind::Cpe,
            STRUCTURE,
            Post::Employee,
            "CPET0002",
            "C=FR, CN=30B0193488/CPET0002, GN=MAËL, O=CENTRE HOSPITALIER IMAGINAIRE DE LA RIVE, OU=10B0193488, \
             SN=LEROY, ST=Paris (75), title=Personnel santé ou social",
        ),
        (
            CardKind::Cpe,
            STRUCTURE,
            Post::Service,
            "000000042",
            "C=FR, CN=30B0193488/000000042, O=CENTRE HOSPITALIER IMAGINAIRE DE LA RIVE, OU=10B0193488, \
             ST=Paris (75), pseudonym=EMPLOYE000000042, title=Carte de service santé ou social",
        ),
        (
            CardKind::Cde,
            STRUCTURE,
            Post::Head,
            "DIR1",
            "C=FR, CN=30B0193488/DIR1, GN=MAËL, O=CENTRE HOSPITALIER IMAGINAIRE DE LA RIVE, OU=10B0193488, \
             SN=LEROY, ST=Paris (75), title=Responsable santé ou social",
        ),
        (
            CardKind::Cpa,
            AUTHORISED_STRUCTURE,
            Post::Employee,
            "CPAT0001",
            "C=FR, CN=500000000029751/CPAT0001, GN=MAËL, O=CENTRE HOSPITALIER IMAGINAIRE DE LA RIVE, \
             OU=300000000029751, SN=LEROY, ST=Paris (75), title=Personnel autorisé",
        ),
        (
            CardKind::Cda,
            AUTHORISED_STRUCTURE,
            Post::Head,
            "DIR1",
            "C=FR, CN=500000000029751/DIR1, GN=MAËL, O=CENTRE HOSPITALIER IMAGINAIRE DE LA RIVE, \
             OU=300000000029751, SN=LEROY, ST=Paris (75), title=Responsable autorisé",
        ),
    ];
    house.mandated(STRUCTURE);
    house.mandated(AUTHORISED_STRUCTURE);
    for (kind, at, post, local_id, expected) in cases {
        house.declare("agent", at, &member(local_id, post)).unwrap();
        let number = house.submit_staff("agent", kind, at, local_id).unwrap().number;
        if house.approve("bob", &number).unwrap().is_undecided() {
            house.approve("clara", &number).unwrap();
        }
        let card = house.personalise()[0];
        let certified = house.certify(&mut worker, &card).unwrap();
        let subjects = subjects(&mut house, &certified);
        assert_eq!(subjects, [expected, expected], "{kind} {post}");
        house.activate(&card);
        assert_eq!(status(&mut house, &card), CardStatus::Active);
    }
}

/// The order of the member, whose agent was never given a mandate that an officer signed for.
#[test]
fn a_mandate_that_no_officer_signed_for_gives_no_card() {
    let mut house = House::new();
    let number = house.propose("alice", new_mandate(STRUCTURE)).unwrap().number;
    // Whoever owns the web role says that bob approved it.
    house
        .sql(&format!(
            "INSERT INTO decisions (subject_kind, subject_number, subject_version, decided_by, decision, decided_at, \
             proof_kind, proof) VALUES ('structure-mandate', '{number}', 1, 'bob', 'approve', {}, 'demo', x'3000')",
            house.at.millis()
        ))
        .unwrap();
    house.declare("agent", STRUCTURE, &member("CPET0002", Post::Employee)).unwrap();
    let order = house.submit_staff("agent", CardKind::Cpe, STRUCTURE, "CPET0002").unwrap().number;
    house.approve("bob", &order).unwrap();
    let at = house.at;
    let outcome = verify_evidence(&mut house.db, &mut ImportedRegister, &house.verifier, &order, at);
    assert_eq!(code(outcome), "approval-proof-invalid");
}

#[test]
fn an_officer_who_approved_his_own_mandate_gets_no_card_under_it() {
    let mut house = House::new();
    let number = house.propose("alice", new_mandate(STRUCTURE)).unwrap().number;
    // Whoever owns the web role proposes, in alice's name, that bob speak for the structure; and has bob sign it.
    house.sql("DROP TRIGGER structure_mandates_are_never_changed").unwrap();
    house.sql("DROP TRIGGER decisions_are_never_ones_own").unwrap();
    house.sql("UPDATE structure_mandates SET login = 'bob'").unwrap();
    let subject = crate::mandate::get(&mut house.db, &number).unwrap().decidable();
    let (proof, at) = (house.proof("bob", &subject), house.at.millis());
    house.write_decision(&subject, "bob", at, &proof);
    let role_of_bob = |house: &mut House, role: &str| {
        house.sql(&format!("UPDATE officers SET role = '{role}' WHERE login = 'bob'")).unwrap();
    };
    house.sql("DROP TRIGGER officers_keep_who_they_are").unwrap();
    role_of_bob(&mut house, "certification-agent");
    house.declare("bob", STRUCTURE, &member("CPET0002", Post::Employee)).unwrap();
    let order = house.submit_staff("bob", CardKind::Cpe, STRUCTURE, "CPET0002").unwrap().number;
    role_of_bob(&mut house, "registration-officer");
    house.approve("clara", &order).unwrap();
    let at = house.at;
    let outcome = verify_evidence(&mut house.db, &mut ImportedRegister, &house.verifier, &order, at);
    let refused = outcome.unwrap_err().to_string();
    assert!(refused.contains("decided on his own mandate"), "{refused}");
}

#[test]
fn an_order_under_another_agents_mandate_or_one_that_had_ended_gives_no_card() {
    let mut house = House::new();
    let mandate = house.mandated(STRUCTURE).number;
    house.declare("agent", STRUCTURE, &member("CPET0002", Post::Employee)).unwrap();
    let number = house.submit_staff("agent", CardKind::Cpe, STRUCTURE, "CPET0002").unwrap().number;
    house.approve("bob", &number).unwrap();
    let judge = |house: &mut House| {
        let at = house.at;
        let House { db, verifier, .. } = house;
        verify_evidence(db, &mut ImportedRegister, verifier, &number, at).map(drop)
    };
    judge(&mut house).unwrap();
    house.sql("DROP TRIGGER structure_mandates_are_never_changed").unwrap();
    for alteration in ["login = 'mallory'", "structure = 'F000000000'", "until = 1"] {
        house.sql("SAVEPOINT before").unwrap();
        house.sql(&format!("UPDATE structure_mandates SET {alteration}")).unwrap();
        assert_eq!(code(judge(&mut house)), "approval-evidence-missing", "{alteration}");
        house.sql("ROLLBACK TO before; RELEASE before").unwrap();
    }
    house.later(60);
    house.end_mandate("clara", &mandate).unwrap();
    judge(&mut house).unwrap();
    assert!(order::get(&mut house.db, &number).is_ok(), "what was decided before its end stands");
}

#[test]
fn an_order_that_gives_another_holder_or_title_than_the_structure_does_is_supported_by_nothing() {
    let mut house = House::new();
    house.mandated(STRUCTURE);
    house.declare("agent", STRUCTURE, &member("CPET0002", Post::Employee)).unwrap();
    let order = house.submit_staff("agent", CardKind::Cpe, STRUCTURE, "CPET0002").unwrap();
    let at = house.at;
    let mut judged = |order: &order::CardOrder| {
        crate::eligibility::check_order(&mut house.db, &mut ImportedRegister, order, at)
    };
    judged(&order).unwrap();
    let mut physician = order.clone();
    let order::Tie::Structure(tie) = &mut physician.tie else { panic!("an order for the staff") };
    tie.title = "Médecin".to_owned();
    // The same local number, at another establishment.
    let elsewhere = order::CardOrder { holder: "30B0057881/CPET0002".parse().unwrap(), ..order.clone() };
    for altered in [physician, elsewhere] {
        assert_eq!(code(judged(&altered)), "order-member-changed", "{altered:?}");
    }
}
