use registration_authority::order::{self, OrderState};

use super::house::{House, person};

fn state(house: &mut House, number: &str) -> OrderState {
    order::get(&mut house.db, number).unwrap().state
}

#[actix_web::test]
async fn another_officer_approves_and_the_page_says_so() {
    let mut house = House::new();
    let number = house.submit("alice", &person(1));
    let address = format!("/ra/dossiers/{number}");
    let mut bob = house.browser("bob").await;
    let page = bob.get(&address).await;
    for text in
        ["DURAND Élise", "identique", "CLINIQUE FICTIVE DU PORT", "Alice MARTIN", "Approuver", "Refuser"]
    {
        assert!(page.says(text), "{text}: {}", page.body);
    }
    let answer = bob.post(&format!("{address}/approuver"), &[("version", "1")]).await;
    let page = bob.follow(&answer).await;
    assert!(page.says("La demande est approuvée.") && page.body.contains("role=\"status\""));
    assert!(page.says("par Bob BERNARD") && !page.says("Motif du refus"));
    assert!(matches!(state(&mut house, &number), OrderState::Approved { .. }));
}

#[actix_web::test]
async fn the_submitter_sees_why_he_cannot_decide_and_his_form_is_refused() {
    let mut house = House::new();
    let number = house.submit("alice", &person(1));
    let address = format!("/ra/dossiers/{number}");
    let mut alice = house.browser("alice").await;
    let page = alice.get(&address).await;
    assert!(page.says("Vous avez déposé cette demande : une autre personne doit en décider."));
    assert!(!page.body.contains("/approuver") && !page.body.contains("/refuser"));
    for (act, status) in [("approuver", 409), ("refuser", 409)] {
        let fields = [("version", "1"), ("motif", "duplicate")];
        let answer = alice.post(&format!("{address}/{act}"), &fields).await;
        assert_eq!(answer.status, status, "{}", answer.body);
        assert!(answer.says("order-self-approval"));
    }
    assert_eq!(state(&mut house, &number), OrderState::Submitted);
}

#[actix_web::test]
async fn a_decision_on_a_page_that_is_out_of_date_is_412_and_says_what_changed() {
    let mut house = House::new();
    let number = house.submit("alice", &person(1));
    let address = format!("/ra/dossiers/{number}");
    let mut bob = house.browser("bob").await;
    house.import_day(1, "DURAND-PETIT");
    let page = bob.get(&address).await;
    assert!(page.says("différent") && page.says("Reprendre les données du répertoire"));
    let refused = bob.post(&format!("{address}/approuver"), &[("version", "1")]).await;
    assert_eq!(refused.status, 409);
    assert!(refused.says("order-register-changed"));

    let mut alice = house.browser("alice").await;
    let answer = alice.post(&format!("{address}/reprendre"), &[("version", "1")]).await;
    assert!(alice.follow(&answer).await.says("DURAND-PETIT Élise"));
    let seen = [("version", "1"), ("vu-nom", "DURAND"), ("vu-prenom", "Élise"), ("vu-categorie", "C")];
    let stale = bob.post(&format!("{address}/approuver"), &seen).await;
    assert_eq!(stale.status, 412);
    assert!(stale.says("de la version 1 à la version 2"), "{}", stale.body);
    assert!(stale.says("Le nom d’exercice est passé de « DURAND » à « DURAND-PETIT »"), "{}", stale.body);
    assert!(!stale.says("Le prénom"));
    assert_eq!(state(&mut house, &number), OrderState::Submitted);
    assert_eq!(bob.post(&format!("{address}/approuver"), &[("version", "2")]).await.status, 303);
}

#[actix_web::test]
async fn of_two_officers_who_decide_at_once_the_second_reads_what_the_first_decided() {
    let mut house = House::new();
    let number = house.submit("agent", &person(1));
    let address = format!("/ra/dossiers/{number}");
    let (mut alice, mut bob) = (house.browser("alice").await, house.browser("bob").await);
    let fields = [("version", "1"), ("motif", "duplicate")];
    assert_eq!(bob.post(&format!("{address}/refuser"), &fields).await.status, 303);
    let late = alice.post(&format!("{address}/approuver"), &[("version", "1")]).await;
    assert_eq!(late.status, 412);
    assert!(late.says("Bob BERNARD a refusé la demande, le"), "{}", late.body);
    assert!(late.says("Une demande ou une carte équivalente est déjà en cours."));
}

#[actix_web::test]
async fn a_refusal_needs_a_reason_and_another_reason_needs_a_sentence() {
    let mut house = House::new();
    let number = house.submit("alice", &person(1));
    let address = format!("/ra/dossiers/{number}/refuser");
    let mut bob = house.browser("bob").await;
    for fields in [vec![("version", "1")], vec![("version", "1"), ("motif", "other"), ("precision", " ")]] {
        let answer = bob.post(&address, &fields).await;
        assert_eq!(answer.status, 422);
        assert!(answer.says("Un refus doit être motivé") && answer.body.contains("href=\"#motifs\""));
    }
    let unknown = bob
        .post(&address, &[("version", "1"), ("motif", "no-such"), ("precision", "Tapé <b>une fois</b>")])
        .await;
    assert_eq!(unknown.status, 422);
    assert!(unknown.says("order-reason-unknown"));
    assert!(
        unknown.body.contains("Tapé &#60;b&#62;une fois"),
        "what was typed is not lost: {}",
        unknown.body
    );
    let fields = [("version", "1"), ("motif", "other"), ("precision", "Pièce illisible.")];
    let answer = bob.post(&address, &fields).await;
    let page = bob.follow(&answer).await;
    assert!(page.says("La demande est refusée.") && page.says("« Pièce illisible. »"));
    assert!(matches!(state(&mut house, &number), OrderState::Refused { .. }));
}

#[actix_web::test]
async fn without_a_demonstration_key_the_page_says_that_a_card_or_passkey_is_needed() {
    let mut house = House::in_production();
    let number = house.submit("alice", &person(1));
    let address = format!("/ra/dossiers/{number}");
    let mut bob = house.browser("bob").await;
    let page = bob.get(&address).await;
    assert!(page.says("Décider demande une carte ou une clé de sécurité (passkey)."));
    assert!(!page.body.contains("/approuver") && !page.says("DÉMONSTRATION"));
    let answer = bob.post(&format!("{address}/approuver"), &[("version", "1")]).await;
    assert_eq!(answer.status, 409);
    assert_eq!(state(&mut house, &number), OrderState::Submitted);
}

#[actix_web::test]
async fn a_flag_says_why_to_look_twice_and_a_second_officer_approves_after_the_first() {
    let mut house = House::new();
    house.submit("alice", &person(3));
    let number = house.submit("alice", &person(4));
    let address = format!("/ra/dossiers/{number}");
    let mut bob = house.browser("bob").await;
    let page = bob.get(&address).await;
    for text in [
        "▲",
        "À regarder",
        "Une personne au nom semblable, qui exerce au même endroit, a une autre demande",
        "Demande un second avis.",
        "Deux opérateurs d’enregistrement différents doivent approuver cette demande.",
    ] {
        assert!(page.says(text), "{text}: {}", page.body);
    }
    let answer = bob.post(&format!("{address}/approuver"), &[("version", "1")]).await;
    let page = bob.follow(&answer).await;
    assert!(page.says("Votre approbation est enregistrée."), "{}", page.body);
    assert!(page.says("Approuvée une première fois par Bob BERNARD"), "{}", page.body);
    assert!(page.says("Vous avez déjà approuvé cette demande") && !page.body.contains("/approuver\""));
    assert_eq!(state(&mut house, &number), OrderState::Submitted);
    let again = bob.post(&format!("{address}/approuver"), &[("version", "1")]).await;
    assert_eq!(again.status, 409);
    assert!(again.says("order-second-officer") && again.says("R-CPS-15"), "{}", again.body);

    let mut clara = house.browser("clara").await;
    let answer = clara.post(&format!("{address}/approuver"), &[("version", "1")]).await;
    assert!(clara.follow(&answer).await.says("La demande est approuvée."));
    assert!(matches!(state(&mut house, &number), OrderState::Approved { .. }));
}

#[actix_web::test]
async fn who_looks_at_what_came_back_is_told_why_and_not_who_looked_before_him() {
    let mut house = House::new();
    let number = house.submit("alice", &person(1));
    let address = format!("/ra/dossiers/{number}");
    let mut bob = house.browser("bob").await;
    bob.get(&address).await;
    let noted = bob.post(&format!("{address}/noter"), &[("note", "Vu au téléphone.")]).await;
    assert!(bob.follow(&noted).await.says("Vu au téléphone."));
    house.approve("bob", &number);
    assert!(matches!(state(&mut house, &number), OrderState::Approved { .. }));
    house.sql(&format!(
        "INSERT INTO order_flags VALUES ('{number}', 1, 'duplicate', 'red', TRUE, 'Le porteur a déjà une carte.', 0)"
    ));
    house.worker();
    assert_eq!(state(&mut house, &number), OrderState::Submitted, "the worker gave it back");

    let mut clara = house.browser("clara").await;
    let page = clara.get(&address).await;
    assert!(page.says("Rendue aux opérateurs") && page.says("voyez les signalements"), "{}", page.body);
    let stale = clara.post(&format!("{address}/approuver"), &[("version", "1")]).await;
    assert_eq!(stale.status, 412, "{}", stale.body);
    for page in [&page, &stale] {
        assert!(!page.says("Bob BERNARD") && !page.says("Vu au téléphone."), "{}", page.body);
    }
    let own = bob.get(&address).await;
    assert!(own.says("Vu au téléphone.") && own.says("Approuvée"), "what he did himself: {}", own.body);
    let answer = clara.post(&format!("{address}/approuver"), &[("version", "2")]).await;
    let page = clara.follow(&answer).await;
    assert!(page.says("Bob BERNARD") && page.says("Vu au téléphone."), "{}", page.body);
}

#[actix_web::test]
async fn a_question_shows_who_looks_for_himself_no_more_than_before() {
    let mut house = House::new();
    let number = house.submit("agent", &person(1));
    let address = format!("/ra/dossiers/{number}");
    let mut bob = house.browser("bob").await;
    bob.get(&address).await;
    bob.post(&format!("{address}/noter"), &[("note", "Vu au téléphone.")]).await;
    house.approve("bob", &number);
    house.sql(&format!(
        "INSERT INTO order_flags VALUES ('{number}', 1, 'duplicate', 'red', TRUE, 'Le porteur a déjà une carte.', 0)"
    ));
    house.worker();
    let mut clara = house.browser("clara").await;
    let question = [("version", "2"), ("question", "Quelle est la date de la perte ?")];
    let asked = clara.post(&format!("{address}/demander"), &question).await;
    let page = clara.follow(&asked).await;
    assert!(page.says("En attente du demandeur"), "{}", page.body);
    assert!(!page.says("Bob BERNARD") && !page.says("Vu au téléphone."), "{}", page.body);
}

#[actix_web::test]
async fn an_officer_asks_the_submitter_answers_and_the_dossier_shows_both() {
    let mut house = House::new();
    let number = house.submit("agent", &person(1));
    let address = format!("/ra/dossiers/{number}");
    let mut bob = house.browser("bob").await;
    let empty = bob.post(&format!("{address}/demander"), &[("version", "1"), ("question", "")]).await;
    assert_eq!(empty.status, 422);
    assert!(empty.says("order-text-invalid"), "{}", empty.body);
    let question = [("version", "1"), ("question", "Quelle est la date de la perte ?")];
    let answer = bob.post(&format!("{address}/demander"), &question).await;
    let page = bob.follow(&answer).await;
    assert!(
        page.says("En attente du demandeur") && page.says("Sans réponse pour l’instant."),
        "{}",
        page.body
    );
    assert!(!page.body.contains("/approuver\""), "nobody decides meanwhile");
    assert!(bob.get("/ra/file?statut=en-attente").await.says(&number));

    let mut agent = house.browser("agent").await;
    assert!(agent.get(&address).await.says("Répondre"));
    let answer = agent.post(&format!("{address}/repondre"), &[("reponse", "Le 3 novembre.")]).await;
    let page = agent.follow(&answer).await;
    assert!(page.says("La réponse est enregistrée") && page.says("Le 3 novembre."), "{}", page.body);
    let stale = bob.post(&format!("{address}/approuver"), &[("version", "1")]).await;
    assert_eq!(stale.status, 412, "{}", stale.body);
    let answer = bob.post(&format!("{address}/approuver"), &[("version", "2")]).await;
    assert!(bob.follow(&answer).await.says("La demande est approuvée."));
}
