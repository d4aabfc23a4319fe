//! T29: who is struck off loses his card with all that stands on it, everywhere; who is reinstated gets another.

use std::fs;

use acceptance::harness::{DatabaseKind, free_port, openssl, run};
use ca_core::certificate::{self, Certificate};
use card::{CardNumber, CardStatus, KeyUsage};
use diesel::prelude::*;
use registration_authority::lapse;
use serde_json::json;
use store::DatabaseRole;
use store::schema::certificate_requests;

use crate::scenarios::card_sign_in::{Held, Served, ask, cards, enrol};
use crate::scenarios::invariants::of_card;
use crate::scenarios::officers_keys::OfficersKeys;
use crate::scenarios::register_days::WITHOUT_A_CARD;
use crate::scenarios::status_service::status_service;
use crate::scenarios::workshop::{APPROVER, REVOKER, SECOND_APPROVER, SUBMITTER, Workshop, workshop};

/// A card that lives, its holder's IdNat_PS and its certificates.
fn living(workshop: &Workshop) -> (CardNumber, String, Vec<Certificate>) {
    let mut db = workshop.open(DatabaseRole::Owner);
    let card = workshop.cards(CardStatus::Active)[0];
    let holder = card::get(&mut db, &card).unwrap().holder;
    let certificates = of_card(&mut db, &card).into_iter().map(|(_, certificate)| certificate).collect();
    (card, holder, certificates)
}

/// Whether the published CRL of its authority names the certificate.
fn stands_on_the_crl(workshop: &Workshop, certificate: &Certificate) -> bool {
    let crl = workshop.dir().join(format!("public/crl/{}.crl", certificate.issuer));
    let text = openssl(["crl", "-inform", "DER", "-noout", "-text", "-in", crl.to_str().unwrap()]);
    text.expect_exit(0).stdout.contains(&certificate.serial.to_string())
}

/// A software certificate of the holder of this card, for the same exercise.
fn software_certificate(workshop: &Workshop, card: &CardNumber, holder: &str) -> Certificate {
    let mut db = workshop.open(DatabaseRole::Owner);
    let exercise = card::get(&mut db, card).unwrap().exercise;
    let profession = exercise.strip_prefix("profession:").unwrap();
    let (key, csr) = (workshop.dir().join("soft.key"), workshop.dir().join("soft.csr"));
    let new = ["req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/"];
    let files = ["-keyout", key.to_str().unwrap(), "-out", csr.to_str().unwrap()];
    openssl(new.into_iter().chain(files)).expect_exit(0);
    let asked = ["certificate", "request", "--profile", "el-pp-soft-auth", "--holder", holder];
    let whose = ["--profession", profession, "--as", SUBMITTER, "--csr", csr.to_str().unwrap()];
    let number =
        workshop.igc(&[&asked[..], &whose[..]].concat()).json()["number"].as_str().unwrap().to_owned();
    workshop.igc(&["certificate", "approve", &number, "--as", APPROVER]);
    assert_eq!(workshop.job("certification")["requests"], json!([number]));
    let (issuer, serial): (Option<String>, Option<String>) = certificate_requests::table
        .find(&number)
        .select((certificate_requests::issuer, certificate_requests::serial))
        .first(&mut db)
        .unwrap();
    certificate::find(&mut db, &issuer.unwrap(), &serial.unwrap().parse().unwrap()).unwrap().unwrap()
}

fn stands_on_the_opposition_list(workshop: &Workshop, card: &CardNumber) -> bool {
    let list = fs::read_to_string(workshop.dir().join("public/oppositions/full.csv")).unwrap();
    list.lines().any(|line| line.split(';').nth(1) == Some(&card.to_string()))
}

#[test]
fn who_is_struck_off_is_revoked_everywhere_and_who_is_reinstated_gets_a_new_card() {
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgresql] {
        let workshop = workshop(kind);
        let (card, holder, mut certificates) = living(&workshop);
        let rpps = &holder[1..];
        // His software certificate is tied to the same exercise, and has the same end.
        certificates.push(software_certificate(&workshop, &card, &holder));
        let status = status_service(&workshop);
        assert_eq!(workshop.a_day_comes(1, &[rpps]), [""; 0], "one reading opposes nobody");
        for certificate in &certificates {
            assert_eq!(status.says(&workshop, certificate), "good");
        }

        assert_eq!(workshop.a_day_comes(2, &[rpps, WITHOUT_A_CARD[0]]), [card.to_string()], "on {kind}");
        workshop.job("full-crl");
        workshop.job("publication");
        for certificate in &certificates {
            status.comes_to_say(&workshop, certificate, "revoked");
            assert!(stands_on_the_crl(&workshop, certificate), "{}", certificate.serial);
        }
        assert!(certificates.len() >= 3 && stands_on_the_opposition_list(&workshop, &card));

        // Reinstated: nothing of the old card comes back, and a new one can be had.
        assert_eq!(workshop.a_day_comes(3, &[WITHOUT_A_CARD[1]]), [""; 0]);
        workshop.job("full-crl");
        for certificate in &certificates {
            assert_eq!(status.says(&workshop, certificate), "revoked");
            assert!(stands_on_the_crl(&workshop, certificate));
        }
        assert!(workshop.cards(CardStatus::Opposed).contains(&card));
        let exercise =
            card::get(&mut workshop.open(DatabaseRole::Owner), &card).unwrap().exercise.to_string();
        let profession = exercise.strip_prefix("profession:").unwrap();
        let submit = ["order", "submit", "--holder", &holder, "--profession", profession, "--as", SUBMITTER];
        let order = workshop.igc(&submit).json();
        let approve = ["order", "approve", order["number"].as_str().unwrap(), "--as", APPROVER];
        assert_eq!(workshop.igc(&approve).json()["status"], "approved");
        let made = workshop.make_cards();
        assert!(!made.contains(&card) && !made.is_empty());
        workshop.check();
    }
}

#[test]
fn who_is_reinstated_before_the_second_reading_keeps_his_card() {
    let workshop = workshop(DatabaseKind::Postgresql);
    let (card, holder, certificates) = living(&workshop);
    assert_eq!(workshop.a_day_comes(1, &[&holder[1..]]), [""; 0]);
    let lapses = lapse::open(&mut workshop.open(DatabaseRole::Owner), 10).unwrap();
    assert_eq!(lapses.iter().map(|lapse| lapse.card).collect::<Vec<_>>(), [card]);
    assert_eq!(workshop.a_day_comes(2, &[WITHOUT_A_CARD[0]]), [""; 0]);
    assert!(lapse::open(&mut workshop.open(DatabaseRole::Owner), 10).unwrap().is_empty(), "lifted");
    // Gone once more: that is a first reading again.
    assert_eq!(workshop.a_day_comes(3, &[&holder[1..], WITHOUT_A_CARD[0]]), [""; 0]);
    assert!(workshop.cards(CardStatus::Active).contains(&card));
    let status = status_service(&workshop);
    for certificate in &certificates {
        assert_eq!(status.says(&workshop, certificate), "good");
    }
    // An officer need not wait for the second one, and his ground is his to say.
    let add = ["opposition", "add", &card.to_string(), "--ground", "struck-off", "--as", APPROVER];
    run(&mut workshop.command(&add)).expect_exit(0);
    for certificate in &certificates {
        status.comes_to_say(&workshop, certificate, "revoked");
    }
}

#[test]
fn the_session_that_his_card_has_opened_ends_when_its_holder_is_struck_off() {
    let workshop = workshop(DatabaseKind::Postgresql);
    let made = cards(&workshop, 1, 1)[0];
    let holder = card::get(&mut workshop.open(DatabaseRole::Owner), &made).unwrap().holder;
    let web = free_port();
    workshop.put_into_production();
    let keys = OfficersKeys::pin(workshop.dir(), &format!("https://localhost:{web}"));
    workshop.job("decisions");
    let held = Held::of(&workshop, made, KeyUsage::Authentication);
    enrol(&workshop, &keys, &held.der);
    assert_eq!(workshop.a_day_comes(1, &[&holder[1..]]), [""; 0]);
    let mut served = Served::start(&workshop, web);
    let queue = format!("{}/ra/file", served.for_cards);
    let cookie = served.sign_in(&held);
    let asked = || ask(Some(&held), &queue, &["--cookie", &cookie]).unwrap();
    assert_eq!(asked().status, 200, "one reading ends no session");
    workshop.import(&workshop.extract(2, &[&holder[1..], WITHOUT_A_CARD[0]])).expect_exit(0);
    workshop.opposed_by_the_register();
    assert!(workshop.cards(CardStatus::Opposed).contains(&made));
    let out = asked();
    assert_eq!((out.status, out.header("location")), (303, "/ra/sign-in"));
    let page = ask(Some(&held), &format!("{}/ra/carte", served.for_cards), &[]).unwrap();
    assert!(page.body.contains("enrolment-certificate-ended"), "{}", page.body);
    served.end();
}

/// A suspension is lifted for who is reinstated, by two officers; a revocation never is.
#[test]
fn who_is_reinstated_while_his_card_is_suspended_has_it_back_and_who_is_struck_off_meanwhile_has_not() {
    for reinstated in [true, false] {
        let workshop = workshop(DatabaseKind::Postgresql);
        let (card, holder, certificates) = living(&workshop);
        workshop.configure("opposition", "holds", true);
        let status = status_service(&workshop);
        assert_eq!(workshop.a_day_comes(1, &[&holder[1..]]), [""; 0]);
        let number = card.to_string();
        workshop.igc(&["opposition", "add", &number, "--ground", "suspended", "--as", REVOKER]);
        for certificate in &certificates {
            status.comes_to_say(&workshop, certificate, "revoked");
            assert!(status.ask(&workshop, certificate).said().contains("Reason: certificateHold"));
        }
        let gone = match reinstated {
            true => vec![WITHOUT_A_CARD[0]],
            false => vec![&holder[1..], WITHOUT_A_CARD[0]],
        };
        let opposed = workshop.a_day_comes(2, &gone);
        let lift = |login| run(&mut workshop.command(&["opposition", "lift", &number, "--as", login]));
        if reinstated {
            assert_eq!(opposed, [""; 0]);
            lift(APPROVER).expect_exit(6);
            lift(SECOND_APPROVER).expect_exit(0);
            workshop.job("decisions");
            for certificate in &certificates {
                status.comes_to_say(&workshop, certificate, "good");
            }
            assert!(workshop.cards(CardStatus::Active).contains(&card));
        } else {
            assert_eq!(opposed, [number.as_str()]);
            assert!(lift(APPROVER).expect_exit(3).stderr.contains("suspension-unknown"));
            assert_eq!(workshop.a_day_comes(3, &[WITHOUT_A_CARD[1]]), [""; 0], "he is reinstated");
            assert!(lift(APPROVER).expect_exit(3).stderr.contains("suspension-unknown"));
            for certificate in &certificates {
                status.comes_to_say(&workshop, certificate, "revoked");
                assert!(!status.ask(&workshop, certificate).said().contains("certificateHold"));
            }
        }
    }
}
