//! `igc certificate relint`: the stored certificates under the lint of today, on both databases.

use acceptance::harness::{DatabaseKind, igc, run};
use diesel::prelude::*;
use store::schema::{card_certificates, certificates};
use store::{DatabaseRole, Timestamp};

use super::demonstration;
use super::workshop::{Workshop, workshop};

const PROFILE: &str = "fo-pp-cps-sign";

#[test]
fn a_certificate_that_a_rule_touches_is_named_with_its_holder_and_card_on_both_databases() {
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgresql] {
        let workshop = workshop(kind);
        assert_eq!(workshop.igc(&["certificate", "relint"]).json(), serde_json::json!([]));
        let (serial, card) = plant(&workshop);

        let found = run(&mut workshop.command(&["certificate", "relint"])).expect_exit(9).json();
        let [row] = found.as_array().unwrap().as_slice() else { panic!("one row, not {found}") };
        assert_eq!(row["serial"], serial);
        assert_eq!(row["profile"], PROFILE);
        assert_eq!(row["rule"], "igc-1.6-profession");
        assert_eq!(row["card"], card);
        assert!(row["subject"].as_str().unwrap().contains("8997"), "{row}");

        run(&mut workshop.command(&["certificate", "relint", "--profile", PROFILE])).expect_exit(9);
        workshop.igc(&["certificate", "relint", "--profile", "fo-pp-cps-auth"]);
        workshop.igc(&["certificate", "relint", "--since", "2999-01-01T00:00:00Z"]);
        run(&mut workshop.command(&["certificate", "relint", "--profile", "nobody"])).expect_exit(3);

        let lines = run(igc().args(["-o", "jsonl", "certificate", "relint", "--dir"]).arg(workshop.dir()));
        assert_eq!(lines.expect_exit(9).stdout.lines().count(), 1);
        let table = run(igc().args(["certificate", "relint", "--dir"]).arg(workshop.dir())).expect_exit(9);
        assert!(table.stdout.ends_with("; 1 would not be signed today\n"), "{}", table.stdout);
    }
}

#[test]
fn certificates_are_judged_at_the_moment_they_were_made_however_late_it_is() {
    // A copy of the demonstration in which nearly three years have passed and cards were renewed.
    let future = demonstration::on_sqlite().dir().join("future");
    let found = run(igc().args(["-o", "json", "certificate", "relint", "--dir"]).arg(&future));
    assert_eq!(found.expect_exit(0).json(), serde_json::json!([]));
}

/// A certificate such as a lint that did not know the table of professions let through; its serial number and card.
fn plant(workshop: &Workshop) -> (String, String) {
    let mut db = workshop.open(DatabaseRole::Owner);
    let (issuer, serial, tbs, prepared_at, not_after): (String, String, Vec<u8>, Timestamp, Timestamp) =
        certificates::table
            .filter(certificates::profile.eq(PROFILE))
            .filter(certificates::status.eq("good"))
            .select((
                certificates::issuer,
                certificates::serial,
                certificates::tbs,
                certificates::prepared_at,
                certificates::not_after,
            ))
            .first(&mut db)
            .unwrap();
    let (card, usage): (String, String) = card_certificates::table
        .find((&issuer, &serial))
        .select((card_certificates::card_number, card_certificates::key_usage))
        .first(&mut db)
        .unwrap();
    let (epoch, evidence): (i64, Vec<u8>) = certificates::table
        .find((&issuer, &serial))
        .select((certificates::epoch, certificates::evidence_digest))
        .first(&mut db)
        .unwrap();

    // The profession becomes 61, which is none, in the last extension; the serial number another.
    let planted = format!("{}{}", &serial[..serial.len() - 1], if serial.ends_with('0') { '1' } else { '0' });
    let old = octets(&serial);
    let at = tbs.windows(old.len()).position(|window| window == old).unwrap();
    let mut tbs = tbs;
    tbs[at..at + old.len()].copy_from_slice(&octets(&planted));
    let last = tbs.last_mut().unwrap();
    // The demonstration's physician, pharmacist or nurse: which serial number comes first is chance.
    assert!([10, 21, 60].contains(last), "a profession ends the certificate, and not {last}");
    *last = 61;

    diesel::insert_into(certificates::table)
        .values((
            certificates::issuer.eq(&issuer),
            certificates::serial.eq(&planted),
            certificates::profile.eq(PROFILE),
            certificates::status.eq("intended"),
            certificates::epoch.eq(epoch),
            certificates::evidence_kind.eq("officer"),
            certificates::evidence_digest.eq(evidence),
            certificates::spki_sha256.eq([7; 32].as_slice()),
            certificates::tbs.eq(tbs),
            certificates::not_before.eq(prepared_at),
            certificates::not_after.eq(not_after),
            certificates::prepared_at.eq(prepared_at),
        ))
        .execute(&mut db)
        .unwrap();
    diesel::insert_into(card_certificates::table)
        .values((
            card_certificates::issuer.eq(&issuer),
            card_certificates::serial.eq(&planted),
            card_certificates::card_number.eq(&card),
            card_certificates::key_usage.eq(&usage),
        ))
        .execute(&mut db)
        .unwrap();
    (planted, card)
}

fn octets(hexadecimal: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&hexadecimal[at..at + 2], 16).unwrap();
    (0..hexadecimal.len()).step_by(2).map(digit).collect()
}
