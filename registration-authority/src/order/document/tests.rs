use std::time::Duration;

use professional_registry::ImportedRegister;
use store::schema::{audit_events, audit_payloads, order_document_contents, order_documents};

use super::*;
use crate::order::decide::approvals;
use crate::order::withdraw;
use crate::testing::*;
use crate::views;

const PDF: &[u8] = b"%PDF-1.7\nContrat de travail, fictif";
const YEAR: Duration = Duration::from_secs(365 * 86_400);

fn ordered(house: &mut House, login: &str) -> String {
    house.submit(login, cps(&nurse(), "60")).unwrap().number().to_owned()
}

fn put(
    house: &mut House,
    login: &str,
    number: &str,
    name: &str,
    content: &[u8],
) -> Result<Document, DocumentError> {
    let act = house.officer(login);
    let new = NewDocument { name: name.to_owned(), content: content.to_vec() };
    let House { db, rng, .. } = house;
    db.write(|db| attach(db, &mut ImportedRegister, number, &new, rng, &act))
}

fn open(
    house: &mut House,
    login: &str,
    number: &str,
    id: &str,
) -> Result<(Document, Vec<u8>), views::DossierError> {
    let act = house.officer(login);
    let House { db, rng, .. } = house;
    db.write(|db| views::document(db, (number, id), rng, &act))
}

fn erased(house: &mut House) -> usize {
    let act = house.job();
    let House { db, rng, .. } = house;
    erase_documents(db, YEAR, rng, &act).unwrap()
}

#[test]
fn what_the_applicant_attaches_is_read_by_whose_scope_sees_the_dossier_and_each_reading_is_an_event() {
    on_both(|house| {
        let number = ordered(house, "agent");
        let document = put(house, "agent", &number, "Contrat Élise.pdf", PDF).unwrap();
        assert_eq!(
            (document.place, document.kind, document.octets),
            (1, DocumentKind::Pdf, PDF.len() as i64)
        );
        for login in ["agent", "bob", "audrey"] {
            let (read, content) = open(house, login, &number, &document.id).unwrap();
            assert_eq!((&read, content.as_slice()), (&document, PDF), "{login}");
        }
        let readings: i64 = audit_events::table
            .filter(audit_events::action.eq("order.document-read"))
            .count()
            .get_result(&mut house.db)
            .unwrap();
        assert_eq!(readings, 3);
        // The trail names the digest, and neither the file nor what stands in it.
        let payloads: Vec<String> =
            audit_payloads::table.select(audit_payloads::payload).load(&mut house.db).unwrap();
        assert!(payloads.iter().any(|payload| payload.contains(&document.sha256)));
        assert!(!payloads.iter().any(|payload| payload.contains("Contrat")));
        assert_eq!(code(open(house, "admin", &number, &document.id)), "reading-not-allowed");
        assert_eq!(code(open(house, "bob", &number, "0")), "order-document-unknown");
        let other = house.submit("agent", cps(&other_nurse(), "60")).unwrap().number().to_owned();
        assert_eq!(
            code(open(house, "bob", &other, &document.id)),
            "order-document-unknown",
            "nor by another order"
        );
    });
}

#[test]
fn only_whose_order_it_is_attaches_and_only_what_is_a_document_and_not_too_much_of_it() {
    on_both(|house| {
        let number = ordered(house, "alice");
        assert_eq!(code(put(house, "agent", &number, "x.pdf", PDF)), "order-not-yours");
        assert_eq!(code(put(house, "rita", &number, "x.pdf", PDF)), "officer-role-missing");
        assert_eq!(code(put(house, "bob", "CO-2026-999999", "x.pdf", PDF)), "order-unknown");
        let mut long = PDF.to_vec();
        long.resize(DOCUMENT_BOUND + 1, b' ');
        let script = b"<script>alert(1)</script>%PDF-1.7";
        for content in [&b""[..], b"%PDF", script, b"PK\x03\x04", b"\xFF\xD8", b"\x89PNG\r\n\x1A\n", &long] {
            assert_eq!(code(put(house, "bob", &number, "x.pdf", content)), "order-document-invalid");
        }
        for name in ["", "  ", "a\nb", &"x".repeat(121)] {
            assert_eq!(code(put(house, "bob", &number, name, PDF)), "order-document-invalid", "{name:?}");
        }
        long.truncate(DOCUMENT_BOUND);
        put(house, "bob", &number, "long.pdf", &long).unwrap();
        put(house, "alice", &number, "photo.jpg", b"\xFF\xD8\xFF\xE0").unwrap();
        put(house, "alice", &number, "plan.png", b"\x89PNG\r\n\x1A\n\0\0\0\x0DIHDR").unwrap();
        for nth in 4..=10 {
            assert_eq!(put(house, "alice", &number, "x.pdf", PDF).unwrap().place, nth);
        }
        assert_eq!(code(put(house, "alice", &number, "x.pdf", PDF)), "order-documents-full");
    });
}

#[test]
fn documents_come_before_the_decision_and_go_some_time_after_the_end() {
    on_both(|house| {
        let (stays, goes) = (ordered(house, "alice"), house.submit("alice", cps(&other_nurse(), "60")));
        let goes = goes.unwrap().number().to_owned();
        let kept = put(house, "alice", &stays, "a.pdf", PDF).unwrap();
        let gone = put(house, "alice", &goes, "b.pdf", PDF).unwrap();
        let act = house.officer("alice");
        let House { db, rng, .. } = house;
        db.write(|db| withdraw(db, &goes, rng, &act)).unwrap();
        assert_eq!(code(put(house, "alice", &goes, "c.pdf", PDF)), "order-not-open");
        house.later(YEAR.as_secs());
        assert_eq!(erased(house), 0, "a year, and not a moment less");
        house.later(1);
        assert_eq!((erased(house), erased(house)), (1, 0));
        assert_eq!(open(house, "bob", &stays, &kept.id).unwrap().1, PDF);
        assert_eq!(code(open(house, "bob", &goes, &gone.id)), "order-document-erased");
        // That there was one, and which, stays.
        let listed = documents(&mut house.db, &goes).unwrap();
        assert_eq!(listed, [Document { name: None, ..gone }]);
        // Whoever has the rights still cannot hide or change anything of an open order.
        let refused = |what: QueryResult<usize>| what.unwrap_err().to_string();
        let by_hand = diesel::delete(order_document_contents::table).execute(&mut house.db);
        assert!(refused(by_hand).contains("documents of an open order"));
        let change = diesel::update(order_document_contents::table)
            .set(order_document_contents::name.eq("x"))
            .execute(&mut house.db);
        assert!(refused(change).contains("as it was attached"));
        let change =
            diesel::update(order_documents::table).set(order_documents::octets.eq(1)).execute(&mut house.db);
        assert!(refused(change).contains("append-only"));
        let deleted = diesel::delete(order_documents::table).execute(&mut house.db);
        assert!(refused(deleted).contains("append-only"));
    });
}

#[test]
fn a_document_asks_the_first_of_two_officers_again_and_whoever_had_not_read_it() {
    on_both(|house| {
        let number = ordered(house, "agent");
        let version = |house: &mut House| get(&mut house.db, &number).unwrap().version;
        let order = get(&mut house.db, &number).unwrap();
        let act = house.officer("bob");
        house.db.write(|db| risk::ask_for_second_officer(db, &order, &act)).unwrap();
        assert!(house.approve("bob", &number).unwrap().is_undecided(), "the first of two");
        assert_eq!(approvals(&mut house.db, &order).unwrap(), ["bob"]);

        let seen = get(&mut house.db, &number).unwrap();
        put(house, "agent", &number, "avenant.pdf", PDF).unwrap();
        assert_eq!(version(house), 2);
        let now = get(&mut house.db, &number).unwrap();
        assert_eq!(approvals(&mut house.db, &now).unwrap(), [""; 0], "bob has not seen it");
        let proof = house.proof("clara", &seen.decidable());
        let stale = house.approve_with("clara", &number, seen.version, &proof);
        assert_eq!(code(stale), "order-stale-version", "nor had clara");

        assert!(house.approve("clara", &number).unwrap().is_undecided(), "she is the first now");
        assert!(!house.approve("bob", &number).unwrap().is_undecided(), "and he signs for what is there");
    });
}

#[test]
fn a_document_that_is_attached_while_a_question_waits_leaves_its_version_to_the_answer() {
    let mut house = House::new();
    let number = ordered(&mut house, "agent");
    let (bob, agent) = (house.officer("bob"), house.officer("agent"));
    let House { db, rng, .. } = &mut house;
    db.write(|db| crate::order::ask(db, &number, 1, "Un contrat ?", rng, &bob)).unwrap();
    put(&mut house, "agent", &number, "contrat.pdf", PDF).unwrap();
    assert_eq!(get(&mut house.db, &number).unwrap().version, 1);
    let House { db, rng, .. } = &mut house;
    let registry = &mut ImportedRegister;
    let order = db.write(|db| crate::order::answer(db, registry, &number, "Le voici.", rng, &agent)).unwrap();
    assert_eq!(order.version, 2);
}
