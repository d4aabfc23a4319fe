use actix_web::test::TestRequest;

use super::house::{House, person};

/// Three orders of alice, of which the later two need two officers: persons of one name at one place; their numbers.
fn orders_for_two(house: &mut House) -> [String; 2] {
    house.submit("alice", &person(3));
    [4, 5].map(|number| house.submit("alice", &person(number)))
}

fn beside_its_name(count: usize) -> String {
    format!("À contre-signer <span class=\"count\">({count})</span>")
}

/// Where the rows of the list lead.
fn links(body: &str) -> Vec<String> {
    let rows = body.split("scope=\"row\" data-label=\"Quoi\"><a href=\"").skip(1);
    rows.map(|row| row.split('"').next().unwrap().replace("&#38;", "&").replace("&amp;", "&")).collect()
}

#[actix_web::test]
async fn the_number_beside_the_name_is_that_of_the_list_on_every_page_and_after_every_signature() {
    let mut house = House::new();
    let [first, _] = orders_for_two(&mut house);
    house.held_feed(1);
    let mut bob = house.browser("bob").await;
    for address in ["/ra/file", "/ra/cartes", "/ra/contreseing", "/ra/registre"] {
        let page = bob.get(address).await;
        assert!(page.body.contains(&beside_its_name(3)), "{address}: {}", page.body);
    }
    assert_eq!(links(&bob.get("/ra/contreseing").await.body).len(), 3);
    house.approve("bob", &first);
    let page = bob.get("/ra/contreseing").await;
    assert_eq!(links(&page.body).len(), 2);
    assert!(page.body.contains(&beside_its_name(2)), "{}", page.body);
    assert!(page.says("vous avez donné la première signature"), "{}", page.body);
    let mut alice = house.browser("alice").await;
    let page = alice.get("/ra/contreseing").await;
    assert!(page.body.contains(&beside_its_name(1)) && page.says("vous les avez proposés"), "{}", page.body);
}

#[actix_web::test]
async fn from_the_list_to_each_thing_and_on_to_the_next_until_the_last() {
    let mut house = House::new();
    orders_for_two(&mut house);
    house.held_feed(1);
    let mut bob = house.browser("bob").await;
    let links = links(&bob.get("/ra/contreseing").await.body);
    assert_eq!(links.len(), 3);
    let mut at = links[0].clone();
    for following in links.iter().skip(1).map(Some).chain([None]) {
        let page = bob.get(at.split('#').next().unwrap()).await;
        assert_eq!(page.status, 200, "{at}: {}", page.body);
        assert!(page.body.contains("<a href=\"/ra/contreseing\">Retour"), "{at}: {}", page.body);
        let next = page.body.split_once("href=\"/ra/contreseing/suivant?").expect("a way on").1;
        let answer = bob.get(&format!("/ra/contreseing/suivant?{}", next.split('"').next().unwrap())).await;
        assert_eq!(answer.status, 303);
        match following {
            Some(link) => assert_eq!(&answer.leads_to(), link),
            None => assert!(bob.follow(&answer).await.says("C’était le dernier de la liste.")),
        }
        at = answer.leads_to();
    }
    let elsewhere = bob.get("/ra/file").await;
    assert!(!elsewhere.body.contains("/ra/contreseing/suivant"), "only where the list led");
    let hostile = bob.get("/ra/file?contreseing=%22%3E%3Cscript%3E").await;
    assert!(!hostile.body.contains("/ra/contreseing/suivant"), "{}", hostile.body);
}

#[actix_web::test]
async fn after_a_signature_the_way_on_is_still_there_and_leads_to_what_is_left() {
    let mut house = House::new();
    let [first, second] = orders_for_two(&mut house);
    let mut bob = house.browser("bob").await;
    let list = bob.get("/ra/contreseing").await;
    let opened = bob.get(&links(&list.body)[0]).await;
    assert!(opened.body.contains(&first), "{}", opened.body);
    let answer = bob.post(&format!("/ra/dossiers/{first}/approuver"), &[("version", "1")]).await;
    let done = bob.follow(&answer).await;
    let next = done.body.split_once("href=\"/ra/contreseing/suivant?").expect("a way on").1;
    let next = bob.get(&format!("/ra/contreseing/suivant?{}", next.split('"').next().unwrap())).await;
    assert!(next.leads_to().starts_with(&format!("/ra/dossiers/{second}?")), "{}", next.leads_to());
}

#[actix_web::test]
async fn what_was_left_for_later_does_not_come_back_before_what_follows_the_one_that_was_signed() {
    let mut house = House::new();
    orders_for_two(&mut house);
    house.held_feed(1);
    let mut bob = house.browser("bob").await;
    let links = links(&bob.get("/ra/contreseing").await.body);
    let at = |nth: usize| links[nth].split(['?', '#']).next().unwrap().to_owned();
    // The first is left, the second signed: on to the third.
    let second = bob.get(&links[1]).await;
    assert_eq!(second.status, 200);
    assert!(
        second.body.contains("name=\"liste\" value=\"\""),
        "the inbox is no list of the queue: {}",
        second.body
    );
    let answer = bob.post(&format!("{}/approuver", at(1)), &[("version", "1")]).await;
    let done = bob.follow(&answer).await;
    let next = done.body.split_once("href=\"/ra/contreseing/suivant?").expect("a way on").1;
    let next = bob.get(&format!("/ra/contreseing/suivant?{}", next.split('"').next().unwrap())).await;
    assert_eq!(next.leads_to().split(['?', '#']).next(), Some(at(2).as_str()), "{}", next.leads_to());
}

#[actix_web::test]
async fn the_page_is_the_same_whether_another_officer_has_approved_or_not() {
    let mut house = House::new();
    let [number, _] = orders_for_two(&mut house);
    let mut clara = house.browser("clara").await;
    let before = clara.get("/ra/contreseing").await.body;
    assert!(before.contains("à l’aveugle") && before.contains(&number), "{before}");
    house.approve("bob", &number);
    assert_eq!(clara.get("/ra/contreseing").await.body, before);
}

#[actix_web::test]
async fn an_administrator_finds_the_keys_that_wait_and_who_signs_nothing_finds_no_such_page() {
    let mut house = House::new();
    orders_for_two(&mut house);
    let mut amina = house.browser("amina").await;
    let page = amina.get("/ra/cles").await;
    assert!(page.body.contains(&beside_its_name(0)), "{}", page.body);
    let english = TestRequest::get().uri("/ra/contreseing").insert_header(("accept-language", "en"));
    let page = amina.send(english).await;
    assert!(page.says("Nothing waits for your signature."), "{}", page.body);
    assert!(page.says("2 hidden: another role than yours signs them."), "{}", page.body);
    for login in ["audrey", "agent"] {
        let refused = house.browser(login).await.get("/ra/contreseing").await;
        assert_eq!(refused.status, 403, "{login}");
        assert!(!refused.body.contains("href=\"/ra/contreseing\""), "{login}");
    }
}
