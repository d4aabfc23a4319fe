//! Answers, judged by `openssl ocsp`; requests of every bad kind.

use std::time::Duration;

use ca_core::revocation::RevocationReason;
use ca_core::signer::VerifiedSigner;
use const_oid::ObjectIdentifier;
use const_oid::db::rfc5912::{ID_SHA_1, ID_SHA_256};
use const_oid::db::rfc6960::ID_PKIX_OCSP_NONCE;
use der::asn1::{Int, OctetString};
use der::{Any, Decode, Encode};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use openssl::sha::{sha1, sha256};
use proptest::prelude::*;
use spki::AlgorithmIdentifierOwned;
use store::Act;
use x509_cert::Certificate;
use x509_cert::ext::Extension;

use super::answers::Answers;
use super::request::{CertId, OcspRequest, Question, Request, TbsRequest};
use super::response::{BasicOcspResponse, CertStatus, OcspResponse, OcspResponseStatus};
use super::{Answer, AnswerKind};
use crate::fixture::{ISSUING, OTHER, ROOT, World};
use crate::pool::Pool;
use crate::status::Statuses;

const DAY: Duration = Duration::from_secs(86_400);

pub(super) fn ask(world: &mut World, request: &[u8]) -> Answer {
    let act = world.act(Duration::ZERO);
    ask_at(&answers(world), request, &act)
}

/// All that answers over this world, as it stands: nobody follows the status log.
fn answers(world: &World) -> Answers {
    let (url, signer) = (format!("sqlite:{}", world.path("igc.sqlite").display()), world.signer.clone());
    let open = move || Ok(store::Database::open(&url, store::DatabaseRole::Status)?);
    let signers: Pool<VerifiedSigner> =
        Pool::new(1, Box::new(move || Ok(VerifiedSigner::new(Box::new(signer.clone())))));
    let databases = Pool::new(1, Box::new(open));
    Answers::new(world.policy.clone(), 1024 * 1024, Statuses::default(), databases, signers)
}

pub(crate) fn ask_at(answers: &Answers, request: &[u8], act: &Act) -> Answer {
    answers.at_once(request, act.at).unwrap_or_else(|unanswered| answers.by_signing(&unanswered, act))
}

pub(super) fn basic(answer: &Answer) -> BasicOcspResponse {
    let response = OcspResponse::from_der(&answer.der).unwrap();
    assert_eq!(response.response_status, OcspResponseStatus::Successful);
    BasicOcspResponse::from_der(response.response_bytes.unwrap().response.as_bytes()).unwrap()
}

pub(super) fn cert_id(world: &World, issuer: &str, hash: ObjectIdentifier, serial: &[u8]) -> CertId {
    let pem = std::fs::read(world.path(&format!("{issuer}.pem"))).unwrap();
    let der = openssl::x509::X509::from_pem(&pem).unwrap().to_der().unwrap();
    let tbs = Certificate::from_der(&der).unwrap();
    let name = tbs.tbs_certificate().subject().to_der().unwrap();
    let key = tbs.tbs_certificate().subject_public_key_info().subject_public_key.raw_bytes().to_vec();
    let digest = |bytes: &[u8]| if hash == ID_SHA_1 { sha1(bytes).to_vec() } else { sha256(bytes).to_vec() };
    CertId {
        hash_algorithm: AlgorithmIdentifierOwned { oid: hash, parameters: Some(Any::null()) },
        issuer_name_hash: OctetString::new(digest(&name)).unwrap(),
        issuer_key_hash: OctetString::new(digest(&key)).unwrap(),
        serial_number: Int::new(serial).unwrap(),
    }
}

pub(super) fn request(ids: Vec<CertId>, extensions: Vec<Extension>) -> OcspRequest {
    let request_list =
        ids.into_iter().map(|req_cert| Request { req_cert, single_request_extensions: None }).collect();
    let request_extensions = (!extensions.is_empty()).then_some(extensions);
    let version = Default::default();
    let tbs_request = TbsRequest { version, requestor_name: None, request_list, request_extensions };
    OcspRequest { tbs_request, optional_signature: None }
}

pub(super) fn nonce(value: &[u8]) -> Extension {
    let inner = OctetString::new(value).unwrap().to_der().unwrap();
    Extension { extn_id: ID_PKIX_OCSP_NONCE, critical: false, extn_value: OctetString::new(inner).unwrap() }
}

/// Has openssl make a request, and judge the answer.
fn by_openssl(world: &mut World, issuer: &str, serial: &str, options: &[&str]) -> String {
    let pem = format!("{issuer}.pem");
    let serial = format!("0x{serial}");
    let mut arguments = vec!["ocsp", "-issuer", &pem];
    arguments.extend_from_slice(options);
    arguments.extend_from_slice(&["-serial", &serial, "-reqout", "request.der"]);
    let (ok, text) = world.openssl(&arguments);
    assert!(ok, "{text}");
    let answer = ask(world, &std::fs::read(world.path("request.der")).unwrap());
    std::fs::write(world.path("answer.der"), &answer.der).unwrap();
    let mut arguments = vec!["ocsp", "-issuer", &pem];
    arguments.extend_from_slice(options);
    arguments.extend_from_slice(&[
        "-serial",
        &serial,
        "-no_nonce",
        "-reqin",
        "request.der",
        "-respin",
        "answer.der",
    ]);
    arguments.extend_from_slice(&["-CAfile", "ACR-FO.pem", "-verify_other", &pem]);
    let (ok, text) = world.openssl(&arguments);
    assert!(ok, "{text}");
    text
}

pub(super) fn world_with_statuses() -> World {
    let mut world = World::new();
    for serial in ["1D01", "1D02", "81AA"] {
        world.issue(ISSUING, serial, world.start.plus(300 * DAY));
    }
    world.revoke(ISSUING, "1D02", RevocationReason::KeyCompromise);
    for (serial, status) in [("1D04", Some("signing")), ("1D05", Some("abandoned"))] {
        world.intend(ISSUING, serial);
        status.into_iter().for_each(|status| world.settle(ISSUING, serial, status, None));
    }
    world.intend(ISSUING, "1D03");
    world.intend(ISSUING, "1D06");
    world.settle(ISSUING, "1D06", "signing", None);
    world.revoke(ISSUING, "1D06", RevocationReason::Superseded);
    world
}

#[test]
fn openssl_verifies_good_revoked_and_unknown() {
    let mut world = world_with_statuses();
    for hash in [&["-sha1"][..], &["-sha256"]] {
        for (serial, status) in [
            ("1D01", "good"),
            ("81AA", "good"),
            ("1D02", "revoked"),
            ("1D06", "revoked"), // revoked while it was being signed
            ("1D03", "unknown"), // intended
            ("1D04", "unknown"), // being signed
            ("1D05", "unknown"), // given up
            ("1DFF", "unknown"), // never issued
        ] {
            let text = by_openssl(&mut world, ISSUING, serial, hash);
            assert!(text.contains("Response verify OK"), "{serial}: {text}");
            assert!(!text.contains("WARNING"), "{serial}: {text}");
            assert!(text.contains(&format!("0x{serial}: {status}")), "{serial}: {text}");
        }
        let text = by_openssl(&mut world, ISSUING, "1D02", hash);
        assert!(text.contains("Reason: keyCompromise"), "{text}");
    }
}

#[test]
fn a_certificate_of_one_authority_is_unknown_to_the_others() {
    let mut world = world_with_statuses();
    let text = by_openssl(&mut world, OTHER, "1D01", &["-sha256"]);
    assert!(text.contains("0x1D01: unknown") && text.contains("Response verify OK"), "{text}");
}

#[test]
fn a_revocation_dated_ahead_of_the_clock_is_said_and_never_dated_after_the_answer() {
    let mut world = world_with_statuses();
    world.revoke_ahead(ISSUING, "1D01", world.start.plus(2 * DAY));
    let asked = request(vec![cert_id(&world, ISSUING, ID_SHA_1, &[0x1D, 0x01])], vec![]).to_der().unwrap();
    let data = basic(&ask(&mut world, &asked)).tbs_response_data;
    let CertStatus::Revoked(revoked) = &data.responses[0].cert_status else { panic!("revoked") };
    assert_eq!(revoked.revocation_time, data.responses[0].this_update);
}

#[test]
fn several_certificates_of_one_issuer_are_answered_together() {
    let mut world = world_with_statuses();
    let ids: Vec<CertId> = [ID_SHA_1, ID_SHA_256]
        .into_iter()
        .flat_map(|hash| {
            [[0x1D, 0x01], [0x1D, 0x02], [0x1D, 0x03]].map(|serial| cert_id(&world, ISSUING, hash, &serial))
        })
        .collect();
    let data = basic(&ask(&mut world, &request(ids.clone(), vec![]).to_der().unwrap())).tbs_response_data;
    assert!(
        data.responses.iter().map(|single| &single.cert_id).eq(&ids),
        "CertIDs come back as they came, in order"
    );
    for three in data.responses.chunks(3) {
        assert!(matches!(three[0].cert_status, CertStatus::Good(_)));
        assert!(matches!(three[1].cert_status, CertStatus::Revoked(_)));
        assert!(matches!(three[2].cert_status, CertStatus::Unknown(_)));
    }
    let answer = ask(&mut world, &request(vec![ids[0].clone(); 33], vec![]).to_der().unwrap());
    assert_eq!(answer, Answer::error(OcspResponseStatus::MalformedRequest));
    let answer = ask(&mut world, &request(vec![], vec![]).to_der().unwrap());
    assert_eq!(answer, Answer::error(OcspResponseStatus::MalformedRequest));
}

#[test]
fn an_issuer_we_do_not_answer_for_is_unauthorized() {
    let mut world = world_with_statuses();
    let ours = cert_id(&world, ISSUING, ID_SHA_256, &[0x1D, 0x01]);
    let root = cert_id(&world, ROOT, ID_SHA_256, &[0x11, 0x20]);
    let another = cert_id(&world, OTHER, ID_SHA_256, &[0x1D, 0x01]);
    let foreign = CertId { issuer_key_hash: OctetString::new([0; 32].as_slice()).unwrap(), ..ours.clone() };
    for ids in [vec![root], vec![foreign.clone()], vec![ours.clone(), foreign], vec![ours, another]] {
        let answer = ask(&mut world, &request(ids, vec![]).to_der().unwrap());
        assert_eq!(answer, Answer::error(OcspResponseStatus::Unauthorized));
    }
}

#[test]
fn a_hash_algorithm_has_no_parameters_or_null_and_others_are_malformed() {
    let mut world = world_with_statuses();
    // An octet of a BOOLEAN that is missing: OpenSSL would not read the answer that it came back in.
    let broken = Any::new(der::Tag::Boolean, []).unwrap();
    for (parameters, read) in [(None, true), (Some(Any::null()), true), (Some(broken), false)] {
        let mut id = cert_id(&world, ISSUING, ID_SHA_1, &[0x1D, 0x01]);
        id.hash_algorithm.parameters = parameters;
        let answer = ask(&mut world, &request(vec![id], vec![]).to_der().unwrap());
        assert_eq!(answer == Answer::error(OcspResponseStatus::MalformedRequest), !read);
    }
}

#[test]
fn numbers_that_can_be_no_serial_are_unknown() {
    let mut world = world_with_statuses();
    for serial in [&[0x00][..], &[0xFF], &[0x81, 0xAA], &[0x11; 21], &[0x11; 300]] {
        let id = cert_id(&world, ISSUING, ID_SHA_1, serial);
        let data = basic(&ask(&mut world, &request(vec![id], vec![]).to_der().unwrap())).tbs_response_data;
        assert!(matches!(data.responses[0].cert_status, CertStatus::Unknown(_)), "{serial:02X?}");
    }
}

#[test]
fn an_unknown_critical_extension_is_malformed_and_others_are_read_over() {
    let mut world = world_with_statuses();
    let id = cert_id(&world, ISSUING, ID_SHA_256, &[0x1D, 0x01]);
    let unknown = |critical| Extension {
        extn_id: ObjectIdentifier::new_unwrap("2.25.1"),
        critical,
        extn_value: OctetString::new([5, 0]).unwrap(),
    };
    let answer = ask(&mut world, &request(vec![id.clone()], vec![unknown(true)]).to_der().unwrap());
    assert_eq!(answer, Answer::error(OcspResponseStatus::MalformedRequest));
    basic(&ask(&mut world, &request(vec![id], vec![unknown(false)]).to_der().unwrap()));
}

#[test]
fn an_answer_never_outlives_the_responder_certificate() {
    let mut world = world_with_statuses();
    let end = world.start.plus(9 * 365 * DAY);
    let id = cert_id(&world, ISSUING, ID_SHA_256, &[0x1D, 0x01]);
    let request = request(vec![id], vec![]).to_der().unwrap();
    let moment = Duration::from_secs(5);
    let act = world.act(9 * 365 * DAY - moment);
    let answers = answers(&world);
    let answer = ask_at(&answers, &request, &act);
    let AnswerKind::Signed { next_update, .. } = answer.kind else { panic!("{answer:?}") };
    assert_eq!(next_update, end);
    // And once it has ended, nothing is signed with it.
    let late = world.act(9 * 365 * DAY + moment);
    let answer = ask_at(&answers, &request, &late);
    assert_eq!(answer, Answer::error(OcspResponseStatus::TryLater));
}

#[test]
fn a_revocation_that_came_while_the_request_waited_is_not_after_this_update() {
    let mut world = world_with_statuses();
    let id = cert_id(&world, ISSUING, ID_SHA_256, &[0x1D, 0x02]);
    let request = request(vec![id], vec![]).to_der().unwrap();
    let act = Act { at: world.start.minus(Duration::from_secs(2)), ..world.act(Duration::ZERO) };
    let answers = answers(&world);
    let answer = ask_at(&answers, &request, &act);
    let data = basic(&answer).tbs_response_data;
    let single = &data.responses[0];
    let CertStatus::Revoked(revoked) = &single.cert_status else { panic!("{single:?}") };
    assert!(revoked.revocation_time.to_unix_duration() <= single.this_update.to_unix_duration(), "{data:?}");
    assert!(single.this_update.to_unix_duration() <= data.produced_at.to_unix_duration(), "{data:?}");
}

#[test]
fn a_revoked_responder_answers_no_more() {
    let mut world = world_with_statuses();
    let serial: String = store::schema::service_keys::table
        .find(format!("ocsp-{ISSUING}"))
        .select(store::schema::service_keys::serial.assume_not_null())
        .first(&mut world.db)
        .unwrap();
    world.revoke(ISSUING, &serial, RevocationReason::KeyCompromise);
    let id = cert_id(&world, ISSUING, ID_SHA_256, &[0x1D, 0x01]);
    let answer = ask(&mut world, &request(vec![id], vec![]).to_der().unwrap());
    assert_eq!(answer, Answer::error(OcspResponseStatus::Unauthorized));
}

#[test]
fn the_newest_responder_answers_and_the_one_before_until_the_token_has_its_key() {
    let mut world = world_with_statuses();
    let id = cert_id(&world, ISSUING, ID_SHA_256, &[0x1D, 0x01]);
    let request = request(vec![id], vec![]).to_der().unwrap();
    let signer_of =
        |answer: Answer| basic(&answer).certs.unwrap()[0].tbs_certificate().serial_number().clone();
    let old = signer_of(ask(&mut world, &request));
    let key = world.another_responder(ISSUING);
    let new = signer_of(ask(&mut world, &request));
    assert_ne!(new, old);
    let taken = world.signer.keys.remove(&key).unwrap();
    assert_eq!(signer_of(ask(&mut world, &request)), old);
    world.signer.keys.insert(key, taken);
    assert_eq!(signer_of(ask(&mut world, &request)), new);
}

#[test]
fn a_responder_that_does_not_read_keeps_no_other_from_answering() {
    let mut world = world_with_statuses();
    world
        .db
        .batch_execute(&format!(
            "DROP TRIGGER service_keys_are_never_changed;
             UPDATE service_keys SET public_key = X'00' WHERE name = 'ocsp-{OTHER}';"
        ))
        .unwrap();
    let ours = cert_id(&world, ISSUING, ID_SHA_256, &[0x1D, 0x01]);
    let answer = ask(&mut world, &request(vec![ours], vec![]).to_der().unwrap());
    assert!(matches!(answer.kind, AnswerKind::Signed { .. }), "{answer:?}");
    let other = cert_id(&world, OTHER, ID_SHA_256, &[0x1D, 0x01]);
    let answer = ask(&mut world, &request(vec![other], vec![]).to_der().unwrap());
    assert_eq!(answer, Answer::error(OcspResponseStatus::Unauthorized));
}

#[test]
fn an_authority_that_does_not_read_keeps_no_other_from_being_answered_for() {
    let mut world = world_with_statuses();
    let ours = cert_id(&world, ISSUING, ID_SHA_256, &[0x1D, 0x01]);
    world.damage(OTHER);
    let answer = ask(&mut world, &request(vec![ours], vec![]).to_der().unwrap());
    assert!(matches!(answer.kind, AnswerKind::Signed { .. }), "{answer:?}");
}

#[test]
fn a_token_that_is_gone_or_signs_with_another_key_gives_try_later() {
    let mut world = world_with_statuses();
    let id = cert_id(&world, ISSUING, ID_SHA_256, &[0x1D, 0x01]);
    let request = request(vec![id], vec![]).to_der().unwrap();
    world.signer.gone = true;
    assert_eq!(ask(&mut world, &request), Answer::error(OcspResponseStatus::TryLater));
    world.signer.gone = false;
    world.signer.astray = Some(world.key_of(OTHER));
    assert_eq!(ask(&mut world, &request), Answer::error(OcspResponseStatus::TryLater));
}

#[test]
fn an_error_is_five_octets_that_openssl_understands() {
    let world = World::new();
    for (status, text) in [
        (OcspResponseStatus::MalformedRequest, "malformedrequest"),
        (OcspResponseStatus::TryLater, "trylater"),
        (OcspResponseStatus::Unauthorized, "unauthorized"),
    ] {
        std::fs::write(world.path("error.der"), status.bare_response()).unwrap();
        let (_, output) = world.openssl(&["ocsp", "-respin", "error.der", "-resp_text", "-noverify"]);
        assert!(output.contains(text), "{output}");
    }
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_of_requests_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Question::read(&bytes);
    }
}

#[test]
fn every_single_altered_octet_is_answered() {
    let mut world = world_with_statuses();
    let id = cert_id(&world, ISSUING, ID_SHA_1, &[0x1D, 0x01]);
    let request = request(vec![id], vec![nonce(&[7; 16])]).to_der().unwrap();
    let act = world.act(Duration::ZERO);
    let answers = answers(&world);
    for at in 0..request.len() {
        for flip in [0x01, 0x80, 0xFF] {
            let mut altered = request.clone();
            altered[at] ^= flip;
            let answer = ask_at(&answers, &altered, &act);
            OcspResponse::from_der(&answer.der).unwrap();
            assert_ne!(answer, Answer::error(OcspResponseStatus::TryLater), "octet {at} ^ {flip:02X}");
        }
        let cut = ask_at(&answers, &request[..at], &act);
        assert_eq!(cut, Answer::error(OcspResponseStatus::MalformedRequest));
    }
}
