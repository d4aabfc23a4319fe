use std::convert::Infallible;

use rand_core::{TryCryptoRng, TryRng};
use store::Actor;

use crate::decision;
use crate::four_eyes::opening::falls_within;
use crate::four_eyes::review::{self, About, Finding, ReviewError};
use crate::opposition::{self, Ground};
use crate::order;
use crate::outbox;
use crate::testing::*;

/// Chance whose first word is this one.
struct Loaded {
    first: Option<[u8; 4]>,
    then: Rng,
}

impl TryRng for Loaded {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        self.then.try_next_u32()
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        self.then.try_next_u64()
    }

    fn try_fill_bytes(&mut self, octets: &mut [u8]) -> Result<(), Infallible> {
        match self.first.take() {
            Some(first) => octets.copy_from_slice(&first),
            None => self.then.try_fill_bytes(octets)?,
        }
        Ok(())
    }
}

impl TryCryptoRng for Loaded {}

#[test]
fn a_share_of_what_is_drawn_evenly_is_looked_at() {
    assert!(falls_within(5, 0) && falls_within(100, u32::MAX) && falls_within(1, 0));
    assert!(!falls_within(5, u32::MAX) && !falls_within(99, u32::MAX));
    let step = u32::MAX / 10_000;
    let within = (0..10_000).filter(|place| falls_within(5, place * step)).count();
    assert!((499..=501).contains(&within), "{within} of 10 000");
}

/// The worker lets decisions take effect, with this chance.
fn take_effect(house: &mut House, first: [u8; 4]) {
    house.receive();
    let act = house.job();
    let House { db, verifier, rng, .. } = house;
    let mut rng = Loaded { first: Some(first), then: *rng };
    decision::take_effect(db, verifier, &mut rng, &act).unwrap();
}

fn waiting(house: &mut House, login: &str) -> Vec<review::Review> {
    let act = house.officer(login);
    review::waiting(&mut house.db, 50, &act).unwrap()
}

fn conclude(
    house: &mut House,
    login: &str,
    number: &str,
    (finding, reason): (Finding, &str),
) -> Result<(), ReviewError> {
    let act = house.officer(login);
    let House { db, rng, .. } = house;
    review::conclude(db, number, finding, reason, rng, &act)
}

fn told(house: &mut House, notice: &str) -> Vec<(String, String)> {
    let all = outbox::waiting(&mut house.db, 100).unwrap();
    all.into_iter().filter(|one| one.notice == notice).map(|one| (one.recipient, one.subject)).collect()
}

#[test]
fn the_worker_draws_which_approvals_are_looked_at_again_once_they_have_taken_effect() {
    on_both(|house| {
        let first = house.approved(&nurse()).number;
        assert!(waiting(house, "clara").is_empty(), "nothing is drawn before");
        take_effect(house, [0; 4]);
        let second = house.approved(&other_nurse()).number;
        take_effect(house, [0xFF; 4]);
        let listed = waiting(house, "clara");
        let orders: Vec<&str> = listed
            .iter()
            .map(|one| match &one.about {
                About::Approval { order, .. } => order.number.as_str(),
                About::HolderOpposition { .. } => panic!("nobody opposed anything"),
            })
            .collect();
        assert_eq!(orders, [first.as_str()], "not {second}");
        assert!(listed[0].may_conclude);
        let hands = ["alice", "bob", "rita", "audrey"].map(|login| waiting(house, login)[0].may_conclude);
        assert_eq!(hands, [false; 4], "submitter, approver, another role, a reader");
        let number = listed[0].number.clone();
        assert_eq!(code(conclude(house, "bob", &number, (Finding::Confirmed, ""))), "review-own");
        assert_eq!(code(conclude(house, "alice", &number, (Finding::Confirmed, ""))), "review-own");
        assert_eq!(code(conclude(house, "rita", &number, (Finding::Confirmed, ""))), "officer-role-missing");
        assert_eq!(
            code(conclude(house, "clara", &number, (Finding::Contested, " "))),
            "review-reason-missing"
        );
        let due = listed[0].due_from.millis();
        for (login, at, why) in [
            ("bob", due, "nobody looks again at what he decided"),
            ("alice", due, "nobody looks again at what he submitted"),
            ("clara", due - 1, "a look is not taken before it is due"),
        ] {
            let forged = format!(
                "INSERT INTO review_findings VALUES ('{number}', 'confirmed', NULL, '{login}', {at})"
            );
            assert!(house.sql(&forged).unwrap_err().to_string().contains(why), "{login}");
        }
        conclude(house, "clara", &number, (Finding::Contested, "Le diplôme n'est pas au dossier.")).unwrap();
        assert_eq!(told(house, "approval-contested"), [("officer:bob".to_owned(), format!("order {first}"))]);
        assert_eq!(code(conclude(house, "clara", &number, (Finding::Confirmed, ""))), "review-unknown");
        assert!(waiting(house, "clara").is_empty());
    });
}

#[test]
fn what_two_officers_have_approved_is_not_drawn() {
    let mut house = House::new();
    let mut lines = second_day();
    lines.push(Line {
        person: 1000,
        family_name: "DURAND",
        given_name: "Elise",
        profession: "60",
        category: "C",
    });
    house.import_day(2, &lines);
    house.approved(&nurse());
    let number = house.submit("alice", cps(&one_of_the_crowd(0), "60")).unwrap().number().to_owned();
    house.approve("bob", &number).unwrap();
    house.approve("clara", &number).unwrap();
    take_effect(&mut house, [0xFF; 4]);
    let act = house.job();
    let order = order::get(&mut house.db, &number).unwrap();
    let House { db, rng, .. } = &mut house;
    let mut rng = Loaded { first: Some([0; 4]), then: *rng };
    db.write(|db| crate::four_eyes::draw(db, &order, &mut rng, &act)).unwrap();
    assert!(waiting(&mut house, "clara").is_empty());
}

#[test]
fn a_holder_who_opposed_his_card_is_called_back_the_next_day_and_offered_a_new_one_where_it_was_not_he() {
    on_both(|house| {
        let mut worker = house.worker();
        let card = house.active_card(&mut worker, &nurse());
        take_effect(house, [0xFF; 4]);
        let holder = house.act(Actor::Holder(nurse().to_string()));
        let House { db, rng, .. } = house;
        opposition::oppose(db, &card, Ground::Stolen, rng, &holder).unwrap();
        assert!(waiting(house, "rita").is_empty(), "not on the day itself");
        house.later(24 * 3600);
        let listed = waiting(house, "rita");
        let [one] = &listed[..] else { panic!("{listed:?}") };
        assert!(matches!(&one.about, About::HolderOpposition { card: of, .. } if *of == card), "{one:?}");
        assert!(one.may_conclude && waiting(house, "clara")[0].may_conclude);
        let named = house.act(Actor::Operator("root".to_owned()));
        let House { db, rng, .. } = house;
        let role = crate::officers::Role::RevocationOfficer;
        db.write(|db| crate::officers::enrol(db, "elise", "Élise DURAND", role, rng, &named)).unwrap();
        assert!(!waiting(house, "elise")[0].may_conclude, "it bears no name, and the register's is hers");
        let number = one.number.clone();
        let never = (Finding::Contested, "Le porteur avait sa carte en main.");
        conclude(house, "rita", &number, never).unwrap();
        assert_eq!(told(house, "card-way-back"), [(format!("holder:{}", nurse()), format!("card {card}"))]);
        let status = card::get(&mut house.db, &card).unwrap().life.status();
        assert_eq!(status, card::CardStatus::Opposed, "nothing un-revokes");
        house.submit("alice", cps(&nurse(), "60")).expect("the way back is a new card");
    });
}

#[test]
fn whoever_calls_a_holder_back_reads_that_his_contact_had_changed_shortly_before() {
    on_both(|house| {
        let mut worker = house.worker();
        let card = house.active_card(&mut worker, &nurse());
        import_contacts(house, &[(&nurse(), "0102030405", "elise@exemple.fr")]);
        house.later(3600);
        import_contacts(house, &[(&nurse(), "0102030405", "voleur@exemple.fr")]);
        let changed = house.at;
        house.later(3 * 86_400);
        let holder = house.act(Actor::Holder(nurse().to_string()));
        let House { db, rng, .. } = house;
        opposition::oppose(db, &card, Ground::Stolen, rng, &holder).unwrap();
        house.later(24 * 3600);
        let listed = waiting(house, "rita");
        let found = listed.iter().find_map(|one| match &one.about {
            About::HolderOpposition { contact_changed_at, .. } => *contact_changed_at,
            About::Approval { .. } => None,
        });
        assert_eq!(found, Some(changed), "{listed:?}");

        // It goes some time after the look was taken, and nothing else of the look does.
        let number = listed[0].number.clone();
        let forged = house.sql("UPDATE reviews SET contact_changed_at = 5").unwrap_err().to_string();
        assert!(forged.contains("append-only"), "{forged}");
        let erased = |house: &mut House| {
            let act = house.job();
            let month = std::time::Duration::from_secs(30 * 86_400);
            crate::four_eyes::erase_contact_changes(&mut house.db, month, &act).unwrap()
        };
        house.later(31 * 86_400);
        assert_eq!(erased(house), 0, "an open look keeps it");
        conclude(house, "clara", &number, (Finding::Confirmed, "")).unwrap();
        house.later(29 * 86_400);
        assert_eq!(erased(house), 0);
        house.later(2 * 86_400);
        assert_eq!((erased(house), erased(house)), (1, 0));
        let again = house.sql("UPDATE reviews SET contact_changed_at = NULL, opened_at = 5").unwrap_err();
        assert!(again.to_string().contains("append-only"), "{again}");
    });
}

#[test]
fn what_an_officer_opposes_is_nobodys_to_confirm() {
    let mut house = House::new();
    let mut worker = house.worker();
    let card = house.active_card(&mut worker, &nurse());
    let rita = house.officer("rita");
    let House { db, rng, .. } = &mut house;
    opposition::oppose(db, &card, Ground::Stolen, rng, &rita).unwrap();
    house.later(48 * 3600);
    assert!(waiting(&mut house, "clara").is_empty());
}
