//! Nothing is made twice, wherever a process died, and whoever else is at it.

use super::*;
use crate::issuance;
use crate::profile::KeyKind;

const HERE: &str = module_path!();
const ONE: &str = "ACI-FO-PP";

#[test]
fn a_key_that_a_crash_left_is_found_again_by_its_label() {
    scene(HERE, "a_key_that_a_crash_left_is_found_again_by_its_label", |mut scene| {
        let label = scene.newest(ONE).successor_label();
        let (id, public_key) = scene.answers.generate_key("status", KeyKind::P256, &label).unwrap();
        let before = scene.keys_in_token();
        scene.ask(WHEN_DUE);
        assert_eq!(scene.keys_in_token(), before + 5, "one for each of the other five");
        let stated = scene.request(ONE).stated().unwrap();
        assert_eq!((stated.key.id, stated.public_key), (id, public_key));
    });
}

#[test]
fn a_statement_that_a_crash_left_unsigned_is_signed_and_no_other_is_made() {
    scene(HERE, "a_statement_that_a_crash_left_unsigned_is_signed_and_no_other_is_made", |mut scene| {
        let begun = begin(&mut scene, at(WHEN_DUE).at);
        assert!(scene.decide(WHEN_DUE).made.is_empty(), "nobody has signed it");
        assert!(scene.ask(WHEN_DUE).asked.contains(&ONE.to_owned()));
        let request = scene.request(ONE);
        assert_eq!((request.attempt, &request.digest), (1, &begun.digest));
        assert_eq!(scene.decide(WHEN_DUE).made.len(), 6);
        assert_eq!(scene.responders(ONE).len(), 2);
    });
}

#[test]
fn a_statement_of_another_process_with_a_key_elsewhere_is_waited_for_an_hour() {
    scene(HERE, "a_statement_of_another_process_with_a_key_elsewhere_is_waited_for_an_hour", |mut scene| {
        let elsewhere = begin(&mut scene, at(WHEN_DUE).at);
        let key = elsewhere.stated().unwrap().key;
        scene.answers.destroy_key("status", &key.id).unwrap();
        assert_eq!(scene.ask(WHEN_DUE).asked.len(), 5, "it may just be signing");
        let later = Act { at: at(WHEN_DUE).at.plus(Duration::from_secs(3600)), ..at(WHEN_DUE) };
        let asking = ask(&mut scene.hall.db, &scene.answers, &mut chance(), &later).unwrap();
        assert_eq!(asking.asked, [ONE], "it died with its key");
    });
}

/// What a process that died after its first row has left.
fn begin(scene: &mut Scene, requested_at: Timestamp) -> Request {
    let asks = scene.newest(ONE);
    let (id, public_key) =
        scene.answers.generate_key("status", KeyKind::P256, &asks.successor_label()).unwrap();
    let der = asks.status.der().unwrap();
    let stated = Statement {
        authority: ONE.to_owned(),
        predecessor: sha2::Digest::finalize(sha2::Digest::chain_update(
            <sha2::Sha256 as sha2::Digest>::new(),
            der,
        ))
        .into(),
        public_key,
        key: KeyReference { token: "status".to_owned(), id },
        requested_at,
        nonce: [7; 16],
    };
    let statement = stated.to_der().unwrap();
    let request = Request {
        digest: statement::digest(&statement).to_vec(),
        authority: ONE.to_owned(),
        predecessor: asks.name,
        attempt: 1,
        token: "status".to_owned(),
        key_id: stated.key.id.to_string(),
        statement,
        proofs: None,
    };
    inbox::put(scene.db(), &request).unwrap();
    request
}

#[test]
fn a_worker_that_died_at_each_place_leaves_one_good_certificate() {
    scene(HERE, "a_worker_that_died_at_each_place_leaves_one_good_certificate", |mut scene| {
        scene.ask(WHEN_DUE);
        let request = scene.request(ONE);
        // After the intention: nothing was sent, and the next trial has another serial number.
        drop(certify_up_to_the_intention(&mut scene, &request, 1));
        assert_eq!(scene.statuses(ONE), ["good", "intended"]);
        let others = scene.decide(WHEN_DUE);
        assert_eq!(others.made.len(), 5, "it may be alive: {others:?}");
        sweep(&mut scene);
        // After the certificate: it is recorded, and no other is made.
        let prepared = certify_up_to_the_intention(&mut scene, &request, 2);
        let mut signer = Pkcs11Signer::new(scene.hall.module.clone());
        issuance::issue(scene.db(), &mut signer, prepared, &mut chance(), &at(WHEN_DUE)).unwrap();
        assert_eq!(scene.responders(ONE).len(), 1, "not on record yet");
        let name = scene.newest(ONE).successor_label();
        assert_eq!(scene.decide(WHEN_DUE).made, std::slice::from_ref(&name));
        assert_eq!(scene.statuses(ONE), ["abandoned", "good", "good"]);
        assert_eq!(scene.newest(ONE).name, name);
        assert!(scene.decide(WHEN_DUE).made.is_empty());
    });
}

fn sweep(scene: &mut Scene) {
    // The leases of the dead are a day.
    scene.db().set_clock_ahead(DAY * 3).unwrap();
    let swept = issuance::sweep(scene.db(), &mut chance(), &at(WHEN_DUE)).unwrap();
    assert_eq!(swept.abandoned, 1);
}

pub(super) fn certify_up_to_the_intention(
    scene: &mut Scene,
    request: &Request,
    trial: i64,
) -> issuance::Prepared {
    let Scene { hall, profiles, identity, blocklist, .. } = scene;
    let context = IssuanceContext { profiles, identity, blocklist };
    let (db, act) = (&mut hall.db, at(WHEN_DUE));
    let authority = crate::authority::load(db, ONE).unwrap();
    let provision = provision::of(db, &[Ceremony::parse(DEMO).unwrap()], ONE).unwrap().unwrap();
    let verified = verifying::verify(db, &authority, &provision, request, &act).unwrap().unwrap();
    let epoch = Epoch::open(db, DAY, &act).unwrap();
    certifying::prepare(db, context, &provision, request, &verified, trial, &epoch, &mut chance(), &act)
        .unwrap()
}

#[test]
fn of_two_workers_with_one_request_the_second_draws_nothing() {
    scene(HERE, "of_two_workers_with_one_request_the_second_draws_nothing", |mut scene| {
        scene.ask(WHEN_DUE);
        let request = scene.request(ONE);
        let first = certify_up_to_the_intention(&mut scene, &request, 1);
        let Scene { hall, profiles, identity, blocklist, .. } = &mut scene;
        let context = IssuanceContext { profiles, identity, blocklist };
        let (db, act) = (&mut hall.db, at(WHEN_DUE));
        let authority = crate::authority::load(db, ONE).unwrap();
        let provision = provision::of(db, &[Ceremony::parse(DEMO).unwrap()], ONE).unwrap().unwrap();
        let verified = verifying::verify(db, &authority, &provision, &request, &act).unwrap().unwrap();
        let epoch = Epoch::open(db, DAY, &act).unwrap();
        let second =
            certifying::prepare(db, context, &provision, &request, &verified, 1, &epoch, &mut chance(), &act);
        let Err(issuance::PrepareError::Database(error)) = second else { panic!("{second:?}") };
        assert!(store::database::is_unique_violation(&error), "{error}");
        drop(first);
        assert_eq!(scene.statuses(ONE), ["good", "intended"], "its intention went with it");
    });
}

#[test]
fn of_two_processes_over_one_token_each_with_a_key_one_key_is_left() {
    scene(HERE, "of_two_processes_over_one_token_each_with_a_key_one_key_is_left", |mut scene| {
        let label = scene.newest(ONE).successor_label();
        let make = || scene.answers.generate_key("status", KeyKind::P256, &label).unwrap().0;
        let keys = [make(), make()];
        scene.ask(WHEN_DUE);
        let asked_for = scene.request(ONE).stated().unwrap().key.id;
        assert!(keys.contains(&asked_for));
        assert_eq!(scene.keys_in_token(), 6 + 6 + 1, "none is destroyed before one is asked for");
        assert_eq!(scene.ask(WHEN_DUE).asked, [""; 0]);
        assert_eq!(scene.keys_in_token(), 6 + 6);
        // One that comes even later goes with the next tidying.
        scene.decide(WHEN_DUE);
        let late = scene.answers.generate_key("status", KeyKind::P256, &label).unwrap().0;
        let tidied = tidy(&mut scene.hall.db, &scene.answers, &at(WHEN_DUE)).unwrap();
        assert_eq!(tidied, [KeyReference { token: "status".to_owned(), id: late }]);
        assert_eq!(scene.newest(ONE).key.id, asked_for);
    });
}

#[test]
fn a_worker_that_was_away_for_weeks_finds_a_request_that_is_fresh() {
    scene(HERE, "a_worker_that_was_away_for_weeks_finds_a_request_that_is_fresh", |mut scene| {
        let keys = scene.keys_in_token();
        for days in (WHEN_DUE..89).step_by(4) {
            assert_eq!(scene.ask(days).asked.len(), 6, "day {days}");
        }
        assert_eq!(scene.keys_in_token(), keys + 6, "always for the same key");
        assert_eq!(scene.request(ONE).attempt, 7);
        let decided = scene.decide(88);
        assert_eq!(decided.made.len(), 6, "{decided:?}");
        assert_eq!(decided.refused.len(), 6 * 6);
        assert!(decided.refused.iter().all(|refused| refused.code == "responder-request-time"));
        assert!(scene.decide(88).refused.is_empty(), "a refusal is recorded once");
    });
}
