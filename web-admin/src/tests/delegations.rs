//! What officers delegate to each other, on their pages.

use std::time::Duration;

use registration_authority::delegation::{self, NewDelegation};
use registration_authority::officers::Role;

use super::authenticator::{ORIGIN, client_data};
use super::house::{House, person};
use super::keys::{attribute, decode};
use crate::passkey_answer::encode;
use crate::typography::Shown;

impl House {
    /// What alice delegates to clara, or bob to clara where somebody else than an officer asks; signed where that is said.
    pub(super) fn delegation(&mut self, submitter: &str, signed: bool) -> String {
        let login = if submitter == "agent" { "bob" } else { submitter };
        self.delegated(login, "clara", signed)
    }

    /// What somebody delegates to another; signed where that is said.
    fn delegated(&mut self, login: &str, delegate: &str, signed: bool) -> String {
        let act = self.officer(login);
        let new = NewDelegation {
            delegate: delegate.to_owned(),
            scope: "profession:60".parse().unwrap(),
            begins_at: act.at,
            ends_at: act.at.plus(Duration::from_secs(86_400)),
        };
        let Self { db, rng, approver, .. } = self;
        let number = db.write(|db| delegation::propose(db, new, rng, &act)).unwrap().number;
        if signed {
            let subject = delegation::get(db, &number).unwrap().decidable();
            let proof = approver.approve(&subject, login, rng, act.at).unwrap();
            let verifier = approver.verifier();
            db.write(|db| delegation::decide(db, &verifier, &number, &proof, rng, &act)).unwrap();
        }
        number
    }

    /// By his row, bob is there for another profession than everybody's.
    fn confine_bob(&self) {
        self.sql("DROP TRIGGER IF EXISTS officers_keep_who_they_are");
        self.sql("UPDATE officers SET scope = 'profession:70' WHERE login = 'bob'");
    }

    fn day(&self, days: u64) -> String {
        let at = self.now().plus(Duration::from_secs(days * 86_400));
        Shown(at).zoned().date().to_string()
    }
}

#[actix_web::test]
async fn who_goes_away_delegates_with_his_key_and_the_delegate_decides_in_his_name() {
    let mut house = House::in_production();
    let alice = house.key_of("alice", "Alice MARTIN", Role::RegistrationOfficer);
    let order = house.submit("clara", &person(1));
    house.confine_bob();
    let mut bob = house.browser("bob").await;
    let dossier = format!("/ra/dossiers/{order}");
    assert!(bob.get("/ra/file").await.says("1 dossier masqué"));
    assert_eq!(bob.get(&dossier).await.status, 403);

    let mut browser = house.browser("alice").await;
    let page = browser.get("/ra/delegations").await;
    assert!(page.says("Aucune délégation.") && page.says("Bob BERNARD (bob)"), "{}", page.body);
    let (first, last) = (house.day(0), house.day(3));
    let fields = [
        ("delegataire", "bob"),
        ("du", first.as_str()),
        ("au", last.as_str()),
        ("professions", "60"),
        ("structures", ""),
        ("departements", ""),
        ("cartes", ""),
    ];
    let answer = browser.post("/ra/delegations", &fields).await;
    let page = browser.follow(&answer).await;
    let address = answer.leads_to().split('?').next().unwrap().to_owned();
    let number = address.trim_start_matches("/ra/delegations/").to_owned();
    for text in ["À signer", "Infirmier", "Bob BERNARD (bob)", "Demandes à vérifier dans ce périmètre"] {
        assert!(page.says(text), "{text}: {}", page.body);
    }
    // Nothing before the signature.
    assert_eq!(bob.get(&dossier).await.status, 403);
    let ask = browser.post(&format!("{address}/signer"), &[]).await;
    assert!(ask.says("Déléguer votre périmètre") && ask.says(&number) && ask.says("bob"), "{}", ask.body);
    let challenge: [u8; 32] = decode(&attribute(&ask, "data-challenge")).try_into().unwrap();
    let assertion = alice.sign(client_data("webauthn.get", &challenge, ORIGIN));
    let (_, declared) = ask.body.split_once("name=\"declaration\" value=\"").unwrap();
    let (cle, data, client, signature) = (
        encode(&assertion.credential_id),
        encode(&assertion.authenticator_data),
        encode(&assertion.client_data),
        encode(&assertion.signature),
    );
    let signed = [
        ("declaration", declared.split('"').next().unwrap()),
        ("cle", &cle),
        ("authentificateur", &data),
        ("client", &client),
        ("signature", &signature),
    ];
    let done = browser.post(&format!("{address}/signer"), &signed).await;
    assert!(browser.follow(&done).await.says("Votre signature est enregistrée"), "{}", done.body);
    house.worker();
    assert!(browser.get(&address).await.says("En cours"));

    let queue = bob.get("/ra/file").await;
    assert!(
        queue.says(&order) && queue.says("Vous agissez aussi pour Alice MARTIN") && !queue.says("masqué")
    );
    let page = bob.get(&dossier).await;
    assert!(
        page.says(&format!("Vous agissez ici pour Alice MARTIN, par sa délégation {number}")),
        "{}",
        page.body
    );
    // Who is neither of the two reads and ends nothing of it; bob ends it.
    let mut clara = house.browser("clara").await;
    assert_eq!(clara.get(&address).await.status, 403);
    assert_eq!(clara.post(&format!("{address}/terminer"), &[]).await.status, 403);
    let ended = bob.post(&format!("{address}/terminer"), &[]).await;
    assert!(bob.follow(&ended).await.says("Terminée"), "{}", ended.body);
    assert_eq!(bob.get(&dossier).await.status, 403);
}

#[actix_web::test]
async fn a_decision_by_delegation_says_so_in_the_timeline_and_not_in_a_bulk() {
    let mut house = House::new();
    let order = house.submit("clara", &person(1));
    let number = house.delegated("alice", "bob", true);
    house.worker();
    house.confine_bob();
    let mut bob = house.browser("bob").await;
    let chosen = format!("d.{order}");
    let bulk = [("vue", "statut=a-verifier"), ("acte", "approuver"), (chosen.as_str(), "1")];
    let page = bob.post("/ra/file/lot", &bulk).await;
    assert!(page.says("bulk-by-delegation"), "{}", page.body);
    let answer = bob.post(&format!("/ra/dossiers/{order}/approuver"), &[("version", "1")]).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    house.worker();
    let page = bob.get(&format!("/ra/dossiers/{order}")).await;
    let said = format!("Bob BERNARD, par délégation de Alice MARTIN ({number})");
    assert!(page.says(&said), "{}", page.body);
}

/// What he decides by, and whether he may, is told as if nobody had looked: he reads that he may not be the second when he decides.
#[actix_web::test]
async fn the_dossier_of_a_delegate_is_the_same_whether_his_delegator_has_looked_or_not() {
    let mut house = House::new();
    let order = house.submit("clara", &person(1));
    house.sql(&format!(
        "INSERT INTO order_flags VALUES ('{order}', 1, 'duplicate', 'red', TRUE, 'Le porteur a déjà une carte.', 0)"
    ));
    house.delegated("alice", "bob", true);
    house.worker();
    house.confine_bob();
    let (mut bob, dossier) = (house.browser("bob").await, format!("/ra/dossiers/{order}"));
    let before = bob.get(&dossier).await.body;
    assert!(before.contains("Vous agissez ici pour"), "{before}");
    house.approve("alice", &order);
    assert_eq!(bob.get(&dossier).await.body, before);
    let refused = bob.post(&format!("{dossier}/approuver"), &[("version", "1")]).await;
    assert!(refused.says("delegation-one-person"), "{} {}", refused.status, refused.body);
}

#[actix_web::test]
async fn what_cannot_be_delegated_is_said_beside_the_form() {
    let mut house = House::new();
    house.confine_bob();
    let mut bob = house.browser("bob").await;
    let (first, last) = (house.day(0), house.day(60));
    let mut fields = vec![("delegataire", "alice"), ("du", first.as_str()), ("au", first.as_str())];
    let wider = bob.post("/ra/delegations", &fields).await;
    assert!(wider.status == 409 && wider.says("delegation-wider"), "{}: {}", wider.status, wider.body);
    fields.push(("professions", "70"));
    fields[2].1 = &last;
    let longer = bob.post("/ra/delegations", &fields).await;
    assert!(longer.status == 422 && longer.says("delegation-field-invalid"), "{}", longer.body);
    assert!(longer.body.contains(&format!("value=\"{last}\"")), "what was typed stays");
    fields[2].1 = &first;
    fields[0].1 = "rita";
    let nobody = bob.post("/ra/delegations", &fields).await;
    assert!(nobody.status == 409 && nobody.says("delegation-no-delegate"), "{}", nobody.body);
}
