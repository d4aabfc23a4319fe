use store::audit::search::Filter;

use super::house::{House, person};

/// The identifiers of the events on a page.
fn ids(body: &str) -> Vec<String> {
    let rows = body.split("<a href=\"/ra/journal/").skip(1);
    rows.map(|row| row.split('"').next().unwrap().to_owned()).collect()
}

#[actix_web::test]
async fn the_auditor_searches_by_what_stands_in_the_address_and_goes_on_to_older_events() {
    let mut house = House::new();
    for number in 3..30 {
        house.submit("alice", &person(number));
        house.submit("bob", &person(30 + number));
    }
    let mut browser = house.browser("audrey").await;
    let first = browser.get("/ra/journal?action=order.").await;
    assert_eq!(first.status, 200, "{}", first.body);
    assert_eq!(ids(&first.body).len(), 50);
    assert!(!first.body.contains("officer.enrolled"), "{}", first.body);
    let after = first.body.split("name=\"apres\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let second = browser.get(&format!("/ra/journal?action=order.&apres={after}")).await;
    let (first, second) = (ids(&first.body), ids(&second.body));
    assert_eq!(second.len(), 4, "fifty-four orders");
    assert!(second.iter().all(|id| !first.contains(id) && id < first.last().unwrap()));
    let alice = browser.get("/ra/journal?action=order.&acteur=alice").await;
    assert_eq!(ids(&alice.body).len(), 27);
    assert!(!alice.body.contains("<code>officer:bob</code>"), "{}", alice.body);
    let day = house.now().to_jiff().strftime("%Y-%m-%d").to_string();
    assert_eq!(
        ids(&browser.get(&format!("/ra/journal?action=order.&acteur=alice&du={day}")).await.body).len(),
        27
    );
    assert!(
        browser.get("/ra/journal?action=order.&au=2020-01-01").await.says("Aucun événement ne correspond.")
    );
}

#[actix_web::test]
async fn a_criterion_that_does_not_read_is_told_beside_its_field_and_asks_nothing() {
    let mut house = House::new();
    let mut browser = house.browser("audrey").await;
    let page = browser.get("/ra/journal?du=26/11/2026").await;
    assert_eq!(page.status, 422, "{}", page.body);
    assert!(
        page.body.contains("id=\"erreur-du\"") && page.body.contains("audit-filter-invalid"),
        "{}",
        page.body
    );
    assert!(ids(&page.body).is_empty());
    let posted = browser.post("/ra/journal/selection", &[("au", "demain")]).await;
    assert_eq!(posted.status, 422, "{}", posted.body);
    assert_eq!(
        ids(&browser.get("/ra/journal?action=audit-reading.").await.body).len(),
        1,
        "this very reading"
    );
}

#[actix_web::test]
async fn what_the_auditor_read_stands_in_the_trail_and_a_hostile_text_stays_one() {
    let mut house = House::new();
    let mut browser = house.browser("audrey").await;
    let hostile = "%3CSCRIPT%3EALERT(1)%3C/SCRIPT%3E";
    let page = browser.get(&format!("/ra/journal?acteur={hostile}")).await;
    assert!(page.status == 200 && !page.body.contains("<SCRIPT>"), "{}", page.body);
    let id = house.event();
    let leaf = browser.get(&format!("/ra/journal/{id}")).await;
    assert!(leaf.says("Aucune tête signée ne couvre encore cette feuille."), "{}", leaf.body);
    let taken = browser.post("/ra/journal/selection", &[("action", "officer.")]).await;
    assert!(
        taken.header("content-disposition").starts_with("attachment; filename=\"journal-"),
        "{}",
        taken.body
    );
    assert!(
        taken.body.lines().count() >= 8 && taken.body.lines().all(|line| line.len() == 32),
        "{}",
        taken.body
    );
    let readings = browser.get("/ra/journal?action=audit-reading.&acteur=audrey").await;
    for action in ["audit-reading.searched", "audit-reading.leaf", "audit-reading.exported"] {
        assert!(readings.body.contains(&format!("<code>{action}</code>")), "{action}: {}", readings.body);
    }
    assert_eq!(browser.get("/ra/journal/nothing").await.status, 404);
}

impl House {
    /// The newest event of the trail.
    pub(super) fn event(&mut self) -> String {
        let found = store::audit::search::page(&mut self.db, &Filter::default(), None, 1).unwrap();
        found.events[0].id.clone()
    }
}
