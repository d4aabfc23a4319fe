use std::time::Duration;

use rand_core::UnwrapErr;
use store::Timestamp;

use super::*;
use crate::enrolment::Roster;
use crate::testing::{Rng, code};

const NOW: Timestamp = Timestamp::from_millis(1_795_255_200_000);

fn rng() -> Rng {
    UnwrapErr(getrandom::SysRng)
}

fn approver() -> (DemoApprover, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let approver = DemoApprover::create(&folder.path().join("test-only-demo-key.pem")).unwrap();
    (approver, folder)
}

fn subject() -> Decidable {
    Decidable {
        kind: SubjectKind::CardOrder,
        number: "CO-2026-000001".to_owned(),
        version: 1,
        state: "submitted",
        submitted_by: "alice".to_owned(),
        reach: Reach::Everything,
        concerns: None,
        canonical: b"what is decided on".to_vec(),
    }
}

#[test]
fn a_proof_says_who_decided_what_and_when() {
    let (approver, _folder) = approver();
    let proof = approver.refuse(&subject(), ("duplicate", None), "bob", &mut rng(), NOW).unwrap();
    let read = ApprovalProof::decode("demo", &proof.encode()).unwrap();
    assert_eq!(read, proof);
    let statement =
        approver.verifier().verify_fresh(&read, &subject(), &Roster::default(), NOW).unwrap().statement;
    assert_eq!(statement.verdict(), Verdict::Refuse);
    assert_eq!(statement.reason_code(), Some("duplicate"));
    assert_eq!(statement.officer(), "bob");
    assert_eq!(statement.decided_at(), NOW);
    assert_eq!(statement.expires_at(), NOW.plus(PROOF_VALIDITY));
}

#[test]
fn production_takes_no_demo_proof() {
    let (approver, _folder) = approver();
    let proof = approver.approve(&subject(), "bob", &mut rng(), NOW).unwrap();
    let production = ApprovalVerifier::production();
    assert!(!production.is_demo());
    assert_eq!(
        code(production.verify(&proof, &subject(), &Roster::default(), NOW)),
        "approval-proof-kind-refused"
    );
}

#[test]
fn a_proof_of_another_key_is_refused_even_under_our_key_identifier() {
    let (ours, _folder) = approver();
    let (theirs, _folder2) = approver();
    let proof = theirs.approve(&subject(), "bob", &mut rng(), NOW).unwrap();
    let verifier = ours.verifier();
    assert!(matches!(
        verifier.verify(&proof, &subject(), &Roster::default(), NOW),
        Err(ProofRefused::AnotherKey)
    ));

    let ApprovalProof::Demo(mut forged) = proof else { panic!("a demo proof") };
    let ApprovalProof::Demo(real) = ours.approve(&subject(), "bob", &mut rng(), NOW).unwrap() else {
        panic!("a demo proof")
    };
    forged.key_id = real.key_id;
    let forged = ApprovalProof::Demo(forged);
    assert!(matches!(
        verifier.verify(&forged, &subject(), &Roster::default(), NOW),
        Err(ProofRefused::Signature)
    ));
}

#[test]
fn a_proof_is_about_one_kind_one_version_and_one_encoding() {
    let (approver, _folder) = approver();
    let proof = approver.approve(&subject(), "bob", &mut rng(), NOW).unwrap();
    let others = [
        Decidable { kind: SubjectKind::CertificateRequest, ..subject() },
        Decidable { version: 2, ..subject() },
        Decidable { canonical: b"what is decided oN".to_vec(), ..subject() },
    ];
    for other in others {
        assert_eq!(
            code(approver.verifier().verify(&proof, &other, &Roster::default(), NOW)),
            "approval-proof-invalid"
        );
    }
}

#[test]
fn every_altered_octet_of_a_proof_is_noticed() {
    let (approver, _folder) = approver();
    let verifier = approver.verifier();
    let bytes = approver.approve(&subject(), "bob", &mut rng(), NOW).unwrap().encode();
    for place in 0..bytes.len() {
        let mut altered = bytes.clone();
        altered[place] ^= 1;
        let read = ApprovalProof::decode("demo", &altered);
        let holds =
            read.is_some_and(|proof| verifier.verify(&proof, &subject(), &Roster::default(), NOW).is_ok());
        assert!(!holds, "octet {place}");
    }
}

#[test]
fn a_proof_lives_for_its_validity_and_is_handed_in_at_once() {
    let (approver, _folder) = approver();
    let verifier = approver.verifier();
    let proof = approver.approve(&subject(), "bob", &mut rng(), NOW).unwrap();
    let second = Duration::from_secs(1);
    assert!(
        verifier
            .verify(&proof, &subject(), &Roster::default(), NOW.plus(PROOF_VALIDITY).minus(second))
            .is_ok()
    );
    assert_eq!(
        code(verifier.verify(&proof, &subject(), &Roster::default(), NOW.plus(PROOF_VALIDITY))),
        "approval-proof-expired"
    );
    assert!(verifier.verify_fresh(&proof, &subject(), &Roster::default(), NOW.plus(FRESHNESS)).is_ok());
    let late = NOW.plus(FRESHNESS).plus(second);
    assert_eq!(
        code(verifier.verify_fresh(&proof, &subject(), &Roster::default(), late)),
        "approval-proof-expired"
    );
    let early = NOW.minus(FRESHNESS).minus(second);
    assert_eq!(
        code(verifier.verify(&proof, &subject(), &Roster::default(), early)),
        "approval-proof-expired"
    );
}

#[test]
fn two_proofs_of_the_same_decision_differ() {
    let (approver, _folder) = approver();
    let one = approver.approve(&subject(), "bob", &mut rng(), NOW).unwrap();
    let other = approver.approve(&subject(), "bob", &mut rng(), NOW).unwrap();
    assert_ne!(one.encode(), other.encode());
}

#[test]
fn what_is_no_proof_is_not_read() {
    let (approver, _folder) = approver();
    let bytes = approver.approve(&subject(), "bob", &mut rng(), NOW).unwrap().encode();
    assert!(ApprovalProof::decode("passkey", &bytes).is_none());
    assert!(ApprovalProof::decode("demo", b"").is_none());
    assert!(ApprovalProof::decode("demo", &[bytes.clone(), vec![0]].concat()).is_none(), "trailing octets");
    assert!(ApprovalProof::decode("demo", &vec![0; PROOF_BOUND + 1]).is_none());
}

#[test]
fn the_key_file_is_private_and_is_never_overwritten() {
    use std::os::unix::fs::PermissionsExt;
    let (approver, folder) = approver();
    let path = folder.path().join("test-only-demo-key.pem");
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(DemoApprover::open(&path).unwrap().public_key(), approver.public_key());
    assert_eq!(code(DemoApprover::create(&path).map(drop)), "approval-key-file");
    std::fs::write(&path, b"no key").unwrap();
    assert_eq!(code(DemoApprover::open(&path).map(drop)), "approval-key-file");
}
