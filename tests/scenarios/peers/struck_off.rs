//! T29: who is struck off loses his card with all that stands on it, everywhere; who is reinstated gets another.

use std::fs;

use acceptance::harness::{DatabaseKind, openssl, run};
use ca_core::certificate::Certificate;
use card::{CardNumber, CardStatus};
use registration_authority::lapse;
use store::DatabaseRole;

use crate::scenarios::invariants::of_card;
use crate::scenarios::register_days::WITHOUT_A_CARD;
use crate::scenarios::status_service::status_service;
use crate::scenarios::workshop::{APPROVER, SUBMITTER, Workshop, workshop};

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

fn stands_on_the_opposition_list(workshop: &Workshop, card: &CardNumber) -> bool {
    let list = fs::read_to_string(workshop.dir().join("public/oppositions/full.csv")).unwrap();
    list.lines().any(|line| line.split(';').nth(1) == Some(&card.to_string()))
}

#[test]
fn who_is_struck_off_is_revoked_everywhere_and_who_is_reinstated_gets_a_new_card() {
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgresql] {
        let workshop = workshop(kind);
        let (card, holder, certificates) = living(&workshop);
        let rpps = &holder[1..];
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
        assert!(certificates.len() >= 2 && stands_on_the_opposition_list(&workshop, &card));

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
