//! Every address about one thing is closed to an officer who is there for another place. A new address that does not ask for the scope of what it
//! is about fails here: it is added below with its reason, or it asks.

use registration_authority::officers::{self, Role};
use store::Actor;

use super::house::{House, person};
use super::requests::requested;
use super::routes::{filled_in, sent};
use super::scopes::{confine_officer, planned};
use crate::pages::ADDRESSES;

/// Where addresses begin that ask for no scope, and why.
const ASK_FOR_NO_SCOPE: &[(&str, &str)] = &[
    ("/ra/cartes/", "cards know no scope: whoever may oppose one opposes any"),
    ("/ra/recepisses/", "a receipt is of a card"),
    ("/ra/rappels/", "whom an officer calls back is the holder of a card"),
    ("/ra/porteurs/", "a holder has cards; which of his orders are hidden is told, and tested beside"),
    (
        "/ra/file/lot/",
        "what an officer has decided himself stays his to read and to take back, and is nobody else's there",
    ),
    ("/ra/retraits/", "a certificate is there for who asked for it, and for nobody else"),
];

/// A registration officer who is there for another structure than everybody's.
fn nora(house: &mut House) {
    let act = house.act(Actor::Operator("root".to_owned()));
    let House { db, rng, .. } = house;
    db.write(|db| officers::enrol(db, "nora", "Nora BLANC", Role::RegistrationOfficer, rng, &act).map(drop))
        .unwrap();
    confine_officer(house, "nora");
}

/// What stands at the addresses that the table of roles asks about nothing.
struct Standing {
    request: String,
    opposition_plan: String,
    review: String,
}

impl Standing {
    fn of(house: &mut House) -> Self {
        let request = requested(house);
        let (opposition_plan, _) = planned(house, false);
        let order = house.submit("alice", &person(3));
        house.approve("bob", &order);
        let review = "RL-0000000000000001".to_owned();
        house.sql(&format!("INSERT INTO reviews VALUES ('{review}', 'approval', '{order}', 1, 1, 1, NULL)"));
        Self { request, opposition_plan, review }
    }

    fn filled_in(&self, house: &mut House, path: &str, number: u32) -> String {
        let path = path.replace("{request}", &self.request).replace("{review}", &self.review);
        match path.as_str() {
            path if path.starts_with("/ra/caducites/") => path.replace("{plan}", &self.opposition_plan),
            path if path.starts_with("/ra/renouvellements/") => {
                path.replace("{plan}", &house.renewal_plan(number))
            }
            path => filled_in(house, path, number, "alice"),
        }
    }
}

#[actix_web::test]
async fn every_address_about_one_thing_is_closed_to_an_officer_who_is_there_for_another_place() {
    let mut house = House::where_decisions_wait();
    nora(&mut house);
    let standing = Standing::of(&mut house);
    let mut browser = house.browser("nora").await;
    let (mut next, mut closed, mut open) = (9, 0, Vec::new());
    for address in ADDRESSES.into_iter().flatten() {
        if !address.path.starts_with("/ra/") || !address.path.contains('{') {
            continue;
        }
        for (method, answered) in [("GET", address.get.is_some()), ("POST", address.post.is_some())] {
            if !answered {
                continue;
            }
            next += 1;
            let path = standing.filled_in(&mut house, address.path, next);
            let answer = sent(&mut browser, (method, address.path), &path, next).await;
            let asks_for_none = ASK_FOR_NO_SCOPE.iter().any(|(begins, _)| address.path.starts_with(begins));
            match answer.status {
                403 => closed += 1,
                _ if asks_for_none => {}
                status => open.push(format!("{method} {} {status}", address.path)),
            }
        }
    }
    assert_eq!(open, [""; 0], "open to her, beside {closed} that are closed");
    assert!(closed > 40, "{closed}");
}
