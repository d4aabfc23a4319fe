use std::time::Duration;

use professional_registry::ImportedRegister;

use super::*;
use crate::approval::Delays;
use crate::order;
use crate::testing::*;

fn together(house: &mut House, login: &str, at: Timestamp) -> Vec<Together> {
    let act = house.officer(login);
    let House { db, verifier, .. } = house;
    decided_together(db, verifier, at, &act).unwrap()
}

fn numbers(rows: &[Together]) -> Vec<&str> {
    rows.iter().map(|one| one.order.number.as_str()).collect()
}

#[test]
fn what_an_officer_decided_at_one_moment_is_found_with_until_when_he_can_take_it_back() {
    on_both(|house| {
        house.verifier = house.verifier.clone().with_delays(Delays::DEFAULT);
        let orders: Vec<String> = [nurse(), other_nurse(), twofold()]
            .iter()
            .map(|holder| house.submit("alice", cps(holder, "60")).unwrap().number().to_owned())
            .collect();
        house.approve("clara", &orders[2]).unwrap();
        let at = house.at;
        house.approve("bob", &orders[0]).unwrap();
        house.approve("bob", &orders[1]).unwrap();
        house.later(10);
        let found = together(house, "bob", at);
        assert_eq!(numbers(&found), [orders[0].as_str(), &orders[1]], "clara's is hers");
        let until = at.plus(Duration::from_secs(60));
        assert!(found.iter().all(|one| one.until == Some(until) && !one.taken_back), "{found:?}");

        let act = house.officer("bob");
        let House { db, rng, verifier, .. } = &mut *house;
        db.write(|db| order::take_back(db, &mut ImportedRegister, verifier, &orders[0], 1, rng, &act))
            .unwrap();
        let found = together(house, "bob", at);
        assert_eq!(numbers(&found), [orders[0].as_str(), &orders[1]], "what was taken back is told");
        assert_eq!(found.iter().map(|one| one.taken_back).collect::<Vec<_>>(), [true, false]);
        assert_eq!((found[0].until, found[1].until), (None, Some(until)));

        house.later(60);
        assert_eq!(together(house, "bob", at)[1].until, None, "it has taken effect");
        let later = house.at;
        assert_eq!(numbers(&together(house, "bob", later)), [""; 0]);
        let agent = house.officer("agent");
        let House { db, verifier, .. } = &mut *house;
        assert_eq!(code(decided_together(db, verifier, at, &agent)), "officer-role-missing");
    });
}
