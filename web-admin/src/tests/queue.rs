//! The queue as an officer works with it.

use std::time::Duration;

use registration_authority::queue::lease;

use super::authenticator::Authenticator;
use super::browser::{Answer, Browser};
use super::house::{House, person};

/// What stands in the line of this order.
fn line(page: &Answer, number: &str) -> String {
    let (_, rest) = page.body.split_once(&format!("/ra/dossiers/{number}?")).expect("the order is listed");
    rest.split("</tr>").next().unwrap().to_owned()
}

fn lists(page: &Answer, number: &str) -> bool {
    assert_eq!(page.status, 200, "{}", page.body);
    page.body.contains(&format!("/ra/dossiers/{number}?"))
}

#[actix_web::test]
async fn filters_stand_in_the_address_and_every_link_of_the_page_keeps_them() {
    let mut house = House::new();
    let nurse = house.submit("alice", &person(1));
    let other = house.submit("agent", &person(3));
    let mut bob = house.browser("bob").await;
    let found = bob.get("/ra/file?type=CPS&profession=60&q=dur%C3%A1nd&structure=0B0193488").await;
    assert!(lists(&found, &nurse) && !lists(&found, &other));
    let query = "statut=a-verifier&#38;type=CPS&#38;profession=60&#38;structure=F0B0193488&#38;q=dur%C3%A1nd";
    for link in [format!("/ra/dossiers/{nurse}?{query}"), format!("name=\"vue\" value=\"{query}\"")] {
        assert!(found.body.contains(&link), "{link}: {}", found.body);
    }
    let waiting = query.replace("a-verifier", "en-attente");
    assert!(
        found.body.contains(&format!("href=\"/ra/file?{waiting}\"")),
        "a tab counts with the same filters"
    );
    assert!(found.says("par ordre alphabétique") && found.says("Effacer les filtres"));
    for nothing in
        ["type=CPF", "profession=10", "risque=rouge", "age=1", "qui=alice", "structure=R1", "q=zzz"]
    {
        let page = bob.get(&format!("/ra/file?{nothing}")).await;
        assert!(page.says("Aucune demande ne répond à ces filtres.") && page.says("(0)"), "{nothing}");
    }
    house.later(Duration::from_secs(86_400));
    let mut bob = house.browser("bob").await;
    assert!(lists(&bob.get("/ra/file?age=1&qui=personne").await, &other));
}

#[actix_web::test]
async fn the_number_of_an_order_leads_to_its_dossier_wherever_it_stands() {
    let mut house = House::new();
    let number = house.submit("alice", &person(1));
    house.approve_fully(&number);
    let mut bob = house.browser("bob").await;
    let answer = bob.get(&format!("/ra/file?q=+{}", number.to_lowercase())).await;
    assert_eq!((answer.status, answer.leads_to()), (303, format!("/ra/dossiers/{number}")));
    assert!(bob.get("/ra/file?q=CO-1999-000001").await.says("Aucune demande ne répond à ces filtres."));
}

#[actix_web::test]
async fn the_list_says_who_is_on_an_order_and_anybody_may_take_it_over() {
    let mut house = House::new();
    let number = house.submit("alice", &person(1));
    let (mut bob, mut clara) = (house.browser("bob").await, house.browser("clara").await);
    assert!(line(&clara.get("/ra/file").await, &number).contains("Prendre<"));
    bob.get(&format!("/ra/dossiers/{number}")).await;
    house.later(Duration::from_secs(4 * 60));
    let seen = line(&clara.get("/ra/file").await, &number);
    assert!(seen.contains("Bob BERNARD (4\u{a0}min)") && seen.contains("Prendre la main"), "{seen}");
    clara.get(&format!("/ra/dossiers/{number}")).await;
    assert!(
        line(&clara.get("/ra/file").await, &number).contains("Bob BERNARD"),
        "reading takes nothing away"
    );
    let take = format!("/ra/dossiers/{number}/prendre");
    let answer = clara.post(&take, &[("vue", "statut=a-verifier&type=CPS")]).await;
    assert_eq!(answer.leads_to(), format!("/ra/dossiers/{number}?statut=a-verifier&type=CPS"));
    assert!(line(&bob.get("/ra/file").await, &number).contains("Clara PETIT (moins"));
    assert!(lists(&bob.get("/ra/file?qui=clara").await, &number));
    let mut alice = house.browser("alice").await;
    alice.get(&format!("/ra/dossiers/{number}")).await;
    let own = line(&alice.get("/ra/file").await, &number);
    assert!(own.contains("Clara PETIT") && !own.contains("Prendre"), "nobody is on his own order: {own}");
    house.later(Duration::from_secs(11 * 60));
    assert!(!line(&bob.get("/ra/file").await, &number).contains("Clara"));
}

#[actix_web::test]
async fn the_dossier_says_who_is_on_it_and_for_how_long_and_is_taken_over_there() {
    let mut house = House::new();
    let number = house.submit("alice", &person(1));
    let address = format!("/ra/dossiers/{number}?statut=a-verifier&type=CPS");
    let (mut bob, mut clara) = (house.browser("bob").await, house.browser("clara").await);
    let nobody = bob.get(&address).await;
    assert!(!nobody.says("est sur ce dossier") && !nobody.says("Prendre la main"), "{}", nobody.body);
    house.later(Duration::from_secs(4 * 60));
    let said = "Bob BERNARD est sur ce dossier depuis 4\u{a0}min.";
    let seen = clara.get(&address).await;
    assert!(seen.says(said) && seen.says("Prendre la main"), "{}", seen.body);
    assert!(!bob.get(&address).await.says("est sur ce dossier"), "he is on it himself");
    let alice = house.browser("alice").await.get(&address).await;
    assert!(alice.says(said) && !alice.says("Prendre la main"), "it is her own: {}", alice.body);
    let view = seen.body.split_once("name=\"vue\" value=\"").expect("the view goes along").1;
    let view = view.split('"').next().unwrap().replace("&#38;", "&");
    assert_eq!(view, "statut=a-verifier&type=CPS");
    let taken = clara.post(&format!("/ra/dossiers/{number}/prendre"), &[("vue", &view)]).await;
    assert_eq!(taken.leads_to(), address);
    assert!(!clara.follow(&taken).await.says("est sur ce dossier"));
    assert!(bob.get(&address).await.says("Clara PETIT est sur ce dossier depuis moins d’une minute."));
}

#[actix_web::test]
async fn whoever_looks_for_himself_is_not_told_who_is_on_the_dossier() {
    let mut house = House::new();
    // Persons of one name at one place: the later ones need two officers.
    let [_, _, two] = [3, 4, 5].map(|nth| house.submit("alice", &person(nth)));
    let (mut bob, mut clara) = (house.browser("bob").await, house.browser("clara").await);
    bob.get(&format!("/ra/dossiers/{two}")).await;
    let seen = clara.get(&format!("/ra/dossiers/{two}")).await;
    assert!(seen.says("Vous regardez par vous-même") && !seen.says("est sur ce dossier"), "{}", seen.body);
}

#[actix_web::test]
async fn the_next_dossier_is_the_most_urgent_one_of_the_view() {
    let mut house = House::new();
    let oldest = house.submit("alice", &person(3));
    house.later(Duration::from_secs(60));
    let nurse = house.submit("alice", &person(1));
    house.later(Duration::from_secs(60));
    let mut bob = house.browser("bob").await;
    let next = |view: &'static str| [("vue", view)];
    let by_name = bob.post("/ra/file/suivant", &next("statut=a-verifier&profession=60")).await;
    assert_eq!(
        by_name.leads_to(),
        format!("/ra/dossiers/{oldest}?statut=a-verifier&profession=60&suite=oui")
    );
    let mut clara = house.browser("clara").await;
    let answer = clara.post("/ra/file/suivant", &next("statut=a-verifier")).await;
    assert_eq!(
        answer.leads_to(),
        format!("/ra/dossiers/{nurse}?statut=a-verifier&suite=oui"),
        "bob is on the other one"
    );
    let none = clara.post("/ra/file/suivant", &next("statut=a-verifier")).await;
    assert!(clara.follow(&none).await.says("n'attend votre décision"));
    // Nobody is on either any more; of the two, the younger is the one that is looked for.
    house.later(lease::LEASE);
    let named = clara.post("/ra/file/suivant", &next("statut=a-verifier&q=DURAND")).await;
    assert_eq!(named.leads_to(), format!("/ra/dossiers/{nurse}?statut=a-verifier&q=DURAND&suite=oui"));
    let mut rita = house.browser("rita").await;
    assert!(!rita.get("/ra/file").await.says("Dossier suivant"));
}

#[actix_web::test]
async fn an_officer_keeps_his_views_and_forgets_them() {
    let mut house = House::new();
    let (mut bob, mut rita) = (house.browser("bob").await, house.browser("rita").await);
    let view = [("nom", "Mes <urgents>"), ("vue", "risque=rouge&statut=a-verifier&age=2&apres=X&autre=1")];
    let kept = bob.post("/ra/file/vues", &view).await;
    let page = bob.follow(&kept).await;
    assert!(page.says("La vue est enregistrée."));
    let link = "<a href=\"/ra/file?statut=a-verifier&#38;risque=rouge&#38;age=2\">Mes &#60;urgents&#62;</a>";
    assert!(page.body.contains(link), "what the page reads is kept, and nothing else: {}", page.body);
    assert!(!rita.get("/ra/file").await.body.contains("urgents"));
    assert_eq!(bob.post("/ra/file/vues", &[("nom", " "), ("vue", "")]).await.status, 422);
    let forgotten = bob.post("/ra/file/vues/oublier", &view).await;
    assert!(!bob.follow(&forgotten).await.body.contains("urgents"));
}

#[actix_web::test]
async fn the_time_that_is_left_is_shown_and_stands_still_while_the_applicant_is_asked() {
    let mut house = House::new();
    let number = house.submit("alice", &person(1));
    house.later(Duration::from_secs(90 * 60));
    let mut bob = house.browser("bob").await;
    let left = line(&bob.get("/ra/file").await, &number);
    assert!(left.contains("reste ") && !left.contains("class=\"late\""), "{left}");
    house.ask("bob", &number);
    house.later(Duration::from_secs(20 * 86_400));
    let mut bob = house.browser("bob").await;
    assert!(line(&bob.get("/ra/file?statut=en-attente").await, &number).contains("en pause depuis le "));
    let late = house.submit("alice", &person(3));
    house.later(Duration::from_secs(20 * 86_400));
    let mut bob = house.browser("bob").await;
    let seen = line(&bob.get("/ra/file").await, &late);
    assert!(seen.contains("class=\"late\">dépassé de "), "{seen}");
}

/// An officer whom both administrators have enrolled for orders of a scope.
async fn confined(house: &mut House, login: &str, professions: &str, structures: &str) -> Browser {
    let key = Authenticator::new(login);
    let (id, spki) = (hex::encode(&key.credential_id), hex::encode(key.public_key().spki()));
    let card = format!("credential_id = \"{id}\"\npublic_key = \"{spki}\"");
    let fields = [
        ("fiche", card.as_str()),
        ("identifiant", login),
        ("nom", "Dora PETIT"),
        ("role", "registration-officer"),
        ("professions", professions),
        ("structures", structures),
    ];
    let mut admin = house.browser("admin").await;
    let mut unknown = fields;
    unknown[4] = ("professions", "médecin");
    assert_eq!(admin.post("/ra/cles", &unknown).await.status, 422);
    let proposed = admin.post("/ra/cles", &fields).await;
    let page = admin.follow(&proposed).await;
    assert!(page.says("Périmètre"), "{}", page.body);
    let number = proposed.leads_to();
    let number = number.trim_start_matches("/ra/cles/").split('?').next().unwrap();
    house.signed_by_both(number);
    house.browser(login).await
}

#[actix_web::test]
async fn an_officer_reads_how_many_orders_his_scope_keeps_from_him() {
    let mut house = House::new();
    let mut numbers = Vec::new();
    for number in 3..=6 {
        numbers.push(house.submit("alice", &person(number)));
    }
    assert!(!house.browser("bob").await.get("/ra/file").await.says("masqué"));
    let mut dora = confined(&mut house, "dora", "10, 21", "0B0193488").await;
    let page = dora.get("/ra/file").await;
    assert!(
        page.says("4 dossiers masqués par vos droits (Médecin, Pharmacien ; structures F0B0193488)."),
        "{}",
        page.body
    );
    assert!(page.says("À vérifier <span class=\"count\">(0)</span>"));
    let refused = dora.get(&format!("/ra/dossiers/{}", numbers[0])).await;
    assert_eq!(refused.status, 403);
    assert!(refused.says("Cette demande ne relève pas de votre périmètre"));
    let mut nova = confined(&mut house, "nova", "", "0B0193488").await;
    assert!(lists(&nova.get("/ra/file").await, &numbers[0]));
}
