use ca_core::certificate::{Certificate, CertificateStatus};
use ca_core::issuance::IssuanceContext;
use ca_core::revocation::{self, RevocationReason};
use openssl::x509::X509;
use professional_registry::ImportedRegister;

use super::*;
use crate::certificate_request::{self, structure_names};
use crate::certification::certify_request;
use crate::testing::*;

const DAY: u64 = 86_400;

/// A house that keeps test certificates, its worker, and who decides.
struct Bench {
    house: House,
    worker: Worker,
    decider: &'static str,
}

impl Bench {
    fn new() -> Self {
        let mut bench = Self::without_names();
        let House { db, rng, .. } = &mut bench.house;
        let act = store::Act {
            at: db.now().unwrap(),
            actor: store::Actor::Officer("alice".to_owned()),
            request: store::RequestId("test".to_owned()),
        };
        let structure = STRUCTURE.parse().unwrap();
        for shows in TestCertificate::ALL {
            db.write(|db| structure_names::allow(db, &structure, shows.name(), rng, &act)).unwrap();
        }
        bench
    }

    fn without_names() -> Self {
        let mut house = House::new();
        let worker = house.worker();
        Self { house, worker, decider: "bob" }
    }

    fn ask(&mut self, shows: TestCertificate) -> Result<Asked, TestCertificateError> {
        let act = self.house.job();
        let House { db, rng, approver, .. } = &mut self.house;
        let Worker { profiles, identity, blocklist, .. } = &self.worker;
        let mut office = Office {
            registry: &mut ImportedRegister,
            issuance: IssuanceContext { profiles, identity, blocklist },
            approver,
            submitter: "alice",
            decider: self.decider,
        };
        db.write(|db| ask(db, &mut office, shows, rng, &act))
    }

    fn revoke(&mut self) -> bool {
        let act = self.house.job();
        let House { db, rng, .. } = &mut self.house;
        db.write(|db| revoke_due(db, "rita", rng, &act)).unwrap().is_some()
    }

    fn ask_all(&mut self) -> [Asked; 3] {
        TestCertificate::ALL.map(|shows| self.ask(shows).unwrap())
    }

    /// The worker certifies what was approved.
    fn certify(&mut self) {
        let act = self.house.job();
        let House { db, rng, verifier, .. } = &mut self.house;
        let mut register = ImportedRegister;
        let mut context = self.worker.context(verifier, &mut register);
        for request in certificate_request::list(db, Some("approved"), None, 10).unwrap() {
            certify_request(db, &mut context, &request.number, rng, &act).unwrap();
        }
    }

    /// What is shown of each now.
    fn shown(&mut self) -> [Option<Certificate>; 3] {
        let at = self.house.at;
        let standing = standing(&mut self.house.db, at).unwrap();
        assert_eq!(standing.iter().map(|one| one.shows).collect::<Vec<_>>(), TestCertificate::ALL);
        standing.into_iter().map(|one| one.certificate).collect::<Vec<_>>().try_into().unwrap()
    }

    fn requests(&mut self) -> usize {
        certificate_request::list(&mut self.house.db, None, None, 200).unwrap().len()
    }

    fn days_later(&mut self, days: u64) {
        self.house.later(days * DAY);
    }
}

const NOTHING: [Asked; 3] = [Asked::NotNow, Asked::NotNow, Asked::NotNow];

fn is_requested(asked: &Asked) -> bool {
    matches!(asked, Asked::For(_))
}

#[test]
fn a_valid_a_revoked_and_an_expired_one_come_to_stand_and_nothing_more_is_done_for_them() {
    let mut bench = Bench::new();
    assert!(bench.ask_all().iter().all(is_requested));
    assert_eq!(bench.ask_all(), NOTHING, "they are on their way");
    assert!(!bench.revoke(), "there is none yet");
    bench.certify();
    let [valid, revoked, expired] = bench.shown();
    assert!(valid.is_some() && revoked.is_none() && expired.is_none());
    let at = bench.house.at;
    let coming = standing(&mut bench.house.db, at).unwrap()[2].expected.unwrap();
    assert_eq!(coming.seconds(), at.seconds() + DAY as i64);

    assert_eq!(bench.ask_all(), NOTHING);
    assert!(bench.revoke());
    bench.days_later(2);
    let [valid, revoked, expired] = bench.shown().map(Option::unwrap);
    assert!(matches!(valid.status, CertificateStatus::Good { .. }));
    assert!(
        matches!(revoked.status, CertificateStatus::Revoked { .. }) && bench.house.at < revoked.not_after
    );
    assert!(matches!(expired.status, CertificateStatus::Good { .. }) && expired.not_after < bench.house.at);
    assert_eq!(bench.ask_all(), NOTHING);
    assert!(!bench.revoke());
    assert_eq!(bench.requests(), 3);
    for (certificate, shows) in [valid, revoked, expired].into_iter().zip(TestCertificate::ALL) {
        assert_eq!(
            (certificate.issuer.as_str(), certificate.profile.as_str()),
            ("ACI-EL-ORG", shows.profile())
        );
        assert_eq!(certificate.evidence_kind, "officer");
        let x509 = X509::from_der(certificate.status.der().unwrap()).unwrap();
        let subject = x509.subject_name().entries().last().unwrap().data().to_string().unwrap();
        assert_eq!(subject, shows.name());
    }
}

#[test]
fn a_month_before_its_end_a_successor_is_asked_for_and_the_one_that_stands_goes_on_being_shown() {
    let mut bench = Bench::new();
    bench.ask_all();
    bench.certify();
    assert!(bench.revoke());
    bench.days_later(59);
    assert_eq!(bench.ask_all(), NOTHING);
    let before = bench.shown().map(|one| one.unwrap().serial);
    bench.days_later(2);
    let [valid, revoked, expired] = bench.ask_all();
    assert!(is_requested(&valid) && is_requested(&revoked));
    assert_eq!(expired, Asked::NotNow, "the expired one stays expired");
    bench.certify();
    let between = bench.shown().map(|one| one.unwrap().serial);
    assert_ne!(between[0], before[0]);
    assert_eq!(between[1], before[1], "its successor is not revoked yet");
    assert!(bench.revoke());
    let after = bench.shown().map(|one| one.unwrap().serial);
    assert_ne!(after[1], before[1]);
    assert_eq!(after[2], before[2]);
    assert_eq!(bench.ask_all(), NOTHING);
}

#[test]
fn where_somebody_revokes_the_valid_one_another_is_asked_for() {
    let mut bench = Bench::new();
    bench.ask_all();
    bench.certify();
    let [valid, ..] = bench.shown();
    let valid = valid.unwrap();
    let act = bench.house.officer("rita");
    let House { db, rng, .. } = &mut bench.house;
    let reason = RevocationReason::Superseded;
    db.write(|db| revocation::revoke(db, &valid.issuer, &valid.serial, reason, rng, &act)).unwrap();
    assert_eq!(bench.shown()[0].as_ref().map(|one| one.serial.to_string()), None);
    assert!(is_requested(&bench.ask(TestCertificate::Valid).unwrap()));
    bench.certify();
    assert!(bench.shown()[0].is_some());
}

#[test]
fn where_no_structure_was_allowed_their_names_none_is_made() {
    let mut bench = Bench::without_names();
    assert_eq!(bench.ask_all(), [Asked::NotWanted, Asked::NotWanted, Asked::NotWanted]);
    assert_eq!(bench.requests(), 0);
}

#[test]
fn an_officer_who_would_approve_his_own_test_request_is_refused_and_nothing_of_it_stays() {
    let mut bench = Bench::new();
    bench.decider = "alice";
    assert_eq!(code(bench.ask(TestCertificate::Valid)), "request-self-approval");
    assert_eq!(bench.requests(), 0);
}
