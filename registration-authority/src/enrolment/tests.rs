mod addresses;
mod certificates;

use super::*;
use crate::approval::FRESHNESS;
use crate::testing::*;

fn logins(house: &mut House) -> Vec<String> {
    let roster = house.verifier.roster(&mut house.db).unwrap();
    let at = house.at;
    let mut logins: Vec<String> =
        roster.keys().filter(|key| key.counts(at)).map(|key| key.login.clone()).collect();
    logins.sort();
    logins
}

#[test]
fn a_key_counts_once_two_administrators_have_signed_and_the_worker_has_seen_both() {
    let mut house = House::new();
    let chain = house.pin();
    let key = Authenticator::new("bob");
    let number = house.proposed(&key, "bob", Role::RegistrationOfficer).number;
    assert_eq!(logins(&mut house), ["admin", "amina"]);
    house.sign_for(("admin", &chain.admin), &number).unwrap();
    house.receive();
    assert_eq!(logins(&mut house), ["admin", "amina"], "one is not enough");
    let again = house.sign_for(("admin", &chain.admin), &number);
    assert_eq!(code(again), "enrolment-another-administrator");
    house.sign_for(("amina", &chain.amina), &number).unwrap();
    assert_eq!(logins(&mut house), ["admin", "amina"], "the worker has not seen it");
    house.receive();
    assert_eq!(logins(&mut house), ["admin", "amina", "bob"]);
    let roster = house.verifier.roster(&mut house.db).unwrap();
    let enrolled = roster.key(&key.credential_id).unwrap();
    assert_eq!((&enrolled.key, enrolled.role), (&key.public_key(), Role::RegistrationOfficer));
    assert_eq!(enrolled.enrolment.as_deref(), Some(number.as_str()));
}

#[test]
fn a_row_that_nobody_signed_for_is_no_enrolment() {
    let mut house = House::new();
    house.pin();
    let key = Authenticator::new("mallory");
    let spki = hex::encode(key.public_key().spki());
    house
        .sql(&format!(
            "INSERT INTO officer_enrolments VALUES ('EN-2000-000001', 'enrol', 'mallory', 'M', 'registration-officer', \
             x'{}', x'{spki}', 0, 'admin', 0, '', NULL)",
            hex::encode(&key.credential_id)
        ))
        .unwrap();
    house.receive();
    assert_eq!(logins(&mut house), ["admin", "amina"]);
    // Nor by keys of her own that she enrols by each other.
    let circle: Vec<Authenticator> = ["eve", "oscar"].map(Authenticator::new).into();
    let numbers =
        [0, 1].map(|at| house.proposed(&circle[at], ["eve", "oscar"][at], Role::Administrator).number);
    for number in &numbers {
        let subject = get(&mut house.db, number).unwrap().decidable();
        for (login, key) in [("eve", &circle[0]), ("oscar", &circle[1])] {
            if subject.submitted_by != login {
                let proof = house.key_proof((login, key), &subject);
                let at = house.at.millis();
                house.write_decision(&subject, login, at, &proof);
            }
        }
        let proof = house.key_proof(("mallory", &key), &subject);
        let at = house.at.millis();
        house.write_decision(&subject, "mallory", at, &proof);
    }
    assert_eq!(house.refused(), ["approval-proof-invalid"; 4]);
    assert_eq!(logins(&mut house), ["admin", "amina"]);
}

#[test]
fn a_key_row_that_is_swapped_after_the_signatures_is_no_enrolment_any_more() {
    let mut house = House::new();
    let chain = house.pin();
    let key = house.enrolled_key(&chain, "bob", Role::RegistrationOfficer);
    assert_eq!(logins(&mut house), ["admin", "amina", "bob"]);
    let spki = hex::encode(Authenticator::new("bob").public_key().spki());
    house.sql("DROP TRIGGER officer_enrolments_are_never_changed").unwrap();
    house.sql(&format!("UPDATE officer_enrolments SET public_key = x'{spki}'")).unwrap();
    assert_eq!(logins(&mut house), ["admin", "amina"]);
    let spki = hex::encode(key.public_key().spki());
    house
        .sql(&format!("UPDATE officer_enrolments SET public_key = x'{spki}', role = 'administrator'"))
        .unwrap();
    assert_eq!(logins(&mut house), ["admin", "amina"]);
}

#[test]
fn nobody_signs_for_his_own_key_and_only_an_administrator_for_anothers() {
    let mut house = House::new();
    let chain = house.pin();
    let bob = house.enrolled_key(&chain, "bob", Role::RegistrationOfficer);
    let second = Authenticator::new("a second key of admin");
    let number = house.proposed(&second, "admin", Role::Administrator).number;
    assert_eq!(code(house.sign_for(("admin", &chain.admin), &number)), "enrolment-another-administrator");
    assert_eq!(code(house.sign_for(("bob", &bob), &number)), "officer-role-missing");
    // Whatever stands in the officers' table: the role is that of the enrolment.
    let at = house.at.millis();
    let subject = get(&mut house.db, &number).unwrap().decidable();
    let proof = house.key_proof(("bob", &bob), &subject);
    house.write_decision(&subject, "bob", at, &proof);
    assert_eq!(house.refused(), ["approval-evidence-missing"]);
    house.sign_for(("amina", &chain.amina), &number).unwrap();
    house.receive();
    let roster = house.verifier.roster(&mut house.db).unwrap();
    assert!(roster.key(&second.credential_id).is_none());
}

#[test]
fn a_demonstrations_proof_enrols_nobody() {
    let mut house = House::new();
    let _chain = house.pin();
    let number = house.proposed(&Authenticator::new("bob"), "bob", Role::RegistrationOfficer).number;
    let subject = get(&mut house.db, &number).unwrap().decidable();
    for login in ["admin", "amina"] {
        let proof = house.proof(login, &subject);
        let act = house.officer(login);
        let House { db, rng, verifier, .. } = &mut house;
        let refused = db.write(|db| decide(db, verifier, &number, Verdict::Approve, &proof, None, rng, &act));
        assert_eq!(code(refused), "approval-proof-kind-refused");
        let at = house.at.millis();
        house.write_decision(&subject, login, at, &proof);
    }
    house.receive();
    assert_eq!(logins(&mut house), ["admin", "amina"]);
}

#[test]
fn a_revoked_key_counts_no_more_from_when_the_worker_saw_both_signatures() {
    let mut house = House::new();
    let chain = house.pin();
    let bob = house.enrolled_key(&chain, "bob", Role::RegistrationOfficer);
    let before = house.at;
    house.later(3600);
    let roster = house.verifier.roster(&mut house.db).unwrap();
    let act = house.officer("amina");
    let House { db, rng, .. } = &mut house;
    let number =
        db.write(|db| propose_revocation(db, &roster, &bob.credential_id, rng, &act)).unwrap().number;
    house.sign_for(("admin", &chain.admin), &number).unwrap();
    house.sign_for(("amina", &chain.amina), &number).unwrap();
    assert_eq!(logins(&mut house), ["admin", "amina", "bob"]);
    house.receive();
    assert_eq!(logins(&mut house), ["admin", "amina"]);
    let roster = house.verifier.roster(&mut house.db).unwrap();
    assert!(roster.key(&bob.credential_id).unwrap().counts(before), "what it signed before stands");
    let act = house.officer("amina");
    let House { db, rng, .. } = &mut house;
    let again = db.write(|db| propose_revocation(db, &roster, &bob.credential_id, rng, &act));
    assert_eq!(code(again), "enrolment-key-unknown");
}

#[test]
fn a_root_can_be_revoked_and_what_it_signs_later_enrols_nobody() {
    let mut house = House::new();
    let chain = house.pin();
    let third = house.enrolled_key(&chain, "carol", Role::Administrator);
    let roster = house.verifier.roster(&mut house.db).unwrap();
    let act = house.act(store::Actor::Job("worker"));
    let House { db, rng, .. } = &mut house;
    assert_eq!(db.write(|db| settle(db, &roster, rng, &act)).unwrap(), ["carol"]);
    let act = house.officer("amina");
    let House { db, rng, .. } = &mut house;
    let number =
        db.write(|db| propose_revocation(db, &roster, &chain.admin.credential_id, rng, &act)).unwrap().number;
    house.sign_for(("amina", &chain.amina), &number).unwrap();
    house.sign_for(("carol", &third), &number).unwrap();
    assert_eq!(house.refused(), [""; 0]);
    assert_eq!(logins(&mut house), ["amina", "carol"]);
    house.later(60);
    let key = Authenticator::new("bob");
    let number = house.proposed(&key, "bob", Role::RegistrationOfficer).number;
    let refused = house.sign_for(("admin", &chain.admin), &number);
    assert_eq!(code(refused), "approval-proof-invalid");
}

#[test]
fn a_login_keeps_its_name_and_role_and_a_key_is_enrolled_once() {
    let mut house = House::new();
    let chain = house.pin();
    let bob = house.enrolled_key(&chain, "bob", Role::RegistrationOfficer);
    let propose_as = |house: &mut House, key: &Authenticator, login: &str, role| {
        let roster = house.verifier.roster(&mut house.db).unwrap();
        let act = house.officer("admin");
        let new = NewEnrolment {
            login: login.to_owned(),
            display_name: "Prénom Nom".to_owned(),
            role,
            scope: Scope::default(),
            email: None,
            credential: NewCredential::Passkey(crate::approval::passkey::NewPasskey {
                credential_id: key.credential_id.clone(),
                key: key.public_key(),
            }),
        };
        let House { db, rng, verifier, .. } = house;
        db.write(|db| propose(db, verifier, &roster, new, rng, &act))
    };
    let other = Authenticator::new("another");
    assert_eq!(code(propose_as(&mut house, &bob, "clara", Role::RegistrationOfficer)), "enrolment-clash");
    assert_eq!(code(propose_as(&mut house, &other, "bob", Role::Administrator)), "enrolment-clash");
    assert_eq!(code(propose_as(&mut house, &other, "Bob", Role::Auditor)), "officer-field-invalid");
    assert!(propose_as(&mut house, &other, "bob", Role::RegistrationOfficer).is_ok(), "a second key");
}

#[test]
fn roots_are_keys_of_two_administrators_at_least() {
    let keys = ["a", "b"].map(Authenticator::new);
    let root = |at: usize, login: &str| keys[at].root(login, "Prénom Nom");
    assert!(PinnedRoots::new(vec![root(0, "a"), root(1, "b")]).is_ok());
    assert!(PinnedRoots::new(vec![]).is_err());
    assert!(PinnedRoots::new(vec![root(0, "a"), root(1, "a")]).is_err());
    assert!(PinnedRoots::new(vec![root(0, "a"), root(0, "b")]).is_err());
}

#[test]
fn a_signature_that_was_laid_by_enrols_nobody() {
    let mut house = House::new();
    let chain = house.pin();
    let number = house.proposed(&Authenticator::new("bob"), "bob", Role::RegistrationOfficer).number;
    let subject = get(&mut house.db, &number).unwrap().decidable();
    let proof = house.key_proof(("amina", &chain.amina), &subject);
    let at = house.at.millis();
    house.later(FRESHNESS.as_secs() * 4);
    house.sign_for(("admin", &chain.admin), &number).unwrap();
    house.write_decision(&subject, "amina", at, &proof);
    assert_eq!(house.refused(), ["approval-nonce-spent"]);
    assert_eq!(logins(&mut house), ["admin", "amina"]);
}
