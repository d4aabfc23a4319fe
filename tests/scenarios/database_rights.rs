//! On PostgreSQL each process has a role with the least it needs. The golden file is the whole list of rights, so that
//! a new one is seen by whoever reads the diff; the scenarios do with each role all that its process does.

use acceptance::harness::{DatabaseKind, chance, database, golden, run};
use ca_core::status_log;
use card::KeyUsage;
use crl_publisher::ocsp::Responder;
use crl_publisher::publish::opposition_list;
use crl_publisher::status::{Standing, Statuses, lookup};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use professional_registry::ImportedRegister;
use registration_authority::approval::Delays;
use registration_authority::opposition::{self, Ground};
use registration_authority::{order, refusal_reasons};
use store::{Database, DatabaseRole};

use super::invariants::of_card;
use super::register_days::WITHOUT_A_CARD;
use super::workshop::{APPROVER, REVOKER, SUBMITTER, Workshop, officer, workshop};

/// `role: RIGHT table`, or `role: RIGHT table (columns)` where it has the right on some columns only.
const RIGHTS: &str = "
    SELECT grantee || ': ' || privilege_type || ' ' || table_name AS line
    FROM information_schema.table_privileges
    WHERE grantee LIKE 'igc\\_%' AND table_schema = current_schema()
    UNION ALL
    SELECT grantee || ': ' || privilege_type || ' ' || table_name || ' (' || string_agg(column_name, ', ' ORDER BY column_name) || ')'
    FROM information_schema.column_privileges c
    WHERE grantee LIKE 'igc\\_%' AND table_schema = current_schema()
      AND NOT EXISTS (SELECT 1 FROM information_schema.table_privileges t
                      WHERE (t.grantee, t.table_schema, t.table_name, t.privilege_type)
                          = (c.grantee, c.table_schema, c.table_name, c.privilege_type))
    GROUP BY grantee, privilege_type, table_name
    ORDER BY 1";

#[derive(QueryableByName)]
struct Right {
    #[diesel(sql_type = Text)]
    line: String,
}

#[test]
fn the_rights_of_each_database_role_are_those_that_were_read_and_meant() {
    let database = database(DatabaseKind::Postgresql);
    let Database::Postgresql(mut db) = database.open(DatabaseRole::Owner) else { unreachable!() };
    let rights: Vec<Right> = diesel::sql_query(RIGHTS).load(&mut db).unwrap();
    assert!(rights.len() > 50, "the rights are not found");
    golden("database-rights.txt", &rights.into_iter().map(|right| right.line + "\n").collect::<String>());
}

#[test]
fn the_web_role_can_do_all_that_the_pages_do() {
    let workshop = workshop(DatabaseKind::Postgresql);
    let [approved, refused, withdrawn] = workshop.submit(3).try_into().unwrap();
    let mut db = workshop.open(DatabaseRole::Web);
    let (registry, approver) = (&mut ImportedRegister, workshop.approver());
    let verifier = approver.verifier();

    let act = officer(&mut db, SUBMITTER);
    let refreshed = db
        .write(|db| order::refresh(db, registry, &approved.number, approved.version, &mut chance(), &act))
        .unwrap();
    db.write(|db| order::withdraw(db, &withdrawn.number, &mut chance(), &act)).unwrap();

    let act = officer(&mut db, APPROVER);
    let proof = approver.approve(&refreshed.decidable(), APPROVER, &mut chance(), act.at).unwrap();
    let (number, version) = (&refreshed.number, refreshed.version);
    db.write(|db| order::approve(db, registry, &verifier, number, version, &proof, &mut chance(), &act))
        .unwrap();
    let reason = refusal_reasons::ALL[0].code;
    let proof =
        approver.refuse(&refused.decidable(), (reason, None), APPROVER, &mut chance(), act.at).unwrap();
    let (number, version) = (&refused.number, refused.version);
    db.write(|db| order::refuse(db, &verifier, number, version, &proof, None, &mut chance(), &act)).unwrap();
    let patient = verifier.with_delays(Delays::DEFAULT);
    db.write(|db| order::take_back(db, registry, &patient, number, version, &mut chance(), &act)).unwrap();

    let card = workshop.cards(card::CardStatus::Active)[0];
    let act = officer(&mut db, REVOKER);
    opposition::oppose(&mut db, &card, Ground::Stolen, &mut chance(), &act).unwrap();
}

#[test]
fn the_status_role_can_answer_and_sees_no_holder() {
    let workshop = workshop(DatabaseKind::Postgresql);
    let card = workshop.cards(card::CardStatus::Active)[0];
    let (_, certificate) = of_card(&mut workshop.open(DatabaseRole::Owner), &card)
        .into_iter()
        .find(|(usage, _)| *usage == KeyUsage::Authentication)
        .unwrap();
    let mut db = workshop.open(DatabaseRole::Status);
    let act = officer(&mut db, "nobody");
    assert!(Responder::load(&mut db, &act).unwrap().valid_until().count() > 0);
    let statuses = Statuses::default();
    assert!(statuses.synchronise(&mut db, act.at).unwrap().loaded);
    let known = statuses.view().unwrap().image.get(&certificate.issuer, &certificate.serial);
    assert_eq!(known, Some(Standing::GOOD));
    let row = lookup(&mut db, &certificate.issuer, &certificate.serial).unwrap();
    assert_eq!(Standing::of(&row), known);
    assert!(!opposition_list::since(&mut db, 0, 10).unwrap().is_empty());
    assert!(status_log::newest(&mut db).unwrap() > 0);
    db.batch_execute(
        "SELECT number, this_update, next_update FROM crls; SELECT last FROM card_opposition_counter;
         SELECT feed FROM register_holds; SELECT status FROM register_feeds",
    )
    .unwrap();
    for table in
        ["cards", "card_certificates", "card_orders", "professionals", "officers", "audit_payloads", "outbox"]
    {
        let refused = db.batch_execute(&format!("SELECT 1 FROM {table}")).expect_err(table).to_string();
        assert!(refused.contains("permission denied"), "{table}: {refused}");
    }
}

#[test]
fn neither_the_web_nor_the_worker_may_do_what_is_the_owners() {
    let workshop: Workshop = workshop(DatabaseKind::Postgresql);
    for (role, attempts) in [
        (
            DatabaseRole::Web,
            [
                "UPDATE renewal_plans SET horizon = 0",
                "UPDATE card_orders SET holder = 'x'",
                "UPDATE certificates SET der = tbs",
                "SELECT payload FROM audit_payloads",
            ],
        ),
        (
            DatabaseRole::Worker,
            [
                "INSERT INTO decisions SELECT * FROM decisions",
                "UPDATE officers SET ended_at = 1",
                "DELETE FROM crls",
                "DELETE FROM audit_payloads",
            ],
        ),
    ] {
        let mut db = workshop.open(role);
        for sql in attempts {
            let refused = db.batch_execute(sql).expect_err(sql).to_string();
            assert!(refused.contains("permission denied"), "{sql}: {refused}");
        }
    }
}

/// Whoever holds the web role's password could otherwise make himself a physician.
#[test]
fn the_web_role_forges_no_row_of_the_register() {
    let workshop: Workshop = workshop(DatabaseKind::Postgresql);
    let mut db = workshop.open(DatabaseRole::Web);
    for sql in [
        "INSERT INTO professionals SELECT '899700099999', family_name, given_name, civility, first_feed, last_feed,
             ceased_at, lines, exercises FROM professionals LIMIT 1",
        "UPDATE professionals SET exercises = replace(exercises, '60', '10')",
        "UPDATE professionals SET ceased_at = NULL",
        "DELETE FROM professionals",
        "INSERT INTO register_structures SELECT 'R1', siret, siren, finess, finess_legal, corporate_name,
             department_code, department_label, last_feed FROM register_structures LIMIT 1",
        "UPDATE register_structures SET corporate_name = 'X'",
        "INSERT INTO register_feeds (id, source, file_name, extracted_at, imported_at, status, sequence, rows_read,
             rows_rejected) SELECT repeat('0', 64), source, file_name, extracted_at, imported_at, status,
             sequence + 1, rows_read, rows_rejected FROM register_feeds LIMIT 1",
        "UPDATE register_feeds SET writes = 0",
        "UPDATE register_feeds SET speaks_of_absent = TRUE",
        "DELETE FROM register_holds",
        "INSERT INTO register_silences VALUES (1, '899700000013')",
    ] {
        let refused = db.batch_execute(sql).expect_err(sql).to_string();
        assert!(refused.contains("permission denied"), "{sql}: {refused}");
    }
}

/// A process says `SET ROLE igc_web`, and who took it over can say `RESET ROLE`: the login it then is has the web role's
/// rights, and not its name.
#[test]
fn who_has_the_web_roles_rights_under_another_name_is_kept_from_the_same() {
    let workshop = workshop(DatabaseKind::Postgresql);
    let card = workshop.cards(card::CardStatus::Active)[0];
    let Database::Postgresql(mut owner) = workshop.open(DatabaseRole::Owner) else { unreachable!() };
    // Roles are the server's: another run on it may have made this one.
    owner
        .batch_execute(
            "DO $$ BEGIN CREATE ROLE igc_test_login IN ROLE igc_web; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
             GRANT igc_test_login TO CURRENT_USER",
        )
        .unwrap();
    let held = format!(
        "UPDATE certificates SET held_at = 1 FROM card_certificates c WHERE c.card_number = '{card}'
         AND c.issuer = certificates.issuer AND c.serial = certificates.serial"
    );
    assert!(
        diesel::sql_query(&held).execute(&mut owner).unwrap() > 0,
        "nothing to hold, so nothing to release"
    );
    let mut login = workshop.open(DatabaseRole::Owner);
    login.batch_execute("SET ROLE igc_test_login").unwrap();
    for (forbidden, rule) in [
        (held.replace("held_at = 1", "held_at = NULL"), "may only hold, and only certificates of cards"),
        (format!("UPDATE cards SET status = 'expired' WHERE number = '{card}'"), "may only revoke and oppose"),
        (
            "UPDATE certificates SET status = 'revoked', revoked_at = 1, revocation_reason = 'superseded', settled_at = 1
             WHERE status = 'good' AND NOT EXISTS (SELECT 1 FROM card_certificates c
                WHERE c.issuer = certificates.issuer AND c.serial = certificates.serial)"
                .to_owned(),
            "ends certificates of cards, and no others",
        ),
    ] {
        let refused = login.batch_execute(&forbidden).expect_err(&forbidden).to_string();
        assert!(refused.contains(rule), "{forbidden}: {refused}");
    }
}

#[test]
fn an_extract_and_a_correspondence_are_read_with_the_workers_rights() {
    let workshop = workshop(DatabaseKind::Postgresql);
    let mut owner = workshop.open(DatabaseRole::Owner);
    owner
        .batch_execute("REVOKE INSERT ON register_feeds FROM igc_worker; REVOKE INSERT ON register_merges FROM igc_worker")
        .unwrap();
    let correspondence = workshop.dir().join("correspondance_202601010000.csv");
    std::fs::write(&correspondence, "N° ADELI;N° RPPS\n0B6000019;99700000013\n").unwrap();
    let merges = ["registry", "merges", correspondence.to_str().unwrap()];
    let extract = workshop.extract(24, &WITHOUT_A_CARD[..1]);
    for refused in [workshop.import(&extract), run(&mut workshop.command(&merges))] {
        assert!(refused.stderr.contains("permission denied"), "{}", refused.stderr);
    }
    owner
        .batch_execute(
            "GRANT INSERT ON register_feeds TO igc_worker; GRANT INSERT ON register_merges TO igc_worker",
        )
        .unwrap();
    workshop.import(&extract).expect_exit(0);
    assert_eq!(workshop.igc(&merges).json()["new"], 1);
    workshop.check();
}
