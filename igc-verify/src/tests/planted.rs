//! What whoever owns the worker, the authority's key and the log can make of them: each certificate here is signed, recorded
//! and logged as the good ones are.

use super::installation::{Card, Extension, Installation, Said, THEN};
use crate::tbs;

/// The step that makes the responder of the ceremony's file.
const RESPONDER: &str = "certificate ocsp-ACI-FO-PP-first";

/// What is found of an installation with this card.
fn of_card(card: &Card) -> String {
    let mut made = Installation::new();
    made.card(card);
    made.found()
}

/// What is found where a nurse's card is certified otherwise.
fn certified(alter: impl FnOnce(&mut Said)) -> String {
    let mut card = Card::of_a_nurse();
    alter(&mut card.said);
    of_card(&card)
}

fn replace(said: &mut Said, kind: &[u8], text: &'static str) {
    let place = said.subject.iter().position(|(known, _)| *known == kind).unwrap();
    said.subject[place].1 = text;
}

#[test]
fn an_installation_that_did_nothing_wrong_holds() {
    let mut made = Installation::new();
    made.card(&Card::of_a_nurse());
    let (said, key) = (made.list_signer(), made.key_of_his_own());
    made.by_ceremony("ACI-FO-PP", "el-org-sign", &said, &key, "certificate list-signer");
    let (said, key) = (made.responder(), made.key_of_his_own());
    made.by_ceremony("ACI-FO-PP", "ocsp-responder", &said, &key, RESPONDER);
    assert_eq!(made.found(), "");
}

#[test]
fn an_ocsp_responder_answers_and_is_nobody() {
    let found = |alter: &dyn Fn(&mut Said)| {
        let mut made = Installation::new();
        let (mut said, key) = (made.responder(), made.key_of_his_own());
        alter(&mut said);
        made.by_ceremony("ACI-FO-PP", "ocsp-responder", &said, &key, RESPONDER);
        made.found()
    };
    let client: &[u8] = b"\x2b\x06\x01\x05\x05\x07\x03\x02";
    assert!(found(&|said| said.extensions[2] = Extension::Purpose(client)).contains("may do something else"));
    assert!(found(&|said| said.extensions.truncate(2)).contains("may do something else"));
    assert!(
        found(&|said| said.subject.push((tbs::TITLE, "Médecin"))).contains("title Médecin, on which nobody")
    );
    let found = found(&|said| said.extensions.push(Extension::Profession(10)));
    assert!(found.contains("its profession is not what was decided on"), "{found}");
}

#[test]
fn a_ceremony_is_evidence_for_what_its_file_names_and_nothing_else() {
    let nurse = Card::of_a_nurse().said;
    for step in ["certificate list-signer", "certificate ACI-FO-PP", "open"] {
        let mut made = Installation::new();
        let key = made.key_of_his_own();
        made.by_ceremony("ACI-FO-PP", "fo-pp-cps-auth", &nurse, &key, step);
        let words = "whose file names no certificate of profile fo-pp-cps-auth by ACI-FO-PP";
        assert!(made.found().contains(words), "{step}: {}", made.found());
    }
    // Under the profile that the file names: for somebody else than it says.
    let mut made = Installation::new();
    let key = made.key_of_his_own();
    made.by_ceremony("ACI-FO-PP", "el-org-sign", &nurse, &key, "certificate list-signer");
    assert!(made.found().contains("its subject has no stateOrProvinceName"), "{}", made.found());
    // Or with an authority's power.
    let mut made = Installation::new();
    let mut said = made.list_signer();
    said.extensions[0] = Extension::Authority;
    let key = made.key_of_his_own();
    made.by_ceremony("ACI-FO-PP", "el-org-sign", &said, &key, "certificate list-signer");
    assert!(made.found().contains("is no authority of a ceremony"), "{}", made.found());
}

#[test]
fn a_step_of_a_ceremony_makes_one_certificate_and_that_which_its_file_names() {
    let mut made = Installation::new();
    let said = made.list_signer();
    for _ in 0..2 {
        let key = made.key_of_his_own();
        made.by_ceremony("ACI-FO-PP", "el-org-sign", &said, &key, "certificate list-signer");
    }
    assert!(made.found().contains("the step that names it has made another certificate"), "{}", made.found());
    for step in ["certificate ACR-FO", "certificate other", "key list-signer"] {
        let mut made = Installation::new();
        let key = made.key_of_his_own();
        made.by_ceremony("ACI-FO-PP", "el-org-sign", &said, &key, step);
        assert!(made.found().contains("no step of a ceremony names it"), "{step}: {}", made.found());
    }
    // An authority beside the one that the ceremony made: its step is taken.
    let mut made = Installation::new();
    let second = Said {
        subject: vec![(tbs::COMMON_NAME, "SECOND")],
        extensions: vec![Extension::Authority, Extension::Usage(0x06)],
    };
    let key = made.key_of_his_own();
    made.by_ceremony("ACR-FO", "issuing", &second, &key, "certificate ACI-FO-PP");
    assert!(made.found().contains("the step that names it has made another certificate"), "{}", made.found());
}

#[test]
fn what_was_decided_on_stands_in_its_own_attribute() {
    // The victim's number as the name, and the number that was approved somewhere else.
    let found = certified(|said| {
        replace(said, tbs::COMMON_NAME, "899700000999");
        said.subject.push((tbs::UNIT, "899700000123"));
    });
    assert!(
        found.contains("899700000123 was decided on, and does not stand in its subject as its commonName")
    );
    let found = certified(|said| {
        replace(said, tbs::SURNAME, "CAMILLE");
        replace(said, tbs::GIVEN_NAME, "DUPONT");
    });
    assert!(found.contains("as its surname"), "{found}");
    let found = certified(|said| said.subject.push((tbs::COMMON_NAME, "899700000999")));
    assert!(found.contains("its subject has no commonName, or more than one"), "{found}");
    for (kind, words) in [
        (tbs::UNIT, "its subject has organizationalUnitName X, on which nobody decided"),
        (tbs::ORGANISATION, "its subject has organizationName X, on which nobody decided"),
        (b"\x55\x04\x05".as_slice(), "an attribute that no profile has: X, on which nobody decided"),
    ] {
        let found = certified(|said| said.subject.push((kind, "X")));
        assert!(found.contains(words), "{found}");
    }
    let found = certified(|said| said.subject.retain(|(kind, _)| *kind != tbs::TITLE));
    assert!(found.contains("its subject has no title"), "{found}");
}

#[test]
fn a_nurse_is_no_physician() {
    let found = certified(|said| replace(said, tbs::TITLE, "Médecin"));
    assert!(found.contains("Infirmier was decided on"), "{found}");
    let found = certified(|said| said.extensions[2] = Extension::Profession(10));
    assert!(found.contains("its profession is not what was decided on"), "{found}");
    let found = certified(|said| said.extensions.push(Extension::FutureProfession(10)));
    assert!(found.contains("its future profession is not what was decided on"), "{found}");
    let found = certified(|said| said.extensions.push(Extension::CardType(1)));
    assert!(found.contains("its kind of card is not what was decided on"), "{found}");
    let found = certified(|said| said.extensions.push(Extension::CardNumber("8025000001/2600000099")));
    assert!(found.contains("its card number is not what was decided on"), "{found}");
    let good = certified(|said| {
        said.extensions.extend([Extension::CardType(0), Extension::CardNumber("8025000001/2600000017")]);
    });
    assert_eq!(good, "");
    let of_no_profession = of_card(&Card { profession: "61", ..Card::of_a_nurse() });
    assert!(
        of_no_profession.contains("of a kind or profession that is not known here"),
        "{of_no_profession}"
    );
}

#[test]
fn who_learns_a_profession_is_certified_as_what_he_learns() {
    let mut student = Card { kind: "CPF", profession: "10", profile: "fo-pp-cpf-auth", ..Card::of_a_nurse() };
    replace(&mut student.said, tbs::TITLE, "Médecin en formation");
    student.said.extensions[2] = Extension::FutureProfession(10);
    student.said.extensions.push(Extension::CardType(1));
    assert_eq!(of_card(&student), "");
    let mut made = student.clone();
    replace(&mut made.said, tbs::TITLE, "Médecin");
    assert!(of_card(&made).contains("Médecin en formation was decided on"));
    let mut made = student;
    made.said.extensions[2] = Extension::Profession(10);
    assert!(of_card(&made).contains("its profession is not what was decided on"));
}

#[test]
fn nobody_has_a_power_a_name_or_an_extension_on_which_nobody_decided() {
    let last = Extension::PrincipalName("899700000123@test");
    let instead = |extension: Extension| certified(|said| said.extensions[3] = extension);
    assert_eq!(instead(last), "");
    for (extension, words) in [
        (Extension::Purpose(b"\x2b\x06\x01\x05\x05\x07\x03\x09"), "it may answer for its issuer"),
        (Extension::Purpose(b"\x55\x1d\x25\x00"), "it may answer for its issuer"),
        (Extension::PrincipalName("899700000999@test"), "it logs on as"),
        (Extension::Host("www.example.org"), "its host names are"),
        (Extension::Other(b"\x55\x1d\x1e"), "it has an extension that no profile has"),
        (Extension::Profession(60), "an extension stands in it twice"),
    ] {
        let found = instead(extension);
        assert!(found.contains(words), "{found}");
    }
    for (place, extension) in
        [(0, Extension::Authority), (1, Extension::Usage(0x04)), (1, Extension::Usage(0x82))]
    {
        let found = certified(|said| said.extensions[place] = extension);
        assert!(
            found.contains("it may sign certificates or CRLs, and is no authority of a ceremony"),
            "{found}"
        );
    }
    // Of another kind of card, or for another use, or for nobody.
    for profile in ["fo-pp-cps-sign", "fo-pp-cpf-auth", "st-pp-cps-auth", "st-pp-cpe-service-auth"] {
        let found = of_card(&Card { profile, ..Card::of_a_nurse() });
        assert!(found.contains(&format!("profile {profile} is not what was decided on")), "{found}");
    }
}

#[test]
fn a_decision_is_not_older_than_what_it_is_on() {
    let decided = |at: i64| of_card(&Card { decided_at: at, ..Card::of_a_nurse() });
    // Two clocks may be ten minutes apart.
    assert_eq!(decided(THEN - 600_000), "");
    let found = decided(THEN - 600_001);
    assert!(found.contains("a decision is older than what it is on"), "{found}");
}

#[test]
fn a_decision_is_good_for_one_certificate_of_each_use() {
    let (first, other) =
        (Card::of_a_nurse(), Card { usage: "signature", profile: "fo-pp-cps-sign", ..Card::of_a_nurse() });
    let mut made = Installation::new();
    made.card(&first);
    made.card(&other);
    made.card(&Card { number: "CO-2026-000002", ..Card::of_a_nurse() });
    assert_eq!(made.found(), "");
    made.card(&first);
    let words = "another certificate rests on card order CO-2026-000001 for profile fo-pp-cps-auth";
    assert!(made.found().contains(words), "{}", made.found());
}

#[test]
fn a_plan_renews_a_card_once_whatever_its_order_is_called() {
    let renewed = Card { replaces: Some("2600000009"), ..Card::of_a_nurse() };
    let mut made = Installation::new();
    made.card(&renewed);
    assert_eq!(made.found(), "");
    made.card(&Card { number: "CO-2026-000002", ..renewed });
    let words = "another certificate rests on renewal plan RP-2026-000001 for card 2600000009";
    assert!(made.found().contains(words), "{}", made.found());
}

#[test]
fn who_is_no_authority_is_none_by_being_called_one() {
    let mut made = Installation::new();
    let der = made.card(&Card::of_a_nurse());
    made.authorities.push(("ACI-FO-PP-2", der));
    let words = "authority ACI-FO-PP-2: its certificate is not among the certificates that hold";
    assert!(made.found().contains(words), "{}", made.found());
}
