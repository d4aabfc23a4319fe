//! `igc certificate relint`: the stored certificates under the lint of today, on both databases.

use std::collections::BTreeSet;
use std::fs;

use acceptance::harness::{DatabaseKind, igc, run};
use ca_core::identity::Identity;
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
fn damaged_certificates_are_named_with_their_cards_and_all_others_are_read_on_both_databases() {
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgresql] {
        let workshop = workshop(kind);
        let (planted, _) = plant(&workshop);
        let damaged = damage(&workshop, kind);

        let output = run(&mut workshop.command(&["certificate", "relint"])).expect_exit(8);
        assert!(output.stderr.contains("certificate-not-as-recorded"), "{}", output.said());
        let found = output.json();
        let rows = found.as_array().unwrap();
        let of = |rule: &str| rows.iter().filter(|row| row["rule"] == rule).collect::<Vec<_>>();
        let [touched] = of("igc-1.6-profession")[..] else { panic!("one, not {found}") };
        assert_eq!(touched["serial"], planted, "what comes after the damage is read too");
        let named: Vec<_> =
            of("certificate-not-as-recorded").iter().map(|row| row["serial"].clone()).collect();
        assert_eq!(named, damaged);
        assert!(of("certificate-not-as-recorded").iter().all(|row| row["card"].is_string()), "{found}");
    }
}

/// The certificates of two cards hold each other's octets, as no role of the database may have it; their serial numbers.
fn damage(workshop: &Workshop, kind: DatabaseKind) -> Vec<String> {
    let mut db = workshop.open(DatabaseRole::Owner);
    let two: Vec<(String, Option<Vec<u8>>)> = certificates::table
        .filter(certificates::profile.eq(PROFILE))
        .filter(certificates::der.is_not_null())
        .order((certificates::issuer, certificates::serial))
        .limit(2)
        .select((certificates::serial, certificates::der))
        .load(&mut db)
        .unwrap();
    let table = if kind == DatabaseKind::Postgresql { " ON certificates" } else { "" };
    let trigger = format!("DROP TRIGGER certificates_keep_what_was_signed{table}");
    diesel::sql_query(trigger).execute(&mut db).unwrap();
    for (serial, other) in [(&two[0].0, &two[1].1), (&two[1].0, &two[0].1)] {
        let of_serial = certificates::table.filter(certificates::serial.eq(serial));
        diesel::update(of_serial).set(certificates::der.eq(other)).execute(&mut db).unwrap();
    }
    two.into_iter().map(|(serial, _)| serial).collect()
}

#[test]
fn what_was_issued_under_an_earlier_identity_passes_where_its_file_is_given() {
    let workshop = workshop(DatabaseKind::Sqlite);
    let (file, earlier) = (workshop.dir().join("identity.toml"), workshop.dir().join("earlier.toml"));
    let text = fs::read_to_string(&file).unwrap();
    fs::write(&earlier, &text).unwrap();
    fs::write(&file, text.replace("/ocsp\"", "/etat\"")).unwrap();

    let found = run(&mut workshop.command(&["certificate", "relint"])).expect_exit(9).json();
    let rules = found.as_array().unwrap().iter().map(|row| row["rule"].as_str().unwrap());
    assert_eq!(rules.collect::<BTreeSet<_>>(), BTreeSet::from(["igc-1.5-ocsp-address"]));
    let with_it = ["certificate", "relint", "--earlier-identity", earlier.to_str().unwrap()];
    assert_eq!(workshop.igc(&with_it).json(), serde_json::json!([]));

    // It was in force before there was a rule that it breaks.
    let of_then = format!("{text}\n[serial_prefixes]\nACI-FO-PP-1 = \"2A00000000000001\"\n");
    let broken = Identity::parse(&of_then).unwrap_err().to_string();
    assert!(broken.contains("serial_prefixes.ACI-FO-PP-1: no such authority"), "{broken}");
    fs::write(&earlier, of_then).unwrap();
    assert_eq!(workshop.igc(&with_it).json(), serde_json::json!([]));

    // What certificates are held against is not all in it.
    fs::write(&earlier, text.replace("upn_suffix", "suffix")).unwrap();
    let refused = run(&mut workshop.command(&with_it)).expect_exit(2);
    let line = text.lines().position(|line| line == "[cards]").unwrap() + 1;
    let said = format!("earlier.toml: identity, line {line}: missing field `upn_suffix`");
    assert!(refused.stderr.contains("identity-invalid"), "{}", refused.said());
    assert!(refused.stderr.contains(&said), "{}", refused.said());
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
