//! The retrieval of software certificates: on its page by who asked for it, once he has accepted the terms.

use openssl::x509::X509;
use registration_authority::certificate_request;
use registration_authority::officers::{self, Role};
use registration_authority::outbox;
use store::Actor;

use super::house::{House, person};

impl House {
    /// The worker's round of revocations.
    pub(super) fn revoke_what_is_asked(&mut self) {
        let act = self.act(Actor::Job("certificate-revocations"));
        let done = certificate_request::answer_revocations(&mut self.db, 50, &mut self.rng, &act).unwrap();
        assert_eq!((done.revoked.len(), done.refused, done.failed), (1, Vec::new(), Vec::new()));
    }
}

#[actix_web::test]
async fn an_agent_reads_the_terms_accepts_them_and_has_the_certificate_in_each_form() {
    let mut house = House::new();
    let (number, der) = house.issued("agent");
    let mut agent = house.browser("agent").await;
    let structure = agent.get("/ra/structures/F0B0193488").await;
    let address = format!("/ra/retraits/{number}");
    assert!(structure.says("Personne ne l'a encore retiré."), "{}", structure.body);
    assert!(structure.body.contains(&format!("href=\"{address}\"")), "{}", structure.body);

    let early = agent.get(&format!("{address}/pem")).await;
    assert!(early.status == 409 && early.says("retrieval-terms-not-accepted"), "{}", early.body);
    let page = agent.get(&address).await;
    let sha256 = house.state.certificate_terms().sha256().to_owned();
    for text in ["CGU-CERT-2026", "2. Clé privée", &sha256, "Accepter et retirer"] {
        assert!(page.says(text), "{text}: {}", page.body);
    }
    assert!(!page.body.contains(&format!("{address}/pem")), "{}", page.body);

    let as_read = [("version", "CGU-CERT-2026"), ("empreinte", sha256.as_str())];
    let unticked = agent.post(&address, &as_read).await;
    assert!(unticked.status == 422 && unticked.says("terms-not-confirmed"), "{}", unticked.body);
    let older = [("accepte", "oui"), ("version", "CGU-CERT-2025"), ("empreinte", &sha256)];
    let older = agent.post(&address, &older).await;
    assert!(older.status == 409 && older.says("retrieval-other-terms"), "{}", older.body);
    let done = agent.post(&address, &[&as_read[..], &[("accepte", "oui")]].concat()).await;
    let page = agent.follow(&done).await;
    assert!(page.says("Votre acceptation est enregistrée") && page.says("Fichiers"), "{}", page.body);

    for (form, media) in [
        ("pem", "application/pem-certificate-chain"),
        ("cer", "application/pkix-cert"),
        ("p7b", "application/x-pkcs7-certificates"),
    ] {
        let file = agent.get(&format!("{address}/{form}")).await;
        assert_eq!((file.status, file.header("content-type")), (200, media));
        assert_eq!(file.header("content-disposition"), format!("attachment; filename=\"{number}.{form}\""));
        match form {
            "pem" => assert_eq!(X509::from_pem(&file.octets).unwrap().to_der().unwrap(), der),
            "cer" => assert_eq!(file.octets, der),
            _ => assert!(file.octets.windows(der.len()).any(|part| part == der)),
        }
    }
    assert_eq!(agent.get(&format!("{address}/der")).await.status, 404, "no such form");
    assert!(!agent.get("/ra/structures/F0B0193488").await.says("encore retiré"));
}

#[actix_web::test]
async fn anothers_certificate_answers_as_one_that_there_is_not() {
    let mut house = House::new();
    let (number, _) = house.issued("agent");
    let act = house.act(Actor::Operator("root".to_owned()));
    let House { db, rng, .. } = &mut house;
    let role = Role::CertificationAgent;
    db.write(|db| officers::enrol(db, "mallory", "Prénom Nom", role, rng, &act)).unwrap();
    for login in ["mallory", "alice"] {
        let mut browser = house.browser(login).await;
        for (form_of_it, form) in [("", &[][..]), ("", &[("accepte", "oui")][..]), ("/pem", &[])] {
            let mut answers = Vec::new();
            for asked in [number.as_str(), "CR-2026-999999"] {
                let address = format!("/ra/retraits/{asked}{form_of_it}");
                let answer = match form {
                    [] => browser.get(&address).await,
                    form => browser.post(&address, form).await,
                };
                answers.push((answer.status, answer.says("request-unknown")));
            }
            assert_eq!(answers, [(404, true), (404, true)], "{login} {form_of_it}");
        }
    }
}

#[actix_web::test]
async fn officers_see_which_certificates_nobody_has_fetched() {
    let mut house = House::new();
    let (number, _) = house.issued("agent");
    let page = house.browser("rita").await.get("/ra/certificats").await;
    assert!(page.says("Certificats que personne") && page.says(&number), "{}", page.body);
    assert!(!page.body.contains(&format!("/ra/retraits/{number}")), "she did not ask for it");
}

#[actix_web::test]
async fn a_person_s_software_certificates_stand_beside_his_cards_with_the_way_to_revoke_them_for_who_may() {
    let mut house = House::new();
    let (number, _) = house.issued("agent");
    // Of a professional, instead of his structure.
    house.sql("DROP TRIGGER certificate_requests_keep_their_submitter; DROP TRIGGER certificate_requests_keep_their_person");
    house.sql(&format!(
        "UPDATE certificate_requests SET structure = '', common_name = '{}', dns_names = '[]', family_name = 'DURAND', \
         given_name = 'Élise', profession = '60', category = 'C' WHERE number = '{number}'",
        person(1)
    ));
    let order = house.submit("alice", &person(1));
    let (holder, dossier) = (format!("/ra/porteurs/{}", person(1)), format!("/ra/dossiers/{order}"));
    let way = format!("href=\"/ra/certificats/{number}/revocation\"");
    for (login, revokes) in [("bob", true), ("rita", true), ("audrey", false)] {
        let mut browser = house.browser(login).await;
        for page in [&holder, &dossier] {
            let page = browser.get(page).await;
            assert!(page.says(&number) && page.says("Valide"), "{login}: {}", page.body);
            assert!(page.says("jusqu’au "), "{login}: {}", page.body);
            assert_eq!(page.body.contains(&way), revokes, "{login}: {}", page.body);
        }
    }
    let mut rita = house.browser("rita").await;
    let address = format!("/ra/certificats/{number}/revocation");
    let page = rita.get(&address).await;
    assert!(page.says("Élise DURAND") && page.says("Clé compromise") && page.says("Valide"), "{}", page.body);
    // Not without a reason that is a holder's, nor unless it is meant.
    for (fields, code) in [
        (&[("definitif", "oui")][..], "certificate-reason-unknown"),
        (&[("motif", "cACompromise"), ("definitif", "oui")], "certificate-reason-unknown"),
        (&[("motif", "superseded")], "revocation-not-confirmed"),
    ] {
        let again = rita.post(&address, fields).await;
        assert!(again.status == 422 && again.says(code), "{code}: {} {}", again.status, again.body);
    }
    let kept = rita.post(&address, &[("motif", "superseded")]).await;
    assert!(kept.body.contains("value=\"superseded\" checked"), "{}", kept.body);
    let superseded = [("motif", "superseded"), ("definitif", "oui")];
    let mut audrey = house.browser("audrey").await;
    assert_eq!(audrey.get(&address).await.status, 403);
    assert_eq!(audrey.post(&address, &superseded).await.status, 403);
    assert!(rita.get(&holder).await.says("Valide"), "nothing has happened yet");

    let done = rita.post(&address, &superseded).await;
    let page = rita.follow(&done).await;
    assert!(page.says("Révocation demandée par Rita PETIT") && page.says("Valide"), "{}", page.body);
    assert!(!page.body.contains("<form method=\"post\" action=\"/ra/certificats"), "{}", page.body);
    let again = rita.post(&address, &superseded).await;
    assert!(
        again.status == 409 && again.says("revocation-requested-already"),
        "{} {}",
        again.status,
        again.body
    );
    house.revoke_what_is_asked();
    let page = rita.get(&address).await;
    for told in ["Le certificat est révoqué.", "Révoqué depuis", "Remplacé par un autre certificat"] {
        assert!(page.says(told), "{told}: {}", page.body);
    }
    assert!(!page.body.contains("<form method=\"post\" action=\"/ra/certificats"), "{}", page.body);
    let again = rita.post(&address, &superseded).await;
    assert!(again.status == 409 && again.says("certificate-ended"), "{} {}", again.status, again.body);
    let told = outbox::waiting(&mut house.db, 100).unwrap();
    assert_eq!(told.iter().filter(|one| one.notice == "certificate-revoked").count(), 2, "{told:?}");
    let page = rita.get(&holder).await;
    assert!(page.says("Révoqué") && !page.body.contains(&way), "{}", page.body);
    let other = house.browser("rita").await.get(&format!("/ra/porteurs/{}", person(3))).await;
    assert!(other.says("Aucun certificat logiciel.") && !other.says(&number), "{}", other.body);
}
