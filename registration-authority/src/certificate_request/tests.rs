use ca_core::certificate::{self, CertificateStatus};
use ca_core::identity::Identity;
use ca_core::issuance::IssuanceContext;
use ca_core::key_policy::Blocklist;
use ca_core::profile::Profiles;
use ca_core::revocation::{self, RevocationReason};
use openssl::hash::MessageDigest;
use openssl::pkey::{PKey, Private};
use openssl::rsa::Rsa;
use openssl::stack::Stack;
use openssl::x509::extension::SubjectAlternativeName;
use openssl::x509::{X509, X509Name, X509Req};
use professional_registry::ImportedRegister;
use professional_registry::identifiers::TechnicalStructureId;
use store::Fault;

use super::*;
use crate::certification::{CertifyRequestError, certify_request, verify_request_evidence};
use crate::testing::*;

mod mandates;
mod persons;
mod revocations;
mod taking_back;

const SERVER: &str = "dossier.exemple.test";

fn structure() -> TechnicalStructureId {
    STRUCTURE.parse().unwrap()
}

fn key() -> PKey<Private> {
    PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap()
}

fn csr(key: &PKey<Private>, common_name: Option<&str>, dns_names: &[&str]) -> Vec<u8> {
    csr_with(key, common_name, dns_names, &[])
}

fn csr_with(
    key: &PKey<Private>,
    common_name: Option<&str>,
    dns_names: &[&str],
    addresses: &[&str],
) -> Vec<u8> {
    let mut request = X509Req::builder().unwrap();
    request.set_pubkey(key).unwrap();
    if let Some(common_name) = common_name {
        let mut name = X509Name::builder().unwrap();
        name.append_entry_by_text("CN", common_name).unwrap();
        request.set_subject_name(&name.build()).unwrap();
    }
    if !(dns_names.is_empty() && addresses.is_empty()) {
        let mut names = SubjectAlternativeName::new();
        for name in dns_names {
            names.dns(name);
        }
        for address in addresses {
            names.email(address);
        }
        let extension = names.build(&request.x509v3_context(None)).unwrap();
        let mut extensions = Stack::new().unwrap();
        extensions.push(extension).unwrap();
        request.add_extensions(&extensions).unwrap();
    }
    request.sign(key, MessageDigest::sha256()).unwrap();
    request.build().to_pem().unwrap()
}

fn allow(house: &mut House, name: &str) {
    let act = house.officer("alice");
    let House { db, rng, .. } = house;
    db.write(|db| structure_names::allow(db, &structure(), name, rng, &act)).unwrap();
}

/// What every issuance shares, with nothing on the blocklist.
fn with_issuance<T>(body: impl FnOnce(IssuanceContext<'_>) -> T) -> T {
    let (profiles, identity, blocklist) = (Profiles::embedded(), Identity::demo(), Blocklist::default());
    body(IssuanceContext { profiles: &profiles, identity: &identity, blocklist: &blocklist })
}

fn submit_csr(
    house: &mut House,
    profile: &str,
    structure: &str,
    csr: Vec<u8>,
) -> Result<CertificateRequest, SubmitRequestError> {
    if structure == STRUCTURE {
        house.speaks_for(STRUCTURE);
    }
    submit_for(house, profile, Wanted::Structure(structure.parse().unwrap()), csr)
}

fn submit_for(
    house: &mut House,
    profile: &str,
    wanted: Wanted,
    csr: Vec<u8>,
) -> Result<CertificateRequest, SubmitRequestError> {
    let act = house.officer("agent");
    let new = NewCertificateRequest { profile: profile.to_owned(), wanted, csr };
    let House { db, rng, .. } = house;
    db.write(|db| with_issuance(|issuance| submit(db, &mut ImportedRegister, issuance, new, rng, &act)))
}

fn submit_server(house: &mut House, key: &PKey<Private>) -> Result<CertificateRequest, SubmitRequestError> {
    submit_csr(house, "el-org-serv-ssl", STRUCTURE, csr(key, Some(SERVER), &[SERVER]))
}

fn approve_as(
    house: &mut House,
    login: &str,
    request: &CertificateRequest,
) -> Result<CertificateRequest, DecideRequestError> {
    let proof = house.proof(login, &request.decidable());
    let act = house.officer(login);
    let House { db, rng, verifier, .. } = house;
    db.write(|db| {
        approve(db, &mut ImportedRegister, verifier, &request.number, request.version, &proof, rng, &act)
    })
}

fn certify(
    house: &mut House,
    worker: &mut Worker,
    number: &str,
) -> Result<ca_core::issuance::IssuedCertificate, CertifyRequestError> {
    let act = house.job();
    let House { db, rng, verifier, .. } = house;
    certify_request(db, &mut worker.context(verifier, &mut ImportedRegister), number, rng, &act)
}

#[test]
fn an_approved_server_gets_a_certificate_with_the_names_of_its_structure() {
    let mut house = House::new();
    let mut worker = house.worker();
    allow(&mut house, SERVER);
    allow(&mut house, "Autre.Exemple.test");
    let key = key();
    let asked = csr(&key, Some(SERVER), &["autre.exemple.test", SERVER]);
    let request = submit_csr(&mut house, "el-org-serv-ssl", STRUCTURE, asked).unwrap();
    assert_eq!(get(&mut house.db, &request.number).unwrap(), request);
    assert_eq!(code(certify(&mut house, &mut worker, &request.number)), "certification-not-ready");
    approve_as(&mut house, "bob", &request).unwrap();
    let issued = certify(&mut house, &mut worker, &request.number).unwrap();
    let x509 = X509::from_der(&issued.der).unwrap();
    assert!(x509.public_key().unwrap().public_eq(&key));
    let subject: Vec<String> = x509.subject_name().entries().map(|e| e.data().to_string().unwrap()).collect();
    assert_eq!(
        subject,
        ["FR", "Paris (75)", "CENTRE HOSPITALIER IMAGINAIRE DE LA RIVE", "10B0193488", SERVER],
        "O is cut to 40 characters"
    );
    let names: Vec<String> = x509
        .subject_alt_names()
        .unwrap()
        .iter()
        .filter_map(|name| name.dnsname().map(str::to_owned))
        .collect();
    assert_eq!(names, request.dns_names);
    let again = certify(&mut house, &mut worker, &request.number).unwrap();
    assert_eq!(again.serial, issued.serial, "a request has one certificate");
    let state = get(&mut house.db, &request.number).unwrap().state;
    assert!(matches!(state, RequestState::Issued { serial, .. } if serial == issued.serial));
}

#[test]
fn each_request_that_is_not_as_it_must_be_is_refused_with_its_code() {
    let mut house = House::new();
    allow(&mut house, SERVER);
    allow(&mut house, "INSI-AUTO");
    let key = key();
    let weak = PKey::from_rsa(Rsa::generate(1024).unwrap()).unwrap();
    let mut broken = csr(&key, Some(SERVER), &[]);
    broken.truncate(200);
    let refusals = [
        ("fo-pp-cps-auth", STRUCTURE, csr(&key, Some(SERVER), &[]), "request-profile-not-offered"),
        ("el-org-serv-ssl", "F0B9999999", csr(&key, Some(SERVER), &[]), "request-structure-unknown"),
        (
            "el-org-serv-ssl",
            STRUCTURE_WITHOUT_NUMBER,
            csr(&key, Some(SERVER), &[]),
            "request-structure-unidentified",
        ),
        ("el-org-serv-ssl", STRUCTURE, csr(&key, None, &[SERVER]), "request-common-name"),
        ("el-org-serv-ssl", STRUCTURE, csr(&key, Some("INSI-AUTO"), &[SERVER]), "request-common-name"),
        ("el-org-sign", STRUCTURE, csr(&key, Some("INSI-AUTO"), &[SERVER]), "request-common-name"),
        (
            "el-org-serv-ssl",
            STRUCTURE,
            csr(&key, Some(SERVER), &[SERVER, "www.exemple.test"]),
            "request-name-not-approved",
        ),
        ("el-org-sign", STRUCTURE, csr(&key, Some("INSI-MANU"), &[]), "request-name-not-approved"),
    ];
    for (profile, structure, csr, expected) in refusals {
        assert_eq!(code(submit_csr(&mut house, profile, structure, csr)), expected, "{profile} {structure}");
    }
    let error =
        submit_csr(&mut house, "el-org-sign", STRUCTURE, csr(&key, Some("INSI-MANU"), &[])).unwrap_err();
    assert!(error.to_string().contains("INSI-MANU"), "the refused name is named: {error}");
    let outcome = submit_csr(&mut house, "el-org-serv-ssl", STRUCTURE, csr(&weak, Some(SERVER), &[]));
    assert_eq!(code(outcome), "key-not-allowed");
    assert!(submit_csr(&mut house, "el-org-serv-ssl", STRUCTURE, broken).is_err());
    assert!(list(&mut house.db, None, None, 10).unwrap().is_empty(), "nothing half done");
    submit_csr(&mut house, "el-org-sign", STRUCTURE, csr(&key, Some("INSI-AUTO"), &[])).unwrap();
}

#[test]
fn nobody_approves_his_own_request() {
    let mut house = House::new();
    allow(&mut house, SERVER);
    let act = house.officer("alice");
    let new = NewCertificateRequest {
        profile: "el-org-serv-ssl".to_owned(),
        wanted: Wanted::Structure(structure()),
        csr: csr(&key(), Some(SERVER), &[]),
    };
    let House { db, rng, .. } = &mut house;
    let request = db
        .write(|db| with_issuance(|issuance| submit(db, &mut ImportedRegister, issuance, new, rng, &act)))
        .unwrap();
    assert_eq!(request.dns_names, [SERVER], "a request without alternative names means its common name");
    let refused = approve_as(&mut house, "alice", &request).unwrap_err();
    assert_eq!(refused.code().name, "request-self-approval");
    let rules: Vec<String> = refused.broken_rules().into_iter().map(|broken| broken.rule).collect();
    assert_eq!(rules, ["R-SERV-08"]);
    let by_sql =
        format!("UPDATE certificate_requests SET status = 'approved' WHERE number = '{}'", request.number);
    assert!(house.sql(&by_sql).unwrap_err().to_string().contains("self-approval"));
    approve_as(&mut house, "bob", &request).unwrap();
    assert_eq!(code(approve_as(&mut house, "bob", &request)), "request-not-open");
}

#[test]
fn a_request_is_refused_with_a_reason_or_withdrawn() {
    let mut house = House::new();
    allow(&mut house, SERVER);
    let key = key();
    let request = submit_server(&mut house, &key).unwrap();
    let act = house.officer("bob");
    let House { db, rng, verifier, approver, at, .. } = &mut house;
    let proof = approver.refuse(&request.decidable(), ("", None), "bob", rng, *at).unwrap();
    let outcome = db.write(|db| refuse(db, verifier, &request.number, 1, &proof, None, rng, &act));
    assert_eq!(code(outcome), "request-reason-missing");
    let proof = approver.refuse(&request.decidable(), ("name-not-approved", None), "bob", rng, *at).unwrap();
    let outcome = db.write(|db| refuse(db, verifier, &request.number, 2, &proof, None, rng, &act));
    assert_eq!(code(outcome), "request-stale-version");
    db.write(|db| refuse(db, verifier, &request.number, 1, &proof, None, rng, &act)).unwrap();
    let second = submit_server(&mut house, &key).expect("the same key may be asked for again");
    let (agent, rita) = (house.officer("agent"), house.officer("rita"));
    let House { db, rng, .. } = &mut house;
    assert_eq!(code(db.write(|db| withdraw(db, &second.number, rng, &rita))), "officer-role-missing");
    db.write(|db| withdraw(db, &second.number, rng, &agent)).unwrap();
    assert_eq!(code(db.write(|db| withdraw(db, &second.number, rng, &agent))), "request-not-open");
}

#[test]
fn a_key_is_asked_for_once_by_one_structure_and_never_after_a_compromise() {
    let mut house = House::new();
    let mut worker = house.worker();
    allow(&mut house, SERVER);
    let key = key();
    let request = submit_server(&mut house, &key).unwrap();
    assert_eq!(code(submit_server(&mut house, &key)), "request-already-open");
    approve_as(&mut house, "bob", &request).unwrap();
    let issued = certify(&mut house, &mut worker, &request.number).unwrap();
    let renewed = submit_server(&mut house, &key).expect("its own structure may keep a key");
    let (job, agent) = (house.job(), house.officer("agent"));
    let House { db, rng, .. } = &mut house;
    db.write(|db| withdraw(db, &renewed.number, rng, &agent)).unwrap();
    let reason = RevocationReason::KeyCompromise;
    db.write(|db| revocation::revoke(db, &issued.issuer, &issued.serial, reason, rng, &job)).unwrap();
    assert_eq!(code(submit_server(&mut house, &key)), "request-key-known");
}

#[test]
fn a_key_that_stands_for_one_subject_is_not_certified_for_another() {
    let mut house = House::new();
    let mut worker = house.worker();
    let other = "autre.exemple.test";
    allow(&mut house, SERVER);
    allow(&mut house, other);
    let key = key();
    let first = submit_server(&mut house, &key).unwrap();
    approve_as(&mut house, "bob", &first).unwrap();
    certify(&mut house, &mut worker, &first.number).unwrap();
    let asked = csr(&key, Some(other), &[other]);
    let second = submit_csr(&mut house, "el-org-serv-ssl", STRUCTURE, asked).unwrap();
    approve_as(&mut house, "bob", &second).unwrap();
    assert_eq!(code(certify(&mut house, &mut worker, &second.number)), "certificate-key-reused");
}

#[test]
fn a_crash_between_signature_and_record_costs_no_second_certificate() {
    let mut house = House::new();
    let mut worker = house.worker();
    allow(&mut house, SERVER);
    let request = submit_server(&mut house, &key()).unwrap();
    approve_as(&mut house, "bob", &request).unwrap();
    house
        .sql(
            "CREATE TRIGGER crash BEFORE UPDATE OF status ON certificate_requests WHEN NEW.status = 'issued' \
             BEGIN SELECT RAISE(ABORT, 'crash'); END",
        )
        .unwrap();
    certify(&mut house, &mut worker, &request.number).unwrap_err();
    house.sql("DROP TRIGGER crash").unwrap();
    let issued = certify(&mut house, &mut worker, &request.number).unwrap();
    let known = certificate::with_key(&mut house.db, &request.public_key).unwrap();
    assert_eq!(known.len(), 1);
    assert_eq!(known[0].serial, issued.serial);
    assert!(matches!(known[0].status, CertificateStatus::Good { .. }));
}

#[test]
fn an_altered_request_has_no_approval_left() {
    let mut house = House::new();
    allow(&mut house, SERVER);
    let request = submit_server(&mut house, &key()).unwrap();
    approve_as(&mut house, "bob", &request).unwrap();
    house.sql("DROP TRIGGER certificate_requests_keep_their_submitter").unwrap();
    let at = house.at;
    let other = hex::encode(key().public_key_to_der().unwrap());
    for alteration in [
        format!("public_key = x'{other}'"),
        "csr = x'3000'".to_owned(),
        "profile = 'el-org-sign'".to_owned(),
        "common_name = 'autre.exemple.test'".to_owned(),
        "dns_names = '[\"autre.exemple.test\"]'".to_owned(),
        format!("structure = '{STRUCTURE_WITHOUT_NUMBER}'"),
    ] {
        house.sql("SAVEPOINT before").unwrap();
        house.sql(&format!("UPDATE certificate_requests SET {alteration}")).unwrap();
        let error = verify_request_evidence(&mut house.db, &house.verifier, &request.number, at).unwrap_err();
        assert_eq!(error.code().name, "approval-proof-invalid", "{alteration}");
        house.sql("ROLLBACK TO before; RELEASE before").unwrap();
    }
    verify_request_evidence(&mut house.db, &house.verifier, &request.number, at).unwrap();
}

#[test]
fn only_a_registration_officer_allows_a_name_and_it_must_be_one() {
    let mut house = House::new();
    let (agent, alice) = (house.officer("agent"), house.officer("alice"));
    let House { db, rng, .. } = &mut house;
    let outcome = db.write(|db| structure_names::allow(db, &structure(), SERVER, rng, &agent));
    assert_eq!(code(outcome), "officer-role-missing");
    for bad in ["", " a", "a\n", "é.exemple.test", &"a".repeat(254)] {
        let outcome = db.write(|db| structure_names::allow(db, &structure(), bad, rng, &alice));
        assert_eq!(code(outcome), "request-name-invalid", "{bad:?}");
    }
    for _ in 0..2 {
        db.write(|db| structure_names::allow(db, &structure(), "A.Exemple.test", rng, &alice)).unwrap();
    }
    let names = structure_names::list(db, &structure()).unwrap();
    assert_eq!(names.len(), 1);
    assert_eq!((names[0].name.as_str(), names[0].approved_by.as_str()), ("a.exemple.test", "alice"));
}

#[test]
fn the_canonical_encoding_of_a_request_is_these_octets() {
    let request = CertificateRequest {
        number: "CR-2026-000001".to_owned(),
        version: 1,
        profile: "el-org-serv-ssl".to_owned(),
        subject: Subject::Structure(structure()),
        common_name: SERVER.to_owned(),
        dns_names: vec![SERVER.to_owned(), "autre.exemple.test".to_owned()],
        email_address: None,
        csr: b"csr".to_vec(),
        public_key: b"key".to_vec(),
        submitted_by: "agent".to_owned(),
        submitted_at: "2026-11-21T10:00:00Z".parse().unwrap(),
        state: RequestState::Submitted,
    };
    let golden = include_str!("canonical_golden.hex").trim();
    assert_eq!(hex::encode(CanonicalRequest::of(&request).as_der()), golden);
}
