use std::time::Duration;

use registration_authority::letter;
use registration_authority::notices;
use registration_authority::order;
use registration_authority::outbox::Notice;
use registration_authority::refusal_reasons;

use super::browser::Answer;
use super::house::{House, person};

/// The addresses of the dossiers before and after.
fn beside(page: &Answer) -> [Option<String>; 2] {
    ["prev", "next"].map(|rel| {
        let (_, rest) = page.body.split_once(&format!("rel=\"{rel}\" href=\""))?;
        rest.split('"').next().map(|address| address.replace("&#38;", "&").replace("&amp;", "&"))
    })
}

#[actix_web::test]
async fn the_next_dossier_and_the_one_before_keep_the_filter_that_the_list_had() {
    let mut house = House::new();
    let orders: Vec<String> = (10..14).map(|one| house.submit("alice", &person(one))).collect();
    house.approve_fully(&orders[1]);
    let mut bob = house.browser("bob").await;
    let filter = "statut=a-verifier&type=CPS&profession=60";
    let page = bob.get(&format!("/ra/dossiers/{}?{filter}&fait=note", orders[2])).await;
    let [previous, next] = beside(&page);
    assert_eq!(
        previous.unwrap(),
        format!("/ra/dossiers/{}?{filter}", orders[0]),
        "the approved one is not in the list"
    );
    assert_eq!(next.clone().unwrap(), format!("/ra/dossiers/{}?{filter}", orders[3]));
    assert!(
        page.body.replace("&#38;", "&").contains(&format!("href=\"/ra/file?{filter}\"")),
        "{}",
        page.body
    );

    let last = bob.get(&next.unwrap()).await;
    assert_eq!(beside(&last)[1], None);
    // An act does not lose it either.
    let fields = [("version", "1"), ("motif", "duplicate"), ("liste", filter)];
    let answer = bob.post(&format!("/ra/dossiers/{}/refuser", orders[2]), &fields).await;
    assert_eq!(answer.leads_to(), format!("/ra/dossiers/{}?fait=refus&{filter}", orders[2]));
    let page = bob.follow(&answer).await;
    assert!(page.says("La demande est refusée."));
    assert_eq!(
        beside(&page)[1],
        Some(format!("/ra/dossiers/{}?{filter}", orders[3])),
        "it goes on from there"
    );
    // Nobody stands in a list that asks for other orders.
    let others = bob.get(&format!("/ra/dossiers/{}?statut=a-verifier&type=CPF", orders[2])).await;
    assert_eq!(beside(&others), [None, None]);
    // What is no filter goes nowhere.
    let hostile = [("version", "1"), ("motif", "duplicate"), ("liste", "a=\r\nSet-Cookie: x")];
    let answer = bob.post(&format!("/ra/dossiers/{}/refuser", orders[3]), &hostile).await;
    assert_eq!(answer.leads_to(), format!("/ra/dossiers/{}?fait=refus", orders[3]));
}

#[actix_web::test]
async fn the_second_of_two_officers_is_not_shown_what_the_first_decided_before_he_has() {
    let mut house = House::new();
    house.submit("alice", &person(3));
    let number = house.submit("alice", &person(4));
    let address = format!("/ra/dossiers/{number}");
    let (mut bob, mut clara) = (house.browser("bob").await, house.browser("clara").await);
    let before = clara.get(&address).await;
    bob.post(&format!("{address}/noter"), &[("note", "Vu avec le secrétariat.")]).await;
    let answer = bob.post(&format!("{address}/approuver"), &[("version", "1")]).await;
    assert!(bob.follow(&answer).await.says("Approuvée une première fois par Bob BERNARD"));
    let after = clara.get(&address).await;
    assert_eq!(after.body, before.body, "nothing on the page tells that there was a first");
    assert!(after.says("son avis ne vous est montré qu’après le vôtre") && !after.says("Bob BERNARD"));
    // Who does not decide on it sees it all.
    for login in ["alice", "audrey"] {
        let page = house.browser(login).await.get(&address).await;
        assert!(page.says("Approuvée une première fois par Bob BERNARD"), "{login}");
        assert!(page.says("Vu avec le secrétariat."), "{login}");
    }
    let answer = clara.post(&format!("{address}/approuver"), &[("version", "1")]).await;
    let page = clara.follow(&answer).await;
    assert!(page.says("par Bob BERNARD") && page.says("par Clara PETIT"), "{}", page.body);
    assert!(page.says("Vu avec le secrétariat."));
}

#[actix_web::test]
async fn a_page_that_is_out_of_date_tells_the_second_of_two_nothing_of_the_first_either() {
    let mut house = House::new();
    house.submit("agent", &person(3));
    let number = house.submit("agent", &person(4));
    let address = format!("/ra/dossiers/{number}");
    let (mut bob, mut clara) = (house.browser("bob").await, house.browser("clara").await);
    let mut alice = house.browser("alice").await;
    alice.post(&format!("{address}/demander"), &[("version", "1"), ("question", "Depuis quand ?")]).await;
    let mut agent = house.browser("agent").await;
    agent.post(&format!("{address}/repondre"), &[("reponse", "Depuis mai.")]).await;
    let answer = bob.post(&format!("{address}/approuver"), &[("version", "2")]).await;
    assert!(bob.follow(&answer).await.says("Approuvée une première fois par Bob BERNARD"));
    let stale = clara.post(&format!("{address}/approuver"), &[("version", "1")]).await;
    assert_eq!(stale.status, 412);
    assert!(stale.says("de la version 1 à la version 2") && !stale.says("Bob BERNARD"), "{}", stale.body);
    assert!(stale.says("Alice MARTIN a posé une question au demandeur, le"), "{}", stale.body);
}

#[actix_web::test]
async fn what_is_previewed_of_a_refusal_is_what_leaves() {
    let mut house = House::where_decisions_wait();
    let number = house.submit("agent", &person(1));
    let address = format!("/ra/dossiers/{number}");
    let mut bob = house.browser("bob").await;
    let order = order::get(&mut house.db, &number).unwrap();
    let reason = refusal_reasons::find("register-mismatch").unwrap();
    let fields =
        [("version", "1"), ("motif", "register-mismatch"), ("precision", "Le prénom est <b>autre</b>.")];
    let preview = bob.post(&format!("{address}/apercu"), &fields).await;
    assert_eq!(preview.status, 200);
    let letter = letter::of_refusal(&order, reason, Some("Le prénom est <b>autre</b>."));
    let part = |page: &Answer| {
        let (_, rest) =
            page.body.split_once("<blockquote class=\"letter\" lang=\"fr\"><p><strong>Demande").unwrap();
        rest.split("</blockquote>").next().unwrap().to_owned()
    };
    for paragraph in &letter.paragraphs {
        assert!(preview.says(&paragraph.replace('<', "&#60;").replace('>', "&#62;")), "{paragraph}");
    }
    assert!(
        preview.body.contains("value=\"register-mismatch\" aria-keyshortcuts=\"1\" checked"),
        "what was chosen is not lost"
    );
    for notice in [Notice::Approved, Notice::Refused] {
        for paragraph in notices::wording(notice, &format!("order {number}")).paragraphs {
            assert!(preview.says(&paragraph), "{paragraph}");
        }
    }
    let none = bob.post(&format!("{address}/apercu"), &[("version", "1")]).await;
    assert!(none.status == 422 && none.says("Un refus doit être motivé"), "{}", none.body);

    assert_eq!(bob.post(&format!("{address}/refuser"), &fields).await.status, 303);
    let early = bob.get(&format!("{address}/lettre")).await;
    assert_eq!(early.status, 503);
    assert!(early.says("La décision peut encore être reprise"), "{}", early.body);
    house.later(Duration::from_secs(600));
    assert!(bob.get(&address).await.body.contains(&format!("href=\"{address}/lettre\"")));
    let printed = bob.get(&format!("{address}/lettre")).await;
    assert_eq!(part(&printed), part(&preview), "octet by octet");
}

#[actix_web::test]
async fn there_is_no_letter_where_nothing_was_refused() {
    let mut house = House::new();
    let number = house.submit("agent", &person(1));
    let mut bob = house.browser("bob").await;
    assert_eq!(bob.get(&format!("/ra/dossiers/{number}/lettre")).await.status, 404);
    house.approve("bob", &number);
    assert_eq!(bob.get(&format!("/ra/dossiers/{number}/lettre")).await.status, 404);
}

#[actix_web::test]
async fn the_applicant_reads_no_note_and_an_officer_does() {
    let mut house = House::new();
    let number = house.submit("agent", &person(1));
    let address = format!("/ra/dossiers/{number}");
    let mut bob = house.browser("bob").await;
    let answer = bob.post(&format!("{address}/noter"), &[("note", "Rappeler <i>demain</i>.")]).await;
    let page = bob.follow(&answer).await;
    assert!(
        page.says("La note est enregistrée.") && page.says("« Rappeler &#60;i&#62;demain&#60;/i&#62;. »")
    );
    let mut agent = house.browser("agent").await;
    let page = agent.get(&address).await;
    assert!(page.status == 200 && !page.says("Rappeler") && !page.says("Notes privées"), "{}", page.body);
    let empty = bob.post(&format!("{address}/noter"), &[("note", " ")]).await;
    assert!(empty.status == 422 && empty.says("order-text-invalid"));
}

#[actix_web::test]
async fn the_history_tells_who_did_what_when_and_why_in_its_order() {
    let mut house = House::where_decisions_wait();
    let number = house.submit("agent", &person(1));
    let address = format!("/ra/dossiers/{number}");
    house.later(Duration::from_secs(5));
    house.ask("bob", &number);
    let mut agent = house.browser("agent").await;
    house.later(Duration::from_secs(5));
    agent.post(&format!("{address}/repondre"), &[("reponse", "Parce que.")]).await;
    let mut bob = house.browser("bob").await;
    let refusal = [("version", "2"), ("motif", "other"), ("precision", "Pièce illisible.")];
    house.later(Duration::from_secs(5));
    bob.post(&format!("{address}/refuser"), &refusal).await;
    house.later(Duration::from_secs(5));
    let answer = bob.post(&format!("{address}/revenir"), &[("version", "2")]).await;
    let page = bob.follow(&answer).await;
    let (_, history) = page.body.split_once("id=\"historique\"").unwrap();
    let whats: Vec<&str> = history
        .split("<li><strong>")
        .skip(1)
        .map(|event| event.split("</strong>").next().unwrap())
        .take(5)
        .collect();
    assert_eq!(whats, ["Déposée", "Question posée", "Réponse", "Refusée", "Décision annulée"]);
    assert!(page.says("« Pièce illisible. »") && page.says("par Agnès ROUX"), "{}", page.body);
}
