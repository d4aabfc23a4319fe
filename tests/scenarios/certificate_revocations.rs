//! A revocation officer has a software certificate revoked on its page: the web role asks, with its own rights on the database, and the worker
//! revokes.

use acceptance::harness::{DatabaseKind, folder, openssl};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use store::DatabaseRole;
use store::schema::certificate_requests;

use super::desk::between;
use super::peers::officer_scope::{Session, officers_pages};
use super::workshop::workshop;

#[test]
fn a_software_certificate_is_revoked_from_its_page_by_the_worker() {
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgresql] {
        let workshop = workshop(kind);
        let mut db = workshop.open(DatabaseRole::Owner);
        let (number, issuer, serial): (String, Option<String>, Option<String>) = certificate_requests::table
            .filter(certificate_requests::status.eq("issued"))
            .order(certificate_requests::number)
            .select((
                certificate_requests::number,
                certificate_requests::issuer,
                certificate_requests::serial,
            ))
            .first(&mut db)
            .unwrap();
        let (issuer, serial) = (issuer.unwrap(), serial.unwrap());
        let mut web = workshop.open(DatabaseRole::Web);
        if web.is_on_server() {
            let by_itself = format!(
                "UPDATE certificates SET status = 'revoked', settled_at = 1, revoked_at = 1, revocation_reason = 'superseded' \
                 WHERE issuer = '{issuer}' AND serial = '{serial}'"
            );
            let refused = web.batch_execute(&by_itself).unwrap_err().to_string();
            assert!(refused.contains("ends certificates of cards, and no others"), "{refused}");
        }

        let (port, mut process, links) = officers_pages(&workshop);
        let place = folder();
        let session = Session { port, jar: place.path().join("rita") };
        assert_eq!(session.send(&links["revocation-officer"], None).0, "303");
        let address = format!("/ra/certificats/{number}/revocation");
        let (status, page) = session.send(&address, None);
        assert!(status == "200" && page.contains(&serial), "{status}: {page}");
        let token = between(&page, "name=\"jeton\" value=\"", "\"").unwrap();
        let asked = [("jeton", token), ("motif", "keyCompromise"), ("definitif", "oui")];
        assert_eq!(session.send(&address, Some(&asked)).0, "303");
        assert!(session.send(&address, None).1.contains("Révocation demandée par"));
        if web.is_on_server() {
            let by_itself = "UPDATE certificate_revocation_requests SET outcome = 'revoked', answered_at = 1";
            let refused = web.batch_execute(by_itself).unwrap_err().to_string();
            assert!(refused.contains("permission denied"), "{refused}");
        }

        let done = workshop.job("certificate-revocations");
        assert_eq!(done["revoked"], serde_json::json!([number]), "{done}");
        assert!(session.send(&address, None).1.contains("Le certificat est révoqué."));
        workshop.igc(&["publish", "crl"]);
        let crl = workshop.dir().join(format!("public/crl/{issuer}.crl")).display().to_string();
        let listed = openssl(["crl", "-inform", "DER", "-in", &crl, "-noout", "-text"]).expect_exit(0).stdout;
        let (_, entry) =
            listed.split_once(&format!("Serial Number: {}", serial.to_uppercase())).expect("it is listed");
        assert!(entry.lines().take(5).any(|line| line.trim() == "Key Compromise"), "{entry}");
        process.stop(std::time::Duration::from_secs(30));
        workshop.check();
    }
}
