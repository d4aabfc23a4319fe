//! The documents of a dossier: attached from its page, listed there, taken away, and never shown in a page.

use actix_web::http::header;
use actix_web::test::TestRequest;
use professional_registry::ImportedRegister;
use registration_authority::order::{self, NewDocument};

use super::browser::{Answer, Browser};
use super::house::{HOSTILE, House, person};

const PDF: &[u8] = b"%PDF-1.7\n<script>alert(1)</script>";

impl Browser {
    /// Posts a form with a file, its token first, as a page of ours has it.
    pub(super) async fn attach(&mut self, address: &str, name: &str, content: &[u8]) -> Answer {
        let token = self.form_token.clone();
        self.send(attachment(address, &[("jeton", &token), ("liste", "")], name, content)).await
    }
}

impl House {
    /// A document that `login` has attached to an order; its identifier.
    pub(super) fn document(&mut self, login: &str, number: &str) -> String {
        let act = self.officer(login);
        let new = NewDocument { name: "contrat.pdf".to_owned(), content: PDF.to_vec() };
        let Self { db, rng, .. } = self;
        db.write(|db| order::attach(db, &mut ImportedRegister, number, &new, rng, &act)).unwrap().id
    }
}

fn attachment(address: &str, fields: &[(&str, &str)], name: &str, content: &[u8]) -> TestRequest {
    let mut body = Vec::new();
    for (field, value) in fields {
        let part = format!("--limit\r\nContent-Disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    let head = format!(
        "--limit\r\nContent-Disposition: form-data; name=\"fichier\"; filename=\"{name}\"\r\n\
         Content-Type: text/html\r\n\r\n"
    );
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(content);
    body.extend_from_slice(b"\r\n--limit--\r\n");
    TestRequest::post()
        .uri(address)
        .insert_header((header::CONTENT_TYPE, "multipart/form-data; boundary=limit"))
        .insert_header(("sec-fetch-site", "same-origin"))
        .insert_header((header::ORIGIN, "null"))
        .set_payload(body)
}

/// The address of the one document on a page.
fn link(page: &Answer) -> String {
    let (_, rest) =
        page.body.split_once("<a href=\"/ra/dossiers/").unwrap_or_else(|| panic!("{}", page.body));
    let (address, _) = rest.split_once("\" download").unwrap_or_else(|| panic!("{}", page.body));
    let address = address.rsplit("/ra/dossiers/").next().unwrap();
    format!("/ra/dossiers/{address}")
}

#[actix_web::test]
async fn a_document_is_attached_listed_and_taken_away_and_never_runs_here() {
    let mut house = House::new();
    let number = house.submit("agent", &person(1));
    let address = format!("/ra/dossiers/{number}");
    let mut agent = house.browser("agent").await;
    assert!(agent.get(&address).await.says("Aucun document n’est joint."));
    let name = "C:/fakepath/Contrat <b>Élise.pdf";
    let answer = agent.attach(&format!("{address}/documents"), name, PDF).await;
    let page = agent.follow(&answer).await;
    assert!(page.says("Le document est joint à la demande."), "{}", page.body);
    assert!(page.body.contains("Contrat &#60;b&#62;Élise.pdf"), "{}", page.body);
    assert!(!page.body.contains("alert(1)") && !page.body.contains("fakepath"));
    assert!(page.says("(PDF, 1 Kio)") && page.says("Joint par Agnès ROUX"), "{}", page.body);

    let mut bob = house.browser("bob").await;
    let page = bob.get(&address).await;
    let taken = bob.get(&link(&page)).await;
    assert_eq!((taken.status, taken.octets.as_slice()), (200, PDF));
    for (header, value) in [
        ("content-type", "application/pdf"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'; sandbox; frame-ancestors 'none'"),
        ("cache-control", "no-store"),
    ] {
        assert_eq!(taken.header(header), value, "{header}");
    }
    assert_eq!(taken.header("content-disposition"), format!("attachment; filename=\"{number}-1.pdf\""));
    let elsewhere = format!("{address}/documents/{}", "0".repeat(32));
    assert!(bob.get(&elsewhere).await.says("order-document-unknown"));
}

#[actix_web::test]
async fn what_is_no_document_too_long_from_elsewhere_or_without_a_token_is_not_attached() {
    let mut house = House::new();
    let number = house.submit("alice", &person(1));
    let address = format!("/ra/dossiers/{number}/documents");
    let mut bob = house.browser("bob").await;
    let mut long = PDF.to_vec();
    long.resize(order::DOCUMENT_BOUND + 1, b' ');
    for content in [&b""[..], HOSTILE.as_bytes(), b"<html>", &long] {
        let refused = bob.attach(&address, "page.pdf", content).await;
        assert_eq!(refused.status, 422, "{}", refused.body);
        assert!(refused.says("order-document-invalid"), "{}", refused.body);
    }
    let cookie = bob.cookie.clone().unwrap();
    let foreign = attachment(&address, &[("jeton", "another")], "x.pdf", PDF);
    assert!(bob.send(foreign).await.says("form-foreign"));
    bob.cookie = Some(cookie);
    let without = attachment(&address, &[], "x.pdf", PDF);
    assert!(bob.send(without).await.says("form-foreign"));
    let token = bob.form_token.clone();
    let site = attachment(&address, &[("jeton", &token)], "x.pdf", PDF);
    let site = bob.send(site.insert_header(("sec-fetch-site", "cross-site"))).await;
    assert!(site.says("form-foreign"), "{}", site.body);
    let many: Vec<(String, &str)> = (0..9).map(|nth| (format!("champ-{nth}"), "x")).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    assert!(bob.send(attachment(&address, &many, "x.pdf", PDF)).await.says("form-unreadable"));
    assert_eq!(order::documents(&mut house.db, &number).unwrap(), []);
    house.approve_fully(&number);
    let late = bob.attach(&address, "x.pdf", PDF).await;
    assert_eq!(late.status, 412, "it has its decision: {}", late.body);
}
