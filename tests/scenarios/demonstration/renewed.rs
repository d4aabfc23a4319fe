//! What only the years ahead have: the successor of a card, to its end; and nothing of it in the present.

use std::fs;
use std::time::Duration;

use acceptance::harness::{igc, run};
use openssl::asn1::{Asn1Time, Asn1TimeRef};
use openssl::x509::{X509, X509Crl};
use serde_json::{Value, json};

use super::judges::answers;
use super::{Played, Scene, both, serials};

/// The successor, and the card that it replaces.
fn succession(played: &Played) -> (&Value, &Value) {
    let before: Vec<_> = played.present.rows("cards").iter().map(|card| &card["number"]).collect();
    let ahead = played.years_ahead.rows("cards").iter();
    let new: Vec<_> = ahead.filter(|card| !before.contains(&&card["number"])).collect();
    assert_eq!(new.len(), 1, "one card was renewed, and that of a holder struck off was not");
    let old: Vec<_> = played.present.cards("active");
    let old = old.into_iter().find(|card| card["holder"] == new[0]["holder"]).unwrap();
    (new[0], old)
}

#[test]
fn the_successor_of_a_card_is_active_and_the_card_before_it_opposed_as_renewed() {
    both(|played| {
        let ahead = &played.years_ahead;
        let (new, old) = succession(played);
        assert_eq!(new["state"], "active");
        let old = ahead.rows("cards").iter().find(|card| card["number"] == old["number"]).unwrap();
        assert_eq!(old["state"], "opposed");
        for row in ahead.rows("certificates") {
            if serials(old).contains(&row["serial"].as_str().unwrap()) {
                assert_eq!((&row["status"], &row["reason"]), (&json!("revoked"), &json!("superseded")));
            }
        }
        assert_eq!(serials(new).len(), 2);
        for serial in serials(new) {
            let moments = [("before", "good"), ("after", "good")];
            moments.iter().for_each(|(moment, word)| answers(ahead, serial, moment, word));
        }
    });
}

#[test]
fn what_was_made_years_ahead_is_dated_so() {
    both(|played| {
        let (present, ahead) = (&played.present, &played.years_ahead);
        let years = Duration::from_secs((ahead.at - present.at).unsigned_abs());
        assert!(years > Duration::from_secs(2 * 365 * 86_400), "{years:?}");
        let old: Vec<_> = present.rows("certificates").iter().map(|row| &row["serial"]).collect();
        let new = ahead.rows("certificates").iter().filter(|row| !old.contains(&&row["serial"]));
        let mut profiles: Vec<_> = new
            .map(|row| {
                assert!(begins_then(ahead, row["serial"].as_str().unwrap()), "{row}");
                row["profile"].as_str().unwrap()
            })
            .collect();
        profiles.sort_unstable();
        let responders = ["ocsp-responder"; 6];
        assert_eq!(profiles, [&["fo-pp-cps-auth", "fo-pp-cps-sign"][..], &responders].concat());
        let der = fs::read(ahead.path("public/crl/ACI-FO-PP.crl")).unwrap();
        let crl = X509Crl::from_der(&der).unwrap();
        let revoked = crl.get_revoked().unwrap();
        let then = revoked.iter().filter(|one| is_of_that_day(ahead, one.revocation_date())).count();
        assert_eq!((revoked.len(), then), (4, 2), "two of the stolen card, two of the one that was renewed");
    });
}

/// Whether a certificate begins on the day of its scene.
fn begins_then(scene: &Scene, serial: &str) -> bool {
    let pem = fs::read(scene.path(&format!("certificates/{serial}.pem"))).unwrap();
    is_of_that_day(scene, X509::from_pem(&pem).unwrap().not_before())
}

fn is_of_that_day(scene: &Scene, moment: &Asn1TimeRef) -> bool {
    Asn1Time::from_unix(scene.at).unwrap().diff(moment).unwrap().days == 0
}

#[test]
fn nothing_of_the_present_is_from_the_future() {
    both(|played| {
        let present = &played.present;
        let (new, old) = succession(played);
        assert_eq!(old["state"], "active", "in the present it has not ended");
        let newest = serials(new);
        for serial in &newest {
            assert!(!present.path(&format!("certificates/{serial}.pem")).exists());
        }
        let orders = run(igc()
            .args(["-o", "json", "order", "list", "--status", "approved", "--dir"])
            .arg(&present.dir));
        assert_eq!(orders.expect_exit(0).json(), json!([]), "no successor is ordered");
        let of_present = present.rows("certificates").iter().map(|row| row["serial"].as_str().unwrap());
        for serial in of_present {
            assert!(begins_then(present, serial), "{serial}");
        }
    });
}
