//! What is being done when the program is killed.

use std::fs;
use std::time::Duration;

use acceptance::harness::{openssl, run};
use ca_core::shard;
use card::{CardNumber, CardStatus};
use diesel::prelude::*;
use registration_authority::certification::CARDS_A_TRANSACTION;
use store::schema::{
    card_oppositions, cards, certificates as certificate_rows, professionals, register_feeds,
};
use store::{Database, DatabaseRole};

use super::dying::run_to;
use super::{certificates, revalidation, rotation, successors};
use crate::scenarios::invariants::{is_good, of_card};
use crate::scenarios::workshop::{APPROVER, REVOKER, SUBMITTER, Workshop};

/// Persons of the register that comes: more than are written in one transaction.
const NEWCOMERS: usize = 5200;

/// Who is in the demonstration's register and not in the one that comes.
pub const GONE: &str = "99700000013";

/// Whose CRL is cut into parts in one scene.
const SHARDED: &str = "ACI-FO-PP";

/// One thing that the program does, in an installation that is made for it.
pub struct Scene {
    /// As the table calls it.
    pub name: &'static str,
    /// Makes an installation ready; what the program is told to do there.
    pub arrange: fn(&Workshop) -> Vec<String>,
    /// What is done next.
    pub next: Next,
    /// What must have come of it, besides what must be true of every installation.
    pub outcome: fn(&Workshop, &mut Database),
}

/// What people do when the program has died under their hands.
pub enum Next {
    /// They give the same command again, which may end so.
    Again(&'static [i32]),
    /// They do something else, at once.
    Instead(fn(&Workshop) -> Vec<String>),
}

/// Every scene.
pub const SCENES: &[Scene] = &[
    Scene {
        name: "certification",
        arrange: cards_wait,
        // 9: what the dead had under way is not touched before the sweep, which is the worker's.
        next: Next::Again(&[0, 9]),
        outcome: the_cards_are_certified,
    },
    Scene {
        name: "stolen-meanwhile",
        arrange: cards_wait,
        next: Next::Instead(steal),
        outcome: the_card_is_opposed_and_the_others_are_certified,
    },
    Scene {
        name: "sweep",
        arrange: a_worker_died,
        next: Next::Again(&[0]),
        outcome: the_cards_are_certified,
    },
    Scene {
        name: "request",
        arrange: certificates::a_request_is_approved,
        next: Next::Again(&[0, 9]),
        outcome: certificates::the_request_has_one_certificate,
    },
    Scene {
        name: "test-certificates",
        arrange: certificates::no_test_certificate_is_there,
        next: Next::Again(&[0]),
        outcome: certificates::each_test_certificate_was_asked_for_once,
    },
    Scene {
        name: "test-revocation",
        arrange: certificates::a_test_certificate_is_to_be_revoked,
        next: Next::Again(&[0]),
        outcome: certificates::one_test_certificate_is_revoked,
    },
    Scene { name: "publication", arrange: a_card_was_stolen, next: Next::Again(&[0]), outcome: |_, _| {} },
    Scene {
        name: "shards",
        arrange: a_card_of_a_shard_was_stolen,
        next: Next::Again(&[0]),
        outcome: what_was_revoked_is_public_in_its_shard,
    },
    Scene { name: "opposition-list", arrange: a_list_is_due, next: Next::Again(&[0]), outcome: |_, _| {} },
    Scene {
        name: "authorities",
        arrange: no_authority_is_public,
        next: Next::Again(&[0]),
        outcome: |_, _| {},
    },
    Scene {
        name: "opposition",
        arrange: a_card_is_stolen,
        next: Next::Again(&[0, 4]),
        outcome: the_card_is_opposed_once,
    },
    Scene { name: "audit", arrange: events_wait, next: Next::Again(&[0]), outcome: |_, _| {} },
    Scene {
        name: "register",
        arrange: another_register_comes,
        next: Next::Again(&[0]),
        outcome: the_register_is_what_the_feed_says,
    },
    Scene {
        name: "register-held",
        arrange: too_much_of_a_register_comes,
        next: Next::Again(&[6]),
        outcome: the_feed_is_put_aside_once,
    },
    Scene {
        name: "revalidation",
        arrange: revalidation::a_holder_is_gone_from_two_feeds,
        next: Next::Again(&[0]),
        outcome: revalidation::his_card_is_opposed_once,
    },
    Scene {
        name: "revalidation-plan",
        arrange: revalidation::no_opposition_comes_by_itself,
        next: Next::Again(&[0]),
        outcome: revalidation::his_card_stands_in_one_plan,
    },
    Scene {
        name: "batch",
        arrange: an_order_is_approved,
        next: Next::Again(&[0]),
        outcome: one_more_card_is_at_the_bureau,
    },
    Scene {
        name: "return-file",
        arrange: a_batch_comes_back,
        next: Next::Again(&[0, 4]),
        outcome: the_cards_are_certified,
    },
    Scene {
        name: "big-batch",
        arrange: many_cards_wait,
        next: Next::Again(&[0, 9]),
        outcome: the_cards_are_certified,
    },
    Scene {
        name: "renewal-plan",
        arrange: successors::cards_end,
        next: Next::Again(&[0]),
        outcome: successors::there_is_one_plan,
    },
    Scene {
        name: "renewal",
        arrange: successors::a_plan_is_approved,
        next: Next::Again(&[0]),
        outcome: successors::each_card_has_one_successor,
    },
    Scene {
        name: "delivery",
        arrange: successors::a_successor_is_certified,
        next: Next::Again(&[0, 4]),
        outcome: successors::the_successor_is_delivered,
    },
    Scene {
        name: "activation",
        arrange: successors::a_successor_is_delivered,
        next: Next::Again(&[0, 4]),
        outcome: successors::the_successor_is_active_and_its_predecessor_opposed,
    },
    Scene {
        name: "responder-request",
        arrange: rotation::responders_are_due,
        next: Next::Instead(rotation::the_responders_ask),
        outcome: rotation::each_responder_has_one_successor,
    },
    Scene {
        name: "responder",
        arrange: rotation::responders_have_asked,
        next: Next::Again(&[0]),
        outcome: rotation::each_responder_has_one_successor,
    },
    Scene {
        name: "responder-end",
        arrange: rotation::responders_have_ended,
        next: Next::Instead(rotation::the_keys_are_destroyed),
        outcome: rotation::the_keys_that_answer_are_left,
    },
];

/// The scene of this name.
pub fn scene(name: &str) -> &'static Scene {
    SCENES.iter().find(|scene| scene.name == name).unwrap_or_else(|| panic!("there is no scene {name}"))
}

pub fn words(command: &[&str]) -> Vec<String> {
    command.iter().map(|&word| word.to_owned()).collect()
}

/// Two of them, so that a batch of certificates is more than a card.
fn cards_wait(workshop: &Workshop) -> Vec<String> {
    workshop.personalise(2);
    words(&["job", "run", "certification"])
}

/// More than are prepared in one transaction, for each of three lanes.
fn many_cards_wait(workshop: &Workshop) -> Vec<String> {
    workshop.personalise(3 * CARDS_A_TRANSACTION + 1);
    words(&["job", "run", "certification"])
}

fn a_worker_died(workshop: &Workshop) -> Vec<String> {
    let command = cards_wait(workshop);
    assert_eq!(run_to(workshop.command(&[]).args(command), "issuance.signing", 1).kill(), "");
    workshop.let_leases_pass();
    words(&["job", "run", "sweep"])
}

/// Opposes the newest card that was made here.
fn steal(workshop: &Workshop) -> Vec<String> {
    let card = newest_card(&mut workshop.open(DatabaseRole::Owner));
    words(&["opposition", "add", &card.to_string(), "--ground", "stolen", "--as", REVOKER])
}

fn a_card_is_stolen(workshop: &Workshop) -> Vec<String> {
    workshop.personalise(1);
    workshop.certify_the_rest();
    steal(workshop)
}

fn a_card_was_stolen(workshop: &Workshop) -> Vec<String> {
    let stolen = a_card_is_stolen(workshop);
    run(workshop.command(&[]).args(stolen)).expect_exit(0);
    words(&["publish", "crl"])
}

/// Of an authority whose CRL is cut into parts, each of which is public already.
fn a_card_of_a_shard_was_stolen(workshop: &Workshop) -> Vec<String> {
    workshop.give_shards(SHARDED, 2);
    workshop.personalise(2);
    workshop.certify_the_rest();
    workshop.igc(&["publish", "crl"]);
    a_card_was_stolen(workshop)
}

fn a_list_is_due(workshop: &Workshop) -> Vec<String> {
    a_card_was_stolen(workshop);
    words(&["publish", "oppositions"])
}

fn no_authority_is_public(workshop: &Workshop) -> Vec<String> {
    fs::remove_dir_all(workshop.dir().join("public/ca")).unwrap();
    // Something that the worker, once it is back, has to sign for.
    workshop.submit(1);
    words(&["publish", "certificates"])
}

fn events_wait(workshop: &Workshop) -> Vec<String> {
    workshop.submit(1);
    words(&["job", "run", "audit"])
}

/// Others under the numbers of the demonstration, and more, in two transactions; one of its own is gone.
fn too_much_of_a_register_comes(workshop: &Workshop) -> Vec<String> {
    let folder = workshop.dir().join("extract");
    // Newer than the demonstration's: its name tells the minute.
    let later = workshop.open(DatabaseRole::Owner).now().unwrap().plus(Duration::from_secs(3600));
    let (count, later) = (NEWCOMERS.to_string(), later.to_string());
    let generate = ["generate", "register", "--professionals", &count, "--seed", "4711"];
    let place = ["--strike-off", GONE, "--extracted-at", &later, "--out"];
    let written = run(workshop.command(&generate).args(place).arg(&folder)).expect_exit(0).json();
    words(&["registry", "import", written[0]["path"].as_str().unwrap()])
}

/// The same, and two officers have released it.
fn another_register_comes(workshop: &Workshop) -> Vec<String> {
    let import = too_much_of_a_register_comes(workshop);
    run(workshop.command(&[]).args(&import)).expect_exit(6);
    let held = run(&mut workshop.command(&["registry", "held"])).expect_exit(0).json();
    let feed = held[0]["feed"].as_str().unwrap();
    for officer in [SUBMITTER, APPROVER] {
        workshop.igc(&["registry", "release", feed, "--as", officer]);
    }
    import
}

fn an_order_is_approved(workshop: &Workshop) -> Vec<String> {
    workshop.approve(1);
    words(&["card", "batch", "close"])
}

fn a_batch_comes_back(workshop: &Workshop) -> Vec<String> {
    workshop.approve(1);
    let file = workshop.dir().join("return.json");
    fs::write(&file, workshop.returned_batch()).unwrap();
    words(&["card", "batch", "import", file.to_str().unwrap()])
}

/// Cards are numbered upwards: the last one that the scene made.
pub fn newest_card(db: &mut Database) -> CardNumber {
    let newest: Option<String> = cards::table.select(diesel::dsl::max(cards::number)).first(db).unwrap();
    newest.unwrap().parse().unwrap()
}

/// One card an order, two good certificates each, and none for one key twice (which [`Workshop::check`] has seen).
fn the_cards_are_certified(workshop: &Workshop, db: &mut Database) {
    for waiting in [CardStatus::Ordered, CardStatus::Batched, CardStatus::Personalised] {
        assert_eq!(workshop.cards(waiting), [], "{waiting}");
    }
    for card in workshop.cards(CardStatus::Active) {
        let good = of_card(db, &card).into_iter().filter(|(_, one)| is_good(one)).count();
        assert_eq!(good, 2, "card {card}");
    }
    one_card_an_order(db);
}

fn one_more_card_is_at_the_bureau(workshop: &Workshop, db: &mut Database) {
    assert_eq!(workshop.cards(CardStatus::Batched), [newest_card(db)]);
    one_card_an_order(db);
}

/// Whom the feed names is there, everybody else has ceased, and no feed is half read.
fn the_register_is_what_the_feed_says(_: &Workshop, db: &mut Database) {
    let statuses: Vec<(i64, String)> = register_feeds::table
        .order(register_feeds::sequence.desc())
        .select((register_feeds::sequence, register_feeds::status))
        .load(db)
        .unwrap();
    assert!(statuses.iter().all(|(_, status)| status == "complete"), "{statuses:?}");
    let living = professionals::table.filter(professionals::ceased_at.is_null());
    let fed: Vec<i64> = living.select(professionals::last_feed).load(db).unwrap();
    assert!(fed.iter().all(|feed| *feed == statuses[0].0), "somebody lives whom the feed does not name");
    assert_eq!(fed.len(), NEWCOMERS - 1);
}

/// Nobody is asked twice, and the register is the one before.
fn the_feed_is_put_aside_once(_: &Workshop, db: &mut Database) {
    let held = professional_registry::import::waiting_holds(db).unwrap();
    assert_eq!(held.iter().map(|hold| hold.version).collect::<Vec<_>>(), [1]);
    let feeds: i64 = register_feeds::table.count().get_result(db).unwrap();
    assert_eq!(feeds, 1);
}

pub fn one_card_an_order(db: &mut Database) {
    let orders: Vec<String> = cards::table.select(cards::order_number).load(db).unwrap();
    let distinct: std::collections::BTreeSet<_> = orders.iter().collect();
    assert_eq!(distinct.len(), orders.len(), "one card an order: {orders:?}");
}

/// Once, and no certificate of it is good, whatever became of those that were under way.
fn the_card_is_opposed_once(_: &Workshop, db: &mut Database) {
    let card = newest_card(db);
    let oppositions = card_oppositions::table.filter(card_oppositions::card_number.eq(card.to_string()));
    assert_eq!(oppositions.count().get_result::<i64>(db).unwrap(), 1);
    assert!(of_card(db, &card).iter().all(|(_, one)| !is_good(one)), "card {card}");
}

/// Each on the complete CRL of its shard, which openssl reads, and on no other shard's.
fn what_was_revoked_is_public_in_its_shard(workshop: &Workshop, db: &mut Database) {
    let revoked: Vec<(String, Option<i64>)> = certificate_rows::table
        .filter(certificate_rows::issuer.eq(SHARDED).and(certificate_rows::status.eq("revoked")))
        .filter(certificate_rows::shard.is_not_null())
        .select((certificate_rows::serial, certificate_rows::shard))
        .load(db)
        .unwrap();
    assert!(revoked.len() >= 2, "both of the stolen card: {revoked:?}");
    for shard in shard::open(db, SHARDED).unwrap() {
        let path = workshop.dir().join(format!("public/crl/{SHARDED}/{}.crl", shard.number));
        let said = openssl(["crl", "-inform", "DER", "-noout", "-text", "-in", path.to_str().unwrap()]);
        let said = said.expect_exit(0).stdout;
        for (serial, of) in &revoked {
            let is_there = said.contains(&format!("Serial Number: {serial}"));
            assert_eq!(is_there, *of == Some(shard.number.into()), "{serial} in {path:?}: {said}");
        }
    }
}

fn the_card_is_opposed_and_the_others_are_certified(workshop: &Workshop, db: &mut Database) {
    the_card_is_opposed_once(workshop, db);
    the_cards_are_certified(workshop, db);
}
