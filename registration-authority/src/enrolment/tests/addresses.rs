use der::asn1::OctetString;
use der::{Encode, Sequence};

use super::*;
use crate::approval::passkey::NewPasskey;
use crate::officers::OfficerEmail;
use crate::outbox::{self, OutboxEntry};

fn email(text: &str) -> OfficerEmail {
    text.parse().unwrap()
}

/// Where the officer is written to, as the worker reckons.
fn address(house: &mut House, login: &str) -> Option<String> {
    let roster = house.verifier.roster(&mut house.db).unwrap();
    house.verifier.address_of(&roster, login).map(ToString::to_string)
}

fn readdressed(house: &mut House, key: &Authenticator, to: &str) -> String {
    let (roster, act) = (house.verifier.roster(&mut house.db).unwrap(), house.officer("admin"));
    let House { db, rng, .. } = house;
    db.write(|db| propose_address(db, &roster, &key.credential_id, email(to), rng, &act)).unwrap().number
}

/// What officers are told of enrolments, and where each of it goes.
fn told(house: &mut House) -> Vec<(String, Option<String>)> {
    let act = house.job();
    let roster = house.verifier.roster(&mut house.db).unwrap();
    let House { db, rng, verifier, .. } = house;
    let numbers = db.write(|db| tell(db, verifier, &roster, rng, &act)).unwrap();
    let written: Vec<OutboxEntry> = outbox::waiting(db, 100).unwrap();
    let notice = |number: &String| {
        let subject = format!("enrolment {number}");
        written.iter().find(|entry| entry.subject == subject).unwrap().notice.clone()
    };
    numbers
        .iter()
        .map(|number| (notice(number), verifier.told_at(&roster, number).map(ToString::to_string)))
        .collect()
}

#[test]
fn an_address_counts_once_two_administrators_have_signed_and_the_one_before_is_told_of_the_next() {
    on_both(|house| {
        let chain = house.pin();
        let key = house.enrolled_key_at(&chain, "bob", Role::RegistrationOfficer, "bob@exemple.fr");
        assert_eq!(address(house, "bob").as_deref(), Some("bob@exemple.fr"));
        let at_bob = Some("bob@exemple.fr".to_owned());
        assert_eq!(told(house), [("officer-key-added".to_owned(), at_bob.clone())]);
        assert_eq!(told(house), [], "once");

        let number = readdressed(house, &key, "mallory@exemple.org");
        house.sign_for(("admin", &chain.admin), &number).unwrap();
        house.receive();
        assert_eq!(address(house, "bob"), at_bob, "one is not enough");
        assert_eq!(told(house), []);
        house.sign_for(("amina", &chain.amina), &number).unwrap();
        house.receive();
        assert_eq!(address(house, "bob").as_deref(), Some("mallory@exemple.org"));
        assert_eq!(told(house), [("officer-address-changed".to_owned(), at_bob)]);
        // A second key brings an address of its own: the one that stood is told of both.
        let number = house.proposed_at(&Authenticator::new("bob's second"), "bob", "bob@exemple.net").number;
        house.sign_for(("admin", &chain.admin), &number).unwrap();
        house.sign_for(("amina", &chain.amina), &number).unwrap();
        house.receive();
        let before = Some("mallory@exemple.org".to_owned());
        assert_eq!(told(house), [("officer-key-added".to_owned(), before)]);
        house.revoke(&chain, &key);
        let last = Some("bob@exemple.net".to_owned());
        assert_eq!(told(house), [("officer-key-revoked".to_owned(), last)]);
    });
}

#[test]
fn an_address_that_nobody_signed_for_is_not_used() {
    let mut house = House::new();
    let chain = house.pin();
    let key = house.enrolled_key_at(&chain, "bob", Role::RegistrationOfficer, "bob@exemple.fr");
    // A proposal as the web role may write one, and nobody's signature.
    let number = readdressed(&mut house, &key, "mallory@exemple.org");
    house.receive();
    assert_eq!(address(&mut house, "bob").as_deref(), Some("bob@exemple.fr"));
    // Signatures for one address do not hold for another.
    house.sign_for(("admin", &chain.admin), &number).unwrap();
    house.sign_for(("amina", &chain.amina), &number).unwrap();
    house.receive();
    house.sql("DROP TRIGGER officer_enrolments_are_never_changed").unwrap();
    house.sql("UPDATE officer_enrolments SET email = 'eve@exemple.org' WHERE action = 'readdress'").unwrap();
    assert_eq!(address(&mut house, "bob").as_deref(), Some("bob@exemple.fr"));
    house.sql("UPDATE officer_enrolments SET email = 'eve@exemple.org' WHERE action = 'enrol'").unwrap();
    assert_eq!(address(&mut house, "bob"), None, "the key does not count any more either");
    assert_eq!(logins(&mut house), ["admin", "amina"]);
}

#[test]
fn what_the_configuration_says_of_a_login_is_what_counts() {
    let mut house = House::new();
    let chain = house.pin();
    let pinned = [("admin".to_owned(), email("admin@exemple.fr"))].into();
    house.verifier = house.verifier.clone().with_addresses(pinned);
    assert_eq!(address(&mut house, "admin").as_deref(), Some("admin@exemple.fr"));
    let third = house.enrolled_key(&chain, "carol", Role::Administrator);
    let (roster, act) = (house.verifier.roster(&mut house.db).unwrap(), house.job());
    let House { db, rng, .. } = &mut house;
    db.write(|db| settle(db, &roster, rng, &act)).unwrap();
    let number = readdressed(&mut house, &chain.admin, "mallory@exemple.org");
    house.sign_for(("amina", &chain.amina), &number).unwrap();
    house.sign_for(("carol", &third), &number).unwrap();
    house.receive();
    assert_eq!(address(&mut house, "admin").as_deref(), Some("admin@exemple.fr"));
    assert_eq!(address(&mut house, "amina"), None);
    let at_admin = Some("admin@exemple.fr".to_owned());
    assert_eq!(told(&mut house), [("officer-address-changed".to_owned(), at_admin)]);
}

#[test]
fn an_address_is_one_and_nothing_else() {
    for text in ["bob@exemple.fr", "b.o-b+igc@exemple.fr"] {
        assert_eq!(email(text).as_str(), text);
    }
    let long = format!("{}@exemple.fr", "b".repeat(244));
    for text in
        ["", "bob", "Bob <bob@exemple.fr>", "bob@exemple.fr, x@y.fr", "bob@exemple.fr\r\nBcc: x@y.fr", &long]
    {
        assert_eq!(code(text.parse::<OfficerEmail>()), "officer-field-invalid", "{text:?}");
    }
}

/// The encoding as it was before there were addresses.
#[derive(Sequence)]
struct Before {
    encoding_version: u8,
    number: String,
    action: String,
    login: String,
    display_name: String,
    role: String,
    credential_id: OctetString,
    public_key: OctetString,
    not_before: i64,
    proposed_by: String,
    proposed_at: i64,
    #[asn1(context_specific = "0", tag_mode = "EXPLICIT", optional = "true")]
    scope: Option<String>,
}

#[test]
fn what_was_signed_before_there_were_addresses_has_the_same_octets_still() {
    let mut house = House::new();
    house.pin();
    let mut one = house.proposed(&Authenticator::new("bob"), "bob", Role::RegistrationOfficer);
    for (version, scope) in [(1, ""), (2, "profession:60")] {
        one.scope = scope.parse().unwrap();
        let before = Before {
            encoding_version: version,
            number: one.number.clone(),
            action: "enrol".to_owned(),
            login: "bob".to_owned(),
            display_name: "Prénom Nom".to_owned(),
            role: "registration-officer".to_owned(),
            credential_id: OctetString::new(one.credential.id()).unwrap(),
            public_key: OctetString::new(one.credential.public_key()).unwrap(),
            not_before: one.not_before.millis(),
            proposed_by: "admin".to_owned(),
            proposed_at: one.proposed_at.millis(),
            scope: Some(scope.to_owned()).filter(|scope| !scope.is_empty()),
        };
        assert_eq!(one.decidable().canonical, before.to_der().unwrap());
        let addressed = Enrolment { email: Some(email("bob@exemple.fr")), ..one.clone() };
        assert_ne!(addressed.decidable().canonical, one.decidable().canonical);
    }
}

/// What is proposed of bob without an address, as a page proposes it that asks no rule.
fn proposed_past_the_rule(house: &mut House, key: &Authenticator) -> String {
    let (act, roster) = (house.officer("admin"), house.verifier.roster(&mut house.db).unwrap());
    let new = NewEnrolment {
        login: "bob".to_owned(),
        display_name: "Prénom Nom".to_owned(),
        role: Role::RegistrationOfficer,
        scope: Scope::default(),
        email: None,
        credential: NewCredential::Passkey(NewPasskey {
            credential_id: key.credential_id.clone(),
            key: key.public_key(),
        }),
    };
    let of_a_demo = house.approver.verifier();
    let House { db, rng, verifier, .. } = house;
    let refused = db.write(|db| propose(db, verifier, &roster, new.clone(), rng, &act));
    assert_eq!(code(refused), "officer-address-missing");
    db.write(|db| propose(db, &of_a_demo, &roster, new, rng, &act)).unwrap().number
}

#[test]
fn nobody_decides_in_production_whom_the_worker_could_not_tell() {
    let mut house = House::new();
    let chain = house.pin_in_production(&["admin", "amina"]);
    let bob = Authenticator::new("bob");
    let number = proposed_past_the_rule(&mut house, &bob);
    house.sign_for(("admin", &chain.admin), &number).unwrap();
    house.sign_for(("amina", &chain.amina), &number).unwrap();
    assert_eq!(house.refused(), [""; 0], "both can be told");
    let [first, second] = [nurse(), other_nurse()]
        .map(|holder| house.submit("alice", cps(&holder, "60")).unwrap().number().to_owned());
    assert_eq!(code(house.approve_by(("bob", &bob), &first)), "officer-address-missing");
    // Past the page, too.
    let subject = crate::order::get(&mut house.db, &first).unwrap().decidable();
    let (proof, at) = (house.key_proof(("bob", &bob), &subject), house.at.millis());
    house.write_decision(&subject, "bob", at, &proof);
    assert_eq!(house.refused(), ["officer-address-missing"]);
    // Two administrators sign for an address: he decides.
    let number = readdressed(&mut house, &bob, "bob@exemple.fr");
    house.sign_for(("admin", &chain.admin), &number).unwrap();
    house.sign_for(("amina", &chain.amina), &number).unwrap();
    assert_eq!(house.refused(), [""; 0]);
    house.approve_by(("bob", &bob), &second).unwrap();
    assert_eq!(house.refused(), [""; 0]);
}

#[test]
fn a_first_administrator_signs_for_no_key_whom_the_worker_could_not_tell() {
    let mut house = House::new();
    let chain = house.pin_in_production(&["amina"]);
    let number = house.proposed_at(&Authenticator::new("bob"), "bob", "bob@exemple.fr").number;
    assert_eq!(code(house.sign_for(("admin", &chain.admin), &number)), "officer-address-missing");
    house.sign_for(("amina", &chain.amina), &number).unwrap();
}
