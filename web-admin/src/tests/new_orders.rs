use super::house::{House, person, rpps};

#[actix_web::test]
async fn an_order_is_submitted_with_a_number_and_a_profession() {
    let mut house = House::new();
    let mut alice = house.browser("alice").await;
    assert!(alice.get("/ra/nouvelle").await.says("Infirmier"));
    let spaced = format!("{} {}", &rpps(1)[..5], &rpps(1)[5..]);
    let answer = alice.post("/ra/nouvelle", &[("rpps", &spaced), ("profession", "60")]).await;
    let page = alice.follow(&answer).await;
    assert!(page.says("La demande est déposée.") && page.says("DURAND Élise"), "{}", page.body);
}

#[actix_web::test]
async fn what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost() {
    let mut house = House::new();
    house.submit("alice", &person(3));
    house.card(&person(4));
    let mut alice = house.browser("alice").await;
    let (known, open, carded) = (rpps(1), rpps(3), rpps(4));
    let nobody = rpps(9999);
    let mistyped = format!("{}{}", &known[..10], (known.as_bytes()[10] - b'0' + 1) % 10);
    let cases = [
        ("", "60", "", "rpps", "identifier-form"),
        ("1234", "60", "", "rpps", "identifier-form"),
        (mistyped.as_str(), "60", "", "rpps", "identifier-check-digit"),
        (known.as_str(), "", "", "profession", "nomenclature-unknown-code"),
        (known.as_str(), "60", "12", "remplace", "card-not-found"),
        (nobody.as_str(), "60", "", "rpps", "order-holder-unknown"),
        (known.as_str(), "10", "", "profession", "order-profession-not-exercised"),
        (open.as_str(), "60", "", "rpps", "order-already-open"),
        (carded.as_str(), "60", "", "rpps", "order-card-in-production"),
        (known.as_str(), "60", "2600000001", "remplace", "order-replaces-another"),
    ];
    for (number, profession, replaces, field, code) in cases {
        let fields = [("rpps", number), ("profession", profession), ("remplace", replaces)];
        let answer = alice.post("/ra/nouvelle", &fields).await;
        assert_eq!(answer.status, 422, "{code}: {}", answer.body);
        assert!(answer.says(code), "{code}: {}", answer.body);
        assert!(answer.body.contains(&format!("href=\"#{field}\"")), "{code} stands at {field}");
        assert!(answer.body.contains(&format!("id=\"erreur-{field}\"")), "{code} stands at {field}");
        assert!(number.is_empty() || answer.body.contains(&format!("value=\"{number}\"")));
    }
}

#[actix_web::test]
async fn every_rule_that_a_wish_breaks_is_named_with_who_can_help() {
    let mut house = House::new();
    house.submit("alice", &person(3));
    let mut alice = house.browser("alice").await;
    let open = rpps(3);
    let fields = [("rpps", open.as_str()), ("profession", "60"), ("remplace", "2600000001")];
    let answer = alice.post("/ra/nouvelle", &fields).await;
    assert_eq!(answer.status, 422);
    for said in ["R-CPS-08", "R-CPS-09", "order-already-open", "order-replaces-another"] {
        assert!(answer.says(said), "{said}: {}", answer.body);
    }
    assert!(answer.says("Le demandeur vérifie les dix chiffres"), "{}", answer.body);
}

#[actix_web::test]
async fn who_may_not_submit_is_not_shown_the_form() {
    let mut house = House::new();
    let mut audrey = house.browser("audrey").await;
    assert_eq!(audrey.get("/ra/nouvelle").await.status, 403);
    let answer = audrey.post("/ra/nouvelle", &[("rpps", &rpps(1)), ("profession", "60")]).await;
    assert_eq!(answer.status, 403);
    assert!(answer.says("officer-role-missing"));
}
