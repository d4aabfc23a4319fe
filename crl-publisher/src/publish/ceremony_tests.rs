//! CRLs of ceremonies, and what normal running does without the keys of the roots.

use std::time::Duration;

use ca_core::revocation::RevocationReason;
use ca_core::signer::Signer;
use ca_core::signer::{KeyReference, SignerError, SigningRequest};
use diesel::connection::SimpleConnection;

use super::*;
use crate::crl::read::Crl;
use crate::crl::{CrlError, CrlKind};
use crate::fixture::{ISSUING, OTHER, ROOT, World, rng};
use crate::policy::PublicationPolicy;

const DAY: Duration = Duration::from_secs(86_400);

/// A signer without the token of the roots.
struct Unplugged<'a> {
    signer: &'a mut dyn Signer,
    away: KeyReference,
    asked: usize,
}

impl Signer for Unplugged<'_> {
    fn sign(&mut self, request: &SigningRequest<'_>) -> Result<Vec<u8>, SignerError> {
        let key = request.key;
        if *key == self.away {
            self.asked += 1;
            let detail = "unplugged".to_owned();
            return Err(SignerError::Unavailable { token: key.token.clone(), detail });
        }
        self.signer.sign(request)
    }

    fn public_key(&mut self, key: &KeyReference) -> Result<Vec<u8>, SignerError> {
        self.signer.public_key(key)
    }
}

fn run_unplugged(world: &mut World, later: Duration, now: bool) -> CrlReport {
    let act = world.act(later);
    let away = ca_core::authority::load(&mut world.db, ROOT).unwrap().key;
    let World { db, signer, folder, policy, .. } = world;
    let mut signer = Unplugged { signer, away, asked: 0 };
    let publish = if now { publish_crls_now } else { publish_crls };
    let report = publish(db, &mut signer, folder, policy, &mut rng(), &act).unwrap();
    assert!(report.failures.is_empty(), "{:?}", report.failures);
    assert_eq!(signer.asked, 0, "the roots' token was asked");
    report
}

#[test]
fn normal_running_never_asks_for_a_root_not_even_when_its_list_ends_or_lacks_a_revocation() {
    let mut world = World::new();
    let act = world.act(Duration::ZERO);
    world.sign_root_crl(&act);
    assert_eq!(run_unplugged(&mut world, Duration::ZERO, false).issued.len(), 4);
    let issuing = ca_core::authority::load(&mut world.db, ISSUING).unwrap().serial.to_string();
    world.revoke(ROOT, &issuing, RevocationReason::CessationOfOperation);
    assert!(run_unplugged(&mut world, DAY, true).issued.iter().all(|crl| crl.issuer != ROOT));
    assert!(run_unplugged(&mut world, 400 * DAY, false).issued.iter().all(|crl| crl.issuer != ROOT));

    let states = root_crls(&mut world.db).unwrap();
    assert_eq!((states.len(), states[0].unlisted), (1, 1));
    assert_eq!(states[0].urgency(&PublicationPolicy::default(), world.start), Urgency::Alarm);
    let later = world.act(401 * DAY);
    world.sign_root_crl(&later);
    let states = root_crls(&mut world.db).unwrap();
    assert_eq!((states[0].unlisted, states[0].urgency(&world.policy, later.at)), (0, Urgency::Well));
}

#[test]
fn a_ceremony_that_is_taken_up_signs_no_second_list() {
    let mut world = World::new();
    let act = world.act(Duration::ZERO);
    world.sign_root_crl(&act);
    std::fs::remove_file(world.folder.crl_path(ROOT, CrlKind::Full)).unwrap();
    world.sign_root_crl(&act);
    let der = std::fs::read(world.folder.crl_path(ROOT, CrlKind::Full)).unwrap();
    let number = Crl::read(&der).unwrap().number;
    assert_eq!(world.place(ROOT, "all", number), 1, "the first one was recorded, and is published now");
}

#[test]
fn a_list_that_another_ceremony_signed_or_that_lacks_a_revocation_is_not_taken_for_ones_own() {
    let mut world = World::new();
    let act = world.act(Duration::ZERO);
    let sign = |world: &mut World, wanted| {
        let World { db, signer, folder, policy, .. } = world;
        sign_ceremony_crl(db, signer, folder, policy, ROOT, wanted, act.at, &mut rng(), &act).unwrap()
    };
    let (month, year) = (CeremonyCrl::For(30 * DAY), CeremonyCrl::For(365 * DAY));
    let first = sign(&mut world, month).number;
    let own = sign(&mut world, year);
    assert_eq!((own.number, own.next_update), (first + 1, own.this_update.plus(365 * DAY)));
    assert_eq!(sign(&mut world, year), own);
    let issuing = ca_core::authority::load(&mut world.db, ISSUING).unwrap().serial.to_string();
    world.revoke(ROOT, &issuing, RevocationReason::CessationOfOperation);
    let complete = sign(&mut world, year);
    assert!(complete.number > own.number);
    assert_eq!(Crl::read(&complete.der).unwrap().entries().count(), 1);
}

#[test]
fn a_list_that_a_clock_ahead_has_dated_is_not_what_a_later_ceremony_has_signed() {
    let mut world = World::new();
    let ahead = world.act(1000 * DAY);
    world.sign_root_crl(&ahead);
    let act = world.act(Duration::ZERO);
    let World { db, signer, folder, policy, .. } = &mut world;
    let year = CeremonyCrl::For(365 * DAY);
    let refused = sign_ceremony_crl(db, signer, folder, policy, ROOT, year, act.at, &mut rng(), &act);
    assert!(matches!(refused, Err(CeremonyCrlError::Crl(CrlError::Clock { .. }))), "{refused:?}");
}

#[test]
fn the_last_list_of_an_authority_reaches_past_its_last_certificate_and_is_never_replaced() {
    let mut world = World::new();
    let last_end = world.start.plus(700 * DAY);
    world.issue(ISSUING, "1D01", last_end);
    world.issue(ISSUING, "1D02", world.start.plus(30 * DAY));
    world.revoke(ISSUING, "1D02", RevocationReason::KeyCompromise);
    run_unplugged(&mut world, Duration::ZERO, false);
    let act = world.act(Duration::from_secs(1));
    let World { db, signer, folder, policy, .. } = &mut world;
    let mut ask = |db: &mut store::Database, name: &str| {
        let wanted = CeremonyCrl::Last;
        sign_ceremony_crl(db, signer, folder, policy, name, wanted, act.at, &mut rng(), &act)
    };
    assert!(matches!(ask(db, ISSUING), Err(CeremonyCrlError::NotEnded(_))));
    let covered = ca_core::authority::load(db, ISSUING).unwrap().not_after.max(last_end);
    let (until, at) = (covered.millis(), act.at.millis());
    db.batch_execute(&format!("INSERT INTO authority_ends VALUES ('{ISSUING}', {until}, {at})")).unwrap();
    let last = ask(db, ISSUING).unwrap();
    assert!(last.next_update > covered);
    let crl = Crl::read(&last.der).unwrap();
    assert_eq!(crl.entries().count(), 1);

    for later in [2 * DAY, 500 * DAY] {
        let report = run_unplugged(&mut world, later, true);
        assert!(report.issued.iter().all(|crl| crl.issuer == OTHER), "{:?}", report.issued);
    }
    let delta = std::fs::read(world.folder.crl_path(ISSUING, CrlKind::Delta)).unwrap();
    let delta = Crl::read(&delta).unwrap();
    assert_eq!(
        (delta.number, delta.next_update),
        (last.number, last.next_update),
        "its delta reaches as far"
    );
}

/// Of a ceremony that stopped between the decision and the last CRL of an authority whose last certificate ends before its
/// CRL of every day.
#[test]
fn until_its_last_list_is_signed_an_authority_that_ends_tells_of_revocations() {
    let mut world = World::new();
    world.issue(ISSUING, "1D01", world.start.plus(DAY));
    run_unplugged(&mut world, Duration::ZERO, false);
    let act = world.act(Duration::from_secs(1));
    let covered = act.at.plus(DAY);
    let (until, at) = (covered.millis(), act.at.millis());
    world
        .db
        .batch_execute(&format!("INSERT INTO authority_ends VALUES ('{ISSUING}', {until}, {at})"))
        .unwrap();
    world.revoke(ISSUING, "1D01", RevocationReason::KeyCompromise);
    let kinds = |report: CrlReport| -> Vec<CrlKind> {
        report.issued.iter().filter(|crl| crl.issuer == ISSUING).map(|crl| crl.kind).collect()
    };
    assert_eq!(kinds(run_unplugged(&mut world, Duration::from_secs(2), false)), [CrlKind::Delta]);
    let act = world.act(Duration::from_secs(3));
    let World { db, signer, folder, policy, .. } = &mut world;
    let last =
        sign_ceremony_crl(db, signer, folder, policy, ISSUING, CeremonyCrl::Last, act.at, &mut rng(), &act);
    assert!(last.unwrap().next_update > covered);
    assert_eq!(kinds(run_unplugged(&mut world, 2 * DAY, true)), []);
}
