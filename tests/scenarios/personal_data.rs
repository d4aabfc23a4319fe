//! What is kept of persons: apart, for those who need it, and not for ever; and that the log stands without it.

use acceptance::harness::{DatabaseKind, chance, run};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use professional_registry::ImportedRegister;
use registration_authority::order::{self, NewDocument};
use registration_authority::personal_data::{FAMILIES, Payloads};
use registration_authority::views;
use store::schema::{audit_events, audit_leaves, audit_payloads};
use store::{Database, DatabaseRole, Fault};

use super::workshop::{APPROVER, SUBMITTER, Workshop, officer, workshop};

/// How many payloads events of this family have.
fn payloads(workshop: &Workshop, family: &str) -> i64 {
    audit_events::table
        .inner_join(audit_payloads::table)
        .filter(audit_events::action.like(format!("{family}%")))
        .count()
        .get_result(&mut workshop.open(DatabaseRole::Owner))
        .unwrap()
}

fn leaves(workshop: &Workshop) -> i64 {
    audit_leaves::table.count().get_result(&mut workshop.open(DatabaseRole::Owner)).unwrap()
}

fn doctor(workshop: &Workshop) -> String {
    let findings = run(&mut workshop.command(&["doctor"])).json();
    let found =
        findings.as_array().unwrap().iter().find(|finding| finding["what"] == "personal data").unwrap();
    found["verdict"].as_str().unwrap().to_owned()
}

#[test]
fn payloads_whose_time_is_over_are_erased_and_the_log_and_every_certificate_are_still_proven() {
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgresql] {
        let workshop = workshop(kind);
        workshop.job("audit");
        let erase = ["audit", "erase"];
        assert_eq!(workshop.igc(&erase).json()["erased"], 0, "ten years are not over");
        assert_eq!(doctor(&workshop), "well");
        let (orders, certificates) = (payloads(&workshop, "order."), payloads(&workshop, "certificate."));
        assert!(orders > 3 && certificates > 10);

        workshop.configure("retention", "audit_payload_days", 0);
        assert_eq!(doctor(&workshop), "warning");
        let before = leaves(&workshop);
        let erased = workshop.igc(&erase).json()["erased"].as_i64().unwrap();
        assert!(erased >= orders, "{erased}");
        for (family, kept) in FAMILIES {
            if kept == Payloads::OfPersons {
                assert_eq!(payloads(&workshop, family), 0, "on {kind}: {family}");
            }
        }
        assert_eq!(
            payloads(&workshop, "certificate."),
            certificates,
            "what certificates are proven with stays"
        );
        assert_eq!(workshop.igc(&erase).json()["erased"], 0, "and nothing twice");
        workshop.job("audit");
        assert_eq!(leaves(&workshop), before + erased, "each event stays, and one more says what was erased");
        workshop.check();
        workshop.the_bundle_holds();
        assert_eq!(doctor(&workshop), "well");
    }
}

#[test]
fn a_document_goes_with_its_time_after_its_order_is_closed_and_the_log_stands() {
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgresql] {
        let workshop = workshop(kind);
        let order = workshop.submit(1).remove(0).number;
        // With the rights of the web role, as the page does.
        let mut db = workshop.open(DatabaseRole::Web);
        let act = officer(&mut db, SUBMITTER);
        let new = NewDocument { name: "contrat.pdf".to_owned(), content: b"%PDF-1.7 fictif".to_vec() };
        let register = &mut ImportedRegister;
        let attached = db.write(|db| order::attach(db, register, &order, &new, &mut chance(), &act)).unwrap();
        let read = |db: &mut Database| {
            let act = officer(db, APPROVER);
            db.write(|db| views::document(db, (&order, &attached.id), &mut chance(), &act))
        };
        assert_eq!(read(&mut db).unwrap().1, new.content);
        workshop.configure("retention", "document_days", 0);
        let erase = ["audit", "erase"];
        assert_eq!(workshop.igc(&erase).json()["documents"], 0, "the order is open");
        db.write(|db| order::withdraw(db, &order, &mut chance(), &act)).unwrap();
        assert_eq!(workshop.igc(&erase).json()["documents"], 1, "on {kind}");
        assert_eq!(read(&mut db).unwrap_err().code().name, "order-document-erased");
        for role in [DatabaseRole::Web, DatabaseRole::Worker] {
            if kind == DatabaseKind::Postgresql {
                let refused = workshop.open(role).batch_execute("DELETE FROM order_document_contents");
                assert!(refused.unwrap_err().to_string().contains("permission denied"), "{role:?}");
            }
        }
        workshop.job("audit");
        workshop.check();
    }
}

#[test]
fn one_payload_is_erased_on_request_with_its_reference() {
    let workshop = workshop(DatabaseKind::Sqlite);
    let event: String = audit_events::table
        .inner_join(audit_payloads::table)
        .filter(audit_events::action.eq("order.approved"))
        .select(audit_events::id)
        .first(&mut workshop.open(DatabaseRole::Owner))
        .unwrap();
    let erase = ["audit", "erase", "--event", &event, "--reason", "demande 2026-17"];
    assert_eq!(workshop.igc(&erase).json()["erased"], 1);
    run(&mut workshop.command(&erase)).expect_exit(3);
    run(&mut workshop.command(&["audit", "erase", "--event", &event])).expect_exit(2);
    workshop.check();
}

#[test]
fn what_proves_a_certificate_is_not_erased_on_request() {
    let workshop = workshop(DatabaseKind::Sqlite);
    let mut db = workshop.open(DatabaseRole::Owner);
    for action in ["certificate.intended", "certificate.issued", "key.made"] {
        let event: String = audit_events::table
            .inner_join(audit_payloads::table)
            .filter(audit_events::action.eq(action))
            .select(audit_events::id)
            .first(&mut db)
            .unwrap();
        let erase = ["audit", "erase", "--event", &event, "--reason", "demande 2026-18"];
        let refused = run(&mut workshop.command(&erase)).expect_exit(4);
        assert!(refused.stderr.contains("audit-payload-proves"), "{}", refused.stderr);
        let kept: i64 = audit_payloads::table.find(&event).count().get_result(&mut db).unwrap();
        assert_eq!(kept, 1, "{action}");
    }
    workshop.job("audit");
    workshop.check();
    workshop.the_bundle_holds();
}

#[test]
fn civil_status_and_contacts_are_read_by_the_worker_and_by_nobody_else() {
    let workshop = workshop(DatabaseKind::Postgresql);
    let read = "SELECT content FROM register_identities";
    workshop.open(DatabaseRole::Worker).batch_execute(read).unwrap();
    for role in [DatabaseRole::Web, DatabaseRole::Status] {
        let refused = workshop.open(role).batch_execute(read).unwrap_err().to_string();
        assert!(refused.contains("permission denied"), "{role:?}: {refused}");
    }
    for (role, sql) in [
        (DatabaseRole::Web, "SELECT payload FROM audit_payloads"),
        (DatabaseRole::Status, "SELECT payload FROM audit_payloads"),
        (DatabaseRole::Worker, "DELETE FROM audit_payloads"),
        (DatabaseRole::Web, "DELETE FROM audit_payloads"),
        (
            DatabaseRole::Web,
            "INSERT INTO register_merges (adeli, rpps, feed, merged_at) VALUES ('00B6000019', '899700000013', repeat('0', 64), 1)",
        ),
    ] {
        let refused = workshop.open(role).batch_execute(sql).unwrap_err().to_string();
        assert!(refused.contains("permission denied"), "{role:?}, {sql}: {refused}");
    }
}

/// What the worker leaves beside an open order for its officer; the contact of a call-back, which stands with its ticket for as long as that is open; the address of work where an officer
/// is written to; and the one that stands in a certificate.
const KNOWN: [&str; 6] = [
    "certificate_requests.email_address",
    "officer_enrolments.email",
    "opposition_tickets.email",
    "opposition_tickets.telephone",
    "order_birth_names.birth_family_name",
    "order_birth_names.birth_given_names",
];

/// No column of another table than those that the page names is called like civil status or an address.
#[test]
fn no_other_table_has_a_column_for_civil_status_or_contacts() {
    let database = acceptance::harness::database(DatabaseKind::Postgresql);
    let mut db = database.open(DatabaseRole::Owner);
    #[derive(QueryableByName)]
    struct Column {
        #[diesel(sql_type = diesel::sql_types::Text)]
        name: String,
    }
    let words = ["birth", "naissance", "phone", "telephone", "mail", "address", "sex", "nationality"];
    let like = words.map(|word| format!("column_name LIKE '%{word}%'")).join(" OR ");
    let found: Vec<Column> = diesel::sql_query(format!(
        "SELECT table_name || '.' || column_name AS name FROM information_schema.columns
         WHERE table_schema = current_schema() AND ({like}) ORDER BY 1"
    ))
    .load(&mut db)
    .unwrap();
    assert_eq!(found.iter().map(|column| column.name.as_str()).collect::<Vec<_>>(), KNOWN);
}
