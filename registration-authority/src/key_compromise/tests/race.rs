//! A certificate that is prepared while its key is recorded as compromised: whoever comes second waits, and sees what the first has done.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{JoinHandle, spawn};
use std::time::Duration;

use ca_core::compromised_key::KeyInHand;
use ca_core::epoch::Epoch;
use ca_core::identity::Identity;
use ca_core::issuance::{self, Bearer, Evidence, EvidenceKind, IssuanceRequest, PrepareError, Prepared};
use ca_core::key_policy::Blocklist;
use ca_core::profile::Profiles;
use ca_core::subject::{Fact, Facts};
use rand_core::UnwrapErr;
use store::{Database, DatabaseRole};

use super::*;

/// How long whoever has to wait is watched.
const WATCHED: Duration = Duration::from_millis(500);

/// Says that it has come so far, and waits until it may go on.
struct Stop(Sender<()>, Receiver<()>);

impl Stop {
    fn here(&self) {
        self.0.send(()).unwrap();
        self.1.recv().unwrap();
    }
}

struct Stopped(Receiver<()>, Sender<()>);

fn stop() -> (Stop, Stopped) {
    let ((says, hears), (allows, waits)) = (channel(), channel());
    (Stop(says, waits), Stopped(hears, allows))
}

/// Prepares a certificate of a card over this key, and stands before its commit.
fn prepares(
    url: &str,
    key: &[u8],
    house: &House,
    epoch: Epoch,
    stop: Option<Stop>,
) -> JoinHandle<Result<Prepared, PrepareError>> {
    let (url, key, act) = (url.to_owned(), key.to_vec(), house.job());
    spawn(move || {
        let mut db = Database::open(&url, DatabaseRole::Worker).unwrap();
        let (profiles, identity, blocklist) = (Profiles::embedded(), Identity::demo(), Blocklist::default());
        let facts = Facts::new()
            .with(Fact::GivenName, "Zoé")
            .with(Fact::FamilyName, "Essai")
            .with(Fact::NationalIdentifier, "899700000129")
            .with(Fact::Title, "Infirmier")
            .with(Fact::Profession, "60")
            .with(Fact::CardNumber, "2600000017");
        let request = IssuanceRequest {
            profile: "fo-pp-cps-auth",
            issuer: "ACI-FO-PP",
            bearer: Bearer::EndEntity,
            facts: &facts,
            public_key: &key,
            not_after: None,
        };
        #[expect(clippy::disallowed_methods, reason = "the test stands in for who verifies evidence")]
        let evidence = Evidence::verified(EvidenceKind::Officer, b"a test");
        let context = IssuanceContext { profiles: &profiles, identity: &identity, blocklist: &blocklist };
        let rng = &mut UnwrapErr(getrandom::SysRng);
        db.write(|db| {
            let prepared = issuance::prepare(db, context, &request, &evidence, &epoch, rng, &act)?;
            if let Some(stop) = stop {
                stop.here();
            }
            Ok(prepared)
        })
    })
}

/// Records the key, and stands before its commit.
fn records(url: &str, told: ToldKey, house: &House, stop: Option<Stop>) -> JoinHandle<Recorded> {
    let (url, act) = (url.to_owned(), house.act(operator()));
    spawn(move || {
        let mut db = Database::open(&url, DatabaseRole::Owner).unwrap();
        let rng = &mut UnwrapErr(getrandom::SysRng);
        db.write(|db| {
            let recorded = KeyInHand::take(db, &told)?.record(db, SOURCE, rng, &act)?;
            if let Some(stop) = stop {
                stop.here();
            }
            Ok::<_, RecordError>(recorded)
        })
        .unwrap()
    })
}

#[track_caller]
fn waits<T>(thread: &JoinHandle<T>) {
    std::thread::sleep(WATCHED);
    assert!(!thread.is_finished(), "it did not wait");
}

#[test]
fn a_certificate_that_is_being_prepared_is_given_up_by_the_record_that_waits_for_it() {
    let url = fresh_postgresql();
    let mut house = House::on(&url);
    let worker = house.worker();
    let key = spki(&key());
    let (stop, stopped) = stop();
    let preparing = prepares(&url, &key, &house, worker.epoch, Some(stop));
    stopped.0.recv().unwrap();
    let recording = records(&url, ToldKey::Whole(key), &house, None);
    waits(&recording);
    stopped.1.send(()).unwrap();
    let prepared = preparing.join().unwrap().unwrap();
    let recorded = recording.join().unwrap();
    assert_eq!(recorded.ended.len(), 1, "it was seen");
    let given_up = (prepared.issuer().to_owned(), prepared.serial().clone());
    assert_eq!(status(&mut house, &given_up), CertificateStatus::Abandoned);
}

#[test]
fn a_certificate_whose_key_is_being_recorded_waits_and_is_refused() {
    // By its digest alone nobody knows which lock of a key is its.
    for by_digest in [false, true] {
        let url = fresh_postgresql();
        let mut house = House::on(&url);
        let worker = house.worker();
        let key = spki(&key());
        let told = match by_digest {
            true => ToldKey::Digest(openssl::sha::sha256(&key)),
            false => ToldKey::Whole(key.clone()),
        };
        let (stop, stopped) = stop();
        let recording = records(&url, told, &house, Some(stop));
        stopped.0.recv().unwrap();
        let preparing = prepares(&url, &key, &house, worker.epoch, None);
        waits(&preparing);
        stopped.1.send(()).unwrap();
        recording.join().unwrap();
        assert_eq!(code(preparing.join().unwrap()), "certificate-key-reused");
    }
}
