//! Whose key is whose: made on a page, proposed, signed for by two administrators.

use professional_registry::ImportedRegister;
use registration_authority::approval::Verdict;
use registration_authority::approval::passkey::NewPasskey;
use registration_authority::decision::{self, nonce};
use registration_authority::enrolment::{self, NewCredential, NewEnrolment};
use registration_authority::officers::{Role, Scope};
use store::Actor;

use super::authenticator::{Authenticator, client_data};
use super::browser::{Answer, Browser};
use super::house::{House, address_of};
use crate::passkey_answer::encode;

impl House {
    /// The worker receives what was decided, gives officers their rows, and draws nonces.
    pub(super) fn worker(&mut self) {
        assert_eq!(self.worker_refuses(), Vec::<String>::new());
    }

    /// The same; what it refused.
    pub(super) fn worker_refuses(&mut self) -> Vec<String> {
        let act = self.act(Actor::Job("decisions"));
        let Self { db, rng, verifier, .. } = self;
        let received = decision::receive(db, &mut ImportedRegister, verifier, rng, &act).unwrap();
        let roster = verifier.roster(db).unwrap();
        db.write(|db| enrolment::settle(db, &roster, rng, &act)).unwrap();
        db.write(|db| nonce::draw(db, rng, &act)).unwrap();
        received.into_iter().filter(|one| one.refusal.is_some()).map(|one| one.subject).collect()
    }

    /// What administrators are asked to sign for, by its number.
    pub(super) fn proposed(&mut self, key: &Authenticator, login: &str, name: &str, role: Role) -> String {
        let act = self.officer("admin");
        let Self { db, rng, verifier, .. } = self;
        let roster = verifier.roster(db).unwrap();
        let new = NewEnrolment {
            email: (!verifier.is_demo()).then(|| address_of(login)),
            login: login.to_owned(),
            display_name: name.to_owned(),
            role,
            scope: Scope::default(),
            credential: NewCredential::Passkey(NewPasskey {
                credential_id: key.credential_id.clone(),
                key: key.public_key(),
            }),
        };
        db.write(|db| enrolment::propose(db, verifier, &roster, new, rng, &act)).unwrap().number
    }

    /// Both administrators sign for it, and the worker sees it.
    pub(super) fn signed_by_both(&mut self, number: &str) {
        for (at, login) in ["admin", "amina"].into_iter().enumerate() {
            let act = self.officer(login);
            let Self { db, rng, roots, verifier, .. } = self;
            let subject = enrolment::get(db, number).unwrap().decidable();
            let nonce = db.write(|db| nonce::take(db, login, act.at)).unwrap();
            let proof = roots[at].decide(&subject, (Verdict::Approve, None), login, nonce, act.at);
            db.write(|db| enrolment::decide(db, verifier, number, Verdict::Approve, &proof, None, rng, &act))
                .unwrap();
        }
        self.worker();
    }

    /// The key of an officer who is enrolled.
    pub(super) fn key_of(&mut self, login: &str, name: &str, role: Role) -> Authenticator {
        let key = Authenticator::new(login);
        let number = self.proposed(&key, login, name, role);
        self.signed_by_both(&number);
        key
    }
}

/// What stands in an attribute of a page.
pub(super) fn attribute(page: &Answer, name: &str) -> String {
    let (_, rest) = page.body.split_once(&format!("{name}=\"")).unwrap_or_else(|| panic!("{}", page.body));
    rest.split('"').next().unwrap().to_owned()
}

#[actix_web::test]
async fn a_key_is_made_on_a_page_that_shows_what_an_administrator_needs() {
    let house = House::new();
    let mut browser = Browser::new(house.state.clone());
    let page = browser.get("/ra/cle").await;
    let challenge = attribute(&page, "data-challenge");
    assert_eq!(attribute(&page, "data-rp-id"), "localhost");
    assert!(page.body.contains("<script type=\"module\" src=\"/assets/passkey.js\"></script>"));
    let bob = Authenticator::new("bob");
    let octets: [u8; 32] = decode(&challenge).try_into().unwrap();
    let (object, client) = bob.registration(&octets);
    let (object, client) = (encode(&object), encode(&client));
    let fields = [("defi", challenge.as_str()), ("attestation", &object), ("client", &client)];
    let made = browser.post("/ra/cle", &fields).await;
    assert_eq!(made.status, 200, "{}", made.body);
    assert!(
        made.says(&format!("public_key = &#34;{}&#34;", hex::encode(bob.public_key().spki()))),
        "{}",
        made.body
    );
    assert!(made.says(&super::super::pages::grouped(&bob.public_key().fingerprint())));
    assert_eq!(browser.post("/ra/cle", &fields).await.status, 403, "a form is good once");
    let challenge = attribute(&browser.get("/ra/cle").await, "data-challenge");
    let silent = browser.post("/ra/cle", &[("defi", &challenge)]).await;
    assert!(silent.status == 422 && silent.says("passkey-silent"), "{}", silent.body);
}

#[actix_web::test]
async fn an_administrator_proposes_two_sign_and_the_key_is_enrolled() {
    let mut house = House::new();
    let key = Authenticator::new("carol");
    let card = format!(
        "credential_id = \"{}\"\npublic_key = \"{}\"",
        hex::encode(&key.credential_id),
        hex::encode(key.public_key().spki())
    );
    let mut admin = house.browser("admin").await;
    let at = "carol@exemple.fr";
    let fields = [
        ("fiche", card.as_str()),
        ("identifiant", "carol"),
        ("nom", "Carole PETIT"),
        ("courriel", at),
        ("role", "auditor"),
    ];
    let wrong = [("fiche", "public_key"), ("identifiant", "carol"), ("nom", "C"), ("role", "auditor")];
    let refused = admin.post("/ra/cles", &wrong).await;
    assert!(refused.status == 422 && refused.says("key-text-unreadable") && refused.says("carol"));
    let answer = admin.post("/ra/cles", &fields).await;
    let page = admin.follow(&answer).await;
    assert!(page.says("Deux administrateurs doivent la signer") && page.says("Carole PETIT"));
    assert!(page.says("Avant de signer, demandez à Carole PETIT"));
    let number = answer.leads_to().trim_start_matches("/ra/cles/").split('?').next().unwrap().to_owned();

    for (at, login) in ["admin", "amina"].into_iter().enumerate() {
        let mut browser = house.browser(login).await;
        let address = format!("/ra/cles/{number}/signer");
        let ask = browser.post(&address, &[]).await;
        assert!(ask.status == 200 && ask.says("Signer votre décision"), "{}", ask.body);
        assert!(ask.says("Pas avant le") && ask.says("Proposé par"), "{}", ask.body);
        assert!(ask.says("carol@exemple.fr"), "he reads what he signs for: {}", ask.body);
        let answer = answered(&mut browser, &address, &ask, &house.roots[at], &[]).await;
        assert!(browser.follow(&answer).await.says("Votre signature est enregistrée."), "{}", answer.body);
        let again = browser.get(&format!("/ra/cles/{number}")).await;
        assert!(!again.body.contains("/signer\""), "who has signed sees no button");
    }
    house.worker();
    let mut audrey = house.browser("audrey").await;
    let list = audrey.get("/ra/cles").await;
    assert!(list.says("Carole PETIT") && list.says("configuration") && list.says("Active"), "{}", list.body);
    assert!(!list.body.contains("<button class=\"plain\" type=\"submit\">Proposer"), "an auditor reads");
    let officer = registration_authority::officers::find(&mut house.db, "carol").unwrap().unwrap();
    assert_eq!(officer.role, Role::Auditor, "her row follows");
    assert!(list.says(at) && list.says("sans adresse de courriel"), "{}", list.body);

    let cle = hex::encode(&key.credential_id);
    let mut admin = house.browser("admin").await;
    let wrong = admin.post("/ra/cles/adresse", &[("cle", &cle), ("courriel", "carol")]).await;
    assert!(wrong.status == 422 && wrong.says("officer-field-invalid"), "{}", wrong.body);
    let other = [("cle", cle.as_str()), ("courriel", "carole.petit@exemple.fr")];
    let answer = admin.post("/ra/cles/adresse", &other).await;
    let page = admin.follow(&answer).await;
    assert!(page.says("Changement d'adresse de courriel") || page.says("Changement d’adresse de courriel"));
    assert!(page.says("carole.petit@exemple.fr") && page.says("Faites-lui redire aussi son adresse"));
    assert!(admin.get("/ra/cles").await.says(at), "nobody has signed for it yet");
}

/// Sends the form of a page that asks for a signature, with the answer of this authenticator.
pub(super) async fn answered(
    browser: &mut Browser,
    address: &str,
    ask: &Answer,
    key: &Authenticator,
    others: &[(&str, &str)],
) -> Answer {
    let challenge: [u8; 32] = decode(&attribute(ask, "data-challenge")).try_into().unwrap();
    let assertion = key.sign(client_data("webauthn.get", &challenge, super::authenticator::ORIGIN));
    let declaration = hidden(ask, "declaration");
    let parts = [
        ("cle", assertion.credential_id),
        ("authentificateur", assertion.authenticator_data),
        ("client", assertion.client_data),
        ("signature", assertion.signature),
    ]
    .map(|(name, octets)| (name, encode(&octets)));
    let mut fields = vec![("declaration", declaration.as_str())];
    fields.extend(parts.iter().map(|(name, text)| (*name, text.as_str())));
    fields.extend(others);
    browser.post(address, &fields).await
}

/// The value of a hidden field.
fn hidden(page: &Answer, name: &str) -> String {
    let (_, rest) = page.body.split_once(&format!("name=\"{name}\" value=\"")).expect("the field");
    rest.split('"').next().unwrap().to_owned()
}

pub(super) fn decode(text: &str) -> Vec<u8> {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).unwrap()
}
