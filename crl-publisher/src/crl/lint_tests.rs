//! Nothing is signed that the lint refuses.

use std::time::Duration;

use ca_core::authority::{self, Authority};
use ca_core::revocation::RevocationReason;
use ca_core::signer::{KeyReference, SignatureAlgorithm, Signer, SignerError, SigningRequest};
use store::Fault;

use super::cut::Cut;
use super::issue::{Base, Reach, Wanted, issue};
use super::{CrlError, CrlKind, Scope, VerifiedCrl, record};
use crate::fixture::{ISSUING, OTHER, World, rng};
use crate::policy::PublicationPolicy;
use crate::publish::publish_crls_now;

/// The software signer, and how often it was asked.
struct Counting<'a> {
    signer: &'a mut dyn Signer,
    asked: usize,
}

impl Signer for Counting<'_> {
    fn sign(&mut self, request: &SigningRequest<'_>) -> Result<Vec<u8>, SignerError> {
        self.asked += 1;
        self.signer.sign(request)
    }

    fn public_key(&mut self, key: &KeyReference) -> Result<Vec<u8>, SignerError> {
        self.signer.public_key(key)
    }
}

fn world_with_a_revocation() -> World {
    let mut world = World::new();
    let later = world.start.plus(Duration::from_secs(86_400 * 300));
    world.issue(ISSUING, "1D01", later);
    world.revoke(ISSUING, "1D01", RevocationReason::KeyCompromise);
    world
}

/// Issues with the authority and policy that `change` leaves; gives back how often the key was asked.
fn issue_with(
    kinds: &[CrlKind],
    change: impl FnOnce(&mut Authority, &mut PublicationPolicy),
) -> (Result<Vec<VerifiedCrl>, CrlError>, usize) {
    let mut world = world_with_a_revocation();
    let mut authority = authority::load(&mut world.db, ISSUING).unwrap();
    let act = world.act(Duration::ZERO);
    let World { db, signer, folder, policy, .. } = &mut world;
    change(&mut authority, policy);
    let mut counting = Counting { signer, asked: 0 };
    let cut = Cut::now(db, policy, &authority, &act).unwrap();
    let wanted = Wanted { scope: &Scope::All, kinds, reach: Reach::Policy, base: Base::OldestInUse, cut };
    let issued = issue(db, &mut counting, folder, policy, &authority, &wanted, &act);
    (issued, counting.asked)
}

#[test]
fn what_the_lint_accepts_is_signed_once_each() {
    let (issued, asked) = issue_with(&[CrlKind::Full, CrlKind::Delta], |_, _| {});
    assert_eq!((issued.unwrap().len(), asked), (2, 2));
}

#[test]
fn a_crl_that_the_lint_refuses_never_reaches_the_signer() {
    let refused = |kinds: &[CrlKind], rule: &str, change: &dyn Fn(&mut Authority, &mut PublicationPolicy)| {
        let (issued, asked) = issue_with(kinds, change);
        let error = issued.unwrap_err();
        assert_eq!(error.code().name, "crl-lint-refused", "{error}");
        assert!(error.to_string().contains(rule), "{error}");
        assert_eq!(asked, 0, "{rule}");
    };
    for kind in [CrlKind::Full, CrlKind::Delta] {
        refused(&[kind], "rfc5280-5.1.2.3-issuer-name", &|authority, _| authority.subject = vec![0x30, 0]);
        refused(&[kind], "rfc5280-5.1.2.5-update-order", &|_, policy| {
            policy.full_crl.valid = Duration::ZERO;
            policy.delta_crl.valid = Duration::ZERO;
        });
    }
    let rsa = SignatureAlgorithm::Sha256WithRsaEncryption;
    refused(&[CrlKind::Full], "signature", &|authority, _| authority.algorithm = rsa);
}

#[test]
fn a_crl_that_the_lint_refuses_is_neither_recorded_nor_published() {
    let mut world = world_with_a_revocation();
    world.policy.full_crl.valid = Duration::ZERO;
    let act = world.act(Duration::ZERO);
    let World { db, signer, folder, policy, .. } = &mut world;
    let mut signer = Counting { signer, asked: 0 };
    let report = publish_crls_now(db, &mut signer, folder, policy, &mut rng(), &act).unwrap();
    let refused: Vec<_> =
        report.failures.iter().map(|failure| (failure.issuer.as_str(), failure.error.code().name)).collect();
    let code = "crl-lint-refused";
    assert_eq!(refused, [(OTHER, code), (ISSUING, code)]);
    assert_eq!(
        (report.issued.len(), signer.asked),
        (0, 0),
        "one refusal does not keep the other from being tried"
    );
    for issuer in [OTHER, ISSUING] {
        assert_eq!(record::highest_number(&mut world.db, issuer, &Scope::All).unwrap(), 0);
        assert!(!world.folder.crl_path(issuer, CrlKind::Full).exists());
    }
}
